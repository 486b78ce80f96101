/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker of one layer: bytes -> [SHA-256] -> inflate -> [SHA-256] -> tar walk -> path index, analysers.
 * Runs in the sandbox; nothing of the layer touches the parent but the result.
 */
#include "app/app_internal.h"

#include <stdio.h>

#define WINDOW		(128 * KIB)
#define RESULT_BUDGET	(120 * MIB)
#define FILE_ARENA	(200 * MIB)
#define MAX_RELINKS	64
#define HELD_BUDGET	(64 * MIB)
#define SECRET_FILE_MAX (1024 * MIB)
#define PROGRAM_MIN	64 /* bytes; no program is shorter */

struct relink { /* a wanted file whose content the tar has under another name */
	struct slice path, target;
	bool followed;
};
struct held_file {
	struct pkg_held file;
	size_t analyser, order;
};
struct layer_run {
	const struct layer_task *task;
	struct layer_writer out;
	struct arena scratch, names, holding;
	struct sha256 blob, diff;
	uint64_t at; /* of the source */
	char window[WINDOW];
	const struct pkg_analyser *const *analysers;
	size_t nanalysers;
	/* the file that is being collected */
	char path[4096];
	size_t path_len;
	pkg_mask mask, executables; /* who wants it; who does once it proves to be a program */
	bool undecided, ignored;
	bool tapped, wanted; /* every byte of the file is hashed; analysers have not had enough */
	struct sha1 sha1;
	struct sha256 sha256;
	struct collector config; /* of a file that may be configuration */
	bool is_config;
	struct chart_files charts;
	struct buf license; /* the first bytes of a file that may tell its licence */
	size_t license_bytes;
	struct secret_scan *secrets;
	bool has_secrets; /* the file's bytes go to the secret scanner */
	struct collector body;
	size_t current;	   /* number of the analyser that runs */
	struct slice told; /* path of the last mark while analysers combine; NULL before */
	struct held_file *held;
	size_t nheld, held_cap, held_bytes;
	struct relink relinks[MAX_RELINKS];
	size_t nrelinks;
	size_t region; /* bytes of the next read, see region_next */
	bool second;   /* second pass: only targets of relinks */
};

/* ---- bytes in ---- */

static int source_next(void *arg, struct slice *chunk, struct err *err)
{
	struct layer_run *l = arg;
	const struct image_bytes *b = &l->task->bytes;
	for (;;) {
		size_t want = b->fd < 0 ? WINDOW : (size_t)MIN((uint64_t)WINDOW, b->size - l->at);
		ssize_t n = want == 0	? 0
			    : b->fd < 0 ? read(l->task->pipe, l->window, want)
					: pread(b->fd, l->window, want, (off_t)(b->offset + l->at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0 && want && b->fd >= 0)
			return err_input(err, "the file ends %llu bytes early",
					 (unsigned long long)(b->size - l->at));
		l->at += (uint64_t)n;
		*chunk = slice_of(l->window, (size_t)n);
		if (l->task->hash_blob && !l->second)
			sha256_add(&l->blob, l->window, (size_t)n);
		return 0;
	}
}

struct diff_tap {
	struct layer_run *l;
	struct pack_stream *s;
};

static int diff_next(void *arg, struct slice *chunk, struct err *err)
{
	struct diff_tap *t = arg;
	TRY(pack_next(t->s, chunk, err));
	if (t->l->task->hash_diff && !t->l->second)
		sha256_add(&t->l->diff, chunk->ptr, chunk->len);
	return 0;
}

/* ---- what analysers tell ---- */

static int sink_add(void *arg, struct slice path, const struct pkg *p, struct err *err)
{
	struct layer_run *l = arg;
	if (l->told.ptr && !slice_eq(l->told, path)) {
		l->told = path;
		TRY(layer_put_more(&l->out, path, err));
	}
	return layer_put_package(&l->out, path, (uint32_t)l->current, p, err);
}

static int sink_keep(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	struct layer_run *l = arg;
	return layer_put_kept(&l->out, path, bytes, err);
}

static int sink_hold(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	struct layer_run *l = arg;
	if (bytes.len > HELD_BUDGET - l->held_bytes)
		return err_limit(err, "files that belong together are over the limit of %zu bytes",
				 HELD_BUDGET);
	struct held_file h = {.file = {arena_dup(&l->holding, path), arena_dup(&l->holding, bytes)},
			      .analyser = l->current,
			      .order = l->nheld};
	if (!h.file.path.ptr || !h.file.bytes.ptr ||
	    (l->nheld == l->held_cap &&
	     vec_grow(&l->held, &l->held_cap, l->nheld, sizeof(*l->held)) < 0))
		return err_oom(err);
	l->held_bytes += bytes.len;
	l->held[l->nheld++] = h;
	return 0;
}

static void sink_warn(void *arg, struct slice path, const char *reason, const char *message)
{
	struct layer_run *l = arg;
	layer_put_warning(&l->out, path, reason, message);
}

static void warn_here(struct layer_run *l, const char *reason, const char *message)
{
	sink_warn(l, slice_of(l->path, l->path_len), reason, message);
}

static int analyse(struct layer_run *l, struct slice content, struct err *err)
{
	struct pkg_sink sink = {sink_add, sink_keep, sink_hold, sink_warn, l};
	struct pkg_ctx cx = {
	    .path = slice_of(l->path, l->path_len), .sink = &sink, .arena = &l->scratch};
	TRY(layer_put_file(&l->out, cx.path, err));
	for (size_t i = 0; i < l->nanalysers; i++) {
		const struct pkg_analyser *a = l->analysers[i];
		struct err file_err = {0};
		if (!pkg_mask_has(l->mask, i))
			continue;
		l->current = i;
		if (content.len > a->max_size) {
			snprintf(file_err.text, sizeof(file_err.text),
				 "%zu bytes are over the limit of %zu for %s", content.len,
				 a->max_size, a->name);
			warn_here(l, a->database ? "!limit" : "limit", file_err.text);
		} else if (a->run(&cx, content, &file_err) < 0) {
			if (l->out.packages.failed || l->out.kept.failed) {
				*err = file_err;
				return err->code;
			}
			const char *reason = file_err.kind == ERR_LIMIT ? "!limit" : "!corrupt";
			warn_here(l, reason + !a->database, file_err.text);
		}
		arena_reset(&l->scratch);
	}
	return 0;
}

/* ---- the walk ---- */

static size_t size_limit(const struct layer_run *l, bool *database)
{
	size_t max = 0;
	*database = false;
	for (size_t i = 0; i < l->nanalysers; i++)
		if (pkg_mask_has(l->mask, i)) {
			max = MAX(max, l->analysers[i]->max_size);
			*database |= l->analysers[i]->database;
		}
	return max;
}

static int wanted_file(struct layer_run *l, const struct tar_entry *e)
{
	char text[128];
	bool database;
	size_t limit = size_limit(l, &database);
	if (e->size <= limit)
		return 1;
	snprintf(text, sizeof(text), "%llu bytes are over the limit of %zu",
		 (unsigned long long)e->size, limit);
	warn_here(l, database ? "!limit" : "limit", text);
	return 0;
}

/* What hides a package database without holding one must not look like an empty system. */
static void warn_link(struct layer_run *l, const char *reason, const char *message)
{
	char marked[32];
	bool database;
	size_limit(l, &database);
	snprintf(marked, sizeof(marked), "%s%s", database ? "!" : "", reason);
	warn_here(l, marked, message);
}

static bool link_target(const struct tar_entry *e, struct slice path, char out[4096], size_t *len)
{
	return e->type == TAR_HARDLINK ? path_normalise(e->link, out, 4096, len)
				       : path_resolve(path, e->link, out, 4096, len);
}

static int note_relink(struct layer_run *l, const struct tar_entry *e, struct err *err)
{
	char target[4096];
	size_t len;
	bool database, usable = link_target(e, slice_of(l->path, l->path_len), target, &len);
	size_limit(l, &database);
	if (e->type == TAR_SYMLINK &&
	    (!database || (usable && pkg_wanted(slice_of(target, len), l->task->scopes) & l->mask)))
		return 0; /* what it leads to is read under its own name */
	if (l->nrelinks == MAX_RELINKS || !usable) {
		warn_link(l, "limit", "link was not followed");
		return 0;
	}
	struct relink *r = &l->relinks[l->nrelinks++];
	r->path = arena_dup(&l->names, slice_of(l->path, l->path_len));
	r->target = arena_dup(&l->names, slice_of(target, len));
	return r->path.ptr && r->target.ptr ? 0 : err_oom(err);
}

/* ---- digests of every file ---- */

static int begin_digests(struct layer_run *l, const struct tar_entry *e, struct err *err)
{
	char target[4096];
	size_t len;
	l->tapped = false;
	/* A whiteout is a mark of the layer, no file of the image (image-spec, layer.md). */
	if (slice_starts(path_base(slice_of(l->path, l->path_len)), ".wh."))
		return 0;
	l->tapped = l->task->taps & TAP_DIGESTS && e->type == TAR_FILE;
	if (l->tapped) {
		TRY(sha1_begin(&l->sha1, err));
		return sha256_begin(&l->sha256, err);
	}
	if (!(l->task->taps & TAP_DIGESTS) || e->type != TAR_HARDLINK ||
	    !path_normalise(e->link, target, sizeof(target), &len))
		return 0;
	struct layer_file f = {.path = slice_of(l->path, l->path_len),
			       .link = slice_of(target, len)};
	return layer_put_digests(&l->out, &f, err);
}

static int add_digests(struct layer_run *l, const struct tar_entry *e, struct slice piece,
		       bool last, struct err *err)
{
	unsigned char sha1[SHA1_LEN], sha256[SHA256_LEN];
	if (!l->tapped)
		return 0;
	sha1_add(&l->sha1, piece.ptr, piece.len);
	sha256_add(&l->sha256, piece.ptr, piece.len);
	if (!last)
		return 0;
	sha1_end(&l->sha1, sha1);
	sha256_end(&l->sha256, sha256);
	struct layer_file f = {.path = slice_of(l->path, l->path_len),
			       .size = e->size,
			       .sha1 = sha1,
			       .sha256 = sha256};
	return layer_put_digests(&l->out, &f, err);
}

bool layer_taps_want(const struct pool *p, struct slice path)
{
	return p->taps & TAP_DIGESTS || (p->taps & TAP_LICENSES && license_file_wants(path, 0)) ||
	       (p->taps & TAP_CONFIG &&
		(issues_config_wants(path, 0) || issues_chart_may(path, 0))) ||
	       (p->taps & TAP_SECRETS && secret_wants(p->secrets, path, 1024));
}

/* ---- secrets ---- */

static void begin_secrets(struct layer_run *l, const struct tar_entry *e)
{
	struct slice path = slice_of(l->path, l->path_len);
	l->has_secrets = l->secrets && e->type == TAR_FILE && e->size &&
			 !slice_starts(path_base(path), ".wh.") &&
			 secret_begin(l->secrets, path, e->size);
	/* What is that large is data; a few of them would be the whole time of a scan. */
	if (l->has_secrets && e->size > SECRET_FILE_MAX) {
		l->has_secrets = false;
		warn_here(l, "limit", "not looked into for secrets: larger than 1 GiB");
	}
}

static int secret_sink(void *arg, const struct secret_found *f, struct err *err)
{
	struct layer_run *l = arg;
	return issues_secret_put(&l->out, slice_of(l->path, l->path_len), f, err);
}

static int add_secrets(struct layer_run *l, struct slice piece, bool last, struct err *err)
{
	const char *reason = "limit";
	if (!l->has_secrets)
		return 0;
	TRY(secret_piece(l->secrets, piece, last, secret_sink, l, err));
	struct slice gap = last ? secret_gap(l->secrets, &reason) : SL_NONE;
	if (gap.len) {
		char text[256];
		snprintf(text, sizeof(text), "not looked into for secrets: %.*s", SL_FMT(gap));
		warn_here(l, reason, text);
	}
	return 0;
}

/* ---- configuration files ---- */

static void begin_config(struct layer_run *l, const struct tar_entry *e)
{
	struct slice path = slice_of(l->path, l->path_len);
	l->is_config = l->task->taps & TAP_CONFIG && l->task->config && e->type == TAR_FILE &&
		       e->size &&
		       (issues_config_wants(path, e->size) || issues_chart_may(path, e->size));
	if (l->is_config)
		collector_clear(&l->config);
}

static int check_config(struct layer_run *l, struct slice whole, struct err *err)
{
	struct slice path = slice_of(l->path, l->path_len);
	bool may = issues_chart_may(path, whole.len);
	if (may && issues_chart_hold(&l->charts, path, whole))
		return 0;
	if (may)
		warn_here(l, "limit", "files of charts are over the limit of 48 MiB");
	if (!issues_config_wants(path, whole.len))
		return 0;
	return issues_config_check(l->task->config, path, whole, &l->out, err);
}

static int add_config(struct layer_run *l, struct slice piece, bool last, struct err *err)
{
	struct slice whole = piece;
	if (!l->is_config)
		return 0;
	if (last && l->config.memory.len == 0)
		return check_config(l, whole, err);
	TRY(collector_add(&l->config, piece, err));
	if (!last)
		return 0;
	TRY(collector_whole(&l->config, &whole, err));
	return check_config(l, whole, err);
}

/* ---- licences that files tell ---- */

static void begin_license(struct layer_run *l, const struct tar_entry *e)
{
	l->license_bytes = l->task->taps & TAP_LICENSES && e->type == TAR_FILE && e->size
			       ? license_file_wants(slice_of(l->path, l->path_len), e->size)
			       : 0;
	buf_clear(&l->license);
}

static int add_license(struct layer_run *l, struct slice piece, bool last, struct err *err)
{
	if (!l->license_bytes)
		return 0;
	buf_puts(&l->license, slice_sub(piece, 0, l->license_bytes - l->license.len));
	if (l->license.failed)
		return err_oom(err);
	if (!last && l->license.len < l->license_bytes)
		return 0;
	l->license_bytes = 0;
	return license_file_put(&l->out, slice_of(l->path, l->path_len), buf_slice(&l->license),
				err);
}

/* Does anything beside the analysers want more of the file? */
static bool is_tapped(const struct layer_run *l)
{
	return l->tapped || l->is_config || l->has_secrets || l->license_bytes;
}

/* ---- entries ---- */

/* Do analysers want the bytes of this entry? */
static int begin_analysis(struct layer_run *l, const struct tar_entry *e, struct err *err)
{
	bool content = e->type == TAR_FILE || e->type == TAR_HARDLINK || e->type == TAR_SYMLINK;
	l->mask = content ? pkg_wanted(slice_of(l->path, l->path_len), l->task->scopes) : 0;
	collector_clear(&l->body);
	l->undecided = e->type == TAR_FILE && l->executables && e->size >= PROGRAM_MIN;
	l->ignored = false;
	if (l->undecided)
		return 1;
	if (!l->mask)
		return 0;
	return e->type == TAR_FILE ? wanted_file(l, e) : note_relink(l, e, err);
}

static int on_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct layer_run *l = arg;
	if (!path_normalise(e->path, l->path, sizeof(l->path), &l->path_len)) {
		l->path_len = 0;
		layer_put_warning(&l->out, slice_sub(e->path, 0, 200), "limit",
				  "path is longer than 4096 bytes");
		return 0;
	}
	struct slice path = slice_of(l->path, l->path_len);
	l->out.status.entries++;
	TRY(index_add(&l->out.index, e, path, err));
	TRY(begin_digests(l, e, err));
	begin_config(l, e);
	begin_secrets(l, e);
	begin_license(l, e);
	int r = begin_analysis(l, e, err);
	l->wanted = r == 1;
	return r == 0 && is_tapped(l) ? 1 : r;
}

/* 1: *whole is the file. 0: more is to come. A file that cannot be held is told and left. */
static int collect(struct layer_run *l, struct slice piece, bool last, struct slice *whole)
{
	struct err err = {0};
	if (last && l->body.memory.len == 0 && l->body.spilled == 0) {
		*whole = piece;
		return 1;
	}
	if (collector_add(&l->body, piece, &err) == 0 &&
	    (!last || collector_whole(&l->body, whole, &err) == 0))
		return last;
	warn_here(l, "limit", err.text);
	l->ignored = true;
	return 0;
}

/* The first bytes tell whether it is a program. Pieces of a few bytes do not come: windows are larger than the
 * shortest program, and end within the first bytes of a file too seldom to matter for others than programs. */
static bool decide(struct layer_run *l, const struct tar_entry *e, struct slice piece, bool last)
{
	struct slice head = l->body.memory.len ? buf_slice(&l->body.memory) : piece;
	if (head.len < 8 && !last)
		return true;
	l->undecided = false;
	if (pkg_is_executable(head))
		l->mask |= l->executables;
	return l->mask && wanted_file(l, e);
}

/* 1: that is enough. */
static int analyse_piece(struct layer_run *l, const struct tar_entry *e, struct slice piece,
			 bool last, struct err *err)
{
	struct slice whole;
	if (l->undecided && l->body.memory.len) { /* a piece too short to tell came before */
		if (collector_add(&l->body, piece, err) < 0)
			return err->code;
		piece = SL_NONE;
	}
	if (l->ignored || (l->undecided && !decide(l, e, piece, last))) {
		l->ignored = true;
		return 1;
	}
	if (collect(l, piece, last, &whole) == 0)
		return l->ignored;
	int r = analyse(l, whole, err);
	collector_clear(&l->body);
	return r;
}

static int on_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		   struct err *err)
{
	struct layer_run *l = arg;
	TRY(add_digests(l, e, piece, last, err));
	TRY(add_config(l, piece, last, err));
	TRY(add_secrets(l, piece, last, err));
	TRY(add_license(l, piece, last, err));
	int r = l->wanted ? analyse_piece(l, e, piece, last, err) : 1;
	l->wanted = l->wanted && r == 0;
	return r == 1 && is_tapped(l) ? 0 : r;
}

static int second_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct layer_run *l = arg;
	(void)err;
	if (e->type != TAR_FILE || !path_normalise(e->path, l->path, sizeof(l->path), &l->path_len))
		return 0;
	for (size_t i = 0; i < l->nrelinks; i++) {
		if (!slice_eq(l->relinks[i].target, slice_of(l->path, l->path_len)))
			continue;
		l->mask = pkg_wanted(l->relinks[i].path, l->task->scopes);
		collector_clear(&l->body);
		l->ignored = false;
		return wanted_file(l, e);
	}
	return 0;
}

static int second_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		       struct err *err)
{
	struct layer_run *l = arg;
	struct slice whole, target = slice_of(l->path, l->path_len);
	(void)e;
	if (l->ignored || collect(l, piece, last, &whole) == 0)
		return l->ignored;
	target = arena_dup(&l->names, target);
	for (size_t i = 0; i < l->nrelinks; i++) {
		struct slice path = l->relinks[i].path;
		if (!slice_eq(l->relinks[i].target, target))
			continue;
		memcpy(l->path, path.ptr, path.len);
		l->path_len = path.len;
		l->mask = pkg_wanted(path, l->task->scopes);
		l->relinks[i].followed = true;
		TRY(analyse(l, whole, err));
	}
	return 0;
}

static void tell_unfollowed(struct layer_run *l, const char *reason, const char *message)
{
	for (size_t i = 0; i < l->nrelinks; i++) {
		struct slice path = l->relinks[i].path;
		if (l->relinks[i].followed)
			continue;
		memcpy(l->path, path.ptr, path.len);
		l->path_len = path.len;
		l->mask = pkg_wanted(path, l->task->scopes);
		warn_link(l, reason, message);
	}
}

static int walk_source(struct layer_run *l, struct slice head, struct pack_source in,
		       const struct tar_handler *h, struct err *err)
{
	auto_pack struct pack_stream *s = NULL;
	TRY(pack_open(pack_sniff(head), in, NULL, &s, err));
	struct diff_tap tap = {l, s};
	int r = tar_walk((struct pack_source){diff_next, &tap}, NULL, h, err);
	/* What follows the archive belongs to the blob and its digest. */
	for (struct slice rest; r == 0;) {
		r = diff_next(&tap, &rest, err);
		if (r < 0 || rest.len == 0)
			break;
	}
	if (!l->second)
		l->out.status.unpacked = pack_out(s);
	return r;
}

/* Where no byte has to be hashed, a plain tar is read at its headers and wanted files only: little at first after
 * a jump, more while the walk goes straight on. */
#define REGION_FIRST (8 * KIB)
#define REGION_MOST  (64 * KIB)

static int region_next(void *arg, struct slice *chunk, struct err *err)
{
	struct layer_run *l = arg;
	const struct image_bytes *b = &l->task->bytes;
	size_t want = (size_t)MIN((uint64_t)l->region, b->size - l->at);
	ssize_t n;
	do
		n = want ? pread(b->fd, l->window, want, (off_t)(b->offset + l->at)) : 0;
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "read");
	if (n == 0 && want)
		return err_input(err, "the file ends %llu bytes early",
				 (unsigned long long)(b->size - l->at));
	l->at += (uint64_t)n;
	l->region = MIN(l->region * 2, REGION_MOST);
	*chunk = slice_of(l->window, (size_t)n);
	return 0;
}

static int region_skip(void *arg, uint64_t n, struct err *err)
{
	struct layer_run *l = arg;
	if (n > l->task->bytes.size - l->at)
		return err_input(err, "tar archive ends early - it is truncated, get it again");
	l->at += n;
	l->region = REGION_FIRST;
	return 0;
}

static int walk(struct layer_run *l, const struct tar_handler *h, struct err *err)
{
	struct slice head;
	struct pack_source raw = {.next = source_next, .arg = l};
	struct pack_prefix prefix;
	TRY(source_next(l, &head, err));
	bool hashed = l->task->hash_blob || l->task->hash_diff;
	if (l->task->bytes.fd < 0 || hashed || pack_sniff(head) != PACK_NONE)
		return walk_source(l, head, pack_prefix_source(&prefix, head, raw), h, err);
	struct pack_source region = {.next = region_next, .arg = l, .skip = region_skip};
	l->at = 0;
	l->region = REGION_FIRST;
	l->out.status.unpacked = l->task->bytes.size;
	int r = tar_walk(region, NULL, h, err);
	l->at = l->task->bytes.size;
	return r;
}

static int run(struct layer_run *l, struct err *err)
{
	struct tar_handler first = {on_entry, on_body, l}, second = {second_entry, second_body, l};
	if (l->task->hash_blob)
		TRY(sha256_begin(&l->blob, err));
	if (l->task->hash_diff)
		TRY(sha256_begin(&l->diff, err));
	TRY(walk(l, &first, err));
	struct layer_status *st = &l->out.status;
	st->blob_size = l->at;
	if (l->task->hash_blob)
		sha256_end(&l->blob, st->blob);
	if (l->task->hash_diff)
		sha256_end(&l->diff, st->diff);
	st->has_blob = l->task->hash_blob;
	st->has_diff = l->task->hash_diff;
	if (l->nrelinks == 0)
		return 0;
	if (l->task->bytes.fd < 0) {
		tell_unfollowed(l, "unsupported",
				"a link cannot be followed in an archive that is read once");
		return 0;
	}
	l->second = true;
	l->at = 0;
	TRY(walk(l, &second, err));
	tell_unfollowed(l, "missing", "it is a link to a file that is not in this layer");
	return 0;
}

/* ---- files that belong together ---- */

/* By analyser, then path; of one path written twice the later one stays behind. */
static int by_path(const void *pa, const void *pb)
{
	const struct held_file *a = pa, *b = pb;
	int r = a->analyser < b->analyser ? -1 : a->analyser > b->analyser;
	if (r == 0)
		r = slice_cmp(a->file.path, b->file.path);
	return r ? r : a->order < b->order ? -1 : 1;
}

static int combine_one(struct layer_run *l, const struct pkg_held *files, size_t n, struct err *err)
{
	struct pkg_sink sink = {sink_add, sink_keep, sink_hold, sink_warn, l};
	struct pkg_ctx cx = {.path = files[0].path, .sink = &sink, .arena = &l->scratch};
	struct err own = {0};
	l->told = SL("");
	int r = l->analysers[l->current]->combine(&cx, files, n, &own);
	arena_reset(&l->scratch);
	if (r < 0 && l->out.packages.failed) {
		*err = own;
		return err->code;
	}
	if (r < 0)
		sink_warn(l, cx.path, own.kind == ERR_LIMIT ? "limit" : "corrupt", own.text);
	return 0;
}

static int combine(struct layer_run *l, struct err *err)
{
	struct pkg_held *files = arena_array(&l->holding, l->nheld + 1, sizeof(*files));
	if (!files)
		return err_oom(err);
	if (l->nheld)
		qsort(l->held, l->nheld, sizeof(*l->held), by_path);
	for (size_t i = 0, n = 0; i < l->nheld; i++) {
		const struct held_file *h = &l->held[i], *next = i + 1 < l->nheld ? h + 1 : NULL;
		bool same = next && next->analyser == h->analyser;
		if (!same || !slice_eq(next->file.path, h->file.path))
			files[n++] = h->file;
		if (same)
			continue;
		l->current = h->analyser;
		TRY(combine_one(l, files, n, err));
		n = 0;
	}
	return 0;
}

int layer_worker(void *task, int result)
{
	struct layer_run *l = calloc(1, sizeof(*l));
	struct err err = {0};
	if (!l)
		return 125;
	l->task = task;
	if (l->task->bytes.fd < 0)
		close(l->task->close_fd);
	l->analysers = pkg_analysers(&l->nanalysers);
	layer_writer_init(&l->out, RESULT_BUDGET);
	arena_init(&l->scratch, FILE_ARENA);
	arena_init(&l->names, MIB);
	arena_init(&l->holding, 2 * HELD_BUDGET);
	collector_init(&l->body, l->task->spill);
	l->executables = pkg_wants_executables(l->task->scopes);
	collector_init(&l->config, -1);
	arena_init(&l->charts.arena, 64 * MIB);
	buf_init(&l->license, 2 * MIB);
	bool scan = l->task->taps & TAP_SECRETS && l->task->secrets;
	if ((scan && secret_scan_new(l->task->secrets, &l->secrets, &err) < 0) ||
	    run(l, &err) < 0 || combine(l, &err) < 0 ||
	    issues_chart_check(&l->charts, l->task->config, &l->out, &err) < 0)
		l->out.status.err = err;
	collector_done(&l->body);
	arena_free(&l->scratch);
	/* The process ends here: what is left goes with it. */
	return layer_write(&l->out, result, &err) < 0 ? 124 : 0;
}
