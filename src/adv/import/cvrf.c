/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVRF 1.1 and 1.2 of SUSE and openEuler. SUSE's statuses name components of platforms, "platform:NVR";
 * openEuler's name platforms alone and mean every package of the document whose CPE is that platform's.
 * What a vulnerability says is kept until its end, for the CVE number may come late.
 */
#include "adv/rpmset.h"

enum {
	MAX_STATEMENTS = 8000000, /* of one document: openEuler's are a product of two lists */
};
#define OPENEULER_CPE "cpe:/a:openEuler:openEuler:"

enum said {
	NOTHING,
	TITLE,
	DETAILS,
	PUBLISHED,
	IMPACT,
	VECTOR,
	CWE,
	URL,
	FIXED,
	AFFECTED,
	UNAFFECTED
};
struct saying {
	struct saying *next;
	enum said kind;
	struct slice text;
};
struct relation {
	struct slice component, platform;
};
struct package { /* of openEuler */
	struct package *next;
	struct slice release;
	struct adv_nevra nevra;
};
struct cvrf {
	struct adv_build *b;
	const struct adv_file *f;
	struct slice feed, advisory, date;
	struct map relations;		/* product id -> struct relation */
	struct relation *open_relation; /* whose product id is to come */
	struct slice cpe;		/* of the product being read */
	struct package *packages;
	struct rpm_set *set;
	bool hot_patch;
	size_t statements;
	/* the vulnerability being read */
	bool inside;
	enum said status, of_description, of_note;
	struct slice cve;
	struct saying *first, **last;
};

static bool sniff(const struct adv_file *f)
{
	return slice_is(f->xml_root, "cvrfdoc");
}

static void cvrf_done(struct cvrf *c)
{
	map_free(&c->relations);
}

static struct slice keep(struct cvrf *c, struct slice s)
{
	return s.len ? arena_dup(bld_arena(c->b), s) : SL_NONE;
}

static bool attr_is(const char *const *attrs, const char *name, const char *value)
{
	return slice_is(slice_str(xml_attr(attrs, name)), value);
}

static void say(struct cvrf *c, enum said kind, struct slice text)
{
	struct saying *s =
	    c->inside && kind && text.len ? arena_new(bld_arena(c->b), struct saying) : NULL;
	if (!s)
		return;
	s->kind = kind;
	s->text = keep(c, text);
	*c->last = s;
	c->last = &s->next;
}

/* ---- one statement ---- */

static enum adv_status status_of(enum said kind)
{
	return kind == FIXED ? ADV_FIXED : kind == AFFECTED ? ADV_AFFECTED : ADV_NOT_AFFECTED;
}

static void add_suse(struct cvrf *c, struct slice id, struct rpm_statement *x)
{
	const uint64_t *place = map_get(&c->relations, id);
	ssize_t colon = slice_chr(id, ':');
	struct relation r = {0};
	struct adv_nevra n = {0};
	if (place)
		r = *(const struct relation *)(uintptr_t)*place;
	else if (colon > 0)
		r = (struct relation){slice_from(id, (size_t)colon + 1),
				      slice_sub(id, 0, (size_t)colon)};
	if (!r.component.len || !adv_channel_of_suse(r.platform, bld_arena(c->b), &x->channel))
		return; /* images and products that are no distribution */
	if (x->status != ADV_FIXED)
		n.name = r.component;
	else if (!adv_nevra_parse(r.component, &n)) {
		bld_skip(c->b, c->f, c->feed, id, "not a package and its version");
		return;
	}
	x->name = n.name;
	x->evr = n.evr;
	x->arch = n.arch;
	rpm_set_add(c->set, x);
}

static int add_openeuler(struct cvrf *c, struct slice platform, struct rpm_statement *x,
			 struct err *err)
{
	if (!slice_starts(platform, "openEuler-") || x->status != ADV_FIXED)
		return 0;
	struct slice release = slice_from(platform, 10);
	x->channel = arena_printf(bld_arena(c->b), "openEuler:%.*s", SL_FMT(release));
	for (const struct package *p = c->packages; p; p = p->next) {
		if (++c->statements > MAX_STATEMENTS)
			return err_limit(err, "more than %d statements - split it", MAX_STATEMENTS);
		if (!slice_eq(p->release, release))
			continue;
		x->name = p->nevra.name;
		x->evr = p->nevra.evr;
		x->arch = p->nevra.arch;
		rpm_set_add(c->set, x);
	}
	return 0;
}

static int add_product(struct cvrf *c, const struct saying *s, enum adv_severity severity,
		       struct err *err)
{
	struct rpm_statement x = {
	    .vuln = c->cve, .status = status_of(s->kind), .severity = severity};
	if (x.status == ADV_FIXED)
		x.vendor_id = c->advisory;
	if (slice_is(c->feed, "openeuler"))
		return add_openeuler(c, s->text, &x, err);
	add_suse(c, s->text, &x);
	return 0;
}

/* ---- one vulnerability ---- */

static void describe(struct cvrf *c, const struct saying *s)
{
	switch (s->kind) {
	case TITLE:
		bld_title(c->b, c->cve, BLD_VENDOR, s->text);
		break;
	case DETAILS:
		bld_details(c->b, c->cve, BLD_VENDOR, s->text);
		break;
	case PUBLISHED:
		bld_published(c->b, c->cve, BLD_VENDOR, s->text);
		break;
	case VECTOR:
		bld_score(c->b, c->cve, c->feed, s->text);
		break;
	case CWE:
		bld_cwe(c->b, c->cve, s->text);
		break;
	case URL:
		bld_ref(c->b, c->cve, s->text);
		break;
	case NOTHING:
	case IMPACT:
	case FIXED:
	case AFFECTED:
	case UNAFFECTED:
		break;
	}
}

static int end_vulnerability(struct cvrf *c, struct err *err)
{
	enum adv_severity severity = ADV_SEV_UNKNOWN;
	c->inside = false;
	if (!adv_is_cve(c->cve)) {
		bld_skip(c->b, c->f, c->feed, c->cve, "a vulnerability without a CVE number");
		return 0;
	}
	for (const struct saying *s = c->first; s; s = s->next)
		if (s->kind == IMPACT && !severity)
			severity = adv_severity_of_word(s->text);
	bld_severity(c->b, c->cve, c->feed, severity);
	bld_modified(c->b, c->cve, BLD_VENDOR, c->date);
	for (const struct saying *s = c->first; s; s = s->next) {
		if (s->kind >= FIXED)
			TRY(add_product(c, s, severity, err));
		else
			describe(c, s);
	}
	rpm_set_flush(c->set);
	return 0;
}

static int begin_vulnerability(struct cvrf *c, struct err *err)
{
	if (!c->feed.len)
		return err_input(err, "a publisher whose products are not known here");
	c->inside = true;
	c->status = c->of_description = c->of_note = NOTHING;
	c->cve = SL_NONE;
	c->first = NULL;
	c->last = &c->first;
	return 0;
}

/* ---- elements ---- */

static enum said said_of_status(const char *const *attrs)
{
	static const struct {
		const char *type;
		enum said kind;
	} types[] = {{"Fixed", FIXED},
		     {"First Fixed", FIXED},
		     {"Recommended", FIXED},
		     {"Known Affected", AFFECTED},
		     {"Known Not Affected", UNAFFECTED}};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (attr_is(attrs, "Type", types[i].type))
			return types[i].kind;
	return NOTHING;
}

static void start_product(struct cvrf *c, const char *const *attrs)
{
	struct slice id = slice_str(xml_attr(attrs, "ProductID"));
	c->cpe = keep(c, slice_str(xml_attr(attrs, "CPE")));
	struct relation *r = c->open_relation;
	uint64_t *place = r && id.len ? map_put(&c->relations, keep(c, id), NULL) : NULL;
	if (place)
		*place = (uint64_t)(uintptr_t)r;
}

static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct cvrf *c = arg;
	struct slice n = slice_str(name);
	if (slice_is(n, "Vulnerability"))
		return begin_vulnerability(c, err);
	if (slice_is(n, "Status"))
		c->status = said_of_status(attrs);
	else if (slice_is(n, "Threat"))
		c->of_description = attr_is(attrs, "Type", "Impact") ? IMPACT : NOTHING;
	else if (slice_is(n, "Note"))
		c->of_note =
		    attr_is(attrs, "Title", "Vulnerability Description") ? DETAILS : NOTHING;
	else if (slice_is(n, "CWE"))
		say(c, CWE, slice_str(xml_attr(attrs, "ID")));
	else if (slice_is(n, "Relationship")) {
		c->open_relation = arena_new(bld_arena(c->b), struct relation);
		if (!c->open_relation)
			return err_oom(err);
		c->open_relation->component =
		    keep(c, slice_str(xml_attr(attrs, "ProductReference")));
		c->open_relation->platform =
		    keep(c, slice_str(xml_attr(attrs, "RelatesToProductReference")));
	} else if (slice_is(n, "FullProductName")) {
		start_product(c, attrs);
	}
	return 0;
}

/* "firefox-128.8.0-1.oe2203sp3.x86_64.rpm" of openEuler; its source packages are not what is installed. */
static void end_product(struct cvrf *c, struct slice text)
{
	struct adv_nevra n;
	if (!slice_starts(c->cpe, OPENEULER_CPE) || !slice_ends(text, ".rpm") ||
	    !adv_nevra_parse(keep(c, text), &n) || slice_is(n.arch, "src"))
		return;
	struct package *p = arena_new(bld_arena(c->b), struct package);
	if (!p)
		return;
	p->release = slice_from(c->cpe, sizeof(OPENEULER_CPE) - 1);
	p->nevra = n;
	p->next = c->packages;
	c->packages = p;
}

static void end_in_vulnerability(struct cvrf *c, struct slice n, struct slice text)
{
	static const struct {
		const char *element;
		enum said kind;
	} plain[] = {{"Title", TITLE},
		     {"ReleaseDate", PUBLISHED},
		     {"VectorV2", VECTOR},
		     {"VectorV3", VECTOR},
		     {"URL", URL}};
	if (slice_is(n, "CVE"))
		c->cve = keep(c, text);
	else if (slice_is(n, "ProductID"))
		say(c, c->status, text);
	else if (slice_is(n, "Status"))
		c->status = NOTHING;
	else if (slice_is(n, "Note"))
		say(c, c->of_note, text);
	else if (slice_is(n, "Description"))
		say(c, c->of_description, text);
	else if (slice_is(n, "Threat"))
		c->of_description = NOTHING;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (slice_is(n, plain[i].element))
			say(c, plain[i].kind, text);
}

static void end_in_document(struct cvrf *c, struct slice n, struct slice text)
{
	if (slice_is(n, "IssuingAuthority")) {
		c->feed = slice_starts(text, "SUSE")	    ? SL("suse-cvrf")
			  : slice_starts(text, "openEuler") ? SL("openeuler")
							    : SL_NONE;
		rpm_set_feed(c->set, c->feed);
	} else if (slice_is(n, "ID") && !c->advisory.len) {
		/* "SUSE CVE-2022-38150" is a page on a problem and no advisory. */
		c->advisory = slice_find(text, SL("CVE-")) < 0 ? keep(c, text) : SL_NONE;
		c->hot_patch = slice_find(text, SL("HotPatch")) >= 0;
	} else if (slice_is(n, "CurrentReleaseDate")) {
		c->date = keep(c, text);
	} else if (slice_is(n, "Relationship")) {
		c->open_relation = NULL;
	} else if (slice_is(n, "FullProductName")) {
		end_product(c, text);
	}
}

static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct cvrf *c = arg;
	struct slice n = slice_str(name);
	if (!c->inside)
		end_in_document(c, n, text);
	else if (!slice_is(n, "Vulnerability"))
		end_in_vulnerability(c, n, text);
	/* Patches of running kernels are packages of their own and say nothing of the others. */
	else if (c->hot_patch)
		c->inside = false;
	else
		return end_vulnerability(c, err);
	return 0;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	static const struct xml_handler handler = {on_start, on_end};
	struct text_limits lim = bld_limits();
	CLEANUP(cvrf_done) struct cvrf c = {.b = b, .f = f};
	auto_xml struct xml x = {0};
	auto_rpm_set struct rpm_set *set = c.set = rpm_set_new(b, SL_NONE);
	if (!set)
		return err_oom(err);
	TRY(xml_begin(&x, &handler, &c, &lim, err));
	TRY(xml_feed(&x, f->bytes, true, err));
	if (!c.feed.len)
		return err_input(err, "a publisher whose products are not known here");
	bld_record(b, c.feed, c.date);
	return 0;
}

const struct adv_feed adv_feed_cvrf = {
    .name = "cvrf",
    .help = "CVRF advisories of SUSE and openEuler",
    .kind = ADV_XML,
    .sniff = sniff,
    .import = import,
};
