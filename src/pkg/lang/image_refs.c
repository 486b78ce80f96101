/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that a build or a project takes: FROM, COPY --from and RUN --mount=from= of Dockerfiles, `image:` of compose
 * files. A name that cannot be known (a variable without a value) is no package. Nothing here is ever judged.
 */
#include "pkg/lang/lang.h"

struct images {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct lang_lines lines;
	struct map seen, args;
	const struct df_doc *doc;
	bool missing;
};

static void images_free(struct images *m)
{
	map_free(&m->seen);
	map_free(&m->args);
}

static bool is_image_name(struct slice name)
{
	for (size_t n = 0; n < name.len; n++)
		if (!is_alpha(name.ptr[n]) && !is_digit(name.ptr[n]) &&
		    !(name.ptr[n] && strchr("._-/:[]", name.ptr[n])))
			return false;
	return name.len && name.ptr[0] != '-';
}

/* registry:5000/path/name:tag@digest */
static int add_image(struct images *m, struct slice ref, uint32_t line, struct err *err)
{
	bool is_new = false;
	struct pkg p = {.type = SL("docker"), .flags = PKG_DIRECT | PKG_PSEUDO};
	struct slice name = ref;
	ssize_t at = slice_chr(ref, '@');
	if (at >= 0) {
		p.digest = slice_from(ref, (size_t)at + 1);
		name = slice_sub(ref, 0, (size_t)at);
	}
	ssize_t slash = slice_rchr(name, '/'), colon = slice_rchr(name, ':');
	if (colon > slash) {
		p.version = slice_from(name, (size_t)colon + 1);
		name = slice_sub(name, 0, (size_t)colon);
	}
	if (!p.version.len)
		p.version = p.digest.len ? p.digest : SL("latest");
	p.name = name;
	p.line = p.end_line = line;
	if (!ref.len || slice_is(ref, "scratch"))
		return 0;
	if (!is_image_name(name)) {
		pkg_warn_some(&m->w, "corrupt", "%.*s is no name of an image", SL_FMT(ref));
		return 0;
	}
	struct slice key = arena_dup(m->cx->arena, ref);
	if (!key.ptr || !map_put(&m->seen, key, &is_new))
		return err_oom(err);
	return is_new ? lang_add(m->cx, &m->w, &p, err) : 0;
}

/* ---- Dockerfiles ---- */

static int get_arg(void *arg, struct slice name, struct slice *value)
{
	struct images *m = arg;
	const uint64_t *word = map_get(&m->args, name);
	if (!word)
		return 0;
	*value = ((const struct df_word *)(uintptr_t)*word)->text;
	return 1;
}

static void no_arg(void *arg, struct slice name)
{
	struct images *m = arg;
	(void)name;
	m->missing = true;
}

/* ref with variables: without those that are known to be missing. */
static int add_ref(struct images *m, struct slice ref, uint32_t line, struct err *err)
{
	struct df_vars v = {
	    .get = get_arg, .missing = no_arg, .arg = m, .escape = m->doc ? m->doc->escape : '\\'};
	struct slice name;
	m->missing = false;
	TRY(df_expand(m->cx->arena, ref, &v, false, &name, err));
	if (m->missing || slice_chr(name, '$') >= 0)
		return 0;
	return add_image(m, slice_trim(name), line, err);
}

/* A stage of this file, by name or number? */
static bool is_stage(const struct images *m, struct slice name)
{
	uint32_t number;
	for (size_t k = 0; k < m->doc->nstages; k++)
		if (slice_ieq(m->doc->stages[k].name, name))
			return true;
	return slice_u32(name, &number) == 0;
}

static int add_from_flags(struct images *m, const struct df_instr *i, struct err *err)
{
	struct slice from;
	for (size_t k = 0; k < i->nflags; k++) {
		const struct df_flag *f = &i->flags[k];
		if (slice_is(f->name, "from"))
			from = f->value;
		else if (!slice_is(f->name, "mount") || !df_option(f->value, "from", &from))
			continue;
		if (!is_stage(m, from))
			TRY(add_ref(m, from, i->line, err));
	}
	return 0;
}

/* Values given before the first FROM are known to all of them. */
static int keep_arg(struct images *m, const struct df_word *w, struct err *err)
{
	uint64_t *slot = w->has_value ? map_put(&m->args, w->key, NULL) : NULL;
	if (w->has_value && !slot)
		return err_oom(err);
	if (slot)
		*slot = (uint64_t)(uintptr_t)w;
	return 0;
}

static int add_instr(struct images *m, const struct df_instr *i, struct err *err)
{
	if (i->kind == DF_ARG && i->stage < 0)
		for (size_t k = 0; k < i->nwords; k++)
			TRY(keep_arg(m, &i->words[k], err));
	if (i->kind == DF_COPY || i->kind == DF_RUN)
		return add_from_flags(m, i, err);
	if (i->kind != DF_FROM || !i->nwords)
		return 0;
	for (int32_t k = 0; k < i->stage; k++)
		if (slice_ieq(m->doc->stages[k].name, i->words[0].raw))
			return 0;
	return add_ref(m, i->words[0].raw, i->line, err);
}

static int read_dockerfile(struct images *m, struct slice file, struct err *err)
{
	auto_df struct df_doc d;
	TRY(df_parse(&d, file, err));
	m->doc = &d;
	for (size_t k = 0; k < d.ninstrs; k++)
		TRY(add_instr(m, &d.instrs[k], err));
	return 0;
}

/* ---- Compose files ---- */

static int read_tree(struct images *m, const struct node *root, struct err *err)
{
	node_each (s, node_get(root, "services"))
		TRY(add_ref(m, node_get_str(s, "image"), lang_line_at(&m->lines, s->pos), err));
	return 0;
}

/* Files with anchors, which the reader of trees refuses: line by line. */
static int read_image_lines(struct images *m, struct slice file, struct err *err)
{
	struct slice line;
	uint32_t number = 0;
	while (slice_line(&file, &line)) {
		struct slice text = slice_trim(line);
		number++;
		if (!slice_starts(text, "image:"))
			continue;
		text = slice_trim(slice_from(text, strlen("image:")));
		ssize_t comment = slice_find(text, SL(" #"));
		if (comment >= 0)
			text = slice_trim(slice_sub(text, 0, (size_t)comment));
		if (text.len && text.ptr[0] != '*' && text.ptr[0] != '&')
			TRY(add_ref(m, text, number, err));
	}
	return 0;
}

static int read_compose(struct images *m, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err broken = {0};
	doc_init(&d);
	if (!slice_trim(file).len)
		return 0;
	if (lang_yaml(&d, file, &root, &broken) == 0)
		return read_tree(m, root, err);
	if (slice_find(slice_str(broken.text), SL("alias")) < 0) {
		*err = broken;
		return err->code;
	}
	return read_image_lines(m, file, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(images_free)
	struct images m = {.cx = cx, .w = {.cx = cx}, .lines = {.file = file}};
	struct slice base = path_base(cx->path);
	bool yaml = slice_ends(base, ".yml") || slice_ends(base, ".yaml");
	return yaml ? read_compose(&m, file, err) : read_dockerfile(&m, file, err);
}

const struct pkg_analyser pkg_analyser_image_refs = {
    .name = "image-refs",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "image-refs",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "Dockerfile"}, {PKG_BASENAME_IS, "Containerfile"},
		       {PKG_BASENAME_PREFIX, "Dockerfile."},
		       {PKG_BASENAME_PREFIX, "Containerfile."}, {PKG_SUFFIX, ".Dockerfile"},
		       {PKG_SUFFIX, ".dockerfile"}, {PKG_BASENAME_PREFIX, "docker-compose", ".yml"},
		       {PKG_BASENAME_PREFIX, "docker-compose", ".yaml"},
		       {PKG_BASENAME_IS, "compose.yml"}, {PKG_BASENAME_IS, "compose.yaml"}),
    .max_size = 16 * MIB,
    .run = run,
};
