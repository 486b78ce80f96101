/* SPDX-License-Identifier: Apache-2.0 */
/* What lint goes by: options, .hadolint.yaml, ignore files, checks of the user's own. */
#include "cmd/lint.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

/* Lists of the file, and behind them those of the option; words may be parted by commas. */
static int join(struct lint *l, const char *option, const struct slice **list, size_t *n)
{
	const char *const *items;
	size_t given = opt_list(l->o, option, &items), many = *n, k = *n;
	for (size_t i = 0; i < given; i++)
		for (const char *p = items[i]; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
			many++;
	struct slice *all = arena_array(&l->arena, many, sizeof(*all));
	if (!all)
		return cmd_usage("out of memory");
	if (k)
		memcpy(all, *list, k * sizeof(*all));
	for (size_t i = 0; i < given; i++) {
		struct slice rest = slice_str(items[i]), part;
		while (k < many && slice_cut(&rest, ',', &part))
			all[k++] = slice_trim(part);
	}
	*list = all;
	*n = k;
	return 0;
}

/* NAME=VALUE, NAME alone: its value in the environment. */
static int build_args(struct lint *l)
{
	const char *const *items;
	size_t n = opt_list(l->o, "build-arg", &items);
	struct config_pair *all = arena_array(&l->arena, n, sizeof(*all));
	if (!all)
		return cmd_usage("out of memory");
	for (size_t k = 0; k < n; k++) {
		struct slice rest = slice_str(items[k]);
		slice_cut(&rest, '=', &all[k].name);
		all[k].value = rest;
		if (!all[k].name.len)
			return cmd_usage("--build-arg %s: expected NAME=VALUE", items[k]);
		if (strchr(items[k], '=')) {
			if (!rest.ptr)
				all[k].value = SL("");
		} else {
			all[k].value = slice_str(getenv(items[k]));
		}
	}
	l->settings.args = all;
	l->settings.nargs = n;
	return 0;
}

static int labels(struct lint *l)
{
	const char *const *items;
	size_t n = opt_list(l->o, "require-label", &items), old = l->settings.nlabels;
	struct config_pair *all = arena_array(&l->arena, n + old, sizeof(*all));
	if (!all)
		return cmd_usage("out of memory");
	if (old)
		memcpy(all, l->settings.labels, old * sizeof(*all));
	for (size_t k = 0; k < n; k++) {
		struct slice rest = slice_str(items[k]);
		slice_cut(&rest, ':', &all[old + k].name);
		all[old + k].value = rest.len ? rest : SL("text");
	}
	l->settings.labels = all;
	l->settings.nlabels = n + old;
	return 0;
}

static int read_hadolint(struct lint *l)
{
	const char *given = opt_string(l->o, "hadolint-config");
	const char *places[] = {given ? given : ".hadolint.yaml", given ? NULL : ".hadolint.yml"};
	struct err err = {0};
	for (size_t k = 0; k < ARRAY_LEN(places); k++) {
		auto_buf struct buf b;
		struct stat st;
		buf_init(&b, MIB);
		if (!places[k] || (!given && (stat(places[k], &st) < 0 || !S_ISREG(st.st_mode))))
			continue;
		if (file_read(places[k], &b, &err) < 0)
			return cmd_fail(&err);
		if (config_read_hadolint(buf_slice(&b), &l->arena, &l->settings, &err) < 0)
			return cmd_usage("%s: %s", places[k], err.text);
		l->settings.ignored_source = slice_str(places[k]);
		break;
	}
	return 0;
}

static int threshold(struct lint *l)
{
	const char *given = opt_string(l->o, "failure-threshold");
	struct slice word = given ? slice_str(given) : l->settings.threshold;
	if (!word.len)
		return 0;
	l->has_threshold = true;
	/* "none" of old: nothing fails. */
	if (slice_is(word, "none")) {
		l->settings.no_fail = true;
		return 0;
	}
	if (config_level_parse(word, &l->threshold) < 0)
		return cmd_usage("failure-threshold %.*s: expected error, warning, info, style, "
				 "ignore or none",
				 SL_FMT(word));
	return 0;
}

static int read_ignore_file(struct lint *l, const char *path, bool must)
{
	auto_buf struct buf b;
	struct err err = {0};
	struct slice text;
	buf_init(&b, 16 * MIB);
	if (!must && access(path, R_OK) != 0)
		return 0;
	if (file_read(path, &b, &err) < 0)
		return cmd_fail(&err);
	text = b.len ? arena_dup(&l->arena, buf_slice(&b)) : SL("");
	if (!text.ptr || l->nignores == ARRAY_LEN(l->ignores))
		return cmd_usage("%s: too many ignore files", path);
	if (ignore_parse(text, slice_str(path), &l->arena, &l->ignores[l->nignores], &err) < 0)
		return cmd_fail(&err);
	l->nignores++;
	return 0;
}

static int ignore_files(struct lint *l)
{
	static const char *const usual[] = {".strakeignore", ".strakeignore.yaml", ".trivyignore",
					    ".trivyignore.yaml"};
	const char *const *items;
	size_t n = opt_list(l->o, "ignorefile", &items);
	for (size_t k = 0; k < n; k++) {
		int r = read_ignore_file(l, items[k], true);
		if (r)
			return r;
	}
	for (size_t k = 0; k < ARRAY_LEN(usual) && !n; k++) {
		int r = read_ignore_file(l, usual[k], false);
		if (r)
			return r;
	}
	return 0;
}

int lint_settings(struct lint *l)
{
	static const char *const severities[] = {"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
	struct config_settings *s = &l->settings;
	int r = read_hadolint(l);
	if (r == 0)
		r = join(l, "ignore", &s->ignored, &s->nignored);
	if (r == 0)
		r = join(l, "enable", &s->wanted, &s->nwanted);
	if (r == 0)
		r = join(l, "trusted-registry", &s->registries, &s->nregistries);
	if (r == 0)
		r = labels(l);
	if (r == 0)
		r = build_args(l);
	if (r == 0)
		r = threshold(l);
	if (r == 0)
		r = cmd_word_bits(l->o, "severity",
				  (struct words){severities, ARRAY_LEN(severities)},
				  &l->severities);
	if (r == 0)
		r = cmd_fail_on(l->o, &l->fail_on);
	if (r == 0)
		r = ignore_files(l);
	if (!s->ignored_source.len)
		s->ignored_source = SL("--ignore");
	s->strict_labels = s->strict_labels || opt_flag(l->o, "strict-labels");
	s->no_fail = s->no_fail || opt_flag(l->o, "no-fail");
	s->no_inline_ignores = s->no_inline_ignores || opt_flag(l->o, "disable-ignore-pragma");
	return r;
}

/* ---- Checks of the user's own ---- */

static int load(struct lint *l, const char *path)
{
	auto_buf struct buf b;
	struct err err = {0};
	buf_init(&b, 16 * MIB);
	if (file_read(path, &b, &err) < 0 ||
	    config_load(l->c, slice_str(path), buf_slice(&b), &err) < 0)
		return cmd_fail(&err);
	return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_yaml(const struct dirent *d)
{
	struct slice n = slice_str(d->d_name);
	return slice_ends(n, ".yaml") || slice_ends(n, ".yml");
}

struct names {
	struct dirent **list;
	int n;
};

static void names_free(struct names *e)
{
	for (int k = 0; k < e->n; k++)
		free(e->list[k]);
	free(e->list);
}

static int load_folder(struct lint *l, const char *dir)
{
	CLEANUP(names_free) struct names e = {NULL, 0};
	struct err err = {0};
	char path[4096];
	int r = 0;
	e.n = scandir(dir, &e.list, is_yaml, by_name);
	if (e.n < 0) {
		e.n = 0;
		err_sys(&err, "%s", dir);
		return cmd_fail(&err);
	}
	for (int k = 0; k < e.n && r == 0; k++) {
		snprintf(path, sizeof(path), "%s/%s", dir, e.list[k]->d_name);
		r = load(l, path);
	}
	return r;
}

/* The kinds of the files that were found; all of them for --list. */
static int new_config(struct lint *l, struct err *err)
{
	const struct config_kind *kinds[16] = {config_kind_find(SL("kubernetes"))};
	size_t n = l->charts.len > 0;
	if (opt_flag(l->o, "list"))
		return config_new(&l->c, err);
	for (size_t k = 0; k < l->files.len; k++) {
		size_t i = 0;
		while (i < n && kinds[i] != l->files.ptr[k].kind)
			i++;
		if (i == n && n < ARRAY_LEN(kinds))
			kinds[n++] = l->files.ptr[k].kind;
	}
	return config_new_for(kinds, n, &l->c, err);
}

int lint_checks(struct lint *l)
{
	const char *const *items;
	size_t n = opt_list(l->o, "checks", &items);
	struct err err = {0};
	struct stat st;
	bool charts;
	if (new_config(l, &err) < 0)
		return cmd_fail(&err);
	int read = cmd_charts(l->o, &l->arena, &l->chart_values, &charts);
	if (read)
		return read;
	if (charts && config_set_charts(l->c, &l->chart_values, &err) < 0)
		return cmd_fail(&err);
	for (size_t k = 0; k < n; k++) {
		bool dir = stat(items[k], &st) == 0 && S_ISDIR(st.st_mode);
		int r = dir ? load_folder(l, items[k]) : load(l, items[k]);
		if (r)
			return r;
	}
	return config_ready(l->c, &err) < 0 ? cmd_fail(&err) : 0;
}
