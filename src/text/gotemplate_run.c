/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of templates, run. */
#include "text/gotemplate_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum flow { GO_ON, DO_BREAK, DO_CONTINUE };

static int run_list(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *dot,
		    enum flow *flow);
static int eval_pipe(struct gotmpl *t, const struct gotmpl_pipe *p, const struct gotmpl_value *dot,
		     struct gotmpl_value *ret);

static int too_large(struct gotmpl *t, uint32_t pos)
{
	size_t max = t->out->max;
	return gotmpl_fail(t, pos, "the output is larger than %zu %s", max / (max < MIB ? 1 : MIB),
			   max < MIB ? "bytes" : "MiB");
}

static int step(struct gotmpl *t, uint32_t pos)
{
	if (++t->steps > t->max_steps)
		return gotmpl_fail(t, pos, "the template takes too many steps");
	return t->out->failed ? too_large(t, pos) : 0;
}

static struct gotmpl_var *find_var(struct gotmpl *t, struct slice name)
{
	for (size_t i = t->vars.len; i-- > t->frame;)
		if (slice_eq(t->vars.ptr[i].name, name))
			return &t->vars.ptr[i];
	return NULL;
}

static int declare(struct gotmpl *t, struct slice name, const struct gotmpl_value *v)
{
	struct gotmpl_var var = {name, *v};
	return vec_push(&t->vars, var) < 0 ? err_oom(t->err) : 0;
}

/* ---- values ---- */

static const char *kind_name(const struct gotmpl_value *v)
{
	static const char *const names[] = {
	    [GOTMPL_NONE] = "nil",	  [GOTMPL_BOOL] = "a boolean",
	    [GOTMPL_NUMBER] = "a number", [GOTMPL_STRING] = "a string",
	    [GOTMPL_TIME] = "a time",	  [GOTMPL_OBJECT] = "an object"};
	return gotmpl_is_list(v) ? "a list" : gotmpl_is_map(v) ? "a map" : names[v->kind];
}

/* One member; call: what a method of an object gets. */
static int follow_one(struct gotmpl *t, const struct gotmpl_arg *a, struct slice part,
		      struct gotmpl_call *call, struct gotmpl_value *v)
{
	struct gotmpl_value of = *v;
	if (of.kind == GOTMPL_OBJECT) {
		*v = (struct gotmpl_value){.kind = GOTMPL_NONE};
		int rc = of.object->member(call, of.object, part, v);
		return rc != -ENOENT ? rc
				     : gotmpl_fail(t, a->pos, "%s has no member \"%.*s\"",
						   of.object->type, SL_FMT(part));
	}
	if (call->n)
		return gotmpl_fail(t, a->pos, "only a function takes arguments");
	if (of.kind == GOTMPL_NONE && t->env.strict)
		return gotmpl_fail(t, a->pos, "nil has no member \"%.*s\" (%.*s%.*s)", SL_FMT(part),
				   SL_FMT(a->name), SL_FMT(a->path));
	if (of.kind != GOTMPL_NONE && !gotmpl_is_map(&of))
		return gotmpl_fail(t, a->pos,
				   "\"%.*s\" is asked of what has no fields: %s (%.*s%.*s)",
				   SL_FMT(part), kind_name(&of), SL_FMT(a->name), SL_FMT(a->path));
	if (!gotmpl_member(&of, part, v) && t->env.is_embedded && t->env.is_embedded(&of, part))
		*v = of;
	return 0;
}

/* The path behind a value; what stands last in it may be a method with arguments. */
static int follow(struct gotmpl *t, const struct gotmpl_arg *a, struct gotmpl_value *args, size_t n,
		  struct gotmpl_value *v)
{
	struct slice path = slice_from(a->path, 1), part;
	struct gotmpl_call call = {.t = t, .pos = a->pos, .args = args};
	if (n && !a->path.len)
		return gotmpl_fail(t, a->pos, "only a function takes arguments");
	while (a->path.len && slice_cut(&path, '.', &part)) {
		char name[128];
		snprintf(name, sizeof(name), "%.*s", SL_FMT(slice_sub(part, 0, 100)));
		call.name = name;
		call.n = path.len ? 0 : n;
		TRY(follow_one(t, a, part, &call, v));
	}
	return 0;
}

static int eval_call(struct gotmpl *t, const struct gotmpl_command *c,
		     const struct gotmpl_value *dot, const struct gotmpl_value *last,
		     struct gotmpl_value *ret);

/* What stands before the path. */
static int eval_start(struct gotmpl *t, const struct gotmpl_arg *a, const struct gotmpl_value *dot,
		      struct gotmpl_value *ret)
{
	TRY(step(t, a->pos));
	*ret = a->constant;
	if (a->what == GOTMPL_DOT) {
		*ret = *dot;
	} else if (a->what == GOTMPL_VAR) {
		const struct gotmpl_var *v = find_var(t, a->name);
		if (!v)
			return gotmpl_fail(t, a->pos, "no variable named \"%.*s\"",
					   SL_FMT(a->name));
		*ret = v->value;
	} else if (a->what == GOTMPL_BRACKETS) {
		return eval_pipe(t, a->pipe, dot, ret);
	}
	return 0;
}

static int eval_arg(struct gotmpl *t, const struct gotmpl_arg *a, const struct gotmpl_value *dot,
		    struct gotmpl_value *ret)
{
	if (a->what == GOTMPL_CALL) {
		struct gotmpl_command alone = {.nargs = 1};
		struct gotmpl_arg function = *a;
		function.next = NULL;
		alone.args = &function;
		TRY(step(t, a->pos));
		return eval_call(t, &alone, dot, NULL, ret);
	}
	TRY(eval_start(t, a, dot, ret));
	return follow(t, a, NULL, 0, ret);
}

/* "and" and "or" look at no more than they need. */
static int eval_logic(struct gotmpl *t, const struct gotmpl_arg *a, bool stop_at,
		      const struct gotmpl_value *dot, const struct gotmpl_value *last,
		      struct gotmpl_value *ret)
{
	if (!a && last)
		*ret = *last;
	for (; a; a = a->next) {
		TRY(eval_arg(t, a, dot, ret));
		if (gotmpl_truth(ret) == stop_at)
			return 0;
		if (!a->next && last)
			*ret = *last;
	}
	return 0;
}

static int eval_call(struct gotmpl *t, const struct gotmpl_command *c,
		     const struct gotmpl_value *dot, const struct gotmpl_value *last,
		     struct gotmpl_value *ret)
{
	const struct gotmpl_arg *f = c->args;
	if (!f->function)
		return gotmpl_unknown(t, f->pos, f->name);
	struct gotmpl_value args[GOTMPL_MAX_ARGS + 1];
	struct gotmpl_call call = {.t = t, .pos = f->pos, .name = f->function->name, .args = args};
	size_t given = c->nargs - 1 + (last != NULL);
	if (given < f->function->least || given > f->function->most)
		return gotmpl_fail(t, f->pos, "%s does not take %zu %s", f->function->name, given,
				   given == 1 ? "argument" : "arguments");
	bool is_and = slice_is(f->name, "and");
	if (is_and || slice_is(f->name, "or")) {
		TRY(eval_logic(t, f->next, !is_and, dot, last, ret));
		return follow(t, f, NULL, 0, ret);
	}
	for (const struct gotmpl_arg *a = f->next; a; a = a->next)
		TRY(eval_arg(t, a, dot, &args[call.n++]));
	if (last)
		args[call.n++] = *last;
	*ret = (struct gotmpl_value){.kind = GOTMPL_NONE};
	TRY(f->function->call(&call, ret));
	return follow(t, f, NULL, 0, ret);
}

/* A member of a value, with arguments when it is a method. */
static int eval_method(struct gotmpl *t, const struct gotmpl_command *c,
		       const struct gotmpl_value *dot, const struct gotmpl_value *last,
		       struct gotmpl_value *ret)
{
	size_t n = 0;
	struct gotmpl_value args[GOTMPL_MAX_ARGS + 1];
	TRY(eval_start(t, c->args, dot, ret));
	for (const struct gotmpl_arg *a = c->args->next; a; a = a->next)
		TRY(eval_arg(t, a, dot, &args[n++]));
	if (last)
		args[n++] = *last;
	return follow(t, c->args, args, n, ret);
}

static int eval_command(struct gotmpl *t, const struct gotmpl_command *c,
			const struct gotmpl_value *dot, const struct gotmpl_value *last,
			struct gotmpl_value *ret)
{
	if (c->args->what == GOTMPL_CALL)
		return eval_call(t, c, dot, last, ret);
	if (c->nargs > 1 || last)
		return eval_method(t, c, dot, last, ret);
	return eval_arg(t, c->args, dot, ret);
}

/* The value alone; variables are the caller's matter. */
static int eval_value(struct gotmpl *t, const struct gotmpl_pipe *p, const struct gotmpl_value *dot,
		      struct gotmpl_value *ret)
{
	struct gotmpl_value last = {.kind = GOTMPL_NONE};
	TRY(step(t, p->pos));
	if (++t->depth > 4 * GOTMPL_MAX_DEPTH)
		return gotmpl_fail(t, p->pos, "too deep");
	for (const struct gotmpl_command *c = p->commands; c; c = c->next) {
		TRY(eval_command(t, c, dot, c == p->commands ? NULL : &last, ret));
		last = *ret;
	}
	t->depth--;
	return 0;
}

static int eval_pipe(struct gotmpl *t, const struct gotmpl_pipe *p, const struct gotmpl_value *dot,
		     struct gotmpl_value *ret)
{
	TRY(eval_value(t, p, dot, ret));
	if (p->nvars > 1)
		return gotmpl_fail(t, p->pos, "two variables can stand in range only");
	if (p->nvars == 0)
		return 0;
	if (!p->assign)
		return declare(t, p->vars[0], ret);
	struct gotmpl_var *v = find_var(t, p->vars[0]);
	if (!v)
		return gotmpl_fail(t, p->pos, "no variable named \"%.*s\"", SL_FMT(p->vars[0]));
	v->value = *ret;
	return 0;
}

/* ---- actions ---- */

static int run_scoped(struct gotmpl *t, const struct gotmpl_node *body,
		      const struct gotmpl_value *dot, enum flow *flow)
{
	size_t mark = t->vars.len;
	TRY(run_list(t, body, dot, flow));
	t->vars.len = MIN(mark, t->vars.len);
	return 0;
}

static int run_turn(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *key,
		    const struct gotmpl_value *item, enum flow *flow)
{
	const struct gotmpl_pipe *p = n->pipe;
	const struct gotmpl_value *values[] = {p->nvars == 2 ? key : item, item};
	size_t mark = t->vars.len;
	TRY(step(t, n->pos));
	for (size_t i = 0; i < p->nvars; i++) {
		struct gotmpl_var *v = p->assign ? find_var(t, p->vars[i]) : NULL;
		if (p->assign && !v)
			return gotmpl_fail(t, p->pos, "no variable named \"%.*s\"",
					   SL_FMT(p->vars[i]));
		if (v)
			v->value = *values[i];
		else
			TRY(declare(t, p->vars[i], values[i]));
	}
	TRY(run_list(t, n->body, item, flow));
	t->vars.len = MIN(mark, t->vars.len);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return slice_cmp(((const struct gotmpl_pair *)a)->key,
			 ((const struct gotmpl_pair *)b)->key);
}

/* Maps are walked in the order of their keys; as they are now, whatever the body does to them. */
static int run_members(struct gotmpl *t, const struct gotmpl_node *n,
		       const struct gotmpl_value *map, enum flow *flow)
{
	struct gotmpl_pair *all = arena_array(t->arena, gotmpl_count(map) + 1, sizeof(*all));
	struct gotmpl_iter it = gotmpl_iter(map);
	size_t count = 0;
	if (!all)
		return err_oom(t->err);
	while (gotmpl_next(&it, &all[count].key, &all[count].value))
		count++;
	if (map->kind == GOTMPL_TREE)
		qsort(all, count, sizeof(*all), by_key);
	for (size_t i = 0; i < count && *flow != DO_BREAK; i++) {
		struct gotmpl_value key = gotmpl_string(all[i].key);
		TRY(run_turn(t, n, &key, &all[i].value, flow));
	}
	return 0;
}

static int run_items(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *list,
		     enum flow *flow)
{
	struct gotmpl_iter it = gotmpl_iter(list);
	struct gotmpl_value item;
	struct slice none;
	for (double i = 0; *flow != DO_BREAK && gotmpl_next(&it, &none, &item); i++) {
		struct gotmpl_value key = gotmpl_number(i);
		TRY(run_turn(t, n, &key, &item, flow));
	}
	return 0;
}

static int run_range(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *dot,
		     enum flow *outer)
{
	struct gotmpl_value over;
	enum flow flow = GO_ON;
	TRY(eval_value(t, n->pipe, dot, &over));
	if (over.kind == GOTMPL_OBJECT && over.object->items)
		over = (struct gotmpl_value){.kind = GOTMPL_MAP, .map = over.object->items};
	if (!gotmpl_truth(&over))
		return run_scoped(t, n->other, dot, outer);
	if (over.kind == GOTMPL_NUMBER) {
		for (double i = 0; i < over.number && flow != DO_BREAK; i++) {
			struct gotmpl_value item = gotmpl_number(i);
			TRY(run_turn(t, n, &item, &item, &flow));
		}
		return 0;
	}
	if (gotmpl_is_map(&over))
		return run_members(t, n, &over, &flow);
	if (!gotmpl_is_list(&over))
		return gotmpl_fail(t, n->pipe->pos, "range over what is no list: %s",
				   kind_name(&over));
	return run_items(t, n, &over, &flow);
}

static int run_choice(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *dot,
		      enum flow *flow)
{
	struct gotmpl_value v;
	size_t mark = t->vars.len;
	TRY(eval_pipe(t, n->pipe, dot, &v));
	if (gotmpl_truth(&v))
		TRY(run_list(t, n->body, n->what == GOTMPL_WITH ? &v : dot, flow));
	else
		TRY(run_list(t, n->other, dot, flow));
	t->vars.len = MIN(mark, t->vars.len);
	return 0;
}

/* What is put out from here on comes from pos. */
static int mark(struct gotmpl *t, uint32_t pos, bool fixed)
{
	struct gotmpl_mark m = {t->out->len, pos, fixed};
	if (!t->marks || t->inner)
		return 0;
	if (t->marks->len && t->marks->ptr[t->marks->len - 1].out == m.out)
		t->marks->len--;
	return vec_push(t->marks, m) < 0 ? err_oom(t->err) : 0;
}

static const struct gotmpl_define *find_define(const struct gotmpl *t, struct slice name)
{
	const struct gotmpl_define *d = t->local;
	while (d && !slice_eq(d->name, name))
		d = d->next;
	const uint64_t *slot = d ? NULL : map_get(&t->named, name);
	return slot ? (const struct gotmpl_define *)(uintptr_t)*slot : d;
}

/* A template sees its own variables only. */
static int run_define(struct gotmpl *t, const struct gotmpl_define *d,
		      const struct gotmpl_value *dot)
{
	const struct gotmpl_source *source = t->source;
	size_t before = t->vars.len, frame = t->frame;
	enum flow flow = GO_ON;
	t->frame = before;
	TRY(declare(t, SL("$"), dot));
	t->inner++;
	t->source = d->source;
	TRY(run_list(t, d->body, dot, &flow));
	t->source = source;
	t->inner--;
	t->vars.len = before;
	t->frame = frame;
	return 0;
}

static int run_template(struct gotmpl *t, const struct gotmpl_node *n,
			const struct gotmpl_value *dot)
{
	struct gotmpl_value v = {.kind = GOTMPL_NONE};
	const struct gotmpl_define *d = find_define(t, n->text);
	if (!d)
		return gotmpl_fail(t, n->pos, "no template named \"%.*s\"", SL_FMT(n->text));
	if (n->pipe)
		TRY(eval_pipe(t, n->pipe, dot, &v));
	TRY(mark(t, n->pos, true));
	return run_define(t, d, &v);
}

static int run_print(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *dot)
{
	struct gotmpl_value v;
	TRY(eval_pipe(t, n->pipe, dot, &v));
	if (n->pipe->nvars)
		return 0;
	TRY(mark(t, n->pos, true));
	/* Helm takes the "<no value>" away that Go would write for nil alone. */
	gotmpl_print(t->out, &v, v.kind == GOTMPL_NONE ? SL("") : gotmpl_nil(t));
	return 0;
}

static int run_one(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *dot,
		   enum flow *flow)
{
	switch (n->what) {
	case GOTMPL_TEXT:
		TRY(mark(t, n->pos, false));
		buf_puts(t->out, n->text);
		return 0;
	case GOTMPL_PRINT:
		return run_print(t, n, dot);
	case GOTMPL_IF:
	case GOTMPL_WITH:
		return run_choice(t, n, dot, flow);
	case GOTMPL_RANGE:
		return run_range(t, n, dot, flow);
	case GOTMPL_TEMPLATE:
		return run_template(t, n, dot);
	case GOTMPL_BREAK:
	case GOTMPL_CONTINUE:
	default:
		*flow = n->what == GOTMPL_BREAK ? DO_BREAK : DO_CONTINUE;
		return 0;
	}
}

static int run_list(struct gotmpl *t, const struct gotmpl_node *n, const struct gotmpl_value *dot,
		    enum flow *flow)
{
	*flow = *flow == DO_CONTINUE ? GO_ON : *flow;
	if (++t->depth > 4 * GOTMPL_MAX_DEPTH)
		return gotmpl_fail(t, n ? n->pos : 0, "too deep: do templates call each other?");
	for (; n && *flow == GO_ON; n = n->next) {
		TRY(step(t, n->pos));
		TRY(run_one(t, n, dot, flow));
	}
	t->depth--;
	return 0;
}

/* ---- the face ---- */

int gotmpl_new(const struct gotmpl_env *env, struct gotmpl **ret, struct err *err)
{
	struct gotmpl *t = calloc(1, sizeof(*t));
	if (!t)
		return err_oom(err);
	t->env = *env;
	t->max_steps = env->max_steps ? env->max_steps : GOTMPL_MAX_STEPS;
	*ret = t;
	return 0;
}

void gotmpl_free(struct gotmpl **t)
{
	if (!*t)
		return;
	map_free(&(*t)->named);
	vec_free(&(*t)->vars);
	free(*t);
	*t = NULL;
}

static int keep_define(struct gotmpl *t, struct gotmpl_define *d)
{
	uint64_t *slot = map_put(&t->named, d->name, NULL);
	if (!slot)
		return err_oom(t->err);
	*slot = (uint64_t)(uintptr_t)d;
	return 0;
}

int gotmpl_add(struct gotmpl *t, struct slice name, struct slice text, struct err *err)
{
	struct gotmpl_source *s = arena_new(t->env.arena, struct gotmpl_source);
	struct gotmpl_define *whole = arena_new(t->env.arena, struct gotmpl_define), *turned = NULL;
	t->err = err;
	t->arena = t->env.arena;
	if (!s || !whole)
		return err_oom(err);
	*s = (struct gotmpl_source){.name = name, .text = text};
	TRY(gotmpl_parse(t, s));
	*whole = (struct gotmpl_define){.name = name, .source = s, .body = s->root};
	/* They are kept in the order of the text: what is defined again replaces. */
	for (struct gotmpl_define *d = s->defines, *next; d; d = next) {
		next = d->next;
		d->next = turned;
		turned = d;
	}
	for (struct gotmpl_define *d = turned; d; d = d->next)
		TRY(keep_define(t, d));
	return keep_define(t, whole);
}

uint32_t gotmpl_steps(const struct gotmpl *t)
{
	return t->steps;
}

void gotmpl_limit(struct gotmpl *t, uint32_t max_steps)
{
	t->max_steps = max_steps;
}

int gotmpl_run(struct gotmpl *t, const struct gotmpl_run *r, struct err *err)
{
	const struct gotmpl_define *d;
	enum flow flow = GO_ON;
	t->err = err;
	t->arena = r->arena;
	t->out = r->out;
	t->marks = r->marks;
	t->local = NULL;
	t->vars.len = 0;
	t->steps = t->depth = t->inner = 0;
	t->frame = 0;
	d = find_define(t, r->name);
	if (!d)
		return err_usage(err, "no template named \"%.*s\"", SL_FMT(r->name));
	t->source = d->source;
	TRY(declare(t, SL("$"), &r->dot));
	int rc = run_list(t, d->body, &r->dot, &flow);
	if (rc < 0 && err->kind != ERR_USAGE)
		return err_wrap(err, "%.*s", SL_FMT(r->name));
	TRY(rc);
	return t->out->failed ? too_large(t, 0) : 0;
}

/* Runs d to a string. */
static int run_aside(struct gotmpl_call *c, const struct gotmpl_define *d,
		     const struct gotmpl_value *dot, struct gotmpl_value *ret)
{
	struct gotmpl *t = c->t;
	struct buf b, *out = t->out;
	bool outermost = t->inner == 0;
	struct slice name = t->source->name, text = t->source->text;
	uint32_t line, column;
	buf_init(&b, out->max);
	t->out = &b;
	int rc = run_define(t, d, dot);
	if (rc == 0 && b.failed)
		rc = too_large(t, c->pos);
	t->out = out;
	if (rc == 0)
		return gotmpl_taken(c, &b, ret);
	buf_free(&b);
	if (outermost) {
		text_position(text, c->pos, &line, &column);
		err_wrap(t->err, "%.*s:%u:%u: %s", SL_FMT(name), line, column, c->name);
	}
	return rc;
}

int gotmpl_include(struct gotmpl_call *c, struct slice name, const struct gotmpl_value *dot,
		   struct gotmpl_value *ret)
{
	const struct gotmpl_define *d = find_define(c->t, name);
	if (!d)
		return gotmpl_wrong(c, "no template named \"%.*s\"", SL_FMT(name));
	return run_aside(c, d, dot, ret);
}

int gotmpl_tpl(struct gotmpl_call *c, struct slice text, const struct gotmpl_value *dot,
	       struct gotmpl_value *ret)
{
	struct gotmpl *t = c->t;
	const struct gotmpl_source *source = t->source;
	struct gotmpl_define *local = t->local, whole, **last;
	struct gotmpl_source *s = arena_new(t->arena, struct gotmpl_source);
	if (!s)
		return err_oom(t->err);
	*s = (struct gotmpl_source){.name = SL("tpl"), .text = text};
	int rc = gotmpl_parse(t, s);
	t->source = source;
	TRY(rc);
	/* What the text defines holds for the text alone. */
	for (last = &s->defines; *last; last = &(*last)->next)
		;
	*last = local;
	t->local = s->defines;
	whole = (struct gotmpl_define){.source = s, .body = s->root};
	rc = run_aside(c, &whole, dot, ret);
	t->local = local;
	return rc;
}

/* Where the lines of text begin. */
static uint32_t *line_starts(struct slice text, struct arena *a, size_t *n)
{
	size_t count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	uint32_t *starts = arena_array(a, count, sizeof(*starts));
	*n = 1;
	for (size_t i = 0; starts && i < text.len; i++)
		if (text.ptr[i] == '\n')
			starts[(*n)++] = (uint32_t)i + 1;
	return starts;
}

static uint32_t line_at(const uint32_t *starts, size_t n, size_t pos)
{
	size_t low = 0;
	while (n - low > 1) {
		size_t mid = (low + n) / 2;
		if (starts[mid] <= pos)
			low = mid;
		else
			n = mid;
	}
	return (uint32_t)low + 1;
}

const uint32_t *gotmpl_lines(const struct gotmpl_marks *marks, struct slice text, struct slice out,
			     struct arena *a, size_t *n)
{
	size_t count = 1, m = 0, at = 0, nstarts;
	struct slice rest = out, one;
	const uint32_t *starts = line_starts(text, a, &nstarts);
	for (size_t i = 0; i < out.len; i++)
		count += out.ptr[i] == '\n';
	uint32_t *lines = arena_array(a, count, sizeof(*lines));
	*n = 0;
	while (lines && starts && *n < count && slice_cut(&rest, '\n', &one)) {
		size_t first = at;
		for (size_t i = 0; i < one.len && is_space(one.ptr[i]); i++)
			first++;
		while (m + 1 < marks->len && marks->ptr[m + 1].out <= first)
			m++;
		size_t pos = marks->len ? marks->ptr[m].pos : 0;
		if (marks->len && !marks->ptr[m].fixed)
			pos += first - MIN(first, marks->ptr[m].out);
		lines[(*n)++] = line_at(starts, nstarts, pos);
		at += one.len + 1;
	}
	return starts ? lines : NULL;
}
