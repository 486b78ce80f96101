/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files in use, and Falco's own cases of what loads: the same verdict, warnings and resolved conditions. */
#include "rule/rule.h"
#include "tests/test.h"

static struct rule_engine *load(const char *path, bool *good)
{
	struct err err = {0};
	size_t n;
	const struct rule_source *const *sources = rule_sources(&n);
	struct rule_engine *e = rule_engine_new(sources, n, &err);
	auto_buf struct buf text = {0};
	buf_init(&text, 64 * MIB);
	assert_non_null(e);
	assert_ok(file_read(path, &text, &err), &err);
	assert_ok(rule_load(e, slice_str(path), buf_slice(&text), 0, &err), &err);
	*good = rule_compile(e, &err) == 0;
	return e;
}

static void show(const struct rule_engine *e)
{
	auto_buf struct buf out = {0};
	buf_init(&out, 64 * MIB);
	rule_report_text(e, 0, &out);
	print_message("%.*s\n", (int)out.len, out.ptr);
}

/* Text in the message or in the words for the code; WARNING_X are names of Falco's tests. */
static bool has(const struct rule_engine *e, bool is_error, struct slice want)
{
	const struct rule_problem *const *p;
	size_t n = rule_problems(e, &p);
	if (slice_starts(want, "\"")) {
		want = slice_from(want, 1);
		want.len--;
	}
	for (size_t i = 0; i < n; i++) {
		if (p[i]->is_error != is_error)
			continue;
		if ((slice_is(want, "WARNING_APPEND") && p[i]->code == RULE_DEPRECATED_ITEM) ||
		    (slice_is(want, "WARNING_NO_EVTTYPE") && p[i]->code == RULE_NO_EVTTYPE) ||
		    slice_find(p[i]->message, want) >= 0 ||
		    slice_find(slice_str(rule_code_text(p[i]->code)), want) >= 0)
			return true;
	}
	return false;
}

static bool check_conditions(const struct rule_engine *e, const struct node *want)
{
	bool good = true;
	node_each (w, want) {
		auto_buf struct buf text = {0};
		const struct rule_info *r = rule_find(e, w->key);
		buf_init(&text, MIB);
		if (r && r->tree)
			rule_tree_text(r->tree, 0, &text);
		if (slice_eq(buf_slice(&text), w->str))
			continue;
		print_message("  condition %.*s\n  wanted    %.*s\n", (int)text.len, text.ptr,
			      SL_FMT(w->str));
		good = false;
	}
	return good;
}

static bool check_case(const struct node *c)
{
	auto_rule_engine struct rule_engine *e = NULL;
	char path[4096];
	bool loads, good = true;
	(void)snprintf(path, sizeof(path), "%s/falco/rule-loader/%.*s", test_data(),
		       SL_FMT(node_get_str(c, "file")));
	e = load(path, &loads);
	good = loads == node_true(node_get(c, "loads"));
	node_each (w, node_get(c, "warning"))
		good = has(e, false, w->str) && good;
	node_each (w, node_get(c, "error_contains"))
		good = has(e, true, w->str) && good;
	good = check_conditions(e, node_get(c, "compiled_condition")) && good;
	if (!good) {
		print_message("%.*s differs\n", SL_FMT(node_get_str(c, "case")));
		show(e);
	}
	return good;
}

static void cases_of_the_loader_have_the_verdict_of_falco(void **state)
{
	(void)state;
	auto_doc struct doc doc = {0};
	auto_arena struct arena a = {0};
	struct err err = {0};
	struct node *root;
	char path[4096];
	size_t n = 0, bad = 0;
	arena_init(&a, 64 * MIB);
	doc_init(&doc);
	(void)snprintf(path, sizeof(path), "%s/falco/rule-loader/expected.json", test_data());
	assert_ok(json_parse(&doc, test_read(&a, path), NULL, &root, &err), &err);
	node_each (c, root) {
		n++;
		bad += !check_case(c);
	}
	assert_true(n > 50);
	assert_int_equal(bad, 0);
}

static void files_of_exceptions_load_unless_an_item_is_wrong(void **state)
{
	static const struct {
		const char *name;
		bool loads;
	} files[] = {
	    {"ExceptionsAppendItemFieldsValuesLenMismatch", false},
	    {"ExceptionsAppendItemNoName", false},
	    {"ExceptionsItemFieldsValuesLenMismatch", false},
	    {"ExceptionsItemNoFields", false},
	    {"ExceptionsItemNoName", false},
	    {"ExceptionsItemUnknownComp", false},
	    {"ExceptionsItemUnknownFields", false},
	    {"ExceptionsRuleExceptionAppendComp", true},
	    {"ExceptionsRuleExceptionAppendOneValue", true},
	    {"ExceptionsRuleExceptionAppendSecondItem", true},
	    {"ExceptionsRuleExceptionAppendThirdItem", true},
	    {"ExceptionsRuleExceptionComp", true},
	    {"ExceptionsRuleExceptionNewSingleFieldAppend", true},
	    {"ExceptionsRuleExceptionNoValues", true},
	    {"ExceptionsRuleExceptionOneValue", true},
	    {"ExceptionsRuleExceptionQuoted", true},
	    {"ExceptionsRuleExceptionSecondItem", true},
	    {"ExceptionsRuleExceptionSecondValue", true},
	    {"ExceptionsRuleExceptionSingleFieldAppend", true},
	};
	(void)state;
	size_t bad = 0;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_rule_engine struct rule_engine *e = NULL;
		char path[4096];
		bool loads;
		(void)snprintf(path, sizeof(path), "%s/falco/rule-files/%s.yaml", test_data(),
			       files[i].name);
		e = load(path, &loads);
		if (loads == files[i].loads)
			continue;
		bad++;
		print_message("%s: %s\n", files[i].name, loads ? "loads" : "does not load");
		show(e);
	}
	assert_int_equal(bad, 0);
}

static void rules_in_use_load_without_an_error(void **state)
{
	static const char *const files[] = {"falco_rules.yaml", "falco-deprecated_rules.yaml",
					    "plugin-k8s_audit_rules.yaml"};
	static const size_t rules[] = {25, 0, 30};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_rule_engine struct rule_engine *e = NULL;
		const struct rule_info *const *all;
		char path[4096];
		bool loads;
		(void)snprintf(path, sizeof(path), "%s/falco/%s", test_data(), files[i]);
		e = load(path, &loads);
		if (!loads)
			show(e);
		assert_true(loads);
		assert_true(rule_list(e, &all) >= rules[i]);
	}
}

RUN_TESTS(T(cases_of_the_loader_have_the_verdict_of_falco),
	  T(files_of_exceptions_load_unless_an_item_is_wrong),
	  T(rules_in_use_load_without_an_error))
