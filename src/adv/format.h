/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of the database file; docs/database-format.md says the same in words. Little-endian. */
#pragma once

#include "base/base.h"

#define ADV_MAGIC	 "STRAKEDB"
#define ADV_FORMAT	 1
#define ADV_FLAG_STARTER 1

enum adv_section {
	ADV_S_STRINGS, /* u32 length, bytes; offset 0 is the empty string */
	ADV_S_FEEDS,   /* 32: name, 0, records u64, skipped u64, newest i64; sorted by name */
	ADV_S_CHANNELS, /* 16: name, first key, keys, end of support i32 (INT32_MIN unknown); sorted */
	ADV_S_KEYS,	/* 16: channel, name, first row, rows; sorted by channel, name */
	ADV_S_KEYHASH,	/* 8: tag, key + 1 (0 free); power of two slots */
	ADV_S_ROWS,	/* 40 */
	ADV_S_RANGES,	/* 12: introduced, fixed, last affected */
	ADV_S_VERSIONS, /* 4: string */
	ADV_S_VULNS,	/* 88 */
	ADV_S_LISTS,	/* 4: strings of aliases and weaknesses */
	ADV_S_SCORES,	/* 12: source, vector, score * 10 u16, version u16 */
	ADV_S_VENDORS,	/* 8: source, severity */
	ADV_S_IDHASH,	/* 8: id string (0 free), vulnerability; power of two slots */
	ADV_S_TEXTREFS, /* 4: offsets into TEXT */
	ADV_S_TEXT,	/* strings for people: titles, descriptions, references */
	ADV_SECTIONS,
};
extern const char *const adv_section_names[ADV_SECTIONS];
extern const uint8_t adv_section_item[ADV_SECTIONS]; /* bytes per item; 1 for the string pools */

/*
 * Header: magic 8, format u32, flags u32, file size u64, built i64, sections u32, 0 u32,
 * header checksum u64 (XXH3 of header and table with this field zero); then per section
 * kind u32, item size u32, offset u64, size u64, checksum u64.
 */
enum {
	ADV_HEAD = 48,
	ADV_HEAD_SUM = 40,
	ADV_ENTRY = 32,
	ADV_HEAD_ALL = ADV_HEAD + ADV_SECTIONS * ADV_ENTRY,
};
/* Row: ADV_ROW_STATUS holds status in the low, severity in the high four bits. */
enum {
	ADV_ROW_VULN = 0,
	ADV_ROW_STATUS = 4,
	ADV_ROW_FLAGS = 5,
	ADV_ROW_FEED = 6 /* u16 */,
	ADV_ROW_VENDOR = 8,
	ADV_ROW_ARCH = 12,
	ADV_ROW_MODULE = 16,
	ADV_ROW_REPO = 20,
	ADV_ROW_RANGE = 24,
	ADV_ROW_NRANGES = 28,
	ADV_ROW_VERSION = 32,
	ADV_ROW_NVERSIONS = 36,
	ADV_ROW_SIZE = 40,
};
enum {
	ADV_VULN_ID = 0,
	ADV_VULN_SOURCE = 4,
	ADV_VULN_SEVERITY = 8,
	ADV_VULN_FLAGS = 9,
	ADV_VULN_KEV_DAY = 12,
	ADV_VULN_EPSS = 16,
	ADV_VULN_PERCENTILE = 20,
	ADV_VULN_PUBLISHED = 24,
	ADV_VULN_MODIFIED = 32,
	ADV_VULN_ALIAS = 40,
	ADV_VULN_CWE = 48,
	ADV_VULN_SCORE = 56,
	ADV_VULN_VENDOR = 64,
	ADV_VULN_REF = 72,
	ADV_VULN_TITLE = 80,
	ADV_VULN_DETAILS = 84,
	ADV_VULN_SIZE = 88,
};
#define ADV_NO_DAY     INT32_MIN
#define ADV_KEV	       1
#define ADV_KEV_RANSOM 2

static inline void put_u16(unsigned char *p, uint16_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}
static inline void put_u32(unsigned char *p, uint32_t v)
{
	put_u16(p, (uint16_t)v);
	put_u16(p + 2, (uint16_t)(v >> 16));
}
static inline void put_u64(unsigned char *p, uint64_t v)
{
	put_u32(p, (uint32_t)v);
	put_u32(p + 4, (uint32_t)(v >> 32));
}
static inline uint32_t get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t get_u64(const unsigned char *p)
{
	return (uint64_t)get_u32(p) | (uint64_t)get_u32(p + 4) << 32;
}
static inline float get_f32(const unsigned char *p)
{
	uint32_t v = get_u32(p);
	float f;
	memcpy(&f, &v, sizeof(f));
	return f;
}
static inline void put_f32(unsigned char *p, float f)
{
	uint32_t v;
	memcpy(&v, &f, sizeof(v));
	put_u32(p, v);
}
/* Place of (channel, name) in the key hash, and of an id in the id hash. */
static inline uint64_t adv_key_hash(struct slice channel, struct slice name)
{
	uint64_t h = slice_hash(channel) * UINT64_C(0x9E3779B97F4A7C15) + slice_hash(name);
	return h ^ h >> 32;
}
