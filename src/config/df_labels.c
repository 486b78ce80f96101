/* SPDX-License-Identifier: Apache-2.0 */
/* What labels of a schema must look like: opencontainers/image-spec "annotations.md" and the types of .hadolint.yaml. */
#include "config/df_facts.h"

#define GET(name)                                                                                  \
	int df_get_##name(struct df_event *e, const struct rule_arg *arg maybe_unused,             \
			  struct rule_value *out)

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* docs.docker.com/engine/manage-resources/labels: lower case, digits, '.' and '-', none twice; '_' and '/' are
 * in wide use. */
static bool is_reserved(struct slice k)
{
	return slice_starts(k, "com.docker.") || slice_starts(k, "io.docker.") ||
	       slice_starts(k, "org.dockerproject.");
}

static bool is_key(struct slice k)
{
	if (is_reserved(k) || !k.len || !is_lower(k.ptr[0]) ||
	    (!is_lower(k.ptr[k.len - 1]) && !is_digit(k.ptr[k.len - 1])))
		return false;
	for (size_t n = 0; n < k.len; n++) {
		bool dot = k.ptr[n] == '.' || k.ptr[n] == '-';
		if (!is_lower(k.ptr[n]) && !is_digit(k.ptr[n]) && !strchr(".-_/", k.ptr[n]))
			return false;
		if (dot && n && k.ptr[n] == k.ptr[n - 1])
			return false;
	}
	return true;
}

static bool is_url(struct slice v)
{
	ssize_t colon = slice_find(v, SL("://"));
	for (ssize_t n = 0; n < colon; n++)
		if (!is_alpha(v.ptr[n]) && !is_digit(v.ptr[n]) && !strchr("+.-", v.ptr[n]))
			return false;
	return colon > 0 && is_alpha(v.ptr[0]) && v.len > (size_t)colon + 3 &&
	       slice_chr(v, ' ') < 0;
}

static bool is_hex(struct slice v)
{
	for (size_t n = 0; n < v.len; n++)
		if (!is_digit(v.ptr[n]) && !(v.ptr[n] >= 'a' && v.ptr[n] <= 'f') &&
		    !(v.ptr[n] >= 'A' && v.ptr[n] <= 'F'))
			return false;
	return v.len == 7 || v.len == 40;
}

/* Does v begin as form does, where 0 is any digit and T parts day and time? */
static bool has_form(struct slice v, const char *form)
{
	for (size_t n = 0; form[n]; n++) {
		char c = n < v.len ? v.ptr[n] : '\0';
		bool ok = form[n] == '0'   ? is_digit(c)
			  : form[n] == 'T' ? c == 'T' || c == 't' || c == ' '
					   : c == form[n];
		if (!ok)
			return false;
	}
	return true;
}

/* 2006-01-02T15:04:05[.5](Z|+01:00) with any digits. */
static bool is_rfc3339(struct slice v)
{
	static const char form[] = "0000-00-00T00:00:00";
	size_t n = sizeof(form) - 1;
	if (!has_form(v, form))
		return false;
	if (n < v.len && v.ptr[n] == '.')
		for (n++; n < v.len && is_digit(v.ptr[n]);)
			n++;
	struct slice zone = slice_from(v, n);
	if (slice_ieq(zone, SL("Z")))
		return true;
	return zone.len == 6 && (has_form(zone, "+00:00") || has_form(zone, "-00:00"));
}

/* major.minor.patch[-pre][+build] */
static bool is_semver(struct slice v)
{
	struct slice core = v, part;
	size_t n = 0, parts = 0;
	while (n < v.len && v.ptr[n] != '-' && v.ptr[n] != '+')
		n++;
	core = slice_sub(v, 0, n);
	while (slice_cut(&core, '.', &part)) {
		uint64_t number;
		if (slice_u64(part, 10, &number) < 0 || (part.len > 1 && part.ptr[0] == '0'))
			return false;
		parts++;
	}
	for (size_t k = n; k < v.len; k++)
		if (!is_alpha(v.ptr[k]) && !is_digit(v.ptr[k]) && !strchr("-+.", v.ptr[k]))
			return false;
	return parts == 3;
}

static bool is_email(struct slice v)
{
	ssize_t at = slice_chr(v, '@');
	struct slice host = at > 0 ? slice_from(v, (size_t)at + 1) : SL_NONE;
	return at > 0 && slice_chr(host, '.') > 0 && slice_chr(host, '@') < 0 &&
	       slice_chr(v, ' ') < 0 && host.ptr[host.len - 1] != '.';
}

/* Identifiers joined by AND, OR, WITH and brackets; of the identifiers their form alone. */
static bool is_spdx(struct slice v)
{
	static const char *const joins[] = {"AND", "OR", "WITH", NULL};
	struct slice word;
	size_t n = 0;
	while (slice_word(&v, &word)) {
		bool join = slice_is_any(word, joins);
		if (join != (n % 2 == 1))
			return false;
		n++;
		for (size_t k = 0; k < word.len; k++)
			if (!is_alpha(word.ptr[k]) && !is_digit(word.ptr[k]) &&
			    !strchr(".-+()", word.ptr[k]))
				return false;
	}
	return n % 2 == 1;
}

static const char *problem_of(struct slice type, struct slice value)
{
	static const struct {
		const char *type;
		bool (*is)(struct slice v);
	} types[] = {{"url", is_url},  {"rfc3339", is_rfc3339}, {"spdx", is_spdx},
		     {"hash", is_hex}, {"semver", is_semver},	{"email", is_email}};
	if (!value.len)
		return "empty";
	for (size_t k = 0; k < ARRAY_LEN(types); k++)
		if (slice_is(type, types[k].type))
			return types[k].is(value) ? NULL : types[k].type;
	return NULL;
}

GET(label_problem)
{
	const struct config_settings *s = config_run_settings(e->x->run);
	struct rule_value value = {0};
	if (!e->word || e->type != DFE_LABEL)
		return 0;
	if (!is_key(e->word->key))
		return df_say(out, SL("key"));
	for (size_t k = 0; k < s->nlabels; k++) {
		if (!slice_eq(s->labels[k].name, e->word->key))
			continue;
		struct rule_arg none = {0};
		if (!df_get_label_value(e, &none, &value) || slice_chr(value.str, '$') >= 0)
			return 0;
		const char *what = problem_of(s->labels[k].value, value.str);
		return what ? df_say(out, slice_str(what)) : 0;
	}
	return s->strict_labels ? df_say(out, SL("superfluous")) : 0;
}
