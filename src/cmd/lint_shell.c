/* SPDX-License-Identifier: Apache-2.0 */
/* --shellcheck: what shellcheck, where it is installed, says of the shell text of RUN. All texts in one call. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cmd/lint.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_SCRIPTS 2000u
#define MAX_BODY    ((size_t)64 * KIB)
#define MAX_BODIES  ((size_t)1024 * KIB) /* all together */
#define MAX_SECONDS 30
#define FEW	    3 /* files: more are checked without it unless it is asked for */

extern char **environ;

struct script {
	struct lint_file *f;
	const struct df_instr *i;
	struct slice body; /* part of the file or of the joined line */
	uint32_t before;   /* lines in front of it */
};
struct shell_run {
	struct lint *l;
	VEC(struct script) scripts;
	size_t bytes;
	char dir[32];
	bool made;
};

static void shell_run_done(struct shell_run *s)
{
	char path[80];
	for (size_t k = 0; s->made && k < s->scripts.len; k++) {
		snprintf(path, sizeof(path), "%s/%zu", s->dir, k);
		unlink(path);
	}
	if (s->made)
		rmdir(s->dir);
	vec_free(&s->scripts);
}

/* ---- Texts ---- */

static bool is_other_shell(struct slice shell)
{
	static const char *const others[] = {"pwsh", "powershell", "cmd"};
	struct slice base = path_base(shell);
	for (size_t k = 0; k < ARRAY_LEN(others); k++)
		if (slice_starts(base, others[k]))
			return true;
	return false;
}

static void put_exports(struct buf *b, const struct df_doc *d, const struct df_instr *until,
			uint32_t *lines)
{
	static const char *const proxies[] = {"HTTP_PROXY",  "http_proxy", "HTTPS_PROXY",
					      "https_proxy", "FTP_PROXY",  "ftp_proxy",
					      "NO_PROXY",    "no_proxy"};
	for (size_t k = 0; k < ARRAY_LEN(proxies); k++, (*lines)++)
		buf_printf(b, "export %s=1\n", proxies[k]);
	for (const struct df_instr *i = d->instrs; i < until; i++) {
		if (i->stage != until->stage || (i->kind != DF_ENV && i->kind != DF_ARG))
			continue;
		for (size_t w = 0; w < i->nwords; w++, (*lines)++)
			buf_printf(b, "export %.*s=1\n", SL_FMT(i->words[w].key));
	}
}

static int write_script(struct shell_run *s, const struct df_doc *d, struct script *x,
			struct slice shell, struct err *err)
{
	auto_buf struct buf b;
	char path[80];
	buf_init(&b, 16 * MIB);
	buf_printf(&b, "#!%.*s\n", SL_FMT(shell));
	x->before = 1;
	put_exports(&b, d, x->i, &x->before);
	buf_puts(&b, x->body);
	buf_putc(&b, '\n');
	snprintf(path, sizeof(path), "%s/%zu", s->dir, s->scripts.len);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, "%s", path);
	TRY(file_write_fd(fd, buf_slice(&b), err));
	return vec_push(&s->scripts, *x) < 0 ? err_oom(err) : 0;
}

/* Shell text of the instruction, heredocs too; empty for none. */
static struct slice body_of(const struct df_instr *i)
{
	if (i->kind == DF_ONBUILD && i->inner)
		i = i->inner;
	if (i->kind != DF_RUN || i->is_json || i->error)
		return SL_NONE;
	if (!i->nheredocs)
		return i->body;
	bool alone = slice_starts(i->body, "<<") && slice_chr(i->body, ' ') < 0;
	return alone && !slice_starts(i->heredocs[0].body, "#!") ? i->heredocs[0].body : SL_NONE;
}

static int take_file(struct shell_run *s, struct lint_file *f, struct err *err)
{
	struct df_doc *d = arena_new(&s->l->arena, struct df_doc);
	struct slice shell = SL("/bin/sh");
	if (!d)
		return err_oom(err);
	TRY(df_parse(d, f->bytes, err));
	f->doc = d;
	for (size_t k = 0; k < d->ninstrs && s->scripts.len < MAX_SCRIPTS; k++) {
		const struct df_instr *i = &d->instrs[k];
		struct script x = {.f = f, .i = i, .body = body_of(i)};
		if (i->kind == DF_FROM)
			shell = SL("/bin/sh");
		if (i->kind == DF_SHELL && i->nwords)
			shell = i->words[0].text;
		if (!x.body.len || is_other_shell(shell) || x.body.len > MAX_BODY ||
		    s->bytes + x.body.len > MAX_BODIES)
			continue;
		s->bytes += x.body.len;
		TRY(write_script(s, d, &x, shell, err));
	}
	return 0;
}

/* ---- The call ---- */

/* All that comes from fd, until its end or the time is over. */
static int read_until(int fd, pid_t pid, struct buf *out, struct err *err)
{
	int64_t end = (int64_t)time(NULL) + MAX_SECONDS;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		char part[16384];
		int64_t left = end - (int64_t)time(NULL);
		int ready = left > 0 ? poll(&p, 1, (int)left * 1000) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		ssize_t n = ready > 0 ? read(fd, part, sizeof(part)) : -1;
		if (n == 0)
			return 0;
		if (n < 0 || out->failed) {
			kill(pid, SIGKILL);
			return err_limit(err, "shellcheck: not done after %d seconds", MAX_SECONDS);
		}
		buf_put(out, part, (size_t)n);
	}
}

static int call(struct shell_run *s, struct buf *out, struct err *err)
{
	posix_spawn_file_actions_t fa;
	size_t n = s->scripts.len, k = 0;
	const char **argv = arena_array(&s->l->arena, n + 8, sizeof(*argv));
	int fds[2], status = 0;
	pid_t pid;
	if (!argv)
		return err_oom(err);
	argv[k++] = "shellcheck";
	argv[k++] = "-f";
	argv[k++] = "json1";
	argv[k++] = "-e";
	argv[k++] = "SC2187,SC1090,SC1091";
	for (size_t i = 0; i < n; i++)
		argv[k++] = arena_printf(&s->l->arena, "%s/%zu", s->dir, i).ptr;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	auto_close int in = fds[0];
	auto_close int to = fds[1];
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, to, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	int r = posix_spawnp(&pid, argv[0], &fa, NULL, (char **)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	if (r) {
		errno = r;
		return err_sys(err, "shellcheck");
	}
	close(take_fd(&to));
	int rc = read_until(in, pid, out, err);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return rc;
}

/* ---- What it says ---- */

/* The byte of a line and column, from 1, of the text. */
static const char *at_column(struct slice text, uint64_t line, uint64_t column)
{
	struct slice one;
	while (line-- && slice_line(&text, &one))
		if (!line)
			return one.ptr + MIN((size_t)(column ? column - 1 : 0), one.len);
	return NULL;
}

static int add(struct shell_run *s, const struct node *n, struct err *err)
{
	struct slice file = path_base(node_get_str(n, "file"));
	uint64_t index = 0, line = 0, column = 0, code = 0;
	if (slice_u64(file, 10, &index) < 0 || index >= s->scripts.len ||
	    node_u64(node_get(n, "line"), &line) < 0 ||
	    node_u64(node_get(n, "column"), &column) < 0 ||
	    node_u64(node_get(n, "code"), &code) < 0)
		return 0;
	const struct script *x = &s->scripts.ptr[index];
	struct config_extra *e = arena_new(&s->l->arena, struct config_extra);
	if (!e)
		return err_oom(err);
	const char *p = line > x->before ? at_column(x->body, line - x->before, column) : NULL;
	e->id = arena_printf(&s->l->arena, "SC%04u", (unsigned)code);
	e->message = arena_dup(&s->l->arena, node_get_str(n, "message"));
	e->level = arena_dup(&s->l->arena, node_get_str(n, "level"));
	e->line = x->i->line;
	e->end_line = x->i->end_line;
	e->start = p ? df_where(x->f->doc, x->i, p) : x->i->start;
	e->group = x->i->start;
	e->next = x->f->extra;
	x->f->extra = e;
	return e->id.ptr && e->message.ptr && e->level.ptr ? 0 : err_oom(err);
}

static int take_findings(struct shell_run *s, struct slice json, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (!slice_trim(json).len)
		return 0;
	TRY(json_parse(&d, json, NULL, &root, err));
	node_each (n, node_get(root, "comments"))
		TRY(add(s, n, err));
	return 0;
}

static int ask(struct shell_run *s, struct err *err)
{
	auto_buf struct buf out;
	buf_init(&out, 256 * MIB);
	snprintf(s->dir, sizeof(s->dir), "/tmp/strake-lint-XXXXXX");
	if (!mkdtemp(s->dir))
		return err_sys(err, "%s", s->dir);
	s->made = true;
	for (size_t k = 0; k < s->l->files.len; k++) {
		struct lint_file *f = &s->l->files.ptr[k];
		if (!f->is_unreadable && strcmp(config_kind_name(f->kind), "dockerfile") == 0)
			TRY(take_file(s, f, err));
	}
	if (!s->scripts.len)
		return 0;
	TRY(call(s, &out, err));
	return take_findings(s, buf_slice(&out), err);
}

int lint_shell(struct lint *l)
{
	static const char *const words[] = {"auto", "yes", "no"};
	const char *when = opt_string(l->o, "shellcheck");
	CLEANUP(shell_run_done) struct shell_run s = {.l = l};
	struct err err = {0};
	size_t k = 0;
	while (k < ARRAY_LEN(words) && strcmp(when, words[k]) != 0)
		k++;
	if (k == ARRAY_LEN(words))
		return cmd_usage("--shellcheck %s: expected auto, yes or no", when);
	bool must = strcmp(when, "yes") == 0;
	if (!must && (strcmp(when, "no") == 0 || l->files.len > FEW))
		return 0;
	if (ask(&s, &err) < 0 && must)
		return cmd_fail(&err);
	return 0;
}
