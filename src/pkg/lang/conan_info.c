/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages in the cache of Conan 1: .conan/data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt. Name and version
 * are parts of the path; the file has what it was built against.
 */
#include "pkg/lang/lang_text.h"

static void put_required(struct buf *b, struct slice file)
{
	struct slice line, name;
	bool in = false;
	while (slice_line(&file, &line)) {
		line = slice_trim(line);
		if (slice_starts(line, "["))
			in = slice_is(line, "[full_requires]");
		else if (in && line.len) {
			name = lang_before(line, '/');
			struct slice rest = lang_after(line, '/');
			lang_put_dep(b, name,
				     lang_before(lang_before(lang_before(rest, '@'), '#'), ':'));
		}
	}
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_buf struct buf deps;
	struct pkg_warnings w = {.cx = cx};
	struct slice id = path_dir(cx->path), package = path_dir(id), channel = path_dir(package),
		     user = path_dir(channel), version = path_dir(user), name = path_dir(version);
	struct pkg p = {
	    .type = SL("conan"), .name = path_base(name), .version = path_base(version)};
	buf_init(&deps, LANG_LIST_MAX);
	if (!slice_is(path_base(package), "package") ||
	    !slice_is(path_base(path_dir(name)), "data"))
		return 0;
	put_required(&deps, file);
	p.deps = lang_list(&w, &deps, p.name);
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_conan_info = {
    .name = "conan-info",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "conan",
    .group = "Conan",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "conaninfo.txt"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
