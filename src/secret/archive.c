/* SPDX-License-Identifier: Apache-2.0 */
/* Files inside a zip (jar, wheel), a tar or a compressed file are scanned like others; archives in archives are not opened. */
#include "secret/secret_internal.h"
#include "pack/pack.h"

#define TAR_BLOCK ((size_t)512)

struct members {
	struct secret_scan *s;
	secret_found_fn fn;
	void *arg;
	uint64_t bytes;
	size_t count;
	bool wanted;
};

bool secret_is_archive(struct slice path, struct slice head)
{
	(void)path;
	if (slice_starts(head, "PK\003\004") || pack_sniff(slice_sub(head, 0, 6)) != PACK_NONE)
		return true;
	return head.len >= TAR_BLOCK && tar_sniff(head);
}

static int inner_scan(struct secret_scan *s, struct err *err)
{
	if (s->inner)
		return 0;
	TRY(secret_scan_new(s->rules, &s->inner, err));
	s->inner->is_inner = true;
	return 0;
}

/* May one more member of that size be looked at? */
static bool fits(struct members *m, struct slice name, uint64_t size)
{
	if (++m->count <= SECRET_MAX_MEMBERS && m->bytes + size <= SECRET_MAX_UNPACKED) {
		m->bytes += size;
		return true;
	}
	secret_set_gap(m->s, name, "limit");
	return false;
}

static bool begin(struct members *m, struct slice name, uint64_t size)
{
	struct secret_scan *inner = m->s->inner;
	char path[4096];
	size_t n = 0;
	if (!path_normalise(name, path, sizeof(path), &n) ||
	    !secret_begin(inner, slice_of(path, n), size))
		return false;
	/* Where the archive lies counts for what lies in it. */
	inner->path_class |= m->s->path_class & ~(unsigned)SECRET_PATH_LOCK;
	inner->inside = inner->path;
	return true;
}

static void take_gap(struct members *m, struct slice name)
{
	const char *reason;
	if (secret_gap(m->s->inner, &reason).len)
		secret_set_gap(m->s, name, reason);
}

static int zip_member(struct members *m, const struct zip *z, const struct zip_entry *e,
		      struct buf *out, struct err *err)
{
	struct err bad = {0};
	if (!e->size || slice_ends(e->name, "/") || !secret_wants(m->s->rules, e->name, e->size))
		return 0;
	if (e->size > SECRET_MAX_MEMBER) {
		secret_set_gap(m->s, e->name, "limit");
		return 0;
	}
	if (!fits(m, e->name, e->size))
		return 1;
	buf_clear(out);
	if (zip_read(z, e, out, &bad) < 0) {
		secret_set_gap(m->s, e->name, bad.kind == ERR_LIMIT ? "limit" : "corrupt");
		return 0;
	}
	if (begin(m, e->name, out->len))
		TRY(secret_piece(m->s->inner, buf_slice(out), true, m->fn, m->arg, err));
	take_gap(m, e->name);
	return 0;
}

static int scan_zip(struct members *m, struct err *err)
{
	struct zip z;
	struct zip_entry e;
	struct err bad = {0};
	auto_buf struct buf out;
	buf_init(&out, SECRET_MAX_MEMBER);
	int rc = zip_open(buf_slice(&m->s->archive), &z, &bad);
	if (rc == 0) {
		struct reader cursor = rd_init(z.directory);
		while ((rc = zip_next(&z, &cursor, &e, &bad)) > 0) {
			int more = zip_member(m, &z, &e, &out, err);
			TRY(more);
			if (more > 0)
				return 0;
		}
	}
	if (rc < 0)
		secret_set_gap(m->s, SL_NONE, bad.kind == ERR_LIMIT ? "limit" : "corrupt");
	return 0;
}

static int tar_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct members *m = arg;
	(void)err;
	m->wanted = false;
	if (e->type != TAR_FILE || !e->size)
		return 0;
	if (!fits(m, e->path, e->size))
		return 0;
	m->wanted = begin(m, e->path, e->size);
	return m->wanted;
}

static int tar_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		    struct err *err)
{
	struct members *m = arg;
	if (!m->wanted)
		return 0;
	TRY(secret_piece(m->s->inner, piece, last, m->fn, m->arg, err));
	if (last)
		take_gap(m, e->path);
	return 0;
}

static int scan_tar(struct members *m, struct pack_source in, struct err *err)
{
	const struct tar_limits lim = {.max_entries = SECRET_MAX_MEMBERS};
	const struct tar_handler h = {.entry = tar_entry, .body = tar_body, .arg = m};
	struct err bad = {0};
	if (tar_walk(in, &lim, &h, &bad) == 0)
		return 0;
	/* Ours, or the archive's? Findings that are told end with errors of their own kinds. */
	if (bad.kind == ERR_INPUT || bad.kind == ERR_LIMIT) {
		secret_set_gap(m->s, SL_NONE, bad.kind == ERR_LIMIT ? "limit" : "corrupt");
		return 0;
	}
	*err = bad;
	return err->code;
}

/* A compressed file that is no tar: the file under its name without the suffix. */
static int scan_single(struct members *m, struct pack_stream *in, struct slice head,
		       struct err *err)
{
	struct slice name = path_base(m->s->path);
	struct err bad = {0};
	ssize_t dot = slice_rchr(name, '.');
	if (dot > 0)
		name = slice_sub(name, 0, (size_t)dot);
	if (!begin(m, name, UINT64_MAX))
		return 0;
	m->s->inner->path_class |= m->s->path_class;
	uint64_t total = head.len;
	struct slice chunk = head;
	while (chunk.len) {
		TRY(secret_piece(m->s->inner, chunk, false, m->fn, m->arg, err));
		if (pack_next(in, &chunk, &bad) < 0) {
			secret_set_gap(m->s, SL_NONE, bad.kind == ERR_LIMIT ? "limit" : "corrupt");
			break;
		}
		total += chunk.len;
		if (total > SECRET_MAX_UNPACKED) {
			secret_set_gap(m->s, SL_NONE, "limit");
			break;
		}
	}
	TRY(secret_piece(m->s->inner, SL_NONE, true, m->fn, m->arg, err));
	take_gap(m, SL_NONE);
	return 0;
}

static int scan_packed(struct members *m, enum pack_kind kind, struct err *err)
{
	const struct pack_limits lim = {.max_out = SECRET_MAX_UNPACKED + MIB};
	struct pack_mem mem;
	struct err bad = {0};
	struct slice head = SL_NONE;
	auto_pack struct pack_stream *in = NULL;
	int rc =
	    pack_open(kind, pack_mem_source(&mem, buf_slice(&m->s->archive), 0), &lim, &in, &bad);
	if (rc == 0)
		rc = pack_next(in, &head, &bad);
	if (rc < 0) {
		secret_set_gap(m->s, SL_NONE, bad.kind == ERR_LIMIT ? "limit" : "corrupt");
		return 0;
	}
	if (head.len >= TAR_BLOCK && tar_sniff(head)) {
		struct pack_prefix prefix;
		return scan_tar(m, pack_prefix_source(&prefix, head, pack_stream_source(in)), err);
	}
	return scan_single(m, in, head, err);
}

int secret_scan_archive(struct secret_scan *s, secret_found_fn fn, void *arg, struct err *err)
{
	struct members m = {.s = s, .fn = fn, .arg = arg};
	struct slice all = buf_slice(&s->archive);
	struct pack_mem mem;
	enum pack_kind kind = pack_sniff(slice_sub(all, 0, 6));
	TRY(inner_scan(s, err));
	if (slice_starts(all, "PK\003\004"))
		return scan_zip(&m, err);
	if (kind != PACK_NONE)
		return scan_packed(&m, kind, err);
	return scan_tar(&m, pack_mem_source(&mem, all, 0), err);
}
