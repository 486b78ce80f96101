/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX XML, any version: components with their properties, licences, hashes; dependencies. */
#include "sbom/sbom_internal.h"

#define MAX_NESTING 32

struct open_component {
	struct inventory_pkg p;
	struct sbom_taken t;
	struct slice purl, ref, type, group;
	struct slice licenses;
};
struct dx_xml {
	struct sbom_reader *r;
	struct open_component *stack[MAX_NESTING];
	unsigned depth;
	bool in_metadata, in_property;
	struct slice prop_name, hash_name, from;
	struct map by_ref;		/* bom-ref -> index of the package */
	struct map edges;		/* from ref -> index into lists + 1 */
	VEC(struct slice) lists, froms; /* refs, '\n' between */
	unsigned dependency_depth;
};

static struct slice keep(struct dx_xml *x, const char *s)
{
	return s ? sbom_keep(x->r, slice_str(s)) : SL_NONE;
}

static int open_component(struct dx_xml *x, const char *const *attrs, struct err *err)
{
	if (x->depth == MAX_NESTING)
		return err_limit(err, "components nested too deep");
	struct open_component *c = arena_new(x->r->arena, struct open_component);
	if (!c)
		return err_oom(err);
	*c = (struct open_component){.p = {.layer = -1}};
	c->t.p = &c->p;
	c->type = keep(x, xml_attr(attrs, "type"));
	c->ref = keep(x, xml_attr(attrs, "bom-ref"));
	x->stack[x->depth++] = c;
	return 0;
}

static int close_component(struct dx_xml *x, struct err *err)
{
	static const char *const others[] = {"file", "device", "data", "container", NULL};
	struct open_component *c = x->stack[--x->depth];
	struct sbom_reader *r = x->r;
	if (x->in_metadata && x->depth == 0) {
		r->out->name = c->p.pkg.name;
		if (slice_is(c->type, "container"))
			r->out->artifact_type = SL("container_image");
		return 0;
	}
	if (slice_is(c->type, "operating-system")) {
		r->os_family = c->p.pkg.name;
		r->os_release = c->p.pkg.version;
		return 0;
	}
	bool group = slice_is(c->type, "application") && !c->purl.len && !c->p.pkg.version.len;
	if (slice_is_any(c->type, others) || group)
		return 0;
	if (!c->p.pkg.name.len)
		return sbom_add_gap(r, c->purl, "corrupt", SL("component without a name"), err);
	if (c->group.len && !c->purl.len)
		c->p.pkg.name =
		    arena_printf(r->arena, "%.*s/%.*s", SL_FMT(c->group), SL_FMT(c->p.pkg.name));
	c->p.pkg.licenses = c->licenses;
	size_t before = r->pkgs.len;
	TRY(sbom_add(r, &c->t, c->purl, err));
	uint64_t *slot =
	    r->pkgs.len > before && c->ref.len ? map_put(&x->by_ref, c->ref, NULL) : NULL;
	if (slot)
		*slot = before;
	return 0;
}

static int start_dependency(struct dx_xml *x, const char *const *attrs, struct err *err)
{
	struct slice ref = keep(x, xml_attr(attrs, "ref"));
	if (++x->dependency_depth == 1) {
		x->from = ref;
		return 0;
	}
	uint64_t *slot = x->from.len ? map_put(&x->edges, x->from, NULL) : NULL;
	if (x->from.len && !slot)
		return err_oom(err);
	if (!slot)
		return 0;
	if (!*slot) {
		if (vec_push(&x->lists, SL_NONE) < 0 || vec_push(&x->froms, x->from) < 0)
			return err_oom(err);
		*slot = x->lists.len;
	}
	struct slice *list = &x->lists.ptr[*slot - 1];
	if (list->len > 64 * KIB)
		return 0;
	*list = arena_printf(x->r->arena, "%.*s%s%.*s", (int)list->len, list->len ? list->ptr : "",
			     list->len ? "\n" : "", SL_FMT(ref));
	return list->ptr ? 0 : err_oom(err);
}

static int start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct dx_xml *x = arg;
	if (strcmp(name, "metadata") == 0)
		x->in_metadata = true;
	else if (strcmp(name, "component") == 0)
		return open_component(x, attrs, err);
	else if (strcmp(name, "property") == 0)
		x->prop_name = keep(x, xml_attr(attrs, "name"));
	else if (strcmp(name, "hash") == 0)
		x->hash_name = keep(x, xml_attr(attrs, "alg"));
	else if (strcmp(name, "dependency") == 0)
		return start_dependency(x, attrs, err);
	return 0;
}

static void take_hash(struct dx_xml *x, struct open_component *c, struct slice text)
{
	static const char *const names[][2] = {
	    {"SHA-512", "sha512"}, {"SHA-256", "sha256"}, {"SHA-1", "sha1"}, {"MD5", "md5"}};
	for (size_t i = 0; i < ARRAY_LEN(names) && !c->p.pkg.digest.len; i++)
		if (slice_is(x->hash_name, names[i][0]))
			c->p.pkg.digest =
			    arena_printf(x->r->arena, "%s:%.*s", names[i][1], SL_FMT(text));
}

static int add_license(struct dx_xml *x, struct open_component *c, struct slice text,
		       struct err *err)
{
	if (!text.len || c->licenses.len > 16 * KIB)
		return 0;
	c->licenses = arena_printf(x->r->arena, "%.*s%s%.*s", (int)c->licenses.len,
				   c->licenses.len ? c->licenses.ptr : "",
				   c->licenses.len ? "\n" : "", SL_FMT(text));
	return c->licenses.ptr ? 0 : err_oom(err);
}

/* Elements of the innermost open component. */
static int end_in_component(struct dx_xml *x, const char *name, struct slice text, struct err *err)
{
	struct open_component *c = x->stack[x->depth - 1];
	struct slice kept = sbom_keep(x->r, text);
	if (text.len && !kept.ptr)
		return err_oom(err);
	if (strcmp(name, "name") == 0 && !c->p.pkg.name.len)
		c->p.pkg.name = kept;
	else if (strcmp(name, "version") == 0 && !c->p.pkg.version.len)
		c->p.pkg.version = kept;
	else if (strcmp(name, "group") == 0)
		c->group = kept;
	else if (strcmp(name, "purl") == 0 && !c->purl.len)
		c->purl = kept;
	else if (strcmp(name, "hash") == 0)
		take_hash(x, c, text);
	else if (strcmp(name, "property") == 0)
		sbom_take_prop(&c->t, x->prop_name, kept, x->r->arena);
	else if (strcmp(name, "id") == 0 || strcmp(name, "expression") == 0)
		return add_license(x, c, text, err);
	return 0;
}

static int end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct dx_xml *x = arg;
	if (strcmp(name, "component") == 0 && x->depth)
		return close_component(x, err);
	if (strcmp(name, "metadata") == 0)
		x->in_metadata = false;
	else if (strcmp(name, "timestamp") == 0 && !x->r->out->created)
		(void)!time_parse(text, &x->r->out->created);
	else if (strcmp(name, "dependency") == 0 && x->dependency_depth)
		x->dependency_depth--;
	else if (x->depth)
		return end_in_component(x, name, text, err);
	return 0;
}

static int take_edges(struct dx_xml *x, struct err *err)
{
	for (size_t i = 0; i < x->lists.len; i++) {
		const uint64_t *from = map_get(&x->by_ref, x->froms.ptr[i]);
		struct slice rest = x->lists.ptr[i], ref;
		auto_buf struct buf b;
		buf_init(&b, MIB);
		while (from && slice_line(&rest, &ref)) {
			const uint64_t *to = map_get(&x->by_ref, ref);
			if (!to)
				continue;
			const struct pkg *k = &x->r->pkgs.ptr[*to].pkg;
			buf_printf(&b, "%s%.*s@%.*s", b.len ? "\n" : "", SL_FMT(k->name),
				   SL_FMT(k->version));
		}
		if (from)
			x->r->pkgs.ptr[*from].pkg.deps = sbom_keep(x->r, buf_slice(&b));
		if (b.failed)
			return err_limit(err, "too many dependencies of one component");
	}
	return 0;
}

int cyclonedx_xml_read(struct sbom_reader *r, struct slice in, struct err *err)
{
	static const struct xml_handler handler = {start, end};
	static const struct text_limits limits = {.max_bytes = 512 * MIB};
	struct dx_xml x = {.r = r};
	auto_xml struct xml parser = {0};
	int rc = xml_begin(&parser, &handler, &x, &limits, err);
	if (rc == 0)
		rc = xml_feed(&parser, in, true, err);
	if (rc == 0)
		rc = take_edges(&x, err);
	map_free(&x.by_ref);
	map_free(&x.edges);
	vec_free(&x.lists);
	vec_free(&x.froms);
	return rc;
}
