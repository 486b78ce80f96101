/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that containerd holds: v1/NAMESPACE/images/NAME/target/digest of its metadata (bbolt). The same image in
 * several namespaces is one. What an image consists of is known when it is scanned itself: nothing here is judged.
 */
#include "pkg/lang/lang.h"

#include "pack/pack.h"

struct store {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct bolt db;
	struct map seen;
};

static void store_done(struct store *s)
{
	map_free(&s->seen);
}

/* NAME[:TAG][@DIGEST] */
static int add_image(struct store *s, struct slice ref, struct slice digest, struct err *err)
{
	struct slice name = ref;
	struct pkg p = {.type = SL("docker"), .digest = digest, .flags = PKG_PSEUDO};
	ssize_t at = slice_chr(ref, '@');
	if (at >= 0)
		name = slice_sub(ref, 0, (size_t)at);
	ssize_t slash = slice_rchr(name, '/'), colon = slice_rchr(name, ':');
	/* The CRI also names each by the digest of its configuration. */
	if (slice_starts(name, "sha256:") || !name.len)
		return 0;
	p.name = colon > slash ? slice_sub(name, 0, (size_t)colon) : name;
	p.version = colon > slash ? slice_from(name, (size_t)colon + 1) : digest;
	bool is_new = false;
	struct slice key = arena_printf(s->cx->arena, "%.*s %.*s %.*s", SL_FMT(p.name),
					SL_FMT(p.version), SL_FMT(digest));
	if (!key.ptr || !map_put(&s->seen, key, &is_new))
		return err_oom(err);
	return is_new ? lang_add(s->cx, &s->w, &p, err) : 0;
}

static int on_image(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
		    struct err *err)
{
	static const char *const target[] = {"target", NULL};
	struct store *s = arg;
	struct bolt_bucket image, t;
	struct bolt_item digest;
	if (!item->is_bucket)
		return 0;
	TRY(bolt_enter(&s->db, in, item, &image, err));
	int r = bolt_path(&s->db, &image, target, &t, err);
	if (r > 0)
		r = bolt_find(&s->db, &t, SL("digest"), &digest, err);
	return r <= 0 ? r : add_image(s, item->key, digest.value, err);
}

static int on_namespace(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
			struct err *err)
{
	static const char *const images[] = {"images", NULL};
	struct store *s = arg;
	struct bolt_bucket ns, b;
	if (!item->is_bucket)
		return 0;
	TRY(bolt_enter(&s->db, in, item, &ns, err));
	int r = bolt_path(&s->db, &ns, images, &b, err);
	return r <= 0 ? r : bolt_each(&s->db, &b, on_image, s, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	static const char *const v1[] = {"v1", NULL};
	CLEANUP(store_done) struct store s = {.cx = cx, .w = {.cx = cx}};
	struct bolt_bucket root, b;
	TRY(bolt_open(file, &s.db, err));
	root = bolt_root(&s.db);
	int r = bolt_path(&s.db, &root, v1, &b, err);
	return r <= 0 ? r : bolt_each(&s.db, &b, on_namespace, &s, err);
}

const struct pkg_analyser pkg_analyser_containerd_meta = {
    .name = "containerd-meta",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "containerd",
    .group = "containerd",
    .wants = PKG_WANTS({PKG_SUFFIX, "io.containerd.metadata.v1.bolt/meta.db"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
