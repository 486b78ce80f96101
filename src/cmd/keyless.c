/* SPDX-License-Identifier: Apache-2.0 */
/* Who signs: a key of one's own, or an identity that Fulcio certifies; and which services vouch for the signature. */
#include "cmd/keyless.h"

#include <sys/stat.h>

#define MAX_TOKEN_FILE (64 * KIB)

void who_signs_done(struct who_signs *w)
{
	app_services_close(&w->set);
	sign_free(&w->key);
	sign_root_free(&w->root);
	arena_free(&w->arena);
}

/* ---- token ---- */

/* The token itself, or a file that holds it. */
static int token_of(struct who_signs *w, const char *given, struct err *err)
{
	auto_secret struct buf text;
	struct stat st;
	buf_init(&text, MAX_TOKEN_FILE);
	if (stat(given, &st) < 0 && strlen(given) < MAX_TOKEN_FILE && strchr(given, '.') &&
	    !strchr(given, '/'))
		buf_puts(&text, slice_str(given));
	else if (file_read(given, &text, err) < 0)
		return err_wrap(err, "identity token");
	w->services.token = arena_dup(&w->arena, slice_trim(buf_slice(&text)));
	return w->services.token.ptr ? 0 : err_oom(err);
}

static int find_token(const struct options *o, struct who_signs *w, struct err *err)
{
	const char *given = opt_string(o, "identity-token");
	const char *url = getenv("ACTIONS_ID_TOKEN_REQUEST_URL"),
		   *secret = getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
		   *word = getenv("SIGSTORE_ID_TOKEN");
	if (given)
		return token_of(w, given, err);
	if (word && *word) {
		w->services.token = slice_str(word);
		return 0;
	}
	if (url && *url && secret && *secret)
		return app_actions_token(&w->services.net, url, secret, &w->arena,
					 &w->services.token, err);
	return err_usage(
	    err,
	    "%s needs --key KEY, or an identity: --identity-token FILE, SIGSTORE_ID_TOKEN, or a "
	    "job of GitHub Actions with the permission id-token: write",
	    o->command->name);
}

/* ---- services ---- */

static int from_config(const struct options *o, struct who_signs *w, struct err *err)
{
	auto_buf struct buf text;
	struct sign_config c;
	struct service_options *s = &w->services;
	const char *path = opt_string(o, "signing-config");
	buf_init(&text, MIB);
	if (!path)
		return 0;
	if (file_read(path, &text, err) < 0 ||
	    sign_config_read(buf_slice(&text), (int64_t)time_now(), &w->arena, &c, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "signing configuration %s", path);
	}
	s->ca = c.ca.url.len ? c.ca.url.ptr : NULL;
	for (size_t i = 0; i < c.n_logs; i++)
		s->logs[s->n_logs++] = (struct service_url){c.logs[i].url.ptr, c.logs[i].version};
	for (size_t i = 0; i < c.n_stamps; i++)
		s->stamps[s->n_stamps++] = c.stamps[i].url.ptr;
	return 0;
}

static int check_url(const char *option, const char *url, struct err *err)
{
	if (slice_starts(slice_str(url), "https://") || slice_starts(slice_str(url), "http://"))
		return 0;
	return err_usage(err, "--%s %s: expected an address that begins with https://", option,
			 url);
}

/* What is named on the command line goes before what the file says. */
static int from_options(const struct options *o, struct who_signs *w, struct err *err)
{
	struct service_options *s = &w->services;
	const char *ca = opt_string(o, "fulcio-url"), *log = opt_string(o, "rekor-url"),
		   *stamp = opt_string(o, "timestamp-server-url");
	if (ca) {
		TRY(check_url("fulcio-url", ca, err));
		s->ca = ca;
	}
	if (log) {
		TRY(check_url("rekor-url", log, err));
		s->logs[0] = (struct service_url){log, 1};
		s->n_logs = 1;
	}
	if (stamp) {
		TRY(check_url("timestamp-server-url", stamp, err));
		s->stamps[0] = stamp;
		s->n_stamps = 1;
	}
	if (!opt_flag(o, "tlog-upload"))
		s->n_logs = 0;
	return 0;
}

static int read_root(const struct options *o, struct who_signs *w, struct err *err)
{
	auto_buf struct buf text;
	const char *path = opt_string(o, "trusted-root");
	buf_init(&text, 8 * MIB);
	if (!path)
		return 0;
	if (file_read(path, &text, err) < 0 ||
	    sign_root_read(buf_slice(&text), &w->root, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "trusted root %s", path);
	}
	w->services.root = w->root;
	return 0;
}

/* A certificate of minutes is worth nothing later unless somebody says when it was used. */
static int check_times(const struct service_options *s, struct err *err)
{
	bool timed = s->n_stamps > 0;
	for (size_t i = 0; i < s->n_logs; i++)
		timed |= s->logs[i].version == 1;
	return timed ? 0
		     : err_usage(err,
				 "a certificate for an identity is valid for minutes, so it needs "
				 "a proof of the time: --rekor-url, --timestamp-server-url, or a "
				 "--signing-config that names one");
}

static int keyless(const struct options *o, struct who_signs *w, struct err *err)
{
	TRY(find_token(o, w, err));
	if (!w->services.ca)
		return err_usage(err, "who shall certify the identity? Give --fulcio-url URL or "
				      "--signing-config FILE; no service is built in");
	TRY(check_times(&w->services, err));
	return sign_generate(SIGN_P256, 0, &w->key, err);
}

static int prepare(const struct options *o, struct who_signs *w, struct err *err)
{
	w->services.net.ca_file = opt_string(o, "cacert");
	TRY(from_config(o, w, err));
	TRY(from_options(o, w, err));
	TRY(read_root(o, w, err));
	if (!opt_string(o, "key"))
		return keyless(o, w, err);
	if (opt_string(o, "identity-token"))
		return err_usage(err, "--key and --identity-token: who signs? Give one of them");
	w->services.ca = NULL;
	return 0;
}

int who_signs(const struct options *o, struct who_signs *w)
{
	struct err err = {0};
	*w = (struct who_signs){0};
	arena_init(&w->arena, 64 * MIB);
	if (prepare(o, w, &err) < 0)
		return cmd_fail(&err);
	int r = w->key ? 0 : sign_private_key(o, opt_string(o, "key"), &w->key);
	if (r)
		return r;
	w->signer.key = w->key;
	if (!w->services.ca && !w->services.n_logs && !w->services.n_stamps)
		return 0;
	if (app_services_open(&w->services, w->key, &w->set, &err) < 0)
		return cmd_fail(&err);
	w->signer.services = app_services(w->set);
	return 0;
}
