/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of Dockerfiles: images, stages, COPY and its sources. */
#include "config/df_facts.h"

#define GET(name)                                                                                  \
	int df_get_##name(struct df_event *e, const struct rule_arg *arg maybe_unused,             \
			  struct rule_value *out)

/* ---- Images ---- */

/* FROM, or what --from of COPY or a mount names: true when there is one. */
static bool image_of(struct df_event *e, struct df_image *ret, struct slice *written,
		     bool *is_stage)
{
	const struct df_flag *from = e->i ? df_flag(e->i, "from") : NULL;
	*is_stage = false;
	if (e->i && e->i->kind == DF_FROM && e->s && e->i->nwords) {
		*ret = e->s->image;
		*written = e->i->words[0].raw;
		*is_stage = e->s->parent >= 0;
		return true;
	}
	if (!e->i || e->i->kind != DF_COPY || !from)
		return false;
	uint32_t number;
	*ret = df_image_of(from->value);
	*written = from->value;
	*is_stage = df_stage_named(e->x, e->s, from->value) || slice_u32(from->value, &number) == 0;
	return true;
}

#define IMAGE_FIELD(name, part)                                                                    \
	GET(name)                                                                                  \
	{                                                                                          \
		struct df_image m;                                                                 \
		struct slice written;                                                              \
		bool stage;                                                                        \
		return image_of(e, &m, &written, &stage) ? df_say_some(out, part) : 0;             \
	}
IMAGE_FIELD(image_ref, m.ref)
IMAGE_FIELD(image_name, m.name)
IMAGE_FIELD(image_repo, m.repository)
IMAGE_FIELD(image_registry, m.registry)
IMAGE_FIELD(image_tag, m.tag)
IMAGE_FIELD(image_digest, m.digest)
IMAGE_FIELD(image_written, written)

GET(image_stage)
{
	struct df_image m;
	struct slice written;
	bool stage;
	return image_of(e, &m, &written, &stage) ? df_say_bool(out, stage) : 0;
}

GET(image_variable)
{
	struct df_image m;
	struct slice written;
	bool stage;
	if (!image_of(e, &m, &written, &stage))
		return 0;
	return df_say_bool(out, slice_chr(m.ref, '$') >= 0);
}

/* Patterns: "*", "*.example.com", "docker.io". */
static bool trusts(struct slice pattern, struct slice registry)
{
	if (slice_is(pattern, "*"))
		return true;
	if (slice_starts(pattern, "*"))
		return registry.len >= pattern.len - 1 &&
		       slice_eq(slice_from(registry, registry.len - (pattern.len - 1)),
				slice_from(pattern, 1));
	if (pattern.len && pattern.ptr[pattern.len - 1] == '*')
		return slice_eq(slice_sub(registry, 0, pattern.len - 1),
				slice_sub(pattern, 0, pattern.len - 1));
	return slice_eq(pattern, registry);
}

GET(image_untrusted)
{
	const struct config_settings *s = config_run_settings(e->x->run);
	struct df_image m;
	struct slice written;
	bool stage;
	if (!s->nregistries || !image_of(e, &m, &written, &stage) || stage ||
	    slice_is(m.ref, "scratch"))
		return df_say_bool(out, false);
	struct slice registry = m.registry.len ? m.registry : SL("docker.io");
	for (size_t k = 0; k < s->nregistries; k++)
		if (trusts(s->registries[k], registry) ||
		    (slice_is(registry, "docker.io") &&
		     trusts(s->registries[k], SL("hub.docker.com"))))
			return df_say_bool(out, false);
	return df_say_bool(out, true);
}

static int nothing(void *arg, struct slice name, struct slice *value)
{
	(void)arg;
	(void)name;
	(void)value;
	return 0;
}

/* What an ARG that stands before FROM is when nobody gives it: its default, or nothing. */
static int default_of(void *arg, struct slice name, struct slice *value)
{
	struct df_event *e = arg;
	struct df_vars v = {.get = nothing, .escape = e->x->doc.escape};
	struct err err = {0};
	for (size_t k = 0; k < e->x->doc.ninstrs && e->x->doc.instrs[k].kind != DF_FROM; k++) {
		const struct df_instr *i = &e->x->doc.instrs[k];
		for (size_t w = 0; i->kind == DF_ARG && w < i->nwords; w++)
			if (slice_eq(i->words[w].key, name) && i->words[w].has_value)
				return df_expand(e->x->arena, i->words[w].text, &v, false, value,
						 &err) == 0;
	}
	return 0;
}

static bool is_image(struct slice ref)
{
	struct df_image m = df_image_of(ref);
	if (!m.name.len || slice_is(ref, "scratch"))
		return m.name.len > 0;
	char last = ref.ptr[ref.len - 1];
	if (last == ':' || last == '@' || last == '/' || m.name.ptr[0] == '/' ||
	    m.name.ptr[0] == ':')
		return false;
	return slice_find(m.name, SL("//")) < 0;
}

GET(image_default)
{
	struct df_vars v = {.get = default_of, .arg = e, .escape = e->x->doc.escape};
	struct err err = {0};
	struct slice ref;
	if (!e->i || e->i->kind != DF_FROM || !e->i->nwords ||
	    slice_chr(e->i->words[0].raw, '$') < 0 ||
	    slice_find(e->i->words[0].raw, SL("PLATFORM")) >= 0)
		return df_say_bool(out, false);
	if (df_expand(e->x->arena, e->i->words[0].raw, &v, false, &ref, &err) < 0)
		return 0;
	return df_say_bool(out, !is_image(ref));
}

/* ---- Stages ---- */

GET(stage_name)
{
	return e->s && e->s->stage ? df_say_some(out, e->s->stage->name) : 0;
}

GET(stage_index)
{
	return e->s ? df_say_int(out, e->s->index) : 0;
}

GET(stage_final)
{
	return df_say_bool(out, e->s && e->s->is_final);
}

GET(stage_used)
{
	return df_say_bool(out, e->s && e->s->is_used);
}

GET(stage_twice)
{
	if (!e->s || !e->s->stage || !e->s->stage->name.len)
		return 0;
	for (int32_t k = 0; k < e->s->index; k++)
		if (slice_ieq(e->x->doc.stages[k].name, e->s->stage->name))
			return df_say_bool(out, true);
	return df_say_bool(out, false);
}

GET(stage_base)
{
	const struct df_stage_facts *s = e->s;
	while (s && s->parent >= 0)
		s = &e->x->stages[s->parent];
	return s ? df_say_some(out, s->image.ref) : 0;
}

GET(stage_has_user)
{
	return df_say_bool(out, e->s && e->s->user);
}

GET(stage_count)
{
	for (size_t k = 1; e->s && k < DF_KINDS; k++)
		if (slice_ieq(arg->text, slice_str(df_kind_name((enum df_kind)k))))
			return df_say_int(out, e->s->counts[k]);
	return 0;
}

GET(stage_shell)
{
	const struct df_instr *shell = e->f ? e->f->shell : NULL;
	if (!shell)
		return 0;
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	for (size_t k = 0; k < shell->nwords; k++)
		buf_printf(&b, "%s%.*s", k ? " " : "", SL_FMT(shell->words[k].text));
	return df_say_some(out, arena_dup(e->x->arena, buf_slice(&b)));
}

/* Shells without pipes that could fail unseen count, too. */
GET(stage_pipefail)
{
	static const char *const able[] = {"/bin/bash",	    "/bin/zsh",	    "/bin/ash",
					   "bash",	    "zsh",	    "ash",
					   "/usr/bin/bash", "/usr/bin/zsh", NULL};
	const struct df_instr *shell = e->f ? e->f->shell : NULL;
	if (!shell || !shell->nwords)
		return df_say_bool(out, false);
	struct slice name = shell->words[0].text, base = path_base(name);
	if (slice_starts(base, "pwsh") || slice_starts(base, "powershell") ||
	    slice_starts(base, "cmd"))
		return df_say_bool(out, true);
	if (!slice_is_any(name, able))
		return df_say_bool(out, false);
	for (size_t k = 1; k + 1 < shell->nwords; k++) {
		struct slice o = shell->words[k].text;
		if (o.len > 1 && o.ptr[0] == '-' && o.ptr[o.len - 1] == 'o' &&
		    slice_is(shell->words[k + 1].text, "pipefail"))
			return df_say_bool(out, true);
	}
	return df_say_bool(out, false);
}

GET(stage_workdir)
{
	return df_say_bool(out, e->f && e->f->has_absolute_workdir);
}

GET(stage_platform)
{
	return e->s && e->s->stage ? df_say_some(out, e->s->stage->platform) : 0;
}

/* linux/arm64/v8 in a stage whose name has none of its parts */
GET(stage_const)
{
	struct slice p, part;
	if (!e->s || !e->s->stage)
		return 0;
	p = e->s->stage->platform;
	if (!p.len || slice_chr(p, '$') >= 0)
		return df_say_bool(out, false);
	while (slice_cut(&p, '/', &part))
		if (part.len && slice_find(e->s->stage->name, part) >= 0)
			return df_say_bool(out, false);
	return df_say_bool(out, true);
}

/* A label of the settings that no LABEL of the stage, or of those it is built from, sets. */
static bool has_label(struct df_event *e, struct slice name)
{
	for (size_t k = 0; k < e->x->doc.ninstrs; k++) {
		const struct df_instr *i = &e->x->doc.instrs[k];
		const struct df_stage_facts *s = e->s;
		while (s->index != i->stage && s->parent >= 0)
			s = &e->x->stages[s->parent];
		if (i->kind != DF_LABEL || s->index != i->stage)
			continue;
		for (size_t w = 0; w < i->nwords; w++)
			if (slice_eq(i->words[w].key, name))
				return true;
	}
	return false;
}

GET(stage_missing)
{
	const struct config_settings *s = config_run_settings(e->x->run);
	for (size_t k = 0; e->s && k < s->nlabels; k++)
		if (!has_label(e, s->labels[k].name))
			return df_say(out, s->labels[k].name);
	return 0;
}

/* ---- COPY ---- */

static const struct df_flag *from_flag(const struct df_event *e)
{
	return e->i && e->i->kind == DF_COPY ? df_flag(e->i, "from") : NULL;
}

GET(copy_from)
{
	const struct df_flag *f = from_flag(e);
	return f ? df_say_some(out, f->value) : 0;
}

GET(copy_from_self)
{
	const struct df_flag *f = from_flag(e);
	if (!f || !e->s || !e->s->stage)
		return 0;
	return df_say_bool(out, e->s->stage->name.len && slice_ieq(f->value, e->s->stage->name));
}

GET(copy_from_unknown)
{
	const struct df_flag *f = from_flag(e);
	if (!f || !f->value.len)
		return 0;
	/* Its own name is another mistake. */
	if (e->s && e->s->stage && slice_eq(f->value, e->s->stage->name))
		return df_say_bool(out, false);
	return df_say_bool(out,
			   slice_chr(f->value, ':') < 0 && !df_stage_named(e->x, e->s, f->value));
}

static bool is_copy(const struct df_event *e)
{
	return e->i && (e->i->kind == DF_COPY || e->i->kind == DF_ADD) && e->i->nwords;
}

static struct slice dest_of(const struct df_event *e)
{
	return is_copy(e) ? e->i->words[e->i->nwords - 1].text : SL_NONE;
}

GET(copy_dest)
{
	return df_say_some(out, dest_of(e));
}

GET(copy_relative)
{
	struct slice d = dest_of(e);
	if (!d.len)
		return 0;
	return df_say_bool(out, !df_is_absolute(d) && !(e->f && e->f->has_workdir));
}

static bool is_archive(struct slice s)
{
	static const char *const ends[] = {".tar", ".Z",   ".bz2", ".gz",   ".lz",  ".lzma",
					   ".tZ",  ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz",
					   ".tpz", ".txz", ".xz",  ".zst",  ".tzst"};
	for (size_t k = 0; k < ARRAY_LEN(ends); k++)
		if (slice_ends(s, ends[k]))
			return true;
	return false;
}

/* The last part of a path of either kind, without the quote at its end. */
static struct slice base_of(struct slice raw)
{
	ssize_t back = slice_rchr(raw, '\\');
	struct slice base = path_base(back < 0 ? raw : slice_from(raw, (size_t)back + 1));
	while (base.len && (base.ptr[base.len - 1] == '"' || base.ptr[base.len - 1] == '\''))
		base.len--;
	while (base.len && (base.ptr[0] == '"' || base.ptr[0] == '\''))
		base = slice_from(base, 1);
	return base;
}

/* tar x, tar -xf, tar --extract, unzip ... */
static bool unpacks(const struct sh_command *cmd)
{
	static const char *const others[] = {"unzip", "gunzip",	    "bunzip2", "unlzma", "unxz",
					     "zgz",   "uncompress", "zcat",    "gzcat",	 NULL};
	struct slice v;
	if (!slice_is(cmd->name, "tar"))
		return slice_is_any(cmd->name, others);
	if (df_cmd_flag(cmd, SL("x"), &v) || df_cmd_flag(cmd, SL("extract"), &v) ||
	    df_cmd_flag(cmd, SL("get"), &v))
		return true;
	struct slice first = cmd->nwords > 1 ? cmd->words[1].text : SL_NONE;
	return slice_chr(first, 'x') >= 0 && slice_chr(first, '/') < 0 && slice_chr(first, '.') < 0;
}

/* Does a later RUN of the stage unpack it? */
static bool is_unpacked(struct df_event *e, struct slice base)
{
	const struct df_stage *st = e->s ? e->s->stage : NULL;
	size_t first = (size_t)(e->f - e->x->instrs) + 1;
	size_t end = st ? st->first + st->n : e->x->doc.ninstrs;
	for (size_t k = first; k < MIN(end, e->x->doc.ninstrs); k++) {
		const struct sh_script *s = &e->x->instrs[k].script;
		for (size_t c = 0; e->x->instrs[k].has_script && c < s->ncommands; c++) {
			const struct sh_command *cmd = &s->commands[c];
			for (size_t w = 1; unpacks(cmd) && w < cmd->nwords; w++)
				if (slice_eq(path_base(cmd->words[w].text), base))
					return true;
		}
	}
	return false;
}

GET(copy_unpacked)
{
	if (!e->i || e->i->kind != DF_COPY || e->is_onbuild || df_flag(e->i, "from"))
		return 0;
	for (size_t k = 0; k + 1 < e->i->nwords && k < 100; k++) {
		struct slice src = base_of(e->i->words[k].raw);
		struct slice dest = base_of(e->i->words[e->i->nwords - 1].raw);
		if (is_archive(src) &&
		    (is_unpacked(e, src) || (is_archive(dest) && is_unpacked(e, dest))))
			return df_say(out, e->i->words[k].text);
	}
	return 0;
}

/* ---- Sources ---- */

static struct slice source(const struct df_event *e)
{
	return e->word && e->type == DFE_SOURCE ? e->word->text : SL_NONE;
}

GET(src_text)
{
	return df_say_some(out, source(e));
}

GET(src_archive)
{
	return df_say_bool(out, is_archive(source(e)));
}

GET(src_url)
{
	static const char *const begins[] = {"http://", "https://", "git@", "git://", "ssh://"};
	for (size_t k = 0; k < ARRAY_LEN(begins); k++)
		if (slice_starts(source(e), begins[k]))
			return df_say_bool(out, true);
	return df_say_bool(out, false);
}

GET(src_variable)
{
	return df_say_bool(out, slice_chr(source(e), '$') >= 0);
}

GET(src_name)
{
	struct slice s = source(e);
	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	return df_say_some(out, path_base(s));
}
