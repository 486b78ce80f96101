/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/attest_report.h"
#include "config/config.h"

static const struct opt scan_options[] = {
    OUTPUT_OPTIONS("table"),
    {"scanners", 0, OPT_LIST, "LIST", "vuln,secret",
     "what to look for: vuln, secret, config, license; or none for the inventory alone"},
    {"secret-config", 0, OPT_STRING, "FILE", NULL,
     "rules for secrets beside the built-in ones: Trivy's YAML or gitleaks' TOML"},
    {"history", 0, OPT_FLAG, NULL, NULL,
     "secrets of every commit of a repository (repo:DIR or repo:URL), not of its work tree alone"},
    {"license-full", 0, OPT_FLAG, NULL, NULL,
     "licences of files too: texts by their names, heads of source files"},
    {"license-confidence-level", 0, OPT_STRING, "LEVEL", "0.9",
     "of files: how much of a licence's text must be there, 0 to 1"},
    {"ignored-licenses", 0, OPT_LIST, "LIST", NULL, "licences that are no finding (SPDX ids)"},
    {"severity", 's', OPT_LIST, "LIST", NULL, "show only these: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"},
    {"ignore-unfixed", 0, OPT_FLAG, NULL, NULL, "leave out what has no fixed version"},
    {"ignore-status", 0, OPT_LIST, "LIST", NULL,
     "leave out these: affected,will_not_fix,fix_deferred,end_of_life,under_investigation,unknown"},
    {"ignorefile", 0, OPT_LIST, "FILE", NULL,
     "ids to leave out (Trivy's two forms, Grype's list, ours); default .strakeignore[.yaml] and "
     ".trivyignore[.yaml] of the working "
     "directory"},
    {"vex", 0, OPT_LIST, "FILE", NULL,
     "VEX document (OpenVEX, CSAF, CycloneDX), or oci for those that hang on the image: what it "
     "calls not affected or fixed is left out; may be repeated"},
    {"baseline", 0, OPT_STRING, "REPORT", NULL,
     "a JSON report of before (of scan, Trivy's, or gitleaks'): what it has is known, set aside, "
     "and "
     "fails nothing; line numbers do not count"},
    {"show-suppressed", 0, OPT_FLAG, NULL, NULL,
     "list what an ignore file, VEX or a baseline took away"},
    {"exit-code", 0, OPT_NUMBER, "N", "0", "exit with N when something was found"},
    {"fail-on", 0, OPT_LIST, "LIST", NULL,
     "exit with 1 on any of: low, medium, high, critical (that or worse), unknown, fixable, kev, "
     "epss>=N, risk>=N, eol, incomplete; joined by '+' all of them must hold"},
    {"exit-on-eol", 0, OPT_NUMBER, "N", "0",
     "exit with N when the distribution release is no longer supported"},
    {"list-all-pkgs", 0, OPT_FLAG, NULL, "true",
     "packages without findings too, in formats that list packages"},
    CHART_OPTIONS,
    ATTEST_OPTIONS,
    TARGET_OPTIONS,
    DATABASE_OPTIONS,
    {0},
};

static const char *const scanner_words[] = {"vuln",   "none",	   "license",
					    "config", "misconfig", "secret"};

struct request {
	struct scan_options opt;
	struct fail_on fail_on;
	struct arena arena; /* of the values for charts */
	struct config_charts charts;
	struct slice ignore_files[64], vex_files[64];
};

static bool read_level(const char *text, double *ret)
{
	char *end;
	*ret = strtod(text, &end);
	return end != text && *end == 0 && *ret >= 0 && *ret <= 1;
}

static int read_request(const struct options *o, struct request *rq)
{
	struct scan_options *s = &rq->opt;
	uint32_t scanners;
	if (opt_number(o, "exit-code") > 255 || opt_number(o, "exit-on-eol") > 255)
		return cmd_usage(
		    "--exit-code, --exit-on-eol: the system knows codes from 0 to 255");
	int r = cmd_word_bits(o, "severity", (struct words){adv_severity_names, 5},
			      &s->filter.severities);
	if (r == 0)
		r = cmd_word_bits(o, "ignore-status",
				  (struct words){adv_status_names, ADV_END_OF_LIFE + 1},
				  &s->filter.ignore_statuses);
	if (r == 0)
		r = cmd_word_bits(o, "scanners",
				  (struct words){scanner_words, ARRAY_LEN(scanner_words)},
				  &scanners);
	if (r == 0)
		r = cmd_fail_on(o, &rq->fail_on);
	if (r == 0)
		r = cmd_target_options(o, s);
	if (r)
		return r;
	s->filter.ignore_unfixed = opt_flag(o, "ignore-unfixed");
	s->vulnerabilities = scanners & 1;
	s->licenses = scanners & 4;
	s->config = scanners & (8 | 16);
	s->secrets = scanners & 32;
	s->history = opt_flag(o, "history");
	if (s->history && !s->secrets)
		return cmd_usage("--history looks for secrets - add secret to --scanners");
	s->baseline = opt_string(o, "baseline");
	s->secret_config = opt_string(o, "secret-config");
	s->nignored_licenses = opt_list(o, "ignored-licenses", &s->ignored_licenses);
	s->license_full = opt_flag(o, "license-full");
	if (s->license_full && !s->licenses)
		return cmd_usage("--license-full looks for licences - add license to --scanners");
	if (!read_level(opt_string(o, "license-confidence-level"), &s->license_confidence))
		return cmd_usage("--license-confidence-level: a number from 0 to 1");
	bool charts;
	r = cmd_charts(o, &rq->arena, &rq->charts, &charts);
	if (r)
		return r;
	s->charts = charts ? &rq->charts : NULL;
	s->db = opt_string(o, "db");
	s->starter_only = opt_flag(o, "starter");
	return cmd_decisions(o, s, rq->ignore_files, rq->vex_files, ARRAY_LEN(rq->vex_files));
}

/* ---- exit code ---- */

static bool has_failed_issue(const struct request *rq, const struct report *r, bool any)
{
	for (size_t t = 0; t < r->nresults; t++)
		for (size_t k = 0; k < r->results[t].nissues; k++)
			if (rq->fail_on.n ? fail_on_issue(&rq->fail_on, &r->results[t].issues[k])
					  : any)
				return true;
	return false;
}

/* --fail-on chooses what counts; --exit-code alone counts every finding, and replaces the 1. */
static bool has_failed(const struct request *rq, const struct report *r, bool any)
{
	if (r->eol && fail_on_eol(&rq->fail_on))
		return true;
	for (size_t t = 0; t < r->nresults; t++)
		for (size_t k = 0; k < r->results[t].nfindings; k++)
			if (rq->fail_on.n
				? fail_on_finding(&rq->fail_on, &r->results[t].findings[k])
				: any)
				return true;
	return has_failed_issue(rq, r, any);
}

static bool is_partial(const struct request *rq, const struct report *r)
{
	for (size_t k = 0; k < r->nincomplete; k++)
		if (r->incomplete[k].whole || fail_on_incomplete(&rq->fail_on))
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

static int scan(const struct options *o, const struct request *rq, const struct output *outs,
		size_t nouts)
{
	struct err err = {0};
	struct scan_job *job = NULL;
	size_t n;
	if (scan_job_new(&rq->opt, &job, &err) < 0)
		return cmd_fail(&err);
	int code = cmd_scan_targets(o, job);
	const struct report *reports = scan_job_reports(job, &n);
	int written = cmd_write_reports(o, outs, nouts, reports, n);
	/* What is not whole is not signed. */
	if (code == 0 && written == 0 && exit_code(o, rq, reports, n) != 4)
		written = cmd_attest_reports(o, "cosign-vuln", SL("vuln"), reports, n);
	if (code == 0)
		code = written ? written : exit_code(o, rq, reports, n);
	scan_job_free(&job);
	return code;
}

static int prepare_and_scan(const struct options *o, struct request *rq)
{
	struct output outs[CMD_MAX_OUTPUTS];
	size_t nouts;
	int r = read_request(o, rq);
	if (r == 0)
		r = cmd_outputs(o, outs, &nouts);
	if (r == 0)
		r = cmd_attest_check(o);
	if (r)
		return r;
	if (o->nargs == 0)
		return cmd_usage(
		    "nothing to scan: give an archive, a layout, a directory or an image name");
	return scan(o, rq, outs, nouts);
}

static int run(const struct options *o)
{
	struct request rq = {0};
	arena_init(&rq.arena, 256 * MIB);
	int r = prepare_and_scan(o, &rq);
	arena_free(&rq.arena);
	return r;
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
    .summary = "known vulnerabilities in images, directories and SBOMs",
    .text =
	"TARGET is one of\n.nf\n"
	"  docker-archive:FILE[:TAG]  what docker, podman, skopeo or kaniko saved\n"
	"  oci-archive:FILE[:TAG]     a tar of an OCI layout\n"
	"  oci:DIR[:TAG|@DIGEST]      an OCI layout\n"
	"  docker:REF, podman:REF     an image of the daemon, streamed from its socket\n"
	"  registry:REF               an image of a registry, streamed layer by layer\n"
	"  containerd:[DIR][:REF]     containerd's storage on disk, /var/lib/containerd\n"
	"  containers-storage:[DIR][:REF]\n"
	"                             that of podman, buildah and CRI-O\n"
	"  rootfs:DIR                 an unpacked root file system, or a tar of one\n"
	"  fs:DIR                     a source tree: what its lock files pin\n"
	"  repo:DIR|URL               the same of a git repository, fetched over https\n"
	"  sbom:FILE                  CycloneDX, SPDX or Syft's JSON\n"
	"  purl:PURL                  package URLs, or a file that lists them\n"
	"  k8s:FILE                   every image that Kubernetes manifests name\n"
	"  host                       this machine\n"
	"  -                          an archive on standard input; with --scanners secret a text "
	"too\n"
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
