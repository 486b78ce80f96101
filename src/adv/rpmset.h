/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements about rpm packages, gathered before they become rows: the same package of several
 * architectures is one row with a list of them.
 */
#pragma once

#include "adv/build.h"

struct rpm_statement {
	struct slice channel, repo, vuln, vendor_id, module;
	struct slice name, evr, arch; /* evr empty: all versions */
	enum adv_status status;
	enum adv_severity severity;
	uint32_t flags;
};
struct rpm_set; /* lives in the arena */
/* What was not flushed is forgotten. */
void rpm_set_done(struct rpm_set **s);
#define auto_rpm_set CLEANUP(rpm_set_done)
struct rpm_set *rpm_set_new(struct adv_build *b, struct slice feed);
void rpm_set_feed(struct rpm_set *s, struct slice feed); /* of what is flushed from now on */
void rpm_set_add(struct rpm_set *s, const struct rpm_statement *x);
void rpm_set_flush(struct rpm_set *s); /* rows to the builder; the set is empty again */
