/* SPDX-License-Identifier: Apache-2.0 */
/* Every checksum again, then every table walked: what adv_open leaves out to be quick. */
#include "adv/internal.h"

#define bad(err, section, i, what)                                                                 \
	err_input(err, "section \"%s\", item %u: %s - build or fetch the database again",          \
		  adv_section_names[section], (unsigned)(i), what)

static int check_sums(const struct adv_db *db, bool with_text, struct err *err)
{
	for (int s = 0; s < ADV_SECTIONS; s++) {
		if (s == ADV_S_TEXT && !with_text)
			continue;
		const struct adv_part *p = &db->part[s];
		if (hash64(p->ptr, (size_t)p->size) != p->sum)
			return err_input(err,
					 "section \"%s\" is damaged (checksum) - build or fetch "
					 "the database again",
					 adv_section_names[s]);
	}
	return 0;
}

int adv_check(const struct adv_db *db, struct err *err)
{
	return check_sums(db, false, err);
}

uint64_t adv_check_cost(const struct adv_db *db)
{
	return db->image.len - db->part[ADV_S_TEXT].size;
}

/* Bytes between the sections are zero, so that no byte of the file goes unchecked. */
static int check_gaps(const struct adv_db *db, struct err *err)
{
	uint64_t at = ADV_HEAD_ALL;
	for (int s = 0; s < ADV_SECTIONS; s++) {
		uint64_t start = (uint64_t)((const char *)db->part[s].ptr - db->image.ptr);
		if (start < at || start - at > 7)
			return err_input(err,
					 "section \"%s\" lies at a wrong place - build or fetch "
					 "the database again",
					 adv_section_names[s]);
		for (; at < start; at++)
			if (db->image.ptr[at] != 0)
				return err_input(
				    err, "byte %llu is damaged - build or fetch the database again",
				    (unsigned long long)at);
		at = start + db->part[s].size;
	}
	return at == db->image.len
		   ? 0
		   : err_input(err,
			       "bytes after the last section - build or fetch the database again");
}

static bool string_ok(const struct adv_part *p, uint32_t off)
{
	return p->size >= 4 && off <= p->size - 4 && get_u32(p->ptr + off) <= p->size - 4 - off;
}

static bool list_ok(const struct adv_db *db, enum adv_section s, uint32_t first, uint32_t n)
{
	return n == 0 || db_clamp(db, s, first, n) == n;
}

static int check_channels(const struct adv_db *db, struct err *err)
{
	struct slice last = SL_NONE;
	for (uint32_t i = 0; i < db->part[ADV_S_CHANNELS].count; i++) {
		const unsigned char *p = db_item(db, ADV_S_CHANNELS, i);
		struct slice name = db_string(db, get_u32(p));
		if (name.len == 0 || (i > 0 && slice_cmp(last, name) >= 0))
			return bad(err, ADV_S_CHANNELS, i, "out of order");
		if (!list_ok(db, ADV_S_KEYS, get_u32(p + 4), get_u32(p + 8)))
			return bad(err, ADV_S_CHANNELS, i, "keys outside their section");
		last = name;
	}
	return 0;
}

static int check_keys(const struct adv_db *db, struct err *err)
{
	uint32_t next = 0, slots = db->part[ADV_S_KEYHASH].count;
	if (slots & (slots - 1))
		return err_input(
		    err, "section \"key hash\" has an impossible size - build the database again");
	struct slice channel = SL_NONE, name = SL_NONE;
	for (uint32_t i = 0; i < db->part[ADV_S_KEYS].count; i++) {
		const unsigned char *p = db_item(db, ADV_S_KEYS, i);
		struct slice c = db_string(db, get_u32(p)), n = db_string(db, get_u32(p + 4));
		int order = i == 0 ? -1 : slice_cmp(channel, c);
		if (order > 0 || (order == 0 && slice_cmp(name, n) >= 0))
			return bad(err, ADV_S_KEYS, i, "out of order");
		uint32_t first = 0, rows = adv_lookup(db, c, n, &first);
		if (first != next || rows == 0 || rows != get_u32(p + 12))
			return bad(
			    err, ADV_S_KEYS, i,
			    "rows do not follow one another, or the key is not found by its hash");
		next = first + rows;
		channel = c;
		name = n;
	}
	return next == db->part[ADV_S_ROWS].count
		   ? 0
		   : err_input(
			 err, "section \"rows\" has rows without a key - build the database again");
}

static int check_rows(const struct adv_db *db, struct err *err)
{
	static const uint8_t strings[] = {ADV_ROW_VENDOR, ADV_ROW_ARCH, ADV_ROW_MODULE,
					  ADV_ROW_REPO};
	for (uint32_t i = 0; i < db->part[ADV_S_ROWS].count; i++) {
		const unsigned char *p = db_item(db, ADV_S_ROWS, i);
		uint32_t feed = (uint32_t)p[ADV_ROW_FEED] | (uint32_t)p[ADV_ROW_FEED + 1] << 8;
		if (get_u32(p) >= db->part[ADV_S_VULNS].count ||
		    feed >= db->part[ADV_S_FEEDS].count)
			return bad(err, ADV_S_ROWS, i, "vulnerability or feed outside its section");
		for (size_t k = 0; k < sizeof(strings); k++)
			if (!string_ok(&db->part[ADV_S_STRINGS], get_u32(p + strings[k])))
				return bad(err, ADV_S_ROWS, i, "string outside its section");
		if (!list_ok(db, ADV_S_RANGES, get_u32(p + ADV_ROW_RANGE),
			     get_u32(p + ADV_ROW_NRANGES)) ||
		    !list_ok(db, ADV_S_VERSIONS, get_u32(p + ADV_ROW_VERSION),
			     get_u32(p + ADV_ROW_NVERSIONS)))
			return bad(err, ADV_S_ROWS, i, "ranges or versions outside their section");
	}
	return 0;
}

/* Sections that are lists of n strings an item. */
static int check_strings(const struct adv_db *db, enum adv_section s, int n, enum adv_section pool,
			 struct err *err)
{
	for (uint32_t i = 0; i < db->part[s].count; i++)
		for (int k = 0; k < n; k++)
			if (!string_ok(&db->part[pool], get_u32(db_item(db, s, i) + 4 * k)))
				return bad(err, s, i, "string outside its section");
	return 0;
}

static int check_vuln(const struct adv_db *db, uint32_t i, struct err *err)
{
	static const struct {
		uint8_t field, section;
	} lists[] = {{ADV_VULN_ALIAS, ADV_S_LISTS},
		     {ADV_VULN_CWE, ADV_S_LISTS},
		     {ADV_VULN_SCORE, ADV_S_SCORES},
		     {ADV_VULN_VENDOR, ADV_S_VENDORS},
		     {ADV_VULN_REF, ADV_S_TEXTREFS}};
	const unsigned char *p = db_item(db, ADV_S_VULNS, i);
	struct slice id = db_string(db, get_u32(p));
	if (id.len == 0 || adv_find(db, id) != i)
		return bad(err, ADV_S_VULNS, i, "not found by its own id");
	if (!string_ok(&db->part[ADV_S_STRINGS], get_u32(p + ADV_VULN_SOURCE)) ||
	    !string_ok(&db->part[ADV_S_TEXT], get_u32(p + ADV_VULN_TITLE)) ||
	    !string_ok(&db->part[ADV_S_TEXT], get_u32(p + ADV_VULN_DETAILS)))
		return bad(err, ADV_S_VULNS, i, "string outside its section");
	for (size_t k = 0; k < ARRAY_LEN(lists); k++)
		if (!list_ok(db, (enum adv_section)lists[k].section, get_u32(p + lists[k].field),
			     get_u32(p + lists[k].field + 4)))
			return bad(err, ADV_S_VULNS, i, "list outside its section");
	return 0;
}

static int check_vulns(const struct adv_db *db, struct err *err)
{
	uint32_t slots = db->part[ADV_S_IDHASH].count;
	if (slots & (slots - 1))
		return err_input(
		    err, "section \"id hash\" has an impossible size - build the database again");
	for (uint32_t i = 0; i < db->part[ADV_S_VULNS].count; i++)
		TRY(check_vuln(db, i, err));
	return 0;
}

int adv_verify(const struct adv_db *db, struct err *err)
{
	TRY(check_sums(db, true, err));
	TRY(check_gaps(db, err));
	TRY(check_strings(db, ADV_S_FEEDS, 1, ADV_S_STRINGS, err));
	TRY(check_channels(db, err));
	TRY(check_keys(db, err));
	TRY(check_rows(db, err));
	TRY(check_strings(db, ADV_S_RANGES, 3, ADV_S_STRINGS, err));
	TRY(check_strings(db, ADV_S_VERSIONS, 1, ADV_S_STRINGS, err));
	TRY(check_strings(db, ADV_S_LISTS, 1, ADV_S_STRINGS, err));
	TRY(check_strings(db, ADV_S_SCORES, 2, ADV_S_STRINGS, err));
	TRY(check_strings(db, ADV_S_VENDORS, 1, ADV_S_STRINGS, err));
	TRY(check_strings(db, ADV_S_TEXTREFS, 1, ADV_S_TEXT, err));
	return check_vulns(db, err);
}
