/* SPDX-License-Identifier: Apache-2.0 */
/* Misconfigurations, secrets and licences as rules and results of SARIF. */
#include "report/sarif_internal.h"

#include <stdio.h>

static int by_rule(const void *pa, const void *pb)
{
	const struct report_issue_row *a = *(struct report_issue_row *const *)pa,
				      *b = *(struct report_issue_row *const *)pb;
	int c = slice_cmp(a->issue->id, b->issue->id);
	if (c == 0)
		c = (int)b->issue->severity - (int)a->issue->severity;
	return c ? c : (a > b) - (a < b);
}

int sarif_find_issues(struct sarif *s, struct arena *a)
{
	TRY(report_issue_rows(s->reports, s->nreports, a, &s->issues, &s->nissues, s->err));
	s->issue_rules = arena_array(a, s->nissues + 1, sizeof(struct report_issue_row *));
	if (!s->issue_rules)
		return err_oom(s->err);
	for (size_t i = 0; i < s->nissues; i++)
		s->issue_rules[i] = &s->issues[i];
	qsort(s->issue_rules, s->nissues, sizeof(struct report_issue_row *), by_rule);
	for (size_t i = 0; i < s->nissues; i++) {
		struct report_issue_row *x = s->issue_rules[i];
		if (s->nissue_rules == 0 ||
		    !slice_eq(s->issue_rules[s->nissue_rules - 1]->issue->id, x->issue->id))
			s->issue_rules[s->nissue_rules++] = x;
	}
	return 0;
}

static size_t rule_index(const struct sarif *s, struct slice id)
{
	size_t from = 0, to = s->nissue_rules;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (slice_cmp(s->issue_rules[mid]->issue->id, id) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return s->nrules + from;
}

static const char *rule_name(enum finding_kind kind)
{
	return kind == FINDING_SECRET		  ? "Secret"
	       : kind == FINDING_MISCONFIGURATION ? "Misconfiguration"
						  : "License";
}

static void put_tags(struct sarif *s, const struct report_issue *x)
{
	jw_key(&s->w, "tags");
	jw_array(&s->w);
	jw_str(&s->w, slice_str(report_kind_word(x->kind)));
	jw_str(&s->w, SL("security"));
	jw_str(&s->w, slice_str(adv_severity_names[x->severity]));
	jw_end(&s->w, ']');
}

static void put_help(struct sarif *s, const struct report_issue *x)
{
	struct slice text = x->remedy.len ? x->remedy : report_issue_text(x);
	jw_key(&s->w, "help");
	jw_object(&s->w);
	buf_clear(&s->text);
	escape_put_text(&s->text, text);
	jw_kstr(&s->w, "text", buf_slice(&s->text));
	buf_clear(&s->text);
	buf_puts(&s->text, SL("**"));
	escape_put_markdown(&s->text, x->title);
	buf_puts(&s->text, SL("**\n\n"));
	escape_put_markdown(&s->text, text);
	buf_putc(&s->text, '\n');
	jw_kstr(&s->w, "markdown", buf_slice(&s->text));
	buf_clear(&s->text);
	jw_end(&s->w, '}');
}

static void put_rule(struct sarif *s, const struct report_issue *x)
{
	static const double middle[] = {0, 2, 5.5, 8, 9.5};
	char score[32];
	jw_object(&s->w);
	sarif_clean(s, "id", x->id);
	jw_kstr(&s->w, "name", slice_str(rule_name(x->kind)));
	sarif_description(s, "shortDescription", x->title.len ? x->title : x->id);
	sarif_description(s, "fullDescription",
			  x->description.len ? x->description
			  : x->title.len     ? x->title
					     : x->id);
	jw_key(&s->w, "defaultConfiguration");
	jw_object(&s->w);
	jw_kstr(&s->w, "level", slice_str(sarif_level(x->severity)));
	jw_end(&s->w, '}');
	buf_clear(&s->scratch);
	if (escape_put_url(&s->scratch, x->url))
		jw_kstr(&s->w, "helpUri", buf_slice(&s->scratch));
	put_help(s, x);
	jw_key(&s->w, "properties");
	jw_object(&s->w);
	jw_kstr(&s->w, "precision", SL("high"));
	snprintf(score, sizeof(score), "%.1f", middle[x->severity]);
	jw_kstr(&s->w, "security-severity", slice_str(score));
	put_tags(s, x);
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
}

void sarif_issue_rules(struct sarif *s)
{
	for (size_t i = 0; i < s->nissue_rules; i++)
		put_rule(s, s->issue_rules[i]->issue);
}

static void put_location(struct sarif *s, const struct report_issue_row *row)
{
	const struct report_issue *x = row->issue;
	jw_key(&s->w, "locations");
	jw_array(&s->w);
	jw_object(&s->w);
	jw_key(&s->w, "physicalLocation");
	jw_object(&s->w);
	jw_key(&s->w, "artifactLocation");
	jw_object(&s->w);
	buf_clear(&s->scratch);
	escape_put_path(&s->scratch, report_issue_path(row->result, x));
	if (s->scratch.len == 0)
		buf_puts(&s->scratch, SL("unnamed"));
	jw_kstr(&s->w, "uri", buf_slice(&s->scratch));
	jw_kstr(&s->w, "uriBaseId", SL("ROOTPATH"));
	jw_end(&s->w, '}');
	jw_key(&s->w, "region");
	jw_object(&s->w);
	jw_ku64(&s->w, "startLine", MAX(x->start_line, 1u));
	jw_ku64(&s->w, "endLine", MAX(MAX(x->start_line, x->end_line), 1u));
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
	jw_end(&s->w, ']');
}

static void put_message(struct sarif *s, const struct report_issue_row *row)
{
	const struct report_issue *x = row->issue;
	buf_clear(&s->text);
	sarif_add_message(&s->text, report_issue_text(x));
	sarif_add_line(&s->text, "Severity:", slice_str(adv_severity_names[x->severity]));
	if (x->match.len)
		sarif_add_line(&s->text, "Match:", x->match);
	if (x->commit) {
		buf_clear(&s->scratch);
		report_put_commit(&s->scratch, x->commit);
		sarif_add_line(&s->text, "History:", buf_slice(&s->scratch));
	}
	if (x->pkg.len)
		sarif_add_line(&s->text, "Package:", x->pkg);
	if (x->remedy.len)
		sarif_add_line(&s->text, "Remedy:", x->remedy);
	sarif_add_line(&s->text, "Target:", row->report->artifact_name);
	sarif_message(s, "message");
}

/* The names under which gitleaks writes them. */
static void put_commit(struct sarif *s, const struct issue_commit *c)
{
	sarif_clean(s, "commitSha", c->id);
	sarif_clean(s, "author", c->author);
	sarif_clean(s, "email", c->email);
	sarif_clean(s, "date", c->date);
	sarif_clean(s, "commitMessage", c->message);
}

static int put_result(struct sarif *s, const struct report_issue_row *row)
{
	const struct report_issue *x = row->issue;
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	jw_object(&s->w);
	sarif_clean(s, "ruleId", x->id);
	jw_ku64(&s->w, "ruleIndex", rule_index(s, x->id));
	jw_kstr(&s->w, "level", slice_str(sarif_level(x->severity)));
	put_message(s, row);
	put_location(s, row);
	TRY(report_issue_identity(row, true, sum, s->err));
	digest_text(sum, text);
	jw_key(&s->w, "partialFingerprints");
	jw_object(&s->w);
	jw_kstr(&s->w, "primaryLocationLineHash", slice_from(slice_str(text), 7));
	TRY(report_issue_identity(row, false, sum, s->err));
	digest_text(sum, text);
	jw_kstr(&s->w, "strakeFinding/v1", slice_from(slice_str(text), 7));
	if (x->commit)
		put_commit(s, x->commit);
	jw_end(&s->w, '}');
	jw_key(&s->w, "properties");
	jw_object(&s->w);
	jw_kstr(&s->w, "severity", slice_str(adv_severity_names[x->severity]));
	if (x->proof.len)
		sarif_clean(s, "proof", x->proof);
	if (x->commit && x->commit->tree != TREE_UNKNOWN)
		jw_kbool(&s->w, "inWorkTree", x->commit->tree == TREE_THERE);
	if (x->naliases) {
		jw_key(&s->w, "aliases");
		jw_array(&s->w);
		for (size_t i = 0; i < x->naliases; i++)
			jw_str(&s->w, x->aliases[i]);
		jw_end(&s->w, ']');
	}
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
	return 0;
}

int sarif_issue_results(struct sarif *s)
{
	for (size_t i = 0; i < s->nissues; i++)
		TRY(put_result(s, &s->issues[i]));
	return 0;
}
