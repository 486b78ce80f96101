/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_testing.h"

static int add(void *arg, struct slice path, const struct pkg *p, struct err *err)
{
	struct told *t = arg;
	struct pkg copy = *p;
	(void)path;
	struct slice *const all[] = {
	    &copy.type,	    &copy.name,	       &copy.version,	 &copy.arch,
	    &copy.src_name, &copy.src_version, &copy.maintainer, &copy.licenses,
	    &copy.module,   &copy.signer,      &copy.files,	 &copy.digest,
	    &copy.deps,	    &copy.path,	       &copy.origin,	 &copy.commit};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		*all[i] = arena_dup(&t->arena, *all[i]);
	return vec_push(&t->pkgs, copy) < 0 ? err_oom(err) : 0;
}

static int keep(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	struct told *t = arg;
	(void)path;
	(void)err;
	t->kept = arena_dup(&t->arena, bytes);
	t->nkept++;
	return 0;
}

static int hold(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	struct told *t = arg;
	struct pkg_held h = {arena_dup(&t->arena, path), arena_dup(&t->arena, bytes)};
	return !h.path.ptr || !h.bytes.ptr || vec_push(&t->held, h) < 0 ? err_oom(err) : 0;
}

static void warn(void *arg, struct slice path, const char *reason, const char *message)
{
	struct told *t = arg;
	(void)path;
	buf_printf(&t->warnings, "%s: %s\n", reason, message);
	t->nwarnings++;
}

void told_init(struct told *t)
{
	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 1024 * MIB);
	buf_init(&t->warnings, 1 * MIB);
	t->sink = (struct pkg_sink){.add = add, .keep = keep, .hold = hold, .warn = warn, .arg = t};
}

void told_free(struct told *t)
{
	vec_free(&t->pkgs);
	vec_free(&t->held);
	buf_free(&t->warnings);
	arena_free(&t->arena);
}

const struct pkg_analyser *analyser(const char *name)
{
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	fail_msg("no analyser %s", name);
	return NULL;
}

static void run(struct told *t, const struct pkg_analyser *a, const char *path, struct slice bytes)
{
	auto_arena struct arena scratch;
	arena_init(&scratch, 256 * MIB);
	struct pkg_ctx cx = {.path = slice_str(path), .sink = &t->sink, .arena = &scratch};
	int rc = a->run(&cx, bytes, &t->err);
	t->rc = t->rc < 0 ? t->rc : rc;
}

void analyse_held(struct told *t, const char *name)
{
	auto_arena struct arena scratch;
	arena_init(&scratch, 256 * MIB);
	struct pkg_ctx cx = {.sink = &t->sink, .arena = &scratch};
	int rc = analyser(name)->combine(&cx, t->held.ptr, t->held.len, &t->err);
	t->rc = t->rc < 0 ? t->rc : rc;
}

void analyse(struct told *t, const char *name, const char *path, struct slice bytes)
{
	run(t, analyser(name), path, bytes);
	if (t->held.len == 1 && analyser(name)->combine)
		analyse_held(t, name);
}

void analyse_all(struct told *t, const char *path, struct slice bytes)
{
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	pkg_mask mask = pkg_wanted(slice_str(path), PKG_SCOPES);
	for (size_t i = 0; i < n; i++)
		if (pkg_mask_has(mask, i))
			run(t, all[i], path, bytes);
}

static void show(struct buf *b, const char *key, struct slice value)
{
	if (!value.len)
		return;
	buf_printf(b, " %s=", key);
	for (size_t i = 0; i < value.len; i++)
		buf_putc(b, value.ptr[i] == '\n' ? ',' : value.ptr[i]);
}

static void show_flags(struct buf *b, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {{PKG_DEV, "dev"},		 {PKG_OPTIONAL, "optional"}, {PKG_DIRECT, "direct"},
		     {PKG_INDIRECT, "indirect"}, {PKG_ROOT, "root"},	     {PKG_LOCAL, "local"}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (flags & words[i].flag)
			buf_printf(b, " %s", words[i].word);
}

static void show_pkg(struct buf *b, const struct pkg *p)
{
	buf_printf(b, "%s", p->flags & PKG_OWNS_ONLY ? "owns" : "package");
	show(b, "type", p->type);
	show(b, "name", p->name);
	show(b, "version", p->version);
	show(b, "arch", p->arch);
	show(b, "source", p->src_name);
	show(b, "source-version", p->src_version);
	show(b, "maintainer", p->maintainer);
	show(b, "licenses", p->licenses);
	show(b, "module", p->module);
	show(b, "signer", p->signer);
	show(b, "digest", p->digest);
	if (p->installed_size)
		buf_printf(b, " size=%llu", (unsigned long long)p->installed_size);
	show(b, "deps", p->deps);
	show(b, "path", p->path);
	show(b, "origin", p->origin);
	show(b, "commit", p->commit);
	show_flags(b, p->flags);
	if (p->line)
		buf_printf(b, " lines=%u-%u", p->line, p->end_line);
	show(b, "files", p->files);
	buf_putc(b, '\n');
}

struct slice told_text(struct told *t)
{
	auto_buf struct buf b;
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < t->pkgs.len; i++)
		show_pkg(&b, &t->pkgs.ptr[i]);
	if (t->nkept)
		buf_printf(&b, "kept %zu bytes\n", t->kept.len);
	buf_puts(&b, buf_slice(&t->warnings));
	if (t->rc < 0)
		buf_printf(&b, "error: %s\n", t->err.text);
	return arena_dup(&t->arena, buf_slice(&b));
}
