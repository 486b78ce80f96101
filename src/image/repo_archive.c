/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCI layout in a tar that is written: blobs as they come, index.json and oci-layout last, and the file gets its name when
 * it is whole. Owners and times are left out, so that equal images give equal bytes.
 */
#include "image/repo_internal.h"

#include <stdio.h>

#define BLOCK 512

struct kept { /* a manifest */
	struct slice tag, digest, media_type, bytes;
	bool listed;
};
struct archive_out {
	struct file_writer file;
	struct map there; /* digest -> size + 1 */
	VEC(struct kept) manifests;
	bool within; /* a blob is being written */
};

static int write_head(struct repo *r, const char *name, uint64_t size, struct err *err)
{
	char head[BLOCK] = "", digits[16];
	unsigned sum = 0;
	snprintf(head, 100, "%s", name);
	memcpy(head + 100, "0000644", 8);
	memcpy(head + 108, "0000000", 8);
	memcpy(head + 116, "0000000", 8);
	if (size < (uint64_t)1 << 33) {
		snprintf(digits, sizeof(digits), "%011llo", (unsigned long long)size);
		memcpy(head + 124, digits, 12);
	} else { /* GNU's base 256 */
		head[124] = (char)0x80;
		for (int i = 0; i < 8; i++)
			head[135 - i] = (char)(size >> (8 * i));
	}
	memcpy(head + 136, "00000000000", 12);
	memset(head + 148, ' ', 8);
	head[156] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	snprintf(digits, sizeof(digits), "%06o", sum);
	memcpy(head + 148, digits, 7);
	return file_write_fd(r->out->file.fd, slice_of(head, BLOCK), err);
}

static int pad(struct repo *r, uint64_t size, struct err *err)
{
	static const char zeros[BLOCK];
	size_t over = (size_t)(size % BLOCK);
	return over ? file_write_fd(r->out->file.fd, slice_of(zeros, BLOCK - over), err) : 0;
}

static int write_file(struct repo *r, const char *name, struct slice bytes, struct err *err)
{
	TRY(write_head(r, name, bytes.len, err));
	TRY(file_write_fd(r->out->file.fd, bytes, err));
	return pad(r, bytes.len, err);
}

static void name_of(struct slice digest, char name[100])
{
	snprintf(name, 100, "blobs/sha256/%.64s", digest.ptr + 7);
}

static int note(struct repo *r, struct slice digest, uint64_t size, struct err *err)
{
	struct slice key = arena_dup(&r->src.arena, digest);
	uint64_t *slot = key.ptr ? map_put(&r->out->there, key, NULL) : NULL;
	if (!slot)
		return err_oom(err);
	*slot = size + 1;
	return 0;
}

static int out_has(struct repo *r, struct slice digest, uint64_t size, bool *has, struct err *err)
{
	const uint64_t *at = map_get(&r->out->there, digest);
	(void)err;
	*has = at && (!size || *at == size + 1);
	return 0;
}

static int out_put_blob(struct repo *r, struct slice digest, struct slice data, struct err *err)
{
	char name[100];
	if (map_get(&r->out->there, digest))
		return 0;
	name_of(digest, name);
	TRY(write_file(r, name, data, err));
	return note(r, digest, data.len, err);
}

/* ---- blobs of any size ---- */

static int out_write(struct repo_writer *w, struct err *err)
{
	char name[100];
	/* What was not finished would be in the middle of the tar for good. */
	if (w->r->out->within)
		return err_set(err, ERR_INTERNAL, -EBUSY, "a blob of the archive is unfinished");
	w->r->out->within = true;
	name_of(w->digest, name);
	return write_head(w->r, name, w->size, err);
}

static int out_write_add(struct repo_writer *w, struct slice piece, struct err *err)
{
	if (w->got > w->size)
		return err_input(err, "blob %.*s is larger than its descriptor says",
				 SL_FMT(w->digest));
	return file_write_fd(w->r->out->file.fd, piece, err);
}

static int out_write_commit(struct repo_writer *w, struct err *err)
{
	if (w->got != w->size)
		return err_input(err, "blob %.*s is smaller than its descriptor says",
				 SL_FMT(w->digest));
	TRY(pad(w->r, w->size, err));
	w->r->out->within = false;
	return note(w->r, w->digest, w->size, err);
}

/* ---- manifests ---- */

static int out_get(struct repo *r, struct slice what, struct registry_manifest *ret,
		   struct err *err)
{
	for (size_t i = 0; i < r->out->manifests.len; i++) {
		const struct kept *k = &r->out->manifests.ptr[i];
		if (what.len && !slice_eq(what, k->tag) && !slice_eq(what, k->digest))
			continue;
		*ret = (struct registry_manifest){k->bytes, k->digest, k->media_type};
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, -ENOENT, "%.*s is not in the archive", SL_FMT(what));
}

static int out_put(struct repo *r, struct slice tag, struct slice digest, const char *media_type,
		   struct slice bytes, bool listed, bool *subject_kept, struct err *err)
{
	struct arena *a = &r->src.arena;
	struct kept k = {.tag = arena_dup(a, tag),
			 .digest = arena_dup(a, digest),
			 .media_type = arena_dup(a, slice_str(media_type)),
			 .bytes = arena_dup(a, bytes),
			 .listed = listed || tag.len};
	*subject_kept = true; /* as in every layout */
	TRY(out_put_blob(r, digest, bytes, err));
	for (size_t i = 0; i < r->out->manifests.len; i++)
		if (tag.len && slice_eq(r->out->manifests.ptr[i].tag, tag))
			r->out->manifests.ptr[i].listed = false;
	return !k.bytes.ptr || vec_push(&r->out->manifests, k) < 0 ? err_oom(err) : 0;
}

static int out_blob(struct repo *r, struct slice digest, uint64_t size, size_t max,
		    struct slice *ret, struct err *err)
{
	(void)size;
	(void)max;
	(void)ret;
	return err_set(err, ERR_NOT_FOUND, -ENOENT, "%.*s: %.*s is only written", SL_FMT(r->name),
		       SL_FMT(digest));
}

static int out_remove(struct repo *r, struct slice what, struct err *err)
{
	return err_usage(err, "%.*s: %.*s stays where it was written", SL_FMT(r->name),
			 SL_FMT(what));
}

static int out_nothing(struct repo *r, struct err *err)
{
	(void)r;
	(void)err;
	return 0;
}

static int out_referrers(struct repo *r, struct slice digest, struct err *err)
{
	(void)r;
	(void)digest;
	(void)err;
	return 1;
}

/* ---- the whole ---- */

static void write_index(const struct archive_out *o, struct buf *out)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL("application/vnd.oci.image.index.v1+json"));
	jw_key(&w, "manifests");
	jw_array(&w);
	for (size_t i = 0; i < o->manifests.len; i++) {
		const struct kept *k = &o->manifests.ptr[i];
		if (!k->listed)
			continue;
		jw_object(&w);
		jw_kstr(&w, "mediaType", k->media_type);
		jw_kstr(&w, "digest", k->digest);
		jw_ku64(&w, "size", k->bytes.len);
		if (k->tag.len) {
			jw_key(&w, "annotations");
			jw_object(&w);
			jw_kstr(&w, "org.opencontainers.image.ref.name", k->tag);
			jw_end(&w, '}');
		}
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
}

int repo_archive_create(struct repo *r, struct slice where, struct err *err)
{
	char path[4096];
	/* A colon behind the last slash begins a tag, as everywhere. */
	ssize_t slash = slice_rchr(where, '/'), colon = slice_rchr(where, ':');
	bool tagged = colon > slash && colon > 0;
	struct slice file = tagged ? slice_sub(where, 0, (size_t)colon) : where;
	if (snprintf(path, sizeof(path), "%.*s", SL_FMT(file)) >= (int)sizeof(path))
		return err_usage(err, "the path is too long");
	r->out = calloc(1, sizeof(*r->out));
	if (!r->out)
		return err_oom(err);
	r->out->file.fd = -1;
	r->ops = &repo_archive_out_ops;
	r->name = arena_dup(&r->src.arena, file);
	r->asked =
	    arena_dup(&r->src.arena, tagged ? slice_from(where, (size_t)colon + 1) : SL_NONE);
	return file_writer_open(&r->out->file, path, err);
}

int repo_finish(struct repo *r, struct err *err)
{
	static const char zeros[2 * BLOCK];
	auto_buf struct buf index;
	buf_init(&index, MAX_DOCUMENT);
	if (!r->out)
		return 0;
	write_index(r->out, &index);
	if (index.failed)
		return err_limit(err, "index.json would be over %zu bytes", index.max);
	TRY(write_file(r, "index.json", buf_slice(&index), err));
	TRY(write_file(r, "oci-layout", SL("{\"imageLayoutVersion\":\"1.0.0\"}"), err));
	TRY(file_write_fd(r->out->file.fd, slice_of(zeros, sizeof(zeros)), err));
	return file_writer_commit(&r->out->file, err);
}

void repo_archive_close(struct repo *r)
{
	if (!r->out)
		return;
	file_writer_done(&r->out->file);
	map_free(&r->out->there);
	vec_free(&r->out->manifests);
	free(r->out);
	r->out = NULL;
}

const struct repo_ops repo_archive_out_ops = {.get = out_get,
					      .blob = out_blob,
					      .put_blob = out_put_blob,
					      .put = out_put,
					      .remove = out_remove,
					      .tags = out_nothing,
					      .referrers = out_referrers,
					      .has = out_has,
					      .write = out_write,
					      .write_add = out_write_add,
					      .write_commit = out_write_commit};
