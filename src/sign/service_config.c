/* SPDX-License-Identifier: Apache-2.0 */
/* sigstore's signing_config: which services a signature is made with. */
#include "sign/services.h"

#define MAX_CONFIG   MIB
#define MAX_LISTED   100
#define MEDIA_PREFIX "application/vnd.dev.sigstore.signingconfig.v0."

struct candidate {
	struct sign_service service;
	struct slice operator;
	int64_t from;
};

static bool is_url(struct slice s)
{
	return s.len < 2000 && (slice_starts(s, "https://") || slice_starts(s, "http://")) &&
	       slice_chr(s, '\n') < 0 && slice_chr(s, '\r') < 0 && slice_chr(s, '\0') < 0;
}

static int read_one(const struct node *n, struct arena *a, int64_t now, struct candidate *c,
		    bool *valid, struct err *err)
{
	const struct node *window = node_get(n, "validFor");
	struct slice start = node_get_str(window, "start"), end = node_get_str(window, "end");
	uint64_t version = 0;
	int64_t to = INT64_MAX;
	*c = (struct candidate){.service.url = arena_dup(a, node_get_str(n, "url")),
				.operator= arena_dup(a, node_get_str(n, "operator")),
				.from = INT64_MIN};
	if (!is_url(c->service.url))
		return err_input(err, "\"url\" is no address of the web");
	if (node_u64(node_get(n, "majorApiVersion"), &version) < 0 || version > 1000)
		return err_input(err, "\"majorApiVersion\" is no version");
	if ((start.len && time_parse(start, &c->from) < 0) || (end.len && time_parse(end, &to) < 0))
		return err_input(err, "a time of \"validFor\" is broken");
	c->service.version = (unsigned)version;
	*valid = now >= c->from && now <= to;
	return 0;
}

/* The newer of two is asked first. */
static void insert(struct candidate *all, size_t *n, const struct candidate *c)
{
	size_t at = *n;
	while (at > 0 && all[at - 1].from < c->from) {
		all[at] = all[at - 1];
		at--;
	}
	all[at] = *c;
	++*n;
}

static int gather(const struct node *list, unsigned newest, int64_t now, struct arena *a,
		  struct candidate *all, size_t *n, struct err *err)
{
	if (list && (!node_is(list, NODE_ARRAY) || list->count > MAX_LISTED))
		return err_input(err, "it is no list of at most %d", MAX_LISTED);
	node_each (one, list) {
		struct candidate c;
		bool valid = false;
		TRY(read_one(one, a, now, &c, &valid, err));
		if (valid && c.service.version >= 1 && c.service.version <= newest)
			insert(all, n, &c);
	}
	return 0;
}

/* Those of one version, one of each operator. */
static size_t of_version(const struct candidate *all, size_t n, unsigned version,
			 struct sign_service out[SIGN_MAX_SERVICES])
{
	size_t got = 0;
	for (size_t i = 0; i < n && got < SIGN_MAX_SERVICES; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= all[k].service.version == version &&
				 all[k].operator.len && slice_eq(all[k].operator, all[i].operator);
		if (all[i].service.version == version && !again)
			out[got++] = all[i].service;
	}
	return got;
}

/* ANY: one. ALL: each. EXACT: so many. */
static int cut(const struct node *how, size_t *n, struct err *err)
{
	struct slice selector = node_get_str(how, "selector");
	uint64_t count = 0;
	if (slice_is(selector, "ALL") || *n == 0)
		return 0;
	if (slice_is(selector, "EXACT")) {
		if (node_u64(node_get(how, "count"), &count) < 0 || count < 1)
			return err_input(err, "EXACT without a count");
		if (count > *n)
			return err_input(err, "%llu are asked for, %zu are valid now",
					 (unsigned long long)count, *n);
		*n = (size_t)count;
		return 0;
	}
	if (selector.len && !slice_is(selector, "ANY"))
		return err_input(err, "the selector \"%.*s\" is not known", SL_FMT(selector));
	*n = 1;
	return 0;
}

static int choose(const struct node *top, const char *name, const char *how, unsigned newest,
		  int64_t now, struct arena *a, struct sign_service out[SIGN_MAX_SERVICES],
		  size_t *n, struct err *err)
{
	struct candidate *all = arena_array(a, MAX_LISTED, sizeof(*all));
	size_t found = 0;
	if (!all)
		return err_oom(err);
	*n = 0;
	if (gather(node_get(top, name), newest, now, a, all, &found, err) < 0)
		return err_wrap(err, "%s", name);
	for (unsigned v = newest; v > 0 && *n == 0; v--)
		*n = of_version(all, found, v, out);
	const struct node *selector = how ? node_get(top, how) : NULL;
	return cut(selector, n, err) < 0 ? err_wrap(err, "%s", name) : 0;
}

static int plain_list(const struct node *list, struct arena *a,
		      struct sign_service out[SIGN_MAX_SERVICES], size_t *n, struct err *err)
{
	*n = 0;
	node_each (one, list) {
		if (!is_url(node_str(one)))
			return err_input(err, "an address is none of the web");
		if (*n < 1)
			out[(*n)++] = (struct sign_service){arena_dup(a, node_str(one)), 1};
	}
	return 0;
}

/* 0.1: bare addresses. */
static int read_old(const struct node *top, struct arena *a, struct sign_config *ret,
		    struct err *err)
{
	struct slice ca = node_get_str(top, "caUrl");
	if (ca.len && !is_url(ca))
		return err_input(err, "\"caUrl\" is no address of the web");
	if (ca.len)
		ret->ca = (struct sign_service){arena_dup(a, ca), 1};
	TRY(plain_list(node_get(top, "tlogUrls"), a, ret->logs, &ret->n_logs, err));
	return plain_list(node_get(top, "tsaUrls"), a, ret->stamps, &ret->n_stamps, err);
}

int sign_config_read(struct slice json, int64_t now, struct arena *a, struct sign_config *ret,
		     struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = MAX_CONFIG, .max_depth = 20};
	struct sign_service cas[SIGN_MAX_SERVICES];
	size_t n = 0;
	doc_init(&d);
	*ret = (struct sign_config){0};
	TRY(json_parse(&d, json, &lim, &top, err));
	struct slice media = node_get_str(top, "mediaType");
	if (slice_is(media, MEDIA_PREFIX "1+json"))
		return read_old(top, a, ret, err);
	if (!slice_is(media, MEDIA_PREFIX "2+json"))
		return err_input(
		    err, "is no signing configuration of sigstore: its mediaType is \"%.*s\"",
		    SL_FMT(media));
	TRY(choose(top, "caUrls", NULL, 1, now, a, cas, &n, err));
	if (n)
		ret->ca = cas[0];
	TRY(choose(top, "rekorTlogUrls", "rekorTlogConfig", 2, now, a, ret->logs, &ret->n_logs,
		   err));
	return choose(top, "tsaUrls", "tsaConfig", 1, now, a, ret->stamps, &ret->n_stamps, err);
}
