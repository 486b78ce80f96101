/* SPDX-License-Identifier: Apache-2.0 */
/* A user's template over the JSON report: "." is the list of results, as in Trivy. */
#include "report/json_internal.h"
#include "text/text.h"
#include "config.h"

#define TEMPLATE_MAX_MEMORY (1024 * MIB)

/* The results of all reports in one list; the document stays as it is. */
static int results_of(const struct node *document, struct arena *a, struct node **ret,
		      struct err *err)
{
	struct node *list = arena_new(a, struct node), **last;
	const struct node *one = document->type == NODE_ARRAY ? document->first : document;
	if (!list)
		return err_oom(err);
	list->type = NODE_ARRAY;
	last = &list->first;
	for (; one; one = document->type == NODE_ARRAY ? one->next : NULL)
		node_each (x, node_get(one, "Results")) {
			struct node *copy = arena_new(a, struct node);
			if (!copy)
				return err_oom(err);
			*copy = *x;
			copy->next = NULL;
			*last = copy;
			last = &copy->next;
			list->count++;
		}
	*ret = list;
	return 0;
}

static int render(const struct report *reports, size_t n, const struct report_style *st,
		  struct buf *json, struct err *err)
{
	struct json_writer w;
	jw_init(&w, json, 0);
	TRY(json_reports(&w, reports, n, st, err));
	return json->failed ? err_oom(err) : 0;
}

/* ---- what templates see ---- */

static int f_report(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_of_node(gotmpl_user(c));
	return 0;
}

static int f_version(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	(void)c;
	*ret = gotmpl_string(SL(STRAKE_VERSION));
	return 0;
}

static const struct gotmpl_function functions[] = {
    {"appVersion", 0, 0, f_version},
    {"report", 0, 0, f_report},
    {NULL, 0, 0, NULL},
};

/* Structs that are embedded in Trivy's model can be named or not. */
static bool is_embedded(const struct gotmpl_value *v, struct slice field)
{
	struct gotmpl_value id;
	return slice_is(field, "Vulnerability") && gotmpl_member(v, SL("VulnerabilityID"), &id);
}

static int run(const struct report_style *st, int64_t now, struct node *document,
	       const struct node *results, struct buf *out, struct err *err)
{
	auto_gotmpl struct gotmpl *t = NULL;
	auto_arena struct arena arena;
	struct gotmpl_run r = {
	    .name = st->template_name, .dot = gotmpl_of_node(results), .arena = &arena, .out = out};
	const struct gotmpl_env env = {.functions = functions,
				       .sees = "report",
				       .is_embedded = is_embedded,
				       .user = document,
				       .now = now,
				       .arena = &arena};
	arena_init(&arena, TEMPLATE_MAX_MEMORY);
	TRY(gotmpl_new(&env, &t, err));
	TRY(gotmpl_add(t, st->template_name, st->template_text, err));
	return gotmpl_run(t, &r, err);
}

static int template_report(const struct report *reports, size_t n, const struct report_style *st,
			   struct buf *out, struct err *err)
{
	static const struct text_limits limits = {.max_bytes = GOTMPL_MAX_OUTPUT,
						  .max_nodes = 32000000};
	auto_buf struct buf json, text;
	auto_doc struct doc d;
	auto_arena struct arena arena;
	struct node *document = NULL, *results = NULL;
	buf_init(&json, GOTMPL_MAX_OUTPUT);
	buf_init(&text, GOTMPL_MAX_OUTPUT);
	doc_init(&d);
	arena_init(&arena, 64 * MIB);
	if (!st->template_text.ptr)
		return err_usage(err, "--format template: no template - name its file with "
				      "--template FILE");
	TRY(render(reports, n, st, &json, err));
	TRY(json_parse(&d, buf_slice(&json), &limits, &document, err));
	TRY(results_of(document, &arena, &results, err));
	TRY(run(st, n ? reports[0].created : 0, document, results, &text, err));
	buf_puts(out, buf_slice(&text));
	return out->failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_template = {
    .name = "template",
    .help = "what a template of yours makes of the results: --template FILE (docs/templates.md)",
    .write = template_report,
};
