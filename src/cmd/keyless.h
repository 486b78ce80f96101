/* SPDX-License-Identifier: Apache-2.0 */
/* Who signs, for the commands that do. */
#pragma once

#include "app/app.h"
#include "cmd/signing.h"

struct who_signs {
	struct signer signer;
	struct sign_key *key;
	struct sign_root *root;
	struct service_set *set;
	struct service_options services;
	struct arena arena;
};
/* From KEY_OPTIONS and KEYLESS_OPTIONS; 0 or an exit code. */
int who_signs(const struct options *o, struct who_signs *w) must_use;
void who_signs_done(struct who_signs *w);
#define auto_who CLEANUP(who_signs_done)
