/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's dependency submission: a snapshot with a manifest for each result (REST API, "dependency-graph"). */
#include "report/json_internal.h"

#include "config.h"

struct github {
	struct json_writer w;
	const struct report_style *style;
	struct buf text;
	struct err *err;
};

static void put_job(struct github *g)
{
	const struct report_ci *ci = &g->style->ci;
	jw_key(&g->w, "job");
	jw_object(&g->w);
	jw_kstr(&g->w, "id", ci->run_id.len ? ci->run_id : SL("strake"));
	buf_clear(&g->text);
	buf_puts(&g->text, ci->workflow);
	if (ci->workflow.len && ci->job.len)
		buf_putc(&g->text, '_');
	buf_puts(&g->text, ci->job);
	/* Snapshots with one correlator replace each other. */
	jw_kstr(&g->w, "correlator", g->text.len ? buf_slice(&g->text) : SL("strake"));
	jw_kstr_opt(&g->w, "html_url", ci->url);
	jw_end(&g->w, '}');
}

static void put_head(struct github *g, const struct report *reports, size_t n)
{
	const struct report_ci *ci = &g->style->ci;
	char when[TIME_TEXT];
	jw_ku64(&g->w, "version", 0);
	jw_key(&g->w, "detector");
	jw_object(&g->w);
	jw_kstr(&g->w, "name", SL("strake"));
	jw_kstr(&g->w, "version", SL(STRAKE_VERSION));
	jw_kstr(&g->w, "url", SL("pkg:generic/strake@" STRAKE_VERSION));
	jw_end(&g->w, '}');
	/* Outside of an action the tree under git knows. */
	buf_clear(&g->text);
	if (ci->ref.len)
		buf_puts(&g->text, ci->ref);
	else if (n && reports[0].branch.len)
		buf_printf(&g->text, "refs/heads/%.*s", SL_FMT(reports[0].branch));
	jw_kstr(&g->w, "ref", buf_slice(&g->text));
	jw_kstr(&g->w, "sha", ci->sha.len ? ci->sha : n ? reports[0].commit : SL_NONE);
	put_job(g);
	time_text(n ? reports[0].created : 0, when);
	jw_kstr(&g->w, "scanned", slice_str(when));
}

/* What limits the list: values of a snapshot's metadata are scalars. */
static void put_metadata(struct github *g, const struct report *reports, size_t n)
{
	size_t gaps = 0, suppressed = 0;
	jw_key(&g->w, "metadata");
	jw_object(&g->w);
	for (size_t i = 0; i < n; i++) {
		const struct report *r = &reports[i];
		gaps += r->nincomplete;
		suppressed += r->nsuppressed;
		if (n == 1 && r->nrepo_tags)
			jw_kstr(&g->w, "strake:RepoTag", r->repo_tags[0]);
		if (n == 1 && r->nrepo_digests)
			jw_kstr(&g->w, "strake:RepoDigest", r->repo_digests[0]);
		if (n == 1)
			jw_kstr_opt(&g->w, "strake:ImageID", r->image_id);
	}
	jw_ku64_opt(&g->w, "strake:NotAnalysed", gaps);
	jw_ku64_opt(&g->w, "strake:SuppressedFindings", suppressed);
	jw_end(&g->w, '}');
}

static struct slice place_of(struct arena *a, const struct inventory_pkg *p, struct slice id)
{
	return arena_cat(a, p->db_path, SL("\n"), id);
}

static int note_purls(struct github *g, const struct report_result *x, struct arena *a,
		      struct map *purls)
{
	for (size_t i = 0; i < x->npkgs; i++) {
		const struct inventory_pkg *p = &x->pkgs[i];
		struct slice id = arena_cat(a, p->pkg.name, SL("@"), p->pkg.version);
		uint64_t *slot = map_put(purls, place_of(a, p, id), NULL);
		if (!slot)
			return err_oom(g->err);
		*slot = i;
	}
	return 0;
}

static int put_dependencies(struct github *g, const struct report_result *x,
			    const struct inventory_pkg *p, struct arena *a, const struct map *purls)
{
	struct slice deps = p->pkg.deps, dep;
	if (deps.len == 0)
		return 0;
	jw_key(&g->w, "dependencies");
	jw_array(&g->w);
	while (slice_line(&deps, &dep)) {
		struct slice key = place_of(a, p, dep);
		const uint64_t *to = map_get(purls, key);
		if (!key.ptr)
			return err_oom(g->err);
		if (to && x->pkgs[*to].purl.len)
			jw_str(&g->w, x->pkgs[*to].purl);
	}
	jw_end(&g->w, ']');
	return 0;
}

static int put_resolved(struct github *g, const struct report_result *x)
{
	auto_arena struct arena a;
	auto_map struct map purls = {0}, seen = {0};
	arena_init(&a, 1024 * MIB);
	TRY(note_purls(g, x, &a, &purls));
	jw_key(&g->w, "resolved");
	jw_object(&g->w);
	for (size_t i = 0; i < x->npkgs; i++) {
		const struct inventory_pkg *p = &x->pkgs[i];
		bool is_new = false;
		/* The project itself is no dependency; the same package of another file is the same. */
		if (p->purl.len == 0 || p->pkg.version.len == 0 || p->pkg.flags & PKG_ROOT)
			continue;
		if (!map_put(&seen, p->purl, &is_new))
			return err_oom(g->err);
		if (!is_new)
			continue;
		jw_key_slice(&g->w, p->purl);
		jw_object(&g->w);
		jw_kstr(&g->w, "package_url", p->purl);
		jw_kstr(&g->w, "relationship",
			p->pkg.flags & PKG_INDIRECT ? SL("indirect") : SL("direct"));
		jw_kstr(&g->w, "scope", p->pkg.flags & PKG_DEV ? SL("development") : SL("runtime"));
		TRY(put_dependencies(g, x, p, &a, &purls));
		jw_end(&g->w, '}');
	}
	jw_end(&g->w, '}');
	return 0;
}

static int put_manifest(struct github *g, const struct report *r, const struct report_result *x,
			struct map *names, struct arena *a, bool several)
{
	bool is_new = false, lang = slice_is(x->class_, "lang-pkgs");
	struct slice name = x->target;
	if (several && lang)
		name = arena_cat(a, r->artifact_name, SL(": "), x->target);
	for (unsigned again = 2;; again++) {
		if (!map_put(names, name, &is_new))
			return err_oom(g->err);
		if (is_new)
			break;
		name = arena_printf(a, "%.*s (%u)", SL_FMT(x->target), again);
	}
	jw_key_slice(&g->w, name);
	jw_object(&g->w);
	jw_kstr(&g->w, "name", x->type.len ? x->type : name);
	/* A file of the repository: a lock file of a source tree, not what lies in an image. */
	if (lang && x->npkgs && slice_eq(x->target, x->pkgs[0].db_path)) {
		jw_key(&g->w, "file");
		jw_object(&g->w);
		jw_kstr(&g->w, "source_location", x->target);
		jw_end(&g->w, '}');
	}
	TRY(put_resolved(g, x));
	jw_end(&g->w, '}');
	return 0;
}

static int put_manifests(struct github *g, const struct report *reports, size_t n)
{
	auto_arena struct arena a;
	auto_map struct map names = {0};
	arena_init(&a, 64 * MIB);
	jw_key(&g->w, "manifests");
	jw_object(&g->w);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reports[i].nresults; k++)
			if (reports[i].results[k].npkgs)
				TRY(put_manifest(g, &reports[i], &reports[i].results[k], &names, &a,
						 n > 1));
	jw_end(&g->w, '}');
	return 0;
}

static void github_done(struct github *g)
{
	buf_free(&g->text);
}

static int github_write(const struct report *reports, size_t n, const struct report_style *st,
			struct buf *out, struct err *err)
{
	CLEANUP(github_done) struct github g = {.style = st, .err = err};
	buf_init(&g.text, MIB);
	jw_init(&g.w, out, 2);
	jw_object(&g.w);
	put_head(&g, reports, n);
	put_metadata(&g, reports, n);
	TRY(put_manifests(&g, reports, n));
	jw_end(&g.w, '}');
	buf_putc(out, '\n');
	return out->failed || g.text.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_github = {
    .name = "github",
    .help = "GitHub's dependency snapshot, a manifest for each result; packages without findings",
    .write = github_write,
};
