/* SPDX-License-Identifier: Apache-2.0 */
/* strake login, logout. */
#include "cmd/ship.h"

#include <stdio.h>

static const struct opt login_options[] = {REGISTRY_OPTIONS, {0}};
static const struct opt logout_options[] = {{0}};

static int host_of(const struct options *o, struct arena *a, struct slice *host)
{
	struct err err = {0};
	if (o->nargs != 1)
		return cmd_usage("%s: name one registry, docker.io for Docker Hub",
				 o->command->name);
	return registry_host(slice_str(o->args[0]), a, host, &err) < 0 ? cmd_fail(&err) : 0;
}

static int ask(const char *prompt, bool hidden, struct buf *out)
{
	struct err err = {0};
	if (cmd_ask(prompt, hidden,
		    "there is no terminal to ask at - give --username and --password-stdin", out,
		    &err) < 0)
		return cmd_fail(&err);
	if (out->len == 0)
		return cmd_usage("nothing was entered");
	buf_putc(out, '\0');
	return out->failed ? cmd_usage("that is too long") : 0;
}

/* From the options, else from the terminal. */
static int who(const struct options *o, struct registry_options *opt, struct buf *user,
	       struct buf *password)
{
	if (opt_flag(o, "password-stdin"))
		return cmd_registry(o, opt);
	*opt = (struct registry_options){.insecure = opt_flag(o, "insecure"),
					 .ca_file = opt_string(o, "cacert"),
					 .username = opt_string(o, "username")};
	int r = 0;
	if (!opt->username || !opt->username[0]) {
		r = ask("User name: ", false, user);
		opt->username = user->ptr;
	}
	if (r == 0)
		r = ask("Password: ", true, password);
	opt->password = password->ptr;
	return r;
}

static int login(struct slice host, const struct registry_options *opt, struct arena *a,
		 struct err *err)
{
	struct slice where;
	bool asked = false, plain = false;
	if (slice_chr(slice_str(opt->username), ':') >= 0)
		return err_usage(err, "a user name has no colon");
	TRY(registry_try_login(host, opt, &asked, err));
	if (!asked)
		log_warn("%.*s lets everybody in: whether user and password are right is not known",
			 SL_FMT(host));
	TRY(registry_keep_login(host, opt->username, opt->password, a, &where, &plain, err));
	log_info("signed in to %.*s; the password is kept %s %.*s", SL_FMT(host),
		 plain ? "readable for its owner in" : "by", SL_FMT(where));
	return 0;
}

static int run_login(const struct options *o)
{
	auto_arena struct arena a;
	auto_secret struct buf user, password;
	struct registry_options opt = {0};
	struct slice host;
	struct err err = {0};
	arena_init(&a, 16 * MIB);
	buf_init(&user, 4 * KIB);
	buf_init(&password, 64 * KIB);
	int r = host_of(o, &a, &host);
	if (r == 0)
		r = who(o, &opt, &user, &password);
	opt.token = NULL;
	if (r == 0 && login(host, &opt, &a, &err) < 0)
		r = cmd_fail(&err);
	return r;
}

static int run_logout(const struct options *o)
{
	auto_arena struct arena a;
	struct slice host, where;
	bool was_there = false;
	struct err err = {0};
	arena_init(&a, 16 * MIB);
	int r = host_of(o, &a, &host);
	if (r)
		return r;
	if (registry_forget_login(host, &a, &was_there, &where, &err) < 0)
		return cmd_fail(&err);
	log_info(was_there ? "%.*s: credentials removed from %.*s"
			   : "%.*s: there were no credentials in %.*s",
		 SL_FMT(host), SL_FMT(where));
	return 0;
}

const struct command cmd_login = {
    .name = "login",
    .synopsis = "REGISTRY",
    .summary = "sign in to a registry",
    .text = "Asks the registry whether it accepts user and password, then keeps them where docker "
	    "does: in $DOCKER_CONFIG/config.json or ~/.docker/config.json, or with the credential "
	    "helper that this file names. Other keys of the file stay as they are.",
    .options = login_options,
    .examples = {{"strake login registry.example:5000", "asks for user and password"},
		 {"strake login --username ci --password-stdin registry.example:5000 < pw",
		  "in a pipeline"}},
    .run = run_login,
};
const struct command cmd_logout = {
    .name = "logout",
    .synopsis = "REGISTRY",
    .summary = "forget the credentials for a registry",
    .options = logout_options,
    .examples = {{"strake logout registry.example:5000", "also from a credential helper"}},
    .run = run_logout,
};
