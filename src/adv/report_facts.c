/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a report (SchemaVersion 2) says about problems, as a small database without statements about packages:
 * so that a report that was read back is written by the same code as a fresh one.
 */
#include "adv/build_internal.h"

static void ignore_skip(void *arg, const char *file, const char *where, const char *why)
{
	(void)arg, (void)file, (void)where, (void)why;
}

static void ignore_progress(void *arg, const char *file, uint64_t bytes)
{
	(void)arg, (void)file, (void)bytes;
}

static void take_scores(struct adv_build *b, struct slice id, const struct node *cvss)
{
	static const char *const vectors[] = {"V2Vector", "V3Vector", "V40Vector"};
	node_each (source, cvss)
		for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
			if (node_get_str(source, vectors[i]).len)
				bld_score(b, id, source->key, node_get_str(source, vectors[i]));
}

static void take_likelihood(struct adv_build *b, struct slice id, const struct node *v)
{
	const struct node *epss = node_get(v, "EPSS"), *kev = node_get(v, "KEV");
	double score, percentile = -1;
	int32_t day = 0;
	if (epss && node_double(node_get(epss, "Score"), &score) == 0) {
		(void)!node_double(node_get(epss, "Percentile"), &percentile);
		bld_epss(b, id, SL("2000-01-01"), (float)score, (float)percentile);
	}
	if (!kev)
		return;
	(void)!time_parse_day(node_get_str(kev, "DateAdded"), &day);
	bld_kev(b, id, day, node_true(node_get(kev, "Ransomware")));
}

static void take_problem(struct adv_build *b, const struct node *v)
{
	struct slice id = node_get_str(v, "VulnerabilityID");
	uint64_t number;
	if (!id.len || id.len > 256)
		return;
	/* The writer keeps the problems that a statement names. */
	struct bld_row row = {.channel = SL("report"),
			      .name = id,
			      .vuln = id,
			      .feed = SL("report"),
			      .status = ADV_AFFECTED};
	bld_row(b, &row);
	bld_title(b, id, BLD_OWN, node_get_str(v, "Title"));
	bld_details(b, id, BLD_OWN, node_get_str(v, "Description"));
	bld_published(b, id, BLD_OWN, node_get_str(v, "PublishedDate"));
	bld_modified(b, id, BLD_OWN, node_get_str(v, "LastModifiedDate"));
	node_each (a, node_get(v, "Aliases"))
		bld_alias_listed(b, id, node_str(a));
	node_each (c, node_get(v, "CweIDs"))
		bld_cwe(b, id, node_str(c));
	node_each (r, node_get(v, "References"))
		bld_ref(b, id, node_str(r));
	node_each (s, node_get(v, "VendorSeverity"))
		if (node_u64(s, &number) == 0 && number <= ADV_SEV_CRITICAL)
			bld_severity(b, id, s->key, (enum adv_severity)number);
	take_scores(b, id, node_get(v, "CVSS"));
	take_likelihood(b, id, v);
}

/* Each problem once: a report repeats it for every package that has it. */
static int take_report(struct adv_build *b, const struct node *report, struct map *seen,
		       struct err *err)
{
	node_each (result, node_get(report, "Results"))
		node_each (v, node_get(result, "Vulnerabilities")) {
			bool is_new = false;
			if (!map_put(seen, node_get_str(v, "VulnerabilityID"), &is_new))
				return err_oom(err);
			if (is_new)
				take_problem(b, v);
		}
	return 0;
}

static int take_all(struct adv_build *b, const struct node *root, struct map *seen, struct err *err)
{
	if (root->type != NODE_ARRAY)
		return take_report(b, root, seen, err);
	node_each (report, root)
		TRY(take_report(b, report, seen, err));
	return 0;
}

int adv_image_of_report(const struct node *root, struct buf *image, struct err *err)
{
	static const struct adv_report quiet = {ignore_skip, ignore_progress, NULL};
	struct adv_build *b = NULL;
	auto_map struct map seen = {0};
	TRY(adv_build_new(&b, &quiet, err));
	int r = take_all(b, root, &seen, err);
	if (r == 0)
		r = adv_build_image(b, image, err);
	adv_build_free(&b);
	return r;
}
