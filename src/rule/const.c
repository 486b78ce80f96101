/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of conditions as values of a field's type. */
#include "rule/rule_internal.h"

#include <arpa/inet.h>

const char *rule_type_name(enum rule_type t)
{
	static const char *const names[] = {"string", "path",	"bytes",   "int64",
					    "uint64", "double", "bool",	   "ip",
					    "ipnet",  "port",	"reltime", "abstime"};
	return names[t];
}

bool rule_ip_parse(struct slice s, bool is_net, struct rule_ip *ret)
{
	char text[INET6_ADDRSTRLEN + 1];
	uint32_t bits = 0;
	ssize_t slash = slice_chr(s, '/');
	*ret = (struct rule_ip){0};
	if ((slash >= 0) != is_net)
		return false;
	struct slice host = is_net ? slice_sub(s, 0, (size_t)slash) : s;
	if (host.len >= sizeof(text) || memchr(host.ptr, '\0', host.len))
		return false;
	memcpy(text, host.ptr, host.len);
	text[host.len] = '\0';
	if (inet_pton(AF_INET, text, ret->bytes) == 1)
		ret->family = 4;
	else if (inet_pton(AF_INET6, text, ret->bytes) == 1)
		ret->family = 6;
	else
		return false;
	ret->bits = ret->family == 4 ? 32 : 128;
	if (!is_net)
		return true;
	struct slice mask = slice_from(s, (size_t)slash + 1);
	if (slice_u32(mask, &bits) < 0 || bits > ret->bits)
		return false;
	ret->bits = (uint8_t)bits;
	return true;
}

bool rule_ip_in(const struct rule_ip *net, const struct rule_ip *ip)
{
	if (net->family != ip->family || ip->bits < net->bits)
		return false;
	size_t whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(net->bytes, ip->bytes, whole) != 0)
		return false;
	return !rest || ((net->bytes[whole] ^ ip->bytes[whole]) >> (8 - rest)) == 0;
}

static bool number(struct slice s, bool is_signed, struct rule_const *ret)
{
	bool minus = s.len && s.ptr[0] == '-';
	uint64_t v;
	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
		s = slice_from(s, 1);
	if (slice_u64(s, 10, &v) < 0)
		return false;
	if (!is_signed) {
		ret->u = v;
		return !minus || v == 0;
	}
	if (v > (uint64_t)INT64_MAX + minus)
		return false;
	ret->i = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

static bool port(struct slice s, struct rule_const *ret)
{
	static const struct {
		const char *name;
		uint16_t port;
	} services[] = {
	    {"ftp-data", 20},	 {"ftp", 21},	    {"ssh", 22},	  {"telnet", 23},
	    {"smtp", 25},	 {"domain", 53},    {"dns", 53},	  {"bootps", 67},
	    {"bootpc", 68},	 {"tftp", 69},	    {"http", 80},	  {"kerberos", 88},
	    {"pop3", 110},	 {"sunrpc", 111},   {"ntp", 123},	  {"netbios-ns", 137},
	    {"imap", 143},	 {"imap2", 143},    {"snmp", 161},	  {"bgp", 179},
	    {"irc", 194},	 {"ldap", 389},	    {"https", 443},	  {"syslog", 514},
	    {"submission", 587}, {"ldaps", 636},    {"rsync", 873},	  {"imaps", 993},
	    {"pop3s", 995},	 {"openvpn", 1194}, {"ms-sql-s", 1433},	  {"nfs", 2049},
	    {"docker", 2375},	 {"mysql", 3306},   {"postgresql", 5432}, {"amqp", 5672},
	    {"x11", 6000},	 {"redis", 6379},   {"http-alt", 8080},
	};
	if (number(s, false, ret))
		return ret->u <= 65535;
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		if (!slice_is(s, services[i].name))
			continue;
		ret->u = services[i].port;
		return true;
	}
	return false;
}

static bool is_double(struct slice s, double *ret)
{
	/* Falco reads these as whole numbers; more is allowed here. */
	char text[64], *end = NULL;
	if (!s.len || s.len >= sizeof(text) || !(is_digit(s.ptr[0]) || strchr("+-.", s.ptr[0])))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	*ret = strtod(text, &end);
	return *end == '\0' && !memchr(text, 'x', s.len) && !memchr(text, 'X', s.len);
}

static bool refuse(struct arena *a, struct slice *why, const char *before, struct slice text,
		   const char *after)
{
	*why = arena_cat(a, slice_str(before), slice_sub(text, 0, 200), slice_str(after));
	return false;
}

bool rule_const_read(enum rule_type t, struct slice text, struct arena *a, struct rule_const *ret,
		     struct slice *why)
{
	*ret = (struct rule_const){.str = text};
	switch (t) {
	case RULE_INT64:
		return number(text, true, ret) ||
		       refuse(a, why, "", text, " is not a valid number");
	case RULE_UINT64:
	case RULE_RELTIME:
	case RULE_ABSTIME:
		return number(text, false, ret) ||
		       refuse(a, why, "", text, " is not a valid number");
	case RULE_DOUBLE:
		return is_double(text, &ret->d) ||
		       refuse(a, why, "", text, " is not a valid number");
	case RULE_PORT:
		return port(text, ret) || refuse(a, why, "unrecognized protocol ", text, "");
	case RULE_BOOL:
		ret->b = slice_is(text, "true");
		return ret->b || slice_is(text, "false") ||
		       refuse(a, why, "filter error: unrecognized boolean value ", text, "");
	case RULE_IP:
		return rule_ip_parse(text, false, &ret->ip) ||
		       refuse(a, why, "unrecognized IP address ", text, "");
	case RULE_IPNET:
		return rule_ip_parse(text, true, &ret->ip) ||
		       refuse(a, why, "unrecognized IP network ", text, "");
	case RULE_STRING:
	case RULE_PATH:
	case RULE_BYTES:
	default:
		return true;
	}
}
