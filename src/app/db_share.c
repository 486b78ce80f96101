/* SPDX-License-Identifier: Apache-2.0 */
/* The database in a registry: push, with what changed since the last one; pull, by what changed where that will do. */
#include "app/db_internal.h"

#include <stdio.h>

#define SLACK MIB /* what a packed layer may be larger than its content */

/* ---- layers of a registry ---- */

struct arriving {
	struct sha256 hash;
	struct db_unpacker *unpack; /* NULL: into plain */
	struct buf *plain;
	uint64_t got, size;
	bool progress;
};

static int on_piece(void *arg, struct slice piece, struct err *err)
{
	struct arriving *x = arg;
	uint64_t before = x->got;
	x->got += piece.len;
	if (x->got > x->size)
		return err_input(err, "more than the %llu bytes that the manifest says",
				 (unsigned long long)x->size);
	sha256_add(&x->hash, piece.ptr, piece.len);
	if (x->progress && before / MIB != x->got / MIB)
		fprintf(stderr, "\r\033[Kdatabase: %llu of %llu MiB",
			(unsigned long long)(x->got / MIB), (unsigned long long)(x->size / MIB));
	if (x->unpack)
		return db_unpacker_add(x->unpack, piece, err);
	buf_puts(x->plain, piece);
	return x->plain->failed ? err_oom(err) : 0;
}

static int receive(struct registry *r, const struct db_layer *l, struct arriving *x,
		   struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char got[DIGEST_TEXT];
	struct image_source src = {.registry = r};
	struct image_layer layer = {.digest = l->digest, .size = l->size, .remote = true};
	x->size = l->size;
	TRY(sha256_begin(&x->hash, err));
	int rc = image_fetch_layer(&src, &layer, on_piece, x, err);
	if (x->progress)
		fprintf(stderr, "\r\033[K");
	sha256_end(&x->hash, sum);
	sha256_done(&x->hash);
	if (rc < 0)
		return err_wrap(err, "layer %.20s", l->digest.ptr);
	digest_text(sum, got);
	if (!slice_is(l->digest, got))
		return err_input(err,
				 "layer %.*s: what came has digest %s - it is damaged or "
				 "forged",
				 SL_FMT(l->digest), got);
	return 0;
}

/* The whole file; out is left to the caller in u->out. */
static int get_full(struct registry *r, const struct db_manifest *m, struct db_unpacker *u,
		    bool progress, uint64_t *moved, struct err *err)
{
	struct arriving x = {.unpack = u, .progress = progress};
	if (m->full.size > m->says.size + SLACK)
		return err_limit(err, "the packed database is larger than what it holds");
	TRY(db_unpacker_init(u, m->says.size, err));
	int rc = receive(r, &m->full, &x, err);
	*moved += x.got;
	return rc < 0 ? rc : db_unpacker_end(u, err);
}

/* ---- pull ---- */

/* What the chain from the file here costs; 0: there is none, or it costs more than the whole. */
static uint64_t chain_size(const struct db_manifest *m, const char *from)
{
	struct slice at = slice_str(from);
	uint64_t total = 0;
	for (size_t steps = 0; steps <= m->ndeltas; steps++) {
		if (slice_eq(at, m->says.digest))
			return total < m->full.size ? total : 0;
		const struct db_layer *l = db_delta_from(m, at);
		if (!l)
			return 0;
		total += l->size;
		at = l->to;
	}
	return 0;
}

static int apply_chain(struct registry *r, const struct db_manifest *m,
		       const struct db_local *local, struct buf *out, struct db_share_result *ret,
		       struct err *err)
{
	struct slice at = slice_str(local->digest), content = mapping_slice(&local->map);
	/* Files on the way are not signed, but will not be much larger than the last one. */
	uint64_t most = m->says.size + m->says.size / 2 + 64 * MIB;
	while (!slice_eq(at, m->says.digest)) {
		auto_buf struct buf delta, next;
		const struct db_layer *l = db_delta_from(m, at);
		buf_init(&delta, (size_t)l->size);
		buf_init(&next, (size_t)most);
		struct arriving x = {.plain = &delta};
		int rc = receive(r, l, &x, err);
		ret->moved += x.got;
		if (rc < 0)
			return rc;
		TRY(adv_delta_apply(content, buf_slice(&delta), most, &next, err));
		buf_free(out);
		*out = next;
		buf_init(&next, 0);
		content = buf_slice(out);
		at = l->to;
		ret->deltas++;
	}
	return 0;
}

static int pull_content(struct registry *r, const struct db_share_options *opt, const char *path,
			const struct db_manifest *m, const struct db_local *local,
			struct db_share_result *ret, struct err *err)
{
	if (chain_size(m, local->digest)) {
		auto_buf struct buf out;
		buf_init(&out, 0);
		if (apply_chain(r, m, local, &out, ret, err) == 0 &&
		    db_install(path, buf_slice(&out), &m->says, err) == 0)
			return 0;
		/* A full disk is no fault of the delta, and the whole would not fit either. */
		if (err->kind == ERR_PERMISSION || err->kind == ERR_INTERNAL)
			return err->code;
		log_warn("the difference does not help (%s) - fetching the whole database",
			 err->text);
		ret->deltas = 0;
		*err = (struct err){0};
	}
	struct db_unpacker u = {.size = 0};
	int rc = get_full(r, m, &u, opt->progress, &ret->moved, err);
	if (rc == 0)
		rc = db_install(path, buf_slice(&u.out), &m->says, err);
	db_unpacker_done(&u);
	return rc;
}

static int pull_checked(struct registry *r, const struct db_share_options *opt, const char *source,
			struct arena *a, struct db_share_result *ret, struct err *err)
{
	CLEANUP(db_local_done) struct db_local local = {.digest = ""};
	struct registry_manifest got;
	struct db_manifest m;
	struct err note = {0};
	TRY(registry_get_manifest(r, SL_NONE, &got, err));
	TRY(db_manifest_read(got.bytes, a, &m, err));
	TRY(db_trust(opt, &m, ret, err));
	TRY(db_local_open(opt->db, &local, err));
	TRY(db_may_replace(opt, &local, m.says.built, err));
	ret->unchanged = slice_is(m.says.digest, local.digest);
	if (!ret->unchanged)
		TRY(pull_content(r, opt, opt->db, &m, &local, ret, err));
	if ((!ret->unchanged || opt->key) && db_remember(opt, opt->db, &m, source, &note) < 0)
		log_warn("%s - where the database came from is not remembered", note.text);
	return 0;
}

int db_pull(const struct db_share_options *opt, struct slice ref, struct db_share_result *ret,
	    struct err *err)
{
	auto_registry struct registry *r = NULL;
	auto_arena struct arena a;
	char source[600];
	*ret = (struct db_share_result){.digest = ""};
	arena_init(&a, 16 * MIB);
	snprintf(source, sizeof(source), "registry:%.*s", SL_FMT(slice_sub(ref, 0, 500)));
	TRY(registry_open(ref, &opt->registry, &r, err));
	if (pull_checked(r, opt, source, &a, ret, err) < 0)
		return err_wrap(err, "%.*s", SL_FMT(slice_sub(ref, 0, 300)));
	return 0;
}

/* ---- push ---- */

static int push_buf(struct registry *r, const struct db_layer *l, struct slice data,
		    struct db_share_result *ret, struct err *err)
{
	TRY(registry_push_blob(r, l->digest, data, NULL, err));
	ret->moved += l->size;
	return 0;
}

/* 1: the tag holds a database, in m. 0: there is no such tag. */
static int read_tag(struct registry *r, struct arena *a, struct db_manifest *m, struct err *err)
{
	struct registry_manifest got;
	struct err why = {0};
	if (registry_get_manifest(r, SL_NONE, &got, &why) < 0) {
		if (why.kind == ERR_NOT_FOUND)
			return 0;
		*err = why;
		return err->code;
	}
	if (db_manifest_read(got.bytes, a, m, err) == 0)
		return 1;
	if (err->code != -EPROTO)
		return 0;
	return err_wrap(err, "the tag is taken: what it holds");
}

/* From what the tag holds to what is pushed; checked, as nobody could use a wrong one. */
static int make_delta(struct registry *r, const struct db_manifest *before,
		      const struct db_package *p, struct buf *out, struct err *err)
{
	struct db_unpacker u = {.size = 0};
	auto_buf struct buf again;
	char digest[DIGEST_TEXT];
	uint64_t moved = 0;
	struct slice now = mapping_slice(&p->local.map);
	buf_init(&again, now.len);
	int rc = get_full(r, before, &u, false, &moved, err);
	if (rc == 0)
		rc = db_digest(buf_slice(&u.out), digest, err);
	if (rc == 0 && !slice_is(before->says.digest, digest))
		rc = err_input(err, "its content is not what its statement says");
	if (rc == 0)
		rc = adv_delta_make(buf_slice(&u.out), now, out, err);
	if (rc == 0)
		rc = adv_delta_apply(buf_slice(&u.out), buf_slice(out), now.len, &again, err);
	if (rc == 0 && !slice_eq(buf_slice(&again), now))
		rc = err_set(err, ERR_INTERNAL, -EIO, "the delta does not lead to the file");
	db_unpacker_done(&u);
	return rc;
}

/* The newest of those that the tag had, as far as their chain leads to where the new one begins. */
static void keep_deltas(struct db_manifest *m, const struct db_manifest *before,
			const struct db_layer *newest)
{
	const struct db_layer *chain[DB_KEEP_DELTAS];
	size_t n = 0;
	uint64_t total = newest->size;
	struct slice want = newest->from;
	for (size_t i = before->ndeltas; i > 0 && n + 1 < DB_KEEP_DELTAS; i--) {
		const struct db_layer *l = &before->deltas[i - 1];
		total += l->size;
		/* Whoever is so far behind takes the whole. */
		if (!slice_eq(l->to, want) || total > m->full.size / 2)
			break;
		chain[n++] = l;
		want = l->from;
	}
	while (n > 0)
		m->deltas[m->ndeltas++] = *chain[--n];
	m->deltas[m->ndeltas++] = *newest;
}

static int add_delta(struct registry *r, struct db_package *p, const struct db_manifest *before,
		     struct db_share_result *ret, struct err *err)
{
	auto_buf struct buf delta;
	char digest[DIGEST_TEXT];
	struct err why = {0};
	buf_init(&delta, SIZE_MAX / 2);
	if (make_delta(r, before, p, &delta, &why) < 0) {
		log_warn("no delta from what the tag held: %s", why.text);
		return 0;
	}
	if (delta.len > p->manifest.full.size / 2) {
		log_info("the tag held something so different that there is no delta from it");
		return 0;
	}
	TRY(db_digest(buf_slice(&delta), digest, err));
	struct db_layer l = {.digest = arena_dup(&p->arena, slice_str(digest)),
			     .size = delta.len,
			     .from = before->says.digest,
			     .to = p->manifest.says.digest};
	TRY(push_buf(r, &l, buf_slice(&delta), ret, err));
	log_info("delta from %.20s: %zu bytes, the whole is %llu", l.from.ptr, delta.len,
		 (unsigned long long)p->manifest.full.size);
	keep_deltas(&p->manifest, before, &l);
	return 0;
}

static int push_package(struct registry *r, struct db_package *p, struct db_share_result *ret,
			struct err *err)
{
	struct db_manifest before;
	auto_buf struct buf text;
	char empty[DIGEST_TEXT];
	buf_init(&text, MIB);
	int there = read_tag(r, &p->arena, &before, err);
	if (there < 0)
		return there;
	ret->unchanged = there && slice_eq(before.says.digest, p->manifest.says.digest);
	if (there && before.says.built > p->manifest.says.built)
		log_warn("the tag holds a newer database: who has that one takes this only with "
			 "--allow-older");
	TRY(db_package_pack(p, err));
	/* The same file again, perhaps with a signature that was not there: its deltas stay. */
	if (ret->unchanged) {
		memcpy(p->manifest.deltas, before.deltas, sizeof(before.deltas));
		p->manifest.ndeltas = before.ndeltas;
		if (!p->manifest.signature.len) {
			p->manifest.signature = before.signature;
			p->manifest.key = before.key;
		}
	}
	TRY(push_buf(r, &p->manifest.full, buf_slice(&p->packed), ret, err));
	if (there && !ret->unchanged)
		TRY(add_delta(r, p, &before, ret, err));
	TRY(db_digest(SL("{}"), empty, err));
	TRY(registry_push_blob(r, slice_str(empty), SL("{}"), NULL, err));
	TRY(db_manifest_write(&p->manifest, &text, err));
	ret->deltas = (unsigned)p->manifest.ndeltas;
	return registry_push_manifest(r, SL_NONE, DB_MANIFEST, buf_slice(&text), err);
}

int db_push(const struct db_share_options *opt, struct slice ref, struct db_share_result *ret,
	    struct err *err)
{
	auto_registry struct registry *r = NULL;
	struct db_package p = {.packed_digest = ""};
	*ret = (struct db_share_result){.digest = ""};
	int rc = registry_open(ref, &opt->registry, &r, err);
	if (rc == 0)
		rc = db_package_make(opt, &p, ret, err);
	if (rc == 0 && push_package(r, &p, ret, err) < 0)
		rc = err_wrap(err, "%.*s", SL_FMT(slice_sub(ref, 0, 300)));
	db_package_done(&p);
	return rc;
}
