/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/sbom_formats.h"
#include "sbom/sbom_internal.h"

#define DECLARE(word) extern const struct sbom_format sbom_format_##word;
#define ROW(word)     &sbom_format_##word,
SBOM_FORMATS(DECLARE)

static const struct sbom_format *const table[] = {SBOM_FORMATS(ROW)};

const struct sbom_format *const *sbom_formats(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

const struct sbom_format *sbom_format_find(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (slice_is(name, table[i]->name))
			return table[i];
	return NULL;
}
