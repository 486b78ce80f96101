/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full texts of licences, told by short runs of words that no other licence has. A text is brought to lower-case words
 * with one blank between, so that layout and punctuation do not matter.
 */
#include "license/license_internal.h"

#define MAX_PHRASES 4

static const struct text {
	const char *id;
	const char *has[MAX_PHRASES];  /* all of them: certain; some: less */
	const char *none[MAX_PHRASES]; /* any of them: another licence */
} texts[] = {
    {"Apache-2.0",
     {"apache license version 2 0", "grant of patent license", "redistribution"},
     {NULL}},
    {"Apache-1.1",
     {"the names", "must not be used to endorse", "the apache group", NULL},
     {"apache license version 2"}},
    {"MIT",
     {"permission is hereby granted free of charge to any person obtaining a copy",
      "the above copyright notice and this permission notice shall be included"},
     {"except as contained in this notice the name", "advertising or otherwise to promote"}},
    {"X11",
     {"permission is hereby granted free of charge to any person obtaining a copy",
      "except as contained in this notice the name"},
     {NULL}},
    {"MIT",
     {"permission is hereby granted free of charge to any person obtaining a copy",
      "and this permission notice including the next paragraph shall be included"},
     {"except as contained in this notice the name"}},
    {"HPND-sell-variant",
     {"permission to use copy modify distribute and sell this software and its documentation for "
      "any purpose is hereby granted without fee"},
     {NULL}},
    {"HPND",
     {"permission to use copy modify and distribute this software and its documentation for any "
      "purpose and without fee is hereby granted"},
     {NULL}},
    {"MIT-0",
     {"permission is hereby granted free of charge to any person obtaining a copy",
      "subject to the following conditions"},
     {"the above copyright notice and this permission notice", "university of illinois ncsa"}},
    {"ISC",
     {"permission to use copy modify and or distribute this software for any purpose with or "
      "without fee is hereby granted provided that the above copyright notice"},
     {NULL}},
    {"0BSD",
     {"permission to use copy modify and or distribute this software for any purpose with or "
      "without fee is hereby granted the software is provided"},
     {NULL}},
    {"BSD-4-Clause",
     {"redistribution and use in source and binary forms",
      "all advertising materials mentioning features"},
     {NULL}},
    {"BSD-3-Clause",
     {"redistribution and use in source and binary forms",
      "redistributions in binary form must reproduce", "endorse or promote products derived"},
     {"all advertising materials mentioning features",
      "no express or implied licenses to any party s patent rights are granted by this license",
      "university of illinois ncsa open source license"}},
    {"BSD-2-Clause",
     {"redistribution and use in source and binary forms",
      "redistributions in binary form must reproduce"},
     {"endorse or promote products derived", "all advertising materials mentioning features"}},
    {"BSL-1.0", {"boost software license", "machine executable object code"}, {NULL}},
    {"CC0-1.0", {"cc0 1 0 universal"}, {NULL}},
    {"CC-BY-4.0", {"creative commons attribution 4 0 international"}, {NULL}},
    {"CC-BY-SA-4.0", {"creative commons attribution sharealike 4 0 international"}, {NULL}},
    {"CDDL-1.0", {"common development and distribution license", "version 1 0"}, {"version 1 1"}},
    {"EPL-1.0", {"eclipse public license v 1 0"}, {NULL}},
    {"EPL-2.0", {"eclipse public license v 2 0"}, {NULL}},
    {"EUPL-1.2", {"european union public licence", "v 1 2"}, {NULL}},
    {"AGPL-3.0-only", {"gnu affero general public license", "version 3 19 november 2007"}, {NULL}},
    {"GPL-1.0-only", {"gnu general public license version 1 february 1989"}, {NULL}},
    {"GPL-2.0-only", {"gnu general public license version 2 june 1991"}, {NULL}},
    {"GPL-2.0-only", {"gnu general public license gpl version 2 june 1991"}, {NULL}},
    {"GPL-3.0-only",
     {"gnu general public license version 3 29 june 2007", "terms and conditions"},
     {"gnu affero general public license version 3"}},
    {"LGPL-2.0-only", {"gnu library general public license version 2 june 1991"}, {NULL}},
    {"LGPL-2.1-only", {"gnu lesser general public license version 2 1 february 1999"}, {NULL}},
    {"LGPL-3.0-only", {"gnu lesser general public license version 3 29 june 2007"}, {NULL}},
    {"GFDL-1.2-only", {"gnu free documentation license version 1 2"}, {NULL}},
    {"GFDL-1.3-only", {"gnu free documentation license version 1 3"}, {NULL}},
    {"MPL-1.1", {"mozilla public license version 1 1"}, {NULL}},
    {"MPL-2.0", {"mozilla public license version 2 0"}, {NULL}},
    {"Artistic-2.0", {"the artistic license 2 0"}, {NULL}},
    {"Artistic-1.0-Perl",
     {"the artistic license", "the copyright holder maintains some semblance of artistic control"},
     {"the artistic license 2 0"}},
    {"Unlicense",
     {"this is free and unencumbered software released into the public domain"},
     {NULL}},
    {"WTFPL", {"do what the fuck you want to public license"}, {NULL}},
    {"Zlib",
     {"this software is provided as is without any express or implied warranty",
      "altered source versions must be plainly marked as such"},
     {NULL}},
    {"PSF-2.0", {"python software foundation license version 2"}, {NULL}},
    {"PostgreSQL",
     {"postgresql database management system", "permission to use copy modify"},
     {NULL}},
    {"OFL-1.1", {"sil open font license version 1 1"}, {NULL}},
    {"OpenSSL",
     {"openssl license", "this product includes software developed by the openssl project"},
     {NULL}},
    {"BUSL-1.1", {"business source license 1 1"}, {NULL}},
    {"SSPL-1.0", {"server side public license"}, {NULL}},
    {"Elastic-2.0", {"elastic license 2 0"}, {NULL}},
    {"MS-PL", {"microsoft public license"}, {NULL}},
    {"UPL-1.0", {"the universal permissive license"}, {NULL}},
    {"Vim", {"vim license"}, {NULL}},
    {"BlueOak-1.0.0", {"blue oak model license version 1 0 0"}, {NULL}},
    {"Ruby",
     {"is copyrighted free software by",
      "you can redistribute it and or modify it under either the terms of the"},
     {NULL}},
    {"NCSA", {"university of illinois ncsa open source license"}, {NULL}},
    {"BSD-3-Clause-Clear",
     {"no express or implied licenses to any party s patent rights are granted by this license"},
     {NULL}},
    {"ISC",
     {"permission to use copy modify and distribute this software for any purpose with or without "
      "fee is hereby granted provided that the above copyright notice and this permission notice "
      "appear in all copies"},
     {"except as contained in this notice the name"}},
    {"curl",
     {"permission to use copy modify and distribute this software for any purpose with or without "
      "fee is hereby granted provided that the above copyright notice and this permission notice "
      "appear in all copies",
      "except as contained in this notice the name"},
     {NULL}},
    {"JSON", {"the software shall be used for good not evil"}, {NULL}},
    {"CC-BY-3.0", {"creative commons attribution 3 0 unported"}, {NULL}},
    {"CC-BY-SA-3.0", {"creative commons attribution sharealike 3 0 unported"}, {NULL}},
    {"CC-BY-NC-4.0", {"creative commons attribution noncommercial 4 0 international"}, {NULL}},
    {"CDDL-1.1", {"common development and distribution license", "version 1 1"}, {NULL}},
    {"AFL-3.0",
     {"academic free license", "licensed under the academic free license version 3 0"},
     {NULL}},
    {"OSL-3.0",
     {"open software license", "licensed under the open software license version 3 0"},
     {NULL}},
    {"ECL-2.0", {"educational community license version 2 0"}, {NULL}},
    {"EUPL-1.1", {"european union public licence v 1 1"}, {NULL}},
};

void license_words(struct buf *b, struct slice text)
{
	bool gap = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool upper = c >= 'A' && c <= 'Z';
		if (!upper && !(c >= 'a' && c <= 'z') && !is_digit(c)) {
			gap = true;
			continue;
		}
		if (gap && b->len)
			buf_putc(b, ' ');
		gap = false;
		buf_putc(b, upper ? (char)(c + 32) : c);
	}
}

/* The part of its phrases that a text has; 0 where it is another licence. */
static double measure(struct slice words, const struct text *t)
{
	unsigned all = 0, found = 0;
	for (size_t i = 0; i < MAX_PHRASES && t->none[i]; i++)
		if (slice_find(words, slice_str(t->none[i])) >= 0)
			return 0;
	for (size_t i = 0; i < MAX_PHRASES && t->has[i]; i++, all++)
		found += slice_find(words, slice_str(t->has[i])) >= 0;
	return (double)found / (double)all;
}

size_t license_texts(struct slice words, double least, struct license_match *ret, size_t max)
{
	size_t n = 0;
	double best = 0;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		double c = measure(words, &texts[i]);
		bool whole = c > 0.99;
		if (c < least || c <= 0 || (best > 0.99 && !whole))
			continue;
		if (whole && best <= 0.99)
			n = 0;
		best = MAX(best, c);
		n = license_add_match(ret, n, max, slice_str(texts[i].id), c);
	}
	return n;
}

bool license_recognise(struct slice text, struct buf *b, double *confidence)
{
	auto_buf struct buf words;
	size_t before = b->len;
	buf_init(&words, 2 * LICENSE_MAX_TEXT);
	*confidence = 1;
	license_words(&words, slice_sub(text, 0, LICENSE_MAX_TEXT));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		double c = measure(buf_slice(&words), &texts[i]);
		if (c < 0.99)
			continue;
		if (b->len > before)
			buf_putc(b, '\n');
		buf_puts(b, slice_str(texts[i].id));
	}
	return b->len > before;
}

/* ---- Debian's copyright files ---- */

static void add_once(struct buf *b, size_t before, struct slice id)
{
	struct slice rest = slice_from(buf_slice(b), before), line;
	if (!id.len)
		return;
	while (slice_line(&rest, &line))
		if (slice_eq(line, id))
			return;
	if (b->len > before)
		buf_putc(b, '\n');
	buf_puts(b, id);
}

/* "GPL-2+ and Expat or custom-thing": ids where they are known, else as written. */
static void add_short_name(struct buf *b, size_t before, struct slice names)
{
	while (names.len) {
		static const char *const between[] = {" and/or ", " and ", " or ", ", "};
		size_t at = names.len, skip = 0;
		for (size_t i = 0; i < ARRAY_LEN(between); i++) {
			ssize_t found = slice_find(names, slice_str(between[i]));
			if (found >= 0 && (size_t)found < at) {
				at = (size_t)found;
				skip = strlen(between[i]);
			}
		}
		struct slice one = slice_trim(slice_sub(names, 0, at));
		names = slice_from(names, at + skip);
		if (slice_starts(one, "and ") || slice_starts(one, "or "))
			one = slice_trim(slice_from(one, one.ptr[0] == 'a' ? 4 : 3));
		struct slice id = license_id(one);
		add_once(b, before, id.len ? id : slice_sub(one, 0, 100));
	}
}

static bool read_dep5(struct slice text, struct buf *b)
{
	size_t before = b->len;
	struct slice line;
	while (slice_line(&text, &line)) {
		struct slice value = line;
		if (line.len < 8 || !slice_ieq(slice_sub(line, 0, 8), SL("license:")))
			continue;
		value = slice_trim(slice_from(value, 8));
		if (value.len)
			add_short_name(b, before, value);
	}
	return b->len > before;
}

/* "/usr/share/common-licenses/GPL-2" with the words around that say "or later" left alone: the file is named. */
static bool read_references(struct slice text, struct buf *b)
{
	static const char folder[] = "/usr/share/common-licenses/";
	size_t before = b->len;
	for (ssize_t at; (at = slice_find(text, slice_str(folder))) >= 0;) {
		text = slice_from(text, (size_t)at + sizeof(folder) - 1);
		size_t n = 0;
		while (n < text.len && n < 40 &&
		       (is_alpha(text.ptr[n]) || is_digit(text.ptr[n]) || text.ptr[n] == '-' ||
			text.ptr[n] == '.'))
			n++;
		while (n && text.ptr[n - 1] == '.')
			n--;
		struct slice name = slice_sub(text, 0, n), id = license_id(name);
		add_once(b, before, id.len ? id : name);
	}
	return b->len > before;
}

bool license_of_copyright(struct slice text, struct buf *b)
{
	double ignored;
	size_t before = b->len;
	if (read_dep5(text, b))
		return true;
	bool found = read_references(text, b);
	auto_buf struct buf texts_found;
	buf_init(&texts_found, 64 * KIB);
	if (license_recognise(text, &texts_found, &ignored)) {
		struct slice rest = buf_slice(&texts_found), line;
		while (slice_line(&rest, &line))
			add_once(b, before, line);
		found = true;
	}
	return found;
}
