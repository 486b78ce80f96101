/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes applied, and what they changed as a unified diff. */
#include "config/config.h"

struct piece {
	struct config_fix fix;
	size_t finding;
};

static int by_start(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;
	if (a->fix.start != b->fix.start)
		return a->fix.start < b->fix.start ? -1 : 1;
	return a->finding < b->finding ? -1 : a->finding > b->finding;
}

static bool same(const struct config_fix *a, const struct config_fix *b)
{
	return a->start == b->start && a->end == b->end && slice_eq(a->text, b->text);
}

/* Marks findings one of whose fixes lies in another's: all fixes of a finding or none. */
static void drop_overlaps(struct piece *p, size_t n, bool *dropped)
{
	size_t last = SIZE_MAX;
	for (size_t k = 0; k < n; k++) {
		if (dropped[p[k].finding])
			continue;
		if (last != SIZE_MAX && !same(&p[last].fix, &p[k].fix) &&
		    p[k].fix.start < p[last].fix.end)
			dropped[p[k].finding] = true;
		else
			last = k;
	}
}

static void put(struct slice bytes, const struct piece *p, size_t n, const bool *dropped,
		struct buf *out)
{
	size_t at = 0;
	const struct config_fix *last = NULL;
	for (size_t k = 0; k < n; k++) {
		const struct config_fix *f = &p[k].fix;
		if (dropped[p[k].finding] || (last && same(last, f)) || f->start < at)
			continue;
		buf_puts(out, slice_sub(bytes, at, f->start - at));
		buf_puts(out, f->text);
		at = f->end;
		last = f;
	}
	buf_puts(out, slice_from(bytes, at));
}

int config_apply(struct slice bytes, const struct config_result *r, struct buf *out, size_t *n,
		 struct err *err)
{
	size_t many = 0, k = 0;
	for (size_t i = 0; i < r->nfindings; i++)
		many += r->findings[i].is_suppressed ? 0 : r->findings[i].nfixes;
	auto_free struct piece *p = calloc(many + 1, sizeof(*p));
	auto_free bool *dropped = calloc(r->nfindings + 1, sizeof(*dropped));
	*n = 0;
	if (!p || !dropped)
		return err_oom(err);
	for (size_t i = 0; i < r->nfindings; i++)
		for (size_t f = 0; !r->findings[i].is_suppressed && f < r->findings[i].nfixes; f++)
			p[k++] = (struct piece){r->findings[i].fixes[f], i};
	qsort(p, many, sizeof(*p), by_start);
	drop_overlaps(p, many, dropped);
	put(bytes, p, many, dropped, out);
	for (size_t i = 0; i < r->nfindings; i++)
		*n += !r->findings[i].is_suppressed && r->findings[i].nfixes && !dropped[i];
	return out->failed ? err_oom(err) : 0;
}
