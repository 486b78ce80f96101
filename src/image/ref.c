/* SPDX-License-Identifier: Apache-2.0 */
/* Image references: Docker's familiar names over the grammar of the OCI distribution-spec. */
#include "image/image_internal.h"

#define MAX_NAME 255
#define MAX_TAG	 128

static bool is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c);
}

/* The run of separators at i: ".", "_", "__" or dashes. 0 when it is none of them. */
static size_t separator(struct slice s, size_t i)
{
	char c = s.ptr[i];
	size_t n = 1;
	while (i + n < s.len && s.ptr[i + n] == c)
		n++;
	bool ok = c == '-' || (c == '.' && n == 1) || (c == '_' && n <= 2);
	return ok && i > 0 && i + n < s.len && is_lower_alnum(s.ptr[i + n]) ? n : 0;
}

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)* */
static bool component_ok(struct slice s)
{
	size_t i = 0;
	while (i < s.len) {
		size_t n = is_lower_alnum(s.ptr[i]) ? 1 : separator(s, i);
		if (n == 0)
			return false;
		i += n;
	}
	return s.len > 0;
}

static bool path_ok(struct slice path)
{
	struct slice part;
	if (path.len == 0)
		return false;
	while (slice_cut(&path, '/', &part))
		if (!component_ok(part))
			return false;
	return true;
}

static bool tag_ok(struct slice tag)
{
	for (size_t i = 0; i < tag.len; i++) {
		char c = tag.ptr[i];
		if (!is_alpha(c) && !is_digit(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
			return false;
	}
	return tag.len > 0 && tag.len <= MAX_TAG;
}

static bool port_ok(struct slice port)
{
	uint32_t v;
	return slice_u32(port, &v) == 0 && v > 0 && v < 65536;
}

/* "[::1]" or "[::1]:5000" */
static bool bracketed_ok(struct slice host)
{
	ssize_t end = slice_chr(host, ']');
	for (ssize_t i = 1; i < end; i++)
		if (!is_digit(host.ptr[i]) && host.ptr[i] != ':' &&
		    (to_lower(host.ptr[i]) < 'a' || to_lower(host.ptr[i]) > 'f'))
			return false;
	if (end < 3)
		return false;
	struct slice rest = slice_from(host, (size_t)end + 1);
	return rest.len == 0 || (rest.ptr[0] == ':' && port_ok(slice_from(rest, 1)));
}

bool ref_host_ok(struct slice host)
{
	struct slice rest = host, name;
	if (host.len && host.ptr[0] == '[')
		return bracketed_ok(host);
	if (!slice_cut(&rest, ':', &name) || name.len == 0 || (rest.ptr && !port_ok(rest)))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool edge = i == 0 || i == name.len - 1 || name.ptr[i - 1] == '.';
		if (!is_alpha(c) && !is_digit(c) && (edge || (c != '.' && c != '-')))
			return false;
	}
	return true;
}

/* Is the part before the first slash a host? Docker's rule: it has a dot or a colon, or is localhost. */
static bool looks_like_host(struct slice first)
{
	return slice_chr(first, '.') >= 0 || slice_chr(first, ':') >= 0 ||
	       slice_is(first, "localhost");
}

bool ref_is_docker_hub(struct slice host)
{
	static const char *const names[] = {"docker.io", "index.docker.io", "registry-1.docker.io",
					    NULL};
	return slice_is_any(host, names);
}

static int split(struct slice text, struct image_ref *ref, struct err *err)
{
	struct slice rest = text, name;
	unsigned char sum[SHA256_LEN];
	if (!slice_cut(&rest, '@', &name))
		return err_usage(err, "the image reference is empty");
	if (rest.ptr && digest_parse(rest, sum) < 0)
		return err_usage(
		    err, "\"%.*s\" is no digest - expected sha256: and 64 lower-case digits",
		    SL_FMT(slice_sub(rest, 0, 100)));
	ref->digest = rest;
	ssize_t slash = slice_chr(name, '/'), colon = slice_rchr(name, ':');
	if (slash >= 0 && looks_like_host(slice_sub(name, 0, (size_t)slash))) {
		ref->host = slice_sub(name, 0, (size_t)slash);
		name = slice_from(name, (size_t)slash + 1);
		colon = slice_rchr(name, ':');
	}
	if (colon > slice_rchr(name, '/')) {
		ref->tag = slice_from(name, (size_t)colon + 1);
		if (!tag_ok(ref->tag))
			return err_usage(err, "\"%.*s\" is no tag - letters, digits and ._- only",
					 SL_FMT(slice_sub(ref->tag, 0, 140)));
		name = slice_sub(name, 0, (size_t)colon);
	}
	ref->repository = name;
	return 0;
}

static bool has_upper(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
			return true;
	return false;
}

static int check(const struct image_ref *ref, struct err *err)
{
	if (ref->host.len && !ref_host_ok(ref->host))
		return err_usage(err, "\"%.*s\" is no host name", SL_FMT(ref->host));
	if (!path_ok(ref->repository))
		return err_usage(err, "\"%.*s\" is no image name%s",
				 SL_FMT(slice_sub(ref->repository, 0, 300)),
				 has_upper(ref->repository) ? " - it must be lower case" : "");
	return 0;
}

int image_ref_parse(struct slice text, struct arena *a, struct image_ref *ret, struct err *err)
{
	struct image_ref ref = {0};
	if (text.len > 4 * MAX_NAME)
		return err_limit(err, "the image reference is over %d bytes", 4 * MAX_NAME);
	TRY(split(text, &ref, err));
	TRY(check(&ref, err));
	bool hub = ref.host.len == 0 || ref_is_docker_hub(ref.host);
	bool official = hub && slice_chr(ref.repository, '/') < 0;
	if (!ref.tag.len && !ref.digest.len)
		ref.tag = SL("latest");
	*ret = (struct image_ref){.tag = arena_dup(a, ref.tag), .digest = arena_dup(a, ref.digest)};
	ret->host = hub ? SL("docker.io") : arena_dup(a, ref.host);
	ret->repository =
	    arena_printf(a, "%s%.*s", official ? "library/" : "", SL_FMT(ref.repository));
	struct slice shown = ref.repository;
	if (hub && slice_starts(shown, "library/"))
		shown = slice_from(shown, 8);
	ret->familiar = hub ? arena_dup(a, shown)
			    : arena_printf(a, "%.*s/%.*s", SL_FMT(ref.host), SL_FMT(shown));
	if (ret->host.len + ret->repository.len > MAX_NAME)
		return err_limit(err, "the image name is over %d bytes", MAX_NAME);
	return ret->familiar.ptr && ret->repository.ptr && ret->host.ptr ? 0 : err_oom(err);
}
