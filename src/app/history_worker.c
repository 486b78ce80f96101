/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandboxed reader of `git cat-file --batch`: "ID TYPE SIZE\n", the bytes, "\n", for each object of the list in its
 * order, or "ID missing\n". Nothing of it is trusted but the order, which is that of the list.
 */
#include "app/history.h"

#include <stdio.h>

#define WINDOW	  (256 * KIB)
#define COPY_MOST (4 * MIB) /* of a blob that is looked at under several names */
#define OTHERS	  8u

struct reading {
	const struct history_task *task;
	struct layer_writer out;
	struct secret_scan *scan;
	char window[WINDOW];
	size_t at, end;
	bool over;	/* the stream has ended */
	uint64_t bytes; /* of all blobs so far */
	struct buf copy;
	char number[16]; /* of the blob in hand */
	const struct history_blob *blob;
};

static int more(struct reading *r, struct err *err)
{
	ssize_t n;
	if (r->at < r->end || r->over)
		return 0;
	do
		n = read(r->task->in, r->window, sizeof(r->window));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "read");
	r->at = 0;
	r->end = (size_t)n;
	r->over = n == 0;
	return 0;
}

/* One line without its end; len 0 at the end of the stream. Too long a one is cut. */
static int next_line(struct reading *r, char line[256], size_t *len, struct err *err)
{
	*len = 0;
	for (;;) {
		TRY(more(r, err));
		if (r->over)
			return 0;
		struct slice rest = slice_of(r->window + r->at, r->end - r->at);
		ssize_t at = slice_chr(rest, '\n');
		size_t n = at < 0 ? rest.len : (size_t)at, room = MIN(n, 255 - *len);
		memcpy(line + *len, rest.ptr, room);
		*len += room;
		r->at += at < 0 ? n : n + 1;
		if (at >= 0)
			return 0;
	}
}

static int found(void *arg, const struct secret_found *f, struct err *err)
{
	struct reading *r = arg;
	return issues_secret_put(&r->out, slice_str(r->number), f, err);
}

static void warn(struct reading *r, const char *reason, const char *message)
{
	layer_put_warning(&r->out, slice_str(r->number), reason, message);
}

static void tell_gap(struct reading *r)
{
	const char *reason;
	char text[320];
	struct slice gap = secret_gap(r->scan, &reason);
	if (!gap.len)
		return;
	snprintf(text, sizeof(text), "not looked into for secrets: %.*s",
		 SL_FMT(slice_sub(gap, 0, 250)));
	warn(r, reason, text);
}

/* The same bytes under another name may be more: rules for files of certain names, folders where little is told. */
static int look_again(struct reading *r, struct err *err)
{
	struct slice first = r->blob->first.path;
	unsigned least = secret_path_silence(first), n = 0;
	for (const struct history_path *p = r->blob->first.next; p && n < OTHERS; p = p->next) {
		unsigned silence = secret_path_silence(p->path);
		if (slice_eq(path_base(p->path), path_base(first)) && silence >= least)
			continue;
		least = MIN(least, silence);
		n++;
		TRY(secret_text(r->scan, p->path, buf_slice(&r->copy), found, r, err));
		tell_gap(r);
	}
	return 0;
}

/* The bytes of the blob in hand, and the line end behind them. False in *whole: the stream ended before. */
static int take_content(struct reading *r, uint64_t size, bool wanted, bool *whole, struct err *err)
{
	uint64_t left = size;
	bool copied = wanted && r->blob->first.next && size <= COPY_MOST;
	bool scanned = wanted && secret_begin(r->scan, r->blob->first.path, size);
	buf_clear(&r->copy);
	*whole = false;
	while (left) {
		TRY(more(r, err));
		if (r->over)
			return 0;
		size_t n = (size_t)MIN(left, r->end - r->at);
		struct slice piece = slice_of(r->window + r->at, n);
		r->at += n;
		left -= n;
		if (copied)
			buf_puts(&r->copy, piece);
		if (scanned)
			TRY(secret_piece(r->scan, piece, left == 0, found, r, err));
	}
	TRY(more(r, err));
	*whole = !r->over && r->window[r->at] == '\n';
	r->at += *whole;
	if (scanned)
		tell_gap(r);
	return copied && *whole && !r->copy.failed ? look_again(r, err) : 0;
}

static int take_object(struct reading *r, struct slice line, bool *whole, struct err *err)
{
	struct slice id, type, text;
	uint64_t size = 0;
	*whole = true;
	if (slice_word(&line, &id) && slice_word(&line, &type) && slice_is(type, "missing")) {
		warn(r, "missing", "git does not have this object");
		return 0;
	}
	if (!slice_word(&line, &text) || slice_u64(text, 10, &size) < 0)
		return err_input(err, "git cat-file writes what is not understood");
	bool wanted = slice_is(type, "blob");
	if (wanted && size > HISTORY_MAX_BLOB) {
		wanted = false;
		warn(r, "limit", "not looked into for secrets: larger than 128 MiB");
	}
	r->bytes += size;
	return take_content(r, size, wanted, whole, err);
}

static int run(struct reading *r, struct err *err)
{
	const struct history_task *t = r->task;
	for (size_t i = 0; i < t->n; i++) {
		char line[256];
		size_t len;
		bool whole;
		r->blob = &t->h->blobs.ptr[t->list[i]];
		snprintf(r->number, sizeof(r->number), "%u", t->list[i]);
		TRY(next_line(r, line, &len, err));
		if (len == 0)
			return 0;
		TRY(take_object(r, slice_of(line, len), &whole, err));
		if (!whole)
			return 0;
		r->out.status.entries++;
		if (r->bytes > HISTORY_MAX_BYTES)
			return err_limit(err, "the history is over the limit of %llu GiB of blobs",
					 (unsigned long long)(HISTORY_MAX_BYTES >> 30));
	}
	return 0;
}

int history_worker(void *task, int result)
{
	struct reading *r = calloc(1, sizeof(*r));
	struct err err = {0};
	if (!r)
		return 125;
	r->task = task;
	buf_init(&r->copy, COPY_MOST + KIB);
	layer_writer_init(&r->out, 64 * MIB);
	if (secret_scan_new(r->task->rules, &r->scan, &err) < 0 || run(r, &err) < 0)
		r->out.status.err = err;
	int rc = layer_write(&r->out, result, &err) < 0 ? 124 : 0;
	secret_scan_free(&r->scan);
	layer_writer_done(&r->out);
	buf_free(&r->copy);
	free(r);
	return rc;
}
