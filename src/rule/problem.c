/* SPDX-License-Identifier: Apache-2.0 */
/* Problems: collected, never thrown, so that one run shows all that is wrong. */
#include "rule/rule_internal.h"

static const char *const code_names[] = {
#define X(name, text) "LOAD_" #name,
    RULE_CODES
#undef X
};
static const char *const code_texts[] = {
#define X(name, text) text,
    RULE_CODES
#undef X
};
const char *rule_code_name(enum rule_code c)
{
	return code_names[c];
}
const char *rule_code_text(enum rule_code c)
{
	return code_texts[c];
}

void rule_trail_begin(struct rule_trail *t, const struct rule_file *f)
{
	*t = (struct rule_trail){.file = f};
}

void rule_trail_push(struct rule_trail *t, const char *kind, struct slice name, uint32_t pos)
{
	if (t->n == RULE_TRAIL)
		t->n--;
	struct rule_location *at = &t->at[t->n++];
	*at = (struct rule_location){.kind = kind, .name = name, .offset = pos};
	if (t->file)
		rule_file_position(t->file, pos, &at->line, &at->column);
}

#define SNIPPET_BEFORE 60u
#define SNIPPET_MAX    160u

/* The part of the line around the place. */
static void snippet(struct rule_engine *e, struct rule_problem *p, const struct rule_file *f,
		    uint32_t pos)
{
	if (!f || pos > f->text.len || !f->nlines)
		return;
	uint32_t line, column;
	rule_file_position(f, pos, &line, &column);
	size_t begin = f->lines[line - 1], before = pos - begin;
	struct slice text = slice_sub(f->text, begin, before + 2 * SNIPPET_MAX);
	ssize_t end = slice_chr(text, '\n');
	text = slice_sub(text, 0, end < 0 ? SIZE_MAX : (size_t)end);
	while (text.len && text.ptr[text.len - 1] == '\r')
		text.len--;
	if (text.len > SNIPPET_MAX && before > SNIPPET_BEFORE) {
		size_t skip = before - SNIPPET_BEFORE;
		while (skip < text.len && ((unsigned char)text.ptr[skip] & 0xc0) == 0x80)
			skip++;
		text = slice_from(text, skip);
		before -= MIN(skip, before);
	}
	p->snippet = arena_dup(&e->arena, slice_sub(text, 0, SNIPPET_MAX));
	p->caret = (uint32_t)MIN(before, p->snippet.len);
	if (!p->snippet.ptr)
		e->is_oom = true;
}

static bool is_same(const struct rule_problem *a, const struct rule_problem *b)
{
	return a->is_error == b->is_error && a->code == b->code && a->file == b->file &&
	       slice_eq(a->message, b->message) && a->nat && b->nat &&
	       a->at[a->nat - 1].offset == b->at[b->nat - 1].offset;
}

void rule_problem_add(struct rule_engine *e, bool is_error, enum rule_code code,
		      const struct rule_trail *t, struct slice hint, const char *fmt, ...)
{
	auto_buf struct buf text = {0};
	va_list ap;
	if (is_error)
		e->nerrors++;
	if (rule_problems_full(e))
		return;
	buf_init(&text, 16 * KIB);
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	struct rule_problem *p = arena_new(&e->arena, struct rule_problem);
	struct rule_location *at = arena_array(&e->arena, MAX(t->n, 1), sizeof(*at));
	if (!p || !at) {
		e->is_oom = true;
		return;
	}
	memcpy(at, t->at, t->n * sizeof(*at));
	*p = (struct rule_problem){.is_error = is_error,
				   .code = code,
				   .file = t->file ? t->file->index : UINT32_MAX,
				   .file_name = t->file ? t->file->name : SL_NONE,
				   .message = arena_dup(&e->arena, buf_slice(&text)),
				   .hint = hint,
				   .at = at,
				   .nat = t->n};
	for (size_t i = e->problems.len; i-- > 0 && i + 8 > e->problems.len;)
		if (is_same(e->problems.ptr[i], p))
			return;
	if (t->n)
		snippet(e, p, t->file, t->at[t->n - 1].offset);
	const struct rule_problem *kept = p;
	if (!p->message.ptr || vec_push(&e->problems, kept) < 0)
		e->is_oom = true;
}

/* Edits to come from a to b, not more than limit + 1; words are short. */
static unsigned distance(struct slice a, struct slice b, unsigned limit)
{
	unsigned row[65];
	if (a.len > 64 || b.len > 64 || a.len > b.len + limit || b.len > a.len + limit)
		return limit + 1;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0], least = row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
			diagonal = row[j];
			row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
			least = MIN(least, row[j]);
		}
		if (least > limit)
			return limit + 1;
	}
	return row[b.len];
}

void rule_near_offer(struct rule_near *near, struct slice name)
{
	unsigned limit = (unsigned)MIN(near->word.len / 3 + 1, 4);
	if (near->word.len > 64)
		return;
	unsigned d = distance(near->word, name, limit);
	if (d <= limit && (!near->best.ptr || d < near->distance)) {
		near->best = name;
		near->distance = d;
	}
}

struct slice rule_near_hint(struct rule_engine *e, const struct rule_near *near)
{
	if (!near->best.len)
		return SL_NONE;
	struct slice s = arena_cat(&e->arena, SL("did you mean '"), near->best, SL("'?"));
	if (!s.ptr)
		e->is_oom = true;
	return s;
}

struct slice rule_hint_near(struct rule_engine *e, struct slice word, const struct slice *names,
			    size_t n)
{
	struct rule_near near = {.word = word};
	for (size_t i = 0; i < n; i++)
		rule_near_offer(&near, names[i]);
	return rule_near_hint(e, &near);
}
