/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sbom/sbom_internal.h"

#define SPDX_MAX_COMMENTS 64
struct spdx_pkg {
	struct slice id, name, version, purpose, supplier, source_info, license, purl, digest;
	struct slice comments[SPDX_MAX_COMMENTS]; /* annotations */
	size_t ncomments;
	bool described; /* by the document itself */
};
int spdx_take(struct sbom_reader *r, const struct spdx_pkg *x, struct err *err) must_use;
int spdx_take_root_comment(struct sbom_reader *r, struct slice comment, struct err *err) must_use;
/* `from` depends on `to`; ids without a package are passed over. */
int spdx_edge(struct sbom_reader *r, const struct map *by_id, struct slice from, struct slice to,
	      struct err *err) must_use;
