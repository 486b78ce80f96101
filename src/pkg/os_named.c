/* SPDX-License-Identifier: Apache-2.0 */
/* A distribution known by name only, as SBOMs and package URLs give it. */
#include "pkg/os_internal.h"

#include "pkg/pkg_internal.h"

static struct slice release_file(void *arg, const char *path)
{
	const struct slice *text = arg;
	return strcmp(path, "etc/os-release") == 0 ? *text : SL_NONE;
}

/* Nothing that could end the line or the value in an os-release file. */
static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || strchr("\"'\\$`", s.ptr[i]))
			return false;
	return s.len < 256;
}

int pkg_os_named(struct slice family, struct slice release, struct arena *a, struct pkg_os *ret,
		 struct err *err)
{
	*ret = (struct pkg_os){0};
	if (!family.len || !is_plain(family) || !is_plain(release))
		return 0;
	const char *id = os_rule_id(family);
	struct slice text = arena_printf(a, "ID=%.*s\nVERSION_ID=\"%.*s\"\n",
					 SL_FMT(id ? slice_str(id) : family), SL_FMT(release));
	if (!text.ptr)
		return err_oom(err);
	struct pkg_files files = {release_file, &text};
	TRY(pkg_os_detect(&files, a, ret, err));
	return 0;
}

int pkg_os_of_distro(struct slice distro, struct arena *a, struct pkg_os *ret, struct err *err)
{
	/* The release begins behind the first dash before a digit: "opensuse-leap-15.5". */
	for (size_t i = 0; i + 1 < distro.len; i++)
		if (distro.ptr[i] == '-' && is_digit(distro.ptr[i + 1]))
			return pkg_os_named(slice_sub(distro, 0, i), slice_from(distro, i + 1), a,
					    ret, err);
	return pkg_os_named(distro, SL_NONE, a, ret, err);
}
