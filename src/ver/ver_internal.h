/* SPDX-License-Identifier: Apache-2.0 */
/* What the schemes share: runs of digits, the semver family, the walk through a range. */
#pragma once

#include "ver/ver.h"

enum { VER_MAX_LENGTH = 4096, VER_MAX_RANGE = 64 * 1024 };

static inline int ver_sign(int c)
{
	return (c > 0) - (c < 0);
}
/* Not empty, not too long, without blanks and control characters. */
bool ver_is_text(struct slice v);
/* Takes the leading digits off *s. */
struct slice ver_digits(struct slice *s);
/* Runs of digits of any length by value; an empty one is 0. */
int ver_cmp_digits(struct slice a, struct slice b);
bool ver_is_digits(struct slice s);	      /* not empty and nothing but digits */
int ver_icmp(struct slice a, struct slice b); /* by bytes, ASCII case ignored */

/* ---- the semver family ---- */

enum { SEMVER_PARTS = 16 };
struct semver {
	struct slice num[SEMVER_PARTS];
	size_t n; /* numbers given; the rest are empty and count as 0 */
	struct slice pre, build;
};
enum semver_form {
	SEMVER_PARTIAL = 1, /* fewer than three numbers */
	SEMVER_MORE = 2,    /* more than three */
	SEMVER_PREFIX = 4,  /* "v1.0", "=1.0" */
	SEMVER_JOINED = 8,  /* "1.0rc1": no dash before the pre-release */
	SEMVER_DOTTED = 16, /* "1.0.0.rc1" */
	SEMVER_WILD = 32,   /* "1.x", "*": n counts what stands before the wildcard */
};
/* form: what is taken beside MAJOR.MINOR.PATCH[-pre][+build]. Leading zeros are always taken. */
bool semver_split(struct slice v, unsigned form, struct semver *ret);
int semver_cmp(const struct semver *a, const struct semver *b); /* semver.org 11; build left out */
int semver_cmp_numbers(const struct semver *a, const struct semver *b, size_t n);
int semver_cmp_labels(struct slice a, struct slice b); /* dot-separated identifiers */
/*
 * v against one constraint; a bound with fewer than three numbers stands for all versions that begin
 * with them: "> 1.2" means from 1.3.0 on. 1 true, 0 false, -1 for an unknown operator.
 */
int semver_holds(const struct semver *v, struct slice op, const struct semver *bound);
/* How many leading numbers "^bound" holds fast. */
size_t semver_caret(const struct semver *bound);

/* ---- ranges ---- */

struct ver_constraint {
	struct slice op, version;
};
/* Takes the next "op version" off *rest; false at the end. ops: the characters of operators. */
bool ver_take_constraint(struct slice *rest, const char *ops, struct ver_constraint *c);
/* The common operators: 1 holds, 0 not, -1 unknown. */
int ver_holds(struct slice op, int order);
int ver_bad_operator(struct slice op, struct err *err) must_use;
int ver_bad_version(const struct ver_scheme *s, struct slice version, struct err *err) must_use;

/* How the alternatives of a range and their constraints are answered: 1, 0, < 0 with err. */
struct ver_walk {
	const char *ops;
	int (*one)(void *cx, const struct ver_constraint *c, struct err *err);
	/* Instead of `one`, a whole alternative. */
	int (*list)(void *cx, struct slice list, struct err *err);
	void *cx;
};
int ver_walk(const struct ver_walk *w, struct slice range, struct err *err) must_use;
/*
 * "[1.0,2.0)", "(,1.0]", "[1.0]", several joined by commas; constraints may stand among the
 * alternatives, so Maven's and NuGet's ranges and those of advisories are both read.
 */
int ver_match_intervals(const struct ver_scheme *s, struct slice version, struct slice range,
			struct err *err) must_use;
