/* SPDX-License-Identifier: Apache-2.0 */
/* Random conditions over random events: the compiled graph says what a plain interpreter says. */
#include "rule/eval_testing.h"
#include "tests/test.h"

#define RULES  40
#define ROUNDS 200
#define EVENTS 60

static uint32_t seed = 7;
static uint32_t rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static const char *const words[] = {"a",    "b",    "ab",	"/a",	   "/a/b", "/ab", "/a/b/c",
				    "abc",  "c",    "AB",	"a.b",	   "/",	   "/a/", "bca",
				    "/b/a", "aabb", "/a/b/c/d", "cab/abc", "x",	   "xab"};
static const char *const globs[] = {"a*", "*b",	  "*a*", "/a/*/c", "?b",     "[ab]*",	"a[!b]*",
				    "*",  "/*/b", "a?c", "[a-b]?", "\\\\a*", "/[a-c]/?"};
static const char *const paths[] = {"/a", "/a/b", "/",	 "/*/b", "/a/?",
				    "ab", "/ab/", "//a", "/[ab]"};
static const char *const regexes[] = {"a.*", "(a|b)+", "[a-c]{2,3}", "/a/.*|ab", ".", "a*b?c*"};
static const char *const ips[] = {"10.0.0.1", "10.0.1.1", "192.168.1.7", "::1", "fe80::1"};
static const char *const nets[] = {"10.0.0.0/8", "10.0.0.0/24", "192.168.1.4/30", "fe80::/10",
				   "0.0.0.0/0"};
#define PICK(a) (a)[rnd(ARRAY_LEN(a))]

static void values(struct buf *b, const char *const *from, size_t n)
{
	buf_putc(b, '(');
	for (uint32_t i = 0, k = rnd(4); i < k; i++)
		buf_printf(b, "%s'%s'", i ? ", " : "", from[rnd((uint32_t)n)]);
	buf_putc(b, ')');
}

static void text_check(struct buf *b, const char *field)
{
	static const char *const ops[] = {"=",		"!=",	    "contains",	  "icontains",
					  "startswith", "endswith", "startswith", "="};
	static const char *const quantifiers[] = {"oneof", "anyof", "allof"};
	switch (rnd(9)) {
	case 0:
		buf_printf(b, "%s in ", field);
		values(b, words, ARRAY_LEN(words));
		return;
	case 1:
		buf_printf(b, "%s %s '%s'", field, rnd(2) ? "glob" : "iglob", PICK(globs));
		return;
	case 2:
		buf_printf(b, "%s pmatch ", field);
		values(b, paths, ARRAY_LEN(paths));
		return;
	case 3:
		buf_printf(b, "%s regex '%s'", field, PICK(regexes));
		return;
	case 4:
		buf_printf(b, "%s %s %s ", field, PICK(ops), PICK(quantifiers));
		values(b, words, ARRAY_LEN(words));
		return;
	case 5:
		buf_printf(b, "%s exists", field);
		return;
	default:
		buf_printf(b, "%s %s '%s'", field, PICK(ops), PICK(words));
	}
}

static void number_check(struct buf *b, const char *field)
{
	static const char *const ops[] = {"=", "!=", "<", "<=", ">", ">="};
	if (rnd(4) == 0)
		buf_printf(b, "%s in (%u, %u)", field, rnd(6), rnd(6));
	else
		buf_printf(b, "%s %s %u", field, PICK(ops), rnd(6));
}

static void one_check(struct buf *b)
{
	static const char *const texts[] = {
	    "t.name",	   "t.path",	      "t.anc",		 "t.anc[1]",
	    "t.anc[2]",	   "tolower(t.name)", "toupper(t.path)", "basename(t.path)",
	    "t.env[HOME]", "t.env.HOME",      "t.env[NONE]",	 "t.name"};
	static const char *const numbers[] = {"t.int", "t.uint",      "t.port",
					      "t.end", "len(t.name)", "len(t.list)"};
	static const char *const types[] = {"open", "exec", "link", "exit"};
	switch (rnd(12)) {
	case 0:
		buf_printf(b, "t.type %s %s", rnd(3) ? "=" : "!=", PICK(types));
		return;
	case 1:
		buf_printf(b, "t.type in (%s, %s)", PICK(types), PICK(types));
		return;
	case 2:
	case 3:
		number_check(b, PICK(numbers));
		return;
	case 4:
		buf_printf(b, "t.bool %s %s", rnd(2) ? "=" : "!=", rnd(2) ? "true" : "false");
		return;
	case 5:
		buf_printf(b, "t.ip %s %s", rnd(2) ? "=" : "!=", PICK(ips));
		return;
	case 6:
		buf_printf(b, "t.net %s %s", rnd(2) ? "=" : "!=", PICK(nets));
		return;
	case 7:
		buf_printf(b, "t.list %s ", rnd(2) ? "in" : "intersects");
		values(b, words, ARRAY_LEN(words));
		return;
	case 8:
		buf_printf(b, "t.nums %s (%u, %u)", rnd(2) ? "in" : "intersects", rnd(6), rnd(6));
		return;
	case 9:
		if (rnd(2))
			buf_printf(b, "t.name %s val(t.path)", rnd(2) ? "=" : "startswith");
		else
			buf_printf(b, "t.bytes %s %s", rnd(2) ? "bcontains" : "bstartswith",
				   rnd(2) ? "6162" : "2f");
		return;
	default:
		text_check(b, PICK(texts));
	}
}

static void condition(struct buf *b, unsigned depth)
{
	uint32_t k = rnd(10);
	if (depth == 0 || k < 3) {
		one_check(b);
	} else if (k == 3) {
		buf_puts(b, SL("not ("));
		condition(b, depth - 1);
		buf_putc(b, ')');
	} else {
		const char *word = k < 7 ? " and " : " or ";
		buf_putc(b, '(');
		for (uint32_t i = 0, n = 2 + rnd(3); i < n; i++) {
			buf_puts(b, i ? slice_str(word) : SL(""));
			condition(b, depth - 1);
		}
		buf_putc(b, ')');
	}
}

static void random_list(struct sample_event *ev, int field, bool numbers)
{
	static const char *const digits[] = {"0", "1", "2", "3", "4", "5"};
	const char *items[T_MAX_ITEMS];
	size_t n = rnd(T_MAX_ITEMS);
	for (size_t i = 0; i < n; i++)
		items[i] = numbers ? PICK(digits) : PICK(words);
	if (n)
		sample_set_list(ev, field, n, items);
}

static void random_event(struct sample_event *ev)
{
	static const unsigned codes[] = {1, 2, 3, 9, 0, 700};
	memset(ev, 0, sizeof(*ev));
	ev->type = codes[rnd(ARRAY_LEN(codes))];
	for (int f = T_NAME; f < T_FIELDS; f++) {
		if (rnd(6) == 0)
			continue;
		if (f == T_LIST || f == T_ANC)
			random_list(ev, f, false);
		else if (f == T_END || f == T_NUMS)
			random_list(ev, f, true);
		else if (f == T_IP || f == T_NET)
			sample_set_ip(ev, f, PICK(ips));
		else if (f == T_INT || f == T_UINT || f == T_PORT)
			sample_set_int(ev, f, rnd(6));
		else if (f == T_BOOL)
			sample_set_int(ev, f, rnd(2));
		else
			sample_set_text(ev, f, rnd(8) ? PICK(words) : "");
	}
}

static void compare(struct rule_session *s, struct rule_engine *e)
{
	const struct rule_info *const *all, *hits[RULES];
	struct sample_event ev, copy;
	size_t n = rule_list(e, &all);
	random_event(&ev);
	/* lists point into the event: the copy must not be read through the original */
	copy = ev;
	size_t got = rule_eval(s, ev.type, &ev, hits, RULES), at = 0;
	for (int f = 0; f < T_FIELDS; f++)
		assert_true(ev.asked[f] <= 1);
	for (size_t i = 0; i < n; i++) {
		bool want = sample_interpret(all[i]->tree, &copy);
		bool hit = at < got && hits[at] == all[i];
		if (want && !(all[i]->types.bits[0] >> (ev.type % 64) & 1) && ev.type < 10 &&
		    ev.type)
			fail_msg("%.*s matches type %u, which is not in its set",
				 SL_FMT(all[i]->condition), ev.type);
		if (want != hit)
			fail_msg("%.*s: %d wanted, type %u", SL_FMT(all[i]->condition), want,
				 ev.type);
		at += hit;
	}
	assert_int_equal(at, got);
	if (got > 1)
		assert_int_equal(rule_eval(s, ev.type, &ev, hits, 1), 1);
}

static void graph_and_interpreter_agree(void **state)
{
	const struct rule_source *sources[] = {&sample_source};
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct err err = {0};
		auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
		for (int i = 0; i < RULES; i++) {
			auto_buf struct buf b = {0};
			char name[20];
			buf_init(&b, MIB);
			condition(&b, 1 + rnd(4));
			(void)snprintf(name, sizeof(name), "r%d", i);
			assert_ok(
			    rule_add(e, SL("test"), slice_str(name), buf_slice(&b), SL(""), &err),
			    &err);
		}
		assert_ok(rule_compile(e, &err), &err);
		auto_rule_session struct rule_session *s =
		    rule_session_new(e, SL("test"), sample_get, &err);
		assert_non_null(s);
		for (int i = 0; i < EVENTS; i++)
			compare(s, e);
	}
}

RUN_TESTS(T(graph_and_interpreter_agree))
