/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --baseline: what an earlier report knows already is set aside. Identity is that of `strake compare`: never a line
 * number. Secrets of gitleaks' report are known by their own digest.
 */
#include "app/job.h"

#include <stdio.h>

#define MAX_BASELINE (1024 * MIB)

struct leak { /* of gitleaks' report */
	struct slice file, rule;
	unsigned char digest[SHA256_LEN];
	bool has_digest; /* else redacted: rule and line */
	uint32_t line;
	struct leak *next; /* of the same file name */
};
struct baseline {
	struct slice name;
	struct report_file file; /* of a report of ours or Trivy's */
	bool is_read;
	struct arena arena;
	struct map known; /* key -> how often */
	struct map used;  /* key -> how often in the report in hand */
	struct map leaks; /* base name of the file -> struct leak */
};

static int add_key(struct baseline *b, struct slice key, struct err *err)
{
	uint64_t *slot = key.ptr ? map_put(&b->known, key, NULL) : NULL;
	if (!slot)
		return err_oom(err);
	++*slot;
	return 0;
}

static struct slice aside_key(const struct report_issue *x, struct arena *a)
{
	return arena_cat(a, SL("aside"), slice_of("", 1), x->fingerprint);
}

/* Trivy's secrets have no fingerprint: rule, file and line. */
static struct slice line_key(const struct report_result *in, struct slice id, uint32_t line,
			     struct arena *a)
{
	const struct slice nul = slice_of("", 1);
	struct slice number = arena_printf(a, "%u", line);
	return arena_cat(a, SL("line"), nul, in->target, nul, id, nul, number);
}

static int take_issue(struct baseline *b, const struct report_result *in,
		      const struct report_issue *x, struct err *err)
{
	if (x->kind == FINDING_SECRET && !x->fingerprint.len)
		return add_key(b, line_key(in, x->id, x->start_line, &b->arena), err);
	return add_key(b, report_issue_key(in, x, &b->arena), err);
}

/* What was set aside as known stays known; what an ignore file took away is that file's to say. */
static int take_aside(struct baseline *b, const struct report *r, struct err *err)
{
	for (size_t i = 0; i < r->nset_aside; i++)
		if (slice_is(r->set_aside[i].reason, "baseline") &&
		    r->set_aside[i].issue.fingerprint.len)
			TRY(add_key(b, aside_key(&r->set_aside[i].issue, &b->arena), err));
	for (size_t i = 0; i < r->nsuppressed; i++)
		if (slice_is(r->suppressed[i].reason, "baseline") && r->suppressed[i].finding.pkg)
			TRY(add_key(b, report_finding_key(&r->suppressed[i].finding, &b->arena),
				    err));
	return 0;
}

static int take_report(struct baseline *b, const struct report *r, struct err *err)
{
	for (size_t i = 0; i < r->nresults; i++) {
		const struct report_result *in = &r->results[i];
		for (size_t k = 0; k < in->nfindings; k++)
			if (in->findings[k].pkg)
				TRY(add_key(b, report_finding_key(&in->findings[k], &b->arena),
					    err));
		for (size_t k = 0; k < in->nissues; k++)
			TRY(take_issue(b, in, &in->issues[k], err));
	}
	return take_aside(b, r, err);
}

/* ---- gitleaks ---- */

static bool is_redacted(struct slice secret)
{
	return !secret.len || slice_is(secret, "REDACTED") || slice_ends(secret, "...");
}

static int take_leak(struct baseline *b, const struct node *n, struct err *err)
{
	struct leak *l = arena_new(&b->arena, struct leak);
	uint64_t line = 0;
	struct slice secret = node_get_str(n, "Secret");
	if (!l)
		return err_oom(err);
	if (!node_get_str(n, "RuleID").len || !node_get_str(n, "File").len)
		return err_input(err, "an entry without RuleID and File is none of gitleaks'");
	(void)!node_u64(node_get(n, "StartLine"), &line);
	*l = (struct leak){.file = arena_dup(&b->arena, node_get_str(n, "File")),
			   .rule = arena_dup(&b->arena, node_get_str(n, "RuleID")),
			   .line = (uint32_t)MIN(line, UINT32_MAX),
			   .has_digest = !is_redacted(secret)};
	if (l->has_digest)
		TRY(sha256_of(secret, l->digest, err));
	uint64_t *slot = l->file.ptr ? map_put(&b->leaks, path_base(l->file), NULL) : NULL;
	if (!slot)
		return err_oom(err);
	l->next = (struct leak *)(uintptr_t)*slot;
	*slot = (uint64_t)(uintptr_t)l;
	return 0;
}

/* An array of objects with RuleID; empty when nothing was found. 1: it is one. */
static int read_gitleaks(struct baseline *b, struct slice text, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(json_parse(&d, text, NULL, &root, err));
	if (root->type != NODE_ARRAY || (root->first && !node_get(root->first, "RuleID")))
		return 0;
	node_each (n, root)
		TRY(take_leak(b, n, err));
	return 1;
}

/* The path that gitleaks was given may stand in front. */
static bool same_file(struct slice theirs, struct slice ours)
{
	while (slice_starts(theirs, "./"))
		theirs = slice_from(theirs, 2);
	if (theirs.len <= ours.len)
		return slice_eq(theirs, ours);
	return theirs.ptr[theirs.len - ours.len - 1] == '/' &&
	       slice_eq(slice_from(theirs, theirs.len - ours.len), ours);
}

static bool has_name(const struct report_issue *x, struct slice id)
{
	if (slice_eq(x->id, id))
		return true;
	for (size_t i = 0; i < x->naliases; i++)
		if (slice_eq(x->aliases[i], id))
			return true;
	return false;
}

static bool is_leak(const struct leak *l, const struct report_issue *x, struct slice target,
		    struct arena *a)
{
	char digest[2 * SHA256_LEN + 1];
	struct slice mark;
	struct err ignored = {0};
	if (!same_file(l->file, target))
		return false;
	if (!l->has_digest)
		return l->line == x->start_line && has_name(x, l->rule);
	hex_text(l->digest, SHA256_LEN, digest);
	struct layer_issue same = {.path = target, .id = x->id, .digest = slice_str(digest)};
	return issues_secret_mark(&same, a, &mark, &ignored) == 0 && slice_eq(mark, x->fingerprint);
}

/* ---- reading ---- */

static int read_text(struct baseline *b, struct slice text, struct err *err)
{
	struct err other = {0};
	struct slice head = slice_trim(text);
	int leaks = slice_starts(head, "[") ? read_gitleaks(b, text, &other) : 0;
	if (leaks < 0) {
		*err = other;
		return err->code;
	}
	if (leaks)
		return 0;
	b->is_read = true;
	TRY(report_read(text, &b->file, err));
	for (size_t i = 0; i < b->file.n; i++)
		TRY(take_report(b, &b->file.reports[i], err));
	return 0;
}

int baseline_parse(struct slice text, struct slice name, struct baseline **ret, struct err *err)
{
	struct baseline *b = calloc(1, sizeof(*b));
	if (!b)
		return err_oom(err);
	arena_init(&b->arena, 1024 * MIB);
	b->name = name;
	*ret = b;
	return read_text(b, text, err);
}

int baseline_open(const char *path, struct baseline **ret, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, MAX_BASELINE);
	if (file_read(path, &text, err) == 0 &&
	    baseline_parse(buf_slice(&text), slice_str(path), ret, err) == 0)
		return 0;
	if (err->kind != ERR_INTERNAL)
		err->kind = ERR_USAGE;
	return err_wrap(err, "baseline %s", path);
}

void baseline_free(struct baseline **p)
{
	struct baseline *b = *p;
	if (!b)
		return;
	if (b->is_read)
		report_file_done(&b->file);
	map_free(&b->known);
	map_free(&b->used);
	map_free(&b->leaks);
	arena_free(&b->arena);
	free(b);
	*p = NULL;
}

/* ---- asking ---- */

struct slice baseline_name(const struct baseline *b)
{
	return b->name;
}

void baseline_next_report(struct baseline *b)
{
	if (b)
		map_free(&b->used);
}

/* The same text twice in a file is two things: as many are known as the baseline has. */
static bool is_known(struct baseline *b, struct slice key, bool counted)
{
	const uint64_t *have = key.ptr ? map_get(&b->known, key) : NULL;
	if (!have || !counted)
		return have != NULL;
	uint64_t *used = map_put(&b->used, key, NULL);
	return used && ++*used <= *have;
}

bool baseline_has_finding(struct baseline *b, const struct finding *f, struct arena *a)
{
	return b && f->pkg && is_known(b, report_finding_key(f, a), false);
}

static bool has_secret(struct baseline *b, const struct report_result *in,
		       const struct report_issue *x, struct arena *a)
{
	const uint64_t *at = map_get(&b->leaks, path_base(in->target));
	const struct leak *l = at ? (const struct leak *)(uintptr_t)*at : NULL;
	for (; l; l = l->next)
		if (is_leak(l, x, in->target, a))
			return true;
	if (is_known(b, line_key(in, x->id, x->start_line, a), false))
		return true;
	for (size_t i = 0; i < x->naliases; i++)
		if (is_known(b, line_key(in, x->aliases[i], x->start_line, a), false))
			return true;
	return false;
}

bool baseline_has_issue(struct baseline *b, const struct report_result *in, struct report_issue *x,
			struct arena *a)
{
	unsigned char sum[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct err ignored = {0};
	bool is_secret = x->kind == FINDING_SECRET;
	struct slice key = report_issue_key(in, x, a);
	bool known = is_known(b, key, !is_secret) || (is_secret && has_secret(b, in, x, a));
	/* So that a report made with a baseline can be the next one. */
	if (!x->fingerprint.len && key.ptr && sha256_of(key, sum, &ignored) == 0) {
		hex_text(sum, 16, hex);
		x->fingerprint = arena_dup(a, slice_of(hex, 32));
	}
	return known || (x->fingerprint.len && is_known(b, aside_key(x, a), !is_secret));
}
