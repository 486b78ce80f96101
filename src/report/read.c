/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON report read back: Trivy's (SchemaVersion 2) and ours, which is that with additions. */
#include "report/read.h"

static const struct text_limits limits = {.max_bytes = 1024 * MIB, .max_nodes = 32000000};

struct slice *read_strings(struct arena *a, const struct node *list, size_t *n)
{
	struct slice *all = arena_array(a, (list ? list->count : 0) + 1, sizeof(*all));
	*n = 0;
	node_each (s, list)
		if (all && node_str(s).len)
			all[(*n)++] = node_str(s);
	return all;
}

static struct slice lines(struct arena *a, const struct node *list)
{
	auto_buf struct buf b;
	buf_init(&b, 256 * MIB);
	node_each (s, list) {
		if (b.len)
			buf_putc(&b, '\n');
		buf_puts(&b, node_str(s));
	}
	return b.len ? arena_dup(a, buf_slice(&b)) : SL_NONE;
}

/* [epoch:]version[-release] of the three fields. */
static struct slice whole_version(struct arena *a, const struct node *p, const char *const keys[3])
{
	uint64_t epoch = 0;
	struct slice version = node_get_str(p, keys[0]), release = node_get_str(p, keys[1]);
	(void)!node_u64(node_get(p, keys[2]), &epoch);
	if (!epoch && !release.len)
		return version;
	if (!epoch)
		return arena_cat(a, version, SL("-"), release);
	return arena_cat(a, arena_printf(a, "%u:", (unsigned)epoch), version,
			 release.len ? SL("-") : SL_NONE, release);
}

/* As three fields hold it: no epoch 0, no empty release. */
static struct slice normal_version(struct arena *a, struct slice type, struct slice v)
{
	struct slice ver, rel;
	uint32_t epoch;
	if (!pkg_is_system(type))
		return v;
	while (slice_ends(v, "-") && !slice_is(type, "apk") && !slice_is(type, "ebuild"))
		v.len--;
	pkg_version_split(type, v, &epoch, &ver, &rel);
	return epoch || ver.ptr == v.ptr ? v : arena_cat(a, ver, rel.len ? SL("-") : SL_NONE, rel);
}

static void take_relation(struct pkg *k, const struct node *p)
{
	static const struct {
		const char *word;
		uint32_t flag;
	} words[] = {{"workspace", PKG_LOCAL},
		     {"root", PKG_ROOT},
		     {"direct", PKG_DIRECT},
		     {"indirect", PKG_INDIRECT}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_is(node_get_str(p, "Relationship"), words[i].word))
			k->flags |= words[i].flag;
	k->flags |= node_true(node_get(p, "Dev")) ? PKG_DEV : 0;
	k->flags |= node_true(node_get(p, "Optional")) ? PKG_OPTIONAL : 0;
	k->flags |= node_true(node_get(p, "ThirdParty")) ? PKG_THIRD_PARTY : 0;
}

/* Ids of dependencies as "name@version": their separator is the ecosystem's. */
static struct slice take_deps(struct arena *a, const struct node *list, struct slice kind)
{
	char separator = json_id_separator(kind);
	auto_buf struct buf b;
	buf_init(&b, 16 * MIB);
	node_each (d, list) {
		struct slice id = node_str(d);
		ssize_t at = slice_rchr(id, separator);
		if (b.len)
			buf_putc(&b, '\n');
		buf_puts(&b, at > 0 ? slice_sub(id, 0, (size_t)at) : id);
		buf_putc(&b, '@');
		buf_puts(&b, at > 0 ? slice_from(id, (size_t)at + 1) : SL_NONE);
	}
	return b.len ? arena_dup(a, buf_slice(&b)) : SL_NONE;
}

int32_t read_layer(const struct report *r, const struct node *layer)
{
	struct slice digest = node_get_str(layer, "Digest"), diff = node_get_str(layer, "DiffID");
	for (size_t i = 0; (digest.len || diff.len) && i < r->nlayers; i++)
		if (diff.len ? slice_eq(r->layers[i].diff_id, diff)
			     : slice_eq(r->layers[i].digest, digest))
			return (int32_t)i;
	return -1;
}

static struct slice purl_of(const struct node *p, const char *key)
{
	struct slice purl = node_get_str(p, "Purl");
	return purl.len ? purl : node_get_str(node_get(p, key), "PURL");
}

static void take_type(struct report_file *f, struct inventory_pkg *p, struct slice kind)
{
	struct pkg from;
	struct slice distro;
	struct err ignored = {0};
	if (p->purl.len && pkg_from_purl(p->purl, &f->arena, &from, &distro, &ignored) == 0)
		p->pkg.type = from.type;
	else
		p->pkg.type = kind.len ? kind : SL("unknown");
}

static void take_package(struct report_file *f, const struct report *r, const struct node *n,
			 const struct report_result *x, struct inventory_pkg *p)
{
	static const char *const own[] = {"Version", "Release", "Epoch"}, *const source[] = {
									      "SrcVersion",
									      "SrcRelease",
									      "SrcEpoch"};
	bool language = slice_is(x->class_, "lang-pkgs");
	struct pkg *k = &p->pkg;
	uint64_t line;
	*p = (struct inventory_pkg){.layer = read_layer(r, node_get(n, "Layer")),
				    .purl = purl_of(n, "Identifier"),
				    .owner = node_get_str(n, "Owner"),
				    .kind = language ? x->type : SL_NONE,
				    .group = language ? x->target : SL_NONE,
				    .db_path = node_get_str(n, "FilePath")};
	take_type(f, p, p->kind);
	k->name = node_get_str(n, "Name");
	k->version = normal_version(&f->arena, k->type, whole_version(&f->arena, n, own));
	k->arch = node_get_str(n, "Arch");
	k->src_name = node_get_str(n, "SrcName");
	k->src_version = normal_version(&f->arena, k->type, whole_version(&f->arena, n, source));
	k->licenses = lines(&f->arena, node_get(n, "Licenses"));
	k->maintainer = node_get_str(n, "Maintainer");
	k->module = node_get_str(n, "Modularitylabel");
	k->digest = node_get_str(n, "Digest");
	k->origin = node_get_str(n, "Origin");
	k->commit = node_get_str(n, "Commit");
	if (node_get_str(n, "ReadFrom").len) {
		k->path = p->db_path;
		p->db_path = node_get_str(n, "ReadFrom");
	}
	k->files = lines(&f->arena, node_get(n, "Files"));
	k->deps = take_deps(&f->arena, node_get(n, "DependsOn"), p->kind);
	take_relation(k, n);
	const struct node *where = node_get(n, "Locations");
	if (where && where->first && node_u64(node_get(where->first, "StartLine"), &line) == 0) {
		k->line = k->end_line = (uint32_t)MIN(line, UINT32_MAX);
		if (node_u64(node_get(where->first, "EndLine"), &line) == 0)
			k->end_line = (uint32_t)MIN(line, UINT32_MAX);
	}
}

/* ---- findings ---- */

enum adv_severity read_severity(struct slice word)
{
	for (int s = ADV_SEV_CRITICAL; s > ADV_SEV_UNKNOWN; s--)
		if (slice_ieq(word, slice_str(adv_severity_names[s])))
			return (enum adv_severity)s;
	return ADV_SEV_UNKNOWN;
}

static enum adv_status status_of(struct slice word)
{
	for (int s = ADV_END_OF_LIFE; s > ADV_UNKNOWN; s--)
		if (slice_is(word, adv_status_names[s]))
			return (enum adv_status)s;
	return ADV_UNKNOWN;
}

/* The packages of a result while its findings are read, which name them by name, version and either URL or path. */
struct places {
	struct report_file *f;
	const struct report *r;
	const struct report_result *x;
	struct inventory_pkg *pkgs; /* with room for those that only findings name */
	size_t npkgs;
	struct map map; /* -> index into pkgs */
};

static struct slice place_key(struct arena *a, const char *kind, struct slice name,
			      struct slice version, struct slice where)
{
	return arena_cat(a, slice_str(kind), name, slice_of("", 1), version, slice_of("", 1),
			 where);
}

static struct slice path_of(const struct inventory_pkg *p)
{
	return p->pkg.path.len ? p->pkg.path : p->db_path;
}

static int note_package(struct places *t, size_t i, struct err *err)
{
	const struct inventory_pkg *p = &t->pkgs[i];
	struct slice version = report_version_text(p->pkg.type, p->pkg.version);
	struct arena *a = &t->f->arena;
	const struct slice keys[] = {place_key(a, "url", p->pkg.name, version, p->purl),
				     place_key(a, "path", p->pkg.name, version, path_of(p)),
				     place_key(a, "", p->pkg.name, version, SL_NONE)};
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		bool is_new;
		uint64_t *slot = keys[k].ptr ? map_put(&t->map, keys[k], &is_new) : NULL;
		if (!slot)
			return err_oom(err);
		if (is_new)
			*slot = i;
	}
	return 0;
}

/* The same package in several places is told apart by its path. */
static const uint64_t *find_package(struct places *t, const struct node *v)
{
	struct slice name = node_get_str(v, "PkgName"),
		     version = node_get_str(v, "InstalledVersion"),
		     purl = node_get_str(node_get(v, "PkgIdentifier"), "PURL"),
		     path = node_get_str(v, "PkgPath");
	struct arena *a = &t->f->arena;
	const uint64_t *at = NULL;
	if (path.len)
		at = map_get(&t->map, place_key(a, "path", name, version, path));
	if (!at && purl.len)
		at = map_get(&t->map, place_key(a, "url", name, version, purl));
	return at ? at : map_get(&t->map, place_key(a, "", name, version, SL_NONE));
}

/* In a report without the list of packages those that findings name are the list. */
static int package_of(struct places *t, const struct node *v, const struct inventory_pkg **ret,
		      struct err *err)
{
	const uint64_t *at = find_package(t, v);
	bool language = slice_is(t->x->class_, "lang-pkgs");
	if (!at) {
		struct inventory_pkg *p = &t->pkgs[t->npkgs];
		*p = (struct inventory_pkg){
		    .layer = read_layer(t->r, node_get(v, "Layer")),
		    .purl = node_get_str(node_get(v, "PkgIdentifier"), "PURL"),
		    .db_path = node_get_str(v, "PkgPath"),
		    .kind = language ? t->x->type : SL_NONE,
		    .group = language ? t->x->target : SL_NONE,
		    .pkg = {.name = node_get_str(v, "PkgName"),
			    .version = node_get_str(v, "InstalledVersion")}};
		take_type(t->f, p, p->kind);
		p->pkg.version = normal_version(&t->f->arena, p->pkg.type, p->pkg.version);
		TRY(note_package(t, t->npkgs++, err));
		*ret = p;
		return 0;
	}
	*ret = &t->pkgs[*at];
	return 0;
}

static int take_finding(struct places *t, const struct node *v, struct finding *out,
			struct err *err)
{
	const struct node *match = node_get(v, "Match");
	struct report_file *f = t->f;
	*out = (struct finding){.kind = FINDING_VULNERABILITY,
				.id = node_get_str(v, "VulnerabilityID"),
				.severity = read_severity(node_get_str(v, "Severity")),
				.severity_source = node_get_str(v, "SeveritySource"),
				.status = status_of(node_get_str(v, "Status")),
				.fixed_version = node_get_str(v, "FixedVersion"),
				.feed = node_get_str(node_get(v, "DataSource"), "ID"),
				.channel = node_get_str(match, "Channel"),
				.match_rule = node_get_str(match, "Rule")};
	out->aliases = read_strings(&f->arena, node_get(v, "Aliases"), &out->naliases);
	out->vendor_ids = read_strings(&f->arena, node_get(v, "VendorIDs"), &out->nvendor_ids);
	if (!out->aliases || !out->vendor_ids)
		return err_oom(err);
	TRY(package_of(t, v, &out->pkg, err));
	uint32_t vuln = adv_find(f->db, out->id);
	out->has_vuln = vuln != UINT32_MAX;
	if (out->has_vuln)
		adv_vuln_get(f->db, vuln, &out->vuln);
	return 0;
}

static int take_findings(struct places *t, const struct node *list, struct report_result *x,
			 struct err *err)
{
	struct finding *all = arena_array(&t->f->arena, (list ? list->count : 0) + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	for (size_t i = 0; list && i < t->npkgs; i++)
		TRY(note_package(t, i, err));
	x->findings = all;
	node_each (v, list) {
		if (!node_get_str(v, "VulnerabilityID").len || !node_get_str(v, "PkgName").len)
			return err_input(err,
					 "a finding without VulnerabilityID or PkgName in \"%.*s\"",
					 SL_FMT(slice_sub(x->target, 0, 100)));
		TRY(take_finding(t, v, &all[x->nfindings++], err));
	}
	return 0;
}

static int take_result(struct report_file *f, struct report *r, const struct node *n,
		       struct report_result *x, struct err *err)
{
	const struct node *list = node_get(n, "Packages"), *vulns = node_get(n, "Vulnerabilities");
	size_t room = (list ? list->count : 0) + (vulns ? vulns->count : 0) + 1;
	struct places t = {.f = f, .r = r, .x = x};
	*x = (struct report_result){.target = node_get_str(n, "Target"),
				    .class_ = node_get_str(n, "Class"),
				    .type = node_get_str(n, "Type")};
	t.pkgs = arena_array(&f->arena, room, sizeof(*t.pkgs));
	if (!t.pkgs)
		return err_oom(err);
	node_each (p, list) {
		if (!node_get_str(p, "Name").len)
			return err_input(err, "a package without Name in \"%.*s\"",
					 SL_FMT(slice_sub(x->target, 0, 100)));
		take_package(f, r, p, x, &t.pkgs[t.npkgs++]);
	}
	int rc = take_findings(&t, vulns, x, err);
	if (rc == 0)
		rc = read_issues(f, r, n, x, err);
	map_free(&t.map);
	x->pkgs = t.pkgs;
	x->npkgs = t.npkgs;
	r->npkgs += x->npkgs;
	return rc;
}

/* ---- the report around them ---- */

static struct slice config_text(struct report_file *f, const struct node *config)
{
	auto_buf struct buf b;
	struct json_writer w;
	buf_init(&b, 64 * MIB);
	if (!config)
		return SL_NONE;
	jw_init(&w, &b, 0);
	jw_node(&w, config);
	return arena_dup(&f->arena, buf_slice(&b));
}

static int take_layers(struct report_file *f, struct report *r, const struct node *m,
		       struct err *err)
{
	const struct node *list = node_get(m, "Layers"), *diffs = node_get(m, "DiffIDs");
	size_t n = MAX(list ? list->count : 0, diffs ? diffs->count : 0);
	r->layers = arena_array(&f->arena, n + 1, sizeof(*r->layers));
	if (!r->layers)
		return err_oom(err);
	node_each (l, list) {
		struct report_layer *to = &r->layers[r->nlayers++];
		to->digest = node_get_str(l, "Digest");
		to->diff_id = node_get_str(l, "DiffID");
		to->created_by = node_get_str(l, "CreatedBy");
		to->base = node_true(node_get(l, "Base"));
		(void)!node_u64(node_get(l, "Size"), &to->size);
	}
	if (r->nlayers == 0)
		node_each (d, diffs)
			r->layers[r->nlayers++].diff_id = node_str(d);
	return 0;
}

/* Trivy does not say what it looked for: what is there was. */
static void take_scanners(struct report *r, const struct node *root, bool database)
{
	const struct node *strake = node_get(root, "Strake"), *list = node_get(strake, "Scanners");
	r->scanned_vulns = database || !strake;
	node_each (s, list) {
		r->scanned_secrets |= slice_is(node_str(s), "secret");
		r->scanned_config |= slice_is(node_str(s), "config");
		r->scanned_licenses |= slice_is(node_str(s), "license");
	}
	if (strake)
		return;
	node_each (x, node_get(root, "Results")) {
		struct slice class_ = node_get_str(x, "Class");
		r->scanned_secrets |= slice_is(class_, "secret");
		r->scanned_config |= slice_is(class_, "config");
		r->scanned_licenses |= slice_starts(class_, "license");
	}
}

static int take_metadata(struct report_file *f, struct report *r, const struct node *root,
			 struct err *err)
{
	const struct node *m = node_get(root, "Metadata"), *os = node_get(m, "OS"),
			  *db = node_get(root, "Database");
	r->artifact_name = node_get_str(root, "ArtifactName");
	r->artifact_type = node_get_str(root, "ArtifactType");
	(void)!time_parse(node_get_str(root, "CreatedAt"), &r->created);
	TRY(pkg_os_named(node_get_str(os, "Family"), node_get_str(os, "Name"), &f->arena, &r->os,
			 err));
	r->os.family = node_get_str(os, "Family");
	r->os.name = node_get_str(os, "Name");
	r->os.pretty = node_get_str(os, "PrettyName");
	r->os.codename = node_get_str(os, "Codename");
	r->os.esm = node_true(node_get(os, "extended"));
	r->eol = node_true(node_get(os, "EOSL"));
	(void)!time_parse_day(node_get_str(os, "EndOfSupport"), &r->eol_day);
	r->image_id = node_get_str(m, "ImageID");
	r->reference = node_get_str(m, "Reference");
	r->platform = node_get_str(m, "Platform");
	r->repo_url = node_get_str(m, "RepoURL");
	r->branch = node_get_str(m, "Branch");
	r->commit = node_get_str(m, "Commit");
	r->repo_tags = read_strings(&f->arena, node_get(m, "RepoTags"), &r->nrepo_tags);
	r->repo_digests = read_strings(&f->arena, node_get(m, "RepoDigests"), &r->nrepo_digests);
	r->config_json = config_text(f, node_get(m, "ImageConfig"));
	(void)!node_u64(node_get(m, "Size"), &r->image_size);
	TRY(take_layers(f, r, m, err));
	uint64_t number = 0;
	take_scanners(r, root, db != NULL);
	r->channel_known = !db || node_true(node_get(db, "DistributionKnown"));
	r->db_path = node_get_str(db, "Path");
	r->db.starter = node_true(node_get(db, "Starter"));
	(void)!time_parse(node_get_str(db, "Built"), &r->db.built);
	(void)!node_u64(node_get(db, "Vulnerabilities"), &r->db.vulns);
	if (node_u64(node_get(db, "PackagesWithoutFeed"), &number) == 0)
		r->without_feed = (size_t)number;
	return r->repo_tags && r->repo_digests ? 0 : err_oom(err);
}

static int take_gaps(struct report_file *f, struct report *r, const struct node *list,
		     struct err *err)
{
	r->incomplete =
	    arena_array(&f->arena, (list ? list->count : 0) + 1, sizeof(*r->incomplete));
	if (!r->incomplete)
		return err_oom(err);
	node_each (n, list)
		r->incomplete[r->nincomplete++] =
		    (struct report_incomplete){.target = node_get_str(n, "Target"),
					       .path = node_get_str(n, "Path"),
					       .layer = node_get_str(n, "Layer"),
					       .reason = node_get_str(n, "Reason"),
					       .message = node_get_str(n, "Message"),
					       .whole = node_true(node_get(n, "Whole"))};
	return 0;
}

static int take_expired(struct report_file *f, struct report *r, const struct node *list,
			struct err *err)
{
	r->expired = arena_array(&f->arena, (list ? list->count : 0) + 1, sizeof(*r->expired));
	if (!r->expired)
		return err_oom(err);
	node_each (n, list) {
		struct report_expired *x = &r->expired[r->nexpired++];
		x->id = node_get_str(n, "ID");
		x->source = node_get_str(n, "Source");
		(void)!time_parse_day(node_get_str(n, "Expires"), &x->day);
	}
	return 0;
}

static struct slice target_key(struct arena *a, struct slice target, struct slice name,
			       struct slice id, struct slice path)
{
	const struct slice nul = slice_of("", 1);
	return arena_cat(a, target, nul, name, nul, id, nul, path);
}

/* Packages of all results by target and name, and by id and path too. */
static int note_targets(struct report_file *f, const struct report *r, struct map *places,
			struct err *err)
{
	auto_buf struct buf scratch;
	buf_init(&scratch, MIB);
	for (size_t i = 0; i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].npkgs; k++) {
			const struct inventory_pkg *p = &r->results[i].pkgs[k];
			struct slice target = r->results[i].target, name = p->pkg.name,
				     id = json_pkg_id(p, &scratch),
				     path = p->kind.len ? report_path(p) : SL_NONE;
			const struct slice keys[] = {
			    target_key(&f->arena, target, name, id, path),
			    target_key(&f->arena, target, name, SL_NONE, SL_NONE)};
			for (size_t n = 0; n < ARRAY_LEN(keys); n++) {
				bool is_new;
				uint64_t *slot =
				    keys[n].ptr ? map_put(places, keys[n], &is_new) : NULL;
				if (!slot)
					return err_oom(err);
				if (is_new)
					*slot = (uint64_t)(uintptr_t)p;
			}
		}
	return 0;
}

/* Older reports name the package alone. */
static const struct inventory_pkg *set_aside(struct report_file *f, const struct map *places,
					     const struct node *n)
{
	struct slice target = node_get_str(n, "Target"), name = node_get_str(n, "PkgName");
	const uint64_t *at =
	    map_get(places, target_key(&f->arena, target, name, node_get_str(n, "PkgID"),
				       node_get_str(n, "PkgPath")));
	if (!at)
		at = map_get(places, target_key(&f->arena, target, name, SL_NONE, SL_NONE));
	return at ? (const struct inventory_pkg *)(uintptr_t)*at : NULL;
}

static int take_suppressed(struct report_file *f, struct report *r, const struct node *list,
			   struct err *err)
{
	auto_map struct map places = {0};
	size_t room = (list ? list->count : 0) + 1;
	r->suppressed = arena_array(&f->arena, room, sizeof(*r->suppressed));
	r->set_aside = arena_array(&f->arena, room, sizeof(*r->set_aside));
	if (!r->suppressed || !r->set_aside)
		return err_oom(err);
	if (list)
		TRY(note_targets(f, r, &places, err));
	node_each (n, list) {
		if (read_set_aside(f, n, &r->set_aside[r->nset_aside])) {
			r->nset_aside++;
			continue;
		}
		struct suppressed *s = &r->suppressed[r->nsuppressed++];
		*s = (struct suppressed){.reason = node_get_str(n, "Reason"),
					 .source = node_get_str(n, "Source")};
		(void)!time_parse_day(node_get_str(n, "Expires"), &s->expires);
		s->finding.id = node_get_str(n, "ID");
		s->finding.severity = read_severity(node_get_str(n, "Severity"));
		s->finding.status = status_of(node_get_str(n, "Status"));
		s->finding.fixed_version = node_get_str(n, "FixedVersion");
		s->finding.pkg = set_aside(f, &places, n);
	}
	return 0;
}

static int take_report(struct report_file *f, const struct node *root, struct report *r,
		       struct err *err)
{
	const struct node *results = node_get(root, "Results");
	uint64_t version = 0;
	if (node_u64(node_get(root, "SchemaVersion"), &version) < 0 || version != 2)
		return err_input(
		    err, "no report: SchemaVersion 2 was expected (strake scan --format json)");
	*r = (struct report){.adv = f->db};
	TRY(take_metadata(f, r, root, err));
	r->results =
	    arena_array(&f->arena, (results ? results->count : 0) + 1, sizeof(*r->results));
	if (!r->results)
		return err_oom(err);
	node_each (n, results)
		TRY(take_result(f, r, n, &r->results[r->nresults++], err));
	TRY(take_gaps(f, r, node_get(root, "Incomplete"), err));
	TRY(take_expired(f, r, node_get(root, "ExpiredRules"), err));
	return take_suppressed(f, r, node_get(root, "Suppressed"), err);
}

static int take_all(struct report_file *f, const struct node *root, struct err *err)
{
	bool array = root->type == NODE_ARRAY;
	f->reports = arena_array(&f->arena, (array ? root->count : 1) + 1, sizeof(*f->reports));
	if (!f->reports)
		return err_oom(err);
	if (!array)
		return take_report(f, root, &f->reports[f->n++], err);
	node_each (one, root)
		TRY(take_report(f, one, &f->reports[f->n++], err));
	return f->n ? 0 : err_input(err, "no report in it");
}

int report_read(struct slice in, struct report_file *f, struct err *err)
{
	struct node *root = NULL;
	*f = (struct report_file){.n = 0};
	doc_init(&f->doc);
	arena_init(&f->arena, 2048 * MIB);
	buf_init(&f->image, 1024 * MIB);
	TRY(json_parse(&f->doc, in, &limits, &root, err));
	TRY(adv_image_of_report(root, &f->image, err));
	TRY(adv_open_memory(buf_slice(&f->image), &f->db, err));
	return take_all(f, root, err);
}

void report_file_done(struct report_file *f)
{
	adv_close(&f->db);
	buf_free(&f->image);
	arena_free(&f->arena);
	doc_free(&f->doc);
}
