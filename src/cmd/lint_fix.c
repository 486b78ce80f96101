/* SPDX-License-Identifier: Apache-2.0 */
/* --fix and --diff. */
#include "cmd/lint.h"

#define MAX_ROUNDS 5 /* a fix may make room for another one */

/* What --ignore and --severity leave out is not mended. */
static void leave_out(const struct lint *l, struct lint_file *f)
{
	for (size_t k = 0; k < f->result.nfindings; k++) {
		struct config_finding *x =
		    (struct config_finding *)(uintptr_t)&f->result.findings[k];
		if (l->severities && !(l->severities >> x->severity & 1))
			x->is_suppressed = true;
	}
}

/* Rounds until nothing is left to mend. */
static int mend(struct lint *l, struct lint_file *f, size_t *fixed, struct err *err)
{
	for (size_t round = 0; round < MAX_ROUNDS; round++) {
		auto_buf struct buf b;
		size_t n = 0;
		buf_init(&b, 256 * MIB);
		leave_out(l, f);
		TRY(config_apply(f->bytes, &f->result, &b, &n, err));
		if (!n || slice_eq(buf_slice(&b), f->bytes))
			return 0;
		*fixed += n;
		f->bytes = arena_dup(&l->arena, buf_slice(&b));
		if (!f->bytes.ptr)
			return err_oom(err);
		f->extra = NULL; /* their places are those of the old text */
		TRY(lint_check(l, f, err));
	}
	return 0;
}

int lint_fix(struct lint *l, bool write, struct buf *out)
{
	struct err err = {0};
	size_t total = 0, files = 0;
	for (size_t k = 0; k < l->files.len; k++) {
		struct lint_file *f = &l->files.ptr[k];
		struct slice before = f->bytes;
		size_t fixed = 0;
		if (f->is_unreadable)
			continue;
		if (mend(l, f, &fixed, &err) < 0)
			return cmd_fail(&err);
		if (slice_eq(before, f->bytes))
			continue;
		total += fixed;
		files++;
		struct slice path = arena_dup(&l->arena, f->path);
		if (!write)
			config_diff(f->path, before, f->bytes, out);
		else if (slice_is(f->path, "-"))
			buf_puts(out, f->bytes);
		else if (!path.ptr || file_replace(path.ptr, f->bytes, &err) < 0)
			return cmd_fail(&err);
	}
	if (write)
		log_info("%zu findings mended in %zu files", total, files);
	return 0;
}
