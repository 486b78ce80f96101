/* SPDX-License-Identifier: Apache-2.0 */
/* Values: what transformers make of them, and how they are printed. */
#include "rule/rule_internal.h"

#include <arpa/inet.h>

#define MAX_JOINED (1 * MIB)

static struct slice put(struct arena *a, const struct buf *b)
{
	return b->failed ? SL_NONE : arena_dup(a, slice_of(b->ptr, b->len));
}

static struct slice fold(struct arena *a, struct slice s, bool upper)
{
	char *p = arena_alloc(a, s.len + 1);
	if (!p)
		return SL_NONE;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (upper)
			p[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
		else
			p[i] = to_lower(c);
	}
	return slice_of(p, s.len);
}

static struct slice decoded(struct arena *a, struct slice s)
{
	auto_buf struct buf b = {0};
	buf_init(&b, MAX_JOINED);
	while (s.len && s.ptr[s.len - 1] == '=')
		s.len--;
	if (text_unbase64(s, &b) < 0)
		return SL_NONE;
	return put(a, &b);
}

/* ptr NULL: no value. */
static struct slice change(enum rule_expr_kind kind, struct arena *a, struct slice s)
{
	if (kind == RULE_E_TOLOWER || kind == RULE_E_TOUPPER)
		return fold(a, s, kind == RULE_E_TOUPPER);
	if (kind == RULE_E_B64)
		return decoded(a, s);
	ssize_t slash = slice_rchr(s, '/');
	struct slice base = slash < 0 ? s : slice_from(s, (size_t)slash + 1);
	return base.ptr ? base : SL("");
}

static int change_all(enum rule_expr_kind kind, struct arena *a, struct rule_value *v)
{
	if (!v->many) {
		v->str = change(kind, a, v->str);
		return v->str.ptr != NULL;
	}
	struct rule_value *items = arena_array(a, MAX(v->n, 1), sizeof(*items));
	if (!items)
		return 0;
	for (size_t i = 0; i < v->n; i++) {
		items[i] = v->items[i];
		items[i].str = change(kind, a, v->items[i].str);
		if (!items[i].str.ptr)
			return 0;
	}
	v->items = items;
	return 1;
}

static size_t count_args(const struct rule_expr *first)
{
	size_t n = 0;
	for (; first; first = first->next)
		n++;
	return n;
}

static int list_value(const struct rule_expr *x, rule_fetch *fetch, void *arg,
		      struct arena *scratch, struct rule_value *out)
{
	size_t n = 0;
	struct rule_value *items =
	    arena_array(scratch, MAX(count_args(x->first), 1), sizeof(*items));
	if (!items)
		return 0;
	for (const struct rule_expr *a = x->first; a; a = a->next)
		if (!rule_expr_value(a, fetch, arg, scratch, &items[n++]))
			return 0;
	out->many = true;
	out->items = items;
	out->n = n;
	return 1;
}

static int joined(struct rule_value *parts, size_t n, struct slice sep, struct arena *scratch,
		  struct rule_value *out)
{
	auto_buf struct buf b = {0};
	buf_init(&b, MAX_JOINED);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_puts(&b, sep);
		buf_puts(&b, parts[i].str);
	}
	out->many = false;
	out->type = RULE_STRING;
	out->str = put(scratch, &b);
	return out->str.ptr != NULL;
}

static int concat(const struct rule_expr *x, rule_fetch *fetch, void *arg, struct arena *scratch,
		  struct rule_value *out)
{
	struct rule_value list;
	if (!list_value(x, fetch, arg, scratch, &list))
		return 0;
	return joined((struct rule_value *)(uintptr_t)list.items, list.n, SL(""), scratch, out);
}

/* Short options as getopt(3) reads them; the last of an option wins. */
struct options {
	struct slice spec;
	char wanted; /* 0: all of them */
	bool found;
	struct slice value;
	struct rule_value *items;
	size_t n, cap;
};

static void option(struct options *o, char c, struct slice value)
{
	if (c == o->wanted) {
		o->found = true;
		o->value = value;
	}
}

static bool takes_value(const struct options *o, char c, bool *known)
{
	for (size_t i = 0; i < o->spec.len; i++) {
		if (o->spec.ptr[i] != c || c == ':')
			continue;
		*known = true;
		return i + 1 < o->spec.len && o->spec.ptr[i + 1] == ':';
	}
	*known = false;
	return false;
}

static void put_item(struct options *o, struct slice s)
{
	if (o->n < o->cap)
		o->items[o->n++] = (struct rule_value){.type = RULE_STRING, .str = s};
}

static void letters(struct options *o, const struct rule_value *args, size_t n, size_t *i)
{
	struct slice word = slice_from(args[*i].str, 1);
	for (size_t k = 0; k < word.len; k++) {
		bool known, takes = takes_value(o, word.ptr[k], &known);
		struct slice value = SL("");
		if (!known)
			continue;
		if (takes) {
			value = slice_from(word, k + 1);
			if (!value.len && *i + 1 < n)
				value = args[++*i].str;
		}
		put_item(o, slice_sub(word, k, 1));
		if (takes)
			put_item(o, value);
		option(o, word.ptr[k], value);
		if (takes)
			return;
	}
}

static int getopt_value(const struct rule_expr *x, rule_fetch *fetch, void *arg,
			struct arena *scratch, struct rule_value *out)
{
	struct rule_value args = {.type = RULE_STRING};
	if (!rule_expr_value(x->first, fetch, arg, scratch, &args) || !args.many)
		return 0;
	size_t bytes = 0;
	for (size_t i = 0; i < args.n; i++)
		bytes += args.items[i].str.len;
	struct options o = {.spec = x->first->next->text,
			    .wanted = x->arg.text.len ? x->arg.text.ptr[0] : '\0',
			    .cap = 2 * bytes + 2};
	o.items = arena_array(scratch, o.cap, sizeof(*o.items));
	if (!o.items)
		return 0;
	for (size_t i = 0; i < args.n; i++) {
		struct slice s = args.items[i].str;
		if (slice_is(s, "--"))
			break;
		if (s.len > 1 && s.ptr[0] == '-' && s.ptr[1] != '-')
			letters(&o, args.items, args.n, &i);
	}
	out->type = RULE_STRING;
	out->many = !o.wanted;
	if (o.wanted) {
		out->str = o.value;
		return o.found;
	}
	out->items = o.items;
	out->n = o.n;
	return 1;
}

int rule_expr_value(const struct rule_expr *x, rule_fetch *fetch, void *arg, struct arena *scratch,
		    struct rule_value *out)
{
	struct rule_value v = {.type = RULE_STRING};
	switch (x->kind) {
	case RULE_E_FIELD:
		out->type = x->type;
		out->many = false;
		return fetch(arg, x, out);
	case RULE_E_TEXT:
		*out = (struct rule_value){.type = RULE_STRING, .str = x->text};
		return 1;
	case RULE_E_LIST:
		out->type = RULE_STRING;
		return list_value(x, fetch, arg, scratch, out);
	case RULE_E_CONCAT:
		return concat(x, fetch, arg, scratch, out);
	case RULE_E_GETOPT:
		return getopt_value(x, fetch, arg, scratch, out);
	case RULE_E_JOIN:
		if (!rule_expr_value(x->first, fetch, arg, scratch, &v))
			return 0;
		*out = (struct rule_value){.type = RULE_STRING};
		if (!rule_expr_value(x->first->next, fetch, arg, scratch, out) || !out->many)
			return 0;
		return joined((struct rule_value *)(uintptr_t)out->items, out->n, v.str, scratch,
			      out);
	case RULE_E_LEN:
		if (!rule_expr_value(x->first, fetch, arg, scratch, &v))
			return 0;
		*out = (struct rule_value){.type = RULE_UINT64, .u = v.many ? v.n : v.str.len};
		return 1;
	case RULE_E_TOLOWER:
	case RULE_E_TOUPPER:
	case RULE_E_BASENAME:
	case RULE_E_B64:
	default:
		return rule_expr_value(x->first, fetch, arg, scratch, out) &&
		       change_all(x->kind, scratch, out);
	}
}

/* ---- Printing ---- */

static void ip_text(const struct rule_ip *ip, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];
	if (!inet_ntop(ip->family == 4 ? AF_INET : AF_INET6, ip->bytes, text, sizeof(text)))
		return;
	buf_puts(out, slice_str(text));
	if (ip->bits != (ip->family == 4 ? 32 : 128))
		buf_printf(out, "/%u", ip->bits);
}

void rule_value_text(const struct rule_value *v, struct buf *out)
{
	if (v->many) {
		buf_putc(out, '(');
		for (size_t i = 0; i < v->n; i++) {
			if (i)
				buf_putc(out, ',');
			rule_value_text(&v->items[i], out);
		}
		buf_putc(out, ')');
		return;
	}
	switch (v->type) {
	case RULE_INT64:
		buf_printf(out, "%lld", (long long)v->i);
		return;
	case RULE_UINT64:
	case RULE_PORT:
	case RULE_RELTIME:
	case RULE_ABSTIME:
		buf_printf(out, "%llu", (unsigned long long)v->u);
		return;
	case RULE_DOUBLE:
		buf_printf(out, "%.1f", v->d);
		return;
	case RULE_BOOL:
		buf_puts(out, v->b ? SL("true") : SL("false"));
		return;
	case RULE_IP:
	case RULE_IPNET:
		ip_text(&v->ip, out);
		return;
	case RULE_STRING:
	case RULE_PATH:
	case RULE_BYTES:
	default:
		buf_puts(out, v->str);
	}
}

void rule_value_json(const struct rule_value *v, struct json_writer *w)
{
	if (!v->many && v->type == RULE_INT64) {
		jw_i64(w, v->i);
	} else if (!v->many && (v->type == RULE_UINT64 || v->type == RULE_PORT ||
				v->type == RULE_RELTIME || v->type == RULE_ABSTIME)) {
		jw_u64(w, v->u);
	} else if (!v->many && v->type == RULE_DOUBLE) {
		jw_double(w, v->d, 6);
	} else if (!v->many && v->type == RULE_BOOL) {
		jw_bool(w, v->b);
	} else if (v->many) {
		jw_array(w);
		for (size_t i = 0; i < v->n; i++)
			rule_value_json(&v->items[i], w);
		jw_end(w, ']');
	} else {
		auto_buf struct buf b = {0};
		buf_init(&b, MAX_JOINED);
		rule_value_text(v, &b);
		jw_str(w, buf_slice(&b));
	}
}
