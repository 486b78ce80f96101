/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles, the outer half: lines, continuation, comments, heredocs, stages. What is read as BuildKit reads it is
 * from frontend/dockerfile/parser's documentation and behaviour. */
#include "text/df_internal.h"

struct lines {
	struct df_doc *d;
	struct slice in;
	size_t pos;    /* of the next line */
	uint32_t line; /* number of the last line taken */
	bool directives;
	struct buf joined;
	VEC(struct df_joint) joints;
	VEC(struct df_instr) instrs;
	VEC(struct df_comment) comments;
	VEC(struct df_directive) known;
};

static struct slice trim_left(struct slice s)
{
	size_t n = 0;
	while (n < s.len && is_space(s.ptr[n]))
		n++;
	return slice_from(s, n);
}

/* The next line without its end; false at the end of the file. */
static bool take_line(struct lines *l, struct slice *ret)
{
	struct slice rest = slice_from(l->in, l->pos);
	if (!rest.len)
		return false;
	ssize_t end = slice_chr(rest, '\n');
	*ret = end < 0 ? rest : slice_sub(rest, 0, (size_t)end);
	l->pos += end < 0 ? rest.len : (size_t)end + 1;
	l->line++;
	if (ret->len && ret->ptr[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

static uint32_t offset(const struct lines *l, const char *p)
{
	return (uint32_t)(p - l->in.ptr);
}

/* Cuts the escape at the end of a line off: true when the next line belongs to it. Two of them are no
 * continuation. */
static bool cut_continuation(struct slice *s, char escape)
{
	size_t n = s->len;
	while (n && (s->ptr[n - 1] == ' ' || s->ptr[n - 1] == '\t'))
		n--;
	if (!n || s->ptr[n - 1] != escape || (n > 1 && s->ptr[n - 2] == escape))
		return false;
	s->len = n - 1;
	return true;
}

/* ---- Comments and directives ---- */

static int add_directive(struct lines *l, struct slice text)
{
	ssize_t eq = slice_chr(text, '=');
	struct slice name = eq < 0 ? SL_NONE : slice_trim(slice_sub(text, 0, (size_t)eq));
	struct slice value = eq < 0 ? SL_NONE : slice_trim(slice_from(text, (size_t)eq + 1));
	size_t n = 0;
	while (n < name.len && (is_alpha(name.ptr[n]) || (n && is_digit(name.ptr[n]))))
		n++;
	if (!name.len || n < name.len || !value.len) {
		l->directives = false;
		return 0;
	}
	if (slice_ieq(name, SL("escape")) && value.len == 1 &&
	    (value.ptr[0] == '`' || value.ptr[0] == '\\'))
		l->d->escape = value.ptr[0];
	struct df_directive x = {name, value, l->line};
	return vec_push(&l->known, x);
}

static int add_comment(struct lines *l, struct slice line, bool within)
{
	struct slice text = slice_trim(slice_from(line, 1));
	struct df_comment c = {.start = offset(l, line.ptr),
			       .end = offset(l, line.ptr) + (uint32_t)line.len,
			       .line = l->line,
			       .text = text,
			       .within = within};
	if (l->directives && add_directive(l, text) < 0)
		return -ENOMEM;
	return vec_push(&l->comments, c);
}

/* ---- Heredocs ---- */

/* [0-9]*<<-?NAME, as one word. */
static bool heredoc_word(struct slice word, struct df_heredoc *h, struct slice *name)
{
	size_t n = 0;
	while (n < word.len && is_digit(word.ptr[n]))
		n++;
	struct slice rest = slice_from(word, n);
	if (!slice_starts(rest, "<<"))
		return false;
	rest = slice_from(rest, 2);
	h->strip_tabs = rest.len && rest.ptr[0] == '-';
	*name = slice_from(rest, h->strip_tabs);
	return name->len && slice_chr(*name, '<') < 0;
}

/* A line that begins as instructions do: where reading goes on after a heredoc without end. */
static bool looks_like_instr(struct slice line)
{
	size_t n = 0;
	while (n < line.len && line.ptr[n] >= 'A' && line.ptr[n] <= 'Z')
		n++;
	return n > 2 && n < line.len && is_space(line.ptr[n]) &&
	       df_kind_of(slice_sub(line, 0, n)) != DF_UNKNOWN;
}

static bool is_end(struct slice line, const struct df_heredoc *h)
{
	while (h->strip_tabs && line.len && line.ptr[0] == '\t')
		line = slice_from(line, 1);
	return slice_eq(line, h->name);
}

static void take_body(struct lines *l, struct df_heredoc *h)
{
	size_t start = l->pos, pos = l->pos;
	uint32_t number = l->line;
	struct slice line;
	while (take_line(l, &line)) {
		if (is_end(line, h)) {
			h->body = slice_sub(l->in, start, offset(l, line.ptr) - start);
			h->is_closed = true;
			return;
		}
	}
	/* Without end: up to the next instruction. */
	l->pos = pos;
	l->line = number;
	while (take_line(l, &line) && !looks_like_instr(line)) {
		pos = l->pos;
		number = l->line;
	}
	l->pos = pos;
	l->line = number;
	h->body = slice_sub(l->in, start, pos - start);
}

static bool takes_heredocs(struct slice whole, struct slice *text)
{
	struct slice rest = whole, word;
	bool onbuild = false;
	while (slice_word(&rest, &word)) {
		enum df_kind k = df_kind_of(word);
		*text = rest;
		if (k == DF_RUN || k == DF_COPY || k == DF_ADD)
			return true;
		if (k != DF_ONBUILD || onbuild)
			return false;
		onbuild = true;
	}
	return false;
}

#define MAX_HEREDOCS 100
static int take_heredocs(struct lines *l, struct df_instr *i, struct err *err)
{
	struct df_heredoc found[MAX_HEREDOCS], h;
	struct slice rest = SL_NONE, word, name;
	size_t n = 0;
	if (slice_find(i->whole, SL("<<")) < 0 || !takes_heredocs(i->whole, &rest))
		return 0;
	while (n < MAX_HEREDOCS && df_next_word(&rest, l->d->escape, &word)) {
		h = (struct df_heredoc){.expand = true};
		if (!heredoc_word(word, &h, &name))
			continue;
		h.name = df_unquote(&l->d->arena, name, '\\');
		if (!h.name.ptr)
			return err_oom(err);
		h.expand = h.name.len == name.len;
		if (h.name.len)
			found[n++] = h;
	}
	struct df_heredoc *all = arena_array(&l->d->arena, n, sizeof(*all));
	if (n && !all)
		return err_oom(err);
	for (size_t k = 0; k < n; k++) {
		take_body(l, &found[k]);
		all[k] = found[k];
		if (!found[k].is_closed && !i->error)
			i->error = "heredoc without an end";
	}
	i->heredocs = all;
	i->nheredocs = n;
	if (n)
		i->end = (uint32_t)l->pos;
	return 0;
}

/* ---- Instructions ---- */

static int join(struct lines *l, struct slice part)
{
	struct df_joint j = {(uint32_t)l->joined.len, offset(l, part.ptr)};
	buf_puts(&l->joined, part);
	return vec_push(&l->joints, j);
}

/* The lines after one that ends in an escape. */
static int join_more(struct lines *l, struct df_instr *i)
{
	struct slice line;
	bool more = true;
	while (more && take_line(l, &line)) {
		struct slice start = trim_left(line);
		if (!start.len) {
			if (!i->blank_line)
				i->blank_line = l->line;
			continue;
		}
		i->end = offset(l, line.ptr) + (uint32_t)line.len;
		i->end_line = l->line;
		if (start.ptr[0] == '#') {
			if (add_comment(l, start, true) < 0)
				return -ENOMEM;
			continue;
		}
		more = cut_continuation(&line, l->d->escape);
		if (join(l, line) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int keep_joined(struct lines *l, struct df_instr *i)
{
	struct df_joint *j =
	    arena_array(&l->d->arena, l->joints.len, sizeof(*j)); /* at least one */
	i->whole = arena_dup(&l->d->arena, buf_slice(&l->joined));
	if (!j || !i->whole.ptr || l->joined.failed)
		return -ENOMEM;
	memcpy(j, l->joints.ptr, l->joints.len * sizeof(*j));
	i->joints = j;
	i->njoints = l->joints.len;
	return 0;
}

static int add_instr(struct lines *l, struct slice line, struct err *err)
{
	struct df_instr i = {.start = offset(l, line.ptr),
			     .end = offset(l, line.ptr) + (uint32_t)line.len,
			     .line = l->line,
			     .end_line = l->line,
			     .whole = line};
	struct slice first = line;
	if (cut_continuation(&first, l->d->escape)) {
		buf_clear(&l->joined);
		l->joints.len = 0;
		if (join(l, first) < 0 || join_more(l, &i) < 0 || keep_joined(l, &i) < 0)
			return err_oom(err);
	}
	i.lines_end = i.end;
	TRY(take_heredocs(l, &i, err));
	if (i.nheredocs)
		i.end_line = l->line;
	TRY(df_read_instr(l->d, &i, err));
	return vec_push(&l->instrs, i) < 0 ? err_oom(err) : 0;
}

static int read_lines(struct lines *l, struct err *err)
{
	struct slice line;
	while (take_line(l, &line)) {
		line = trim_left(line);
		if (line.len && line.ptr[0] == '#') {
			if (add_comment(l, line, false) < 0)
				return err_oom(err);
			continue;
		}
		l->directives = false;
		if (line.len)
			TRY(add_instr(l, line, err));
	}
	return 0;
}

/* ---- The document ---- */

static void *keep(struct arena *a, const void *p, size_t n, size_t size)
{
	void *copy = arena_array(a, n, size);
	if (copy && n)
		memcpy(copy, p, n * size);
	return copy;
}

static void name_stage(struct df_stage *s, const struct df_instr *from)
{
	const struct df_flag *platform = df_flag(from, "platform");
	s->from = from;
	s->platform = platform ? platform->value : SL_NONE;
	s->image = from->nwords ? from->words[0].text : SL_NONE;
	if (from->nwords > 2 && slice_ieq(from->words[1].raw, SL("as")))
		s->name = from->words[2].text;
}

static int make_stages(struct df_doc *d)
{
	size_t n = 0;
	for (size_t k = 0; k < d->ninstrs; k++)
		n += d->instrs[k].kind == DF_FROM;
	d->stages = arena_array(&d->arena, n, sizeof(*d->stages));
	if (n && !d->stages)
		return -ENOMEM;
	for (size_t k = 0; k < d->ninstrs; k++) {
		struct df_instr *i = &d->instrs[k];
		if (i->kind == DF_FROM) {
			struct df_stage *s = &d->stages[d->nstages];
			s->index = (uint32_t)d->nstages++;
			s->first = (uint32_t)k;
			name_stage(s, i);
		}
		i->stage = (int32_t)d->nstages - 1;
		if (d->nstages)
			d->stages[d->nstages - 1].n++;
	}
	return 0;
}

static int keep_all(struct lines *l)
{
	struct df_doc *d = l->d;
	d->instrs = keep(&d->arena, l->instrs.ptr, l->instrs.len, sizeof(*d->instrs));
	d->comments = keep(&d->arena, l->comments.ptr, l->comments.len, sizeof(*d->comments));
	d->directives = keep(&d->arena, l->known.ptr, l->known.len, sizeof(*d->directives));
	if ((l->instrs.len && !d->instrs) || (l->comments.len && !d->comments) ||
	    (l->known.len && !d->directives))
		return -ENOMEM;
	d->ninstrs = l->instrs.len;
	d->ncomments = l->comments.len;
	d->ndirectives = l->known.len;
	return make_stages(d);
}

int df_parse(struct df_doc *d, struct slice in, struct err *err)
{
	*d = (struct df_doc){.in = in, .escape = '\\'};
	arena_init(&d->arena, 4096 * MIB);
	if (in.len > DF_MAX_BYTES)
		return err_limit(err, "%zu bytes: larger than the limit of %zu", in.len,
				 DF_MAX_BYTES);
	struct lines l = {.d = d, .in = in, .directives = true};
	if (slice_starts(in, "\xef\xbb\xbf"))
		l.pos = 3;
	buf_init(&l.joined, DF_MAX_BYTES);
	int r = read_lines(&l, err);
	if (r == 0 && keep_all(&l) < 0)
		r = err_oom(err);
	buf_free(&l.joined);
	vec_free(&l.joints);
	vec_free(&l.instrs);
	vec_free(&l.comments);
	vec_free(&l.known);
	return r;
}

void df_free(struct df_doc *d)
{
	arena_free(&d->arena);
	*d = (struct df_doc){0};
}

uint32_t df_where(const struct df_doc *d, const struct df_instr *i, const char *part)
{
	if (part >= d->in.ptr && part <= d->in.ptr + d->in.len)
		return (uint32_t)(part - d->in.ptr);
	if (!i->njoints || part < i->whole.ptr || part > i->whole.ptr + i->whole.len)
		return i->start;
	uint32_t at = (uint32_t)(part - i->whole.ptr);
	size_t low = 0, high = i->njoints;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		if (i->joints[mid].line <= at)
			low = mid;
		else
			high = mid;
	}
	return i->joints[low].file + (at - i->joints[low].line);
}

uint32_t df_where_end(const struct df_doc *d, const struct df_instr *i, struct slice part)
{
	return part.len ? df_where(d, i, part.ptr + part.len - 1) + 1 : df_where(d, i, part.ptr);
}

const struct df_flag *df_flag(const struct df_instr *i, const char *name)
{
	for (size_t k = 0; k < i->nflags; k++)
		if (slice_is(i->flags[k].name, name))
			return &i->flags[k];
	return NULL;
}

bool df_option(struct slice value, const char *name, struct slice *ret)
{
	struct slice part;
	while (slice_cut(&value, ',', &part)) {
		ssize_t eq = slice_chr(part, '=');
		if (!slice_is(eq < 0 ? part : slice_sub(part, 0, (size_t)eq), name))
			continue;
		*ret = eq < 0 ? SL_NONE : slice_from(part, (size_t)eq + 1);
		return true;
	}
	return false;
}
