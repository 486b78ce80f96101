/* SPDX-License-Identifier: Apache-2.0 */
/* What a path says about the bytes of its file. */
#include "secret/secret_internal.h"

struct word {
	const char *text;
	unsigned class;
};

/* Whole names of folders. */
static const struct word folders[] = {
    {"test", SECRET_PATH_TEST},
    {"tests", SECRET_PATH_TEST},
    {"__tests__", SECRET_PATH_TEST},
    {"testing", SECRET_PATH_TEST},
    {"testdata", SECRET_PATH_TEST},
    {"spec", SECRET_PATH_TEST},
    {"fixtures", SECRET_PATH_TEST},
    {"mocks", SECRET_PATH_TEST},
    {"__mocks__", SECRET_PATH_TEST},
    {"example", SECRET_PATH_EXAMPLE},
    {"examples", SECRET_PATH_EXAMPLE},
    {"sample", SECRET_PATH_EXAMPLE},
    {"samples", SECRET_PATH_EXAMPLE},
    {"demo", SECRET_PATH_EXAMPLE},
    {"doc", SECRET_PATH_DOC},
    {"docs", SECRET_PATH_DOC},
    {"man", SECRET_PATH_DOC},
    {"locale", SECRET_PATH_LOCALE},
    {"locales", SECRET_PATH_LOCALE},
    {"i18n", SECRET_PATH_LOCALE},
    {"l10n", SECRET_PATH_LOCALE},
    {"translations", SECRET_PATH_LOCALE},
    {"vendor", SECRET_PATH_VENDOR},
    {"node_modules", SECRET_PATH_VENDOR},
    {"bower_components", SECRET_PATH_VENDOR},
    {"site-packages", SECRET_PATH_VENDOR},
    {"dist-packages", SECRET_PATH_VENDOR},
    {"gems", SECRET_PATH_VENDOR},
};
static const struct word starts[] = {
    {"usr/share/", SECRET_PATH_SYSTEM},
    {"usr/lib/", SECRET_PATH_SYSTEM},
    {"usr/include/", SECRET_PATH_SYSTEM},
    {"usr/local/go/", SECRET_PATH_SYSTEM},
    {"usr/local/lib/", SECRET_PATH_SYSTEM},
    {"usr/lib64/", SECRET_PATH_SYSTEM},
    {"usr/libexec/", SECRET_PATH_SYSTEM},
    {"var/lib/dpkg/", SECRET_PATH_SYSTEM},
    {"lib/", SECRET_PATH_SYSTEM},
    {"usr/bin/", SECRET_PATH_SYSTEM},
    {"usr/sbin/", SECRET_PATH_SYSTEM},
    {"usr/src/linux", SECRET_PATH_SYSTEM},
    {"opt/yarn-", SECRET_PATH_VENDOR},
    {"go/pkg/mod/", SECRET_PATH_VENDOR},
    {"root/go/pkg/mod/", SECRET_PATH_VENDOR},
};
static const struct word ends[] = {
    {".md", SECRET_PATH_DOC},	    {".rst", SECRET_PATH_DOC},	     {".adoc", SECRET_PATH_DOC},
    {".markdown", SECRET_PATH_DOC}, {".min.js", SECRET_PATH_MADE},   {".min.css", SECRET_PATH_MADE},
    {".js.map", SECRET_PATH_MADE},  {".css.map", SECRET_PATH_MADE},  {".mjs.map", SECRET_PATH_MADE},
    {".cjs.map", SECRET_PATH_MADE}, {".d.ts.map", SECRET_PATH_MADE}, {".svg", SECRET_PATH_MADE},
    {".po", SECRET_PATH_LOCALE},    {".pot", SECRET_PATH_LOCALE},    {".mo", SECRET_PATH_LOCALE},
    {".d.ts", SECRET_PATH_DOC},
};
static const char *const locks[] = {"package-lock.json",
				    ".package-lock.json",
				    "npm-shrinkwrap.json",
				    "yarn.lock",
				    "pnpm-lock.yaml",
				    "bun.lock",
				    "deno.lock",
				    "composer.lock",
				    "Cargo.lock",
				    "Gemfile.lock",
				    "poetry.lock",
				    "Pipfile.lock",
				    "uv.lock",
				    "pdm.lock",
				    "go.sum",
				    "go.work.sum",
				    "go.mod",
				    "mix.lock",
				    "pubspec.lock",
				    "Podfile.lock",
				    "Package.resolved",
				    "packages.lock.json",
				    "gradle.lockfile",
				    "verification-metadata.xml",
				    "flake.lock",
				    "conan.lock",
				    ".terraform.lock.hcl",
				    "RECORD",
				    "md5sums",
				    NULL};
static const char *const media[] = {".png", ".jpg",  ".jpeg", ".gif",  ".webp", ".ico",	 ".bmp",
				    ".tif", ".tiff", ".psd",  ".avif", ".heic", ".mp3",	 ".mp4",
				    ".m4a", ".ogg",  ".oga",  ".ogv",  ".wav",	".flac", ".avi",
				    ".mov", ".mkv",  ".webm", ".ttf",  ".otf",	".woff", ".woff2",
				    ".eot", ".ttc",  ".pfb",  ".afm",  ".pcf",	NULL};

static bool ends_fold(struct slice s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.len >= n && slice_ieq(slice_from(s, s.len - n), slice_of(suffix, n));
}

bool secret_path_is_media(struct slice path)
{
	for (size_t i = 0; media[i]; i++)
		if (ends_fold(path, media[i]))
			return true;
	return false;
}

static unsigned name_class(struct slice name)
{
	unsigned class = 0;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (ends_fold(name, ends[i].text))
			class |= ends[i].class;
	if (slice_is_any(name, locks))
		class |= SECRET_PATH_LOCK;
	if (slice_find(name, SL("example")) >= 0 || slice_find(name, SL("sample")) >= 0 ||
	    slice_find(name, SL(".dist")) >= 0)
		class |= SECRET_PATH_EXAMPLE;
	if (slice_starts(name, "test_") || slice_find(name, SL("_test.")) >= 0 ||
	    slice_find(name, SL(".test.")) >= 0 || slice_find(name, SL(".spec.")) >= 0 ||
	    slice_find(name, SL("-test.")) >= 0)
		class |= SECRET_PATH_TEST;
	if (slice_starts(name, "README") || slice_starts(name, "CHANGELOG") ||
	    slice_starts(name, "changelog"))
		class |= SECRET_PATH_DOC;
	return class;
}

unsigned secret_path_class(struct slice path)
{
	unsigned class = name_class(path_base(path));
	struct slice rest = path_dir(path), part;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (slice_starts(path, starts[i].text))
			class |= starts[i].class;
	while (slice_cut(&rest, '/', &part)) {
		for (size_t i = 0; i < ARRAY_LEN(folders); i++)
			if (slice_ieq(part, slice_str(folders[i].text)))
				class |= folders[i].class;
		if (slice_ends(part, ".dist-info") || slice_ends(part, ".egg-info"))
			class |= SECRET_PATH_VENDOR;
	}
	return class;
}

unsigned secret_path_class_of(struct slice rule)
{
	static const struct word rules[] = {
	    {"tests", SECRET_PATH_TEST},	{"examples", SECRET_PATH_EXAMPLE},
	    {"vendor", SECRET_PATH_VENDOR},	{"usr-dirs", SECRET_PATH_SYSTEM},
	    {"locale-dir", SECRET_PATH_LOCALE}, {"markdown", SECRET_PATH_DOC},
	    {"dist-info", SECRET_PATH_VENDOR},	{"node.js", SECRET_PATH_VENDOR},
	    {"golang", SECRET_PATH_SYSTEM},	{"python", SECRET_PATH_SYSTEM},
	    {"rubygems", SECRET_PATH_VENDOR},
	};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (slice_is(rule, rules[i].text))
			return rules[i].class;
	return 0;
}
