/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/composer.h"

void composer_done(struct composer *c)
{
	map_free(&c->versions);
	map_free(&c->wanted);
	map_free(&c->dev);
}

int composer_wants(struct composer *c, const struct node *require, struct err *err)
{
	node_each (n, require)
		if (!map_put(&c->wanted, n->key, NULL))
			return err_oom(err);
	return 0;
}

int composer_note(struct composer *c, const struct node *list, struct err *err)
{
	node_each (n, list) {
		uint64_t *slot = map_put(&c->versions, node_get_str(n, "name"), NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	return 0;
}

static int add_one(struct composer *c, const struct node *n, bool dev, struct err *err)
{
	auto_buf struct buf deps;
	auto_buf struct buf licenses;
	struct pkg p = {.type = SL("composer"),
			.name = node_get_str(n, "name"),
			.version = lang_get_scalar(n, "version")};
	const struct node *source = node_get(n, "source"), *dist = node_get(n, "dist");
	buf_init(&deps, LANG_LIST_MAX);
	buf_init(&licenses, 64 * KIB);
	/* The platform (php, ext-*) has no entry, and so is no edge. */
	node_each (d, node_get(n, "require")) {
		const uint64_t *to = map_get(&c->versions, d->key);
		if (to)
			lang_put_dep(
			    &deps, d->key,
			    lang_get_scalar((const struct node *)(uintptr_t)*to, "version"));
	}
	lang_put_licenses(&licenses, node_get(n, "license"));
	p.deps = lang_list(&c->w, &deps, p.name);
	p.licenses = lang_list(&c->w, &licenses, p.name);
	p.commit = node_get_str(source, "reference");
	p.digest = lang_hash(c->cx->arena, node_get_str(dist, "shasum"));
	if (slice_is(node_get_str(dist, "type"), "path")) {
		p.flags |= PKG_LOCAL;
		p.origin = node_get_str(dist, "url");
	}
	if (dev || map_get(&c->dev, p.name))
		p.flags |= PKG_DEV;
	if (c->wanted.len)
		p.flags |= map_get(&c->wanted, p.name) ? PKG_DIRECT : PKG_INDIRECT;
	if (c->lines.file.len)
		lang_set_lines(&c->lines, n, 0, &p);
	return lang_add(c->cx, &c->w, &p, err);
}

int composer_add(struct composer *c, const struct node *list, bool dev, struct err *err)
{
	node_each (n, list)
		TRY(add_one(c, n, dev, err));
	return 0;
}
