/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people: the verdict in one line, what limits it, findings, what was not analysed. */
#include "report/table_internal.h"

#define TABLE_MIN_WIDTH 60u
#define TABLE_MAX_WIDTH 220u

struct slice table_clean(struct table *t, struct slice s)
{
	auto_buf struct buf b;
	buf_init(&b, MIB);
	cells_put_clean(&b, slice_sub(s, 0, 64 * KIB));
	return arena_dup(t->arena, buf_slice(&b));
}

const char *table_colour(const struct table *t, enum adv_severity s)
{
	static const char *const colours[] = {"\x1b[36m", "\x1b[34m", "\x1b[33m", "\x1b[31m",
					      "\x1b[1;31m"};
	return t->style->colour ? colours[s] : NULL;
}

void table_head(struct table *t, struct slice text)
{
	struct slice clean = table_clean(t, text);
	unsigned n = MIN(cells_width(clean), t->width);
	buf_putc(t->out, '\n');
	cells_text(t->out, 0, 0, t->width, clean);
	for (; n; n--)
		buf_putc(t->out, '=');
	buf_putc(t->out, '\n');
}

/* A folded paragraph; what is in it from outside becomes harmless. */
static void paragraph(struct table *t, unsigned indent, unsigned hang, struct slice text)
{
	cells_text(t->out, indent, hang, t->width, table_clean(t, text));
}

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void verdict(struct table *t)
{
	auto_buf struct buf b;
	buf_init(&b, MIB);
	buf_puts(&b, t->report->artifact_name);
	buf_puts(&b, SL(": "));
	report_put_verdict(&b, t->report);
	if (t->style->colour)
		buf_puts(t->out, SL(TABLE_BOLD));
	paragraph(t, 0, 2, buf_slice(&b));
	if (t->style->colour)
		buf_puts(t->out, SL(TABLE_RESET));
}

static void notes(struct table *t)
{
	auto_buf struct buf note, b;
	buf_init(&note, MIB);
	buf_init(&b, MIB);
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&note, t->report, i)) {
			buf_clear(&b);
			buf_puts(&b, SL("! "));
			buf_puts(&b, buf_slice(&note));
			paragraph(t, 0, 2, buf_slice(&b));
		}
}

static int by_name(const void *pa, const void *pb)
{
	const struct inventory_pkg *a = *(const struct inventory_pkg *const *)pa,
				   *b = *(const struct inventory_pkg *const *)pb;
	int c = slice_cmp(a->pkg.name, b->pkg.name);
	if (c == 0)
		c = slice_cmp(a->pkg.version, b->pkg.version);
	return c ? c : (a > b) - (a < b);
}

static int packages(struct table *t, const struct report_result *x)
{
	/* As in Trivy's table only findings are shown, unless there was nothing to find. */
	const struct report *r = t->report;
	if (r->scanned_vulns || r->scanned_secrets || r->scanned_config || r->scanned_licenses ||
	    !t->style->list_all_pkgs || x->npkgs == 0)
		return 0;
	const struct inventory_pkg **list = arena_array(t->arena, x->npkgs, sizeof(*list));
	if (!list)
		return err_oom(t->err);
	unsigned name = 4;
	for (size_t i = 0; i < x->npkgs; i++) {
		list[i] = &x->pkgs[i];
		name = MAX(name, cells_width(table_clean(t, x->pkgs[i].pkg.name)));
	}
	qsort(list, x->npkgs, sizeof(*list), by_name);
	name = MIN(name, t->width / 3);
	if (t->report->nresults > 1) {
		auto_buf struct buf head;
		buf_init(&head, MIB);
		buf_printf(&head, "%.*s: %zu %s", SL_FMT(x->target), x->npkgs,
			   plural(x->npkgs, "package", "packages"));
		buf_putc(t->out, '\n');
		paragraph(t, 0, 2, buf_slice(&head));
	} else {
		buf_printf(t->out, "\nPackages: %zu\n", x->npkgs);
	}
	for (size_t i = 0; i < x->npkgs; i++) {
		const struct pkg *k = &list[i]->pkg;
		const struct cell cells[] = {
		    {.text = table_clean(t, k->name), .width = name},
		    {.text = table_clean(t, report_version_text(k->type, k->version)),
		     .width = t->width / 3},
		    {.text = table_clean(t, report_is_gathered(x, list[i]) ? report_path(list[i])
									   : k->licenses),
		     .cut = true},
		};
		cells_row(t->out, 2, t->width, cells, ARRAY_LEN(cells));
	}
	return 0;
}

static void incomplete(struct table *t)
{
	const struct report *r = t->report;
	if (r->nincomplete)
		buf_puts(t->out, SL("\nNot analysed\n"));
	for (size_t i = 0; i < r->nincomplete; i++) {
		auto_buf struct buf b;
		buf_init(&b, MIB);
		report_put_incomplete(&b, &r->incomplete[i]);
		paragraph(t, 2, 4, buf_slice(&b));
	}
}

static void suppressed(struct table *t)
{
	const struct report *r = t->report;
	size_t all = r->nsuppressed + r->nset_aside;
	if (all == 0)
		return;
	if (!t->style->show_suppressed) {
		buf_printf(t->out, "\n%zu %s suppressed; --show-suppressed lists them.\n", all,
			   plural(all, "finding is", "findings are"));
		return;
	}
	buf_puts(t->out, SL("\nSuppressed\n"));
	for (size_t i = 0; i < r->nsuppressed; i++) {
		auto_buf struct buf b;
		buf_init(&b, MIB);
		report_put_suppressed(&b, &r->suppressed[i]);
		paragraph(t, 2, 4, buf_slice(&b));
	}
	for (size_t i = 0; i < r->nset_aside; i++) {
		auto_buf struct buf b;
		buf_init(&b, MIB);
		report_put_set_aside(&b, &r->set_aside[i]);
		paragraph(t, 2, 4, buf_slice(&b));
	}
}

static int one_report(const struct report *r, const struct report_style *st, struct buf *out,
		      struct err *err)
{
	auto_arena struct arena arena;
	arena_init(&arena, 1024 * MIB);
	struct table t = {
	    .report = r,
	    .style = st,
	    .width = MIN(MAX(st->width ? st->width : 80u, TABLE_MIN_WIDTH), TABLE_MAX_WIDTH),
	    .out = out,
	    .arena = &arena,
	    .err = err};
	verdict(&t);
	notes(&t);
	for (size_t i = 0; i < r->nresults; i++) {
		TRY(table_findings(&t, &r->results[i]));
		TRY(table_issues(&t, &r->results[i]));
		TRY(packages(&t, &r->results[i]));
	}
	incomplete(&t);
	suppressed(&t);
	return 0;
}

static int table_write(const struct report *reports, size_t n, const struct report_style *st,
		       struct buf *out, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, '\n');
		TRY(one_report(&reports[i], st, out, err));
	}
	return out->failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_table = {
    .name = "table",
    .help = "text for people, as wide as the terminal",
    .write = table_write,
};
