/* SPDX-License-Identifier: Apache-2.0 */
/* Licence texts of metadata as ids of the SPDX list, as far as they are common. The rest stays text. */
#include "sbom/sbom_internal.h"

static const char *const ids[] = {"0BSD",
				  "AFL-2.1",
				  "AFL-3.0",
				  "AGPL-3.0-only",
				  "AGPL-3.0-or-later",
				  "Apache-1.1",
				  "Apache-2.0",
				  "Artistic-1.0",
				  "Artistic-1.0-Perl",
				  "Artistic-2.0",
				  "BSD-1-Clause",
				  "BSD-2-Clause",
				  "BSD-3-Clause",
				  "BSD-4-Clause",
				  "BSL-1.0",
				  "BlueOak-1.0.0",
				  "CC-BY-3.0",
				  "CC-BY-4.0",
				  "CC-BY-SA-4.0",
				  "CC0-1.0",
				  "CDDL-1.0",
				  "CDDL-1.1",
				  "CECILL-2.1",
				  "EPL-1.0",
				  "EPL-2.0",
				  "EUPL-1.2",
				  "FTL",
				  "GFDL-1.3-or-later",
				  "GPL-1.0-or-later",
				  "GPL-2.0-only",
				  "GPL-2.0-or-later",
				  "GPL-3.0-only",
				  "GPL-3.0-or-later",
				  "HPND",
				  "ICU",
				  "IJG",
				  "ISC",
				  "LGPL-2.0-only",
				  "LGPL-2.0-or-later",
				  "LGPL-2.1-only",
				  "LGPL-2.1-or-later",
				  "LGPL-3.0-only",
				  "LGPL-3.0-or-later",
				  "Libpng",
				  "MIT",
				  "MIT-0",
				  "MPL-1.1",
				  "MPL-2.0",
				  "MS-PL",
				  "NCSA",
				  "OFL-1.1",
				  "OLDAP-2.8",
				  "OpenSSL",
				  "PHP-3.01",
				  "PSF-2.0",
				  "PostgreSQL",
				  "Python-2.0",
				  "Ruby",
				  "SSPL-1.0",
				  "Sleepycat",
				  "TCL",
				  "Unicode-DFS-2016",
				  "Unlicense",
				  "Vim",
				  "W3C",
				  "WTFPL",
				  "X11",
				  "Zlib",
				  "ZPL-2.1",
				  "bzip2-1.0.6",
				  "curl",
				  "libtiff"};

static const char *const spellings[][2] = {
    {"Apache 2.0", "Apache-2.0"},
    {"Apache License 2.0", "Apache-2.0"},
    {"Apache License, Version 2.0", "Apache-2.0"},
    {"Apache Software License", "Apache-2.0"},
    {"The Apache Software License, Version 2.0", "Apache-2.0"},
    {"MIT License", "MIT"},
    {"The MIT License", "MIT"},
    {"The MIT License (MIT)", "MIT"},
    {"ISC License", "ISC"},
    {"BSD-2", "BSD-2-Clause"},
    {"BSD-3", "BSD-3-Clause"},
    {"BSD 3-Clause License", "BSD-3-Clause"},
    {"New BSD License", "BSD-3-Clause"},
    {"GPL-2", "GPL-2.0-only"},
    {"GPL-2.0", "GPL-2.0-only"},
    {"GPL-2+", "GPL-2.0-or-later"},
    {"GPL-2.0+", "GPL-2.0-or-later"},
    {"GPLv2", "GPL-2.0-only"},
    {"GPLv2+", "GPL-2.0-or-later"},
    {"GPL-3", "GPL-3.0-only"},
    {"GPL-3.0", "GPL-3.0-only"},
    {"GPL-3+", "GPL-3.0-or-later"},
    {"GPL-3.0+", "GPL-3.0-or-later"},
    {"GPLv3", "GPL-3.0-only"},
    {"GPLv3+", "GPL-3.0-or-later"},
    {"LGPL-2.1", "LGPL-2.1-only"},
    {"LGPL-2.1+", "LGPL-2.1-or-later"},
    {"LGPLv2+", "LGPL-2.0-or-later"},
    {"LGPL-3.0", "LGPL-3.0-only"},
    {"MPLv2.0", "MPL-2.0"},
    {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
    {"Public Domain", NULL},
};

struct slice sbom_license_id(struct slice text)
{
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (slice_ieq(text, slice_str(ids[i])))
			return slice_str(ids[i]);
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (spellings[i][1] && slice_ieq(text, slice_str(spellings[i][0])))
			return slice_str(spellings[i][1]);
	return SL_NONE;
}

static bool is_operator(struct slice word)
{
	return slice_is(word, "AND") || slice_is(word, "OR") || slice_is(word, "WITH");
}

static bool is_id(struct slice word)
{
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (slice_is(word, ids[i]))
			return true;
	return false;
}

/* Operand, operator, operand ...; parentheses are allowed where they pair up. */
bool sbom_is_expression(struct slice text)
{
	struct slice word;
	bool operand = false;
	int open = 0, words = 0;
	while (slice_word(&text, &word)) {
		words++;
		for (; word.len && word.ptr[0] == '('; word = slice_from(word, 1))
			open++;
		int closed = 0;
		for (; word.len && word.ptr[word.len - 1] == ')'; word.len--)
			closed++;
		if (operand ? !is_operator(word) || closed : !is_id(word))
			return false;
		operand = !operand;
		open -= closed;
		if (open < 0)
			return false;
	}
	return operand && open == 0 && words > 1;
}
