/* SPDX-License-Identifier: Apache-2.0 */
/* One update from a mirror, in the order of the specification (section 5); what is trusted is kept as soon as it is. */
#include "app/tuf_internal.h"

struct update {
	const struct tuf_request *rq;
	struct net_client *net; /* NULL: a folder */
	struct slice source;	/* without a slash at its end */
	struct slice folder;	/* where it is kept */
	struct sign_tuf *t;
	struct arena *a;
};

static void update_done(struct update *u)
{
	net_close(&u->net);
	sign_tuf_free(&u->t);
}

/* ---- files of the mirror ---- */

static int open_mirror(struct update *u, struct err *err)
{
	struct slice m = slice_str(u->rq->mirror);
	bool web = slice_starts(m, "http://") || slice_starts(m, "https://");
	if (slice_starts(m, "file://"))
		m = slice_from(m, 7);
	else if (slice_starts(m, "file:"))
		m = slice_from(m, 5);
	else if (!web && slice_find(m, SL("://")) >= 0)
		return err_usage(err, "--mirror %s: expected https://, or a folder", u->rq->mirror);
	while (m.len > 1 && m.ptr[m.len - 1] == '/')
		m.len--;
	u->source = arena_dup(u->a, m);
	if (!u->source.ptr)
		return err_oom(err);
	return web ? net_open(&u->rq->net, &u->net, err) : 0;
}

/* Names come from the repository itself: nothing that leads elsewhere. */
static bool is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !is_alpha(s.ptr[i]) && !strchr("._-/+@", s.ptr[i]))
			return false;
	return s.len && s.len < 500 && s.ptr[0] != '/' && slice_find(s, SL("..")) < 0 &&
	       slice_find(s, SL("//")) < 0;
}

static int get_over_net(struct update *u, struct slice url, size_t max, struct slice *ret,
			struct err *err)
{
	auto_response struct net_response r;
	struct net_request rq = {.url = url.ptr, .max_body = max};
	net_response_init(&r);
	TRY(net_send(u->net, &rq, &r, err));
	/* Stores of objects answer 403 for what is not there. */
	if (r.status == 404 || r.status == 403)
		return 0;
	if (r.status != 200)
		return err_set(err, ERR_NETWORK, -EIO, "%s: answers %d", r.url, r.status);
	*ret = r.body.len ? arena_dup(u->a, buf_slice(&r.body)) : SL("");
	return ret->ptr ? 1 : err_oom(err);
}

/* 1 got it, 0 it is not there. */
static int get(struct update *u, struct slice name, size_t max, struct slice *ret, struct err *err)
{
	if (!is_name(name))
		return err_input(err, "the file name \"%.*s\" is refused", SL_FMT(name));
	if (!u->net)
		return tuf_read(u->source, name.ptr, max, u->a, ret, err);
	struct slice url = arena_cat(u->a, u->source, SL("/"), name);
	return url.ptr ? get_over_net(u, url, max, ret, err) : err_oom(err);
}

static int must_get(struct update *u, struct slice name, size_t max, struct slice *ret,
		    struct err *err)
{
	if (!name.ptr)
		return err_oom(err);
	int rc = get(u, name, max, ret, err);
	if (rc == 0)
		return err_set(err, ERR_NETWORK, -ENOENT, "%.*s: the mirror does not have it",
			       SL_FMT(name));
	return rc < 0 ? rc : 0;
}

/* ---- root ---- */

static int first_root(struct update *u, struct slice *bytes, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, TUF_MAX_ROOT);
	if (u->rq->root) {
		if (file_read(u->rq->root, &text, err) < 0)
			return err_wrap(err, "--root");
		*bytes = arena_dup(u->a, buf_slice(&text));
		return bytes->ptr ? 0 : err_oom(err);
	}
	int rc = tuf_read(u->folder, "root.json", TUF_MAX_ROOT, u->a, bytes, err);
	if (rc == 0)
		return err_usage(err,
				 "nothing is trusted of %s yet: name a root that you trust with "
				 "--root FILE",
				 u->rq->mirror);
	return rc < 0 ? rc : 0;
}

static int walk_roots(struct update *u, struct slice *last, struct err *err)
{
	for (unsigned i = 0; i < TUF_MAX_ROTATIONS; i++) {
		struct slice next,
		    name = arena_printf(u->a, "%llu.root.json",
					(unsigned long long)sign_tuf_root_version(u->t) + 1);
		int rc = name.ptr ? get(u, name, TUF_MAX_ROOT, &next, err) : err_oom(err);
		if (rc <= 0)
			return rc;
		TRY(sign_tuf_root(u->t, next, err));
		*last = next;
	}
	return err_limit(err, "more than %d roots follow each other", TUF_MAX_ROTATIONS);
}

/* A root that is given does not take back what a newer one that is kept has said. */
static int not_older(struct update *u, struct err *err)
{
	auto_tuf struct sign_tuf *kept = NULL;
	struct slice bytes;
	struct err ignored;
	int rc = tuf_read(u->folder, "root.json", TUF_MAX_ROOT, u->a, &bytes, err);
	if (rc <= 0 || sign_tuf_open(bytes, u->rq->now, &kept, &ignored) < 0)
		return rc < 0 ? rc : 0;
	if (sign_tuf_root_version(kept) <= sign_tuf_root_version(u->t))
		return 0;
	return err_input(err,
			 "root %llu is older than %llu, which is kept - remove %.*s to begin anew",
			 (unsigned long long)sign_tuf_root_version(u->t),
			 (unsigned long long)sign_tuf_root_version(kept), SL_FMT(u->folder));
}

static int update_root(struct update *u, struct err *err)
{
	struct slice root;
	TRY(first_root(u, &root, err));
	TRY(sign_tuf_open(root, u->rq->now, &u->t, err));
	TRY(walk_roots(u, &root, err));
	TRY(not_older(u, err));
	TRY(tuf_keep(u->folder, "mirror", slice_str(u->rq->mirror), u->a, err));
	return tuf_keep(u->folder, "root.json", root, u->a, err);
}

/* ---- the others ---- */

/* What an earlier update left is a floor; when it is not good any more, it is none. */
static int load_kept(struct update *u, const char *name, size_t max,
		     int (*load)(struct sign_tuf *t, struct slice bytes, bool kept,
				 struct err *err),
		     struct err *err)
{
	struct slice bytes;
	struct err why = {0};
	int rc = tuf_read(u->folder, name, max, u->a, &bytes, err);
	if (rc > 0 && load(u->t, bytes, true, &why) < 0)
		log_debug("%s that is kept does not count any more: %s", name, why.text);
	return rc < 0 ? rc : 0;
}

static struct slice versioned(struct update *u, const struct sign_tuf_file *f, struct slice name)
{
	return sign_tuf_consistent(u->t) && f->version
		   ? arena_printf(u->a, "%llu.%.*s.json", (unsigned long long)f->version,
				  SL_FMT(name))
		   : arena_printf(u->a, "%.*s.json", SL_FMT(name));
}

static int update_timestamp(struct update *u, struct err *err)
{
	struct slice bytes;
	TRY(load_kept(u, "timestamp.json", TUF_MAX_TIMESTAMP, sign_tuf_timestamp, err));
	TRY(must_get(u, SL("timestamp.json"), TUF_MAX_TIMESTAMP, &bytes, err));
	TRY(sign_tuf_timestamp(u->t, bytes, false, err));
	return tuf_keep(u->folder, "timestamp.json", bytes, u->a, err);
}

static int update_snapshot(struct update *u, struct err *err)
{
	struct slice bytes;
	struct sign_tuf_file f;
	TRY(load_kept(u, "snapshot.json", TUF_MAX_SNAPSHOT, sign_tuf_snapshot, err));
	TRY(sign_tuf_expects(u->t, SL("snapshot"), u->a, &f, err));
	TRY(must_get(u, versioned(u, &f, SL("snapshot")), TUF_MAX_SNAPSHOT, &bytes, err));
	TRY(sign_tuf_snapshot(u->t, bytes, false, err));
	return tuf_keep(u->folder, "snapshot.json", bytes, u->a, err);
}

static int load_targets(struct update *u, struct slice role, struct err *err)
{
	struct slice bytes;
	struct sign_tuf_file f;
	TRY(sign_tuf_expects(u->t, role, u->a, &f, err));
	TRY(must_get(u, versioned(u, &f, role), TUF_MAX_TARGETS, &bytes, err));
	return sign_tuf_targets(u->t, role, bytes, err);
}

static struct slice target_name(struct update *u, const struct sign_tuf_file *f)
{
	struct slice path = slice_str(u->rq->target), hash = f->sha256.len ? f->sha256 : f->sha512;
	size_t slash = (size_t)(slice_rchr(path, '/') + 1);
	char hex[129];
	if (!sign_tuf_consistent(u->t))
		return arena_cat(u->a, SL("targets/"), path);
	hex_text((const unsigned char *)hash.ptr, hash.len, hex);
	return arena_cat(u->a, SL("targets/"), slice_sub(path, 0, slash), slice_str(hex), SL("."),
			 slice_from(path, slash));
}

static int fetch_target(struct update *u, struct slice *content, struct err *err)
{
	struct sign_tuf_file f;
	struct slice role = SL("targets");
	int rc = 2;
	while (rc == 2) {
		TRY(load_targets(u, role, err));
		rc = sign_tuf_target(u->t, slice_str(u->rq->target), u->a, &f, &role, err);
	}
	if (rc < 0)
		return rc;
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND, -ENOENT,
			       "%s: nobody who may has signed such a target", u->rq->target);
	TRY(must_get(u, target_name(u, &f), TUF_MAX_TARGET, content, err));
	return sign_tuf_fits(&f, *content, err) < 0 ? err_wrap(err, "%s", u->rq->target) : 0;
}

static int keep_target(struct update *u, struct tuf_result *ret, struct err *err)
{
	auto_root struct sign_root *root = NULL;
	if (strcmp(u->rq->target, TUF_TRUSTED_ROOT) != 0)
		return 0;
	if (sign_root_read(ret->content, &root, err) < 0)
		return err_wrap(err, "%s", u->rq->target);
	TRY(tuf_keep(u->folder, TUF_TRUSTED_ROOT, ret->content, u->a, err));
	ret->place = arena_cat(u->a, u->folder, SL("/" TUF_TRUSTED_ROOT));
	return ret->place.ptr ? 0 : err_oom(err);
}

static int update(struct update *u, struct tuf_result *ret, struct err *err)
{
	TRY(open_mirror(u, err));
	TRY(tuf_folder(u->rq->mirror, u->a, &u->folder, err));
	TRY(update_root(u, err));
	ret->root_version = sign_tuf_root_version(u->t);
	ret->root_expires = sign_tuf_root_expires(u->t);
	TRY(update_timestamp(u, err));
	TRY(update_snapshot(u, err));
	TRY(fetch_target(u, &ret->content, err));
	return keep_target(u, ret, err);
}

int app_tuf_update(const struct tuf_request *rq, struct arena *a, struct tuf_result *ret,
		   struct err *err)
{
	CLEANUP(update_done) struct update u = {.rq = rq, .a = a};
	*ret = (struct tuf_result){0};
	return update(&u, ret, err) < 0 ? err_wrap(err, "%s", rq->mirror) : 0;
}
