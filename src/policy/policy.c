/* SPDX-License-Identifier: Apache-2.0 */
/* Rules against a report. */
#include "policy/internal.h"

#define MAX_HITS 256
enum { TARGET, PACKAGE, FINDING, SOURCES };

struct policy {
	struct rule_engine *engine;
	struct rule_session *sessions[SOURCES];
};

static const struct rule_source *const sources[SOURCES] = {
    &policy_source_target, &policy_source_package, &policy_source_finding};

int policy_new(struct policy **ret, struct err *err)
{
	auto_policy struct policy *p = calloc(1, sizeof(*p));
	if (!p)
		return err_oom(err);
	p->engine = rule_engine_new(sources, SOURCES, err);
	if (!p->engine)
		return err->code;
	*ret = take_ptr(&p);
	return 0;
}

void policy_free(struct policy **ref)
{
	struct policy *p = *ref;
	if (!p)
		return;
	for (size_t i = 0; i < SOURCES; i++)
		rule_session_free(&p->sessions[i]);
	rule_engine_free(&p->engine);
	free(p);
	*ref = NULL;
}

int policy_load(struct policy *p, struct slice name, struct slice yaml, struct err *err)
{
	return rule_load(p->engine, name, yaml, RULE_OWN_KEYS, err);
}

int policy_ready(struct policy *p, struct err *err)
{
	static rule_get *const getters[SOURCES] = {policy_get_target, policy_get_package,
						   policy_get_finding};
	TRY(rule_compile(p->engine, err));
	for (size_t i = 0; i < SOURCES; i++) {
		p->sessions[i] =
		    rule_session_new(p->engine, slice_str(sources[i]->name), getters[i], err);
		if (!p->sessions[i])
			return err->code;
	}
	return 0;
}

const struct rule_engine *policy_engine(const struct policy *p)
{
	return p->engine;
}

/* ---- what has to be looked for ---- */

static bool names_kind(const struct rule_node *n, const char *word)
{
	for (size_t i = 0; i < n->nvalues; i++)
		if (slice_is(n->values[i], word))
			return true;
	for (size_t i = 0; i < n->nkids; i++)
		if (names_kind(n->kids[i], word))
			return true;
	return false;
}

bool policy_wants(const struct policy *p, enum finding_kind kind)
{
	static const char *const words[] = {
	    [FINDING_VULNERABILITY] = "vulnerability",
	    [FINDING_SECRET] = "secret",
	    [FINDING_MISCONFIGURATION] = "misconfiguration",
	    [FINDING_LICENSE] = "license",
	};
	const struct rule_info *const *all;
	size_t n = rule_list(p->engine, &all);
	if (kind == FINDING_VULNERABILITY)
		return true;
	for (size_t i = 0; i < n; i++)
		if (all[i]->is_active && all[i]->tree &&
		    (names_kind(all[i]->tree, words[kind]) ||
		     slice_find(all[i]->condition, slice_str(words[kind])) >= 0))
			return true;
	return false;
}

/* ---- checking ---- */

struct checking {
	struct policy *p;
	struct arena *arena, *scratch;
	VEC(struct policy_violation) found;
	size_t more;
};

static enum policy_action action_of(const struct rule_info *r)
{
	struct slice word = node_get_str(node_get(r->node, "properties"), "action");
	if (slice_ieq(word, SL("deny")) || slice_ieq(word, SL("stop")))
		return POLICY_DENY;
	if (slice_ieq(word, SL("warn")))
		return POLICY_WARN;
	return r->priority <= RULE_ERROR ? POLICY_DENY : POLICY_WARN;
}

static struct slice subject_of(const struct policy_event *e, struct arena *a)
{
	if (e->issue && e->issue->start_line)
		return arena_printf(a, "%.*s:%u", SL_FMT(e->result->target), e->issue->start_line);
	if (e->issue)
		return e->issue->pkg.len ? e->issue->pkg : e->result->target;
	if (e->pkg)
		return arena_cat(a, e->pkg->pkg.name, SL(" "), e->pkg->pkg.version);
	return SL_NONE;
}

static int add(struct checking *c, const struct rule_info *rule, rule_get *get,
	       struct policy_event *e)
{
	auto_buf struct buf b;
	struct policy_violation v = {.rule = rule, .action = action_of(rule)};
	if (c->found.len >= POLICY_MAX_VIOLATIONS) {
		c->more++;
		return 0;
	}
	buf_init(&b, 64 * KIB);
	if (rule->output_template)
		rule_template_text(rule->output_template, get, e, &b);
	v.message = arena_dup(c->arena, buf_slice(&b));
	v.subject = subject_of(e, c->arena);
	return !v.message.ptr || vec_push(&c->found, v) < 0 ? -ENOMEM : 0;
}

static int judge(struct checking *c, int source, rule_get *get, struct policy_event *e)
{
	const struct rule_info *hits[MAX_HITS];
	size_t n = rule_eval(c->p->sessions[source], 0, e, hits, MAX_HITS);
	int r = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add(c, hits[i], get, e);
	arena_reset(c->scratch);
	return r;
}

static int judge_result(struct checking *c, struct policy_event *e)
{
	const struct report_result *x = e->result;
	int r = 0;
	for (size_t i = 0; r == 0 && i < x->npkgs; i++) {
		e->pkg = &x->pkgs[i];
		r = judge(c, PACKAGE, policy_get_package, e);
	}
	for (size_t i = 0; r == 0 && i < x->nfindings; i++) {
		e->finding = &x->findings[i];
		e->pkg = e->finding->pkg;
		r = judge(c, FINDING, policy_get_finding, e);
	}
	e->finding = NULL;
	e->pkg = NULL;
	for (size_t i = 0; r == 0 && i < x->nissues; i++) {
		e->issue = &x->issues[i];
		r = judge(c, FINDING, policy_get_finding, e);
	}
	e->issue = NULL;
	return r;
}

static int judge_all(struct checking *c, const struct report *report)
{
	auto_doc struct doc d;
	struct node *config = NULL;
	struct err ignored = {0};
	struct policy_event e = {.report = report, .arena = c->scratch, .now = time_now()};
	doc_init(&d);
	/* That an image's configuration cannot be read was told when it was opened. */
	if (report->config_json.len &&
	    json_parse(&d, report->config_json, NULL, &config, &ignored) == 0)
		e.config = config;
	TRY(judge(c, TARGET, policy_get_target, &e));
	for (size_t i = 0; i < report->nresults; i++) {
		e.result = &report->results[i];
		TRY(judge_result(c, &e));
	}
	return 0;
}

int policy_check(struct policy *p, const struct report *r, struct arena *a,
		 struct policy_violation **ret, size_t *n, size_t *more, struct err *err)
{
	auto_arena struct arena scratch;
	struct checking c = {.p = p, .arena = a, .scratch = &scratch};
	arena_init(&scratch, 64 * MIB);
	int rc = judge_all(&c, r);
	*n = c.found.len;
	*more = c.more;
	*ret = rc == 0 ? arena_array(a, c.found.len + 1, sizeof(**ret)) : NULL;
	if (*ret && c.found.len)
		memcpy(*ret, c.found.ptr, c.found.len * sizeof(**ret));
	vec_free(&c.found);
	return *ret ? 0 : err_oom(err);
}
