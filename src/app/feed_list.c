/* SPDX-License-Identifier: Apache-2.0 */
/* data/feeds.yaml and lists like it. */
#include "app/feed.h"
#include "app/feeds_yaml.h"
#include "text/text.h"

#include <stdio.h>

struct slice feed_list_builtin(void)
{
	return slice_of(feeds_yaml, sizeof(feeds_yaml));
}

void feed_list_done(struct feed_list *l)
{
	free(l->files);
	*l = (struct feed_list){0};
}

int feed_list_add(struct feed_list *l, const struct feed_file *f, struct err *err)
{
	if (!f->url.ptr || !f->path.ptr || !f->feed.ptr)
		return err_oom(err);
	if (l->len == FEED_MAX_FILES)
		return err_limit(err, "more than %d files of feeds", FEED_MAX_FILES);
	if (l->len == l->cap && vec_grow(&l->files, &l->cap, l->len, sizeof(*l->files)) < 0)
		return err_oom(err);
	l->files[l->len++] = *f;
	return 0;
}

/* text with word for every {}; blanks of the word as `blank` says. */
static struct slice fill_in(struct slice text, struct slice word, const char *blank,
			    struct arena *a)
{
	auto_buf struct buf out;
	ssize_t at;
	buf_init(&out, 8 * KIB);
	while ((at = slice_find(text, SL("{}"))) >= 0) {
		buf_puts(&out, slice_sub(text, 0, (size_t)at));
		for (size_t i = 0; i < word.len; i++)
			if (word.ptr[i] == ' ')
				buf_puts(&out, slice_str(blank));
			else
				buf_putc(&out, word.ptr[i]);
		text = slice_from(text, (size_t)at + 2);
	}
	buf_puts(&out, text);
	return out.failed ? SL_NONE : arena_dup(a, buf_slice(&out));
}

/* Below the store and nowhere else; dot files are the store's own. */
static bool path_ok(struct slice path)
{
	struct slice rest = path, part;
	if (path.len == 0 || path.len > 1000)
		return false;
	while (slice_cut(&rest, '/', &part))
		if (part.len == 0 || part.ptr[0] == '.')
			return false;
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.ptr[i] < ' ' || path.ptr[i] == 0x7f)
			return false;
	return true;
}

static bool is_url(struct slice s)
{
	return slice_starts(s, "https://") || slice_starts(s, "http://");
}

static int add_one(struct feed_list *l, const struct feed_file *f, struct slice file,
		   struct arena *a, struct err *err)
{
	struct feed_file one = *f;
	one.path = arena_printf(a, "%.*s/%.*s", SL_FMT(f->feed), SL_FMT(file));
	if (!is_url(one.url) || (one.latest.len && !is_url(one.latest)))
		return err_input(err, "\"%.*s\" is no http or https address",
				 SL_FMT(slice_sub(one.url, 0, 200)));
	if (!path_ok(one.path))
		return err_input(err, "\"%.*s\" is no name for a file",
				 SL_FMT(slice_sub(one.path, 0, 200)));
	return feed_list_add(l, &one, err);
}

static int add_entry(const struct node *n, struct arena *a, struct feed_list *l, struct err *err)
{
	struct slice url = node_get_str(n, "url"), file = node_get_str(n, "file");
	const struct node *each = node_get(n, "each"), *on = node_get(n, "default");
	struct feed_file f = {.feed = arena_dup(a, node_get_str(n, "name")),
			      .latest = arena_dup(a, node_get_str(n, "latest")),
			      .by_default = !on || node_true(on)};
	if (f.feed.len == 0 || slice_chr(f.feed, '/') >= 0 || file.len == 0)
		return err_input(err, "every feed needs name, url and file");
	if (!each) {
		f.url = arena_dup(a, url);
		return add_one(l, &f, file, a, err);
	}
	node_each (word, each) {
		if (!node_str(word).len)
			return err_input(err, "each: expected words - put numbers in quotes");
		f.url = fill_in(url, word->str, "%20", a);
		TRY(add_one(l, &f, fill_in(file, word->str, "-", a), a, err));
	}
	return 0;
}

int feed_list_read(struct slice yaml, struct arena *a, struct feed_list *l, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	uint32_t line, column;
	static const struct text_limits limits = {.max_bytes = MIB, .max_nodes = 20000};
	doc_init(&d);
	TRY(yaml_parse(&d, yaml, &limits, &root, err));
	const struct node *feeds = node_get(root, "feeds");
	if (!node_is(feeds, NODE_ARRAY))
		return err_input(err, "expected feeds: with a list");
	node_each (n, feeds) {
		if (add_entry(n, a, l, err) == 0)
			continue;
		text_position(yaml, n->pos, &line, &column);
		return err_wrap(err, "%u:%u", line, column);
	}
	return 0;
}

int feed_list_from(struct feed_list *l, const char *from, struct arena *a, struct err *err)
{
	struct slice url = slice_str(from), bare = url, base;
	struct feed_file f = {.feed = arena_dup(a, url), .url = arena_dup(a, url)};
	f.by_default = true;
	if (!is_url(url)) {
		f.local = true;
		f.path = arena_dup(a, url);
		return feed_list_add(l, &f, err);
	}
	slice_cut(&url, '?', &bare);
	base = path_base(bare);
	/* Two publishers may use one name for a file. */
	f.path =
	    arena_printf(a, "from/%016llx/%.*s", (unsigned long long)slice_hash(slice_str(from)),
			 SL_FMT(slice_sub(base.len ? base : SL("feed"), 0, 200)));
	if (!path_ok(f.path))
		return err_usage(err, "--from %.200s: names no file", from);
	return feed_list_add(l, &f, err);
}
