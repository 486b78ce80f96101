/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text_internal.h"

#include <expat.h>
#include <limits.h>

struct xml_state {
	XML_Parser parser;
	struct xml_handler handler;
	void *arg;
	struct text_limits lim;
	size_t bytes, elements;
	/* Text of all open elements, one behind the other; starts has where each begins. What a child
	 * added is cut off when it ends, so that the parent's text goes on where it stopped. */
	struct buf text;
	VEC(size_t) starts;
	VEC(const char *) attrs;
	struct err *err; /* of the feed that runs */
	int rc;		 /* sticky */
	struct err first;
};

static void stop(struct xml_state *st, int rc)
{
	st->rc = rc;
	XML_StopParser(st->parser, XML_FALSE);
}

static int position(struct xml_state *st)
{
	return err_wrap(st->err, "line %llu, column %llu",
			(unsigned long long)XML_GetCurrentLineNumber(st->parser),
			(unsigned long long)XML_GetCurrentColumnNumber(st->parser) + 1);
}

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon ? colon + 1 : name;
}

static bool is_xmlns(const char *name)
{
	return strncmp(name, "xmlns", 5) == 0 && (name[5] == '\0' || name[5] == ':');
}

/* Attributes without prefix first: they win over foreign ones of the same local name. */
static int copy_attrs(struct xml_state *st, const char **from)
{
	st->attrs.len = 0;
	for (int prefixed = 0; prefixed < 2; prefixed++)
		for (size_t i = 0; from[i]; i += 2) {
			if (is_xmlns(from[i]) || (strchr(from[i], ':') != NULL) != prefixed)
				continue;
			if (vec_push(&st->attrs, local_name(from[i])) < 0 ||
			    vec_push(&st->attrs, from[i + 1]) < 0)
				return err_oom(st->err);
		}
	return vec_push(&st->attrs, NULL) < 0 ? err_oom(st->err) : 0;
}

static int start_element(struct xml_state *st, const char *name, const char **attrs)
{
	if (st->starts.len >= st->lim.max_depth) {
		err_limit(st->err, "nested deeper than %u levels", st->lim.max_depth);
		return position(st);
	}
	if (st->elements++ >= st->lim.max_nodes) {
		err_limit(st->err, "more than %zu elements", st->lim.max_nodes);
		return position(st);
	}
	if (vec_push(&st->starts, st->text.len) < 0)
		return err_oom(st->err);
	TRY(copy_attrs(st, attrs));
	return st->handler.start
		   ? st->handler.start(st->arg, local_name(name), st->attrs.ptr, st->err)
		   : 0;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
	struct xml_state *st = user;
	if (st->rc < 0)
		return;
	int rc = start_element(st, name, attrs);
	if (rc < 0)
		stop(st, rc);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct xml_state *st = user;
	if (st->rc < 0 || st->starts.len == 0)
		return;
	size_t from = st->starts.ptr[--st->starts.len];
	int rc = 0;
	if (st->handler.end)
		rc = st->handler.end(st->arg, local_name(name),
				     slice_trim(slice_from(buf_slice(&st->text), from)), st->err);
	st->text.len = from;
	if (rc < 0)
		stop(st, rc);
}

static void XMLCALL on_text(void *user, const XML_Char *s, int len)
{
	struct xml_state *st = user;
	if (st->rc < 0)
		return;
	buf_put(&st->text, s, (size_t)len);
	if (st->text.failed)
		stop(st, err_limit(st->err, "more text than %zu bytes", st->lim.max_bytes));
}

static void XMLCALL on_entity(void *user, const XML_Char *name, int is_parameter,
			      const XML_Char *value, int value_len, const XML_Char *base,
			      const XML_Char *system, const XML_Char *public,
			      const XML_Char *notation)
{
	struct xml_state *st = user;
	(void)is_parameter, (void)value, (void)value_len, (void)base, (void)system, (void)public,
	    (void)notation;
	if (st->rc < 0)
		return;
	err_input(st->err, "the entity declaration \"%.80s\" is refused", name);
	stop(st, position(st));
}

static void XMLCALL on_skipped(void *user, const XML_Char *name, int is_parameter)
{
	struct xml_state *st = user;
	if (st->rc < 0)
		return;
	err_input(st->err, "the entity %s%.80s; is not declared here", is_parameter ? "%" : "&",
		  name);
	stop(st, position(st));
}

int xml_begin(struct xml *x, const struct xml_handler *h, void *arg, const struct text_limits *lim,
	      struct err *err)
{
	struct xml_state *st = calloc(1, sizeof(*st));
	x->state = st;
	if (!st)
		return err_oom(err);
	st->handler = *h;
	st->arg = arg;
	st->lim = text_limits_of(lim);
	buf_init(&st->text, st->lim.max_bytes);
	st->parser = XML_ParserCreate(NULL);
	if (!st->parser)
		return err_oom(err);
	XML_SetUserData(st->parser, st);
	XML_SetElementHandler(st->parser, on_start, on_end);
	XML_SetCharacterDataHandler(st->parser, on_text);
	XML_SetEntityDeclHandler(st->parser, on_entity);
	XML_SetSkippedEntityHandler(st->parser, on_skipped);
	return 0;
}

static int feed(struct xml_state *st, struct slice part, bool last)
{
	if (part.len > st->lim.max_bytes || st->bytes > st->lim.max_bytes - part.len)
		return err_limit(st->err, "XML text of more than the %zu bytes that are read",
				 st->lim.max_bytes);
	st->bytes += part.len;
	do {
		struct slice now = slice_sub(part, 0, INT_MAX / 4);
		part = slice_from(part, now.len);
		enum XML_Status s = XML_Parse(st->parser, now.len ? now.ptr : "", (int)now.len,
					      last && part.len == 0);
		TRY(st->rc);
		if (s == XML_STATUS_ERROR) {
			enum XML_Error e = XML_GetErrorCode(st->parser);
			if (e == XML_ERROR_NO_MEMORY)
				return err_oom(st->err);
			err_input(st->err, "%s", XML_ErrorString(e));
			return position(st);
		}
	} while (part.len);
	return 0;
}

int xml_feed(struct xml *x, struct slice part, bool last, struct err *err)
{
	struct xml_state *st = x->state;
	if (st->rc < 0) {
		*err = st->first;
		return st->rc;
	}
	st->err = err;
	st->rc = feed(st, part, last);
	st->err = NULL;
	if (st->rc < 0)
		st->first = *err;
	return st->rc;
}

void xml_done(struct xml *x)
{
	struct xml_state *st = x->state;
	x->state = NULL;
	if (!st)
		return;
	if (st->parser)
		XML_ParserFree(st->parser);
	buf_free(&st->text);
	vec_free(&st->starts);
	vec_free(&st->attrs);
	free(st);
}

const char *xml_attr(const char *const *attrs, const char *name)
{
	for (size_t i = 0; attrs && attrs[i]; i += 2)
		if (strcmp(attrs[i], name) == 0)
			return attrs[i + 1];
	return NULL;
}
