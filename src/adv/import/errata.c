/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errata in JSON: Amazon's ALAS records, AlmaLinux's errata.full.json, Rocky's records and the pages of its
 * API. Bug fixes without a CVE carry nothing to warn of and are left out.
 */
#include "adv/erratum.h"

static bool is_alas(const struct node *n)
{
	return slice_starts(node_get_str(n, "ID"), "ALAS") && node_get(n, "Pkglist");
}

static bool is_rocky(const struct node *n)
{
	return node_get(n, "name") && node_get(n, "affected_products") &&
	       node_is(node_get(n, "packages"), NODE_ARRAY);
}

static bool is_alma(const struct node *n)
{
	return node_get(n, "issued_date") && node_is(node_get(n, "packages"), NODE_ARRAY);
}

static bool sniff(const struct adv_file *f)
{
	const struct node *data = node_get(f->root, "data"),
			  *pages = node_get(f->root, "advisories");
	if (is_alas(f->root) || is_rocky(f->root) || is_alma(f->root))
		return true;
	if (node_is(data, NODE_ARRAY) && is_alma(data->first))
		return true;
	if (node_is(pages, NODE_ARRAY) && is_rocky(pages->first))
		return true;
	return node_is(f->root, NODE_ARRAY) && is_alma(f->root->first);
}

static struct slice evr_of(struct adv_build *b, struct slice epoch, struct slice version,
			   struct slice release)
{
	if (!epoch.len || slice_is(epoch, "0"))
		return arena_printf(bld_arena(b), "%.*s-%.*s", SL_FMT(version), SL_FMT(release));
	return arena_printf(bld_arena(b), "%.*s:%.*s-%.*s", SL_FMT(epoch), SL_FMT(version),
			    SL_FMT(release));
}

static void finish(struct erratum *e, const struct adv_file *f, bool ok)
{
	if (!ok)
		bld_skip(e->b, f, erratum_feed(e->id), e->id,
			 "a package whose name or release is not understood");
	erratum_end(e);
}

static void alas(struct erratum *e, const struct adv_file *f, const struct node *n)
{
	bool ok = true;
	e->id = node_get_str(n, "ID");
	e->title = node_get_str(n, "Title");
	e->details = node_get_str(n, "Description");
	e->severity = node_get_str(n, "Severity");
	e->issued = slice_sub(node_get_str(node_get(n, "Updated"), "Date"), 0, 10);
	node_each (r, node_get(node_get(n, "References"), "Reference"))
		erratum_cve(e, node_get_str(r, "ID"));
	node_each (p, node_path(n, "Pkglist.Collection.Package")) {
		struct adv_nevra v = {.name = node_get_str(p, "Name"),
				      .arch = node_get_str(p, "Arch")};
		v.evr = evr_of(e->b, node_get_str(p, "Epoch"), node_get_str(p, "Version"),
			       node_get_str(p, "Release"));
		ok &= erratum_package(e, &v);
	}
	finish(e, f, ok);
}

static void rocky(struct erratum *e, const struct adv_file *f, const struct node *n)
{
	bool ok = true;
	e->id = node_get_str(n, "name");
	e->title = node_get_str(n, "synopsis");
	e->details = node_get_str(n, "description");
	e->severity = node_get_str(n, "severity");
	e->issued = node_get_str(n, "updated_at");
	node_each (c, node_get(n, "cves")) {
		struct slice cve = node_get_str(c, "cve");
		erratum_cve(e, cve);
		if (adv_is_cve(cve)) {
			bld_score(e->b, cve, SL("rocky"), node_get_str(c, "cvss3_scoring_vector"));
			bld_cwe(e->b, cve, node_get_str(c, "cwe"));
		}
	}
	node_each (p, node_get(n, "packages")) {
		struct adv_nevra v;
		struct slice module = node_get_str(p, "module_name"),
			     stream = node_get_str(p, "module_stream");
		ok &= adv_nevra_parse(node_get_str(p, "nevra"), &v);
		if (module.len)
			v.module = arena_printf(bld_arena(e->b), "%.*s:%.*s", SL_FMT(module),
						SL_FMT(stream));
		if (e->ncves)
			ok &= erratum_package(e, &v);
	}
	finish(e, f, ok);
}

static struct slice alma_module(struct erratum *e, const struct node *modules)
{
	const struct node *m = modules ? modules->first : NULL;
	struct slice name = node_get_str(m, "name"), stream = node_get_str(m, "stream");
	return name.len ? arena_printf(bld_arena(e->b), "%.*s:%.*s", SL_FMT(name), SL_FMT(stream))
			: SL_NONE;
}

static void alma(struct erratum *e, const struct adv_file *f, const struct node *n)
{
	uint64_t seconds;
	char text[TIME_TEXT];
	bool ok = true;
	e->id =
	    node_get_str(n, "id").len ? node_get_str(n, "id") : node_get_str(n, "updateinfo_id");
	e->title = node_get_str(n, "title");
	e->details = node_get_str(n, "description");
	e->severity = node_get_str(n, "severity");
	if (node_u64(node_get(n, "updated_date"), &seconds) == 0 && seconds < UINT32_MAX) {
		time_text((int64_t)seconds, text);
		e->issued = slice_str(text);
	}
	struct slice module = alma_module(e, node_get(n, "modules"));
	node_each (r, node_get(n, "references"))
		if (slice_is(node_get_str(r, "type"), "cve"))
			erratum_cve(e, node_get_str(r, "id"));
	const struct node *packages = node_get(n, "packages");
	if (e->ncves == 0)
		packages = NULL;
	node_each (p, packages) {
		struct adv_nevra v = {.name = node_get_str(p, "name"),
				      .arch = node_get_str(p, "arch")};
		v.evr = evr_of(e->b, node_get_str(p, "epoch"), node_get_str(p, "version"),
			       node_get_str(p, "release"));
		v.module = slice_find(v.evr, SL(".module")) >= 0 ? module : SL_NONE;
		ok &= erratum_package(e, &v);
	}
	finish(e, f, ok);
}

static void record(struct erratum *e, const struct adv_file *f, const struct node *n)
{
	if (is_alas(n))
		alas(e, f, n);
	else if (is_rocky(n))
		rocky(e, f, n);
	else if (is_alma(n))
		alma(e, f, n);
	else
		bld_skip(e->b, f, SL("errata"), SL_NONE, "not an erratum");
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct erratum *e = arena_new(bld_arena(b), struct erratum);
	const struct node *list =
	    node_is(f->root, NODE_ARRAY) ? f->root : node_get(f->root, "data");
	if (!list)
		list = node_get(f->root, "advisories");
	if (!e)
		return err_oom(err);
	e->b = b;
	auto_rpm_set struct rpm_set *set = e->set = rpm_set_new(b, SL("errata"));
	if (!set)
		return err_oom(err);
	if (!node_is(list, NODE_ARRAY)) {
		record(e, f, f->root);
		return 0;
	}
	node_each (n, list)
		record(e, f, n);
	return 0;
}

const struct adv_feed adv_feed_errata = {
    .name = "errata",
    .help = "Amazon ALAS, AlmaLinux and Rocky errata, JSON",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
