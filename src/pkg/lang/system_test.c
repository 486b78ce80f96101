/* SPDX-License-Identifier: Apache-2.0 */
/* Package databases of systems against the same kind of lists as those of languages. */
#include "pkg/lang/lang_testing.h"

static void dpkg_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {
	    {"scalibr/dpkg/dpkg/status.d/foo.md5sums", NULL, "dpkg-files",
	     "var/lib/dpkg/status.d/foo.md5sums"},
	    {"scalibr/dpkg/dpkg/status.d/", NULL, "dpkg", "var/lib/dpkg/status.d/foo"},
	    {"scalibr/dpkg/dpkg/", NULL, "dpkg", "var/lib/dpkg/status"},
	    {0}};
	static const struct lang_known known[] = {
	    {"dpkg/statusfield", "the files of unpacked and half-installed packages are there"},
	    {0}};
	(void)state;
	lang_check("os-dpkg", rows, known);
}

static void other_managers_give_every_package(void **state)
{
	static const struct {
		const char *folder;
		struct lang_row rows[2];
	} cases[] = {
	    {"os-apk", {{"", NULL, "apk", "lib/apk/db/installed"}}},
	    {"os-chisel", {{"", NULL, "chisel", "var/lib/chisel/manifest.wall"}}},
	    {"os-pacman", {{"", NULL, "pacman", "var/lib/pacman/local/x-1-1/desc"}}},
	    {"os-portage", {{"", NULL, "portage", "var/db/pkg/dev-perl/Getopt-Long-2.580.0/PF"}}},
	    {"os-rpm", {{"", NULL, "rpmdb", "var/lib/rpm/rpmdb.sqlite"}}},
	};
	(void)state;
	static const struct lang_known known[] = {
	    {"rpm/empty.sqlite", "an empty file is a database that nothing was written to yet"},
	    {"portage/valid", "the category is a part of the name"},
	    {"pacman/invalid_value_eof", "a broken description is told"},
	    {0}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		lang_check(cases[i].folder, cases[i].rows, known);
}

RUN_TESTS(T(dpkg_files_give_every_package), T(other_managers_give_every_package))
