/* SPDX-License-Identifier: Apache-2.0 */
/* Reports to standard output and to files. */
#include "cmd/targets.h"

#include <stdio.h>
#include <sys/ioctl.h>

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

/* Trivy writes @FILE. */
static int read_template(const struct options *o, struct buf *text, struct report_style *st,
			 struct err *err)
{
	const char *path = options_value(o, "template") ? opt_string(o, "template") : NULL;
	if (!path)
		return 0;
	path += *path == '@';
	if (file_read(path, text, err) < 0) {
		err_wrap(err, "--template");
		return -1;
	}
	st->template_name = slice_str(path);
	st->template_text = text->len ? buf_slice(text) : SL("");
	return 0;
}

/* What GitHub's runners say of the run; other servers have nothing that fits. */
static void read_ci(struct report_ci *ci, struct buf *url)
{
	static const char *const names[] = {"GITHUB_REF",	"GITHUB_SHA", "GITHUB_RUN_ID",
					    "GITHUB_WORKFLOW",	"GITHUB_JOB", "GITHUB_SERVER_URL",
					    "GITHUB_REPOSITORY"};
	struct slice v[ARRAY_LEN(names)];
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		v[i] = slice_str(getenv(names[i]));
	if (v[5].len && v[6].len && v[2].len)
		buf_printf(url, "%.*s/%.*s/actions/runs/%.*s", SL_FMT(v[5]), SL_FMT(v[6]),
			   SL_FMT(v[2]));
	*ci = (struct report_ci){v[0], v[1], v[2], v[3], v[4], buf_slice(url)};
}

static int write_one(const struct options *o, const struct report_writer *w, const char *path,
		     const struct report *r, size_t n)
{
	struct err err = {0};
	auto_buf struct buf out, template, url;
	bool tty = !path && isatty(STDOUT_FILENO);
	struct report_style st = {.colour = tty && cmd_wants_colour(o),
				  .list_all_pkgs = !options_value(o, "list-all-pkgs") ||
						   opt_flag(o, "list-all-pkgs"),
				  .show_suppressed = options_value(o, "show-suppressed") &&
						     opt_flag(o, "show-suppressed"),
				  .width = tty	  ? terminal_width()
					   : path ? 120
						  : terminal_width()};
	buf_init(&out, SIZE_MAX / 2);
	buf_init(&template, 16 * MIB);
	buf_init(&url, 64 * KIB);
	read_ci(&st.ci, &url);
	if (read_template(o, &template, &st, &err) < 0)
		return cmd_fail(&err);
	if (w->write(r, n, &st, &out, &err) < 0 || cmd_write(path, buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	return 0;
}

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

int cmd_outputs(const struct options *o, struct output *outs, size_t *n)
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
	if (*n > CMD_MAX_OUTPUTS)
		return cmd_usage("--output: more than %d outputs", CMD_MAX_OUTPUTS);
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

int cmd_write_reports(const struct options *o, const struct output *outs, size_t nouts,
		      const struct report *reports, size_t n)
{
	int code = 0;
	for (size_t i = 0; n && i < nouts && code == 0; i++)
		code = write_one(o, outs[i].writer, outs[i].path, reports, n);
	return code;
}
