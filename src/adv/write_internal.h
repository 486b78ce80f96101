/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: write.c orders rows and strings, write_vuln.c turns facts into vulnerability records. */
#pragma once

#include "adv/build_internal.h"

#define NO_VULN UINT32_MAX

struct writer {
	struct adv_build *b;
	size_t nstrings;
	uint32_t *rank;	      /* of each string in byte order */
	bstr *class_of;	      /* see bld_merge */
	uint32_t *vuln_of;    /* string id of a class -> index of its record */
	uint32_t *hot, *text; /* string -> offset in its pool; 0 not written yet */
	bstr *vulns;	      /* preferred ids, in order */
	uint32_t nvulns;
	int64_t newest; /* modification seen */
	struct buf part[ADV_SECTIONS];
};

uint32_t wr_string(struct writer *w, bstr s); /* offset in STRINGS */
uint32_t wr_text(struct writer *w, bstr s);   /* offset in TEXT */
static inline uint32_t wr_count(const struct writer *w, enum adv_section s)
{
	return (uint32_t)(w->part[s].len / adv_section_item[s]);
}
static inline void wr_u32(struct writer *w, enum adv_section s, uint32_t v)
{
	unsigned char p[4];
	put_u32(p, v);
	buf_put(&w->part[s], p, sizeof(p));
}
int wr_vulns(struct writer *w, struct err *err) must_use;
