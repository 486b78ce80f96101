/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners and modes of the files that a container engine depends on, as the caller gathered them:
 * {"hostFiles": [{"path", "role", "type", "mode", "uid", "gid", "group"}]}. It is no file of a host, so it is
 * recognised by its name alone.
 */
#include "config/tree.h"

struct file_event {
	struct tree_file *file;
	const struct node *entry;
};

static unsigned recognise(struct slice path, struct slice head)
{
	return slice_is(path, "host-files") && slice_starts(slice_trim(head), "{") ? 90 : 0;
}

static int emit_all(struct tree_file *f, struct slice all, struct err *err)
{
	struct file_event e = {.file = f};
	struct node *root = NULL;
	TRY(json_parse(&f->doc, all, NULL, &root, err));
	node_each (x, node_get(root, "hostFiles")) {
		e.entry = x;
		TRY(tree_emit(f, 0, &e, x, err));
	}
	return 0;
}

static int check(struct config_run *r, struct err *err)
{
	struct slice all = config_run_file(r)->bytes;
	struct tree_file f;
	TRY(tree_begin(&f, r, all, err));
	int rc = emit_all(&f, all, err);
	doc_free(&f.doc);
	return rc;
}

/* ---- fields ---- */

enum {
	FIELD_TYPE,
	FIELD_PATH,
	FIELD_ROLE,
	FIELD_MODE,
	FIELD_UID,
	FIELD_GID,
	FIELD_GROUP,
	FIELD_EXCEEDS
};

static const struct rule_field fields[] = {
    {.name = "evt.type",
     .type = RULE_STRING,
     .flags = RULE_EVENT_TYPE,
     .id = FIELD_TYPE,
     .text = "what the event is about: file"},
    {.name = "file.path", .type = RULE_STRING, .id = FIELD_PATH, .text = "a file of the engine"},
    {.name = "file.role",
     .type = RULE_STRING,
     .id = FIELD_ROLE,
     .text = "what it is: service socket-unit etc-docker registry-certificate tls-ca "
	     "tls-certificate tls-key "
	     "docker-socket daemon-json etc-default etc-sysconfig containerd-socket"},
    {.name = "file.mode", .type = RULE_STRING, .id = FIELD_MODE, .text = "its mode, octal"},
    {.name = "file.uid", .type = RULE_INT64, .id = FIELD_UID, .text = "its owner"},
    {.name = "file.gid", .type = RULE_INT64, .id = FIELD_GID, .text = "its group"},
    {.name = "file.group",
     .type = RULE_STRING,
     .id = FIELD_GROUP,
     .text = "name of its group, else its number"},
    {.name = "file.exceeds",
     .type = RULE_BOOL,
     .flags = RULE_ARG_KEY | RULE_ARG_REQUIRED,
     .id = FIELD_EXCEEDS,
     .text = "whether it gives rights beyond a mode: file.exceeds[644]"},
};

static unsigned octal(struct slice s)
{
	unsigned v = 0;
	for (size_t i = 0; i < s.len && i < 5 && s.ptr[i] >= '0' && s.ptr[i] <= '7'; i++)
		v = v * 8 + (unsigned)(s.ptr[i] - '0');
	return v;
}

static int get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	const struct file_event *e = event;
	switch (f->id) {
	case FIELD_TYPE:
		return tree_say(out, SL("file"));
	case FIELD_UID:
		return tree_say_number(out, node_get(e->entry, "uid"));
	case FIELD_GID:
		return tree_say_number(out, node_get(e->entry, "gid"));
	case FIELD_EXCEEDS:
		return tree_say_bool(
		    out, (octal(node_get_str(e->entry, "mode")) & ~octal(arg->text) & 07777) != 0);
	default: /* "file.NAME" */
		return tree_say_node(out, node_get(e->entry, f->name + 5));
	}
}

static const struct rule_event_type types[] = {{"file", 0}};
static const struct rule_source source = {.name = "host_files",
					  .text = "owners and modes of a container engine's files",
					  .fields = fields,
					  .nfields = ARRAY_LEN(fields),
					  .types = types,
					  .ntypes = ARRAY_LEN(types)};

const struct config_kind config_kind_host_files = {
    .name = "host_files",
    .source = &source,
    .get = get,
    .recognise = recognise,
    .check = check,
};
