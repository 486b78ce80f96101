/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The build information that the Go linker puts into every program: Go version and module list
 * (Go sources, package debug/buildinfo, says the layout; package runtime/debug the lines).
 */
#include "pkg/lang/exec.h"
#include "pkg/lang/go.h"

#define MAGIC	    "\xff Go buildinf:"
#define MAGIC_LEN   14
#define HEADER	    32
#define MAX_TEXT    (8 * MIB)
#define MAX_MODULES 20000
#define INLINE	    2 /* flag: the strings follow; else two pointers to string headers */

static struct slice find_info(const struct exec *x)
{
	static const char *const names[] = {".go.buildinfo", "__go_buildinfo"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct slice s = exec_section(x, names[i]);
		ssize_t at = slice_find(slice_sub(s, 0, 4096), slice_of(MAGIC, MAGIC_LEN));
		if (at >= 0)
			return slice_from(s, (size_t)at);
	}
	/* No section (PE, or stripped): it begins at a multiple of 16 of the data. Segments that lie on each other
	 * are not searched more often than the file is long. */
	size_t budget = x->file.len;
	for (size_t i = 0; i < x->nsegments; i++) {
		struct slice s = x->segments[i].writable ? x->segments[i].bytes : SL_NONE;
		size_t pos = 0;
		ssize_t at;
		if (s.len > budget)
			continue;
		budget -= s.len;
		while ((at = slice_find(slice_from(s, pos), slice_of(MAGIC, MAGIC_LEN))) >= 0) {
			pos += (size_t)at;
			if (pos % 16 == 0)
				return slice_from(s, pos);
			pos++;
		}
	}
	return SL_NONE;
}

static struct slice take_inline(struct reader *r)
{
	uint64_t len = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t b = rd_u8(r);
		len |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return rd_take(r, len > MAX_TEXT ? SIZE_MAX : (size_t)len);
	}
	r->bad = true;
	return SL_NONE;
}

/* A pointer to a Go string header {pointer, length} of the program's own word size. */
static struct slice take_pointed(const struct exec *x, struct reader *r, unsigned word, bool big)
{
	struct reader head = rd_init(exec_at(x, rd_uint(r, word, big), 2 * (size_t)word));
	uint64_t at = rd_uint(&head, word, big), len = rd_uint(&head, word, big);
	return head.bad || len > MAX_TEXT ? SL_NONE : exec_at(x, at, (size_t)len);
}

/* The module text has a mark of 16 bytes before and after it. */
static struct slice unframe(struct slice s)
{
	if (s.len >= 33 && s.ptr[s.len - 17] == '\n')
		return slice_sub(s, 16, s.len - 32);
	return SL_NONE;
}

static bool read_info(const struct exec *x, struct slice *version, struct slice *modules)
{
	struct slice info = find_info(x);
	if (info.len < HEADER)
		return false;
	struct reader r = rd_init(slice_from(info, MAGIC_LEN));
	uint8_t word = rd_u8(&r), flags = rd_u8(&r);
	if (flags & INLINE) {
		rd_take(&r, 16);
		*version = take_inline(&r);
		*modules = unframe(take_inline(&r));
	} else {
		if (word != 4 && word != 8)
			return false;
		*version = take_pointed(x, &r, word, flags & 1);
		*modules = unframe(take_pointed(x, &r, word, flags & 1));
	}
	return version->len > 0;
}

static void field(struct slice *rest, struct slice *ret)
{
	if (!slice_cut(rest, '\t', ret))
		*ret = SL_NONE;
}

/* "(devel)" says that the version is not known. */
static struct slice real_version(struct slice v)
{
	return slice_is(v, "(devel)") ? SL_NONE : v;
}

struct info {
	struct go_module main, *deps;
	size_t ndeps;
	struct slice ldflags, revision, time;
};

static void replace(struct go_module *m, struct slice rest)
{
	struct slice path, version;
	field(&rest, &path);
	field(&rest, &version);
	if (!real_version(version).len) { /* a directory: not what the registry has */
		m->local = true;
		return;
	}
	m->path = path;
	m->version = version;
}

/* key=value, where either may be a quoted Go string. */
static void setting(struct pkg_ctx *cx, struct info *info, struct slice rest)
{
	ssize_t eq = slice_chr(rest, '=');
	if (eq < 0)
		return;
	struct slice key = slice_sub(rest, 0, (size_t)eq), value = slice_from(rest, (size_t)eq + 1);
	if (slice_is(key, "-ldflags"))
		info->ldflags = go_unquote(cx->arena, value);
	else if (slice_is(key, "vcs.revision"))
		info->revision = go_unquote(cx->arena, value);
	else if (slice_is(key, "vcs.time"))
		info->time = go_unquote(cx->arena, value);
}

static int parse(struct pkg_ctx *cx, struct slice text, struct info *info, struct err *err)
{
	struct slice rest = text, line, word;
	struct go_module *last = NULL;
	size_t cap = 0;
	while (slice_line(&rest, &line))
		cap += slice_starts(line, "dep\t");
	if (cap > MAX_MODULES)
		return err_limit(err, "build information names more than %d modules", MAX_MODULES);
	info->deps = arena_array(cx->arena, cap + 1, sizeof(*info->deps));
	if (!info->deps)
		return err_oom(err);
	for (rest = text; slice_line(&rest, &line);) {
		field(&line, &word);
		if (slice_is(word, "mod") || slice_is(word, "dep")) {
			last = slice_is(word, "mod") ? &info->main : &info->deps[info->ndeps++];
			*last = (struct go_module){0};
			field(&line, &last->path);
			field(&line, &last->version);
		} else if (slice_is(word, "=>") && last) {
			replace(last, line);
		} else if (slice_is(word, "build")) {
			setting(cx, info, line);
		}
	}
	return 0;
}

/* What the module's own version is when the build did not know it. */
static struct slice main_version(struct pkg_ctx *cx, const struct info *info)
{
	struct slice v = real_version(info->main.version);
	if (!v.len)
		v = go_ldflags_version(cx->arena, info->main.path, info->ldflags);
	if (!v.len)
		v = go_pseudo_version(cx->arena, info->revision, info->time);
	return v;
}

static int tell(struct pkg_ctx *cx, struct slice version, struct info *info, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	auto_buf struct buf deps;
	struct slice std = go_release(cx->arena, version);
	buf_init(&deps, 4 * MIB);
	lang_put_dep(&deps, SL("stdlib"), std);
	for (size_t i = 0; i < info->ndeps; i++)
		lang_put_dep(&deps, info->deps[i].path, real_version(info->deps[i].version));
	if (deps.failed)
		return err_limit(err, "the module list is too long");
	if (info->main.path.len) {
		struct pkg p = {.type = SL("golang"),
				.name = info->main.path,
				.version = main_version(cx, info),
				.deps = buf_slice(&deps),
				.flags = PKG_ROOT};
		TRY(lang_add(cx, &w, &p, err));
	}
	struct pkg p = {
	    .type = SL("golang"), .name = SL("stdlib"), .version = std, .flags = PKG_DIRECT};
	TRY(lang_add(cx, &w, &p, err));
	for (size_t i = 0; i < info->ndeps; i++) {
		const struct go_module *m = &info->deps[i];
		/* Old linkers name the main module a second time, without a path. */
		if (!m->path.len)
			continue;
		p = (struct pkg){.type = SL("golang"),
				 .name = m->path,
				 .version = m->local ? SL_NONE : real_version(m->version),
				 .flags = m->local ? PKG_LOCAL : 0};
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

/* All architectures of a fat file are built from one tree: the first that says it speaks for all. */
/* What is split off for debuggers keeps the table of what was loaded, without the contents. */
static bool is_debug_file(struct slice path)
{
	return slice_ends(path, ".debug") || slice_starts(path, "usr/lib/debug/");
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	bool cut = false;
	for (size_t i = 0; i < EXEC_MAX_ARCH; i++) {
		struct exec x = {0};
		struct info info = {0};
		struct slice version = SL_NONE, modules = SL_NONE;
		int r = exec_open(cx->arena, file, i, &x, err);
		if (r < 0)
			return r;
		if (r == 0)
			break;
		cut |= x.cut;
		if (!read_info(&x, &version, &modules))
			continue;
		TRY(parse(cx, modules, &info, err));
		return tell(cx, version, &info, err);
	}
	if (cut && !is_debug_file(cx->path))
		return err_input(
		    err, "the program is cut short: parts that are loaded lie beyond its end");
	return 0;
}

const struct pkg_analyser pkg_analyser_go_binary = {
    .name = "go-binary",
    .version = 2,
    .scope = PKG_INSTALLED,
    .kind = "gobinary",
    .wants = PKG_WANTS({PKG_EXECUTABLE, ""}),
    .max_size = LANG_PROGRAM_MAX,
    .run = run,
};
