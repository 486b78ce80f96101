/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is found beside known vulnerabilities: problems of configuration, secrets, licences. One shape for all; which
 * fields are used follows from the kind. Slices live as long as the report.
 */
#pragma once

#include "match/match.h"

struct issue_line {
	uint32_t number; /* from 1 */
	struct slice text;
	bool cause; /* part of what the issue is about, else context */
};
/* Bytes [start, end) of the file become replacement. */
struct issue_fix {
	uint64_t start, end;
	struct slice replacement;
};
/* The commit that brought a secret, and what became of it. */
struct issue_commit {
	struct slice id, author, email, date, message; /* message: its first line */
	struct slice *paths;			       /* where else it stood, at most 20 */
	size_t npaths;
	uint32_t blobs;					   /* states of the file that hold it */
	enum { TREE_UNKNOWN, TREE_GONE, TREE_THERE } tree; /* is it in the work tree? */
};
struct report_issue {
	enum finding_kind kind;
	struct slice id;       /* check; rule; name of the licence */
	struct slice category; /* "Dockerfile Security Check"; "GitHub"; "restricted" */
	struct slice title, description, message, remedy, url;
	struct slice *aliases, *references; /* ids of other tools; addresses */
	size_t naliases, nreferences;
	enum adv_severity severity;
	struct slice resource, provider, service; /* of configuration: "RUN", "Deployment/web" */
	uint32_t start_line, end_line;		  /* from 1; 0: the file as a whole */
	uint64_t offset;			  /* of a secret, in its file */
	const struct issue_line *lines;
	size_t nlines;
	const struct issue_fix *fixes;
	size_t nfixes;
	struct slice fingerprint; /* of a secret: knows it again in its file, tells nothing of it */
	struct slice match;	  /* of a secret: the line, redacted */
	struct slice
	    proof; /* what a secret says of itself: "structure-ok" "checksum-ok" "checksum-wrong" */
	struct issue_commit *commit; /* of a secret in a history; NULL none */
	int32_t layer, deleted_in;   /* layers of the report; -1 none */
	struct slice pkg, path;	     /* of a licence: what has it; the file that says it */
	double confidence;	     /* of a licence's text, 0 to 1 */
};
/* An issue that an ignore file, a comment or a baseline took away. */
struct report_set_aside {
	struct report_issue issue;
	struct slice target, reason, source;
	int32_t expires; /* day, 0 never */
};
/* What a wrong checksum means becomes the message. */
int report_weigh_proof(struct report_issue *x, struct arena *a, struct err *err) must_use;
