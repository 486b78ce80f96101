/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *analyser, *path;
	} rows[] = {{"nuget-project", "a.csproj"},
		    {"nuget-props", "Packages.props"},
		    {"nuget-config", "packages.config"},
		    {"nuget-deps", "a.deps.json"},
		    {"nuget-lock", "packages.lock.json"},
		    {"nuget-assets", "project.assets.json"},
		    {"nuget-pe", "a.dll"},
		    {"paket-lock", "paket.lock"},
		    {"paket-deps", "paket.dependencies"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fuzz_analyser(rows[i].analyser, rows[i].path, slice_of(data, size), 1);
	return 0;
}
