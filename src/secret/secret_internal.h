/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of secret/: rules before and after they are compiled, and the state of a scan. */
#pragma once

#include "secret/secret.h"
#include "text/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs.h>
#include <pcre2.h>

#define SECRET_MAX_CONFIG   (8 * MIB)
#define SECRET_MAX_RULES    5000u
#define SECRET_MAX_REGEX    (32 * KIB)
#define SECRET_MAX_MATCH    200u       /* bytes of secret_found.match */
#define SECRET_MAX_FOUND    2000u      /* of one file */
#define SECRET_MAX_LENGTH   (16 * KIB) /* of one secret */
#define SECRET_BLOCK	    (256 * KIB)
#define SECRET_KEEP	    (16 * KIB) /* of a block, seen again with the next */
#define SECRET_MAX_BLOB	    (16 * KIB)
#define SECRET_MAX_BLOBS    (256 * KIB) /* of one file, decoded */
#define SECRET_MAX_ARCHIVE  (64 * MIB)
#define SECRET_MAX_MEMBER   (32 * MIB)
#define SECRET_MAX_UNPACKED (256 * MIB)
#define SECRET_MAX_MEMBERS  50000u

/* ---- Rules ---- */

/* How much the expression alone says: a token has a shape of its own, a value in context stands beside the name of
 * its service, a generic one beside a word like "password". */
enum secret_kind { SECRET_TOKEN, SECRET_CONTEXT, SECRET_GENERIC };
enum secret_check {
	SECRET_CHECK_NONE,
	SECRET_CHECK_CRC32, /* six base 62 digits at the end are the CRC-32 of what follows the prefix */
	SECRET_CHECK_JWT,
	SECRET_CHECK_PRIVATE_KEY,
	SECRET_CHECK_BASE64_JSON, /* what follows the last '_' or '-' of the prefix is base64 of an object */
	SECRET_CHECK_DOCKER_AUTH, /* base64 of name:password */
	SECRET_CHECK_MIXED,	  /* letters and digits, or both cases: no word and no number */
	SECRET_CHECK_PASSWORD,	  /* no variable, no placeholder, no word for it */
	SECRET_CHECK_BASE64_NAME, /* an object's JWT in base64 */
};
enum secret_target { SECRET_OF_SECRET, SECRET_OF_MATCH, SECRET_OF_LINE };

/* An expression and its place in the table of compiled ones. */
struct secret_pattern {
	struct slice text;
	uint32_t index;
};
struct secret_allow {
	const struct secret_pattern *regexes, *paths;
	const struct slice *stopwords; /* lower case */
	size_t nregexes, npaths, nstopwords;
	enum secret_target target;
	bool needs_all; /* every kind of condition that is given, not one of them */
};
struct secret_rule {
	struct secret_rule_info info;
	enum secret_kind kind;
	enum secret_check check;
	struct secret_pattern regex; /* empty: path alone */
	struct slice find;	     /* for the multi-pattern pass, when another one than regex */
	struct slice group;	     /* name; empty: group_index */
	uint32_t group_index;	     /* 0: the whole match */
	uint32_t behind,
	    ahead; /* bytes before and after an end that the expression may need; 0: from its width */
	uint32_t entropy; /* thousandths of a bit per byte */
	struct secret_pattern path, not_path;
	const struct slice *keywords; /* lower case; one of them must be in the text */
	size_t nkeywords;
	const struct secret_allow *allows;
	size_t nallows;
	const struct secret_pattern *excludes; /* blocks of text that do not count */
	size_t nexcludes;
	bool is_foreign;    /* of a user's file */
	bool first_group;   /* without group: the first one that is set */
	bool needs_words;   /* a word for a credential before the secret */
	bool any_case_stop; /* stopwords of generic rules count */
};

/* Paths where tests, documents and other people's code lie. */
enum {
	SECRET_PATH_TEST = 1,
	SECRET_PATH_EXAMPLE = 2,
	SECRET_PATH_DOC = 4,
	SECRET_PATH_LOCALE = 8,
	SECRET_PATH_VENDOR = 16,
	SECRET_PATH_LOCK = 32,
	SECRET_PATH_SYSTEM = 64,
	SECRET_PATH_MADE = 128, /* minified, source maps */
};
unsigned secret_path_class(struct slice path);
/* The class that Trivy's built-in allow rule of that name means; 0 none. */
unsigned secret_path_class_of(struct slice allow_rule);
bool secret_path_is_media(struct slice path);

/* A set of rules while it is read. */
struct secret_set {
	struct arena *arena;
	VEC(struct secret_rule) rules;
	VEC(struct secret_allow) allows;     /* for all rules */
	VEC(struct secret_pattern) excludes; /* for all rules */
	VEC(struct slice) enable, disable;
	uint32_t npatterns;
	unsigned no_path_class;	     /* path classes that do not count */
	bool is_complete;	     /* built-in rules are not wanted */
	VEC(struct slice) bad, good; /* examples, when keep_examples: pairs of id and text */
	bool keep_examples;
};
void secret_set_done(struct secret_set *s);
#define auto_secret_set CLEANUP(secret_set_done)
/* YAML in our form or Trivy's. is_foreign: a user's file. */
int secret_read_yaml(struct secret_set *s, struct slice text, bool is_foreign,
		     struct err *err) must_use;
int secret_read_toml(struct secret_set *s, struct slice text, struct err *err) must_use;
/* The pattern added to the set, checked when it is a user's. */
int secret_set_pattern(struct secret_set *s, struct slice text, bool check,
		       struct secret_pattern *ret, struct err *err) must_use;

/* The built-in ones, made at build time. */
extern const struct secret_rule secret_builtin[];
extern const size_t secret_builtin_count;
extern const uint32_t secret_builtin_patterns;
/* The database of their expressions, as it lies in memory; what it holds, in a number. */
extern const char secret_db_begin[], secret_db_end[];
extern const uint64_t secret_db_key;

/* One database of rules; ids count from first. NULL when there is none to compile. */
int secret_compile(const struct secret_rule *const *rules, size_t n, unsigned first,
		   hs_database_t **ret, struct err *err) must_use;

struct secret_rules {
	struct arena arena;
	const struct secret_rule **all; /* built-in ones first */
	bool *off;
	const struct secret_rule_info **active;
	size_t n, nactive, nbuiltin;
	const struct secret_rule **path_only;
	size_t npath_only;
	size_t
	    *direct; /* built-in rules for files of certain names: not worth a part in the search */
	size_t ndirect;
	uint32_t npatterns;
	const struct secret_allow *allows;
	size_t nallows;
	const struct secret_pattern *excludes;
	size_t nexcludes;
	unsigned no_path_class;
	const hs_database_t *builtin; /* in the program, or own */
	hs_database_t *own, *user;
	uint64_t key;
};

/* ---- Expressions ---- */

/* Compiled without JIT, for a check of the syntax; NULL with why. */
int secret_regex_check(struct slice text, struct err *err) must_use;
struct secret_regexes { /* of one process */
	pcre2_code **codes;
	uint32_t n;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_compile_context *compile;
	pcre2_jit_stack *stack;
	size_t over; /* matches that went over their limit */
};
int secret_regexes_init(struct secret_regexes *x, uint32_t n, struct err *err) must_use;
void secret_regexes_done(struct secret_regexes *x);
/* Compiled on first use; NULL when that is impossible. */
pcre2_code *secret_regex(struct secret_regexes *x, const struct secret_pattern *p);
/* First match in s that begins at start or later, at last_start (PCRE2_UNSET: the end) at the latest. */
bool secret_match(struct secret_regexes *x, const struct secret_pattern *p, struct slice s,
		  size_t start, size_t last_start);
bool secret_is_match(struct secret_regexes *x, const struct secret_pattern *p, struct slice s);

/* ---- Scanning ---- */

struct secret_block {
	struct slice bytes;
	uint64_t base; /* of bytes in the file */
	bool is_last;
	bool is_decoded; /* bytes were text at [at, at + len) of the file */
	uint64_t at, len;
};
struct secret_hit {
	const struct secret_rule *rule;
	uint64_t at, len;     /* of the secret in the file */
	uint32_t line, lines; /* first line; line ends within */
	struct slice context; /* raw bytes around; in the arena */
	uint64_t context_at;
	char digest[65];
	enum secret_proof proof;
	bool is_hidden; /* to be redacted, not told */
};
struct secret_seen {
	uint32_t round;	      /* in which the rest counts */
	bool has_keyword;     /* in the block at keyword_base */
	uint64_t until;	      /* what lies before was looked at */
	uint64_t keyword_for; /* base of that block, and 1 */
};
struct secret_span {
	size_t from, to;
};
struct secret_scan {
	const struct secret_rules *rules;
	hs_scratch_t *scratch;
	struct secret_regexes regexes;
	struct arena arena; /* of the file */
	struct slice path, inside;
	unsigned path_class;
	bool is_begun, is_binary, is_known, is_over, is_inner;
	struct buf pending; /* the block that grows */
	uint64_t base;	    /* of pending in the file */
	uint64_t seen_bytes, work;
	uint64_t line_at;
	uint32_t line;	/* line ends before line_at */
	size_t *direct; /* rules for files of this name */
	size_t ndirect;
	struct secret_seen *until;  /* per rule */
	uint32_t round, blob_round; /* of the file; of the decoded text */
	VEC(struct secret_hit) hits;
	const struct secret_block *outer; /* what decoded text stands in, else the block itself */
	VEC(struct secret_span) excluded; /* of the block, for the rule */
	const struct secret_rule *excluded_for;
	uint64_t excluded_base;
	size_t decoded;
	struct buf blob;
	/* archives */
	bool is_archive;
	struct buf archive;
	struct secret_scan *inner;
	char gap[512];
	size_t gap_len;
	const char *gap_reason;
	int error;
	struct err *err;
};
/* All rules over the block; hits are added. */
int secret_scan_block(struct secret_scan *s, const struct secret_block *b,
		      struct err *err) must_use;
/* base64 and hexadecimal text in the block, decoded and scanned. */
int secret_scan_decoded(struct secret_scan *s, const struct secret_block *b,
			struct err *err) must_use;
/* What the multi-pattern pass found: rule `index` may end at byte `end` of the block. */
int secret_confirm(struct secret_scan *s, const struct secret_block *b, size_t index, size_t end,
		   struct err *err) must_use;
/* The rule over the whole block, without a search before. */
int secret_confirm_direct(struct secret_scan *s, const struct secret_block *b, size_t index,
			  struct err *err) must_use;
static inline bool secret_is_direct(const struct secret_rule *r)
{
	return !r->is_foreign && r->path.text.len > 0;
}
/* What the expression gave, as parts of the block. */
struct secret_candidate {
	const struct secret_rule *rule;
	size_t index;
	struct slice secret, match;
};
/* Is it one to tell? False: allowed, a placeholder, or proven wrong. */
bool secret_is_real(struct secret_scan *s, const struct secret_block *b,
		    const struct secret_candidate *c, enum secret_proof *proof);
int secret_emit(struct secret_scan *s, secret_found_fn fn, void *arg, struct err *err) must_use;
void secret_set_gap(struct secret_scan *s, struct slice member, const char *reason);
/* Archives: recognised by the first bytes; read when whole. */
bool secret_is_archive(struct slice path, struct slice head);
int secret_scan_archive(struct secret_scan *s, secret_found_fn fn, void *arg,
			struct err *err) must_use;

/* False: no secret of that kind. */
bool secret_check_run(enum secret_check c, struct slice secret, enum secret_proof *proof);
double secret_entropy(struct slice s);
/* Standard and URL alphabets, stops at the first other byte; bytes written. */
size_t secret_unbase64(struct slice s, char *out, size_t cap);
bool secret_is_placeholder(struct slice s);
bool secret_has_any(struct slice s, const char *const *words); /* lower case; ASCII case ignored */
ssize_t secret_find_fold(struct slice s, struct slice lower);
