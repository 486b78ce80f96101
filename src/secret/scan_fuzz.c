/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a file, in pieces of a size that the first byte gives; examples' placeholders are expanded so that
 * tokens with right checksums come up. Properties: offsets and lines are within the file, a match is short, holds no
 * control characters, and the bytes of the secret are not in it.
 */
#include "secret/secret_testing.h"

struct check {
	struct slice text;
	uint32_t lines;
};

static int told(void *arg, const struct secret_found *f, struct err *err)
{
	const struct check *c = arg;
	(void)err;
	if (f->match.len > SECRET_MAX_MATCH || f->start_line < 1 || f->end_line < f->start_line)
		abort();
	if (f->digest.len != 64 && f->digest.len != 0)
		abort();
	for (size_t i = 0; i < f->match.len; i++)
		if ((unsigned char)f->match.ptr[i] < ' ')
			abort();
	if (f->inside.len)
		return 0;
	if (f->offset > c->text.len || f->end_line > c->lines + 1)
		abort();
	if (f->digest.len && slice_chr(f->match, '*') < 0)
		abort();
	return 0;
}

/* A secret of 40 bytes, as GitHub's and AWS's are: no twelve bytes of its middle are in the match, unless the text
 * has them in other places, too. */
static int no_middle(void *arg, const struct secret_found *f, struct err *err)
{
	struct slice text = *(const struct slice *)arg;
	struct slice secret = slice_sub(text, (size_t)f->offset, 40);
	struct slice middle = slice_sub(secret, 14, 12);
	unsigned char sum[SHA256_LEN];
	char hex[65];
	TRY(sha256_of(secret, sum, err));
	hex_text(sum, sizeof(sum), hex);
	if (f->inside.len || secret.len < 40 || !slice_is(f->digest, hex))
		return 0;
	if (slice_find(slice_sub(text, 0, (size_t)f->offset + 25), middle) >= 0 ||
	    slice_find(slice_from(text, (size_t)f->offset + 15), middle) >= 0)
		return 0;
	if (slice_find(f->match, middle) >= 0)
		abort();
	return 0;
}

static struct secret_rules *rules;
static struct secret_scan *scan;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"app/config.yaml", "root/.env",	   "usr/bin/x",
					    "etc/shadow",      "app/a.zip",	   "settings.xml",
					    "a/docs/x.md",     "package-lock.json"};
	struct err err = {0};
	auto_buf struct buf text;
	buf_init(&text, 4 * MIB);
	if (!rules && (secret_rules_open(SL_NONE, SL_NONE, &rules, &err) < 0 ||
		       secret_scan_new(rules, &scan, &err) < 0))
		abort();
	if (size < 2)
		return 0;
	size_t step = (size_t)(data[0] & 15) * 37 + 5;
	const char *path = paths[data[0] >> 5];
	secret_expand(slice_of(data + 1, size - 1), &text);
	struct check c = {.text = buf_slice(&text)};
	for (size_t i = 0; i < text.len; i++)
		c.lines += text.ptr[i] == '\n';
	if (secret_begin(scan, slice_str(path), text.len))
		for (size_t at = 0; at < text.len; at += step)
			if (secret_piece(scan, slice_sub(c.text, at, step), at + step >= text.len,
					 told, &c, &err) < 0)
				abort();
	struct slice whole = c.text;
	if (secret_text(scan, slice_str(path), whole, no_middle, &whole, &err) < 0)
		abort();
	return 0;
}
