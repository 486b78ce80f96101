/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in: what the registry says of a user and a password, and keeping them where docker and podman look too:
 * config.json (docker-config), or the program that it names (docker-credential-helpers).
 */
#define _GNU_SOURCE
#include "image/registry_internal.h"
#include "text/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#define MAX_SECRET (64 * KIB)

int registry_host(struct slice text, struct arena *a, struct slice *ret, struct err *err)
{
	struct slice rest = text, host;
	if (slice_starts(rest, "https://"))
		rest = slice_from(rest, 8);
	else if (slice_starts(rest, "http://"))
		rest = slice_from(rest, 7);
	if (!slice_cut(&rest, '/', &host) || !ref_host_ok(host))
		return err_usage(err, "\"%.*s\" is no registry: expected HOST or HOST:PORT",
				 SL_FMT(slice_sub(text, 0, 200)));
	/* Other paths would name a repository, for which nobody signs in alone. */
	if (rest.len && !slice_is(rest, "v1/") && !slice_is(rest, "v2/") && !slice_is(rest, "v1") &&
	    !slice_is(rest, "v2"))
		return err_usage(err, "\"%.*s\" is more than a registry: name %.*s alone",
				 SL_FMT(slice_sub(text, 0, 200)), SL_FMT(host));
	*ret = ref_is_docker_hub(host) ? SL("docker.io") : arena_dup(a, host);
	return ret->ptr ? 0 : err_oom(err);
}

int registry_try_login(struct slice host, const struct registry_options *opt, bool *asked,
		       struct err *err)
{
	auto_registry struct registry *r = NULL;
	auto_response struct net_response resp;
	struct call c = {.path = ""};
	net_response_init(&resp);
	TRY(registry_open_host(host, opt, &r, err));
	struct endpoint *e = registry_origin(r);
	int rc = registry_call(r, e, &c, &resp, err);
	if (rc < 0 && err->kind != ERR_PERMISSION)
		return rc;
	*asked = e->authorization.len > 0;
	if (rc < 0 || resp.status == 401 || resp.status == 403)
		return err_set(err, ERR_PERMISSION, -EACCES,
			       "%.*s does not accept this user and password - nothing was stored",
			       SL_FMT(host));
	if (resp.status != 200)
		return registry_refusal(r, e, &resp, "/v2/", err);
	return 0;
}

/* ---- config.json ---- */

static void write_entry(struct json_writer *w, const struct credential_edit *e)
{
	jw_key_slice(w, credential_server(e->host));
	jw_object(w);
	jw_kstr_opt(w, "auth", e->auth);
	jw_end(w, '}');
}

/* In the place of the first entry for the host; further ones, by other spellings, go. */
static void write_auths(struct json_writer *w, const struct node *auths, struct credential_edit *e)
{
	bool done = e->remove;
	jw_key(w, "auths");
	jw_object(w);
	node_each (n, auths) {
		if (!credential_is_of(n->key, e->host)) {
			jw_key_slice(w, n->key);
			jw_node(w, n);
			continue;
		}
		e->was_there = true;
		if (!done)
			write_entry(w, e);
		done = true;
	}
	if (!done)
		write_entry(w, e);
	jw_end(w, '}');
}

int credential_config_edit(struct slice json, struct credential_edit *e, struct buf *out,
			   struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct json_writer w;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	bool written = false;
	doc_init(&d);
	e->was_there = false;
	if (slice_trim(json).len)
		TRY(json_parse(&d, json, &lim, &root, err));
	if (root && !node_is(root, NODE_OBJECT))
		return err_input(err, "is no JSON object");
	const struct node *auths = node_get(root, "auths");
	if (auths && !node_is(auths, NODE_OBJECT) && !node_is(auths, NODE_NULL))
		return err_input(err, "\"auths\" is no object");
	jw_init(&w, out, 4);
	jw_object(&w);
	node_each (n, root) {
		if (slice_is(n->key, "auths")) {
			write_auths(&w, auths, e);
			written = true;
			continue;
		}
		jw_key_slice(&w, n->key);
		jw_node(&w, n);
	}
	if (!written && !e->remove)
		write_auths(&w, NULL, e);
	jw_end(&w, '}');
	buf_putc(out, '\n');
	return out->failed ? err_limit(err, "would be over %zu bytes", out->max) : 0;
}

int credential_helper_for(struct slice json, struct slice host, struct arena *a,
			  struct slice *helper, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	*helper = SL_NONE;
	doc_init(&d);
	if (!slice_trim(json).len)
		return 0;
	TRY(json_parse(&d, json, &lim, &root, err));
	*helper = arena_dup(a, node_get_str(root, "credsStore"));
	node_each (h, node_get(root, "credHelpers"))
		if (credential_is_of(h->key, host))
			*helper = arena_dup(a, node_str(h));
	return 0;
}

/* ---- the file ---- */

struct config_file {
	char dir[PATH_MAX], path[PATH_MAX];
	struct buf text;
	int lock;
};

static void config_done(struct config_file *f)
{
	cleanup_close(&f->lock);
	if (f->text.ptr)
		explicit_bzero(f->text.ptr, f->text.len);
	buf_free(&f->text);
}

/* Behind a link its target is written, the link stays. */
static int config_open(struct config_file *f, struct err *err)
{
	const char *docker = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
	char named[PATH_MAX];
	f->lock = -1;
	buf_init(&f->text, MAX_DOCUMENT);
	if ((!docker || !*docker) && (!home || !*home))
		return err_usage(err, "neither DOCKER_CONFIG nor HOME says where credentials are "
				      "kept - set one");
	int n = docker && *docker ? snprintf(f->dir, sizeof(f->dir), "%s", docker)
				  : snprintf(f->dir, sizeof(f->dir), "%s/.docker", home);
	if (n >= (int)sizeof(f->dir) ||
	    snprintf(named, sizeof(named), "%s/config.json", f->dir) >= (int)sizeof(named))
		return err_usage(err, "DOCKER_CONFIG: the path is too long");
	TRY(file_mkdirs(f->dir, err));
	f->lock = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock < 0 || flock(f->lock, LOCK_EX) < 0)
		return err_sys(err, "%s", f->dir);
	if (!realpath(named, f->path))
		memcpy(f->path, named, sizeof(named));
	if (file_read(f->path, &f->text, err) < 0) {
		if (err->code != -ENOENT)
			return err->code;
		*err = (struct err){0};
	}
	return 0;
}

static int config_write(const struct config_file *f, struct slice text, struct err *err)
{
	auto_writer struct file_writer w = {.fd = -1};
	TRY(file_writer_open(&w, f->path, err));
	if (fchmod(w.fd, 0600) < 0)
		return err_sys(err, "%s", f->path);
	TRY(file_write_fd(w.fd, text, err));
	return file_writer_commit(&w, err);
}

static int config_edit(const struct config_file *f, struct credential_edit *e, struct err *err)
{
	auto_buf struct buf out;
	buf_init(&out, 2 * MAX_DOCUMENT);
	int rc = credential_config_edit(buf_slice(&f->text), e, &out, err);
	if (rc == 0 && (!e->remove || e->was_there))
		rc = config_write(f, buf_slice(&out), err);
	if (out.ptr)
		explicit_bzero(out.ptr, out.len);
	return rc < 0 ? err_wrap(err, "%s", f->path) : 0;
}

/* ---- store and erase ---- */

/* What a helper says of a failure may repeat what it was told. */
static int store_with(struct slice helper, struct slice host, const char *user,
		      const char *password, struct err *err)
{
	auto_buf struct buf in, out;
	struct json_writer w;
	buf_init(&in, MAX_SECRET);
	buf_init(&out, MAX_SECRET);
	jw_init(&w, &in, 0);
	jw_object(&w);
	jw_kstr(&w, "ServerURL", credential_server(host));
	jw_kstr(&w, "Username", slice_str(user));
	jw_kstr(&w, "Secret", slice_str(password));
	jw_end(&w, '}');
	int rc = in.failed ? err_limit(err, "the password is too long")
			   : credential_helper_run(helper, "store", buf_slice(&in), &out, err);
	if (rc < 0 && slice_find(slice_str(err->text), slice_str(password)) >= 0)
		rc = err_set(err, ERR_PERMISSION, -EIO,
			     "docker-credential-%.*s could not store the credentials",
			     SL_FMT(helper));
	if (in.ptr)
		explicit_bzero(in.ptr, in.len);
	return rc;
}

static int encode(const char *user, const char *password, struct buf *auth, struct err *err)
{
	auto_buf struct buf plain;
	buf_init(&plain, MAX_SECRET);
	buf_puts(&plain, slice_str(user));
	buf_putc(&plain, ':');
	buf_puts(&plain, slice_str(password));
	text_base64(auth, buf_slice(&plain));
	bool failed = plain.failed || auth->failed;
	if (plain.ptr)
		explicit_bzero(plain.ptr, plain.len);
	return failed ? err_limit(err, "the password is too long") : 0;
}

int registry_keep_login(struct slice host, const char *user, const char *password, struct arena *a,
			struct slice *where, bool *plain, struct err *err)
{
	CLEANUP(config_done) struct config_file f = {.lock = -1};
	auto_buf struct buf auth;
	struct credential_edit e = {.host = host};
	struct slice helper;
	buf_init(&auth, 2 * MAX_SECRET);
	TRY(config_open(&f, err));
	if (credential_helper_for(buf_slice(&f.text), host, a, &helper, err) < 0)
		return err_wrap(err, "%s", f.path);
	*plain = helper.len == 0;
	if (helper.len)
		TRY(store_with(helper, host, user, password, err));
	else
		TRY(encode(user, password, &auth, err));
	e.auth = buf_slice(&auth);
	int rc = config_edit(&f, &e, err);
	if (auth.ptr)
		explicit_bzero(auth.ptr, auth.len);
	*where = helper.len ? arena_cat(a, SL("docker-credential-"), helper)
			    : arena_dup(a, slice_str(f.path));
	return rc;
}

int registry_forget_login(struct slice host, struct arena *a, bool *was_there, struct slice *where,
			  struct err *err)
{
	CLEANUP(config_done) struct config_file f = {.lock = -1};
	auto_buf struct buf out;
	struct credential_edit e = {.host = host, .remove = true};
	struct slice helper;
	buf_init(&out, MAX_SECRET);
	TRY(config_open(&f, err));
	if (credential_helper_for(buf_slice(&f.text), host, a, &helper, err) < 0)
		return err_wrap(err, "%s", f.path);
	TRY(config_edit(&f, &e, err));
	*was_there = e.was_there;
	*where = arena_dup(a, slice_str(f.path));
	if (!helper.len)
		return 0;
	/* Helpers say "not found" in their own words: it fails where there was nothing. */
	int rc = credential_helper_run(helper, "erase", credential_server(host), &out, err);
	*where = arena_cat(a, SL("docker-credential-"), helper);
	if (rc == -ENOENT && !e.was_there) {
		*err = (struct err){0};
		rc = 0;
	} else if (rc == 0)
		*was_there = true;
	return rc;
}
