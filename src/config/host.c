/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host of containers: the engine's daemon.json and unit file, and the bundles of running containers (OCI
 * runtime-spec, config.json), which say what was really given to each.
 */
#include "config/tree.h"

enum host_event_type { HE_DAEMON, HE_UNIT, HE_CONTAINER, HE_MOUNT };

struct host_event {
	struct tree_file *file;
	enum host_event_type type;
	const struct node *root, *mount;
	struct slice command; /* of a unit: all of ExecStart */
};

/* ---- recognising ---- */

static bool is_daemon(struct slice path)
{
	return slice_is(path_base(path), "daemon.json");
}

static bool is_unit(struct slice path)
{
	static const char *const names[] = {"docker.service", "containerd.service", "docker.conf",
					    "override.conf", NULL};
	return slice_is_any(path_base(path), names);
}

static unsigned recognise(struct slice path, struct slice head)
{
	bool json = slice_starts(slice_trim(head), "{");
	if (json && is_daemon(path))
		return 60;
	if (json && slice_find(head, SL("\"ociVersion\"")) >= 0)
		return 80;
	if (is_unit(path) && slice_find(head, SL("ExecStart=")) >= 0 &&
	    slice_find(head, SL("dockerd")) >= 0)
		return 60;
	return 0;
}

/* ---- events ---- */

static int read_json(struct tree_file *f, struct slice all, struct slice path, struct err *err)
{
	struct host_event e = {.file = f};
	struct node *root = NULL;
	TRY(json_parse(&f->doc, all, NULL, &root, err));
	e.root = root;
	bool bundle = node_get(root, "ociVersion") != NULL;
	if (!bundle && !is_daemon(path))
		return 0;
	e.type = bundle ? HE_CONTAINER : HE_DAEMON;
	TRY(tree_emit(f, e.type, &e, root, err));
	e.type = HE_MOUNT;
	node_each (m, bundle ? node_get(root, "mounts") : NULL) {
		e.mount = m;
		TRY(tree_emit(f, HE_MOUNT, &e, m, err));
	}
	return 0;
}

/* The last ExecStart counts; lines that end with '\' go on (systemd.syntax). */
static int read_unit(struct tree_file *f, struct slice all, struct err *err)
{
	struct host_event e = {.file = f, .type = HE_UNIT};
	struct slice line;
	auto_buf struct buf b;
	bool more = false;
	buf_init(&b, 64 * KIB);
	while (slice_line(&all, &line)) {
		line = slice_trim(line);
		if (!more && !slice_starts(line, "ExecStart="))
			continue;
		if (!more) {
			buf_clear(&b);
			line = slice_from(line, 10);
		}
		more = slice_ends(line, "\\");
		line.len -= more;
		buf_puts(&b, line);
		buf_putc(&b, ' ');
	}
	e.command = arena_dup(f->arena, buf_slice(&b));
	return e.command.len ? tree_emit(f, HE_UNIT, &e, NULL, err) : 0;
}

static int check(struct config_run *r, struct err *err)
{
	const struct config_file *given = config_run_file(r);
	struct tree_file f;
	TRY(tree_begin(&f, r, given->bytes, err));
	int rc = is_unit(given->path) ? read_unit(&f, given->bytes, err)
				      : read_json(&f, given->bytes, given->path, err);
	doc_free(&f.doc);
	return rc;
}

/* ---- fields ---- */

/* clang-format off */
#define HOST_FIELDS \
	F(evt_type, "evt.type", RULE_STRING, RULE_EVENT_TYPE, "what the event is about: daemon unit container mount") \
	F(d_path, "daemon.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of daemon.json: daemon.path[live-restore]") \
	F(d_has, "daemon.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of daemon.json") \
	F(d_list, "daemon.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list, or the names of a mapping, of daemon.json") \
	F(d_tcp, "daemon.tcp", RULE_BOOL, 0, "whether it listens on the network") \
	F(u_arg, "unit.arg", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "value of an option of the daemon's command line; true for one without a value") \
	F(u_command, "unit.command", RULE_STRING, 0, "the daemon's command line") \
	F(c_id, "container.id", RULE_STRING, 0, "the container: its folder, or its host name") \
	F(c_path, "container.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of a bundle's config.json: container.path[process.user.uid]") \
	F(c_has, "container.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of it") \
	F(c_list, "container.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list at a path of it") \
	F(c_number, "container.number", RULE_INT64, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a number of it: container.number[linux.resources.memory.limit]") \
	F(c_caps, "container.capabilities", RULE_STRING, RULE_LIST, "its bounding set, without CAP_") \
	F(c_own, "container.namespaces", RULE_STRING, RULE_LIST, "kinds of namespaces that are its own") \
	F(m_source, "mount.source", RULE_STRING, 0, "path of the host that is bound into the container") \
	F(m_target, "mount.target", RULE_STRING, 0, "where it is in the container") \
	F(m_options, "mount.options", RULE_STRING, RULE_LIST, "its options: ro, rshared ...")
/* clang-format on */

#define GET(name)                                                                                  \
	static int get_##name(struct host_event *e, const struct rule_arg *arg maybe_unused,       \
			      struct rule_value *out)

static const struct node *daemon_of(const struct host_event *e)
{
	return e->type == HE_DAEMON ? e->root : NULL;
}
static const struct node *bundle_of(const struct host_event *e)
{
	return e->type == HE_CONTAINER || e->type == HE_MOUNT ? e->root : NULL;
}
GET(evt_type)
{
	static const char *const names[] = {"daemon", "unit", "container", "mount"};
	return tree_say(out, slice_str(names[e->type]));
}
/* Names of daemon.json have no dots, so a path is one name. */
GET(d_path)
{
	return tree_say_node(out, tree_path(daemon_of(e), arg->text));
}
GET(d_has)
{
	return daemon_of(e) ? tree_say_bool(out, tree_path(e->root, arg->text) != NULL) : 0;
}
GET(d_list)
{
	return tree_say_list(e->file->arena, tree_path(daemon_of(e), arg->text), false, out);
}
GET(d_tcp)
{
	bool tcp = false;
	if (!daemon_of(e))
		return 0;
	node_each (h, node_get(e->root, "hosts"))
		tcp |= slice_starts(h->str, "tcp://");
	return tree_say_bool(out, tcp);
}
GET(u_arg)
{
	struct slice rest = e->command, word;
	while (e->type == HE_UNIT && slice_word(&rest, &word)) {
		if (word.len < arg->text.len ||
		    !slice_eq(slice_sub(word, 0, arg->text.len), arg->text))
			continue;
		struct slice after = slice_from(word, arg->text.len), next, ahead = rest;
		if (after.len && after.ptr[0] == '=')
			return tree_say(out, slice_from(after, 1));
		if (after.len)
			continue;
		bool value = slice_word(&ahead, &next) && !slice_starts(next, "-");
		return tree_say(out, value ? next : SL("true"));
	}
	return 0;
}
GET(u_command)
{
	return e->type == HE_UNIT ? tree_say(out, e->command) : 0;
}
GET(c_id)
{
	if (!bundle_of(e))
		return 0;
	struct slice path = config_run_file(e->file->run)->path;
	ssize_t slash = slice_rchr(path, '/');
	struct slice dir = slash > 0 ? path_base(slice_sub(path, 0, (size_t)slash)) : SL_NONE;
	return tree_say(out, dir.len ? dir : node_get_str(e->root, "hostname"));
}
GET(c_path)
{
	return tree_say_node(out, tree_path(bundle_of(e), arg->text));
}
GET(c_has)
{
	return bundle_of(e) ? tree_say_bool(out, tree_path(e->root, arg->text) != NULL) : 0;
}
GET(c_list)
{
	return tree_say_list(e->file->arena, tree_path(bundle_of(e), arg->text), false, out);
}
GET(c_number)
{
	return tree_say_number(out, tree_path(bundle_of(e), arg->text));
}
GET(c_caps)
{
	return tree_say_capabilities(e->file->arena,
				     node_path(bundle_of(e), "process.capabilities.bounding"), out);
}
GET(c_own)
{
	struct tree_list l;
	if (!bundle_of(e) || !tree_list_begin(e->file->arena, &l))
		return 0;
	/* One with a path is somebody else's that is entered. */
	node_each (n, node_path(e->root, "linux.namespaces"))
		if (!node_get_str(n, "path").len)
			tree_list_add(&l, node_get_str(n, "type"));
	return tree_list_say(&l, out);
}
GET(m_source)
{
	bool bind = slice_is(node_get_str(e->mount, "type"), "bind");
	node_each (o, node_get(e->mount, "options"))
		bind |= slice_is(o->str, "bind") || slice_is(o->str, "rbind");
	return e->type == HE_MOUNT && bind ? tree_say_some(out, node_get_str(e->mount, "source"))
					   : 0;
}
GET(m_target)
{
	return e->type == HE_MOUNT ? tree_say_some(out, node_get_str(e->mount, "destination")) : 0;
}
GET(m_options)
{
	return e->type == HE_MOUNT
		   ? tree_say_list(e->file->arena, node_get(e->mount, "options"), false, out)
		   : 0;
}

typedef int getter(struct host_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	HOST_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    HOST_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    HOST_FIELDS
#undef F
};
static const struct rule_event_type types[] = {
    {"daemon", HE_DAEMON}, {"unit", HE_UNIT}, {"container", HE_CONTAINER}, {"mount", HE_MOUNT}};
static const struct rule_source source = {.name = "host",
					  .text =
					      "container engines and running containers of a host",
					  .fields = fields,
					  .nfields = ARRAY_LEN(fields),
					  .types = types,
					  .ntypes = ARRAY_LEN(types)};

static int get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}

const struct config_kind config_kind_host = {
    .name = "host",
    .source = &source,
    .get = get,
    .recognise = recognise,
    .check = check,
};
