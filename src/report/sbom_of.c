/* SPDX-License-Identifier: Apache-2.0 */
/* A report as a bill of materials: the inventory of its results, and what was found about it. */
#include "report/sbom_of.h"

static const char *const cyclonedx_words[] = {"unknown", "low", "medium", "high", "critical"};

static int take_packages(const struct report *r, struct arena *a, struct sbom *s, struct err *err)
{
	struct inventory *inv = &s->inv;
	for (size_t i = 0; i < r->nresults; i++)
		inv->npkgs += r->results[i].npkgs;
	inv->os = r->os;
	inv->files = r->files;
	inv->nfiles = r->nfiles;
	inv->pkgs = arena_array(a, inv->npkgs + 1, sizeof(*inv->pkgs));
	if (!inv->pkgs)
		return err_oom(err);
	size_t n = 0;
	for (size_t i = 0; i < r->nresults; i++) {
		const struct report_result *x = &r->results[i];
		if (x->npkgs)
			memcpy(inv->pkgs + n, x->pkgs, x->npkgs * sizeof(*x->pkgs));
		n += x->npkgs;
		if (slice_is(x->class_, "os-pkgs"))
			inv->nsystem += x->npkgs;
	}
	return 0;
}

static int take_layers(const struct report *r, struct arena *a, struct sbom *s, struct err *err)
{
	s->nlayers = r->nlayers;
	s->layers = arena_array(a, r->nlayers + 1, sizeof(*s->layers));
	s->gaps = arena_array(a, r->nincomplete + 1, sizeof(*s->gaps));
	if (!s->layers || !s->gaps)
		return err_oom(err);
	for (size_t i = 0; i < r->nlayers; i++)
		s->layers[i] = (struct sbom_layer){r->layers[i].digest, r->layers[i].diff_id};
	for (size_t i = 0; i < r->nincomplete; i++) {
		const struct report_incomplete *x = &r->incomplete[i];
		/* What the database does not know says nothing about the contents. */
		if (slice_is(x->reason, "no-advisories") || slice_is(x->reason, "version"))
			continue;
		s->gaps[s->ngaps++] =
		    (struct sbom_gap){x->path.len ? x->path : x->target, x->reason, x->message};
	}
	return 0;
}

/* ---- findings ---- */

static int take_ratings(const struct report *r, const struct finding *f, struct arena *a,
			struct sbom_vuln *v, struct err *err)
{
	v->ratings = arena_array(a, f->vuln.nscores + 1, sizeof(*v->ratings));
	if (!v->ratings)
		return err_oom(err);
	v->ratings[v->nratings++] =
	    (struct sbom_rating){.source = f->severity_source,
				 .severity = slice_str(cyclonedx_words[f->severity]),
				 .score = -1};
	for (uint32_t i = 0; r->adv && f->has_vuln && i < f->vuln.nscores; i++) {
		struct adv_score score;
		adv_vuln_score(r->adv, &f->vuln, i, &score);
		enum adv_severity severity = adv_severity_of_score(score.score);
		v->ratings[v->nratings++] =
		    (struct sbom_rating){.source = score.source,
					 .severity = slice_str(cyclonedx_words[severity]),
					 .vector = score.vector,
					 .score = score.score,
					 .version = score.version};
	}
	return 0;
}

static int take_texts(const struct report *r, const struct finding *f, struct arena *a,
		      struct sbom_vuln *v, struct err *err)
{
	if (!r->adv || !f->has_vuln)
		return 0;
	v->title = f->vuln.title;
	v->description = f->vuln.details;
	v->published = f->vuln.published;
	v->modified = f->vuln.modified;
	v->cwes = arena_array(a, f->vuln.ncwes + 1, sizeof(*v->cwes));
	v->urls = arena_array(a, f->vuln.nrefs + 1, sizeof(*v->urls));
	if (!v->cwes || !v->urls)
		return err_oom(err);
	for (uint32_t i = 0; i < f->vuln.ncwes; i++)
		v->cwes[v->ncwes++] = adv_vuln_cwe(r->adv, &f->vuln, i);
	for (uint32_t i = 0; i < f->vuln.nrefs; i++) {
		auto_buf struct buf url;
		buf_init(&url, 64 * KIB);
		if (!escape_put_url(&url, adv_vuln_ref(r->adv, &f->vuln, i)))
			continue;
		v->urls[v->nurls] = arena_dup(a, buf_slice(&url));
		if (!v->urls[v->nurls++].ptr)
			return err_oom(err);
	}
	return 0;
}

static int take_problem(const struct report *r, const struct finding *f, struct arena *a,
			struct sbom_vuln *v, struct err *err)
{
	auto_buf struct buf url;
	buf_init(&url, 64 * KIB);
	*v = (struct sbom_vuln){.id = f->id, .source = f->feed, .fixed = f->fixed_version};
	if (report_put_url(&url, r, f)) {
		v->url = arena_dup(a, buf_slice(&url));
		if (!v->url.ptr)
			return err_oom(err);
	}
	TRY(take_ratings(r, f, a, v, err));
	return take_texts(r, f, a, v, err);
}

struct problems {
	const struct report *r;
	struct arena *arena;
	struct sbom *s;
	struct map by_id;
	size_t *first, *next; /* lists of affected packages, through the findings in their order */
};

static int add_affected(struct arena *a, struct sbom_vuln *v, size_t at, struct err *err)
{
	/* Grown by doubling inside the arena: the old list is left behind. */
	if ((v->naffects & (v->naffects - 1)) == 0) {
		size_t *grown = arena_array(a, v->naffects ? v->naffects * 2 : 1, sizeof(*grown));
		if (!grown)
			return err_oom(err);
		if (v->naffects)
			memcpy(grown, v->affects, v->naffects * sizeof(*grown));
		v->affects = grown;
	}
	v->affects[v->naffects++] = at;
	return 0;
}

/* before: packages of the results in front of it. Results lie one behind the other in the inventory. */
static int take_result(struct problems *p, size_t result, size_t before, struct err *err)
{
	const struct report_result *x = &p->r->results[result];
	for (size_t i = 0; i < x->nfindings; i++) {
		const struct finding *f = &x->findings[i];
		if (f->kind != FINDING_VULNERABILITY || !f->pkg)
			continue;
		bool is_new;
		uint64_t *slot = map_put(&p->by_id, f->id, &is_new);
		if (!slot)
			return err_oom(err);
		if (is_new) {
			*slot = p->s->nvulns;
			TRY(take_problem(p->r, f, p->arena, &p->s->vulns[p->s->nvulns++], err));
		}
		TRY(add_affected(p->arena, &p->s->vulns[*slot], before + (size_t)(f->pkg - x->pkgs),
				 err));
	}
	return 0;
}

static int take_findings(const struct report *r, struct arena *a, struct sbom *s, struct err *err)
{
	struct problems p = {.r = r, .arena = a, .s = s};
	size_t n = 0, before = 0;
	int rc = 0;
	for (size_t i = 0; i < r->nresults; i++)
		n += r->results[i].nfindings;
	s->vulns = arena_array(a, n + 1, sizeof(*s->vulns));
	if (!s->vulns)
		return err_oom(err);
	for (size_t i = 0; i < r->nresults && rc == 0; i++) {
		rc = take_result(&p, i, before, err);
		before += r->results[i].npkgs;
	}
	map_free(&p.by_id);
	return rc;
}

int sbom_of_report(const struct report *r, struct arena *a, struct sbom *ret, struct err *err)
{
	*ret = (struct sbom){.name = r->artifact_name,
			     .artifact_type = r->artifact_type,
			     .image_id = r->image_id,
			     .platform = r->platform,
			     .repo_tags = r->repo_tags,
			     .nrepo_tags = r->nrepo_tags,
			     .repo_digests = r->repo_digests,
			     .nrepo_digests = r->nrepo_digests,
			     .created = r->created};
	TRY(take_packages(r, a, ret, err));
	TRY(take_layers(r, a, ret, err));
	return r->scanned_vulns ? take_findings(r, a, ret, err) : 0;
}

int sbom_report_write(const char *format, const struct report *reports, size_t n, struct buf *out,
		      struct err *err)
{
	auto_arena struct arena a;
	struct sbom s;
	const struct sbom_format *f = sbom_format_find(slice_str(format));
	arena_init(&a, 2048 * MIB);
	if (n != 1)
		return err_usage(err,
				 "%s describes one target: %zu were scanned - scan them one by one",
				 format, n);
	TRY(sbom_of_report(&reports[0], &a, &s, err));
	return f->write(&s, out, err);
}
