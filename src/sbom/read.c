/* SPDX-License-Identifier: Apache-2.0 */
/* What all formats share in reading: recognising one, completing packages, the distribution. */
#include "sbom/sbom_internal.h"

static const struct text_limits limits = {.max_bytes = 512 * MIB, .max_nodes = 16000000};

static const char *sniff_json(const struct node *root)
{
	if (slice_ieq(node_get_str(root, "bomFormat"), SL("CycloneDX")))
		return "cyclonedx";
	if (slice_starts(node_get_str(root, "spdxVersion"), "SPDX-2"))
		return "spdx-json";
	if (node_get(root, "artifacts") && node_get(root, "descriptor"))
		return "syft-json";
	return NULL;
}

const char *sbom_sniff(struct slice in)
{
	struct slice head = slice_trim(slice_sub(in, 0, 64 * KIB));
	if (slice_starts(head, "\xEF\xBB\xBF"))
		head = slice_trim(slice_from(head, 3));
	if (slice_starts(head, "{")) {
		bool dx = slice_find(head, SL("\"bomFormat\"")) >= 0 ||
			  slice_find(head, SL("cyclonedx")) >= 0;
		return dx					      ? "cyclonedx"
		       : slice_find(head, SL("\"spdxVersion\"")) >= 0 ? "spdx-json"
		       : slice_find(head, SL("\"artifacts\"")) >= 0   ? "syft-json"
								      : NULL;
	}
	if (slice_starts(head, "<"))
		return slice_find(head, SL("cyclonedx.org/schema/bom")) >= 0 ? "cyclonedx-xml"
									     : NULL;
	if (slice_starts(head, "SPDXVersion:") || slice_find(head, SL("\nSPDXVersion:")) >= 0)
		return "spdx";
	bool yaml =
	    slice_starts(head, "spdxVersion:") || slice_find(head, SL("\nspdxVersion:")) >= 0;
	return yaml ? "spdx-yaml" : NULL;
}

struct slice sbom_keep(struct sbom_reader *r, struct slice s)
{
	return s.len ? arena_dup(r->arena, s) : SL_NONE;
}

int sbom_add_gap(struct sbom_reader *r, struct slice path, const char *reason, struct slice message,
		 struct err *err)
{
	struct sbom_gap g = {sbom_keep(r, path), slice_str(reason), sbom_keep(r, message)};
	return vec_push(&r->gaps, g) < 0 ? err_oom(err) : 0;
}

struct slice sbom_gap_line(struct arena *a, const struct sbom_gap *g)
{
	return arena_cat(a, g->path, SL(": "), g->reason, SL(": "), g->message);
}

/* The reason is the first thing between ": " and ": " that is one word of letters and dashes. */
int sbom_take_gap(struct sbom_reader *r, struct slice line, struct err *err)
{
	for (size_t i = 0; i + 1 < line.len; i++) {
		size_t end = i + 2;
		if (line.ptr[i] != ':' || line.ptr[i + 1] != ' ')
			continue;
		while (end < line.len && (is_alpha(line.ptr[end]) || line.ptr[end] == '-'))
			end++;
		if (end == i + 2 || !slice_starts(slice_from(line, end), ": "))
			continue;
		struct sbom_gap g = {sbom_keep(r, slice_sub(line, 0, i)),
				     sbom_keep(r, slice_sub(line, i + 2, end - i - 2)),
				     sbom_keep(r, slice_from(line, end + 2))};
		return vec_push(&r->gaps, g) < 0 ? err_oom(err) : 0;
	}
	return sbom_add_gap(r, SL_NONE, "not-analysed", line, err);
}

int sbom_keep_licenses(struct sbom_reader *r, struct buf *b, struct inventory_pkg *p,
		       struct err *err)
{
	if (b->failed)
		TRY(sbom_add_gap(r, p->pkg.name, "limit",
				 SL("licence texts are too long: the rest is left out"), err));
	p->pkg.licenses = sbom_keep(r, slice_trim(buf_slice(b)));
	return b->len && !p->pkg.licenses.ptr ? err_oom(err) : 0;
}

/* kind and group by purl type, as the program that finds such packages in an image names them. */
void sbom_default_group(struct inventory_pkg *p)
{
	static const struct {
		const char *type, *kind, *group;
	} names[] = {
	    {"npm", "node-pkg", "Node.js"},  {"pypi", "python-pkg", "Python"},
	    {"maven", "jar", "Java"},	     {"gem", "gemspec", "Ruby"},
	    {"golang", "gobinary", "Go"},    {"cargo", "rustbinary", "Rust"},
	    {"composer", "composer", "PHP"}, {"nuget", "dotnet-core", ".NET"},
	    {"conda", "conda-pkg", "Conda"},
	};
	bool known = false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(p->pkg.type, names[i].type)) {
			if (!p->kind.len)
				p->kind = slice_str(names[i].kind);
			if (!p->group.len)
				p->group = slice_str(names[i].group);
			known = true;
		}
	if (!known && !p->kind.len)
		p->kind = p->pkg.type.len ? p->pkg.type : SL("unknown");
	if (!p->group.len)
		p->group = p->kind;
}

int sbom_add_layer(struct sbom_reader *r, struct sbom_layer l, struct err *err)
{
	const struct {
		struct slice id;
		struct map *map;
	} both[] = {{l.diff_id, &r->layer_of_diff}, {l.digest, &r->layer_of_digest}};
	if (r->layers.len >= SBOM_MAX_PACKAGES)
		return err_limit(err, "more than %d layers", SBOM_MAX_PACKAGES);
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		bool is_new = false;
		uint64_t *slot = both[i].id.len ? map_put(both[i].map, both[i].id, &is_new) : NULL;
		if (both[i].id.len && !slot)
			return err_oom(err);
		if (is_new)
			*slot = r->layers.len;
	}
	return vec_push(&r->layers, l) < 0 ? err_oom(err) : 0;
}

static int take_layer(struct sbom_reader *r, const struct sbom_taken *t, struct err *err)
{
	const uint64_t *at = NULL;
	if (!t->layer_digest.len && !t->layer_diff_id.len)
		return 0;
	if (t->layer_diff_id.len)
		at = map_get(&r->layer_of_diff, t->layer_diff_id);
	if (!at && t->layer_digest.len)
		at = map_get(&r->layer_of_digest, t->layer_digest);
	if (!at)
		TRY(sbom_add_layer(r, (struct sbom_layer){t->layer_digest, t->layer_diff_id}, err));
	t->p->layer = (int32_t)(at ? *at : r->layers.len - 1);
	return 0;
}

static void complete_source(struct sbom_reader *r, struct sbom_taken *t)
{
	struct pkg *k = &t->p->pkg;
	if (t->src_version.len)
		k->src_version = arena_cat(r->arena, t->src_epoch,
					   t->src_epoch.len ? SL(":") : SL_NONE, t->src_version,
					   t->src_release.len ? SL("-") : SL_NONE, t->src_release);
	if (!k->src_name.len)
		k->src_name = k->name;
	if (!k->src_version.len)
		k->src_version = k->version;
}

/* The document goes away after reading: what stays is copied. */
static int keep_all(struct sbom_reader *r, struct sbom_taken *t, struct err *err)
{
	struct inventory_pkg *p = t->p;
	struct pkg *k = &p->pkg;
	struct slice *const all[] = {
	    &k->type,	     &k->name,	      &k->version,   &k->arch,	       &k->src_name,
	    &k->src_version, &k->maintainer,  &k->licenses,  &k->module,       &k->signer,
	    &k->files,	     &k->digest,      &k->deps,	     &k->path,	       &k->origin,
	    &k->commit,	     &p->db_path,     &p->kind,	     &p->group,	       &p->owner,
	    &t->src_version, &t->src_release, &t->src_epoch, &t->layer_digest, &t->layer_diff_id};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct slice copy = sbom_keep(r, *all[i]);
		if (all[i]->len && !copy.ptr)
			return err_oom(err);
		*all[i] = copy;
	}
	return 0;
}

static bool is_purl_char(char c)
{
	return c > ' ' && c < 0x7f && !strchr("<>\"", c);
}

/* A package URL is ASCII without blanks; what others wrote raw is encoded, the rest stays as it is. */
static struct slice keep_purl(struct sbom_reader *r, struct slice purl)
{
	size_t odd = 0, n = 0;
	for (size_t i = 0; i < purl.len; i++)
		odd += !is_purl_char(purl.ptr[i]);
	if (!odd || purl.len > MIB)
		return sbom_keep(r, purl);
	char *out = arena_alloc(r->arena, purl.len + 2 * odd + 1);
	for (size_t i = 0; out && i < purl.len; i++) {
		unsigned char c = (unsigned char)purl.ptr[i];
		if (is_purl_char(purl.ptr[i])) {
			out[n++] = purl.ptr[i];
			continue;
		}
		out[n++] = '%';
		out[n++] = "0123456789ABCDEF"[c >> 4];
		out[n++] = "0123456789ABCDEF"[c & 15];
	}
	return slice_of(out, n);
}

int sbom_add_named(struct sbom_reader *r, struct sbom_taken *t, struct slice purl, struct slice ref,
		   struct map *by_ref, struct err *err)
{
	size_t before = r->pkgs.len;
	TRY(sbom_add(r, t, purl, err));
	if (!ref.len || r->pkgs.len == before)
		return 0;
	bool is_new;
	uint64_t *slot = map_put(by_ref, ref, &is_new);
	if (!slot)
		return err_oom(err);
	if (is_new)
		*slot = before;
	return 0;
}

/* What the package URL says wins where it names the package; the rest fills what is missing. */
static void take_purl(struct pkg *k, const struct pkg *from)
{
	const struct {
		struct slice *to, value;
	} fill[] = {{&k->arch, from->arch},
		    {&k->module, from->module},
		    {&k->origin, from->origin},
		    {&k->src_name, from->src_name}};
	if (!k->src_name.len)
		k->src_version = from->src_version;
	k->type = from->type;
	k->name = from->name;
	if (from->version.len)
		k->version = from->version;
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		if (!fill[i].to->len)
			*fill[i].to = fill[i].value;
}

int sbom_add(struct sbom_reader *r, struct sbom_taken *t, struct slice purl, struct err *err)
{
	struct inventory_pkg *p = t->p;
	struct pkg from, *k = &p->pkg;
	struct slice distro = SL_NONE;
	struct err bad = {0};
	if (r->pkgs.len >= SBOM_MAX_PACKAGES)
		return err_limit(err, "more than %d packages", SBOM_MAX_PACKAGES);
	TRY(keep_all(r, t, err));
	p->purl = keep_purl(r, purl);
	if (purl.len && !p->purl.ptr)
		return err_oom(err);
	if (purl.len && pkg_from_purl(p->purl, r->arena, &from, &distro, &bad) < 0)
		return sbom_add_gap(r, p->purl, "corrupt", slice_str(bad.text), err);
	if (purl.len)
		take_purl(k, &from);
	if (!k->name.len)
		return sbom_add_gap(r, SL_NONE, "corrupt", SL("package without a name"), err);
	TRY(take_layer(r, t, err));
	if (pkg_is_system(k->type)) {
		p->kind = p->group = SL_NONE;
		complete_source(r, t);
		if (distro.len && !r->distro.len)
			r->distro = distro;
	} else {
		sbom_default_group(p);
	}
	return vec_push(&r->pkgs, *p) < 0 ? err_oom(err) : 0;
}

/* Whose file is a package's? Only what the document lists itself can be that: else a package that nobody owns would
 * go unjudged. */
static int check_owners(struct sbom_reader *r, struct err *err)
{
	auto_map struct map systems = {0};
	for (size_t i = 0; i < r->pkgs.len; i++) {
		const struct pkg *k = &r->pkgs.ptr[i].pkg;
		if (!pkg_is_system(k->type))
			continue;
		struct slice key = arena_cat(r->arena, k->name, SL("@"), k->version);
		if (!key.ptr || !map_put(&systems, key, NULL))
			return err_oom(err);
	}
	for (size_t i = 0; i < r->pkgs.len; i++)
		if (r->pkgs.ptr[i].owner.len && !map_get(&systems, r->pkgs.ptr[i].owner))
			r->pkgs.ptr[i].owner = SL_NONE;
	return 0;
}

static int name_system(struct sbom_reader *r, struct err *err)
{
	struct pkg_os *os = &r->out->inv.os;
	if (r->os_family.len || !r->distro.len)
		TRY(pkg_os_named(r->os_family, r->os_release, r->arena, os, err));
	else
		TRY(pkg_os_of_distro(r->distro, r->arena, os, err));
	if (r->os_channel.len)
		os->channel = r->os_channel;
	if (r->os_codename.len)
		os->codename = r->os_codename;
	os->esm = r->os_esm;
	return 0;
}

int sbom_finish(struct sbom_reader *r, struct err *err)
{
	struct sbom *s = r->out;
	TRY(sbom_take_needs(r, err));
	TRY(name_system(r, err));
	TRY(check_owners(r, err));
	s->inv.pkgs = arena_array(r->arena, r->pkgs.len + 1, sizeof(*s->inv.pkgs));
	s->layers = arena_array(r->arena, r->layers.len + 1, sizeof(*s->layers));
	s->gaps = arena_array(r->arena, r->gaps.len + 1, sizeof(*s->gaps));
	if (!s->inv.pkgs || !s->layers || !s->gaps)
		return err_oom(err);
	if (r->pkgs.len)
		memcpy(s->inv.pkgs, r->pkgs.ptr, r->pkgs.len * sizeof(*s->inv.pkgs));
	if (r->layers.len)
		memcpy(s->layers, r->layers.ptr, r->layers.len * sizeof(*s->layers));
	if (r->gaps.len)
		memcpy(s->gaps, r->gaps.ptr, r->gaps.len * sizeof(*s->gaps));
	s->inv.npkgs = r->pkgs.len;
	s->nlayers = r->layers.len;
	s->ngaps = r->gaps.len;
	for (size_t i = 0; i < s->inv.npkgs; i++)
		if (pkg_is_system(s->inv.pkgs[i].pkg.type))
			pkg_mark_third_party(&s->inv.pkgs[i].pkg, &s->inv.os);
	inventory_sort(&s->inv);
	return sbom_finish_files(r, err);
}

static int read_json(struct sbom_reader *r, struct slice in, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (slice_starts(in, "\xEF\xBB\xBF"))
		in = slice_from(in, 3);
	TRY(json_parse(&d, in, &limits, &root, err));
	const char *kind = sniff_json(root);
	if (!kind)
		return err_input(err, "no CycloneDX, SPDX 2 or Syft document");
	if (strcmp(kind, "cyclonedx") == 0)
		return cyclonedx_read(r, root, err);
	return strcmp(kind, "spdx-json") == 0 ? spdx_read(r, root, err) : syft_read(r, root, err);
}

static int read_yaml(struct sbom_reader *r, struct slice in, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(yaml_parse(&d, in, &limits, &root, err));
	return spdx_read(r, root, err);
}

int sbom_read(struct slice in, struct arena *a, struct sbom *ret, struct err *err)
{
	struct sbom_reader r = {.out = ret, .arena = a};
	struct slice text = slice_trim(slice_sub(in, 0, 64 * KIB));
	int rc;
	*ret = (struct sbom){0};
	if (slice_starts(text, "\xEF\xBB\xBF"))
		text = slice_from(text, 3);
	if (slice_starts(text, "<"))
		rc = cyclonedx_xml_read(&r, in, err);
	else if (slice_starts(text, "{"))
		rc = read_json(&r, in, err);
	else if (slice_find(text, SL("SPDXVersion:")) >= 0)
		rc = spdx_tag_read(&r, in, err);
	else if (slice_find(text, SL("spdxVersion:")) >= 0)
		rc = read_yaml(&r, in, err);
	else
		rc = err_input(err, "no SBOM: neither CycloneDX, SPDX nor Syft's JSON");
	if (rc == 0)
		rc = sbom_finish(&r, err);
	vec_free(&r.pkgs);
	vec_free(&r.layers);
	vec_free(&r.gaps);
	vec_free(&r.files);
	vec_free(&r.needs);
	map_free(&r.layer_of_diff);
	map_free(&r.layer_of_digest);
	return rc;
}
