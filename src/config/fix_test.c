/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes: what they make of a file, that a second time changes nothing, and that the result reads as meant. */
#include "config/config.h"
#include "text/text.h"

#include "tests/test.h"

struct bench {
	struct config *c;
	struct arena a;
	struct config_settings settings;
};

static void bench_init(struct bench *b)
{
	struct err err = {0};
	*b = (struct bench){0};
	arena_init(&b->a, 256 * MIB);
	assert_ok(config_new(&b->c, &err), &err);
	assert_ok(config_ready(b->c, &err), &err);
}

static void bench_free(struct bench *b)
{
	config_free(&b->c);
	arena_free(&b->a);
}

/* One round of fixes of the one check, or of all. */
static struct slice mend(struct bench *b, struct slice text, const char *only)
{
	struct config_file f = {.path = SL("Dockerfile"), .bytes = text};
	struct config_result r;
	struct err err = {0};
	auto_buf struct buf out;
	size_t n;
	buf_init(&out, MIB);
	assert_ok(config_check(b->c, &f, NULL, &b->settings, &b->a, &r, &err), &err);
	for (size_t k = 0; only && k < r.nfindings; k++)
		if (!slice_is(r.findings[k].check->id, only))
			((struct config_finding *)(uintptr_t)r.findings)[k].is_suppressed = true;
	assert_ok(config_apply(text, &r, &out, &n, &err), &err);
	return out.len ? arena_dup(&b->a, buf_slice(&out)) : SL("");
}

static void each_fix_does_what_it_says_and_once(void **state)
{
	static const struct {
		const char *id, *before, *after;
	} cases[] = {
	    {"DF002", "RUN a && \\\n\n  b\n", "RUN a && \\\n  b\n"},
	    {"DF108", "FROM --platform=$TARGETPLATFORM a:1\n", "FROM a:1\n"},
	    {"DF112", "FROM a:1 AS B\nFROM B\nCOPY --from=B /a /b\n",
	     "FROM a:1 AS b\nFROM b\nCOPY --from=b /a /b\n"},
	    {"DF113", "FROM a:1 as b\n", "FROM a:1 AS b\n"},
	    {"DF205", "FROM a:1\nRUN x\n# c\nCMD [\"y\"]\n",
	     "FROM a:1\nRUN x\n# c\nUSER 65532\nCMD [\"y\"]\n"},
	    {"DF205", "FROM a:1\nCMD [\"y\"]\nRUN x", "FROM a:1\nCMD [\"y\"]\nRUN x"},
	    {"DF209", "EXPOSE 80/TCP 81\n", "EXPOSE 80/tcp 81\n"},
	    {"DF210", "ADD --chown=1 a b /c/\n", "COPY --chown=1 a b /c/\n"},
	    {"DF210", "ADD a b.tar /c/\n", "ADD a b.tar /c/\n"},
	    {"DF212", "COPY a b \"/c\"\nCOPY [\"a\", \"b\", \"/c d\"]\n",
	     "COPY a b \"/c/\"\nCOPY [\"a\", \"b\", \"/c d/\"]\n"},
	    {"DF215", "CMD run --a 'b \"c'  # not a comment\n",
	     "CMD run --a 'b \"c'  # not a comment\n"},
	    {"DF215", "CMD run --a 'b \"c'\n", "CMD [\"run\", \"--a\", \"b \\\"c\"]\n"},
	    {"DF215", "CMD a $B\nENTRYPOINT a && b\nCMD a *.c\n",
	     "CMD a $B\nENTRYPOINT a && b\nCMD a *.c\n"},
	    {"DF217", "maintainer A \"B\" <c@d>\n",
	     "label org.opencontainers.image.authors=\"A B <c@d>\"\n"},
	    {"DF226", "ENV A b c\nENV D \"e f\"\nLABEL g h\n",
	     "ENV A=\"b c\"\nENV D \"e f\"\nLABEL g=h\n"},
	    {"DF231", "FROM a:1\nRun b\nUSER c\n", "FROM a:1\nRUN b\nUSER c\n"},
	    {"DF403", "RUN sudo a && sudo -u b c\n", "RUN a && sudo -u b c\n"},
	    {"DF407", "RUN useradd -u 123456 a\n", "RUN useradd --no-log-init -u 123456 a\n"},
	    {"DF302", "FROM a:1\nRUN apt-get update\n", "FROM a:1\nRUN apt-get update\n"},
	    {"DF302", "FROM a:1\nRUN apt-get update && apt-get install a\n",
	     "FROM a:1\nRUN apt-get update && apt-get install a && rm -rf /var/lib/apt/lists/*\n"},
	    {"DF302", "FROM a:1\nRUN apt-get update \\\n  # c\n\t&& apt-get install b\nUSER c\n",
	     "FROM a:1\nRUN apt-get update \\\n  # c\n\t&& apt-get install b \\\n\t&& rm -rf "
	     "/var/lib/apt/lists/*\nUSER c\n"},
	    {"DF302",
	     "FROM a:1\nRUN apt-get update && apt-get install b # c\nRUN apt-get update &\n",
	     "FROM a:1\nRUN apt-get update && apt-get install b # c\nRUN apt-get update &\n"},
	    {"DF302", "# escape=`\nFROM a:1\nRUN apt-get update `\n && apt-get install b\n",
	     "# escape=`\nFROM a:1\nRUN apt-get update `\n && apt-get install b `\n && rm -rf "
	     "/var/lib/apt/lists/*\n"},
	    {"DF304", "RUN a; apt-get install b\n", "RUN a; apt-get install -y b\n"},
	    {"DF305", "RUN apt-get \\\n  install -y b\n",
	     "RUN apt-get \\\n  install --no-install-recommends -y b\n"},
	    {"DF305", "RUN [\"apt-get\", \"install\", \"b\"]\n",
	     "RUN [\"apt-get\", \"install\", \"b\"]\n"},
	    {"DF305", "RUN <<E\napt-get install -y b\nE\n",
	     "RUN <<E\napt-get install --no-install-recommends -y b\nE\n"},
	    {"DF306", "RUN apt install -y a && apt list\n",
	     "RUN apt-get install -y a && apt list\n"},
	    {"DF311", "RUN python3 -m pip install a==1\n",
	     "RUN python3 -m pip install --no-cache-dir a==1\n"},
	    {"DF314", "RUN apk add a=1\n", "RUN apk add --no-cache a=1\n"},
	    {"DF321", "RUN yum install -y a-1\n", "RUN yum install -y a-1 && yum clean all\n"},
	};
	struct bench b;
	(void)state;
	bench_init(&b);
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		struct slice after = mend(&b, slice_str(cases[k].before), cases[k].id);
		test_assert_slice(after, slice_str(cases[k].after), __FILE__, __LINE__);
		test_assert_slice(mend(&b, after, cases[k].id), after, __FILE__, __LINE__);
	}
	bench_free(&b);
}

static bool pin(void *arg, const char *type, struct slice name, struct slice *version)
{
	(void)arg;
	if (strcmp(type, "docker") == 0)
		*version = SL("sha256:00");
	else
		*version = SL("1.0");
	return !slice_is(name, "unknown");
}

static void versions_that_are_known_are_written(void **state)
{
	struct bench b;
	(void)state;
	bench_init(&b);
	b.settings.pin = pin;
	assert_slice(mend(&b, SL("RUN apt-get install -y a unknown b=2 $C \"d\"\n"), "DF301"),
		     "RUN apt-get install -y a=1.0 unknown b=2 $C \"d\"\n");
	assert_slice(mend(&b, SL("RUN pip install a b==2\n"), "DF310"),
		     "RUN pip install a==1.0 b==2\n");
	assert_slice(mend(&b, SL("RUN npm install -g @a/b\n"), "DF312"),
		     "RUN npm install -g @a/b@1.0\n");
	assert_slice(mend(&b, SL("FROM debian AS a\n"), "DF101"), "FROM debian@sha256:00 AS a\n");
	bench_free(&b);
}

static bool same_words(const struct df_instr *a, const struct df_instr *b)
{
	return a->kind == b->kind || (a->kind == DF_ADD && b->kind == DF_COPY) ||
	       (a->kind == DF_MAINTAINER && b->kind == DF_LABEL);
}

/* All fixes together keep every instruction, add USER alone, and leave nothing to mend. */
static void a_whole_file_keeps_its_tree(void **state)
{
	static const char text[] =
	    "# syntax=docker/dockerfile:1\nFROM debian as Build\nMAINTAINER me\n"
	    "RUN apt-get update && \\\n    # tools\n    apt install \\\n      curl \\\n\n      "
	    "git\n"
	    "ADD src /src\nENV A b\nRUN pip install x\nfrom alpine:3\ncopy --from=Build a b /c\n"
	    "RUN apk add x && yum install y\nEXPOSE 80/TCP\nENTRYPOINT run it\nCMD now\n";
	struct bench b;
	auto_df struct df_doc before = {0}, after = {0};
	struct err err = {0};
	size_t k = 0, rounds = 0;
	(void)state;
	bench_init(&b);
	struct slice now = slice_str(text), next = mend(&b, now, NULL);
	while (!slice_eq(now, next) && rounds++ < 5) {
		now = next;
		next = mend(&b, now, NULL);
	}
	assert_true(rounds > 0 && rounds < 5);
	assert_ok(df_parse(&before, slice_str(text), &err), &err);
	assert_ok(df_parse(&after, now, &err), &err);
	for (size_t i = 0; i < after.ninstrs; i++) {
		assert_null(after.instrs[i].error);
		if (after.instrs[i].kind == DF_USER)
			continue;
		assert_true(k < before.ninstrs && same_words(&before.instrs[k], &after.instrs[i]));
		k++;
	}
	assert_int_equal(k, before.ninstrs);
	assert_int_equal(after.ncomments, before.ncomments);
	bench_free(&b);
}

static void differences_are_shown_as_patches(void **state)
{
	auto_buf struct buf out;
	(void)state;
	buf_init(&out, MIB);
	config_diff(SL("f"), SL("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), SL("1\n2\n3\n4\nfive\n6\n7\n8\n9"),
		    &out);
	assert_slice(buf_slice(&out),
		     "--- f\n+++ f\n@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n+9\n"
		     "\\ No newline at end of file\n");
	buf_clear(&out);
	config_diff(SL("f"), SL("a\n"), SL("a\n"), &out);
	assert_int_equal(out.len, 0);
	config_diff(SL("f"), SL(""), SL("a\n"), &out);
	assert_slice(buf_slice(&out), "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n");
}

static void overlapping_fixes_are_left_out(void **state)
{
	static const struct config_check check = {.id = {"X", 1}};
	struct config_fix f1[] = {{0, 2, {"A", 1}}}, f2[] = {{1, 3, {"B", 1}}, {4, 4, {"C", 1}}},
			  f3[] = {{3, 4, {"D", 1}}};
	struct config_finding all[] = {{.check = &check, .fixes = f1, .nfixes = 1},
				       {.check = &check, .fixes = f2, .nfixes = 2},
				       {.check = &check, .fixes = f3, .nfixes = 1}};
	struct config_result r = {.findings = all, .nfindings = 3};
	auto_buf struct buf out;
	struct err err = {0};
	size_t n;
	(void)state;
	buf_init(&out, MIB);
	assert_ok(config_apply(SL("01234"), &r, &out, &n, &err), &err);
	assert_slice(buf_slice(&out), "A2D4");
	assert_int_equal(n, 2);
}

RUN_TESTS(T(each_fix_does_what_it_says_and_once), T(versions_that_are_known_are_written),
	  T(a_whole_file_keeps_its_tree), T(differences_are_shown_as_patches),
	  T(overlapping_fixes_are_left_out))
