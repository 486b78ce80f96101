/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the program itself: config, completion, help. */
#include "cmd/cmd.h"

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ;

static int run_config(const struct options *o)
{
	static const char *const sources[] = {"default", "file", "environment", "command line"};
	for (size_t i = 0; i < o->nvalues; i++) {
		const struct opt_value *v = &o->values[i];
		printf("%s:", v->opt->name);
		for (size_t k = 0; k < v->n; k++)
			printf("%s%s", k ? "," : " ", v->items[k]);
		printf("%s# %s%s%s\n", v->n ? "  " : " ", v->n ? sources[v->source] : "not set", v->file ? " " : "",
		       v->file ? v->file : "");
	}
	return 0;
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
	snprintf(name, sizeof(name), "%s%s%s", o->args[0], o->nargs > 1 ? " " : "", o->nargs > 1 ? o->args[1] : "");
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
	.examples = {{"strake config", "options of every command"}},
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
