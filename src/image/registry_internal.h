/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "image/image_internal.h"
#include "net/net.h"

struct credential {
	struct slice user, password;
	struct slice identity; /* OAuth2 refresh token */
	struct slice token;    /* sent as it is */
	struct slice note;     /* why a helper gave nothing */
};
bool credential_given(const struct credential *c);
/* From one config.json or auth.json: a credential, or the name of the helper to ask; neither: nothing there. */
int credential_from_config(struct slice json, struct slice host, struct slice repository,
			   struct arena *a, struct credential *ret, struct slice *helper,
			   struct err *err) must_use;
/* config.json with one credential more (auth: base64 of USER:PASSWORD; empty: an entry without one, as docker leaves for
 * what a helper keeps) or less (remove). Everything else stays as and where it is. */
struct credential_edit {
	struct slice host, auth;
	bool remove;
	bool was_there; /* set */
};
int credential_config_edit(struct slice json, struct credential_edit *e, struct buf *out,
			   struct err *err) must_use;
/* The helper that keeps what belongs to the host; "" none. */
int credential_helper_for(struct slice json, struct slice host, struct arena *a,
			  struct slice *helper, struct err *err) must_use;
/* Runs docker-credential-NAME VERB. */
int credential_helper_run(struct slice name, const char *verb, struct slice input, struct buf *out,
			  struct err *err) must_use;
struct slice credential_server(struct slice host); /* how helpers and docker call it */
bool credential_is_of(struct slice key, struct slice host);
/* From all places, in their order. Nothing found is no error. */
int credential_find(struct slice host, struct slice repository, struct arena *a,
		    struct credential *ret, struct err *err) must_use;
/* Fills CA and client certificate where certs.d has them. */
void certs_find(struct slice host, struct arena *a, struct net_options *net);

/* One host that serves the repository. */
struct endpoint {
	struct slice host;  /* to connect to */
	bool origin;	    /* not a mirror */
	bool dead;	    /* a mirror that could not be reached is not asked again */
	bool plain_ok;	    /* http will do */
	const char *scheme; /* NULL until one has worked */
	struct net_options net;
	struct net_client *client;
	struct credential cred;
	bool cred_read;
	struct buf authorization; /* what the last answer accepted */
};
struct registry {
	struct arena arena;
	struct image_ref ref;
	struct registry_options opt;
	struct endpoint *endpoints; /* mirrors first, the origin last */
	size_t n;
};
struct call {
	const char *method, *path; /* path below /v2/<repository>/ */
	const char *url;	   /* instead of path */
	bool foreign;		   /* url is of another host: no credentials */
	const struct slice *headers;
	size_t nheaders;
	struct slice body;
	const struct net_file *file;
	size_t max_body;
	image_piece_fn sink;
	void *arg;
	struct net_progress *at; /* a download */
	const char *actions;	 /* "pull" or "pull,push" */
	bool once;		 /* no second try */
};
/* A session with a registry as a whole: path is below /v2/. */
int registry_open_host(struct slice host, const struct registry_options *opt, struct registry **ret,
		       struct err *err) must_use;
/* One call to one host, with sign-in when it asks for it. 0 with any status. */
int registry_call(struct registry *r, struct endpoint *e, const struct call *c,
		  struct net_response *resp, struct err *err) must_use;
/* Resolves what a Location or a Link header says; sets url and foreign. */
int registry_location(const struct endpoint *e, struct slice said, struct buf *url, struct call *c,
		      struct err *err) must_use;
/* Answers a 401: gets a token or sets Basic. */
int registry_sign_in(struct registry *r, struct endpoint *e, const struct net_response *resp,
		     const char *actions, struct err *err) must_use;
/* The error that a status other than 2xx stands for. */
int registry_refusal(const struct registry *r, const struct endpoint *e,
		     const struct net_response *resp, const char *what, struct err *err) must_use;
/* PUT of a manifest; subject_kept: the answer says that the registry keeps the list of referrers. */
int registry_put(struct registry *r, struct slice what, const char *media_type, struct slice bytes,
		 bool *subject_kept, struct err *err) must_use;
/* Is the blob there? HEAD; size UINT64_MAX where the answer does not tell. */
int registry_has_blob(struct registry *r, struct slice digest, bool *there, uint64_t *size,
		      struct err *err) must_use;
/* A blob that is sent in chunks while it comes. What is not finished is taken back. */
struct registry_upload;
int registry_upload_open(struct registry *r, struct slice digest, struct registry_upload **ret,
			 struct err *err) must_use;
int registry_upload_add(struct registry_upload *u, struct slice piece, struct err *err) must_use;
int registry_upload_finish(struct registry_upload *u, struct err *err) must_use;
void registry_upload_close(struct registry_upload **u);
/* "?mount=&from=": 1 done, 0 not. */
int registry_mount(struct registry *r, struct slice from, struct slice digest,
		   struct err *err) must_use;
/* Link: <...>; rel="next" */
bool registry_next_page(const struct net_response *resp, struct slice *ret);
struct endpoint *registry_origin(struct registry *r);
void registry_idle(struct registry *r); /* closes connections, keeps tokens */
/* Streams a blob from the first host that has it. */
int registry_stream(struct registry *r, const struct image_layer *l, image_piece_fn sink, void *arg,
		    struct err *err) must_use;
