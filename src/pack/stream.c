/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack_internal.h"

const char *const pack_kind_names[] = {"tar", "gzip", "zstd", "xz", "bzip2"};

struct pack_stream {
	enum pack_kind kind;
	const struct pack_codec *codec;
	void *state;
	struct pack_source source;
	struct pack_limits lim;
	struct slice in;
	uint64_t total_in, total_out;
	bool source_ended, ended, between;
	char out[PACK_WINDOW];
};

enum pack_kind pack_sniff(struct slice head)
{
	static const struct {
		struct slice magic;
		enum pack_kind kind;
	} table[] = {
	    {SLICE_INIT("\x1f\x8b"), PACK_GZIP},
	    {SLICE_INIT("\x28\xb5\x2f\xfd"), PACK_ZSTD},
	    {SLICE_INIT("\xfd"
			"7zXZ\0"),
	     PACK_XZ},
	    {SLICE_INIT("BZh"), PACK_BZIP2},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (slice_eq(slice_sub(head, 0, table[i].magic.len), table[i].magic))
			return table[i].kind;
	/* zstd skippable frames (RFC 8878, 3.1.2) may come first, as in zstd:chunked. */
	if (head.len >= 4 && ((unsigned char)head.ptr[0] & 0xf0) == 0x50 &&
	    memcmp(head.ptr + 1, "\x2a\x4d\x18", 3) == 0)
		return PACK_ZSTD;
	return PACK_NONE;
}

int pack_open(enum pack_kind kind, struct pack_source in, const struct pack_limits *lim,
	      struct pack_stream **ret, struct err *err)
{
	static const struct pack_codec *const codecs[] = {NULL, &pack_gzip, &pack_zstd, &pack_xz,
							  &pack_bzip2};
	struct pack_stream *s = calloc(1, sizeof(*s));
	if (!s)
		return err_oom(err);
	s->kind = kind;
	s->codec = codecs[kind];
	s->source = in;
	if (lim)
		s->lim = *lim;
	if (!s->lim.bomb_out)
		s->lim.bomb_out = (uint64_t)2 << 30;
	if (!s->lim.max_ratio)
		s->lim.max_ratio = 400;
	if (s->codec) {
		s->state = s->codec->open(err);
		if (!s->state) {
			free(s);
			return err->code;
		}
	}
	*ret = s;
	return 0;
}

void pack_close(struct pack_stream **s)
{
	if (*s && (*s)->codec)
		(*s)->codec->close((*s)->state);
	free(*s);
	*s = NULL;
}

static int refill(struct pack_stream *s, struct err *err)
{
	if (s->in.len || s->source_ended)
		return 0;
	TRY(s->source.next(s->source.arg, &s->in, err));
	s->total_in += s->in.len;
	s->source_ended = s->in.len == 0;
	return 0;
}

static int check_budget(const struct pack_stream *s, struct err *err)
{
	if (s->lim.max_out && s->total_out > s->lim.max_out)
		return err_limit(err, "unpacks to more than %llu bytes - refused",
				 (unsigned long long)s->lim.max_out);
	if (s->codec && s->total_out > s->lim.bomb_out &&
	    s->total_out / s->lim.max_ratio > pack_in(s))
		return err_limit(err,
				 "%s data of %llu bytes unpack to over %llu bytes: a decompression "
				 "bomb - refused",
				 pack_kind_names[s->kind], (unsigned long long)pack_in(s),
				 (unsigned long long)s->total_out);
	return 0;
}

/* After a clean end of one member: skips padding; true when the whole stream is over. */
static int between_members(struct pack_stream *s, struct err *err)
{
	for (;;) {
		while (s->in.len && s->in.ptr[0] == '\0')
			s->in = slice_from(s->in, 1);
		if (s->in.len)
			break;
		TRY(refill(s, err));
		if (s->source_ended)
			return 1;
	}
	s->between = false;
	return s->codec->again(s->state, err);
}

static int step(struct pack_stream *s, size_t *made, struct err *err)
{
	if (s->between) {
		int r = between_members(s, err);
		if (r < 0)
			return r;
		if (r > 0) {
			s->ended = true;
			return 0;
		}
	}
	TRY(refill(s, err));
	bool at_end = s->source_ended;
	size_t before = s->in.len;
	int r = s->codec->step(s->state, &s->in, s->out + *made, sizeof(s->out) - *made, made, err);
	if (r < 0)
		return err_wrap(err, "%s data at byte %llu", pack_kind_names[s->kind],
				(unsigned long long)(s->total_in - s->in.len));
	if (r == 1)
		s->between = true;
	else if (at_end && before == s->in.len && *made < sizeof(s->out))
		return err_input(
		    err, "%s data end early at byte %llu - the file is truncated, get it again",
		    pack_kind_names[s->kind], (unsigned long long)s->total_in);
	return 0;
}

int pack_next(struct pack_stream *s, struct slice *chunk, struct err *err)
{
	*chunk = SL_NONE;
	if (!s->codec) {
		TRY(s->source.next(s->source.arg, chunk, err));
		s->total_in += chunk->len;
		s->total_out += chunk->len;
		return check_budget(s, err);
	}
	size_t made = 0;
	while (!s->ended && made < sizeof(s->out))
		TRY(step(s, &made, err));
	s->total_out += made;
	*chunk = slice_of(s->out, made);
	return check_budget(s, err);
}

static int stream_next(void *arg, struct slice *chunk, struct err *err)
{
	return pack_next(arg, chunk, err);
}

struct pack_source pack_stream_source(struct pack_stream *s)
{
	return (struct pack_source){.next = stream_next, .arg = s};
}

uint64_t pack_in(const struct pack_stream *s)
{
	return s->total_in - s->in.len;
}

uint64_t pack_out(const struct pack_stream *s)
{
	return s->total_out;
}

int pack_unpack(struct slice in, struct buf *out, struct err *err)
{
	struct pack_mem mem;
	auto_pack struct pack_stream *s = NULL;
	struct pack_limits lim = {.max_out = out->max - out->len};
	TRY(pack_open(pack_sniff(in), pack_mem_source(&mem, in, 0), &lim, &s, err));
	for (;;) {
		struct slice chunk;
		TRY(pack_next(s, &chunk, err));
		if (chunk.len == 0)
			return 0;
		buf_puts(out, chunk);
		if (out->failed)
			return err_oom(err);
	}
}
