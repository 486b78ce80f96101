/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include "config.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int cmd_fail(const struct err *err)
{
	log_error("%s", err->text);
	return err_exit_code(err);
}

int cmd_usage(const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error("%s", text);
	return 2;
}

bool cmd_wants_colour(const struct options *o)
{
	const char *term = getenv("TERM");
	return !getenv("NO_COLOR") && !opt_flag(o, "no-color") &&
	       !(term && strcmp(term, "dumb") == 0);
}

int cmd_table_or_json(const struct options *o, bool *json)
{
	const char *format = opt_string(o, "format");
	*json = strcmp(format, "json") == 0;
	if (*json || strcmp(format, "table") == 0)
		return 0;
	return cmd_usage("--format %s: no such format - there are table and json", format);
}

/* Pipes, terminals and what stands for an open descriptor: they cannot be replaced, only written. */
static int write_special(const char *path, struct slice text, struct err *err)
{
	FILE *f = fopen(path, "we");
	if (!f)
		return err_sys(err, "%s", path);
	int r = file_write_fd(fileno(f), text, err);
	fclose(f);
	return r < 0 ? err_wrap(err, "%s", path) : 0;
}

int cmd_write(const char *path, struct slice text, struct err *err)
{
	struct stat st;
	char target[PATH_MAX];
	if (!path || strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0) {
		signal(SIGPIPE, SIG_DFL); /* `| head` ends us as it ends others: without a word */
		return file_write_fd(STDOUT_FILENO, text, err);
	}
	bool device = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
	if (device || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
		return write_special(path, text, err);
	/* Behind a link its target is replaced, the link stays. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && realpath(path, target))
		path = target;
	return file_replace(path, text, err);
}

static const struct command *find_command(int argc, char **argv, int *used)
{
	size_t n;
	const struct command *const *all = commands(&n);
	char two[80] = "";
	if (argc > 2)
		snprintf(two, sizeof(two), "%s %s", argv[1], argv[2]);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i]->name, argv[1]) == 0) {
			*used = 2;
			return all[i];
		}
		if (strcmp(all[i]->name, two) == 0) {
			*used = 3;
			return all[i];
		}
	}
	return NULL;
}

/* Lists the commands that begin with the word ("db"); 0 when there is none. */
static size_t list_group(const char *word, bool print)
{
	size_t n, len = strlen(word), found = 0;
	const struct command *const *all = commands(&n);
	for (size_t i = 0; i < n; i++) {
		if (strncmp(all[i]->name, word, len) != 0 || all[i]->name[len] != ' ')
			continue;
		if (print)
			printf("  strake %-14s %s\n", all[i]->name, all[i]->summary);
		found++;
	}
	return found;
}

/* What other scanners call it. */
static const char *habit(const char *word)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = {{"image", "scan TARGET"},	{"filesystem", "scan rootfs:DIR"},
		     {"fs", "scan rootfs:DIR"}, {"rootfs", "scan rootfs:DIR"},
		     {"i", "scan TARGET"},	{"version", "--version"},
		     {"clean", "cache clean"}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].theirs, word) == 0)
			return words[i].ours;
	return NULL;
}

/* "db" alone, or a word that is no command. */
static int no_command(int argc, char **argv)
{
	size_t n;
	const struct command *const *all = commands(&n);
	const char *names[64];
	char given[80];
	bool asks_help = argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0);
	bool alone = argc < 3 || asks_help, group = list_group(argv[1], alone) > 0;
	if (group && alone)
		return asks_help ? 0 : 2;
	n = MIN(n, ARRAY_LEN(names));
	for (size_t i = 0; i < n; i++)
		names[i] = all[i]->name;
	snprintf(given, sizeof(given), "%s%s%s", argv[1], group ? " " : "", group ? argv[2] : "");
	if (habit(argv[1]))
		return cmd_usage("\"%s\" is no command - did you mean \"strake %s\"?", argv[1],
				 habit(argv[1]));
	if (!group && strpbrk(argv[1], "./:"))
		return cmd_usage("\"%s\" is no command - did you mean \"strake scan %s\"?", argv[1],
				 argv[1]);
	const char *near = nearest_word(given, names, n);
	if (near)
		return cmd_usage("\"%s\" is no command - did you mean \"strake %s\"?", given, near);
	return cmd_usage("\"%s\" is no command - strake --help lists them", given);
}

/* The last resort, when even reading the input does not end: workers die with us. */
static void on_alarm(int sig)
{
	static const char text[] = "error: not finished in time - raise --timeout\n";
	(void)sig;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(3);
}

static void arm_timeout(const struct options *o)
{
	signal(SIGALRM, on_alarm);
	/* Jobs watch the time themselves and can still report what they have. */
	alarm((unsigned)MIN(opt_number(o, "timeout") + 2, INT32_MAX));
}

/* A file that shrinks while it is mapped cannot be read to its end. */
static void on_bus_error(int sig)
{
	static const char text[] =
	    "error: a file was cut short while it was read - replace files by "
	    "renaming, and run again\n";
	(void)sig;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(3);
}

/* What was printed must have arrived. */
static int finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("standard output: %s - the result is not complete", strerror(errno));
	return code == 2 ? 2 : 3;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct options o;
	int r = options_read(&o, c, argc, argv);
	if (r == 0 && o.help)
		help_command(c);
	else if (r == 0) {
		bool colour = isatty(STDERR_FILENO) && cmd_wants_colour(&o);
		log_setup(opt_flag(&o, "quiet")	  ? LOG_QUIET
			  : opt_flag(&o, "debug") ? LOG_VERBOSE
						  : LOG_NORMAL,
			  colour);
		arm_timeout(&o);
		r = c->run(&o);
	}
	options_free(&o);
	return r;
}

int main(int argc, char **argv)
{
	int used = 0;
	signal(SIGBUS, on_bus_error);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_overview();
		return finish(argc < 2 ? 2 : 0);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0) {
		puts("strake " STRAKE_VERSION);
		return finish(0);
	}
	const struct command *c = find_command(argc, argv, &used);
	return finish(c ? run(c, argc - used, argv + used) : no_command(argc, argv));
}
