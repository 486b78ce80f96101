/* SPDX-License-Identifier: Apache-2.0 */
/* --attest of scan and sbom: the result becomes a signed statement beside the image it is about. */
#include "cmd/attest_report.h"
#include "cmd/signing.h"

struct attesting {
	struct repo *repo;
	const struct report *reports;
	size_t n, done;
	const struct report_writer *writer;
	struct slice type;
	struct signer signer;
};

static int attest_one(struct attesting *a, const struct registry_manifest *m,
		      const struct report *r, struct err *err)
{
	static const struct publish_options opt = {.legacy = true, .bundle = true};
	const struct report_style st = {.list_all_pkgs = true};
	auto_buf struct buf text;
	struct published p;
	buf_init(&text, SIGN_MAX_BUNDLE);
	TRY(a->writer->write(r, 1, &st, &text, err));
	TRY(app_attest(a->repo, m, &a->signer, a->type, buf_slice(&text), &opt, &p, err));
	log_info("%.*s: attested under the tag %.*s and as bundle %.*s", SL_FMT(p.subject),
		 SL_FMT(p.legacy_tag), SL_FMT(p.bundle));
	a->done++;
	return 0;
}

/* The report of a manifest is that of the configuration it names. */
static int attest_manifest(void *arg, const struct registry_manifest *m, struct err *err)
{
	struct attesting *a = arg;
	auto_doc struct doc d;
	struct node *top;
	doc_init(&d);
	if (json_parse(&d, m->bytes, NULL, &top, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(m->digest));
	struct slice config = node_get_str(node_get(top, "config"), "digest");
	for (size_t i = 0; i < a->n; i++)
		if (config.len && slice_eq(a->reports[i].image_id, config))
			return attest_one(a, m, &a->reports[i], err);
	return 0;
}

int cmd_attest_check(const struct options *o)
{
	if (!opt_flag(o, "attest"))
		return 0;
	if (!opt_string(o, "key"))
		return cmd_usage("--attest needs --key KEY");
	return o->nargs == 1 ? 0 : cmd_usage("--attest is about one image: name one target");
}

int cmd_attest_reports(const struct options *o, const char *format, struct slice type,
		       const struct report *reports, size_t n)
{
	auto_repo struct repo *repo = NULL;
	auto_key struct sign_key *key = NULL;
	struct registry_options registry;
	struct registry_manifest m;
	struct err err = {0};
	if (!opt_flag(o, "attest"))
		return 0;
	int r = sign_private_key(o, opt_string(o, "key"), &key);
	if (r == 0)
		r = sign_place(o, o->args[0], false, &registry, &repo);
	if (r)
		return r;
	struct attesting a = {.repo = repo,
			      .reports = reports,
			      .n = n,
			      .writer = report_find(slice_str(format)),
			      .type = sign_predicate_type(type),
			      .signer = {.key = key}};
	if (repo_get(repo, SL_NONE, &m, &err) < 0 ||
	    app_each_manifest(repo, &m, true, attest_manifest, &a, &err) < 0) {
		err_wrap(&err, "%s", o->args[0]);
		return cmd_fail(&err);
	}
	if (!a.done) {
		err_set(&err, ERR_NOT_FOUND, -ENOENT,
			"%s: no manifest there is that of what was scanned - nothing was attested",
			o->args[0]);
		return cmd_fail(&err);
	}
	return 0;
}
