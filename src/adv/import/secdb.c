/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpine secdb (JSON and YAML) and the security.json of Wolfi, Chainguard and MinimOS: source package
 * -> fixed version -> ids. Version "0" says that the package never had the problem in this branch.
 */
#include "adv/build.h"

static bool sniff(const struct adv_file *f)
{
	return node_get(f->root, "packages") && node_get(f->root, "apkurl") &&
	       node_get(f->root, "reponame");
}

struct secdb {
	struct adv_build *b;
	const struct adv_file *f;
	struct bld_row row;
};

/* Branch of the document; the rolling distributions have none and are told apart by where they live. */
static bool channel_of(const struct node *root, struct arena *a, struct slice *channel,
		       struct slice *feed)
{
	static const struct {
		const char *place, *channel;
	} rolling[] = {{"wolfi", "wolfi"},	   {"chainguard", "chainguard"},
		       {"cgr.dev", "chainguard"},  {"minimos", "minimos"},
		       {"minimal.dev", "minimos"}, {"mini.dev", "minimos"}};
	struct slice version = node_get_str(root, "distroversion"),
		     prefix = node_get_str(root, "urlprefix");
	for (size_t i = 0; i < ARRAY_LEN(rolling) && !version.len; i++)
		if (slice_find(prefix, slice_str(rolling[i].place)) >= 0) {
			*channel = *feed = slice_str(rolling[i].channel);
			return true;
		}
	if (!version.len)
		return false;
	if (slice_starts(version, "v"))
		version = slice_from(version, 1);
	if (slice_starts(version, "edge"))
		version = SL("edge");
	*feed = SL("alpine");
	*channel = arena_printf(a, "alpine:%.*s", SL_FMT(version));
	return channel->ptr != NULL;
}

/* An id as secdb writes them: a number, perhaps with remarks ("CVE-2019-1 (+ regression fix)", "XSA-286 ??"). */
static bool id_of(struct slice word, struct slice *id)
{
	struct slice cve = adv_find_cve(word);
	*id = cve.len ? cve : word;
	size_t n = 0;
	while (n < id->len && (is_alpha(id->ptr[n]) || is_digit(id->ptr[n]) || id->ptr[n] == '-' ||
			       id->ptr[n] == '_' || id->ptr[n] == '.'))
		n++;
	id->len = n;
	ssize_t dash = slice_chr(*id, '-');
	return dash > 0 && n > (size_t)dash + 1 && is_alpha(id->ptr[0]);
}

/* Several ids in one string are aliases or a list; "CVE-1 CVE-2" and "CVE-1, XSA-2" both occur. */
static void add_ids(struct secdb *s, struct slice text, struct slice version)
{
	struct slice word, id, first = SL_NONE;
	while (slice_word(&text, &word)) {
		if (!id_of(word, &id))
			continue;
		s->row.vuln = id;
		bool never = slice_is(version, "0");
		s->row.status = never ? ADV_NOT_AFFECTED : ADV_FIXED;
		if (never)
			bld_row(s->b, &s->row);
		else
			bld_row_fixed(s->b, &s->row, version);
		if (first.len && !adv_is_cve(id))
			bld_alias_listed(s->b, first, id);
		else if (!first.len)
			first = id;
	}
	if (!first.len)
		bld_skip(s->b, s->f, s->row.feed, s->row.name, "no id beside a fixed version");
}

static void add_package(struct secdb *s, const struct node *pkg)
{
	const struct node *fixes = node_get(pkg, "secfixes");
	s->row.name = node_get_str(pkg, "name");
	if (!s->row.name.len ||
	    (fixes && !node_is(fixes, NODE_OBJECT) && !node_is(fixes, NODE_NULL))) {
		bld_skip(s->b, s->f, s->row.feed, s->row.name, "a package without name or fixes");
		return;
	}
	bld_record(s->b, s->row.feed, SL_NONE);
	node_each (version, fixes) {
		struct slice v = slice_trim(version->key);
		if (v.len == 0 || slice_chr(v, ' ') >= 0) {
			bld_skip(s->b, s->f, s->row.feed, s->row.name, "not a version");
			continue;
		}
		node_each (id, version)
			add_ids(s, node_str(id), v);
	}
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct secdb s = {
	    .b = b,
	    .f = f,
	    .row = {.flags = ADV_SOURCE_NAME, .repo = node_get_str(f->root, "reponame")}};
	if (!channel_of(f->root, bld_arena(b), &s.row.channel, &s.row.feed))
		return err_input(err, "neither \"distroversion\" nor a known \"urlprefix\" - which "
				      "distribution is it of?");
	node_each (p, node_get(f->root, "packages"))
		add_package(&s, node_get(p, "pkg"));
	return 0;
}

const struct adv_feed adv_feed_secdb = {
    .name = "secdb",
    .help = "Alpine secdb, Wolfi, Chainguard and MinimOS security.json",
    .kind = ADV_JSON,
    .sniff = sniff,
    .import = import,
};
