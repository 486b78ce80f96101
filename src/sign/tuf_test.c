/* SPDX-License-Identifier: Apache-2.0 */
/* TUF over real repositories: sigstore's, whose files are expired since, and such of Notary 1; and what was done to them. */
#include "tests/test.h"
#include "sign/tuf.h"
#include "sign/tuf_internal.h"

#define SIGSTORE "root-signing/metadata/"
#define NOTARY	 "notary-v1/"

static struct slice file_of(struct arena *a, const char *folder, const char *name)
{
	return test_read(a, arena_printf(a, "%s/signing/%s%s", test_data(), folder, name).ptr);
}

static int64_t day(const char *text)
{
	int64_t t = 0;
	assert_int_equal(time_parse(slice_str(text), &t), 0);
	return t;
}

static struct sign_tuf *open_root(struct arena *a, const char *name, const char *when)
{
	struct sign_tuf *t = NULL;
	struct err err = {0};
	assert_ok(sign_tuf_open(file_of(a, SIGSTORE, name), day(when), &t, &err), &err);
	return t;
}

/* The first "from" becomes "to". */
static struct slice changed(struct arena *a, struct slice in, const char *from, const char *to)
{
	ssize_t at = slice_find(in, slice_str(from));
	assert_true(at >= 0);
	return arena_cat(a, slice_sub(in, 0, (size_t)at), slice_str(to),
			 slice_from(in, (size_t)at + strlen(from)));
}

static void walk_roots(struct arena *a, struct sign_tuf *t, unsigned from, unsigned to)
{
	struct err err = {0};
	for (unsigned v = from; v <= to; v++)
		assert_ok(
		    sign_tuf_root(
			t,
			file_of(a, SIGSTORE, arena_printf(a, "root_history/%u.root.json", v).ptr),
			&err),
		    &err);
}

static void fifteen_roots_follow_each_other(void **state)
{
	(void)state;
	auto_arena struct arena a;
	arena_init(&a, 64 * MIB);
	auto_tuf struct sign_tuf *t = open_root(&a, "root_history/1.root.json", "2026-08-01");
	assert_false(sign_tuf_consistent(t));
	walk_roots(&a, t, 2, 15);
	assert_int_equal(sign_tuf_root_version(t), 15);
	assert_true(sign_tuf_consistent(t));
	assert_true(sign_tuf_root_expires(t) == day("2026-11-20T13:58:18Z"));
}

static void a_root_that_is_skipped_repeated_or_changed_is_refused(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	auto_tuf struct sign_tuf *t = open_root(&a, "root_history/5.root.json", "2026-08-01");
	struct slice next = file_of(&a, SIGSTORE, "root_history/6.root.json");
	assert_true(sign_tuf_root(t, file_of(&a, SIGSTORE, "root_history/7.root.json"), &err) < 0);
	assert_true(sign_tuf_root(t, file_of(&a, SIGSTORE, "root_history/5.root.json"), &err) < 0);
	assert_true(sign_tuf_root(t, file_of(&a, SIGSTORE, "root_history/4.root.json"), &err) < 0);
	assert_true(sign_tuf_root(t, changed(&a, next, "2023-08-28", "2033-08-28"), &err) < 0);
	assert_true(strstr(err.text, "good signatures") != NULL);
	assert_int_equal(sign_tuf_root_version(t), 5);
	assert_ok(sign_tuf_root(t, next, &err), &err);
}

/* As a client goes through it. */
static struct sign_tuf *whole(struct arena *a, const char *when)
{
	struct err err = {0};
	struct sign_tuf *t = open_root(a, "root.json", when);
	assert_ok(sign_tuf_timestamp(t, file_of(a, SIGSTORE, "timestamp.json"), false, &err), &err);
	assert_ok(sign_tuf_snapshot(t, file_of(a, SIGSTORE, "snapshot.json"), false, &err), &err);
	assert_ok(sign_tuf_targets(t, SL("targets"), file_of(a, SIGSTORE, "targets.json"), &err),
		  &err);
	return t;
}

static void targets_of_sigstore_are_found_and_fit(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct err err = {0};
	struct sign_tuf_file f;
	struct slice role;
	arena_init(&a, 64 * MIB);
	auto_tuf struct sign_tuf *t = whole(&a, "2026-08-28T19:25:55Z");
	assert_int_equal(sign_tuf_target(t, SL("trusted_root.json"), &a, &f, &role, &err), 1);
	struct slice content = file_of(&a, "root-signing/targets/", "trusted_root.json");
	assert_ok(sign_tuf_fits(&f, content, &err), &err);
	assert_true(sign_tuf_fits(&f, changed(&a, content, "2021", "2020"), &err) < 0);
	assert_true(sign_tuf_fits(&f, slice_sub(content, 0, content.len - 1), &err) < 0);
	assert_int_equal(sign_tuf_target(t, SL("nothing.json"), &a, &f, &role, &err), 0);
	struct slice keys = SL("registry.npmjs.org/keys.json");
	assert_int_equal(sign_tuf_target(t, keys, &a, &f, &role, &err), 2);
	assert_slice(role, "registry.npmjs.org");
	assert_ok(sign_tuf_targets(t, role, file_of(&a, SIGSTORE, "registry.npmjs.org.json"), &err),
		  &err);
	assert_int_equal(sign_tuf_target(t, keys, &a, &f, &role, &err), 1);
	assert_ok(
	    sign_tuf_fits(&f, file_of(&a, "root-signing/targets/", "registry.npmjs.org/keys.json"),
			  &err),
	    &err);
	/* a pattern does not cross a slash */
	assert_int_equal(
	    sign_tuf_target(t, SL("registry.npmjs.org/x/keys.json"), &a, &f, &role, &err), 0);
}

static void what_is_expired_is_refused_unless_it_is_only_a_floor(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	struct slice stamp = file_of(&a, SIGSTORE, "timestamp.json");
	auto_tuf struct sign_tuf *late = open_root(&a, "root.json", "2026-08-28T19:25:56Z");
	assert_true(sign_tuf_timestamp(late, stamp, false, &err) < 0);
	assert_true(strstr(err.text, "expired since 2026-08-28T19:25:56Z") != NULL);
	assert_ok(sign_tuf_timestamp(late, stamp, true, &err), &err);
	auto_tuf struct sign_tuf *later = open_root(&a, "root.json", "2026-11-21");
	assert_true(sign_tuf_timestamp(later, stamp, false, &err) < 0);
	assert_true(strstr(err.text, "root 15") != NULL);
	auto_tuf struct sign_tuf *npm = whole(&a, "2026-08-28");
	assert_true(sign_tuf_targets(npm, SL("targets"), SL("{}"), &err) < 0);
	auto_tuf struct sign_tuf *much = NULL;
	assert_ok(sign_tuf_open(file_of(&a, SIGSTORE, "root.json"), day("2099-01-01"), &much, &err),
		  &err);
}

static void files_of_other_roles_and_changed_files_are_refused(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	struct slice stamp = file_of(&a, SIGSTORE, "timestamp.json"),
		     snap = file_of(&a, SIGSTORE, "snapshot.json"),
		     targets = file_of(&a, SIGSTORE, "targets.json");
	auto_tuf struct sign_tuf *t = open_root(&a, "root.json", "2026-08-01");
	assert_true(sign_tuf_snapshot(t, snap, false, &err) < 0);
	assert_true(sign_tuf_timestamp(t, snap, false, &err) < 0);
	assert_true(sign_tuf_timestamp(t, changed(&a, stamp, "762", "763"), false, &err) < 0);
	assert_true(sign_tuf_timestamp(t, changed(&a, stamp, "\"1.0\"", "\"2.0\""), false, &err) <
		    0);
	assert_true(sign_tuf_timestamp(t, SL("{}"), false, &err) < 0);
	assert_ok(sign_tuf_timestamp(t, stamp, false, &err), &err);
	assert_int_equal(sign_tuf_timestamp(t, stamp, false, &err), 1);
	assert_true(sign_tuf_targets(t, SL("targets"), targets, &err) < 0);
	assert_true(sign_tuf_snapshot(t, changed(&a, snap, "165", "166"), false, &err) < 0);
	assert_ok(sign_tuf_snapshot(t, snap, false, &err), &err);
	assert_true(sign_tuf_targets(t, SL("targets"), changed(&a, targets, "6787", "6788"), &err) <
		    0);
	assert_true(sign_tuf_targets(t, SL("registry.npmjs.org"),
				     file_of(&a, SIGSTORE, "registry.npmjs.org.json"), &err) < 0);
	assert_true(strstr(err.text, "nobody delegates") != NULL);
	assert_true(sign_tuf_targets(t, SL("nobody"), targets, &err) < 0);
}

/* ---- Notary 1 ---- */

/* The files are indented by hand; what was hashed is the text without blanks. */
static struct slice compact(struct arena *a, struct slice in)
{
	auto_doc struct doc d;
	auto_buf struct buf out;
	struct json_writer w;
	struct node *top;
	struct err err = {0};
	doc_init(&d);
	buf_init(&out, MIB);
	if (json_parse(&d, in, NULL, &top, &err) < 0)
		return in;
	jw_init(&w, &out, 0);
	jw_node(&w, top);
	return arena_dup(a, buf_slice(&out));
}

static int notary_targets(struct arena *a, struct sign_tuf *t, const char *folder, struct err *err)
{
	static const char *const roles[] = {"releases", "del1", "del2", "chamsen", "phbelitz"};
	TRY(sign_tuf_targets(t, SL("targets"), compact(a, file_of(a, folder, "targets.json")),
			     err));
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		struct slice path =
		    arena_printf(a, "%s/signing/%stargets/%s.json", test_data(), folder, roles[i]);
		if (access(path.ptr, R_OK) == 0)
			TRY(sign_tuf_targets(t, arena_printf(a, "targets/%s", roles[i]),
					     compact(a, test_read(a, path.ptr)), err));
	}
	return 0;
}

static int notary(struct arena *a, const char *name, const char *when, struct err *err)
{
	auto_tuf struct sign_tuf *t = NULL;
	const char *folder = arena_printf(a, NOTARY "%s/", name).ptr;
	TRY(sign_tuf_open(compact(a, file_of(a, folder, "root.json")), day(when), &t, err));
	TRY(sign_tuf_timestamp(t, compact(a, file_of(a, folder, "timestamp.json")), false, err));
	TRY(sign_tuf_snapshot(t, compact(a, file_of(a, folder, "snapshot.json")), false, err));
	return notary_targets(a, t, folder, err);
}

static void repositories_of_notary_have_the_expected_verdict(void **state)
{
	/* Some were edited by hand afterwards: the length of targets.json that the snapshot names is an older file's, or
	 * the hash of the snapshot is. Only signatures were made anew; the next test looks at these. */
	static const struct {
		const char *name, *when, *says; /* NULL: good */
	} all[] = {
	    {"never-expire-image", "2026-01-01", NULL},
	    {"never-expire-with-delegations-image", "2026-01-01", "targets: it has 1300 bytes"},
	    {"never-expire-with-conflicting-delegations-image", "2026-01-01",
	     "targets: it has 1300 bytes"},
	    {"edge-case-image", "2026-01-01", "snapshot: it has 683 bytes"},
	    {"edge-case-err-image", "2026-01-01", "targets: it has 1477 bytes"},
	    {"alice-image", "2019-10-24", NULL},
	    {"alice-image", "2026-01-01", "timestamp: it is expired since 2019-10-24"},
	    {"sample-image", "2019-10-24", NULL},
	    {"sample-image", "2026-01-01", "timestamp: it is expired since 2019-11-11"},
	    {"err-image", "2019-10-24", "root: it is of the type"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		auto_arena struct arena a;
		struct err err = {0};
		arena_init(&a, 64 * MIB);
		int rc = notary(&a, all[i].name, all[i].when, &err);
		if ((rc < 0) != (all[i].says != NULL) || (rc < 0 && !strstr(err.text, all[i].says)))
			fail_msg("%s at %s: %s", all[i].name, all[i].when, err.text);
	}
}

static const struct node *signed_part(struct doc *d, struct slice in, struct node **top)
{
	struct err err = {0};
	doc_init(d);
	assert_ok(json_parse(d, in, NULL, top, &err), &err);
	return node_get(*top, "signed");
}

/* Is the file signed by those that `by` names for the role, which may be a root or who delegates? */
static bool is_signed(struct arena *a, const char *by, const char *role, const char *file)
{
	auto_doc struct doc above, below;
	struct node *top, *one;
	struct err err = {0};
	struct tuf_signers who = {0};
	const struct node *says = signed_part(&above, file_of(a, NOTARY, by), &top);
	const struct node *d = node_get(says, "delegations"),
			  *r = node_get(node_get(says, "roles"), role);
	node_each (each, node_get(d, "roles"))
		if (slice_is(node_get_str(each, "name"), role))
			r = each;
	who.keys = node_get(d ? d : says, "keys");
	who.ids = node_get(r, "keyids");
	assert_int_equal(node_u64(node_get(r, "threshold"), &who.threshold), 0);
	signed_part(&below, file_of(a, NOTARY, file), &one);
	return tuf_signed_by(one, &who, &err) == 0;
}

#define EVER	 "never-expire-image/"
#define DELEGATE "never-expire-with-delegations-image/"
#define CONFLICT "never-expire-with-conflicting-delegations-image/"
static void signatures_of_notary_are_judged_one_by_one(void **state)
{
	static const struct {
		const char *by, *role, *file;
		bool good;
	} all[] = {
	    {EVER "root.json", "targets", EVER "targets.json", true},
	    {EVER "root.json", "targets", "02_invalid_signature_targets.json", false},
	    {EVER "root.json", "snapshot", "03_expired_snapshot.json", true},
	    {EVER "root.json", "timestamp", EVER "targets.json", false},
	    {EVER "root.json", "root", "07_root_multiple_signatures.json", true},
	    {EVER "root.json", "root", "06_no_signature_root.json", false},
	    {DELEGATE "root.json", "targets", DELEGATE "targets.json", true},
	    {DELEGATE "targets.json", "targets/releases", DELEGATE "targets/releases.json", true},
	    {DELEGATE "targets.json", "targets/del1", DELEGATE "targets/del1.json", true},
	    {DELEGATE "targets.json", "targets/del2", DELEGATE "targets/del2.json", true},
	    {DELEGATE "targets.json", "targets/del1", "04_invalid_signature_delegation.json",
	     false},
	    {DELEGATE "targets.json", "targets/del1", "05_expired_delegation.json", true},
	    {CONFLICT "targets.json", "targets/del1", CONFLICT "targets/del1.json", true},
	    {CONFLICT "targets.json", "targets/del2", CONFLICT "targets/del2.json", true},
	    {"edge-case-image/root.json", "targets", "edge-case-image/targets.json", true},
	    {"edge-case-err-image/root.json", "targets", "edge-case-err-image/targets.json", true},
	    {"alice-image/targets.json", "targets/phbelitz", "alice-image/targets/phbelitz.json",
	     true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		auto_arena struct arena a;
		arena_init(&a, 64 * MIB);
		if (is_signed(&a, all[i].by, all[i].role, all[i].file) != all[i].good)
			fail_msg("%s by %s", all[i].file, all[i].by);
	}
}

static void roots_of_notary_are_judged(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_tuf struct sign_tuf *old = NULL, *none = NULL, *many = NULL;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	assert_ok(sign_tuf_open(file_of(&a, NOTARY, "01_expired_root.json"), day("2026-01-01"),
				&old, &err),
		  &err);
	assert_true(sign_tuf_timestamp(old, file_of(&a, NOTARY, "sample-image/timestamp.json"),
				       false, &err) < 0);
	assert_true(strstr(err.text, "expired since 1990-01-01") != NULL);
	assert_true(sign_tuf_open(file_of(&a, NOTARY, "06_no_signature_root.json"),
				  day("2026-01-01"), &none, &err) < 0);
	assert_ok(sign_tuf_open(file_of(&a, NOTARY, "07_root_multiple_signatures.json"),
				day("2026-01-01"), &many, &err),
		  &err);
	assert_true(sign_tuf_open(file_of(&a, NOTARY, "err-image/invalid.json"), day("2026-01-01"),
				  &none, &err) < 0);
}

RUN_TESTS(T(fifteen_roots_follow_each_other),
	  T(a_root_that_is_skipped_repeated_or_changed_is_refused),
	  T(targets_of_sigstore_are_found_and_fit),
	  T(what_is_expired_is_refused_unless_it_is_only_a_floor),
	  T(files_of_other_roles_and_changed_files_are_refused),
	  T(repositories_of_notary_have_the_expected_verdict),
	  T(signatures_of_notary_are_judged_one_by_one), T(roots_of_notary_are_judged))
