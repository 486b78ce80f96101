/* SPDX-License-Identifier: Apache-2.0 */
/* How commands of RUN, and names of images, are mended. */
#include "config/df_fix.h"

#define FIX(name)                                                                                  \
	int df_fix_##name(struct config_run *r, void *event, struct slice arg maybe_unused,        \
			  struct err *err)

/* Are the command's words parts of the file? Those of a JSON array are not. */
static bool has_places(const struct df_event *e)
{
	return e->i && !e->i->is_json && e->cmd && e->cmd->nwords;
}

/* " flag" behind a word */
static int insert_behind(struct config_run *r, const struct df_event *e, const struct sh_word *w,
			 struct slice flag, struct err *err)
{
	uint32_t at = df_where_end(&e->x->doc, e->i, w->raw);
	struct slice text = arena_cat(e->x->arena, SL(" "), slice_trim(flag));
	return text.ptr ? config_add_fix(r, at, at, text, err) : err_oom(err);
}

/* The programs of busybox know fewer options. */
static bool is_busybox(const struct df_event *e)
{
	struct rule_arg none = {0};
	struct rule_value v = {0};
	struct df_event copy = *e;
	return df_get_stage_base(&copy, &none, &v) &&
	       (slice_find(v.str, SL("alpine")) >= 0 || slice_find(v.str, SL("busybox")) >= 0);
}

FIX(flag_after_name)
{
	struct df_event *e = event;
	if (is_busybox(e))
		return 0;
	return has_places(e) ? insert_behind(r, e, &e->cmd->words[0], arg, err) : 0;
}

FIX(flag_after_action)
{
	struct df_event *e = event;
	if (!has_places(e) || !e->pkg || !e->pkg->action)
		return 0;
	for (size_t k = 1; k < e->cmd->nwords; k++)
		if (slice_is(e->cmd->words[k].text, e->pkg->action))
			return insert_behind(r, e, &e->cmd->words[k], arg, err);
	return 0;
}

FIX(replace_name)
{
	struct df_event *e = event;
	static const char *const same[] = {"install", "update", "upgrade",    "remove",
					   "purge",   "clean",	"autoremove", NULL};
	if (!has_places(e) || !e->pkg || !e->pkg->action ||
	    !slice_is_any(slice_str(e->pkg->action), same))
		return 0;
	return df_fix_replace(r, e, e->cmd->words[0].raw, slice_trim(arg), err);
}

/* sudo x: x; not where sudo has options of its own. */
FIX(remove_first_word)
{
	struct df_event *e = event;
	if (!has_places(e) || e->cmd->nwords < 2 || df_is_flag(&e->cmd->words[1]))
		return 0;
	/* sudo also sets the user back to root. */
	if (e->s && e->s->user && e->s->user->start < e->i->start)
		return 0;
	const struct df_doc *d = &e->x->doc;
	uint32_t start = df_where(d, e->i, e->cmd->words[0].raw.ptr);
	uint32_t end = df_where(d, e->i, e->cmd->words[1].raw.ptr);
	struct slice between = slice_sub(d->in, start, end - start);
	if (end <= start || slice_chr(between, '\n') >= 0)
		return 0;
	return config_add_fix(r, start, end, SL(""), err);
}

/* ---- One more command at the end of a RUN ---- */

static bool can_go_on(const struct df_event *e)
{
	struct slice b = e->i->body;
	const struct sh_script *s = &e->f->script;
	if (e->i->kind != DF_RUN || e->i->is_json || e->i->nheredocs || !b.len || s->error ||
	    s->is_cut || !s->ncommands)
		return false;
	/* A comment of the shell would swallow it, and an operator waits for its own. */
	char last = b.ptr[b.len - 1];
	if (s->ends_in_comment || !last || strchr(";&|\\", last))
		return false;
	for (size_t k = 0; k < s->ncommands; k++)
		if (s->commands[k].parent < 0 && s->commands[k].op == SH_BACKGROUND)
			return false;
	return true;
}

/* White space before the last line of the instruction. */
static struct slice indent_of(const struct df_event *e, uint32_t end)
{
	struct slice in = slice_sub(e->x->doc.in, 0, end);
	ssize_t line = slice_rchr(in, '\n');
	size_t from = (size_t)(line + 1), n = from;
	while (n < in.len && (in.ptr[n] == ' ' || in.ptr[n] == '\t'))
		n++;
	return slice_sub(in, from, n - from);
}

FIX(append_run)
{
	struct df_event *e = event;
	struct rule_arg none = {0};
	struct rule_value alone = {0};
	/* What an index was read for stands in the next RUN then. */
	if (!can_go_on(e) || (df_get_run_update_alone(e, &none, &alone) && alone.b))
		return 0;
	uint32_t end = df_where_end(&e->x->doc, e->i, e->i->body);
	struct slice what = slice_trim(arg), text;
	if (slice_chr(slice_sub(e->x->doc.in, e->i->start, end - e->i->start), '\n') < 0) {
		text = arena_cat(e->x->arena, SL(" "), what);
	} else {
		struct slice indent = indent_of(e, end);
		if (!indent.len)
			indent = SL("    ");
		text = arena_cat(e->x->arena, SL(" "), slice_of(&e->x->doc.escape, 1), SL("\n"),
				 indent, what);
	}
	return text.ptr ? config_add_fix(r, end, end, text, err) : err_oom(err);
}

/* ---- Versions ---- */

static const char *type_of(const char *manager)
{
	static const struct {
		const char *manager, *type;
	} rows[] = {{"apt-get", "deb"}, {"apt", "deb"},	     {"apk", "apk"},	{"yum", "rpm"},
		    {"dnf", "rpm"},	{"microdnf", "rpm"}, {"zypper", "rpm"}, {"pip", "pypi"},
		    {"npm", "npm"},	{"gem", "gem"}};
	for (size_t k = 0; k < ARRAY_LEN(rows); k++)
		if (strcmp(rows[k].manager, manager) == 0)
			return rows[k].type;
	return NULL;
}

static bool is_open(const struct df_package *p, struct slice name)
{
	for (size_t k = 0; k < p->nunpinned; k++)
		if (slice_eq(p->unpinned[k].str, name))
			return true;
	return false;
}

FIX(pin_packages)
{
	struct df_event *e = event;
	const struct config_settings *s = config_run_settings(r);
	const char *type = e->pkg && e->pkg->manager ? type_of(e->pkg->manager) : NULL;
	struct slice version, text;
	if (!s->pin || !type || !has_places(e))
		return 0;
	for (size_t k = 1; k < e->cmd->nwords; k++) {
		const struct sh_word *w = &e->cmd->words[k];
		if (!slice_eq(w->raw, w->text) || w->has_var || !is_open(e->pkg, w->text) ||
		    !s->pin(s->pin_arg, type, w->text, &version))
			continue;
		uint32_t at = df_where_end(&e->x->doc, e->i, w->raw);
		text = arena_cat(e->x->arena, slice_trim(arg), version);
		TRY(text.ptr ? config_add_fix(r, at, at, text, err) : err_oom(err));
	}
	return 0;
}

/* name:tag@digest */
FIX(pin_image)
{
	struct df_event *e = event;
	const struct config_settings *s = config_run_settings(r);
	const struct df_flag *from = df_flag(e->i, "from");
	struct slice raw = e->i->kind == DF_FROM && e->i->nwords ? e->i->words[0].raw
			   : from				 ? from->value
								 : SL_NONE;
	struct slice digest, text;
	if (!s->pin || !raw.len || slice_chr(raw, '$') >= 0 || slice_chr(raw, '@') >= 0 ||
	    (from && !slice_ends(from->raw, arena_dup(e->x->arena, raw).ptr)) ||
	    !s->pin(s->pin_arg, "docker", raw, &digest))
		return 0;
	struct slice end = from ? from->raw : raw;
	uint32_t at = df_where_end(&e->x->doc, e->i, end);
	text = arena_cat(e->x->arena, SL("@"), digest);
	return text.ptr ? config_add_fix(r, at, at, text, err) : err_oom(err);
}
