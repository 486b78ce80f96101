/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule says of itself as a check, and finding one by any of its names. */
#include "config/config_internal.h"

static const char *const severities[] = {"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"};

const char *config_severity_name(enum config_severity s)
{
	return severities[s];
}

int config_severity_parse(struct slice s, enum config_severity *ret)
{
	static const struct {
		const char *word;
		enum config_severity means;
	} hadolint[] = {{"error", CONFIG_HIGH},
			{"warning", CONFIG_MEDIUM},
			{"info", CONFIG_LOW},
			{"style", CONFIG_UNKNOWN}};
	for (size_t k = 0; k < ARRAY_LEN(severities); k++)
		if (slice_ieq(s, slice_str(severities[k]))) {
			*ret = (enum config_severity)k;
			return 0;
		}
	for (size_t k = 0; k < ARRAY_LEN(hadolint); k++)
		if (slice_ieq(s, slice_str(hadolint[k].word))) {
			*ret = hadolint[k].means;
			return 0;
		}
	return -EINVAL;
}

static const char *const levels[] = {"ignore", "style", "info", "warning", "error"};

int config_level_parse(struct slice s, enum config_level *ret)
{
	for (size_t k = 0; k < ARRAY_LEN(levels); k++)
		if (slice_ieq(s, slice_str(levels[k]))) {
			*ret = (enum config_level)k;
			return 0;
		}
	return -EINVAL;
}

static enum config_level level_of(enum config_severity s)
{
	return s == CONFIG_UNKNOWN  ? CONFIG_STYLE
	       : s == CONFIG_LOW    ? CONFIG_INFO
	       : s == CONFIG_MEDIUM ? CONFIG_WARNING
				    : CONFIG_ERROR;
}

/* Strings of a YAML list, or the one string. */
static int strings(struct arena *a, const struct node *n, const struct slice **ret, size_t *count)
{
	size_t many = node_is(n, NODE_ARRAY) ? n->count : n ? 1 : 0, k = 0;
	struct slice *all = arena_array(a, many, sizeof(*all));
	*ret = all;
	*count = 0;
	if (!all)
		return -ENOMEM;
	if (node_is(n, NODE_ARRAY))
		node_each (x, n)
			all[k++] = x->str;
	else if (n)
		all[k++] = n->str;
	*count = k;
	return 0;
}

static int examples(struct arena *a, const struct node *n, const struct config_example **ret,
		    size_t *count)
{
	size_t k = 0;
	struct config_example *all =
	    arena_array(a, node_is(n, NODE_ARRAY) ? n->count : 0, sizeof(*all));
	if (!all)
		return -ENOMEM;
	node_each (x, n) {
		all[k].path = node_get_str(x, "path");
		all[k++].text = node_is(x, NODE_OBJECT) ? node_get_str(x, "text") : node_str(x);
	}
	*ret = all;
	*count = k;
	return 0;
}

static int put_id(struct config *c, struct slice id, size_t index)
{
	char *lower = arena_alloc(&c->arena, id.len + 1);
	bool is_new = false;
	if (!lower)
		return -ENOMEM;
	for (size_t k = 0; k < id.len; k++)
		lower[k] = to_lower(id.ptr[k]);
	uint64_t *slot = map_put(&c->ids, slice_of(lower, id.len), &is_new);
	if (!slot)
		return -ENOMEM;
	if (is_new)
		*slot = index + 1;
	return 0;
}

static bool has_tag(const struct rule_info *r, const char *tag)
{
	for (size_t k = 0; k < r->ntags; k++)
		if (slice_is(r->tags[k], tag))
			return true;
	return false;
}

/* "fix: name argument" */
static void read_fix(struct config_check *x, struct slice text)
{
	if (!slice_word(&text, &x->fixer))
		return;
	x->fixer_arg = text.len ? slice_from(text, 1) : SL_NONE;
}

static int read_check(struct config *c, const struct rule_info *r, struct config_check *x,
		      struct err *err)
{
	const struct node *n = r->node;
	struct slice severity = node_get_str(n, "severity");
	*x = (struct config_check){.id = node_get_str(n, "id"),
				   .title = node_get_str(n, "title"),
				   .why = r->desc,
				   .remedy = node_get_str(n, "remedy"),
				   .kind = r->source,
				   .tags = r->tags,
				   .ntags = r->ntags,
				   .is_optional = has_tag(r, "optional"),
				   .rule = r};
	if (!x->id.len)
		x->id = r->name;
	if (!x->title.len)
		x->title = r->name;
	if (!severity.len)
		severity = SL("MEDIUM");
	if (config_severity_parse(severity, &x->severity) < 0)
		return err_usage(err, "%.*s: rule \"%.*s\": unknown severity %.*s", SL_FMT(r->file),
				 SL_FMT(r->name), SL_FMT(severity));
	const struct node *p = node_get(n, "properties");
	read_fix(x, node_get_str(p, "fix"));
	if (config_level_parse(node_get_str(p, "level"), &x->level) < 0)
		x->level = level_of(x->severity);
	const struct node *e = node_get(n, "examples");
	if (strings(&c->arena, node_get(n, "aliases"), &x->aliases, &x->naliases) < 0 ||
	    strings(&c->arena, node_get(p, "also"), &x->also, &x->nalso) < 0 ||
	    strings(&c->arena, node_get(n, "references"), &x->references, &x->nreferences) < 0 ||
	    examples(&c->arena, node_get(e, "good"), &x->good, &x->ngood) < 0 ||
	    examples(&c->arena, node_get(e, "bad"), &x->bad, &x->nbad) < 0)
		return err_oom(err);
	return 0;
}

static int name_check(struct config *c, size_t index)
{
	const struct config_check *x = &c->checks[index];
	TRY(put_id(c, x->id, index));
	for (size_t k = 0; k < x->naliases; k++)
		TRY(put_id(c, x->aliases[k], index));
	return 0;
}

static bool is_of_a_kind(struct slice source)
{
	size_t n;
	const struct config_kind *const *all = config_kinds(&n);
	for (size_t k = 0; k < n; k++)
		if (slice_is(source, all[k]->name))
			return true;
	return false;
}

int config_collect(struct config *c, struct err *err)
{
	const struct rule_info *const *rules;
	c->nrules = rule_list(c->engine, &rules);
	c->checks = arena_array(&c->arena, c->nrules, sizeof(*c->checks));
	c->by_rule = arena_array(&c->arena, c->nrules, sizeof(*c->by_rule));
	if (!c->checks || !c->by_rule)
		return err_oom(err);
	for (size_t k = 0; k < c->nrules; k++) {
		if (!rules[k]->is_active || !is_of_a_kind(rules[k]->source))
			continue;
		TRY(read_check(c, rules[k], &c->checks[c->nchecks], err));
		if (name_check(c, c->nchecks) < 0)
			return err_oom(err);
		c->by_rule[k] = &c->checks[c->nchecks++];
	}
	return 0;
}

size_t config_checks(const struct config *c, const struct config_check **ret)
{
	*ret = c->checks;
	return c->nchecks;
}

uint64_t config_key(const struct config *c)
{
	uint64_t key = c->nchecks + c->charts_key;
	for (size_t k = 0; k < c->nchecks; k++) {
		const struct rule_info *r = c->checks[k].rule;
		const struct slice parts[] = {c->checks[k].id, r->condition, r->output};
		for (size_t i = 0; i < ARRAY_LEN(parts); i++)
			key = key * UINT64_C(0x9E3779B97F4A7C15) + slice_hash(parts[i]);
	}
	return key * CONFIG_CHECK_VERSION;
}

const struct config_check *config_find(const struct config *c, struct slice id)
{
	char lower[128];
	if (id.len > sizeof(lower))
		return NULL;
	for (size_t k = 0; k < id.len; k++)
		lower[k] = to_lower(id.ptr[k]);
	const uint64_t *slot = map_get(&c->ids, slice_of(lower, id.len));
	return slot ? &c->checks[*slot - 1] : NULL;
}

static bool fits(struct slice id, struct slice pattern)
{
	if (pattern.len && pattern.ptr[pattern.len - 1] == '*')
		return slice_ieq(slice_sub(id, 0, pattern.len - 1),
				 slice_sub(pattern, 0, pattern.len - 1));
	return slice_ieq(id, pattern);
}

bool config_is_named(const struct config_check *check, struct slice id)
{
	if (fits(check->id, id))
		return true;
	for (size_t k = 0; k < check->naliases; k++)
		if (fits(check->aliases[k], id))
			return true;
	for (size_t k = 0; k < check->nalso; k++)
		if (fits(check->also[k], id))
			return true;
	return false;
}
