/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles, the inner half: what a joined line says. */
#include "text/df_internal.h"

static const char *const names[] = {
    [DF_UNKNOWN] = "",	      [DF_ADD] = "ADD",
    [DF_ARG] = "ARG",	      [DF_CMD] = "CMD",
    [DF_COPY] = "COPY",	      [DF_ENTRYPOINT] = "ENTRYPOINT",
    [DF_ENV] = "ENV",	      [DF_EXPOSE] = "EXPOSE",
    [DF_FROM] = "FROM",	      [DF_HEALTHCHECK] = "HEALTHCHECK",
    [DF_LABEL] = "LABEL",     [DF_MAINTAINER] = "MAINTAINER",
    [DF_ONBUILD] = "ONBUILD", [DF_RUN] = "RUN",
    [DF_SHELL] = "SHELL",     [DF_STOPSIGNAL] = "STOPSIGNAL",
    [DF_USER] = "USER",	      [DF_VOLUME] = "VOLUME",
    [DF_WORKDIR] = "WORKDIR",
};

const char *df_kind_name(enum df_kind k)
{
	return names[k];
}

enum df_kind df_kind_of(struct slice keyword)
{
	for (size_t k = 1; k < ARRAY_LEN(names); k++)
		if (slice_ieq(keyword, slice_str(names[k])))
			return (enum df_kind)k;
	return DF_UNKNOWN;
}

/* ---- Words ---- */

/* Past the quoted text at the start of s. */
static size_t skip_quoted(struct slice s, char escape)
{
	char quote = s.ptr ? s.ptr[0] : '\0';
	size_t n = 1;
	while (n < s.len && s.ptr[n] != quote)
		n += quote == '"' && s.ptr[n] == escape && n + 1 < s.len ? 2 : 1;
	return MIN(n + 1, s.len);
}

bool df_next_word(struct slice *rest, char escape, struct slice *word)
{
	size_t n = 0, start;
	while (n < rest->len && is_space(rest->ptr[n]))
		n++;
	start = n;
	while (n < rest->len && !is_space(rest->ptr[n])) {
		if (rest->ptr[n] == '"' || rest->ptr[n] == '\'')
			n += skip_quoted(slice_from(*rest, n), escape);
		else
			n += rest->ptr[n] == escape && n + 1 < rest->len ? 2 : 1;
	}
	*word = slice_sub(*rest, start, n - start);
	*rest = slice_from(*rest, n);
	return word->len > 0;
}

static bool is_plain(struct slice s, char escape)
{
	for (size_t n = 0; n < s.len; n++)
		if (s.ptr[n] == '"' || s.ptr[n] == '\'' || s.ptr[n] == escape)
			return false;
	return true;
}

struct slice df_unquote(struct arena *a, struct slice raw, char escape)
{
	if (!raw.len)
		return SL("");
	if (is_plain(raw, escape))
		return raw;
	char *out = arena_alloc(a, raw.len + 1), quote = 0;
	size_t n = 0;
	if (!out)
		return SL_NONE;
	for (size_t k = 0; k < raw.len; k++) {
		char c = raw.ptr[k];
		bool more = k + 1 < raw.len;
		if (c == quote) {
			quote = 0;
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
		} else if (c == escape && more && !quote) {
			out[n++] = raw.ptr[++k];
		} else if (c == escape && more && quote == '"' &&
			   (raw.ptr[k + 1] == '"' || raw.ptr[k + 1] == escape ||
			    raw.ptr[k + 1] == '$')) {
			out[n++] = raw.ptr[++k];
		} else {
			out[n++] = c;
		}
	}
	return slice_of(out, n);
}

typedef VEC(struct df_word) word_vec;

static int keep_words(struct arena *a, word_vec *v, const struct df_word **ret, size_t *n,
		      struct err *err)
{
	struct df_word *all = arena_array(a, v->len, sizeof(*all));
	if (v->len && all)
		memcpy(all, v->ptr, v->len * sizeof(*all));
	*ret = all;
	*n = v->len;
	bool failed = v->len && !all;
	vec_free(v);
	return failed ? err_oom(err) : 0;
}

/* ---- JSON form ---- */

static size_t skip_blank(struct slice s, size_t n)
{
	while (n < s.len && is_space(s.ptr[n]))
		n++;
	return n;
}

static void put_utf8(char *out, size_t *n, unsigned c)
{
	if (c < 0x80) {
		out[(*n)++] = (char)c;
	} else if (c < 0x800) {
		out[(*n)++] = (char)(0xc0 | c >> 6);
		out[(*n)++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[(*n)++] = (char)(0xe0 | c >> 12);
		out[(*n)++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[(*n)++] = (char)(0x80 | (c & 0x3f));
	}
}

/* The escape at s ("\n", "\u00e9"): its length, 0 when it is none. */
static size_t json_escape(struct slice s, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	uint64_t code;
	if (s.len < 2)
		return 0;
	const char *p = memchr(from, s.ptr[1], sizeof(from) - 1);
	if (p) {
		out[(*n)++] = to[p - from];
		return 2;
	}
	if (s.ptr[1] != 'u' || s.len < 6 || slice_u64(slice_sub(s, 2, 4), 16, &code) < 0)
		return 0;
	put_utf8(out, n, (unsigned)code);
	return 6;
}

/* A JSON string at s: 1, its text and how many bytes it takes; 0 when it is none. */
static int json_string(struct arena *a, struct slice s, struct slice *text, size_t *len)
{
	size_t n = 1, out = 0;
	if (!s.len || s.ptr[0] != '"')
		return 0;
	while (n < s.len && s.ptr[n] != '"' && s.ptr[n] != '\\' && (unsigned char)s.ptr[n] >= 0x20)
		n++;
	*text = slice_sub(s, 1, n - 1);
	*len = n + 1;
	if (n < s.len && s.ptr[n] == '"')
		return 1;
	ssize_t bound = slice_chr(slice_from(s, 1), '"');
	if (bound < 0)
		return 0;
	/* An escape is never shorter than what it stands for. */
	size_t end = 1;
	while (end < s.len && s.ptr[end] != '"')
		end += s.ptr[end] == '\\' && end + 1 < s.len ? 2 : 1;
	char *copy = arena_alloc(a, end + 1);
	if (!copy)
		return -ENOMEM;
	for (n = 1; n < s.len && s.ptr[n] != '"';) {
		size_t step = 1;
		if ((unsigned char)s.ptr[n] < 0x20)
			return 0;
		if (s.ptr[n] == '\\')
			step = json_escape(slice_from(s, n), copy, &out);
		else
			copy[out++] = s.ptr[n];
		if (!step)
			return 0;
		n += step;
	}
	*text = slice_of(copy, out);
	*len = n + 1;
	return n < s.len;
}

static int json_elements(struct arena *a, struct slice s, word_vec *v)
{
	size_t n = skip_blank(s, 1), len = 0;
	if (n < s.len && s.ptr[n] == ']')
		return skip_blank(s, n + 1) == s.len;
	while (n < s.len) {
		struct df_word w = {0};
		int r = json_string(a, slice_from(s, n), &w.text, &len);
		if (r <= 0)
			return r;
		w.raw = slice_sub(s, n, len);
		if (v->len >= DF_MAX_WORDS)
			return 0;
		if (vec_push(v, w) < 0)
			return -ENOMEM;
		n = skip_blank(s, n + len);
		if (n < s.len && s.ptr[n] == ']')
			return skip_blank(s, n + 1) == s.len;
		if (n >= s.len || s.ptr[n] != ',')
			return 0;
		n = skip_blank(s, n + 1);
	}
	return 0;
}

int df_json_words(struct arena *a, struct slice text, const struct df_word **ret, size_t *n,
		  struct err *err)
{
	word_vec v = {0};
	if (!text.len || text.ptr[0] != '[')
		return 0;
	int r = json_elements(a, text, &v);
	if (r > 0)
		r = keep_words(a, &v, ret, n, err) < 0 ? -ENOMEM : 1;
	vec_free(&v);
	return r < 0 ? err_oom(err) : r;
}

/* ---- Flags ---- */

static int read_flags(struct df_doc *d, struct df_instr *i, struct err *err)
{
	VEC(struct df_flag) v = {0};
	struct slice rest = i->text, word, after = rest;
	int r = 0;
	while (r == 0 && df_next_word(&after, d->escape, &word) && slice_starts(word, "--")) {
		rest = after;
		if (word.len == 2)
			break;
		struct slice said = slice_from(word, 2);
		ssize_t eq = slice_chr(said, '=');
		struct df_flag f = {.raw = word, .has_value = eq >= 0};
		f.name = eq < 0 ? said : slice_sub(said, 0, (size_t)eq);
		f.value = eq < 0
			      ? SL_NONE
			      : df_unquote(&d->arena, slice_from(said, (size_t)eq + 1), d->escape);
		r = (eq >= 0 && !f.value.ptr) || v.len >= DF_MAX_WORDS ? -ENOMEM : vec_push(&v, f);
	}
	struct df_flag *all = arena_array(&d->arena, v.len, sizeof(*all));
	if (v.len && all)
		memcpy(all, v.ptr, v.len * sizeof(*all));
	i->flags = all;
	i->nflags = v.len;
	if (v.len && !all)
		r = -ENOMEM;
	vec_free(&v);
	i->body = slice_trim(rest);
	return r < 0 ? err_oom(err) : 0;
}

/* ---- Kinds ---- */

/* Blanks alone part words here: quotes do not. */
static int read_words(struct df_doc *d, struct df_instr *i, struct err *err)
{
	word_vec v = {0};
	struct df_word w = {0};
	struct slice rest = i->body;
	int r = 0;
	while (r == 0 && slice_word(&rest, &w.raw)) {
		if (v.len >= DF_MAX_WORDS) {
			i->is_cut = true;
			break;
		}
		w.text = df_unquote(&d->arena, w.raw, d->escape);
		r = w.text.ptr ? vec_push(&v, w) : -ENOMEM;
	}
	int kept = keep_words(&d->arena, &v, &i->words, &i->nwords, err);
	return r < 0 ? err_oom(err) : kept;
}

/* ENV and LABEL without "=" in the first word: the rest of the line is the value. */
static int read_legacy(struct df_doc *d, struct df_instr *i, struct err *err)
{
	struct df_word *w = arena_new(&d->arena, struct df_word);
	struct slice rest = i->body;
	if (!w)
		return err_oom(err);
	i->is_legacy = true;
	if (!df_next_word(&rest, d->escape, &w->key))
		return 0;
	rest = slice_trim(rest);
	w->raw = i->body;
	w->has_value = rest.len > 0;
	w->text = i->kind == DF_ENV ? df_unquote(&d->arena, rest, d->escape) : rest;
	i->words = w;
	i->nwords = 1;
	if (!rest.len)
		i->error = "a name without a value";
	return w->text.ptr || !rest.len ? 0 : err_oom(err);
}

static bool split_pair(struct df_doc *d, struct df_word *w)
{
	size_t n = 0;
	/* The name of a label may be quoted. */
	while (n < w->raw.len && w->raw.ptr[n] != '=') {
		if (w->raw.ptr[n] == '"' || w->raw.ptr[n] == '\'')
			n += skip_quoted(slice_from(w->raw, n), d->escape);
		else
			n++;
	}
	w->has_value = n < w->raw.len;
	w->key = df_unquote(&d->arena, slice_sub(w->raw, 0, n), d->escape);
	w->text = df_unquote(&d->arena, slice_from(w->raw, n + w->has_value), d->escape);
	return w->key.ptr && w->text.ptr;
}

static int read_pairs(struct df_doc *d, struct df_instr *i, struct err *err)
{
	word_vec v = {0};
	struct df_word w = {0};
	struct slice rest = i->body, first = rest;
	int r = 0;
	if (i->kind != DF_ARG && df_next_word(&first, d->escape, &w.raw) &&
	    slice_chr(w.raw, '=') < 0)
		return read_legacy(d, i, err);
	while (r == 0 && df_next_word(&rest, d->escape, &w.raw)) {
		if (v.len >= DF_MAX_WORDS) {
			i->is_cut = true;
			break;
		}
		r = split_pair(d, &w) ? vec_push(&v, w) : -ENOMEM;
		if (!w.has_value && i->kind != DF_ARG && !i->error)
			i->error = "expected name=value";
	}
	int kept = keep_words(&d->arena, &v, &i->words, &i->nwords, err);
	return r < 0 ? err_oom(err) : kept;
}

/* One word: all of it. */
static int read_rest(struct df_doc *d, struct df_instr *i, struct err *err)
{
	struct df_word *w = arena_new(&d->arena, struct df_word);
	if (!w)
		return err_oom(err);
	if (!i->body.len)
		return 0;
	w->raw = i->body;
	w->text = df_unquote(&d->arena, i->body, d->escape);
	i->words = w;
	i->nwords = 1;
	return w->text.ptr ? 0 : err_oom(err);
}

static int read_json(struct df_doc *d, struct df_instr *i, struct err *err)
{
	int r = df_json_words(&d->arena, i->body, &i->words, &i->nwords, err);
	i->is_json = r > 0;
	return r;
}

static int read_inner(struct df_doc *d, struct df_instr *i, struct slice whole, struct err *err)
{
	struct df_instr *in = arena_new(&d->arena, struct df_instr);
	if (!in)
		return err_oom(err);
	*in = *i;
	in->whole = whole;
	in->is_inner = true;
	in->inner = NULL;
	in->flags = NULL;
	in->words = NULL;
	in->nflags = in->nwords = 0;
	in->error = NULL;
	i->inner = in;
	int r = df_read_instr(d, in, err);
	/* Places are those of the whole line. */
	in->whole = i->whole;
	if (in->error && !i->error)
		i->error = in->error;
	return r;
}

static int read_healthcheck(struct df_doc *d, struct df_instr *i, struct err *err)
{
	struct slice rest = i->body, word;
	TRY(read_words(d, i, err));
	if (!df_next_word(&rest, d->escape, &word)) {
		i->error = "expected CMD or NONE";
		return 0;
	}
	if (slice_ieq(word, SL("NONE")))
		return 0;
	if (slice_ieq(word, SL("CMD")))
		return read_inner(d, i, i->body, err);
	i->error = "expected CMD or NONE";
	return 0;
}

static void check_arguments(struct df_instr *i)
{
	if (!i->body.len && !i->error && i->kind != DF_CMD && i->kind != DF_ENTRYPOINT)
		i->error = "nothing stands behind the instruction";
	if (i->error)
		return;
	if (i->kind == DF_FROM && i->nwords != 1 && i->nwords != 3)
		i->error = "expected FROM image or FROM image AS name";
	else if (i->kind == DF_FROM && i->nwords == 3 && !slice_ieq(i->words[1].raw, SL("as")))
		i->error = "expected AS between image and name";
	else if ((i->kind == DF_COPY || i->kind == DF_ADD) && i->nwords < 2 && !i->nheredocs)
		i->error = "expected sources and a destination";
	else if (i->kind == DF_SHELL && !i->is_json)
		i->error = "expected a JSON array";
}

static int read_by_kind(struct df_doc *d, struct df_instr *i, struct err *err)
{
	int r;
	switch (i->kind) {
	case DF_ENV:
	case DF_LABEL:
	case DF_ARG:
		return read_pairs(d, i, err);
	case DF_RUN:
	case DF_CMD:
	case DF_ENTRYPOINT:
	case DF_SHELL:
		/* Shell text is for sh_parse(). */
		r = read_json(d, i, err);
		return MIN(r, 0);
	case DF_ADD:
	case DF_COPY:
	case DF_VOLUME:
		r = read_json(d, i, err);
		return r < 0 ? r : r > 0 ? 0 : read_words(d, i, err);
	case DF_FROM:
	case DF_EXPOSE:
		return read_words(d, i, err);
	case DF_HEALTHCHECK:
		return read_healthcheck(d, i, err);
	case DF_ONBUILD:
		return i->body.len && !i->is_inner ? read_inner(d, i, i->body, err) : 0;
	case DF_MAINTAINER:
	case DF_STOPSIGNAL:
	case DF_USER:
	case DF_WORKDIR:
	case DF_UNKNOWN:
	default:
		return read_rest(d, i, err);
	}
}

static bool has_flags(enum df_kind k)
{
	return k == DF_FROM || k == DF_RUN || k == DF_COPY || k == DF_ADD || k == DF_HEALTHCHECK;
}

int df_read_instr(struct df_doc *d, struct df_instr *i, struct err *err)
{
	struct slice rest = i->whole;
	i->name = SL_NONE;
	slice_word(&rest, &i->name);
	i->kind = df_kind_of(i->name);
	i->text = i->body = slice_trim(rest);
	if (i->kind == DF_UNKNOWN)
		i->error = "unknown instruction";
	if (has_flags(i->kind))
		TRY(read_flags(d, i, err));
	TRY(read_by_kind(d, i, err));
	if (i->kind != DF_UNKNOWN)
		check_arguments(i);
	return 0;
}
