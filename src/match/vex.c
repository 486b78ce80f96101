/* SPDX-License-Identifier: Apache-2.0 */
#include "match/vex_internal.h"

const char *const vex_status_names[] = {"not_affected", "fixed", "affected", "under_investigation"};

void vex_init(struct vex_set *v, struct arena *a)
{
	*v = (struct vex_set){.arena = a};
}

void vex_done(struct vex_set *v)
{
	vec_free(&v->statements);
	vec_free(&v->documents);
}

struct slice vex_keep(struct vex_set *v, struct slice s)
{
	return s.len ? arena_dup(v->arena, s) : SL_NONE;
}

struct slice *vex_list(struct vex_set *v, size_t n)
{
	return arena_array(v->arena, n + 1, sizeof(struct slice));
}

struct slice vex_reason(struct vex_set *v, struct slice word, struct slice text)
{
	if (!word.len || !text.len)
		return vex_keep(v, word.len ? word : text);
	return arena_printf(v->arena, "%.*s: %.*s", SL_FMT(word), SL_FMT(text));
}

int vex_put(struct vex_set *v, struct vex_statement s, struct err *err)
{
	if (v->statements.len == VEX_MAX_STATEMENTS)
		return err_limit(err, "more than %d statements", VEX_MAX_STATEMENTS);
	s.product = vex_keep(v, s.product);
	s.component = vex_keep(v, s.component);
	s.document = v->documents.len - 1;
	return vec_push(&v->statements, s) < 0 ? err_oom(err) : 0;
}

static int read_document(struct vex_set *v, const struct node *root, struct err *err)
{
	const struct node *context = node_get(root, "@context");
	struct slice name =
	    node_is(context, NODE_ARRAY) ? node_str(context->first) : node_str(context);
	if (slice_find(name, SL("openvex")) >= 0)
		return openvex_read(v, root, err);
	if (node_path(root, "document.csaf_version"))
		return csaf_vex_read(v, root, err);
	if (slice_ieq(node_get_str(root, "bomFormat"), SL("CycloneDX")))
		return cyclonedx_vex_read(v, root, err);
	return err_usage(err, "no VEX document: neither OpenVEX, CSAF nor CycloneDX");
}

int vex_add(struct vex_set *v, struct slice text, struct slice name, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct slice kept = arena_dup(v->arena, name);
	doc_init(&d);
	if (!kept.ptr || vec_push(&v->documents, kept) < 0)
		return err_oom(err);
	int r = json_parse(&d, text, NULL, &root, err);
	if (r == 0)
		r = read_document(v, root, err);
	if (r < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "%.*s", SL_FMT(name));
	}
	return 0;
}

static int by_id(const void *pa, const void *pb)
{
	const struct vex_ref *a = pa, *b = pb;
	int c = slice_cmp(a->id, b->id);
	return c ? c : a->statement < b->statement ? -1 : a->statement > b->statement;
}

int vex_ready(struct vex_set *v, struct err *err)
{
	size_t n = 0;
	for (size_t i = 0; i < v->statements.len; i++)
		n += v->statements.ptr[i].nids;
	v->by_id = arena_array(v->arena, n + 1, sizeof(*v->by_id));
	if (!v->by_id)
		return err_oom(err);
	v->nrefs = 0;
	for (size_t i = 0; i < v->statements.len; i++)
		for (size_t k = 0; k < v->statements.ptr[i].nids; k++)
			v->by_id[v->nrefs++] = (struct vex_ref){v->statements.ptr[i].ids[k], i};
	if (v->nrefs)
		qsort(v->by_id, v->nrefs, sizeof(*v->by_id), by_id);
	return 0;
}

/* ---- products ---- */

/* "host:5000/team/app:1" and "...@sha256:..": repository and what stands behind it. */
static void split_reference(struct slice ref, struct slice *repository, struct slice *digest)
{
	ssize_t at = slice_chr(ref, '@');
	*digest = at < 0 ? SL_NONE : slice_from(ref, (size_t)at + 1);
	if (at >= 0)
		ref = slice_sub(ref, 0, (size_t)at);
	ssize_t colon = slice_rchr(ref, ':'), slash = slice_rchr(ref, '/');
	*repository = colon > slash ? slice_sub(ref, 0, (size_t)colon) : ref;
}

struct oci_purl {
	struct slice name, digest, repository, tag;
};

static bool oci_parse(struct slice purl, struct arena *a, struct oci_purl *o)
{
	struct pkg p;
	struct slice distro, rest, one;
	struct err err = {0};
	*o = (struct oci_purl){0};
	if (!slice_starts(purl, "pkg:oci/") || pkg_from_purl(purl, a, &p, &distro, &err) < 0)
		return false;
	o->name = p.name;
	o->digest = p.version;
	ssize_t at = slice_chr(purl, '?');
	rest = at < 0 ? SL_NONE : slice_from(purl, (size_t)at + 1);
	while (slice_cut(&rest, '&', &one)) {
		if (slice_starts(one, "repository_url="))
			o->repository = slice_from(one, 15);
		else if (slice_starts(one, "tag="))
			o->tag = slice_from(one, 4);
	}
	return true;
}

static bool reference_fits(const struct oci_purl *o, struct slice ref)
{
	struct slice repository, digest;
	split_reference(ref, &repository, &digest);
	if (!slice_ieq(path_base(repository), path_base(o->name)))
		return false;
	if (o->repository.len) {
		bool encoded = slice_chr(o->repository, '%') >= 0;
		if (!encoded && !slice_eq(o->repository, repository) &&
		    !(slice_starts(repository, "docker.io/") &&
		      slice_eq(o->repository, slice_from(repository, 10))) &&
		    !(slice_starts(o->repository, "index.docker.io/") &&
		      slice_eq(slice_from(o->repository, 16), repository)))
			return false;
	}
	return !o->digest.len || !digest.len || slice_eq(o->digest, digest);
}

static bool is_this_image(const struct vex_set *v, const struct vex_subject *s,
			  struct slice product)
{
	struct oci_purl o;
	bool digest_known = false;
	if (slice_eq(product, s->name))
		return true;
	if (!oci_parse(product, v->arena, &o))
		return false;
	for (size_t i = 0; i < s->ndigests; i++) {
		digest_known = true;
		if (reference_fits(&o, s->digests[i]))
			return true;
	}
	/* A digest that is asked for must be seen; a tag does not prove it. */
	for (size_t i = 0; i < s->ntags && !(o.digest.len && digest_known); i++)
		if (!o.digest.len && reference_fits(&o, s->tags[i]))
			return true;
	return false;
}

static bool is_contained(const struct vex_subject *s, struct slice product)
{
	for (size_t i = 0; s->inv && i < s->inv->npkgs; i++)
		if (purl_match(product, s->inv->pkgs[i].purl))
			return true;
	return false;
}

static bool applies(const struct vex_set *v, const struct vex_subject *s,
		    const struct vex_statement *st, const struct finding *x)
{
	struct slice purl = x->pkg->purl;
	bool product_here = !st->product.len || is_this_image(v, s, st->product);
	if (st->component.len)
		return purl_match(st->component, purl) &&
		       (product_here || purl_match(st->product, purl) ||
			is_contained(s, st->product));
	return st->product.len && (product_here || purl_match(st->product, purl));
}

static bool is_newer(const struct vex_statement *a, const struct vex_statement *b)
{
	if (a->time != b->time)
		return a->time > b->time;
	return a->document >= b->document;
}

static void look_up(const struct vex_set *v, const struct vex_subject *s, const struct finding *x,
		    struct slice id, const struct vex_statement **best)
{
	size_t low = 0, high = v->nrefs;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (slice_cmp(v->by_id[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < v->nrefs && slice_eq(v->by_id[low].id, id); low++) {
		const struct vex_statement *st = &v->statements.ptr[v->by_id[low].statement];
		if (applies(v, s, st, x) && (!*best || is_newer(st, *best)))
			*best = st;
	}
}

const struct vex_statement *vex_find(const struct vex_set *v, const struct vex_subject *s,
				     const struct finding *x)
{
	const struct vex_statement *best = NULL;
	if (!v->nrefs || !x->pkg)
		return NULL;
	look_up(v, s, x, x->id, &best);
	for (size_t i = 0; i < x->naliases; i++)
		look_up(v, s, x, x->aliases[i], &best);
	return best;
}
