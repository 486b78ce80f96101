/* SPDX-License-Identifier: Apache-2.0 */
/* PCRE2 for confirmation, Hyperscan for the pass over everything. Expressions are Go's RE2 syntax, bytes not characters. */
#include "secret/secret_internal.h"

#define MATCH_LIMIT 100000u
#define HEAP_LIMIT  (16u * 1024) /* KiB */
/* In Go "$" is the very end unless (?m); two groups may have one name. */
#define OPTIONS (PCRE2_DOLLAR_ENDONLY | PCRE2_DUPNAMES | PCRE2_NEVER_UTF | PCRE2_USE_OFFSET_LIMIT)

static pcre2_code *compile(struct slice text, pcre2_compile_context *context, int *code, size_t *at)
{
	return pcre2_compile((PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, OPTIONS, code, at,
			     context);
}

int secret_regex_check(struct slice text, struct err *err)
{
	int code = 0;
	size_t at = 0;
	if (text.len > SECRET_MAX_REGEX)
		return err_usage(err, "regular expression of %zu bytes: too long", text.len);
	pcre2_code *c = compile(text, NULL, &code, &at);
	if (!c) {
		char why[160] = "";
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
		return err_usage(err, "regular expression: %s at byte %zu of \"%.*s\"", why, at,
				 SL_FMT(slice_sub(text, 0, 120)));
	}
	pcre2_code_free(c);
	return 0;
}

int secret_regexes_init(struct secret_regexes *x, uint32_t n, struct err *err)
{
	*x = (struct secret_regexes){.n = n};
	x->codes = calloc(n ? n : 1, sizeof(*x->codes));
	x->data = pcre2_match_data_create(64, NULL);
	x->context = pcre2_match_context_create(NULL);
	x->compile = pcre2_compile_context_create(NULL);
	x->stack = pcre2_jit_stack_create(32 * 1024, 1024 * 1024, NULL);
	if (!x->codes || !x->data || !x->context || !x->compile || !x->stack)
		return err_oom(err);
	pcre2_set_match_limit(x->context, MATCH_LIMIT);
	pcre2_set_heap_limit(x->context, HEAP_LIMIT);
	pcre2_jit_stack_assign(x->context, NULL, x->stack);
	return 0;
}

void secret_regexes_done(struct secret_regexes *x)
{
	for (uint32_t i = 0; x->codes && i < x->n; i++)
		pcre2_code_free(x->codes[i]);
	free(x->codes);
	pcre2_match_data_free(x->data);
	pcre2_match_context_free(x->context);
	pcre2_compile_context_free(x->compile);
	pcre2_jit_stack_free(x->stack);
	*x = (struct secret_regexes){0};
}

pcre2_code *secret_regex(struct secret_regexes *x, const struct secret_pattern *p)
{
	int code = 0;
	size_t at = 0;
	if (p->index >= x->n)
		return NULL;
	if (!x->codes[p->index]) {
		x->codes[p->index] = compile(p->text, x->compile, &code, &at);
		/* Where memory may not be made executable, the interpreter does the same more slowly. */
		if (x->codes[p->index])
			(void)pcre2_jit_compile(x->codes[p->index], PCRE2_JIT_COMPLETE);
	}
	return x->codes[p->index];
}

bool secret_match(struct secret_regexes *x, const struct secret_pattern *p, struct slice s,
		  size_t start, size_t last_start)
{
	pcre2_code *code = secret_regex(x, p);
	if (!code || start > s.len)
		return false;
	pcre2_set_offset_limit(x->context, last_start);
	int rc = pcre2_match(code, (PCRE2_SPTR)(s.ptr ? s.ptr : ""), s.len, start, 0, x->data,
			     x->context);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		x->over++;
	return rc >= 0;
}

bool secret_is_match(struct secret_regexes *x, const struct secret_pattern *p, struct slice s)
{
	return p->text.len > 0 && secret_match(x, p, s, 0, PCRE2_UNSET);
}

/* ---- Hyperscan ---- */

/* Flags under which Hyperscan takes the expression: as it is, or as one that matches at least where it does. */
static bool takes(const char *text, unsigned *flags)
{
	static const unsigned tries[] = {0, HS_FLAG_PREFILTER,
					 HS_FLAG_PREFILTER | HS_FLAG_ALLOWEMPTY};
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		hs_expr_info_t *info = NULL;
		hs_compile_error_t *bad = NULL;
		hs_error_t rc = hs_expression_info(text, tries[i], &info, &bad);
		bool is_empty = info && info->min_width == 0;
		free(info);
		hs_free_compile_error(bad);
		if (rc == HS_SUCCESS && !(is_empty && !(tries[i] & HS_FLAG_ALLOWEMPTY))) {
			*flags = tries[i];
			return true;
		}
	}
	return false;
}

/* Hyperscan refuses two groups of one name: names are left out. */
static void put_unnamed(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		struct slice rest = slice_from(text, i);
		bool is_name = slice_starts(rest, "(?P<") ||
			       (slice_starts(rest, "(?<") && rest.len > 3 && is_alpha(rest.ptr[3]));
		ssize_t end = is_name ? slice_chr(rest, '>') : -1;
		buf_putc(out, text.ptr[i]);
		if (end > 0)
			i += (size_t)end;
		else if (text.ptr[i] == '\\' && i + 1 < text.len)
			buf_putc(out, text.ptr[++i]);
	}
}

/* Keywords as an expression; false: there are none. */
static bool keywords_text(const struct secret_rule *r, struct buf *out)
{
	for (size_t i = 0; i < r->nkeywords; i++) {
		buf_puts(out, i ? SL("|") : SL("(?i:"));
		for (size_t k = 0; k < r->keywords[i].len; k++)
			buf_printf(out, "\\x%02x", (unsigned char)r->keywords[i].ptr[k]);
	}
	buf_putc(out, ')');
	return r->nkeywords > 0;
}

struct patterns {
	VEC(char *) texts;
	VEC(unsigned) flags;
	VEC(unsigned) ids;
};

static void patterns_done(struct patterns *p)
{
	for (size_t i = 0; i < p->texts.len; i++)
		free(p->texts.ptr[i]);
	vec_free(&p->texts);
	vec_free(&p->flags);
	vec_free(&p->ids);
}
#define auto_patterns CLEANUP(patterns_done)

static int add_pattern(struct patterns *p, const struct secret_rule *r, unsigned id,
		       struct err *err)
{
	auto_buf struct buf text;
	unsigned flags = 0;
	buf_init(&text, 4 * SECRET_MAX_REGEX);
	put_unnamed(&text, r->find.len ? r->find : r->regex.text);
	buf_putc(&text, '\0');
	if (text.failed)
		return err_oom(err);
	if (memchr(text.ptr, 0, text.len - 1) || !takes(text.ptr, &flags)) {
		buf_clear(&text);
		if (!keywords_text(r, &text))
			return err_usage(
			    err,
			    "rule \"%.*s\": the expression cannot be part of the search over "
			    "all bytes - give it keywords",
			    SL_FMT(r->info.id));
		buf_putc(&text, '\0');
		flags = 0;
	}
	char *copy = text.failed ? NULL : strdup(text.ptr);
	if (!copy || vec_push(&p->texts, copy) < 0) {
		free(copy);
		return err_oom(err);
	}
	if (vec_push(&p->flags, flags) < 0 || vec_push(&p->ids, id) < 0)
		return err_oom(err);
	return 0;
}

int secret_compile(const struct secret_rule *const *rules, size_t n, unsigned first,
		   hs_database_t **ret, struct err *err)
{
	auto_patterns struct patterns p = {0};
	hs_compile_error_t *bad = NULL;
	/* No CPU's own instructions: the database made at build time goes to other machines. */
	const hs_platform_info_t any = {.tune = HS_TUNE_FAMILY_GENERIC};
	*ret = NULL;
	for (size_t i = 0; i < n; i++)
		if (rules[i]->regex.text.len && !secret_is_direct(rules[i]))
			TRY(add_pattern(&p, rules[i], (unsigned)(first + i), err));
	if (!p.texts.len)
		return 0;
	if (hs_compile_multi((const char *const *)p.texts.ptr, p.flags.ptr, p.ids.ptr,
			     (unsigned)p.texts.len, HS_MODE_BLOCK, &any, ret, &bad) == HS_SUCCESS)
		return 0;
	if (bad && bad->expression >= 0 && (size_t)bad->expression < p.ids.len) {
		struct slice id = rules[p.ids.ptr[bad->expression] - first]->info.id;
		err_usage(err, "rule \"%.*s\": %s", SL_FMT(id), bad->message);
	} else {
		err_usage(err, "rules: %s", bad ? bad->message : "cannot be compiled");
	}
	hs_free_compile_error(bad);
	return err->code;
}
