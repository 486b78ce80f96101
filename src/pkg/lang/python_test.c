/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"
#include "pkg/lang/python.h"

static void installed_distributions_are_found(void **state)
{
	static const struct lang_row rows[] = {
	    {"", ".egg", "python-dist", NULL},
	    {"", ".egg-info", "python-dist", NULL},
	    {"", ".whl", "python-dist", "a.whl"},
	    {"", NULL, "python-dist", "lib/a.dist-info/METADATA"},
	    {0}};
	static const struct lang_known known[] = {
	    {".whl", "a wheel is not installed before it is unpacked"}, {0}};
	(void)state;
	lang_check("python-dist", rows, known);
}

static void metadata_lies_in_directories_of_any_case(void **state)
{
	static const struct {
		const char *path, *name, *version;
	} files[] = {{"license/with-license-file-declared.dist-info/METADATA", "Pygments", "2.6.1"},
		     {"malformed-record/dist-info/METADATA", "Pygments", "2.6.1"},
		     {"nested/dist-name/dist-info/METADATA", "Pygments", "2.6.1"},
		     {"nested/egg-name/egg-info/PKG-INFO", "requests", "2.22.0"},
		     {"uppercase/dist-name/DIST-INFO/METADATA", "Pygments", "2.6.1"},
		     {"uppercase/egg-name/EGG-INFO/PKG-INFO", "requests", "2.22.0"},
		     {"partial.dist-info/METADATA", "Pygments", "2.6.1"},
		     {"no-version/no-version-py3.8.egg-info", "no-version", ""},
		     {"test/test.egg-info", "requests", "2.22.0"}};
	const char *data = test_data();
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_told struct told t;
		told_init(&t);
		struct slice path =
		    arena_printf(&t.arena, "%s/lang/python-mixed-syft/syft/python/site-packages/%s",
				 data, files[i].path);
		analyse(&t, "python-dist", files[i].path, test_read(&t.arena, path.ptr));
		assert_int_equal(t.pkgs.len, 1);
		assert_true(slice_is(t.pkgs.ptr[0].name, files[i].name));
		assert_true(slice_is(t.pkgs.ptr[0].version, files[i].version));
	}
}

static void requirements_that_are_pinned_have_a_version(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "requirements", "requirements.txt"}, {0}};
	static const char why[] = "a lower or upper bound is no version that is installed";
	static const struct lang_known known[] = {{"scalibr/requirements/example.txt", why},
						  {"scalibr/requirements/no_version.txt", why},
						  {"scalibr/requirements/with_versions.txt", why},
						  {"trivy/pip/requirements_compatible.txt", why},
						  {0}};
	(void)state;
	lang_check("requirements", rows, known);
}

static void lock_files_give_every_package(void **state)
{
	static const struct {
		const char *folder, *analyser, *as;
	} folders[] = {{"pipenv", "pipfile-lock", "Pipfile.lock"},
		       {"poetry", "poetry-lock", "poetry.lock"},
		       {"uv", "uv-lock", "uv.lock"},
		       {"pdm", "pdm-lock", "pdm.lock"},
		       {"pylock", "pylock", "pylock.toml"},
		       {"pyproject", "pyproject", "pyproject.toml"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const struct lang_row rows[] = {{"", NULL, folders[i].analyser, folders[i].as},
						{0}};
		lang_check(folders[i].folder, rows, NULL);
	}
}

static void other_python_files_give_what_they_pin(void **state)
{
	static const struct lang_row mixed[] = {
	    {"syft/python/pdm-lock", NULL, "pdm-lock", "pdm.lock"},
	    {"syft/python/poetry", NULL, "poetry-lock", "poetry.lock"},
	    {"syft/python/setup/", NULL, "python-setup", "setup.py"},
	    {0}};
	static const struct lang_row setup[] = {{"", NULL, "python-setup", "setup.py"}, {0}};
	static const char why[] = "a lower bound is no version that is installed";
	static const struct lang_known known[] = {{"valid_2", why}, {"valid_3", why}, {0}};
	(void)state;
	lang_check("python-mixed-syft", mixed, NULL);
	lang_check("python-setup", setup, known);
}

static void conda_files_are_read(void **state)
{
	static const struct lang_row rows[] = {
	    {"trivy/environment", NULL, "conda-environment", "environment.yml"},
	    {"trivy/meta", NULL, "conda-meta", "env/conda-meta/a.json"},
	    {"scalibr/condameta", NULL, "conda-meta", "env/conda-meta/a.json"},
	    {0}};
	(void)state;
	lang_check("conda", rows, NULL);
}

static void environments_hold_packages_of_pip(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(
	    &t, "conda-environment", "environment.yml",
	    SL("dependencies:\n  - c::numpy=1.26.4=py_0\n  - scipy>=1\n  - pip:\n    - a==1.0\n"));
	assert_int_equal(t.pkgs.len, 2);
	assert_slice(t.pkgs.ptr[0].version, "1.26.4");
	assert_slice(t.pkgs.ptr[1].type, "pypi");
}

static void poetry_projects_tell_groups(void **state)
{
	auto_told struct told t;
	struct slice lock = SL("[[package]]\nname=\"a\"\nversion=\"1\"\n[package.dependencies]\n"
			       "B_x=\"*\"\n[[package]]\nname=\"b-x\"\nversion=\"2\"\n"
			       "[[package]]\nname=\"c\"\nversion=\"3\"\n");
	(void)state;
	told_init(&t);
	const struct pkg_analyser *p = analyser("poetry-lock");
	struct pkg_ctx cx = {.path = SL("poetry.lock"), .sink = &t.sink, .arena = &t.arena};
	assert_ok(p->run(&cx, lock, &t.err), &t.err);
	cx.path = SL("pyproject.toml");
	assert_ok(p->run(&cx,
			 SL("[tool.poetry.dependencies]\npython=\"^3\"\nA=\"*\"\n"
			    "[tool.poetry.group.dev.dependencies]\nc=\"*\"\n"),
			 &t.err),
		  &t.err);
	analyse_held(&t, "poetry-lock");
	assert_int_equal(t.pkgs.len, 3);
	assert_int_equal(t.pkgs.ptr[0].flags, PKG_DIRECT);
	assert_int_equal(t.pkgs.ptr[1].flags, PKG_INDIRECT);
	assert_int_equal(t.pkgs.ptr[2].flags, PKG_DIRECT | PKG_DEV);
	assert_slice(t.pkgs.ptr[0].deps, "b-x@2");
}

static void requirement_forms_are_understood(void **state)
{
	struct py_req r;
	(void)state;
	assert_true(py_req_parse(SL("A.b[x,y] (==1.0) ; python_version < '3'"), &r));
	assert_slice(r.name, "A.b");
	assert_slice(py_req_pinned(&r), "1.0");
	assert_true(py_req_parse(SL("a @ https://x.org/a.whl"), &r));
	assert_slice(r.url, "https://x.org/a.whl");
	assert_true(py_req_parse(SL("a==1.*,>=1"), &r));
	assert_slice(py_req_pinned(&r), "");
	assert_false(py_req_parse(SL("a 1.0"), &r));
	assert_false(py_req_parse(SL("==1.0"), &r));
}

static void large_real_files_are_read(void **state)
{
	static const struct lang_row rows[] = {{"pylock.toml", NULL, "pylock", NULL},
					       {"requirements.txt", NULL, "requirements", NULL},
					       {"go.mod", NULL, "go-mod", NULL},
					       {"seal/go.mod", NULL, "go-mod", NULL},
					       {0}};
	(void)state;
	lang_check("vuls-large", rows, NULL);
}

RUN_TESTS(T(installed_distributions_are_found), T(metadata_lies_in_directories_of_any_case),
	  T(requirements_that_are_pinned_have_a_version), T(lock_files_give_every_package),
	  T(other_python_files_give_what_they_pin), T(conda_files_are_read),
	  T(environments_hold_packages_of_pip), T(poetry_projects_tell_groups),
	  T(requirement_forms_are_understood), T(large_real_files_are_read))
