/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .NET assemblies by their version resource (Microsoft, "VERSIONINFO resource"), in directories where no deps.json
 * names the packages.
 */
#include "pkg/lang/exec.h"
#include "pkg/lang/lang.h"

#define MAX_BLOCKS 1000
#define MAX_TEXT   128 /* characters of a key or value */

struct strings {
	char original[MAX_TEXT], file[MAX_TEXT], product[MAX_TEXT];
	unsigned blocks;
};

static void align(struct reader *r)
{
	while (r->pos % 4 && !r->bad && r->rest.len)
		rd_take(r, 1);
}

/* UTF-16 up to a zero or max units; what is not ASCII becomes '?'. */
static void text_of(struct reader *r, size_t max, char out[MAX_TEXT])
{
	size_t n = 0;
	for (size_t i = 0; i < max && r->rest.len >= 2; i++) {
		uint16_t c = rd_u16le(r);
		if (!c)
			break;
		if (n + 1 < MAX_TEXT)
			out[n++] = c < 0x80 ? (char)c : '?';
	}
	out[n] = '\0';
}

/* One block {length, value length, type, key, value, children}; true when there may be one more behind it. */
static bool block(struct reader *in, unsigned depth, struct strings *s)
{
	char key[MAX_TEXT];
	align(in);
	struct reader peek = *in;
	size_t length = rd_u16le(&peek);
	if (peek.bad || length < 6 || s->blocks++ > MAX_BLOCKS)
		return false;
	/* Places inside are aligned as in the whole: the part keeps its position. */
	struct reader r = {.pos = in->pos, .rest = rd_take(in, length)};
	if (in->bad)
		return false;
	rd_take(&r, 2);
	size_t value = rd_u16le(&r);
	rd_take(&r, 2);
	text_of(&r, MAX_TEXT, key);
	align(&r);
	if (depth == 3) {
		char *place = strcmp(key, "OriginalFilename") == 0 ? s->original
			      : strcmp(key, "FileVersion") == 0	   ? s->file
			      : strcmp(key, "ProductVersion") == 0 ? s->product
								   : NULL;
		if (place)
			text_of(&r, value, place);
		return true;
	}
	rd_take(&r, value);
	while (depth < 3 && r.rest.len && block(&r, depth + 1, s))
		continue;
	return true;
}

static void read_strings(struct slice resources, struct strings *s)
{
	static const char mark[] = "V\0S\0_\0V\0E\0R\0S\0I\0O\0N\0_\0I\0N\0F\0O";
	ssize_t at = slice_find(resources, slice_of(mark, sizeof(mark)));
	if (at < 6)
		return;
	struct reader r = rd_init(slice_from(resources, (size_t)at - 6));
	block(&r, 0, s);
}

/* A program with the header of the common language runtime (PE Format, "Optional header data directories", 14). */
static bool is_managed(const struct exec *x)
{
	struct reader r = rd_init(x->file);
	rd_take(&r, 0x3c);
	size_t at = rd_u32le(&r);
	r = rd_init(slice_from(x->file, at));
	rd_take(&r, 24 + (x->word == 8 ? 112u : 96u) + 14 * 8);
	return rd_u32le(&r) != 0 && !r.bad;
}

/* "13.0.1+0a2e291c" of the package, else "13.0.1.25517" of the file. */
static struct slice version_of(const struct strings *s)
{
	struct slice v = slice_str(s->product), part;
	slice_cut(&v, '+', &part);
	part = slice_trim(part);
	if (part.len && is_digit(part.ptr[0]) && lang_word_ok(part))
		return part;
	v = slice_str(s->file);
	return slice_word(&v, &part) ? part : SL_NONE;
}

static struct slice without_ending(struct slice name)
{
	if (name.len > 4 && (slice_ieq(slice_from(name, name.len - 4), SL(".dll")) ||
			     slice_ieq(slice_from(name, name.len - 4), SL(".exe"))))
		name.len -= 4;
	return name;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct exec x = {0};
	struct strings s = {0};
	if (slice_ends(cx->path, ".deps.json"))
		return pkg_hold(cx, SL_NONE, err);
	int r = exec_open(cx->arena, file, 0, &x, err);
	TRY(r);
	if (r == 0 || x.kind != EXEC_PE)
		return err_input(err, "not a PE file");
	read_strings(exec_section(&x, ".rsrc"), &s);
	/* The host program of an application names the assembly that it starts. */
	bool host = slice_ends(slice_str(s.original), ".dll") && slice_ends(cx->path, ".exe");
	if (!is_managed(&x) && !host)
		return 0;
	struct slice name = without_ending(slice_str(s.original)), version = version_of(&s);
	if (!lang_word_ok(name))
		name = without_ending(path_base(cx->path));
	if (!lang_word_ok(name) || !lang_word_ok(version))
		return 0;
	struct slice told = arena_printf(cx->arena, "%.*s\n%.*s", SL_FMT(name), SL_FMT(version));
	return told.ptr ? pkg_hold(cx, told, err) : err_oom(err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	auto_map struct map described = {0};
	for (size_t i = 0; i < n; i++)
		if (!files[i].bytes.len && !map_put(&described, path_dir(files[i].path), NULL))
			return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		struct slice version = files[i].bytes, name;
		if (!version.len || map_get(&described, path_dir(files[i].path)))
			continue;
		struct pkg_warnings w = {.cx = cx};
		cx->path = files[i].path;
		slice_cut(&version, '\n', &name);
		struct pkg p = {.type = SL("nuget"), .name = name, .version = version};
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_nuget_pe = {
    .name = "nuget-pe",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "dotnet-pe",
    .group = ".NET",
    .wants = PKG_WANTS({PKG_SUFFIX, ".dll"}, {PKG_SUFFIX, ".exe"}, {PKG_SUFFIX, ".deps.json"}),
    .max_size = 512 * MIB,
    .run = run,
    .combine = combine,
};
