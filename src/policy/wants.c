/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be looked for so that every rule can be answered. */
#include "policy/internal.h"

static bool is_about_vulnerabilities(const struct rule_expr *x)
{
	/* Other findings have no value of these, so that a check of them does not hold. */
	static const char *const fields[] = {"finding.status",
					     "finding.fixed_version",
					     "finding.kev",
					     "finding.epss_percent",
					     "finding.risk",
					     "finding.cvss_tenths",
					     "finding.cvss_exploitability_tenths",
					     "finding.cvss_impact_tenths",
					     "finding.cvss_vectors",
					     "finding.vendor_ids",
					     "finding.age_days",
					     "finding.modified_days",
					     "package.version",
					     "package.type",
					     "package.path",
					     NULL};
	return x && x->kind == RULE_E_FIELD && slice_is_any(slice_str(x->field->name), fields);
}

/* Does the check hold for this kind of finding at all, as far as it tells? */
static bool check_admits(const struct rule_node *n, enum finding_kind kind, bool negated)
{
	bool is_kind = n->left && n->left->kind == RULE_E_FIELD &&
		       strcmp(n->left->field->name, "finding.kind") == 0;
	if (is_about_vulnerabilities(n->left))
		return negated || kind == FINDING_VULNERABILITY;
	if (!is_kind || n->right || (n->op != RULE_OP_EQ && n->op != RULE_OP_IN))
		return true;
	bool named = false;
	for (size_t i = 0; i < n->nvalues; i++)
		named |= slice_is(n->values[i], policy_kind_names[kind]);
	return named != negated;
}

static bool admits(const struct rule_node *n, enum finding_kind kind, bool negated)
{
	if (n->kind == RULE_N_CHECK)
		return check_admits(n, kind, negated);
	if (n->kind == RULE_N_NOT)
		return admits(n->kids[0], kind, !negated);
	bool all = (n->kind == RULE_N_AND) != negated;
	for (size_t i = 0; i < n->nkids; i++)
		if (admits(n->kids[i], kind, negated) != all)
			return !all;
	return all;
}

/* target.findings counts all, target.findings[secret] those of a kind. */
struct counting {
	enum finding_kind kind;
	bool wanted;
};
static void note_count(void *arg, const struct rule_expr *x)
{
	struct counting *c = arg;
	bool other = false;
	if (!x->field || strcmp(x->field->name, "target.findings") != 0)
		return;
	for (size_t i = 0; i <= FINDING_LICENSE; i++)
		other |= i != c->kind && slice_is(x->arg.text, policy_kind_names[i]);
	c->wanted |= !other;
}

bool policy_wants(const struct policy *p, enum finding_kind kind)
{
	const struct rule_info *const *all;
	size_t n = rule_list(policy_engine(p), &all);
	if (kind == FINDING_VULNERABILITY)
		return true;
	for (size_t i = 0; i < n; i++) {
		struct counting c = {.kind = kind};
		if (!all[i]->is_active || !all[i]->tree)
			continue;
		rule_each_field(all[i]->tree, note_count, &c);
		if (c.wanted || (slice_is(all[i]->source, policy_source_finding.name) &&
				 admits(all[i]->tree, kind, false)))
			return true;
	}
	return false;
}

bool policy_wants_files(const struct policy *p)
{
	const struct rule_info *const *all;
	size_t n = rule_list(policy_engine(p), &all);
	for (size_t i = 0; i < n; i++)
		if (all[i]->is_active && slice_is(all[i]->source, policy_source_file.name))
			return true;
	return false;
}
