/* SPDX-License-Identifier: Apache-2.0 */
/* Compose files (compose-spec): services, their ports, volumes and variables. */
#include "config/tree.h"

enum compose_event_type { CE_FILE, CE_SERVICE, CE_PORT, CE_VOLUME, CE_ENV, CE_TYPES };

struct compose_event {
	struct tree_file *file;
	enum compose_event_type type;
	const struct node *root, *service;
	struct slice name; /* of the service, or why the file cannot be read */
	/* of a port or volume, whichever way it is written; of a variable */
	struct slice host, published, target, source, mode, variable, value;
	bool has_value;
	const struct node *part;
};

/* ---- recognising ---- */

static unsigned recognise(struct slice path, struct slice head)
{
	struct slice base = path_base(path), line;
	bool services = false, name = slice_starts(base, "docker-compose") ||
				      slice_starts(base, "compose.") ||
				      slice_starts(base, "compose-");
	if (!slice_ends(base, ".yml") && !slice_ends(base, ".yaml"))
		return 0;
	while (slice_line(&head, &line))
		services |= slice_starts(line, "services:");
	return services ? 50 + 40 * name : name ? 30 : 0;
}

/* ---- events ---- */

static int emit(struct compose_event *e, const struct node *place, struct err *err)
{
	return tree_emit(e->file, e->type, e, place, err);
}

/* "[HOST:][PUBLISHED:]TARGET[/PROTOCOL]"; HOST may be an IPv6 address in brackets. */
static void read_port(struct compose_event *e, struct slice text)
{
	ssize_t slash = slice_rchr(text, '/'), colon;
	if (slash > 0)
		text = slice_sub(text, 0, (size_t)slash);
	colon = slice_rchr(text, ':');
	e->target = slice_from(text, (size_t)(colon + 1));
	if (colon < 0)
		return;
	text = slice_sub(text, 0, (size_t)colon);
	colon = slice_rchr(text, ':');
	e->published = slice_from(text, (size_t)(colon + 1));
	e->host = colon > 0 ? slice_sub(text, 0, (size_t)colon) : SL_NONE;
}

static int emit_ports(const struct compose_event *service, struct err *err)
{
	node_each (p, node_get(service->service, "ports")) {
		struct compose_event e = *service;
		e.type = CE_PORT;
		e.part = p;
		if (p->type == NODE_OBJECT) {
			const struct node *published = node_get(p, "published"),
					  *target = node_get(p, "target");
			e.host = node_get_str(p, "host_ip");
			e.published = published ? published->str : SL_NONE;
			e.target = target ? target->str : SL_NONE;
		} else {
			read_port(&e, p->str);
		}
		TRY(emit(&e, p, err));
	}
	return 0;
}

/* "[SOURCE:]TARGET[:MODE]" */
static void read_volume(struct compose_event *e, struct slice text)
{
	struct slice first, second;
	if (!slice_cut(&text, ':', &first))
		return;
	if (!slice_cut(&text, ':', &second)) {
		e->target = first;
		return;
	}
	e->source = first;
	e->target = second;
	e->mode = text;
}

static int emit_volumes(const struct compose_event *service, struct err *err)
{
	node_each (v, node_get(service->service, "volumes")) {
		struct compose_event e = *service;
		e.type = CE_VOLUME;
		e.part = v;
		if (v->type == NODE_OBJECT) {
			e.source = node_get_str(v, "source");
			e.target = node_get_str(v, "target");
			e.mode = node_true(node_get(v, "read_only")) ? SL("ro") : SL_NONE;
		} else {
			read_volume(&e, v->str);
		}
		TRY(emit(&e, v, err));
	}
	return 0;
}

/* A mapping, or a list of "NAME=VALUE". */
static int emit_variables(const struct compose_event *service, const struct node *list,
			  struct err *err)
{
	node_each (v, list) {
		struct compose_event e = *service;
		e.type = CE_ENV;
		e.part = v;
		if (v->key.len) {
			e.variable = v->key;
			e.value = v->str;
			e.has_value = v->type != NODE_NULL;
		} else {
			e.value = v->str;
			e.has_value = slice_chr(v->str, '=') >= 0;
			if (!slice_cut(&e.value, '=', &e.variable))
				continue;
		}
		TRY(emit(&e, v, err));
	}
	return 0;
}

static int emit_service(struct compose_event *e, const struct node *s, struct err *err)
{
	e->type = CE_SERVICE;
	e->service = e->part = s;
	e->name = s->key;
	TRY(emit(e, s, err));
	TRY(emit_ports(e, err));
	TRY(emit_volumes(e, err));
	TRY(emit_variables(e, node_get(s, "environment"), err));
	return emit_variables(e, node_path(s, "build.args"), err);
}

static int read_file(struct tree_file *f, struct slice all, struct err *err)
{
	struct compose_event e = {.file = f};
	struct node *root = NULL;
	struct err own = {0};
	int r = tree_parse(f, all, &root, &own);
	if (r == -ENOMEM)
		return err_oom(err);
	if (r < 0) {
		e.name = slice_str(own.text);
		return emit(&e, NULL, err);
	}
	TRY(tree_comments(f, all, 1, err));
	e.root = root;
	node_each (s, node_get(root, "services"))
		if (s->type == NODE_OBJECT)
			TRY(emit_service(&e, s, err));
	return 0;
}

static int check(struct config_run *r, struct err *err)
{
	struct slice all = config_run_file(r)->bytes;
	struct tree_file f;
	TRY(tree_begin(&f, r, all, err));
	int rc = read_file(&f, all, err);
	doc_free(&f.doc);
	return rc;
}

/* ---- fields ---- */

/* clang-format off */
#define COMPOSE_FIELDS \
	F(evt_type, "evt.type", RULE_STRING, RULE_EVENT_TYPE, "what the event is about: document service port volume env") \
	F(doc_error, "doc.error", RULE_STRING, 0, "document: why it cannot be read") \
	F(s_name, "service.name", RULE_STRING, 0, "name of the service") \
	F(s_path, "service.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the service: service.path[deploy.resources.limits.memory]") \
	F(s_has, "service.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of the service") \
	F(s_list, "service.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list, or the names of a mapping, of the service") \
	F(s_adds, "service.adds", RULE_STRING, RULE_LIST, "capabilities that are added, in upper case, without CAP_") \
	F(s_drops, "service.drops", RULE_STRING, RULE_LIST, "capabilities that are dropped") \
	F(image_ref, "image.ref", RULE_STRING, 0, "the service's image") \
	F(image_registry, "image.registry", RULE_STRING, 0, "its registry; none: Docker Hub") \
	F(image_tag, "image.tag", RULE_STRING, 0, "its tag") \
	F(image_digest, "image.digest", RULE_STRING, 0, "its digest") \
	F(p_host, "port.host", RULE_STRING, 0, "address of the host that a port is published on") \
	F(p_published, "port.published", RULE_STRING, 0, "port of the host") \
	F(p_target, "port.target", RULE_STRING, 0, "port of the container") \
	F(v_source, "volume.source", RULE_STRING, 0, "path of the host, or name of the volume") \
	F(v_target, "volume.target", RULE_STRING, 0, "path in the container") \
	F(v_mode, "volume.mode", RULE_STRING, 0, "ro and the like") \
	F(e_name, "env.name", RULE_STRING, 0, "name of a variable, or of an argument of the build") \
	F(e_value, "env.value", RULE_STRING, 0, "its value, where it is written")
/* clang-format on */

#define GET(name)                                                                                  \
	static int get_##name(struct compose_event *e, const struct rule_arg *arg maybe_unused,    \
			      struct rule_value *out)
GET(evt_type)
{
	static const char *const names[] = {"document", "service", "port", "volume", "env"};
	return tree_say(out, slice_str(names[e->type]));
}
GET(doc_error)
{
	return e->type == CE_FILE ? tree_say(out, e->name) : 0;
}
GET(s_name)
{
	return e->type == CE_FILE ? 0 : tree_say(out, e->name);
}
GET(s_path)
{
	return tree_say_node(out, tree_path(e->service, arg->text));
}
GET(s_has)
{
	return tree_say_bool(out, tree_path(e->service, arg->text) != NULL);
}
GET(s_list)
{
	return tree_say_list(e->file->arena, tree_path(e->service, arg->text), false, out);
}
GET(s_adds)
{
	return tree_say_capabilities(e->file->arena, node_get(e->service, "cap_add"), out);
}
GET(s_drops)
{
	return tree_say_capabilities(e->file->arena, node_get(e->service, "cap_drop"), out);
}
GET(image_ref)
{
	return tree_say_some(out, node_get_str(e->service, "image"));
}
GET(image_registry)
{
	return tree_say_some(out, tree_image_of(node_get_str(e->service, "image")).registry);
}
GET(image_tag)
{
	return tree_say_some(out, tree_image_of(node_get_str(e->service, "image")).tag);
}
GET(image_digest)
{
	return tree_say_some(out, tree_image_of(node_get_str(e->service, "image")).digest);
}
GET(p_host)
{
	return e->type == CE_PORT ? tree_say_some(out, e->host) : 0;
}
GET(p_published)
{
	return e->type == CE_PORT ? tree_say_some(out, e->published) : 0;
}
GET(p_target)
{
	return e->type == CE_PORT ? tree_say_some(out, e->target) : 0;
}
GET(v_source)
{
	return e->type == CE_VOLUME ? tree_say_some(out, e->source) : 0;
}
GET(v_target)
{
	return e->type == CE_VOLUME ? tree_say_some(out, e->target) : 0;
}
GET(v_mode)
{
	return e->type == CE_VOLUME ? tree_say_some(out, e->mode) : 0;
}
GET(e_name)
{
	return e->type == CE_ENV ? tree_say_some(out, e->variable) : 0;
}
GET(e_value)
{
	return e->type == CE_ENV && e->has_value ? tree_say_some(out, e->value) : 0;
}

typedef int getter(struct compose_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	COMPOSE_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    COMPOSE_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    COMPOSE_FIELDS
#undef F
};
static const struct rule_event_type types[] = {{"document", CE_FILE},
					       {"service", CE_SERVICE},
					       {"port", CE_PORT},
					       {"volume", CE_VOLUME},
					       {"env", CE_ENV}};
static const struct rule_source source = {.name = "compose",
					  .text = "compose files",
					  .fields = fields,
					  .nfields = ARRAY_LEN(fields),
					  .types = types,
					  .ntypes = ARRAY_LEN(types)};

static int get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}

const struct config_kind config_kind_compose = {
    .name = "compose",
    .source = &source,
    .get = get,
    .recognise = recognise,
    .check = check,
};
