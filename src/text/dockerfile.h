/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dockerfiles and shell text as trees that keep byte positions. Both readers never give up: what they do not
 * understand is marked with an error and reading goes on with the next line or command. Any bytes are taken.
 *
 * Limits: a file 64 MiB (else ERR_LIMIT); words of an instruction 100,000 and commands of a script 200,000 (the rest
 * is not split and is_cut is set); depth of shell text 60; value of a variable 64 KiB.
 */
#pragma once

#include "text/text.h"

/* ---- Dockerfile: docs.docker.com/reference/dockerfile ---- */

enum df_kind {
	DF_UNKNOWN,
	DF_ADD,
	DF_ARG,
	DF_CMD,
	DF_COPY,
	DF_ENTRYPOINT,
	DF_ENV,
	DF_EXPOSE,
	DF_FROM,
	DF_HEALTHCHECK,
	DF_LABEL,
	DF_MAINTAINER,
	DF_ONBUILD,
	DF_RUN,
	DF_SHELL,
	DF_STOPSIGNAL,
	DF_USER,
	DF_VOLUME,
	DF_WORKDIR,
};
const char *df_kind_name(enum df_kind k); /* "RUN"; "" for DF_UNKNOWN */

/* raw is a part of the instruction's line (df_where() gives its place), text what it says: quotes and escapes
 * taken away, variables left as written. */
struct df_word {
	struct slice raw, text;
	struct slice key; /* ENV, LABEL, ARG: the name; text is then the value */
	bool has_value;	  /* ARG: a "=" is there */
};
struct df_flag { /* --name=value or --name */
	struct slice raw, name, value;
	bool has_value;
};
struct df_heredoc {
	struct slice name, body; /* body is a part of the file */
	bool strip_tabs, expand, is_closed;
};
/* Where a part of a joined line came from; offsets from the start of the line and of the file. */
struct df_joint {
	uint32_t line, file;
};
struct df_instr {
	enum df_kind kind;
	struct slice name;	 /* the keyword as written */
	uint32_t start, end;	 /* bytes: from the keyword to the last one, heredocs included */
	uint32_t lines_end;	 /* as end, without heredocs */
	uint32_t line, end_line; /* from 1 */
	int32_t stage;		 /* index; -1 before the first FROM */
	struct slice whole;	 /* the joined line, keyword included */
	struct slice text;	 /* after the keyword */
	struct slice body;	 /* after the flags */
	const struct df_joint *joints;
	size_t njoints;
	const struct df_flag *flags;
	size_t nflags;
	const struct df_word *words;
	size_t nwords;
	const struct df_heredoc *heredocs;
	size_t nheredocs;
	const struct df_instr *inner; /* of ONBUILD; CMD of HEALTHCHECK */
	uint32_t blank_line;	      /* a blank line within the joined line, from 1; 0 none */
	bool is_json;		      /* words are the elements of a JSON array */
	bool is_legacy;		      /* ENV and LABEL: name and value parted by a blank */
	bool is_cut;
	bool is_inner;
	const char *error; /* NULL: understood */
};
struct df_comment {
	uint32_t start, end, line;
	struct slice text; /* after '#', trimmed */
	bool within;	   /* between the lines of an instruction */
};
struct df_directive { /* # syntax=, # escape=, # check= */
	struct slice name, value;
	uint32_t line;
};
struct df_stage {
	uint32_t index;
	struct slice name;	      /* as written; empty for none */
	struct slice image, platform; /* as written */
	const struct df_instr *from;  /* NULL: a file without FROM, or a part before it */
	uint32_t first, n;	      /* instructions, FROM first */
};
struct df_doc {
	struct slice in;
	struct arena arena;
	char escape;
	struct df_directive *directives;
	size_t ndirectives;
	struct df_comment *comments;
	size_t ncomments;
	struct df_instr *instrs;
	size_t ninstrs;
	struct df_stage *stages; /* one for each FROM */
	size_t nstages;
};
/* in must live as long as the document. */
int df_parse(struct df_doc *d, struct slice in, struct err *err) must_use;
void df_free(struct df_doc *d);
#define auto_df CLEANUP(df_free)
/* Byte in the file of the first byte of part: a piece of in, or of the joined line of i. */
uint32_t df_where(const struct df_doc *d, const struct df_instr *i, const char *part);
/* Of the byte before end. */
uint32_t df_where_end(const struct df_doc *d, const struct df_instr *i, struct slice part);
const struct df_flag *df_flag(const struct df_instr *i, const char *name);
/* A mount and the like: the value of name in "type=cache,target=/x"; false when it is not there. */
bool df_option(struct slice value, const char *name, struct slice *ret);

/* ---- Variables ---- */

struct df_vars {
	/* 1 and the value, or 0 when it is not set. */
	int (*get)(void *arg, struct slice name, struct slice *value);
	/* Told of each name that is not set and has no default; may be NULL. */
	void (*missing)(void *arg, struct slice name);
	void *arg;
	char escape;
};
/* Replaces $x and ${x...} as BuildKit does, and takes quotes and escapes away. What is not set stays as written when
 * keep_unset, else it becomes empty. A wrong expression stays as written. */
int df_expand(struct arena *a, struct slice in, const struct df_vars *v, bool keep_unset,
	      struct slice *ret, struct err *err) must_use;

/* ---- Shell: POSIX.1-2017 XCU 2, and what bash adds ---- */

enum sh_kind {
	SH_SIMPLE,
	SH_SUBSHELL,
	SH_GROUP,
	SH_IF,
	SH_LOOP, /* for, while, until, select */
	SH_CASE,
	SH_FUNCTION,
	SH_SUBST, /* $(...), `...`, <(...) */
	SH_TEST,  /* [[ ]], (( )) */
};
enum sh_op { SH_FIRST, SH_SEQ, SH_AND, SH_OR, SH_PIPE, SH_BACKGROUND };
struct sh_word {
	struct slice raw,
	    text; /* text: quotes taken away, variables and substitutions as written */
	bool is_quoted, has_var, has_glob;
};
struct sh_redirect {
	struct slice raw, op; /* ">" ">>" "<" "<<" "<<<" ">&" ... */
	struct slice target;
	struct slice heredoc; /* body of "<<" */
};
struct sh_command {
	enum sh_kind kind;
	enum sh_op op;	/* what joins it to the command before it in the same list */
	int32_t parent; /* index of the command it stands in; -1 */
	uint32_t pipe;	/* number of its pipeline; simple and compound commands have one */
	uint32_t at;	/* place in the pipeline, from 0 */
	struct slice raw;
	struct slice name; /* SH_SIMPLE: first word's text; FUNCTION: its name */
	const struct sh_word *assigns, *words; /* words[0] is the name */
	size_t nassigns, nwords;
	const struct sh_redirect *redirects;
	size_t nredirects;
};
struct sh_script {
	struct sh_command *commands; /* a command stands before those inside it */
	size_t ncommands;
	uint32_t *pipes; /* how many commands each pipeline has */
	size_t npipes;
	const char *error; /* the first; NULL none */
	struct slice error_at;
	bool ends_in_comment; /* what is put behind the text would be part of a comment */
	bool is_cut;
};
/* Everything lives in the arena; slices are parts of text wherever no quotes were taken away. */
int sh_parse(struct arena *a, struct slice text, struct sh_script *ret, struct err *err) must_use;
