/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting: strings and lists are interned, statements and facts appended. Order comes in write.c. */
#include "adv/build_internal.h"

#include <stdio.h>

enum {
	MAX_TEXT = 64 * 1024, /* of a description; more is cut */
	MAX_NAME = 64 * 1024, /* of any other string */
};

static int grow_strings(struct strtab *t)
{
	size_t cap = t->cap ? t->cap * 2 : 4096;
	struct strslot *slots = calloc(cap, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < t->cap; i++) {
		size_t at = t->slots[i].hash & (cap - 1);
		while (t->slots[i].item && slots[at].item)
			at = (at + 1) & (cap - 1);
		if (t->slots[i].item)
			slots[at] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->cap = cap;
	return 0;
}

static bstr add_string(struct strtab *t, struct slice s, uint32_t hash, size_t at)
{
	struct slice copy = arena_dup(&t->arena, s);
	if (!copy.ptr || t->items.len >= UINT32_MAX - 1 || vec_push(&t->items, copy) < 0)
		return 0;
	t->slots[at] = (struct strslot){(uint32_t)t->items.len, hash};
	return (bstr)(t->items.len - 1);
}

bstr bld_intern(struct adv_build *b, struct slice s)
{
	struct strtab *t = &b->strings;
	if (s.len == 0 || b->failed)
		return 0;
	if (t->items.len / 3 * 4 >= t->cap && grow_strings(t) < 0) {
		b->failed = true;
		return 0;
	}
	uint32_t hash = (uint32_t)slice_hash(s);
	size_t at = hash & (t->cap - 1);
	for (; t->slots[at].item; at = (at + 1) & (t->cap - 1))
		if (t->slots[at].hash == hash && slice_eq(t->items.ptr[t->slots[at].item - 1], s))
			return t->slots[at].item - 1;
	bstr made = add_string(t, s, hash, at);
	b->failed |= made == 0;
	return made;
}

/* Neighbours say much the same: looking at the string of the one before spares a search. */
static bstr intern_like(struct adv_build *b, struct slice s, bstr before)
{
	return slice_eq(bld_str(b, before), s) ? before : bld_intern(b, s);
}

static struct slice items_bytes(const uint32_t *items, uint32_t n)
{
	return slice_of(items, (size_t)n * sizeof(*items));
}

static int grow_lists(struct listtab *t)
{
	size_t cap = t->cap ? t->cap * 2 : 1024;
	uint32_t *slots = calloc(cap, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < t->cap; i++) {
		if (!t->slots[i])
			continue;
		const uint32_t *list = t->data.ptr + t->slots[i];
		size_t at = slice_hash(items_bytes(list + 1, list[0])) & (cap - 1);
		while (slots[at])
			at = (at + 1) & (cap - 1);
		slots[at] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->cap = cap;
	return 0;
}

uint32_t bld_list(struct adv_build *b, const uint32_t *items, uint32_t n)
{
	struct listtab *t = &b->lists;
	if (n == 0 || b->failed)
		return 0;
	if (t->len * 2 >= t->cap && grow_lists(t) < 0) {
		b->failed = true;
		return 0;
	}
	struct slice want = items_bytes(items, n);
	size_t at = slice_hash(want) & (t->cap - 1);
	for (; t->slots[at]; at = (at + 1) & (t->cap - 1)) {
		const uint32_t *list = t->data.ptr + t->slots[at];
		if (slice_eq(items_bytes(list + 1, list[0]), want))
			return t->slots[at];
	}
	size_t start = t->data.len;
	bool ok = start + n < UINT32_MAX && vec_push(&t->data, n) == 0;
	for (uint32_t i = 0; ok && i < n; i++)
		ok = vec_push(&t->data, items[i]) == 0;
	if (!ok) {
		b->failed = true;
		return 0;
	}
	t->slots[at] = (uint32_t)start;
	t->len++;
	return (uint32_t)start;
}

int adv_build_new(struct adv_build **ret, const struct adv_report *report, struct err *err)
{
	struct adv_build *b = calloc(1, sizeof(*b));
	if (!b)
		return err_oom(err);
	b->report = *report;
	b->ubuntu_newest = -1;
	arena_init(&b->strings.arena, SIZE_MAX / 2);
	arena_init(&b->arena, BLD_ARENA_MAX);
	buf_init(&b->bytes, 1024 * MIB);
	if (vec_push(&b->strings.items, SL_NONE) < 0 || vec_push(&b->lists.data, 0) < 0) {
		adv_build_free(&b);
		return err_oom(err);
	}
	*ret = b;
	return 0;
}

void adv_build_free(struct adv_build **b)
{
	struct adv_build *x = *b;
	if (!x)
		return;
	vec_free(&x->strings.items);
	free(x->strings.slots);
	arena_free(&x->strings.arena);
	vec_free(&x->lists.data);
	free(x->lists.slots);
	vec_free(&x->rows);
	vec_free(&x->facts);
	vec_free(&x->edges);
	vec_free(&x->feeds);
	map_free(&x->feed_index);
	vec_free(&x->eols);
	arena_free(&x->arena);
	buf_free(&x->bytes);
	if (x->doc_free)
		x->doc_free(&x->doc);
	free(x);
	*b = NULL;
}

struct bmark bld_mark(const struct adv_build *b)
{
	return (struct bmark){b->rows.len, b->facts.len, b->edges.len, b->eols.len};
}

void bld_rollback(struct adv_build *b, struct bmark m)
{
	b->rows.len = m.rows;
	b->facts.len = m.facts;
	b->edges.len = m.edges;
	b->eols.len = m.eols;
}

struct arena *bld_arena(struct adv_build *b)
{
	return &b->arena;
}

struct text_limits bld_limits(void)
{
	return (struct text_limits){
	    .max_bytes = 1024 * MIB, .max_nodes = 64 * 1000 * 1000, .max_depth = 100};
}

/* ---- statements ---- */

static uint32_t intern_ranges(struct adv_build *b, const struct bld_row *r)
{
	uint32_t few[3 * 16], n = 0;
	auto_free uint32_t *many = NULL;
	uint32_t *out = few;
	if (r->nranges > 16) {
		many = calloc(r->nranges, 3 * sizeof(*many));
		if (!many || r->nranges > UINT32_MAX / 4) {
			b->failed = true;
			return 0;
		}
		out = many;
	}
	for (size_t i = 0; i < r->nranges; i++) {
		out[n++] = bld_intern(b, r->ranges[i].introduced);
		out[n++] = bld_intern(b, r->ranges[i].fixed);
		out[n++] = bld_intern(b, r->ranges[i].last_affected);
	}
	return bld_list(b, out, n);
}

static uint32_t intern_versions(struct adv_build *b, const struct bld_row *r)
{
	if (r->nversions == 0)
		return 0;
	auto_free uint32_t *out = calloc(r->nversions, sizeof(*out));
	if (!out || r->nversions > UINT32_MAX / 4) {
		b->failed = true;
		return 0;
	}
	for (size_t i = 0; i < r->nversions; i++)
		out[i] = bld_intern(b, r->versions[i]);
	return bld_list(b, out, (uint32_t)r->nversions);
}

static bool names_ok(const struct bld_row *r)
{
	const struct slice *all[] = {&r->channel,   &r->name, &r->vuln,	  &r->feed,
				     &r->vendor_id, &r->arch, &r->module, &r->repo};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i]->len > MAX_NAME || (i < 4 && all[i]->len == 0))
			return false;
	return true;
}

void bld_row(struct adv_build *b, const struct bld_row *r)
{
	b->row_taken = names_ok(r);
	if (!b->row_taken)
		return;
	struct brow before = b->rows.len ? b->rows.ptr[b->rows.len - 1] : (struct brow){0};
	struct brow row = {
	    .channel = intern_like(b, r->channel, before.channel),
	    .name = intern_like(b, r->name, before.name),
	    .vuln = intern_like(b, r->vuln, before.vuln),
	    .feed = intern_like(b, r->feed, before.feed),
	    .vendor = intern_like(b, r->vendor_id, before.vendor),
	    .arch = intern_like(b, r->arch, before.arch),
	    .module = intern_like(b, r->module, before.module),
	    .repo = intern_like(b, r->repo, before.repo),
	    .ranges = intern_ranges(b, r),
	    .versions = intern_versions(b, r),
	    .status = (uint8_t)r->status,
	    .severity = (uint8_t)r->severity,
	    .flags = (uint8_t)r->flags,
	};
	if (!b->failed && vec_push(&b->rows, row) < 0)
		b->failed = true;
}

void bld_row_also(struct adv_build *b, struct slice vuln)
{
	if (!b->row_taken || b->rows.len == 0 || b->failed || vuln.len > MAX_NAME)
		return;
	struct brow row = b->rows.ptr[b->rows.len - 1];
	row.vuln = bld_intern(b, vuln);
	if (row.vuln && vec_push(&b->rows, row) < 0)
		b->failed = true;
}

void bld_row_fixed(struct adv_build *b, const struct bld_row *r, struct slice fixed)
{
	struct adv_range range = {.fixed = fixed};
	struct bld_row with = *r;
	with.ranges = &range;
	with.nranges = 1;
	bld_row(b, &with);
}

/* ---- facts ---- */

static void add_fact(struct adv_build *b, struct slice id, struct bfact f)
{
	bstr before = b->facts.len ? b->facts.ptr[b->facts.len - 1].id : 0;
	f.id = intern_like(b, slice_sub(id, 0, MAX_NAME), before);
	if (f.id && !b->failed && vec_push(&b->facts, f) < 0)
		b->failed = true;
}

size_t bld_facts(const struct adv_build *b)
{
	return b->facts.len;
}

void bld_facts_also(struct adv_build *b, size_t from, size_t to, struct slice id)
{
	bstr name = bld_intern(b, slice_sub(id, 0, MAX_NAME));
	for (size_t i = from; i < to && !b->failed; i++) {
		struct bfact f = b->facts.ptr[i];
		f.id = name;
		if (vec_push(&b->facts, f) < 0)
			b->failed = true;
	}
}

void bld_alias(struct adv_build *b, struct slice id, struct slice alias)
{
	struct bedge e = {bld_intern(b, slice_sub(id, 0, MAX_NAME)),
			  bld_intern(b, slice_sub(alias, 0, MAX_NAME))};
	if (e.a && e.b && e.a != e.b && !b->failed && vec_push(&b->edges, e) < 0)
		b->failed = true;
}

void bld_alias_listed(struct adv_build *b, struct slice id, struct slice alias)
{
	if (!slice_eq(id, alias))
		add_fact(b, id,
			 (struct bfact){.kind = FACT_ALIAS_LISTED,
					.a = bld_intern(b, slice_sub(alias, 0, MAX_NAME))});
}

/* Cuts at a character's border. */
static struct slice cut_text(struct slice s)
{
	if (s.len <= MAX_TEXT)
		return s;
	size_t n = MAX_TEXT;
	while (n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
		n--;
	return slice_sub(s, 0, n);
}

static void add_text(struct adv_build *b, struct slice id, enum fact_kind kind, enum bld_rank rank,
		     struct slice text)
{
	text = cut_text(slice_trim(text));
	if (text.len)
		add_fact(b, id,
			 (struct bfact){.kind = (uint8_t)kind,
					.rank = (uint8_t)rank,
					.a = bld_intern(b, text)});
}

void bld_title(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice text)
{
	add_text(b, id, FACT_TITLE, rank, text);
}

void bld_details(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice text)
{
	add_text(b, id, FACT_DETAILS, rank, text);
}

static void add_date(struct adv_build *b, struct slice id, enum fact_kind kind, enum bld_rank rank,
		     struct slice date)
{
	int64_t t;
	if (date.len && time_parse(date, &t) == 0 && t > 0)
		add_fact(b, id,
			 (struct bfact){.kind = (uint8_t)kind, .rank = (uint8_t)rank, .n = t});
}

void bld_published(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice date)
{
	add_date(b, id, FACT_PUBLISHED, rank, date);
}

void bld_modified(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice date)
{
	add_date(b, id, FACT_MODIFIED, rank, date);
}

void bld_score(struct adv_build *b, struct slice id, struct slice source, struct slice vector)
{
	double score;
	unsigned version;
	vector = slice_trim(vector);
	while (vector.len && vector.ptr[vector.len - 1] == '/')
		vector.len--;
	if (adv_cvss_score(vector, &score, &version) == 0)
		add_fact(b, id,
			 (struct bfact){.kind = FACT_SCORE,
					.a = bld_intern(b, source),
					.b = bld_intern(b, vector)});
}

void bld_severity(struct adv_build *b, struct slice id, struct slice source,
		  enum adv_severity severity)
{
	if (severity != ADV_SEV_UNKNOWN)
		add_fact(b, id,
			 (struct bfact){
			     .kind = FACT_SEVERITY, .a = bld_intern(b, source), .n = severity});
}

void bld_cwe(struct adv_build *b, struct slice id, struct slice cwe)
{
	if (slice_starts(cwe, "CWE-") && cwe.len < 16)
		add_fact(b, id, (struct bfact){.kind = FACT_CWE, .a = bld_intern(b, cwe)});
}

void bld_ref(struct adv_build *b, struct slice id, struct slice url)
{
	url = slice_trim(url);
	if (url.len && url.len <= 4096)
		add_fact(b, id, (struct bfact){.kind = FACT_REF, .a = bld_intern(b, url)});
}

void bld_kev(struct adv_build *b, struct slice id, int32_t day, bool ransomware)
{
	add_fact(b, id, (struct bfact){.kind = FACT_KEV, .n = (int64_t)day * 2 + ransomware});
}

void bld_epss(struct adv_build *b, struct slice id, struct slice date, float score,
	      float percentile)
{
	unsigned char both[8];
	put_f32(both, score);
	put_f32(both + 4, percentile);
	add_fact(b, id,
		 (struct bfact){
		     .kind = FACT_EPSS, .a = bld_intern(b, date), .n = (int64_t)get_u64(both)});
}

void bld_eol(struct adv_build *b, struct slice channel, int32_t day)
{
	struct beol e = {bld_intern(b, channel), day};
	if (e.channel && !b->failed && vec_push(&b->eols, e) < 0)
		b->failed = true;
}

void bld_ubuntu_release(struct adv_build *b, struct slice channel)
{
	if (!slice_is(channel, "ubuntu:devel"))
		b->ubuntu_newest = MAX(b->ubuntu_newest, adv_ubuntu_order(channel));
}

/* ---- book-keeping ---- */

static struct bfeed *feed_of(struct adv_build *b, struct slice feed)
{
	bstr name = bld_intern(b, feed);
	bool is_new = false;
	uint64_t *place = b->failed ? NULL : map_put(&b->feed_index, bld_str(b, name), &is_new);
	if (!place || (is_new && vec_push(&b->feeds, (struct bfeed){.name = name}) < 0)) {
		b->failed = true;
		return NULL;
	}
	if (is_new)
		*place = b->feeds.len - 1;
	return &b->feeds.ptr[*place];
}

void bld_record(struct adv_build *b, struct slice feed, struct slice date)
{
	int64_t t;
	struct bfeed *f = feed_of(b, feed);
	if (!f)
		return;
	f->records++;
	if (date.len && time_parse(date, &t) == 0 && t > f->newest)
		f->newest = t;
}

void bld_skip(struct adv_build *b, const struct adv_file *f, struct slice feed, struct slice where,
	      const char *why)
{
	char place[256];
	struct bfeed *row = feed_of(b, feed);
	if (row)
		row->skipped++;
	snprintf(place, sizeof(place), "%.*s", SL_FMT(where));
	b->report.skipped(b->report.arg, f->path, place, why);
}

void bld_mark_starter(struct adv_build *b)
{
	b->starter = true;
}
