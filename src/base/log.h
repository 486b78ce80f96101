/* SPDX-License-Identifier: Apache-2.0 */
/* Messages for people, on standard error. Only app/ and cmd/ speak; libraries return errors. */
#pragma once

#include "base/attr.h"
#include <stdbool.h>

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };
void log_setup(enum log_level level, bool colour);
void log_error(const char *fmt, ...) printf_like(1, 2);
void log_warn(const char *fmt, ...) printf_like(1, 2);
void log_info(const char *fmt, ...) printf_like(1, 2);
void log_debug(const char *fmt, ...) printf_like(1, 2);
