/* SPDX-License-Identifier: Apache-2.0 */
/* TUF's keys and signatures: hex and PEM as the specification has them, base64 and certificates as Notary 1 has them. */
#include "sign/tuf_internal.h"

#define MAX_SIGNATURES 100
#define MAX_MEMBERS    10000

/* ---- canonical JSON ---- */

static void put_string(struct buf *out, struct slice s)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"' || s.ptr[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, s.ptr[i]);
	}
	buf_putc(out, '"');
}

static int put_number(struct buf *out, struct slice s, struct err *err)
{
	struct slice digits = slice_starts(s, "-") ? slice_from(s, 1) : s;
	for (size_t i = 0; i < digits.len; i++)
		if (!is_digit(digits.ptr[i]))
			return err_input(err, "the number %.*s is not whole", SL_FMT(s));
	buf_puts(out, slice_is(s, "-0") ? digits : s);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp((*(const struct node *const *)a)->key,
			 (*(const struct node *const *)b)->key);
}

static int put_object(struct buf *out, const struct node *n, struct err *err)
{
	size_t count = 0;
	if (n->count > MAX_MEMBERS)
		return err_limit(err, "an object has more than %d members", MAX_MEMBERS);
	auto_free const struct node **all = calloc(n->count + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	node_each (m, n)
		all[count++] = m;
	qsort(all, count, sizeof(struct node *), by_name);
	buf_putc(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		put_string(out, all[i]->key);
		buf_putc(out, ':');
		TRY(tuf_canonical(all[i], out, err));
	}
	buf_putc(out, '}');
	return 0;
}

/* As deep as the parser let it be. */
int tuf_canonical(const struct node *n, struct buf *out, struct err *err)
{
	switch (n->type) {
	case NODE_STRING:
		put_string(out, n->str);
		break;
	case NODE_NUMBER:
		TRY(put_number(out, n->str, err));
		break;
	case NODE_OBJECT:
		TRY(put_object(out, n, err));
		break;
	case NODE_ARRAY:
		buf_putc(out, '[');
		node_each (m, n) {
			if (m != n->first)
				buf_putc(out, ',');
			TRY(tuf_canonical(m, out, err));
		}
		buf_putc(out, ']');
		break;
	case NODE_NULL:
		buf_puts(out, SL("null"));
		break;
	case NODE_BOOL:
	default:
		buf_puts(out, node_true(n) ? SL("true") : SL("false"));
		break;
	}
	return out->failed ? err_limit(err, "the document is too large") : 0;
}

/* ---- keys ---- */

static int nibble(char c)
{
	return is_digit(c)	      ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool from_hex(struct slice text, struct buf *out)
{
	for (size_t i = 0; i + 1 < text.len; i += 2) {
		int high = nibble(text.ptr[i]), low = nibble(text.ptr[i + 1]);
		if (high < 0 || low < 0)
			return false;
		buf_putc(out, (char)(high << 4 | low));
	}
	return text.len && text.len % 2 == 0 && !out->failed;
}

/* A bare point or Ed25519 key becomes a SubjectPublicKeyInfo (RFC 5480, RFC 8410) by what stands before it. */
static int from_raw(struct slice raw, struct sign_key **ret, struct err *err)
{
	static const unsigned char p256[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
					     0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
					     0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
	static const unsigned char ed25519[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
						0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	auto_buf struct buf der;
	buf_init(&der, KIB);
	if (raw.len == 65)
		buf_put(&der, p256, sizeof(p256));
	else if (raw.len == 32)
		buf_put(&der, ed25519, sizeof(ed25519));
	else
		return err_input(err, "a key of %zu bytes is none we know", raw.len);
	buf_puts(&der, raw);
	return sign_public_der(buf_slice(&der), ret, err);
}

static int read_key(const struct node *key, struct sign_key **ret, struct err *err)
{
	auto_buf struct buf b;
	struct slice text = node_get_str(node_get(key, "keyval"), "public");
	buf_init(&b, 64 * KIB);
	if (slice_find(text, SL("-----BEGIN ")) >= 0)
		return sign_public(text, ret, err);
	if ((text.len == 64 || text.len == 130) && from_hex(text, &b))
		return from_raw(buf_slice(&b), ret, err);
	buf_clear(&b);
	if (text_unbase64(text, &b) < 0 || b.len == 0)
		return err_input(err, "a key is neither PEM, hex nor base64");
	struct slice bytes = buf_slice(&b);
	if (slice_find(bytes, SL("-----BEGIN ")) >= 0)
		return sign_public(bytes, ret, err);
	return bytes.len == 32 ? from_raw(bytes, ret, err) : sign_public_der(bytes, ret, err);
}

/* ---- signatures ---- */

static bool by_digest(const struct sign_key *k, struct slice data, struct slice sig, bool pss)
{
	unsigned char sum[SHA256_LEN];
	struct err ignored;
	if (sha256_of(data, sum, &ignored) < 0)
		return false;
	struct slice digest = slice_bytes(sum, sizeof(sum));
	return pss ? key_verify(k, SIGN_SHA256, PAD_PSS, digest, sig)
		   : key_verify_raw(k, SIGN_SHA256, digest, sig);
}

static bool by_strength(const struct sign_key *k, struct slice data, struct slice sig)
{
	struct sign_message m;
	struct err ignored;
	return sign_message_of(&m, data, sign_hash_by_strength(k), &ignored) == 0 &&
	       sign_is_good(k, &m, sig);
}

/* Notary: the method stands beside the signature, in base64. TUF: the scheme stands beside the key, in hex. */
static bool is_good(const struct sign_key *k, const struct node *key, const struct node *one,
		    struct slice data)
{
	auto_buf struct buf sig;
	struct slice text = node_get_str(one, "sig"), method = node_get_str(one, "method"),
		     scheme = node_get_str(key, "scheme");
	buf_init(&sig, 16 * KIB);
	if (method.len ? text_unbase64(text, &sig) < 0 : !from_hex(text, &sig))
		return false;
	struct slice bytes = buf_slice(&sig);
	bool rsa = sign_kind(k) == SIGN_RSA, edwards = sign_kind(k) == SIGN_ED25519;
	if (slice_is(method, "ecdsa"))
		return !rsa && !edwards && by_digest(k, data, bytes, false);
	if (slice_is(method, "rsapss") ||
	    (!method.len && slice_starts(scheme, "rsassa-pss-sha256")))
		return rsa && by_digest(k, data, bytes, true);
	if (slice_is(method, "rsapkcs1v15"))
		return rsa && sign_bytes_good(k, data, bytes);
	if (slice_is(method, "eddsa"))
		return edwards && sign_bytes_good(k, data, bytes);
	return !method.len && by_strength(k, data, bytes);
}

static bool is_listed(const struct node *ids, struct slice id)
{
	node_each (one, ids)
		if (slice_eq(node_str(one), id))
			return true;
	return false;
}

/* One key under two names is one key. */
static bool is_new(char (*seen)[DIGEST_TEXT], size_t n, const struct sign_key *k)
{
	struct err ignored;
	if (sign_id(k, seen[n], &ignored) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(seen[i], seen[n]) == 0)
			return false;
	return true;
}

int tuf_signed_by(const struct node *top, const struct tuf_signers *who, struct err *err)
{
	auto_buf struct buf data;
	char seen[MAX_SIGNATURES + 1][DIGEST_TEXT];
	size_t good = 0;
	const struct node *list = node_get(top, "signatures"), *says = node_get(top, "signed");
	buf_init(&data, 2 * TUF_MAX_TARGETS);
	if (!node_is(list, NODE_ARRAY) || list->count > MAX_SIGNATURES)
		return err_input(err, "\"signatures\" is no list of at most %d", MAX_SIGNATURES);
	if (!node_is(says, NODE_OBJECT) || who->threshold == 0)
		return err_input(err, "nothing is signed, or by nobody");
	TRY(tuf_canonical(says, &data, err));
	node_each (one, list) {
		auto_key struct sign_key *k = NULL;
		struct err ignored;
		struct slice id = node_get_str(one, "keyid");
		const struct node *key = node_member(who->keys, id);
		if (!id.len || !key || !is_listed(who->ids, id) || read_key(key, &k, &ignored) < 0)
			continue;
		if (is_good(k, key, one, buf_slice(&data)) && is_new(seen, good, k))
			good++;
	}
	if (good < who->threshold)
		return err_input(err, "%zu good signatures of %llu that it needs", good,
				 (unsigned long long)who->threshold);
	return 0;
}
