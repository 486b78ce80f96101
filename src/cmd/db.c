/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv.h"
#include "app/app.h"
#include "cmd/cmd.h"
#include "text/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static const struct opt build_options[] = {
    {"from", 0, OPT_LIST, "PATH", NULL,
     "a feed: file, archive or folder; may be repeated, more may follow as arguments"},
    {"output", 'o', OPT_STRING, "FILE", NULL,
     "where to write; default the database that scan uses"},
    {0},
};
static const struct opt read_options[] = {
    {"db", 0, OPT_STRING, "FILE", NULL, "database; default the one that scan uses"},
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {0},
};

/* ---- build ---- */

struct watch {
	uint64_t read, skipped, others;
	bool progress;
};

static void on_skipped(void *arg, const char *file, const char *where, const char *why)
{
	struct watch *w = arg;
	/* Folders of feeds hold other things too: those are counted, and named on --debug. */
	if (strncmp(why, "not a feed", 10) == 0) {
		w->others++;
		log_debug("%s: %s", file, why);
		return;
	}
	w->skipped++;
	log_warn("%s%s%s: %s - skipped", file, where && *where ? ": " : "", where ? where : "",
		 why);
}

static void on_progress(void *arg, const char *file, uint64_t bytes)
{
	struct watch *w = arg;
	(void)bytes;
	w->read++;
	if (w->progress)
		fprintf(stderr, "\r\033[Kreading %.60s", file);
}

/* --from values, then arguments. */
static size_t feed_paths(const struct options *o, const char **paths, size_t cap)
{
	const char *const *from;
	size_t n = opt_list(o, "from", &from), k = 0;
	for (size_t i = 0; i < n && k < cap; i++)
		paths[k++] = from[i];
	for (size_t i = 0; i < o->nargs && k < cap; i++)
		paths[k++] = o->args[i];
	return k;
}

/* Where the database goes, and the directory of that, which is made when it is ours. */
static int output_path(const char *output, char *path, size_t cap, char *dir, size_t dir_cap,
		       struct err *err)
{
	if (output && strlen(output) >= cap)
		return err_usage(err, "--output %.64s...: the name is too long", output);
	/* Behind a link its target is replaced, the link stays. */
	if (output && !realpath(output, path))
		snprintf(path, cap, "%s", output);
	else if (!output)
		TRY(app_default_db(path, cap, true, err));
	const char *slash = strrchr(path, '/');
	snprintf(dir, dir_cap, "%.*s", slash ? MAX((int)(slash - path), 1) : 1, slash ? path : ".");
	return output ? 0 : file_mkdirs(dir, err);
}

/* Feeds come from outside: while they are read this process can reach nothing else. */
static int build(struct adv_build *b, const struct options *o, const struct watch *w, char *path,
		 size_t cap, struct err *err)
{
	const char *paths[256];
	char dir[4096];
	size_t n = feed_paths(o, paths, ARRAY_LEN(paths));
	if (n == 0)
		return err_usage(err, "no feed named - give --from PATH");
	if (n == ARRAY_LEN(paths))
		return err_usage(err, "more than %zu feeds - put them into one folder", n - 1);
	TRY(output_path(opt_string(o, "output"), path, cap, dir, sizeof(dir), err));
	TRY(sandbox_paths(paths, n, dir, err));
	for (size_t i = 0; i < n; i++)
		if (adv_build_add(b, paths[i], err) < 0)
			return err_wrap(err, "db build");
	/* An empty database would find nothing, and would take the place of a good one. */
	if (w->read == 0)
		return err_input(
		    err, "db build: no feed of a known kind among what was named, nothing was "
			 "written - see `strake help db build` for the kinds");
	return adv_build_write(b, path, err);
}

static void print_info(const struct adv_db *db, const char *path)
{
	struct adv_info info;
	char when[TIME_TEXT];
	adv_info_get(db, &info);
	time_text(info.built, when);
	/* The starter set is as old as the program. */
	printf("%s: %s%s%s%llu bytes, %llu problems, %llu statements about %llu packages\n",
	       path[0] ? path : "built-in starter set", info.built > 0 ? "built " : "",
	       info.built > 0 ? when : "", info.built > 0 ? ", " : "",
	       (unsigned long long)info.size, (unsigned long long)info.vulns,
	       (unsigned long long)info.rows, (unsigned long long)info.keys);
	for (uint32_t i = 0; i < info.nfeeds; i++) {
		struct adv_feed_info f;
		char newest[TIME_TEXT] = "";
		adv_feed_get(db, i, &f);
		if (f.records == 0 && f.skipped == 0)
			continue;
		if (f.newest)
			time_text(f.newest, newest);
		printf("  %-24.*s %8llu records", SL_FMT(f.name), (unsigned long long)f.records);
		if (f.skipped)
			printf(", %llu skipped", (unsigned long long)f.skipped);
		printf("%s%s\n", newest[0] ? ", newest " : "", newest);
	}
}

static int run_build(const struct options *o)
{
	struct err err = {0};
	struct watch w = {.progress = isatty(STDERR_FILENO) && !opt_flag(o, "no-progress") &&
				      !opt_flag(o, "quiet")};
	struct adv_report report = {on_skipped, on_progress, &w};
	CLEANUP(adv_build_free) struct adv_build *b = NULL;
	auto_adv struct adv_db *db = NULL;
	char path[PATH_MAX];
	int r = adv_build_new(&b, &report, &err);
	if (r == 0)
		r = build(b, o, &w, path, sizeof(path), &err);
	if (w.progress)
		fprintf(stderr, "\r\033[K");
	if (r < 0)
		return cmd_fail(&err);
	if (w.others)
		log_info("%llu files are no feed of a known kind and were passed over (--debug "
			 "names them)",
			 (unsigned long long)w.others);
	if (w.skipped)
		log_warn("%llu records could not be read and were skipped",
			 (unsigned long long)w.skipped);
	if (adv_open(path, &db, &err) < 0)
		return cmd_fail(&err);
	print_info(db, path);
	return 0;
}

/* ---- reading ---- */

static int open_db(const struct options *o, struct adv_db **db, char *path, size_t cap,
		   struct err *err)
{
	return app_open_db(opt_string(o, "db"), false, NULL, db, path, cap, err);
}

static int put_json(struct buf *out)
{
	struct err err = {0};
	buf_putc(out, '\n');
	return cmd_write(NULL, buf_slice(out), &err) < 0 ? cmd_fail(&err) : 0;
}

/* Which bytes these are, and as far as it is known where they came from and who signed them. */
static int find_origin(const struct adv_db *db, const char *path, struct arena *a,
		       struct db_state *ret, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char digest[DIGEST_TEXT];
	struct slice bytes = adv_bytes(db);
	TRY(sha256_of(bytes, sum, err));
	digest_text(sum, digest);
	*ret = (struct db_state){.digest = arena_dup(a, slice_str(digest))};
	return path[0] ? db_state_read(path, ret->digest, a, ret, err) : 0;
}

static void print_origin(const struct db_state *from)
{
	printf("  %.*s%s%.*s%s%s\n", SL_FMT(from->digest), from->source.len ? ", from " : "",
	       SL_FMT(from->source), from->key[0] ? ", signed by key " : "", from->key);
}

static void json_info(struct json_writer *w, const struct adv_db *db, const char *path,
		      const struct db_state *from)
{
	struct adv_info info;
	char when[TIME_TEXT];
	adv_info_get(db, &info);
	time_text(info.built, when);
	jw_object(w);
	jw_kstr(w, "Path", slice_str(path));
	jw_kbool(w, "Starter", info.starter);
	jw_kstr(w, "Built", slice_str(when));
	jw_ku64(w, "Size", info.size);
	jw_kstr(w, "Digest", from->digest);
	jw_kstr_opt(w, "Source", from->source);
	jw_kstr_opt(w, "SignedBy", slice_str(from->key));
	jw_ku64(w, "Vulnerabilities", info.vulns);
	jw_ku64(w, "Statements", info.rows);
	jw_ku64(w, "Packages", info.keys);
	jw_key(w, "Feeds");
	jw_array(w);
	for (uint32_t i = 0; i < info.nfeeds; i++) {
		struct adv_feed_info f;
		adv_feed_get(db, i, &f);
		jw_object(w);
		jw_kstr(w, "Name", f.name);
		jw_ku64(w, "Records", f.records);
		jw_ku64(w, "Skipped", f.skipped);
		if (f.newest) {
			time_text(f.newest, when);
			jw_kstr(w, "Newest", slice_str(when));
		}
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_end(w, '}');
}

static int run_status(const struct options *o)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	char path[4096];
	bool json;
	int r = cmd_table_or_json(o, &json);
	if (r)
		return r;
	auto_arena struct arena a;
	struct db_state from;
	arena_init(&a, MIB);
	if (open_db(o, &db, path, sizeof(path), &err) < 0 ||
	    find_origin(db, path, &a, &from, &err) < 0)
		return cmd_fail(&err);
	if (!json) {
		print_info(db, path);
		print_origin(&from);
		return 0;
	}
	auto_buf struct buf out;
	struct json_writer w;
	buf_init(&out, 16 * MIB);
	jw_init(&w, &out, 2);
	json_info(&w, db, path, &from);
	return put_json(&out);
}

static int run_verify(const struct options *o)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	char path[4096];
	if (open_db(o, &db, path, sizeof(path), &err) < 0)
		return cmd_fail(&err);
	if (adv_verify(db, &err) < 0) {
		err_wrap(&err, "%s", path[0] ? path : "built-in starter set");
		return cmd_fail(&err);
	}
	printf("%s: all checksums are right\n", path[0] ? path : "built-in starter set");
	return 0;
}

/* Ranges of a row in the words of `ver match`. */
static void row_ranges(const struct adv_db *db, const struct adv_row *row, struct buf *out)
{
	for (uint32_t i = 0; i < row->nranges; i++) {
		struct adv_range r;
		adv_range_get(db, row->first_range + i, &r);
		buf_puts(out, i ? SL(" || ") : SL(""));
		if (r.introduced.len)
			buf_printf(out, ">= %.*s", SL_FMT(r.introduced));
		if (r.fixed.len)
			buf_printf(out, "%s< %.*s", r.introduced.len ? ", " : "", SL_FMT(r.fixed));
		else if (r.last_affected.len)
			buf_printf(out, "%s<= %.*s", r.introduced.len ? ", " : "",
				   SL_FMT(r.last_affected));
		else if (!r.introduced.len)
			buf_puts(out, SL("*"));
	}
	for (uint32_t i = 0; i < row->nversions; i++) {
		struct slice v = adv_version_get(db, row->first_version + i);
		buf_printf(out, "%s= %.*s", i || row->nranges ? " || " : "", SL_FMT(v));
	}
}

struct printer {
	const struct adv_db *db;
	struct json_writer *json; /* NULL: text */
	uint32_t vuln;		  /* only rows about this one; UINT32_MAX = all */
	uint64_t shown;
};

static void print_row(struct printer *p, struct slice channel, struct slice name, uint32_t index)
{
	struct adv_row row;
	struct adv_vuln v;
	auto_buf struct buf range;
	buf_init(&range, MIB);
	adv_row_get(p->db, index, &row);
	adv_vuln_get(p->db, row.vuln, &v);
	row_ranges(p->db, &row, &range);
	p->shown++;
	enum adv_severity sev = row.severity ? row.severity : v.severity;
	if (!p->json) {
		printf("%-22.*s %-24.*s %-24.*s %-9s %-14s %.*s\n", SL_FMT(v.id), SL_FMT(channel),
		       SL_FMT(name), adv_severity_names[sev], adv_status_names[row.status],
		       SL_FMT(buf_slice(&range)));
		return;
	}
	jw_object(p->json);
	jw_kstr(p->json, "ID", v.id);
	jw_kstr(p->json, "Channel", channel);
	jw_kstr(p->json, "Package", name);
	jw_kstr(p->json, "Feed", row.feed);
	jw_kstr(p->json, "Severity", slice_str(adv_severity_names[sev]));
	jw_kstr(p->json, "Status", slice_str(adv_status_names[row.status]));
	jw_kstr(p->json, "Range", buf_slice(&range));
	jw_kstr_opt(p->json, "VendorID", row.vendor_id);
	jw_kstr_opt(p->json, "Module", row.module);
	jw_kstr_opt(p->json, "Arch", row.arch);
	jw_end(p->json, '}');
}

static int print_key(void *arg, struct slice channel, struct slice name, uint32_t first, uint32_t n)
{
	struct printer *p = arg;
	for (uint32_t i = 0; i < n; i++) {
		struct adv_row row;
		adv_row_get(p->db, first + i, &row);
		if (p->vuln == UINT32_MAX || row.vuln == p->vuln)
			print_row(p, channel, name, first + i);
	}
	return 0;
}

static int run_search(const struct options *o)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	char path[4096];
	struct json_writer w;
	bool json;
	int r = cmd_table_or_json(o, &json);
	if (r == 0 && o->nargs != 1)
		r = cmd_usage("name one package");
	if (r)
		return r;
	if (open_db(o, &db, path, sizeof(path), &err) < 0)
		return cmd_fail(&err);
	auto_buf struct buf out;
	struct printer p = {.db = db, .json = json ? &w : NULL, .vuln = UINT32_MAX};
	buf_init(&out, 256 * MIB);
	jw_init(&w, &out, 2);
	jw_array(&w);
	adv_each_key(db, slice_str(o->args[0]), print_key, &p);
	jw_end(&w, ']');
	if (p.json)
		return put_json(&out);
	if (p.shown == 0)
		log_info("nothing is known about a package named %s", o->args[0]);
	return 0;
}

/* ---- one problem ---- */

static void list(const char *title, const struct adv_db *db, const struct adv_vuln *v, uint32_t n,
		 struct slice (*get)(const struct adv_db *, const struct adv_vuln *, uint32_t))
{
	if (n)
		printf("%-11s", title);
	for (uint32_t i = 0; i < n; i++) {
		struct slice s = get(db, v, i);
		printf("%s%.*s", i ? ", " : "", SL_FMT(s));
	}
	if (n)
		putchar('\n');
}

static void show_text(const struct adv_db *db, const struct adv_vuln *v)
{
	char day[TIME_TEXT];
	printf("%.*s  %s (%.*s)\n%.*s\n", SL_FMT(v->id), adv_severity_names[v->severity],
	       SL_FMT(v->severity_source.len ? v->severity_source : SL("no source")),
	       SL_FMT(v->title));
	if (v->details.len)
		printf("\n%.*s\n\n", SL_FMT(v->details));
	list("aliases", db, v, v->naliases, adv_vuln_alias);
	list("weakness", db, v, v->ncwes, adv_vuln_cwe);
	for (uint32_t i = 0; i < v->nscores; i++) {
		struct adv_score s;
		adv_vuln_score(db, v, i, &s);
		printf("%-11s%.1f %.*s (%.*s)\n", "CVSS", s.score, SL_FMT(s.vector),
		       SL_FMT(s.source));
	}
	if (v->published) {
		time_text(v->published, day);
		printf("%-11s%.10s\n", "published", day);
	}
	if (v->kev)
		printf("%-11sknown to be exploited%s\n", "KEV",
		       v->kev_ransomware ? ", by ransomware too" : "");
	if (v->epss >= 0)
		printf("%-11s%.4f\n", "EPSS", (double)v->epss);
	list("references", db, v, v->nrefs, adv_vuln_ref);
}

static int run_show(const struct options *o)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	char path[4096];
	struct adv_vuln v;
	bool json;
	int r = cmd_table_or_json(o, &json);
	if (r == 0 && o->nargs != 1)
		r = cmd_usage("name one vulnerability");
	if (r)
		return r;
	if (open_db(o, &db, path, sizeof(path), &err) < 0)
		return cmd_fail(&err);
	uint32_t at = adv_find(db, slice_str(o->args[0]));
	if (at == UINT32_MAX) {
		err_set(&err, ERR_NOT_FOUND, -ENOENT, "%s: not in the database", o->args[0]);
		return cmd_fail(&err);
	}
	adv_vuln_get(db, at, &v);
	auto_buf struct buf out;
	struct json_writer w;
	struct printer p = {.db = db, .json = json ? &w : NULL, .vuln = at};
	buf_init(&out, 64 * MIB);
	jw_init(&w, &out, 2);
	jw_object(&w);
	jw_kstr(&w, "ID", v.id);
	jw_kstr(&w, "Severity", slice_str(adv_severity_names[v.severity]));
	jw_kstr_opt(&w, "Title", v.title);
	jw_kstr_opt(&w, "Description", v.details);
	jw_kbool(&w, "KEV", v.kev);
	jw_key(&w, "Aliases");
	jw_array(&w);
	for (uint32_t i = 0; i < v.naliases; i++)
		jw_str(&w, adv_vuln_alias(db, &v, i));
	jw_end(&w, ']');
	jw_key(&w, "Affected");
	jw_array(&w);
	if (!p.json)
		show_text(db, &v);
	adv_each_key(db, SL_NONE, print_key, &p);
	jw_end(&w, ']');
	jw_end(&w, '}');
	return p.json ? put_json(&out) : 0;
}

const struct command cmd_db_build = {
    .name = "db build",
    .synopsis = "[PATH...]",
    .summary = "make one advisory database from feeds",
    .text =
	"The kind of each file is found by its name and content: OSV (zip, folder), Alpine "
	"secdb, Wolfi, Debian "
	"tracker and DSA lists, Ubuntu tracker, OSV and OVAL, Red Hat CSAF, VEX and OVAL, CVRF, "
	"Amazon, Oracle, SUSE, Rocky, "
	"Alma, Azure, KEV, EPSS, end-of-life dates. A broken record is reported and skipped; a "
	"broken file stops the "
	"build and leaves the old database as it was.",
    .options = build_options,
    .examples = {{"strake db build --from osv/all.zip --from alpine-secdb/",
		  "for strake scan to use"},
		 {"strake db build feeds/ --output team.strakedb", "to hand on"}},
    .run = run_build,
};
const struct command cmd_db_status = {
    .name = "db status",
    .synopsis = "",
    .summary = "which database is in force, its age and feeds",
    .options = read_options,
    .examples = {{"strake db status", "for people"},
		 {"strake db status --format json", "for programs"}},
    .run = run_status,
};
const struct command cmd_db_verify = {
    .name = "db verify",
    .synopsis = "",
    .summary = "check every checksum and table of the database",
    .options = read_options,
    .examples = {{"strake db verify --db team.strakedb", "after copying"}},
    .run = run_verify,
};
const struct command cmd_db_search = {
    .name = "db search",
    .synopsis = "PACKAGE",
    .summary = "every statement about a package",
    .options = read_options,
    .examples = {{"strake db search openssl", "over all channels"}},
    .run = run_search,
};
const struct command cmd_db_show = {
    .name = "db show",
    .synopsis = "ID",
    .summary = "everything known about one vulnerability",
    .options = read_options,
    .examples = {{"strake db show CVE-2021-44228", "by CVE or any alias"}},
    .run = run_show,
};
