/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const all[][2] = {{"npm-lock", "package-lock.json"},
					     {"package-json", "package.json"},
					     {"bun-lock", "bun.lock"},
					     {"deno", "deno.lock"},
					     {"deno", "deno.json"},
					     {"pnpm-lock", "pnpm-lock.yaml"},
					     {"yarn-lock", "yarn.lock"}};
	if (!size)
		return 0;
	const char *const *one = all[data[0] % ARRAY_LEN(all)];
	fuzz_analyser(one[0], one[1], slice_of(data + 1, size - 1), 1);
	return 0;
}
