/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *analyser, *path;
	} rows[] = {{"python-dist", "a.dist-info/METADATA"},
		    {"python-dist", "a.egg"},
		    {"requirements", "requirements.txt"},
		    {"pipfile-lock", "Pipfile.lock"},
		    {"poetry-lock", "poetry.lock"},
		    {"uv-lock", "uv.lock"},
		    {"pdm-lock", "pdm.lock"},
		    {"pylock", "pylock.toml"},
		    {"pyproject", "pyproject.toml"},
		    {"python-setup", "setup.py"},
		    {"python-setup", "setup.cfg"},
		    {"conda-meta", "conda-meta/a.json"},
		    {"conda-environment", "environment.yml"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fuzz_analyser(rows[i].analyser, rows[i].path, slice_of(data, size), 1);
	return 0;
}
