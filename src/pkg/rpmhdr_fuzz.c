/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"
#include "pkg/rpm_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_fuzz_sink struct fuzz_sink f;
	auto_rpm_scan struct rpm_scan s;
	struct err err = {0};
	fuzz_sink_init(&f);
	struct pkg_ctx cx = fuzz_ctx(&f, "var/lib/rpm/Packages");
	rpm_scan_init(&s, &cx, size);
	if (rpm_header(&s, slice_of(data, size), &err) < 0 || f.packages > 1)
		abort();
	return 0;
}
