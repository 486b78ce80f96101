/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a rule: what it does, why, until when, and for which images. */
#include "policy/internal.h"

static int wrong(const struct rule_info *r, struct err *err, struct slice key, struct slice value,
		 const char *want)
{
	return err_usage(err, "%.*s: line %u: rule \"%.*s\": properties: %.*s: \"%.*s\" is not %s",
			 SL_FMT(r->file), r->line, SL_FMT(r->name), SL_FMT(key), SL_FMT(value),
			 want);
}

static int read_action(const struct rule_info *r, const struct node *n, struct policy_gate *g,
		       struct err *err)
{
	static const struct {
		const char *word;
		enum policy_action action;
	} words[] = {{"allow", POLICY_ALLOW},
		     {"warn", POLICY_WARN},
		     {"deny", POLICY_DENY},
		     {"go", POLICY_ALLOW},
		     {"stop", POLICY_DENY}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_ieq(n->str, slice_str(words[i].word))) {
			g->action = words[i].action;
			return 0;
		}
	return wrong(r, err, n->key, n->str, "allow, warn or deny");
}

static int read_list(const struct rule_info *r, const struct node *n, const struct node **ret,
		     struct err *err)
{
	bool good = node_is(n, NODE_ARRAY) && n->count > 0;
	node_each (x, good ? n : NULL)
		good &= x->str.len > 0 && !node_is(x, NODE_ARRAY) && !node_is(x, NODE_OBJECT);
	if (!good)
		return wrong(r, err, n->key, n->str, "a list of patterns: [a, b]");
	*ret = n;
	return 0;
}

static int read_one(const struct rule_info *r, const struct node *n, struct policy_gate *g,
		    struct err *err)
{
	if (slice_is(n->key, "action"))
		return read_action(r, n, g, err);
	if (slice_is(n->key, "images"))
		return read_list(r, n, &g->images, err);
	if (slice_is(n->key, "rules"))
		return read_list(r, n, &g->rules, err);
	if (slice_is(n->key, "expires")) {
		if (time_parse_day(n->str, &g->expires) < 0 || g->expires <= 0)
			return wrong(r, err, n->key, n->str, "a date: YYYY-MM-DD");
		return 0;
	}
	if (slice_is(n->key, "reason")) {
		g->reason = n->str;
		return n->str.len ? 0 : wrong(r, err, n->key, n->str, "a text");
	}
	/* A rule with a misspelt date would hold for ever. */
	return wrong(r, err, SL("key"), n->key, "one of action, reason, expires, images, rules");
}

int policy_gate_read(const struct rule_info *r, struct policy_gate *g, struct err *err)
{
	const struct node *all = node_get(r->node, "properties");
	*g = (struct policy_gate){.action = r->priority <= RULE_ERROR ? POLICY_DENY : POLICY_WARN};
	if (all && !node_is(all, NODE_OBJECT))
		return wrong(r, err, SL("value"), all->str, "a mapping");
	node_each (n, all)
		TRY(read_one(r, n, g, err));
	if (g->rules && g->action != POLICY_ALLOW)
		return wrong(r, err, SL("rules"), SL("rules"),
			     "for this action: allow alone has it");
	if (!g->reason.len)
		g->reason = r->desc;
	return 0;
}

/* As in ignore files: over when its day begins. */
bool policy_gate_is_over(const struct policy_gate *g, int64_t now)
{
	return g->expires && now / 86400 >= g->expires;
}

bool policy_gate_excuses(const struct policy_gate *allow, struct slice rule)
{
	node_each (x, allow->rules)
		if (slice_eq(x->str, rule) || glob_match(x->str, rule))
			return true;
	return !allow->rules;
}

/* ---- images ---- */

/* Docker's rule: a first part with a dot or port, or localhost, is a host. */
static bool has_host(struct slice name)
{
	ssize_t slash = slice_chr(name, '/');
	struct slice host = slash > 0 ? slice_sub(name, 0, (size_t)slash) : SL_NONE;
	return slice_chr(host, '.') >= 0 || slice_chr(host, ':') >= 0 ||
	       slice_is(host, "localhost");
}

/* Without tag and digest. */
static struct slice repository(struct slice name)
{
	ssize_t at = slice_chr(name, '@');
	if (at >= 0)
		name = slice_sub(name, 0, (size_t)at);
	ssize_t colon = slice_rchr(name, ':'), slash = slice_rchr(name, '/');
	return colon > slash ? slice_sub(name, 0, (size_t)colon) : name;
}

static bool pattern_fits(struct slice pattern, struct slice name)
{
	if (slice_is(pattern, "*") || slice_eq(pattern, name) || glob_match(pattern, name))
		return true;
	/* A pattern without a tag is about all tags. */
	return slice_eq(repository(pattern), pattern) && glob_match(pattern, repository(name));
}

static bool name_fits(struct slice pattern, struct slice name, struct arena *scratch)
{
	if (!name.len)
		return false;
	if (pattern_fits(pattern, name))
		return true;
	if (has_host(name))
		return false;
	struct slice prefix =
	    slice_chr(name, '/') >= 0 ? SL("docker.io/") : SL("docker.io/library/");
	return pattern_fits(pattern, arena_cat(scratch, prefix, name));
}

static bool target_fits(struct slice pattern, const struct report *r, struct arena *scratch)
{
	for (size_t i = 0; i < r->nrepo_tags; i++)
		if (name_fits(pattern, r->repo_tags[i], scratch))
			return true;
	for (size_t i = 0; i < r->nrepo_digests; i++)
		if (name_fits(pattern, r->repo_digests[i], scratch))
			return true;
	return name_fits(pattern, r->artifact_name, scratch);
}

bool policy_gate_fits(const struct policy_gate *g, const struct report *r, struct arena *scratch)
{
	node_each (x, g->images)
		if (target_fits(x->str, r, scratch))
			return true;
	return !g->images;
}
