/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets of a history on their way into the report: blobs through workers, each secret told once, with its commit. */
#define _GNU_SOURCE
#include "app/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAX_SHARDS     8u
#define BLOBS_OF_SHARD 2000u /* fewer are not worth a second worker */

/* ---- the repository ---- */

static bool is_there(const char *dir, const char *name)
{
	char path[4096 + 64];
	struct stat st;
	return snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
	       stat(path, &st) == 0;
}

static int no_repository(const char *why, struct err *err)
{
	err_usage(err,
		  "%s - --history reads a git repository: give the folder that has .git in it, a "
		  "bare repository, or an address",
		  why);
	return err->code;
}

/* Where git keeps its files: a folder, a file that names one, or the target itself. */
static int find_repository(struct history *h, struct slice dir, struct err *err)
{
	char path[4096];
	if (snprintf(path, sizeof(path), "%.*s", (int)MIN(dir.len, sizeof(path)),
		     dir.len ? dir.ptr : "") >= (int)sizeof(path))
		return err_usage(err, "path too long");
	bool inside = is_there(path, ".git");
	if (!inside && !(is_there(path, "HEAD") && is_there(path, "objects")))
		return no_repository("is no git repository", err);
	snprintf(h->repository, sizeof(h->repository), inside ? "%s/.git" : "%s", path);
	return 0;
}

/* "true" or "false" for each question. */
static int ask(struct history *h, struct err *err)
{
	static const char *const args[] = {"rev-parse", "--is-bare-repository",
					   "--is-shallow-repository", NULL};
	auto_git struct git g = {.out = -1, .message = -1};
	uint64_t deadline = h->job->pool.deadline_ms;
	struct err why = {0};
	char text[64];
	size_t have = 0;
	TRY(git_start(&g, h->repository, args, -1, -1, err));
	for (;;) {
		ssize_t n = git_read(&g, text + have, sizeof(text) - have, deadline, err);
		if (n < 0)
			return err->code;
		have += (size_t)n;
		if (n == 0 || have == sizeof(text))
			break;
	}
	if (git_wait(&g, deadline, &why) < 0)
		return no_repository(why.text, err);
	struct slice rest = slice_of(text, have), bare = SL_NONE, shallow = SL_NONE;
	(void)slice_word(&rest, &bare);
	(void)slice_word(&rest, &shallow);
	h->bare = slice_is(bare, "true");
	h->shallow = slice_is(shallow, "true");
	return 0;
}

/* ---- blobs through workers ---- */

/* By path, then age: versions of one file follow one another, as git's deltas do. */
static int by_path(const void *pa, const void *pb, void *arg)
{
	const struct history *h = arg;
	uint32_t x = *(const uint32_t *)pa, y = *(const uint32_t *)pb;
	int c = slice_cmp(h->blobs.ptr[x].first.path, h->blobs.ptr[y].first.path);
	return c ? c : (x > y) - (x < y);
}

struct shard {
	struct history_task task;
	const uint32_t *list;
	size_t n, at; /* at: what earlier rounds have done */
	unsigned again;
	struct git git;
	struct layer_slot *slot; /* NULL: all is done */
};
struct hit {
	uint32_t blob;
	struct layer_issue issue;
};
struct sweep {
	struct history *h;
	struct shard shards[MAX_SHARDS];
	unsigned n;
	VEC(struct hit) hits;
};

/* An unlinked file with the ids, one a line. */
static int write_ids(const struct history *h, const uint32_t *list, size_t n, struct err *err)
{
	auto_buf struct buf text;
	char hex[65];
	auto_close int fd = memfd_create("strake-ids", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "memfd_create");
	buf_init(&text, 512 * MIB);
	for (size_t i = 0; i < n; i++) {
		struct slice id = h->blobs.ptr[list[i]].id;
		hex_text((const unsigned char *)id.ptr, id.len, hex);
		buf_puts(&text, slice_of(hex, 2 * id.len));
		buf_putc(&text, '\n');
	}
	if (text.failed)
		return err_oom(err);
	TRY(file_write_fd(fd, buf_slice(&text), err));
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "memfd");
	return take_fd(&fd);
}

static int shard_start(struct sweep *w, struct shard *s, struct err *err)
{
	static const char *const args[] = {"cat-file", "--batch", "--buffer", NULL};
	struct pool *p = &w->h->job->pool;
	const struct worker_limits limits = {
	    .cpu_seconds = p->opt->timeout_s, .memory = 240 * MIB, .result = 400 * MIB};
	s->slot = NULL;
	if (s->at >= s->n)
		return 0;
	auto_close int ids = write_ids(w->h, s->list + s->at, s->n - s->at, err);
	if (ids < 0)
		return err->code;
	struct layer_slot *slot = pool_slot(p);
	if (!slot)
		return err_oom(err);
	TRY(git_start(&s->git, w->h->repository, args, ids, -1, err));
	s->task = (struct history_task){.h = w->h,
					.rules = p->secrets,
					.list = s->list + s->at,
					.n = s->n - s->at,
					.in = s->git.out};
	TRY(worker_start(&slot->worker, history_worker, &s->task, &limits, err));
	/* Only the worker reads: when it ends, so does git. */
	cleanup_close(&s->git.out);
	s->git.out = -1;
	slot->running = true;
	p->running++;
	s->slot = slot;
	return 0;
}

static struct slice blob_path(struct history *h, uint32_t at)
{
	char hex[65];
	struct history_blob *b = &h->blobs.ptr[at];
	if (!b->first.path.len) {
		hex_text((const unsigned char *)b->id.ptr, b->id.len, hex);
		b->first.path = arena_printf(&h->job->arena, "git object %s", hex);
	}
	return b->first.path;
}

static struct slice commit_of(const struct history *h, uint32_t blob)
{
	return h->commits.ptr[h->blobs.ptr[blob].commit];
}

static int tell_blob(struct history *h, uint32_t blob, const char *reason, struct slice why,
		     struct err *err)
{
	struct slice commit = commit_of(h, blob);
	struct slice text = commit.len ? arena_printf(&h->job->arena, "%.*s (of commit %.12s)",
						      SL_FMT(why), commit.ptr)
				       : why;
	return history_tell(h, blob_path(h, blob), reason, text, false, err);
}

/* The number of a blob, as the worker says it. */
static bool blob_number(const struct history *h, struct slice text, uint32_t *ret)
{
	return slice_u32(text, ret) == 0 && *ret < h->blobs.len;
}

static int take_result(struct sweep *w, const struct layer_view *v, struct err *err)
{
	struct reader r = rd_init(v->issues);
	struct hit x;
	struct slice number, reason, message;
	while (layer_next_issue(&r, &x.issue))
		if (x.issue.kind == FINDING_SECRET && blob_number(w->h, x.issue.path, &x.blob) &&
		    vec_push(&w->hits, x) < 0)
			return err_oom(err);
	r = rd_init(v->warnings);
	while (layer_next_warning(&r, &number, &reason, &message)) {
		struct slice word = arena_dup(&w->h->job->arena, reason);
		uint32_t blob;
		if (blob_number(w->h, number, &blob) && word.ptr)
			TRY(tell_blob(w->h, blob, word.ptr, message, err));
	}
	return 0;
}

/* git died of an object: that one is told, and the rest is asked for again. */
static int go_on(struct sweep *w, struct shard *s, struct err *err)
{
	struct err why = {0};
	struct history *h = w->h;
	size_t whole = (size_t)MIN(s->slot->view.status.entries, (uint64_t)(s->n - s->at));
	(void)!git_wait(&s->git, h->job->pool.deadline_ms, &why);
	git_done(&s->git);
	s->at += whole;
	if (s->at >= s->n)
		return shard_start(w, s, err);
	struct slice text =
	    why.code ? slice_of(why.text, why.len) : SL("git ended before this object");
	TRY(tell_blob(h, s->list[s->at], "corrupt", text, err));
	s->at++;
	if (s->again++ < HISTORY_MAX_AGAIN)
		return shard_start(w, s, err);
	s->slot = NULL;
	return history_tell(h, SL("history"), "corrupt",
			    SL("too many objects are corrupt: the rest was not looked into"), true,
			    err);
}

static int shard_finish(struct sweep *w, struct shard *s, struct err *err)
{
	const struct err *why = &s->slot->err;
	TRY(take_result(w, &s->slot->view, err));
	if (why->code == 0)
		return go_on(w, s, err);
	git_done(&s->git);
	s->slot = NULL;
	return history_tell(w->h, SL("history"), why->kind == ERR_LIMIT ? "limit" : "corrupt",
			    slice_of(why->text, why->len), true, err);
}

static int wait_for_all(struct sweep *w, struct err *err)
{
	for (bool any = true; any;) {
		any = false;
		for (unsigned i = 0; i < w->n; i++) {
			struct shard *s = &w->shards[i];
			if (s->slot && s->slot->done)
				TRY(shard_finish(w, s, err));
			any |= s->slot != NULL;
		}
		if (any)
			TRY(pool_wait_one(&w->h->job->pool, err));
	}
	return 0;
}

static unsigned shard_count(const struct history *h)
{
	long cpus =
	    h->job->opt.parallel ? (long)h->job->opt.parallel : sysconf(_SC_NPROCESSORS_ONLN);
	/* Beside each worker one git unpacks. */
	size_t n = cpus > 2 ? (size_t)cpus / 2 : 1;
	return (unsigned)MIN(MIN(n, MAX_SHARDS), h->blobs.len / BLOBS_OF_SHARD + 1);
}

static int sweep_blobs(struct sweep *w, struct err *err)
{
	struct history *h = w->h;
	size_t n = h->blobs.len, at = 0;
	uint32_t *list = arena_array(&h->arena, n + 1, sizeof(*list));
	if (!list)
		return err_oom(err);
	for (size_t i = 0; i < n; i++)
		list[i] = (uint32_t)i;
	qsort_r(list, n, sizeof(*list), by_path, h);
	w->n = shard_count(h);
	for (unsigned i = 0; i < w->n; i++) {
		struct shard *s = &w->shards[i];
		s->list = list + at;
		s->n = i + 1 == w->n ? n - at : n / w->n;
		at += s->n;
		TRY(shard_start(w, s, err));
	}
	return wait_for_all(w, err);
}

/* ---- one finding for each secret of a file ---- */

static int by_age(const void *pa, const void *pb)
{
	const struct hit *a = pa, *b = pb;
	if (a->blob != b->blob)
		return a->blob < b->blob ? -1 : 1;
	return a->issue.offset < b->issue.offset   ? -1
	       : a->issue.offset > b->issue.offset ? 1
						   : slice_cmp(a->issue.id, b->issue.id);
}

static struct slice key_of(struct arena *a, struct slice path, const struct layer_issue *x)
{
	const struct slice nul = slice_of("", 1);
	return arena_cat(a, path, nul, x->inside, nul, x->id, nul, x->digest);
}

/* Under every path of the blob, so that a file that was moved is the same one. */
static int add_found(struct history *h, const struct hit *x, struct err *err)
{
	struct history_blob *b = &h->blobs.ptr[x->blob];
	struct history_found fresh = {.issue = x->issue, .blob = x->blob};
	uint64_t number = 0;
	fresh.issue.path = blob_path(h, x->blob);
	for (struct history_path *p = &b->first; p && !number; p = p->next) {
		const uint64_t *at = map_get(&h->by_key, key_of(&h->arena, p->path, &x->issue));
		number = at ? *at : 0;
	}
	if (!number) {
		if (vec_push(&h->found, fresh) < 0)
			return err_oom(err);
		number = h->found.len;
	}
	struct history_found *f = &h->found.ptr[number - 1];
	if (f->blobs == 0 || f->last != x->blob)
		f->blobs++;
	f->last = x->blob;
	for (struct history_path *p = &b->first; p; p = p->next) {
		bool is_new;
		struct slice key = key_of(&h->arena, p->path, &x->issue);
		uint64_t *slot = key.ptr ? map_put(&h->by_key, key, &is_new) : NULL;
		if (!slot)
			return err_oom(err);
		if (is_new)
			*slot = number;
	}
	return 0;
}

/* ---- what commits say of themselves ---- */

struct commit_text {
	struct slice id, field[4]; /* author, email, date, first line */
};

static int write_commits(const struct history *h, struct err *err)
{
	auto_buf struct buf text;
	auto_close int fd = memfd_create("strake-commits", MFD_CLOEXEC);
	uint32_t last = UINT32_MAX;
	if (fd < 0)
		return err_sys(err, "memfd_create");
	buf_init(&text, 256 * MIB);
	for (size_t i = 0; i < h->found.len; i++) {
		uint32_t commit = h->blobs.ptr[h->found.ptr[i].blob].commit;
		if (commit == last || !h->commits.ptr[commit].len)
			continue;
		last = commit;
		buf_puts(&text, h->commits.ptr[commit]);
		buf_putc(&text, '\n');
	}
	if (text.failed)
		return err_oom(err);
	TRY(file_write_fd(fd, buf_slice(&text), err));
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "memfd");
	return take_fd(&fd);
}

/* "commit ID\nID\0AUTHOR\0EMAIL\0DATE\0SUBJECT\0\n" for each. */
static int take_commits(struct history *h, struct slice text, struct map *by_id, struct err *err)
{
	struct slice head;
	while (slice_line(&text, &head) && slice_starts(head, "commit ")) {
		struct commit_text *c = arena_new(&h->job->arena, struct commit_text);
		uint64_t *slot;
		bool whole = c && slice_cut(&text, '\0', &c->id);
		for (size_t i = 0; whole && i < ARRAY_LEN(c->field); i++) {
			struct slice one;
			whole = slice_cut(&text, '\0', &one);
			c->field[i] = arena_dup(&h->job->arena, slice_sub(one, 0, 1000));
		}
		if (!whole)
			break;
		slot = map_put(by_id, c->id, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)c;
		(void)slice_line(&text, &head); /* the end of the line */
	}
	return 0;
}

static int read_all(struct history *h, struct git *g, struct buf *out, struct err *err)
{
	for (;;) {
		void *to = buf_reserve(out, 64 * KIB);
		if (!to)
			return err_limit(err, "commits are over the limit of %zu bytes", out->max);
		ssize_t n = git_read(g, to, 64 * KIB, h->job->pool.deadline_ms, err);
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
	}
}

static void fill_commits(struct history *h, const struct map *by_id)
{
	for (size_t i = 0; i < h->found.len; i++) {
		struct history_found *f = &h->found.ptr[i];
		f->commit.id = arena_dup(&h->job->arena, commit_of(h, f->blob));
		const uint64_t *at = map_get(by_id, f->commit.id);
		if (!at)
			continue;
		const struct commit_text *c = (const struct commit_text *)(uintptr_t)*at;
		f->commit.author = c->field[0];
		f->commit.email = c->field[1];
		f->commit.date = c->field[2];
		f->commit.message = c->field[3];
	}
}

static int describe_commits(struct history *h, struct err *err)
{
	static const char *const args[] = {"rev-list",
					   "--no-walk=unsorted",
					   "--stdin",
					   "--encoding=UTF-8",
					   "--format=%H%x00%an%x00%ae%x00%aI%x00%s%x00",
					   NULL};
	auto_git struct git g = {.out = -1, .message = -1};
	auto_map struct map by_id = {0};
	auto_buf struct buf text;
	struct err why = {0};
	buf_init(&text, 256 * MIB);
	if (h->found.len == 0)
		return 0;
	auto_close int ids = write_commits(h, err);
	if (ids < 0)
		return err->code;
	TRY(git_start(&g, h->repository, args, ids, -1, err));
	if (read_all(h, &g, &text, &why) < 0 || git_wait(&g, h->job->pool.deadline_ms, &why) < 0)
		TRY(history_tell(h, SL("history"), "corrupt", slice_of(why.text, why.len), false,
				 err));
	TRY(take_commits(h, buf_slice(&text), &by_id, err));
	fill_commits(h, &by_id);
	return 0;
}

/* ---- the whole ---- */

static int search(struct history *h, struct err *err)
{
	struct sweep w = {.h = h};
	for (unsigned i = 0; i < MAX_SHARDS; i++)
		w.shards[i].git = (struct git){.out = -1, .message = -1};
	int r = sweep_blobs(&w, err);
	for (unsigned i = 0; i < MAX_SHARDS; i++)
		git_done(&w.shards[i].git);
	if (r == 0 && w.hits.len)
		qsort(w.hits.ptr, w.hits.len, sizeof(*w.hits.ptr), by_age);
	for (size_t i = 0; r == 0 && i < w.hits.len; i++)
		r = add_found(h, &w.hits.ptr[i], err);
	vec_free(&w.hits);
	return r < 0 ? r : describe_commits(h, err);
}

int job_history(struct scan_job *job, struct slice dir, struct slice name, bool *bare,
		struct incomplete_list *inc, struct err *err)
{
	struct history *h = calloc(1, sizeof(*h));
	if (!h)
		return err_oom(err);
	job->history = h;
	*h = (struct history){.job = job, .name = name, .inc = inc};
	arena_init(&h->arena, HISTORY_MAX_MEMORY);
	TRY(find_repository(h, dir, err));
	TRY(ask(h, err));
	*bare = h->bare;
	if (h->shallow)
		TRY(history_tell(h, SL("history"), "missing",
				 SL("the repository is shallow: older commits are not in it - "
				    "git fetch --unshallow brings them"),
				 false, err));
	TRY(history_walk(h, err));
	return search(h, err);
}

void job_history_done(struct scan_job *job)
{
	struct history *h = job->history;
	if (!h)
		return;
	vec_free(&h->blobs);
	vec_free(&h->commits);
	vec_free(&h->found);
	map_free(&h->by_id);
	map_free(&h->paths);
	map_free(&h->by_key);
	map_free(&h->in_tree);
	arena_free(&h->arena);
	free(h);
	job->history = NULL;
}

/* ---- into the report ---- */

static struct slice secret_of(struct history *h, const struct layer_issue *x)
{
	return key_of(&h->arena, SL_NONE, x);
}

/* Where else it stood: not the path that is told. */
static int other_paths(struct history *h, const struct history_found *f, struct slice told,
		       struct issue_commit *c, struct err *err)
{
	struct history_path *p = &h->blobs.ptr[f->blob].first;
	c->paths = arena_array(&h->job->arena, HISTORY_MAX_PATHS + 2, sizeof(*c->paths));
	if (!c->paths)
		return err_oom(err);
	for (; p && c->npaths < HISTORY_MAX_PATHS; p = p->next)
		if (!slice_eq(p->path, told))
			c->paths[c->npaths++] = arena_dup(&h->job->arena, p->path);
	return 0;
}

static int put_commit(struct history *h, const struct history_found *f, struct slice told,
		      struct report_issue *issue, struct err *err)
{
	struct issue_commit *c = arena_new(&h->job->arena, struct issue_commit);
	if (!c)
		return err_oom(err);
	*c = f->commit;
	c->blobs = f->blobs;
	if (!h->bare)
		c->tree = f->claimed || map_get(&h->in_tree, secret_of(h, &f->issue)) ? TREE_THERE
										      : TREE_GONE;
	issue->commit = c->id.len ? c : NULL;
	return other_paths(h, f, told, c, err);
}

int job_history_claim(struct scan_job *job, const struct layer_issue *x, struct report_issue *issue,
		      struct err *err)
{
	struct history *h = job->history;
	if (!h)
		return 0;
	struct slice key = secret_of(h, x);
	if (!key.ptr || !map_put(&h->in_tree, key, NULL))
		return err_oom(err);
	const uint64_t *at = map_get(&h->by_key, key_of(&h->arena, x->path, x));
	if (!at)
		return 0;
	struct history_found *f = &h->found.ptr[*at - 1];
	f->claimed = true;
	return put_commit(h, f, x->path, issue, err);
}

static int by_place(const void *pa, const void *pb)
{
	const struct history_found *a = pa, *b = pb;
	int c = slice_cmp(a->issue.path, b->issue.path);
	if (c == 0)
		c = slice_cmp(a->issue.inside, b->issue.inside);
	if (c == 0)
		c = (a->issue.start_line > b->issue.start_line) -
		    (a->issue.start_line < b->issue.start_line);
	return c ? c : (a->blob > b->blob) - (a->blob < b->blob);
}

static bool same_place(const struct history_found *a, const struct history_found *b)
{
	return slice_eq(a->issue.path, b->issue.path) && slice_eq(a->issue.inside, b->issue.inside);
}

/* What lies in one file of the past becomes one result. */
static int report_file(struct history *h, const struct history_found *f, size_t n, struct err *err)
{
	struct arena *a = &h->job->arena;
	const struct layer_issue *x = &f->issue;
	struct report_issue *all = arena_array(a, n + 1, sizeof(*all));
	struct slice path = arena_dup(a, x->path);
	struct report_result result = {
	    .target = x->inside.len ? arena_cat(a, path, SL("/"), x->inside) : path,
	    .class_ = SL("secret"),
	    .issues = all};
	if (!all || !result.target.ptr)
		return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		if (f[i].claimed)
			continue;
		struct report_issue *to = &all[result.nissues++];
		TRY(issues_of_secret(h->job->pool.secrets, &f[i].issue, a, to, err));
		TRY(put_commit(h, &f[i], x->path, to, err));
	}
	return result.nissues ? job_add_issues(h->job, &result, err) : 0;
}

int job_history_report(struct scan_job *job, struct err *err)
{
	struct history *h = job->history;
	if (!h || h->found.len == 0)
		return 0;
	/* The numbers in by_key mean nothing any more. */
	map_free(&h->by_key);
	qsort(h->found.ptr, h->found.len, sizeof(*h->found.ptr), by_place);
	for (size_t i = 0, n; i < h->found.len; i += n) {
		for (n = 1;
		     i + n < h->found.len && same_place(&h->found.ptr[i], &h->found.ptr[i + n]);)
			n++;
		TRY(report_file(h, &h->found.ptr[i], n, err));
	}
	return 0;
}
