/* SPDX-License-Identifier: Apache-2.0 */
/* The Debian security tracker's JSON: source package -> CVE -> release -> status, fixed version, urgency. */
#include "adv/build.h"

static bool is_problem(const struct node *n)
{
	return node_is(node_get(n, "releases"), NODE_OBJECT);
}

/* Packages of problems. One broken record in front must not make the file unknown: several are looked at. */
static bool sniff(const struct adv_file *f)
{
	int looked = 0;
	if (!node_is(f->root, NODE_OBJECT))
		return false;
	node_each (package, f->root)
		node_each (problem, package) {
			if (is_problem(problem))
				return true;
			if (++looked == 20)
				return false;
		}
	return false;
}

struct tracker {
	struct adv_build *b;
	const struct adv_file *f;
	struct bld_row row;
};

/* What the security team says about a release without a fix. */
static enum adv_status open_status(const struct node *release)
{
	struct slice reason = node_get_str(release, "nodsa_reason"),
		     status = node_get_str(release, "status");
	if (slice_is(node_get_str(release, "urgency"), "end-of-life"))
		return ADV_END_OF_LIFE;
	if (slice_is(reason, "ignored"))
		return ADV_WILL_NOT_FIX;
	if (slice_is(reason, "postponed"))
		return ADV_FIX_DEFERRED;
	if (slice_is(status, "undetermined"))
		return ADV_UNDER_INVESTIGATION;
	return ADV_AFFECTED;
}

static void add_release(struct tracker *t, const struct node *release)
{
	struct slice fixed = node_get_str(release, "fixed_version"),
		     status = node_get_str(release, "status");
	if (!adv_debian_channel(release->key, &t->row.channel))
		return; /* testing and the like under names that no release bears */
	t->row.severity = adv_severity_of_word(node_get_str(release, "urgency"));
	if (slice_is(fixed, "0") || slice_is(status, "not-affected")) {
		t->row.status = ADV_NOT_AFFECTED;
		bld_row(t->b, &t->row);
	} else if (slice_is(status, "resolved") && fixed.len) {
		t->row.status = ADV_FIXED;
		bld_row_fixed(t->b, &t->row, fixed);
	} else {
		t->row.status = open_status(release);
		bld_row_fixed(t->b, &t->row, SL_NONE);
	}
}

static void add_problem(struct tracker *t, const struct node *problem)
{
	if (!is_problem(problem) || problem->key.len == 0) {
		bld_skip(t->b, t->f, t->row.feed, problem->key, "no releases");
		return;
	}
	t->row.vuln = problem->key;
	bld_record(t->b, t->row.feed, SL_NONE);
	bld_details(t->b, problem->key, BLD_VENDOR, node_get_str(problem, "description"));
	node_each (r, node_get(problem, "releases"))
		add_release(t, r);
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct tracker t = {b, f, {.feed = SL("debian"), .flags = ADV_SOURCE_NAME}};
	(void)err;
	node_each (package, f->root) {
		t.row.name = package->key;
		if (!node_is(package, NODE_OBJECT)) {
			bld_skip(b, f, t.row.feed, package->key, "not an object");
			continue;
		}
		node_each (problem, package)
			add_problem(&t, problem);
	}
	return 0;
}

const struct adv_feed adv_feed_debian = {
    .name = "debian",
    .help = "Debian security tracker JSON",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
