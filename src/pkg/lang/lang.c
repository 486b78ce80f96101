/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang.h"

static const struct text_limits limits = {.max_bytes = LANG_LOCK_MAX, .max_nodes = 8000000};

int lang_json(struct doc *d, struct slice file, struct node **ret, struct err *err)
{
	if (slice_starts(file, "\xEF\xBB\xBF"))
		file = slice_from(file, 3);
	return json_parse(d, file, &limits, ret, err);
}

int lang_yaml(struct doc *d, struct slice file, struct node **ret, struct err *err)
{
	return yaml_parse(d, file, &limits, ret, err);
}

int lang_toml(struct doc *d, struct slice file, struct node **ret, struct err *err)
{
	return toml_parse(d, file, &limits, ret, err);
}

void lang_put_line(struct buf *b, struct slice line)
{
	if (line.len == 0)
		return;
	if (b->len)
		buf_putc(b, '\n');
	for (size_t i = 0; i < line.len; i++)
		buf_putc(b, line.ptr[i] == '\n' ? ' ' : line.ptr[i]);
}

void lang_put_dep(struct buf *b, struct slice name, struct slice version)
{
	if (!lang_word_ok(name) || !lang_word_ok(version))
		return;
	if (b->len)
		buf_putc(b, '\n');
	buf_puts(b, name);
	buf_putc(b, '@');
	buf_puts(b, version);
}

bool lang_is_below(struct slice path, const char *dir)
{
	struct slice part;
	while (slice_cut(&path, '/', &part))
		if (path.ptr && slice_is(part, dir))
			return true;
	return false;
}

bool lang_word_ok(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
			return false;
	return s.len > 0 && s.len <= 1024;
}

int lang_add(struct pkg_ctx *cx, struct pkg_warnings *w, const struct pkg *p, struct err *err)
{
	if (!lang_word_ok(p->name)) {
		pkg_warn_some(w, "corrupt", "entry without a usable package name");
		return 0;
	}
	if (p->version.len && !lang_word_ok(p->version)) {
		pkg_warn_some(w, "corrupt", "package %.*s has no usable version", SL_FMT(p->name));
		return 0;
	}
	return pkg_add(cx, p, err);
}

uint32_t lang_line_at(struct lang_lines *l, size_t pos)
{
	if (l->line == 0)
		l->line = 1;
	for (; l->pos < pos && l->pos < l->file.len; l->pos++)
		l->line += l->file.ptr[l->pos] == '\n';
	return l->line;
}
