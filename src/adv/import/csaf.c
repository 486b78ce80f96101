/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSAF 2.0 advisories and VEX documents of Red Hat, SUSE and openEuler. A product id in a status list is a
 * component of a platform (product_tree.relationships); platforms are told by CPE or by name,
 * components by package URL or NEVRA.
 */
#include "adv/rpmset.h"

enum { MAX_BRANCH_DEPTH = 16 };

struct product {
	struct slice name, cpe, purl;
};
struct relation {
	struct slice component, platform;
};
struct csaf {
	struct adv_build *b;
	const struct adv_file *f;
	struct slice feed, advisory, date;
	struct map products, relations; /* id -> struct product, struct relation */
	struct map fixes, states;	/* product id -> node of the remediation */
	struct rpm_set *set;
	struct slice id; /* of the vulnerability being read */
	enum adv_severity severity;
};

static bool sniff(const struct adv_file *f)
{
	return node_get(node_get(f->root, "document"), "csaf_version") != NULL;
}

static void csaf_done(struct csaf *c)
{
	map_free(&c->products);
	map_free(&c->relations);
	map_free(&c->fixes);
	map_free(&c->states);
}

static void remember(struct map *m, struct slice key, const void *value)
{
	uint64_t *place = key.len ? map_put(m, key, NULL) : NULL;
	if (place)
		*place = (uint64_t)(uintptr_t)value;
}

static const void *recall(const struct map *m, struct slice key)
{
	const uint64_t *place = map_get(m, key);
	return place ? (const void *)(uintptr_t)*place : NULL;
}

/* ---- product tree ---- */

static void read_product(struct csaf *c, const struct node *product)
{
	struct product *p = arena_new(bld_arena(c->b), struct product);
	const struct node *helper = node_get(product, "product_identification_helper");
	if (!p || !product)
		return;
	p->name = node_get_str(product, "name");
	p->cpe = node_get_str(helper, "cpe");
	p->purl = node_get_str(helper, "purl");
	remember(&c->products, node_get_str(product, "product_id"), p);
}

static void read_branches(struct csaf *c, const struct node *branches, int depth)
{
	node_each (n, depth < MAX_BRANCH_DEPTH ? branches : NULL) {
		read_product(c, node_get(n, "product"));
		read_branches(c, node_get(n, "branches"), depth + 1);
	}
}

static void read_tree(struct csaf *c, const struct node *tree)
{
	read_branches(c, node_get(tree, "branches"), 0);
	node_each (n, node_get(tree, "full_product_names"))
		read_product(c, n);
	node_each (n, node_get(tree, "relationships")) {
		struct relation *r = arena_new(bld_arena(c->b), struct relation);
		if (!r)
			return;
		r->component = node_get_str(n, "product_reference");
		r->platform = node_get_str(n, "relates_to_product_reference");
		remember(&c->relations,
			 node_get_str(node_get(n, "full_product_name"), "product_id"), r);
	}
}

/* ---- one product id ---- */

static bool find_relation(const struct csaf *c, struct slice id, struct relation *ret)
{
	const struct relation *r = recall(&c->relations, id);
	if (r) {
		*ret = *r;
		return true;
	}
	/* Some documents leave relationships out: "platform:component". */
	ssize_t colon = slice_chr(id, ':');
	if (colon <= 0)
		return false;
	*ret =
	    (struct relation){slice_from(id, (size_t)colon + 1), slice_sub(id, 0, (size_t)colon)};
	return true;
}

static bool platform_channel(const struct csaf *c, struct slice id, struct rpm_statement *x)
{
	const struct product *p = recall(&c->products, id);
	struct arena *a = bld_arena(c->b);
	struct slice name = p && p->name.len ? p->name : id;
	if (slice_is(c->feed, "redhat")) {
		x->repo = p ? p->cpe : SL_NONE;
		return p && adv_channel_of_cpe(p->cpe, a, &x->channel);
	}
	if (slice_is(c->feed, "openeuler")) {
		if (!slice_starts(name, "openEuler-"))
			return false;
		x->channel = arena_printf(a, "openEuler:%.*s", SL_FMT(slice_from(name, 10)));
		return x->channel.ptr != NULL;
	}
	return adv_channel_of_suse(name, a, &x->channel);
}

static bool component_name(const struct csaf *c, struct slice id, bool fixed, struct adv_nevra *n)
{
	const struct product *p = recall(&c->products, id);
	if (p && p->purl.len)
		return adv_nevra_of_purl(p->purl, bld_arena(c->b), n);
	if (fixed)
		return adv_nevra_parse(id, n);
	*n = (struct adv_nevra){.name = id};
	if (slice_ends(id, ".src")) {
		n->name.len -= 4;
		n->arch = SL("src");
	}
	return true;
}

/* What the vendor intends for an affected product. */
static enum adv_status open_status(const struct node *remediation)
{
	struct slice details = node_get_str(remediation, "details");
	if (slice_starts(details, "Out of support scope"))
		return ADV_END_OF_LIFE;
	if (slice_starts(details, "Will not fix") ||
	    slice_is(node_get_str(remediation, "category"), "no_fix_planned"))
		return ADV_WILL_NOT_FIX;
	return slice_starts(details, "Fix deferred") ? ADV_FIX_DEFERRED : ADV_AFFECTED;
}

/* ".../errata/RHSA-2025:0595", "...?id=openEuler-SA-2025-1351" */
static struct slice advisory_of(const struct csaf *c, struct slice id)
{
	const struct node *fix = recall(&c->fixes, id);
	struct slice url = node_get_str(fix, "url");
	ssize_t at = slice_rchr(url, '/'), is = slice_rchr(url, '=');
	struct slice last = slice_from(url, (size_t)(MAX(at, is) + 1));
	bool numbered = slice_starts(last, "RH") || slice_starts(last, "openEuler-") ||
			slice_starts(last, "SUSE-");
	return numbered ? last : c->advisory;
}

static void add_product(struct csaf *c, struct slice id, enum adv_status status)
{
	struct rpm_statement x = {.vuln = c->id, .status = status, .severity = c->severity};
	struct relation r;
	struct adv_nevra n;
	if (!find_relation(c, id, &r) || !platform_channel(c, r.platform, &x) ||
	    !component_name(c, r.component, status == ADV_FIXED, &n))
		return;
	bool layered = slice_starts(x.channel, "redhat:") && slice_chr(x.channel, '+') > 0;
	if (status == ADV_NOT_AFFECTED && layered)
		return; /* streams that nobody is on by default need no all-clear */
	bool source = slice_is(n.arch, "src");
	if (source && status == ADV_FIXED)
		return; /* its binary packages are listed too */
	x.name = n.name;
	x.module = n.module;
	x.arch = source ? SL_NONE : n.arch;
	x.flags = source ? ADV_SOURCE_NAME : 0;
	if (status == ADV_FIXED) {
		x.evr = n.evr;
		x.vendor_id = advisory_of(c, id);
	} else if (status == ADV_AFFECTED) {
		x.status = open_status(recall(&c->states, id));
	}
	rpm_set_add(c->set, &x);
}

/* ---- one vulnerability ---- */

static void read_remediations(struct csaf *c, const struct node *list)
{
	map_free(&c->fixes);
	map_free(&c->states);
	node_each (n, list) {
		struct slice category = node_get_str(n, "category");
		bool fix = slice_is(category, "vendor_fix");
		if (!fix && !slice_is(category, "no_fix_planned") &&
		    !slice_is(category, "none_available"))
			continue;
		node_each (id, node_get(n, "product_ids"))
			remember(fix ? &c->fixes : &c->states, node_str(id), n);
	}
}

static void describe(struct csaf *c, const struct node *v)
{
	bld_title(c->b, c->id, BLD_VENDOR, node_get_str(v, "title"));
	bld_published(c->b, c->id, BLD_VENDOR, node_get_str(v, "release_date"));
	bld_modified(c->b, c->id, BLD_VENDOR, c->date);
	bld_cwe(c->b, c->id, node_get_str(node_get(v, "cwe"), "id"));
	node_each (n, node_get(v, "notes"))
		if (slice_is(node_get_str(n, "category"), "description"))
			bld_details(c->b, c->id, BLD_VENDOR, node_get_str(n, "text"));
	node_each (n, node_get(v, "references"))
		bld_ref(c->b, c->id, node_get_str(n, "url"));
	node_each (n, node_get(v, "scores")) {
		bld_score(c->b, c->id, c->feed,
			  node_get_str(node_get(n, "cvss_v3"), "vectorString"));
		bld_score(c->b, c->id, c->feed,
			  node_get_str(node_get(n, "cvss_v2"), "vectorString"));
	}
	c->severity = ADV_SEV_UNKNOWN;
	node_each (n, node_get(v, "threats"))
		if (slice_is(node_get_str(n, "category"), "impact"))
			c->severity = adv_severity_of_word(node_get_str(n, "details"));
	bld_severity(c->b, c->id, c->feed, c->severity);
}

static void read_vulnerability(struct csaf *c, const struct node *v)
{
	static const struct {
		const char *key;
		enum adv_status status;
	} lists[] = {{"fixed", ADV_FIXED},
		     {"first_fixed", ADV_FIXED},
		     {"recommended", ADV_FIXED},
		     {"known_affected", ADV_AFFECTED},
		     {"known_not_affected", ADV_NOT_AFFECTED},
		     {"known not affected", ADV_NOT_AFFECTED},
		     {"known affected", ADV_AFFECTED},
		     {"under_investigation", ADV_UNDER_INVESTIGATION}};
	c->id = node_get_str(v, "cve");
	if (!adv_is_cve(c->id)) {
		bld_skip(c->b, c->f, c->feed, c->id, "a vulnerability without a CVE number");
		return;
	}
	describe(c, v);
	read_remediations(c, node_get(v, "remediations"));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		node_each (id, node_get(node_get(v, "product_status"), lists[i].key))
			add_product(c, node_str(id), lists[i].status);
	rpm_set_flush(c->set);
}

static bool feed_of(const struct node *document, struct slice *feed)
{
	static const struct {
		const char *name, *feed;
	} publishers[] = {{"Red Hat", "redhat"}, {"SUSE", "suse-cvrf"}, {"openEuler", "openeuler"}};
	struct slice name = node_get_str(node_get(document, "publisher"), "name");
	for (size_t i = 0; i < ARRAY_LEN(publishers); i++)
		if (slice_starts(name, publishers[i].name)) {
			*feed = slice_str(publishers[i].feed);
			return true;
		}
	return false;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	CLEANUP(csaf_done) struct csaf c = {.b = b, .f = f};
	const struct node *document = node_get(f->root, "document"),
			  *tracking = node_get(document, "tracking");
	if (!feed_of(document, &c.feed))
		return err_input(err, "a publisher whose products are not known here: \"%.*s\"",
				 SL_FMT(node_get_str(node_get(document, "publisher"), "name")));
	if (slice_find(node_get_str(document, "category"), SL("advisory")) >= 0)
		c.advisory = node_get_str(tracking, "id");
	auto_rpm_set struct rpm_set *set = c.set = rpm_set_new(b, c.feed);
	if (!set)
		return err_oom(err);
	c.date = node_get_str(tracking, "current_release_date");
	bld_record(b, c.feed, c.date);
	read_tree(&c, node_get(f->root, "product_tree"));
	node_each (v, node_get(f->root, "vulnerabilities"))
		read_vulnerability(&c, v);
	return 0;
}

const struct adv_feed adv_feed_csaf = {
    .name = "csaf",
    .help = "CSAF advisories and VEX of Red Hat, SUSE and openEuler",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
