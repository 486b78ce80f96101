/* SPDX-License-Identifier: Apache-2.0 */
/* What loading found, as people and programs read it; numbers about the graphs. */
#include "rule/graph.h"

static bool is_of(const struct rule_problem *p, uint32_t file, bool is_error)
{
	return p->is_error == is_error && (p->file == file || (p->file == UINT32_MAX && file == 0));
}

static size_t count(const struct rule_engine *e, uint32_t file, bool is_error)
{
	size_t n = 0;
	for (size_t i = 0; i < e->problems.len; i++)
		n += is_of(e->problems.ptr[i], file, is_error);
	return n;
}

/* The beginning of a condition, on one line. */
static void put_expression(struct slice s, struct buf *out)
{
	buf_puts(out, SL(": (\""));
	for (size_t i = 0; i < s.len && i < 20; i++)
		buf_putc(out, is_space(s.ptr[i]) ? ' ' : s.ptr[i]);
	buf_puts(out, s.len > 20 ? SL("...\"") : SL("\""));
}

static void put_location(const struct rule_problem *p, size_t i, struct buf *out)
{
	const struct rule_location *at = &p->at[i];
	buf_puts(out, i ? SL("    ") : SL("In "));
	buf_puts(out, slice_str(at->kind));
	if (at->name.len && strcmp(at->kind, "condition expression") == 0)
		put_expression(at->name, out);
	else if (at->name.len)
		buf_printf(out, " '%.*s': (%.*s", SL_FMT(at->name), SL_FMT(p->file_name));
	else
		buf_printf(out, ": (%.*s", SL_FMT(p->file_name));
	buf_printf(out, ":%u:%u)\n", at->line, at->column);
}

/* Tabs stay tabs, so that the caret stands below its byte. */
static void put_snippet(const struct rule_problem *p, struct buf *out)
{
	buf_puts(out, SL("------\n"));
	buf_puts(out, p->snippet);
	buf_putc(out, '\n');
	for (uint32_t i = 0; i < p->caret && i < p->snippet.len; i++) {
		unsigned char c = (unsigned char)p->snippet.ptr[i];
		if (c == '\t')
			buf_putc(out, '\t');
		else if ((c & 0xc0) != 0x80)
			buf_putc(out, ' ');
	}
	buf_puts(out, SL("^\n------\n"));
}

static void put_problems(const struct rule_engine *e, uint32_t file, bool is_error, struct buf *out)
{
	size_t n = count(e, file, is_error);
	if (!n)
		return;
	buf_printf(out, "%zu %s%s:\n", n, is_error ? "Error" : "Warning", n == 1 ? "" : "s");
	for (size_t i = 0; i < e->problems.len; i++) {
		const struct rule_problem *p = e->problems.ptr[i];
		if (!is_of(p, file, is_error))
			continue;
		for (size_t k = 0; k < p->nat; k++)
			put_location(p, k, out);
		if (p->nat)
			put_snippet(p, out);
		buf_printf(out, "%s (%s): ", rule_code_name(p->code), rule_code_text(p->code));
		buf_puts(out, p->message);
		if (p->hint.len) {
			buf_puts(out, SL(" - "));
			buf_puts(out, p->hint);
		}
		buf_puts(out, SL("\n\n"));
	}
}

void rule_report_text(const struct rule_engine *e, uint32_t file, struct buf *out)
{
	size_t errors = count(e, file, true), warnings = count(e, file, false);
	buf_puts(out, e->files.ptr[file]->name);
	buf_puts(out, errors	 ? SL(": Invalid\n")
		      : warnings ? SL(": Ok, with warnings\n")
				 : SL(": Ok\n"));
	put_problems(e, file, true, out);
	put_problems(e, file, false, out);
}

static void json_problem(const struct rule_problem *p, struct json_writer *w)
{
	jw_object(w);
	jw_kstr(w, "code", slice_str(rule_code_name(p->code)));
	jw_kstr(w, "codedesc", slice_str(rule_code_text(p->code)));
	jw_kstr(w, "message", p->message);
	jw_kstr_opt(w, "hint", p->hint);
	jw_key(w, "context");
	jw_object(w);
	jw_key(w, "locations");
	jw_array(w);
	for (size_t i = 0; i < p->nat; i++) {
		const struct rule_location *at = &p->at[i];
		jw_object(w);
		jw_kstr(w, "item_type", slice_str(at->kind));
		jw_kstr(w, "item_name", at->name);
		jw_key(w, "position");
		jw_object(w);
		jw_kstr(w, "name", p->file_name);
		jw_ku64(w, "line", at->line ? at->line - 1 : 0);
		jw_ku64(w, "column", at->column ? at->column - 1 : 0);
		jw_ku64(w, "offset", at->offset);
		jw_end(w, '}');
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_kstr(w, "snippet", p->snippet);
	jw_end(w, '}');
	jw_end(w, '}');
}

void rule_report_json(const struct rule_engine *e, uint32_t file, struct json_writer *w)
{
	jw_object(w);
	jw_kstr(w, "name", e->files.ptr[file]->name);
	jw_kbool(w, "successful", count(e, file, true) == 0);
	for (int is_error = 1; is_error >= 0; is_error--) {
		jw_key(w, is_error ? "errors" : "warnings");
		jw_array(w);
		for (size_t i = 0; i < e->problems.len; i++)
			if (is_of(e->problems.ptr[i], file, is_error))
				json_problem(e->problems.ptr[i], w);
		jw_end(w, ']');
	}
	jw_end(w, '}');
}

void rule_stats_get(const struct rule_engine *e, struct slice source, struct rule_stats *ret)
{
	int at = rule_source_index(e, source);
	const struct rule_graph *g = at < 0 ? NULL : e->graphs[at];
	*ret = (struct rule_stats){0};
	if (!g)
		return;
	ret->rules = g->nrules;
	ret->checks = g->nchecks;
	for (size_t i = 1; i < g->nodes.len; i++) {
		ret->nodes += g->nodes.ptr[i].is_marked;
		ret->unique += g->nodes.ptr[i].is_marked && g->nodes.ptr[i].nkids == 0;
	}
	for (size_t i = 0; i < g->slots.len; i++)
		ret->slots += g->slots.ptr[i].users > 0;
}

static bool holds(const struct rule_node *n, struct slice check, struct map *seen)
{
	bool is_new;
	if (n->kind == RULE_N_CHECK) {
		auto_buf struct buf text = {0};
		buf_init(&text, 64 * MIB);
		rule_tree_text(n, 0, &text);
		return slice_eq(buf_slice(&text), check);
	}
	if (!map_put(seen, slice_of(&n->kids, sizeof(n->kids)), &is_new) || !is_new)
		return false;
	for (size_t i = 0; i < n->nkids; i++)
		if (holds(n->kids[i], check, seen))
			return true;
	return false;
}

size_t rule_check_users(const struct rule_engine *e, const struct rule_info *r,
			const struct rule_node *check)
{
	auto_buf struct buf text = {0};
	size_t n = 0;
	buf_init(&text, 64 * MIB);
	rule_tree_text(check, 0, &text);
	for (size_t i = 0; i < e->rules.len; i++) {
		const struct rule_info *o = &e->rules.ptr[i]->info;
		auto_map struct map seen = {0};
		if (o->tree && slice_eq(o->source, r->source))
			n += holds(o->tree, buf_slice(&text), &seen);
	}
	return n;
}
