/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of templates: PCRE2's, which hold what Go's have; held by matching limits. */
#include "text/gotemplate_internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MAX_PATTERN 4096
#define MAX_TEXT    MIB

struct regex {
	struct gotmpl_call *c;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	struct slice text;
	size_t from; /* where the next match is looked for */
};

static void regex_free(struct regex *r)
{
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->limits);
	pcre2_code_free(r->code);
}

/* args[0] is the pattern, args[text] what it is looked for in. */
static int regex_new(struct regex *r, struct gotmpl_call *c, size_t text)
{
	struct slice pattern;
	int code;
	size_t at;
	r->c = c;
	TRY(gotmpl_text(c, 0, &pattern));
	TRY(gotmpl_text(c, text, &r->text));
	if (pattern.len > MAX_PATTERN || r->text.len > MAX_TEXT)
		return gotmpl_wrong(c,
				    "a pattern of more than 4 KiB, or a text of more than 1 MiB");
	r->code = pcre2_compile((PCRE2_SPTR)(pattern.len ? pattern.ptr : ""), pattern.len,
				PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (!r->code)
		return gotmpl_wrong(c, "no regular expression that is understood");
	r->data = pcre2_match_data_create_from_pattern(r->code, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->data || !r->limits)
		return gotmpl_oom(c);
	pcre2_set_match_limit(r->limits, 200000);
	pcre2_set_depth_limit(r->limits, 1000);
	pcre2_set_heap_limit(r->limits, 16 * 1024);
	return 0;
}

/* The next match, of which *ret is group 0: 1 found, 0 none. */
static int regex_next(struct regex *r, struct slice *ret)
{
	if (r->from > r->text.len)
		return 0;
	TRY(gotmpl_work(r->c, 1 + (r->text.len - r->from) / 256));
	int n = pcre2_match(r->code, (PCRE2_SPTR)(r->text.len ? r->text.ptr : ""), r->text.len,
			    r->from, 0, r->data, r->limits);
	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	const size_t *at = pcre2_get_ovector_pointer(r->data);
	if (n < 0 || at[1] < at[0] || at[0] < r->from)
		return gotmpl_wrong(r->c, "the regular expression takes too many steps");
	*ret = slice_sub(r->text, at[0], at[1] - at[0]);
	r->from = at[1] + (at[1] == at[0]);
	return 1;
}

static size_t match_start(const struct regex *r)
{
	return pcre2_get_ovector_pointer(r->data)[0];
}

static int f_match(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	CLEANUP(regex_free) struct regex r = {0};
	struct slice found;
	TRY(regex_new(&r, c, 1));
	int n = regex_next(&r, &found);
	*ret = gotmpl_bool(n > 0);
	return MIN(n, 0);
}

static int f_find(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	CLEANUP(regex_free) struct regex r = {0};
	struct slice found = SL_NONE;
	TRY(regex_new(&r, c, 1));
	int n = regex_next(&r, &found);
	*ret = gotmpl_string(n > 0 ? found : SL(""));
	return MIN(n, 0);
}

static int f_find_all(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	CLEANUP(regex_free) struct regex r = {0};
	struct slice found = SL_NONE;
	int64_t most;
	int n;
	TRY(regex_new(&r, c, 1));
	TRY(gotmpl_int(c, 2, &most));
	*ret = gotmpl_new_list(gotmpl_arena(c));
	if (ret->kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	while ((most < 0 || ret->list->n < (uint64_t)most) && (n = regex_next(&r, &found)) != 0) {
		struct gotmpl_value v = gotmpl_string(found);
		TRY(n);
		if (gotmpl_push(gotmpl_arena(c), ret->list, &v) < 0)
			return gotmpl_oom(c);
	}
	return 0;
}

/* Go's Expand: $1, ${1}, $name, ${name}, "$$". */
static void put_group(struct regex *r, struct buf *b, struct slice name)
{
	const size_t *at = pcre2_get_ovector_pointer(r->data);
	char text[64];
	uint32_t number = 0;
	if (slice_u32(name, &number) < 0) {
		if (name.len >= sizeof(text))
			return;
		memcpy(text, name.len ? name.ptr : "", name.len);
		text[name.len] = 0;
		int n = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)text);
		if (n < 0)
			return;
		number = (uint32_t)n;
	}
	if (number < pcre2_get_ovector_count(r->data) && at[2 * number] != PCRE2_UNSET)
		buf_puts(b,
			 slice_sub(r->text, at[2 * number], at[2 * number + 1] - at[2 * number]));
}

static void expand(struct regex *r, struct buf *b, struct slice with)
{
	for (size_t i = 0; i < with.len; i++) {
		struct slice rest = slice_from(with, i + 1);
		size_t n = 0;
		if (with.ptr[i] != '$' || !rest.len) {
			buf_putc(b, with.ptr[i]);
			continue;
		}
		if (rest.ptr[0] == '$') {
			buf_putc(b, '$');
			i++;
			continue;
		}
		ssize_t end = rest.ptr[0] == '{' ? slice_chr(rest, '}') : -1;
		if (end > 0) {
			put_group(r, b, slice_sub(rest, 1, (size_t)end - 1));
			i += (size_t)end + 1;
			continue;
		}
		while (n < rest.len &&
		       (is_alpha(rest.ptr[n]) || is_digit(rest.ptr[n]) || rest.ptr[n] == '_'))
			n++;
		if (n)
			put_group(r, b, slice_sub(rest, 0, n));
		else
			buf_putc(b, '$');
		i += n;
	}
}

static int replace(struct gotmpl_call *c, struct gotmpl_value *ret, bool literal)
{
	CLEANUP(regex_free) struct regex r = {0};
	auto_buf struct buf b;
	struct slice with, found;
	size_t at = 0;
	int n;
	buf_init(&b, 64 * MIB);
	TRY(regex_new(&r, c, 1));
	TRY(gotmpl_text(c, 2, &with));
	while ((n = regex_next(&r, &found)) != 0) {
		TRY(n);
		buf_puts(&b, slice_sub(r.text, at, match_start(&r) - at));
		if (literal)
			buf_puts(&b, with);
		else
			expand(&r, &b, with);
		at = match_start(&r) + found.len;
		TRY(gotmpl_work(c, b.failed ? UINT32_MAX : 1));
	}
	buf_puts(&b, slice_from(r.text, at));
	struct buf taken = b;
	b = (struct buf){0};
	return gotmpl_taken(c, &taken, ret);
}

static int f_replace_all(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return replace(c, ret, false);
}
static int f_replace_literal(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return replace(c, ret, true);
}

static int f_split(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	CLEANUP(regex_free) struct regex r = {0};
	struct gotmpl_value v;
	struct slice found;
	size_t at = 0;
	int64_t most;
	int n;
	TRY(regex_new(&r, c, 1));
	TRY(gotmpl_int(c, 2, &most));
	*ret = gotmpl_new_list(gotmpl_arena(c));
	if (ret->kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	if (most == 0)
		return 0;
	while ((most < 0 || ret->list->n + 1 < (uint64_t)most) &&
	       (n = regex_next(&r, &found)) != 0) {
		TRY(n);
		if (found.len == 0 && match_start(&r) == 0)
			continue;
		v = gotmpl_string(slice_sub(r.text, at, match_start(&r) - at));
		at = match_start(&r) + found.len;
		if (gotmpl_push(gotmpl_arena(c), ret->list, &v) < 0)
			return gotmpl_oom(c);
	}
	v = gotmpl_string(slice_from(r.text, at));
	return gotmpl_push(gotmpl_arena(c), ret->list, &v) < 0 ? gotmpl_oom(c) : 0;
}

static int f_quote_meta(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct buf b;
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] && strchr("\\.+*?()|[]{}^$", s.ptr[i]))
			buf_putc(&b, '\\');
		buf_putc(&b, s.ptr[i]);
	}
	return gotmpl_taken(c, &b, ret);
}

const struct gotmpl_function gotmpl_regex_functions[] = {
    {"regexMatch", 2, 2, f_match},
    {"mustRegexMatch", 2, 2, f_match},
    {"regexFind", 2, 2, f_find},
    {"mustRegexFind", 2, 2, f_find},
    {"regexFindAll", 3, 3, f_find_all},
    {"mustRegexFindAll", 3, 3, f_find_all},
    {"regexReplaceAll", 3, 3, f_replace_all},
    {"mustRegexReplaceAll", 3, 3, f_replace_all},
    {"regexReplaceAllLiteral", 3, 3, f_replace_literal},
    {"mustRegexReplaceAllLiteral", 3, 3, f_replace_literal},
    {"regexSplit", 3, 3, f_split},
    {"mustRegexSplit", 3, 3, f_split},
    {"regexQuoteMeta", 1, 1, f_quote_meta},
    {NULL, 0, 0, NULL},
};
