/* SPDX-License-Identifier: Apache-2.0 */
/* Findings lie in the file, and mending a file again and again comes to an end without losing an instruction. */
#include "config/config.h"
#include "text/text.h"

#include <assert.h>

static struct config *checks(void)
{
	static struct config *c;
	struct err err = {0};
	if (!c) {
		const struct config_kind *kind = config_recognise(SL("Dockerfile"), SL(""));
		assert(config_new_for(&kind, 1, &c, &err) == 0);
		assert(config_ready(c, &err) == 0);
	}
	return c;
}

static bool beside(void *arg, const char *name, struct slice *ret)
{
	(void)arg;
	(void)name;
	*ret = SL("a\n**/*.log\n!b\n");
	return true;
}

static size_t instructions(struct slice text)
{
	auto_df struct df_doc d;
	struct err err = {0};
	size_t n = 0;
	if (df_parse(&d, text, &err) == 0)
		for (size_t k = 0; k < d.ninstrs; k++)
			n += d.instrs[k].kind != DF_USER;
	return n;
}

static void round_trip(struct slice text, const struct config_settings *s, size_t left)
{
	struct config_file f = {.path = SL("Dockerfile"), .bytes = text, .beside = beside};
	struct config_result r;
	struct err err = {0};
	auto_arena struct arena a;
	auto_buf struct buf out;
	size_t n;
	arena_init(&a, 512 * MIB);
	buf_init(&out, 64 * MIB);
	if (config_check(checks(), &f, config_recognise(SL("Dockerfile"), SL("")), s, &a, &r,
			 &err) < 0) {
		assert(err.len > 0);
		return;
	}
	for (size_t k = 0; k < r.nfindings; k++) {
		const struct config_finding *x = &r.findings[k];
		assert(x->start <= x->end && x->end <= text.len && x->line <= x->end_line);
		for (size_t i = 0; i < x->nfixes; i++)
			assert(x->fixes[i].start <= x->fixes[i].end && x->fixes[i].end <= text.len);
	}
	assert(config_apply(text, &r, &out, &n, &err) == 0);
	if (!n)
		return;
	assert(instructions(text) == instructions(buf_slice(&out)));
	assert(left > 0);
	round_trip(buf_slice(&out), s, left - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_pair labels[] = {{{"a", 1}, {"url", 3}},
						    {{"b", 1}, {"semver", 6}}};
	static const struct slice registries[] = {{"*.io", 4}, {"x", 1}};
	struct config_settings s = {.labels = labels,
				    .nlabels = 2,
				    .strict_labels = true,
				    .registries = registries,
				    .nregistries = 2};
	round_trip(slice_of(data, size), &s, 8);
	return 0;
}
