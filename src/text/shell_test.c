/* SPDX-License-Identifier: Apache-2.0 */
#include "text/dockerfile.h"

#include "tests/test.h"

/* "kind[op parent] words | ..." of every command. */
static void show(struct arena *a, const char *text, const char *want)
{
	static const char *const kinds[] = {"",	    "sub", "group", "if",  "loop",
					    "case", "fn",  "$",	    "test"};
	static const char *const ops[] = {"", ";", "&&", "||", "|", "&"};
	auto_buf struct buf b;
	struct sh_script s;
	struct err err = {0};
	buf_init(&b, MIB);
	assert_ok(sh_parse(a, slice_str(text), &s, &err), &err);
	for (size_t k = 0; k < s.ncommands; k++) {
		const struct sh_command *c = &s.commands[k];
		buf_printf(&b, "%s%s%s", k ? " / " : "", ops[c->op], kinds[c->kind]);
		if (c->parent >= 0)
			buf_printf(&b, "<%d", c->parent);
		for (size_t w = 0; w < c->nassigns; w++)
			buf_printf(&b, " {%.*s}", SL_FMT(c->assigns[w].text));
		for (size_t w = 0; w < c->nwords; w++)
			buf_printf(&b, " %.*s", SL_FMT(c->words[w].text));
		for (size_t w = 0; w < c->nredirects; w++)
			buf_printf(&b, " [%.*s %.*s]", SL_FMT(c->redirects[w].op),
				   SL_FMT(c->redirects[w].target));
	}
	if (s.error)
		buf_printf(&b, " !");
	test_assert_slice(buf_slice(&b), slice_str(want), __FILE__, __LINE__);
}

static void commands_and_operators(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"a b && c || d; e & f | g |& h", " a b / && c / || d / ; e / & f / | g / | h"},
	    {"A=1 B='x y' run \"q $V\" e\\ f # c", " {A=1} {B=x y} run q $V e f"},
	    {"make >/dev/null 2>&1 <in", " make [> /dev/null] [>& 1] [< in]"},
	    {"(cd x && y) && { z; }", "sub / <0 cd x / &&<0 y / &&group / <3 z"},
	    {"if a; then b; elif c; then d; else e; fi; f",
	     "if / <0 a / <0 b / <0 c / <0 d / <0 e / ; f"},
	    {"for i in $(ls) b; do echo $i; done | sort",
	     "loop / $<0 / <1 ls / <0 echo $i / | sort"},
	    {"while read x; do y; done < f", "loop [< f] / <0 read x / <0 y"},
	    {"for ((i=0;i<3;i++)); do a; done", "loop / <0 a"},
	    {"case $x in a|b) c;; *) d ;; esac; e", "case / <0 c / <0 d / ; e"},
	    {"f() { a; }; function g { b; }", "fn f / group<0 / <1 a / ;fn / group<3 / <4 b"},
	    {"a \"$(b `c`)\" ${d:-$(e)} $((1+2)) <(f)",
	     " a $(b `c`) ${d:-$(e)} $((1+2)) <(f) / $<0 / <1 b `c` / $<2 / <3 c / $<0 / <5 e / "
	     "$<0 / <7 f"},
	    {"! a | b; time c; [[ -f x && y ]] && d", " a / | b / ; c / ;test / && d"},
	    {"cat <<E >f && b\nx; y\nE\nc", " cat [<< E] [> f] / && b / ; c"},
	    {"a >x $(b >y) >z", " a $(b >y) [> x] [> z] / $<0 / <1 b [> y]"},
	    {"set -o pipefail\n\n  a|b\n", " set -o pipefail / ; a / | b"},
	    {"echo fi; }; a", " echo fi / ; a !"},
	    {"(a", "sub / <0 a !"},
	    {"a 'b", " a b !"},
	    {"if a", "if / <0 a !"},
	    {"", ""},
	};
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		auto_arena struct arena a;
		arena_init(&a, MIB);
		show(&a, cases[k].in, cases[k].out);
	}
}

static void heredocs_and_pipes_are_kept(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct sh_script s;
	struct err err = {0};
	arena_init(&a, MIB);
	assert_ok(sh_parse(&a, SL("a | b | c; cat <<-E | d\n\tx\n\tE\n"), &s, &err), &err);
	assert_int_equal(s.npipes, 2);
	assert_int_equal(s.pipes[0], 3);
	assert_int_equal(s.commands[2].at, 2);
	assert_slice(s.commands[3].redirects[0].heredoc, "\tx\n");
	assert_slice(s.commands[3].raw, "cat <<-E");
}

static void deep_nesting_is_cut(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_buf struct buf b;
	struct sh_script s;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	buf_init(&b, MIB);
	for (int k = 0; k < 10000; k++)
		buf_puts(&b, SL("$(("));
	assert_ok(sh_parse(&a, buf_slice(&b), &s, &err), &err);
	assert_true(s.is_cut);
}

RUN_TESTS(T(commands_and_operators), T(heredocs_and_pipes_are_kept), T(deep_nesting_is_cut))
