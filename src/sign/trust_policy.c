/* SPDX-License-Identifier: Apache-2.0 */
/* Trust policies. What they say decides what runs: each rule of the specification is checked, none is guessed. */
#include "sign/notation_internal.h"

#define MAX_STATEMENTS 1000
#define MAX_WORDS      1000

static const char *const check_words[] = {
#define WORD(name, word) [SIGN_CHECK_##name] = word,
    SIGN_CHECKS(WORD)};
static const char *const action_words[] = {
    [SIGN_ENFORCE] = "enforce", [SIGN_LOG] = "log", [SIGN_SKIP] = "skip"};
static const char *const level_words[] = {[SIGN_STRICT] = "strict",
					  [SIGN_PERMISSIVE] = "permissive",
					  [SIGN_AUDIT] = "audit",
					  [SIGN_SKIPPED_LEVEL] = "skip"};
static const char *const store_words[] = {
    [SIGN_STORE_CA] = "ca", [SIGN_STORE_AUTHORITY] = "signingAuthority", [SIGN_STORE_TSA] = "tsa"};
static const enum sign_action levels[][SIGN_NCHECKS] = {
    [SIGN_STRICT] = {SIGN_ENFORCE, SIGN_ENFORCE, SIGN_ENFORCE, SIGN_ENFORCE, SIGN_ENFORCE},
    [SIGN_PERMISSIVE] = {SIGN_ENFORCE, SIGN_ENFORCE, SIGN_LOG, SIGN_LOG, SIGN_LOG},
    [SIGN_AUDIT] = {SIGN_ENFORCE, SIGN_LOG, SIGN_LOG, SIGN_LOG, SIGN_LOG},
    [SIGN_SKIPPED_LEVEL] = {SIGN_SKIP, SIGN_SKIP, SIGN_SKIP, SIGN_SKIP, SIGN_SKIP}};

const char *sign_check_word(enum sign_check c)
{
	return check_words[c];
}

const char *sign_store_word(enum sign_store s)
{
	return store_words[s];
}

static int word_in(struct slice word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(word, words[i]))
			return (int)i;
	return -1;
}

/* A list of texts, copied. */
static int read_words(const struct node *list, const char *key, struct arena *a, struct slice **ret,
		      size_t *n, struct err *err)
{
	if (!list || node_is(list, NODE_NULL))
		return 0;
	if (!node_is(list, NODE_ARRAY))
		return err_input(err, "\"%s\" is no list", key);
	if (list->count > MAX_WORDS)
		return err_limit(err, "\"%s\" has more than %d items", key, MAX_WORDS);
	*ret = arena_array(a, list->count + 1, sizeof(**ret));
	if (!*ret)
		return err_oom(err);
	node_each (w, list) {
		if (!node_is(w, NODE_STRING))
			return err_input(err, "\"%s\" has an item that is no text", key);
		(*ret)[(*n)++] = arena_dup(a, w->str);
	}
	return 0;
}

/* ---- signatureVerification ---- */

static int read_override(const struct node *list, struct sign_policy *p, struct err *err)
{
	if (!list || node_is(list, NODE_NULL) || list->count == 0)
		return 0;
	if (p->level == SIGN_SKIPPED_LEVEL)
		return err_input(err, "level \"skip\" cannot be overridden");
	node_each (m, list) {
		int check = word_in(m->key, check_words, ARRAY_LEN(check_words));
		int action = word_in(node_str(m), action_words, ARRAY_LEN(action_words));
		if (check < 0)
			return err_input(err, "there is no check \"%.*s\" to override",
					 SL_FMT(m->key));
		if (action < 0)
			return err_input(err, "\"%.*s\": \"%.*s\" is none of enforce, log and skip",
					 SL_FMT(m->key), SL_FMT(node_str(m)));
		if (check == SIGN_CHECK_INTEGRITY)
			return err_input(err, "\"integrity\" cannot be overridden");
		if (check != SIGN_CHECK_REVOCATION && action == SIGN_SKIP)
			return err_input(err, "\"%.*s\" cannot be skipped", SL_FMT(m->key));
		p->actions[check] = (enum sign_action)action;
	}
	return 0;
}

static int read_level(const struct node *v, struct sign_policy *p, struct err *err)
{
	struct slice word = node_get_str(v, "level"), when = node_get_str(v, "verifyTimestamp");
	int level = word_in(word, level_words, ARRAY_LEN(level_words));
	if (level < 0)
		return err_input(err,
				 "level \"%.*s\" is none of strict, permissive, audit and skip",
				 SL_FMT(word));
	p->level = (enum sign_level)level;
	memcpy(p->actions, levels[level], sizeof(p->actions));
	p->after_expiry = slice_is(when, "afterCertExpiry");
	if (when.len && !p->after_expiry && !slice_is(when, "always"))
		return err_input(err,
				 "verifyTimestamp \"%.*s\" is neither always nor afterCertExpiry",
				 SL_FMT(when));
	return read_override(node_get(v, "override"), p, err);
}

/* ---- trustStores ---- */

static bool is_store_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alpha(s.ptr[i]) && !is_digit(s.ptr[i]) && !strchr("_.-", s.ptr[i]))
			return false;
	return s.len > 0 && s.len < 256 && !slice_is(s, ".") && !slice_is(s, "..");
}

static int read_stores(const struct slice *words, size_t n, struct arena *a, struct sign_policy *p,
		       struct err *err)
{
	p->stores = arena_array(a, n + 1, sizeof(*p->stores));
	if (!p->stores)
		return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		struct slice rest = words[i], type = SL_NONE;
		if (slice_chr(rest, ':') < 0 || !slice_cut(&rest, ':', &type))
			return err_input(err, "trust store \"%.*s\": expected TYPE:NAME",
					 SL_FMT(words[i]));
		int store = word_in(type, store_words, ARRAY_LEN(store_words));
		if (store < 0)
			return err_input(err,
					 "trust store \"%.*s\": \"%.*s\" is none of ca, "
					 "signingAuthority and tsa",
					 SL_FMT(words[i]), SL_FMT(type));
		if (!is_store_name(rest))
			return err_input(
			    err,
			    "trust store \"%.*s\": a name has letters, digits, '_', '.' and '-'",
			    SL_FMT(words[i]));
		p->stores[p->n_stores++] = (struct sign_store_name){(enum sign_store)store, rest};
	}
	return 0;
}

/* ---- trustedIdentities ---- */

static bool has_part(const struct sign_identity *id, const char *type)
{
	for (size_t i = 0; i < id->n_parts; i++)
		if (slice_is(id->parts[i].type, type))
			return true;
	return false;
}

static int read_identity(struct slice text, struct arena *a, struct sign_identity *ret,
			 struct err *err)
{
	struct slice rest = text, kind = SL_NONE;
	*ret = (struct sign_identity){.text = text};
	if (text.len == 0)
		return err_input(err, "a trusted identity is empty");
	if (slice_chr(rest, ':') < 0 || !slice_cut(&rest, ':', &kind))
		return err_input(err, "trusted identity \"%.*s\": expected KIND:VALUE",
				 SL_FMT(text));
	if (slice_trim(rest).len == 0)
		return err_input(err, "trusted identity \"%.*s\": it has no value", SL_FMT(text));
	if (!slice_is(kind, "x509.subject"))
		return 0;
	if (name_parse(rest, a, &ret->parts, &ret->n_parts, err) < 0)
		return err_wrap(err, "trusted identity \"%.*s\"", SL_FMT(text));
	static const char *const needed[] = {"C", "ST", "O"};
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!has_part(ret, needed[i]))
			return err_input(err,
					 "trusted identity \"%.*s\": it has no %s - C, ST and O "
					 "must be there",
					 SL_FMT(text), needed[i]);
	return 0;
}

static int check_overlap(const struct sign_policy *p, struct err *err)
{
	for (size_t i = 0; i < p->n_identities; i++)
		for (size_t k = 0; k < p->n_identities; k++) {
			const struct sign_identity *x = &p->identities[i], *y = &p->identities[k];
			if (i != k && x->n_parts && y->n_parts &&
			    name_within(x->parts, x->n_parts, y->parts, y->n_parts))
				return err_input(
				    err, "trusted identities overlap: \"%.*s\" and \"%.*s\"",
				    SL_FMT(x->text), SL_FMT(y->text));
		}
	return 0;
}

static int read_identities(const struct slice *words, size_t n, struct arena *a,
			   struct sign_policy *p, struct err *err)
{
	p->identities = arena_array(a, n + 1, sizeof(*p->identities));
	if (!p->identities)
		return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		if (slice_is(words[i], "*")) {
			p->anybody = true;
			if (n > 1)
				return err_input(err, "trusted identity \"*\" stands beside others "
						      "- it must be alone");
			continue;
		}
		TRY(read_identity(words[i], a, &p->identities[p->n_identities++], err));
	}
	return check_overlap(p, err);
}

/* ---- registryScopes ---- */

/* One or more of "[a-z0-9]+" parted by ".", "_", "__" or dashes (distribution-spec, "name"), parted by "/". */
static bool is_repository(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool word = is_digit(c) || (c >= 'a' && c <= 'z');
		bool first = i == 0 || s.ptr[i - 1] == '/';
		bool last = i + 1 == s.len || s.ptr[i + 1] == '/';
		if (!word && (!strchr("._-/", c) || first || (last && c != '/')))
			return false;
		if (!word && c == '/' && i + 1 == s.len)
			return false;
		if (c == '.' && strchr("._-", s.ptr[i - 1]))
			return false;
	}
	return s.len > 0;
}

static bool is_domain(struct slice s)
{
	ssize_t colon = slice_chr(s, ':');
	uint32_t port = 0;
	if (colon >= 0 && slice_u32(slice_from(s, (size_t)colon + 1), &port) < 0)
		return false;
	struct slice host = colon >= 0 ? slice_sub(s, 0, (size_t)colon) : s, part;
	bool any = false;
	while (slice_cut(&host, '.', &part)) {
		any = true;
		if (part.len == 0 || part.ptr[0] == '-' || part.ptr[part.len - 1] == '-')
			return false;
		for (size_t i = 0; i < part.len; i++)
			if (!is_alpha(part.ptr[i]) && !is_digit(part.ptr[i]) && part.ptr[i] != '-')
				return false;
	}
	return any;
}

static int check_scopes(const struct sign_policy *p, struct err *err)
{
	if (p->n_scopes == 0)
		return err_input(err, "it has no \"registryScopes\"");
	for (size_t i = 0; i < p->n_scopes; i++) {
		struct slice rest = p->scopes[i], domain = SL_NONE;
		if (slice_is(rest, "*") && p->n_scopes > 1)
			return err_input(
			    err, "registry scope \"*\" stands beside others - it must be alone");
		if (slice_is(rest, "*"))
			continue;
		if (!slice_cut(&rest, '/', &domain) || !is_domain(domain) || !is_repository(rest))
			return err_input(err,
					 "registry scope \"%.*s\" is no whole repository - write "
					 "registry.example.com/my/repository, without scheme and "
					 "tag",
					 SL_FMT(p->scopes[i]));
	}
	return 0;
}

/* ---- the document ---- */

static int read_statement(const struct node *n, bool blob, struct arena *a, struct sign_policy *p,
			  struct err *err)
{
	struct slice *stores = NULL, *identities = NULL;
	size_t n_stores = 0, n_identities = 0;
	TRY(read_level(node_get(n, "signatureVerification"), p, err));
	TRY(read_words(node_get(n, "trustStores"), "trustStores", a, &stores, &n_stores, err));
	TRY(read_words(node_get(n, "trustedIdentities"), "trustedIdentities", a, &identities,
		       &n_identities, err));
	if (p->level == SIGN_SKIPPED_LEVEL) {
		if (n_stores || n_identities)
			return err_input(err, "level \"skip\" takes no trust stores and no trusted "
					      "identities");
	} else if (!n_stores || !n_identities) {
		return err_input(err, "\"trustStores\" and \"trustedIdentities\" must both have "
				      "something");
	}
	TRY(read_stores(stores, n_stores, a, p, err));
	TRY(read_identities(identities, n_identities, a, p, err));
	if (blob) {
		p->global = node_true(node_get(n, "globalPolicy"));
		return p->global && p->level == SIGN_SKIPPED_LEVEL
			   ? err_input(err, "the global policy cannot have level \"skip\"")
			   : 0;
	}
	TRY(read_words(node_get(n, "registryScopes"), "registryScopes", a, &p->scopes, &p->n_scopes,
		       err));
	return check_scopes(p, err);
}

/* Names, scopes and the global policy are one statement's each. */
static int check_unique(const struct sign_policies *all, struct err *err)
{
	auto_map struct map names = {0}, scopes = {0};
	bool fresh, global = false;
	for (size_t i = 0; i < all->len; i++) {
		const struct sign_policy *p = &all->items[i];
		if (!map_put(&names, p->name, &fresh))
			return err_oom(err);
		if (!fresh)
			return err_input(err, "several statements have the name \"%.*s\"",
					 SL_FMT(p->name));
		if (p->global && global)
			return err_input(err, "several statements have \"globalPolicy\"");
		global |= p->global;
		for (size_t k = 0; k < p->n_scopes; k++) {
			if (!map_put(&scopes, p->scopes[k], &fresh))
				return err_oom(err);
			if (!fresh)
				return err_input(
				    err,
				    "registry scope \"%.*s\" stands twice - one statement decides",
				    SL_FMT(p->scopes[k]));
		}
	}
	return 0;
}

int sign_policies_read(struct slice json, bool blob, struct arena *a, struct sign_policies *ret,
		       struct err *err)
{
	auto_doc struct doc d;
	struct node *top;
	struct text_limits lim = {
	    .max_bytes = SIGN_MAX_POLICY, .max_depth = 20, .max_nodes = 100000};
	doc_init(&d);
	*ret = (struct sign_policies){.blob = blob};
	TRY(json_parse(&d, json, &lim, &top, err));
	const struct node *list = node_get(top, "trustPolicies");
	if (!slice_is(node_get_str(top, "version"), "1.0"))
		return err_input(err, "\"version\" is \"%.*s\", not \"1.0\"",
				 SL_FMT(node_get_str(top, "version")));
	if (!node_is(list, NODE_ARRAY) || list->count == 0)
		return err_input(err, "\"trustPolicies\" has no statement");
	if (list->count > MAX_STATEMENTS)
		return err_limit(err, "over %d statements", MAX_STATEMENTS);
	ret->items = arena_array(a, list->count, sizeof(*ret->items));
	if (!ret->items)
		return err_oom(err);
	node_each (n, list) {
		struct sign_policy *p = &ret->items[ret->len++];
		p->name = arena_dup(a, node_get_str(n, "name"));
		if (!p->name.len)
			return err_input(err, "statement %zu has no name", ret->len);
		if (read_statement(n, blob, a, p, err) < 0)
			return err_wrap(err, "statement \"%.*s\"", SL_FMT(p->name));
	}
	return check_unique(ret, err);
}

const struct sign_policy *sign_policy_for(const struct sign_policies *all, struct slice scope)
{
	const struct sign_policy *any = NULL;
	for (size_t i = 0; i < all->len; i++) {
		const struct sign_policy *p = &all->items[i];
		if (all->blob) {
			if (scope.len ? slice_eq(p->name, scope) : p->global)
				return p;
			continue;
		}
		for (size_t k = 0; k < p->n_scopes; k++) {
			if (scope.len && slice_eq(p->scopes[k], scope))
				return p;
			if (slice_is(p->scopes[k], "*"))
				any = p;
		}
	}
	return any;
}

bool policy_uses(const struct sign_policy *p, enum sign_store s)
{
	for (size_t i = 0; i < p->n_stores; i++)
		if (p->stores[i].store == s)
			return true;
	return false;
}
