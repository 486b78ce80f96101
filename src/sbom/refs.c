/* SPDX-License-Identifier: Apache-2.0 */
/* Names of packages inside a document, and the edges between them. */
#include "sbom/sbom_internal.h"

#include <stdio.h>

static uint64_t place_hash(const struct inventory_pkg *p)
{
	const struct slice parts[] = {p->kind,	   p->group,	p->db_path,	p->pkg.path,
				      p->pkg.type, p->pkg.name, p->pkg.version, p->pkg.arch};
	uint64_t h[ARRAY_LEN(parts)];
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		h[i] = slice_hash(parts[i]);
	return slice_hash(slice_of(h, sizeof(h)));
}

static int unique(struct map *used, struct slice *ref, struct arena *a, struct err *err)
{
	bool is_new;
	uint64_t *n = map_put(used, *ref, &is_new);
	if (!n)
		return err_oom(err);
	if (is_new)
		return 0;
	struct slice other =
	    arena_printf(a, "%.*s-%llu", SL_FMT(*ref), (unsigned long long)++*n + 1);
	if (!other.ptr || !map_put(used, other, &is_new))
		return err_oom(err);
	*ref = other;
	return 0;
}

int sbom_refs(const struct sbom *s, struct arena *a, struct slice **ret, struct err *err)
{
	auto_map struct map seen = {0}, used = {0};
	struct slice *refs = arena_array(a, s->inv.npkgs + 1, sizeof(*refs));
	bool is_new;
	if (!refs)
		return err_oom(err);
	for (size_t i = 0; i < s->inv.npkgs; i++) {
		uint64_t *n = map_put(&seen, s->inv.pkgs[i].purl, &is_new);
		if (!n)
			return err_oom(err);
		++*n;
	}
	for (size_t i = 0; i < s->inv.npkgs; i++) {
		const struct inventory_pkg *p = &s->inv.pkgs[i];
		const uint64_t *n = map_get(&seen, p->purl);
		unsigned long long h = (unsigned long long)place_hash(p);
		refs[i] = p->purl;
		if (!p->purl.len)
			refs[i] = arena_printf(a, "strake:%016llx", h);
		else if (n && *n > 1)
			refs[i] = arena_printf(a, "%.*s%cpackage-id=%016llx", SL_FMT(p->purl),
					       slice_chr(p->purl, '?') < 0 ? '?' : '&', h);
		if (!refs[i].ptr)
			return err_oom(err);
		TRY(unique(&used, &refs[i], a, err));
	}
	*ret = refs;
	return 0;
}

static struct slice edge_key(struct arena *a, const struct inventory_pkg *p, struct slice id)
{
	size_t n = p->kind.len + p->group.len + id.len + 2;
	char *key = arena_alloc(a, n + 1);
	if (!key)
		return SL_NONE;
	memcpy(key, p->kind.len ? p->kind.ptr : "", p->kind.len);
	memcpy(key + p->kind.len + 1, p->group.len ? p->group.ptr : "", p->group.len);
	memcpy(key + p->kind.len + p->group.len + 2, id.len ? id.ptr : "", id.len);
	return slice_of(key, n);
}

int sbom_edges_init(struct sbom_edges *e, const struct sbom *s, struct arena *a, struct err *err)
{
	*e = (struct sbom_edges){.s = s, .arena = a};
	for (size_t i = 0; i < s->inv.npkgs; i++) {
		const struct inventory_pkg *p = &s->inv.pkgs[i];
		struct slice id =
		    arena_printf(a, "%.*s@%.*s", SL_FMT(p->pkg.name), SL_FMT(p->pkg.version));
		bool is_new;
		struct slice key = edge_key(a, p, id);
		uint64_t *slot = key.ptr ? map_put(&e->by_name, key, &is_new) : NULL;
		if (!slot)
			return err_oom(err);
		if (is_new)
			*slot = i + 1;
	}
	return 0;
}

void sbom_edges_done(struct sbom_edges *e)
{
	map_free(&e->by_name);
}

ssize_t sbom_edge(const struct sbom_edges *e, const struct inventory_pkg *p, struct slice line)
{
	struct slice key = edge_key(e->arena, p, line);
	const uint64_t *slot = key.ptr ? map_get(&e->by_name, key) : NULL;
	return slot ? (ssize_t)*slot - 1 : -1;
}

int sbom_uuid(const struct sbom *s, char out[37], struct err *err)
{
	unsigned char sum[SHA256_LEN];
	auto_sha256 struct sha256 h = {0};
	TRY(sha256_begin(&h, err));
	sha256_add(&h, s->name.ptr, s->name.len);
	sha256_add(&h, s->image_id.ptr, s->image_id.len);
	sha256_add(&h, (const char *)&s->created, sizeof(s->created));
	for (size_t i = 0; i < s->inv.npkgs; i++) {
		const struct inventory_pkg *p = &s->inv.pkgs[i];
		sha256_add(&h, p->purl.ptr, p->purl.len);
		sha256_add(&h, p->db_path.ptr, p->db_path.len);
	}
	sha256_end(&h, sum);
	sum[6] = (unsigned char)((sum[6] & 0x0f) | 0x50);
	sum[8] = (unsigned char)((sum[8] & 0x3f) | 0x80);
	char *at = out;
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = "0123456789abcdef"[sum[i] >> 4];
		*at++ = "0123456789abcdef"[sum[i] & 15];
	}
	*at = '\0';
	return 0;
}
