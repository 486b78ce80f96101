/* SPDX-License-Identifier: Apache-2.0 */
/* Two reports against each other: which packages and findings came, went and changed. */
#pragma once

#include "report/report.h"

enum change_kind { CHANGE_NEW, CHANGE_GONE, CHANGE_CHANGED };
struct package_change {
	enum change_kind kind;
	const struct inventory_pkg *before, *after; /* NULL where there is none */
};
struct finding_change {
	enum change_kind kind; /* CHANGED: severity, status or fixed version */
	const struct finding *before, *after;
};
struct issue_change {	       /* of a misconfiguration, secret or licence */
	enum change_kind kind; /* CHANGED: severity */
	const struct report_issue *before, *after;
	const struct report_result *result; /* that it stands in: after, else before */
};
struct comparison {
	const struct report *before, *after;
	struct package_change *packages;
	size_t npackages, same_packages;
	struct finding_change *findings;
	size_t nfindings, same_findings;
	struct issue_change *issues;
	size_t nissues, same_issues[FINDING_LICENSE + 1];
	uint32_t not_compared; /* bit per enum finding_kind: one side did not look for it */
};
/* What makes it the same one in two reports, as bytes: never a line number. ptr NULL: out of memory. */
struct slice report_issue_key(const struct report_result *result, const struct report_issue *x,
			      struct arena *a);
struct slice report_finding_key(const struct finding *f, struct arena *a);
/* A finding is the same where problem, ecosystem and package are; the version does not count, so that an update which
 * does not mend it is not news. */
int report_compare(const struct report *before, const struct report *after, struct arena *a,
		   struct comparison *ret, struct err *err) must_use;
int comparison_table(const struct comparison *c, const struct report_style *st, struct buf *out,
		     struct err *err) must_use;
int comparison_json(const struct comparison *c, struct buf *out, struct err *err) must_use;
