/* SPDX-License-Identifier: Apache-2.0 */
/* Installed distributions: core metadata (packaging.python.org, "Core metadata specifications") of wheels and eggs. */
#include "pack/pack.h"
#include "pkg/lang/python.h"

#define MAX_LICENSE 200 /* bytes; longer ones are the text of a licence, not its name */

struct metadata {
	struct slice name, version, expression, license;
	struct buf *classifiers;
};

/* "License :: OSI Approved :: MIT License" -> "MIT License" */
static void take_classifier(struct metadata *m, struct slice value)
{
	if (!slice_starts(value, "License ::"))
		return;
	ssize_t colon = slice_rchr(value, ':');
	struct slice last = slice_trim(slice_from(value, (size_t)colon + 1));
	if (!slice_is(last, "OSI Approved"))
		lang_put_line(m->classifiers, last);
}

static void take(struct metadata *m, struct slice name, struct slice value)
{
	const struct {
		const char *name;
		struct slice *place;
	} rows[] = {{"Name", &m->name},
		    {"Version", &m->version},
		    {"License-Expression", &m->expression},
		    {"License", &m->license}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_ieq(name, slice_str(rows[i].name)) && !rows[i].place->len)
			*rows[i].place = value;
	if (slice_ieq(name, SL("Classifier")))
		take_classifier(m, value);
}

/* The header of the message; what is no field and continues none is passed over, as Python does. */
static void read_header(struct slice text, struct metadata *m)
{
	struct slice line;
	if (slice_starts(text, "\xEF\xBB\xBF"))
		text = slice_from(text, 3);
	while (slice_line(&text, &line) && line.len) {
		ssize_t colon = slice_chr(line, ':');
		if (is_space(line.ptr[0]) || colon <= 0)
			continue;
		struct slice name = slice_sub(line, 0, (size_t)colon);
		struct slice value = slice_trim(slice_from(line, (size_t)colon + 1));
		bool more = text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t');
		if (more && slice_ieq(name, SL("License")))
			continue; /* several lines: the text itself */
		take(m, name, value);
	}
}

static int tell(struct pkg_ctx *cx, struct slice text, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct metadata m = {0};
	auto_buf struct buf classifiers;
	buf_init(&classifiers, 64 * KIB);
	m.classifiers = &classifiers;
	read_header(text, &m);
	if (!m.name.len)
		return err_input(err, "has no field Name");
	struct slice licenses = buf_slice(&classifiers);
	if (m.expression.len)
		licenses = m.expression;
	else if (m.license.len && m.license.len <= MAX_LICENSE && !slice_is(m.license, "UNKNOWN"))
		licenses = m.license;
	struct pkg p = {
	    .type = SL("pypi"), .name = m.name, .version = m.version, .licenses = licenses};
	return lang_add(cx, &w, &p, err);
}

static int read_egg(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct zip zip;
	struct zip_entry e;
	int r;
	TRY(zip_open(file, &zip, err));
	struct reader cursor = rd_init(zip.directory);
	while ((r = zip_next(&zip, &cursor, &e, err)) > 0) {
		if (!slice_is(e.name, "EGG-INFO/PKG-INFO"))
			continue;
		auto_buf struct buf text;
		buf_init(&text, LANG_MANIFEST_MAX);
		TRY(zip_read(&zip, &e, &text, err));
		return tell(cx, buf_slice(&text), err);
	}
	return r;
}

static bool dir_ends(struct slice path, const char *end)
{
	struct slice dir = path_dir(path), want = slice_str(end);
	return dir.len >= want.len && slice_ieq(slice_from(dir, dir.len - want.len), want);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct slice base = path_base(cx->path);
	if (slice_ends(base, ".egg"))
		return read_egg(cx, file, err);
	if (slice_is(base, "METADATA") && !dir_ends(cx->path, "dist-info"))
		return 0;
	if (slice_is(base, "PKG-INFO") && !dir_ends(cx->path, "egg-info"))
		return 0;
	return tell(cx, file, err);
}

const struct pkg_analyser pkg_analyser_python_dist = {
    .name = "python-dist",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "python-pkg",
    .group = "Python",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "METADATA"}, {PKG_BASENAME_IS, "PKG-INFO"},
		       {PKG_SUFFIX, ".egg-info"}, {PKG_SUFFIX, ".egg"}),
    .max_size = 192 * MIB,
    .run = run,
};
