/* SPDX-License-Identifier: Apache-2.0 */
#include "config/tree.h"

const struct node *tree_path(const struct node *n, struct slice path)
{
	struct slice part;
	char sep = '.';
	if (path.len && path.ptr[0] == '/') {
		sep = '/';
		path = slice_from(path, 1);
	}
	while (n && path.len && slice_cut(&path, sep, &part)) {
		char text[256];
		size_t len = 0;
		/* RFC 6901: "~1" is '/', "~0" is '~'. */
		for (size_t i = 0; i < part.len && len < sizeof(text); i++) {
			char c = part.ptr[i];
			if (sep == '/' && c == '~' && i + 1 < part.len)
				c = part.ptr[++i] == '1' ? '/' : '~';
			text[len++] = c;
		}
		n = node_member(n, slice_of(text, len));
	}
	return n;
}

static uint32_t line_of(const struct tree_file *f, uint32_t pos)
{
	size_t low = 0, high = f->nlines;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		*(f->lines[mid] <= pos ? &low : &high) = mid;
	}
	return (uint32_t)low + 1;
}

static uint32_t last_pos(const struct node *n)
{
	while (n->first) {
		const struct node *last = n->first;
		while (last->next)
			last = last->next;
		if (last->pos < n->pos)
			break;
		n = last;
	}
	return n->pos;
}

int tree_emit(struct tree_file *f, unsigned type, void *event, const struct node *place,
	      struct err *err)
{
	struct config_place at = {.group = ++f->group};
	if (place) {
		at.start = f->base + place->pos;
		at.end = f->base + last_pos(place);
	} else {
		at.start = at.end = f->base;
	}
	at.line = line_of(f, at.start);
	at.end_line = line_of(f, at.end);
	return config_event(f->run, type, event, &at, err);
}

static int read_comment(struct tree_file *f, struct slice line, uint32_t number, uint32_t from,
			uint32_t to, struct err *err)
{
	static const char *const marks[] = {"strake ignore=", "trivy:ignore:"};
	ssize_t at = slice_chr(line, '#');
	struct slice text, ids = SL_NONE, id;
	if (at < 0)
		return 0;
	text = slice_trim(slice_from(line, (size_t)at + 1));
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (slice_starts(text, marks[i]))
			ids = slice_from(text, strlen(marks[i]));
	struct slice reason = ids;
	if (!slice_word(&reason, &ids))
		return 0;
	while (slice_cut(&ids, ',', &id)) {
		struct config_ignore x = {.id = id,
					  .line = from,
					  .end_line = to,
					  .reason = slice_trim(reason),
					  .at = number};
		if (id.len)
			TRY(config_add_ignore(f->run, &x, err));
	}
	return 0;
}

int tree_comments(struct tree_file *f, struct slice text, uint32_t first, struct err *err)
{
	struct slice rest = text, line;
	uint32_t lines = 0, number = first;
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	while (slice_line(&rest, &line)) {
		TRY(read_comment(f, line, number, first, first + lines, err));
		number++;
	}
	return 0;
}

int tree_ignore(struct tree_file *f, const struct node *place, struct slice id, struct slice reason,
		const struct node *at, struct err *err)
{
	/* The document's own text is gone with the next one. */
	struct config_ignore x = {.id = arena_dup(f->arena, id),
				  .line = line_of(f, f->base + place->pos),
				  .end_line = line_of(f, f->base + last_pos(place)),
				  .reason = arena_dup(f->arena, reason),
				  .at = line_of(f, f->base + at->pos)};
	if (!x.id.ptr || !x.reason.ptr)
		return err_oom(err);
	return config_add_ignore(f->run, &x, err);
}

static int find_lines(struct tree_file *f, struct slice all, struct err *err)
{
	size_t n = 1;
	for (size_t i = 0; i < all.len; i++)
		n += all.ptr[i] == '\n';
	f->lines = arena_array(f->arena, n, sizeof(*f->lines));
	if (!f->lines)
		return err_oom(err);
	f->nlines = 1;
	for (size_t i = 0; i < all.len; i++)
		if (all.ptr[i] == '\n')
			f->lines[f->nlines++] = (uint32_t)i + 1;
	return 0;
}

int tree_begin(struct tree_file *f, struct config_run *r, struct slice all, struct err *err)
{
	*f = (struct tree_file){.run = r, .arena = config_run_arena(r)};
	doc_init(&f->doc);
	if (all.len >= UINT32_MAX)
		return err_limit(err, "the file is too large");
	return find_lines(f, all, err);
}

int tree_parse(struct tree_file *f, struct slice text, struct node **ret, struct err *own)
{
	struct slice first = slice_trim(text);
	bool json = slice_starts(first, "{") || slice_starts(first, "[");
	static const struct text_limits limits = {.max_alias_nodes = 100000};
	return json ? json_parse(&f->doc, text, NULL, ret, own)
		    : yaml_parse(&f->doc, text, &limits, ret, own);
}

/* ---- from nodes to values ---- */

int tree_say(struct rule_value *out, struct slice s)
{
	out->str = s.ptr ? s : SL("");
	return 1;
}

int tree_say_some(struct rule_value *out, struct slice s)
{
	return s.len ? tree_say(out, s) : 0;
}

/* Booleans in lower case: YAML has "True" too. */
int tree_say_node(struct rule_value *out, const struct node *n)
{
	if (!n || n->type == NODE_NULL || n->type == NODE_ARRAY || n->type == NODE_OBJECT)
		return 0;
	if (n->type == NODE_BOOL)
		return tree_say(out, node_true(n) ? SL("true") : SL("false"));
	return tree_say(out, n->str);
}

int tree_say_bool(struct rule_value *out, bool b)
{
	out->b = b;
	return 1;
}

bool tree_list_begin(struct arena *a, struct tree_list *l)
{
	l->n = 0;
	l->items = arena_array(a, TREE_MAX_VALUES, sizeof(*l->items));
	return l->items != NULL;
}

void tree_list_add(struct tree_list *l, struct slice s)
{
	if (l->n < TREE_MAX_VALUES)
		l->items[l->n++] = (struct rule_value){.type = RULE_STRING, .str = s};
}

int tree_list_say(struct tree_list *l, struct rule_value *out)
{
	out->many = true;
	out->items = l->items;
	out->n = l->n;
	return l->n > 0;
}

int tree_say_list(struct arena *a, const struct node *n, bool values, struct rule_value *out)
{
	struct tree_list l;
	if (!n || !tree_list_begin(a, &l))
		return 0;
	node_each (x, n) {
		if (node_is(n, NODE_OBJECT) && !values)
			tree_list_add(&l, x->key);
		else if (x->type != NODE_ARRAY && x->type != NODE_OBJECT && x->type != NODE_NULL)
			tree_list_add(&l, x->str);
	}
	return tree_list_say(&l, out);
}

int tree_say_number(struct rule_value *out, const struct node *n)
{
	double v;
	if (node_double(n, &v) < 0 || v < -9e15 || v > 9e15)
		return 0;
	out->i = (int64_t)v;
	return 1;
}

int tree_say_capabilities(struct arena *a, const struct node *n, struct rule_value *out)
{
	struct tree_list l;
	if (!n || !tree_list_begin(a, &l))
		return 0;
	node_each (c, n) {
		struct slice s = node_str(c);
		char *up = arena_alloc(a, s.len + 1);
		if (!up)
			return 0;
		for (size_t i = 0; i < s.len; i++)
			up[i] =
			    s.ptr[i] >= 'a' && s.ptr[i] <= 'z' ? (char)(s.ptr[i] - 32) : s.ptr[i];
		struct slice name = slice_of(up, s.len);
		tree_list_add(&l, slice_starts(name, "CAP_") ? slice_from(name, 4) : name);
	}
	return tree_list_say(&l, out);
}

struct tree_image tree_image_of(struct slice ref)
{
	struct tree_image p = {.repository = ref};
	ssize_t at = slice_chr(p.repository, '@');
	if (at >= 0) {
		p.digest = slice_from(p.repository, (size_t)at + 1);
		p.repository = slice_sub(p.repository, 0, (size_t)at);
	}
	ssize_t colon = slice_rchr(p.repository, ':'), slash = slice_rchr(p.repository, '/');
	if (colon > slash) {
		p.tag = slice_from(p.repository, (size_t)colon + 1);
		p.repository = slice_sub(p.repository, 0, (size_t)colon);
	}
	slash = slice_chr(p.repository, '/');
	struct slice first = slash > 0 ? slice_sub(p.repository, 0, (size_t)slash) : SL_NONE;
	/* Docker's rule: a first part with a dot or port, or localhost, is a host. */
	if (slice_chr(first, '.') >= 0 || slice_chr(first, ':') >= 0 ||
	    slice_is(first, "localhost")) {
		p.registry = first;
		p.repository = slice_from(p.repository, (size_t)slash + 1);
	}
	return p;
}
