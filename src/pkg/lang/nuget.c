/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/nuget.h"

struct reading {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	const struct nuget_form *form;
	unsigned depth, item_depth; /* depth of the open item; 0 none */
	struct slice name, version;
	bool dev;
};

/* "1.2.3" or "[1.2.3]": one version. Others are ranges, or need the build to be run. */
static struct slice exact(struct slice v)
{
	v = slice_trim(v);
	if (v.len > 2 && v.ptr[0] == '[' && v.ptr[v.len - 1] == ']')
		v = slice_trim(slice_sub(v, 1, v.len - 2));
	for (size_t i = 0; i < v.len; i++)
		if (strchr("$()[],* @%", v.ptr[i]))
			return SL_NONE;
	return v;
}

static int keep(struct reading *r, struct slice *place, const char *value, struct err *err)
{
	*place = arena_dup(r->cx->arena, slice_trim(slice_str(value)));
	return place->ptr ? 0 : err_oom(err);
}

static int begin_item(struct reading *r, const char *const *attrs, struct err *err)
{
	const char *version = xml_attr(attrs, "version"), *dev;
	r->item_depth = r->depth;
	r->name = r->version = SL_NONE;
	if (!version)
		version = xml_attr(attrs, "Version");
	if (!version)
		version = xml_attr(attrs, "VersionOverride");
	for (size_t i = 0; r->form->ids[i] && !r->name.len; i++)
		if (xml_attr(attrs, r->form->ids[i]))
			TRY(keep(r, &r->name, xml_attr(attrs, r->form->ids[i]), err));
	if (version)
		TRY(keep(r, &r->version, version, err));
	dev = xml_attr(attrs, "developmentDependency");
	r->dev = dev && slice_ieq(slice_str(dev), SL("true"));
	return 0;
}

static int start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct reading *r = arg;
	if (r->depth++ == 0 && strcmp(name, r->form->root) != 0)
		return err_input(err, "the first element is not <%s>", r->form->root);
	if (!r->item_depth && slice_is_any(slice_str(name), r->form->elements))
		return begin_item(r, attrs, err);
	return 0;
}

static int end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct reading *r = arg;
	unsigned depth = r->depth--;
	if (r->item_depth && depth == r->item_depth + 1 && strcmp(name, "Version") == 0 &&
	    !r->version.len) {
		r->version = arena_dup(r->cx->arena, text);
		return r->version.ptr ? 0 : err_oom(err);
	}
	if (!r->item_depth || depth != r->item_depth)
		return 0;
	r->item_depth = 0;
	struct pkg p = {.type = SL("nuget"),
			.name = r->name,
			.version = exact(r->version),
			.flags = PKG_DIRECT | (r->dev ? PKG_DEV : 0)};
	return p.name.len && p.version.len ? lang_add(r->cx, &r->w, &p, err) : 0;
}

int nuget_read_items(struct pkg_ctx *cx, struct slice file, const struct nuget_form *form,
		     struct err *err)
{
	static const struct xml_handler handler = {.start = start, .end = end};
	struct reading r = {.cx = cx, .w = {.cx = cx}, .form = form};
	auto_xml struct xml x = {0};
	TRY(xml_begin(&x, &handler, &r, NULL, err));
	return xml_feed(&x, file, true, err);
}

bool nuget_split(struct slice key, struct slice *name, struct slice *version)
{
	ssize_t slash = slice_chr(key, '/');
	if (slash <= 0)
		return false;
	*name = slice_sub(key, 0, (size_t)slash);
	*version = slice_from(key, (size_t)slash + 1);
	return version->len > 0;
}
