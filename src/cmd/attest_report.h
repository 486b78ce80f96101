/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/targets.h"

/* clang-format off */
#define ATTEST_OPTIONS \
	{"attest", 0, OPT_FLAG, NULL, NULL, "sign the result, and put it beside the image as an attestation"}, \
	{"key", 'k', OPT_STRING, "KEY", NULL, "private key for --attest, as of strake sign"}, \
	{"password-file", 0, OPT_STRING, "FILE", NULL, "password of the key, its first line; else STRAKE_PASSWORD"}
/* clang-format on */
/* Before the work: 0, or an exit code when something for --attest is missing. */
int cmd_attest_check(const struct options *o) must_use;
/* After it: 0 or an exit code. format: of the document; type: the word of its predicate. */
int cmd_attest_reports(const struct options *o, const char *format, struct slice type,
		       const struct report *reports, size_t n) must_use;
