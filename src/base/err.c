/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

/* Untrusted names reach the text: keep it one line of printable bytes. */
static void make_printable(struct err *err, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)err->text[i] < 0x20 || err->text[i] == 0x7f)
			err->text[i] = '?';
}

static void printf_like(2, 0) format(struct err *err, const char *fmt, va_list ap)
{
	int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	if (n < 0)
		n = 0;
	err->len = (uint16_t)MIN((size_t)n, sizeof(err->text) - 1);
	make_printable(err, err->len);
}

int err_set(struct err *err, enum err_kind kind, int code, const char *fmt, ...)
{
	va_list ap;
	err->kind = kind;
	err->code = code < 0 ? code : -EINVAL;
	va_start(ap, fmt);
	format(err, fmt, ap);
	va_end(ap);
	return err->code;
}

static enum err_kind kind_of_errno(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERMISSION;
	case ECONNREFUSED:
	case ENETUNREACH:
	case ETIMEDOUT:
	case ECONNRESET:
		return ERR_NETWORK;
	case ENOMEM:
		return ERR_INTERNAL;
	default:
		return ERR_INPUT;
	}
}

int err_sys(struct err *err, const char *fmt, ...)
{
	int e = errno ? errno : EIO;
	va_list ap;
	err->kind = kind_of_errno(e);
	err->code = -e;
	va_start(ap, fmt);
	format(err, fmt, ap);
	va_end(ap);
	int n = snprintf(err->text + err->len, sizeof(err->text) - err->len, ": %s", strerror(e));
	if (n > 0)
		err->len = (uint16_t)MIN((size_t)err->len + (size_t)n, sizeof(err->text) - 1);
	return err->code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char outer[sizeof(err->text)];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(outer, sizeof(outer), fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : MIN((size_t)n, sizeof(outer) / 2);
	size_t keep = MIN((size_t)err->len, sizeof(err->text) - len - 3);
	memmove(err->text + len + 2, err->text, keep);
	memcpy(err->text, outer, len);
	memcpy(err->text + len, ": ", 2);
	err->len = (uint16_t)(len + 2 + keep);
	err->text[err->len] = '\0';
	make_printable(err, len); /* the rest is so already, and may have lines (err_line) */
	return err->code;
}

#define LINE_MAX_TEXT 200

void err_line(struct err *err, const char *who, const struct err *what)
{
	size_t room = sizeof(err->text) - err->len;
	int n =
	    snprintf(err->text + err->len, room, "\n  %s: %.*s", who, LINE_MAX_TEXT, what->text);
	if (n > 0)
		err->len = (uint16_t)(err->len + MIN((size_t)n, room - 1));
}

int err_oom(struct err *err)
{
	return err_set(err, ERR_LIMIT, -ENOMEM, "out of memory (or over the memory budget)");
}

int err_exit_code(const struct err *err)
{
	return err->kind == ERR_USAGE ? 2 : 3;
}
