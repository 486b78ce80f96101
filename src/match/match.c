/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory against the database. Each statement (row) of a feed about a package is judged alone;
 * decide.c makes one decision per package and problem of them.
 */
#include "match/match_internal.h"

struct matcher {
	const struct adv_db *db;
	const struct inventory *inv;
	struct channels channels; /* of the distribution */
	struct arena *arena;
	struct match_result *result;
	VEC(struct verdict) verdicts; /* of the package at hand */
	VEC(struct finding) findings;
	struct err *err;
};

/* Streams whose packages are no rpm packages, by the part of the channel before the colon. */
static const struct {
	const char *stream, *type;
} stream_types[] = {
    {"debian", "deb"},	{"ubuntu", "deb"}, {"echo", "deb"},
    {"alpine", "apk"},	{"wolfi", "apk"},  {"chainguard", "apk"},
    {"minimos", "apk"}, {"arch", "alpm"},  {"gentoo", "ebuild"},
};

/* A stray database of another manager must not meet this distribution's statements. A derivative
 * (Raspbian, Mint) is judged by the stream its packages come from, so the channel decides. */
static bool type_fits(const struct pkg_os *os, struct slice type)
{
	struct slice rest = os->channel.len ? os->channel : os->family, stream;
	if (!slice_cut(&rest, ':', &stream) || stream.len == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(stream_types); i++)
		if (slice_is(stream, stream_types[i].stream))
			return slice_is(type, stream_types[i].type);
	return slice_is(type, "rpm");
}

static int add_channel(struct matcher *m, struct slice name, unsigned rank, enum channel_role role)
{
	struct channels *c = &m->channels;
	if (!name.ptr)
		return err_oom(m->err);
	if (!adv_has_channel(m->db, name))
		return 0;
	c->names[c->n] = name;
	c->role[c->n] = role;
	c->rank[c->n++] = rank;
	return 0;
}

/* An image of RHEL 9.2 does not tell whether it follows the extended updates of 9.2. A build for 9.2
 * ("el9_2") that has their fix has it, though the major release counts a later one. */
static int add_extended_updates(struct matcher *m, struct slice base)
{
	static const char *const streams[] = {"eus", "aus", "tus", "e4s"};
	struct slice name = m->inv->os.name, major = slice_from(base, strlen("redhat:"));
	ssize_t dot = slice_chr(name, '.');
	if (dot <= 0 || !slice_eq(slice_sub(name, 0, (size_t)dot), major))
		return 0;
	struct slice minor = slice_from(name, (size_t)dot + 1);
	m->channels.minor_tag = arena_printf(m->arena, "el%.*s_%.*s", SL_FMT(major), SL_FMT(minor));
	if (!m->channels.minor_tag.ptr)
		return err_oom(m->err);
	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		TRY(add_channel(m,
				arena_printf(m->arena, "redhat:%.*s+%s", SL_FMT(name), streams[i]),
				0, CH_FIXES));
	return 0;
}

/* The more special stream first: what it says replaces the general one's word (decide.c). */
static int find_channels(struct matcher *m)
{
	const struct pkg_os *os = &m->inv->os;
	struct slice base = os->channel;
	if (base.len == 0)
		return 0;
	ssize_t plus = slice_chr(base, '+');
	if (plus >= 0) {
		TRY(add_channel(m, base, 1, CH_FULL));
		base = slice_sub(base, 0, (size_t)plus);
		/* Red Hat's EUS statements stand beside those of the major release. */
		ssize_t dot = slice_rchr(base, '.');
		if (slice_starts(base, "redhat:") && dot >= 0)
			base = slice_sub(base, 0, (size_t)dot);
	} else if (slice_starts(base, "ubuntu:")) {
		/* After standard support problems are recorded for ESM alone, and the packages of
		 * those without Ubuntu Pro have them just the same. */
		TRY(add_channel(m, arena_printf(m->arena, "%.*s+esm", SL_FMT(base)), os->esm,
				os->esm ? CH_FULL : CH_LAST_WORD));
	} else if (slice_is(os->family, "redhat") && slice_starts(base, "redhat:")) {
		TRY(add_extended_updates(m, base));
	}
	/* CentOS published no statements of its own; it was rebuilt from Red Hat's packages. */
	if (slice_starts(base, "centos:")) {
		struct slice rel = slice_from(base, strlen("centos:"));
		base = arena_printf(m->arena, "redhat:%.*s", SL_FMT(rel));
	}
	return base.len || !base.ptr ? add_channel(m, base, 0, CH_FULL) : 0;
}

static void find_eol(struct matcher *m, int64_t now)
{
	int32_t day;
	struct slice ch = m->inv->os.channel;
	int found = 0;
	for (size_t i = 0; i < m->channels.n && !found; i++)
		found = adv_eol(m->db, m->channels.names[i], &day);
	if (!found)
		found = adv_eol(m->db, ch, &day);
	if (!found)
		return;
	m->result->eol_day = day;
	m->result->eol = now / 86400 > day;
}

/* A fix of a stream that the system is not known to follow counts for a build that is of that stream. */
static bool is_installed_fix(const struct matcher *m, const struct subject *s,
			     const struct verdict *v)
{
	struct slice mark = m->channels.minor_tag.len ? m->channels.minor_tag : SL("esm");
	return v->kind == V_FIXED && slice_find(s->pkg->version, mark) >= 0;
}

static int judge_rows(struct matcher *m, const struct channels *ch, const struct subject *s,
		      struct slice name, size_t channel)
{
	uint32_t first, n = adv_lookup(m->db, ch->names[channel], name, &first);
	bool is_source = slice_eq(name, s->source), is_binary = slice_eq(name, s->name);
	for (uint32_t i = 0; i < n; i++) {
		struct adv_row row;
		adv_row_get(m->db, first + i, &row);
		if (row.flags & ADV_SOURCE_NAME ? !is_source : !is_binary)
			continue;
		struct verdict v = {.vuln = row.vuln,
				    .row = first + i,
				    .channel = (uint8_t)channel,
				    .by_source = (row.flags & ADV_SOURCE_NAME) != 0};
		v.kind = judge(m->db, s, &row, &v.fixed, &v.exact);
		if (ch->role[channel] != CH_FULL && is_installed_fix(m, s, &v))
			v.exact = true;
		else if (ch->role[channel] == CH_FIXES)
			continue;
		if (v.kind == V_INVALID)
			m->result->invalid_rows++;
		v.foreign = slice_starts(row.feed, "osv");
		v.not_for_us = (row.flags & ADV_NOT_FOR_US) != 0;
		if (v.kind != V_NONE && v.kind != V_INVALID && vec_push(&m->verdicts, v) < 0)
			return err_oom(m->err);
	}
	return 0;
}

static int compare_findings(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;
	int c = slice_cmp(a->pkg->pkg.name, b->pkg->pkg.name);
	if (c == 0)
		c = slice_cmp(a->pkg->pkg.version, b->pkg->pkg.version);
	if (c == 0)
		c = (int)b->severity - (int)a->severity;
	if (c == 0)
		c = slice_cmp(a->id, b->id);
	if (c == 0)
		c = slice_cmp(a->pkg->pkg.arch, b->pkg->pkg.arch);
	if (c == 0)
		c = a->pkg < b->pkg ? -1 : a->pkg > b->pkg;
	return c;
}

static bool is_alias_of(const struct finding *f, const struct finding *of)
{
	for (size_t i = 0; i < of->naliases; i++)
		if (slice_eq(of->aliases[i], f->id))
			return true;
	return false;
}

/* Feeds list XSA-286 beside CVE-2020-27674 for one fix: what is shown as an alias is not shown again.
 * Of two that name each other the one with the CVE number stays. */
static size_t drop_doubles(struct finding *f, size_t n)
{
	size_t kept = 0;
	bool aliases = false;
	for (size_t i = 0; i < n; i++)
		aliases |= f[i].naliases > 0;
	if (!aliases)
		return n;
	for (size_t i = 0; i < n; i++) {
		bool twice = false;
		for (size_t k = 0; k < n && !slice_starts(f[i].id, "CVE-") && !twice; k++)
			twice =
			    k != i && slice_starts(f[k].id, "CVE-") && is_alias_of(&f[i], &f[k]);
		if (!twice)
			f[kept++] = f[i];
	}
	return kept;
}

static int judge_package(struct matcher *m, const struct channels *ch, const struct subject *s)
{
	m->verdicts.len = 0;
	for (size_t c = 0; c < ch->n; c++) {
		TRY(judge_rows(m, ch, s, s->source, c));
		if (!slice_eq(s->source, s->name))
			TRY(judge_rows(m, ch, s, s->name, c));
	}
	if (m->verdicts.len == 0)
		return 0;
	struct decision d = {.db = m->db,
			     .subject = s,
			     .channels = ch,
			     .arena = m->arena,
			     .verdicts = m->verdicts.ptr,
			     .nverdicts = m->verdicts.len};
	struct finding f;
	size_t first = m->findings.len;
	int rc;
	decide_begin(&d);
	while ((rc = decide_next(&d, &f)) > 0)
		if (vec_push(&m->findings, f) < 0)
			return err_oom(m->err);
	if (rc < 0)
		return err_oom(m->err);
	m->findings.len = first + drop_doubles(m->findings.ptr + first, m->findings.len - first);
	/* Inventories are sorted by name, so this is nearly always the whole of the sorting. */
	if (m->findings.len - first > 1)
		qsort(m->findings.ptr + first, m->findings.len - first, sizeof(*m->findings.ptr),
		      compare_findings);
	return 0;
}

static int match_package(struct matcher *m, const struct inventory_pkg *p)
{
	struct subject s;
	if (p->pkg.flags & PKG_PSEUDO)
		return 0;
	if (p->pkg.flags & PKG_THIRD_PARTY || m->channels.n == 0 ||
	    !type_fits(&m->inv->os, p->pkg.type) ||
	    !subject_init(&s, p, slice_is(m->inv->os.family, "oracle"), m->arena)) {
		m->result->without_feed++;
		return 0;
	}
	if (!s.valid)
		m->result->invalid_versions++;
	m->result->nsystem++;
	return judge_package(m, &m->channels, &s);
}

static int count_unjudged(struct matcher *m, struct slice channel)
{
	struct match_result *r = m->result;
	size_t i = 0;
	while (i < r->nunjudged && !slice_eq(r->unjudged[i].channel, channel))
		i++;
	if (i == MATCH_MAX_UNJUDGED)
		return 0;
	if (i == r->nunjudged)
		r->unjudged[r->nunjudged++].channel = channel;
	r->unjudged[i].count++;
	return 0;
}

static int match_language(struct matcher *m, const struct inventory_pkg *p)
{
	struct subject s;
	struct slice channel = language_channel(p->pkg.type);
	if (p->owner.len || p->pkg.flags & (PKG_LOCAL | PKG_PSEUDO) || p->pkg.version.len == 0 ||
	    !channel.len)
		return 0;
	if (!adv_has_channel(m->db, channel))
		return count_unjudged(m, channel);
	if (!subject_init(&s, p, false, m->arena))
		return 0;
	if (!s.valid)
		m->result->invalid_versions++;
	struct channels only = {.names = {channel}, .role = {CH_FULL}, .n = 1};
	m->result->nlanguage++;
	s.name = s.source = language_name(channel, &p->pkg, m->arena);
	if (!s.name.ptr)
		return err_oom(m->err);
	return judge_package(m, &only, &s);
}

static int finish(struct matcher *m)
{
	size_t n = m->findings.len;
	struct match_result *r = m->result;
	if (n == 0)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (compare_findings(&m->findings.ptr[i - 1], &m->findings.ptr[i]) > 0) {
			qsort(m->findings.ptr, n, sizeof(*m->findings.ptr), compare_findings);
			break;
		}
	r->findings = arena_array(m->arena, n, sizeof(*r->findings));
	if (!r->findings)
		return err_oom(m->err);
	memcpy(r->findings, m->findings.ptr, n * sizeof(*r->findings));
	r->nfindings = n;
	return 0;
}

static int run(struct matcher *m, int64_t now)
{
	TRY(find_channels(m));
	m->result->channel_known = m->channels.n > 0;
	find_eol(m, now);
	for (size_t i = 0; i < m->inv->npkgs; i++) {
		const struct inventory_pkg *p = &m->inv->pkgs[i];
		TRY(p->kind.len ? match_language(m, p) : match_package(m, p));
	}
	return finish(m);
}

int match_inventory(const struct adv_db *db, const struct inventory *inv, int64_t now,
		    struct arena *a, struct match_result *ret, struct err *err)
{
	*ret = (struct match_result){0};
	struct matcher m = {.db = db, .inv = inv, .arena = a, .result = ret, .err = err};
	int rc = run(&m, now);
	vec_free(&m.verdicts);
	vec_free(&m.findings);
	return rc;
}

bool match_filter_pass(const struct match_filter *f, const struct finding *x)
{
	if (f->severities && !(f->severities & 1u << x->severity))
		return false;
	if (f->ignore_unfixed && x->fixed_version.len == 0)
		return false;
	return !(f->ignore_statuses & 1u << x->status);
}
