/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Debian tracker's own lists data/DSA/list and data/DLA/list:
 *   [29 Mar 2023] DSA-5380-1 xorg-server - security update
 *   <tab>{CVE-2023-1393}
 *   <tab>[bullseye] - xorg-server 2:1.20.11-1+deb11u6
 */
#include "adv/build.h"

enum { MAX_CVES = 512 };

struct advisory {
	struct adv_build *b;
	const struct adv_file *f;
	struct slice id, package;
	struct slice cves[MAX_CVES];
	size_t ncves;
};

/* "[29 Mar 2023] DSA-5380-1 xorg-server - ..." */
static bool head(struct slice line, struct slice *id, struct slice *package)
{
	ssize_t close = slice_chr(line, ']');
	if (!slice_starts(line, "[") || close < 0)
		return false;
	struct slice rest = slice_from(line, (size_t)close + 1);
	return slice_word(&rest, id) && slice_word(&rest, package) &&
	       (slice_starts(*id, "DSA-") || slice_starts(*id, "DLA-") ||
		slice_starts(*id, "DTSA-"));
}

static bool sniff(const struct adv_file *f)
{
	struct slice rest = f->bytes, line, id, package;
	return slice_line(&rest, &line) && head(line, &id, &package);
}

static void read_cves(struct advisory *x, struct slice text)
{
	struct slice word;
	x->ncves = 0;
	while (slice_word(&text, &word)) {
		struct slice cve = adv_find_cve(word);
		if (cve.len && x->ncves < MAX_CVES)
			x->cves[x->ncves++] = cve;
	}
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6" or a mark like <not-affected> in place of the version. */
static void read_release(struct advisory *x, struct slice line)
{
	ssize_t close = slice_chr(line, ']');
	struct slice rest, dash, package, version;
	struct bld_row row = {.feed = SL("debian"),
			      .vendor_id = x->id,
			      .flags = ADV_SOURCE_NAME,
			      .status = ADV_FIXED};
	if (close < 0 || !adv_debian_channel(slice_sub(line, 1, (size_t)close - 1), &row.channel))
		return;
	rest = slice_from(line, (size_t)close + 1);
	if (!slice_word(&rest, &dash) || !slice_word(&rest, &package) ||
	    !slice_word(&rest, &version)) {
		bld_skip(x->b, x->f, row.feed, x->id, "a release without package or version");
		return;
	}
	row.name = package;
	if (slice_is(version, "<not-affected>"))
		row.status = ADV_NOT_AFFECTED;
	else if (slice_starts(version, "<"))
		return;
	for (size_t i = 0; i < MAX(x->ncves, (size_t)1); i++) {
		row.vuln = x->ncves ? x->cves[i] : x->id;
		if (x->ncves == 0)
			row.vendor_id = SL_NONE;
		if (row.status == ADV_FIXED)
			bld_row_fixed(x->b, &row, version);
		else
			bld_row(x->b, &row);
	}
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct slice rest = f->bytes, line;
	struct advisory *x = arena_new(bld_arena(b), struct advisory);
	if (!x)
		return err_oom(err);
	x->b = b;
	x->f = f;
	while (slice_line(&rest, &line)) {
		struct slice inner = slice_trim(line);
		if (slice_starts(line, "[")) {
			x->ncves = 0;
			if (head(line, &x->id, &x->package)) {
				bld_record(b, SL("debian"), SL_NONE);
			} else {
				x->id = SL_NONE;
				bld_skip(b, f, SL("debian"), line, "not an advisory's first line");
			}
		} else if (x->id.len && slice_starts(inner, "{")) {
			read_cves(x, slice_sub(inner, 1, inner.len - 1));
		} else if (x->id.len && slice_starts(inner, "[")) {
			read_release(x, inner);
		}
	}
	return 0;
}

const struct adv_feed adv_feed_debian_list = {
    .name = "debian_list",
    .help = "Debian tracker lists of DSA and DLA",
    .kind = ADV_TEXT,
    .sniff = sniff,
    .import = import,
};
