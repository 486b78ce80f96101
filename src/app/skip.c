/* SPDX-License-Identifier: Apache-2.0 */
/* --skip-dirs and --skip-files: patterns against the path inside the target, as Trivy understands them. */
#include "app/app_internal.h"

/* "repo/sub" of the target "repo" is "sub" in it. */
static struct slice inside(struct slice pattern, struct slice target)
{
	while (slice_starts(pattern, "./"))
		pattern = slice_from(pattern, 2);
	while (slice_starts(target, "./"))
		target = slice_from(target, 2);
	while (target.len > 1 && target.ptr[target.len - 1] == '/')
		target.len--;
	if (target.len && pattern.len > target.len && pattern.ptr[target.len] == '/' &&
	    slice_eq(slice_sub(pattern, 0, target.len), target))
		pattern = slice_from(pattern, target.len + 1);
	while (pattern.len && pattern.ptr[0] == '/')
		pattern = slice_from(pattern, 1);
	while (pattern.len && pattern.ptr[pattern.len - 1] == '/')
		pattern.len--;
	return pattern;
}

static bool matches_any(const char *const *patterns, size_t n, struct slice target,
			struct slice path)
{
	for (size_t i = 0; i < n; i++)
		if (glob_match(inside(slice_str(patterns[i]), target), path))
			return true;
	return false;
}

bool skip_dir(const struct scan_options *opt, struct slice target, struct slice path)
{
	return opt->nskip_dirs && matches_any(opt->skip_dirs, opt->nskip_dirs, target, path);
}

bool skip_file(const struct scan_options *opt, struct slice target, struct slice path)
{
	if (opt->nskip_files && matches_any(opt->skip_files, opt->nskip_files, target, path))
		return true;
	/* Layers come from the cache whole: here the folders above are looked at one by one. */
	for (size_t i = 0; opt->nskip_dirs && i < path.len; i++)
		if (path.ptr[i] == '/' && skip_dir(opt, target, slice_sub(path, 0, i)))
			return true;
	return false;
}
