/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands know of Notation: its options, trust policies, and signatures of files. */
#include "cmd/signing.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_CHAIN_FILE (256 * KIB)
#define MAX_CRL	       (64 * MIB)
#define PIECE	       (256 * KIB)

/* --timestamp-url and whose stamps are taken. */
static int stamp_options(const struct options *o, struct stamp_service *ret,
			 struct sign_root **root, struct err *err)
{
	auto_buf struct buf pem;
	const char *path = opt_string(o, "timestamp-root");
	buf_init(&pem, MAX_CHAIN_FILE);
	ret->url = opt_string(o, "timestamp-url");
	ret->net = (struct net_options){.ca_file = opt_string(o, "cacert")};
	if (!path)
		return 0;
	TRY(sign_root_empty(root, err));
	ret->root = *root;
	if (file_read(path, &pem, err) < 0 || sign_root_add_tsa(*root, buf_slice(&pem), err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "--timestamp-root %s", path);
	}
	return 0;
}

int sign_notation_options(const struct options *o, const struct sign_key *key, struct arena *a,
			  struct sign_root **root, struct publish_options *ret)
{
	auto_buf struct buf pem;
	struct slice *certs;
	struct err err = {0};
	const char *path = opt_string(o, "certificate-chain"), *form = opt_string(o, "envelope");
	buf_init(&pem, MAX_CHAIN_FILE);
	if (!path)
		return cmd_usage("the form notation needs --certificate-chain FILE: the key's "
				 "certificate and its authorities");
	if (strcmp(form, "jws") != 0 && strcmp(form, "cose") != 0)
		return cmd_usage("--envelope %s: there are jws and cose", form);
	ret->envelope = *form == 'j' ? SIGN_ENVELOPE_JWS : SIGN_ENVELOPE_COSE;
	ret->expires_in = opt_number(o, "expiry");
	if (file_read(path, &pem, &err) < 0 ||
	    sign_chain_read(buf_slice(&pem), key, a, &certs, &ret->n_certs, &err) < 0) {
		err.kind = ERR_USAGE;
		err_wrap(&err, "--certificate-chain %s", path);
		return cmd_fail(&err);
	}
	ret->certs = certs;
	return stamp_options(o, &ret->stamp, root, &err) < 0 ? cmd_fail(&err) : 0;
}

/* ---- trust policies ---- */

void notation_set_done(struct notation_set *s)
{
	sign_trust_free(&s->trust);
	arena_free(&s->arena);
}

/* "notation": the file that Notation itself would read. */
static int policy_path(const char *given, bool blob, char *out, size_t cap, struct err *err)
{
	struct stat st;
	if (strcmp(given, "notation") != 0) {
		int n = snprintf(out, cap, "%s", given);
		return n >= 0 && (size_t)n < cap ? 0 : err_usage(err, "--trust-policy: too long");
	}
	TRY(app_notation_path(blob ? "trustpolicy.blob.json" : "trustpolicy.oci.json", out, cap,
			      err));
	if (blob || lstat(out, &st) == 0)
		return 0;
	return app_notation_path("trustpolicy.json", out, cap, err);
}

static int read_crls(const struct options *o, struct sign_trust *t, struct err *err)
{
	const char *const *files;
	size_t n = opt_list(o, "crl", &files);
	for (size_t i = 0; i < n; i++) {
		auto_buf struct buf text;
		buf_init(&text, MAX_CRL);
		if (file_read(files[i], &text, err) < 0 ||
		    sign_trust_add_crl(t, buf_slice(&text), err) < 0) {
			err->kind = ERR_USAGE;
			return err_wrap(err, "--crl %s", files[i]);
		}
	}
	return 0;
}

static int read_set(const struct options *o, bool blob, struct notation_set *s, struct err *err)
{
	char path[4096];
	const char *store = opt_string(o, "trust-store");
	TRY(policy_path(opt_string(o, "trust-policy"), blob, path, sizeof(path), err));
	TRY(app_policies_read(path, blob, &s->arena, &s->policies, err));
	TRY(sign_trust_new(&s->trust, err));
	TRY(read_crls(o, s->trust, err));
	s->loaded = arena_array(&s->arena, s->policies.len, sizeof(*s->loaded));
	if (!s->loaded)
		return err_oom(err);
	if (!store)
		return app_notation_path("truststore", s->store, sizeof(s->store), err);
	int n = snprintf(s->store, sizeof(s->store), "%s", store);
	return n >= 0 && (size_t)n < sizeof(s->store) ? 0
						      : err_usage(err, "--trust-store: too long");
}

int notation_set_read(const struct options *o, bool blob, struct notation_set *ret)
{
	struct err err = {0};
	*ret = (struct notation_set){0};
	arena_init(&ret->arena, 64 * MIB);
	if (!opt_string(o, "trust-policy"))
		return opt_string(o, "crl") || opt_string(o, "trust-store")
			   ? cmd_usage("--crl and --trust-store belong to --trust-policy")
			   : 0;
	if (read_set(o, blob, ret, &err) < 0)
		return cmd_fail(&err);
	ret->rules = (struct sign_notation_rules){.trust = ret->trust, .now = time_now()};
	ret->rule = (struct verify_rule){.notation = &ret->rules};
	return 0;
}

int notation_choose(struct notation_set *s, struct slice scope)
{
	struct err err = {0};
	const struct sign_policy *p = sign_policy_for(&s->policies, scope);
	s->rules.policy = p;
	s->rules.scope = scope.len ? scope : SL("an image without a name (--scope gives one)");
	s->rule.name = p ? arena_cat(&s->arena, SL("trust policy "), p->name) : SL_NONE;
	if (!p || s->loaded[p - s->policies.items])
		return 0;
	if (app_trust_load(s->store, p, s->trust, &err) < 0)
		return cmd_fail(&err);
	s->loaded[p - s->policies.items] = true;
	return 0;
}

/* ---- files ---- */

/* Hashes a file as it is read. */
static int hash_file(const char *path, enum sign_hash h, struct sign_message *m, uint64_t *size,
		     struct err *err)
{
	CLEANUP(sign_hasher_done) struct sign_hasher s = {0};
	struct stat st;
	auto_free char *piece = malloc(PIECE);
	auto_close int fd =
	    strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_usage(err, "%s: is a directory", path);
	if (!piece)
		return err_oom(err);
	TRY(sign_hasher_begin(&s, h, err));
	for (;;) {
		ssize_t n = read(fd, piece, PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "%s", path);
		if (n == 0)
			break;
		sign_hasher_add(&s, slice_of(piece, (size_t)n));
		*size += (uint64_t)n;
	}
	sign_hasher_end(&s, m);
	return m->has[h] ? 0 : err_set(err, ERR_INTERNAL, -EIO, "no hash could be made");
}

/* Both kinds tell themselves: JSON, or CBOR's tag 18. */
static struct slice media_of(struct slice envelope)
{
	return slice_starts(slice_trim(envelope), "{") ? SL(SIGN_MEDIA_JWS) : SL(SIGN_MEDIA_COSE);
}

static int read_envelope(const char *path, struct arena *a, struct sign_notation *ret,
			 struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, SIGN_MAX_NOTATION);
	TRY(file_read(path, &text, err));
	return sign_notation_read(buf_slice(&text), media_of(buf_slice(&text)), a, ret, err);
}

/* Which hash of the file the envelope speaks of. */
static enum sign_hash hash_of(const struct sign_notation *n)
{
	auto_doc struct doc d;
	struct sign_target t;
	struct err ignored;
	enum sign_hash h = n->hash;
	doc_init(&d);
	if (sign_target_read(n->payload, &d, &t, &ignored) == 0 && sign_target_hash(&t, &h) < 0)
		h = n->hash;
	return h;
}

static int judge(const struct options *o, struct notation_set *s, struct arena *a,
		 struct sign_outcome *out, struct err *err)
{
	struct sign_notation n;
	struct sign_message m = {0};
	const char *path = o->args[0], *signature = opt_string(o, "signature");
	struct err broken = {0};
	if (read_envelope(signature, a, &n, &broken) < 0) {
		err_wrap(&broken, "--signature %s", signature);
		if (broken.kind != ERR_INPUT && broken.kind != ERR_LIMIT) {
			*err = broken;
			return broken.code;
		}
		sign_refuse(out, SIGN_MALFORMED, "%s", broken.text);
		return 0;
	}
	TRY(hash_file(path, hash_of(&n), &m, &s->rules.size, err));
	s->rules.m = &m;
	s->rules.media_type = slice_str(opt_string(o, "media-type"));
	return sign_notation_verify(&n, &s->rules, a, out);
}

static int show(const struct options *o, const struct sign_outcome *out,
		const struct verify_rule *rule, bool json, const char *to)
{
	auto_buf struct buf text;
	struct err err = {0};
	buf_init(&text, MIB);
	if (json) {
		struct json_writer w;
		jw_init(&w, &text, 0);
		jw_object(&w);
		jw_kstr(&w, "file", slice_str(o->args[0]));
		jw_kstr(&w, "form", SL("notation"));
		outcome_json(&w, out, rule);
		jw_end(&w, '}');
	} else {
		buf_printf(&text, "%s: ", o->args[0]);
		outcome_text(&text, out, rule);
	}
	buf_putc(&text, '\n');
	if (cmd_write(to, buf_slice(&text), &err) < 0)
		return cmd_fail(&err);
	if (!rule && json)
		log_error("%s: %s", o->args[0], out->text);
	return rule ? 0 : 1;
}

int notation_verify_blob(const struct options *o)
{
	CLEANUP(notation_set_done) struct notation_set s;
	auto_arena struct arena a;
	struct sign_outcome out = {.reason = SIGN_INTERNAL};
	struct sign_pair *pairs;
	struct err err = {0};
	const char *to;
	bool json;
	arena_init(&a, 64 * MIB);
	int r = notation_set_read(o, true, &s);
	if (r == 0)
		r = sign_output(o, &json, &to);
	if (r == 0)
		r = sign_pairs(o, "annotations", &pairs, &s.rules.n_annotations);
	if (r)
		return r;
	if (o->nargs != 1)
		return cmd_usage("verify-blob: name one file, or - for standard input");
	if (opt_string(o, "key") || opt_string(o, "bundle") || !opt_string(o, "signature"))
		return cmd_usage(
		    "verify-blob --trust-policy takes --signature FILE with Notation's "
		    "envelope, and neither --key nor --bundle");
	r = notation_choose(&s, slice_str(opt_string(o, "policy-name")));
	if (r)
		return r;
	s.rules.annotations = pairs;
	if (!opt_string(o, "policy-name"))
		s.rules.scope = SL("files (none is global; --policy-name names one)");
	r = judge(o, &s, &a, &out, &err);
	if (r < 0)
		return cmd_fail(&err);
	return show(o, &out, r ? &s.rule : NULL, json, to);
}

static int sign_file(const struct options *o, const struct sign_key *key,
		     const struct publish_options *opt, const struct sign_pair *pairs, size_t n,
		     struct err *err)
{
	auto_buf struct buf payload, envelope;
	static const char *const names[SIGN_HASHES] = {"sha256", "sha384", "sha512"};
	char digest[8 + 2 * SIGN_HASH_MAX + 1], hex[2 * SIGN_HASH_MAX + 1], name[4096];
	struct sign_message m = {0};
	struct sign_target t = {.media_type = slice_str(opt_string(o, "media-type"))};
	struct sign_notation_job j = {.key = key,
				      .certs = opt->certs,
				      .n_certs = opt->n_certs,
				      .form = opt->envelope,
				      .now = time_now(),
				      .stamp = opt->stamp.url ? app_stamp : NULL,
				      .stamp_arg = &opt->stamp};
	const char *path = o->args[0], *to = opt_string(o, "output-signature");
	enum sign_hash h;
	buf_init(&payload, MIB);
	buf_init(&envelope, SIGN_MAX_NOTATION);
	if (opt->expires_in)
		j.expiry = j.now + (int64_t)opt->expires_in;
	TRY(sign_notation_hash(key, &h, err));
	TRY(hash_file(path, h, &m, &t.size, err));
	hex_text(m.hash[h], sign_hash_size(h), hex);
	snprintf(digest, sizeof(digest), "%s:%s", names[h], hex);
	t.digest = slice_str(digest);
	TRY(sign_target_write(&t, pairs, n, &payload, err));
	TRY(sign_notation_write(&j, buf_slice(&payload), &envelope, err));
	if (!to)
		to = opt_string(o, "output");
	if (!to && strcmp(path, "-") == 0)
		return err_usage(err, "standard input has no name - --output-signature names the "
				      "file to write");
	int len = snprintf(name, sizeof(name), "%s.%s.sig", path, opt_string(o, "envelope"));
	if (!to && (len < 0 || (size_t)len >= sizeof(name)))
		return err_usage(err, "%s: the name is too long", path);
	return cmd_write(to ? to : name, buf_slice(&envelope), err);
}

int notation_sign_blob(const struct options *o, const struct sign_key *key)
{
	auto_arena struct arena a;
	auto_root struct sign_root *root = NULL;
	struct publish_options opt = {0};
	struct sign_pair *pairs;
	size_t n;
	struct err err = {0};
	arena_init(&a, 4 * MIB);
	int r = sign_notation_options(o, key, &a, &root, &opt);
	if (r == 0)
		r = sign_pairs(o, "annotations", &pairs, &n);
	if (r)
		return r;
	return sign_file(o, key, &opt, pairs, n, &err) < 0 ? cmd_fail(&err) : 0;
}
