/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of podman, buildah and CRI-O (containers/storage): DRIVER-images/images.json names images and their top
 * layer, DRIVER-layers/layers.json the layers below it, and the content of each layer lies unpacked on disk.
 */
#define _GNU_SOURCE
#include "image/image_internal.h"

#include <fcntl.h>
#include <stdio.h>

#define MAX_LIST (64 * MIB)

struct storage {
	struct storage_target target;
	struct blob_store *b;
	const struct image_options *opt;
	int root;
	const char *driver; /* "overlay" or "vfs" */
	struct platform want;
	struct doc images, layers;
	const struct node *list;
	struct map by_id; /* layer ID -> its node */
	struct map open;  /* path of a layer's directory -> descriptor */
	size_t seen, unreadable;
	struct err last;
};

static void storage_done(struct storage *s)
{
	cleanup_close(&s->root);
	doc_free(&s->images);
	doc_free(&s->layers);
	map_free(&s->by_id);
	map_free(&s->open);
}

/* Names of files and folders come from the store's own lists: none may lead elsewhere. */
static bool is_plain(struct slice id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!is_alpha(id.ptr[i]) && !is_digit(id.ptr[i]) && id.ptr[i] != '-' &&
		    id.ptr[i] != '_')
			return false;
	return id.len > 0 && id.len <= 200;
}

static int read_list(struct storage *s, const char *what, const char *file, struct doc *d,
		     struct node **ret, struct err *err)
{
	auto_buf struct buf text = {0};
	struct text_limits lim = {.max_bytes = MAX_LIST};
	char path[64];
	buf_init(&text, MAX_LIST);
	snprintf(path, sizeof(path), "%s-%s/%s", s->driver, what, file);
	TRY(storage_read(s->root, path, &text, err));
	if (json_parse(d, buf_slice(&text), &lim, ret, err) < 0)
		return err_wrap(err, "%s", path);
	if (!node_is(*ret, NODE_ARRAY) && !node_is(*ret, NODE_NULL))
		return err_input(err, "%s: no list", path);
	return 0;
}

static int read_layers(struct storage *s, struct err *err)
{
	struct node *list;
	TRY(read_list(s, "layers", "layers.json", &s->layers, &list, err));
	node_each (l, list) {
		struct slice id = node_get_str(l, "id");
		uint64_t *slot = id.len ? map_put(&s->by_id, id, NULL) : NULL;
		if (!slot && id.len)
			return err_oom(err);
		if (slot)
			*slot = (uint64_t)(uintptr_t)l;
	}
	return 0;
}

static const struct node *layer_node(const struct storage *s, struct slice id)
{
	const uint64_t *at = map_get(&s->by_id, id);
	return at ? (const struct node *)(uintptr_t)*at : NULL;
}

/* ---- documents of an image ---- */

/* Names that are not made of lower-case letters, digits and dots are files of their base64. */
static int big_data(struct storage *s, struct slice id, struct slice name, struct slice *ret,
		    struct err *err)
{
	auto_buf struct buf path = {0}, text = {0};
	buf_init(&path, 1024);
	buf_init(&text, MAX_DOCUMENT);
	buf_printf(&path, "%s-images/%.*s/", s->driver, SL_FMT(id));
	bool plain = true;
	for (size_t i = 0; i < name.len; i++)
		plain &= (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || is_digit(name.ptr[i]) ||
			 name.ptr[i] == '.';
	if (plain) {
		buf_puts(&path, name);
	} else {
		buf_putc(&path, '=');
		text_base64(&path, name);
	}
	buf_putc(&path, '\0');
	if (path.failed)
		return err_limit(err, "a name of data of the image is too long");
	if (storage_read(s->root, path.ptr, &text, err) < 0)
		return err->code;
	*ret = arena_dup(&s->b->src->arena, buf_slice(&text));
	return ret->ptr ? 0 : err_oom(err);
}

/* Fills manifest_digest and config of im. */
static int read_documents(struct storage *s, const struct node *image, struct image *im,
			  struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	struct slice manifest, config, digest, id = node_get_str(image, "id");
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	doc_init(&d);
	TRY(big_data(s, id, SL("manifest"), &manifest, err));
	TRY(sha256_of(manifest, sum, err));
	digest_text(sum, text);
	im->manifest_digest = arena_dup(&s->b->src->arena, slice_str(text));
	if (json_parse(&d, manifest, &lim, &root, err) < 0)
		return err_wrap(err, "manifest");
	digest = node_get_str(node_get(root, "config"), "digest");
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "its manifest names no configuration");
	if (big_data(s, id, digest, &config, err) < 0)
		return err_wrap(err, "configuration");
	TRY(config_read(s->b->src, im, config, err));
	if (!slice_eq(im->id, digest))
		return err_input(
		    err, "configuration %.*s: content has digest %.*s - the store is damaged",
		    SL_FMT(digest), SL_FMT(im->id));
	return 0;
}

/* ---- layers ---- */

/* The layers from the top down; fills at most cap nodes and answers how many there are. */
static int chain_of(struct storage *s, struct slice top, const struct node **chain, size_t cap,
		    size_t *n, struct err *err)
{
	*n = 0;
	for (struct slice id = top; id.len;) {
		const struct node *l = layer_node(s, id);
		if (!l)
			return err_set(err, ERR_NOT_FOUND, -ENOENT,
				       "layer %.*s is missing from layers.json",
				       SL_FMT(slice_sub(id, 0, 100)));
		if (*n > s->by_id.len)
			return err_input(err,
					 "layers.json: the parents of layer %.*s form a circle",
					 SL_FMT(slice_sub(top, 0, 100)));
		if (*n < cap)
			chain[*n] = l;
		(*n)++;
		id = node_get_str(l, "parent");
	}
	return *n > cap ? err_limit(err, "more than %zu layers", cap) : 0;
}

static int open_layer(struct storage *s, struct slice id, struct image_layer *l, struct err *err)
{
	struct arena *a = &s->b->src->arena;
	char path[300];
	l->bytes.fd = -1;
	if (!is_plain(id)) {
		l->trouble = SL("its ID in layers.json is no plain name");
		return 0;
	}
	bool vfs = strcmp(s->driver, "vfs") == 0;
	snprintf(path, sizeof(path), "%s/%.*s/composefs-data", s->driver, SL_FMT(id));
	auto_close int composed = vfs ? -1 : open_beneath(s->root, path, O_PATH);
	if (composed >= 0) {
		l->trouble = SL("it is kept by composefs, which is not supported");
		return 0;
	}
	snprintf(path, sizeof(path), vfs ? "%s/dir/%.*s" : "%s/%.*s/diff", s->driver, SL_FMT(id));
	const uint64_t *known = map_get(&s->open, slice_str(path));
	int fd = known ? (int)*known : open_beneath(s->root, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0) {
		struct err why = {0};
		(void)!storage_refused(path, &why);
		l->trouble = arena_dup(a, slice_str(why.text));
		return l->trouble.ptr ? 0 : err_oom(err);
	}
	l->bytes.fd = fd;
	l->directory = true;
	if (known)
		return 0;
	if (keep_fd(s->b->src, fd) < 0) {
		close(fd);
		return err_oom(err);
	}
	struct slice key = arena_dup(a, slice_str(path));
	uint64_t *slot = key.ptr ? map_put(&s->open, key, NULL) : NULL;
	if (!slot)
		return err_oom(err);
	*slot = (uint64_t)fd;
	return 0;
}

static int read_layer(struct storage *s, struct image *im, size_t i, const struct node *node,
		      struct err *err)
{
	struct arena *a = &s->b->src->arena;
	struct image_layer *l = &im->layers[i];
	struct slice diff = node_get_str(node, "diff-digest");
	unsigned char sum[SHA256_LEN];
	l->digest = arena_dup(a, node_get_str(node, "compressed-diff-digest"));
	if (!l->diff_id.len && digest_parse(diff, sum) == 0)
		l->diff_id = arena_dup(a, diff);
	else if (diff.len && l->diff_id.len && !slice_eq(diff, l->diff_id) && !im->trouble.len)
		im->trouble =
		    arena_printf(a, "layer %zu is %.*s in layers.json, the configuration says %.*s",
				 i + 1, SL_FMT(slice_sub(diff, 0, 100)), SL_FMT(l->diff_id));
	TRY(open_layer(s, node_get_str(node, "id"), l, err));
	/* Nothing ties this digest to the content: it must not stand for content that is not there. */
	if (l->trouble.len)
		l->digest = SL_NONE;
	return 0;
}

/* vfs keeps with each layer the whole tree up to it: the top one is read, for all of them. */
static int read_whole_tree(struct storage *s, struct image *im, const struct node *top,
			   struct err *err)
{
	if (im->nlayers == 1)
		return read_layer(s, im, 0, top, err);
	struct image_layer whole = {
	    .created_by =
		arena_printf(&s->b->src->arena, "%zu layers as one: vfs storage keeps whole trees",
			     im->nlayers)};
	im->layers[0] = whole;
	im->nlayers = 1;
	return open_layer(s, node_get_str(top, "id"), &im->layers[0], err);
}

static int read_image(struct storage *s, const struct node *node, struct image *im, struct err *err)
{
	const struct node **chain = arena_array(&s->b->src->arena, MAX_LAYERS, sizeof(*chain));
	size_t n;
	if (!chain)
		return err_oom(err);
	TRY(chain_of(s, node_get_str(node, "layer"), chain, MAX_LAYERS, &n, err));
	im->nlayers = n;
	im->layers = arena_array(&s->b->src->arena, n + 1, sizeof(*im->layers));
	if (!im->layers)
		return err_oom(err);
	TRY(read_documents(s, node, im, err));
	if (n && strcmp(s->driver, "vfs") == 0)
		return read_whole_tree(s, im, chain[0], err);
	for (size_t i = 0; i < n; i++)
		TRY(read_layer(s, im, i, chain[n - 1 - i], err));
	return 0;
}

/* ---- images ---- */

static bool is_id_prefix(struct slice ref, struct slice id)
{
	for (size_t i = 0; i < ref.len; i++)
		if (!is_digit(ref.ptr[i]) && (ref.ptr[i] < 'a' || ref.ptr[i] > 'f'))
			return false;
	return ref.len >= 8 && slice_eq(slice_sub(id, 0, ref.len), ref);
}

static bool is_wanted(const struct storage *s, const struct node *image)
{
	struct slice ref = s->target.ref, id = node_get_str(image, "id"),
		     digest = node_get_str(image, "digest");
	if (!ref.len || slice_eq(ref, id) || is_id_prefix(ref, id))
		return true;
	if (slice_starts(ref, "sha256:") &&
	    (slice_eq(ref, digest) || slice_eq(slice_from(ref, 7), id)))
		return true;
	node_each (name, node_get(image, "names"))
		if (storage_wants(&s->target, node_str(name), digest))
			return true;
	return false;
}

/* Platforms other than the one that is asked for are left out. */
static bool fits(const struct storage *s, const struct image *im)
{
	return !s->opt->platform ||
	       platform_matches(&s->want, im->os, im->architecture, im->variant);
}

static int take_image(struct storage *s, const struct node *node, struct err *err)
{
	struct image_source *src = s->b->src;
	const struct node *list = node_get(node, "names");
	size_t n = 0, most = list ? list->count : 0;
	struct slice id = node_get_str(node, "id");
	struct slice *names = arena_array(&src->arena, most + 1, sizeof(*names));
	struct image im = {0};
	if (!names)
		return err_oom(err);
	if (most)
		node_each (name, list)
			names[n++] = arena_dup(&src->arena, node_str(name));
	struct slice shown = n ? names[0] : id;
	struct err one = {0};
	int r = is_plain(id) ? read_image(s, node, &im, &one)
			     : err_input(&one, "its ID in images.json is no plain name");
	if (r == 0 && !fits(s, &im)) {
		err_set(&s->last, ERR_NOT_FOUND, -ENOENT, "no image for platform %s",
			s->opt->platform);
		return 0;
	}
	if (r == 0) {
		TRY(storage_names(src, &im, names, n, &s->target, im.manifest_digest, err));
		if (!n)
			im.name = arena_dup(&src->arena, id);
		return add_image(src, &im, err);
	}
	s->unreadable++;
	err_wrap(&one, "%.*s", SL_FMT(slice_sub(shown, 0, 300)));
	s->last = one;
	return storage_unreadable(src, shown, &one, err);
}

static int read_driver(struct storage *s, struct err *err)
{
	struct node *images;
	size_t n = 0;
	doc_free(&s->images);
	doc_free(&s->layers);
	doc_init(&s->images);
	doc_init(&s->layers);
	map_free(&s->by_id);
	int r = read_list(s, "images", "images.json", &s->images, &images, err);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	s->seen++;
	node_each (image, images)
		n += is_wanted(s, image);
	if (n > MAX_IMAGES)
		return storage_too_many(n, "containers-storage", err);
	if (n == 0)
		return 0;
	TRY(read_layers(s, err));
	node_each (image, images)
		if (is_wanted(s, image))
			TRY(take_image(s, image, err));
	return 0;
}

static int check_found(struct storage *s, struct err *err)
{
	struct image_source *src = s->b->src;
	if (!s->seen)
		return err_input(err, "holds no overlay-images/images.json and no "
				      "vfs-images/images.json - this is no storage of podman, "
				      "buildah or CRI-O");
	if (src->nimages > s->unreadable)
		return 0;
	if (s->last.code) {
		*err = s->last;
		return err->code;
	}
	if (!s->target.ref.len)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "holds no image");
	return err_set(err, ERR_NOT_FOUND, -ENOENT, "no image named \"%.*s\"",
		       SL_FMT(slice_sub(s->target.ref, 0, 300)));
}

static int read_root(struct storage *s, struct err *err)
{
	static const char *const drivers[] = {"overlay", "vfs"};
	TRY(platform_parse(s->opt->platform, &s->want, err));
	s->root = storage_open(s->target.dir, err);
	if (s->root < 0)
		return s->root;
	s->b->src->own_names = true;
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		s->driver = drivers[i];
		TRY(read_driver(s, err));
	}
	return check_found(s, err);
}

/* Where podman keeps images of this user. */
static void usual_dir(char out[4096])
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	if (geteuid() == 0 || (!data && !home))
		snprintf(out, 4096, "/var/lib/containers/storage");
	else if (data && *data)
		snprintf(out, 4096, "%s/containers/storage", data);
	else
		snprintf(out, 4096, "%s/.local/share/containers/storage", home ? home : "");
}

int containers_storage_read(struct blob_store *b, struct slice where,
			    const struct image_options *opt, struct err *err)
{
	CLEANUP(storage_done) struct storage s = {.b = b, .opt = opt, .root = -1};
	char usual[4096];
	usual_dir(usual);
	TRY(storage_target(where, usual, &b->src->arena, &s.target, err));
	return read_root(&s, err) < 0 ? err_wrap(err, "%s", s.target.dir) : 0;
}
