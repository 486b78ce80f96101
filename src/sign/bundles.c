/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hold several bundles: npm's list of attestations, and lines of JSON. */
#include "sign/bundle_internal.h"

#define MAX_BUNDLES 100

static int read_one(struct slice json, struct arena *a, struct sign_bundle *ret, struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	doc_init(&d);
	TRY(json_parse(&d, json, &lim, &top, err));
	if (node_get(top, "payload") && node_get(top, "signatures"))
		return sign_envelope_read(json, a, ret, err);
	return sign_bundle_read(json, a, ret, err);
}

/* {"attestations":[{"predicateType":...,"bundle":{...}}]} as npm's registry answers;
 * {"provenance_summary":{"provenance":[{"envelope":{...}}]}} as Google's describes an image that it built. */
static int read_list(const struct node *list, const char *member, struct arena *a,
		     struct sign_bundle *all, size_t *n, struct err *err)
{
	node_each (item, list) {
		auto_buf struct buf text;
		struct json_writer w;
		buf_init(&text, SIGN_MAX_BUNDLE);
		if (*n == MAX_BUNDLES)
			return err_limit(err, "more than %d bundles", MAX_BUNDLES);
		if (!node_is(node_get(item, member), NODE_OBJECT))
			return err_input(err, "attestation %zu has no %s", *n + 1, member);
		jw_init(&w, &text, 0);
		jw_node(&w, node_get(item, member));
		if (read_one(buf_slice(&text), a, &all[*n], err) < 0)
			return err_wrap(err, "attestation %zu", *n + 1);
		++*n;
	}
	return *n ? 0 : err_input(err, "the list of attestations is empty");
}

static int read_lines(struct slice text, struct arena *a, struct sign_bundle *all, size_t *n,
		      struct err *err)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		line = slice_trim(line);
		if (!line.len)
			continue;
		if (*n == MAX_BUNDLES)
			return err_limit(err, "more than %d bundles", MAX_BUNDLES);
		if (read_one(line, a, &all[*n], err) < 0)
			return err_wrap(err, "line %zu", *n + 1);
		++*n;
	}
	return 0;
}

int sign_bundles_read(struct slice text, struct arena *a, struct sign_bundle **ret, size_t *n,
		      struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct err first = {0};
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	struct slice rest = text, line;
	doc_init(&d);
	*n = 0;
	*ret = arena_array(a, MAX_BUNDLES, sizeof(**ret));
	if (!*ret)
		return err_oom(err);
	bool whole = json_parse(&d, text, &lim, &top, &first) == 0;
	if (whole && node_is(node_get(top, "attestations"), NODE_ARRAY))
		return read_list(node_get(top, "attestations"), "bundle", a, *ret, n, err);
	const struct node *google = whole ? node_path(top, "provenance_summary.provenance") : NULL;
	if (node_is(google, NODE_ARRAY))
		return read_list(google, "envelope", a, *ret, n, err);
	if (whole || !slice_line(&rest, &line) || !slice_trim(rest).len) {
		*n = 1;
		return read_one(text, a, *ret, err);
	}
	/* Not one document: perhaps one a line. When not even the first is, what is wrong with the whole is told. */
	if (json_parse(&d, line, &lim, &top, err) < 0) {
		*err = first;
		return err->code;
	}
	return read_lines(text, a, *ret, n, err);
}
