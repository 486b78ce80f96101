/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "report/report_internal.h"
#include "sbom/sbom.h"

/* Strings are borrowed from the report. */
int sbom_of_report(const struct report *r, struct arena *a, struct sbom *ret,
		   struct err *err) must_use;
/* One report in the named format of sbom/. */
int sbom_report_write(const char *format, const struct report *reports, size_t n, struct buf *out,
		      struct err *err) must_use;
