/* SPDX-License-Identifier: Apache-2.0 */
/* What was found in a file is told: in order, once, the most specific rule, every secret blanked. */
#include "secret/secret_internal.h"

static int by_place(const void *a, const void *b)
{
	const struct secret_hit *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	/* Rules of one table, in its order. */
	return x->rule == y->rule ? 0 : (uintptr_t)x->rule < (uintptr_t)y->rule ? -1 : 1;
}

static bool overlap(const struct secret_hit *a, const struct secret_hit *b)
{
	return a->at < b->at + b->len && b->at < a->at + a->len;
}

/* Does a take the place of b? Both are of the same bytes. */
static bool beats(const struct secret_hit *a, const struct secret_hit *b, bool a_is_first)
{
	if (a->rule == b->rule)
		return a->at == b->at && a->len == b->len && a_is_first;
	if (a->rule->is_foreign || b->rule->is_foreign)
		return a->rule->is_foreign && !b->rule->is_foreign && b->rule->kind != SECRET_TOKEN;
	if (a->rule->kind != b->rule->kind)
		return a->rule->kind < b->rule->kind;
	if (a->len != b->len)
		return a->len > b->len && a->at <= b->at && a->at + a->len >= b->at + b->len;
	return a->at == b->at && a_is_first;
}

/* Hidden ones keep blanking. */
static void hide_doubles(struct secret_scan *s)
{
	for (size_t i = 0; i < s->hits.len; i++) {
		struct secret_hit *a = &s->hits.ptr[i];
		uint64_t end = a->at + a->len;
		for (size_t k = i + 1; k < s->hits.len && s->hits.ptr[k].at < end; k++) {
			struct secret_hit *b = &s->hits.ptr[k];
			if (a->is_hidden || b->is_hidden || !overlap(a, b))
				continue;
			if (beats(a, b, true))
				b->is_hidden = true;
			else if (beats(b, a, false))
				a->is_hidden = true;
		}
	}
}

/* The secret at [at, at + len), and the same bytes wherever else they stand. */
static void blank(struct slice text, size_t at, size_t len, char *out)
{
	struct slice secret = slice_sub(text, at, len);
	memset(out + at, '*', len);
	for (size_t from = 0; len >= 4;) {
		ssize_t next = slice_find(slice_from(text, from), secret);
		if (next < 0)
			break;
		memset(out + from + (size_t)next, '*', len);
		from += (size_t)next + len;
	}
}

/* The bytes around with every secret of the file in '*'. */
static size_t redact(const struct secret_scan *s, const struct secret_hit *h, char *out)
{
	struct slice text = slice_sub(h->context, 0, SECRET_MAX_MATCH);
	size_t i = 0;
	while (i < text.len) {
		size_t good = text_utf8_length(slice_from(text, i));
		for (size_t k = i; k < i + good; k++)
			out[k] = text.ptr[k] == '\t' ? ' '
				 : (unsigned char)text.ptr[k] < ' ' || text.ptr[k] == 127
				     ? '.'
				     : text.ptr[k];
		i += good;
		if (i < text.len)
			out[i++] = '.';
	}
	for (size_t k = 0; k < s->hits.len; k++) {
		const struct secret_hit *x = &s->hits.ptr[k];
		uint64_t from = MAX(x->at, h->context_at);
		uint64_t to = MIN(x->at + x->len, h->context_at + text.len);
		if (from < to)
			blank(text, (size_t)(from - h->context_at), (size_t)(to - from), out);
	}
	return text.len;
}

int secret_emit(struct secret_scan *s, secret_found_fn fn, void *arg, struct err *err)
{
	char match[SECRET_MAX_MATCH];
	if (s->hits.len > 1)
		qsort(s->hits.ptr, s->hits.len, sizeof(*s->hits.ptr), by_place);
	hide_doubles(s);
	for (size_t i = 0; i < s->hits.len; i++) {
		const struct secret_hit *h = &s->hits.ptr[i];
		if (h->is_hidden)
			continue;
		const struct secret_found f = {
		    .rule = &h->rule->info,
		    .proof = h->proof,
		    .id = h->rule->info.id,
		    .category = h->rule->info.category,
		    .title = h->rule->info.title,
		    .severity = h->rule->info.severity,
		    .inside = s->inside,
		    .start_line = h->line + 1,
		    .end_line = h->line + 1 + h->lines,
		    .offset = h->at,
		    .match = slice_of(match, redact(s, h, match)),
		    .digest = slice_str(h->digest),
		};
		TRY(fn(arg, &f, err));
	}
	s->hits.len = 0;
	return 0;
}
