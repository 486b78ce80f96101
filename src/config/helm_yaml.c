/* SPDX-License-Identifier: Apache-2.0 */
/* YAML of charts' values, both ways. */
#include "config/helm.h"

/* ---- read ---- */

struct reading {
	struct slice text;
	struct arena *arena;
};

/* Was it written without quotes? Words and numbers of YAML 1.1 are only such. */
static bool is_plain(const struct reading *r, const struct node *n)
{
	struct slice at = slice_from(r->text, n->pos);
	return slice_eq(slice_sub(at, 0, n->str.len), n->str);
}

/* yaml.org/type/int.html: octal with a leading 0, 0x, 0b; 0o of YAML 1.2 too. */
static unsigned take_base(struct slice *digits)
{
	static const struct {
		const char *mark;
		unsigned base;
	} marks[] = {{"0x", 16}, {"0b", 2}, {"0o", 8}};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (slice_starts(*digits, marks[i].mark)) {
			*digits = slice_from(*digits, 2);
			return marks[i].base;
		}
	return digits->len > 1 && digits->ptr[0] == '0' ? 8 : 10;
}

static bool read_integer(struct slice s, double *ret)
{
	char text[80];
	size_t n = 0;
	uint64_t v;
	bool minus = slice_starts(s, "-");
	s = slice_from(s, minus || slice_starts(s, "+"));
	if (!s.len || !is_digit(s.ptr[0]) || s.len >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '_')
			text[n++] = s.ptr[i];
	struct slice digits = slice_of(text, n);
	unsigned base = take_base(&digits);
	/* "08" is no octal number, and read as a decimal one. */
	if (slice_u64(digits, base, &v) < 0 && (base != 8 || slice_u64(digits, 10, &v) < 0))
		return false;
	*ret = minus ? -(double)v : (double)v;
	return true;
}

static bool read_float(struct slice s, double *ret)
{
	char text[64], *end;
	size_t n = 0;
	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.ptr[i]) && !strchr("+-.eE_", s.ptr[i]))
			return false;
		if (s.ptr[i] != '_')
			text[n++] = s.ptr[i];
	}
	text[n] = 0;
	*ret = strtod(text, &end);
	return n && !*end && end != text;
}

static struct gotmpl_value of_word(struct slice s)
{
	static const char *const yes[] = {"y",	"Y",  "yes",  "Yes",  "YES",  "on",
					  "On", "ON", "true", "True", "TRUE", NULL},
				 *const no[] = {"n",   "N",   "no",    "No",	"NO",	 "off",
						"Off", "OFF", "false", "False", "FALSE", NULL};
	struct gotmpl_value v = gotmpl_number(0);
	if (slice_is_any(s, yes) || slice_is_any(s, no))
		return gotmpl_bool(slice_is_any(s, yes));
	if (!read_integer(s, &v.number) && !read_float(s, &v.number))
		return gotmpl_string(s);
	v.whole = false;
	return v;
}

static int of_node(const struct reading *r, const struct node *n, struct gotmpl_value *ret)
{
	bool map = n->type == NODE_OBJECT;
	if (n->type == NODE_NULL) {
		*ret = (struct gotmpl_value){.kind = GOTMPL_NONE};
		return 0;
	}
	if (!map && n->type != NODE_ARRAY) {
		struct slice s = n->str.len ? arena_dup(r->arena, n->str) : SL("");
		if (!s.ptr)
			return -ENOMEM;
		*ret = n->type != NODE_STRING || is_plain(r, n) ? of_word(s) : gotmpl_string(s);
		return 0;
	}
	*ret = map ? gotmpl_new_map(r->arena) : gotmpl_new_list(r->arena);
	if (ret->kind == GOTMPL_NONE)
		return -ENOMEM;
	node_each (m, n) {
		struct gotmpl_value v;
		TRY(of_node(r, m, &v));
		if (!map) {
			TRY(gotmpl_push(r->arena, ret->list, &v));
			continue;
		}
		struct slice key = arena_dup(r->arena, m->key);
		if (!key.ptr)
			return -ENOMEM;
		TRY(gotmpl_put(r->arena, ret->map, key, &v));
	}
	return 0;
}

int helm_from_yaml(struct doc *d, struct slice text, struct arena *a, struct gotmpl_value *ret,
		   struct err *err)
{
	static const struct text_limits limits = {
	    .max_bytes = 8 * MIB, .max_nodes = 500000, .max_alias_nodes = 100000, .max_depth = 150};
	struct reading r = {text, a};
	struct node *root = NULL;
	struct slice rest = text, line;
	bool empty = true;
	*ret = (struct gotmpl_value){.kind = GOTMPL_NONE};
	while (empty && slice_line(&rest, &line)) {
		line = slice_trim(line);
		empty = !line.len || line.ptr[0] == '#' || slice_is(line, "---");
	}
	if (empty)
		return 0;
	TRY(yaml_parse(d, text, &limits, &root, err));
	return of_node(&r, root, ret) < 0 ? err_oom(err) : 0;
}

/* ---- written ---- */

/* Would it be read as something else, or break the line? Rather once too often. */
static bool needs_quotes(struct slice s)
{
	static const char *const nulls[] = {"~", "null", "Null", "NULL", "<<", "=", NULL};
	if (!s.len || slice_is_any(s, nulls) || of_word(s).kind != GOTMPL_STRING ||
	    is_digit(s.ptr[0]) || strchr("-+.?:,[]{}#&*!|>'\"%@`= ", s.ptr[0]) ||
	    s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == ':' || slice_find(s, SL(": ")) >= 0 ||
	    slice_find(s, SL(" #")) >= 0 || text_utf8_length(s) != s.len)
		return true;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return true;
	return false;
}

static void put_quoted(struct buf *out, struct slice s)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_str(&w, s);
}

static void spaces(struct buf *out, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_putc(out, ' ');
}

/* Lines as they are, when nothing in them has to be escaped. */
static bool put_block(struct buf *out, struct slice s, unsigned indent)
{
	struct slice rest = s, line;
	if (slice_chr(s, '\n') < 0 || is_space(s.ptr[0]) || text_utf8_length(s) != s.len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\n') || s.ptr[i] == 0x7f)
			return false;
	bool ends = slice_ends(s, "\n");
	buf_puts(out, !ends ? SL("|-") : slice_ends(s, "\n\n") ? SL("|+") : SL("|"));
	if (ends)
		rest.len--;
	while (slice_cut(&rest, '\n', &line)) {
		buf_putc(out, '\n');
		if (line.len)
			spaces(out, indent);
		buf_puts(out, line);
	}
	return true;
}

static void put_text(struct buf *out, struct slice s, unsigned indent)
{
	if (put_block(out, s, indent))
		return;
	if (needs_quotes(s))
		put_quoted(out, s);
	else
		buf_puts(out, s);
}

static void put_value(struct buf *out, const struct gotmpl_value *v, unsigned indent, bool in_list);

/* What stands behind "key:" or "-". */
static void put_behind(struct buf *out, const struct gotmpl_value *v, unsigned indent, bool in_list)
{
	bool many = (gotmpl_is_list(v) || gotmpl_is_map(v)) && gotmpl_count(v);
	if (!many || in_list) {
		buf_putc(out, ' ');
		put_value(out, v, indent, in_list);
		return;
	}
	/* Lists in maps are not indented. */
	buf_putc(out, '\n');
	unsigned inner = gotmpl_is_list(v) ? indent - 2 : indent;
	spaces(out, inner);
	put_value(out, v, inner, false);
}

static void put_value(struct buf *out, const struct gotmpl_value *v, unsigned indent, bool in_list)
{
	struct gotmpl_iter it = gotmpl_iter(v);
	struct gotmpl_value item;
	struct slice key;
	bool map = gotmpl_is_map(v), first = true;
	(void)in_list;
	if (indent > 2 * GOTMPL_MAX_NESTED) {
		out->failed = true;
		return;
	}
	if (v->kind == GOTMPL_STRING) {
		put_text(out, v->text, indent);
		return;
	}
	if ((!map && !gotmpl_is_list(v)) || !gotmpl_count(v)) {
		struct json_writer w;
		jw_init(&w, out, 0);
		gotmpl_json(&w, v);
		return;
	}
	while (!out->failed && gotmpl_next(&it, &key, &item)) {
		if (!first) {
			buf_putc(out, '\n');
			spaces(out, indent);
		}
		first = false;
		if (map) {
			if (needs_quotes(key))
				put_quoted(out, key);
			else
				buf_puts(out, key);
		}
		buf_putc(out, map ? ':' : '-');
		put_behind(out, &item, indent + 2, !map);
	}
}

void helm_to_yaml(struct buf *out, const struct gotmpl_value *v)
{
	put_value(out, v, 0, false);
}
