/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a tar stream. The content of an entry is handed out in place wherever it lies in one chunk. */
#include "pack/pack_internal.h"

struct walk {
	struct pack_source in;
	const struct tar_limits *lim;
	const struct tar_handler *h;
	struct slice chunk;
	uint64_t pos; /* of chunk.ptr in the stream */
	char block[TAR_BLOCK_SIZE];
	struct arena arena; /* names and extras of the current entry */
	struct tar_extra extra;
	size_t max_header;
};

static int refill(struct walk *w, struct err *err)
{
	if (w->chunk.len)
		return 0;
	return w->in.next(w->in.arg, &w->chunk, err);
}

static void advance(struct walk *w, size_t n)
{
	w->chunk = slice_from(w->chunk, n);
	w->pos += n;
}

static int truncated(struct walk *w, struct err *err)
{
	return err_input(err, "tar archive ends early at byte %llu - it is truncated, get it again",
			 (unsigned long long)w->pos);
}

/* 1: a block; 0: clean end. */
static int next_block(struct walk *w, struct slice *block, struct err *err)
{
	TRY(refill(w, err));
	if (w->chunk.len >= TAR_BLOCK_SIZE) {
		*block = slice_sub(w->chunk, 0, TAR_BLOCK_SIZE);
		advance(w, TAR_BLOCK_SIZE);
		return 1;
	}
	size_t have = 0;
	while (have < TAR_BLOCK_SIZE) {
		TRY(refill(w, err));
		if (w->chunk.len == 0)
			return have == 0 ? 0 : truncated(w, err);
		size_t n = MIN(w->chunk.len, TAR_BLOCK_SIZE - have);
		memcpy(w->block + have, w->chunk.ptr, n);
		have += n;
		advance(w, n);
	}
	*block = slice_of(w->block, TAR_BLOCK_SIZE);
	return 1;
}

static int skip(struct walk *w, uint64_t n, struct err *err)
{
	size_t part = (size_t)MIN(n, w->chunk.len);
	advance(w, part);
	n -= part;
	if (n && w->in.skip) {
		TRY(w->in.skip(w->in.arg, n, err));
		w->pos += n;
		return 0;
	}
	while (n) {
		TRY(refill(w, err));
		if (w->chunk.len == 0)
			return truncated(w, err);
		part = (size_t)MIN(n, w->chunk.len);
		advance(w, part);
		n -= part;
	}
	return 0;
}

static uint64_t padding(uint64_t size)
{
	return (TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE;
}

/* Content of a pax or GNU long name entry, into the arena. */
static int read_extra(struct walk *w, const struct tar_entry *e, struct slice *data,
		      struct err *err)
{
	if (e->size > w->max_header)
		return err_limit(err, "extended header of %llu bytes is over the limit of %zu",
				 (unsigned long long)e->size, w->max_header);
	size_t size = (size_t)e->size, have = 0;
	char *p = arena_alloc(&w->arena, size + 1);
	if (!p)
		return err_limit(err,
				 "extended headers of one entry are over the limit of %zu bytes",
				 w->max_header);
	while (have < size) {
		TRY(refill(w, err));
		if (w->chunk.len == 0)
			return truncated(w, err);
		size_t n = MIN(w->chunk.len, size - have);
		memcpy(p + have, w->chunk.ptr, n);
		have += n;
		advance(w, n);
	}
	*data = slice_of(p, size);
	return skip(w, padding(e->size), err);
}

/* Old GNU sparse: 4 parts in the header, more in following blocks of 21 ("Storing Sparse Files"). */
static int old_sparse_map(struct walk *w, struct slice block, struct tar_entry *e, struct err *err)
{
	struct slice parts = slice_sub(block, 386, (size_t)4 * 24);
	struct tar_extra *x = &w->extra;
	bool more = block.ptr[482] != '\0';
	size_t cap = 4;
	if (tar_number(slice_sub(block, 483, 12), &x->real_size) < 0)
		return err_input(err, "sparse entry without a real size");
	x->has_real_size = true;
	x->map = arena_array(&w->arena, cap, sizeof(*x->map));
	for (;;) {
		if (!x->map)
			return err_limit(err, "sparse map is too long");
		for (; parts.len >= 24; parts = slice_from(parts, 24)) {
			struct tar_sparse s;
			if (parts.ptr[0] == '\0')
				break;
			if (tar_number(slice_sub(parts, 0, 12), &s.offset) < 0 ||
			    tar_number(slice_sub(parts, 12, 12), &s.size) < 0 || x->nmap == cap)
				return err_input(err, "sparse map is broken");
			x->map[x->nmap++] = s;
		}
		if (!more)
			break;
		struct slice next;
		int r = next_block(w, &next, err);
		if (r <= 0)
			return r < 0 ? r : truncated(w, err);
		parts = slice_sub(next, 0, (size_t)21 * 24);
		more = next.ptr[504] != '\0';
		cap += 21;
		struct tar_sparse *grown =
		    cap > TAR_MAX_SPARSE ? NULL : arena_array(&w->arena, cap, sizeof(*grown));
		if (grown && x->nmap)
			memcpy(grown, x->map, x->nmap * sizeof(*grown));
		x->map = grown;
	}
	e->offset = w->pos;
	return 0;
}

/* One decimal line of a sparse 1.0 map, which stands before the content. */
static int map_number(struct walk *w, uint64_t *stored, uint64_t *out, struct err *err)
{
	char digits[24];
	size_t n = 0;
	for (;;) {
		TRY(refill(w, err));
		if (w->chunk.len == 0 || *stored == 0)
			return truncated(w, err);
		char c = w->chunk.ptr[0];
		advance(w, 1);
		--*stored;
		if (c == '\n')
			break;
		if (n == sizeof(digits))
			return err_input(err, "sparse map is broken");
		digits[n++] = c;
	}
	if (slice_u64(slice_of(digits, n), 10, out) < 0)
		return err_input(err, "sparse map is broken");
	return 0;
}

static int new_sparse_map(struct walk *w, uint64_t *stored, struct err *err)
{
	struct tar_extra *x = &w->extra;
	uint64_t n, start = w->pos;
	TRY(map_number(w, stored, &n, err));
	if (n > TAR_MAX_SPARSE)
		return err_limit(err, "sparse map has more than %d parts", TAR_MAX_SPARSE);
	x->map = arena_array(&w->arena, (size_t)n + 1, sizeof(*x->map));
	if (!x->map)
		return err_limit(err, "sparse map is too long");
	for (; x->nmap < n; x->nmap++) {
		TRY(map_number(w, stored, &x->map[x->nmap].offset, err));
		TRY(map_number(w, stored, &x->map[x->nmap].size, err));
	}
	uint64_t pad = padding(w->pos - start);
	if (pad > *stored)
		return truncated(w, err);
	*stored -= pad;
	return skip(w, pad, err);
}

/* Hands out `n` stored bytes. */
static int give_stored(struct walk *w, const struct tar_entry *e, uint64_t n, bool last,
		       struct err *err)
{
	if (n == 0)
		return last ? w->h->body(w->h->arg, e, SL_NONE, true, err) : 0;
	while (n) {
		TRY(refill(w, err));
		if (w->chunk.len == 0)
			return truncated(w, err);
		struct slice piece = slice_sub(w->chunk, 0, (size_t)MIN(n, w->chunk.len));
		n -= piece.len;
		int seen = w->h->body(w->h->arg, e, piece, last && n == 0, err);
		if (seen < 0)
			return seen;
		advance(w, piece.len);
		if (seen > 0)
			return skip(w, n, err);
	}
	return 0;
}

static int give_hole(struct walk *w, const struct tar_entry *e, uint64_t n, struct err *err)
{
	static const char zeros[16 * 1024];
	while (n) {
		size_t part = (size_t)MIN(n, sizeof(zeros));
		TRY(w->h->body(w->h->arg, e, slice_of(zeros, part), false, err));
		n -= part;
	}
	return 0;
}

static int give_sparse(struct walk *w, const struct tar_entry *e, uint64_t stored, struct err *err)
{
	const struct tar_extra *x = &w->extra;
	uint64_t at = 0;
	for (size_t i = 0; i < x->nmap; i++) {
		const struct tar_sparse *s = &x->map[i];
		if (s->offset < at || s->size > stored || s->offset > e->size ||
		    s->size > e->size - s->offset)
			return err_input(err, "entry \"%.*s\": sparse map does not fit the file",
					 SL_FMT(e->path));
		TRY(give_hole(w, e, s->offset - at, err));
		TRY(give_stored(w, e, s->size, false, err));
		at = s->offset + s->size;
		stored -= s->size;
	}
	TRY(give_hole(w, e, e->size - at, err));
	TRY(w->h->body(w->h->arg, e, SL_NONE, true, err));
	return skip(w, stored, err);
}

static bool has_content(char type)
{
	return type == TAR_FILE || type == '\0' || type == '7' || type == 'S';
}

static void apply_extra(struct walk *w, struct tar_entry *e)
{
	const struct tar_extra *x = &w->extra;
	if (x->path.ptr)
		e->path = x->path;
	if (x->link.ptr)
		e->link = x->link;
	if (x->has_size)
		e->size = x->size;
}

static int file_entry(struct walk *w, struct tar_entry *e, struct err *err)
{
	uint64_t stored = e->size, pad = padding(e->size);
	bool sparse = w->extra.has_real_size;
	e->type = TAR_FILE;
	if (slice_ends(e->path, "/") && stored == 0)
		e->type = TAR_DIR; /* v7 archives have no type for directories */
	if (w->extra.sparse_1_0 && sparse)
		TRY(new_sparse_map(w, &stored, err));
	if (sparse)
		e->size = w->extra.real_size;
	e->offset = w->pos;
	int want = w->h->entry(w->h->arg, e, err);
	if (want < 0)
		return want;
	if (want == 0 || e->type == TAR_DIR)
		TRY(skip(w, stored, err));
	else if (sparse)
		TRY(give_sparse(w, e, stored, err));
	else
		TRY(give_stored(w, e, stored, true, err));
	return skip(w, pad, err);
}

/* Headers that only speak about the next entry: > 0 when it was one. */
static int meta_entry(struct walk *w, char type, const struct tar_entry *e, struct err *err)
{
	struct slice data;
	switch (type) {
	case 'x':
	case 'X':
		TRY(read_extra(w, e, &data, err));
		TRY(tar_pax_parse(data, &w->arena, &w->extra, err));
		return 1;
	case 'L':
	case 'K':
		TRY(read_extra(w, e, &data, err));
		data = slice_str(data.ptr); /* read_extra ends it with a NUL */
		*(type == 'L' ? &w->extra.path : &w->extra.link) = data;
		return 1;
	case 'g':
		return skip(w, e->size, err) < 0 || skip(w, padding(e->size), err) < 0 ? err->code
										       : 1;
	default:
		return 0;
	}
}

static void forget_entry(struct walk *w)
{
	arena_reset(&w->arena);
	w->extra = (struct tar_extra){0};
}

static int one_entry(struct walk *w, struct slice block, struct err *err)
{
	struct tar_entry e;
	char type;
	TRY(tar_header_parse(block, &e, &type, &w->arena, err));
	int meta = meta_entry(w, type, &e, err);
	if (meta != 0)
		return meta < 0 ? meta : 0;
	/* The block may be the source's memory: what outlives it is copied before more is read. */
	e.path = arena_dup(&w->arena, e.path);
	e.link = arena_dup(&w->arena, e.link);
	if (!e.path.ptr || !e.link.ptr)
		return err_oom(err);
	apply_extra(w, &e);
	if (type == 'S')
		TRY(old_sparse_map(w, block, &e, err));
	if (has_content(type))
		TRY(file_entry(w, &e, err));
	else if (type >= TAR_HARDLINK && type <= TAR_FIFO) {
		/* These have no content whatever their size says, as in Go's archive/tar, by which images are
		 * unpacked. */
		e.type = (enum tar_type)type;
		e.size = 0;
		e.offset = w->pos;
		TRY(w->h->entry(w->h->arg, &e, err));
	} else {
		TRY(skip(w, e.size, err));
		TRY(skip(w, padding(e.size), err));
	}
	forget_entry(w);
	return 0;
}

/* After a zero block: the end mark is two of them; content after one would be hidden from others. */
static int end_mark(struct walk *w, struct err *err)
{
	struct slice block;
	int r = next_block(w, &block, err);
	if (r <= 0)
		return r;
	if (!tar_block_is_zero(block))
		return err_input(err,
				 "entries follow an end mark at byte %llu - the archive is damaged",
				 (unsigned long long)w->pos);
	/* The rest is padding, but belongs to the digest. */
	for (;;) {
		TRY(refill(w, err));
		if (w->chunk.len == 0)
			return 0;
		advance(w, w->chunk.len);
	}
}

static int walk_all(struct walk *w, struct err *err)
{
	uint64_t entries = 0, max = w->lim && w->lim->max_entries ? w->lim->max_entries : 4000000;
	for (;;) {
		struct slice block;
		uint64_t at = w->pos;
		int r = next_block(w, &block, err);
		if (r <= 0)
			return r;
		if (tar_block_is_zero(block))
			return end_mark(w, err);
		if (++entries > max)
			return err_limit(err, "more than %llu entries", (unsigned long long)max);
		if (one_entry(w, block, err) < 0)
			return err_wrap(err, "tar entry at byte %llu", (unsigned long long)at);
	}
}

int tar_walk(struct pack_source in, const struct tar_limits *lim, const struct tar_handler *h,
	     struct err *err)
{
	struct walk w = {.in = in, .lim = lim, .h = h};
	w.max_header = lim && lim->max_header ? lim->max_header : MIB;
	arena_init(&w.arena,
		   4 * w.max_header + (size_t)4 * TAR_MAX_SPARSE * sizeof(struct tar_sparse));
	int r = walk_all(&w, err);
	arena_free(&w.arena);
	return r < 0 ? r : 0;
}
