/* SPDX-License-Identifier: Apache-2.0 */
/* Small readers that several ecosystems' files need. */
#pragma once

#include "pkg/lang/lang.h"

/* Text of a string, number or boolean as written: YAML reads the version 1.10 as a number. */
struct slice lang_scalar(const struct node *n);
static inline struct slice lang_get_scalar(const struct node *obj, const char *key)
{
	return lang_scalar(node_get(obj, key));
}
/* The list put together in b, for the package called name; too long a list is left out, with a warning. */
struct slice lang_list(struct pkg_warnings *w, const struct buf *b, struct slice name);
#define LANG_LIST_MAX (16 * MIB)
/* A licence field: a string, an object with "type" or "name", or an array of these. */
void lang_put_licenses(struct buf *b, const struct node *license);
/* Subresource integrity "sha512-BASE64 sha1-BASE64": the strongest as "sha512:HEX"; empty when there is none. */
struct slice lang_sri(struct arena *a, struct slice integrity);
/* "sha256:HEX" of a bare hash, by its length; empty when it is none. */
struct slice lang_hash(struct arena *a, struct slice hex);
/* Is s hexadecimal, between min and 128 digits? */
bool lang_is_hex(struct slice s, size_t min);
/* The revision at the end of an address: after '#', with or without "commit=" or "commit:"; else empty. */
struct slice lang_commit(struct slice url);
/* "name@version", where a name may begin with '@'; false without a version part. */
bool lang_split_at(struct slice s, struct slice *name, struct slice *version);
/* Blanks comments and commas before a closing bracket, outside of strings: JSONC becomes JSON of equal length. */
int lang_jsonc(struct arena *a, struct slice in, struct slice *ret, struct err *err) must_use;
/* Lines of an entry of a JSON or YAML document that begins at base in the file. Nodes come in the order of the file;
 * one from before the last keeps its lines unknown. */
void lang_set_lines(struct lang_lines *l, const struct node *n, size_t base, struct pkg *p);
/* s without the quotes around it, where it has some. */
struct slice lang_unquote(struct slice s);
/* Part of s before the first of sep, whole s when there is none. */
struct slice lang_before(struct slice s, char sep);
/* Part of s after the first of sep; empty when there is none. */
struct slice lang_after(struct slice s, char sep);
/* For combine(): calls one() for each file whose base name is not `beside`, with the bytes of the file of that name in
 * the same directory. Its errors become warnings about the file. */
int lang_combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, const char *beside,
		 int (*one)(struct pkg_ctx *cx, struct slice file, struct slice beside,
			    struct err *err),
		 struct err *err) must_use;
