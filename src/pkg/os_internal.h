/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of release files; results borrow from the file or the arena, empty when it is not there. */
#pragma once

#include "pkg/pkg.h"
#include "text/text.h"

struct slice os_assignment(struct arena *a, struct slice file, const char *key);
struct slice os_first_line(struct slice file);
struct slice os_first_number(struct slice text);
/* The first n dotted parts. */
struct slice os_components(struct slice version, size_t n);
/* "3.18" or "edge"; empty when the file does not tell. */
struct slice os_alpine_repositories(struct slice file);
struct slice os_suse_release(struct arena *a, struct slice file);
bool os_esm_enabled(struct slice file);

/* Distribution id (of os-release) -> how we call it and which advisories speak about it. */
enum os_channel {
	OS_NO_CHANNEL, /* no feed speaks about it: packages are listed only */
	OS_ROLLING,    /* the channel has no release: "wolfi" */
	OS_MAJOR,      /* "redhat:9" */
	OS_MINOR,      /* two parts: "alpine:3.18" */
	OS_WHOLE,      /* "ubuntu:22.04" */
	OS_OWN,	       /* worked out by code of its own */
};
struct os_rule {
	const char *id, *family;
	enum os_channel how;
	const char *channel;
};
/* os-release ID of a family or a package URL's vendor; NULL unknown. */
const char *os_rule_id(struct slice family);
const struct os_rule *os_rule_find(struct slice id);
