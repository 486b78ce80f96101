/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sbom_of.h"

static int write_report(const struct report *reports, size_t n, const struct report_style *st,
			struct buf *out, struct err *err)
{
	(void)st;
	return sbom_report_write("cyclonedx", reports, n, out, err);
}

const struct report_writer report_writer_cyclonedx = {
    .name = "cyclonedx",
    .help = "CycloneDX 1.6 JSON, with vulnerabilities where they were looked for",
    .write = write_report,
};
