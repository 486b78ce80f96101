/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of the small files that name a distribution and its release. */
#include "pkg/os_internal.h"

/* Value of a shell assignment as os-release(5) has it: quotes and backslashes taken off. */
static struct slice unquote(struct arena *a, struct slice v)
{
	char *out = arena_alloc(a, v.len + 1), quote = 0;
	size_t len = 0;
	if (!out)
		return SL_NONE;
	for (size_t i = 0; i < v.len; i++) {
		char c = v.ptr[i];
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			continue;
		}
		if (c == '\\' && quote != '\'' && i + 1 < v.len)
			c = v.ptr[++i];
		else if (!quote && is_space(c))
			break;
		if ((unsigned char)c >= ' ' && c != 0x7f)
			out[len++] = c;
	}
	return slice_of(out, len);
}

struct slice os_assignment(struct arena *a, struct slice file, const char *key)
{
	struct slice line, name, found = SL_NONE;
	bool any = false;
	/* As in a shell, the last assignment wins. */
	while (slice_line(&file, &line)) {
		line = slice_trim(line);
		if (slice_cut(&line, '=', &name) && slice_is(name, key)) {
			found = line;
			any = true;
		}
	}
	return any ? unquote(a, slice_trim(found)) : SL_NONE;
}

struct slice os_first_line(struct slice file)
{
	struct slice line;
	while (slice_line(&file, &line)) {
		line = slice_trim(line);
		if (line.len)
			return line;
	}
	return SL_NONE;
}

/* First run of digits and dots that begins a word: "CentOS release 6.10 (Final)" gives 6.10. */
struct slice os_first_number(struct slice text)
{
	struct slice word;
	while (slice_word(&text, &word)) {
		size_t n = 0;
		while (n < word.len && (is_digit(word.ptr[n]) || word.ptr[n] == '.'))
			n++;
		if (n && is_digit(word.ptr[0]))
			return slice_sub(word, 0, n);
	}
	return SL_NONE;
}

struct slice os_components(struct slice version, size_t n)
{
	size_t i = 0;
	for (; i < version.len; i++)
		if (version.ptr[i] == '.' && --n == 0)
			break;
	return slice_sub(version, 0, i);
}

/* "v3.18" gives "3.18", "edge" itself; else empty. */
static struct slice release_of(struct slice part)
{
	if (slice_is(part, "edge"))
		return part;
	if (part.len < 2 || part.ptr[0] != 'v')
		return SL_NONE;
	part = slice_from(part, 1);
	for (size_t i = 0; i < part.len; i++)
		if (!is_digit(part.ptr[i]) && part.ptr[i] != '.')
			return SL_NONE;
	return is_digit(part.ptr[0]) && slice_chr(part, '.') > 0 ? part : SL_NONE;
}

static bool newer(struct slice a, struct slice b)
{
	if (!b.len || slice_is(a, "edge"))
		return true;
	if (slice_is(b, "edge"))
		return false;
	struct slice x, y;
	while (slice_cut(&a, '.', &x) && slice_cut(&b, '.', &y)) {
		uint32_t i = 0, j = 0;
		if (slice_u32(x, &i) < 0 || slice_u32(y, &j) < 0 || i != j)
			return i > j;
	}
	return false;
}

/*
 * etc/apk/repositories: ".../v3.18/main". Lines with a tag ("@edge http://...") serve only packages
 * asked for with that tag, so they do not decide. main holds the base system and decides before the
 * others; of several the newest, because apk upgrades to it.
 */
struct slice os_alpine_repositories(struct slice file)
{
	struct slice line, main_release = SL_NONE, other = SL_NONE;
	while (slice_line(&file, &line)) {
		line = slice_trim(line);
		while (line.len && line.ptr[line.len - 1] == '/')
			line.len--;
		if (!line.len || line.ptr[0] == '#' || line.ptr[0] == '@')
			continue;
		struct slice repo = path_base(line), dir = path_dir(line);
		struct slice release = release_of(path_base(dir));
		static const char *const repos[] = {"main", "community", "testing", NULL};
		if (!release.len || !slice_is_any(repo, repos))
			continue;
		struct slice *best = slice_is(repo, "main") ? &main_release : &other;
		if (newer(release, *best))
			*best = release;
	}
	return main_release.len ? main_release : other;
}

/* "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4" */
static struct slice suse_value(struct slice file, const char *key)
{
	struct slice line, name;
	while (slice_line(&file, &line))
		if (slice_cut(&line, '=', &name) && slice_is(slice_trim(name), key))
			return slice_trim(line);
	return SL_NONE;
}

struct slice os_suse_release(struct arena *a, struct slice file)
{
	struct slice version = suse_value(file, "VERSION"), patch = suse_value(file, "PATCHLEVEL");
	if (!patch.len || slice_is(patch, "0"))
		return version;
	return arena_printf(a, "%.*s.%.*s", SL_FMT(version), SL_FMT(patch));
}

/* Ubuntu Pro: is esm-infra enabled? */
bool os_esm_enabled(struct slice file)
{
	struct text_limits lim = {.max_bytes = 1 * MIB, .max_nodes = 100000, .max_depth = 64};
	struct err ignored = {0};
	struct node *root = NULL;
	auto_doc struct doc d;
	doc_init(&d);
	if (!file.len || json_parse(&d, file, &lim, &root, &ignored) < 0)
		return false;
	node_each (service, node_get(root, "services"))
		if (slice_is(node_get_str(service, "name"), "esm-infra") &&
		    slice_is(node_get_str(service, "status"), "enabled"))
			return true;
	return false;
}
