/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From commits to blobs: `git rev-list` names every commit that a reference leads to, parents first; `git diff-tree`
 * says what each changed (gitdiff-raw format, -z). A merge tells what none of its parents has (-c), so that every blob
 * comes with a commit that brought it. Where git gives up, the blobs it can still list come without one.
 */
#include "app/history.h"

#include <fcntl.h>
#include <stdio.h>

#define MAX_TOKEN (64 * KIB)
#define MAX_MODES 66 /* parents of a merge, and itself */

struct walk {
	struct history *h;
	struct slice commit; /* text, in the arena once something is kept of it */
	char commit_text[72];
	size_t commit_len;
	bool commit_kept;
	bool wants_path, is_file;
	char id[32];
	size_t id_len;
};

int history_tell(struct history *h, struct slice path, const char *reason, struct slice message,
		 bool whole, struct err *err)
{
	struct report_incomplete item = {.target = h->name,
					 .path = arena_dup(&h->job->arena, path),
					 .reason = slice_str(reason),
					 .message = arena_dup(&h->job->arena, message),
					 .whole = whole};
	return incomplete_add(h->inc, &item) < 0 ? err_oom(err) : 0;
}

static int hex_digit(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An object's id as bytes: SHA-1 or SHA-256. 0 when it is none. */
static size_t id_bytes(struct slice text, char out[32])
{
	if (text.len != 40 && text.len != 64)
		return 0;
	for (size_t i = 0; i < text.len; i += 2) {
		int a = hex_digit(text.ptr[i]), b = hex_digit(text.ptr[i + 1]);
		if (a < 0 || b < 0)
			return 0;
		out[i / 2] = (char)(a << 4 | b);
	}
	return text.len / 2;
}

/* As the work tree is read: what the user left out, git's own, and dependencies where lock files count. */
static bool is_left_out(const struct history *h, struct slice path)
{
	const struct scan_job *job = h->job;
	struct slice rest = path_dir(path), part;
	while (!(job->pool.scopes & PKG_INSTALLED) && slice_cut(&rest, '/', &part))
		if (slice_is(part, "node_modules"))
			return true;
	return skip_file(&job->opt, h->name, path);
}

static int full(struct err *err)
{
	return err_limit(err, "the history is over the limits of %u blobs and %zu MiB of names",
			 HISTORY_MAX_BLOBS, HISTORY_MAX_MEMORY / MIB);
}

/* Many blobs lie at one path. */
static int shared_path(struct history *h, struct slice path, struct slice *ret, struct err *err)
{
	bool is_new;
	uint64_t *slot = map_get(&h->paths, path);
	if (slot) {
		*ret = slice_of((const char *)(uintptr_t)*slot, path.len);
		return 0;
	}
	struct slice own = arena_dup(&h->arena, path);
	slot = own.ptr ? map_put(&h->paths, own, &is_new) : NULL;
	if (!slot)
		return full(err);
	*slot = (uint64_t)(uintptr_t)own.ptr;
	*ret = own;
	return 0;
}

static int add_path(struct history *h, struct history_blob *b, struct slice path, struct err *err)
{
	struct history_path *p = &b->first;
	for (; p; p = p->next)
		if (slice_eq(p->path, path))
			return 0;
	if (b->npaths++ > HISTORY_MAX_PATHS)
		return 0;
	p = arena_new(&h->arena, struct history_path);
	if (!p || shared_path(h, path, &p->path, err) < 0)
		return full(err);
	struct history_path *last = &b->first;
	while (last->next)
		last = last->next;
	last->next = p;
	return 0;
}

static int keep_commit(struct walk *w, struct err *err)
{
	struct history *h = w->h;
	if (w->commit_kept)
		return 0;
	w->commit = arena_dup(&h->arena, slice_of(w->commit_text, w->commit_len));
	if (!w->commit.ptr || vec_push(&h->commits, w->commit) < 0)
		return full(err);
	w->commit_kept = true;
	return 0;
}

static int add_blob(struct walk *w, struct slice path, struct err *err)
{
	struct history *h = w->h;
	struct slice id = slice_of(w->id, w->id_len);
	uint64_t *at = map_get(&h->by_id, id);
	if (path.len && is_left_out(h, path))
		return 0;
	if (at)
		return add_path(h, &h->blobs.ptr[*at], path, err);
	if (h->blobs.len >= HISTORY_MAX_BLOBS)
		return full(err);
	struct history_blob b = {.id = arena_dup(&h->arena, id), .npaths = 1};
	TRY(shared_path(h, path, &b.first.path, err));
	TRY(keep_commit(w, err));
	b.commit = (uint32_t)h->commits.len - 1;
	at = b.id.ptr ? map_put(&h->by_id, b.id, NULL) : NULL;
	if (!at)
		return full(err);
	*at = h->blobs.len;
	return vec_push(&h->blobs, b) < 0 ? full(err) : 0;
}

/* ":OLDMODE NEWMODE OLDID NEWID STATUS"; of a merge one colon, mode and id more for each further parent. */
static int take_change(struct walk *w, struct slice token, struct err *err)
{
	struct slice words[2 * MAX_MODES + 2], word;
	size_t parents = 0, n = 0;
	while (token.len && token.ptr[0] == ':') {
		token = slice_from(token, 1);
		parents++;
	}
	while (n < ARRAY_LEN(words) && slice_word(&token, &word))
		words[n++] = word;
	w->wants_path = true;
	w->is_file = false;
	if (parents + 2 > MAX_MODES)
		return 0;
	if (n != 2 * (parents + 1) + 1)
		return err_input(err, "git diff-tree writes what is not understood");
	/* 100644 and 100755; no links, no submodules (160000), and nothing when it was deleted. */
	w->is_file = slice_starts(words[parents], "100");
	w->id_len = id_bytes(words[2 * parents + 1], w->id);
	return w->id_len ? 0 : err_input(err, "git diff-tree writes what is no object's name");
}

static int take_token(struct walk *w, struct slice token, struct err *err)
{
	if (w->wants_path) {
		w->wants_path = false;
		return w->is_file ? add_blob(w, token, err) : 0;
	}
	if (slice_starts(token, ":"))
		return take_change(w, token, err);
	if (token.len != 40 && token.len != 64)
		return err_input(err, "git diff-tree writes what is no commit");
	memcpy(w->commit_text, token.ptr, token.len);
	w->commit_len = token.len;
	w->commit_kept = false;
	return 0;
}

typedef int (*token_fn)(struct walk *w, struct slice token, struct err *err);

/* Everything that git writes, cut at `end`. */
static int each_token(struct walk *w, struct git *g, char end, token_fn fn, struct err *err)
{
	auto_free char *buf = malloc(2 * MAX_TOKEN);
	uint64_t deadline = w->h->job->pool.deadline_ms;
	size_t have = 0;
	if (!buf)
		return err_oom(err);
	for (;;) {
		ssize_t n = git_read(g, buf + have, 2 * MAX_TOKEN - have, deadline, err);
		if (n <= 0)
			return (int)n;
		have += (size_t)n;
		struct slice rest = slice_of(buf, have);
		for (ssize_t at; (at = slice_chr(rest, end)) >= 0;
		     rest = slice_from(rest, (size_t)at + 1))
			TRY(fn(w, slice_sub(rest, 0, (size_t)at), err));
		if (rest.len > MAX_TOKEN)
			return err_limit(err, "a path is longer than %zu bytes", MAX_TOKEN);
		memmove(buf, rest.ptr, rest.len);
		have = rest.len;
	}
}

int history_read_changes(struct history *h, struct git *diffs, struct err *err)
{
	struct walk w = {.h = h};
	return each_token(&w, diffs, '\0', take_token, err);
}

static int walk_commits(struct history *h, struct err *err)
{
	static const char *const list[] = {"rev-list", "--all", "--date-order", "--reverse", NULL};
	static const char *const changes[] = {
	    "diff-tree",     "--stdin",	    "-r",	    "-c", "--root",
	    "--raw",	     "--no-abbrev", "--no-renames", "-z", "--no-ext-diff",
	    "--no-textconv", NULL};
	auto_git struct git commits = {.out = -1, .message = -1}, diffs = commits;
	uint64_t deadline = h->job->pool.deadline_ms;
	TRY(git_start(&commits, h->repository, list, -1, -1, err));
	TRY(git_start(&diffs, h->repository, changes, commits.out, -1, err));
	cleanup_close(&commits.out);
	commits.out = -1;
	TRY(history_read_changes(h, &diffs, err));
	TRY(git_wait(&diffs, deadline, err));
	return git_wait(&commits, deadline, err);
}

/* "ID TYPE": a blob that no readable commit led to. */
static int take_listed(struct walk *w, struct slice line, struct err *err)
{
	struct slice id, type;
	if (!slice_word(&line, &id) || !slice_word(&line, &type) || !slice_is(type, "blob"))
		return 0;
	w->id_len = id_bytes(id, w->id);
	if (!w->id_len || map_get(&w->h->by_id, slice_of(w->id, w->id_len)))
		return 0;
	return add_blob(w, SL_NONE, err);
}

static int walk_objects(struct walk *w, struct err *err)
{
	static const char *const list[] = {"cat-file", "--batch-all-objects", "--unordered",
					   "--batch-check=%(objectname) %(objecttype)", NULL};
	auto_git struct git g = {.out = -1, .message = -1};
	w->commit_len = 0;
	w->commit_kept = false;
	TRY(git_start(&g, w->h->repository, list, -1, -1, err));
	TRY(each_token(w, &g, '\n', take_listed, err));
	return git_wait(&g, w->h->job->pool.deadline_ms, err);
}

/* Told, and what is known already is looked into: no more could be learnt. */
static int tell(struct history *h, const struct err *why, struct err *err)
{
	return history_tell(h, SL("history"), why->kind == ERR_LIMIT ? "limit" : "corrupt",
			    slice_of(why->text, why->len), true, err);
}

int history_walk(struct history *h, struct err *err)
{
	struct walk w = {.h = h};
	struct err why = {0};
	int r = walk_commits(h, &why);
	if (r == 0)
		return 0;
	if (why.kind != ERR_INPUT && why.kind != ERR_LIMIT) {
		*err = why;
		return r;
	}
	TRY(tell(h, &why, err));
	if (why.kind == ERR_LIMIT)
		return 0;
	why = (struct err){0};
	return walk_objects(&w, &why) < 0 ? tell(h, &why, err) : 0;
}
