/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer result: 8-byte magic, seven (offset, length) pairs, then the sections status, index, packages, kept,
 * warnings, files, issues. Sections but the index are sequences of length-prefixed strings, read in place.
 */
#include "app/app_internal.h"

#define SECTIONS 7
#define FORMAT	 8 /* bump when the layout changes */
static const char magic[8] = "STRKLR05";

enum { KIND_FILE = 1, KIND_PACKAGE = 2, KIND_MORE = 3 };

void layer_writer_init(struct layer_writer *w, size_t budget)
{
	*w = (struct layer_writer){0};
	index_builder_init(&w->index, budget);
	buf_init(&w->packages, budget);
	buf_init(&w->kept, 16 * MIB);
	buf_init(&w->warnings, 4 * MIB);
	buf_init(&w->files, budget);
	buf_init(&w->issues, 64 * MIB);
}

void layer_writer_done(struct layer_writer *w)
{
	index_builder_done(&w->index);
	buf_free(&w->packages);
	buf_free(&w->kept);
	buf_free(&w->warnings);
	buf_free(&w->files);
	buf_free(&w->issues);
}

static void put_u32(struct buf *b, uint32_t v)
{
	char c[4] = {(char)(v & 255), (char)(v >> 8 & 255), (char)(v >> 16 & 255), (char)(v >> 24)};
	buf_put(b, c, sizeof(c));
}

static void put_u64(struct buf *b, uint64_t v)
{
	put_u32(b, (uint32_t)(v & UINT32_MAX));
	put_u32(b, (uint32_t)(v >> 32));
}

static void put_str(struct buf *b, struct slice s)
{
	put_u32(b, (uint32_t)MIN(s.len, UINT32_MAX));
	buf_puts(b, slice_sub(s, 0, UINT32_MAX));
}

static int check(const struct buf *b, struct err *err)
{
	return b->failed
		   ? err_limit(err, "layer result is over its memory budget of %zu bytes", b->max)
		   : 0;
}

/* The layout that clang-format gives this list changes with every run. */
/* clang-format off */
#define PKG_STRINGS(X)                                                                             \
	X(type)                                                                                    \
	X(name)                                                                                    \
	X(version) X(arch) X(src_name) X(src_version) X(maintainer) X(licenses) X(module)          \
	    X(signer) X(files) X(digest) X(deps) X(path) X(origin) X(commit)
/* clang-format on */

int layer_put_package(struct layer_writer *w, struct slice path, uint32_t analyser,
		      const struct pkg *p, struct err *err)
{
	struct buf *b = &w->packages;
	put_u32(b, KIND_PACKAGE);
	put_str(b, path);
#define PUT(field) put_str(b, p->field);
	PKG_STRINGS(PUT)
#undef PUT
	put_u32(b, analyser);
	put_u32(b, p->flags);
	put_u32(b, p->line);
	put_u32(b, p->end_line);
	put_u64(b, p->installed_size);
	return check(b, err);
}

static int put_mark(struct layer_writer *w, uint32_t kind, struct slice path, struct err *err)
{
	put_u32(&w->packages, kind);
	put_str(&w->packages, path);
	return check(&w->packages, err);
}

int layer_put_more(struct layer_writer *w, struct slice path, struct err *err)
{
	return put_mark(w, KIND_MORE, path, err);
}

int layer_put_file(struct layer_writer *w, struct slice path, struct err *err)
{
	return put_mark(w, KIND_FILE, path, err);
}

int layer_put_kept(struct layer_writer *w, struct slice path, struct slice bytes, struct err *err)
{
	put_str(&w->kept, path);
	put_str(&w->kept, bytes);
	return check(&w->kept, err);
}

int layer_put_digests(struct layer_writer *w, const struct layer_file *f, struct err *err)
{
	put_str(&w->files, f->path);
	put_str(&w->files, f->link);
	put_u64(&w->files, f->size);
	if (!f->link.len) {
		buf_put(&w->files, f->sha1, SHA1_LEN);
		buf_put(&w->files, f->sha256, SHA256_LEN);
	}
	return check(&w->files, err);
}

#define ISSUE_STRINGS(X)                                                                           \
	X(path)                                                                                    \
	X(inside)                                                                                  \
	X(type)                                                                                    \
	X(id)                                                                                      \
	X(category) X(title) X(message) X(match) X(digest) X(source) X(reason) X(code) X(fixes)
#define ISSUE_NUMBERS(X) X(kind) X(severity) X(start_line) X(end_line) X(code_line)

int layer_put_issue(struct layer_writer *w, const struct layer_issue *x, struct err *err)
{
	struct buf *b = &w->issues;
#define PUT(field) put_str(b, x->field);
	ISSUE_STRINGS(PUT)
#undef PUT
#define PUT(field) put_u32(b, x->field);
	ISSUE_NUMBERS(PUT)
#undef PUT
	put_u64(b, x->offset);
	return check(b, err);
}

/* Warnings beyond the budget are dropped by intent: thousands of them tell no more. */
void layer_put_warning(struct layer_writer *w, struct slice path, const char *reason,
		       const char *message)
{
	struct buf *b = &w->warnings;
	size_t need = 12 + path.len + strlen(reason) + strlen(message);
	if (b->len + need > b->max)
		return;
	put_str(b, path);
	put_str(b, slice_str(reason));
	put_str(b, slice_str(message));
}

static void put_status(struct buf *b, const struct layer_status *s)
{
	put_u32(b, (s->has_blob ? 1U : 0) | (s->has_diff ? 2U : 0));
	buf_put(b, s->blob, SHA256_LEN);
	buf_put(b, s->diff, SHA256_LEN);
	put_u64(b, s->blob_size);
	put_u64(b, s->unpacked);
	put_u64(b, s->entries);
	put_u32(b, (uint32_t)-s->err.code);
	put_u32(b, (uint32_t)s->err.kind);
	put_str(b, slice_of(s->err.text, s->err.len));
}

static int write_parts(int fd, const struct slice *parts, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		TRY(file_write_fd(fd, parts[i], err));
	return 0;
}

int layer_write(struct layer_writer *w, int fd, struct err *err)
{
	auto_buf struct buf status = {0}, head = {0};
	struct slice index[INDEX_PARTS] = {SL_NONE};
	buf_init(&status, 64 * KIB);
	buf_init(&head, KIB);
	if (index_finish(&w->index, index, err) < 0) {
		if (w->status.err.code == 0)
			w->status.err = *err;
		memset(index, 0, sizeof(index));
	}
	put_status(&status, &w->status);
	struct slice rest[] = {buf_slice(&w->packages), buf_slice(&w->kept),
			       buf_slice(&w->warnings), buf_slice(&w->files),
			       buf_slice(&w->issues)};
	size_t lens[SECTIONS] = {status.len};
	for (size_t i = 0; i < ARRAY_LEN(rest); i++)
		lens[i + 2] = rest[i].len;
	for (size_t i = 0; i < INDEX_PARTS; i++)
		lens[1] += index[i].len;
	uint64_t at = sizeof(magic) + (uint64_t)SECTIONS * 16;
	buf_put(&head, magic, sizeof(magic));
	for (size_t i = 0; i < SECTIONS; i++) {
		put_u64(&head, at);
		put_u64(&head, lens[i]);
		at += lens[i];
	}
	TRY(file_write_fd(fd, buf_slice(&head), err));
	TRY(file_write_fd(fd, buf_slice(&status), err));
	TRY(write_parts(fd, index, INDEX_PARTS, err));
	return write_parts(fd, rest, ARRAY_LEN(rest), err);
}

static struct slice get_str(struct reader *r)
{
	uint32_t n = rd_u32le(r);
	return rd_take(r, n);
}

static int read_status(struct slice s, struct layer_status *st, struct err *err)
{
	struct reader r = rd_init(s);
	*st = (struct layer_status){0};
	uint32_t has = rd_u32le(&r);
	struct slice blob = rd_take(&r, SHA256_LEN), diff = rd_take(&r, SHA256_LEN);
	st->has_blob = has & 1;
	st->has_diff = has & 2;
	st->blob_size = rd_u64le(&r);
	st->unpacked = rd_u64le(&r);
	st->entries = rd_u64le(&r);
	uint32_t code = rd_u32le(&r), kind = rd_u32le(&r);
	struct slice text = get_str(&r);
	if (r.bad || kind > ERR_LIMIT || code > INT32_MAX)
		return err_input(err, "layer result is damaged");
	memcpy(st->blob, blob.ptr, SHA256_LEN);
	memcpy(st->diff, diff.ptr, SHA256_LEN);
	if (code)
		err_set(&st->err, (enum err_kind)kind, -(int)code, "%.*s", SL_FMT(text));
	return 0;
}

int layer_open(struct slice bytes, struct layer_view *ret, struct err *err)
{
	struct slice parts[SECTIONS];
	struct reader r = rd_init(bytes);
	*ret = (struct layer_view){0};
	if (!slice_eq(rd_take(&r, sizeof(magic)), slice_of(magic, sizeof(magic))))
		return err_input(err, "layer result is damaged");
	for (size_t i = 0; i < SECTIONS; i++) {
		uint64_t at = rd_u64le(&r), len = rd_u64le(&r);
		if (r.bad || at > bytes.len || len > bytes.len - at)
			return err_input(err, "layer result is damaged");
		parts[i] = slice_sub(bytes, (size_t)at, (size_t)len);
	}
	TRY(read_status(parts[0], &ret->status, err));
	TRY(index_open(parts[1], &ret->index, err));
	ret->packages = parts[2];
	ret->kept = parts[3];
	ret->warnings = parts[4];
	ret->files = parts[5];
	ret->issues = parts[6];
	return 0;
}

int layer_next_package(struct reader *r, struct layer_record *ret)
{
	size_t analysers;
	uint32_t kind = r->rest.len ? rd_u32le(r) : 0;
	struct pkg *p = &ret->pkg;
	*ret = (struct layer_record){.path = kind ? get_str(r) : SL_NONE,
				     .is_file = kind == KIND_FILE,
				     .is_more = kind == KIND_MORE};
	if (kind == KIND_PACKAGE) {
#define GET(field) p->field = get_str(r);
		PKG_STRINGS(GET)
#undef GET
		uint32_t analyser = rd_u32le(r);
		p->flags = rd_u32le(r);
		p->line = rd_u32le(r);
		p->end_line = rd_u32le(r);
		p->installed_size = rd_u64le(r);
		const struct pkg_analyser *const *all = pkg_analysers(&analysers);
		ret->analyser = analyser < analysers ? all[analyser] : NULL;
		return ret->analyser && !r->bad;
	}
	return (kind == KIND_FILE || kind == KIND_MORE) && !r->bad;
}

int layer_next_kept(struct reader *r, struct slice *path, struct slice *bytes)
{
	if (r->rest.len == 0)
		return 0;
	*path = get_str(r);
	*bytes = get_str(r);
	return !r->bad;
}

int layer_next_file(struct reader *r, struct layer_file *ret)
{
	if (r->rest.len == 0)
		return 0;
	*ret = (struct layer_file){.path = get_str(r), .link = get_str(r), .size = rd_u64le(r)};
	if (!ret->link.len) {
		ret->sha1 = (const unsigned char *)rd_take(r, SHA1_LEN).ptr;
		ret->sha256 = (const unsigned char *)rd_take(r, SHA256_LEN).ptr;
	}
	return !r->bad;
}

int layer_next_issue(struct reader *r, struct layer_issue *ret)
{
	if (r->rest.len == 0)
		return 0;
#define GET(field) ret->field = get_str(r);
	ISSUE_STRINGS(GET)
#undef GET
#define GET(field) ret->field = rd_u32le(r);
	ISSUE_NUMBERS(GET)
#undef GET
	ret->offset = rd_u64le(r);
	return !r->bad && ret->severity <= ADV_SEV_CRITICAL && ret->kind <= FINDING_LICENSE;
}

int layer_next_warning(struct reader *r, struct slice *path, struct slice *reason,
		       struct slice *message)
{
	if (r->rest.len == 0)
		return 0;
	*path = get_str(r);
	*reason = get_str(r);
	*message = get_str(r);
	return !r->bad;
}

uint64_t layer_result_key(uint32_t scopes, uint32_t taps, uint64_t rules)
{
	return ((pkg_analysers_key(scopes) * 31 + FORMAT) * 31 + taps) * 31 + rules;
}
