/* SPDX-License-Identifier: Apache-2.0 */
/* A repository of a registry. */
#include "image/repo_internal.h"

#include <stdio.h>

#define MAX_PAGES 1000

static int remote_get(struct repo *r, struct slice what, struct registry_manifest *ret,
		      struct err *err)
{
	return registry_get_manifest(r->registry, what, ret, err);
}

static int remote_blob(struct repo *r, struct slice digest, uint64_t size, size_t max,
		       struct slice *ret, struct err *err)
{
	return registry_get_blob(r->registry, digest, size, max, ret, err);
}

static int remote_put_blob(struct repo *r, struct slice digest, struct slice data, struct err *err)
{
	return registry_push_blob(r->registry, digest, data, NULL, err);
}

static int remote_put(struct repo *r, struct slice tag, struct slice digest, const char *media_type,
		      struct slice bytes, bool listed, bool *subject_kept, struct err *err)
{
	(void)listed;
	return registry_put(r->registry, tag.len ? tag : digest, media_type, bytes, subject_kept,
			    err);
}

static int remote_remove(struct repo *r, struct slice what, struct err *err)
{
	auto_response struct net_response resp;
	struct endpoint *e = registry_origin(r->registry);
	char path[400];
	struct call c = {.method = "DELETE", .path = path, .actions = "pull,push,delete"};
	net_response_init(&resp);
	snprintf(path, sizeof(path), "manifests/%.*s", SL_FMT(what));
	TRY(registry_call(r->registry, e, &c, &resp, err));
	if (resp.status == 405 || (resp.status == 400 && slice_chr(what, ':') < 0))
		return err_set(
		    err, ERR_PERMISSION, -EOPNOTSUPP,
		    "%.*s does not delete %s - allow it in the registry's configuration, or do it "
		    "there",
		    SL_FMT(e->host), path);
	if (resp.status != 202 && resp.status != 200 && resp.status != 204)
		return registry_refusal(r->registry, e, &resp, path, err);
	return 0;
}

/* Every page of a list: take gets each page's body. */
static int each_page(struct repo *r, const char *first,
		     int (*take)(struct repo *r, struct slice body, struct err *err), int absent,
		     struct err *err)
{
	struct endpoint *e =
	    registry_origin(r->registry); /* mirrors often lack what hangs on an image */
	auto_buf struct buf url;
	struct call c = {.path = first, .max_body = MAX_DOCUMENT};
	buf_init(&url, 4000);
	for (int page = 0; page < MAX_PAGES; page++) {
		auto_response struct net_response resp;
		struct slice next;
		net_response_init(&resp);
		TRY(registry_call(r->registry, e, &c, &resp, err));
		if (resp.status == 404 ||
		    (absent == 0 && (resp.status == 400 || resp.status == 405)))
			return absent < 0 ? registry_refusal(r->registry, e, &resp, first, err) : 0;
		if (resp.status != 200)
			return registry_refusal(r->registry, e, &resp, first, err);
		TRY(take(r, buf_slice(&resp.body), err));
		if (!registry_next_page(&resp, &next))
			return 1;
		TRY(registry_location(e, next, &url, &c, err));
		buf_putc(&url, '\0');
		c.url = url.ptr;
	}
	return err_limit(err, "more than %d pages of %s", MAX_PAGES, first);
}

static int take_tags(struct repo *r, struct slice body, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (json_parse(&d, body, &lim, &root, err) < 0)
		return err_wrap(err, "list of tags");
	node_each (t, node_get(root, "tags"))
		if (node_str(t).len)
			TRY(repo_keep_tag(r, node_str(t), err));
	return 0;
}

static int remote_tags(struct repo *r, struct err *err)
{
	return MIN(each_page(r, "tags/list", take_tags, -1, err), 0);
}

static int remote_referrers(struct repo *r, struct slice digest, struct err *err)
{
	char path[160];
	snprintf(path, sizeof(path), "referrers/%.*s", SL_FMT(digest));
	return each_page(r, path, repo_keep_list, 0, err);
}

static int remote_has(struct repo *r, struct slice digest, uint64_t size, bool *has,
		      struct err *err)
{
	uint64_t own = UINT64_MAX;
	TRY(registry_has_blob(r->registry, digest, has, &own, err));
	*has = *has && (!size || own == UINT64_MAX || own == size);
	return 0;
}

static int remote_stream(struct repo *r, struct slice digest, uint64_t size, image_piece_fn sink,
			 void *arg, struct err *err)
{
	struct image_layer l = {.digest = digest, .size = size};
	return registry_stream(r->registry, &l, sink, arg, err);
}

static int remote_write(struct repo_writer *w, struct err *err)
{
	return registry_upload_open(w->r->registry, w->digest, &w->upload, err);
}

static int remote_write_add(struct repo_writer *w, struct slice piece, struct err *err)
{
	return registry_upload_add(w->upload, piece, err);
}

static int remote_write_commit(struct repo_writer *w, struct err *err)
{
	return registry_upload_finish(w->upload, err);
}

static void remote_write_done(struct repo_writer *w)
{
	registry_upload_close(&w->upload);
}

const struct repo_ops repo_registry_ops = {.get = remote_get,
					   .blob = remote_blob,
					   .put_blob = remote_put_blob,
					   .put = remote_put,
					   .remove = remote_remove,
					   .tags = remote_tags,
					   .referrers = remote_referrers,
					   .has = remote_has,
					   .stream = remote_stream,
					   .write = remote_write,
					   .write_add = remote_write_add,
					   .write_commit = remote_write_commit,
					   .write_done = remote_write_done};
