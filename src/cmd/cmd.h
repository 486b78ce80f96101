/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands: one option table each, from which parsing, environment, configuration file, --help, man pages and
 * completions all come. A command is one const struct in one file, listed by one word in meson.build.
 */
#pragma once

#include "base/base.h"

enum opt_kind { OPT_FLAG = 1, OPT_STRING, OPT_LIST, OPT_NUMBER, OPT_DURATION, OPT_SIZE };
struct opt {
	const char *name; /* long name; NULL ends the table */
	char letter;	  /* 0 none */
	enum opt_kind kind;
	const char *arg;      /* what stands for the value in help */
	const char *fallback; /* value when nobody sets it; NULL none */
	const char *help;
};
enum opt_source { SOURCE_DEFAULT, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_COMMAND_LINE };
struct opt_value {
	const struct opt *opt;
	const char **items; /* lists hold several */
	size_t n;
	enum opt_source source;
	const char *file; /* for SOURCE_FILE */
};
struct command;
struct opt_mirror {
	const char *name, *host;
};
struct options {
	struct arena arena;
	const struct command *command;
	struct opt_value *values;
	size_t nvalues;
	const char **args; /* what is no option */
	size_t nargs;
	struct opt_mirror *mirrors; /* registry: mirrors: of the configuration file */
	size_t nmirrors;
	bool help;
};
struct example {
	const char *line, *what;
};
#define CMD_MAX_EXAMPLES 6
struct command {
	const char *name;     /* "scan", "db build" */
	const char *synopsis; /* arguments after the options */
	const char *summary;  /* one line */
	const char *text;     /* paragraphs for the man page */
	const struct opt *options;
	struct example examples[CMD_MAX_EXAMPLES];
	int (*run)(const struct options *o); /* exit code */
	void (*man_more)(struct buf *out);   /* further sections of the man page; NULL none */
};
const struct command *const *commands(size_t *n);
const struct opt *global_options(void);

/* 0, or an exit code after saying what is wrong. */
int options_read(struct options *o, const struct command *c, int argc, char **argv);
void options_free(struct options *o);
const struct opt_value *options_value(const struct options *o, const char *name);
bool opt_flag(const struct options *o, const char *name);
const char *opt_string(const struct options *o, const char *name); /* NULL when unset */
uint64_t opt_number(const struct options *o, const char *name);	   /* numbers, seconds, bytes */
size_t opt_list(const struct options *o, const char *name, const char *const **items);
/* The nearest of n words, or NULL when none is near. */
const char *nearest_word(const char *word, const char *const *words, size_t n);
int parse_duration(const char *s, uint64_t *seconds);
int parse_size(const char *s, uint64_t *bytes);

/* The same rows for every command that talks to registries. */
#define REGISTRY_OPTIONS                                                                           \
	{"insecure", 0,	   OPT_FLAG,                                                               \
	 NULL,	     NULL, "registries without a trusted certificate, or over plain http"},        \
	    {"cacert", 0, OPT_STRING, "FILE", NULL, "trust this CA too (PEM)"},                    \
	    {"username", 0, OPT_STRING, "NAME", NULL, "name at the registry"},                     \
	    {"password-stdin",                                                                     \
	     0,                                                                                    \
	     OPT_FLAG,                                                                             \
	     NULL,                                                                                 \
	     NULL,                                                                                 \
	     "its password is the first line of standard input"},                                  \
	{                                                                                          \
		"registry-token", 0, OPT_STRING, "TOKEN", NULL,                                    \
		    "bearer token for the registry (better: STRAKE_REGISTRY_TOKEN)"                \
	}
/* Fills ret from these rows and the configuration file; 0 or an exit code. Strings live with o. */
struct registry_options;
int cmd_registry(const struct options *o, struct registry_options *ret) must_use;

void help_command(const struct command *c);
void help_overview(void);
void help_man(const struct command *c, struct buf *out);
int help_completion(const char *shell, struct buf *out);
bool cmd_wants_colour(const struct options *o); /* as far as the user and TERM say */
/* table or json, else 2 after saying so. */
int cmd_table_or_json(const struct options *o, bool *json) must_use;
/* Asks at the terminal; without: what to say when there is none. Appends the line. */
int cmd_ask(const char *prompt, bool hidden, const char *without, struct buf *out,
	    struct err *err) must_use;
/* Says err and gives its exit code. */
int cmd_fail(const struct err *err) must_use;
int cmd_usage(const char *fmt, ...) printf_like(1, 2);
/* Result to standard output or, whole or not at all, to a file. */
int cmd_write(const char *path, struct slice text, struct err *err) must_use;
