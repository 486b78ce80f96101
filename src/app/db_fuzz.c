/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes over the network around a database: manifests, statements, lists of feeds, feeds that may be something
 * else. The first byte says which.
 */
#include "app/db_internal.h"
#include "app/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is understood is written as something that means the same. */
static void manifest(struct slice text, struct arena *a)
{
	struct err err = {0};
	struct db_manifest m, again;
	auto_buf struct buf out;
	buf_init(&out, 4 * MIB);
	if (db_manifest_read(text, a, &m, &err) < 0) {
		if (err.len == 0)
			abort();
		return;
	}
	if (db_manifest_write(&m, &out, &err) < 0 ||
	    db_manifest_read(buf_slice(&out), a, &again, &err) < 0 ||
	    !slice_eq(m.statement, again.statement) ||
	    !slice_eq(m.full.digest, again.full.digest) || m.ndeltas != again.ndeltas)
		abort();
	for (size_t i = 0; i < m.ndeltas; i++)
		if (!db_delta_from(&m, m.deltas[i].from))
			abort();
}

static void statement(struct slice text, struct arena *a)
{
	struct err err = {0};
	struct db_statement s;
	auto_buf struct buf out;
	buf_init(&out, MIB);
	if (db_statement_read(text, a, &s, &err) < 0)
		return;
	db_statement_write(&s, &out);
	if (!slice_eq(buf_slice(&out), text))
		abort();
}

static void list(struct slice text, struct arena *a)
{
	struct err err = {0};
	CLEANUP(feed_list_done) struct feed_list l = {0};
	if (feed_list_read(text, a, &l, &err) < 0)
		return;
	for (size_t i = 0; i < l.len; i++)
		if (slice_starts(l.files[i].path, "/") || slice_starts(l.files[i].path, ".") ||
		    slice_find(l.files[i].path, SL("/.")) >= 0)
			abort();
}

static void unpack(struct slice packed)
{
	struct err err = {0};
	struct db_unpacker u;
	if (db_unpacker_init(&u, 100000, &err) == 0 && db_unpacker_add(&u, packed, &err) == 0 &&
	    db_unpacker_end(&u, &err) == 0 && u.out.len != 100000)
		abort();
	db_unpacker_done(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct slice rest = slice_from(slice_of((const char *)data, size), 1);
	arena_init(&a, 16 * MIB);
	switch (size ? data[0] : 0) {
	case 'M':
		manifest(rest, &a);
		break;
	case 'S':
		statement(rest, &a);
		break;
	case 'L':
		list(rest, &a);
		break;
	case 'Z':
		unpack(rest);
		break;
	default:
		if (feed_check(SL("feed.json"), rest, &err) < 0 && err.len == 0)
			abort();
		break;
	}
	return 0;
}
