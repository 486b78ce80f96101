/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/jar.h"

static const char *const endings[] = {".jar", ".war", ".ear", ".par", ".sar",  ".rar",
				      ".hpi", ".jpi", ".kar", ".nar", ".jmod", ".lpkg"};

static size_t ending(struct slice base)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t n = strlen(endings[i]);
		if (base.len > n &&
		    slice_ieq(slice_from(base, base.len - n), slice_str(endings[i])))
			return n;
	}
	return 0;
}

bool jar_is_archive(struct slice path)
{
	return ending(path_base(path)) > 0;
}

/* ---- manifest ---- */

static struct slice *place_of(struct jar_manifest *m, struct slice name)
{
	const struct {
		const char *name;
		struct slice *place;
	} rows[] = {{"Implementation-Title", &m->impl_title},
		    {"Implementation-Version", &m->impl_version},
		    {"Implementation-Vendor-Id", &m->impl_vendor_id},
		    {"Specification-Title", &m->spec_title},
		    {"Specification-Version", &m->spec_version},
		    {"Bundle-SymbolicName", &m->bundle_name},
		    {"Bundle-Version", &m->bundle_version},
		    {"Automatic-Module-Name", &m->module},
		    {"Group-Id", &m->group},
		    {"Short-Name", &m->short_name},
		    {"Extension-Name", &m->short_name},
		    {"Plugin-Version", &m->plugin_version}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_ieq(name, slice_str(rows[i].name)))
			return rows[i].place;
	return NULL;
}

static int keep(struct arena *a, struct jar_manifest *m, struct buf *licenses, struct slice line,
		struct err *err)
{
	ssize_t colon = slice_chr(line, ':');
	if (colon <= 0)
		return 0;
	struct slice name = slice_sub(line, 0, (size_t)colon),
		     value = slice_trim(slice_from(line, (size_t)colon + 1));
	if (slice_starts(name, "Plugin-License-Name") || slice_ieq(name, SL("Bundle-License")))
		lang_put_line(licenses, value);
	struct slice *place = place_of(m, name);
	if (!place || place->len || !value.len)
		return 0;
	*place = arena_dup(a, value);
	return place->ptr ? 0 : err_oom(err);
}

static int read_section(struct arena *a, struct slice text, struct jar_manifest *m,
			struct buf *licenses, struct buf *whole, struct err *err)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		if (line.len && line.ptr[0] == ' ') {
			buf_puts(whole, slice_from(line, 1));
			continue;
		}
		TRY(keep(a, m, licenses, buf_slice(whole), err));
		buf_clear(whole);
		if (!line.len)
			return 0;
		buf_puts(whole, line);
	}
	return keep(a, m, licenses, buf_slice(whole), err);
}

int jar_manifest_read(struct arena *a, struct slice text, struct jar_manifest *ret, struct err *err)
{
	auto_buf struct buf licenses;
	auto_buf struct buf whole;
	*ret = (struct jar_manifest){0};
	buf_init(&licenses, 64 * KIB);
	buf_init(&whole, 4 * MIB);
	TRY(read_section(a, text, ret, &licenses, &whole, err));
	ret->licenses = arena_dup(a, buf_slice(&licenses));
	/* "name;singleton:=true" */
	slice_cut(&(struct slice){ret->bundle_name.ptr, ret->bundle_name.len}, ';',
		  &ret->bundle_name);
	ret->bundle_name = slice_trim(ret->bundle_name);
	return 0;
}

/* ---- names ---- */

/* "4.1.100.Final-linux-x86_64": what is not of the version but says which of several files this is. */
static struct slice without_classifier(struct slice version)
{
	static const char *const words[] = {"-linux",
					    "-osx",
					    "-windows",
					    "-sources",
					    "-javadoc",
					    "-tests",
					    "-all",
					    "-shaded",
					    "-uber",
					    "-exec",
					    "-classes",
					    "-native",
					    "-jar-with-dependencies"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		ssize_t at = slice_find(version, slice_str(words[i]));
		if (at > 0)
			version.len = (size_t)at;
	}
	return version;
}

struct jar_name jar_file_name(struct slice base)
{
	struct jar_name n = {.artifact = slice_sub(base, 0, base.len - ending(base))};
	for (size_t i = 1; i + 1 < n.artifact.len; i++) {
		if (n.artifact.ptr[i] != '-' || !is_digit(n.artifact.ptr[i + 1]))
			continue;
		n.version = without_classifier(slice_from(n.artifact, i + 1));
		n.artifact = slice_sub(n.artifact, 0, i);
		break;
	}
	return n;
}

/* Artifacts whose archives often hold no pom.properties. '*' at the end: any continuation; '*' alone as group: the
 * artifact's own name. The first row that fits counts. */
static const struct {
	const char *artifact, *group;
	uint32_t below; /* only versions below this major one; 0: all */
} known[] = {
    {"spring-boot*", "org.springframework.boot"},
    {"spring-security-*", "org.springframework.security"},
    {"spring-cloud-*", "org.springframework.cloud"},
    {"spring-data-*", "org.springframework.data"},
    {"spring-integration-*", "org.springframework.integration"},
    {"spring-session-*", "org.springframework.session"},
    {"spring-batch-*", "org.springframework.batch"},
    {"spring-ws-*", "org.springframework.ws"},
    {"spring-kafka*", "org.springframework.kafka"},
    {"spring-amqp", "org.springframework.amqp"},
    {"spring-rabbit*", "org.springframework.amqp"},
    {"spring-hateoas", "org.springframework.hateoas"},
    {"spring-webflow", "org.springframework.webflow"},
    {"spring-*", "org.springframework"},
    {"tomcat-embed-*", "org.apache.tomcat.embed"},
    {"tomcat-*", "org.apache.tomcat"},
    {"kafka-*", "org.apache.kafka"},
    {"kafka_*", "org.apache.kafka"},
    {"lucene-*", "org.apache.lucene"},
    {"solr-*", "org.apache.solr"},
    {"kotlin-*", "org.jetbrains.kotlin"},
    {"kotlinx-*", "org.jetbrains.kotlinx"},
    {"elasticsearch*", "org.elasticsearch"},
    {"netty-*", "io.netty"},
    {"grpc-*", "io.grpc"},
    {"micrometer-*", "io.micrometer"},
    {"opentelemetry-*", "io.opentelemetry"},
    {"reactor-netty*", "io.projectreactor.netty"},
    {"reactor-*", "io.projectreactor"},
    {"okhttp*", "com.squareup.okhttp", 3},
    {"okhttp*", "com.squareup.okhttp3"},
    {"okio*", "com.squareup.okio"},
    {"bcprov-*", "org.bouncycastle"},
    {"bcpkix-*", "org.bouncycastle"},
    {"bcutil-*", "org.bouncycastle"},
    {"bcmail-*", "org.bouncycastle"},
    {"bcpg-*", "org.bouncycastle"},
    {"bctls-*", "org.bouncycastle"},
    {"bc-fips", "org.bouncycastle"},
    {"h2", "com.h2database"},
    {"hsqldb", "org.hsqldb"},
    {"postgresql", "org.postgresql"},
    {"mysql-connector-java", "mysql"},
    {"mysql-connector-j", "com.mysql"},
    {"ojdbc*", "com.oracle.database.jdbc"},
    {"zookeeper*", "org.apache.zookeeper"},
    {"junit-jupiter*", "org.junit.jupiter"},
    {"junit-platform-*", "org.junit.platform"},
    {"junit", "junit"},
    {"mockito-*", "org.mockito"},
    {"asm", "*", 4},
    {"asm", "org.ow2.asm"},
    {"asm-*", "org.ow2.asm"},
    {"aspectjrt", "org.aspectj"},
    {"aspectjweaver", "org.aspectj"},
    {"aspectjtools", "org.aspectj"},
    {"caffeine", "com.github.ben-manes.caffeine"},
    {"byte-buddy*", "net.bytebuddy"},
    {"log4j-*", "org.apache.logging.log4j"},
    {"log4j", "log4j"},
    {"slf4j-*", "org.slf4j"},
    {"logback-*", "ch.qos.logback"},
    {"jackson-core", "com.fasterxml.jackson.core"},
    {"jackson-databind", "com.fasterxml.jackson.core"},
    {"jackson-annotations", "com.fasterxml.jackson.core"},
    {"snakeyaml", "org.yaml"},
    {"guava", "com.google.guava"},
    {"gson", "com.google.code.gson"},
    {"ant", "org.apache.ant"},
    {"ant-*", "org.apache.ant"},
    {"commons-io", "*"},
    {"commons-codec", "*"},
    {"commons-logging", "*"},
    {"commons-fileupload", "*"},
    {"commons-collections", "*"},
    {"commons-beanutils", "*"},
    {"commons-lang", "*"},
    {"commons-cli", "*"},
    {"commons-dbcp", "*"},
    {"commons-pool", "*"},
    {"commons-httpclient", "*"},
    {"commons-net", "*"},
    {"commons-digester", "*"},
    {"commons-validator", "*"},
    {"commons-configuration", "*"},
    {"commons-*", "org.apache.commons"},
    {"oro", "*"},
    {"classworlds", "*"},
    {"xml-apis", "*"},
    {"xalan", "*"},
    {"antlr", "*"},
    {"ognl", "*"},
    {"cglib", "*"},
    {"jaxen", "*"},
    {"dom4j", "*", 2},
    {"dom4j", "org.dom4j"},
    {"xercesImpl", "xerces"},
    {"velocity", "org.apache.velocity"},
    {"velocity-*", "org.apache.velocity"},
    {"plexus-*", "org.codehaus.plexus"},
    {"xstream", "com.thoughtworks.xstream"},
    {"xmlbeans", "org.apache.xmlbeans"},
    {"poi", "org.apache.poi"},
    {"poi-*", "org.apache.poi"},
    {"batik-*", "org.apache.xmlgraphics"},
    {"servlet-api", "javax.servlet"},
    {"jstl", "javax.servlet"},
    {"groovy", "org.codehaus.groovy", 4},
    {"groovy-*", "org.codehaus.groovy", 4},
    {"groovy", "org.apache.groovy"},
    {"groovy-*", "org.apache.groovy"},
    {"hibernate-core", "org.hibernate", 6},
    {"hibernate-core", "org.hibernate.orm"},
    {"jackson-dataformat-*", "com.fasterxml.jackson.dataformat"},
    {"jackson-datatype-*", "com.fasterxml.jackson.datatype"},
    {"jackson-module-*", "com.fasterxml.jackson.module"},
    {"jetty-*", "org.eclipse.jetty"},
    {"undertow-*", "io.undertow"},
    {"fastjson", "com.alibaba"},
    {"druid", "com.alibaba"},
    {"HikariCP", "com.zaxxer"},
    {"jedis", "redis.clients"},
    {"lettuce-core", "io.lettuce"},
    {"mongo-java-driver", "org.mongodb"},
};

static bool fits(struct slice artifact, const char *pattern)
{
	size_t n = strlen(pattern);
	if (pattern[n - 1] != '*')
		return slice_is(artifact, pattern);
	return artifact.len >= n - 1 && memcmp(artifact.ptr, pattern, n - 1) == 0;
}

static uint32_t major_of(struct slice version)
{
	uint32_t major = 0;
	size_t n = 0;
	while (n < version.len && is_digit(version.ptr[n]))
		n++;
	return slice_u32(slice_sub(version, 0, n), &major) < 0 ? UINT32_MAX : major;
}

static struct slice known_group(struct slice artifact, struct slice version)
{
	uint32_t major = major_of(version);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (fits(artifact, known[i].artifact) &&
		    (!known[i].below || major < known[i].below))
			return slice_is(slice_str(known[i].group), "*") ? artifact
									: slice_str(known[i].group);
	return SL_NONE;
}

/* Is this a reversed domain, such as groups are? */
static bool is_group(struct slice s)
{
	return lang_word_ok(s) && slice_chr(s, '.') > 0 && slice_chr(s, '/') < 0 &&
	       is_alpha(s.ptr[0]);
}

/* "com.x.core.name" names group "com.x.core" when the artifact is "name" or "x-name". */
static struct slice group_of_module(struct slice module, struct slice artifact)
{
	ssize_t dot = slice_rchr(module, '.');
	if (!is_group(module) || dot <= 0)
		return SL_NONE;
	struct slice last = slice_from(module, (size_t)dot + 1);
	bool same = last.len <= artifact.len &&
		    slice_ieq(slice_from(artifact, artifact.len - last.len), last);
	struct slice group = slice_sub(module, 0, (size_t)dot);
	return same && slice_chr(group, '.') > 0 ? group : module;
}

static struct slice guess_group(struct arena *a, const struct jar_name *n,
				const struct jar_manifest *m, struct slice class_dir)
{
	if (m->group.len)
		return m->group;
	/* Some manifests say "org.apache" for all that comes from there: the list is surer. */
	struct slice group = known_group(n->artifact, n->version);
	if (!group.len && is_group(m->impl_vendor_id))
		group = m->impl_vendor_id;
	if (!group.len)
		group = group_of_module(m->bundle_name, n->artifact);
	if (!group.len)
		group = group_of_module(m->module, n->artifact);
	if (group.len)
		return group;
	struct slice package = arena_dup(a, class_dir);
	if (!package.ptr)
		return SL_NONE;
	char *c = arena_alloc(a, package.len + 1);
	for (size_t i = 0; c && i < package.len; i++)
		c[i] = package.ptr[i] == '/' ? '.' : package.ptr[i];
	return c ? group_of_module(slice_of(c, package.len), n->artifact) : SL_NONE;
}

static struct slice first_of(struct slice a, struct slice b, struct slice c)
{
	return lang_word_ok(a) ? a : lang_word_ok(b) ? b : lang_word_ok(c) ? c : SL_NONE;
}

/* "4.1.2 (private-...)" of Jenkins plugins. */
static struct slice first_word(struct slice s)
{
	struct slice word;
	return slice_word(&s, &word) ? word : SL_NONE;
}

struct jar_name jar_identify(struct arena *a, struct slice base, const struct jar_manifest *m,
			     struct slice class_dir)
{
	struct jar_name n = jar_file_name(base);
	if (m->short_name.len && (m->plugin_version.len || slice_ends(base, "pi"))) {
		n.artifact = m->short_name;
		n.version = first_word(m->plugin_version.len ? m->plugin_version : m->impl_version);
	} else if (!n.version.len) {
		n.version = first_of(first_word(m->impl_version), m->bundle_version,
				     first_word(m->spec_version));
		if (is_group(m->impl_vendor_id) && lang_word_ok(m->impl_title))
			n.artifact = m->impl_title;
	}
	n.group = guess_group(a, &n, m, class_dir);
	return n;
}
