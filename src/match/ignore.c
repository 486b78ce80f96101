/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .trivyignore and its YAML form. Unlike Trivy: a line or date that cannot be read is an error and not
 * a warning that scrolls by; "Apache-2.0 WITH LLVM-exception" is one id; a package without purl is
 * named by no purl.
 */
#include "match/ignore_internal.h"

#define IGNORE_MAX_RULES 100000

int ignore_bad_line(struct ignore_reading *r, size_t line, const char *why, struct slice what)
{
	return err_usage(r->err, "%.*s: line %zu: %s \"%.*s\"", SL_FMT(r->name), line, why,
			 SL_FMT(slice_sub(what, 0, 100)));
}

int ignore_add(struct ignore_reading *r, struct ignore_rule rule, size_t line)
{
	if (rule.id.len == 0 && !rule.more)
		return ignore_bad_line(r, line, "a rule without an id", SL_NONE);
	if (r->rules.len >= IGNORE_MAX_RULES)
		return err_usage(r->err, "%.*s: more than %d rules", SL_FMT(r->name),
				 IGNORE_MAX_RULES);
	rule.id = arena_dup(r->arena, rule.id);
	rule.statement = arena_dup(r->arena, rule.statement);
	rule.owner = arena_dup(r->arena, rule.owner);
	if (!rule.id.ptr || !rule.statement.ptr || !rule.owner.ptr || vec_push(&r->rules, rule) < 0)
		return err_oom(r->err);
	return 0;
}

static bool is_expression_word(struct slice w)
{
	return slice_is(w, "WITH") || slice_is(w, "AND") || slice_is(w, "OR");
}

static struct slice to_end_of(struct slice start, struct slice word)
{
	return slice_of(start.ptr, (size_t)(word.ptr - start.ptr) + word.len);
}

/* id [exp:DATE] [words]: an SPDX expression is an id of several words, other words are a remark. */
static int plain_line(struct ignore_reading *r, struct slice line, size_t number)
{
	struct ignore_rule rule = {0};
	struct slice word;
	bool in_id = true, operand = false;
	while (slice_word(&line, &word)) {
		if (rule.id.len == 0) {
			if (word.ptr[0] == '#')
				return 0;
			rule.id = word;
		} else if (slice_starts(word, "exp:")) {
			if (rule.expires)
				return ignore_bad_line(r, number, "a second date", word);
			if (time_parse_day(slice_from(word, 4), &rule.expires) < 0 ||
			    rule.expires == 0)
				return ignore_bad_line(r, number, "not a date (exp:YYYY-MM-DD)",
						       word);
			in_id = false;
		} else if (in_id && (operand || is_expression_word(word))) {
			rule.id = to_end_of(rule.id, word);
			operand = !operand;
		} else {
			in_id = false;
			rule.statement =
			    rule.statement.len ? to_end_of(rule.statement, word) : word;
			/* Behind '#' nothing is read any more, whatever it looks like. */
			if (word.ptr[0] == '#') {
				rule.statement = slice_trim(to_end_of(rule.statement, line));
				break;
			}
		}
	}
	return rule.id.len ? ignore_add(r, rule, number) : 0;
}

static int read_plain(struct ignore_reading *r, struct slice text)
{
	struct slice line;
	if (slice_starts(text, "\xef\xbb\xbf"))
		text = slice_from(text, 3);
	for (size_t n = 1; slice_line(&text, &line); n++) {
		if (slice_chr(line, '\0') >= 0)
			return ignore_bad_line(r, n, "a NUL byte, this is no text", SL_NONE);
		TRY(plain_line(r, line, n));
	}
	return 0;
}

size_t ignore_line(struct slice text, const struct node *n)
{
	uint32_t line, column;
	text_position(text, n->pos, &line, &column);
	return line;
}

static int read_list(struct ignore_reading *r, struct slice text, const struct node *n,
		     struct slice **ret, size_t *count)
{
	size_t i = 0;
	if (node_is(n, NODE_NULL))
		return 0;
	if (!node_is(n, NODE_ARRAY))
		return ignore_bad_line(r, ignore_line(text, n), "a list should stand for", n->key);
	*ret = arena_array(r->arena, n->count, sizeof(**ret));
	if (!*ret)
		return err_oom(r->err);
	node_each (c, n) {
		if (!node_is(c, NODE_STRING))
			return ignore_bad_line(r, ignore_line(text, c), "a string should stand in",
					       n->key);
		(*ret)[i] = arena_dup(r->arena, c->str);
		if (!(*ret)[i++].ptr)
			return err_oom(r->err);
	}
	*count = i;
	return 0;
}

static int rule_scalar(struct ignore_reading *r, struct slice text, const struct node *n,
		       struct ignore_rule *rule)
{
	bool scalar = node_is(n, NODE_STRING) || node_is(n, NODE_NUMBER);
	if (slice_is(n->key, "id")) {
		if (!scalar)
			return ignore_bad_line(r, ignore_line(text, n), "a string should stand for",
					       n->key);
		rule->id = n->str;
	} else if (slice_is(n->key, "statement") || slice_is(n->key, "reason")) {
		rule->statement = scalar ? n->str : SL_NONE;
	} else if (slice_is(n->key, "owner")) {
		rule->owner = scalar ? n->str : SL_NONE;
	} else {
		return ignore_bad_line(
		    r, ignore_line(text, n),
		    "not a field of a rule (id, paths, purls, reason, owner, expires; or "
		    "Trivy's statement, expired_at):",
		    n->key);
	}
	return 0;
}

static int rule_field(struct ignore_reading *r, struct slice text, const struct node *n,
		      struct ignore_rule *rule)
{
	if (slice_is(n->key, "paths"))
		return read_list(r, text, n, &rule->paths, &rule->npaths);
	if (slice_is(n->key, "purls"))
		return read_list(r, text, n, &rule->purls, &rule->npurls);
	if (!slice_is(n->key, "expired_at") && !slice_is(n->key, "expires"))
		return rule_scalar(r, text, n, rule);
	if (time_parse_day(n->str, &rule->expires) < 0 || rule->expires == 0)
		return ignore_bad_line(r, ignore_line(text, n), "not a date (YYYY-MM-DD)", n->str);
	return 0;
}

static int read_section(struct ignore_reading *r, struct slice text, const struct node *list,
			uint32_t kinds)
{
	if (node_is(list, NODE_NULL))
		return 0;
	if (!node_is(list, NODE_ARRAY))
		return ignore_bad_line(r, ignore_line(text, list), "a list should stand for",
				       list->key);
	node_each (entry, list) {
		struct ignore_rule rule = {.kinds = kinds};
		if (!node_is(entry, NODE_OBJECT))
			return ignore_bad_line(r, ignore_line(text, entry),
					       "a mapping with an id should stand in", list->key);
		node_each (field, entry)
			TRY(rule_field(r, text, field, &rule));
		TRY(ignore_add(r, rule, ignore_line(text, entry)));
	}
	return 0;
}

static int read_yaml(struct ignore_reading *r, struct slice text)
{
	static const struct {
		const char *key;
		enum finding_kind kind;
	} sections[] = {{"vulnerabilities", FINDING_VULNERABILITY},
			{"misconfigurations", FINDING_MISCONFIGURATION},
			{"secrets", FINDING_SECRET},
			{"licenses", FINDING_LICENSE}};
	const struct text_limits lim = {.max_bytes = 16 * MIB, .max_depth = 8};
	struct node *root;
	if (yaml_parse(&r->doc, text, &lim, &root, r->err) < 0) {
		r->err->kind = ERR_USAGE;
		return err_wrap(r->err, "%.*s", SL_FMT(r->name));
	}
	if (node_is(root, NODE_NULL))
		return 0;
	if (!node_is(root, NODE_OBJECT))
		return ignore_bad_line(r, 1, "a mapping should stand here, with one of the lists",
				       SL("vulnerabilities, misconfigurations, secrets, licenses"));
	if (node_get(root, "ignore"))
		return ignore_grype(r, text, node_get(root, "ignore"));
	node_each (n, root) {
		size_t i = 0;
		while (i < ARRAY_LEN(sections) && !slice_is(n->key, sections[i].key))
			i++;
		if (i == ARRAY_LEN(sections))
			return ignore_bad_line(r, ignore_line(text, n),
					       "not a section of an ignore file:", n->key);
		TRY(read_section(r, text, n, 1u << sections[i].kind));
	}
	return 0;
}

int ignore_parse(struct slice text, struct slice name, struct arena *a, struct ignore_list *ret,
		 struct err *err)
{
	*ret = (struct ignore_list){0};
	struct ignore_reading r = {.name = name, .arena = a, .err = err};
	doc_init(&r.doc);
	bool yaml = slice_ends(name, ".yaml") || slice_ends(name, ".yml");
	int rc = yaml ? read_yaml(&r, text) : read_plain(&r, text);
	doc_free(&r.doc);
	if (rc == 0) {
		ret->source = arena_dup(a, name);
		ret->rules = arena_array(a, r.rules.len, sizeof(*ret->rules));
		ret->nrules = r.rules.len;
		if (!ret->source.ptr || !ret->rules)
			rc = err_oom(err);
		else if (r.rules.len)
			memcpy(ret->rules, r.rules.ptr, r.rules.len * sizeof(*ret->rules));
	}
	vec_free(&r.rules);
	return rc;
}

static bool id_matches(const struct ignore_rule *r, const struct finding *x)
{
	if (r->id.len == 0 || slice_ieq(r->id, x->id))
		return true;
	for (size_t i = 0; i < x->naliases; i++)
		if (slice_ieq(r->id, x->aliases[i]))
			return true;
	return false;
}

static bool path_matches(const struct ignore_rule *r, const struct finding *x, struct slice target)
{
	if (r->npaths == 0)
		return true;
	for (size_t i = 0; i < r->npaths; i++)
		if (glob_match(r->paths[i], target) ||
		    (x->pkg && x->pkg->db_path.len && glob_match(r->paths[i], x->pkg->db_path)) ||
		    (x->pkg && x->pkg->pkg.path.len && glob_match(r->paths[i], x->pkg->pkg.path)))
			return true;
	return false;
}

static bool purl_matches(const struct ignore_rule *r, const struct finding *x)
{
	if (r->npurls == 0)
		return true;
	for (size_t i = 0; i < r->npurls; i++)
		if (x->pkg && purl_match(r->purls[i], x->pkg->purl))
			return true;
	return false;
}

const struct ignore_rule *ignore_expired(const struct ignore_list *l, int32_t today, size_t *at)
{
	while (*at < l->nrules) {
		const struct ignore_rule *r = &l->rules[(*at)++];
		if (r->expires && today >= r->expires)
			return r;
	}
	return NULL;
}

const struct ignore_rule *ignore_find(const struct ignore_list *l, const struct finding *x,
				      struct slice target, int32_t today)
{
	for (size_t i = 0; i < l->nrules; i++) {
		const struct ignore_rule *r = &l->rules[i];
		if (r->kinds && !(r->kinds & 1u << x->kind))
			continue;
		/* As in Trivy the rule is over when its day begins. */
		if (r->expires && today >= r->expires)
			continue;
		if (id_matches(r, x) && path_matches(r, x, target) && purl_matches(r, x) &&
		    (!r->more || ignore_more_fits(r->more, x)))
			return r;
	}
	return NULL;
}

static bool names_it(const struct ignore_rule *r, const struct ignore_subject *x)
{
	if (slice_ieq(r->id, x->id))
		return true;
	for (size_t i = 0; i < x->naliases; i++)
		if (slice_ieq(r->id, x->aliases[i]))
			return true;
	return false;
}

const struct ignore_rule *ignore_find_other(const struct ignore_list *l,
					    const struct ignore_subject *x, int32_t today)
{
	for (size_t i = 0; i < l->nrules; i++) {
		const struct ignore_rule *r = &l->rules[i];
		bool other = (r->kinds && !(r->kinds & 1u << x->kind)) || r->more || r->npurls;
		if (other || (r->expires && today >= r->expires) || !names_it(r, x))
			continue;
		bool here = r->npaths == 0;
		for (size_t k = 0; k < r->npaths && !here; k++)
			here = glob_match(r->paths[k], x->target);
		if (here)
			return r;
	}
	return NULL;
}
