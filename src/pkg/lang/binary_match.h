/* SPDX-License-Identifier: Apache-2.0 */
/* Versions in the bytes of programs, by what stands before and behind them. */
#pragma once

#include "base/base.h"

/* Forms of versions. */
enum binary_form {
	FORM_NUMBERS,  /* 1.2, 1.2.3, 1.2.3.4 ... */
	FORM_THREE,    /* 1.2.3 */
	FORM_SEMVER,   /* 1.2.3 with -pre and +build */
	FORM_DEV,      /* 1.2, 1.2.3, 1.2-dev0, 1.2-dev */
	FORM_OPENSSL,  /* 1.1.1w, 3.0.0-beta1 */
	FORM_POSTGRES, /* 15.1, 15beta4 */
	FORM_JAVA,     /* 11.0.22+7, 19.0.1+10-21, 1.8.0_392-b08 */
};
/* Besides plain bytes, patterns have these signs: */
#define B_NULS	"\1"  /* one zero byte or more */
#define B_HASH	"\2"  /* 40 hexadecimal digits */
#define B_SAME	"\3"  /* the version once more (behind it only) */
#define B_EDGE	"\4"  /* no letter, digit or point on the other side (before it only) */
#define B_SHORT "\5"  /* 7 to 12 hexadecimal digits */
#define B_BUILD "\6"  /* host name, '-', 10 digits or more: build id of Redis */
#define B_ONE	"\10" /* a byte of value 1 */
#define B_WORD	"\7"  /* letters, '-' and '_' */
struct binary_rule {
	const char *before;
	enum binary_form form;
	const char *
	    after; /* the longest plain part of the two is what is looked for; without one, NULs before a digit */
};
/* The first place where the rule fits; empty when there is none. */
struct slice binary_find(struct slice file, const struct binary_rule *rule);
