/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/sandbox.h"

#include "config.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define DEFAULT_MEMORY (256 * MIB)
#define DEFAULT_CPU    300
#define DEFAULT_RESULT (256 * MIB)

static int set_limit(__rlimit_resource_t what, rlim_t value, struct err *err)
{
	struct rlimit lim = {value, value};
	if (setrlimit(what, &lim) < 0)
		return err_sys(err, "setrlimit");
	return 0;
}

/* Private memory the process has now, as RLIMIT_DATA counts it. */
static size_t data_now(void)
{
	char text[4096];
	size_t kib = 0;
	auto_close int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n > 0) {
		struct slice rest = slice_of(text, (size_t)n), line, word;
		while (slice_line(&rest, &line)) {
			uint64_t v;
			if (!slice_starts(line, "VmData:"))
				continue;
			line = slice_from(line, 7);
			if (slice_word(&line, &word) && slice_u64(word, 10, &v) == 0)
				kib = (size_t)v;
		}
	}
	return kib * KIB;
}

static int limit_resources(const struct worker_limits *lim, struct err *err)
{
	unsigned cpu = lim->cpu_seconds ? lim->cpu_seconds : DEFAULT_CPU;
	TRY(set_limit(RLIMIT_CPU, cpu, err));
	TRY(set_limit(RLIMIT_CORE, 0, err));
	TRY(set_limit(RLIMIT_FSIZE, lim->result ? lim->result : DEFAULT_RESULT, err));
	/* The sanitizers reserve terabytes of shadow: there is no telling memory from address space. */
	if (!STRAKE_SANITIZED)
		TRY(set_limit(RLIMIT_DATA,
			      data_now() + (lim->memory ? lim->memory : DEFAULT_MEMORY), err));
	return 0;
}

static int forbid_files(struct err *err)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs =
						 (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
	auto_close int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return 0; /* an older kernel: seccomp refuses open() all the same */
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return err_sys(err, "landlock");
	return 0;
}

/* Loads and releases a filter whose making ended with r. */
static int load_filter(scmp_filter_ctx ctx, int r, struct err *err)
{
	if (r == 0)
		r = seccomp_load(ctx);
	if (ctx)
		seccomp_release(ctx);
	if (r < 0) {
		errno = -r;
		return err_sys(err, "seccomp");
	}
	return 0;
}

static int filter_syscalls(struct err *err)
{
	static const int allowed[] = {
	    SCMP_SYS(read),	    SCMP_SYS(pread64),	      SCMP_SYS(readv),
	    SCMP_SYS(write),	    SCMP_SYS(pwrite64),	      SCMP_SYS(writev),
	    SCMP_SYS(close),	    SCMP_SYS(lseek),	      SCMP_SYS(fstat),
	    SCMP_SYS(mmap),	    SCMP_SYS(munmap),	      SCMP_SYS(mremap),
	    SCMP_SYS(mprotect),	    SCMP_SYS(madvise),	      SCMP_SYS(brk),
	    SCMP_SYS(futex),	    SCMP_SYS(exit),	      SCMP_SYS(exit_group),
	    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(clock_gettime),
	    SCMP_SYS(getrandom),    SCMP_SYS(getpid),	      SCMP_SYS(gettid),
	    SCMP_SYS(tgkill),	    SCMP_SYS(sched_yield),    SCMP_SYS(restart_syscall),
	    SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = ctx ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(allowed); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	/* glibc asks for the status of descriptors with newfstatat(fd, "", AT_EMPTY_PATH): let that fail
	 * softly, as everything a library may merely try. */
	static const int refused[] = {SCMP_SYS(newfstatat), SCMP_SYS(openat),	SCMP_SYS(open),
				      SCMP_SYS(ioctl),	    SCMP_SYS(readlink), SCMP_SYS(prlimit64),
				      SCMP_SYS(sysinfo)};
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(refused); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	return load_filter(ctx, r, err);
}

int sandbox_enter(const struct worker_limits *lim, struct err *err)
{
	TRY(limit_resources(lim, err));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "no_new_privs");
	TRY(forbid_files(err));
	/* Sanitizer run-times make calls of their own when they report. */
	return STRAKE_SANITIZED ? 0 : filter_syscalls(err);
}

#define MAY_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define MAY_WRITE                                                                                  \
	(MAY_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                  \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)

/* A path that is not there needs no rule: opening it will say so. */
static int allow_path(int ruleset, const char *path, uint64_t access, struct err *err)
{
	auto_close int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		access &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
	struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return err_sys(err, "landlock: %s", path);
	return 0;
}

static int limit_paths(const char *const *paths, size_t n, const char *write_dir, struct err *err)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs =
						 (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
	auto_close int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		TRY(allow_path(fd, paths[i], MAY_READ, err));
	TRY(allow_path(fd, write_dir, MAY_WRITE, err));
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return err_sys(err, "landlock");
	return 0;
}

int sandbox_paths(const char *const *paths, size_t n, const char *write_dir, struct err *err)
{
	static const int refused[] = {SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(execve),
				      SCMP_SYS(execveat), SCMP_SYS(ptrace)};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "no_new_privs");
	/* The sanitizers' symboliser is a program, and their run-times read /proc. */
	if (STRAKE_SANITIZED)
		return 0;
	TRY(limit_paths(paths, n, write_dir, err));
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = ctx ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(refused); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
	return load_filter(ctx, r, err);
}

static void run_child(int (*fn)(void *, int), void *arg, int result,
		      const struct worker_limits *lim) noreturn_fn;
static void run_child(int (*fn)(void *, int), void *arg, int result,
		      const struct worker_limits *lim)
{
	struct err err = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signal(SIGXFSZ, SIG_IGN);
	if (sandbox_enter(lim, &err) < 0) {
		fprintf(stderr, "error: sandbox: %s\n", err.text);
		_exit(126);
	}
	_exit(fn(arg, result));
}

int worker_start(struct worker *w, int (*fn)(void *arg, int result), void *arg,
		 const struct worker_limits *lim, struct err *err)
{
	static const struct worker_limits none;
	*w = (struct worker){.result = -1};
	auto_close int fd = memfd_create("strake-result", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "memfd_create");
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(err, "fork");
	if (pid == 0)
		run_child(fn, arg, fd, lim ? lim : &none);
	w->pid = pid;
	w->result = take_fd(&fd);
	return 0;
}

int worker_status(int status, struct err *err)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status)) {
		int sig = WTERMSIG(status);
		const char *why = sig == SIGXCPU || sig == SIGKILL
				      ? "over its time or memory budget"
				  : sig == SIGSYS ? "it tried what the sandbox forbids"
						  : "it crashed";
		return err_set(err, ERR_LIMIT, -EIO, "the analysis worker died of %s (%s)",
			       strsignal(sig), why);
	}
	return err_set(err, ERR_INTERNAL, -EIO, "the analysis worker ended with status %d",
		       WEXITSTATUS(status));
}

int worker_wait(struct worker *w, struct err *err)
{
	int status;
	while (waitpid(w->pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "waitpid");
	w->pid = 0;
	return worker_status(status, err);
}

void worker_kill(struct worker *w)
{
	if (w->pid <= 0)
		return;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
}

void worker_done(struct worker *w)
{
	worker_kill(w);
	cleanup_close(&w->result);
	w->result = -1;
}
