/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of a template run over the report. */
#include "report/template_internal.h"

#include <stdlib.h>

enum flow { GO_ON, DO_BREAK, DO_CONTINUE };

static int run_list(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot,
		    enum flow *flow);
static int eval_pipe(struct tmpl *t, const struct tm_pipe *p, const struct tm_value *dot,
		     struct tm_value *ret);

static int step(struct tmpl *t, uint32_t pos)
{
	if (++t->steps > t->max_steps)
		return tm_fail(t, pos, "the template takes too many steps");
	if (t->out->failed)
		return tm_fail(t, pos, "the output is larger than 1 GiB");
	return 0;
}

static struct tm_var *find_var(struct tmpl *t, struct slice name)
{
	for (size_t i = t->vars.len; i-- > 0;)
		if (slice_eq(t->vars.ptr[i].name, name))
			return &t->vars.ptr[i];
	return NULL;
}

static int declare(struct tmpl *t, struct slice name, const struct tm_value *v)
{
	struct tm_var var = {name, *v};
	return vec_push(&t->vars, var) < 0 ? err_oom(t->err) : 0;
}

/* ---- values ---- */

/* A field that is not there is empty, as it would be in Trivy's structs: the report leaves such out. */
static int follow(struct tmpl *t, const struct tm_arg *a, struct tm_value *v)
{
	struct slice path = slice_from(a->path, 1), part;
	while (a->path.len && slice_cut(&path, '.', &part)) {
		if (v->kind != TM_NONE && (v->kind != TM_TREE || v->node->type != NODE_OBJECT))
			return tm_fail(t, a->pos, "\"%.*s\" is asked of what has no fields",
				       SL_FMT(part));
		const struct node *n = v->kind == TM_NONE ? NULL : node_member(v->node, part);
		/* Structs that are embedded in Trivy's model can be named or not. */
		if (!n && v->kind == TM_TREE && slice_is(part, "Vulnerability") &&
		    node_get(v->node, "VulnerabilityID"))
			continue;
		*v = tm_of_node(n);
	}
	return 0;
}

static int eval_call(struct tmpl *t, const struct tm_command *c, const struct tm_value *dot,
		     const struct tm_value *last, struct tm_value *ret);

static int eval_arg(struct tmpl *t, const struct tm_arg *a, const struct tm_value *dot,
		    struct tm_value *ret)
{
	TRY(step(t, a->pos));
	*ret = a->constant;
	if (a->what == TM_DOT) {
		*ret = *dot;
	} else if (a->what == TM_VAR) {
		const struct tm_var *v = find_var(t, a->name);
		if (!v)
			return tm_fail(t, a->pos, "no variable named \"%.*s\"", SL_FMT(a->name));
		*ret = v->value;
	} else if (a->what == TM_BRACKETS) {
		TRY(eval_pipe(t, a->pipe, dot, ret));
	} else if (a->what == TM_CALL) {
		struct tm_command alone = {.nargs = 1};
		struct tm_arg function = *a;
		function.next = NULL;
		alone.args = &function;
		return eval_call(t, &alone, dot, NULL, ret);
	}
	return follow(t, a, ret);
}

/* "and" and "or" look at no more than they need. */
static int eval_logic(struct tmpl *t, const struct tm_arg *a, bool stop_at,
		      const struct tm_value *dot, const struct tm_value *last, struct tm_value *ret)
{
	if (!a && last)
		*ret = *last;
	for (; a; a = a->next) {
		TRY(eval_arg(t, a, dot, ret));
		if (tm_truth(ret) == stop_at)
			return 0;
		if (!a->next && last)
			*ret = *last;
	}
	return 0;
}

static int eval_call(struct tmpl *t, const struct tm_command *c, const struct tm_value *dot,
		     const struct tm_value *last, struct tm_value *ret)
{
	const struct tm_arg *f = c->args;
	struct tm_value args[TEMPLATE_MAX_ARGS + 1];
	struct tm_call call = {.t = t, .pos = f->pos, .name = f->function->name, .args = args};
	size_t given = c->nargs - 1 + (last != NULL);
	if (given < f->function->least || given > f->function->most)
		return tm_fail(t, f->pos, "%s does not take %zu %s", f->function->name, given,
			       given == 1 ? "argument" : "arguments");
	bool is_and = slice_is(f->name, "and");
	if (is_and || slice_is(f->name, "or")) {
		TRY(eval_logic(t, f->next, !is_and, dot, last, ret));
		return follow(t, f, ret);
	}
	for (const struct tm_arg *a = f->next; a; a = a->next)
		TRY(eval_arg(t, a, dot, &args[call.n++]));
	if (last)
		args[call.n++] = *last;
	*ret = (struct tm_value){.kind = TM_NONE};
	TRY(f->function->call(&call, ret));
	return follow(t, f, ret);
}

static int eval_command(struct tmpl *t, const struct tm_command *c, const struct tm_value *dot,
			const struct tm_value *last, struct tm_value *ret)
{
	if (c->args->what == TM_CALL)
		return eval_call(t, c, dot, last, ret);
	if (c->nargs > 1)
		return tm_fail(t, c->args->pos, "only a function takes arguments");
	return eval_arg(t, c->args, dot, ret);
}

/* The value alone; variables are the caller's matter. */
static int eval_value(struct tmpl *t, const struct tm_pipe *p, const struct tm_value *dot,
		      struct tm_value *ret)
{
	struct tm_value last = {.kind = TM_NONE};
	TRY(step(t, p->pos));
	if (++t->depth > 4 * TEMPLATE_MAX_DEPTH)
		return tm_fail(t, p->pos, "too deep");
	for (const struct tm_command *c = p->commands; c; c = c->next) {
		TRY(eval_command(t, c, dot, c == p->commands ? NULL : &last, ret));
		last = *ret;
	}
	t->depth--;
	return 0;
}

static int eval_pipe(struct tmpl *t, const struct tm_pipe *p, const struct tm_value *dot,
		     struct tm_value *ret)
{
	TRY(eval_value(t, p, dot, ret));
	if (p->nvars > 1)
		return tm_fail(t, p->pos, "two variables can stand in range only");
	if (p->nvars == 0)
		return 0;
	if (!p->assign)
		return declare(t, p->vars[0], ret);
	struct tm_var *v = find_var(t, p->vars[0]);
	if (!v)
		return tm_fail(t, p->pos, "no variable named \"%.*s\"", SL_FMT(p->vars[0]));
	v->value = *ret;
	return 0;
}

/* ---- actions ---- */

static int run_scoped(struct tmpl *t, const struct tm_node *body, const struct tm_value *dot,
		      enum flow *flow)
{
	size_t mark = t->vars.len;
	TRY(run_list(t, body, dot, flow));
	t->vars.len = MIN(mark, t->vars.len);
	return 0;
}

static int run_turn(struct tmpl *t, const struct tm_node *n, const struct tm_value *key,
		    const struct tm_value *item, enum flow *flow)
{
	const struct tm_pipe *p = n->pipe;
	const struct tm_value *values[] = {p->nvars == 2 ? key : item, item};
	size_t mark = t->vars.len;
	TRY(step(t, n->pos));
	for (size_t i = 0; i < p->nvars; i++) {
		struct tm_var *v = p->assign ? find_var(t, p->vars[i]) : NULL;
		if (p->assign && !v)
			return tm_fail(t, p->pos, "no variable named \"%.*s\"", SL_FMT(p->vars[i]));
		if (v)
			v->value = *values[i];
		else
			TRY(declare(t, p->vars[i], values[i]));
	}
	TRY(run_list(t, n->body, item, flow));
	t->vars.len = MIN(mark, t->vars.len);
	return 0;
}

struct member {
	const struct node *n;
};

static int by_key(const void *a, const void *b)
{
	return slice_cmp(((const struct member *)a)->n->key, ((const struct member *)b)->n->key);
}

/* Maps are walked in the order of their keys. */
static int run_members(struct tmpl *t, const struct tm_node *n, const struct node *object,
		       enum flow *flow)
{
	struct member *all = arena_array(t->arena, object->count + 1, sizeof(*all));
	size_t count = 0;
	if (!all)
		return err_oom(t->err);
	node_each (m, object)
		all[count++].n = m;
	qsort(all, count, sizeof(*all), by_key);
	for (size_t i = 0; i < count && *flow != DO_BREAK; i++) {
		struct tm_value key = tm_string(all[i].n->key), item = tm_of_node(all[i].n);
		TRY(run_turn(t, n, &key, &item, flow));
	}
	return 0;
}

static int run_range(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot,
		     enum flow *outer)
{
	struct tm_value over;
	enum flow flow = GO_ON;
	TRY(eval_value(t, n->pipe, dot, &over));
	if (!tm_truth(&over))
		return run_scoped(t, n->other, dot, outer);
	if (over.kind == TM_NUMBER) {
		for (double i = 0; i < over.number && flow != DO_BREAK; i++) {
			struct tm_value item = tm_number(i);
			TRY(run_turn(t, n, &item, &item, &flow));
		}
		return 0;
	}
	if (over.kind != TM_TREE)
		return tm_fail(t, n->pipe->pos, "range over what is no list");
	if (over.node->type == NODE_OBJECT)
		return run_members(t, n, over.node, &flow);
	double i = 0;
	for (const struct node *m = over.node->first; m && flow != DO_BREAK; m = m->next, i++) {
		struct tm_value key = tm_number(i), item = tm_of_node(m);
		TRY(run_turn(t, n, &key, &item, &flow));
	}
	return 0;
}

static int run_choice(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot,
		      enum flow *flow)
{
	struct tm_value v;
	size_t mark = t->vars.len;
	TRY(eval_pipe(t, n->pipe, dot, &v));
	if (tm_truth(&v))
		TRY(run_list(t, n->body, n->what == TM_WITH ? &v : dot, flow));
	else
		TRY(run_list(t, n->other, dot, flow));
	t->vars.len = MIN(mark, t->vars.len);
	return 0;
}

static int run_template(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot)
{
	struct tm_value v = {.kind = TM_NONE};
	const struct tm_define *d = t->defines;
	enum flow flow = GO_ON;
	while (d && !slice_eq(d->name, n->text))
		d = d->next;
	if (!d)
		return tm_fail(t, n->pos, "no template named \"%.*s\"", SL_FMT(n->text));
	if (n->pipe)
		TRY(eval_pipe(t, n->pipe, dot, &v));
	/* It sees its own variables only. */
	size_t before = t->vars.len;
	struct slice hidden = SL("$");
	TRY(declare(t, hidden, &v));
	TRY(run_list(t, d->body, &v, &flow));
	t->vars.len = before;
	return 0;
}

static int run_print(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot)
{
	struct tm_value v;
	TRY(eval_pipe(t, n->pipe, dot, &v));
	if (n->pipe->nvars == 0)
		tm_put(t->out, &v);
	return 0;
}

static int run_one(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot,
		   enum flow *flow)
{
	switch (n->what) {
	case TM_TEXT:
		buf_puts(t->out, n->text);
		return 0;
	case TM_PRINT:
		return run_print(t, n, dot);
	case TM_IF:
	case TM_WITH:
		return run_choice(t, n, dot, flow);
	case TM_RANGE:
		return run_range(t, n, dot, flow);
	case TM_TEMPLATE:
		return run_template(t, n, dot);
	case TM_BREAK:
	case TM_CONTINUE:
	default:
		*flow = n->what == TM_BREAK ? DO_BREAK : DO_CONTINUE;
		return 0;
	}
}

static int run_list(struct tmpl *t, const struct tm_node *n, const struct tm_value *dot,
		    enum flow *flow)
{
	*flow = *flow == DO_CONTINUE ? GO_ON : *flow;
	if (++t->depth > 4 * TEMPLATE_MAX_DEPTH)
		return tm_fail(t, n ? n->pos : 0, "too deep: do templates call each other?");
	for (; n && *flow == GO_ON; n = n->next) {
		TRY(step(t, n->pos));
		TRY(run_one(t, n, dot, flow));
	}
	t->depth--;
	return 0;
}

int tm_run(struct tmpl *t, const struct node *dot)
{
	struct tm_value root = tm_of_node(dot);
	enum flow flow = GO_ON;
	TRY(declare(t, SL("$"), &root));
	return run_list(t, t->root, &root, &flow);
}

int template_write(const struct template_input *in, struct buf *out, struct err *err)
{
	auto_arena struct arena arena;
	arena_init(&arena, TEMPLATE_MAX_MEMORY);
	struct tmpl t = {.name = in->name,
			 .text = in->text,
			 .arena = &arena,
			 .err = err,
			 .out = out,
			 .report = in->report,
			 .now = in->now,
			 .max_steps = in->max_steps ? in->max_steps : TEMPLATE_MAX_STEPS};
	int rc = tm_parse(&t);
	if (rc == 0)
		rc = tm_run(&t, in->dot);
	vec_free(&t.vars);
	if (rc == 0 && out->failed)
		return err_usage(err, "%.*s: the output is larger than 1 GiB", SL_FMT(in->name));
	return rc;
}
