/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report_internal.h"

#include "report/report_writers.h"

#define X(name) extern const struct report_writer report_writer_##name;
REPORT_WRITERS
#undef X

static const struct report_writer *const writers[] = {
#define X(name) &report_writer_##name,
    REPORT_WRITERS
#undef X
};

const struct report_writer *const *report_writers(size_t *n)
{
	*n = ARRAY_LEN(writers);
	return writers;
}

const struct report_writer *report_find(struct slice name)
{
	if (slice_is(name, "cyclonedx-json")) /* as Syft and Grype call it */
		name = SL("cyclonedx");
	for (size_t i = 0; i < ARRAY_LEN(writers); i++)
		if (slice_is(name, writers[i]->name))
			return writers[i];
	return NULL;
}

const struct report_layer *report_layer_of(const struct report *r, const struct inventory_pkg *p)
{
	if (!p || p->layer < 0 || (size_t)p->layer >= r->nlayers)
		return NULL;
	return &r->layers[p->layer];
}

const struct report_result *report_result_of(const struct report *r, const struct inventory_pkg *p)
{
	for (size_t i = 0; i < r->nresults; i++) {
		const struct report_result *x = &r->results[i];
		if (p >= x->pkgs && p < x->pkgs + x->npkgs)
			return x;
	}
	return NULL;
}

struct slice report_path(const struct inventory_pkg *p)
{
	return p->pkg.path.len ? p->pkg.path : p->db_path;
}

bool report_is_gathered(const struct report_result *x, const struct inventory_pkg *p)
{
	struct slice path = report_path(p);
	return p->kind.len && path.len && !(x && slice_eq(x->target, path));
}

struct slice report_version_text(struct slice type, struct slice version)
{
	struct slice ver, rel;
	uint32_t epoch;
	pkg_version_split(type, version, &epoch, &ver, &rel);
	/* "0:1.2-3" and "1.2-3" are one version; people know the second. */
	if (epoch == 0 && ver.len && ver.ptr != version.ptr)
		return slice_from(version, (size_t)(ver.ptr - version.ptr));
	return version;
}
