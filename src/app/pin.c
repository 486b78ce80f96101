/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pin_internal.h"

static int by_place(const void *a, const void *b)
{
	const struct pin_ref *x = a, *y = b;
	return x->end != y->end ? (x->end < y->end ? -1 : 1) : (int)x->line - (int)y->line;
}

/* [HOST[:PORT]/]PATH[:TAG][@sha256:HEX] */
struct pin_parts pin_split(struct slice text)
{
	struct pin_parts p = {.name = text};
	ssize_t at = slice_find(text, SL("@sha256:"));
	if (at >= 0) {
		p.digest = slice_from(text, (size_t)at);
		p.name = slice_sub(text, 0, (size_t)at);
	}
	ssize_t slash = slice_rchr(p.name, '/'), colon = slice_rchr(p.name, ':');
	p.has_tag = colon > slash;
	return p;
}

int pin_add(struct pin_search *s, struct pin_ref r, struct err *err)
{
	if (s->refs.len >= PIN_MAX_REFS)
		return err_limit(err, "more than %d images", PIN_MAX_REFS);
	uint32_t column;
	r.image = arena_dup(s->arena, r.image);
	if (!r.image.ptr && r.image.len)
		return err_oom(err);
	text_position(s->in, r.line, &r.line, &column); /* so far it is a byte */
	return vec_push(&s->refs, r) < 0 ? err_oom(err) : 0;
}

int pin_say(struct pin_search *s, enum pin_state state, struct slice image, uint32_t at,
	    const char *reason, struct err *err)
{
	struct pin_ref r = {.state = state, .image = image, .reason = reason, .line = at};
	return pin_add(s, r, err);
}

/* written stands at byte `at` of the file, said is what it means. */
int pin_place(struct pin_search *s, struct slice written, struct slice said, uint32_t at,
	      struct err *err)
{
	struct pin_parts p = pin_split(said), w = pin_split(written);
	uint32_t end = at + (uint32_t)written.len;
	struct pin_ref r = {.image = p.name, .line = at, .has_tag = p.has_tag};
	if (p.digest.len) {
		r.state = PIN_PINNED;
		if (w.digest.len && p.has_tag) {
			r.start = end - (uint32_t)w.digest.len;
			r.end = end;
		}
	} else {
		r.state = PIN_OPEN;
		r.start = r.end = end;
	}
	return pin_add(s, r, err);
}

static bool is_yaml(struct slice path)
{
	return slice_ends(path, ".yml") || slice_ends(path, ".yaml") || slice_ends(path, ".json");
}

/* A Dockerfile's first instruction is ARG or FROM; a mapping of YAML has a colon behind its first word. */
static bool looks_like_yaml(struct slice bytes)
{
	struct slice rest = bytes, line, first;
	while (slice_line(&rest, &line)) {
		struct slice word = line;
		if (!slice_word(&word, &first) || first.ptr[0] == '#')
			continue;
		return slice_is(first, "---") || slice_ends(first, ":") || first.ptr[0] == '{';
	}
	return false;
}

/* One place gets one digest. */
static int hand_out(struct pin_search *s, struct pin_list *ret, struct err *err)
{
	ret->items = arena_array(s->arena, s->refs.len + 1, sizeof(*ret->items));
	if (!ret->items)
		return err_oom(err);
	if (s->refs.len)
		qsort(s->refs.ptr, s->refs.len, sizeof(*s->refs.ptr), by_place);
	for (size_t i = 0; i < s->refs.len; i++) {
		const struct pin_ref *r = &s->refs.ptr[i];
		if (ret->len && r->end && ret->items[ret->len - 1].end == r->end)
			continue;
		ret->items[ret->len++] = *r;
	}
	return 0;
}

int app_pin_find(struct slice path, struct slice bytes, const struct slice *args, size_t nargs,
		 struct arena *a, struct pin_list *ret, struct err *err)
{
	struct pin_search s = {.in = bytes, .arena = a, .args = args, .nargs = nargs};
	*ret = (struct pin_list){0};
	if (bytes.len > PIN_MAX_FILE)
		return err_limit(err, "the file is over %zu bytes", (size_t)PIN_MAX_FILE);
	int rc = is_yaml(path) || looks_like_yaml(bytes) ? pin_find_yaml(&s, err)
							 : pin_find_dockerfile(&s, err);
	if (rc == 0)
		rc = hand_out(&s, ret, err);
	vec_free(&s.refs);
	return rc;
}
