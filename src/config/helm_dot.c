/* SPDX-License-Identifier: Apache-2.0 */
/* What templates see: .Values .Chart .Release .Template .Capabilities .Files .Subcharts. */
#include "config/helm.h"

struct dot {
	struct helm *h;
	struct arena *arena;
};

static int put(const struct dot *d, struct gotmpl_map *m, const char *key, struct gotmpl_value v)
{
	return gotmpl_put(d->arena, m, slice_str(key), &v) < 0 ? err_oom(d->h->err) : 0;
}

static int new_map(const struct dot *d, struct gotmpl_value *ret)
{
	*ret = gotmpl_new_map(d->arena);
	return ret->kind == GOTMPL_NONE ? err_oom(d->h->err) : 0;
}

static int put_release(const struct dot *d, struct gotmpl_map *to)
{
	struct gotmpl_value m;
	TRY(new_map(d, &m));
	TRY(put(d, m.map, "Name", gotmpl_string(SL("release-name"))));
	TRY(put(d, m.map, "Namespace", gotmpl_string(SL("default"))));
	TRY(put(d, m.map, "Service", gotmpl_string(SL("Helm"))));
	TRY(put(d, m.map, "Revision", gotmpl_number(1)));
	TRY(put(d, m.map, "IsInstall", gotmpl_bool(true)));
	TRY(put(d, m.map, "IsUpgrade", gotmpl_bool(false)));
	return put(d, to, "Release", m);
}

/* Members are named as in Helm's structure; text that is not there is empty. */
static int put_chart(const struct dot *d, const struct helm_chart *c, struct gotmpl_map *to)
{
	static const struct {
		const char *member, *key;
	} names[] = {{"Name", "name"},
		     {"Home", "home"},
		     {"Version", "version"},
		     {"Description", "description"},
		     {"Icon", "icon"},
		     {"APIVersion", "apiVersion"},
		     {"Condition", "condition"},
		     {"Tags", "tags"},
		     {"AppVersion", "appVersion"},
		     {"KubeVersion", "kubeVersion"},
		     {"Type", "type"},
		     {"Sources", "sources"},
		     {"Keywords", "keywords"},
		     {"Maintainers", "maintainers"},
		     {"Annotations", "annotations"},
		     {"Dependencies", "dependencies"},
		     {"Deprecated", "deprecated"}};
	struct gotmpl_value m, v;
	TRY(new_map(d, &m));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		bool there = gotmpl_member(&c->meta, slice_str(names[i].key), &v);
		if (!there && i <= 10)
			v = gotmpl_string(SL(""));
		/* Versions are text, however they are written. */
		if (there && i <= 10 && v.kind != GOTMPL_STRING) {
			auto_buf struct buf b;
			buf_init(&b, 64 * KIB);
			gotmpl_print(&b, &v, SL(""));
			v = gotmpl_string(arena_dup(d->arena, buf_slice(&b)));
		}
		TRY(put(d, m.map, names[i].member, v));
	}
	TRY(put(d, m.map, "Name", gotmpl_string(c->name)));
	TRY(put(d, m.map, "IsRoot", gotmpl_bool(!c->parent)));
	return put(d, to, "Chart", m);
}

/* ---- .Capabilities ---- */

static int versions_member(struct gotmpl_call *c, const struct gotmpl_object *self,
			   struct slice name, struct gotmpl_value *ret)
{
	const struct gotmpl_value *list = self->data;
	struct gotmpl_value item;
	struct slice key, want;
	bool found = false;
	if (!slice_is(name, "Has"))
		return -ENOENT;
	if (c->n != 1)
		return gotmpl_wrong(c, "one argument was expected");
	TRY(gotmpl_text(c, 0, &want));
	struct gotmpl_iter it = gotmpl_iter(list);
	while (!found && gotmpl_next(&it, &key, &item))
		found = slice_eq(item.text, want);
	*ret = gotmpl_bool(found);
	return 0;
}

static int put_kube(const struct dot *d, struct gotmpl_map *to)
{
	struct slice given = d->h->given ? d->h->given->kube_version : SL_NONE, rest, major, minor;
	struct gotmpl_value m;
	if (!given.len)
		given = SL(HELM_KUBE_VERSION);
	if (!slice_starts(given, "v"))
		given = arena_cat(d->arena, SL("v"), given);
	rest = slice_from(given, 1);
	TRY(new_map(d, &m));
	if (!slice_cut(&rest, '.', &major) || !slice_cut(&rest, '.', &minor))
		return err_usage(d->h->err, "--helm-kube-version %.*s: expected 1.MINOR",
				 SL_FMT(given));
	if (!rest.len)
		given = arena_cat(d->arena, given, SL(".0"));
	TRY(put(d, m.map, "Version", gotmpl_string(given)));
	TRY(put(d, m.map, "GitVersion", gotmpl_string(given)));
	TRY(put(d, m.map, "Major", gotmpl_string(major)));
	TRY(put(d, m.map, "Minor", gotmpl_string(minor)));
	return put(d, to, "KubeVersion", m);
}

static int put_capabilities(const struct dot *d, struct gotmpl_map *to)
{
	struct gotmpl_value m, helm;
	struct gotmpl_object *versions = arena_new(d->arena, struct gotmpl_object);
	TRY(new_map(d, &m));
	TRY(new_map(d, &helm));
	if (!versions)
		return err_oom(d->h->err);
	*versions = (struct gotmpl_object){
	    .type = "chartutil.VersionSet", .member = versions_member, .data = &d->h->versions};
	TRY(put(d, helm.map, "Version", gotmpl_string(SL("v3.16.4"))));
	TRY(put(d, m.map, "HelmVersion", helm));
	TRY(put(d, m.map, "APIVersions",
		(struct gotmpl_value){.kind = GOTMPL_OBJECT, .object = versions}));
	TRY(put_kube(d, m.map));
	return put(d, to, "Capabilities", m);
}

/* ---- .Files ---- */

static int files_member(struct gotmpl_call *c, const struct gotmpl_object *self, struct slice name,
			struct gotmpl_value *ret);

static int new_files(struct arena *a, struct gotmpl_object **ret, struct err *err)
{
	struct gotmpl_value m = gotmpl_new_map(a);
	*ret = arena_new(a, struct gotmpl_object);
	if (!*ret || m.kind == GOTMPL_NONE)
		return err_oom(err);
	**ret =
	    (struct gotmpl_object){.type = "engine.files", .member = files_member, .items = m.map};
	return 0;
}

/* A star that may be tried again: what stands behind it, and the next byte of the path that it may take. */
struct star {
	size_t pattern, path;
	bool set;
};

/* May the star take one byte more? Only "**" takes a '/'. */
static bool may_grow(const struct star *s, struct slice path, bool deep)
{
	return s->set && s->path < path.len && (deep || path.ptr[s->path] != '/');
}

static bool fits_byte(char pattern, char c)
{
	return pattern == c || (pattern == '?' && c != '/');
}

/* "*" stays in a folder, "**" goes over them. The last star of each kind is tried again, one byte further. */
static bool fits(struct slice pattern, struct slice path)
{
	struct star stars[2] = {{0}};
	size_t p = 0, s = 0;
	for (;;) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			bool deep = slice_starts(slice_from(pattern, p), "**");
			p += 1 + deep;
			stars[deep] = (struct star){p, s, true};
			if (deep)
				stars[0].set = false;
			continue;
		}
		if (p == pattern.len && s == path.len)
			return true;
		if (p < pattern.len && s < path.len && fits_byte(pattern.ptr[p], path.ptr[s])) {
			p++;
			s++;
			continue;
		}
		bool near = may_grow(&stars[0], path, false);
		if (!near && !may_grow(&stars[1], path, true))
			return false;
		stars[0].set = near;
		p = stars[!near].pattern;
		s = ++stars[!near].path;
	}
}

static int files_glob(struct gotmpl_call *c, const struct gotmpl_object *self,
		      struct gotmpl_value *ret)
{
	struct gotmpl_object *o;
	struct slice pattern;
	TRY(gotmpl_text(c, 0, &pattern));
	TRY(new_files(gotmpl_arena(c), &o, gotmpl_err(c)));
	for (size_t i = 0; i < pattern.len; i++)
		if (strchr("[{\\", pattern.ptr[i]))
			return gotmpl_wrong(c, "patterns are made of *, ** and ? alone");
	for (size_t i = 0; i < self->items->n; i++) {
		const struct gotmpl_pair *p = &self->items->pairs[i];
		TRY(gotmpl_work(c, 4 + pattern.len * p->key.len / 16));
		if (fits(pattern, p->key) &&
		    gotmpl_put(gotmpl_arena(c), o->items, p->key, &p->value) < 0)
			return gotmpl_oom(c);
	}
	*ret = (struct gotmpl_value){.kind = GOTMPL_OBJECT, .object = o};
	return 0;
}

static int files_lines(struct gotmpl_call *c, struct slice text, struct gotmpl_value *ret)
{
	struct slice line;
	*ret = gotmpl_new_list(gotmpl_arena(c));
	while (ret->kind != GOTMPL_NONE && slice_cut(&text, '\n', &line)) {
		struct gotmpl_value v = gotmpl_string(line);
		TRY(gotmpl_work(c, 1));
		if (!text.len && !line.len)
			break;
		if (gotmpl_push(gotmpl_arena(c), ret->list, &v) < 0)
			return gotmpl_oom(c);
	}
	return ret->kind == GOTMPL_NONE ? gotmpl_oom(c) : 0;
}

/* Base names with the contents, as the data of a ConfigMap or a Secret. */
static int files_as(struct gotmpl_call *c, const struct gotmpl_object *self, bool secret,
		    struct gotmpl_value *ret)
{
	struct gotmpl_value m = gotmpl_new_map(gotmpl_arena(c));
	struct buf b;
	if (m.kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	for (size_t i = 0; i < self->items->n; i++) {
		const struct gotmpl_pair *p = &self->items->pairs[i];
		struct gotmpl_value v = p->value;
		TRY(gotmpl_work(c, 1 + v.text.len / 256));
		if (secret) {
			buf_init(&b, HELM_MAX_OUTPUT);
			text_base64(&b, v.text);
			TRY(gotmpl_taken(c, &b, &v));
		}
		if (gotmpl_put(gotmpl_arena(c), m.map, path_base(p->key), &v) < 0)
			return gotmpl_oom(c);
	}
	if (!m.map->n) {
		*ret = gotmpl_string(SL(""));
		return 0;
	}
	buf_init(&b, HELM_MAX_OUTPUT);
	helm_to_yaml(&b, &m);
	return gotmpl_taken(c, &b, ret);
}

static int files_member(struct gotmpl_call *c, const struct gotmpl_object *self, struct slice name,
			struct gotmpl_value *ret)
{
	struct slice path = SL("");
	bool config = slice_is(name, "AsConfig"), secrets = slice_is(name, "AsSecrets");
	if (config || secrets)
		return files_as(c, self, secrets, ret);
	if (c->n == 0) { /* a path as a member: one without points in it */
		const struct gotmpl_value *v = gotmpl_get(self->items, name);
		if (v)
			*ret = *v;
		return v ? 0 : -ENOENT;
	}
	TRY(gotmpl_text(c, 0, &path));
	if (slice_is(name, "Glob"))
		return files_glob(c, self, ret);
	const struct gotmpl_value *v = gotmpl_get(self->items, path);
	struct slice text = v ? v->text : SL("");
	if (slice_is(name, "Get") || slice_is(name, "GetBytes")) {
		*ret = gotmpl_string(text);
		return 0;
	}
	return slice_is(name, "Lines") ? files_lines(c, text, ret) : -ENOENT;
}

/* Made once: nothing of it can be changed by a template. */
static int files_of(struct helm *h, struct helm_chart *chart, struct gotmpl_value *ret)
{
	struct gotmpl_object *o;
	*ret = chart->files;
	if (ret->kind != GOTMPL_NONE)
		return 0;
	TRY(new_files(&h->arena, &o, h->err));
	for (size_t i = 0; i < h->files.len; i++) {
		const struct config_chart_file *f = &h->files.ptr[i];
		struct slice path = slice_from(f->path, chart->dir.len);
		if (!slice_eq(slice_sub(f->path, 0, chart->dir.len), chart->dir) ||
		    (config_is_of_chart(path) && !slice_starts(path, "crds/")))
			continue;
		struct gotmpl_value text = gotmpl_string(f->bytes);
		if (gotmpl_put(&h->arena, o->items, path, &text) < 0)
			return err_oom(h->err);
	}
	*ret = chart->files = (struct gotmpl_value){.kind = GOTMPL_OBJECT, .object = o};
	return 0;
}

/* ---- all of it ---- */

static int put_common(const struct dot *d, struct helm_chart *c, struct gotmpl_value values,
		      struct gotmpl_map *to)
{
	struct gotmpl_value files, subs, sub, below;
	TRY(put(d, to, "Values", values));
	TRY(put_release(d, to));
	TRY(put_chart(d, c, to));
	TRY(put_capabilities(d, to));
	TRY(files_of(d->h, c, &files));
	TRY(put(d, to, "Files", files));
	TRY(new_map(d, &subs));
	for (struct helm_chart *s = c->first; s; s = s->next) {
		TRY(new_map(d, &sub));
		if (!gotmpl_is_map(&values) || !gotmpl_member(&values, s->name, &below))
			below = gotmpl_new_map(d->arena);
		TRY(put_common(d, s, below, sub.map));
		if (gotmpl_put(d->arena, subs.map, s->name, &sub) < 0)
			return err_oom(d->h->err);
	}
	return put(d, to, "Subcharts", subs);
}

int helm_dot(struct helm *h, const struct helm_template *t, struct gotmpl_value *ret)
{
	struct dot d = {h, &h->run};
	struct gotmpl_value m, values;
	TRY(new_map(&d, ret));
	TRY(new_map(&d, &m));
	/* Templates may change their values: each has its own. */
	if (gotmpl_copy(&h->run, &t->chart->values, &values) < 0)
		return err_oom(h->err);
	TRY(put(&d, m.map, "Name", gotmpl_string(t->name)));
	TRY(put(&d, m.map, "BasePath",
		gotmpl_string(arena_cat(&h->run, t->chart->full, SL("/templates")))));
	TRY(put(&d, ret->map, "Template", m));
	return put_common(&d, t->chart, values, ret->map);
}
