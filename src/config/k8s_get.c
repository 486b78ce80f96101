/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of Kubernetes manifests. */
#include "config/k8s.h"
#include "config/k8s_fields.h"

static const char *const event_names[] = {"document", "object", "pod",	"container", "volume",
					  "port",     "env",	"rule", "subject",   "peer"};

#define GET(name)                                                                                  \
	static int get_##name(struct k8s_event *e, const struct rule_arg *arg maybe_unused,        \
			      struct rule_value *out)

GET(evt_type)
{
	return tree_say(out, slice_str(event_names[e->type]));
}
GET(doc_error)
{
	return tree_say_some(out, e->error);
}

/* ---- objects ---- */

GET(kind)
{
	return tree_say_some(out, node_get_str(e->object, "kind"));
}
GET(api)
{
	return tree_say_some(out, node_get_str(e->object, "apiVersion"));
}
GET(name)
{
	return tree_say_some(out, node_str(node_path(e->object, "metadata.name")));
}
GET(namespace)
{
	return tree_say_some(out, node_str(node_path(e->object, "metadata.namespace")));
}
GET(object_path)
{
	return tree_say_node(out, tree_path(e->object, arg->text));
}
GET(object_has)
{
	return tree_say_bool(out, tree_path(e->object, arg->text) != NULL);
}
GET(object_list)
{
	return tree_say_list(e->file->arena, tree_path(e->object, arg->text), false, out);
}
GET(object_values)
{
	return tree_say_list(e->file->arena, tree_path(e->object, arg->text), true, out);
}

/* "path:key": the scalar `key` of each member of the list; without one its name. */
static int say_each(struct k8s_event *e, const struct node *n, struct slice text,
		    struct rule_value *out)
{
	struct tree_list l;
	struct slice key = text, path;
	ssize_t colon = slice_rchr(text, ':');
	path = colon >= 0 ? slice_sub(text, 0, (size_t)colon) : text;
	key = colon >= 0 ? slice_from(text, (size_t)colon + 1) : SL("name");
	if (!n || !tree_list_begin(e->file->arena, &l))
		return 0;
	node_each (x, tree_path(n, path)) {
		const struct node *v = node_member(x, key);
		if (v && v->type != NODE_ARRAY && v->type != NODE_OBJECT)
			tree_list_add(&l, v->str);
	}
	return tree_list_say(&l, out);
}
GET(object_members)
{
	return say_each(e, e->object, arg->text, out);
}

GET(object_is_list)
{
	return tree_say_bool(out, node_is(tree_path(e->object, arg->text), NODE_ARRAY));
}
GET(object_is_mapping)
{
	return tree_say_bool(out, node_is(tree_path(e->object, arg->text), NODE_OBJECT));
}
GET(object_selects)
{
	int fits = k8s_selects(e->object);
	return fits < 0 ? 0 : tree_say_bool(out, fits > 0);
}

static bool is_secret_name(struct slice name)
{
	static const char *const words[] = {
	    "password",	  "passwd",    "secret",      "token",	    "api_key",
	    "apikey",	  "api-key",   "private_key", "privatekey", "private-key",
	    "access_key", "accesskey", "credential"};
	/* What only tells where to find one. */
	static const char *const endings[] = {"url",  "uri",	"file", "path",	    "name",
					      "type", "length", "ttl",	"endpoint", "expiry"};
	char low[128];
	size_t n = MIN(name.len, sizeof(low));
	for (size_t i = 0; i < n; i++)
		low[i] = to_lower(name.ptr[i]);
	struct slice s = slice_of(low, n);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (slice_ends(s, endings[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_find(s, slice_str(words[i])) >= 0)
			return true;
	return false;
}

/* Lines "NAME=VALUE" and "NAME: VALUE" of a value. */
static void add_secret_lines(struct tree_list *l, struct slice text)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		ssize_t at = slice_chr(line, '=');
		if (at <= 0)
			at = slice_chr(line, ':');
		if (at <= 0)
			continue;
		struct slice name = slice_trim(slice_sub(line, 0, (size_t)at)),
			     value = slice_trim(slice_from(line, (size_t)at + 1));
		if (value.len && value.ptr[0] != '$' && value.ptr[0] != '{' &&
		    slice_chr(name, ' ') < 0 && is_secret_name(name))
			tree_list_add(l, name);
	}
}
GET(object_secrets)
{
	struct tree_list l;
	if (!slice_is(node_get_str(e->object, "kind"), "ConfigMap") ||
	    !tree_list_begin(e->file->arena, &l))
		return 0;
	node_each (d, node_get(e->object, "data")) {
		if (d->str.len && slice_chr(d->str, '\n') < 0 && is_secret_name(d->key))
			tree_list_add(&l, d->key);
		else
			add_secret_lines(&l, d->str);
	}
	return tree_list_say(&l, out);
}

/* ---- pods ---- */

GET(pod_path)
{
	return tree_say_node(out, tree_path(e->pod, arg->text));
}
GET(pod_has)
{
	return e->pod ? tree_say_bool(out, tree_path(e->pod, arg->text) != NULL) : 0;
}
GET(pod_list)
{
	return tree_say_list(e->file->arena, tree_path(e->pod, arg->text), false, out);
}
GET(pod_meta)
{
	return tree_say_node(out, tree_path(e->meta, arg->text));
}
GET(pod_meta_list)
{
	return tree_say_list(e->file->arena, tree_path(e->meta, arg->text), false, out);
}

GET(pod_meta_values)
{
	return tree_say_list(e->file->arena, tree_path(e->meta, arg->text), true, out);
}

static int say_members(struct k8s_event *e, const struct node *list, const char *key,
		       struct rule_value *out)
{
	struct tree_list l;
	if (!list || !tree_list_begin(e->file->arena, &l))
		return 0;
	node_each (x, list)
		if (node_get_str(x, key).len)
			tree_list_add(&l, node_get_str(x, key));
	return tree_list_say(&l, out);
}
GET(pod_sysctls)
{
	return say_members(e, node_path(e->pod, "securityContext.sysctls"), "name", out);
}
GET(pod_apparmor)
{
	struct tree_list l;
	if (!e->pod || !tree_list_begin(e->file->arena, &l))
		return 0;
	node_each (a, node_get(e->meta, "annotations"))
		if (slice_starts(a->key, "container.apparmor.security.beta.kubernetes.io/"))
			tree_list_add(&l, slice_starts(a->str, "localhost/") ? SL("localhost")
									     : a->str);
	return tree_list_say(&l, out);
}
GET(pod_images)
{
	static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};
	struct tree_list l;
	if (!e->pod || !tree_list_begin(e->file->arena, &l))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		node_each (c, node_get(e->pod, lists[i]))
			if (node_get_str(c, "image").len)
				tree_list_add(&l, node_get_str(c, "image"));
	return tree_list_say(&l, out);
}
GET(pod_groups)
{
	const struct node *s = node_get(e->pod, "securityContext"), *fs = node_get(s, "fsGroup");
	struct tree_list l;
	if (!e->pod || !tree_list_begin(e->file->arena, &l))
		return 0;
	node_each (g, node_get(s, "supplementalGroups"))
		tree_list_add(&l, g->str);
	if (node_is(fs, NODE_NUMBER))
		tree_list_add(&l, fs->str);
	return tree_list_say(&l, out);
}

static struct tree_image image_of(const struct k8s_event *e)
{
	return tree_image_of(node_get_str(e->container, "image"));
}

/* ---- containers ---- */

GET(c_name)
{
	return tree_say_some(out, node_get_str(e->container, "name"));
}
GET(c_type)
{
	return e->container_type ? tree_say(out, slice_str(e->container_type)) : 0;
}
GET(c_path)
{
	return tree_say_node(out, tree_path(e->container, arg->text));
}
GET(c_has)
{
	return e->container ? tree_say_bool(out, tree_path(e->container, arg->text) != NULL) : 0;
}
GET(c_list)
{
	return tree_say_list(e->file->arena, tree_path(e->container, arg->text), false, out);
}

GET(c_members)
{
	return say_each(e, e->container, arg->text, out);
}

/* The container's word counts before the pod's (core/v1, SecurityContext). */
static const struct node *security(const struct k8s_event *e, struct slice key)
{
	const struct node *own = tree_path(node_get(e->container, "securityContext"), key);
	return own && e->container ? own : tree_path(node_get(e->pod, "securityContext"), key);
}
GET(c_security)
{
	return tree_say_node(out, security(e, arg->text));
}
GET(c_number)
{
	return tree_say_number(out, security(e, arg->text));
}

GET(c_adds)
{
	return tree_say_capabilities(
	    e->file->arena, node_path(e->container, "securityContext.capabilities.add"), out);
}
GET(c_drops)
{
	return tree_say_capabilities(
	    e->file->arena, node_path(e->container, "securityContext.capabilities.drop"), out);
}

static int words_of(struct k8s_event *e, struct tree_list *l)
{
	static const char *const lists[] = {"command", "args"};
	if (!e->container || !tree_list_begin(e->file->arena, l))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		node_each (w, node_get(e->container, lists[i])) {
			struct slice rest = w->str, word;
			if (w->type == NODE_ARRAY || w->type == NODE_OBJECT)
				continue;
			/* "sh -c" scripts and block text: words of it are found too. */
			bool script = slice_chr(rest, ' ') >= 0 || slice_chr(rest, '\n') >= 0;
			while (script && slice_word(&rest, &word))
				tree_list_add(l, word);
			if (!script)
				tree_list_add(l, w->str);
		}
	return 1;
}
GET(c_args)
{
	struct tree_list l;
	return words_of(e, &l) ? tree_list_say(&l, out) : 0;
}
/* The word that names the program; of "sh -c 'exec NAME ...'" it is NAME. */
static size_t program_at(const struct tree_list *l)
{
	static const char *const shells[] = {"sh", "bash", "ash", "dash"};
	struct slice first = path_base(l->items[0].str);
	bool shell = false;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		shell |= slice_is(first, shells[i]);
	for (size_t i = 1; shell && i < l->n; i++)
		if (!slice_starts(l->items[i].str, "-") && !slice_is(l->items[i].str, "exec"))
			return i;
	return 0;
}
GET(c_program)
{
	struct tree_list l;
	if (!words_of(e, &l))
		return 0;
	if (l.n && !slice_starts(l.items[0].str, "-"))
		return tree_say_some(out, path_base(l.items[program_at(&l)].str));
	/* Options alone: the image's own program, which most often has the image's name. */
	struct slice name = path_base(image_of(e).repository);
	static const char *const machines[] = {"-amd64", "-arm64"};
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (slice_ends(name, machines[i]))
			name.len -= strlen(machines[i]);
	return tree_say_some(out, name);
}
GET(c_arg)
{
	struct tree_list l;
	if (!words_of(e, &l))
		return 0;
	for (size_t i = 0; i < l.n; i++) {
		struct slice w = l.items[i].str;
		if (w.len < arg->text.len || !slice_eq(slice_sub(w, 0, arg->text.len), arg->text))
			continue;
		struct slice rest = slice_from(w, arg->text.len);
		if (rest.len && rest.ptr[0] == '=')
			return tree_say(out, slice_from(rest, 1));
		if (rest.len)
			continue;
		bool value = i + 1 < l.n && !slice_starts(l.items[i + 1].str, "-");
		return tree_say(out, value ? l.items[i + 1].str : SL("true"));
	}
	return 0;
}

/* ---- images ---- */

GET(image_ref)
{
	return tree_say_some(out, node_get_str(e->container, "image"));
}
GET(image_registry)
{
	return tree_say_some(out, image_of(e).registry);
}
GET(image_repo)
{
	return tree_say_some(out, image_of(e).repository);
}
GET(image_tag)
{
	return tree_say_some(out, image_of(e).tag);
}
GET(image_digest)
{
	return tree_say_some(out, image_of(e).digest);
}

/* ---- parts ---- */

GET(v_name)
{
	return e->type == K8E_VOLUME ? tree_say_some(out, node_get_str(e->part, "name")) : 0;
}
GET(v_type)
{
	if (e->type != K8E_VOLUME)
		return 0;
	node_each (x, e->part)
		if (!slice_is(x->key, "name"))
			return tree_say(out, x->key);
	return 0;
}
GET(part_path)
{
	return tree_say_node(out, tree_path(e->part, arg->text));
}
GET(part_has)
{
	return e->part ? tree_say_bool(out, tree_path(e->part, arg->text) != NULL) : 0;
}
GET(part_number)
{
	return tree_say_number(out, tree_path(e->part, arg->text));
}

static int say_rule(struct k8s_event *e, const char *key, struct rule_value *out)
{
	return e->type == K8E_RULE
		   ? tree_say_list(e->file->arena, node_get(e->part, key), false, out)
		   : 0;
}
GET(r_verbs)
{
	return say_rule(e, "verbs", out);
}
/* Resources of the core group: a rule for other groups alone does not give them. */
static bool is_core(struct slice resource)
{
	static const char *const names[] = {"pods",
					    "secrets",
					    "configmaps",
					    "services",
					    "endpoints",
					    "nodes",
					    "namespaces",
					    "serviceaccounts",
					    "replicationcontrollers",
					    "persistentvolumes"};
	ssize_t slash = slice_chr(resource, '/');
	struct slice name = slash > 0 ? slice_sub(resource, 0, (size_t)slash) : resource;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(name, names[i]))
			return true;
	return false;
}
GET(r_resources)
{
	const struct node *groups = node_get(e->part, "apiGroups");
	bool core = !groups || !groups->count;
	struct tree_list l;
	if (e->type != K8E_RULE || !tree_list_begin(e->file->arena, &l))
		return 0;
	node_each (g, groups)
		core |= !g->str.len || slice_is(g->str, "*");
	node_each (r, node_get(e->part, "resources"))
		if (r->type != NODE_ARRAY && r->type != NODE_OBJECT && (core || !is_core(r->str)))
			tree_list_add(&l, r->str);
	return tree_list_say(&l, out);
}
GET(r_groups)
{
	return say_rule(e, "apiGroups", out);
}
GET(r_names)
{
	return say_rule(e, "resourceNames", out);
}
GET(s_kind)
{
	return e->type == K8E_SUBJECT ? tree_say_some(out, node_get_str(e->part, "kind")) : 0;
}
GET(s_name)
{
	return e->type == K8E_SUBJECT ? tree_say_some(out, node_get_str(e->part, "name")) : 0;
}
GET(p_direction)
{
	return e->direction ? tree_say(out, slice_str(e->direction)) : 0;
}
GET(p_any)
{
	struct slice cidr = node_str(node_path(e->part, "ipBlock.cidr"));
	if (e->type != K8E_PEER)
		return 0;
	bool whole = slice_ends(cidr, "/0") && !node_path(e->part, "ipBlock.except");
	return tree_say_bool(out, !e->part || whole ||
				      (node_is(e->part, NODE_OBJECT) && !e->part->count));
}
GET(p_wide)
{
	static const char *const selectors[] = {"podSelector", "namespaceSelector"};
	const struct node *block = node_get(e->part, "ipBlock");
	if (e->type != K8E_PEER)
		return 0;
	bool wide = !e->part || (node_is(e->part, NODE_OBJECT) && !e->part->count) ||
		    (block && (!block->count || slice_ends(node_get_str(block, "cidr"), "/0")));
	size_t given = 0, empty = 0;
	for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
		const struct node *s = node_get(e->part, selectors[i]);
		given += s != NULL;
		empty += s && !s->count;
	}
	return tree_say_bool(out, wide || (given && given == empty));
}

/* ---- the table ---- */

typedef int getter(struct k8s_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	K8S_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    K8S_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    K8S_FIELDS
#undef F
};
static const struct rule_event_type types[] = {
    {"document", K8E_FILE},   {"object", K8E_OBJECT},
    {"pod", K8E_POD},	      {"container", K8E_CONTAINER},
    {"volume", K8E_VOLUME},   {"port", K8E_PORT},
    {"env", K8E_ENV},	      {"rule", K8E_RULE},
    {"subject", K8E_SUBJECT}, {"peer", K8E_PEER}};

const struct rule_source k8s_source = {.name = "kubernetes",
				       .text = "manifests of Kubernetes",
				       .fields = fields,
				       .nfields = ARRAY_LEN(fields),
				       .types = types,
				       .ntypes = ARRAY_LEN(types)};

int k8s_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	    struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}
