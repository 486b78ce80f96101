/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/time.h"

#include <stdio.h>
#include <time.h>

/* Days from civil date, proleptic Gregorian: era arithmetic on a year that begins in March. */
static int32_t days_of(int32_t y, int32_t m, int32_t d)
{
	y -= m <= 2;
	int32_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int32_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int number(struct slice s, size_t at, size_t n, int32_t *out)
{
	uint64_t v;
	if (s.len < at + n)
		return -EINVAL;
	TRY(slice_u64(slice_sub(s, at, n), 10, &v));
	*out = (int32_t)v;
	return 0;
}

int time_parse_day(struct slice s, int32_t *day)
{
	static const char month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t y, m, d;
	if (s.len < 10 || s.ptr[4] != '-' || s.ptr[7] != '-')
		return -EINVAL;
	TRY(number(s, 0, 4, &y));
	TRY(number(s, 5, 2, &m));
	TRY(number(s, 8, 2, &d));
	if (m < 1 || m > 12 || d < 1 || d > month_days[m - 1])
		return -EINVAL;
	*day = days_of(y, m, d);
	return 0;
}

static int parse_offset(struct slice s, int64_t *seconds)
{
	int32_t h, m;
	if (s.len == 0 || slice_is(s, "Z") || slice_is(s, "z"))
		return 0;
	if (s.len != 6 || (s.ptr[0] != '+' && s.ptr[0] != '-') || s.ptr[3] != ':')
		return -EINVAL;
	TRY(number(s, 1, 2, &h));
	TRY(number(s, 4, 2, &m));
	*seconds += (s.ptr[0] == '-' ? 1 : -1) * (h * 3600 + m * 60);
	return 0;
}

int time_parse(struct slice s, int64_t *seconds)
{
	int32_t day, h, m, sec;
	TRY(time_parse_day(s, &day));
	int64_t t = (int64_t)day * 86400;
	s = slice_from(s, 10);
	if (s.len) {
		if ((s.ptr[0] != 'T' && s.ptr[0] != 't' && s.ptr[0] != ' ') || s.len < 9)
			return -EINVAL;
		TRY(number(s, 1, 2, &h));
		TRY(number(s, 4, 2, &m));
		TRY(number(s, 7, 2, &sec));
		if (h > 23 || m > 59 || sec > 60)
			return -EINVAL;
		t += h * 3600 + m * 60 + sec;
		s = slice_from(s, 9);
		if (s.len && s.ptr[0] == '.') {
			size_t n = 1;
			while (n < s.len && is_digit(s.ptr[n]))
				n++;
			s = slice_from(s, n);
		}
		TRY(parse_offset(s, &t));
	}
	*seconds = t;
	return 0;
}

void time_text(int64_t seconds, char out[TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;
	/* RFC 3339 section 5.6: four digits of year, which strftime does not pad. */
	if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		snprintf(out, TIME_TEXT, "invalid");
	else
		snprintf(out, TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ",
			 (tm.tm_year + 1900u) % 10000u, (tm.tm_mon + 1u) % 100u,
			 (unsigned)tm.tm_mday % 100u, (unsigned)tm.tm_hour % 100u,
			 (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u);
}

void time_day_text(int32_t day, char out[TIME_TEXT])
{
	time_text((int64_t)day * 86400, out);
	if (strlen(out) > 10)
		out[10] = '\0';
}

int64_t time_now(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t v;
	if (epoch && slice_u64(slice_str(epoch), 10, &v) == 0 && v < INT32_MAX)
		return (int64_t)v;
	return time(NULL);
}

uint64_t time_monotonic_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
