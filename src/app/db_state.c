/* SPDX-License-Identifier: Apache-2.0 */
/* FILE.json: where a database file came from and who signed it. */
#include "app/db_internal.h"
#include "net/net.h"
#include "text/text.h"

#include <limits.h>
#include <stdio.h>

static int state_path(const char *db, char *out, size_t cap, struct err *err)
{
	if (snprintf(out, cap, "%s.json", db) >= (int)cap)
		return err_usage(err, "%.64s...: the name is too long", db);
	return 0;
}

/* A signature is told only when it is right: the key stands beside it. */
static void check_signature(struct db_state *s, struct arena *a)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf sig;
	struct err ignored = {0};
	struct db_statement says;
	buf_init(&sig, KIB);
	s->key[0] = '\0';
	if (s->signature.len && sign_public(s->public_key, &key, &ignored) == 0 &&
	    text_unbase64(s->signature, &sig) == 0 &&
	    db_statement_read(s->statement, a, &says, &ignored) == 0 &&
	    slice_eq(says.digest, s->digest) &&
	    sign_bytes_good(key, s->statement, buf_slice(&sig)) &&
	    sign_id(key, s->key, &ignored) == 0)
		return;
	s->key[0] = '\0';
	s->signature = s->public_key = SL_NONE;
}

int db_state_read(const char *db, struct slice digest, struct arena *a, struct db_state *ret,
		  struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf text;
	char path[DB_PATH];
	struct node *root;
	struct err ignored = {0};
	doc_init(&d);
	buf_init(&text, 256 * KIB);
	*ret = (struct db_state){.digest = digest};
	TRY(state_path(db, path, sizeof(path), err));
	/* What cannot be read says nothing. */
	if (file_read(path, &text, &ignored) < 0 ||
	    json_parse(&d, buf_slice(&text), NULL, &root, &ignored) < 0 ||
	    !slice_eq(node_get_str(root, "Digest"), digest))
		return 0;
	ret->source = arena_dup(a, node_get_str(root, "Source"));
	ret->inputs = arena_dup(a, node_get_str(root, "Inputs"));
	ret->statement = arena_dup(a, node_get_str(root, "Statement"));
	ret->signature = arena_dup(a, node_get_str(root, "Signature"));
	ret->public_key = arena_dup(a, node_get_str(root, "PublicKey"));
	check_signature(ret, a);
	return 0;
}

int db_state_write(const char *db, const struct db_state *s, struct err *err)
{
	auto_buf struct buf out;
	char path[DB_PATH];
	struct json_writer w;
	buf_init(&out, 256 * KIB);
	TRY(state_path(db, path, sizeof(path), err));
	jw_init(&w, &out, 2);
	jw_object(&w);
	jw_kstr(&w, "Digest", s->digest);
	jw_kstr_opt(&w, "Source", s->source);
	jw_kstr_opt(&w, "Inputs", s->inputs);
	jw_kstr_opt(&w, "Statement", s->statement);
	jw_kstr_opt(&w, "Signature", s->signature);
	jw_kstr_opt(&w, "PublicKey", s->public_key);
	jw_end(&w, '}');
	buf_putc(&out, '\n');
	return file_replace(path, buf_slice(&out), err);
}

int db_target(const char *given, char path[DB_PATH], struct err *err)
{
	char real[PATH_MAX], dir[DB_PATH];
	if (given && strlen(given) >= DB_PATH - 8)
		return err_usage(err, "--db %.64s...: the name is too long", given);
	if (given)
		snprintf(path, DB_PATH, "%s", given);
	else {
		TRY(app_default_db(path, DB_PATH - 8, true, err));
		snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
		TRY(file_mkdirs(dir, err));
	}
	/* Behind a link its target is replaced, the link stays. */
	if (realpath(path, real) && strlen(real) < DB_PATH - 8)
		snprintf(path, DB_PATH, "%s", real);
	return 0;
}
