/* SPDX-License-Identifier: Apache-2.0 */
/* Output templates, and events given as JSON. */
#include "rule/eval_testing.h"
#include "tests/test.h"

struct printed {
	struct buf text;
	bool whole;
};

static struct slice print(struct arena *a, const char *template, struct sample_event *ev,
			  bool *whole)
{
	struct rule_template *t;
	struct err err = {0};
	auto_buf struct buf out = {0};
	buf_init(&out, MIB);
	assert_ok(rule_template_new(&sample_source, slice_str(template), a, &t, &err), &err);
	*whole = rule_template_text(t, sample_get, ev, &out);
	return arena_dup(a, buf_slice(&out));
}

static void templates_print_fields(void **state)
{
	static const struct {
		const char *template, *text;
		bool whole;
	} cases[] = {
	    {"plain", "plain", true},
	    {"", "", true},
	    {"a %t.name b", "a cat b", true},
	    {"%t.name.x%t.int", "cat.x-5", true},
	    {"%t.name[x]", "cat[x]", true},
	    {"[%6t.name|%2t.name]", "[cat   |ca]", true},
	    {"%toupper(t.name) %len(t.name)", "CAT 3", true},
	    {"%t.anc %t.anc[2] %t.list %t.end", "bash sshd sshd (a,b) 443 51000", true},
	    {"%t.bool %t.ip", "true 10.1.2.3", true},
	    {"x%container.info y", "x y", true},
	    {"%t.path", "<NA>", false},
	    {"*%t.path", "<NA>", true},
	    {"%t.anc[7] %t.env.HOME", "<NA> <NA>", false},
	};
	static const char *const names[] = {"bash", "sshd"}, *const list[] = {"a", "b"},
				 *const ports[] = {"443", "51000"};
	auto_arena struct arena a = {0};
	struct sample_event ev = {.type = 1};
	(void)state;
	arena_init(&a, MIB);
	sample_set_text(&ev, T_NAME, "cat");
	sample_set_int(&ev, T_INT, -5);
	sample_set_int(&ev, T_BOOL, 1);
	sample_set_ip(&ev, T_IP, "10.1.2.3");
	sample_set_list(&ev, T_ANC, 2, names);
	sample_set_list(&ev, T_LIST, 2, list);
	sample_set_list(&ev, T_END, 2, ports);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool whole;
		struct slice got = print(&a, cases[i].template, &ev, &whole);
		if (!slice_is(got, cases[i].text) || whole != cases[i].whole)
			fail_msg("%s: %.*s, whole %d", cases[i].template, SL_FMT(got), whole);
	}
}

static void wrong_templates_are_refused(void **state)
{
	static const struct {
		const char *template, *message;
	} cases[] = {
	    {"x %", "invalid formatting syntax: formatting cannot end with a %"},
	    {"%t.nme x", "unknown filter: %t.nme"},
	    {"%nofield", "unknown filter: %n"},
	    {"% t.name", "unknown filter: % "},
	    {"%t.env", "unknown filter: %t.env"},
	    {"%99999t.name", "a width in an output is over 1000"},
	};
	auto_arena struct arena a = {0};
	(void)state;
	arena_init(&a, MIB);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rule_template *t;
		struct err err = {0};
		assert_true(rule_template_new(&sample_source, slice_str(cases[i].template), &a, &t,
					      &err) < 0);
		if (!strstr(err.text, cases[i].message))
			fail_msg("%s: %s", cases[i].template, err.text);
	}
}

static void collect(void *arg, struct slice key, const struct rule_value *v)
{
	struct json_writer *w = arg;
	jw_key_slice(w, key);
	if (v)
		rule_value_json(v, w);
	else
		jw_null(w);
}

static void fields_of_an_output_have_their_types(void **state)
{
	auto_arena struct arena a = {0};
	auto_buf struct buf out = {0};
	struct json_writer w;
	struct rule_template *t;
	struct err err = {0};
	struct sample_event ev = {.type = 1};
	static const char *const names[] = {"bash", "sshd"};
	(void)state;
	arena_init(&a, MIB);
	buf_init(&out, MIB);
	sample_set_text(&ev, T_NAME, "cat");
	sample_set_int(&ev, T_INT, -5);
	sample_set_int(&ev, T_BOOL, 0);
	sample_set_list(&ev, T_ANC, 2, names);
	assert_ok(rule_template_new(
		      &sample_source,
		      SL("%t.name %t.int %t.bool %t.path %t.anc %t.anc[1] %toupper(t.name)"), &a,
		      &t, &err),
		  &err);
	jw_init(&w, &out, 0);
	jw_object(&w);
	rule_template_each(t, sample_get, &ev, collect, &w);
	jw_end(&w, '}');
	assert_slice(buf_slice(&out),
		     "{\"t.name\":\"cat\",\"t.int\":-5,\"t.bool\":false,\"t.path\":null,"
		     "\"t.anc\":\"bash sshd\",\"t.anc[1]\":\"bash\",\"toupper(t.name)\":\"CAT\"}");
}

static void events_of_json_have_values_by_the_types_of_fields(void **state)
{
	static const char text[] = "{\"evt.type\": \"openat\", \"fd.name\": \"/etc/shadow\", "
				   "\"proc.aname\": [\"sh\", \"sshd\"], "
				   "\"evt.arg.flags\": \"O_RDONLY\", \"fd.sip\": \"10.0.0.1\", "
				   "\"proc.env\": {\"HOME\": \"/root\"}, "
				   "\"proc.tty\": 0, \"evt.is_open_read\": true, \"fd.num\": null}";
	static const struct {
		const char *field, *want; /* NULL: no value */
	} cases[] = {{"fd.name", "/etc/shadow"},
		     {"proc.aname[2]", "sshd"},
		     {"proc.aname[3]", NULL},
		     {"evt.arg.flags", "O_RDONLY"},
		     {"evt.arg[flags]", "O_RDONLY"},
		     {"fd.sip", "10.0.0.1"},
		     {"proc.env[HOME]", "/root"},
		     {"proc.env[X]", NULL},
		     {"proc.tty", "0"},
		     {"evt.is_open_read", "true"},
		     {"fd.num", NULL},
		     {"proc.aname", "(sh,sshd)"}};
	auto_doc struct doc doc = {0};
	auto_arena struct arena a = {0};
	struct node *root;
	struct err err = {0};
	(void)state;
	doc_init(&doc);
	arena_init(&a, MIB);
	assert_ok(json_parse(&doc, slice_str(text), NULL, &root, &err), &err);
	struct rule_json_event ev = {&rule_source_syscall, root, &a};
	assert_ok(rule_json_event_check(&ev, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct rule_field *f;
		struct rule_arg arg;
		struct rule_value v = {0};
		auto_buf struct buf out = {0};
		buf_init(&out, MIB);
		assert_ok(rule_field_find(&rule_source_syscall, slice_str(cases[i].field), &f, &arg,
					  &err),
			  &err);
		v.type = f->type;
		int got = rule_json_event_get(&ev, f, &arg, &v);
		if (got)
			rule_value_text(&v, &out);
		if (got != (cases[i].want != NULL) ||
		    (got && !slice_is(buf_slice(&out), cases[i].want)))
			fail_msg("%s: %d %.*s", cases[i].field, got, SL_FMT(buf_slice(&out)));
	}
}

static void events_with_wrong_fields_are_refused(void **state)
{
	static const char *const texts[] = {"{\"fd.nam\": \"x\"}", "{\"fd.num\": \"x\"}", "[1]",
					    "{\"fd.sip\": \"300.1.1.1\"}", "{\"proc.tty\": -1}"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_doc struct doc doc = {0};
		auto_arena struct arena a = {0};
		struct node *root;
		struct err err = {0};
		doc_init(&doc);
		arena_init(&a, MIB);
		assert_ok(json_parse(&doc, slice_str(texts[i]), NULL, &root, &err), &err);
		struct rule_json_event ev = {&rule_source_syscall, root, &a};
		assert_true(rule_json_event_check(&ev, &err) < 0);
	}
}

RUN_TESTS(T(templates_print_fields), T(wrong_templates_are_refused),
	  T(fields_of_an_output_have_their_types),
	  T(events_of_json_have_values_by_the_types_of_fields),
	  T(events_with_wrong_fields_are_refused))
