/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSV records (ossf.github.io/osv-schema), one a document or an array of them, all ecosystems.
 * For languages the aliases are one problem. For distributions the record is an advisory: each CVE
 * it fixes gets a row that carries the advisory's number.
 */
#include <stdlib.h>

#include "adv/build.h"
#include "ver/ver.h"

enum {
	MAX_TARGETS = 4096, /* problems one advisory fixes */
	MAX_EVENTS = 65536,
};

static bool is_record(const struct node *n)
{
	return node_is(node_get(n, "id"), NODE_STRING) &&
	       (node_is(node_get(n, "affected"), NODE_ARRAY) || node_get(n, "schema_version") ||
		node_get(n, "withdrawn") || (node_get(n, "modified") && node_get(n, "details")));
}

static bool sniff(const struct adv_file *f)
{
	return is_record(f->root) || (node_is(f->root, NODE_ARRAY) && is_record(f->root->first));
}

/* What an ecosystem's word means: records name the same one for package after package. */
struct ecosystem {
	struct slice name, channel; /* channel empty: not ours to keep */
	bool sources;		    /* names are those of source packages */
};

struct record {
	struct adv_build *b;
	const struct adv_file *f;
	const struct node *node;
	struct slice id, feed, vendor_id, modified;
	bool distribution;
	enum adv_severity severity; /* of the vendor, for rows */
	struct slice *targets;	    /* the problems that rows are about */
	size_t ntargets, max;
	struct ecosystem eco; /* the last one met */
};

static const struct ecosystem *ecosystem_of(struct record *r, struct slice name)
{
	/* OSV names source packages for these, binary packages for the rpm world. */
	static const char *const sources[] = {
	    "debian:", "ubuntu:",     "alpine:",      "wolfi", "chainguard",
	    "minimos", "azurelinux:", "cbl-mariner:", "echo"};
	struct ecosystem *e = &r->eco;
	if (slice_eq(e->name, name))
		return e;
	*e = (struct ecosystem){.name = name};
	if (!adv_channel_of_osv(name, bld_arena(r->b), &e->channel))
		e->channel = SL_NONE;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		e->sources |= slice_starts(e->channel, sources[i]);
	return e;
}

/* ---- which problems ---- */

static void add_target(struct record *r, struct slice id)
{
	for (size_t i = 0; i < r->ntargets; i++)
		if (slice_eq(r->targets[i], id))
			return;
	if (r->ntargets < r->max)
		r->targets[r->ntargets++] = id;
}

static void cve_targets(struct record *r, const char *key)
{
	node_each (n, node_get(r->node, key)) {
		/* Distributions wrap numbers: UBUNTU-CVE-2024-1, DEBIAN-CVE-2024-1. */
		struct slice s = node_str(n),
			     cve = adv_is_cve(s) || r->distribution ? adv_find_cve(s) : SL_NONE;
		if (cve.len)
			add_target(r, cve);
	}
}

static struct slice first_of(const struct node *list, const char *prefix)
{
	node_each (n, list)
		if (slice_starts(node_str(n), prefix))
			return node_str(n);
	return SL_NONE;
}

static void distribution_targets(struct record *r)
{
	struct slice own = adv_find_cve(r->id);
	if (own.len)
		add_target(r, own);
	cve_targets(r, "aliases");
	cve_targets(r, "upstream");
	if (r->ntargets == 0)
		cve_targets(r, "related");
	if (r->ntargets == 0) {
		struct slice ghsa = first_of(node_get(r->node, "aliases"), "GHSA-");
		if (!ghsa.len)
			ghsa = first_of(node_get(r->node, "upstream"), "GHSA-");
		add_target(r, ghsa.len ? ghsa : r->id);
	}
	if (!own.len && !slice_eq(r->targets[0], r->id))
		r->vendor_id = r->id;
	struct slice ghsa = first_of(node_get(r->node, "upstream"), "GHSA-");
	if (r->ntargets == 1 && ghsa.len)
		bld_alias(r->b, r->targets[0], ghsa);
}

static void language_targets(struct record *r)
{
	if (adv_is_cve(r->id))
		add_target(r, r->id);
	cve_targets(r, "aliases");
	if (r->ntargets == 0)
		cve_targets(r, "upstream");
	bool one = r->ntargets <= 1;
	if (r->ntargets == 0)
		add_target(r, r->id);
	if (!one)
		r->vendor_id = r->id;
	for (size_t i = 0; i < r->ntargets; i++) {
		if (one)
			bld_alias(r->b, r->targets[i], r->id);
		else
			bld_alias_listed(r->b, r->targets[i], r->id);
		node_each (n, node_get(r->node, "aliases")) {
			if (one)
				bld_alias(r->b, r->targets[i], node_str(n));
			else if (!adv_is_cve(node_str(n)))
				bld_alias_listed(r->b, r->targets[i], node_str(n));
		}
	}
}

/* ---- what is said of them ---- */

static struct slice feed_of(const struct record *r, struct slice channel)
{
	static const struct {
		const char *family, *feed;
	} distro[] = {{"redhat", "redhat"},
		      {"suse", "suse-cvrf"},
		      {"opensuse", "suse-cvrf"},
		      {"azurelinux", "azure"},
		      {"openEuler", "openeuler"}};
	if (!channel.len)
		channel = SL("osv");
	if (!r->distribution) {
		if (slice_starts(r->id, "GHSA-"))
			return SL("ghsa");
		if (slice_starts(r->id, "GO-"))
			return SL("govulndb");
		if (slice_starts(r->id, "BIT-"))
			return SL("bitnami");
		return slice_is(channel, "osv")
			   ? channel
			   : arena_printf(bld_arena(r->b), "osv:%.*s", SL_FMT(channel));
	}
	for (size_t i = 0; i < ARRAY_LEN(distro); i++)
		if (slice_starts(channel, distro[i].family))
			return slice_str(distro[i].feed);
	ssize_t colon = slice_chr(channel, ':');
	return colon > 0 ? slice_sub(channel, 0, (size_t)colon) : channel;
}

static void severities(struct record *r, struct slice target, const struct node *list)
{
	node_each (s, list) {
		struct slice score = node_get_str(s, "score");
		bld_score(r->b, target, r->feed, score);
		enum adv_severity word = adv_severity_of_word(score);
		if (word) {
			bld_severity(r->b, target, r->feed, word);
			r->severity = word;
		}
	}
}

static void word_of(struct record *r, const struct node *specific, const char *key)
{
	enum adv_severity word = adv_severity_of_word(node_get_str(specific, key));
	if (word)
		r->severity = word;
}

/* "Important: git security update": rpm distributions rate in the title. */
static void rating_of_title(struct record *r)
{
	struct slice rest = node_get_str(r->node, "summary"), word = SL_NONE;
	if (r->distribution && slice_chr(rest, ':') > 0 && slice_cut(&rest, ':', &word) &&
	    !r->severity)
		r->severity = adv_severity_of_word(word);
}

static void cwes(struct record *r, struct slice target, const struct node *list)
{
	node_each (n, list)
		bld_cwe(r->b, target, node_str(n));
}

static void describe(struct record *r, struct slice target)
{
	const struct node *own = node_get(r->node, "database_specific");
	enum bld_rank rank = r->vendor_id.len		 ? BLD_OTHER
			     : slice_is(r->feed, "ghsa") ? BLD_GHSA
			     : r->distribution		 ? BLD_VENDOR
							 : BLD_OSV;
	bld_title(r->b, target, rank, node_get_str(r->node, "summary"));
	bld_details(r->b, target, rank, node_get_str(r->node, "details"));
	bld_published(r->b, target, rank, node_get_str(r->node, "published"));
	bld_modified(r->b, target, rank, r->modified);
	severities(r, target, node_get(r->node, "severity"));
	word_of(r, own, "severity");
	cwes(r, target, node_get(own, "cwe_ids"));
	cwes(r, target, node_get(own, "cwe"));
	node_each (ref, node_get(r->node, "references"))
		bld_ref(r->b, target, node_get_str(ref, "url"));
	node_each (a, node_get(r->node, "affected")) {
		severities(r, target, node_get(a, "severity"));
		bld_score(r->b, target, r->feed,
			  node_get_str(node_get(a, "database_specific"), "cvss"));
		cwes(r, target, node_get(node_get(a, "database_specific"), "cwes"));
	}
	rating_of_title(r);
	bld_severity(r->b, target, r->feed, r->severity);
}

/* ---- ranges ---- */

struct event {
	enum { INTRODUCED, FIXED, LAST, LIMIT } kind;
	struct slice version;
};
struct events {
	struct event *ptr;
	size_t n;
};

static int read_events(struct record *r, const struct node *list, struct events *ret)
{
	static const char *const names[] = {"introduced", "fixed", "last_affected", "limit"};
	size_t count = list ? list->count : 0;
	if (count > MAX_EVENTS)
		return -E2BIG;
	ret->n = 0;
	ret->ptr = arena_array(bld_arena(r->b), count * 4 + 1, sizeof(*ret->ptr));
	if (!ret->ptr)
		return -ENOMEM;
	node_each (e, list)
		for (int k = 0; k < 4; k++) {
			struct slice v = node_get_str(e, names[k]);
			if (v.len && !(k == LIMIT && slice_is(v, "*")))
				ret->ptr[ret->n++] =
				    (struct event){(__typeof__(ret->ptr->kind))k, v};
		}
	return 0;
}

static bool in_order(const struct events *e)
{
	bool open = false;
	for (size_t i = 0; i < e->n; i++) {
		if ((e->ptr[i].kind == INTRODUCED) == open)
			return false;
		open = e->ptr[i].kind == INTRODUCED;
	}
	return true;
}

static int event_cmp(const struct ver_scheme *s, const struct event *a, const struct event *b)
{
	bool za = slice_is(a->version, "0"), zb = slice_is(b->version, "0");
	if (za || zb)
		return za && zb ? 0 : za ? -1 : 1;
	int order = s ? s->compare(a->version, b->version) : 0;
	return order == VER_INVALID ? 0 : order;
}

/* The schema lets events come in any order: insertion sort by version, stable. */
static void sort_events(struct events *e, const struct ver_scheme *scheme)
{
	for (size_t i = 1; i < e->n && i < 512; i++)
		for (size_t k = i; k > 0 && event_cmp(scheme, &e->ptr[k], &e->ptr[k - 1]) < 0;
		     k--) {
			struct event swap = e->ptr[k];
			e->ptr[k] = e->ptr[k - 1];
			e->ptr[k - 1] = swap;
		}
}

/* Pairs events up; a range that ends where everything begins affects nothing. */
static size_t pair_events(const struct events *e, struct adv_range *out)
{
	struct adv_range now = {0};
	bool open = false;
	size_t n = 0;
	for (size_t i = 0; i < e->n; i++) {
		const struct event *x = &e->ptr[i];
		struct slice version = slice_is(x->version, "0") ? SL_NONE : x->version;
		if (x->kind == INTRODUCED) {
			if (!open)
				now = (struct adv_range){.introduced = version};
			open = true;
			continue;
		}
		if (!open)
			continue;
		open = false;
		if (version.len == 0)
			continue;
		if (x->kind == LAST)
			now.last_affected = version;
		else
			now.fixed = version;
		out[n++] = now;
	}
	if (open)
		out[n++] = now;
	return n;
}

struct scope {
	struct adv_range *ranges;
	struct slice *versions;
	size_t nranges, nversions;
	bool had_ranges, fixed;
};

static int read_ranges(struct record *r, const struct node *affected, struct scope *s)
{
	const struct node *list = node_get(affected, "ranges");
	const struct node *custom =
	    node_get(node_get(affected, "ecosystem_specific"), "custom_ranges");
	size_t total = 0;
	node_each (range, list)
		total += node_get(range, "events") ? node_get(range, "events")->count : 0;
	node_each (range, custom)
		total += node_get(range, "events") ? node_get(range, "events")->count : 0;
	if (total > MAX_EVENTS)
		return -E2BIG;
	s->ranges = arena_array(bld_arena(r->b), total * 4 + 1, sizeof(*s->ranges));
	if (!s->ranges)
		return -ENOMEM;
	for (int pass = 0; pass < 2; pass++)
		node_each (range, pass ? custom : list) {
			struct events e = {0};
			if (slice_is(node_get_str(range, "type"), "GIT"))
				continue;
			TRY(read_events(r, node_get(range, "events"), &e));
			if (!in_order(&e))
				sort_events(&e, ver_find(r->eco.channel));
			s->had_ranges |= e.n > 0;
			s->nranges += pair_events(&e, s->ranges + s->nranges);
		}
	for (size_t i = 0; i < s->nranges; i++)
		s->fixed |= s->ranges[i].fixed.len > 0;
	return 0;
}

static int read_versions(struct record *r, const struct node *affected, struct scope *s)
{
	const struct node *list = node_get(affected, "versions");
	/* Distributions list what their ranges say already. */
	if (!list || list->count == 0 || (r->distribution && s->had_ranges))
		return 0;
	s->versions = arena_array(bld_arena(r->b), list->count, sizeof(*s->versions));
	if (!s->versions)
		return -ENOMEM;
	node_each (v, list)
		if (node_str(v).len)
			s->versions[s->nversions++] = node_str(v);
	return 0;
}

/* ---- rows ---- */

static enum adv_severity row_severity(const struct record *r, const struct node *affected)
{
	static const char *const keys[] = {"ubuntu_priority", "urgency", "severity"};
	if (!r->distribution)
		return ADV_SEV_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		enum adv_severity word = adv_severity_of_word(
		    node_get_str(node_get(affected, "ecosystem_specific"), keys[i]));
		if (word)
			return word;
	}
	return r->severity;
}

/* What the ecosystem or the record adds to a distribution's row. */
static void fill_distribution(struct bld_row *row, const struct ecosystem *eco,
			      const struct node *affected, struct arena *a)
{
	const struct node *specific = node_get(affected, "ecosystem_specific");
	if (eco->sources)
		row->flags |= ADV_SOURCE_NAME;
	if (slice_starts(eco->name, "Red Hat:"))
		row->repo = arena_printf(a, "cpe:/a:redhat:%.*s", SL_FMT(slice_from(eco->name, 8)));
	row->module = node_get_str(specific, "module");
	row->repo = row->repo.len ? row->repo : node_get_str(specific, "repository");
	if (slice_starts(row->channel, "ubuntu:") && slice_find(row->channel, SL("+")) > 0)
		row->repo = slice_from(row->channel, (size_t)slice_chr(row->channel, '+') + 1);
}

static int add_rows(struct record *r, const struct node *affected)
{
	struct arena *a = bld_arena(r->b);
	const struct node *package = node_get(affected, "package");
	const struct ecosystem *eco = ecosystem_of(r, node_get_str(package, "ecosystem"));
	struct scope s = {0};
	if (!eco->channel.len)
		return 0;
	TRY(read_ranges(r, affected, &s));
	TRY(read_versions(r, affected, &s));
	if (!s.had_ranges && !s.nversions)
		return 0; /* nothing but git commits */
	bool never = s.nranges == 0 && s.nversions == 0;
	struct bld_row row = {
	    .channel = eco->channel,
	    .name = adv_name_normal(eco->channel, node_get_str(package, "name"), a),
	    .feed = r->feed,
	    .vendor_id = r->vendor_id,
	    .status = never	? ADV_NOT_AFFECTED
		      : s.fixed ? ADV_FIXED
				: ADV_AFFECTED,
	    .severity = row_severity(r, affected),
	    .ranges = s.ranges,
	    .nranges = s.nranges,
	    .versions = s.versions,
	    .nversions = s.nversions,
	};
	if (r->distribution)
		fill_distribution(&row, eco, affected, a);
	if (row.name.len == 0)
		return -EINVAL;
	row.vuln = r->targets[0];
	bld_row(r->b, &row);
	for (size_t i = 1; i < r->ntargets; i++)
		bld_row_also(r->b, r->targets[i]);
	return 0;
}

static size_t most_targets(const struct node *node)
{
	static const char *const lists[] = {"aliases", "upstream", "related"};
	size_t n = 2;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		n += node_get(node, lists[i]) ? node_get(node, lists[i])->count : 0;
	return n;
}

static void import_record(struct adv_build *b, const struct adv_file *f, const struct node *node)
{
	struct arena *a = bld_arena(b);
	struct record r = {.b = b,
			   .f = f,
			   .node = node,
			   .id = node_get_str(node, "id"),
			   .modified = node_get_str(node, "modified")};
	struct slice ecosystem = SL_NONE;
	node_each (x, node_get(node, "affected"))
		if (!ecosystem.len)
			ecosystem = node_get_str(node_get(x, "package"), "ecosystem");
	r.distribution = adv_is_distribution(ecosystem);
	r.feed = feed_of(&r, ecosystem_of(&r, ecosystem)->channel);
	if (!is_record(node) || r.id.len == 0 || r.id.len > 256) {
		bld_skip(b, f, SL("osv"), r.id, "not an OSV record");
		return;
	}
	bld_record(b, r.feed, r.modified);
	/* Livepatch notices speak of running kernels, not of packages. */
	if (node_is(node_get(node, "withdrawn"), NODE_STRING) || slice_starts(r.id, "LSN-"))
		return;
	r.max = most_targets(node);
	if (r.max > MAX_TARGETS) {
		bld_skip(b, f, r.feed, r.id, "names more other ids than allowed");
		return;
	}
	r.targets = arena_array(a, r.max, sizeof(*r.targets));
	if (!r.targets)
		return;
	if (r.distribution)
		distribution_targets(&r);
	else
		language_targets(&r);
	size_t from = bld_facts(b);
	describe(&r, r.targets[0]);
	size_t to = bld_facts(b);
	for (size_t i = 1; i < r.ntargets; i++)
		bld_facts_also(b, from, to, r.targets[i]);
	node_each (x, node_get(node, "affected"))
		if (add_rows(&r, x) < 0)
			bld_skip(b, f, r.feed, r.id,
				 "affected: no package name, or more events than allowed");
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	(void)err;
	if (!node_is(f->root, NODE_ARRAY)) {
		import_record(b, f, f->root);
		return 0;
	}
	node_each (n, f->root)
		import_record(b, f, n);
	return 0;
}

const struct adv_feed adv_feed_osv = {
    .name = "osv",
    .help = "OSV records of any ecosystem",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
