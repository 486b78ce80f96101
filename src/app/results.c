/* SPDX-License-Identifier: Apache-2.0 */
/* One inventory and its findings as the results of a report: the system, then each group of packages. */
#include "app/app_internal.h"

static bool is_wanted(const struct inventory_pkg *p, const struct scan_options *opt)
{
	if (p->kind.len == 0)
		return !opt->no_system;
	return !opt->no_languages && (opt->dev_deps || !(p->pkg.flags & PKG_DEV));
}

void results_drop(struct inventory *inv, const struct scan_options *opt)
{
	size_t kept = 0, system = 0;
	for (size_t i = 0; i < inv->npkgs; i++) {
		if (!is_wanted(&inv->pkgs[i], opt))
			continue;
		system += i < inv->nsystem;
		inv->pkgs[kept++] = inv->pkgs[i];
	}
	inv->npkgs = kept;
	inv->nsystem = system;
}

static bool same_group(const struct inventory_pkg *a, const struct inventory_pkg *b)
{
	return slice_eq(a->kind, b->kind) && slice_eq(a->group, b->group);
}

static size_t count_groups(const struct inventory *inv)
{
	size_t n = 1; /* the system's */
	for (size_t i = inv->nsystem; i < inv->npkgs; i++)
		n += i == inv->nsystem || !same_group(&inv->pkgs[i - 1], &inv->pkgs[i]);
	return n;
}

struct slice results_os_target(struct slice name, const struct pkg_os *os, struct arena *a)
{
	if (os->family.len == 0)
		return name;
	return arena_printf(a, "%.*s (%.*s%s%.*s)", SL_FMT(name), SL_FMT(os->family),
			    os->name.len ? " " : "", SL_FMT(os->name));
}

static void add_system(const struct inventory *inv, struct arena *a, struct report *r)
{
	if (inv->nsystem == 0 && inv->os.family.len == 0)
		return;
	r->results[r->nresults++] =
	    (struct report_result){.target = results_os_target(r->artifact_name, &inv->os, a),
				   .class_ = SL("os-pkgs"),
				   .type = inv->os.family.len ? inv->os.family
					   : inv->nsystem     ? inv->pkgs[0].pkg.type
							      : SL("unknown"),
				   .pkgs = inv->pkgs,
				   .npkgs = inv->nsystem};
}

static void add_groups(const struct inventory *inv, struct report *r)
{
	for (size_t i = inv->nsystem; i < inv->npkgs; i++) {
		const struct inventory_pkg *p = &inv->pkgs[i];
		if (i > inv->nsystem && same_group(p - 1, p)) {
			r->results[r->nresults - 1].npkgs++;
			continue;
		}
		r->results[r->nresults++] = (struct report_result){.target = p->group,
								   .class_ = SL("lang-pkgs"),
								   .type = p->kind,
								   .pkgs = p,
								   .npkgs = 1};
	}
}

static size_t result_of(const struct report *r, const struct inventory_pkg *p)
{
	size_t low = 0, high = r->nresults;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		*(r->results[mid].pkgs <= p ? &low : &high) = mid;
	}
	return low;
}

/* Findings come sorted by package name over all groups; each result gets its own, in that order. */
static int share_findings(const struct match_result *m, struct arena *a, struct report *r,
			  struct err *err)
{
	struct finding *all = arena_array(a, m->nfindings + 1, sizeof(*all));
	size_t *next = arena_array(a, r->nresults + 1, sizeof(*next)), at = 0;
	if (!all || !next)
		return err_oom(err);
	for (size_t i = 0; i < m->nfindings; i++)
		r->results[result_of(r, m->findings[i].pkg)].nfindings++;
	for (size_t i = 0; i < r->nresults; i++) {
		r->results[i].findings = all + at;
		next[i] = at;
		at += r->results[i].nfindings;
	}
	for (size_t i = 0; i < m->nfindings; i++)
		all[next[result_of(r, m->findings[i].pkg)]++] = m->findings[i];
	return 0;
}

int results_split(const struct inventory *inv, const struct match_result *m, struct arena *a,
		  struct report *r, struct err *err)
{
	r->results = arena_array(a, count_groups(inv) + 1, sizeof(*r->results));
	if (!r->results)
		return err_oom(err);
	add_system(inv, a, r);
	add_groups(inv, r);
	return m->nfindings ? share_findings(m, a, r, err) : 0;
}
