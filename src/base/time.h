/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as days since 1970-01-01 UTC, times as seconds; RFC 3339 both ways. */
#pragma once

#include "base/slice.h"

/* "2024-05-01" or the date part of an RFC 3339 time: 0 or -EINVAL. */
int time_parse_day(struct slice s, int32_t *day) must_use;
/* RFC 3339 ("2024-05-01T10:00:00Z", offsets and fractions accepted) or a bare date. */
int time_parse(struct slice s, int64_t *seconds) must_use;
#define TIME_TEXT 24
void time_text(int64_t seconds, char out[TIME_TEXT]); /* 2024-05-01T10:00:00Z */
void time_day_text(int32_t day, char out[TIME_TEXT]); /* 2024-05-01 */
int64_t time_now(void); /* SOURCE_DATE_EPOCH when set and valid, else the clock */
uint64_t time_monotonic_ms(void);
