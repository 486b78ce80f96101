/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of configuration files: rules (rule/rule.h) over facts that C computes. A kind of file is one const struct
 * config_kind in one file, listed by one word in meson.build; it turns a file into events, and answers for their fields.
 * A check is a rule in data/checks/KIND/, with its examples.
 *
 *   config_new() -> config_load() per file of the user's -> config_ready() -> config_check() per file
 *
 * Limits: a file 64 MiB; findings of a file 10,000 (the last one says so); ignore comments 10,000.
 */
#pragma once

#include "rule/rule.h"

enum config_severity { CONFIG_UNKNOWN, CONFIG_LOW, CONFIG_MEDIUM, CONFIG_HIGH, CONFIG_CRITICAL };
const char *config_severity_name(enum config_severity s); /* "HIGH" */
/* HIGH, or hadolint's words error warning info style; 0 or -EINVAL. */
int config_severity_parse(struct slice s, enum config_severity *ret) must_use;

/* hadolint's levels, for its failure-threshold. */
enum config_level { CONFIG_IGNORE, CONFIG_STYLE, CONFIG_INFO, CONFIG_WARNING, CONFIG_ERROR };
int config_level_parse(struct slice s, enum config_level *ret) must_use;

struct config_example {
	struct slice path, text; /* path: the file's name, where it matters */
};
struct config_check {
	struct slice id, title, why, remedy, kind; /* kind: "dockerfile" */
	const struct slice *aliases, *references, *tags;
	size_t naliases, nreferences, ntags;
	const struct slice *also; /* ids that silence it, though they mean another check */
	size_t nalso;
	enum config_severity severity;
	enum config_level level;
	bool is_optional; /* tag "optional": off until it is asked for by its id */
	struct slice fixer, fixer_arg;
	const struct config_example *good, *bad;
	size_t ngood, nbad;
	const struct rule_info *rule;
};
struct config_fix { /* bytes [start, end) of the file become text */
	uint32_t start, end;
	struct slice text;
};
struct config_finding {
	const struct config_check *check;
	enum config_severity severity; /* after overrides */
	enum config_level level;
	struct slice message;
	uint32_t line, end_line; /* from 1; 0: the file as a whole */
	uint32_t start, end;	 /* bytes */
	uint32_t group;		 /* byte where the thing begins that it is about: the instruction */
	const struct config_fix *fixes;
	size_t nfixes;
	bool is_suppressed;
	struct slice source, reason; /* of the suppression: "comment, line 3", and what it says */
};

/* What a user sets for all files. Slices live as long as the settings. */
struct config_pair {
	struct slice name, value;
};
struct config_settings {
	const struct slice *ignored; /* ids or aliases; "*" after a prefix fits any */
	size_t nignored;
	struct slice ignored_source; /* how a suppression names them */
	const struct slice *wanted;  /* optional checks that are asked for */
	size_t nwanted;
	const struct config_pair *severities; /* id or alias -> word of config_severity_parse() */
	size_t nseverities;
	const struct slice *registries; /* that are trusted; none: all */
	size_t nregistries;
	const struct config_pair
	    *labels; /* that images must have -> text url semver hash rfc3339 spdx email */
	size_t nlabels;
	bool strict_labels, no_inline_ignores;
	const struct config_pair *args; /* --build-arg; value .ptr NULL: named without one */
	size_t nargs;
	/* What a package (type as in package URLs) or an image is pinned to by --fix; NULL: nothing is known. */
	bool (*pin)(void *arg, const char *type, struct slice name, struct slice *version);
	void *pin_arg;
	/* "" or the threshold's word; and no_fail: what a .hadolint.yaml says of the exit code. */
	struct slice threshold;
	bool no_fail;
};
/* Reads a .hadolint.yaml into s (what it does not name stays). Strings go to a. */
int config_read_hadolint(struct slice yaml, struct arena *a, struct config_settings *s,
			 struct err *err) must_use;

struct config;
struct config_kind;
/* With the built-in checks of all kinds; of these kinds alone, which is faster (n = 0: with none). */
int config_new(struct config **ret, struct err *err) must_use;
int config_new_for(const struct config_kind *const *kinds, size_t n, struct config **ret,
		   struct err *err) must_use;
void config_free(struct config **c);
#define auto_config CLEANUP(config_free)
/* Checks of the user's own; their problems come from config_ready(). */
int config_load(struct config *c, struct slice name, struct slice yaml, struct err *err) must_use;
/* Once, after the last config_load(). ERR_USAGE: a check is wrong. */
int config_ready(struct config *c, struct err *err) must_use;
size_t config_checks(const struct config *c, const struct config_check **ret);
/* What the checks are, in a number: part of the key of cached results. */
uint64_t config_key(const struct config *c);
/* By id or alias, letter case ignored; NULL for none. */
const struct config_check *config_find(const struct config *c, struct slice id);
bool config_is_named(const struct config_check *check, struct slice id);

/* The rule sources of all kinds, max of them at most: how many. */
size_t config_sources(const struct rule_source **ret, size_t max);

/* What another program says of a file: an id without a check of ours. */
struct config_extra {
	struct slice id, message, level; /* level: a word of config_severity_parse() */
	uint32_t line, end_line, start, group;
	struct config_extra *next;
};
struct config_file {
	struct slice path, bytes;
	const struct config_extra *extra;
	/* A file beside it ("" .dockerignore): false when it is not there. May be NULL. */
	bool (*beside)(void *arg, const char *name, struct slice *ret);
	void *arg;
};
struct config_result {
	const char *kind; /* NULL: of no kind that is known; nothing was checked */
	const struct config_finding *findings; /* by place; suppressed ones too */
	size_t nfindings;
	bool must_fail; /* the file itself asks for it (# check=error=true) */
};
/* The kind that a file is of, by its path and first bytes; NULL for none. */
const struct config_kind *config_recognise(struct slice path, struct slice head);
/* By its name; NULL for none. */
const struct config_kind *config_kind_find(struct slice name);
const char *config_kind_name(const struct config_kind *k);
/* kind: NULL = recognise. What lives in the result goes to a. */
int config_check(struct config *c, const struct config_file *f, const struct config_kind *kind,
		 const struct config_settings *s, struct arena *a, struct config_result *ret,
		 struct err *err) must_use;

/* ---- Helm charts: templates are rendered, what comes out is checked as Kubernetes objects (helm.c) ---- */

struct config_charts {
	const struct config_pair *values; /* files of values: name and text; the last one wins */
	size_t nvalues;
	const struct slice *sets; /* "a.b=c,d={e,f}" */
	size_t nsets;
	struct slice kube_version; /* empty: HELM_KUBE_VERSION */
	uint32_t max_steps;	   /* of a template; 0: HELM_MAX_STEPS */
};
/* Before config_ready(); ERR_USAGE: they cannot be read. What they point to has to live as long as c. */
int config_set_charts(struct config *c, const struct config_charts *s, struct err *err) must_use;
/* Is a folder with this file a chart, the file being in it? */
bool config_is_chart(struct slice path);
/* Is it a part of the chart that is read with it alone: a template, a subchart, values? path: within the chart. */
bool config_is_of_chart(struct slice path);
struct config_chart_file {
	struct slice path, bytes; /* path: within the chart, "templates/x.yaml" */
	/* In which file of the chart it is packed; the caller leaves it empty. */
	struct slice packed;
};
struct config_chart_result {
	struct slice path, bytes; /* the template, and its text */
	struct slice packed;	  /* of the file */
	struct config_result result;
	struct slice problem; /* not empty: it is not analysed, and why */
};
/* Lines of findings are those of the templates; there are no fixes. What lives in the results goes to a; their texts are
 * those of the files, or in a. */
int config_chart(struct config *c, const struct config_chart_file *files, size_t n,
		 const struct config_settings *s, struct arena *a,
		 const struct config_chart_result **ret, size_t *nret, struct err *err) must_use;
/* Files of a packed chart (.tgz), without the folder that they are in. */
int config_chart_open(struct slice tgz, struct arena *a, struct config_chart_file **ret, size_t *n,
		      struct err *err) must_use;

/* The file with the fixes of all findings that are not suppressed; of two that overlap the first is taken. */
int config_apply(struct slice bytes, const struct config_result *r, struct buf *out, size_t *n,
		 struct err *err) must_use;
/* What changed, as a unified diff with three lines around. */
void config_diff(struct slice path, struct slice before, struct slice after, struct buf *out);
