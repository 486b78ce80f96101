/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads a rules file as often as asked, each time with other names and constants, and evaluates system calls as a busy host
 * makes them. Prints the milliseconds of loading and compiling, and the nanoseconds of an event, fastest of the rounds.
 * usage: rules FILE [COPIES [ROUNDS]]
 */
#include "rule/fields/syscall.h"
#include "rule/rule.h"

#include <stdio.h>
#include <time.h>

#define EVENTS	  4096
#define ANCESTORS 5

struct event {
	unsigned type;
	bool has[SYSCALL_NFIELDS];
	struct rule_value value[SYSCALL_NFIELDS];
	struct rule_value names[ANCESTORS];
};

static uint32_t rnd_state = 12345;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 1664525 + 1013904223;
	return (rnd_state >> 8) % n;
}

static double now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* ---- Copies of a rules file ---- */

static bool is_word(char c)
{
	return is_alpha(c) || is_digit(c) || strchr("_-./", c);
}

static void collect_names(struct slice text, struct map *names)
{
	struct slice line;
	bool is_new;
	while (slice_line(&text, &line)) {
		if (slice_starts(line, "- macro: "))
			map_put(names, slice_trim(slice_from(line, 9)), &is_new);
		else if (slice_starts(line, "- list: "))
			map_put(names, slice_trim(slice_from(line, 8)), &is_new);
	}
}

static void copy_line(struct slice line, const struct map *names, bool is_items, unsigned k,
		      struct buf *out)
{
	/* names of event types stay, though a macro has the name of one */
	bool has_types = slice_find(line, SL("evt.type")) >= 0;
	for (size_t i = 0; i < line.len;) {
		size_t start = i;
		while (i < line.len && line.ptr[i] && is_word(line.ptr[i]))
			i++;
		struct slice word = slice_sub(line, start, i - start);
		buf_puts(out, word);
		bool path = word.len > 2 && word.ptr[0] == '/';
		if (map_get(names, word) && !(has_types && slice_is(word, "dup")))
			buf_printf(out, "_%u", k);
		else if (path ||
			 (is_items && word.len > 1 && line.ptr[i] != ':' && is_alpha(word.ptr[0])))
			buf_printf(out, "%u", k);
		if (i < line.len)
			buf_putc(out, line.ptr[i++]);
	}
	buf_putc(out, '\n');
}

static void copy_file(struct slice text, const struct map *names, unsigned k, struct buf *out)
{
	struct slice line;
	bool is_items = false;
	while (slice_line(&text, &line)) {
		if (slice_starts(line, "- "))
			is_items = slice_starts(line, "- list:");
		if (slice_starts(line, "- required"))
			is_items = false;
		if (slice_starts(line, "- rule:"))
			buf_printf(out, "%.*s %u\n", (int)line.len, line.ptr, k);
		else
			copy_line(line, names, is_items, k, out);
	}
}

/* ---- Events ---- */

static void text(struct event *ev, int field, const char *s)
{
	ev->has[field] = true;
	ev->value[field].type = RULE_STRING;
	ev->value[field].str = slice_str(strdup(s));
}

static void number(struct event *ev, int field, int64_t n)
{
	ev->has[field] = true;
	ev->value[field].i = n;
}

static void flag(struct event *ev, int field, bool b)
{
	ev->has[field] = true;
	ev->value[field].b = b;
}

#define PICK(a) (a)[rnd(ARRAY_LEN(a))]

static void process(struct event *ev)
{
	static const char *const names[] = {"nginx",   "postgres",     "java",	     "node",
					    "python3", "redis-server", "containerd", "kubelet",
					    "bash",    "sshd",	       "systemd",    "cron",
					    "apt-get", "dpkg",	       "curl"};
	static const char *const parents[] = {"systemd", "containerd-shim", "bash",
					      "sshd",	 "nginx",	    "supervisord"};
	char line[200];
	const char *name = PICK(names);
	text(ev, SYSCALL_PROC_NAME, name);
	snprintf(line, sizeof(line), "/usr/bin/%s", name);
	text(ev, SYSCALL_PROC_EXEPATH, line);
	text(ev, SYSCALL_PROC_EXE, name);
	snprintf(line, sizeof(line), "%s --config /etc/%s/%s.conf --workers %u -g daemon off", name,
		 name, name, rnd(16));
	text(ev, SYSCALL_PROC_CMDLINE, line);
	text(ev, SYSCALL_PROC_ARGS, line + strlen(name) + 1);
	text(ev, SYSCALL_PROC_PNAME, PICK(parents));
	text(ev, SYSCALL_PROC_PCMDLINE,
	     "containerd-shim -namespace moby -id 3f1c2d -address /run/c.sock");
	text(ev, SYSCALL_PROC_PEXE, "/usr/bin/containerd-shim");
	text(ev, SYSCALL_PROC_CWD, "/srv/app/");
	for (int i = 0; i < ANCESTORS; i++)
		ev->names[i] = (struct rule_value){
		    .type = RULE_STRING, .str = slice_str(i == 4 ? "systemd" : PICK(parents))};
	ev->has[SYSCALL_PROC_ANAME] = true;
	ev->value[SYSCALL_PROC_ANAME].many = true;
	ev->value[SYSCALL_PROC_ANAME].items = ev->names;
	ev->value[SYSCALL_PROC_ANAME].n = ANCESTORS;
	number(ev, SYSCALL_PROC_TTY, rnd(20) == 0 ? 34816 : 0);
	number(ev, SYSCALL_PROC_VPID, 1 + rnd(9000));
	number(ev, SYSCALL_PROC_DURATION, (int64_t)rnd(1000000) * 100000);
	flag(ev, SYSCALL_PROC_IS_EXE_UPPER_LAYER, false);
	flag(ev, SYSCALL_PROC_IS_EXE_FROM_MEMFD, false);
	text(ev, SYSCALL_THREAD_CAP_EFFECTIVE, rnd(4) ? "" : "CAP_CHOWN CAP_SYS_ADMIN CAP_NET_RAW");
	text(ev, SYSCALL_USER_NAME, rnd(2) ? "root" : "www-data");
	number(ev, SYSCALL_USER_UID, rnd(2) ? 0 : 33);
	number(ev, SYSCALL_USER_LOGINUID, -1);
	bool host = rnd(3) == 0;
	text(ev, SYSCALL_CONTAINER_ID, host ? "host" : "3f1c2d4e5a6b");
	if (!host) {
		text(ev, SYSCALL_CONTAINER_IMAGE_REPOSITORY, "docker.io/library/nginx");
		flag(ev, SYSCALL_CONTAINER_PRIVILEGED, false);
		text(ev, SYSCALL_K8S_NS_NAME, "default");
	}
	text(ev, SYSCALL_EVT_RES, "SUCCESS");
	number(ev, SYSCALL_EVT_RAWRES, 3);
	number(ev, SYSCALL_EVT_NUM, 1 + rnd(100000));
}

static void path(struct event *ev, const char *p)
{
	const char *slash = strrchr(p, '/');
	char dir[300];
	text(ev, SYSCALL_FD_NAME, p);
	text(ev, SYSCALL_FD_NAMERAW, p);
	snprintf(dir, sizeof(dir), "%.*s", slash == p ? 1 : (int)(slash - p), p);
	text(ev, SYSCALL_FD_DIRECTORY, dir);
	text(ev, SYSCALL_FD_FILENAME, slash + 1);
	text(ev, SYSCALL_FD_TYPECHAR, "f");
	text(ev, SYSCALL_FD_TYPE, "file");
	number(ev, SYSCALL_FD_NUM, 3 + rnd(60));
}

static void opened(struct event *ev)
{
	static const char *const paths[] = {
	    "/etc/ld.so.cache",
	    "/lib/x86_64-linux-gnu/libc.so.6",
	    "/usr/lib/x86_64-linux-gnu/libssl.so.3",
	    "/proc/self/stat",
	    "/proc/%u/status",
	    "/var/log/nginx/access.log",
	    "/tmp/cache-%u.tmp",
	    "/usr/share/zoneinfo/UTC",
	    "/srv/app/node_modules/express/lib/router/index-%u.js",
	    "/etc/passwd",
	    "/sys/fs/cgroup/memory/docker/%u/memory.stat",
	    "/dev/null",
	    "/etc/hosts",
	    "/var/lib/postgresql/15/main/base/16384/%u",
	    "/srv/app/.cache/pip/http/%u",
	    "/usr/lib/python3.11/site-packages/requests/__pycache__/api.pyc"};
	char p[200];
	ev->type = rnd(5) ? SYSCALL_TYPE_openat : SYSCALL_TYPE_open;
	(void)snprintf(p, sizeof(p), "%s", PICK(paths));
	char *mark = strstr(p, "%u");
	if (mark) {
		char rest[100];
		(void)snprintf(rest, sizeof(rest), "%s", mark + 2);
		(void)snprintf(mark, sizeof(p) - (size_t)(mark - p), "%u%s", rnd(100000), rest);
	}
	path(ev, p);
	flag(ev, SYSCALL_EVT_IS_OPEN_READ, rnd(4) != 0);
	flag(ev, SYSCALL_EVT_IS_OPEN_WRITE, rnd(4) == 0);
	text(ev, SYSCALL_EVT_ARG, "O_RDONLY|O_CLOEXEC");
}

static void connected(struct event *ev)
{
	ev->type = SYSCALL_TYPE_connect;
	text(ev, SYSCALL_FD_NAME, "10.0.3.17:48210->10.0.9.4:5432");
	text(ev, SYSCALL_FD_TYPECHAR, "4");
	text(ev, SYSCALL_FD_TYPE, "ipv4");
	text(ev, SYSCALL_FD_L4PROTO, "tcp");
	number(ev, SYSCALL_FD_NUM, 11);
	number(ev, SYSCALL_FD_SPORT, rnd(3) ? 5432 : 443);
	flag(ev, SYSCALL_FD_CONNECTED, true);
	ev->has[SYSCALL_FD_SIP] = ev->has[SYSCALL_FD_SNET] = true;
	ev->value[SYSCALL_FD_SIP].ip =
	    (struct rule_ip){.family = 4, .bits = 32, .bytes = {10, 0, 9, 4}};
	ev->value[SYSCALL_FD_SNET].ip = ev->value[SYSCALL_FD_SIP].ip;
}

static void other(struct event *ev)
{
	static const unsigned types[] = {SYSCALL_TYPE_symlinkat, SYSCALL_TYPE_linkat,
					 SYSCALL_TYPE_dup3,	 SYSCALL_TYPE_socket,
					 SYSCALL_TYPE_sendto,	 SYSCALL_TYPE_ptrace};
	ev->type = PICK(types);
	text(ev, SYSCALL_EVT_ARG, "/srv/app/current");
	if (ev->type == SYSCALL_TYPE_sendto)
		connected(ev);
}

static void make_event(struct event *ev)
{
	uint32_t kind = rnd(100);
	process(ev);
	if (kind < 60)
		opened(ev);
	else if (kind < 75)
		connected(ev);
	else if (kind < 88)
		ev->type = rnd(2) ? SYSCALL_TYPE_execve : SYSCALL_TYPE_execveat;
	else
		other(ev);
	for (int i = 0; i < SYSCALL_NFIELDS; i++)
		ev->value[i].type = rule_source_syscall.fields[i].type;
}

static int get(void *event, const struct rule_field *f, const struct rule_arg *arg,
	       struct rule_value *out)
{
	const struct event *ev = event;
	if (!ev->has[f->id])
		return 0;
	*out = ev->value[f->id];
	if (out->many && arg->text.ptr) {
		if (arg->index == 0 || arg->index > out->n)
			return 0;
		*out = out->items[arg->index - 1];
	}
	return 1;
}

static struct rule_engine *load(struct slice file, unsigned copies, struct err *err)
{
	auto_map struct map names = {0};
	size_t n;
	const struct rule_source *const *sources = rule_sources(&n);
	struct rule_engine *e = rule_engine_new(sources, n, err);
	collect_names(file, &names);
	for (unsigned k = 0; e && k < copies; k++) {
		auto_buf struct buf copy = {0};
		buf_init(&copy, 16 * MIB);
		if (k)
			copy_file(file, &names, k, &copy);
		if (rule_load(e, SL("rules"), k ? buf_slice(&copy) : file, 0, err) < 0)
			rule_engine_free(&e);
	}
	if (e && rule_compile(e, err) < 0)
		rule_engine_free(&e);
	return e;
}

int main(int argc, char **argv)
{
	struct err err = {0};
	auto_buf struct buf file = {0};
	uint32_t copies = 1, rounds = 50;
	buf_init(&file, 16 * MIB);
	if (argc < 2 || (argc > 2 && slice_u32(slice_str(argv[2]), &copies) < 0) ||
	    (argc > 3 && slice_u32(slice_str(argv[3]), &rounds) < 0) ||
	    file_read(argv[1], &file, &err) < 0) {
		fprintf(stderr, "%s\n",
			err.text[0] ? err.text : "usage: rules FILE [COPIES [ROUNDS]]");
		return 2;
	}
	double start = now_ms();
	auto_rule_engine struct rule_engine *e = load(buf_slice(&file), copies, &err);
	double load_ms = now_ms() - start;
	struct event *events = calloc(EVENTS, sizeof(*events));
	if (!e || !events) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	for (size_t i = 0; i < EVENTS; i++)
		make_event(&events[i]);
	auto_rule_session struct rule_session *s = rule_session_new(e, SL("syscall"), get, &err);
	const struct rule_info *hits[16];
	size_t found = 0;
	double best = 1e9;
	for (unsigned r = 0; s && r < rounds; r++) {
		start = now_ms();
		for (size_t i = 0; i < EVENTS; i++)
			found += rule_eval(s, events[i].type, &events[i], hits, 1);
		double took = now_ms() - start;
		best = MIN(best, took);
	}
	struct rule_stats st;
	rule_stats_get(e, SL("syscall"), &st);
	printf("%.1f %.0f\n", load_ms, best * 1e6 / EVENTS);
	fprintf(stderr,
		"%zu rules, %zu checks, %zu unique, %zu nodes, %zu slots, %zu alerts a round\n",
		st.rules, st.checks, st.unique, st.nodes, st.slots, rounds ? found / rounds : 0);
	return 0;
}
