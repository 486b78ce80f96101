/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions become text behind the condition: (cond) and not (exception) and not ... */
#include "rule/rule_internal.h"

static void exception_free(struct rule_exception *x)
{
	vec_free(&x->fields);
	vec_free(&x->comps);
	vec_free(&x->values);
	vec_free(&x->value_files);
}

void rule_exceptions_free(struct rule_def *r)
{
	for (size_t i = 0; i < r->exceptions.len; i++)
		exception_free(&r->exceptions.ptr[i]);
	vec_free(&r->exceptions);
}

static bool oom(struct rule_item *it)
{
	it->e->is_oom = true;
	return false;
}

static bool texts(struct rule_item *it, const struct node *seq, void *vec)
{
	VEC(struct slice) *v = vec;
	node_each (n, seq) {
		if (n->type != NODE_STRING)
			return rule_item_error(it, n, "sequence value is not scalar");
		if (vec_push(v, n->str) < 0)
			return oom(it);
	}
	return true;
}

/* Blanks around and in an operator do not count. */
static struct slice normal_op(struct rule_item *it, struct slice s)
{
	auto_buf struct buf b = {0};
	struct slice word;
	buf_init(&b, 4 * KIB);
	while (slice_word(&s, &word)) {
		if (b.len)
			buf_putc(&b, ' ');
		buf_puts(&b, word);
	}
	struct slice r = arena_dup(&it->e->arena, buf_slice(&b));
	if (!r.ptr)
		(void)oom(it);
	return r;
}

static bool check_fields(struct rule_item *it, const struct rule_def *r,
			 const struct rule_exception *x, const struct node *at)
{
	int source = rule_source_index(it->e, r->info.source);
	bool good = true;
	for (size_t i = 0; source >= 0 && i < x->fields.len; i++) {
		const struct rule_expr *parsed, *bound = NULL;
		struct slice why = SL_NONE, f = x->fields.ptr[i];
		bool unknown;
		struct rule_near near = {.word = f};
		if (rule_parse_expr(&it->e->arena, f, &parsed) == f.len && f.len)
			bound = rule_bind_expr(it->e, (size_t)source, &it->e->arena, parsed, &why,
					       &unknown, &near);
		if (!bound) {
			struct rule_trail t = it->trail;
			rule_trail_push(&t, "fields", SL_NONE, at->pos);
			rule_problem_add(it->e, true, RULE_ERR_VALIDATE, &t,
					 rule_near_hint(it->e, &near),
					 "'%.*s' is not a supported filter field", SL_FMT(f));
			good = false;
		}
	}
	return good;
}

static bool check_comps(struct rule_item *it, struct rule_exception *x, const struct node *at)
{
	enum rule_op op;
	enum rule_quantifier q;
	for (size_t i = 0; i < x->comps.len; i++) {
		struct slice c = x->comps.ptr[i] = normal_op(it, x->comps.ptr[i]);
		bool known = rule_op_parse(c, &op, &q) && op != RULE_OP_EXISTS;
		if (x->is_single && !(known && (q || op == RULE_OP_IN || op == RULE_OP_PMATCH ||
						op == RULE_OP_INTERSECTS)))
			return rule_item_error(
			    it, at,
			    "When fields is a single value, comps must be one of (in, pmatch, "
			    "intersects) or a modifier operator (e.g. startswith oneof)");
		if (!known)
			return rule_item_error(
			    it, at, "'%.*s' is not a supported comparison operator", SL_FMT(c));
	}
	return true;
}

static bool read_single(struct rule_item *it, struct rule_exception *x, const struct node *fields,
			const struct node *comps)
{
	struct slice comp = SL("in");
	x->is_single = true;
	if (comps && comps->type != NODE_STRING)
		return rule_item_error(it, comps, "Fields and comps must both be strings");
	if (comps)
		comp = comps->str;
	if (vec_push(&x->fields, fields->str) < 0 || vec_push(&x->comps, comp) < 0)
		return oom(it);
	return true;
}

static bool read_lists(struct rule_item *it, struct rule_exception *x, const struct node *fields,
		       const struct node *comps)
{
	if (!texts(it, fields, &x->fields))
		return false;
	if (comps && comps->type != NODE_ARRAY)
		return rule_item_error(it, comps, "Fields and comps must both be lists");
	if (comps) {
		if (!texts(it, comps, &x->comps))
			return false;
	} else {
		for (size_t i = 0; i < x->fields.len; i++)
			if (vec_push(&x->comps, SL("=")) < 0)
				return oom(it);
	}
	if (x->comps.len != x->fields.len)
		return rule_item_error(it, comps ? comps : fields,
				       "Fields and comps lists must have equal length");
	return true;
}

static bool read_values(struct rule_item *it, struct rule_exception *x, const struct node *values)
{
	if (values->type != NODE_ARRAY)
		return rule_item_error(it, values, "Value is not a sequence");
	node_each (v, values) {
		if (vec_push(&x->values, v) < 0 || vec_push(&x->value_files, it->file) < 0)
			return oom(it);
	}
	return true;
}

static struct rule_exception *named(struct rule_def *r, struct slice name)
{
	for (size_t i = 0; i < r->exceptions.len; i++)
		if (slice_eq(r->exceptions.ptr[i].name, name))
			return &r->exceptions.ptr[i];
	return NULL;
}

static bool add_new(struct rule_item *it, struct rule_def *r, const struct node *n,
		    struct slice name)
{
	const struct node *fields = node_get(n, "fields"), *comps = node_get(n, "comps"),
			  *values = node_get(n, "values");
	if (!fields)
		return rule_item_error(it, n, "Item has no mapping for key 'fields'");
	if (fields->type != NODE_STRING && fields->type != NODE_ARRAY)
		return rule_item_error(it, fields, "Mapping for key 'fields' is empty");
	if (comps && comps->type == NODE_NULL)
		comps = NULL;
	struct rule_exception x = {.name = name, .file = it->file, .node = n};
	bool good = fields->type == NODE_STRING ? read_single(it, &x, fields, comps)
						: read_lists(it, &x, fields, comps);
	good =
	    good && check_comps(it, &x, comps ? comps : fields) && check_fields(it, r, &x, fields);
	if (good && values && values->type != NODE_NULL)
		good = read_values(it, &x, values);
	if (good && vec_push(&r->exceptions, x) == 0)
		return true;
	exception_free(&x);
	return good ? oom(it) : false;
}

static bool read_one(struct rule_item *it, struct rule_def *r, const struct node *n, bool append)
{
	static const char *const keys[] = {"name", "fields", "comps", "values", NULL};
	const struct node *name, *values = node_get(n, "values");
	if (n->type != NODE_OBJECT)
		return rule_item_error(it, n, "Exception is not a mapping");
	if (!rule_item_text(it, n, "name", &name))
		return false;
	struct rule_item inner = *it;
	rule_trail_push(&inner.trail, "exception", name->str, n->pos);
	node_each (k, n)
		if (!slice_is_any(k->key, keys))
			rule_item_warn(&inner, k, RULE_UNKNOWN_KEY,
				       "Unknown key '%.*s'. The key will be ignored.",
				       SL_FMT(k->key));
	struct rule_exception *old = named(r, name->str);
	if (!old && r->exceptions.len == RULE_MAX_PARTS)
		return rule_item_error(&inner, n, "more than %u exceptions", RULE_MAX_PARTS);
	if (append && (!values || !values->count))
		rule_item_warn(&inner, n, RULE_APPEND_NO_VALUES,
			       "Overriding/appending exception with no values");
	if (!old || !append) {
		if (old)
			rule_item_warn(&inner, n, RULE_EXCEPTION_NAME_NOT_UNIQUE,
				       "Multiple definitions of exception '%.*s' in the same rule",
				       SL_FMT(name->str));
		/* an appended exception without fields and values has nothing to say */
		if (append && !node_get(n, "fields") && (!values || !values->count))
			return rule_item_error(
			    &inner, n,
			    "Rule exception must have fields property with a list of "
			    "fields");
		return add_new(&inner, r, n, name->str);
	}
	if (node_get(n, "fields"))
		return rule_item_error(
		    &inner, n,
		    "Can not append exception fields to existing exception, only values");
	if (node_get(n, "comps"))
		return rule_item_error(
		    &inner, n, "Can not append exception comps to existing exception, only values");
	return !values || values->type == NODE_NULL || read_values(&inner, old, values);
}

bool rule_exceptions_read(struct rule_item *it, struct rule_def *r, bool append)
{
	const struct node *list = node_get(it->node, "exceptions");
	bool good = true;
	if (!append)
		rule_exceptions_free(r);
	if (!list || list->type == NODE_NULL)
		return true;
	if (list->type != NODE_ARRAY)
		return rule_item_error(it, list, "Value is not a sequence");
	node_each (n, list)
		good = read_one(it, r, n, append) && good;
	return good;
}

/* ---- Expansion ---- */

struct expansion {
	struct rule_engine *e;
	struct rule_def *r;
	struct rule_ctext_builder b;
	bool is_failed;
};

static void put_fixed(struct expansion *x, const struct rule_file *f, const struct node *at,
		      struct slice text)
{
	rule_ctext_fixed(&x->b, f, at, text);
}

static void put_value(struct expansion *x, const struct rule_file *f, const struct node *v)
{
	auto_buf struct buf b = {0};
	buf_init(&b, RULE_MAX_CONDITION);
	rule_value_quote(v->str, &b);
	if (b.failed)
		x->b.text.failed = true;
	if (slice_eq(buf_slice(&b), v->str))
		rule_ctext_scalar(&x->b, f, v);
	else
		put_fixed(x, f, v, buf_slice(&b));
}

static void fail(struct expansion *x, const struct rule_exception *ex, const struct rule_file *f,
		 const struct node *at, const char *text)
{
	struct rule_trail t;
	rule_trail_begin(&t, f);
	rule_trail_push(&t, "rule", x->r->info.name, f == x->r->file ? x->r->pos : at->pos);
	rule_trail_push(&t, "exception", ex->name, at->pos);
	rule_problem_add(x->e, true, RULE_ERR_VALIDATE, &t, SL_NONE, "%s", text);
	x->is_failed = true;
}

/* One operand: a scalar, in brackets when the operator takes lists, or (a, b). */
static void put_operand(struct expansion *x, const struct rule_exception *ex,
			const struct rule_file *f, struct slice comp, const struct node *v)
{
	enum rule_op op = RULE_OP_EQ;
	enum rule_quantifier q = RULE_Q_NONE;
	(void)rule_op_parse(comp, &op, &q);
	bool wants_list = q || op == RULE_OP_IN || op == RULE_OP_PMATCH || op == RULE_OP_INTERSECTS;
	if (v->type == NODE_STRING) {
		if (wants_list && !slice_starts(v->str, "("))
			put_fixed(x, f, v, SL("("));
		put_value(x, f, v);
		if (wants_list && !slice_starts(v->str, "("))
			put_fixed(x, f, v, SL(")"));
		return;
	}
	if (v->type != NODE_ARRAY) {
		fail(x, ex, f, v, "exception values must be texts or lists");
		return;
	}
	put_fixed(x, f, v, SL("("));
	node_each (item, v) {
		if (item->type != NODE_STRING) {
			fail(x, ex, f, item, "sequence value is not scalar");
			return;
		}
		put_value(x, f, item);
		if (item->next)
			put_fixed(x, f, item, SL(", "));
	}
	put_fixed(x, f, v, SL(")"));
}

static void put_check(struct expansion *x, const struct rule_exception *ex, size_t i,
		      const struct rule_file *f, const struct node *at)
{
	put_fixed(x, f, at, ex->fields.ptr[i]);
	put_fixed(x, f, at, SL(" "));
	put_fixed(x, f, at, ex->comps.ptr[i]);
	put_fixed(x, f, at, SL(" "));
}

static void put_single(struct expansion *x, const struct rule_exception *ex)
{
	put_check(x, ex, 0, ex->file, ex->node);
	put_fixed(x, ex->file, ex->node, SL("("));
	for (size_t i = 0; i < ex->values.len; i++) {
		const struct node *v = ex->values.ptr[i];
		const struct rule_file *f = ex->value_files.ptr[i];
		if (v->type != NODE_STRING) {
			fail(x, ex, f, v,
			     "When fields is a single value, values must be a list of texts");
			return;
		}
		if (i)
			put_fixed(x, f, v, SL(", "));
		put_value(x, f, v);
	}
	put_fixed(x, ex->file, ex->node, SL(")"));
}

static void put_rows(struct expansion *x, const struct rule_exception *ex)
{
	for (size_t i = 0; i < ex->values.len; i++) {
		const struct node *row = ex->values.ptr[i];
		const struct rule_file *f = ex->value_files.ptr[i];
		if (row->type != NODE_ARRAY || row->count != ex->fields.len) {
			fail(x, ex, f, row, "Fields and values lists must have equal length");
			return;
		}
		put_fixed(x, f, row, i ? SL(" or (") : SL("("));
		size_t k = 0;
		node_each (v, row) {
			if (k)
				put_fixed(x, f, v, SL(" and "));
			put_check(x, ex, k, f, v);
			put_operand(x, ex, f, ex->comps.ptr[k], v);
			k++;
		}
		put_fixed(x, f, row, SL(")"));
	}
}

int rule_exceptions_expand(struct rule_engine *e, struct rule_def *r, struct err *err)
{
	bool any = false;
	for (size_t i = 0; i < r->exceptions.len; i++)
		any = any || r->exceptions.ptr[i].values.len;
	r->whole = r->cond;
	if (!any)
		return 0;
	struct expansion x = {.e = e, .r = r};
	rule_ctext_begin(&x.b);
	put_fixed(&x, r->file, r->node, SL("("));
	rule_ctext_part(&x.b, &r->cond, 0, r->cond.text.len);
	put_fixed(&x, r->file, r->node, SL(")"));
	for (size_t i = 0; i < r->exceptions.len && !x.is_failed; i++) {
		const struct rule_exception *ex = &r->exceptions.ptr[i];
		if (!ex->values.len)
			continue;
		put_fixed(&x, ex->file, ex->node, SL(" and not ("));
		if (ex->is_single)
			put_single(&x, ex);
		else
			put_rows(&x, ex);
		put_fixed(&x, ex->file, ex->node, SL(")"));
	}
	r->is_broken = r->is_broken || x.is_failed;
	int rc = rule_ctext_finish(&x.b, &e->arena, &r->whole, err);
	rule_ctext_done(&x.b);
	return rc;
}
