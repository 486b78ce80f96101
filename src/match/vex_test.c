/* SPDX-License-Identifier: Apache-2.0 */
#include "match/vex.h"
#include "tests/test.h"

struct bench {
	struct arena arena;
	struct vex_set vex;
	struct inventory_pkg pkg;
	struct inventory inv;
	struct vex_subject subject;
	struct finding finding;
	struct slice aliases[1], tags[1], digests[1];
};

static void bench_init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	arena_init(&b->arena, 64 * MIB);
	vex_init(&b->vex, &b->arena);
	b->pkg.purl = SL("pkg:npm/lodash@4.17.0");
	b->inv = (struct inventory){.pkgs = &b->pkg, .npkgs = 1};
	b->tags[0] = SL("registry.example/team/app:1");
	b->digests[0] = SL("registry.example/team/app@sha256:1234");
	b->subject = (struct vex_subject){.name = SL("app"),
					  .tags = b->tags,
					  .ntags = 1,
					  .digests = b->digests,
					  .ndigests = 1,
					  .inv = &b->inv};
	b->aliases[0] = SL("GHSA-aaaa-bbbb-cccc");
	b->finding = (struct finding){
	    .id = SL("CVE-2024-1"), .aliases = b->aliases, .naliases = 1, .pkg = &b->pkg};
}

static void bench_done(struct bench *b)
{
	vex_done(&b->vex);
	arena_free(&b->arena);
}
#define auto_bench CLEANUP(bench_done)

static void read_in(struct bench *b, const char *text, const char *name)
{
	struct err err = {0};
	assert_ok(vex_add(&b->vex, slice_str(text), slice_str(name), &err), &err);
	assert_ok(vex_ready(&b->vex, &err), &err);
}

static int status(const struct bench *b)
{
	const struct vex_statement *s = vex_find(&b->vex, &b->subject, &b->finding);
	return s ? (int)s->status : -1;
}

/* An OpenVEX document with one statement. */
static void openvex(struct bench *b, const char *vuln, const char *products, const char *word,
		    const char *time)
{
	struct slice text = arena_printf(
	    &b->arena,
	    "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[{\"vulnerability\":{"
	    "\"name\":\"%s\"},\"products\":[%s],\"status\":\"%s\",\"timestamp\":\"%s\"}]}",
	    vuln, products, word, time);
	read_in(b, text.ptr, "openvex.json");
}

static void a_product_without_version_is_every_version(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b);
	openvex(&b, "CVE-2024-1", "{\"@id\":\"pkg:npm/lodash\"}", "not_affected",
		"2024-01-01T00:00:00Z");
	assert_int_equal(status(&b), VEX_NOT_AFFECTED);
	b.pkg.purl = SL("pkg:npm/lodash-es@4.17.0");
	assert_int_equal(status(&b), -1);
}

static void another_version_is_another_product(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b);
	openvex(&b, "CVE-2024-1", "{\"@id\":\"pkg:npm/lodash@4.17.1\"}", "fixed",
		"2024-01-01T00:00:00Z");
	assert_int_equal(status(&b), -1);
	b.pkg.purl = SL("pkg:npm/lodash@4.17.1");
	assert_int_equal(status(&b), VEX_FIXED);
}

static void an_alias_names_the_problem_too(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b);
	openvex(&b, "GHSA-aaaa-bbbb-cccc", "{\"@id\":\"pkg:npm/lodash\"}", "not_affected",
		"2024-01-01T00:00:00Z");
	assert_int_equal(status(&b), VEX_NOT_AFFECTED);
	b.finding.naliases = 0;
	assert_int_equal(status(&b), -1);
}

static void a_subcomponent_counts_in_its_product_only(void **state)
{
	static const char here[] =
	    "{\"@id\":\"pkg:oci/app@sha256%3A1234?repository_url=registry.example/team/app\","
	    "\"subcomponents\":[{\"@id\":\"pkg:npm/lodash\"}]}";
	static const char other[] = "{\"@id\":\"pkg:oci/app@sha256%3A9999\","
				    "\"subcomponents\":[{\"@id\":\"pkg:npm/lodash\"}]}";
	(void)state;
	auto_bench struct bench b, c;
	bench_init(&b);
	bench_init(&c);
	openvex(&b, "CVE-2024-1", here, "not_affected", "2024-01-01T00:00:00Z");
	assert_int_equal(status(&b), VEX_NOT_AFFECTED);
	openvex(&c, "CVE-2024-1", other, "not_affected", "2024-01-01T00:00:00Z");
	assert_int_equal(status(&c), -1);
}

static void the_newest_statement_decides_over_all_documents(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b);
	openvex(&b, "CVE-2024-1", "{\"@id\":\"pkg:npm/lodash\"}", "not_affected",
		"2024-03-01T00:00:00Z");
	openvex(&b, "CVE-2024-1", "{\"@id\":\"pkg:npm/lodash\"}", "affected",
		"2024-02-01T00:00:00Z");
	assert_int_equal(status(&b), VEX_NOT_AFFECTED);
	openvex(&b, "GHSA-aaaa-bbbb-cccc", "{\"@id\":\"pkg:npm/lodash\"}", "affected",
		"2024-04-01T00:00:00Z");
	assert_int_equal(status(&b), VEX_AFFECTED);
}

static void csaf_products_are_found_through_the_tree(void **state)
{
	static const char text[] =
	    "{\"document\":{\"csaf_version\":\"2.0\",\"category\":\"csaf_vex\",\"tracking\":{"
	    "\"current_release_date\":\"2024-01-01T00:00:00Z\"}},\"product_tree\":{\"branches\":[{"
	    "\"branches\":[{\"product\":{\"product_id\":\"L\",\"product_identification_helper\":{"
	    "\"purl\":\"pkg:npm/"
	    "lodash@4.17.0\"}}}]}],\"full_product_names\":[{\"product_id\":\"I\","
	    "\"product_identification_helper\":{\"purl\":\"pkg:oci/app\"}}],\"relationships\":[{"
	    "\"product_reference\":\"L\",\"relates_to_product_reference\":\"I\",\"full_product_"
	    "name\":{"
	    "\"product_id\":\"I:L\"}}]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\",\"flags\":[{"
	    "\"label\":\"component_not_present\",\"product_ids\":[\"I:L\"]}],\"product_status\":{"
	    "\"known_not_affected\":[\"I:L\"]}}]}";
	(void)state;
	auto_bench struct bench b;
	bench_init(&b);
	read_in(&b, text, "csaf.json");
	assert_int_equal(status(&b), VEX_NOT_AFFECTED);
	assert_slice(vex_find(&b.vex, &b.subject, &b.finding)->reason, "component_not_present");
	b.tags[0] = b.digests[0] = SL("registry.example/other:1");
	assert_int_equal(status(&b), -1);
}

static void cyclonedx_refs_are_purls_links_and_names(void **state)
{
	static const char *const refs[] = {"pkg:npm/lodash@4.17.0",
					   "urn:cdx:1/1#pkg%3Anpm%2Flodash%404.17.0", "part"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
		auto_bench struct bench b;
		bench_init(&b);
		struct slice text = arena_printf(
		    &b.arena,
		    "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"bom-ref\":\"part\",\"purl\":"
		    "\"pkg:npm/"
		    "lodash@4.17.0\"}],\"vulnerabilities\":[{\"id\":\"CVE-2024-1\",\"analysis\":"
		    "{\"state\":\"false_positive\"},\"affects\":[{\"ref\":\"%s\"}]}]}",
		    refs[i]);
		read_in(&b, text.ptr, "bom.json");
		assert_int_equal(status(&b), VEX_NOT_AFFECTED);
	}
}

static void what_is_no_vex_is_refused_with_its_name(void **state)
{
	static const char *const bad[] = {
	    "", "[]", "{\"a\":1}",
	    "{\"@context\":\"https://openvex.dev/ns\",\"statements\":[{\"status\":\"maybe\"}]}"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_bench struct bench b;
		struct err err = {0};
		bench_init(&b);
		assert_true(vex_add(&b.vex, slice_str(bad[i]), SL("doc.json"), &err) < 0);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_true(strncmp(err.text, "doc.json: ", 10) == 0);
	}
}

RUN_TESTS(T(a_product_without_version_is_every_version), T(another_version_is_another_product),
	  T(an_alias_names_the_problem_too), T(a_subcomponent_counts_in_its_product_only),
	  T(the_newest_statement_decides_over_all_documents),
	  T(csaf_products_are_found_through_the_tree), T(cyclonedx_refs_are_purls_links_and_names),
	  T(what_is_no_vex_is_refused_with_its_name))
