/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_testing.h"

#include <stdio.h>
#include <zlib.h>

static const char *const classes[][2] = {
    {"alnum", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
    {"alpha", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
    {"digit", "0123456789"},
    {"hex", "0123456789abcdef"},
    {"HEX", "0123456789ABCDEF"},
    {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
    {"lower", "abcdefghijklmnopqrstuvwxyz0123456789"},
    {"b32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
    {"b32low", "abcdefghijklmnopqrstuvwxyz234567"},
    {"b58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"},
    {"b64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"},
    {"url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
    {"bech", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"},
};
static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static uint32_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Every digit once before any comes twice: short ones have entropy, too. */
static void put_digits(struct buf *out, const char *digits, size_t n, uint64_t *state)
{
	size_t many = strlen(digits);
	char pool[80];
	for (size_t i = 0; i < n; i++) {
		if (i % many == 0) {
			memcpy(pool, digits, many);
			for (size_t k = many - 1; k > 0; k--) {
				size_t x = next(state) % (k + 1);
				char c = pool[k];
				pool[k] = pool[x];
				pool[x] = c;
			}
		}
		buf_putc(out, pool[i % many]);
	}
}

static void put_uuid(struct buf *out, uint64_t *state)
{
	static const size_t parts[] = {8, 4, 4, 4, 12};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (i)
			buf_putc(out, '-');
		put_digits(out, classes[3][1], parts[i], state);
	}
}

static void put_base64(struct buf *out, struct slice text, bool is_url)
{
	struct buf b;
	buf_init(&b, MIB);
	text_base64(&b, text);
	while (is_url && b.len && b.ptr[b.len - 1] == '=')
		b.len--;
	for (size_t i = 0; is_url && i < b.len; i++)
		b.ptr[i] = b.ptr[i] == '+' ? '-' : b.ptr[i] == '/' ? '_' : b.ptr[i];
	buf_puts(out, buf_slice(&b));
	buf_free(&b);
}

static void put_jwt(struct buf *out, uint64_t *state)
{
	put_base64(out, SL("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), true);
	buf_putc(out, '.');
	put_base64(out, SL("{\"sub\":\"1234567890\",\"name\":\"J\"}"), true);
	buf_putc(out, '.');
	put_digits(out, classes[0][1], 43, state);
}

/* A sequence of the right length with nothing of sense in it. */
static void put_pem(struct buf *out, struct slice label, const char *line_end, uint64_t *state)
{
	unsigned char der[304] = {0x30, 0x82, 0x01, 0x2c};
	struct buf b;
	for (size_t i = 4; i < sizeof(der); i++)
		der[i] = (unsigned char)next(state);
	buf_init(&b, MIB);
	text_base64(&b, slice_of(der, sizeof(der)));
	buf_printf(out, "-----BEGIN %.*s-----%s", SL_FMT(label), line_end);
	for (size_t i = 0; i < b.len; i += 64)
		buf_printf(out, "%.*s%s", SL_FMT(slice_sub(buf_slice(&b), i, 64)), line_end);
	buf_printf(out, "-----END %.*s-----", SL_FMT(label));
	buf_free(&b);
}

static void put_crc(struct buf *out, size_t n, uint64_t *state)
{
	char sum[7] = "";
	size_t from = out->len;
	put_digits(out, classes[0][1], n, state);
	if (out->failed)
		return;
	uint64_t v = crc32(0, (const Bytef *)slice_from(buf_slice(out), from).ptr, (uInt)n);
	for (size_t i = 6; i-- > 0; v /= 62)
		sum[i] = base62[v % 62];
	buf_put(out, sum, 6);
}

static bool put_named(struct buf *out, struct slice name, struct slice more, uint64_t *state)
{
	uint64_t n = 0;
	if (slice_u64(more, 10, &n) < 0 || n > 10000)
		n = 0;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (slice_is(name, classes[i][0]) && n) {
			put_digits(out, classes[i][1], n, state);
			return true;
		}
	if (slice_is(name, "uuid"))
		put_uuid(out, state);
	else if (slice_is(name, "jwt"))
		put_jwt(out, state);
	else if (slice_is(name, "auth64"))
		put_base64(out, SL("jane:kT8vQ2zLw5"), false);
	else if (slice_is(name, "crc"))
		put_crc(out, n, state);
	else if (slice_is(name, "pem"))
		put_pem(out, more, "\n", state);
	else if (slice_is(name, "pemline"))
		put_pem(out, more, "\\n", state);
	else
		return false;
	return true;
}

void secret_expand(struct slice text, struct buf *out)
{
	uint64_t state = slice_hash(text);
	for (size_t i = 0; i < text.len; i++) {
		struct slice rest = slice_from(text, i);
		ssize_t end = text.ptr[i] == '{' ? slice_chr(rest, '}') : -1;
		struct slice inner = slice_sub(rest, 1, end > 0 ? (size_t)end - 1 : 0), name;
		if (end > 1 && slice_cut(&inner, ':', &name) && put_named(out, name, inner, &state))
			i += (size_t)end;
		else
			buf_putc(out, text.ptr[i]);
	}
}

static void keep(char *out, size_t cap, struct slice s)
{
	snprintf(out, cap, "%.*s", SL_FMT(s));
}

int secret_tell(void *arg, const struct secret_found *f, struct err *err)
{
	struct secret_told *t = arg;
	(void)err;
	if (t->n == ARRAY_LEN(t->all))
		return 0;
	keep(t->all[t->n].id, sizeof(t->all[0].id), f->id);
	keep(t->all[t->n].match, sizeof(t->all[0].match), f->match);
	keep(t->all[t->n].inside, sizeof(t->all[0].inside), f->inside);
	keep(t->all[t->n].digest, sizeof(t->all[0].digest), f->digest);
	t->all[t->n].line = f->start_line;
	t->all[t->n].end_line = f->end_line;
	t->all[t->n].offset = f->offset;
	t->all[t->n].severity = f->severity;
	t->all[t->n].proof = f->proof;
	t->n++;
	return 0;
}

bool secret_told_has(const struct secret_told *t, struct slice id)
{
	for (size_t i = 0; i < t->n; i++)
		if (slice_is(id, t->all[i].id))
			return true;
	return false;
}
