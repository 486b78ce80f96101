/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of match/. */
#pragma once

#include "match/match.h"

enum channel_role {
	CH_FULL,
	CH_LAST_WORD, /* heard only where the others are silent */
	CH_FIXES,     /* only its fixes that are installed count */
};
#define MAX_CHANNELS 6
struct channels {
	struct slice names[MAX_CHANNELS];
	unsigned rank[MAX_CHANNELS]; /* higher: the more special stream */
	enum channel_role role[MAX_CHANNELS];
	size_t n;
	struct slice minor_tag; /* of releases built for the minor release of CH_FIXES: "el9_2" */
};

/* A package made ready for judging. */
struct subject {
	const struct inventory_pkg *inv;
	const struct pkg *pkg;
	const struct ver_scheme *scheme;
	struct slice name; /* as statements write it */
	struct slice source, source_version;
	struct slice module;  /* "name:stream"; empty: not modular */
	bool modular_release; /* ".module" in the release */
	struct slice flavour; /* Oracle: "ksplice", "fips" */
	bool flavours;	      /* the distribution has such builds */
	bool rpm, valid, source_valid;
};
/* false: the type has no version scheme. */
bool subject_init(struct subject *s, const struct inventory_pkg *p, bool flavours, struct arena *a);

enum verdict_kind {
	V_NONE,		/* says nothing about this package */
	V_INVALID,	/* has a bound that is no version */
	V_NOT_AFFECTED, /* the feed says so */
	V_FIXED,	/* the installed version has the fix */
	V_AFFECTED,	/* in a range with an upper end, or a listed version */
	V_UNFIXED,	/* in a range without upper end */
};
struct verdict {
	uint32_t vuln, row;
	enum verdict_kind kind;
	uint8_t channel;
	bool by_source, foreign /* not the distribution's own feed */, not_for_us, heard;
	bool exact; /* the installed version is the fix itself */
	struct slice fixed;
};
enum verdict_kind judge(const struct adv_db *db, const struct subject *s, const struct adv_row *row,
			struct slice *fixed, bool *exact);

struct decision {
	const struct adv_db *db;
	const struct subject *subject;
	const struct channels *channels;
	struct arena *arena;
	struct verdict *verdicts;
	size_t nverdicts, next;
	bool any_not_for_us;
};
void decide_begin(struct decision *d);
/* 1: *ret is the next finding; 0: no more; < 0: out of memory. */
int decide_next(struct decision *d, struct finding *ret);

/* The stream of statements about packages of a type that no distribution makes; empty: there is none. */
struct slice language_channel(struct slice type);
/* The package's name as that stream's statements have it; ptr NULL: out of memory. */
struct slice language_name(struct slice channel, const struct pkg *p, struct arena *a);

/* Does rule (perhaps without version and qualifiers) name the package purl? */
bool purl_match(struct slice rule, struct slice purl);
/* %XX decoded once. */
struct slice purl_unescape(struct slice s, struct arena *a);
