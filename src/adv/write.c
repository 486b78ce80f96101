/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the builder's memory to the file. Everything is put into an order that depends on content
 * alone, and strings get their offsets when first used in that order: equal inputs give equal bytes.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "adv/internal.h"
#include "adv/write_internal.h"

static void writer_done(struct writer *w)
{
	free(w->rank);
	free(w->class_of);
	free(w->vuln_of);
	free(w->hot);
	free(w->text);
	free(w->vulns);
	for (int s = 0; s < ADV_SECTIONS; s++)
		buf_free(&w->part[s]);
}

static uint32_t pool_string(struct writer *w, enum adv_section s, uint32_t *offsets, bstr str)
{
	if (str == 0)
		return 0;
	if (offsets[str] == 0) {
		struct slice bytes = bld_str(w->b, str);
		offsets[str] = (uint32_t)w->part[s].len;
		wr_u32(w, s, (uint32_t)bytes.len);
		buf_puts(&w->part[s], bytes);
	}
	return offsets[str];
}

uint32_t wr_string(struct writer *w, bstr s)
{
	return pool_string(w, ADV_S_STRINGS, w->hot, s);
}

uint32_t wr_text(struct writer *w, bstr s)
{
	return pool_string(w, ADV_S_TEXT, w->text, s);
}

/* ---- ranks of strings ---- */

struct sortable {
	uint64_t prefix; /* first eight bytes as a big-endian number */
	bstr str;
};

static int by_bytes(const void *x, const void *y, void *arg)
{
	const struct sortable *a = x, *b = y;
	const struct adv_build *build = arg;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return slice_cmp(bld_str(build, a->str), bld_str(build, b->str));
}

static int rank_strings(struct writer *w, struct err *err)
{
	auto_free struct sortable *all = calloc(w->nstrings, sizeof(*all));
	w->rank = calloc(w->nstrings, sizeof(*w->rank));
	if (!all || !w->rank)
		return err_oom(err);
	for (size_t i = 0; i < w->nstrings; i++) {
		struct slice s = bld_str(w->b, (bstr)i);
		all[i].str = (bstr)i;
		for (size_t k = 0; k < 8; k++)
			all[i].prefix =
			    all[i].prefix << 8 | (k < s.len ? (unsigned char)s.ptr[k] : 0);
	}
	qsort_r(all, w->nstrings, sizeof(*all), by_bytes, w->b);
	for (size_t i = 0; i < w->nstrings; i++)
		w->rank[all[i].str] = (uint32_t)i;
	return 0;
}

/* ---- which problems get a record ---- */

static int by_rank(const void *x, const void *y, void *arg)
{
	const uint32_t *rank = arg;
	uint32_t a = rank[*(const bstr *)x], b = rank[*(const bstr *)y];
	return a < b ? -1 : a > b;
}

/* Those that a row or the list of exploited ones names; the rest is known to nobody's package. */
static int choose_vulns(struct writer *w, struct err *err)
{
	const struct adv_build *b = w->b;
	w->vuln_of = calloc(w->nstrings, sizeof(*w->vuln_of));
	w->vulns = calloc(w->nstrings, sizeof(*w->vulns));
	if (!w->vuln_of || !w->vulns)
		return err_oom(err);
	for (size_t i = 0; i < b->rows.len; i++)
		w->vuln_of[w->class_of[b->rows.ptr[i].vuln]] = 1;
	for (size_t i = 0; i < b->facts.len; i++)
		if (b->facts.ptr[i].kind == FACT_KEV)
			w->vuln_of[w->class_of[b->facts.ptr[i].id]] = 1;
	for (size_t i = 1; i < w->nstrings; i++)
		if (w->vuln_of[i])
			w->vulns[w->nvulns++] = (bstr)i;
	qsort_r(w->vulns, w->nvulns, sizeof(*w->vulns), by_rank, w->rank);
	memset(w->vuln_of, 0xff, w->nstrings * sizeof(*w->vuln_of));
	for (uint32_t i = 0; i < w->nvulns; i++)
		w->vuln_of[w->vulns[i]] = i;
	return 0;
}

/* ---- feeds ---- */

static int by_feed(const void *x, const void *y, void *arg)
{
	const struct bfeed *a = x, *b = y;
	return by_rank(&a->name, &b->name, arg);
}

static int write_feeds(struct writer *w, uint32_t *feed_index, struct err *err)
{
	struct adv_build *b = w->b;
	for (size_t i = 0; i < b->feeds.len; i++)
		feed_index[b->feeds.ptr[i].name] = 1;
	for (size_t i = 0; i < b->rows.len; i++) {
		bstr name = b->rows.ptr[i].feed;
		if (!feed_index[name] && vec_push(&b->feeds, (struct bfeed){.name = name}) < 0)
			return err_oom(err);
		feed_index[name] = 1;
	}
	map_free(&b->feed_index); /* the order changes; nothing is added after writing */
	if (b->feeds.len > UINT16_MAX)
		return err_limit(err, "more than %d feeds - build separate databases", UINT16_MAX);
	if (b->feeds.len)
		qsort_r(b->feeds.ptr, b->feeds.len, sizeof(*b->feeds.ptr), by_feed, w->rank);
	for (size_t i = 0; i < b->feeds.len; i++) {
		const struct bfeed *f = &b->feeds.ptr[i];
		unsigned char out[32] = {0};
		feed_index[f->name] = (uint32_t)i;
		put_u32(out, wr_string(w, f->name));
		put_u64(out + 8, f->records);
		put_u64(out + 16, f->skipped);
		put_u64(out + 24, (uint64_t)f->newest);
		buf_put(&w->part[ADV_S_FEEDS], out, sizeof(out));
		w->newest = MAX(w->newest, f->newest);
	}
	return 0;
}

/* ---- rows ---- */

static int list_cmp(const struct writer *w, uint32_t x, uint32_t y)
{
	uint32_t nx, ny;
	if (x == y)
		return 0;
	const uint32_t *a = list_items(w->b, x, &nx), *b = list_items(w->b, y, &ny);
	for (uint32_t i = 0; i < nx && i < ny; i++)
		if (a[i] != b[i])
			return w->rank[a[i]] < w->rank[b[i]] ? -1 : 1;
	return nx < ny ? -1 : nx > ny;
}

static int row_cmp(const void *x, const void *y, void *arg)
{
	const struct writer *w = arg;
	const struct brow *a = x, *b = y;
	const bstr sa[] = {a->channel, a->name, a->vuln,   a->feed,
			   a->vendor,  a->arch, a->module, a->repo};
	const bstr sb[] = {b->channel, b->name, b->vuln,   b->feed,
			   b->vendor,  b->arch, b->module, b->repo};
	for (size_t i = 0; i < ARRAY_LEN(sa); i++)
		if (sa[i] != sb[i])
			return w->rank[sa[i]] < w->rank[sb[i]] ? -1 : 1;
	uint32_t na = (uint32_t)a->status << 16 | (uint32_t)a->severity << 8 | a->flags;
	uint32_t nb = (uint32_t)b->status << 16 | (uint32_t)b->severity << 8 | b->flags;
	if (na != nb)
		return na < nb ? -1 : 1;
	int order = list_cmp(w, a->ranges, b->ranges);
	return order ? order : list_cmp(w, a->versions, b->versions);
}

/* Where each list begins in its section, plus one; lists are written when first met. */
static uint32_t place_list(struct writer *w, enum adv_section s, uint32_t *places, uint32_t list,
			   uint32_t *count)
{
	uint32_t n;
	const uint32_t *items = list_items(w->b, list, &n);
	*count = s == ADV_S_RANGES ? n / 3 : n;
	if (n == 0)
		return 0;
	if (places[list] == 0) {
		places[list] = wr_count(w, s) + 1;
		for (uint32_t i = 0; i < n; i++)
			wr_u32(w, s, wr_string(w, items[i]));
	}
	return places[list] - 1;
}

static void write_row(struct writer *w, const struct brow *r, uint32_t feed, uint32_t *ranges,
		      uint32_t *versions)
{
	unsigned char p[ADV_ROW_SIZE] = {0};
	uint32_t n;
	put_u32(p + ADV_ROW_VULN, w->vuln_of[r->vuln]);
	p[ADV_ROW_STATUS] = (unsigned char)(r->status | r->severity << 4);
	p[ADV_ROW_FLAGS] = r->flags;
	put_u16(p + ADV_ROW_FEED, (uint16_t)feed);
	put_u32(p + ADV_ROW_VENDOR, wr_string(w, r->vendor));
	put_u32(p + ADV_ROW_ARCH, wr_string(w, r->arch));
	put_u32(p + ADV_ROW_MODULE, wr_string(w, r->module));
	put_u32(p + ADV_ROW_REPO, wr_string(w, r->repo));
	put_u32(p + ADV_ROW_RANGE, place_list(w, ADV_S_RANGES, ranges, r->ranges, &n));
	put_u32(p + ADV_ROW_NRANGES, n);
	put_u32(p + ADV_ROW_VERSION, place_list(w, ADV_S_VERSIONS, versions, r->versions, &n));
	put_u32(p + ADV_ROW_NVERSIONS, n);
	buf_put(&w->part[ADV_S_ROWS], p, sizeof(p));
}

static void begin_key(struct writer *w, const struct brow *r)
{
	unsigned char p[16];
	put_u32(p, wr_string(w, r->channel));
	put_u32(p + 4, wr_string(w, r->name));
	put_u32(p + 8, wr_count(w, ADV_S_ROWS));
	put_u32(p + 12, 0);
	buf_put(&w->part[ADV_S_KEYS], p, sizeof(p));
}

static void end_key(struct writer *w)
{
	struct buf *keys = &w->part[ADV_S_KEYS];
	if (keys->len == 0 || keys->failed)
		return;
	unsigned char *p = (unsigned char *)keys->ptr + keys->len - 16;
	put_u32(p + 12, wr_count(w, ADV_S_ROWS) - get_u32(p + 8));
}

static int write_rows(struct writer *w, struct err *err)
{
	struct adv_build *b = w->b;
	auto_free uint32_t *feed_index = calloc(w->nstrings, sizeof(*feed_index));
	auto_free uint32_t *ranges = calloc(b->lists.data.len, sizeof(*ranges));
	auto_free uint32_t *versions = calloc(b->lists.data.len, sizeof(*versions));
	if (!feed_index || !ranges || !versions)
		return err_oom(err);
	TRY(write_feeds(w, feed_index, err));
	for (size_t i = 0; i < b->rows.len; i++)
		b->rows.ptr[i].vuln = w->class_of[b->rows.ptr[i].vuln];
	if (b->rows.len)
		qsort_r(b->rows.ptr, b->rows.len, sizeof(*b->rows.ptr), row_cmp, w);
	const struct brow *last = NULL;
	for (size_t i = 0; i < b->rows.len; i++) {
		const struct brow *r = &b->rows.ptr[i];
		if (last && row_cmp(last, r, w) == 0)
			continue;
		if (!last || last->channel != r->channel || last->name != r->name) {
			end_key(w);
			begin_key(w, r);
		}
		write_row(w, r, feed_index[r->feed], ranges, versions);
		last = r;
	}
	end_key(w);
	return 0;
}

/* ---- hash of the keys, channels ---- */

static uint32_t slots_for(uint32_t n)
{
	uint32_t slots = 1;
	while (slots < n + n / 2 + 1 && slots < UINT32_C(1) << 31)
		slots *= 2;
	return slots;
}

static int write_key_hash(struct writer *w, struct err *err)
{
	uint32_t n = wr_count(w, ADV_S_KEYS), slots = slots_for(n);
	struct buf *out = &w->part[ADV_S_KEYHASH];
	unsigned char *table = buf_reserve(out, (size_t)slots * 8);
	if (!table || w->part[ADV_S_KEYS].failed || w->part[ADV_S_STRINGS].failed)
		return err_oom(err);
	memset(table, 0, (size_t)slots * 8);
	out->len += (size_t)slots * 8;
	const unsigned char *keys = (const unsigned char *)w->part[ADV_S_KEYS].ptr;
	struct adv_part pool = {.ptr = (const unsigned char *)w->part[ADV_S_STRINGS].ptr,
				.size = w->part[ADV_S_STRINGS].len};
	for (uint32_t i = 0; i < n; i++) {
		const unsigned char *key = keys + (size_t)i * 16;
		uint64_t hash = adv_key_hash(part_string(&pool, get_u32(key)),
					     part_string(&pool, get_u32(key + 4)));
		uint32_t at = (uint32_t)hash & (slots - 1);
		while (get_u32(table + (size_t)at * 8 + 4))
			at = (at + 1) & (slots - 1);
		put_u32(table + (size_t)at * 8, (uint32_t)(hash >> 32));
		put_u32(table + (size_t)at * 8 + 4, i + 1);
	}
	return 0;
}

struct channel {
	bstr name;
	uint32_t first, keys;
	int32_t day;
};

static int by_channel(const void *x, const void *y, void *arg)
{
	const struct channel *a = x, *b = y;
	return by_rank(&a->name, &b->name, arg);
}

static void put_channel(struct writer *w, const struct channel *c)
{
	unsigned char p[16];
	put_u32(p, wr_string(w, c->name));
	put_u32(p + 4, c->first);
	put_u32(p + 8, c->keys);
	put_u32(p + 12, (uint32_t)c->day);
	buf_put(&w->part[ADV_S_CHANNELS], p, sizeof(p));
}

struct channels {
	struct channel *ptr;
	size_t len, cap;
};

static int gather_channels(const struct writer *w, struct channels *all)
{
	const struct adv_build *b = w->b;
	const struct brow *last = NULL;
	uint32_t key = 0;
	for (size_t i = 0; i < b->rows.len; i++) {
		const struct brow *r = &b->rows.ptr[i];
		bool fresh = !last || last->channel != r->channel;
		if (fresh)
			TRY(vec_push(all, ((struct channel){r->channel, key, 0, ADV_NO_DAY})));
		if (fresh || last->name != r->name) {
			all->ptr[all->len - 1].keys++;
			key++;
		}
		last = r;
	}
	for (size_t i = 0; i < b->eols.len; i++)
		TRY(vec_push(all,
			     ((struct channel){b->eols.ptr[i].channel, 0, 0, b->eols.ptr[i].day})));
	return 0;
}

static int write_channels(struct writer *w, struct err *err)
{
	struct channels all = {0};
	int rc = gather_channels(w, &all);
	if (all.len)
		qsort_r(all.ptr, all.len, sizeof(*all.ptr), by_channel, w->rank);
	for (size_t i = 0; i < all.len;) {
		struct channel c = all.ptr[i];
		for (i++; i < all.len && all.ptr[i].name == c.name; i++) {
			const struct channel *more = &all.ptr[i];
			if (more->keys) {
				c.first = more->first;
				c.keys = more->keys;
			}
			c.day = MAX(c.day, more->day);
		}
		put_channel(w, &c);
	}
	vec_free(&all);
	return rc < 0 ? err_oom(err) : 0;
}

/* ---- the file ---- */

/* SOURCE_DATE_EPOCH gives the build time; without it the newest record, else the newest input file, so that equal
 * inputs give equal bytes. */
static int64_t build_time(const struct writer *w)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t newest = w->newest > 0 ? w->newest : w->b->newest_file;
	return (epoch && *epoch) || newest <= 0 ? time_now() : newest;
}

static int assemble(struct writer *w, struct buf *out, struct err *err)
{
	unsigned char head[ADV_HEAD_ALL] = {0};
	uint64_t at = sizeof(head), start[ADV_SECTIONS];
	for (int s = 0; s < ADV_SECTIONS; s++) {
		unsigned char *e = head + ADV_HEAD + s * ADV_ENTRY;
		if (w->part[s].failed)
			return err_limit(
			    err, "section \"%s\" outgrows 4 GiB or memory - build from fewer feeds",
			    adv_section_names[s]);
		at = start[s] = (at + 7) & ~UINT64_C(7);
		put_u32(e, (uint32_t)s);
		put_u32(e + 4, adv_section_item[s]);
		put_u64(e + 8, at);
		put_u64(e + 16, w->part[s].len);
		put_u64(e + 24, hash64(w->part[s].ptr, w->part[s].len));
		at += w->part[s].len;
	}
	memcpy(head, ADV_MAGIC, 8);
	put_u32(head + 8, ADV_FORMAT);
	put_u32(head + 12, w->b->starter ? ADV_FLAG_STARTER : 0);
	put_u64(head + 16, at);
	put_u64(head + 24, (uint64_t)build_time(w));
	put_u32(head + 32, ADV_SECTIONS);
	put_u64(head + ADV_HEAD_SUM, hash64(head, sizeof(head)));
	buf_put(out, head, sizeof(head));
	for (int s = 0; s < ADV_SECTIONS; s++) {
		while (out->len < start[s] && !out->failed)
			buf_putc(out, 0);
		buf_put(out, w->part[s].ptr, w->part[s].len);
	}
	return out->failed ? err_oom(err) : 0;
}

/* "devel" is the release after the newest one that has statements under its own name. */
static void name_devel(struct adv_build *b)
{
	struct slice next = b->ubuntu_newest < 0 ? SL_NONE : adv_ubuntu_at(b->ubuntu_newest + 1);
	bstr from = bld_intern(b, SL("ubuntu:devel")), to = bld_intern(b, next);
	for (size_t i = 0; i < b->rows.len && to; i++)
		if (b->rows.ptr[i].channel == from)
			b->rows.ptr[i].channel = to;
}

static int write_all(struct writer *w, struct buf *out, struct err *err)
{
	for (int s = 0; s < ADV_SECTIONS; s++)
		buf_init(&w->part[s], UINT32_MAX);
	name_devel(w->b);
	w->nstrings = w->b->strings.items.len;
	w->hot = calloc(w->nstrings, sizeof(*w->hot));
	w->text = calloc(w->nstrings, sizeof(*w->text));
	if (w->b->failed || !w->hot || !w->text)
		return err_oom(err);
	wr_u32(w, ADV_S_STRINGS, 0);
	wr_u32(w, ADV_S_TEXT, 0);
	TRY(rank_strings(w, err));
	TRY(bld_merge(w->b, w->rank, &w->class_of, err));
	TRY(choose_vulns(w, err));
	TRY(write_rows(w, err));
	TRY(write_key_hash(w, err));
	TRY(write_channels(w, err));
	TRY(wr_vulns(w, err));
	return assemble(w, out, err);
}

int adv_build_image(struct adv_build *b, struct buf *out, struct err *err)
{
	struct writer w = {.b = b};
	int rc = write_all(&w, out, err);
	writer_done(&w);
	return rc;
}

int adv_build_write(struct adv_build *b, const char *out, struct err *err)
{
	auto_buf struct buf image;
	buf_init(&image, SIZE_MAX / 2);
	/* Not even an empty database: a wrong folder must not take the place of a good one. */
	if (b->feeds.len == 0)
		return err_input(
		    err, "no feed of a known kind among what was given - %s is left as it was",
		    out);
	if (adv_build_image(b, &image, err) < 0)
		return err_wrap(err, "%s", out);
	return file_replace(out, buf_slice(&image), err);
}
