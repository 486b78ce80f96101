/* SPDX-License-Identifier: Apache-2.0 */
/* .dockerignore: docs.docker.com/build/concepts/context, "dockerignore files". */
#include "config/df_facts.h"

#define MAX_PATTERN 1000

/* Which places of the pattern can be reached without taking a byte. */
static void spread(struct slice p, bool *at)
{
	for (size_t k = 0; k < p.len; k++) {
		if (!at[k] || p.ptr[k] != '*')
			continue;
		bool two = k + 1 < p.len && p.ptr[k + 1] == '*';
		at[k + (two ? 2 : 1)] = true;
		if (two && k + 2 < p.len && p.ptr[k + 2] == '/')
			at[k + 3] = true;
	}
}

/* Does the pattern fit the path, or a directory above it? */
static bool fits(struct slice p, struct slice path)
{
	bool at[MAX_PATTERN + 2] = {true}, next[MAX_PATTERN + 2];
	if (p.len > MAX_PATTERN)
		return false;
	spread(p, at);
	for (size_t n = 0; n < path.len; n++) {
		char c = path.ptr[n];
		if (c == '/' && at[p.len])
			return true;
		memset(next, 0, p.len + 1);
		for (size_t k = 0; k < p.len; k++) {
			bool two = p.ptr[k] == '*' && k + 1 < p.len && p.ptr[k + 1] == '*';
			if (!at[k])
				continue;
			if (two || (p.ptr[k] == '*' && c != '/'))
				next[k] = true;
			else if (p.ptr[k] == c || (p.ptr[k] == '?' && c != '/'))
				next[k + 1] = true;
		}
		spread(p, next);
		memcpy(at, next, p.len + 1);
	}
	return at[p.len];
}

static struct slice clean(struct slice s, char *out, size_t cap)
{
	size_t len = 0;
	return path_normalise(s, out, cap, &len) ? slice_of(out, len) : SL_NONE;
}

static bool is_ignored(struct slice ignore, struct slice path)
{
	struct slice line;
	bool out = false;
	size_t n = 0;
	while (n++ < 1000 && slice_line(&ignore, &line)) {
		char text[MAX_PATTERN];
		line = slice_trim(line);
		if (!line.len || line.ptr[0] == '#')
			continue;
		bool back = line.ptr[0] == '!';
		struct slice pattern =
		    clean(slice_trim(slice_from(line, back)), text, sizeof(text));
		if (pattern.len && fits(pattern, path))
			out = !back;
	}
	return out;
}

int df_get_src_ignored(struct df_event *e, const struct rule_arg *arg, struct rule_value *out)
{
	char text[MAX_PATTERN];
	(void)arg;
	if (!e->word || e->type != DFE_SOURCE || !e->x->has_dockerignore ||
	    (e->i && df_flag(e->i, "from")))
		return df_say_bool(out, false);
	struct slice s = e->word->text;
	if (slice_find(s, SL("://")) >= 0 || slice_chr(s, '$') >= 0)
		return df_say_bool(out, false);
	struct slice path = clean(s, text, sizeof(text));
	return df_say_bool(out, path.len && is_ignored(e->x->dockerignore, path));
}
