/* SPDX-License-Identifier: Apache-2.0 */
/* Image configuration (OCI image-spec config.md): platform, diff IDs, history; and platform choice. */
#include "image/image_internal.h"

#include <stdio.h>
#include <sys/utsname.h>

static const struct {
	const char *machine, *arch, *variant;
} machines[] = {
    {"x86_64", "amd64", ""},	{"aarch64", "arm64", "v8"}, {"armv7l", "arm", "v7"},
    {"armv6l", "arm", "v6"},	{"i686", "386", ""},	    {"ppc64le", "ppc64le", ""},
    {"riscv64", "riscv64", ""}, {"s390x", "s390x", ""},
};

static void host_platform(struct platform *ret)
{
	static struct utsname u;
	*ret = (struct platform){.os = SL("linux"), .arch = SL("amd64")};
	if (uname(&u) < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (strcmp(u.machine, machines[i].machine) == 0) {
			ret->arch = slice_str(machines[i].arch);
			ret->variant = slice_str(machines[i].variant);
		}
}

int platform_parse(const char *text, struct platform *ret, struct err *err)
{
	if (!text) {
		host_platform(ret);
		return 0;
	}
	struct slice rest = slice_str(text), part;
	*ret = (struct platform){0};
	if (slice_cut(&rest, '/', &part))
		ret->os = part;
	if (slice_cut(&rest, '/', &part))
		ret->arch = part;
	if (slice_cut(&rest, '/', &part))
		ret->variant = part;
	if (ret->os.len == 0 || ret->arch.len == 0 || rest.ptr)
		return err_usage(
		    err, "--platform %s: expected os/arch[/variant], for example linux/arm64",
		    text);
	/* uname's words are understood too */
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (slice_is(ret->arch, machines[i].machine))
			ret->arch = slice_str(machines[i].arch);
	return 0;
}

bool platform_matches(const struct platform *want, struct slice os, struct slice arch,
		      struct slice variant)
{
	if (!slice_eq(want->os, os) || !slice_eq(want->arch, arch))
		return false;
	/* arm64 is v8 whether said or not */
	if (slice_is(arch, "arm64") && (variant.len == 0 || want->variant.len == 0))
		return true;
	return want->variant.len == 0 || variant.len == 0 || slice_eq(want->variant, variant);
}

static int diff_ids(struct image_source *src, struct image *im, const struct node *root,
		    struct err *err)
{
	const struct node *ids = node_path(root, "rootfs.diff_ids");
	size_t n = ids ? ids->count : 0, i = 0;
	if (n > MAX_LAYERS)
		return err_limit(err, "more than %d layers", MAX_LAYERS);
	if (n != im->nlayers) {
		/* Which diff ID belongs to which layer cannot be told: the layers stay readable, but unverified. */
		im->trouble = arena_printf(
		    &src->arena, "configuration lists %zu diff IDs, the manifest %zu layers", n,
		    im->nlayers);
		return 0;
	}
	node_each (id, ids) {
		unsigned char sum[SHA256_LEN];
		if (digest_parse(node_str(id), sum) < 0)
			return err_input(err, "configuration: diff ID %zu is not a sha256 digest",
					 i);
		if (i < im->nlayers)
			im->layers[i].diff_id = arena_dup(&src->arena, node_str(id));
		i++;
	}
	return 0;
}

/* The base image ends at its last CMD: the newest CMD of the history that lies below a layer. */
static size_t base_layers(const struct node *history)
{
	size_t layers = 0, base = 0;
	bool cmd = false;
	size_t at_cmd = 0;
	node_each (h, history) {
		struct slice by = node_get_str(h, "created_by");
		if (!node_true(node_get(h, "empty_layer"))) {
			if (cmd)
				base = at_cmd;
			cmd = false;
			layers++;
		} else if (slice_starts(by, "CMD") || slice_find(by, SL("#(nop)  CMD")) >= 0) {
			cmd = true;
			at_cmd = layers;
		}
	}
	return base;
}

static void history(struct image_source *src, struct image *im, const struct node *root)
{
	size_t i = 0, base = base_layers(node_get(root, "history"));
	node_each (h, node_get(root, "history")) {
		if (node_true(node_get(h, "empty_layer")))
			continue;
		if (i >= im->nlayers)
			return;
		im->layers[i].created_by = arena_dup(&src->arena, node_get_str(h, "created_by"));
		im->layers[i].base = i < base;
		i++;
	}
}

int config_read(struct image_source *src, struct image *im, struct slice bytes, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "image configuration");
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "image configuration is no JSON object");
	im->config = bytes;
	im->architecture = arena_dup(&src->arena, node_get_str(root, "architecture"));
	im->os = arena_dup(&src->arena, node_get_str(root, "os"));
	im->variant = arena_dup(&src->arena, node_get_str(root, "variant"));
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	TRY(sha256_of(bytes, sum, err));
	digest_text(sum, text);
	im->id = arena_dup(&src->arena, slice_str(text));
	TRY(diff_ids(src, im, root, err));
	history(src, im, root);
	return 0;
}

int add_image(struct image_source *src, const struct image *im, struct err *err)
{
	size_t n = src->nimages;
	if (n >= MAX_IMAGES)
		return err_limit(err, "more than %d images", MAX_IMAGES);
	/* The list is grown by copying within the arena, each time to twice its size. */
	if ((n & (n - 1)) == 0) {
		struct image *all = arena_array(&src->arena, n ? 2 * n : 1, sizeof(*all));
		if (!all)
			return err_oom(err);
		if (n)
			memcpy(all, src->images, n * sizeof(*all));
		src->images = all;
	}
	src->images[src->nimages++] = *im;
	return 0;
}
