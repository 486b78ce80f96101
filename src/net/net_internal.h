/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "net/net.h"

#include <curl/curl.h>

/* The functions of libcurl that are used, under the names of its manual. */
struct curl_api {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_reset) *easy_reset;
	CURLcode (*setopt)(CURL *, CURLoption, ...);
	CURLcode (*getinfo)(CURL *, CURLINFO, ...);
	__typeof__(curl_easy_perform) *perform;
	__typeof__(curl_easy_strerror) *strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_url) *url;
	__typeof__(curl_url_set) *url_set;
	__typeof__(curl_url_get) *url_get;
	__typeof__(curl_url_cleanup) *url_cleanup;
	__typeof__(curl_free) *free;
};
/* Loads libcurl once for the process. */
const struct curl_api *curl_load(struct err *err) must_use;

/* One exchange without a second try. */
int net_exchange(struct net_client *c, const struct net_request *rq, struct net_response *r,
		 struct err *err) must_use;
void net_sleep(uint64_t ms);
unsigned net_most_tries(const struct err *err);
bool net_is_passing(int status);
