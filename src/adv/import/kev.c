/* SPDX-License-Identifier: Apache-2.0 */
/* CISA's catalogue of known exploited vulnerabilities, JSON. */
#include "adv/build.h"

static bool sniff(const struct adv_file *f)
{
	return node_get(f->root, "catalogVersion") &&
	       node_is(node_get(f->root, "vulnerabilities"), NODE_ARRAY);
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	(void)err;
	node_each (v, node_get(f->root, "vulnerabilities")) {
		struct slice id = node_get_str(v, "cveID"), added = node_get_str(v, "dateAdded");
		int32_t day;
		if (!adv_is_cve(id) || time_parse_day(added, &day) < 0) {
			bld_skip(b, f, SL("kev"), id, "no CVE number or no date of addition");
			continue;
		}
		bld_record(b, SL("kev"), added);
		bld_kev(b, id, day,
			slice_ieq(node_get_str(v, "knownRansomwareCampaignUse"), SL("Known")));
		bld_title(b, id, BLD_OTHER, node_get_str(v, "vulnerabilityName"));
		bld_details(b, id, BLD_OTHER, node_get_str(v, "shortDescription"));
		node_each (cwe, node_get(v, "cwes"))
			bld_cwe(b, id, node_str(cwe));
	}
	return 0;
}

const struct adv_feed adv_feed_kev = {
    .name = "kev",
    .help = "CISA known exploited vulnerabilities, JSON",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
