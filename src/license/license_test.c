/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "license/license.h"

static void spellings_of_metadata_become_ids(void **state)
{
	(void)state;
	assert_slice(license_id(SL("apache license, version 2.0")), "Apache-2.0");
	assert_slice(license_id(SL("GPLv2+")), "GPL-2.0-or-later");
	assert_slice(license_id(SL("GPL-2.0")), "GPL-2.0-only");
	assert_slice(license_id(SL(" mit ")), "MIT");
	assert_slice(license_id(SL("Expat")), "MIT");
	assert_slice(license_id(SL("https://www.apache.org/licenses/LICENSE-2.0.txt")),
		     "Apache-2.0");
	assert_slice(license_id(SL("https://opensource.org/licenses/MIT")), "MIT");
	assert_int_equal(license_id(SL("https://example.org/licenses/MIT")).len, 0);
	assert_int_equal(license_id(SL("Our own terms")).len, 0);
}

static void expressions_are_ids_with_operators(void **state)
{
	(void)state;
	static const char *const good[] = {"MIT OR Apache-2.0", "(MIT AND Zlib) OR ISC",
					   "GPL-2.0-only WITH Classpath-exception-2.0",
					   "mit or (apache-2.0 and (bsd-3-clause))"};
	static const char *const bad[] = {"MIT",	  "MIT OR",
					  "OR MIT",	  "MIT Apache-2.0",
					  "(MIT OR ISC",  "MIT OR nothing-like-it",
					  "MIT) OR (ISC", ""};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(license_is_expression(slice_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(license_is_expression(slice_str(bad[i])));
}

static void or_takes_the_lighter_and_and_the_heavier(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum license_category want;
	} cases[] = {
	    {"MIT", LICENSE_NOTICE},
	    {"AGPL-3.0", LICENSE_FORBIDDEN},
	    {"MIT OR GPL-3.0-only", LICENSE_NOTICE},
	    {"MIT AND GPL-3.0-only", LICENSE_RESTRICTED},
	    {"(MIT OR AGPL-3.0-only) AND MPL-2.0", LICENSE_RECIPROCAL},
	    {"MIT AND GPL-2.0-only OR Unlicense", LICENSE_UNENCUMBERED},
	    {"GPL-2.0-only WITH Classpath-exception-2.0 OR MPL-2.0", LICENSE_RECIPROCAL},
	    {"who knows", LICENSE_UNKNOWN},
	    {"Public Domain", LICENSE_UNENCUMBERED},
	    {"GPL-3+ with Bison exception", LICENSE_RESTRICTED},
	    {"BSD-3-clause-Cambridge", LICENSE_NOTICE},
	    {"Mitsubishi", LICENSE_UNKNOWN},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(license_judge(slice_str(cases[i].text)), cases[i].want);
}

static void count(void *arg, struct slice id)
{
	buf_puts(arg, id);
	buf_putc(arg, ';');
}

static void operands_are_given_one_by_one(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, KIB);
	license_each(SL("(MIT OR gpl-2.0+) AND GPL-2.0-only WITH Classpath-exception-2.0"), count,
		     &b);
	license_each(SL("Custom terms"), count, &b);
	license_each(SL("GPLv3"), count, &b);
	assert_slice(buf_slice(&b), "MIT;GPL-2.0-or-later;GPL-2.0-only;Custom terms;GPL-3.0-only;");
}

/* The texts that Debian ships, whatever they are laid out like. */
static void full_texts_are_told(void **state)
{
	(void)state;
	static const char *const files[][2] = {
	    {"Apache-2.0", "Apache-2.0"},
	    {"GPL-1", "GPL-1.0-only"},
	    {"GPL-2", "GPL-2.0-only"},
	    {"GPL-3", "GPL-3.0-only"},
	    {"LGPL-2", "LGPL-2.0-only"},
	    {"LGPL-2.1", "LGPL-2.1-only"},
	    {"LGPL-3", "LGPL-3.0-only"},
	    {"GFDL-1.2", "GFDL-1.2-only"},
	    {"GFDL-1.3", "GFDL-1.3-only"},
	    {"MPL-1.1", "MPL-1.1"},
	    {"MPL-2.0", "MPL-2.0"},
	    {"CC0-1.0", "CC0-1.0"},
	    {"Artistic", "Artistic-1.0-Perl"},
	};
	auto_arena struct arena a;
	arena_init(&a, 16 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_buf struct buf b, text;
		struct err err = {0};
		double confidence;
		buf_init(&b, 64 * KIB);
		buf_init(&text, 4 * MIB);
		struct slice path = arena_printf(&a, "/usr/share/common-licenses/%s", files[i][0]);
		if (file_read(path.ptr, &text, &err) < 0)
			continue; /* not a Debian */
		assert_true(license_recognise(buf_slice(&text), &b, &confidence));
		if (!slice_is(buf_slice(&b), files[i][1]))
			fail_msg("%s: %.*s", files[i][0], SL_FMT(buf_slice(&b)));
	}
}

static void short_texts_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"Permission is hereby granted, free of charge, to any person obtaining\n a copy of "
	     "this "
	     "... The above copyright notice and this permission notice shall be\nincluded in all",
	     "MIT"},
	    {"Redistribution and use in source and binary forms, ... Redistributions in binary "
	     "form "
	     "must reproduce the above",
	     "BSD-2-Clause"},
	    {"Redistribution and use in source and binary forms ... Redistributions in binary form "
	     "must "
	     "reproduce ... be used to endorse or promote products derived from",
	     "BSD-3-Clause"},
	    {"Permission to use, copy, modify, and/or distribute this software for any purpose "
	     "with or "
	     "without fee is hereby granted, provided that the above copyright notice and",
	     "ISC"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf struct buf b;
		double confidence;
		buf_init(&b, KIB);
		assert_true(license_recognise(slice_str(cases[i].text), &b, &confidence));
		assert_true(slice_is(buf_slice(&b), cases[i].want));
	}
	auto_buf struct buf b;
	double confidence;
	buf_init(&b, KIB);
	assert_false(license_recognise(SL("All rights reserved."), &b, &confidence));
}

static void copyright_files_of_debian_are_read(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	assert_true(license_of_copyright(
	    SL("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
	       "Files: *\nCopyright: A\nLicense: GPL-2+, or Expat\n\nFiles: x\nLicense: Expat\n "
	       "text\n"
	       "License: custom-one\n"),
	    &b));
	assert_slice(buf_slice(&b), "GPL-2.0-or-later\nMIT\ncustom-one");
	buf_clear(&b);
	assert_true(license_of_copyright(
	    SL("On Debian systems see /usr/share/common-licenses/GPL-3. And\n"
	       "`/usr/share/common-licenses/LGPL-2.1', /usr/share/common-licenses/GPL-3"),
	    &b));
	assert_slice(buf_slice(&b), "GPL-3.0-only\nLGPL-2.1-only");
	buf_clear(&b);
	assert_false(license_of_copyright(SL("Nothing said here"), &b));
}

static void check_file(const char *text, double least, const char *want, int line)
{
	struct license_match found[LICENSE_MAX_MATCHES];
	auto_buf struct buf b;
	size_t n = license_of_file(slice_str(text), least, found, ARRAY_LEN(found));
	buf_init(&b, KIB);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s:%.2f", i ? " " : "", SL_FMT(found[i].id),
			   found[i].confidence);
	test_assert_slice(buf_slice(&b), slice_str(want), __FILE__, line);
}
#define FILE_SAYS(text, want) check_file(text, 0.9, want, __LINE__)

static void heads_of_source_files_are_read(void **state)
{
	(void)state;
	FILE_SAYS("// SPDX-License-Identifier: (GPL-2.0-only WITH x) OR MIT */\n",
		  "GPL-2.0-only:1.00 MIT:1.00");
	FILE_SAYS("<!-- SPDX-License-Identifier: Apache-2.0 -->", "Apache-2.0:1.00");
	FILE_SAYS("# SPDX-License-Identifier: LicenseRef-Own\n# SPDX-License-Identifier: MIT\n",
		  "LicenseRef-Own:1.00 MIT:1.00");
	FILE_SAYS("# SPDX-License-Identifier: %s\n", "");
	FILE_SAYS(" * Licensed under the Apache License,\n * Version 2.0 (the \"License\");",
		  "Apache-2.0:1.00");
	FILE_SAYS("/* This Source Code Form is subject to the terms of the Mozilla\n * Public "
		  "License, v. 2.0. */",
		  "MPL-2.0:1.00");
#define GNU(name, version)                                                                         \
	"under the terms of the GNU " name "General Public License as published by\n# the Free "   \
	"Software Foundation" version
	FILE_SAYS(
	    GNU("", "; either version 2 of the License, or (at your option) any later version"),
	    "GPL-2.0-or-later:1.00");
	FILE_SAYS(GNU("", "; either version 3, or (at your option) any later version"),
		  "GPL-3.0-or-later:1.00");
	FILE_SAYS(GNU("", "; version 2 of the License."), "GPL-2.0-only:1.00");
	FILE_SAYS(GNU("", "; version 2 of the License, or (at your option) any later version"),
		  "GPL-2.0-or-later:1.00");
	FILE_SAYS(GNU("Lesser ",
		      "; either version 2.1 of the License, or (at your option) any later version"),
		  "LGPL-2.1-or-later:1.00");
	FILE_SAYS(GNU("Affero ",
		      ", either version 3 of the License, or (at your option) any later version"),
		  "AGPL-3.0-or-later:1.00");
	FILE_SAYS(
	    "GNU General Public License version 2 as published by the Free Software Foundation",
	    "GPL-2.0-only:1.00");
	FILE_SAYS("See the GNU General Public License for more details.", "");
}

static void texts_that_were_changed_are_told_with_less_confidence(void **state)
{
	static const char text[] =
	    "Permission is hereby granted, free of charge, to any person obtaining a copy of this";
	(void)state;
	check_file(text, 0.9, "", __LINE__);
	check_file(text, 0.5, "MIT:0.50 X11:0.50 MIT-0:0.50", __LINE__);
	check_file("# Blue Oak Model License\n\nVersion 1.0.0\n", 0.9, "BlueOak-1.0.0:1.00",
		   __LINE__);
	check_file("rbs is copyrighted free software by A. You can redistribute it and/or modify "
		   "it under either the "
		   "terms of the\n2-clause BSDL",
		   0.9, "Ruby:1.00", __LINE__);
	check_file("Permission to use, copy, modify, and distribute this software for any purpose "
		   "with or without fee "
		   "is hereby granted, provided that the above copyright notice and this "
		   "permission notice appear in all "
		   "copies.",
		   0.9, "ISC:1.00", __LINE__);
	/* A whole text leaves no room for the likes of it. */
	check_file("Permission is hereby granted, free of charge, to any person obtaining a copy. "
		   "The above copyright notice "
		   "and this permission notice shall be included",
		   0.5, "MIT:1.00", __LINE__);
}

RUN_TESTS(T(heads_of_source_files_are_read),
	  T(texts_that_were_changed_are_told_with_less_confidence),
	  T(spellings_of_metadata_become_ids), T(expressions_are_ids_with_operators),
	  T(or_takes_the_lighter_and_and_the_heavier), T(operands_are_given_one_by_one),
	  T(full_texts_are_told), T(short_texts_are_told_apart),
	  T(copyright_files_of_debian_are_read))
