/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings for people: grouped by source package, since that is what is updated as one; the binary
 * packages stand in the head line. The group with the highest risk first, and in it the worst problem.
 */
#include "report/table_internal.h"

#include <stdio.h>

struct entry {
	const struct finding *f;
	struct slice source, version;
	int32_t layer;
	double risk, worst; /* worst: of the group */
};

static int by_group(const struct entry *a, const struct entry *b)
{
	int c = slice_cmp(a->source, b->source);
	if (c == 0)
		c = slice_cmp(a->version, b->version);
	if (c == 0)
		c = (a->layer > b->layer) - (a->layer < b->layer);
	return c;
}

static int by_problem(const struct entry *a, const struct entry *b)
{
	int c = (b->risk > a->risk) - (b->risk < a->risk);
	if (c == 0)
		c = slice_cmp(a->f->id, b->f->id);
	if (c == 0)
		c = slice_cmp(a->f->fixed_version, b->f->fixed_version);
	if (c == 0)
		c = (int)a->f->status - (int)b->f->status;
	return c;
}

static int group_order(const void *a, const void *b)
{
	int c = by_group(a, b);
	return c ? c : by_problem(a, b);
}

static int final_order(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int c = (b->worst > a->worst) - (b->worst < a->worst);
	if (c == 0)
		c = group_order(a, b);
	if (c == 0)
		c = slice_cmp(a->f->pkg->pkg.name, b->f->pkg->pkg.name);
	return c ? c : (a->f > b->f) - (a->f < b->f);
}

static size_t group_end(const struct entry *e, size_t from, size_t n)
{
	size_t to = from + 1;
	while (to < n && by_group(&e[from], &e[to]) == 0)
		to++;
	return to;
}

static size_t collect(const struct report_result *x, struct entry *e)
{
	size_t n = 0;
	for (size_t i = 0; i < x->nfindings; i++) {
		const struct finding *f = &x->findings[i];
		if (f->kind != FINDING_VULNERABILITY || !f->pkg)
			continue;
		const struct pkg *k = &f->pkg->pkg;
		e[n++] = (struct entry){.f = f,
					.source = k->src_name.len ? k->src_name : k->name,
					.version = k->src_version.len ? k->src_version : k->version,
					.risk = finding_risk(f),
					.layer = f->pkg->layer};
	}
	qsort(e, n, sizeof(*e), group_order);
	for (size_t at = 0, to; at < n; at = to) {
		double worst = 0;
		to = group_end(e, at, n);
		for (size_t i = at; i < to; i++)
			worst = MAX(worst, e[i].risk);
		for (size_t i = at; i < to; i++)
			e[i].worst = worst;
	}
	qsort(e, n, sizeof(*e), final_order);
	return n;
}

static const char *fix_words(const struct finding *f)
{
	switch (f->status) {
	case ADV_WILL_NOT_FIX:
		return "will not fix";
	case ADV_FIX_DEFERRED:
		return "fix deferred";
	case ADV_END_OF_LIFE:
		return "end of life";
	case ADV_UNDER_INVESTIGATION:
		return "being looked at";
	case ADV_UNKNOWN:
	case ADV_NOT_AFFECTED:
	case ADV_AFFECTED:
	case ADV_FIXED:
	default:
		return "no fix yet";
	}
}

static struct slice fix_text(struct table *t, const struct finding *f)
{
	return f->fixed_version.len ? table_clean(t, f->fixed_version) : slice_str(fix_words(f));
}

/* " (libcrypto1.1, libssl1.1)": who of the group is meant, when that is not the name itself. */
static void put_names(struct buf *b, const struct entry *e, size_t from, size_t to)
{
	auto_map struct map seen = {0};
	size_t names = 0;
	for (size_t i = from; i < to; i++) {
		bool is_new = false;
		struct slice name = e[i].f->pkg->pkg.name;
		if (!map_put(&seen, name, &is_new) || !is_new)
			continue;
		names++;
	}
	if (names == 1 && slice_eq(e[from].f->pkg->pkg.name, e[from].source))
		return;
	map_free(&seen);
	const char *before = " (";
	for (size_t i = from; i < to; i++) {
		bool is_new = false;
		struct slice name = e[i].f->pkg->pkg.name;
		if (!map_put(&seen, name, &is_new) || !is_new)
			continue;
		buf_puts(b, slice_str(before));
		cells_put_clean(b, name);
		before = ", ";
	}
	buf_putc(b, ')');
}

/* " in app/node_modules/x/package.json and 2 more": where it lies when that is not the head of the list. */
static void put_paths(struct buf *b, const struct report_result *x, const struct entry *e,
		      size_t from, size_t to)
{
	auto_map struct map seen = {0};
	struct slice first = report_path(e[from].f->pkg);
	if (!report_is_gathered(x, e[from].f->pkg))
		return;
	for (size_t i = from; i < to; i++)
		(void)!map_put(&seen, report_path(e[i].f->pkg), NULL);
	buf_puts(b, SL(" in "));
	cells_put_clean(b, first);
	if (seen.len > 1)
		buf_printf(b, " and %zu more", seen.len - 1);
}

static void put_origin(struct table *t, struct buf *b, const struct inventory_pkg *p)
{
	const struct report_layer *l = report_layer_of(t->report, p);
	if (!l)
		return;
	buf_printf(b, " - layer %d of %zu", p->layer + 1, t->report->nlayers);
	if (l->base)
		buf_puts(b, SL(", base image"));
}

static void group_head(struct table *t, const struct report_result *x, const struct entry *e,
		       size_t from, size_t to)
{
	auto_buf struct buf b;
	buf_init(&b, MIB);
	const struct inventory_pkg *p = e[from].f->pkg;
	cells_put_clean(&b, e[from].source);
	buf_putc(&b, ' ');
	cells_put_clean(&b, report_version_text(p->pkg.type, e[from].version));
	put_names(&b, e, from, to);
	put_paths(&b, x, e, from, to);
	put_origin(t, &b, p);
	buf_putc(t->out, '\n');
	if (t->style->colour)
		buf_puts(t->out, SL(TABLE_BOLD));
	cells_text(t->out, 0, 4, t->width, buf_slice(&b));
	if (t->style->colour)
		buf_puts(t->out, SL(TABLE_RESET));
}

struct columns {
	unsigned id, fix;
};

static struct columns measure(struct table *t, const struct entry *e, size_t n)
{
	struct columns c = {13, 12};
	for (size_t i = 0; i < n; i++) {
		c.id = MAX(c.id, cells_width(table_clean(t, e[i].f->id)));
		c.fix = MAX(c.fix, cells_width(fix_text(t, e[i].f)));
	}
	c.id = MIN(c.id, 21u);
	c.fix = MIN(c.fix, t->width / 3);
	return c;
}

static void put_row(struct table *t, const struct finding *f, struct columns c)
{
	struct slice title = f->has_vuln ? f->vuln.title : SL_NONE;
	if (title.len == 0 && f->has_vuln)
		title = slice_sub(f->vuln.details, 0, 400);
	auto_buf struct buf text;
	buf_init(&text, 64 * KIB);
	if (f->has_vuln && f->vuln.kev)
		buf_puts(&text, SL("EXPLOITED "));
	cells_put_clean(&text, slice_trim(slice_sub(title, 0, 4000)));
	const struct cell cells[] = {
	    {.text = table_clean(t, f->id), .width = c.id},
	    {.text = slice_str(adv_severity_names[f->severity]),
	     .width = 8,
	     .colour = table_colour(t, f->severity)},
	    {.text = fix_text(t, f), .width = c.fix},
	    {.text = buf_slice(&text), .cut = true},
	};
	cells_row(t->out, 2, t->width, cells, ARRAY_LEN(cells));
}

static void totals(struct table *t, const struct report_result *x)
{
	size_t n[ADV_SEV_CRITICAL + 1] = {0}, all = 0;
	for (size_t i = 0; i < x->nfindings; i++) {
		n[x->findings[i].severity]++;
		all++;
	}
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	buf_printf(&b, "Total: %zu (", all);
	for (int s = ADV_SEV_UNKNOWN; s <= ADV_SEV_CRITICAL; s++)
		buf_printf(&b, "%s%s: %zu", s ? ", " : "", adv_severity_names[s], n[s]);
	buf_putc(&b, ')');
	cells_text(t->out, 0, 2, t->width, buf_slice(&b));
}

int table_findings(struct table *t, const struct report_result *x)
{
	if (x->nfindings == 0)
		return 0;
	struct entry *e = arena_array(t->arena, x->nfindings, sizeof(*e));
	if (!e)
		return err_oom(t->err);
	size_t n = collect(x, e);
	struct columns c = measure(t, e, n);
	table_head(t, x->target);
	totals(t, x);
	for (size_t at = 0, to; at < n; at = to) {
		to = group_end(e, at, n);
		group_head(t, x, e, at, to);
		for (size_t i = at; i < to; i++)
			if (i == at || by_problem(&e[i - 1], &e[i]) != 0)
				put_row(t, e[i].f, c);
	}
	return 0;
}
