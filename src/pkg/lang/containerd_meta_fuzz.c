/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const all[][2] = {
	    {"containerd-meta", "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"},
	    {"podman-db", "var/lib/containers/storage/db.sql"},
	    {"podman-db", "var/lib/containers/storage/libpod/bolt_state.db"},
	};
	if (!size)
		return 0;
	const char *const *one = all[data[0] % ARRAY_LEN(all)];
	fuzz_analyser(one[0], one[1], slice_of(data + 1, size - 1), 1);
	return 0;
}
