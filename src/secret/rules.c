/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in rules and a user's file become one set that is ready for a scan. */
#include "secret/secret_internal.h"

/* TOML has "[[rules]]" or a table at the start of a line, YAML never. */
static bool looks_like_toml(struct slice text, struct slice name)
{
	struct slice rest = text, line;
	if (slice_ends(name, ".toml"))
		return true;
	if (slice_ends(name, ".yaml") || slice_ends(name, ".yml"))
		return false;
	while (slice_line(&rest, &line)) {
		line = slice_trim(line);
		if (line.len && line.ptr[0] != '#')
			return line.ptr[0] == '[' || slice_find(line, SL("=")) >= 0;
	}
	return false;
}

static bool names(const struct secret_rule *r, struct slice id)
{
	if (slice_eq(r->info.id, id))
		return true;
	for (size_t i = 0; i < r->info.naliases; i++)
		if (slice_eq(r->info.aliases[i], id))
			return true;
	return false;
}

static bool listed(const struct slice *list, size_t n, const struct secret_rule *r)
{
	for (size_t i = 0; i < n; i++)
		if (names(r, list[i]))
			return true;
	return false;
}

/* A user's rule of the same id stands in for the built-in one. */
static bool replaced(const struct secret_set *s, const struct secret_rule *r)
{
	for (size_t i = 0; i < s->rules.len; i++)
		if (names(r, s->rules.ptr[i].info.id))
			return true;
	return false;
}

static int make_room(struct secret_rules *r, const struct secret_set *s, struct err *err)
{
	struct arena *a = &r->arena;
	r->nbuiltin = secret_builtin_count;
	r->n = r->nbuiltin + s->rules.len;
	r->all = arena_array(a, r->n + 1, sizeof(*r->all));
	r->off = arena_array(a, r->n + 1, sizeof(*r->off));
	r->active = arena_array(a, r->n + 1, sizeof(*r->active));
	r->path_only = arena_array(a, r->n + 1, sizeof(*r->path_only));
	r->direct = arena_array(a, r->n + 1, sizeof(*r->direct));
	return r->all && r->off && r->active && r->path_only && r->direct ? 0 : err_oom(err);
}

/* A copy in the arena; NULL when it is full. */
static const void *keep(struct arena *a, const void *from, size_t n, size_t size)
{
	void *to = arena_array(a, n + 1, size);
	if (to && n)
		memcpy(to, from, n * size);
	return to;
}

static int take_lists(struct secret_rules *r, const struct secret_set *s, struct err *err)
{
	r->allows = keep(&r->arena, s->allows.ptr, s->allows.len, sizeof(*r->allows));
	r->nallows = s->allows.len;
	r->excludes = keep(&r->arena, s->excludes.ptr, s->excludes.len, sizeof(*r->excludes));
	r->nexcludes = s->excludes.len;
	r->no_path_class = s->no_path_class;
	r->npatterns = s->npatterns;
	return r->allows && r->excludes ? 0 : err_oom(err);
}

static bool is_off(const struct secret_set *s, const struct secret_rule *x, bool is_own)
{
	if (listed(s->disable.ptr, s->disable.len, x))
		return true;
	return !is_own && (s->is_complete || replaced(s, x) ||
			   (s->enable.len && !listed(s->enable.ptr, s->enable.len, x)));
}

static int join(struct secret_rules *r, const struct secret_set *s, struct err *err)
{
	const struct secret_rule *own =
	    keep(&r->arena, s->rules.ptr, s->rules.len, sizeof(*s->rules.ptr));
	if (!own)
		return err_oom(err);
	TRY(make_room(r, s, err));
	TRY(take_lists(r, s, err));
	for (size_t i = 0; i < r->n; i++) {
		bool is_own = i >= r->nbuiltin;
		const struct secret_rule *x = is_own ? &own[i - r->nbuiltin] : &secret_builtin[i];
		r->all[i] = x;
		r->off[i] = is_off(s, x, is_own);
		if (r->off[i])
			continue;
		r->active[r->nactive++] = &x->info;
		if (!x->regex.text.len)
			r->path_only[r->npath_only++] = x;
		else if (secret_is_direct(x))
			r->direct[r->ndirect++] = i;
	}
	return 0;
}

/* The library knows its own databases by a mark and its version: one that is another than at build time, or a place
 * that is not aligned, says no, and the rules are compiled now. */
static int open_builtin(struct secret_rules *r, struct err *err)
{
	size_t size = 0;
	r->builtin = (const hs_database_t *)(const void *)secret_db_begin;
	if (hs_database_size(r->builtin, &size) == HS_SUCCESS &&
	    size <= (size_t)(secret_db_end - secret_db_begin))
		return 0;
	TRY(secret_compile(r->all, r->nbuiltin, 0, &r->own, err));
	r->builtin = r->own;
	return 0;
}

static int read_config(struct secret_set *s, struct slice config, struct slice name,
		       struct err *err)
{
	int rc = looks_like_toml(config, name) ? secret_read_toml(s, config, err)
					       : secret_read_yaml(s, config, true, err);
	if (rc < 0 && err->kind != ERR_INTERNAL)
		err->kind = ERR_USAGE;
	return rc < 0 ? err_wrap(err, "%.*s", SL_FMT(name)) : 0;
}

static int fill(struct secret_rules *r, struct slice config, struct slice name, struct err *err)
{
	auto_secret_set struct secret_set s = {.arena = &r->arena,
					       .npatterns = secret_builtin_patterns};
	if (slice_trim(config).len)
		TRY(read_config(&s, config, name, err));
	TRY(join(r, &s, err));
	r->key = secret_db_key ^ slice_hash(config) ^ secret_builtin_count;
	/* Rules that are off still blank what they find; a set that replaces ours has no use for them. */
	if (!s.is_complete)
		TRY(open_builtin(r, err));
	if (secret_compile(r->all + r->nbuiltin, r->n - r->nbuiltin, (unsigned)r->nbuiltin,
			   &r->user, err) < 0)
		return err_wrap(err, "%.*s", SL_FMT(name));
	return 0;
}

int secret_rules_open(struct slice config, struct slice name, struct secret_rules **ret,
		      struct err *err)
{
	auto_secret_rules struct secret_rules *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	arena_init(&r->arena, 256 * MIB);
	if (config.len > SECRET_MAX_CONFIG)
		return err_usage(err, "%.*s: larger than %zu MiB", SL_FMT(name),
				 SECRET_MAX_CONFIG / MIB);
	TRY(fill(r, config, name, err));
	*ret = take_ptr(&r);
	return 0;
}

void secret_rules_close(struct secret_rules **r)
{
	if (!*r)
		return;
	hs_free_database((*r)->own);
	hs_free_database((*r)->user);
	arena_free(&(*r)->arena);
	free(*r);
	*r = NULL;
}

uint64_t secret_rules_key(const struct secret_rules *r)
{
	return r->key;
}

size_t secret_rules_count(const struct secret_rules *r)
{
	return r->nactive;
}

const struct secret_rule_info *secret_rule(const struct secret_rules *r, size_t i)
{
	return i < r->nactive ? r->active[i] : NULL;
}
