/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitHub Actions: `uses:` of the jobs and steps of workflows and of composite actions. A commit is pinned with its
 * version in a comment behind it ("@SHA # v4.1.0", the form that update bots keep).
 */
#include "pkg/lang/lang_text.h"

struct actions {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct slice file;
	struct lang_lines lines;
	struct map seen;
};

static void actions_free(struct actions *a)
{
	map_free(&a->seen);
}

/* "v4.1.0" of the comment on the line at pos; empty when there is none. */
static struct slice comment_version(struct slice file, size_t pos)
{
	struct slice rest = slice_sub(file, pos, 512), line, word;
	if (!slice_line(&rest, &line))
		return SL_NONE;
	struct slice text = slice_trim(lang_after(line, '#'));
	if (slice_starts(text, "v "))
		text = slice_from(text, 2);
	if (!slice_word(&text, &word))
		return SL_NONE;
	struct slice digits = slice_starts(word, "v") ? slice_from(word, 1) : word;
	for (size_t i = 0; i < digits.len; i++)
		if (!is_digit(digits.ptr[i]) && digits.ptr[i] != '.')
			return SL_NONE;
	return digits.len && is_digit(digits.ptr[0]) ? word : SL_NONE;
}

static int add_use(struct actions *a, const struct node *uses, struct err *err)
{
	struct slice text = slice_trim(node_str(uses));
	struct slice path = lang_before(text, '@'), ref = lang_after(text, '@');
	bool is_new = false;
	/* Containers and actions of the repository itself are no packages. */
	if (!text.len || slice_starts(text, ".") || slice_starts(text, "docker://"))
		return 0;
	ssize_t owner = slice_chr(path, '/');
	if (owner <= 0 || !ref.len) {
		pkg_warn_some(&a->w, "corrupt", "%.*s is no action with a version", SL_FMT(text));
		return 0;
	}
	ssize_t sub = slice_chr(slice_from(path, (size_t)owner + 1), '/');
	struct pkg p = {.type = SL("github"), .version = ref, .flags = PKG_DIRECT};
	p.name = sub < 0 ? path : slice_sub(path, 0, (size_t)owner + 1 + (size_t)sub);
	if (lang_is_hex(ref, 40)) {
		struct slice version = comment_version(a->file, uses->pos);
		p.commit = ref;
		if (version.len)
			p.version = version;
	}
	struct slice key =
	    arena_printf(a->cx->arena, "%.*s@%.*s", SL_FMT(p.name), SL_FMT(p.version));
	if (!key.ptr || !map_put(&a->seen, key, &is_new))
		return err_oom(err);
	p.line = p.end_line = lang_line_at(&a->lines, uses->pos);
	return is_new ? lang_add(a->cx, &a->w, &p, err) : 0;
}

static int add_steps(struct actions *a, const struct node *in, struct err *err)
{
	TRY(add_use(a, node_get(in, "uses"), err));
	node_each (step, node_get(in, "steps"))
		TRY(add_use(a, node_get(step, "uses"), err));
	return 0;
}

static bool is_workflow(struct slice path)
{
	struct slice dir = path_dir(path);
	return slice_is(path_base(dir), "workflows") &&
	       slice_is(path_base(path_dir(dir)), ".github");
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(actions_free)
	struct actions a = {.cx = cx, .w = {.cx = cx}, .file = file, .lines = {.file = file}};
	struct node *root = NULL;
	struct slice base = path_base(cx->path);
	doc_init(&d);
	if (!is_workflow(cx->path) && !slice_starts(base, "action.y"))
		return 0;
	if (!slice_trim(file).len)
		return 0;
	TRY(lang_yaml(&d, file, &root, err));
	if (node_is(node_get(root, "jobs"), NODE_OBJECT))
		node_each (job, node_get(root, "jobs"))
			TRY(add_steps(&a, job, err));
	return add_steps(&a, node_get(root, "runs"), err);
}

const struct pkg_analyser pkg_analyser_github_actions = {
    .name = "github-actions",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "github-actions",
    .wants = PKG_WANTS({PKG_IN_DIR, "workflows", ".yml"}, {PKG_IN_DIR, "workflows", ".yaml"},
		       {PKG_BASENAME_IS, "action.yml"}, {PKG_BASENAME_IS, "action.yaml"}),
    .max_size = MIB,
    .run = run,
};
