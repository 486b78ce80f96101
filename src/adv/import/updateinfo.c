/* SPDX-License-Identifier: Apache-2.0 */
/* updateinfo.xml of rpm repositories: Amazon, AlmaLinux, Rocky, Oracle, Fedora, Bottlerocket. */
#include "adv/erratum.h"

struct updateinfo {
	struct erratum e;
	const struct adv_file *f;
	struct slice module;
	bool security, bad;
};

static bool sniff(const struct adv_file *f)
{
	return slice_is(f->xml_root, "updates");
}

static struct slice keep(struct updateinfo *u, const char *s)
{
	return s ? arena_dup(bld_arena(u->e.b), slice_str(s)) : SL_NONE;
}

static void read_package(struct updateinfo *u, const char *const *attrs)
{
	struct slice epoch = keep(u, xml_attr(attrs, "epoch")),
		     version = keep(u, xml_attr(attrs, "version"));
	struct slice release = keep(u, xml_attr(attrs, "release"));
	struct adv_nevra n = {.name = keep(u, xml_attr(attrs, "name")),
			      .arch = keep(u, xml_attr(attrs, "arch")),
			      .module = u->module};
	bool none = !epoch.len || slice_is(epoch, "0");
	n.evr = none
		    ? arena_printf(bld_arena(u->e.b), "%.*s-%.*s", SL_FMT(version), SL_FMT(release))
		    : arena_printf(bld_arena(u->e.b), "%.*s:%.*s-%.*s", SL_FMT(epoch),
				   SL_FMT(version), SL_FMT(release));
	if (u->security || u->e.ncves)
		u->bad |= !version.len || !release.len || !erratum_package(&u->e, &n);
}

static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct updateinfo *u = arg;
	struct slice n = slice_str(name);
	(void)err;
	if (slice_is(n, "update")) {
		const char *type = xml_attr(attrs, "type");
		u->security = type && slice_is(slice_str(type), "security");
		u->bad = false;
		u->module = SL_NONE;
	} else if (slice_is(n, "reference")) {
		const char *id = xml_attr(attrs, "id"), *title = xml_attr(attrs, "title");
		const char *type = xml_attr(attrs, "type");
		erratum_cve(&u->e, slice_str(id ? id : ""));
		if (type &&
		    slice_is(slice_str(type), "bugzilla")) /* Fedora names CVEs there alone */
			erratum_cve(&u->e, slice_str(title ? title : ""));
	} else if (slice_is(n, "updated") || slice_is(n, "issued")) {
		u->e.issued = slice_sub(keep(u, xml_attr(attrs, "date")), 0, 10);
	} else if (slice_is(n, "collection")) {
		u->module = SL_NONE;
	} else if (slice_is(n, "module")) {
		struct slice m = keep(u, xml_attr(attrs, "name")),
			     stream = keep(u, xml_attr(attrs, "stream"));
		u->module = arena_printf(bld_arena(u->e.b), "%.*s:%.*s", SL_FMT(m), SL_FMT(stream));
	} else if (slice_is(n, "package")) {
		read_package(u, attrs);
	}
	return 0;
}

static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct updateinfo *u = arg;
	struct slice n = slice_str(name);
	struct arena *a = bld_arena(u->e.b);
	(void)err;
	if (slice_is(n, "id") && !u->e.id.len) {
		u->e.id = arena_dup(a, text);
	} else if (slice_is(n, "title") && !u->e.title.len) {
		u->e.title = arena_dup(a, text);
	} else if (slice_is(n, "description") && !u->e.details.len) {
		u->e.details = arena_dup(a, text);
	} else if (slice_is(n, "severity")) {
		u->e.severity = arena_dup(a, text);
	} else if (slice_is(n, "update")) {
		if (u->bad || !u->e.id.len)
			bld_skip(u->e.b, u->f, erratum_feed(u->e.id), u->e.id,
				 "an update whose number or packages are not understood");
		erratum_end(&u->e);
	}
	return 0;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	static const struct xml_handler handler = {on_start, on_end};
	struct text_limits lim = bld_limits();
	struct updateinfo *u = arena_new(bld_arena(b), struct updateinfo);
	auto_xml struct xml x = {0};
	if (!u)
		return err_oom(err);
	u->f = f;
	u->e.b = b;
	auto_rpm_set struct rpm_set *set = u->e.set = rpm_set_new(b, SL("updateinfo"));
	if (!set)
		return err_oom(err);
	TRY(xml_begin(&x, &handler, u, &lim, err));
	return xml_feed(&x, f->bytes, true, err);
}

const struct adv_feed adv_feed_updateinfo = {
    .name = "updateinfo",
    .help = "updateinfo.xml of Amazon, AlmaLinux, Rocky, Fedora, Bottlerocket",
    .kind = ADV_XML,
    .sniff = sniff,
    .import = import,
};
