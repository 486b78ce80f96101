/* SPDX-License-Identifier: Apache-2.0 */
/* Handing the advisory database on: push, pull, export, import. */
#include "app/app.h"
#include "cmd/cmd.h"

#include <stdio.h>

/* clang-format off */
#define DB_OPTION(what) {"db", 0, OPT_STRING, "FILE", NULL, what}
#define TRUST_OPTIONS \
	{"key", 0, OPT_STRING, "PUBLIC.pem", NULL, "Ed25519 key that the database has to be signed with"}, \
	{"db-key", 0, OPT_STRING, "PUBLIC.pem", NULL, "the same, where --key is not given: for the configuration file"}, \
	{"allow-unsigned", 0, OPT_FLAG, NULL, NULL, "take one that is not signed; one with a wrong signature is never taken"}, \
	{"allow-older", 0, OPT_FLAG, NULL, NULL, "take one that was built before the one here"}
/* clang-format on */

static const struct opt push_options[] = {
    DB_OPTION("database; default the one that scan uses"),
    {"key", 0, OPT_STRING, "PRIVATE.pem", NULL, "sign with this Ed25519 key"},
    REGISTRY_OPTIONS,
    {0},
};
static const struct opt pull_options[] = {
    DB_OPTION("where to put it; default where scan looks"),
    TRUST_OPTIONS,
    REGISTRY_OPTIONS,
    {0},
};
static const struct opt export_options[] = {
    DB_OPTION("database; default the one that scan uses"),
    {"key", 0, OPT_STRING, "PRIVATE.pem", NULL,
     "sign with this Ed25519 key; without it a signature that the file came with is kept"},
    {"output", 'o', OPT_STRING, "FILE", NULL, "where to write"},
    {0},
};
static const struct opt import_options[] = {
    DB_OPTION("where to put it; default where scan looks"),
    TRUST_OPTIONS,
    {0},
};

/* Hundreds of megabytes take longer than an image: without --timeout there is an hour. */
static void take_time(const struct options *o)
{
	const struct opt_value *v = options_value(o, "timeout");
	if (v && v->source == SOURCE_DEFAULT)
		alarm(3600);
}

static const char *key_of(const struct options *o)
{
	const char *key = opt_string(o, "key");
	if (!key && options_value(o, "db-key"))
		key = opt_string(o, "db-key");
	return key && *key ? key : NULL;
}

static bool flag(const struct options *o, const char *name)
{
	return options_value(o, name) && opt_flag(o, name);
}

/* The options of all four; reads: the database is one that is there. 0 or an exit code. */
static int common(const struct options *o, bool reads, char path[DB_PATH],
		  struct db_share_options *ret)
{
	struct err err = {0};
	const char *given = opt_string(o, "db");
	take_time(o);
	*ret = (struct db_share_options){.db = path,
					 .key = key_of(o),
					 .allow_unsigned = flag(o, "allow-unsigned"),
					 .allow_older = flag(o, "allow-older"),
					 .progress = isatty(STDERR_FILENO) &&
						     !opt_flag(o, "no-progress") &&
						     !opt_flag(o, "quiet")};
	if (!reads)
		return db_target(given, path, &err) < 0 ? cmd_fail(&err) : 0;
	if (given && strlen(given) >= DB_PATH)
		return cmd_usage("--db %.64s...: the name is too long", given);
	if (given)
		snprintf(path, DB_PATH, "%s", given);
	else if (app_default_db(path, DB_PATH, false, &err) < 0)
		return cmd_fail(&err);
	if (!path[0])
		return cmd_usage("there is no database - make one with strake db update, or name "
				 "it with --db");
	return 0;
}

static int one_argument(const struct options *o, const char *what)
{
	return o->nargs == 1 ? 0 : cmd_usage("name one %s", what);
}

static void tell(const char *path, const char *verb, const struct db_share_result *r)
{
	char when[TIME_TEXT];
	time_text(r->built, when);
	printf("%s: %s, built %s, %llu bytes, %s\n", path, verb, when, (unsigned long long)r->size,
	       r->digest);
	if (r->key[0])
		printf("signed by key %s\n", r->key);
}

static int run_push(const struct options *o)
{
	struct db_share_options opt;
	struct db_share_result res;
	struct err err = {0};
	char path[DB_PATH];
	int r = one_argument(o, "reference to push to");
	if (r == 0)
		r = common(o, true, path, &opt);
	if (r == 0)
		r = cmd_registry(o, &opt.registry);
	if (r)
		return r;
	if (db_push(&opt, slice_str(o->args[0]), &res, &err) < 0)
		return cmd_fail(&err);
	tell(o->args[0], res.unchanged ? "held it already" : "pushed", &res);
	if (!res.key[0] && !res.unchanged)
		log_warn("pushed without a signature - sign with --key PRIVATE.pem, so that who "
			 "pulls knows whose it is");
	if (res.deltas)
		printf("%u delta%s kept\n", res.deltas, res.deltas == 1 ? "" : "s");
	return 0;
}

static int run_pull(const struct options *o)
{
	struct db_share_options opt;
	struct db_share_result res;
	struct err err = {0};
	char path[DB_PATH];
	int r = one_argument(o, "reference to pull from");
	if (r == 0)
		r = common(o, false, path, &opt);
	if (r == 0)
		r = cmd_registry(o, &opt.registry);
	if (r)
		return r;
	if (db_pull(&opt, slice_str(o->args[0]), &res, &err) < 0)
		return cmd_fail(&err);
	tell(path, res.unchanged ? "is current" : "pulled", &res);
	if (!res.key[0])
		log_warn("nobody's signature was checked: whoever writes to the registry decides "
			 "what is found");
	if (!res.unchanged)
		printf("%llu bytes fetched%s\n", (unsigned long long)res.moved,
		       res.deltas ? ", by delta" : "");
	return 0;
}

static int run_export(const struct options *o)
{
	struct db_share_options opt;
	struct db_share_result res;
	struct err err = {0};
	char path[DB_PATH];
	const char *out = opt_string(o, "output");
	int r = common(o, true, path, &opt);
	if (r)
		return r;
	if (!out || o->nargs)
		return cmd_usage("name the file to write with --output OUT, and nothing else");
	if (db_export(&opt, out, &res, &err) < 0)
		return cmd_fail(&err);
	tell(out, "exported", &res);
	return 0;
}

static int run_import(const struct options *o)
{
	struct db_share_options opt;
	struct db_share_result res;
	struct err err = {0};
	char path[DB_PATH];
	int r = one_argument(o, "file to import");
	if (r == 0)
		r = common(o, false, path, &opt);
	if (r)
		return r;
	if (db_import(&opt, o->args[0], &res, &err) < 0)
		return cmd_fail(&err);
	tell(path, res.unchanged ? "is current" : "imported", &res);
	return 0;
}

const struct command cmd_db_push = {
    .name = "db push",
    .synopsis = "REF",
    .summary = "store the database in a registry, with what changed",
    .text = "What the tag held before is kept usable: a delta of what changed is put beside the "
	    "whole, so that who has the "
	    "last one, or one of those before, fetches a few percent.",
    .options = push_options,
    .examples = {{"strake db push --db team.strakedb --key db.pem registry.example:5000/team/db:1",
		  "signed, for strake db pull"}},
    .run = run_push,
};
const struct command cmd_db_pull = {
    .name = "db pull",
    .synopsis = "REF",
    .summary = "fetch the database from a registry, checked and whole",
    .text = "The signature is checked before anything is fetched, the content before it takes "
	    "the place of the file. The result "
	    "is byte for byte what was pushed. When anything goes wrong the old file stays, and "
	    "the exit code is 3.",
    .options = pull_options,
    .examples = {{"strake db pull --key db.pub registry.example:5000/team/db:1", "for strake scan"},
		 {"strake db pull --db team.strakedb --key db.pub registry.example:5000/team/db:1",
		  "to a file"}},
    .run = run_pull,
};
const struct command cmd_db_export = {
    .name = "db export",
    .synopsis = "",
    .summary = "one packed file to carry to where there is no network",
    .options = export_options,
    .examples = {{"strake db export --db team.strakedb --output db.tar", "with its signature"}},
    .run = run_export,
};
const struct command cmd_db_import = {
    .name = "db import",
    .synopsis = "FILE",
    .summary = "take over what db export wrote, or a database file",
    .options = import_options,
    .examples = {{"strake db import --key db.pub db.tar", "for strake scan"}},
    .run = run_import,
};
