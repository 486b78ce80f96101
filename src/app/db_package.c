/* SPDX-License-Identifier: Apache-2.0 */
/* What push, pull, export and import have in common: the file here, trust, unpacking, taking the place. */
#include "app/db_internal.h"
#include "text/text.h"

#include <stdio.h>
#include <zstd.h>

#define FULL_LEVEL 12
#define MAX_RATIO  1000

int db_digest(struct slice data, char out[DIGEST_TEXT], struct err *err)
{
	unsigned char sum[SHA256_LEN];
	TRY(sha256_of(data, sum, err));
	digest_text(sum, out);
	return 0;
}

/* ---- the file here ---- */

int db_local_open(const char *path, struct db_local *ret, struct err *err)
{
	auto_adv struct adv_db *db = NULL;
	struct err ignored = {0};
	struct adv_info info;
	*ret = (struct db_local){.digest = ""};
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	TRY(file_map(path, &ret->map, err));
	/* Something else that lies there is no base and has no age. */
	if (adv_open_memory(mapping_slice(&ret->map), &db, &ignored) < 0)
		return 0;
	adv_info_get(db, &info);
	ret->built = info.built;
	return db_digest(mapping_slice(&ret->map), ret->digest, err);
}

void db_local_done(struct db_local *l)
{
	mapping_done(&l->map);
}

/* ---- trust ---- */

static int read_key(const char *path, bool private, struct sign_key **ret, struct err *err)
{
	auto_secret struct buf pem;
	buf_init(&pem, 64 * KIB);
	int r = file_read(path, &pem, err);
	if (r == 0)
		r = private ? sign_private(buf_slice(&pem), NULL, ret, err)
			    : sign_public(buf_slice(&pem), ret, err);
	/* The manifest's format has no other (docs/database-format.md). */
	if (r == 0 && sign_kind(*ret) != SIGN_ED25519) {
		sign_free(ret);
		r = err_input(err, "is no Ed25519 key - make one with `openssl genpkey -algorithm "
				   "ed25519`");
	}
	return r < 0 ? err_wrap(err, "key %s", path) : 0;
}

int db_trust(const struct db_share_options *opt, const struct db_manifest *m,
	     struct db_share_result *ret, struct err *err)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf sig;
	char id[DIGEST_TEXT];
	buf_init(&sig, KIB);
	snprintf(ret->digest, sizeof(ret->digest), "%.*s", SL_FMT(m->says.digest));
	ret->size = m->says.size;
	ret->built = m->says.built;
	if (m->says.format != ADV_FILE_FORMAT)
		return err_input(err,
				 "the database has format %llu, this program knows %d - use the "
				 "program that goes with it",
				 (unsigned long long)m->says.format, ADV_FILE_FORMAT);
	if (!opt->key)
		return opt->allow_unsigned
			   ? 0
			   : err_set(err, ERR_PERMISSION, -EKEYREJECTED,
				     "no key to check its signature with - give --key "
				     "PUBLIC.pem, or --allow-unsigned");
	TRY(read_key(opt->key, false, &key, err));
	TRY(sign_id(key, id, err));
	if (!m->signature.len)
		return opt->allow_unsigned
			   ? 0
			   : err_set(err, ERR_PERMISSION, -EKEYREJECTED,
				     "is not signed - --allow-unsigned takes it all the same");
	if (text_unbase64(m->signature, &sig) < 0 ||
	    !sign_bytes_good(key, m->statement, buf_slice(&sig)))
		return err_set(err, ERR_PERMISSION, -EKEYREJECTED,
			       "its signature is not by the key %s (%s); it says to be by %.*s",
			       opt->key, id,
			       SL_FMT(m->key.len ? slice_sub(m->key, 0, 80) : SL("nobody")));
	memcpy(ret->key, id, sizeof(id));
	return 0;
}

int db_may_replace(const struct db_share_options *opt, const struct db_local *local, int64_t built,
		   struct err *err)
{
	char here[TIME_TEXT], there[TIME_TEXT];
	if (opt->allow_older || !local->digest[0] || built >= local->built)
		return 0;
	time_text(local->built, here);
	time_text(built, there);
	return err_set(err, ERR_PERMISSION, -ESTALE,
		       "was built %s, the file here %s - --allow-older takes it all the same",
		       there, here);
}

/* ---- unpacking ---- */

int db_unpacker_init(struct db_unpacker *u, uint64_t size, struct err *err)
{
	*u = (struct db_unpacker){.size = size};
	buf_init(&u->out, (size_t)size);
	u->stream = ZSTD_createDStream();
	if (!u->stream || ZSTD_isError(ZSTD_DCtx_setParameter(u->stream, ZSTD_d_windowLogMax, 27)))
		return err_oom(err);
	return 0;
}

int db_unpacker_add(struct db_unpacker *u, struct slice piece, struct err *err)
{
	char extra[1];
	ZSTD_inBuffer in = {piece.ptr, piece.len, 0};
	u->in += piece.len;
	while (in.pos < in.size && !u->ended) {
		size_t left = (size_t)u->size - u->out.len, want = MIN(left, MIB);
		char *to = want ? buf_reserve(&u->out, want) : extra;
		if (!to)
			return err_oom(err);
		ZSTD_outBuffer ob = {to, want ? want : sizeof(extra), 0};
		size_t r = ZSTD_decompressStream(u->stream, &ob, &in);
		if (ZSTD_isError(r))
			return err_input(err, "is damaged (zstd: %s)", ZSTD_getErrorName(r));
		if (ob.pos && !want)
			return err_limit(err, "unpacks to more than the %llu bytes that are signed",
					 (unsigned long long)u->size);
		u->out.len += ob.pos;
		u->ended = r == 0;
		if (u->out.len > 64 * MIB && u->out.len / MAX_RATIO > u->in)
			return err_limit(err, "unpacks to more than %d times its size", MAX_RATIO);
	}
	return in.pos < in.size ? err_input(err, "has bytes behind its end") : 0;
}

int db_unpacker_end(struct db_unpacker *u, struct err *err)
{
	if (!u->ended || u->out.len != u->size)
		return err_input(err, "ends after %zu of %llu bytes", u->out.len,
				 (unsigned long long)u->size);
	return 0;
}

void db_unpacker_done(struct db_unpacker *u)
{
	ZSTD_freeDStream(u->stream);
	buf_free(&u->out);
	*u = (struct db_unpacker){.size = 0};
}

/* ---- taking the place ---- */

int db_install(const char *path, struct slice content, const struct db_statement *says,
	       struct err *err)
{
	auto_adv struct adv_db *db = NULL;
	char digest[DIGEST_TEXT];
	struct adv_info info;
	TRY(db_digest(content, digest, err));
	if (!slice_is(says->digest, digest) || says->size != content.len)
		return err_input(err, "the content is %s, signed is %.*s", digest,
				 SL_FMT(says->digest));
	TRY(adv_open_memory(content, &db, err));
	adv_info_get(db, &info);
	if (info.built != says->built)
		return err_input(err, "the file and the statement name different build times");
	TRY(adv_verify(db, err));
	return file_replace(path, content, err);
}

int db_remember(const struct db_share_options *opt, const char *path, const struct db_manifest *m,
		const char *source, struct err *err)
{
	auto_buf struct buf pem;
	struct db_state s = {.digest = m->says.digest, .source = slice_str(source)};
	buf_init(&pem, 64 * KIB);
	/* Without a key nobody has checked the signature: a later check may. */
	if (opt->key && m->signature.len) {
		TRY(file_read(opt->key, &pem, err));
		s.statement = m->statement;
		s.signature = m->signature;
		s.public_key = buf_slice(&pem);
	}
	return db_state_write(path, &s, err);
}

/* ---- packing ---- */

static int sign_statement(const char *path, struct db_package *p, struct db_share_result *ret,
			  struct err *err)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf text, sig;
	buf_init(&text, KIB);
	buf_init(&sig, SIGN_MAX);
	TRY(read_key(path, true, &key, err));
	TRY(sign_bytes(key, p->manifest.statement, &sig, err));
	text_base64(&text, buf_slice(&sig));
	TRY(sign_id(key, ret->key, err));
	p->manifest.signature = arena_dup(&p->arena, buf_slice(&text));
	p->manifest.key = arena_dup(&p->arena, slice_str(ret->key));
	return 0;
}

/* A file that came signed is handed on with that signature. */
static int keep_signature(const char *path, struct db_package *p, struct db_share_result *ret,
			  struct err *err)
{
	struct db_state s;
	TRY(db_state_read(path, p->manifest.says.digest, &p->arena, &s, err));
	if (!s.key[0] || !slice_eq(s.statement, p->manifest.statement))
		return 0;
	memcpy(ret->key, s.key, sizeof(s.key));
	p->manifest.signature = s.signature;
	p->manifest.key = arena_dup(&p->arena, slice_str(s.key));
	return 0;
}

int db_package_make(const struct db_share_options *opt, struct db_package *p,
		    struct db_share_result *ret, struct err *err)
{
	auto_adv struct adv_db *db = NULL;
	auto_buf struct buf text;
	struct adv_info info;
	arena_init(&p->arena, 16 * MIB);
	buf_init(&text, 4 * KIB);
	buf_init(&p->packed, SIZE_MAX / 2);
	if (access(opt->db, R_OK) < 0)
		return err_sys(err, "advisory database %s", opt->db);
	TRY(db_local_open(opt->db, &p->local, err));
	if (adv_open_memory(mapping_slice(&p->local.map), &db, err) < 0 || adv_verify(db, err) < 0)
		return err_wrap(err, "%s", opt->db);
	adv_info_get(db, &info);
	p->manifest.says = (struct db_statement){arena_dup(&p->arena, slice_str(p->local.digest)),
						 info.size, ADV_FILE_FORMAT, info.built};
	db_statement_write(&p->manifest.says, &text);
	p->manifest.statement = arena_dup(&p->arena, buf_slice(&text));
	memcpy(ret->digest, p->local.digest, sizeof(ret->digest));
	ret->size = info.size;
	ret->built = info.built;
	return opt->key ? sign_statement(opt->key, p, ret, err)
			: keep_signature(opt->db, p, ret, err);
}

int db_package_pack(struct db_package *p, struct err *err)
{
	TRY(pack_zstd_whole(mapping_slice(&p->local.map), SL_NONE, FULL_LEVEL, &p->packed, err));
	TRY(db_digest(buf_slice(&p->packed), p->packed_digest, err));
	p->manifest.full =
	    (struct db_layer){.digest = slice_str(p->packed_digest), .size = p->packed.len};
	return 0;
}

void db_package_done(struct db_package *p)
{
	db_local_done(&p->local);
	arena_free(&p->arena);
	buf_free(&p->packed);
}
