/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Ubuntu CVE tracker: one file a CVE, "Field: value" lines with indented continuations, and status
 * lines "release_package: status (detail)". Package priorities: Priority_package[_release].
 */
#include "adv/build.h"

static bool sniff(const struct adv_file *f)
{
	struct slice rest = slice_sub(f->bytes, 0, 8192), line;
	bool named = slice_starts(f->name, "CVE-");
	while (slice_line(&rest, &line))
		if (slice_starts(line, "Candidate:"))
			return named || adv_is_cve(slice_trim(slice_from(line, 10)));
	return false;
}

struct priority {
	struct slice package, release;
	enum adv_severity severity;
};
struct entry {
	struct adv_build *b;
	const struct adv_file *f;
	struct slice id;
	enum adv_severity priority;
	struct priority priorities[256]; /* of single packages */
	size_t npriorities;
};

/* Takes "key: value" with its indented lines; value spans them. */
static bool next_field(struct slice *rest, struct slice *key, struct slice *value)
{
	struct slice line;
	while (slice_line(rest, &line)) {
		ssize_t colon = slice_chr(line, ':');
		if (colon <= 0 || is_space(line.ptr[0]) || line.ptr[0] == '#')
			continue;
		*key = slice_sub(line, 0, (size_t)colon);
		const char *start = line.ptr + colon + 1, *end = line.ptr + line.len;
		struct slice ahead = *rest;
		while (slice_line(&ahead, &line) && line.len &&
		       (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
			end = line.ptr + line.len;
			*rest = ahead;
		}
		*value = slice_trim(slice_of(start, (size_t)(end - start)));
		return true;
	}
	return false;
}

static struct slice first_word(struct slice s)
{
	struct slice word = SL_NONE;
	slice_word(&s, &word);
	return word;
}

static void note_priority(struct entry *e, struct slice key, struct slice value)
{
	struct priority p = {.release = slice_from(key, 9),
			     .severity = adv_severity_of_word(first_word(value))};
	slice_cut(&p.release, '_', &p.package);
	if (e->npriorities < ARRAY_LEN(e->priorities))
		e->priorities[e->npriorities++] = p;
}

/* Priority_<package>_<release>, then Priority_<package>, then the general one. */
static enum adv_severity priority_of(const struct entry *e, struct slice package,
				     struct slice release)
{
	enum adv_severity found = e->priority;
	for (size_t i = 0; i < e->npriorities; i++) {
		const struct priority *p = &e->priorities[i];
		if (!slice_eq(p->package, package))
			continue;
		if (slice_eq(p->release, release))
			return p->severity;
		if (p->release.len == 0)
			found = p->severity;
	}
	return found;
}

/* "xenial", "esm-infra/xenial", "xenial/esm" -> channel and pocket; false for upstream, products, unknown. */
static bool channel_of(struct slice release, struct arena *a, struct slice *channel,
		       struct slice *pocket)
{
	ssize_t slash = slice_chr(release, '/');
	*pocket = SL_NONE;
	if (slash < 0)
		return adv_ubuntu_channel(release, channel);
	struct slice left = slice_sub(release, 0, (size_t)slash),
		     right = slice_from(release, (size_t)slash + 1), base;
	if (adv_ubuntu_channel(left, &base))
		*pocket = right;
	else if (adv_ubuntu_channel(right, &base))
		*pocket = left;
	else
		return false;
	bool esm = slice_starts(*pocket, "esm");
	*channel = arena_printf(a, "%.*s+%.*s", SL_FMT(base), SL_FMT(esm ? SL("esm") : *pocket));
	return channel->ptr != NULL;
}

/* Inside of "(...)"; "((1.2)" and "[1.2]" occur. */
static struct slice detail_of(struct slice value)
{
	ssize_t open = slice_chr(value, '('), square = slice_chr(value, '[');
	if (open < 0 && square >= 0)
		return slice_sub(value, (size_t)square + 1,
				 (size_t)MAX(slice_chr(value, ']') - square - 1, (ssize_t)0));
	if (open < 0)
		return SL_NONE;
	value = slice_from(value, (size_t)open);
	while (value.len && (value.ptr[0] == '(' || value.ptr[0] == ' '))
		value = slice_from(value, 1);
	ssize_t close = slice_chr(value, ')');
	return slice_trim(close < 0 ? value : slice_sub(value, 0, (size_t)close));
}

static bool end_of_life(struct slice detail)
{
	static const char *const words[] = {
	    "end of life",     "end-of-life",	  "end of standard",	"end of ESM",
	    "end-of-standard", "out of standard", "no longer supported"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_find(detail, slice_str(words[i])) >= 0)
			return true;
	return false;
}

static bool is_version(struct slice s)
{
	return s.len && is_digit(s.ptr[0]) && slice_chr(s, ' ') < 0;
}

static void add_status(struct entry *e, struct bld_row *row, struct slice word, struct slice detail)
{
	static const struct {
		const char *word;
		enum adv_status status;
	} open[] = {{"needed", ADV_AFFECTED},	    {"pending", ADV_AFFECTED},
		    {"active", ADV_AFFECTED},	    {"in-progress", ADV_AFFECTED},
		    {"deferred", ADV_FIX_DEFERRED}, {"needs-triage", ADV_UNDER_INVESTIGATION},
		    {"ignored", ADV_WILL_NOT_FIX}};
	if (slice_is(word, "released") && is_version(detail)) {
		row->status = ADV_FIXED;
		bld_row_fixed(e->b, row, detail);
		return;
	}
	if (slice_is(word, "not-affected")) {
		row->status = ADV_NOT_AFFECTED;
		bld_row(e->b, row);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		if (!slice_is(word, open[i].word))
			continue;
		row->status = open[i].status == ADV_WILL_NOT_FIX && end_of_life(detail)
				  ? ADV_END_OF_LIFE
				  : open[i].status;
		bld_row_fixed(e->b, row, SL_NONE);
		return;
	}
	if (!slice_is(word, "DNE"))
		bld_skip(e->b, e->f, row->feed, row->name,
			 "released without a version, or an unknown status");
}

static void add_line(struct entry *e, struct slice key, struct slice value)
{
	struct slice release = SL_NONE, package = key, pocket;
	struct bld_row row = {.feed = SL("ubuntu"), .flags = ADV_SOURCE_NAME, .vuln = e->id};
	slice_cut(&package, '_', &release);
	if (!package.len || !channel_of(release, bld_arena(e->b), &row.channel, &pocket))
		return;
	struct slice word = first_word(value);
	if (slice_is(word, "DNE") || word.len == 0)
		return;
	row.name = package;
	row.repo = pocket;
	row.severity = priority_of(e, package, release);
	if (!pocket.len)
		bld_ubuntu_release(e->b, row.channel);
	add_status(e, &row, word, detail_of(value));
}

static void add_scores(struct entry *e, struct slice value)
{
	struct slice line, source, vector;
	while (slice_line(&value, &line)) {
		ssize_t colon = slice_chr(line, ':');
		if (colon <= 0)
			continue;
		source = slice_trim(slice_sub(line, 0, (size_t)colon));
		vector = first_word(slice_from(line, (size_t)colon + 1));
		bld_score(e->b, e->id, source, vector);
	}
}

static void add_fact(struct entry *e, struct slice key, struct slice value)
{
	struct slice line;
	if (slice_is(key, "PublicDate")) {
		bld_published(e->b, e->id, BLD_VENDOR, slice_sub(value, 0, 10));
	} else if (slice_is(key, "Description")) {
		bld_details(e->b, e->id, BLD_VENDOR, value);
	} else if (slice_is(key, "CVSS")) {
		add_scores(e, value);
	} else if (slice_is(key, "References")) {
		while (slice_line(&value, &line))
			bld_ref(e->b, e->id, first_word(line));
	} else if (slice_is(key, "Priority")) {
		e->priority = adv_severity_of_word(first_word(value));
		bld_severity(e->b, e->id, SL("ubuntu"), e->priority);
	} else if (slice_is(key, "Candidate")) {
		e->id = adv_find_cve(value);
	}
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct entry e = {.b = b, .f = f, .id = adv_is_cve(f->name) ? f->name : SL_NONE};
	struct slice rest = f->bytes, key, value, date = SL_NONE;
	(void)err;
	while (!e.id.len && next_field(&rest, &key, &value))
		if (slice_is(key, "Candidate"))
			e.id = adv_find_cve(value);
	if (!e.id.len) {
		bld_skip(b, f, SL("ubuntu"), f->name, "no CVE number");
		return 0;
	}
	for (rest = f->bytes; next_field(&rest, &key, &value);) {
		if (slice_is(key, "PublicDate"))
			date = slice_sub(value, 0, 10);
		if (slice_chr(key, '_') < 0)
			add_fact(&e, key, value);
	}
	bld_record(b, SL("ubuntu"), date);
	for (rest = f->bytes; next_field(&rest, &key, &value);)
		if (slice_starts(key, "Priority_"))
			note_priority(&e, key, value);
	for (rest = f->bytes; next_field(&rest, &key, &value);)
		if (slice_chr(key, '_') > 0)
			add_line(&e, key, value);
	return 0;
}

const struct adv_feed adv_feed_ubuntu = {
    .name = "ubuntu",
    .help = "Ubuntu CVE tracker files",
    .kind = ADV_TEXT,
    .sniff = sniff,
    .import = import,
};
