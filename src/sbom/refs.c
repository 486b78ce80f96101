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
	for (struct slice first = *ref; !is_new;) {
		char mark[32];
		snprintf(mark, sizeof(mark), "-%llu", (unsigned long long)++*n + 1);
		*ref = arena_cat(a, first, slice_str(mark));
		/* Putting may move the counter. */
		if (!ref->ptr || !map_put(used, *ref, &is_new) || !(n = map_get(used, first)))
			return err_oom(err);
	}
	return 0;
}

/* As a qualifier; a subpath comes behind the qualifiers. */
static struct slice ref_with_mark(struct arena *a, struct slice purl, unsigned long long h)
{
	char mark[40];
	ssize_t sub = slice_chr(purl, '#');
	struct slice head = sub < 0 ? purl : slice_sub(purl, 0, (size_t)sub);
	snprintf(mark, sizeof(mark), "%cpackage-id=%016llx", slice_chr(head, '?') < 0 ? '?' : '&',
		 h);
	return arena_cat(a, head, slice_str(mark), slice_from(purl, head.len));
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
			refs[i] = ref_with_mark(a, p->purl, h);
		if (!refs[i].ptr)
			return err_oom(err);
		TRY(unique(&used, &refs[i], a, err));
	}
	*ret = refs;
	return 0;
}

#define EDGE_KEY(p, id) (p)->kind, slice_of("", 1), (p)->group, slice_of("", 1), id

static struct slice edge_key(struct arena *a, const struct inventory_pkg *p)
{
	return arena_cat(a, EDGE_KEY(p, p->pkg.name), SL("@"), p->pkg.version);
}

int sbom_edges_init(struct sbom_edges *e, const struct sbom *s, struct arena *a, struct err *err)
{
	*e = (struct sbom_edges){.s = s};
	buf_init(&e->key, 1024 * MIB);
	for (size_t i = 0; i < s->inv.npkgs; i++) {
		const struct inventory_pkg *p = &s->inv.pkgs[i];
		bool is_new;
		struct slice key = edge_key(a, p);
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
	buf_free(&e->key);
}

ssize_t sbom_edge(struct sbom_edges *e, const struct inventory_pkg *p, struct slice line)
{
	const struct slice parts[] = {EDGE_KEY(p, line)};
	buf_clear(&e->key);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		buf_puts(&e->key, parts[i]);
	const uint64_t *slot = map_get(&e->by_name, buf_slice(&e->key));
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
