/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events to the tree. Plain scalars follow the core schema of YAML 1.2 section 10.3, but only
 * what JSON also calls a number is one: 010, 0x1f and 1_000 stay strings, since readers differ on them.
 */
#include "text/text_internal.h"

#include <yaml.h>

struct frame {
	struct node *node;
	struct node **tail;
	struct slice key;
	bool has_key;
};
struct yaml_walk {
	yaml_parser_t *parser;
	struct arena *arena;
	struct slice in; /* without byte order mark */
	size_t bom;
	/* libyaml counts characters, nodes have byte offsets: both of the last mark. */
	size_t chars, bytes;
	struct frame *frames;
	size_t depth, max_depth, nodes, max_nodes;
	struct key_table keys;
	struct map anchors; /* name -> node */
	size_t alias_nodes; /* that may still be copied */
	bool aliases;
	struct node *root;
	struct err *err;
};

static void parser_done(yaml_parser_t *p)
{
	yaml_parser_delete(p);
}
static void event_done(yaml_event_t *e)
{
	yaml_event_delete(e);
}

static size_t byte_offset(struct yaml_walk *w, const yaml_mark_t *mark)
{
	while (w->bytes < w->in.len) {
		/* Step over the rest of a character first, then to the wanted one. */
		if (((unsigned char)w->in.ptr[w->bytes] & 0xc0) != 0x80) {
			if (w->chars >= mark->index)
				break;
			w->chars++;
		}
		w->bytes++;
	}
	return w->bytes + w->bom;
}

static int fail_at(struct yaml_walk *w, enum err_kind kind, const yaml_mark_t *mark,
		   const char *text, struct slice what)
{
	return err_set(w->err, kind, kind == ERR_LIMIT ? -E2BIG : -EBADMSG,
		       "line %zu, column %zu: %s%s%.*s%s", mark->line + 1, mark->column + 1, text,
		       what.len ? " \"" : "", SL_FMT(slice_sub(what, 0, 80)), what.len ? "\"" : "");
}

static int parser_error(struct yaml_walk *w)
{
	const yaml_parser_t *p = w->parser;
	const char *text = p->problem ? p->problem : "not a YAML text";
	if (p->error == YAML_MEMORY_ERROR)
		return err_oom(w->err);
	if (p->error == YAML_READER_ERROR)
		return text_error_at(w->in, p->problem_offset, ERR_INPUT, w->err, "%s", text);
	return fail_at(w, ERR_INPUT, &p->problem_mark, text, SL_NONE);
}

static void resolve(struct node *n)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const bools[] = {"true",  "True",  "TRUE", "false",
					    "False", "FALSE", NULL};
	if (slice_is_any(n->str, nulls)) {
		n->type = NODE_NULL;
		n->str = SL_NONE;
	} else if (slice_is_any(n->str, bools)) {
		n->type = NODE_BOOL;
	} else if (text_number_length(n->str) == n->str.len) {
		n->type = NODE_NUMBER;
	}
}

/* Plain and without a tag that says it is text. */
static bool is_typed(const yaml_event_t *e)
{
	static const char *const typed[] = {YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG,
					    YAML_FLOAT_TAG, NULL};
	return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (e->data.scalar.plain_implicit ||
		slice_is_any(slice_str((const char *)e->data.scalar.tag), typed));
}

static struct slice scalar_text(const yaml_event_t *e)
{
	return slice_of(e->data.scalar.value, e->data.scalar.length);
}

/* Hangs a new node into the innermost container; NULL with w->err filled when it may not be. */
static struct node *add(struct yaml_walk *w, enum node_type type, const yaml_event_t *e)
{
	struct frame *f = w->depth ? &w->frames[w->depth - 1] : NULL;
	if (w->nodes++ >= w->max_nodes) {
		(void)!fail_at(w, ERR_LIMIT, &e->start_mark, "too many values", SL_NONE);
		return NULL;
	}
	struct node *n = arena_new(w->arena, struct node);
	if (!n) {
		(void)!err_oom(w->err);
		return NULL;
	}
	n->type = type;
	n->pos = (uint32_t)byte_offset(w, &e->start_mark);
	if (!f) {
		w->root = n;
	} else {
		n->key = f->key;
		f->has_key = false;
		f->key = SL_NONE;
		*f->tail = n;
		f->tail = &n->next;
		f->node->count++;
	}
	return n;
}

/* ---- aliases ---- */

static int note_anchor(struct yaml_walk *w, const unsigned char *name, struct node *n)
{
	struct slice key =
	    name && w->aliases ? arena_dup(w->arena, slice_str((const char *)name)) : SL_NONE;
	if (!name || !w->aliases)
		return 0;
	uint64_t *slot = key.ptr ? map_put(&w->anchors, key, NULL) : NULL;
	if (!slot)
		return err_oom(w->err);
	*slot = (uint64_t)(uintptr_t)n;
	return 0;
}

/* A node and all below it; depth: of the copy in the tree. */
static int copy_node(struct yaml_walk *w, const struct node *from, struct node *to, size_t depth,
		     const yaml_mark_t *mark)
{
	struct node **tail = &to->first;
	to->type = from->type;
	to->str = from->str;
	to->count = from->count;
	if (from->first && depth >= w->max_depth)
		return fail_at(w, ERR_LIMIT, mark, "nested too deep", SL_NONE);
	node_each (c, from) {
		struct node *n = w->alias_nodes ? arena_new(w->arena, struct node) : NULL;
		if (!w->alias_nodes)
			return fail_at(w, ERR_LIMIT, mark, "aliases stand for too many values",
				       SL_NONE);
		if (!n)
			return err_oom(w->err);
		w->alias_nodes--;
		n->key = c->key;
		n->pos = c->pos;
		TRY(copy_node(w, c, n, depth + 1, mark));
		*tail = n;
		tail = &n->next;
	}
	return 0;
}

/* ---- tree ---- */

static bool wants_key(const struct yaml_walk *w)
{
	if (w->depth == 0)
		return false;
	const struct frame *f = &w->frames[w->depth - 1];
	return f->node->type == NODE_OBJECT && !f->has_key;
}

static int on_scalar(struct yaml_walk *w, const yaml_event_t *e)
{
	struct slice text = arena_dup(w->arena, scalar_text(e));
	if (!text.ptr)
		return err_oom(w->err);
	if (wants_key(w)) {
		struct frame *f = &w->frames[w->depth - 1];
		f->key = text;
		f->has_key = true;
		return 0;
	}
	struct node *n = add(w, NODE_STRING, e);
	if (!n)
		return w->err->code;
	n->str = text;
	if (is_typed(e))
		resolve(n);
	return note_anchor(w, e->data.scalar.anchor, n);
}

static int on_open(struct yaml_walk *w, enum node_type type, const yaml_event_t *e)
{
	if (wants_key(w))
		return fail_at(w, ERR_INPUT, &e->start_mark,
			       "a key that is a list or a mapping is not read", SL_NONE);
	if (w->depth >= w->max_depth)
		return fail_at(w, ERR_LIMIT, &e->start_mark, "nested too deep", SL_NONE);
	struct node *n = add(w, type, e);
	if (!n)
		return w->err->code;
	w->frames[w->depth++] = (struct frame){.node = n, .tail = &n->first};
	return note_anchor(
	    w, type == NODE_OBJECT ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
	    n);
}

static int on_alias(struct yaml_walk *w, const yaml_event_t *e)
{
	struct slice name = slice_str((const char *)e->data.alias.anchor);
	const uint64_t *slot = w->aliases ? map_get(&w->anchors, name) : NULL;
	const struct node *from = slot ? (const struct node *)(uintptr_t)*slot : NULL;
	if (!w->aliases)
		return fail_at(w, ERR_INPUT, &e->start_mark,
			       "aliases are not read - write the value out; alias", name);
	if (!from)
		return fail_at(w, ERR_INPUT, &e->start_mark, "no anchor has this name:", name);
	for (size_t i = 0; i < w->depth; i++)
		if (w->frames[i].node == from)
			return fail_at(w, ERR_INPUT, &e->start_mark,
				       "a value that contains itself:", name);
	if (wants_key(w)) {
		struct frame *f = &w->frames[w->depth - 1];
		if (from->type == NODE_ARRAY || from->type == NODE_OBJECT)
			return fail_at(w, ERR_INPUT, &e->start_mark,
				       "a key that is a list or a mapping is not read", SL_NONE);
		f->key = from->str;
		f->has_key = true;
		return 0;
	}
	struct node *n = add(w, from->type, e);
	return n ? copy_node(w, from, n, w->depth, &e->start_mark) : w->err->code;
}

/* Members of `from` that n does not have go to its end (yaml.org/type/merge.html). */
static int merge_members(struct yaml_walk *w, struct node *n, const struct node *from)
{
	struct node **tail = &n->first;
	while (*tail)
		tail = &(*tail)->next;
	node_each (c, from) {
		if (node_member(n, c->key))
			continue;
		struct node *m = arena_new(w->arena, struct node);
		if (!m)
			return err_oom(w->err);
		*m = *c;
		m->next = NULL;
		*tail = m;
		tail = &m->next;
		n->count++;
	}
	return 0;
}

#define MAX_MERGE 1000000 /* comparisons of names */
static int merge(struct yaml_walk *w, struct node *n)
{
	const struct node *key = w->aliases ? node_get(n, "<<") : NULL;
	bool list = node_is(key, NODE_ARRAY);
	if (!key)
		return 0;
	for (const struct node *from = list ? key->first : key; from;
	     from = list ? from->next : NULL) {
		if (from->type != NODE_OBJECT)
			continue;
		if ((uint64_t)from->count * ((uint64_t)n->count + from->count) > MAX_MERGE)
			return text_error_at(w->in, n->pos - w->bom, ERR_LIMIT, w->err,
					     "too much is merged into one mapping");
		TRY(merge_members(w, n, from));
	}
	return 0;
}

static int on_close(struct yaml_walk *w)
{
	const struct node *twice;
	struct node *n = w->frames[--w->depth].node;
	if (n->type != NODE_OBJECT)
		return 0;
	int rc = text_find_duplicate(&w->keys, n, &twice);
	if (rc < 0)
		return err_oom(w->err);
	if (rc > 0)
		return text_error_at(w->in, twice->pos - w->bom, ERR_INPUT, w->err,
				     "the key \"%.*s\" stands twice in one mapping",
				     SL_FMT(slice_sub(twice->key, 0, 80)));
	return merge(w, n);
}

static int on_event(struct yaml_walk *w, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(w, e);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(w, NODE_ARRAY, e);
	case YAML_MAPPING_START_EVENT:
		return on_open(w, NODE_OBJECT, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(w);
	case YAML_ALIAS_EVENT:
		return on_alias(w, e);
	case YAML_DOCUMENT_START_EVENT:
		if (w->root)
			return fail_at(w, ERR_INPUT, &e->start_mark,
				       "a second document begins; one is read", SL_NONE);
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		return 0;
	}
}

static int events(struct yaml_walk *w)
{
	for (bool more = true; more;) {
		__attribute__((cleanup(event_done))) yaml_event_t e = {0};
		if (!yaml_parser_parse(w->parser, &e))
			return parser_error(w);
		TRY(on_event(w, &e));
		more = e.type != YAML_STREAM_END_EVENT;
	}
	return 0;
}

int yaml_parse(struct doc *d, struct slice in, const struct text_limits *lim, struct node **ret,
	       struct err *err)
{
	struct text_limits l = text_limits_of(lim);
	*ret = NULL;
	arena_free(&d->arena);
	if (in.len > l.max_bytes || in.len > UINT32_MAX)
		return err_limit(err, "YAML text of %zu bytes, more than the %zu that are read",
				 in.len, l.max_bytes);
	__attribute__((cleanup(parser_done))) yaml_parser_t parser = {0};
	if (!yaml_parser_initialize(&parser))
		return err_oom(err);
	struct yaml_walk w = {.parser = &parser,
			      .arena = &d->arena,
			      .bom = slice_starts(in, "\xef\xbb\xbf") ? 3 : 0,
			      .max_depth = l.max_depth,
			      .max_nodes = l.max_nodes,
			      .alias_nodes = lim ? lim->max_alias_nodes : 0,
			      .aliases = lim && lim->max_alias_nodes,
			      .err = err};
	w.in = slice_from(in, w.bom);
	w.frames = arena_array(&d->arena, l.max_depth, sizeof(*w.frames));
	if (!w.frames)
		return err_oom(err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(w.in.len ? w.in.ptr : ""),
				     w.in.len);
	int rc = events(&w);
	free(w.keys.ptr);
	map_free(&w.anchors);
	TRY(rc);
	if (!w.root) {
		w.root = arena_new(&d->arena, struct node);
		if (!w.root)
			return err_oom(err);
	}
	*ret = w.root;
	return 0;
}
