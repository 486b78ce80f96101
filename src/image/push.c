/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads (OCI distribution-spec 1.1, "Push"): blobs at once or in chunks, then the manifest that names them. */
#include "image/registry_internal.h"

#include <stdio.h>

#define CHUNK (64 * MIB)

int registry_location(const struct endpoint *e, struct slice said, struct buf *url, struct call *c,
		      struct err *err)
{
	buf_clear(url);
	c->foreign = false;
	if (slice_starts(said, "/") && !slice_starts(said, "//"))
		buf_printf(url, "%s://%.*s", e->scheme, SL_FMT(e->host));
	else if (slice_starts(said, "http://") || slice_starts(said, "https://")) {
		struct slice rest = said, scheme, host;
		slice_cut(&rest, ':', &scheme);
		rest = slice_from(rest, 2);
		slice_cut(&rest, '/', &host);
		c->foreign = !slice_is(scheme, e->scheme) || !slice_ieq(host, e->host);
		if (c->foreign && !slice_starts(said, "https://"))
			return err_set(err, ERR_NETWORK, -EPERM,
				       "the registry sends us to \"%.*s\" - refused, as it is no "
				       "https address",
				       SL_FMT(slice_sub(said, 0, 200)));
	} else
		return err_set(err, ERR_NETWORK, -EPROTO,
			       "the registry gives no usable address (\"%.*s\")",
			       SL_FMT(slice_sub(said, 0, 200)));
	buf_puts(url, said);
	return url->failed ? err_limit(err, "the registry gives an address that is too long") : 0;
}

struct upload {
	struct registry *r;
	struct endpoint *e;
	struct slice digest, data;
	const struct image_bytes *file;
	struct buf url; /* of the next part */
	bool foreign;
};

static uint64_t upload_size(const struct upload *u)
{
	return u->data.ptr ? u->data.len : u->file->size;
}

static int take_location(struct upload *u, const struct net_response *resp, struct err *err)
{
	struct call c = {0};
	auto_buf struct buf kept;
	buf_init(&kept, 4000);
	buf_puts(&kept, net_header(resp, "location", 0));
	TRY(registry_location(u->e, buf_slice(&kept), &u->url, &c, err));
	u->foreign = c.foreign;
	return 0;
}

int registry_has_blob(struct registry *r, struct slice digest, bool *there, uint64_t *size,
		      struct err *err)
{
	auto_response struct net_response resp;
	struct endpoint *e = registry_origin(r);
	char path[128];
	struct call c = {.method = "HEAD", .path = path, .actions = "pull,push"};
	net_response_init(&resp);
	snprintf(path, sizeof(path), "blobs/%.*s", SL_FMT(digest));
	TRY(registry_call(r, e, &c, &resp, err));
	if (resp.status != 200 && resp.status != 404)
		return registry_refusal(r, e, &resp, "upload", err);
	*there = resp.status == 200;
	if (slice_u64(net_header(&resp, "content-length", 0), 10, size) < 0)
		*size = UINT64_MAX;
	return 0;
}

static int begin(struct upload *u, struct err *err)
{
	auto_response struct net_response resp;
	struct call c = {
	    .method = "POST", .path = "blobs/uploads/", .body = SL(""), .actions = "pull,push"};
	net_response_init(&resp);
	TRY(registry_call(u->r, u->e, &c, &resp, err));
	if (resp.status != 202)
		return registry_refusal(u->r, u->e, &resp, "upload", err);
	return take_location(u, &resp, err);
}

/* [from, from + n) of the content, as PATCH or as the last PUT. */
static int send_part(struct upload *u, const char *method, uint64_t from, uint64_t n,
		     struct err *err)
{
	auto_response struct net_response resp;
	char range[80];
	bool last = strcmp(method, "PUT") == 0;
	struct slice headers[2] = {SL("Content-Type: application/octet-stream")};
	struct net_file file = {0};
	struct call c = {.method = method,
			 .headers = headers,
			 .nheaders = 1,
			 .foreign = u->foreign,
			 .actions = "pull,push"};
	net_response_init(&resp);
	if (last)
		buf_printf(&u->url, "%sdigest=%.*s",
			   slice_chr(buf_slice(&u->url), '?') < 0 ? "?" : "&", SL_FMT(u->digest));
	else {
		snprintf(range, sizeof(range), "Content-Range: %llu-%llu", (unsigned long long)from,
			 (unsigned long long)(from + n - 1));
		headers[c.nheaders++] = slice_str(range);
	}
	buf_putc(&u->url, '\0');
	if (u->url.failed)
		return err_limit(err, "the upload's address is too long");
	c.url = u->url.ptr;
	if (u->data.ptr || n == 0)
		c.body = n ? slice_sub(u->data, (size_t)from, (size_t)n) : SL("");
	else {
		file = (struct net_file){u->file->fd, u->file->offset + from, n};
		c.file = &file;
	}
	TRY(registry_call(u->r, u->e, &c, &resp, err));
	if (last ? resp.status != 201 && resp.status != 204 : resp.status != 202)
		return registry_refusal(u->r, u->e, &resp, "upload", err);
	return last ? 0 : take_location(u, &resp, err);
}

static int send_all(struct upload *u, struct err *err)
{
	uint64_t size = upload_size(u), from = 0;
	TRY(begin(u, err));
	if (size <= CHUNK)
		return send_part(u, "PUT", 0, size, err);
	for (; from < size; from += CHUNK)
		TRY(send_part(u, "PATCH", from, MIN((uint64_t)CHUNK, size - from), err));
	return send_part(u, "PUT", 0, 0, err);
}

int registry_push_blob(struct registry *r, struct slice digest, struct slice data,
		       const struct image_bytes *file, struct err *err)
{
	struct upload u = {
	    .r = r, .e = registry_origin(r), .digest = digest, .data = data, .file = file};
	unsigned char sum[SHA256_LEN];
	bool there = false;
	uint64_t size;
	if (digest_parse(digest, sum) < 0 || (!data.ptr && !file))
		return err_set(err, ERR_INTERNAL, -EINVAL, "nothing to upload");
	buf_init(&u.url, 4000);
	int rc = registry_has_blob(r, digest, &there, &size, err);
	if (rc == 0 && !there)
		rc = send_all(&u, err);
	buf_free(&u.url);
	return rc < 0 ? err_wrap(err, "blob %.*s", SL_FMT(digest)) : 0;
}

int registry_put(struct registry *r, struct slice what, const char *media_type, struct slice bytes,
		 bool *subject_kept, struct err *err)
{
	auto_response struct net_response resp;
	struct endpoint *e = registry_origin(r);
	char path[400], type[256], got[DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	struct slice header;
	struct call c = {.method = "PUT",
			 .path = path,
			 .headers = &header,
			 .nheaders = 1,
			 .body = bytes,
			 .actions = "pull,push"};
	net_response_init(&resp);
	snprintf(path, sizeof(path), "manifests/%.*s", SL_FMT(what));
	snprintf(type, sizeof(type), "Content-Type: %s", media_type);
	header = slice_str(type);
	TRY(registry_call(r, e, &c, &resp, err));
	if (resp.status != 201)
		return registry_refusal(r, e, &resp, path, err);
	*subject_kept = net_header(&resp, "oci-subject", 0).len > 0;
	TRY(sha256_of(bytes, sum, err));
	digest_text(sum, got);
	struct slice kept = net_header(&resp, "docker-content-digest", 0);
	if (kept.len && !slice_is(kept, got))
		return err_set(err, ERR_NETWORK, -EPROTO,
			       "%s: the registry keeps it as %.*s, sent was %s", path,
			       SL_FMT(slice_sub(kept, 0, 100)), got);
	return 0;
}

int registry_push_manifest(struct registry *r, struct slice what, const char *media_type,
			   struct slice bytes, struct err *err)
{
	bool ignored = false;
	if (what.len == 0)
		what = r->ref.digest.len ? r->ref.digest : r->ref.tag;
	return registry_put(r, what, media_type, bytes, &ignored, err);
}
