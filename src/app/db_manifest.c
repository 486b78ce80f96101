/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a database in a registry or an archive, and the statement in it that is signed. */
#include "app/db_internal.h"
#include "text/text.h"

#define NOTE "vnd.strake.db."
#define EMPTY_DIGEST                                                                               \
	"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" /* of "{}" */
#define MAX_TEXT (64 * KIB)

static const struct text_limits limits = {
    .max_bytes = 4 * MIB, .max_nodes = 10000, .max_depth = 20};

/* ---- the statement ---- */

void db_statement_write(const struct db_statement *s, struct buf *out)
{
	char when[TIME_TEXT];
	struct json_writer w;
	time_text(s->built, when);
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "built", slice_str(when));
	jw_kstr(&w, "digest", s->digest);
	jw_ku64(&w, "format", s->format);
	jw_ku64(&w, "size", s->size);
	jw_kstr(&w, "type", SL(DB_TYPE));
	jw_end(&w, '}');
}

int db_statement_read(struct slice text, struct arena *a, struct db_statement *ret, struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf again;
	struct node *root;
	unsigned char sum[SHA256_LEN];
	doc_init(&d);
	buf_init(&again, MAX_TEXT);
	if (json_parse(&d, text, &limits, &root, err) < 0)
		return err_wrap(err, "statement");
	*ret = (struct db_statement){.digest = arena_dup(a, node_get_str(root, "digest"))};
	if (!slice_is(node_get_str(root, "type"), DB_TYPE) || digest_parse(ret->digest, sum) < 0 ||
	    node_u64(node_get(root, "size"), &ret->size) < 0 ||
	    node_u64(node_get(root, "format"), &ret->format) < 0 ||
	    time_parse(node_get_str(root, "built"), &ret->built) < 0)
		return err_input(err, "statement: does not say what it has to");
	if (ret->size > DB_MAX_SIZE)
		return err_limit(err, "statement: a file of %llu bytes is over the limit of %llu",
				 (unsigned long long)ret->size, (unsigned long long)DB_MAX_SIZE);
	/* One meaning has one form: what else stands in it would be signed and not understood. */
	db_statement_write(ret, &again);
	if (!slice_eq(buf_slice(&again), text))
		return err_input(err, "statement: is not in the one form that it may have");
	return 0;
}

/* ---- the manifest ---- */

static struct slice note(const struct node *from, const char *name, struct arena *a)
{
	return arena_dup(a, node_str(node_member(node_get(from, "annotations"), slice_str(name))));
}

static int read_layer(const struct node *n, struct arena *a, struct db_layer *ret, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	*ret = (struct db_layer){.digest = arena_dup(a, node_get_str(n, "digest")),
				 .from = note(n, NOTE "from", a),
				 .to = note(n, NOTE "to", a)};
	if (digest_parse(ret->digest, sum) < 0 || node_u64(node_get(n, "size"), &ret->size) < 0 ||
	    ret->size > DB_MAX_SIZE)
		return err_input(err, "a layer without a digest or a size that may be");
	return 0;
}

static int read_layers(const struct node *list, struct arena *a, struct db_manifest *m,
		       struct err *err)
{
	unsigned char sum[SHA256_LEN];
	struct db_layer l;
	node_each (n, list) {
		struct slice type = node_get_str(n, "mediaType");
		bool full = slice_is(type, DB_LAYER_TYPE), delta = slice_is(type, DB_DELTA_TYPE);
		if (!full && !delta)
			continue;
		TRY(read_layer(n, a, &l, err));
		if (full && m->full.digest.len)
			return err_input(err, "more than one layer with a whole database");
		if (full)
			m->full = l;
		else if (m->ndeltas < DB_MAX_DELTAS && digest_parse(l.from, sum) == 0 &&
			 digest_parse(l.to, sum) == 0)
			m->deltas[m->ndeltas++] = l;
	}
	return m->full.digest.len ? 0 : err_input(err, "no layer with a database");
}

int db_manifest_read(struct slice json, struct arena *a, struct db_manifest *ret, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	*ret = (struct db_manifest){.ndeltas = 0};
	if (json_parse(&d, json, &limits, &root, err) < 0)
		return err_wrap(err, "manifest");
	struct slice type = node_get_str(root, "artifactType");
	if (!slice_is(type, DB_TYPE))
		return err_set(err, ERR_INPUT, -EPROTO,
			       "is no advisory database that this program knows%s%.*s%s",
			       type.len ? " (artifact type \"" : "",
			       SL_FMT(slice_sub(type, 0, 100)), type.len ? "\")" : "");
	if (read_layers(node_get(root, "layers"), a, ret, err) < 0)
		return err_wrap(err, "manifest");
	ret->statement = note(root, NOTE "statement", a);
	ret->signature = note(root, NOTE "signature", a);
	ret->key = note(root, NOTE "key", a);
	if (!ret->full.digest.ptr || ret->statement.len > MAX_TEXT)
		return err_limit(err, "manifest: too long");
	return db_statement_read(ret->statement, a, &ret->says, err);
}

static void write_layer(struct json_writer *w, const char *type, const struct db_layer *l)
{
	jw_object(w);
	jw_kstr(w, "mediaType", slice_str(type));
	jw_kstr(w, "digest", l->digest);
	jw_ku64(w, "size", l->size);
	if (l->from.len) {
		jw_key(w, "annotations");
		jw_object(w);
		jw_kstr(w, NOTE "from", l->from);
		jw_kstr(w, NOTE "to", l->to);
		jw_end(w, '}');
	}
	jw_end(w, '}');
}

int db_manifest_write(const struct db_manifest *m, struct buf *out, struct err *err)
{
	struct json_writer w;
	char when[TIME_TEXT];
	time_text(m->says.built, when);
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL(DB_MANIFEST));
	jw_kstr(&w, "artifactType", SL(DB_TYPE));
	jw_key(&w, "config");
	write_layer(&w, DB_EMPTY_TYPE, &(struct db_layer){.digest = SL(EMPTY_DIGEST), .size = 2});
	jw_key(&w, "layers");
	jw_array(&w);
	write_layer(&w, DB_LAYER_TYPE, &m->full);
	for (size_t i = 0; i < m->ndeltas; i++)
		write_layer(&w, DB_DELTA_TYPE, &m->deltas[i]);
	jw_end(&w, ']');
	jw_key(&w, "annotations");
	jw_object(&w);
	/* For people and other programs; ours reads the statement. */
	jw_kstr(&w, "org.opencontainers.image.created", slice_str(when));
	jw_kstr(&w, NOTE "digest", m->says.digest);
	jw_kstr(&w, NOTE "statement", m->statement);
	jw_kstr_opt(&w, NOTE "signature", m->signature);
	jw_kstr_opt(&w, NOTE "key", m->key);
	jw_end(&w, '}');
	jw_end(&w, '}');
	return out->failed ? err_oom(err) : 0;
}

const struct db_layer *db_delta_from(const struct db_manifest *m, struct slice digest)
{
	for (size_t i = 0; i < m->ndeltas; i++)
		if (slice_eq(m->deltas[i].from, digest))
			return &m->deltas[i];
	return NULL;
}
