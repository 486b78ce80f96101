/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OVAL definitions of Red Hat, Oracle, SUSE, AlmaLinux, Azure Linux and Mariner, Photon, Debian, Ubuntu,
 * Anolis. The criteria of a definition are kept as a tree; what stands beside packages under an AND
 * (platform, module, architecture) holds for them. Tests and states only repeat the comments.
 */
#include "adv/import/oval_text.h"
#include "adv/rpmset.h"

enum {
	MAX_DEPTH = 64,
	MAX_CVES = 1024,
	MAX_PLATFORMS = 128,
	MAX_MEMORY = 64 * 1024 * 1024, /* one definition */
};

struct crit {
	bool any; /* OR */
	struct oval_leaf leaf;
	struct crit *first, **last, *next;
};
struct resolution {
	struct slice component;
	enum adv_status status;
};
struct oval {
	struct adv_build *b;
	const struct adv_file *f;
	struct arena arena; /* of the definition */
	const struct vendor *vendor;
	struct slice id, title, advisory, details, severity, issued, file_channel;
	struct slice cves[MAX_CVES];
	size_t ncves;
	struct slice channels[MAX_PLATFORMS]; /* by CPE, where the definition lists them */
	size_t nchannels;
	struct slice platforms[MAX_PLATFORMS]; /* as the metadata name them */
	size_t nplatforms;
	struct resolution states[256];
	size_t nstates;
	enum adv_status state;
	struct crit *stack[MAX_DEPTH];
	size_t depth;
	bool inside, unaffected;
	struct rpm_set *set;
	struct slice cve_cvss, cve_impact, cve_cwe;
};

static const struct vendor {
	const char *in_id, *feed, *advisory;
	bool source, suse;
} vendors[] = {
    {"com.redhat.", "redhat", "RH", false, false},
    {"com.oracle.", "oracle-oval", "ELSA-", false, false},
    {"org.opensuse.", "suse-cvrf", "SUSE-", false, true},
    {"org.almalinux.", "alma", "ALSA-", false, false},
    {"com.microsoft.azurelinux", "azure", "", true, false},
    {"com.microsoft.cbl-mariner", "cbl-mariner", "", true, false},
    {"com.vmware.", "photon", "PHSA-", false, false},
    {"org.debian", "debian", "DSA-", true, false},
    {"com.ubuntu.", "ubuntu", "USN-", true, false},
    {"anolis", "anolis", "ANSA-", false, false},
};

static bool sniff(const struct adv_file *f)
{
	return slice_is(f->xml_root, "oval_definitions");
}

/* ---- gathering one definition ---- */

static struct slice keep(struct oval *o, const char *s)
{
	return s ? arena_dup(&o->arena, slice_trim(slice_str(s))) : SL_NONE;
}

static void begin_definition(struct oval *o, const char *const *attrs)
{
	arena_free(&o->arena);
	arena_init(&o->arena, MAX_MEMORY);
	o->id = keep(o, xml_attr(attrs, "id"));
	o->title = o->advisory = o->details = o->severity = o->issued = SL_NONE;
	o->ncves = o->nchannels = o->nplatforms = o->nstates = o->depth = 0;
	o->stack[0] = NULL;
	o->inside = true;
	o->unaffected = slice_find(o->id, SL("unaffected")) >= 0;
	o->vendor = NULL;
	for (size_t i = 0; i < ARRAY_LEN(vendors) && !o->vendor; i++)
		if (slice_find(o->id, slice_str(vendors[i].in_id)) >= 0)
			o->vendor = &vendors[i];
}

static void add_cve(struct oval *o, struct slice text)
{
	struct slice cve = adv_find_cve(text);
	for (size_t i = 0; i < o->ncves; i++)
		if (slice_eq(o->cves[i], cve))
			return;
	if (cve.len && o->ncves < MAX_CVES)
		o->cves[o->ncves++] = arena_dup(&o->arena, cve);
}

static void read_reference(struct oval *o, const char *const *attrs)
{
	struct slice id = keep(o, xml_attr(attrs, "ref_id"));
	if (adv_find_cve(id).len)
		add_cve(o, id);
	else if (o->vendor && o->vendor->advisory[0] && slice_starts(id, o->vendor->advisory))
		o->advisory = id;
}

static struct crit *new_crit(struct oval *o)
{
	struct crit *c = arena_new(&o->arena, struct crit);
	if (!c)
		return NULL;
	c->last = &c->first;
	if (o->depth) {
		struct crit *parent = o->stack[o->depth - 1];
		*parent->last = c;
		parent->last = &c->next;
	}
	return c;
}

static int begin_criteria(struct oval *o, const char *const *attrs, struct err *err)
{
	const char *op = xml_attr(attrs, "operator");
	struct crit *c = new_crit(o);
	if (!c || o->depth == MAX_DEPTH)
		return err_limit(err, "definition %.*s: criteria too deep or too many",
				 SL_FMT(o->id));
	c->any = op && slice_is(slice_str(op), "OR");
	o->stack[o->depth++] = c;
	return 0;
}

static void add_criterion(struct oval *o, const char *const *attrs)
{
	struct oval_leaf leaf;
	if (o->depth == 0 || !o->vendor ||
	    !oval_leaf_read(keep(o, xml_attr(attrs, "comment")), o->vendor->suse, &o->arena, &leaf))
		return;
	struct crit *c = new_crit(o);
	if (c)
		c->leaf = leaf;
}

static enum adv_status state_of(const char *text)
{
	struct slice s = slice_str(text);
	if (slice_is(s, "Will not fix"))
		return ADV_WILL_NOT_FIX;
	if (slice_is(s, "Out of support scope"))
		return ADV_END_OF_LIFE;
	if (slice_is(s, "Fix deferred"))
		return ADV_FIX_DEFERRED;
	return slice_is(s, "Under investigation") ? ADV_UNDER_INVESTIGATION : ADV_AFFECTED;
}

static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct oval *o = arg;
	struct slice n = slice_str(name);
	if (slice_is(n, "definition"))
		begin_definition(o, attrs);
	if (!o->inside)
		return 0;
	if (slice_is(n, "criteria"))
		return begin_criteria(o, attrs, err);
	if (slice_is(n, "criterion")) {
		add_criterion(o, attrs);
	} else if (slice_is(n, "reference")) {
		read_reference(o, attrs);
	} else if (slice_is(n, "issued")) {
		o->issued = keep(o, xml_attr(attrs, "date"));
	} else if (slice_is(n, "resolution")) {
		o->state = state_of(xml_attr(attrs, "state"));
	} else if (slice_is(n, "cve")) {
		const char *cvss = xml_attr(attrs, "cvss3");
		o->cve_cvss = keep(o, cvss ? cvss : xml_attr(attrs, "cvss2"));
		o->cve_impact = keep(o, xml_attr(attrs, "impact"));
		o->cve_cwe = keep(o, xml_attr(attrs, "cwe"));
	}
	return 0;
}

/* ---- rows of one definition ---- */

static bool has_package(const struct crit *c)
{
	if (c->leaf.kind == OVAL_PACKAGE)
		return true;
	for (const struct crit *x = c->first; x; x = x->next)
		if (has_package(x))
			return true;
	return false;
}

struct context {
	struct slice channels[MAX_PLATFORMS];
	size_t n;
	struct slice module, arch;
};

static void add_channel(struct slice *list, size_t *n, struct slice channel)
{
	for (size_t i = 0; i < *n; i++)
		if (slice_eq(list[i], channel))
			return;
	if (*n < MAX_PLATFORMS && channel.len)
		list[(*n)++] = channel;
}

/* Conditions in a branch that names no package. */
static void gather(const struct crit *c, struct context *cx)
{
	if (c->leaf.kind == OVAL_PLATFORM)
		add_channel(cx->channels, &cx->n, c->leaf.name);
	else if (c->leaf.kind == OVAL_MODULE)
		cx->module = c->leaf.name;
	else if (c->leaf.kind == OVAL_ARCH)
		cx->arch = c->leaf.name;
	for (const struct crit *x = c->first; x; x = x->next)
		gather(x, cx);
}

static enum adv_status resolved(const struct oval *o, struct slice name, enum adv_status status)
{
	if (o->unaffected)
		return ADV_NOT_AFFECTED;
	for (size_t i = 0; i < o->nstates && status == ADV_AFFECTED; i++)
		if (slice_eq(o->states[i].component, name))
			return o->states[i].status;
	return status;
}

static void put_statement(struct oval *o, const struct oval_leaf *leaf, const struct context *cx,
			  struct slice channel)
{
	struct rpm_statement x = {
	    .channel = channel,
	    .name = leaf->name,
	    .module = cx->module,
	    .arch = cx->arch,
	    .vendor_id = leaf->status == ADV_FIXED ? o->advisory : SL_NONE,
	    .severity = adv_severity_of_word(o->severity),
	    .flags = o->vendor->source ? ADV_SOURCE_NAME : 0,
	    /* Debian writes "earlier than 0" for what never had the problem. */
	    .status = slice_is(leaf->fixed, "0") ? ADV_NOT_AFFECTED
						 : resolved(o, leaf->name, leaf->status),
	    .evr = leaf->fixed,
	};
	for (size_t i = 0; i < MAX(o->ncves, (size_t)1); i++) {
		x.vuln = o->ncves ? o->cves[i] : o->advisory;
		if (o->ncves == 0)
			x.vendor_id = SL_NONE;
		if (x.vuln.len)
			rpm_set_add(o->set, &x);
	}
}

/* Azure lists several fixed versions, one for each stream kept: "1.17.13-2,1.18.8-2,1.21.6-1". */
static void put_streams(struct oval *o, struct oval_leaf leaf, struct slice channel)
{
	struct adv_range ranges[16];
	struct slice list = leaf.fixed, one;
	struct bld_row row = {.channel = channel,
			      .name = leaf.name,
			      .feed = slice_str(o->vendor->feed),
			      .status = ADV_FIXED,
			      .severity = adv_severity_of_word(o->severity),
			      .flags = ADV_SOURCE_NAME,
			      .ranges = ranges};
	while (row.nranges < ARRAY_LEN(ranges) && slice_cut(&list, ',', &one)) {
		ssize_t dot = slice_chr(one, '.');
		ssize_t second = dot < 0 ? -1 : slice_chr(slice_from(one, (size_t)dot + 1), '.');
		struct slice stream =
		    second < 0 ? SL_NONE : slice_sub(one, 0, (size_t)(dot + 1 + second));
		ranges[row.nranges] =
		    (struct adv_range){.introduced = row.nranges ? stream : SL_NONE, .fixed = one};
		row.nranges++;
	}
	for (size_t i = 0; i < o->ncves; i++) {
		row.vuln = o->cves[i];
		bld_row(o->b, &row);
	}
}

static void put_package(struct oval *o, const struct oval_leaf *leaf, const struct context *cx)
{
	const struct slice *list = o->nchannels ? o->channels : cx->channels;
	size_t n = o->nchannels ? o->nchannels : cx->n;
	if (n == 0 && o->nplatforms) {
		list = o->platforms;
		n = o->nplatforms;
	}
	if (n == 0 && o->file_channel.len) {
		list = &o->file_channel;
		n = 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (slice_chr(leaf->fixed, ',') > 0)
			put_streams(o, *leaf, list[i]);
		else
			put_statement(o, leaf, cx, list[i]);
	}
}

static void walk(struct oval *o, const struct crit *c, const struct context *outer)
{
	struct context cx = *outer;
	if (c->leaf.kind == OVAL_PACKAGE) {
		put_package(o, &c->leaf, &cx);
		return;
	}
	for (const struct crit *x = c->first; x && !c->any; x = x->next)
		if (!has_package(x))
			gather(x, &cx);
	for (const struct crit *x = c->first; x; x = x->next)
		if (has_package(x))
			walk(o, x, &cx);
}

static void describe(struct oval *o)
{
	bool one = o->ncves == 1 && !o->advisory.len;
	for (size_t i = 0; i < o->ncves; i++) {
		bld_details(o->b, o->cves[i], one ? BLD_VENDOR : BLD_OTHER, o->details);
		bld_severity(o->b, o->cves[i], slice_str(o->vendor->feed),
			     adv_severity_of_word(o->severity));
	}
}

static void end_definition(struct oval *o)
{
	static const struct context none;
	o->inside = false;
	if (!o->vendor)
		return;
	bld_record(o->b, slice_str(o->vendor->feed), o->issued);
	if (o->ncves == 0)
		add_cve(o, o->title);
	if (o->ncves == 0 && !o->advisory.len) {
		bld_skip(o->b, o->f, slice_str(o->vendor->feed), o->id,
			 "neither a CVE number nor an advisory's");
		return;
	}
	rpm_set_feed(o->set, slice_str(o->vendor->feed));
	describe(o);
	if (o->depth == 0 && o->stack[0])
		walk(o, o->stack[0], &none);
	rpm_set_flush(o->set);
}

/* "6.1/CVSS:3.0/AV:N/..." */
static void end_cve(struct oval *o, struct slice id)
{
	ssize_t slash = slice_chr(o->cve_cvss, '/');
	struct slice cwes = o->cve_cwe, cwe;
	add_cve(o, id);
	if (!adv_is_cve(id) || !o->vendor)
		return;
	struct slice feed = slice_str(o->vendor->feed);
	if (slash > 0)
		bld_score(o->b, id, feed, slice_from(o->cve_cvss, (size_t)slash + 1));
	bld_severity(o->b, id, feed, adv_severity_of_word(o->cve_impact));
	while (slice_word(&cwes, &cwe))
		bld_cwe(o->b, id, cwe);
}

static void end_platform(struct oval *o, struct slice text)
{
	struct slice channel;
	if (oval_platform(text, &o->arena, &channel))
		add_channel(o->platforms, &o->nplatforms, channel);
	/* Ubuntu's releases go by the code name in the id; Pro's streams are not those of everybody. */
	ssize_t at = slice_find(o->id, SL("com.ubuntu."));
	if (at < 0 || !slice_starts(text, "Ubuntu "))
		return;
	struct slice rest = slice_from(o->id, (size_t)at + 11), codename = SL_NONE;
	slice_cut(&rest, ':', &codename);
	if (slice_starts(text, "Ubuntu Pro"))
		o->vendor = NULL;
	else if (adv_ubuntu_channel(codename, &channel))
		add_channel(o->platforms, &o->nplatforms, channel);
}

static void end_text(struct oval *o, struct slice n, struct slice text)
{
	struct slice channel;
	if (slice_is(n, "title")) {
		o->title = arena_dup(&o->arena, text);
	} else if (slice_is(n, "description")) {
		o->details = arena_dup(&o->arena, text);
	} else if (slice_is(n, "severity")) {
		o->severity = arena_dup(&o->arena, text);
	} else if (slice_is(n, "platform")) {
		end_platform(o, text);
	} else if (slice_is(n, "cve")) {
		end_cve(o, text);
	} else if (slice_is(n, "cpe")) {
		if (adv_channel_of_cpe(text, &o->arena, &channel))
			add_channel(o->channels, &o->nchannels, channel);
	} else if (slice_is(n, "component") && o->nstates < ARRAY_LEN(o->states)) {
		o->states[o->nstates++] = (struct resolution){arena_dup(&o->arena, text), o->state};
	}
}

static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct oval *o = arg;
	struct slice n = slice_str(name);
	(void)err;
	if (!o->inside)
		return 0;
	if (slice_is(n, "definition"))
		end_definition(o);
	else if (slice_is(n, "criteria") && o->depth)
		o->depth--;
	else
		end_text(o, n, text);
	return 0;
}

/* Azure's documents name their release in the file name alone. */
static struct slice file_channel(struct slice name, struct arena *a)
{
	static const char *const families[] = {"azurelinux", "cbl-mariner"};
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct slice rest = slice_from(name, strlen(families[i]) + 1), version = SL_NONE;
		if (slice_starts(name, families[i]) && slice_cut(&rest, '-', &version) &&
		    version.len)
			return arena_printf(a, "%s:%.*s", families[i], SL_FMT(version));
	}
	return SL_NONE;
}

static void oval_done(struct oval **o)
{
	if (*o)
		arena_free(&(*o)->arena);
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	static const struct xml_handler handler = {on_start, on_end};
	struct text_limits lim = bld_limits();
	CLEANUP(oval_done) struct oval *o = arena_new(bld_arena(b), struct oval);
	auto_xml struct xml x = {0};
	if (!o)
		return err_oom(err);
	o->b = b;
	o->f = f;
	o->file_channel = file_channel(f->name, bld_arena(b));
	arena_init(&o->arena, MAX_MEMORY);
	auto_rpm_set struct rpm_set *set = o->set = rpm_set_new(b, SL("oval"));
	if (!set)
		return err_oom(err);
	TRY(xml_begin(&x, &handler, o, &lim, err));
	return xml_feed(&x, f->bytes, true, err);
}

const struct adv_feed adv_feed_oval = {
    .name = "oval",
    .help = "OVAL of Red Hat, Oracle, SUSE, AlmaLinux, Azure, Photon, Debian, Ubuntu, Anolis",
    .kind = ADV_XML,
    .sniff = sniff,
    .import = import,
};
