/* SPDX-License-Identifier: Apache-2.0 */
/* What matching needs comes back from every format, and what a name holds stays inside its field. */
#include "test.h"

#include "sbom/sbom.h"

struct trip {
	struct arena arena;
	struct buf out;
	struct sbom sbom, again;
	struct inventory_pkg pkgs[16];
	struct sbom_layer layers[80];
	struct sbom_gap gaps[80];
};
static void trip_init(struct trip *t)
{
	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 64 * MIB);
	buf_init(&t->out, 64 * MIB);
	t->sbom = (struct sbom){.name = SL("app:1"),
				.artifact_type = SL("container_image"),
				.image_id = SL("sha256:99"),
				.created = 1700000000,
				.layers = t->layers,
				.gaps = t->gaps,
				.inv = {.pkgs = t->pkgs}};
}
static void trip_done(struct trip *t)
{
	buf_free(&t->out);
	arena_free(&t->arena);
}
#define auto_trip CLEANUP(trip_done)

static struct inventory_pkg *add(struct trip *t, const char *kind, const char *group, struct pkg k)
{
	struct inventory_pkg *p = &t->pkgs[t->sbom.inv.npkgs++];
	*p = (struct inventory_pkg){
	    .pkg = k, .layer = -1, .kind = slice_str(kind), .group = slice_str(group)};
	t->sbom.inv.nsystem += !kind;
	p->purl = pkg_purl(&t->arena, &p->pkg, &t->sbom.inv.os);
	return p;
}

/* What owners name: the document itself must list it. */
static void add_system(struct trip *t, struct slice name, struct slice version)
{
	add(t, NULL, NULL,
	    (struct pkg){.type = SL("deb"),
			 .name = name,
			 .version = version,
			 .src_name = SL("source"),
			 .src_version = SL("1")});
}

/* Keeps the written document in t->out. */
static void go(struct trip *t, const struct sbom_format *f)
{
	struct err err = {0};
	buf_clear(&t->out);
	assert_ok(f->write(&t->sbom, &t->out, &err), &err);
	assert_non_null(sbom_sniff(buf_slice(&t->out)));
	assert_ok(sbom_read(buf_slice(&t->out), &t->arena, &t->again, &err), &err);
	assert_int_equal(t->again.inv.npkgs, t->sbom.inv.npkgs);
	assert_int_equal(t->again.inv.nsystem, t->sbom.inv.nsystem);
}

static void same(const char *format, const char *what, struct slice got, struct slice want)
{
	if (!slice_eq(got, want))
		fail_msg("%s: %s is %.*s, want %.*s", format, what, SL_FMT(got), SL_FMT(want));
}

static void compare(const char *format, const struct inventory_pkg *got,
		    const struct inventory_pkg *want)
{
	const struct pkg *a = &got->pkg, *b = &want->pkg;
	same(format, "purl", got->purl, want->purl);
	same(format, "type", a->type, b->type);
	same(format, "name", a->name, b->name);
	same(format, "version", a->version, b->version);
	same(format, "arch", a->arch, b->arch);
	same(format, "source", a->src_name, b->src_name);
	same(format, "source version", a->src_version, b->src_version);
	same(format, "module", a->module, b->module);
	same(format, "signer", a->signer, b->signer);
	same(format, "maintainer", a->maintainer, b->maintainer);
	same(format, "digest", a->digest, b->digest);
	same(format, "path", a->path, b->path);
	same(format, "deps", a->deps, b->deps);
	same(format, "owner", got->owner, want->owner);
	same(format, "kind", got->kind, want->kind);
	same(format, "group", got->group, want->group);
	same(format, "read from", got->db_path, want->db_path);
	assert_int_equal(got->layer, want->layer);
	assert_int_equal(a->flags, b->flags);
}

static void every_field_of_the_system_s_packages_comes_back(void **state)
{
	(void)state;
	static const struct {
		const char *family, *release, *channel, *type, *name, *version, *source,
		    *src_version, *module;
	} cases[] = {
	    {"debian", "12.5", "debian:12", "deb", "libc6", "1:2.36-9+deb12u4", "glibc", "2.36-9",
	     NULL},
	    {"ubuntu", "20.04", "ubuntu:20.04", "deb", "tar", "1.30+dfsg-7", "tar", "1.30+dfsg-7",
	     NULL},
	    {"alpine", "3.18.4", "alpine:3.18", "apk", "libssl3", "3.1.4-r0", "openssl", "3.1.4-r0",
	     NULL},
	    {"redhat", "8.9", "redhat:8", "rpm", "nodejs", "1:18.1-2.el8", "nodejs-src",
	     "1:18.1-2.el8", "nodejs:18:8090020231122:abc"},
	    {"redhat", "9.2", "redhat:9", "rpm", "bash", "5.1-6.el9", "bash", "5.1-6.el9", NULL},
	};
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	for (size_t c = 0; c < ARRAY_LEN(cases); c++)
		for (size_t i = 0; i < n; i++) {
			auto_trip struct trip t;
			trip_init(&t);
			struct pkg_os *os = &t.sbom.inv.os;
			*os = (struct pkg_os){.family = slice_str(cases[c].family),
					      .name = slice_str(cases[c].release),
					      .channel = slice_str(cases[c].channel),
					      .esm = c == 1};
			t.layers[0] = (struct sbom_layer){SL("sha256:a"), SL("sha256:b")};
			t.layers[1] = (struct sbom_layer){SL("sha256:c"), SL("sha256:d")};
			t.sbom.nlayers = 2;
			struct inventory_pkg *p =
			    add(&t, NULL, NULL,
				(struct pkg){.type = slice_str(cases[c].type),
					     .name = slice_str(cases[c].name),
					     .version = slice_str(cases[c].version),
					     .arch = SL("x86_64"),
					     .src_name = slice_str(cases[c].source),
					     .src_version = slice_str(cases[c].src_version),
					     .module = slice_str(cases[c].module),
					     .maintainer = SL("Red Hat, Inc. <debian@debian.org>"),
					     .signer = SL("0123456789abcdef")});
			p->layer = 1;
			p->db_path = SL("var/lib/db");
			go(&t, all[i]);
			p->pkg.flags = t.again.inv.pkgs[0].pkg.flags & PKG_THIRD_PARTY;
			compare(all[i]->name, &t.again.inv.pkgs[0], p);
			same(all[i]->name, "family", t.again.inv.os.family, os->family);
			same(all[i]->name, "release", t.again.inv.os.name, os->name);
			same(all[i]->name, "channel", t.again.inv.os.channel, os->channel);
			assert_int_equal(t.again.inv.os.esm, os->esm);
			assert_int_equal(t.again.nlayers, 2);
			same(all[i]->name, "layer", t.again.layers[1].diff_id, SL("sha256:d"));
		}
}

static void every_field_of_a_language_s_packages_comes_back(void **state)
{
	(void)state;
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	for (size_t i = 0; i < n; i++) {
		auto_trip struct trip t;
		trip_init(&t);
		add_system(&t, SL("tomcat"), SL("9.0-1"));
		struct inventory_pkg *p = add(&t, "gobinary", "bin/app",
					      (struct pkg){.type = SL("golang"),
							   .name = SL("example.org/app/v2"),
							   .flags = PKG_ROOT});
		p->db_path = SL("bin/app");
		p = add(
		    &t, "jar", "Java",
		    (struct pkg){.type = SL("maven"),
				 .name = SL("org.example:inner"),
				 .version = SL("1.0"),
				 .path = SL("app.war/WEB-INF/lib/inner.jar"),
				 .digest = SL("sha1:0123456789012345678901234567890123456789")});
		p->db_path = SL("app.war");
		p->owner = SL("tomcat@9.0-1");
		p = add(&t, "npm", "package-lock.json",
			(struct pkg){.type = SL("npm"),
				     .name = SL("@s/a"),
				     .version = SL("1.0.0"),
				     .deps = SL("b@2.0.0"),
				     .flags = PKG_DEV | PKG_DIRECT,
				     .commit = SL("abc"),
				     .origin = SL("git+https://h.example/x")});
		p->db_path = SL("package-lock.json");
		p = add(&t, "npm", "package-lock.json",
			(struct pkg){.type = SL("npm"),
				     .name = SL("b"),
				     .version = SL("2.0.0"),
				     .flags = PKG_OPTIONAL | PKG_LOCAL});
		p->db_path = SL("package-lock.json");
		go(&t, all[i]);
		for (size_t k = 0; k < t.sbom.inv.npkgs; k++)
			compare(all[i]->name, &t.again.inv.pkgs[k], &t.pkgs[k]);
	}
}

static void many_layers_and_gaps_come_back(void **state)
{
	(void)state;
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	for (size_t i = 0; i < n; i++) {
		auto_trip struct trip t;
		trip_init(&t);
		for (size_t k = 0; k < ARRAY_LEN(t.layers); k++) {
			t.layers[k] = (struct sbom_layer){SL("sha256:x"), SL("sha256:y")};
			t.gaps[k] =
			    (struct sbom_gap){SL("a: b/c"), SL("limit"), SL("too: large: x")};
		}
		t.gaps[0].path = SL_NONE;
		t.sbom.nlayers = t.sbom.ngaps = ARRAY_LEN(t.layers);
		go(&t, all[i]);
		assert_int_equal(t.again.nlayers, t.sbom.nlayers);
		assert_int_equal(t.again.ngaps, t.sbom.ngaps);
		same(all[i]->name, "path", t.again.gaps[0].path, SL_NONE);
		same(all[i]->name, "path", t.again.gaps[1].path, SL("a: b/c"));
		same(all[i]->name, "reason", t.again.gaps[1].reason, SL("limit"));
		same(all[i]->name, "message", t.again.gaps[1].message, SL("too: large: x"));
	}
}

static size_t count(struct slice text, const char *what)
{
	size_t n = 0;
	for (ssize_t at; (at = slice_find(text, slice_str(what))) >= 0; n++)
		text = slice_from(text, (size_t)at + strlen(what));
	return n;
}

static void one_package_in_several_places_has_several_references(void **state)
{
	(void)state;
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	for (size_t i = 0; i < n; i++) {
		auto_trip struct trip t;
		trip_init(&t);
		for (size_t k = 0; k < 4; k++)
			add(&t, "node-pkg", "Node.js",
			    (struct pkg){.type = SL("npm"), .name = SL("a"), .version = SL("1")})
			    ->db_path = k % 2 ? SL("x/package.json") : SL("y/package.json");
		go(&t, all[i]);
		struct slice rest = buf_slice(&t.out), line;
		auto_map struct map refs = {0};
		while (slice_line(&rest, &line)) {
			line = slice_trim(line);
			bool is_new = true;
			if (slice_starts(line, "\"bom-ref\":") ||
			    slice_starts(line, "\"SPDXID\":") || slice_starts(line, "SPDXID:"))
				assert_non_null(map_put(&refs, line, &is_new));
			assert_true(is_new);
		}
		assert_true(refs.len >= 5);
	}
}

static void hostile_text_stays_inside_its_field(void **state)
{
	(void)state;
	static const char evil[] = "a</text>\nPackageName: forged\r\n<text>\x1b[2J\xff\xfe\x01\"}]";
	const struct slice text = SL(evil);
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	for (size_t i = 0; i < n; i++) {
		auto_trip struct trip t;
		trip_init(&t);
		t.sbom.name = text;
		t.sbom.inv.os.family = SL("redhat");
		t.gaps[0] = (struct sbom_gap){text, SL("corrupt"), text};
		t.sbom.ngaps = 1;
		add(&t, NULL, NULL,
		    (struct pkg){.type = SL("rpm"),
				 .name = text,
				 .version = text,
				 .src_name = text,
				 .src_version = text,
				 .maintainer = text,
				 .licenses = text,
				 .arch = text});
		add(&t, "npm", "lock",
		    (struct pkg){
			.type = SL("npm"), .name = SL(" b "), .version = text, .licenses = text})
		    ->owner = text;
		t.pkgs[2] = (struct inventory_pkg){.pkg = {.name = SL("  "), .flags = PKG_ROOT},
						   .kind = SL("x"),
						   .group = SL("x"),
						   .layer = -1};
		t.sbom.inv.npkgs = 3;
		go(&t,
		   all[i]); /* three packages again: it is well-formed, and nothing was forged */
		struct slice out = buf_slice(&t.out);
		assert_int_equal(text_utf8_length(out), out.len);
		assert_int_equal(count(out, "\x1b"), 0);
		same(all[i]->name, "purl", t.again.inv.pkgs[0].purl, t.pkgs[0].purl);
		same(all[i]->name, "name", t.again.inv.pkgs[0].pkg.name, text);
		same(all[i]->name, "version", t.again.inv.pkgs[1].pkg.version, text);
		if (slice_is(slice_str(all[i]->name), "spdx")) {
			struct slice rest = out, line;
			size_t inside = 0;
			while (slice_line(&rest, &line)) {
				inside +=
				    count(line, "<text>") > 0 && !slice_starts(line, "<text>");
				bool forged = slice_starts(line, "PackageName: forged") && !inside;
				assert_false(forged);
				inside -= count(line, "</text>") > 0 && inside;
			}
		}
	}
}

static void long_values_are_not_cut(void **state)
{
	(void)state;
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	char *text = test_calloc(10000, 1);
	memset(text, 'n', 9999);
	for (size_t i = 0; i < n; i++) {
		auto_trip struct trip t;
		trip_init(&t);
		add_system(&t, slice_str(text), SL("1"));
		struct inventory_pkg *p = add(
		    &t, "npm", "lock",
		    (struct pkg){.type = SL("npm"), .name = slice_str(text), .version = SL("1")});
		p->db_path = slice_str(text);
		p->owner = arena_cat(&t.arena, slice_str(text), SL("@1"));
		p = add(&t, "npm", "lock",
			(struct pkg){.type = SL("npm"), .name = SL("o"), .version = SL("1")});
		p->pkg.deps = arena_cat(&t.arena, slice_str(text), SL("@1"));
		go(&t, all[i]);
		for (size_t k = 0; k < 3; k++)
			compare(all[i]->name, &t.again.inv.pkgs[k], &t.pkgs[k]);
	}
	test_free(text);
}

static void take(struct trip *t, const char *text)
{
	struct err err = {0};
	assert_ok(sbom_read(slice_str(text), &t->arena, &t->again, &err), &err);
}

static void xml_takes_packages_only_and_their_own_names(void **state)
{
	(void)state;
	auto_trip struct trip t;
	trip_init(&t);
	take(&t,
	     "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><metadata><tools><components>"
	     "<component type=\"application\"><name>tool</name></component></components></tools>"
	     "<component type=\"container\"><name>app</name></component></metadata><components>"
	     "<component type=\"library\" bom-ref=\"a\"><supplier><name>ACME</name></supplier>"
	     "<name>real</name><version>1</version><licenses><license><name>Own</name></license>"
	     "</licenses><pedigree><ancestors><component type=\"library\"><name>old</name>"
	     "</component></ancestors></pedigree></component></components></bom>");
	assert_int_equal(t.again.inv.npkgs, 1);
	assert_slice(t.again.name, "app");
	assert_slice(t.again.inv.pkgs[0].pkg.name, "real");
	assert_slice(t.again.inv.pkgs[0].pkg.maintainer, "ACME");
	assert_slice(t.again.inv.pkgs[0].pkg.licenses, "Own");
}

static void relationships_inside_a_text_are_none(void **state)
{
	(void)state;
	auto_trip struct trip t;
	trip_init(&t);
	take(&t, "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\n"
		 "PackageComment: <text>\nRelationship: SPDXRef-b DEPENDS_ON SPDXRef-a\n</text>\n"
		 "PackageName: b\nSPDXID: SPDXRef-b\nPackageVersion: 2\n"
		 "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b\n"
		 "Relationship: SPDXRef-a DEPENDS_ON SPDXRef-b\n");
	assert_int_equal(t.again.inv.npkgs, 2);
	assert_slice(t.again.inv.pkgs[0].pkg.deps, "b@2");
	assert_int_equal(t.again.inv.pkgs[1].pkg.deps.len, 0);
}

RUN_TESTS(T(every_field_of_the_system_s_packages_comes_back),
	  T(every_field_of_a_language_s_packages_comes_back), T(many_layers_and_gaps_come_back),
	  T(one_package_in_several_places_has_several_references),
	  T(hostile_text_stays_inside_its_field), T(long_values_are_not_cut),
	  T(xml_takes_packages_only_and_their_own_names), T(relationships_inside_a_text_are_none))
