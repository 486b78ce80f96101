/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path to documents: folders are walked in order, archives and packed files opened, and each
 * document goes to the feed that knows it.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "adv/build_internal.h"
#include "adv/feed_table.h"
#include "pack/pack.h"

enum {
	MAX_RATIO = 4000,      /* of unpacked bytes to packed ones */
	MAX_DEPTH = 32,	       /* folders in one another */
	MAX_ENTRIES = 4000000, /* of one archive or folder tree */
};
#define MAX_DOCUMENT (1024 * MIB)

static const struct adv_feed *const feeds[] = {
#define FEED(name) &adv_feed_##name,
    ADV_FEED_TABLE
#undef FEED
};

const struct adv_feed *const *adv_feeds(size_t *n)
{
	*n = ARRAY_LEN(feeds);
	return feeds;
}

/* One path being added. */
struct source {
	struct adv_build *b;
	bool
	    in_folder; /* one of many: unknown kinds and broken documents are reported and passed over */
	uint64_t entries;
};

static void tell_skipped(struct adv_build *b, const char *path, const char *where, const char *why)
{
	b->report.skipped(b->report.arg, path, where, why);
}

/* ---- one document ---- */

static struct slice document_name(const char *path)
{
	struct slice name = path_base(slice_str(path));
	static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2"};
	for (size_t i = 0; i < ARRAY_LEN(packed); i++)
		if (slice_ends(name, packed[i]))
			name.len -= strlen(packed[i]);
	return name;
}

static struct slice skip_mark(struct slice s)
{
	return slice_starts(s, "\xef\xbb\xbf") ? slice_from(s, 3) : s;
}

struct root_name {
	char name[64];
};

static int root_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct root_name *r = arg;
	(void)attrs;
	snprintf(r->name, sizeof(r->name), "%s", name);
	return err_input(err, "root found"); /* ends the parse: only the name is wanted */
}

static int root_end(void *arg, const char *name, struct slice text, struct err *err)
{
	(void)arg, (void)name, (void)text, (void)err;
	return 0;
}

static struct slice xml_root(struct slice bytes, struct root_name *r)
{
	static const struct xml_handler handler = {root_start, root_end};
	struct err ignored;
	auto_xml struct xml x = {0};
	struct text_limits lim = bld_limits();
	r->name[0] = 0;
	if (xml_begin(&x, &handler, r, &lim, &ignored) < 0 ||
	    xml_feed(&x, slice_sub(bytes, 0, 64 * KIB), bytes.len <= 64 * KIB, &ignored) < 0)
		return slice_str(r->name);
	return slice_str(r->name);
}

static void free_doc(struct doc **doc)
{
	if (*doc)
		doc_free(*doc);
	free(*doc);
	*doc = NULL;
}

static int need_doc(struct adv_build *b, struct err *err)
{
	if (b->doc)
		return 0;
	b->doc = calloc(1, sizeof(*b->doc));
	if (!b->doc)
		return err_oom(err);
	doc_init(b->doc);
	b->doc_free = free_doc;
	return 0;
}

/* Parses what sniffing needs; the kind is ADV_TEXT when it is none of the others. */
static int read_kind(struct adv_build *b, struct adv_file *f, struct root_name *root,
		     enum adv_kind *kind, struct err *err)
{
	struct slice text = slice_trim(slice_sub(f->bytes, 0, 4096));
	struct text_limits lim = bld_limits();
	char first = text.len ? text.ptr[0] : 0;
	struct node *tree = NULL;
	int rc = 0;
	TRY(need_doc(b, err));
	*kind = ADV_TEXT;
	if (first == '{' || (first == '[' && !slice_starts(f->name, "list") && text.len > 1 &&
			     strchr("{[\"]\n\r\t ", text.ptr[1]))) {
		*kind = ADV_JSON;
		rc = json_parse(b->doc, f->bytes, &lim, &tree, err);
	} else if (first == '<') {
		*kind = ADV_XML;
		f->xml_root = xml_root(f->bytes, root);
	} else if (slice_ends(f->name, ".yaml") || slice_ends(f->name, ".yml")) {
		*kind = ADV_YAML;
		rc = yaml_parse(b->doc, f->bytes, &lim, &tree, err);
	}
	f->root = tree;
	return rc;
}

static const struct adv_feed *find_feed(const struct adv_file *f, enum adv_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(feeds); i++) {
		bool tree = kind == ADV_YAML && feeds[i]->kind == ADV_JSON;
		if ((feeds[i]->kind == kind || tree) && feeds[i]->sniff(f))
			return feeds[i];
	}
	return NULL;
}

static int import_bytes(struct adv_build *b, struct adv_file *f, struct err *err)
{
	struct root_name root;
	enum adv_kind kind;
	TRY(read_kind(b, f, &root, &kind, err));
	const struct adv_feed *feed = find_feed(f, kind);
	if (!feed)
		return err_set(
		    err, ERR_INPUT, -ENOENT,
		    "not a feed of a known kind - see `strake db build --help` for those that are");
	if (feed->import(b, f, err) < 0)
		return err_wrap(err, "%s", feed->name);
	/* A full arena hands out nothing: what follows would be missing without a word. */
	if (b->arena.used > BLD_ARENA_MAX - 64 * MIB)
		return err_limit(err, "needs more than %zu MiB to read - split it",
				 BLD_ARENA_MAX / MIB);
	return b->failed ? err_oom(err) : 0;
}

/* Most documents are small: the next one gets their memory. */
static void forget_document(struct adv_build *b)
{
	if (b->arena.used < 4 * MIB)
		arena_reset(&b->arena);
	else
		arena_free(&b->arena);
}

int adv_build_bytes(struct adv_build *b, const char *path, struct slice bytes, bool in_folder,
		    struct err *err)
{
	struct adv_file f = {.path = path, .name = document_name(path), .bytes = skip_mark(bytes)};
	struct bmark mark = bld_mark(b);
	int rc = import_bytes(b, &f, err);
	forget_document(b);
	if (rc == 0) {
		b->report.progress(b->report.arg, path, bytes.len);
		return 0;
	}
	bld_rollback(b, mark);
	if (!in_folder || b->failed || err->kind == ERR_INTERNAL)
		return err_wrap(err, "%s", path);
	tell_skipped(b, path, "", err->text);
	return 0;
}

/* ---- archives ---- */

static int count_entry(struct source *s, struct err *err)
{
	if (++s->entries > MAX_ENTRIES)
		return err_limit(err, "more than %d entries - build from parts", MAX_ENTRIES);
	return 0;
}

static int add_packed(struct source *s, const char *path, struct slice bytes, struct err *err);

static int add_zip(struct source *s, const char *path, struct slice bytes, struct err *err)
{
	struct zip z;
	struct zip_entry e;
	char inner[4096];
	int more;
	uint64_t unpacked = 0;
	TRY(zip_open(bytes, &z, err));
	struct reader cursor = rd_init(z.directory);
	while ((more = zip_next(&z, &cursor, &e, err)) > 0) {
		TRY(count_entry(s, err));
		if (slice_ends(e.name, "/"))
			continue;
		snprintf(inner, sizeof(inner), "%s/%.*s", path, SL_FMT(e.name));
		buf_clear(&s->b->bytes);
		if (zip_read(&z, &e, &s->b->bytes, err) < 0) {
			tell_skipped(s->b, inner, "", err->text);
			continue;
		}
		/* Entries may overlap: then a small archive holds any amount. */
		unpacked += s->b->bytes.len;
		if (unpacked > MAX_DOCUMENT && unpacked / MAX_RATIO > bytes.len)
			return err_limit(err,
					 "unpacks to more than %d times its size - it is no feed",
					 MAX_RATIO);
		TRY(adv_build_bytes(s->b, inner, buf_slice(&s->b->bytes), true, err));
	}
	return more;
}

struct tar_sink {
	struct source *s;
	const char *path;
	struct buf bytes;
};

static int tar_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct tar_sink *t = arg;
	TRY(count_entry(t->s, err));
	buf_clear(&t->bytes);
	return e->type == TAR_FILE && e->size <= MAX_DOCUMENT;
}

static int tar_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		    struct err *err)
{
	struct tar_sink *t = arg;
	char inner[4096];
	buf_puts(&t->bytes, piece);
	if (t->bytes.failed)
		return err_limit(err, "%.*s: too large", SL_FMT(e->path));
	if (!last)
		return 0;
	snprintf(inner, sizeof(inner), "%s/%.*s", t->path, SL_FMT(e->path));
	bool outer = t->s->in_folder;
	t->s->in_folder = true;
	int rc = add_packed(t->s, inner, buf_slice(&t->bytes), err);
	t->s->in_folder = outer;
	return rc;
}

static int add_tar(struct source *s, const char *path, struct pack_source in, struct err *err)
{
	struct tar_sink sink = {.s = s, .path = path};
	struct tar_handler h = {tar_entry, tar_body, &sink};
	buf_init(&sink.bytes, MAX_DOCUMENT);
	int rc = tar_walk(in, NULL, &h, err);
	buf_free(&sink.bytes);
	return rc;
}

/* A decompressor whose first bytes were looked at gives them again. */
struct replay {
	struct slice first;
	struct pack_stream *stream;
};

static int replay_next(void *arg, struct slice *chunk, struct err *err)
{
	struct replay *r = arg;
	if (r->first.len) {
		*chunk = r->first;
		r->first = SL_NONE;
		return 0;
	}
	return pack_next(r->stream, chunk, err);
}

/* A packed file: a tar, or one document. */
static int add_stream(struct source *s, const char *path, enum pack_kind kind, struct slice bytes,
		      struct err *err)
{
	struct pack_mem mem;
	struct pack_limits lim = {.max_ratio = MAX_RATIO};
	auto_pack struct pack_stream *stream = NULL;
	struct slice chunk;
	TRY(pack_open(kind, pack_mem_source(&mem, bytes, 0), &lim, &stream, err));
	auto_buf struct buf out;
	buf_init(&out, MAX_DOCUMENT);
	while (out.len < 512) {
		TRY(pack_next(stream, &chunk, err));
		if (chunk.len == 0)
			break;
		buf_puts(&out, chunk);
	}
	if (out.len >= 512 && tar_sniff(buf_slice(&out))) {
		struct replay r = {buf_slice(&out), stream};
		return add_tar(s, path, (struct pack_source){replay_next, &r}, err);
	}
	for (chunk = SL("-"); chunk.len && !out.failed;) {
		TRY(pack_next(stream, &chunk, err));
		buf_puts(&out, chunk);
	}
	if (out.failed)
		return err_limit(err, "larger than %zu MiB when unpacked", MAX_DOCUMENT / MIB);
	return adv_build_bytes(s->b, path, buf_slice(&out), s->in_folder, err);
}

static int add_packed(struct source *s, const char *path, struct slice bytes, struct err *err)
{
	enum pack_kind kind = pack_sniff(slice_sub(bytes, 0, 16));
	int rc;
	if (slice_starts(bytes, "PK\3\4") || slice_starts(bytes, "PK\5\6")) {
		rc = add_zip(s, path, bytes, err);
	} else if (kind != PACK_NONE) {
		rc = add_stream(s, path, kind, bytes, err);
	} else if (bytes.len >= 512 && tar_sniff(bytes)) {
		struct pack_mem mem;
		rc = add_tar(s, path, pack_mem_source(&mem, bytes, 0), err);
	} else {
		return adv_build_bytes(s->b, path, bytes, s->in_folder, err);
	}
	return rc;
}

/* ---- files and folders ---- */

static int add_file(struct source *s, const char *path, struct err *err)
{
	auto_mapping struct mapping map = {0};
	TRY(count_entry(s, err));
	TRY(file_map(path, &map, err));
	struct bmark mark = bld_mark(s->b);
	int rc = add_packed(s, path, mapping_slice(&map), err);
	if (rc == 0)
		return 0;
	if (!s->in_folder || err->kind == ERR_INTERNAL || s->b->failed)
		return slice_starts(slice_of(err->text, err->len), path)
			   ? rc
			   : err_wrap(err, "%s", path);
	bld_rollback(s->b, mark);
	tell_skipped(s->b, path, "", err->text);
	return 0;
}

static int no_dots(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int bytewise(const struct dirent **a, const struct dirent **b)
{
	return slice_cmp(slice_str((*a)->d_name), slice_str((*b)->d_name));
}

static void free_names(struct dirent ***list)
{
	for (size_t i = 0; *list && (*list)[i]; i++)
		free((*list)[i]);
	free(*list);
}

static int add_path(struct source *s, const char *path, int depth, struct err *err);

static int add_folder(struct source *s, const char *path, int depth, struct err *err)
{
	CLEANUP(free_names) struct dirent **names = NULL;
	char inner[4096];
	if (depth > MAX_DEPTH)
		return err_limit(err, "%s: more than %d folders deep", path, MAX_DEPTH);
	int n = scandir(path, &names, no_dots, bytewise);
	if (n < 0)
		return err_sys(err, "%s", path);
	struct dirent **ended = realloc(names, ((size_t)n + 1) * sizeof(*names));
	if (!ended)
		return err_oom(err);
	names = ended;
	names[n] = NULL;
	for (int i = 0; i < n; i++) {
		int len = snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
		if (len < 0 || (size_t)len >= sizeof(inner))
			return err_limit(err, "%s: path too long", path);
		TRY(add_path(s, inner, depth + 1, err));
	}
	return 0;
}

static int add_path(struct source *s, const char *path, int depth, struct err *err)
{
	struct stat st;
	if (stat(path, &st) < 0) {
		if (depth == 0)
			return err_sys(err, "%s", path);
		tell_skipped(s->b, path, "", "not readable");
		return 0;
	}
	if (S_ISDIR(st.st_mode)) {
		s->in_folder = true;
		return add_folder(s, path, depth, err);
	}
	if (!S_ISREG(st.st_mode)) {
		if (depth == 0)
			return err_input(err, "%s: neither a file nor a folder", path);
		return 0;
	}
	s->b->newest_file = MAX(s->b->newest_file, st.st_mtime);
	int r = add_file(s, path, err);
	if (r < 0 && depth > 0 && err->kind == ERR_PERMISSION) {
		tell_skipped(s->b, path, "",
			     "may not be read (a link out of the folder is not followed)");
		return 0;
	}
	return r;
}

int adv_build_add(struct adv_build *b, const char *path, struct err *err)
{
	struct source s = {.b = b};
	return add_path(&s, path, 0, err);
}

int adv_build_add_some(struct adv_build *b, const char *path, struct err *err)
{
	struct source s = {.b = b, .in_folder = true};
	return add_path(&s, path, 0, err);
}
