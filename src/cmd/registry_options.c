/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include "image/image.h"

#define MAX_PASSWORD 4096
#define MAX_MIRRORS  64

/* The first line, without its end. */
static int read_password(const char **ret)
{
	static char text[MAX_PASSWORD];
	struct slice rest, line;
	size_t n = 0;
	while (n < sizeof(text) - 1) {
		ssize_t got = read(STDIN_FILENO, text + n, sizeof(text) - 1 - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (n == sizeof(text) - 1)
		return cmd_usage("--password-stdin: more than %d bytes", MAX_PASSWORD - 2);
	rest = slice_of(text, n);
	if (!slice_line(&rest, &line) || line.len == 0)
		return cmd_usage("--password-stdin: nothing on standard input");
	text[line.len] = '\0';
	*ret = text;
	return 0;
}

static int copy_mirrors(const struct options *o, struct registry_options *ret)
{
	static struct registry_mirror all[MAX_MIRRORS];
	if (o->nmirrors > MAX_MIRRORS)
		return cmd_usage("registry: mirrors: more than %d", MAX_MIRRORS);
	for (size_t i = 0; i < o->nmirrors; i++)
		all[i] = (struct registry_mirror){slice_str(o->mirrors[i].name),
						  slice_str(o->mirrors[i].host)};
	ret->mirrors = all;
	ret->nmirrors = o->nmirrors;
	return 0;
}

int cmd_registry(const struct options *o, struct registry_options *ret)
{
	*ret = (struct registry_options){.insecure = opt_flag(o, "insecure"),
					 .ca_file = opt_string(o, "cacert"),
					 .username = opt_string(o, "username"),
					 .token = opt_string(o, "registry-token")};
	/* STRAKE_REGISTRY_TOKEN=$TOKEN with an unset TOKEN */
	if (ret->token && !ret->token[0])
		ret->token = NULL;
	if (ret->username && !ret->username[0])
		ret->username = NULL;
	if (opt_flag(o, "password-stdin")) {
		if (!ret->username)
			return cmd_usage("--password-stdin needs --username");
		for (size_t i = 0; i < o->nargs; i++)
			if (strcmp(o->args[i], "-") == 0)
				return cmd_usage("--password-stdin and the target - both read "
						 "standard input");
		int r = read_password(&ret->password);
		if (r)
			return r;
	}
	if (ret->username && !ret->password)
		return cmd_usage(
		    "--username needs --password-stdin - a password is never an argument");
	return copy_mirrors(o, ret);
}
