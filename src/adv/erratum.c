/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/erratum.h"

static const struct {
	const char *prefix, *feed, *tag; /* tag before the release's number in package releases */
} families[] = {{"ALAS", "amazon", NULL},	 {"RLSA-", "rocky", ".el"},
		{"RLBA-", "rocky", ".el"},	 {"RLEA-", "rocky", ".el"},
		{"RXSA-", "rocky", ".el"},	 {"ALSA-", "alma", ".el"},
		{"ALBA-", "alma", ".el"},	 {"ALEA-", "alma", ".el"},
		{"ELSA-", "oracle-oval", ".el"}, {"FEDORA-", "fedora", ".fc"}};

void erratum_cve(struct erratum *e, struct slice text)
{
	struct slice cve = adv_find_cve(text);
	for (size_t i = 0; i < e->ncves; i++)
		if (slice_eq(e->cves[i], cve))
			return;
	if (cve.len && e->ncves < ERRATUM_MAX_CVES)
		e->cves[e->ncves++] = arena_dup(bld_arena(e->b), cve);
}

struct slice erratum_feed(struct slice id)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (slice_starts(id, families[i].prefix))
			return slice_str(families[i].feed);
	return SL("bottlerocket");
}

static struct slice digits(struct slice s)
{
	size_t n = 0;
	while (n < s.len && is_digit(s.ptr[n]))
		n++;
	return slice_sub(s, 0, n);
}

/*
 * ALAS-2011-1, ALAS2-2018-939, ALAS2023-2023-001. The extras of Amazon Linux 2 (ALAS2KERNEL-5.15-2022-001)
 * stand beside the core in one channel, since a system does not tell which of them it follows: by the number
 * of the notice the matcher keeps apart what has the same name.
 */
static struct slice amazon_channel(struct slice id, struct arena *a)
{
	struct slice release = digits(slice_from(id, 4));
	return release.len ? arena_printf(a, "amazon:%.*s", SL_FMT(release)) : SL("amazon:1");
}

/* Number after ".el", "+el", "_el" ("1.module_el8.0.0+36") or ".fc". */
static struct slice tagged(struct slice evr, const char *tag)
{
	for (size_t i = 1; i + 3 < evr.len; i++) {
		bool mark = evr.ptr[i - 1] == '.' || evr.ptr[i - 1] == '+' || evr.ptr[i - 1] == '_';
		if (mark && evr.ptr[i] == tag[1] && evr.ptr[i + 1] == tag[2] &&
		    is_digit(evr.ptr[i + 2]))
			return digits(slice_from(evr, i + 2));
	}
	return SL_NONE;
}

static bool channel_of(struct erratum *e, const struct adv_nevra *n, struct slice *channel)
{
	struct arena *a = bld_arena(e->b);
	if (slice_starts(e->id, "ALAS")) {
		*channel = amazon_channel(e->id, a);
		return true;
	}
	for (size_t i = 1; i < ARRAY_LEN(families); i++) {
		if (!slice_starts(e->id, families[i].prefix))
			continue;
		struct slice release = tagged(n->evr, families[i].tag);
		const char *family = slice_is(slice_str(families[i].feed), "oracle-oval")
					 ? "oracle"
					 : families[i].feed;
		*channel = arena_printf(a, "%s:%.*s", family, SL_FMT(release));
		return release.len && channel->ptr;
	}
	*channel = SL("bottlerocket");
	return slice_starts(e->id, "GHSA-") || slice_starts(e->id, "CVE-");
}

bool erratum_package(struct erratum *e, const struct adv_nevra *n)
{
	struct rpm_statement x = {.vendor_id = e->id,
				  .name = n->name,
				  .evr = n->evr,
				  .arch = n->arch,
				  .module = n->module,
				  .status = ADV_FIXED,
				  .severity = adv_severity_of_word(e->severity)};
	if (slice_is(n->arch, "src") || slice_is(n->arch, "nosrc"))
		return true; /* its binary packages are listed too */
	if (!n->name.len || !n->evr.len || !channel_of(e, n, &x.channel))
		return false;
	for (size_t i = 0; i < MAX(e->ncves, (size_t)1); i++) {
		x.vuln = e->ncves ? e->cves[i] : e->id;
		if (slice_eq(x.vuln, e->id))
			x.vendor_id = SL_NONE;
		rpm_set_add(e->set, &x);
	}
	return true;
}

void erratum_end(struct erratum *e)
{
	struct slice feed = erratum_feed(e->id);
	for (size_t i = 0; i < e->ncves; i++) {
		bld_title(e->b, e->cves[i], BLD_OTHER, e->title);
		bld_details(e->b, e->cves[i], BLD_OTHER, e->details);
		bld_severity(e->b, e->cves[i], feed, adv_severity_of_word(e->severity));
	}
	bld_record(e->b, feed, e->issued);
	rpm_set_feed(e->set, feed);
	rpm_set_flush(e->set);
	e->id = e->severity = e->title = e->details = e->issued = SL_NONE;
	e->ncves = 0;
}
