/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Licences: ids of the SPDX list as far as they are common, expressions of them (SPDX 2.3 annex D), how far each
 * binds whoever ships it, and full texts told by their phrases.
 */
#pragma once

#include "base/base.h"

/* From nothing asked to not to be used; the words are those that Google's licence policy made common. */
enum license_category {
	LICENSE_UNKNOWN,
	LICENSE_UNENCUMBERED, /* public domain and the like */
	LICENSE_PERMISSIVE,
	LICENSE_NOTICE,	    /* keep the notice */
	LICENSE_RECIPROCAL, /* changed files stay open */
	LICENSE_RESTRICTED, /* what is linked with it stays open */
	LICENSE_FORBIDDEN,  /* reaches over the network, or is for some purposes only */
};
extern const char *const license_category_names[]; /* "unknown" ... "forbidden" */

/* The SPDX id of a licence as metadata spells it ("Apache License 2.0", "GPLv2+"); empty: none known. */
struct slice license_id(struct slice text);
enum license_category license_category(struct slice id);
/* Is this an SPDX expression of known ids with an operator? */
bool license_is_expression(struct slice text);
/* Of an id, a known spelling or an expression: of "A OR B" the one that binds less, of "A AND B" the one that binds
 * more. Unknown parts of an OR are passed over, of an AND they make nothing worse. */
enum license_category license_judge(struct slice text);

/* The operands of an expression, or the text itself: calls fn for each id; text that is no expression comes whole. */
void license_each(struct slice text, void (*fn)(void *arg, struct slice id), void *arg);

/* Which licences does a text hold? Ids '\n' between, to b. confidence: of the weakest of them, 0 to 1. False: none. */
#define LICENSE_MAX_TEXT (1 * MIB)
bool license_recognise(struct slice text, struct buf *b, double *confidence);
/* A Debian copyright file (DEP-5, or free text with /usr/share/common-licenses): ids '\n' between, to b. */
bool license_of_copyright(struct slice text, struct buf *b);

/* What a file says of its own licence: its SPDX-License-Identifier lines and full texts, else the notices of a head.
 * Ids are static, or parts of the text where nobody knows them. Returns how many, at most max. */
#define LICENSE_MAX_MATCHES 32
struct license_match {
	struct slice id;
	double confidence; /* 0 to 1: the part of a text's phrases that is there */
};
size_t license_of_file(struct slice text, double least, struct license_match *ret, size_t max);
