/* SPDX-License-Identifier: Apache-2.0 */
/* Errata of the rpm distributions in whatever wrapping: number, CVEs, packages that carry the fixes. */
#pragma once

#include "adv/rpmset.h"

enum { ERRATUM_MAX_CVES = 2048 };
struct erratum {
	struct adv_build *b;
	struct rpm_set *set;
	struct slice id, severity, title, details, issued;
	struct slice cves[ERRATUM_MAX_CVES];
	size_t ncves;
};
void erratum_cve(struct erratum *e, struct slice text); /* takes the first CVE number in text */
/* Channel by the erratum's number and the package's release; false when the distribution is unknown. */
bool erratum_package(struct erratum *e, const struct adv_nevra *n);
struct slice erratum_feed(struct slice id);
void erratum_end(struct erratum *e); /* facts and rows; ready for the next */
