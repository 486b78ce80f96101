/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cargo.toml without a Cargo.lock above it: the package itself, and those dependencies whose requirement leaves one
 * version ("=1.2.3", "0.0.3" - The Cargo Book, "Specifying Dependencies") or names a commit.
 */
#include "pkg/lang/lang_text.h"

struct toml {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
};

static bool is_whole(struct slice version)
{
	size_t dots = 0, i = 0;
	for (; i < version.len && (is_digit(version.ptr[i]) || version.ptr[i] == '.'); i++)
		dots += version.ptr[i] == '.';
	return i && dots == 2 && is_digit(version.ptr[0]) && is_digit(version.ptr[i - 1]) &&
	       slice_chr(version, ',') < 0 && slice_chr(version, '*') < 0;
}

/* The only version that the requirement allows; empty when there are more. */
static struct slice only_version(struct slice text)
{
	struct slice s = slice_trim(text);
	bool exact = slice_starts(s, "=");
	if (exact || slice_starts(s, "^"))
		s = slice_trim(slice_from(s, 1));
	/* A caret before 0.0.z, or none, allows z alone. */
	return is_whole(s) && (exact || slice_starts(s, "0.0.")) ? s : SL_NONE;
}

static int add_dependency(struct toml *t, const struct node *n, uint32_t flags, struct err *err)
{
	const struct node *git = node_get(n, "git");
	struct slice real = node_get_str(n, "package"), rev = node_get_str(n, "rev");
	struct pkg p = {.type = SL("cargo"), .name = real.len ? real : n->key, .flags = flags};
	if (node_is(n, NODE_STRING))
		p.version = only_version(n->str);
	else if (git && !node_is(git, NODE_STRING))
		pkg_warn_some(&t->w, "corrupt", "dependency %.*s: git is no string",
			      SL_FMT(n->key));
	else if (git && lang_is_hex(rev, 7)) {
		p.origin = git->str;
		p.commit = rev;
	} else if (!git && !node_get(n, "path"))
		p.version = only_version(node_get_str(n, "version"));
	return p.version.len || p.commit.len ? lang_add(t->cx, &t->w, &p, err) : 0;
}

static int add_section(struct toml *t, const struct node *in, struct err *err)
{
	static const struct {
		const char *field;
		uint32_t flags;
	} sections[] = {{"dependencies", PKG_DIRECT},
			{"build-dependencies", PKG_DIRECT},
			{"dev-dependencies", PKG_DIRECT | PKG_DEV}};
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		node_each (n, node_get(in, sections[i].field))
			TRY(add_dependency(t, n, sections[i].flags, err));
	return 0;
}

static int one(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct toml t = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	const struct node *own = node_get(root, "package");
	struct pkg p = {.type = SL("cargo"),
			.name = node_get_str(own, "name"),
			.version = node_get_str(own, "version"),
			.licenses = node_get_str(own, "license"),
			.flags = PKG_ROOT | PKG_LOCAL};
	if (p.name.len)
		TRY(lang_add(cx, &t.w, &p, err));
	TRY(add_section(&t, root, err));
	TRY(add_section(&t, node_get(root, "workspace"), err));
	node_each (n, node_get(root, "target"))
		TRY(add_section(&t, n, err));
	return 0;
}

static bool is_lock(struct slice path)
{
	return slice_is(path_base(path), "Cargo.lock");
}

/* Only that the lock file is there counts. */
static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	return pkg_hold(cx, is_lock(cx->path) ? SL("locked") : file, err);
}

static bool is_locked(const struct map *dirs, struct slice path)
{
	struct slice dir = path_dir(path);
	while (!map_get(dirs, dir)) {
		if (!dir.len)
			return false;
		dir = path_dir(dir);
	}
	return true;
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	auto_map struct map dirs = {0};
	for (size_t i = 0; i < n; i++)
		if (is_lock(files[i].path) && !map_put(&dirs, path_dir(files[i].path), NULL))
			return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		struct err own = {0};
		if (is_lock(files[i].path) || is_locked(&dirs, files[i].path))
			continue;
		cx->path = files[i].path;
		int rc = one(cx, files[i].bytes, &own);
		if (rc == -ENOMEM) {
			*err = own;
			return rc;
		}
		if (rc < 0)
			pkg_warn(cx, "corrupt", "%s", own.text);
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_cargo_toml = {
    .name = "cargo-toml",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "cargo",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "Cargo.toml"}, {PKG_BASENAME_IS, "Cargo.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
    .combine = combine,
};
