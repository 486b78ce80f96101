/* SPDX-License-Identifier: Apache-2.0 */
/* Grype's JSON document: one match for each finding. Several targets are an array. */
#include "report/syft_internal.h"

#include "config.h"

struct grype {
	struct json_writer w;
	const struct report *r;
	struct buf text, scratch;
	struct err *err;
};

static const char *const severities[] = {"Unknown", "Low", "Medium", "High", "Critical"};

static void put_empty(struct json_writer *w, const char *key)
{
	jw_key(w, key);
	jw_array(w);
	jw_end(w, ']');
}

/* "debian:distro:debian:12", "osv:language:python" */
static void put_namespace(struct grype *g, const struct finding *f)
{
	const struct inventory_pkg *p = f->pkg;
	buf_clear(&g->text);
	buf_puts(&g->text, f->feed.len ? f->feed : SL("strake"));
	if (p->kind.len) {
		struct slice language = syft_language(p);
		buf_printf(&g->text, ":language:%.*s",
			   SL_FMT(language.len ? language : syft_type(p)));
	} else {
		struct slice channel = f->channel.len ? f->channel : g->r->os.channel;
		ssize_t colon = slice_chr(channel, ':');
		buf_printf(
		    &g->text, ":distro:%.*s:%.*s", SL_FMT(syft_distro(&g->r->os)),
		    SL_FMT(colon > 0 ? slice_from(channel, (size_t)colon + 1) : g->r->os.name));
	}
	jw_kstr(&g->w, "namespace", buf_slice(&g->text));
}

static void put_scores(struct grype *g, const struct finding *f)
{
	static const char *const versions[] = {[2] = "2.0", "3.1", "4.0"};
	jw_key(&g->w, "cvss");
	jw_array(&g->w);
	for (uint32_t i = 0; g->r->adv && f->has_vuln && i < f->vuln.nscores; i++) {
		struct adv_score s;
		adv_vuln_score(g->r->adv, &f->vuln, i, &s);
		if (s.version < 2 || s.version > 4)
			continue;
		bool old = slice_starts(s.vector, "CVSS:3.0");
		jw_object(&g->w);
		jw_kstr(&g->w, "source", s.source);
		jw_kstr(&g->w, "type", slice_is(s.source, "nvd") ? SL("Primary") : SL("Secondary"));
		jw_kstr(&g->w, "version", old ? SL("3.0") : slice_str(versions[s.version]));
		jw_kstr(&g->w, "vector", s.vector);
		jw_key(&g->w, "metrics");
		jw_object(&g->w);
		jw_key(&g->w, "baseScore");
		jw_double(&g->w, s.score, 1);
		jw_end(&g->w, '}');
		jw_key(&g->w, "vendorMetadata");
		jw_object(&g->w);
		jw_end(&g->w, '}');
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, ']');
}

static void put_likelihood(struct grype *g, const struct finding *f)
{
	char day[TIME_TEXT];
	if (f->has_vuln && f->vuln.kev) {
		jw_key(&g->w, "knownExploited");
		jw_array(&g->w);
		jw_object(&g->w);
		jw_kstr(&g->w, "cve", f->id);
		if (f->vuln.kev_day) {
			time_day_text(f->vuln.kev_day, day);
			jw_kstr(&g->w, "dateAdded", slice_str(day));
		}
		jw_kstr(&g->w, "knownRansomwareCampaignUse",
			f->vuln.kev_ransomware ? SL("known") : SL("unknown"));
		jw_end(&g->w, '}');
		jw_end(&g->w, ']');
	}
	if (!f->has_vuln || f->vuln.epss < 0)
		return;
	jw_key(&g->w, "epss");
	jw_array(&g->w);
	jw_object(&g->w);
	jw_kstr(&g->w, "cve", f->id);
	jw_key(&g->w, "epss");
	jw_double(&g->w, (double)f->vuln.epss, 5);
	if (f->vuln.epss_percentile >= 0) {
		jw_key(&g->w, "percentile");
		jw_double(&g->w, (double)f->vuln.epss_percentile, 5);
	}
	jw_end(&g->w, '}');
	jw_end(&g->w, ']');
}

static void put_weaknesses(struct grype *g, const struct finding *f)
{
	if (!f->has_vuln || !g->r->adv || f->vuln.ncwes == 0)
		return;
	jw_key(&g->w, "cwes");
	jw_array(&g->w);
	for (uint32_t i = 0; i < f->vuln.ncwes; i++) {
		jw_object(&g->w);
		jw_kstr(&g->w, "cve", f->id);
		jw_kstr(&g->w, "cwe", adv_vuln_cwe(g->r->adv, &f->vuln, i));
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, ']');
}

/* What the records of the same problem under other names say too. */
static void put_facts(struct grype *g, const struct finding *f)
{
	jw_kstr(&g->w, "severity", slice_str(severities[f->severity]));
	jw_key(&g->w, "urls");
	jw_array(&g->w);
	for (uint32_t i = 0; f->has_vuln && g->r->adv && i < f->vuln.nrefs; i++)
		jw_str(&g->w, adv_vuln_ref(g->r->adv, &f->vuln, i));
	jw_end(&g->w, ']');
	if (f->has_vuln)
		jw_kstr_opt(&g->w, "description",
			    f->vuln.details.len ? f->vuln.details : f->vuln.title);
	put_scores(g, f);
	put_likelihood(g, f);
	put_weaknesses(g, f);
}

static void put_fix(struct grype *g, const struct finding *f)
{
	struct slice rest = f->fixed_version, one;
	const char *state = f->fixed_version.len ? "fixed" : "not-fixed";
	if (!f->fixed_version.len &&
	    (f->status == ADV_WILL_NOT_FIX || f->status == ADV_END_OF_LIFE))
		state = "wont-fix";
	else if (!f->fixed_version.len && f->status == ADV_UNKNOWN)
		state = "unknown";
	jw_key(&g->w, "fix");
	jw_object(&g->w);
	jw_key(&g->w, "versions");
	jw_array(&g->w);
	while (slice_cut(&rest, ',', &one))
		if (slice_trim(one).len)
			jw_str(&g->w, slice_trim(one));
	jw_end(&g->w, ']');
	jw_kstr(&g->w, "state", slice_str(state));
	jw_end(&g->w, '}');
}

static void put_vulnerability(struct grype *g, const struct finding *f)
{
	jw_key(&g->w, "vulnerability");
	jw_object(&g->w);
	jw_kstr(&g->w, "id", f->id);
	jw_kstr(&g->w, "dataSource",
		report_put_url(&g->scratch, g->r, f) ? buf_slice(&g->scratch) : SL_NONE);
	put_namespace(g, f);
	put_facts(g, f);
	put_fix(g, f);
	jw_key(&g->w, "advisories");
	jw_array(&g->w);
	for (size_t i = 0; i < f->nvendor_ids; i++) {
		jw_object(&g->w);
		jw_kstr(&g->w, "id", f->vendor_ids[i]);
		jw_kstr(&g->w, "link", SL(""));
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, ']');
	jw_key(&g->w, "risk");
	jw_double(&g->w, finding_risk(f), 1);
	jw_end(&g->w, '}');
}

static void put_related_one(struct grype *g, const struct finding *f, struct slice id)
{
	struct finding other = {.id = id};
	jw_object(&g->w);
	jw_kstr(&g->w, "id", id);
	jw_kstr(&g->w, "dataSource",
		report_put_url(&g->scratch, g->r, &other) ? buf_slice(&g->scratch) : SL_NONE);
	if (slice_starts(id, "CVE-"))
		jw_kstr(&g->w, "namespace", SL("nvd:cpe"));
	else
		put_namespace(g, f);
	jw_kstr(&g->w, "severity", slice_str(severities[f->severity]));
	put_empty(&g->w, "urls");
	put_empty(&g->w, "cvss");
	jw_end(&g->w, '}');
}

static void put_related(struct grype *g, const struct finding *f)
{
	jw_key(&g->w, "relatedVulnerabilities");
	jw_array(&g->w);
	if (slice_starts(f->id, "CVE-") && !slice_is(f->feed, "nvd"))
		put_related_one(g, f, f->id);
	for (size_t i = 0; i < f->naliases; i++)
		put_related_one(g, f, f->aliases[i]);
	jw_end(&g->w, ']');
}

static const char *matcher(const struct inventory_pkg *p)
{
	static const char *const names[][2] = {
	    {"deb", "dpkg-matcher"},	   {"rpm", "rpm-matcher"},
	    {"apk", "apk-matcher"},	   {"alpm", "pacman-matcher"},
	    {"ebuild", "portage-matcher"}, {"npm", "javascript-matcher"},
	    {"pypi", "python-matcher"},	   {"golang", "go-module-matcher"},
	    {"maven", "java-matcher"},	   {"gem", "ruby-gem-matcher"},
	    {"cargo", "rust-matcher"},	   {"nuget", "dotnet-matcher"},
	    {"hex", "hex-matcher"},	   {"bitnami", "bitnami-matcher"}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(p->pkg.type, names[i][0]))
			return names[i][1];
	return "stock-matcher";
}

static void put_searched(struct grype *g, const struct finding *f, bool by_source)
{
	const struct pkg *k = &f->pkg->pkg;
	jw_key(&g->w, "searchedBy");
	jw_object(&g->w);
	if (f->pkg->kind.len) {
		jw_kstr(&g->w, "language", syft_language(f->pkg));
	} else {
		jw_key(&g->w, "distro");
		jw_object(&g->w);
		jw_kstr(&g->w, "type", syft_distro(&g->r->os));
		jw_kstr(&g->w, "version", g->r->os.name);
		jw_end(&g->w, '}');
	}
	put_namespace(g, f);
	jw_key(&g->w, "package");
	jw_object(&g->w);
	jw_kstr(&g->w, "name", by_source ? k->src_name : k->name);
	jw_kstr(&g->w, "version",
		report_version_text(k->type, by_source ? k->src_version : k->version));
	jw_end(&g->w, '}');
	jw_end(&g->w, '}');
}

static void put_details(struct grype *g, const struct finding *f)
{
	const struct pkg *k = &f->pkg->pkg;
	bool by_source = slice_is(f->match_rule, "source-package") && k->src_name.len;
	bool indirect = by_source && !slice_eq(k->src_name, k->name);
	jw_key(&g->w, "matchDetails");
	jw_array(&g->w);
	jw_object(&g->w);
	jw_kstr(&g->w, "type", indirect ? SL("exact-indirect-match") : SL("exact-direct-match"));
	jw_kstr(&g->w, "matcher", slice_str(matcher(f->pkg)));
	put_searched(g, f, by_source);
	jw_key(&g->w, "found");
	jw_object(&g->w);
	buf_clear(&g->text);
	if (f->fixed_version.len)
		buf_printf(&g->text, "< %.*s (%.*s)", SL_FMT(f->fixed_version), SL_FMT(k->type));
	else
		buf_printf(&g->text, "none (%.*s)", SL_FMT(k->type));
	jw_kstr(&g->w, "versionConstraint", buf_slice(&g->text));
	jw_kstr(&g->w, "vulnerabilityID", f->id);
	jw_end(&g->w, '}');
	if (f->fixed_version.len) {
		jw_key(&g->w, "fix");
		jw_object(&g->w);
		struct slice rest = f->fixed_version, first = rest;
		(void)!slice_cut(&rest, ',', &first);
		jw_kstr(&g->w, "suggestedVersion", slice_trim(first));
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, '}');
	jw_end(&g->w, ']');
}

static void put_rpm(struct grype *g, const struct pkg *k)
{
	struct slice version, release;
	uint32_t epoch;
	if (!slice_is(k->type, "rpm"))
		return;
	pkg_version_split(k->type, k->version, &epoch, &version, &release);
	jw_kstr(&g->w, "metadataType", SL("RpmMetadata"));
	jw_key(&g->w, "metadata");
	jw_object(&g->w);
	jw_key(&g->w, "epoch");
	if (epoch)
		jw_u64(&g->w, epoch);
	else
		jw_null(&g->w);
	jw_kstr(&g->w, "modularityLabel", k->module);
	jw_end(&g->w, '}');
}

static void put_artifact(struct grype *g, const struct inventory_pkg *p)
{
	const struct pkg *k = &p->pkg;
	struct slice lines = k->licenses, line;
	char id[SYFT_ID];
	syft_id(g->r, p, 0, id);
	jw_key(&g->w, "artifact");
	jw_object(&g->w);
	jw_kstr(&g->w, "id", slice_str(id));
	jw_kstr(&g->w, "name", k->name);
	jw_kstr(&g->w, "version", report_version_text(k->type, k->version));
	jw_kstr(&g->w, "type", syft_type(p));
	syft_locations(&g->w, g->r, p, &g->scratch);
	jw_kstr(&g->w, "language", syft_language(p));
	jw_key(&g->w, "licenses");
	jw_array(&g->w);
	while (slice_line(&lines, &line))
		if (line.len)
			jw_str(&g->w, line);
	jw_end(&g->w, ']');
	put_empty(&g->w, "cpes");
	jw_kstr(&g->w, "purl", p->purl);
	jw_key(&g->w, "upstreams");
	jw_array(&g->w);
	if (k->src_name.len && !slice_eq(k->src_name, k->name)) {
		jw_object(&g->w);
		jw_kstr(&g->w, "name", k->src_name);
		if (!slice_eq(k->src_version, k->version))
			jw_kstr_opt(&g->w, "version", report_version_text(k->type, k->src_version));
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, ']');
	put_rpm(g, k);
	jw_end(&g->w, '}');
}

static void put_match(struct grype *g, const struct finding *f)
{
	put_vulnerability(g, f);
	put_related(g, f);
	put_details(g, f);
	put_artifact(g, f->pkg);
}

static void put_ignored(struct grype *g)
{
	char day[TIME_TEXT];
	if (g->r->nsuppressed == 0)
		return;
	jw_key(&g->w, "ignoredMatches");
	jw_array(&g->w);
	for (size_t i = 0; i < g->r->nsuppressed; i++) {
		const struct suppressed *s = &g->r->suppressed[i];
		static const struct inventory_pkg unnamed = {.layer = -1};
		struct finding f = {.id = s->finding.id,
				    .severity = s->finding.severity,
				    .status = s->finding.status,
				    .fixed_version = s->finding.fixed_version,
				    .pkg = s->finding.pkg ? s->finding.pkg : &unnamed};
		jw_object(&g->w);
		put_match(g, &f);
		jw_key(&g->w, "appliedIgnoreRules");
		jw_array(&g->w);
		jw_object(&g->w);
		jw_kstr(&g->w, "vulnerability", s->finding.id);
		jw_kstr(&g->w, "reason", s->reason);
		jw_kstr(&g->w, "namespace", SL(""));
		jw_kstr(&g->w, "fix-state", SL(""));
		jw_kstr(&g->w, "source", s->source);
		if (s->expires) {
			time_day_text(s->expires, day);
			jw_kstr(&g->w, "expires", slice_str(day));
		}
		jw_end(&g->w, '}');
		jw_end(&g->w, ']');
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, ']');
}

static void put_source(struct grype *g)
{
	bool image = slice_is(syft_source_type(g->r), "image");
	jw_key(&g->w, "source");
	jw_object(&g->w);
	jw_kstr(&g->w, "type", syft_source_type(g->r));
	jw_key(&g->w, "target");
	if (image) {
		jw_object(&g->w);
		syft_source(&g->w, g->r);
		jw_end(&g->w, '}');
	} else {
		jw_str(&g->w, g->r->artifact_name);
	}
	jw_end(&g->w, '}');
	jw_key(&g->w, "distro");
	jw_object(&g->w);
	jw_kstr(&g->w, "name", syft_distro(&g->r->os));
	jw_kstr(&g->w, "version", g->r->os.name);
	put_empty(&g->w, "idLike");
	jw_end(&g->w, '}');
}

static void put_descriptor(struct grype *g)
{
	char when[TIME_TEXT];
	jw_key(&g->w, "descriptor");
	jw_object(&g->w);
	jw_kstr(&g->w, "name", SL("strake"));
	jw_kstr(&g->w, "version", SL(STRAKE_VERSION));
	if (g->r->scanned_vulns) {
		jw_key(&g->w, "db");
		jw_object(&g->w);
		jw_key(&g->w, "status");
		jw_object(&g->w);
		jw_kstr_opt(&g->w, "path", g->r->db_path);
		if (g->r->db.built) {
			time_text(g->r->db.built, when);
			jw_kstr(&g->w, "built", slice_str(when));
		}
		jw_kbool(&g->w, "valid", true);
		jw_end(&g->w, '}');
		jw_end(&g->w, '}');
	}
	time_text(g->r->created, when);
	jw_kstr(&g->w, "timestamp", slice_str(when));
	jw_end(&g->w, '}');
}

/* Grype has no place for what limits the matches: a key of our own. */
static void put_limits(struct grype *g)
{
	const struct report *r = g->r;
	jw_key(&g->w, "strake");
	jw_object(&g->w);
	buf_clear(&g->text);
	report_put_verdict(&g->text, r);
	jw_kstr(&g->w, "verdict", buf_slice(&g->text));
	jw_key(&g->w, "notes");
	jw_array(&g->w);
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&g->text, r, i))
			jw_str(&g->w, buf_slice(&g->text));
	jw_end(&g->w, ']');
	jw_key(&g->w, "notAnalysed");
	jw_array(&g->w);
	for (size_t i = 0; i < r->nincomplete; i++) {
		report_put_incomplete(&g->text, &r->incomplete[i]);
		jw_str(&g->w, buf_slice(&g->text));
	}
	jw_end(&g->w, ']');
	jw_ku64(&g->w, "suppressed", r->nsuppressed);
	jw_end(&g->w, '}');
}

static void put_document(struct grype *g)
{
	jw_object(&g->w);
	jw_key(&g->w, "matches");
	jw_array(&g->w);
	for (size_t i = 0; i < g->r->nresults; i++)
		for (size_t k = 0; k < g->r->results[i].nfindings; k++) {
			const struct finding *f = &g->r->results[i].findings[k];
			if (f->kind != FINDING_VULNERABILITY || !f->pkg)
				continue;
			jw_object(&g->w);
			put_match(g, f);
			jw_end(&g->w, '}');
		}
	jw_end(&g->w, ']');
	put_ignored(g);
	put_source(g);
	put_descriptor(g);
	put_limits(g);
	jw_end(&g->w, '}');
}

static void grype_done(struct grype *g)
{
	buf_free(&g->text);
	buf_free(&g->scratch);
}

static int grype_write(const struct report *reports, size_t n, const struct report_style *st,
		       struct buf *out, struct err *err)
{
	CLEANUP(grype_done) struct grype g = {.err = err};
	(void)st;
	buf_init(&g.text, 8 * MIB);
	buf_init(&g.scratch, 8 * MIB);
	jw_init(&g.w, out, 1);
	if (n != 1)
		jw_array(&g.w);
	for (size_t i = 0; i < n; i++) {
		g.r = &reports[i];
		put_document(&g);
	}
	if (n != 1)
		jw_end(&g.w, ']');
	buf_putc(out, '\n');
	return out->failed || g.text.failed || g.scratch.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_grype = {
    .name = "grype",
    .help = "Grype's JSON, matches of packages with vulnerabilities; several targets are an array",
    .write = grype_write,
};
