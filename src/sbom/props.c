/* SPDX-License-Identifier: Apache-2.0 */
/* What matching needs and the formats have no field for. */
#include "sbom/sbom_internal.h"

#define TRIVY "aquasecurity:trivy:"

static const struct {
	uint32_t flag;
	const char *word;
} flag_words[] = {{PKG_THIRD_PARTY, "third-party"},
		  {PKG_PSEUDO, "pseudo"},
		  {PKG_DEV, "dev"},
		  {PKG_OPTIONAL, "optional"},
		  {PKG_DIRECT, "direct"},
		  {PKG_INDIRECT, "indirect"},
		  {PKG_ROOT, "root"},
		  {PKG_LOCAL, "local"}};

static struct slice flags_text(uint32_t flags, struct arena *a)
{
	struct slice text = SL_NONE;
	for (size_t i = 0; i < ARRAY_LEN(flag_words); i++)
		if (flags & flag_words[i].flag)
			text = arena_cat(a, text, text.len ? SL(",") : SL_NONE,
					 slice_str(flag_words[i].word));
	return text;
}

static void put(struct sbom_prop *out, size_t *n, const char *name, struct slice value)
{
	if (value.len && *n < SBOM_MAX_PROPS)
		out[(*n)++] = (struct sbom_prop){name, value};
}

static void put_source(const struct pkg *k, struct arena *a, struct sbom_prop *out, size_t *n)
{
	struct slice version, release;
	uint32_t epoch;
	if (!k->src_name.len)
		return;
	pkg_version_split(k->type, k->src_version, &epoch, &version, &release);
	put(out, n, TRIVY "SrcName", k->src_name);
	put(out, n, TRIVY "SrcVersion", version);
	put(out, n, TRIVY "SrcRelease", release);
	if (epoch)
		put(out, n, TRIVY "SrcEpoch", arena_printf(a, "%u", epoch));
}

size_t sbom_props(const struct sbom *s, const struct inventory_pkg *p, struct arena *a,
		  struct sbom_prop out[SBOM_MAX_PROPS])
{
	const struct pkg *k = &p->pkg;
	size_t n = 0;
	put(out, &n, TRIVY "PkgType", p->kind.len ? p->kind : s->inv.os.family);
	put_source(k, a, out, &n);
	put(out, &n, TRIVY "Modularitylabel", k->module);
	put(out, &n, TRIVY "FilePath", k->path.len ? k->path : p->db_path);
	if (k->path.len)
		put(out, &n, "strake:ReadFrom", p->db_path);
	if (p->layer >= 0 && (size_t)p->layer < s->nlayers) {
		put(out, &n, TRIVY "LayerDigest", s->layers[p->layer].digest);
		put(out, &n, TRIVY "LayerDiffID", s->layers[p->layer].diff_id);
	}
	put(out, &n, "strake:Group", p->kind.len ? p->group : SL_NONE);
	put(out, &n, "strake:Owner", p->owner);
	put(out, &n, "strake:Flags", flags_text(k->flags, a));
	put(out, &n, "strake:Arch", p->kind.len ? SL_NONE : k->arch);
	put(out, &n, "strake:Maintainer", k->maintainer);
	put(out, &n, "strake:Signer", k->signer);
	put(out, &n, "strake:Commit", k->commit);
	put(out, &n, "strake:Origin", k->origin);
	return n;
}

static uint32_t flags_of(struct slice text)
{
	struct slice word;
	uint32_t flags = 0;
	while (slice_cut(&text, ',', &word))
		for (size_t i = 0; i < ARRAY_LEN(flag_words); i++)
			if (slice_is(word, flag_words[i].word))
				flags |= flag_words[i].flag;
	return flags;
}

/* Syft flattens its metadata into names like these. */
static void take_syft(struct sbom_taken *t, struct slice name, struct slice value)
{
	struct pkg *k = &t->p->pkg;
	t->from_syft = true;
	if (slice_is(name, "location:0:path") && !t->p->db_path.len)
		t->p->db_path = value;
	else if (slice_is(name, "location:0:layerID"))
		t->layer_diff_id = value;
	else if (slice_is(name, "metadata:source") || slice_is(name, "metadata:originPackage"))
		k->src_name = value;
	else if (slice_is(name, "metadata:sourceVersion"))
		t->src_version = value;
	else if (slice_is(name, "metadata:modularityLabel"))
		k->module = value;
	else if (slice_is(name, "metadata:maintainer") || slice_is(name, "metadata:vendor"))
		k->maintainer = value;
	else if (slice_is(name, "metadata:architecture") && !k->arch.len)
		k->arch = value;
}

void sbom_take_prop(struct sbom_taken *t, struct slice name, struct slice value, struct arena *a)
{
	struct pkg *k = &t->p->pkg;
	const struct {
		const char *name;
		struct slice *to;
	} plain[] = {
	    {"PkgType", &t->p->kind},
	    {"SrcName", &k->src_name},
	    {"SrcVersion", &t->src_version},
	    {"SrcRelease", &t->src_release},
	    {"SrcEpoch", &t->src_epoch},
	    {"Modularitylabel", &k->module},
	    {"FilePath", &t->p->db_path},
	    {"LayerDigest", &t->layer_digest},
	    {"LayerDiffID", &t->layer_diff_id},
	    {"Group", &t->p->group},
	    {"Owner", &t->p->owner},
	    {"Arch", &k->arch},
	    {"Maintainer", &k->maintainer},
	    {"Signer", &k->signer},
	    {"Commit", &k->commit},
	    {"Origin", &k->origin},
	};
	(void)a;
	if (slice_starts(name, "syft:")) {
		take_syft(t, slice_from(name, 5), value);
		return;
	}
	bool ours = slice_starts(name, "strake:");
	if (!ours && !slice_starts(name, TRIVY))
		return;
	name = slice_from(name, ours ? 7 : sizeof(TRIVY) - 1);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (slice_is(name, plain[i].name))
			*plain[i].to = value;
	if (ours && slice_is(name, "Flags"))
		k->flags |= flags_of(value);
	if (ours && slice_is(name, "ReadFrom")) {
		/* FilePath comes before it and was the path inside that file. */
		k->path = t->p->db_path;
		t->p->db_path = value;
	}
}
