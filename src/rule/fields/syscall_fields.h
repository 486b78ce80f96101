/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the source syscall beside the generic ones. The place in the list is the id. */
#pragma once

/* X(id, name, type, flags, text) */
#define SYSCALL_FIELDS                                                                             \
	X(EVT_LATENCY, "evt.latency", RELTIME, DEPRECATED,                                         \
	  "time between enter and exit; never set, since enter events are not captured")           \
	X(EVT_LATENCY_S, "evt.latency.s", RELTIME, DEPRECATED,                                     \
	  "time between enter and exit; never set, since enter events are not captured")           \
	X(EVT_LATENCY_NS, "evt.latency.ns", RELTIME, DEPRECATED,                                   \
	  "time between enter and exit; never set, since enter events are not captured")           \
	X(EVT_LATENCY_QUANTIZED, "evt.latency.quantized", UINT64, DEPRECATED,                      \
	  "time between enter and exit; never set, since enter events are not captured")           \
	X(EVT_LATENCY_HUMAN, "evt.latency.human", STRING, DEPRECATED,                              \
	  "time between enter and exit; never set, since enter events are not captured")           \
	X(EVT_DELTATIME, "evt.deltatime", RELTIME, 0, "nanoseconds since the event before")        \
	X(EVT_DELTATIME_S, "evt.deltatime.s", RELTIME, 0, "seconds since the event before")        \
	X(EVT_DELTATIME_NS, "evt.deltatime.ns", RELTIME, 0, "nanoseconds of that second")          \
	X(EVT_OUTPUTTIME, "evt.outputtime", STRING, OUTPUT, "time as the output shows it")         \
	X(EVT_DIR, "evt.dir", STRING, DEPRECATED, "always <: events are exits")                    \
	X(EVT_TYPE, "evt.type", STRING, RULE_EVENT_TYPE, "name of the event: openat")              \
	X(EVT_TYPE_IS, "evt.type.is", UINT64, INDEX | REQUIRED | NO_RHS,                           \
	  "1 when the event has this code")                                                        \
	X(SYSCALL_TYPE, "syscall.type", STRING, 0,                                                 \
	  "name of the system call; no value for other events")                                    \
	X(EVT_CATEGORY, "evt.category", STRING, 0, "file, net, process, memory ...")               \
	X(EVT_CPU, "evt.cpu", INT64, 0, "number of the processor")                                 \
	X(EVT_ARGS, "evt.args", STRING, 0, "all arguments as one text")                            \
	X(EVT_ARG, "evt.arg", STRING, INDEX | KEY | REQUIRED | DOTTED | NO_RHS,                    \
	  "one argument as text, by name or place")                                                \
	X(EVT_RAWARG, "evt.rawarg", STRING, KEY | REQUIRED | DOTTED | NO_RHS,                      \
	  "one argument as the kernel has it, by name")                                            \
	X(EVT_INFO, "evt.info", STRING, 0, "arguments, or the summary of a plugin event")          \
	X(EVT_BUFFER, "evt.buffer", BYTES, 0, "data read or written")                              \
	X(EVT_BUFLEN, "evt.buflen", UINT64, 0, "length of the data")                               \
	X(EVT_RES, "evt.res", STRING, 0, "SUCCESS or the name of the error")                       \
	X(EVT_RAWRES, "evt.rawres", INT64, 0, "what the system call returned")                     \
	X(EVT_FAILED, "evt.failed", BOOL, 0, "the system call failed")                             \
	X(EVT_IS_IO, "evt.is_io", BOOL, 0, "reads or writes")                                      \
	X(EVT_IS_IO_READ, "evt.is_io_read", BOOL, 0, "reads")                                      \
	X(EVT_IS_IO_WRITE, "evt.is_io_write", BOOL, 0, "writes")                                   \
	X(EVT_IO_DIR, "evt.io_dir", STRING, 0, "r or w")                                           \
	X(EVT_IS_WAIT, "evt.is_wait", BOOL, 0, "may wait")                                         \
	X(EVT_WAIT_LATENCY, "evt.wait_latency", RELTIME, DEPRECATED,                               \
	  "time spent waiting; never set")                                                         \
	X(EVT_IS_SYSLOG, "evt.is_syslog", BOOL, 0, "writes to /dev/log")                           \
	X(EVT_COUNT, "evt.count", UINT64, NO_RHS, "1 for the events that it counts")               \
	X(EVT_COUNT_ERROR, "evt.count.error", UINT64, NO_RHS, "1 for the events that it counts")   \
	X(EVT_COUNT_ERROR_FILE, "evt.count.error.file", UINT64, NO_RHS,                            \
	  "1 for the events that it counts")                                                       \
	X(EVT_COUNT_ERROR_NET, "evt.count.error.net", UINT64, NO_RHS,                              \
	  "1 for the events that it counts")                                                       \
	X(EVT_COUNT_ERROR_MEMORY, "evt.count.error.memory", UINT64, NO_RHS,                        \
	  "1 for the events that it counts")                                                       \
	X(EVT_COUNT_ERROR_OTHER, "evt.count.error.other", UINT64, NO_RHS,                          \
	  "1 for the events that it counts")                                                       \
	X(EVT_COUNT_EXIT, "evt.count.exit", UINT64, NO_RHS, "1 for the events that it counts")     \
	X(EVT_COUNT_PROCINFO, "evt.count.procinfo", UINT64, NO_RHS,                                \
	  "1 for the events that it counts")                                                       \
	X(EVT_COUNT_THREADINFO, "evt.count.threadinfo", UINT64, NO_RHS,                            \
	  "1 for the events that it counts")                                                       \
	X(EVT_AROUND, "evt.around", UINT64, KEY | REQUIRED | NO_RHS,                               \
	  "the event is near this time")                                                           \
	X(EVT_ABSPATH, "evt.abspath", PATH, KEY,                                                   \
	  "absolute path of a path argument: src, dst or none")                                    \
	X(EVT_BUFLEN_IN, "evt.buflen.in", UINT64, 0, "length of the data of such reads or writes") \
	X(EVT_BUFLEN_OUT, "evt.buflen.out", UINT64, 0,                                             \
	  "length of the data of such reads or writes")                                            \
	X(EVT_BUFLEN_FILE, "evt.buflen.file", UINT64, 0,                                           \
	  "length of the data of such reads or writes")                                            \
	X(EVT_BUFLEN_FILE_IN, "evt.buflen.file.in", UINT64, 0,                                     \
	  "length of the data of such reads or writes")                                            \
	X(EVT_BUFLEN_FILE_OUT, "evt.buflen.file.out", UINT64, 0,                                   \
	  "length of the data of such reads or writes")                                            \
	X(EVT_BUFLEN_NET, "evt.buflen.net", UINT64, 0,                                             \
	  "length of the data of such reads or writes")                                            \
	X(EVT_BUFLEN_NET_IN, "evt.buflen.net.in", UINT64, 0,                                       \
	  "length of the data of such reads or writes")                                            \
	X(EVT_BUFLEN_NET_OUT, "evt.buflen.net.out", UINT64, 0,                                     \
	  "length of the data of such reads or writes")                                            \
	X(EVT_IS_OPEN_READ, "evt.is_open_read", BOOL, 0, "opened for reading")                     \
	X(EVT_IS_OPEN_WRITE, "evt.is_open_write", BOOL, 0, "opened for writing")                   \
	X(EVT_IS_OPEN_EXEC, "evt.is_open_exec", BOOL, 0, "made with an execute permission")        \
	X(EVT_IS_OPEN_CREATE, "evt.is_open_create", BOOL, 0, "made a file")                        \
	X(PROC_PID, "proc.pid", INT64, 0, "process id")                                            \
	X(PROC_EXE, "proc.exe", STRING, 0, "first argument")                                       \
	X(PROC_PEXE, "proc.pexe", STRING, 0, "first argument of the parent")                       \
	X(PROC_AEXE, "proc.aexe", STRING, INDEX | ANY | NO_RHS, "first argument of an ancestor")   \
	X(PROC_EXEPATH, "proc.exepath", PATH, 0, "path of the program")                            \
	X(PROC_PEXEPATH, "proc.pexepath", PATH, 0, "path of the parent's program")                 \
	X(PROC_AEXEPATH, "proc.aexepath", PATH, INDEX | ANY | NO_RHS,                              \
	  "path of an ancestor's program")                                                         \
	X(PROC_NAME, "proc.name", STRING, 0, "name of the process, 15 characters")                 \
	X(PROC_PNAME, "proc.pname", STRING, 0, "name of the parent")                               \
	X(PROC_ANAME, "proc.aname", STRING, INDEX | ANY | NO_RHS, "name of an ancestor")           \
	X(PROC_ARGS, "proc.args", STRING, INDEX, "arguments after the first, or one of them")      \
	X(PROC_CMDLINE, "proc.cmdline", STRING, 0, "name and arguments")                           \
	X(PROC_PCMDLINE, "proc.pcmdline", STRING, 0, "the same of the parent")                     \
	X(PROC_ACMDLINE, "proc.acmdline", STRING, INDEX | ANY | NO_RHS, "the same of an ancestor") \
	X(PROC_CMDNARGS, "proc.cmdnargs", UINT64, 0, "number of arguments")                        \
	X(PROC_CMDLENARGS, "proc.cmdlenargs", UINT64, 0, "their length")                           \
	X(PROC_EXELINE, "proc.exeline", STRING, 0, "first argument and the others")                \
	X(PROC_ENV, "proc.env", STRING, KEY | INDEX, "environment, or one variable of it")         \
	X(PROC_AENV, "proc.aenv", STRING, KEY | INDEX | ANY | NO_RHS, "environment of ancestors")  \
	X(PROC_CWD, "proc.cwd", PATH, 0, "working directory")                                      \
	X(PROC_LOGINSHELLID, "proc.loginshellid", INT64, 0,                                        \
	  "process id of the oldest shell among the ancestors")                                    \
	X(PROC_TTY, "proc.tty", UINT64, 0, "number of the terminal, 0 none")                       \
	X(PROC_PPID, "proc.ppid", INT64, 0, "process id of the parent")                            \
	X(PROC_APID, "proc.apid", INT64, INDEX | ANY | NO_RHS, "process id of an ancestor")        \
	X(PROC_VPID, "proc.vpid", INT64, 0, "process id in its namespace")                         \
	X(PROC_PVPID, "proc.pvpid", INT64, 0, "the same of the parent")                            \
	X(PROC_SID, "proc.sid", INT64, 0, "session id")                                            \
	X(PROC_SNAME, "proc.sname", STRING, 0, "name of the session leader")                       \
	X(PROC_SID_EXE, "proc.sid.exe", STRING, 0, "its first argument")                           \
	X(PROC_SID_EXEPATH, "proc.sid.exepath", PATH, 0, "path of its program")                    \
	X(PROC_VPGID, "proc.vpgid", INT64, 0, "process group in its namespace")                    \
	X(PROC_VPGID_NAME, "proc.vpgid.name", STRING, 0, "name of its leader")                     \
	X(PROC_VPGID_EXE, "proc.vpgid.exe", STRING, 0, "first argument of its leader")             \
	X(PROC_VPGID_EXEPATH, "proc.vpgid.exepath", PATH, 0, "path of its leader's program")       \
	X(PROC_PGID, "proc.pgid", INT64, 0, "process group")                                       \
	X(PROC_PGID_NAME, "proc.pgid.name", STRING, 0, "name of its leader")                       \
	X(PROC_PGID_EXE, "proc.pgid.exe", STRING, 0, "first argument of its leader")               \
	X(PROC_PGID_EXEPATH, "proc.pgid.exepath", PATH, 0, "path of its leader's program")         \
	X(PROC_DURATION, "proc.duration", RELTIME, 0, "nanoseconds since the process began")       \
	X(PROC_PPID_DURATION, "proc.ppid.duration", RELTIME, 0, "the same of the parent")          \
	X(PROC_PID_TS, "proc.pid.ts", ABSTIME, 0, "when the process began")                        \
	X(PROC_PPID_TS, "proc.ppid.ts", ABSTIME, 0, "when the parent began")                       \
	X(PROC_IS_EXE_WRITABLE, "proc.is_exe_writable", BOOL, 0,                                   \
	  "the program may be written by the process")                                             \
	X(PROC_IS_EXE_UPPER_LAYER, "proc.is_exe_upper_layer", BOOL, 0,                             \
	  "the program is not of the image: upper layer of an overlay")                            \
	X(PROC_IS_EXE_LOWER_LAYER, "proc.is_exe_lower_layer", BOOL, 0,                             \
	  "the program is of the image")                                                           \
	X(PROC_IS_EXE_FROM_MEMFD, "proc.is_exe_from_memfd", BOOL, 0, "the program has no file")    \
	X(PROC_IS_SID_LEADER, "proc.is_sid_leader", BOOL, 0, "leads its session")                  \
	X(PROC_IS_VPGID_LEADER, "proc.is_vpgid_leader", BOOL, 0, "leads its process group")        \
	X(PROC_IS_PGID_LEADER, "proc.is_pgid_leader", BOOL, 0,                                     \
	  "leads its process group on the host")                                                   \
	X(PROC_EXE_INO, "proc.exe_ino", INT64, 0, "inode of the program")                          \
	X(PROC_EXE_INO_CTIME, "proc.exe_ino.ctime", ABSTIME, 0, "its change time")                 \
	X(PROC_EXE_INO_MTIME, "proc.exe_ino.mtime", ABSTIME, 0, "its modification time")           \
	X(PROC_EXE_INO_CTIME_DURATION_PROC_START, "proc.exe_ino.ctime_duration_proc_start",        \
	  RELTIME, 0, "from the change to the start of the process")                               \
	X(PROC_EXE_INO_CTIME_DURATION_PIDNS_START, "proc.exe_ino.ctime_duration_pidns_start",      \
	  RELTIME, 0, "from the start of the namespace to the change")                             \
	X(PROC_PIDNS_INIT_START_TS, "proc.pidns_init_start_ts", ABSTIME, 0,                        \
	  "when the process namespace began")                                                      \
	X(THREAD_CAP_PERMITTED, "thread.cap_permitted", STRING, 0, "permitted capabilities")       \
	X(THREAD_CAP_INHERITABLE, "thread.cap_inheritable", STRING, 0, "inheritable capabilities") \
	X(THREAD_CAP_EFFECTIVE, "thread.cap_effective", STRING, 0, "effective capabilities")       \
	X(PROC_FDOPENCOUNT, "proc.fdopencount", UINT64, 0, "open descriptors")                     \
	X(PROC_FDLIMIT, "proc.fdlimit", INT64, 0, "limit of descriptors")                          \
	X(PROC_FDUSAGE, "proc.fdusage", DOUBLE, 0, "their ratio")                                  \
	X(PROC_VMSIZE, "proc.vmsize", UINT64, 0, "memory in KiB")                                  \
	X(PROC_VMRSS, "proc.vmrss", UINT64, 0, "memory in KiB")                                    \
	X(PROC_VMSWAP, "proc.vmswap", UINT64, 0, "memory in KiB")                                  \
	X(THREAD_PFMAJOR, "thread.pfmajor", UINT64, 0, "major page faults")                        \
	X(THREAD_PFMINOR, "thread.pfminor", UINT64, 0, "minor page faults")                        \
	X(THREAD_TID, "thread.tid", INT64, 0, "thread id")                                         \
	X(THREAD_ISMAIN, "thread.ismain", BOOL, 0, "the first thread")                             \
	X(THREAD_VTID, "thread.vtid", INT64, 0, "thread id in its namespace")                      \
	X(THREAD_NAMETID, "thread.nametid", STRING, 0, "name and thread id")                       \
	X(THREAD_EXECTIME, "thread.exectime", RELTIME, 0, "processor time of this turn")           \
	X(THREAD_TOTEXECTIME, "thread.totexectime", RELTIME, 0, "processor time")                  \
	X(THREAD_CGROUPS, "thread.cgroups", STRING, 0, "all control groups")                       \
	X(THREAD_CGROUP, "thread.cgroup", STRING, KEY | REQUIRED | DOTTED,                         \
	  "control group of one subsystem")                                                        \
	X(PROC_NTHREADS, "proc.nthreads", UINT64, 0, "threads")                                    \
	X(PROC_NCHILDS, "proc.nchilds", UINT64, 0, "children")                                     \
	X(THREAD_CPU, "thread.cpu", DOUBLE, 0, "processor use")                                    \
	X(THREAD_CPU_USER, "thread.cpu.user", DOUBLE, 0, "in user mode")                           \
	X(THREAD_CPU_SYSTEM, "thread.cpu.system", DOUBLE, 0, "in the kernel")                      \
	X(THREAD_VMSIZE, "thread.vmsize", UINT64, 0, "memory in KiB")                              \
	X(THREAD_VMRSS, "thread.vmrss", UINT64, 0, "memory in KiB")                                \
	X(THREAD_VMSIZE_B, "thread.vmsize.b", UINT64, 0, "memory in bytes")                        \
	X(THREAD_VMRSS_B, "thread.vmrss.b", UINT64, 0, "memory in bytes")                          \
	X(PROC_STDIN_TYPE, "proc.stdin.type", STRING, 0, "type of this descriptor")                \
	X(PROC_STDIN_NAME, "proc.stdin.name", STRING, 0, "name of this descriptor")                \
	X(PROC_STDOUT_TYPE, "proc.stdout.type", STRING, 0, "type of this descriptor")              \
	X(PROC_STDOUT_NAME, "proc.stdout.name", STRING, 0, "name of this descriptor")              \
	X(PROC_STDERR_TYPE, "proc.stderr.type", STRING, 0, "type of this descriptor")              \
	X(PROC_STDERR_NAME, "proc.stderr.name", STRING, 0, "name of this descriptor")              \
	X(USER_UID, "user.uid", UINT64, 0, "user id")                                              \
	X(USER_NAME, "user.name", STRING, 0, "user name")                                          \
	X(USER_HOMEDIR, "user.homedir", PATH, 0, "home directory")                                 \
	X(USER_SHELL, "user.shell", PATH, 0, "shell")                                              \
	X(USER_LOGINUID, "user.loginuid", INT64, 0, "user id at login, -1 none")                   \
	X(USER_LOGINNAME, "user.loginname", STRING, 0, "user name at login")                       \
	X(GROUP_GID, "group.gid", UINT64, 0, "group id")                                           \
	X(GROUP_NAME, "group.name", STRING, 0, "group name")                                       \
	X(FD_NUM, "fd.num", INT64, 0, "number of the descriptor")                                  \
	X(FD_TYPE, "fd.type", STRING, 0, "file, directory, ipv4, ipv6, unix, pipe ...")            \
	X(FD_TYPECHAR, "fd.typechar", STRING, 0, "the type as one letter")                         \
	X(FD_NAME, "fd.name", PATH, 0, "path, or addresses of a connection")                       \
	X(FD_DIRECTORY, "fd.directory", PATH, 0, "directory of the path")                          \
	X(FD_FILENAME, "fd.filename", PATH, 0, "last part of the path")                            \
	X(FD_IP, "fd.ip", IP, EITHER | NO_RHS, "address of either end")                            \
	X(FD_CIP, "fd.cip", IP, 0, "address of the client end")                                    \
	X(FD_SIP, "fd.sip", IP, 0, "address of the server end")                                    \
	X(FD_LIP, "fd.lip", IP, 0, "address of the local end")                                     \
	X(FD_RIP, "fd.rip", IP, 0, "address of the remote end")                                    \
	X(FD_PORT, "fd.port", PORT, EITHER | NO_RHS, "port of either end")                         \
	X(FD_CPORT, "fd.cport", PORT, 0, "port of the client end")                                 \
	X(FD_SPORT, "fd.sport", PORT, 0, "port of the server end")                                 \
	X(FD_LPORT, "fd.lport", PORT, 0, "port of the local end")                                  \
	X(FD_RPORT, "fd.rport", PORT, 0, "port of the remote end")                                 \
	X(FD_L4PROTO, "fd.l4proto", STRING, 0, "tcp, udp, icmp or raw")                            \
	X(FD_SOCKFAMILY, "fd.sockfamily", STRING, 0, "ip or unix")                                 \
	X(FD_IS_SERVER, "fd.is_server", BOOL, 0, "the process is the server")                      \
	X(FD_UID, "fd.uid", STRING, 0, "descriptor and thread as one text")                        \
	X(FD_CONTAINERNAME, "fd.containername", PATH, 0, "container and name")                     \
	X(FD_CONTAINERDIRECTORY, "fd.containerdirectory", PATH, 0, "container and directory")      \
	X(FD_PROTO, "fd.proto", STRING, EITHER | NO_RHS, "service name of either end")             \
	X(FD_CPROTO, "fd.cproto", STRING, 0, "service name of the client end")                     \
	X(FD_SPROTO, "fd.sproto", STRING, 0, "service name of the server end")                     \
	X(FD_LPROTO, "fd.lproto", STRING, 0, "service name of the local end")                      \
	X(FD_RPROTO, "fd.rproto", STRING, 0, "service name of the remote end")                     \
	X(FD_NET, "fd.net", IPNET, EITHER | NO_RHS, "network of either end")                       \
	X(FD_CNET, "fd.cnet", IPNET, NO_RHS, "network of the client end")                          \
	X(FD_SNET, "fd.snet", IPNET, NO_RHS, "network of the server end")                          \
	X(FD_LNET, "fd.lnet", IPNET, NO_RHS, "network of the local end")                           \
	X(FD_RNET, "fd.rnet", IPNET, NO_RHS, "network of the remote end")                          \
	X(FD_CONNECTED, "fd.connected", BOOL, 0, "the socket is connected")                        \
	X(FD_NAME_CHANGED, "fd.name_changed", BOOL, 0, "the event changed the name")               \
	X(FD_CIP_NAME, "fd.cip.name", STRING, NO_RHS, "host name of the client end")               \
	X(FD_SIP_NAME, "fd.sip.name", STRING, NO_RHS, "host name of the server end")               \
	X(FD_LIP_NAME, "fd.lip.name", STRING, NO_RHS, "host name of the local end")                \
	X(FD_RIP_NAME, "fd.rip.name", STRING, NO_RHS, "host name of the remote end")               \
	X(FD_DEV, "fd.dev", INT64, 0, "device")                                                    \
	X(FD_DEV_MAJOR, "fd.dev.major", INT64, 0, "major number")                                  \
	X(FD_DEV_MINOR, "fd.dev.minor", INT64, 0, "minor number")                                  \
	X(FD_INO, "fd.ino", INT64, 0, "inode")                                                     \
	X(FD_NAMERAW, "fd.nameraw", PATH, 0, "path as the program gave it")                        \
	X(FD_TYPES, "fd.types", STRING, LIST | INDEX, "types of all descriptors of the event")     \
	X(FD_IS_UPPER_LAYER, "fd.is_upper_layer", BOOL, 0,                                         \
	  "the file is of the upper layer of an overlay")                                          \
	X(FD_IS_LOWER_LAYER, "fd.is_lower_layer", BOOL, 0, "the file is of a lower layer")         \
	X(FS_PATH_NAME, "fs.path.name", PATH, 0, "path of the call")                               \
	X(FS_PATH_NAMERAW, "fs.path.nameraw", PATH, 0, "the same as given")                        \
	X(FS_PATH_SOURCE, "fs.path.source", PATH, 0, "path that is moved or linked")               \
	X(FS_PATH_SOURCERAW, "fs.path.sourceraw", PATH, 0, "the same as given")                    \
	X(FS_PATH_TARGET, "fs.path.target", PATH, 0, "new path")                                   \
	X(FS_PATH_TARGETRAW, "fs.path.targetraw", PATH, 0, "the same as given")                    \
	X(FDLIST_NUMS, "fdlist.nums", INT64, LIST, "descriptors of a poll")                        \
	X(FDLIST_NAMES, "fdlist.names", PATH, LIST, "their names")                                 \
	X(FDLIST_CIPS, "fdlist.cips", IP, LIST, "client addresses")                                \
	X(FDLIST_SIPS, "fdlist.sips", IP, LIST, "server addresses")                                \
	X(FDLIST_CPORTS, "fdlist.cports", PORT, LIST, "client ports")                              \
	X(FDLIST_SPORTS, "fdlist.sports", PORT, LIST, "server ports")                              \
	X(UTIL_CNT, "util.cnt", UINT64, 0, "a counter")                                            \
	X(STATIC, "static", STRING, KEY | REQUIRED | DOTTED, "fields of the configuration")        \
	X(CONTAINER_ID, "container.id", STRING, SUGGESTED, "first 12 digits, or host")             \
	X(CONTAINER_FULL_ID, "container.full_id", STRING, 0, "whole id")                           \
	X(CONTAINER_NAME, "container.name", STRING, SUGGESTED, "name")                             \
	X(CONTAINER_IMAGE, "container.image", STRING, 0, "image as started")                       \
	X(CONTAINER_IMAGE_ID, "container.image.id", STRING, 0, "id of the image")                  \
	X(CONTAINER_TYPE, "container.type", STRING, 0, "docker, containerd, cri-o, podman ...")    \
	X(CONTAINER_PRIVILEGED, "container.privileged", BOOL, 0, "runs with all privileges")       \
	X(CONTAINER_MOUNTS, "container.mounts", STRING, 0, "all mounts as one text")               \
	X(CONTAINER_MOUNT, "container.mount", STRING, INDEX | KEY | REQUIRED,                      \
	  "of a mount, by place, destination or source")                                           \
	X(CONTAINER_MOUNT_SOURCE, "container.mount.source", STRING, INDEX | KEY | REQUIRED,        \
	  "of a mount, by place, destination or source")                                           \
	X(CONTAINER_MOUNT_DEST, "container.mount.dest", STRING, INDEX | KEY | REQUIRED,            \
	  "of a mount, by place, destination or source")                                           \
	X(CONTAINER_MOUNT_MODE, "container.mount.mode", STRING, INDEX | KEY | REQUIRED,            \
	  "of a mount, by place, destination or source")                                           \
	X(CONTAINER_MOUNT_RDWR, "container.mount.rdwr", STRING, INDEX | KEY | REQUIRED,            \
	  "of a mount, by place, destination or source")                                           \
	X(CONTAINER_MOUNT_PROPAGATION, "container.mount.propagation", STRING,                      \
	  INDEX | KEY | REQUIRED, "of a mount, by place, destination or source")                   \
	X(CONTAINER_IMAGE_REPOSITORY, "container.image.repository", STRING, SUGGESTED,             \
	  "image without tag")                                                                     \
	X(CONTAINER_IMAGE_TAG, "container.image.tag", STRING, SUGGESTED, "tag")                    \
	X(CONTAINER_IMAGE_DIGEST, "container.image.digest", STRING, 0, "digest")                   \
	X(CONTAINER_HEALTHCHECK, "container.healthcheck", STRING, 0, "its command")                \
	X(CONTAINER_LIVENESS_PROBE, "container.liveness_probe", STRING, 0, "its command")          \
	X(CONTAINER_READINESS_PROBE, "container.readiness_probe", STRING, 0, "its command")        \
	X(CONTAINER_START_TS, "container.start_ts", ABSTIME, 0, "when it started")                 \
	X(CONTAINER_DURATION, "container.duration", RELTIME, 0, "nanoseconds since then")          \
	X(CONTAINER_IP, "container.ip", STRING, 0, "first address")                                \
	X(CONTAINER_CNI_JSON, "container.cni.json", STRING, 0, "result of the network plugin")     \
	X(CONTAINER_HOST_PID, "container.host_pid", BOOL, 0,                                       \
	  "shares this namespace with the host")                                                   \
	X(CONTAINER_HOST_NETWORK, "container.host_network", BOOL, 0,                               \
	  "shares this namespace with the host")                                                   \
	X(CONTAINER_HOST_IPC, "container.host_ipc", BOOL, 0,                                       \
	  "shares this namespace with the host")                                                   \
	X(CONTAINER_LABEL, "container.label", STRING, KEY | REQUIRED | DOTTED, "one label")        \
	X(CONTAINER_LABELS, "container.labels", STRING, 0, "all labels as one text")               \
	X(PROC_IS_CONTAINER_HEALTHCHECK, "proc.is_container_healthcheck", BOOL, 0,                 \
	  "the process is such a check")                                                           \
	X(PROC_IS_CONTAINER_LIVENESS_PROBE, "proc.is_container_liveness_probe", BOOL, 0,           \
	  "the process is such a check")                                                           \
	X(PROC_IS_CONTAINER_READINESS_PROBE, "proc.is_container_readiness_probe", BOOL, 0,         \
	  "the process is such a check")                                                           \
	X(K8S_POD_NAME, "k8s.pod.name", STRING, SUGGESTED, "name of the pod")                      \
	X(K8S_POD_ID, "k8s.pod.id", STRING, 0, "id of the pod")                                    \
	X(K8S_POD_UID, "k8s.pod.uid", STRING, 0, "uid of the pod")                                 \
	X(K8S_POD_SANDBOX_ID, "k8s.pod.sandbox_id", STRING, 0, "id of its sandbox")                \
	X(K8S_POD_FULL_SANDBOX_ID, "k8s.pod.full_sandbox_id", STRING, 0,                           \
	  "whole id of its sandbox")                                                               \
	X(K8S_POD_LABEL, "k8s.pod.label", STRING, KEY | REQUIRED | DOTTED, "one label")            \
	X(K8S_POD_LABELS, "k8s.pod.labels", STRING, 0, "all labels")                               \
	X(K8S_POD_IP, "k8s.pod.ip", STRING, 0, "address")                                          \
	X(K8S_POD_CNI_JSON, "k8s.pod.cni.json", STRING, 0, "result of the network plugin")         \
	X(K8S_NS_NAME, "k8s.ns.name", STRING, SUGGESTED, "name of the namespace")                  \
	X(K8S_NS_ID, "k8s.ns.id", STRING, 0, "id of the namespace")                                \
	X(K8S_NS_LABEL, "k8s.ns.label", STRING, KEY | REQUIRED | DOTTED, "one label")              \
	X(K8S_NS_LABELS, "k8s.ns.labels", STRING, 0, "all labels")                                 \
	X(K8S_RC_NAME, "k8s.rc.name", STRING, 0, "name of the replication controller")             \
	X(K8S_RC_ID, "k8s.rc.id", STRING, 0, "id of the replication controller")                   \
	X(K8S_RC_LABEL, "k8s.rc.label", STRING, KEY | REQUIRED | DOTTED, "one label")              \
	X(K8S_RC_LABELS, "k8s.rc.labels", STRING, 0, "all labels")                                 \
	X(K8S_SVC_NAME, "k8s.svc.name", STRING, 0, "name of the service")                          \
	X(K8S_SVC_ID, "k8s.svc.id", STRING, 0, "id of the service")                                \
	X(K8S_SVC_LABEL, "k8s.svc.label", STRING, KEY | REQUIRED | DOTTED, "one label")            \
	X(K8S_SVC_LABELS, "k8s.svc.labels", STRING, 0, "all labels")                               \
	X(K8S_RS_NAME, "k8s.rs.name", STRING, 0, "name of the replica set")                        \
	X(K8S_RS_ID, "k8s.rs.id", STRING, 0, "id of the replica set")                              \
	X(K8S_RS_LABEL, "k8s.rs.label", STRING, KEY | REQUIRED | DOTTED, "one label")              \
	X(K8S_RS_LABELS, "k8s.rs.labels", STRING, 0, "all labels")                                 \
	X(K8S_DEPLOYMENT_NAME, "k8s.deployment.name", STRING, 0, "name of the deployment")         \
	X(K8S_DEPLOYMENT_ID, "k8s.deployment.id", STRING, 0, "id of the deployment")               \
	X(K8S_DEPLOYMENT_LABEL, "k8s.deployment.label", STRING, KEY | REQUIRED | DOTTED,           \
	  "one label")                                                                             \
	X(K8S_DEPLOYMENT_LABELS, "k8s.deployment.labels", STRING, 0, "all labels")
