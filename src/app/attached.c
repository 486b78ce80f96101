/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that hang on an image in a registry or layout: SBOMs that can stand for a scan, VEX. They lie there
 * bare, as in-toto statements (BuildKit), in DSSE envelopes (cosign attest) or sigstore bundles around those. Who
 * signed them is not looked at here, and that is said.
 */
#include "app/job.h"
#include "text/text.h"
#include "sbom/sbom.h"

#define MAX_WRAPS 4

struct unwrapped {
	struct slice text; /* the innermost document */
	struct slice type; /* predicate type; may be empty */
};

static struct slice as_text(struct arena *a, const struct node *n)
{
	auto_buf struct buf b;
	struct json_writer w;
	buf_init(&b, 512 * MIB);
	jw_init(&w, &b, 0);
	jw_node(&w, n);
	return b.failed ? SL_NONE : arena_dup(a, buf_slice(&b));
}

static struct slice payload_of(struct arena *a, const struct node *envelope)
{
	auto_buf struct buf b;
	struct slice text = node_get_str(envelope, "payload");
	buf_init(&b, ATTACHED_MAX_BLOB);
	if (!text.len || text_unbase64(text, &b) < 0)
		return SL_NONE;
	return arena_dup(a, buf_slice(&b));
}

/* One wrapping less: 1; 0: nothing is around it. */
static int unwrap_once(struct arena *a, struct unwrapped *u)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err ignored = {0};
	struct slice inner = SL_NONE;
	doc_init(&d);
	if (json_parse(&d, u->text, NULL, &root, &ignored) < 0)
		return 0;
	const struct node *envelope = node_get(root, "dsseEnvelope"),
			  *predicate = node_get(root, "predicate");
	if (envelope || node_get(root, "payload"))
		inner = payload_of(a, envelope ? envelope : root);
	else if (predicate) {
		u->type = arena_dup(a, node_get_str(root, "predicateType"));
		/* cosign once put the document as a string into "Data". */
		const struct node *data = node_get(predicate, "Data");
		inner = data ? (node_is(data, NODE_STRING) ? arena_dup(a, node_str(data))
							   : as_text(a, data))
			     : as_text(a, predicate);
	}
	if (!inner.len)
		return 0;
	u->text = inner;
	return 1;
}

static struct unwrapped unwrap(struct arena *a, struct slice text)
{
	struct unwrapped u = {.text = text};
	for (int i = 0; i < MAX_WRAPS && unwrap_once(a, &u); i++)
		;
	return u;
}

/* Calls with each document until one call answers 1. */
static int each_document(struct scan_job *job, enum image_kind kind, struct slice where,
			 int (*call)(void *arg, const struct attached *at,
				     const struct unwrapped *u, struct err *err),
			 void *arg, struct err *err)
{
	auto_attachments struct attachments *a = NULL;
	struct attached_list list;
	TRY(attachments_open(kind, where, &job->opt.registry, &a, err));
	TRY(attachments_list(a, SL(""), SL(""), &list, err));
	for (size_t i = 0; i < list.len; i++) {
		struct attached_blob *blobs;
		size_t n;
		TRY(attachments_blobs(a, &list.items[i], &blobs, &n, err));
		for (size_t k = 0; k < n; k++) {
			struct slice text;
			struct err own = {0};
			if (attachments_get(a, &blobs[k], &text, &own) < 0) {
				log_info("%.*s: attachment %.*s: %s", SL_FMT(where),
					 SL_FMT(blobs[k].digest), own.text);
				continue;
			}
			struct unwrapped u = unwrap(&job->arena, text);
			int r = call(arg, &list.items[i], &u, err);
			if (r)
				return r;
		}
	}
	return 0;
}

struct wanted {
	struct scan_job *job;
	struct slice where;
};

static int take_sbom(void *arg, const struct attached *at, const struct unwrapped *u,
		     struct err *err)
{
	const struct wanted *w = arg;
	if (!sbom_sniff(u->text))
		return 0;
	log_info("%.*s: using the SBOM that hangs on it (%.*s); its signature is not verified",
		 SL_FMT(w->where), SL_FMT(at->digest));
	TRY(job_report_sbom(w->job, u->text, w->where, SL("container_image"), err));
	return 1;
}

int job_scan_attached(struct scan_job *job, enum image_kind kind, struct slice where,
		      struct err *err)
{
	struct wanted w = {job, where};
	if (kind == IMAGE_NAME)
		kind = IMAGE_REGISTRY;
	if (kind != IMAGE_REGISTRY && kind != IMAGE_OCI_DIR)
		return 0;
	return each_document(job, kind, where, take_sbom, &w, err);
}

static int take_vex(void *arg, const struct attached *at, const struct unwrapped *u,
		    struct err *err)
{
	const struct wanted *w = arg;
	bool named =
	    slice_find(u->type, SL("openvex")) >= 0 || slice_find(at->type, SL("vex")) >= 0;
	if (!named && slice_find(slice_sub(u->text, 0, 4096), SL("openvex")) < 0)
		return 0;
	log_info("%.*s: VEX that hangs on it (%.*s) is taken; its signature is not verified",
		 SL_FMT(w->where), SL_FMT(at->digest));
	return vex_add(&w->job->vex, u->text, at->digest, err);
}

int job_take_attached_vex(struct scan_job *job, enum image_kind kind, struct slice where,
			  struct err *err)
{
	struct wanted w = {job, where};
	if (kind == IMAGE_NAME)
		kind = IMAGE_REGISTRY;
	if (kind != IMAGE_REGISTRY && kind != IMAGE_OCI_DIR)
		return 0;
	TRY(each_document(job, kind, where, take_vex, &w, err));
	return vex_ready(&job->vex, err);
}
