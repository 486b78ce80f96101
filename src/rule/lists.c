/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists are put in place as text, before a condition is parsed, wherever a name stands alone outside of quotes. Lists of
 * lists are resolved at any depth; a list that holds its own name keeps the name as a text.
 */
#include "rule/rule_internal.h"

void rule_value_quote(struct slice value, struct buf *out)
{
	static const char *const functions[] = {"val(",	 "tolower(",  "toupper(",
						"b64(",	 "basename(", "len(",
						"join(", "concat(",   "getopt("};
	bool need = value.len == 0, is_function = false, blank = false;
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		is_function = is_function || slice_starts(value, functions[i]);
	for (size_t i = 0; i < value.len; i++) {
		blank = blank || is_space(value.ptr[i]);
		need = need || (value.ptr[i] && strchr("=,'\"", value.ptr[i]));
	}
	if (value.len && (value.ptr[0] == '"' || value.ptr[0] == '\''))
		need = blank = false;
	if (!blank && (is_function || !need)) {
		buf_puts(out, value);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' && (i == 0 || value.ptr[i - 1] != '\\'))
			buf_putc(out, '\\');
		buf_putc(out, value.ptr[i]);
	}
	buf_putc(out, '"');
}

static struct rule_list_def *find(const struct rule_engine *e, struct slice name)
{
	const uint64_t *at = map_get(&e->list_names, name);
	return at ? e->lists.ptr[*at] : NULL;
}

static int joined(struct rule_engine *e, struct rule_list_def *l, unsigned depth, struct err *err);

static int add_item(struct rule_engine *e, struct rule_list_def *l, struct slice item,
		    unsigned depth, struct buf *out, struct err *err)
{
	struct rule_list_def *inner = find(e, item);
	if (inner && !inner->is_open && inner != l) {
		TRY(joined(e, inner, depth + 1, err));
		inner->is_used = true;
		if (!inner->joined.len)
			return 0;
		if (out->len)
			buf_puts(out, SL(", "));
		buf_puts(out, inner->joined);
		return 0;
	}
	if (out->len)
		buf_puts(out, SL(", "));
	rule_value_quote(item, out);
	return 0;
}

static int joined(struct rule_engine *e, struct rule_list_def *l, unsigned depth, struct err *err)
{
	auto_buf struct buf out = {0};
	int r = 0;
	if (l->has_joined)
		return 0;
	if (depth > RULE_MAX_DEPTH)
		return err_limit(err,
				 "list '%.*s': lists in lists are nested deeper than %u levels",
				 SL_FMT(l->name), RULE_MAX_DEPTH);
	buf_init(&out, RULE_MAX_CONDITION);
	l->is_open = true;
	for (size_t i = 0; r == 0 && i < l->items.len; i++)
		r = add_item(e, l, l->items.ptr[i]->str, depth, &out, err);
	l->is_open = false;
	TRY(r);
	if (out.failed)
		return err_limit(err, "list '%.*s' is longer than %zu bytes with the lists in it",
				 SL_FMT(l->name), (size_t)RULE_MAX_CONDITION);
	l->joined = arena_dup(&e->arena, buf_slice(&out));
	if (!l->joined.ptr)
		return err_oom(err);
	l->has_joined = true;
	return 0;
}

static bool is_delimiter(char c)
{
	return is_space(c) || c == '\b' || c == '(' || c == ')' || c == ',' || c == '=';
}

/* End of the quoted text that begins at i. */
static size_t quoted_end(struct slice s, size_t i)
{
	char quote = s.ptr[i++];
	while (i < s.len && s.ptr[i] != quote)
		i += s.ptr[i] == '\\' ? 2 : 1;
	return MIN(i + 1, s.len);
}

/* An empty list takes a comma beside it along. */
static size_t skip_empty(struct slice s, size_t begin, size_t end, size_t *cut)
{
	size_t next = end, last = begin;
	while (next < s.len && is_space(s.ptr[next]))
		next++;
	if (next < s.len && s.ptr[next] == ',')
		return next + 1;
	while (last > 0 && is_space(s.ptr[last - 1]))
		last--;
	if (last > 0 && s.ptr[last - 1] == ',')
		*cut = last - 1;
	return end;
}

/* The list whose name begins at i and ends at a delimiter. */
static struct rule_list_def *list_at(const struct rule_engine *e, struct slice s, size_t i,
				     size_t *end)
{
	size_t stop = i;
	while (stop < s.len && !is_delimiter(s.ptr[stop]))
		stop++;
	*end = stop;
	struct rule_list_def *l = find(e, slice_sub(s, i, stop - i));
	for (size_t k = 0; !l && k < e->spaced.len; k++) {
		struct slice name = e->spaced.ptr[k]->name;
		size_t after = i + name.len;
		if (name.len > stop - i && after <= s.len &&
		    slice_eq(slice_sub(s, i, name.len), name) &&
		    (after == s.len || is_delimiter(s.ptr[after]))) {
			*end = after;
			l = e->spaced.ptr[k];
		}
	}
	return l;
}

int rule_lists_expand(struct rule_engine *e, const struct rule_ctext *from, struct rule_ctext *ret,
		      struct err *err)
{
	auto_ctext struct rule_ctext_builder b = {0};
	struct slice s = from->text;
	size_t done = 0, i = 0, end;
	rule_ctext_begin(&b);
	while (i < s.len) {
		if (is_delimiter(s.ptr[i])) {
			i++;
			continue;
		}
		if (s.ptr[i] == '"' || s.ptr[i] == '\'') {
			i = quoted_end(s, i);
			continue;
		}
		struct rule_list_def *l = list_at(e, s, i, &end);
		if (!l) {
			i = MAX(end, i + 1);
			continue;
		}
		TRY(joined(e, l, 0, err));
		l->is_used = true;
		size_t cut = i, next = end;
		if (!l->joined.len)
			next = skip_empty(s, i, end, &cut);
		if (cut > done)
			rule_ctext_part(&b, from, done, cut);
		rule_ctext_instead(&b, from, i, l->joined);
		done = i = next;
	}
	if (done == 0) {
		*ret = *from;
		return 0;
	}
	rule_ctext_part(&b, from, done, s.len);
	return rule_ctext_finish(&b, &e->arena, ret, err);
}
