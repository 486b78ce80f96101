/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chiselled Ubuntu images have no dpkg database but a manifest: zstd-packed lines of JSON ("jsonwall"),
 * {"kind": "package", "name", "version", "arch", "sha256"} and {"kind": "content", "slice", "path"}.
 * Source packages are not named there; the binary's own name stands for them.
 */
#include "pkg/pkg_internal.h"
#include "pack/pack.h"
#include "text/text.h"

#define MAX_MANIFEST (64 * MIB)

struct chisel {
	struct pkg_ctx *cx;
	struct pkg_warnings warnings;
	struct buf text, files; /* files: of the package in `owner` */
	struct buf owner;
	struct doc doc;
	size_t packages;
	bool is_wall;
};

static void chisel_init(struct chisel *c, struct pkg_ctx *cx)
{
	*c = (struct chisel){.cx = cx, .warnings = {.cx = cx}};
	buf_init(&c->text, MAX_MANIFEST);
	buf_init(&c->files, MAX_MANIFEST);
	buf_init(&c->owner, PKG_PATH_MAX);
	doc_init(&c->doc);
}

static void chisel_done(struct chisel *c)
{
	buf_free(&c->text);
	buf_free(&c->files);
	buf_free(&c->owner);
	doc_free(&c->doc);
}

/* Hands the collected files over. */
static int flush(struct chisel *c, struct err *err)
{
	struct pkg p = {.type = SL("deb"), .flags = PKG_OWNS_ONLY};
	int rc = 0;
	p.name = buf_slice(&c->owner);
	p.files = buf_slice(&c->files);
	if (p.name.len && p.files.len)
		rc = pkg_add(c->cx, &p, err);
	buf_clear(&c->owner);
	buf_clear(&c->files);
	return rc;
}

/* A slice is named PACKAGE_SLICE; lines are sorted, so a package's files stand together. */
static int take_content(struct chisel *c, const struct node *n, struct err *err)
{
	struct slice name = node_get_str(n, "slice"), path = node_get_str(n, "path");
	ssize_t end = slice_chr(name, '_');
	if (end <= 0 || !path.len)
		return 0;
	name = slice_sub(name, 0, (size_t)end);
	if (!slice_eq(name, buf_slice(&c->owner))) {
		TRY(flush(c, err));
		buf_puts(&c->owner, name);
	}
	buf_puts(&c->files, path);
	buf_putc(&c->files, '\n');
	return 0;
}

static int take_package(struct chisel *c, const struct node *n, uint32_t line, struct err *err)
{
	struct pkg p = {.type = SL("deb"), .name = node_get_str(n, "name")};
	struct slice sum = node_get_str(n, "sha256");
	p.version = node_get_str(n, "version");
	p.arch = node_get_str(n, "arch");
	if (!p.name.len || !p.version.len) {
		pkg_warn_some(&c->warnings, "corrupt", "line %u: a package without name or version",
			      line);
		return 0;
	}
	p.src_name = p.name;
	p.src_version = p.version;
	if (sum.len == 64)
		p.digest = arena_printf(c->cx->arena, "sha256:%.*s", SL_FMT(sum));
	c->packages++;
	return pkg_add(c->cx, &p, err);
}

static int take_line(struct chisel *c, struct slice text, uint32_t line, struct err *err)
{
	struct text_limits lim = {.max_bytes = 1 * MIB, .max_nodes = 100000, .max_depth = 16};
	struct err why = {0};
	struct node *n = NULL;
	if (json_parse(&c->doc, text, &lim, &n, &why) < 0) {
		pkg_warn_some(&c->warnings, "corrupt", "line %u: %s", line, why.text);
		return 0;
	}
	struct slice kind = node_get_str(n, "kind");
	if (node_get(n, "jsonwall"))
		c->is_wall = true;
	if (slice_is(kind, "package"))
		return take_package(c, n, line, err);
	return slice_is(kind, "content") ? take_content(c, n, err) : 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(chisel_done) struct chisel c;
	struct slice rest, text;
	chisel_init(&c, cx);
	TRY(pack_unpack(file, &c.text, err));
	rest = buf_slice(&c.text);
	for (uint32_t line = 1; slice_line(&rest, &text); line++)
		if (text.len)
			TRY(take_line(&c, text, line, err));
	TRY(flush(&c, err));
	if (c.files.failed || c.owner.failed)
		pkg_warn_some(&c.warnings, "limit", "a file list is too long");
	if (!c.is_wall || (c.warnings.count && !c.packages))
		return err_input(err, "not a chisel manifest");
	return 0;
}

const struct pkg_analyser pkg_analyser_chisel = {
    .name = "chisel",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_IS, "var/lib/chisel/manifest.wall"}),
    .max_size = 16 * MIB,
    .run = run,
};
