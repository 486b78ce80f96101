/* SPDX-License-Identifier: Apache-2.0 */
/* pacman keeps a folder a package: desc has blocks of "%NAME%", values a line each, an empty line. */
#include "pkg/pkg_internal.h"

static int join(struct pkg_ctx *cx, struct slice *all, struct slice value, struct err *err)
{
	if (all->len + value.len > PKG_PATH_MAX)
		return 0;
	*all =
	    all->len ? arena_printf(cx->arena, "%.*s, %.*s", SL_FMT(*all), SL_FMT(value)) : value;
	return all->ptr ? 0 : err_oom(err);
}

static int take_value(struct pkg_ctx *cx, struct pkg *p, struct slice block, struct slice value,
		      struct err *err)
{
	struct {
		const char *block;
		struct slice *field;
	} const known[] = {
	    {"%NAME%", &p->name}, {"%VERSION%", &p->version},	  {"%BASE%", &p->src_name},
	    {"%ARCH%", &p->arch}, {"%PACKAGER%", &p->maintainer},
	};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_is(block, known[i].block) && !known[i].field->len)
			*known[i].field = value;
	if (slice_is(block, "%SIZE%") && slice_u64(value, 10, &p->installed_size) < 0)
		p->installed_size = 0;
	return slice_is(block, "%LICENSE%") ? join(cx, &p->licenses, value, err) : 0;
}

static bool is_block(struct slice line)
{
	return line.len > 2 && line.ptr[0] == '%' && line.ptr[line.len - 1] == '%';
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg p = {.type = SL("alpm")};
	struct slice line, block = SL_NONE;
	while (slice_line(&file, &line)) {
		if (is_block(line))
			block = line;
		else if (!line.len)
			block = SL_NONE;
		else
			TRY(take_value(cx, &p, block, line, err));
	}
	if (!p.name.len || !p.version.len)
		return err_input(err, "pacman: no %%NAME%% or %%VERSION%% in the description");
	if (!p.src_name.len)
		p.src_name = p.name;
	p.src_version = p.version;
	return pkg_add(cx, &p, err);
}

const struct pkg_analyser pkg_analyser_pacman = {
    .name = "pacman",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_PREFIX, "var/lib/pacman/local/", "/desc"}),
    .max_size = 4 * MIB,
    .run = run,
};
