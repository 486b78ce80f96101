/* SPDX-License-Identifier: Apache-2.0 */
/* Loadable modules of the Linux kernel: the strings "key=value" of the ELF section .modinfo. */
#include "pkg/lang/exec.h"
#include "pkg/lang/lang_text.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = SL("linux-kernel-module")};
	struct exec x;
	struct slice entry;
	TRY(exec_open(cx->arena, file, 0, &x, err));
	struct slice info = x.kind == EXEC_ELF ? exec_section(&x, ".modinfo") : SL_NONE;
	while (slice_cut(&info, '\0', &entry)) {
		struct slice key = lang_before(entry, '='), value = lang_after(entry, '=');
		if (slice_is(key, "name") && !p.name.len)
			p.name = value;
		else if (slice_is(key, "version") && !p.version.len)
			p.version = value;
		else if (slice_is(key, "license") && !p.licenses.len)
			p.licenses = value;
		else if (slice_is(key, "author") && !p.maintainer.len)
			p.maintainer = value;
	}
	if (!p.name.len)
		return err_input(err, "not a module of the Linux kernel: no name in .modinfo");
	/* Authors write versions as they like; one with blanks is none that can be compared. */
	if (!lang_word_ok(p.version))
		p.version = SL_NONE;
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_kernel_module = {
    .name = "kernel-module",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "linux-kernel",
    .group = "Linux kernel modules",
    .wants = PKG_WANTS({PKG_SUFFIX, ".ko"}),
    .max_size = 256 * MIB,
    .run = run,
};
