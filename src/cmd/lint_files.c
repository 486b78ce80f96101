/* SPDX-License-Identifier: Apache-2.0 */
/* Which files are checked: those that are named, and in folders those of a kind that is known. */
#include "cmd/lint.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_FILES 1000000u
#define MAX_DEPTH 100
#define MAX_BYTES (64 * MIB)

static int read_file(struct lint *l, struct lint_file *f, int fd, struct err *err)
{
	auto_buf struct buf b;
	buf_init(&b, MAX_BYTES);
	TRY(file_read_fd(fd, &b, err));
	f->bytes = b.len ? arena_dup(&l->arena, buf_slice(&b)) : SL("");
	return f->bytes.ptr ? 0 : err_oom(err);
}

static int add(struct lint *l, struct lint_file *f, struct err *err)
{
	if (l->files.len >= MAX_FILES)
		return err_limit(err, "more than %u files", MAX_FILES);
	return vec_push(&l->files, *f) < 0 ? err_oom(err) : 0;
}

static bool may_be_text(struct slice name)
{
	static const char *const ends[] = {".yaml", ".yml", ".json", ".tpl"};
	for (size_t k = 0; k < ARRAY_LEN(ends); k++)
		if (slice_ends(name, ends[k]))
			return true;
	return false;
}

/* A file of a folder: by its name, or by its first bytes where the name allows a known kind. */
static int take_found(struct lint *l, const char *path, struct err *err)
{
	struct lint_file f = {.path = arena_dup(&l->arena, slice_str(path))};
	struct err bad = {0};
	if (!f.path.ptr)
		return err_oom(err);
	f.kind = config_recognise(f.path, SL(""));
	if (!f.kind && !may_be_text(f.path))
		return 0;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		err_sys(&bad, "%s", path);
	if (fd < 0 || read_file(l, &f, fd, &bad) < 0) {
		f.is_unreadable = true;
		f.message = arena_dup(&l->arena, slice_str(bad.text));
		return f.kind ? add(l, &f, err) : 0;
	}
	if (!f.kind)
		f.kind = config_recognise(f.path, f.bytes);
	return f.kind ? add(l, &f, err) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int wanted(const struct dirent *d)
{
	static const char *const no[] = {".", "..", ".git", ".hg", ".svn", "node_modules", NULL};
	return !slice_is_any(slice_str(d->d_name), no);
}

struct names {
	struct dirent **list;
	int n;
};

static void names_free(struct names *e)
{
	for (int k = 0; k < e->n; k++)
		free(e->list[k]);
	free(e->list);
}

#define NO_CHART SIZE_MAX

/* Does a chart begin in this folder? Within another one only where that one's own parts do not go. */
static bool is_chart(const struct lint *l, const char *dir, const struct names *e, size_t within)
{
	bool found = false;
	for (int k = 0; k < e->n; k++)
		found |= config_is_chart(slice_str(e->list[k]->d_name));
	return found && (within == NO_CHART || !lint_chart_owns(l, within, dir));
}

/* A file of a folder; what is a chart's alone is no file of its own. */
static int take(struct lint *l, const char *path, size_t chart, struct err *err)
{
	if (chart != NO_CHART)
		TRY(lint_chart_take(l, chart, path, err));
	return chart != NO_CHART && lint_chart_owns(l, chart, path) ? 0 : take_found(l, path, err);
}

static int walk(struct lint *l, const char *dir, unsigned depth, size_t chart, struct err *err)
{
	CLEANUP(names_free) struct names e = {NULL, 0};
	char path[4096];
	struct stat st;
	if (depth > MAX_DEPTH)
		return err_limit(err, "%s: deeper than %d folders", dir, MAX_DEPTH);
	e.n = scandir(dir, &e.list, wanted, by_name);
	if (e.n < 0) {
		e.n = 0;
		return err_sys(err, "%s", dir);
	}
	if (is_chart(l, dir, &e, chart))
		TRY(lint_chart_new(l, dir, &chart, err));
	for (int k = 0; k < e.n; k++) {
		int len = snprintf(path, sizeof(path), "%s%s%s", dir,
				   dir[strlen(dir) - 1] == '/' ? "" : "/", e.list[k]->d_name);
		if (len < 0 || (size_t)len >= sizeof(path) || lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			TRY(walk(l, path, depth + 1, chart, err));
		else if (S_ISREG(st.st_mode))
			TRY(take(l, path, chart, err));
	}
	return 0;
}

static const struct config_kind *kind_of(const struct lint_file *f)
{
	const struct config_kind *k = config_recognise(f->path, f->bytes);
	return k ? k : NULL;
}

/* What the user names is checked, or it is said why not. */
static int take_named(struct lint *l, const char *path, struct err *err)
{
	bool stdin_ = strcmp(path, "-") == 0;
	struct lint_file f = {.path = slice_str(path)};
	auto_close int fd = stdin_ ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "%s", path);
	if (read_file(l, &f, fd, err) < 0)
		return err_wrap(err, "%s", path);
	if (slice_ends(f.path, ".tgz") || slice_ends(f.path, ".tar.gz"))
		return lint_chart_packed(l, path, f.bytes, err) < 0 ? err_wrap(err, "%s", path) : 0;
	f.kind = kind_of(&f);
	/* Standard input has no name; parts of Dockerfiles are what it is used for. */
	if (!f.kind && stdin_)
		f.kind = config_recognise(SL("Dockerfile"), SL(""));
	if (!f.kind)
		return err_input(err,
				 "%s: of no kind that can be checked - name it Dockerfile, "
				 "*.Dockerfile or Containerfile, or give it on standard input",
				 path);
	return add(l, &f, err);
}

int lint_find(struct lint *l)
{
	struct err err = {0};
	struct stat st;
	for (size_t k = 0; k < l->o->nargs; k++) {
		const char *path = l->o->args[k];
		int r;
		if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			r = walk(l, path, 0, NO_CHART, &err);
		else
			r = take_named(l, path, &err);
		if (r < 0)
			return cmd_fail(&err);
	}
	return 0;
}

/* ---- Files beside one ---- */

struct beside {
	struct lint *l;
	const struct lint_file *f;
};

static bool beside(void *arg, const char *name, struct slice *ret)
{
	struct beside *b = arg;
	struct err err = {0};
	struct slice dir = path_dir(b->f->path);
	auto_buf struct buf text;
	char path[4096];
	buf_init(&text, MIB);
	int n = snprintf(path, sizeof(path), "%.*s%s%s", SL_FMT(dir), dir.len ? "/" : "", name);
	if (slice_is(b->f->path, "-") || n < 0 || (size_t)n >= sizeof(path))
		return false;
	if (slice_starts(b->f->path, "/") && !dir.len)
		snprintf(path, sizeof(path), "/%s", name);
	if (access(path, R_OK) != 0 || file_read(path, &text, &err) < 0)
		return false;
	*ret = text.len ? arena_dup(&b->l->arena, buf_slice(&text)) : SL("");
	return ret->ptr != NULL;
}

int lint_check(struct lint *l, struct lint_file *f, struct err *err)
{
	struct beside b = {l, f};
	struct config_file file = {
	    .path = f->path, .bytes = f->bytes, .beside = beside, .arg = &b, .extra = f->extra};
	if (config_check(l->c, &file, f->kind, &l->settings, &l->arena, &f->result, err) < 0)
		return err_wrap(err, "%.*s", SL_FMT(f->path));
	return 0;
}
