/* SPDX-License-Identifier: Apache-2.0 */
/* Misconfigurations, secrets and licences for people: by file, in the order of its lines. */
#include "report/table_internal.h"

#define MAX_ALIASES 3

static int by_line(const void *pa, const void *pb)
{
	const struct report_issue *a = *(const struct report_issue *const *)pa,
				  *b = *(const struct report_issue *const *)pb;
	if (a->start_line != b->start_line)
		return a->start_line < b->start_line ? -1 : 1;
	if (a->severity != b->severity)
		return (int)b->severity - (int)a->severity;
	int c = slice_cmp(a->id, b->id);
	return c ? c : (a > b) - (a < b);
}

static struct slice number(struct table *t, uint32_t line)
{
	return line ? arena_printf(t->arena, "%u", line) : SL_NONE;
}

/* "DF008 (DL3015)": the names that people know it by. */
static struct slice names(struct table *t, const struct report_issue *x)
{
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	cells_put_clean(&b, x->id);
	for (size_t i = 0; i < x->naliases && i < MAX_ALIASES; i++) {
		buf_puts(&b, i ? SL(", ") : SL(" ("));
		cells_put_clean(&b, x->aliases[i]);
	}
	if (x->naliases)
		buf_putc(&b, ')');
	return arena_dup(t->arena, buf_slice(&b));
}

static struct slice text_of(struct table *t, const struct report_issue *x)
{
	auto_buf struct buf b;
	buf_init(&b, 256 * KIB);
	cells_put_clean(&b, report_issue_text(x));
	if (x->kind == FINDING_LICENSE) {
		buf_puts(&b, SL(": "));
		cells_put_clean(&b, x->pkg.len ? x->pkg : x->path);
	}
	if (x->match.len) {
		buf_puts(&b, SL(": "));
		cells_put_clean(&b, slice_sub(x->match, 0, 200));
	}
	if (x->commit) {
		buf_puts(&b, SL(" ["));
		report_put_commit(&b, x->commit);
		buf_puts(&b, SL("]"));
	}
	if (x->layer >= 0 && t->report->nlayers)
		buf_printf(&b, " [layer %d of %zu]", x->layer + 1, t->report->nlayers);
	if (x->deleted_in >= 0)
		buf_printf(&b, " [deleted in layer %d, still shipped]", x->deleted_in + 1);
	return arena_dup(t->arena, buf_slice(&b));
}

static void put_issue(struct table *t, const struct report_issue *x, unsigned id_width)
{
	const struct cell cells[] = {
	    {.text = number(t, x->start_line), .width = 5},
	    {.text = slice_str(adv_severity_names[x->severity]),
	     .width = 8,
	     .colour = table_colour(t, x->severity)},
	    {.text = names(t, x), .width = id_width},
	    {.text = text_of(t, x)},
	};
	cells_row(t->out, 2, t->width, cells, ARRAY_LEN(cells));
}

int table_issues(struct table *t, const struct report_result *x)
{
	unsigned width = 8;
	if (x->nissues == 0)
		return 0;
	const struct report_issue **list = arena_array(t->arena, x->nissues, sizeof(*list));
	if (!list)
		return err_oom(t->err);
	for (size_t i = 0; i < x->nissues; i++) {
		list[i] = &x->issues[i];
		width = MAX(width, cells_width(names(t, list[i])));
	}
	qsort(list, x->nissues, sizeof(*list), by_line);
	table_head(t, x->target);
	for (size_t i = 0; i < x->nissues; i++)
		put_issue(t, list[i], MIN(width, t->width / 4));
	return 0;
}
