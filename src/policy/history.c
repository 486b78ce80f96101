/* SPDX-License-Identifier: Apache-2.0 */
/* How an image was built, as its history tells (image-spec, config.md): instructions, and the age of its base. */
#include "policy/internal.h"

static bool cut_prefix(struct slice *s, const char *prefix)
{
	if (!slice_starts(*s, prefix))
		return false;
	*s = slice_trim(slice_from(*s, strlen(prefix)));
	return true;
}

static bool is_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
			return false;
	return s.len >= 3;
}

/* "|1 A=b /bin/sh -c x" and "/bin/sh -c x": x. */
static struct slice command(struct slice s)
{
	ssize_t shell = slice_starts(s, "|") ? slice_find(s, SL("/bin/sh -c ")) : -1;
	if (shell > 0)
		s = slice_from(s, (size_t)shell);
	(void)cut_prefix(&s, "/bin/sh -c ");
	return s;
}

/* Docker's builder writes "/bin/sh -c #(nop) ADD a in b" and "/bin/sh -c run this"; BuildKit "ADD a b # buildkit". */
static bool split(struct slice by, struct slice *word, struct slice *rest)
{
	struct slice s = slice_trim(by);
	if (slice_ends(s, "# buildkit"))
		s = slice_trim(slice_sub(s, 0, s.len - strlen("# buildkit")));
	bool shell = slice_starts(s, "/bin/sh -c ") || slice_starts(s, "|");
	if (shell && !slice_starts(s, "/bin/sh -c #(nop)")) {
		*word = SL("RUN");
		*rest = command(s);
		return true;
	}
	(void)cut_prefix(&s, "/bin/sh -c #(nop)");
	if (!slice_word(&s, word) || !is_word(*word))
		return false;
	s = slice_trim(s);
	*rest = slice_is(*word, "RUN") ? command(s) : s;
	return true;
}

int policy_say_instructions(struct policy_event *e, struct slice want, struct rule_value *out)
{
	struct policy_list l;
	struct slice word, rest;
	if (!policy_list_begin(e, &l))
		return 0;
	node_each (n, node_get(e->config, "history"))
		if (split(node_get_str(n, "created_by"), &word, &rest) && slice_ieq(word, want))
			policy_list_add(&l, rest);
	return policy_list_say(&l, out);
}

int policy_say_base_age(const struct policy_event *e, struct rule_value *out)
{
	size_t layer = 0, last = 0;
	int64_t made = 0;
	for (size_t i = 0; i < e->report->nlayers; i++)
		if (e->report->layers[i].base)
			last = i + 1;
	node_each (n, node_get(e->config, "history")) {
		layer += !node_true(node_get(n, "empty_layer"));
		if (layer == last && last) {
			if (time_parse(node_get_str(n, "created"), &made) < 0 || made <= 0)
				return 0;
			return policy_say_int(out, (e->now - made) / 86400);
		}
	}
	return 0;
}
