/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles and Containerfiles as a kind: recognising them, their events, their ignore comments. */
#include "config/df_facts.h"

/* ---- Fields ---- */

static const struct rule_field fields[] = {
#define F(get_, name_, type_, flags_, text_)                                                       \
	{.id = __COUNTER__, .name = (name_), .type = (type_), .flags = (flags_), .text = (text_)},
    DF_FIELDS
#undef F
};
static df_getter *const getters[] = {
#define F(name, ...) df_get_##name,
    DF_FIELDS
#undef F
};

static int get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	return getters[f - fields](event, arg, out);
}

static const struct rule_event_type types[] = {
    {"file", DFE_FILE},		  {"stage", DFE_STAGE},	      {"instruction", DFE_INSTRUCTION},
    {"command", DFE_COMMAND},	  {"variable", DFE_VARIABLE}, {"label", DFE_LABEL},
    {"port", DFE_PORT},		  {"source", DFE_SOURCE},     {"comment", DFE_COMMENT},
    {"undefined", DFE_UNDEFINED},
};
static const struct rule_source source = {
    .name = "dockerfile",
    .text = "instructions of Dockerfiles and commands of RUN",
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .types = types,
    .ntypes = ARRAY_LEN(types),
};

/* ---- Recognising ---- */

static bool is_part(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* Dockerfile, Dockerfile.dev, web-Dockerfile */
static bool word_in_name(struct slice base, const char *word)
{
	size_t n = strlen(word);
	for (size_t k = 0; k + n <= base.len; k++)
		if ((!k || is_part(base.ptr[k - 1])) &&
		    (k + n == base.len || is_part(base.ptr[k + n])) &&
		    slice_ieq(slice_sub(base, k, n), slice_str(word)))
			return true;
	return false;
}

static bool ends_in(struct slice base, const char *word)
{
	size_t n = strlen(word);
	return base.len > n && slice_ieq(slice_from(base, base.len - n), slice_str(word));
}

static bool is_source(struct slice base)
{
	static const char *const no[] = {".dockerignore", ".md",   ".go",  ".py",   ".sh", ".ts",
					 ".js",		  ".json", ".yml", ".yaml", ".txt"};
	for (size_t k = 0; k < ARRAY_LEN(no); k++)
		if (ends_in(base, no[k]))
			return true;
	return false;
}

/* The first line that says something, but for ARG, is FROM. */
static bool begins_so(struct slice head)
{
	struct slice line, word;
	while (slice_line(&head, &line)) {
		line = slice_trim(line);
		if (!line.len || (line.ptr[0] == '#' && !slice_starts(line, "#!")) ||
		    slice_starts(line, "ARG "))
			continue;
		return slice_word(&line, &word) && slice_is(word, "FROM") &&
		       slice_trim(line).len > 0 && slice_chr(line, ';') < 0;
	}
	return false;
}

static unsigned recognise(struct slice path, struct slice head)
{
	struct slice base = path_base(path);
	if (is_source(base))
		return 0;
	if (word_in_name(base, "Dockerfile") || word_in_name(base, "Containerfile"))
		return 100;
	return begins_so(head) ? 20 : 0;
}

/* ---- Ignore comments ---- */

struct pragma {
	struct df_facts *x;
	struct config_ignore ignore;
};

static int add_ids(struct pragma *p, struct slice list, struct err *err)
{
	for (size_t k = 0; k < list.len;) {
		size_t n = k;
		while (n < list.len && list.ptr[n] != ',' && !is_space(list.ptr[n]) &&
		       list.ptr[n] != ';' && list.ptr[n] != '#')
			n++;
		p->ignore.id = slice_sub(list, k, n - k);
		if (p->ignore.id.len)
			TRY(config_add_ignore(p->x->run, &p->ignore, err));
		if (n < list.len && list.ptr[n] == '#')
			return 0;
		k = n + 1;
	}
	return 0;
}

/* "skip=A,B;error=true" of check=; all: every check. */
static int read_check(struct pragma *p, struct slice text, struct err *err)
{
	struct slice part;
	while (slice_cut(&text, ';', &part)) {
		struct slice name;
		slice_cut(&part, '=', &name);
		name = slice_trim(name);
		if (slice_is(name, "error") && slice_is(slice_trim(part), "true"))
			config_must_fail(p->x->run);
		if (!slice_is(name, "skip"))
			continue;
		if (slice_ieq(slice_trim(part), SL("all"))) {
			p->ignore.id = SL_NONE;
			TRY(config_add_ignore(p->x->run, &p->ignore, err));
		} else {
			TRY(add_ids(p, part, err));
		}
	}
	return 0;
}

static bool after_word(struct slice *s, const char *word)
{
	size_t n = strlen(word);
	if (!slice_ieq(slice_sub(*s, 0, n), slice_str(word)))
		return false;
	*s = slice_trim(slice_from(*s, n));
	return true;
}

static bool take_equals(struct slice *s)
{
	if (!s->len || s->ptr[0] != '=')
		return false;
	*s = slice_trim(slice_from(*s, 1));
	return true;
}

/* "ignore=DL3006, SC1081 # why": list; false when the words are others. */
static bool is_ignore(struct slice *s)
{
	return after_word(s, "ignore") && take_equals(s);
}

/* strake ignore=ID why it is so */
static int own_ignore(struct pragma *p, struct slice s, struct err *err)
{
	struct slice ids = s, word;
	size_t n = 0;
	while (n < s.len && !is_space(s.ptr[n]))
		n++;
	ids = slice_sub(s, 0, n);
	word = slice_trim(slice_from(s, n));
	p->ignore.reason = word;
	return add_ids(p, ids, err);
}

/* hadolint [global|stage] ignore=... */
static int hadolint_ignore(struct pragma *p, struct slice s, struct err *err)
{
	if (after_word(&s, "global")) {
		p->ignore.line = 0;
		return is_ignore(&s) ? add_ids(p, s, err) : 0;
	}
	bool stage = after_word(&s, "stage");
	if (!is_ignore(&s))
		return 0;
	if (stage)
		for (size_t k = 0; k < p->x->doc.nstages; k++) {
			const struct df_stage *st = &p->x->doc.stages[k];
			if (st->from->line == p->ignore.line && st->n)
				p->ignore.end_line =
				    p->x->doc.instrs[st->first + st->n - 1].end_line;
		}
	return add_ids(p, s, err);
}

static int read_comment(struct pragma *p, struct slice s, bool within, struct err *err)
{
	if (after_word(&s, "strake"))
		return is_ignore(&s) ? own_ignore(p, s, err) : 0;
	if (after_word(&s, "trivy:ignore:")) {
		struct slice id;
		return slice_word(&s, &id) ? add_ids(p, id, err) : 0;
	}
	if (within)
		return 0;
	if (after_word(&s, "check") && take_equals(&s))
		return read_check(p, s, err);
	return after_word(&s, "hadolint") ? hadolint_ignore(p, s, err) : 0;
}

/* The instruction below, with comments alone between; of one within, the instruction itself. */
static const struct df_instr *target(const struct df_facts *x, size_t comment, size_t *at)
{
	const struct df_comment *c = &x->doc.comments[comment];
	while (*at < x->doc.ninstrs && x->doc.instrs[*at].end < c->start)
		(*at)++;
	const struct df_instr *i = *at < x->doc.ninstrs ? &x->doc.instrs[*at] : NULL;
	if (!i || c->within)
		return i;
	uint32_t line = c->line + 1;
	for (size_t k = comment + 1; k < x->doc.ncomments && x->doc.comments[k].line == line; k++)
		line++;
	return i->line == line ? i : NULL;
}

/* Directives at the top are for the whole file. */
static bool is_directive(const struct df_facts *x, const struct df_comment *c)
{
	for (size_t k = 0; k < x->doc.ndirectives; k++)
		if (x->doc.directives[k].line == c->line &&
		    slice_ieq(x->doc.directives[k].name, SL("check")))
			return true;
	return false;
}

static int read_comments(struct df_facts *x, struct err *err)
{
	size_t at = 0;
	for (size_t k = 0; k < x->doc.ncomments; k++) {
		const struct df_comment *c = &x->doc.comments[k];
		const struct df_instr *i = target(x, k, &at);
		struct pragma p = {.x = x, .ignore = {.at = c->line}};
		if (!is_directive(x, c)) {
			p.ignore.line = i ? i->line : UINT32_MAX;
			p.ignore.end_line = i ? i->end_line : UINT32_MAX;
		}
		TRY(read_comment(&p, c->text, c->within, err));
		struct df_event e = {.x = x, .type = DFE_COMMENT, .comment = c, .i = i};
		struct config_place place = {c->start, c->end, c->line, c->line, c->start};
		if (i) {
			e.s = &x->stages[i->stage + 1];
			e.f = &x->instrs[i - x->doc.instrs];
		}
		TRY(config_event(x->run, DFE_COMMENT, &e, &place, err));
	}
	return 0;
}

/* ---- Events ---- */

static int send(struct df_event *e, struct slice part, struct err *err)
{
	const struct df_doc *d = &e->x->doc;
	struct config_place p = {.start = e->i->start,
				 .end = e->i->lines_end,
				 .line = e->i->line,
				 .end_line = e->i->end_line,
				 .group = e->i->start};
	if (part.len) {
		p.start = df_where(d, e->i, part.ptr);
		p.end = MAX(df_where_end(d, e->i, part), p.start);
	}
	return config_event(e->x->run, e->type, e, &p, err);
}

static int send_words(struct df_event e, enum df_event_type type, size_t n, struct err *err)
{
	e.type = type;
	for (size_t k = 0; k < n; k++) {
		e.word = &e.i->words[k];
		TRY(send(&e, e.word->raw, err));
	}
	return 0;
}

static int send_commands(struct df_event e, struct err *err)
{
	e.type = DFE_COMMAND;
	for (size_t k = 0; k < e.f->script.ncommands; k++) {
		e.cmd = &e.f->script.commands[k];
		TRY(df_read_packages(&e, err));
		TRY(send(&e, e.cmd->raw, err));
	}
	return 0;
}

static int send_missing(struct df_event e, struct err *err)
{
	e.type = DFE_UNDEFINED;
	for (size_t k = 0; k < e.f->nmissing; k++) {
		e.missing = &e.f->missing[k];
		TRY(send(&e, e.missing->name, err));
	}
	return 0;
}

/* An instruction and what it is made of. */
static int send_instr(struct df_event *e, struct err *err)
{
	const struct df_instr *i = e->i;
	e->type = DFE_INSTRUCTION;
	TRY(send(e, SL_NONE, err));
	if (e->f->nmissing && !e->is_onbuild)
		TRY(send_missing(*e, err));
	if (i->kind == DF_ENV || i->kind == DF_ARG)
		return send_words(*e, DFE_VARIABLE, i->nwords, err);
	if (i->kind == DF_LABEL)
		return send_words(*e, DFE_LABEL, i->nwords, err);
	if (i->kind == DF_EXPOSE)
		return send_words(*e, DFE_PORT, i->nwords, err);
	if ((i->kind == DF_ADD || i->kind == DF_COPY) && i->nwords)
		return send_words(*e, DFE_SOURCE, i->nwords - 1, err);
	return i->kind == DF_RUN && e->f->has_script ? send_commands(*e, err) : 0;
}

static int send_stage(struct df_facts *x, const struct df_instr *from, struct err *err)
{
	struct df_event e = {.x = x,
			     .type = DFE_STAGE,
			     .i = from,
			     .f = &x->instrs[from - x->doc.instrs],
			     .s = &x->stages[from->stage + 1]};
	return send(&e, SL_NONE, err);
}

static int send_file(struct df_facts *x, struct err *err)
{
	struct df_event e = {.x = x, .type = DFE_FILE, .s = &x->stages[x->nstages - 1]};
	struct config_place p = {.line = 1, .end_line = 1};
	return config_event(x->run, DFE_FILE, &e, &p, err);
}

static int send_all(struct df_facts *x, struct err *err)
{
	TRY(send_file(x, err));
	for (size_t k = 0; k < x->doc.ninstrs; k++) {
		const struct df_instr *i = &x->doc.instrs[k];
		struct df_event e = {
		    .x = x, .i = i, .f = &x->instrs[k], .s = &x->stages[i->stage + 1]};
		if (i->kind == DF_FROM)
			TRY(send_stage(x, i, err));
		TRY(send_instr(&e, err));
		if (i->kind == DF_ONBUILD && i->inner) {
			e.i = i->inner;
			e.is_onbuild = true;
			TRY(send_instr(&e, err));
		}
	}
	return 0;
}

/* A heredoc without its end: it ends where the next instruction seems to begin. */
static bool has_open_heredoc(const struct df_doc *d)
{
	for (size_t k = 0; k < d->ninstrs; k++)
		for (size_t h = 0; h < d->instrs[k].nheredocs; h++)
			if (!d->instrs[k].heredocs[h].is_closed)
				return true;
	return false;
}

static int check(struct config_run *r, struct err *err)
{
	CLEANUP(df_facts_done) struct df_facts x = {.run = r};
	const struct config_file *f = config_run_file(r);
	TRY(df_facts_read(&x, err));
	if (has_open_heredoc(&x.doc))
		config_no_fixes(r);
	x.has_dockerignore = f->beside && f->beside(f->arg, ".dockerignore", &x.dockerignore);
	TRY(read_comments(&x, err));
	return send_all(&x, err);
}

const struct config_kind config_kind_dockerfile = {
    .name = "dockerfile",
    .source = &source,
    .get = get,
    .recognise = recognise,
    .check = check,
    .fixers = df_fixers,
};
