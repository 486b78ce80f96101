/* SPDX-License-Identifier: Apache-2.0 */
/* From files to findings: events of a kind against the rules of its source. */
#include "config/config_internal.h"

#include "checks_data.h"
#include "config_kinds.h"

#define X(kind) extern const struct config_kind config_kind_##kind;
CONFIG_KINDS
#undef X
static const struct config_kind *const kinds[] = {
#define X(kind) &config_kind_##kind,
    CONFIG_KINDS
#undef X
};

static const struct {
	const char *name;
	const char *text;
	size_t len;
} checks[] = {
#define X(file) {#file, file##_yaml, sizeof(file##_yaml)},
    CONFIG_CHECK_FILES
#undef X
};

const struct config_kind *const *config_kinds(size_t *n)
{
	*n = ARRAY_LEN(kinds);
	return kinds;
}

const struct config_kind *config_kind_find(struct slice name)
{
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		if (slice_is(name, kinds[k]->name))
			return kinds[k];
	return NULL;
}

size_t config_sources(const struct rule_source **ret, size_t max)
{
	size_t n = 0;
	for (size_t k = 0; k < ARRAY_LEN(kinds) && n < max; k++)
		ret[n++] = kinds[k]->source;
	return n;
}

const char *config_kind_name(const struct config_kind *k)
{
	return k->name;
}

const struct config_kind *config_recognise(struct slice path, struct slice head)
{
	const struct config_kind *best = NULL;
	unsigned most = 0;
	head = slice_sub(head, 0, 4096);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		unsigned sure = kinds[k]->recognise(path, head);
		if (sure > most) {
			most = sure;
			best = kinds[k];
		}
	}
	return best;
}

/* ---- Life ---- */

static int new_empty(struct config **ret, struct err *err)
{
	const struct rule_source *sources[ARRAY_LEN(kinds)];
	auto_config struct config *c = calloc(1, sizeof(*c));
	if (!c)
		return err_oom(err);
	arena_init(&c->arena, 64 * MIB);
	arena_init(&c->scratch, 2048 * MIB);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		sources[k] = kinds[k]->source;
	c->engine = rule_engine_new(sources, ARRAY_LEN(sources), err);
	c->sessions = arena_array(&c->arena, ARRAY_LEN(kinds), sizeof(*c->sessions));
	if (!c->engine)
		return err->code;
	if (!c->sessions)
		return err_oom(err);
	*ret = take_ptr(&c);
	return 0;
}

/* Files of checks are named KIND_subject. */
static bool is_of(struct slice file, const struct config_kind *kind)
{
	size_t n = strlen(kind->name);
	return slice_starts(file, kind->name) && n < file.len && file.ptr[n] == '_';
}

int config_new_for(const struct config_kind *const *wanted, size_t n, struct config **ret,
		   struct err *err)
{
	auto_config struct config *c = NULL;
	TRY(new_empty(&c, err));
	for (size_t k = 0; k < ARRAY_LEN(checks); k++) {
		bool any = false;
		for (size_t i = 0; i < n; i++)
			any = any || is_of(slice_str(checks[k].name), wanted[i]);
		if (any)
			TRY(config_load(c, slice_str(checks[k].name),
					slice_of(checks[k].text, checks[k].len), err));
	}
	*ret = take_ptr(&c);
	return 0;
}

int config_new(struct config **ret, struct err *err)
{
	return config_new_for(kinds, ARRAY_LEN(kinds), ret, err);
}

void config_free(struct config **c)
{
	if (!*c)
		return;
	for (size_t k = 0; (*c)->sessions && k < ARRAY_LEN(kinds); k++)
		rule_session_free(&(*c)->sessions[k]);
	rule_engine_free(&(*c)->engine);
	map_free(&(*c)->ids);
	arena_free(&(*c)->arena);
	arena_free(&(*c)->scratch);
	free(*c);
	*c = NULL;
}

int config_load(struct config *c, struct slice name, struct slice yaml, struct err *err)
{
	return rule_load(c->engine, name, yaml, RULE_OWN_KEYS, err);
}

int config_ready(struct config *c, struct err *err)
{
	TRY(rule_compile(c->engine, err));
	TRY(config_collect(c, err));
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		c->sessions[k] = rule_session_new(c->engine, slice_str(kinds[k]->source->name),
						  kinds[k]->get, err);
		if (!c->sessions[k])
			return err->code;
	}
	return 0;
}

/* ---- Runs ---- */

const struct config_file *config_run_file(const struct config_run *r)
{
	return r->file;
}

const struct config_settings *config_run_settings(const struct config_run *r)
{
	return r->settings;
}

struct arena *config_run_arena(const struct config_run *r)
{
	return r->arena;
}

void config_no_fixes(struct config_run *r)
{
	r->no_fixes = true;
}

void config_must_fail(struct config_run *r)
{
	r->must_fail = true;
}

int config_add_ignore(struct config_run *r, const struct config_ignore *i, struct err *err)
{
	if (r->ignores.len >= CONFIG_MAX_IGNORES)
		return err_limit(err, "more than %u ignore comments", CONFIG_MAX_IGNORES);
	return vec_push(&r->ignores, *i) < 0 ? err_oom(err) : 0;
}

int config_add_fix(struct config_run *r, uint32_t start, uint32_t end, struct slice text,
		   struct err *err)
{
	struct config_fix f = {start, end, text};
	if (start > end || end > r->file->bytes.len)
		return 0;
	return vec_push(&r->pending.ptr[r->current].fixes, f) < 0 ? err_oom(err) : 0;
}

static int add_fixes(struct config_run *r, const struct config_check *check, void *event,
		     struct err *err)
{
	const struct config_named_fixer *all = r->no_fixes ? NULL : r->kind->fixers;
	for (size_t k = 0; check->fixer.len && all && all[k].name; k++)
		if (slice_is(check->fixer, all[k].name))
			return all[k].run(r, event, check->fixer_arg, err);
	return 0;
}

static bool wants(const struct config_settings *s, const struct config_check *check)
{
	if (!check->is_optional)
		return true;
	for (size_t k = 0; k < s->nwanted; k++)
		if (config_is_named(check, s->wanted[k]))
			return true;
	return false;
}

static void set_severity(const struct config_settings *s, struct config_finding *f)
{
	f->severity = f->check->severity;
	f->level = f->check->level;
	for (size_t k = 0; k < s->nseverities; k++) {
		if (!config_is_named(f->check, s->severities[k].name))
			continue;
		if (config_severity_parse(s->severities[k].value, &f->severity) < 0)
			f->severity = f->check->severity;
		if (config_level_parse(s->severities[k].value, &f->level) < 0)
			f->level = f->check->level;
	}
}

static int message_of(struct config_run *r, const struct config_check *check, void *event,
		      struct slice *ret)
{
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	rule_template_text(check->rule->output_template, r->kind->get, event, &b);
	*ret = arena_dup(r->arena, buf_slice(&b));
	return ret->ptr ? 0 : -ENOMEM;
}

static bool is_each(const struct config_check *check)
{
	const struct node *each = node_get(node_get(check->rule->node, "properties"), "each");
	return each && slice_is(each->str, "true"); /* rules keep scalars as text */
}

/* The pending finding of this check and group: 1 when there is one already, which is then the current. */
static int find_group(struct config_run *r, const struct config_check *check,
		      const struct config_place *at)
{
	uint64_t key[2] = {(uint64_t)(check - r->c->checks), at->group};
	bool is_new = false;
	struct slice kept;
	if (is_each(check))
		key[1] = at->start | 1ULL << 40;
	kept = arena_dup(r->arena, slice_of(key, sizeof(key)));
	uint64_t *slot = kept.ptr ? map_put(&r->groups, kept, &is_new) : NULL;
	if (!slot)
		return -ENOMEM;
	if (is_new)
		*slot = r->pending.len + 1;
	else
		r->current = *slot - 1;
	return !is_new;
}

static int hit(struct config_run *r, const struct config_check *check, void *event,
	       const struct config_place *at, struct err *err)
{
	struct config_pending p = {.group = at->group,
				   .f = {.check = check,
					 .line = at->line,
					 .end_line = at->end_line,
					 .start = at->start,
					 .group = at->group,
					 .end = at->end}};
	if (r->pending.len >= CONFIG_MAX_FINDINGS)
		return 0;
	int known = find_group(r, check, at);
	if (known < 0)
		return err_oom(err);
	if (!known) {
		set_severity(r->settings, &p.f);
		if (message_of(r, check, event, &p.f.message) < 0 || vec_push(&r->pending, p) < 0)
			return err_oom(err);
		r->current = r->pending.len - 1;
	}
	return add_fixes(r, check, event, err);
}

#define MAX_HITS 256
int config_event(struct config_run *r, unsigned type, void *event, const struct config_place *at,
		 struct err *err)
{
	const struct rule_info *hits[MAX_HITS];
	if (!rule_type_wanted(r->session, type))
		return 0;
	size_t n = rule_eval(r->session, type, event, hits, MAX_HITS);
	for (size_t k = 0; k < n; k++) {
		const struct config_check *check = r->c->by_rule[hits[k]->index];
		if (check && wants(r->settings, check))
			TRY(hit(r, check, event, at, err));
	}
	return 0;
}

/* ---- Results ---- */

static int by_place(const void *pa, const void *pb)
{
	const struct config_finding *a = pa, *b = pb;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return slice_cmp(a->check->id, b->check->id);
}

static bool keep_text(struct arena *a, struct slice *s)
{
	*s = s->len ? arena_dup(a, *s) : SL("");
	return s->ptr != NULL;
}

/* From the run's memory to the caller's. */
static int keep(struct arena *a, const struct config_pending *p, struct config_finding *ret)
{
	struct config_fix *fixes = arena_array(a, p->fixes.len, sizeof(*fixes));
	*ret = p->f;
	if (!fixes || !keep_text(a, &ret->message) || !keep_text(a, &ret->source) ||
	    !keep_text(a, &ret->reason))
		return -ENOMEM;
	for (size_t k = 0; k < p->fixes.len; k++) {
		fixes[k] = p->fixes.ptr[k];
		if (!keep_text(a, &fixes[k].text))
			return -ENOMEM;
	}
	ret->fixes = fixes;
	ret->nfixes = p->fixes.len;
	return 0;
}

/* Checks of other programs have no more than an id. */
static int take_extra(struct config_run *r, const struct config_extra *e, struct arena *a)
{
	struct config_check *c = arena_new(a, struct config_check);
	struct config_pending p = {.group = e->group,
				   .f = {.check = c,
					 .message = e->message,
					 .line = e->line,
					 .end_line = e->end_line,
					 .start = e->start,
					 .end = e->start,
					 .group = e->group}};
	if (!c)
		return -ENOMEM;
	c->id = e->id;
	c->title = e->message;
	c->kind = slice_str(r->kind->name);
	if (config_severity_parse(e->level, &c->severity) < 0)
		c->severity = CONFIG_UNKNOWN;
	if (config_level_parse(e->level, &c->level) < 0)
		c->level = CONFIG_STYLE;
	set_severity(r->settings, &p.f);
	return r->pending.len < CONFIG_MAX_FINDINGS ? vec_push(&r->pending, p) : 0;
}

static int finish(struct config_run *r, struct arena *a, struct config_result *ret, struct err *err)
{
	for (const struct config_extra *e = r->file->extra; e; e = e->next)
		if (take_extra(r, e, a) < 0)
			return err_oom(err);
	TRY(config_apply_ignores(r, err));
	struct config_finding *all = arena_array(a, r->pending.len, sizeof(*all));
	if (!all)
		return err_oom(err);
	for (size_t k = 0; k < r->pending.len; k++)
		if (keep(a, &r->pending.ptr[k], &all[k]) < 0)
			return err_oom(err);
	if (r->pending.len)
		qsort(all, r->pending.len, sizeof(*all), by_place);
	ret->findings = all;
	ret->nfindings = r->pending.len;
	ret->must_fail = r->must_fail;
	return 0;
}

static void run_done(struct config_run *r)
{
	for (size_t k = 0; k < r->pending.len; k++)
		vec_free(&r->pending.ptr[k].fixes);
	vec_free(&r->pending);
	vec_free(&r->ignores);
	map_free(&r->groups);
}

int config_check(struct config *c, const struct config_file *f, const struct config_kind *kind,
		 const struct config_settings *s, struct arena *a, struct config_result *ret,
		 struct err *err)
{
	static const struct config_settings none;
	*ret = (struct config_result){0};
	if (!kind)
		kind = config_recognise(f->path, f->bytes);
	if (!kind)
		return 0;
	CLEANUP(run_done)
	struct config_run r = {
	    .c = c, .file = f, .settings = s ? s : &none, .kind = kind, .arena = &c->scratch};
	arena_reset(&c->scratch);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		if (kinds[k] == kind)
			r.session = c->sessions[k];
	ret->kind = kind->name;
	TRY(kind->check(&r, err));
	return finish(&r, a, ret, err);
}
