/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who we are to a registry, as docker and podman have it written down: config.json with auths, credHelpers and
 * credsStore (docker-config), auth.json (containers-auth.json(5)), and the docker-credential-NAME programs.
 */
#define _GNU_SOURCE
#include "image/registry_internal.h"
#include "text/text.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#define HELPER_TIME_MS 10000
#define HELPER_OUTPUT  (64 * KIB)

extern char **environ;

/* "https://index.docker.io/v1/" and "index.docker.io" name the same. */
static struct slice bare_key(struct slice key)
{
	static const char *const heads[] = {"https://", "http://"}, *const tails[] = {"/v1", "/v2"};
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (slice_starts(key, heads[i]))
			key = slice_from(key, strlen(heads[i]));
	while (slice_ends(key, "/"))
		key.len--;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		if (slice_ends(key, tails[i]))
			key.len -= strlen(tails[i]);
	return key;
}

static bool same_host(struct slice a, struct slice b)
{
	return slice_ieq(a, b) || (ref_is_docker_hub(a) && ref_is_docker_hub(b));
}

/* How well a key of auths fits: 0 not at all; longer paths fit better. */
static size_t key_fit(struct slice key, struct slice host, struct slice repository)
{
	struct slice rest = bare_key(key), first;
	if (!slice_cut(&rest, '/', &first) || !same_host(first, host))
		return 0;
	if (rest.len == 0)
		return 1;
	bool whole = repository.len == rest.len ||
		     (repository.len > rest.len && repository.ptr[rest.len] == '/');
	return whole && slice_eq(slice_sub(repository, 0, rest.len), rest) ? 1 + rest.len : 0;
}

bool credential_is_of(struct slice key, struct slice host)
{
	return key_fit(key, host, SL_NONE) == 1;
}

static int read_entry(const struct node *n, struct arena *a, struct credential *c, struct err *err)
{
	auto_buf struct buf plain;
	struct slice auth = node_get_str(n, "auth"), rest, user;
	buf_init(&plain, 64 * KIB);
	c->user = arena_dup(a, node_get_str(n, "username"));
	c->password = arena_dup(a, node_get_str(n, "password"));
	c->identity = arena_dup(a, node_get_str(n, "identitytoken"));
	c->token = arena_dup(a, node_get_str(n, "registrytoken"));
	if (auth.len == 0)
		return 0;
	if (text_unbase64(auth, &plain) < 0)
		return err_input(err, "an \"auth\" is not base64 - log in again");
	rest = buf_slice(&plain);
	if (!slice_cut(&rest, ':', &user) || !rest.ptr)
		return err_input(err, "an \"auth\" is no USER:PASSWORD - log in again");
	c->user = arena_dup(a, user);
	while (rest.len && rest.ptr[rest.len - 1] == '\0')
		rest.len--;
	c->password = arena_dup(a, rest);
	return 0;
}

bool credential_given(const struct credential *c)
{
	return c->user.len || c->identity.len || c->token.len;
}

int credential_from_config(struct slice json, struct slice host, struct slice repository,
			   struct arena *a, struct credential *ret, struct slice *helper,
			   struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	const struct node *best = NULL;
	size_t fit = 0;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	*ret = (struct credential){0};
	*helper = SL_NONE;
	doc_init(&d);
	TRY(json_parse(&d, json, &lim, &root, err));
	node_each (h, node_get(root, "credHelpers"))
		if (same_host(bare_key(h->key), host))
			*helper = arena_dup(a, node_str(h));
	if (helper->len)
		return 0;
	node_each (n, node_get(root, "auths")) {
		size_t now = key_fit(n->key, host, repository);
		if (now > fit) {
			fit = now;
			best = n;
		}
	}
	if (best)
		TRY(read_entry(best, a, ret, err));
	if (!credential_given(ret))
		*helper = arena_dup(a, node_get_str(root, "credsStore"));
	return 0;
}

/* ---- helper programs ---- */

static bool helper_ok(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_alpha(name.ptr[i]) && !is_digit(name.ptr[i]) && name.ptr[i] != '-' &&
		    name.ptr[i] != '_' && name.ptr[i] != '.')
			return false;
	return name.len > 0 && name.len < 100;
}

struct helper_run {
	pid_t pid;
	int to, from;
};

static int start_helper(const char *program, const char *word, struct helper_run *h,
			struct err *err)
{
	int in[2], out[2];
	posix_spawn_file_actions_t fa;
	char verb[16], *name = strdup(program), *argv[] = {name, verb, NULL};
	snprintf(verb, sizeof(verb), "%s", word);
	if (!name || pipe2(in, O_CLOEXEC) < 0) {
		free(name);
		return err_sys(err, "%s", program);
	}
	if (pipe2(out, O_CLOEXEC) < 0) {
		close(in[0]);
		close(in[1]);
		free(name);
		return err_sys(err, "%s", program);
	}
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&fa, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	int r = posix_spawnp(&h->pid, name, &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	free(name);
	close(in[0]);
	close(out[1]);
	h->to = in[1];
	h->from = out[0];
	if (r == 0)
		return 0;
	h->pid = 0;
	errno = r;
	return err_sys(err, "%s cannot be started", program);
}

static int read_helper(const struct helper_run *h, struct buf *out, uint64_t deadline,
		       struct err *err)
{
	char part[4096];
	for (;;) {
		uint64_t now = time_monotonic_ms();
		struct pollfd p = {.fd = h->from, .events = POLLIN};
		int ready = now >= deadline ? 0 : poll(&p, 1, (int)(deadline - now));
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return err_set(err, ERR_LIMIT, -ETIMEDOUT, "no answer in %d seconds",
				       HELPER_TIME_MS / 1000);
		ssize_t n = read(h->from, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? err_sys(err, "read") : 0;
		buf_put(out, part, (size_t)n);
		if (out->failed)
			return err_limit(err, "more than %zu bytes", out->max);
	}
}

static int run_helper(const char *program, const char *verb, struct slice key, struct buf *out,
		      struct err *err)
{
	struct helper_run h = {.to = -1, .from = -1};
	struct err ignored = {0};
	int status = 0;
	TRY(start_helper(program, verb, &h, err));
	(void)!file_write_fd(h.to, key, &ignored); /* one that does not read may still answer */
	close(h.to);
	int r = read_helper(&h, out, time_monotonic_ms() + HELPER_TIME_MS, err);
	close(h.from);
	if (r < 0)
		kill(h.pid, SIGKILL);
	while (waitpid(h.pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (r == 0 && status != 0)
		r = err_set(err, ERR_NOT_FOUND, -ENOENT, "%.*s",
			    SL_FMT(slice_trim(slice_sub(buf_slice(out), 0, 200))));
	return r;
}

int credential_helper_run(struct slice name, const char *verb, struct slice input, struct buf *out,
			  struct err *err)
{
	char program[160];
	if (!helper_ok(name))
		return err_input(err, "\"%.*s\" is no name of a credential helper",
				 SL_FMT(slice_sub(name, 0, 100)));
	snprintf(program, sizeof(program), "docker-credential-%.*s", SL_FMT(name));
	return run_helper(program, verb, input, out, err) < 0 ? err_wrap(err, "%s", program) : 0;
}

struct slice credential_server(struct slice host)
{
	return ref_is_docker_hub(host) ? SL("https://index.docker.io/v1/") : host;
}

/* docker-credential-NAME get: the key on its standard input, JSON with Username and Secret back. */
static int ask_helper(struct slice name, struct slice host, struct arena *a, struct credential *c,
		      struct err *err)
{
	auto_buf struct buf out;
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	buf_init(&out, HELPER_OUTPUT);
	TRY(credential_helper_run(name, "get", credential_server(host), &out, err));
	if (json_parse(&d, buf_slice(&out), NULL, &root, err) < 0)
		return err_wrap(err, "docker-credential-%.*s", SL_FMT(name));
	struct slice user = node_get_str(root, "Username"), secret = node_get_str(root, "Secret");
	if (slice_is(user, "<token>"))
		c->identity = arena_dup(a, secret);
	else {
		c->user = arena_dup(a, user);
		c->password = arena_dup(a, secret);
	}
	return 0;
}

/* ---- places ---- */

static int try_file(const char *path, struct slice host, struct slice repository, struct arena *a,
		    struct credential *ret, struct err *err)
{
	auto_buf struct buf text;
	struct slice helper;
	buf_init(&text, MAX_DOCUMENT);
	if (file_read(path, &text, err) < 0) {
		if (err->code != -ENOENT && err->code != -ENOTDIR)
			return err_wrap(err, "credentials");
		*err = (struct err){0};
		return 0;
	}
	if (credential_from_config(buf_slice(&text), host, repository, a, ret, &helper, err) < 0)
		return err_wrap(err, "%s", path);
	if (helper.len && ask_helper(helper, host, a, ret, err) < 0) {
		/* The image may well be public: what went wrong is said when access is refused. */
		ret->note = arena_dup(a, slice_of(err->text, err->len));
		*err = (struct err){0};
	}
	return 0;
}

int credential_find(struct slice host, struct slice repository, struct arena *a,
		    struct credential *ret, struct err *err)
{
	const char *docker = getenv("DOCKER_CONFIG"), *home = getenv("HOME"),
		   *file = getenv("REGISTRY_AUTH_FILE"), *run = getenv("XDG_RUNTIME_DIR"),
		   *config = getenv("XDG_CONFIG_HOME");
	const struct {
		const char *dir, *rest;
	} places[] = {{docker, "/config.json"},
		      {docker ? NULL : home, "/.docker/config.json"},
		      {file, ""},
		      {run, "/containers/auth.json"},
		      {config, "/containers/auth.json"},
		      {config ? NULL : home, "/.config/containers/auth.json"}};
	char path[4200];
	struct slice note = SL_NONE;
	*ret = (struct credential){0};
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (!places[i].dir || !places[i].dir[0] ||
		    snprintf(path, sizeof(path), "%s%s", places[i].dir, places[i].rest) >=
			(int)sizeof(path))
			continue;
		TRY(try_file(path, host, repository, a, ret, err));
		if (credential_given(ret))
			return 0;
		if (ret->note.len)
			note = ret->note;
	}
	ret->note = note;
	return 0;
}
