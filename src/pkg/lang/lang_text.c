/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_text.h"

struct slice lang_scalar(const struct node *n)
{
	return node_is(n, NODE_STRING) || node_is(n, NODE_NUMBER) || node_is(n, NODE_BOOL)
		   ? n->str
		   : SL_NONE;
}

struct slice lang_list(struct pkg_warnings *w, const struct buf *b, struct slice name)
{
	if (!b->failed)
		return buf_slice(b);
	pkg_warn_some(w, "limit", "dependencies of %.*s are too many", SL_FMT(name));
	return SL_NONE;
}

static void put_license(struct buf *b, const struct node *n)
{
	struct slice type = node_get_str(n, "type");
	if (node_is(n, NODE_STRING))
		lang_put_line(b, slice_trim(n->str));
	else
		lang_put_line(b, slice_trim(type.len ? type : node_get_str(n, "name")));
}

void lang_put_licenses(struct buf *b, const struct node *license)
{
	if (!node_is(license, NODE_ARRAY)) {
		put_license(b, license);
		return;
	}
	node_each (n, license)
		put_license(b, n);
}

/* "sha512:HEX" of the base64 text, when it has exactly that many bytes; "?options" may follow. */
static struct slice base64_hex(struct arena *a, const char *algorithm, size_t bytes,
			       struct slice text)
{
	ssize_t options = slice_chr(text, '?');
	return pkg_digest_text(a, algorithm, bytes,
			       options < 0 ? text : slice_sub(text, 0, (size_t)options));
}

struct slice lang_sri(struct arena *a, struct slice integrity)
{
	static const struct {
		const char *prefix, *name;
		size_t bytes;
	} known[] = {{"sha512-", "sha512", 64},
		     {"sha384-", "sha384", 48},
		     {"sha256-", "sha256", 32},
		     {"sha1-", "sha1", 20}};
	struct slice rest = integrity, word, best = SL_NONE;
	size_t strength = ARRAY_LEN(known);
	/* A list is as long as somebody likes; a real one has a few entries. */
	for (int n = 0; n < 8 && slice_word(&rest, &word); n++)
		for (size_t i = 0; i < strength; i++)
			if (slice_starts(word, known[i].prefix)) {
				strength = i;
				best = slice_from(word, strlen(known[i].prefix));
			}
	if (strength == ARRAY_LEN(known))
		return SL_NONE;
	return base64_hex(a, known[strength].name, known[strength].bytes, best);
}

bool lang_is_hex(struct slice s, size_t min)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && (to_lower(s.ptr[i]) < 'a' || to_lower(s.ptr[i]) > 'f'))
			return false;
	return s.len >= min && s.len <= 128;
}

struct slice lang_hash(struct arena *a, struct slice hex)
{
	const char *name = hex.len == 128  ? "sha512"
			   : hex.len == 64 ? "sha256"
			   : hex.len == 40 ? "sha1"
			   : hex.len == 32 ? "md5"
					   : NULL;
	char low[128];
	if (!name || !lang_is_hex(hex, 32))
		return SL_NONE;
	for (size_t i = 0; i < hex.len; i++)
		low[i] = to_lower(hex.ptr[i]);
	return arena_printf(a, "%s:%.*s", name, (int)hex.len, low);
}

struct slice lang_commit(struct slice url)
{
	ssize_t hash = slice_rchr(url, '#');
	if (hash < 0)
		return SL_NONE;
	struct slice s = slice_from(url, (size_t)hash + 1);
	if (slice_starts(s, "commit=") || slice_starts(s, "commit:"))
		s = slice_from(s, 7);
	s = lang_before(s, '&');
	return lang_is_hex(s, 7) && s.len <= 64 ? s : SL_NONE;
}

bool lang_split_at(struct slice s, struct slice *name, struct slice *version)
{
	ssize_t at = slice_chr(slice_from(s, 1), '@');
	if (at < 0) {
		*name = s;
		*version = SL_NONE;
		return false;
	}
	*name = slice_sub(s, 0, (size_t)at + 1);
	*version = slice_from(s, (size_t)at + 2);
	return true;
}

/* Length of the string, comment or other byte at the start of s. */
static size_t jsonc_token(struct slice s, bool *comment)
{
	*comment = false;
	if (s.ptr[0] == '"') {
		size_t i = 1;
		while (i < s.len && s.ptr[i] != '"')
			i += s.ptr[i] == '\\' ? 2 : 1;
		return MIN(i + 1, s.len);
	}
	if (slice_starts(s, "//")) {
		ssize_t end = slice_chr(s, '\n');
		*comment = true;
		return end < 0 ? s.len : (size_t)end;
	}
	if (slice_starts(s, "/*")) {
		ssize_t end = slice_find(slice_from(s, 2), SL("*/"));
		*comment = end >= 0;
		return end < 0 ? 1 : (size_t)end + 4;
	}
	return 1;
}

static void blank(char *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (out[i] != '\n')
			out[i] = ' ';
}

int lang_jsonc(struct arena *a, struct slice in, struct slice *ret, struct err *err)
{
	char *out = arena_alloc(a, in.len + 1);
	size_t comma = SIZE_MAX; /* the last one, while only blanks followed */
	if (!out)
		return err_oom(err);
	if (in.len)
		memcpy(out, in.ptr, in.len);
	for (size_t i = 0; i < in.len;) {
		bool comment;
		size_t n = jsonc_token(slice_from(in, i), &comment);
		char c = in.ptr[i];
		if (comment)
			blank(out + i, n);
		else if (c == ',')
			comma = i;
		else if ((c == ']' || c == '}') && comma != SIZE_MAX)
			out[comma] = ' ';
		if (!comment && !is_space(c) && c != ',')
			comma = SIZE_MAX;
		i += n;
	}
	*ret = slice_of(out, in.len);
	return 0;
}

/* Offset of the bracket that closes `levels` containers, behind a scalar that begins at pos. */
static size_t closing(struct slice file, size_t pos, unsigned levels)
{
	size_t end = MIN(pos + 64 * KIB, file.len);
	bool comment;
	for (size_t i = pos; i < end; i += jsonc_token(slice_from(file, i), &comment)) {
		char c = file.ptr[i];
		if ((c == '}' || c == ']') && --levels == 0)
			return i;
	}
	return pos;
}

void lang_set_lines(struct lang_lines *l, const struct node *n, size_t base, struct pkg *p)
{
	size_t pos = base + n->pos, start = pos;
	unsigned levels = 0;
	if (pos < l->pos || pos >= l->file.len)
		return;
	bool json = l->file.ptr[pos] == '{' || l->file.ptr[pos] == '[';
	p->line = lang_line_at(l, pos);
	while (start > 0 && (l->file.ptr[start - 1] == ' ' || l->file.ptr[start - 1] == '\t'))
		start--;
	/* The members of a block of YAML begin below its key. */
	if (!json && p->line > 1 && (!start || l->file.ptr[start - 1] == '\n'))
		p->line--;
	while (node_is(n, NODE_OBJECT) || node_is(n, NODE_ARRAY)) {
		const struct node *last = n->first;
		levels++;
		while (last && last->next)
			last = last->next;
		if (!last) {
			n = NULL;
			break;
		}
		n = last;
	}
	size_t at = n ? base + n->pos : pos + 1;
	p->end_line = lang_line_at(l, json && levels ? closing(l->file, at, levels) : at);
	p->end_line = MAX(p->end_line, p->line);
}

struct slice lang_unquote(struct slice s)
{
	s = slice_trim(s);
	if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
		return slice_sub(s, 1, s.len - 2);
	return s;
}

struct slice lang_before(struct slice s, char sep)
{
	ssize_t at = slice_chr(s, sep);
	return at < 0 ? s : slice_sub(s, 0, (size_t)at);
}

struct slice lang_after(struct slice s, char sep)
{
	ssize_t at = slice_chr(s, sep);
	return at < 0 ? SL_NONE : slice_from(s, (size_t)at + 1);
}

int lang_combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, const char *beside,
		 int (*one)(struct pkg_ctx *cx, struct slice file, struct slice beside,
			    struct err *err),
		 struct err *err)
{
	auto_map struct map dirs = {0};
	for (size_t i = 0; i < n; i++) {
		if (!slice_is(path_base(files[i].path), beside))
			continue;
		uint64_t *slot = map_put(&dirs, path_dir(files[i].path), NULL);
		if (!slot)
			return err_oom(err);
		*slot = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct err own = {0};
		const uint64_t *slot = map_get(&dirs, path_dir(files[i].path));
		if (slice_is(path_base(files[i].path), beside))
			continue;
		cx->path = files[i].path;
		int rc = one(cx, files[i].bytes, slot ? files[*slot].bytes : SL_NONE, &own);
		if (rc == -ENOMEM) {
			*err = own;
			return rc;
		}
		if (rc < 0)
			pkg_warn(cx, own.kind == ERR_LIMIT ? "limit" : "corrupt", "%s", own.text);
	}
	return 0;
}
