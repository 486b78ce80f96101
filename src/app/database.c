/* SPDX-License-Identifier: Apache-2.0 */
/* Which advisory database is in force. */
#include "app/app_internal.h"

#include <stdio.h>
#include <sys/stat.h>

#define DB_NAME	   "advisories.strakedb"
#define CHEAP	   (256 * KIB) /* below this checking costs less than remembering */
#define DB_CHECKED UINT64_C(1) /* key of the mark in the cache */

int app_default_db(char *out, size_t cap, bool for_writing, struct err *err)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n = -1;
	if (xdg && xdg[0] == '/')
		n = snprintf(out, cap, "%s/strake/db/" DB_NAME, xdg);
	else if (home && home[0] == '/')
		n = snprintf(out, cap, "%s/.cache/strake/db/" DB_NAME, home);
	bool own = n > 0 && (size_t)n < cap;
	if (own && (for_writing || access(out, R_OK) == 0))
		return 0;
	if (for_writing)
		return err_usage(
		    err, "neither HOME nor XDG_CACHE_HOME is set - name the file with --output");
	static const char shared[] = "/var/lib/strake/" DB_NAME;
	bool there = cap >= sizeof(shared) && access(shared, R_OK) == 0;
	memcpy(out, there ? shared : "", there ? sizeof(shared) : 1);
	return 0;
}

/* The state of a file, as a digest: what is written or put in its place has another one. */
static bool file_state(const char *path, char out[DIGEST_TEXT])
{
	struct stat st;
	struct err ignored;
	unsigned char sum[SHA256_LEN];
	if (stat(path, &st) < 0)
		return false;
	const uint64_t id[] = {(uint64_t)st.st_dev,	     (uint64_t)st.st_ino,
			       (uint64_t)st.st_size,	     (uint64_t)st.st_mtim.tv_sec,
			       (uint64_t)st.st_mtim.tv_nsec, (uint64_t)st.st_ctim.tv_sec,
			       (uint64_t)st.st_ctim.tv_nsec};
	if (sha256_of(slice_of((const char *)id, sizeof(id)), sum, &ignored) < 0)
		return false;
	digest_text(sum, out);
	return true;
}

/* Damage must not become findings that are missing. `before` is the state the file was opened in. */
static int check_db(const struct adv_db *db, const char *path, const char *before,
		    const struct cache *seen, struct err *err)
{
	struct mapping m = {0};
	struct err ignored = {0};
	char after[DIGEST_TEXT];
	bool remember = seen && before[0] && adv_check_cost(db) >= CHEAP;
	if (remember && cache_get(seen, slice_str(before), DB_CHECKED, &m)) {
		mapping_done(&m);
		return 0;
	}
	TRY(adv_check(db, err));
	if (remember && file_state(path, after) && strcmp(before, after) == 0)
		(void)!cache_put(seen, slice_str(before), DB_CHECKED, SL("checked"), &ignored);
	return 0;
}

int app_open_db(const char *given, bool starter_only, const struct cache *seen, struct adv_db **ret,
		char *path, size_t cap, struct err *err)
{
	path[0] = '\0';
	if (given && strlen(given) >= cap)
		return err_usage(err, "advisory database %.64s...: the name is too long", given);
	if (given)
		snprintf(path, cap, "%s", given);
	else if (!starter_only)
		TRY(app_default_db(path, cap, false, err));
	if (path[0] == '\0')
		return adv_open_memory(*adv_starter(), ret, err);
	char state[DIGEST_TEXT];
	if (!file_state(path, state))
		state[0] = '\0';
	if (adv_open(path, ret, err) < 0)
		return err_wrap(err, "advisory database");
	if (check_db(*ret, path, state, seen, err) < 0) {
		adv_close(ret);
		return err_wrap(err, "advisory database: %s", path);
	}
	return 0;
}
