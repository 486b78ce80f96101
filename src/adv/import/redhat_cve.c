/* SPDX-License-Identifier: Apache-2.0 */
/* Red Hat's security data API, one CVE a document: fixed packages, and the state of those without a fix. */
#include "adv/build.h"

static bool sniff(const struct adv_file *f)
{
	return node_get(f->root, "threat_severity") &&
	       (node_get(f->root, "affected_release") || node_get(f->root, "package_state")) &&
	       adv_is_cve(node_get_str(f->root, "name"));
}

static enum adv_status state_of(struct slice s)
{
	static const struct {
		const char *word;
		enum adv_status status;
	} states[] = {
	    {"Affected", ADV_AFFECTED},		{"Fix deferred", ADV_FIX_DEFERRED},
	    {"Will not fix", ADV_WILL_NOT_FIX}, {"Out of support scope", ADV_END_OF_LIFE},
	    {"Not affected", ADV_NOT_AFFECTED}, {"Under investigation", ADV_UNDER_INVESTIGATION},
	    {"New", ADV_UNDER_INVESTIGATION}};
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (slice_is(s, states[i].word))
			return states[i].status;
	return ADV_UNKNOWN;
}

static bool channel_of(struct adv_build *b, const struct node *n, struct bld_row *row)
{
	row->repo = node_get_str(n, "cpe");
	return adv_channel_of_cpe(row->repo, bld_arena(b), &row->channel);
}

/* "nodejs:12/nodejs-nodemon" or "kernel": a source package, perhaps of a module. */
static void module_of(struct slice text, struct bld_row *row)
{
	ssize_t slash = slice_chr(text, '/');
	bool module = slash > 0 && slice_chr(slice_sub(text, 0, (size_t)slash), ':') > 0;
	row->module = module ? slice_sub(text, 0, (size_t)slash) : SL_NONE;
	row->name = module ? slice_from(text, (size_t)slash + 1) : text;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct slice id = node_get_str(f->root, "name"), feed = SL("redhat");
	enum adv_severity severity = adv_severity_of_word(node_get_str(f->root, "threat_severity"));
	struct bld_row base = {
	    .vuln = id, .feed = feed, .severity = severity, .flags = ADV_SOURCE_NAME};
	(void)err;
	bld_record(b, feed, node_get_str(f->root, "public_date"));
	bld_severity(b, id, feed, severity);
	bld_score(b, id, feed, node_get_str(node_get(f->root, "cvss3"), "cvss3_scoring_vector"));
	bld_title(b, id, BLD_VENDOR, node_get_str(node_get(f->root, "bugzilla"), "description"));
	bld_published(b, id, BLD_VENDOR, node_get_str(f->root, "public_date"));
	const struct node *details = node_get(f->root, "details");
	bld_details(b, id, BLD_VENDOR,
		    details && details->first ? node_str(details->first) : SL_NONE);
	node_each (n, node_get(f->root, "affected_release")) {
		struct bld_row row = base;
		struct adv_nevra v;
		if (!channel_of(b, n, &row) || !adv_nevra_parse(node_get_str(n, "package"), &v))
			continue; /* a release as a whole, or a container */
		module_of(v.name, &row);
		row.vendor_id = node_get_str(n, "advisory");
		row.status = ADV_FIXED;
		if (slice_find(v.evr, SL(".module")) < 0)
			bld_row_fixed(b, &row, v.evr);
	}
	node_each (n, node_get(f->root, "package_state")) {
		struct bld_row row = base;
		row.status = state_of(node_get_str(n, "fix_state"));
		module_of(node_get_str(n, "package_name"), &row);
		if (row.status == ADV_UNKNOWN || !channel_of(b, n, &row))
			continue;
		if (row.status == ADV_NOT_AFFECTED)
			bld_row(b, &row);
		else
			bld_row_fixed(b, &row, SL_NONE);
	}
	return 0;
}

const struct adv_feed adv_feed_redhat_cve = {
    .name = "redhat_cve",
    .help = "Red Hat security data API, CVE documents",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
