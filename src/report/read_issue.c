/* SPDX-License-Identifier: Apache-2.0 */
/* Misconfigurations, secrets and licences of a JSON report, read back. */
#include "report/read.h"

static uint32_t number(const struct node *n, const char *key)
{
	uint64_t v = 0;
	(void)!node_u64(node_get(n, key), &v);
	return (uint32_t)MIN(v, UINT32_MAX);
}

static int take_lines(struct report_file *f, const struct node *list, struct report_issue *x,
		      struct err *err)
{
	struct issue_line *to = arena_array(&f->arena, (list ? list->count : 0) + 1, sizeof(*to));
	if (!to)
		return err_oom(err);
	x->lines = to;
	node_each (l, list)
		to[x->nlines++] =
		    (struct issue_line){number(l, "Number"), node_get_str(l, "Content"),
					node_true(node_get(l, "IsCause"))};
	return 0;
}

static int take_fixes(struct report_file *f, const struct node *list, struct report_issue *x,
		      struct err *err)
{
	struct issue_fix *to = arena_array(&f->arena, (list ? list->count : 0) + 1, sizeof(*to));
	if (!to)
		return err_oom(err);
	x->fixes = to;
	node_each (n, list) {
		struct issue_fix *one = &to[x->nfixes++];
		(void)!node_u64(node_get(n, "Start"), &one->start);
		(void)!node_u64(node_get(n, "End"), &one->end);
		one->replacement = node_get_str(n, "Replacement");
	}
	return 0;
}

static int take_common(struct report_file *f, const struct report *r, const struct node *n,
		       struct report_issue *x, struct err *err)
{
	x->severity = read_severity(node_get_str(n, "Severity"));
	x->title = node_get_str(n, "Title");
	x->message = node_get_str(n, "Message");
	x->layer = read_layer(r, node_get(n, "Layer"));
	x->deleted_in = read_layer(r, node_get(n, "DeletedInLayer"));
	x->aliases = read_strings(&f->arena, node_get(n, "Aliases"), &x->naliases);
	x->references = read_strings(&f->arena, node_get(n, "References"), &x->nreferences);
	return x->aliases && x->references ? 0 : err_oom(err);
}

static int take_misconfiguration(struct report_file *f, const struct report *r,
				 const struct node *n, struct report_issue *x, struct err *err)
{
	const struct node *cause = node_get(n, "CauseMetadata");
	TRY(take_common(f, r, n, x, err));
	x->category = node_get_str(n, "Type");
	x->id = node_get_str(n, "ID");
	x->description = node_get_str(n, "Description");
	x->remedy = node_get_str(n, "Resolution");
	x->url = node_get_str(n, "PrimaryURL");
	x->resource = node_get_str(cause, "Resource");
	x->provider = node_get_str(cause, "Provider");
	x->service = node_get_str(cause, "Service");
	x->start_line = number(cause, "StartLine");
	x->end_line = number(cause, "EndLine");
	TRY(take_lines(f, node_path(cause, "Code.Lines"), x, err));
	return take_fixes(f, node_get(n, "Fixes"), x, err);
}

static int take_commit(struct report_file *f, const struct node *n, struct issue_commit **ret,
		       struct err *err)
{
	const struct node *in_tree = node_get(n, "InWorkTree");
	if (!node_get_str(n, "Commit").len)
		return 0;
	struct issue_commit *c = arena_new(&f->arena, struct issue_commit);
	if (!c)
		return err_oom(err);
	*c = (struct issue_commit){.id = node_get_str(n, "Commit"),
				   .author = node_get_str(n, "Author"),
				   .email = node_get_str(n, "Email"),
				   .date = node_get_str(n, "Date"),
				   .message = node_get_str(n, "Message"),
				   .blobs = number(n, "Blobs"),
				   .tree = !in_tree		? TREE_UNKNOWN
					   : node_true(in_tree) ? TREE_THERE
								: TREE_GONE};
	c->paths = read_strings(&f->arena, node_get(n, "Paths"), &c->npaths);
	*ret = c;
	return c->paths ? 0 : err_oom(err);
}

static int take_secret(struct report_file *f, const struct report *r, const struct node *n,
		       struct report_issue *x, struct err *err)
{
	TRY(take_common(f, r, n, x, err));
	x->id = node_get_str(n, "RuleID");
	x->category = node_get_str(n, "Category");
	x->start_line = number(n, "StartLine");
	x->end_line = number(n, "EndLine");
	x->match = node_get_str(n, "Match");
	x->proof = node_get_str(n, "Proof");
	TRY(take_commit(f, n, &x->commit, err));
	x->message = SL_NONE; /* of the commit */
	TRY(report_weigh_proof(x, &f->arena, err));
	x->fingerprint = node_get_str(n, "Fingerprint");
	(void)!node_u64(node_get(n, "Offset"), &x->offset);
	return take_lines(f, node_path(n, "Code.Lines"), x, err);
}

static int take_license(struct report_file *f, const struct report *r, const struct node *n,
			struct report_issue *x, struct err *err)
{
	TRY(take_common(f, r, n, x, err));
	x->id = node_get_str(n, "Name");
	x->category = node_get_str(n, "Category");
	x->pkg = node_get_str(n, "PkgName");
	x->path = node_get_str(n, "FilePath");
	x->url = node_get_str(n, "Link");
	if (node_double(node_get(n, "Confidence"), &x->confidence) < 0)
		x->confidence = 1;
	return 0;
}

int read_issues(struct report_file *f, const struct report *r, const struct node *result,
		struct report_result *x, struct err *err)
{
	static const struct {
		const char *key;
		enum finding_kind kind;
		int (*take)(struct report_file *, const struct report *, const struct node *,
			    struct report_issue *, struct err *);
	} kinds[] = {{"Misconfigurations", FINDING_MISCONFIGURATION, take_misconfiguration},
		     {"Secrets", FINDING_SECRET, take_secret},
		     {"Licenses", FINDING_LICENSE, take_license}};
	uint64_t passed = 0;
	size_t n = 1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		n += node_get(result, kinds[i].key) ? node_get(result, kinds[i].key)->count : 0;
	struct report_issue *all = arena_array(&f->arena, n, sizeof(*all));
	if (!all)
		return err_oom(err);
	x->issues = all;
	if (node_u64(node_path(result, "MisconfSummary.Successes"), &passed) == 0)
		x->npassed = (size_t)passed;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		node_each (one, node_get(result, kinds[i].key)) {
			/* What passed is no issue. */
			if (slice_is(node_get_str(one, "Status"), "PASS"))
				continue;
			struct report_issue *to = &all[x->nissues++];
			*to = (struct report_issue){
			    .kind = kinds[i].kind, .layer = -1, .deleted_in = -1};
			TRY(kinds[i].take(f, r, one, to, err));
		}
	return 0;
}

/* An entry of Suppressed that is no vulnerability; false: it is one. */
bool read_set_aside(struct report_file *f, const struct node *n, struct report_set_aside *s)
{
	static const struct {
		const char *word;
		enum finding_kind kind;
	} kinds[] = {{"secret", FINDING_SECRET},
		     {"misconfiguration", FINDING_MISCONFIGURATION},
		     {"license", FINDING_LICENSE}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!slice_is(node_get_str(n, "Kind"), kinds[i].word))
			continue;
		*s = (struct report_set_aside){.target = node_get_str(n, "Target"),
					       .reason = node_get_str(n, "Reason"),
					       .source = node_get_str(n, "Source")};
		s->issue =
		    (struct report_issue){.kind = kinds[i].kind,
					  .id = node_get_str(n, "ID"),
					  .pkg = node_get_str(n, "PkgName"),
					  .title = node_get_str(n, "Title"),
					  .severity = read_severity(node_get_str(n, "Severity")),
					  .start_line = number(n, "StartLine"),
					  .end_line = number(n, "EndLine"),
					  .layer = -1,
					  .deleted_in = -1};
		s->issue.fingerprint = node_get_str(n, "Fingerprint");
		s->issue.aliases =
		    read_strings(&f->arena, node_get(n, "Aliases"), &s->issue.naliases);
		(void)!time_parse_day(node_get_str(n, "Expires"), &s->expires);
		return true;
	}
	return false;
}
