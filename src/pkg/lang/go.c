/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/go.h"

struct slice go_unquote(struct arena *a, struct slice word)
{
	if (word.len < 2 || word.ptr[0] != word.ptr[word.len - 1] ||
	    (word.ptr[0] != '"' && word.ptr[0] != '`'))
		return word;
	bool raw = word.ptr[0] == '`';
	word = slice_sub(word, 1, word.len - 2);
	if (raw || slice_chr(word, '\\') < 0)
		return word;
	char *out = arena_alloc(a, word.len + 1);
	size_t n = 0;
	if (!out)
		return SL_NONE;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];
		if (c == '\\' && i + 1 < word.len) {
			c = word.ptr[++i];
			c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
		}
		out[n++] = c;
	}
	return slice_of(out, n);
}

static size_t digits(struct slice s, size_t at)
{
	while (at < s.len && is_digit(s.ptr[at]))
		at++;
	return at;
}

/* Length of "1.22", "1.22.1", "1.22rc1" at the start. */
static size_t release_length(struct slice s)
{
	size_t n = digits(s, 0);
	if (n == 0)
		return 0;
	for (int part = 0; part < 2 && n + 1 < s.len && s.ptr[n] == '.' && is_digit(s.ptr[n + 1]);
	     part++)
		n = digits(s, n + 1);
	static const char *const marks[] = {"rc", "beta"};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (slice_starts(slice_from(s, n), marks[i]))
			return digits(s, n + strlen(marks[i]));
	return n;
}

struct slice go_release(struct arena *a, struct slice version)
{
	if (!slice_starts(version, "go"))
		return SL_NONE;
	version = slice_from(version, 2);
	size_t n = release_length(version);
	return n ? arena_printf(a, "v%.*s", (int)MIN(n, (size_t)64), version.ptr) : SL_NONE;
}

static bool is_tail(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !is_alpha(s.ptr[i]) && s.ptr[i] != '.' &&
		    s.ptr[i] != '-' && s.ptr[i] != '+')
			return false;
	return true;
}

/* [v]1.2.3 with pre-release and build part (semver.org), as Go writes module versions. */
static bool is_semver(struct slice s)
{
	if (s.len && s.ptr[0] == 'v')
		s = slice_from(s, 1);
	size_t n = digits(s, 0);
	if (n == 0 || s.len > 128)
		return false;
	for (int part = 0; part < 2 && n + 1 < s.len && s.ptr[n] == '.'; part++) {
		size_t end = digits(s, n + 1);
		if (end == n + 1)
			return false;
		n = end;
	}
	return n == s.len ||
	       (n + 1 < s.len && (s.ptr[n] == '-' || s.ptr[n] == '+') && is_tail(slice_from(s, n)));
}

/* Next word of a command line; quotes hold blanks together and stay. */
static bool flag_word(struct slice *rest, struct slice *word)
{
	size_t i = 0, from;
	char quote = 0;
	while (i < rest->len && is_space(rest->ptr[i]))
		i++;
	for (from = i; i < rest->len && (quote || !is_space(rest->ptr[i])); i++) {
		char c = rest->ptr[i];
		if (quote ? c == quote : c == '\'' || c == '"')
			quote = quote ? 0 : c;
	}
	*word = slice_sub(*rest, from, i - from);
	*rest = slice_from(*rest, i);
	return word->len > 0;
}

static struct slice without_quotes(struct slice s)
{
	while (s.len && (s.ptr[0] == '"' || s.ptr[0] == '\''))
		s = slice_from(s, 1);
	while (s.len && (s.ptr[s.len - 1] == '"' || s.ptr[s.len - 1] == '\''))
		s.len--;
	return s;
}

/* How surely "pkg/path.name" is the module's own version: 0 a command of the module, 1 a usual package, 2 any
 * other; -1 no version at all. */
static int rank(struct slice key, struct slice module)
{
	static const char *const usual[] = {"main", "common", "version", "cmd", NULL};
	ssize_t dot = slice_rchr(key, '.');
	if (dot <= 0)
		return -1;
	struct slice name = slice_from(key, (size_t)dot + 1),
		     package = slice_sub(key, 0, (size_t)dot);
	if (!slice_ieq(name, SL("version")) && !slice_ieq(name, SL("ver")))
		return -1;
	if (module.len && package.len > module.len + 4 &&
	    slice_eq(slice_sub(package, 0, module.len), module) &&
	    slice_starts(slice_from(package, module.len), "/cmd/"))
		return 0;
	package = path_base(package);
	for (size_t i = 0; usual[i]; i++)
		if (slice_ieq(package, slice_str(usual[i])))
			return 1;
	return 2;
}

struct slice go_ldflags_version(struct arena *a, struct slice module, struct slice ldflags)
{
	struct slice word, found[3] = {SL_NONE, SL_NONE, SL_NONE};
	bool several[3] = {false, false, false};
	while (flag_word(&ldflags, &word)) {
		if (slice_is(word, "-X") || slice_is(word, "--X")) {
			if (!flag_word(&ldflags, &word))
				break;
		} else if (slice_starts(word, "-X=")) {
			word = slice_from(word, 3);
		} else {
			continue;
		}
		word = without_quotes(word);
		ssize_t eq = slice_chr(word, '=');
		if (eq < 0)
			continue;
		struct slice value = without_quotes(slice_from(word, (size_t)eq + 1));
		int r = rank(slice_sub(word, 0, (size_t)eq), module);
		if (r < 0 || !is_semver(value))
			continue;
		several[r] = several[r] || (found[r].len && !slice_eq(found[r], value));
		found[r] = value;
	}
	for (int r = 0; r < 3; r++)
		if (found[r].len)
			return several[r]
				   ? SL_NONE
				   : arena_printf(a, "%s%.*s", found[r].ptr[0] == 'v' ? "" : "v",
						  SL_FMT(found[r]));
	return SL_NONE;
}

struct slice go_pseudo_version(struct arena *a, struct slice revision, struct slice time)
{
	int64_t seconds;
	char text[TIME_TEXT], digit[15];
	size_t n = 0;
	if (revision.len < 12 || !lang_word_ok(revision) || time_parse(time, &seconds) < 0)
		return SL_NONE;
	time_text(seconds, text);
	for (size_t i = 0; text[i] && n < 14; i++)
		if (is_digit(text[i]))
			digit[n++] = text[i];
	digit[n] = '\0';
	return arena_printf(a, "v0.0.0-%s-%.12s", digit, revision.ptr);
}
