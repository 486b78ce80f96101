/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the analysers of language ecosystems. Limits: PKG_LANG_* below; documents by text.h. */
#pragma once

#include "pkg/pkg_internal.h"
#include "text/text.h"

/* Usual limits of .max_size: a lock file of a huge project has about 100 MB. */
#define LANG_LOCK_MAX	  (192 * MIB)
#define LANG_MANIFEST_MAX (16 * MIB) /* metadata of one package */

/* The three readers of documents with limits for lock files; errors say line and column. */
int lang_json(struct doc *d, struct slice file, struct node **ret, struct err *err) must_use;
int lang_yaml(struct doc *d, struct slice file, struct node **ret, struct err *err) must_use;
int lang_toml(struct doc *d, struct slice file, struct node **ret, struct err *err) must_use;

/* Appends "name@version\n" to a list of pkg.deps or pkg.licenses form; empty names are left out. */
void lang_put_dep(struct buf *b, struct slice name, struct slice version);
void lang_put_line(struct buf *b, struct slice line);
/* Is a part of path, before the base name, called dir ("node_modules", "vendor")? */
bool lang_is_below(struct slice path, const char *dir);
/* Can this be a package's name or version: not empty, printable, no blank, at most 1,024 bytes? */
bool lang_word_ok(struct slice s);
/* pkg_add, after checking name and version (may be empty) with lang_word_ok: bad ones are warned about. */
int lang_add(struct pkg_ctx *cx, struct pkg_warnings *w, const struct pkg *p,
	     struct err *err) must_use;
/* Fills p->line and end_line from byte positions in the file. Positions must not go backwards between calls
 * with one struct, so that the cost stays linear. */
struct lang_lines {
	struct slice file;
	size_t pos;
	uint32_t line;
};
uint32_t lang_line_at(struct lang_lines *l, size_t pos);
