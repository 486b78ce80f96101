/* SPDX-License-Identifier: Apache-2.0 */
/* What takes findings away: settings, and comments in the file. */
#include "config/config_internal.h"

static void suppress(struct config_finding *f, struct slice source, struct slice reason)
{
	if (f->is_suppressed)
		return;
	f->is_suppressed = true;
	f->source = source;
	f->reason = reason;
}

static bool is_here(const struct config_ignore *i, const struct config_finding *f)
{
	return !i->line || (f->line >= i->line && f->line <= i->end_line);
}

static int by_comments(struct config_run *r, struct config_finding *f)
{
	for (size_t k = 0; k < r->ignores.len && !f->is_suppressed; k++) {
		const struct config_ignore *i = &r->ignores.ptr[k];
		if (!is_here(i, f) || (i->id.len && !config_is_named(f->check, i->id)))
			continue;
		struct slice source = arena_printf(r->arena, "comment on line %u", i->at);
		if (!source.ptr)
			return -ENOMEM;
		suppress(f, source, i->reason);
	}
	return 0;
}

int config_apply_ignores(struct config_run *r, struct err *err)
{
	const struct config_settings *s = r->settings;
	for (size_t p = 0; p < r->pending.len; p++) {
		struct config_finding *f = &r->pending.ptr[p].f;
		for (size_t k = 0; k < s->nignored; k++)
			if (config_is_named(f->check, s->ignored[k]))
				suppress(f, s->ignored_source, SL_NONE);
		if (!s->no_inline_ignores && by_comments(r, f) < 0)
			return err_oom(err);
	}
	return 0;
}
