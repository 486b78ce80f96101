/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"
#include "cmd/cmd.h"

#include <stdio.h>

static const struct opt update_options[] = {
    {"db", 0, OPT_STRING, "FILE", NULL, "where to write; default where scan looks"},
    {"from", 0, OPT_LIST, "URL", NULL,
     "a feed's address, or a path, in place of the list; may be repeated"},
    {"feed", 0, OPT_LIST, "NAME", NULL, "only these of the list, joined with commas"},
    {"feeds", 0, OPT_STRING, "DIR", NULL,
     "where fetched feeds are kept; default $XDG_CACHE_HOME/strake/feeds"},
    {"feed-list", 0, OPT_STRING, "FILE", NULL, "another list of feeds than the built-in one"},
    {"list", 0, OPT_FLAG, NULL, NULL, "print the list of feeds and their addresses, fetch nothing"},
    {"mirror", 0, OPT_LIST, "PREFIX=URL", NULL,
     "ask URL for addresses that begin with PREFIX; may be repeated"},
    {"parallel", 0, OPT_NUMBER, "N", "4", "downloads at once"},
    {"force", 0, OPT_FLAG, NULL, NULL, "build even when no feed has changed"},
    {"insecure", 0, OPT_FLAG, NULL, NULL, "servers without a trusted certificate"},
    {"cacert", 0, OPT_STRING, "FILE", NULL, "trust this CA too (PEM)"},
    {0},
};

#define MAX_NAMES 256

/* "a,b" and repeated options alike. */
static int feed_names(const struct options *o, struct arena *a, const char **names, size_t *n)
{
	const char *const *items;
	size_t k = opt_list(o, "feed", &items);
	*n = 0;
	for (size_t i = 0; i < k; i++) {
		struct slice rest = slice_str(items[i]), word;
		while (slice_cut(&rest, ',', &word)) {
			word = slice_trim(word);
			if (word.len == 0)
				continue;
			if (*n == MAX_NAMES || a->used > MIB)
				return cmd_usage("--feed: more than %d names", MAX_NAMES);
			names[(*n)++] = arena_dup(a, word).ptr;
		}
	}
	return 0;
}

static int tell(const struct db_update_options *opt, const struct db_update_result *r)
{
	printf("%s: %s; %u files of feeds: %u fetched (%.1f MiB), %u unchanged", opt->db,
	       r->built ? "built" : "current, nothing has changed", r->files, r->fresh,
	       (double)r->moved / (double)MIB, r->unchanged);
	if (r->failed)
		printf(", %u from an old copy or broken", r->failed);
	if (r->missing)
		printf(", %u missing", r->missing);
	putchar('\n');
	return r->failed || r->missing ? 4 : 0;
}

static int print_list(const struct db_update_options *opt)
{
	struct err err = {0};
	auto_buf struct buf out;
	buf_init(&out, MIB);
	if (db_feed_names(opt, &out, &err) < 0 || cmd_write(NULL, buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	return 0;
}

static int fill(const struct options *o, struct arena *a, struct db_update_options *opt, char *db,
		char *feeds, const char **names)
{
	struct err err = {0};
	const char *store = opt_string(o, "feeds");
	*opt = (struct db_update_options){.db = db,
					  .feeds = store ? store : feeds,
					  .feed_list = opt_string(o, "feed-list"),
					  .names = names,
					  .ca_file = opt_string(o, "cacert"),
					  .parallel = (unsigned)MIN(opt_number(o, "parallel"), 32),
					  .insecure = opt_flag(o, "insecure"),
					  .force = opt_flag(o, "force"),
					  .progress = isatty(STDERR_FILENO) &&
						      !opt_flag(o, "no-progress") &&
						      !opt_flag(o, "quiet")};
	opt->nfrom = opt_list(o, "from", &opt->from);
	opt->nmirrors = opt_list(o, "mirror", &opt->mirrors);
	int r = feed_names(o, a, names, &opt->nnames);
	if (r)
		return r;
	if (opt->nnames && opt->nfrom)
		return cmd_usage("--feed chooses from the list, --from is in its place: give one "
				 "of them");
	if (store && strlen(store) >= DB_PATH - 64)
		return cmd_usage("--feeds %.64s...: the name is too long", store);
	if (db_target(opt_string(o, "db"), db, &err) < 0 ||
	    (!store && db_feed_store(db, feeds, &err) < 0))
		return cmd_fail(&err);
	return 0;
}

static int run_update(const struct options *o)
{
	auto_arena struct arena a;
	struct db_update_options opt;
	struct db_update_result res;
	struct err err = {0};
	const char *names[MAX_NAMES];
	char db[DB_PATH], feeds[DB_PATH];
	const struct opt_value *timeout = options_value(o, "timeout");
	arena_init(&a, 2 * MIB);
	if (o->nargs)
		return cmd_usage("db update takes no arguments - name feeds with --from or --feed");
	/* Hundreds of megabytes: without --timeout there is an hour. */
	if (timeout && timeout->source == SOURCE_DEFAULT)
		alarm(3600);
	int r = fill(o, &a, &opt, db, feeds, names);
	if (r)
		return r;
	if (opt_flag(o, "list"))
		return print_list(&opt);
	if (db_update(&opt, &res, &err) < 0)
		return cmd_fail(&err);
	return tell(&opt, &res);
}

const struct command cmd_db_update = {
    .name = "db update",
    .synopsis = "",
    .summary = "fetch the feeds from their publishers and build the database",
    .text =
	"Only what has changed is fetched (ETag, Last-Modified), broken downloads go on where they "
	"ended, and when nothing "
	"changed nothing is built. A feed that cannot be had, or that is no feed, leaves its old "
	"copy in use: that is said, and "
	"the exit code is 4. When there is nothing at all to build from it is 3, and the old "
	"database stays.",
    .options = update_options,
    .examples = {{"strake db update", "for strake scan"},
		 {"strake db update --feed alpine,debian,kev --db team.strakedb", "some feeds"},
		 {"strake db update --mirror https://secdb.alpinelinux.org=https://mirror",
		  "by a mirror"}},
    .run = run_update,
};
