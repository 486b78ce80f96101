/* SPDX-License-Identifier: Apache-2.0 */
/* Rules against a report. */
#include "policy/internal.h"

enum { TARGET, PACKAGE, FINDING, SOURCE_FILE, SOURCES };

struct policy {
	struct rule_engine *engine;
	struct rule_session *sessions[SOURCES];
	struct policy_gate *gates; /* by the rules' index */
	const struct rule_info **hits;
	size_t nrules;
};

static const struct rule_source *const sources[SOURCES] = {
    &policy_source_target, &policy_source_package, &policy_source_finding, &policy_source_file};
static rule_get *const getters[SOURCES] = {policy_get_target, policy_get_package,
					   policy_get_finding, policy_get_file};

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
	free(p->gates);
	free(p->hits);
	free(p);
	*ref = NULL;
}

int policy_load(struct policy *p, struct slice name, struct slice yaml, struct err *err)
{
	return rule_load(p->engine, name, yaml, RULE_OWN_KEYS, err);
}

static int read_gates(struct policy *p, struct err *err)
{
	const struct rule_info *const *all;
	p->nrules = rule_list(p->engine, &all);
	p->gates = calloc(p->nrules + 1, sizeof(*p->gates));
	p->hits = calloc(p->nrules + 1, sizeof(struct rule_info *));
	if (!p->gates || !p->hits)
		return err_oom(err);
	for (size_t i = 0; i < p->nrules; i++)
		TRY(policy_gate_read(all[i], &p->gates[i], err));
	return 0;
}

int policy_ready(struct policy *p, struct err *err)
{
	TRY(rule_compile(p->engine, err));
	TRY(read_gates(p, err));
	for (size_t i = 0; i < SOURCES; i++) {
		p->sessions[i] =
		    rule_session_new(p->engine, slice_str(sources[i]->name), getters[i], err);
		if (!p->sessions[i])
			return err->code;
	}
	return 0;
}

struct slice policy_rule_id(const struct rule_info *r)
{
	struct slice id = node_get_str(r->node, "id");
	return id.len ? id : r->name;
}

const struct rule_engine *policy_engine(const struct policy *p)
{
	return p->engine;
}

/* ---- checking ---- */

struct checking {
	struct policy *p;
	struct arena *arena, *scratch;
	VEC(struct policy_violation) found;
	struct policy_verdict *sum;
	struct policy_known *known; /* of the baseline; NULL none */
	bool collecting;	    /* the baseline is at hand: fill known */
};

static struct slice subject_of(const struct policy_event *e, struct arena *a)
{
	if (e->issue && e->issue->start_line)
		return arena_printf(a, "%.*s:%u", SL_FMT(e->result->target), e->issue->start_line);
	if (e->issue)
		return e->issue->pkg.len ? e->issue->pkg : e->result->target;
	if (e->pkg)
		return arena_cat(a, e->pkg->pkg.name, SL(" "), e->pkg->pkg.version);
	return e->file ? e->file->path : SL_NONE;
}

/* Of n rules that hold, one that allows what r says. */
static const struct rule_info *excuse(const struct policy *p, size_t n, const struct rule_info *r)
{
	for (size_t i = 0; i < n; i++) {
		const struct policy_gate *g = &p->gates[p->hits[i]->index];
		if (g->holds && g->action == POLICY_ALLOW && policy_gate_excuses(g, r->name))
			return p->hits[i];
	}
	return NULL;
}

static void count(struct policy_verdict *sum, const struct policy_violation *v)
{
	if (v->source.len)
		sum->excused++;
	else if (v->action == POLICY_DENY)
		sum->denied++;
	else
		sum->warned++;
	sum->known += v->known;
}

static int add(struct checking *c, const struct rule_info *rule, const struct rule_info *allow,
	       int source, struct policy_event *e)
{
	auto_buf struct buf b;
	const struct policy_gate *own = &c->p->gates[rule->index];
	struct policy_violation v = {
	    .rule = rule, .action = own->action, .reason = arena_dup(c->arena, own->reason)};
	buf_init(&b, 64 * KIB);
	if (allow) {
		const struct policy_gate *g = &c->p->gates[allow->index];
		v.source = arena_cat(c->arena, allow->file, SL(": "), allow->name);
		v.reason = arena_dup(c->arena, g->reason);
		v.expires = g->expires;
	} else if (c->known && policy_known_take(c->known, rule, e)) {
		v.known = v.action == POLICY_DENY;
		v.action = POLICY_WARN;
	}
	count(c->sum, &v);
	if (c->found.len >= POLICY_MAX_VIOLATIONS) {
		c->sum->more++;
		return 0;
	}
	if (rule->output_template)
		rule_template_text(rule->output_template, getters[source], e, &b);
	v.message = arena_dup(c->arena, buf_slice(&b));
	v.subject = arena_dup(c->arena, subject_of(e, c->arena));
	v.target = e->result ? e->result->target : SL_NONE;
	v.key = policy_key(e,
			   e->issue	? e->issue->id
			   : e->finding ? e->finding->id
					: SL_NONE,
			   c->arena);
	return !v.message.ptr || !v.key.ptr || vec_push(&c->found, v) < 0 ? -ENOMEM : 0;
}

static int judge(struct checking *c, int source, struct policy_event *e)
{
	const struct policy *p = c->p;
	size_t n = rule_eval(p->sessions[source], 0, e, p->hits, p->nrules);
	int r = 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct rule_info *rule = p->hits[i];
		const struct policy_gate *g = &p->gates[rule->index];
		if (!g->holds || g->action == POLICY_ALLOW)
			continue;
		r = c->collecting ? policy_known_add(c->known, rule, e)
				  : add(c, rule, excuse(p, n, rule), source, e);
	}
	arena_reset(c->scratch);
	return r;
}

static int judge_result(struct checking *c, struct policy_event *e)
{
	const struct report_result *x = e->result;
	int r = 0;
	for (size_t i = 0; r == 0 && i < x->npkgs; i++) {
		e->pkg = &x->pkgs[i];
		r = judge(c, PACKAGE, e);
	}
	for (size_t i = 0; r == 0 && i < x->nfindings; i++) {
		e->finding = &x->findings[i];
		e->pkg = e->finding->pkg;
		r = judge(c, FINDING, e);
	}
	e->finding = NULL;
	e->pkg = NULL;
	for (size_t i = 0; r == 0 && i < x->nissues; i++) {
		e->issue = &x->issues[i];
		r = judge(c, FINDING, e);
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
	TRY(judge(c, TARGET, &e));
	for (size_t i = 0; i < report->nresults; i++) {
		e.result = &report->results[i];
		TRY(judge_result(c, &e));
	}
	e.result = NULL;
	for (size_t i = 0; i < report->nfiles; i++) {
		e.file = &report->files[i];
		TRY(judge(c, SOURCE_FILE, &e));
	}
	return 0;
}

/* Which rules hold for the target today. */
static int open_gates(struct checking *c, const struct report *r)
{
	const struct rule_info *const *all;
	struct policy_verdict *sum = c->sum;
	int64_t now = time_now();
	size_t n = rule_list(c->p->engine, &all);
	sum->expired = arena_array(c->arena, n + 1, sizeof(*sum->expired));
	if (!sum->expired)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct policy_gate *g = &c->p->gates[i];
		bool over = policy_gate_is_over(g, now), fits = policy_gate_fits(g, r, c->scratch);
		g->holds = !over && fits;
		if (over && fits && all[i]->is_active)
			sum->expired[sum->nexpired++] =
			    (struct report_expired){arena_dup(c->arena, all[i]->name),
						    arena_dup(c->arena, all[i]->file), g->expires};
		arena_reset(c->scratch);
	}
	return 0;
}

static int collect(struct checking *c, const struct report_file *baseline)
{
	c->collecting = true;
	for (size_t i = 0; i < baseline->n; i++) {
		int is_policy = policy_known_read(c->known, &baseline->reports[i]);
		TRY(is_policy);
		if (!is_policy)
			TRY(judge_all(c, &baseline->reports[i]));
	}
	c->collecting = false;
	return 0;
}

int policy_check(struct policy *p, const struct report *r, const struct report_file *baseline,
		 struct arena *a, struct policy_verdict *ret, struct err *err)
{
	auto_arena struct arena scratch;
	auto_map struct map keys = {0};
	struct policy_known known = {.arena = a};
	struct checking c = {.p = p, .arena = a, .scratch = &scratch, .sum = ret};
	arena_init(&scratch, 64 * MIB);
	*ret = (struct policy_verdict){0};
	c.known = baseline ? &known : NULL;
	int rc = open_gates(&c, r);
	if (rc == 0 && baseline)
		rc = collect(&c, baseline);
	if (rc == 0)
		rc = judge_all(&c, r);
	ret->n = c.found.len;
	ret->all = rc == 0 ? arena_array(a, c.found.len + 1, sizeof(*ret->all)) : NULL;
	if (ret->all && c.found.len)
		memcpy(ret->all, c.found.ptr, c.found.len * sizeof(*ret->all));
	vec_free(&c.found);
	keys = known.keys;
	return ret->all ? 0 : err_oom(err);
}
