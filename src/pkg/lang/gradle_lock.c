/* SPDX-License-Identifier: Apache-2.0 */
/* gradle.lockfile and buildscript-gradle.lockfile: "group:artifact:version=configuration,..." (Gradle, "Locking Versions"). */
#include "pkg/lang/lang.h"

/* Only in configurations of tests? Names are free, but the usual plugins put "test" in front. */
static bool only_tests(struct slice configurations)
{
	struct slice part;
	bool any = false;
	while (slice_cut(&configurations, ',', &part)) {
		part = slice_trim(part);
		if (!part.len)
			continue;
		if (!slice_starts(part, "test") && !slice_starts(part, "androidTest"))
			return false;
		any = true;
	}
	return any;
}

static int add_line(struct pkg_ctx *cx, struct pkg_warnings *w, struct slice line, uint32_t number,
		    struct err *err)
{
	struct slice group, artifact, coordinates;
	line = slice_trim(line);
	if (!line.len || line.ptr[0] == '#' || !slice_cut(&line, '=', &coordinates))
		return 0;
	if (!slice_cut(&coordinates, ':', &group) || !slice_cut(&coordinates, ':', &artifact) ||
	    !group.len || !artifact.len || !coordinates.len)
		return 0;
	struct pkg p = {.type = SL("maven"),
			.name =
			    arena_printf(cx->arena, "%.*s:%.*s", SL_FMT(group), SL_FMT(artifact)),
			.version = coordinates,
			.flags = only_tests(line) ? PKG_DEV : 0,
			.line = number,
			.end_line = number};
	return p.name.ptr ? lang_add(cx, w, &p, err) : err_oom(err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct slice line;
	for (uint32_t number = 1; slice_line(&file, &line); number++)
		TRY(add_line(cx, &w, line, number, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_gradle_lock = {
    .name = "gradle-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "gradle",
    .wants = PKG_WANTS({PKG_SUFFIX, "gradle.lockfile"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
