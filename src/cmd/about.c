/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the program itself: config, completion, help. */
#include "cmd/cmd.h"
#include "text/text.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ;

static const struct opt config_options[] = {
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {0},
};
static const char *const source_names[] = {"default", "file", "environment", "command line"};

/* Secrets are not for eyes and logs. */
static const char *shown(const struct opt_value *v, size_t k)
{
	return strcmp(v->opt->name, "registry-token") == 0 ? "(set)" : v->items[k];
}

static void value_text(const struct opt_value *v, const char *indent)
{
	printf("%s%s:", indent, v->opt->name);
	for (size_t k = 0; k < v->n; k++)
		printf("%s%s", k ? "," : " ", shown(v, k));
	printf("%s# %s%s%s\n", v->n ? "  " : " ", v->n ? source_names[v->source] : "not set",
	       v->file ? " " : "", v->file ? v->file : "");
}

static void value_json(struct json_writer *w, const struct opt_value *v, const char *command)
{
	jw_object(w);
	jw_kstr(w, "Command", slice_str(command));
	jw_kstr(w, "Option", slice_str(v->opt->name));
	jw_key(w, "Values");
	jw_array(w);
	for (size_t k = 0; k < v->n; k++)
		jw_str(w, slice_str(shown(v, k)));
	jw_end(w, ']');
	jw_kstr(w, "Source", slice_str(source_names[v->source]));
	if (v->file)
		jw_kstr(w, "File", slice_str(v->file));
	jw_end(w, '}');
}

static bool is_global(const struct opt *opt)
{
	for (const struct opt *t = global_options(); t->name; t++)
		if (t == opt)
			return true;
	return false;
}

/* Options of o: the global ones, or those of its command alone. */
static void show_values(const struct options *o, bool globals, struct json_writer *json)
{
	for (size_t i = 0; i < o->nvalues; i++) {
		const struct opt_value *v = &o->values[i];
		if (is_global(v->opt) != globals || strcmp(v->opt->name, "help") == 0)
			continue;
		if (json)
			value_json(json, v, globals ? "" : o->command->name);
		else
			value_text(v, globals ? "" : "  ");
	}
}

/* Reads what is in force for another command: the configuration file that was named counts there too. */
static int show_command(const struct command *c, const char *file, struct json_writer *json)
{
	struct options o;
	char text[4096];
	char *argv[] = {text, NULL};
	snprintf(text, sizeof(text), "--config=%s", file ? file : "");
	int r = options_read(&o, c, file ? 1 : 0, argv);
	if (r == 0 && !json)
		printf("%s:\n", c->name);
	if (r == 0)
		show_values(&o, false, json);
	options_free(&o);
	return r;
}

static int run_config(const struct options *o)
{
	size_t n;
	struct err err = {0};
	const struct command *const *all = commands(&n);
	struct json_writer w, *json;
	auto_buf struct buf out;
	bool wants_json;
	int r = cmd_table_or_json(o, &wants_json);
	json = wants_json ? &w : NULL;
	buf_init(&out, 16 * MIB);
	jw_init(&w, &out, 2);
	jw_array(&w);
	show_values(o, true, json);
	for (size_t i = 0; i < n && r == 0; i++)
		if (all[i]->options && all[i] != o->command)
			r = show_command(all[i], opt_string(o, "config"), json);
	jw_end(&w, ']');
	buf_putc(&out, '\n');
	if (r || !json)
		return r;
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

static int run_completion(const struct options *o)
{
	struct err err = {0};
	auto_buf struct buf out;
	buf_init(&out, MIB);
	if (o->nargs != 1)
		return cmd_usage("name a shell: bash, zsh or fish");
	int r = help_completion(o->args[0], &out);
	if (r)
		return r;
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

/* The page goes to man(1) when a person is reading, else as it is. */
static int show_page(const struct buf *page)
{
	struct err err = {0};
	static char man[] = "man", local[] = "-l", in[] = "-";
	char *const argv[] = {man, local, in, NULL};
	posix_spawn_file_actions_t fa;
	int ends[2], status = 0;
	pid_t pid;
	if (!isatty(STDOUT_FILENO) || pipe(ends) < 0)
		return cmd_write(NULL, buf_slice(page), &err) < 0 ? cmd_fail(&err) : 0;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, ends[0], STDIN_FILENO);
	posix_spawn_file_actions_addclose(&fa, ends[1]);
	int r = posix_spawnp(&pid, man, &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(ends[0]);
	if (r == 0)
		(void)!file_write_fd(ends[1], buf_slice(page), &err);
	close(ends[1]);
	return r == 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 3;
}

static int run_help(const struct options *o)
{
	size_t n;
	const struct command *const *all = commands(&n);
	char name[80];
	if (o->nargs == 0) {
		help_overview();
		return 0;
	}
	snprintf(name, sizeof(name), "%s%s%s", o->args[0], o->nargs > 1 ? " " : "",
		 o->nargs > 1 ? o->args[1] : "");
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i]->name, name) != 0)
			continue;
		auto_buf struct buf page;
		buf_init(&page, MIB);
		help_man(all[i], &page);
		int r = show_page(&page);
		if (r)
			help_command(all[i]); /* no man here: the short text is better than none */
		return 0;
	}
	return cmd_usage("\"%s\" is no command - strake --help lists them", name);
}

const struct command cmd_config = {
    .name = "config",
    .synopsis = "",
    .summary = "what is in force, and where each value came from",
    .options = config_options,
    .examples = {{"strake config", "options of every command"},
		 {"strake config --format json", "for programs"}},
    .run = run_config,
};
const struct command cmd_completion = {
    .name = "completion",
    .synopsis = "bash|zsh|fish",
    .summary = "completions for a shell, to standard output",
    .examples = {{"strake completion bash > /etc/bash_completion.d/strake", "for all users"}},
    .run = run_completion,
};
const struct command cmd_help = {
    .name = "help",
    .synopsis = "[COMMAND]",
    .summary = "the man page of a command",
    .examples = {{"strake help scan", "open strake-scan(1)"}},
    .run = run_help,
};
