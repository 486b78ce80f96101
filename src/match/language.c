/* SPDX-License-Identifier: Apache-2.0 */
/* Language packages: which stream of statements speaks about them, and under which name. */
#include "match/match_internal.h"

/* Package URL type -> ecosystem of the OSV schema. */
static const struct {
	const char *type, *channel;
} streams[] = {
    {"npm", "npm"},
    {"pypi", "PyPI"},
    {"golang", "Go"},
    {"maven", "Maven"},
    {"cargo", "crates.io"},
    {"gem", "RubyGems"},
    {"composer", "Packagist"},
    {"nuget", "NuGet"},
    {"hex", "Hex"},
    {"pub", "Pub"},
    {"swift", "SwiftURL"},
    {"conan", "ConanCenter"},
    {"cran", "CRAN"},
    {"hackage", "Hackage"},
    {"julia", "Julia"},
    {"bitnami", "Bitnami"},
    {"github", "GitHub Actions"},
    {"opam", "opam"},
    {"vscode", "VSCode"},
    {"cocoapods", "CocoaPods"},
};

struct slice language_channel(struct slice type)
{
	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		if (slice_is(type, streams[i].type))
			return slice_str(streams[i].channel);
	return SL_NONE;
}

struct slice language_name(struct slice channel, const struct pkg *p, struct arena *a)
{
	return adv_name_normal(channel, p->name, a);
}
