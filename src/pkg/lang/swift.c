/* SPDX-License-Identifier: Apache-2.0 */
/* Package.resolved of the Swift package manager, versions 1 to 3. */
#include "pkg/lang/lang_text.h"

/* "https://host/a/b.git", "git@host:a/b" -> "host/a/b". */
static struct slice repository(struct arena *a, struct slice url)
{
	ssize_t scheme = slice_find(url, SL("://"));
	struct slice s = scheme < 0 ? url : slice_from(url, (size_t)scheme + 3);
	ssize_t at = slice_chr(s, '@'), slash = slice_chr(s, '/');
	if (at >= 0 && (slash < 0 || at < slash))
		s = slice_from(s, (size_t)at + 1);
	while (slice_ends(s, "/"))
		s = slice_sub(s, 0, s.len - 1);
	if (slice_ends(s, ".git"))
		s = slice_sub(s, 0, s.len - 4);
	ssize_t colon = slice_chr(s, ':');
	slash = slice_chr(s, '/');
	if (scheme >= 0 || colon < 0 || (slash >= 0 && slash < colon))
		return s;
	return arena_printf(a, "%.*s/%.*s", SL_FMT(slice_sub(s, 0, (size_t)colon)),
			    SL_FMT(slice_from(s, (size_t)colon + 1)));
}

static int add_pin(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   struct lang_lines *lines, struct err *err)
{
	const struct node *state = node_get(n, "state");
	struct slice url = node_get_str(n, "location"), kind = node_get_str(n, "kind");
	struct pkg p = {.type = SL("swift"),
			.version = node_get_str(state, "version"),
			.commit = node_get_str(state, "revision")};
	if (!url.len)
		url = node_get_str(n, "repositoryURL");
	bool local = slice_starts(kind, "local") || slice_is(kind, "fileSystem");
	if (url.len && !local && !slice_is(kind, "registry"))
		p.name = repository(cx->arena, url);
	if (!p.name.len)
		p.name = node_get_str(n, "identity");
	if (local)
		p.flags |= PKG_LOCAL;
	p.origin = url;
	lang_set_lines(lines, n, 0, &p);
	return lang_add(cx, w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct lang_lines lines = {.file = file};
	struct node *root = NULL;
	uint64_t version = 1;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	const struct node *text = node_get(root, "version");
	if (text && (node_u64(text, &version) < 0 || version > 3))
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported version %.*s",
			       SL_FMT(lang_scalar(text)));
	const struct node *in = version == 1 ? node_get(root, "object") : root;
	node_each (n, node_get(in, "pins"))
		TRY(add_pin(cx, &w, n, &lines, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_swift = {
    .name = "swift",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "swift",
    .wants =
	PKG_WANTS({PKG_BASENAME_IS, "Package.resolved"}, {PKG_BASENAME_IS, ".package.resolved"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
