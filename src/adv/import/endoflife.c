/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endoflife.date: the product files of its repository (front matter as JSON or YAML), the arrays of its
 * first API and the objects of its second one.
 */
#include "adv/build.h"

struct product {
	const char *name, *channel; /* channel before the release */
	bool extended;		    /* the extended support is open to all: Debian's LTS */
};
static const struct product products[] = {
    {"alpine-linux", "alpine", false},
    {"alpine", "alpine", false},
    {"debian", "debian", true},
    {"ubuntu", "ubuntu", false},
    {"almalinux", "alma", false},
    {"rocky-linux", "rocky", false},
    {"rhel", "redhat", false},
    {"centos-stream", "centos-stream", false},
    {"oracle-linux", "oracle", false},
    {"amazon-linux", "amazon", false},
    {"fedora", "fedora", false},
    {"opensuse", "opensuse.leap", false},
    {"sles", "suse.linux.enterprise.server", false},
    {"suse-linux-micro", "suse.linux.micro", false},
    {"photon", "photon", false},
    {"vmware-photon", "photon", false},
    {"azure-linux", "azurelinux", false},
    {"cbl-mariner", "cbl-mariner", false},
    {"openeuler", "openEuler", false},
};

static const struct product *find_product(struct slice name)
{
	if (slice_starts(name, "/"))
		name = slice_from(name, 1);
	for (size_t i = 0; i < ARRAY_LEN(products); i++)
		if (slice_is(name, products[i].name))
			return &products[i];
	return NULL;
}

static bool is_release(const struct node *n)
{
	return (node_get(n, "releaseCycle") || node_get(n, "cycle")) && node_get(n, "eol");
}

static bool sniff(const struct adv_file *f)
{
	const struct node *releases = node_get(f->root, "releases"),
			  *result = node_get(f->root, "result");
	if (node_is(f->root, NODE_ARRAY))
		return is_release(f->root->first);
	if (node_get(f->root, "permalink") && releases)
		return true;
	if (node_is(result, NODE_ARRAY))
		result = result->first;
	return node_get(result, "releases") && node_get(f->root, "schema_version");
}

/* Day of a date; a bool or null says nothing that can be shown. */
static bool day_of(const struct node *release, const char *key, int32_t *day)
{
	return time_parse_day(node_get_str(release, key), day) == 0;
}

static struct slice release_name(const struct node *release)
{
	static const char *const keys[] = {"releaseCycle", "cycle", "name"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct node *n = node_get(release, keys[i]);
		if (node_is(n, NODE_STRING) || node_is(n, NODE_NUMBER))
			return n->str;
	}
	return SL_NONE;
}

static void add_release(struct adv_build *b, const struct product *p, const struct node *release)
{
	struct slice name = release_name(release);
	int32_t day, more;
	if (!day_of(release, "eol", &day) && !day_of(release, "eolFrom", &day))
		return;
	if (p->extended &&
	    (day_of(release, "eoes", &more) || day_of(release, "extendedSupport", &more) ||
	     day_of(release, "eoesFrom", &more)))
		day = MAX(day, more);
	if (slice_is(slice_str(p->channel), "photon") && slice_ends(name, ".0"))
		name.len -= 2;
	if (slice_is(slice_str(p->channel), "amazon") && slice_is(name, "2018.03"))
		name = SL("1");
	struct slice channel = arena_printf(bld_arena(b), "%s:%.*s", p->channel, SL_FMT(name));
	if (name.len && channel.ptr)
		bld_eol(b, channel, day);
}

static void add_product(struct adv_build *b, struct slice name, const struct node *releases)
{
	const struct product *p = find_product(name);
	bld_record(b, SL("endoflife"), SL_NONE);
	node_each (r, p ? releases : NULL)
		add_release(b, p, r);
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	const struct node *result = node_get(f->root, "result");
	(void)err;
	if (node_is(f->root, NODE_ARRAY)) {
		ssize_t dot = slice_rchr(f->name, '.');
		add_product(b, dot > 0 ? slice_sub(f->name, 0, (size_t)dot) : f->name, f->root);
	} else if (node_is(result, NODE_ARRAY)) {
		node_each (p, result)
			add_product(b, node_get_str(p, "name"), node_get(p, "releases"));
	} else if (result) {
		add_product(b, node_get_str(result, "name"), node_get(result, "releases"));
	} else {
		add_product(b, node_get_str(f->root, "permalink"), node_get(f->root, "releases"));
	}
	return 0;
}

const struct adv_feed adv_feed_endoflife = {
    .name = "endoflife",
    .help = "end of support by endoflife.date",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
