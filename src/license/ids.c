/* SPDX-License-Identifier: Apache-2.0 */
#include "license/license.h"

const char *const license_category_names[] = {"unknown",    "unencumbered", "permissive", "notice",
					      "reciprocal", "restricted",   "forbidden"};

#define U LICENSE_UNENCUMBERED
#define P LICENSE_PERMISSIVE
#define N LICENSE_NOTICE
#define M LICENSE_RECIPROCAL
#define R LICENSE_RESTRICTED
#define F LICENSE_FORBIDDEN

/* Sorted as text without regard to letter case. */
static const struct row {
	const char *id;
	enum license_category category;
} ids[] = {
    {"0BSD", U},
    {"AFL-1.1", N},
    {"AFL-1.2", N},
    {"AFL-2.0", N},
    {"AFL-2.1", N},
    {"AFL-3.0", N},
    {"AGPL-1.0", F},
    {"AGPL-1.0-only", F},
    {"AGPL-1.0-or-later", F},
    {"AGPL-3.0", F},
    {"AGPL-3.0-only", F},
    {"AGPL-3.0-or-later", F},
    {"APSL-1.0", M},
    {"APSL-2.0", M},
    {"Apache-1.0", N},
    {"Apache-1.1", N},
    {"Apache-2.0", N},
    {"Artistic-1.0", N},
    {"Artistic-1.0-Perl", N},
    {"Artistic-1.0-cl8", N},
    {"Artistic-2.0", N},
    {"BCL", R},
    {"BSD-1-Clause", N},
    {"BSD-2-Clause", N},
    {"BSD-2-Clause-FreeBSD", N},
    {"BSD-2-Clause-Patent", N},
    {"BSD-3-Clause", N},
    {"BSD-3-Clause-Attribution", N},
    {"BSD-3-Clause-Clear", N},
    {"BSD-3-Clause-LBNL", N},
    {"BSD-4-Clause", N},
    {"BSD-4-Clause-UC", N},
    {"BSD-Source-Code", N},
    {"BSL-1.0", N},
    {"BUSL-1.1", F},
    {"BlueOak-1.0.0", N},
    {"CC-BY-1.0", N},
    {"CC-BY-2.0", N},
    {"CC-BY-2.5", N},
    {"CC-BY-3.0", N},
    {"CC-BY-4.0", N},
    {"CC-BY-NC-1.0", F},
    {"CC-BY-NC-2.0", F},
    {"CC-BY-NC-3.0", F},
    {"CC-BY-NC-4.0", F},
    {"CC-BY-NC-ND-4.0", F},
    {"CC-BY-NC-SA-3.0", F},
    {"CC-BY-NC-SA-4.0", F},
    {"CC-BY-ND-3.0", R},
    {"CC-BY-ND-4.0", R},
    {"CC-BY-SA-2.0", R},
    {"CC-BY-SA-2.5", R},
    {"CC-BY-SA-3.0", R},
    {"CC-BY-SA-4.0", R},
    {"CC0-1.0", U},
    {"CDDL-1.0", M},
    {"CDDL-1.1", M},
    {"CECILL-2.0", R},
    {"CECILL-2.1", R},
    {"CECILL-B", N},
    {"CECILL-C", R},
    {"CPL-1.0", M},
    {"Commons-Clause", F},
    {"ECL-2.0", N},
    {"EPL-1.0", M},
    {"EPL-2.0", M},
    {"EUPL-1.0", F},
    {"EUPL-1.1", F},
    {"EUPL-1.2", F},
    {"Elastic-2.0", F},
    {"FSFAP", N},
    {"FSFUL", N},
    {"FSFULLR", N},
    {"FTL", N},
    {"Facebook-2-Clause", F},
    {"Facebook-3-Clause", F},
    {"GFDL-1.1-only", R},
    {"GFDL-1.1-or-later", R},
    {"GFDL-1.2-only", R},
    {"GFDL-1.2-or-later", R},
    {"GFDL-1.3-only", R},
    {"GFDL-1.3-or-later", R},
    {"GPL-1.0", R},
    {"GPL-1.0-only", R},
    {"GPL-1.0-or-later", R},
    {"GPL-2.0", R},
    {"GPL-2.0-only", R},
    {"GPL-2.0-or-later", R},
    {"GPL-2.0-with-GCC-exception", R},
    {"GPL-2.0-with-classpath-exception", R},
    {"GPL-2.0-with-font-exception", R},
    {"GPL-3.0", R},
    {"GPL-3.0-only", R},
    {"GPL-3.0-or-later", R},
    {"GPL-3.0-with-GCC-exception", R},
    {"HPND", N},
    {"HPND-sell-variant", N},
    {"ICU", N},
    {"IJG", N},
    {"IPL-1.0", M},
    {"ISC", N},
    {"JSON", N},
    {"LGPL-2.0", R},
    {"LGPL-2.0-only", R},
    {"LGPL-2.0-or-later", R},
    {"LGPL-2.1", R},
    {"LGPL-2.1-only", R},
    {"LGPL-2.1-or-later", R},
    {"LGPL-3.0", R},
    {"LGPL-3.0-only", R},
    {"LGPL-3.0-or-later", R},
    {"LPL-1.02", N},
    {"Libpng", N},
    {"MIT", N},
    {"MIT-0", U},
    {"MIT-CMU", N},
    {"MPL-1.0", M},
    {"MPL-1.1", M},
    {"MPL-2.0", M},
    {"MPL-2.0-no-copyleft-exception", M},
    {"MS-PL", N},
    {"MS-RL", M},
    {"MulanPSL-2.0", N},
    {"NCSA", N},
    {"NPL-1.0", R},
    {"NPL-1.1", R},
    {"NTP", N},
    {"OFL-1.1", N},
    {"OLDAP-2.8", N},
    {"OSL-1.0", R},
    {"OSL-2.0", R},
    {"OSL-2.1", R},
    {"OSL-3.0", R},
    {"OpenSSL", N},
    {"PHP-3.0", N},
    {"PHP-3.01", N},
    {"PSF-2.0", N},
    {"PostgreSQL", N},
    {"Python-2.0", N},
    {"QPL-1.0", R},
    {"RSA-MD", N},
    {"Ruby", M},
    {"SGI-B-2.0", N},
    {"SISSL", F},
    {"SMLNJ", N},
    {"SSPL-1.0", F},
    {"Sleepycat", R},
    {"TCL", N},
    {"Unicode-3.0", N},
    {"Unicode-DFS-2015", N},
    {"Unicode-DFS-2016", N},
    {"Unlicense", U},
    {"UPL-1.0", N},
    {"Vim", N},
    {"W3C", N},
    {"WTFPL", F},
    {"X11", N},
    {"Xnet", N},
    {"ZPL-1.1", N},
    {"ZPL-2.0", N},
    {"ZPL-2.1", N},
    {"Zend-2.0", N},
    {"Zlib", N},
    {"bzip2-1.0.5", N},
    {"bzip2-1.0.6", N},
    {"curl", N},
    {"libtiff", N},
    {"zlib-acknowledgement", N},
};

static const char *const spellings[][2] = {
    {"Apache 2", "Apache-2.0"},
    {"Apache 2.0", "Apache-2.0"},
    {"Apache-2", "Apache-2.0"},
    {"Apache License 2.0", "Apache-2.0"},
    {"Apache License, Version 2.0", "Apache-2.0"},
    {"Apache Software License", "Apache-2.0"},
    {"Apache Software License 2.0", "Apache-2.0"},
    {"ASL 2.0", "Apache-2.0"},
    {"The Apache License, Version 2.0", "Apache-2.0"},
    {"The Apache Software License, Version 2.0", "Apache-2.0"},
    {"Artistic", "Artistic-1.0-Perl"},
    {"AGPL", "AGPL-3.0-only"},
    {"AGPL-1.0", "AGPL-1.0-only"},
    {"AGPL-3.0", "AGPL-3.0-only"},
    {"GPL-1.0", "GPL-1.0-only"},
    {"LGPL-2.0", "LGPL-2.0-only"},
    {"AGPL-3", "AGPL-3.0-only"},
    {"AGPL-3+", "AGPL-3.0-or-later"},
    {"AGPLv3", "AGPL-3.0-only"},
    {"AGPLv3+", "AGPL-3.0-or-later"},
    {"GNU Affero General Public License v3", "AGPL-3.0-only"},
    {"Boost", "BSL-1.0"},
    {"BSD-2", "BSD-2-Clause"},
    {"BSD-2-clause", "BSD-2-Clause"},
    {"BSD-3", "BSD-3-Clause"},
    {"BSD", "BSD-3-Clause"},
    {"BSD License", "BSD-3-Clause"},
    {"BSD 2-Clause License", "BSD-2-Clause"},
    {"BSD 3-Clause License", "BSD-3-Clause"},
    {"New BSD License", "BSD-3-Clause"},
    {"The BSD 3-Clause License", "BSD-3-Clause"},
    {"BSD-4-clause-UC", "BSD-4-Clause-UC"},
    {"CC0", "CC0-1.0"},
    {"Eclipse Public License 1.0", "EPL-1.0"},
    {"Eclipse Public License 2.0", "EPL-2.0"},
    {"Eclipse Public License - v 2.0", "EPL-2.0"},
    {"Expat", "MIT"},
    {"GFDL-1.2", "GFDL-1.2-only"},
    {"GFDL-1.2+", "GFDL-1.2-or-later"},
    {"GFDL-1.3", "GFDL-1.3-only"},
    {"GFDL-1.3+", "GFDL-1.3-or-later"},
    {"GPL", "GPL-1.0-or-later"},
    {"GPL2", "GPL-2.0-only"},
    {"GPL2+", "GPL-2.0-or-later"},
    {"GPL3", "GPL-3.0-only"},
    {"GPL3+", "GPL-3.0-or-later"},
    {"LGPL2", "LGPL-2.0-only"},
    {"LGPL2+", "LGPL-2.0-or-later"},
    {"LGPL2.1", "LGPL-2.1-only"},
    {"LGPL2.1+", "LGPL-2.1-or-later"},
    {"LGPL3", "LGPL-3.0-only"},
    {"LGPL3+", "LGPL-3.0-or-later"},
    {"LGPLv2.1+", "LGPL-2.1-or-later"},
    {"LGPLv3", "LGPL-3.0-only"},
    {"ASL2.0", "Apache-2.0"},
    {"GPL-1", "GPL-1.0-only"},
    {"GPL-1+", "GPL-1.0-or-later"},
    {"GPL-2", "GPL-2.0-only"},
    {"GPL-2.0", "GPL-2.0-only"},
    {"GPL-2+", "GPL-2.0-or-later"},
    {"GPL-2.0+", "GPL-2.0-or-later"},
    {"GPLv2", "GPL-2.0-only"},
    {"GPLv2+", "GPL-2.0-or-later"},
    {"GNU GPLv2", "GPL-2.0-only"},
    {"GNU GPLv3", "GPL-3.0-only"},
    {"GNU General Public License v2 (GPLv2)", "GPL-2.0-only"},
    {"GNU General Public License v3 (GPLv3)", "GPL-3.0-only"},
    {"GPL-3", "GPL-3.0-only"},
    {"GPL-3.0", "GPL-3.0-only"},
    {"GPL-3+", "GPL-3.0-or-later"},
    {"GPL-3.0+", "GPL-3.0-or-later"},
    {"GPLv3", "GPL-3.0-only"},
    {"GPLv3+", "GPL-3.0-or-later"},
    {"ISC License", "ISC"},
    {"ISC License (ISCL)", "ISC"},
    {"LGPL", "LGPL-2.0-or-later"},
    {"LGPL-2", "LGPL-2.0-only"},
    {"LGPL-2+", "LGPL-2.0-or-later"},
    {"LGPL-2.0+", "LGPL-2.0-or-later"},
    {"LGPL-2.1", "LGPL-2.1-only"},
    {"LGPL-2.1+", "LGPL-2.1-or-later"},
    {"LGPLv2", "LGPL-2.0-only"},
    {"LGPLv2+", "LGPL-2.0-or-later"},
    {"LGPLv2.1", "LGPL-2.1-only"},
    {"LGPL-3", "LGPL-3.0-only"},
    {"LGPL-3+", "LGPL-3.0-or-later"},
    {"LGPL-3.0", "LGPL-3.0-only"},
    {"LGPL-3.0+", "LGPL-3.0-or-later"},
    {"LGPLv3+", "LGPL-3.0-or-later"},
    {"MIT License", "MIT"},
    {"The MIT License", "MIT"},
    {"The MIT License (MIT)", "MIT"},
    {"MIT/X11", "MIT"},
    {"MPLv1.1", "MPL-1.1"},
    {"MPLv2.0", "MPL-2.0"},
    {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
    {"Mozilla Public License, Version 2.0", "MPL-2.0"},
    {"PSF", "PSF-2.0"},
    {"PSFL", "PSF-2.0"},
    {"Python Software Foundation License", "PSF-2.0"},
    {"Python", "Python-2.0"},
    {"The Unlicense (Unlicense)", "Unlicense"},
    {"zlib/libpng", "Zlib"},
    {"ZLIB", "Zlib"},
};

static const struct row *find(struct slice id)
{
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (slice_ieq(id, slice_str(ids[i].id)))
			return &ids[i];
	return NULL;
}

/* Addresses of licences, without scheme, "www." and ending. */
static const char *const addresses[][2] = {
    {"apache.org/licenses/license-2.0", "Apache-2.0"},
    {"apache.org/licenses/license-1.1", "Apache-1.1"},
    {"eclipse.org/legal/epl-v10", "EPL-1.0"},
    {"eclipse.org/legal/epl-v20", "EPL-2.0"},
    {"eclipse.org/legal/epl-2.0", "EPL-2.0"},
    {"eclipse.org/org/documents/edl-v10", "BSD-3-Clause"},
    {"gnu.org/licenses/gpl-2.0", "GPL-2.0-only"},
    {"gnu.org/licenses/gpl-3.0", "GPL-3.0-only"},
    {"gnu.org/licenses/lgpl-2.1", "LGPL-2.1-only"},
    {"gnu.org/licenses/lgpl-3.0", "LGPL-3.0-only"},
    {"gnu.org/licenses/agpl-3.0", "AGPL-3.0-only"},
    {"mozilla.org/mpl/2.0", "MPL-2.0"},
    {"creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"},
};

static struct slice id_of_address(struct slice text)
{
	static const char *const endings[] = {"/", ".txt", ".html", ".php", ".en"};
	static const char *const begins[] = {"https://", "http://", "www."};
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (slice_starts(text, begins[i]))
			text = slice_from(text, strlen(begins[i]));
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (slice_ends(text, endings[i]))
			text.len -= strlen(endings[i]);
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		if (slice_ieq(text, slice_str(addresses[i][0])))
			return slice_str(addresses[i][1]);
	static const char *const lists[] = {"opensource.org/licenses/", "opensource.org/license/",
					    "spdx.org/licenses/"};
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (slice_starts(text, lists[i])) {
			const struct row *row = find(slice_from(text, strlen(lists[i])));
			return row ? slice_str(row->id) : SL_NONE;
		}
	return SL_NONE;
}

struct slice license_id(struct slice text)
{
	text = slice_trim(text);
	if (slice_starts(text, "http"))
		return id_of_address(text);
	/* Spellings first: "GPL-2.0" is an id too, but one that the list gave up for -only. */
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (slice_ieq(text, slice_str(spellings[i][0])))
			return slice_str(spellings[i][1]);
	const struct row *row = find(text);
	return row ? slice_str(row->id) : SL_NONE;
}

/* Names that are no ids but belong to a family: "BSD-3-clause-Cambridge", "GPL with some exception". */
static const struct row families[] = {
    {"agpl", F},	  {"apache", N},	{"artistic", N}, {"bsd", N},	 {"bsl", N},
    {"boost", N},	  {"cc0", U},		{"expat", N},	 {"gfdl", R},	 {"gpl", R},
    {"isc", N},		  {"lgpl", R},		{"mit", N},	 {"mpl", M},	 {"permissive", P},
    {"public domain", U}, {"public-domain", U}, {"pd", U},	 {"unicode", N}, {"zlib", N},
};

static enum license_category family(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		size_t n = strlen(families[i].id);
		if (name.len >= n && slice_ieq(slice_sub(name, 0, n), slice_str(families[i].id)) &&
		    (name.len == n || !is_alpha(name.ptr[n])))
			return families[i].category;
	}
	return LICENSE_UNKNOWN;
}

enum license_category license_category(struct slice id)
{
	const struct row *row = find(license_id(id));
	return row ? row->category : family(slice_trim(id));
}
