/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"
#include "cmd/cmd.h"

#include <stdio.h>
#include <sys/ioctl.h>

static const struct opt scan_options[] = {
    {"format", 'f', OPT_STRING, "NAME", "table", "report format: " REPORT_NAMES},
    {"output", 'o', OPT_LIST, "[NAME=]FILE", NULL,
     "write the report to FILE, whole or not at all; NAME=FILE writes that format, and may be "
     "repeated"},
    {"scanners", 0, OPT_LIST, "LIST", "vuln",
     "what to look for: vuln, or none for the inventory alone"},
    {"severity", 's', OPT_LIST, "LIST", NULL, "show only these: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"},
    {"ignore-unfixed", 0, OPT_FLAG, NULL, NULL, "leave out what has no fixed version"},
    {"ignore-status", 0, OPT_LIST, "LIST", NULL,
     "leave out these: affected,will_not_fix,fix_deferred,end_of_life,under_investigation,unknown"},
    {"ignorefile", 0, OPT_LIST, "FILE", NULL,
     "ids to leave out; default .strakeignore, .trivyignore and .trivyignore.yaml of the working "
     "directory"},
    {"show-suppressed", 0, OPT_FLAG, NULL, NULL, "list what an ignore file took away"},
    {"exit-code", 0, OPT_NUMBER, "N", "0", "exit with N when something was found"},
    {"fail-on", 0, OPT_LIST, "LIST", NULL,
     "exit with 1 on any of: low, medium, high, critical (that or worse), unknown, fixable, kev, "
     "eol, incomplete"},
    {"exit-on-eol", 0, OPT_NUMBER, "N", "0",
     "exit with N when the distribution release is no longer supported"},
    {"pkg-types", 0, OPT_LIST, "LIST", "os", "package types: os"},
    {"list-all-pkgs", 0, OPT_FLAG, NULL, "true",
     "packages without findings too, in formats that list packages"},
    {"platform", 0, OPT_STRING, "OS/ARCH", NULL,
     "of a multi-platform image; default this machine's"},
    {"all-platforms", 0, OPT_FLAG, NULL, NULL,
     "every platform of a multi-platform image, one report each"},
    {"db", 0, OPT_STRING, "FILE", NULL,
     "advisory database; default the one that strake db build made, else the built-in starter set"},
    {"starter", 0, OPT_FLAG, NULL, NULL,
     "use the built-in starter set even if there is a database"},
    {"cache-dir", 0, OPT_STRING, "DIR", NULL, "layer cache; default $XDG_CACHE_HOME/strake"},
    {"cache-size", 0, OPT_SIZE, "SIZE", "1g", "the cache is kept below this"},
    {"no-cache", 0, OPT_FLAG, NULL, NULL, "neither read nor write the layer cache"},
    {"skip-diff-ids", 0, OPT_FLAG, NULL, NULL,
     "do not hash uncompressed layers of an archive that you trust (faster; such layers are not "
     "cached)"},
    {"parallel", 0, OPT_NUMBER, "N", "0", "layers at once; 0 = processors"},
    {"socket", 0, OPT_STRING, "PATH", NULL, "of the docker or podman daemon"},
    REGISTRY_OPTIONS,
    {0},
};

struct words {
	const char *const *names;
	size_t n;
};

/* Ors 1 << index for each word of each comma list; an unknown word is an error. */
static int word_bits(const struct options *o, const char *name, struct words words, uint32_t *bits)
{
	const char *const *items;
	size_t n = opt_list(o, name, &items);
	*bits = 0;
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(items[i]), word;
		while (slice_cut(&rest, ',', &word)) {
			size_t k = 0;
			word = slice_trim(word);
			while (k < words.n && !slice_ieq(word, slice_str(words.names[k])))
				k++;
			if (k < words.n) {
				*bits |= 1U << k;
				continue;
			}
			char given[64];
			snprintf(given, sizeof(given), "%.*s",
				 (int)MIN(word.len, sizeof(given) - 1), word.ptr);
			const char *near = nearest_word(given, words.names, words.n);
			return near ? cmd_usage("--%s: unknown word \"%s\" - did you mean \"%s\"?",
						name, given, near)
				    : cmd_usage("--%s: this version does not know \"%s\" - strake "
						"scan --help lists the words",
						name, given);
		}
	}
	return 0;
}

static const char *const fail_words[] = {"unknown", "low", "medium", "high",	  "critical",
					 "fixable", "kev", "eol",    "incomplete"};
enum {
	FAIL_UNKNOWN = 1,
	FAIL_FIXABLE = 1 << 5,
	FAIL_KEV = 1 << 6,
	FAIL_EOL = 1 << 7,
	FAIL_INCOMPLETE = 1 << 8
};
static const char *const scanner_words[] = {"vuln", "none"};
static const char *const type_words[] = {"os", "library"};

struct request {
	struct scan_options opt;
	uint32_t fail_on;
	struct slice ignore_files[64];
};

static int read_request(const struct options *o, struct request *rq)
{
	struct scan_options *s = &rq->opt;
	uint32_t scanners, types;
	const char *const *items;
	if (opt_number(o, "exit-code") > 255 || opt_number(o, "exit-on-eol") > 255)
		return cmd_usage(
		    "--exit-code, --exit-on-eol: the system knows codes from 0 to 255");
	int r =
	    word_bits(o, "severity", (struct words){adv_severity_names, 5}, &s->filter.severities);
	if (r == 0)
		r = word_bits(o, "ignore-status",
			      (struct words){adv_status_names, ADV_END_OF_LIFE + 1},
			      &s->filter.ignore_statuses);
	if (r == 0)
		r = word_bits(o, "fail-on", (struct words){fail_words, ARRAY_LEN(fail_words)},
			      &rq->fail_on);
	if (r == 0)
		r = word_bits(o, "scanners", (struct words){scanner_words, 2}, &scanners);
	if (r == 0)
		r = word_bits(o, "pkg-types", (struct words){type_words, 2}, &types);
	if (r)
		return r;
	s->filter.ignore_unfixed = opt_flag(o, "ignore-unfixed");
	s->vulnerabilities = scanners & 1;
	s->platform = opt_string(o, "platform");
	s->all_platforms = opt_flag(o, "all-platforms");
	s->db = opt_string(o, "db");
	s->starter_only = opt_flag(o, "starter");
	s->cache_dir = opt_string(o, "cache-dir");
	s->cache_size = opt_number(o, "cache-size");
	s->no_cache = opt_flag(o, "no-cache");
	s->no_diff_ids = opt_flag(o, "skip-diff-ids");
	s->parallel = (unsigned)MIN(opt_number(o, "parallel"), 64);
	s->timeout_s = (unsigned)MIN(opt_number(o, "timeout"), 31536000);
	s->socket = opt_string(o, "socket");
	s->progress = isatty(STDERR_FILENO) && !opt_flag(o, "no-progress") && !opt_flag(o, "quiet");
	r = cmd_registry(o, &s->registry);
	if (r)
		return r;
	size_t n = opt_list(o, "ignorefile", &items);
	s->ignore_files_given = n > 0;
	s->ignore_files = rq->ignore_files;
	for (size_t i = 0; i < n && i < ARRAY_LEN(rq->ignore_files); i++)
		rq->ignore_files[s->nignore_files++] = slice_str(items[i]);
	return 0;
}

/* ---- exit code ---- */

static bool finding_fails(const struct finding *f, uint32_t fail_on)
{
	for (unsigned s = ADV_SEV_LOW; s <= (unsigned)f->severity; s++)
		if (fail_on >> s & 1)
			return true;
	return ((fail_on & FAIL_UNKNOWN) && f->severity == ADV_SEV_UNKNOWN) ||
	       ((fail_on & FAIL_FIXABLE) && f->fixed_version.len) ||
	       ((fail_on & FAIL_KEV) && f->has_vuln && f->vuln.kev);
}

/* --fail-on chooses what counts; --exit-code alone counts every finding, and replaces the 1. */
static bool has_failed(const struct request *rq, const struct report *r, bool any)
{
	if (r->eol && (rq->fail_on & FAIL_EOL))
		return true;
	for (size_t t = 0; t < r->nresults; t++)
		for (size_t k = 0; k < r->results[t].nfindings; k++)
			if (rq->fail_on ? finding_fails(&r->results[t].findings[k], rq->fail_on)
					: any)
				return true;
	return false;
}

static bool is_partial(const struct request *rq, const struct report *r)
{
	for (size_t k = 0; k < r->nincomplete; k++)
		if (r->incomplete[k].whole || (rq->fail_on & FAIL_INCOMPLETE))
			return true;
	return false;
}

static int exit_code(const struct options *o, const struct request *rq, const struct report *r,
		     size_t n)
{
	int given = (int)opt_number(o, "exit-code"), eol = (int)opt_number(o, "exit-on-eol"),
	    code = 0;
	for (size_t i = 0; i < n; i++) {
		if (is_partial(rq, &r[i]))
			return 4;
		if (has_failed(rq, &r[i], given != 0))
			code = given ? given : 1;
		else if (r[i].eol && eol && code == 0)
			code = eol;
	}
	return code;
}

/* ---- output ---- */

static unsigned terminal_width(void)
{
	struct winsize ws;
	const char *columns = getenv("COLUMNS");
	uint32_t v;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 40)
		return ws.ws_col;
	if (columns && slice_u32(slice_str(columns), &v) == 0 && v >= 40 && v < 1000)
		return v;
	return 80;
}

static int write_one(const struct options *o, const struct report_writer *w, const char *path,
		     const struct report *r, size_t n)
{
	struct err err = {0};
	auto_buf struct buf out;
	bool tty = !path && isatty(STDOUT_FILENO);
	struct report_style st = {.colour = tty && cmd_wants_colour(o),
				  .list_all_pkgs = opt_flag(o, "list-all-pkgs"),
				  .show_suppressed = opt_flag(o, "show-suppressed"),
				  .width = tty	  ? terminal_width()
					   : path ? 120
						  : terminal_width()};
	buf_init(&out, SIZE_MAX / 2);
	if (w->write(r, n, &st, &out, &err) < 0 || cmd_write(path, buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	return 0;
}

struct output {
	const struct report_writer *writer;
	const char *path;
};

/* "json=out.json" names a format; any other text is a file in the format of --format. */
static int read_output(const char *text, const struct report_writer *fallback, struct output *ret)
{
	struct slice rest = slice_str(text), name;
	*ret = (struct output){fallback, text};
	if (!slice_cut(&rest, '=', &name) || !rest.ptr)
		return 0;
	const struct report_writer *w = report_find(name);
	if (!w) {
		if (slice_chr(name, '/') >= 0 || slice_chr(name, '.') >= 0)
			return 0;
		return cmd_usage("--output %s: no format named \"%.*s\"", text, SL_FMT(name));
	}
	*ret = (struct output){w, rest.ptr};
	return 0;
}

static int read_outputs(const struct options *o, struct output *outs, size_t cap, size_t *n)
{
	const char *const *items, *format = opt_string(o, "format");
	const struct report_writer *w = report_find(slice_str(format));
	*n = opt_list(o, "output", &items);
	if (!w) {
		const char *names[32];
		size_t k;
		const struct report_writer *const *all = report_writers(&k);
		for (size_t i = 0; i < k && i < ARRAY_LEN(names); i++)
			names[i] = all[i]->name;
		const char *near = nearest_word(format, names, MIN(k, ARRAY_LEN(names)));
		return cmd_usage("--format %s: no such format%s%s", format,
				 near ? "; did you mean " : "", near ? near : "");
	}
	if (*n == 0) {
		*n = 1;
		outs[0] = (struct output){w, NULL};
		return 0;
	}
	if (*n > cap)
		return cmd_usage("--output: more than %zu outputs", cap);
	for (size_t i = 0; i < *n; i++) {
		int r = read_output(items[i], w, &outs[i]);
		for (size_t k = 0; k < i && r == 0; k++)
			if (strcmp(outs[k].path, outs[i].path) == 0)
				r = cmd_usage(
				    "--output: %s is named twice - one report would replace "
				    "the other",
				    outs[i].path);
		if (r)
			return r;
	}
	return 0;
}

static int scan(const struct options *o, const struct request *rq, const struct output *outs,
		size_t nouts)
{
	struct err err = {0};
	struct scan_job *job = NULL;
	int code = 0;
	size_t n;
	if (scan_job_new(&rq->opt, &job, &err) < 0)
		return cmd_fail(&err);
	for (size_t i = 0; i < o->nargs; i++)
		if (scan_job_add(job, slice_str(o->args[i]), &err) < 0) {
			int failed = cmd_fail(&err);
			code = code ? MIN(code, failed) : failed;
		}
	const struct report *reports = scan_job_reports(job, &n);
	int written = 0;
	for (size_t i = 0; n && i < nouts && written == 0; i++)
		written = write_one(o, outs[i].writer, outs[i].path, reports, n);
	if (code == 0)
		code = written ? written : exit_code(o, rq, reports, n);
	scan_job_free(&job);
	return code;
}

static int run(const struct options *o)
{
	struct request rq = {0};
	struct output outs[16];
	size_t nouts;
	int r = read_request(o, &rq);
	if (r == 0)
		r = read_outputs(o, outs, ARRAY_LEN(outs), &nouts);
	if (r)
		return r;
	if (o->nargs == 0)
		return cmd_usage(
		    "nothing to scan: give an archive, a layout, a directory or an image name");
	return scan(o, &rq, outs, nouts);
}

static void man_formats(struct buf *out)
{
	size_t n;
	const struct report_writer *const *all = report_writers(&n);
	buf_puts(out, SL(".SH FORMATS\n"));
	for (size_t i = 0; i < n; i++)
		buf_printf(out, ".TP\n.B %s\n%s\n", all[i]->name, all[i]->help);
}

const struct command cmd_scan = {
    .name = "scan",
    .synopsis = "TARGET...",
    .summary = "known vulnerabilities in images and root file systems",
    .text = "TARGET is one of\n.nf\n"
	    "  docker-archive:FILE[:TAG]  what docker, podman, skopeo or kaniko saved\n"
	    "  oci-archive:FILE[:TAG]     a tar of an OCI layout\n"
	    "  oci:DIR[:TAG|@DIGEST]      an OCI layout\n"
	    "  docker:REF, podman:REF     an image of the daemon, streamed from its socket\n"
	    "  registry:REF               an image of a registry, streamed layer by layer\n"
	    "  rootfs:DIR                 an unpacked root file system, or a tar of one\n"
	    "  -                          an archive on standard input\n"
	    ".fi\nor a bare path or name, which is recognised by what lies there; the name of an "
	    "image is asked of docker, podman and its registry, in this order.",
    .options = scan_options,
    .examples = {{"strake scan image.tar", "a saved image, report for people"},
		 {"strake scan --severity HIGH,CRITICAL --ignore-unfixed alpine.tar.gz",
		  "only what matters and can be mended"},
		 {"strake scan --format json --output report.json oci:layout:v1", "for programs"},
		 {"strake scan -o table=report.txt -o json=report.json rootfs:/mnt",
		  "two reports of one run"},
		 {"strake scan --fail-on critical,eol docker:app:latest", "a gate in CI"},
		 {"strake scan registry:alpine:3.20", "without a daemon, without a pull"}},
    .run = run,
    .man_more = man_formats,
};
