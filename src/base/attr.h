/* SPDX-License-Identifier: Apache-2.0 */
/* Compiler attributes under short names, and the cleanup attributes that own every resource. */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define must_use	  __attribute__((warn_unused_result))
#define printf_like(a, b) __attribute__((format(printf, a, b)))
#define noreturn_fn	  __attribute__((noreturn))
#define maybe_unused	  __attribute__((unused))
#define pure_fn		  __attribute__((pure))
#define likely(x)	  __builtin_expect(!!(x), 1)
#define unlikely(x)	  __builtin_expect(!!(x), 0)
#define KIB		  ((size_t)1024)
#define MIB		  ((size_t)1024 * 1024)
#define ARRAY_LEN(a)	  (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)	  ((a) < (b) ? (a) : (b))
#define MAX(a, b)	  ((a) > (b) ? (a) : (b))

/* The only control-flow macro: hand a failure on unchanged. */
#define TRY(x)                                                                                     \
	do {                                                                                       \
		int try_ = (x);                                                                    \
		if (unlikely(try_ < 0))                                                            \
			return try_;                                                               \
	} while (0)

/* auto_x variables release what they hold when they go out of scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}
static inline void cleanup_close(int *fd)
{
	if (*fd >= 0) {
		int saved = errno;
		close(*fd);
		errno = saved;
	}
}
#define auto_free  CLEANUP(cleanup_free)
#define auto_close CLEANUP(cleanup_close)

static inline int take_fd(int *fd)
{
	int got = *fd;
	*fd = -1;
	return got;
}
#define take_ptr(p)                                                                                \
	({                                                                                         \
		__typeof__(*(p)) took_ = *(p);                                                     \
		*(p) = NULL;                                                                       \
		took_;                                                                             \
	})
