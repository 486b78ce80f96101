/* SPDX-License-Identifier: Apache-2.0 */
/* Services that vouch for signatures, over HTTP. */
#pragma once

#include "app/signing.h"
#include "net/net.h"

struct service_url {
	const char *url;
	unsigned version; /* major version of its API */
};
/* Strings are borrowed and must outlive the set. */
struct service_options {
	const char *ca;	    /* NULL: the key is our own, nobody has to certify it */
	struct slice token; /* OIDC, for the authority alone */
	struct service_url logs[SIGN_MAX_SERVICES];
	const char *stamps[SIGN_MAX_SERVICES];
	size_t n_logs, n_stamps;
	const struct sign_root *root; /* what comes back must verify by it; NULL: it is looked at */
	struct net_options net;
};
struct service_set;
/* Asks for the certificate of the key; logs and authorities are asked when a signature is there. */
int app_services_open(const struct service_options *opt, const struct sign_key *key,
		      struct service_set **ret, struct err *err) must_use;
void app_services_close(struct service_set **s);
#define auto_services CLEANUP(app_services_close)
const struct sign_services *app_services(const struct service_set *s);
/* The token that GitHub Actions gives a job: ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN. */
int app_actions_token(const struct net_options *net, const char *url, const char *secret,
		      struct arena *a, struct slice *token, struct err *err) must_use;
