/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "tests/test.h"

struct chart {
	struct arena arena;
	struct config *c;
	const struct config_chart_result *results;
	size_t n;
};

static const struct config_chart_file web[] = {
    {.path = SLICE_INIT("Chart.yaml"), .bytes = SLICE_INIT("name: web\nversion: 1.0.0\n")},
    {.path = SLICE_INIT("values.yaml"),
     .bytes = SLICE_INIT("privileged: true\nimages: [a, b]\nsub: {name: below}\n")},
    {.path = SLICE_INIT("templates/_h.tpl"),
     .bytes =
	 SLICE_INIT("{{ define \"ctx\" }}\n\nprivileged: {{ .Values.privileged }}\n{{ end }}")},
    {.path = SLICE_INIT("templates/pod.yaml"),
     .bytes = SLICE_INIT("{{- if true }}\n"
			 "apiVersion: v1\n"
			 "kind: Pod\n"
			 "metadata: {name: a}\n"
			 "spec:\n"
			 "  hostNetwork: true\n"
			 "  containers:\n"
			 "    {{- range .Values.images }}\n"
			 "    - name: {{ . }}\n"
			 "      image: x:1\n"
			 "      securityContext: {{ include \"ctx\" $ | fromYaml | toJson }}\n"
			 "    {{- end }}\n"
			 "{{- end }}\n")},
    {.path = SLICE_INIT("templates/NOTES.txt"), .bytes = SLICE_INIT("{{ nothing }}")},
    {.path = SLICE_INIT("charts/sub/Chart.yaml"), .bytes = SLICE_INIT("name: sub\n")},
    {.path = SLICE_INIT("charts/sub/templates/pod.yaml"),
     .bytes = SLICE_INIT("apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n"
			 "spec: {hostPID: true, containers: []}\n")},
};

static void chart_done(struct chart *t)
{
	config_free(&t->c);
	arena_free(&t->arena);
}

static void render(struct chart *t, const struct config_chart_file *files, size_t n,
		   const struct config_charts *given)
{
	const struct config_kind *kind = config_kind_find(SL("kubernetes"));
	struct err err = {0};
	arena_init(&t->arena, 256 * MIB);
	assert_ok(config_new_for(&kind, 1, &t->c, &err), &err);
	if (given)
		assert_ok(config_set_charts(t->c, given, &err), &err);
	assert_ok(config_ready(t->c, &err), &err);
	assert_ok(config_chart(t->c, files, n, NULL, &t->arena, &t->results, &t->n, &err), &err);
}

static const struct config_chart_result *result(const struct chart *t, const char *path)
{
	for (size_t i = 0; i < t->n; i++)
		if (slice_is(t->results[i].path, path))
			return &t->results[i];
	return NULL;
}

/* The line where the check of Trivy's id is found, with this in its message; 0: nowhere. */
static uint32_t line_of(const struct config_chart_result *r, const char *id, const char *with)
{
	for (size_t i = 0; r && i < r->result.nfindings; i++)
		if (config_is_named(r->result.findings[i].check, slice_str(id)) &&
		    slice_find(r->result.findings[i].message, slice_str(with)) >= 0)
			return r->result.findings[i].line;
	return 0;
}

static void findings_stand_at_lines_of_the_template(void **state)
{
	CLEANUP(chart_done) struct chart t = {0};
	(void)state;
	render(&t, web, ARRAY_LEN(web), NULL);
	assert_int_equal(t.n, 2);
	const struct config_chart_result *r = result(&t, "templates/pod.yaml");
	assert_non_null(r);
	assert_int_equal(r->problem.len, 0);
	assert_ptr_not_equal(r->bytes.ptr, NULL);
	/* hostNetwork; both containers of the loop. */
	assert_int_equal(line_of(r, "KSV-0009", "Pod a"), 6);
	assert_int_equal(line_of(r, "KSV-0017", "Container a"), 9);
	assert_int_equal(line_of(r, "KSV-0017", "Container b"), 9);
}

static void subcharts_get_their_part_of_the_values(void **state)
{
	CLEANUP(chart_done) struct chart t = {0};
	(void)state;
	render(&t, web, ARRAY_LEN(web), NULL);
	assert_true(line_of(result(&t, "charts/sub/templates/pod.yaml"), "KSV-0010", "Pod below") >
		    0);
}

static void values_of_the_user_win(void **state)
{
	CLEANUP(chart_done) struct chart t = {0};
	static const struct slice sets[] = {SLICE_INIT("images={c},sub.name=set"),
					    SLICE_INIT("sub.name=later")};
	static const struct config_pair values[] = {
	    {SLICE_INIT("v.yaml"), SLICE_INIT("privileged: false\nimages: [z]\n")}};
	static const struct config_charts given = {
	    .values = values, .nvalues = 1, .sets = sets, .nsets = 2};
	(void)state;
	render(&t, web, ARRAY_LEN(web), &given);
	const struct config_chart_result *r = result(&t, "templates/pod.yaml");
	assert_int_equal(line_of(r, "KSV-0017", ""), 0);
	assert_true(line_of(r, "KSV-0001", "Container c") > 0);
	assert_int_equal(line_of(r, "KSV-0001", "Container z"), 0);
	assert_true(line_of(result(&t, "charts/sub/templates/pod.yaml"), "KSV-0010", "Pod later") >
		    0);
}

static void settings_that_cannot_be_read_are_the_users_mistake(void **state)
{
	static const struct slice bad[] = {SLICE_INIT("a"), SLICE_INIT("a[x]=1"), SLICE_INIT("=1"),
					   SLICE_INIT("a={b"), SLICE_INIT("a[99999999]=1")};
	static const struct config_pair list = {SLICE_INIT("v.yaml"), SLICE_INIT("- a\n")};
	struct config *c = NULL;
	struct err err = {0};
	(void)state;
	assert_ok(config_new_for(NULL, 0, &c, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct config_charts given = {.sets = &bad[i], .nsets = 1};
		assert_true(config_set_charts(c, &given, &err) < 0);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	const struct config_charts values = {.values = &list, .nvalues = 1},
				   version = {.kube_version = SL("new")};
	assert_true(config_set_charts(c, &values, &err) < 0);
	assert_non_null(strstr(err.text, "no mapping"));
	assert_true(config_set_charts(c, &version, &err) < 0);
	config_free(&c);
}

/* What a chart of one template says of it: its problem, or "" . */
static void says(const char *text, const char *values, const char *problem)
{
	CLEANUP(chart_done) struct chart t = {0};
	const struct config_chart_file files[] = {
	    {.path = SL("Chart.yaml"), .bytes = SL("name: one\n")},
	    {.path = SL("values.yaml"), .bytes = slice_str(values)},
	    {.path = SL("templates/a.yaml"), .bytes = slice_str(text)}};
	static const struct config_charts few = {.max_steps = 100000};
	render(&t, files, ARRAY_LEN(files), &few);
	const struct config_chart_result *r = result(&t, "templates/a.yaml");
	if (!*problem) {
		assert_true(!r || !r->problem.len);
		return;
	}
	assert_non_null(r);
	if (slice_find(r->problem, slice_str(problem)) < 0)
		fail_msg("%s: %.*s", text, SL_FMT(r->problem));
}

static void what_is_not_rendered_is_told_with_its_line(void **state)
{
	(void)state;
	says("a\n{{ nope }}", "", "one/templates/a.yaml:2:4: no function named \"nope\"");
	says("{{ if true }}", "", "no {{end}}");
	says("{{ required \"a name\" .Values.x }}", "", "a name");
	says("{{ fail \"never\" }}", "", "never");
	says("{{ .Values.a.b }}", "", "nil has no member \"b\"");
	says("{{ .Values.a.b }}", "a: text\n", "has no fields");
	says("{{ env \"HOME\" }}", "", "a template sees the chart alone");
	says("{{ genCA \"a\" 1 }}", "", "not rendered");
	says("{{ include \"none\" . }}", "", "no template named \"none\"");
	says("{{ upper 1 }}", "", "a string was expected");
	says("kind: A\n b: [", "", "no YAML");
	says("kind: A\nb: {{ .Values.x }}\n", "x: 1", "");
	says("{{/* nothing */}}", "", "");
	says("kind: A", "a: [", "values.yaml cannot be read");
}

static void what_does_not_end_is_ended(void **state)
{
	(void)state;
	says("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}", "",
	     "too deep");
	says("{{ $t := \"{{ tpl . . }}\" }}{{ tpl $t $t }}", "", "too deep");
	says("{{ range until 1000 }}{{ range until 1000 }}x{{ end }}{{ end }}", "",
	     "too many steps");
	says("{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}", "", "too deep");
	says("{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d }}", "", "too deep");
	says("{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}", "", "larger than");
	says("{{ until 9000000 }}", "", "too many steps");
	says("{{ repeat 9000 (repeat 9000 \"x\") }}", "", "16 MiB");
	says("{{ regexMatch \"(a+)+$\" (printf \"%sb\" (repeat 40 \"a\")) }}", "",
	     "too many steps");
}

RUN_TESTS(T(findings_stand_at_lines_of_the_template), T(subcharts_get_their_part_of_the_values),
	  T(values_of_the_user_win), T(settings_that_cannot_be_read_are_the_users_mistake),
	  T(what_is_not_rendered_is_told_with_its_line), T(what_does_not_end_is_ended))
