/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules files as trees: several documents, aliases (copied, within the limit of nodes), and the place of each byte of a
 * scalar, folded ones too, so that an error inside of a condition is shown where it stands.
 */
#include "rule/rule_internal.h"

#include <yaml.h>

struct yframe {
	struct rule_ynode *node;
	struct node **tail;
	struct slice key;
	uint32_t key_pos;
	bool has_key;
};
struct yanchor {
	struct slice name;
	const struct rule_ynode *node;
};
struct ywalk {
	struct rule_engine *e;
	struct rule_file *f;
	struct arena *arena;
	size_t chars, bytes, bom;
	struct yframe frames[RULE_MAX_YAML_DEPTH];
	size_t depth, nodes;
	struct rule_ynode *root;
	VEC(const struct node *) docs;
	VEC(struct yanchor) anchors;
	uint32_t bad_pos;
	const char *bad; /* what is wrong with the file */
	bool is_oom;
};

static void yevent_done(yaml_event_t *ev)
{
	yaml_event_delete(ev);
}
static void yparser_done(yaml_parser_t *p)
{
	yaml_parser_delete(p);
}

/* libyaml counts characters. */
static uint32_t byte_at(struct ywalk *w, size_t index)
{
	struct slice in = slice_from(w->f->text, w->bom);
	if (index < w->chars)
		w->chars = w->bytes = 0;
	while (w->bytes < in.len) {
		if (((unsigned char)in.ptr[w->bytes] & 0xc0) != 0x80) {
			if (w->chars >= index)
				break;
			w->chars++;
		}
		w->bytes++;
	}
	return (uint32_t)(w->bytes + w->bom);
}

static bool bad_at(struct ywalk *w, uint32_t pos, const char *what)
{
	w->bad = what;
	w->bad_pos = pos;
	return false;
}

static struct rule_ynode *add(struct ywalk *w, enum node_type type, uint32_t pos)
{
	if (w->nodes++ >= RULE_MAX_YAML_NODES) {
		bad_at(w, pos, "too many values");
		return NULL;
	}
	struct rule_ynode *y = arena_new(w->arena, struct rule_ynode);
	if (!y) {
		w->is_oom = true;
		return NULL;
	}
	y->n.type = type;
	y->n.pos = pos;
	if (w->depth == 0) {
		w->root = y;
		return y;
	}
	struct yframe *fr = &w->frames[w->depth - 1];
	y->n.key = fr->key;
	y->key_pos = fr->has_key ? fr->key_pos : pos;
	fr->key = SL_NONE;
	fr->has_key = false;
	*fr->tail = &y->n;
	fr->tail = &y->n.next;
	fr->node->n.count++;
	return y;
}

static bool wants_key(const struct ywalk *w)
{
	const struct yframe *fr = w->depth ? &w->frames[w->depth - 1] : NULL;
	return fr && fr->node->n.type == NODE_OBJECT && !fr->has_key;
}

static bool anchor(struct ywalk *w, const yaml_char_t *name, const struct rule_ynode *y)
{
	if (!name)
		return true;
	struct yanchor a = {arena_dup(w->arena, slice_str((const char *)name)), y};
	if (!a.name.ptr || vec_push(&w->anchors, a) < 0)
		w->is_oom = true;
	return !w->is_oom;
}

static bool on_scalar(struct ywalk *w, const yaml_event_t *ev, uint32_t pos)
{
	struct slice text =
	    arena_dup(w->arena, slice_of(ev->data.scalar.value, ev->data.scalar.length));
	if (!text.ptr)
		return !(w->is_oom = true);
	if (wants_key(w)) {
		struct yframe *fr = &w->frames[w->depth - 1];
		fr->key = text;
		fr->key_pos = pos;
		fr->has_key = true;
		return true;
	}
	struct rule_ynode *y = add(w, NODE_STRING, pos);
	if (!y)
		return false;
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	y->is_plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	y->n.str = text;
	if (y->is_plain && slice_is_any(text, nulls))
		y->n.type = NODE_NULL;
	return anchor(w, ev->data.scalar.anchor, y);
}

static bool on_open(struct ywalk *w, enum node_type type, const yaml_char_t *name, uint32_t pos)
{
	if (wants_key(w))
		return bad_at(w, pos, "a key must be a scalar");
	if (w->depth == RULE_MAX_YAML_DEPTH)
		return bad_at(w, pos, "nested too deeply");
	struct rule_ynode *y = add(w, type, pos);
	if (!y || !anchor(w, name, y))
		return false;
	w->frames[w->depth++] = (struct yframe){.node = y, .tail = &y->n.first};
	return true;
}

/* Copies below the innermost container; depth is bounded by the frames. */
static bool copy(struct ywalk *w, const struct rule_ynode *from)
{
	if (w->depth == RULE_MAX_YAML_DEPTH)
		return bad_at(w, from->n.pos, "nested too deeply");
	struct rule_ynode *y = add(w, from->n.type, from->n.pos);
	if (!y)
		return false;
	y->n.str = from->n.str;
	y->is_plain = from->is_plain;
	if (!from->n.first)
		return true;
	w->frames[w->depth++] = (struct yframe){.node = y, .tail = &y->n.first};
	node_each (child, &from->n) {
		struct yframe *fr = &w->frames[w->depth - 1];
		fr->key = child->key;
		fr->key_pos = ynode(child)->key_pos;
		fr->has_key = from->n.type == NODE_OBJECT;
		if (!copy(w, ynode(child)))
			return false;
	}
	w->depth--;
	return true;
}

static bool on_alias(struct ywalk *w, const yaml_event_t *ev, uint32_t pos)
{
	struct slice name = slice_str((const char *)ev->data.alias.anchor);
	if (wants_key(w))
		return bad_at(w, pos, "a key must be a scalar");
	for (size_t i = w->anchors.len; i-- > 0;) {
		if (!slice_eq(w->anchors.ptr[i].name, name))
			continue;
		for (size_t d = 0; d < w->depth; d++)
			if (w->frames[d].node == w->anchors.ptr[i].node)
				return bad_at(w, pos, "an alias inside of its own anchor");
		return copy(w, w->anchors.ptr[i].node);
	}
	return bad_at(w, pos, "an alias without an anchor");
}

static bool on_event(struct ywalk *w, const yaml_event_t *ev)
{
	/* Marks of what begins never go back, so that the file is counted through once. */
	bool begins = ev->type == YAML_SCALAR_EVENT || ev->type == YAML_ALIAS_EVENT ||
		      ev->type == YAML_SEQUENCE_START_EVENT || ev->type == YAML_MAPPING_START_EVENT;
	uint32_t pos = begins ? byte_at(w, ev->start_mark.index) : 0;
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(w, ev, pos);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(w, NODE_ARRAY, ev->data.sequence_start.anchor, pos);
	case YAML_MAPPING_START_EVENT:
		return on_open(w, NODE_OBJECT, ev->data.mapping_start.anchor, pos);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		w->depth--;
		return true;
	case YAML_ALIAS_EVENT:
		return on_alias(w, ev, pos);
	case YAML_DOCUMENT_START_EVENT:
		w->root = NULL;
		w->anchors.len = 0;
		return true;
	case YAML_DOCUMENT_END_EVENT:
		if (w->root && vec_push(&w->docs, &w->root->n) < 0)
			return !(w->is_oom = true);
		return true;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	default:
		return true;
	}
}

static bool parser_failed(struct ywalk *w, const yaml_parser_t *p)
{
	uint32_t pos = p->error == YAML_READER_ERROR ? (uint32_t)p->problem_offset
						     : byte_at(w, p->problem_mark.index);
	if (p->error == YAML_MEMORY_ERROR)
		return !(w->is_oom = true);
	struct slice text =
	    arena_dup(w->arena, slice_str(p->problem ? p->problem : "not a YAML text"));
	return bad_at(w, MIN(pos, (uint32_t)w->f->text.len), text.ptr ? text.ptr : "");
}

static bool walk(struct ywalk *w)
{
	CLEANUP(yparser_done) yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		return !(w->is_oom = true);
	struct slice in = slice_from(w->f->text, w->bom);
	yaml_parser_set_input_string(&parser, (const unsigned char *)in.ptr, in.len);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	for (bool at_end = false; !at_end;) {
		CLEANUP(yevent_done) yaml_event_t ev = {.type = YAML_NO_EVENT};
		if (!yaml_parser_parse(&parser, &ev))
			return parser_failed(w, &parser);
		at_end = ev.type == YAML_STREAM_END_EVENT;
		if (!on_event(w, &ev))
			return false;
	}
	return true;
}

static int index_lines(struct rule_engine *e, struct rule_file *f, struct err *err)
{
	size_t n = 1;
	for (size_t i = 0; i < f->text.len; i++)
		n += f->text.ptr[i] == '\n';
	f->lines = arena_array(&e->arena, n, sizeof(*f->lines));
	f->cursor = arena_new(&e->arena, struct rule_cursor);
	if (!f->lines || !f->cursor)
		return err_oom(err);
	f->nlines = 1;
	for (size_t i = 0; i < f->text.len; i++)
		if (f->text.ptr[i] == '\n')
			f->lines[f->nlines++] = (uint32_t)(i + 1);
	return 0;
}

int rule_yaml_read(struct rule_engine *e, struct rule_file *f, struct err *err)
{
	struct ywalk w = {.e = e, .f = f, .arena = &e->arena};
	TRY(index_lines(e, f, err));
	w.bom = slice_starts(f->text, "\xef\xbb\xbf") ? 3 : 0;
	bool good = walk(&w);
	if (good && w.docs.len) {
		f->docs = arena_array(&e->arena, w.docs.len, sizeof(*f->docs));
		if (f->docs) {
			memcpy(f->docs, w.docs.ptr, w.docs.len * sizeof(*f->docs));
			f->ndocs = w.docs.len;
		} else {
			w.is_oom = true;
		}
	}
	vec_free(&w.docs);
	vec_free(&w.anchors);
	if (w.is_oom)
		return err_oom(err);
	if (!good) {
		struct rule_trail t;
		rule_trail_begin(&t, f);
		rule_trail_push(&t, "rules content", SL_NONE, w.bad_pos);
		rule_problem_add(e, true, RULE_ERR_YAML_PARSE, &t, SL_NONE, "%s", w.bad);
	}
	return 0;
}

void rule_file_position(const struct rule_file *f, uint32_t pos, uint32_t *line, uint32_t *column)
{
	size_t lo = 0, hi = f->nlines;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (f->lines[mid] <= pos)
			lo = mid;
		else
			hi = mid;
	}
	*line = (uint32_t)lo + 1;
	*column = pos - (f->nlines ? f->lines[lo] : 0) + 1;
}

/* Length of the escape of a double-quoted scalar at s, which begins with a backslash. */
static size_t escape_length(struct slice s)
{
	static const struct {
		char c;
		uint8_t n;
	} hex[] = {{'x', 4}, {'u', 6}, {'U', 10}};
	if (s.len < 2)
		return s.len;
	for (size_t i = 0; i < ARRAY_LEN(hex); i++)
		if (s.ptr[1] == hex[i].c)
			return MIN(hex[i].n, s.len);
	return 2;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* White space, and line ends that a backslash takes away. */
static size_t skip_blanks(struct slice in, size_t p, char quote)
{
	while (p < in.len) {
		bool joined = quote == '"' && in.ptr[p] == '\\' && p + 1 < in.len &&
			      (in.ptr[p + 1] == '\n' || in.ptr[p + 1] == '\r');
		if (!joined && !is_blank(in.ptr[p]))
			break;
		p += joined ? 2 : 1;
	}
	return p;
}

/* Folding changes white space alone, so that the other bytes are found again in their order. */
uint32_t rule_scalar_pos(const struct rule_file *f, const struct node *scalar, size_t at)
{
	struct slice in = f->text;
	size_t p = scalar->pos;
	char quote = '\0';
	if (p < in.len && (in.ptr[p] == '|' || in.ptr[p] == '>') && !ynode(scalar)->is_plain) {
		while (p < in.len && in.ptr[p] != '\n')
			p++;
	} else if (p < in.len && (in.ptr[p] == '"' || in.ptr[p] == '\'') &&
		   !ynode(scalar)->is_plain) {
		quote = in.ptr[p++];
	}
	size_t i = 0;
	if (f->cursor->scalar == scalar && f->cursor->i <= at) {
		i = f->cursor->i;
		p = f->cursor->p;
	}
	for (; i < scalar->str.len && p < in.len; i++) {
		char c = scalar->str.ptr[i];
		if (!is_blank(c))
			p = skip_blanks(in, p, quote);
		if (i >= at || p >= in.len)
			break;
		if (quote == '"' && in.ptr[p] == '\\') {
			p += escape_length(slice_from(in, p));
			if (is_blank(c))
				continue;
		} else if (quote == '\'' && c == '\'') {
			p += 2;
		} else if (!is_blank(c) || is_blank(in.ptr[p])) {
			p++;
		}
	}
	*f->cursor = (struct rule_cursor){scalar, i, p};
	return (uint32_t)MIN(p, in.len);
}
