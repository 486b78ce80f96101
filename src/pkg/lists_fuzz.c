/* SPDX-License-Identifier: Apache-2.0 */
/* The analysers of small text files, each over the same input. */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const runs[][2] = {
	    {"dpkg-files", "var/lib/dpkg/status.d/base-files.md5sums"},
	    {"dpkg-files", "var/lib/dpkg/info/libc6:amd64.list"},
	    {"rpm-manifest", "var/lib/rpmmanifest/container-manifest-2"},
	    {"rpm-wal", "var/lib/rpm/rpmdb.sqlite-wal"},
	    {"pacman", "var/lib/pacman/local/a-1-1/desc"},
	    {"pacman-files", "var/lib/pacman/local/a-1-1/files"},
	    {"portage", "var/db/pkg/sys-libs/glibc-2.38-r10/PF"},
	    {"portage", "var/db/pkg/sys-libs/glibc-2.38-r10/CONTENTS"},
	    {"bottlerocket", "usr/share/bottlerocket/application-inventory.json"},
	    {"os", "etc/os-release"},
	};
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		fuzz_analyser(runs[i][0], runs[i][1], slice_of(data, size),
			      strcmp(runs[i][0], "chisel") == 0 ? 64 * MIB : 1);
	return 0;
}
