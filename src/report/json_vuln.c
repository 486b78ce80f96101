/* SPDX-License-Identifier: Apache-2.0 */
/* The vulnerability half of the JSON report. */
#include "report/json_internal.h"

struct source_name {
	const char *id, *name, *url;
};

static const struct source_name sources[] = {
    {"alpine", "Alpine Secdb", "https://secdb.alpinelinux.org/"},
    {"alma", "AlmaLinux Product Errata", "https://errata.almalinux.org/"},
    {"amazon", "Amazon Linux Security Center", "https://alas.aws.amazon.com/"},
    {"arch", "Arch Linux Security Tracker", "https://security.archlinux.org/"},
    {"azure", "Azure Linux Vulnerability Data",
     "https://github.com/microsoft/AzureLinuxVulnerabilityData"},
    {"chainguard", "Chainguard Security Data", "https://packages.cgr.dev/chainguard/"},
    {"debian", "Debian Security Tracker", "https://security-tracker.debian.org/"},
    {"oracle", "Oracle Linux OVAL definitions", "https://linux.oracle.com/security/oval/"},
    {"photon", "Photon OS CVE metadata", "https://packages.vmware.com/photon/photon_cve_metadata/"},
    {"redhat", "Red Hat security data", "https://access.redhat.com/security/data/"},
    {"rocky", "Rocky Linux errata", "https://errata.rockylinux.org/"},
    {"suse", "SUSE security data", "https://www.suse.com/support/security/"},
    {"ubuntu", "Ubuntu CVE Tracker", "https://ubuntu.com/security/cves"},
    {"wolfi", "Wolfi Secdb", "https://packages.wolfi.dev/os/security.json"},
    {"osv", "Open Source Vulnerabilities", "https://osv.dev/"},
};

static void data_source(struct json_writer *w, struct slice feed)
{
	if (feed.len == 0)
		return;
	jw_key(w, "DataSource");
	jw_object(w);
	jw_kstr(w, "ID", feed);
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (slice_starts(feed, sources[i].id)) {
			jw_kstr(w, "Name", slice_str(sources[i].name));
			jw_kstr(w, "URL", slice_str(sources[i].url));
			break;
		}
	jw_end(w, '}');
}

static void primary_url(struct json_writer *w, const struct report *r, const struct finding *f,
			struct buf *scratch)
{
	if (report_put_url(scratch, r, f))
		jw_kstr(w, "PrimaryURL", buf_slice(scratch));
}

void json_slices(struct json_writer *w, const char *key, const struct slice *list, size_t n)
{
	if (n == 0)
		return;
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, list[i]);
	jw_end(w, ']');
}

static void fetched(struct json_writer *w, const char *key, const struct report *r,
		    const struct adv_vuln *v, uint32_t n,
		    struct slice (*get)(const struct adv_db *, const struct adv_vuln *, uint32_t))
{
	if (n == 0)
		return;
	jw_key(w, key);
	jw_array(w);
	for (uint32_t i = 0; i < n; i++)
		jw_str(w, get(r->adv, v, i));
	jw_end(w, ']');
}

static void vendor_severity(struct json_writer *w, const struct adv_db *db,
			    const struct adv_vuln *v)
{
	if (v->nvendor == 0)
		return;
	jw_key(w, "VendorSeverity");
	jw_object(w);
	for (uint32_t i = 0; i < v->nvendor; i++) {
		struct slice source;
		enum adv_severity severity;
		adv_vuln_vendor(db, v, i, &source, &severity);
		jw_key_slice(w, source);
		jw_u64(w, severity);
	}
	jw_end(w, '}');
}

/* Vectors of one source, each version once, as one object. */
static void scores_of(struct json_writer *w, const struct adv_db *db, const struct adv_vuln *v,
		      struct slice source)
{
	static const char *const vector_key[] = {[2] = "V2Vector", "V3Vector", "V40Vector"},
				 *const score_key[] = {[2] = "V2Score", "V3Score", "V40Score"};
	unsigned seen = 0;
	jw_key_slice(w, source);
	jw_object(w);
	for (uint32_t i = 0; i < v->nscores; i++) {
		struct adv_score s;
		adv_vuln_score(db, v, i, &s);
		if (!slice_eq(s.source, source) || s.version < 2 || s.version > 4 ||
		    seen & 1u << s.version)
			continue;
		seen |= 1u << s.version;
		jw_kstr(w, vector_key[s.version], s.vector);
		jw_key(w, score_key[s.version]);
		jw_double(w, s.score, 1);
	}
	jw_end(w, '}');
}

static void cvss(struct json_writer *w, const struct adv_db *db, const struct adv_vuln *v)
{
	if (v->nscores == 0)
		return;
	jw_key(w, "CVSS");
	jw_object(w);
	for (uint32_t i = 0; i < v->nscores; i++) {
		struct adv_score s, before;
		bool first = true;
		adv_vuln_score(db, v, i, &s);
		for (uint32_t k = 0; k < i && first; k++) {
			adv_vuln_score(db, v, k, &before);
			first = !slice_eq(before.source, s.source);
		}
		if (first)
			scores_of(w, db, v, s.source);
	}
	jw_end(w, '}');
}

static void put_time(struct json_writer *w, const char *key, int64_t t)
{
	char text[TIME_TEXT];
	if (t == 0)
		return;
	time_text(t, text);
	jw_kstr(w, key, slice_str(text));
}

static void likelihood(struct json_writer *w, const struct adv_vuln *v)
{
	char day[TIME_TEXT];
	if (v->epss >= 0) {
		jw_key(w, "EPSS");
		jw_object(w);
		jw_key(w, "Score");
		jw_double(w, (double)v->epss, 5);
		if (v->epss_percentile >= 0) {
			jw_key(w, "Percentile");
			jw_double(w, (double)v->epss_percentile, 5);
		}
		jw_end(w, '}');
	}
	if (v->kev) {
		jw_key(w, "KEV");
		jw_object(w);
		if (v->kev_day) {
			time_day_text(v->kev_day, day);
			jw_kstr(w, "DateAdded", slice_str(day));
		}
		jw_kbool(w, "Ransomware", v->kev_ransomware);
		jw_end(w, '}');
	}
}

static void details(struct json_writer *w, const struct report *r, const struct finding *f)
{
	const struct adv_vuln *v = &f->vuln;
	if (!f->has_vuln || !r->adv)
		return;
	fetched(w, "CweIDs", r, v, v->ncwes, adv_vuln_cwe);
	vendor_severity(w, r->adv, v);
	cvss(w, r->adv, v);
	fetched(w, "References", r, v, v->nrefs, adv_vuln_ref);
	put_time(w, "PublishedDate", v->published);
	put_time(w, "LastModifiedDate", v->modified);
	likelihood(w, v);
}

static void how_matched(struct json_writer *w, const struct finding *f)
{
	jw_key(w, "Match");
	jw_object(w);
	jw_kstr_opt(w, "Feed", f->feed);
	jw_kstr_opt(w, "Channel", f->channel);
	jw_kstr_opt(w, "Rule", f->match_rule);
	jw_kstr_opt(w, "Field",
		    slice_is(f->match_rule, "source-package") ? SL("SrcName") : SL("Name"));
	jw_end(w, '}');
}

static int fingerprint(struct json_writer *w, const struct report_result *x,
		       const struct finding *f, struct slice artifact, struct slice pkg_id,
		       struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	auto_buf struct buf b;
	buf_init(&b, MIB);
	buf_puts(&b, artifact);
	buf_putc(&b, ':');
	buf_puts(&b, x->target);
	buf_putc(&b, ':');
	buf_puts(&b, pkg_id);
	buf_putc(&b, ':');
	buf_puts(&b, f->id);
	TRY(sha256_of(buf_slice(&b), sum, err));
	digest_text(sum, text);
	jw_kstr(w, "Fingerprint", slice_str(text));
	return 0;
}

int json_vulnerability(struct json_writer *w, const struct report *r, const struct report_result *x,
		       const struct finding *f, struct slice artifact, struct buf *scratch,
		       struct err *err)
{
	const struct pkg *k = &f->pkg->pkg;
	jw_object(w);
	jw_kstr(w, "VulnerabilityID", f->id);
	json_slices(w, "VendorIDs", f->vendor_ids, f->nvendor_ids);
	json_slices(w, "Aliases", f->aliases, f->naliases);
	jw_kstr(w, "PkgID", json_pkg_id(f->pkg, scratch));
	jw_kstr(w, "PkgName", k->name);
	if (f->pkg->kind.len)
		jw_kstr_opt(w, "PkgPath", k->path.len ? k->path : f->pkg->db_path);
	json_identifier(w, "PkgIdentifier", f->pkg);
	jw_kstr(w, "InstalledVersion", report_version_text(k->type, k->version));
	jw_kstr_opt(w, "FixedVersion", f->fixed_version);
	jw_kstr(w, "Status", slice_str(adv_status_names[f->status]));
	json_layer(w, r, f->pkg);
	jw_kstr_opt(w, "SeveritySource", f->severity_source);
	primary_url(w, r, f, scratch);
	data_source(w, f->feed);
	TRY(fingerprint(w, x, f, artifact, json_pkg_id(f->pkg, scratch), err));
	if (f->has_vuln) {
		jw_kstr_opt(w, "Title", f->vuln.title);
		jw_kstr_opt(w, "Description", f->vuln.details);
	}
	jw_kstr(w, "Severity", slice_str(adv_severity_names[f->severity]));
	details(w, r, f);
	jw_key(w, "Risk");
	jw_double(w, finding_risk(f), 1);
	how_matched(w, f);
	jw_end(w, '}');
	return 0;
}
