/* SPDX-License-Identifier: Apache-2.0 */
/* Version order and ranges: one scheme per file, listed by one word in meson.build. */
#pragma once

#include "base/base.h"

enum { VER_LESS = -1, VER_EQUAL = 0, VER_GREATER = 1, VER_INVALID = 2 };

struct ver_scheme {
	const char *name; /* "deb", "rpm", "apk"; letter case does not matter in look-ups */
	const char *const *aliases; /* NULL-terminated, e.g. "Debian", "Ubuntu"; may be NULL */
	/* A total order over valid versions. VER_INVALID when either is not a version of the scheme. */
	int (*compare)(struct slice a, struct slice b);
	bool (*valid)(struct slice v);
	/* Where the ecosystem has a range grammar of its own; NULL: the common one of ver_match(). */
	int (*match)(struct slice version, struct slice range, struct err *err);
};

/* By name, alias or OSV ecosystem ("Debian:12" counts as Debian); NULL when unknown. */
const struct ver_scheme *ver_find(struct slice ecosystem);
const struct ver_scheme *const *ver_schemes(size_t *n);
/*
 * version in range? range: alternatives separated by "||", each a list of constraints separated by
 * ',' or blanks: =, ==, !=, <, <=, >, >= before a version; a bare version means =; "" and "*" mean any.
 * An alternative may also be intervals: [1.0,2.0), (,1.0], [1.0].
 * The scheme's own grammar, where it has one, takes these too, with its ecosystem's meaning.
 * 1 true, 0 false, < 0 when the version or the range is invalid (err filled).
 */
int ver_match(const struct ver_scheme *s, struct slice version, struct slice range,
	      struct err *err) must_use;
