/* SPDX-License-Identifier: Apache-2.0 */
/* --pins: what a scan of the built image found is what the next build is to take. */
#include "cmd/lint.h"

static int keep(struct lint *l, struct slice type, struct slice name, struct slice version)
{
	bool is_new = false;
	struct slice key = arena_cat(&l->arena, type, SL("/"), name);
	struct slice *kept = arena_new(&l->arena, struct slice);
	if (!name.len || !version.len)
		return 0;
	if (!key.ptr || !kept)
		return -ENOMEM;
	*kept = arena_dup(&l->arena, version);
	uint64_t *slot = kept->ptr ? map_put(&l->pins, key, &is_new) : NULL;
	if (!slot)
		return -ENOMEM;
	if (is_new)
		*slot = (uint64_t)(uintptr_t)kept;
	else if (!slice_eq(*(struct slice *)(uintptr_t)*slot, *kept)) {
		*kept = SL(""); /* two versions: not known which */
		*slot = (uint64_t)(uintptr_t)kept;
	}
	return 0;
}

static int keep_packages(struct lint *l, const struct report_result *x, struct err *err)
{
	for (size_t k = 0; k < x->npkgs; k++) {
		struct pkg p = x->pkgs[k].pkg, named = {0};
		struct slice distro;
		if (!p.type.len && x->pkgs[k].purl.len) {
			TRY(pkg_from_purl(x->pkgs[k].purl, &l->arena, &named, &distro, err));
			p.type = named.type;
		}
		if (keep(l, p.type, p.name, p.version) < 0)
			return err_oom(err);
	}
	return 0;
}

/* debian@sha256:... of an image that is called debian:12 */
static int keep_image(struct lint *l, const struct report *r, struct err *err)
{
	struct slice digest = r->nrepo_digests ? r->repo_digests[0] : SL_NONE, ignored;
	if (!digest.len)
		return 0;
	slice_cut(&digest, '@', &ignored);
	if (keep(l, SL("docker"), r->artifact_name, digest) < 0)
		return err_oom(err);
	for (size_t k = 0; k < r->nrepo_tags; k++)
		if (!slice_eq(r->repo_tags[k], r->artifact_name) &&
		    keep(l, SL("docker"), r->repo_tags[k], digest) < 0)
			return err_oom(err);
	return 0;
}

static int read_one(struct lint *l, const char *path, struct err *err)
{
	auto_buf struct buf text;
	auto_report_file struct report_file f = {.n = 0};
	buf_init(&text, 1024 * MIB);
	TRY(file_read(path, &text, err));
	if (report_read(buf_slice(&text), &f, err) < 0)
		return err_wrap(err, "%s", path);
	for (size_t k = 0; k < f.n; k++) {
		TRY(keep_image(l, &f.reports[k], err));
		for (size_t i = 0; i < f.reports[k].nresults; i++)
			TRY(keep_packages(l, &f.reports[k].results[i], err));
	}
	return 0;
}

static bool pin(void *arg, const char *type, struct slice name, struct slice *version)
{
	const struct lint *l = arg;
	auto_buf struct buf key;
	buf_init(&key, 4 * KIB);
	buf_printf(&key, "%s/", type);
	buf_puts(&key, name);
	const uint64_t *slot = map_get(&l->pins, buf_slice(&key));
	if (!slot)
		return false;
	*version = *(const struct slice *)(uintptr_t)*slot;
	return version->len > 0;
}

int lint_pins(struct lint *l)
{
	static const char *const names[] = {"pins", "from-report"};
	struct err err = {0};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *const *items;
		size_t n = options_value(l->o, names[i]) ? opt_list(l->o, names[i], &items) : 0;
		for (size_t k = 0; k < n; k++)
			if (read_one(l, items[k], &err) < 0)
				return cmd_fail(&err);
		if (n) {
			l->settings.pin = pin;
			l->settings.pin_arg = l;
		}
	}
	return 0;
}
