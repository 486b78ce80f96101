/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the shell reader: commands and words. */
#pragma once

#include "text/dockerfile.h"

#define SH_MAX_DEPTH	60u
#define SH_MAX_COMMANDS 200000u
#define SH_MAX_HEREDOCS 32u

/* Where the next command of a list will stand. */
struct sh_place {
	enum sh_op op;
	int32_t parent;
	uint32_t pipe, at;
	unsigned depth;
};
struct sh_owned { /* a redirect and its command, until all are known */
	struct sh_redirect x;
	int32_t owner;
};
struct sh_reader {
	struct arena *arena;
	const char *p, *end;
	struct sh_script *out;
	VEC(struct sh_command) commands;
	VEC(struct sh_word) words; /* of the commands that are open, innermost last */
	VEC(struct sh_owned) redirects;
	VEC(uint32_t) pipes;
	struct buf text;		   /* of the words that are open */
	int32_t current;		   /* the command that words belong to */
	unsigned depth_now;		   /* its depth */
	uint32_t waiting[SH_MAX_HEREDOCS]; /* redirects whose bodies follow the next line end */
	size_t nwaiting;
	bool oom;
};

static inline char sh_peek(const struct sh_reader *r, size_t n)
{
	return (size_t)(r->end - r->p) > n ? r->p[n] : '\0';
}
static inline bool sh_starts(const struct sh_reader *r, const char *s)
{
	size_t n = strlen(s);
	return (size_t)(r->end - r->p) >= n && memcmp(r->p, s, n) == 0;
}
void sh_fail(struct sh_reader *r, const char *what);
int32_t sh_new_command(struct sh_reader *r, enum sh_kind kind, const struct sh_place *at);
void sh_end_command(struct sh_reader *r, int32_t index);
void sh_list(struct sh_reader *r, struct sh_place *at);
void sh_command_at(struct sh_reader *r, const struct sh_place *at);
/* The word at p, taken; false when none begins here. */
bool sh_word_at(struct sh_reader *r, struct sh_word *w);
