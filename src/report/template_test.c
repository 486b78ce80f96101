/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "report/template_internal.h"

static const char document[] =
    "[{\"Target\": \"app (debian 12)\", \"Type\": \"debian\", \"Vulnerabilities\": ["
    "{\"VulnerabilityID\": \"CVE-1\", \"Severity\": \"HIGH\", \"Title\": \"a \\\"b\\\" <c>\", "
    "\"CVSS\": {\"nvd\": {\"V3Score\": 9.8}}, \"References\": [\"x\", \"y\"]},"
    "{\"VulnerabilityID\": \"CVE-2\", \"Severity\": \"LOW\"}]}, {\"Target\": \"Python\"}]";

struct ran {
	struct buf out;
	struct err err;
	int rc;
};

static struct ran run(const char *text)
{
	struct ran r = {.rc = 0};
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	buf_init(&r.out, MIB);
	assert_ok(json_parse(&d, slice_str(document), NULL, &root, &r.err), &r.err);
	const struct template_input in = {.name = SL("x.tpl"),
					  .text = slice_str(text),
					  .dot = root,
					  .report = root,
					  .now = 1700000000,
					  .max_steps = 100000};
	r.rc = template_write(&in, &r.out, &r.err);
	return r;
}

static void gives(const char *text, const char *want)
{
	struct ran r = run(text);
	assert_ok(r.rc, &r.err);
	test_assert_slice(buf_slice(&r.out), slice_str(want), __FILE__, __LINE__);
	buf_free(&r.out);
}

static void fails(const char *text, const char *with)
{
	struct ran r = run(text);
	assert_true(r.rc < 0);
	assert_int_equal(r.err.kind, ERR_USAGE);
	if (!strstr(r.err.text, with))
		fail_msg("%s: %s", text, r.err.text);
	buf_free(&r.out);
}

static void actions_do_what_they_do_in_go(void **state)
{
	(void)state;
	gives("a {{ 1 }} b", "a 1 b");
	gives("a {{- 1 -}} b", "a1b");
	gives("a {{-1}} b", "a -1 b");
	gives("a\n{{- /* }} gone */ -}}\nb", "ab");
	gives("{{range .}}[{{.Target}}]{{end}}", "[app (debian 12)][Python]");
	gives("{{range (index . 1).Nothing}}x{{else}}none{{end}}", "none");
	gives("{{range $i, $x := .}}{{$i}}{{$x.Type}} {{end}}", "0debian 1 ");
	gives("{{range .}}{{if .Type}}{{continue}}{{end}}{{.Target}}{{break}}{{end}}", "Python");
	gives("{{with (index . 0).Vulnerabilities}}{{len .}}{{end}}", "2");
	gives("{{with (index . 1).Nothing}}x{{else}}y{{end}}", "y");
	gives("{{if false}}a{{else if eq 1 1}}b{{else}}c{{end}}", "b");
	gives("{{$a := true}}{{range .}}{{if $a}}{{$a = false}}first{{else}},more{{end}}{{end}}",
	      "first,more");
	gives("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21");
	gives("{{define \"t\"}}<{{.}}>{{end}}{{template \"t\" 5}}", "<5>");
	gives("{{(index . 0).Vulnerabilities | len | printf \"%03d\"}}", "002");
	gives("{{range $k, $v := (index . 0).Vulnerabilities}}{{$v.Vulnerability.Severity}}{{end}}",
	      "HIGHLOW");
	gives("{{range 3}}{{.}}{{end}}", "012");
}

static void values_print_as_in_go(void **state)
{
	(void)state;
	gives("{{(index (index . 0).Vulnerabilities 0).References}}", "[x y]");
	gives("{{(index (index . 0).Vulnerabilities 0).CVSS}}", "map[nvd:map[V3Score:9.8]]");
	gives("{{true}} {{nil}} {{1.50}} {{`raw\\n`}} {{\"\\u00e4\\t\"}}",
	      "true  1.5 raw\\n \xc3\xa4\t");
}

static void functions_do_what_they_do_in_go(void **state)
{
	(void)state;
	gives("{{eq 1 2 1}} {{ne \"a\" \"b\"}} {{lt 1 2}} {{ge \"b\" \"a\"}} {{eq (index . 1).X "
	      "\"\"}}",
	      "true true true true true");
	gives("{{and 1 0 (index . 9)}} {{or 0 \"x\" (index . 9)}} {{not true}}", "0 x false");
	gives(
	    "{{printf \"%5.1f|%-5s|%05d|%q|%v|%t|%%|%x\" 3.14159 \"ab\" 42 \"q\\\"\" 1 true 255}}",
	    "  3.1|ab   |00042|\"q\\\"\"|1|true|%|ff");
	gives("{{\"<a&'b'>\" | escapeXML}} {{html \"<\"}} {{js \"a'b\"}} {{urlquery \"a b/c\"}}",
	      "&lt;a&amp;&#39;b&#39;&gt; &lt; a\\'b a+b%2Fc");
	gives("{{now | date \"2006-01-02T15:04:05Z07:00\"}} {{now | date \"Mon, 02 Jan 06\"}}",
	      "2023-11-14T22:13:20Z Tue, 14 Nov 23");
	gives("{{\"HIGH\" | lower | title}} {{trunc 3 \"abcdef\"}} {{substr 1 3 \"abcdef\"}}",
	      "High abc bc");
	gives("{{replace \"a\" \"b\" \"banana\"}} {{join \"-\" (splitList \",\" \"x,y\")}}",
	      "bbnbnb x-y");
	gives("{{endWithPeriod \"a\"}} {{endWithPeriod \"a.\"}} {{default \"d\" \"\"}} {{add 1 2}}",
	      "a. a. d 3");
	gives("{{regexFind \"[^\\\\s]+\" \"app:1 (debian)\"}} {{regexMatch \"^\\\\d+$\" \"12\"}}",
	      "app:1 true");
	gives("{{toJson (index (index . 0).Vulnerabilities 0).References}} {{toJson \"<\"}}",
	      "[\"x\",\"y\"] \"<\"");
	gives("{{list 1 \"a\" true nil | join \"-\"}} {{sha1sum \"abc\"}}",
	      "1-a-true- a9993e364706816aba3e25717850c26c9cd0d89d");
	gives("{{trunc 1 \"\xc3\xa4\"}}|{{div 7 2}}|{{ternary 1 2 false}}|{{coalesce \"\" 5}}",
	      "|3|2|5");
}

static void mistakes_are_told_with_their_place(void **state)
{
	(void)state;
	fails("a\n{{ nope }}", "x.tpl:2:4: no function named \"nope\"");
	fails("{{ .A", "x.tpl:1:4: the action does not end");
	fails("{{ \"a }}", "does not end");
	fails("{{ if true }}", "no {{end}}");
	fails("{{ end }}", "without a block");
	fails("{{ else }}", "without a block");
	fails("{{ break }}", "outside of range");
	fails("{{ $x }}", "no variable");
	fails("{{ 1 | 2 }}", "only a function");
	fails("{{ .A 1 }}", "takes arguments");
	fails("{{ len }}", "does not take 0 arguments");
	fails("{{ lt 1 \"a\" }}", "cannot be compared");
	fails("{{ index . 7 }}", "behind the end");
	fails("{{ (1).A }}", "no fields");
	fails("{{ template \"x\" }}", "no template named");
	fails("{{ printf \"%d\" }}", "more verbs than values");
	fails("{{ printf \"%y\" 1 }}", "is not known");
	fails("{{ div 1 0 }}", "by zero");
	fails("{{ ( 1 }}", "\")\"");
	fails("{{ regexFind \"[\" \"a\" }}", "regular expression");
	fails("{{ date \"2006\" \"no time\" }}", "a time was expected");
}

static void nothing_outside_of_the_report_can_be_reached(void **state)
{
	(void)state;
	fails("{{ env \"HOME\" }}", "a template sees the report alone");
	fails("{{ expandenv \"$HOME\" }}", "a template sees the report alone");
	fails("{{ readFile \"/etc/passwd\" }}", "no function");
}

static void what_does_not_end_is_ended(void **state)
{
	(void)state;
	fails("{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}", "too deep");
	fails("{{range 1000}}{{range 1000}}{{end}}{{end}}", "too many steps");
	fails("{{range 90000}}{{printf \"%1000d\" 1}}{{end}}", "larger than 1 GiB");
	auto_buf struct buf deep;
	buf_init(&deep, 64 * KIB);
	for (int i = 0; i < 200; i++)
		buf_puts(&deep, SL("{{if true}}"));
	buf_putc(&deep, 0);
	fails(deep.ptr, "too many blocks");
	buf_clear(&deep);
	buf_puts(&deep, SL("{{"));
	for (int i = 0; i < 2000; i++)
		buf_putc(&deep, '(');
	buf_puts(&deep, SL("}}"));
	buf_putc(&deep, 0);
	fails(deep.ptr, "too many brackets");
}

RUN_TESTS(T(actions_do_what_they_do_in_go), T(values_print_as_in_go),
	  T(functions_do_what_they_do_in_go), T(mistakes_are_told_with_their_place),
	  T(nothing_outside_of_the_report_can_be_reached), T(what_does_not_end_is_ended))
