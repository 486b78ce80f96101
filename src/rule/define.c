/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, macros and rules as they are defined, appended to and replaced. */
#include "rule/load.h"

static bool oom(struct rule_item *it)
{
	it->e->is_oom = true;
	return false;
}

/* cond, or cond of old and " " and the scalar behind it. */
static bool set_text(struct rule_item *it, struct rule_ctext *cond, const struct node *scalar,
		     bool append)
{
	auto_ctext struct rule_ctext_builder b = {0};
	if (append && cond->nsegs >= 2 * RULE_MAX_APPENDS)
		return rule_item_error(it, scalar, "more than %u texts are appended to a condition",
				       RULE_MAX_APPENDS);
	rule_ctext_begin(&b);
	if (append) {
		rule_ctext_part(&b, cond, 0, cond->text.len);
		rule_ctext_fixed(&b, it->file, scalar, SL(" "));
	}
	rule_ctext_scalar(&b, it->file, scalar);
	struct rule_ctext t;
	if (rule_ctext_finish(&b, &it->e->arena, &t, it->err) < 0)
		return rule_item_error(it, scalar, "%s", it->err->text);
	/* Appending copies what was there: the sum of all copies is bounded too. */
	it->e->ncondition_bytes += t.text.len;
	if (it->e->ncondition_bytes > RULE_MAX_CONDITIONS)
		return rule_item_error(it, scalar, "all conditions together are over %zu bytes",
				       (size_t)RULE_MAX_CONDITIONS);
	*cond = t;
	return true;
}

static bool put_name(struct rule_item *it, struct map *m, struct slice name, size_t index)
{
	bool is_new;
	uint64_t *at = map_put(m, name, &is_new);
	if (!at)
		return oom(it);
	*at = index;
	return true;
}

/* ---- Lists ---- */

static bool name_is_list(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_space(s.ptr[i]) || (s.ptr[i] && strchr("()\"'=,", s.ptr[i])))
			return false;
	return s.len > 0;
}

bool rule_read_list(struct rule_item *it)
{
	static const char *const keys[] = {"list", "items", "append", "override", NULL};
	static const char *const changeable[] = {"items", NULL};
	struct rule_engine *e = it->e;
	const struct node *name, *items;
	struct rule_override o;
	if (!rule_item_text(it, it->node, "list", &name))
		return false;
	rule_item_unknown_keys(it, keys, false);
	if (!name_is_list(name->str)) {
		rule_item_warn(it, name, RULE_INVALID_LIST_NAME,
			       "List has an invalid name. List names should match a regular "
			       "expression: [^()\"'[:space:]=,]+");
	}
	if (!rule_item_override(it, changeable, changeable, "list", &o) ||
	    !rule_item_sequence(it, it->node, "items", &items))
		return false;
	bool append = o.is_legacy || rule_override_is(&o, "items", "append");
	const uint64_t *at = map_get(&e->list_names, name->str);
	struct rule_list_def *l = at ? e->lists.ptr[*at] : NULL;
	if (append && !l)
		return rule_item_invalid(it, name,
					 "List uses 'append' or 'override.items: append' but no "
					 "list by that name already exists");
	if (!l) {
		l = arena_new(&e->arena, struct rule_list_def);
		if (!l || vec_push(&e->lists, l) < 0)
			return oom(it);
		l->name = name->str;
		if (!put_name(it, &e->list_names, name->str, e->lists.len - 1))
			return false;
		if (!name_is_list(name->str) && e->spaced.len < RULE_MAX_SPACED &&
		    vec_push(&e->spaced, l) < 0)
			return oom(it);
	}
	if (!append) {
		l->items.len = 0;
		l->file = it->file;
		l->node = it->node;
		l->pos = it->node->pos;
	}
	node_each (n, items)
		if (vec_push(&l->items, n) < 0)
			return oom(it);
	return true;
}

/* ---- Macros ---- */

static bool name_is_macro(struct slice s)
{
	size_t i = 0;
	while (i < s.len && is_alpha(s.ptr[i]))
		i++;
	if (i == 0)
		return false;
	while (i < s.len && (is_alpha(s.ptr[i]) || is_digit(s.ptr[i]) || s.ptr[i] == '_'))
		i++;
	return i == s.len;
}

bool rule_read_macro(struct rule_item *it)
{
	static const char *const keys[] = {"macro", "condition", "append", "override", NULL};
	static const char *const changeable[] = {"condition", NULL};
	struct rule_engine *e = it->e;
	const struct node *name, *cond;
	struct rule_override o;
	if (!rule_item_text(it, it->node, "macro", &name))
		return false;
	rule_item_unknown_keys(it, keys, false);
	if (!name_is_macro(name->str))
		rule_item_warn(it, name, RULE_INVALID_MACRO_NAME,
			       "Macro has an invalid name. Macro names should match a regular "
			       "expression: [a-zA-Z]+[a-zA-Z0-9_]*");
	if (!rule_item_override(it, changeable, changeable, "macro", &o) ||
	    !rule_item_text(it, it->node, "condition", &cond))
		return false;
	bool append = o.is_legacy || rule_override_is(&o, "condition", "append");
	const uint64_t *at = map_get(&e->macro_names, name->str);
	struct rule_macro_def *m = at ? e->macros.ptr[*at] : NULL;
	if (append && !m)
		return rule_item_invalid(it, name,
					 "Macro uses 'append' or 'override.condition: append' but "
					 "no macro by that name already exists");
	bool is_new = !m;
	if (is_new) {
		m = arena_new(&e->arena, struct rule_macro_def);
		if (!m || vec_push(&e->macros, m) < 0)
			return oom(it);
		m->name = name->str;
		m->index = (uint32_t)e->macros.len - 1;
		if (!put_name(it, &e->macro_names, name->str, m->index))
			return false;
	}
	/* It sees what stands before it; a changed one all that is there, itself too: a loop. */
	m->visibility = (uint32_t)e->macros.len - is_new;
	if (!append) {
		m->file = it->file;
		m->node = it->node;
		m->pos = it->node->pos;
	}
	return set_text(it, &m->cond, cond, append);
}

/* ---- Rules ---- */

static const char *const rule_keys[] = {"rule",
					"condition",
					"output",
					"desc",
					"priority",
					"source",
					"enabled",
					"tags",
					"exceptions",
					"append",
					"override",
					"warn_evttypes",
					"capture",
					"capture_duration",
					"skip-if-unknown-filter",
					NULL};
static const char *const appendable[] = {"condition", "output", "desc", "tags", "exceptions", NULL};
static const char *const replaceable[] = {"condition",
					  "output",
					  "desc",
					  "priority",
					  "capture",
					  "capture_duration",
					  "tags",
					  "exceptions",
					  "enabled",
					  "warn_evttypes",
					  "skip-if-unknown-filter",
					  NULL};

static int by_bytes(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	return slice_cmp(*x, *y);
}

static bool read_tags(struct rule_item *it, struct rule_def *r, bool append)
{
	const struct node *tags;
	if (!node_get(it->node, "tags"))
		return true;
	if (!rule_item_sequence(it, it->node, "tags", &tags))
		return false;
	if (!append)
		r->tags.len = 0;
	node_each (t, tags) {
		bool there = false;
		for (size_t i = 0; i < r->tags.len; i++)
			there = there || slice_eq(r->tags.ptr[i], t->str);
		if (there)
			continue;
		if (r->tags.len == RULE_MAX_PARTS)
			return rule_item_error(it, t, "more than %u tags", RULE_MAX_PARTS);
		if (vec_push(&r->tags, t->str) < 0)
			return oom(it);
	}
	if (r->tags.len)
		qsort(r->tags.ptr, r->tags.len, sizeof(*r->tags.ptr), by_bytes);
	return true;
}

static bool read_priority(struct rule_item *it, struct rule_def *r)
{
	const struct node *n;
	if (!rule_item_text(it, it->node, "priority", &n))
		return false;
	if (rule_priority_parse(n->str, &r->info.priority) == 0)
		return true;
	struct rule_near near = {.word = n->str};
	for (int p = RULE_EMERGENCY; p <= RULE_DEBUG; p++)
		rule_near_offer(&near, slice_str(rule_priority_name((enum rule_priority)p)));
	struct rule_trail t = it->trail;
	rule_trail_push(&t, "value", n->key, n->pos);
	rule_problem_add(it->e, true, RULE_ERR_YAML_VALIDATE, &t, rule_near_hint(it->e, &near),
			 "Invalid priority");
	return false;
}

static bool read_flags(struct rule_item *it, struct rule_info *i)
{
	bool good = rule_item_bool(it, "enabled", &i->enabled);
	good = rule_item_bool(it, "warn_evttypes", &i->warn_evttypes) && good;
	good = rule_item_bool(it, "skip-if-unknown-filter", &i->skip_if_unknown) && good;
	good = rule_item_bool(it, "capture", &i->capture) && good;
	return rule_item_u64(it, "capture_duration", &i->capture_duration) && good;
}

static bool append_slice(struct rule_item *it, struct slice *to, struct slice more)
{
	struct slice s = arena_cat(&it->e->arena, *to, SL(" "), more);
	if (!s.ptr)
		return oom(it);
	*to = s;
	return true;
}

/* desc and output: text or the text behind what is there. */
static bool read_word(struct rule_item *it, const char *key, struct slice *to, bool append)
{
	const struct node *n;
	if (!rule_item_text(it, it->node, key, &n))
		return false;
	if (append && to->len + n->str.len > RULE_MAX_TEXT)
		return rule_item_error(it, n, "%s is longer than %zu bytes", key, RULE_MAX_TEXT);
	if (append)
		return append_slice(it, to, n->str);
	*to = n->str;
	return true;
}

static bool read_output(struct rule_item *it, struct rule_def *r, bool append)
{
	if (!read_word(it, "output", &r->info.output, append))
		return false;
	r->output = node_get(it->node, "output");
	r->output_file = it->file;
	return true;
}

static bool read_condition(struct rule_item *it, struct rule_def *r, bool append)
{
	const struct node *n;
	return rule_item_text(it, it->node, "condition", &n) && set_text(it, &r->cond, n, append);
}

static struct rule_def *find(const struct rule_engine *e, struct slice name)
{
	const uint64_t *at = map_get(&e->rule_names, name);
	return at ? e->rules.ptr[*at] : NULL;
}

static void touch(struct rule_item *it, struct rule_def *r)
{
	r->visibility = (uint32_t)it->e->macros.len;
}

static bool is_other_source(struct rule_item *it, const struct rule_def *r)
{
	const struct node *s = node_get(it->node, "source");
	if (!s || !node_str(s).len || slice_eq(node_str(s), r->info.source))
		return false;
	rule_item_invalid(it, s, "Rule has been re-defined with a different source");
	return true;
}

/* Everything of the item that the override names so. */
static bool apply(struct rule_item *it, struct rule_def *r, const struct rule_override *o,
		  bool append)
{
	const char *how = append ? "append" : "replace";
	bool good = true;
	if (rule_override_is(o, "condition", how))
		good = read_condition(it, r, append) && good;
	if (rule_override_is(o, "output", how))
		good = read_output(it, r, append) && good;
	if (rule_override_is(o, "desc", how))
		good = read_word(it, "desc", &r->info.desc, append) && good;
	if (rule_override_is(o, "tags", how))
		good = read_tags(it, r, append) && good;
	if (rule_override_is(o, "exceptions", how))
		good = rule_exceptions_read(it, r, append) && good;
	if (append)
		return good;
	if (rule_override_is(o, "priority", how))
		good = read_priority(it, r) && good;
	return read_flags(it, &r->info) && good;
}

static bool change(struct rule_item *it, struct slice name, const struct rule_override *o)
{
	struct rule_def *r = find(it->e, name);
	if (!r && o->any_append) {
		const char *key = "";
		for (size_t i = 0; appendable[i]; i++)
			if (rule_override_is(o, appendable[i], "append"))
				key = appendable[i];
		return rule_item_invalid(it, NULL,
					 "Rule uses 'append' or 'override.%s: append' but no rule "
					 "by that name already exists",
					 key);
	}
	if (!r)
		return rule_item_invalid(it, NULL,
					 "An 'override.%.*s: replace' to a rule was requested but "
					 "no rule by that name already exists",
					 SL_FMT(o->node->first->key));
	if (is_other_source(it, r))
		return false;
	touch(it, r);
	bool good = !o->any_append || apply(it, r, o, true);
	return (!o->any_replace || apply(it, r, o, false)) && good;
}

static bool legacy_append(struct rule_item *it, struct slice name)
{
	struct rule_def *r = find(it->e, name);
	if (!r)
		return rule_item_invalid(it, NULL,
					 "Rule uses 'append' or 'override.<key>: append' but no "
					 "rule by that name already exists");
	if (!node_get(it->node, "condition") && !node_get(it->node, "exceptions"))
		return rule_item_invalid(
		    it, NULL, "Appended rule must have exceptions or condition property");
	if (is_other_source(it, r))
		return false;
	touch(it, r);
	bool good = !node_get(it->node, "condition") || read_condition(it, r, true);
	return rule_exceptions_read(it, r, true) && good;
}

static bool toggle(struct rule_item *it, struct slice name)
{
	struct rule_def *r = find(it->e, name);
	if (!node_get(it->node, "enabled"))
		return rule_item_error(it, NULL,
				       "Item has no mapping for key 'enabled' - a rule has "
				       "condition, output, desc and priority");
	if (!r)
		return rule_item_invalid(it, NULL,
					 "Rule has 'enabled' key but no rule by that name already "
					 "exists");
	rule_item_warn(it, node_get(it->node, "enabled"), RULE_DEPRECATED_ITEM,
		       "A rule with 'enabled' alone is deprecated. Add 'enabled: replace' under "
		       "'override'.");
	return rule_item_bool(it, "enabled", &r->info.enabled);
}

static struct rule_def *define_new(struct rule_item *it, struct slice name)
{
	struct rule_engine *e = it->e;
	struct rule_def *r = arena_new(&e->arena, struct rule_def);
	if (!r || vec_push(&e->rules, r) < 0) {
		(void)oom(it);
		return NULL;
	}
	r->info.index = (uint32_t)e->rules.len - 1;
	return put_name(it, &e->rule_names, name, e->rules.len - 1) ? r : NULL;
}

static bool define(struct rule_item *it, struct slice name)
{
	struct rule_def *r = find(it->e, name);
	const struct node *source = node_get(it->node, "source"), *unused;
	struct slice in = SL("syscall");
	bool is_new = !r;
	if (source) {
		if (!rule_item_text(it, it->node, "source", &source))
			return false;
		in = source->str;
	}
	if (r && !slice_eq(r->info.source, in))
		return rule_item_invalid(it, source,
					 "Rule has been re-defined with a different source");
	if (is_new)
		r = define_new(it, name);
	if (!r)
		return false;
	uint32_t index = r->info.index;
	r->info = (struct rule_info){.index = index,
				     .name = name,
				     .source = in,
				     .enabled = true,
				     .warn_evttypes = true,
				     .file = it->file->name,
				     .node = it->node};
	r->file = it->file;
	r->node = it->node;
	r->pos = it->node->pos;
	r->is_broken = false;
	r->tags.len = 0;
	touch(it, r);
	uint32_t column;
	rule_file_position(it->file, r->pos, &r->info.line, &column);
	bool good = rule_item_text(it, it->node, "desc", &unused) &&
		    read_word(it, "desc", &r->info.desc, false);
	bool whole = read_condition(it, r, false);
	good = read_output(it, r, false) && good && whole;
	good = read_priority(it, r) && good;
	good = read_flags(it, &r->info) && good;
	good = read_tags(it, r, false) && good;
	if (rule_source_index(it->e, in) < 0) {
		struct rule_near near = {.word = in};
		for (size_t i = 0; i < it->e->nsources; i++)
			rule_near_offer(&near, slice_str(it->e->sources[i]->name));
		struct rule_trail t = it->trail;
		rule_trail_push(&t, "source", in, source ? source->pos : r->pos);
		rule_problem_add(it->e, false, RULE_UNKNOWN_SOURCE, &t,
				 rule_near_hint(it->e, &near), "Unknown source %.*s, skipping",
				 SL_FMT(in));
	}
	whole = rule_exceptions_read(it, r, false) && whole;
	/* With another error the condition is still read, so that all of its errors are shown. */
	r->is_broken = !whole;
	return good && whole;
}

bool rule_read_rule(struct rule_item *it)
{
	const struct node *name;
	struct rule_override o;
	if (!rule_item_text(it, it->node, "rule", &name))
		return false;
	/* Sources that Falco does not have are ours, and so are the keys of their rules. */
	struct slice source = node_get_str(it->node, "source");
	bool ours = source.len && !slice_is(source, "syscall") && !slice_is(source, "k8s_audit");
	rule_item_unknown_keys(it, rule_keys, it->file->flags & RULE_OWN_KEYS || ours);
	if (!rule_item_override(it, appendable, replaceable, "rule", &o))
		return false;
	if (o.node)
		return change(it, name->str, &o);
	if (o.is_legacy)
		return legacy_append(it, name->str);
	if (!node_get(it->node, "condition") && !node_get(it->node, "output") &&
	    !node_get(it->node, "desc") && !node_get(it->node, "priority"))
		return toggle(it, name->str);
	return define(it, name->str);
}
