/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a condition: what compiles is printed as a condition that compiles to the same text, and evaluates. */
#include "rule/eval_testing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool compile(struct slice text, struct buf *out, bool evaluate)
{
	const struct rule_source *sources[] = {&sample_source};
	const struct rule_info *const *all, *hits[2];
	struct err err = {0};
	auto_rule_engine struct rule_engine *e = rule_engine_new(sources, 1, &err);
	if (!e || rule_add(e, SL("test"), SL("r"), text, SL(""), &err) < 0 ||
	    rule_compile(e, &err) < 0)
		return false;
	if (rule_list(e, &all) != 1 || !all[0]->tree)
		abort();
	rule_tree_text(all[0]->tree, 0, out);
	if (!evaluate)
		return true;
	auto_rule_session struct rule_session *s =
	    rule_session_new(e, SL("test"), sample_get, &err);
	if (!s)
		abort();
	struct sample_event ev = {.type = 1};
	(void)rule_eval(s, ev.type, &ev, hits, 2);
	sample_set_text(&ev, T_NAME, "/a/b");
	sample_set_text(&ev, T_PATH, "/etc/shadow");
	sample_set_int(&ev, T_INT, 1);
	const char *const names[] = {"a", "bash"};
	sample_set_list(&ev, T_ANC, 2, names);
	sample_set_list(&ev, T_LIST, 2, names);
	(void)rule_eval(s, ev.type, &ev, hits, 2);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf first = {0}, second = {0};
	buf_init(&first, 4 * MIB);
	buf_init(&second, 4 * MIB);
	if (size > 20000 || !compile(slice_of(data, size), &first, true))
		return 0;
	if (!compile(buf_slice(&first), &second, false) ||
	    !slice_eq(buf_slice(&first), buf_slice(&second)))
		abort();
	return 0;
}
