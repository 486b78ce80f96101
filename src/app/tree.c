/* SPDX-License-Identifier: Apache-2.0 */
/* Directories: file systems and source trees; git repositories by path or address. */
#define _GNU_SOURCE
#include "app/job.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int scan_tree(struct scan_job *job, struct slice dir, struct report *r, struct err *err)
{
	struct incomplete_list inc = {0};
	struct layer_slot *slot = NULL;
	bool bare = false;
	int rc = job->opt.history ? job_history(job, dir, r->artifact_name, &bare, &inc, err) : 0;
	if (rc == 0 && !bare)
		rc = rootfs_send(&job->pool, dir, &slot, &job->arena, &inc, err);
	if (rc == 0)
		rc = job_complete(job, r, &slot, !bare, &inc, err);
	job_history_done(job);
	free(inc.items);
	return rc;
}

int job_scan_tree(struct scan_job *job, struct slice dir, struct slice name, const char *type,
		  struct err *err)
{
	struct report r = {.artifact_type = slice_str(type), .artifact_name = name};
	return scan_tree(job, dir, &r, err);
}

/* ---- what git says about a checked out tree, read from its files ---- */

/* One line of DIR/.git/NAME; empty when it is not there. */
static struct slice git_line(struct scan_job *job, struct slice dir, struct slice name)
{
	char path[4400];
	auto_buf struct buf text;
	struct err ignored = {0};
	buf_init(&text, 64 * KIB);
	if (snprintf(path, sizeof(path), "%.*s/.git/%.*s", SL_FMT(dir), SL_FMT(name)) >=
	    (int)sizeof(path))
		return SL_NONE;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    file_read_fd(fd, &text, &ignored) < 0)
		return SL_NONE;
	return arena_dup(&job->arena, slice_trim(buf_slice(&text)));
}

static bool is_plain_ref(struct slice ref)
{
	return slice_starts(ref, "refs/") && slice_find(ref, SL("..")) < 0 && ref.len < 512;
}

/* A reference that has no file of its own stands in packed-refs: "<hash> <name>". */
static struct slice packed_ref(struct scan_job *job, struct slice dir, struct slice ref)
{
	struct slice all = git_line(job, dir, SL("packed-refs")), line, word;
	while (slice_line(&all, &line)) {
		struct slice rest = line;
		if (slice_word(&rest, &word) && slice_eq(slice_trim(rest), ref))
			return word;
	}
	return SL_NONE;
}

static void describe_git(struct scan_job *job, struct slice dir, struct report *r)
{
	struct slice head = git_line(job, dir, SL("HEAD"));
	if (!slice_starts(head, "ref: ")) {
		r->commit = head.len == 40 || head.len == 64 ? head : SL_NONE;
		return;
	}
	struct slice ref = slice_trim(slice_from(head, 5));
	if (!is_plain_ref(ref))
		return;
	if (slice_starts(ref, "refs/heads/"))
		r->branch = slice_from(ref, 11);
	r->commit = git_line(job, dir, ref);
	if (!r->commit.len)
		r->commit = packed_ref(job, dir, ref);
}

/* ---- repositories by address ---- */

extern char **environ;

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	(void)!remove(path);
	return 0;
}

struct checkout {
	char dir[4096];
};
static void checkout_done(struct checkout *c)
{
	if (c->dir[0])
		(void)!nftw(c->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Waits until the job's time is over. */
static int wait_for_git(struct scan_job *job, pid_t pid, struct err *err)
{
	auto_close int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	uint64_t now = time_monotonic_ms(), end = job->pool.deadline_ms;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int status = 0, ready = 1;
	if (fd >= 0)
		ready = poll(&p, 1, now >= end ? 0 : (int)MIN(end - now, INT32_MAX));
	if (ready <= 0)
		kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "git");
	if (ready <= 0)
		return err_set(err, ERR_NETWORK, -ETIMEDOUT,
			       "git did not finish in time - raise --timeout");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(err, ERR_NETWORK, -EIO,
			       "git clone failed, its message stands above");
	return 0;
}

/* One commit, or all for their history; no hooks, no program that asks; only https unless --insecure. */
static int clone_repo(struct scan_job *job, const char *url, const char *dir, struct err *err)
{
	const char *http =
	    job->opt.registry.insecure ? "protocol.http.allow=always" : "protocol.http.allow=never";
	const char *const argv[] = {"git",
				    "-c",
				    "protocol.allow=never",
				    "-c",
				    "protocol.https.allow=always",
				    "-c",
				    http,
				    "-c",
				    "core.hooksPath=/dev/null",
				    "-c",
				    "credential.interactive=false",
				    "clone",
				    "--quiet",
				    job->opt.history ? "--no-single-branch" : "--depth=1",
				    job->opt.history ? "--quiet" : "--no-tags",
				    job->opt.history ? "--quiet" : "--single-branch",
				    "--",
				    url,
				    dir,
				    NULL};
	pid_t pid;
	(void)!setenv("GIT_TERMINAL_PROMPT", "0", 1);
	(void)!setenv("GIT_LFS_SKIP_SMUDGE", "1", 1);
	int r = posix_spawnp(&pid, "git", NULL, NULL, (char **)(uintptr_t)argv, environ);
	if (r == ENOENT)
		return err_set(
		    err, ERR_NOT_FOUND, -ENOENT,
		    "the program git is not installed, which brings repositories - install git, or "
		    "scan a directory");
	if (r) {
		errno = r;
		return err_sys(err, "git");
	}
	return wait_for_git(job, pid, err);
}

static int scan_address(struct scan_job *job, struct slice url, struct err *err)
{
	CLEANUP(checkout_done) struct checkout c = {0};
	const char *tmp = getenv("TMPDIR");
	struct report r = {
	    .artifact_type = SL("repository"), .artifact_name = url, .repo_url = url};
	if (!slice_starts(url, "https://") &&
	    !(slice_starts(url, "http://") && job->opt.registry.insecure))
		return err_usage(err, "only https addresses are fetched (http with --insecure)");
	if (snprintf(c.dir, sizeof(c.dir), "%s/strake-repo-XXXXXX", tmp && *tmp ? tmp : "/tmp") >=
	    (int)sizeof(c.dir))
		return err_usage(err, "TMPDIR is too long");
	if (!mkdtemp(c.dir)) {
		c.dir[0] = '\0';
		return err_sys(err, "temporary directory");
	}
	TRY(clone_repo(job, url.ptr, c.dir, err));
	struct slice dir = slice_str(c.dir);
	describe_git(job, dir, &r);
	return scan_tree(job, dir, &r, err);
}

int job_scan_repo(struct scan_job *job, struct slice where, struct err *err)
{
	if (slice_find(where, SL("://")) > 0 || slice_starts(where, "git@"))
		return scan_address(job, where, err);
	struct report r = {.artifact_type = SL("repository"), .artifact_name = where};
	describe_git(job, where, &r);
	return scan_tree(job, where, &r, err);
}
