/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "adv/adv.h"

struct cvss_metric {
	const char *name, *values; /* values with blanks between; the first has number 1 */
	bool must;
};
/* Fills values[i] with the number of metric i's value, 0 when absent. -EINVAL when the vector is none. */
int cvss_parse(struct slice vector, const struct cvss_metric *metrics, size_t n, bool ordered,
	       char values[]) must_use;
int cvss4_score(struct slice vector, double *score) must_use;
