/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/targets.h"

static const struct opt convert_options[] = {
    OUTPUT_OPTIONS("table"),
    {"show-suppressed", 0, OPT_FLAG, NULL, NULL, "list what an ignore file or VEX took away"},
    {"list-all-pkgs", 0, OPT_FLAG, NULL, "true",
     "packages without findings too, in formats that list packages"},
    {0},
};

static int run(const struct options *o)
{
	auto_buf struct buf text;
	auto_report_file struct report_file f = {.n = 0};
	struct output outs[CMD_MAX_OUTPUTS];
	struct err err = {0};
	size_t nouts;
	buf_init(&text, 1024 * MIB);
	int r = cmd_outputs(o, outs, &nouts);
	if (r)
		return r;
	if (o->nargs != 1)
		return cmd_usage(
		    "give one report, written by strake scan --format json or by Trivy");
	bool stdin_ = strcmp(o->args[0], "-") == 0;
	if ((stdin_ ? file_read_fd(STDIN_FILENO, &text, &err)
		    : file_read(o->args[0], &text, &err)) < 0)
		return cmd_fail(&err);
	if (report_read(buf_slice(&text), &f, &err) < 0) {
		err_wrap(&err, "%s", o->args[0]);
		return cmd_fail(&err);
	}
	return cmd_write_reports(o, outs, nouts, f.reports, f.n);
}

const struct command cmd_convert = {
    .name = "convert",
    .synopsis = "REPORT",
    .summary = "a JSON report in another format",
    .text = "REPORT is what strake scan --format json wrote, or Trivy's JSON report. Nothing is "
	    "looked up\n"
	    "again: findings, texts and what was left out are those of the report.",
    .options = convert_options,
    .examples = {{"strake convert --format sarif report.json", "for a code host"},
		 {"strake convert -o markdown=report.md -o csv=report.csv report.json",
		  "several at once"}},
    .run = run,
};
