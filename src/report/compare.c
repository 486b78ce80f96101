/* SPDX-License-Identifier: Apache-2.0 */
#include "report/compare.h"

#include "report/compare_internal.h"
#include "report/json_internal.h"
#include "report/table_internal.h"

struct entry {
	struct slice key;
	const void *item;
};

static int by_key(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int c = slice_cmp(a->key, b->key);
	return c ? c : (a->item > b->item) - (a->item < b->item);
}

/* Where a package belongs: the same library in two lock files is two packages. */
static struct slice package_key(struct arena *a, const struct inventory_pkg *p)
{
	const struct slice end = {"", 1};
	return arena_cat(a, p->pkg.type, end, p->pkg.name, end,
			 p->kind.len ? p->group : p->pkg.arch, end, p->kind);
}

static size_t count(const struct report *r, bool findings)
{
	size_t n = 0;
	for (size_t i = 0; i < r->nresults; i++)
		n += findings ? r->results[i].nfindings : r->results[i].npkgs;
	return n;
}

static int list_packages(const struct report *r, struct arena *a, struct entry **ret, size_t *n,
			 struct err *err)
{
	struct entry *all = arena_array(a, count(r, false) + 1, sizeof(*all));
	*n = 0;
	for (size_t i = 0; all && i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].npkgs; k++) {
			const struct inventory_pkg *p = &r->results[i].pkgs[k];
			all[*n] = (struct entry){package_key(a, p), p};
			if (!all[(*n)++].key.ptr)
				return err_oom(err);
		}
	if (*n)
		qsort(all, *n, sizeof(*all), by_key);
	*ret = all;
	return all ? 0 : err_oom(err);
}

struct slice report_finding_key(const struct finding *f, struct arena *a)
{
	struct slice where = package_key(a, f->pkg);
	return where.ptr ? arena_cat(a, f->id, slice_of("", 1), where) : SL_NONE;
}

static int list_findings(const struct report *r, struct arena *a, struct entry **ret, size_t *n,
			 struct err *err)
{
	struct entry *all = arena_array(a, count(r, true) + 1, sizeof(*all));
	*n = 0;
	for (size_t i = 0; all && i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].nfindings; k++) {
			const struct finding *f = &r->results[i].findings[k];
			if (f->kind != FINDING_VULNERABILITY || !f->pkg)
				continue;
			all[*n] = (struct entry){report_finding_key(f, a), f};
			if (!all[(*n)++].key.ptr)
				return err_oom(err);
		}
	if (*n)
		qsort(all, *n, sizeof(*all), by_key);
	*ret = all;
	return all ? 0 : err_oom(err);
}

static size_t run_length(const struct entry *e, size_t from, size_t n)
{
	size_t to = from + 1;
	while (to < n && slice_eq(e[from].key, e[to].key))
		to++;
	return to - from;
}

static struct slice version_of(const struct entry *e)
{
	return ((const struct inventory_pkg *)e->item)->pkg.version;
}

static int by_version(const void *a, const void *b)
{
	int c = slice_cmp(version_of(a), version_of(b));
	return c ? c : by_key(a, b);
}

/* Several versions of one package: those that both sides have are the same, the rest is paired in order. */
static void pair_versions(struct comparison *c, struct entry *before, size_t nb,
			  struct entry *after, size_t na)
{
	size_t i = 0, k = 0, gone = 0, fresh = 0;
	if (nb)
		qsort(before, nb, sizeof(*before), by_version);
	if (na)
		qsort(after, na, sizeof(*after), by_version);
	while (i < nb || k < na) {
		int order = i == nb   ? 1
			    : k == na ? -1
				      : slice_cmp(version_of(&before[i]), version_of(&after[k]));
		if (order < 0) {
			before[gone++] = before[i++];
		} else if (order > 0) {
			after[fresh++] = after[k++];
		} else {
			c->same_packages++;
			i++;
			k++;
		}
	}
	for (i = 0; i < MAX(gone, fresh); i++)
		c->packages[c->npackages++] = (struct package_change){
		    i >= gone	 ? CHANGE_NEW
		    : i >= fresh ? CHANGE_GONE
				 : CHANGE_CHANGED,
		    i < gone ? before[i].item : NULL, i < fresh ? after[i].item : NULL};
}

static int compare_packages(struct comparison *c, struct arena *a, struct err *err)
{
	struct entry *before, *after;
	size_t nb, na, i = 0, k = 0;
	TRY(list_packages(c->before, a, &before, &nb, err));
	TRY(list_packages(c->after, a, &after, &na, err));
	c->packages = arena_array(a, nb + na + 1, sizeof(*c->packages));
	if (!c->packages)
		return err_oom(err);
	while (i < nb || k < na) {
		int order = i == nb ? 1 : k == na ? -1 : slice_cmp(before[i].key, after[k].key);
		size_t b = order <= 0 ? run_length(before, i, nb) : 0,
		       x = order >= 0 ? run_length(after, k, na) : 0;
		pair_versions(c, before + i, b, after + k, x);
		i += b;
		k += x;
	}
	return 0;
}

static bool differs(const struct finding *a, const struct finding *b)
{
	return a->severity != b->severity || a->status != b->status ||
	       !slice_eq(a->fixed_version, b->fixed_version);
}

static int compare_findings(struct comparison *c, struct arena *a, struct err *err)
{
	struct entry *before, *after;
	size_t nb, na, i = 0, k = 0;
	TRY(list_findings(c->before, a, &before, &nb, err));
	TRY(list_findings(c->after, a, &after, &na, err));
	c->findings = arena_array(a, nb + na + 1, sizeof(*c->findings));
	if (!c->findings)
		return err_oom(err);
	while (i < nb || k < na) {
		int order = i == nb ? 1 : k == na ? -1 : slice_cmp(before[i].key, after[k].key);
		const struct finding *b = order <= 0 ? before[i].item : NULL,
				     *x = order >= 0 ? after[k].item : NULL;
		/* Two copies of a package with one problem are one piece of news. */
		i += b ? run_length(before, i, nb) : 0;
		k += x ? run_length(after, k, na) : 0;
		if (b && x && !differs(b, x)) {
			c->same_findings++;
			continue;
		}
		c->findings[c->nfindings++] = (struct finding_change){b && x ? CHANGE_CHANGED
								      : x    ? CHANGE_NEW
									     : CHANGE_GONE,
								      b, x};
	}
	return 0;
}

static int worst_first(const void *pa, const void *pb)
{
	const struct finding_change *a = pa, *b = pb;
	const struct finding *x = a->after ? a->after : a->before,
			     *y = b->after ? b->after : b->before;
	if (a->kind != b->kind)
		return (int)a->kind - (int)b->kind;
	double rx = finding_risk(x), ry = finding_risk(y);
	if (rx != ry)
		return rx > ry ? -1 : 1;
	int c = slice_cmp(x->id, y->id);
	return c ? c : slice_cmp(x->pkg->pkg.name, y->pkg->pkg.name);
}

int report_compare(const struct report *before, const struct report *after, struct arena *a,
		   struct comparison *ret, struct err *err)
{
	*ret = (struct comparison){.before = before, .after = after};
	TRY(compare_packages(ret, a, err));
	TRY(compare_findings(ret, a, err));
	if (ret->nfindings)
		qsort(ret->findings, ret->nfindings, sizeof(*ret->findings), worst_first);
	return compare_issues(ret, a, err);
}

/* ---- for people ---- */

static const char *const marks[] = {"+", "-", "~"};

static size_t count_kind(const struct comparison *c, enum change_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < c->nfindings; i++)
		n += c->findings[i].kind == kind;
	return n;
}

static void put_finding(struct buf *out, const struct finding_change *x, unsigned width)
{
	const struct finding *f = x->after ? x->after : x->before;
	auto_buf struct buf what, pkg;
	buf_init(&what, 64 * KIB);
	buf_init(&pkg, 64 * KIB);
	cells_put_clean(&pkg, f->pkg->pkg.name);
	if (x->kind == CHANGE_CHANGED && x->before->severity != x->after->severity)
		buf_printf(&what, "was %s ", adv_severity_names[x->before->severity]);
	if (f->fixed_version.len) {
		buf_puts(&what, SL("fixed in "));
		cells_put_clean(&what, f->fixed_version);
	}
	const struct cell cells[] = {
	    {.text = slice_str(marks[x->kind]), .width = 1},
	    {.text = f->id, .width = 20},
	    {.text = slice_str(adv_severity_names[f->severity]), .width = 8},
	    {.text = buf_slice(&pkg), .width = 24},
	    {.text = buf_slice(&what)}};
	cells_row(out, 2, width, cells, ARRAY_LEN(cells));
}

static void put_package(struct buf *out, const struct package_change *x, unsigned width)
{
	const struct inventory_pkg *p = x->after ? x->after : x->before;
	auto_buf struct buf name, versions;
	buf_init(&name, 64 * KIB);
	buf_init(&versions, 64 * KIB);
	cells_put_clean(&name, p->pkg.name);
	cells_put_clean(
	    &versions,
	    report_version_text(p->pkg.type, x->before ? x->before->pkg.version : p->pkg.version));
	if (x->kind == CHANGE_CHANGED) {
		buf_puts(&versions, SL(" -> "));
		cells_put_clean(&versions, report_version_text(p->pkg.type, x->after->pkg.version));
	}
	const struct cell cells[] = {{.text = slice_str(marks[x->kind]), .width = 1},
				     {.text = buf_slice(&name), .width = 32},
				     {.text = buf_slice(&versions)}};
	cells_row(out, 2, width, cells, ARRAY_LEN(cells));
}

int comparison_table(const struct comparison *c, const struct report_style *st, struct buf *out,
		     struct err *err)
{
	unsigned width = MAX(MIN(st->width, 220u), 60u);
	auto_buf struct buf head;
	buf_init(&head, MIB);
	cells_put_clean(&head, c->before->artifact_name);
	buf_puts(&head, SL(" -> "));
	cells_put_clean(&head, c->after->artifact_name);
	buf_printf(&head, ": %zu new, %zu gone, %zu changed, %zu unchanged vulnerabilities",
		   count_kind(c, CHANGE_NEW), count_kind(c, CHANGE_GONE),
		   count_kind(c, CHANGE_CHANGED), c->same_findings);
	compare_issues_head(c, &head);
	cells_text(out, 0, 2, width, buf_slice(&head));
	if (c->nfindings)
		buf_puts(out, SL("\nVulnerabilities\n"));
	for (size_t i = 0; i < c->nfindings; i++)
		put_finding(out, &c->findings[i], width);
	compare_issues_table(c, out, width);
	if (c->npackages)
		buf_puts(out, SL("\nPackages\n"));
	for (size_t i = 0; i < c->npackages; i++)
		put_package(out, &c->packages[i], width);
	return out->failed ? err_oom(err) : 0;
}

/* ---- for programs ---- */

static void json_finding(struct json_writer *w, const struct finding_change *x)
{
	const struct finding *f = x->after ? x->after : x->before;
	jw_object(w);
	jw_kstr(w, "VulnerabilityID", f->id);
	jw_kstr(w, "PkgName", f->pkg->pkg.name);
	jw_kstr_opt(w, "PURL", f->pkg->purl);
	jw_kstr(w, "Severity", slice_str(adv_severity_names[f->severity]));
	jw_kstr_opt(w, "FixedVersion", f->fixed_version);
	if (x->before)
		jw_kstr(w, "Before", x->before->pkg->pkg.version);
	if (x->after)
		jw_kstr(w, "After", x->after->pkg->pkg.version);
	if (x->kind == CHANGE_CHANGED) {
		jw_kstr(w, "SeverityBefore", slice_str(adv_severity_names[x->before->severity]));
		jw_kstr(w, "StatusBefore", slice_str(adv_status_names[x->before->status]));
		jw_kstr(w, "Status", slice_str(adv_status_names[x->after->status]));
		jw_kstr_opt(w, "FixedVersionBefore", x->before->fixed_version);
	}
	jw_end(w, '}');
}

static void json_findings(struct json_writer *w, const struct comparison *c)
{
	static const char *const names[] = {"New", "Gone", "Changed"};
	jw_key(w, "Vulnerabilities");
	jw_object(w);
	for (unsigned kind = 0; kind < ARRAY_LEN(names); kind++) {
		jw_key(w, names[kind]);
		jw_array(w);
		for (size_t i = 0; i < c->nfindings; i++)
			if ((unsigned)c->findings[i].kind == kind)
				json_finding(w, &c->findings[i]);
		jw_end(w, ']');
	}
	jw_ku64(w, "Unchanged", c->same_findings);
	jw_end(w, '}');
}

static void json_packages(struct json_writer *w, const struct comparison *c)
{
	static const char *const names[] = {"Added", "Removed", "Changed"};
	jw_key(w, "Packages");
	jw_object(w);
	for (unsigned kind = 0; kind < ARRAY_LEN(names); kind++) {
		jw_key(w, names[kind]);
		jw_array(w);
		for (size_t i = 0; i < c->npackages; i++) {
			const struct package_change *x = &c->packages[i];
			const struct inventory_pkg *p = x->after ? x->after : x->before;
			if ((unsigned)x->kind != kind)
				continue;
			jw_object(w);
			jw_kstr(w, "Name", p->pkg.name);
			jw_kstr_opt(w, "PURL", p->purl);
			if (p->kind.len)
				jw_kstr(w, "Target", p->group);
			if (x->before)
				jw_kstr(w, "Before", x->before->pkg.version);
			if (x->after)
				jw_kstr(w, "After", x->after->pkg.version);
			jw_end(w, '}');
		}
		jw_end(w, ']');
	}
	jw_ku64(w, "Unchanged", c->same_packages);
	jw_end(w, '}');
}

int comparison_json(const struct comparison *c, struct buf *out, struct err *err)
{
	struct json_writer w;
	jw_init(&w, out, 2);
	jw_object(&w);
	jw_kstr(&w, "Old", c->before->artifact_name);
	jw_kstr(&w, "New", c->after->artifact_name);
	json_findings(&w, c);
	compare_issues_json(c, &w);
	json_packages(&w, c);
	jw_end(&w, '}');
	buf_putc(out, '\n');
	return out->failed ? err_oom(err) : 0;
}
