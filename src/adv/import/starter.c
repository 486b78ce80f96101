/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The starter set, data/starter/: tables with a tab between the columns, '#' before remarks. The first line
 * tells the table:
 *   #strake-starter facts   channel, package, id, affected
 *   #strake-starter words   id, severity, what goes wrong
 *   #strake-starter eol     channel, last day of support
 * affected is "fixed" or "introduced..fixed", several joined by '|'; "-" as fixed means no fix.
 */
#include "adv/build.h"

enum { MAX_RANGES = 16 };

static bool sniff(const struct adv_file *f)
{
	return slice_starts(f->bytes, "#strake-starter ");
}

/* "2.13.0..2.15.0" or "2.15.0" */
static struct adv_range range_of(struct slice text)
{
	struct adv_range r = {.fixed = text};
	ssize_t dots = slice_find(text, SL(".."));
	if (dots >= 0) {
		r.introduced = slice_sub(text, 0, (size_t)dots);
		r.fixed = slice_from(text, (size_t)dots + 2);
	}
	if (slice_is(r.fixed, "-"))
		r.fixed = SL_NONE;
	return r;
}

static bool is_language(struct slice channel)
{
	static const char *const languages[] = {"PyPI",	    "npm",	 "Maven", "Go", "crates.io",
						"RubyGems", "Packagist", "NuGet", NULL};
	return slice_is_any(channel, languages);
}

static bool add_fact(struct adv_build *b, const struct slice *field)
{
	struct adv_range ranges[MAX_RANGES];
	struct slice list = field[3], one;
	struct bld_row row = {
	    .channel = field[0], .vuln = field[2], .ranges = ranges, .status = ADV_AFFECTED};
	row.name = adv_name_normal(row.channel, field[1], bld_arena(b));
	while (row.nranges < MAX_RANGES && slice_cut(&list, '|', &one)) {
		ranges[row.nranges] = range_of(slice_trim(one));
		if (ranges[row.nranges++].fixed.len)
			row.status = ADV_FIXED;
	}
	if (!row.channel.len || !row.name.len || !row.vuln.len || !row.nranges || list.len)
		return false;
	ssize_t colon = slice_chr(row.channel, ':');
	row.feed = colon > 0 ? slice_sub(row.channel, 0, (size_t)colon) : row.channel;
	if (is_language(row.channel))
		row.feed = arena_printf(bld_arena(b), "osv:%.*s", SL_FMT(row.channel));
	else
		row.flags = ADV_SOURCE_NAME;
	bld_row(b, &row);
	return true;
}

static bool add_words(struct adv_build *b, const struct slice *field)
{
	enum adv_severity severity = adv_severity_of_word(field[1]);
	if (!field[0].len || !field[2].len || !severity)
		return false;
	bld_severity(b, field[0], SL("strake"), severity);
	bld_title(b, field[0], BLD_OWN, field[2]);
	return true;
}

static bool add_eol(struct adv_build *b, const struct slice *field)
{
	int32_t day;
	if (!field[0].len || time_parse_day(field[1], &day) < 0)
		return false;
	bld_eol(b, field[0], day);
	return true;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	static const struct {
		const char *table;
		bool (*add)(struct adv_build *b, const struct slice *field);
	} tables[] = {{"facts", add_fact}, {"words", add_words}, {"eol", add_eol}};
	struct slice rest = f->bytes, line = SL_NONE, word = SL_NONE;
	bool (*add)(struct adv_build * b, const struct slice *field) = NULL;
	slice_line(&rest, &line);
	slice_word(&line, &word);
	slice_word(&line, &word);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (slice_is(word, tables[i].table))
			add = tables[i].add;
	if (!add)
		return err_input(err, "no table of the name \"%.*s\" - facts, words or eol",
				 SL_FMT(word));
	bld_mark_starter(b);
	while (slice_line(&rest, &line)) {
		struct slice field[4] = {{0}}, left = line;
		if (!line.len || line.ptr[0] == '#')
			continue;
		for (size_t i = 0; i < ARRAY_LEN(field) && slice_cut(&left, '\t', &field[i]); i++)
			field[i] = slice_trim(field[i]);
		bld_record(b, SL("starter"), SL_NONE);
		if (!add(b, field))
			bld_skip(b, f, SL("starter"), line, "columns missing or not of their kind");
	}
	return 0;
}

const struct adv_feed adv_feed_starter = {
    .name = "starter",
    .help = "strake's own starter tables",
    .kind = ADV_TEXT,
    .sniff = sniff,
    .import = import,
};
