/* SPDX-License-Identifier: Apache-2.0 */
/* Rust programs built by cargo-auditable: JSON, packed by zlib, in the section .dep-v0 (its PARSING.md). */
#include "pkg/lang/exec.h"
#include "pkg/lang/lang.h"

#include <zlib.h>

#define MAX_TEXT (8 * MIB)

static int unpack(struct slice packed, struct buf *out, struct err *err)
{
	z_stream z = {0};
	int r = Z_OK;
	if (inflateInit(&z) != Z_OK)
		return err_oom(err);
	memcpy(&z.next_in, &packed.ptr, sizeof(z.next_in));
	z.avail_in = (uInt)MIN(packed.len, (size_t)UINT32_MAX);
	while (r == Z_OK) {
		char *room = buf_reserve(out, 64 * KIB);
		if (!room)
			break;
		z.next_out = (Bytef *)room;
		z.avail_out = 64 * KIB;
		r = inflate(&z, Z_NO_FLUSH);
		out->len += 64 * KIB - z.avail_out;
	}
	inflateEnd(&z);
	if (out->failed)
		return err_limit(err, "dependency list of the program is over %zu bytes", MAX_TEXT);
	return r == Z_STREAM_END ? 0 : err_input(err, "dependency list of the program is damaged");
}

/* Numbers of "dependencies" are places in the list itself. */
static void put_deps(struct buf *b, const struct node *p, const struct node *const *all, size_t n)
{
	uint64_t at;
	node_each (d, node_get(p, "dependencies"))
		if (node_u64(d, &at) == 0 && at < n)
			lang_put_dep(b, node_get_str(all[at], "name"),
				     node_get_str(all[at], "version"));
}

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   struct slice deps, struct err *err)
{
	struct slice source = node_get_str(n, "source");
	bool root = node_true(node_get(n, "root"));
	struct pkg p = {.type = SL("cargo"),
			.name = node_get_str(n, "name"),
			.version = node_get_str(n, "version"),
			.deps = deps,
			.flags = root ? PKG_ROOT : 0};
	if (slice_is(source, "local") && !root)
		p.flags |= PKG_LOCAL;
	else if (source.len && !slice_is(source, "crates.io") && !slice_is(source, "local"))
		p.origin = source;
	/* Build dependencies run while the program is made and are not in it. */
	return slice_is(node_get_str(n, "kind"), "build") ? 0 : lang_add(cx, w, &p, err);
}

static int tell(struct pkg_ctx *cx, struct slice text, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct pkg_warnings w = {.cx = cx};
	size_t n = 0;
	doc_init(&d);
	TRY(lang_json(&d, text, &root, err));
	const struct node *list = node_get(root, "packages");
	const struct node **all =
	    arena_array(cx->arena, (list ? list->count : 0) + (size_t)1, sizeof(struct node *));
	if (!all)
		return err_oom(err);
	node_each (p, list)
		all[n++] = p;
	for (size_t i = 0; i < n; i++) {
		auto_buf struct buf deps;
		buf_init(&deps, MIB);
		put_deps(&deps, all[i], all, n);
		TRY(add_one(cx, &w, all[i], buf_slice(&deps), err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	for (size_t i = 0; i < EXEC_MAX_ARCH; i++) {
		struct exec x = {0};
		auto_buf struct buf text;
		buf_init(&text, MAX_TEXT);
		int r = exec_open(cx->arena, file, i, &x, err);
		if (r <= 0)
			return r;
		struct slice packed = exec_section(&x, ".dep-v0");
		if (!packed.len)
			continue;
		TRY(unpack(packed, &text, err));
		return tell(cx, buf_slice(&text), err);
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_cargo_binary = {
    .name = "cargo-binary",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "rustbinary",
    .wants = PKG_WANTS({PKG_EXECUTABLE, ""}),
    .max_size = LANG_PROGRAM_MAX,
    .run = run,
};
