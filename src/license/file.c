/* SPDX-License-Identifier: Apache-2.0 */
/* What a file says of its own licence: SPDX-License-Identifier lines, full texts, and the notices of files' heads. */
#include "license/license_internal.h"

#include <stdio.h>

size_t license_add_match(struct license_match *ret, size_t n, size_t max, struct slice id,
			 double confidence)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(ret[i].id, id)) {
			ret[i].confidence = MAX(ret[i].confidence, confidence);
			return n;
		}
	if (n < max && id.len)
		ret[n++] = (struct license_match){id, confidence};
	return n;
}

struct gathering {
	struct license_match *ret;
	size_t n, max;
};

/* ---- SPDX-License-Identifier (SPDX 2.3, annex E) ---- */

static void take_id(void *arg, struct slice id)
{
	struct gathering *g = arg;
	struct slice known = license_id(id);
	g->n =
	    license_add_match(g->ret, g->n, g->max, known.len ? known : slice_sub(id, 0, 100), 1);
}

static bool is_expression_char(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("-.+: ()", c));
}

static void read_identifiers(struct slice text, struct gathering *g)
{
	static const char mark[] = "SPDX-License-Identifier:";
	for (ssize_t at; (at = slice_find(text, slice_str(mark))) >= 0;) {
		struct slice line;
		text = slice_from(text, (size_t)at + sizeof(mark) - 1);
		struct slice rest = text;
		if (!slice_line(&rest, &line))
			return;
		size_t n = 0;
		while (n < line.len && n < 300 && is_expression_char(line.ptr[n]))
			n++;
		line = slice_trim(slice_sub(line, 0, n));
		/* "-->" of a comment that ends on the line. */
		while (line.len && line.ptr[line.len - 1] == '-')
			line.len--;
		line = slice_trim(line);
		if (line.len &&
		    (is_alpha(line.ptr[0]) || is_digit(line.ptr[0]) || line.ptr[0] == '('))
			license_each(line, take_id, g);
	}
}

/* ---- notices ---- */

static const struct notice {
	const char *id, *words;
} notices[] = {
    {"Apache-2.0", "under the apache license version 2 0"},
    {"Apache-2.0", "under the apache 2 0 license"},
    {"Apache-2.0", "under apache license v 2 0"},
    {"Apache-2.0", "under the apache license v 2 0"},
    {"Apache-2.0", "under the apache license v2 0"},
    {"BSL-1.0", "distributed under the boost software license version 1 0"},
    {"CC0-1.0", "under the cc0 1 0 universal"},
    {"CDDL-1.0", "subject to the terms of the common development and distribution license"},
    {"EPL-1.0", "terms of the eclipse public license v1 0"},
    {"EPL-1.0", "terms of the eclipse public license v 1 0"},
    {"EPL-2.0", "terms of the eclipse public license 2 0"},
    {"EPL-2.0", "terms of the eclipse public license v2 0"},
    {"EPL-2.0", "terms of the eclipse public license v 2 0"},
    {"MIT", "licensed under the mit license"},
    {"MIT", "released under the mit license"},
    {"MIT", "under the terms of the mit license"},
    {"MPL-1.1", "subject to the mozilla public license version 1 1"},
    {"MPL-2.0", "subject to the terms of the mozilla public license v 2 0"},
};

static const struct family {
	const char *name, *id;
	const char *versions[4][2]; /* as words, as in ids */
} families[] = {
    {"general", "GPL", {{"1", "1.0"}, {"2", "2.0"}, {"3", "3.0"}}},
    {"library general", "LGPL", {{"2", "2.0"}}},
    {"lesser general", "LGPL", {{"2", "2.0"}, {"2 1", "2.1"}, {"3", "3.0"}}},
    {"affero general", "AGPL", {{"1", "1.0"}, {"3", "3.0"}}},
};

/* The forms that the Free Software Foundation recommends, and those that grew of them. "2" must not be that of "2.1":
 * a word follows. */
static const struct form {
	const char *before, *after; /* the version */
	bool later;
} forms[] = {
    {" as published by the free software foundation either version ",
     " of the license or at your option any later version", true},
    {" as published by the free software foundation either version ",
     " or at your option any later version", true},
    {" version ", " or later", true},
    {" v", " or later", true},
    {" version ", " or at your option any later version", true},
    {" as published by the free software foundation version ", " of the license", false},
    {" as published by the free software foundation version ", " only", false},
    {" version ", " as published by the free software foundation", false},
    {" version ", " only", false},
};

static void read_gnu(struct slice words, const struct family *f, const char *const version[2],
		     struct gathering *g)
{
	char phrase[256], id[32];
	bool later = false;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		snprintf(phrase, sizeof(phrase), "gnu %s public license%s%s%s", f->name,
			 forms[i].before, version[0], forms[i].after);
		ssize_t at = slice_find(words, slice_str(phrase));
		if (at < 0 || (later && !forms[i].later))
			continue;
		struct slice rest = slice_from(words, (size_t)at + strlen(phrase));
		/* "version 2 of the license, or (at your option) any later version", without "either". */
		later = forms[i].later || slice_starts(rest, " or at your option any later");
		snprintf(id, sizeof(id), "%s-%s-%s", f->id, version[1],
			 later ? "or-later" : "only");
		g->n = license_add_match(g->ret, g->n, g->max, license_id(slice_str(id)), 1);
	}
}

static void read_notices(struct slice words, struct gathering *g)
{
	for (size_t i = 0; i < ARRAY_LEN(notices); i++)
		if (slice_find(words, slice_str(notices[i].words)) >= 0)
			g->n = license_add_match(g->ret, g->n, g->max, slice_str(notices[i].id), 1);
	if (slice_find(words, SL("general public license")) < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (size_t k = 0; k < ARRAY_LEN(families[i].versions); k++)
			if (families[i].versions[k][0])
				read_gnu(words, &families[i], families[i].versions[k], g);
}

size_t license_of_file(struct slice text, double least, struct license_match *ret, size_t max)
{
	struct gathering g = {ret, 0, max};
	auto_buf struct buf words;
	text = slice_sub(text, 0, LICENSE_MAX_TEXT);
	buf_init(&words, 2 * LICENSE_MAX_TEXT);
	read_identifiers(text, &g);
	license_words(&words, text);
	struct license_match full[LICENSE_MAX_MATCHES];
	size_t n = license_texts(buf_slice(&words), least, full, ARRAY_LEN(full));
	for (size_t i = 0; i < n; i++)
		g.n = license_add_match(g.ret, g.n, g.max, full[i].id, full[i].confidence);
	/* Full texts tell in their appendices how to write a notice; an identifier says what a notice says. */
	if (g.n == 0)
		read_notices(buf_slice(&words), &g);
	return g.n;
}
