/* SPDX-License-Identifier: Apache-2.0 */
/* Specifications of compliance: YAML with the shape of Trivy's. */
#include "policy/policy.h"

#include "compliance_data.h"
#include "compliance_names.h"

#define MAX_CONTROLS 2000

static const char *const names[] = {
#define X(name, file) name,
    COMPLIANCE_SPECS
#undef X
};
static const struct {
	const char *name, *text;
	size_t len;
} builtin[] = {
#define X(name, file) {name, file##_yaml, sizeof(file##_yaml)},
    COMPLIANCE_SPECS
#undef X
};

const char *const *compliance_names(size_t *n)
{
	*n = ARRAY_LEN(names);
	return names;
}

/* "docker-cis" of "docker-cis-1.6.0". */
static struct slice without_version(struct slice name)
{
	ssize_t dash = slice_rchr(name, '-');
	bool version =
	    dash > 0 && (size_t)dash + 1 < name.len && is_digit(name.ptr[(size_t)dash + 1]);
	return version ? slice_sub(name, 0, (size_t)dash) : name;
}

static struct slice short_form(struct slice name)
{
	static const struct {
		const char *name, *means;
	} all[] = {{"cis-docker", "docker-cis"},
		   {"cis-k8s", "k8s-cis"},
		   {"k8s-pss", "k8s-pss-restricted"},
		   {"nist", "nist-800"}};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (slice_ieq(name, slice_str(all[i].name)))
			return slice_str(all[i].means);
	return name;
}

const char *compliance_text(struct slice name, size_t *len)
{
	name = short_form(name);
	for (size_t i = 0; i < ARRAY_LEN(builtin); i++) {
		struct slice full = slice_str(builtin[i].name);
		if (slice_ieq(name, full) || slice_ieq(name, without_version(full))) {
			*len = builtin[i].len;
			return builtin[i].text;
		}
	}
	return NULL;
}

static int read_checks(const struct node *list, struct arena *a, struct compliance_control *c,
		       struct err *err)
{
	struct slice *all = arena_array(a, (list ? list->count : 0) + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	c->checks = all;
	node_each (x, list) {
		struct slice id = node_is(x, NODE_OBJECT) ? node_get_str(x, "id") : node_str(x);
		if (id.len)
			all[c->nchecks++] = arena_dup(a, id);
	}
	return 0;
}

static int read_control(const struct node *n, struct arena *a, struct compliance_control *c,
			struct err *err)
{
	const struct node *id = node_get(n, "id");
	struct slice severity = node_get_str(n, "severity");
	*c =
	    (struct compliance_control){.id = arena_dup(a, id ? id->str : SL("")),
					.name = arena_dup(a, node_get_str(n, "name")),
					.description = arena_dup(a, node_get_str(n, "description")),
					.severity = adv_severity_of_word(severity)};
	if (!c->id.len || !c->name.len)
		return err_usage(err, "a control without id or name");
	TRY(read_checks(node_get(n, "checks"), a, c, err));
	c->manual = c->nchecks == 0;
	return 0;
}

int compliance_read(struct slice yaml, struct arena *a, struct compliance *ret, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	*ret = (struct compliance){0};
	if (yaml_parse(&d, yaml, NULL, &root, err) < 0) {
		err->kind = ERR_USAGE;
		return err->code;
	}
	const struct node *spec = node_get(root, "spec"), *list;
	if (!spec)
		spec = root;
	list = node_get(spec, "controls");
	if (!node_is(list, NODE_ARRAY) || !node_get_str(spec, "id").len)
		return err_usage(err, "no specification: \"spec\" with \"id\" and \"controls\" was "
				      "expected");
	if (list->count > MAX_CONTROLS)
		return err_usage(err, "more than %d controls", MAX_CONTROLS);
	struct compliance_control *all = arena_array(a, list->count + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	const struct node *version = node_get(spec, "version");
	ret->id = arena_dup(a, node_get_str(spec, "id"));
	ret->title = arena_dup(a, node_get_str(spec, "title"));
	ret->version = arena_dup(a, version ? version->str : SL(""));
	ret->url = arena_dup(a, node_str(node_path(spec, "relatedResources")));
	ret->controls = all;
	node_each (c, list)
		TRY(read_control(c, a, &all[ret->ncontrols++], err));
	return 0;
}
