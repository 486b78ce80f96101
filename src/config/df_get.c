/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of Dockerfiles: the file, instructions and their words. */
#include "config/df_facts.h"

/* ---- Saying ---- */

int df_say(struct rule_value *out, struct slice s)
{
	out->str = s.ptr ? s : SL("");
	return 1;
}

int df_say_some(struct rule_value *out, struct slice s)
{
	out->str = s;
	return s.len > 0;
}

int df_say_bool(struct rule_value *out, bool b)
{
	out->b = b;
	return 1;
}

int df_say_int(struct rule_value *out, int64_t i)
{
	out->i = i;
	return 1;
}

int df_say_list(struct rule_value *out, const struct rule_value *items, size_t n)
{
	out->many = true;
	out->items = items;
	out->n = n;
	return n > 0;
}

struct rule_value *df_list(struct df_event *e, size_t n)
{
	struct rule_value *v = arena_array(e->x->arena, n, sizeof(*v));
	for (size_t k = 0; v && k < n; k++)
		v[k].type = RULE_STRING;
	return v;
}

#define GET(name)                                                                                  \
	int df_get_##name(struct df_event *e, const struct rule_arg *arg maybe_unused,             \
			  struct rule_value *out)

/* ---- The file ---- */

GET(evt_type)
{
	static const char *const types[] = {"file",	"stage",    "instruction", "command",
					    "variable", "label",    "port",	   "source",
					    "comment",	"undefined"};
	return df_say(out, slice_str(types[e->type]));
}

GET(file_path)
{
	return df_say(out, config_run_file(e->x->run)->path);
}

GET(file_ignore)
{
	return df_say_bool(out, e->x->has_dockerignore);
}

static const char *case_of(struct slice s)
{
	bool up = false, low = false;
	for (size_t k = 0; k < s.len; k++) {
		up = up || (s.ptr[k] >= 'A' && s.ptr[k] <= 'Z');
		low = low || (s.ptr[k] >= 'a' && s.ptr[k] <= 'z');
	}
	return up && low ? "mixed" : low ? "lower" : "upper";
}

/* Where keywords differ in case: the case that most of them have. */
GET(file_mixed)
{
	size_t up = 0, low = 0, n = 0;
	for (size_t k = 0; k < e->x->doc.ninstrs; k++) {
		const struct df_instr *i = &e->x->doc.instrs[k];
		if (i->kind == DF_UNKNOWN)
			continue;
		const char *c = case_of(i->name);
		up += *c == 'u';
		low += *c == 'l';
		n++;
	}
	if (up == n || low == n)
		return 0;
	return df_say(out, up >= low ? SL("upper") : SL("lower"));
}

GET(file_stages)
{
	return df_say_int(out, (int64_t)e->x->doc.nstages);
}

/* ---- Instructions ---- */

GET(instr_name)
{
	return e->i ? df_say(out, slice_str(df_kind_name(e->i->kind))) : 0;
}

GET(instr_keyword)
{
	return e->i ? df_say(out, e->i->name) : 0;
}

GET(instr_case)
{
	return e->i ? df_say(out, slice_str(case_of(e->i->name))) : 0;
}

GET(instr_as_case)
{
	if (!e->i || e->i->kind != DF_FROM || e->i->nwords < 3)
		return 0;
	return df_say(out, slice_str(case_of(e->i->words[1].raw)));
}

GET(instr_text)
{
	return e->i ? df_say(out, e->i->text) : 0;
}

GET(instr_body)
{
	return e->i ? df_say(out, e->i->body) : 0;
}

GET(instr_args)
{
	size_t n = e->i ? e->i->nwords : 0;
	struct rule_value *v = df_list(e, n);
	for (size_t k = 0; v && k < n; k++)
		v[k].str = e->i->words[k].text;
	return v ? df_say_list(out, v, n) : 0;
}

GET(instr_arg)
{
	return e->i && arg->index < e->i->nwords ? df_say(out, e->i->words[arg->index].text) : 0;
}

GET(instr_nargs)
{
	return e->i ? df_say_int(out, (int64_t)e->i->nwords) : 0;
}

GET(instr_flags)
{
	size_t n = e->i ? e->i->nflags : 0;
	struct rule_value *v = df_list(e, n);
	for (size_t k = 0; v && k < n; k++)
		v[k].str = e->i->flags[k].name;
	return v ? df_say_list(out, v, n) : 0;
}

GET(instr_flag)
{
	for (size_t k = 0; e->i && k < e->i->nflags; k++)
		if (slice_eq(e->i->flags[k].name, arg->text))
			return df_say(out, e->i->flags[k].value);
	return 0;
}

GET(instr_form)
{
	if (!e->i)
		return 0;
	return df_say(out, e->i->is_json     ? SL("json")
			   : e->i->nheredocs ? SL("heredoc")
					     : SL("shell"));
}

GET(instr_line)
{
	return e->i ? df_say_int(out, e->i->line) : 0;
}

GET(instr_onbuild)
{
	return df_say_bool(out, e->is_onbuild);
}

GET(instr_trigger)
{
	const struct df_instr *inner = e->i && e->i->kind == DF_ONBUILD ? e->i->inner : NULL;
	return inner ? df_say(out, slice_str(df_kind_name(inner->kind))) : 0;
}

GET(instr_error)
{
	return e->i && e->i->error ? df_say(out, slice_str(e->i->error)) : 0;
}

GET(instr_blank)
{
	return df_say_bool(out, e->i && e->i->blank_line);
}

GET(instr_legacy)
{
	return df_say_bool(out, e->i && e->i->is_legacy);
}

GET(instr_nth)
{
	return e->f && !e->is_onbuild ? df_say_int(out, e->f->nth) : 0;
}

GET(instr_last)
{
	return df_say_bool(out, e->f && !e->is_onbuild && e->f->nth == e->f->of);
}

GET(instr_before_from)
{
	return df_say_bool(out, e->i && e->x->doc.nstages && e->i->stage < 0);
}

bool df_is_absolute(struct slice p)
{
	if (p.len && (p.ptr[0] == '\'' || p.ptr[0] == '"'))
		p = slice_from(p, 1);
	return p.len && (p.ptr[0] == '/' || p.ptr[0] == '$' || p.ptr[0] == '\\' ||
			 (p.len > 1 && is_alpha(p.ptr[0]) && p.ptr[1] == ':'));
}

static struct slice written_path(const struct df_event *e)
{
	if (!e->i || e->i->kind != DF_WORKDIR || !e->i->nwords)
		return SL_NONE;
	return e->i->words[0].text;
}

GET(instr_path)
{
	struct slice p = written_path(e);
	if (p.len && e->f && e->f->expanded.len && !e->is_onbuild)
		p = e->f->expanded;
	return df_say_some(out, p);
}

GET(instr_relative)
{
	struct slice p = written_path(e);
	return p.len ? df_say_bool(out, !df_is_absolute(p)) : 0;
}

GET(instr_mounts)
{
	size_t n = e->i && e->i->kind == DF_RUN ? e->i->nflags : 0, used = 0;
	struct rule_value *v = df_list(e, n);
	for (size_t k = 0; v && k < n; k++) {
		struct slice type = SL_NONE, target = SL_NONE;
		struct slice value = e->i->flags[k].value;
		if (!slice_is(e->i->flags[k].name, "mount") || !df_option(value, "type", &type) ||
		    (!slice_is(type, "cache") && !slice_is(type, "tmpfs")))
			continue;
		if (!df_option(value, "target", &target) && !df_option(value, "dst", &target) &&
		    !df_option(value, "destination", &target))
			continue;
		while (target.len > 1 && target.ptr[target.len - 1] == '/')
			target.len--;
		v[used++].str = target;
	}
	return v ? df_say_list(out, v, used) : 0;
}

GET(instr_env)
{
	struct rule_value *v = e->s ? df_list(e, e->s->vars.len) : NULL;
	size_t n = 0;
	for (size_t k = 0; v && k < e->s->vars.cap; k++)
		if (e->s->vars.slots[k].key.ptr)
			v[n++].str = e->s->vars.slots[k].key;
	return v ? df_say_list(out, v, n) : 0;
}

/* ---- USER ---- */

static struct slice user_name(const struct df_instr *i, const struct df_instr_facts *f)
{
	struct slice text = SL_NONE, name;
	if (!i || i->kind != DF_USER || !i->nwords)
		return SL_NONE;
	text = f && f->expanded.len ? f->expanded : i->words[0].text;
	slice_cut(&text, ':', &name);
	return name;
}

GET(user_name)
{
	return df_say_some(out, user_name(e->i, e->is_onbuild ? NULL : e->f));
}

GET(user_root)
{
	struct slice name = user_name(e->i, e->is_onbuild ? NULL : e->f);
	return name.len ? df_say_bool(out, slice_is(name, "root") || slice_is(name, "0")) : 0;
}

GET(user_number)
{
	struct slice name = user_name(e->i, e->is_onbuild ? NULL : e->f);
	if (!name.len)
		return 0;
	for (size_t k = 0; k < name.len; k++)
		if (!is_digit(name.ptr[k]))
			return df_say_bool(out, false);
	return df_say_bool(out, true);
}

/* ---- ENV, ARG, LABEL ---- */

GET(var_name)
{
	return e->word && e->type == DFE_VARIABLE ? df_say_some(out, e->word->key) : 0;
}

GET(var_value)
{
	if (!e->word || e->type != DFE_VARIABLE || !e->word->has_value)
		return 0;
	return df_say(out, e->word->text);
}

static bool refers(struct slice value, struct slice name)
{
	for (size_t n = 0; n + name.len < value.len; n++) {
		struct slice rest = slice_from(value, n + 1);
		if (value.ptr[n] != '$' || (n && value.ptr[n - 1] == '\\'))
			continue;
		bool braces = rest.len && rest.ptr[0] == '{';
		rest = slice_from(rest, braces);
		if (!slice_eq(slice_sub(rest, 0, name.len), name))
			continue;
		char after = rest.len > name.len ? rest.ptr[name.len] : '\0';
		if (braces ? after == '}' : !is_alpha(after) && !is_digit(after) && after != '_')
			return true;
	}
	return false;
}

/* A variable that this ENV sets, and nothing before it. */
GET(var_self)
{
	if (!e->word || !e->i || e->i->kind != DF_ENV || e->type != DFE_VARIABLE || e->is_onbuild)
		return 0;
	for (size_t k = 0; k < e->i->nwords && k < 200; k++) {
		struct slice name = e->i->words[k].key;
		if (!name.len || &e->i->words[k] == e->word || !refers(e->word->raw, name))
			continue;
		const struct df_var *v = df_lookup(e->x, e->s, name);
		if (v && v->since == (uint32_t)(e->f - e->x->instrs))
			return df_say(out, name);
	}
	return 0;
}

/* The words that names of secrets are made of, and those that make them harmless. */
GET(var_secret)
{
	static const char *const bad[] = {"apikey", "auth",	"credential", "credentials",
					  "key",    "password", "pword",      "passwd",
					  "secret", "token",	NULL};
	static const char *const good[] = {"public", "file", "version", NULL};
	bool found = false;
	struct slice name = e->word && e->type == DFE_VARIABLE ? e->word->key : SL_NONE, part;
	while (slice_cut(&name, '_', &part)) {
		char low[16];
		if (!part.len || part.len > sizeof(low))
			continue;
		for (size_t k = 0; k < part.len; k++)
			low[k] = to_lower(part.ptr[k]);
		if (slice_is_any(slice_of(low, part.len), good))
			return df_say_bool(out, false);
		found = found || slice_is_any(slice_of(low, part.len), bad);
	}
	return df_say_bool(out, found);
}

GET(label_key)
{
	return e->word && e->type == DFE_LABEL ? df_say_some(out, e->word->key) : 0;
}

GET(label_value)
{
	struct slice value;
	struct err err = {0};
	if (!e->word || e->type != DFE_LABEL)
		return 0;
	if (df_expand_in(e->x, e->s, e->word->text, &value, &err) < 0)
		return 0;
	return df_say(out, value);
}

/* ---- EXPOSE ---- */

/* PORT[-PORT][/PROTOCOL]; the last number. */
static bool port_parts(struct slice text, uint32_t *port, struct slice *proto)
{
	struct slice numbers = text, last;
	ssize_t slash = slice_chr(text, '/');
	*proto = SL_NONE;
	if (slash >= 0) {
		numbers = slice_sub(text, 0, (size_t)slash);
		*proto = slice_from(text, (size_t)slash + 1);
	}
	last = numbers;
	ssize_t dash = slice_chr(numbers, '-');
	if (dash >= 0) {
		last = slice_from(numbers, (size_t)dash + 1);
		if (slice_u32(slice_sub(numbers, 0, (size_t)dash), port) < 0)
			return false;
	}
	return slice_u32(last, port) == 0;
}

static struct slice port_text(struct df_event *e)
{
	struct slice text = SL_NONE;
	struct err err = {0};
	if (!e->word || e->type != DFE_PORT ||
	    df_expand_in(e->x, e->s, e->word->raw, &text, &err) < 0)
		return SL_NONE;
	return text;
}

GET(port_text)
{
	return df_say_some(out, port_text(e));
}

GET(port_number)
{
	uint32_t port;
	struct slice proto, text = port_text(e);
	return text.len && port_parts(text, &port, &proto) ? df_say_int(out, port) : 0;
}

GET(port_proto)
{
	uint32_t port;
	struct slice proto, text = port_text(e);
	if (!text.len || !port_parts(text, &port, &proto))
		return 0;
	return df_say_some(out, proto);
}

GET(port_problem)
{
	uint32_t port;
	struct slice proto, text = port_text(e);
	if (!text.len || port_parts(text, &port, &proto) || slice_chr(text, '$') >= 0)
		return 0;
	return df_say(out, slice_chr(text, ':') >= 0 ? SL("address") : SL("format"));
}

/* ---- Comments, missing names ---- */

GET(comment_text)
{
	return e->comment ? df_say(out, e->comment->text) : 0;
}

/* What the line behind the comment declares. */
GET(comment_next)
{
	const struct df_instr *i = e->i;
	if (!e->comment || !i || !i->nwords)
		return 0;
	if (i->kind == DF_ARG)
		return df_say_some(out, i->words[0].key);
	if (i->kind == DF_FROM && i->nwords > 2)
		return df_say_some(out, i->words[2].text);
	return 0;
}

GET(undef_name)
{
	return e->missing ? df_say(out, e->missing->name) : 0;
}

GET(undef_near)
{
	return e->missing ? df_say_some(out, e->missing->near) : 0;
}
