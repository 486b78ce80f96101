/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles: what is known of a file before its events go out, and the fields of events. */
#pragma once

#include "config/kind.h"
#include "text/text.h"

enum df_event_type {
	DFE_FILE,
	DFE_STAGE,
	DFE_INSTRUCTION,
	DFE_COMMAND,
	DFE_VARIABLE,
	DFE_LABEL,
	DFE_PORT,
	DFE_SOURCE,
	DFE_COMMENT,
	DFE_UNDEFINED,
	DFE_TYPES
};

#define DF_KINDS (DF_WORKDIR + 1)

struct df_image { /* registry/repository:tag@digest; parts are empty when absent */
	struct slice ref, name, registry, repository, tag, digest;
};
struct df_stage_facts {
	const struct df_stage *stage; /* NULL: what stands before the first FROM */
	int32_t parent;		      /* facts of the stage it is built from; -1 */
	int32_t index;		      /* of the stage; -1 */
	bool is_used, is_final;
	bool has_variable; /* the name of its image could not be worked out */
	struct df_image image;
	const struct df_instr *user; /* the last USER, of parents too */
	uint32_t counts[DF_KINDS];
	struct map vars; /* name -> struct df_var, of this stage */
};
struct df_var {
	struct slice value;
	bool is_env, has_value;
	uint32_t since; /* index of the instruction that set it first */
};
struct df_missing { /* a name that is not set */
	struct slice name, near;
};
struct df_instr_facts {
	uint32_t nth, of;	      /* of the stage's instructions of this kind */
	const struct df_instr *shell; /* SHELL in force; NULL: the default */
	bool has_workdir, has_absolute_workdir;
	const struct df_missing *missing;
	size_t nmissing;
	struct slice expanded; /* WORKDIR, USER: the text with variables replaced */
	struct sh_script script;
	bool has_script;
	const struct df_package *packages; /* one for each command of the script */
};
/* A package manager's command. */
struct df_package {
	const char *manager, *action; /* NULL: none */
	const struct rule_value *names, *unpinned;
	size_t nnames, nunpinned;
	bool yes, cleaned, removes, mounted, no_recommends;
};
struct df_facts {
	struct config_run *run;
	struct df_doc doc;
	struct arena *arena;
	struct df_stage_facts
	    *stages; /* [0] stands before the first FROM, [1] is the first stage */
	size_t nstages;
	struct df_instr_facts *instrs;
	uint32_t now; /* the instruction that is being read */
	struct slice dockerignore;
	bool has_dockerignore;
	struct map stage_names; /* lower case -> index of the facts of the last so far */
};
struct df_event {
	struct df_facts *x;
	enum df_event_type type;
	const struct df_instr *i; /* what stands behind ONBUILD, then is_onbuild */
	struct df_instr_facts *f;
	struct df_stage_facts *s;
	bool is_onbuild;
	const struct df_word *word;
	const struct sh_command *cmd;
	const struct df_package *pkg;
	const struct df_comment *comment;
	const struct df_missing *missing;
};

/* ---- Facts of the file (df_scope.c) ---- */
int df_facts_read(struct df_facts *x, struct err *err) must_use;
void df_facts_done(struct df_facts *x);
/* Variables of a stage, its parents' ENV included. NULL: not set. */
const struct df_var *df_lookup(const struct df_facts *x, const struct df_stage_facts *s,
			       struct slice name);
int df_expand_in(struct df_facts *x, const struct df_stage_facts *s, struct slice in,
		 struct slice *ret, struct err *err) must_use;
struct df_image df_image_of(struct slice ref);
/* Facts of the stage of this name or number that stands before s; NULL. */
struct df_stage_facts *df_stage_named(struct df_facts *x, const struct df_stage_facts *s,
				      struct slice name);
const struct df_instr *df_script_instr(const struct df_instr *i);

/* ---- Packages (df_packages.c) ---- */
int df_read_packages(struct df_event *e, struct err *err) must_use;

/* ---- Fields ---- */
typedef int df_getter(struct df_event *e, const struct rule_arg *arg, struct rule_value *out);
struct df_field {
	struct rule_field field;
	df_getter *get;
};
int df_say(struct rule_value *out, struct slice s);	 /* 1 */
int df_say_some(struct rule_value *out, struct slice s); /* 0 when empty */
int df_say_bool(struct rule_value *out, bool b);
int df_say_int(struct rule_value *out, int64_t i);
int df_say_list(struct rule_value *out, const struct rule_value *items, size_t n);
struct rule_value *df_list(struct df_event *e, size_t n); /* NULL: out of memory */
bool df_is_absolute(struct slice path);
bool df_cmd_flag(const struct sh_command *c, struct slice name, struct slice *value);
bool df_is_flag(const struct sh_word *w);

#include "config/df_fields.h"
#define F(name, ...) df_getter df_get_##name;
DF_FIELDS
#undef F
extern const struct config_named_fixer df_fixers[];
