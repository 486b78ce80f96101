/* SPDX-License-Identifier: Apache-2.0 */
/* COSE_Sign1 (RFC 9052) as Notation uses it. */
#include "sign/notation_internal.h"

#define TAG_SIGN1      18
#define TAG_EPOCH      1
#define LABEL_ALG      1
#define LABEL_CRIT     2
#define LABEL_TYPE     3
#define LABEL_X5CHAIN  33
#define MAX_ATTRIBUTES 100

/* RFC 9053 2.1, RFC 8230 2; the numbers are n of -1 - n. */
static const struct {
	uint64_t number;
	enum sign_hash hash;
	bool pss;
} algorithms[] = {{36, SIGN_SHA256, true}, {37, SIGN_SHA384, true},  {38, SIGN_SHA512, true},
		  {6, SIGN_SHA256, false}, {34, SIGN_SHA384, false}, {35, SIGN_SHA512, false}};

/* A name of an attribute: a number or a text. */
struct label {
	bool number;
	int64_t value;
	struct slice text;
};

static int read_label(struct reader *r, struct label *ret, struct err *err)
{
	struct cbor_item item;
	TRY(cbor_read(r, &item, err));
	*ret = (struct label){.number = item.type != CBOR_TEXT, .text = item.bytes};
	if (item.type == CBOR_TEXT)
		return 0;
	if ((item.type != CBOR_UINT && item.type != CBOR_NEGATIVE) || item.value > INT32_MAX)
		return err_input(err, "an attribute has a name that is neither number nor text");
	ret->value = item.type == CBOR_UINT ? (int64_t)item.value : -1 - (int64_t)item.value;
	return 0;
}

static bool label_eq(const struct label *a, const struct label *b)
{
	return a->number == b->number &&
	       (a->number ? a->value == b->value : slice_eq(a->text, b->text));
}

static int read_time(struct reader *r, int64_t *ret, struct err *err)
{
	struct cbor_item item;
	TRY(cbor_expect(r, CBOR_TAG, "a time", &item, err));
	if (item.value != TAG_EPOCH)
		return err_input(err, "a time has tag %llu, not 1", (unsigned long long)item.value);
	TRY(cbor_expect(r, CBOR_UINT, "a time", &item, err));
	if (item.value > INT64_MAX)
		return err_input(err, "a time is out of range");
	*ret = (int64_t)item.value;
	return 0;
}

static int read_algorithm(struct reader *r, struct attrs *at, struct err *err)
{
	struct cbor_item item;
	TRY(cbor_expect(r, CBOR_NEGATIVE, "the algorithm", &item, err));
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].number == item.value) {
			at->n->hash = algorithms[i].hash;
			at->n->pss = algorithms[i].pss;
			at->seen |= BIT_ALGORITHM;
			return 0;
		}
	return err_input(err, "the algorithm -%llu is not one of Notation's",
			 (unsigned long long)item.value + 1);
}

static int read_critical(struct reader *r, struct attrs *at, struct arena *a, struct err *err)
{
	struct cbor_item list;
	TRY(cbor_expect(r, CBOR_ARRAY, "\"crit\"", &list, err));
	for (uint64_t i = 0; i < list.value; i++) {
		struct label l;
		TRY(read_label(r, &l, err));
		/* Labels of COSE that are read here are understood, whoever calls them critical. */
		if (l.number && (l.value == LABEL_ALG || l.value == LABEL_TYPE))
			continue;
		struct slice name = l.number ? arena_printf(a, "%lld", (long long)l.value) : l.text;
		attr_critical(at, l.number ? 0 : attr_bit(l.text), name);
	}
	return 0;
}

static int read_numbered(struct reader *r, int64_t label, struct attrs *at, struct arena *a,
			 struct err *err)
{
	struct cbor_item item;
	switch (label) {
	case LABEL_ALG:
		return read_algorithm(r, at, err);
	case LABEL_CRIT:
		return read_critical(r, at, a, err);
	case LABEL_TYPE:
		TRY(cbor_expect(r, CBOR_TEXT, "the content type", &item, err));
		at->n->content_type = item.bytes;
		at->seen |= BIT_CONTENT_TYPE;
		return 0;
	default:
		return cbor_skip(r, 0, err);
	}
}

static int read_named(struct reader *r, struct slice name, struct attrs *at, struct err *err)
{
	struct cbor_item item;
	int64_t t = 0;
	unsigned bit = attr_bit(name);
	if (bit & (BIT_TIME | BIT_AUTHENTIC | BIT_EXPIRY)) {
		TRY(read_time(r, &t, err));
		attr_time(at, bit, t);
		return 0;
	}
	if (!bit)
		return cbor_skip(r, 0, err);
	TRY(cbor_expect(r, CBOR_TEXT, "an attribute of Notation", &item, err));
	at->seen |= bit;
	if (bit == BIT_PLUGIN)
		at->n->plugin = item.bytes;
	return bit == BIT_SCHEME ? attr_scheme(at, item.bytes, err) : 0;
}

/* Calls for each attribute of a map; one twice is refused (RFC 9052 3). */
static int each_attribute(struct reader *r, struct arena *a, struct attrs *at,
			  int (*call)(struct reader *r, const struct label *l, struct attrs *at,
				      struct arena *a, struct err *err),
			  struct err *err)
{
	struct cbor_item map;
	TRY(cbor_expect(r, CBOR_MAP, "a header", &map, err));
	if (map.value > MAX_ATTRIBUTES)
		return err_limit(err, "a header has more than %d attributes", MAX_ATTRIBUTES);
	struct label *seen = arena_array(a, (size_t)map.value + 1, sizeof(*seen));
	if (!seen)
		return err_oom(err);
	for (size_t i = 0; i < map.value; i++) {
		TRY(read_label(r, &seen[i], err));
		for (size_t k = 0; k < i; k++)
			if (label_eq(&seen[i], &seen[k]))
				return err_input(err, "an attribute stands twice in a header");
		TRY(call(r, &seen[i], at, a, err));
	}
	return 0;
}

static int protected_one(struct reader *r, const struct label *l, struct attrs *at, struct arena *a,
			 struct err *err)
{
	return l->number ? read_numbered(r, l->value, at, a, err) : read_named(r, l->text, at, err);
}

/* RFC 9360 2: one certificate, or an array of them. */
static int read_chain(struct reader *r, struct sign_notation *n, struct arena *a, struct err *err)
{
	struct cbor_item item;
	TRY(cbor_read(r, &item, err));
	bool one = item.type == CBOR_BYTES;
	uint64_t count = one ? 1 : item.value;
	if (!one && item.type != CBOR_ARRAY)
		return err_input(err, "the certificates are no array");
	if (count == 0 || count > SIGN_MAX_CHAIN)
		return err_input(err, "it has %llu certificates (1 to %d are read)",
				 (unsigned long long)count, SIGN_MAX_CHAIN);
	n->certs = arena_array(a, (size_t)count, sizeof(*n->certs));
	if (!n->certs)
		return err_oom(err);
	for (uint64_t i = 0; i < count; i++) {
		if (!one)
			TRY(cbor_expect(r, CBOR_BYTES, "a certificate", &item, err));
		n->certs[n->n_certs++] = item.bytes;
	}
	return 0;
}

static int unprotected_one(struct reader *r, const struct label *l, struct attrs *at,
			   struct arena *a, struct err *err)
{
	struct cbor_item item;
	if (l->number)
		return l->value == LABEL_X5CHAIN ? read_chain(r, at->n, a, err)
						 : cbor_skip(r, 0, err);
	if (slice_is(l->text, ATTR_STAMP)) {
		TRY(cbor_expect(r, CBOR_BYTES, "the time stamp", &item, err));
		at->n->stamp = item.bytes;
		return 0;
	}
	if (slice_is(l->text, ATTR_AGENT)) {
		TRY(cbor_expect(r, CBOR_TEXT, "the signing agent", &item, err));
		at->n->agent = item.bytes;
		return 0;
	}
	return cbor_skip(r, 0, err);
}

/* RFC 9052 4.4: what the signature is over. */
static void to_be_signed(struct slice protected, struct slice payload, struct buf *out)
{
	cbor_head(out, CBOR_ARRAY, 4);
	cbor_text(out, SL("Signature1"));
	cbor_bytes(out, protected);
	cbor_bytes(out, SL(""));
	cbor_bytes(out, payload);
}

static int read_parts(struct reader *r, struct slice *protected, struct attrs *at, struct arena *a,
		      struct err *err)
{
	struct cbor_item item;
	TRY(cbor_expect(r, CBOR_TAG, "the envelope", &item, err));
	if (item.value != TAG_SIGN1)
		return err_input(err, "the envelope has tag %llu, not 18 (COSE_Sign1)",
				 (unsigned long long)item.value);
	TRY(cbor_expect(r, CBOR_ARRAY, "the envelope", &item, err));
	if (item.value != 4)
		return err_input(err, "the envelope has %llu parts, not 4",
				 (unsigned long long)item.value);
	TRY(cbor_expect(r, CBOR_BYTES, "the protected header", &item, err));
	*protected = item.bytes;
	TRY(each_attribute(r, a, at, unprotected_one, err));
	TRY(cbor_expect(r, CBOR_BYTES, "the payload", &item, err));
	at->n->payload = item.bytes;
	TRY(cbor_expect(r, CBOR_BYTES, "the signature", &item, err));
	at->n->signature = item.bytes;
	return r->rest.len ? err_input(err, "there are %zu bytes behind the envelope", r->rest.len)
			   : 0;
}

int cose_read(struct slice bytes, struct arena *a, struct sign_notation *n, struct err *err)
{
	auto_buf struct buf tbs;
	struct attrs at = {.n = n};
	struct slice protected;
	struct slice kept = arena_dup(a, bytes);
	struct reader r = rd_init(kept);
	buf_init(&tbs, 2 * SIGN_MAX_NOTATION);
	if (!kept.ptr)
		return err_oom(err);
	TRY(read_parts(&r, &protected, &at, a, err));
	if (n->n_certs == 0)
		return err_input(err, "it has no certificates");
	struct reader inner = rd_init(protected);
	TRY(each_attribute(&inner, a, &at, protected_one, err));
	if (inner.rest.len)
		return err_input(err, "there are bytes behind the protected header");
	TRY(attrs_end(&at, err));
	to_be_signed(protected, n->payload, &tbs);
	n->signed_bytes = arena_dup(a, buf_slice(&tbs));
	return n->signed_bytes.ptr ? 0 : err_oom(err);
}

/* ---- writing ---- */

static int64_t algorithm_of(const struct sign_key *k, enum sign_hash h)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].hash == h && algorithms[i].pss == (k->kind == SIGN_RSA))
			return -1 - (int64_t)algorithms[i].number;
	return 0;
}

static void write_time(struct buf *out, const char *name, int64_t t)
{
	cbor_text(out, slice_str(name));
	cbor_head(out, CBOR_TAG, TAG_EPOCH);
	cbor_int(out, t);
}

/* In the order of RFC 8949 4.2.1: the same content gives the same bytes. */
static void write_protected(const struct sign_notation_job *j, enum sign_hash h, struct buf *out)
{
	bool expires = j->expiry != 0;
	cbor_head(out, CBOR_MAP, expires ? 6 : 5);
	cbor_int(out, LABEL_ALG);
	cbor_int(out, algorithm_of(j->key, h));
	cbor_int(out, LABEL_CRIT);
	cbor_head(out, CBOR_ARRAY, expires ? 2 : 1);
	cbor_text(out, SL(ATTR_SCHEME));
	if (expires)
		cbor_text(out, SL(ATTR_EXPIRY));
	cbor_int(out, LABEL_TYPE);
	cbor_text(out, SL(SIGN_NOTATION_PAYLOAD));
	if (expires)
		write_time(out, ATTR_EXPIRY, j->expiry);
	write_time(out, ATTR_TIME, j->now);
	cbor_text(out, SL(ATTR_SCHEME));
	cbor_text(out, SL(SCHEME_X509));
}

int cose_write(const struct sign_notation_job *j, struct slice payload, struct buf *out,
	       struct err *err)
{
	auto_buf struct buf protected, tbs, signature, stamp;
	enum sign_hash h;
	buf_init(&protected, 64 * KIB);
	buf_init(&tbs, 2 * SIGN_MAX_NOTATION);
	buf_init(&signature, 2 * SIGN_MAX);
	buf_init(&stamp, MIB);
	TRY(sign_notation_hash(j->key, &h, err));
	write_protected(j, h, &protected);
	to_be_signed(buf_slice(&protected), payload, &tbs);
	if (protected.failed || tbs.failed)
		return err_limit(err, "what is signed is over %zu bytes", 2 * SIGN_MAX_NOTATION);
	TRY(notation_sign(j->key, buf_slice(&tbs), &signature, err));
	TRY(notation_stamp(j, buf_slice(&signature), &stamp, err));
	cbor_head(out, CBOR_TAG, TAG_SIGN1);
	cbor_head(out, CBOR_ARRAY, 4);
	cbor_bytes(out, buf_slice(&protected));
	cbor_head(out, CBOR_MAP, stamp.len ? 3 : 2);
	cbor_int(out, LABEL_X5CHAIN);
	cbor_head(out, CBOR_ARRAY, j->n_certs);
	for (size_t i = 0; i < j->n_certs; i++)
		cbor_bytes(out, j->certs[i]);
	cbor_text(out, SL(ATTR_AGENT));
	cbor_text(out, SL("strake"));
	if (stamp.len) {
		cbor_text(out, SL(ATTR_STAMP));
		cbor_bytes(out, buf_slice(&stamp));
	}
	cbor_bytes(out, payload);
	cbor_bytes(out, buf_slice(&signature));
	return out->failed ? err_oom(err) : 0;
}
