/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the steps; each one refuses on its own, and only the end says "verified". */
#include "sign/verify_internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const words[] = {
#define WORD(name, word) [SIGN_##name] = word,
    SIGN_REASONS(WORD)};

const char *sign_reason_word(enum sign_reason r)
{
	return words[r];
}

bool sign_refuse(struct sign_outcome *o, enum sign_reason r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(o->text, sizeof(o->text), fmt, ap);
	va_end(ap);
	o->reason = r;
	return false;
}

void verify_done(struct verify *v)
{
	X509_free(v->leaf);
	sign_free(&v->key);
	sk_X509_pop_free(v->chain, X509_free);
	buf_free(&v->pae);
}

/* ---- who signed ---- */

/* A key that came along with the signature proves nothing; one that differs shows that somebody swapped it. */
static bool own_key_fits(struct verify *v)
{
	char id[DIGEST_TEXT];
	struct err err;
	if (v->b->key_id.len == 0)
		return true;
	if (sign_id(v->rules->key, id, &err) < 0)
		return sign_refuse(v->o, SIGN_INTERNAL, "%s", err.text);
	return slice_is(v->b->key_id, id) ||
	       sign_refuse(v->o, SIGN_WRONG_KEY,
			   "the key that came with the signature is not the one asked for");
}

/* The hint of a bundle: base64 of the key's SHA-256. */
static bool hint_is_other(const struct verify *v)
{
	auto_buf struct buf b;
	char id[DIGEST_TEXT], hex[2 * SHA256_LEN + 1];
	struct err err;
	buf_init(&b, KIB);
	if (v->leaf || text_unbase64(v->b->hint, &b) < 0 || b.len != SHA256_LEN ||
	    sign_id(v->key, id, &err) < 0)
		return false;
	hex_text((const unsigned char *)b.ptr, SHA256_LEN, hex);
	return !slice_is(slice_from(slice_str(id), 7), hex);
}
static bool take_key(struct verify *v)
{
	struct err err;
	if (v->b->n_certs && v->rules->key)
		return sign_refuse(v->o, SIGN_WRONG_KEY,
				   "it is signed with a certificate, not with the key");
	if (v->rules->key && !own_key_fits(v))
		return false;
	if (v->rules->key)
		return key_of(v->rules->key->key, &v->key, &err) == 0 ||
		       sign_refuse(v->o, SIGN_INTERNAL, "%s", err.text);
	if (!v->b->n_certs)
		return sign_refuse(
		    v->o, SIGN_WRONG_IDENTITY,
		    "it is signed with a key, not with a certificate - give the key by --key");
	if (cert_read(v->b->certs[0], &v->leaf, &err) < 0)
		return sign_refuse(v->o, SIGN_MALFORMED, "the certificate: %s", err.text);
	EVP_PKEY *p = X509_get0_pubkey(v->leaf);
	if (!p || key_of(p, &v->key, &err) < 0)
		return sign_refuse(v->o, SIGN_UNSUPPORTED,
				   "the certificate's key is not supported");
	v->o->certificate = v->b->certs[0];
	v->o->identity = cert_identity(v->leaf, v->a);
	v->o->issuer = cert_issuer(v->leaf, v->a);
	return true;
}

/* ---- what it covers ---- */
static bool take_covered(struct verify *v)
{
	struct err err;
	if (v->b->content == SIGN_CONTENT_MESSAGE) {
		v->covered = *v->artifact;
		struct slice has = sign_message_hash(v->artifact, v->b->digest_hash);
		if (v->b->digest.len && has.len && !slice_eq(has, v->b->digest))
			return sign_refuse(v->o, SIGN_WRONG_ARTIFACT, "it is of another content");
		return true;
	}
	sign_pae(v->b->payload_type, v->b->payload, &v->pae);
	if (v->pae.failed ||
	    sign_message_of(&v->covered, buf_slice(&v->pae), sign_hash_by_strength(v->key), &err) <
		0 ||
	    sign_message_add(&v->covered, SIGN_SHA256, &err) < 0)
		return sign_refuse(v->o, SIGN_INTERNAL, "the envelope is too large");
	return true;
}

static bool check_signature(struct verify *v)
{
	if (sign_is_good(v->key, &v->covered, v->b->signature))
		return true;
	if (v->key->kind == SIGN_ED25519 && !v->covered.has_content)
		return sign_refuse(v->o, SIGN_UNSUPPORTED,
				   "an Ed25519 signature needs the content, not its digest");
	if (hint_is_other(v))
		return sign_refuse(v->o, SIGN_WRONG_KEY, "it is signed with another key");
	return v->leaf
		   ? sign_refuse(v->o, SIGN_BAD_SIGNATURE, "the signature is not of this content")
		   : sign_refuse(v->o, SIGN_BAD_SIGNATURE,
				 "the signature is not this key's of this content");
}

/* ---- certificates ---- */
static bool chain_at(struct verify *v, int64_t t)
{
	const struct sign_root *root = v->rules->root;
	const char *why = "no certificate authority is trusted at that time";
	STACK_OF(X509) *found = NULL;
	for (size_t i = 0; i < root->cas.len && !found; i++) {
		const struct root_authority *ca = &root->cas.ptr[i];
		if (t >= ca->from && t <= ca->to)
			cert_leads_to(v->leaf, ca->chain, t, &found, &why);
	}
	if (!found)
		return sign_refuse(v->o, SIGN_UNTRUSTED_CERTIFICATE,
				   "the certificate leads to no trusted authority: %s", why);
	sk_X509_pop_free(v->chain, X509_free);
	v->chain = found;
	return true;
}

static bool check_certificate(struct verify *v)
{
	if (!cert_signs_code(v->leaf))
		return sign_refuse(v->o, SIGN_UNTRUSTED_CERTIFICATE,
				   "the certificate is not for signing code");
	/* Without any proof of the time, the certificate must hold now. */
	if (v->n_times == 0 && v->rules->ignore_log)
		v->times[v->n_times++] = v->rules->now;
	if (v->n_times == 0)
		return v->o->reason == SIGN_BAD_TIMESTAMP
			   ? false
			   : sign_refuse(v->o, SIGN_NO_TIMESTAMP,
					 "nothing proves when it was signed: no time of a log, no "
					 "time stamp");
	for (size_t i = 0; i < v->n_times; i++) {
		if (!cert_holds_at(v->leaf, v->times[i]))
			return sign_refuse(
			    v->o, SIGN_EXPIRED_CERTIFICATE,
			    "the certificate was not valid at the time of the signature");
		if (!chain_at(v, v->times[i]))
			return false;
	}
	X509 *issuer =
	    sk_X509_num(v->chain) > 1 ? sk_X509_value(v->chain, 1) : sk_X509_value(v->chain, 0);
	return v->rules->ignore_sct || sct_check(v->rules->root, v->leaf, issuer, v->o);
}

static bool text_fits(struct slice text, const char *expression, bool *broken)
{
	int code = 0;
	PCRE2_SIZE at = 0;
	pcre2_code *re =
	    pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
			  PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_UTF, &code, &at, NULL);
	*broken = !re;
	if (!re)
		return false;
	pcre2_match_data *md = pcre2_match_data_create_from_pattern(re, NULL);
	pcre2_match_context *mc = pcre2_match_context_create(NULL);
	bool fits = false;
	if (md && mc) {
		pcre2_set_match_limit(mc, 100000);
		fits = pcre2_match(re, (PCRE2_SPTR)text.ptr, text.len, 0, 0, md, mc) >= 0;
	}
	pcre2_match_context_free(mc);
	pcre2_match_data_free(md);
	pcre2_code_free(re);
	return fits;
}

static bool name_fits(struct slice found, const char *exact, const char *expression,
		      const char *what, enum sign_reason reason, struct sign_outcome *o)
{
	bool broken = false;
	if (exact && !slice_is(found, exact))
		return sign_refuse(o, reason, "its %s is %.*s, not %s", what, SL_FMT(found), exact);
	if (!expression || text_fits(found, expression, &broken))
		return true;
	return broken ? sign_refuse(o, reason, "the expression for the %s is broken", what)
		      : sign_refuse(o, reason, "its %s %.*s does not match %s as a whole", what,
				    SL_FMT(found), expression);
}

static bool check_extensions(struct verify *v)
{
	static const char *const names[SIGN_EXTENSIONS] = {
	    [1] = "issuer",	   [2] = "workflow trigger",	[3] = "workflow sha",
	    [4] = "workflow name", [5] = "workflow repository", [6] = "workflow ref"};
	for (unsigned i = 1; i < SIGN_EXTENSIONS; i++)
		if (v->rules->extension[i] &&
		    !name_fits(cert_fulcio(v->leaf, i, v->a), v->rules->extension[i], NULL,
			       names[i], SIGN_WRONG_IDENTITY, v->o))
			return false;
	return true;
}

static bool check_identity(struct verify *v)
{
	const struct sign_rules *r = v->rules;
	if (!r->identity && !r->identity_regexp)
		return sign_refuse(v->o, SIGN_WRONG_IDENTITY, "no identity is asked for");
	if (v->o->identity.len == 0)
		return sign_refuse(v->o, SIGN_WRONG_IDENTITY, "the certificate names nobody");
	return name_fits(v->o->identity, r->identity, r->identity_regexp, "identity",
			 SIGN_WRONG_IDENTITY, v->o) &&
	       name_fits(v->o->issuer, r->issuer, r->issuer_regexp, "issuer", SIGN_WRONG_ISSUER,
			 v->o) &&
	       check_extensions(v);
}

/* ---- what is said of what ---- */
static bool subject_is_artifact(const struct verify *v, const struct sign_statement *s)
{
	static const char *const names[SIGN_HASHES] = {"sha256", "sha384", "sha512"};
	for (unsigned h = 0; h < SIGN_HASHES; h++) {
		char text[8 + 2 * SIGN_HASH_MAX + 1], hex[2 * SIGN_HASH_MAX + 1];
		if (!v->artifact->has[h])
			continue;
		hex_text(v->artifact->hash[h], sign_hash_size((enum sign_hash)h), hex);
		snprintf(text, sizeof(text), "%s:%s", names[h], hex);
		if (sign_statement_names(s, slice_str(text)))
			return true;
	}
	return false;
}

static bool check_statement(struct verify *v)
{
	auto_doc struct doc d;
	struct sign_statement s;
	struct err err;
	doc_init(&d);
	if (v->b->content != SIGN_CONTENT_ENVELOPE)
		return true;
	if (!slice_is(v->b->payload_type, SIGN_PAYLOAD_INTOTO))
		return sign_refuse(v->o, SIGN_UNSUPPORTED,
				   "the envelope holds %.*s, not a statement",
				   SL_FMT(v->b->payload_type));
	if (sign_statement_read(v->b->payload, &d, &s, &err) < 0)
		return sign_refuse(v->o, SIGN_MALFORMED, "%s", err.text);
	if (!subject_is_artifact(v, &s))
		return sign_refuse(v->o, SIGN_WRONG_ARTIFACT,
				   "the statement is about something else");
	if (!v->rules->any_predicate &&
	    !sign_predicate_fits(v->rules->predicate_type, s.predicate_type))
		return sign_refuse(v->o, SIGN_PREDICATE_MISMATCH, "it says %.*s, asked for is %.*s",
				   SL_FMT(s.predicate_type),
				   SL_FMT(v->rules->predicate_type.len ? v->rules->predicate_type
								       : SL("a signature")));
	return true;
}

/* A certificate needs a log; a key needs one when a trusted root is given. */
static bool check_log(struct verify *v)
{
	const struct sign_rules *r = v->rules;
	if (v->leaf && !r->root)
		return sign_refuse(v->o, SIGN_UNTRUSTED_CERTIFICATE,
				   "no trusted root is given - --trusted-root names it");
	stamps_check(v);
	if (r->ignore_log && !r->root)
		return true;
	if (!log_check(v))
		return false;
	if (v->o->in_log || r->ignore_log || !r->root)
		return true;
	return sign_refuse(v->o, SIGN_NO_LOG_PROOF,
			   v->b->n_entries ? "no log entry is of a log that is trusted"
					   : "it has no entry of a transparency log");
}

bool verify_signer(struct verify *v)
{
	return take_key(v) && take_covered(v) && check_signature(v);
}

bool verify_proofs(struct verify *v)
{
	return check_log(v) && (!v->leaf || check_certificate(v));
}

bool sign_verify(const struct sign_bundle *b, struct sign_message *m,
		 const struct sign_rules *rules, struct arena *a, struct sign_outcome *o)
{
	CLEANUP(verify_done)
	struct verify v = {.b = b, .rules = rules, .artifact = m, .a = a, .o = o};
	char id[DIGEST_TEXT];
	struct err err;
	*o = (struct sign_outcome){.reason = SIGN_INTERNAL};
	buf_init(&v.pae, 2 * SIGN_MAX_BUNDLE);
	if (!verify_signer(&v) || !verify_proofs(&v))
		return false;
	if (v.leaf && !check_identity(&v))
		return false;
	if (!check_statement(&v))
		return false;
	if (sign_id(v.key, id, &err) < 0)
		return sign_refuse(o, SIGN_INTERNAL, "%s", err.text);
	o->key_id = arena_dup(a, slice_str(id));
	o->reason = SIGN_VERIFIED;
	o->text[0] = '\0';
	return true;
}

/* The hashes that its subjects are named by: npm's have SHA-512 alone. */
static void statement_needs(struct slice payload, struct sign_needs *ret)
{
	auto_doc struct doc d;
	struct sign_statement s;
	struct err ignored;
	doc_init(&d);
	if (sign_statement_read(payload, &d, &s, &ignored) < 0)
		return;
	node_each (subject, s.subjects) {
		const struct node *digest = node_get(subject, "digest");
		ret->hash[SIGN_SHA384] |= node_get_str(digest, "sha384").len > 0;
		ret->hash[SIGN_SHA512] |= node_get_str(digest, "sha512").len > 0;
	}
}

int sign_bundle_needs(const struct sign_bundle *b, const struct sign_key *key,
		      struct sign_needs *ret, struct err *err)
{
	auto_x509 *leaf = NULL;
	auto_key struct sign_key *own = NULL;
	*ret = (struct sign_needs){.hash[SIGN_SHA256] = true};
	if (b->content == SIGN_CONTENT_ENVELOPE) {
		statement_needs(b->payload, ret);
		return 0;
	}
	if (!key && b->n_certs) {
		if (cert_read(b->certs[0], &leaf, err) < 0)
			return err_wrap(err, "certificate");
		EVP_PKEY *p = X509_get0_pubkey(leaf);
		if (!p)
			return err_input(err, "certificate: its key is not supported");
		TRY(key_of(p, &own, err));
		key = own;
	}
	if (key) {
		ret->content = sign_kind(key) == SIGN_ED25519;
		ret->hash[sign_hash_by_strength(key)] = true;
	}
	if (b->digest.len) {
		memset(ret->hash, 0, sizeof(ret->hash));
		ret->hash[b->digest_hash] = true;
	}
	return 0;
}
