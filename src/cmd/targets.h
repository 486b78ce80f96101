/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that read targets and write reports share: option rows, and what they mean. */
#pragma once

#include "app/app.h"
#include "cmd/cmd.h"

/* clang-format off */
/* How a target is read. */
#define TARGET_OPTIONS \
	{"pkg-types", 0, OPT_LIST, "LIST", "os,library", \
	 "which packages: os (the distribution's), library (of languages)"}, \
	{"pkg-sources", 0, OPT_STRING, "KIND", "auto", \
	 "what counts as a package of a language: installed (what is there to run), lock (what lock files pin), " \
	 "all; auto: installed in images and root file systems, lock in source trees"}, \
	{"skip-dirs", 0, OPT_LIST, "PATTERN", NULL, "leave out directories of the target that fit"}, \
	{"skip-files", 0, OPT_LIST, "PATTERN", NULL, "leave out files of the target that fit"}, \
	{"sbom-sources", 0, OPT_LIST, "LIST", NULL, \
	 "oci: an SBOM that hangs on the image in its registry or layout stands for a scan of it"}, \
	{"include-dev-deps", 0, OPT_FLAG, NULL, NULL, "packages too that only development needs"}, \
	{"platform", 0, OPT_STRING, "OS/ARCH", NULL, "of a multi-platform image; default this machine's"}, \
	{"all-platforms", 0, OPT_FLAG, NULL, NULL, "every platform of a multi-platform image, one report each"}, \
	{"cache-dir", 0, OPT_STRING, "DIR", NULL, "layer cache; default $XDG_CACHE_HOME/strake"}, \
	{"cache-size", 0, OPT_SIZE, "SIZE", "1g", "the cache is kept below this"}, \
	{"no-cache", 0, OPT_FLAG, NULL, NULL, "neither read nor write the layer cache"}, \
	{"skip-diff-ids", 0, OPT_FLAG, NULL, NULL, \
	 "do not hash uncompressed layers of an archive that you trust (faster; such layers are not cached)"}, \
	{"parallel", 0, OPT_NUMBER, "N", "0", "layers at once; 0 = processors"}, \
	{"socket", 0, OPT_STRING, "PATH", NULL, "of the docker or podman daemon"}, \
	REGISTRY_OPTIONS
/* Which statements it is judged by. */
#define DATABASE_OPTIONS \
	{"db", 0, OPT_STRING, "FILE", NULL, \
	 "advisory database; default the one that strake db build made, else the built-in starter set"}, \
	{"starter", 0, OPT_FLAG, NULL, NULL, "use the built-in starter set even if there is a database"}
/* What Helm charts are rendered with. */
#define CHART_OPTIONS \
	{"helm-values", 0, OPT_LIST, "FILE", NULL, "values that Helm charts are rendered with; may be repeated"}, \
	{"helm-set", 0, OPT_LIST, "KEY=VALUE", NULL, "one such value, as helm --set takes it; may be repeated"}, \
	{"helm-kube-version", 0, OPT_STRING, "VERSION", NULL, "of Kubernetes, that charts see; default 1.31.0"}
#define OUTPUT_OPTIONS(fallback) \
	{"format", 'f', OPT_STRING, "NAME", fallback, "report format: " REPORT_NAMES}, \
	{"template", 't', OPT_STRING, "FILE", NULL, "the template of --format template; @FILE too"}, \
	{"output", 'o', OPT_LIST, "[NAME=]FILE", NULL, \
	 "write the report to FILE, whole or not at all; NAME=FILE writes that format, and may be repeated"}
/* clang-format on */

/* Fills s from TARGET_OPTIONS; 0 or an exit code. Lists live with o. */
int cmd_target_options(const struct options *o, struct scan_options *s) must_use;

/* CHART_OPTIONS; what they name is read into a. 0 or an exit code. */
struct config_charts;
int cmd_charts(const struct options *o, struct arena *a, struct config_charts *ret,
	       bool *given) must_use;

/* --ignorefile and --vex into s; the arrays hold n each. */
int cmd_decisions(const struct options *o, struct scan_options *s, struct slice *ignores,
		  struct slice *vex, size_t n) must_use;

struct words {
	const char *const *names;
	size_t n;
};
/* Ors 1 << index for each word of each comma list; 0, or 2 after naming the unknown word. */
int cmd_word_bits(const struct options *o, const char *name, struct words words,
		  uint32_t *bits) must_use;

/* ---- where reports go (output.c) ---- */
#define CMD_MAX_OUTPUTS 32
struct output {
	const struct report_writer *writer;
	const char *path; /* NULL: standard output */
};
int cmd_outputs(const struct options *o, struct output *outs, size_t *n) must_use;
/* All reports to all outputs; 0 or an exit code. */
int cmd_write_reports(const struct options *o, const struct output *outs, size_t nouts,
		      const struct report *reports, size_t n) must_use;
/* Runs every target of the command line through a job; the code of the worst that could not be read. */
int cmd_scan_targets(const struct options *o, struct scan_job *job) must_use;

/* ---- --fail-on (fail.c) ---- */
#define FAIL_MAX_TERMS 16
struct fail_on {
	struct fail_term {
		uint32_t words;	   /* all of them must hold */
		double epss, risk; /* at least; < 0: not asked */
	} terms[FAIL_MAX_TERMS];
	size_t n;
};
int cmd_fail_on(const struct options *o, struct fail_on *ret) must_use;
int fail_on_add(struct fail_on *f, struct slice term) must_use; /* one alternative; 0 or 2 */
bool fail_on_finding(const struct fail_on *f, const struct finding *x);
bool fail_on_issue(const struct fail_on *f, const struct report_issue *x);
bool fail_on_eol(const struct fail_on *f);
bool fail_on_incomplete(const struct fail_on *f);
