/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions as RE2 reads them with its POSIX syntax, run by PCRE2: what RE2 does not know (groups with options,
 * back-references, Perl's classes) is refused, what it reads otherwise (operators behind operators, \Q, octal) is rewritten.
 * Both ends are anchored. Match limits bound the time.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rule/rule_internal.h"

#include <pcre2.h>

#define MAX_PATTERN (16 * KIB)
#define MAX_REPEAT  1000u
#define MAX_GROUPS  100u
#define MATCH_LIMIT 200000u
#define MAX_SUBJECT (64 * KIB) /* longer texts are cut: rules look at paths and command lines */
#define STACK_MIN   (32 * KIB)
#define STACK_MAX   (512 * KIB)

struct rule_regex {
	pcre2_code *code;
	bool has_jit;
};
struct rule_regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

struct translation {
	struct slice in;
	size_t pos;
	struct buf out;
	size_t atom; /* where the last atom begins in out; SIZE_MAX none */
	bool has_repeat;
	size_t groups[MAX_GROUPS];
	unsigned depth;
	const char *why;
};

static bool bad(struct translation *t, const char *why)
{
	if (!t->why)
		t->why = why;
	return false;
}

static char peek(const struct translation *t, size_t ahead)
{
	return t->pos + ahead < t->in.len ? t->in.ptr[t->pos + ahead] : '\0';
}

static void literal(struct translation *t, unsigned code)
{
	if (code < 128 && (is_alpha((char)code) || is_digit((char)code)))
		buf_putc(&t->out, (char)code);
	else
		buf_printf(&t->out, "\\x{%x}", code);
}

static bool is_hex(char c)
{
	return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

static unsigned hex_of(char c)
{
	return is_digit(c) ? (unsigned)(c - '0') : (unsigned)(to_lower(c) - 'a') + 10;
}

/* \xHH or \x{H...}, at the x. */
static bool hex_escape(struct translation *t, unsigned *code)
{
	*code = 0;
	t->pos++;
	if (peek(t, 0) != '{') {
		if (!is_hex(peek(t, 0)) || !is_hex(peek(t, 1)))
			return bad(t, "invalid escape sequence");
		*code = hex_of(peek(t, 0)) * 16 + hex_of(peek(t, 1));
		t->pos += 2;
		return true;
	}
	t->pos++;
	size_t n = 0;
	while (is_hex(peek(t, 0)) && n++ < 6)
		*code = *code * 16 + hex_of(t->in.ptr[t->pos++]);
	if (peek(t, 0) != '}' || n == 0 || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return bad(t, "invalid escape sequence");
	t->pos++;
	return true;
}

/* The character of an escape, at the byte behind the backslash. */
static bool escape(struct translation *t, unsigned *code)
{
	static const char from[] = "afnrtv", to[] = "\a\f\n\r\t\v";
	char c = peek(t, 0);
	const char *at = c ? strchr(from, c) : NULL;
	if (t->pos >= t->in.len)
		return bad(t, "trailing \\ at end of regexp");
	if (c == 'x')
		return hex_escape(t, code);
	if (at) {
		*code = (unsigned char)to[at - from];
	} else if (c >= '0' && c <= '7' && (c == '0' || (peek(t, 1) >= '0' && peek(t, 1) <= '7'))) {
		*code = 0;
		for (int i = 0; i < 3 && peek(t, 0) >= '0' && peek(t, 0) <= '7'; i++)
			*code = *code * 8 + (unsigned)(t->in.ptr[t->pos++] - '0');
		return true;
	} else if (is_alpha(c) || is_digit(c) || (unsigned char)c >= 128) {
		return bad(t, is_digit(c) ? "back-references are not supported"
					  : "invalid escape sequence");
	} else {
		*code = (unsigned char)c;
	}
	t->pos++;
	return true;
}

/* One character of a class as a code point; bytes of UTF-8 pass as they are. */
static bool class_char(struct translation *t, unsigned *code, bool *is_raw)
{
	unsigned char c = (unsigned char)peek(t, 0);
	*is_raw = false;
	if (c == '\\') {
		t->pos++;
		return escape(t, code);
	}
	size_t n = text_utf8_length(slice_sub(slice_from(t->in, t->pos), 0, 4));
	if (c < 128 || n == 0) {
		*code = c;
		t->pos++;
		return true;
	}
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	*code = c & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		*code = *code << 6 | ((unsigned char)peek(t, i) & 0x3f);
	t->pos += len;
	return true;
}

static bool class_name(struct translation *t)
{
	static const char *const names[] = {"[:alnum:]", "[:alpha:]",  "[:ascii:]", "[:blank:]",
					    "[:cntrl:]", "[:digit:]",  "[:graph:]", "[:lower:]",
					    "[:print:]", "[:punct:]",  "[:space:]", "[:upper:]",
					    "[:word:]",	 "[:xdigit:]", NULL};
	struct slice rest = slice_from(t->in, t->pos);
	ssize_t end = slice_find(rest, SL(":]"));
	if (end < 0)
		return false;
	struct slice name = slice_sub(rest, 0, (size_t)end + 2);
	struct slice plain = name;
	bool negated = name.len > 2 && name.ptr[2] == '^';
	char text[16] = "[:";
	if (negated && name.len < sizeof(text)) {
		memcpy(text + 2, name.ptr + 3, name.len - 3);
		plain = slice_of(text, name.len - 1);
	}
	if (!slice_is_any(plain, names))
		return bad(t, "invalid character class range");
	buf_puts(&t->out, name);
	t->pos += name.len;
	return true;
}

static bool class_item(struct translation *t)
{
	unsigned lo, hi;
	bool raw;
	if (peek(t, 0) == '[' && peek(t, 1) == ':') {
		if (class_name(t))
			return true;
		if (t->why)
			return false;
	}
	if (!class_char(t, &lo, &raw))
		return false;
	literal(t, lo);
	if (peek(t, 0) != '-' || peek(t, 1) == ']' || t->pos + 1 >= t->in.len)
		return true;
	t->pos++;
	if (!class_char(t, &hi, &raw))
		return false;
	if (hi < lo)
		return bad(t, "invalid character class range");
	buf_putc(&t->out, '-');
	literal(t, hi);
	return true;
}

static bool class_(struct translation *t)
{
	bool first = true;
	t->atom = t->out.len;
	buf_putc(&t->out, '[');
	t->pos++;
	if (peek(t, 0) == '^') {
		/* as RE2's POSIX syntax, which keeps newlines out of negated classes */
		buf_puts(&t->out, SL("^\\n"));
		t->pos++;
	}
	while (t->pos < t->in.len && (first || peek(t, 0) != ']')) {
		first = false;
		if (!class_item(t))
			return false;
	}
	if (t->pos >= t->in.len)
		return bad(t, "missing closing ]");
	t->pos++;
	buf_putc(&t->out, ']');
	return true;
}

/* {n}, {n,}, {n,m}; false without error: the brace is a literal. */
static bool braces(struct translation *t, struct slice *ret)
{
	size_t p = t->pos + 1;
	uint32_t lo = 0, hi = 0;
	size_t first = p;
	while (p < t->in.len && is_digit(t->in.ptr[p]))
		p++;
	if (p == first || slice_u32(slice_sub(t->in, first, p - first), &lo) < 0)
		return false;
	hi = lo;
	if (p < t->in.len && t->in.ptr[p] == ',') {
		size_t second = ++p;
		while (p < t->in.len && is_digit(t->in.ptr[p]))
			p++;
		if (p > second && slice_u32(slice_sub(t->in, second, p - second), &hi) < 0)
			return false;
	}
	if (p >= t->in.len || t->in.ptr[p] != '}')
		return false;
	if (lo > MAX_REPEAT || hi > MAX_REPEAT || hi < lo)
		return bad(t, "bad repetition operator");
	*ret = slice_sub(t->in, t->pos, p + 1 - t->pos);
	return true;
}

/* PCRE reads a second operator as lazy or possessive: the first gets brackets. */
static bool repeat(struct translation *t, struct slice op)
{
	if (t->atom == SIZE_MAX)
		return bad(t, "no argument for repetition operator");
	if (t->has_repeat) {
		auto_buf struct buf tail = {0};
		buf_init(&tail, MAX_PATTERN * 16);
		buf_put(&tail, t->out.ptr + t->atom, t->out.len - t->atom);
		t->out.len = t->atom;
		buf_puts(&t->out, SL("(?:"));
		buf_puts(&t->out, buf_slice(&tail));
		buf_putc(&t->out, ')');
	}
	buf_puts(&t->out, op);
	t->pos += op.len;
	t->has_repeat = true;
	return true;
}

static bool group(struct translation *t, char c)
{
	if (c == '(') {
		if (peek(t, 1) == '?')
			return bad(t, "no argument for repetition operator: ?");
		if (t->depth == MAX_GROUPS)
			return bad(t, "groups are nested too deeply");
		t->groups[t->depth++] = t->out.len;
		buf_puts(&t->out, SL("(?:"));
		t->atom = SIZE_MAX;
	} else {
		if (t->depth == 0)
			return bad(t, "unexpected )");
		buf_putc(&t->out, ')');
		t->atom = t->groups[--t->depth];
	}
	t->has_repeat = false;
	t->pos++;
	return true;
}

static bool step(struct translation *t)
{
	struct slice op;
	char c = peek(t, 0);
	unsigned code;
	bool raw;
	if (c == '(' || c == ')')
		return group(t, c);
	if (c == '*' || c == '+' || c == '?')
		return repeat(t, slice_sub(t->in, t->pos, 1));
	if (c == '{' && braces(t, &op))
		return repeat(t, op);
	if (t->why)
		return false;
	t->has_repeat = false;
	if (c == '[')
		return class_(t);
	t->atom = t->out.len;
	if (c == '|' || c == '^' || c == '$' || c == '.') {
		if (c == '|')
			t->atom = SIZE_MAX;
		if (c == '^' || c == '$')
			buf_puts(&t->out, SL("(?:"));
		buf_putc(&t->out, c);
		if (c == '^' || c == '$')
			buf_putc(&t->out, ')');
		t->pos++;
		return true;
	}
	if (!class_char(t, &code, &raw))
		return false;
	literal(t, code);
	return true;
}

static bool translate(struct translation *t)
{
	while (t->pos < t->in.len && !t->why && !t->out.failed)
		if (!step(t))
			return false;
	if (t->depth)
		return bad(t, "missing closing )");
	return !t->out.failed || bad(t, "the pattern is too long");
}

static struct rule_regex *compile(struct slice pattern, struct arena *a, struct slice *why)
{
	int code;
	PCRE2_SIZE at;
	struct rule_regex *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
				PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_MULTILINE |
				    PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C,
				&code, &at, NULL);
	if (!r->code) {
		PCRE2_UCHAR text[200];
		pcre2_get_error_message(code, text, sizeof(text));
		*why = arena_dup(a, slice_str((const char *)text));
		rule_regex_free(r);
		return NULL;
	}
	r->has_jit = pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0;
	return r;
}

struct rule_regex_scratch *rule_regex_scratch_new(void)
{
	struct rule_regex_scratch *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->data = pcre2_match_data_create(1, NULL);
	s->context = pcre2_match_context_create(NULL);
	s->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
	if (!s->data || !s->context || !s->stack) {
		rule_regex_scratch_free(s);
		return NULL;
	}
	pcre2_set_match_limit(s->context, MATCH_LIMIT);
	pcre2_set_depth_limit(s->context, MATCH_LIMIT);
	pcre2_jit_stack_assign(s->context, NULL, s->stack);
	return s;
}

void rule_regex_scratch_free(struct rule_regex_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->context);
	pcre2_jit_stack_free(s->stack);
	free(s);
}

struct rule_regex *rule_regex_new(struct slice pattern, struct arena *a, struct slice *why)
{
	struct translation t = {.in = pattern, .atom = SIZE_MAX};
	struct rule_regex *r = NULL;
	*why = SL_NONE;
	buf_init(&t.out, MAX_PATTERN * 16);
	if (pattern.len > MAX_PATTERN)
		bad(&t, "the pattern is too long");
	else if (text_utf8_length(pattern) != pattern.len)
		bad(&t, "invalid UTF-8");
	else if (translate(&t))
		r = compile(buf_slice(&t.out), a, why);
	if (t.why)
		*why = slice_str(t.why);
	buf_free(&t.out);
	return r;
}

void rule_regex_free(struct rule_regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->code);
	free(r);
}

/* Bytes that are no UTF-8 become U+FFFD; what does not fit is cut. */
static struct slice sanitise(struct slice s, char *out, size_t cap)
{
	size_t n = 0;
	while (s.len && n + 3 <= cap) {
		size_t good = MIN(text_utf8_length(s), cap - n);
		memcpy(out + n, s.ptr, good);
		n += good;
		s = slice_from(s, good);
		if (s.len && n + 3 <= cap) {
			memcpy(out + n, "\xef\xbf\xbd", 3);
			n += 3;
			s = slice_from(s, 1);
		}
	}
	while (n && text_utf8_length(slice_of(out, n)) != n)
		n--;
	return slice_of(out, n);
}

bool rule_regex_match(const struct rule_regex *r, struct rule_regex_scratch *x, struct slice s)
{
	char clean[4096];
	if (s.len > MAX_SUBJECT)
		s = slice_sub(s, 0, MAX_SUBJECT);
	if (text_utf8_length(s) != s.len)
		s = sanitise(s, clean, sizeof(clean));
	PCRE2_SPTR text = (PCRE2_SPTR)(s.len ? s.ptr : "");
	int n = r->has_jit
		    ? pcre2_jit_match(r->code, text, s.len, 0, 0, x->data, x->context)
		    : pcre2_match(r->code, text, s.len, 0, PCRE2_NO_UTF_CHECK, x->data, x->context);
	return n >= 0;
}

bool rule_regex_is_plain(struct slice p)
{
	if (slice_starts(p, "^"))
		p = slice_from(p, 1);
	if (slice_starts(p, ".*"))
		p = slice_from(p, 2);
	if (slice_ends(p, "$"))
		p.len--;
	if (slice_ends(p, ".*"))
		p.len -= 2;
	for (size_t i = 0; i < p.len; i++)
		if (p.ptr[i] && strchr(".\\[](){}*+?|^$", p.ptr[i]))
			return false;
	return true;
}
