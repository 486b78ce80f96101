/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of podman's containers: the JSON configuration of each, in the table ContainerConfig of db.sql (SQLite) or
 * in ctr/ID/config of libpod/bolt_state.db (bbolt). Nothing here is judged.
 */
#include "pkg/lang/lang.h"

#include "pack/pack.h"

struct state {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct bolt db;
	struct map seen;
};

static void state_done(struct state *s)
{
	map_free(&s->seen);
}

/* Root file systems that are no image have no ID of one. */
static int add_container(struct state *s, struct slice json, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err broken = {0};
	doc_init(&d);
	if (lang_json(&d, json, &root, &broken) < 0) {
		pkg_warn_some(&s->w, "corrupt", "a container: %s", broken.text);
		return 0;
	}
	struct slice id = node_get_str(root, "rootfsImageID"),
		     ref = node_get_str(root, "rootfsImageName");
	if (!ref.len)
		ref = node_get_str(root, "RawImageName");
	if (!id.len || !ref.len)
		return 0;
	struct slice name = ref, key;
	ssize_t at = slice_chr(ref, '@');
	if (at >= 0)
		name = slice_sub(ref, 0, (size_t)at);
	ssize_t slash = slice_rchr(name, '/'), colon = slice_rchr(name, ':');
	struct pkg p = {.type = SL("docker"), .flags = PKG_PSEUDO};
	p.digest = arena_printf(s->cx->arena, "sha256:%.*s", SL_FMT(id));
	p.name = colon > slash ? slice_sub(name, 0, (size_t)colon) : name;
	p.version = colon > slash ? slice_from(name, (size_t)colon + 1) : p.digest;
	bool is_new = false;
	key = arena_printf(s->cx->arena, "%.*s %.*s", SL_FMT(name), SL_FMT(id));
	if (!key.ptr || !p.digest.ptr || !map_put(&s->seen, key, &is_new))
		return err_oom(err);
	return is_new ? lang_add(s->cx, &s->w, &p, err) : 0;
}

/* ContainerConfig(ID, Name, PodID, JSON) */
static int on_row(void *arg, const struct slice *columns, size_t n, struct err *err)
{
	return n >= 4 ? add_container(arg, columns[3], err) : 0;
}

static int on_container(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
			struct err *err)
{
	struct state *s = arg;
	struct bolt_bucket b;
	struct bolt_item config;
	if (!item->is_bucket)
		return 0;
	TRY(bolt_enter(&s->db, in, item, &b, err));
	int r = bolt_find(&s->db, &b, SL("config"), &config, err);
	return r <= 0 ? r : add_container(s, config.value, err);
}

static int read_bolt(struct state *s, struct slice file, struct err *err)
{
	static const char *const ctr[] = {"ctr", NULL};
	struct bolt_bucket root, b;
	TRY(bolt_open(file, &s->db, err));
	root = bolt_root(&s->db);
	int r = bolt_path(&s->db, &root, ctr, &b, err);
	return r <= 0 ? r : bolt_each(&s->db, &b, on_container, s, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(state_done) struct state s = {.cx = cx, .w = {.cx = cx}};
	if (slice_is(path_base(cx->path), "bolt_state.db"))
		return read_bolt(&s, file, err);
	int r = sqlite_table(file, "ContainerConfig", on_row, &s, err);
	return r < 0 ? r : 0;
}

const struct pkg_analyser pkg_analyser_podman_db = {
    .name = "podman-db",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "podman",
    .group = "podman",
    .wants =
	PKG_WANTS({PKG_SUFFIX, "containers/storage/db.sql"}, {PKG_SUFFIX, "libpod/bolt_state.db"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
