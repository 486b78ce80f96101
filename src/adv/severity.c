/* SPDX-License-Identifier: Apache-2.0 */
/* Severity words of all vendors on one scale. */
#include "adv/adv.h"

static const struct {
	const char *word;
	enum adv_severity severity;
} words[] = {
    {"critical", ADV_SEV_CRITICAL},
    {"urgent", ADV_SEV_CRITICAL},
    {"high", ADV_SEV_HIGH},
    {"important", ADV_SEV_HIGH},
    {"severe", ADV_SEV_HIGH},
    {"medium", ADV_SEV_MEDIUM},
    {"moderate", ADV_SEV_MEDIUM},
    /* "unimportant" and "negligible" are Debian's and Ubuntu's words for hardly a problem at all. */
    {"low", ADV_SEV_LOW},
    {"minor", ADV_SEV_LOW},
    {"negligible", ADV_SEV_LOW},
    {"unimportant", ADV_SEV_LOW},
};

enum adv_severity adv_severity_of_word(struct slice word)
{
	word = slice_trim(word);
	while (word.len && word.ptr[word.len - 1] == '*') /* "low**": Debian's automatic urgency */
		word.len--;
	for (size_t i = 0; word.len && i < ARRAY_LEN(words); i++)
		if (slice_ieq(word, slice_str(words[i].word)))
			return words[i].severity;
	return ADV_SEV_UNKNOWN;
}

enum adv_severity adv_severity_of_score(double score)
{
	if (score >= 9)
		return ADV_SEV_CRITICAL;
	if (score >= 7)
		return ADV_SEV_HIGH;
	if (score >= 4)
		return ADV_SEV_MEDIUM;
	return score > 0 ? ADV_SEV_LOW : ADV_SEV_UNKNOWN;
}
