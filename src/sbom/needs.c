/* SPDX-License-Identifier: Apache-2.0 */
/* Dependencies while a document is read: pairs of packages first, text at the end. */
#include "sbom/sbom_internal.h"

/* Over all packages: names may be long, and each stands once for every package that needs it. */
#define MAX_TEXT (64 * MIB)

int sbom_add_need(struct sbom_reader *r, const struct map *by_ref, struct slice from,
		  struct slice to, struct err *err)
{
	const uint64_t *a = map_get(by_ref, from), *b = a ? map_get(by_ref, to) : NULL;
	if (!b)
		return 0;
	struct sbom_need need = {(size_t)*a, (size_t)*b};
	return vec_push(&r->needs, need) < 0 ? err_oom(err) : 0;
}

struct sorted {
	size_t *first;	 /* of each package, into to; one more at the end */
	size_t *to;	 /* in the order of the document */
	size_t *seen;	 /* the last package + 1 that needs this one */
	struct buf text; /* of one package */
	size_t left;
};

/* Counting sort by the package that needs. */
static int sort(struct sbom_reader *r, struct sorted *s, struct err *err)
{
	size_t n = r->pkgs.len;
	s->first = calloc(n + 2, sizeof(*s->first));
	s->to = calloc(r->needs.len + 1, sizeof(*s->to));
	s->seen = calloc(n + 1, sizeof(*s->seen));
	if (!s->first || !s->to || !s->seen)
		return err_oom(err);
	for (size_t i = 0; i < r->needs.len; i++)
		s->first[r->needs.ptr[i].from + 2]++;
	for (size_t i = 2; i < n + 2; i++)
		s->first[i] += s->first[i - 1];
	for (size_t i = 0; i < r->needs.len; i++)
		s->to[s->first[r->needs.ptr[i].from + 1]++] = r->needs.ptr[i].to;
	return 0;
}

static int take_one(struct sbom_reader *r, struct sorted *s, size_t from, struct err *err)
{
	buf_clear(&s->text);
	for (size_t i = s->first[from]; i < s->first[from + 1]; i++) {
		size_t to = s->to[i];
		const struct pkg *k = &r->pkgs.ptr[to].pkg;
		if (to == from || s->seen[to] == from + 1)
			continue;
		s->seen[to] = from + 1;
		if (k->name.len + k->version.len + 2 > s->left)
			return sbom_add_gap(r, r->pkgs.ptr[from].purl, "limit",
					    SL("too many dependencies: the rest is left out"), err);
		if (s->text.len)
			buf_putc(&s->text, '\n');
		buf_puts(&s->text, k->name);
		buf_putc(&s->text, '@');
		buf_puts(&s->text, k->version);
		s->left -= k->name.len + k->version.len + 2;
	}
	r->pkgs.ptr[from].pkg.deps = sbom_keep(r, buf_slice(&s->text));
	return s->text.failed || (s->text.len && !r->pkgs.ptr[from].pkg.deps.ptr) ? err_oom(err)
										  : 0;
}

int sbom_take_needs(struct sbom_reader *r, struct err *err)
{
	struct sorted s = {.left = MAX_TEXT};
	size_t gaps = r->gaps.len;
	if (!r->needs.len)
		return 0;
	buf_init(&s.text, MAX_TEXT);
	int rc = sort(r, &s, err);
	for (size_t i = 0; rc == 0 && i < r->pkgs.len && r->gaps.len == gaps; i++)
		rc = take_one(r, &s, i, err);
	free(s.first);
	free(s.to);
	free(s.seen);
	buf_free(&s.text);
	return rc;
}
