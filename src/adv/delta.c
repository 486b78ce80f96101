/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The difference of two databases. One record more moves every offset and index behind it, so that the bytes of two
 * days have little in common though their content has nearly all. Therefore the old sections are first rewritten to
 * what the new one's strings and tables would make of them: that both sides can do, as far as the new sections are
 * there already. What zstd then has to say are the changed records alone. docs/database-format.md, "Deltas".
 */
#include "adv/internal.h"
#include "pack/pack.h"

#define DELTA_MAGIC   "STRAKEDD"
#define DELTA_VERSION 1
#define WINDOW	      64 /* items looked ahead for what was put in between */
#define NONE	      UINT32_MAX
#define MAX_TRIES     1000 /* strings of an enemy may all want one slot */
#define DELTA_LEVEL   12   /* higher ones take ten times as long for a tenth */

enum {
	DELTA_HEAD = 16, /* magic, version, flags */
	DELTA_FRAMES = DELTA_HEAD + ADV_HEAD_ALL,
	DELTA_FIRST = DELTA_FRAMES + (ADV_SECTIONS + 1) * 8,
	DELTA_EPSS = 1, /* flag: the last frame holds EPSS, the vulnerabilities have zeros for it */
	EPSS_FIELDS = 2,
	EPSS_PLANES = 3, /* bytes of a difference, each in a row of its own */
};

/* What a field of an item holds. */
enum kind {
	END,
	STRING, /* offset in strings, in text */
	TEXT,
	INDEX, /* of an item of another section */
	LIST, /* first item of a run; its length follows. Most runs begin where the last one ended */
	INDEX1,	  /* index + 1, 0 none */
	INDEX_16, /* in 16 bits */
	IF_FIRST, /* index, where the item's first number is not 0 */
};
struct field {
	uint8_t at, kind, section;
};
#define MAX_FIELDS 10
struct layout {
	uint8_t section;
	uint8_t
	    same; /* so many bytes at the beginning say that two items are the same one; 0: not asked */
	uint8_t run; /* so many items in a row make a place known again */
	struct field fields[MAX_FIELDS];
};
/* In the order in which they are made: each needs those before it alone. */
static const struct layout layouts[ADV_SECTIONS] = {
    {ADV_S_STRINGS, 0, 0, {{0}}},
    {ADV_S_TEXT, 0, 0, {{0}}},
    {ADV_S_FEEDS, 4, 1, {{0, STRING, 0}}},
    {ADV_S_LISTS, 0, 0, {{0, STRING, 0}}},
    {ADV_S_TEXTREFS, 0, 0, {{0, TEXT, 0}}},
    {ADV_S_SCORES, 0, 0, {{0, STRING, 0}, {4, STRING, 0}}},
    {ADV_S_VENDORS, 0, 0, {{0, STRING, 0}}},
    {ADV_S_RANGES, 12, 3, {{0, STRING, 0}, {4, STRING, 0}, {8, STRING, 0}}},
    {ADV_S_VERSIONS, 4, 3, {{0, STRING, 0}}},
    {ADV_S_VULNS,
     4,
     1,
     {{ADV_VULN_ID, STRING, 0},
      {ADV_VULN_SOURCE, STRING, 0},
      {ADV_VULN_ALIAS, LIST, ADV_S_LISTS},
      {ADV_VULN_CWE, LIST, ADV_S_LISTS},
      {ADV_VULN_SCORE, LIST, ADV_S_SCORES},
      {ADV_VULN_VENDOR, LIST, ADV_S_VENDORS},
      {ADV_VULN_REF, LIST, ADV_S_TEXTREFS},
      {ADV_VULN_TITLE, TEXT, 0},
      {ADV_VULN_DETAILS, TEXT, 0}}},
    {ADV_S_ROWS,
     0,
     0,
     {{ADV_ROW_VULN, INDEX, ADV_S_VULNS},
      {ADV_ROW_FEED, INDEX_16, ADV_S_FEEDS},
      {ADV_ROW_VENDOR, STRING, 0},
      {ADV_ROW_ARCH, STRING, 0},
      {ADV_ROW_MODULE, STRING, 0},
      {ADV_ROW_REPO, STRING, 0},
      {ADV_ROW_RANGE, LIST, ADV_S_RANGES},
      {ADV_ROW_VERSION, LIST, ADV_S_VERSIONS}}},
    {ADV_S_KEYS, 8, 1, {{0, STRING, 0}, {4, STRING, 0}, {8, LIST, ADV_S_ROWS}}},
    {ADV_S_KEYHASH, 0, 0, {{4, INDEX1, ADV_S_KEYS}}},
    {ADV_S_IDHASH, 0, 0, {{4, IF_FIRST, ADV_S_VULNS}, {0, STRING, 0}}},
    {ADV_S_CHANNELS, 0, 0, {{0, STRING, 0}, {4, LIST, ADV_S_KEYS}}},
};

/* From places in the old file to places in the new one. */
struct places {
	uint32_t *to; /* pools: by offset / 4, as no two strings begin in the same four bytes */
	uint32_t n;
};
struct delta {
	struct adv_db *old, *new;
	struct places strings, text, items[ADV_SECTIONS];
	uint32_t flags;
};

static void delta_done(struct delta *d)
{
	free(d->strings.to);
	free(d->text.to);
	for (int s = 0; s < ADV_SECTIONS; s++)
		free(d->items[s].to);
	adv_close(&d->old);
	adv_close(&d->new);
}

static uint32_t place_of(const struct places *p, uint32_t i)
{
	return i < p->n && p->to[i] != NONE ? p->to[i] : 0;
}

/* ---- where strings went ---- */

struct table {
	uint32_t *slots; /* value + 1 */
	uint32_t mask;
};

static int table_for(struct table *t, uint64_t n, struct err *err)
{
	uint64_t slots = 16;
	while (slots < n + n / 2)
		slots *= 2;
	if (slots > UINT32_MAX)
		return err_limit(err, "too many items for a delta");
	t->mask = (uint32_t)(slots - 1);
	t->slots = calloc(slots, sizeof(*t->slots));
	return t->slots ? 0 : err_oom(err);
}

static bool next_string(const struct adv_part *p, uint32_t *at, struct slice *s)
{
	if (*at > p->size || p->size - *at < 4)
		return false;
	uint32_t n = get_u32(p->ptr + *at);
	if (n > p->size - *at - 4)
		return false;
	*s = slice_of(p->ptr + *at + 4, n);
	return true;
}

static uint64_t count_strings(const struct adv_part *p)
{
	struct slice s;
	uint64_t n = 0;
	for (uint32_t at = 0; next_string(p, &at, &s); at += 4 + (uint32_t)s.len)
		n++;
	return n;
}

static void index_pool(const struct adv_part *p, struct table *t)
{
	struct slice s;
	for (uint32_t at = 0; next_string(p, &at, &s); at += 4 + (uint32_t)s.len) {
		uint32_t slot = (uint32_t)slice_hash(s) & t->mask;
		unsigned tries = 0;
		while (t->slots[slot] && tries++ < MAX_TRIES)
			slot = (slot + 1) & t->mask;
		if (!t->slots[slot])
			t->slots[slot] = at + 1;
	}
}

static uint32_t find_string(const struct adv_part *p, const struct table *t, struct slice want)
{
	uint32_t slot = (uint32_t)slice_hash(want) & t->mask;
	for (unsigned tries = 0; t->slots[slot] && tries <= MAX_TRIES; tries++) {
		uint32_t at = t->slots[slot] - 1;
		if (slice_eq(part_string(p, at), want))
			return at;
		slot = (slot + 1) & t->mask;
	}
	return NONE;
}

static int place_strings(const struct adv_part *from, const struct adv_part *to, struct places *ret,
			 struct err *err)
{
	auto_free uint32_t *slots = NULL;
	struct table t = {0};
	struct slice s;
	if (from->size > UINT32_MAX || to->size >= UINT32_MAX)
		return err_limit(err, "a pool of strings over 4 GiB");
	ret->n = (uint32_t)(from->size / 4 + 1);
	ret->to = malloc((size_t)ret->n * sizeof(*ret->to));
	if (!ret->to)
		return err_oom(err);
	memset(ret->to, 0xff, (size_t)ret->n * sizeof(*ret->to));
	TRY(table_for(&t, count_strings(to), err));
	slots = t.slots;
	index_pool(to, &t);
	for (uint32_t at = 0; next_string(from, &at, &s); at += 4 + (uint32_t)s.len)
		ret->to[at / 4] = find_string(to, &t, s);
	return 0;
}

/* ---- where items went ---- */

struct aligner {
	const struct layout *l;
	const unsigned char *old, *new;
	uint32_t nold, nnew, size;
	struct table t;
};

static bool same(const struct aligner *a, uint32_t i, uint32_t k)
{
	return i < a->nold && k < a->nnew &&
	       memcmp(a->old + (size_t)i * a->size, a->new + (size_t)k * a->size, a->l->same) == 0;
}

static uint64_t run_hash(const struct aligner *a, const unsigned char *all, uint32_t i)
{
	const unsigned char *at = all + (size_t)i * a->size;
	return hash64(at, a->l->run == 1 ? a->l->same : (size_t)a->size * a->l->run);
}

static void index_items(struct aligner *a)
{
	for (uint32_t i = 0; i < a->nnew && a->nnew - i >= a->l->run; i++) {
		uint32_t slot = (uint32_t)run_hash(a, a->new, i) & a->t.mask;
		/* The first of its kind stands for all: further ones would only make chains. */
		if (!a->t.slots[slot])
			a->t.slots[slot] = i + 1;
	}
}

static uint32_t find_run(const struct aligner *a, uint32_t i)
{
	if (a->nold - i < a->l->run)
		return NONE;
	uint32_t at = a->t.slots[(uint32_t)run_hash(a, a->old, i) & a->t.mask];
	for (uint32_t k = 0; at && k < a->l->run; k++)
		if (!same(a, i + k, at - 1 + k))
			return NONE;
	return at ? at - 1 : NONE;
}

/* Something was put in between: the next two items are found again a little later. */
static uint32_t find_near(const struct aligner *a, uint32_t i, uint32_t next)
{
	for (uint32_t d = 1; d <= WINDOW && d < a->nnew - MIN(next, a->nnew); d++)
		if (same(a, i, next + d) && (i + 1 == a->nold || same(a, i + 1, next + d + 1)))
			return next + d;
	return NONE;
}

static int place_items(const struct layout *l, const unsigned char *old, uint32_t nold,
		       const struct adv_part *new, struct places *ret, struct err *err)
{
	struct aligner a = {.l = l,
			    .old = old,
			    .new = new->ptr,
			    .nold = nold,
			    .nnew = new->count,
			    .size = adv_section_item[l->section]};
	auto_free uint32_t *slots = NULL;
	ret->to = malloc(((size_t)nold + 1) * sizeof(*ret->to));
	if (!ret->to)
		return err_oom(err);
	ret->n = nold + 1;
	TRY(table_for(&a.t, a.nnew, err));
	slots = a.t.slots;
	index_items(&a);
	uint32_t next = 0;
	for (uint32_t i = 0; i < nold; i++) {
		uint32_t at = same(&a, i, next) ? next : find_near(&a, i, next);
		if (at == NONE)
			at = find_run(&a, i);
		ret->to[i] = at == NONE ? next : at;
		if (at != NONE)
			next = at + 1;
	}
	ret->to[nold] = a.nnew;
	return 0;
}

/* ---- runs ---- */

/* A run that begins where those before it end is 0, whatever came before; others move up by one. */
static uint32_t run_code(uint32_t first, uint32_t end)
{
	return first == end ? 0 : first < end ? first + 1 : first;
}

static uint32_t run_first(uint32_t code, uint32_t end)
{
	return code == 0 ? end : code <= end ? code - 1 : code;
}

static void run_passed(uint32_t *end, uint32_t first, uint32_t n)
{
	*end = MAX(*end, n > UINT32_MAX - first ? UINT32_MAX : first + n);
}

static bool has_runs(const struct layout *l)
{
	for (const struct field *f = l->fields; f->kind != END; f++)
		if (f->kind == LIST)
			return true;
	return false;
}

static void code_runs(const struct layout *l, unsigned char *all, uint32_t n, bool decode)
{
	uint32_t ends[ADV_SECTIONS] = {0}, size = adv_section_item[l->section];
	for (uint32_t i = 0; i < n; i++)
		for (const struct field *f = l->fields; f->kind != END; f++) {
			unsigned char *p = all + (size_t)i * size + f->at;
			uint32_t *end = &ends[f->section];
			if (f->kind != LIST || get_u32(p + 4) == 0)
				continue;
			uint32_t v = get_u32(p), len = get_u32(p + 4);
			uint32_t first = decode ? run_first(v, *end) : v;
			put_u32(p, decode ? first : run_code(v, *end));
			run_passed(end, first, len);
		}
}

/* ---- the old section in the new one's numbers ---- */

static void rebase_field(const struct delta *d, const struct field *f, unsigned char *item,
			 uint32_t *ends)
{
	unsigned char *p = item + f->at;
	uint32_t v = get_u32(p);
	const struct places *to = &d->items[f->section];
	switch ((enum kind)f->kind) {
	case STRING:
		put_u32(p, v ? place_of(&d->strings, v / 4) : 0);
		break;
	case TEXT:
		put_u32(p, v ? place_of(&d->text, v / 4) : 0);
		break;
	case INDEX:
		put_u32(p, place_of(to, v));
		break;
	case LIST:
		if (get_u32(p + 4) == 0)
			break;
		put_u32(p, v == ends[f->section] ? 0 : place_of(to, v) + 1);
		run_passed(&ends[f->section], v, get_u32(p + 4));
		break;
	case INDEX1:
		if (v)
			put_u32(p, place_of(to, v - 1) + 1);
		break;
	case INDEX_16:
		put_u16(p, (uint16_t)place_of(to, v & 0xffff));
		break;
	case IF_FIRST:
		if (get_u32(item))
			put_u32(p, place_of(to, v));
		break;
	case END:
	default:
		break;
	}
}

static void rebase(const struct delta *d, const struct layout *l, unsigned char *all)
{
	uint32_t n = d->old->part[l->section].count, size = adv_section_item[l->section],
		 ends[ADV_SECTIONS] = {0};
	for (uint32_t i = 0; i < n; i++)
		for (const struct field *f = l->fields; f->kind != END; f++)
			rebase_field(d, f, all + (size_t)i * size, ends);
}

static void blank_epss(unsigned char *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		memset(items + (size_t)i * ADV_VULN_SIZE + ADV_VULN_EPSS, 0, 4 * EPSS_FIELDS);
}

/* What the new section is said by means of; copy keeps the memory. */
static int base_of(const struct delta *d, const struct layout *l, unsigned char **copy,
		   struct slice *ret, struct err *err)
{
	const struct adv_part *old = &d->old->part[l->section];
	*ret = slice_of(old->ptr, (size_t)old->size);
	if (l->fields[0].kind == END || old->size == 0)
		return 0;
	*copy = malloc((size_t)old->size);
	if (!*copy)
		return err_oom(err);
	memcpy(*copy, old->ptr, (size_t)old->size);
	rebase(d, l, *copy);
	if (l->section == ADV_S_VULNS && d->flags & DELTA_EPSS)
		blank_epss(*copy, old->count);
	*ret = slice_of(*copy, (size_t)old->size);
	return 0;
}

/* The new section is there: those that follow can be told where its items are. */
static int learn(struct delta *d, const struct layout *l, struct slice base, struct err *err)
{
	const struct adv_part *old = &d->old->part[l->section], *new = &d->new->part[l->section];
	if (l->section == ADV_S_STRINGS)
		return place_strings(old, new, &d->strings, err);
	if (l->section == ADV_S_TEXT)
		return place_strings(old, new, &d->text, err);
	if (l->same == 0) /* nothing but runs refers to it */
		return 0;
	return place_items(l, (const unsigned char *)base.ptr, old->count, new,
			   &d->items[l->section], err);
}

static int check_sizes(const struct delta *d, struct err *err)
{
	for (int s = 0; s < ADV_SECTIONS; s++)
		if (!pack_zstd_takes(d->new->part[s].size, d->old->part[s].size))
			return err_limit(err, "section \"%s\" is too large for a delta",
					 adv_section_names[s]);
	return 0;
}

/* ---- EPSS ---- */

/*
 * Nearly every score moves a little every day. The feed gives five decimals: in those units the moves are small
 * numbers, where the bytes of a float look like noise.
 */
static int32_t epss_units(const unsigned char *p)
{
	float v = get_f32(p);
	if (!(v >= -1.0F && v <= 1.0F))
		return -100000;
	return (int32_t)((double)v * 100000 + (v < 0 ? -0.5 : 0.5));
}

static float epss_value(int32_t units)
{
	return (float)((double)units / 100000);
}

static bool epss_is_exact(const struct adv_part *vulns)
{
	for (uint32_t i = 0; i < vulns->count; i++)
		for (uint32_t f = 0; f < EPSS_FIELDS; f++) {
			unsigned char again[4];
			const unsigned char *p =
			    vulns->ptr + (size_t)i * ADV_VULN_SIZE + ADV_VULN_EPSS + 4 * f;
			put_f32(again, epss_value(epss_units(p)));
			if (memcmp(again, p, sizeof(again)) != 0)
				return false;
		}
	return true;
}

/* A new vulnerability and what its old scores let expect. */
struct epss_item {
	int32_t guess[EPSS_FIELDS];
	uint32_t index;
};

static int by_guess(const void *x, const void *y)
{
	const struct epss_item *a = x, *b = y;
	for (int f = EPSS_FIELDS - 1; f >= 0; f--)
		if (a->guess[f] != b->guess[f])
			return a->guess[f] < b->guess[f] ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* In the order of their old percentiles: neighbours there move by the same steps. */
static int epss_items(const struct delta *d, struct epss_item **ret, struct err *err)
{
	const struct adv_part *old = &d->old->part[ADV_S_VULNS], *new = &d->new->part[ADV_S_VULNS];
	struct epss_item *items = calloc((size_t) new->count + 1, sizeof(*items));
	if (!items)
		return err_oom(err);
	for (uint32_t i = 0; i < new->count; i++)
		items[i] = (struct epss_item){{-100000, -100000}, i};
	for (uint32_t i = 0; i < old->count; i++) {
		const unsigned char *p = old->ptr + (size_t)i * ADV_VULN_SIZE;
		uint32_t at = place_of(&d->items[ADV_S_VULNS], i);
		if (at >= new->count || get_u32(new->ptr + (size_t)at *ADV_VULN_SIZE) !=
					    place_of(&d->strings, get_u32(p) / 4))
			continue;
		for (uint32_t f = 0; f < EPSS_FIELDS; f++)
			items[at].guess[f] = epss_units(p + ADV_VULN_EPSS + 4 * f);
	}
	if (new->count)
		qsort(items, new->count, sizeof(*items), by_guess);
	*ret = items;
	return 0;
}

static size_t epss_size(const struct delta *d)
{
	return d->flags & DELTA_EPSS
		   ? (size_t)d->new->part[ADV_S_VULNS].count *EPSS_FIELDS *EPSS_PLANES
		   : 0;
}

static int make_epss(const struct delta *d, struct buf *out, struct err *err)
{
	auto_free struct epss_item *items = NULL;
	size_t size = epss_size(d), n = d->new->part[ADV_S_VULNS].count;
	auto_free unsigned char *planes = calloc(1, size + 1);
	if (!planes)
		return err_oom(err);
	TRY(epss_items(d, &items, err));
	for (uint32_t i = 0; size && i < n; i++)
		for (uint32_t f = 0; f < EPSS_FIELDS; f++) {
			const unsigned char *p = db_item(d->new, ADV_S_VULNS, items[i].index);
			int32_t by = epss_units(p + ADV_VULN_EPSS + 4 * f) - items[i].guess[f];
			uint32_t zigzag = by < 0 ? (uint32_t)-by * 2 - 1 : (uint32_t)by * 2;
			for (uint32_t b = 0; b < EPSS_PLANES; b++)
				planes[(f * EPSS_PLANES + b) * n + i] =
				    (unsigned char)(zigzag >> 8 * b);
		}
	return pack_zstd_whole(slice_of(planes, size), SL_NONE, DELTA_LEVEL, out, err);
}

static int apply_epss(const struct delta *d, struct slice frame, char *file, struct err *err)
{
	auto_free struct epss_item *items = NULL;
	size_t size = epss_size(d), n = d->new->part[ADV_S_VULNS].count;
	auto_free unsigned char *planes = calloc(1, size + 1);
	if (!planes)
		return err_oom(err);
	if (pack_unzstd_whole(frame, SL_NONE, planes, size, err) < 0)
		return err_wrap(err, "EPSS");
	TRY(epss_items(d, &items, err));
	for (uint32_t i = 0; size && i < n; i++)
		for (uint32_t f = 0; f < EPSS_FIELDS; f++) {
			uint32_t zigzag = 0;
			for (uint32_t b = 0; b < EPSS_PLANES; b++)
				zigzag |= (uint32_t)planes[(f * EPSS_PLANES + b) * n + i] << 8 * b;
			int32_t by =
			    zigzag & 1 ? -(int32_t)(zigzag / 2) - 1 : (int32_t)(zigzag / 2);
			size_t at =
			    (size_t)((const char *)db_item(d->new, ADV_S_VULNS, items[i].index) -
				     file);
			put_f32((unsigned char *)file + at + ADV_VULN_EPSS + 4 * f,
				epss_value(items[i].guess[f] + by));
		}
	return 0;
}

/* ---- both directions ---- */

static int make_frame(struct delta *d, const struct layout *l, struct buf *out, struct err *err)
{
	auto_free unsigned char *copy = NULL, *own = NULL;
	const struct adv_part *new = &d->new->part[l->section];
	struct slice base, content = slice_of(new->ptr, (size_t) new->size);
	TRY(base_of(d, l, &copy, &base, err));
	if (has_runs(l) && new->size) {
		own = malloc((size_t) new->size);
		if (!own)
			return err_oom(err);
		memcpy(own, new->ptr, (size_t) new->size);
		code_runs(l, own, new->count, false);
		if (l->section == ADV_S_VULNS && d->flags & DELTA_EPSS)
			blank_epss(own, new->count);
		content.ptr = (const char *)own;
	}
	TRY(pack_zstd_whole(content, base, DELTA_LEVEL, out, err));
	return learn(d, l, base, err);
}

int adv_delta_make(struct slice from, struct slice to, struct buf *out, struct err *err)
{
	CLEANUP(delta_done) struct delta d = {0};
	unsigned char number[8];
	TRY(adv_open_memory(from, &d.old, err));
	TRY(adv_open_memory(to, &d.new, err));
	TRY(check_sizes(&d, err));
	d.flags = epss_is_exact(&d.new->part[ADV_S_VULNS]) ? DELTA_EPSS : 0;
	size_t start = out->len;
	put_u32(number, DELTA_VERSION);
	put_u32(number + 4, d.flags);
	buf_puts(out, SL(DELTA_MAGIC));
	buf_put(out, number, 8);
	buf_puts(out, slice_sub(to, 0, ADV_HEAD_ALL));
	memset(number, 0, sizeof(number));
	for (int s = 0; s <= ADV_SECTIONS; s++)
		buf_put(out, number, 8);
	for (size_t i = 0; i <= ARRAY_LEN(layouts); i++) {
		size_t before = out->len;
		if (i < ARRAY_LEN(layouts))
			TRY(make_frame(&d, &layouts[i], out, err));
		else
			TRY(make_epss(&d, out, err));
		put_u64((unsigned char *)out->ptr + start + DELTA_FRAMES + i * 8,
			out->len - before);
	}
	return out->failed ? err_oom(err) : 0;
}

/* The file with its header, all else zero. */
static int begin_file(struct slice delta, uint64_t max, struct buf *out, struct err *err)
{
	const unsigned char *p = (const unsigned char *)delta.ptr;
	if (delta.len < DELTA_FIRST || !slice_starts(delta, DELTA_MAGIC))
		return err_input(err, "no delta of databases");
	if (get_u32(p + 8) != DELTA_VERSION || get_u32(p + 12) & ~(uint32_t)DELTA_EPSS)
		return err_input(err, "a delta of version %u, this program knows %d",
				 get_u32(p + 8), DELTA_VERSION);
	uint64_t size = get_u64(p + DELTA_HEAD + 16);
	if (size > max || size > SIZE_MAX / 2 || size < ADV_HEAD_ALL)
		return err_limit(err, "leads to a file of %llu bytes, allowed are %llu",
				 (unsigned long long)size, (unsigned long long)max);
	char *to = buf_reserve(out, (size_t)size);
	if (!to)
		return err_oom(err);
	memset(to, 0, (size_t)size);
	memcpy(to, p + DELTA_HEAD, ADV_HEAD_ALL);
	out->len = (size_t)size;
	return 0;
}

static int fill(struct delta *d, const struct layout *l, struct slice frame, char *file,
		struct err *err)
{
	auto_free unsigned char *copy = NULL;
	const struct adv_part *new = &d->new->part[l->section];
	struct slice base;
	TRY(base_of(d, l, &copy, &base, err));
	/* The section's place was checked when the header was opened. */
	size_t at = (size_t)((const char *)new->ptr - file);
	if (pack_unzstd_whole(frame, base, file + at, (size_t) new->size, err) < 0)
		return err_wrap(err, "section \"%s\"", adv_section_names[l->section]);
	if (has_runs(l))
		code_runs(l, (unsigned char *)file + at, new->count, true);
	return learn(d, l, base, err);
}

int adv_delta_apply(struct slice from, struct slice delta, uint64_t max, struct buf *out,
		    struct err *err)
{
	CLEANUP(delta_done) struct delta d = {0};
	TRY(begin_file(delta, max, out, err));
	TRY(adv_open_memory(from, &d.old, err));
	TRY(adv_open_memory(buf_slice(out), &d.new, err));
	TRY(check_sizes(&d, err));
	d.flags = get_u32((const unsigned char *)delta.ptr + 12);
	struct slice rest = slice_from(delta, DELTA_FIRST);
	for (size_t i = 0; i <= ARRAY_LEN(layouts); i++) {
		uint64_t n =
		    get_u64((const unsigned char *)delta.ptr + DELTA_FRAMES + i * sizeof(uint64_t));
		if (n > rest.len)
			return err_input(err, "the delta ends early");
		struct slice frame = slice_sub(rest, 0, (size_t)n);
		if (i < ARRAY_LEN(layouts))
			TRY(fill(&d, &layouts[i], frame, out->ptr, err));
		else
			TRY(apply_epss(&d, frame, out->ptr, err));
		rest = slice_from(rest, (size_t)n);
	}
	return rest.len ? err_input(err, "something follows the delta") : 0;
}
