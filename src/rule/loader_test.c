/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files: places of errors, lists and macros, overrides, and what is done against hostile ones. */
#include "rule/rule.h"
#include "tests/test.h"

static struct rule_engine *load(const char *text, bool *good)
{
	struct err err = {0};
	size_t n;
	const struct rule_source *const *sources = rule_sources(&n);
	struct rule_engine *e = rule_engine_new(sources, n, &err);
	assert_non_null(e);
	assert_ok(rule_load(e, SL("f.yaml"), slice_str(text), 0, &err), &err);
	*good = rule_compile(e, &err) == 0;
	return e;
}

static const struct rule_problem *find(const struct rule_engine *e, const char *message)
{
	const struct rule_problem *const *p;
	size_t n = rule_problems(e, &p);
	for (size_t i = 0; i < n; i++)
		if (slice_find(p[i]->message, slice_str(message)) >= 0)
			return p[i];
	for (size_t i = 0; i < n; i++)
		print_message("%.*s\n", SL_FMT(p[i]->message));
	fail_msg("no problem says: %s", message);
	return NULL;
}

static void check_place(const struct rule_engine *e, const char *message, uint32_t line,
			uint32_t column, char at_caret)
{
	const struct rule_problem *p = find(e, message);
	const struct rule_location *at = &p->at[p->nat - 1];
	if (at->line != line || at->column != column)
		fail_msg("%s: at %u:%u, wanted %u:%u", message, at->line, at->column, line, column);
	assert_true(p->caret < p->snippet.len);
	assert_int_equal(p->snippet.ptr[p->caret], at_caret);
}

#define HEAD "- rule: r\n  desc: d\n  output: o\n  priority: info\n"

static void errors_in_folded_text_have_the_place_of_the_file(void **state)
{
	bool good;
	(void)state;
	auto_rule_engine struct rule_engine *a = load(HEAD "  condition: >\n"
							   "    evt.type = open and\n\n"
							   "    proc.nme = x\n"
							   "    and fd.nm = y\n",
						      &good);
	assert_false(good);
	check_place(a, "proc.nme", 8, 5, 'p');
	check_place(a, "fd.nm", 9, 9, 'f');
	auto_rule_engine struct rule_engine *b =
	    load(HEAD "  condition: |\n     evt.type = open and\n       proc.nme = x\n", &good);
	check_place(b, "proc.nme", 7, 8, 'p');
	auto_rule_engine struct rule_engine *c =
	    load(HEAD "  condition: 'evt.type = ''open'' and\n     proc.nme = x'\n", &good);
	check_place(c, "proc.nme", 6, 6, 'p');
	auto_rule_engine struct rule_engine *d = load(
	    HEAD "  condition: \"evt.type = \\\"open\\\" and \\\n     proc.nme = x\"\n", &good);
	check_place(d, "proc.nme", 6, 6, 'p');
	auto_rule_engine struct rule_engine *f =
	    load(HEAD "  condition: evt.type = open\n     and proc.nme = x # comment\n", &good);
	check_place(f, "proc.nme", 6, 10, 'p');
}

static void an_error_in_what_was_appended_is_shown_there(void **state)
{
	bool good;
	(void)state;
	auto_rule_engine struct rule_engine *e =
	    load(HEAD "  condition: evt.type = open\n"
		      "- rule: r\n  condition: and proc.nme = x\n  override: {condition: append}\n",
		 &good);
	check_place(e, "proc.nme", 7, 18, 'p');
	auto_rule_engine struct rule_engine *o =
	    load("- rule: r\n  desc: d\n  output: >\n    one %proc.name and\n    two %proc.nome x\n"
		 "  priority: info\n  condition: evt.type = open\n",
		 &good);
	check_place(o, "unknown filter: %proc.nome", 5, 9, '%');
	/* an item of a list: the place is the list's name in the condition */
	auto_rule_engine struct rule_engine *l =
	    load("- list: l\n  items: [a, 'x = y', \"'\"]\n" HEAD
		 "  condition: evt.type = open and proc.name in (l)\n",
		 &good);
	assert_false(good);
	check_place(l, "a quote is not closed", 7, 48, 'l');
}

static void all_errors_of_a_file_are_collected(void **state)
{
	bool good;
	const struct rule_problem *const *p;
	(void)state;
	auto_rule_engine struct rule_engine *e =
	    load("- rule: r\n  desc: d\n  output: '%nosuch.field'\n  priority: BAD\n"
		 "  condition: nosuchmacro and evt.type = opeen and proc.pid = x\n"
		 "- macro: m\n  condition: a b\n"
		 "- list: l\n",
		 &good);
	size_t n = rule_problems(e, &p), errors = 0;
	for (size_t i = 0; i < n; i++)
		errors += p[i]->is_error;
	assert_false(good);
	assert_int_equal(errors, 7);
	find(e, "Invalid priority");
	find(e, "Undefined macro 'nosuchmacro'");
	find(e, "x is not a valid number");
	find(e, "unknown filter: %nosuch.field");
	find(e, "Item has no mapping for key 'items'");
	assert_slice(find(e, "unknown event type opeen")->hint, "did you mean 'open'?");
}

static struct slice condition(const struct rule_engine *e, struct arena *a, const char *rule)
{
	auto_buf struct buf out = {0};
	const struct rule_info *r = rule_find(e, slice_str(rule));
	buf_init(&out, MIB);
	assert_non_null(r);
	assert_non_null(r->tree);
	rule_tree_text(r->tree, 0, &out);
	return arena_dup(a, buf_slice(&out));
}

static void lists_are_put_in_place_at_any_depth(void **state)
{
	bool good;
	auto_arena struct arena a = {0};
	(void)state;
	arena_init(&a, MIB);
	auto_rule_engine struct rule_engine *e =
	    load("- list: l1\n  items: [a, l2, b c]\n- list: l2\n  items: [x, l3]\n"
		 "- list: l3\n  items: [y, l3]\n- list: none\n  items: []\n" HEAD
		 "  condition: proc.name in (none, l1, none) and fd.name contains 'l1 l2' "
		 "and proc.pname in (none)\n",
		 &good);
	assert_true(good);
	assert_slice(condition(e, &a, "r"),
		     "(proc.name in (a, x, y, l3, \"b c\") and fd.name contains \"l1 l2\" and "
		     "proc.pname in ())");
}

static void macros_see_what_stands_before_them(void **state)
{
	bool good;
	(void)state;
	auto_rule_engine struct rule_engine *e =
	    load("- macro: a\n  condition: b\n- macro: b\n  condition: proc.name = x\n" HEAD
		 "  condition: a\n",
		 &good);
	assert_false(good);
	const struct rule_problem *p = find(e, "Undefined macro 'b' used in filter.");
	assert_true(slice_find(p->hint, SL("defined later, at f.yaml:3")) >= 0);
}

static void an_override_keeps_the_place_in_the_order(void **state)
{
	bool good;
	const struct rule_info *const *all;
	(void)state;
	auto_rule_engine struct rule_engine *e = load(
	    HEAD
	    "  condition: evt.type = open\n  tags: [b]\n"
	    "- rule: s\n  desc: d\n  output: o\n  priority: info\n  condition: evt.type = open\n"
	    "- rule: r\n  desc: more\n  tags: [a, b]\n  priority: error\n  enabled: false\n"
	    "  override: {desc: append, tags: append, priority: replace, enabled: replace}\n",
	    &good);
	assert_true(good);
	assert_int_equal(rule_list(e, &all), 2);
	assert_slice(all[0]->name, "r");
	assert_slice(all[0]->desc, "d more");
	assert_int_equal(all[0]->priority, RULE_ERROR);
	assert_false(all[0]->enabled);
	assert_int_equal(all[0]->ntags, 2);
	assert_slice(all[0]->tags[0], "a");
}

static void rules_are_selected_by_name_tag_and_priority(void **state)
{
	struct err err = {0};
	const struct rule_info *const *all;
	static const char text[] = HEAD "  condition: evt.type = open\n  tags: [x]\n"
					"- rule: net one\n  desc: d\n  output: o\n  priority: "
					"error\n  condition: evt.type = open\n"
					"- rule: quiet\n  desc: d\n  output: o\n  priority: "
					"debug\n  condition: evt.type = open\n";
	(void)state;
	const struct rule_source *sources[] = {&rule_source_syscall};
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	assert_ok(rule_load(e, SL("f"), slice_str(text), 0, &err), &err);
	assert_ok(rule_select(e, SL("*"), SL(""), false, &err), &err);
	assert_ok(rule_select(e, SL("net*"), SL(""), true, &err), &err);
	assert_ok(rule_select(e, SL(""), SL("x"), true, &err), &err);
	rule_set_priority(e, RULE_INFORMATIONAL);
	assert_ok(rule_compile(e, &err), &err);
	assert_int_equal(rule_list(e, &all), 3);
	assert_true(all[0]->is_active);
	assert_true(all[1]->is_active);
	assert_false(all[2]->is_active);
}

static void macro_bombs_stay_small(void **state)
{
	bool good;
	auto_buf struct buf b = {0};
	(void)state;
	buf_init(&b, MIB);
	buf_puts(&b, SL("- macro: m0\n  condition: proc.name = a\n"));
	for (int i = 1; i < 90; i++)
		buf_printf(
		    &b,
		    "- macro: m%d\n  condition: (m%d and fd.num = %d) or (m%d and fd.num > %d)\n",
		    i, i - 1, i, i - 1, i);
	buf_puts(&b, SL(HEAD "  condition: evt.type = open and m89\n"));
	buf_putc(&b, '\0');
	auto_rule_engine struct rule_engine *e = load(b.ptr, &good);
	struct rule_stats st;
	assert_true(good);
	rule_stats_get(e, SL("syscall"), &st);
	assert_true(st.nodes < 1000);
}

static void list_bombs_are_refused(void **state)
{
	bool good;
	auto_buf struct buf b = {0};
	(void)state;
	buf_init(&b, MIB);
	buf_puts(&b, SL("- list: l0\n  items: [aaaaaaaaaa]\n"));
	for (int i = 1; i < 40; i++)
		buf_printf(&b, "- list: l%d\n  items: [l%d, l%d, l%d]\n", i, i - 1, i - 1, i - 1);
	buf_puts(&b, SL(HEAD "  condition: evt.type = open and proc.name in (l39)\n"));
	buf_putc(&b, '\0');
	auto_rule_engine struct rule_engine *e = load(b.ptr, &good);
	assert_false(good);
	find(e, "is longer than");
}

static void parts_of_a_rule_are_bounded(void **state)
{
	bool good;
	auto_buf struct buf b = {0};
	(void)state;
	buf_init(&b, 8 * MIB);
	buf_puts(&b, SL(HEAD "  condition: evt.type = open\n  tags: ["));
	for (int i = 0; i < 1500; i++)
		buf_printf(&b, "t%d, ", i);
	buf_puts(&b, SL("x]\n"));
	for (int i = 0; i < 1500; i++)
		buf_puts(&b, SL("- rule: r\n  condition: or evt.type = link\n"
				"  override: {condition: append}\n"));
	buf_putc(&b, '\0');
	auto_rule_engine struct rule_engine *e = load(b.ptr, &good);
	assert_false(good);
	find(e, "more than 1000 tags");
	find(e, "more than 1000 texts are appended to a condition");
}

static void a_file_that_is_all_errors_ends_soon(void **state)
{
	bool good;
	const struct rule_problem *const *p;
	auto_buf struct buf b = {0};
	(void)state;
	buf_init(&b, 8 * MIB);
	buf_puts(&b, SL(HEAD "  condition: >\n    evt.type = open"));
	for (int i = 0; i < 40000; i++)
		buf_printf(&b, "\n    or proc.nam%d = x", i);
	buf_putc(&b, '\n');
	buf_putc(&b, '\0');
	auto_rule_engine struct rule_engine *e = load(b.ptr, &good);
	assert_false(good);
	assert_int_equal(rule_problems(e, &p), 1000);
	assert_int_equal(p[999]->at[p[999]->nat - 1].line, 6 + 1000);
}

static void a_key_that_is_there_twice_is_told(void **state)
{
	bool good;
	(void)state;
	auto_rule_engine struct rule_engine *e =
	    load(HEAD "  condition: evt.type = open\n  condition: evt.type = link\n", &good);
	assert_true(good);
	check_place(e, "Key 'condition' is there twice", 6, 3, 'c');
}

static void files_that_are_no_rules_are_refused_in_words(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
	    {"word", "Rules content is not yaml"},
	    {"a: b", "Rules content is not yaml array of objects"},
	    {"- [a]", "Unexpected element type."},
	    {"- a: [", "did not find expected"},
	    {"- a: &x [*x]", "an alias inside of its own anchor"},
	    {"- a: *nosuch", "an alias without an anchor"},
	    {"- rule:", "Mapping for key 'rule' is empty"},
	    {"- required_engine_version: 99.0.0", "Rules require engine version 99.0.0"},
	    {"- required_plugin_versions: [{name: container, version: x}]",
	     "Invalid required version 'x' for plugin 'container'"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool good;
		auto_rule_engine struct rule_engine *e = load(cases[i].text, &good);
		assert_false(good);
		find(e, cases[i].message);
	}
}

static void aliases_cannot_blow_a_file_up(void **state)
{
	bool good;
	auto_buf struct buf b = {0};
	(void)state;
	buf_init(&b, MIB);
	buf_puts(&b, SL("- a0: &a0 [x, x, x, x, x, x, x, x]\n"));
	for (int i = 1; i < 12; i++)
		buf_printf(&b, "  a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
			   i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_putc(&b, '\0');
	auto_rule_engine struct rule_engine *e = load(b.ptr, &good);
	assert_false(good);
	find(e, "too many values");
}

static void own_keys_are_kept_and_not_warned_about(void **state)
{
	struct err err = {0};
	static const char text[] =
	    HEAD "  condition: evt.type = open\n  id: X-1\n  aliases: [A, B]\n  remedy: do\n"
		 "  examples: {bad: [{evt.type: open}]}\n  typo: x\n";
	const struct rule_problem *const *p;
	(void)state;
	const struct rule_source *sources[] = {&rule_source_syscall};
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	assert_ok(rule_load(e, SL("f"), slice_str(text), RULE_OWN_KEYS, &err), &err);
	assert_ok(rule_compile(e, &err), &err);
	assert_int_equal(rule_problems(e, &p), 1);
	assert_slice(p[0]->message, "Unknown key 'typo'. The key will be ignored.");
	const struct rule_info *r = rule_find(e, SL("r"));
	assert_slice(node_get_str(r->node, "id"), "X-1");
	assert_int_equal(node_get(r->node, "aliases")->count, 2);
}

RUN_TESTS(T(errors_in_folded_text_have_the_place_of_the_file),
	  T(an_error_in_what_was_appended_is_shown_there), T(all_errors_of_a_file_are_collected),
	  T(lists_are_put_in_place_at_any_depth), T(macros_see_what_stands_before_them),
	  T(an_override_keeps_the_place_in_the_order),
	  T(rules_are_selected_by_name_tag_and_priority), T(macro_bombs_stay_small),
	  T(list_bombs_are_refused), T(parts_of_a_rule_are_bounded),
	  T(a_file_that_is_all_errors_ends_soon), T(a_key_that_is_there_twice_is_told),
	  T(files_that_are_no_rules_are_refused_in_words), T(aliases_cannot_blow_a_file_up),
	  T(own_keys_are_kept_and_not_warned_about))
