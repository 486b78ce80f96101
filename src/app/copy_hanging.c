/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on an image goes with it: cosign's tags, what names it as its subject, what cosign save wrote beside it. */
#include "app/copy.h"
#include "app/signing.h"

#include <stdio.h>

#define MAX_DOCUMENT  (8 * MIB)
#define MAX_DEPTH     6
#define MAX_STATEMENT (64 * MIB)

/* ---- cosign's tags ---- */

/* The tag at the target may have signatures of its own: they stay. */
struct tag_change {
	struct copy *c;
	const struct registry_manifest *m;
	bool joins; /* signatures and attestations; an SBOM is replaced */
};

static struct slice note_of(const struct node *layer)
{
	return node_get_str(node_get(layer, "annotations"), "dev.cosignproject.cosign/signature");
}

static bool has_layer(const struct node *manifest, const struct node *layer)
{
	node_each (own, node_get(manifest, "layers"))
		if (slice_eq(node_get_str(own, "digest"), node_get_str(layer, "digest")) &&
		    slice_eq(note_of(own), note_of(layer)))
			return true;
	return false;
}

static bool has_all(const struct node *a, const struct node *b)
{
	node_each (layer, node_get(b, "layers"))
		if (!has_layer(a, layer))
			return false;
	return true;
}

static bool tag_stands(void *arg, const struct registry_manifest *now)
{
	const struct tag_change *t = arg;
	auto_doc struct doc da, db;
	struct node *have, *want;
	struct err ignored;
	doc_init(&da);
	doc_init(&db);
	if (slice_eq(now->digest, t->m->digest))
		return true;
	return t->joins && json_parse(&da, now->bytes, NULL, &have, &ignored) == 0 &&
	       json_parse(&db, t->m->bytes, NULL, &want, &ignored) == 0 && has_all(have, want);
}

static int joined_config(struct copy *c, const struct node *have, const struct node *want,
			 struct slice *digest, size_t *size, struct err *err)
{
	const struct node *a = node_get(have, "layers"), *b = node_get(want, "layers");
	auto_buf struct buf config;
	size_t n = 0;
	auto_free struct slice *ids =
	    calloc((a ? a->count : 0) + (b ? b->count : 0) + 1, sizeof(*ids));
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	buf_init(&config, 4 * MIB);
	if (!ids)
		return err_oom(err);
	node_each (layer, a)
		ids[n++] = node_get_str(layer, "digest");
	node_each (layer, b)
		if (!has_layer(have, layer))
			ids[n++] = node_get_str(layer, "digest");
	app_signatures_config(&config, ids, n);
	if (config.failed)
		return err_oom(err);
	TRY(sha256_of(buf_slice(&config), sum, err));
	digest_text(sum, text);
	*digest = arena_dup(repo_arena(c->to), slice_str(text));
	*size = config.len;
	return repo_put_blob(c->to, *digest, buf_slice(&config), err);
}

static int join(struct copy *c, const struct node *have, const struct node *want, struct buf *out,
		struct err *err)
{
	struct json_writer w;
	struct slice config;
	size_t size = 0;
	TRY(joined_config(c, have, want, &config, &size, err));
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL("application/vnd.oci.image.manifest.v1+json"));
	jw_key(&w, "config");
	jw_object(&w);
	jw_kstr(&w, "mediaType", SL("application/vnd.oci.image.config.v1+json"));
	jw_ku64(&w, "size", size);
	jw_kstr(&w, "digest", config);
	jw_end(&w, '}');
	jw_key(&w, "layers");
	jw_array(&w);
	node_each (layer, node_get(have, "layers"))
		jw_node(&w, layer);
	node_each (layer, node_get(want, "layers"))
		if (!has_layer(have, layer))
			jw_node(&w, layer);
	jw_end(&w, ']');
	jw_end(&w, '}');
	return 0;
}

static int change_tag(void *arg, const struct registry_manifest *old, struct buf *out,
		      struct err *err)
{
	const struct tag_change *t = arg;
	auto_doc struct doc da, db;
	struct node *have, *want;
	struct err ignored;
	doc_init(&da);
	doc_init(&db);
	bool readable = old && t->joins && json_parse(&da, old->bytes, NULL, &have, &ignored) == 0;
	if (!readable) {
		buf_puts(out, t->m->bytes);
		return 0;
	}
	if (json_parse(&db, t->m->bytes, NULL, &want, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(t->m->digest));
	if (has_all(want, have)) {
		buf_puts(out, t->m->bytes);
		return 0;
	}
	return join(t->c, have, want, out, err);
}

static int put_tag(struct copy *c, struct slice tag, struct registry_manifest *m, unsigned depth,
		   struct err *err)
{
	TRY(copy_settle(c, m, err));
	struct tag_change t = {.c = c, .m = m, .joins = !slice_ends(tag, ".sbom")};
	struct repo_change change = {change_tag, tag_stands, &t, m->media_type.ptr};
	TRY(copy_part_of(c, m, depth + 1, err));
	TRY(repo_update(c->to, tag, &change, err));
	c->ret->attached++;
	return copy_hanging(c, m->digest, depth + 1, err);
}

static int copy_tags(struct copy *c, struct slice digest, unsigned depth, struct err *err)
{
	static const char *const suffixes[] = {".sig", ".att", ".sbom"};
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		struct registry_manifest m;
		char tag[REPO_TAG];
		repo_tag_of(digest, suffixes[i], tag);
		int rc = repo_find(c->from, slice_str(tag), &m, err);
		TRY(rc);
		if (rc > 0 && put_tag(c, slice_str(tag), &m, depth, err) < 0)
			return err_wrap(err, "%s", tag);
	}
	return 0;
}

/* ---- what cosign save wrote ---- */

/* Nothing but the content says which image it is about. */
static bool speaks_of(struct copy *c, const struct registry_manifest *m, struct slice digest)
{
	auto_doc struct doc d;
	struct node *root;
	struct err ignored = {0};
	struct slice hex = slice_from(digest, 7);
	doc_init(&d);
	if (json_parse(&d, m->bytes, NULL, &root, &ignored) < 0)
		return false;
	node_each (layer, node_get(root, "layers")) {
		struct slice text;
		struct sign_bundle b = {0};
		if (repo_blob(c->from, node_get_str(layer, "digest"), 0, MAX_STATEMENT, &text,
			      &ignored) < 0)
			continue;
		if (slice_is(node_get_str(layer, "mediaType"),
			     "application/vnd.dsse.envelope.v1+json"))
			text = sign_envelope_read(text, repo_arena(c->from), &b, &ignored) == 0
				   ? b.payload
				   : SL_NONE;
		if (slice_find(text, hex) >= 0)
			return true;
	}
	return false;
}

static int copy_saved(struct copy *c, struct slice digest, const char *kind, const char *suffix,
		      unsigned depth, struct err *err)
{
	struct repo_descriptor *all;
	size_t n;
	char tag[REPO_TAG];
	repo_tag_of(digest, suffix, tag);
	TRY(repo_saved(c->from, slice_str(kind), &all, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct registry_manifest m;
		int rc = repo_find(c->from, all[i].digest, &m, err);
		TRY(rc);
		if (rc > 0 && speaks_of(c, &m, digest))
			TRY(put_tag(c, slice_str(tag), &m, depth, err));
	}
	return 0;
}

/* ---- what names it as its subject ---- */

/* How the list at the target shall name it, as a registry would by itself. */
static int describe(struct copy *c, const struct registry_manifest *m, const struct node *root,
		    struct repo_descriptor *d, struct err *err)
{
	auto_buf struct buf notes;
	struct json_writer w;
	struct slice type = node_get_str(root, "artifactType");
	buf_init(&notes, MIB);
	if (!type.len)
		type = node_get_str(node_get(root, "config"), "mediaType");
	if (node_get(root, "annotations")) {
		jw_init(&w, &notes, 0);
		jw_node(&w, node_get(root, "annotations"));
	}
	struct arena *a = repo_arena(c->to);
	*d = (struct repo_descriptor){.digest = m->digest,
				      .media_type = m->media_type,
				      .artifact_type = arena_dup(a, type),
				      .size = m->bytes.len,
				      .annotations = arena_dup(a, buf_slice(&notes))};
	return notes.failed
		   ? err_limit(err, "the annotations of %.*s are over 1 MiB", SL_FMT(m->digest))
		   : 0;
}

static int copy_referrer(struct copy *c, struct slice subject, struct slice digest, unsigned depth,
			 struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct registry_manifest m;
	struct repo_descriptor desc;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	int rc = repo_find(c->from, digest, &m, err);
	if (rc == 0)
		log_warn("%.*s hangs on %.*s but is not there; it is left out", SL_FMT(digest),
			 SL_FMT(subject));
	if (rc <= 0)
		return rc;
	if (json_parse(&d, m.bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(digest));
	/* A list that was kept by hand may be wrong. */
	if (!slice_eq(node_get_str(node_get(root, "subject"), "digest"), subject))
		return 0;
	TRY(copy_settle(c, &m, err));
	TRY(copy_part_of(c, &m, depth + 1, err));
	TRY(describe(c, &m, root, &desc, err));
	TRY(repo_attach(c->to, subject, &desc, m.bytes, err));
	c->ret->attached++;
	return copy_hanging(c, m.digest, depth + 1, err);
}

int copy_hanging(struct copy *c, struct slice digest, unsigned depth, struct err *err)
{
	struct repo_descriptor *list;
	size_t n;
	bool is_new = false;
	struct slice key = arena_cat(repo_arena(c->to), SL("h"), digest);
	if (!key.ptr || !map_put(&c->seen, key, &is_new))
		return err_oom(err);
	if (!is_new || depth > MAX_DEPTH)
		return 0;
	TRY(copy_tags(c, digest, depth, err));
	if (!repo_is_remote(c->from) && slice_eq(digest, c->top)) {
		TRY(copy_saved(c, digest, "dev.cosignproject.cosign/sigs", ".sig", depth, err));
		TRY(copy_saved(c, digest, "dev.cosignproject.cosign/atts", ".att", depth, err));
	}
	TRY(repo_referrers(c->from, digest, &list, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(copy_referrer(c, digest, list[i].digest, depth, err));
	return 0;
}
