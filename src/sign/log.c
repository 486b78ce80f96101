/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs of a transparency log: promise, inclusion (RFC 6962, section 2.1.1), checkpoint (a signed note). */
#include "sign/verify_internal.h"

#define MAX_NOTE_SIGNATURES 32
#define EM_DASH		    "\xe2\x80\x94 "

static int node_hash(char prefix, struct slice left, struct slice right,
		     unsigned char out[SHA256_LEN])
{
	auto_buf struct buf b;
	struct err ignored;
	buf_init(&b, 16 * MIB);
	buf_putc(&b, prefix);
	buf_puts(&b, left);
	buf_puts(&b, right);
	return b.failed ? -ENOMEM : sha256_of(buf_slice(&b), out, &ignored);
}

static unsigned bit_length(uint64_t v)
{
	return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

/* The root that the path leads to. */
static bool path_root(const struct sign_log_entry *e, unsigned char out[SHA256_LEN])
{
	if (e->proof_index < 0 || e->proof_index >= e->tree_size)
		return false;
	uint64_t index = (uint64_t)e->proof_index, last = (uint64_t)e->tree_size - 1;
	unsigned inner = bit_length(index ^ last);
	unsigned border = inner < 64 ? (unsigned)__builtin_popcountll(index >> inner) : 0;
	if (e->n_hashes != inner + border || node_hash(0, e->body, SL_NONE, out) < 0)
		return false;
	for (unsigned i = 0; i < e->n_hashes; i++) {
		struct slice mine = slice_bytes(out, SHA256_LEN), other = e->hashes[i];
		bool right = i < inner && (index >> i & 1) == 0;
		if (other.len != SHA256_LEN ||
		    node_hash(1, right ? mine : other, right ? other : mine, out) < 0)
			return false;
	}
	return true;
}

/* ---- checkpoints ---- */
struct checkpoint {
	struct slice text; /* what is signed, with the line end */
	struct slice origin, signatures;
	uint64_t size;
	struct buf root;
};

static bool checkpoint_read(struct slice note, struct checkpoint *c)
{
	ssize_t gap = slice_find(note, SL("\n\n"));
	struct slice size = SL_NONE, root = SL_NONE;
	buf_init(&c->root, KIB);
	if (gap < 0)
		return false;
	c->text = slice_sub(note, 0, (size_t)gap + 1);
	c->signatures = slice_from(note, (size_t)gap + 2);
	struct slice rest = c->text;
	return slice_cut(&rest, '\n', &c->origin) && c->origin.len &&
	       slice_cut(&rest, '\n', &size) && slice_u64(size, 10, &c->size) == 0 &&
	       slice_cut(&rest, '\n', &root) && text_unbase64(root, &c->root) == 0 &&
	       c->root.len == SHA256_LEN;
}

/* The four bytes that name a key: of Ed25519 a hash with the name in it (the note format), else of the key's DER. */
static bool hint_is(const struct sign_key *k, struct slice name, struct slice hint, bool tiled)
{
	auto_buf struct buf b;
	unsigned char sum[SHA256_LEN];
	struct err ignored;
	buf_init(&b, 64 * KIB);
	if (tiled && sign_kind(k) == SIGN_ED25519) {
		auto_buf struct buf der;
		buf_init(&der, KIB);
		if (sign_public_bytes(k, &der, &ignored) < 0 || der.len < 32)
			return false;
		buf_puts(&b, name);
		buf_puts(&b, SL("\n\x01"));
		buf_puts(&b, slice_from(buf_slice(&der), der.len - 32));
	} else if (tiled && sign_kind(k) == SIGN_RSA) {
		buf_puts(&b, name);
		buf_puts(&b, SL("\n\xffPKIX-RSA-PKCS#1v1.5"));
		if (sign_public_bytes(k, &b, &ignored) < 0)
			return false;
	} else if (sign_public_bytes(k, &b, &ignored) < 0) {
		return false;
	}
	return sha256_of(buf_slice(&b), sum, &ignored) == 0 && slice_eq(slice_bytes(sum, 4), hint);
}

/* Of a log of the first kind every signature is the log's own; tiled logs have witnesses beside it. */
static bool note_is_signed(const struct checkpoint *c, const struct root_log *log, bool tiled)
{
	struct slice rest = c->signatures, line = SL_NONE;
	unsigned good = 0, n = 0;
	while (slice_cut(&rest, '\n', &line) && n++ < MAX_NOTE_SIGNATURES) {
		auto_buf struct buf sig;
		buf_init(&sig, 16 * KIB);
		if (line.len == 0)
			continue;
		if (!slice_starts(line, EM_DASH))
			return false;
		struct slice body = slice_from(line, sizeof(EM_DASH) - 1), name = SL_NONE;
		slice_cut(&body, ' ', &name);
		bool read = name.len && text_unbase64(body, &sig) == 0 && sig.len > 4;
		bool mine = read && (!tiled || slice_eq(name, c->origin)) &&
			    hint_is(log->key, name, slice_sub(buf_slice(&sig), 0, 4), tiled) &&
			    sign_bytes_good(log->key, c->text, slice_from(buf_slice(&sig), 4));
		if (!mine && !tiled)
			return false;
		good += mine;
	}
	return good > 0;
}

/* Bundles of 0.1 may have a proof without a checkpoint: the promise then stands for the root. */
static bool path_check(const struct sign_log_entry *e, struct sign_outcome *o)
{
	unsigned char root[SHA256_LEN];
	return (e->set.len && path_root(e, root) &&
		slice_eq(slice_bytes(root, sizeof(root)), e->root_hash)) ||
	       sign_refuse(o, SIGN_BAD_LOG_PROOF,
			   "the proof of inclusion does not lead to its root");
}

bool log_path_leads(const struct sign_log_entry *e, struct sign_outcome *o)
{
	unsigned char root[SHA256_LEN];
	return (path_root(e, root) && slice_eq(slice_bytes(root, sizeof(root)), e->root_hash)) ||
	       sign_refuse(o, SIGN_BAD_LOG_PROOF,
			   "the log's proof of inclusion does not lead to its root");
}

/* Libraries differ in whether a port belongs to it. */
static bool origin_is(struct slice origin, struct slice host)
{
	ssize_t colon = slice_rchr(host, ':');
	return slice_eq(origin, host) ||
	       (colon > 0 && slice_eq(origin, slice_sub(host, 0, (size_t)colon)));
}

static bool inclusion_check(const struct sign_log_entry *e, const struct root_log *log, bool tiled,
			    struct sign_outcome *o)
{
	struct checkpoint c = {0};
	unsigned char root[SHA256_LEN];
	if (!e->checkpoint.len)
		return path_check(e, o);
	bool read = checkpoint_read(e->checkpoint, &c);
	CLEANUP(buf_free) struct buf says = c.root;
	if (!read)
		return sign_refuse(o, SIGN_BAD_LOG_PROOF, "the log's checkpoint cannot be read");
	if (!path_root(e, root))
		return sign_refuse(o, SIGN_BAD_LOG_PROOF,
				   "the proof of inclusion has the wrong shape");
	if (!slice_eq(slice_bytes(root, sizeof(root)), buf_slice(&says)) ||
	    c.size != (uint64_t)e->tree_size)
		return sign_refuse(o, SIGN_BAD_LOG_PROOF,
				   "the proof of inclusion does not lead to the checkpoint");
	if (e->root_hash.len && !slice_eq(e->root_hash, buf_slice(&says)))
		return sign_refuse(o, SIGN_BAD_LOG_PROOF,
				   "the root of the proof is not that of the checkpoint");
	if (tiled && log->host.len && !origin_is(c.origin, log->host))
		return sign_refuse(o, SIGN_BAD_LOG_PROOF, "the checkpoint is of another log (%.*s)",
				   SL_FMT(c.origin));
	if (!note_is_signed(&c, log, tiled))
		return sign_refuse(o, SIGN_BAD_LOG_PROOF,
				   "the checkpoint is not signed by the log");
	return true;
}

/* The signed entry timestamp: canonical JSON of four fields. */
static bool promise_check(const struct sign_log_entry *e, const struct root_log *log,
			  struct sign_outcome *o)
{
	auto_buf struct buf text, id;
	buf_init(&text, 256 * MIB);
	buf_init(&id, KIB);
	char hex[2 * SHA256_LEN + 1];
	if (e->log_id.len != SHA256_LEN)
		return sign_refuse(o, SIGN_BAD_LOG_PROOF, "the log's id is broken");
	hex_text(bytes_of(e->log_id), SHA256_LEN, hex);
	buf_puts(&text, SL("{\"body\":\""));
	text_base64(&text, e->body);
	buf_printf(&text, "\",\"integratedTime\":%lld,\"logID\":\"%s\",\"logIndex\":%lld}",
		   (long long)e->time, hex, (long long)e->log_index);
	if (text.failed || !sign_bytes_good(log->key, buf_slice(&text), e->set))
		return sign_refuse(o, SIGN_BAD_LOG_PROOF,
				   "the log's promise of the entry is not its own");
	if (!log_valid_at(log, e->time))
		return sign_refuse(o, SIGN_BAD_LOG_PROOF,
				   "the log's key was not valid at the entry's time");
	return true;
}

static bool is_tiled(const struct sign_log_entry *e)
{
	return slice_is(e->version, "0.0.2") &&
	       (slice_is(e->kind, "hashedrekord") || slice_is(e->kind, "dsse"));
}

static bool entry_check(struct verify *v, const struct sign_log_entry *e,
			const struct root_log *log)
{
	bool tiled = is_tiled(e);
	if (!log->has_from)
		return sign_refuse(
		    v->o, SIGN_BAD_LOG_PROOF,
		    "the trusted root does not say since when the log's key is valid");
	if (e->set.len && !promise_check(e, log, v->o))
		return false;
	if (e->has_proof && !inclusion_check(e, log, tiled, v->o))
		return false;
	if (!e->set.len && !e->has_proof)
		return sign_refuse(v->o, SIGN_NO_LOG_PROOF,
				   "the log entry has neither promise nor proof");
	if (!rekor_agrees(v, e))
		return false;
	if (e->set.len && !tiled) {
		if (v->leaf && !cert_holds_at(v->leaf, e->time))
			return sign_refuse(
			    v->o, SIGN_EXPIRED_CERTIFICATE,
			    "the certificate was not valid when the signature was logged");
		v->times[v->n_times++] = e->time;
		v->o->log_time = e->time;
	}
	for (size_t i = 0; i < v->n_times && !e->set.len; i++)
		if (!log_valid_at(log, v->times[i]))
			return sign_refuse(
			    v->o, SIGN_BAD_LOG_PROOF,
			    "the log's key was not valid at the time of the signature");
	v->o->in_log = true;
	v->o->log_index = (uint64_t)e->log_index;
	return true;
}

/* Entries of logs that are not known neither count nor harm. */
bool log_check(struct verify *v)
{
	const struct sign_root *root = v->rules->root;
	for (size_t i = 0; root && i < v->b->n_entries; i++) {
		const struct sign_log_entry *e = &v->b->entries[i];
		const struct root_log *log = root_find(root->logs.ptr, root->logs.len, e->log_id);
		if (log && !entry_check(v, e, log))
			return false;
	}
	return true;
}
