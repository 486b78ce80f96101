/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One decision per package and problem.
 *
 * 1. The distribution's own feed is heard first; copies of its data in other feeds only where it is
 *    silent.
 * 2. A more special stream (ESM, EUS) that says something definite replaces the general one.
 * 3. "Not affected" ends it. Then: a range that holds the installed version; a fix that is installed;
 *    an open "affected". So a later, higher fix for the same problem counts (the earlier was not
 *    complete), and an open statement made before the fix does not.
 */
#include "match/match_internal.h"

static int by_vuln(const void *pa, const void *pb)
{
	const struct verdict *a = pa, *b = pb;
	if (a->vuln != b->vuln)
		return a->vuln < b->vuln ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

void decide_begin(struct decision *d)
{
	bool sorted = true;
	d->next = 0;
	d->any_not_for_us = false;
	for (size_t i = 0; i < d->nverdicts; i++) {
		d->any_not_for_us |= d->verdicts[i].not_for_us;
		sorted &= i == 0 || by_vuln(&d->verdicts[i - 1], &d->verdicts[i]) <= 0;
	}
	if (!sorted)
		qsort(d->verdicts, d->nverdicts, sizeof(*d->verdicts), by_vuln);
}

static bool is_last_word(const struct decision *d, const struct verdict *v)
{
	return d->channels->role[v->channel] == CH_LAST_WORD && !v->exact;
}

/* Marks those of v that count: own feed before others, special stream before the general. */
static void mark_heard(const struct decision *d, struct verdict *v, size_t n)
{
	bool own = false, first = false;
	unsigned rank = 0;
	for (size_t i = 0; i < n; i++) {
		own |= !v[i].foreign;
		first |= !is_last_word(d, &v[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (v[i].foreign != own && v[i].kind != V_UNFIXED)
			rank = MAX(rank, d->channels->rank[v[i].channel]);
	for (size_t i = 0; i < n; i++)
		v[i].heard = v[i].foreign != own && d->channels->rank[v[i].channel] >= rank &&
			     !(first && is_last_word(d, &v[i]));
}

static enum verdict_kind weigh(const struct verdict *v, size_t n)
{
	static const enum verdict_kind order[] = {V_NOT_AFFECTED, V_AFFECTED, V_FIXED, V_UNFIXED};
	unsigned seen = 0;
	bool exact = false;
	for (size_t i = 0; i < n; i++)
		if (v[i].heard) {
			seen |= 1u << v[i].kind;
			exact |= v[i].exact;
		}
	if (exact)
		return V_FIXED;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (seen & 1u << order[i])
			return order[i];
	return V_NONE;
}

static bool names(const struct adv_db *db, const struct adv_vuln *v, struct slice id)
{
	if (slice_eq(v->id, id))
		return true;
	for (uint32_t i = 0; i < v->naliases; i++)
		if (slice_eq(adv_vuln_alias(db, v, i), id))
			return true;
	return false;
}

/* "The whole package is not affected" reaches problems that are only listed as aliases, too. */
static bool is_not_for_us(const struct decision *d, const struct adv_vuln *v)
{
	for (size_t i = 0; d->any_not_for_us && i < d->nverdicts; i++) {
		struct adv_vuln other;
		if (!d->verdicts[i].not_for_us)
			continue;
		adv_vuln_get(d->db, d->verdicts[i].vuln, &other);
		if (names(d->db, v, other.id) || names(d->db, &other, v->id))
			return true;
	}
	return false;
}

static bool has(const struct slice *list, size_t n, struct slice s)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(list[i], s))
			return true;
	return false;
}

/* Which unfixed status tells most. */
static unsigned telling(enum adv_status s)
{
	static const unsigned char rank[] = {
	    [ADV_UNKNOWN] = 0,	    [ADV_NOT_AFFECTED] = 0,	   [ADV_AFFECTED] = 2,
	    [ADV_FIXED] = 0,	    [ADV_UNDER_INVESTIGATION] = 1, [ADV_WILL_NOT_FIX] = 5,
	    [ADV_FIX_DEFERRED] = 3, [ADV_END_OF_LIFE] = 4};
	return (size_t)s < ARRAY_LEN(rank) ? rank[s] : 0;
}

static void take_row(const struct decision *d, const struct verdict *v, struct finding *f)
{
	struct adv_row row;
	adv_row_get(d->db, v->row, &row);
	if (row.severity > f->severity || f->feed.len == 0) {
		f->feed = row.feed;
		f->channel = d->channels->names[v->channel];
		f->match_rule = d->subject->inv->kind.len ? SL("package")
				: v->by_source		  ? SL("source-package")
							  : SL("binary-package");
	}
	if (row.severity > f->severity) {
		f->severity = row.severity;
		f->severity_source = row.feed;
	}
	if (telling(row.status) > telling(f->status))
		f->status = row.status;
	/* Of several fixes for one problem the last one has them all. One in a stream that the system
	 * does not follow cannot be had. */
	if (v->fixed.len && !is_last_word(d, v) &&
	    (f->fixed_version.len == 0 ||
	     d->subject->scheme->compare(v->fixed, f->fixed_version) == VER_GREATER))
		f->fixed_version = v->fixed;
	if (row.vendor_id.len && !slice_eq(row.vendor_id, f->id) &&
	    !has(f->vendor_ids, f->nvendor_ids, row.vendor_id))
		f->vendor_ids[f->nvendor_ids++] = row.vendor_id;
}

/* A statement that does not decide may still be the only one of the distribution that rates the problem. */
static void borrow_severity(const struct decision *d, const struct verdict *v, size_t n,
			    struct finding *f)
{
	for (size_t i = 0; i < n; i++) {
		struct adv_row row;
		adv_row_get(d->db, v[i].row, &row);
		if (row.severity > f->severity) {
			f->severity = row.severity;
			f->severity_source = row.feed;
		}
	}
}

static int add_aliases(const struct decision *d, struct finding *f)
{
	if (f->vuln.naliases == 0)
		return 0;
	f->aliases = arena_array(d->arena, f->vuln.naliases, sizeof(*f->aliases));
	if (!f->aliases)
		return -ENOMEM;
	for (uint32_t i = 0; i < f->vuln.naliases; i++) {
		struct slice alias = adv_vuln_alias(d->db, &f->vuln, i);
		if (!slice_eq(alias, f->id))
			f->aliases[f->naliases++] = alias;
	}
	return 0;
}

static int make_finding(const struct decision *d, const struct verdict *v, size_t n,
			enum verdict_kind kind, struct finding *f)
{
	f->vendor_ids = arena_array(d->arena, n, sizeof(*f->vendor_ids));
	if (!f->vendor_ids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (v[i].heard && v[i].kind == kind)
			take_row(d, &v[i], f);
	if (f->fixed_version.len)
		f->status = ADV_FIXED;
	else if (f->status == ADV_UNKNOWN)
		f->status = ADV_AFFECTED;
	if (f->severity == ADV_SEV_UNKNOWN)
		borrow_severity(d, v, n, f);
	if (f->severity == ADV_SEV_UNKNOWN) {
		f->severity = f->vuln.severity;
		f->severity_source = f->vuln.severity_source;
	}
	return add_aliases(d, f);
}

int decide_next(struct decision *d, struct finding *ret)
{
	while (d->next < d->nverdicts) {
		struct verdict *v = d->verdicts + d->next;
		size_t n = 1;
		while (d->next + n < d->nverdicts && v[n].vuln == v->vuln)
			n++;
		d->next += n;
		mark_heard(d, v, n);
		enum verdict_kind kind = weigh(v, n);
		if (kind != V_AFFECTED && kind != V_UNFIXED)
			continue;
		struct finding f = {.kind = FINDING_VULNERABILITY, .pkg = d->subject->inv};
		adv_vuln_get(d->db, v->vuln, &f.vuln);
		f.has_vuln = true;
		f.id = f.vuln.id;
		if (is_not_for_us(d, &f.vuln))
			continue;
		if (make_finding(d, v, n, kind, &f) < 0)
			return -ENOMEM;
		*ret = f;
		return 1;
	}
	return 0;
}
