/* SPDX-License-Identifier: Apache-2.0 */
/* Values of charts: defaults, what the user gives, what goes down to subcharts, and which of those are on. */
#include "config/helm.h"

int helm_coalesce(struct arena *a, struct gotmpl_map *m, const struct gotmpl_value *from,
		  bool clear)
{
	struct gotmpl_iter it = gotmpl_iter(from);
	struct gotmpl_value item, copy;
	struct slice key;
	while (gotmpl_is_map(from) && gotmpl_next(&it, &key, &item)) {
		struct gotmpl_value *have = gotmpl_get(m, key);
		if (!have) {
			TRY(gotmpl_copy(a, &item, &copy));
			TRY(gotmpl_put(a, m, key, &copy));
		} else if (have->kind == GOTMPL_NONE && clear) {
			gotmpl_unset(m, key);
		} else if (have->kind == GOTMPL_MAP && gotmpl_is_map(&item)) {
			TRY(helm_coalesce(a, have->map, &item, clear));
		}
	}
	return 0;
}

bool helm_value_at(const struct gotmpl_value *v, struct slice path, struct gotmpl_value *ret)
{
	struct slice part;
	*ret = *v;
	while (slice_cut(&path, '.', &part)) {
		struct gotmpl_value of = *ret;
		if (!gotmpl_is_map(&of) || !gotmpl_member(&of, part, ret))
			return false;
	}
	return true;
}

/* ---- --helm-set ---- */

struct setting {
	struct arena *arena;
	struct slice rest;
	struct err *err;
};

/* Up to one of `ends`, with '\' in front of what is meant as it is; *plain: without any of those. */
static int take_part(struct setting *s, const char *ends, struct slice *ret)
{
	auto_buf struct buf b;
	size_t i = 0;
	buf_init(&b, MIB);
	for (; i < s->rest.len && !strchr(ends, s->rest.ptr[i]); i++) {
		if (s->rest.ptr[i] == '\\' && i + 1 < s->rest.len)
			i++;
		buf_putc(&b, s->rest.ptr[i]);
	}
	s->rest = slice_from(s->rest, i);
	*ret = b.len ? arena_dup(s->arena, buf_slice(&b)) : SL("");
	return ret->ptr && !b.failed ? 0 : err_oom(s->err);
}

static struct gotmpl_value typed(struct slice s)
{
	uint64_t n;
	bool minus = slice_starts(s, "-");
	struct slice digits = slice_from(s, minus);
	if (slice_is(s, "true") || slice_is(s, "false"))
		return gotmpl_bool(slice_is(s, "true"));
	if (slice_is(s, "null"))
		return (struct gotmpl_value){.kind = GOTMPL_NONE};
	/* "007" is text. */
	if ((slice_is(s, "0") || !slice_starts(digits, "0")) && digits.len < 16 &&
	    slice_u64(digits, 10, &n) == 0)
		return gotmpl_number(minus ? -(double)n : (double)n);
	return gotmpl_string(s);
}

static int take_value(struct setting *s, struct gotmpl_value *ret)
{
	struct slice part;
	if (!slice_starts(s->rest, "{")) {
		TRY(take_part(s, ",", &part));
		*ret = typed(part);
		return 0;
	}
	*ret = gotmpl_new_list(s->arena);
	if (ret->kind == GOTMPL_NONE)
		return err_oom(s->err);
	do {
		s->rest = slice_from(s->rest, 1);
		TRY(take_part(s, ",}", &part));
		struct gotmpl_value v = typed(part);
		if ((part.len || slice_starts(s->rest, ",") || ret->list->n) &&
		    gotmpl_push(s->arena, ret->list, &v) < 0)
			return err_oom(s->err);
	} while (slice_starts(s->rest, ","));
	if (!slice_starts(s->rest, "}"))
		return err_usage(s->err, "\"}\" is missing");
	s->rest = slice_from(s->rest, 1);
	return 0;
}

/* The item of a list, made with all before it. */
static int take_index(struct setting *s, struct gotmpl_value *list, struct gotmpl_value **ret)
{
	struct slice number;
	uint32_t at;
	s->rest = slice_from(s->rest, 1);
	TRY(take_part(s, "]", &number));
	if (slice_u32(number, &at) < 0 || at > 10000 || !s->rest.len)
		return err_usage(s->err, "a number from 0 to 10000 was expected in [ ]");
	s->rest = slice_from(s->rest, 1);
	if (list->kind != GOTMPL_LIST)
		*list = gotmpl_new_list(s->arena);
	if (list->kind == GOTMPL_NONE)
		return err_oom(s->err);
	static const struct gotmpl_value nil = {.kind = GOTMPL_NONE};
	while (list->list->n <= at)
		if (gotmpl_push(s->arena, list->list, &nil) < 0)
			return err_oom(s->err);
	*ret = &list->list->items[at];
	return 0;
}

static int take_setting(struct setting *s, struct gotmpl_value *at)
{
	static const struct gotmpl_value nil = {.kind = GOTMPL_NONE};
	struct slice key;
	do {
		if (slice_starts(s->rest, "."))
			s->rest = slice_from(s->rest, 1);
		TRY(take_part(s, ".=[,", &key));
		if (!key.len)
			return err_usage(s->err, "a name was expected");
		if (at->kind != GOTMPL_MAP)
			*at = gotmpl_new_map(s->arena);
		if (at->kind != GOTMPL_MAP ||
		    (!gotmpl_get(at->map, key) && gotmpl_put(s->arena, at->map, key, &nil) < 0))
			return err_oom(s->err);
		at = gotmpl_get(at->map, key);
		while (at && slice_starts(s->rest, "["))
			TRY(take_index(s, at, &at));
	} while (at && slice_starts(s->rest, "."));
	if (!at || !slice_starts(s->rest, "="))
		return err_usage(s->err, "\"=\" is missing");
	s->rest = slice_from(s->rest, 1);
	return take_value(s, at);
}

int helm_set(struct arena *a, struct gotmpl_map *m, struct slice text, struct err *err)
{
	struct setting s = {a, text, err};
	struct gotmpl_value top = {.kind = GOTMPL_MAP, .map = m};
	while (s.rest.len) {
		TRY(take_setting(&s, &top));
		if (s.rest.len && !slice_starts(s.rest, ","))
			return err_usage(err, "\",\" was expected before \"%.*s\"", SL_FMT(s.rest));
		s.rest = slice_from(s.rest, 1);
	}
	return 0;
}

/* ---- what is on ---- */

/* The entry of the parent's list of dependencies that names the chart (by alias or name). */
static bool dependency_of(const struct helm_chart *c, struct gotmpl_value *ret)
{
	struct gotmpl_iter it = gotmpl_iter(&c->parent->dependencies);
	struct gotmpl_value named;
	struct slice key;
	while (gotmpl_next(&it, &key, ret)) {
		if (!gotmpl_member(ret, SL("alias"), &named) || !gotmpl_truth(&named))
			(void)gotmpl_member(ret, SL("name"), &named);
		if (slice_eq(named.text, c->name))
			return true;
	}
	return false;
}

/* Conditions are looked at in their order; the first that is there decides, else tags do. */
static bool is_on(const struct helm *h, const struct helm_chart *c)
{
	struct gotmpl_value d, v, tag, tags;
	struct slice path, all, key;
	bool off = false, on = false;
	if (!dependency_of(c, &d))
		return true;
	(void)gotmpl_member(&d, SL("condition"), &v);
	for (all = v.text; slice_cut(&all, ',', &path);)
		if (helm_value_at(&c->parent->values, slice_trim(path), &v) &&
		    v.kind == GOTMPL_BOOL)
			return v.yes;
	(void)gotmpl_member(&d, SL("tags"), &tags);
	(void)gotmpl_member(&h->top->values, SL("tags"), &v);
	for (struct gotmpl_iter it = gotmpl_iter(&tags); gotmpl_next(&it, &key, &tag);) {
		struct gotmpl_value set;
		if (tag.kind == GOTMPL_STRING && gotmpl_is_map(&v) &&
		    gotmpl_member(&v, tag.text, &set) && set.kind == GOTMPL_BOOL)
			*(set.yes ? &on : &off) = true;
	}
	return on || !off;
}

/* The part of the parent's values that is the subchart's, with the global ones. */
static int values_below(struct helm *h, struct helm_chart *c)
{
	static const struct gotmpl_value nil = {.kind = GOTMPL_NONE};
	struct gotmpl_map *m = c->parent->values.map;
	struct gotmpl_value *own = gotmpl_get(m, c->name), *global = gotmpl_get(m, SL("global"));
	if (!own || own->kind != GOTMPL_MAP) {
		struct gotmpl_value made = gotmpl_new_map(&h->arena);
		if (made.kind != GOTMPL_MAP || gotmpl_put(&h->arena, m, c->name, &made) < 0)
			return err_oom(h->err);
		own = gotmpl_get(m, c->name);
		global = gotmpl_get(m, SL("global"));
	}
	c->values = own ? *own : nil;
	if (global && global->kind == GOTMPL_MAP) {
		struct gotmpl_value copy, *below = gotmpl_get(c->values.map, SL("global"));
		if (gotmpl_copy(&h->arena, global, &copy) < 0 ||
		    (below && helm_coalesce(&h->arena, copy.map, below, false) < 0) ||
		    gotmpl_put(&h->arena, c->values.map, SL("global"), &copy) < 0)
			return err_oom(h->err);
	}
	return helm_coalesce(&h->arena, c->values.map, &c->defaults, true) < 0 ? err_oom(h->err)
									       : 0;
}

/* What a subchart gives to its parent: "data" names a part of its exports, {child, parent} any part. */
static int import_one(struct helm *h, const struct helm_chart *c, const struct gotmpl_value *what)
{
	struct gotmpl_value child, parent = {.kind = GOTMPL_STRING}, part;
	struct slice path, key;
	struct gotmpl_map *m = c->parent->values.map;
	if (what->kind == GOTMPL_STRING) {
		path = arena_cat(&h->arena, SL("exports."), what->text);
	} else {
		(void)gotmpl_member(what, SL("child"), &child);
		(void)gotmpl_member(what, SL("parent"), &parent);
		path = child.text;
	}
	if (!helm_value_at(&c->values, path, &part) || !gotmpl_is_map(&part))
		return 0;
	path = slice_is(parent.text, ".") ? SL("") : parent.text;
	while (path.len && slice_cut(&path, '.', &key)) {
		struct gotmpl_value *at = gotmpl_get(m, key), made;
		if (!at || at->kind != GOTMPL_MAP) {
			made = gotmpl_new_map(&h->arena);
			if (made.kind != GOTMPL_MAP || gotmpl_put(&h->arena, m, key, &made) < 0)
				return err_oom(h->err);
			at = &made;
		}
		m = at->map;
	}
	return helm_coalesce(&h->arena, m, &part, false) < 0 ? err_oom(h->err) : 0;
}

static int import(struct helm *h, const struct helm_chart *c)
{
	struct gotmpl_value d, list, item;
	struct slice key;
	if (!dependency_of(c, &d) || !gotmpl_member(&d, SL("import-values"), &list))
		return 0;
	for (struct gotmpl_iter it = gotmpl_iter(&list); gotmpl_next(&it, &key, &item);)
		TRY(import_one(h, c, &item));
	return 0;
}

static int go_down(struct helm *h, struct helm_chart *c)
{
	for (struct helm_chart **at = &c->first; *at;) {
		struct helm_chart *sub = *at;
		if (!is_on(h, sub)) {
			*at = sub->next;
			continue;
		}
		TRY(values_below(h, sub));
		TRY(go_down(h, sub));
		TRY(import(h, sub));
		at = &sub->next;
	}
	return 0;
}

int helm_values(struct helm *h)
{
	const struct config_charts *g = h->given;
	struct err own = {0};
	struct gotmpl_value file;
	h->top->values = gotmpl_new_map(&h->arena);
	if (h->top->values.kind != GOTMPL_MAP)
		return err_oom(h->err);
	/* The last one given wins: what is there already stays. */
	struct gotmpl_map *m = h->top->values.map;
	for (size_t i = g ? g->nsets : 0; i-- > 0;) {
		struct gotmpl_value one = gotmpl_new_map(&h->arena);
		if (one.kind != GOTMPL_MAP)
			return err_oom(h->err);
		if (helm_set(&h->arena, one.map, g->sets[i], h->err) < 0)
			return err_wrap(h->err, "--helm-set %.*s", SL_FMT(g->sets[i]));
		if (helm_coalesce(&h->arena, m, &one, false) < 0)
			return err_oom(h->err);
	}
	for (size_t i = g ? g->nvalues : 0; i-- > 0;) {
		if (helm_from_yaml(&h->doc, g->values[i].value, &h->arena, &file, &own) < 0)
			return err_usage(h->err, "--helm-values %.*s: %s",
					 SL_FMT(g->values[i].name), own.text);
		if (helm_coalesce(&h->arena, m, &file, false) < 0)
			return err_oom(h->err);
	}
	if (helm_coalesce(&h->arena, m, &h->top->defaults, true) < 0)
		return err_oom(h->err);
	return go_down(h, h->top);
}
