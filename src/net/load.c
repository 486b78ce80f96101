/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl at run time: found when the first request is made. */
#include "net/net_internal.h"

#include <dlfcn.h>

#define LIBRARY "libcurl.so.4"

/* Packagers read this note (uapi-group.org, ELF dlopen metadata 1.0): owner "FDO", type 0x407c0c0a. */
#define NOTE_TEXT                                                                                  \
	"[{\"feature\":\"net\",\"description\":\"registries and downloads\","                      \
	"\"priority\":\"recommended\",\"soname\":[\"" LIBRARY "\"]}]"
struct dlopen_note {
	uint32_t owner_len, text_len, type;
	char owner[4];
	char text[(sizeof(NOTE_TEXT) + 3) & ~(size_t)3];
};
__attribute__((used, retain, section(".note.dlopen"),
	       aligned(4))) static const struct dlopen_note note = {
    4, sizeof(((struct dlopen_note *)NULL)->text), 0x407c0c0a, "FDO", NOTE_TEXT};

static bool find(void *lib, const char *name, void *place)
{
	void *at = dlsym(lib, name);
	memcpy(place, &at, sizeof(at));
	return at != NULL;
}

static bool find_all(void *lib, struct curl_api *a)
{
	const struct {
		const char *name;
		void *place;
	} wanted[] = {{"curl_global_init", &a->global_init},
		      {"curl_easy_init", &a->easy_init},
		      {"curl_easy_cleanup", &a->easy_cleanup},
		      {"curl_easy_reset", &a->easy_reset},
		      {"curl_easy_setopt", &a->setopt},
		      {"curl_easy_getinfo", &a->getinfo},
		      {"curl_easy_perform", &a->perform},
		      {"curl_easy_strerror", &a->strerror},
		      {"curl_slist_append", &a->slist_append},
		      {"curl_slist_free_all", &a->slist_free_all},
		      {"curl_url", &a->url},
		      {"curl_url_set", &a->url_set},
		      {"curl_url_get", &a->url_get},
		      {"curl_url_cleanup", &a->url_cleanup},
		      {"curl_free", &a->free}};
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!find(lib, wanted[i].name, wanted[i].place))
			return false;
	return true;
}

const struct curl_api *curl_load(struct err *err)
{
	static struct curl_api api;
	static bool loaded;
	if (loaded)
		return &api;
	void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!lib || !find_all(lib, &api) || api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(err, ERR_NETWORK, -ENOSYS,
			lib ? LIBRARY " is too old - install a newer libcurl"
			    : LIBRARY " is not installed - apt install libcurl4");
		return NULL;
	}
	loaded = true;
	return &api;
}
