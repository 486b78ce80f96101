/* SPDX-License-Identifier: Apache-2.0 */
/* Real package lists against real feeds: what is found is what the derived expectations name. */
#include "adv/adv_test.h"

#include "match/match.h"

struct lists {
	struct arena arena;
	struct built db;
	struct doc expected, list;
	const struct node *list_root;
	struct inventory inv;
	struct match_result result;
};

static void lists_init(struct lists *l)
{
	memset(l, 0, sizeof(*l));
	arena_init(&l->arena, 1024 * MIB);
	built_init(&l->db);
	doc_init(&l->expected);
	doc_init(&l->list);
}
static void lists_done(struct lists *l)
{
	doc_free(&l->expected);
	doc_free(&l->list);
	arena_free(&l->arena);
	built_done(&l->db);
}
#define auto_lists CLEANUP(lists_done)

static const struct node *read_json(struct lists *l, struct doc *d, const char *rel)
{
	struct node *n;
	struct err err = {0};
	struct slice path = arena_printf(&l->arena, "%s/%s", test_data(), rel);
	struct slice text = test_read(&l->arena, path.ptr);
	assert_ok(json_parse(d, text, NULL, &n, &err), &err);
	return n;
}

static struct slice joined(struct lists *l, const struct node *p, const char *version,
			   const char *release, const char *epoch)
{
	struct slice v = node_get_str(p, version), r = node_get_str(p, release);
	uint64_t e = 0;
	if (node_u64(node_get(p, epoch), &e) == 0 && e)
		v = arena_printf(&l->arena, "%llu:%.*s", (unsigned long long)e, SL_FMT(v));
	return r.len ? arena_printf(&l->arena, "%.*s-%.*s", SL_FMT(v), SL_FMT(r)) : v;
}

static void load(struct lists *l, const char *rel, const char *type, const char *family,
		 const char *channel)
{
	l->list_root = read_json(l, &l->list, rel);
	const struct node *pkgs = node_get(l->list_root, "packages");
	assert_non_null(pkgs);
	l->inv.pkgs = arena_array(&l->arena, pkgs->count, sizeof(*l->inv.pkgs));
	assert_non_null(l->inv.pkgs);
	l->inv.os.family = slice_str(family);
	l->inv.os.channel = slice_str(channel);
	node_each (n, pkgs) {
		struct pkg *p = &l->inv.pkgs[l->inv.npkgs++].pkg;
		p->type = slice_str(type);
		p->name = node_get_str(n, "name");
		p->version = joined(l, n, "version", "release", "epoch");
		p->arch = node_get_str(n, "arch");
		p->module = node_get_str(n, "modularitylabel");
		p->src_name = node_get_str(n, "srcName");
		p->src_version = joined(l, n, "srcVersion", "srcRelease", "srcEpoch");
	}
}

/* For the lists of hosts the expectations judge source packages. */
static void load_sources(struct lists *l, const char *rel, const char *family, const char *channel)
{
	load(l, rel, "deb", family, channel);
	const struct node *sources = node_get(l->list_root, "source_packages");
	assert_non_null(sources);
	l->inv.pkgs = arena_array(&l->arena, sources->count, sizeof(*l->inv.pkgs));
	l->inv.npkgs = 0;
	assert_non_null(l->inv.pkgs);
	node_each (n, sources) {
		struct pkg *p = &l->inv.pkgs[l->inv.npkgs++].pkg;
		p->type = SL("deb");
		p->name = p->src_name = node_get_str(n, "name");
		p->version = p->src_version = node_get_str(n, "version");
	}
}

static int take(void *arg, struct slice path, const struct pkg *p, struct err *err)
{
	(void)path;
	struct lists *l = arg;
	struct pkg *to = &l->inv.pkgs[l->inv.npkgs++].pkg;
	(void)err;
	*to = *p;
	struct slice *kept[] = {&to->type, &to->name,	  &to->version,
				&to->arch, &to->src_name, &to->src_version};
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		*kept[i] = arena_dup(&l->arena, *kept[i]);
	return 0;
}
static int ignore_kept(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	(void)arg, (void)path, (void)bytes, (void)err;
	return 0;
}
static void no_warning(void *arg, struct slice path, const char *reason, const char *message)
{
	(void)arg, (void)path;
	fail_msg("%s: %s", reason, message);
}

static void load_dpkg(struct lists *l, const char *rel, const char *family, const char *channel)
{
	size_t n;
	struct err err = {0};
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	struct slice path = arena_printf(&l->arena, "%s/%s/var/lib/dpkg/status", test_data(), rel);
	struct slice status = test_read(&l->arena, path.ptr);
	struct pkg_sink sink = {take, ignore_kept, ignore_kept, no_warning, l};
	struct pkg_ctx cx = {.path = SL("var/lib/dpkg/status"), .sink = &sink, .arena = &l->arena};
	l->inv.pkgs = arena_array(&l->arena, 10000, sizeof(*l->inv.pkgs));
	assert_non_null(l->inv.pkgs);
	l->inv.os.family = slice_str(family);
	l->inv.os.channel = slice_str(channel);
	for (size_t i = 0; i < n; i++)
		if (pkg_mask_has(pkg_wanted(cx.path, PKG_SYSTEM), i))
			assert_ok(all[i]->run(&cx, status, &err), &err);
}

static void feed(struct lists *l, const char *rel)
{
	struct err err = {0};
	struct slice path = arena_printf(&l->arena, "%s/%s", test_data(), rel);
	assert_ok(adv_build_add(l->db.b, path.ptr, &err), &err);
}

static bool names_id(const struct finding *f, struct slice id)
{
	bool yes = slice_eq(f->id, id);
	for (size_t i = 0; i < f->nvendor_ids && !yes; i++)
		yes = slice_eq(f->vendor_ids[i], id);
	for (size_t i = 0; i < f->naliases && !yes; i++)
		yes = slice_eq(f->aliases[i], id);
	return yes;
}

/* The fix named is the one expected; several advisories on one problem have several. */
static bool same_fix(const struct finding *f, const struct node *m)
{
	return f->nvendor_ids > 1 || slice_eq(f->fixed_version, node_get_str(m, "fixed"));
}

static bool is_found(const struct lists *l, const struct node *m)
{
	for (size_t i = 0; i < l->result.nfindings; i++) {
		const struct finding *f = &l->result.findings[i];
		if (slice_eq(f->pkg->pkg.name, node_get_str(m, "package")) &&
		    names_id(f, node_get_str(m, "id")))
			return same_fix(f, m);
	}
	return false;
}

static bool is_expected(const struct finding *f, const struct node *matches)
{
	node_each (m, matches)
		if (slice_eq(f->pkg->pkg.name, node_get_str(m, "package")) &&
		    names_id(f, node_get_str(m, "id")))
			return true;
	return false;
}

/* The expectations ignore modules, and the streams that several fixes are for. */
static bool is_modular(const struct node *m)
{
	return slice_find(node_get_str(m, "fixed"), SL(".module")) >= 0;
}

static void count_found(const struct lists *l, const struct node *matches, size_t *same,
			size_t *missing)
{
	node_each (m, matches) {
		if (is_found(l, m)) {
			(*same)++;
			continue;
		}
		if (is_modular(m))
			continue;
		if ((*missing)++ < 10)
			print_message(
			    "missing: %.*s %.*s %.*s\n", SL_FMT(node_get_str(m, "package")),
			    SL_FMT(node_get_str(m, "id")), SL_FMT(node_get_str(m, "fixed")));
	}
}

static size_t count_extra(const struct lists *l, const struct node *matches,
			  const struct node *open)
{
	size_t extra = 0;
	for (size_t i = 0; i < l->result.nfindings; i++) {
		const struct finding *f = &l->result.findings[i];
		if (is_expected(f, matches) || is_expected(f, open))
			continue;
		/* The expectations look up "linux-signed" itself, about which the tracker is silent;
		 * it is "linux" with signatures. */
		if (slice_is(f->pkg->pkg.name, "linux-signed"))
			continue;
		/* "ignored": Ubuntu calls the package affected and will not mend it; the
		 * expectations leave that out. */
		if (open && (f->status == ADV_WILL_NOT_FIX || f->status == ADV_END_OF_LIFE))
			continue;
		if (extra++ < 10)
			print_message("extra: %.*s %.*s %.*s: %.*s\n", SL_FMT(f->pkg->pkg.name),
				      SL_FMT(f->pkg->pkg.version), SL_FMT(f->id),
				      SL_FMT(f->fixed_version));
	}
	return extra;
}

static void compare(struct lists *l, const char *key)
{
	struct err err = {0};
	size_t missing = 0, same = 0;
	const struct node *all = read_json(l, &l->expected, "e2e/derived/matches.json");
	const struct node *matches = node_get(node_get(all, key), "matches"),
			  *open = node_get(node_get(all, key), "unfixed");
	assert_non_null(matches);
	built_open(&l->db);
	assert_ok(match_inventory(l->db.db, &l->inv, 1700000000, &l->arena, &l->result, &err),
		  &err);
	assert_true(l->result.channel_known);
	count_found(l, matches, &same, &missing);
	count_found(l, open, &same, &missing);
	size_t extra = count_extra(l, matches, open);
	print_message("%s: %zu found, %zu missing, %zu extra\n", key, same, missing, extra);
	assert_int_equal(missing, 0);
	assert_int_equal(extra, 0);
	assert_true(same > 0);
	assert_int_equal(l->result.invalid_versions + l->result.invalid_rows, 0);
}

static void alpine_310_against_secdb(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load(&l, "pkgdb/lists/image-alpine-310.json", "apk", "alpine", "alpine:3.10");
	feed(&l, "advisories/alpine-secdb/v3.10");
	compare(&l, "alpine-310 list x secdb v3.10");
}

static void debian_10_against_the_tracker(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load(&l, "pkgdb/lists/image-debian-buster.json", "deb", "debian", "debian:10");
	feed(&l, "advisories/debian/derived-tracker-DSA.json");
	compare(&l, "debian-buster list x DSA");
}

static void alma_9_against_its_errata(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load(&l, "pkgdb/lists/host-alma_9.json", "rpm", "alma", "alma:9");
	feed(&l, "advisories/osv/AlmaLinux-9");
	compare(&l, "host-alma_9 x AlmaLinux OSV");
}

static void alma_8_against_its_errata(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load(&l, "pkgdb/lists/host-alma_8.json", "rpm", "alma", "alma:8");
	feed(&l, "advisories/osv/AlmaLinux-8");
	compare(&l, "host-alma_8 x AlmaLinux OSV");
}

static void debian_9_against_the_tracker(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load_sources(&l, "pkgdb/lists/host-debian_9.json", "debian", "debian:9");
	feed(&l, "advisories/debian/derived-tracker-DSA.json");
	compare(&l, "host-debian_9 x DSA");
}

static void ubuntu_1604_against_the_tracker(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load_dpkg(&l, "pkgdb/dpkg/xenial-debootstrap", "ubuntu", "ubuntu:16.04");
	feed(&l, "advisories/ubuntu/ubuntu-cve-tracker-2016-2019.tar.zst");
	compare(&l, "xenial-debootstrap x ubuntu-cve-tracker 2016-2019");
}

static void ubuntu_1804_against_the_tracker(void **state)
{
	(void)state;
	test_data();
	auto_lists struct lists l;
	lists_init(&l);
	load_sources(&l, "pkgdb/lists/host-ubuntu_1804.json", "ubuntu", "ubuntu:18.04");
	feed(&l, "advisories/ubuntu/ubuntu-cve-tracker-2016-2019.tar.zst");
	compare(&l, "host-ubuntu_1804 x ubuntu-cve-tracker 2016-2019");
}

RUN_TESTS(T(alpine_310_against_secdb), T(debian_10_against_the_tracker),
	  T(alma_9_against_its_errata), T(alma_8_against_its_errata),
	  T(debian_9_against_the_tracker), T(ubuntu_1604_against_the_tracker),
	  T(ubuntu_1804_against_the_tracker))
