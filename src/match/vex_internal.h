/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "match/match_internal.h"
#include "match/vex.h"
#include "text/text.h"

#define VEX_MAX_STATEMENTS 2000000
#define VEX_MAX_DEPTH	   32

/* Copies the strings and appends; ids are shared by the statements of one problem and already copied. */
int vex_put(struct vex_set *v, struct vex_statement s, struct err *err) must_use;
/* List of n places in the arena. */
struct slice *vex_list(struct vex_set *v, size_t n);
struct slice vex_keep(struct vex_set *v, struct slice s);
/* "word: text" on one line; either may be empty. */
struct slice vex_reason(struct vex_set *v, struct slice word, struct slice text);

int openvex_read(struct vex_set *v, const struct node *root, struct err *err) must_use;
int csaf_vex_read(struct vex_set *v, const struct node *root, struct err *err) must_use;
int cyclonedx_vex_read(struct vex_set *v, const struct node *root, struct err *err) must_use;
