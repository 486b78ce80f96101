/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates over what is known of a target: rules of the sources "target", "package" and "finding" (vulnerabilities,
 * misconfigurations, secrets, licences alike) say what must not be; and specifications of compliance, which gather
 * checks under the controls of a benchmark.
 */
#pragma once

#include "report/report.h"
#include "rule/rule.h"

/* What a rule does that holds: `properties: {action: deny}`; else by its priority, deny from Error up. */
enum policy_action { POLICY_WARN, POLICY_DENY };

struct policy;
int policy_new(struct policy **ret, struct err *err) must_use;
void policy_free(struct policy **p);
#define auto_policy CLEANUP(policy_free)
int policy_load(struct policy *p, struct slice name, struct slice yaml, struct err *err) must_use;
/* Once, after the last policy_load(). ERR_USAGE: a file is wrong; the problems are told by policy_engine(). */
int policy_ready(struct policy *p, struct err *err) must_use;
const struct rule_engine *policy_engine(const struct policy *p);
/* Does a rule ask for a scan of this kind? Vulnerabilities are always looked up. */
bool policy_wants(const struct policy *p, enum finding_kind kind);

struct policy_violation {
	const struct rule_info *rule;
	enum policy_action action;
	struct slice message,
	    subject; /* subject: "openssl 3.0.11", "Dockerfile:4", or empty for the target */
	struct slice source,
	    reason; /* not empty source: excused by an exception of the rule file */
};
/* All of one report; strings go to a. At most 10,000, the rest is counted in *more. */
#define POLICY_MAX_VIOLATIONS 10000
int policy_check(struct policy *p, const struct report *r, struct arena *a,
		 struct policy_violation **ret, size_t *n, size_t *more, struct err *err) must_use;

/* The sources, for `strake rules`. */
extern const struct rule_source policy_source_finding, policy_source_package, policy_source_target;

/* ---- specifications of compliance ---- */

struct compliance_control {
	struct slice id, name, description;
	enum adv_severity severity;
	const struct slice *checks; /* ids, aliases, or tags written "tag:pss-baseline" */
	size_t nchecks;
	bool manual; /* cannot be told by a scan: has no checks */
};
struct compliance {
	struct slice id, title, version, url;
	const struct compliance_control *controls;
	size_t ncontrols;
};
/* A built-in one by its name; NULL. */
const char *compliance_text(struct slice name, size_t *len);
const char *const *compliance_names(size_t *n);
/* Strings go to a. ERR_USAGE: what is wrong with it. */
int compliance_read(struct slice yaml, struct arena *a, struct compliance *ret,
		    struct err *err) must_use;
