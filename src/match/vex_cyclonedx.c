/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX vulnerabilities with an analysis; what they affect is named by bom-ref, BOM-Link or purl. */
#include "match/vex_internal.h"

struct dx_vex {
	struct vex_set *v;
	struct map refs; /* bom-ref -> index into purls + 1 */
	VEC(struct slice) purls;
};

static int note_components(struct dx_vex *d, const struct node *list, unsigned depth,
			   struct err *err)
{
	if (depth > VEX_MAX_DEPTH)
		return 0;
	node_each (c, list) {
		struct slice ref = node_get_str(c, "bom-ref"), purl = node_get_str(c, "purl");
		if (ref.len && purl.len) {
			uint64_t *slot = map_put(&d->refs, ref, NULL);
			if (!slot || vec_push(&d->purls, purl) < 0)
				return err_oom(err);
			*slot = d->purls.len;
		}
		TRY(note_components(d, node_get(c, "components"), depth + 1, err));
	}
	return 0;
}

static bool status_of(struct slice state, enum vex_status *ret)
{
	static const struct {
		const char *word;
		enum vex_status status;
	} words[] = {{"not_affected", VEX_NOT_AFFECTED},
		     {"false_positive", VEX_NOT_AFFECTED},
		     {"resolved", VEX_FIXED},
		     {"resolved_with_pedigree", VEX_FIXED},
		     {"exploitable", VEX_AFFECTED},
		     {"in_triage", VEX_UNDER_INVESTIGATION}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_is(state, words[i].word)) {
			*ret = words[i].status;
			return true;
		}
	return false;
}

/* "urn:cdx:UUID/VERSION#REF" points into another document: the reference behind '#' is its bom-ref, which is the
 * purl in the documents of all common tools, with '%' sequences. */
static struct slice purl_of(const struct dx_vex *d, struct slice ref, struct arena *a)
{
	const uint64_t *slot = map_get(&d->refs, ref);
	if (slot)
		return d->purls.ptr[*slot - 1];
	if (slice_starts(ref, "urn:cdx:")) {
		ssize_t hash = slice_chr(ref, '#');
		ref = hash < 0 ? SL_NONE : slice_from(ref, (size_t)hash + 1);
	}
	if (slice_starts(ref, "pkg:"))
		return ref;
	return slice_starts(ref, "pkg%3A") || slice_starts(ref, "pkg%3a") ? purl_unescape(ref, a)
									  : SL_NONE;
}

static int take_ids(struct dx_vex *d, const struct node *vuln, struct vex_statement *s,
		    struct err *err)
{
	const struct node *refs = node_get(vuln, "references");
	s->ids = vex_list(d->v, 1 + (refs ? refs->count : 0));
	if (!s->ids)
		return err_oom(err);
	if (node_get_str(vuln, "id").len)
		s->ids[s->nids++] = vex_keep(d->v, node_get_str(vuln, "id"));
	node_each (r, refs)
		if (node_get_str(r, "id").len)
			s->ids[s->nids++] = vex_keep(d->v, node_get_str(r, "id"));
	return 0;
}

static int read_vulnerability(struct dx_vex *d, const struct node *vuln, int64_t time,
			      struct err *err)
{
	const struct node *analysis = node_get(vuln, "analysis");
	struct vex_statement s = {.time = time};
	if (!status_of(node_get_str(analysis, "state"), &s.status))
		return 0;
	s.reason = vex_reason(d->v, node_get_str(analysis, "justification"),
			      node_get_str(analysis, "detail"));
	(void)!time_parse(node_get_str(analysis, "lastUpdated"), &s.time);
	TRY(take_ids(d, vuln, &s, err));
	node_each (a, node_get(vuln, "affects")) {
		s.product = purl_of(d, node_get_str(a, "ref"), d->v->arena);
		if (s.product.len)
			TRY(vex_put(d->v, s, err));
	}
	return 0;
}

static int read_all(struct dx_vex *d, const struct node *root, struct err *err)
{
	int64_t time = 0;
	(void)!time_parse(node_str(node_path(root, "metadata.timestamp")), &time);
	TRY(note_components(d, node_get(root, "components"), 0, err));
	node_each (vuln, node_get(root, "vulnerabilities"))
		TRY(read_vulnerability(d, vuln, time, err));
	return 0;
}

int cyclonedx_vex_read(struct vex_set *v, const struct node *root, struct err *err)
{
	struct dx_vex d = {.v = v};
	int r = read_all(&d, root, err);
	map_free(&d.refs);
	vec_free(&d.purls);
	return r;
}
