/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "text/text.h"

/* Writes events as text: <name a=v ... and /name[text] */
static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct buf *b = arg;
	if (strcmp(name, "stop") == 0)
		return err_input(err, "stopped by the handler");
	buf_printf(b, "<%s", name);
	for (size_t i = 0; attrs[i]; i += 2)
		buf_printf(b, " %s=%s", attrs[i], attrs[i + 1]);
	buf_putc(b, ';');
	return 0;
}

static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	(void)err;
	buf_printf(arg, "/%s[%.*s];", name, SL_FMT(text));
	return 0;
}

static const struct xml_handler handler = {on_start, on_end};

static int parse(struct slice in, size_t step, const struct text_limits *lim, struct buf *out,
		 struct err *err)
{
	auto_xml struct xml x = {0};
	TRY(xml_begin(&x, &handler, out, lim, err));
	do {
		struct slice part = slice_sub(in, 0, step);
		in = slice_from(in, part.len);
		TRY(xml_feed(&x, part, in.len == 0, err));
	} while (in.len);
	return 0;
}

static void gives_the_same_events_in_any_pieces(void **state)
{
	(void)state;
	struct slice in =
	    SL("<?xml version=\"1.0\"?>\n<!DOCTYPE r>\n<n:r xmlns:n='u' n:k='foreign' k='own'>"
	       "\n  one <b> &lt;two&#x20AC; </b> three<![CDATA[ <&> ]]>\n<e/></n:r>");
	for (size_t step = 1; step <= in.len; step++) {
		auto_buf struct buf out;
		struct err err = {0};
		buf_init(&out, MIB);
		assert_ok(parse(in, step, NULL, &out, &err), &err);
		assert_slice(buf_slice(&out), "<r k=own k=foreign;<b;/b[<two\xe2\x82\xac];<e;/e[];"
					      "/r[one  three <&>];");
	}
}

static void refuses(struct slice in, const char *why)
{
	auto_buf struct buf out;
	struct err err = {0};
	buf_init(&out, MIB);
	if (parse(in, 16, NULL, &out, &err) == 0)
		fail_msg("accepted: %.*s", SL_FMT(in));
	if (!strstr(err.text, why))
		fail_msg("want %s\ngot  %s", why, err.text);
}

static void refuses_entities_and_broken_text(void **state)
{
	(void)state;
	refuses(SL("<!DOCTYPE r [<!ENTITY x 'y'>]><r>&x;</r>"),
		"entity declaration \"x\" is refused");
	refuses(SL("<!DOCTYPE r [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><r/>"), "refused");
	refuses(SL("<!DOCTYPE r [<!ENTITY x SYSTEM 'http://example.org/'>]><r>&x;</r>"), "refused");
	refuses(SL("<!DOCTYPE r SYSTEM 'r.dtd'><r>&x;</r>"), "&x; is not declared");
	refuses(SL("<r>&x;</r>"), "line 1, column 4");
	refuses(SL("<r>\n<b></r>"), "line 2, column 6");
	refuses(SL("<r>"), "line 1");
	refuses(SL(""), "line 1");
	refuses(SL("<r/><r/>"), "line 1, column 5");
	refuses(SL("<r a='1' a='2'/>"), "duplicate attribute");
	refuses(SL("<r>\xff</r>"), "line 1");
	refuses(SL("<r><stop/><b/></r>"), "stopped by the handler");
}

static void holds_the_limits(void **state)
{
	(void)state;
	auto_buf struct buf out;
	struct err err = {0};
	buf_init(&out, MIB);
	struct text_limits lim = {.max_depth = 2};
	assert_ok(parse(SL("<a><b/></a>"), 99, &lim, &out, &err), &err);
	assert_true(parse(SL("<a><b><c/></b></a>"), 99, &lim, &out, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	lim = (struct text_limits){.max_nodes = 2};
	assert_true(parse(SL("<a><b/><c/></a>"), 99, &lim, &out, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	lim = (struct text_limits){.max_bytes = 10};
	assert_true(parse(SL("<a>1234567</a>"), 4, &lim, &out, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
}

static void an_error_stays(void **state)
{
	(void)state;
	auto_buf struct buf out;
	auto_xml struct xml x = {0};
	struct err err = {0};
	buf_init(&out, MIB);
	assert_ok(xml_begin(&x, &handler, &out, NULL, &err), &err);
	assert_true(xml_feed(&x, SL("<a></b>"), false, &err) < 0);
	struct err again = {0};
	assert_true(xml_feed(&x, SL("</a>"), true, &again) < 0);
	assert_string_equal(err.text, again.text);
}

static void finds_an_attribute_by_name(void **state)
{
	(void)state;
	const char *const attrs[] = {"a", "1", "b", "2", NULL};
	assert_string_equal(xml_attr(attrs, "b"), "2");
	assert_null(xml_attr(attrs, "2"));
	assert_null(xml_attr(NULL, "a"));
}

RUN_TESTS(T(gives_the_same_events_in_any_pieces), T(refuses_entities_and_broken_text),
	  T(holds_the_limits), T(an_error_stays), T(finds_an_attribute_by_name))
