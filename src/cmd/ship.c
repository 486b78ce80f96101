/* SPDX-License-Identifier: Apache-2.0 */
/* strake copy, digest, tag. */
#include "cmd/ship.h"

#include <stdio.h>

#define LONG_TIME (24 * 3600)

static const struct opt copy_options[] = {
    {"platform", 0, OPT_STRING, "OS/ARCH", NULL,
     "the manifest of this platform alone; default everything that FROM names"},
    {"only-image", 0, OPT_FLAG, NULL, NULL,
     "without signatures, attestations, SBOMs and what else hangs on it"},
    {"parallel", 0, OPT_NUMBER, "N", "4", "blobs at once"},
    {"socket", 0, OPT_STRING, "PATH", NULL, "of the docker or podman daemon"},
    SHIP_OPTIONS,
    {0},
};
static const struct opt digest_options[] = {
    {"platform", 0, OPT_STRING, "OS/ARCH", NULL, "of the manifest of this platform"},
    SHIP_OPTIONS,
    {0},
};
static const struct opt tag_options[] = {
    {"allow-latest", 0, OPT_FLAG, NULL, NULL, "the tag may be latest"},
    SHIP_OPTIONS,
    {0},
};

int ship_registry(const struct options *o, struct registry_options *ret)
{
	const struct opt_value *v = options_value(o, "timeout");
	/* Large images take their time; a connection that says nothing is given up anyway. */
	if (v && v->source == SOURCE_DEFAULT)
		alarm(LONG_TIME);
	int r = cmd_registry(o, ret);
	ret->insecure |=
	    opt_flag(o, "allow-http-registry") || opt_flag(o, "allow-insecure-registry");
	return r;
}

int ship_target(const char *text, enum image_kind *kind, struct slice *where)
{
	struct err err = {0};
	*kind = IMAGE_UNKNOWN;
	if (slice_starts(slice_str(text), "oci-archive:")) {
		*kind = IMAGE_OCI_ARCHIVE;
		*where = slice_str(text + 12);
		return where->len ? 0 : cmd_usage("%s: nothing after the colon", text);
	}
	if (slice_starts(slice_str(text), "oci:")) {
		*kind = IMAGE_OCI_DIR;
		*where = slice_str(text + 4);
		return where->len ? 0 : cmd_usage("%s: nothing after the colon", text);
	}
	if (image_target(slice_str(text), kind, where, &err) < 0)
		return cmd_fail(&err);
	if (*kind == IMAGE_NAME)
		*kind = IMAGE_REGISTRY;
	return 0;
}

int ship_open(const char *text, bool create, const struct registry_options *opt, struct repo **ret)
{
	struct err err = {0};
	enum image_kind kind;
	struct slice where;
	int r = ship_target(text, &kind, &where);
	if (r)
		return r;
	if (repo_open(kind, where, opt, create, ret, &err) < 0) {
		err_wrap(&err, "%s", text);
		return cmd_fail(&err);
	}
	return 0;
}

bool ship_tag_ok(struct slice tag)
{
	for (size_t i = 0; i < tag.len; i++) {
		char c = tag.ptr[i];
		if (!is_alpha(c) && !is_digit(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return tag.len > 0 && tag.len <= 128;
}

/* ---- copy ---- */

/* A tag or digest that is written there, not one that is meant. */
static struct slice given_tag(struct slice ref)
{
	ssize_t slash = slice_rchr(ref, '/');
	struct slice last = slice_from(ref, (size_t)(slash + 1));
	ssize_t at = slice_chr(last, '@'), colon = slice_chr(last, ':');
	if (at >= 0)
		return slice_from(last, (size_t)at + 1);
	return colon >= 0 ? slice_from(last, (size_t)colon + 1) : SL_NONE;
}

static struct slice host_of(struct slice ref, struct arena *a)
{
	struct image_ref parsed;
	struct err ignored = {0};
	return image_ref_parse(ref, a, &parsed, &ignored) < 0 ? SL_NONE : parsed.host;
}

struct sides {
	enum image_kind from_kind, to_kind;
	struct slice from, to, tag;
	struct registry_options from_opt, to_opt;
};

/* Without a tag a registry gets the one of the other side. */
static struct slice tag_for(const struct sides *s)
{
	unsigned char sum[SHA256_LEN];
	struct slice tag = given_tag(s->to);
	if (s->to_kind != IMAGE_REGISTRY || tag.len || s->from_kind != IMAGE_REGISTRY)
		return s->to_kind == IMAGE_REGISTRY ? tag : SL_NONE;
	tag = given_tag(s->from);
	return digest_parse(tag, sum) == 0 ? SL_NONE : tag;
}

static int read_sides(const struct options *o, struct sides *s)
{
	auto_arena struct arena a;
	arena_init(&a, MIB);
	int r = ship_target(o->args[0], &s->from_kind, &s->from);
	if (r == 0)
		r = ship_target(o->args[1], &s->to_kind, &s->to);
	if (r == 0)
		r = ship_registry(o, &s->to_opt);
	if (r)
		return r;
	if (s->to_kind != IMAGE_REGISTRY && s->to_kind != IMAGE_OCI_DIR &&
	    s->to_kind != IMAGE_OCI_ARCHIVE)
		return cmd_usage("%s: images are copied to registry:REF, oci:DIR[:TAG] or "
				 "oci-archive:FILE[:TAG]",
				 o->args[1]);
	s->from_opt = s->to_opt;
	s->to_opt.nmirrors = 0; /* what is written is written to the registry itself */
	/* A name and a password are for one registry. Of two it is the one that is written to. */
	if (s->from_kind == IMAGE_REGISTRY && s->to_kind == IMAGE_REGISTRY &&
	    !slice_eq(host_of(s->from, &a), host_of(s->to, &a)))
		s->from_opt.username = s->from_opt.password = s->from_opt.token = NULL;
	s->tag = tag_for(s);
	return 0;
}

struct line {
	bool dirty;
	uint64_t last;
};

static void show_progress(void *arg, size_t blobs, uint64_t done, uint64_t size)
{
	struct line *l = arg;
	uint64_t now = time_monotonic_ms();
	if (now - l->last < 100 && done < size)
		return;
	l->last = now;
	l->dirty = true;
	fprintf(stderr, "\r\033[K%zu blob%s: %llu of %llu MiB", blobs, blobs == 1 ? "" : "s",
		(unsigned long long)(done / MIB), (unsigned long long)(size / MIB));
	fflush(stderr);
}

static void end_progress(struct line *l)
{
	if (l->dirty)
		fprintf(stderr, "\r\033[K");
	l->dirty = false;
}

static int copy_from(const struct options *o, const struct sides *s, struct repo *from,
		     struct repo *to, struct slice tag, struct copied *ret, struct err *err)
{
	struct line line = {.last = 0};
	bool shown = isatty(STDERR_FILENO) && !opt_flag(o, "no-progress") && !opt_flag(o, "quiet");
	struct image_options image = {.registry = &s->from_opt, .socket = opt_string(o, "socket")};
	struct copy_options opt = {.platform = opt_string(o, "platform"),
				   .only_image = opt_flag(o, "only-image"),
				   .parallel = (unsigned)MIN(opt_number(o, "parallel"), 16U),
				   .progress = shown ? show_progress : NULL,
				   .arg = &line};
	int rc = from ? app_copy(from, to, tag, &opt, ret, err)
		      : app_copy_image(s->from_kind, s->from, &image, to, tag, &opt, ret, err);
	end_progress(&line);
	return rc;
}

static void tell_copied(const struct options *o, const struct copied *c, struct repo *to,
			struct slice tag, bool new_manifest)
{
	auto_buf struct buf out;
	struct json_writer w;
	bool json = strcmp(opt_string(o, "format"), "json") == 0;
	buf_init(&out, MIB);
	log_info("%zu manifests, %zu of them signatures and the like; %zu blobs sent (%llu bytes), "
		 "%zu were there, %zu taken over in the registry%s",
		 c->manifests, c->attached, c->sent, (unsigned long long)c->bytes, c->there,
		 c->mounted, c->left ? "; layers that lie elsewhere stay there" : "");
	if (new_manifest)
		log_info("the archive has no manifest: a new one was made, whose digest nothing "
			 "was signed by");
	if (!json) {
		printf("%.*s%s%.*s@%.*s\n", SL_FMT(repo_name(to)), tag.len ? ":" : "", SL_FMT(tag),
		       SL_FMT(c->digest));
		return;
	}
	jw_init(&w, &out, 2);
	jw_object(&w);
	jw_kstr(&w, "from", slice_str(o->args[0]));
	jw_kstr(&w, "to", slice_str(o->args[1]));
	jw_kstr(&w, "name", repo_name(to));
	jw_kstr_opt(&w, "tag", tag);
	jw_kstr(&w, "digest", c->digest);
	jw_kstr(&w, "mediaType", c->media_type);
	jw_kbool(&w, "newManifest", new_manifest);
	jw_ku64(&w, "manifests", c->manifests);
	jw_ku64(&w, "attached", c->attached);
	jw_ku64(&w, "blobsSent", c->sent);
	jw_ku64(&w, "blobsThere", c->there);
	jw_ku64(&w, "blobsMounted", c->mounted);
	jw_ku64(&w, "blobsElsewhere", c->left);
	jw_ku64(&w, "bytesSent", c->bytes);
	jw_end(&w, '}');
	printf("%.*s\n", (int)out.len, out.ptr ? out.ptr : "");
}

/* Archives of layouts are read as layouts. An unnamed file is one when it holds an index and nothing of docker's. */
static int open_from(const struct options *o, struct sides *s, struct repo **ret)
{
	struct err err = {0};
	if (s->from_kind == IMAGE_UNKNOWN &&
	    repo_open(IMAGE_OCI_ARCHIVE, s->from, &s->from_opt, false, ret, &err) == 0)
		return 0;
	if (s->from_kind == IMAGE_REGISTRY || s->from_kind == IMAGE_OCI_DIR ||
	    s->from_kind == IMAGE_OCI_ARCHIVE)
		return ship_open(o->args[0], false, &s->from_opt, ret);
	if (s->from_kind == IMAGE_STORAGE || s->from_kind == IMAGE_CONTAINERD ||
	    s->from_kind == IMAGE_ROOTFS)
		return cmd_usage("%s: the storage of an engine keeps layers unpacked - copy from "
				 "the engine (docker:NAME, podman:NAME) or from an archive",
				 o->args[0]);
	return 0;
}

static int run_copy(const struct options *o)
{
	struct sides s = {0};
	struct copied done;
	struct err err = {0};
	bool json;
	auto_repo struct repo *from = NULL, *to = NULL;
	if (o->nargs != 2)
		return cmd_usage("copy: give two targets: strake copy FROM TO");
	int r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = read_sides(o, &s);
	if (r == 0)
		r = open_from(o, &s, &from);
	if (r)
		return r;
	if (repo_open(s.to_kind, s.to, &s.to_opt, true, &to, &err) < 0) {
		err_wrap(&err, "%s", o->args[1]);
		return cmd_fail(&err);
	}
	struct slice tag = s.to_kind == IMAGE_REGISTRY ? s.tag : repo_asked(to);
	if (copy_from(o, &s, from, to, tag, &done, &err) < 0 || repo_finish(to, &err) < 0) {
		err_wrap(&err, "%s to %s", o->args[0], o->args[1]);
		return cmd_fail(&err);
	}
	tell_copied(o, &done, to, tag, !from);
	return 0;
}

/* ---- digest ---- */

static int get(const struct options *o, struct repo *r, struct registry_manifest *m)
{
	const char *platform = options_value(o, "platform") ? opt_string(o, "platform") : NULL;
	struct err err = {0};
	if ((platform ? repo_get_platform(r, SL_NONE, platform, m, &err)
		      : repo_get(r, SL_NONE, m, &err)) < 0) {
		err_wrap(&err, "%s", o->args[0]);
		return cmd_fail(&err);
	}
	return 0;
}

static int run_digest(const struct options *o)
{
	struct registry_options opt;
	struct registry_manifest m;
	auto_repo struct repo *repo = NULL;
	auto_buf struct buf out;
	struct json_writer w;
	bool json;
	buf_init(&out, MIB);
	if (o->nargs != 1)
		return cmd_usage("digest: name one image");
	int r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = ship_registry(o, &opt);
	if (r == 0)
		r = ship_open(o->args[0], false, &opt, &repo);
	if (r == 0)
		r = get(o, repo, &m);
	if (r)
		return r;
	if (!json) {
		printf("%.*s\n", SL_FMT(m.digest));
		return 0;
	}
	jw_init(&w, &out, 2);
	jw_object(&w);
	jw_kstr(&w, "reference", slice_str(o->args[0]));
	jw_kstr(&w, "name", repo_name(repo));
	jw_kstr(&w, "digest", m.digest);
	jw_kstr(&w, "mediaType", m.media_type);
	jw_ku64(&w, "size", m.bytes.len);
	jw_kstr_opt(&w, "platform", slice_str(opt_string(o, "platform")));
	jw_end(&w, '}');
	printf("%.*s\n", (int)out.len, out.ptr ? out.ptr : "");
	return 0;
}

/* ---- tag ---- */

static int check_tags(const struct options *o)
{
	if (o->nargs < 2)
		return cmd_usage("tag: strake tag REF TAG...");
	for (size_t i = 1; i < o->nargs; i++) {
		struct slice tag = slice_str(o->args[i]);
		if (!ship_tag_ok(tag))
			return cmd_usage(
			    "\"%s\" is no tag: letters, digits, _ . and -, at most 128, "
			    "not beginning with . or -",
			    o->args[i]);
		if (slice_starts(tag, "sha256-") && tag.len >= 71)
			return cmd_usage("%s: such tags stand for what hangs on an image",
					 o->args[i]);
		if (slice_is(tag, "latest") && !opt_flag(o, "allow-latest"))
			return cmd_usage("latest says nothing about what it is - name a version, "
					 "or give --allow-latest");
	}
	return 0;
}

static int put_tag(struct repo *r, const struct registry_manifest *m, struct slice tag,
		   struct json_writer *w, struct err *err)
{
	struct registry_manifest old = {0};
	int rc = repo_find(r, tag, &old, err);
	TRY(rc);
	bool same = slice_eq(old.digest, m->digest);
	if (!same)
		TRY(repo_put(r, tag, m->media_type.ptr, m->bytes, true, err));
	if (same)
		log_info("%.*s is that already", SL_FMT(tag));
	else if (rc > 0)
		log_info("%.*s was %.*s", SL_FMT(tag), SL_FMT(old.digest));
	if (!w) {
		printf("%.*s:%.*s@%.*s\n", SL_FMT(repo_name(r)), SL_FMT(tag), SL_FMT(m->digest));
		return 0;
	}
	jw_object(w);
	jw_kstr(w, "name", repo_name(r));
	jw_kstr(w, "tag", tag);
	jw_kstr(w, "digest", m->digest);
	jw_kstr_opt(w, "was", old.digest);
	jw_end(w, '}');
	return 0;
}

static int put_tags(const struct options *o, struct repo *repo, const struct registry_manifest *m,
		    bool json)
{
	struct err err = {0};
	struct json_writer w;
	auto_buf struct buf out;
	int r = 0;
	buf_init(&out, MIB);
	jw_init(&w, &out, 2);
	jw_array(&w);
	for (size_t i = 1; i < o->nargs && r == 0; i++)
		if (put_tag(repo, m, slice_str(o->args[i]), json ? &w : NULL, &err) < 0) {
			err_wrap(&err, "%s", o->args[i]);
			r = cmd_fail(&err);
		}
	jw_end(&w, ']');
	if (json)
		printf("%.*s\n", (int)out.len, out.ptr ? out.ptr : "");
	return r;
}

static int run_tag(const struct options *o)
{
	struct registry_options opt;
	struct registry_manifest m;
	auto_repo struct repo *repo = NULL;
	bool json;
	int r = check_tags(o);
	if (r == 0)
		r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = ship_registry(o, &opt);
	opt.nmirrors = 0;
	if (r == 0)
		r = ship_open(o->args[0], false, &opt, &repo);
	if (r == 0)
		r = get(o, repo, &m);
	return r ? r : put_tags(o, repo, &m, json);
}

const struct command cmd_copy = {
    .name = "copy",
    .synopsis = "FROM TO",
    .summary = "copy an image with everything that hangs on it",
    .text =
	"FROM is an image of a registry, an OCI layout or its archive, a docker save archive or a "
	"daemon; TO is registry:REF, oci:DIR[:TAG] or oci-archive:FILE[:TAG]. All "
	"platforms go, and signatures, attestations and SBOMs with them; digests stay as they are. "
	"What is there already is not sent: a copy that was cut off goes on when it is run again, "
	"and the name is written last. Without a tag TO gets the one of FROM. --username and "
	"--registry-token are for the registry that is written to; the other one's credentials "
	"come from strake login.",
    .options = copy_options,
    .examples = {{"strake copy registry.example:5000/team/app:1.4 oci:app:1.4",
		  "from a registry to a folder"},
		 {"strake copy oci:app:1.4 registry.example:5000/mirror/app:1.4", "and back"},
		 {"strake copy docker-archive:image.tar oci:app", "what docker save wrote"}},
    .run = run_copy,
};
const struct command cmd_digest = {
    .name = "digest",
    .synopsis = "REF",
    .summary = "the digest that a name stands for",
    .options = digest_options,
    .examples = {{"strake digest registry.example:5000/team/app:1.4", "of an index or image"},
		 {"strake digest --platform linux/arm64 registry.example:5000/team/app:1.4",
		  "of one platform"}},
    .run = run_digest,
};
const struct command cmd_tag = {
    .name = "tag",
    .synopsis = "REF TAG...",
    .summary = "give an image further tags",
    .options = tag_options,
    .examples = {{"strake tag registry.example:5000/team/app:1.4.2 1.4 1", "nothing is uploaded"}},
    .run = run_tag,
};
