/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of an rpm as the database stores it (rpm's docs/manual/hregions): two big-endian counts,
 * an index of 16-byte entries (tag, type, offset, count), then the data they point into.
 */
#include "pkg/rpm_internal.h"

enum {
	MAX_ENTRIES = 0xffff, /* rpm's own limits */
	MAX_DATA = 256 * 1024 * 1024,
	ENTRY = 16,
	MAX_STRING = 64 * 1024, /* licences of large collections are long */
	MAX_WORD = 1024,	/* name, version, release */
};
enum {
	TYPE_INT32 = 4,
	TYPE_INT64 = 5,
	TYPE_STRING = 6,
	TYPE_BIN = 7,
	TYPE_STRING_ARRAY = 8,
	TYPE_I18N = 9
};

enum want {
	SIGPGP,
	SIGMD5,
	SIGGPG,
	DSAHEADER,
	RSAHEADER,
	NAME,
	VERSION,
	RELEASE,
	EPOCH,
	SIZE,
	VENDOR,
	LICENSE,
	ARCH,
	OLDFILENAMES,
	SOURCERPM,
	DIRINDEXES,
	BASENAMES,
	DIRNAMES,
	LONGSIZE,
	MODULARITY,
	WANTS,
};
static const uint32_t tags[WANTS] = {
    [SIGPGP] = 259,	[SIGMD5] = 261,	       [SIGGPG] = 262,	   [DSAHEADER] = 267,
    [RSAHEADER] = 268,	[NAME] = 1000,	       [VERSION] = 1001,   [RELEASE] = 1002,
    [EPOCH] = 1003,	[SIZE] = 1009,	       [VENDOR] = 1011,	   [LICENSE] = 1014,
    [ARCH] = 1022,	[OLDFILENAMES] = 1027, [SOURCERPM] = 1044, [DIRINDEXES] = 1116,
    [BASENAMES] = 1117, [DIRNAMES] = 1118,     [LONGSIZE] = 5009,  [MODULARITY] = 5096,
};

struct entry {
	uint32_t type, count; /* type 0: absent */
	struct slice data;    /* from its offset to the end of the store */
};
struct header {
	struct entry e[WANTS];
};

static const char *parse(struct slice blob, struct header *h)
{
	struct reader r = rd_init(blob);
	uint32_t entries = rd_u32be(&r), size = rd_u32be(&r);
	memset(h, 0, sizeof(*h));
	if (r.bad || !entries || entries > MAX_ENTRIES || size > MAX_DATA)
		return "its counts are out of range";
	struct reader index = rd_init(rd_take(&r, (size_t)entries * ENTRY));
	struct slice store = rd_take(&r, size);
	if (r.bad)
		return "it ends early";
	for (uint32_t i = 0; i < entries; i++) {
		uint32_t tag = rd_u32be(&index);
		struct entry e = {.type = rd_u32be(&index)};
		uint32_t offset = rd_u32be(&index);
		e.count = rd_u32be(&index);
		for (size_t w = 0; w < WANTS; w++) {
			/* Entries behind the signed region come later and win, as in rpm. */
			if (tags[w] != tag || offset >= store.len)
				continue;
			e.data = slice_from(store, offset);
			h->e[w] = e;
		}
	}
	return NULL;
}

/* Takes a NUL-terminated string off *data. */
static bool take_string(struct slice *data, struct slice *s)
{
	ssize_t end = slice_chr(*data, 0);
	if (end < 0)
		return false;
	*s = slice_sub(*data, 0, (size_t)end);
	*data = slice_from(*data, (size_t)end + 1);
	return true;
}

static struct slice string(const struct header *h, enum want w)
{
	const struct entry *e = &h->e[w];
	struct slice data = e->data, s;
	bool text = e->type == TYPE_STRING || e->type == TYPE_I18N || e->type == TYPE_STRING_ARRAY;
	if (!text || !e->count || !take_string(&data, &s) || s.len > MAX_STRING)
		return SL_NONE;
	return slice_is(s, "(none)") ? SL_NONE : s;
}

static bool number(const struct header *h, enum want w, uint64_t *out)
{
	const struct entry *e = &h->e[w];
	size_t width = e->type == TYPE_INT32 ? 4 : e->type == TYPE_INT64 ? 8 : 0;
	struct reader r = rd_init(e->data);
	uint64_t v = rd_uint(&r, width, true);
	if (!width || !e->count || r.bad)
		return false;
	*out = v;
	return true;
}

static struct slice binary(const struct header *h, enum want w)
{
	const struct entry *e = &h->e[w];
	if (e->type != TYPE_BIN || e->count > e->data.len)
		return SL_NONE;
	return slice_sub(e->data, 0, e->count);
}

static struct slice hex(struct arena *a, const char *prefix, struct slice bytes)
{
	struct slice out = arena_printf(a, "%s%*s", prefix, (int)(bytes.len * 2), "");
	char *p = arena_alloc(a, out.len + 1);
	if (!out.ptr || !p)
		return SL_NONE;
	size_t n = strlen(prefix);
	memcpy(p, prefix, n);
	for (size_t i = 0; i < bytes.len; i++) {
		p[n++] = "0123456789abcdef"[(unsigned char)bytes.ptr[i] >> 4];
		p[n++] = "0123456789abcdef"[(unsigned char)bytes.ptr[i] & 15];
	}
	return slice_of(p, n);
}

/* ---- who signed: the issuer in an OpenPGP signature packet (RFC 4880 5.2) ---- */

static struct slice packet_body(struct slice sig)
{
	struct reader r = rd_init(sig);
	uint8_t head = rd_u8(&r);
	size_t len;
	if (!(head & 0x80))
		return SL_NONE;
	if (head & 0x40) { /* new format */
		uint8_t first = rd_u8(&r);
		len = first < 192   ? first
		      : first < 224 ? (size_t)(first - 192) * 256 + rd_u8(&r) + 192
				    : rd_u32be(&r);
		if ((head & 0x3f) != 2 || (first >= 224 && first < 255))
			return SL_NONE;
	} else {
		static const uint8_t width[] = {1, 2, 4, 0};
		size_t n = width[head & 3];
		len = n ? (size_t)rd_uint(&r, n, true) : r.rest.len;
		if ((head >> 2 & 15) != 2)
			return SL_NONE;
	}
	return rd_take(&r, len);
}

static struct slice issuer_in(struct slice subpackets)
{
	struct reader r = rd_init(subpackets);
	struct slice found = SL_NONE;
	while (!r.bad && r.rest.len) {
		uint8_t first = rd_u8(&r);
		size_t len = first < 192   ? first
			     : first < 255 ? (size_t)(first - 192) * 256 + rd_u8(&r) + 192
					   : rd_u32be(&r);
		struct slice body = rd_take(&r, len);
		if (body.len == 9 && (body.ptr[0] & 0x7f) == 16) /* issuer key id */
			return slice_from(body, 1);
		if (body.len == 22 && (body.ptr[0] & 0x7f) == 33) /* fingerprint of version 4 */
			found = slice_from(body, 14);
	}
	return found;
}

static struct slice issuer(struct slice sig)
{
	struct reader r = rd_init(packet_body(sig));
	uint8_t version = rd_u8(&r);
	if (version == 3) {
		rd_take(&r, 6); /* length, type, time */
		return rd_take(&r, 8);
	}
	if (version != 4)
		return SL_NONE;
	rd_take(&r, 3); /* type, algorithms */
	struct slice hashed = rd_take(&r, rd_u16be(&r));
	struct slice plain = rd_take(&r, rd_u16be(&r));
	struct slice id = issuer_in(plain);
	return id.len ? id : issuer_in(hashed);
}

static struct slice signer(const struct header *h, struct arena *a)
{
	static const enum want order[] = {RSAHEADER, DSAHEADER, SIGPGP, SIGGPG};
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct slice id = issuer(binary(h, order[i]));
		if (id.len == 8)
			return hex(a, "", id);
	}
	return SL_NONE;
}

/* ---- files ---- */

static bool put_file(struct rpm_scan *s, struct slice dir, struct slice base)
{
	size_t need = dir.len + base.len + 1;
	if (need > PKG_PATH_MAX || need > s->file_budget)
		return false;
	s->file_budget -= need;
	buf_puts(&s->files, dir);
	buf_puts(&s->files, base);
	buf_putc(&s->files, '\n');
	return !s->files.failed;
}

static bool old_files(struct rpm_scan *s, const struct header *h)
{
	const struct entry *e = &h->e[OLDFILENAMES];
	struct slice data = e->data, path;
	if (e->type && e->type != TYPE_STRING_ARRAY)
		return false;
	for (uint32_t i = 0; i < e->count; i++)
		if (!take_string(&data, &path) || !put_file(s, SL_NONE, path))
			return false;
	return true;
}

static int read_dirs(struct rpm_scan *s, const struct entry *e, struct err *err)
{
	struct slice data = e->data, dir;
	s->dirs.len = 0;
	for (uint32_t i = 0; e->type == TYPE_STRING_ARRAY && i < e->count; i++) {
		if (!take_string(&data, &dir))
			return 0;
		if (vec_push(&s->dirs, dir) < 0)
			return err_oom(err);
	}
	return 0;
}

/* Fills s->files; *whole tells whether all of the list could be read. */
static int read_files(struct rpm_scan *s, const struct header *h, bool *whole, struct err *err)
{
	const struct entry *base = &h->e[BASENAMES], *index = &h->e[DIRINDEXES];
	struct slice names = base->data, name;
	struct reader at = rd_init(index->data);
	buf_clear(&s->files);
	*whole = true;
	if (!base->type) {
		*whole = old_files(s, h);
		return 0;
	}
	TRY(read_dirs(s, &h->e[DIRNAMES], err));
	*whole = base->type == TYPE_STRING_ARRAY && index->type == TYPE_INT32 &&
		 index->count == base->count;
	for (uint32_t i = 0; *whole && i < base->count; i++) {
		uint32_t dir = rd_u32be(&at);
		*whole = !at.bad && dir < s->dirs.len && take_string(&names, &name) &&
			 put_file(s, s->dirs.ptr[dir], name);
	}
	return 0;
}

/* ---- the package ---- */

static bool word_ok(struct slice v)
{
	for (size_t i = 0; i < v.len; i++)
		if ((unsigned char)v.ptr[i] <= ' ' || v.ptr[i] == 0x7f)
			return false;
	return v.len > 0 && v.len <= MAX_WORD;
}

int rpm_set_source(struct pkg *p, struct slice source_rpm, uint32_t epoch, struct arena *a,
		   struct err *err)
{
	static const char *const ends[] = {".src.rpm", ".nosrc.rpm"};
	p->src_name = p->name;
	p->src_version = p->version;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (!slice_ends(source_rpm, ends[i]))
			continue;
		struct slice s = slice_sub(source_rpm, 0, source_rpm.len - strlen(ends[i]));
		ssize_t release = slice_rchr(s, '-');
		ssize_t version =
		    release > 0 ? slice_rchr(slice_sub(s, 0, (size_t)release), '-') : -1;
		if (version <= 0)
			return 0;
		p->src_name = slice_sub(s, 0, (size_t)version);
		p->src_version = slice_from(s, (size_t)version + 1);
		/* The file name has no epoch; source and binary package share it but for rare cases. */
		if (epoch)
			p->src_version = arena_printf(a, "%u:%.*s", epoch, SL_FMT(p->src_version));
		return p->src_version.ptr ? 0 : err_oom(err);
	}
	return 0;
}

static int add(struct rpm_scan *s, const struct header *h, struct err *err)
{
	struct arena *a = s->cx->arena;
	struct pkg p = {.type = SL("rpm"), .name = string(h, NAME)};
	struct slice version = string(h, VERSION), release = string(h, RELEASE);
	uint64_t epoch = 0;
	bool whole;
	if (slice_is(p.name, "gpg-pubkey")) /* a trusted key, kept as if it were a package */
		p.flags |= PKG_PSEUDO;
	if (!word_ok(p.name) || !word_ok(version) || !word_ok(release)) {
		s->broken++;
		pkg_warn_some(&s->warnings, "corrupt",
			      "rpm header %llu: no usable name, version or release",
			      (unsigned long long)s->headers);
		return 0;
	}
	number(h, EPOCH, &epoch);
	p.version = epoch ? arena_printf(a, "%u:%.*s-%.*s", (uint32_t)epoch, SL_FMT(version),
					 SL_FMT(release))
			  : arena_printf(a, "%.*s-%.*s", SL_FMT(version), SL_FMT(release));
	if (!p.version.ptr)
		return err_oom(err);
	p.arch = string(h, ARCH);
	p.maintainer = string(h, VENDOR);
	p.licenses = string(h, LICENSE);
	p.module = string(h, MODULARITY);
	p.signer = signer(h, a);
	if (!number(h, LONGSIZE, &p.installed_size))
		number(h, SIZE, &p.installed_size);
	struct slice md5 = binary(h, SIGMD5);
	if (md5.len == 16)
		p.digest = hex(a, "md5:", md5);
	TRY(rpm_set_source(&p, string(h, SOURCERPM), (uint32_t)epoch, a, err));
	TRY(read_files(s, h, &whole, err));
	p.files = buf_slice(&s->files);
	if (!whole)
		pkg_warn_some(&s->warnings, "corrupt", "rpm package %.*s: its file list is broken",
			      SL_FMT(p.name));
	return pkg_add(s->cx, &p, err);
}

int rpm_header(struct rpm_scan *s, struct slice blob, struct err *err)
{
	struct header h;
	s->headers++;
	const char *why = parse(blob, &h);
	if (!why)
		return add(s, &h, err);
	s->broken++;
	pkg_warn_some(&s->warnings, "corrupt", "rpm header %llu: %s",
		      (unsigned long long)s->headers, why);
	return 0;
}
