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
struct comparison {
	const struct report *before, *after;
	struct package_change *packages;
	size_t npackages, same_packages;
	struct finding_change *findings;
	size_t nfindings, same_findings;
};
/* A finding is the same where problem, ecosystem and package are; the version does not count, so that an update which
 * does not mend it is not news. */
int report_compare(const struct report *before, const struct report *after, struct arena *a,
		   struct comparison *ret, struct err *err) must_use;
int comparison_table(const struct comparison *c, const struct report_style *st, struct buf *out,
		     struct err *err) must_use;
int comparison_json(const struct comparison *c, struct buf *out, struct err *err) must_use;
