/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as the doublestar library reads them. All states are followed at once, so that the time
 * is pattern x path whatever the pattern is. Braces are written out first, up to a limit.
 */
#include "match/match_internal.h"

#define GLOB_MAX      1024 /* bytes of a pattern without braces */
#define GLOB_VARIANTS 64
#define GLOB_BRACES   8 /* pairs */

/* One element of the pattern at position p: its length and whether c passes it. */
static size_t class_length(struct slice p)
{
	size_t i = 1;
	if (i < p.len && (p.ptr[i] == '!' || p.ptr[i] == '^'))
		i++;
	if (i < p.len && p.ptr[i] == ']')
		i++;
	while (i < p.len && p.ptr[i] != ']')
		i += p.ptr[i] == '\\' ? 2 : 1;
	return i < p.len ? i + 1 : 0;
}

static bool in_class(struct slice p, char c)
{
	struct slice in = slice_sub(p, 1, p.len - 2);
	bool negated = in.len && (in.ptr[0] == '!' || in.ptr[0] == '^'), found = false;
	for (size_t i = negated; i < in.len; i++) {
		if (in.ptr[i] == '\\' && i + 1 < in.len)
			i++;
		char low = in.ptr[i], high = low;
		if (i + 2 < in.len && in.ptr[i + 1] == '-') {
			high = in.ptr[i + 2];
			i += 2;
		}
		found |= (unsigned char)c >= (unsigned char)low &&
			 (unsigned char)c <= (unsigned char)high;
	}
	return found != negated && c != '/';
}

static size_t element(struct slice p, char c, bool *passes)
{
	size_t n;
	*passes = false;
	if (p.len == 0)
		return 1;
	switch (p.ptr[0]) {
	case '?':
		*passes = c != '/';
		return 1;
	case '[':
		n = class_length(p);
		*passes = n ? in_class(slice_sub(p, 0, n), c) : c == '[';
		return n ? n : 1;
	case '\\':
		if (p.len > 1) {
			*passes = c == p.ptr[1];
			return 2;
		}
		*passes = c == '\\';
		return 1;
	default:
		*passes = c == p.ptr[0];
		return 1;
	}
}

static bool is_double_star(struct slice p, size_t at)
{
	return at + 1 < p.len && p.ptr[at] == '*' && p.ptr[at + 1] == '*' &&
	       (at == 0 || p.ptr[at - 1] == '/') && (at + 2 == p.len || p.ptr[at + 2] == '/');
}

/* Marks at and what is reached from there without a byte of the path. */
static void reach(struct slice p, bool *on, size_t at)
{
	while (at <= p.len && !on[at]) {
		on[at] = true;
		if (at == p.len || p.ptr[at] != '*') {
			/* "a/" before a last double star also ends at "a". */
			if (at + 3 == p.len && p.ptr[at] == '/' && is_double_star(p, at + 1))
				on[p.len] = true;
			return;
		}
		at += is_double_star(p, at) ? MIN((size_t)3, p.len - at) : 1;
	}
}

static void advance(struct slice p, const bool *on, bool *next, char c, bool part_ends)
{
	for (size_t at = 0; at < p.len; at++) {
		bool passes;
		if (!on[at])
			continue;
		if (is_double_star(p, at)) {
			/* Stays inside; what follows begins behind a slash only. */
			next[at] = true;
			if (part_ends)
				reach(p, next, MIN(at + 3, p.len));
			if (at + 2 == p.len)
				next[p.len] = true;
		} else if (p.ptr[at] == '*') {
			if (c != '/')
				reach(p, next, at);
		} else {
			size_t n = element(slice_from(p, at), c, &passes);
			if (passes)
				reach(p, next, at + n);
		}
	}
}

static bool match_plain(struct slice p, struct slice path)
{
	bool a[GLOB_MAX + 1] = {false}, b[GLOB_MAX + 1], *on = a, *next = b;
	if (p.len > GLOB_MAX)
		return false;
	reach(p, on, 0);
	for (size_t i = 0; i < path.len; i++) {
		memset(next, 0, p.len + 1);
		advance(p, on, next, path.ptr[i], path.ptr[i] == '/');
		bool *t = on;
		on = next;
		next = t;
	}
	return on[p.len];
}

/* Finds the first {..}: its place, and where it ends; false when there is none that closes. */
static bool find_braces(struct slice p, size_t *open, size_t *close)
{
	unsigned depth = 0;
	for (size_t i = 0; i < p.len; i++) {
		if (p.ptr[i] == '\\') {
			i++;
		} else if (p.ptr[i] == '{') {
			if (depth++ == 0)
				*open = i;
		} else if (p.ptr[i] == '}' && depth && --depth == 0) {
			*close = i;
			return true;
		}
	}
	return false;
}

/* Next alternative of a brace's inside, split at the commas of its own level. */
static bool next_choice(struct slice *rest, struct slice *choice)
{
	unsigned depth = 0;
	if (!rest->ptr)
		return false;
	for (size_t i = 0; i < rest->len; i++) {
		char c = rest->ptr[i];
		if (c == '\\') {
			i++;
		} else if (c == ',' && depth == 0) {
			*choice = slice_sub(*rest, 0, i);
			*rest = slice_from(*rest, i + 1);
			return true;
		}
		depth += c == '{';
		depth -= c == '}' && depth;
	}
	*choice = *rest;
	*rest = SL_NONE;
	return true;
}

static bool match_braces(struct slice p, struct slice path, unsigned depth, unsigned *variants)
{
	size_t open = 0, close = 0;
	if (!find_braces(p, &open, &close))
		return (*variants)++ < GLOB_VARIANTS && match_plain(p, path);
	if (depth >= GLOB_BRACES || p.len > GLOB_MAX)
		return false;
	struct slice inside = slice_sub(p, open + 1, close - open - 1), choice;
	while (*variants < GLOB_VARIANTS && next_choice(&inside, &choice)) {
		auto_buf struct buf b;
		buf_init(&b, GLOB_MAX + 1);
		buf_puts(&b, slice_sub(p, 0, open));
		buf_puts(&b, choice);
		buf_puts(&b, slice_from(p, close + 1));
		if (!b.failed && match_braces(buf_slice(&b), path, depth + 1, variants))
			return true;
	}
	return false;
}

bool glob_match(struct slice pattern, struct slice path)
{
	unsigned variants = 0;
	return match_braces(pattern, path, 0, &variants);
}
