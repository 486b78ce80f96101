/* SPDX-License-Identifier: Apache-2.0 */
/* PEAR and PECL packages: php/.registry/[.channel.X/]NAME.reg, an array in the form of PHP's serialize(). */
#include "pkg/lang/lang_text.h"

#define MAX_DEPTH 64
#define MAX_PATH  64

struct found {
	struct slice name, channel, release, license;
};
struct php {
	struct slice rest;
	struct found found;
	char path[MAX_PATH + 1]; /* of the value being read: "version.release" */
	bool bad;
};

/* Number up to `end`, which is taken too. */
static uint64_t number(struct php *p, char end)
{
	struct slice part;
	uint64_t v = 0;
	if (slice_chr(p->rest, end) < 0 || !slice_cut(&p->rest, end, &part) ||
	    slice_u64(part, 10, &v) < 0)
		p->bad = true;
	return v;
}

static bool take(struct php *p, const char *text)
{
	if (!slice_starts(p->rest, text))
		p->bad = true;
	else
		p->rest = slice_from(p->rest, strlen(text));
	return !p->bad;
}

/* s:LEN:"BYTES"; */
static struct slice string(struct php *p)
{
	uint64_t len = take(p, "s:") ? number(p, ':') : 0;
	if (!take(p, "\"") || len > p->rest.len) {
		p->bad = true;
		return SL_NONE;
	}
	struct slice got = slice_sub(p->rest, 0, (size_t)len);
	p->rest = slice_from(p->rest, (size_t)len);
	return take(p, "\";") ? got : SL_NONE;
}

static void note(struct php *p, struct slice value)
{
	static const char *const names[] = {
	    ".name", ".channel", ".version.release", ".license._content", ".license", ".version"};
	struct slice *const to[] = {&p->found.name,    &p->found.channel, &p->found.release,
				    &p->found.license, &p->found.license, &p->found.release};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(p->path, names[i]) == 0 && !to[i]->len)
			*to[i] = value;
}

static void value(struct php *p, unsigned depth);

static void array(struct php *p, unsigned depth)
{
	uint64_t n = take(p, "a:") ? number(p, ':') : 0;
	size_t at = strlen(p->path);
	take(p, "{");
	for (uint64_t i = 0; i < n && !p->bad; i++) {
		struct slice key = SL_NONE, skipped;
		if (slice_starts(p->rest, "s:"))
			key = string(p);
		else if (!slice_cut(&p->rest, ';', &skipped) || !p->rest.ptr)
			p->bad = true;
		if (at + 1 + key.len <= MAX_PATH) {
			p->path[at] = '.';
			if (key.len)
				memcpy(p->path + at + 1, key.ptr, key.len);
			p->path[at + 1 + key.len] = '\0';
		}
		value(p, depth + 1);
		p->path[at] = '\0';
	}
	take(p, "}");
}

static void value(struct php *p, unsigned depth)
{
	struct slice skipped;
	if (depth > MAX_DEPTH)
		p->bad = true;
	if (p->bad)
		return;
	if (slice_starts(p->rest, "s:"))
		note(p, string(p));
	else if (slice_starts(p->rest, "a:"))
		array(p, depth);
	else if (!slice_cut(&p->rest, ';', &skipped) || !p->rest.ptr)
		p->bad = true;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct php p = {.rest = slice_trim(file)};
	struct pkg_warnings w = {.cx = cx};
	if (!lang_is_below(cx->path, ".registry"))
		return 0;
	if (!slice_starts(p.rest, "a:"))
		return err_input(err, "not an entry of the PEAR registry");
	value(&p, 0);
	if (p.bad)
		return err_input(err, "the entry of the PEAR registry is cut off or broken");
	struct pkg pkg = {.type = SL("pear"),
			  .name = p.found.name,
			  .version = p.found.release,
			  .licenses = p.found.license,
			  .origin = p.found.channel};
	return pkg.name.len ? lang_add(cx, &w, &pkg, err) : 0;
}

const struct pkg_analyser pkg_analyser_pear = {
    .name = "pear",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "pear",
    .group = "PHP",
    .wants = PKG_WANTS({PKG_SUFFIX, ".reg"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
