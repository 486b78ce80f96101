/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of images (OCI image-spec, config.md): what a container starts with, and how the image was made.
 * What is known of the image beside its configuration comes from config_file.beside: "tags" and "setuid", one a line.
 */
#include "config/tree.h"

enum image_event_type { IE_IMAGE, IE_ENV, IE_HISTORY, IE_PORT, IE_LABEL, IE_FILE, IE_TAG };

struct image_event {
	struct tree_file *file;
	enum image_event_type type;
	const struct node *root, *config, *part;
	struct slice name,
	    value;     /* of a variable, label, file or tag; of a history entry its command */
	size_t number; /* of the history entry, from 1 */
};

static unsigned recognise(struct slice path, struct slice head)
{
	(void)path;
	bool rootfs =
	    slice_find(head, SL("\"rootfs\"")) >= 0 || slice_find(head, SL("\"history\"")) >= 0;
	bool schema = slice_find(head, SL("\"$schema\"")) >= 0;
	return slice_starts(slice_trim(head), "{") && rootfs && !schema &&
		       slice_find(head, SL("\"architecture\"")) >= 0 &&
		       slice_find(head, SL("\"config\"")) >= 0
		   ? 70
		   : 0;
}

/* ---- events ---- */

static int emit(struct image_event *e, enum image_event_type type, const struct node *place,
		struct err *err)
{
	e->type = type;
	return tree_emit(e->file, type, e, place, err);
}

static int emit_variables(struct image_event *e, struct err *err)
{
	node_each (v, node_get(e->config, "Env")) {
		e->part = v;
		e->value = v->str;
		if (slice_cut(&e->value, '=', &e->name))
			TRY(emit(e, IE_ENV, v, err));
	}
	node_each (l, node_get(e->config, "Labels")) {
		e->part = l;
		e->name = l->key;
		e->value = l->str;
		TRY(emit(e, IE_LABEL, l, err));
	}
	node_each (p, node_get(e->config, "ExposedPorts")) {
		e->part = p;
		e->name = p->key;
		e->value = SL_NONE;
		TRY(emit(e, IE_PORT, p, err));
	}
	return 0;
}

static int emit_history(struct image_event *e, struct err *err)
{
	node_each (h, node_get(e->root, "history")) {
		e->part = h;
		e->number++;
		e->name = SL_NONE;
		e->value = node_get_str(h, "created_by");
		TRY(emit(e, IE_HISTORY, h, err));
	}
	return 0;
}

static int emit_beside(struct image_event *e, const char *name, enum image_event_type type,
		       struct err *err)
{
	const struct config_file *f = config_run_file(e->file->run);
	struct slice all, line;
	if (!f->beside || !f->beside(f->arg, name, &all))
		return 0;
	while (slice_line(&all, &line)) {
		e->part = NULL;
		e->name = line;
		e->value = SL_NONE;
		if (line.len)
			TRY(emit(e, type, NULL, err));
	}
	return 0;
}

static int read_file(struct tree_file *f, struct slice all, struct err *err)
{
	struct image_event e = {.file = f};
	struct node *root = NULL;
	TRY(json_parse(&f->doc, all, NULL, &root, err));
	e.root = root;
	e.config = node_get(root, "config");
	TRY(emit(&e, IE_IMAGE, root, err));
	TRY(emit_variables(&e, err));
	TRY(emit_history(&e, err));
	TRY(emit_beside(&e, "setuid", IE_FILE, err));
	return emit_beside(&e, "tags", IE_TAG, err);
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
#define IMAGE_FIELDS \
	F(evt_type, "evt.type", RULE_STRING, RULE_EVENT_TYPE, "what the event is about: image env history port label file tag") \
	F(user, "image.user", RULE_STRING, 0, "the user that a container starts as, without the group; empty where none is set") \
	F(path, "image.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the configuration document: image.path[config.WorkingDir]") \
	F(has, "image.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of it") \
	F(list, "image.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list, or the names of a mapping, at a path of it") \
	F(env_name, "env.name", RULE_STRING, 0, "name of a variable") \
	F(env_value, "env.value", RULE_STRING, 0, "its value") \
	F(h_text, "history.text", RULE_STRING, 0, "the command that made a layer") \
	F(h_number, "history.number", RULE_INT64, 0, "its number, from 1") \
	F(h_args, "history.args", RULE_STRING, RULE_LIST, "names of the build arguments that it shows the values of") \
	F(port, "port.number", RULE_INT64, 0, "a port that is exposed") \
	F(label_name, "label.name", RULE_STRING, 0, "name of a label") \
	F(label_value, "label.value", RULE_STRING, 0, "its value") \
	F(file_path, "file.path", RULE_STRING, 0, "a file with the setuid or setgid bit") \
	F(tag, "tag.name", RULE_STRING, 0, "a tag of the image")
/* clang-format on */

#define GET(name)                                                                                  \
	static int get_##name(struct image_event *e, const struct rule_arg *arg maybe_unused,      \
			      struct rule_value *out)
GET(evt_type)
{
	static const char *const names[] = {"image", "env",  "history", "port",
					    "label", "file", "tag"};
	return tree_say(out, slice_str(names[e->type]));
}
GET(user)
{
	struct slice all = node_get_str(e->config, "User"), name = all;
	if (all.len && !slice_cut(&all, ':', &name))
		name = SL_NONE;
	return tree_say(out, name);
}
GET(path)
{
	return tree_say_node(out, tree_path(e->root, arg->text));
}
GET(has)
{
	return tree_say_bool(out, tree_path(e->root, arg->text) != NULL);
}
GET(list)
{
	return tree_say_list(e->file->arena, tree_path(e->root, arg->text), false, out);
}
static int of(const struct image_event *e, enum image_event_type type, struct slice s,
	      struct rule_value *out)
{
	return e->type == type ? tree_say_some(out, s) : 0;
}
GET(env_name)
{
	return of(e, IE_ENV, e->name, out);
}
GET(env_value)
{
	return of(e, IE_ENV, e->value, out);
}
GET(h_text)
{
	return of(e, IE_HISTORY, e->value, out);
}
GET(h_number)
{
	out->i = (int64_t)e->number;
	return e->type == IE_HISTORY;
}
/* The engine writes "|2 NAME=value NAME=value /bin/sh -c ..." (moby, builder/dockerfile). */
GET(h_args)
{
	struct tree_list l;
	struct slice rest = e->value, word, count, name;
	uint32_t n;
	if (e->type != IE_HISTORY || !slice_starts(rest, "|"))
		return 0;
	rest = slice_from(rest, 1);
	if (!slice_word(&rest, &count) || slice_u32(count, &n) < 0 ||
	    !tree_list_begin(e->file->arena, &l))
		return 0;
	while (n-- && slice_word(&rest, &word))
		if (slice_chr(word, '=') > 0 && slice_cut(&word, '=', &name) && word.len)
			tree_list_add(&l, name);
	return tree_list_say(&l, out);
}
GET(port)
{
	struct slice rest = e->name, number;
	uint32_t n;
	if (e->type != IE_PORT || !slice_cut(&rest, '/', &number) || slice_u32(number, &n) < 0)
		return 0;
	out->i = n;
	return 1;
}
GET(label_name)
{
	return of(e, IE_LABEL, e->name, out);
}
GET(label_value)
{
	return of(e, IE_LABEL, e->value, out);
}
GET(file_path)
{
	return of(e, IE_FILE, e->name, out);
}
GET(tag)
{
	return of(e, IE_TAG, e->name, out);
}

typedef int getter(struct image_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	IMAGE_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    IMAGE_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    IMAGE_FIELDS
#undef F
};
static const struct rule_event_type types[] = {
    {"image", IE_IMAGE}, {"env", IE_ENV},   {"history", IE_HISTORY}, {"port", IE_PORT},
    {"label", IE_LABEL}, {"file", IE_FILE}, {"tag", IE_TAG}};
static const struct rule_source source = {.name = "image",
					  .text = "configurations of images",
					  .fields = fields,
					  .nfields = ARRAY_LEN(fields),
					  .types = types,
					  .ntypes = ARRAY_LEN(types)};

static int get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}

const struct config_kind config_kind_image_config = {
    .name = "image",
    .source = &source,
    .get = get,
    .recognise = recognise,
    .check = check,
};
