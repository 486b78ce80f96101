/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Macros are resolved on trees, once for each source, and shared: what stands in a thousand conditions is one subtree, and
 * macros in macros cannot grow exponentially.
 */
#include "rule/bind.h"

#include <stdio.h>

void rule_resolve_problem(struct rule_resolve *r, bool is_error, enum rule_code code, uint32_t pos,
			  struct slice hint, const char *fmt, ...)
{
	char text[1200];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct rule_trail t = r->trail;
	const struct rule_file *f = NULL;
	uint32_t at = 0;
	if (is_error)
		r->is_failed = true;
	if (rule_problems_full(r->e)) {
		r->e->nerrors += is_error;
		return;
	}
	if (r->text && rule_ctext_place(r->text, pos, &f, &at)) {
		if (f != t.file) {
			struct slice name = t.n ? t.at[t.n - 1].name : SL_NONE;
			const char *kind = t.n ? t.at[t.n - 1].kind : "rule";
			rule_trail_begin(&t, f);
			rule_trail_push(&t, "rules content", SL_NONE, at);
			rule_trail_push(&t, kind, name, at);
		}
		rule_trail_push(&t, "condition expression", slice_sub(r->text->text, 0, 60), at);
	}
	rule_problem_add(r->e, is_error, code, &t, hint, "%s", text);
}

static void mark_used(struct rule_engine *e, const struct rule_node *n)
{
	if (n->kind == RULE_N_MACRO) {
		const uint64_t *at = map_get(&e->macro_names, n->name);
		if (at)
			e->macros.ptr[*at]->is_used = true;
	}
	for (size_t i = 0; i < n->nkids; i++)
		mark_used(e, n->kids[i]);
}

/* NULL: there is a problem now. */
static const struct rule_node *parse(struct rule_resolve *r, const struct rule_ctext *from,
				     struct rule_ctext *expanded)
{
	struct rule_engine *e = r->e;
	const struct rule_node *tree = NULL;
	struct rule_syntax bad = {0};
	struct err err = {0};
	size_t budget = RULE_MAX_NODES - MIN(e->nnodes, RULE_MAX_NODES), before = budget;
	r->text = from;
	if (rule_lists_expand(e, from, expanded, &err) < 0) {
		rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, 0, SL_NONE, "%s",
				     err.text);
		return NULL;
	}
	r->text = expanded;
	e->ncondition_bytes += expanded->text.len;
	if (e->ncondition_bytes > RULE_MAX_CONDITIONS) {
		rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, 0, SL_NONE,
				     "all conditions together are over %zu bytes when their lists "
				     "are put in place",
				     (size_t)RULE_MAX_CONDITIONS);
		return NULL;
	}
	int rc = rule_parse(&e->arena, expanded->text, &budget, &tree, &bad);
	e->nnodes += before - budget;
	if (rc == -ENOMEM)
		e->is_oom = true;
	else if (rc < 0)
		rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, bad.pos, bad.hint, "%.*s",
				     SL_FMT(bad.message));
	if (rc < 0) {
		e->has_unread = true;
		return NULL;
	}
	mark_used(e, tree);
	return tree;
}

static const struct rule_node *bind(struct rule_resolve *r, const struct rule_node *n);

static const struct rule_node *too_deep(struct rule_resolve *r, const struct rule_node *n)
{
	rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, n->pos, SL_NONE,
			     "exceeded max depth limit of %u", RULE_MAX_DEPTH);
	return NULL;
}

static void undefined(struct rule_resolve *r, const struct rule_node *n,
		      const struct rule_macro_def *later)
{
	struct rule_near near = {.word = n->name};
	struct slice hint = SL_NONE;
	if (later) {
		uint32_t line, column;
		rule_file_position(later->file, later->pos, &line, &column);
		hint =
		    arena_printf(&r->e->arena, "it is defined later, at %.*s:%u: move it in front",
				 SL_FMT(later->file->name), line);
	} else {
		for (size_t i = 0; i < r->e->macros.len; i++)
			rule_near_offer(&near, r->e->macros.ptr[i]->name);
		hint = rule_near_hint(r->e, &near);
	}
	rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, n->pos, hint,
			     "Undefined macro '%.*s' used in filter.", SL_FMT(n->name));
}

/* Binds the macro for the source of r; problems are shown at the macro's own text. */
static void bind_macro(struct rule_resolve *r, struct rule_macro_def *m, struct rule_bound *b)
{
	struct rule_resolve in = *r;
	rule_trail_begin(&in.trail, m->file);
	rule_trail_push(&in.trail, "rules content", SL_NONE, m->pos);
	rule_trail_push(&in.trail, "macro", m->name, m->pos);
	in.text = &m->expanded;
	in.visibility = m->visibility;
	in.is_failed = in.is_unknown = false;
	in.depth = 0;
	b->state = BIND_OPEN;
	r->macro_depth++;
	in.macro_depth = r->macro_depth;
	b->tree =
	    in.macro_depth > RULE_MAX_DEPTH / 10 ? too_deep(&in, m->tree) : bind(&in, m->tree);
	r->macro_depth--;
	b->height = in.height;
	b->state = b->tree && !in.is_failed && !in.is_unknown ? BIND_DONE
		   : in.is_unknown && !in.is_failed	      ? BIND_UNKNOWN
							      : BIND_FAILED;
}

static const struct rule_node *bind_reference(struct rule_resolve *r, const struct rule_node *n)
{
	struct rule_engine *e = r->e;
	const uint64_t *at = map_get(&e->macro_names, n->name);
	struct rule_macro_def *m = at ? e->macros.ptr[*at] : NULL;
	if (!m || m->index >= r->visibility) {
		undefined(r, n, m);
		return NULL;
	}
	if (!m->tree) { /* said already */
		r->is_failed = true;
		return NULL;
	}
	if (!m->bound) {
		m->bound = arena_array(&e->arena, e->nsources * 2, sizeof(*m->bound));
		if (!m->bound) {
			e->is_oom = r->is_failed = true;
			return NULL;
		}
	}
	struct rule_bound *b = &m->bound[r->source * 2 + r->skip_unknown];
	if (b->state == BIND_OPEN) {
		rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, n->pos, SL_NONE,
				     "reference loop in macro '%.*s'", SL_FMT(n->name));
		return NULL;
	}
	if (b->state == BIND_NONE)
		bind_macro(r, m, b);
	if (b->state == BIND_FAILED)
		r->is_failed = true;
	if (b->state == BIND_UNKNOWN)
		r->is_unknown = true;
	r->height = b->height;
	if (b->state == BIND_DONE && r->depth + b->height > RULE_MAX_DEPTH)
		return too_deep(r, n);
	return b->state == BIND_DONE ? b->tree : NULL;
}

static const struct rule_node *bind(struct rule_resolve *r, const struct rule_node *n)
{
	if (r->e->is_oom)
		return NULL;
	/* One file that is all errors must not cost more than others. */
	if (r->e->nerrors && rule_problems_full(r->e)) {
		r->is_failed = true;
		return NULL;
	}
	r->height = 1;
	if (n->kind == RULE_N_CHECK)
		return rule_check_bind(r, n);
	if (r->depth >= RULE_MAX_DEPTH)
		return too_deep(r, n);
	r->depth++;
	const struct rule_node *got = NULL;
	if (n->kind == RULE_N_MACRO) {
		got = bind_reference(r, n);
		r->depth--;
		return got;
	}
	struct rule_node *c = arena_new(&r->e->arena, struct rule_node);
	const struct rule_node **kids = arena_array(&r->e->arena, n->nkids, sizeof(*kids));
	bool good = c && kids;
	if (!good) {
		r->e->is_oom = true;
		return NULL;
	}
	*c = *n;
	c->kids = kids;
	unsigned height = 0;
	for (size_t i = 0; i < n->nkids; i++) {
		kids[i] = bind(r, n->kids[i]);
		good = good && kids[i];
		height = MAX(height, r->height);
	}
	r->depth--;
	r->height = height + 1;
	return good ? c : NULL;
}

static void parse_macros(struct rule_engine *e)
{
	for (size_t i = 0; i < e->macros.len; i++) {
		struct rule_macro_def *m = e->macros.ptr[i];
		struct rule_resolve r = {.e = e};
		rule_trail_begin(&r.trail, m->file);
		rule_trail_push(&r.trail, "rules content", SL_NONE, m->pos);
		rule_trail_push(&r.trail, "macro", m->name, m->pos);
		m->tree = parse(&r, &m->cond, &m->expanded);
	}
}

/* ---- Output ---- */

/* Where byte bad of the output stands: in the scalar that was read last, which is its end. */
static void output_trail(const struct rule_def *d, size_t bad, struct rule_trail *t)
{
	const struct node *n = d->output;
	rule_trail_begin(t, d->output_file);
	if (!n) {
		rule_trail_push(t, "rule", d->info.name, 0);
		return;
	}
	uint32_t at = d->output_file == d->file ? d->pos : n->pos;
	size_t before = d->info.output.len - MIN(n->str.len, d->info.output.len);
	rule_trail_push(t, "rules content", SL_NONE, at);
	rule_trail_push(t, "rule", d->info.name, at);
	rule_trail_push(t, "rule output", SL_NONE,
			bad < before ? n->pos : rule_scalar_pos(d->output_file, n, bad - before));
}

static void bind_output(struct rule_engine *e, struct rule_def *d)
{
	struct rule_template *t = NULL;
	struct rule_trail trail;
	struct err err = {0};
	size_t bad = 0;
	if (rule_template_make(e, (size_t)rule_source_index(e, d->info.source), d->info.output,
			       &e->arena, &t, &bad, &err) == 0) {
		d->info.output_template = t;
		return;
	}
	if (err.kind == ERR_INTERNAL) {
		e->is_oom = true;
		return;
	}
	bool skip = d->info.skip_if_unknown && err.kind == ERR_NOT_FOUND;
	output_trail(d, bad, &trail);
	rule_problem_add(e, !skip, skip ? RULE_UNKNOWN_FILTER : RULE_ERR_COMPILE_OUTPUT, &trail,
			 SL_NONE, "%s", err.text);
	d->info.tree = NULL;
}

static int bind_rule(struct rule_engine *e, struct rule_def *d, struct err *err)
{
	struct rule_resolve r = {
	    .e = e, .skip_unknown = d->info.skip_if_unknown, .visibility = UINT32_MAX, .err = err};
	int source = rule_source_index(e, d->info.source);
	d->info.condition = d->cond.text;
	if (d->is_broken || d->info.priority > e->least)
		return 0;
	rule_trail_begin(&r.trail, d->file);
	if (d->file)
		rule_trail_push(&r.trail, "rules content", SL_NONE, d->pos);
	rule_trail_push(&r.trail, "rule", d->info.name, d->pos);
	struct err why = {0};
	if (rule_exceptions_expand(e, d, &why) < 0) {
		rule_problem_add(e, true, RULE_ERR_VALIDATE, &r.trail, SL_NONE, "%s", why.text);
		return 0;
	}
	d->info.condition = d->whole.text;
	if (d->is_broken || source < 0)
		return 0;
	r.source = (size_t)source;
	d->source = e->sources[source];
	const struct rule_node *tree = parse(&r, &d->whole, &d->expanded);
	if (!tree)
		return e->is_oom ? err_oom(err) : 0;
	tree = bind(&r, tree);
	if (tree && !r.is_failed && !r.is_unknown)
		d->info.tree = tree;
	bind_output(e, d);
	return e->is_oom ? err_oom(err) : 0;
}

int rule_bind_rules(struct rule_engine *e, struct err *err)
{
	parse_macros(e);
	if (e->is_oom)
		return err_oom(err);
	for (size_t i = 0; i < e->rules.len; i++)
		TRY(bind_rule(e, e->rules.ptr[i], err));
	return 0;
}

/* ---- Walks ---- */

static void each_expr(const struct rule_expr *x, struct map *seen,
		      void (*fn)(void *arg, const struct rule_expr *x), void *arg)
{
	bool is_new;
	if (x->kind != RULE_E_FIELD) {
		for (const struct rule_expr *a = x->first; a; a = a->next)
			each_expr(a, seen, fn, arg);
		return;
	}
	if (map_put(seen, x->text, &is_new) && is_new)
		fn(arg, x);
}

/* Shared subtrees are walked once. */
static void each_field(const struct rule_node *n, struct map *nodes, struct map *seen,
		       void (*fn)(void *arg, const struct rule_expr *x), void *arg)
{
	bool is_new;
	if (n->kind == RULE_N_CHECK) {
		each_expr(n->left, seen, fn, arg);
		if (n->right)
			each_expr(n->right, seen, fn, arg);
		return;
	}
	if (!map_put(nodes, slice_of(&n->kids, sizeof(n->kids)), &is_new) || !is_new)
		return;
	for (size_t i = 0; i < n->nkids; i++)
		each_field(n->kids[i], nodes, seen, fn, arg);
}

void rule_each_field(const struct rule_node *n, void (*fn)(void *arg, const struct rule_expr *x),
		     void *arg)
{
	auto_map struct map nodes = {0}, seen = {0};
	each_field(n, &nodes, &seen, fn, arg);
}
