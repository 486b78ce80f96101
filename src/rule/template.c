/* SPDX-License-Identifier: Apache-2.0 */
/* Output templates: text with %field[arg], %20field for a width, %tolower(field) and %container.info, which is nothing. */
#include "rule/rule_internal.h"

#define MAX_PARTS    10000u
#define MAX_WIDTH    1000u
#define MAX_TEMPLATE (64 * KIB)
#define MAX_SCRATCH  (4 * MIB)

struct part {
	struct slice text;	   /* of a literal, or the field as written */
	const struct rule_expr *x; /* NULL: literal */
	uint32_t width;
	bool is_words; /* ancestors: joined by blanks */
};
struct rule_template {
	struct part *parts;
	size_t n;
	bool may_miss; /* began with '*' */
};

struct template_read {
	const struct rule_engine *e;
	size_t source;
	struct arena *arena;
	struct slice in;
	size_t pos, field; /* field: the '%' read last */
	VEC(struct part) parts;
	struct err *err;
};

static int push(struct template_read *r, struct part p)
{
	if (r->parts.len >= MAX_PARTS)
		return err_limit(r->err, "more than %u fields in an output", MAX_PARTS);
	return vec_push(&r->parts, p) < 0 ? err_oom(r->err) : 0;
}

static int push_text(struct template_read *r, size_t begin, size_t end)
{
	struct part p = {.text = arena_dup(r->arena, slice_sub(r->in, begin, end - begin))};
	if (begin == end)
		return 0;
	return p.text.ptr ? push(r, p) : err_oom(r->err);
}

static bool is_words(const struct rule_expr *x)
{
	return x->kind == RULE_E_FIELD && x->arg.index == UINT32_MAX &&
	       (x->field->flags & (RULE_ANY | RULE_EITHER));
}

/* At the byte behind '%'. */
static int read_field(struct template_read *r)
{
	struct part p = {0};
	const struct rule_expr *x, *bound = NULL;
	struct slice why = SL_NONE;
	struct rule_near near = {0};
	bool unknown = true;
	size_t start = r->pos;
	while (r->pos < r->in.len && is_digit(r->in.ptr[r->pos])) {
		p.width = p.width * 10 + (uint32_t)(r->in.ptr[r->pos++] - '0');
		if (p.width > MAX_WIDTH)
			return err_usage(r->err, "a width in an output is over %u", MAX_WIDTH);
	}
	struct slice rest = slice_from(r->in, r->pos);
	if (!rest.len)
		return err_usage(r->err,
				 "invalid formatting syntax: formatting cannot end with a %%");
	if (slice_starts(rest, "container.info")) {
		r->pos += strlen("container.info");
		return 0;
	}
	size_t n = rule_parse_expr(r->arena, rest, &x);
	/* The longest that is a field: "%proc.name.x" is proc.name with ".x" behind it. */
	for (size_t k = n; k > 0 && !bound; k--) {
		const struct rule_expr *shorter = x;
		if (k < n && rest.ptr[k] != '.' && rest.ptr[k] != '[')
			continue;
		if (k < n && rule_parse_expr(r->arena, slice_sub(rest, 0, k), &shorter) != k)
			continue;
		struct slice reason;
		bool no_field;
		struct rule_near other = {0};
		bound =
		    rule_bind_expr(r->e, r->source, r->arena, shorter, &reason, &no_field, &other);
		if (bound) {
			n = k;
		} else if (!why.ptr) {
			why = reason;
			unknown = no_field;
			near = other;
		}
	}
	if (!bound) {
		struct slice word = slice_sub(r->in, start - 1, MAX(n, 1) + 1);
		return err_set(r->err, unknown && n ? ERR_NOT_FOUND : ERR_USAGE, -EINVAL,
			       "unknown filter: %.*s%s%.*s%s", SL_FMT(slice_sub(word, 0, 100)),
			       near.best.len ? " - did you mean '" : "", SL_FMT(near.best),
			       near.best.len ? "'?" : "");
	}
	p.text = arena_dup(r->arena, slice_sub(rest, 0, n));
	p.x = bound;
	p.is_words = is_words(bound);
	r->pos += n;
	return p.text.ptr ? push(r, p) : err_oom(r->err);
}

static int read_parts(struct template_read *r)
{
	size_t begin = r->pos;
	while (r->pos < r->in.len) {
		if (r->in.ptr[r->pos] != '%') {
			r->pos++;
			continue;
		}
		TRY(push_text(r, begin, r->pos));
		r->field = r->pos++;
		TRY(read_field(r));
		begin = r->pos;
	}
	return push_text(r, begin, r->pos);
}

int rule_template_make(const struct rule_engine *e, size_t source, struct slice text,
		       struct arena *arena, struct rule_template **ret, size_t *bad,
		       struct err *err)
{
	struct rule_template *t = arena_new(arena, struct rule_template);
	struct template_read r = {.e = e, .source = source, .arena = arena, .in = text, .err = err};
	if (!t)
		return err_oom(err);
	if (text.len > MAX_TEMPLATE)
		return err_limit(err, "an output is over %zu bytes", (size_t)MAX_TEMPLATE);
	t->may_miss = slice_starts(text, "*");
	r.pos = t->may_miss;
	int rc = read_parts(&r);
	if (rc == 0 && r.parts.len) {
		t->parts = arena_array(arena, r.parts.len, sizeof(*t->parts));
		if (t->parts)
			memcpy(t->parts, r.parts.ptr, r.parts.len * sizeof(*t->parts));
		t->n = r.parts.len;
		rc = t->parts ? 0 : err_oom(err);
	}
	vec_free(&r.parts);
	*bad = r.field;
	if (rc == 0)
		*ret = t;
	return rc;
}

int rule_template_new(const struct rule_source *s, struct slice text, struct arena *arena,
		      struct rule_template **ret, struct err *err)
{
	auto_rule_engine struct rule_engine *e = rule_engine_new(&s, 1, err);
	size_t bad;
	return e ? rule_template_make(e, 0, text, arena, ret, &bad, err) : err->code;
}

struct template_event {
	rule_get *get;
	void *event;
};

static int fetch(void *arg, const struct rule_expr *x, struct rule_value *out)
{
	const struct template_event *ev = arg;
	return ev->get(ev->event, x->field, &x->arg, out);
}

static void words(const struct rule_value *v, struct buf *out)
{
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_putc(out, ' ');
		rule_value_text(&v->items[i], out);
	}
}

/* A width pads on the right, and cuts what is longer. */
static void put_width(struct slice s, uint32_t width, struct buf *out)
{
	if (!width) {
		buf_puts(out, s);
		return;
	}
	buf_puts(out, slice_sub(s, 0, width));
	for (size_t i = s.len; i < width; i++)
		buf_putc(out, ' ');
}

bool rule_template_text(const struct rule_template *t, rule_get *get, void *event, struct buf *out)
{
	struct template_event ev = {get, event};
	auto_arena struct arena scratch = {0};
	bool whole = true;
	arena_init(&scratch, MAX_SCRATCH);
	for (size_t i = 0; i < t->n; i++) {
		const struct part *p = &t->parts[i];
		struct rule_value v = {0};
		auto_buf struct buf text = {0};
		if (!p->x) {
			buf_puts(out, p->text);
			continue;
		}
		buf_init(&text, MAX_SCRATCH);
		if (!rule_expr_value(p->x, fetch, &ev, &scratch, &v)) {
			buf_puts(&text, SL("<NA>"));
			whole = false;
		} else if (v.many && p->is_words) {
			words(&v, &text);
		} else {
			rule_value_text(&v, &text);
		}
		put_width(buf_slice(&text), p->width, out);
	}
	return whole || t->may_miss;
}

void rule_template_each(const struct rule_template *t, rule_get *get, void *event,
			void (*fn)(void *arg, struct slice key, const struct rule_value *v),
			void *arg)
{
	struct template_event ev = {get, event};
	auto_arena struct arena scratch = {0};
	arena_init(&scratch, MAX_SCRATCH);
	for (size_t i = 0; i < t->n; i++) {
		const struct part *p = &t->parts[i];
		struct rule_value v = {0};
		if (!p->x)
			continue;
		if (!rule_expr_value(p->x, fetch, &ev, &scratch, &v)) {
			fn(arg, p->text, NULL);
		} else if (v.many && p->is_words) {
			auto_buf struct buf text = {0};
			buf_init(&text, MAX_SCRATCH);
			words(&v, &text);
			struct rule_value joined = {.type = RULE_STRING, .str = buf_slice(&text)};
			fn(arg, p->text, &joined);
		} else {
			fn(arg, p->text, &v);
		}
	}
}
