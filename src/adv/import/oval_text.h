/* SPDX-License-Identifier: Apache-2.0 */
/* What the comments of OVAL criteria say; every vendor's generator has its own sentences. */
#pragma once

#include "adv/build.h"

enum oval_leaf_kind { OVAL_OTHER, OVAL_PLATFORM, OVAL_MODULE, OVAL_ARCH, OVAL_PACKAGE };
struct oval_leaf {
	enum oval_leaf_kind kind;
	struct slice name; /* channel of the platform, module, architecture, package */
	struct slice fixed;
	enum adv_status status; /* of OVAL_PACKAGE */
};
/* suse: "name-version-release is installed" is a package; patch: a bare "X is installed" is none. */
bool oval_leaf_read(struct slice comment, bool suse, struct arena *a, struct oval_leaf *ret);
/* "Red Hat Enterprise Linux 8" -> "redhat:8" */
bool oval_platform(struct slice text, struct arena *a, struct slice *channel);
