/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of Go programs and of go.mod. */
#pragma once

#include "pkg/lang/lang.h"

struct go_module {
	struct slice path, version;
	bool local; /* replaced by a directory of the source tree */
};
/* A word as Go source has it: plain, "quoted" or `raw`. */
struct slice go_unquote(struct arena *a, struct slice word);
/* "go1.22.1 X:boringcrypto" -> "v1.22.1"; empty for development builds. */
struct slice go_release(struct arena *a, struct slice version);
/* The version that the linker flags set by -X package.version=...; empty when none, or when they disagree. */
struct slice go_ldflags_version(struct arena *a, struct slice module, struct slice ldflags);
/* v0.0.0-TIME-REVISION (Go Modules Reference, "Pseudo-versions"); empty without both. */
struct slice go_pseudo_version(struct arena *a, struct slice revision, struct slice time);
