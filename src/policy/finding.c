/* SPDX-License-Identifier: Apache-2.0 */
/* The source "finding": vulnerabilities, misconfigurations, secrets and licences in one shape. */
#include "policy/fields.h"
#include "policy/internal.h"

#define GET(name)                                                                                  \
	static int get_##name(struct policy_event *e, const struct rule_arg *arg maybe_unused,     \
			      struct rule_value *out)

GET(kind)
{
	return policy_say(
	    out, slice_str(policy_kind_names[e->issue ? e->issue->kind : e->finding->kind]));
}
GET(id)
{
	return policy_say(out, e->issue ? e->issue->id : e->finding->id);
}
GET(ids)
{
	struct policy_list l;
	const struct slice *more = e->issue ? e->issue->aliases : e->finding->aliases;
	size_t n = e->issue ? e->issue->naliases : e->finding->naliases;
	if (!policy_list_begin(e, &l))
		return 0;
	policy_list_add(&l, e->issue ? e->issue->id : e->finding->id);
	for (size_t i = 0; i < n; i++)
		policy_list_add(&l, more[i]);
	return policy_list_say(&l, out);
}
static enum adv_severity severity(const struct policy_event *e)
{
	return e->issue ? e->issue->severity : e->finding->severity;
}
GET(severity)
{
	return policy_say(out, slice_str(adv_severity_names[severity(e)]));
}
GET(level)
{
	return policy_say_int(out, severity(e));
}
GET(title)
{
	if (e->issue)
		return policy_say_some(out, e->issue->title);
	return e->finding->has_vuln ? policy_say_some(out, e->finding->vuln.title) : 0;
}
GET(status)
{
	return e->finding ? policy_say(out, slice_str(adv_status_names[e->finding->status])) : 0;
}
GET(fixed)
{
	return e->finding ? policy_say_some(out, e->finding->fixed_version) : 0;
}
GET(has_fix)
{
	return policy_say_bool(out,
			       e->issue ? e->issue->nfixes > 0 : e->finding->fixed_version.len > 0);
}
GET(kev)
{
	if (!e->finding)
		return 0;
	return policy_say_bool(out, e->finding->has_vuln && e->finding->vuln.kev);
}
GET(epss)
{
	if (!e->finding || !e->finding->has_vuln || !(e->finding->vuln.epss >= 0))
		return 0;
	return policy_say_int(out, (int64_t)((double)e->finding->vuln.epss * 100));
}
GET(risk)
{
	return e->finding ? policy_say_int(out, (int64_t)finding_risk(e->finding)) : 0;
}
/* The highest of its scores, of one source where that is asked for; -1 none. */
static double best_score(const struct policy_event *e, struct slice source,
			 double (*of)(struct slice vector))
{
	double best = -1;
	if (!e->finding || !e->finding->has_vuln || !e->report->adv)
		return best;
	for (uint32_t i = 0; i < e->finding->vuln.nscores; i++) {
		struct adv_score s;
		adv_vuln_score(e->report->adv, &e->finding->vuln, i, &s);
		if (source.ptr && !slice_ieq(source, s.source))
			continue;
		best = MAX(best, !of ? s.score : s.version == 3 ? of(s.vector) : -1);
	}
	return best;
}
static int say_tenths(double score, struct rule_value *out)
{
	return score >= 0 ? policy_say_int(out, (int64_t)(score * 10 + 0.5)) : 0;
}
GET(score)
{
	return say_tenths(best_score(e, arg->text, NULL), out);
}
GET(exploitability)
{
	return say_tenths(best_score(e, arg->text, policy_cvss_exploitability), out);
}
GET(impact)
{
	return say_tenths(best_score(e, arg->text, policy_cvss_impact), out);
}
GET(vectors)
{
	struct policy_list l;
	if (!e->finding || !e->finding->has_vuln || !e->report->adv || !policy_list_begin(e, &l))
		return 0;
	for (uint32_t i = 0; i < e->finding->vuln.nscores; i++) {
		struct adv_score s;
		adv_vuln_score(e->report->adv, &e->finding->vuln, i, &s);
		policy_list_add(&l, s.vector);
	}
	return policy_list_say(&l, out);
}
GET(vendor_ids)
{
	struct policy_list l;
	if (!e->finding || !policy_list_begin(e, &l))
		return 0;
	for (size_t i = 0; i < e->finding->nvendor_ids; i++)
		policy_list_add(&l, e->finding->vendor_ids[i]);
	return policy_list_say(&l, out);
}
GET(changed)
{
	if (!e->finding || !e->finding->has_vuln || e->finding->vuln.modified <= 0)
		return 0;
	return policy_say_int(out, (e->now - e->finding->vuln.modified) / 86400);
}
GET(age)
{
	if (!e->finding || !e->finding->has_vuln || e->finding->vuln.published <= 0)
		return 0;
	return policy_say_int(out, (e->now - e->finding->vuln.published) / 86400);
}
GET(target)
{
	return policy_say_some(out, e->result->target);
}
GET(line)
{
	return e->issue && e->issue->start_line ? policy_say_int(out, e->issue->start_line) : 0;
}
GET(deleted)
{
	if (!e->issue || e->issue->kind != FINDING_SECRET)
		return 0;
	return policy_say_bool(out, e->issue->deleted_in >= 0);
}
GET(category)
{
	return e->issue ? policy_say_some(out, e->issue->category) : 0;
}
GET(pkg_name)
{
	if (e->issue)
		return policy_say_some(out, e->issue->pkg);
	return e->pkg ? policy_say(out, e->pkg->pkg.name) : 0;
}
GET(pkg_version)
{
	return e->pkg ? policy_say_some(out, e->pkg->pkg.version) : 0;
}
GET(pkg_type)
{
	return e->pkg ? policy_say_some(out, e->pkg->pkg.type) : 0;
}
GET(pkg_path)
{
	if (!e->pkg)
		return 0;
	return policy_say_some(out, e->pkg->pkg.path.len ? e->pkg->pkg.path : e->pkg->db_path);
}
GET(pkg_dev)
{
	return e->pkg ? policy_say_bool(out, e->pkg->pkg.flags & PKG_DEV) : 0;
}
GET(pkg_base)
{
	return policy_say_base(e->report, e->pkg ? e->pkg->layer : -1, out);
}

typedef int getter(struct policy_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	FINDING_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    FINDING_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    FINDING_FIELDS
#undef F
};
const struct rule_source policy_source_finding = {.name = "finding",
						  .text = "each finding of a scan",
						  .fields = fields,
						  .nfields = ARRAY_LEN(fields)};

int policy_get_finding(void *event, const struct rule_field *f, const struct rule_arg *arg,
		       struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}
