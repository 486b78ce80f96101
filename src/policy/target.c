/* SPDX-License-Identifier: Apache-2.0 */
/* The source "target": what was scanned as a whole. */
#include "policy/fields.h"
#include "policy/internal.h"

#define GET(name)                                                                                  \
	static int get_##name(struct policy_event *e, const struct rule_arg *arg maybe_unused,     \
			      struct rule_value *out)

GET(name)
{
	return policy_say(out, e->report->artifact_name);
}
GET(type)
{
	return policy_say_some(out, e->report->artifact_type);
}
GET(tags)
{
	struct policy_list l;
	if (!policy_list_begin(e, &l))
		return 0;
	for (size_t i = 0; i < e->report->nrepo_tags; i++)
		policy_list_add(&l, e->report->repo_tags[i]);
	return policy_list_say(&l, out);
}
GET(digests)
{
	struct policy_list l;
	if (!policy_list_begin(e, &l))
		return 0;
	for (size_t i = 0; i < e->report->nrepo_digests; i++)
		policy_list_add(&l, e->report->repo_digests[i]);
	return policy_list_say(&l, out);
}
/* Docker's rule: a first part with a dot or port, or localhost, is a host. */
GET(registries)
{
	struct policy_list l;
	if (!policy_list_begin(e, &l))
		return 0;
	for (size_t i = 0; i < e->report->nrepo_tags; i++) {
		struct slice tag = e->report->repo_tags[i], host = SL_NONE;
		ssize_t slash = slice_chr(tag, '/');
		if (slash > 0)
			host = slice_sub(tag, 0, (size_t)slash);
		bool is_host = slice_chr(host, '.') >= 0 || slice_chr(host, ':') >= 0 ||
			       slice_is(host, "localhost");
		policy_list_add(&l, is_host ? host : SL("docker.io"));
	}
	return policy_list_say(&l, out);
}
GET(platform)
{
	return policy_say_some(out, e->report->platform);
}
GET(os)
{
	return policy_say_some(out, e->report->os.family);
}
GET(os_version)
{
	return policy_say_some(out, e->report->os.name);
}
GET(os_like)
{
	struct policy_list l;
	struct slice rest = e->report->os.id_like, word;
	if (!policy_list_begin(e, &l))
		return 0;
	while (slice_word(&rest, &word))
		policy_list_add(&l, word);
	return policy_list_say(&l, out);
}
GET(eol)
{
	return policy_say_bool(out, e->report->eol);
}
GET(size)
{
	return policy_say_int(out, (int64_t)MIN(e->report->image_size, (uint64_t)INT64_MAX));
}
GET(layers)
{
	return policy_say_int(out, (int64_t)e->report->nlayers);
}
GET(age)
{
	int64_t made = 0;
	if (time_parse(node_get_str(e->config, "created"), &made) < 0 || made <= 0)
		return 0;
	return policy_say_int(out, (e->now - made) / 86400);
}
GET(base_age)
{
	return policy_say_base_age(e, out);
}
static const struct node *start(const struct policy_event *e)
{
	return node_get(e->config, "config");
}
GET(user)
{
	struct slice all = node_get_str(start(e), "User"), name = all;
	if (!e->config)
		return 0;
	if (all.len && !slice_cut(&all, ':', &name))
		name = SL_NONE;
	return policy_say(out, name);
}
static int say_names(struct policy_event *e, const struct node *n, struct rule_value *out)
{
	struct policy_list l;
	if (!n || !policy_list_begin(e, &l))
		return 0;
	node_each (x, n) {
		struct slice rest = x->str, name = x->key;
		if (!name.len && !slice_cut(&rest, '=', &name))
			continue;
		policy_list_add(&l, name);
	}
	return policy_list_say(&l, out);
}
GET(ports)
{
	return say_names(e, node_get(start(e), "ExposedPorts"), out);
}
GET(labels)
{
	return say_names(e, node_get(start(e), "Labels"), out);
}
GET(label)
{
	const struct node *value = node_member(node_get(start(e), "Labels"), arg->text);
	return value ? policy_say(out, node_str(value)) : 0;
}
GET(env)
{
	return say_names(e, node_get(start(e), "Env"), out);
}
GET(instruction)
{
	return policy_say_instructions(e, arg->text, out);
}
GET(package)
{
	struct policy_list l;
	if (!policy_list_begin(e, &l))
		return 0;
	for (size_t i = 0; i < e->report->nresults; i++) {
		const struct report_result *x = &e->report->results[i];
		for (size_t k = 0; k < x->npkgs; k++)
			if (slice_eq(x->pkgs[k].pkg.name, arg->text))
				policy_list_add(&l, x->pkgs[k].pkg.version);
	}
	return policy_list_say(&l, out);
}
GET(packages)
{
	return policy_say_int(out, (int64_t)e->report->npkgs);
}
GET(incomplete)
{
	return policy_say_int(out, (int64_t)e->report->nincomplete);
}
GET(judged)
{
	if (!e->report->scanned_vulns || !e->report->os.family.len)
		return 0;
	return policy_say_bool(out, e->report->channel_known);
}
GET(unjudged)
{
	return policy_say_int(out, (int64_t)e->report->without_feed);
}
GET(db_age)
{
	if (!e->report->scanned_vulns || !e->report->db.built)
		return 0;
	return policy_say_int(out, (e->now - e->report->db.built) / 86400);
}

GET(signed)
{
	bool found = false;
	if (!e->report->verified_signatures)
		return 0;
	for (size_t i = 0; i < e->report->nsignatures; i++)
		found |= e->report->signatures[i].verified && !e->report->signatures[i].attestation;
	return policy_say_bool(out, found);
}

static bool has(const struct policy_list *l, struct slice s)
{
	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->items[i].str, s))
			return true;
	return false;
}

/* One member of all that were verified, each value once. */
static int say_verified(struct policy_event *e, size_t member, bool attestations,
			struct rule_value *out)
{
	struct policy_list l;
	if (!e->report->verified_signatures || !policy_list_begin(e, &l))
		return 0;
	for (size_t i = 0; i < e->report->nsignatures; i++) {
		const struct report_signature *x = &e->report->signatures[i];
		struct slice value;
		memcpy(&value, (const char *)x + member, sizeof(value));
		if (x->verified && x->attestation == attestations && value.len && !has(&l, value))
			policy_list_add(&l, value);
	}
	return policy_list_say(&l, out);
}
GET(verified_by)
{
	return say_verified(e, offsetof(struct report_signature, by), false, out);
}
GET(signer)
{
	return say_verified(e, offsetof(struct report_signature, identity), false, out);
}
GET(attestations)
{
	return say_verified(e, offsetof(struct report_signature, predicate_type), true, out);
}

/* "word/pointer": attestations whose type the word means. */
GET(predicate)
{
	struct policy_list l;
	struct slice pointer = arg->text, word = arg->text;
	if (!e->report->verified_signatures || !policy_list_begin(e, &l))
		return 0;
	slice_cut(&pointer, '/', &word);
	for (size_t i = 0; i < e->report->nsignatures; i++) {
		const struct report_signature *x = &e->report->signatures[i];
		auto_doc struct doc d;
		struct node *top;
		struct err ignored;
		struct text_limits lim = {.max_bytes = 256 * MIB};
		doc_init(&d);
		if (!x->verified || !x->attestation || !slice_eq(x->type_word, word) ||
		    json_parse(&d, x->statement, &lim, &top, &ignored) < 0)
			continue;
		const struct node *at = node_pointer(node_get(top, "predicate"), pointer);
		if (at && at->type != NODE_OBJECT && at->type != NODE_ARRAY)
			policy_list_add(&l, arena_dup(e->arena, at->str));
	}
	return policy_list_say(&l, out);
}

static bool counts(struct slice what, enum adv_severity severity, const char *kind)
{
	return !what.len || slice_ieq(what, slice_str(adv_severity_names[severity])) ||
	       slice_ieq(what, slice_str(kind));
}
GET(count)
{
	struct slice what = arg->text.ptr ? arg->text : SL_NONE;
	int64_t n = 0;
	for (size_t i = 0; i < e->report->nresults; i++) {
		const struct report_result *x = &e->report->results[i];
		for (size_t k = 0; k < x->nfindings; k++)
			n += counts(what, x->findings[k].severity,
				    policy_kind_names[x->findings[k].kind]);
		for (size_t k = 0; k < x->nissues; k++)
			n += counts(what, x->issues[k].severity,
				    policy_kind_names[x->issues[k].kind]);
	}
	return policy_say_int(out, n);
}

typedef int getter(struct policy_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	TARGET_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    TARGET_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    TARGET_FIELDS
#undef F
};
const struct rule_source policy_source_target = {.name = "target",
						 .text = "what was scanned, as a whole",
						 .fields = fields,
						 .nfields = ARRAY_LEN(fields)};

int policy_get_target(void *event, const struct rule_field *f, const struct rule_arg *arg,
		      struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}
