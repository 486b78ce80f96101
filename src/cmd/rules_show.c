/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and fields listed; one rule taken apart. */
#include "cmd/rules.h"

#include <stdio.h>

#define MAX_TYPES_SHOWN 30u

/* ---- list ---- */

static const struct opt list_options[] = {
    {"source", 0, OPT_STRING, "NAME", NULL, "only this source"},
    {"fields", 0, OPT_FLAG, NULL, NULL, "the fields of the sources, without files"},
    RULES_FORMAT,
    {0},
};

static void field_flags(const struct rule_field *f, struct buf *out)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} flags[] = {{RULE_LIST, "list"},
		     {RULE_ARG_INDEX, "[index]"},
		     {RULE_ARG_KEY, "[key]"},
		     {RULE_ARG_REQUIRED, "argument required"},
		     {RULE_ANY, "any ancestor"},
		     {RULE_EITHER, "either end"},
		     {RULE_NO_RHS, "not in val()"},
		     {RULE_OUTPUT_ONLY, "output only"},
		     {RULE_DEPRECATED, "deprecated"}};
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (f->flags & flags[i].flag)
			buf_printf(out, "%s%s", out->len ? ", " : "", flags[i].text);
}

static void put_fields(const struct rule_source *s, struct buf *out)
{
	buf_printf(out, "%s: %s\n\n", s->name, s->text ? s->text : "");
	for (size_t i = 0; i < s->nfields; i++) {
		auto_buf struct buf flags = {0};
		buf_init(&flags, 4 * KIB);
		if (s->fields[i].flags & RULE_HIDDEN)
			continue;
		field_flags(&s->fields[i], &flags);
		buf_printf(out, "%-44s %-8s %s%s%.*s%s\n", s->fields[i].name,
			   rule_type_name(s->fields[i].type), s->fields[i].text,
			   flags.len ? " (" : "", SL_FMT(buf_slice(&flags)), flags.len ? ")" : "");
	}
	buf_putc(out, '\n');
}

static struct slice class_of(const struct rule_field *f)
{
	struct slice s = slice_str(f->name);
	ssize_t dot = slice_chr(s, '.');
	return slice_sub(s, 0, dot < 0 ? s.len : (size_t)dot);
}

static void json_field(const struct rule_field *f, struct json_writer *w)
{
	static const struct {
		uint32_t flag;
		const char *tag;
	} tags[] = {{RULE_LIST, "EPF_IS_LIST"},		{RULE_ARG_INDEX, "ARG_INDEX"},
		    {RULE_ARG_KEY, "ARG_KEY"},		{RULE_ARG_REQUIRED, "ARG_REQUIRED"},
		    {RULE_NO_RHS, "EPF_NO_RHS"},	{RULE_OUTPUT_ONLY, "EPF_PRINT_ONLY"},
		    {RULE_DEPRECATED, "EPF_DEPRECATED"}};
	jw_object(w);
	jw_kstr(w, "name", slice_str(f->name));
	jw_kstr(w, "desc", slice_str(f->text));
	jw_kstr(w, "type", slice_str(rule_type_name(f->type)));
	jw_key(w, "tags");
	jw_array(w);
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (f->flags & tags[i].flag)
			jw_str(w, slice_str(tags[i].tag));
	jw_end(w, ']');
	jw_end(w, '}');
}

/* A class of each first word of the names, in the order in which they come. */
static void json_classes(const struct rule_source *s, struct json_writer *w)
{
	auto_map struct map seen = {0};
	for (size_t i = 0; i < s->nfields; i++) {
		struct slice name = class_of(&s->fields[i]);
		bool is_new;
		if (!map_put(&seen, name, &is_new) || !is_new)
			continue;
		jw_object(w);
		jw_kstr(w, "name", name);
		jw_kstr(w, "desc", slice_str(s->text));
		jw_key(w, "event_sources");
		jw_array(w);
		jw_str(w, slice_str(s->name));
		jw_end(w, ']');
		jw_key(w, "fields");
		jw_array(w);
		for (size_t k = i; k < s->nfields; k++)
			if (slice_eq(class_of(&s->fields[k]), name) &&
			    !(s->fields[k].flags & RULE_HIDDEN))
				json_field(&s->fields[k], w);
		jw_end(w, ']');
		jw_end(w, '}');
	}
}

static int list_fields(const struct options *o, bool json)
{
	struct err err = {0};
	auto_rule_engine struct rule_engine *e = rules_engine(&err);
	auto_buf struct buf out = {0};
	struct json_writer w;
	const char *only = opt_string(o, "source");
	size_t n;
	const struct rule_source *const *all = rules_sources(&n);
	buf_init(&out, 64 * MIB);
	jw_init(&w, &out, 2);
	if (!e)
		return cmd_fail(&err);
	if (only && !rules_source(e, only))
		return 2;
	if (json) {
		jw_object(&w);
		jw_key(&w, "fieldclasses");
		jw_array(&w);
	}
	for (size_t i = 0; i < n; i++) {
		if (only && strcmp(all[i]->name, only) != 0)
			continue;
		if (json)
			json_classes(all[i], &w);
		else
			put_fields(all[i], &out);
	}
	if (json) {
		jw_end(&w, ']');
		jw_end(&w, '}');
		buf_putc(&out, '\n');
	}
	return rules_write(&out);
}

static void json_rule(const struct rule_info *r, struct json_writer *w)
{
	jw_object(w);
	jw_kstr(w, "name", r->name);
	jw_kstr(w, "source", r->source);
	jw_kstr(w, "priority", slice_str(rule_priority_name(r->priority)));
	jw_kbool(w, "enabled", r->enabled);
	jw_kstr(w, "description", slice_trim(r->desc));
	jw_kstr(w, "file", r->file);
	jw_ku64(w, "line", r->line);
	jw_key(w, "tags");
	jw_array(w);
	for (size_t i = 0; i < r->ntags; i++)
		jw_str(w, r->tags[i]);
	jw_end(w, ']');
	jw_end(w, '}');
}

static int run_list(const struct options *o)
{
	auto_rule_engine struct rule_engine *e = NULL;
	auto_buf struct buf out = {0};
	struct json_writer w;
	const struct rule_info *const *all;
	const char *only = opt_string(o, "source");
	bool json;
	int r = rules_json(o, &json);
	if (r)
		return r;
	if (opt_flag(o, "fields"))
		return list_fields(o, json);
	r = rules_open(o, RULE_OWN_KEYS, &e);
	if (r)
		return r;
	buf_init(&out, 64 * MIB);
	jw_init(&w, &out, 2);
	if (json)
		jw_array(&w);
	for (size_t i = 0, n = rule_list(e, &all); i < n; i++) {
		if (only && !slice_is(all[i]->source, only))
			continue;
		if (json)
			json_rule(all[i], &w);
		else
			buf_printf(&out, "%-13s %-10.*s %s %.*s\n",
				   rule_priority_name(all[i]->priority), SL_FMT(all[i]->source),
				   all[i]->enabled ? "on " : "off", SL_FMT(all[i]->name));
	}
	if (json) {
		jw_end(&w, ']');
		buf_putc(&out, '\n');
	}
	return rules_write(&out);
}

const struct command cmd_rules_list = {
    .name = "rules list",
    .synopsis = "[FILE|DIR...]",
    .summary = "the rules of files, or the fields that rules can use",
    .text = "With --fields no file is needed: the fields of every source are listed, with their "
	    "types and what "
	    "arguments they take; JSON has the shape that falco --list has.",
    .options = list_options,
    .examples = {{"strake rules list rules.yaml", "priority, source, on or off, name"},
		 {"strake rules list --fields --source syscall", "every field of system calls"}},
    .run = run_list,
};

/* ---- explain ---- */

static const struct opt explain_options[] = {
    {"rule", 0, OPT_STRING, "NAME", NULL, "the rule"},
    RULES_FORMAT,
    {0},
};

struct shown {
	const struct rule_engine *e;
	const struct rule_info *r;
	struct buf *out;
	struct json_writer *w; /* NULL: text */
	struct map seen, checks;
	size_t nchecks;
};

static void show_field(void *arg, const struct rule_expr *x)
{
	struct shown *s = arg;
	if (s->w) {
		jw_str(s->w, x->text);
		return;
	}
	buf_printf(s->out, "  %-28.*s %-8s %s\n", SL_FMT(x->text), rule_type_name(x->type),
		   x->field->text);
}

static void show_types(struct shown *s)
{
	const struct rule_source *src = rule_source_find(s->e, s->r->source);
	size_t n = 0;
	for (size_t i = 0; i < src->ntypes; i++)
		n += rule_types_has(&s->r->types, src->types[i].code);
	if (!s->w) {
		buf_puts(s->out, SL("\nevent types: "));
		if (n == src->ntypes || n > MAX_TYPES_SHOWN)
			buf_printf(s->out, "%zu of %zu", n, src->ntypes);
	}
	for (size_t i = 0; i < src->ntypes; i++) {
		if (!rule_types_has(&s->r->types, src->types[i].code))
			continue;
		if (s->w)
			jw_str(s->w, slice_str(src->types[i].name));
		else if (n != src->ntypes && n <= MAX_TYPES_SHOWN)
			buf_printf(s->out, "%s ", src->types[i].name);
	}
	if (!s->w)
		buf_puts(s->out, SL("\n"));
}

static void show_checks(struct shown *s, const struct rule_node *n)
{
	bool is_new;
	struct slice key = slice_of(&n->kids, sizeof(n->kids));
	if (n->kind == RULE_N_CHECK) {
		auto_buf struct buf text = {0};
		buf_init(&text, MIB);
		rule_tree_text(n, 0, &text);
		size_t users = rule_check_users(s->e, s->r, n);
		s->nchecks++;
		if (users < 2)
			return;
		if (!s->w) {
			buf_printf(s->out, "  %3zu  %.*s%s\n", users,
				   SL_FMT(slice_sub(buf_slice(&text), 0, 100)),
				   text.len > 100 ? "..." : "");
			return;
		}
		jw_object(s->w);
		jw_kstr(s->w, "check", buf_slice(&text));
		jw_ku64(s->w, "rules", users);
		jw_end(s->w, '}');
		return;
	}
	if (!map_put(&s->seen, key, &is_new) || !is_new)
		return;
	for (size_t i = 0; i < n->nkids; i++)
		show_checks(s, n->kids[i]);
}

static void explain_text(struct shown *s)
{
	const struct rule_info *r = s->r;
	struct rule_stats st;
	rule_stats_get(s->e, r->source, &st);
	buf_printf(s->out, "%.*s\n  %s, source %.*s, %s, %.*s:%u\n\n", SL_FMT(r->name),
		   rule_priority_name(r->priority), SL_FMT(r->source), r->enabled ? "on" : "off",
		   SL_FMT(r->file), r->line);
	buf_puts(s->out, SL("condition, with macros and lists put in place:\n"));
	rule_tree_text(r->tree, 2, s->out);
	buf_putc(s->out, '\n');
	show_types(s);
	buf_puts(s->out, SL("\nfields:\n"));
	rule_each_field(r->tree, show_field, s);
	buf_puts(s->out,
		 SL("\nchecks that other rules have too, and how many rules they are in:\n"));
	show_checks(s, r->tree);
	buf_printf(s->out,
		   "\n%zu rules of this source: %zu checks, %zu after sharing, %zu field values\n",
		   st.rules, st.checks, st.unique, st.slots);
}

static void explain_json(struct shown *s)
{
	auto_buf struct buf text = {0};
	buf_init(&text, 64 * MIB);
	rule_tree_text(s->r->tree, 0, &text);
	jw_object(s->w);
	jw_key(s->w, "rule");
	json_rule(s->r, s->w);
	jw_kstr(s->w, "condition", buf_slice(&text));
	jw_kstr(s->w, "output", s->r->output);
	jw_key(s->w, "events");
	jw_array(s->w);
	show_types(s);
	jw_end(s->w, ']');
	jw_key(s->w, "fields");
	jw_array(s->w);
	rule_each_field(s->r->tree, show_field, s);
	jw_end(s->w, ']');
	jw_key(s->w, "shared_checks");
	jw_array(s->w);
	show_checks(s, s->r->tree);
	jw_end(s->w, ']');
	jw_end(s->w, '}');
	buf_putc(s->out, '\n');
}

static int no_rule(const struct rule_engine *e, const char *name)
{
	const struct rule_info *const *all;
	auto_free const char **names = NULL;
	auto_arena struct arena a = {0};
	size_t n = rule_list(e, &all);
	arena_init(&a, 64 * MIB);
	names = calloc(n + 1, sizeof(*names));
	for (size_t i = 0; names && i < n; i++) {
		names[i] = arena_dup(&a, all[i]->name).ptr;
		if (!names[i])
			n = i;
	}
	const char *near = names ? nearest_word(name, names, n) : NULL;
	return cmd_usage("--rule %s: there is no such rule%s%s", name,
			 near ? " - did you mean " : "", near ? near : "");
}

static int run_explain(const struct options *o)
{
	auto_rule_engine struct rule_engine *e = NULL;
	auto_buf struct buf out = {0};
	struct json_writer w;
	const char *name = opt_string(o, "rule");
	bool json;
	int r = rules_json(o, &json);
	if (r)
		return r;
	if (!name)
		return cmd_usage("--rule NAME is missing: which rule?");
	r = rules_open(o, RULE_OWN_KEYS, &e);
	if (r)
		return r;
	const struct rule_info *info = rule_find(e, slice_str(name));
	if (!info)
		return no_rule(e, name);
	if (!info->tree)
		return cmd_usage("--rule %s: it is not compiled: its source is not known", name);
	buf_init(&out, 256 * MIB);
	jw_init(&w, &out, 2);
	struct shown s = {.e = e, .r = info, .out = &out, .w = json ? &w : NULL};
	if (json)
		explain_json(&s);
	else
		explain_text(&s);
	map_free(&s.seen);
	map_free(&s.checks);
	return rules_write(&out);
}

const struct command cmd_rules_explain = {
    .name = "rules explain",
    .synopsis = "FILE|DIR... --rule NAME",
    .summary = "what a rule really checks: macros and lists put in place",
    .text = "Prints the condition, the event types that it can match, the fields that it needs and "
	    "the checks "
	    "that it shares with other rules: those are made once for all of them.",
    .options = explain_options,
    .examples = {{"strake rules explain rules.yaml --rule 'Shell in container'", "one rule"}},
    .run = run_explain,
};
