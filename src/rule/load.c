/* SPDX-License-Identifier: Apache-2.0 */
/* Items of rules files to definitions: define, append, replace. A definition keeps the place where its name stood first. */
#include "rule/load.h"

#include <stdio.h>

#define MAX_KEYS 100u

bool rule_item_error(struct rule_item *it, const struct node *at, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct rule_trail t = it->trail;
	if (at && at != it->node)
		rule_trail_push(&t, "value", at->key, at->pos);
	rule_problem_add(it->e, true, RULE_ERR_YAML_VALIDATE, &t, SL_NONE, "%s", text);
	return false;
}

bool rule_item_invalid(struct rule_item *it, const struct node *at, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct rule_trail t = it->trail;
	if (at && at != it->node)
		rule_trail_push(&t, "value", at->key, at->pos);
	rule_problem_add(it->e, true, RULE_ERR_VALIDATE, &t, SL_NONE, "%s", text);
	return false;
}

void rule_item_warn(struct rule_item *it, const struct node *at, enum rule_code code,
		    const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct rule_trail t = it->trail;
	if (at && at != it->node)
		rule_trail_push(&t, "key", at->key, ynode(at)->key_pos);
	rule_problem_add(it->e, false, code, &t, SL_NONE, "%s", text);
}

static bool is_scalar(struct rule_item *it, const struct node *n, const char *key)
{
	if (n->type == NODE_NULL)
		return rule_item_error(it, n, "Mapping for key '%s' is empty", key);
	if (n->type != NODE_STRING)
		return rule_item_error(it, n, "Value is not a scalar value");
	if (!n->str.len)
		return rule_item_error(it, n, "Value must be non-empty");
	return true;
}

bool rule_item_text(struct rule_item *it, const struct node *obj, const char *key,
		    const struct node **ret)
{
	const struct node *n = node_get(obj, key);
	if (!n)
		return rule_item_error(it, obj, "Item has no mapping for key '%s'", key);
	*ret = n;
	return is_scalar(it, n, key);
}

bool rule_item_sequence(struct rule_item *it, const struct node *obj, const char *key,
			const struct node **ret)
{
	const struct node *n = node_get(obj, key);
	if (!n)
		return rule_item_error(it, obj, "Item has no mapping for key '%s'", key);
	if (n->type == NODE_NULL)
		return rule_item_error(it, n, "Mapping for key '%s' is empty", key);
	if (n->type != NODE_ARRAY)
		return rule_item_error(it, n, "Value is not a sequence");
	node_each (v, n) {
		if (v->type == NODE_ARRAY || v->type == NODE_OBJECT)
			return rule_item_error(it, v, "sequence value is not scalar");
		if (v->type == NODE_NULL)
			return rule_item_error(it, v, "Can't decode YAML sequence value");
	}
	*ret = n;
	return true;
}

/* Absent keys leave *out alone. YAML 1.1 words, in quotes too, as Falco has it. */
bool rule_item_bool(struct rule_item *it, const char *key, bool *out)
{
	static const char *const yes[] = {"true", "yes", "on", "y", NULL}, *const no[] = {
									       "false", "no", "off",
									       "n", NULL};
	const struct node *n = node_get(it->node, key);
	char word[8];
	if (!n)
		return true;
	if (!is_scalar(it, n, key))
		return false;
	size_t len = MIN(n->str.len, sizeof(word));
	for (size_t i = 0; i < len; i++)
		word[i] = to_lower(n->str.ptr[i]);
	bool is_yes = slice_is_any(slice_of(word, len), yes);
	if (!is_yes && !slice_is_any(slice_of(word, len), no))
		return rule_item_error(it, n, "Can't decode YAML scalar value");
	*out = is_yes;
	return true;
}

bool rule_item_u64(struct rule_item *it, const char *key, uint64_t *out)
{
	const struct node *n = node_get(it->node, key);
	if (!n)
		return true;
	if (!is_scalar(it, n, key))
		return false;
	if (slice_u64(n->str, 10, out) < 0)
		return rule_item_error(it, n, "Can't decode YAML scalar value");
	return true;
}

void rule_item_unknown_keys(struct rule_item *it, const char *const *known, bool own_keys)
{
	static const char *const own[] = {"id",	      "aliases",    "title",
					  "remedy",   "references", "severity",
					  "examples", "properties", NULL};
	node_each (k, it->node) {
		if (slice_is_any(k->key, known) || (own_keys && slice_is_any(k->key, own)) ||
		    rule_problems_full(it->e))
			continue;
		struct rule_near near = {.word = k->key};
		for (size_t i = 0; known[i]; i++)
			rule_near_offer(&near, slice_str(known[i]));
		struct rule_trail t = it->trail;
		rule_trail_push(&t, "key", k->key, ynode(k)->key_pos);
		rule_problem_add(it->e, false, RULE_UNKNOWN_KEY, &t, rule_near_hint(it->e, &near),
				 "Unknown key '%.*s'. The key will be ignored.", SL_FMT(k->key));
	}
}

/* ---- Versions ---- */

static bool semver(struct slice s, uint32_t out[3])
{
	struct slice part;
	for (int i = 0; i < 3; i++) {
		if (i == 2) {
			size_t n = 0;
			while (n < s.len && is_digit(s.ptr[n]))
				n++;
			part = slice_sub(s, 0, n);
			s = slice_from(s, n);
		} else if (!slice_cut(&s, '.', &part)) {
			return false;
		}
		if (slice_u32(part, &out[i]) < 0)
			return false;
	}
	return !s.len || s.ptr[0] == '-' || s.ptr[0] == '+';
}

static int version_cmp(const uint32_t a[3], const uint32_t b[3])
{
	for (int i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static bool engine_version(struct rule_item *it)
{
	static const char *const keys[] = {"required_engine_version", NULL};
	const struct node *n = NULL;
	uint32_t want[3] = {0}, have[3];
	rule_item_unknown_keys(it, keys, false);
	if (!rule_item_text(it, it->node, "required_engine_version", &n))
		return false;
	(void)semver(SL(RULE_ENGINE_VERSION), have);
	if (slice_u32(n->str, &want[1]) < 0 && !semver(n->str, want))
		return rule_item_invalid(it, n,
					 "Unable to parse engine version '%.*s' as a semver "
					 "string. Expected \"x.y.z\" semver format.",
					 SL_FMT(n->str));
	if (version_cmp(have, want) < 0)
		return rule_item_invalid(it, n,
					 "Rules require engine version %u.%u.%u, but engine "
					 "version is " RULE_ENGINE_VERSION,
					 want[0], want[1], want[2]);
	return true;
}

/* What Falco loads as plugins and strake has built in, with the version that is equalled. */
static const struct {
	const char *name;
	uint32_t version[3];
} plugins[] = {
    {"container", {0, 99, 0}},	  {"json", {0, 99, 0}},		{"k8saudit", {0, 99, 0}},
    {"k8saudit-eks", {0, 99, 0}}, {"k8saudit-gke", {0, 99, 0}}, {"k8saudit-aks", {0, 99, 0}},
};

/* 1 satisfied, 0 not, -1 an error was reported. */
static int plugin(struct rule_item *it, const struct node *n, bool *is_known)
{
	const struct node *name = NULL, *version = NULL;
	uint32_t want[3];
	if (n->type != NODE_OBJECT) {
		rule_item_error(it, n, "Plugin version must be a mapping");
		return -1;
	}
	if (!rule_item_text(it, n, "name", &name) || !rule_item_text(it, n, "version", &version))
		return -1;
	if (!semver(version->str, want)) {
		rule_item_invalid(it, version, "Invalid required version '%.*s' for plugin '%.*s'",
				  SL_FMT(version->str), SL_FMT(name->str));
		return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(plugins); i++) {
		if (!slice_is(name->str, plugins[i].name))
			continue;
		*is_known = true;
		return plugins[i].version[0] == want[0] &&
		       version_cmp(plugins[i].version, want) >= 0;
	}
	return 0;
}

static bool one_plugin(struct rule_item *it, const struct node *n)
{
	bool known = false;
	const struct node *others = node_get(n, "alternatives");
	int r = plugin(it, n, &known);
	if (r >= 0 && others && others->type != NODE_ARRAY)
		return rule_item_error(it, others, "Value is not a sequence");
	node_each (o, others) {
		int other = r < 0 ? r : plugin(it, o, &known);
		if (other >= 0 && slice_eq(node_get_str(o, "name"), node_get_str(n, "name")))
			return rule_item_invalid(it, o,
						 "Defined multiple alternative version "
						 "requirements for plugin '%.*s'",
						 SL_FMT(node_get_str(o, "name")));
		r = other < 0 ? other : MAX(r, other);
	}
	if (r == 0)
		rule_item_warn(it, n, RULE_WARNING_EXTENSION,
			       known
				   ? "Plugin '%.*s' is required in a version that is not equalled "
				     "here: rules that use its new fields do not load"
				   : "Plugin '%.*s' is not known: its fields are not there",
			       SL_FMT(node_get_str(n, "name")));
	return r >= 0;
}

static bool plugin_versions(struct rule_item *it)
{
	static const char *const keys[] = {"required_plugin_versions", NULL};
	const struct node *n = node_get(it->node, keys[0]);
	bool good = true;
	rule_item_unknown_keys(it, keys, false);
	if (n->type == NODE_NULL)
		return rule_item_error(it, n, "Mapping for key '%s' is empty", keys[0]);
	if (n->type != NODE_ARRAY)
		return rule_item_error(it, n, "Value of %s must be a sequence", keys[0]);
	node_each (p, n)
		good = one_plugin(it, p) && good;
	return good;
}

/* ---- Override ---- */

static void allowed_text(struct buf *b, bool append, bool replace)
{
	buf_clear(b);
	if (append)
		buf_puts(b, SL("append "));
	if (replace)
		buf_puts(b, SL("replace "));
}

static bool one_override(struct rule_item *it, const struct node *k, const char *const *append,
			 const char *const *replace)
{
	bool may_append = slice_is_any(k->key, append), may_replace = slice_is_any(k->key, replace);
	if (k->type != NODE_STRING)
		return rule_item_error(it, k, "Value is not a scalar value");
	bool is_append = slice_is(k->str, "append"), is_replace = slice_is(k->str, "replace");
	if (is_append && !may_append)
		return rule_item_invalid(it, k,
					 "Key '%.*s' cannot be appended to, use 'replace' instead",
					 SL_FMT(k->key));
	if (is_replace && !may_replace)
		return rule_item_invalid(it, k, "Key '%.*s' cannot be replaced", SL_FMT(k->key));
	if (!is_append && !is_replace) {
		auto_buf struct buf b = {0};
		buf_init(&b, 100);
		allowed_text(&b, true, true);
		return rule_item_invalid(it, k,
					 "Invalid override operation for key '%.*s': '%.*s'. "
					 "Allowed values are: %.*s",
					 SL_FMT(k->key), SL_FMT(k->str), SL_FMT(buf_slice(&b)));
	}
	if (!node_member(it->node, k->key))
		return rule_item_invalid(it, k,
					 "An %s override for '%.*s' was specified but '%.*s' is "
					 "not defined",
					 is_append ? "append" : "replace", SL_FMT(k->key),
					 SL_FMT(k->key));
	return true;
}

bool rule_item_override(struct rule_item *it, const char *const *append, const char *const *replace,
			const char *name_key, struct rule_override *ret)
{
	const struct node *o = node_get(it->node, "override");
	const struct node *legacy = node_get(it->node, "append");
	bool good = true;
	*ret = (struct rule_override){0};
	if (legacy)
		rule_item_warn(it, legacy, RULE_DEPRECATED_ITEM,
			       "'append' key is deprecated. Add an 'append' entry (e.g. "
			       "'condition: append') under 'override' instead.");
	if (!rule_item_bool(it, "append", &ret->is_legacy))
		return false;
	if (!o || o->type == NODE_NULL)
		return true;
	if (o->type != NODE_OBJECT)
		return rule_item_error(it, o, "Value of 'override' must be a mapping");
	if (o->count > MAX_KEYS)
		return rule_item_error(it, o, "more than %u overrides", MAX_KEYS);
	if (ret->is_legacy)
		return rule_item_invalid(
		    it, o,
		    "Keys 'override' and 'append: true' cannot be used together. Add an 'append' "
		    "entry (e.g. 'condition: append') under 'override' instead.");
	node_each (k, o) {
		bool ok = one_override(it, k, append, replace);
		good = good && ok;
		if (ok && slice_is(k->str, "append"))
			ret->any_append = true;
		else if (ok)
			ret->any_replace = true;
	}
	ret->node = o->count ? o : NULL;
	node_each (k, it->node) {
		if (!ret->node || node_member(o, k->key) || slice_is(k->key, "override") ||
		    slice_is(k->key, name_key) || slice_is(k->key, "source"))
			continue;
		if (slice_is_any(k->key, append) || slice_is_any(k->key, replace))
			good = rule_item_invalid(it, k,
						 "Unexpected key '%.*s': no corresponding entry "
						 "under 'override' is defined.",
						 SL_FMT(k->key));
	}
	return good;
}

bool rule_override_is(const struct rule_override *o, const char *key, const char *how)
{
	return o->node && slice_is(node_get_str(o->node, key), how);
}

/* ---- Items ---- */

static bool count_item(struct rule_item *it)
{
	struct rule_engine *e = it->e;
	if (e->lists.len + e->macros.len + e->rules.len < RULE_MAX_ITEMS)
		return true;
	return rule_item_error(it, NULL, "more than %u rules, macros and lists", RULE_MAX_ITEMS);
}

/* Readers of YAML differ on which of two counts. */
static void warn_twice(struct rule_item *it)
{
	if (it->node->count > MAX_KEYS)
		return;
	node_each (k, it->node) {
		if (node_member(it->node, k->key) != k)
			rule_item_warn(it, k, RULE_WARNING_EXTENSION,
				       "Key '%.*s' is there twice: the first counts",
				       SL_FMT(k->key));
	}
}

static void read_item(struct rule_item *it)
{
	static const struct {
		const char *key;
		bool (*read)(struct rule_item *it);
		const char *kind;
	} kinds[] = {
	    {"required_engine_version", engine_version, "required_engine_version"},
	    {"required_plugin_versions", plugin_versions, "required_plugin_versions"},
	    {"list", rule_read_list, "list"},
	    {"macro", rule_read_macro, "macro"},
	    {"rule", rule_read_rule, "rule"},
	};
	if (it->node->type == NODE_NULL || !count_item(it))
		return;
	if (it->node->type != NODE_OBJECT) {
		rule_item_error(it, it->node,
				"Unexpected element type. Each element should be a yaml "
				"associative array.");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct node *n = node_get(it->node, kinds[i].key);
		if (!n)
			continue;
		rule_trail_push(&it->trail, kinds[i].kind, node_str(n), it->node->pos);
		warn_twice(it);
		(void)kinds[i].read(it);
		return;
	}
	rule_item_warn(it, NULL, RULE_UNKNOWN_ITEM, "Unknown top level item");
}

int rule_collect(struct rule_engine *e, struct rule_file *f, struct err *err)
{
	for (size_t d = 0; d < f->ndocs; d++) {
		const struct node *doc = f->docs[d];
		struct rule_item it = {.e = e, .file = f, .node = doc, .err = err};
		rule_trail_begin(&it.trail, f);
		rule_trail_push(&it.trail, "rules content", SL_NONE, doc->pos);
		if (doc->type == NODE_NULL)
			continue;
		if (doc->type != NODE_ARRAY) {
			rule_item_error(&it, NULL,
					doc->type == NODE_OBJECT
					    ? "Rules content is not yaml array of objects"
					    : "Rules content is not yaml");
			continue;
		}
		node_each (n, doc) {
			it.node = n;
			it.trail.n = 0;
			rule_trail_push(&it.trail, "rules content", SL_NONE, n->pos);
			read_item(&it);
		}
	}
	return e->is_oom ? err_oom(err) : 0;
}
