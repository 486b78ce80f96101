/* SPDX-License-Identifier: Apache-2.0 */
/* Rules in gitleaks' TOML: [[rules]], allow lists of all and of one, [extend]. Commits are of no meaning here. */
#include "secret/secret_internal.h"

struct toml_in {
	struct secret_set *set;
	struct slice text;
	struct slice id;
	struct err *err;
};

static int fail(struct toml_in *in, const struct node *at, const char *what)
{
	uint32_t line = 0, column = 0;
	text_position(in->text, at ? at->pos : 0, &line, &column);
	if (in->id.len)
		return err_usage(in->err, "line %u: rule \"%.*s\": %s", line, SL_FMT(in->id), what);
	return err_usage(in->err, "line %u: %s", line, what);
}

static int text_of(struct toml_in *in, const struct node *n, struct slice *ret)
{
	*ret = SL_NONE;
	if (!n)
		return 0;
	if (n->type != NODE_STRING)
		return fail(in, n, "a text is expected");
	*ret = arena_dup(in->set->arena, n->str);
	return ret->ptr ? 0 : err_oom(in->err);
}

static int pattern_of(struct toml_in *in, const struct node *n, struct secret_pattern *ret)
{
	struct slice text;
	uint32_t line = 0, column = 0;
	*ret = (struct secret_pattern){0};
	TRY(text_of(in, n, &text));
	if (!text.len || secret_set_pattern(in->set, text, true, ret, in->err) == 0)
		return 0;
	text_position(in->text, n->pos, &line, &column);
	return err_wrap(in->err, "line %u: rule \"%.*s\"", line, SL_FMT(in->id));
}

static int patterns_of(struct toml_in *in, const struct node *n, const struct secret_pattern **ret,
		       size_t *count)
{
	size_t i = 0;
	*ret = NULL;
	*count = 0;
	if (!n)
		return 0;
	if (n->type != NODE_ARRAY)
		return fail(in, n, "a list of regular expressions is expected");
	struct secret_pattern *list =
	    arena_array(in->set->arena, n->count ? n->count : 1, sizeof(*list));
	if (!list)
		return err_oom(in->err);
	node_each (one, n) {
		TRY(pattern_of(in, one, &list[i]));
		i += list[i].text.len > 0;
	}
	*ret = list;
	*count = i;
	return 0;
}

static int words_of(struct toml_in *in, const struct node *n, const struct slice **ret,
		    size_t *count)
{
	size_t i = 0;
	*ret = NULL;
	*count = 0;
	if (!n)
		return 0;
	if (n->type != NODE_ARRAY)
		return fail(in, n, "a list of texts is expected");
	struct slice *list = arena_array(in->set->arena, n->count ? n->count : 1, sizeof(*list));
	if (!list)
		return err_oom(in->err);
	node_each (one, n) {
		TRY(text_of(in, one, &list[i]));
		char *p = (char *)(uintptr_t)list[i].ptr; /* ours, in the arena */
		for (size_t k = 0; k < list[i].len; k++)
			p[k] = to_lower(p[k]);
		i++;
	}
	*ret = list;
	*count = i;
	return 0;
}

static int allow_of(struct toml_in *in, const struct node *n, struct secret_allow *ret)
{
	*ret = (struct secret_allow){.target = SECRET_OF_SECRET};
	if (!node_is(n, NODE_OBJECT))
		return fail(in, n, "an allow list is a table");
	struct slice target = node_get_str(n, "regexTarget");
	if (slice_is(target, "match"))
		ret->target = SECRET_OF_MATCH;
	else if (slice_is(target, "line"))
		ret->target = SECRET_OF_LINE;
	else if (target.len && !slice_is(target, "secret"))
		return fail(in, node_get(n, "regexTarget"), "regexTarget is secret, match or line");
	struct slice condition = node_get_str(n, "condition");
	ret->needs_all = slice_ieq(condition, SL("AND")) || slice_is(condition, "&&");
	if (condition.len && !ret->needs_all && !slice_ieq(condition, SL("OR")) &&
	    !slice_is(condition, "||"))
		return fail(in, node_get(n, "condition"), "condition is AND or OR");
	TRY(patterns_of(in, node_get(n, "regexes"), &ret->regexes, &ret->nregexes));
	TRY(patterns_of(in, node_get(n, "paths"), &ret->paths, &ret->npaths));
	return words_of(in, node_get(n, "stopwords"), &ret->stopwords, &ret->nstopwords);
}

/* [x.allowlist] and [[x.allowlists]]. */
static size_t allow_nodes(const struct node *n, const struct node **one, const struct node **many)
{
	*one = node_get(n, "allowlist");
	*many = node_get(n, "allowlists");
	return (*one ? 1 : 0) + (*many ? (*many)->count : 0);
}

static int rule_allows(struct toml_in *in, const struct node *n, struct secret_rule *r)
{
	const struct node *single, *many;
	size_t count = allow_nodes(n, &single, &many), i = 0;
	if (!count)
		return 0;
	struct secret_allow *list = arena_array(in->set->arena, count, sizeof(*list));
	if (!list)
		return err_oom(in->err);
	if (node_is(single, NODE_ARRAY))
		return fail(in, single, "allowlist is one table; allowlists is a list");
	if (single)
		TRY(allow_of(in, single, &list[i++]));
	node_each (one, many) {
		if (i < count)
			TRY(allow_of(in, one, &list[i++]));
	}
	r->allows = list;
	r->nallows = i;
	return 0;
}

static int rule_of(struct toml_in *in, const struct node *n)
{
	struct secret_rule r = {.is_foreign = true, .first_group = true};
	double entropy = 0;
	uint64_t group = 0;
	in->id = SL_NONE;
	if (!node_is(n, NODE_OBJECT))
		return fail(in, n, "a rule is a table");
	TRY(text_of(in, node_get(n, "id"), &r.info.id));
	if (!r.info.id.len)
		return fail(in, n, "a rule needs an id");
	in->id = r.info.id;
	if (in->set->rules.len >= SECRET_MAX_RULES)
		return fail(in, n, "too many rules");
	TRY(text_of(in, node_get(n, "description"), &r.info.title));
	r.info.category = SL("custom");
	r.info.severity = SECRET_HIGH;
	TRY(pattern_of(in, node_get(n, "regex"), &r.regex));
	TRY(pattern_of(in, node_get(n, "path"), &r.path));
	if (!r.regex.text.len && !r.path.text.len)
		return fail(in, n, "neither regex nor path");
	const struct node *x = node_get(n, "entropy");
	if (x && (node_double(x, &entropy) < 0 || !(entropy >= 0 && entropy <= 8)))
		return fail(in, x, "entropy is a number from 0 to 8");
	r.entropy = (uint32_t)(entropy * 1000);
	x = node_get(n, "secretGroup");
	if (x && (node_u64(x, &group) < 0 || group > 60))
		return fail(in, x, "secretGroup is a number up to 60");
	r.group_index = (uint32_t)group;
	r.first_group = group == 0;
	TRY(words_of(in, node_get(n, "keywords"), &r.keywords, &r.nkeywords));
	TRY(rule_allows(in, n, &r));
	return vec_push(&in->set->rules, r) < 0 ? err_oom(in->err) : 0;
}

static int push_words(struct toml_in *in, const struct node *n)
{
	if (n && n->type != NODE_ARRAY)
		return fail(in, n, "a list of rules is expected");
	node_each (one, n) {
		struct slice id;
		TRY(text_of(in, one, &id));
		if (vec_push(&in->set->disable, id) < 0)
			return err_oom(in->err);
	}
	return 0;
}

static int global_allow(struct toml_in *in, const struct node *n)
{
	struct secret_allow allow;
	TRY(allow_of(in, n, &allow));
	/* For named rules alone: those get it. */
	const struct node *targets = node_get(n, "targetRules");
	if (!targets)
		return vec_push(&in->set->allows, allow) < 0 ? err_oom(in->err) : 0;
	for (size_t i = 0; i < in->set->rules.len; i++) {
		struct secret_rule *r = &in->set->rules.ptr[i];
		bool named = false;
		node_each (one, targets)
			named |= slice_eq(node_str(one), r->info.id);
		if (!named)
			continue;
		struct secret_allow *list =
		    arena_array(in->set->arena, r->nallows + 1, sizeof(*list));
		if (!list)
			return err_oom(in->err);
		if (r->nallows)
			memcpy(list, r->allows, r->nallows * sizeof(*list));
		list[r->nallows++] = allow;
		r->allows = list;
	}
	return 0;
}

int secret_read_toml(struct secret_set *s, struct slice text, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	const struct node *single, *many;
	struct toml_in in = {.set = s, .text = text, .err = err};
	const struct text_limits lim = {
	    .max_bytes = SECRET_MAX_CONFIG, .max_nodes = 500000, .max_depth = 30};
	doc_init(&d);
	TRY(toml_parse(&d, text, &lim, &root, err));
	const struct node *rules = node_get(root, "rules");
	if (rules && rules->type != NODE_ARRAY)
		return fail(&in, rules, "rules is a list of tables: [[rules]]");
	node_each (one, rules)
		TRY(rule_of(&in, one));
	in.id = SL_NONE;
	(void)allow_nodes(root, &single, &many);
	if (node_is(single, NODE_ARRAY))
		return fail(&in, single, "allowlist is one table; [[allowlists]] is a list");
	if (single)
		TRY(global_allow(&in, single));
	node_each (one, many)
		TRY(global_allow(&in, one));
	const struct node *extend = node_get(root, "extend");
	s->is_complete = rules && rules->count && !node_true(node_get(extend, "useDefault"));
	if (node_get_str(extend, "path").len || node_get_str(extend, "url").len)
		return fail(
		    &in, extend,
		    "extend.path and extend.url are not followed - put the rules in one file");
	return push_words(&in, node_get(extend, "disabledRules"));
}
