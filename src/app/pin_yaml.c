/* SPDX-License-Identifier: Apache-2.0 */
/* Images of compose files (services.*.image) and of Kubernetes manifests (containers and their like), by their places. */
#include "app/pin_internal.h"

#define MAX_DEPTH 64

/* Behind anchors and tags. */
static size_t past_marks(struct slice in, size_t at)
{
	for (int marks = 0; marks < 2 && at < in.len; marks++) {
		if (in.ptr[at] != '&' && in.ptr[at] != '!')
			break;
		while (at < in.len && !is_space(in.ptr[at]))
			at++;
		while (at < in.len && is_space(in.ptr[at]))
			at++;
	}
	return at;
}

/* Where the text of a scalar begins: behind an anchor, a tag, a quote. SIZE_MAX: it is written in another way. */
static size_t place_of(struct slice in, size_t at, struct slice text)
{
	at = past_marks(in, at);
	char quote = at < in.len && (in.ptr[at] == '"' || in.ptr[at] == '\'') ? in.ptr[at] : '\0';
	at += quote != '\0';
	if (!slice_eq(slice_sub(in, at, text.len), text))
		return SIZE_MAX;
	char after = at + text.len < in.len ? in.ptr[at + text.len] : '\n';
	bool ends = quote ? after == quote
			  : is_space(after) || after == ',' || after == '}' || after == ']';
	return ends ? at : SIZE_MAX;
}

/* An alias stands for what its anchor marks: the last of that name before it. */
static size_t behind_alias(struct slice in, size_t at)
{
	size_t n = 1;
	while (at + n < in.len && !is_space(in.ptr[at + n]) &&
	       slice_chr(SL(",]}"), in.ptr[at + n]) < 0)
		n++;
	for (size_t k = at; n > 1 && k-- > 0;)
		if (in.ptr[k] == '&' && k + n < at && is_space(in.ptr[k + n]) &&
		    memcmp(in.ptr + k + 1, in.ptr + at + 1, n - 1) == 0)
			return k;
	return at;
}

static int take(struct pin_search *s, struct slice doc, size_t base, const struct node *image,
		struct err *err)
{
	struct slice text = node_str(image);
	uint32_t where = (uint32_t)base + image->pos;
	if (!text.len)
		return 0;
	if (slice_chr(text, '$') >= 0 || slice_find(text, SL("{{")) >= 0)
		return pin_say(s, PIN_NONE, text, where, "its name has a variable", err);
	size_t at = image->pos;
	if (at < doc.len && doc.ptr[at] == '*')
		at = behind_alias(doc, at);
	at = place_of(doc, at, text);
	if (at == SIZE_MAX)
		return pin_say(s, PIN_LEFT, text, where,
			       "it is written in a way that cannot be changed in place", err);
	return pin_place(s, text, text, (uint32_t)(base + at), err);
}

/* A service that is built gives its image this name. */
static int compose(struct pin_search *s, struct slice doc, size_t base, const struct node *root,
		   struct err *err)
{
	node_each (service, node_get(root, "services")) {
		const struct node *image = node_get(service, "image");
		if (!image)
			continue;
		if (node_get(service, "build"))
			TRY(pin_say(s, PIN_NONE, node_str(image), (uint32_t)base + image->pos,
				    "it is built here", err));
		else
			TRY(take(s, doc, base, image, err));
	}
	return 0;
}

static int kubernetes(struct pin_search *s, struct slice doc, size_t base, const struct node *n,
		      unsigned depth, struct err *err)
{
	static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers",
					    NULL};
	if (depth > MAX_DEPTH)
		return err_limit(err, "values in one another, more than %d deep", MAX_DEPTH);
	node_each (child, n) {
		if (child->type == NODE_ARRAY && slice_is_any(child->key, lists)) {
			node_each (c, child)
				if (node_get(c, "image"))
					TRY(take(s, doc, base, node_get(c, "image"), err));
		} else if (child->type == NODE_OBJECT || child->type == NODE_ARRAY)
			TRY(kubernetes(s, doc, base, child, depth + 1, err));
	}
	return 0;
}

static int document(struct pin_search *s, size_t base, struct slice doc, struct err *err)
{
	static const struct text_limits limits = {.max_alias_nodes = 100000};
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (slice_trim(doc).len == 0)
		return 0;
	TRY(yaml_parse(&d, doc, &limits, &root, err));
	/* Volumes of images (Kubernetes 1.31) are images too, but their field is named otherwise. */
	return node_is(node_get(root, "services"), NODE_OBJECT) && !node_get(root, "kind")
		   ? compose(s, doc, base, root, err)
		   : kubernetes(s, doc, base, root, 0, err);
}

int pin_find_yaml(struct pin_search *s, struct err *err)
{
	struct slice rest = s->in, line;
	size_t start = 0;
	while (rest.len) {
		size_t at = s->in.len - rest.len;
		if (!slice_line(&rest, &line))
			break;
		if (!slice_starts(line, "---") || (line.len > 3 && !is_space(line.ptr[3])))
			continue;
		TRY(document(s, start, slice_sub(s->in, start, at - start), err));
		start = at + 3;
	}
	return document(s, start, slice_from(s->in, start), err);
}
