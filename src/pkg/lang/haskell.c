/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Haskell: stack.yaml.lock, stack.yaml where no lock file lies beside it, and cabal.project.freeze. A Hackage
 * reference is NAME-VERSION[@sha256:HEX,SIZE].
 */
#include "pkg/lang/lang_text.h"

struct haskell {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
};

static int add_hackage(struct haskell *h, struct slice ref, struct err *err)
{
	struct pkg p = {.type = SL("hackage")};
	struct slice id = lang_before(ref, '@'), hash = lang_after(ref, '@');
	ssize_t dash = slice_rchr(id, '-');
	if (dash <= 0 || !is_digit(slice_from(id, (size_t)dash + 1).len ? id.ptr[dash + 1] : 'x')) {
		pkg_warn_some(&h->w, "corrupt", "%.*s is no package with a version", SL_FMT(ref));
		return 0;
	}
	p.name = slice_sub(id, 0, (size_t)dash);
	p.version = slice_from(id, (size_t)dash + 1);
	if (slice_starts(hash, "sha256:"))
		p.digest = lang_hash(h->cx->arena, lang_before(slice_from(hash, 7), ','));
	return lang_add(h->cx, &h->w, &p, err);
}

static int add_completed(struct haskell *h, const struct node *n, struct err *err)
{
	struct slice hackage = lang_get_scalar(n, "hackage");
	if (hackage.len)
		return add_hackage(h, hackage, err);
	struct pkg p = {.type = SL("hackage"),
			.name = lang_get_scalar(n, "name"),
			.version = lang_get_scalar(n, "version"),
			.origin = lang_get_scalar(n, "git"),
			.commit = lang_get_scalar(n, "commit")};
	if (!p.origin.len)
		p.origin = lang_get_scalar(n, "url");
	return p.name.len ? lang_add(h->cx, &h->w, &p, err) : 0;
}

static int stack_lock(struct haskell *h, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_yaml(&d, file, &root, err));
	node_each (n, node_get(root, "packages"))
		TRY(add_completed(h, node_get(n, "completed"), err));
	return 0;
}

static int stack_yaml(struct pkg_ctx *cx, struct slice file, struct slice lock, struct err *err)
{
	auto_doc struct doc d;
	struct haskell h = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	if (lock.len)
		return 0;
	TRY(lang_yaml(&d, file, &root, err));
	node_each (n, node_get(root, "extra-deps")) {
		struct slice ref = node_str(n);
		/* Others are directories, archives and repositories. */
		if (ref.len && slice_chr(lang_before(ref, '@'), '/') < 0)
			TRY(add_hackage(&h, ref, err));
	}
	return 0;
}

/* "constraints: any.NAME ==VERSION," one a line; other lines are flags. */
static int freeze(struct haskell *h, struct slice file, struct err *err)
{
	struct slice line, word, version;
	while (slice_line(&file, &line)) {
		struct pkg p = {.type = SL("hackage")};
		line = slice_trim(line);
		if (slice_starts(line, "constraints:"))
			line = slice_trim(slice_from(line, 12));
		if (!slice_word(&line, &word) || !slice_word(&line, &version) ||
		    !slice_starts(version, "=="))
			continue;
		p.name = slice_starts(word, "any.") ? slice_from(word, 4) : word;
		p.version = lang_before(slice_from(version, 2), ',');
		TRY(lang_add(h->cx, &h->w, &p, err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct haskell h = {.cx = cx, .w = {.cx = cx}};
	struct slice base = path_base(cx->path);
	if (slice_is(base, "cabal.project.freeze"))
		return freeze(&h, file, err);
	if (slice_is(base, "stack.yaml"))
		return pkg_hold(cx, file, err);
	TRY(stack_lock(&h, file, err));
	return pkg_hold(cx, SL("locked"), err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	return lang_combine(cx, files, n, "stack.yaml.lock", stack_yaml, err);
}

const struct pkg_analyser pkg_analyser_haskell = {
    .name = "haskell",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "hackage",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "stack.yaml.lock"}, {PKG_BASENAME_IS, "stack.yaml"},
		       {PKG_BASENAME_IS, "cabal.project.freeze"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
    .combine = combine,
};
