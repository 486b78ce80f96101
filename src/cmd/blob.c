/* SPDX-License-Identifier: Apache-2.0 */
/* strake sign-blob, verify-blob, attest-blob: files. Contents are hashed as they are read and never held. */
#include "cmd/signing.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define PIECE (256 * KIB)

static const struct opt sign_options[] = {
    KEY_OPTIONS,
    {"bundle", 0, OPT_STRING, "FILE", NULL, "write a sigstore bundle"},
    {"output-signature", 0, OPT_STRING, "FILE", NULL,
     "write the signature in base64; default standard output"},
    {"output", 0, OPT_STRING, "FILE", NULL, "the same"},
    {"yes", 'y', OPT_FLAG, NULL, NULL,
     "never ask (nothing is asked; for scripts written for cosign)"},
    {0},
};
static const struct opt attest_options[] = {
    {"predicate", 0, OPT_STRING, "FILE", NULL, "the document (JSON); - is standard input"},
    {"type", 0, OPT_STRING, "TYPE", "custom",
     "spdx, spdxjson, cyclonedx, vuln, openvex, slsaprovenance, slsaprovenance1, link, custom, or "
     "a URI"},
    {"old-statement", 0, OPT_FLAG, NULL, NULL, "write in-toto's Statement 0.1"},
    KEY_OPTIONS,
    {"bundle", 0, OPT_STRING, "FILE", NULL, "write a sigstore bundle; default standard output"},
    {"output-attestation", 0, OPT_STRING, "FILE", NULL, "write the bare envelope"},
    {"yes", 'y', OPT_FLAG, NULL, NULL,
     "never ask (nothing is asked; for scripts written for cosign)"},
    {0},
};
static const struct opt verify_options[] = {
    {"bundle", 0, OPT_STRING, "FILE", NULL, "sigstore bundle, or cosign's older one"},
    {"signature", 0, OPT_STRING, "FILE", NULL, "signature in base64, or the base64 itself"},
    {"certificate", 0, OPT_STRING, "FILE", NULL, "PEM of the signer, beside --signature"},
    {"rfc3161-timestamp", 0, OPT_STRING, "FILE", NULL, "time stamp, beside --signature"},
    {"type", 0, OPT_STRING, "TYPE", NULL, "of the attestation in the bundle; it must match"},
    VERIFY_OPTIONS,
    {0},
};

/* ---- content ---- */

struct content {
	struct sign_message m;
	struct mapping map; /* only for keys that sign content, not a hash */
};

static void content_done(struct content *c)
{
	mapping_done(&c->map);
}

static void hashers_done(struct sign_hasher (*s)[SIGN_HASHES])
{
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		sign_hasher_done(&(*s)[h]);
}

static int hash_fd(int fd, const struct sign_needs *needs, struct sign_message *m, struct err *err)
{
	CLEANUP(hashers_done) struct sign_hasher all[SIGN_HASHES] = {0};
	auto_free char *piece = malloc(PIECE);
	if (!piece)
		return err_oom(err);
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (needs->hash[h])
			TRY(sign_hasher_begin(&all[h], (enum sign_hash)h, err));
	for (;;) {
		ssize_t n = read(fd, piece, PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			break;
		for (unsigned h = 0; h < SIGN_HASHES; h++)
			if (needs->hash[h])
				sign_hasher_add(&all[h], slice_of(piece, (size_t)n));
	}
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (needs->hash[h])
			sign_hasher_end(&all[h], m);
	return 0;
}

/* "sha256:HEX" stands for a content of that hash. */
static bool take_digest(const char *path, struct sign_message *m)
{
	m->has[SIGN_SHA256] = digest_parse(slice_str(path), m->hash[SIGN_SHA256]) == 0;
	return m->has[SIGN_SHA256];
}

static int map_content(const char *path, struct content *c, struct err *err)
{
	if (strcmp(path, "-") == 0)
		return err_usage(
		    err,
		    "an Ed25519 key signs the content as a whole: give a file, not standard input");
	TRY(file_map(path, &c->map, err));
	c->m.content = c->map.size ? mapping_slice(&c->map) : SL("");
	c->m.has_content = true;
	return 0;
}

static int read_content(const char *path, const struct sign_needs *needs, struct content *c,
			struct err *err)
{
	struct stat st;
	if (take_digest(path, &c->m))
		return 0;
	if (needs->content)
		TRY(map_content(path, c, err));
	auto_close int fd =
	    strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_usage(err, "%s: is a directory", path);
	return hash_fd(fd, needs, &c->m, err) < 0 ? err_wrap(err, "%s", path) : 0;
}

/* ---- signing ---- */

static int put_out(const char *path, struct slice text, struct err *err)
{
	return cmd_write(path, text, err);
}

static int sign_one(const struct options *o, const struct sign_key *key, const char *path,
		    struct err *err)
{
	CLEANUP(content_done) struct content c = {0};
	auto_buf struct buf sig, text, bundle;
	const char *to = opt_string(o, "output-signature"), *bundle_path = opt_string(o, "bundle");
	enum sign_hash h = sign_hash_of(key);
	struct sign_material material = {.key = key};
	buf_init(&sig, 2 * SIGN_MAX);
	buf_init(&text, 64 * KIB);
	buf_init(&bundle, MIB);
	struct sign_needs needs = {.content = sign_kind(key) == SIGN_ED25519};
	needs.hash[h] = true;
	TRY(read_content(path, &needs, &c, err));
	TRY(sign_make(key, &c.m, &sig, err));
	text_base64(&text, buf_slice(&sig));
	if (bundle_path) {
		TRY(sign_bundle_write(&material, h, sign_message_hash(&c.m, h), SL_NONE, SL_NONE,
				      buf_slice(&sig), &bundle, err));
		TRY(put_out(bundle_path, buf_slice(&bundle), err));
	}
	if (!to)
		to = opt_string(o, "output");
	if (!to) /* as cosign: a line for people and pipes */
		buf_putc(&text, '\n');
	return put_out(to, buf_slice(&text), err);
}

static int run_sign(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	struct err err = {0};
	if (o->nargs != 1)
		return cmd_usage("sign-blob: name one file, or - for standard input");
	if (!opt_string(o, "key"))
		return cmd_usage("sign-blob needs --key KEY");
	int r = sign_private_key(o, opt_string(o, "key"), &key);
	if (r)
		return r;
	return sign_one(o, key, o->args[0], &err) < 0 ? cmd_fail(&err) : 0;
}

static int attest_one(const struct options *o, const struct sign_key *key, const char *path,
		      struct err *err)
{
	CLEANUP(content_done) struct content c = {0};
	auto_buf struct buf predicate, statement, pae, sig, out;
	struct slice type;
	struct sign_material material = {.key = key};
	char digest[DIGEST_TEXT];
	buf_init(&predicate, SIGN_MAX_BUNDLE);
	buf_init(&statement, SIGN_MAX_BUNDLE);
	buf_init(&pae, 2 * SIGN_MAX_BUNDLE);
	buf_init(&sig, 2 * SIGN_MAX);
	buf_init(&out, 2 * SIGN_MAX_BUNDLE);
	TRY(sign_read_predicate(o, &predicate, &type, err));
	struct sign_needs needs = {.hash[SIGN_SHA256] = true};
	TRY(read_content(path, &needs, &c, err));
	digest_text(c.m.hash[SIGN_SHA256], digest);
	struct slice name = slice_str(path);
	ssize_t slash = slice_rchr(name, '/');
	TRY(sign_statement_write(slice_from(name, (size_t)(slash + 1)), slice_str(digest), NULL, 0,
				 type, buf_slice(&predicate), opt_flag(o, "old-statement"),
				 &statement, err));
	sign_pae(SL(SIGN_PAYLOAD_INTOTO), buf_slice(&statement), &pae);
	TRY(sign_bytes(key, buf_slice(&pae), &sig, err));
	if (opt_string(o, "output-attestation")) {
		sign_envelope_write(SL(SIGN_PAYLOAD_INTOTO), buf_slice(&statement), buf_slice(&sig),
				    &out);
		TRY(put_out(opt_string(o, "output-attestation"), buf_slice(&out), err));
		if (!opt_string(o, "bundle"))
			return 0;
		buf_clear(&out);
	}
	TRY(sign_bundle_write(&material, SIGN_SHA256, SL_NONE, SL(SIGN_PAYLOAD_INTOTO),
			      buf_slice(&statement), buf_slice(&sig), &out, err));
	return put_out(opt_string(o, "bundle"), buf_slice(&out), err);
}

static int run_attest(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	struct err err = {0};
	if (o->nargs != 1)
		return cmd_usage("attest-blob: name one file");
	if (!opt_string(o, "key"))
		return cmd_usage("attest-blob needs --key KEY");
	int r = sign_private_key(o, opt_string(o, "key"), &key);
	if (r)
		return r;
	return attest_one(o, key, o->args[0], &err) < 0 ? cmd_fail(&err) : 0;
}

/* ---- verifying ---- */

static int note_file(const struct options *o, const char *option, const char *note, struct arena *a,
		     struct sign_bundle *b, struct err *err)
{
	auto_buf struct buf text;
	const char *path = opt_string(o, option);
	buf_init(&text, 16 * MIB);
	if (!path)
		return 0;
	struct stat st;
	/* cosign takes the base64 itself as well */
	if (strcmp(option, "signature") == 0 && stat(path, &st) < 0)
		buf_puts(&text, slice_str(path));
	else
		TRY(file_read(path, &text, err));
	struct slice value = arena_dup(a, slice_trim(buf_slice(&text)));
	return sign_annotation_read(slice_str(note), value, a, b, err) < 0
		   ? err_wrap(err, "--%s", option)
		   : 0;
}

static int read_bundles(const char *path, struct arena *a, struct sign_bundle **all, size_t *n,
			struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, SIGN_MAX_BUNDLE);
	TRY(file_read(path, &text, err));
	return sign_bundles_read(buf_slice(&text), a, all, n, err);
}

static int gather(const struct options *o, struct arena *a, struct sign_bundle **all, size_t *n,
		  struct err *err)
{
	const char *bundle = opt_string(o, "bundle");
	if (bundle)
		return read_bundles(bundle, a, all, n, err) < 0
			   ? err_wrap(err, "--bundle %s", bundle)
			   : 0;
	if (!opt_string(o, "signature"))
		return err_usage(err, "verify-blob needs --bundle FILE or --signature FILE");
	struct sign_bundle *b = *all = arena_new(a, struct sign_bundle);
	*n = 1;
	if (!b)
		return err_oom(err);
	TRY(note_file(o, "signature", "dev.cosignproject.cosign/signature", a, b, err));
	TRY(note_file(o, "certificate", "dev.sigstore.cosign/certificate", a, b, err));
	if (!b->signature.len)
		return err_input(err, "--signature: it is empty");
	return note_file(o, "rfc3161-timestamp", "dev.sigstore.cosign/rfc3161timestamp", a, b, err);
}

static bool judge(const struct sign_bundle *b, const char *path, const struct verify_rule *rule,
		  struct slice type, struct arena *a, struct sign_outcome *o)
{
	CLEANUP(content_done) struct content c = {0};
	struct sign_rules rules = rule->rules;
	struct sign_needs needs;
	struct err err = {0};
	rules.predicate_type = type;
	rules.any_predicate = type.len == 0;
	if (sign_bundle_needs(b, rules.key, &needs, &err) < 0 ||
	    read_content(path, &needs, &c, &err) < 0)
		return sign_refuse(o, SIGN_MALFORMED, "%s", err.text);
	if (type.len && b->content != SIGN_CONTENT_ENVELOPE)
		return sign_refuse(o, SIGN_PREDICATE_MISMATCH,
				   "it is a signature, not an attestation");
	return sign_verify(b, &c.m, &rules, a, o);
}

static int show(const struct options *o, const char *path, const struct sign_outcome *best,
		const struct verify_rule *rule, bool json, const char *to)
{
	auto_buf struct buf out;
	struct err err = {0};
	(void)o;
	buf_init(&out, MIB);
	if (json) {
		struct json_writer w;
		jw_init(&w, &out, 0);
		jw_object(&w);
		jw_kstr(&w, "file", slice_str(path));
		outcome_json(&w, best, rule);
		jw_end(&w, '}');
	} else {
		buf_printf(&out, "%s: ", path);
		outcome_text(&out, best, rule);
	}
	buf_putc(&out, '\n');
	if (cmd_write(to, buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	if (!rule && json)
		log_error("%s: %s", path, best->text);
	return rule ? 0 : 1;
}

/* A file that cannot be read is no refusal. */
static int readable(const char *path, struct err *err)
{
	struct sign_message m;
	if (strcmp(path, "-") == 0 || take_digest(path, &m))
		return 0;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(err, "%s", path) : 0;
}

static int run_verify(const struct options *o)
{
	CLEANUP(rule_set_done) struct rule_set rules;
	auto_arena struct arena a;
	struct sign_bundle *all;
	size_t n = 0;
	struct sign_outcome best = {.reason = SIGN_INTERNAL};
	const struct verify_rule *by = NULL;
	struct err err = {0};
	struct slice type = SL_NONE;
	const char *to;
	bool json;
	arena_init(&a, 1024 * MIB);
	int r = rule_set_read(o, &rules);
	if (r == 0)
		r = sign_output(o, &json, &to);
	if (r)
		return r;
	if (o->nargs != 1)
		return cmd_usage("verify-blob: name one file, - for standard input, or sha256:HEX");
	const char *path = o->args[0], *word = opt_string(o, "type");
	if (word) {
		type = sign_predicate_type(slice_str(word));
		if (!type.len)
			return cmd_usage("--type %s: no such type", word);
	}
	if (readable(path, &err) < 0)
		return cmd_fail(&err);
	if (gather(o, &a, &all, &n, &err) < 0) {
		if (err.kind != ERR_INPUT && err.kind != ERR_LIMIT)
			return cmd_fail(&err);
		sign_refuse(&best, SIGN_MALFORMED, "%s", err.text);
		return show(o, path, &best, NULL, json, to);
	}
	if (strcmp(path, "-") == 0 && rules.n * n > 1)
		return cmd_usage(
		    "standard input can be read once only: give one key and one bundle, or a file");
	for (size_t i = 0; i < rules.n * n && !by; i++)
		if (judge(&all[i % n], path, &rules.rules[i / n], type, &a, &best))
			by = &rules.rules[i / n];
	return show(o, path, &best, by, json, to);
}

const struct command cmd_sign_blob = {
    .name = "sign-blob",
    .synopsis = "FILE",
    .summary = "sign a file",
    .text = "Prints the signature in base64, or writes it to a file; --bundle writes a sigstore "
	    "bundle beside. The "
	    "file is read once, in pieces.",
    .options = sign_options,
    .examples = {{"strake sign-blob --key strake.key --bundle app.json app.tar", "a bundle"},
		 {"strake sign-blob --key strake.key --output-signature app.sig app.tar",
		  "the bare signature"}},
    .run = run_sign,
};
const struct command cmd_attest_blob = {
    .name = "attest-blob",
    .synopsis = "FILE",
    .summary = "sign a document about a file",
    .options = attest_options,
    .examples = {{"strake attest-blob --key K --type spdx --predicate P --bundle B app.tar",
		  "an SBOM of a file"}},
    .run = run_attest,
};
const struct command cmd_verify_blob = {
    .name = "verify-blob",
    .synopsis = "FILE|sha256:HEX",
    .summary = "verify who signed a file",
    .text = "Takes sigstore bundles 0.1 to 0.3, cosign's older bundle, a bare envelope, or a bare "
	    "signature. Opens "
	    "no connection. Exit code 1 when it is refused; the reason is told.",
    .options = verify_options,
    .examples = {{"strake verify-blob --key strake.pub --bundle app.json app.tar", "by a key"},
		 {"strake verify-blob --key strake.pub --signature app.sig app.tar",
		  "a bare signature"}},
    .run = run_verify,
};
