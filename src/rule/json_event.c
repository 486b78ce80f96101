/* SPDX-License-Identifier: Apache-2.0 */
/* Events given as JSON objects: for tests of rules, and for sources whose facts are documents. */
#include "rule/rule_internal.h"

static bool scalar(const struct node *n, enum rule_type type, struct rule_value *out)
{
	struct rule_const c;
	struct slice why;
	if (!node_is(n, NODE_STRING) && !node_is(n, NODE_NUMBER) && !node_is(n, NODE_BOOL))
		return false;
	out->type = type;
	out->many = false;
	if (rule_is_text(type)) {
		out->str = n->str.ptr ? n->str : SL("");
		return true;
	}
	bool is_net = type == RULE_IPNET && slice_chr(n->str, '/') >= 0;
	if (type == RULE_IP || type == RULE_IPNET)
		return rule_ip_parse(n->str, is_net, &out->ip);
	auto_arena struct arena scratch = {0};
	arena_init(&scratch, 4 * KIB);
	if (!rule_const_read(type, n->str, &scratch, &c, &why))
		return false;
	if (type == RULE_INT64)
		out->i = c.i;
	else if (type == RULE_DOUBLE)
		out->d = c.d;
	else if (type == RULE_BOOL)
		out->b = c.b;
	else
		out->u = c.u;
	return true;
}

static bool takes_many(const struct rule_field *f, const struct rule_arg *arg)
{
	return f->flags & (RULE_LIST | RULE_EITHER) ||
	       (f->flags & RULE_ANY && arg->index == UINT32_MAX);
}

static bool value_of(const struct node *n, const struct rule_field *f, const struct rule_arg *arg,
		     struct arena *scratch, struct rule_value *out)
{
	if (!takes_many(f, arg))
		return scalar(n, f->type, out);
	size_t count = node_is(n, NODE_ARRAY) ? n->count : 1, i = 0;
	struct rule_value *items = arena_array(scratch, MAX(count, 1), sizeof(*items));
	if (!items)
		return false;
	if (!node_is(n, NODE_ARRAY)) {
		if (!scalar(n, f->type, &items[0]))
			return false;
	} else {
		node_each (item, n)
			if (!scalar(item, f->type, &items[i++]))
				return false;
	}
	out->many = true;
	out->items = items;
	out->n = count;
	return true;
}

int rule_json_event_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
			struct rule_value *out)
{
	const struct rule_json_event *ev = event;
	auto_buf struct buf key = {0};
	const struct node *n = NULL, *base;
	buf_init(&key, 64 * KIB);
	if (!arg->text.ptr) {
		n = node_get(ev->object, f->name);
	} else {
		buf_printf(&key, "%s[%.*s]", f->name, SL_FMT(arg->text));
		n = node_member(ev->object, buf_slice(&key));
		if (!n && f->flags & RULE_ARG_DOTTED) {
			buf_clear(&key);
			buf_printf(&key, "%s.%.*s", f->name, SL_FMT(arg->text));
			n = node_member(ev->object, buf_slice(&key));
		}
		/* ["sh", "sshd"] are the parent and its parent; of other lists the first is 0 */
		base = n ? NULL : node_get(ev->object, f->name);
		if (node_is(base, NODE_ARRAY) && arg->index != UINT32_MAX) {
			size_t i = f->flags & RULE_ANY ? 1 : 0;
			node_each (item, base)
				if (i++ == arg->index)
					n = item;
		} else if (node_is(base, NODE_OBJECT)) {
			n = node_member(base, arg->text);
		}
	}
	if (!n || n->type == NODE_NULL)
		return 0;
	return value_of(n, f, arg, ev->scratch, out);
}

int rule_json_event_check(const struct rule_json_event *ev, struct err *err)
{
	if (!node_is(ev->object, NODE_OBJECT))
		return err_input(err, "an event is an object of fields and values");
	node_each (m, ev->object) {
		const struct rule_field *f;
		struct rule_arg arg;
		struct rule_value v;
		struct err why = {0};
		/* the base of an indexed field may stand for its elements */
		bool is_base = node_is(m, NODE_OBJECT) || node_is(m, NODE_ARRAY);
		if (rule_field_find(ev->source, m->key, &f, &arg, &why) < 0) {
			bool known = false;
			for (size_t i = 0; is_base && i < ev->source->nfields; i++)
				known = known || slice_is(m->key, ev->source->fields[i].name);
			if (known)
				continue;
			return err_input(err, "%s", why.text);
		}
		if (node_is(m, NODE_NULL) ||
		    (is_base && f->flags & (RULE_ARG_INDEX | RULE_ARG_KEY)))
			continue;
		if (!value_of(m, f, &arg, ev->scratch, &v))
			return err_input(err, "%.*s: the value is no %s", SL_FMT(m->key),
					 rule_type_name(f->type));
	}
	return 0;
}

unsigned rule_json_event_type(const struct rule_json_event *ev)
{
	const struct rule_source *s = ev->source;
	for (size_t i = 0; s->ntypes && i < s->nfields; i++) {
		if (!(s->fields[i].flags & RULE_EVENT_TYPE))
			continue;
		struct slice name = node_get_str(ev->object, s->fields[i].name);
		for (size_t k = 0; k < s->ntypes; k++)
			if (slice_is(name, s->types[k].name))
				return s->types[k].code;
	}
	return s->ntypes ? 1023 : 0;
}
