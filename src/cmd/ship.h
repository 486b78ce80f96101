/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that move images share. */
#pragma once

#include "app/app.h"
#include "cmd/cmd.h"

/* clang-format off */
#define SHIP_OPTIONS \
	{"format", 'f', OPT_STRING, "NAME", "table", "table or json"}, \
	{"allow-http-registry", 0, OPT_FLAG, NULL, NULL, "the same as --insecure"}, \
	{"allow-insecure-registry", 0, OPT_FLAG, NULL, NULL, "the same as --insecure"}, \
	REGISTRY_OPTIONS
/* clang-format on */

/* The registry options of o; the time of --timeout does not hold unless it is given. 0 or an exit code. */
int ship_registry(const struct options *o, struct registry_options *ret) must_use;
/* What a target is; a bare name is an image of a registry. */
int ship_target(const char *text, enum image_kind *kind, struct slice *where) must_use;
/* Opens it; opt must outlive it. */
int ship_open(const char *text, bool create, const struct registry_options *opt,
	      struct repo **ret) must_use;
bool ship_tag_ok(struct slice tag);
/* "the command needs a yes": 0, or an exit code. */
int ship_confirm(const struct options *o, const char *question) must_use;
