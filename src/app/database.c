/* SPDX-License-Identifier: Apache-2.0 */
/* Which advisory database is in force. */
#include "app/app_internal.h"

#include <stdio.h>

#define DB_NAME "advisories.strakedb"

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

int app_open_db(const char *given, bool starter_only, struct adv_db **ret, char *path, size_t cap,
		struct err *err)
{
	path[0] = '\0';
	if (given)
		snprintf(path, cap, "%s", given);
	else if (!starter_only)
		TRY(app_default_db(path, cap, false, err));
	if (path[0] == '\0')
		return adv_open_memory(*adv_starter(), ret, err);
	if (adv_open(path, ret, err) < 0)
		return err_wrap(err, "advisory database");
	return 0;
}
