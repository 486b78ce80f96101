/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of Dockerfiles: kinds of files, stages, variables, shells, packages. Checks' own examples are elsewhere. */
#include "config/config.h"

#include "tests/test.h"

static struct config *c;
static struct arena a;

static int begin(void **state)
{
	struct err err = {0};
	(void)state;
	arena_init(&a, 256 * MIB);
	if (config_new(&c, &err) < 0)
		return -1;
	static const char probe[] = "- rule: probe\n  id: PROBE\n  source: dockerfile\n  desc: x\n "
				    " condition: evt.type = command and cmd.name = probe\n"
				    "  output: "
				    "\"%user.name|%stage.shell|%cmd.args|%cmd.operand[1]|%cmd.flag["
				    "x]|%cmd.env[V]|%cmd.piped_to|%cmd.writes\"\n"
				    "  priority: ERROR\n  properties: {each: true}\n";
	if (config_load(c, SL("probe"), SL(probe), &err) < 0)
		return -1;
	return config_ready(c, &err);
}

static int end(void **state)
{
	(void)state;
	config_free(&c);
	arena_free(&a);
	return 0;
}

/* "line:id line:id" of the ids of the list, in order of place. */
static void check(const char *text, const char *ids, const char *want)
{
	struct config_file f = {.path = SL("Dockerfile"), .bytes = slice_str(text)};
	struct config_result r;
	struct err err = {0};
	auto_buf struct buf b;
	buf_init(&b, MIB);
	assert_ok(config_check(c, &f, NULL, NULL, &a, &r, &err), &err);
	for (size_t k = 0; k < r.nfindings; k++) {
		struct slice rest = slice_str(ids), id;
		while (slice_word(&rest, &id))
			if (config_is_named(r.findings[k].check, id) &&
			    !r.findings[k].is_suppressed)
				buf_printf(&b, "%s%u:%.*s", b.len ? " " : "", r.findings[k].line,
					   SL_FMT(id));
	}
	test_assert_slice(buf_slice(&b), slice_str(want), text, __LINE__);
}

static void probe(const char *text, const char *want)
{
	struct config_file f = {.path = SL("Dockerfile"), .bytes = slice_str(text)};
	struct config_result r;
	struct err err = {0};
	assert_ok(config_check(c, &f, NULL, NULL, &a, &r, &err), &err);
	for (size_t k = 0; k < r.nfindings; k++)
		if (slice_is(r.findings[k].check->id, "PROBE")) {
			test_assert_slice(r.findings[k].message, slice_str(want), text, __LINE__);
			return;
		}
	fail_msg("no probe in %s", text);
}

static void files_are_recognised(void **state)
{
	static const char *const yes[] = {"Dockerfile", "a/Dockerfile.dev", "b/web.dockerfile",
					  "Containerfile", "x/Dockerfile-alpine"};
	static const char *const no[] = {"Dockerfile.md", ".dockerignore", "dockerfile.go",
					 "Makefile", "mydockerfile"};
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(yes); k++)
		assert_non_null(config_recognise(slice_str(yes[k]), SL("")));
	for (size_t k = 0; k < ARRAY_LEN(no); k++)
		assert_null(config_recognise(slice_str(no[k]), SL("")));
	assert_non_null(config_recognise(SL("build/image"), SL("# x\nARG A=1\nFROM debian:12\n")));
	assert_null(config_recognise(SL("query"), SL("FROM a SELECT b;\n")));
}

static void stages_go_on_from_others(void **state)
{
	(void)state;
	check("FROM a:1 AS x\nUSER root\nFROM x\nFROM b:1\nUSER 1\n", "DL3002 DF205", "2:DL3002");
	check("FROM a:1 AS x\nUSER 1\nFROM x\nCMD [\"y\"]\n", "DF204 DF205", "");
	check("FROM a:1 AS x\nWORKDIR /w\nFROM x\nCOPY a b\nFROM c:1\nCOPY a b\n", "DL3045",
	      "6:DL3045");
	check("FROM a:1 AS x\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nFROM x\nRUN "
	      "a|b\nFROM c:1\nRUN a|b\n",
	      "DL4006", "6:DL4006");
	check("FROM a:1 AS x\nRUN apt-get update\nFROM b:1\nRUN apt-get update\n", "DL3009",
	      "4:DL3009");
	check("FROM a:1\nCOPY --from=0 /a /b\nFROM b:1\nCOPY --from=0 /a /b\nCOPY --from=1 /a "
	      "/b\nCOPY --from=X:1 /a /b\n",
	      "DL3022", "2:DL3022 5:DL3022");
}

static void variables_are_followed(void **state)
{
	(void)state;
	check("ARG T=latest\nFROM a:${T}\n", "DF104", "2:DF104");
	check("FROM alpine:3\nARG A\nCOPY $A $B $HTTP_PROXY $PATH /x/\n", "UndefinedVar",
	      "3:UndefinedVar");
	check("FROM acme:3\nENV DIR=/a\nCOPY $DIRR /x/\nUSER $SOMETHING_ELSE\n", "UndefinedVar",
	      "3:UndefinedVar");
	check("FROM a:1 AS x\nENV V=1\nARG W=1\nFROM x\nWORKDIR /$V\nWORKDIR /$W\n", "UndefinedVar",
	      "");
	check("FROM scratch AS x\nENV V=1\nARG W=1\nFROM x\nWORKDIR /$V\nWORKDIR /$W\n",
	      "UndefinedVar", "6:UndefinedVar");
	check("FROM a:1\nENV U=root\nUSER $U\n", "DF204", "3:DF204");
	check("FROM a:1\nENV P=/proc\nWORKDIR ${P}/x\n", "DS-0030", "3:DS-0030");
	check("FROM a:1\nENV A=1\nENV A=2 B=$A\nENV C=1 D=${C}\n", "DL3044", "4:DL3044");
}

static void commands_have_their_facts(void **state)
{
	(void)state;
	probe("FROM a:1\nENV V=1\nRUN W=2 probe -x --y=z one 'two 2' >/f | cat | sh\n",
	      "<NA>|<NA>|(-x,--y=z,one,two 2)|two 2||1|(cat,sh)|(/f)");
	probe("FROM a:1\nSHELL [\"bash\", \"-c\"]\nRUN V=3 probe --x=7\n",
	      "<NA>|bash -c|(--x=7)|<NA>|7|3|<NA>|<NA>");
	probe("FROM a:1\nRUN [\"probe\", \"a\", \"b\"]\n", "<NA>|<NA>|(a,b)|b|<NA>|<NA>|<NA>|<NA>");
	probe("FROM a:1\nRUN <<E\nif x; then\n  probe a b\nfi\nE\n",
	      "<NA>|<NA>|(a,b)|b|<NA>|<NA>|<NA>|<NA>");
	probe("FROM a:1\nRUN bash -e <<'E'\nprobe $(probe)\nE\nRUN bash <<E\nprobe a b\nE\n",
	      "<NA>|<NA>|(a,b)|b|<NA>|<NA>|<NA>|<NA>");
}

static void package_managers_are_understood(void **state)
{
	(void)state;
	check("FROM a:1\nRUN apt-get -y install -t x a=1 b/c ./d.deb\nRUN apt-get install -y "
	      "\"$P\"\n",
	      "DL3008", "3:DL3008");
	check("FROM a:1\nARG V\nRUN yum install -y a-$V b-1\nRUN yum install -y a-$W\n", "DL3033",
	      "4:DL3033");
	check("FROM a:1\nRUN pip install -r r.txt a\nRUN pip install git+https://x/y.git\nRUN "
	      "python3 -m pip install x\nRUN pip install -c c.txt x\n",
	      "DL3013", "3:DL3013 4:DL3013");
	check("FROM a:1\nRUN yum clean all && yum install -y a-1\nRUN yum install -y a-1 && yum "
	      "clean all\n",
	      "DL3032", "2:DL3032");
	check("FROM a:1\nRUN apk add --virtual .d a=1\nRUN apk add -t d b\n", "DL3018", "3:DL3018");
	check("FROM a:1\nRUN export PIP_NO_CACHE_DIR=1; pip install a==1\nRUN PIP_NO_CACHE_DIR=off "
	      "pip install a==1\n",
	      "DL3042", "3:DL3042");
}

static void broken_lines_do_not_hide_the_rest(void **state)
{
	(void)state;
	check("FORM a:1\nRUN sudo x\n&& y\nUSER root\n", "DF001 DL3004 DL3002",
	      "1:DF001 2:DL3004 3:DF001 4:DL3002");
	check("RUN sudo \"a\nRUN ( sudo b\nRUN sudo $(c\n", "DL3004", "1:DL3004 2:DL3004 3:DL3004");
	check("FROM a:1\nONBUILD RUN sudo x\nONBUILD FROM y\n", "DL3004 DL3043",
	      "2:DL3004 3:DL3043");
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(files_are_recognised),
					   T(stages_go_on_from_others),
					   T(variables_are_followed),
					   T(commands_have_their_facts),
					   T(package_managers_are_understood),
					   T(broken_lines_do_not_hide_the_rest)};
	return cmocka_run_group_tests(tests, begin, end);
}
