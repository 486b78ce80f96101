/* SPDX-License-Identifier: Apache-2.0 */
/* sigstore's trusted_root.json: logs, certificate authorities, time stamp authorities, and when each was valid. */
#include "sign/verify_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#define MAX_ROOT    (4 * MIB)
#define MAX_PARTS   200
#define MAX_CHAIN   10
#define END_OF_TIME INT64_MAX

void sign_root_free(struct sign_root **ref)
{
	struct sign_root *r = *ref;
	if (!r)
		return;
	for (size_t i = 0; i < r->logs.len; i++)
		sign_free(&r->logs.ptr[i].key);
	for (size_t i = 0; i < r->ctlogs.len; i++)
		sign_free(&r->ctlogs.ptr[i].key);
	for (size_t i = 0; i < r->cas.len; i++)
		sk_X509_pop_free(r->cas.ptr[i].chain, X509_free);
	for (size_t i = 0; i < r->tsas.len; i++)
		sk_X509_pop_free(r->tsas.ptr[i].chain, X509_free);
	vec_free(&r->logs);
	vec_free(&r->ctlogs);
	vec_free(&r->cas);
	vec_free(&r->tsas);
	arena_free(&r->arena);
	free(r);
	*ref = NULL;
}

int sign_root_empty(struct sign_root **ret, struct err *err)
{
	struct sign_root *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	arena_init(&r->arena, 16 * MIB);
	*ret = r;
	return 0;
}

const struct root_log *root_find(const struct root_log *logs, size_t n, struct slice id)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(logs[i].id, id))
			return &logs[i];
	return NULL;
}

static int read_window(const struct node *valid, int64_t *from, int64_t *to, bool *has_from,
		       struct err *err)
{
	struct slice start = node_get_str(valid, "start"), end = node_get_str(valid, "end");
	*from = INT64_MIN;
	*to = END_OF_TIME;
	*has_from = start.len > 0;
	if ((start.len && time_parse(start, from) < 0) || (end.len && time_parse(end, to) < 0))
		return err_input(err, "a time of \"validFor\" is broken");
	return 0;
}

static struct slice host_of(struct slice url)
{
	ssize_t at = slice_find(url, SL("://"));
	struct slice rest = at < 0 ? url : slice_from(url, (size_t)at + 3), host = SL_NONE;
	slice_cut(&rest, '/', &host);
	return host;
}

static int from_base64(struct arena *a, struct slice text, struct slice *ret)
{
	auto_buf struct buf b;
	buf_init(&b, 16 * MIB);
	if (text_unbase64(text, &b) < 0)
		return -EINVAL;
	*ret = arena_dup(a, buf_slice(&b));
	return ret->ptr ? 0 : -ENOMEM;
}

static int read_log(struct sign_root *r, const struct node *n, struct root_log *l, struct err *err)
{
	const struct node *key = node_get(n, "publicKey");
	struct slice der = SL_NONE;
	bool has_key = from_base64(&r->arena, node_get_str(key, "rawBytes"), &der) == 0 && der.len;
	if (!has_key)
		return err_input(err, "\"publicKey\" is broken");
	TRY(read_window(node_get(key, "validFor"), &l->from, &l->to, &l->has_from, err));
	struct slice id = node_get_str(node_get(n, "logId"), "keyId");
	if (from_base64(&r->arena, id, &l->id) < 0 || l->id.len == 0)
		return err_input(err, "\"logId\" is broken");
	l->host = arena_dup(&r->arena, host_of(node_get_str(n, "baseUrl")));
	/* Of a kind that is not known: such a log counts for nothing. */
	struct err unknown;
	if (sign_public_der(der, &l->key, &unknown) < 0)
		l->key = NULL;
	return 0;
}

static int read_logs(struct sign_root *r, const struct node *list, const char *what, bool ct,
		     struct err *err)
{
	size_t i = 0;
	node_each (n, list) {
		struct root_log l = {0};
		if (i++ >= MAX_PARTS)
			return err_limit(err, "%s: more than %d", what, MAX_PARTS);
		if (read_log(r, n, &l, err) < 0)
			return err_wrap(err, "%s %zu", what, i);
		if (!l.key)
			continue;
		if ((ct ? vec_push(&r->ctlogs, l) : vec_push(&r->logs, l)) < 0) {
			sign_free(&l.key);
			return err_oom(err);
		}
	}
	return 0;
}

static int push_cert(STACK_OF(X509) * chain, struct slice der, struct err *err)
{
	auto_x509 *x = NULL;
	TRY(cert_read(der, &x, err));
	if (sk_X509_push(chain, x) <= 0)
		return err_oom(err);
	x = NULL;
	return 0;
}

static int read_chain(struct arena *a, const struct node *certs, STACK_OF(X509) * chain,
		      struct err *err)
{
	if (!certs || certs->count == 0 || certs->count > MAX_CHAIN)
		return err_input(err, "\"certChain\" has %u certificates (1 to %d are read)",
				 certs ? certs->count : 0, MAX_CHAIN);
	node_each (c, certs) {
		struct slice der = SL_NONE;
		if (from_base64(a, node_get_str(c, "rawBytes"), &der) < 0)
			return err_input(err, "a certificate is no base64");
		TRY(push_cert(chain, der, err));
	}
	return 0;
}

static int read_authorities(struct sign_root *r, const struct node *list, const char *what,
			    bool tsa, struct err *err)
{
	size_t i = 0;
	node_each (n, list) {
		bool unused = false;
		struct root_authority ra = {.chain = sk_X509_new_null()};
		const struct node *certs = node_get(node_get(n, "certChain"), "certificates");
		int got = !ra.chain	     ? err_oom(err)
			  : i++ >= MAX_PARTS ? err_limit(err, "more than %d", MAX_PARTS)
					     : read_chain(&r->arena, certs, ra.chain, err);
		if (got == 0)
			got = read_window(node_get(n, "validFor"), &ra.from, &ra.to, &unused, err);
		if (got == 0 && (tsa ? vec_push(&r->tsas, ra) : vec_push(&r->cas, ra)) < 0)
			got = err_oom(err);
		if (got < 0) {
			sk_X509_pop_free(ra.chain, X509_free);
			return err_wrap(err, "%s %zu", what, i);
		}
	}
	return 0;
}

int sign_root_read(struct slice json, struct sign_root **ret, struct err *err)
{
	auto_doc struct doc d;
	auto_root struct sign_root *r = NULL;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = MAX_ROOT};
	doc_init(&d);
	TRY(json_parse(&d, json, &lim, &top, err));
	if (!slice_starts(node_get_str(top, "mediaType"),
			  "application/vnd.dev.sigstore.trustedroot"))
		return err_input(err, "is no trusted root of sigstore: its mediaType is \"%.*s\"",
				 SL_FMT(node_get_str(top, "mediaType")));
	TRY(sign_root_empty(&r, err));
	TRY(read_logs(r, node_get(top, "tlogs"), "tlogs", false, err));
	TRY(read_logs(r, node_get(top, "ctlogs"), "ctlogs", true, err));
	TRY(read_authorities(r, node_get(top, "certificateAuthorities"), "certificateAuthorities",
			     false, err));
	TRY(read_authorities(r, node_get(top, "timestampAuthorities"), "timestampAuthorities", true,
			     err));
	*ret = take_ptr(&r);
	return 0;
}

static int add_chain(struct slice pem, STACK_OF(X509) * *ret, struct err *err)
{
	auto_bio *in = BIO_new_mem_buf(pem.len ? pem.ptr : "", (int)MIN(pem.len, MAX_ROOT));
	STACK_OF(X509) *chain = sk_X509_new_null();
	if (!in || !chain) {
		sk_X509_free(chain);
		return err_oom(err);
	}
	while (sk_X509_num(chain) < MAX_CHAIN) {
		X509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
		if (!x || sk_X509_push(chain, x) <= 0)
			break;
	}
	ERR_clear_error();
	if (sk_X509_num(chain) == 0) {
		sk_X509_free(chain);
		return err_input(err, "holds no certificate in PEM");
	}
	*ret = chain;
	return 0;
}

static int add_authority(struct sign_root *r, struct slice pem, bool tsa, struct err *err)
{
	struct root_authority ra = {.from = INT64_MIN, .to = END_OF_TIME};
	TRY(add_chain(pem, &ra.chain, err));
	if ((tsa ? vec_push(&r->tsas, ra) : vec_push(&r->cas, ra)) == 0)
		return 0;
	sk_X509_pop_free(ra.chain, X509_free);
	return err_oom(err);
}

int sign_root_add_ca(struct sign_root *r, struct slice pem, struct err *err)
{
	return add_authority(r, pem, false, err);
}

int sign_root_add_tsa(struct sign_root *r, struct slice pem, struct err *err)
{
	return add_authority(r, pem, true, err);
}

static int add_key(struct sign_root *r, struct slice pem, bool ct, struct err *err)
{
	struct root_log l = {.from = INT64_MIN, .to = END_OF_TIME, .has_from = true};
	char id[DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	TRY(sign_public(pem, &l.key, err));
	if (sign_id(l.key, id, err) < 0 || digest_parse(slice_str(id), sum) < 0) {
		sign_free(&l.key);
		return err->code;
	}
	l.id = arena_dup(&r->arena, slice_bytes(sum, sizeof(sum)));
	if (l.id.ptr && (ct ? vec_push(&r->ctlogs, l) : vec_push(&r->logs, l)) == 0)
		return 0;
	sign_free(&l.key);
	return err_oom(err);
}

int sign_root_add_log(struct sign_root *r, struct slice pem, struct err *err)
{
	return add_key(r, pem, false, err);
}

int sign_root_add_ctlog(struct sign_root *r, struct slice pem, struct err *err)
{
	return add_key(r, pem, true, err);
}

/* ---- for people ---- */

static void describe_window(int64_t from, int64_t to, struct buf *out)
{
	char text[TIME_TEXT];
	buf_puts(out, SL("  "));
	if (from != INT64_MIN) {
		time_text(from, text);
		buf_puts(out, slice_str(text));
	}
	buf_puts(out, SL(" to "));
	if (to != END_OF_TIME) {
		time_text(to, text);
		buf_puts(out, slice_str(text));
	} else {
		buf_puts(out, SL("now"));
	}
	buf_putc(out, '\n');
}

static void describe_logs(const struct root_log *logs, size_t n, const char *what, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%-24s%.*s, ", what, SL_FMT(logs[i].host));
		sign_describe(logs[i].key, out);
		describe_window(logs[i].from, logs[i].to, out);
	}
}

static void describe_authorities(const struct root_authority *all, size_t n, const char *what,
				 struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		char name[256] = "";
		X509_NAME_oneline(X509_get_subject_name(sk_X509_value(all[i].chain, 0)), name,
				  sizeof(name));
		buf_printf(out, "%-24s%s", what, name);
		describe_window(all[i].from, all[i].to, out);
	}
}

void sign_root_describe(const struct sign_root *r, struct buf *out)
{
	describe_authorities(r->cas.ptr, r->cas.len, "certificate authority", out);
	describe_logs(r->ctlogs.ptr, r->ctlogs.len, "log of certificates", out);
	describe_logs(r->logs.ptr, r->logs.len, "log", out);
	describe_authorities(r->tsas.ptr, r->tsas.len, "time stamp authority", out);
}
