/* SPDX-License-Identifier: Apache-2.0 */
/* What git writes: changes of commits ('c'), objects ('o'); and baselines ('b'). The first byte says which. */
#define _GNU_SOURCE
#include "app/history.h"

#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_of(struct slice text)
{
	struct err err = {0};
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || file_write_fd(fd, text, &err) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

static void changes(struct history *h, struct slice text)
{
	struct err err = {0};
	auto_close int fd = file_of(text);
	struct git g = {.out = fd, .message = -1};
	if (history_read_changes(h, &g, &err) < 0 && err.len == 0)
		abort();
	for (size_t i = 0; i < h->blobs.len; i++) {
		const struct history_blob *b = &h->blobs.ptr[i];
		uint32_t n = 0;
		for (const struct history_path *p = &b->first; p; p = p->next)
			n++;
		if ((b->id.len != 20 && b->id.len != 32) || b->commit >= h->commits.len ||
		    n > HISTORY_MAX_PATHS + 1 || n > b->npaths)
			abort();
	}
}

static void objects(struct history *h, struct slice text)
{
	static struct secret_rules *rules;
	static const uint32_t list[] = {1, 0, 2};
	struct history_path second = {.path = SL("src/.npmrc")};
	struct history_blob blobs[] = {{.first = {.path = SL("a.env")}},
				       {.first = {.path = SL("tests/b.py"), .next = &second}},
				       {.first = {.path = SL("c.png")}}};
	struct err err = {0};
	if (!rules && secret_rules_open(SL_NONE, SL_NONE, &rules, &err) < 0)
		abort();
	auto_close int in = file_of(text), out = memfd_create("fuzz", MFD_CLOEXEC);
	auto_mapping struct mapping map = {0};
	struct layer_view view;
	struct layer_issue issue;
	uint32_t number;
	h->blobs.ptr = blobs;
	struct history_task task = {
	    .h = h, .rules = rules, .list = list, .n = ARRAY_LEN(list), .in = in};
	if (history_worker(&task, out) != 0 || file_map_fd(out, &map, &err) < 0 ||
	    layer_open(mapping_slice(&map), &view, &err) < 0 || view.status.entries > task.n)
		abort();
	h->blobs.ptr = NULL;
	struct reader r = rd_init(view.issues);
	while (layer_next_issue(&r, &issue))
		if (slice_u32(issue.path, &number) < 0 || number >= ARRAY_LEN(blobs))
			abort();
}

static void baseline(struct slice text)
{
	struct err err = {0};
	struct baseline *b = NULL;
	if (baseline_parse(text, SL("b"), &b, &err) < 0 && err.len == 0)
		abort();
	baseline_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan_job *job = calloc(1, sizeof(*job));
	struct history *h = calloc(1, sizeof(*h));
	if (!job || !h)
		abort();
	struct slice text = slice_from(slice_of(data, size), 1);
	arena_init(&job->arena, 64 * MIB);
	arena_init(&h->arena, 64 * MIB);
	job->pool.deadline_ms = UINT64_MAX;
	job->history = h;
	h->job = job;
	if (size && data[0] == 'c')
		changes(h, text);
	else if (size && data[0] == 'o')
		objects(h, text);
	else
		baseline(text);
	job_history_done(job);
	arena_free(&job->arena);
	free(job);
	return 0;
}
