/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sbom_of.h"

static int write_report(const struct report *reports, size_t n, const struct report_style *st,
			struct buf *out, struct err *err)
{
	(void)st;
	return sbom_report_write("cyclonedx-1.5", reports, n, out, err);
}

const struct report_writer report_writer_cyclonedx_1_5 = {
    .name = "cyclonedx-1.5",
    .help = "CycloneDX 1.5 JSON, for readers of that version",
    .write = write_report,
};
