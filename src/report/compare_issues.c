/* SPDX-License-Identifier: Apache-2.0 */
/* Misconfigurations, secrets and licences of two reports against each other. */
#include "report/compare.h"

#include "report/compare_internal.h"
#include "report/json_internal.h"

static const char *const marks[] = {"+", "-", "~"};
static const struct {
	const char *title, *many;
} kinds[] = {
    [FINDING_SECRET] = {"Secrets", "secrets"},
    [FINDING_MISCONFIGURATION] = {"Misconfigurations", "misconfigurations"},
    [FINDING_LICENSE] = {"Licenses", "licences"},
};

/* ---- identity ---- */

/* The line that is complained about: it lasts when lines above it come and go. */
static struct slice cause_of(const struct report_issue *x)
{
	for (size_t i = 0; i < x->nlines; i++)
		if (x->lines[i].cause)
			return slice_trim(x->lines[i].text);
	return x->message;
}

struct slice report_issue_key(const struct report_result *result, const struct report_issue *x,
			      struct arena *a)
{
	const struct slice nul = slice_of("", 1), kind = slice_str(report_kind_word(x->kind));
	struct slice path = report_issue_path(result, x);
	if (x->kind == FINDING_SECRET)
		return arena_cat(a, kind, nul, path, nul, x->id, nul,
				 x->fingerprint.len ? x->fingerprint : x->match);
	if (x->kind == FINDING_LICENSE)
		return arena_cat(a, kind, nul, x->pkg, nul, x->path, nul, x->id);
	return arena_cat(a, kind, nul, path, nul, x->id, nul, x->resource, nul, cause_of(x));
}

/* ---- what changed ---- */

struct place {
	struct slice key;
	const struct report_result *result;
	const struct report_issue *issue;
};

static int by_key(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;
	int c = slice_cmp(a->key, b->key);
	return c ? c : (a->issue > b->issue) - (a->issue < b->issue);
}

static int list_issues(const struct report *r, uint32_t skipped, struct arena *a,
		       struct place **ret, size_t *n, struct err *err)
{
	size_t total = 0;
	*n = 0;
	for (size_t i = 0; i < r->nresults; i++)
		total += r->results[i].nissues;
	struct place *all = arena_array(a, total + 1, sizeof(*all));
	*ret = all;
	if (!all)
		return err_oom(err);
	for (size_t i = 0; i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].nissues; k++) {
			const struct report_result *in = &r->results[i];
			const struct report_issue *x = &in->issues[k];
			if (skipped & 1u << x->kind)
				continue;
			all[*n] = (struct place){report_issue_key(in, x, a), in, x};
			if (!all[(*n)++].key.ptr)
				return err_oom(err);
		}
	if (*n)
		qsort(all, *n, sizeof(*all), by_key);
	return 0;
}

static size_t run_length(const struct place *p, size_t from, size_t n)
{
	size_t to = from + 1;
	while (to < n && slice_eq(p[from].key, p[to].key))
		to++;
	return to - from;
}

/* The same text twice in a file is two misconfigurations: what one side has more of came or went. */
static void pair(struct comparison *c, const struct place *b, size_t nb, const struct place *x,
		 size_t nx)
{
	for (size_t i = 0; i < MAX(nb, nx); i++) {
		const struct place *before = i < nb ? &b[i] : NULL, *after = i < nx ? &x[i] : NULL;
		if (before && after && before->issue->severity == after->issue->severity) {
			c->same_issues[before->issue->kind]++;
			continue;
		}
		c->issues[c->nissues++] = (struct issue_change){
		    .kind = before && after ? CHANGE_CHANGED
			    : after	    ? CHANGE_NEW
					    : CHANGE_GONE,
		    .before = before ? before->issue : NULL,
		    .after = after ? after->issue : NULL,
		    .result = after ? after->result : before->result,
		};
	}
}

static const struct report_issue *shown(const struct issue_change *x)
{
	return x->after ? x->after : x->before;
}

static int worst_first(const void *pa, const void *pb)
{
	const struct issue_change *a = pa, *b = pb;
	const struct report_issue *x = shown(a), *y = shown(b);
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	if (a->kind != b->kind)
		return (int)a->kind - (int)b->kind;
	if (x->severity != y->severity)
		return (int)y->severity - (int)x->severity;
	int c = slice_cmp(report_issue_path(a->result, x), report_issue_path(b->result, y));
	if (c == 0)
		c = slice_cmp(x->id, y->id);
	return c ? c : (x->start_line > y->start_line) - (x->start_line < y->start_line);
}

int compare_issues(struct comparison *c, struct arena *a, struct err *err)
{
	struct place *before, *after;
	size_t nb, nx, i = 0, k = 0;
	/* What one side did not look for is no news of the other. */
	for (int kind = FINDING_SECRET; kind <= FINDING_LICENSE; kind++)
		if (report_scanned(c->before, (enum finding_kind)kind) !=
		    report_scanned(c->after, (enum finding_kind)kind))
			c->not_compared |= 1u << kind;
	TRY(list_issues(c->before, c->not_compared, a, &before, &nb, err));
	TRY(list_issues(c->after, c->not_compared, a, &after, &nx, err));
	c->issues = arena_array(a, nb + nx + 1, sizeof(*c->issues));
	if (!c->issues)
		return err_oom(err);
	while (i < nb || k < nx) {
		int order = i == nb ? 1 : k == nx ? -1 : slice_cmp(before[i].key, after[k].key);
		size_t b = order <= 0 ? run_length(before, i, nb) : 0,
		       x = order >= 0 ? run_length(after, k, nx) : 0;
		pair(c, before + i, b, after + k, x);
		i += b;
		k += x;
	}
	if (c->nissues)
		qsort(c->issues, c->nissues, sizeof(*c->issues), worst_first);
	return 0;
}

/* ---- for people ---- */

static size_t count(const struct comparison *c, int kind, enum change_kind change)
{
	size_t n = 0;
	for (size_t i = 0; i < c->nissues; i++)
		n += (int)shown(&c->issues[i])->kind == kind && c->issues[i].kind == change;
	return n;
}

static bool is_worth_a_word(const struct comparison *c, int kind)
{
	return report_scanned(c->before, (enum finding_kind)kind) ||
	       report_scanned(c->after, (enum finding_kind)kind);
}

void compare_issues_head(const struct comparison *c, struct buf *out)
{
	for (int kind = FINDING_SECRET; kind <= FINDING_LICENSE; kind++) {
		if (c->not_compared & 1u << kind)
			buf_printf(out, "; %s were looked for on one side only and not compared",
				   kinds[kind].many);
		else if (is_worth_a_word(c, kind))
			buf_printf(out, "; %zu new, %zu gone, %zu changed, %zu unchanged %s",
				   count(c, kind, CHANGE_NEW), count(c, kind, CHANGE_GONE),
				   count(c, kind, CHANGE_CHANGED), c->same_issues[kind],
				   kinds[kind].many);
	}
}

static void put_issue(struct buf *out, const struct issue_change *x, unsigned width)
{
	const struct report_issue *i = shown(x);
	auto_buf struct buf id, what, place;
	buf_init(&id, 64 * KIB);
	buf_init(&what, 256 * KIB);
	buf_init(&place, 64 * KIB);
	cells_put_clean(&id, i->id);
	report_put_issue_place(&place, x->result, i);
	cells_put_clean(&what, buf_slice(&place));
	if (x->kind == CHANGE_CHANGED)
		buf_printf(&what, ", was %s", adv_severity_names[x->before->severity]);
	buf_puts(&what, SL(": "));
	cells_put_clean(&what, report_issue_text(i));
	const struct cell cells[] = {
	    {.text = slice_str(marks[x->kind]), .width = 1},
	    {.text = buf_slice(&id), .width = 20},
	    {.text = slice_str(adv_severity_names[i->severity]), .width = 8},
	    {.text = buf_slice(&what)}};
	cells_row(out, 2, width, cells, ARRAY_LEN(cells));
}

void compare_issues_table(const struct comparison *c, struct buf *out, unsigned width)
{
	for (size_t i = 0; i < c->nissues; i++) {
		enum finding_kind kind = shown(&c->issues[i])->kind;
		if (i == 0 || shown(&c->issues[i - 1])->kind != kind)
			buf_printf(out, "\n%s\n", kinds[kind].title);
		put_issue(out, &c->issues[i], width);
	}
}

/* ---- for programs ---- */

static void json_issue(struct json_writer *w, const struct issue_change *x)
{
	const struct report_issue *i = shown(x);
	jw_object(w);
	jw_kstr(w, "ID", i->id);
	jw_kstr(w, "Target", report_issue_path(x->result, i));
	jw_kstr(w, "Severity", slice_str(adv_severity_names[i->severity]));
	jw_kstr_opt(w, "PkgName", i->pkg);
	jw_kstr_opt(w, "Title", report_issue_text(i));
	jw_ku64_opt(w, "StartLine", i->start_line);
	jw_kstr_opt(w, "Fingerprint", i->fingerprint);
	if (i->commit)
		jw_kstr(w, "Commit", i->commit->id);
	if (x->kind == CHANGE_CHANGED)
		jw_kstr(w, "SeverityBefore", slice_str(adv_severity_names[x->before->severity]));
	jw_end(w, '}');
}

void compare_issues_json(const struct comparison *c, struct json_writer *w)
{
	static const char *const changes[] = {"New", "Gone", "Changed"};
	for (int kind = FINDING_SECRET; kind <= FINDING_LICENSE; kind++) {
		if (c->not_compared & 1u << kind || !is_worth_a_word(c, kind))
			continue;
		jw_key(w, kinds[kind].title);
		jw_object(w);
		for (unsigned change = 0; change < ARRAY_LEN(changes); change++) {
			jw_key(w, changes[change]);
			jw_array(w);
			for (size_t i = 0; i < c->nissues; i++)
				if ((int)shown(&c->issues[i])->kind == kind &&
				    (unsigned)c->issues[i].kind == change)
					json_issue(w, &c->issues[i]);
			jw_end(w, ']');
		}
		jw_ku64(w, "Unchanged", c->same_issues[kind]);
		jw_end(w, '}');
	}
	if (!c->not_compared)
		return;
	jw_key(w, "NotCompared");
	jw_array(w);
	for (int kind = FINDING_SECRET; kind <= FINDING_LICENSE; kind++)
		if (c->not_compared & 1u << kind)
			jw_str(w, slice_str(report_kind_word((enum finding_kind)kind)));
	jw_end(w, ']');
}
