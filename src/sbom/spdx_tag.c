/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.x tag-value: "Tag: value" lines, <text>..</text> over several lines, '#' comments. */
#include "sbom/spdx_internal.h"

struct tag_reader {
	struct sbom_reader *r;
	struct slice rest;
	struct spdx_pkg pkg;
	bool in_package;
	struct map by_id, described, licenses; /* the last: LicenseRef -> index into texts + 1 */
	VEC(struct slice) texts;
	VEC(struct spdx_pkg *) pkgs;
	struct slice license_id;
	struct slice annotated; /* SPDXREF of the annotation at hand */
};

/* Next tag with its whole value; false at the end. */
static bool next_tag(struct tag_reader *t, struct slice *tag, struct slice *value)
{
	struct slice line;
	while (slice_line(&t->rest, &line)) {
		line = slice_trim(line);
		ssize_t colon = slice_chr(line, ':');
		if (!line.len || line.ptr[0] == '#' || colon <= 0)
			continue;
		*tag = slice_sub(line, 0, (size_t)colon);
		*value = slice_trim(slice_from(line, (size_t)colon + 1));
		if (!slice_starts(*value, "<text>"))
			return true;
		struct slice body = slice_of(value->ptr + 6, value->len - 6 + t->rest.len + 1);
		if (!t->rest.ptr)
			body.len = value->len - 6;
		ssize_t end = slice_find(body, SL("</text>"));
		if (end < 0) {
			*value = slice_from(*value, 6);
			return true;
		}
		*value = slice_sub(body, 0, (size_t)end);
		if ((size_t)end + 7 > line.len) {
			const char *after = body.ptr + end + 7;
			if (t->rest.ptr && after > t->rest.ptr)
				t->rest = slice_from(t->rest, (size_t)(after - t->rest.ptr));
		}
		return true;
	}
	return false;
}

static int end_package(struct tag_reader *t, struct err *err)
{
	if (!t->in_package)
		return 0;
	t->in_package = false;
	struct spdx_pkg *copy = arena_new(t->r->arena, struct spdx_pkg);
	if (!copy || vec_push(&t->pkgs, copy) < 0)
		return err_oom(err);
	*copy = t->pkg;
	return 0;
}

static void take_checksum(struct tag_reader *t, struct slice value)
{
	struct slice hex = value, name;
	static const char *const names[][2] = {
	    {"SHA512", "sha512"}, {"SHA256", "sha256"}, {"SHA1", "sha1"}, {"MD5", "md5"}};
	if (!slice_cut(&hex, ':', &name))
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(name, names[i][0]) && !t->pkg.digest.len)
			t->pkg.digest = arena_printf(t->r->arena, "%s:%.*s", names[i][1],
						     SL_FMT(slice_trim(hex)));
}

static void take_reference(struct tag_reader *t, struct slice value)
{
	struct slice category, type, locator;
	if (slice_word(&value, &category) && slice_word(&value, &type) &&
	    slice_word(&value, &locator) && slice_is(type, "purl"))
		t->pkg.purl = locator;
}

/* The packages come before their annotations, or with them: looked up by id. */
static void take_comment(struct tag_reader *t, struct slice value)
{
	struct spdx_pkg *x =
	    t->in_package && (slice_eq(t->pkg.id, t->annotated) || !t->annotated.len) ? &t->pkg
										      : NULL;
	for (size_t i = t->pkgs.len; !x && i-- > 0 && t->pkgs.len - i < 4;)
		if (slice_eq(t->pkgs.ptr[i]->id, t->annotated))
			x = t->pkgs.ptr[i];
	if (x && x->ncomments < SPDX_MAX_COMMENTS)
		x->comments[x->ncomments++] = value;
}

static bool package_tag(struct tag_reader *t, struct slice tag, struct slice value)
{
	const struct {
		const char *tag;
		struct slice *to;
	} plain[] = {
	    {"SPDXID", &t->pkg.id},
	    {"PackageVersion", &t->pkg.version},
	    {"PackageSupplier", &t->pkg.supplier},
	    {"PackageSourceInfo", &t->pkg.source_info},
	    {"PackageLicenseDeclared", &t->pkg.license},
	    {"PrimaryPackagePurpose", &t->pkg.purpose},
	};
	if (!t->in_package)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (slice_is(tag, plain[i].tag)) {
			*plain[i].to = value;
			return true;
		}
	if (slice_is(tag, "PackageChecksum"))
		take_checksum(t, value);
	else if (slice_is(tag, "ExternalRef"))
		take_reference(t, value);
	else if (slice_is(tag, "PackageAttributionText") && t->pkg.ncomments < SPDX_MAX_COMMENTS)
		t->pkg.comments[t->pkg.ncomments++] = value;
	else
		return false;
	return true;
}

static int note_license(struct tag_reader *t, struct slice text, struct err *err)
{
	uint64_t *slot = t->license_id.len ? map_put(&t->licenses, t->license_id, NULL) : NULL;
	if (!slot)
		return 0;
	if (vec_push(&t->texts, text) < 0)
		return err_oom(err);
	*slot = t->texts.len;
	return 0;
}

static int take_tag(struct tag_reader *t, struct slice tag, struct slice value, struct err *err)
{
	if (slice_is(tag, "PackageName") || slice_is(tag, "FileName") ||
	    slice_is(tag, "SnippetSPDXID") || slice_is(tag, "LicenseID")) {
		TRY(end_package(t, err));
		t->license_id = slice_is(tag, "LicenseID") ? value : SL_NONE;
		t->in_package = slice_is(tag, "PackageName");
		t->pkg = (struct spdx_pkg){.name = value};
		t->annotated = SL_NONE;
		return 0;
	}
	if (package_tag(t, tag, value))
		return 0;
	if (slice_is(tag, "DocumentName"))
		t->r->out->name = sbom_keep(t->r, value);
	else if (slice_is(tag, "Created"))
		(void)!time_parse(value, &t->r->out->created);
	else if (slice_is(tag, "SPDXREF"))
		t->annotated = value;
	else if (slice_is(tag, "AnnotationComment"))
		take_comment(t, value);
	else if (slice_is(tag, "ExtractedText"))
		return note_license(t, value, err);
	else if (slice_is(tag, "Relationship")) {
		struct slice from, type, to;
		if (slice_word(&value, &from) && slice_word(&value, &type) &&
		    slice_word(&value, &to) && slice_is(type, "DESCRIBES") &&
		    slice_is(from, "SPDXRef-DOCUMENT") && !map_put(&t->described, to, NULL))
			return err_oom(err);
	}
	return 0;
}

static int take_edges(struct tag_reader *t, struct slice in, struct err *err)
{
	struct slice line;
	while (slice_line(&in, &line)) {
		struct slice rest = slice_trim(line), from, type, to;
		if (!slice_starts(rest, "Relationship:"))
			continue;
		rest = slice_from(rest, 13);
		if (!slice_word(&rest, &from) || !slice_word(&rest, &type) ||
		    !slice_word(&rest, &to))
			continue;
		if (slice_is(type, "DEPENDS_ON"))
			TRY(spdx_edge(t->r, &t->by_id, from, to, err));
		else if (slice_is(type, "DEPENDENCY_OF"))
			TRY(spdx_edge(t->r, &t->by_id, to, from, err));
	}
	return 0;
}

static int add_packages(struct tag_reader *t, struct err *err)
{
	for (size_t i = 0; i < t->pkgs.len; i++) {
		struct spdx_pkg *x = t->pkgs.ptr[i];
		size_t before = t->r->pkgs.len;
		const uint64_t *text = map_get(&t->licenses, x->license);
		x->described = x->id.len && map_get(&t->described, x->id);
		if (text)
			x->license = t->texts.ptr[*text - 1];
		TRY(spdx_take(t->r, x, err));
		uint64_t *slot = t->r->pkgs.len > before ? map_put(&t->by_id, x->id, NULL) : NULL;
		if (slot)
			*slot = before;
	}
	return 0;
}

static int read_all(struct tag_reader *t, struct slice in, struct err *err)
{
	struct slice tag, value;
	while (next_tag(t, &tag, &value))
		TRY(take_tag(t, tag, value, err));
	TRY(end_package(t, err));
	TRY(add_packages(t, err));
	return take_edges(t, in, err);
}

int spdx_tag_read(struct sbom_reader *r, struct slice in, struct err *err)
{
	struct tag_reader t = {.r = r, .rest = in};
	int rc = read_all(&t, in, err);
	map_free(&t.by_id);
	map_free(&t.described);
	map_free(&t.licenses);
	vec_free(&t.texts);
	vec_free(&t.pkgs);
	return rc;
}
