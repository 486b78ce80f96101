/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Five fixed inputs for counting instructions under cachegrind: the count repeats exactly where time does not.
 * usage: count tar|gzip|dpkg|json|version
 */
#include "pack/pack.h"
#include "pkg/pkg.h"
#include "text/text.h"
#include "ver/ver.h"

#include <stdio.h>
#include <zlib.h>

static uint32_t rnd_state = 12345;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 1664525 + 1013904223;
	return (rnd_state >> 8) % n;
}

static void put_file(struct buf *b, const char *name, struct slice content)
{
	static const char zero[512];
	char h[512] = {0};
	unsigned sum = 0;
	snprintf(h, 100, "%s", name);
	snprintf(h + 100, 8, "0000644");
	snprintf(h + 124, 12, "%011zo", content.len);
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_put(b, h, sizeof(h));
	buf_puts(b, content);
	buf_put(b, zero, (512 - content.len % 512) % 512);
}

static void make_tar(struct buf *b)
{
	static char content[20000];
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (char)('a' + rnd(26));
	for (unsigned i = 0; i < 20000; i++) {
		char name[100];
		snprintf(name, sizeof(name), "usr/share/dir%u/sub%u/file-%u.txt", i % 100, i % 7,
			 i);
		put_file(b, name, slice_of(content, rnd(800)));
	}
	buf_reserve(b, 1024);
	memset(b->ptr + b->len, 0, 1024);
	b->len += 1024;
}

static int on_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	(void)arg, (void)err;
	return pkg_wanted(e->path, PKG_SYSTEM | PKG_INSTALLED) != 0;
}

static int on_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		   struct err *err)
{
	(void)arg, (void)e, (void)piece, (void)last, (void)err;
	return 0;
}

static int count_tar(struct buf *b, struct err *err)
{
	struct pack_mem mem;
	struct tar_handler h = {on_entry, on_body, NULL};
	make_tar(b);
	return tar_walk(pack_mem_source(&mem, buf_slice(b), 0), NULL, &h, err);
}

static int count_gzip(struct buf *b, struct err *err)
{
	auto_buf struct buf packed, out;
	z_stream z = {0};
	make_tar(b);
	buf_init(&packed, b->len);
	buf_init(&out, 2 * b->len);
	z.next_out = buf_reserve(&packed, b->len);
	z.avail_out = (uInt)b->len;
	z.next_in = (Bytef *)b->ptr;
	z.avail_in = (uInt)b->len;
	if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		return err_input(err, "deflate");
	packed.len = z.total_out;
	deflateEnd(&z);
	return pack_unpack(buf_slice(&packed), &out, err);
}

static int sink_add(void *arg, struct slice path, const struct pkg *p, struct err *err)
{
	size_t *n = arg;
	(void)path, (void)p, (void)err;
	++*n;
	return 0;
}

static int sink_keep(void *arg, struct slice path, struct slice bytes, struct err *err)
{
	(void)arg, (void)path, (void)bytes, (void)err;
	return 0;
}

static void sink_warn(void *arg, struct slice path, const char *reason, const char *message)
{
	(void)arg, (void)path, (void)reason, (void)message;
}

static int count_dpkg(struct buf *b, struct err *err)
{
	size_t n, added = 0;
	struct arena arena;
	struct pkg_sink sink = {sink_add, sink_keep, sink_keep, sink_warn, &added};
	struct pkg_ctx cx = {.path = SL("var/lib/dpkg/status"), .sink = &sink, .arena = &arena};
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	pkg_mask mask = pkg_wanted(cx.path, PKG_SYSTEM);
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(
		    b,
		    "Package: lib%u\nStatus: install ok installed\nPriority: optional\nVersion: "
		    "1:%u.%u-%u\nArchitecture: amd64\nMaintainer: A <a@debian.org>\nSource: "
		    "src%u\nDescription: "
		    "x\n a long text of one line\n .\n and another\n\n",
		    i, rnd(9), rnd(99), rnd(9), i / 3);
	arena_init(&arena, 64 * MIB);
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		if (pkg_mask_has(mask, i))
			r = all[i]->run(&cx, buf_slice(b), err);
	arena_free(&arena);
	return r < 0 || added == 5000 ? r : err_input(err, "%zu packages", added);
}

static int count_json(struct buf *b, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	buf_putc(b, '[');
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(b,
			   "%s{\"id\":\"CVE-2024-%u\",\"aliases\":[\"GHSA-%u\"],\"score\":%u.%u,"
			   "\"details\":\"some "
			   "words \\u00e9 and\\nmore\",\"ok\":true}",
			   i ? "," : "", i, rnd(9999), rnd(10), rnd(10));
	buf_putc(b, ']');
	return json_parse(&d, buf_slice(b), NULL, &root, err);
}

static int count_version(struct buf *b, struct err *err)
{
	static const char *const schemes[] = {"deb", "rpm", "apk"};
	size_t less = 0;
	(void)b;
	for (unsigned i = 0; i < 60000; i++) {
		char x[64], y[64];
		snprintf(x, sizeof(x), "%u.%u.%u_rc%u-r%u", rnd(5), rnd(20), rnd(20), rnd(3),
			 rnd(9));
		snprintf(y, sizeof(y), "%u.%u.%u-r%u", rnd(5), rnd(20), rnd(20), rnd(9));
		const struct ver_scheme *s = ver_find(slice_str(schemes[i % 3]));
		less += s && s->compare(slice_str(x), slice_str(y)) == VER_LESS;
	}
	return less ? 0 : err_input(err, "no order");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct buf *b, struct err *err);
	} all[] = {{"tar", count_tar},
		   {"gzip", count_gzip},
		   {"dpkg", count_dpkg},
		   {"json", count_json},
		   {"version", count_version}};
	struct err err = {0};
	auto_buf struct buf b;
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; argc == 2 && i < ARRAY_LEN(all); i++) {
		if (strcmp(argv[1], all[i].name) != 0)
			continue;
		if (all[i].run(&b, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		return 0;
	}
	fprintf(stderr, "usage: count tar|gzip|dpkg|json|version\n");
	return 2;
}
