/* SPDX-License-Identifier: Apache-2.0 */
/* A chart in one text: "@@ PATH" begins a file. What is told lies in the files, and is told again the same. */
#include "config/config.h"

#include <assert.h>

#define MAX_FILES 20

static struct config *checks(void)
{
	static struct config *c;
	static const struct slice sets[] = {{"given.a=1,given.b[1]={x,2}", 26}};
	static const struct config_charts charts = {.sets = sets, .nsets = 1, .max_steps = 20000};
	struct err err = {0};
	if (!c) {
		const struct config_kind *kind = config_kind_find(SL("kubernetes"));
		assert(config_new_for(&kind, 1, &c, &err) == 0);
		assert(config_set_charts(c, &charts, &err) == 0);
		assert(config_ready(c, &err) == 0);
	}
	return c;
}

static size_t split(struct slice text, struct config_chart_file *files)
{
	struct slice rest = text, line;
	size_t n = 0;
	while (slice_line(&rest, &line)) {
		size_t at = text.len - rest.len;
		if (slice_starts(line, "@@ ") && n < MAX_FILES)
			files[n++] = (struct config_chart_file){.path = slice_from(line, 3),
								.bytes = slice_sub(text, at, 0)};
		else if (n)
			files[n - 1].bytes.len = at - (size_t)(files[n - 1].bytes.ptr - text.ptr);
	}
	return n;
}

static uint32_t lines_of(struct slice text)
{
	uint32_t n = 1;
	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

/* A number for all that is told. */
static uint64_t render(const struct config_chart_file *files, size_t n)
{
	const struct config_chart_result *r;
	struct err err = {0};
	auto_arena struct arena a;
	size_t nr;
	uint64_t all = 7;
	arena_init(&a, 256 * MIB);
	if (config_chart(checks(), files, n, NULL, &a, &r, &nr, &err) < 0) {
		assert(err.len > 0);
		return 1;
	}
	for (size_t i = 0; i < nr; i++) {
		assert(r[i].path.len > 0);
		assert(r[i].problem.len > 0 || r[i].result.kind);
		all = all * 31 + slice_hash(r[i].path) + slice_hash(r[i].problem);
		for (size_t k = 0; k < r[i].result.nfindings; k++) {
			const struct config_finding *x = &r[i].result.findings[k];
			assert(x->line <= x->end_line && x->end_line <= lines_of(r[i].bytes));
			assert(x->start <= r[i].bytes.len && x->nfixes == 0);
			all = all * 31 + slice_hash(x->check->id) + x->line;
		}
	}
	return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_chart_file files[MAX_FILES];
	size_t n = split(slice_of(data, size), files);
	assert(render(files, n) == render(files, n));
	return 0;
}
