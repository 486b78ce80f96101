/* SPDX-License-Identifier: Apache-2.0 */
/* rpm: three kinds of store hold header blobs; one parser reads them. */
#pragma once

#include "pkg/pkg_internal.h"

struct rpm_scan {
	struct pkg_ctx *cx;
	struct pkg_warnings warnings;
	struct buf blob;  /* a blob that lies in pieces is put together here */
	struct buf files; /* file list of the package in hand */
	VEC(struct slice) dirs;
	size_t
	    budget; /* bytes of blobs still allowed: a blob is read once, so the size of the file */
	size_t file_budget; /* bytes of file lists still allowed: each path repeats its folder */
	uint64_t headers, broken;
};
void rpm_scan_init(struct rpm_scan *s, struct pkg_ctx *cx, size_t file_size);
void rpm_scan_done(struct rpm_scan *s);
#define auto_rpm_scan CLEANUP(rpm_scan_done)

/* One header blob: adds its package, or warns when it is broken. < 0: the sink failed. */
int rpm_header(struct rpm_scan *s, struct slice blob, struct err *err) must_use;
/* False, with a warning, when n more bytes of blobs cannot all be in the file. */
bool rpm_budget(struct rpm_scan *s, size_t n);

bool rpm_is_bdb(struct slice file);
bool rpm_is_ndb(struct slice file);
bool rpm_is_sqlite(struct slice file);
/* Hand every blob of the store to rpm_header. */
int rpm_read_bdb(struct rpm_scan *s, struct slice file, struct err *err) must_use;
int rpm_read_ndb(struct rpm_scan *s, struct slice file, struct err *err) must_use;
int rpm_read_sqlite(struct rpm_scan *s, struct slice file, struct err *err) must_use;

/* "bash-5.1-2.el9.src.rpm" into p->src_name and src_version (with the epoch of p). */
int rpm_set_source(struct pkg *p, struct slice source_rpm, uint32_t epoch, struct arena *a,
		   struct err *err) must_use;
