/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates that make, change and search maps; what a value is. */
#include "text/gotemplate_internal.h"

static int new_map(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_new_map(gotmpl_arena(c));
	return ret->kind == GOTMPL_NONE ? gotmpl_oom(c) : gotmpl_work(c, 1);
}

static int put(struct gotmpl_call *c, struct gotmpl_map *m, struct slice key,
	       const struct gotmpl_value *v)
{
	TRY(gotmpl_work(c, 1 + m->n / 64));
	return gotmpl_put(gotmpl_arena(c), m, key, v) < 0 ? gotmpl_oom(c) : 0;
}

static int f_dict(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice key;
	static const struct gotmpl_value empty = {.kind = GOTMPL_STRING};
	TRY(new_map(c, ret));
	for (size_t i = 0; i < c->n; i += 2) {
		TRY(gotmpl_any_text(c, i, &key));
		TRY(put(c, ret->map, key, i + 1 < c->n ? &c->args[i + 1] : &empty));
	}
	return 0;
}

static int f_get(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice key;
	if (c->args[0].kind == GOTMPL_NONE && !c->t->env.strict)
		return 0;
	TRY(gotmpl_text(c, 1, &key));
	if (!gotmpl_is_map(&c->args[0]))
		return gotmpl_wrong(c, "a map was expected, as argument 1");
	if (!gotmpl_member(&c->args[0], key, ret))
		*ret = gotmpl_string(SL(""));
	return 0;
}

static int f_set(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice key;
	struct gotmpl_map *m;
	TRY(gotmpl_map_arg(c, 0, &m));
	TRY(gotmpl_text(c, 1, &key));
	TRY(put(c, m, key, &c->args[2]));
	*ret = c->args[0];
	return 0;
}

static int f_unset(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice key;
	struct gotmpl_map *m;
	TRY(gotmpl_map_arg(c, 0, &m));
	TRY(gotmpl_text(c, 1, &key));
	gotmpl_unset(m, key);
	*ret = c->args[0];
	return 0;
}

static int f_has_key(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice key;
	struct gotmpl_value v;
	TRY(gotmpl_text(c, 1, &key));
	if (!gotmpl_is_map(&c->args[0]))
		return gotmpl_wrong(c, "a map was expected, as argument 1");
	*ret = gotmpl_bool(gotmpl_member(&c->args[0], key, &v));
	return 0;
}

static int keys_or_values(struct gotmpl_call *c, struct gotmpl_value *ret, bool keys)
{
	*ret = gotmpl_new_list(gotmpl_arena(c));
	if (ret->kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	for (size_t i = 0; i < c->n; i++) {
		struct gotmpl_iter it = gotmpl_iter(&c->args[i]);
		struct gotmpl_value item;
		struct slice key;
		if (!gotmpl_is_map(&c->args[i]))
			return gotmpl_wrong(c, "a map was expected, as argument %zu", i + 1);
		while (gotmpl_next(&it, &key, &item)) {
			struct gotmpl_value v = keys ? gotmpl_string(key) : item;
			TRY(gotmpl_work(c, 1));
			if (gotmpl_push(gotmpl_arena(c), ret->list, &v) < 0)
				return gotmpl_oom(c);
		}
	}
	return 0;
}
static int f_keys(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return keys_or_values(c, ret, true);
}
static int f_values(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return keys_or_values(c, ret, false);
}

static int choose(struct gotmpl_call *c, struct gotmpl_value *ret, bool named)
{
	struct gotmpl_iter it = gotmpl_iter(&c->args[0]);
	struct gotmpl_value item;
	struct slice key;
	TRY(new_map(c, ret));
	if (!gotmpl_is_map(&c->args[0]))
		return gotmpl_wrong(c, "a map was expected, as argument 1");
	while (gotmpl_next(&it, &key, &item)) {
		bool is = false;
		for (size_t i = 1; i < c->n; i++)
			is |= c->args[i].kind == GOTMPL_STRING && slice_eq(c->args[i].text, key);
		if (is == named)
			TRY(put(c, ret->map, key, &item));
	}
	return 0;
}
static int f_pick(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return choose(c, ret, true);
}
static int f_omit(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return choose(c, ret, false);
}

static int f_pluck(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice key;
	struct gotmpl_value v;
	TRY(gotmpl_text(c, 0, &key));
	*ret = gotmpl_new_list(gotmpl_arena(c));
	for (size_t i = 1; i < c->n && ret->kind != GOTMPL_NONE; i++)
		if (gotmpl_member(&c->args[i], key, &v) &&
		    gotmpl_push(gotmpl_arena(c), ret->list, &v) < 0)
			return gotmpl_oom(c);
	return ret->kind == GOTMPL_NONE ? gotmpl_oom(c) : 0;
}

/* dig "a" "b" DEFAULT map */
static int f_dig(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct gotmpl_value at = c->args[c->n - 1], next;
	struct slice key;
	for (size_t i = 0; i + 2 < c->n; i++) {
		TRY(gotmpl_text(c, i, &key));
		if (!gotmpl_is_map(&at))
			return gotmpl_wrong(c, "what \"%.*s\" is looked for in is no map",
					    SL_FMT(key));
		if (!gotmpl_member(&at, key, &next)) {
			*ret = c->args[c->n - 2];
			return 0;
		}
		at = next;
	}
	*ret = at;
	return 0;
}

static int f_copy(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	int rc = gotmpl_copy(gotmpl_arena(c), &c->args[0], ret);
	TRY(gotmpl_work(c, 16));
	return rc == -ENOMEM ? gotmpl_oom(c) : rc < 0 ? gotmpl_wrong(c, "too deep") : 0;
}

/* What `from` has goes into m: where m has nothing (with sprig an empty value is nothing), or everywhere. */
static int merge(struct gotmpl_call *c, struct gotmpl_map *m, const struct gotmpl_value *from,
		 bool over, unsigned depth)
{
	struct gotmpl_iter it = gotmpl_iter(from);
	struct gotmpl_value item, own;
	struct slice key;
	if (depth > GOTMPL_MAX_NESTED)
		return gotmpl_wrong(c, "too deep");
	while (gotmpl_next(&it, &key, &item)) {
		struct gotmpl_value *have = gotmpl_get(m, key);
		if (have && gotmpl_is_map(have) && gotmpl_is_map(&item)) {
			/* It may be a tree, or stand elsewhere too: a map of its own changes. */
			struct gotmpl_call one = *c;
			struct gotmpl_map *inner;
			own = *have;
			one.args = &own;
			one.n = 1;
			TRY(gotmpl_map_arg(&one, 0, &inner));
			*have = own;
			TRY(merge(c, inner, &item, over, depth + 1));
		} else if (over || !have || !gotmpl_truth(have)) {
			TRY(put(c, m, key, &item));
		}
		TRY(gotmpl_work(c, 1));
	}
	return 0;
}

static int merged(struct gotmpl_call *c, struct gotmpl_value *ret, bool over)
{
	struct gotmpl_map *m;
	TRY(gotmpl_map_arg(c, 0, &m));
	for (size_t i = 1; i < c->n; i++) {
		struct gotmpl_value from;
		if (c->args[i].kind == GOTMPL_NONE && !c->t->env.strict)
			continue;
		if (!gotmpl_is_map(&c->args[i]))
			return gotmpl_wrong(c, "a map was expected, as argument %zu", i + 1);
		/* Of a copy, so that what is merged later does not change the source. */
		int rc = gotmpl_copy(gotmpl_arena(c), &c->args[i], &from);
		if (rc < 0)
			return rc == -ENOMEM ? gotmpl_oom(c) : gotmpl_wrong(c, "too deep");
		TRY(merge(c, m, &from, over, 0));
	}
	*ret = c->args[0];
	return 0;
}
static int f_merge(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return merged(c, ret, false);
}
static int f_merge_over(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return merged(c, ret, true);
}

/* ---- what a value is ---- */

static const char *kind_of(const struct gotmpl_value *v, bool type)
{
	switch (v->kind) {
	case GOTMPL_BOOL:
		return "bool";
	case GOTMPL_NUMBER:
		return v->whole ? "int" : "float64";
	case GOTMPL_STRING:
		return "string";
	case GOTMPL_TIME:
		return type ? "time.Time" : "struct";
	case GOTMPL_OBJECT:
		return type ? v->object->type : "struct";
	case GOTMPL_NONE:
		return type ? "<nil>" : "invalid";
	case GOTMPL_TREE:
	case GOTMPL_LIST:
	case GOTMPL_MAP:
	default:
		if (gotmpl_is_map(v))
			return type ? "map[string]interface {}" : "map";
		return type ? "[]interface {}" : "slice";
	}
}

static int f_kind_of(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_string(slice_str(kind_of(&c->args[0], false)));
	return 0;
}
static int f_type_of(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_string(slice_str(kind_of(&c->args[0], true)));
	return 0;
}
static bool is_int(struct slice s)
{
	static const char *const ints[] = {"int", "int64", "int32", NULL};
	return slice_is_any(s, ints);
}
static int is_of(struct gotmpl_call *c, struct gotmpl_value *ret, bool type)
{
	struct slice want, is = slice_str(kind_of(&c->args[1], type));
	TRY(gotmpl_text(c, 0, &want));
	/* Go tells int from int64; counting here gives one kind. */
	*ret = gotmpl_bool(slice_eq(want, is) || (is_int(is) && is_int(want)));
	return 0;
}
static int f_kind_is(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return is_of(c, ret, false);
}
static int f_type_is(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return is_of(c, ret, true);
}

const struct gotmpl_function gotmpl_map_functions[] = {
    {"dict", 0, 64, f_dict},
    {"get", 2, 2, f_get},
    {"set", 3, 3, f_set},
    {"unset", 2, 2, f_unset},
    {"hasKey", 2, 2, f_has_key},
    {"keys", 0, 64, f_keys},
    {"values", 0, 64, f_values},
    {"pick", 1, 64, f_pick},
    {"omit", 1, 64, f_omit},
    {"pluck", 1, 64, f_pluck},
    {"dig", 3, 64, f_dig},
    {"deepCopy", 1, 1, f_copy},
    {"mustDeepCopy", 1, 1, f_copy},
    {"merge", 1, 64, f_merge},
    {"mustMerge", 1, 64, f_merge},
    {"mergeOverwrite", 1, 64, f_merge_over},
    {"mustMergeOverwrite", 1, 64, f_merge_over},
    {"kindOf", 1, 1, f_kind_of},
    {"typeOf", 1, 1, f_type_of},
    {"kindIs", 2, 2, f_kind_is},
    {"typeIs", 2, 2, f_type_is},
    {"typeIsLike", 2, 2, f_type_is},
    {NULL, 0, 0, NULL},
};
