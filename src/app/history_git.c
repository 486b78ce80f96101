/* SPDX-License-Identifier: Apache-2.0 */
/* The program git, held by a short rein: what a repository's own configuration could start is switched off. */
#define _GNU_SOURCE
#include "app/history.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define MAX_ARGS 32
#define MAX_ENV	 1024

extern char **environ;

/* Options in front of every command. A repository's configuration counts for less than these. */
static const char *const rein[] = {"git",
				   "--no-pager",
				   "--literal-pathspecs",
				   "-c",
				   "core.fsmonitor=",
				   "-c",
				   "core.hooksPath=/dev/null",
				   "-c",
				   "core.attributesFile=/dev/null",
				   "-c",
				   "core.deltaBaseCacheLimit=256m",
				   "-c",
				   "protocol.allow=never"};

/* GIT_DIR set means that the user named it: the owner of the files is not asked for (safe.directory). A missing object
 * of a partial clone is missing; a replaced one is read as it was. */
static const char *const settings[] = {
    "GIT_CONFIG_NOSYSTEM=1",	"GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
    "GIT_TERMINAL_PROMPT=0",	"GIT_OPTIONAL_LOCKS=0",	       "GIT_NO_LAZY_FETCH=1",
    "GIT_NO_REPLACE_OBJECTS=1", "GIT_ALLOW_PROTOCOL=none",     "LC_ALL=C",
};

/* The user's environment without what would lead git elsewhere. */
static void fill_environment(const char *dir, const char *env[MAX_ENV])
{
	size_t n = 0;
	for (; n < ARRAY_LEN(settings); n++)
		env[n] = settings[n];
	env[n++] = dir;
	for (char **e = environ; *e && n + 1 < MAX_ENV; e++)
		if (strncmp(*e, "GIT_", 4) != 0 && strncmp(*e, "LC_ALL=", 7) != 0)
			env[n++] = *e;
	env[n] = NULL;
}

static int fill_arguments(const char *const *args, const char *argv[MAX_ARGS + ARRAY_LEN(rein)])
{
	size_t n = 0;
	for (; n < ARRAY_LEN(rein); n++)
		argv[n] = rein[n];
	for (size_t i = 0; args[i]; i++) {
		if (i == MAX_ARGS - 1)
			return -E2BIG;
		argv[n++] = args[i];
	}
	argv[n] = NULL;
	return 0;
}

/* The parent ignores SIGPIPE; git is to die of it when nobody reads on. */
static int spawn(pid_t *pid, const char *const *argv, const char *const *env, int in, int out,
		 int message)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t pipes;
	int r = posix_spawn_file_actions_init(&files);
	if (r)
		return r;
	r = posix_spawnattr_init(&attr);
	if (r) {
		posix_spawn_file_actions_destroy(&files);
		return r;
	}
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	r = posix_spawnattr_setsigdefault(&attr, &pipes);
	if (r == 0)
		r = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	if (r == 0)
		r = in >= 0 ? posix_spawn_file_actions_adddup2(&files, in, 0)
			    : posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&files, out, 1);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&files, message, 2);
	if (r == 0)
		r = posix_spawnp(pid, "git", &files, &attr, (char **)(uintptr_t)argv,
				 (char **)(uintptr_t)env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return r;
}

int git_start(struct git *g, const char *repository, const char *const *args, int in, int to,
	      struct err *err)
{
	char dir[4200];
	const char *argv[MAX_ARGS + ARRAY_LEN(rein)], *env[MAX_ENV];
	int ends[2] = {-1, -1};
	*g = (struct git){.out = -1, .message = -1};
	if (snprintf(dir, sizeof(dir), "GIT_DIR=%s", repository) >= (int)sizeof(dir) ||
	    fill_arguments(args, argv) < 0)
		return err_usage(err, "path too long");
	fill_environment(dir, env);
	auto_close int message = memfd_create("strake-git", MFD_CLOEXEC);
	if (message < 0 || (to < 0 && pipe2(ends, O_CLOEXEC) < 0))
		return err_sys(err, "git");
	if (to < 0)
		(void)!fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	int r = spawn(&g->pid, argv, env, in, to < 0 ? ends[1] : to, message);
	cleanup_close(&ends[1]);
	g->out = ends[0];
	g->message = take_fd(&message);
	if (r == 0)
		return 0;
	g->pid = 0;
	git_done(g);
	if (r == ENOENT)
		return err_set(err, ERR_NOT_FOUND, -ENOENT,
			       "the program git is not installed, which reads repositories - "
			       "install git, or scan without --history");
	errno = r;
	return err_sys(err, "git");
}

static int late(struct err *err)
{
	return err_set(err, ERR_LIMIT, -ETIMEDOUT, "git did not finish in time - raise --timeout");
}

static int wait_fd(int fd, uint64_t deadline_ms)
{
	uint64_t now = time_monotonic_ms();
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return now >= deadline_ms ? 0 : poll(&p, 1, (int)MIN(deadline_ms - now, INT32_MAX));
}

ssize_t git_read(struct git *g, void *to, size_t n, uint64_t deadline_ms, struct err *err)
{
	for (;;) {
		int ready = wait_fd(g->out, deadline_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			return late(err);
		ssize_t got = read(g->out, to, n);
		if (got < 0 && errno == EINTR)
			continue;
		return got < 0 ? err_sys(err, "git") : got;
	}
}

/* The last line that it said, which is the one it died of. */
static void last_words(int fd, char *to, size_t cap)
{
	char text[4096];
	struct slice last = SL_NONE, line;
	ssize_t n = pread(fd, text, sizeof(text), 0);
	struct slice rest = slice_of(text, n < 0 ? 0 : (size_t)n);
	while (slice_line(&rest, &line))
		if (slice_trim(line).len)
			last = slice_trim(line);
	if (slice_starts(last, "fatal: "))
		last = slice_from(last, 7);
	size_t len = MIN(last.len, cap - 1);
	for (size_t i = 0; i < len; i++)
		to[i] = (unsigned char)last.ptr[i] < ' ' || last.ptr[i] == 127 ? '?' : last.ptr[i];
	to[len] = '\0';
}

int git_wait(struct git *g, uint64_t deadline_ms, struct err *err)
{
	char said[400];
	int status = 0, ready = 1;
	if (g->pid <= 0)
		return 0;
	auto_close int fd = (int)syscall(SYS_pidfd_open, g->pid, 0);
	if (fd >= 0)
		ready = wait_fd(fd, deadline_ms);
	if (ready == 0)
		kill(g->pid, SIGKILL);
	while (waitpid(g->pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "git");
	g->pid = 0;
	if (ready == 0)
		return late(err);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	last_words(g->message, said, sizeof(said));
	return err_input(err, "git: %s", *said ? said : "it ended early");
}

void git_done(struct git *g)
{
	if (g->pid > 0) {
		kill(g->pid, SIGKILL);
		while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	cleanup_close(&g->out);
	cleanup_close(&g->message);
	*g = (struct git){.out = -1, .message = -1};
}
