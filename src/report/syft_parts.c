/* SPDX-License-Identifier: Apache-2.0 */
#include "report/syft_internal.h"

#include <stdio.h>

/* by type of the package URL */
static const struct words {
	const char *type, *syft, *language;
} words[] = {
    {"deb", "deb", ""},
    {"rpm", "rpm", ""},
    {"apk", "apk", ""},
    {"alpm", "alpm", ""},
    {"ebuild", "portage", ""},
    {"npm", "npm", "javascript"},
    {"pypi", "python", "python"},
    {"golang", "go-module", "go"},
    {"maven", "java-archive", "java"},
    {"gem", "gem", "ruby"},
    {"cargo", "rust-crate", "rust"},
    {"composer", "php-composer", "php"},
    {"nuget", "dotnet", "dotnet"},
    {"hex", "hex", "elixir"},
    {"pub", "dart-pub", "dart"},
    {"swift", "swift", "swift"},
    {"cocoapods", "pod", "swift"},
    {"conan", "conan", "c++"},
    {"conda", "conda", ""},
    {"cran", "R-package", "R"},
    {"hackage", "hackage", "haskell"},
    {"opam", "opam", "ocaml"},
    {"luarocks", "lua-rocks", "lua"},
    {"nix", "nix", ""},
    {"brew", "homebrew", ""},
    {"github", "github-action", ""},
    {"bitnami", "bitnami", ""},
    {"generic", "binary", ""},
};

static const struct words *words_of(const struct inventory_pkg *p)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_is(p->pkg.type, words[i].type))
			return &words[i];
	return NULL;
}

struct slice syft_type(const struct inventory_pkg *p)
{
	const struct words *w = words_of(p);
	return w ? slice_str(w->syft) : SL("UnknownPackage");
}

struct slice syft_language(const struct inventory_pkg *p)
{
	const struct words *w = words_of(p);
	return w ? slice_str(w->language) : SL_NONE;
}

struct slice syft_distro(const struct pkg_os *os)
{
	static const struct {
		const char *family, *id;
	} ids[] = {{"redhat", "rhel"},
		   {"alma", "almalinux"},
		   {"oracle", "ol"},
		   {"amazon", "amzn"},
		   {"suse.linux.enterprise.server", "sles"},
		   {"suse.linux.enterprise.micro", "sle-micro"},
		   {"opensuse.leap", "opensuse-leap"},
		   {"opensuse.tumbleweed", "opensuse-tumbleweed"},
		   {"cbl-mariner", "mariner"}};
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (slice_is(os->family, ids[i].family))
			return slice_str(ids[i].id);
	return os->family;
}

void syft_id(const struct report *r, const struct inventory_pkg *p, uint64_t again,
	     char out[SYFT_ID])
{
	const struct report_layer *l = report_layer_of(r, p);
	const struct slice parts[] = {
	    p->pkg.type, p->pkg.name, p->pkg.version,	       p->pkg.arch,
	    p->pkg.path, p->db_path,  l ? l->diff_id : SL_NONE};
	uint64_t all[ARRAY_LEN(parts) + 1] = {again};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		all[i + 1] = slice_hash(parts[i]);
	snprintf(out, SYFT_ID, "%016jx", (uintmax_t)slice_hash(slice_of(all, sizeof(all))));
}

void syft_path(struct json_writer *w, const char *key, struct slice path, struct buf *scratch)
{
	buf_clear(scratch);
	if (!slice_starts(path, "/"))
		buf_putc(scratch, '/');
	buf_puts(scratch, path);
	jw_kstr(w, key, buf_slice(scratch));
}

void syft_locations(struct json_writer *w, const struct report *r, const struct inventory_pkg *p,
		    struct buf *scratch)
{
	const struct report_layer *l = report_layer_of(r, p);
	jw_key(w, "locations");
	jw_array(w);
	if (p->db_path.len) {
		jw_object(w);
		syft_path(w, "path", p->db_path, scratch);
		if (l)
			jw_kstr_opt(w, "layerID", l->diff_id);
		syft_path(w, "accessPath", p->pkg.path.len ? p->pkg.path : p->db_path, scratch);
		jw_key(w, "annotations");
		jw_object(w);
		jw_kstr(w, "evidence", SL("primary"));
		jw_end(w, '}');
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

struct slice syft_source_type(const struct report *r)
{
	return slice_is(r->artifact_type, "container_image") ? SL("image") : SL("directory");
}

static void put_strings(struct json_writer *w, const char *key, const struct slice *list, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, list[i]);
	jw_end(w, ']');
}

void syft_source(struct json_writer *w, const struct report *r)
{
	if (!slice_is(syft_source_type(r), "image")) {
		jw_kstr(w, "path", r->artifact_name);
		return;
	}
	struct slice platform = r->platform, os, arch;
	jw_kstr(w, "userInput", r->artifact_name);
	jw_kstr(w, "imageID", r->image_id);
	jw_kstr(w, "manifestDigest", SL(""));
	jw_kstr(w, "mediaType", SL(""));
	put_strings(w, "tags", r->repo_tags, r->nrepo_tags);
	jw_ku64(w, "imageSize", r->image_size);
	jw_key(w, "layers");
	jw_array(w);
	for (size_t i = 0; i < r->nlayers; i++) {
		const struct report_layer *l = &r->layers[i];
		jw_object(w);
		jw_kstr(w, "mediaType", SL("application/vnd.oci.image.layer.v1.tar"));
		jw_kstr(w, "digest", l->diff_id.len ? l->diff_id : l->digest);
		jw_ku64(w, "size", l->size);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	put_strings(w, "repoDigests", r->repo_digests, r->nrepo_digests);
	if (slice_cut(&platform, '/', &os) && slice_cut(&platform, '/', &arch)) {
		jw_kstr(w, "architecture", arch);
		jw_kstr(w, "os", os);
	}
}
