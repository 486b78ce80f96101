/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/targets.h"

#include <stdio.h>

static int one_word(const char *name, struct slice word, struct words words, uint32_t *bits)
{
	char given[64];
	for (size_t k = 0; k < words.n; k++)
		if (slice_ieq(word, slice_str(words.names[k]))) {
			*bits |= 1U << k;
			return 0;
		}
	snprintf(given, sizeof(given), "%.*s", (int)MIN(word.len, sizeof(given) - 1), word.ptr);
	const char *near = nearest_word(given, words.names, words.n);
	return near ? cmd_usage("--%s: unknown word \"%s\" - did you mean \"%s\"?", name, given,
				near)
		    : cmd_usage("--%s: this version does not know \"%s\" - --help lists the words",
				name, given);
}

int cmd_word_bits(const struct options *o, const char *name, struct words words, uint32_t *bits)
{
	const char *const *items;
	size_t n = opt_list(o, name, &items);
	*bits = 0;
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(items[i]), word;
		while (slice_cut(&rest, ',', &word)) {
			int r = one_word(name, slice_trim(word), words, bits);
			if (r)
				return r;
		}
	}
	return 0;
}

static int read_sources(const struct options *o, struct scan_options *s)
{
	static const struct {
		const char *word;
		uint32_t scopes;
	} kinds[] = {{"auto", 0},
		     {"installed", PKG_SYSTEM | PKG_INSTALLED},
		     {"lock", PKG_SYSTEM | PKG_LOCKED},
		     {"all", PKG_SYSTEM | PKG_INSTALLED | PKG_LOCKED}};
	const char *given = opt_string(o, "pkg-sources");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(given, kinds[i].word) == 0) {
			s->scopes = kinds[i].scopes;
			return 0;
		}
	return cmd_usage("--pkg-sources %s: not one of auto, installed, lock, all", given);
}

int cmd_target_options(const struct options *o, struct scan_options *s)
{
	static const char *const types[] = {"os", "library"}, *const sources[] = {"oci"};
	uint32_t bits;
	int r =
	    cmd_word_bits(o, "sbom-sources", (struct words){sources, ARRAY_LEN(sources)}, &bits);
	s->attached_sbom = bits & 1;
	if (r == 0)
		r = cmd_word_bits(o, "pkg-types", (struct words){types, ARRAY_LEN(types)}, &bits);
	if (r == 0)
		r = read_sources(o, s);
	if (r == 0)
		r = cmd_registry(o, &s->registry);
	if (r)
		return r;
	s->nskip_dirs = opt_list(o, "skip-dirs", &s->skip_dirs);
	s->nskip_files = opt_list(o, "skip-files", &s->skip_files);
	s->no_system = !(bits & 1);
	s->no_languages = !(bits & 2);
	s->dev_deps = opt_flag(o, "include-dev-deps");
	s->platform = opt_string(o, "platform");
	s->all_platforms = opt_flag(o, "all-platforms");
	s->cache_dir = opt_string(o, "cache-dir");
	s->cache_size = opt_number(o, "cache-size");
	s->no_cache = opt_flag(o, "no-cache");
	s->no_diff_ids = opt_flag(o, "skip-diff-ids");
	s->parallel = (unsigned)MIN(opt_number(o, "parallel"), 64);
	s->timeout_s = (unsigned)MIN(opt_number(o, "timeout"), 31536000);
	s->socket = opt_string(o, "socket");
	s->progress = isatty(STDERR_FILENO) && !opt_flag(o, "no-progress") && !opt_flag(o, "quiet");
	return 0;
}

static int copy_list(const struct options *o, const char *name, struct slice *to, size_t max,
		     size_t *n)
{
	const char *const *items;
	*n = opt_list(o, name, &items);
	if (*n > max)
		return cmd_usage("--%s: more than %zu files", name, max);
	for (size_t i = 0; i < *n; i++)
		to[i] = slice_str(items[i]);
	return 0;
}

/* "oci" among the VEX files means those that hang on the image. */
static void take_oci(struct scan_options *s, struct slice *vex)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->nvex_files; i++)
		if (slice_is(vex[i], "oci"))
			s->attached_vex = true;
		else
			vex[kept++] = vex[i];
	s->nvex_files = kept;
}

int cmd_decisions(const struct options *o, struct scan_options *s, struct slice *ignores,
		  struct slice *vex, size_t n)
{
	int r = copy_list(o, "ignorefile", ignores, n, &s->nignore_files);
	if (r == 0)
		r = copy_list(o, "vex", vex, n, &s->nvex_files);
	take_oci(s, vex);
	s->ignore_files = ignores;
	s->ignore_files_given = s->nignore_files > 0;
	s->vex_files = vex;
	return r;
}

int cmd_scan_targets(const struct options *o, struct scan_job *job)
{
	int code = 0;
	for (size_t i = 0; i < o->nargs; i++) {
		struct err err = {0};
		if (scan_job_add(job, slice_str(o->args[i]), &err) < 0) {
			int failed = cmd_fail(&err);
			code = code ? MIN(code, failed) : failed;
		}
	}
	return code;
}
