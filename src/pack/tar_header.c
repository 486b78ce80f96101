/* SPDX-License-Identifier: Apache-2.0 */
/* One 512-byte header block (POSIX.1-2017 ustar, GNU tar manual "Basic Tar Format") and pax records. */
#include "pack/pack_internal.h"

bool tar_block_is_zero(struct slice block)
{
	static const char zero[TAR_BLOCK_SIZE];
	return block.len == TAR_BLOCK_SIZE && block.ptr[0] == '\0' &&
	       memcmp(block.ptr, zero, TAR_BLOCK_SIZE) == 0;
}

static struct slice until_nul(struct slice s)
{
	ssize_t at = slice_chr(s, '\0');
	return at < 0 ? s : slice_sub(s, 0, (size_t)at);
}

static int base256(struct slice field, uint64_t *out)
{
	uint64_t v = (unsigned char)field.ptr[0] & 0x7f;
	if (v & 0x40)
		return -EINVAL; /* negative */
	for (size_t i = 1; i < field.len; i++) {
		if (v >> 56)
			return -EINVAL;
		v = v << 8 | (unsigned char)field.ptr[i];
	}
	*out = v;
	return v > INT64_MAX ? -EINVAL : 0;
}

int tar_number(struct slice field, uint64_t *out)
{
	if (field.len && (unsigned char)field.ptr[0] & 0x80)
		return base256(field, out);
	struct slice digits = slice_trim(until_nul(field));
	if (digits.len == 0) {
		*out = 0;
		return 0;
	}
	return slice_u64(digits, 8, out);
}

/* Sum of all bytes, eight at a time: 64 words of at most 2 * 255 in each 16-bit lane cannot overflow. */
static uint32_t byte_sum(const char *p)
{
	const uint64_t mask = 0x00ff00ff00ff00ff;
	uint64_t lanes = 0, w;
	for (size_t i = 0; i < TAR_BLOCK_SIZE; i += sizeof(w)) {
		memcpy(&w, p + i, sizeof(w));
		lanes += (w & mask) + (w >> 8 & mask);
	}
	return (uint32_t)((lanes & 0xffff) + (lanes >> 16 & 0xffff) + (lanes >> 32 & 0xffff) +
			  (lanes >> 48));
}

/* The checksum field counts as blanks. The sum may have been made with signed bytes (old implementations). */
static bool checksum_ok(struct slice block)
{
	uint64_t want;
	uint32_t field = 0, high = 0;
	if (tar_number(slice_sub(block, 148, 8), &want) < 0)
		return false;
	for (size_t i = 148; i < 156; i++)
		field += (unsigned char)block.ptr[i];
	uint32_t sum = byte_sum(block.ptr) - field + 8 * ' ';
	if (want == sum)
		return true;
	for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
		high += (i < 148 || i >= 156) && (unsigned char)block.ptr[i] >= 128;
	return high && sum >= 256 * high && want == sum - 256 * high;
}

bool tar_sniff(struct slice head)
{
	struct slice block = slice_sub(head, 0, TAR_BLOCK_SIZE);
	return block.len == TAR_BLOCK_SIZE && !tar_block_is_zero(block) && checksum_ok(block);
}

static int join_prefix(struct slice block, struct tar_entry *e, struct arena *a, struct err *err)
{
	struct slice prefix = until_nul(slice_sub(block, 345, 155));
	if (memcmp(block.ptr + 257, "ustar\0", 6) != 0 || prefix.len == 0)
		return 0;
	e->path = arena_printf(a, "%.*s/%.*s", (int)prefix.len, prefix.ptr, (int)e->path.len,
			       e->path.ptr);
	return e->path.ptr ? 0 : err_oom(err);
}

int tar_header_parse(struct slice block, struct tar_entry *e, char *type, struct arena *a,
		     struct err *err)
{
	uint64_t mode;
	if (!checksum_ok(block))
		return err_input(
		    err, "header checksum is wrong - this is no tar archive, or it is damaged");
	*e = (struct tar_entry){.path = until_nul(slice_sub(block, 0, 100)),
				.link = until_nul(slice_sub(block, 157, 100))};
	*type = block.ptr[156];
	if (tar_number(slice_sub(block, 124, 12), &e->size) < 0)
		return err_input(err, "entry \"%.*s\": size is negative or no number",
				 SL_FMT(e->path));
	if (tar_number(slice_sub(block, 100, 8), &mode) < 0)
		mode = 0;
	e->mode = (uint32_t)(mode & 07777);
	return join_prefix(block, e, a, err);
}

static int pax_sparse_map(struct slice v, struct arena *a, struct tar_extra *x, struct err *err)
{
	struct slice part, rest = v;
	size_t n = 0;
	for (size_t i = 0; i < v.len; i++)
		n += v.ptr[i] == ',';
	if (n / 2 + 1 > TAR_MAX_SPARSE)
		return err_limit(err, "sparse map has more than %d parts", TAR_MAX_SPARSE);
	x->map = arena_array(a, n / 2 + 1, sizeof(*x->map));
	if (!x->map)
		return err_oom(err);
	while (slice_cut(&rest, ',', &part)) {
		struct tar_sparse *s = &x->map[x->nmap];
		if (slice_u64(part, 10, &s->offset) < 0 || !slice_cut(&rest, ',', &part) ||
		    slice_u64(part, 10, &s->size) < 0)
			return err_input(err, "sparse map is broken");
		x->nmap++;
	}
	return 0;
}

static int pax_number(struct slice key, struct slice value, uint64_t *out, struct err *err)
{
	if (slice_u64(value, 10, out) < 0 || *out > INT64_MAX)
		return err_input(err, "pax record %.*s: \"%.*s\" is no size", SL_FMT(key),
				 SL_FMT(value));
	return 0;
}

/* The first form: the number of parts, then an offset and a length record for each. */
static int pax_sparse_0_0(struct slice key, struct slice value, struct arena *a,
			  struct tar_extra *x, struct err *err)
{
	uint64_t n;
	TRY(pax_number(key, value, &n, err));
	if (slice_is(key, "GNU.sparse.numblocks")) {
		if (n > TAR_MAX_SPARSE)
			return err_limit(err, "sparse map has more than %d parts", TAR_MAX_SPARSE);
		x->map = arena_array(a, (size_t)n + 1, sizeof(*x->map));
		x->cap = (size_t)n;
		x->nmap = 0;
		return x->map ? 0 : err_oom(err);
	}
	bool is_offset = slice_is(key, "GNU.sparse.offset");
	if (is_offset ? x->nmap == x->cap : x->nmap == 0)
		return err_input(err, "sparse map is broken");
	if (is_offset)
		x->map[x->nmap++].offset = n;
	else
		x->map[x->nmap - 1].size = n;
	return 0;
}

static int pax_string(struct slice value, struct arena *a, struct slice *out, struct err *err)
{
	if (slice_chr(value, '\0') >= 0)
		return err_input(err, "pax record holds a NUL byte in a name");
	*out = arena_dup(a, value);
	return out->ptr ? 0 : err_oom(err);
}

static int pax_record(struct slice key, struct slice value, struct arena *a, struct tar_extra *x,
		      struct err *err)
{
	uint64_t major;
	if (slice_is(key, "path") || slice_is(key, "GNU.sparse.name"))
		return pax_string(value, a, &x->path, err);
	if (slice_is(key, "linkpath"))
		return pax_string(value, a, &x->link, err);
	if (slice_is(key, "size")) {
		x->has_size = true;
		return pax_number(key, value, &x->size, err);
	}
	if (slice_is(key, "GNU.sparse.size") || slice_is(key, "GNU.sparse.realsize")) {
		x->has_real_size = true;
		return pax_number(key, value, &x->real_size, err);
	}
	if (slice_is(key, "GNU.sparse.map"))
		return pax_sparse_map(value, a, x, err);
	if (slice_is(key, "GNU.sparse.numblocks") || slice_is(key, "GNU.sparse.offset") ||
	    slice_is(key, "GNU.sparse.numbytes"))
		return pax_sparse_0_0(key, value, a, x, err);
	if (slice_is(key, "GNU.sparse.major")) {
		TRY(pax_number(key, value, &major, err));
		x->sparse_1_0 = major == 1;
	}
	return 0;
}

int tar_pax_parse(struct slice data, struct arena *a, struct tar_extra *x, struct err *err)
{
	while (data.len && data.ptr[0] != '\0') {
		uint64_t len;
		ssize_t space = slice_chr(slice_sub(data, 0, 20), ' ');
		if (space <= 0 || slice_u64(slice_sub(data, 0, (size_t)space), 10, &len) < 0 ||
		    len > data.len || len < (uint64_t)space + 3 || data.ptr[len - 1] != '\n')
			return err_input(err, "pax header: record length is wrong");
		struct slice record =
		    slice_sub(data, (size_t)space + 1, (size_t)(len - (uint64_t)space - 2));
		ssize_t eq = slice_chr(record, '=');
		if (eq <= 0)
			return err_input(err, "pax header: record without a key");
		TRY(pax_record(slice_sub(record, 0, (size_t)eq), slice_from(record, (size_t)eq + 1),
			       a, x, err));
		data = slice_from(data, (size_t)len);
	}
	return 0;
}
