/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	fuzz_analyser("jar", "lib/a-1.0.jar", in, 1);
	fuzz_analyser("maven-pom", "pom.xml", in, 1);
	fuzz_analyser("gradle-lock", "gradle.lockfile", in, 1);
	fuzz_analyser("gradle-metadata", "verification-metadata.xml", in, 1);
	fuzz_analyser("gradle-catalog", "libs.versions.toml", in, 1);
	fuzz_analyser("sbt-lock", "build.sbt.lock", in, 1);
	return 0;
}
