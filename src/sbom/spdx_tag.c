/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.x tag-value: "Tag: value" lines, <text>..</text> over several lines, '#' comments. */
#include "sbom/spdx_internal.h"

struct tag_relation {
	struct slice from, type, to;
};
struct tag_reader {
	struct sbom_reader *r;
	struct slice rest;
	struct spdx_pkg pkg;
	bool in_package;
	bool open_end;			       /* no </text> comes any more */
	struct map by_id, described, licenses; /* the last: LicenseRef -> index into texts */
	struct map read;		       /* SPDXID -> index into pkgs */
	VEC(struct slice) texts;
	VEC(struct tag_relation) relations;
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
		ssize_t end = t->open_end ? -1 : slice_find(body, SL("</text>"));
		if (end < 0) {
			t->open_end = true;
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
	uint64_t *slot = map_put(&t->read, copy->id, NULL);
	if (!slot)
		return err_oom(err);
	*slot = t->pkgs.len - 1;
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
			t->pkg.digest = arena_cat(t->r->arena, slice_str(names[i][1]), SL(":"),
						  slice_trim(hex));
}

static void take_reference(struct tag_reader *t, struct slice value)
{
	struct slice category, type, locator;
	if (slice_word(&value, &category) && slice_word(&value, &type) &&
	    slice_word(&value, &locator) && slice_is(type, "purl"))
		t->pkg.purl = locator;
}

/* The packages come before their annotations, or with them: looked up by id. */
static int take_comment(struct tag_reader *t, struct slice value, struct err *err)
{
	struct spdx_pkg *x =
	    t->in_package && (slice_eq(t->pkg.id, t->annotated) || !t->annotated.len) ? &t->pkg
										      : NULL;
	const uint64_t *at = x ? NULL : map_get(&t->read, t->annotated);
	if (at)
		x = t->pkgs.ptr[*at];
	return x ? spdx_add_comment(t->r, x, value, err) : 0;
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
	*slot = t->texts.len - 1;
	return 0;
}

static int take_relation(struct tag_reader *t, struct slice value, struct err *err)
{
	struct tag_relation x;
	if (!slice_word(&value, &x.from) || !slice_word(&value, &x.type) ||
	    !slice_word(&value, &x.to))
		return 0;
	if (slice_is(x.type, "DESCRIBES") && slice_is(x.from, "SPDXRef-DOCUMENT"))
		return map_put(&t->described, x.to, NULL) ? 0 : err_oom(err);
	return vec_push(&t->relations, x) < 0 ? err_oom(err) : 0;
}

/* Outside of packages, or as well there as inside. */
static int other_tag(struct tag_reader *t, struct slice tag, struct slice value, struct err *err)
{
	if (slice_is(tag, "DocumentName"))
		t->r->out->name = sbom_keep(t->r, value);
	else if (slice_is(tag, "Created"))
		(void)!time_parse(value, &t->r->out->created);
	else if (slice_is(tag, "SPDXREF"))
		t->annotated = value;
	else if (slice_is(tag, "AnnotationComment"))
		return take_comment(t, value, err);
	else if (slice_is(tag, "PackageAttributionText") && t->in_package)
		return spdx_add_comment(t->r, &t->pkg, value, err);
	else if (slice_is(tag, "ExtractedText"))
		return note_license(t, value, err);
	else if (slice_is(tag, "Relationship"))
		return take_relation(t, value, err);
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
	return package_tag(t, tag, value) ? 0 : other_tag(t, tag, value, err);
}

static int add_packages(struct tag_reader *t, struct err *err)
{
	for (size_t i = 0; i < t->pkgs.len; i++) {
		struct spdx_pkg *x = t->pkgs.ptr[i];
		x->described = x->id.len && map_get(&t->described, x->id);
		x->license = spdx_license(t->r, x->license, &t->licenses, t->texts.ptr);
		TRY(spdx_take(t->r, x, &t->by_id, err));
	}
	return 0;
}

static int read_all(struct tag_reader *t, struct err *err)
{
	struct slice tag, value;
	while (next_tag(t, &tag, &value))
		TRY(take_tag(t, tag, value, err));
	TRY(end_package(t, err));
	TRY(add_packages(t, err));
	for (size_t i = 0; i < t->relations.len; i++) {
		const struct tag_relation *x = &t->relations.ptr[i];
		TRY(spdx_relation(t->r, &t->by_id, x->from, x->type, x->to, err));
	}
	return 0;
}

int spdx_tag_read(struct sbom_reader *r, struct slice in, struct err *err)
{
	struct tag_reader t = {.r = r, .rest = in};
	int rc = read_all(&t, err);
	map_free(&t.by_id);
	map_free(&t.described);
	map_free(&t.licenses);
	map_free(&t.read);
	vec_free(&t.texts);
	vec_free(&t.relations);
	vec_free(&t.pkgs);
	return rc;
}
