/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_internal.h"
#include "pkg/pkg_table.h"

#include <stdarg.h>
#include <stdio.h>

#define DECLARE(word) extern const struct pkg_analyser pkg_analyser_##word;
#define ROW(word)     &pkg_analyser_##word,
PKG_ANALYSERS(DECLARE)

static const struct pkg_analyser *const table[] = {PKG_ANALYSERS(ROW)};
_Static_assert(ARRAY_LEN(table) <= PKG_MAX_ANALYSERS, "a mask has no more bits");

const struct pkg_analyser *const *pkg_analysers(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

static uint64_t mix(uint64_t key, struct slice s)
{
	return key * UINT64_C(0x9E3779B97F4A7C15) + slice_hash(s);
}

uint64_t pkg_analysers_key(uint32_t scopes)
{
	uint64_t key = scopes;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		key = mix(key, slice_str(table[i]->name));
		key = mix(key, slice_of(&table[i]->version, sizeof(table[i]->version)));
		for (const struct pkg_want *w = table[i]->wants; w->kind; w++) {
			key = mix(key, slice_str(w->pattern));
			key = mix(key, slice_str(w->suffix));
		}
	}
	return key;
}

int pkg_add(struct pkg_ctx *cx, const struct pkg *p, struct err *err)
{
	return cx->sink->add(cx->sink->arg, cx->path, p, err);
}

int pkg_keep(struct pkg_ctx *cx, struct slice bytes, struct err *err)
{
	return cx->sink->keep(cx->sink->arg, cx->path, bytes, err);
}

int pkg_hold(struct pkg_ctx *cx, struct slice bytes, struct err *err)
{
	return cx->sink->hold(cx->sink->arg, cx->path, bytes, err);
}

static void warn(struct pkg_ctx *cx, const char *reason, const char *fmt, va_list ap)
    printf_like(3, 0);
static void warn(struct pkg_ctx *cx, const char *reason, const char *fmt, va_list ap)
{
	char text[512];
	vsnprintf(text, sizeof(text), fmt, ap);
	/* Parts of foreign files are quoted in messages: keep them one printable line. */
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	cx->sink->warn(cx->sink->arg, cx->path, reason, text);
}

void pkg_warn(struct pkg_ctx *cx, const char *reason, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	warn(cx, reason, fmt, ap);
	va_end(ap);
}

void pkg_warn_some(struct pkg_warnings *w, const char *reason, const char *fmt, ...)
{
	va_list ap;
	if (w->count++ > PKG_MAX_WARNINGS)
		return;
	if (w->count > PKG_MAX_WARNINGS) {
		pkg_warn(w->cx, "limit", "further problems in this file are not listed");
		return;
	}
	va_start(ap, fmt);
	warn(w->cx, reason, fmt, ap);
	va_end(ap);
}
