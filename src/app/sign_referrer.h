/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest with a subject and one blob, for what signs an image. */
#pragma once

#include "app/signing.h"

struct referrer {
	const char *artifact_type; /* NULL: the kind is that of the configuration */
	const char *config_type;   /* of the empty configuration */
	const char *layer_type;
	struct slice blob;
	const struct sign_pair *notes;
	size_t nnotes;
};
/* Uploads and attaches it; *digest of its manifest lives in the repository's arena. */
int app_put_referrer(struct repo *r, const struct registry_manifest *subject,
		     const struct referrer *f, struct slice *digest, struct err *err) must_use;
int app_digest_of(struct slice bytes, struct arena *a, struct slice *ret, struct err *err) must_use;
