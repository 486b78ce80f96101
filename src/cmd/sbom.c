/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/attest_report.h"

#include <string.h>

static const struct opt sbom_options[] = {
    OUTPUT_OPTIONS("cyclonedx"),
    {"files", 0, OPT_FLAG, NULL, NULL,
     "every file too, with its digests, below the package that owns it"},
    ATTEST_OPTIONS,
    TARGET_OPTIONS,
    {0},
};

/* A whole layer or database that is missing makes a list that must not be believed. */
static bool is_partial(const struct report *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < r[i].nincomplete; k++)
			if (r[i].incomplete[k].whole)
				return true;
	return false;
}

/* The predicate's word of the format that --attest signs: the one of --format, which must be one that verifiers know. */
static const char *attested(const struct options *o)
{
	const char *format = opt_string(o, "format");
	if (slice_starts(slice_str(format), "cyclonedx"))
		return "cyclonedx";
	return strcmp(format, "spdx-json") == 0 ? "spdxjson" : NULL;
}

static int run(const struct options *o)
{
	struct scan_options opt = {.ignore_files_given = true};
	struct output outs[CMD_MAX_OUTPUTS];
	struct scan_job *job = NULL;
	struct err err = {0};
	size_t nouts, n;
	int r = cmd_target_options(o, &opt);
	opt.files = opt_flag(o, "files");
	opt.package_licenses = true;
	if (r == 0)
		r = cmd_outputs(o, outs, &nouts);
	if (r == 0)
		r = cmd_attest_check(o);
	if (r == 0 && opt_flag(o, "attest") && !attested(o))
		r = cmd_usage("--attest signs CycloneDX or spdx-json: choose it by --format");
	if (r)
		return r;
	if (o->nargs != 1)
		return cmd_usage(
		    "give one target: an archive, a layout, a directory, an SBOM or an image name");
	if (scan_job_new(&opt, &job, &err) < 0)
		return cmd_fail(&err);
	int code = cmd_scan_targets(o, job);
	const struct report *reports = scan_job_reports(job, &n);
	int written = cmd_write_reports(o, outs, nouts, reports, n);
	if (code == 0 && written == 0 && !is_partial(reports, n))
		written = cmd_attest_reports(o, opt_string(o, "format"), slice_str(attested(o)),
					     reports, n);
	if (code == 0)
		code = written ? written : is_partial(reports, n) ? 4 : 0;
	scan_job_free(&job);
	return code;
}

const struct command cmd_sbom = {
    .name = "sbom",
    .synopsis = "TARGET",
    .summary = "bill of materials of an image, a directory or another SBOM",
    .text = "Lists what TARGET consists of, as strake scan finds it, without looking for problems. "
	    "With\n"
	    "sbom:FILE as the target an SBOM is rewritten in another format. Layers, licences, "
	    "dependencies,\n"
	    "owners and source packages are kept, so that strake scan sbom:FILE gives the findings "
	    "that the\n"
	    "image would. Targets are those of\n.BR strake\\-scan (1).",
    .options = sbom_options,
    .examples = {{"strake sbom image.tar", "CycloneDX on standard output"},
		 {"strake sbom --files --format spdx-json image.tar",
		  "with every file and its digests"},
		 {"strake sbom --format spdx-json --output app.spdx.json fs:.", "of a source tree"},
		 {"strake sbom --format spdx sbom:app.cdx.json", "one format into another"}},
    .run = run,
};
