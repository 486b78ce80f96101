/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of HTTP: headers, challenges, dates, encodings. No socket here. */
#include "net/net.h"
#include "text/text.h"

#include <stdio.h>

#define FIRST_WAIT_MS	200
#define LONGEST_WAIT_MS 5000
#define LONGEST_ASKED_S 60

void net_response_init(struct net_response *r)
{
	r->status = 0;
	r->url[0] = '\0';
	buf_init(&r->head, 64 * KIB);
	buf_init(&r->body, 8 * MIB);
}

void net_response_done(struct net_response *r)
{
	buf_free(&r->head);
	buf_free(&r->body);
}

struct slice net_header(const struct net_response *r, const char *name, size_t nth)
{
	struct slice rest = buf_slice(&r->head), line, key;
	while (slice_line(&rest, &line)) {
		if (!slice_cut(&line, ':', &key) || !line.ptr ||
		    !slice_ieq(slice_trim(key), slice_str(name)))
			continue;
		line = slice_trim(line);
		if (nth-- == 0)
			return line.ptr ? line : SL("");
	}
	return SL_NONE;
}

/* ---- waiting ---- */

/* IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110 section 5.6.7). */
static int http_date(struct slice s, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct slice word[6];
	char text[40];
	for (size_t i = 0; i < ARRAY_LEN(word); i++)
		if (!slice_word(&s, &word[i]))
			return -EINVAL;
	ssize_t month = word[2].len == 3 ? slice_find(SL(months), word[2]) : -1;
	if (month < 0 || month % 3 || word[1].len != 2 || word[3].len != 4 || word[4].len != 8)
		return -EINVAL;
	snprintf(text, sizeof(text), "%.4s-%02d-%.2sT%.8sZ", word[3].ptr, (int)month / 3 + 1,
		 word[1].ptr, word[4].ptr);
	return time_parse(slice_str(text), seconds);
}

uint64_t net_backoff(unsigned tries, struct slice retry_after, int64_t now)
{
	uint64_t seconds;
	int64_t date;
	retry_after = slice_trim(retry_after);
	if (retry_after.len && slice_u64(retry_after, 10, &seconds) == 0)
		return seconds > LONGEST_ASKED_S ? UINT64_MAX : seconds * 1000;
	if (retry_after.len && http_date(retry_after, &date) == 0)
		return date <= now		      ? 0
		       : date - now > LONGEST_ASKED_S ? UINT64_MAX
						      : (uint64_t)(date - now) * 1000;
	uint64_t ms = (uint64_t)FIRST_WAIT_MS << MIN(tries, 10U);
	return MIN(ms, LONGEST_WAIT_MS);
}

int net_content_range(struct slice value, uint64_t *first)
{
	struct slice word, number;
	if (!slice_word(&value, &word) || !slice_ieq(word, SL("bytes")))
		return -EINVAL;
	if (!slice_cut(&value, '-', &number) || !value.ptr)
		return -EINVAL;
	return slice_u64(slice_trim(number), 10, first);
}

/* ---- challenges ---- */

static bool is_token(char c)
{
	return is_alpha(c) || is_digit(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct slice take_token(struct slice *rest)
{
	size_t n = 0;
	while (n < rest->len && is_token(rest->ptr[n]))
		n++;
	struct slice got = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return got;
}

static void skip_blanks(struct slice *rest, const char *also)
{
	while (rest->len && (is_space(rest->ptr[0]) || (*also && rest->ptr[0] == *also)))
		*rest = slice_from(*rest, 1);
}

/* A quoted string or a token. */
static struct slice take_value(struct slice *rest, struct arena *a)
{
	if (!rest->len || rest->ptr[0] != '"')
		return arena_dup(a, take_token(rest));
	char *out = arena_alloc(a, rest->len + 1);
	size_t n = 0, i = 1;
	for (; i < rest->len && rest->ptr[i] != '"'; i++) {
		if (rest->ptr[i] == '\\' && i + 1 < rest->len)
			i++;
		if (out)
			out[n++] = rest->ptr[i];
	}
	*rest = slice_from(*rest, i + 1);
	return out ? slice_of(out, n) : SL_NONE;
}

static void keep_parameter(struct net_challenge *c, struct slice name, struct slice value)
{
	const struct {
		const char *name;
		struct slice *place;
	} known[] = {{"realm", &c->realm},
		     {"service", &c->service},
		     {"scope", &c->scope},
		     {"error", &c->error}};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_ieq(name, slice_str(known[i].name)) && !known[i].place->ptr)
			*known[i].place = value;
}

bool net_challenge_next(struct slice *rest, struct arena *a, struct net_challenge *ret)
{
	*ret = (struct net_challenge){0};
	skip_blanks(rest, ",");
	ret->scheme = arena_dup(a, take_token(rest));
	if (ret->scheme.len == 0)
		return false;
	skip_blanks(rest, "");
	for (;;) {
		/* name = value belongs to this challenge; a word with no "=" begins the next one. */
		struct slice ahead = *rest, name;
		skip_blanks(&ahead, ",");
		name = take_token(&ahead);
		skip_blanks(&ahead, "");
		if (name.len == 0 || ahead.len == 0 || ahead.ptr[0] != '=')
			return true;
		ahead = slice_from(ahead, 1);
		skip_blanks(&ahead, "");
		keep_parameter(ret, name, take_value(&ahead, a));
		*rest = ahead;
	}
}

/* ---- encodings ---- */

void net_basic(struct buf *out, struct slice user, struct slice password)
{
	auto_buf struct buf plain;
	buf_init(&plain, 64 * KIB);
	buf_puts(&plain, user);
	buf_putc(&plain, ':');
	buf_puts(&plain, password);
	buf_puts(out, SL("Basic "));
	text_base64(out, buf_slice(&plain));
	out->failed |= plain.failed;
}

void net_escape(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (is_alpha(c) || is_digit(c) || (c && strchr("-._~", c)))
			buf_putc(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

void net_url_text(const char *url, char *out, size_t cap)
{
	struct slice s = slice_str(url);
	ssize_t query = slice_chr(s, '?'), scheme = slice_find(s, SL("://"));
	if (query >= 0)
		s = slice_sub(s, 0, (size_t)query);
	struct slice rest = slice_from(s, scheme < 0 ? 0 : (size_t)scheme + 3);
	ssize_t slash = slice_chr(rest, '/'),
		at = slice_rchr(slash < 0 ? rest : slice_sub(rest, 0, (size_t)slash), '@');
	rest = slice_from(rest, at < 0 ? 0 : (size_t)at + 1);
	snprintf(out, cap, "%.*s%.*s", scheme < 0 ? 0 : (int)scheme + 3, url, SL_FMT(rest));
}
