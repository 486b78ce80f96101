/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/fields/admission.h"
#include "rule/rule_internal.h"

enum admission_field {
#define X(id, name, type, flags, text) ADMISSION_##id,
	ADMISSION_FIELDS
#undef X
};

static const struct rule_field fields[] = {
#define X(id_, name_, type_, flags_, text_)                                                        \
	{.name = (name_),                                                                          \
	 .type = RULE_##type_,                                                                     \
	 .flags = (flags_),                                                                        \
	 .id = ADMISSION_##id_,                                                                    \
	 .text = (text_)},
    ADMISSION_FIELDS
#undef X
};

const struct rule_source rule_source_admission = {
    .name = "admission",
    .text = "requests that a Kubernetes API server asks about",
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
};

/* The specification of the pods that an object is or makes. */
static const struct node *pod_of(const struct node *object)
{
	const struct node *spec = node_get(object, "spec"), *job = node_get(spec, "jobTemplate");
	if (job)
		spec = node_get(job, "spec");
	const struct node *template = node_get(spec, "template");
	return template ? node_get(template, "spec") : spec;
}

static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers"};

/* Containers of the i-th kind; NULL: none. */
static const struct node *containers(const struct node *pod, size_t i)
{
	const struct node *list = node_get(pod, lists[i]);
	return node_is(list, NODE_ARRAY) ? list : NULL;
}

static int images_of(const struct node *object, struct arena *scratch, struct rule_value *out)
{
	const struct node *pod = pod_of(object);
	size_t most = 0;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct node *list = containers(pod, i);
		most += list ? list->count : 0;
	}
	struct rule_value *items = arena_array(scratch, most + 1, sizeof(*items));
	if (!items)
		return 0;
	out->many = true;
	out->items = items;
	out->n = 0;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct node *list = containers(pod, i);
		node_each (c, list)
			if (node_get_str(c, "image").len)
				items[out->n++] = (struct rule_value){
				    .type = RULE_STRING, .str = node_get_str(c, "image")};
	}
	return out->n > 0;
}

static bool is_privileged(const struct node *object)
{
	const struct node *pod = pod_of(object);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct node *list = containers(pod, i);
		node_each (c, list)
			if (node_true(node_get(node_get(c, "securityContext"), "privileged")))
				return true;
	}
	return false;
}

/* RFC 6901; "~1" is a slash, "~0" a tilde. */
static const struct node *at_pointer(const struct node *n, struct slice pointer)
{
	struct slice part;
	if (pointer.len && pointer.ptr[0] == '/')
		pointer = slice_from(pointer, 1);
	while (n && slice_cut(&pointer, '/', &part)) {
		char name[512];
		size_t len = 0;
		uint32_t index = 0;
		for (size_t i = 0; i < part.len && len < sizeof(name); i++) {
			bool escape = part.ptr[i] == '~' && i + 1 < part.len &&
				      (part.ptr[i + 1] == '0' || part.ptr[i + 1] == '1');
			name[len++] = !escape ? part.ptr[i] : part.ptr[++i] == '1' ? '/' : '~';
		}
		if (node_is(n, NODE_ARRAY)) {
			if (slice_u32(slice_of(name, len), &index) < 0)
				return NULL;
			const struct node *item = n->first;
			while (item && index--)
				item = item->next;
			n = item;
		} else {
			n = node_member(n, slice_of(name, len));
		}
	}
	return n;
}

static int text(struct slice s, struct rule_value *out)
{
	out->str = s;
	return s.ptr != NULL;
}

/* A scalar as it is written; an object or a list as JSON. */
static int value_at(const struct node *n, struct arena *scratch, struct rule_value *out)
{
	if (!n || n->type == NODE_NULL)
		return 0;
	if (n->type != NODE_OBJECT && n->type != NODE_ARRAY)
		return text(n->str.ptr ? n->str : SL(""), out);
	auto_buf struct buf b;
	struct json_writer w;
	buf_init(&b, MIB);
	jw_init(&w, &b, 0);
	jw_node(&w, n);
	return text(arena_dup(scratch, buf_slice(&b)), out);
}

static int groups_of(const struct node *user, struct arena *scratch, struct rule_value *out)
{
	const struct node *list = node_get(user, "groups");
	size_t n = node_is(list, NODE_ARRAY) ? list->count : 0;
	struct rule_value *items = arena_array(scratch, n + 1, sizeof(*items));
	if (!items)
		return 0;
	out->many = true;
	out->items = items;
	out->n = 0;
	for (const struct node *g = n ? list->first : NULL; g; g = g->next)
		items[out->n++] = (struct rule_value){.type = RULE_STRING, .str = node_str(g)};
	return n > 0;
}

static int of_request(const struct rule_admission *a, const struct rule_field *f,
		      struct rule_value *out)
{
	const struct node *r = a->request, *kind = node_get(r, "kind");
	const struct node *meta = node_get(a->object, "metadata");
	struct slice name = node_get_str(r, "name");
	switch ((enum admission_field)f->id) {
	case ADMISSION_UID:
		return text(node_get_str(r, "uid"), out);
	case ADMISSION_OPERATION:
		return text(node_get_str(r, "operation"), out);
	case ADMISSION_KIND:
		return text(node_get_str(kind, "kind"), out);
	case ADMISSION_GROUP:
		return text(kind ? node_get_str(kind, "group").ptr ? node_get_str(kind, "group")
								   : SL("")
				 : SL_NONE,
			    out);
	case ADMISSION_VERSION:
		return text(node_get_str(kind, "version"), out);
	case ADMISSION_RESOURCE:
		return text(node_get_str(node_get(r, "resource"), "resource"), out);
	case ADMISSION_SUBRESOURCE:
		return text(node_get_str(r, "subResource"), out);
	case ADMISSION_NAME:
		if (!name.len)
			name = node_get_str(meta, "name");
		return text(name.len ? name : node_get_str(meta, "generateName"), out);
	case ADMISSION_NAMESPACE:
		return text(node_get_str(r, "namespace"), out);
	case ADMISSION_USER:
		return text(node_get_str(node_get(r, "userInfo"), "username"), out);
	case ADMISSION_GROUPS:
	case ADMISSION_DRY_RUN:
	case ADMISSION_VALUE:
	case ADMISSION_OLD:
	case ADMISSION_LABEL:
	case ADMISSION_ANNOTATION:
	case ADMISSION_SERVICE_ACCOUNT:
	case ADMISSION_IMAGES:
	case ADMISSION_PRIVILEGED:
	default:
		return 0;
	}
}

int rule_admission_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
		       struct rule_value *out)
{
	const struct rule_admission *a = event;
	const struct node *meta = node_get(a->object, "metadata");
	switch (f->id) {
	case ADMISSION_GROUPS:
		return groups_of(node_get(a->request, "userInfo"), a->scratch, out);
	case ADMISSION_DRY_RUN:
		out->b = node_true(node_get(a->request, "dryRun"));
		return 1;
	case ADMISSION_VALUE:
		return value_at(at_pointer(a->object, arg->text), a->scratch, out);
	case ADMISSION_OLD:
		return value_at(at_pointer(node_get(a->request, "oldObject"), arg->text),
				a->scratch, out);
	case ADMISSION_LABEL:
		return text(node_str(node_member(node_get(meta, "labels"), arg->text)), out);
	case ADMISSION_ANNOTATION:
		return text(node_str(node_member(node_get(meta, "annotations"), arg->text)), out);
	case ADMISSION_SERVICE_ACCOUNT:
		return text(node_get_str(pod_of(a->object), "serviceAccountName"), out);
	case ADMISSION_IMAGES:
		return images_of(a->object, a->scratch, out);
	case ADMISSION_PRIVILEGED:
		out->b = is_privileged(a->object);
		return a->object != NULL;
	default:
		return of_request(a, f, out);
	}
}

int rule_admission_open(const struct node *review, struct arena *scratch,
			struct rule_admission *ret, struct err *err)
{
	const struct node *request = node_get(review, "request");
	if (!slice_is(node_get_str(review, "kind"), "AdmissionReview") ||
	    !node_is(request, NODE_OBJECT))
		return err_input(err, "is no AdmissionReview with a request");
	const struct node *object = node_get(request, "object");
	*ret = (struct rule_admission){.request = request, .object = object, .scratch = scratch};
	/* A deletion is about what was there. */
	if (!node_is(object, NODE_OBJECT))
		ret->object = node_get(request, "oldObject");
	return 0;
}
