/* SPDX-License-Identifier: Apache-2.0 */
/* The engine as its callers see it. */
#include "rule/rule_internal.h"
#include "rule/rule_table.h"

#include <stdio.h>

static const struct rule_source *const builtin[] = {
#define X(name) &rule_source_##name,
    RULE_SOURCES
#undef X
};

const struct rule_source *const *rule_sources(size_t *n)
{
	*n = ARRAY_LEN(builtin);
	return builtin;
}

const char *rule_priority_name(enum rule_priority p)
{
	static const char *const names[] = {"Emergency", "Alert",  "Critical",	    "Error",
					    "Warning",	 "Notice", "Informational", "Debug"};
	return names[p];
}

int rule_priority_parse(struct slice s, enum rule_priority *ret)
{
	if (slice_ieq(s, SL("info"))) {
		*ret = RULE_INFORMATIONAL;
		return 0;
	}
	for (int p = RULE_EMERGENCY; p <= RULE_DEBUG; p++) {
		if (!slice_ieq(s, slice_str(rule_priority_name((enum rule_priority)p))))
			continue;
		*ret = (enum rule_priority)p;
		return 0;
	}
	return -EINVAL;
}

static int index_source(struct rule_engine *e, size_t at, struct err *err)
{
	const struct rule_source *s = e->sources[at];
	bool is_new;
	for (size_t i = 0; i < s->nfields; i++) {
		uint64_t *v = map_put(&e->fields[at], slice_str(s->fields[i].name), &is_new);
		if (!v)
			return err_oom(err);
		if (!is_new)
			return err_set(err, ERR_INTERNAL, -EINVAL, "source %s has field %s twice",
				       s->name, s->fields[i].name);
		*v = i;
	}
	for (size_t i = 0; i < s->ntypes; i++) {
		uint64_t *v = map_put(&e->types[at], slice_str(s->types[i].name), &is_new);
		if (!v)
			return err_oom(err);
		*v = s->types[i].code;
	}
	return 0;
}

static int add_sources(struct rule_engine *e, const struct rule_source *const *sources, size_t n,
		       struct err *err)
{
	e->sources = calloc(MAX(n, 1), sizeof(*e->sources));
	e->fields = calloc(MAX(n, 1), sizeof(*e->fields));
	e->types = calloc(MAX(n, 1), sizeof(*e->types));
	e->graphs = calloc(MAX(n, 1), sizeof(struct rule_graph *));
	if (!e->sources || !e->fields || !e->types || !e->graphs)
		return err_oom(err);
	e->nsources = n;
	for (size_t i = 0; i < n; i++) {
		e->sources[i] = sources[i];
		TRY(index_source(e, i, err));
	}
	return 0;
}

struct rule_engine *rule_engine_new(const struct rule_source *const *sources, size_t n,
				    struct err *err)
{
	struct rule_engine *e = calloc(1, sizeof(*e));
	if (!e) {
		(void)err_oom(err);
		return NULL;
	}
	arena_init(&e->arena, RULE_MAX_ARENA);
	e->least = RULE_DEBUG;
	if (add_sources(e, sources, n, err) < 0)
		rule_engine_free(&e);
	return e;
}

void rule_engine_free(struct rule_engine **ep)
{
	struct rule_engine *e = take_ptr(ep);
	if (!e)
		return;
	for (size_t i = 0; i < e->nsources; i++) {
		map_free(&e->fields[i]);
		map_free(&e->types[i]);
		rule_graph_free(e->graphs[i]);
	}
	for (size_t i = 0; i < e->lists.len; i++)
		vec_free(&e->lists.ptr[i]->items);
	for (size_t i = 0; i < e->rules.len; i++) {
		rule_exceptions_free(e->rules.ptr[i]);
		vec_free(&e->rules.ptr[i]->tags);
	}
	map_free(&e->list_names);
	map_free(&e->macro_names);
	map_free(&e->rule_names);
	vec_free(&e->files);
	vec_free(&e->lists);
	vec_free(&e->spaced);
	vec_free(&e->macros);
	vec_free(&e->rules);
	vec_free(&e->infos);
	vec_free(&e->problems);
	vec_free(&e->selectors);
	free(e->sources);
	free(e->fields);
	free(e->types);
	free(e->graphs);
	arena_free(&e->arena);
	free(e);
}

int rule_source_index(const struct rule_engine *e, struct slice name)
{
	for (size_t i = 0; i < e->nsources; i++)
		if (slice_is(name, e->sources[i]->name))
			return (int)i;
	return -1;
}

const struct rule_source *rule_source_find(const struct rule_engine *e, struct slice name)
{
	int i = rule_source_index(e, name);
	return i < 0 ? NULL : e->sources[i];
}

const struct rule_field *rule_field_of(const struct rule_engine *e, size_t source,
				       struct slice name, struct slice *dotted)
{
	const struct rule_field *all = e->sources[source]->fields;
	const uint64_t *at = map_get(&e->fields[source], name);
	*dotted = SL_NONE;
	if (at)
		return &all[*at];
	for (size_t i = name.len; i-- > 1;) {
		if (name.ptr[i] != '.')
			continue;
		at = map_get(&e->fields[source], slice_sub(name, 0, i));
		if (!at)
			continue;
		*dotted = slice_from(name, i + 1);
		return all[*at].flags & RULE_ARG_DOTTED && dotted->len ? &all[*at] : NULL;
	}
	return NULL;
}

int rule_load(struct rule_engine *e, struct slice name, struct slice text, unsigned flags,
	      struct err *err)
{
	struct rule_file *f = arena_new(&e->arena, struct rule_file);
	if (!f || vec_push(&e->files, f) < 0)
		return err_oom(err);
	f->index = (uint32_t)e->files.len - 1;
	f->flags = flags;
	f->name = arena_dup(&e->arena, name);
	struct rule_trail t;
	rule_trail_begin(&t, f);
	if (text.len > RULE_MAX_FILE) {
		rule_problem_add(e, true, RULE_ERR_FILE_READ, &t, SL_NONE,
				 "the file is larger than %zu bytes", (size_t)RULE_MAX_FILE);
		return 0;
	}
	f->text = arena_dup(&e->arena, text);
	if (!f->name.ptr || !f->text.ptr)
		return err_oom(err);
	TRY(rule_yaml_read(e, f, err));
	return rule_collect(e, f, err);
}

int rule_add(struct rule_engine *e, struct slice source, struct slice name, struct slice condition,
	     struct slice output, struct err *err)
{
	struct rule_def *r = arena_new(&e->arena, struct rule_def);
	bool is_new;
	if (rule_source_index(e, source) < 0)
		return err_usage(err, "source %.*s: there is none of that name", SL_FMT(source));
	if (e->rules.len >= RULE_MAX_ITEMS)
		return err_limit(err, "more than %u rules", RULE_MAX_ITEMS);
	if (!r)
		return err_oom(err);
	r->info = (struct rule_info){.index = (uint32_t)e->rules.len,
				     .name = arena_dup(&e->arena, name),
				     .source = arena_dup(&e->arena, source),
				     .output = arena_dup(&e->arena, output),
				     .priority = RULE_EMERGENCY,
				     .enabled = true};
	r->cond.text = arena_dup(&e->arena, condition);
	r->is_synthetic = true;
	uint64_t *at = map_put(&e->rule_names, r->info.name, &is_new);
	if (!r->info.name.ptr || !r->info.source.ptr || !r->cond.text.ptr || !at)
		return err_oom(err);
	if (!is_new)
		return err_usage(err, "rule '%.*s': there is one of that name", SL_FMT(name));
	*at = e->rules.len;
	return vec_push(&e->rules, r) < 0 ? err_oom(err) : 0;
}

void rule_set_priority(struct rule_engine *e, enum rule_priority least)
{
	e->least = least;
}

int rule_select(struct rule_engine *e, struct slice name, struct slice tag, bool enabled,
		struct err *err)
{
	struct rule_selector s = {arena_dup(&e->arena, name), arena_dup(&e->arena, tag), enabled};
	if (!s.name.ptr || !s.tag.ptr || vec_push(&e->selectors, s) < 0)
		return err_oom(err);
	return 0;
}

static bool is_selected(const struct rule_selector *s, const struct rule_def *r)
{
	bool tagged = !s->tag.len;
	for (size_t i = 0; i < r->tags.len; i++)
		tagged = tagged || slice_eq(r->tags.ptr[i], s->tag);
	return tagged && (!s->name.len || rule_glob(s->name, r->info.name, false));
}

static void apply_selectors(struct rule_engine *e)
{
	for (size_t i = 0; i < e->selectors.len; i++)
		for (size_t k = 0; k < e->rules.len; k++)
			if (is_selected(&e->selectors.ptr[i], e->rules.ptr[k]))
				e->rules.ptr[k]->info.enabled = e->selectors.ptr[i].enabled;
}

static void warn_unused(struct rule_engine *e)
{
	struct rule_trail t;
	if (e->has_unread)
		return;
	for (size_t i = 0; i < e->macros.len; i++) {
		const struct rule_macro_def *m = e->macros.ptr[i];
		if (m->is_used)
			continue;
		rule_trail_begin(&t, m->file);
		rule_trail_push(&t, "rules content", SL_NONE, m->pos);
		rule_trail_push(&t, "macro", m->name, m->pos);
		rule_problem_add(e, false, RULE_UNUSED_MACRO, &t, SL_NONE,
				 "Macro not referred to by any other rule/macro");
	}
	for (size_t i = 0; i < e->lists.len; i++) {
		const struct rule_list_def *l = e->lists.ptr[i];
		if (l->is_used)
			continue;
		rule_trail_begin(&t, l->file);
		rule_trail_push(&t, "rules content", SL_NONE, l->pos);
		rule_trail_push(&t, "list", l->name, l->pos);
		rule_problem_add(e, false, RULE_UNUSED_LIST, &t, SL_NONE,
				 "List not referred to by any other rule/macro");
	}
}

static int first_error(const struct rule_engine *e, struct err *err)
{
	for (size_t i = 0; i < e->problems.len; i++) {
		const struct rule_problem *p = e->problems.ptr[i];
		if (!p->is_error)
			continue;
		const struct rule_location *at = p->nat ? &p->at[p->nat - 1] : NULL;
		char more[48] = "";
		if (e->nerrors > 1)
			(void)snprintf(more, sizeof(more), " (and %zu more errors)",
				       e->nerrors - 1);
		if (!p->file_name.len)
			return err_usage(err, "%.*s: %.*s%s%.*s%s",
					 SL_FMT(at ? slice_sub(at->name, 0, 100) : SL_NONE),
					 SL_FMT(slice_sub(p->message, 0, 400)),
					 p->hint.len ? " - " : "",
					 SL_FMT(slice_sub(p->hint, 0, 100)), more);
		return err_usage(err, "%.*s:%u:%u: %.*s%s%.*s%s", SL_FMT(p->file_name),
				 at ? at->line : 0, at ? at->column : 0,
				 SL_FMT(slice_sub(p->message, 0, 400)), p->hint.len ? " - " : "",
				 SL_FMT(slice_sub(p->hint, 0, 100)), more);
	}
	return err_usage(err, "the rules have %zu errors", e->nerrors);
}

int rule_compile(struct rule_engine *e, struct err *err)
{
	if (e->is_compiled)
		return err_set(err, ERR_INTERNAL, -EINVAL, "rules are compiled once");
	e->is_compiled = true;
	apply_selectors(e);
	TRY(rule_bind_rules(e, err));
	warn_unused(e);
	if (e->is_oom)
		return err_oom(err);
	for (size_t i = 0; i < e->rules.len; i++) {
		struct rule_def *r = e->rules.ptr[i];
		r->info.tags = r->tags.ptr;
		r->info.ntags = r->tags.len;
		const struct rule_info *info = &r->info;
		if (vec_push(&e->infos, info) < 0)
			return err_oom(err);
	}
	if (e->nerrors)
		return first_error(e, err);
	for (size_t s = 0; s < e->nsources; s++)
		TRY(rule_graph_build(e, s, err));
	return 0;
}

size_t rule_files(const struct rule_engine *e)
{
	return e->files.len;
}

size_t rule_problems(const struct rule_engine *e, const struct rule_problem *const **ret)
{
	*ret = e->problems.ptr;
	return e->problems.len;
}

size_t rule_list(const struct rule_engine *e, const struct rule_info *const **ret)
{
	*ret = e->infos.ptr;
	return e->infos.len;
}

const struct rule_info *rule_find(const struct rule_engine *e, struct slice name)
{
	const uint64_t *at = map_get(&e->rule_names, name);
	return at ? &e->rules.ptr[*at]->info : NULL;
}
