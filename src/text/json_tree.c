/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 8259 text to tree. simdjson's first stage gives the start of every token and has checked UTF-8,
 * the ends of strings and raw control characters; this file checks all the rest. Strings without
 * escapes are slices of the parser's own copy, the others are decoded in place (never longer).
 */
#include "text/json_index.h"
#include "text/text_internal.h"

#include <stdio.h>

struct node_block {
	struct node_block *next;
	size_t n;
	struct node nodes[];
};
struct frame {
	struct node *node;
	struct node **tail;
};
/* What a parser keeps from one document to the next. */
struct json_state {
	struct json_index *index;
	char *copy;
	size_t cap;
	struct node_block *blocks, *block;
	size_t used; /* of block */
	struct frame *frames;
	size_t nframes;
	struct key_table keys;
};
struct walk {
	struct json_state *st;
	struct slice in;    /* as given, for positions in errors */
	char *s;	    /* our copy, NUL behind it */
	size_t len, bom;    /* bom: bytes that s lacks at the front */
	const uint32_t *at; /* token starts */
	size_t n, next;	    /* tokens, index of the next */
	size_t nodes, max_nodes;
	size_t depth, max_depth;
	struct err *err;
};

#define BLOCK_FIRST 256
#define BLOCK_TOP   16384

static struct json_state *state_of(struct doc *d)
{
	if (d->state)
		return d->state;
	struct json_state *st = calloc(1, sizeof(*st));
	if (!st)
		return NULL;
	st->index = json_index_new();
	if (!st->index) {
		free(st);
		return NULL;
	}
	return d->state = st;
}

void json_state_free(void *state)
{
	struct json_state *st = state;
	if (!st)
		return;
	json_index_free(st->index);
	while (st->blocks) {
		struct node_block *b = st->blocks;
		st->blocks = b->next;
		free(b);
	}
	free(st->copy);
	free(st->frames);
	free(st->keys.ptr);
	free(st);
}

static struct node *block_next(struct json_state *st)
{
	struct node_block *b = st->block ? st->block->next : st->blocks;
	if (!b) {
		size_t n = st->block ? MIN(st->block->n * 2, (size_t)BLOCK_TOP) : BLOCK_FIRST;
		b = malloc(sizeof(*b) + n * sizeof(struct node));
		if (!b)
			return NULL;
		b->next = NULL;
		b->n = n;
		if (st->block)
			st->block->next = b;
		else
			st->blocks = b;
	}
	st->block = b;
	st->used = 1;
	return b->nodes;
}

static inline struct node *node_new(struct json_state *st)
{
	if (likely(st->block && st->used < st->block->n))
		return &st->block->nodes[st->used++];
	return block_next(st);
}

#define fail_at(w, pos, ...)                                                                       \
	text_error_at((w)->in, (w)->bom + (pos), ERR_INPUT, (w)->err, __VA_ARGS__)
#define limit_at(w, pos, ...)                                                                      \
	text_error_at((w)->in, (w)->bom + (pos), ERR_LIMIT, (w)->err, __VA_ARGS__)

/* Start of token i, the end of the text behind the last one. */
static inline size_t token(const struct walk *w, size_t i)
{
	return likely(i < w->n) ? w->at[i] : w->len;
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static __attribute__((cold)) int unexpected(struct walk *w, size_t pos, const char *wanted)
{
	if (pos >= w->len)
		return fail_at(w, pos, "the text ends where %s should be", wanted);
	unsigned char c = (unsigned char)w->s[pos];
	if (c < 0x20 || c >= 0x7f)
		return fail_at(w, pos, "byte 0x%02x where %s should be", c, wanted);
	return fail_at(w, pos, "'%c' where %s should be", c, wanted);
}

static int hex4(const char *p, const char *end, uint32_t *out)
{
	uint64_t v;
	if (end - p < 4 || slice_u64(slice_of(p, 4), 16, &v) < 0)
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | (c >> 6));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | (c >> 12));
		*to++ = (char)(0x80 | ((c >> 6) & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | (c >> 18));
		*to++ = (char)(0x80 | ((c >> 12) & 0x3f));
		*to++ = (char)(0x80 | ((c >> 6) & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* \uXXXX at p (behind the 'u'); surrogates must come as a pair. NULL when it is none. */
static const char *unescape_u(const char *p, const char *end, char **to)
{
	uint32_t c, low;
	if (hex4(p, end, &c) < 0)
		return NULL;
	p += 4;
	if (c >= 0xdc00 && c <= 0xdfff)
		return NULL;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || hex4(p + 2, end, &low) < 0 ||
		    low < 0xdc00 || low > 0xdfff)
			return NULL;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	*to = put_utf8(*to, c);
	return p;
}

static char escape_char(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = c ? strchr(from, c) : NULL;
	return p ? to[p - from] : '\0';
}

/* Decodes [start, start+len) in place, beginning at the first backslash. */
static int unescape(struct walk *w, size_t start, size_t len, size_t first, size_t *ret_len)
{
	const char *p = w->s + start + first, *end = w->s + start + len;
	char *to = w->s + start + first;
	while (p < end) {
		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		const char *bad = p++;
		if (p < end && *p == 'u') {
			p = unescape_u(p + 1, end, &to);
		} else {
			char c = p < end ? escape_char(*p) : '\0';
			*to = c;
			to += c != '\0';
			p = c ? p + 1 : NULL;
		}
		if (!p)
			return fail_at(w, (size_t)(bad - w->s), "this escape is none of JSON's");
	}
	*ret_len = (size_t)(to - (w->s + start));
	return 0;
}

/* The string whose opening quote is token w->next. */
static inline int string(struct walk *w, struct slice *ret)
{
	size_t start = w->at[w->next] + (size_t)1, end = token(w, w->next + 1);
	/* Behind the closing quote only white space precedes the next token. */
	while (end > start && is_blank(w->s[end - 1]))
		end--;
	if (unlikely(end <= start || w->s[end - 1] != '"'))
		return fail_at(w, start - 1, "this string has no end");
	size_t len = end - 1 - start;
	const char *esc = memchr(w->s + start, '\\', len);
	if (unlikely(esc != NULL))
		TRY(unescape(w, start, len, (size_t)(esc - (w->s + start)), &len));
	*ret = slice_of(w->s + start, len);
	w->next++;
	return 0;
}

/* Numbers and words end where white space, a bracket, a comma or a colon begins. */
static inline bool ends_here(const struct walk *w, size_t pos)
{
	if (pos >= w->len)
		return true;
	char c = w->s[pos];
	return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':' || c == '[' || c == '{';
}

static int word(struct walk *w, struct node *n)
{
	static const struct {
		enum node_type type;
		struct slice text;
	} words[] = {{NODE_BOOL, SLICE_INIT("true")},
		     {NODE_BOOL, SLICE_INIT("false")},
		     {NODE_NULL, SLICE_INIT("null")}};
	size_t pos = w->at[w->next];
	struct slice rest = slice_of(w->s + pos, w->len - pos);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = words[i].text.len;
		if (!slice_eq(slice_sub(rest, 0, len), words[i].text) || !ends_here(w, pos + len))
			continue;
		n->type = words[i].type;
		if (n->type == NODE_BOOL)
			n->str = slice_sub(rest, 0, len);
		w->next++;
		return 0;
	}
	return unexpected(w, pos, "a value");
}

static int number(struct walk *w, struct node *n)
{
	size_t pos = w->at[w->next];
	struct slice rest = slice_of(w->s + pos, w->len - pos);
	size_t len = text_number_length(rest);
	if (len == 0 || !ends_here(w, pos + len))
		return fail_at(w, pos, "this is not a number as JSON writes them");
	n->type = NODE_NUMBER;
	n->str = slice_sub(rest, 0, len);
	w->next++;
	return 0;
}

static int open_container(struct walk *w, struct node *n, enum node_type type)
{
	struct json_state *st = w->st;
	if (w->depth >= w->max_depth)
		return limit_at(w, w->at[w->next], "nested deeper than %zu levels", w->max_depth);
	if (w->depth == st->nframes) {
		size_t want = st->nframes ? st->nframes * 2 : 32;
		struct frame *f = realloc(st->frames, want * sizeof(*f));
		if (!f)
			return err_oom(w->err);
		st->frames = f;
		st->nframes = want;
	}
	n->type = type;
	st->frames[w->depth++] = (struct frame){n, &n->first};
	w->next++;
	return 0;
}

/* One value at token w->next, hung at *tail. */
static inline int value(struct walk *w, struct slice key, struct node ***tail)
{
	if (unlikely(w->next >= w->n))
		return unexpected(w, w->len, "a value");
	if (unlikely(w->nodes++ >= w->max_nodes))
		return limit_at(w, w->at[w->next], "more than %zu values", w->max_nodes);
	struct node *n = node_new(w->st);
	if (unlikely(!n))
		return err_oom(w->err);
	size_t pos = w->at[w->next];
	*n = (struct node){.pos = (uint32_t)(pos + w->bom), .key = key};
	**tail = n;
	*tail = &n->next;
	switch (w->s[pos]) {
	case '"':
		n->type = NODE_STRING;
		return string(w, &n->str);
	case '{':
		return open_container(w, n, NODE_OBJECT);
	case '[':
		return open_container(w, n, NODE_ARRAY);
	case '-':
	case '0' ... '9':
		return number(w, n);
	default:
		return word(w, n);
	}
}

static int close_container(struct walk *w, struct node *n)
{
	const struct node *twice;
	w->next++;
	w->depth--;
	if (n->type != NODE_OBJECT || n->count < 2)
		return 0;
	int rc = text_find_duplicate(&w->st->keys, n, &twice);
	if (rc < 0)
		return err_oom(w->err);
	if (rc > 0)
		return fail_at(w, twice->pos - w->bom,
			       "the name \"%.*s\" stands twice in one object",
			       SL_FMT(slice_sub(twice->key, 0, 80)));
	return 0;
}

/* One member of the innermost container, or its end. */
static inline int step(struct walk *w)
{
	struct frame *f = &w->st->frames[w->depth - 1];
	struct node *n = f->node;
	bool object = n->type == NODE_OBJECT;
	struct slice key = SL_NONE;
	size_t pos = token(w, w->next);
	char c = pos < w->len ? w->s[pos] : '\0';
	if (c == (object ? '}' : ']'))
		return close_container(w, n);
	if (n->count > 0) {
		if (unlikely(c != ','))
			return unexpected(w, pos, object ? "',' or '}'" : "',' or ']'");
		w->next++;
	}
	if (object) {
		pos = token(w, w->next);
		if (unlikely(pos >= w->len || w->s[pos] != '"'))
			return unexpected(
			    w, pos, n->count ? "a name in quotes" : "a name in quotes or '}'");
		TRY(string(w, &key));
		pos = token(w, w->next);
		if (unlikely(pos >= w->len || w->s[pos] != ':'))
			return unexpected(w, pos, "':'");
		w->next++;
	}
	n->count++;
	struct node **tail = f->tail;
	/* value() may move the frames, so the new tail is stored by index. */
	size_t mine = w->depth - 1;
	TRY(value(w, key, &tail));
	w->st->frames[mine].tail = tail;
	return 0;
}

static int walk(struct walk *w, struct node **ret)
{
	struct node *root = NULL, **tail = &root;
	TRY(value(w, SL_NONE, &tail));
	while (w->depth)
		TRY(step(w));
	if (w->next < w->n)
		return unexpected(w, w->at[w->next], "the end of the text");
	*ret = root;
	return 0;
}

/* Only on the error path: finds what the first stage merely says is there. */
static int index_error(struct walk *w, enum json_index_result r)
{
	bool in_string = false;
	size_t opened = 0, bad;
	if (r == JSON_INDEX_MEMORY)
		return err_oom(w->err);
	if (r == JSON_INDEX_EMPTY)
		return err_input(w->err, "no JSON text: the document is empty");
	bad = text_utf8_length(slice_of(w->s, w->len));
	if (bad < w->len)
		return fail_at(w, bad, "byte 0x%02x is not valid UTF-8", (unsigned char)w->s[bad]);
	for (size_t i = 0; i < w->len; i++) {
		char c = w->s[i];
		if (c == '\\')
			i++;
		else if (c == '"' && (in_string = !in_string))
			opened = i;
		else if (in_string && (unsigned char)c < 0x20)
			return fail_at(w, i, "control character 0x%02x inside a string",
				       (unsigned char)c);
	}
	if (in_string)
		return fail_at(w, opened, "this string has no end");
	return err_input(w->err, "not a JSON text");
}

static int take_copy(struct json_state *st, struct slice in, struct err *err)
{
	/* Room behind the text, so that the first stage may read whole vectors. */
	size_t need = in.len + 128;
	if (need > st->cap) {
		size_t cap = MAX(need, MIN(st->cap * 2, (size_t)64 * MIB));
		char *p = malloc(cap);
		if (!p)
			return err_oom(err);
		free(st->copy);
		st->copy = p;
		st->cap = cap;
	}
	if (in.len)
		memcpy(st->copy, in.ptr, in.len);
	memset(st->copy + in.len, 0, 128);
	return 0;
}

int json_parse(struct doc *d, struct slice in, const struct text_limits *lim, struct node **ret,
	       struct err *err)
{
	struct text_limits l = text_limits_of(lim);
	*ret = NULL;
	arena_free(&d->arena);
	if (in.len > l.max_bytes || in.len > UINT32_MAX - 256)
		return err_limit(err, "JSON text of %zu bytes, more than the %zu that are read",
				 in.len, l.max_bytes);
	struct json_state *st = state_of(d);
	if (!st)
		return err_oom(err);
	st->block = NULL;
	st->used = 0;
	/* RFC 8259 section 8.1: a reader may ignore a byte order mark. */
	struct walk w = {.st = st,
			 .in = in,
			 .bom = slice_starts(in, "\xef\xbb\xbf") ? 3 : 0,
			 .max_nodes = l.max_nodes,
			 .max_depth = l.max_depth,
			 .err = err};
	struct slice body = slice_from(in, w.bom);
	TRY(take_copy(st, body, err));
	w.s = st->copy;
	w.len = body.len;
	if (w.len == 0)
		return index_error(&w, JSON_INDEX_EMPTY);
	enum json_index_result r = json_index_run(st->index, w.s, w.len, &w.at, &w.n);
	if (r != JSON_INDEX_OK)
		return index_error(&w, r);
	return walk(&w, ret);
}
