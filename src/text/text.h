/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents: JSON and YAML become one tree of nodes with byte positions; XML is a stream of events;
 * JSON is written by a streaming writer. All readers take (slice, limits) and refuse what exceeds them.
 */
#pragma once

#include "base/base.h"

enum node_type { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_ARRAY, NODE_OBJECT };

struct node {
	enum node_type type;
	uint32_t pos;	  /* byte offset of the value in the document */
	uint32_t count;	  /* children of an array or object */
	struct slice key; /* name, for a member of an object */
	struct slice str; /* NODE_STRING: decoded text. NODE_NUMBER, NODE_BOOL: as written */
	struct node *first, *next;
};

struct text_limits {
	size_t max_bytes;   /* of the document; 0 = 64 MiB */
	size_t max_nodes;   /* 0 = 4 million */
	unsigned max_depth; /* 0 = 200 */
	/* YAML: values that aliases may stand for, all together; merge keys ("<<") are then merged. 0: aliases are
	 * refused. */
	size_t max_alias_nodes;
};

/* A reusable parser. The tree lives until the next parse or doc_free; the input slice may go away. */
struct doc {
	struct arena arena;
	void *state;
};
void doc_init(struct doc *d);
void doc_free(struct doc *d);
#define auto_doc CLEANUP(doc_free)
/* RFC 8259. Duplicate keys in one object are an error. Errors name line:column. */
int json_parse(struct doc *d, struct slice in, const struct text_limits *lim, struct node **ret,
	       struct err *err) must_use;
/* YAML 1.1 as libyaml reads it; one document (a second one is an error); aliases as the limits say;
 * plain scalars become null, bool, number or string. */
int yaml_parse(struct doc *d, struct slice in, const struct text_limits *lim, struct node **ret,
	       struct err *err) must_use;

/* TOML 1.0.0. Dates and times are strings as written. */
int toml_parse(struct doc *d, struct slice in, const struct text_limits *lim, struct node **ret,
	       struct err *err) must_use;

/* Accessors answer NULL / empty for a missing or wrongly typed thing, so that they chain. */
const struct node *node_member(const struct node *obj, struct slice key);
/* Inline, so that the length of a literal is known when compiled. */
static inline const struct node *node_get(const struct node *obj, const char *key)
{
	return node_member(obj, slice_str(key));
}
const struct node *node_path(const struct node *obj, const char *dotted); /* "a.b.c" */
struct slice node_str(const struct node *n);				  /* strings only */
static inline struct slice node_get_str(const struct node *obj, const char *key)
{
	return node_str(node_get(obj, key));
}
bool node_is(const struct node *n, enum node_type t);
bool node_true(const struct node *n);
int node_u64(const struct node *n, uint64_t *out) must_use;
int node_double(const struct node *n, double *out) must_use;
#define node_each(child, parent)                                                                   \
	for (const struct node *child = (parent) ? (parent)->first : NULL; child;                  \
	     child = child->next)
/* 1-based line and column (bytes) of offset pos. */
void text_position(struct slice doc, size_t pos, uint32_t *line, uint32_t *column);

/* XML: expat behind two callbacks. name and attributes are without namespace prefix.
 * attrs is NULL-terminated name, value, name, value... External entities and DTD entity
 * expansion are refused. A handler returning < 0 (err filled) stops the parse. */
struct xml_handler {
	int (*start)(void *arg, const char *name, const char *const *attrs, struct err *err);
	/* text: character data directly inside the element, white space trimmed */
	int (*end)(void *arg, const char *name, struct slice text, struct err *err);
};
struct xml {
	void *state;
};
int xml_begin(struct xml *x, const struct xml_handler *h, void *arg, const struct text_limits *lim,
	      struct err *err) must_use;
int xml_feed(struct xml *x, struct slice part, bool last, struct err *err) must_use; /* streaming */
void xml_done(struct xml *x);
#define auto_xml CLEANUP(xml_done)
const char *xml_attr(const char *const *attrs, const char *name); /* NULL when absent */

/* Length of the valid UTF-8 at the start of s. */
size_t text_utf8_length(struct slice s);

/* Streaming JSON writer over a buf; indent 0 = compact. Keeps commas and nesting itself.
 * Strings that are not UTF-8 get U+FFFD in place of the bad bytes. */
struct json_writer {
	struct buf *out;
	unsigned indent, depth;
	bool fresh; /* nothing written at this depth yet */
	bool after_key;
};
void jw_init(struct json_writer *w, struct buf *out, unsigned indent);
void jw_object(struct json_writer *w);
void jw_array(struct json_writer *w);
void jw_end(struct json_writer *w, char bracket); /* '}' or ']' */
void jw_key(struct json_writer *w, const char *key);
void jw_key_slice(struct json_writer *w, struct slice key);
void jw_str(struct json_writer *w, struct slice s);
void jw_u64(struct json_writer *w, uint64_t v);
void jw_i64(struct json_writer *w, int64_t v);
void jw_double(struct json_writer *w, double v, int decimals);
void jw_bool(struct json_writer *w, bool v);
void jw_null(struct json_writer *w);
/* key and value in one; the _opt forms write nothing for an empty string or zero. */
void jw_kstr(struct json_writer *w, const char *key, struct slice s);
void jw_kstr_opt(struct json_writer *w, const char *key, struct slice s);
void jw_ku64(struct json_writer *w, const char *key, uint64_t v);
void jw_ku64_opt(struct json_writer *w, const char *key, uint64_t v);
void jw_kbool(struct json_writer *w, const char *key, bool v);
/* Copies a parsed tree. */
void jw_node(struct json_writer *w, const struct node *n);

void text_base64(struct buf *out, struct slice bytes);
/* Standard alphabet, padding optional, white space at the end: 0 or -EINVAL. */
int text_unbase64(struct slice text, struct buf *out) must_use;

#include "text/dockerfile.h"
#include "text/gotemplate.h"
