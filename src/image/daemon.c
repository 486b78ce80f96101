/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker and podman over their unix sockets: GET /images/<ref>/get streams the save archive (Docker Engine
 * API v1.24 and later; podman serves the same route). HTTP/1.1, one request a connection.
 */
#include "image/image_internal.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MAX_HEAD (32 * KIB)

struct response {
	int fd;
	char buf[256 * 1024];
	struct slice have; /* received, not handed out */
	bool chunked, ended;
	uint64_t left; /* of the body or the chunk */
	bool until_close;
	int status;
};

static int fill(struct response *r, struct err *err)
{
	for (;;) {
		ssize_t n = read(r->fd, r->buf, sizeof(r->buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "daemon");
		r->have = slice_of(r->buf, (size_t)n);
		return 0;
	}
}

static int get_line(struct response *r, struct buf *line, struct err *err)
{
	buf_clear(line);
	for (;;) {
		if (r->have.len == 0)
			TRY(fill(r, err));
		if (r->have.len == 0)
			return err_set(err, ERR_NETWORK, -EPIPE,
				       "the daemon closed the connection");
		ssize_t at = slice_chr(r->have, '\n');
		size_t n = at < 0 ? r->have.len : (size_t)at + 1;
		buf_put(line, r->have.ptr, n);
		r->have = slice_from(r->have, n);
		if (line->failed)
			return err_limit(err, "the daemon sent a header line over %zu bytes",
					 line->max);
		if (at >= 0)
			return 0;
	}
}

static int read_head(struct response *r, struct err *err)
{
	auto_buf struct buf line;
	uint64_t status;
	buf_init(&line, MAX_HEAD);
	TRY(get_line(r, &line, err));
	struct slice s = buf_slice(&line), word;
	if (!slice_starts(s, "HTTP/1.") || !slice_word(&s, &word) || !slice_word(&s, &word) ||
	    slice_u64(word, 10, &status) < 0)
		return err_set(err, ERR_NETWORK, -EPROTO, "the socket does not speak HTTP");
	r->status = (int)MIN(status, 999);
	r->until_close = true;
	for (size_t headers = 0; headers < 100; headers++) {
		TRY(get_line(r, &line, err));
		struct slice rest = slice_trim(buf_slice(&line)), name;
		if (rest.len == 0)
			return 0;
		if (!slice_cut(&rest, ':', &name))
			continue;
		rest = slice_trim(rest);
		if (slice_ieq(name, SL("transfer-encoding")) && slice_ieq(rest, SL("chunked"))) {
			r->chunked = true;
			r->until_close = false;
		}
		if (slice_ieq(name, SL("content-length")) && !r->chunked) {
			if (slice_u64(rest, 10, &r->left) < 0)
				return err_set(err, ERR_NETWORK, -EPROTO,
					       "the daemon sent a strange length");
			r->until_close = false;
		}
	}
	return err_limit(err, "the daemon sent too many headers");
}

static int next_chunk(struct response *r, struct err *err)
{
	auto_buf struct buf line;
	buf_init(&line, 256);
	do
		TRY(get_line(r, &line, err));
	while (slice_trim(buf_slice(&line)).len == 0);
	struct slice rest = slice_trim(buf_slice(&line)), size;
	if (!slice_cut(&rest, ';', &size) || slice_u64(slice_trim(size), 16, &r->left) < 0)
		return err_set(err, ERR_NETWORK, -EPROTO, "the daemon sent a broken chunk");
	r->ended = r->left == 0;
	return 0;
}

static int body_next(void *arg, struct slice *chunk, struct err *err)
{
	struct response *r = arg;
	*chunk = SL_NONE;
	if (r->chunked && r->left == 0 && !r->ended)
		TRY(next_chunk(r, err));
	if (r->ended || (!r->until_close && r->left == 0))
		return 0;
	if (r->have.len == 0)
		TRY(fill(r, err));
	if (r->have.len == 0) {
		r->ended = true;
		return r->until_close
			   ? 0
			   : err_set(err, ERR_NETWORK, -EPIPE, "the daemon broke off the transfer");
	}
	*chunk =
	    r->until_close ? r->have : slice_sub(r->have, 0, (size_t)MIN(r->left, r->have.len));
	if (!r->until_close)
		r->left -= chunk->len;
	r->have = slice_from(r->have, chunk->len);
	return 0;
}

/* What the daemon says about a refusal: {"message": "..."} */
static int refusal(struct response *r, struct slice ref, struct err *err)
{
	auto_buf struct buf body;
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err ignored = {0};
	buf_init(&body, 64 * KIB);
	doc_init(&d);
	for (struct slice c; body_next(r, &c, &ignored) == 0 && c.len && !body.failed;)
		buf_puts(&body, c);
	struct slice message = SL("no reason given");
	if (json_parse(&d, buf_slice(&body), NULL, &root, &ignored) == 0 &&
	    node_get_str(root, "message").len)
		message = node_get_str(root, "message");
	if (r->status == 404)
		return err_set(err, ERR_NOT_FOUND, -ENOENT,
			       "%.*s: the daemon has no such image (%.*s) - pull it first",
			       SL_FMT(ref), SL_FMT(message));
	return err_set(err, ERR_NETWORK, -EPROTO, "%.*s: the daemon answers %d: %.*s", SL_FMT(ref),
		       r->status, SL_FMT(message));
}

static int connect_to(const char *path, struct err *err)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(sa.sun_path))
		return err_usage(err, "%s: socket path too long", path);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(err, "%s", path);
	return take_fd(&fd);
}

static int connect_daemon(bool podman, const char *given, struct err *err)
{
	const char *env = getenv(podman ? "CONTAINER_HOST" : "DOCKER_HOST"),
		   *run = getenv("XDG_RUNTIME_DIR");
	char user[256];
	if (!given && env && strncmp(env, "unix://", 7) == 0)
		given = env + 7;
	if (given)
		return connect_to(given, err);
	snprintf(user, sizeof(user), "%s/%s", run ? run : "/run/user/0",
		 podman ? "podman/podman.sock" : "docker.sock");
	int fd = connect_to(podman ? "/run/podman/podman.sock" : "/var/run/docker.sock", err);
	if (fd < 0) {
		struct err second = {0};
		int other = connect_to(user, &second);
		if (other >= 0)
			return other;
	}
	return fd;
}

static bool ref_ok(struct slice ref)
{
	for (size_t i = 0; i < ref.len; i++) {
		char c = ref.ptr[i];
		if (!is_alpha(c) && !is_digit(c) && !strchr("./:@_-+", c))
			return false;
	}
	return ref.len > 0 && ref.len < 1024;
}

/* Reads the answer on a connected descriptor. */
int daemon_receive(struct blob_store *b, int fd, struct slice ref, const struct image_options *opt,
		   struct err *err)
{
	auto_free struct response *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	r->fd = fd;
	TRY(read_head(r, err));
	if (r->status != 200)
		return refusal(r, ref, err);
	b->src->streamed = true;
	struct pack_source in = {.next = body_next, .arg = r};
	return archive_scan(b, in, -1, opt, err);
}

int daemon_stream(struct blob_store *b, bool podman, struct slice ref,
		  const struct image_options *opt, struct err *err)
{
	char request[1400];
	const char *who = podman ? "podman" : "docker";
	if (!ref_ok(ref))
		return err_usage(err, "\"%.*s\" is neither a file nor an image reference",
				 SL_FMT(ref));
	auto_close int fd = connect_daemon(podman, opt->socket, err);
	if (fd < 0) {
		struct err why = *err;
		return err_set(err, why.kind, why.code,
			       "%.*s: the %s daemon cannot be asked (%s) - start it, or check the "
			       "socket",
			       SL_FMT(ref), who, why.text);
	}
	int n = snprintf(request, sizeof(request),
			 "GET /images/%.*s/get HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
			 SL_FMT(ref), who);
	TRY(file_write_fd(fd, slice_of(request, (size_t)n), err));
	return daemon_receive(b, fd, ref, opt, err);
}
