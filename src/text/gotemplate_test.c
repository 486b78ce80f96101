/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "text/text.h"

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

static bool is_embedded(const struct gotmpl_value *v, struct slice field)
{
	return gotmpl_is_map(v) && slice_is(field, "Vulnerability");
}

static bool strict; /* of the next runs */

static struct ran run(const char *text)
{
	struct ran r = {.rc = 0};
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	buf_init(&r.out, MIB);
	assert_ok(json_parse(&d, slice_str(document), NULL, &root, &r.err), &r.err);
	auto_gotmpl struct gotmpl *t = NULL;
	auto_arena struct arena arena;
	const struct gotmpl_env env = {.sees = "report",
				       .strict = strict,
				       .is_embedded = is_embedded,
				       .now = 1700000000,
				       .max_steps = 100000,
				       .arena = &arena};
	const struct gotmpl_run in = {
	    .name = SL("x.tpl"), .dot = gotmpl_of_node(root), .arena = &arena, .out = &r.out};
	arena_init(&arena, 512 * MIB);
	assert_ok(gotmpl_new(&env, &t, &r.err), &r.err);
	r.rc = gotmpl_add(t, in.name, slice_str(text), &r.err);
	if (r.rc == 0)
		r.rc = gotmpl_run(t, &in, &r.err);
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
	      "1-a-true a9993e364706816aba3e25717850c26c9cd0d89d");
	gives("{{trunc 1 \"\xc3\xa4\"}}|{{div 7 2}}|{{ternary 1 2 false}}|{{coalesce \"\" 5}}",
	      "|3|2|5");
}

static void lists_are_made_and_cut(void **state)
{
	(void)state;
	gives("{{list 3 1 2 | reverse}} {{rest (list 1 2)}} {{initial (list 1 2)}}",
	      "[2 1 3] [2] [1]");
	gives("{{append (list 1) 2}} {{prepend (list 1) 2}} {{concat (list 1) (list 2 3)}}",
	      "[1 2] [2 1] [1 2 3]");
	gives("{{without (list 1 2 3) 2 3}} {{uniq (list 1 1 \"a\")}} {{compact (list 0 \"\" 5)}}",
	      "[1] [1 a] [5]");
	gives("{{has 2 (list 1 2)}} {{has \"2\" (list 1 2)}} {{slice (list 1 2 3) 1 2}}",
	      "true false [2]");
	gives("{{chunk 2 (list 1 2 3)}} {{sortAlpha (list \"b\" \"a\")}}", "[[1 2] [3]] [a b]");
	gives("{{until 3}} {{untilStep 9 0 -4}} {{seq 2 4}} {{seq 2 2 6}}",
	      "[0 1 2] [9 5 1] 2 3 4 2 4 6");
	gives("{{first (list)}}{{last (list 1 2)}} {{len (list 1 2)}} {{index (list 7 8) 1}}",
	      "2 2 8");
}

static void maps_are_made_and_changed(void **state)
{
	(void)state;
	gives("{{$d := dict \"b\" 2 \"a\" 1}}{{$_ := set $d \"c\" 3}}{{$d}}{{$_ := unset $d "
	      "\"b\"}}{{$d}}",
	      "map[a:1 b:2 c:3]map[a:1 c:3]");
	gives("{{$d := dict \"m\" (dict \"x\" 1)}}{{$e := $d.m}}{{$_ := set $e \"y\" 2}}{{$d.m.y}}",
	      "2");
	gives("{{hasKey (dict \"a\" 1) \"a\"}} {{keys (dict \"a\" 1)}} {{values (dict \"a\" 1)}}",
	      "true [a] [1]");
	gives("{{pick (dict \"a\" 1 \"b\" 2) \"b\"}} {{omit (dict \"a\" 1 \"b\" 2) \"b\"}}",
	      "map[b:2] map[a:1]");
	gives("{{dig \"a\" \"b\" \"no\" (dict \"a\" (dict \"b\" 5))}} {{dig \"q\" \"no\" (dict)}}",
	      "5 no");
	gives("{{merge (dict \"a\" 1 \"e\" \"\") (dict \"a\" 2 \"b\" 3 \"e\" 4)}}",
	      "map[a:1 b:3 e:4]");
	gives("{{mergeOverwrite (dict \"a\" 1) (dict \"a\" \"\")}}", "map[a:]");
	gives("{{$a := dict \"m\" (dict \"x\" 1)}}{{$b := deepCopy $a}}{{$_ := set $b.m \"x\" "
	      "2}}{{$a.m.x}}",
	      "1");
	gives("{{range $k, $v := dict \"b\" 2 \"a\" 1}}{{$k}}{{$v}}{{end}}", "a1b2");
	gives("{{kindOf (dict)}} {{kindOf (list)}} {{kindOf 1}} {{kindOf 1.5}} {{kindIs \"string\" "
	      "\"\"}}",
	      "map slice int float64 true");
}

static void text_is_cut_and_encoded(void **state)
{
	(void)state;
	gives("{{indent 2 \"a\\nb\"}}|{{nindent 1 \"a\"}}", "  a\n  b|\n a");
	gives("{{trunc -2 \"abc\"}} {{trimAll \"-\" \"--a-\"}} {{cat \"a\" 1}} {{repeat 2 \"ab\"}}",
	      "bc a a 1 abab");
	gives("{{quote \"a\" nil 1}} {{squote \"x\"}}", "\"a\" \"1\" 'x'");
	gives("{{b64enc \"hi\"}} {{b64dec \"aGk=\"}} {{b32enc \"hello\"}}", "aGk= hi NBSWY3DP");
	gives("{{snakecase \"FooBar\"}} {{kebabcase \"FooBar\"}} {{camelcase \"foo_bar\"}}",
	      "foo_bar foo-bar FooBar");
	gives("{{regexReplaceAll \"a(x*)b\" \"-ab-axxb-\" \"${1}W\"}} {{regexSplit \"z+\" "
	      "\"pizza\" -1}}",
	      "-W-xxW- [pi a]");
	gives("{{regexFindAll \"[a-z]\" \"a1b2\" -1}} {{regexMatch \"(?i)^AB$\" \"ab\"}}",
	      "[a b] true");
	gives("{{round 2.345 2}} {{floor 2.7}} {{ceil 2.1}} {{addf 1.5 2}} {{add 1.9 2}}",
	      "2.35 2 3 3.5 3");
}

static void versions_are_compared(void **state)
{
	static const struct {
		const char *constraint, *version;
		bool meets;
	} rows[] = {{">=1.19-0", "v1.20.4", true},
		    {">=1.21.0", "1.21.0-rc1", false},
		    {">=1.21-0", "1.21.0-rc1", true},
		    {"^1.2", "1.9.0", true},
		    {"^0.2.3", "0.3.0", false},
		    {"~1.2.0", "1.3.0", false},
		    {"~1", "1.9.9", true},
		    {"1.x", "1.7.1", true},
		    {">1.2", "1.2.5", false},
		    {"<=1.2", "1.2.5", true},
		    {"1.2 - 1.4", "1.4.7", true},
		    {"<1.14 || >1.19", "1.18.3", false},
		    {">=1, <2", "2.0.0", false},
		    {"!=1.2.3", "1.2.4", true},
		    {"*", "3.0.0", true},
		    {"=1.2.3", "1.2.3+b", true}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[200];
		snprintf(text, sizeof(text), "{{semverCompare \"%s\" \"%s\"}}", rows[i].constraint,
			 rows[i].version);
		gives(text, rows[i].meets ? "true" : "false");
	}
	gives("{{(semver \"v1.2.3-a.1+b\").Minor}} {{(semver \"1.2.3-a.1\").Prerelease}}", "2 a.1");
	fails("{{semverCompare \"what\" \"1.0.0\"}}", "no constraint");
}

static void strict_templates_tell_what_is_not_there(void **state)
{
	(void)state;
	strict = true;
	fails("{{(dict).a.b}}", "nil has no member \"b\"");
	fails("{{lower 5}}", "a string was expected");
	fails("{{lt nil 1}}", "nil has no order");
	fails("{{len nil}}", "no length");
	fails("a{{if false}}{{nope}}{{end}}{{nope 1}}", "1:31: no function named \"nope\"");
	gives("{{(dict).a}}{{list nil}}{{eq nil 1}}{{printf \"%s\" nil}}",
	      "[<nil>]false%!s(<nil>)");
	gives("{{printf \"%d\" 1.5}} {{float64 1000000}} {{split \",\" \"a,b\"}}",
	      "%!d(float64=1.5) 1e+06 map[_0:a _1:b]");
	strict = false;
}

/* The lines of `text` that lines of its output come from, as digits. */
static void lines(const char *text, const char *want)
{
	auto_gotmpl struct gotmpl *t = NULL;
	auto_arena struct arena a;
	auto_buf struct buf out, got;
	struct gotmpl_marks marks = {0};
	struct err err = {0};
	const struct gotmpl_env env = {.sees = "report", .arena = &a};
	const struct gotmpl_run r = {.name = SL("x"), .arena = &a, .out = &out, .marks = &marks};
	size_t n = 0;
	arena_init(&a, 16 * MIB);
	buf_init(&out, MIB);
	buf_init(&got, MIB);
	assert_ok(gotmpl_new(&env, &t, &err), &err);
	assert_ok(gotmpl_add(t, r.name, slice_str(text), &err), &err);
	assert_ok(gotmpl_run(t, &r, &err), &err);
	const uint32_t *at = gotmpl_lines(&marks, slice_str(text), buf_slice(&out), &a, &n);
	assert_non_null(at);
	for (size_t i = 0; i < n; i++)
		buf_printf(&got, "%u", at[i]);
	test_assert_slice(buf_slice(&got), slice_str(want), __FILE__, __LINE__);
	vec_free(&marks);
}

static void lines_of_the_output_are_known_in_the_text(void **state)
{
	(void)state;
	lines("a\nb\nc", "123");
	lines("{{- if true }}\na\n{{- end }}\nb", "124");
	lines("{{ range list 1 2 }}\n- a\n- b\n{{- end }}\nc", "123235");
	lines("a\n{{ nindent 2 \"x\\ny\" }}\nz", "12223");
	lines("{{ define \"t\" }}x\ny{{ end }}a\n{{ template \"t\" }}\nb", "2334");
	lines("a: {{ 1 }}\n  {{ if true }}b{{ end }}", "12");
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
	fails("{{range 90000}}{{printf \"%1000d\" 1}}{{end}}", "larger than 1 MiB");
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
	  T(functions_do_what_they_do_in_go), T(lists_are_made_and_cut),
	  T(maps_are_made_and_changed), T(text_is_cut_and_encoded), T(versions_are_compared),
	  T(strict_templates_tell_what_is_not_there), T(lines_of_the_output_are_known_in_the_text),
	  T(mistakes_are_told_with_their_place), T(nothing_outside_of_the_report_can_be_reached),
	  T(what_does_not_end_is_ended))
