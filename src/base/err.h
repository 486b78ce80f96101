/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: functions return 0, or < 0 with a struct err filled; the caller owns the struct, nothing
 * has to be released. The text reads object: cause - remedy; err_wrap() puts an outer object in front.
 * The kind decides the exit code (see cli.md: usage 2, the rest 3).
 */
#pragma once

#include "base/slice.h"

enum err_kind {
	ERR_INTERNAL,	/* a bug or an exhausted resource of ours */
	ERR_USAGE,	/* the command line or a configuration file is wrong */
	ERR_INPUT,	/* what we were given to read is broken or of an unknown kind */
	ERR_NOT_FOUND,	/* it is not there */
	ERR_PERMISSION, /* the system refuses */
	ERR_NETWORK,
	ERR_LIMIT, /* a budget (bytes, entries, depth, time) is spent */
};

struct err {
	int code; /* -errno style, always < 0 once set */
	enum err_kind kind;
	uint16_t len;
	char text[768];
};

/* Sets text and returns code, so that `return err_set(...)` is the usual form. */
int err_set(struct err *err, enum err_kind kind, int code, const char *fmt, ...) printf_like(4, 5)
    __attribute__((cold));
/* From errno: picks the kind, appends strerror. */
int err_sys(struct err *err, const char *fmt, ...) printf_like(2, 3) __attribute__((cold));
/* Puts "fmt: " in front and returns err->code. */
int err_wrap(struct err *err, const char *fmt, ...) printf_like(2, 3) __attribute__((cold));
/* Adds a line of its own below the text: "  who: what". */
void err_line(struct err *err, const char *who, const struct err *what) __attribute__((cold));
int err_oom(struct err *err) __attribute__((cold));
#define err_input(err, ...) err_set(err, ERR_INPUT, -EBADMSG, __VA_ARGS__)
#define err_usage(err, ...) err_set(err, ERR_USAGE, -EINVAL, __VA_ARGS__)
#define err_limit(err, ...) err_set(err, ERR_LIMIT, -E2BIG, __VA_ARGS__)
int err_exit_code(const struct err *err);
