/* SPDX-License-Identifier: Apache-2.0 */
/* OCaml: .opam-switch/packages/NAME.VERSION/opam of an installed package. */
#include "pkg/lang/lang_text.h"

/* Strings of a value, which may go on over lines up to its closing bracket. */
static void put_strings(struct buf *b, struct slice value)
{
	struct slice part;
	value = slice_trim(value);
	ssize_t end = slice_chr(value, slice_starts(value, "[") ? ']' : '\n');
	if (end >= 0)
		value = slice_sub(value, 0, (size_t)end);
	for (int in = 0; slice_cut(&value, '"', &part); in = !in)
		if (in)
			lang_put_line(b, part);
}

/* What follows "field:" at the start of a line. */
static struct slice find_field(struct slice file, const char *field)
{
	struct slice line;
	size_t n = strlen(field);
	while (file.len) {
		struct slice at = file;
		if (!slice_line(&file, &line))
			break;
		if (slice_starts(line, field) && line.len > n && line.ptr[n] == ':')
			return slice_from(at, n + 1);
	}
	return SL_NONE;
}

static struct slice one_string(struct slice file, const char *field)
{
	struct slice value = find_field(file, field), line;
	if (!slice_line(&value, &line))
		return SL_NONE;
	return lang_unquote(line);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_buf struct buf licenses;
	struct pkg_warnings w = {.cx = cx};
	struct slice id = path_base(path_dir(cx->path));
	struct pkg p = {.type = SL("opam")};
	buf_init(&licenses, 64 * KIB);
	/* A clone of a repository of recipes has the same names in other places. */
	if (!lang_is_below(cx->path, ".opam-switch"))
		return 0;
	p.name = one_string(file, "name");
	p.version = one_string(file, "version");
	if (!p.name.len)
		p.name = lang_before(id, '.');
	if (!p.version.len)
		p.version = lang_after(id, '.');
	put_strings(&licenses, find_field(file, "license"));
	p.licenses = buf_slice(&licenses);
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_opam = {
    .name = "opam",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "opam",
    .group = "OCaml",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "opam"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
