/* SPDX-License-Identifier: Apache-2.0 */
/* The source "package": each package of the target. */
#include "license/license.h"
#include "policy/fields.h"
#include "policy/internal.h"
#include "ver/ver.h"

#define GET(name)                                                                                  \
	static int get_##name(struct policy_event *e, const struct rule_arg *arg maybe_unused,     \
			      struct rule_value *out)

GET(name)
{
	return policy_say(out, e->pkg->pkg.name);
}
GET(version)
{
	return policy_say_some(out, e->pkg->pkg.version);
}
GET(older)
{
	const struct ver_scheme *scheme = ver_find(e->pkg->pkg.type);
	int order = scheme ? scheme->compare(e->pkg->pkg.version, arg->text) : VER_INVALID;
	return order == VER_INVALID ? 0 : policy_say_bool(out, order < 0);
}
GET(type)
{
	return policy_say_some(out, e->pkg->pkg.type);
}
GET(purl)
{
	return policy_say_some(out, e->pkg->purl);
}
GET(path)
{
	return policy_say_some(out, e->pkg->pkg.path.len ? e->pkg->pkg.path : e->pkg->db_path);
}

struct license_list {
	struct policy_list l;
	bool classes;
};

static void add_id(void *arg, struct slice id)
{
	struct license_list *x = arg;
	policy_list_add(&x->l, id);
}

/* Ids one by one; classes once for each licence, of an expression the class that counts. */
static int say_licenses(struct policy_event *e, bool classes, struct rule_value *out)
{
	struct license_list x = {.classes = classes};
	struct slice rest = e->pkg->pkg.licenses, line;
	if (!policy_list_begin(e, &x.l))
		return 0;
	while (slice_line(&rest, &line)) {
		if (!line.len)
			continue;
		if (classes)
			policy_list_add(&x.l,
					slice_str(license_category_names[license_judge(line)]));
		else
			license_each(line, add_id, &x);
	}
	return policy_list_say(&x.l, out);
}
GET(licenses)
{
	return say_licenses(e, false, out);
}
GET(classes)
{
	return say_licenses(e, true, out);
}
GET(owner)
{
	return policy_say_some(out, e->pkg->owner);
}
GET(supplier)
{
	return policy_say_some(out, e->pkg->pkg.maintainer);
}
GET(dev)
{
	return policy_say_bool(out, e->pkg->pkg.flags & PKG_DEV);
}
GET(direct)
{
	if (!(e->pkg->pkg.flags & (PKG_DIRECT | PKG_INDIRECT)))
		return 0;
	return policy_say_bool(out, e->pkg->pkg.flags & PKG_DIRECT);
}
GET(foreign)
{
	return policy_say_bool(out, e->pkg->pkg.flags & PKG_THIRD_PARTY);
}
GET(layer)
{
	return e->pkg->layer >= 0 ? policy_say_int(out, e->pkg->layer + 1) : 0;
}
GET(base)
{
	return policy_say_base(e->report, e->pkg->layer, out);
}

typedef int getter(struct policy_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	PACKAGE_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    PACKAGE_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    PACKAGE_FIELDS
#undef F
};
const struct rule_source policy_source_package = {.name = "package",
						  .text = "each package of what was scanned",
						  .fields = fields,
						  .nfields = ARRAY_LEN(fields)};

int policy_get_package(void *event, const struct rule_field *f, const struct rule_arg *arg,
		       struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}
