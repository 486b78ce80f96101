/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/signing.h"

#include <stdio.h>
#include <sys/stat.h>

#define MAX_KEY_FILE (256 * KIB)

int sign_place(const struct options *o, const char *text, bool create, struct registry_options *opt,
	       struct repo **ret)
{
	struct err err = {0};
	enum image_kind kind = IMAGE_UNKNOWN;
	struct slice where;
	int r = cmd_registry(o, opt);
	if (r)
		return r;
	opt->insecure |=
	    opt_flag(o, "allow-http-registry") || opt_flag(o, "allow-insecure-registry");
	if (slice_starts(slice_str(text), "oci:")) {
		kind = IMAGE_OCI_DIR;
		where = slice_str(text + 4);
	} else if (image_target(slice_str(text), &kind, &where, &err) < 0) {
		return cmd_fail(&err);
	}
	if (kind == IMAGE_NAME)
		kind = IMAGE_REGISTRY;
	if (repo_open(kind, where, opt, create, ret, &err) < 0) {
		err_wrap(&err, "%s", text);
		return cmd_fail(&err);
	}
	return 0;
}

/* ---- keys ---- */

static int read_tty(const char *prompt, struct buf *out, struct err *err)
{
	return cmd_ask(prompt, true,
		       "the key is encrypted and there is no terminal to ask at - set "
		       "STRAKE_PASSWORD or COSIGN_PASSWORD, or give --password-file",
		       out, err);
}

static int first_line(const char *path, struct buf *out, struct err *err)
{
	auto_secret struct buf all;
	struct slice rest, line = SL_NONE;
	buf_init(&all, 64 * KIB);
	TRY(file_read(path, &all, err));
	rest = buf_slice(&all);
	slice_line(&rest, &line);
	buf_puts(out, line);
	return 0;
}

int sign_ask(const struct options *o, bool twice, struct buf *out, struct err *err)
{
	const char *file =
	    options_value(o, "password-file") ? opt_string(o, "password-file") : NULL;
	const char *given = getenv("STRAKE_PASSWORD");
	auto_secret struct buf again;
	buf_init(&again, 64 * KIB);
	if (file)
		return first_line(file, out, err) < 0 ? err_wrap(err, "--password-file") : 0;
	if (!given)
		given = getenv("COSIGN_PASSWORD");
	if (given) {
		buf_puts(out, slice_str(given));
		return 0;
	}
	TRY(read_tty(twice ? "Password for the new key: " : "Password of the key: ", out, err));
	if (!twice)
		return 0;
	TRY(read_tty("Again: ", &again, err));
	return slice_eq(buf_slice(out), buf_slice(&again))
		   ? 0
		   : err_usage(err, "the two passwords differ - nothing was written");
}

static int ask_once(const void *arg, struct buf *out, struct err *err)
{
	return sign_ask(arg, false, out, err);
}

static void warn_mode(const char *path)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077))
		log_warn("%s: others may read the private key (mode %04o) - chmod 600 it", path,
			 (unsigned)(st.st_mode & 07777));
}

/* The text of a key: of a file or a variable. */
static int key_text(const char *ref, bool private, struct buf *out, struct err *err)
{
	if (slice_starts(slice_str(ref), "env://")) {
		const char *v = getenv(ref + 6);
		if (!v)
			return err_usage(err, "%s: the variable is not set", ref);
		buf_puts(out, slice_str(v));
		return 0;
	}
	if (slice_find(slice_str(ref), SL("://")) > 0)
		return err_usage(
		    err, "%s: keys of this kind are not supported - files, env:// and pkcs11: are",
		    ref);
	if (private)
		warn_mode(ref);
	return file_read(ref, out, err);
}

int sign_private_key(const struct options *o, const char *ref, struct sign_key **ret)
{
	auto_secret struct buf text;
	struct err err = {0};
	struct sign_password pw = {ask_once, o};
	buf_init(&text, MAX_KEY_FILE);
	if (slice_starts(slice_str(ref), "pkcs11:"))
		return app_token_key(slice_str(ref), true, &pw, ret, &err) < 0 ? cmd_fail(&err) : 0;
	if (key_text(ref, true, &text, &err) < 0 ||
	    sign_private(buf_slice(&text), &pw, ret, &err) < 0) {
		err_wrap(&err, "key %s", ref);
		return cmd_fail(&err);
	}
	return 0;
}

static int public_key(const char *ref, struct sign_key **ret, struct err *err)
{
	auto_secret struct buf text;
	buf_init(&text, MAX_KEY_FILE);
	if (slice_starts(slice_str(ref), "pkcs11:"))
		return app_token_key(slice_str(ref), false, NULL, ret, err);
	if (key_text(ref, false, &text, err) < 0 || sign_public(buf_slice(&text), ret, err) < 0)
		return err_wrap(err, "key %s", ref);
	return 0;
}

/* ---- lists ---- */

int sign_pairs(const struct options *o, const char *name, struct sign_pair **ret, size_t *n)
{
	const char *const *items;
	static struct sign_pair pairs[256];
	*n = opt_list(o, name, &items);
	*ret = pairs;
	if (*n > ARRAY_LEN(pairs))
		return cmd_usage("--%s: more than %zu", name, ARRAY_LEN(pairs));
	for (size_t i = 0; i < *n; i++) {
		struct slice rest = slice_str(items[i]), key = SL_NONE;
		if (!slice_cut(&rest, '=', &key) || !rest.ptr || key.len == 0)
			return cmd_usage("--%s %s: expected KEY=VALUE", name, items[i]);
		for (size_t k = 0; k < i; k++)
			if (slice_eq(pairs[k].key, key))
				return cmd_usage("--%s: %.*s is given twice", name, SL_FMT(key));
		pairs[i] = (struct sign_pair){key, rest};
	}
	return 0;
}

int sign_forms(const struct options *o, struct publish_options *ret)
{
	const char *const *items;
	size_t n = opt_list(o, "formats", &items);
	ret->legacy = ret->bundle = ret->notation = false;
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(items[i]), word;
		while (slice_cut(&rest, ',', &word)) {
			if (slice_is(word, "legacy"))
				ret->legacy = true;
			else if (slice_is(word, "bundle"))
				ret->bundle = true;
			else if (slice_is(word, "notation"))
				ret->notation = true;
			else
				return cmd_usage(
				    "--formats %s: there are legacy, bundle and notation",
				    items[i]);
		}
	}
	return ret->legacy || ret->bundle || ret->notation ? 0 : cmd_usage("--formats: name one");
}

/* ---- rules ---- */

void rule_set_done(struct rule_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		sign_free(&s->keys[i]);
	sign_root_free(&s->root);
	notation_set_done(&s->notation);
}

static int add_part(const struct options *o, const char *name, struct sign_root **root,
		    int (*add)(struct sign_root *r, struct slice pem, struct err *err),
		    struct err *err)
{
	auto_buf struct buf text;
	const char *path = opt_string(o, name);
	buf_init(&text, 4 * MIB);
	if (!path)
		return 0;
	if (!*root)
		TRY(sign_root_empty(root, err));
	if (file_read(path, &text, err) < 0 || add(*root, buf_slice(&text), err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "--%s %s", name, path);
	}
	return 0;
}

static int read_root(const struct options *o, struct sign_root **ret, struct err *err)
{
	auto_buf struct buf text;
	const char *path = opt_string(o, "trusted-root");
	buf_init(&text, 8 * MIB);
	if (path &&
	    (file_read(path, &text, err) < 0 || sign_root_read(buf_slice(&text), ret, err) < 0)) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "trusted root %s", path);
	}
	TRY(add_part(o, "certificate-chain", ret, sign_root_add_ca, err));
	TRY(add_part(o, "timestamp-certificate-chain", ret, sign_root_add_tsa, err));
	TRY(add_part(o, "rekor-public-key", ret, sign_root_add_log, err));
	return add_part(o, "ct-log-public-key", ret, sign_root_add_ctlog, err);
}

/* An identity needs a trusted root: the one that is kept, when there is exactly one. */
static int read_kept_root(const struct options *o, struct sign_root **ret, struct err *err)
{
	auto_arena struct arena a;
	auto_buf struct buf text;
	struct tuf_kept all[MAX_TUF_KEPT];
	size_t n = 0;
	arena_init(&a, 16 * MIB);
	buf_init(&text, 8 * MIB);
	if (*ret || (!opt_string(o, "certificate-identity") &&
		     !opt_string(o, "certificate-identity-regexp")))
		return 0;
	TRY(app_tuf_kept(&a, all, &n, err));
	if (n == 0)
		return err_usage(err, "whom do you trust? Give --trusted-root FILE, or fetch one "
				      "with strake trusted-root update");
	if (n > 1)
		return err_usage(err,
				 "%zu trusted roots are kept: choose with --trusted-root FILE "
				 "(strake trusted-root show lists them)",
				 n);
	log_info("trusted root of %.*s, kept in %.*s", SL_FMT(all[0].mirror), SL_FMT(all[0].path));
	TRY(file_read(all[0].path.ptr, &text, err));
	return sign_root_read(buf_slice(&text), ret, err);
}

static int add_rule(const struct options *o, struct rule_set *s, const struct sign_rules *rules,
		    struct slice name)
{
	if (s->n == MAX_RULES)
		return cmd_usage("more than %d keys and identities", MAX_RULES);
	struct verify_rule *v = &s->rules[s->n++];
	*v = (struct verify_rule){.rules = *rules, .name = name};
	v->rules.root = s->root;
	v->rules.ignore_log = opt_flag(o, "insecure-ignore-tlog");
	v->rules.ignore_sct = opt_flag(o, "insecure-ignore-sct");
	v->rules.now = (int64_t)time_now();
	return 0;
}

static int add_identity(const struct options *o, struct rule_set *s)
{
	struct sign_rules rules = {.identity = opt_string(o, "certificate-identity"),
				   .identity_regexp = opt_string(o, "certificate-identity-regexp"),
				   .issuer = opt_string(o, "certificate-oidc-issuer"),
				   .issuer_regexp =
				       opt_string(o, "certificate-oidc-issuer-regexp")};
	static const char *const workflow[SIGN_EXTENSIONS] = {
	    [2] = "certificate-github-workflow-trigger",
	    [3] = "certificate-github-workflow-sha",
	    [4] = "certificate-github-workflow-name",
	    [5] = "certificate-github-workflow-repository",
	    [6] = "certificate-github-workflow-ref"};
	for (unsigned i = 0; i < SIGN_EXTENSIONS; i++)
		rules.extension[i] = workflow[i] ? opt_string(o, workflow[i]) : NULL;
	bool who = rules.identity || rules.identity_regexp,
	     whose = rules.issuer || rules.issuer_regexp;
	if (!who && !whose)
		return 0;
	if (!who || !whose)
		return cmd_usage(
		    "an identity is only known with its issuer: give both "
		    "--certificate-identity and --certificate-oidc-issuer, or their -regexp forms");
	return add_rule(o, s, &rules,
			slice_str(rules.identity ? rules.identity : rules.identity_regexp));
}

static int add_policy(const struct options *o, struct rule_set *s)
{
	int r = notation_set_read(o, false, &s->notation);
	if (r || s->notation.policies.len == 0)
		return r;
	if (s->n == MAX_RULES)
		return cmd_usage("more than %d keys and identities", MAX_RULES);
	s->by_policy = &s->rules[s->n++];
	*s->by_policy = s->notation.rule;
	return 0;
}

int rule_set_read(const struct options *o, struct rule_set *ret)
{
	const char *const *keys;
	struct err err = {0};
	size_t n = opt_list(o, "key", &keys);
	*ret = (struct rule_set){0};
	if (read_root(o, &ret->root, &err) < 0 || read_kept_root(o, &ret->root, &err) < 0)
		return cmd_fail(&err);
	for (size_t i = 0; i < n; i++) {
		struct sign_rules rules = {0};
		if (i == MAX_RULES)
			return cmd_usage("more than %d keys", MAX_RULES);
		if (public_key(keys[i], &ret->keys[i], &err) < 0)
			return cmd_fail(&err);
		rules.key = ret->keys[i];
		int r = add_rule(o, ret, &rules, slice_str(keys[i]));
		if (r)
			return r;
	}
	int r = add_identity(o, ret);
	if (r == 0)
		r = add_policy(o, ret);
	if (r)
		return r;
	if (ret->n == 0)
		return cmd_usage("who must have signed? Give --key, --certificate-identity with "
				 "--certificate-oidc-issuer, or --trust-policy");
	return 0;
}

/* ---- output ---- */

int sign_output(const struct options *o, bool *json, const char **path)
{
	const char *format = opt_string(o, "format"), *out = opt_string(o, "output");
	*path = out;
	*json = strcmp(format, "json") == 0;
	/* cosign: -o json */
	if (out && (strcmp(out, "json") == 0 || strcmp(out, "text") == 0)) {
		*json = strcmp(out, "json") == 0;
		*path = NULL;
		return 0;
	}
	if (*json || strcmp(format, "table") == 0 || strcmp(format, "text") == 0)
		return 0;
	return cmd_usage("--format %s: no such format - there are table and json", format);
}

/* What a trust policy looked at; a check that failed and is but logged is told. */
static void checks_json(struct json_writer *w, const struct sign_checks *checks)
{
	static const char *const actions[] = {
	    [SIGN_ENFORCE] = "enforce", [SIGN_LOG] = "log", [SIGN_SKIP] = "skip"};
	jw_key(w, "checks");
	jw_array(w);
	for (size_t i = 0; i < checks->len; i++) {
		const struct sign_checked *c = &checks->items[i];
		jw_object(w);
		jw_kstr(w, "check", slice_str(sign_check_word(c->check)));
		jw_kstr(w, "action", slice_str(actions[c->action]));
		jw_kstr(w, "result", slice_str(sign_reason_word(c->reason)));
		jw_kstr_opt(w, "message", slice_str(c->text));
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

void outcome_json(struct json_writer *w, const struct sign_outcome *o,
		  const struct verify_rule *rule)
{
	char text[TIME_TEXT];
	jw_kbool(w, "verified", o->reason == SIGN_VERIFIED);
	jw_kstr(w, "reason", slice_str(sign_reason_word(o->reason)));
	if (o->reason != SIGN_VERIFIED)
		jw_kstr(w, "message", slice_str(o->text));
	if (rule)
		jw_kstr(w, "rule", rule->name);
	if (o->checks)
		checks_json(w, o->checks);
	if (o->reason != SIGN_VERIFIED)
		return;
	jw_kstr_opt(w, "keyId", o->key_id);
	jw_kstr_opt(w, "identity", o->identity);
	jw_kstr_opt(w, "issuer", o->issuer);
	jw_kbool(w, "inLog", o->in_log);
	if (o->in_log)
		jw_ku64(w, "logIndex", o->log_index);
	if (o->log_time) {
		time_text(o->log_time, text);
		jw_kstr(w, "logTime", slice_str(text));
	}
	if (o->stamped) {
		time_text(o->stamp_time, text);
		jw_kstr(w, "timestamp", slice_str(text));
	}
}

void outcome_text(struct buf *out, const struct sign_outcome *o, const struct verify_rule *rule)
{
	char text[TIME_TEXT];
	if (o->reason == SIGN_SKIPPED) {
		buf_printf(out, "not looked at: %s", o->text);
		return;
	}
	if (o->reason != SIGN_VERIFIED) {
		buf_printf(out, "refused (%s): %s", sign_reason_word(o->reason), o->text);
		return;
	}
	buf_puts(out, SL("verified by "));
	buf_puts(out, rule ? rule->name : SL("the key"));
	if (o->issuer.len)
		buf_printf(out, ", issuer %.*s", SL_FMT(o->issuer));
	if (o->in_log)
		buf_printf(out, ", log entry %llu", (unsigned long long)o->log_index);
	if (o->log_time) {
		time_text(o->log_time, text);
		buf_printf(out, " of %s", text);
	}
	if (o->stamped) {
		time_text(o->stamp_time, text);
		buf_printf(out, ", time stamp %s", text);
	}
	for (size_t i = 0; o->checks && i < o->checks->len; i++) {
		const struct sign_checked *c = &o->checks->items[i];
		if (c->reason == SIGN_SKIPPED)
			buf_printf(out, "\n    the policy skips %s", sign_check_word(c->check));
		else if (c->reason != SIGN_VERIFIED)
			buf_printf(out, "\n    the policy only logs %s, which failed (%s): %s",
				   sign_check_word(c->check), sign_reason_word(c->reason), c->text);
	}
}
