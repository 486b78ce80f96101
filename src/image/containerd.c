/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd's root directory: names in its metadata (bbolt; v1/NAMESPACE/images/NAME/target), blobs in its content
 * store, and layers whose blob was thrown away in the overlayfs snapshotter.
 */
#define _GNU_SOURCE
#include "image/image_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define USUAL	  "/var/lib/containerd"
#define META	  "io.containerd.metadata.v1.bolt/meta.db"
#define CONTENT	  "io.containerd.content.v1.content"
#define SNAPSHOTS "io.containerd.snapshotter.v1.overlayfs"
#define MAX_META  (512 * MIB)
#define MAX_NAMES 100000
#define TRIES	  3

struct found { /* one target, whatever its names */
	struct slice digest;
	uint64_t size;
	size_t nnames;
};
struct named {
	struct slice name;
	size_t found;
};
struct containerd {
	struct storage_target target;
	struct blob_store *b;
	const struct image_options *opt;
	int root;
	struct bolt db;
	VEC(struct found) found;
	VEC(struct named) names;
	struct map by_digest;
	bool again; /* second reading: all names of what was found */
	/* chain ID -> number of the snapshot, read when first needed */
	bool snapshots_read;
	struct map snapshots;
};

static void containerd_done(struct containerd *c)
{
	cleanup_close(&c->root);
	vec_free(&c->found);
	vec_free(&c->names);
	map_free(&c->by_digest);
	map_free(&c->snapshots);
}

/* ---- metadata ---- */

/* The database may be written to meanwhile: what counts is a copy whose state was the same before and after. */
static int read_bolt(int root, const char *path, struct buf *file, struct bolt *db, struct err *err)
{
	for (int tries = 0;; tries++) {
		auto_buf struct buf again = {0};
		struct bolt after;
		buf_clear(file);
		TRY(storage_read(root, path, file, err));
		int r = bolt_open(buf_slice(file), db, err);
		buf_init(&again, 2 * MAX_META);
		auto_close int fd = r < 0 ? -1 : open_beneath(root, path, O_RDONLY);
		char *head = fd < 0 ? NULL : buf_reserve(&again, 2 * (size_t)db->page_size);
		ssize_t n = head ? pread(fd, head, 2 * (size_t)db->page_size, 0) : -1;
		struct err ignored = {0};
		bool same = n > 0 && bolt_open(slice_of(head, (size_t)n), &after, &ignored) == 0 &&
			    after.txid == db->txid;
		if (same || tries + 1 == TRIES)
			return r < 0 ? err_wrap(err, "%s", path) : 0;
	}
}

/* bbolt values of containerd: sizes are varints (encoding/binary, zig-zag). */
static uint64_t varint(struct slice s)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.len && i < 10; i++) {
		v |= (uint64_t)((unsigned char)s.ptr[i] & 0x7f) << (7 * i);
		if (!((unsigned char)s.ptr[i] & 0x80))
			break;
	}
	return v;
}

static int note_name(struct containerd *c, struct slice name, size_t found, struct err *err)
{
	struct named n = {name, found};
	/* The same in another namespace. */
	for (size_t i = 0; c->found.ptr[found].nnames && i < MIN(c->names.len, 1000); i++)
		if (c->names.ptr[i].found == found && slice_eq(c->names.ptr[i].name, name))
			return 0;
	if (c->names.len >= MAX_NAMES)
		return err_limit(err, "more than %d names of images", MAX_NAMES);
	c->found.ptr[found].nnames++;
	return vec_push(&c->names, n) < 0 ? err_oom(err) : 0;
}

static int note_image(struct containerd *c, struct slice name, struct slice digest, uint64_t size,
		      struct err *err)
{
	struct arena *a = &c->b->src->arena;
	bool is_new = false;
	const uint64_t *known = map_get(&c->by_digest, digest);
	if (c->again ? !known : !storage_wants(&c->target, name, digest))
		return 0;
	struct found f = {.digest = arena_dup(a, digest), .size = size};
	name = arena_dup(a, name);
	uint64_t *slot =
	    f.digest.ptr && name.ptr ? map_put(&c->by_digest, f.digest, &is_new) : NULL;
	if (!slot)
		return err_oom(err);
	if (is_new) {
		*slot = c->found.len;
		if (vec_push(&c->found, f) < 0)
			return err_oom(err);
	}
	return note_name(c, name, (size_t)*slot, err);
}

static int on_image(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
		    struct err *err)
{
	static const char *const target[] = {"target", NULL};
	struct containerd *c = arg;
	struct bolt_bucket image, t;
	struct bolt_item digest, size;
	if (!item->is_bucket)
		return 0;
	TRY(bolt_enter(&c->db, in, item, &image, err));
	int r = bolt_path(&c->db, &image, target, &t, err);
	if (r > 0)
		r = bolt_find(&c->db, &t, SL("digest"), &digest, err);
	if (r <= 0)
		return r; /* an image without a target has no content */
	r = bolt_find(&c->db, &t, SL("size"), &size, err);
	if (r < 0)
		return r;
	uint64_t zigzag = r ? varint(size.value) : 0;
	return note_image(c, item->key, digest.value, zigzag & 1 ? 0 : zigzag >> 1, err);
}

static int on_namespace(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
			struct err *err)
{
	static const char *const images[] = {"images", NULL};
	struct containerd *c = arg;
	struct bolt_bucket ns, b;
	if (!item->is_bucket)
		return 0; /* v1/version */
	TRY(bolt_enter(&c->db, in, item, &ns, err));
	int r = bolt_path(&c->db, &ns, images, &b, err);
	return r <= 0 ? r : bolt_each(&c->db, &b, on_image, c, err);
}

static int read_names(struct containerd *c, struct err *err)
{
	static const char *const v1[] = {"v1", NULL};
	auto_buf struct buf file = {0};
	struct bolt_bucket all, b;
	buf_init(&file, MAX_META);
	TRY(read_bolt(c->root, META, &file, &c->db, err));
	all = bolt_root(&c->db);
	int r = bolt_path(&c->db, &all, v1, &b, err);
	if (r > 0)
		r = bolt_each(&c->db, &b, on_namespace, c, err);
	c->again = true;
	if (r == 0 && c->target.ref.len && c->found.len)
		r = bolt_each(&c->db, &b, on_namespace, c, err);
	return r < 0 ? err_wrap(err, META) : 0;
}

/* ---- snapshots ---- */

static int on_snapshot(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
		       struct err *err)
{
	struct containerd *c = arg;
	struct bolt_bucket b;
	struct bolt_item id;
	/* NAMESPACE/NUMBER/CHAIN-ID */
	ssize_t slash = slice_rchr(item->key, '/');
	struct slice chain = slice_from(item->key, slash < 0 ? 0 : (size_t)slash + 1);
	unsigned char sum[SHA256_LEN];
	if (!item->is_bucket || digest_parse(chain, sum) < 0)
		return 0;
	TRY(bolt_enter(&c->db, in, item, &b, err));
	int r = bolt_find(&c->db, &b, SL("id"), &id, err);
	if (r <= 0)
		return r;
	chain = arena_dup(&c->b->src->arena, chain);
	uint64_t *slot = chain.ptr ? map_put(&c->snapshots, chain, NULL) : NULL;
	if (!slot)
		return err_oom(err);
	*slot = varint(id.value);
	return 0;
}

static int read_snapshots(struct containerd *c, struct err *err)
{
	static const char *const path[] = {"v1", "snapshots", NULL};
	auto_buf struct buf file = {0};
	struct bolt_bucket root, b;
	c->snapshots_read = true;
	buf_init(&file, MAX_META);
	TRY(read_bolt(c->root, SNAPSHOTS "/metadata.db", &file, &c->db, err));
	root = bolt_root(&c->db);
	int r = bolt_path(&c->db, &root, path, &b, err);
	return r <= 0 ? r : bolt_each(&c->db, &b, on_snapshot, c, err);
}

/* The chain ID of a layer: the hash of the chain below it and its own diff ID (image-spec config.md). */
static int next_chain(char chain[DIGEST_TEXT], bool first, struct slice diff, struct err *err)
{
	char text[2 * DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	int n = first ? snprintf(chain, DIGEST_TEXT, "%.*s", SL_FMT(diff))
		      : snprintf(text, sizeof(text), "%s %.*s", chain, SL_FMT(diff));
	if (first)
		return 0;
	TRY(sha256_of(slice_of(text, (size_t)n), sum, err));
	digest_text(sum, chain);
	return 0;
}

static void take_snapshot(struct containerd *c, struct image_layer *l, const char *chain)
{
	char path[200];
	struct err ignored = {0};
	if (!c->snapshots_read && read_snapshots(c, &ignored) < 0)
		return;
	const uint64_t *id = map_get(&c->snapshots, slice_str(chain));
	if (!id)
		return;
	snprintf(path, sizeof(path), SNAPSHOTS "/snapshots/%llu/fs", (unsigned long long)*id);
	auto_close int fd = open_beneath(c->root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || keep_fd(c->b->src, fd) < 0)
		return;
	l->bytes = (struct image_bytes){.fd = take_fd(&fd)};
	l->directory = true;
	l->trouble = SL_NONE;
}

/* Layers that containerd threw away after unpacking (discard_unpacked_layers) lie in their snapshot. */
static int find_unpacked(struct containerd *c, struct image *im, struct err *err)
{
	char chain[DIGEST_TEXT] = "";
	for (size_t i = 0; i < im->nlayers; i++) {
		struct image_layer *l = &im->layers[i];
		if (!l->diff_id.len)
			return 0;
		TRY(next_chain(chain, i == 0, l->diff_id, err));
		if (l->bytes.fd >= 0)
			continue;
		take_snapshot(c, l, chain);
		if (l->trouble.len)
			l->trouble = arena_printf(&c->b->src->arena,
						  "%.*s, and has no snapshot - containerd may have "
						  "thrown it away or load it "
						  "when it is used; pull the image again",
						  SL_FMT(l->trouble));
	}
	return 0;
}

/* ---- images ---- */

/* The host's platform, else the one that was pulled. */
static int read_manifest(struct containerd *c, const struct found *f, struct slice name,
			 struct err *err)
{
	struct slice bytes;
	struct image_source *s = c->b->src;
	size_t before = s->nimages;
	struct image_options any = *c->opt;
	TRY(store_manifest_document(c->b, f->digest, f->size, &bytes, err));
	int r = oci_manifest_read(c->b, name, f->digest, bytes, c->opt, err);
	if (r == 0 || err->kind != ERR_NOT_FOUND || any.platform || any.all_platforms)
		return r;
	struct err first = *err;
	any.all_platforms = true;
	s->nimages = before;
	r = oci_manifest_read(c->b, name, f->digest, bytes, &any, err);
	if (r < 0)
		*err = first;
	return r;
}

static int read_image(struct containerd *c, size_t at, struct slice *names, struct err *err)
{
	const struct found *f = &c->found.ptr[at];
	struct image_source *s = c->b->src;
	size_t n = 0, before = s->nimages;
	for (size_t i = 0; i < c->names.len; i++)
		if (c->names.ptr[i].found == at)
			names[n++] = c->names.ptr[i].name;
	int r = read_manifest(c, f, names[0], err);
	for (size_t i = before; r == 0 && i < s->nimages; i++) {
		struct image *im = &s->images[i];
		r = storage_names(s, im, names, n, &c->target, f->digest, err);
		if (r == 0 && s->nimages - before > 1)
			im->name = arena_printf(&s->arena, "%.*s (%.*s/%.*s)", SL_FMT(im->name),
						SL_FMT(im->os), SL_FMT(im->architecture));
		if (r == 0)
			r = find_unpacked(c, im, err);
	}
	if (r < 0)
		s->nimages = before;
	return r < 0 ? err_wrap(err, "%.*s", SL_FMT(names[0])) : 0;
}

static int none_found(const struct containerd *c, struct err *err)
{
	if (c->target.ref.len)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "no image named \"%.*s\"",
			       SL_FMT(slice_sub(c->target.ref, 0, 300)));
	return err_set(err, ERR_NOT_FOUND, -ENOENT, "holds no image");
}

/* One that cannot be read must not keep the others from being scanned; artifacts and other platforms are passed
 * over, as in layouts. */
static int read_all(struct containerd *c, struct err *err)
{
	struct image_source *s = c->b->src;
	struct slice *names = arena_array(&s->arena, c->names.len + 1, sizeof(*names));
	size_t unreadable = 0;
	struct err last = {0};
	if (!names)
		return err_oom(err);
	for (size_t i = 0; i < c->found.len; i++) {
		struct err one = {0};
		if (read_image(c, i, names, &one) == 0)
			continue;
		last = one;
		if (one.code == OCI_ARTIFACT || (one.kind == ERR_NOT_FOUND && c->opt->platform))
			continue;
		unreadable++;
		TRY(storage_unreadable(s, names[0], &one, err));
	}
	if (s->nimages > unreadable)
		return 0;
	*err = last;
	return last.code;
}

static int read_root(struct containerd *c, struct err *err)
{
	c->root = storage_open(c->target.dir, err);
	if (c->root < 0)
		return c->root;
	TRY(read_names(c, err));
	if (c->found.len == 0)
		return none_found(c, err);
	if (c->found.len > MAX_IMAGES)
		return storage_too_many(c->found.len, "containerd", err);
	c->b->dir = open_beneath(c->root, CONTENT, O_RDONLY | O_DIRECTORY);
	if (c->b->dir < 0)
		return storage_refused(CONTENT, err);
	c->b->strict = c->b->partial = true;
	c->b->src->own_names = true;
	return read_all(c, err);
}

int containerd_read(struct blob_store *b, struct slice where, const struct image_options *opt,
		    struct err *err)
{
	CLEANUP(containerd_done) struct containerd c = {.b = b, .opt = opt, .root = -1};
	TRY(storage_target(where, USUAL, &b->src->arena, &c.target, err));
	return read_root(&c, err) < 0 ? err_wrap(err, "%s", c.target.dir) : 0;
}
