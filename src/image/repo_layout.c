/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCI layout on disk. Blobs are written beside their name and renamed; index.json is replaced as a whole under a lock
 * of the directory. A crash leaves a blob that nothing names, never a name without its blob.
 */
#define _GNU_SOURCE
#include "image/repo_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define PIECE	 (256 * KIB)
#define STALE_S	 3600
#define REF_NAME "org.opencontainers.image.ref.name"

static int in_dir(const struct repo *r, const char *rest, char *out, size_t cap, struct err *err)
{
	if (snprintf(out, cap, "%.*s/%s", SL_FMT(r->dir), rest) >= (int)cap)
		return err_usage(err, "%.*s: the path is too long", SL_FMT(r->dir));
	return 0;
}

/* A colon behind the last slash begins a tag, as everywhere. */
static struct slice dir_part(struct slice where)
{
	ssize_t at = slice_find(where, SL("@sha256:")), slash = slice_rchr(where, '/');
	if (at > 0)
		return slice_sub(where, 0, (size_t)at);
	ssize_t colon = slice_rchr(where, ':');
	return colon > slash && colon > 0 ? slice_sub(where, 0, (size_t)colon) : where;
}

/* What a copy that was killed left unfinished. One that still runs writes to its file all the time. */
static void sweep(const char *blobs)
{
	DIR *d = opendir(blobs);
	struct dirent *e;
	struct stat st;
	while (d && (e = readdir(d))) {
		struct slice name = slice_str(e->d_name);
		if (name.len != 64 + 11 || !slice_starts(slice_from(name, 64), ".tmp."))
			continue;
		if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime + STALE_S < time(NULL))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
}

int repo_layout_create(struct slice where, struct err *err)
{
	char path[4200], dir[4096];
	struct stat st;
	struct slice d = dir_part(where);
	if (snprintf(dir, sizeof(dir), "%.*s", SL_FMT(d)) >= (int)sizeof(dir))
		return err_usage(err, "the path is too long");
	snprintf(path, sizeof(path), "%s/blobs/sha256", dir);
	sweep(path);
	snprintf(path, sizeof(path), "%s/oci-layout", dir);
	if (stat(path, &st) == 0)
		return 0;
	snprintf(path, sizeof(path), "%s/blobs/sha256", dir);
	TRY(file_mkdirs(path, err));
	snprintf(path, sizeof(path), "%s/index.json", dir);
	if (stat(path, &st) < 0)
		TRY(file_replace(path,
				 SL("{\"schemaVersion\":2,\"mediaType\":\"application/"
				    "vnd.oci.image.index.v1+json\","
				    "\"manifests\":[]}"),
				 err));
	/* Last: with it the directory is a layout. */
	snprintf(path, sizeof(path), "%s/oci-layout", dir);
	return file_replace(path, SL("{\"imageLayoutVersion\":\"1.0.0\"}"), err);
}

static int read_index(struct repo *r, struct doc *d, struct node **root, struct err *err)
{
	struct slice bytes;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	TRY(store_document(&r->store, SL("index.json"), &bytes, err));
	if (json_parse(d, bytes, &lim, root, err) < 0)
		return err_wrap(err, "index.json");
	return 0;
}

static struct slice tag_of(const struct node *desc)
{
	return node_get_str(node_get(desc, "annotations"), REF_NAME);
}

/* containerd and docker write whole references. */
static bool bears(const struct node *desc, struct slice tag)
{
	struct slice own = tag_of(desc);
	ssize_t colon = slice_rchr(own, ':');
	return slice_eq(own, tag) ||
	       (colon >= 0 && slice_eq(slice_from(own, (size_t)colon + 1), tag));
}

/* Is this what a target without a name means: no signature, no attestation, nothing that hangs on another? */
static bool is_main(const struct node *desc)
{
	struct slice kind = node_get_str(node_get(desc, "annotations"), "kind");
	return !slice_starts(tag_of(desc), "sha256-") &&
	       node_get_str(desc, "artifactType").len == 0 && !slice_ends(kind, "/sigs") &&
	       !slice_ends(kind, "/atts");
}

static int has_subject(struct repo *r, struct slice digest)
{
	auto_doc struct doc d;
	struct node *root;
	struct slice bytes;
	struct err ignored;
	doc_init(&d);
	return store_manifest_document(&r->store, digest, 0, &bytes, &ignored) == 0 &&
	       json_parse(&d, bytes, NULL, &root, &ignored) == 0 && node_get(root, "subject");
}

static int choose(struct repo *r, const struct node *list, struct slice what, struct slice *digest,
		  struct slice *type, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	bool by_digest = digest_parse(what, sum) == 0;
	size_t n = 0;
	*digest = by_digest ? what : SL_NONE;
	*type = SL_NONE;
	node_each (desc, list) {
		struct slice own = node_get_str(desc, "digest");
		bool fits = by_digest  ? slice_eq(own, what)
			    : what.len ? bears(desc, what)
				       : is_main(desc) && !has_subject(r, own);
		if (!fits)
			continue;
		if (n++ && !slice_eq(own, *digest))
			return err_usage(
			    err, "%.*s holds several images - name one: DIR:TAG or DIR@DIGEST",
			    SL_FMT(r->name));
		*digest = own;
		*type = node_get_str(desc, "mediaType");
	}
	if (digest->len)
		return 0;
	return what.len ? err_set(err, ERR_NOT_FOUND, -ENOENT,
				  "no image named \"%.*s\" in index.json", SL_FMT(what))
			: err_set(err, ERR_NOT_FOUND, -ENOENT, "index.json names no image");
}

static int layout_get(struct repo *r, struct slice what, struct registry_manifest *ret,
		      struct err *err)
{
	auto_doc struct doc d, own;
	struct node *root;
	struct slice digest, type;
	bool has = false;
	doc_init(&d);
	doc_init(&own);
	*ret = (struct registry_manifest){0};
	TRY(read_index(r, &d, &root, err));
	TRY(choose(r, node_get(root, "manifests"), what, &digest, &type, err));
	TRY(store_has_blob(&r->store, digest, &has, err));
	if (!has)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "manifest %.*s is not in the layout",
			       SL_FMT(digest));
	ret->digest = arena_dup(&r->src.arena, digest);
	TRY(store_manifest_document(&r->store, digest, 0, &ret->bytes, err));
	if (json_parse(&own, ret->bytes, NULL, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(ret->digest));
	struct slice said = node_get_str(root, "mediaType");
	if (!said.len)
		said = type.len ? type
		       : node_get(root, "manifests")
			   ? SL("application/vnd.oci.image.index.v1+json")
			   : SL("application/vnd.oci.image.manifest.v1+json");
	ret->media_type = arena_dup(&r->src.arena, said);
	return 0;
}

static int layout_blob(struct repo *r, struct slice digest, uint64_t size, size_t max,
		       struct slice *ret, struct err *err)
{
	r->store.max_document = max;
	int rc = store_blob_document(&r->store, digest, size, ret, err);
	r->store.max_document = 0;
	return rc;
}

static int blob_path(const struct repo *r, struct slice digest, char path[4300], struct err *err)
{
	char rest[100];
	TRY(in_dir(r, "blobs/sha256", path, 4300, err));
	TRY(file_mkdirs(path, err));
	snprintf(rest, sizeof(rest), "blobs/sha256/%.64s", digest.ptr + 7);
	return in_dir(r, rest, path, 4300, err);
}

static int layout_put_blob(struct repo *r, struct slice digest, struct slice data, struct err *err)
{
	char path[4300];
	bool has = false;
	TRY(store_has_blob(&r->store, digest, &has, err));
	if (has)
		return 0;
	TRY(blob_path(r, digest, path, err));
	return file_replace(path, data, err);
}

/* ---- index.json ---- */

struct edit {
	struct slice tag, digest;
	const char *media_type;
	size_t size;
	bool remove;
};

static void add_entry(struct json_writer *w, const struct edit *e)
{
	jw_object(w);
	jw_kstr(w, "mediaType", slice_str(e->media_type));
	jw_kstr(w, "digest", e->digest);
	jw_ku64(w, "size", e->size);
	if (e->tag.len) {
		jw_key(w, "annotations");
		jw_object(w);
		jw_kstr(w, REF_NAME, e->tag);
		jw_end(w, '}');
	}
	jw_end(w, '}');
}

/* A name moves; without one an entry is there once. Removing goes by name or by digest. */
static bool goes(const struct edit *e, const struct node *desc)
{
	if (e->tag.len)
		return slice_eq(tag_of(desc), e->tag);
	return e->remove && slice_eq(node_get_str(desc, "digest"), e->digest);
}

static void write_index(struct buf *out, const struct node *root, const struct edit *e, bool add)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	node_each (m, root) {
		if (slice_is(m->key, "manifests"))
			continue;
		jw_key_slice(&w, m->key);
		jw_node(&w, m);
	}
	jw_key(&w, "manifests");
	jw_array(&w);
	node_each (desc, node_get(root, "manifests"))
		if (!goes(e, desc))
			jw_node(&w, desc);
	if (add)
		add_entry(&w, e);
	jw_end(&w, ']');
	jw_end(&w, '}');
}

static int edit_locked(struct repo *r, const struct edit *e, struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf out;
	struct node *root;
	char path[4300];
	size_t gone = 0, same = 0;
	doc_init(&d);
	buf_init(&out, 2 * MAX_DOCUMENT);
	TRY(in_dir(r, "index.json", path, sizeof(path), err));
	TRY(read_index(r, &d, &root, err));
	node_each (desc, node_get(root, "manifests")) {
		gone += goes(e, desc);
		same += !e->tag.len && slice_eq(node_get_str(desc, "digest"), e->digest);
	}
	if (e->remove && !gone)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "index.json does not name %.*s",
			       SL_FMT(e->tag.len ? e->tag : e->digest));
	if (!e->remove && same)
		return 0;
	write_index(&out, root, e, !e->remove);
	if (out.failed)
		return err_limit(err, "index.json would be over %zu bytes", out.max);
	return file_replace(path, buf_slice(&out), err);
}

static int layout_lock(struct repo *r, struct err *err)
{
	/* A descriptor of its own: the lock goes with it. */
	r->lock = openat(r->store.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->lock >= 0 && flock(r->lock, LOCK_EX) == 0)
		return 0;
	err_sys(err, "%.*s: lock", SL_FMT(r->dir));
	cleanup_close(&r->lock);
	r->lock = -1;
	return err->code;
}

static void layout_unlock(struct repo *r)
{
	cleanup_close(&r->lock);
	r->lock = -1;
}

static int edit_index(struct repo *r, const struct edit *e, struct err *err)
{
	if (r->lock >= 0)
		return edit_locked(r, e, err);
	TRY(layout_lock(r, err));
	int rc = edit_locked(r, e, err);
	layout_unlock(r);
	return rc;
}

static int layout_put(struct repo *r, struct slice tag, struct slice digest, const char *media_type,
		      struct slice bytes, bool listed, bool *subject_kept, struct err *err)
{
	struct edit e = {.tag = tag, .digest = digest, .media_type = media_type, .size = bytes.len};
	*subject_kept = true; /* subjects are found by reading what the index names */
	TRY(layout_put_blob(r, digest, bytes, err));
	return tag.len || listed ? edit_index(r, &e, err) : 0;
}

static int layout_remove(struct repo *r, struct slice what, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	bool by_digest = digest_parse(what, sum) == 0;
	struct edit e = {.remove = true,
			 .tag = by_digest ? SL_NONE : what,
			 .digest = by_digest ? what : SL_NONE};
	return edit_index(r, &e, err);
}

static int layout_tags(struct repo *r, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	TRY(read_index(r, &d, &root, err));
	node_each (desc, node_get(root, "manifests"))
		if (tag_of(desc).len)
			TRY(repo_keep_tag(r, tag_of(desc), err));
	return 0;
}

/* A manifest with this subject, named as the API would name it. */
static int keep_if_refers(struct repo *r, const struct node *desc, struct slice subject,
			  struct err *err)
{
	auto_doc struct doc d, mine;
	auto_buf struct buf text;
	struct node *root, *own;
	struct slice bytes, digest = node_get_str(desc, "digest");
	struct err broken;
	struct json_writer w;
	doc_init(&d);
	doc_init(&mine);
	buf_init(&text, 2 * MAX_DOCUMENT);
	/* What cannot be read hangs on nothing that we could tell. */
	if (store_manifest_document(&r->store, digest, 0, &bytes, &broken) < 0 ||
	    json_parse(&d, bytes, NULL, &root, &broken) < 0 ||
	    !slice_eq(node_get_str(node_get(root, "subject"), "digest"), subject))
		return 0;
	struct slice type = node_get_str(root, "artifactType");
	if (type.len == 0)
		type = node_get_str(node_get(root, "config"), "mediaType");
	jw_init(&w, &text, 0);
	jw_object(&w);
	jw_kstr(&w, "mediaType", node_get_str(desc, "mediaType"));
	jw_kstr(&w, "digest", digest);
	jw_ku64(&w, "size", bytes.len);
	jw_kstr_opt(&w, "artifactType", type);
	if (node_get(root, "annotations")) {
		jw_key(&w, "annotations");
		jw_node(&w, node_get(root, "annotations"));
	}
	jw_end(&w, '}');
	TRY(json_parse(&mine, buf_slice(&text), NULL, &own, err));
	return repo_keep(r, own, err);
}

static int layout_referrers(struct repo *r, struct slice digest, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct registry_manifest m;
	char tag[REPO_TAG];
	doc_init(&d);
	TRY(read_index(r, &d, &root, err));
	node_each (desc, node_get(root, "manifests"))
		TRY(keep_if_refers(r, desc, digest, err));
	/* A layout that was copied from a registry may have the tag too. */
	repo_tag_of(digest, "", tag);
	int rc = repo_find(r, slice_str(tag), &m, err);
	if (rc > 0)
		rc = repo_keep_list(r, m.bytes, err);
	return rc < 0 ? rc : 1;
}

/* ---- blobs of any size ---- */

static int layout_find(struct repo *r, struct slice digest, struct image_bytes *bytes,
		       struct err *err)
{
	char path[100];
	struct stat st;
	*bytes = (struct image_bytes){.fd = -1};
	if (r->store.dir < 0) {
		struct slice name;
		return store_blob(&r->store, digest, bytes, &name, err);
	}
	snprintf(path, sizeof(path), "blobs/sha256/%.64s", digest.ptr + 7);
	auto_close int fd = openat(r->store.dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_input(err, "%s: not a regular file", path);
	*bytes = (struct image_bytes){.fd = take_fd(&fd), .size = (uint64_t)st.st_size};
	return 0;
}

static void let_go(const struct repo *r, struct image_bytes *bytes)
{
	if (r->store.dir >= 0)
		cleanup_close(&bytes->fd);
}

static int layout_has(struct repo *r, struct slice digest, uint64_t size, bool *has,
		      struct err *err)
{
	struct image_bytes bytes;
	TRY(layout_find(r, digest, &bytes, err));
	*has = bytes.fd >= 0 && (!size || bytes.size == size);
	let_go(r, &bytes);
	return 0;
}

static int read_bytes(const struct image_bytes *b, image_piece_fn sink, void *arg, struct err *err)
{
	auto_free char *part = malloc(PIECE);
	if (!part)
		return err_oom(err);
	for (uint64_t at = 0; at < b->size;) {
		size_t want = (size_t)MIN((uint64_t)PIECE, b->size - at);
		ssize_t n = pread(b->fd, part, want, (off_t)(b->offset + at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? err_sys(err, "read") : err_input(err, "it ends early");
		TRY(sink(arg, slice_of(part, (size_t)n), err));
		at += (uint64_t)n;
	}
	return 0;
}

static int layout_stream(struct repo *r, struct slice digest, uint64_t size, image_piece_fn sink,
			 void *arg, struct err *err)
{
	struct image_bytes bytes;
	(void)size;
	TRY(layout_find(r, digest, &bytes, err));
	if (bytes.fd < 0)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "blob %.*s is not in %.*s",
			       SL_FMT(digest), SL_FMT(r->name));
	int rc = read_bytes(&bytes, sink, arg, err);
	let_go(r, &bytes);
	return rc < 0 ? err_wrap(err, "blob %.*s", SL_FMT(digest)) : 0;
}

static int layout_write(struct repo_writer *w, struct err *err)
{
	char path[4300];
	TRY(blob_path(w->r, w->digest, path, err));
	return file_writer_open(&w->file, path, err);
}

static int layout_write_add(struct repo_writer *w, struct slice piece, struct err *err)
{
	return file_write_fd(w->file.fd, piece, err);
}

static int layout_write_commit(struct repo_writer *w, struct err *err)
{
	return file_writer_commit(&w->file, err);
}

static void layout_write_done(struct repo_writer *w)
{
	file_writer_done(&w->file);
}

const struct repo_ops repo_layout_ops = {.get = layout_get,
					 .blob = layout_blob,
					 .put_blob = layout_put_blob,
					 .put = layout_put,
					 .remove = layout_remove,
					 .tags = layout_tags,
					 .lock = layout_lock,
					 .unlock = layout_unlock,
					 .referrers = layout_referrers,
					 .has = layout_has,
					 .stream = layout_stream,
					 .write = layout_write,
					 .write_add = layout_write_add,
					 .write_commit = layout_write_commit,
					 .write_done = layout_write_done};

/* ---- a layout in a tar, which is only read ---- */

static int refuse(struct repo *r, struct err *err)
{
	return err_usage(err, "%.*s: an archive is only read - copy it to oci:DIR or a registry",
			 SL_FMT(r->name));
}

static int archive_put_blob(struct repo *r, struct slice digest, struct slice data, struct err *err)
{
	(void)digest;
	(void)data;
	return refuse(r, err);
}

static int archive_put(struct repo *r, struct slice tag, struct slice digest,
		       const char *media_type, struct slice bytes, bool listed, bool *subject_kept,
		       struct err *err)
{
	(void)tag;
	(void)digest;
	(void)media_type;
	(void)bytes;
	(void)listed;
	(void)subject_kept;
	return refuse(r, err);
}

static int archive_remove(struct repo *r, struct slice what, struct err *err)
{
	(void)what;
	return refuse(r, err);
}

int repo_archive_open(struct repo *r, struct slice where, struct err *err)
{
	struct image_source *s = &r->src;
	struct image_options opt = {0};
	struct slice selector;
	struct pack_mem mem;
	int fd = -1;
	TRY(archive_file_open(where, &fd, &selector, err));
	if (keep_fd(s, fd) < 0) {
		close(fd);
		return err_oom(err);
	}
	TRY(file_map_fd(fd, &s->map, err));
	struct slice all = mapping_slice(&s->map);
	if (pack_sniff(all) != PACK_NONE)
		return err_usage(err, "the archive is compressed - unpack it first");
	TRY(archive_scan(&r->store, pack_mem_source(&mem, all, 0), fd, &opt, err));
	if (!store_member(&r->store, SL("index.json")))
		return err_input(err, "holds no index.json - this is no OCI archive");
	r->ops = &repo_archive_ops;
	r->dir = r->name = arena_dup(
	    &s->arena, slice_sub(where, 0, where.len - selector.len - (selector.len > 0)));
	r->asked = arena_dup(&s->arena, selector);
	return r->name.ptr ? 0 : err_oom(err);
}

const struct repo_ops repo_archive_ops = {.get = layout_get,
					  .blob = layout_blob,
					  .put_blob = archive_put_blob,
					  .put = archive_put,
					  .remove = archive_remove,
					  .tags = layout_tags,
					  .referrers = layout_referrers,
					  .has = layout_has,
					  .stream = layout_stream};
