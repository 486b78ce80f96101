/* SPDX-License-Identifier: Apache-2.0 */
#include "ver/ver.h"
#include "tests/test.h"

#include <sys/wait.h>

static int order(const char *scheme, const char *a, const char *b)
{
	const struct ver_scheme *s = ver_find(slice_str(scheme));
	assert_non_null(s);
	int c = s->compare(slice_str(a), slice_str(b)), d = s->compare(slice_str(b), slice_str(a));
	assert_int_equal(d, c == VER_INVALID ? VER_INVALID : -c);
	return c;
}

struct pair {
	const char *a, *b;
	int want;
};
static void check(const char *scheme, const struct pair *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (order(scheme, p[i].a, p[i].b) != p[i].want)
			fail_msg("%s: %s %s gives %d", scheme, p[i].a, p[i].b,
				 order(scheme, p[i].a, p[i].b));
}

static void deb_orders_as_policy_says(void **state)
{
	static const struct pair p[] = {{"1.0", "1.0-0", 0},
					{"1.0", "1.0-1", -1},
					{"1.0~rc1-1", "1.0-1", -1},
					{"1:1.0", "2.0", 1},
					{"0:1.0", "1.0", 0},
					{"1.0a", "1.0+", -1},
					{"1.0.", "1.0a", 1},
					{"1.0~~", "1.0~", -1},
					{"1.0~", "1.0", -1},
					{"1.001", "1.1", 0},
					{"1.2-3-4", "1.2-3-5", -1},
					{"1.0-1", "1.0-1~", 1},
					{"99999999999999999999998", "99999999999999999999999", -1},
					{"a", "1", 1},
					{" 1.0 ", "1.0", 0},
					{"1.0 1", "1.0", VER_INVALID},
					{"", "1", VER_INVALID},
					{":1", "1", VER_INVALID},
					{"1:", "1", VER_INVALID},
					{"1.0-", "1", VER_INVALID},
					{"1.0_1", "1", VER_INVALID},
					{"2147483648:1", "1", VER_INVALID},
					{"-1:1", "1", VER_INVALID},
					{"1.0-a:b", "1", VER_INVALID},
					{"-1", "1", VER_INVALID}};
	(void)state;
	check("deb", p, ARRAY_LEN(p));
}

static void rpm_orders_as_librpm(void **state)
{
	static const struct pair p[] = {{"1.0", "1.0", 0},	  {"1.0", "1.0-1", -1},
					{"1:1", "2", 1},	  {"0:1", "1", 0},
					{"1.0~rc1", "1.0", -1},	  {"1.0^", "1.0", 1},
					{"1.0^20", "1.0.1", -1},  {"1.0^a~1", "1.0^a", -1},
					{"1.0~a^1", "1.0~a", 1},  {"1.0-1.el8", "1.0-1.el8_4", -1},
					{"1.05", "1.5", 0},	  {"1a", "1.a", 0},
					{"1.a", "1.1", -1},	  {"1..0", "1.0", 0},
					{"1.0.", "1.0", 0},	  {"x", "y", -1},
					{"fc4", "fc.4", 0},	  {":1", "1", 0},
					{"00001:1", "1:1", 0},	  {"", "1", VER_INVALID},
					{"1 2", "1", VER_INVALID}};
	(void)state;
	check("rpm", p, ARRAY_LEN(p));
}

static void apk_orders_as_apk_tools(void **state)
{
	static const struct pair p[] = {{"1.0", "1.0-r0", -1},
					{"1.0_rc1", "1.0", -1},
					{"1.0_p1", "1.0", 1},
					{"1.0_alpha", "1.0_beta", -1},
					{"1.0_pre", "1.0_rc", -1},
					{"1.0_cvs", "1.0_svn", -1},
					{"1.0_git", "1.0_hg", -1},
					{"1.0_hg", "1.0_p", -1},
					{"1.0_rc", "1.0_cvs", -1},
					{"1.0a", "1.0b", -1},
					{"1.0", "1.0a", -1},
					{"1.09", "1.1", -1},
					{"1.10", "1.9", 1},
					{"01", "1", 0},
					{"1.0_p", "1.0_p0", -1},
					{"1.0_alpha1_p1", "1.0_alpha1", 1},
					{"1.0~ab", "1.0~ac", -1},
					{"1.0", "1.0~ab", -1},
					{"1.0-r01", "1.0-r1", 0},
					{"6.6.2p1-r0", "6.6.2p1-r2", -1},
					{"6.6.2p2", "6.6.2p10", -1},
					{"6.6.2p", "6.6.2p1", -1},
					{"6.6.2p1", "6.6.2_p2", 1},
					{"1.0_foo", "1", VER_INVALID},
					{"1.", "1", VER_INVALID},
					{"a", "1", VER_INVALID},
					{"1.0-1", "1", VER_INVALID},
					{"1.0A", "1", VER_INVALID},
					{"1.0ab", "1", VER_INVALID},
					{"1.0-r", "1", VER_INVALID},
					{"1.0-r1-r2", "1", VER_INVALID},
					{"", "1", VER_INVALID},
					{"1.0~", "1", VER_INVALID},
					{"1.0~xyz", "1", VER_INVALID},
					{".1", "1", VER_INVALID},
					{"1.0a.1", "1", VER_INVALID},
					{"1.0_p1a", "1", VER_INVALID},
					{" 1", "1", VER_INVALID}};
	(void)state;
	check("apk", p, ARRAY_LEN(p));
}

static void pacman_orders_as_vercmp(void **state)
{
	static const struct pair p[] = {
	    {"1.0a", "1.0alpha", -1}, {"1.0alpha", "1.0b", -1}, {"1.0beta", "1.0p", -1},
	    {"1.0pre", "1.0rc", -1},  {"1.0rc", "1.0", -1},	{"1.0", "1.0.a", -1},
	    {"1.0.a", "1.0.1", -1},   {"1:1", "2", 1},		{"1.0-1", "1.0", 0},
	    {"1.0-1", "1.0-2", -1},   {"1..0", "1.0", 1},	{"1.001", "1.1", 0},
	    {"1.", "1", 1},	      {"", "1", VER_INVALID},	{"1 2", "1", VER_INVALID},
	    {"1:", "1", VER_INVALID}};
	(void)state;
	check("pacman", p, ARRAY_LEN(p));
}

static void portage_orders_as_its_specification(void **state)
{
	static const struct pair p[] = {{"1.0", "1.0.0", -1},
					{"1.0b", "1.0.0", -1},
					{"1.0", "1.0a", -1},
					{"1.01", "1.1", -1},
					{"1.010", "1.01", 0},
					{"01", "1", 0},
					{"1_alpha", "1_beta", -1},
					{"1_rc3", "1", -1},
					{"1", "1_p", -1},
					{"1_p", "1_p0", 0},
					{"1_alpha_p1", "1_alpha", 1},
					{"1-r0", "1", 0},
					{"1-r1", "1", 1},
					{"1_alpha_beta", "1_alpha", -1},
					{"1.", "1", VER_INVALID},
					{"1_foo", "1", VER_INVALID},
					{"1-r", "1", VER_INVALID},
					{"a", "1", VER_INVALID},
					{"1ab", "1", VER_INVALID},
					{"1-1", "1", VER_INVALID}};
	(void)state;
	check("portage", p, ARRAY_LEN(p));
}

static void ecosystem_names_find_their_scheme(void **state)
{
	static const char *const names[][2] = {{"deb", "deb"},
					       {"DEB", "deb"},
					       {"Debian:12", "deb"},
					       {"Ubuntu:22.04:LTS", "deb"},
					       {"Alpine:v3.18", "apk"},
					       {"wolfi", "apk"},
					       {"Chainguard", "apk"},
					       {"AlmaLinux:8", "rpm"},
					       {"Rocky Linux:9", "rpm"},
					       {"Red Hat:enterprise_linux:9::baseos", "rpm"},
					       {"SUSE:Linux Enterprise Server 15", "rpm"},
					       {"openSUSE:Leap 15.5", "rpm"},
					       {"openEuler:22.03-LTS", "rpm"},
					       {"rpm", "rpm"},
					       {"rpm-evr", "rpm"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct ver_scheme *s = ver_find(slice_str(names[i][0]));
		assert_non_null(s);
		assert_string_equal(s->name, names[i][1]);
	}
	assert_null(ver_find(SL("Debianish")));
	assert_null(ver_find(SL("")));
}

static int match(const char *scheme, const char *version, const char *range)
{
	struct err err = {0};
	int rc = ver_match(ver_find(slice_str(scheme)), slice_str(version), slice_str(range), &err);
	if (rc < 0)
		assert_true(err.len > 0);
	return rc;
}

static void ranges_join_constraints_and_alternatives(void **state)
{
	(void)state;
	assert_int_equal(match("deb", "1.5", ">= 1.0, < 2.0"), 1);
	assert_int_equal(match("deb", "1.5", ">=1.0 <2.0"), 1);
	assert_int_equal(match("deb", "2.0", ">= 1.0, < 2.0"), 0);
	assert_int_equal(match("deb", "2.5", "< 1 || > 2"), 1);
	assert_int_equal(match("deb", "1.5", "!= 1.5"), 0);
	assert_int_equal(match("deb", "1.5", "1.5"), 1);
	assert_int_equal(match("deb", "1.5", "==1.5"), 1);
	assert_int_equal(match("deb", "1.5", ""), 1);
	assert_int_equal(match("deb", "1.5", "*"), 1);
	assert_int_equal(match("deb", "1:0.5", "> 1.0"), 1);
}

static void broken_versions_and_ranges_are_refused(void **state)
{
	(void)state;
	assert_true(match("deb", "1_5", "> 1") < 0);
	assert_true(match("deb", "1.5", "> 1_0") < 0);
	assert_true(match("deb", "1.5", ">") < 0);
	assert_true(match("deb", "1.5", "=> 1") < 0);
	assert_true(match("deb", "1.5", "<> 1") < 0);
	assert_true(match("deb", "1.5", "= 1.5 || < 1_") < 0);
	assert_true(match("apk", "1.5", "> *") < 0);
}

/* A random version made of the parts that matter to the scheme. */
static uint64_t seed = 42;
static unsigned rnd(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}
static void random_text(const char *const *parts, size_t n, char *out, size_t cap)
{
	unsigned count = 1 + rnd(6);
	size_t len = 0;
	out[0] = 0;
	for (unsigned i = 0; i < count; i++) {
		const char *p = parts[rnd((unsigned)n)];
		if (len + strlen(p) + 1 > cap)
			break;
		memcpy(out + len, p, strlen(p) + 1);
		len += strlen(p);
	}
}
static struct slice random_version(const struct ver_scheme *s, const char *const *parts, size_t n,
				   char *out, size_t cap)
{
	do
		random_text(parts, n, out, cap);
	while (!s->valid(slice_str(out)) || out[0] == '-'); /* dpkg would take it for an option */
	return slice_str(out);
}
static const char *const deb_parts[] = {"1", "0", "10", ".", "-", "~", "+",
					"a", "b", "01", ":", "0", "1", "z"};
static const char *const rpm_parts[] = {"1", "0", "10", ".", "-",  "~", "^",
					"a", "B", "01", "_", "1:", "+", "rc"};
static const char *const apk_parts[] = {"1",	   "0", "10",  ".1",  ".01", "_p", "_rc",
					"_alpha2", "a", "-r1", "-r0", "~ab", ".10"};
static const char *const portage_parts[] = {"1",   "0",	      "10", ".1",  ".01", ".010", "_p",
					    "_rc", "_alpha2", "a",  "-r1", "-r0", ".10"};
static const struct {
	const char *name;
	const char *const *parts;
	size_t n;
} schemes[] = {{"deb", deb_parts, ARRAY_LEN(deb_parts)},
	       {"rpm", rpm_parts, ARRAY_LEN(rpm_parts)},
	       {"apk", apk_parts, ARRAY_LEN(apk_parts)},
	       {"portage", portage_parts, ARRAY_LEN(portage_parts)}};

static void orders_are_total_over_random_versions(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(schemes); k++) {
		const struct ver_scheme *s = ver_find(slice_str(schemes[k].name));
		for (size_t i = 0; i < 100000; i++) {
			char t[3][32];
			struct slice v[3];
			for (size_t j = 0; j < 3; j++)
				v[j] = random_version(s, schemes[k].parts, schemes[k].n, t[j],
						      sizeof(t[j]));
			int ab = s->compare(v[0], v[1]), bc = s->compare(v[1], v[2]);
			int ac = s->compare(v[0], v[2]);
			assert_int_equal(s->compare(v[0], v[0]), VER_EQUAL);
			assert_int_equal(s->compare(v[1], v[0]), -ab);
			if (ab == bc || bc == VER_EQUAL)
				assert_int_equal(ac, ab);
			else if (ab == VER_EQUAL)
				assert_int_equal(ac, bc);
		}
	}
}

/* Runs argv with its output in out; false when the program is not there. */
static bool ask(char *const *argv, struct buf *out)
{
	int fd[2], status = 0;
	struct err err = {0};
	assert_int_equal(pipe(fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fd[1]);
	assert_ok(file_read_fd(fd[0], out, &err), &err);
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void deb_agrees_with_dpkg(void **state)
{
	(void)state;
	enum { PAIRS = 400 };
	static char t[PAIRS][2][32];
	const struct ver_scheme *s = ver_find(SL("deb"));
	auto_buf struct buf script, out;
	buf_init(&script, 1 * MIB);
	buf_init(&out, 1 * MIB);
	buf_puts(&script, SL("command -v dpkg >/dev/null || exit 9\n"
			     "is() { dpkg --compare-versions \"$1\" $2 \"$3\" 2>/dev/null; }\n"
			     "c() { if is $1 lt $2; then echo -1; elif is $1 eq $2; then echo 0; "
			     "else echo 1; fi; }\n"));
	for (size_t i = 0; i < PAIRS; i++) {
		random_version(s, deb_parts, ARRAY_LEN(deb_parts), t[i][0], 32);
		random_version(s, deb_parts, ARRAY_LEN(deb_parts), t[i][1], 32);
		buf_printf(&script, "c '%s' '%s'\n", t[i][0], t[i][1]);
	}
	buf_putc(&script, 0);
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, script.ptr, NULL};
	if (!ask(argv, &out))
		skip();
	struct slice rest = buf_slice(&out), line;
	for (size_t i = 0; i < PAIRS; i++) {
		char want[8];
		assert_true(slice_line(&rest, &line));
		snprintf(want, sizeof(want), "%d",
			 s->compare(slice_str(t[i][0]), slice_str(t[i][1])));
		if (!slice_is(line, want))
			fail_msg("%s %s: dpkg %.*s, we %s", t[i][0], t[i][1], SL_FMT(line), want);
	}
}

static void rpm_agrees_with_librpm(void **state)
{
	(void)state;
	enum { PAIRS = 1500 };
	static char t[PAIRS][2][32];
	const struct ver_scheme *s = ver_find(SL("rpm"));
	auto_buf struct buf script, out;
	buf_init(&script, 1 * MIB);
	buf_init(&out, 1 * MIB);
	buf_puts(&script, SL("%{lua: local function c(a,b) a=rpm.ver(a) b=rpm.ver(b) "
			     "print((a<b and -1 or (a==b and 0 or 1))..\"\\n\") end "));
	for (size_t i = 0; i < PAIRS; i++) {
		random_version(s, rpm_parts, ARRAY_LEN(rpm_parts), t[i][0], 32);
		random_version(s, rpm_parts, ARRAY_LEN(rpm_parts), t[i][1], 32);
		buf_printf(&script, "c(\"%s\",\"%s\") ", t[i][0], t[i][1]);
	}
	buf_put(&script, "}", 2);
	char *argv[] = {(char[]){"rpm"}, (char[]){"--eval"}, script.ptr, NULL};
	if (!ask(argv, &out))
		skip();
	struct slice rest = buf_slice(&out), line;
	for (size_t i = 0; i < PAIRS; i++) {
		char want[8];
		do
			assert_true(slice_line(&rest, &line));
		while (!line.len);
		snprintf(want, sizeof(want), "%d",
			 s->compare(slice_str(t[i][0]), slice_str(t[i][1])));
		if (!slice_is(line, want))
			fail_msg("%s %s: rpm %.*s, we %s", t[i][0], t[i][1], SL_FMT(line), want);
	}
}

RUN_TESTS(T(deb_orders_as_policy_says), T(rpm_orders_as_librpm), T(apk_orders_as_apk_tools),
	  T(pacman_orders_as_vercmp), T(portage_orders_as_its_specification),
	  T(ecosystem_names_find_their_scheme), T(ranges_join_constraints_and_alternatives),
	  T(broken_versions_and_ranges_are_refused), T(orders_are_total_over_random_versions),
	  T(deb_agrees_with_dpkg), T(rpm_agrees_with_librpm))
