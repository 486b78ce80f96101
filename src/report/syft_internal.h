/* SPDX-License-Identifier: Apache-2.0 */
/* Syft's and Grype's words for packages, as both of their documents have them. */
#pragma once

#include "report/report_internal.h"
#include "text/text.h"

struct slice syft_type(const struct inventory_pkg *p);
struct slice syft_language(const struct inventory_pkg *p); /* "" for a distribution's */
/* ID of os-release, which Trivy's family is made of. */
struct slice syft_distro(const struct pkg_os *os);
/* Sixteen hexadecimal digits, the same for the same package in the same place. */
#define SYFT_ID 17
void syft_id(const struct report *r, const struct inventory_pkg *p, uint64_t again,
	     char out[SYFT_ID]);
void syft_locations(struct json_writer *w, const struct report *r, const struct inventory_pkg *p,
		    struct buf *scratch);
/* "/" before a path of the target. */
void syft_path(struct json_writer *w, const char *key, struct slice path, struct buf *scratch);
/* "image" or "directory". */
struct slice syft_source_type(const struct report *r);
/* The members of source.metadata. */
void syft_source(struct json_writer *w, const struct report *r);
