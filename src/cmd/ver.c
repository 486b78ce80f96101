/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "ver/ver.h"

#include <stdio.h>

#define MAX_LINE (64 * KIB)

static const char *compare(struct slice eco, struct slice a, struct slice b)
{
	static const char *const signs[] = {"<", "=", ">"};
	const struct ver_scheme *s = ver_find(eco);
	int r = s ? s->compare(a, b) : VER_INVALID;
	return r == VER_INVALID ? "?" : signs[r + 1];
}

static const char *match(struct slice eco, struct slice version, struct slice range)
{
	struct err err = {0};
	const struct ver_scheme *s = ver_find(eco);
	int r = s ? ver_match(s, version, range, &err) : -EINVAL;
	return r < 0 ? "?" : r ? "true" : "false";
}

/* Lines `ecosystem<TAB>a<TAB>b`; one answer a line, in step with the input. */
static int table(const char *(*answer)(struct slice, struct slice, struct slice))
{
	auto_free char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	while ((n = getline(&line, &cap, stdin)) >= 0) {
		struct slice rest = slice_of(line, (size_t)n), eco = SL_NONE, a = SL_NONE,
			     b = SL_NONE;
		if (rest.len > MAX_LINE)
			return cmd_usage("a line of the table is over %zu bytes", MAX_LINE);
		while (rest.len &&
		       (rest.ptr[rest.len - 1] == '\n' || rest.ptr[rest.len - 1] == '\r'))
			rest.len--;
		bool whole = slice_cut(&rest, '\t', &eco) && slice_cut(&rest, '\t', &a) &&
			     slice_cut(&rest, '\t', &b);
		puts(whole ? answer(eco, a, b) : "?");
	}
	return 0;
}

static int unknown(const char *eco)
{
	const char *names[64];
	size_t n;
	const struct ver_scheme *const *all = ver_schemes(&n);
	n = MIN(n, ARRAY_LEN(names));
	for (size_t i = 0; i < n; i++)
		names[i] = all[i]->name;
	const char *near = nearest_word(eco, names, n);
	return cmd_usage("unknown ecosystem \"%s\"%s%s", eco, near ? " - did you mean " : "",
			 near ? near : "");
}

static int run(const struct options *o,
	       const char *(*answer)(struct slice, struct slice, struct slice), const char *want)
{
	if (o->nargs == 0)
		return table(answer);
	if (o->nargs != 3)
		return cmd_usage("expected %s, or a table on standard input", want);
	if (!ver_find(slice_str(o->args[0])))
		return unknown(o->args[0]);
	const char *a = answer(slice_str(o->args[0]), slice_str(o->args[1]), slice_str(o->args[2]));
	if (a[0] == '?')
		return cmd_usage("\"%s\" or \"%s\" is not valid for %s", o->args[1], o->args[2],
				 o->args[0]);
	puts(a);
	return 0;
}

static int run_compare(const struct options *o)
{
	return run(o, compare, "ECOSYSTEM A B");
}

static int run_match(const struct options *o)
{
	return run(o, match, "ECOSYSTEM VERSION RANGE");
}

const struct command cmd_ver_compare = {
    .name = "ver compare",
    .synopsis = "[ECOSYSTEM A B]",
    .summary = "the order of two versions: prints <, = or >",
    .text = "Without arguments a table ecosystem<TAB>a<TAB>b is read from standard input and "
	    "answered line by line; "
	    "? stands for an invalid version.",
    .examples = {{"strake ver compare deb 1.0~rc1 1.0", "prints <"}},
    .run = run_compare,
};
const struct command cmd_ver_match = {
    .name = "ver match",
    .synopsis = "[ECOSYSTEM VERSION RANGE]",
    .summary = "is a version in a range: prints true or false",
    .text =
	"Without arguments a table ecosystem<TAB>version<TAB>range is read from standard input.",
    .examples = {{"strake ver match rpm 1:2.3-4 '>= 1:2.0, < 1:3'", "prints true"}},
    .run = run_match,
};
