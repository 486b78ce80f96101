/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that have no manifest of their own: of docker save archives and of daemons. Layers and configuration stay as they
 * are, the manifest around them is new. What comes as a stream is kept in unlinked files until it is known what it is.
 */
#define _GNU_SOURCE
#include "app/copy.h"

#include <fcntl.h>
#include <stdio.h>

#define MAX_SPOOLED 2000
#define PIECE	    (256 * KIB)

struct spool {
	VEC(int) fds; /* one a blob */
	uint64_t sizes[MAX_SPOOLED];
};

static void spool_done(struct spool *s)
{
	for (size_t i = 0; i < s->fds.len; i++)
		close(s->fds.ptr[i]);
	vec_free(&s->fds);
}

static int spool_begin(void *arg, struct slice name, uint64_t size, struct err *err)
{
	struct spool *s = arg;
	const char *dir = getenv("TMPDIR");
	(void)size;
	if (s->fds.len >= MAX_SPOOLED)
		return err_limit(err, "more than %d layers", MAX_SPOOLED);
	auto_close int fd =
	    open(dir && *dir ? dir : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "a file for %.*s", SL_FMT(name));
	if (vec_push(&s->fds, fd) < 0)
		return err_oom(err);
	take_fd(&fd);
	return (int)s->fds.len - 1;
}

static int spool_data(void *arg, struct slice piece, struct err *err)
{
	struct spool *s = arg;
	s->sizes[s->fds.len - 1] += piece.len;
	return file_write_fd(s->fds.ptr[s->fds.len - 1], piece, err);
}

static int spool_end(void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	return 0;
}

/* ---- layers ---- */

struct part {
	struct image_bytes bytes;
	struct slice digest;
	const char *media_type;
};

typedef int (*piece_fn)(void *arg, struct slice piece, struct err *err);

static int each_piece(const struct image_bytes *b, piece_fn take, void *arg, struct err *err)
{
	auto_free char *part = malloc(PIECE);
	if (!part)
		return err_oom(err);
	for (uint64_t at = 0; at < b->size;) {
		ssize_t n = pread(b->fd, part, (size_t)MIN((uint64_t)PIECE, b->size - at),
				  (off_t)(b->offset + at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? err_sys(err, "read") : err_input(err, "it ends early");
		TRY(take(arg, slice_of(part, (size_t)n), err));
		at += (uint64_t)n;
	}
	return 0;
}

static int take_hash(void *arg, struct slice piece, struct err *err)
{
	(void)err;
	sha256_add(arg, piece.ptr, piece.len);
	return 0;
}

static int media_type(struct part *p, struct err *err)
{
	char head[16] = "";
	ssize_t n = pread(p->bytes.fd, head, (size_t)MIN(p->bytes.size, sizeof(head)),
			  (off_t)p->bytes.offset);
	switch (pack_sniff(slice_of(head, n > 0 ? (size_t)n : 0))) {
	case PACK_NONE:
		p->media_type = "application/vnd.oci.image.layer.v1.tar";
		return 0;
	case PACK_GZIP:
		p->media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
		return 0;
	case PACK_ZSTD:
		p->media_type = "application/vnd.oci.image.layer.v1.tar+zstd";
		return 0;
	case PACK_XZ:
	case PACK_BZIP2:
	default:
		return err_input(err, "it is compressed in a way that OCI images do not know");
	}
}

static int read_layer(struct copy *c, const struct image_source *s, const struct spool *spool,
		      const struct image_layer *l, struct part *p, struct err *err)
{
	auto_sha256 struct sha256 h = {0};
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	if (l->trouble.len)
		return err_input(err, "%.*s", SL_FMT(l->trouble));
	p->bytes = l->bytes;
	int token = s->streamed ? image_token(s, l->name) : -1;
	if (token >= 0)
		p->bytes =
		    (struct image_bytes){.fd = spool->fds.ptr[token], .size = spool->sizes[token]};
	if (p->bytes.fd < 0 || l->remote || l->directory || (s->streamed && token < 0))
		return err_input(err, "its content is not in the archive");
	TRY(media_type(p, err));
	TRY(sha256_begin(&h, err));
	TRY(each_piece(&p->bytes, take_hash, &h, err));
	sha256_end(&h, sum);
	digest_text(sum, text);
	p->digest = arena_dup(repo_arena(c->to), slice_str(text));
	if (slice_ends(slice_str(p->media_type), ".tar") && l->diff_id.len &&
	    !slice_is(l->diff_id, text))
		return err_input(err,
				 "content has digest %s, the configuration says %.*s - the "
				 "archive is damaged",
				 text, SL_FMT(l->diff_id));
	return p->digest.ptr ? 0 : err_oom(err);
}

struct sending {
	struct copy *c;
	const struct part *p;
	struct repo_writer *w;
	uint64_t done;
};

static int send_piece(void *arg, struct slice piece, struct err *err)
{
	struct sending *s = arg;
	TRY(repo_writer_add(s->w, piece, err));
	s->done += piece.len;
	if (s->c->opt->progress)
		s->c->opt->progress(s->c->opt->arg, 1, s->done, s->p->bytes.size);
	return 0;
}

static int send_layer(struct copy *c, const struct part *p, struct err *err)
{
	auto_repo_writer struct repo_writer *w = NULL;
	struct sending s = {.c = c, .p = p};
	bool has = false;
	TRY(repo_has_blob(c->to, p->digest, p->bytes.size, &has, err));
	if (has) {
		c->ret->there++;
		return 0;
	}
	TRY(repo_writer_open(c->to, p->digest, p->bytes.size, &w, err));
	s.w = w;
	TRY(each_piece(&p->bytes, send_piece, &s, err));
	TRY(repo_writer_commit(w, err));
	c->ret->sent++;
	c->ret->bytes += s.done;
	return 0;
}

/* ---- the manifest ---- */

static void write_descriptor(struct json_writer *w, const char *type, struct slice digest,
			     uint64_t size)
{
	jw_object(w);
	jw_kstr(w, "mediaType", slice_str(type));
	jw_kstr(w, "digest", digest);
	jw_ku64(w, "size", size);
	jw_end(w, '}');
}

static int put_manifest(struct copy *c, const struct image *im, const struct part *parts,
			struct slice tag, struct err *err)
{
	auto_buf struct buf out;
	struct json_writer w;
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	struct arena *a = repo_arena(c->to);
	buf_init(&out, 8 * MIB);
	TRY(sha256_of(im->config, sum, err));
	digest_text(sum, text);
	TRY(repo_put_blob(c->to, slice_str(text), im->config, err));
	jw_init(&w, &out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL("application/vnd.oci.image.manifest.v1+json"));
	jw_key(&w, "config");
	write_descriptor(&w, "application/vnd.oci.image.config.v1+json", slice_str(text),
			 im->config.len);
	jw_key(&w, "layers");
	jw_array(&w);
	for (size_t i = 0; i < im->nlayers; i++)
		write_descriptor(&w, parts[i].media_type, parts[i].digest, parts[i].bytes.size);
	jw_end(&w, ']');
	jw_end(&w, '}');
	if (out.failed)
		return err_limit(err, "the manifest would be over %zu bytes", out.max);
	TRY(sha256_of(buf_slice(&out), sum, err));
	digest_text(sum, text);
	c->ret->digest = arena_dup(a, slice_str(text));
	c->ret->media_type = SL("application/vnd.oci.image.manifest.v1+json");
	c->ret->manifests = 1;
	return repo_put(c->to, tag, c->ret->media_type.ptr, buf_slice(&out), true, err);
}

static int copy_one(struct copy *c, const struct image_source *s, const struct spool *spool,
		    struct slice tag, struct err *err)
{
	const struct image *im = &s->images[0];
	if (s->nimages != 1)
		return err_usage(err, "holds %zu images - name one: docker-archive:FILE:NAME:TAG",
				 s->nimages);
	if (s->root_archive || im->trouble.len || !im->config.len)
		return err_input(err, "%.*s",
				 SL_FMT(im->trouble.len ? im->trouble : SL("this is no image")));
	struct part *parts = arena_array(repo_arena(c->to), im->nlayers + 1, sizeof(*parts));
	if (!parts)
		return err_oom(err);
	for (size_t i = 0; i < im->nlayers; i++) {
		if (read_layer(c, s, spool, &im->layers[i], &parts[i], err) < 0)
			return err_wrap(err, "layer %zu", i + 1);
		TRY(send_layer(c, &parts[i], err));
	}
	return put_manifest(c, im, parts, tag, err);
}

int app_copy_image(enum image_kind kind, struct slice where, const struct image_options *image,
		   struct repo *to, struct slice tag, const struct copy_options *opt,
		   struct copied *ret, struct err *err)
{
	CLEANUP(spool_done) struct spool spool = {.sizes = {0}};
	auto_image_source struct image_source s = {0};
	struct copy c = {.to = to, .opt = opt, .ret = ret};
	struct image_options how = *image;
	*ret = (struct copied){0};
	how.platform = opt->platform;
	how.begin = spool_begin;
	how.data = spool_data;
	how.end = spool_end;
	how.arg = &spool;
	TRY(image_open(kind, where, &how, &s, err));
	return copy_one(&c, &s, &spool, tag, err);
}
