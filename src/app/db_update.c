/* SPDX-License-Identifier: Apache-2.0 */
/* From the feeds of their publishers to a database: fetch what changed, build when something did. */
#define _GNU_SOURCE
#include "app/db_internal.h"
#include "app/feed_store.h"

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* ---- which feeds ---- */

static int read_list(const struct db_update_options *opt, struct arena *a, struct feed_list *l,
		     struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, MIB);
	if (!opt->feed_list)
		return feed_list_read(feed_list_builtin(), a, l, err);
	TRY(file_read(opt->feed_list, &text, err));
	if (feed_list_read(buf_slice(&text), a, l, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "%s", opt->feed_list);
	}
	return 0;
}

static bool is_chosen(const struct db_update_options *opt, const struct feed_file *f)
{
	for (size_t i = 0; i < opt->nnames; i++)
		if (slice_is(f->feed, opt->names[i]))
			return true;
	return opt->nnames == 0 && f->by_default;
}

static int check_names(const struct db_update_options *opt, const struct feed_list *l,
		       struct err *err)
{
	for (size_t i = 0; i < opt->nnames; i++) {
		bool known = false;
		for (size_t k = 0; k < l->len && !known; k++)
			known = slice_is(l->files[k].feed, opt->names[i]);
		if (!known)
			return err_usage(err,
					 "--feed %.100s: no such feed - strake db update --list "
					 "names them",
					 opt->names[i]);
	}
	return 0;
}

static int choose(const struct db_update_options *opt, struct arena *a, struct feed_list *l,
		  struct err *err)
{
	size_t n = 0;
	for (size_t i = 0; i < opt->nfrom; i++)
		TRY(feed_list_from(l, opt->from[i], a, err));
	if (opt->nfrom)
		return 0;
	TRY(read_list(opt, a, l, err));
	TRY(check_names(opt, l, err));
	for (size_t i = 0; i < l->len; i++)
		if (is_chosen(opt, &l->files[i]))
			l->files[n++] = l->files[i];
	l->len = n;
	return n ? 0 : err_usage(err, "no feed is chosen");
}

/* PREFIX=URL: what begins with the one is asked of the other. */
static int use_mirrors(const struct db_update_options *opt, struct arena *a, struct feed_list *l,
		       struct err *err)
{
	for (size_t m = 0; m < opt->nmirrors; m++) {
		struct slice to = slice_str(opt->mirrors[m]), prefix;
		if (!slice_cut(&to, '=', &prefix) || prefix.len == 0 || to.len == 0)
			return err_usage(err, "--mirror %.200s: expected PREFIX=URL",
					 opt->mirrors[m]);
		for (size_t i = 0; i < l->len; i++) {
			struct slice *texts[] = {&l->files[i].url, &l->files[i].latest};
			for (size_t k = 0; k < ARRAY_LEN(texts); k++)
				if (texts[k]->len >= prefix.len &&
				    slice_eq(slice_sub(*texts[k], 0, prefix.len), prefix))
					*texts[k] =
					    arena_printf(a, "%.*s%.*s", SL_FMT(to),
							 SL_FMT(slice_from(*texts[k], prefix.len)));
		}
	}
	return 0;
}

int db_feed_names(const struct db_update_options *opt, struct buf *out, struct err *err)
{
	CLEANUP(feed_list_done) struct feed_list l = {0};
	auto_arena struct arena a;
	arena_init(&a, 16 * MIB);
	TRY(read_list(opt, &a, &l, err));
	TRY(use_mirrors(opt, &a, &l, err));
	for (size_t i = 0; i < l.len; i++)
		buf_printf(out, "%-14.*s %-9s %.*s\n", SL_FMT(l.files[i].feed),
			   l.files[i].by_default ? "on" : "off", SL_FMT(l.files[i].url));
	return out->failed ? err_oom(err) : 0;
}

int db_feed_store(const char *db, char out[DB_PATH], struct err *err)
{
	struct cache c;
	struct err ignored = {0};
	const char *slash = strrchr(db, '/');
	int n;
	if (cache_open(NULL, 0, &c, &ignored) == 0 && c.dir[0])
		n = snprintf(out, DB_PATH, "%s/feeds", c.dir);
	else
		n = snprintf(out, DB_PATH, "%.*sfeeds", slash ? (int)(slash - db) + 1 : 0, db);
	return n > 0 && n < DB_PATH ? 0 : err_usage(err, "the name of the feed store is too long");
}

/* ---- what came of it ---- */

static void tell_failed(const struct feed_file *f, const struct feed_job *j)
{
	log_warn("%.*s: %s - %s", SL_FMT(f->feed), j->err.text,
		 j->had ? "the old copy is used" : "there is no old copy, it is left out");
}

static void count(const struct feed_list *l, const struct feed_job *jobs,
		  struct db_update_result *ret)
{
	for (size_t i = 0; i < l->len; i++) {
		const struct feed_job *j = &jobs[i];
		bool failed = j->outcome == FEED_FAILED;
		ret->files++;
		ret->moved += j->moved;
		ret->fresh += j->outcome == FEED_FRESH;
		ret->unchanged += j->outcome == FEED_UNCHANGED;
		ret->failed += failed && j->had;
		ret->missing += failed && !j->had;
		if (failed)
			tell_failed(&l->files[i], j);
	}
}

static bool is_usable(const struct feed_file *f, const struct feed_job *j)
{
	return f->local || j->outcome != FEED_FAILED || j->had;
}

/* A digest over all that shapes the result; empty when that cannot be told. */
static int digest_inputs(const struct feed_list *l, const struct feed_job *jobs, struct arena *a,
			 struct slice *ret, struct err *err)
{
	auto_buf struct buf all;
	char digest[DIGEST_TEXT];
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	buf_init(&all, 4 * MIB);
	buf_printf(&all, "%s %d %s\n", STRAKE_VERSION, ADV_FILE_FORMAT, epoch ? epoch : "");
	*ret = SL_NONE;
	for (size_t i = 0; i < l->len; i++) {
		if (l->files[i].local ||
		    (is_usable(&l->files[i], &jobs[i]) && !jobs[i].known.digest[0]))
			return 0;
		if (is_usable(&l->files[i], &jobs[i]))
			buf_printf(&all, "%.*s %s\n", SL_FMT(l->files[i].path),
				   jobs[i].known.digest);
	}
	TRY(db_digest(buf_slice(&all), digest, err));
	*ret = arena_dup(a, slice_str(digest));
	return 0;
}

/* ---- the build ---- */

struct watch {
	struct db_update_result *res;
	const char *path; /* of the feed being read */
	bool broken;	  /* it could not be read as a whole */
	uint64_t read;
	bool progress;
};

static void on_skipped(void *arg, const char *file, const char *where, const char *why)
{
	struct watch *w = arg;
	if (strncmp(why, "not a feed", 10) == 0 && strcmp(file, w->path) != 0) {
		log_debug("%s: %s", file, why);
		return;
	}
	if (strcmp(file, w->path) == 0 && !(where && *where))
		w->broken = true;
	w->res->skipped++;
	log_warn("%s%s%s: %s - skipped", file, where && *where ? ": " : "", where ? where : "",
		 why);
}

static void on_progress(void *arg, const char *file, uint64_t bytes)
{
	struct watch *w = arg;
	(void)bytes;
	w->read++;
	if (w->progress && w->read % 64 == 0)
		fprintf(stderr, "\r\033[Kreading %.60s", file);
}

static int build_from(struct adv_build *b, const char *dir, const struct feed_list *l,
		      const struct feed_job *jobs, struct watch *w, struct err *err)
{
	char path[8300];
	for (size_t i = 0; i < l->len; i++) {
		const struct feed_file *f = &l->files[i];
		if (!is_usable(f, &jobs[i]))
			continue;
		snprintf(path, sizeof(path), "%s%s%.*s", f->local ? "" : dir, f->local ? "" : "/",
			 SL_FMT(f->path));
		w->path = path;
		w->broken = false;
		TRY(adv_build_add_some(b, path, err));
		w->res->failed += w->broken;
	}
	return w->read ? 0 : err_input(err, "no feed of a known kind - nothing was written");
}

/* Feeds come from outside: while they are read this process can reach nothing else. */
static int enter_sandbox(const struct db_update_options *opt, const struct feed_list *l,
			 struct err *err)
{
	auto_free const char **paths = calloc(l->len + 2, sizeof(*paths));
	char dir[DB_PATH];
	const char *slash = strrchr(opt->db, '/');
	size_t n = 0;
	if (!paths)
		return err_oom(err);
	paths[n++] = opt->feeds;
	for (size_t i = 0; i < l->len; i++)
		if (l->files[i].local)
			paths[n++] = l->files[i].path.ptr;
	snprintf(dir, sizeof(dir), "%.*s", slash ? MAX((int)(slash - opt->db), 1) : 1,
		 slash ? opt->db : ".");
	return sandbox_paths(paths, n, dir, err);
}

static int build(const struct db_update_options *opt, const struct feed_list *l,
		 const struct feed_job *jobs, struct db_update_result *ret, struct err *err)
{
	CLEANUP(adv_build_free) struct adv_build *b = NULL;
	struct watch w = {.res = ret, .path = "", .progress = opt->progress};
	struct adv_report report = {on_skipped, on_progress, &w};
	TRY(enter_sandbox(opt, l, err));
	TRY(adv_build_new(&b, &report, err));
	int rc = build_from(b, opt->feeds, l, jobs, &w, err);
	if (opt->progress)
		fprintf(stderr, "\r\033[K");
	if (rc == 0)
		rc = adv_build_write(b, opt->db, err);
	ret->built = rc == 0;
	return rc;
}

/* Was the file that is there made of exactly this? */
static int is_current(const struct db_update_options *opt, struct slice inputs, struct arena *a,
		      bool *ret, struct err *err)
{
	CLEANUP(db_local_done) struct db_local local = {.digest = ""};
	struct db_state s;
	*ret = false;
	TRY(db_local_open(opt->db, &local, err));
	if (!local.digest[0] || inputs.len == 0)
		return 0;
	TRY(db_state_read(opt->db, slice_str(local.digest), a, &s, err));
	*ret = slice_eq(s.inputs, inputs);
	return 0;
}

static void remember(const struct db_update_options *opt, struct slice inputs)
{
	CLEANUP(db_local_done) struct db_local local = {.digest = ""};
	struct err err = {0};
	int rc = db_local_open(opt->db, &local, &err);
	struct db_state s = {
	    .digest = slice_str(local.digest), .source = SL("feeds"), .inputs = inputs};
	if (rc == 0)
		rc = db_state_write(opt->db, &s, &err);
	if (rc < 0)
		log_warn("%s - the next update builds again", err.text);
}

static int update(const struct db_update_options *opt, struct arena *a, const struct feed_list *l,
		  struct feed_job *jobs, struct db_update_result *ret, struct err *err)
{
	struct net_options net = {.ca_file = opt->ca_file, .insecure = opt->insecure};
	struct slice inputs;
	struct err note = {0};
	bool current;
	TRY(feed_store_read(opt->feeds, l, jobs, err));
	TRY(feed_store_fetch(opt->feeds, l, jobs, &net, opt->parallel, opt->progress, err));
	count(l, jobs, ret);
	if (feed_store_write(opt->feeds, l, jobs, &note) < 0)
		log_warn("%s - the next update fetches everything again", note.text);
	if (ret->missing == ret->files) {
		*err = jobs[0].err;
		return err_wrap(err, "no feed could be had: %.*s", SL_FMT(l->files[0].feed));
	}
	TRY(digest_inputs(l, jobs, a, &inputs, err));
	TRY(is_current(opt, inputs, a, &current, err));
	if (current && !opt->force)
		return 0;
	TRY(build(opt, l, jobs, ret, err));
	/* A feed that could not be read may be better read by the next run. */
	remember(opt, ret->skipped && ret->failed ? SL_NONE : inputs);
	return 0;
}

/* One update of a store at a time; the next one finds its work done. */
static int lock_store(const char *dir, struct err *err)
{
	char path[DB_PATH + 16];
	TRY(file_mkdirs(dir, err));
	snprintf(path, sizeof(path), "%s/.lock", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_sys(err, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	log_info("another update uses %s - waiting for it", dir);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR) {
			close(fd);
			return err_sys(err, "%s", path);
		}
	return fd;
}

int db_update(const struct db_update_options *opt, struct db_update_result *ret, struct err *err)
{
	CLEANUP(feed_list_done) struct feed_list l = {0};
	auto_arena struct arena a;
	*ret = (struct db_update_result){.files = 0};
	arena_init(&a, 64 * MIB);
	TRY(choose(opt, &a, &l, err));
	TRY(use_mirrors(opt, &a, &l, err));
	auto_close int lock = lock_store(opt->feeds, err);
	if (lock < 0)
		return lock;
	auto_mapping struct mapping shared = {.size = l.len * sizeof(struct feed_job)};
	shared.ptr =
	    mmap(NULL, shared.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared.ptr == MAP_FAILED) {
		shared.ptr = NULL;
		return err_sys(err, "mmap");
	}
	return update(opt, &a, &l, shared.ptr, ret, err);
}
