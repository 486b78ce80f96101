/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules in YAML: ours (data/secrets) and Trivy's trivy-secret.yaml, which has a part of ours.
 * What ours add: near + value instead of regex, check, entropy, find, words, aliases, not-path, examples (bad, good).
 */
#include "secret/secret_internal.h"

#include <math.h>

struct yaml_in {
	struct secret_set *set;
	struct slice text;
	bool is_foreign;
	struct slice id; /* of the rule being read */
	struct err *err;
};

static int fail(struct yaml_in *in, const struct node *at, const char *what)
{
	uint32_t line = 0, column = 0;
	text_position(in->text, at ? at->pos : 0, &line, &column);
	if (in->id.len)
		return err_usage(in->err, "line %u: rule \"%.*s\": %s", line, SL_FMT(in->id), what);
	return err_usage(in->err, "line %u: %s", line, what);
}

static int wrap(struct yaml_in *in, const struct node *at)
{
	uint32_t line = 0, column = 0;
	text_position(in->text, at ? at->pos : 0, &line, &column);
	if (in->id.len)
		return err_wrap(in->err, "line %u: rule \"%.*s\"", line, SL_FMT(in->id));
	return err_wrap(in->err, "line %u", line);
}

static int copy_text(struct yaml_in *in, struct slice s, struct slice *ret)
{
	*ret = arena_dup(in->set->arena, s);
	return ret->ptr ? 0 : err_oom(in->err);
}

static int text_of(struct yaml_in *in, const struct node *obj, const char *key, struct slice *ret)
{
	const struct node *n = node_get(obj, key);
	*ret = SL_NONE;
	if (!n || n->type == NODE_NULL)
		return 0;
	if (n->type == NODE_ARRAY || n->type == NODE_OBJECT)
		return fail(in, n, "a text is expected");
	return copy_text(in, n->str, ret);
}

static int pattern_of(struct yaml_in *in, const struct node *n, struct secret_pattern *ret)
{
	struct slice text;
	*ret = (struct secret_pattern){0};
	if (!n || n->type == NODE_NULL)
		return 0;
	if (n->type == NODE_ARRAY || n->type == NODE_OBJECT)
		return fail(in, n, "a regular expression is expected");
	TRY(copy_text(in, n->str, &text));
	if (text.len && secret_set_pattern(in->set, text, in->is_foreign, ret, in->err) < 0)
		return wrap(in, n);
	return 0;
}

static void lower(struct slice s)
{
	char *p = (char *)(uintptr_t)s.ptr; /* ours, in the arena */
	for (size_t i = 0; i < s.len; i++)
		p[i] = to_lower(p[i]);
}

/* A list of texts, or one text. */
static int words_of(struct yaml_in *in, const struct node *n, bool fold, const struct slice **ret,
		    size_t *count)
{
	size_t i = 0;
	*ret = NULL;
	*count = 0;
	if (!n || n->type == NODE_NULL)
		return 0;
	size_t many = n->type == NODE_ARRAY ? n->count : 1;
	struct slice *list = arena_array(in->set->arena, many ? many : 1, sizeof(*list));
	if (!list)
		return err_oom(in->err);
	const struct node *one = n->type == NODE_ARRAY ? n->first : n;
	for (; one && i < many; one = one->next) {
		if (one->type == NODE_ARRAY || one->type == NODE_OBJECT)
			return fail(in, one, "a text is expected");
		if (one->type == NODE_NULL)
			continue;
		TRY(copy_text(in, one->str, &list[i]));
		if (fold)
			lower(list[i]);
		i++;
	}
	*ret = list;
	*count = i;
	return 0;
}

static int patterns_of(struct yaml_in *in, const struct node *n, const struct secret_pattern **ret,
		       size_t *count)
{
	size_t i = 0;
	*ret = NULL;
	*count = 0;
	if (!n || n->type == NODE_NULL)
		return 0;
	size_t many = n->type == NODE_ARRAY ? n->count : 1;
	struct secret_pattern *list = arena_array(in->set->arena, many ? many : 1, sizeof(*list));
	if (!list)
		return err_oom(in->err);
	const struct node *one = n->type == NODE_ARRAY ? n->first : n;
	for (; one && i < many; one = one->next) {
		TRY(pattern_of(in, one, &list[i]));
		i += list[i].text.len > 0;
	}
	*ret = list;
	*count = i;
	return 0;
}

static enum secret_severity severity_of(struct slice s)
{
	static const char *const names[] = {"unknown", "low", "medium", "high", "critical"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_ieq(s, slice_str(names[i])))
			return (enum secret_severity)i;
	return SECRET_UNKNOWN;
}

/* allow-rules of Trivy: {id, description, regex, path}; ours may also hold stopwords. */
static int allow_of(struct yaml_in *in, const struct node *n, struct secret_allow *ret)
{
	*ret = (struct secret_allow){.target = SECRET_OF_MATCH};
	if (!node_is(n, NODE_OBJECT))
		return fail(in, n, "an allow rule is a mapping");
	TRY(patterns_of(in, node_get(n, "regex"), &ret->regexes, &ret->nregexes));
	TRY(patterns_of(in, node_get(n, "path"), &ret->paths, &ret->npaths));
	return words_of(in, node_get(n, "stopwords"), true, &ret->stopwords, &ret->nstopwords);
}

static int allows_of(struct yaml_in *in, const struct node *list, struct secret_rule *r)
{
	size_t i = 0;
	if (!list || list->type == NODE_NULL)
		return 0;
	if (list->type != NODE_ARRAY)
		return fail(in, list, "allow-rules is a list");
	struct secret_allow *allows =
	    arena_array(in->set->arena, list->count ? list->count : 1, sizeof(*allows));
	if (!allows)
		return err_oom(in->err);
	node_each (one, list)
		TRY(allow_of(in, one, &allows[i++]));
	r->allows = allows;
	r->nallows = i;
	return 0;
}

static int check_of(struct yaml_in *in, const struct node *obj, struct secret_rule *r)
{
	static const char *const names[] = {"none",	   "crc32",	  "jwt",
					    "private-key", "base64-json", "docker-auth",
					    "mixed",	   "password",	  "base64-jwt"};
	static const char *const kinds[] = {"token", "context", "generic"};
	const struct node *n = node_get(obj, "check");
	bool known = !n;
	for (size_t i = 0; n && i < ARRAY_LEN(names); i++)
		if (slice_is(n->str, names[i])) {
			r->check = (enum secret_check)i;
			known = true;
		}
	if (!known)
		return fail(in, n, "unknown check");
	n = node_get(obj, "kind");
	known = !n;
	for (size_t i = 0; n && i < ARRAY_LEN(kinds); i++)
		if (slice_is(n->str, kinds[i])) {
			r->kind = (enum secret_kind)i;
			known = true;
		}
	return known ? 0 : fail(in, n, "kind is token, context or generic");
}

/* A value beside the name of its service: name, more of a name, an assignment, quotes, the value, an end. */
static int near_regex(struct yaml_in *in, const struct node *n, struct slice near,
		      struct secret_rule *r)
{
	struct slice value;
	TRY(text_of(in, n, "value", &value));
	if (!value.len)
		return fail(in, n, "near without value");
	struct slice text = arena_cat(in->set->arena, SL("(?i:"), near,
				      SL(")[\\w.\\x20\\t-]{0,40}[\"'\\]]{0,2}\\s{0,3}(?:=|:|>|\\|"
					 "\\||,|\\?=|\\()[=:>\\s\"'\\x60]{0,5}(?P<secret>"),
				      value, SL(")(?:[\"'\\x60\\s;,<)\\]}\\\\&#]|$)"));
	if (!text.ptr)
		return err_oom(in->err);
	/* The search looks for the name and an assignment: the values of all services are too much to look for at once. */
	r->find =
	    arena_cat(in->set->arena, SL("(?i:"), near,
		      SL(")[\\w.\\x20\\t-]{0,40}[\"'\\]]{0,2}\\s{0,3}(?:=|:|>|\\|\\||,|\\?=|\\()"));
	if (!r->find.ptr)
		return err_oom(in->err);
	r->needs_words = true;
	r->kind = SECRET_CONTEXT;
	return secret_set_pattern(in->set, text, false, &r->regex, in->err);
}

static int regex_of(struct yaml_in *in, const struct node *n, struct secret_rule *r)
{
	struct slice near, words;
	TRY(text_of(in, n, "near", &near));
	if (near.len)
		TRY(near_regex(in, n, near, r));
	else
		TRY(pattern_of(in, node_get(n, "regex"), &r->regex));
	TRY(pattern_of(in, node_get(n, "path"), &r->path));
	TRY(pattern_of(in, node_get(n, "not-path"), &r->not_path));
	if (!r->find.len)
		TRY(text_of(in, n, "find", &r->find));
	TRY(text_of(in, n, "secret-group-name", &r->group));
	TRY(text_of(in, n, "words", &words));
	if (words.len)
		r->needs_words = slice_is(words, "yes") || slice_is(words, "true");
	if (!r->regex.text.len && !r->path.text.len)
		return fail(in, n, "neither regex nor path");
	if (!r->group.len && slice_find(r->regex.text, SL("?P<secret>")) >= 0 && !in->is_foreign)
		r->group = SL("secret");
	return 0;
}

static int number_of(struct yaml_in *in, const struct node *obj, const char *key, double scale,
		     uint32_t *ret)
{
	const struct node *n = node_get(obj, key);
	double v = 0;
	if (!n)
		return 0;
	if (node_double(n, &v) < 0 || !(v >= 0) || v * scale > 1e6)
		return fail(in, n, "a number is expected");
	*ret = (uint32_t)(v * scale + 0.5);
	return 0;
}

static int examples_of(struct yaml_in *in, const struct node *n, const struct secret_rule *r)
{
	const struct slice *list = NULL;
	size_t count = 0;
	if (!in->set->keep_examples)
		return 0;
	TRY(words_of(in, node_get(n, "bad"), false, &list, &count));
	for (size_t i = 0; i < count; i++)
		if (vec_push(&in->set->bad, r->info.id) < 0 || vec_push(&in->set->bad, list[i]) < 0)
			return err_oom(in->err);
	TRY(words_of(in, node_get(n, "good"), false, &list, &count));
	for (size_t i = 0; i < count; i++)
		if (vec_push(&in->set->good, r->info.id) < 0 ||
		    vec_push(&in->set->good, list[i]) < 0)
			return err_oom(in->err);
	return 0;
}

static int rule_of(struct yaml_in *in, const struct node *n)
{
	struct secret_rule r = {.is_foreign = in->is_foreign};
	struct slice severity;
	in->id = SL_NONE;
	if (!node_is(n, NODE_OBJECT))
		return fail(in, n, "a rule is a mapping");
	TRY(text_of(in, n, "id", &r.info.id));
	if (!r.info.id.len)
		return fail(in, n, "a rule needs an id");
	in->id = r.info.id;
	if (in->set->rules.len >= SECRET_MAX_RULES)
		return fail(in, n, "too many rules");
	TRY(text_of(in, n, "category", &r.info.category));
	TRY(text_of(in, n, "title", &r.info.title));
	TRY(text_of(in, n, "severity", &severity));
	r.info.severity = severity_of(severity);
	TRY(words_of(in, node_get(n, "aliases"), false, &r.info.aliases, &r.info.naliases));
	TRY(regex_of(in, n, &r));
	TRY(check_of(in, n, &r));
	TRY(words_of(in, node_get(n, "keywords"), true, &r.keywords, &r.nkeywords));
	TRY(allows_of(in, node_get(n, "allow-rules"), &r));
	TRY(number_of(in, n, "entropy", 1000, &r.entropy));
	TRY(number_of(in, n, "behind", 1, &r.behind));
	TRY(number_of(in, n, "ahead", 1, &r.ahead));
	const struct node *block = node_get(n, "exclude-block");
	TRY(patterns_of(in, node_get(block, "regexes"), &r.excludes, &r.nexcludes));
	TRY(examples_of(in, n, &r));
	if (vec_push(&in->set->rules, r) < 0)
		return err_oom(in->err);
	return 0;
}

static int lists_of(struct yaml_in *in, const struct node *root)
{
	const struct slice *words = NULL;
	const struct secret_pattern *patterns = NULL;
	size_t n = 0;
	node_each (one, node_get(root, "allow-rules")) {
		struct secret_allow allow;
		TRY(allow_of(in, one, &allow));
		if (vec_push(&in->set->allows, allow) < 0)
			return err_oom(in->err);
	}
	TRY(patterns_of(in, node_get(node_get(root, "exclude-block"), "regexes"), &patterns, &n));
	for (size_t i = 0; i < n; i++)
		if (vec_push(&in->set->excludes, patterns[i]) < 0)
			return err_oom(in->err);
	TRY(words_of(in, node_get(root, "enable-builtin-rules"), false, &words, &n));
	for (size_t i = 0; i < n; i++)
		if (vec_push(&in->set->enable, words[i]) < 0)
			return err_oom(in->err);
	TRY(words_of(in, node_get(root, "disable-rules"), false, &words, &n));
	for (size_t i = 0; i < n; i++)
		if (vec_push(&in->set->disable, words[i]) < 0)
			return err_oom(in->err);
	TRY(words_of(in, node_get(root, "disable-allow-rules"), false, &words, &n));
	for (size_t i = 0; i < n; i++)
		in->set->no_path_class |= secret_path_class_of(words[i]);
	return 0;
}

int secret_read_yaml(struct secret_set *s, struct slice text, bool is_foreign, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct yaml_in in = {.set = s, .text = text, .is_foreign = is_foreign, .err = err};
	const struct text_limits lim = {.max_bytes = SECRET_MAX_CONFIG,
					.max_nodes = 500000,
					.max_depth = 30,
					.max_alias_nodes = 10000};
	doc_init(&d);
	TRY(yaml_parse(&d, text, &lim, &root, err));
	if (node_is(root, NODE_NULL))
		return 0;
	if (!node_is(root, NODE_OBJECT))
		return fail(&in, root, "a mapping with rules is expected");
	const struct node *rules = node_get(root, "rules");
	if (rules && rules->type != NODE_ARRAY && rules->type != NODE_NULL)
		return fail(&in, rules, "rules is a list");
	node_each (one, rules)
		TRY(rule_of(&in, one));
	in.id = SL_NONE;
	return lists_of(&in, root);
}
