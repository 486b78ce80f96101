/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "rule/eval_testing.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>

static const struct rule_field fields[] = {
    {"t.type", RULE_STRING, RULE_EVENT_TYPE, T_TYPE, ""},
    {"t.name", RULE_STRING, 0, T_NAME, ""},
    {"t.path", RULE_PATH, 0, T_PATH, ""},
    {"t.int", RULE_INT64, 0, T_INT, ""},
    {"t.uint", RULE_UINT64, 0, T_UINT, ""},
    {"t.bool", RULE_BOOL, 0, T_BOOL, ""},
    {"t.ip", RULE_IP, 0, T_IP, ""},
    {"t.net", RULE_IPNET, 0, T_NET, ""},
    {"t.port", RULE_PORT, 0, T_PORT, ""},
    {"t.list", RULE_STRING, RULE_LIST, T_LIST, ""},
    {"t.anc", RULE_STRING, RULE_ANY | RULE_ARG_INDEX | RULE_NO_RHS, T_ANC, ""},
    {"t.end", RULE_PORT, RULE_EITHER | RULE_NO_RHS, T_END, ""},
    {"t.bytes", RULE_BYTES, 0, T_BYTES, ""},
    {"t.nums", RULE_INT64, RULE_LIST, T_NUMS, ""},
    {"t.env", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_ARG_DOTTED, T_ENV, ""},
};
static const struct rule_event_type types[] = {{"open", 1}, {"exec", 2}, {"link", 3}, {"exit", 9}};
const struct rule_source sample_source = {.name = "test",
					  .fields = fields,
					  .nfields = ARRAY_LEN(fields),
					  .types = types,
					  .ntypes = ARRAY_LEN(types)};

int sample_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	struct sample_event *ev = event;
	if (!arg->text.ptr)
		ev->asked[f->id]++;
	if (!ev->has[f->id])
		return 0;
	*out = ev->value[f->id];
	if (f->id == T_ENV)
		return slice_is(arg->text, "HOME");
	if (f->id == T_ANC && arg->text.ptr) {
		if (arg->index == 0 || arg->index > out->n)
			return 0;
		*out = ev->items[T_ANC][arg->index - 1];
	}
	return 1;
}

void sample_set_text(struct sample_event *ev, int field, const char *s)
{
	ev->has[field] = s != NULL;
	ev->value[field] = (struct rule_value){.type = fields[field].type, .str = slice_str(s)};
}

void sample_set_int(struct sample_event *ev, int field, int64_t v)
{
	ev->has[field] = true;
	ev->value[field] = (struct rule_value){.type = fields[field].type, .i = v};
	if (fields[field].type == RULE_BOOL)
		ev->value[field].b = v != 0;
}

void sample_set_list(struct sample_event *ev, int field, size_t n, const char *const *s)
{
	ev->has[field] = true;
	for (size_t i = 0; i < n; i++) {
		struct rule_value *v = &ev->items[field][i];
		*v = (struct rule_value){.type = fields[field].type, .str = slice_str(s[i])};
		if (v->type != RULE_STRING)
			*v = (struct rule_value){.type = fields[field].type,
						 .i = strtoll(s[i], NULL, 10)};
	}
	ev->value[field] = (struct rule_value){
	    .type = fields[field].type, .many = true, .items = ev->items[field], .n = n};
}

void sample_set_ip(struct sample_event *ev, int field, const char *s)
{
	struct rule_value v = {.type = fields[field].type};
	ev->has[field] = true;
	v.ip.family = strchr(s, ':') ? 6 : 4;
	v.ip.bits = v.ip.family == 4 ? 32 : 128;
	inet_pton(v.ip.family == 4 ? AF_INET : AF_INET6, s, v.ip.bytes);
	ev->value[field] = v;
}

/* ---- The interpreter: one check after the other, with the C library's functions ---- */

static const char *text_of(struct slice s, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "%.*s", SL_FMT(s));
	return buf;
}

static bool path_match(const char *pattern, const char *path)
{
	char p[200], s[200], *ps, *ss, *a, *b;
	if ((pattern[0] == '/') != (path[0] == '/') || !pattern[0])
		return false;
	(void)snprintf(p, sizeof(p), "%s", pattern);
	(void)snprintf(s, sizeof(s), "%s", path);
	a = strtok_r(p, "/", &ps);
	b = strtok_r(s, "/", &ss);
	for (; a && b; a = strtok_r(NULL, "/", &ps), b = strtok_r(NULL, "/", &ss))
		if (fnmatch(a, b, 0) != 0)
			return false;
	return !a;
}

static bool regex_match(const char *pattern, const char *s)
{
	char whole[300];
	regex_t re;
	(void)snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	if (regcomp(&re, whole, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	bool r = regexec(&re, s, 0, NULL, 0) == 0;
	regfree(&re);
	return r;
}

static bool text_op(enum rule_op op, struct slice vs, struct slice cs)
{
	char vb[200], cb[200], hex[200];
	const char *v = text_of(vs, vb, sizeof(vb)), *c = text_of(cs, cb, sizeof(cb));
	size_t n = strlen(v), m = strlen(c);
	switch (op) {
	case RULE_OP_EQ:
	case RULE_OP_IN:
	case RULE_OP_INTERSECTS:
		return strcmp(v, c) == 0;
	case RULE_OP_NE:
		return strcmp(v, c) != 0;
	case RULE_OP_CONTAINS:
		return strstr(v, c) != NULL;
	case RULE_OP_ICONTAINS:
		return strcasestr(v, c) != NULL;
	case RULE_OP_STARTSWITH:
		return strncmp(v, c, m) == 0;
	case RULE_OP_ENDSWITH:
		return n >= m && strcmp(v + n - m, c) == 0;
	case RULE_OP_GLOB:
		return fnmatch(c, v, 0) == 0;
	case RULE_OP_IGLOB:
		return fnmatch(c, v, FNM_CASEFOLD) == 0;
	case RULE_OP_REGEX:
		return regex_match(c, v);
	case RULE_OP_PMATCH:
		return path_match(c, v);
	case RULE_OP_BCONTAINS:
	case RULE_OP_BSTARTSWITH:
		for (size_t i = 0; i < m / 2; i++) {
			unsigned x;
			if (sscanf(c + 2 * i, "%2x", &x) != 1)
				return false;
			hex[i] = (char)x;
		}
		hex[m / 2] = '\0';
		return op == RULE_OP_BCONTAINS ? strstr(v, hex) != NULL
					       : strncmp(v, hex, m / 2) == 0;
	case RULE_OP_EXISTS:
	case RULE_OP_LT:
	case RULE_OP_LE:
	case RULE_OP_GT:
	case RULE_OP_GE:
	default:
		return false;
	}
}

static bool int_op(enum rule_op op, long long v, long long c)
{
	if (op == RULE_OP_NE)
		return v != c;
	if (op == RULE_OP_LT || op == RULE_OP_GE)
		return (v < c) == (op == RULE_OP_LT);
	if (op == RULE_OP_GT || op == RULE_OP_LE)
		return (v > c) == (op == RULE_OP_GT);
	return v == c;
}

static bool ip_op(enum rule_op op, const struct rule_ip *v, struct slice c, bool net)
{
	char buf[80];
	const char *s = text_of(c, buf, sizeof(buf));
	char *slash = strchr(buf, '/');
	uint32_t bits = v->family == 4 ? 32 : 128;
	unsigned char bytes[16] = {0};
	if (net && slash) {
		(void)!slice_u32(slice_str(slash + 1), &bits);
		*slash = '\0';
	}
	bool same = inet_pton(strchr(s, ':') ? AF_INET6 : AF_INET, s, bytes) == 1 &&
		    (strchr(s, ':') ? 6 : 4) == v->family;
	for (unsigned i = 0; same && i < bits; i++)
		same = ((bytes[i / 8] ^ v->bytes[i / 8]) >> (7 - i % 8) & 1) == 0;
	return op == RULE_OP_NE ? !same : same;
}

static bool one(const struct rule_node *n, const struct rule_value *v, struct slice c)
{
	char buf[80];
	if (v->type == RULE_STRING || v->type == RULE_PATH || v->type == RULE_BYTES)
		return text_op(n->op, v->str, c);
	if (v->type == RULE_BOOL)
		return int_op(n->op, v->b, slice_is(c, "true"));
	if (v->type == RULE_IP || v->type == RULE_IPNET)
		return ip_op(n->op, &v->ip, c, v->type == RULE_IPNET);
	return int_op(n->op, (long long)v->i, strtoll(text_of(c, buf, sizeof(buf)), NULL, 10));
}

static bool value(const struct rule_node *n, const struct rule_value *v)
{
	size_t hits = 0;
	for (size_t i = 0; i < n->nvalues; i++)
		hits += one(n, v, n->values[i]);
	if (n->quantifier == RULE_Q_ONEOF)
		return hits == 1;
	return n->quantifier == RULE_Q_ALLOF ? hits == n->nvalues : hits > 0;
}

static bool fetch(const struct rule_expr *x, struct sample_event *ev, struct rule_value *out)
{
	static char texts[4][200];
	static unsigned turn;
	if (x->kind == RULE_E_FIELD)
		return sample_get(ev, x->field, &x->arg, out) > 0;
	if (!fetch(x->first, ev, out))
		return false;
	if (x->kind == RULE_E_LEN) {
		size_t len = out->many ? out->n : out->str.len;
		*out = (struct rule_value){.type = RULE_UINT64, .i = (int64_t)len};
		return true;
	}
	char *t = texts[turn++ % 4];
	(void)snprintf(t, sizeof(texts[0]), "%.*s", SL_FMT(out->str));
	for (char *p = t; *p; p++)
		*p = x->kind == RULE_E_TOLOWER && *p >= 'A' && *p <= 'Z'   ? (char)(*p + 32)
		     : x->kind == RULE_E_TOUPPER && *p >= 'a' && *p <= 'z' ? (char)(*p - 32)
									   : *p;
	if (x->kind == RULE_E_BASENAME && strrchr(t, '/'))
		t = strrchr(t, '/') + 1;
	out->str = slice_str(t);
	return true;
}

static bool check(const struct rule_node *n, struct sample_event *ev)
{
	struct rule_value v = {0}, right = {0};
	if (n->left->field && n->left->field->id == T_TYPE) {
		bool hit = false;
		for (size_t i = 0; i < ARRAY_LEN(types); i++)
			for (size_t k = 0; k < n->nvalues; k++)
				hit = hit || (types[i].code == ev->type &&
					      slice_is(n->values[k], types[i].name));
		return n->op == RULE_OP_NE ? !hit : hit;
	}
	if (!fetch(n->left, ev, &v))
		return false;
	if (n->op == RULE_OP_EXISTS)
		return !v.many || v.n;
	if (n->right) {
		if (!fetch(n->right, ev, &right))
			return false;
		return rule_type_name(v.type)[0] == 's' || v.type == RULE_PATH
			   ? text_op(n->op, v.str, right.str)
			   : int_op(n->op, (long long)v.i, (long long)right.i);
	}
	if (!v.many)
		return value(n, &v);
	bool list = n->left->is_list;
	bool every =
	    list ? n->op == RULE_OP_IN
		 : n->op == RULE_OP_NE && n->left->field && n->left->field->flags & RULE_EITHER;
	size_t hits = 0;
	for (size_t i = 0; i < v.n; i++)
		hits += value(n, &v.items[i]);
	return every ? v.n && hits == v.n : hits > 0;
}

bool sample_interpret(const struct rule_node *n, struct sample_event *ev)
{
	if (n->kind == RULE_N_CHECK)
		return check(n, ev);
	if (n->kind == RULE_N_NOT)
		return !sample_interpret(n->kids[0], ev);
	bool r = n->kind == RULE_N_AND;
	for (size_t i = 0; i < n->nkids; i++) {
		bool kid = sample_interpret(n->kids[i], ev);
		r = n->kind == RULE_N_AND ? r && kid : r || kid;
	}
	return r;
}
