/* SPDX-License-Identifier: Apache-2.0 */
#include "text/dockerfile.h"

#include "tests/test.h"

static void parse(struct df_doc *d, const char *text)
{
	struct err err = {0};
	assert_ok(df_parse(d, slice_str(text), &err), &err);
}

static struct slice at(const struct df_doc *d, const struct df_instr *i, struct slice part)
{
	uint32_t from = df_where(d, i, part.ptr);
	return slice_sub(d->in, from, df_where_end(d, i, part) - from);
}

static void instructions_have_lines_and_bytes(void **state)
{
	(void)state;
	auto_df struct df_doc d;
	parse(&d, "# syntax=docker/dockerfile:1\n# escape=\\\n\nFROM --platform=linux/amd64 "
		  "debian:12 AS base\n"
		  "RUN a && \\\n  # why\n\n  b --flag \\\n  c\nuser 1000\n");
	assert_int_equal(d.ndirectives, 2);
	assert_slice(d.directives[0].value, "docker/dockerfile:1");
	assert_int_equal(d.ninstrs, 3);
	assert_int_equal(d.instrs[0].line, 4);
	assert_slice(d.instrs[0].words[0].text, "debian:12");
	assert_slice(df_flag(&d.instrs[0], "platform")->value, "linux/amd64");
	assert_slice(d.stages[0].name, "base");
	assert_slice(d.stages[0].platform, "linux/amd64");
	assert_int_equal(d.stages[0].n, 3);
	const struct df_instr *run = &d.instrs[1];
	assert_slice(run->body, "a &&   b --flag   c");
	assert_int_equal(run->line, 5);
	assert_int_equal(run->end_line, 9);
	assert_int_equal(run->blank_line, 7);
	assert_slice(at(&d, run, slice_sub(run->body, 7, 8)), "b --flag");
	assert_slice(slice_sub(d.in, run->start, run->end - run->start),
		     "RUN a && \\\n  # why\n\n  b --flag \\\n  c");
	assert_int_equal(d.instrs[2].kind, DF_USER);
	assert_slice(d.instrs[2].name, "user");
	assert_int_equal(d.ncomments, 3);
	assert_true(d.comments[2].within);
}

static void forms_and_pairs(void **state)
{
	(void)state;
	auto_df struct df_doc d;
	parse(&d, "CMD [\"a\\tb\", \"\\u00e9\"]\nENTRYPOINT [\"a\", b]\nENV A=1 B=\"x y\" C=a\\ "
		  "b\nENV OLD the rest\n"
		  "LABEL \"my.key\"=\"v\"\nARG X\nARG Y=\nHEALTHCHECK --interval=5m CMD [\"curl\", "
		  "\"x\"]\n"
		  "ONBUILD COPY --from=a / /x/\nONBUILD ONBUILD ONBUILD RUN x\n");
	assert_true(d.instrs[0].is_json);
	assert_slice(d.instrs[0].words[0].text, "a\tb");
	assert_slice(d.instrs[0].words[1].text, "\xc3\xa9");
	assert_false(d.instrs[1].is_json);
	assert_int_equal(d.instrs[2].nwords, 3);
	assert_slice(d.instrs[2].words[1].key, "B");
	assert_slice(d.instrs[2].words[1].text, "x y");
	assert_slice(d.instrs[2].words[2].text, "a b");
	assert_true(d.instrs[3].is_legacy);
	assert_slice(d.instrs[3].words[0].text, "the rest");
	assert_slice(d.instrs[4].words[0].key, "my.key");
	assert_false(d.instrs[5].words[0].has_value);
	assert_true(d.instrs[6].words[0].has_value);
	assert_slice(d.instrs[7].inner->words[0].text, "curl");
	assert_slice(df_flag(&d.instrs[7], "interval")->value, "5m");
	assert_int_equal(d.instrs[8].inner->kind, DF_COPY);
	assert_slice(df_flag(d.instrs[8].inner, "from")->value, "a");
	assert_slice(at(&d, d.instrs[8].inner, d.instrs[8].inner->words[1].raw), "/x/");
	assert_null(d.instrs[9].inner->inner);
}

static void heredocs_end_where_they_say(void **state)
{
	(void)state;
	auto_df struct df_doc d;
	parse(&d, "RUN <<EOF cat\n a $b\nRUN no\nEOF\n# c\nCOPY <<-\"A\" <<B "
		  "/x/\n\tone\n\tA\ntwo\nB\nUSER 1\n");
	assert_int_equal(d.ninstrs, 3);
	assert_slice(d.instrs[0].heredocs[0].body, " a $b\nRUN no\n");
	assert_true(d.instrs[0].heredocs[0].expand);
	assert_int_equal(d.instrs[0].end_line, 4);
	assert_int_equal(d.instrs[1].nheredocs, 2);
	assert_false(d.instrs[1].heredocs[0].expand);
	assert_slice(d.instrs[1].heredocs[0].body, "\tone\n");
	assert_slice(d.instrs[1].heredocs[1].body, "two\n");
	assert_int_equal(d.instrs[2].line, 11);
}

static void reading_goes_on_after_errors(void **state)
{
	(void)state;
	auto_df struct df_doc d;
	parse(&d, "FROM\nFORM x\n\xff\0FROM a b c d\nRUN <<EOF\nls\nUSER 1\nHEALTHCHECK x\nCOPY "
		  "a\nRUN ok\n");
	df_free(&d);
	struct err err = {0};
	struct slice text =
	    SL("FROM\nFORM x\nRUN <<EOF\nls\nUSER 1\nHEALTHCHECK x\nCOPY a\nRUN ok\n\0\n");
	assert_ok(df_parse(&d, text, &err), &err);
	assert_int_equal(d.ninstrs, 8);
	for (size_t k = 0; k < 8; k++)
		assert_int_equal(d.instrs[k].error != NULL, k != 3 && k != 6);
	assert_int_equal(d.instrs[1].kind, DF_UNKNOWN);
	assert_slice(d.instrs[2].heredocs[0].body, "ls\n");
	assert_int_equal(d.instrs[6].kind, DF_RUN);
}

static void escape_may_be_a_backtick_and_lines_may_end_in_cr(void **state)
{
	(void)state;
	auto_df struct df_doc d;
	parse(&d, "\xef\xbb\xbf# escape=`\r\nRUN dir `\r\n  C:\\\r\nWORKDIR C:\\x\\\r\n");
	assert_int_equal(d.escape, '`');
	assert_int_equal(d.ninstrs, 2);
	assert_slice(d.instrs[0].body, "dir   C:\\");
	assert_slice(d.instrs[1].words[0].text, "C:\\x\\");
}

static int get(void *arg, struct slice name, struct slice *value)
{
	(void)arg;
	if (slice_is(name, "V"))
		*value = SL("foo.tar.gz");
	else if (slice_is(name, "E"))
		*value = SL("");
	else
		return 0;
	return 1;
}

static void variables(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"$V", "foo.tar.gz"},
	    {"a${V}b", "afoo.tar.gzb"},
	    {"'$V'\"$V\"\\$V", "$Vfoo.tar.gz$V"},
	    {"${E:-d}${E-d}", "d"},
	    {"${N:-${V}}", "foo.tar.gz"},
	    {"${V:+x}${E:+x}${E+y}", "xy"},
	    {"${V#*.}", "tar.gz"},
	    {"${V##*.}", "gz"},
	    {"${V%.*}", "foo.tar"},
	    {"${V%%.*}", "foo"},
	    {"${V/o/0}", "f0o.tar.gz"},
	    {"${V//o/0}", "f00.tar.gz"},
	    {"$N", ""},
	    {"${V", "${V"},
	    {"${V!x}", "${V!x}"},
	    {"$", "$"},
	};
	auto_arena struct arena a;
	struct df_vars v = {.get = get, .escape = '\\'};
	struct err err = {0};
	struct slice out;
	arena_init(&a, MIB);
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		assert_ok(df_expand(&a, slice_str(cases[k].in), &v, false, &out, &err), &err);
		test_assert_slice(out, slice_str(cases[k].out), __FILE__, __LINE__);
	}
	assert_ok(df_expand(&a, SL("$N/${N:?}/$V"), &v, true, &out, &err), &err);
	assert_slice(out, "$N/${N:?}/foo.tar.gz");
}

static void hostile_sizes_are_borne(void **state)
{
	(void)state;
	size_t n = 10 * MIB;
	char *big = malloc(n);
	struct err err = {0};
	assert_non_null(big);
	static const char *const parts[] = {"RUN \" a $( ${ ", "ONBUILD ",     "RUN <<A ", "\\\n",
					    "# x\n",	       "[\"\\u0041\","};
	for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
		size_t len = strlen(parts[k]);
		for (size_t at_ = 0; at_ < n; at_++)
			big[at_] = parts[k][at_ % len];
		auto_df struct df_doc d;
		assert_ok(df_parse(&d, slice_of(big, n), &err), &err);
		auto_arena struct arena a;
		struct sh_script s;
		arena_init(&a, 4096 * MIB);
		assert_ok(sh_parse(&a, slice_of(big, n), &s, &err), &err);
	}
	free(big);
}

RUN_TESTS(T(instructions_have_lines_and_bytes), T(forms_and_pairs), T(heredocs_end_where_they_say),
	  T(reading_goes_on_after_errors), T(escape_may_be_a_backtick_and_lines_may_end_in_cr),
	  T(variables), T(hostile_sizes_are_borne))
