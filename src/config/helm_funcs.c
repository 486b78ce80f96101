/* SPDX-License-Identifier: Apache-2.0 */
/* Helm's own functions, and those of sprig that have another answer each time. */
#include "config/helm.h"

static struct helm *helm_of(struct gotmpl_call *c)
{
	return gotmpl_user(c);
}

static int f_include(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice name;
	TRY(gotmpl_text(c, 0, &name));
	return gotmpl_include(c, name, &c->args[1], ret);
}

static int f_tpl(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice text;
	TRY(gotmpl_text(c, 0, &text));
	return gotmpl_tpl(c, text, &c->args[1], ret);
}

static int f_required(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice message;
	const struct gotmpl_value *v = &c->args[1];
	TRY(gotmpl_any_text(c, 0, &message));
	if (v->kind == GOTMPL_NONE || (v->kind == GOTMPL_STRING && !v->text.len))
		return gotmpl_wrong(c, "a value is missing: %.*s - give it with --helm-set",
				    SL_FMT(message));
	*ret = *v;
	return 0;
}

/* There is no cluster: nothing is found. */
static int f_lookup(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_new_map(gotmpl_arena(c));
	return ret->kind == GOTMPL_NONE ? gotmpl_oom(c) : 0;
}

static int f_to_yaml(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct buf b;
	buf_init(&b, HELM_MAX_OUTPUT);
	helm_to_yaml(&b, &c->args[0]);
	return gotmpl_taken(c, &b, ret);
}

/* YAML, JSON too; what cannot be read is a map with "Error", or a list of that. */
static int from_yaml(struct gotmpl_call *c, struct gotmpl_value *ret, bool list)
{
	struct slice text;
	struct err own = {0};
	struct arena *a = gotmpl_arena(c);
	struct gotmpl_value made;
	TRY(gotmpl_text(c, 0, &text));
	TRY(gotmpl_work(c, text.len / 8));
	int rc = helm_from_yaml(&helm_of(c)->doc, text, a, ret, &own);
	if (rc == -ENOMEM)
		return gotmpl_oom(c);
	bool fits = list ? gotmpl_is_list(ret) : gotmpl_is_map(ret);
	if (rc == 0 && fits)
		return 0;
	bool nothing = rc == 0 && ret->kind == GOTMPL_NONE;
	made = list ? gotmpl_new_list(a) : gotmpl_new_map(a);
	if (made.kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	*ret = made;
	if (nothing)
		return 0;
	struct gotmpl_value why =
	    gotmpl_string(rc ? arena_dup(a, slice_str(own.text)) : SL("a value of another kind"));
	rc = list ? gotmpl_push(a, made.list, &why) : gotmpl_put(a, made.map, SL("Error"), &why);
	return rc < 0 ? gotmpl_oom(c) : 0;
}
static int f_from_yaml(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return from_yaml(c, ret, false);
}
static int f_from_yaml_list(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return from_yaml(c, ret, true);
}

/* ---- what differs from run to run ---- */

/* Random text is the same letter each time: no check looks at it. */
static int f_random(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	size_t n;
	TRY(gotmpl_size(c, 0, &n));
	if (n > MIB)
		return gotmpl_wrong(c, "a text of more than 1 MiB");
	char *text = arena_alloc(gotmpl_arena(c), n + 1);
	if (!text)
		return gotmpl_oom(c);
	memset(text, c->name[4] == 'N' ? '7' : 'x', n);
	*ret = gotmpl_string(slice_of(text, n));
	return 0;
}
static int f_random_int(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double least;
	TRY(gotmpl_double(c, 0, &least));
	*ret = gotmpl_number(least);
	return 0;
}
static int f_uuid(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	(void)c;
	*ret = gotmpl_string(SL("00000000-0000-4000-8000-000000000000"));
	return 0;
}
static int f_no_host(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	(void)c;
	*ret = gotmpl_string(SL(""));
	return 0;
}
static int f_shuffle(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = c->args[0];
	return 0;
}

/* Keys and certificates would have to be made. */
static int f_not_rendered(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	(void)ret;
	return gotmpl_wrong(c, "not rendered: it makes something new each time");
}

const struct gotmpl_function helm_functions[] = {
    {"include", 2, 2, f_include},
    {"tpl", 2, 2, f_tpl},
    {"required", 2, 2, f_required},
    {"lookup", 4, 4, f_lookup},
    {"toYaml", 1, 1, f_to_yaml},
    {"mustToYaml", 1, 1, f_to_yaml},
    {"fromYaml", 1, 1, f_from_yaml},
    {"fromYamlArray", 1, 1, f_from_yaml_list},
    {"fromJson", 1, 1, f_from_yaml},
    {"mustFromJson", 1, 1, f_from_yaml},
    {"fromJsonArray", 1, 1, f_from_yaml_list},
    {"randAlphaNum", 1, 1, f_random},
    {"randAlpha", 1, 1, f_random},
    {"randAscii", 1, 1, f_random},
    {"randNumeric", 1, 1, f_random},
    {"randBytes", 1, 1, f_random},
    {"randInt", 2, 2, f_random_int},
    {"uuidv4", 0, 0, f_uuid},
    {"shuffle", 1, 1, f_shuffle},
    {"getHostByName", 1, 1, f_no_host},
    {"genCA", 2, 2, f_not_rendered},
    {"genCAWithKey", 3, 3, f_not_rendered},
    {"genSelfSignedCert", 4, 4, f_not_rendered},
    {"genSelfSignedCertWithKey", 5, 5, f_not_rendered},
    {"genSignedCert", 5, 5, f_not_rendered},
    {"genSignedCertWithKey", 6, 6, f_not_rendered},
    {"genPrivateKey", 1, 1, f_not_rendered},
    {"buildCustomCert", 2, 2, f_not_rendered},
    {"derivePassword", 5, 5, f_not_rendered},
    {"encryptAES", 2, 2, f_not_rendered},
    {"decryptAES", 2, 2, f_not_rendered},
    {"htpasswd", 2, 2, f_not_rendered},
    {"bcrypt", 1, 1, f_not_rendered},
    {"toToml", 1, 1, f_not_rendered},
    {NULL, 0, 0, NULL},
};
