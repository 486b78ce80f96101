/* SPDX-License-Identifier: Apache-2.0 */
/* certs.d: CA and client certificate of one registry (containers-certs.d(5), docker's certs.d). */
#include "image/registry_internal.h"

#include <dirent.h>
#include <stdio.h>

/* The file of that suffix that comes first by name, so that runs are alike. */
static struct slice first_of(const char *dir, const char *suffix, struct arena *a)
{
	struct slice best = SL_NONE;
	DIR *d = opendir(dir);
	if (!d)
		return SL_NONE;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct slice name = slice_str(e->d_name);
		if (slice_ends(name, suffix) && (!best.ptr || slice_cmp(name, best) < 0))
			best = arena_dup(a, name);
	}
	closedir(d);
	return best;
}

static const char *in_dir(const char *dir, struct slice name, struct arena *a)
{
	return arena_printf(a, "%s/%.*s", dir, SL_FMT(name)).ptr;
}

void certs_find(struct slice host, struct arena *a, struct net_options *net)
{
	const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
	const struct {
		const char *base, *rest;
	} places[] = {{home, "/.config/containers/certs.d"},
		      {config, "/containers/certs.d"},
		      {"/etc/containers/certs.d", ""},
		      {"/etc/docker/certs.d", ""}};
	char dir[4096];
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (!places[i].base || snprintf(dir, sizeof(dir), "%s%s/%.*s", places[i].base,
						places[i].rest, SL_FMT(host)) >= (int)sizeof(dir))
			continue;
		struct slice ca = first_of(dir, ".crt", a), cert = first_of(dir, ".cert", a);
		if (ca.len && !net->ca_file)
			net->ca_file = in_dir(dir, ca, a);
		if (cert.len && !net->cert_file) {
			struct slice key = arena_printf(a, "%.*s.key", (int)cert.len - 5, cert.ptr);
			net->cert_file = in_dir(dir, cert, a);
			net->key_file = in_dir(dir, key, a);
		}
	}
}
