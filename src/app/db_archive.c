/* SPDX-License-Identifier: Apache-2.0 */
/* The database as one file to carry: an OCI image layout in a tar, which registries' tools understand too. */
#include "app/db_internal.h"
#include "text/text.h"

#include <stdio.h>

#define BLOCK	    512
#define MAX_MEMBERS 1000
#define LAYOUT	    "{\"imageLayoutVersion\":\"1.0.0\"}"

/* ---- export ---- */

static void put_octal(char *at, size_t digits, uint64_t v)
{
	for (size_t i = digits; i > 0; i--, v >>= 3)
		at[i - 1] = (char)('0' + (v & 7));
}

/* ustar (POSIX.1-1988); owners and times are left out, so that equal content gives equal bytes. */
static int put_member(int fd, const char *name, struct slice data, struct err *err)
{
	char head[BLOCK] = {0}, pad[BLOCK] = {0};
	uint32_t sum = 0;
	if (data.len >> 33)
		return err_limit(err, "%s: over 8 GiB", name);
	memcpy(head, name, MIN(strlen(name), (size_t)99));
	put_octal(head + 100, 7, 0644);
	put_octal(head + 108, 7, 0);
	put_octal(head + 116, 7, 0);
	put_octal(head + 124, 11, data.len);
	put_octal(head + 136, 11, 0);
	memset(head + 148, ' ', 8);
	head[156] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	put_octal(head + 148, 6, sum);
	head[154] = '\0';
	TRY(file_write_fd(fd, slice_of(head, BLOCK), err));
	TRY(file_write_fd(fd, data, err));
	return file_write_fd(fd, slice_of(pad, (BLOCK - data.len % BLOCK) % BLOCK), err);
}

static int put_blob(int fd, struct slice data, struct err *err)
{
	char digest[DIGEST_TEXT], name[100];
	TRY(db_digest(data, digest, err));
	snprintf(name, sizeof(name), "blobs/sha256/%s", digest + 7);
	return put_member(fd, name, data, err);
}

static void write_index(struct slice manifest, const char *digest, struct buf *out)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL("application/vnd.oci.image.index.v1+json"));
	jw_key(&w, "manifests");
	jw_array(&w);
	jw_object(&w);
	jw_kstr(&w, "mediaType", SL(DB_MANIFEST));
	jw_kstr(&w, "digest", slice_str(digest));
	jw_ku64(&w, "size", manifest.len);
	jw_kstr(&w, "artifactType", SL(DB_TYPE));
	jw_end(&w, '}');
	jw_end(&w, ']');
	jw_end(&w, '}');
}

static int write_archive(int fd, const struct db_package *p, struct err *err)
{
	static const char end[2 * BLOCK];
	auto_buf struct buf manifest, index;
	char digest[DIGEST_TEXT];
	buf_init(&manifest, MIB);
	buf_init(&index, MIB);
	TRY(db_manifest_write(&p->manifest, &manifest, err));
	TRY(db_digest(buf_slice(&manifest), digest, err));
	write_index(buf_slice(&manifest), digest, &index);
	TRY(put_member(fd, "oci-layout", SL(LAYOUT), err));
	TRY(put_member(fd, "index.json", buf_slice(&index), err));
	TRY(put_blob(fd, buf_slice(&manifest), err));
	TRY(put_blob(fd, SL("{}"), err));
	TRY(put_blob(fd, buf_slice(&p->packed), err));
	return file_write_fd(fd, slice_of(end, sizeof(end)), err);
}

int db_export(const struct db_share_options *opt, const char *out, struct db_share_result *ret,
	      struct err *err)
{
	struct db_package p = {.packed_digest = ""};
	auto_writer struct file_writer w = {.fd = -1};
	*ret = (struct db_share_result){.digest = ""};
	int rc = db_package_make(opt, &p, ret, err);
	if (rc == 0)
		rc = db_package_pack(&p, err);
	if (rc == 0)
		rc = file_writer_open(&w, out, err);
	if (rc == 0 && write_archive(w.fd, &p, err) < 0)
		rc = err_wrap(err, "%s", out);
	if (rc == 0)
		rc = file_writer_commit(&w, err);
	ret->moved = p.packed.len;
	db_package_done(&p);
	return rc;
}

/* ---- import ---- */

struct member {
	struct slice name, content;
};
struct members {
	struct slice all;
	struct arena *arena;
	struct member items[MAX_MEMBERS];
	size_t n;
};

static int on_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct members *m = arg;
	char name[DB_PATH];
	size_t len;
	if (e->type != TAR_FILE)
		return 0;
	if (m->n == MAX_MEMBERS)
		return err_limit(err, "more than %d files - it is no exported database",
				 MAX_MEMBERS);
	if (!path_normalise(e->path, name, sizeof(name), &len) || e->offset > m->all.len ||
	    e->size > m->all.len - e->offset)
		return 0;
	m->items[m->n++] = (struct member){arena_dup(m->arena, slice_of(name, len)),
					   slice_sub(m->all, (size_t)e->offset, (size_t)e->size)};
	return 0;
}

static int on_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		   struct err *err)
{
	(void)arg, (void)e, (void)piece, (void)last, (void)err;
	return 0;
}

static int find_member(const struct members *m, const char *name, struct slice *ret,
		       struct err *err)
{
	for (size_t i = 0; i < m->n; i++)
		if (slice_is(m->items[i].name, name)) {
			*ret = m->items[i].content;
			return 0;
		}
	return err_input(err, "has no %s - it is no whole exported database", name);
}

/* A blob of the layout, compared with its name. */
static int find_blob(const struct members *m, struct slice digest, struct slice *ret,
		     struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char name[100], got[DIGEST_TEXT];
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "index.json: no digest");
	snprintf(name, sizeof(name), "blobs/sha256/%.64s", digest.ptr + 7);
	TRY(find_member(m, name, ret, err));
	TRY(db_digest(*ret, got, err));
	return slice_is(digest, got) ? 0
				     : err_input(err, "%s: the content is %s - damaged", name, got);
}

static int read_layout(const struct members *m, struct arena *a, struct db_manifest *ret,
		       struct err *err)
{
	static const struct text_limits limits = {.max_bytes = 4 * MIB, .max_nodes = 10000};
	auto_doc struct doc d;
	struct slice index, manifest;
	struct node *root;
	doc_init(&d);
	TRY(find_member(m, "index.json", &index, err));
	if (json_parse(&d, index, &limits, &root, err) < 0)
		return err_wrap(err, "index.json");
	const struct node *list = node_get(root, "manifests");
	TRY(find_blob(m, node_get_str(list ? list->first : NULL, "digest"), &manifest, err));
	return db_manifest_read(manifest, a, ret, err);
}

static int take_content(const struct db_share_options *opt, const struct db_manifest *m,
			struct slice content, const char *source, struct db_share_result *ret,
			struct err *err)
{
	CLEANUP(db_local_done) struct db_local local = {.digest = ""};
	struct err note = {0};
	TRY(db_local_open(opt->db, &local, err));
	TRY(db_may_replace(opt, &local, m->says.built, err));
	ret->unchanged = slice_is(m->says.digest, local.digest);
	if (!ret->unchanged)
		TRY(db_install(opt->db, content, &m->says, err));
	if ((!ret->unchanged || opt->key) && db_remember(opt, opt->db, m, source, &note) < 0)
		log_warn("%s - where the database came from is not remembered", note.text);
	return 0;
}

static int import_archive(const struct db_share_options *opt, struct slice all, struct arena *a,
			  const char *source, struct db_share_result *ret, struct err *err)
{
	auto_free struct members *m = calloc(1, sizeof(*m));
	struct db_manifest manifest;
	struct db_unpacker u = {.size = 0};
	struct pack_mem mem;
	struct slice packed;
	if (!m)
		return err_oom(err);
	*m = (struct members){.all = all, .arena = a};
	struct tar_handler h = {on_entry, on_body, m};
	TRY(tar_walk(pack_mem_source(&mem, all, 0), NULL, &h, err));
	TRY(read_layout(m, a, &manifest, err));
	TRY(db_trust(opt, &manifest, ret, err));
	TRY(find_blob(m, manifest.full.digest, &packed, err));
	int rc = db_unpacker_init(&u, manifest.says.size, err);
	if (rc == 0)
		rc = db_unpacker_add(&u, packed, err);
	if (rc == 0)
		rc = db_unpacker_end(&u, err);
	if (rc == 0)
		rc = take_content(opt, &manifest, buf_slice(&u.out), source, ret, err);
	db_unpacker_done(&u);
	ret->moved = packed.len;
	return rc;
}

/* A database as it is. Nobody vouches for it. */
static int import_plain(const struct db_share_options *opt, struct slice all, const char *source,
			struct db_share_result *ret, struct err *err)
{
	auto_adv struct adv_db *db = NULL;
	struct db_manifest m = {.ndeltas = 0};
	struct adv_info info;
	TRY(adv_open_memory(all, &db, err));
	adv_info_get(db, &info);
	TRY(db_digest(all, ret->digest, err));
	m.says =
	    (struct db_statement){slice_str(ret->digest), all.len, ADV_FILE_FORMAT, info.built};
	ret->size = all.len;
	ret->built = info.built;
	ret->moved = all.len;
	if (opt->key && !opt->allow_unsigned)
		return err_set(err, ERR_PERMISSION, -EKEYREJECTED,
			       "is a database without a signature - export it with one, or take "
			       "it with --allow-unsigned");
	return take_content(opt, &m, all, source, ret, err);
}

int db_import(const struct db_share_options *opt, const char *in, struct db_share_result *ret,
	      struct err *err)
{
	auto_mapping struct mapping map = {0};
	auto_arena struct arena a;
	char source[600];
	/* Carried by hand, a file needs no signature unless a key is named. */
	struct db_share_options by = *opt;
	by.allow_unsigned = opt->allow_unsigned || !opt->key;
	*ret = (struct db_share_result){.digest = ""};
	arena_init(&a, 16 * MIB);
	snprintf(source, sizeof(source), "file:%.500s", in);
	TRY(file_map(in, &map, err));
	struct slice all = mapping_slice(&map);
	int rc;
	if (slice_starts(all, "STRAKEDB"))
		rc = import_plain(&by, all, source, ret, err);
	else if (all.len >= BLOCK && tar_sniff(slice_sub(all, 0, BLOCK)))
		rc = import_archive(&by, all, &a, source, ret, err);
	else
		rc = err_input(err, "is neither what `strake db export` writes nor a database");
	return rc < 0 ? err_wrap(err, "%s", in) : 0;
}
