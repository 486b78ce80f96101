/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX XML, any version: components with their properties, licences, hashes; dependencies. */
#include "sbom/sbom_internal.h"

#define MAX_NESTING 32

struct open_component {
	struct inventory_pkg p;
	struct sbom_taken t;
	struct slice purl, ref, type, group;
	struct buf licenses;
	unsigned at; /* depth of its element */
	bool in_supplier;
};
struct dx_need {
	struct slice from, to;
};
struct dx_xml {
	struct sbom_reader *r;
	struct open_component stack[MAX_NESTING];
	unsigned depth;	  /* open components */
	unsigned element; /* open elements */
	unsigned skip;	  /* depth of the element whose content says nothing of packages; 0 none */
	bool in_metadata;
	struct slice prop_name, hash_name, from;
	struct map by_ref; /* bom-ref -> index of the package */
	VEC(struct dx_need) needs;
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
	struct open_component *c = &x->stack[x->depth++];
	*c = (struct open_component){.p = {.layer = -1}, .at = x->element};
	c->t.p = &c->p;
	c->type = keep(x, xml_attr(attrs, "type"));
	c->ref = keep(x, xml_attr(attrs, "bom-ref"));
	buf_init(&c->licenses, SBOM_MAX_LICENSES);
	return 0;
}

static int take_component(struct dx_xml *x, struct open_component *c, struct err *err)
{
	static const char *const others[] = {"file", "device", "data", "container", NULL};
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
	if (c->group.len && !c->purl.len)
		c->p.pkg.name = arena_cat(r->arena, c->group, SL("/"), c->p.pkg.name);
	TRY(sbom_keep_licenses(r, &c->licenses, &c->p, err));
	return sbom_add_named(r, &c->t, c->purl, c->ref, &x->by_ref, err);
}

static int close_component(struct dx_xml *x, struct err *err)
{
	struct open_component *c = &x->stack[--x->depth];
	int rc = take_component(x, c, err);
	buf_free(&c->licenses);
	return rc;
}

static int start_dependency(struct dx_xml *x, const char *const *attrs, struct err *err)
{
	struct slice ref = keep(x, xml_attr(attrs, "ref"));
	if (++x->dependency_depth == 1) {
		x->from = ref;
		return 0;
	}
	struct dx_need need = {x->from, ref};
	return vec_push(&x->needs, need) < 0 ? err_oom(err) : 0;
}

/* Components in these are no packages of the document. */
static bool is_aside(const char *name)
{
	static const char *const asides[] = {"pedigree",    "tools",	   "services",
					     "annotations", "formulation", "declarations",
					     "definitions", NULL};
	return slice_is_any(slice_str(name), asides) || strcmp(name, "vulnerabilities") == 0;
}

static int start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct dx_xml *x = arg;
	x->element++;
	if (x->skip)
		return 0;
	if (is_aside(name))
		x->skip = x->element;
	else if (strcmp(name, "metadata") == 0)
		x->in_metadata = true;
	else if (strcmp(name, "component") == 0)
		return open_component(x, attrs, err);
	else if (strcmp(name, "property") == 0)
		x->prop_name = keep(x, xml_attr(attrs, "name"));
	else if (strcmp(name, "hash") == 0)
		x->hash_name = keep(x, xml_attr(attrs, "alg"));
	else if (strcmp(name, "dependency") == 0)
		return start_dependency(x, attrs, err);
	else if (strcmp(name, "supplier") == 0 && x->depth)
		x->stack[x->depth - 1].in_supplier = true;
	return 0;
}

static void take_hash(struct dx_xml *x, struct open_component *c, struct slice text)
{
	static const char *const names[][2] = {{"SHA-512", "sha512"},
					       {"SHA-384", "sha384"},
					       {"SHA-256", "sha256"},
					       {"SHA-1", "sha1"},
					       {"MD5", "md5"}};
	for (size_t i = 0; i < ARRAY_LEN(names) && !c->p.pkg.digest.len; i++)
		if (slice_is(x->hash_name, names[i][0]))
			c->p.pkg.digest =
			    arena_cat(x->r->arena, slice_str(names[i][1]), SL(":"), text);
}

static void add_license(struct open_component *c, struct slice text)
{
	if (text.len && c->licenses.len)
		buf_putc(&c->licenses, '\n');
	buf_puts(&c->licenses, text);
}

static void end_child(struct open_component *c, const char *name, struct slice text)
{
	if (strcmp(name, "scope") == 0 && slice_is(text, "optional"))
		c->p.pkg.flags |= PKG_OPTIONAL;
	else if (strcmp(name, "supplier") == 0)
		c->in_supplier = false;
}

static void end_grandchild(struct dx_xml *x, struct open_component *c, const char *name,
			   struct slice text)
{
	if (strcmp(name, "name") == 0 && c->in_supplier)
		c->p.pkg.maintainer = sbom_keep(x->r, text);
	else if (strcmp(name, "hash") == 0)
		take_hash(x, c, text);
	else if (strcmp(name, "property") == 0)
		sbom_take_prop(&c->t, x->prop_name, sbom_keep(x->r, text), x->r->arena);
	else if (strcmp(name, "expression") == 0)
		add_license(c, text);
}

/* An element of the innermost open component, `down` levels below it. */
static void end_in_component(struct dx_xml *x, const char *name, unsigned down, struct slice text)
{
	struct open_component *c = &x->stack[x->depth - 1];
	const struct {
		const char *name;
		struct slice *to;
		unsigned down;
	} plain[] = {{"name", &c->p.pkg.name, 1},
		     {"version", &c->p.pkg.version, 1},
		     {"group", &c->group, 1},
		     {"purl", &c->purl, 1},
		     {"publisher", &c->p.pkg.maintainer, 1},
		     {"location", &c->p.db_path, 4}}; /* evidence/occurrences/occurrence */
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (plain[i].down == down && strcmp(name, plain[i].name) == 0 && !plain[i].to->len)
			*plain[i].to = sbom_keep(x->r, text);
	if (down == 1)
		end_child(c, name, text);
	else if (down == 2)
		end_grandchild(x, c, name, text);
	else if (down == 3 && (strcmp(name, "id") == 0 || strcmp(name, "name") == 0))
		add_license(c, text);
}

static int end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct dx_xml *x = arg;
	unsigned at = x->element--;
	if (x->skip) {
		if (x->skip == at)
			x->skip = 0;
		return 0;
	}
	if (x->depth && x->stack[x->depth - 1].at == at)
		return close_component(x, err);
	if (strcmp(name, "metadata") == 0)
		x->in_metadata = false;
	else if (strcmp(name, "timestamp") == 0 && !x->r->out->created)
		(void)!time_parse(text, &x->r->out->created);
	else if (strcmp(name, "dependency") == 0 && x->dependency_depth)
		x->dependency_depth--;
	else if (x->depth)
		end_in_component(x, name, at - x->stack[x->depth - 1].at, text);
	return 0;
}

static int read_all(struct dx_xml *x, struct slice in, struct err *err)
{
	static const struct xml_handler handler = {start, end};
	static const struct text_limits limits = {.max_bytes = 512 * MIB, .max_nodes = 16000000};
	auto_xml struct xml parser = {0};
	TRY(xml_begin(&parser, &handler, x, &limits, err));
	TRY(xml_feed(&parser, in, true, err));
	for (size_t i = 0; i < x->needs.len; i++)
		TRY(sbom_add_need(x->r, &x->by_ref, x->needs.ptr[i].from, x->needs.ptr[i].to, err));
	return 0;
}

int cyclonedx_xml_read(struct sbom_reader *r, struct slice in, struct err *err)
{
	struct dx_xml x = {.r = r};
	int rc = read_all(&x, in, err);
	while (x.depth)
		buf_free(&x.stack[--x.depth].licenses);
	map_free(&x.by_ref);
	vec_free(&x.needs);
	return rc;
}
