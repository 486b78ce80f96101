/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sbom_of.h"

static int write_report(const struct report *reports, size_t n, const struct report_style *st,
			struct buf *out, struct err *err)
{
	(void)st;
	return sbom_report_write("spdx-json", reports, n, out, err);
}

const struct report_writer report_writer_spdx_json = {
    .name = "spdx-json",
    .help = "SPDX 2.3 JSON",
    .write = write_report,
};
