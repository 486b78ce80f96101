/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of all feeds about one problem become its record; the order of sources is fixed. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "adv/write_internal.h"

enum { MAX_REFS = 200 };

struct fact {
	uint32_t vuln;
	struct bfact f;
};

static int fact_cmp(const void *x, const void *y, void *arg)
{
	const uint32_t *rank = arg;
	const struct fact *a = x, *b = y;
	const uint32_t ka[] = {a->vuln, a->f.kind, a->f.rank, rank[a->f.a], rank[a->f.b]};
	const uint32_t kb[] = {b->vuln, b->f.kind, b->f.rank, rank[b->f.a], rank[b->f.b]};
	for (size_t i = 0; i < ARRAY_LEN(ka); i++)
		if (ka[i] != kb[i])
			return ka[i] < kb[i] ? -1 : 1;
	return a->f.n < b->f.n ? -1 : a->f.n > b->f.n;
}

struct merged_alias {
	uint32_t vuln;
	bstr id;
};

static int alias_cmp(const void *x, const void *y, void *arg)
{
	const uint32_t *rank = arg;
	const struct merged_alias *a = x, *b = y;
	if (a->vuln != b->vuln)
		return a->vuln < b->vuln ? -1 : 1;
	return rank[a->id] < rank[b->id] ? -1 : rank[a->id] > rank[b->id];
}

/* One record in the making. */
struct record {
	unsigned char bytes[ADV_VULN_SIZE];
	struct {
		bstr source;
		enum adv_severity severity;
		unsigned version; /* of the vector the severity comes from; 9 = a word */
	} vendors[64];
	size_t nvendors;
	uint32_t nrefs;
	uint8_t date_rank;
};

static void add_vendor(struct record *r, bstr source, enum adv_severity severity, unsigned version)
{
	size_t i = 0;
	while (i < r->nvendors && r->vendors[i].source != source)
		i++;
	if (i == ARRAY_LEN(r->vendors))
		return;
	if (i == r->nvendors) {
		r->vendors[r->nvendors++] = (__typeof__(r->vendors[0])){source, severity, version};
	} else if (version > r->vendors[i].version ||
		   (version == r->vendors[i].version && severity > r->vendors[i].severity)) {
		r->vendors[i].severity = severity;
		r->vendors[i].version = version;
	}
}

/* Counts one more item of the list whose head stands at field. */
static void count_item(struct writer *w, struct record *r, int field, enum adv_section s)
{
	uint32_t n = get_u32(r->bytes + field + 4);
	if (n == 0)
		put_u32(r->bytes + field, wr_count(w, s));
	put_u32(r->bytes + field + 4, n + 1);
}

static void put_score(struct writer *w, struct record *r, const struct bfact *f)
{
	double score = 0;
	unsigned version = 0;
	unsigned char p[12];
	if (adv_cvss_score(bld_str(w->b, f->b), &score, &version) < 0)
		return;
	count_item(w, r, ADV_VULN_SCORE, ADV_S_SCORES);
	put_u32(p, wr_string(w, f->a));
	put_u32(p + 4, wr_string(w, f->b));
	put_u16(p + 8, (uint16_t)(score * 10 + 0.5));
	put_u16(p + 10, (uint16_t)version);
	buf_put(&w->part[ADV_S_SCORES], p, sizeof(p));
	add_vendor(r, f->a, adv_severity_of_score(score), version);
}

static void put_kev(struct record *r, int64_t n)
{
	int32_t day = (int32_t)(n >> 1), known = (int32_t)get_u32(r->bytes + ADV_VULN_KEV_DAY);
	if (!(r->bytes[ADV_VULN_FLAGS] & ADV_KEV) || day < known)
		put_u32(r->bytes + ADV_VULN_KEV_DAY, (uint32_t)day);
	r->bytes[ADV_VULN_FLAGS] |= (unsigned char)(ADV_KEV | ((n & 1) ? ADV_KEV_RANSOM : 0));
}

/* First of the best source; for the last change, the latest of that source. */
static void put_date(struct record *r, const struct bfact *f)
{
	int field = f->kind == FACT_PUBLISHED ? ADV_VULN_PUBLISHED : ADV_VULN_MODIFIED;
	bool first = get_u64(r->bytes + field) == 0;
	if (first)
		r->date_rank = f->rank;
	if (first || (f->kind == FACT_MODIFIED && f->rank == r->date_rank))
		put_u64(r->bytes + field, (uint64_t)f->n);
}

static void put_text(struct writer *w, struct record *r, int field, bstr text)
{
	if (get_u32(r->bytes + field) == 0)
		put_u32(r->bytes + field, wr_text(w, text));
}

static void put_fact(struct writer *w, struct record *r, const struct bfact *f)
{
	switch ((enum fact_kind)f->kind) {
	case FACT_ALIAS_LISTED: /* with the aliases, before */
		break;
	case FACT_TITLE:
		put_text(w, r, ADV_VULN_TITLE, f->a);
		break;
	case FACT_DETAILS:
		put_text(w, r, ADV_VULN_DETAILS, f->a);
		break;
	case FACT_PUBLISHED:
	case FACT_MODIFIED:
		put_date(r, f);
		break;
	case FACT_SCORE:
		put_score(w, r, f);
		break;
	case FACT_SEVERITY:
		add_vendor(r, f->a, (enum adv_severity)f->n, 9);
		break;
	case FACT_CWE:
		count_item(w, r, ADV_VULN_CWE, ADV_S_LISTS);
		wr_u32(w, ADV_S_LISTS, wr_string(w, f->a));
		break;
	case FACT_REF:
		if (r->nrefs++ >= MAX_REFS)
			break;
		count_item(w, r, ADV_VULN_REF, ADV_S_TEXTREFS);
		wr_u32(w, ADV_S_TEXTREFS, wr_text(w, f->a));
		break;
	case FACT_KEV:
		put_kev(r, f->n);
		break;
	case FACT_EPSS:
		put_u64(r->bytes + ADV_VULN_EPSS, (uint64_t)f->n);
		break;
	}
}

/* The general severity: nvd, then ghsa, then the others in a fixed order, then whoever else spoke. */
static size_t source_rank(struct slice source)
{
	static const char *const order[] = {
	    "nvd",	"ghsa",	       "redhat",    "debian", "ubuntu",	    "alpine",
	    "amazon",	"oracle-oval", "suse-cvrf", "photon", "arch-linux", "alma",
	    "rocky",	"cbl-mariner", "azure",	    "wolfi",  "chainguard", "bitnami",
	    "govulndb", "julia",       "strake"};
	size_t i = 0;
	while (i < ARRAY_LEN(order) && !slice_is(source, order[i]))
		i++;
	return i;
}

static void put_vendors(struct writer *w, struct record *r)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < r->nvendors; i++) {
		unsigned char p[8];
		count_item(w, r, ADV_VULN_VENDOR, ADV_S_VENDORS);
		put_u32(p, wr_string(w, r->vendors[i].source));
		put_u32(p + 4, r->vendors[i].severity);
		buf_put(&w->part[ADV_S_VENDORS], p, sizeof(p));
		size_t rank = source_rank(bld_str(w->b, r->vendors[i].source));
		if (r->vendors[i].severity == ADV_SEV_UNKNOWN || rank >= best)
			continue;
		best = rank;
		r->bytes[ADV_VULN_SEVERITY] = (unsigned char)r->vendors[i].severity;
		put_u32(r->bytes + ADV_VULN_SOURCE, wr_string(w, r->vendors[i].source));
	}
}

static int gather_facts(struct writer *w, struct fact **ret, size_t *count, struct err *err)
{
	const struct adv_build *b = w->b;
	auto_free struct fact *all = calloc(b->facts.len + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	size_t n = 0;
	for (size_t i = 0; i < b->facts.len; i++) {
		uint32_t vuln = w->vuln_of[w->class_of[b->facts.ptr[i].id]];
		if (vuln == NO_VULN)
			continue;
		all[n] = (struct fact){vuln, b->facts.ptr[i]};
		all[n++].f.id = 0; /* by whatever name it was told */
	}
	qsort_r(all, n, sizeof(*all), fact_cmp, w->rank);
	*ret = take_ptr(&all);
	*count = n;
	return 0;
}

static int gather_aliases(struct writer *w, const struct fact *facts, size_t nfacts,
			  struct merged_alias **ret, size_t *count, struct err *err)
{
	size_t n = 0, cap = nfacts + 1;
	for (size_t i = 1; i < w->nstrings; i++)
		cap += w->class_of[i] != 0;
	auto_free struct merged_alias *all = calloc(cap, sizeof(*all));
	if (!all)
		return err_oom(err);
	for (size_t i = 1; i < w->nstrings; i++) {
		bstr c = w->class_of[i];
		if (c && c != i && w->vuln_of[c] != NO_VULN)
			all[n++] = (struct merged_alias){w->vuln_of[c], (bstr)i};
	}
	for (size_t i = 0; i < nfacts; i++)
		if (facts[i].f.kind == FACT_ALIAS_LISTED && facts[i].f.a != w->vulns[facts[i].vuln])
			all[n++] = (struct merged_alias){facts[i].vuln, facts[i].f.a};
	qsort_r(all, n, sizeof(*all), alias_cmp, w->rank);
	*ret = take_ptr(&all);
	*count = n;
	return 0;
}

struct id_table {
	unsigned char *slots;
	uint32_t count;
};

static void put_id(struct writer *w, struct id_table *t, bstr id, uint32_t vuln)
{
	uint32_t off = wr_string(w, id),
		 at = (uint32_t)(slice_hash(bld_str(w->b, id)) & (t->count - 1));
	while (get_u32(t->slots + (size_t)at * 8)) {
		if (get_u32(t->slots + (size_t)at * 8) == off)
			return; /* the first that claims an id has it */
		at = (at + 1) & (t->count - 1);
	}
	put_u32(t->slots + (size_t)at * 8, off);
	put_u32(t->slots + (size_t)at * 8 + 4, vuln);
}

/* Own ids first, then aliases, then the numbers of vendors' advisories. */
static int write_ids(struct writer *w, const struct merged_alias *aliases, size_t naliases,
		     struct err *err)
{
	const struct adv_build *b = w->b;
	auto_free unsigned char *seen = calloc(w->nstrings, 1);
	if (!seen)
		return err_oom(err);
	size_t vendors = 0, total;
	for (size_t i = 0; i < b->rows.len; i++) {
		vendors += !seen[b->rows.ptr[i].vendor];
		seen[b->rows.ptr[i].vendor] = 1;
	}
	total = w->nvulns + naliases + vendors;
	struct id_table t = {.count = 1};
	while (t.count < total + total / 2 + 1 && t.count < UINT32_C(1) << 28)
		t.count *= 2;
	if (total >= t.count)
		return err_limit(err, "too many ids - build from fewer feeds");
	struct buf *out = &w->part[ADV_S_IDHASH];
	t.slots = buf_reserve(out, (size_t)t.count * 8);
	if (!t.slots)
		return err_oom(err);
	memset(t.slots, 0, (size_t)t.count * 8);
	out->len += (size_t)t.count * 8;
	for (uint32_t i = 0; i < w->nvulns; i++)
		put_id(w, &t, w->vulns[i], i);
	for (size_t i = 0; i < naliases; i++)
		put_id(w, &t, aliases[i].id, aliases[i].vuln);
	for (size_t i = 0; i < b->rows.len; i++)
		if (b->rows.ptr[i].vendor)
			put_id(w, &t, b->rows.ptr[i].vendor, w->vuln_of[b->rows.ptr[i].vuln]);
	return 0;
}

static void begin_record(struct writer *w, struct record *r, uint32_t i)
{
	*r = (struct record){0};
	put_u32(r->bytes + ADV_VULN_ID, wr_string(w, w->vulns[i]));
	put_f32(r->bytes + ADV_VULN_EPSS, -1);
	put_f32(r->bytes + ADV_VULN_PERCENTILE, -1);
}

static void put_alias(struct writer *w, struct record *r, bstr id)
{
	count_item(w, r, ADV_VULN_ALIAS, ADV_S_LISTS);
	wr_u32(w, ADV_S_LISTS, wr_string(w, id));
}

static bool same_fact(const struct fact *a, const struct fact *b)
{
	return a->vuln == b->vuln && a->f.kind == b->f.kind && a->f.a == b->f.a &&
	       a->f.b == b->f.b && a->f.n == b->f.n;
}

int wr_vulns(struct writer *w, struct err *err)
{
	auto_free struct fact *facts = NULL;
	auto_free struct merged_alias *aliases = NULL;
	size_t nfacts = 0, naliases = 0, f = 0, a = 0;
	TRY(gather_facts(w, &facts, &nfacts, err));
	TRY(gather_aliases(w, facts, nfacts, &aliases, &naliases, err));
	for (uint32_t i = 0; i < w->nvulns; i++) {
		struct record r;
		begin_record(w, &r, i);
		for (size_t first = a; a < naliases && aliases[a].vuln == i; a++)
			if (a == first || aliases[a].id != aliases[a - 1].id)
				put_alias(w, &r, aliases[a].id);
		for (size_t first = f; f < nfacts && facts[f].vuln == i; f++)
			if (f == first || !same_fact(&facts[f], &facts[f - 1]))
				put_fact(w, &r, &facts[f].f);
		put_vendors(w, &r);
		buf_put(&w->part[ADV_S_VULNS], r.bytes, sizeof(r.bytes));
	}
	return write_ids(w, aliases, naliases, err);
}
