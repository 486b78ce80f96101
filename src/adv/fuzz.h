/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "adv/build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Imports the bytes under that name: whatever they are, what was taken in makes a database that verifies. */
int fuzz_import(const char *name, const uint8_t *data, size_t size);
