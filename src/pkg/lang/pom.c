/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/pom.h"

#define PATH_MAX_LEN 256

struct reading {
	struct arena *a;
	struct pom *pom;
	char path[PATH_MAX_LEN]; /* "project/dependencies/dependency": the elements that are open */
	size_t len;
	unsigned lost; /* open elements that did not fit */
	struct pom_dep *dep;
	struct pom_dep *profile, **profile_end; /* of the profile that is open */
	bool profile_active;
	struct buf licenses;
	bool is_pom;
};

static bool at(const struct reading *r, const char *path)
{
	return r->lost == 0 && slice_is(slice_of(r->path, r->len), path);
}

static int new_dep(struct reading *r, struct pom_dep ***end, struct err *err)
{
	struct pom *p = r->pom;
	if (p->ndeps++ == POM_MAX_DEPS)
		return err_limit(err, "more than %d dependencies", POM_MAX_DEPS);
	r->dep = arena_new(r->a, struct pom_dep);
	if (!r->dep)
		return err_oom(err);
	**end = r->dep;
	*end = &r->dep->next;
	return 0;
}

static int start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct reading *r = arg;
	size_t n = strlen(name);
	(void)attrs;
	if (r->lost || r->len + n + 1 > sizeof(r->path)) {
		r->lost++;
		return 0;
	}
	if (r->len)
		r->path[r->len++] = '/';
	memcpy(r->path + r->len, name, n);
	r->len += n;
	r->is_pom = r->is_pom || at(r, "project");
	if (at(r, "project/parent"))
		r->pom->has_parent = true;
	if (at(r, "project/dependencies/dependency"))
		return new_dep(r, &r->pom->deps_end, err);
	if (at(r, "project/dependencyManagement/dependencies/dependency"))
		return new_dep(r, &r->pom->managed_end, err);
	if (at(r, "project/profiles/profile")) {
		r->profile = NULL;
		r->profile_end = &r->profile;
		r->profile_active = false;
	}
	if (at(r, "project/profiles/profile/dependencies/dependency"))
		return new_dep(r, &r->profile_end, err);
	return 0;
}

/* ---- ends: where the text goes ---- */

static struct slice *project_place(const struct reading *r)
{
	const struct {
		const char *path;
		struct slice *place;
	} rows[] = {{"project/groupId", &r->pom->group},
		    {"project/artifactId", &r->pom->artifact},
		    {"project/version", &r->pom->version},
		    {"project/parent/groupId", &r->pom->parent_group},
		    {"project/parent/artifactId", &r->pom->parent_artifact},
		    {"project/parent/version", &r->pom->parent_version},
		    {"project/parent/relativePath", &r->pom->parent_path}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (at(r, rows[i].path))
			return rows[i].place;
	return NULL;
}

static struct slice *dep_place(const struct reading *r, struct slice field)
{
	struct pom_dep *d = r->dep;
	const struct {
		const char *name;
		struct slice *place;
	} rows[] = {{"groupId", &d->group},   {"artifactId", &d->artifact},
		    {"version", &d->version}, {"scope", &d->scope},
		    {"type", &d->type},	      {"classifier", &d->classifier}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_is(field, rows[i].name))
			return rows[i].place;
	return NULL;
}

static int keep(struct reading *r, struct slice *place, struct slice text, struct err *err)
{
	*place = arena_dup(r->a, text);
	return place->ptr ? 0 : err_oom(err);
}

static int property(struct reading *r, struct slice name, struct slice text, struct err *err)
{
	struct slice *value = arena_new(r->a, struct slice);
	name = arena_dup(r->a, name);
	uint64_t *slot = value && name.ptr ? map_put(&r->pom->properties, name, NULL) : NULL;
	if (!slot)
		return err_oom(err);
	*slot = (uint64_t)(uintptr_t)value;
	return keep(r, value, text, err);
}

static int take(struct reading *r, struct slice text, struct err *err)
{
	static const char deps[] = "project/dependencies/dependency/",
			  managed[] = "project/dependencyManagement/dependencies/dependency/",
			  profile[] = "project/profiles/profile/dependencies/dependency/",
			  properties[] = "project/properties/";
	struct slice path = slice_of(r->path, r->len), *place;
	size_t skip = slice_starts(path, deps)	    ? sizeof(deps) - 1
		      : slice_starts(path, managed) ? sizeof(managed) - 1
		      : slice_starts(path, profile) ? sizeof(profile) - 1
						    : 0;
	if (skip && r->dep) {
		struct slice field = slice_from(path, skip);
		if (slice_is(field, "optional"))
			r->dep->optional = slice_is(text, "true");
		place = dep_place(r, field);
		return place ? keep(r, place, text, err) : 0;
	}
	if (slice_starts(path, properties)) {
		struct slice name = slice_from(path, sizeof(properties) - 1);
		return slice_chr(name, '/') < 0 ? property(r, name, text, err) : 0;
	}
	if (slice_is(path, "project/profiles/profile/activation/activeByDefault"))
		r->profile_active = slice_is(text, "true");
	if (slice_is(path, "project/licenses/license/name"))
		lang_put_line(&r->licenses, text);
	r->pom->has_parent_path =
	    r->pom->has_parent_path || slice_is(path, "project/parent/relativePath");
	place = project_place(r);
	return place ? keep(r, place, text, err) : 0;
}

static int end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct reading *r = arg;
	size_t n = strlen(name);
	if (r->lost) {
		r->lost--;
		return 0;
	}
	TRY(take(r, text, err));
	/* Of the profiles only those that a plain build has. */
	if (at(r, "project/profiles/profile") && r->profile_active && r->profile) {
		*r->pom->deps_end = r->profile;
		r->pom->deps_end = r->profile_end;
	}
	r->len = r->len > n ? r->len - n - 1 : 0;
	return 0;
}

static int parse(struct reading *r, struct slice file, struct err *err)
{
	static const struct xml_handler handler = {.start = start, .end = end};
	static const struct text_limits limits = {.max_bytes = POM_MAX};
	auto_xml struct xml x = {0};
	TRY(xml_begin(&x, &handler, r, &limits, err));
	TRY(xml_feed(&x, file, true, err));
	if (!r->is_pom)
		return err_input(err, "not a Maven project: the first element is not <project>");
	return keep(r, &r->pom->licenses, buf_slice(&r->licenses), err);
}

int pom_parse(struct arena *a, struct slice file, struct pom *ret, struct err *err)
{
	struct reading r = {.a = a, .pom = ret};
	*ret = (struct pom){0};
	ret->deps_end = &ret->deps;
	ret->managed_end = &ret->managed;
	buf_init(&r.licenses, 64 * KIB);
	int rc = parse(&r, file, err);
	buf_free(&r.licenses);
	return rc;
}

void pom_done(struct pom *p)
{
	map_free(&p->properties);
}
