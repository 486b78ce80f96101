/* SPDX-License-Identifier: Apache-2.0 */
/* strake sign, attest, attach: what hangs on an image. */
#include "cmd/signing.h"

#include <stdio.h>

static const struct opt sign_options[] = {
    KEY_OPTIONS,
    PUBLISH_OPTIONS,
    {"sign-container-identity", 0, OPT_STRING, "NAME", NULL,
     "docker-reference of the payload; default the repository"},
    PLACE_OPTIONS,
    {0},
};
static const struct opt attest_options[] = {
    {"predicate", 0, OPT_STRING, "FILE", NULL, "the document (JSON); - is standard input"},
    {"type", 0, OPT_STRING, "TYPE", "custom",
     "spdx, spdxjson, cyclonedx, vuln, openvex, slsaprovenance, slsaprovenance1, link, custom, or "
     "a URI"},
    {"replace", 0, OPT_FLAG, NULL, NULL, "attestations of the same type go"},
    {"old-statement", 0, OPT_FLAG, NULL, NULL,
     "write in-toto's Statement 0.1, for readers that know no other"},
    KEY_OPTIONS,
    PUBLISH_OPTIONS,
    PLACE_OPTIONS,
    {0},
};
static const struct opt attach_options[] = {
    {"signature", 0, OPT_STRING, "FILE", NULL, "base64 signature of --payload"},
    {"payload", 0, OPT_STRING, "FILE", NULL,
     "what was signed; default what strake sign would write"},
    {"certificate", 0, OPT_STRING, "FILE", NULL, "PEM of the signer"},
    {"certificate-chain", 0, OPT_STRING, "FILE", NULL, "PEM of its authorities"},
    {"bundle", 0, OPT_STRING, "FILE", NULL, "a sigstore bundle, in place of all these"},
    PLACE_OPTIONS,
    {0},
};

struct job {
	const struct options *o;
	struct repo *repo;
	struct signer signer;
	struct publish_options publish;
	struct slice predicate_type, predicate;
};

static void tell(const struct published *p)
{
	if (p->legacy_tag.len)
		log_info("%.*s: %s under the tag %.*s", SL_FMT(p->subject),
			 p->legacy_was_there ? "signed by this key already" : "signed",
			 SL_FMT(p->legacy_tag));
	if (p->bundle.len)
		log_info("%.*s: %s as bundle %.*s", SL_FMT(p->subject),
			 p->bundle_was_there ? "signed by this key already" : "signed",
			 SL_FMT(p->bundle));
}

static int publish_one(void *arg, const struct registry_manifest *m, struct err *err)
{
	struct job *j = arg;
	struct published p;
	TRY(j->predicate_type.len ? app_attest(j->repo, m, &j->signer, j->predicate_type,
					       j->predicate, &j->publish, &p, err)
				  : app_sign(j->repo, m, &j->signer, &j->publish, &p, err));
	tell(&p);
	printf("%.*s@%.*s\n", SL_FMT(repo_name(j->repo)), SL_FMT(p.subject));
	return 0;
}

/* A tag can move: it is resolved once, and what it meant is said. */
static int resolve(struct repo *repo, struct registry_manifest *m, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	TRY(repo_get(repo, SL_NONE, m, err));
	if (digest_parse(repo_asked(repo), sum) < 0)
		log_info("%.*s%s%.*s is %.*s", SL_FMT(repo_name(repo)),
			 repo_asked(repo).len ? ":" : "", SL_FMT(repo_asked(repo)),
			 SL_FMT(m->digest));
	return 0;
}

static int publish(struct job *j, const char *target)
{
	struct registry_options opt;
	struct registry_manifest m;
	struct err err = {0};
	auto_repo struct repo *repo = NULL;
	int r = sign_place(j->o, target, false, &opt, &repo);
	if (r)
		return r;
	j->repo = repo;
	if (resolve(repo, &m, &err) < 0 ||
	    app_each_manifest(repo, &m, opt_flag(j->o, "recursive"), publish_one, j, &err) < 0) {
		err_wrap(&err, "%s", target);
		return cmd_fail(&err);
	}
	return 0;
}

static int prepare(struct job *j, struct sign_key **key)
{
	struct sign_pair *pairs;
	const char *ref = opt_string(j->o, "key");
	if (j->o->nargs == 0)
		return cmd_usage("%s: which image? Name one: strake %s --key KEY REF",
				 j->o->command->name, j->o->command->name);
	if (!ref)
		return cmd_usage("%s needs --key KEY", j->o->command->name);
	int r = sign_pairs(j->o, "annotations", &pairs, &j->publish.nannotations);
	if (r == 0)
		r = sign_forms(j->o, &j->publish);
	if (r == 0)
		r = sign_private_key(j->o, ref, key);
	j->publish.annotations = pairs;
	j->publish.tag_prefix = opt_string(j->o, "attachment-tag-prefix");
	j->signer.key = *key;
	return r;
}

static int run_sign(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	struct job j = {.o = o};
	int r = prepare(&j, &key);
	j.publish.reference = slice_str(opt_string(o, "sign-container-identity"));
	for (size_t i = 0; i < o->nargs && r == 0; i++)
		r = publish(&j, o->args[i]);
	return r;
}

static int read_input(const char *path, struct buf *out, struct err *err)
{
	return strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, out, err)
				      : file_read(path, out, err);
}

/* cosign's custom predicate: the document as text, and when. */
static int wrap_custom(struct buf *predicate, struct err *err)
{
	auto_buf struct buf out;
	struct json_writer w;
	char now[TIME_TEXT];
	buf_init(&out, SIGN_MAX_BUNDLE);
	time_text(time_now(), now);
	jw_init(&w, &out, 0);
	jw_object(&w);
	jw_kstr(&w, "Data", buf_slice(predicate));
	jw_kstr(&w, "Timestamp", slice_str(now));
	jw_end(&w, '}');
	buf_clear(predicate);
	buf_puts(predicate, buf_slice(&out));
	return out.failed || predicate->failed ? err_limit(err, "the predicate is over 128 MiB")
					       : 0;
}

/* SPDX in tag-value form is no JSON: it goes as a string, as cosign writes it. */
static int wrap_text(struct buf *predicate, struct err *err)
{
	auto_buf struct buf out;
	struct json_writer w;
	buf_init(&out, SIGN_MAX_BUNDLE);
	jw_init(&w, &out, 0);
	jw_str(&w, buf_slice(predicate));
	buf_clear(predicate);
	buf_puts(predicate, buf_slice(&out));
	return out.failed || predicate->failed ? err_limit(err, "the predicate is over 128 MiB")
					       : 0;
}

int sign_read_predicate(const struct options *o, struct buf *predicate, struct slice *type,
			struct err *err)
{
	const char *path = opt_string(o, "predicate");
	struct slice word = slice_str(opt_string(o, "type"));
	*type = sign_predicate_type(word);
	if (!path)
		return err_usage(err, "%s needs --predicate FILE", o->command->name);
	if (!type->len)
		return err_usage(err,
				 "--type %.*s: there are spdx, spdxjson, cyclonedx, vuln, openvex, "
				 "slsaprovenance, "
				 "slsaprovenance1, link, custom, and URIs",
				 SL_FMT(word));
	if (read_input(path, predicate, err) < 0)
		return err_wrap(err, "--predicate");
	if (slice_is(word, "custom"))
		return wrap_custom(predicate, err);
	if (slice_is(word, "spdx"))
		return wrap_text(predicate, err);
	auto_doc struct doc d;
	struct node *top;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	doc_init(&d);
	if (json_parse(&d, buf_slice(predicate), &lim, &top, err) < 0)
		return err_wrap(err, "--predicate %s", path);
	return 0;
}

static int run_attest(const struct options *o)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf predicate;
	struct err err = {0};
	struct job j = {.o = o};
	buf_init(&predicate, SIGN_MAX_BUNDLE);
	if (sign_read_predicate(o, &predicate, &j.predicate_type, &err) < 0)
		return cmd_fail(&err);
	int r = prepare(&j, &key);
	j.predicate = buf_slice(&predicate);
	j.publish.replace = opt_flag(o, "replace");
	j.publish.old_statement = opt_flag(o, "old-statement");
	for (size_t i = 0; i < o->nargs && r == 0; i++)
		r = publish(&j, o->args[i]);
	return r;
}

/* ---- attach ---- */

static int add_file(const struct options *o, const char *name, const char *note, struct arena *a,
		    struct sign_pair *pairs, size_t *n, struct err *err)
{
	auto_buf struct buf text;
	const char *path = opt_string(o, name);
	buf_init(&text, MIB);
	if (!path)
		return 0;
	if (read_input(path, &text, err) < 0)
		return err_wrap(err, "--%s", name);
	struct slice value = arena_dup(a, slice_trim(buf_slice(&text)));
	pairs[(*n)++] = (struct sign_pair){slice_str(note), value};
	return value.ptr ? 0 : err_oom(err);
}

static int attach_signature(const struct options *o, struct repo *repo,
			    const struct registry_manifest *m, struct published *p, struct err *err)
{
	auto_buf struct buf payload;
	struct sign_pair pairs[4];
	size_t n = 0;
	struct arena *a = repo_arena(repo);
	const char *path = opt_string(o, "payload");
	buf_init(&payload, 16 * MIB);
	if (!opt_string(o, "signature"))
		return err_usage(err, "attach needs --signature FILE or --bundle FILE");
	if (path && read_input(path, &payload, err) < 0)
		return err_wrap(err, "--payload");
	if (!path)
		sign_simple_write(repo_name(repo), m->digest, NULL, 0, &payload);
	TRY(add_file(o, "signature", "dev.cosignproject.cosign/signature", a, pairs, &n, err));
	TRY(add_file(o, "certificate", "dev.sigstore.cosign/certificate", a, pairs, &n, err));
	TRY(add_file(o, "certificate-chain", "dev.sigstore.cosign/chain", a, pairs, &n, err));
	struct slice kept = arena_dup(a, buf_slice(&payload));
	return app_attach_signature(repo, m, kept, pairs, n, p, err);
}

static int attach_bundle(const struct options *o, struct repo *repo,
			 const struct registry_manifest *m, struct published *p, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, SIGN_MAX_BUNDLE);
	if (read_input(opt_string(o, "bundle"), &text, err) < 0)
		return err_wrap(err, "--bundle");
	struct slice kept = arena_dup(repo_arena(repo), buf_slice(&text));
	return app_attach_bundle(repo, m, kept, p, err) < 0 ? err_wrap(err, "--bundle") : 0;
}

static int run_attach(const struct options *o)
{
	struct registry_options opt;
	struct registry_manifest m;
	struct published p;
	struct err err = {0};
	auto_repo struct repo *repo = NULL;
	if (o->nargs != 1)
		return cmd_usage("attach: name one image");
	int r = sign_place(o, o->args[0], false, &opt, &repo);
	if (r)
		return r;
	if (resolve(repo, &m, &err) < 0 ||
	    (opt_string(o, "bundle") ? attach_bundle(o, repo, &m, &p, &err)
				     : attach_signature(o, repo, &m, &p, &err)) < 0)
		return cmd_fail(&err);
	tell(&p);
	return 0;
}

const struct command cmd_sign = {
    .name = "sign",
    .synopsis = "REF...",
    .summary = "sign images",
    .text = "Writes the signature beside the image, in the forms of cosign 1 and 2 (a tag) and of "
	    "cosign 3 (a "
	    "sigstore bundle as referrer), both unless --formats says otherwise. A tag is resolved "
	    "once, and what "
	    "is signed is its digest. Signing again with the same key changes nothing.",
    .options = sign_options,
    .examples = {{"strake sign --key strake.key registry.example.com/app@sha256:...", "by digest"},
		 {"strake sign --key strake.key -a env=prod oci:image:1.0",
		  "an OCI layout on disk"}},
    .run = run_sign,
};
const struct command cmd_attest = {
    .name = "attest",
    .synopsis = "REF...",
    .summary = "sign a document about images",
    .text = "The predicate becomes an in-toto statement about the image's digest, in a signed DSSE "
	    "envelope.",
    .options = attest_options,
    .examples = {{"strake attest --key strake.key --type cyclonedx --predicate bom.json REF",
		  "an SBOM"}},
    .run = run_attest,
};
const struct command cmd_attach = {
    .name = "attach",
    .synopsis = "REF",
    .summary = "put a signature that was made elsewhere beside an image",
    .options = attach_options,
    .examples = {{"strake attach --signature app.sig --payload app.json REF",
		  "a signature made by hardware"},
		 {"strake attach --bundle bundle.json REF", "a sigstore bundle"}},
    .run = run_attach,
};
