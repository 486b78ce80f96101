/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level level = LOG_NORMAL;
static bool colour;

void log_setup(enum log_level new_level, bool new_colour)
{
	level = new_level;
	colour = new_colour;
}

static void printf_like(3, 0) say(const char *sgr, const char *word, const char *fmt, va_list ap)
{
	char line[2048];
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	if (n < 0)
		return;
	/* One write per message, so that lines of many processes stay whole. */
	if (colour)
		fprintf(stderr, "\033[%sm%s\033[0m %s\n", sgr, word, line);
	else
		fprintf(stderr, "%s %s\n", word, line);
}

#define DEFINE_LOG(name, least, sgr, word)                                                         \
	void name(const char *fmt, ...)                                                            \
	{                                                                                          \
		va_list ap;                                                                        \
		if (level < (least))                                                               \
			return;                                                                    \
		va_start(ap, fmt);                                                                 \
		say(sgr, word, fmt, ap);                                                           \
		va_end(ap);                                                                        \
	}

DEFINE_LOG(log_error, LOG_QUIET, "31", "error:")
DEFINE_LOG(log_warn, LOG_NORMAL, "33", "warning:")
DEFINE_LOG(log_info, LOG_NORMAL, "36", "note:")
DEFINE_LOG(log_debug, LOG_VERBOSE, "90", "debug:")
