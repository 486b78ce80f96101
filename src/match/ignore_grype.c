/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list "ignore" of Grype's configuration. A condition that has no meaning here is an error: a rule that is
 * read in part would take away too much.
 */
#include "match/ignore_internal.h"

#include <regex.h>
#include <stdio.h>

struct ignore_more {
	struct slice name, version, type, location, upstream, language, fix_state, channel;
	bool exact_id; /* include-aliases: false */
	struct slice id;
};

/* "debian:distro:debian:12" and "github:language:python" name streams. */
static struct slice channel_of(struct slice space, struct arena *a)
{
	static const char *const languages[][2] = {
	    {"python", "PyPI"},	  {"javascript", "npm"}, {"java", "Maven"},    {"go", "Go"},
	    {"ruby", "RubyGems"}, {"rust", "crates.io"}, {"php", "Packagist"}, {"dotnet", "NuGet"},
	    {"dart", "Pub"},	  {"elixir", "Hex"},	 {"swift", "SwiftURL"}};
	struct slice provider, kind, rest = space;
	if (!slice_cut(&rest, ':', &provider) || !slice_cut(&rest, ':', &kind) || !rest.len)
		return space;
	if (slice_is(kind, "distro"))
		return arena_dup(a, rest);
	for (size_t i = 0; slice_is(kind, "language") && i < ARRAY_LEN(languages); i++)
		if (slice_is(rest, languages[i][0]))
			return slice_str(languages[i][1]);
	return space;
}

/* Compiling takes time and memory by the product of all repetitions, running by exponents of back-references. */
static bool is_cheap(struct slice s)
{
	uint64_t product = 1;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t number = 0, most = 1;
		if (s.ptr[i] == '\\' && i + 1 < s.len && is_digit(s.ptr[++i]))
			return false;
		if (s.ptr[i] != '{')
			continue;
		for (i++; i < s.len && s.ptr[i] != '}'; i++) {
			number = is_digit(s.ptr[i]) ? number * 10 + (uint64_t)(s.ptr[i] - '0') : 0;
			most = MAX(most, number);
			if (most > 1000)
				return false;
		}
		product *= most;
		if (product > 1000)
			return false;
	}
	return true;
}

#define MAX_PATTERN 1000
static bool compile(struct slice s, regex_t *re)
{
	char text[MAX_PATTERN + 8];
	if (s.len > MAX_PATTERN || slice_chr(s, '\0') >= 0 || !is_cheap(s))
		return false;
	snprintf(text, sizeof(text), "^(%.*s)$", (int)s.len, s.ptr);
	return regcomp(re, text, REG_EXTENDED | REG_NOSUB) == 0;
}

static bool is_pattern(struct slice s)
{
	regex_t re;
	if (!compile(s, &re))
		return false;
	regfree(&re);
	return true;
}

/* A condition without a value is none, as in Grype; a list or mapping in its place would be lost. */
static int check_value(struct ignore_reading *r, struct slice text, const struct node *n)
{
	if (node_is(n, NODE_ARRAY) || node_is(n, NODE_OBJECT))
		return ignore_bad_line(r, ignore_line(text, n), "one value should stand for",
				       n->key);
	return 0;
}

static int package_field(struct ignore_reading *r, struct slice text, const struct node *n,
			 struct ignore_more *m)
{
	const struct {
		const char *key;
		struct slice *to;
	} fields[] = {{"name", &m->name},	  {"version", &m->version},
		      {"type", &m->type},	  {"location", &m->location},
		      {"language", &m->language}, {"upstream-name", &m->upstream}};
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (slice_is(n->key, fields[i].key)) {
			bool pattern = fields[i].to == &m->name || fields[i].to == &m->upstream;
			TRY(check_value(r, text, n));
			*fields[i].to = arena_dup(r->arena, n->str);
			if (pattern && n->str.len && !is_pattern(n->str))
				return ignore_bad_line(r, ignore_line(text, n),
						       "not a regular expression of at most 1000 "
						       "characters and repetitions",
						       slice_sub(n->str, 0, 100));
			return fields[i].to->ptr ? 0 : err_oom(r->err);
		}
	return ignore_bad_line(r, ignore_line(text, n),
			       "not a condition on a package that is known here:", n->key);
}

static int rule_field(struct ignore_reading *r, struct slice text, const struct node *n,
		      struct ignore_rule *rule, struct ignore_more *m)
{
	if (slice_is(n->key, "package")) {
		node_each (field, n)
			TRY(package_field(r, text, field, m));
		return 0;
	}
	TRY(check_value(r, text, n));
	if (slice_is(n->key, "vulnerability"))
		rule->id = n->str;
	else if (slice_is(n->key, "reason"))
		rule->statement = n->str;
	else if (slice_is(n->key, "include-aliases"))
		m->exact_id = !node_true(n);
	else if (slice_is(n->key, "fix-state"))
		m->fix_state = arena_dup(r->arena, n->str);
	else if (slice_is(n->key, "namespace"))
		m->channel = channel_of(n->str, r->arena);
	else if (slice_is(n->key, "expires") && time_parse_day(n->str, &rule->expires) < 0)
		return ignore_bad_line(r, ignore_line(text, n), "not a date (YYYY-MM-DD)", n->str);
	else if (!slice_is(n->key, "expires"))
		return ignore_bad_line(r, ignore_line(text, n),
				       "not a condition that is known here:", n->key);
	return 0;
}

static bool has_condition(const struct ignore_more *m)
{
	return m->name.len || m->version.len || m->type.len || m->location.len || m->upstream.len ||
	       m->language.len || m->fix_state.len || m->channel.len;
}

int ignore_grype(struct ignore_reading *r, struct slice text, const struct node *list)
{
	if (node_is(list, NODE_NULL))
		return 0;
	if (!node_is(list, NODE_ARRAY))
		return ignore_bad_line(r, ignore_line(text, list), "a list should stand for",
				       list->key);
	node_each (entry, list) {
		struct ignore_rule rule = {.kinds = 1u << FINDING_VULNERABILITY};
		struct ignore_more *m = arena_new(r->arena, struct ignore_more);
		if (!m)
			return err_oom(r->err);
		m->exact_id = true; /* Grype's default */
		if (!node_is(entry, NODE_OBJECT) || !entry->first)
			return ignore_bad_line(r, ignore_line(text, entry),
					       "a mapping with conditions should stand in",
					       list->key);
		node_each (field, entry)
			TRY(rule_field(r, text, field, &rule, m));
		if (!rule.id.len && !has_condition(m))
			return ignore_bad_line(r, ignore_line(text, entry),
					       "a rule without a condition would leave out "
					       "everything",
					       SL_NONE);
		m->id = arena_dup(r->arena, rule.id);
		rule.more = m;
		TRY(ignore_add(r, rule, ignore_line(text, entry)));
	}
	return 0;
}

static bool pattern_fits(struct slice pattern, struct slice name)
{
	regex_t re;
	char subject[1025];
	if (!pattern.len)
		return true;
	if (name.len >= sizeof(subject) || slice_chr(name, '\0') >= 0)
		return false;
	snprintf(subject, sizeof(subject), "%.*s", (int)name.len, name.len ? name.ptr : "");
	if (!compile(pattern, &re))
		return false;
	bool fits = regexec(&re, subject, 0, NULL, 0) == 0;
	regfree(&re);
	return fits;
}

static bool fix_state_fits(struct slice state, const struct finding *x)
{
	if (!state.len)
		return true;
	if (slice_is(state, "fixed"))
		return x->fixed_version.len > 0;
	if (slice_is(state, "wont-fix"))
		return x->status == ADV_WILL_NOT_FIX;
	if (slice_is(state, "not-fixed"))
		return !x->fixed_version.len && x->status != ADV_WILL_NOT_FIX;
	return slice_is(state, "unknown") && x->status == ADV_UNKNOWN;
}

/* Grype's words for kinds of packages are mostly those of package URLs. */
static bool type_fits(struct slice want, struct slice type)
{
	static const char *const names[][2] = {
	    {"python", "pypi"},	     {"go-module", "golang"}, {"java-archive", "maven"},
	    {"rust-crate", "cargo"}, {"dotnet", "nuget"},     {"php-composer", "composer"},
	    {"javascript", "npm"},   {"java", "maven"},	      {"go", "golang"},
	    {"rust", "cargo"},	     {"ruby", "gem"},	      {"php", "composer"}};
	if (!want.len || slice_ieq(want, type))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(want, names[i][0]) && slice_is(type, names[i][1]))
			return true;
	return false;
}

static bool place_fits(struct slice pattern, const struct inventory_pkg *p)
{
	struct slice place = p->pkg.path.len ? p->pkg.path : p->db_path;
	if (!pattern.len)
		return true;
	return glob_match(pattern, place) ||
	       (pattern.ptr[0] == '/' && glob_match(slice_from(pattern, 1), place));
}

static bool same_or_open(struct slice want, struct slice have)
{
	return !want.len || slice_eq(want, have);
}

bool ignore_more_fits(const struct ignore_more *m, const struct finding *x)
{
	const struct inventory_pkg *p = x->pkg;
	if (!p || (m->exact_id && m->id.len && !slice_ieq(m->id, x->id)))
		return false;
	return same_or_open(m->version, p->pkg.version) && same_or_open(m->channel, x->channel) &&
	       place_fits(m->location, p) && type_fits(m->type, p->pkg.type) &&
	       type_fits(m->language, p->pkg.type) && fix_state_fits(m->fix_state, x) &&
	       pattern_fits(m->name, p->pkg.name) && pattern_fits(m->upstream, p->pkg.src_name);
}
