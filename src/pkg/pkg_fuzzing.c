/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

static volatile unsigned char last;

static void touch(struct slice s)
{
	unsigned char sum = 0;
	for (size_t i = 0; i < s.len; i++)
		sum ^= (unsigned char)s.ptr[i];
	last = sum;
}

static int add(void *arg, struct slice path, const struct pkg *p, struct err *err)
{
	struct fuzz_sink *f = arg;
	const struct slice all[] = {p->type,	 p->name,	 p->version,	p->arch,
				    p->src_name, p->src_version, p->maintainer, p->licenses,
				    p->module,	 p->signer,	 p->files,	p->digest,
				    p->deps,	 p->path,	 p->origin,	p->commit};
	touch(path);
	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		touch(all[i]);
	if (!p->type.len || !p->name.len)
		abort();
	if (!(p->flags & PKG_OWNS_ONLY) && pkg_is_system(p->type) &&
	    (!p->version.len || !p->src_name.len || !p->src_version.len))
		abort();
	if (p->signer.len && p->signer.len != 16)
		abort();
	f->packages++;
	f->file_bytes += p->files.len;
	return 0;
}

static int keep(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	(void)arg;
	touch(path);
	(void)err;
	touch(bytes);
	return 0;
}

static int hold(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	struct fuzz_sink *f = arg;
	(void)err;
	if (f->nheld < ARRAY_LEN(f->held))
		f->held[f->nheld++] = (struct pkg_held){path, bytes};
	return 0;
}

static void warn(void *arg, struct slice path, const char *reason, const char *message)
{
	struct fuzz_sink *f = arg;
	touch(path);
	touch(slice_str(reason));
	for (const char *c = message; *c; c++)
		if ((unsigned char)*c < 0x20)
			abort();
	if (++f->messages > PKG_MAX_WARNINGS + 1)
		abort();
}

void fuzz_sink_init(struct fuzz_sink *f)
{
	*f = (struct fuzz_sink){
	    .sink = {.add = add, .keep = keep, .hold = hold, .warn = warn, .arg = f}};
	arena_init(&f->arena, 256 * MIB);
}

void fuzz_sink_done(struct fuzz_sink *f)
{
	arena_free(&f->arena);
}

struct pkg_ctx fuzz_ctx(struct fuzz_sink *f, const char *path)
{
	return (struct pkg_ctx){.path = slice_str(path), .sink = &f->sink, .arena = &f->arena};
}

static void run_one(const struct pkg_analyser *a, struct fuzz_sink *f, struct pkg_ctx *cx,
		    struct slice bytes)
{
	struct err err = {0};
	if (a->run(cx, bytes, &err) < 0 && !err.len)
		abort();
	err = (struct err){0};
	if (a->combine && a->combine(cx, f->held, f->nheld, &err) < 0 && !err.len)
		abort();
}

static void run_once(const char *name, const char *path, struct slice bytes, size_t arena_cap,
		     size_t factor)
{
	auto_fuzz_sink struct fuzz_sink f;
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	fuzz_sink_init(&f);
	f.arena.cap = arena_cap;
	struct pkg_ctx cx = fuzz_ctx(&f, path);
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->name, name) == 0)
			run_one(all[i], &f, &cx, bytes);
	if (f.file_bytes > 64 * KIB + factor * bytes.len)
		abort();
}

void fuzz_analyser(const char *name, const char *path, struct slice bytes, size_t factor)
{
	run_once(name, path, bytes, 256 * MIB, factor);
	run_once(name, path, bytes, 200, factor); /* nearly no memory: an error, nothing worse */
}
