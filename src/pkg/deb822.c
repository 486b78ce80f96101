/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_internal.h"

static bool is_continuation(struct slice line)
{
	return line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

/* A field name is printable without blanks and colon, and does not begin with '#' or '-'. */
static bool split_field(struct slice line, struct deb822_field *f)
{
	ssize_t colon = slice_chr(line, ':');
	if (colon <= 0 || line.ptr[0] == '-')
		return false;
	f->name = slice_sub(line, 0, (size_t)colon);
	for (size_t i = 0; i < f->name.len; i++)
		if (f->name.ptr[i] <= ' ' || f->name.ptr[i] == 0x7f)
			return false;
	f->value = slice_trim(slice_from(line, (size_t)colon + 1));
	return true;
}

static struct slice peek_line(const struct deb822 *d)
{
	struct slice rest = d->rest, line = SL_NONE;
	slice_line(&rest, &line);
	return line;
}

static void take_continuation(struct deb822 *d, struct deb822_field *f)
{
	struct slice line;
	const char *end = f->value.ptr + f->value.len;
	while (d->rest.len && is_continuation(peek_line(d))) {
		slice_line(&d->rest, &line);
		d->line++;
		end = line.ptr + line.len;
	}
	f->value.len = (size_t)(end - f->value.ptr);
}

static enum deb822_event stanza_end(struct deb822 *d)
{
	d->start = 0;
	d->has_package = false;
	return DEB822_STANZA_END;
}

/* A line in the middle of a file: a field (true), or something to pass over. */
static bool take_line(struct deb822 *d, struct slice line, struct deb822_field *f)
{
	uint32_t at = d->line - 1;
	if (line.ptr[0] == '#')
		return false;
	if (!d->start)
		d->start = at;
	if (split_field(line, f)) {
		f->line = at;
		take_continuation(d, f);
		return true;
	}
	if (!d->bad_line && (!is_continuation(line) || slice_trim(line).len))
		d->bad_line = at;
	return false;
}

enum deb822_event deb822_next(struct deb822 *d, struct deb822_field *f)
{
	struct slice line;
	if (!d->start)
		d->bad_line = 0;
	while (d->rest.len) {
		line = peek_line(d);
		/* A second Package begins a new stanza although the empty line is missing. */
		bool is_package = split_field(line, f) && slice_ieq(f->name, SL("Package"));
		if (is_package && d->has_package)
			return stanza_end(d);
		d->has_package = d->has_package || is_package;
		slice_line(&d->rest, &line);
		d->line++;
		if (!line.len && d->start)
			return stanza_end(d);
		if (line.len && take_line(d, line, f))
			return DEB822_FIELD;
	}
	return d->start ? stanza_end(d) : DEB822_END;
}
