/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVD's API 2.0: pages of answers and single CVE objects. They say how bad a problem is, in words and
 * scores; which packages have it is for the feeds of packages to say.
 */
#include "adv/build.h"

static bool is_cve(const struct node *n)
{
	return adv_is_cve(node_get_str(n, "id")) && node_get(n, "vulnStatus") &&
	       node_get(n, "descriptions");
}

static bool sniff(const struct adv_file *f)
{
	const struct node *list = node_get(f->root, "vulnerabilities");
	if (is_cve(f->root))
		return true;
	return node_get(f->root, "resultsPerPage") && node_is(list, NODE_ARRAY) &&
	       (!list->first || node_get(list->first, "cve"));
}

static void add(struct adv_build *b, const struct node *n)
{
	static const char *const metrics[] = {"cvssMetricV2", "cvssMetricV30", "cvssMetricV31",
					      "cvssMetricV40"};
	struct slice id = node_get_str(n, "id");
	bld_record(b, SL("nvd"), node_get_str(n, "lastModified"));
	if (slice_is(node_get_str(n, "vulnStatus"), "Rejected"))
		return;
	bld_published(b, id, BLD_NVD, node_get_str(n, "published"));
	bld_modified(b, id, BLD_NVD, node_get_str(n, "lastModified"));
	node_each (d, node_get(n, "descriptions"))
		if (slice_is(node_get_str(d, "lang"), "en"))
			bld_details(b, id, BLD_NVD, node_get_str(d, "value"));
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++)
		node_each (m, node_get(node_get(n, "metrics"), metrics[i])) {
			/* NVD's own rating is the primary one; others only passed through here. */
			bool own = slice_is(node_get_str(m, "type"), "Primary");
			bld_score(b, id, own ? SL("nvd") : SL("cna"),
				  node_get_str(node_get(m, "cvssData"), "vectorString"));
		}
	node_each (w, node_get(n, "weaknesses"))
		node_each (d, node_get(w, "description"))
			bld_cwe(b, id, node_get_str(d, "value"));
	node_each (r, node_get(n, "references"))
		bld_ref(b, id, node_get_str(r, "url"));
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	(void)err;
	if (is_cve(f->root)) {
		add(b, f->root);
		return 0;
	}
	node_each (v, node_get(f->root, "vulnerabilities")) {
		const struct node *n = node_get(v, "cve");
		if (is_cve(n))
			add(b, n);
		else
			bld_skip(b, f, SL("nvd"), node_get_str(n, "id"),
				 "no CVE number, state or description");
	}
	return 0;
}

const struct adv_feed adv_feed_nvd = {
    .name = "nvd",
    .help = "NVD API 2.0: scores and descriptions",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
