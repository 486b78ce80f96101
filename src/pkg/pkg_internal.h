/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of pkg/. */
#pragma once

#include "pkg/pkg.h"

#define PKG_PATH_MAX 4096
#define PKG_PURL_MAX (16 * KIB) /* written and read */

/* Warnings of one file, so that a hostile one cannot flood the report. */
#define PKG_MAX_WARNINGS 20
struct pkg_warnings {
	struct pkg_ctx *cx;
	uint32_t count;
};
/* After PKG_MAX_WARNINGS one last message says that more were left out. */
void pkg_warn_some(struct pkg_warnings *w, const char *reason, const char *fmt, ...)
    printf_like(3, 4);

#define PKG_DIGEST_MAX 64
/* "sha512:HEX" of a base64 digest of exactly that many bytes; empty for anything else. */
struct slice pkg_digest_text(struct arena *a, const char *algorithm, size_t bytes,
			     struct slice base64);

/* ---- deb822: "Field: value" stanzas (Debian policy 5.1) ---- */
struct deb822_field {
	struct slice name, value; /* value: first line trimmed, continuation lines raw behind it */
	uint32_t line;
};
struct deb822 {
	struct slice rest;
	uint32_t line;	   /* of the next line to read, from 1 */
	uint32_t start;	   /* first line of the stanza in hand */
	uint32_t bad_line; /* a line of the stanza that is no field; 0 none */
	bool has_package;
};
enum deb822_event { DEB822_END, DEB822_FIELD, DEB822_STANZA_END };
/* Fields one after another; DEB822_STANZA_END after the last one of a stanza. */
enum deb822_event deb822_next(struct deb822 *d, struct deb822_field *f);
