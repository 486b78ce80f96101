/* SPDX-License-Identifier: Apache-2.0 */
/* Misconfigurations, secrets and licences in the JSON report: Trivy's fields, then ours. */
#include "report/json_internal.h"

static void put_code(struct json_writer *w, const struct report_issue *x)
{
	bool after = false;
	if (x->nlines == 0)
		return;
	jw_key(w, "Code");
	jw_object(w);
	jw_key(w, "Lines");
	jw_array(w);
	for (size_t i = 0; i < x->nlines; i++) {
		const struct issue_line *l = &x->lines[i];
		bool first = l->cause && !after,
		     last = l->cause && (i + 1 == x->nlines || !x->lines[i + 1].cause);
		after |= l->cause;
		jw_object(w);
		jw_ku64(w, "Number", l->number);
		jw_kstr(w, "Content", l->text);
		jw_kbool(w, "IsCause", l->cause);
		jw_kbool(w, "Truncated", false);
		jw_kbool(w, "FirstCause", first);
		jw_kbool(w, "LastCause", last);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_end(w, '}');
}

static void put_layer(struct json_writer *w, const struct report *r, const char *key, int32_t layer)
{
	if (layer < 0 || (size_t)layer >= r->nlayers)
		return;
	const struct report_layer *l = &r->layers[layer];
	jw_key(w, key);
	jw_object(w);
	jw_kstr_opt(w, "Digest", l->digest);
	jw_kstr_opt(w, "DiffID", l->diff_id);
	jw_kstr_opt(w, "CreatedBy", l->created_by);
	jw_end(w, '}');
}

static void put_fixes(struct json_writer *w, const struct report_issue *x)
{
	if (x->nfixes == 0)
		return;
	jw_key(w, "Fixes");
	jw_array(w);
	for (size_t i = 0; i < x->nfixes; i++) {
		jw_object(w);
		jw_ku64(w, "Start", x->fixes[i].start);
		jw_ku64(w, "End", x->fixes[i].end);
		jw_kstr(w, "Replacement", x->fixes[i].replacement);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_misconfiguration(struct json_writer *w, const struct report *r,
				 const struct report_issue *x)
{
	jw_kstr_opt(w, "Type", x->category);
	jw_kstr(w, "ID", x->id);
	json_slices(w, "Aliases", x->aliases, x->naliases);
	jw_kstr(w, "Title", x->title);
	jw_kstr_opt(w, "Description", x->description);
	jw_kstr(w, "Message", x->message);
	jw_kstr_opt(w, "Resolution", x->remedy);
	jw_kstr(w, "Severity", slice_str(adv_severity_names[x->severity]));
	jw_kstr_opt(w, "PrimaryURL", x->url);
	json_slices(w, "References", x->references, x->nreferences);
	jw_kstr(w, "Status", SL("FAIL"));
	put_layer(w, r, "Layer", x->layer);
	jw_key(w, "CauseMetadata");
	jw_object(w);
	jw_kstr_opt(w, "Resource", x->resource);
	jw_kstr_opt(w, "Provider", x->provider);
	jw_kstr_opt(w, "Service", x->service);
	jw_ku64_opt(w, "StartLine", x->start_line);
	jw_ku64_opt(w, "EndLine", x->end_line);
	put_code(w, x);
	jw_end(w, '}');
	put_fixes(w, x);
}

/* gitleaks' names, then what is ours. */
static void put_commit(struct json_writer *w, const struct issue_commit *c)
{
	if (!c)
		return;
	jw_kstr(w, "Commit", c->id);
	jw_kstr(w, "Author", c->author);
	jw_kstr(w, "Email", c->email);
	jw_kstr(w, "Date", c->date);
	jw_kstr(w, "Message", c->message);
	if (c->tree != TREE_UNKNOWN)
		jw_kbool(w, "InWorkTree", c->tree == TREE_THERE);
	jw_ku64_opt(w, "Blobs", c->blobs);
	if (c->npaths)
		json_slices(w, "Paths", c->paths, c->npaths);
}

static void put_secret(struct json_writer *w, const struct report *r, const struct report_issue *x)
{
	jw_kstr(w, "RuleID", x->id);
	json_slices(w, "Aliases", x->aliases, x->naliases);
	jw_kstr(w, "Category", x->category);
	jw_kstr(w, "Severity", slice_str(adv_severity_names[x->severity]));
	jw_kstr(w, "Title", x->title);
	jw_kstr_opt(w, "Proof", x->proof);
	jw_ku64(w, "StartLine", x->start_line);
	jw_ku64(w, "EndLine", x->end_line);
	put_code(w, x);
	jw_kstr(w, "Match", x->match);
	jw_ku64_opt(w, "Offset", x->offset);
	jw_kstr_opt(w, "Fingerprint", x->fingerprint);
	put_commit(w, x->commit);
	put_layer(w, r, "Layer", x->layer);
	put_layer(w, r, "DeletedInLayer", x->deleted_in);
}

static void put_license(struct json_writer *w, const struct report *r, const struct report_issue *x)
{
	jw_kstr(w, "Severity", slice_str(adv_severity_names[x->severity]));
	jw_kstr(w, "Category", x->category);
	jw_kstr(w, "PkgName", x->pkg);
	jw_kstr(w, "FilePath", x->path);
	jw_kstr(w, "Name", x->id);
	jw_key(w, "Confidence");
	jw_double(w, x->confidence, 2);
	jw_kstr(w, "Link", x->url);
	put_layer(w, r, "Layer", x->layer);
}

static void put_kind(struct json_writer *w, const struct report *r, const struct report_result *x,
		     enum finding_kind kind, const char *key,
		     void (*put)(struct json_writer *, const struct report *,
				 const struct report_issue *))
{
	bool any = false;
	for (size_t i = 0; i < x->nissues; i++) {
		if (x->issues[i].kind != kind)
			continue;
		if (!any) {
			jw_key(w, key);
			jw_array(w);
		}
		any = true;
		jw_object(w);
		put(w, r, &x->issues[i]);
		jw_end(w, '}');
	}
	if (any)
		jw_end(w, ']');
}

void json_issues(struct json_writer *w, const struct report *r, const struct report_result *x)
{
	if (slice_is(x->class_, "config")) {
		jw_key(w, "MisconfSummary");
		jw_object(w);
		jw_ku64(w, "Successes", x->npassed);
		jw_ku64(w, "Failures", x->nissues);
		jw_end(w, '}');
	}
	put_kind(w, r, x, FINDING_MISCONFIGURATION, "Misconfigurations", put_misconfiguration);
	put_kind(w, r, x, FINDING_SECRET, "Secrets", put_secret);
	put_kind(w, r, x, FINDING_LICENSE, "Licenses", put_license);
}

/* One entry of Suppressed. */
void json_set_aside(struct json_writer *w, const struct report_set_aside *s)
{
	char day[TIME_TEXT];
	jw_object(w);
	jw_kstr(w, "ID", s->issue.id);
	jw_kstr(w, "Kind", slice_str(report_kind_word(s->issue.kind)));
	jw_kstr_opt(w, "PkgName", s->issue.pkg);
	jw_kstr(w, "Target", s->target);
	jw_kstr(w, "Reason", s->reason);
	jw_kstr(w, "Source", s->source);
	if (s->expires) {
		time_day_text(s->expires, day);
		jw_kstr(w, "Expires", slice_str(day));
	}
	json_slices(w, "Aliases", s->issue.aliases, s->issue.naliases);
	jw_kstr(w, "Severity", slice_str(adv_severity_names[s->issue.severity]));
	jw_kstr_opt(w, "Title", s->issue.title);
	jw_ku64_opt(w, "StartLine", s->issue.start_line);
	jw_ku64_opt(w, "EndLine", s->issue.end_line);
	jw_kstr_opt(w, "Fingerprint", s->issue.fingerprint);
	put_commit(w, s->issue.commit);
	jw_end(w, '}');
}
