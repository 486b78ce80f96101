/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids that name one problem become one class: union-find over the alias pairs. A class never holds two
 * CVE numbers; a pair that would bring two together is left out. Pairs are taken in an order that does
 * not depend on the order of the input: those with a CVE first, then by name.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "adv/build_internal.h"

struct classes {
	const struct adv_build *b;
	const uint32_t *rank;
	bstr *parent; /* 0 = not seen */
	bstr *cve;    /* of a root: the CVE in the class, 0 none */
	bstr *best;   /* of a root: preferred id */
};

static bstr root_of(struct classes *c, bstr id)
{
	while (c->parent[id] != id) {
		c->parent[id] = c->parent[c->parent[id]];
		id = c->parent[id];
	}
	return id;
}

static void see(struct classes *c, bstr id)
{
	if (id == 0 || c->parent[id])
		return;
	c->parent[id] = c->best[id] = id;
	c->cve[id] = adv_is_cve(bld_str(c->b, id)) ? id : 0;
}

static int kind_of(struct slice id)
{
	static const char *const own[] = {"GHSA-", "PYSEC-", "GO-", "RUSTSEC-"};
	if (adv_is_cve(id))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (slice_starts(id, own[i]))
			return 1 + (int)i;
	return 9;
}

static bool better(const struct classes *c, bstr x, bstr y)
{
	int kx = kind_of(bld_str(c->b, x)), ky = kind_of(bld_str(c->b, y));
	return kx != ky ? kx < ky : c->rank[x] < c->rank[y];
}

static void join(struct classes *c, bstr a, bstr b)
{
	a = root_of(c, a);
	b = root_of(c, b);
	if (a == b || (c->cve[a] && c->cve[b]))
		return;
	c->parent[b] = a;
	if (!c->cve[a])
		c->cve[a] = c->cve[b];
	if (better(c, c->best[b], c->best[a]))
		c->best[a] = c->best[b];
}

struct order {
	uint32_t kind, a, b; /* ranks */
	struct bedge edge;
};

static int by_order(const void *x, const void *y)
{
	const struct order *a = x, *b = y;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return a->b < b->b ? -1 : a->b > b->b;
}

static int join_all(struct classes *c, struct err *err)
{
	size_t n = c->b->edges.len;
	auto_free struct order *all = calloc(n ? n : 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		struct bedge e = c->b->edges.ptr[i];
		if (c->rank[e.a] > c->rank[e.b])
			e = (struct bedge){e.b, e.a};
		bool cve = adv_is_cve(bld_str(c->b, e.a)) || adv_is_cve(bld_str(c->b, e.b));
		all[i] = (struct order){!cve, c->rank[e.a], c->rank[e.b], e};
		see(c, e.a);
		see(c, e.b);
	}
	qsort(all, n, sizeof(*all), by_order);
	for (size_t i = 0; i < n; i++)
		join(c, all[i].edge.a, all[i].edge.b);
	return 0;
}

int bld_merge(const struct adv_build *b, const uint32_t *rank, bstr **class_of, struct err *err)
{
	size_t n = b->strings.items.len;
	auto_free bstr *parent = calloc(n, sizeof(*parent));
	auto_free bstr *cve = calloc(n, sizeof(*cve));
	auto_free bstr *best = calloc(n, sizeof(*best));
	if (!parent || !cve || !best)
		return err_oom(err);
	struct classes c = {b, rank, parent, cve, best};
	for (size_t i = 0; i < b->rows.len; i++)
		see(&c, b->rows.ptr[i].vuln);
	for (size_t i = 0; i < b->facts.len; i++)
		see(&c, b->facts.ptr[i].id);
	TRY(join_all(&c, err));
	auto_free bstr *out = calloc(n, sizeof(*out));
	if (!out)
		return err_oom(err);
	for (size_t i = 1; i < n; i++)
		if (parent[i])
			out[i] = best[root_of(&c, (bstr)i)];
	*class_of = take_ptr(&out);
	return 0;
}
