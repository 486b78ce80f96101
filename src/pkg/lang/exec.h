/* SPDX-License-Identifier: Apache-2.0 */
/* Executables: where the sections and segments of ELF, PE and Mach-O files lie. */
#pragma once

#include "base/base.h"

enum exec_kind { EXEC_NONE, EXEC_ELF, EXEC_PE, EXEC_MACHO };

struct exec_part {
	struct slice name; /* of a section; empty for segments */
	struct slice bytes;
	uint64_t addr;
	bool writable;
};
struct exec {
	struct slice file; /* of one architecture */
	enum exec_kind kind;
	bool big;
	unsigned word; /* bytes of an address: 4 or 8 */
	struct exec_part *sections, *segments;
	size_t nsections, nsegments;
	bool cut; /* a part that is loaded lies beyond the end of the file */
};
#define LANG_PROGRAM_MAX (1024 * MIB) /* .max_size of analysers of programs */
#define EXEC_MAX_PARTS	 20000
#define EXEC_MAX_ARCH	 39

/* The nth architecture of a file (a fat Mach-O has several): 1 opened, 0 there is none, < 0 out of memory.
 * Tables that are damaged are read as far as they go. */
int exec_open(struct arena *a, struct slice file, size_t n, struct exec *ret,
	      struct err *err) must_use;
/* Content of the first section of that name; ptr NULL when there is none. */
struct slice exec_section(const struct exec *x, const char *name);
/* len bytes at a virtual address; ptr NULL when they are not all in the file. */
struct slice exec_at(const struct exec *x, uint64_t addr, size_t len);
