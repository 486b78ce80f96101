/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database is read where it lies. Opening checks header, section bounds and the header's
 * checksum only; every accessor checks what it follows, so that damage gives empty answers and
 * never a read outside the file. adv_verify() does the whole work.
 */
#include "adv/internal.h"

const char *const adv_section_names[ADV_SECTIONS] = {
    "strings",	"feeds",	   "channels", "keys",	 "key hash", "rows",	"ranges",
    "versions", "vulnerabilities", "lists",    "scores", "vendors",  "id hash", "text references",
    "text",
};
const uint8_t adv_section_item[ADV_SECTIONS] = {
    1, 32, 16, 16, 8, ADV_ROW_SIZE, 12, 4, ADV_VULN_SIZE, 4, 12, 8, 8, 4, 1};

const char *const adv_severity_names[] = {"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
const char *const adv_status_names[] = {"unknown",	"not_affected",	       "affected",
					"fixed",	"under_investigation", "will_not_fix",
					"fix_deferred", "end_of_life"};

static int open_section(struct adv_db *db, const unsigned char *entry, enum adv_section s,
			struct err *err)
{
	uint64_t off = get_u64(entry + 8), size = get_u64(entry + 16);
	const char *name = adv_section_names[s];
	if (get_u32(entry) != s || get_u32(entry + 4) != adv_section_item[s])
		return err_input(
		    err, "section table: entry %d is not that of \"%s\" - build the database again",
		    (int)s, name);
	if (off > db->image.len || size > db->image.len - off)
		return err_input(err,
				 "section \"%s\" ends at byte %llu, the file at %zu: truncated - "
				 "build or fetch it again",
				 name, (unsigned long long)(off + size), db->image.len);
	if (size % adv_section_item[s] || size / adv_section_item[s] > UINT32_MAX)
		return err_input(
		    err, "section \"%s\" has an impossible size - build the database again", name);
	db->part[s] = (struct adv_part){
	    .ptr = (const unsigned char *)db->image.ptr + off,
	    .size = size,
	    .count = (uint32_t)(size / adv_section_item[s]),
	    .sum = get_u64(entry + 24),
	};
	return 0;
}

static uint64_t head_sum(struct slice image)
{
	unsigned char head[ADV_HEAD_ALL];
	memcpy(head, image.ptr, sizeof(head));
	put_u64(head + ADV_HEAD_SUM, 0);
	return hash64(head, sizeof(head));
}

static int open_image(struct adv_db *db, struct err *err)
{
	const unsigned char *p = (const unsigned char *)db->image.ptr;
	if (db->image.len < 8 || memcmp(p, ADV_MAGIC, 8) != 0)
		return err_input(err, "not an advisory database - make one with `strake db build`");
	if (db->image.len < ADV_HEAD_ALL)
		return err_input(err,
				 "the header is truncated - build or fetch the database again");
	if (get_u32(p + 8) != ADV_FORMAT)
		return err_input(
		    err,
		    "database format %u, this program reads %u - build it again with this program",
		    get_u32(p + 8), ADV_FORMAT);
	if (get_u32(p + 32) != ADV_SECTIONS || head_sum(db->image) != get_u64(p + ADV_HEAD_SUM))
		return err_input(err, "the header is damaged - build or fetch the database again");
	db->flags = get_u32(p + 12);
	db->built = (int64_t)get_u64(p + 24);
	for (int s = 0; s < ADV_SECTIONS; s++)
		TRY(open_section(db, p + ADV_HEAD + s * ADV_ENTRY, (enum adv_section)s, err));
	if (get_u64(p + 16) != db->image.len)
		return err_input(
		    err, "the file has %zu bytes, its header says %llu - build or fetch it again",
		    db->image.len, (unsigned long long)get_u64(p + 16));
	return 0;
}

int adv_open_memory(struct slice image, struct adv_db **ret, struct err *err)
{
	struct adv_db *db = calloc(1, sizeof(*db));
	if (!db)
		return err_oom(err);
	db->image = image;
	int rc = open_image(db, err);
	if (rc < 0) {
		adv_close(&db);
		return rc;
	}
	*ret = db;
	return 0;
}

int adv_open(const char *path, struct adv_db **ret, struct err *err)
{
	struct mapping map = {0};
	TRY(file_map(path, &map, err));
	struct adv_db *db = NULL;
	if (adv_open_memory(mapping_slice(&map), &db, err) < 0) {
		mapping_done(&map);
		return err_wrap(err, "%s", path);
	}
	db->map = map;
	*ret = db;
	return 0;
}

struct slice adv_bytes(const struct adv_db *db)
{
	return db->image;
}

void adv_close(struct adv_db **db)
{
	if (!*db)
		return;
	mapping_done(&(*db)->map);
	free(*db);
	*db = NULL;
}

static const unsigned char *find_key(const struct adv_db *db, struct slice channel,
				     struct slice name)
{
	uint32_t slots = db->part[ADV_S_KEYHASH].count;
	if (slots == 0)
		return NULL;
	uint64_t hash = adv_key_hash(channel, name);
	uint32_t at = (uint32_t)(hash & (slots - 1)), tag = (uint32_t)(hash >> 32);
	for (uint32_t tries = 0; tries < slots; tries++, at = (at + 1) & (slots - 1)) {
		const unsigned char *slot = db_item(db, ADV_S_KEYHASH, at);
		if (!slot || get_u32(slot + 4) == 0)
			return NULL;
		if (get_u32(slot) != tag)
			continue;
		const unsigned char *key = db_item(db, ADV_S_KEYS, get_u32(slot + 4) - 1);
		if (key && slice_eq(db_string(db, get_u32(key)), channel) &&
		    slice_eq(db_string(db, get_u32(key + 4)), name))
			return key;
	}
	return NULL;
}

uint32_t adv_lookup(const struct adv_db *db, struct slice channel, struct slice name,
		    uint32_t *first)
{
	const unsigned char *key = find_key(db, channel, name);
	if (!key)
		return 0;
	*first = get_u32(key + 8);
	return db_clamp(db, ADV_S_ROWS, *first, get_u32(key + 12));
}

void adv_each_key(const struct adv_db *db, struct slice name,
		  int (*handler)(void *arg, struct slice channel, struct slice name, uint32_t first,
				 uint32_t n),
		  void *arg)
{
	for (uint32_t i = 0; i < db->part[ADV_S_KEYS].count; i++) {
		const unsigned char *key = db_item(db, ADV_S_KEYS, i);
		struct slice has = db_string(db, get_u32(key + 4));
		if (name.len && !slice_eq(has, name))
			continue;
		uint32_t first = get_u32(key + 8),
			 n = db_clamp(db, ADV_S_ROWS, first, get_u32(key + 12));
		if (handler(arg, db_string(db, get_u32(key)), has, first, n) != 0)
			return;
	}
}

void adv_row_get(const struct adv_db *db, uint32_t index, struct adv_row *ret)
{
	*ret = (struct adv_row){0};
	const unsigned char *p = db_item(db, ADV_S_ROWS, index);
	if (!p)
		return;
	const unsigned char *feed = db_item(
	    db, ADV_S_FEEDS, (uint32_t)p[ADV_ROW_FEED] | (uint32_t)p[ADV_ROW_FEED + 1] << 8);
	ret->vuln = get_u32(p + ADV_ROW_VULN);
	ret->status = (enum adv_status)(p[ADV_ROW_STATUS] & 7);
	ret->severity = (enum adv_severity)MIN(p[ADV_ROW_STATUS] >> 4, ADV_SEV_CRITICAL);
	ret->flags = p[ADV_ROW_FLAGS];
	ret->feed = feed ? db_string(db, get_u32(feed)) : SL_NONE;
	ret->vendor_id = db_string(db, get_u32(p + ADV_ROW_VENDOR));
	ret->arch = db_string(db, get_u32(p + ADV_ROW_ARCH));
	ret->module = db_string(db, get_u32(p + ADV_ROW_MODULE));
	ret->repo = db_string(db, get_u32(p + ADV_ROW_REPO));
	ret->first_range = get_u32(p + ADV_ROW_RANGE);
	ret->nranges = db_clamp(db, ADV_S_RANGES, ret->first_range, get_u32(p + ADV_ROW_NRANGES));
	ret->first_version = get_u32(p + ADV_ROW_VERSION);
	ret->nversions =
	    db_clamp(db, ADV_S_VERSIONS, ret->first_version, get_u32(p + ADV_ROW_NVERSIONS));
}

void adv_range_get(const struct adv_db *db, uint32_t index, struct adv_range *ret)
{
	*ret = (struct adv_range){0};
	const unsigned char *p = db_item(db, ADV_S_RANGES, index);
	if (!p)
		return;
	ret->introduced = db_string(db, get_u32(p));
	ret->fixed = db_string(db, get_u32(p + 4));
	ret->last_affected = db_string(db, get_u32(p + 8));
}

static struct slice string_item(const struct adv_db *db, enum adv_section s, uint32_t index)
{
	const unsigned char *p = db_item(db, s, index);
	return p ? db_string(db, get_u32(p)) : SL_NONE;
}

struct slice adv_version_get(const struct adv_db *db, uint32_t index)
{
	return string_item(db, ADV_S_VERSIONS, index);
}

/* first and count of a list of a vulnerability. */
static uint32_t list_count(const struct adv_db *db, const unsigned char *p, enum adv_section s)
{
	return db_clamp(db, s, get_u32(p), get_u32(p + 4));
}

void adv_vuln_get(const struct adv_db *db, uint32_t vuln, struct adv_vuln *ret)
{
	*ret = (struct adv_vuln){.handle = vuln, .epss = -1, .epss_percentile = -1};
	const unsigned char *p = db_item(db, ADV_S_VULNS, vuln);
	if (!p)
		return;
	const struct adv_part *text = &db->part[ADV_S_TEXT];
	ret->id = db_string(db, get_u32(p + ADV_VULN_ID));
	ret->severity = (enum adv_severity)MIN(p[ADV_VULN_SEVERITY], ADV_SEV_CRITICAL);
	ret->severity_source = db_string(db, get_u32(p + ADV_VULN_SOURCE));
	ret->title = part_string(text, get_u32(p + ADV_VULN_TITLE));
	ret->details = part_string(text, get_u32(p + ADV_VULN_DETAILS));
	ret->published = (int64_t)get_u64(p + ADV_VULN_PUBLISHED);
	ret->modified = (int64_t)get_u64(p + ADV_VULN_MODIFIED);
	ret->kev = (p[ADV_VULN_FLAGS] & ADV_KEV) != 0;
	ret->kev_ransomware = (p[ADV_VULN_FLAGS] & ADV_KEV_RANSOM) != 0;
	ret->kev_day = (int32_t)get_u32(p + ADV_VULN_KEV_DAY);
	ret->epss = get_f32(p + ADV_VULN_EPSS);
	ret->epss_percentile = get_f32(p + ADV_VULN_PERCENTILE);
	ret->naliases = list_count(db, p + ADV_VULN_ALIAS, ADV_S_LISTS);
	ret->ncwes = list_count(db, p + ADV_VULN_CWE, ADV_S_LISTS);
	ret->nscores = list_count(db, p + ADV_VULN_SCORE, ADV_S_SCORES);
	ret->nvendor = list_count(db, p + ADV_VULN_VENDOR, ADV_S_VENDORS);
	ret->nrefs = list_count(db, p + ADV_VULN_REF, ADV_S_TEXTREFS);
}

/* Item i of the list whose head stands at field. */
static uint32_t list_index(const struct adv_db *db, const struct adv_vuln *v, int field, uint32_t i)
{
	const unsigned char *p = db_item(db, ADV_S_VULNS, v->handle);
	uint32_t at;
	if (!p || i >= get_u32(p + field + 4) || __builtin_add_overflow(get_u32(p + field), i, &at))
		return UINT32_MAX;
	return at;
}

struct slice adv_vuln_alias(const struct adv_db *db, const struct adv_vuln *v, uint32_t i)
{
	return string_item(db, ADV_S_LISTS, list_index(db, v, ADV_VULN_ALIAS, i));
}

struct slice adv_vuln_cwe(const struct adv_db *db, const struct adv_vuln *v, uint32_t i)
{
	return string_item(db, ADV_S_LISTS, list_index(db, v, ADV_VULN_CWE, i));
}

struct slice adv_vuln_ref(const struct adv_db *db, const struct adv_vuln *v, uint32_t i)
{
	const unsigned char *p = db_item(db, ADV_S_TEXTREFS, list_index(db, v, ADV_VULN_REF, i));
	return p ? part_string(&db->part[ADV_S_TEXT], get_u32(p)) : SL_NONE;
}

void adv_vuln_score(const struct adv_db *db, const struct adv_vuln *v, uint32_t i,
		    struct adv_score *ret)
{
	*ret = (struct adv_score){0};
	const unsigned char *p = db_item(db, ADV_S_SCORES, list_index(db, v, ADV_VULN_SCORE, i));
	if (!p)
		return;
	ret->source = db_string(db, get_u32(p));
	ret->vector = db_string(db, get_u32(p + 4));
	ret->score = (double)(get_u32(p + 8) & 0xffff) / 10;
	ret->version = get_u32(p + 8) >> 16;
}

void adv_vuln_vendor(const struct adv_db *db, const struct adv_vuln *v, uint32_t i,
		     struct slice *source, enum adv_severity *severity)
{
	*source = SL_NONE;
	*severity = ADV_SEV_UNKNOWN;
	const unsigned char *p = db_item(db, ADV_S_VENDORS, list_index(db, v, ADV_VULN_VENDOR, i));
	if (!p)
		return;
	*source = db_string(db, get_u32(p));
	*severity = (enum adv_severity)MIN(get_u32(p + 4), (uint32_t)ADV_SEV_CRITICAL);
}

uint32_t adv_find(const struct adv_db *db, struct slice id)
{
	uint32_t slots = db->part[ADV_S_IDHASH].count;
	if (slots == 0 || id.len == 0)
		return UINT32_MAX;
	uint32_t at = (uint32_t)(slice_hash(id) & (slots - 1));
	for (uint32_t tries = 0; tries < slots; tries++, at = (at + 1) & (slots - 1)) {
		const unsigned char *slot = db_item(db, ADV_S_IDHASH, at);
		if (!slot || get_u32(slot) == 0)
			return UINT32_MAX;
		if (slice_eq(db_string(db, get_u32(slot)), id)) {
			uint32_t vuln = get_u32(slot + 4);
			return vuln < db->part[ADV_S_VULNS].count ? vuln : UINT32_MAX;
		}
	}
	return UINT32_MAX;
}

static const unsigned char *find_channel(const struct adv_db *db, struct slice channel)
{
	uint32_t low = 0, high = db->part[ADV_S_CHANNELS].count;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const unsigned char *p = db_item(db, ADV_S_CHANNELS, mid);
		if (!p)
			return NULL;
		int order = slice_cmp(db_string(db, get_u32(p)), channel);
		if (order == 0)
			return p;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool adv_has_channel(const struct adv_db *db, struct slice channel)
{
	const unsigned char *p = find_channel(db, channel);
	return p && get_u32(p + 8) > 0;
}

int adv_eol(const struct adv_db *db, struct slice channel, int32_t *day)
{
	const unsigned char *p = find_channel(db, channel);
	int32_t known = p ? (int32_t)get_u32(p + 12) : ADV_NO_DAY;
	if (known == ADV_NO_DAY)
		return 0;
	*day = known;
	return 1;
}

void adv_info_get(const struct adv_db *db, struct adv_info *ret)
{
	*ret = (struct adv_info){
	    .size = db->image.len,
	    .keys = db->part[ADV_S_KEYS].count,
	    .rows = db->part[ADV_S_ROWS].count,
	    .vulns = db->part[ADV_S_VULNS].count,
	    .built = db->built,
	    .starter = (db->flags & ADV_FLAG_STARTER) != 0,
	    .nfeeds = db->part[ADV_S_FEEDS].count,
	};
}

void adv_feed_get(const struct adv_db *db, uint32_t i, struct adv_feed_info *ret)
{
	*ret = (struct adv_feed_info){0};
	const unsigned char *p = db_item(db, ADV_S_FEEDS, i);
	if (!p)
		return;
	ret->name = db_string(db, get_u32(p));
	ret->records = get_u64(p + 8);
	ret->skipped = get_u64(p + 16);
	ret->newest = (int64_t)get_u64(p + 24);
}
