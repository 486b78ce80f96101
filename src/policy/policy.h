/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates over what is known of a target: rules of the sources "target", "package", "file" and "finding" (vulnerabilities,
 * misconfigurations, secrets, licences alike) say what must not be; and specifications of compliance, which gather
 * checks under the controls of a benchmark.
 */
#pragma once

#include "report/report.h"
#include "rule/rule.h"

/* What a rule does that holds: `properties: {action: deny}`; else by its priority, deny from Error up. An allow rule
 * excuses what others say of the same event. */
enum policy_action { POLICY_ALLOW, POLICY_WARN, POLICY_DENY };

struct policy;
int policy_new(struct policy **ret, struct err *err) must_use;
void policy_free(struct policy **p);
#define auto_policy CLEANUP(policy_free)
int policy_load(struct policy *p, struct slice name, struct slice yaml, struct err *err) must_use;
/* Once, after the last policy_load(). ERR_USAGE: a file is wrong; the problems are told by policy_engine(), or err
 * alone says it. */
int policy_ready(struct policy *p, struct err *err) must_use;
const struct rule_engine *policy_engine(const struct policy *p);
/* Can a rule hold for findings of this kind? Vulnerabilities are always looked up. After policy_ready(). */
bool policy_wants(const struct policy *p, enum finding_kind kind);
bool policy_wants_files(const struct policy *p);
/* The id of a rule where it has one, else its name. */
struct slice policy_rule_id(const struct rule_info *r);

struct policy_violation {
	const struct rule_info *rule;
	enum policy_action action;
	struct slice message,
	    subject;	     /* "openssl 3.0.11", "Dockerfile:4", or empty for the target */
	struct slice target; /* the result that it is about; may be empty */
	struct slice key;    /* what it is about without versions: "CVE-2024-1 deb openssl" */
	bool known;	     /* the baseline has it too: a denial became a warning */
	struct slice reason; /* the rule's; of one that is excused, the allow rule's */
	struct slice source; /* file and name of the allow rule that excuses it; else empty */
	int32_t expires;     /* the day on which that rule is over; 0 never */
};
struct policy_verdict {
	struct policy_violation *all; /* POLICY_MAX_VIOLATIONS at most; the counts are of all */
	size_t n, more, denied, warned, excused, known;
	struct report_expired *expired; /* rules that are over, and hold no longer */
	size_t nexpired;
};
#define POLICY_MAX_VIOLATIONS 10000
/* All of one report; strings go to a. Baseline: reports of scans, which are judged by the same rules, or of a
 * policy; NULL none. */
int policy_check(struct policy *p, const struct report *r, const struct report_file *baseline,
		 struct arena *a, struct policy_verdict *ret, struct err *err) must_use;

/* The library: policies that are built in, by name. */
const char *policy_library(struct slice name, size_t *len); /* NULL for none */
const char *const *policy_library_names(size_t *n);

/* The sources, for `strake rules`. */
extern const struct rule_source policy_source_finding, policy_source_package, policy_source_target,
    policy_source_file;

/* ---- specifications of compliance ---- */

struct compliance_control {
	struct slice id, name, description;
	enum adv_severity severity;
	const struct slice *checks; /* ids or aliases; VULN-HIGH, SECRET-HIGH: all of a severity */
	size_t nchecks;
	bool manual; /* cannot be told by a scan: has no checks */
};
struct compliance {
	struct slice id, title, version, url;
	const struct compliance_control *controls;
	size_t ncontrols;
};
/* A built-in one by its name, with or without the version, or its short form (cis-docker, k8s-pss); NULL. */
const char *compliance_text(struct slice name, size_t *len);
const char *const *compliance_names(size_t *n);
/* Strings go to a. ERR_USAGE: what is wrong with it. */
int compliance_read(struct slice yaml, struct arena *a, struct compliance *ret,
		    struct err *err) must_use;
