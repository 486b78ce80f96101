/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gemfile.lock of Bundler: sections by indentation. GEM, GIT, PATH and PLUGIN SOURCE have specs ("name (version)",
 * below them what they need), DEPENDENCIES what the project asks for, CHECKSUMS digests.
 */
#include "pkg/lang/lang_text.h"

enum section { OTHER, GEM, GIT, LOCAL, DEPENDENCIES, CHECKSUMS };
struct gem {
	struct slice name, version, remote, revision;
	enum section from;
	uint32_t line, end_line;
	size_t first_dep, end_dep;
};
struct lock {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	VEC(struct gem) gems;
	VEC(struct slice) deps;
	struct map by_name; /* -> index of gem */
	struct map direct, seen, sums;
	struct slice remote, revision;
	enum section section;
	uint32_t line;
	bool any;
};

static void lock_free(struct lock *l)
{
	vec_free(&l->gems);
	vec_free(&l->deps);
	map_free(&l->by_name);
	map_free(&l->direct);
	map_free(&l->seen);
	map_free(&l->sums);
}

static enum section section_of(struct slice line)
{
	static const char *const names[] = {"GEM",	     "GIT",	     "PATH",
					    "PLUGIN SOURCE", "DEPENDENCIES", "CHECKSUMS"};
	static const enum section sections[] = {GEM, GIT, LOCAL, GEM, DEPENDENCIES, CHECKSUMS};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(line, names[i]))
			return sections[i];
	return OTHER;
}

/* "name (1.0.0-java)" -> name, 1.0.0: a version has no '-', what follows is the platform. */
static bool split_spec(struct slice text, struct slice *name, struct slice *version)
{
	ssize_t open = slice_find(text, SL(" ("));
	*name = lang_before(text, ' ');
	*version = SL_NONE;
	if (open < 0)
		return false;
	*version = lang_before(slice_from(text, (size_t)open + 2), ')');
	*version = lang_before(*version, '-');
	return version->len > 0 && is_digit(version->ptr[0]);
}

static int add_gem(struct lock *l, struct slice text, struct err *err)
{
	struct gem g = {.from = l->section,
			.remote = l->remote,
			.revision = l->revision,
			.line = l->line,
			.end_line = l->line,
			.first_dep = l->deps.len,
			.end_dep = l->deps.len};
	if (!split_spec(text, &g.name, &g.version)) {
		pkg_warn_some(&l->w, "corrupt", "line %u: gem without a version", l->line);
		return 0;
	}
	uint64_t *slot = map_put(&l->by_name, g.name, NULL);
	if (!slot || vec_push(&l->gems, g) < 0)
		return err_oom(err);
	*slot = l->gems.len - 1;
	return 0;
}

static int add_dep(struct lock *l, struct slice text, struct err *err)
{
	if (!l->gems.len)
		return 0;
	struct gem *g = &l->gems.ptr[l->gems.len - 1];
	if (vec_push(&l->deps, lang_before(text, ' ')) < 0)
		return err_oom(err);
	g->end_dep = l->deps.len;
	g->end_line = l->line;
	return 0;
}

static int add_direct(struct lock *l, struct slice text, struct err *err)
{
	struct slice name = lang_before(lang_before(text, ' '), '!');
	return map_put(&l->direct, name, NULL) ? 0 : err_oom(err);
}

/* "name (1.0.0) sha256=HEX" */
static int add_sum(struct lock *l, struct slice text, struct err *err)
{
	ssize_t end = slice_find(text, SL(") sha256="));
	if (end < 0)
		return 0;
	uint64_t *slot = map_put(&l->sums, slice_sub(text, 0, (size_t)end + 1), NULL);
	struct slice *hex = arena_new(l->cx->arena, struct slice);
	if (!slot || !hex)
		return err_oom(err);
	*hex = lang_before(slice_from(text, (size_t)end + 9), ',');
	*slot = (uint64_t)(uintptr_t)hex;
	return 0;
}

static int one_line(struct lock *l, size_t indent, struct slice text, struct err *err)
{
	bool source = l->section == GEM || l->section == GIT || l->section == LOCAL;
	if (indent == 0) {
		l->section = section_of(text);
		l->any |= l->section != OTHER;
		l->remote = l->revision = SL_NONE;
		return 0;
	}
	if (source && indent == 2 && slice_starts(text, "remote:"))
		l->remote = slice_trim(slice_from(text, 7));
	else if (source && indent == 2 && slice_starts(text, "revision:"))
		l->revision = slice_trim(slice_from(text, 9));
	else if (source && indent == 4)
		return add_gem(l, text, err);
	else if (source && indent == 6)
		return add_dep(l, text, err);
	else if (l->section == DEPENDENCIES && indent == 2)
		return add_direct(l, text, err);
	else if (l->section == CHECKSUMS && indent == 2)
		return add_sum(l, text, err);
	return 0;
}

static int tell(struct lock *l, const struct gem *g, struct err *err)
{
	auto_buf struct buf deps;
	bool is_new = false;
	struct pkg p = {.type = SL("gem"),
			.name = g->name,
			.version = g->version,
			.line = g->line,
			.end_line = g->end_line};
	buf_init(&deps, LANG_LIST_MAX);
	struct slice key =
	    arena_printf(l->cx->arena, "%.*s (%.*s)", SL_FMT(g->name), SL_FMT(g->version));
	if (!key.ptr || !map_put(&l->seen, key, &is_new))
		return err_oom(err);
	if (!is_new) /* the same for another platform */
		return 0;
	for (size_t i = g->first_dep; i < g->end_dep; i++) {
		const uint64_t *to = map_get(&l->by_name, l->deps.ptr[i]);
		if (to)
			lang_put_dep(&deps, l->deps.ptr[i], l->gems.ptr[*to].version);
	}
	p.deps = lang_list(&l->w, &deps, g->name);
	const uint64_t *sum = map_get(&l->sums, key);
	if (sum)
		p.digest = lang_hash(l->cx->arena, *(const struct slice *)(uintptr_t)*sum);
	if (g->from == LOCAL)
		p.flags |= PKG_LOCAL;
	if (g->from != GEM) {
		p.origin = g->remote;
		p.commit = g->revision;
	}
	if (l->direct.len)
		p.flags |= map_get(&l->direct, g->name) ? PKG_DIRECT : PKG_INDIRECT;
	return lang_add(l->cx, &l->w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(lock_free) struct lock l = {.cx = cx, .w = {.cx = cx}};
	struct slice line;
	if (lang_is_below(cx->path, "vendor"))
		return 0;
	while (slice_line(&file, &line)) {
		size_t indent = 0;
		l.line++;
		while (indent < line.len && line.ptr[indent] == ' ')
			indent++;
		struct slice text = slice_trim(line);
		if (text.len)
			TRY(one_line(&l, indent, text, err));
	}
	if (!l.any && l.line)
		pkg_warn(cx, "corrupt", "not a lock file of Bundler");
	for (size_t i = 0; i < l.gems.len; i++)
		TRY(tell(&l, &l.gems.ptr[i], err));
	return 0;
}

const struct pkg_analyser pkg_analyser_gemfile_lock = {
    .name = "gemfile-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "bundler",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "Gemfile.lock"}, {PKG_BASENAME_IS, "gems.locked"},
		       {PKG_BASENAME_IS, "Gemfile.next.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
