/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a rules file: loading ends with rules or with problems that have a place in the file. */
#include "rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int nothing(void *event, const struct rule_field *f, const struct rule_arg *arg,
		   struct rule_value *out)
{
	(void)event;
	if (arg->text.ptr || f->flags & (RULE_LIST | RULE_ANY | RULE_EITHER))
		return 0;
	if (f->type == RULE_STRING || f->type == RULE_PATH || f->type == RULE_BYTES)
		out->str = SL("/etc/shadow");
	else
		memset(&out->ip, 0, sizeof(out->ip));
	return 1;
}

static void check_problems(const struct rule_engine *e, size_t size, bool compiled)
{
	const struct rule_problem *const *p;
	size_t n = rule_problems(e, &p), errors = 0;
	for (size_t i = 0; i < n; i++) {
		errors += p[i]->is_error;
		if (!p[i]->message.len || p[i]->caret > p[i]->snippet.len)
			abort();
		for (size_t k = 0; k < p[i]->nat; k++)
			if (p[i]->at[k].offset > size || p[i]->at[k].line == 0)
				abort();
	}
	if (compiled && errors)
		abort();
}

static void evaluate(const struct rule_engine *e, const char *source, struct err *err)
{
	const struct rule_info *hits[4];
	auto_rule_session struct rule_session *s =
	    rule_session_new(e, slice_str(source), nothing, err);
	auto_buf struct buf out = {0};
	if (!s)
		abort();
	buf_init(&out, MIB);
	for (unsigned type = 0; type < 1024; type += 17) {
		size_t n = rule_eval(s, type, NULL, hits, ARRAY_LEN(hits));
		for (size_t i = 0; i < n; i++)
			(void)rule_template_text(hits[i]->output_template, nothing, NULL, &out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	size_t n;
	const struct rule_source *const *sources = rule_sources(&n);
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, n, &err);
	auto_buf struct buf out = {0};
	struct json_writer w;
	if (!e || rule_load(e, SL("input"), slice_of(data, size), RULE_OWN_KEYS, &err) < 0)
		return 0;
	bool compiled = rule_compile(e, &err) == 0;
	check_problems(e, size, compiled);
	buf_init(&out, 16 * MIB);
	rule_report_text(e, 0, &out);
	jw_init(&w, &out, 0);
	rule_report_json(e, 0, &w);
	if (!compiled)
		return 0;
	evaluate(e, "syscall", &err);
	evaluate(e, "k8s_audit", &err);
	return 0;
}
