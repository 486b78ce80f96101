/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/rpmset.h"

enum { MAX_ARCHES = 8 };

struct entry {
	struct entry *next;
	struct rpm_statement x;
	struct slice arches[MAX_ARCHES];
	size_t n;
};
struct rpm_set {
	struct adv_build *b;
	struct slice feed;
	struct map index; /* key -> struct entry */
	struct entry *first, **last;
};

struct rpm_set *rpm_set_new(struct adv_build *b, struct slice feed)
{
	struct rpm_set *s = arena_new(bld_arena(b), struct rpm_set);
	if (s) {
		s->b = b;
		s->feed = feed;
		s->last = &s->first;
	}
	return s;
}

void rpm_set_done(struct rpm_set **s)
{
	if (*s)
		map_free(&(*s)->index);
}

void rpm_set_feed(struct rpm_set *s, struct slice feed)
{
	s->feed = feed;
}

static struct slice key_of(struct arena *a, const struct rpm_statement *x)
{
	const struct slice *parts[] = {&x->channel, &x->repo, &x->vuln, &x->vendor_id,
				       &x->module,  &x->name, &x->evr};
	size_t n = 1, at = 0;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		n += parts[i]->len + 1;
	char *out = arena_alloc(a, n);
	if (!out)
		return SL_NONE;
	out[at++] = (char)('0' + (int)x->status);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i]->len)
			memcpy(out + at, parts[i]->ptr, parts[i]->len);
		at += parts[i]->len;
		out[at++] = 0;
	}
	return slice_of(out, at);
}

static void add_arch(struct entry *e, struct slice arch)
{
	size_t i = 0;
	while (i < e->n && !slice_eq(e->arches[i], arch))
		i++;
	if (i < e->n || arch.len == 0)
		return;
	if (e->n == MAX_ARCHES) { /* that many mean all */
		e->x.arch = SL("*");
		return;
	}
	for (i = e->n++; i > 0 && slice_cmp(arch, e->arches[i - 1]) < 0; i--)
		e->arches[i] = e->arches[i - 1];
	e->arches[i] = arch;
}

void rpm_set_add(struct rpm_set *s, const struct rpm_statement *x)
{
	struct arena *a = bld_arena(s->b);
	if (x->name.len == 0 || adv_is_debug_package(x->name))
		return;
	bool is_new;
	uint64_t *place = map_put(&s->index, key_of(a, x), &is_new);
	if (!place)
		return;
	if (is_new) {
		struct entry *e = arena_new(a, struct entry);
		if (!e)
			return;
		e->x = *x;
		e->x.arch = SL_NONE;
		*s->last = e;
		s->last = &e->next;
		*place = (uint64_t)(uintptr_t)e;
	}
	struct entry *e = (struct entry *)(uintptr_t)*place;
	if (e)
		add_arch(e, x->arch);
}

static struct slice arch_list(struct arena *a, const struct entry *e)
{
	struct slice out = SL_NONE;
	if (slice_is(e->x.arch, "*"))
		return SL_NONE;
	for (size_t i = 0; i < e->n; i++)
		out = i ? arena_printf(a, "%.*s,%.*s", SL_FMT(out), SL_FMT(e->arches[i]))
			: e->arches[i];
	return out;
}

void rpm_set_flush(struct rpm_set *s)
{
	for (struct entry *e = s->first; e; e = e->next) {
		struct bld_row row = {
		    .channel = e->x.channel,
		    .name = e->x.name,
		    .vuln = e->x.vuln,
		    .feed = s->feed,
		    .vendor_id = e->x.vendor_id,
		    .arch = arch_list(bld_arena(s->b), e),
		    .module = e->x.module,
		    .repo = e->x.repo,
		    .status = e->x.status,
		    .severity = e->x.severity,
		    .flags = e->x.flags,
		};
		if (row.status == ADV_NOT_AFFECTED)
			bld_row(s->b, &row);
		else
			bld_row_fixed(s->b, &row, e->x.evr);
	}
	map_free(&s->index);
	s->first = NULL;
	s->last = &s->first;
}
