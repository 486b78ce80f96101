/* SPDX-License-Identifier: Apache-2.0 */
/* How instructions of Dockerfiles are mended. A fixer that cannot be sure adds nothing. */
#include "config/df_facts.h"

#include "config/df_fix.h"

#define FIX(name)                                                                                  \
	int df_fix_##name(struct config_run *r, void *event, struct slice arg maybe_unused,        \
			  struct err *err)

static uint32_t where(const struct df_event *e, const char *p)
{
	return df_where(&e->x->doc, e->i, p);
}

/* A part of the instruction's line becomes text. */
int df_fix_replace(struct config_run *r, const struct df_event *e, struct slice part,
		   struct slice text, struct err *err)
{
	if (!part.len || slice_eq(part, text))
		return 0;
	return config_add_fix(r, where(e, part.ptr), df_where_end(&e->x->doc, e->i, part), text,
			      err);
}

static struct slice cased(struct arena *a, struct slice s, bool upper)
{
	char *out = arena_alloc(a, s.len + 1);
	for (size_t k = 0; out && k < s.len; k++) {
		char c = s.ptr[k];
		out[k] = upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : upper ? c : to_lower(c);
	}
	return slice_of(out, out ? s.len : 0);
}

static bool is_upper(struct slice s)
{
	return s.len && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z';
}

/* ---- Words ---- */

FIX(lower_word)
{
	struct df_event *e = event;
	return df_fix_replace(r, e, e->word->raw, cased(e->x->arena, e->word->raw, false), err);
}

FIX(keyword_case)
{
	struct df_event *e = event;
	struct rule_arg none = {0};
	struct rule_value v = {0};
	if (!df_get_file_mixed(e, &none, &v))
		return 0;
	return df_fix_replace(r, e, e->i->name,
			      cased(e->x->arena, e->i->name, slice_is(v.str, "upper")), err);
}

FIX(as_case)
{
	struct df_event *e = event;
	struct slice as = e->i->words[1].raw;
	return df_fix_replace(r, e, as, cased(e->x->arena, as, is_upper(e->i->name)), err);
}

/* The name and all that refer to it. */
FIX(lower_stage)
{
	struct df_event *e = event;
	struct slice name = e->s->stage->name, low = cased(e->x->arena, name, false);
	for (size_t k = 0; k < e->x->doc.ninstrs; k++) {
		struct df_event other = {.x = e->x, .i = &e->x->doc.instrs[k]};
		const struct df_instr *i = other.i;
		const struct df_flag *from = df_flag(i, "from");
		if (i->kind == DF_FROM && i->nwords > 2 && slice_eq(i->words[2].raw, name))
			TRY(df_fix_replace(r, &other, i->words[2].raw, low, err));
		if (i->kind == DF_FROM && i->nwords && slice_eq(i->words[0].raw, name))
			TRY(df_fix_replace(r, &other, i->words[0].raw, low, err));
		if (i->kind == DF_COPY && from && slice_eq(from->value, name) &&
		    slice_ends(from->raw, name.ptr ? arena_dup(e->x->arena, name).ptr : ""))
			TRY(df_fix_replace(
			    r, &other, slice_from(from->raw, from->raw.len - name.len), low, err));
	}
	return 0;
}

FIX(remove_flag)
{
	struct df_event *e = event;
	for (size_t k = 0; k < e->i->nflags; k++) {
		struct slice raw = e->i->flags[k].raw;
		if (!slice_eq(e->i->flags[k].name, slice_trim(arg)))
			continue;
		uint32_t end = df_where_end(&e->x->doc, e->i, raw);
		while (end < e->i->end && e->x->doc.in.ptr[end] == ' ')
			end++;
		return config_add_fix(r, where(e, raw.ptr), end, SL(""), err);
	}
	return 0;
}

/* A slash at the end of the destination, within its quotes. */
FIX(dest_slash)
{
	struct df_event *e = event;
	if (!e->i->nwords)
		return 0;
	struct slice raw = e->i->words[e->i->nwords - 1].raw;
	uint32_t end = df_where_end(&e->x->doc, e->i, raw);
	if (!raw.len || slice_chr(raw, '$') >= 0)
		return 0;
	char first = raw.ptr[0], last = raw.ptr[raw.len - 1];
	bool quoted = raw.len > 1 && first == last && (last == '"' || last == '\'');
	if (!quoted && (slice_chr(raw, '"') >= 0 || slice_chr(raw, '\'') >= 0))
		return 0;
	end -= quoted;
	return config_add_fix(r, end, end, SL("/"), err);
}

FIX(add_to_copy)
{
	struct df_event *e = event;
	struct df_event src = *e;
	struct rule_arg none = {0};
	struct rule_value v = {0};
	for (size_t k = 0; k < e->i->nflags; k++)
		if (!slice_is(e->i->flags[k].name, "chown") &&
		    !slice_is(e->i->flags[k].name, "chmod") &&
		    !slice_is(e->i->flags[k].name, "link"))
			return 0;
	for (size_t k = 0; k + 1 < e->i->nwords; k++) {
		src.word = &e->i->words[k];
		/* What may be an archive or an address stays. */
		if (slice_find(src.word->text, SL("://")) >= 0 ||
		    slice_chr(src.word->text, '$') >= 0 || slice_chr(src.word->text, '*') >= 0 ||
		    slice_starts(src.word->text, "git@") ||
		    (df_get_src_archive(&src, &none, &v) && v.b))
			return 0;
	}
	return df_fix_replace(r, e, e->i->name, is_upper(e->i->name) ? SL("COPY") : SL("copy"),
			      err);
}

/* ---- Lines ---- */

FIX(blank_lines)
{
	struct df_event *e = event;
	struct slice in = e->x->doc.in;
	size_t at = e->i->start;
	while (at < e->i->lines_end) {
		struct slice rest = slice_sub(in, at, e->i->lines_end - at), line;
		slice_line(&rest, &line);
		size_t next = rest.len ? (size_t)(rest.ptr - in.ptr) : e->i->lines_end;
		if (!slice_trim(line).len && next < e->i->lines_end)
			TRY(config_add_fix(r, (uint32_t)at, (uint32_t)next, SL(""), err));
		if (next <= at)
			break;
		at = next;
	}
	return 0;
}

/* A USER goes before what starts the program, if nothing is built behind it. An image that starts none is one to
 * build on, whose users want root. */
FIX(add_user)
{
	struct df_event *e = event;
	const struct df_stage *s = e->s->stage;
	const struct df_instr *before = NULL;
	bool starts = false;
	for (uint32_t k = s->first + s->n; k-- > s->first + 1;) {
		const struct df_instr *i = &e->x->doc.instrs[k];
		if (i->kind != DF_CMD && i->kind != DF_ENTRYPOINT && i->kind != DF_HEALTHCHECK)
			break;
		starts = starts || i->kind != DF_HEALTHCHECK;
		before = i;
	}
	if (!starts)
		return 0;
	struct slice text =
	    arena_printf(e->x->arena, "%s %.*s\n", is_upper(before->name) ? "USER" : "user",
			 SL_FMT(slice_trim(arg)));
	return text.ptr ? config_add_fix(r, before->start, before->start, text, err) : err_oom(err);
}

/* ---- Forms ---- */

static void put_json(struct buf *b, struct slice s)
{
	buf_putc(b, '"');
	for (size_t k = 0; k < s.len; k++) {
		if (s.ptr[k] == '"' || s.ptr[k] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, s.ptr[k]);
	}
	buf_putc(b, '"');
}

/* A word that says to a program what it says to the shell. */
static bool is_plain_word(const struct sh_word *w)
{
	if (w->has_var || w->has_glob || slice_starts(w->raw, "~"))
		return false;
	for (size_t n = 0; n < w->raw.len; n++)
		if (strchr("{[!", w->raw.ptr[n]))
			return false; /* NUL, too */
	for (size_t n = 0; n < w->text.len; n++)
		if ((unsigned char)w->text.ptr[n] < 0x20)
			return false;
	return true;
}

/* Is c one command that needs no shell? */
static bool needs_no_shell(const struct sh_script *s)
{
	static const char *const own[] = {"cd",	  "source", ".",    "export", "set",
					  "eval", "exec",   "trap", "ulimit", "umask",
					  "wait", "test",   "[",    NULL};
	const struct sh_command *c = s->ncommands == 1 ? &s->commands[0] : NULL;
	if (!c || c->kind != SH_SIMPLE || c->nassigns || c->nredirects || !c->nwords || s->error ||
	    slice_is_any(c->name, own))
		return false;
	for (size_t k = 0; k < c->nwords; k++)
		if (!is_plain_word(&c->words[k]))
			return false;
	return true;
}

FIX(json_form)
{
	struct df_event *e = event;
	struct sh_script s;
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	if (e->i->njoints || e->i->nheredocs || e->i->body.len > 16 * KIB)
		return 0;
	TRY(sh_parse(e->x->arena, e->i->body, &s, err));
	if (!needs_no_shell(&s) || s.commands[0].raw.len != e->i->body.len)
		return 0;
	for (size_t k = 0; k < s.commands[0].nwords; k++) {
		buf_puts(&b, k ? SL(", ") : SL("["));
		put_json(&b, s.commands[0].words[k].text);
	}
	buf_putc(&b, ']');
	struct slice text = arena_dup(e->x->arena, buf_slice(&b));
	return text.ptr ? df_fix_replace(r, e, e->i->body, text, err) : err_oom(err);
}

FIX(maintainer)
{
	struct df_event *e = event;
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	if (e->i->njoints || !e->i->nwords || slice_chr(e->i->words[0].text, '$') >= 0)
		return 0;
	buf_puts(&b, is_upper(e->i->name) ? SL("LABEL ") : SL("label "));
	buf_puts(&b, SL("org.opencontainers.image.authors="));
	put_json(&b, e->i->words[0].text);
	struct slice text = arena_dup(e->x->arena, buf_slice(&b));
	if (!text.ptr)
		return err_oom(err);
	return config_add_fix(r, e->i->start, e->i->end, text, err);
}

FIX(key_equals_value)
{
	struct df_event *e = event;
	const struct df_word *w = e->i->nwords == 1 ? &e->i->words[0] : NULL;
	struct slice rest = e->i->body, key, value;
	if (e->i->njoints || !w || !slice_word(&rest, &key) || !slice_eq(key, w->key))
		return 0;
	value = slice_trim(rest);
	bool blank = false;
	for (size_t k = 0; k < value.len; k++) {
		/* Quotes and escapes mean something else in the two forms. */
		if (strchr("\"'\\`", value.ptr[k] ? value.ptr[k] : '"'))
			return 0;
		blank = blank || is_space(value.ptr[k]);
	}
	const char *quote = blank ? "\"" : "";
	struct slice text =
	    arena_cat(e->x->arena, key, SL("="), slice_str(quote), value, slice_str(quote));
	return text.ptr ? df_fix_replace(r, e, e->i->body, text, err) : err_oom(err);
}

const struct config_named_fixer df_fixers[] = {
    {"blank-lines", df_fix_blank_lines},
    {"remove-flag", df_fix_remove_flag},
    {"lower-stage", df_fix_lower_stage},
    {"lower-word", df_fix_lower_word},
    {"keyword-case", df_fix_keyword_case},
    {"as-case", df_fix_as_case},
    {"dest-slash", df_fix_dest_slash},
    {"add-to-copy", df_fix_add_to_copy},
    {"add-user", df_fix_add_user},
    {"json-form", df_fix_json_form},
    {"maintainer", df_fix_maintainer},
    {"key-equals-value", df_fix_key_equals_value},
    {"flag-after-name", df_fix_flag_after_name},
    {"flag-after-action", df_fix_flag_after_action},
    {"append-run", df_fix_append_run},
    {"replace-name", df_fix_replace_name},
    {"remove-first-word", df_fix_remove_first_word},
    {"pin-packages", df_fix_pin_packages},
    {"pin-image", df_fix_pin_image},
    {NULL, NULL},
};
