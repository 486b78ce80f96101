/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions say of events: the cases in which the language surprises. */
#include "rule/eval_testing.h"
#include "tests/test.h"

static bool matches(const char *condition, struct sample_event *ev)
{
	const struct rule_source *sources[] = {&sample_source};
	const struct rule_info *hits[1];
	struct err err = {0};
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	assert_ok(rule_add(e, SL("test"), SL("r"), slice_str(condition), SL(""), &err), &err);
	assert_ok(rule_compile(e, &err), &err);
	auto_rule_session struct rule_session *s =
	    rule_session_new(e, SL("test"), sample_get, &err);
	assert_non_null(s);
	return rule_eval(s, ev->type, ev, hits, 1) == 1;
}

static void check_all(struct sample_event *ev, const char *const *yes, const char *const *no)
{
	for (; *yes; yes++)
		if (!matches(*yes, ev))
			fail_msg("should match: %s", *yes);
	for (; *no; no++)
		if (matches(*no, ev))
			fail_msg("should not match: %s", *no);
}

static void a_field_without_value_makes_every_check_false(void **state)
{
	static const char *const yes[] = {"not t.name = a", "not t.name != a",	"not t.name exists",
					  "not t.int < 3",  "not t.anc in (a)", NULL};
	static const char *const no[] = {"t.name = a",
					 "t.name != a",
					 "t.name exists",
					 "t.int != 3",
					 "t.list in ()",
					 "t.name contains ''",
					 "t.end != 80",
					 "t.name startswith allof ()",
					 NULL};
	struct sample_event ev = {.type = 1};
	(void)state;
	check_all(&ev, yes, no);
}

static void an_empty_text_is_a_value(void **state)
{
	static const char *const yes[] = {"t.name exists",	"t.name = ''",	   "t.name != a",
					  "t.name contains ''", "len(t.name) = 0", NULL};
	static const char *const no[] = {"t.name = a", "t.name contains a", NULL};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_text(&ev, T_NAME, "");
	check_all(&ev, yes, no);
}

static void texts_are_compared_as_falco_does(void **state)
{
	static const char *const yes[] = {"t.path pmatch (/etc)",
					  "t.path pmatch (/etc/, /x)",
					  "t.path pmatch ('/e*/ssh')",
					  "t.path pmatch (/)",
					  "t.path glob '/etc/*'",
					  "t.path glob '*config'",
					  "t.path iglob '/ETC/*'",
					  "t.path icontains SSHD",
					  "t.path regex '/etc/.*'",
					  "t.path regex '.*_config'",
					  "t.path endswith oneof (_config, nope)",
					  "t.path contains allof (ssh, etc)",
					  "t.path glob '/etc/ssh/sshd[_-]config'",
					  "basename(t.path) = sshd_config",
					  "toupper(basename(t.path)) = SSHD_CONFIG",
					  "concat(t.name, ':', t.path) = cat:/etc/ssh/sshd_config",
					  "join('-', (t.name, 'x')) = cat-x",
					  "t.path regex '(/[a-z_]+){3}'",
					  "t.path regex '/etc/[[:alpha:]]+/[^/]*'",
					  "t.path startswith anyof (/x, /etc)",
					  NULL};
	static const char *const no[] = {"t.path pmatch (/et)",
					 "t.path pmatch (etc)",
					 "t.path regex ssh",
					 "t.path glob ssh",
					 "t.path = /etc/ssh",
					 "t.path contains SSHD",
					 "t.path endswith oneof (_config, config)",
					 "t.path regex '/etc'",
					 "t.path contains allof (ssh, nope)",
					 "t.path pmatch ('/e*/ss')",
					 NULL};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_text(&ev, T_PATH, "/etc/ssh/sshd_config");
	sample_set_text(&ev, T_NAME, "cat");
	check_all(&ev, yes, no);
}

static void invalid_utf8_does_not_stop_a_regex(void **state)
{
	static const char *const yes[] = {"t.name regex 'a.b'", NULL};
	static const char *const no[] = {"t.name regex 'ab'", NULL};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_text(&ev, T_NAME,
			"a\xff"
			"b");
	check_all(&ev, yes, no);
}

static void a_costly_regex_ends(void **state)
{
	static const char *const yes[] = {NULL}, *const no[] = {"t.name regex '(a*)*(a*)*(a*)*b'",
								NULL};
	struct sample_event ev = {.type = 1};
	char text[3000];
	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	sample_set_text(&ev, T_NAME, text);
	check_all(&ev, yes, no);
}

static void lists_want_every_or_any_value(void **state)
{
	static const char *const yes[] = {"t.list in (a, b, c)",
					  "t.list intersects (b, z)",
					  "t.list exists",
					  "len(t.list) = 2",
					  "t.nums in (1, 2)",
					  "t.nums intersects (2)",
					  "join(',', t.list) = 'a,b'",
					  NULL};
	static const char *const no[] = {"t.list in (a)", "t.list intersects (z)", "t.nums in (1)",
					 "t.nums intersects (3)", NULL};
	static const char *const texts[] = {"a", "b"}, *const numbers[] = {"1", "2"};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_list(&ev, T_LIST, 2, texts);
	sample_set_list(&ev, T_NUMS, 2, numbers);
	check_all(&ev, yes, no);
}

static void any_ancestor_and_either_end_count(void **state)
{
	static const char *const yes[] = {"t.anc = sshd",
					  "t.anc != sshd",
					  "t.anc in (bash)",
					  "t.anc[1]=bash",
					  "t.anc startswith ss",
					  "t.anc[2] = sshd",
					  "t.end = 443",
					  "t.end != 80",
					  "t.end > 5000",
					  "t.end = https",
					  NULL};
	static const char *const no[] = {"t.anc = zsh",	 "t.anc[3] exists", "t.anc[0] = bash",
					 "t.end != 443", "t.end = 80",	    NULL};
	static const char *const names[] = {"bash", "sshd"}, *const ports[] = {"443", "51000"};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_list(&ev, T_ANC, 2, names);
	sample_set_list(&ev, T_END, 2, ports);
	check_all(&ev, yes, no);
}

static void addresses_and_numbers_compare_by_value(void **state)
{
	static const char *const yes[] = {"t.ip = 10.1.2.3",
					  "t.ip != ::1",
					  "t.ip in (1.1.1.1, 10.1.2.3)",
					  "t.net = 10.0.0.0/8",
					  "t.net in (10.9.0.0/16, 10.1.2.0/24)",
					  "t.net != fe80::/10",
					  "t.int = -5",
					  "t.int < -4",
					  "t.int in (1, -5)",
					  NULL};
	static const char *const no[] = {"t.ip = ::1", "t.net = 11.0.0.0/8", "t.int > -5",
					 "t.int != -5", NULL};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_ip(&ev, T_IP, "10.1.2.3");
	sample_set_ip(&ev, T_NET, "10.1.2.3");
	sample_set_int(&ev, T_INT, -5);
	check_all(&ev, yes, no);
}

static void base64_and_options_are_read(void **state)
{
	static const char *const yes[] = {"b64(t.name) = hello",
					  "b64(t.name) startswith hel",
					  "getopt(t.list, 'ab:c')[b] = val",
					  "getopt(t.list, 'ab:c')[a] exists",
					  "getopt(t.list, 'ab:c') intersects (a)",
					  NULL};
	static const char *const no[] = {"b64(t.path) exists", "getopt(t.list, 'ab:c')[c] exists",
					 "getopt(t.list, 'ab:c')[x] exists", NULL};
	static const char *const args[] = {"-a", "-bval", "file"};
	struct sample_event ev = {.type = 1};
	(void)state;
	sample_set_text(&ev, T_NAME, "aGVsbG8");
	sample_set_text(&ev, T_PATH, "!!!");
	sample_set_list(&ev, T_LIST, 3, args);
	check_all(&ev, yes, no);
}

static void event_types_follow_de_morgan(void **state)
{
	static const struct {
		const char *condition, *types; /* of 1 open, 2 exec, 3 link, 9 exit */
	} cases[] = {
	    {"t.type = open", "1"},
	    {"t.type in (open, exec) and t.name = a", "12"},
	    {"not t.type = open", "239"},
	    {"not (t.type = open or t.type = link)", "29"},
	    {"not (t.type != open and t.name = a)", "1239"},
	    {"t.name = a or t.type = open", "1239"},
	    {"t.type = open and t.type = exec", ""},
	    {"t.type = open and not t.type in (open, exec)", ""},
	    {"t.type != open and t.int = 3", "239"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct rule_source *sources[] = {&sample_source};
		struct err err = {0};
		char got[10] = "";
		size_t n = 0;
		auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
		assert_ok(
		    rule_add(e, SL("test"), SL("r"), slice_str(cases[i].condition), SL(""), &err),
		    &err);
		assert_ok(rule_compile(e, &err), &err);
		auto_rule_session struct rule_session *s =
		    rule_session_new(e, SL("test"), sample_get, &err);
		const struct rule_info *r = rule_find(e, SL("r"));
		for (unsigned t = 1; t < 10; t++) {
			bool has = rule_types_has(&r->types, t);
			if (has)
				got[n++] = (char)('0' + t);
			if (sample_source.types[0].code == t || t == 2 || t == 3 || t == 9)
				assert_int_equal(has, rule_type_wanted(s, t));
		}
		assert_string_equal(got, cases[i].types);
	}
}

static void equal_checks_are_made_once(void **state)
{
	const struct rule_source *sources[] = {&sample_source};
	struct err err = {0};
	struct rule_stats st;
	(void)state;
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	for (int i = 0; i < 20; i++) {
		char name[10], text[200];
		(void)snprintf(name, sizeof(name), "r%d", i);
		(void)snprintf(text, sizeof(text),
			       "t.name in (a, b) and (t.path = /x or t.path = /y) and t.int = %d",
			       i);
		assert_ok(rule_add(e, SL("test"), slice_str(name), slice_str(text), SL(""), &err),
			  &err);
	}
	assert_ok(rule_compile(e, &err), &err);
	rule_stats_get(e, SL("test"), &st);
	assert_int_equal(st.rules, 20);
	assert_int_equal(st.checks, 80);
	/* both paths are one set */
	assert_int_equal(st.unique, 22);
	assert_int_equal(st.slots, 3);
	const struct rule_info *r = rule_find(e, SL("r3"));
	assert_int_equal(rule_check_users(e, r, r->tree->kids[0]), 20);
	assert_int_equal(rule_check_users(e, r, r->tree->kids[2]), 1);
}

RUN_TESTS(T(a_field_without_value_makes_every_check_false), T(an_empty_text_is_a_value),
	  T(texts_are_compared_as_falco_does), T(invalid_utf8_does_not_stop_a_regex),
	  T(a_costly_regex_ends), T(lists_want_every_or_any_value),
	  T(any_ancestor_and_either_end_count), T(addresses_and_numbers_compare_by_value),
	  T(base64_and_options_are_read), T(event_types_follow_de_morgan),
	  T(equal_checks_are_made_once))
