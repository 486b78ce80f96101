/* SPDX-License-Identifier: Apache-2.0 */
/* Well-known programs that no package manager installed, by the version that stands in them. */
#include "pkg/lang/binary_match.h"
#include "pkg/lang/exec.h"
#include "pkg/lang/lang.h"

#define MAX_BASES 4
#define MAX_RULES 8
struct program {
	const char *bases[MAX_BASES]; /* base names; '*' at the end: any continuation */
	const char *name;
	const char *type;		     /* NULL: generic */
	struct binary_rule rules[MAX_RULES]; /* the first that fits counts */
};

/* clang-format off */
static const struct program programs[] = {
	{{"python*", "libpython*"}, "python", NULL, {{B_NULS, FORM_OPENSSL, B_NULS "%.80s (%.80s) %."}}},
	{{"pypy*", "libpypy*"}, "pypy", NULL, {{"[PyPy ", FORM_THREE, ""}}},
	{{"perl*", "libperl.so*"}, "perl", NULL, {{"/lib/perl5/", FORM_THREE, ""}, {"/share/perl/", FORM_THREE, ""}}},
	{{"ruby*", "libruby*"}, "ruby", NULL, {{"ruby ", FORM_THREE, "p"}, {"ruby ", FORM_THREE, " ("}}},
	{{"php*", "libphp*"}, "php", NULL, {{"X-Powered-By: PHP/", FORM_OPENSSL, ""}}},
	{{"node", "nodejs"}, "node", NULL, {{"node.js/v", FORM_SEMVER, ""}}},
	{{"deno"}, "deno", NULL, {
		{"Deno/", FORM_THREE, ""},
		{"canary/" B_HASH, FORM_THREE, "dl"},
		{"deno-" B_HASH, FORM_THREE, "release/v"},
		{"release/v", FORM_THREE, "windows"},
		{" already installed\n", FORM_THREE, B_HASH}}},
	{{"dart"}, "dart", NULL, {
		{B_NULS, FORM_SEMVER, " (stable) ("},
		{B_NULS, FORM_SEMVER, " (beta) ("},
		{B_NULS, FORM_SEMVER, " (dev) ("}}},
	{{"java"}, "openjdk", NULL, {
		{B_NULS, FORM_JAVA, B_NULS "openjdk" B_NULS "java"},
		{"openjdk" B_NULS "java" B_NULS "0.0" B_NULS, FORM_JAVA, B_NULS}}},
	{{"java"}, "jre", NULL, {
		{"java" B_NULS "0.0" B_NULS, FORM_JAVA, B_NULS},
		{B_NULS, FORM_JAVA, B_NULS "0.0" B_NULS "java"}}},
	{{"libjvm.so"}, "openjdk", NULL, {{"OpenJDK VM version: ", FORM_JAVA, ""}}},
	{{"libjulia-internal.so*"}, "julia", NULL, {
		{B_NULS, FORM_SEMVER, B_NULS "branch" B_NULS "commit"},
		{B_NULS, FORM_SEMVER, B_NULS "verify_methods"},
		{B_NULS, FORM_SEMVER, B_NULS "julia version %s"},
		{B_NULS, FORM_SEMVER, B_NULS "BigInt" B_NULS "BITS_PER_LIMB"}}},
	{{"beam.smp", "erlexec", "liberts_internal.a"}, "erlang", NULL, {
		{"/otp_src_", FORM_NUMBERS, "/erts/"},
		{B_NULS, FORM_NUMBERS, B_NULS "Erlang/OTP"},
		{"[kernel-poll:%s]\n" B_NULS, FORM_NUMBERS, B_NULS}}},
	{{"ghc*"}, "haskell/ghc", NULL, {
		{"GHC ", FORM_THREE, B_NULS "GHC link info"},
		{"libHSghc-", FORM_THREE, "-"},
		{B_NULS "GHC ", FORM_THREE, B_NULS}}},
	{{"cabal"}, "haskell/cabal", NULL, {
		{"cabal-install-", FORM_NUMBERS, "-"},
		{"Cabal-", FORM_NUMBERS, "-"}}},
	{{"go", "go.exe"}, "go", NULL, {{B_NULS "go", FORM_NUMBERS, B_NULS}}},
	{{"libstd-*"}, "rust", NULL, {
		{"rustc version ", FORM_THREE, ""},
		{"c ", FORM_THREE, " (" B_SHORT " 20"}}},
	{{"gcc"}, "gcc", NULL, {{"GCC: (GNU) ", FORM_THREE, ""}}},
	{{"bash"}, "bash", NULL, {{"@(#)Bash version ", FORM_THREE, ""}}},
	{{"busybox", "["}, "busybox", NULL, {{"BusyBox v", FORM_NUMBERS, ""}}},
	{{"getopt"}, "util-linux", NULL, {{"util-linux ", FORM_NUMBERS, ""}}},
	{{"gzip"}, "gzip", NULL, {{"pack level" B_NULS, FORM_NUMBERS, B_NULS "%s %s"},
		{"file size changed while zipping\n" B_NULS, FORM_NUMBERS, B_NULS}}},
	{{"xz"}, "xz", NULL, {{"xz (XZ Utils) ", FORM_NUMBERS, ""}}},
	{{"zstd"}, "zstd", NULL, {{B_NULS "v", FORM_THREE, B_NULS "Zstandard CLI"}}},
	{{"curl"}, "curl", NULL, {{"curl ", FORM_THREE, " ("}, {"libcurl/", FORM_THREE, ""}}},
	{{"libcurl*"}, "curl", NULL, {{"libcurl/", FORM_THREE, ""}}},
	{{"openssl", "libcrypto.so*", "libssl.so*"}, "openssl", NULL, {{"OpenSSL ", FORM_OPENSSL, " "}}},
	{{"libkrb5.so*"}, "krb5", NULL, {
		{"KRB5_BRAND: krb5-", FORM_NUMBERS, "-final"}}},
	{{"libkrb5.so*"}, "heimdal-krb5", NULL, {{"Heimdal ", FORM_THREE, ""}}},
	{{"ldapsearch"}, "openldap", NULL, {{"$OpenLDAP: " B_WORD " ", FORM_THREE, " "}}},
	{{"sqlcipher"}, "sqlcipher", NULL, {{"community" B_NULS, FORM_THREE, B_NULS}}},
	{{"httpd", "apache2"}, "httpd", NULL, {{"Apache/", FORM_THREE, ""}}},
	{{"nginx"}, "nginx", NULL, {{"nginx version: nginx/", FORM_THREE, ""}, {"nginx/", FORM_THREE, ""}}},
	{{"lighttpd"}, "lighttpd", NULL, {{"lighttpd/", FORM_THREE, ""}}},
	{{"haproxy"}, "haproxy", NULL, {
		{"HA-Proxy version ", FORM_DEV, ""},
		{"version ", FORM_DEV, ", released"},
		{B_NULS, FORM_DEV, "-" B_SHORT B_NULS "HA"},
		{B_NULS, FORM_DEV, "-" B_SHORT B_NULS "H"}}},
	{{"memcached"}, "memcached", NULL, {{"memcached ", FORM_THREE, ""}}},
	{{"redis-server", "redis-check-rdb", "redis-check-aof"}, "redis", NULL, {{"Redis version=", FORM_THREE, ""}, {B_NULS, FORM_THREE, B_BUILD}}},
	{{"postgres", "psql"}, "postgresql", NULL, {{"PostgreSQL ", FORM_POSTGRES, " "}, {"(PostgreSQL) ", FORM_POSTGRES, ""}}},
	{{"mariadb", "mariadbd"}, "mariadb", NULL, {
		{B_NULS, FORM_THREE, "-MariaDB"},
		{"/mariadb-", FORM_THREE, "-"}}},
	{{"mysqld", "ndb_mgmd", "ndbd"}, "mysql-cluster", NULL, {{"/mysql-cluster-gpl-", FORM_THREE, ""}}},
	{{"mysqld"}, "mysql-server", NULL, {{"/mysql-", FORM_THREE, "/"}}},
	{{"mysql", "mysqld"}, "percona-server", NULL, {{"/percona-server-", FORM_THREE, ""}}},
	{{"mysql", "mysqld"}, "percona-xtradb-cluster", NULL, {{"/Percona-XtraDB-Cluster-", FORM_THREE, ""}}},
	{{"mysql"}, "mysql", NULL, {{"/mysql-", FORM_THREE, "/"}}},
	{{"mongod"}, "mongodb", NULL, {
		{B_NULS, FORM_THREE, B_NULS "tcmalloc"},
		{B_NULS, FORM_THREE, B_NULS "heap_size"},
		{B_NULS, FORM_THREE, B_NULS "cppdefines"}}},
	{{"fluent-bit"}, "fluent-bit", NULL, {
		{B_NULS, FORM_THREE, B_NULS "Fluent Bit v%s"},
		{B_NULS, FORM_THREE, B_NULS "%sFluent Bit v%s"},
		{B_NULS, FORM_THREE, B_NULS "\x1b[1m" B_NULS "%sFluent Bit v%s"}}},
	{{"chrome"}, "chrome", NULL, {{B_NULS, FORM_NUMBERS, B_NULS "Default"}}},
	{{"auditbeat"}, "auditbeat", NULL, {{"setupTest ", FORM_THREE, ""}}},
	{{"packetbeat"}, "packetbeat", NULL, {{"setupTest ", FORM_THREE, ""}}},
	{{"elastic-agent"}, "elastic-agent", NULL, {
		{"3:04PM", FORM_THREE, ":https"},
		{"enroll", FORM_THREE, "header"},
		{"enroll", FORM_THREE, "-header"},
		{"enroll: true", FORM_THREE, "-header"}}},
	{{"consul"}, "consul", NULL, {
		{"consul/version.GitDescribe=", FORM_SEMVER, "\""},
		{"CONSUL_VERSION: ", FORM_SEMVER, ""},
		{B_NULS "v", FORM_SEMVER, B_NULS}}},
	{{"vault"}, "github.com/hashicorp/vault", "golang", {
		{"0x%016x", FORM_THREE, "123-abc"},
		{"0x%016x", FORM_THREE, "\n123-abc"},
		{"0x%016x", FORM_THREE, "1.49.22123-abc"},
		{"revoke", FORM_SEMVER, ")(nil))"},
		{"index_state", FORM_SEMVER, "\nOptions: "},
		{B_NULS, FORM_THREE, B_NULS "\x10" B_NULS "<"}}},
	{{"helm"}, "helm", NULL, {{B_EDGE "v", FORM_SEMVER, B_NULS}}},
	{{"nginx-ingress-controller"}, "nginx-ingress-controller", NULL, {
		{B_NULS, FORM_THREE, B_NULS B_ONE B_NULS "\x10" B_NULS "<"},
		{"v", FORM_SEMVER, B_NULS}}},
	{{"pilot-agent"}, "pilot-agent", NULL, {
		{"version.buildVersion=", FORM_SEMVER, ""},
		{B_NULS, FORM_SEMVER, B_NULS B_SAME B_NULS},
		{B_NULS, FORM_DEV, B_NULS B_ONE B_NULS}}},
	{{"pilot-discovery"}, "pilot-discovery", NULL, {
		{"version.buildVersion=", FORM_SEMVER, ""},
		{B_NULS, FORM_SEMVER, B_NULS B_SAME B_NULS},
		{B_NULS, FORM_DEV, B_NULS B_ONE B_NULS}}},
};
/* clang-format on */

static bool has_base(const struct program *p, struct slice base)
{
	for (size_t i = 0; i < MAX_BASES && p->bases[i]; i++) {
		size_t n = strlen(p->bases[i]);
		bool open = n > 1 && p->bases[i][n - 1] == '*';
		if (open ? base.len >= n - 1 && memcmp(base.ptr, p->bases[i], n - 1) == 0
			 : slice_is(base, p->bases[i]))
			return true;
	}
	return false;
}

static struct slice version_of(const struct program *p, struct slice file)
{
	struct slice version = SL_NONE;
	for (size_t i = 0; i < MAX_RULES && p->rules[i].before && !version.len; i++)
		version = binary_find(file, &p->rules[i]);
	return version;
}

static int tell(struct pkg_ctx *cx, const char *type, const char *name, struct slice version,
		struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = slice_str(type ? type : "generic"),
			.name = slice_str(name),
			.version = version,
			.flags = PKG_IS_FILE};
	return lang_add(cx, &w, &p, err);
}

/* "go1.21.3", "go1.15 Fri ...", "devel go1.25-d524e1e Sun ...": the file VERSION of a Go tree. */
static int go_tree(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct slice word;
	if (!slice_word(&file, &word) || (slice_is(word, "devel") && !slice_word(&file, &word)))
		return 0;
	if (!slice_starts(word, "go") || word.len < 5 || !is_digit(word.ptr[2]))
		return 0;
	return tell(cx, NULL, "go", slice_from(word, 2), err);
}

/* Value of "key=value" at the start of a line, without quotes. */
static struct slice setting(struct slice file, const char *key)
{
	struct slice line;
	while (slice_line(&file, &line)) {
		ssize_t eq = slice_chr(line, '=');
		if (eq < 0 || !slice_is(slice_sub(line, 0, (size_t)eq), key))
			continue;
		line = slice_trim(slice_from(line, (size_t)eq + 1));
		if (line.len >= 2 && line.ptr[0] == '"' && line.ptr[line.len - 1] == '"')
			line = slice_sub(line, 1, line.len - 2);
		return line;
	}
	return SL_NONE;
}

static int described(struct pkg_ctx *cx, struct slice base, struct slice file, bool *done,
		     struct err *err)
{
	*done = true;
	if (slice_is(base, "VERSION") || slice_is(base, "VERSION.cache"))
		return go_tree(cx, slice_sub(file, 0, 1024), err);
	if (slice_is(base, "application.ini")) {
		bool fox = slice_starts(setting(file, "Name"), "firefox") ||
			   slice_is(setting(file, "Name"), "Firefox");
		struct slice version = setting(file, "Version");
		return fox && version.len ? tell(cx, NULL, "firefox", version, err) : 0;
	}
	*done = false;
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct slice base = path_base(cx->path);
	bool done;
	TRY(described(cx, base, file, &done, err));
	if (done || !(pkg_is_executable(file) || slice_starts(file, "!<arch>\n")))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		if (!has_base(&programs[i], base))
			continue;
		struct slice version = version_of(&programs[i], file);
		if (version.len)
			return tell(cx, programs[i].type, programs[i].name, version, err);
	}
	return 0;
}

#define IS(name)                                                                                   \
	{                                                                                          \
		PKG_BASENAME_IS, name                                                              \
	}
const struct pkg_analyser pkg_analyser_binary = {
    .name = "binary",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "binary",
    .wants = PKG_WANTS(
	{PKG_BASENAME_PREFIX, "python"}, {PKG_BASENAME_PREFIX, "libpython"},
	{PKG_BASENAME_PREFIX, "pypy"}, {PKG_BASENAME_PREFIX, "libpypy"},
	{PKG_BASENAME_PREFIX, "perl"}, {PKG_BASENAME_PREFIX, "libperl.so"},
	{PKG_BASENAME_PREFIX, "ruby"}, {PKG_BASENAME_PREFIX, "libruby"},
	{PKG_BASENAME_PREFIX, "php"}, {PKG_BASENAME_PREFIX, "libphp"},
	{PKG_BASENAME_PREFIX, "libjulia-internal.so"}, {PKG_BASENAME_PREFIX, "ghc"},
	{PKG_BASENAME_PREFIX, "libstd-"}, {PKG_BASENAME_PREFIX, "libcurl"},
	{PKG_BASENAME_PREFIX, "libcrypto.so"}, {PKG_BASENAME_PREFIX, "libssl.so"},
	{PKG_BASENAME_PREFIX, "libkrb5.so"}, IS("node"), IS("nodejs"), IS("deno"), IS("dart"),
	IS("java"), IS("libjvm.so"), IS("beam.smp"), IS("erlexec"), IS("liberts_internal.a"),
	IS("cabal"), IS("go"), IS("go.exe"), IS("gcc"), IS("bash"), IS("busybox"), IS("["),
	IS("getopt"), IS("gzip"), IS("xz"), IS("zstd"), IS("curl"), IS("openssl"), IS("ldapsearch"),
	IS("sqlcipher"), IS("httpd"), IS("apache2"), IS("nginx"), IS("lighttpd"), IS("haproxy"),
	IS("memcached"), IS("redis-server"), IS("redis-check-rdb"), IS("redis-check-aof"),
	IS("postgres"), IS("psql"), IS("mariadb"), IS("mariadbd"), IS("mysqld"), IS("ndb_mgmd"),
	IS("ndbd"), IS("mysql"), IS("mongod"), IS("fluent-bit"), IS("chrome"), IS("auditbeat"),
	IS("packetbeat"), IS("elastic-agent"), IS("consul"), IS("vault"), IS("helm"),
	IS("nginx-ingress-controller"), IS("pilot-agent"), IS("pilot-discovery"), IS("VERSION"),
	IS("VERSION.cache"), IS("application.ini")),
    .max_size = LANG_PROGRAM_MAX,
    .run = run,
};
