/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that every event of run time has. */
#pragma once

/* X(id, name, type, flags, text) */
#define GENERIC_FIELDS                                                                             \
	X(EVT_NUM, "evt.num", UINT64, 0, "number of the event, from 1")                            \
	X(EVT_TIME, "evt.time", STRING, 0, "local time of day with nanoseconds")                   \
	X(EVT_TIME_S, "evt.time.s", STRING, 0, "local time of day without nanoseconds")            \
	X(EVT_TIME_ISO8601, "evt.time.iso8601", STRING, 0, "UTC date and time, ISO 8601")          \
	X(EVT_DATETIME, "evt.datetime", STRING, 0, "local date and time with nanoseconds")         \
	X(EVT_DATETIME_S, "evt.datetime.s", STRING, 0, "local date and time")                      \
	X(EVT_RAWTIME, "evt.rawtime", ABSTIME, 0, "nanoseconds since 1970")                        \
	X(EVT_RAWTIME_S, "evt.rawtime.s", ABSTIME, 0, "whole seconds since 1970")                  \
	X(EVT_RAWTIME_NS, "evt.rawtime.ns", ABSTIME, 0, "nanoseconds of the second")               \
	X(EVT_RELTIME, "evt.reltime", RELTIME, 0, "nanoseconds since the first event")             \
	X(EVT_RELTIME_S, "evt.reltime.s", RELTIME, 0, "seconds since the first event")             \
	X(EVT_RELTIME_NS, "evt.reltime.ns", RELTIME, 0, "nanoseconds of that second")              \
	X(EVT_PLUGINNAME, "evt.pluginname", STRING, 0,                                             \
	  "what produced an event that is no syscall")                                             \
	X(EVT_PLUGININFO, "evt.plugininfo", STRING, 0, "summary of an event that is no syscall")   \
	X(EVT_SOURCE, "evt.source", STRING, 0, "name of the event's source")                       \
	X(EVT_IS_ASYNC, "evt.is_async", BOOL, 0, "the event was injected, not captured")           \
	X(EVT_ASYNCTYPE, "evt.asynctype", STRING, 0, "kind of an injected event")                  \
	X(EVT_HOSTNAME, "evt.hostname", STRING, 0, "name of the host")
