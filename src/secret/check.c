/* SPDX-License-Identifier: Apache-2.0 */
/* What a secret says of itself: entropy, checksums, structures; and what is only written in place of one. */
#include "secret/secret_internal.h"

#include <math.h>
#include <zlib.h>

double secret_entropy(struct slice s)
{
	uint32_t counts[256] = {0};
	double sum = 0;
	for (size_t i = 0; i < s.len; i++)
		counts[(unsigned char)s.ptr[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (counts[i]) {
			double p = (double)counts[i] / (double)s.len;
			sum -= p * log2(p);
		}
	return sum;
}

/* Value of a base64 digit of either alphabet, -1 for others. */
static int digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

size_t secret_unbase64(struct slice s, char *out, size_t cap)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < cap; i++) {
		int d = digit64(s.ptr[i]);
		if (d < 0)
			break;
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(v >> bits & 255);
		}
	}
	return n;
}

ssize_t secret_find_fold(struct slice s, struct slice lower)
{
	if (!lower.len)
		return 0;
	for (size_t i = 0; i + lower.len <= s.len; i++) {
		size_t k = 0;
		while (k < lower.len && to_lower(s.ptr[i + k]) == lower.ptr[k])
			k++;
		if (k == lower.len)
			return (ssize_t)i;
	}
	return -1;
}

bool secret_has_any(struct slice s, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (secret_find_fold(s, slice_str(words[i])) >= 0)
			return true;
	return false;
}

static bool has_digit(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_digit(s.ptr[i]))
			return true;
	return false;
}

/* "<NAME>", "[NAME]", "%NAME%", "{NAME}", "$NAME": what a template or a shell fills in. */
static bool is_variable(struct slice s)
{
	static const char *const marks[] = {"${", "{{", "<%", "$(", "#{", "%(", "%{", NULL};
	char first = s.ptr[0], last = s.ptr[s.len - 1];
	if (last == '>' || (first == '[' && last == ']') || (first == '%' && last == '%') ||
	    (first == '{' && last == '}' && !has_digit(s)))
		return true;
	if (first == '$' && s.len > 1 &&
	    (is_alpha(s.ptr[1]) || s.ptr[1] == '_' || is_digit(s.ptr[1])))
		return true;
	return secret_has_any(s, marks);
}

bool secret_is_placeholder(struct slice s)
{
	static const char *const words[] = {
	    "example",	 "changeme",	"change_me",  "change-me", "placeholder", "xxxx",
	    "your",	 "dummy",	"redacted",   "replace",   "insert",	  "here>",
	    "undefined", "process.env", "os.environ", "getenv",	   "******",	  "......",
	    "_here",	 "-here",	"lorem",      "foobar",	   "todo",	  NULL};
	if (!s.len || is_variable(s))
		return true;
	size_t same = 0;
	for (size_t i = 0; i < s.len; i++)
		same += s.ptr[i] == s.ptr[0];
	return same == s.len || secret_has_any(s, words);
}

/* ---- Checksums ---- */

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* prefix_BODYcccccc: the last six digits are the CRC-32 of what lies between, in base 62. Of tokens of the classic
 * length the issuers promise it; of longer ones only a right one tells something. */
static enum secret_proof crc32_proof(struct slice s)
{
	ssize_t at = slice_rchr(s, '_');
	struct slice body = slice_from(s, (size_t)(at + 1));
	enum secret_proof wrong = body.len == 36 ? SECRET_CHECKSUM_WRONG : SECRET_UNPROVEN;
	if (body.len < 7)
		return SECRET_UNPROVEN;
	struct slice sum = slice_from(body, body.len - 6);
	body = slice_sub(body, 0, body.len - 6);
	uint64_t v = crc32(0, (const Bytef *)body.ptr, (uInt)body.len);
	for (size_t i = sum.len; i-- > 0; v /= 62)
		if (base62[v % 62] != sum.ptr[i])
			return wrong;
	return SECRET_CHECKSUM_OK;
}

/* RFC 7519, 3: header and claims are objects in base64url; RFC 7516 with "enc" has a key instead of claims. */
static int jwt_right(struct slice s)
{
	char head[2048], claims[64];
	struct slice rest = s, part;
	if (!slice_cut(&rest, '.', &part))
		return -1;
	struct slice header = slice_of(head, secret_unbase64(part, head, sizeof(head)));
	if (header.len < 8 || header.ptr[0] != '{' || slice_find(header, SL("\"")) < 0)
		return -1;
	if (slice_find(header, SL("\"alg\"")) < 0 && slice_find(header, SL("\"typ\"")) < 0)
		return -1;
	if (slice_find(header, SL("\"enc\"")) >= 0)
		return 1;
	if (!slice_cut(&rest, '.', &part))
		return -1;
	struct slice claim = slice_of(claims, secret_unbase64(part, claims, sizeof(claims)));
	claim = slice_trim(claim);
	return claim.len > 1 && claim.ptr[0] == '{' ? 1 : -1;
}

/* ---- Private keys ---- */

/* What may stand between the digits of a PEM body in a string of a program or a comment. */
static bool is_between(char c)
{
	return is_space(c) || (c && strchr("\"',=`<>;.#*", c));
}

/* The base64 of a PEM body, also where it stands in a string of a program: escapes, quotes and header lines left out.
 * Decoded bytes; 0 when something else stands there. */
static size_t pem_body(struct slice s, char *out, size_t cap)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < cap; i++) {
		char c = s.ptr[i];
		int d = c == '-' || c == '_' ? -1 : digit64(c);
		if (c == '\\' && i + 1 < s.len) {
			i++;
			continue;
		}
		if (d < 0) {
			if (is_between(c))
				continue;
			return 0;
		}
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(v >> bits & 255);
		}
	}
	return n;
}

/* After the last header line ("Name: value") of RFC 1421 and RFC 9580, and the empty one below. */
static struct slice after_headers(struct slice s)
{
	static const char *const names[] = {
	    "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:", NULL};
	for (size_t i = 0; names[i]; i++) {
		ssize_t at = slice_find(s, slice_str(names[i]));
		if (at < 0)
			continue;
		struct slice rest = slice_from(s, (size_t)at);
		ssize_t line = slice_chr(rest, '\n'), escaped = slice_find(rest, SL("\\n"));
		if (line < 0 || (escaped >= 0 && escaped < line))
			line = escaped < 0 ? -1 : escaped + 1;
		s = line < 0 ? SL_NONE : slice_from(rest, (size_t)line + 1);
	}
	return s;
}

/* X.690: a sequence whose length fits what is there; an encrypted one of RFC 1421 is any multiple of eight bytes. */
static bool key_structure(struct slice all, struct slice key, size_t whole)
{
	unsigned char b[4] = {0};
	memcpy(b, key.ptr, MIN(key.len, sizeof(b)));
	if (slice_starts(key, "openssh-key-v1"))
		return true;
	if (slice_find(all, SL("4,ENCRYPTED")) >= 0)
		return true;
	if (slice_find(all, SL("PGP")) >= 0)
		return b[0] & 0x80;
	if (slice_find(all, SL("SSH2")) >= 0)
		return true; /* the magic 3f6ff9eb, and others of other makers */
	if (b[0] != 0x30)
		return false;
	size_t length = b[1] < 0x80    ? (size_t)b[1] + 2
			: b[1] == 0x81 ? (size_t)b[2] + 3
			: b[1] == 0x82 ? ((size_t)b[2] << 8 | b[3]) + 4
				       : 0;
	return length >= 16 && length <= whole + 8;
}

static int private_key_right(struct slice s)
{
	char out[SECRET_MAX_LENGTH];
	struct slice rest = slice_from(s, 11); /* -----BEGIN */
	ssize_t begin = slice_find(rest, SL("-----"));
	if (s.len < 64 || begin < 0)
		return -1;
	struct slice body = slice_from(rest, (size_t)begin + 5);
	ssize_t end = slice_find(body, SL("-----END"));
	if (end >= 0)
		body = slice_sub(body, 0, (size_t)end);
	body = after_headers(body);
	/* The checksum line of OpenPGP is not part of the body. */
	ssize_t crc = slice_find(s, SL("PGP")) >= 0 ? slice_find(body, SL("\n=")) : -1;
	if (crc >= 0)
		body = slice_sub(body, 0, (size_t)crc);
	size_t n = pem_body(body, out, sizeof(out));
	if (n < 16)
		return -1;
	return key_structure(s, slice_of(out, n), n) ? 1 : -1;
}

/* ---- Others ---- */

static int base64_json_right(struct slice s)
{
	char out[16];
	ssize_t at = slice_find(s, SL("ey"));
	if (at < 0)
		return -1;
	size_t n = secret_unbase64(slice_from(s, (size_t)at), out, sizeof(out));
	return n > 2 && out[0] == '{' && (out[1] == '"' || is_space(out[1])) ? 1 : -1;
}

static bool is_printable(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] > '~')
			return false;
	return s.len > 0;
}

/* What people write where a password is to be put in. */
static bool is_weak_word(struct slice s)
{
	static const char *const words[] = {
	    "user",	"username",	"pass",		 "password",	 "passwd",    "pwd",
	    "secret",	"token",	"test",		 "testing",	 "null",      "none",
	    "nil",	"true",		"false",	 "foo",		 "bar",	      "baz",
	    "key",	"apikey",	"api_key",	 "api-key",	 "mypass",    "mypassword",
	    "abc",	"string",	"value",	 "login",	 "yyy",	      "xxx",
	    "zzz",	"pw",		"x-oauth-basic", "x-token-auth", "oauth2",    "pswd",
	    "p4ssw0rd", "passw0rd",	"port",		 "host",	 "name",      "hidden",
	    "auth",	"access_token", "userpass",	 "userpassword", "undefined", "bearer",
	    NULL};
	for (size_t i = 0; words[i]; i++)
		if (slice_ieq(s, slice_str(words[i])))
			return true;
	return false;
}

static int password_right(struct slice s)
{
	s = slice_trim(s);
	if (s.len < 3 || secret_is_placeholder(s) || is_weak_word(s))
		return -1;
	/* $1 and the like alone, a function's value, an expression */
	if (s.ptr[0] == '$' || s.ptr[0] == '`' || slice_find(s, SL("()")) >= 0 ||
	    slice_find(s, SL("\" +")) >= 0 || slice_find(s, SL("' +")) >= 0)
		return -1;
	return 0;
}

static int docker_auth_right(struct slice s)
{
	char out[1024];
	struct slice text = slice_of(out, secret_unbase64(s, out, sizeof(out)));
	ssize_t colon = slice_chr(text, ':');
	if (colon < 1 || !is_printable(text))
		return -1;
	return password_right(slice_from(text, (size_t)colon + 1)) < 0 ? -1 : 1;
}

/* Letters and a digit, or cases that change as often as by chance: neither a number nor words. */
static int mixed_right(struct slice s)
{
	size_t digits = 0, letters = 0, changes = 0;
	char last = 0;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		digits += is_digit(c);
		if (!is_alpha(c))
			continue;
		letters++;
		changes += last && (last >= 'a') != (c >= 'a');
		last = c;
	}
	return letters >= 2 && (digits || changes >= letters / 3) ? 0 : -1;
}

const char *const secret_proof_words[] = {"", "structure-ok", "checksum-ok", "checksum-wrong"};

static bool is_named_jwt(struct slice s)
{
	char out[64];
	return slice_starts(slice_of(out, secret_unbase64(s, out, sizeof(out))), "eyJ");
}

/* 1 it has the structure, 0 cannot tell, -1 it has not. */
static int structure(enum secret_check c, struct slice s)
{
	switch (c) {
	case SECRET_CHECK_NONE:
	case SECRET_CHECK_CRC32:
		return 0;
	case SECRET_CHECK_JWT:
		return jwt_right(s);
	case SECRET_CHECK_PRIVATE_KEY:
		return private_key_right(s);
	case SECRET_CHECK_BASE64_JSON:
		return base64_json_right(s);
	case SECRET_CHECK_DOCKER_AUTH:
		return docker_auth_right(s);
	case SECRET_CHECK_MIXED:
		return mixed_right(s);
	case SECRET_CHECK_PASSWORD:
		return password_right(s);
	case SECRET_CHECK_BASE64_NAME:
		return is_named_jwt(s) ? 1 : -1;
	}
	return 0;
}

bool secret_check_run(enum secret_check c, struct slice s, enum secret_proof *proof)
{
	int has = structure(c, s);
	*proof = has > 0		   ? SECRET_STRUCTURE
		 : c == SECRET_CHECK_CRC32 ? crc32_proof(s)
					   : SECRET_UNPROVEN;
	return has >= 0;
}
