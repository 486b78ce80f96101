/* SPDX-License-Identifier: Apache-2.0 */
/* Questions at the terminal, even where standard input is something else. */
#include "cmd/cmd.h"

#include <fcntl.h>
#include <termios.h>

int cmd_ask(const char *prompt, bool hidden, const char *without, struct buf *out, struct err *err)
{
	struct termios before, quiet;
	auto_close int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &before) < 0)
		return err_usage(err, "%s", without);
	quiet = before;
	if (hidden)
		quiet.c_lflag &= (tcflag_t)~ECHO;
	/* First: what is typed as soon as the question is there must count. */
	tcsetattr(fd, TCSAFLUSH, &quiet);
	if (file_write_fd(fd, slice_str(prompt), err) < 0) {
		tcsetattr(fd, TCSAFLUSH, &before);
		return err->code;
	}
	char c;
	while (read(fd, &c, 1) == 1 && c != '\n')
		buf_putc(out, c);
	tcsetattr(fd, TCSADRAIN, &before);
	return hidden ? file_write_fd(fd, SL("\n"), err) : 0;
}
