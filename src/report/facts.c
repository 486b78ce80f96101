/* SPDX-License-Identifier: Apache-2.0 */
/* What every format tells in the same words: verdict, notes, gaps, links, identities. */
#include "report/report_internal.h"

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

struct report_count report_count(const struct report *r)
{
	struct report_count c = {0};
	for (size_t i = 0; i < r->nresults; i++) {
		const struct inventory_pkg *last = NULL;
		for (size_t k = 0; k < r->results[i].nfindings; k++) {
			const struct finding *f = &r->results[i].findings[k];
			c.severity[f->severity]++;
			c.all++;
			c.fixable += f->fixed_version.len > 0;
			c.packages += f->pkg != last; /* findings are sorted by package */
			last = f->pkg;
		}
	}
	for (size_t i = 0; i < r->nincomplete; i++)
		c.whole += r->incomplete[i].whole;
	return c;
}

static void put_counts(struct buf *b, const struct report_count *c)
{
	const char *before = " (";
	buf_printf(b, "%zu %s in %zu %s", c->all,
		   plural(c->all, "vulnerability", "vulnerabilities"), c->packages,
		   plural(c->packages, "package", "packages"));
	for (int s = ADV_SEV_CRITICAL; s >= ADV_SEV_UNKNOWN; s--)
		if (c->severity[s]) {
			buf_printf(b, "%s%zu %s", before, c->severity[s], adv_severity_names[s]);
			before = ", ";
		}
	buf_printf(b, "), %zu with a fix", c->fixable);
}

static void put_packages(struct buf *b, const struct report *r, const struct report_count *counted)
{
	const struct report_count c = *counted;
	bool issues = r->scanned_secrets || r->scanned_config || r->scanned_licenses;
	if (!r->scanned_vulns && issues)
		return;
	if (!r->scanned_vulns)
		buf_printf(b, "%zu %s, not looked up", r->npkgs,
			   plural(r->npkgs, "package", "packages"));
	else if (c.all)
		put_counts(b, counted);
	else if (r->npkgs == 0)
		buf_puts(b, SL("no packages found, so nothing could be judged"));
	else if (!r->channel_known)
		buf_printf(b,
			   "cannot tell: the database knows nothing about this system "
			   "(%zu packages)",
			   r->npkgs);
	else
		buf_printf(b, "no known vulnerability in %zu %s", r->npkgs,
			   plural(r->npkgs, "package", "packages"));
}

void report_put_verdict(struct buf *b, const struct report *r)
{
	struct report_count c = report_count(r);
	auto_buf struct buf own;
	buf_init(&own, 64 * KIB);
	put_packages(&own, r, &c);
	report_put_issue_verdict(&own, r);
	buf_puts(b, buf_slice(&own));
	if (c.whole)
		buf_printf(b, "; INCOMPLETE: %zu %s could not be analysed", c.whole,
			   plural(c.whole, "part", "parts"));
}

bool report_is_judged(const struct report *r)
{
	return r->scanned_vulns && r->npkgs && r->channel_known;
}

static bool end_of_support(struct buf *b, const struct report *r)
{
	char day[TIME_TEXT];
	if (!r->eol)
		return false;
	time_day_text(r->eol_day, day);
	buf_printf(b,
		   "%.*s %.*s is past its end of support (%s): new vulnerabilities are "
		   "neither recorded nor fixed for it.",
		   SL_FMT(r->os.family), SL_FMT(r->os.name), day);
	return true;
}

static bool unknown_system(struct buf *b, const struct report *r)
{
	if (!r->scanned_vulns || r->channel_known || r->npkgs == 0)
		return false;
	if (!r->os.family.len && r->nresults && slice_is(r->results[0].class_, "lang-pkgs")) {
		buf_puts(b, SL("The database has nothing about the ecosystems of these packages."));
		return true;
	}
	buf_printf(b, "The database has nothing about %.*s: its packages were not judged.",
		   SL_FMT(r->os.channel.len  ? r->os.channel
			  : r->os.family.len ? r->os.family
					     : SL("an unknown system")));
	return true;
}

static bool other_vendors(struct buf *b, const struct report *r)
{
	if (!r->scanned_vulns || !r->channel_known || r->without_feed == 0)
		return false;
	buf_printf(b,
		   "%zu %s not judged: not from the distribution, so its statements do "
		   "not apply.",
		   r->without_feed, plural(r->without_feed, "package was", "packages were"));
	return true;
}

static bool starter_set(struct buf *b, const struct report *r)
{
	if (!r->scanned_vulns || !r->db.starter)
		return false;
	buf_puts(b, SL("The built-in starter set is in use, which knows a small part only. For all "
		       "advisories build a database from feeds: `strake db build --from PATH`."));
	return true;
}

static bool expired_rules(struct buf *b, const struct report *r)
{
	char day[TIME_TEXT];
	if (r->nexpired == 0)
		return false;
	buf_printf(b, "%zu ignore %s expired:", r->nexpired,
		   plural(r->nexpired, "rule has", "rules have"));
	for (size_t i = 0; i < r->nexpired && i < 5; i++) {
		time_day_text(r->expired[i].day, day);
		buf_printf(
		    b, "%s %.*s (%.*s, %s)", i ? "," : "",
		    SL_FMT(r->expired[i].id.len ? r->expired[i].id : SL("a rule without id")),
		    SL_FMT(r->expired[i].source), day);
	}
	if (r->nexpired > 5)
		buf_printf(b, " and %zu more", r->nexpired - 5);
	buf_putc(b, '.');
	return true;
}

bool report_put_note(struct buf *b, const struct report *r, enum report_note which)
{
	static bool (*const notes[REPORT_NOTES])(struct buf *, const struct report *) = {
	    [NOTE_EOL] = end_of_support,
	    [NOTE_UNKNOWN_SYSTEM] = unknown_system,
	    [NOTE_OTHER_VENDORS] = other_vendors,
	    [NOTE_STARTER_SET] = starter_set,
	    [NOTE_EXPIRED] = expired_rules};
	buf_clear(b);
	return notes[which](b, r);
}

void report_put_incomplete(struct buf *b, const struct report_incomplete *x)
{
	buf_clear(b);
	buf_puts(b, x->path.len ? x->path : x->target);
	buf_printf(b, ": %.*s: %.*s", SL_FMT(x->reason), SL_FMT(x->message));
	if (x->layer.len)
		buf_printf(b, " (layer %.*s)", SL_FMT(slice_sub(x->layer, 0, 19)));
}

void report_put_suppressed(struct buf *b, const struct suppressed *s)
{
	char day[TIME_TEXT];
	buf_clear(b);
	buf_puts(b, s->finding.id);
	if (s->finding.pkg)
		buf_printf(b, " in %.*s", SL_FMT(s->finding.pkg->pkg.name));
	buf_printf(b, ", by %.*s", SL_FMT(s->source));
	if (s->reason.len)
		buf_printf(b, ": %.*s", SL_FMT(s->reason));
	if (s->expires) {
		time_day_text(s->expires, day);
		buf_printf(b, " (until %s)", day);
	}
}

bool report_put_url(struct buf *b, const struct report *r, const struct finding *f)
{
	static const struct {
		const char *prefix, *base;
	} known[] = {{"CVE-", "https://nvd.nist.gov/vuln/detail/"},
		     {"GHSA-", "https://github.com/advisories/"},
		     {"TEMP-", "https://security-tracker.debian.org/tracker/"},
		     {"RUSTSEC-", "https://osv.dev/vulnerability/"},
		     {"GO-", "https://osv.dev/vulnerability/"},
		     {"PYSEC-", "https://osv.dev/vulnerability/"}};
	buf_clear(b);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_starts(f->id, known[i].prefix)) {
			buf_puts(b, slice_str(known[i].base));
			escape_put_path(b, f->id);
			return true;
		}
	return f->has_vuln && r->adv && f->vuln.nrefs &&
	       escape_put_url(b, adv_vuln_ref(r->adv, &f->vuln, 0));
}

struct slice report_title(const struct finding *f)
{
	return f->has_vuln && f->vuln.title.len ? f->vuln.title : f->id;
}

/* "registry:5000/app:1@sha256:..." names the repository "registry:5000/app". */
static struct slice repository(struct slice name)
{
	ssize_t at = slice_chr(name, '@');
	if (at > 0)
		name = slice_sub(name, 0, (size_t)at);
	ssize_t colon = slice_rchr(name, ':'), slash = slice_rchr(name, '/');
	return colon > 0 && colon > slash ? slice_sub(name, 0, (size_t)colon) : name;
}

int report_identity(const struct report *r, const struct finding *f, bool lasting,
		    unsigned char out[SHA256_LEN], struct err *err)
{
	const struct inventory_pkg *p = f->pkg;
	/* An archive's file lies somewhere else in each build. */
	struct slice name = r->nrepo_tags ? r->repo_tags[0] : r->artifact_name;
	const struct slice parts[] = {lasting ? repository(name) : r->artifact_name,
				      lasting ? SL_NONE : r->image_id,
				      lasting ? SL_NONE : r->platform,
				      report_path(p),
				      p->pkg.type,
				      p->pkg.name,
				      p->pkg.arch,
				      lasting ? SL_NONE : p->pkg.version,
				      f->id};
	auto_sha256 struct sha256 h = {0};
	TRY(sha256_begin(&h, err));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		sha256_add(&h, parts[i].ptr, parts[i].len);
		sha256_add(&h, "", 1);
	}
	sha256_end(&h, out);
	return 0;
}

int report_rows(const struct report *reports, size_t n, struct arena *a, struct report_row **ret,
		size_t *nret, struct err *err)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reports[i].nresults; k++)
			total += reports[i].results[k].nfindings;
	struct report_row *rows = arena_array(a, MAX(total, (size_t)1), sizeof(*rows));
	if (!rows)
		return err_oom(err);
	*ret = rows;
	*nret = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reports[i].nresults; k++) {
			const struct report_result *x = &reports[i].results[k];
			for (size_t f = 0; f < x->nfindings; f++)
				if (x->findings[f].kind == FINDING_VULNERABILITY &&
				    x->findings[f].pkg) {
					rows[*nret] = (struct report_row){&reports[i], x,
									  &x->findings[f], *nret};
					++*nret;
				}
		}
	return 0;
}

/* The score that says what the severity says: of the severity's source, else NVD's, else the first. */
bool report_score(const struct report *r, const struct finding *f, double *score)
{
	int best = -1;
	if (!f->has_vuln || !r->adv)
		return false;
	for (uint32_t i = 0; i < f->vuln.nscores; i++) {
		struct adv_score s;
		adv_vuln_score(r->adv, &f->vuln, i, &s);
		if (s.version < 3 || adv_severity_of_score(s.score) != f->severity)
			continue;
		int rank = slice_eq(s.source, f->severity_source) ? 2 : slice_is(s.source, "nvd");
		if (rank > best) {
			best = rank;
			*score = s.score;
		}
	}
	return best >= 0;
}
