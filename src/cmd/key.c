/* SPDX-License-Identifier: Apache-2.0 */
/* strake key: pairs of keys for signing. */
#include "cmd/signing.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* clang-format off */
#define NEW_KEY_OPTIONS \
	{"output-key-prefix", 0, OPT_STRING, "PREFIX", "strake", "writes PREFIX.key (0600) and PREFIX.pub"}, \
	{"force", 0, OPT_FLAG, NULL, NULL, "replace files that are there"}, \
	{"password-file", 0, OPT_STRING, "FILE", NULL, \
	 "password of the key, its first line; else STRAKE_PASSWORD, COSIGN_PASSWORD, or a prompt"}
/* clang-format on */

static const struct opt generate_options[] = {
    {"type", 't', OPT_STRING, "KIND", "ecdsa-p256",
     "ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, rsa-2048, rsa-3072, rsa-4096"},
    NEW_KEY_OPTIONS,
    {0},
};
static const struct opt import_options[] = {
    {"key", 'k', OPT_STRING, "FILE", NULL, "private key in plain PEM: PKCS #8, SEC 1 or PKCS #1"},
    NEW_KEY_OPTIONS,
    {0},
};
static const struct opt public_options[] = {
    {"key", 'k', OPT_STRING, "KEY", NULL, "private key, public key or certificate"},
    {"password-file", 0, OPT_STRING, "FILE", NULL,
     "password of the key, its first line; else STRAKE_PASSWORD, COSIGN_PASSWORD, or a prompt"},
    {"output", 'o', OPT_STRING, "FILE", NULL, "write to FILE"},
    {"outfile", 0, OPT_STRING, "FILE", NULL, "the same"},
    {0},
};
static const struct opt inspect_options[] = {
    {"key", 'k', OPT_STRING, "KEY", NULL, "private key, public key or certificate"},
    {"password-file", 0, OPT_STRING, "FILE", NULL,
     "password of the key, its first line; else STRAKE_PASSWORD, COSIGN_PASSWORD, or a prompt"},
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {0},
};

static const struct {
	const char *name;
	enum sign_kind kind;
	unsigned bits;
} kinds[] = {{"ecdsa-p256", SIGN_P256, 0}, {"ecdsa-p384", SIGN_P384, 0},
	     {"ecdsa-p521", SIGN_P521, 0}, {"ed25519", SIGN_ED25519, 0},
	     {"rsa-2048", SIGN_RSA, 2048}, {"rsa-3072", SIGN_RSA, 3072},
	     {"rsa-4096", SIGN_RSA, 4096}};

static const char *first_argument(const struct options *o, const char *name)
{
	const char *v = opt_string(o, name);
	return v ? v : o->nargs ? o->args[0] : NULL;
}

/* A private key is never there, not for a moment, with a mode that lets others read it. */
static int write_private(const char *path, struct slice text, bool force, struct err *err)
{
	char temp[4200];
	snprintf(temp, sizeof(temp), "%s.%d.new", path, (int)getpid());
	auto_close int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, "%s", temp);
	int r = file_write_fd(fd, text, err);
	if (r == 0 && fsync(fd) < 0)
		r = err_sys(err, "%s", temp);
	/* link refuses what is there; rename replaces it. */
	if (r == 0 && (force ? rename(temp, path) : link(temp, path)) < 0)
		r = errno == EEXIST ? err_usage(err,
						"%s: is there already - --force replaces it, and "
						"with it the only copy "
						"of that key",
						path)
				    : err_sys(err, "%s", path);
	unlink(temp);
	return r;
}

static int write_pair(const struct options *o, const struct sign_key *key, struct err *err)
{
	auto_secret struct buf password, sealed;
	auto_buf struct buf public;
	char private_path[4100], public_path[4100];
	struct stat st;
	const char *prefix = opt_string(o, "output-key-prefix");
	bool force = opt_flag(o, "force");
	buf_init(&password, 64 * KIB);
	buf_init(&sealed, MIB);
	buf_init(&public, 64 * KIB);
	if (snprintf(private_path, sizeof(private_path), "%s.key", prefix) >= 4096)
		return err_usage(err, "--output-key-prefix: too long");
	snprintf(public_path, sizeof(public_path), "%s.pub", prefix);
	if (!force && (stat(private_path, &st) == 0 || stat(public_path, &st) == 0))
		return err_usage(
		    err,
		    "%s or %s is there already - choose another --output-key-prefix, or --force",
		    private_path, public_path);
	TRY(sign_ask(o, true, &password, err));
	TRY(sign_encrypted_text(key, buf_slice(&password), &sealed, err));
	TRY(sign_public_text(key, &public, err));
	TRY(write_private(private_path, buf_slice(&sealed), force, err));
	TRY(file_replace(public_path, buf_slice(&public), err));
	log_info("private key written to %s, public key to %s", private_path, public_path);
	return 0;
}

static int run_generate(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	struct err err = {0};
	const char *type = opt_string(o, "type");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(type, kinds[i].name) != 0)
			continue;
		if (sign_generate(kinds[i].kind, kinds[i].bits, &key, &err) < 0 ||
		    write_pair(o, key, &err) < 0)
			return cmd_fail(&err);
		return 0;
	}
	return cmd_usage(
	    "--type %s: there are ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, rsa-2048, rsa-3072, "
	    "rsa-4096",
	    type);
}

static int run_import(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	struct err err = {0};
	const char *ref = first_argument(o, "key");
	if (!ref)
		return cmd_usage("key import needs --key FILE");
	int r = sign_private_key(o, ref, &key);
	if (r)
		return r;
	return write_pair(o, key, &err) < 0 ? cmd_fail(&err) : 0;
}

static int any_key(const struct options *o, struct sign_key **ret)
{
	auto_secret struct buf text;
	struct err err = {0};
	const char *ref = first_argument(o, "key");
	buf_init(&text, MIB);
	if (!ref)
		return cmd_usage("key %s needs --key KEY", o->command->name + 4);
	bool file =
	    !slice_starts(slice_str(ref), "env://") && !slice_starts(slice_str(ref), "pkcs11:");
	if (file && file_read(ref, &text, &err) < 0)
		return cmd_fail(&err);
	if (file && slice_find(buf_slice(&text), SL("PRIVATE KEY-----")) < 0) {
		if (sign_public(buf_slice(&text), ret, &err) == 0)
			return 0;
		err_wrap(&err, "key %s", ref);
		return cmd_fail(&err);
	}
	return sign_private_key(o, ref, ret);
}

static int run_public(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf out;
	struct err err = {0};
	const char *path = opt_string(o, "output");
	buf_init(&out, 64 * KIB);
	int r = any_key(o, &key);
	if (r)
		return r;
	if (sign_public_text(key, &out, &err) < 0 ||
	    cmd_write(path ? path : opt_string(o, "outfile"), buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	return 0;
}

static int run_inspect(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf out, kind;
	struct err err = {0};
	char id[DIGEST_TEXT];
	bool json;
	buf_init(&out, 64 * KIB);
	buf_init(&kind, KIB);
	int r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = any_key(o, &key);
	if (r)
		return r;
	if (sign_id(key, id, &err) < 0)
		return cmd_fail(&err);
	sign_describe(key, &kind);
	if (json) {
		struct json_writer w;
		jw_init(&w, &out, 2);
		jw_object(&w);
		jw_kstr(&w, "kind", buf_slice(&kind));
		jw_ku64(&w, "bits", sign_bits(key));
		jw_kstr(&w, "keyId", slice_str(id));
		jw_end(&w, '}');
		buf_putc(&out, '\n');
	} else {
		buf_printf(&out, "%.*s, %s\n", SL_FMT(buf_slice(&kind)), id);
	}
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

const struct command cmd_key_generate = {
    .name = "key generate",
    .synopsis = "",
    .summary = "make a pair of keys for signing",
    .text = "The private key is written encrypted, in the form that cosign reads and writes, with "
	    "mode 0600. "
	    "Files that are there are not replaced unless --force is given.",
    .options = generate_options,
    .examples = {{"strake key generate",
		  "strake.key and strake.pub, ECDSA P-256; asks for a password"},
		 {"strake key generate --type ed25519 --output-key-prefix ci",
		  "ci.key and ci.pub"}},
    .run = run_generate,
};
const struct command cmd_key_import = {
    .name = "key import",
    .synopsis = "[FILE]",
    .summary = "make a signing key of one that another program made",
    .options = import_options,
    .examples = {{"strake key import --key ec.pem --output-key-prefix ci", "ci.key and ci.pub"}},
    .run = run_import,
};
const struct command cmd_key_public = {
    .name = "key public",
    .synopsis = "[KEY]",
    .summary = "print the public half of a key",
    .options = public_options,
    .examples = {{"strake key public --key strake.key", "asks for the password"},
		 {"strake key public --key strake.key --output strake.pub", "into a file"}},
    .run = run_public,
};
const struct command cmd_key_inspect = {
    .name = "key inspect",
    .synopsis = "[KEY]",
    .summary = "say what a key is, and its id",
    .options = inspect_options,
    .examples = {{"strake key inspect strake.pub", "kind and SHA-256 of the public key"}},
    .run = run_inspect,
};
