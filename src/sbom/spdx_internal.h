/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sbom/sbom_internal.h"

struct spdx_pkg {
	struct slice id, name, version, purpose, supplier, source_info, license, purl, digest;
	struct slice *comments; /* annotations; in the reader's arena */
	size_t ncomments, room;
	bool described; /* by the document itself */
};
int spdx_take(struct sbom_reader *r, const struct spdx_pkg *x, struct map *by_id,
	      struct err *err) must_use;
int spdx_take_root_comment(struct sbom_reader *r, struct slice comment, struct err *err) must_use;
/* One relationship of the document. */
int spdx_relation(struct sbom_reader *r, const struct map *by_id, struct slice from,
		  struct slice type, struct slice to, struct err *err) must_use;
/* "LicenseRef-..." stands for its text: texts has the ids, values lists them. */
struct slice spdx_license(struct sbom_reader *r, struct slice declared, const struct map *ids,
			  const struct slice *texts);
int spdx_add_comment(struct sbom_reader *r, struct spdx_pkg *x, struct slice comment,
		     struct err *err) must_use;
