/* SPDX-License-Identifier: Apache-2.0 */
/* package x advisory -> finding, as each distribution means it; ignore files; severity. */
#pragma once

#include "adv/adv.h"
#include "pkg/pkg.h"
#include "ver/ver.h"

enum finding_kind {
	FINDING_VULNERABILITY,
	FINDING_SECRET,
	FINDING_MISCONFIGURATION,
	FINDING_LICENSE
};

/* Vulnerability finding: the only shape that report writers know. Slices live in the arena or database. */
struct finding {
	enum finding_kind kind;
	struct slice id; /* CVE where there is one, else the feed's */
	struct slice *aliases;
	size_t naliases;
	enum adv_severity severity;
	struct slice severity_source; /* "debian", "nvd" ... */
	enum adv_status status;
	const struct inventory_pkg *pkg;
	struct slice fixed_version; /* "" none; several streams joined by ", " */
	struct slice *vendor_ids;   /* DSA-..., RHSA-... */
	size_t nvendor_ids;
	struct slice feed; /* DataSource id */
	struct slice channel;
	struct slice match_rule; /* how: "source-package", "binary-package" */
	struct adv_vuln vuln;	 /* title, details, cvss, refs through adv_vuln_*(db) */
	bool has_vuln;
};
/* A finding that an ignore file took away. */
struct suppressed {
	struct finding finding;
	struct slice reason, source; /* statement of the rule; the file */
	int32_t expires;	     /* day, 0 none */
};
#define MATCH_MAX_UNJUDGED 24
struct match_result {
	struct finding *findings; /* sorted: pkg name, version, severity descending, id */
	size_t nfindings;
	bool channel_known;  /* false: the database has nothing about this distribution release */
	bool eol;	     /* the release is past its end of support */
	int32_t eol_day;     /* 0 unknown */
	size_t without_feed; /* packages not looked up (third party, unknown channel) */
	size_t nsystem, nlanguage; /* packages that were looked up: the distribution's, others */
	/* Language packages that could not be: the database has no statement about their ecosystem. */
	struct match_unjudged {
		struct slice channel;
		size_t count;
	} unjudged[MATCH_MAX_UNJUDGED];
	size_t nunjudged;
	size_t
	    invalid_versions; /* packages whose installed version is none of its scheme's: ranges not judged */
	size_t invalid_rows; /* statements with a bound that is no version: not judged */
};
int match_inventory(const struct adv_db *db, const struct inventory *inv, int64_t now,
		    struct arena *a, struct match_result *ret, struct err *err) must_use;

/*
 * Risk of a finding from 0 to 100, for an order of work (docs/risk.md). Known exploitation counts most; where the
 * EPSS is missing the severity stands in for it, so that the order does not collapse.
 */
double finding_risk(const struct finding *f);

/* Doublestar patterns: '*' and '?' stay within a path part, "**" crosses them, [..] and {a,b}. */
bool glob_match(struct slice pattern, struct slice path);

/* What the user asked to see. */
struct match_filter {
	uint32_t severities; /* bit per enum adv_severity; 0 = all */
	bool ignore_unfixed;
	uint32_t ignore_statuses; /* bit per enum adv_status */
};
bool match_filter_pass(const struct match_filter *f, const struct finding *x);

/* .trivyignore (id [exp:YYYY-MM-DD], # comments), the YAML form with reason, owner and expires beside Trivy's fields,
 * and Grype's configuration with its list "ignore"; the form is found by the name's ending and the content. Bad
 * file: ERR_USAGE with the line. */
struct ignore_rule {
	struct slice id;	       /* empty: any, where `more` chooses */
	struct slice statement, owner; /* who answers for the rule */
	uint32_t kinds;		       /* bit per enum finding_kind; 0 = all */
	struct slice *paths, *purls;
	size_t npaths, npurls;
	int32_t expires;		/* day; 0 never */
	const struct ignore_more *more; /* conditions of a rule in Grype's form; NULL none */
};
struct ignore_list {
	struct ignore_rule *rules;
	size_t nrules;
	struct slice source;
};
int ignore_parse(struct slice text, struct slice name, struct arena *a, struct ignore_list *ret,
		 struct err *err) must_use;
/* Rules that are over on `today`, one after another: *at starts at 0; NULL at the end. */
const struct ignore_rule *ignore_expired(const struct ignore_list *l, int32_t today, size_t *at);
/* The rule that takes x away on `today`, or NULL. Aliases count; target is the report target. */
const struct ignore_rule *ignore_find(const struct ignore_list *l, const struct finding *x,
				      struct slice target, int32_t today);

/* The same for what is no vulnerability: rules with purls, or in Grype's form, do not apply. */
struct ignore_subject {
	enum finding_kind kind;
	struct slice id, target;
	const struct slice *aliases;
	size_t naliases;
};
const struct ignore_rule *ignore_find_other(const struct ignore_list *l,
					    const struct ignore_subject *x, int32_t today);

#include "match/vex.h"
