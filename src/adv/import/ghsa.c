/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of GitHub's GraphQL API, securityVulnerabilities: a package, a range like ">= 2.0, < 2.15.0", the
 * advisory's ids. The ecosystem stands in the node, or else in the file's name (npm.json, maven.json).
 */
#include "adv/build.h"

static const struct {
	const char *word, *channel;
} ecosystems[] = {{"npm", "npm"},
		  {"pip", "PyPI"},
		  {"pypi", "PyPI"},
		  {"maven", "Maven"},
		  {"go", "Go"},
		  {"golang", "Go"},
		  {"rust", "crates.io"},
		  {"cargo", "crates.io"},
		  {"rubygems", "RubyGems"},
		  {"composer", "Packagist"},
		  {"nuget", "NuGet"},
		  {"erlang", "Hex"},
		  {"pub", "Pub"},
		  {"swift", "SwiftURL"},
		  {"actions", "GitHub Actions"}};

static const struct node *edges_of(const struct node *root)
{
	const struct node *data = node_get(root, "data");
	return node_path(data ? data : root, "securityVulnerabilities.edges");
}

static bool sniff(const struct adv_file *f)
{
	return edges_of(f->root) != NULL;
}

static struct slice channel_of(struct slice word)
{
	for (size_t i = 0; i < ARRAY_LEN(ecosystems); i++)
		if (slice_ieq(word, slice_str(ecosystems[i].word)))
			return slice_str(ecosystems[i].channel);
	return SL_NONE;
}

/* One of "< 2", "<= 2", "> 1", ">= 1", "= 1" into r or the version list; false when it is none. */
static bool bound(struct slice text, struct adv_range *r, struct slice *exact, bool *above)
{
	size_t n = 0;
	while (n < text.len && strchr("<>=", text.ptr[n]))
		n++;
	struct slice op = slice_sub(text, 0, n), version = slice_trim(slice_from(text, n));
	if (!version.len)
		return false;
	if (slice_is(op, "<"))
		r->fixed = version;
	else if (slice_is(op, "<="))
		r->last_affected = version;
	else if (slice_is(op, ">=") || slice_is(op, ">"))
		r->introduced = version;
	else if (slice_is(op, "="))
		*exact = version;
	else
		return false;
	*above |= slice_is(op, ">");
	return true;
}

/* "> 5.13.15" begins at the first pre-release of the next patch. */
static struct slice after(struct slice version, struct slice channel, struct arena *a)
{
	static const char *const semver[] = {"npm", "Go", "crates.io", "NuGet", NULL};
	struct slice rest = version, part;
	uint64_t number[3] = {0};
	size_t n = 0;
	while (n < 3 && slice_cut(&rest, '.', &part) && slice_u64(part, 10, &number[n]) == 0)
		n++;
	if (n != 3 || rest.len || number[2] == UINT64_MAX || !slice_is_any(channel, semver))
		return version;
	return arena_printf(a, "%llu.%llu.%llu-0", (unsigned long long)number[0],
			    (unsigned long long)number[1], (unsigned long long)number[2] + 1);
}

static bool add(struct adv_build *b, const struct node *n, struct slice channel)
{
	struct slice range = node_get_str(n, "vulnerableVersionRange"), one, exact = SL_NONE,
		     first = SL_NONE;
	struct adv_range r = {0};
	struct bld_row row = {.channel = channel, .feed = SL("ghsa"), .ranges = &r, .nranges = 1};
	bool above = false;
	row.name =
	    adv_name_normal(channel, node_get_str(node_get(n, "package"), "name"), bld_arena(b));
	const struct node *advisory = node_get(n, "advisory");
	node_each (id, node_get(advisory, "identifiers")) {
		struct slice value = node_get_str(id, "value");
		row.vuln = first.len ? first : value;
		bld_alias(b, row.vuln, value);
		first = row.vuln;
	}
	if (!row.name.len || !row.vuln.len)
		return false;
	while (slice_cut(&range, ',', &one))
		if (!bound(slice_trim(one), &r, &exact, &above))
			return false;
	if (exact.len) {
		row.nranges = 0;
		row.versions = &exact;
		row.nversions = 1;
	}
	/* Elsewhere "> 1" has no form of its own: the bound itself stays in, which warns once too often. */
	if (above)
		r.introduced = after(r.introduced, channel, bld_arena(b));
	row.status = r.fixed.len ? ADV_FIXED : ADV_AFFECTED;
	bld_row(b, &row);
	bld_title(b, row.vuln, BLD_GHSA, node_get_str(advisory, "summary"));
	bld_severity(b, row.vuln, row.feed,
		     adv_severity_of_word(node_get_str(advisory, "severity")));
	bld_published(b, row.vuln, BLD_GHSA, node_get_str(advisory, "publishedAt"));
	node_each (ref, node_get(advisory, "references"))
		bld_ref(b, row.vuln, node_get_str(ref, "url"));
	return true;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	ssize_t dot = slice_rchr(f->name, '.');
	struct slice by_name = channel_of(dot > 0 ? slice_sub(f->name, 0, (size_t)dot) : f->name);
	(void)err;
	node_each (edge, edges_of(f->root)) {
		const struct node *n = node_get(edge, "node");
		struct slice told = channel_of(node_get_str(node_get(n, "package"), "ecosystem"));
		struct slice channel = told.len ? told : by_name;
		bld_record(b, SL("ghsa"), node_get_str(node_get(n, "advisory"), "publishedAt"));
		if (!channel.len || !add(b, n, channel))
			bld_skip(b, f, SL("ghsa"), node_get_str(node_get(n, "package"), "name"),
				 "ecosystem, ids or range not understood");
	}
	return 0;
}

const struct adv_feed adv_feed_ghsa = {
    .name = "ghsa",
    .help = "GitHub advisories as its GraphQL API answers",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
