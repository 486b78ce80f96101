/* SPDX-License-Identifier: Apache-2.0 */
/* Roles one after the other, each judged by what is trusted already (section 5). */
#include "sign/tuf_internal.h"

#define MAX_PATTERN 1024

struct role {
	struct doc doc;
	struct node *top;
	const struct node *says; /* NULL: not loaded */
	uint64_t version;
	int64_t expires;
	char name[256]; /* of targets and those it delegates to */
};
struct sign_tuf {
	struct role root, timestamp, snapshot;
	struct role *targets[TUF_MAX_ROLES];
	size_t n_targets;
	int64_t now;
};

static void role_done(struct role *r)
{
	doc_free(&r->doc);
	*r = (struct role){0};
}

void sign_tuf_free(struct sign_tuf **ref)
{
	struct sign_tuf *t = *ref;
	if (!t)
		return;
	role_done(&t->root);
	role_done(&t->timestamp);
	role_done(&t->snapshot);
	for (size_t i = 0; i < t->n_targets; i++) {
		role_done(t->targets[i]);
		free(t->targets[i]);
	}
	free(t);
	*ref = NULL;
}

/* ---- one document ---- */

static int check_fields(struct role *r, const char *type, struct err *err)
{
	struct slice spec = node_get_str(r->says, "spec_version"),
		     expires = node_get_str(r->says, "expires");
	if (!node_is(r->says, NODE_OBJECT))
		return err_input(err, "it has no \"signed\"");
	/* Notary writes the first letter large. */
	if (!slice_ieq(node_get_str(r->says, "_type"), slice_str(type)))
		return err_input(err, "it is of the type \"%.*s\"",
				 SL_FMT(node_get_str(r->says, "_type")));
	if (spec.len && !slice_starts(spec, "1."))
		return err_input(err, "it is of version %.*s of the specification", SL_FMT(spec));
	if (node_u64(node_get(r->says, "version"), &r->version) < 0 || r->version == 0 ||
	    r->version > INT32_MAX)
		return err_input(err, "it has no version");
	if (time_parse(expires, &r->expires) < 0)
		return err_input(err, "it does not say when it expires");
	return 0;
}

static int parse(struct role *r, struct slice bytes, const char *type, size_t max, struct err *err)
{
	struct text_limits lim = {.max_bytes = max, .max_nodes = 500000, .max_depth = 32};
	doc_init(&r->doc);
	TRY(json_parse(&r->doc, bytes, &lim, &r->top, err));
	r->says = node_get(r->top, "signed");
	return check_fields(r, type, err);
}

static int not_expired(const struct sign_tuf *t, const struct role *r, struct err *err)
{
	char text[TIME_TEXT];
	if (r->expires > t->now)
		return 0;
	time_text(r->expires, text);
	return err_input(err, "it is expired since %s", text);
}

static struct tuf_signers signers_of(const struct role *root, const char *name)
{
	const struct node *role = node_get(node_get(root->says, "roles"), name);
	struct tuf_signers s = {.keys = node_get(root->says, "keys"),
				.ids = node_get(role, "keyids")};
	if (node_u64(node_get(role, "threshold"), &s.threshold) < 0)
		s.threshold = 0;
	return s;
}

static int check_signers(const struct role *r, const struct role *root, const char *name,
			 struct err *err)
{
	struct tuf_signers s = signers_of(root, name);
	return tuf_signed_by(r->top, &s, err);
}

/* Takes the place of what was there. */
static void put(struct role *to, struct role *from)
{
	role_done(to);
	*to = *from;
	*from = (struct role){0};
}

/* ---- root ---- */

int sign_tuf_open(struct slice root, int64_t now, struct sign_tuf **ret, struct err *err)
{
	auto_tuf struct sign_tuf *t = calloc(1, sizeof(*t));
	if (!t)
		return err_oom(err);
	t->now = now;
	if (parse(&t->root, root, "root", TUF_MAX_ROOT, err) < 0 ||
	    check_signers(&t->root, &t->root, "root", err) < 0)
		return err_wrap(err, "root");
	*ret = take_ptr(&t);
	return 0;
}

int sign_tuf_root(struct sign_tuf *t, struct slice next, struct err *err)
{
	CLEANUP(role_done) struct role r = {0};
	int rc = parse(&r, next, "root", TUF_MAX_ROOT, err);
	if (rc == 0 && r.version != t->root.version + 1)
		rc = err_input(err, "it is version %llu and should be %llu",
			       (unsigned long long)r.version,
			       (unsigned long long)t->root.version + 1);
	if (rc == 0 && (rc = check_signers(&r, &t->root, "root", err)) < 0)
		err_wrap(err, "by the keys of version %llu", (unsigned long long)t->root.version);
	if (rc == 0 && (rc = check_signers(&r, &r, "root", err)) < 0)
		err_wrap(err, "by its own keys");
	if (rc < 0)
		return err_wrap(err, "root %llu", (unsigned long long)t->root.version + 1);
	put(&t->root, &r);
	return 0;
}

uint64_t sign_tuf_root_version(const struct sign_tuf *t)
{
	return t->root.version;
}

int64_t sign_tuf_root_expires(const struct sign_tuf *t)
{
	return t->root.expires;
}

bool sign_tuf_consistent(const struct sign_tuf *t)
{
	return node_true(node_get(t->root.says, "consistent_snapshot"));
}

/* ---- what is known of files ---- */

/* Hex, or base64 as Notary has it. */
static int read_hash(const struct node *hashes, const char *name, size_t size, struct arena *a,
		     struct slice *ret, struct err *err)
{
	auto_buf struct buf b;
	struct slice text = node_get_str(hashes, name);
	buf_init(&b, KIB);
	*ret = SL_NONE;
	if (!text.len)
		return 0;
	for (size_t i = 0; text.len == 2 * size && i < text.len; i += 2) {
		uint64_t v = 0;
		if (slice_u64(slice_sub(text, i, 2), 16, &v) < 0)
			return err_input(err, "a hash is broken");
		buf_putc(&b, (char)v);
	}
	if (text.len != 2 * size && text_unbase64(text, &b) < 0)
		return err_input(err, "a hash is broken");
	if (b.len != size)
		return err_input(err, "a hash has the wrong length");
	*ret = arena_dup(a, buf_slice(&b));
	return ret->ptr ? 0 : err_oom(err);
}

static int read_file(const struct node *n, struct arena *a, struct sign_tuf_file *ret,
		     struct err *err)
{
	const struct node *hashes = node_get(n, "hashes"), *length = node_get(n, "length"),
			  *version = node_get(n, "version");
	*ret = (struct sign_tuf_file){.has_length = length != NULL};
	if (length && node_u64(length, &ret->length) < 0)
		return err_input(err, "a length is broken");
	if (version && node_u64(version, &ret->version) < 0)
		return err_input(err, "a version is broken");
	TRY(read_hash(hashes, "sha256", SHA256_LEN, a, &ret->sha256, err));
	TRY(read_hash(hashes, "sha512", 64, a, &ret->sha512, err));
	if (hashes && hashes->count && !ret->sha256.len && !ret->sha512.len)
		return err_input(err, "no hash is of a kind we know");
	return 0;
}

/* "name.json"; Notary writes the bare name. */
static const struct node *meta_of(const struct role *r, struct slice name)
{
	const struct node *meta = node_get(r->says, "meta");
	char text[300];
	struct buf b = {.ptr = text, .cap = sizeof(text), .max = sizeof(text)};
	buf_puts(&b, name);
	buf_puts(&b, SL(".json"));
	const struct node *n = b.failed ? NULL : node_member(meta, buf_slice(&b));
	return n ? n : node_member(meta, name);
}

int sign_tuf_expects(const struct sign_tuf *t, struct slice name, struct arena *a,
		     struct sign_tuf_file *ret, struct err *err)
{
	const struct role *by = slice_is(name, "snapshot") ? &t->timestamp : &t->snapshot;
	const struct node *n = by->says ? meta_of(by, name) : NULL;
	if (!n)
		return err_input(err, "%.*s: %s does not name it", SL_FMT(name),
				 by == &t->timestamp ? "the time stamp" : "the snapshot");
	return read_file(n, a, ret, err) < 0 ? err_wrap(err, "%.*s", SL_FMT(name)) : 0;
}

int sign_tuf_fits(const struct sign_tuf_file *f, struct slice bytes, struct err *err)
{
	unsigned char sum[64];
	unsigned n = 0;
	if (f->has_length && bytes.len != f->length)
		return err_input(err, "it has %zu bytes instead of %llu", bytes.len,
				 (unsigned long long)f->length);
	if (f->sha256.len && (EVP_Digest(bytes.ptr, bytes.len, sum, &n, EVP_sha256(), NULL) != 1 ||
			      !slice_eq(slice_bytes(sum, n), f->sha256)))
		return err_input(err, "its SHA-256 is not what was signed");
	if (f->sha512.len && (EVP_Digest(bytes.ptr, bytes.len, sum, &n, EVP_sha512(), NULL) != 1 ||
			      !slice_eq(slice_bytes(sum, n), f->sha512)))
		return err_input(err, "its SHA-512 is not what was signed");
	return 0;
}

static uint64_t version_of(const struct node *meta)
{
	uint64_t v = 0;
	return node_u64(node_get(meta, "version"), &v) == 0 ? v : 0;
}

/* ---- time stamp, snapshot ---- */

/* 5.4.3: neither it nor the snapshot that it names goes back. */
static int no_rollback(const struct role *now, const struct role *before, struct err *err)
{
	if (!before->says)
		return 0;
	if (now->version < before->version)
		return err_input(err, "it is version %llu, older than %llu that was seen before",
				 (unsigned long long)now->version,
				 (unsigned long long)before->version);
	uint64_t was = version_of(meta_of(before, SL("snapshot"))),
		 is = version_of(meta_of(now, SL("snapshot")));
	if (is < was)
		return err_input(err,
				 "it names snapshot %llu, older than %llu that was seen before",
				 (unsigned long long)is, (unsigned long long)was);
	return 0;
}

int sign_tuf_timestamp(struct sign_tuf *t, struct slice bytes, bool kept, struct err *err)
{
	CLEANUP(role_done) struct role r = {0};
	if (!kept && not_expired(t, &t->root, err) < 0)
		return err_wrap(err, "root %llu", (unsigned long long)t->root.version);
	if (parse(&r, bytes, "timestamp", TUF_MAX_TIMESTAMP, err) < 0 ||
	    check_signers(&r, &t->root, "timestamp", err) < 0 ||
	    no_rollback(&r, &t->timestamp, err) < 0 || (!kept && not_expired(t, &r, err) < 0))
		return err_wrap(err, "timestamp");
	if (!meta_of(&r, SL("snapshot")))
		return err_input(err, "timestamp: it names no snapshot");
	if (t->timestamp.says && r.version == t->timestamp.version)
		return 1;
	put(&t->timestamp, &r);
	return 0;
}

/* 5.5.5: what was listed stays listed, and does not go back. */
static int no_older_roles(const struct role *now, const struct role *before, struct err *err)
{
	if (!before->says)
		return 0;
	const struct node *meta = node_get(now->says, "meta");
	node_each (was, node_get(before->says, "meta")) {
		const struct node *is = node_member(meta, was->key);
		if (!is)
			return err_input(err, "%.*s, which was seen before, is gone",
					 SL_FMT(was->key));
		if (version_of(is) < version_of(was))
			return err_input(err, "%.*s is older than what was seen before",
					 SL_FMT(was->key));
	}
	return 0;
}

static int named_version(const struct role *r, const struct sign_tuf_file *f, struct err *err)
{
	if (!f->version || r->version == f->version)
		return 0;
	return err_input(err, "it is version %llu instead of %llu", (unsigned long long)r->version,
			 (unsigned long long)f->version);
}

static int snapshot(struct sign_tuf *t, struct slice bytes, bool kept, struct err *err)
{
	CLEANUP(role_done) struct role r = {0};
	auto_arena struct arena a;
	struct sign_tuf_file f;
	arena_init(&a, MIB);
	if (!t->timestamp.says)
		return err_input(err, "there is no time stamp yet");
	TRY(sign_tuf_expects(t, SL("snapshot"), &a, &f, err));
	if (!kept)
		TRY(sign_tuf_fits(&f, bytes, err));
	TRY(parse(&r, bytes, "snapshot", TUF_MAX_SNAPSHOT, err));
	TRY(check_signers(&r, &t->root, "snapshot", err));
	if (!kept) {
		TRY(named_version(&r, &f, err));
		TRY(no_older_roles(&r, &t->snapshot, err));
		TRY(not_expired(t, &r, err));
	}
	put(&t->snapshot, &r);
	return 0;
}

int sign_tuf_snapshot(struct sign_tuf *t, struct slice bytes, bool kept, struct err *err)
{
	return snapshot(t, bytes, kept, err) < 0 ? err_wrap(err, "snapshot") : 0;
}

/* ---- targets ---- */

static const struct role *find_targets(const struct sign_tuf *t, struct slice name)
{
	for (size_t i = 0; i < t->n_targets; i++)
		if (slice_is(name, t->targets[i]->name))
			return t->targets[i];
	return NULL;
}

/* The root says who signs for targets; for the others, who delegates to them. */
static int find_signers(const struct sign_tuf *t, struct slice name, struct tuf_signers *ret,
			struct err *err)
{
	if (slice_is(name, "targets")) {
		*ret = signers_of(&t->root, "targets");
		return 0;
	}
	for (size_t i = 0; i < t->n_targets; i++) {
		const struct node *d = node_get(t->targets[i]->says, "delegations");
		node_each (role, node_get(d, "roles")) {
			if (!slice_eq(node_get_str(role, "name"), name))
				continue;
			*ret = (struct tuf_signers){.keys = node_get(d, "keys"),
						    .ids = node_get(role, "keyids")};
			if (node_u64(node_get(role, "threshold"), &ret->threshold) < 0)
				ret->threshold = 0;
			return 0;
		}
	}
	return err_input(err, "nobody delegates to it");
}

static int load_targets(struct sign_tuf *t, struct slice name, struct slice bytes, struct role *r,
			struct err *err)
{
	auto_arena struct arena a;
	struct sign_tuf_file f;
	struct tuf_signers who;
	arena_init(&a, MIB);
	if (!t->snapshot.says)
		return err_input(err, "there is no snapshot yet");
	TRY(sign_tuf_expects(t, name, &a, &f, err));
	TRY(find_signers(t, name, &who, err));
	TRY(sign_tuf_fits(&f, bytes, err));
	TRY(parse(r, bytes, "targets", TUF_MAX_TARGETS, err));
	TRY(tuf_signed_by(r->top, &who, err));
	TRY(named_version(r, &f, err));
	return not_expired(t, r, err);
}

int sign_tuf_targets(struct sign_tuf *t, struct slice name, struct slice bytes, struct err *err)
{
	if (t->n_targets == TUF_MAX_ROLES)
		return err_limit(err, "more than %d roles", TUF_MAX_ROLES);
	auto_free struct role *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	if (name.len >= sizeof(r->name) || find_targets(t, name))
		return err_input(err, "%.*s: the name is too long, or there already", SL_FMT(name));
	if (load_targets(t, name, bytes, r, err) < 0) {
		role_done(r);
		return err_wrap(err, "%.*s", SL_FMT(name));
	}
	memcpy(r->name, name.ptr, name.len);
	t->targets[t->n_targets++] = take_ptr(&r);
	return 0;
}

/* '*' and '?' of one path segment. */
static bool glob(struct slice pattern, struct slice path)
{
	size_t p = 0, s = 0, star = SIZE_MAX, mark = 0;
	while (s < path.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = s;
		} else if (p < pattern.len && (pattern.ptr[p] == path.ptr[s] ||
					       (pattern.ptr[p] == '?' && path.ptr[s] != '/'))) {
			p++;
			s++;
		} else if (star != SIZE_MAX && path.ptr[mark] != '/') {
			p = star + 1;
			s = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* Notary's paths are beginnings; it alone has names with a slash. Bins by hash are not used by what we read. */
static bool covers(const struct node *role, struct slice path)
{
	bool notary = slice_starts(node_get_str(role, "name"), "targets/");
	node_each (one, node_get(role, "paths")) {
		struct slice p = node_str(one);
		if (!node_is(one, NODE_STRING) || p.len > MAX_PATTERN || path.len > MAX_PATTERN)
			continue;
		if (notary ? slice_eq(slice_sub(path, 0, p.len), p) : glob(p, path))
			return true;
	}
	return false;
}

/* Roles of one walk: each is looked at once (5.6.7.1). */
struct walk {
	const struct sign_tuf *t;
	struct slice path;
	struct slice seen[TUF_MAX_ROLES];
	size_t n_seen;
	struct slice need;
	const struct node *found;
	bool stop;
};

static void visit(struct walk *w, struct slice name)
{
	const struct role *r = find_targets(w->t, name);
	for (size_t i = 0; i < w->n_seen; i++)
		if (slice_eq(w->seen[i], name))
			return;
	if (w->n_seen == TUF_MAX_ROLES) {
		w->stop = true;
		return;
	}
	w->seen[w->n_seen++] = name;
	if (!r) {
		w->need = name;
		w->stop = true;
		return;
	}
	w->found = node_member(node_get(r->says, "targets"), w->path);
	if (w->found) {
		w->stop = true;
		return;
	}
	node_each (role, node_get(node_get(r->says, "delegations"), "roles")) {
		if (w->stop || !covers(role, w->path))
			continue;
		visit(w, node_get_str(role, "name"));
		if (!w->stop && node_true(node_get(role, "terminating")))
			w->stop = true;
	}
}

int sign_tuf_target(const struct sign_tuf *t, struct slice path, struct arena *a,
		    struct sign_tuf_file *ret, struct slice *role, struct err *err)
{
	struct walk w = {.t = t, .path = path};
	visit(&w, SL("targets"));
	*role = SL_NONE;
	if (w.need.len) {
		*role = arena_dup(a, w.need);
		return role->ptr ? 2 : err_oom(err);
	}
	if (!w.found)
		return 0;
	if (read_file(w.found, a, ret, err) < 0)
		return err_wrap(err, "target %.*s", SL_FMT(path));
	if (!ret->sha256.len && !ret->sha512.len)
		return err_input(err, "target %.*s: it has no hash", SL_FMT(path));
	return 1;
}
