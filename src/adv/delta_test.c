/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv_test.h"

#define RECORD                                                                                     \
	"{\"id\":\"PYSEC-2024-%u\",\"modified\":\"2024-0%u-01T00:00:00Z\","                        \
	"\"aliases\":[\"CVE-2024-%u\"],\"summary\":\"Number %u\",\"details\":\"Text %u of %u\","   \
	"\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"pkg%u\"},"                  \
	"\"versions\":[\"1.%u\",\"2.%u\"],"                                                        \
	"\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},"                  \
	"{\"fixed\":\"%u.%u\"}]}]}]}"

/* Records 0 to n; every `step`th is changed, `gone` is left out. */
static void build(struct built *t, unsigned n, unsigned step, unsigned gone)
{
	char text[1024], name[32];
	built_init(t);
	for (unsigned i = 0; i < n; i++) {
		unsigned v = step && i % step == 0 ? 7 : 1;
		if (i == gone)
			continue;
		snprintf(text, sizeof(text), RECORD, 1000 + i, v, 1000 + i, i * 7919, i * 104729, v,
			 i % 300, i % 17, i % 13, v, i);
		snprintf(name, sizeof(name), "r%u.json", i);
		add_text(t, name, text);
	}
	/* scores of five decimals, as FIRST gives them: most move from one build to the other */
	auto_buf struct buf epss;
	buf_init(&epss, MIB);
	buf_puts(&epss, SL("cve,epss,percentile\n"));
	for (unsigned i = 0; i < n; i++)
		buf_printf(&epss, "CVE-2024-%u,0.%05u,0.%05u\n", 1000 + i, i * 37 % 99000 + step,
			   i * 91 % 99000 + step % 7);
	buf_putc(&epss, '\0');
	add_text(t, "epss.csv", epss.ptr);
	built_open(t);
}

static void apply(const struct built *from, struct slice delta, const struct built *to)
{
	struct err err = {0};
	auto_buf struct buf out;
	buf_init(&out, 64 * MIB);
	assert_ok(adv_delta_apply(buf_slice(&from->image), delta, 64 * MIB, &out, &err), &err);
	assert_true(slice_eq(buf_slice(&out), buf_slice(&to->image)));
}

static void a_delta_leads_to_the_same_bytes_and_is_small(void **state)
{
	(void)state;
	auto_built struct built one, two;
	struct err err = {0};
	auto_buf struct buf delta;
	buf_init(&delta, 64 * MIB);
	build(&one, 3000, 0, 9999);
	/* one record in front of all: every offset and index moves */
	build(&two, 3010, 100, 0);
	assert_ok(adv_delta_make(buf_slice(&one.image), buf_slice(&two.image), &delta, &err), &err);
	if (delta.len >= two.image.len / 50)
		fail_msg("%zu of %zu", delta.len, two.image.len);
	apply(&one, buf_slice(&delta), &two);
}

static void back_and_from_something_else_altogether_too(void **state)
{
	(void)state;
	auto_built struct built one, two;
	struct err err = {0};
	auto_buf struct buf delta;
	buf_init(&delta, 64 * MIB);
	build(&one, 500, 3, 20);
	build(&two, 2, 0, 9);
	assert_ok(adv_delta_make(buf_slice(&one.image), buf_slice(&two.image), &delta, &err), &err);
	apply(&one, buf_slice(&delta), &two);
	buf_clear(&delta);
	assert_ok(adv_delta_make(buf_slice(&two.image), buf_slice(&one.image), &delta, &err), &err);
	apply(&two, buf_slice(&delta), &one);
	buf_clear(&delta);
	assert_ok(adv_delta_make(*adv_starter(), buf_slice(&one.image), &delta, &err), &err);
	auto_buf struct buf out;
	buf_init(&out, 64 * MIB);
	assert_ok(adv_delta_apply(*adv_starter(), buf_slice(&delta), 64 * MIB, &out, &err), &err);
	assert_true(slice_eq(buf_slice(&out), buf_slice(&one.image)));
}

static void damage_is_told_or_gives_other_bytes_never_more(void **state)
{
	(void)state;
	auto_built struct built one, two;
	struct err err = {0};
	auto_buf struct buf delta, out;
	buf_init(&delta, 64 * MIB);
	buf_init(&out, 64 * MIB);
	build(&one, 60, 0, 99);
	build(&two, 61, 5, 3);
	assert_ok(adv_delta_make(buf_slice(&one.image), buf_slice(&two.image), &delta, &err), &err);
	for (size_t n = 0; n < delta.len; n += 7) {
		buf_clear(&out);
		assert_true(adv_delta_apply(buf_slice(&one.image),
					    slice_sub(buf_slice(&delta), 0, n), 64 * MIB, &out,
					    &err) < 0);
	}
	for (size_t n = 0; n < delta.len; n++) {
		delta.ptr[n] ^= 0x10;
		buf_clear(&out);
		if (adv_delta_apply(buf_slice(&one.image), buf_slice(&delta), 64 * MIB, &out,
				    &err) == 0)
			assert_true(out.len <= 64 * MIB);
		delta.ptr[n] ^= 0x10;
	}
	buf_clear(&out);
	assert_int_equal(adv_delta_apply(buf_slice(&one.image), buf_slice(&delta),
					 two.image.len - 1, &out, &err),
			 -E2BIG);
	/* of another file: never taken for right */
	buf_clear(&out);
	if (adv_delta_apply(buf_slice(&two.image), buf_slice(&delta), 64 * MIB, &out, &err) == 0)
		assert_false(slice_eq(buf_slice(&out), buf_slice(&two.image)));
}

RUN_TESTS(T(a_delta_leads_to_the_same_bytes_and_is_small),
	  T(back_and_from_something_else_altogether_too),
	  T(damage_is_told_or_gives_other_bytes_never_more))
