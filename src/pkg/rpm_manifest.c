/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure Linux and Mariner distroless images have no database but a list written by rpm -qa: name,
 * version-release, install time, build time, vendor, epoch, size, arch, epoch number, source rpm.
 */
#include "pkg/rpm_internal.h"

enum { NAME, EVR, INSTALLED, BUILT, VENDOR, EPOCH, SIZE, ARCH, EPOCHNUM, SOURCE, COLUMNS };

static int take_line(struct pkg_ctx *cx, struct slice line, uint32_t number, struct pkg_warnings *w,
		     struct err *err)
{
	struct slice col[COLUMNS] = {SL_NONE}, field;
	struct pkg p = {.type = SL("rpm")};
	size_t n = 0;
	uint32_t epoch = 0;
	while (slice_cut(&line, '\t', &field)) {
		if (n < COLUMNS)
			col[n] = slice_is(field, "(none)") ? SL_NONE : slice_trim(field);
		n++;
	}
	if (n != COLUMNS || !col[NAME].len || slice_chr(col[EVR], '-') <= 0 ||
	    (col[EPOCHNUM].len && slice_u32(col[EPOCHNUM], &epoch) < 0)) {
		pkg_warn_some(w, "corrupt", "line %u: not a line of rpm -qa", number);
		return 0;
	}
	if (slice_is(col[NAME], "gpg-pubkey"))
		p.flags |= PKG_PSEUDO;
	p.name = col[NAME];
	p.version = epoch ? arena_printf(cx->arena, "%u:%.*s", epoch, SL_FMT(col[EVR])) : col[EVR];
	p.arch = col[ARCH];
	p.maintainer = col[VENDOR];
	if (!p.version.ptr)
		return err_oom(err);
	if (slice_u64(col[SIZE], 10, &p.installed_size) < 0)
		p.installed_size = 0;
	TRY(rpm_set_source(&p, col[SOURCE], epoch, cx->arena, err));
	return pkg_add(cx, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct slice line;
	for (uint32_t n = 1; slice_line(&file, &line); n++)
		if (line.len)
			TRY(take_line(cx, line, n, &w, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_rpm_manifest = {
    .name = "rpm-manifest",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_IS, "var/lib/rpmmanifest/container-manifest-2"}),
    .max_size = 16 * MIB,
    .database = true,
    .run = run,
};
