/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sign_referrer.h"

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_DIGEST SL("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")

int app_digest_of(struct slice bytes, struct arena *a, struct slice *ret, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	TRY(sha256_of(bytes, sum, err));
	digest_text(sum, text);
	*ret = arena_dup(a, slice_str(text));
	return ret->ptr ? 0 : err_oom(err);
}

static void write_descriptor(struct json_writer *w, struct slice type, struct slice digest,
			     uint64_t size)
{
	jw_object(w);
	jw_kstr(w, "mediaType", type);
	jw_kstr(w, "digest", digest);
	jw_ku64(w, "size", size);
	jw_end(w, '}');
}

static void write_notes(struct json_writer *w, const struct referrer *f)
{
	jw_object(w);
	for (size_t i = 0; i < f->nnotes; i++) {
		jw_key_slice(w, f->notes[i].key);
		jw_str(w, f->notes[i].value);
	}
	jw_end(w, '}');
}

static int write_manifest(const struct registry_manifest *subject, const struct referrer *f,
			  struct slice blob, struct buf *out, struct err *err)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL(OCI_MANIFEST));
	if (f->artifact_type)
		jw_kstr(&w, "artifactType", slice_str(f->artifact_type));
	jw_key(&w, "config");
	write_descriptor(&w, slice_str(f->config_type), EMPTY_DIGEST, 2);
	jw_key(&w, "layers");
	jw_array(&w);
	write_descriptor(&w, slice_str(f->layer_type), blob, f->blob.len);
	jw_end(&w, ']');
	jw_key(&w, "subject");
	write_descriptor(&w, subject->media_type, subject->digest, subject->bytes.len);
	jw_key(&w, "annotations");
	write_notes(&w, f);
	jw_end(&w, '}');
	return out->failed ? err_oom(err) : 0;
}

int app_put_referrer(struct repo *r, const struct registry_manifest *subject,
		     const struct referrer *f, struct slice *digest, struct err *err)
{
	auto_buf struct buf manifest, notes;
	struct json_writer w;
	struct slice blob;
	struct arena *a = repo_arena(r);
	buf_init(&manifest, MIB);
	buf_init(&notes, MIB);
	TRY(app_digest_of(f->blob, a, &blob, err));
	TRY(repo_put_blob(r, blob, f->blob, err));
	TRY(repo_put_blob(r, EMPTY_DIGEST, SL("{}"), err));
	TRY(write_manifest(subject, f, blob, &manifest, err));
	TRY(app_digest_of(buf_slice(&manifest), a, digest, err));
	jw_init(&w, &notes, 0);
	write_notes(&w, f);
	struct repo_descriptor d = {
	    .digest = *digest,
	    .media_type = SL(OCI_MANIFEST),
	    .artifact_type = slice_str(f->artifact_type ? f->artifact_type : f->config_type),
	    .size = manifest.len,
	    .annotations = buf_slice(&notes)};
	return repo_attach(r, subject->digest, &d, buf_slice(&manifest), err);
}
