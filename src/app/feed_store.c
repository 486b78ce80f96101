/* SPDX-License-Identifier: Apache-2.0 */
/* The feed store: files of feeds, and .state.json with what their servers said of them. */
#include "app/feed_store.h"
#include "text/text.h"

#include <stdio.h>

#define STATE ".state.json"

static void copy_text(char *out, size_t cap, struct slice s)
{
	snprintf(out, cap, "%.*s", s.len < cap ? (int)s.len : 0, s.ptr ? s.ptr : "");
}

static void read_known(const struct node *n, struct feed_known *k)
{
	uint64_t s = 0, ns = 0;
	copy_text(k->url, sizeof(k->url), node_get_str(n, "URL"));
	copy_text(k->etag, sizeof(k->etag), node_get_str(n, "ETag"));
	copy_text(k->modified, sizeof(k->modified), node_get_str(n, "LastModified"));
	copy_text(k->digest, sizeof(k->digest), node_get_str(n, "Digest"));
	if (node_u64(node_get(n, "Size"), &k->size) < 0 ||
	    node_u64(node_get(n, "Seconds"), &s) < 0 || node_u64(node_get(n, "Nanos"), &ns) < 0) {
		*k = (struct feed_known){.size = 0};
		return;
	}
	k->mtime_s = (int64_t)s;
	k->mtime_ns = (int64_t)ns;
}

int feed_store_read(const char *dir, const struct feed_list *l, struct feed_job *jobs,
		    struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf text;
	char path[4200];
	struct node *root;
	struct err ignored = {0};
	doc_init(&d);
	buf_init(&text, 16 * MIB);
	if (snprintf(path, sizeof(path), "%s/" STATE, dir) >= (int)sizeof(path))
		return err_usage(err, "%.64s...: the name is too long", dir);
	/* Without it everything is fetched again. */
	if (file_read(path, &text, &ignored) < 0 ||
	    json_parse(&d, buf_slice(&text), NULL, &root, &ignored) < 0)
		return 0;
	const struct node *files = node_get(root, "Files");
	for (size_t i = 0; i < l->len; i++)
		if (!l->files[i].local)
			read_known(node_member(files, l->files[i].path), &jobs[i].known);
	return 0;
}

static void write_known(struct json_writer *w, struct slice path, const struct feed_known *k)
{
	jw_key_slice(w, path);
	jw_object(w);
	jw_kstr(w, "URL", slice_str(k->url));
	jw_kstr_opt(w, "ETag", slice_str(k->etag));
	jw_kstr_opt(w, "LastModified", slice_str(k->modified));
	jw_kstr(w, "Digest", slice_str(k->digest));
	jw_ku64(w, "Size", k->size);
	jw_ku64(w, "Seconds", (uint64_t)k->mtime_s);
	jw_ku64(w, "Nanos", (uint64_t)k->mtime_ns);
	jw_end(w, '}');
}

static bool in_list(const struct feed_list *l, struct slice path)
{
	for (size_t i = 0; i < l->len; i++)
		if (!l->files[i].local && slice_eq(l->files[i].path, path))
			return true;
	return false;
}

/* Of files that this run has nothing to do with, what was known stays known. */
static void keep_others(struct json_writer *w, const struct node *files, const struct feed_list *l)
{
	node_each (n, files) {
		if (in_list(l, n->key))
			continue;
		jw_key_slice(w, n->key);
		jw_node(w, n);
	}
}

int feed_store_write(const char *dir, const struct feed_list *l, const struct feed_job *jobs,
		     struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf text, out;
	char path[4200];
	struct node *root = NULL;
	struct json_writer w;
	struct err ignored = {0};
	doc_init(&d);
	buf_init(&text, 16 * MIB);
	buf_init(&out, 16 * MIB);
	snprintf(path, sizeof(path), "%s/" STATE, dir);
	jw_init(&w, &out, 1);
	jw_object(&w);
	jw_key(&w, "Files");
	jw_object(&w);
	for (size_t i = 0; i < l->len; i++)
		if (!l->files[i].local && jobs[i].known.digest[0])
			write_known(&w, l->files[i].path, &jobs[i].known);
	if (file_read(path, &text, &ignored) == 0 &&
	    json_parse(&d, buf_slice(&text), NULL, &root, &ignored) == 0)
		keep_others(&w, node_get(root, "Files"), l);
	jw_end(&w, '}');
	jw_end(&w, '}');
	buf_putc(&out, '\n');
	return file_replace(path, buf_slice(&out), err);
}
