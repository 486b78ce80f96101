/* SPDX-License-Identifier: Apache-2.0 */
/* Finding blobs and documents: in an archive by its members, in a layout directory by path. */
#define _GNU_SOURCE
#include "image/registry_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_LINKS 8

void blob_store_done(struct blob_store *b)
{
	vec_free(&b->members);
	map_free(&b->by_name);
	map_free(&b->by_digest);
	cleanup_close(&b->dir);
	b->dir = -1;
}

const struct member *store_member(const struct blob_store *b, struct slice name)
{
	for (int hops = 0; hops < MAX_LINKS; hops++) {
		const uint64_t *at = map_get(&b->by_name, name);
		if (!at)
			return NULL;
		const struct member *m = &b->members.ptr[*at];
		if (!m->link.ptr)
			return m;
		name = m->link;
	}
	return NULL;
}

int keep_fd(struct image_source *src, int fd)
{
	if (src->nfds == src->fds_cap &&
	    vec_grow(&src->fds, &src->fds_cap, src->nfds, sizeof(*src->fds)) < 0)
		return -ENOMEM;
	src->fds[src->nfds++] = fd;
	return 0;
}

int open_beneath(int dir, const char *path, int flags)
{
	struct slice rest = slice_str(path), part;
	auto_close int at = -1;
	char name[256];
	while (slice_cut(&rest, '/', &part)) {
		if (part.len == 0 || part.len >= sizeof(name) || slice_is(part, "..")) {
			errno = EINVAL;
			return -1;
		}
		snprintf(name, sizeof(name), "%.*s", SL_FMT(part));
		int how = rest.ptr ? O_PATH | O_DIRECTORY : flags | O_NONBLOCK;
		int fd = openat(at >= 0 ? at : dir, name, how | O_NOFOLLOW | O_CLOEXEC);
		cleanup_close(&at);
		at = fd;
		if (fd < 0)
			return -1;
	}
	return take_fd(&at);
}

/* The caller owns bytes->fd. */
static int open_in_dir(struct blob_store *b, struct slice name, struct image_bytes *bytes,
		       struct err *err)
{
	char path[512];
	struct stat st;
	if (snprintf(path, sizeof(path), "%.*s", (int)MIN(name.len, sizeof(path)), name.ptr) >=
	    (int)sizeof(path))
		return err_input(err, "blob name too long");
	/* O_NONBLOCK: a layout must not make us wait on a FIFO. */
	auto_close int fd = b->strict ? open_beneath(b->dir, path, O_RDONLY)
				      : openat(b->dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	*bytes = (struct image_bytes){.fd = -1};
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_input(err, "%s: not a regular file", path);
	*bytes = (struct image_bytes){.fd = take_fd(&fd), .size = (uint64_t)st.st_size};
	return 0;
}

static int read_region(struct blob_store *b, const struct image_bytes *w, struct slice *ret,
		       struct err *err)
{
	size_t most = b->max_document ? b->max_document : MAX_DOCUMENT;
	if (w->size > most)
		return err_limit(err, "document of %llu bytes is over the limit of %zu",
				 (unsigned long long)w->size, most);
	char *p = arena_alloc(&b->src->arena, (size_t)w->size + 1);
	if (!p)
		return err_oom(err);
	size_t have = 0;
	while (have < w->size) {
		ssize_t n =
		    pread(w->fd, p + have, (size_t)w->size - have, (off_t)(w->offset + have));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? err_sys(err, "read") : err_input(err, "document ends early");
		have += (size_t)n;
	}
	*ret = slice_of(p, have);
	return 0;
}

static int absent(struct slice name, struct err *err)
{
	return err_set(err, ERR_INPUT, -ENOENT, "%.*s is missing", SL_FMT(name));
}

int store_document(struct blob_store *b, struct slice name, struct slice *ret, struct err *err)
{
	struct image_bytes where;
	if (b->dir >= 0) {
		TRY(open_in_dir(b, name, &where, err));
		if (where.fd < 0)
			return absent(name, err);
		auto_close int fd = where.fd;
		where.fd = fd;
		return read_region(b, &where, ret, err) < 0 ? err_wrap(err, "%.*s", SL_FMT(name))
							    : 0;
	} else {
		const struct member *m = store_member(b, name);
		if (!m)
			return absent(name, err);
		if (b->streamed) {
			if (!m->kept.ptr)
				return err_input(err, "%.*s is no JSON document", SL_FMT(name));
			*ret = m->kept;
			return 0;
		}
		where = m->bytes;
	}
	if (read_region(b, &where, ret, err) < 0)
		return err_wrap(err, "%.*s", SL_FMT(name));
	return 0;
}

static int blob_name(struct slice digest, char *out, size_t cap, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "digest \"%.*s\" is not a sha256 digest", SL_FMT(digest));
	snprintf(out, cap, "blobs/sha256/%.64s", digest.ptr + 7);
	return 0;
}

/* Engines share layers among images: each blob is opened once. */
static int blob_in_dir(struct blob_store *b, struct slice path, struct image_bytes *bytes,
		       struct slice *name, struct err *err)
{
	const uint64_t *known = map_get(&b->by_digest, path);
	struct stat st;
	if (known && fstat((int)*known, &st) == 0) {
		*bytes = (struct image_bytes){.fd = (int)*known, .size = (uint64_t)st.st_size};
		*name = arena_dup(&b->src->arena, path);
		return name->ptr ? 0 : err_oom(err);
	}
	TRY(open_in_dir(b, path, bytes, err));
	if (bytes->fd < 0)
		return 0;
	int fd = bytes->fd;
	*name = arena_dup(&b->src->arena, path);
	if (!name->ptr || keep_fd(b->src, fd) < 0) {
		close(fd);
		return err_oom(err);
	}
	uint64_t *slot = map_put(&b->by_digest, *name, NULL);
	if (!slot)
		return err_oom(err);
	*slot = (uint64_t)fd;
	return 0;
}

int store_blob(struct blob_store *b, struct slice digest, struct image_bytes *bytes,
	       struct slice *name, struct err *err)
{
	char path[128];
	*bytes = (struct image_bytes){.fd = -1};
	*name = SL_NONE;
	TRY(blob_name(digest, path, sizeof(path), err));
	if (b->remote) {
		*name = arena_dup(&b->src->arena, slice_str(path));
		return name->ptr ? 0 : err_oom(err);
	}
	if (b->dir >= 0)
		return blob_in_dir(b, slice_str(path), bytes, name, err);
	const struct member *m = store_member(b, slice_str(path));
	if (m) {
		*bytes = m->bytes;
		*name = m->name;
	}
	return 0;
}

int store_has_blob(struct blob_store *b, struct slice digest, bool *has, struct err *err)
{
	char path[128];
	struct image_bytes bytes;
	TRY(blob_name(digest, path, sizeof(path), err));
	if (b->dir < 0) {
		*has = b->remote || store_member(b, slice_str(path));
		return 0;
	}
	TRY(open_in_dir(b, slice_str(path), &bytes, err));
	*has = bytes.fd >= 0;
	cleanup_close(&bytes.fd);
	return 0;
}

int store_blob_document(struct blob_store *b, struct slice digest, uint64_t size, struct slice *ret,
			struct err *err)
{
	char path[128], text[DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	if (b->remote)
		return registry_get_blob(b->remote, digest, size,
					 b->max_document ? b->max_document : MAX_DOCUMENT, ret,
					 err);
	TRY(blob_name(digest, path, sizeof(path), err));
	TRY(store_document(b, slice_str(path), ret, err));
	if (size && ret->len != size)
		return err_input(err, "%.*s: size is %zu bytes, its descriptor says %llu",
				 SL_FMT(digest), ret->len, (unsigned long long)size);
	TRY(sha256_of(*ret, sum, err));
	digest_text(sum, text);
	if (!slice_is(digest, text))
		return err_input(err, "%.*s: content has digest %s - the image is damaged",
				 SL_FMT(digest), text);
	return 0;
}

int store_manifest_document(struct blob_store *b, struct slice digest, uint64_t size,
			    struct slice *ret, struct err *err)
{
	struct registry_manifest m;
	if (!b->remote)
		return store_blob_document(b, digest, size, ret, err);
	TRY(registry_get_manifest(b->remote, digest, &m, err));
	*ret = m.bytes;
	return 0;
}

/* ---- archives ---- */

struct scan {
	struct blob_store *b;
	const struct image_options *opt;
	int fd;
	struct buf kept; /* the document that is being collected */
	enum { SKIP, UNDECIDED, KEEP, LAYER } mode;
	char head[512]; /* enough to tell a tar header */
	size_t have;
};

/* 1: it is the last of the members now. 0: its name is of no use. */
static int add_member(struct scan *s, const struct tar_entry *e, struct err *err)
{
	struct arena *a = &s->b->src->arena;
	struct member m = {.bytes = {.fd = -1}};
	char path[4096];
	size_t len;
	if (!path_normalise(e->path, path, sizeof(path), &len) || len == 0)
		return 0;
	m.name = arena_dup(a, slice_of(path, len));
	if (e->type == TAR_FILE && s->fd >= 0)
		m.bytes = (struct image_bytes){.fd = s->fd, .offset = e->offset, .size = e->size};
	if (e->type == TAR_SYMLINK || e->type == TAR_HARDLINK) {
		bool fits = e->type == TAR_SYMLINK
				? path_resolve(m.name, e->link, path, sizeof(path), &len)
				: path_normalise(e->link, path, sizeof(path), &len);
		if (!fits)
			return 0;
		m.link = arena_dup(a, slice_of(path, len));
	}
	uint64_t *slot = m.name.ptr ? map_put(&s->b->by_name, m.name, NULL) : NULL;
	if (!slot || vec_push(&s->b->members, m) < 0)
		return err_oom(err);
	*slot = s->b->members.len - 1;
	return 1;
}

static int on_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct scan *s = arg;
	if (e->type != TAR_FILE && e->type != TAR_SYMLINK && e->type != TAR_HARDLINK)
		return 0;
	int added = add_member(s, e, err);
	if (added <= 0)
		return added;
	s->mode = UNDECIDED;
	s->have = 0;
	return s->fd < 0 && e->type == TAR_FILE && e->size > 1;
}

bool image_is_root_dir(struct slice top)
{
	static const char *const tops[] = {"etc", "usr",  "bin",   "lib",  "var", "opt",
					   "app", "sbin", "root",  "home", "srv", "proc",
					   "dev", "boot", "lib64", NULL};
	return slice_is_any(top, tops);
}

/* Does a member that is no document hold a layer? By its content; not when the archive is a root file
 * system, which has compressed files of its own. */
static bool may_be_layer(const struct scan *s, struct slice name)
{
	struct slice head = slice_of(s->head, s->have), top, rest = name;
	if (slice_cut(&rest, '/', &top) && rest.ptr && image_is_root_dir(top))
		return false;
	return pack_sniff(head) != PACK_NONE || tar_sniff(head) ||
	       (head.len == sizeof(s->head) && head.ptr[0] == '\0');
}

static int choose_mode(struct scan *s, const struct tar_entry *e, struct err *err)
{
	struct member *m = &s->b->members.ptr[s->b->members.len - 1];
	s->mode = SKIP;
	if (s->have && (s->head[0] == '{' || s->head[0] == '[')) {
		s->mode = e->size <= MAX_DOCUMENT ? KEEP : SKIP;
		buf_clear(&s->kept);
		return 0;
	}
	if (!s->opt->begin || !may_be_layer(s, m->name))
		return 0;
	int token = s->opt->begin(s->opt->arg, m->name, e->size, err);
	if (token < 0)
		return token == -ENOENT ? 0 : token;
	s->mode = LAYER;
	uint64_t *slot = map_put(&s->b->src->tokens, m->name, NULL);
	if (!slot)
		return err_oom(err);
	*slot = (uint64_t)token + 1;
	return 0;
}

static int pass_on(struct scan *s, struct slice piece, bool last, struct err *err)
{
	if (s->mode == LAYER) {
		if (piece.len)
			TRY(s->opt->data(s->opt->arg, piece, err));
		return last ? s->opt->end(s->opt->arg, err) : 0;
	}
	if (s->mode != KEEP)
		return 0;
	buf_puts(&s->kept, piece);
	if (s->kept.failed)
		return err_oom(err);
	if (last) {
		struct member *m = &s->b->members.ptr[s->b->members.len - 1];
		m->kept = arena_dup(&s->b->src->arena, buf_slice(&s->kept));
		if (!m->kept.ptr)
			return err_oom(err);
	}
	return 0;
}

static int on_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		   struct err *err)
{
	struct scan *s = arg;
	if (s->mode == UNDECIDED) {
		size_t n = MIN(piece.len, sizeof(s->head) - s->have);
		memcpy(s->head + s->have, piece.len ? piece.ptr : "", n);
		s->have += n;
		piece = slice_from(piece, n);
		if (s->have < sizeof(s->head) && !last)
			return 0;
		TRY(choose_mode(s, e, err));
		TRY(pass_on(s, slice_of(s->head, s->have), last && piece.len == 0, err));
		if (piece.len == 0)
			return 0;
	}
	return pass_on(s, piece, last, err);
}

int archive_scan(struct blob_store *b, struct pack_source in, int fd,
		 const struct image_options *opt, struct err *err)
{
	struct scan s = {.b = b, .opt = opt, .fd = fd};
	struct tar_handler h = {on_entry, on_body, &s};
	struct tar_limits lim = {.max_entries = 200000};
	buf_init(&s.kept, MAX_DOCUMENT);
	b->streamed = fd < 0;
	int r = tar_walk(in, &lim, &h, err);
	buf_free(&s.kept);
	return r;
}
