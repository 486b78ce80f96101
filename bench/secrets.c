/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-secrets DIR [list]: all files of a tree from memory, three ways: memchr for a byte, the multi-pattern pass
 * alone, the whole scan. One line: files, bytes, MB/s of each, findings. With "list" each finding on a line before.
 */
#define _GNU_SOURCE
#include "secret/secret.h"

#include <fts.h>
#include <hs/hs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

extern const char secret_db_begin[], secret_db_end[];

struct file {
	struct slice path, text;
};
struct all {
	VEC(struct file) files;
	size_t bytes, found;
	bool list;
	struct slice path;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int told(void *arg, const struct secret_found *f, struct err *err)
{
	struct all *a = arg;
	(void)err;
	a->found++;
	if (a->list)
		printf("%.*s%s%.*s:%u: %.*s%s: %.*s\n", SL_FMT(a->path), f->inside.len ? "!" : "",
		       SL_FMT(f->inside), f->start_line, SL_FMT(f->id), f->proof ? " (proven)" : "",
		       SL_FMT(f->match));
	return 0;
}

static int ignore(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		  void *arg)
{
	(void)id;
	(void)from;
	(void)to;
	(void)flags;
	++*(size_t *)arg;
	return 0;
}

static int load(struct all *a, char *dir, struct err *err)
{
	char *const roots[] = {dir, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t skip = strlen(dir) + 1;
	if (!fts)
		return err_sys(err, "%s", dir);
	for (FTSENT *e = fts_read(fts); e; e = fts_read(fts)) {
		struct buf text;
		if (e->fts_info != FTS_F || e->fts_statp->st_size > 200000000)
			continue;
		buf_init(&text, 256 * MIB);
		if (file_read(e->fts_path, &text, err) < 0) {
			buf_free(&text);
			continue;
		}
		struct file f = {slice_str(strdup(e->fts_path + skip)), buf_slice(&text)};
		a->bytes += text.len;
		if (vec_push(&a->files, f) < 0)
			return err_oom(err);
	}
	fts_close(fts);
	return 0;
}

static double run_memchr(const struct all *a)
{
	size_t n = 0;
	double start = now();
	for (size_t i = 0; i < a->files.len; i++)
		n += slice_chr(a->files.ptr[i].text, '\001') >= 0;
	double took = now() - start;
	return n == SIZE_MAX ? 0 : took;
}

static double run_search(const struct all *a, struct err *err)
{
	const hs_database_t *db = (const hs_database_t *)(const void *)secret_db_begin;
	hs_scratch_t *scratch = NULL;
	size_t n = 0;
	if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS)
		return err_oom(err);
	double start = now();
	for (size_t i = 0; i < a->files.len; i++)
		hs_scan(db, a->files.ptr[i].text.ptr, (unsigned)a->files.ptr[i].text.len, 0,
			scratch, ignore, &n);
	double took = now() - start;
	hs_free_scratch(scratch);
	fprintf(stderr, "hits of the search alone: %zu\n", n);
	return took;
}

static int run(struct all *a, char *dir, struct err *err)
{
	auto_secret_rules struct secret_rules *rules = NULL;
	auto_secret_scan struct secret_scan *scan = NULL;
	double start = now();
	TRY(secret_rules_open(SL_NONE, SL_NONE, &rules, err));
	double opened = now() - start;
	TRY(secret_scan_new(rules, &scan, err));
	TRY(load(a, dir, err));
	double chr = run_memchr(a), search = run_search(a, err);
	start = now();
	for (size_t i = 0; i < a->files.len; i++) {
		const char *reason;
		a->path = a->files.ptr[i].path;
		TRY(secret_text(scan, a->path, a->files.ptr[i].text, told, a, err));
		if (a->list && secret_gap(scan, &reason).len)
			printf("%.*s: gap: %s\n", SL_FMT(a->path), reason);
	}
	double whole = now() - start, mb = (double)a->bytes / 1e6;
	printf("files %zu bytes %zu open_ms %.2f memchr %.0f search %.0f scan %.0f found %zu\n",
	       a->files.len, a->bytes, opened * 1e3, mb / chr, mb / search, mb / whole, a->found);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err = {0};
	struct all a = {.list = argc > 2};
	if (argc < 2) {
		fprintf(stderr, "usage: bench-secrets DIR [list]\n");
		return 2;
	}
	if (run(&a, argv[1], &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return 1;
}
