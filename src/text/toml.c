/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0.0 into the common tree. Dates and times are strings as written. */
#include "text/toml_internal.h"

int toml_fail(struct toml *t, const char *what)
{
	uint32_t line, column;
	text_position(t->in, t->pos, &line, &column);
	return err_input(t->err, "line %u, column %u: %s", line, column, what);
}

struct toml_node *toml_new(struct toml *t, enum node_type type)
{
	if (t->nodes++ >= t->max_nodes) {
		(void)!err_limit(t->err, "more than %zu values", t->max_nodes);
		return NULL;
	}
	struct toml_node *n = arena_new(t->arena, struct toml_node);
	if (!n) {
		(void)!err_oom(t->err);
		return NULL;
	}
	n->n.type = type;
	n->n.pos = (uint32_t)t->pos;
	return n;
}

/* The map's key: the parent's address, then the name. */
static struct slice pair(struct toml *t, const struct toml_node *parent, struct slice key)
{
	char *p = arena_alloc(t->arena, sizeof(parent) + key.len);
	if (!p)
		return SL_NONE;
	memcpy(p, &parent, sizeof(parent));
	memcpy(p + sizeof(parent), key.len ? key.ptr : "", key.len);
	return slice_of(p, sizeof(parent) + key.len);
}

struct toml_node *toml_find(struct toml *t, struct toml_node *parent, struct slice key)
{
	struct slice name = pair(t, parent, key);
	const uint64_t *at = name.ptr ? map_get(&t->names, name) : NULL;
	struct toml_node *n = NULL;
	if (at)
		memcpy(&n, at, sizeof(n));
	return n;
}

int toml_append(struct toml *t, struct toml_node *parent, struct slice key, struct toml_node *child)
{
	bool is_new = true;
	if (parent->n.type == NODE_OBJECT) {
		struct slice name = pair(t, parent, key);
		uint64_t *at = name.ptr ? map_put(&t->names, name, &is_new) : NULL;
		if (!at)
			return err_oom(t->err);
		if (!is_new)
			return toml_fail(t, "the key stands twice in one table");
		memcpy(at, &child, sizeof(child));
	}
	child->n.key = key;
	if (parent->last)
		parent->last->next = &child->n;
	else
		parent->n.first = &child->n;
	parent->last = &child->n;
	parent->n.count++;
	return 0;
}

void toml_blanks(struct toml *t)
{
	while (toml_peek(t) == ' ' || toml_peek(t) == '\t')
		t->pos++;
}

int toml_line_end(struct toml *t)
{
	toml_blanks(t);
	if (toml_peek(t) == '#')
		for (; t->pos < t->in.len && t->in.ptr[t->pos] != '\n'; t->pos++) {
			unsigned char c = (unsigned char)t->in.ptr[t->pos];
			bool cr_lf =
			    c == '\r' && t->pos + 1 < t->in.len && t->in.ptr[t->pos + 1] == '\n';
			if ((c < 0x20 && c != '\t' && !cr_lf) || c == 0x7f)
				return toml_fail(t, "control character in a comment");
		}
	if (t->pos == t->in.len)
		return 0;
	if (toml_at(t, "\r\n"))
		t->pos++;
	if (toml_peek(t) != '\n')
		return toml_fail(t, "expected the end of the line");
	t->pos++;
	return 0;
}

static bool is_bare(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_' || c == '-';
}

int toml_key(struct toml *t, struct slice *ret)
{
	toml_blanks(t);
	size_t start = t->pos;
	if (toml_peek(t) == '"' || toml_peek(t) == '\'')
		return toml_string(t, false, ret);
	while (is_bare(toml_peek(t)))
		t->pos++;
	if (t->pos == start)
		return toml_fail(t, "expected a key");
	*ret = arena_dup(t->arena, slice_sub(t->in, start, t->pos - start));
	return ret->ptr ? 0 : err_oom(t->err);
}

/* The table `key` of parent for a dotted key: made when absent. */
static struct toml_node *dotted_step(struct toml *t, struct toml_node *parent, struct slice key)
{
	struct toml_node *n = toml_find(t, parent, key);
	if (!n) {
		n = toml_new(t, NODE_OBJECT);
		if (!n || toml_append(t, parent, key, n) < 0)
			return NULL;
		n->section = t->section;
		return n;
	}
	if (n->n.type != NODE_OBJECT || n->is_closed || n->is_explicit ||
	    (n->section && n->section != t->section)) {
		(void)!toml_fail(t, "the key adds to what is complete already");
		return NULL;
	}
	return n;
}

int toml_keyval(struct toml *t, struct toml_node *table, unsigned depth)
{
	struct slice key;
	struct toml_node *value;
	TRY(toml_key(t, &key));
	toml_blanks(t);
	for (unsigned dots = 0; toml_peek(t) == '.'; dots++) {
		if (depth + dots >= t->max_depth)
			return toml_fail(t, "nested too deep");
		t->pos++;
		table = dotted_step(t, table, key);
		if (!table)
			return t->err->code;
		TRY(toml_key(t, &key));
		toml_blanks(t);
	}
	if (toml_peek(t) != '=')
		return toml_fail(t, "expected = after the key");
	t->pos++;
	toml_blanks(t);
	TRY(toml_value(t, depth, &value));
	return toml_append(t, table, key, value);
}

/* One step of a [a.b.c] header that is not the last. */
static struct toml_node *header_step(struct toml *t, struct toml_node *parent, struct slice key)
{
	struct toml_node *n = toml_find(t, parent, key);
	if (!n) {
		n = toml_new(t, NODE_OBJECT);
		return n && toml_append(t, parent, key, n) == 0 ? n : NULL;
	}
	if (n->is_tables) {
		struct toml_node *last;
		memcpy(&last, &n->last, sizeof(last)); /* elements of such arrays are toml_nodes */
		return last;
	}
	if (n->n.type != NODE_OBJECT || n->is_closed) {
		(void)!toml_fail(t, "the header names what is no table");
		return NULL;
	}
	return n;
}

static int header_end(struct toml *t, struct toml_node *parent, struct slice key, bool many,
		      struct toml_node **ret)
{
	struct toml_node *n = toml_find(t, parent, key);
	if (!many && n) {
		if (n->n.type != NODE_OBJECT || n->is_closed || n->is_explicit || n->section)
			return toml_fail(t, "the table is defined already");
	} else if (!n) {
		n = toml_new(t, many ? NODE_ARRAY : NODE_OBJECT);
		if (!n)
			return t->err->code;
		n->is_tables = many;
		TRY(toml_append(t, parent, key, n));
	} else if (!n->is_tables) {
		return toml_fail(t, "the header makes a list of what is none");
	}
	if (many) {
		struct toml_node *element = toml_new(t, NODE_OBJECT);
		if (!element)
			return t->err->code;
		TRY(toml_append(t, n, SL_NONE, element));
		n = element;
	}
	n->is_explicit = true;
	*ret = n;
	return 0;
}

static int header(struct toml *t, struct toml_node *root, struct toml_node **ret)
{
	bool many = toml_at(t, "[[");
	struct slice key;
	struct toml_node *table = root;
	unsigned depth = 0;
	t->pos += many ? 2 : 1;
	t->section++;
	TRY(toml_key(t, &key));
	toml_blanks(t);
	while (toml_peek(t) == '.') {
		t->pos++;
		if (++depth >= t->max_depth)
			return toml_fail(t, "nested too deep");
		table = header_step(t, table, key);
		if (!table)
			return t->err->code;
		TRY(toml_key(t, &key));
		toml_blanks(t);
	}
	if (!toml_at(t, many ? "]]" : "]"))
		return toml_fail(t, many ? "expected ]]" : "expected ]");
	TRY(header_end(t, table, key, many, ret));
	t->pos += many ? 2 : 1;
	return toml_line_end(t);
}

static int document(struct toml *t, struct node **ret)
{
	struct toml_node *root = toml_new(t, NODE_OBJECT), *table = root;
	if (!root)
		return t->err->code;
	if (toml_at(t, "\xef\xbb\xbf"))
		t->pos += 3;
	while (t->pos < t->in.len) {
		toml_blanks(t);
		char c = toml_peek(t);
		if (c == '[') {
			TRY(header(t, root, &table));
		} else {
			if (t->pos < t->in.len && c != '#' && c != '\r' && c != '\n')
				TRY(toml_keyval(t, table, 0));
			TRY(toml_line_end(t));
		}
	}
	*ret = &root->n;
	return 0;
}

int toml_parse(struct doc *d, struct slice in, const struct text_limits *lim, struct node **ret,
	       struct err *err)
{
	struct text_limits l = text_limits_of(lim);
	struct toml t = {.in = in, .arena = &d->arena, .err = err, .section = 1};
	t.max_nodes = l.max_nodes;
	t.max_depth = l.max_depth;
	if (in.len > l.max_bytes)
		return err_limit(err, "document of %zu bytes is over the limit of %zu", in.len,
				 l.max_bytes);
	if (text_utf8_length(in) != in.len)
		return err_input(err, "byte %zu is not UTF-8", text_utf8_length(in));
	arena_free(&d->arena);
	int r = document(&t, ret);
	map_free(&t.names);
	return r;
}
