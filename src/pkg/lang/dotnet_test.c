/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"

static void every_form_of_nuget_file_is_read(void **state)
{
	static const struct {
		const char *folder;
		struct lang_row rows[4];
	} all[] = {{"nuget-csproj", {{"", NULL, "nuget-project", "a.csproj"}}},
		   {"nuget-depsjson", {{"", NULL, "nuget-deps", "a.deps.json"}}},
		   {"nuget-lock",
		    {{"scalibr", NULL, "nuget-assets", "obj/project.assets.json"},
		     {"", NULL, "nuget-lock", "packages.lock.json"}}},
		   {"nuget-packagesconfig", {{"", NULL, "nuget-config", "packages.config"}}},
		   {"nuget-props", {{"", NULL, "nuget-props", "Directory.Packages.props"}}},
		   {"nuget-pe", {{"", NULL, "nuget-pe", NULL}}},
		   {"nuget-paket",
		    {{"", "paket.lock", "paket-lock", NULL},
		     {"", "paket.dependencies", "paket-deps", NULL}}}};
	static const struct lang_known known[] = {
	    {"HelloWorldApp.exe", "packages have no file name ending"}, {0}};
	static const struct lang_known paket[] = {
	    {"duplicate/paket.dependencies", "without a version there is nothing to judge"}, {0}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		lang_check(all[i].folder, all[i].rows,
			   strcmp(all[i].folder, "nuget-pe") == 0      ? known
			   : strcmp(all[i].folder, "nuget-paket") == 0 ? paket
								       : NULL);
}

static void assemblies_described_by_deps_json_are_not_told_twice(void **state)
{
	const char *data = test_data();
	(void)state;
	for (int described = 0; described < 2; described++) {
		auto_told struct told t;
		told_init(&t);
		struct slice path = arena_printf(
		    &t.arena, "%s/lang/nuget-pe/scalibr/dotnetpe/HelloWorldApp.exe", data);
		const struct pkg_analyser *a = analyser("nuget-pe");
		struct pkg_ctx cx = {
		    .path = SL("app/HelloWorldApp.exe"), .sink = &t.sink, .arena = &t.arena};
		assert_ok(a->run(&cx, test_read(&t.arena, path.ptr), &t.err), &t.err);
		cx.path = described ? SL("app/x.deps.json") : SL("other/x.deps.json");
		assert_ok(a->run(&cx, SL("{}"), &t.err), &t.err);
		analyse_held(&t, "nuget-pe");
		assert_int_equal(t.pkgs.len, described ? 0 : 1);
		if (!described) {
			assert_slice(t.pkgs.ptr[0].name, "HelloWorldApp");
			assert_slice(t.pkgs.ptr[0].version, "1.0.0");
		}
	}
}

RUN_TESTS(T(every_form_of_nuget_file_is_read),
	  T(assemblies_described_by_deps_json_are_not_told_twice))
