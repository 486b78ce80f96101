/* SPDX-License-Identifier: Apache-2.0 */
/* Parts separated by a NUL: a root, then files of roles as a mirror may give them. Signatures cannot be guessed, so that a
 * root that is taken is one of the corpus; behind it everything must be refused that is not signed by its keys. */
#include "sign/tuf_internal.h"

#include <assert.h>

/* What is canonical stays as it is, as far as it can be read back: line ends are not escaped. */
static void canonical(struct slice in)
{
	auto_doc struct doc d;
	auto_buf struct buf once, twice;
	struct node *n;
	struct err err = {0};
	struct text_limits lim = {.max_depth = 32};
	doc_init(&d);
	buf_init(&once, 16 * MIB);
	buf_init(&twice, 16 * MIB);
	if (json_parse(&d, in, &lim, &n, &err) < 0 || tuf_canonical(n, &once, &err) < 0)
		return;
	if (json_parse(&d, buf_slice(&once), &lim, &n, &err) < 0)
		return;
	assert(tuf_canonical(n, &twice, &err) == 0);
	assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
}

static int any(struct sign_tuf *t, struct slice part, struct arena *a, struct err *err)
{
	struct sign_tuf_file f;
	struct slice role;
	int rc = sign_tuf_root(t, part, err);
	rc = rc < 0 ? sign_tuf_timestamp(t, part, true, err) : rc;
	rc = rc < 0 ? sign_tuf_snapshot(t, part, false, err) : rc;
	rc = rc < 0 ? sign_tuf_targets(t, SL("targets"), part, err) : rc;
	rc = rc < 0 ? sign_tuf_targets(t, SL("team"), part, err) : rc;
	if (sign_tuf_target(t, SL("team/x.json"), a, &f, &role, err) == 1)
		rc = sign_tuf_fits(&f, part, err);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), part;
	auto_arena struct arena a;
	auto_tuf struct sign_tuf *t = NULL;
	struct err err = {0};
	unsigned n = 0;
	arena_init(&a, 64 * MIB);
	canonical(rest);
	if (!slice_cut(&rest, '\0', &part) || sign_tuf_open(part, 1795600000, &t, &err) < 0)
		return 0;
	uint64_t version = sign_tuf_root_version(t);
	while (slice_cut(&rest, '\0', &part) && n++ < 20)
		if (any(t, part, &a, &err) < 0)
			continue;
	assert(sign_tuf_root_version(t) >= version);
	return 0;
}
