/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of Dockerfiles: commands of RUN. */
#include "config/df_facts.h"

#define GET(name)                                                                                  \
	int df_get_##name(struct df_event *e, const struct rule_arg *arg maybe_unused,             \
			  struct rule_value *out)
#define LOOK_BACK 5000 /* commands of a stage, looked through */

static const struct sh_command *simple(const struct df_event *e)
{
	return e->cmd && e->cmd->kind == SH_SIMPLE && e->cmd->nwords ? e->cmd : NULL;
}

GET(cmd_name)
{
	return simple(e) ? df_say_some(out, e->cmd->name) : 0;
}

GET(cmd_base)
{
	return simple(e) ? df_say_some(out, path_base(e->cmd->name)) : 0;
}

GET(cmd_text)
{
	return e->cmd ? df_say(out, e->cmd->raw) : 0;
}

/* Which words: all, flags or operands. */
static int words(struct df_event *e, struct rule_value *out, bool (*want)(const struct sh_word *))
{
	const struct sh_command *c = simple(e);
	size_t n = 0;
	struct rule_value *v = c ? df_list(e, c->nwords) : NULL;
	for (size_t k = 1; v && k < c->nwords; k++)
		if (want(&c->words[k]))
			v[n++].str = c->words[k].text;
	return v ? df_say_list(out, v, n) : 0;
}

static bool any(const struct sh_word *w)
{
	(void)w;
	return true;
}

static bool is_operand(const struct sh_word *w)
{
	return !df_is_flag(w);
}

GET(cmd_args)
{
	return words(e, out, any);
}

GET(cmd_operands)
{
	return words(e, out, is_operand);
}

GET(cmd_arg)
{
	const struct sh_command *c = simple(e);
	return c && arg->index + 1 < c->nwords ? df_say(out, c->words[arg->index + 1].text) : 0;
}

GET(cmd_operand)
{
	const struct sh_command *c = simple(e);
	size_t seen = 0;
	for (size_t k = 1; c && k < c->nwords; k++)
		if (is_operand(&c->words[k]) && seen++ == arg->index)
			return df_say(out, c->words[k].text);
	return 0;
}

GET(cmd_flags)
{
	const struct sh_command *c = simple(e);
	size_t n = 0, max = 0;
	for (size_t k = 1; c && k < c->nwords; k++)
		max += df_is_flag(&c->words[k]) ? c->words[k].text.len : 0;
	struct rule_value *v = df_list(e, max);
	for (size_t k = 1; c && v && k < c->nwords; k++) {
		struct slice t = c->words[k].text, name;
		if (!df_is_flag(&c->words[k]))
			continue;
		if (slice_starts(t, "--")) {
			t = slice_from(t, 2);
			slice_cut(&t, '=', &name);
			v[n++].str = name;
			continue;
		}
		for (size_t i = 1; i < t.len; i++)
			v[n++].str = slice_sub(t, i, 1);
	}
	return v ? df_say_list(out, v, n) : 0;
}

GET(cmd_flag)
{
	struct slice value;
	return simple(e) && df_cmd_flag(e->cmd, arg->text, &value) ? df_say(out, value) : 0;
}

GET(cmd_in_pipe)
{
	return df_say_bool(out, e->cmd && e->f->script.pipes[e->cmd->pipe] > 1);
}

/* sudo bash, env bash: bash */
static struct slice real_program(const struct sh_command *c)
{
	static const char *const through[] = {"sudo", "env", NULL};
	size_t w = 0;
	while (w + 1 < c->nwords &&
	       (slice_is_any(c->words[w].text, through) || (w && df_is_flag(&c->words[w]))))
		w++;
	return path_base(c->words[w].text);
}

GET(cmd_piped_to)
{
	const struct sh_script *s = &e->f->script;
	size_t n = 0, at = e->cmd ? (size_t)(e->cmd - s->commands) : 0;
	struct rule_value *v;
	if (!simple(e) || s->pipes[e->cmd->pipe] < 2)
		return 0;
	v = df_list(e, s->pipes[e->cmd->pipe]);
	for (size_t k = at + 1; v && k < s->ncommands && k < at + LOOK_BACK; k++) {
		const struct sh_command *c = &s->commands[k];
		if (c->pipe == e->cmd->pipe && c->parent == e->cmd->parent && c->nwords &&
		    n < s->pipes[e->cmd->pipe])
			v[n++].str = real_program(c);
	}
	return v ? df_say_list(out, v, n) : 0;
}

GET(cmd_url)
{
	const struct sh_command *c = simple(e);
	for (size_t k = 1; c && k < c->nwords; k++)
		if (slice_starts(c->words[k].text, "http://") ||
		    slice_starts(c->words[k].text, "https://") ||
		    slice_starts(c->words[k].text, "ftp://"))
			return df_say(out, c->words[k].text);
	return 0;
}

GET(cmd_env)
{
	for (size_t k = 0; e->cmd && k < e->cmd->nassigns; k++) {
		struct slice rest = e->cmd->assigns[k].text, name;
		slice_cut(&rest, '=', &name);
		if (slice_eq(name, arg->text))
			return df_say(out, rest);
	}
	const struct df_var *v = e->s ? df_lookup(e->x, e->s, arg->text) : NULL;
	return v && v->has_value ? df_say(out, v->value) : 0;
}

GET(cmd_writes)
{
	size_t n = 0, max = e->cmd ? e->cmd->nredirects : 0;
	struct rule_value *v = df_list(e, max);
	for (size_t k = 0; v && k < max; k++)
		if (e->cmd->redirects[k].op.len && e->cmd->redirects[k].op.ptr[0] != '<')
			v[n++].str = e->cmd->redirects[k].target;
	return v ? df_say_list(out, v, n) : 0;
}

GET(cmd_shell_of)
{
	static const char *const shells[] = {"sh", "bash", "ash", "dash", "zsh", NULL};
	const struct sh_command *c = simple(e);
	for (size_t k = 1; c && slice_is_any(path_base(c->name), shells) && k + 1 < c->nwords; k++)
		if (slice_is(c->words[k].text, "-c"))
			return df_say(out, c->words[k + 1].text);
	return 0;
}

GET(cmd_uid)
{
	const struct sh_command *c = simple(e);
	struct slice v;
	bool large = false;
	for (size_t k = 1; c && k + 1 < c->nwords; k++)
		if (slice_is(c->words[k].text, "-u") || slice_is(c->words[k].text, "--uid"))
			large = large || c->words[k + 1].text.len > 5;
	if (c && df_cmd_flag(c, SL("uid"), &v))
		large = large || v.len > 5;
	return df_say_bool(out, large && !df_cmd_flag(c, SL("l"), &v) &&
				    !df_cmd_flag(c, SL("no-log-init"), &v));
}

GET(cmd_into)
{
	const struct sh_command *all = e->f->script.commands;
	const struct sh_command *sub =
	    simple(e) && e->cmd->parent >= 0 ? &all[e->cmd->parent] : NULL;
	if (!sub || sub->kind != SH_SUBST || sub->parent < 0)
		return 0;
	const struct sh_command *c = &all[sub->parent];
	if (c->kind != SH_SIMPLE || !c->nwords)
		return 0;
	/* <(...) is a file of code to a shell, $(...) is behind -c alone. */
	for (size_t k = 1; k < c->nwords; k++) {
		const struct sh_word *w = &c->words[k];
		if (sub->raw.ptr < w->raw.ptr || sub->raw.ptr >= w->raw.ptr + w->raw.len)
			continue;
		bool file = slice_starts(w->raw, "<(");
		bool code = k > 1 && slice_is(c->words[k - 1].text, "-c");
		if (file || code)
			return df_say(out, path_base(c->name));
	}
	return 0;
}

/* scheme://user:password@host, the password not a variable */
GET(cmd_userinfo)
{
	const struct sh_command *c = simple(e);
	for (size_t k = 1; c && k < c->nwords; k++) {
		struct slice t = c->words[k].text, host;
		ssize_t scheme = slice_find(t, SL("://"));
		if (scheme < 0)
			continue;
		t = slice_from(t, (size_t)scheme + 3);
		slice_cut(&t, '/', &host);
		ssize_t at = slice_chr(host, '@'), colon = slice_chr(host, ':');
		if (at > 0 && colon > 0 && colon + 1 < at && host.ptr[colon + 1] != '$')
			return df_say_bool(out, true);
	}
	return df_say_bool(out, false);
}

/* ---- The whole RUN ---- */

GET(run_commands)
{
	const struct sh_script *s = e->f && e->f->has_script ? &e->f->script : NULL;
	struct rule_value *v = df_list(e, s ? s->ncommands : 0);
	size_t n = 0;
	for (size_t k = 0; s && v && k < s->ncommands; k++)
		if (s->commands[k].kind == SH_SIMPLE && s->commands[k].nwords)
			v[n++].str = s->commands[k].name;
	return v ? df_say_list(out, v, n) : 0;
}

GET(run_pipes)
{
	const struct sh_script *s = e->f && e->f->has_script ? &e->f->script : NULL;
	for (size_t k = 0; s && k < s->npipes; k++)
		if (s->pipes[k] > 1)
			return df_say_bool(out, true);
	return df_say_bool(out, false);
}

static size_t simple_count(const struct df_instr_facts *f)
{
	size_t n = 0;
	/* Of what is no shell text, PowerShell's say, the commands cannot be told: it counts as short. */
	if (f->script.error)
		return 0;
	for (size_t k = 0; k < f->script.ncommands; k++)
		n += f->script.commands[k].kind == SH_SIMPLE;
	return n;
}

static bool same_flags(const struct df_instr *a, const struct df_instr *b)
{
	if (a->nflags != b->nflags)
		return false;
	for (size_t k = 0; k < a->nflags; k++)
		if (!slice_eq(a->flags[k].raw, b->flags[k].raw))
			return false;
	return true;
}

/* Two short ones of the same flags, one behind the other. */
GET(run_repeat)
{
	if (!e->f || !e->f->has_script || e->is_onbuild || e->f == e->x->instrs)
		return df_say_bool(out, false);
	const struct df_instr *before = e->i - 1;
	if (before->kind != DF_RUN || !same_flags(before, e->i))
		return df_say_bool(out, false);
	return df_say_bool(out, simple_count(e->f) + simple_count(e->f - 1) <= 2);
}

static bool uses(const struct df_instr_facts *f, const char *name)
{
	for (size_t k = 0; f->has_script && k < f->script.ncommands; k++)
		if (f->script.commands[k].kind == SH_SIMPLE &&
		    slice_is(f->script.commands[k].name, name))
			return true;
	return false;
}

GET(run_both)
{
	if (!e->f || !e->s || e->is_onbuild)
		return 0;
	const struct df_instr_facts *first = e->x->instrs + (e->s->stage ? e->s->stage->first : 0);
	bool wget = uses(e->f, "wget"), curl = uses(e->f, "curl");
	if (!wget && !curl)
		return df_say_bool(out, false);
	for (const struct df_instr_facts *f = first; f < e->f; f++) {
		wget = wget || uses(f, "wget");
		curl = curl || uses(f, "curl");
		if (wget && curl)
			break;
	}
	return df_say_bool(out, wget && curl);
}

static bool has_word(const struct sh_command *c, const char *text)
{
	for (size_t k = 1; k < c->nwords; k++)
		if (slice_is(c->words[k].text, text))
			return true;
	return false;
}

static bool has_any_word(const struct sh_command *c, const char *const *words)
{
	for (size_t k = 1; k < c->nwords; k++)
		if (slice_is_any(c->words[k].text, words))
			return true;
	return false;
}

GET(run_update_alone)
{
	static const char *const uses[] = {"install", "add",	      "in",
					   "upgrade", "dist-upgrade", "build-dep",
					   "source",  "download",     NULL};
	static const char *const refresh[] = {"makecache", "refresh", NULL};
	static const char *const names[] = {"apt-get", "apt",  "aptitude", "apk",      "yum",
					    "dnf",     "tdnf", "zypper",   "microdnf", NULL};
	const struct sh_script *s = e->f && e->f->has_script ? &e->f->script : NULL;
	bool update = false;
	for (size_t k = 0; s && k < s->ncommands; k++) {
		const struct sh_command *c = &s->commands[k];
		if (c->kind != SH_SIMPLE || !slice_is_any(c->name, names))
			continue;
		if (has_any_word(c, uses))
			return df_say_bool(out, false);
		/* To yum and dnf update is upgrade. */
		update = update || (has_word(c, "update") && c->name.ptr[0] == 'a') ||
			 has_any_word(c, refresh);
	}
	return df_say_bool(out, update);
}

static bool is_dir_mounted(struct df_event *e, const char *path)
{
	struct rule_value v = {0};
	struct rule_arg none = {0};
	if (!df_get_instr_mounts(e, &none, &v))
		return false;
	for (size_t k = 0; k < v.n; k++)
		if (slice_is(v.items[k].str, path))
			return true;
	return false;
}

static bool are_lists_mounted(struct df_event *e)
{
	return is_dir_mounted(e, "/var/lib/apt/lists") ||
	       (is_dir_mounted(e, "/var/lib/apt") && is_dir_mounted(e, "/var/cache/apt"));
}

static bool names_lists(const struct sh_command *c)
{
	for (size_t w = 1; w < c->nwords; w++)
		if (slice_find(c->words[w].text, SL("/var/lib/apt")) >= 0)
			return true;
	return false;
}

/* "all": nothing is removed; "rest": other things are; none: the lists are removed, or never there. */
GET(run_uncleaned)
{
	static const char *const names[] = {"apt-get", "apt", "aptitude", NULL};
	static const char *const removes[] = {"rm", "find", NULL};
	const struct sh_script *s = e->f && e->f->has_script ? &e->f->script : NULL;
	bool update = false, lists = false, other = false;
	for (size_t k = 0; s && k < s->ncommands; k++) {
		const struct sh_command *c = &s->commands[k];
		if (c->kind != SH_SIMPLE)
			continue;
		update = update || (slice_is_any(c->name, names) && has_word(c, "update"));
		if (!slice_is_any(c->name, removes))
			continue;
		other = other || has_word(c, "-rf");
		lists = lists || names_lists(c);
	}
	if (!update || lists || are_lists_mounted(e))
		return 0;
	return df_say(out, other ? SL("rest") : SL("all"));
}

/* ---- Packages ---- */

GET(pkg_manager)
{
	return e->pkg && e->pkg->manager ? df_say(out, slice_str(e->pkg->manager)) : 0;
}

GET(pkg_action)
{
	return e->pkg && e->pkg->action ? df_say(out, slice_str(e->pkg->action)) : 0;
}

GET(pkg_names)
{
	return e->pkg ? df_say_list(out, e->pkg->names, e->pkg->nnames) : 0;
}

GET(pkg_unpinned)
{
	return e->pkg ? df_say_list(out, e->pkg->unpinned, e->pkg->nunpinned) : 0;
}

GET(pkg_yes)
{
	return df_say_bool(out, e->pkg && e->pkg->yes);
}

GET(pkg_cleaned)
{
	return df_say_bool(out, e->pkg && e->pkg->cleaned);
}

GET(pkg_removes)
{
	return df_say_bool(out, e->pkg && e->pkg->removes);
}

GET(pkg_mounted)
{
	return df_say_bool(out, e->pkg && e->pkg->mounted);
}

GET(pkg_no_recommends)
{
	return df_say_bool(out, e->pkg && e->pkg->no_recommends);
}
