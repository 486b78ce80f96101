/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/import/oval_text.h"

bool oval_platform(struct slice text, struct arena *a, struct slice *channel)
{
	static const struct {
		const char *words, *family;
	} platforms[] = {{"Red Hat Enterprise Linux ", "redhat"},
			 {"Oracle Linux ", "oracle"},
			 {"AlmaLinux ", "alma"},
			 {"Debian GNU/Linux ", "debian"},
			 {"Debian ", "debian"},
			 {"Photon OS ", "photon"},
			 {"Photon ", "photon"},
			 {"Anolis OS ", "anolis"},
			 {"Rocky Linux ", "rocky"},
			 {"CentOS Linux ", "redhat"}};
	if (slice_find(text, SL("SUSE")) >= 0)
		return adv_channel_of_suse(text, a, channel);
	for (size_t i = 0; i < ARRAY_LEN(platforms); i++) {
		if (!slice_starts(text, platforms[i].words))
			continue;
		struct slice rest = slice_from(text, strlen(platforms[i].words)), version = SL_NONE;
		slice_word(&rest, &version);
		if (!version.len || !is_digit(version.ptr[0]))
			return false;
		*channel = arena_printf(a, "%s:%.*s", platforms[i].family, SL_FMT(version));
		return channel->ptr != NULL;
	}
	return false;
}

/* "<name><middle><rest>" at the first occurrence of middle. */
static bool split(struct slice text, const char *middle, struct slice *name, struct slice *rest)
{
	ssize_t at = slice_find(text, slice_str(middle));
	if (at <= 0)
		return false;
	*name = slice_sub(text, 0, (size_t)at);
	*rest = slice_trim(slice_from(text, (size_t)at + strlen(middle)));
	return true;
}

static struct slice without_zero_epoch(struct slice v)
{
	return slice_starts(v, "0:") ? slice_from(v, 2) : v;
}

static bool one_word(struct slice s)
{
	return s.len > 0 && slice_chr(s, ' ') < 0;
}

/* "X is earlier than V", "X DPKG is earlier than V", "Package X is earlier than V, affected by ...", "X less than V" */
static bool earlier(struct slice text, struct oval_leaf *ret)
{
	struct slice rest, version = SL_NONE;
	if (slice_starts(text, "Package "))
		text = slice_from(text, 8);
	if (!split(text, " DPKG is earlier than ", &ret->name, &rest) &&
	    !split(text, " is earlier than", &ret->name, &rest) &&
	    !split(text, " less than ", &ret->name, &rest))
		return false;
	slice_word(&rest, &version);
	if (version.len && version.ptr[version.len - 1] == ',')
		version.len--;
	ret->fixed = without_zero_epoch(version);
	ret->status = ADV_FIXED;
	return one_word(ret->name) && version.len > 0;
}

/* Ubuntu: "[(CVE-1) ]openssh package in jammy was vulnerable but has been fixed (note: '1:8.9p1-3ubuntu0.5')." */
static bool ubuntu_sentence(struct slice text, struct oval_leaf *ret)
{
	static const struct {
		const char *words;
		enum adv_status status;
	} said[] = {{"needs fixing", ADV_AFFECTED},
		    {"fix pending", ADV_AFFECTED},
		    {"defer", ADV_FIX_DEFERRED},
		    {"ignore", ADV_WILL_NOT_FIX},
		    {"may be affected", ADV_UNDER_INVESTIGATION},
		    {"needs to be evaluated", ADV_UNDER_INVESTIGATION},
		    {"is affected", ADV_AFFECTED}};
	struct slice rest, version;
	if (slice_starts(text, "(CVE-"))
		text = slice_trim(slice_from(text, (size_t)(slice_chr(text, ')') + 1)));
	if (!split(text, " package in ", &ret->name, &rest) || !one_word(ret->name))
		return false;
	struct slice before;
	if (split(rest, "has been fixed (note: '", &before, &version)) {
		ssize_t quote = slice_chr(version, '\'');
		ret->fixed = slice_sub(version, 0, quote < 0 ? version.len : (size_t)quote);
		ret->status = ADV_FIXED;
		return ret->fixed.len > 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		if (slice_find(rest, slice_str(said[i].words)) >= 0) {
			ret->status = said[i].status;
			return true;
		}
	return false;
}

/* "kernel-source is [not] affected", "fastjar-0.98-lp152.4.3.1 is installed" */
static bool suse_sentence(struct slice text, struct oval_leaf *ret)
{
	struct adv_nevra n;
	if (slice_ends(text, " is not affected")) {
		ret->name = slice_sub(text, 0, text.len - 16);
		ret->status = ADV_NOT_AFFECTED;
		return one_word(ret->name);
	}
	if (slice_ends(text, " is affected")) {
		ret->name = slice_sub(text, 0, text.len - 12);
		ret->status = ADV_AFFECTED;
		return one_word(ret->name);
	}
	if (!slice_ends(text, " is installed") ||
	    !adv_nevra_parse(slice_sub(text, 0, text.len - 13), &n) || !is_digit(n.evr.ptr[0]))
		return false;
	ret->name = n.name;
	ret->fixed = n.evr;
	ret->status = ADV_FIXED;
	return one_word(n.name);
}

static bool package(struct slice text, bool suse, struct oval_leaf *ret)
{
	if (earlier(text, ret) || ubuntu_sentence(text, ret))
		return true;
	if (suse)
		return suse_sentence(text, ret);
	if (!slice_ends(text, " is installed") || slice_starts(text, "Module "))
		return false;
	ret->name = slice_sub(text, 0, text.len - 13);
	ret->status = ADV_AFFECTED;
	return one_word(ret->name);
}

bool oval_leaf_read(struct slice comment, bool suse, struct arena *a, struct oval_leaf *ret)
{
	struct slice name, rest;
	*ret = (struct oval_leaf){0};
	if (slice_ends(comment, " is installed") && oval_platform(comment, a, &ret->name)) {
		ret->kind = OVAL_PLATFORM;
	} else if (slice_starts(comment, "Module ") &&
		   split(slice_from(comment, 7), " is enabled", &name, &rest)) {
		ret->kind = OVAL_MODULE;
		ret->name = name;
	} else if (split(comment, " arch is ", &name, &rest)) {
		ret->kind = OVAL_ARCH;
		ret->name = rest;
	} else if (package(comment, suse, ret)) {
		ret->kind = OVAL_PACKAGE;
	}
	return ret->kind != OVAL_OTHER;
}
