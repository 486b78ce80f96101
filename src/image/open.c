/* SPDX-License-Identifier: Apache-2.0 */
/* What a target is, and opening it. */
#define _GNU_SOURCE
#include "image/registry_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define SOURCE_MEMORY (64 * MIB)

const char *const image_kind_names[] = {
    "image",  "docker-archive", "oci-archive",	      "oci",	  "docker", "podman",
    "rootfs", "containerd",	"containers-storage", "registry", "-",	    "image"};

static bool exists_in(const char *dir, const char *name)
{
	char path[4200];
	return snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

/* "layout:tag" and "layout@sha256:...": is there a layout in front of one of the separators? */
static bool is_tagged_layout(char *path, size_t len)
{
	struct stat st;
	for (size_t i = len; i-- > 1;) {
		char sep = path[i];
		if (sep != ':' && sep != '@')
			continue;
		path[i] = '\0';
		bool is =
		    stat(path, &st) == 0 && S_ISDIR(st.st_mode) && exists_in(path, "index.json");
		path[i] = sep;
		if (is)
			return true;
	}
	return false;
}

/* Nobody names images so: it is a mistyped file, and no registry has to hear of it. */
static bool is_meant_as_file(struct slice text)
{
	static const char *const ends[] = {".tar",     ".tgz",	   ".tar.gz", ".tar.xz",
					   ".tar.bz2", ".tar.zst", ".json",   "/"};
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (slice_ends(text, ends[i]))
			return true;
	return text.ptr[0] == '/' || text.ptr[0] == '.';
}

/* A path that is there, a layout with a tag or digest behind it, or a reference. */
static int recognise(struct slice text, enum image_kind *kind, struct err *err)
{
	char path[4096];
	struct stat st;
	if (slice_is(text, "-")) {
		*kind = IMAGE_STDIN;
		return 0;
	}
	if (text.len >= sizeof(path) || text.len == 0)
		return err_usage(err, "target is empty or too long");
	snprintf(path, sizeof(path), "%.*s", (int)text.len, text.ptr);
	if (stat(path, &st) == 0) {
		*kind = IMAGE_UNKNOWN; /* by content, when opened */
		if (S_ISDIR(st.st_mode)) {
			bool layout =
			    exists_in(path, "oci-layout") || exists_in(path, "index.json");
			enum image_kind engine = image_storage_kind(text);
			*kind = layout			  ? IMAGE_OCI_DIR
				: engine != IMAGE_UNKNOWN ? engine
							  : IMAGE_ROOTFS;
		}
		return 0;
	}
	*kind = is_tagged_layout(path, text.len) ? IMAGE_OCI_DIR : IMAGE_NAME;
	if (*kind == IMAGE_NAME && is_meant_as_file(text))
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "%.*s: no such file or directory",
			       SL_FMT(text));
	return 0;
}

int image_target(struct slice text, enum image_kind *kind, struct slice *rest, struct err *err)
{
	for (enum image_kind k = IMAGE_DOCKER_ARCHIVE; k <= IMAGE_REGISTRY; k++) {
		size_t n = strlen(image_kind_names[k]);
		if (!slice_starts(text, image_kind_names[k]) || text.len <= n || text.ptr[n] != ':')
			continue;
		*kind = k;
		*rest = slice_from(text, n + 1);
		/* Engines have a usual place. */
		return rest->len || k == IMAGE_CONTAINERD || k == IMAGE_STORAGE
			   ? 0
			   : err_usage(err, "%.*s: nothing after the colon", SL_FMT(text));
	}
	*rest = text;
	return recognise(text, kind, err);
}

/* One layer that is the whole archive: a root file system as `FROM scratch; ADD x.tar /` would take it. */
static int root_archive(struct image_source *s, int fd, struct slice where, struct err *err)
{
	struct image im = {.name = arena_dup(&s->arena, where)};
	struct stat st;
	im.layers = arena_new(&s->arena, struct image_layer);
	if (!im.layers || fstat(fd, &st) < 0)
		return err_oom(err);
	im.layers[0].bytes = (struct image_bytes){.fd = fd, .size = (uint64_t)st.st_size};
	im.nlayers = 1;
	s->root_archive = true;
	return add_image(s, &im, err);
}

static bool looks_like_root(const struct blob_store *b)
{
	for (size_t i = 0; i < b->members.len; i++) {
		struct slice top, rest = b->members.ptr[i].name;
		if (slice_cut(&rest, '/', &top) && rest.ptr && image_is_root_dir(top))
			return true;
	}
	return false;
}

static int read_store(struct blob_store *b, enum image_kind kind, struct slice where,
		      struct slice selector, const struct image_options *opt, struct err *err)
{
	bool docker = store_member(b, SL("manifest.json")) != NULL,
	     oci = store_member(b, SL("index.json")) != NULL;
	if (kind == IMAGE_OCI_ARCHIVE ? !oci : !docker && !(oci && kind != IMAGE_DOCKER_ARCHIVE))
		return err_input(err, "holds no %s - this is no %s",
				 kind == IMAGE_OCI_ARCHIVE ? "index.json" : "manifest.json",
				 kind == IMAGE_OCI_ARCHIVE ? "OCI archive" : "image archive");
	if (kind == IMAGE_OCI_ARCHIVE || !docker ||
	    (kind == IMAGE_UNKNOWN && oci && (opt->platform || opt->all_platforms)))
		return oci_layout_read(b, where, selector, opt, err);
	return docker_manifest_read(b, where, opt, err);
}

/* docker-archive:FILE:REF and oci-archive:FILE:TAG choose one image of several (skopeo's spelling). */
int archive_file_open(struct slice where, int *fd, struct slice *selector, struct err *err)
{
	char path[4096];
	if (where.len >= sizeof(path))
		return err_usage(err, "path too long");
	snprintf(path, sizeof(path), "%.*s", (int)where.len, where.ptr);
	*selector = SL_NONE;
	/* O_NONBLOCK: nobody may make us wait on a FIFO. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	for (size_t i = 0; *fd < 0 && errno == ENOENT && i < where.len; i++) {
		if (path[i] != ':')
			continue;
		path[i] = '\0';
		*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (*fd >= 0)
			*selector = slice_from(where, i + 1);
		path[i] = ':';
	}
	if (*fd < 0)
		return err_sys(err, "cannot be opened");
	return 0;
}

/* docker.io/library/x, docker.io/x and x are one name (distribution's reference grammar, "familiar names"). */
static struct slice familiar(struct slice ref)
{
	if (slice_starts(ref, "docker.io/"))
		ref = slice_from(ref, 10);
	return slice_starts(ref, "library/") ? slice_from(ref, 8) : ref;
}

static int choose_tag(struct image_source *s, struct slice ref, struct err *err)
{
	if (ref.len == 0)
		return 0;
	for (size_t i = 0; i < s->nimages; i++)
		for (size_t t = 0; t < s->images[i].ntags; t++)
			if (slice_eq(familiar(s->images[i].tags[t]), familiar(ref))) {
				s->images = &s->images[i];
				s->nimages = 1;
				return 0;
			}
	return err_set(err, ERR_NOT_FOUND, -ENOENT, "no image tagged \"%.*s\" in the archive",
		       SL_FMT(ref));
}

static int open_stream(struct blob_store *b, struct pack_source in, struct slice head,
		       const struct image_options *opt, struct err *err)
{
	struct pack_limits lim = {.bomb_out = (uint64_t)8 << 30};
	auto_pack struct pack_stream *p = NULL;
	TRY(pack_open(pack_sniff(head), in, &lim, &p, err));
	b->src->streamed = true;
	return archive_scan(b, pack_stream_source(p), -1, opt, err);
}

static int open_archive_file(struct blob_store *b, enum image_kind kind, struct slice where,
			     const struct image_options *opt, struct err *err)
{
	struct image_source *s = b->src;
	struct slice selector;
	struct pack_mem mem;
	int fd;
	TRY(archive_file_open(where, &fd, &selector, err));
	if (vec_grow(&s->fds, &s->fds_cap, 0, sizeof(int)) < 0) {
		close(fd);
		return err_oom(err);
	}
	s->fds[s->nfds++] = fd;
	TRY(file_map_fd(fd, &s->map, err));
	struct slice all = mapping_slice(&s->map);
	if (all.len == 0)
		return err_input(err, "the file is empty");
	if (kind == IMAGE_ROOTFS)
		return root_archive(s, fd, where, err);
	bool packed = pack_sniff(all) != PACK_NONE;
	int r = packed ? open_stream(b, pack_mem_source(&mem, all, 256 * KIB), all, opt, err)
		       : archive_scan(b, pack_mem_source(&mem, all, 0), fd, opt, err);
	if (r < 0)
		return r;
	bool image = store_member(b, SL("manifest.json")) || store_member(b, SL("index.json"));
	if (!image && kind == IMAGE_UNKNOWN && looks_like_root(b)) {
		s->streamed = false;
		return root_archive(s, fd, where, err);
	}
	TRY(read_store(b, kind, where,
		       kind == IMAGE_OCI_ARCHIVE || !store_member(b, SL("manifest.json")) ? selector
											  : SL_NONE,
		       opt, err));
	return kind == IMAGE_OCI_ARCHIVE ? 0 : choose_tag(s, selector, err);
}

static int open_stdin(struct blob_store *b, const struct image_options *opt, struct err *err)
{
	/* The kind shows in the first bytes; they are put back in front by a source of two parts. */
	static char buf[256 * 1024];
	struct pack_fd f = {.fd = STDIN_FILENO, .buf = buf, .cap = sizeof(buf)};
	struct pack_source in = pack_fd_source(&f);
	struct slice head;
	TRY(in.next(in.arg, &head, err));
	if (head.len == 0)
		return err_input(err, "nothing on standard input");
	struct pack_prefix p;
	TRY(open_stream(b, pack_prefix_source(&p, head, in), head, opt, err));
	return read_store(b, IMAGE_UNKNOWN, SL("-"), SL_NONE, opt, err);
}

int layout_dir_open(struct blob_store *b, struct slice where, struct slice *selector,
		    struct err *err)
{
	char path[4096];
	*selector = SL_NONE;
	if (where.len >= sizeof(path))
		return err_usage(err, "path too long");
	snprintf(path, sizeof(path), "%.*s", (int)where.len, where.ptr);
	b->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = where.len; b->dir < 0 && i-- > 1;) {
		if (path[i] != ':' && path[i] != '@')
			continue;
		char sep = path[i];
		path[i] = '\0';
		b->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* "@" stays with the digest, so that it is told from a tag */
		if (b->dir >= 0)
			*selector = slice_from(where, sep == '@' ? i : i + 1);
		path[i] = sep;
	}
	return b->dir < 0 ? err_sys(err, "cannot be opened") : 0;
}

static int open_layout_dir(struct blob_store *b, struct slice where,
			   const struct image_options *opt, struct err *err)
{
	struct slice selector;
	TRY(layout_dir_open(b, where, &selector, err));
	return oci_layout_read(b, where, selector, opt, err);
}

static int open_daemon(struct blob_store *b, bool podman, struct slice where,
		       const struct image_options *opt, struct err *err)
{
	TRY(daemon_stream(b, podman, where, opt, err));
	return read_store(b, IMAGE_UNKNOWN, where, SL_NONE, opt, err);
}

/* What was tried for a bare name, one line each. */
static int not_anywhere(struct slice name, const struct err tried[3], struct err *err)
{
	static const char *const places[] = {"docker", "podman", "registry"};
	int code = tried[2].code;
	err_set(err, tried[2].kind, code,
		"%.*s: no such file or directory, and no image of this name was found",
		SL_FMT(slice_sub(name, 0, 120)));
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct err one = tried[i];
		struct slice text = slice_str(one.text);
		/* the name stands in the first line */
		if (text.len > name.len + 2 && slice_eq(slice_sub(text, 0, name.len), name) &&
		    text.ptr[name.len] == ':')
			memmove(one.text, one.text + name.len + 2, text.len - name.len - 1);
		err_line(err, places[i], &one);
	}
	return code;
}

/* As other scanners do: the daemons first, which have it without a download. */
static int open_name(struct blob_store *b, struct slice where, const struct image_options *opt,
		     struct err *err)
{
	struct err tried[3] = {0};
	for (int podman = 0; podman < 2; podman++) {
		int rc = open_daemon(b, podman, where, opt, &tried[podman]);
		/* Past the first byte of an answer there is no way back. */
		if (rc == 0 || b->src->streamed || tried[podman].kind == ERR_USAGE) {
			*err = tried[podman];
			return rc;
		}
	}
	int rc = registry_pull(b, where, opt, &tried[2]);
	return rc < 0 ? not_anywhere(where, tried, err) : 0;
}

static int open_kind(struct blob_store *b, enum image_kind kind, struct slice where,
		     const struct image_options *opt, struct err *err)
{
	switch (kind) {
	case IMAGE_DOCKER:
	case IMAGE_PODMAN:
		return open_daemon(b, kind == IMAGE_PODMAN, where, opt, err);
	case IMAGE_REGISTRY:
		return registry_pull(b, where, opt, err);
	case IMAGE_NAME:
		return open_name(b, where, opt, err);
	case IMAGE_OCI_DIR:
		return open_layout_dir(b, where, opt, err);
	case IMAGE_CONTAINERD:
		return containerd_read(b, where, opt, err);
	case IMAGE_STORAGE:
		return containers_storage_read(b, where, opt, err);
	case IMAGE_STDIN:
		return open_stdin(b, opt, err);
	case IMAGE_UNKNOWN:
	case IMAGE_DOCKER_ARCHIVE:
	case IMAGE_OCI_ARCHIVE:
	case IMAGE_ROOTFS:
	default:
		return open_archive_file(b, kind, where, opt, err);
	}
}

int image_open(enum image_kind kind, struct slice where, const struct image_options *opt,
	       struct image_source *ret, struct err *err)
{
	struct blob_store b = {.src = ret, .dir = -1};
	*ret = (struct image_source){0};
	arena_init(&ret->arena, SOURCE_MEMORY);
	int r = open_kind(&b, kind, where, opt, err);
	blob_store_done(&b);
	return r;
}

void image_source_done(struct image_source *s)
{
	for (size_t i = 0; i < s->nfds; i++)
		close(s->fds[i]);
	free(s->fds);
	s->fds = NULL;
	s->nfds = s->fds_cap = 0;
	registry_close(&s->registry);
	mapping_done(&s->map);
	map_free(&s->tokens);
	arena_free(&s->arena);
}

int image_token(const struct image_source *s, struct slice name)
{
	const uint64_t *at = map_get(&s->tokens, name);
	return at && *at ? (int)(*at - 1) : -1;
}
