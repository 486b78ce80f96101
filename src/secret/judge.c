/* SPDX-License-Identifier: Apache-2.0 */
/* From what matched to what is told: paths, keywords, entropy, words around, checksums, allow lists. */
#include "secret/secret_internal.h"

/* Paths where a rule of this kind says nothing. A token says itself what it is. */
static unsigned quiet_paths(enum secret_kind kind)
{
	switch (kind) {
	case SECRET_TOKEN:
		return 0;
	case SECRET_CONTEXT:
		return SECRET_PATH_EXAMPLE | SECRET_PATH_DOC | SECRET_PATH_LOCALE |
		       SECRET_PATH_LOCK | SECRET_PATH_MADE;
	case SECRET_GENERIC:
		break;
	}
	return ~0u;
}

static bool path_counts(struct secret_scan *s, const struct secret_rule *r)
{
	if (!r->is_foreign && (s->path_class & ~s->rules->no_path_class & quiet_paths(r->kind)))
		return false;
	if (r->path.text.len && !secret_is_match(&s->regexes, &r->path, s->path))
		return false;
	return !(r->not_path.text.len && secret_is_match(&s->regexes, &r->not_path, s->path));
}

static bool has_keyword(struct secret_scan *s, const struct secret_block *b,
			const struct secret_candidate *c)
{
	const struct secret_rule *r = c->rule;
	if (!r->nkeywords)
		return true;
	struct secret_seen *seen = &s->until[c->index + (b->is_decoded ? s->rules->n : 0)];
	if (seen->keyword_for == b->base + 1)
		return seen->has_keyword;
	seen->keyword_for = b->base + 1;
	seen->has_keyword = false;
	for (size_t i = 0; i < r->nkeywords && !seen->has_keyword; i++)
		seen->has_keyword = secret_find_fold(b->bytes, r->keywords[i]) >= 0;
	return seen->has_keyword;
}

/* Before the secret, within the match, stands a word for a credential. */
static bool has_words(const struct secret_candidate *c)
{
	static const char *const words[] = {
	    "key",    "token",	"secret",  "pass",   "pwd",	"auth",	   "cred", "api",
	    "client", "access", "sign",	   "bearer", "license", "webhook", "_id",  "-id",
	    "appid",  "login",	"private", "dsn",    "pat",	"jwt",	   NULL};
	struct slice before = slice_sub(c->match, 0, (size_t)(c->secret.ptr - c->match.ptr));
	return secret_has_any(before, words);
}

/* The value is little more than its own name: {"encryptionKey": "encryptionKey1024"} maps names to names. */
static bool repeats_name(const struct secret_candidate *c)
{
	size_t end = (size_t)(c->secret.ptr - c->match.ptr), from;
	const char *s = c->match.ptr;
	while (end > 0 && !is_alpha(s[end - 1]) && !is_digit(s[end - 1]))
		end--;
	for (from = end; from > 0 && (is_alpha(s[from - 1]) || is_digit(s[from - 1]));)
		from--;
	struct slice name = slice_sub(c->match, from, end - from);
	return name.len >= 6 && c->secret.len <= name.len + 8 &&
	       slice_ieq(slice_sub(c->secret, 0, name.len), name);
}

static bool is_stopped(const struct secret_candidate *c)
{
	static const char *const words[] = {
	    "password", "passwd",    "secret", "token",	  "123456", "abcdef",	 "qwerty",
	    "admin",	"default",   "test",   "sample",  "fake",   "mock",	 "username",
	    "string",	"function",  "return", "license", "public", "integrity", "sha256",
	    "sha512",	"localhost", "http",   "version", "module", "require",	 "_key",
	    "-key",	"key_",	     ".js",    ".ts",	  ".com",   "hash",	 "uuid",
	    "label",	"button",    "select", "value",	  "index",  NULL};
	if (c->rule->is_foreign)
		return false;
	if (c->rule->kind == SECRET_TOKEN)
		return false;
	if (secret_is_placeholder(c->secret))
		return true;
	if (c->rule->kind == SECRET_GENERIC && repeats_name(c))
		return true;
	return c->rule->kind == SECRET_GENERIC && c->rule->check != SECRET_CHECK_PASSWORD &&
	       secret_has_any(c->secret, words);
}

static struct slice line_of(const struct secret_block *b, const struct secret_candidate *c)
{
	size_t from = (size_t)(c->match.ptr - b->bytes.ptr), to = from + c->match.len;
	while (from > 0 && b->bytes.ptr[from - 1] != '\n')
		from--;
	ssize_t more = slice_chr(slice_from(b->bytes, to), '\n');
	to = more < 0 ? b->bytes.len : to + (size_t)more;
	return slice_sub(b->bytes, from, to - from);
}

static bool regex_hits(struct secret_scan *s, const struct secret_pattern *list, size_t n,
		       struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (secret_is_match(&s->regexes, &list[i], text))
			return true;
	return false;
}

static bool word_hits(const struct secret_allow *a, struct slice secret)
{
	for (size_t i = 0; i < a->nstopwords; i++)
		if (secret_find_fold(secret, a->stopwords[i]) >= 0)
			return true;
	return false;
}

static bool allows(struct secret_scan *s, const struct secret_block *b,
		   const struct secret_candidate *c, const struct secret_allow *a)
{
	struct slice text = a->target == SECRET_OF_SECRET  ? c->secret
			    : a->target == SECRET_OF_MATCH ? c->match
			    : a->nregexes		   ? line_of(b, c)
							   : SL_NONE;
	bool regex = regex_hits(s, a->regexes, a->nregexes, text);
	bool path = regex_hits(s, a->paths, a->npaths, s->path);
	bool word = word_hits(a, c->secret);
	if (a->needs_all)
		return (regex || !a->nregexes) && (path || !a->npaths) &&
		       (word || !a->nstopwords) && (regex || path || word);
	return regex || path || word;
}

static bool is_allowed(struct secret_scan *s, const struct secret_block *b,
		       const struct secret_candidate *c)
{
	for (size_t i = 0; i < c->rule->nallows; i++)
		if (allows(s, b, c, &c->rule->allows[i]))
			return true;
	for (size_t i = 0; i < s->rules->nallows; i++)
		if (allows(s, b, c, &s->rules->allows[i]))
			return true;
	return false;
}

/* Blocks of the text that a user wants left out. */
static void find_excluded(struct secret_scan *s, const struct secret_block *b,
			  const struct secret_pattern *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t start = 0;
		while (start < b->bytes.len &&
		       secret_match(&s->regexes, &list[i], b->bytes, start, PCRE2_UNSET)) {
			PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->regexes.data);
			struct secret_span span = {at[0], at[1]};
			if (vec_push(&s->excluded, span) < 0)
				return;
			start = at[1] > start ? at[1] : start + 1;
			s->work += b->bytes.len;
		}
	}
}

static bool is_excluded(struct secret_scan *s, const struct secret_block *b,
			const struct secret_candidate *c)
{
	if (b->is_decoded || (!c->rule->nexcludes && !s->rules->nexcludes))
		return false;
	if (s->excluded_for != c->rule || s->excluded_base != b->base) {
		s->excluded.len = 0;
		find_excluded(s, b, c->rule->excludes, c->rule->nexcludes);
		find_excluded(s, b, s->rules->excludes, s->rules->nexcludes);
		s->excluded_for = c->rule;
		s->excluded_base = b->base;
	}
	size_t at = (size_t)(c->secret.ptr - b->bytes.ptr);
	for (size_t i = 0; i < s->excluded.len; i++)
		if (at >= s->excluded.ptr[i].from && at < s->excluded.ptr[i].to)
			return true;
	return false;
}

/* Is this the kind of bytes and the place that the rule speaks of? */
static bool is_in_place(struct secret_scan *s, const struct secret_block *b,
			const struct secret_candidate *c)
{
	const struct secret_rule *r = c->rule;
	if ((s->is_binary || b->is_decoded) && (r->kind != SECRET_TOKEN || r->is_foreign))
		return false;
	if (r->entropy && secret_entropy(c->secret) * 1000 <= (double)r->entropy)
		return false;
	return path_counts(s, r) && has_keyword(s, b, c);
}

bool secret_is_real(struct secret_scan *s, const struct secret_block *b,
		    const struct secret_candidate *c, enum secret_proof *proof)
{
	const struct secret_rule *r = c->rule;
	*proof = SECRET_UNPROVEN;
	if (!c->secret.len || c->secret.len > SECRET_MAX_LENGTH || !is_in_place(s, b, c))
		return false;
	if ((r->needs_words && !has_words(c)) || is_stopped(c))
		return false;
	return secret_check_run(r->check, c->secret, proof) && !is_allowed(s, b, c) &&
	       !is_excluded(s, b, c);
}

unsigned secret_path_silence(struct slice path)
{
	unsigned class = secret_path_class(path);
	return (class & quiet_paths(SECRET_CONTEXT) ? 1u : 0) +
	       (class & quiet_paths(SECRET_GENERIC) ? 1u : 0);
}
