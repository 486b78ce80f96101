/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack_internal.h"

static int mem_next(void *arg, struct slice *chunk, struct err *err)
{
	struct pack_mem *m = arg;
	(void)err;
	*chunk = slice_sub(m->rest, 0, m->window ? m->window : m->rest.len);
	m->rest = slice_from(m->rest, chunk->len);
	return 0;
}

struct pack_source pack_mem_source(struct pack_mem *m, struct slice s, size_t window)
{
	*m = (struct pack_mem){.rest = s, .window = window};
	return (struct pack_source){.next = mem_next, .arg = m};
}

static int fd_next(void *arg, struct slice *chunk, struct err *err)
{
	struct pack_fd *f = arg;
	for (;;) {
		ssize_t n = read(f->fd, f->buf, f->cap);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		*chunk = slice_of(f->buf, (size_t)n);
		return 0;
	}
}

struct pack_source pack_fd_source(struct pack_fd *f)
{
	return (struct pack_source){.next = fd_next, .arg = f};
}

static int prefix_next(void *arg, struct slice *chunk, struct err *err)
{
	struct pack_prefix *p = arg;
	if (p->head.len == 0)
		return p->rest.next(p->rest.arg, chunk, err);
	*chunk = p->head;
	p->head = SL_NONE;
	return 0;
}

struct pack_source pack_prefix_source(struct pack_prefix *p, struct slice head,
				      struct pack_source rest)
{
	*p = (struct pack_prefix){.head = head, .rest = rest};
	return (struct pack_source){.next = prefix_next, .arg = p};
}
