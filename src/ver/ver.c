/* SPDX-License-Identifier: Apache-2.0 */
#include "ver/ver_internal.h"
#include "ver/ver_table.h"

#define DECLARE(word) extern const struct ver_scheme ver_scheme_##word;
#define ROW(word)     &ver_scheme_##word,
VER_SCHEMES(DECLARE)

static const struct ver_scheme *const table[] = {VER_SCHEMES(ROW)};

const struct ver_scheme *const *ver_schemes(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

static bool named(const struct ver_scheme *s, struct slice name)
{
	if (slice_ieq(name, slice_str(s->name)))
		return true;
	for (size_t i = 0; s->aliases && s->aliases[i]; i++)
		if (slice_ieq(name, slice_str(s->aliases[i])))
			return true;
	return false;
}

const struct ver_scheme *ver_find(struct slice ecosystem)
{
	/* "Ubuntu:22.04:LTS": what follows the first colon is the release. */
	ssize_t colon = slice_chr(ecosystem, ':');
	struct slice name =
	    slice_trim(slice_sub(ecosystem, 0, colon < 0 ? ecosystem.len : (size_t)colon));
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (named(table[i], name))
			return table[i];
	return NULL;
}

int ver_match(const struct ver_scheme *s, struct slice version, struct slice range, struct err *err)
{
	version = slice_trim(version);
	if (version.len > VER_MAX_LENGTH || range.len > VER_MAX_RANGE)
		return err_limit(err, "version or range over %d bytes",
				 version.len > VER_MAX_LENGTH ? VER_MAX_LENGTH : VER_MAX_RANGE);
	if (s->match)
		return s->match(version, range, err);
	if (!s->valid(version))
		return err_input(err, "'%.*s' is not a version of %s", SL_FMT(version), s->name);
	return ver_match_intervals(s, version, range, err);
}
