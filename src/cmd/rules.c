/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules.h"

#include "config/config.h"
#include "policy/policy.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_FILES 10000u
#define MAX_BYTES (17 * MIB)

int rules_json(const struct options *o, bool *json)
{
	const char *f = opt_string(o, "format");
	*json = f && strcmp(f, "json") == 0;
	if (*json || !f || strcmp(f, "text") == 0 || strcmp(f, "table") == 0)
		return 0;
	return cmd_usage("--format %s: expected text or json", f);
}

const struct rule_source *const *rules_sources(size_t *n)
{
	static const struct rule_source
	    *all[64]; /* those of run time, and those of configuration */
	size_t own;
	const struct rule_source *const *first = rule_sources(&own);
	own = MIN(own, ARRAY_LEN(all));
	memcpy(all, first, own * sizeof(*all));
	*n = own + config_sources(all + own, ARRAY_LEN(all) - own);
	const struct rule_source *const policy[] = {&policy_source_target, &policy_source_package,
						    &policy_source_finding, &policy_source_file};
	for (size_t i = 0; i < ARRAY_LEN(policy) && *n < ARRAY_LEN(all); i++)
		all[(*n)++] = policy[i];
	return all;
}

struct rule_engine *rules_engine(struct err *err)
{
	size_t n;
	const struct rule_source *const *all = rules_sources(&n);
	return rule_engine_new(all, n, err);
}

const struct rule_source *rules_source(const struct rule_engine *e, const char *name)
{
	const char *names[64];
	size_t n, i;
	const struct rule_source *const *all = rules_sources(&n);
	const struct rule_source *s = rule_source_find(e, slice_str(name));
	for (i = 0; i < n && i < ARRAY_LEN(names); i++)
		names[i] = all[i]->name;
	const char *near = nearest_word(name, names, i);
	if (!s)
		(void)cmd_usage("--source %s: there is none of that name%s%s", name,
				near ? " - did you mean " : "", near ? near : "");
	return s;
}

int rules_write(struct buf *out)
{
	struct err err = {0};
	return cmd_write(NULL, buf_slice(out), &err) < 0 ? cmd_fail(&err) : 0;
}

/* ---- Files ---- */

static int load_file(struct rule_engine *e, const char *path, unsigned flags, struct err *err)
{
	auto_buf struct buf text = {0};
	buf_init(&text, MAX_BYTES);
	bool is_stdin = strcmp(path, "-") == 0;
	TRY(is_stdin ? file_read_fd(STDIN_FILENO, &text, err) : file_read(path, &text, err));
	return rule_load(e, slice_str(is_stdin ? "standard input" : path), buf_slice(&text), flags,
			 err);
}

static int is_rules_file(const struct dirent *d)
{
	struct slice s = slice_str(d->d_name);
	return s.ptr[0] != '.' && (slice_ends(s, ".yaml") || slice_ends(s, ".yml"));
}

/* A folder's files in the order of their bytes, as Falco reads them. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_folder(struct rule_engine *e, const char *path, unsigned flags, struct err *err)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, is_rules_file, by_name), r = 0;
	if (n < 0)
		return err_sys(err, "%s", path);
	if (n == 0)
		r = err_set(err, ERR_NOT_FOUND, -ENOENT, "%s: no file *.yaml or *.yml is in it",
			    path);
	for (int i = 0; i < n; i++) {
		char name[4096];
		int len = snprintf(name, sizeof(name), "%s%s%s", path,
				   slice_ends(slice_str(path), "/") ? "" : "/", list[i]->d_name);
		if (r == 0 && (len < 0 || (size_t)len >= sizeof(name)))
			r = err_limit(err, "%s: a path in it is too long", path);
		if (r == 0)
			r = load_file(e, name, flags, err);
		free(list[i]);
	}
	free(list);
	return r;
}

int rules_load(struct rule_engine *e, const struct options *o, unsigned flags)
{
	struct err err = {0};
	if (o->nargs > MAX_FILES)
		return cmd_usage("more than %u files", MAX_FILES);
	for (size_t i = 0; i < o->nargs; i++) {
		struct stat st;
		bool folder = stat(o->args[i], &st) == 0 && S_ISDIR(st.st_mode);
		int r = folder ? load_folder(e, o->args[i], flags, &err)
			       : load_file(e, o->args[i], flags, &err);
		if (r < 0)
			return cmd_fail(&err);
	}
	return 0;
}

static void only_errors(const struct rule_engine *e)
{
	const struct rule_problem *const *p;
	size_t n = rule_problems(e, &p);
	for (size_t i = 0; i < n; i++) {
		const struct rule_location *at = p[i]->nat ? &p[i]->at[p[i]->nat - 1] : NULL;
		if (p[i]->is_error)
			log_error("%.*s:%u:%u: %.*s%s%.*s", SL_FMT(p[i]->file_name),
				  at ? at->line : 0, at ? at->column : 0, SL_FMT(p[i]->message),
				  p[i]->hint.len ? " - " : "", SL_FMT(p[i]->hint));
	}
}

int rules_open(const struct options *o, unsigned flags, struct rule_engine **ret)
{
	struct err err = {0};
	if (!o->nargs)
		return cmd_usage("give a rules file, a folder of them, or - for standard input");
	*ret = rules_engine(&err);
	if (!*ret)
		return cmd_fail(&err);
	int r = rules_load(*ret, o, flags);
	if (r)
		return r;
	if (rule_compile(*ret, &err) == 0)
		return 0;
	if (err.kind != ERR_USAGE)
		return cmd_fail(&err);
	only_errors(*ret);
	return 2;
}

/* ---- validate ---- */

static const struct opt validate_options[] = {
    RULES_FORMAT,
    {"own-keys", 0, OPT_FLAG, NULL, NULL,
     "id, title, remedy, examples ... of strake's rules are known keys"},
    {0},
};

static void put_report(const struct rule_engine *e, bool json, struct buf *out)
{
	struct json_writer w;
	size_t n = rule_files(e);
	jw_init(&w, out, 0);
	if (json) {
		jw_object(&w);
		jw_key(&w, "falco_load_results");
		jw_array(&w);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (json)
			rule_report_json(e, i, &w);
		else
			rule_report_text(e, i, out);
	}
	if (json) {
		jw_end(&w, ']');
		jw_end(&w, '}');
		buf_putc(out, '\n');
	}
}

static int run_validate(const struct options *o)
{
	struct err err = {0};
	auto_rule_engine struct rule_engine *e = rules_engine(&err);
	auto_buf struct buf out = {0};
	bool json;
	buf_init(&out, 256 * MIB);
	int r = rules_json(o, &json);
	if (r)
		return r;
	if (!o->nargs)
		return cmd_usage("give a rules file, a folder of them, or - for standard input");
	if (!e)
		return cmd_fail(&err);
	r = rules_load(e, o, opt_flag(o, "own-keys") ? RULE_OWN_KEYS : 0);
	if (r)
		return r;
	int compiled = rule_compile(e, &err);
	if (compiled < 0 && err.kind != ERR_USAGE)
		return cmd_fail(&err);
	put_report(e, json, &out);
	r = rules_write(&out);
	return r ? r : compiled < 0 ? 2 : 0;
}

const struct command cmd_rules_validate = {
    .name = "rules validate",
    .synopsis = "FILE|DIR...",
    .summary = "check rules files: every error, with its place",
    .text = "Files are read in order, of folders those named *.yaml and *.yml; together they are "
	    "one set of "
	    "rules, as in Falco. All errors are shown, not only the first. Lines and columns are "
	    "counted from 1 "
	    "in the text and, as Falco does, from 0 in JSON, which has the shape of "
	    "falco_load_results. "
	    "The exit code is 2 when a file is wrong, 3 when one cannot be read.",
    .options = validate_options,
    .examples = {{"strake rules validate rules.yaml", "errors and warnings with their lines"},
		 {"strake rules validate --format json /etc/falco/rules.d", "for a program"}},
    .run = run_validate,
};
