/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of Dockerfiles: FROM, COPY --from, RUN --mount from=. A name that ends in a variable of an ARG is pinned at the ARG:
 * who gives another value then gives another image, and not the old one under a new name.
 */
#include "app/pin_internal.h"

struct file {
	struct pin_search *s;
	struct df_doc doc;
	bool missing; /* a variable without a value was met */
};

/* The ARG before the first FROM that sets name; NULL. */
static const struct df_word *arg_of(const struct file *f, struct slice name,
				    const struct df_instr **at)
{
	for (size_t i = 0; i < f->doc.ninstrs; i++) {
		const struct df_instr *x = &f->doc.instrs[i];
		if (x->kind == DF_FROM)
			break;
		for (size_t k = 0; x->kind == DF_ARG && k < x->nwords; k++)
			if (slice_eq(x->words[k].key, name)) {
				*at = x;
				return &x->words[k];
			}
	}
	return NULL;
}

static int given(const struct file *f, struct slice name, struct slice *value)
{
	for (size_t k = 0; k < f->s->nargs; k++) {
		struct slice rest = f->s->args[k], key;
		if (slice_cut(&rest, '=', &key) && rest.ptr && slice_eq(key, name)) {
			*value = rest;
			return 1;
		}
	}
	return 0;
}

static int get(void *arg, struct slice name, struct slice *value)
{
	const struct file *f = arg;
	const struct df_instr *at;
	if (given(f, name, value))
		return 1;
	const struct df_word *w = arg_of(f, name, &at);
	if (!w || !w->has_value || slice_chr(w->text, '$') >= 0)
		return 0;
	*value = w->text;
	return 1;
}

static void missing(void *arg, struct slice name)
{
	struct file *f = arg;
	(void)name;
	f->missing = true;
}

static int expand(struct file *f, struct slice in, struct slice *ret, struct err *err)
{
	struct df_vars v = {.get = get, .missing = missing, .arg = f, .escape = f->doc.escape};
	f->missing = false;
	return df_expand(f->s->arena, in, &v, true, ret, err);
}

/* The variable that the text ends in. */
static struct slice last_variable(struct slice text)
{
	ssize_t at = slice_rchr(text, '$');
	struct slice name = at < 0 ? SL_NONE : slice_from(text, (size_t)at + 1);
	if (slice_starts(name, "{") && slice_ends(name, "}"))
		name = slice_sub(name, 1, name.len - 2);
	for (size_t i = 0; i < name.len; i++)
		if (!is_alpha(name.ptr[i]) && name.ptr[i] != '_' &&
		    (i == 0 || !is_digit(name.ptr[i])))
			return SL_NONE;
	return name;
}

static bool mentions(struct slice text, struct slice name)
{
	while (text.len) {
		ssize_t at = slice_chr(text, '$');
		if (at < 0)
			return false;
		text = slice_from(text, (size_t)at + 1);
		struct slice rest = slice_starts(text, "{") ? slice_from(text, 1) : text;
		char after = name.len < rest.len ? rest.ptr[name.len] : ' ';
		if (slice_eq(slice_sub(rest, 0, name.len), name) && !is_alpha(after) &&
		    !is_digit(after) && after != '_')
			return true;
	}
	return false;
}

/* Is the variable for this name alone? */
static bool is_free(struct file *f, struct slice name, struct slice written)
{
	size_t args = 0;
	for (size_t i = 0; i < f->doc.ninstrs; i++) {
		const struct df_instr *x = &f->doc.instrs[i];
		for (size_t k = 0; x->kind == DF_ARG && k < x->nwords; k++) {
			args += slice_eq(x->words[k].key, name);
			if (mentions(x->words[k].text, name))
				return false;
		}
		if (x->kind == DF_FROM && mentions(x->whole, name) &&
		    (!x->nwords || !slice_eq(x->words[0].text, written)))
			return false;
	}
	return args == 1;
}

/* part is a piece of the instruction that is to be written in one piece in the file. */
static bool in_file(const struct file *f, const struct df_instr *i, struct slice part, uint32_t *at)
{
	if (!part.len)
		return false;
	*at = df_where(&f->doc, i, part.ptr);
	return slice_eq(slice_sub(f->s->in, *at, part.len), part);
}

static int at_arg(struct file *f, struct slice written, struct slice said, uint32_t line,
		  struct err *err)
{
	struct slice name = last_variable(written), other;
	const struct df_instr *i = NULL;
	const struct df_word *w = name.len ? arg_of(f, name, &i) : NULL;
	uint32_t at = 0;
	if (!w || !w->has_value || !w->text.len || given(f, name, &other) ||
	    !is_free(f, name, written))
		return pin_say(f->s, PIN_LEFT, said, line,
			       "its name has a variable that is not for it alone - pin it by hand",
			       err);
	/* The value may stand in quotes. */
	struct slice raw = w->raw;
	ssize_t in_raw = slice_find(raw, w->text);
	if (in_raw < 0 || !in_file(f, i, slice_sub(raw, (size_t)in_raw, w->text.len), &at))
		return pin_say(f->s, PIN_LEFT, said, line,
			       "its ARG is written in a way that cannot be changed in place", err);
	struct slice value = w->text;
	struct pin_parts p = pin_split(said);
	struct pin_ref r = {.image = p.name,
			    .line = line,
			    .has_tag = p.has_tag,
			    .state = p.digest.len ? PIN_PINNED : PIN_OPEN};
	r.start = r.end = at + (uint32_t)value.len;
	if (p.digest.len && p.has_tag && slice_ends(value, said.ptr + p.name.len))
		r.start = r.end - (uint32_t)p.digest.len;
	else if (p.digest.len)
		r.start = r.end = 0;
	return pin_add(f->s, r, err);
}

static bool is_stage(const struct file *f, struct slice name, int32_t before)
{
	uint32_t number;
	if (slice_u32(name, &number) == 0)
		return true;
	for (size_t k = 0; k < f->doc.nstages && (int32_t)k < before; k++)
		if (f->doc.stages[k].name.len && slice_ieq(f->doc.stages[k].name, name))
			return true;
	return false;
}

/* raw: as it stands in the file; text: without quotes. */
static int reference(struct file *f, const struct df_instr *i, struct slice raw, struct slice text,
		     struct err *err)
{
	struct slice said;
	uint32_t at = 0, line = i->start;
	if (!text.len)
		return 0;
	TRY(expand(f, text, &said, err));
	if (f->missing || slice_chr(said, '$') >= 0)
		return pin_say(f->s, PIN_NONE, text, line,
			       "its name has a variable without a value", err);
	if (slice_is(said, "scratch") && i->kind == DF_FROM)
		return pin_say(f->s, PIN_NONE, said, line, "it is the empty image", err);
	if (is_stage(f, said, i->stage))
		return pin_say(f->s, PIN_NONE, said, line, "it is a stage of this file", err);
	if (slice_chr(text, '$') >= 0)
		return at_arg(f, text, said, line, err);
	ssize_t in_raw = slice_find(raw, text);
	if (in_raw < 0 || !in_file(f, i, slice_sub(raw, (size_t)in_raw, text.len), &at))
		return pin_say(f->s, PIN_LEFT, said, line,
			       "it is written in a way that cannot be changed in place", err);
	return pin_place(f->s, text, said, at, err);
}

static int instruction(struct file *f, const struct df_instr *i, struct err *err)
{
	if (i->kind == DF_FROM && i->nwords)
		TRY(reference(f, i, i->words[0].raw, i->words[0].text, err));
	for (size_t k = 0; k < i->nflags; k++) {
		const struct df_flag *g = &i->flags[k];
		struct slice from;
		if (i->kind == DF_COPY && slice_is(g->name, "from"))
			TRY(reference(f, i, g->raw, g->value, err));
		else if (i->kind == DF_RUN && slice_is(g->name, "mount") &&
			 df_option(g->value, "from", &from))
			TRY(reference(f, i, g->raw, from, err));
	}
	return i->inner ? instruction(f, i->inner, err) : 0;
}

int pin_find_dockerfile(struct pin_search *s, struct err *err)
{
	struct file f = {.s = s};
	int rc = df_parse(&f.doc, s->in, err);
	for (size_t k = 0; k < f.doc.ninstrs && rc == 0; k++)
		rc = instruction(&f, &f.doc.instrs[k], err);
	if (rc == 0 && f.doc.nstages == 0)
		rc = err_input(err, "is neither a Dockerfile (it has no FROM) nor YAML");
	df_free(&f.doc);
	return rc;
}
