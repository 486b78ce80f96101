/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's JSON report (SchemaVersion 2) with our additions. One report is an object, several an array. */
#include "report/json_internal.h"

#include "config.h"

static void put_os(struct json_writer *w, const struct report *r)
{
	char day[TIME_TEXT];
	if (r->os.family.len == 0)
		return;
	jw_key(w, "OS");
	jw_object(w);
	jw_kstr(w, "Family", r->os.family);
	jw_kstr(w, "Name", r->os.name);
	if (r->eol)
		jw_kbool(w, "EOSL", true);
	if (r->eol_day) {
		time_day_text(r->eol_day, day);
		jw_kstr(w, "EndOfSupport", slice_str(day));
	}
	jw_kstr_opt(w, "PrettyName", r->os.pretty);
	jw_kstr_opt(w, "Codename", r->os.codename);
	if (r->os.esm)
		jw_kbool(w, "extended", true);
	jw_end(w, '}');
}

static void put_layers(struct json_writer *w, const struct report *r)
{
	bool diff_ids = false;
	for (size_t i = 0; i < r->nlayers; i++)
		diff_ids |= r->layers[i].diff_id.len > 0;
	if (diff_ids) {
		jw_key(w, "DiffIDs");
		jw_array(w);
		for (size_t i = 0; i < r->nlayers; i++)
			jw_str(w, r->layers[i].diff_id);
		jw_end(w, ']');
	}
	if (r->nlayers == 0)
		return;
	jw_key(w, "Layers");
	jw_array(w);
	for (size_t i = 0; i < r->nlayers; i++) {
		const struct report_layer *l = &r->layers[i];
		jw_object(w);
		jw_ku64_opt(w, "Size", l->size);
		jw_kstr_opt(w, "Digest", l->digest);
		jw_kstr_opt(w, "DiffID", l->diff_id);
		jw_kstr_opt(w, "CreatedBy", l->created_by);
		if (l->base)
			jw_kbool(w, "Base", true);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_config(struct json_writer *w, struct slice json)
{
	auto_doc struct doc d;
	struct node *n;
	struct err err;
	doc_init(&d);
	/* What the image says of itself; that it cannot be read was told when it was opened. */
	if (json.len == 0 || json_parse(&d, json, NULL, &n, &err) < 0 || !node_is(n, NODE_OBJECT))
		return;
	jw_key(w, "ImageConfig");
	jw_node(w, n);
}

static void put_metadata(struct json_writer *w, const struct report *r)
{
	jw_key(w, "Metadata");
	jw_object(w);
	jw_ku64_opt(w, "Size", r->image_size);
	put_os(w, r);
	jw_kstr_opt(w, "ImageID", r->image_id);
	json_slices(w, "RepoTags", r->repo_tags, r->nrepo_tags);
	json_slices(w, "RepoDigests", r->repo_digests, r->nrepo_digests);
	jw_kstr_opt(w, "Reference", r->reference);
	jw_kstr_opt(w, "RepoURL", r->repo_url);
	jw_kstr_opt(w, "Branch", r->branch);
	jw_kstr_opt(w, "Commit", r->commit);
	jw_kstr_opt(w, "Platform", r->platform);
	put_layers(w, r);
	put_config(w, r->config_json);
	jw_end(w, '}');
}

static void put_database(struct json_writer *w, const struct report *r)
{
	char text[TIME_TEXT];
	if (!r->scanned_vulns)
		return;
	jw_key(w, "Database");
	jw_object(w);
	jw_kstr_opt(w, "Path", r->db_path);
	if (r->db.built) {
		time_text(r->db.built, text);
		jw_kstr(w, "Built", slice_str(text));
	}
	jw_ku64(w, "Vulnerabilities", r->db.vulns);
	jw_kbool(w, "Starter", r->db.starter);
	jw_kbool(w, "DistributionKnown", r->channel_known);
	jw_ku64_opt(w, "PackagesWithoutFeed", r->without_feed);
	jw_end(w, '}');
}

static void put_signatures(struct json_writer *w, const struct report *r)
{
	if (!r->verified_signatures)
		return;
	jw_key(w, "Signatures");
	jw_array(w);
	for (size_t i = 0; i < r->nsignatures; i++) {
		const struct report_signature *x = &r->signatures[i];
		jw_object(w);
		jw_kstr(w, "Form", x->form);
		jw_kbool(w, "Attestation", x->attestation);
		jw_kbool(w, "Verified", x->verified);
		jw_kstr_opt(w, "By", x->by);
		jw_kstr_opt(w, "Identity", x->identity);
		jw_kstr_opt(w, "Issuer", x->issuer);
		jw_kstr_opt(w, "PredicateType", x->predicate_type);
		jw_kstr_opt(w, "Reason", x->reason);
		jw_kstr_opt(w, "Message", x->message);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_incomplete(struct json_writer *w, const struct report *r)
{
	if (r->nincomplete == 0)
		return;
	jw_key(w, "Incomplete");
	jw_array(w);
	for (size_t i = 0; i < r->nincomplete; i++) {
		const struct report_incomplete *x = &r->incomplete[i];
		jw_object(w);
		jw_kstr(w, "Target", x->target);
		jw_kstr(w, "Path", x->path);
		jw_kstr(w, "Layer", x->layer);
		jw_kstr(w, "Reason", x->reason);
		jw_kstr(w, "Message", x->message);
		if (x->whole)
			jw_kbool(w, "Whole", true);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

/* Which package, and what was said about it. */
static void put_set_aside(struct json_writer *w, const struct finding *f, struct buf *scratch)
{
	if (f->pkg) {
		jw_kstr(w, "PkgID", json_pkg_id(f->pkg, scratch));
		if (f->pkg->kind.len)
			jw_kstr_opt(w, "PkgPath", report_path(f->pkg));
	}
	jw_kstr(w, "Severity", slice_str(adv_severity_names[f->severity]));
	jw_kstr(w, "Status", slice_str(adv_status_names[f->status]));
	jw_kstr_opt(w, "FixedVersion", f->fixed_version);
}

static void put_expired(struct json_writer *w, const struct report *r)
{
	char day[TIME_TEXT];
	if (r->nexpired == 0)
		return;
	jw_key(w, "ExpiredRules");
	jw_array(w);
	for (size_t i = 0; i < r->nexpired; i++) {
		jw_object(w);
		jw_kstr(w, "ID", r->expired[i].id);
		jw_kstr(w, "Source", r->expired[i].source);
		time_day_text(r->expired[i].day, day);
		jw_kstr(w, "Expires", slice_str(day));
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_suppressed(struct json_writer *w, const struct report *r, struct buf *scratch)
{
	char day[TIME_TEXT];
	if (r->nsuppressed + r->nset_aside == 0)
		return;
	jw_key(w, "Suppressed");
	jw_array(w);
	for (size_t i = 0; i < r->nsuppressed; i++) {
		const struct suppressed *s = &r->suppressed[i];
		const struct inventory_pkg *p = s->finding.pkg;
		const struct report_result *x = report_result_of(r, p);
		jw_object(w);
		jw_kstr(w, "ID", s->finding.id);
		if (p)
			jw_kstr(w, "PkgName", p->pkg.name);
		jw_kstr(w, "Target", x ? x->target : r->artifact_name);
		jw_kstr(w, "Reason", s->reason);
		jw_kstr(w, "Source", s->source);
		if (s->expires) {
			time_day_text(s->expires, day);
			jw_kstr(w, "Expires", slice_str(day));
		}
		put_set_aside(w, &s->finding, scratch);
		jw_end(w, '}');
	}
	for (size_t i = 0; i < r->nset_aside; i++)
		json_set_aside(w, &r->set_aside[i]);
	jw_end(w, ']');
}

static int put_result(struct json_writer *w, const struct report *r, const struct report_result *x,
		      const struct report_style *st, struct slice artifact, struct buf *scratch,
		      struct err *err)
{
	jw_object(w);
	jw_kstr(w, "Target", x->target);
	jw_kstr(w, "Class", x->class_);
	jw_kstr_opt(w, "Type", x->type);
	if (st->list_all_pkgs && x->npkgs) {
		jw_key(w, "Packages");
		jw_array(w);
		for (size_t i = 0; i < x->npkgs; i++)
			json_package(w, r, &x->pkgs[i], scratch);
		jw_end(w, ']');
	}
	if (x->nfindings) {
		jw_key(w, "Vulnerabilities");
		jw_array(w);
		for (size_t i = 0; i < x->nfindings; i++)
			if (x->findings[i].kind == FINDING_VULNERABILITY && x->findings[i].pkg)
				TRY(json_vulnerability(w, r, x, &x->findings[i], artifact, scratch,
						       err));
		jw_end(w, ']');
	}
	json_issues(w, r, x);
	jw_end(w, '}');
	return 0;
}

/* The same for the same image whatever it is called; for the rest the name's digest. */
static int artifact_id(const struct report *r, char out[DIGEST_TEXT], struct err *err)
{
	unsigned char sum[SHA256_LEN];
	TRY(sha256_of(r->image_id.len ? r->image_id : r->artifact_name, sum, err));
	digest_text(sum, out);
	return 0;
}

/* What was looked for: an empty list of findings means something for these only. */
static void put_scanners(struct json_writer *w, const struct report *r)
{
	jw_key(w, "Scanners");
	jw_array(w);
	if (r->scanned_vulns)
		jw_str(w, SL("vuln"));
	if (r->scanned_secrets)
		jw_str(w, SL("secret"));
	if (r->scanned_config)
		jw_str(w, SL("config"));
	if (r->scanned_licenses)
		jw_str(w, SL("license"));
	jw_end(w, ']');
}

static int put_report(struct json_writer *w, const struct report *r, const struct report_style *st,
		      struct err *err)
{
	char artifact[DIGEST_TEXT], created[TIME_TEXT];
	auto_buf struct buf scratch;
	buf_init(&scratch, MIB);
	TRY(artifact_id(r, artifact, err));
	time_text(r->created, created);
	jw_object(w);
	jw_ku64(w, "SchemaVersion", 2);
	jw_key(w, "Strake");
	jw_object(w);
	jw_kstr(w, "Version", SL(STRAKE_VERSION));
	put_scanners(w, r);
	jw_end(w, '}');
	jw_kstr(w, "CreatedAt", slice_str(created));
	jw_kstr(w, "ArtifactID", slice_str(artifact));
	jw_kstr(w, "ArtifactName", r->artifact_name);
	jw_kstr(w, "ArtifactType", r->artifact_type);
	put_metadata(w, r);
	put_database(w, r);
	jw_key(w, "Results");
	jw_array(w);
	for (size_t i = 0; i < r->nresults; i++)
		TRY(put_result(w, r, &r->results[i], st, slice_str(artifact), &scratch, err));
	jw_end(w, ']');
	put_signatures(w, r);
	put_incomplete(w, r);
	put_suppressed(w, r, &scratch);
	put_expired(w, r);
	jw_end(w, '}');
	return 0;
}

int json_reports(struct json_writer *w, const struct report *reports, size_t n,
		 const struct report_style *st, struct err *err)
{
	if (n != 1)
		jw_array(w);
	for (size_t i = 0; i < n; i++)
		TRY(put_report(w, &reports[i], st, err));
	if (n != 1)
		jw_end(w, ']');
	return 0;
}

static int json_write(const struct report *reports, size_t n, const struct report_style *st,
		      struct buf *out, struct err *err)
{
	struct json_writer w;
	jw_init(&w, out, 2);
	TRY(json_reports(&w, reports, n, st, err));
	buf_putc(out, '\n');
	return out->failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_json = {
    .name = "json",
    .help = "Trivy's JSON report, SchemaVersion 2, with additions",
    .write = json_write,
};
