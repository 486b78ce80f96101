/* SPDX-License-Identifier: Apache-2.0 */
/* Arch Linux security tracker: advisory groups. */
#include "adv/build.h"

static bool is_group(const struct node *n)
{
	return slice_starts(node_get_str(n, "name"), "AVG-") && node_get(n, "issues");
}

static bool sniff(const struct adv_file *f)
{
	return node_is(f->root, NODE_ARRAY) && is_group(f->root->first);
}

static void add(struct adv_build *b, const struct node *n)
{
	struct slice status = node_get_str(n, "status"), fixed = node_get_str(n, "fixed");
	const struct node *advisories = node_get(n, "advisories");
	struct bld_row row = {
	    .channel = SL("arch"), .feed = SL("arch-linux"), .vendor_id = node_get_str(n, "name")};
	row.severity = adv_severity_of_word(node_get_str(n, "severity"));
	row.status = slice_is(status, "Not affected") ? ADV_NOT_AFFECTED
		     : fixed.len		      ? ADV_FIXED
						      : ADV_AFFECTED;
	if (advisories && advisories->first)
		row.vendor_id = node_str(advisories->first);
	node_each (id, node_get(n, "issues")) {
		row.vuln = node_str(id);
		bld_severity(b, row.vuln, row.feed, row.severity);
		node_each (p, node_get(n, "packages")) {
			row.name = node_str(p);
			if (row.status == ADV_NOT_AFFECTED)
				bld_row(b, &row);
			else
				bld_row_fixed(b, &row, fixed);
		}
	}
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	(void)err;
	node_each (n, f->root) {
		if (!is_group(n)) {
			bld_skip(b, f, SL("arch-linux"), node_get_str(n, "name"),
				 "no group with issues");
			continue;
		}
		bld_record(b, SL("arch-linux"), SL_NONE);
		add(b, n);
	}
	return 0;
}

const struct adv_feed adv_feed_arch = {
    .name = "arch",
    .help = "Arch Linux security tracker",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
