/* SPDX-License-Identifier: Apache-2.0 */
/* What a target is, beside the images that image/ knows: directories, repositories, SBOMs, package URLs, manifests. */
#include "app/job.h"
#include "sbom/sbom.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum target_kind {
	TARGET_IMAGE,
	TARGET_TREE,
	TARGET_REPO,
	TARGET_SBOM,
	TARGET_PURL,
	TARGET_KUBERNETES,
	TARGET_ROOT, /* of this host, or unpacked in a directory */
};

static bool path_text(struct slice path, char out[4096])
{
	return snprintf(out, 4096, "%.*s", (int)MIN(path.len, 4096), path.len ? path.ptr : "") <
	       4096;
}

static bool is_directory(struct slice path)
{
	char name[4096];
	struct stat st;
	return path_text(path, name) && stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(struct slice path)
{
	char name[4096];
	struct stat st;
	return path_text(path, name) && stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

/* Does a system lie here, rather than a source tree? */
static bool is_root(struct slice dir)
{
	static const char *const marks[] = {
	    "etc/os-release", "usr/lib/os-release",   "var/lib/dpkg", "lib/apk/db",
	    "var/lib/rpm",    "usr/lib/sysimage/rpm", "etc/passwd",   "var/lib/pacman"};
	char path[4400];
	struct stat st;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (snprintf(path, sizeof(path), "%.*s/%s", SL_FMT(dir), marks[i]) <
			(int)sizeof(path) &&
		    lstat(path, &st) == 0)
			return true;
	return false;
}

/* An OCI layout, or the storage of a container engine. */
static bool is_layout(struct slice dir)
{
	char path[4400];
	static const char *const marks[] = {"oci-layout", "index.json"};
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (snprintf(path, sizeof(path), "%.*s/%s", SL_FMT(dir), marks[i]) <
			(int)sizeof(path) &&
		    access(path, F_OK) == 0)
			return true;
	return image_storage_kind(dir) != IMAGE_UNKNOWN;
}

/* By its first bytes. */
static bool is_sbom(struct slice path)
{
	char name[4096], head[64 * 1024];
	if (!path_text(path, name))
		return false;
	auto_close int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	return n > 0 && sbom_sniff(slice_of(head, (size_t)n)) != NULL;
}

static bool is_address(struct slice s)
{
	return slice_starts(s, "https://") || slice_starts(s, "http://") ||
	       slice_starts(s, "ssh://") || slice_starts(s, "git://") || slice_starts(s, "git@");
}

static enum target_kind recognise(struct slice text)
{
	if (slice_starts(text, "pkg:"))
		return TARGET_PURL;
	if (is_directory(text))
		return is_layout(text) ? TARGET_IMAGE : is_root(text) ? TARGET_ROOT : TARGET_TREE;
	if (is_address(text) && slice_ends(text, ".git"))
		return TARGET_REPO;
	return is_file(text) && is_sbom(text) ? TARGET_SBOM : TARGET_IMAGE;
}

static int parse(struct slice text, enum target_kind *kind, struct slice *rest, struct err *err)
{
	static const struct {
		const char *prefix;
		enum target_kind kind;
	} prefixes[] = {{"fs:", TARGET_TREE},	{"dir:", TARGET_TREE},
			{"repo:", TARGET_REPO}, {"sbom:", TARGET_SBOM},
			{"purl:", TARGET_PURL}, {"k8s:", TARGET_KUBERNETES}};
	*rest = text;
	if (slice_is(text, "host")) {
		*kind = TARGET_ROOT;
		*rest = SL("/");
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (!slice_starts(text, prefixes[i].prefix))
			continue;
		*kind = prefixes[i].kind;
		*rest = slice_from(text, strlen(prefixes[i].prefix));
		return rest->len ? 0
				 : err_usage(err, "%.*s: nothing after the colon", SL_FMT(text));
	}
	if (slice_starts(text, "rootfs:") && is_directory(slice_from(text, 7))) {
		*kind = TARGET_ROOT;
		*rest = slice_from(text, 7);
		return 0;
	}
	*kind = recognise(text);
	return 0;
}

static int scan_image_target(struct scan_job *job, struct slice target, struct err *err)
{
	enum image_kind kind;
	struct slice where;
	TRY(image_target(target, &kind, &where, err));
	if (job->opt.attached_vex && job_take_attached_vex(job, kind, where, err) < 0)
		return err_wrap(err, "%.*s: VEX of the image", SL_FMT(where));
	if (job->opt.attached_sbom) {
		int used = job_scan_attached(job, kind, where, err);
		if (used)
			return used < 0 ? err_wrap(err, "%.*s: SBOM of the image", SL_FMT(where))
					: 0;
		log_info("%.*s: no SBOM hangs on it, so it is scanned", SL_FMT(where));
	}
	int r = job_scan_images(job, kind, where, where, err);
	bool said = kind == IMAGE_CONTAINERD || kind == IMAGE_STORAGE; /* they name their folder */
	return r < 0 && !said && kind != IMAGE_DOCKER && kind != IMAGE_PODMAN && kind != IMAGE_NAME
		   ? err_wrap(err, "%.*s", SL_FMT(where))
		   : r;
}

static uint32_t scopes_of(const struct scan_job *job, enum target_kind kind)
{
	bool licenses = job->opt.licenses || job->opt.package_licenses;
	uint32_t more = licenses ? PKG_LICENSES : 0;
	if (job->opt.no_languages)
		return PKG_SYSTEM | more; /* what is not shown need not be read */
	if (job->opt.scopes)
		return job->opt.scopes | more;
	return kind == TARGET_TREE || kind == TARGET_REPO ? PKG_SYSTEM | PKG_LOCKED | more
							  : PKG_SYSTEM | PKG_INSTALLED | more;
}

int scan_job_add(struct scan_job *job, struct slice target, struct err *err)
{
	enum target_kind kind;
	struct slice where;
	int r = 0;
	target = arena_dup(&job->arena, target);
	if (!target.ptr)
		return err_oom(err);
	TRY(parse(target, &kind, &where, err));
	where = arena_dup(&job->arena, where);
	if (job->opt.history && kind != TARGET_REPO)
		return err_usage(err,
				 "%.*s: --history reads git repositories - write repo:DIR or "
				 "repo:URL",
				 SL_FMT(target));
	job->pool.scopes = scopes_of(job, kind);
	if (slice_is(target, "-") && job_stdin_is_text(job)) {
		r = job_scan_stdin(job, err);
		return r < 0 ? err_wrap(err, "stdin") : 0;
	}
	switch (kind) {
	case TARGET_IMAGE:
		return scan_image_target(job, target, err);
	case TARGET_PURL:
		return job_scan_purls(job, where, err);
	case TARGET_ROOT:
	case TARGET_TREE:
		r = kind == TARGET_ROOT ? job_host_files(job, where, err) : 0;
		if (r == 0)
			r = job_scan_tree(job, where, where, "filesystem", err);
		break;
	case TARGET_REPO:
		r = job_scan_repo(job, where, err);
		break;
	case TARGET_SBOM:
		r = job_scan_sbom(job, where, err);
		break;
	case TARGET_KUBERNETES:
		r = job_scan_kubernetes(job, where, err);
		break;
	}
	return r < 0 ? err_wrap(err, "%.*s", SL_FMT(where)) : 0;
}
