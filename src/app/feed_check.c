/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server sent in place of a feed must not take the place of the feed: half a file, an error page. What is in
 * it is for the importers to judge.
 */
#include "app/feed.h"
#include "text/text.h"

#include <strings.h>

#define MAX_OUT	  (UINT64_C(32) << 30)
#define MAX_RATIO 4000

static bool is_html(struct slice s)
{
	static const char *const marks[] = {"<!doctype html", "<html", "<head", "<body"};
	s = slice_trim(slice_starts(s, "\xef\xbb\xbf") ? slice_from(s, 3) : s);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (s.len >= strlen(marks[i]) &&
		    strncasecmp(s.ptr, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

static int check_html(struct slice head, struct err *err)
{
	return is_html(slice_sub(head, 0, 1024))
		   ? err_input(err, "is an HTML page, not a feed - check the address")
		   : 0;
}

/* Do all brackets close, the first one at the very end? */
static int check_json(struct slice s, struct err *err)
{
	uint64_t depth = 0;
	bool text = false;
	size_t i = 0;
	for (; i < s.len; i++) {
		char c = s.ptr[i];
		if (text) {
			if (c == '\\')
				i++;
			else
				text = c != '"';
			continue;
		}
		text = c == '"';
		depth += c == '{' || c == '[';
		if ((c == '}' || c == ']') && (depth == 0 || --depth == 0))
			break;
	}
	if (depth || i >= s.len)
		return err_input(err, "the JSON ends early");
	return slice_trim(slice_from(s, i + 1)).len
		   ? err_input(err, "something follows the end of the JSON")
		   : 0;
}

static int xml_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	(void)arg, (void)name, (void)attrs, (void)err;
	return 0;
}

static int xml_end(void *arg, const char *name, struct slice text, struct err *err)
{
	(void)arg, (void)name, (void)text, (void)err;
	return 0;
}

static int check_xml(struct slice s, struct err *err)
{
	static const struct xml_handler handler = {xml_start, xml_end};
	static const struct text_limits limits = {.max_bytes = SIZE_MAX / 2,
						  .max_nodes = SIZE_MAX / 2};
	auto_xml struct xml x = {0};
	TRY(xml_begin(&x, &handler, NULL, &limits, err));
	while (s.len) {
		struct slice part = slice_sub(s, 0, MIB);
		s = slice_from(s, part.len);
		TRY(xml_feed(&x, part, s.len == 0, err));
	}
	return 0;
}

/* To its end, where its checksum is. */
static int check_packed(enum pack_kind kind, struct slice s, struct err *err)
{
	auto_pack struct pack_stream *stream = NULL;
	struct pack_mem mem;
	struct pack_limits lim = {.max_out = MAX_OUT, .max_ratio = MAX_RATIO};
	struct slice chunk;
	bool first = true;
	TRY(pack_open(kind, pack_mem_source(&mem, s, 0), &lim, &stream, err));
	do {
		TRY(pack_next(stream, &chunk, err));
		if (first)
			TRY(check_html(chunk, err));
		if (first && chunk.len == 0)
			return err_input(err, "there is nothing in it");
		first = false;
	} while (chunk.len);
	return 0;
}

static int check_zip(struct slice s, struct err *err)
{
	struct zip z;
	struct zip_entry e;
	auto_buf struct buf content;
	uint64_t total = 0;
	int more;
	buf_init(&content, 1024 * MIB);
	TRY(zip_open(s, &z, err));
	if (z.entries == 0)
		return err_input(err, "there is nothing in it");
	struct reader cursor = rd_init(z.directory);
	while ((more = zip_next(&z, &cursor, &e, err)) > 0) {
		buf_clear(&content);
		if (zip_read(&z, &e, &content, err) < 0)
			return err_wrap(err, "%.*s", SL_FMT(slice_sub(e.name, 0, 200)));
		total += content.len;
		if (total > MAX_OUT || (total > 1024 * MIB && total / MAX_RATIO > s.len))
			return err_limit(err, "unpacks to more than %d times its size", MAX_RATIO);
	}
	return more;
}

static bool ends_in(struct slice name, const char *const *suffixes)
{
	for (; *suffixes; suffixes++)
		if (slice_ends(name, *suffixes))
			return true;
	return false;
}

/* Neither packed nor an HTML page. */
static int check_text(struct slice name, struct slice content, struct err *err)
{
	static const char *const packed[] = {".zip", ".gz", ".xz", ".bz2", ".zst", NULL},
				 *const marked[] = {".json", ".xml", NULL};
	struct slice text = slice_trim(slice_sub(content, 0, 4096));
	char first = text.len ? text.ptr[0] : '\0';
	/* Named as packed, and is not: an error text, or unpacked on the way. */
	if (ends_in(name, packed))
		return err_input(err, "is not packed, as its name says - check the address");
	if (first == '{' || first == '[')
		return check_json(content, err);
	if (first == '<')
		return check_xml(content, err);
	return ends_in(name, marked)
		   ? err_input(err, "is not what its name says - check the address")
		   : 0;
}

int feed_check(struct slice name, struct slice content, struct err *err)
{
	enum pack_kind kind = pack_sniff(slice_sub(content, 0, 16));
	if (content.len == 0)
		return err_input(err, "is empty");
	TRY(check_html(content, err));
	if (slice_starts(content, "PK\3\4") || slice_starts(content, "PK\5\6"))
		return check_zip(content, err);
	if (kind != PACK_NONE)
		return check_packed(kind, content, err);
	return check_text(name, content, err);
}
