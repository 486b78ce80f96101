/* SPDX-License-Identifier: Apache-2.0 */
/* ELF: System V gABI chapter 4 and 5. PE: Microsoft "PE Format". Mach-O: mach-o/loader.h, mach-o/fat.h. */
#include "pkg/lang/exec.h"

/* Bytes [from, from+size) of the file, cut at its end; none when it begins outside. */
static struct slice bytes_at(struct slice file, uint64_t from, uint64_t size)
{
	if (from >= file.len)
		return SL_NONE;
	return slice_sub(file, (size_t)from, size > SIZE_MAX ? SIZE_MAX : (size_t)size);
}

static struct reader reader_at(struct slice file, uint64_t from)
{
	struct reader r = rd_init(bytes_at(file, from, UINT64_MAX));
	r.bad = r.rest.ptr == NULL;
	return r;
}

static struct slice name_at(struct slice table, uint64_t at)
{
	struct slice rest = bytes_at(table, at, 256), name;
	return slice_cut(&rest, '\0', &name) ? name : SL_NONE;
}

static int parts_new(struct arena *a, size_t n, struct exec_part **ret, struct err *err)
{
	*ret = arena_array(a, n + 1, sizeof(**ret));
	return *ret ? 0 : err_oom(err);
}

/* ---- ELF ---- */

#define SHT_NOBITS 8
#define PT_LOAD	   1
#define PF_W	   2

struct elf_table {
	uint64_t offset;
	size_t entry, count;
};

struct elf_section {
	uint64_t name, type, addr, offset, size, link;
	bool writable;
};

static bool elf_section(const struct exec *x, const struct elf_table *t, size_t i,
			struct elf_section *s)
{
	struct reader r = reader_at(x->file, t->offset + i * t->entry);
	s->name = rd_uint(&r, 4, x->big);
	s->type = rd_uint(&r, 4, x->big);
	s->writable = rd_uint(&r, x->word, x->big) & 1;
	s->addr = rd_uint(&r, x->word, x->big);
	s->offset = rd_uint(&r, x->word, x->big);
	s->size = rd_uint(&r, x->word, x->big);
	s->link = rd_uint(&r, 4, x->big);
	return !r.bad;
}

static int elf_sections(struct arena *a, struct exec *x, struct elf_table t, size_t strings,
			struct err *err)
{
	struct elf_section s = {0}, first = {0};
	if (!t.offset || t.offset > x->file.len || t.entry < 40 || !elf_section(x, &t, 0, &first))
		return 0;
	/* gABI: numbers that do not fit the header are in section 0. */
	if (t.count == 0)
		t.count = (size_t)first.size;
	if (strings == 0xffff)
		strings = (size_t)first.link;
	t.count = MIN(t.count, (size_t)EXEC_MAX_PARTS);
	TRY(parts_new(a, t.count, &x->sections, err));
	if (strings >= t.count || !elf_section(x, &t, strings, &s))
		return 0;
	struct slice names = bytes_at(x->file, s.offset, s.size);
	for (size_t i = 0; i < t.count && elf_section(x, &t, i, &s); i++)
		x->sections[x->nsections++] = (struct exec_part){
		    .name = name_at(names, s.name),
		    .bytes = s.type == SHT_NOBITS ? SL_NONE : bytes_at(x->file, s.offset, s.size),
		    .addr = s.addr,
		    .writable = s.writable};
	return 0;
}

static int elf_segments(struct arena *a, struct exec *x, struct elf_table t, struct err *err)
{
	x->cut = t.count && t.offset >= x->file.len;
	if (!t.offset || t.offset > x->file.len || t.entry < 32)
		return 0;
	TRY(parts_new(a, t.count, &x->segments, err));
	for (size_t i = 0; i < t.count; i++) {
		struct reader r = reader_at(x->file, t.offset + i * t.entry);
		uint64_t type = rd_uint(&r, 4, x->big);
		uint64_t flags = x->word == 8 ? rd_uint(&r, 4, x->big) : 0;
		uint64_t offset = rd_uint(&r, x->word, x->big);
		uint64_t addr = rd_uint(&r, x->word, x->big);
		rd_take(&r, x->word);
		uint64_t size = rd_uint(&r, x->word, x->big);
		rd_take(&r, x->word);
		if (x->word == 4)
			flags = rd_uint(&r, 4, x->big);
		if (r.bad)
			return 0;
		x->cut |= type == PT_LOAD && size &&
			  (offset > x->file.len || size > x->file.len - offset);
		if (type == PT_LOAD)
			x->segments[x->nsegments++] =
			    (struct exec_part){.bytes = bytes_at(x->file, offset, size),
					       .addr = addr,
					       .writable = flags & PF_W};
	}
	return 0;
}

static int elf_open(struct arena *a, struct exec *x, struct err *err)
{
	struct elf_table segments, sections;
	struct reader r = rd_init(x->file);
	rd_take(&r, 4);
	uint8_t class = rd_u8(&r), order = rd_u8(&r);
	if (class < 1 || class > 2 || order < 1 || order > 2)
		return 0;
	x->word = class == 2 ? 8 : 4;
	x->big = order == 2;
	rd_take(&r, 10 + 2 + 2 + 4 + x->word);
	segments.offset = rd_uint(&r, x->word, x->big);
	sections.offset = rd_uint(&r, x->word, x->big);
	rd_take(&r, 4 + 2);
	segments.entry = (size_t)rd_uint(&r, 2, x->big);
	segments.count = (size_t)rd_uint(&r, 2, x->big);
	sections.entry = (size_t)rd_uint(&r, 2, x->big);
	sections.count = (size_t)rd_uint(&r, 2, x->big);
	size_t strings = (size_t)rd_uint(&r, 2, x->big);
	if (r.bad)
		return 0;
	x->kind = EXEC_ELF;
	segments.count = MIN(segments.count, (size_t)EXEC_MAX_PARTS);
	TRY(elf_segments(a, x, segments, err));
	return elf_sections(a, x, sections, strings, err);
}

/* ---- PE ---- */

#define PE_WRITE 0x80000000u

static int pe_open(struct arena *a, struct exec *x, struct err *err)
{
	struct reader r = reader_at(x->file, 0x3c);
	r = reader_at(x->file, rd_u32le(&r));
	if (!slice_eq(rd_take(&r, 4), SL("PE\0\0")))
		return 0;
	rd_take(&r, 2);
	size_t count = rd_u16le(&r);
	rd_take(&r, 12);
	size_t optional = rd_u16le(&r);
	rd_take(&r, 2);
	struct reader o = rd_init(rd_take(&r, optional));
	uint16_t magic = rd_u16le(&o);
	if (r.bad || (magic != 0x10b && magic != 0x20b))
		return 0;
	x->word = magic == 0x20b ? 8 : 4;
	rd_take(&o, x->word == 8 ? 22 : 26);
	uint64_t image = rd_uint(&o, x->word, false);
	x->kind = EXEC_PE;
	TRY(parts_new(a, count, &x->sections, err));
	TRY(parts_new(a, count, &x->segments, err));
	for (size_t i = 0; i < count; i++) {
		struct slice field = rd_take(&r, 8), name = field;
		uint32_t in_memory = rd_u32le(&r), addr = rd_u32le(&r), size = rd_u32le(&r),
			 offset = rd_u32le(&r);
		rd_take(&r, 12);
		uint32_t traits = rd_u32le(&r);
		if (r.bad)
			return 0;
		slice_cut(&field, '\0', &name);
		if (in_memory)
			size = MIN(size, in_memory);
		struct exec_part p = {.name = name,
				      .bytes = bytes_at(x->file, offset, size),
				      .addr = image + addr,
				      .writable = traits & PE_WRITE};
		x->sections[x->nsections++] = x->segments[x->nsegments++] = p;
	}
	return 0;
}

/* ---- Mach-O ---- */

static struct slice fixed_name(struct slice field)
{
	struct slice name = field;
	slice_cut(&field, '\0', &name);
	return name;
}

static void macho_segment(struct exec *x, struct reader *r)
{
	bool big = x->big;
	rd_take(r, 16);
	uint64_t addr = rd_uint(r, x->word, big);
	rd_take(r, x->word);
	uint64_t offset = rd_uint(r, x->word, big), size = rd_uint(r, x->word, big);
	rd_take(r, 4);
	bool writable = rd_uint(r, 4, big) & 2;
	size_t count = (size_t)rd_uint(r, 4, big);
	rd_take(r, 4);
	if (r->bad)
		return;
	x->segments[x->nsegments++] = (struct exec_part){
	    .bytes = bytes_at(x->file, offset, size), .addr = addr, .writable = writable};
	for (size_t i = 0; i < count && x->nsections < EXEC_MAX_PARTS; i++) {
		struct slice name = fixed_name(rd_take(r, 16));
		rd_take(r, 16);
		uint64_t at = rd_uint(r, x->word, big), len = rd_uint(r, x->word, big);
		uint64_t from = rd_uint(r, 4, big);
		rd_take(r, x->word == 8 ? 28 : 24);
		if (r->bad)
			return;
		x->sections[x->nsections++] =
		    (struct exec_part){.name = name,
				       .bytes = from ? bytes_at(x->file, from, len) : SL_NONE,
				       .addr = at,
				       .writable = writable};
	}
}

#define MACHO_MAX_SEGMENTS 256
static int macho_open(struct arena *a, struct exec *x, struct err *err)
{
	struct reader r = rd_init(x->file);
	uint32_t magic = rd_u32be(&r);
	x->big = magic == 0xfeedface || magic == 0xfeedfacf;
	x->word = magic == 0xfeedfacf || magic == 0xcffaedfe ? 8 : 4;
	rd_take(&r, 12);
	size_t commands = (size_t)rd_uint(&r, 4, x->big);
	rd_take(&r, x->word == 8 ? 12 : 8);
	if (r.bad)
		return 0;
	x->kind = EXEC_MACHO;
	TRY(parts_new(a, MACHO_MAX_SEGMENTS, &x->segments, err));
	TRY(parts_new(a, MIN(r.rest.len / 68, (size_t)EXEC_MAX_PARTS), &x->sections, err));
	uint64_t wanted = x->word == 8 ? 0x19 : 1;
	for (size_t i = 0; i < commands && x->nsegments < MACHO_MAX_SEGMENTS; i++) {
		uint64_t command = rd_uint(&r, 4, x->big), size = rd_uint(&r, 4, x->big);
		struct reader body = rd_init(rd_take(&r, size < 8 ? SIZE_MAX : (size_t)size - 8));
		if (r.bad)
			return 0;
		if (command == wanted)
			macho_segment(x, &body);
	}
	return 0;
}

/* The nth architecture of a fat file; false when there is none. */
static bool fat_part(struct slice *file, size_t n)
{
	struct reader r = rd_init(*file);
	uint32_t magic = rd_u32be(&r), count = rd_u32be(&r);
	bool wide = magic == 0xcafebabf;
	if (r.bad || count > EXEC_MAX_ARCH || n >= count)
		return false;
	rd_take(&r, n * (wide ? 32 : 20) + 8);
	uint64_t offset = rd_uint(&r, wide ? 8 : 4, true), size = rd_uint(&r, wide ? 8 : 4, true);
	*file = bytes_at(*file, offset, size);
	return !r.bad && file->ptr;
}

int exec_open(struct arena *a, struct slice file, size_t n, struct exec *ret, struct err *err)
{
	struct exec x = {.file = file};
	struct reader r = rd_init(file);
	uint32_t magic = rd_u32be(&r);
	if (magic == 0xcafebabe || magic == 0xcafebabf) {
		if (!fat_part(&x.file, n))
			return 0;
		r = rd_init(x.file);
		magic = rd_u32be(&r);
	} else if (n) {
		return 0;
	}
	if (r.bad)
		return 0;
	if (magic == 0x7f454c46)
		TRY(elf_open(a, &x, err));
	else if (magic >> 16 == 0x4d5a)
		TRY(pe_open(a, &x, err));
	else if ((magic | 1) == 0xfeedfacf || (magic | 0x01000000) == 0xcffaedfe)
		TRY(macho_open(a, &x, err));
	*ret = x;
	return x.kind != EXEC_NONE;
}

struct slice exec_section(const struct exec *x, const char *name)
{
	for (size_t i = 0; i < x->nsections; i++)
		if (slice_is(x->sections[i].name, name))
			return x->sections[i].bytes;
	return SL_NONE;
}

struct slice exec_at(const struct exec *x, uint64_t addr, size_t len)
{
	for (size_t i = 0; i < x->nsegments; i++) {
		const struct exec_part *p = &x->segments[i];
		if (addr < p->addr || addr - p->addr >= p->bytes.len)
			continue;
		struct slice got = slice_sub(p->bytes, (size_t)(addr - p->addr), len);
		return got.len == len ? got : SL_NONE;
	}
	return SL_NONE;
}
