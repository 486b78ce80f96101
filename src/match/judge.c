/* SPDX-License-Identifier: Apache-2.0 */
/* One row against one package. */
#include "match/match_internal.h"

/* "nodejs:12:8060020..:ad008a3a" -> "nodejs:12" */
static struct slice module_stream(struct slice label)
{
	ssize_t a = slice_chr(label, ':');
	if (a < 0)
		return label;
	ssize_t b = slice_chr(slice_from(label, (size_t)a + 1), ':');
	return b < 0 ? label : slice_sub(label, 0, (size_t)a + 1 + (size_t)b);
}

/* Oracle rebuilds some packages for ksplice and FIPS under a higher epoch; their fixes are no fixes
 * for the plain package, nor the reverse. */
static struct slice flavour_of(struct slice version)
{
	if (slice_find(version, SL("ksplice")) >= 0)
		return SL("ksplice");
	if (slice_find(version, SL("_fips")) >= 0 || slice_find(version, SL(".fips")) >= 0)
		return SL("fips");
	return SL_NONE;
}

static bool is_modular_release(struct slice version)
{
	return slice_find(version, SL(".module")) >= 0;
}

/* The signed kernels are built from packages of their own around the same code; the statements name
 * "linux" (Debian) or "linux-hwe-5.15" (Ubuntu), and the binary's version is that of the code. */
static void name_signed_kernel(struct subject *s, struct arena *a)
{
	static const char *const architectures[] = {"-amd64", "-arm64", "-i386", NULL};
	if (!slice_starts(s->source, "linux-signed"))
		return;
	struct slice rest = slice_from(s->source, strlen("linux-signed"));
	if (slice_is_any(rest, architectures))
		rest = SL_NONE;
	struct slice name = arena_printf(a, "linux%.*s", SL_FMT(rest));
	if (!name.ptr)
		return;
	s->source = name;
	s->source_version = s->pkg->version;
}

bool subject_init(struct subject *s, const struct inventory_pkg *p, bool flavours, struct arena *a)
{
	const struct pkg *k = &p->pkg;
	*s = (struct subject){.inv = p, .pkg = k, .name = k->name, .scheme = ver_find(k->type)};
	if (!s->scheme)
		return false;
	s->rpm = slice_is(k->type, "rpm");
	s->source = k->src_name.len ? k->src_name : k->name;
	s->source_version = k->src_version.len ? k->src_version : k->version;
	if (s->rpm) {
		/* The name of a source rpm lacks the epoch, which is the binary's in nearly all
		 * cases. */
		ssize_t colon = slice_chr(k->version, ':');
		if (colon >= 0 && slice_chr(s->source_version, ':') < 0) {
			struct slice full = arena_printf(
			    a, "%.*s:%.*s", SL_FMT(slice_sub(k->version, 0, (size_t)colon)),
			    SL_FMT(s->source_version));
			if (full.ptr)
				s->source_version = full;
		}
		s->module = module_stream(k->module);
		s->modular_release = is_modular_release(k->version);
		s->flavours = flavours;
		if (flavours)
			s->flavour = flavour_of(k->version);
	}
	if (slice_is(k->type, "deb"))
		name_signed_kernel(s, a);
	s->valid = s->scheme->valid(k->version);
	s->source_valid = s->scheme->valid(s->source_version);
	return true;
}

static bool is_x86_32(struct slice arch)
{
	return arch.len == 4 && arch.ptr[0] == 'i' && slice_ends(arch, "86");
}

static bool arch_fits(struct slice arch, struct slice row_arch)
{
	struct slice part;
	if (row_arch.len == 0 || arch.len == 0 || slice_is(arch, "noarch") || slice_is(arch, "all"))
		return true;
	while (slice_cut(&row_arch, ',', &part)) {
		part = slice_trim(part);
		/* Feeds name the machine, on which 32-bit packages live beside the others. */
		if (slice_eq(part, arch) || slice_is(part, "noarch") ||
		    (is_x86_32(arch) && (slice_is(part, "x86_64") || is_x86_32(part))))
			return true;
	}
	return false;
}

/* A modular row never meets a package from outside a module, nor the reverse. Where the row leaves the
 * module open its bounds may still tell (bound_fits). */
static bool module_fits(const struct subject *s, const struct adv_row *row)
{
	return row->flags & ADV_ANY_MODULE || row->module.len == 0 ||
	       slice_eq(module_stream(row->module), s->module);
}

static bool is_modular(const struct subject *s)
{
	return s->module.len || s->modular_release;
}

static struct slice first_number(struct slice version)
{
	ssize_t colon = slice_chr(version, ':');
	struct slice v = slice_from(version, (size_t)(colon + 1));
	size_t n = 0;
	while (n < v.len && is_digit(v.ptr[n]))
		n++;
	return slice_sub(v, 0, n);
}

/* Version without epoch starts with the components of stream: 12.22.1 in 12, 5.26.3 in 5.26. */
static bool in_stream(struct slice version, struct slice stream)
{
	struct slice v = slice_from(version, (size_t)(slice_chr(version, ':') + 1));
	return v.len > stream.len && slice_eq(slice_sub(v, 0, stream.len), stream) &&
	       !is_digit(v.ptr[stream.len]);
}

/* The fix was built for a module, which one the row does not say. A package that carries its stream's
 * number is told apart by that, a stream without number ("rhel8") rolls on through all versions, and of
 * the rest streams mostly differ in the first number. */
static bool stream_fits(const struct subject *s, struct slice fixed)
{
	struct slice stream = slice_from(s->module, (size_t)(slice_chr(s->module, ':') + 1));
	bool known = s->module.len && stream.len && stream.ptr;
	if (known && !is_digit(stream.ptr[0]))
		return true;
	if (known && in_stream(s->pkg->version, stream))
		return in_stream(fixed, stream);
	return slice_eq(first_number(fixed), first_number(s->pkg->version));
}

/* ALAS2KERNEL-5.15-2022-001 is about the kernel of that "extra" of Amazon Linux 2, whose packages have the
 * names of others of the core or of other extras: "5.15". Empty where the topic has no number. */
static struct slice extra_number(struct slice vendor_id)
{
	struct slice rest, topic;
	size_t at = 0;
	if (!slice_starts(vendor_id, "ALAS2"))
		return SL_NONE;
	rest = slice_from(vendor_id, strlen("ALAS2"));
	ssize_t year = slice_find(rest, SL("-20"));
	if (year <= 0 || !is_alpha(rest.ptr[0]))
		return SL_NONE;
	topic = slice_sub(rest, 0, (size_t)year);
	while (at < topic.len && !is_digit(topic.ptr[at]))
		at++;
	return slice_from(topic, at);
}

static bool extra_fits(const struct subject *s, const struct adv_row *row, struct slice fixed)
{
	struct slice number = extra_number(row->vendor_id);
	return number.len == 0 || !in_stream(fixed, number) || in_stream(s->pkg->version, number);
}

/* Bounds carry what the row itself leaves open: built for a module, for ksplice, for FIPS. */
static bool bound_fits(const struct subject *s, const struct adv_row *row, struct slice fixed)
{
	if (!s->rpm)
		return true;
	if (s->flavours && fixed.len && !slice_eq(flavour_of(fixed), s->flavour))
		return false;
	if (!extra_fits(s, row, fixed))
		return false;
	if (row->module.len || row->flags & ADV_ANY_MODULE)
		return true;
	bool modular = fixed.len && is_modular_release(fixed);
	return modular == is_modular(s) && (!modular || stream_fits(s, fixed));
}

struct comparison {
	const struct subject *s;
	struct slice version;
	bool source, usable, invalid, equal;
};

static int compare(struct comparison *c, struct slice bound)
{
	struct slice version = c->version;
	/* Source packages have no epoch of their own; feeds that name none mean any. */
	if (c->source && c->s->rpm && slice_chr(bound, ':') < 0)
		version = slice_from(version, (size_t)(slice_chr(version, ':') + 1));
	int r = c->s->scheme->compare(version, bound);
	if (r == VER_INVALID)
		c->invalid = true;
	return r;
}

static bool at_least(struct comparison *c, struct slice introduced)
{
	if (introduced.len == 0 || slice_is(introduced, "0"))
		return true;
	int r = compare(c, introduced);
	return r == VER_EQUAL || r == VER_GREATER;
}

static enum verdict_kind judge_range(struct comparison *c, const struct adv_range *r)
{
	bool open = r->fixed.len == 0 && r->last_affected.len == 0;
	if (!c->usable)
		return open && r->introduced.len == 0 ? V_UNFIXED : V_NONE;
	if (!at_least(c, r->introduced))
		return V_NONE;
	if (open)
		return V_UNFIXED;
	if (r->fixed.len) {
		int cmp = compare(c, r->fixed);
		c->equal |= cmp == VER_EQUAL;
		return cmp == VER_LESS ? V_AFFECTED : V_FIXED;
	}
	int cmp = compare(c, r->last_affected);
	return cmp == VER_LESS || cmp == VER_EQUAL ? V_AFFECTED : V_FIXED;
}

static enum verdict_kind judge_ranges(const struct adv_db *db, const struct subject *s,
				      const struct adv_row *row, struct comparison *c,
				      struct slice *fixed)
{
	enum verdict_kind best = V_NONE;
	for (uint32_t i = 0; i < row->nranges; i++) {
		struct adv_range r;
		adv_range_get(db, row->first_range + i, &r);
		if (!bound_fits(s, row, r.fixed))
			continue;
		c->invalid = false;
		enum verdict_kind k = judge_range(c, &r);
		if (c->invalid)
			k = V_INVALID;
		if (k > best)
			best = k;
		/* The lowest fix among the ranges that hold the installed version. */
		if (k == V_AFFECTED && r.fixed.len &&
		    (fixed->len == 0 || s->scheme->compare(r.fixed, *fixed) == VER_LESS))
			*fixed = r.fixed;
	}
	return best;
}

static bool is_listed(const struct adv_db *db, const struct subject *s, const struct adv_row *row,
		      struct slice version)
{
	for (uint32_t i = 0; i < row->nversions; i++) {
		struct slice v = adv_version_get(db, row->first_version + i);
		if (slice_eq(v, version) || s->scheme->compare(v, version) == VER_EQUAL)
			return true;
	}
	return false;
}

static enum verdict_kind judge_versions(const struct adv_db *db, const struct subject *s,
					const struct adv_row *row, struct slice *fixed, bool *exact)
{
	bool source = row->flags & ADV_SOURCE_NAME;
	struct comparison c = {.s = s,
			       .source = source,
			       .version = source ? s->source_version : s->pkg->version,
			       .usable = source ? s->source_valid : s->valid};
	enum verdict_kind k = V_NONE;
	if (row->nranges == 0 && row->nversions == 0)
		return bound_fits(s, row, SL_NONE) ? V_UNFIXED : V_NONE;
	if (row->nranges)
		k = judge_ranges(db, s, row, &c, fixed);
	/* Of several streams' fixes this is the one of ours. */
	*exact = c.equal && is_modular(s);
	return k < V_AFFECTED && is_listed(db, s, row, c.version) ? V_AFFECTED : k;
}

enum verdict_kind judge(const struct adv_db *db, const struct subject *s, const struct adv_row *row,
			struct slice *fixed, bool *exact)
{
	*fixed = SL_NONE;
	*exact = false;
	if (s->rpm && (!arch_fits(s->pkg->arch, row->arch) || !module_fits(s, row)))
		return V_NONE;
	enum verdict_kind k = judge_versions(db, s, row, fixed, exact);
	if (row->status == ADV_NOT_AFFECTED || row->flags & ADV_NOT_FOR_US)
		return k >= V_AFFECTED ? V_NOT_AFFECTED : V_NONE;
	return k;
}
