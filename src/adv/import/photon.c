/* SPDX-License-Identifier: Apache-2.0 */
/* Photon OS: cve_data_photon<release>.json, rows of package, CVE and the release that resolves it. */
#include "adv/build.h"

static bool is_row(const struct node *n)
{
	return node_get(n, "cve_id") && node_get(n, "pkg") && node_get(n, "res_ver");
}

static bool sniff(const struct adv_file *f)
{
	return node_is(f->root, NODE_ARRAY) && is_row(f->root->first) &&
	       slice_starts(f->name, "cve_data_photon");
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct slice release = slice_from(f->name, 15), feed = SL("photon");
	ssize_t dot = slice_chr(release, '.');
	release.len = dot < 0 ? release.len : (size_t)dot;
	struct slice channel = arena_printf(bld_arena(b), "photon:%.*s", SL_FMT(release));
	if (!release.len || !is_digit(release.ptr[0]))
		return err_input(
		    err,
		    "the release is not in the file's name - cve_data_photon5.0.json is expected");
	node_each (n, f->root) {
		struct slice status = node_get_str(n, "status"), fixed = node_get_str(n, "res_ver");
		struct bld_row row = {.channel = channel,
				      .name = node_get_str(n, "pkg"),
				      .vuln = node_get_str(n, "cve_id"),
				      .feed = feed,
				      .flags = ADV_SOURCE_NAME};
		double score;
		if (!row.name.len || !row.vuln.len) {
			bld_skip(b, f, feed, row.name, "no package or no id");
			continue;
		}
		if (node_double(node_get(n, "cve_score"), &score) == 0)
			row.severity = adv_severity_of_score(score);
		bld_record(b, feed, SL_NONE);
		bld_severity(b, row.vuln, feed, row.severity);
		bool none = fixed.len == 0 || slice_is(fixed, "NA");
		row.status = slice_is(status, "Not Affected") ? ADV_NOT_AFFECTED
			     : none			      ? ADV_AFFECTED
							      : ADV_FIXED;
		if (row.status == ADV_NOT_AFFECTED)
			bld_row(b, &row);
		else
			bld_row_fixed(b, &row, none ? SL_NONE : fixed);
	}
	return 0;
}

const struct adv_feed adv_feed_photon = {
    .name = "photon",
    .help = "Photon OS CVE data",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
