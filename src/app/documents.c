/* SPDX-License-Identifier: Apache-2.0 */
/* Targets that say themselves what they hold: SBOMs, package URLs, Kubernetes manifests. */
#include "app/job.h"
#include "sbom/sbom.h"
#include "text/text.h"

#include <fcntl.h>
#include <stdio.h>

#define MAX_SBOM     (128 * MIB) /* reading takes several times its size */
#define MAX_MANIFEST (16 * MIB)
#define MAX_PURLS    10000
#define MAX_IMAGES   1000
#define MAX_DEPTH    64

static int read_text(struct slice path, size_t max, struct buf *out, struct err *err)
{
	char name[4096];
	buf_init(out, max);
	if (path.len >= sizeof(name))
		return err_usage(err, "path too long");
	snprintf(name, sizeof(name), "%.*s", (int)path.len, path.ptr);
	if (slice_is(path, "-"))
		return file_read_fd(STDIN_FILENO, out, err);
	return file_read(name, out, err);
}

/* ---- SBOMs ---- */

static int take_gaps(const struct sbom *s, struct slice target, struct incomplete_list *inc,
		     struct err *err)
{
	for (size_t i = 0; i < s->ngaps; i++) {
		struct report_incomplete item = {.target = target,
						 .path = s->gaps[i].path,
						 .reason = s->gaps[i].reason,
						 .message = s->gaps[i].message};
		if (incomplete_add(inc, &item) < 0)
			return err_oom(err);
	}
	return 0;
}

static int take_layers(struct scan_job *job, const struct sbom *s, struct report *r,
		       struct err *err)
{
	r->layers = arena_array(&job->arena, s->nlayers + 1, sizeof(*r->layers));
	if (!r->layers)
		return err_oom(err);
	for (size_t i = 0; i < s->nlayers; i++)
		r->layers[i] = (struct report_layer){.digest = s->layers[i].digest,
						     .diff_id = s->layers[i].diff_id};
	r->nlayers = s->nlayers;
	return 0;
}

int job_report_sbom(struct scan_job *job, struct slice text, struct slice name, struct slice type,
		    struct err *err)
{
	struct incomplete_list inc = {0};
	struct sbom *s = arena_new(&job->arena, struct sbom);
	struct report r = {.artifact_name = name, .artifact_type = type};
	const char *kind = sbom_sniff(text);
	if (!s)
		return err_oom(err);
	TRY(sbom_read(text, &job->arena, s, err));
	if (!type.len) /* Trivy's words */
		r.artifact_type = kind && strncmp(kind, "cyclonedx", 9) == 0 ? SL("cyclonedx")
				  : kind && strncmp(kind, "spdx", 4) == 0    ? SL("spdx")
									     : SL("sbom");
	r.image_id = s->image_id;
	r.platform = s->platform;
	TRY(take_layers(job, s, &r, err));
	int rc = take_gaps(s, name, &inc, err);
	if (rc == 0)
		rc = job_report(job, &r, &s->inv, &inc, err);
	free(inc.items);
	return rc;
}

int job_scan_sbom(struct scan_job *job, struct slice path, struct err *err)
{
	auto_buf struct buf text = {0};
	TRY(read_text(path, MAX_SBOM, &text, err));
	return job_report_sbom(job, buf_slice(&text), path, SL_NONE, err);
}

/* ---- package URLs ---- */

/* A list is judged as one system: *system is the distribution that its first package of one names. */
static int add_purl(struct scan_job *job, struct slice purl, struct inventory *inv,
		    struct slice *system, struct err *err)
{
	struct slice distro;
	struct inventory_pkg *p = &inv->pkgs[inv->npkgs];
	*p = (struct inventory_pkg){.layer = -1, .purl = purl};
	TRY(pkg_from_purl(purl, &job->arena, &p->pkg, &distro, err));
	if (!pkg_is_system(p->pkg.type)) {
		sbom_default_group(p);
	} else if (distro.len && !system->len) {
		*system = distro;
		TRY(pkg_os_of_distro(distro, &job->arena, &inv->os, err));
	} else if (distro.len && !slice_eq(distro, *system)) {
		return err_input(err,
				 "packages of two distributions (%.*s, %.*s) - scan them apart",
				 SL_FMT(*system), SL_FMT(distro));
	}
	inv->npkgs++;
	return 0;
}

/* One package URL, several with blanks between, or a file that lists them line by line. */
int job_scan_purls(struct scan_job *job, struct slice where, struct err *err)
{
	auto_buf struct buf text = {0};
	struct incomplete_list inc = {0};
	struct inventory *inv = arena_new(&job->arena, struct inventory);
	struct report r = {.artifact_name = where, .artifact_type = SL("purl")};
	struct slice list = where, system = SL_NONE, word;
	if (!inv)
		return err_oom(err);
	if (!slice_starts(where, "pkg:")) {
		TRY(read_text(where, MAX_MANIFEST, &text, err));
		list = arena_dup(&job->arena, buf_slice(&text));
	}
	inv->pkgs = arena_array(&job->arena, MAX_PURLS, sizeof(*inv->pkgs));
	if (!list.ptr || !inv->pkgs)
		return err_oom(err);
	while (slice_word(&list, &word)) {
		if (inv->npkgs == MAX_PURLS)
			return err_limit(err, "more than %d package URLs", MAX_PURLS);
		TRY(add_purl(job, word, inv, &system, err));
	}
	if (inv->npkgs == 0)
		return err_input(err, "%.*s: holds no package URL", SL_FMT(where));
	inventory_sort(inv);
	int rc = job_report(job, &r, inv, &inc, err);
	free(inc.items);
	return rc;
}

/* ---- Kubernetes manifests ---- */

struct images {
	struct arena *arena;
	struct map seen;
	VEC(struct slice) names;
};

static int add_image(struct images *im, struct slice name, struct err *err)
{
	bool is_new;
	struct slice kept = arena_dup(im->arena, name);
	if (!kept.ptr || !map_put(&im->seen, kept, &is_new))
		return err_oom(err);
	if (is_new && im->names.len == MAX_IMAGES)
		return err_limit(err, "more than %d images", MAX_IMAGES);
	return is_new && vec_push(&im->names, kept) < 0 ? err_oom(err) : 0;
}

/* Every workload kind, and custom ones, keep their containers in lists of these names. */
static int find_images(struct images *im, const struct node *n, unsigned depth, struct err *err)
{
	static const char *const lists[] = {"containers", "initContainers", "ephemeralContainers",
					    NULL};
	if (depth > MAX_DEPTH)
		return err_limit(err, "manifest is nested too deep");
	node_each (child, n) {
		if (child->type == NODE_ARRAY && slice_is_any(child->key, lists)) {
			node_each (c, child)
				if (node_get_str(c, "image").len)
					TRY(add_image(im, node_get_str(c, "image"), err));
		} else if (child->type == NODE_OBJECT || child->type == NODE_ARRAY) {
			TRY(find_images(im, child, depth + 1, err));
		}
	}
	return 0;
}

static int find_in_document(struct images *im, struct slice text, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (slice_trim(text).len == 0)
		return 0;
	TRY(yaml_parse(&d, text, NULL, &root, err));
	return find_images(im, root, 0, err);
}

/* A line that begins with "---" ends a document, also inside of block text (YAML 1.2, 9.1.2). */
static int find_in_stream(struct images *im, struct slice all, struct err *err)
{
	struct slice rest = all, line;
	size_t start = 0, number = 1;
	while (rest.len) {
		size_t at = all.len - rest.len;
		if (!slice_line(&rest, &line))
			break;
		if (!slice_starts(line, "---") || (line.len > 3 && !is_space(line.ptr[3])))
			continue;
		if (find_in_document(im, slice_sub(all, start, at - start), err) < 0)
			return err_wrap(err, "document %zu", number);
		number++;
		start = at + 3;
	}
	if (find_in_document(im, slice_from(all, start), err) < 0)
		return err_wrap(err, "document %zu", number);
	return 0;
}

/* An image that cannot be had must not look like one without findings. */
static int report_missing(struct scan_job *job, struct slice name, const struct err *why,
			  struct err *err)
{
	struct report r = {.artifact_name = name, .artifact_type = SL("container_image")};
	struct incomplete_list inc = {0};
	struct inventory *inv = arena_new(&job->arena, struct inventory);
	struct report_incomplete item = {.target = name,
					 .reason = why->kind == ERR_NETWORK ? SL("network")
									    : SL("missing"),
					 .message = arena_dup(&job->arena, slice_str(why->text)),
					 .whole = true};
	if (!inv || incomplete_add(&inc, &item) < 0)
		return err_oom(err);
	int rc = job_report(job, &r, inv, &inc, err);
	free(inc.items);
	return rc;
}

static int scan_all(struct scan_job *job, const struct images *im, struct err *err)
{
	for (size_t i = 0; i < im->names.len; i++) {
		struct err own = {0};
		/* A name is the name of an image and nothing else: never a path of this machine. */
		struct slice name = im->names.ptr[i];
		if (job_scan_images(job, IMAGE_NAME, name, name, &own) < 0)
			TRY(report_missing(job, name, &own, err));
	}
	return 0;
}

int job_scan_kubernetes(struct scan_job *job, struct slice path, struct err *err)
{
	auto_buf struct buf text = {0};
	struct images im = {.arena = &job->arena};
	TRY(read_text(path, MAX_MANIFEST, &text, err));
	int rc = find_in_stream(&im, buf_slice(&text), err);
	if (rc == 0 && im.names.len == 0)
		rc = err_input(err, "no container image is named in it");
	if (rc == 0)
		rc = scan_all(job, &im, err);
	map_free(&im.seen);
	vec_free(&im.names);
	return rc;
}
