/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/binary_match.h"
#include "pkg/pkg_fuzzing.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"python3",	    "deno",	      "java",  "haproxy",
					    "redis-server", "pilot-agent",    "vault", "ldapsearch",
					    "VERSION",	    "application.ini"};
	static const struct binary_rule rule = {B_NULS, FORM_SEMVER, B_NULS B_SAME "end"};
	struct slice in = slice_of(data, size), got = binary_find(in, &rule);
	assert(!got.len || (got.ptr >= in.ptr && got.ptr + got.len <= in.ptr + in.len));
	fuzz_analyser("bitnami", "opt/bitnami/a/.spdx-a.spdx", in, 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fuzz_analyser("binary", names[i], in, 1);
	return 0;
}
