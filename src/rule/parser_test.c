/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar: what a condition means, and where and why one is refused. */
#include "rule/eval_testing.h"
#include "tests/test.h"

/* The condition as it is printed after resolving, or the message of its error. */
static struct slice compiled(struct arena *a, const char *condition)
{
	const struct rule_source *sources[] = {&sample_source};
	const struct rule_info *const *all;
	const struct rule_problem *const *p;
	struct err err = {0};
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	auto_buf struct buf out = {0};
	buf_init(&out, 4 * MIB);
	assert_ok(rule_add(e, SL("test"), SL("r"), slice_str(condition), SL(""), &err), &err);
	if (rule_compile(e, &err) < 0) {
		assert_true(rule_problems(e, &p) > 0);
		return arena_dup(a, p[0]->message);
	}
	assert_int_equal(rule_list(e, &all), 1);
	rule_tree_text(all[0]->tree, 0, &out);
	return arena_dup(a, buf_slice(&out));
}

struct pair {
	const char *in, *out;
};

static void check_pairs(const struct pair *pairs, size_t n)
{
	auto_arena struct arena a = {0};
	size_t bad = 0;
	arena_init(&a, 64 * MIB);
	for (size_t i = 0; i < n; i++) {
		struct slice got = compiled(&a, pairs[i].in);
		if (slice_is(got, pairs[i].out))
			continue;
		print_message("%s\n  got    %.*s\n  wanted %s\n", pairs[i].in, SL_FMT(got),
			      pairs[i].out);
		bad++;
	}
	assert_int_equal(bad, 0);
}

static void conditions_mean_what_their_grammar_says(void **state)
{
	static const struct pair pairs[] = {
	    {"t.name=a", "t.name = a"},
	    {"t.name==a", "t.name = a"},
	    {"t.name = a or t.name = b and t.int>=3",
	     "(t.name = a or (t.name = b and t.int >= 3))"},
	    {"not t.name = a and t.name = b", "(not t.name = a and t.name = b)"},
	    {"not not t.name exists", "t.name exists"},
	    {"not(t.name = a or t.name = b)", "not (t.name = a or t.name = b)"},
	    {"t.name in (a, 'b c',\"d\")", "t.name in (a, \"b c\", d)"},
	    {"t.name in()", "t.name in ()"},
	    {"t.name = 'it\"s'", "t.name = \"it\\\"s\""},
	    {"t.name = \"tab\\tx\\x41\\ \"", "t.name = \"tab\\txA\\\\\""},
	    {"t.anc[1] = a and t.env[\"x y\"] = b", "(t.anc[1] = a and t.env[\"x y\"] = b)"},
	    {"t.env.HOME exists and t.env[HOME] = x", "(t.env.HOME exists and t.env.HOME = x)"},
	    {"t.name startswith anyof (a, b)", "t.name startswith anyof (a, b)"},
	    {"t.name = oneof", "t.name = oneof"},
	    {"tolower( t.name ) = val(t.path)", "tolower(t.name) = val(t.path)"},
	    {"t.int < -3 or t.int>+2", "(t.int < -3 or t.int > +2)"},
	    {"(t.int = 1) and(t.int = 2)", "(t.int = 1 and t.int = 2)"},
	    {"concat(t.name, \"-\", t.path) = a-b", "concat(t.name, \"-\", t.path) = a-b"},
	    {"t.name contains oneof (a) and t.bool = true",
	     "(t.name contains oneof (a) and t.bool = true)"},
	};
	(void)state;
	check_pairs(pairs, ARRAY_LEN(pairs));
}

static void what_is_wrong_is_said_in_the_words_of_falco(void **state)
{
	static const struct pair pairs[] = {
	    {"", "filter input string is empty"},
	    {"t.name=/x and", "expected blank or '(' after 'and'"},
	    {"t.name = a b", "unexpected token after 'a', expecting 'or', 'and'"},
	    {"(t.name = a", "expected a ')' token"},
	    {"= a", "expected a '(' token, a field check, or an identifier"},
	    {"t.name = ", "expected a valid field argument: a quoted string or a bare string"},
	    {"t.anc[1 = a", "expected a ']' token"},
	    {"t.name in a b", "unexpected token after 'a', expecting 'or', 'and'"},
	    {"t.name in 'a'",
	     "expected a list, an identifier, or a field with a valid transformer: 'val', "
	     "'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'"},
	    {"t.int > abc", "expected a number value or a field with a valid transformer: 'val', "
			    "'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', "
			    "'getopt'"},
	    {"t.name = tolower(t.path", "expected a ')' token closing the transformer"},
	    {"t.name = 'a\\qb'", "unsupported string escape sequence: \\q"},
	    {"t.name = 'a\\\"'", "unsupported string escape sequence: \\\""},
	    {"t.int > 0x10", "0x10 is not a valid number"},
	    {"t.int = 1.5", "1.5 is not a valid number"},
	    {"t.nam = a", "filter_check called with nonexistent field t.nam"},
	    {"t.type = opn", "unknown event type opn"},
	    {"t.int contains 3", "filter error: 'contains' operator not supported for numeric "
				 "filters"},
	    {"t.name bcontains 61", "filter error: 'bcontains' operator not supported for string "
				    "filters"},
	    {"t.list = a", "filter error: '=' operator not supported for list filters"},
	    {"t.ip > 3", "filter error: '>' operator not supported for ip address and network "
			 "filters"},
	    {"t.bytes glob a", "filter error: 'glob' operator not supported for buffer filters"},
	    {"t.bytes bcontains xyz", "filter error: bcontains and bstartswith operator support "
				      "hex strings only"},
	    {"t.bool = yes", "filter error: unrecognized boolean value yes"},
	    {"t.net = 10.0.0.1", "unrecognized IP network 10.0.0.1"},
	    {"t.ip = 10.0.0", "unrecognized IP address 10.0.0"},
	    {"t.port = nosuch", "unrecognized protocol nosuch"},
	    {"t.name in somelist", "filter error: unexpected identifier 'somelist'"},
	    {"nosuch", "Undefined macro 'nosuch' used in filter."},
	    {"t.name regex '(a'", "invalid regex pattern: missing closing )"},
	    {"t.name regex '(a)\\\\1'", "invalid regex pattern: back-references are not supported"},
	    {"t.name regex '(?i)a'",
	     "invalid regex pattern: no argument for repetition operator: ?"},
	    {"t.name regex '\\\\d'", "invalid regex pattern: invalid escape sequence"},
	    {"t.name regex 'a{2000}'", "invalid regex pattern: bad repetition operator"},
	    {"t.name = val(t.int)", "field 't.name' has type 'string' while the right-hand side "
				    "field 't.int' has incompatible type 'int64'"},
	    {"t.name = val(t.anc)", "field 't.anc' doesn't support right-hand side fields"},
	    {"t.name regex val(t.path)", "operator 'regex' doesn't support right-hand side fields"},
	    {"t.env = x", "'t.env' requires an argument but none provided"},
	    {"t.name[1] = x", "'t.name' takes no argument"},
	    {"len(t.int) = 1", "transformer 'len' takes a text or a list"},
	    {"tolower(t.int) = 1",
	     "field of type 'int64' cannot be used with transformer 'tolower'"},
	};
	(void)state;
	check_pairs(pairs, ARRAY_LEN(pairs));
}

static void nesting_is_bounded_and_long_chains_are_not(void **state)
{
	(void)state;
	auto_arena struct arena a = {0};
	auto_buf struct buf b = {0};
	arena_init(&a, 256 * MIB);
	buf_init(&b, 8 * MIB);
	for (int i = 0; i < 2000; i++)
		buf_putc(&b, '(');
	buf_puts(&b, SL("t.int = 1"));
	buf_putc(&b, '\0');
	assert_slice(compiled(&a, b.ptr), "exceeded max depth limit of 1000");
	buf_clear(&b);
	for (int i = 0; i < 700; i++)
		buf_puts(&b, SL("not (t.int = 1 and ("));
	buf_puts(&b, SL("t.int = 1"));
	for (int i = 0; i < 700; i++)
		buf_puts(&b, SL("))"));
	buf_putc(&b, '\0');
	assert_slice(compiled(&a, b.ptr), "exceeded max depth limit of 1000");
	buf_clear(&b);
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "%st.int = %d", i ? " or " : "", i);
	buf_putc(&b, '\0');
	struct slice got = compiled(&a, b.ptr);
	assert_true(slice_starts(got, "(t.int = 0 or t.int = 1 or "));
	assert_true(got.len > 200000);
}

static void nul_bytes_are_refused(void **state)
{
	const struct rule_source *sources[] = {&sample_source};
	struct err err = {0};
	(void)state;
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	assert_ok(rule_add(e, SL("test"), SL("r"), SL("t.name = a\0b"), SL(""), &err), &err);
	assert_true(rule_compile(e, &err) < 0);
	assert_non_null(strstr(err.text, "NUL"));
}

static void fields_are_found_with_their_arguments(void **state)
{
	const struct rule_field *f;
	struct rule_arg arg;
	struct err err = {0};
	(void)state;
	assert_ok(rule_field_find(&rule_source_syscall, SL("proc.aname[2]"), &f, &arg, &err), &err);
	assert_string_equal(f->name, "proc.aname");
	assert_int_equal(arg.index, 2);
	assert_slice(arg.text, "2");
	assert_ok(rule_field_find(&rule_source_syscall, SL("evt.arg.flags"), &f, &arg, &err), &err);
	assert_slice(arg.text, "flags");
	assert_ok(rule_field_find(&rule_source_syscall, SL("k8s.pod.label[a/b]"), &f, &arg, &err),
		  &err);
	assert_slice(arg.text, "a/b");
	assert_true(rule_field_find(&rule_source_syscall, SL("proc.nam"), &f, &arg, &err) < 0);
	assert_true(rule_field_find(&rule_source_syscall, SL("evt.arg"), &f, &arg, &err) < 0);
}

RUN_TESTS(T(conditions_mean_what_their_grammar_says),
	  T(what_is_wrong_is_said_in_the_words_of_falco),
	  T(nesting_is_bounded_and_long_chains_are_not), T(nul_bytes_are_refused),
	  T(fields_are_found_with_their_arguments))
