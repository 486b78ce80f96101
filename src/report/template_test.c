/* SPDX-License-Identifier: Apache-2.0 */
/* What binds reports to templates; the language itself is tested in text/. */
#include "tests/test.h"

#include "report/stage_test.h"

static struct slice written(struct stage *s, const char *text)
{
	s->style.template_name = SL("x.tpl");
	s->style.template_text = slice_str(text);
	struct slice out = arena_dup(&s->arena, stage_written(s, "template", 1));
	assert_non_null(out.ptr);
	return out;
}

static void embedded_structs_can_be_named_or_not(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	struct slice
	    plain = written(
		&s, "{{range .}}{{range .Vulnerabilities}}{{.VulnerabilityID}} {{end}}{{end}}"),
	    named = written(&s, "{{range .}}{{range .Vulnerabilities}}"
				"{{.Vulnerability.VulnerabilityID}} {{end}}{{end}}");
	assert_true(plain.len > 8);
	test_assert_slice(named, plain, __FILE__, __LINE__);
}

static void the_whole_report_is_there(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	assert_slice(
	    written(&s, "{{len report.Results}} {{len .}} {{(index . 0).Nothing.AtAll | default 1}}"
			"{{if appVersion}} v{{end}}"),
	    "1 1 1 v");
}

RUN_TESTS(T(embedded_structs_can_be_named_or_not), T(the_whole_report_is_there))
