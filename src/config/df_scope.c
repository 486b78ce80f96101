/* SPDX-License-Identifier: Apache-2.0 */
/* What has to be known of a Dockerfile before its events go out: stages, what they are built from, variables. */
#include "config/df_facts.h"

#define MAX_PARENTS 50 /* stages built from stages, looked through for variables */
#define MAX_MISSING 20 /* of one instruction */

struct df_image df_image_of(struct slice ref)
{
	struct df_image m = {.ref = ref, .name = ref};
	ssize_t at = slice_chr(ref, '@');
	if (at >= 0) {
		m.digest = slice_from(ref, (size_t)at + 1);
		m.name = slice_sub(ref, 0, (size_t)at);
	}
	ssize_t slash = slice_rchr(m.name, '/'), colon = slice_rchr(m.name, ':');
	if (colon > slash) {
		m.tag = slice_from(m.name, (size_t)colon + 1);
		m.name = slice_sub(m.name, 0, (size_t)colon);
	}
	m.repository = m.name;
	slash = slice_chr(m.name, '/');
	struct slice host = slash > 0 ? slice_sub(m.name, 0, (size_t)slash) : SL_NONE;
	if (slice_chr(host, '.') >= 0 || slice_chr(host, ':') >= 0 || slice_is(host, "localhost")) {
		m.registry = host;
		m.repository = slice_from(m.name, (size_t)slash + 1);
	}
	return m;
}

/* ---- Stages ---- */

static struct slice lower(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);
	for (size_t k = 0; out && k < s.len; k++)
		out[k] = to_lower(s.ptr[k]);
	return slice_of(out, out ? s.len : 0);
}

struct df_stage_facts *df_stage_named(struct df_facts *x, const struct df_stage_facts *s,
				      struct slice name)
{
	uint32_t number;
	struct slice key = lower(x->arena, name);
	const uint64_t *slot = key.ptr ? map_get(&x->stage_names, key) : NULL;
	if (slot && (int32_t)*slot <= s->index)
		return &x->stages[*slot];
	if (name.len < 8 && slice_u32(name, &number) == 0 && (int32_t)number < s->index)
		return &x->stages[number + 1];
	return NULL;
}

/* ---- Variables ---- */

static const char *const always[] = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
				     "FTP_PROXY",  "ftp_proxy",	 "NO_PROXY",	"no_proxy",
				     "ALL_PROXY",  "all_proxy",	 "PATH",	NULL};
static const char *const platform[] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT",
				       "BUILDPLATFORM",	 "BUILDOS",  "BUILDARCH",  "BUILDVARIANT",
				       "TARGETSTAGE",	 NULL};

const struct df_var *df_lookup(const struct df_facts *x, const struct df_stage_facts *s,
			       struct slice name)
{
	for (size_t depth = 0; depth < MAX_PARENTS; depth++) {
		const uint64_t *slot = map_get(&s->vars, name);
		const struct df_var *v = slot ? (const struct df_var *)(uintptr_t)*slot : NULL;
		if (v && (!depth || v->is_env))
			return v;
		if (s->parent < 0)
			break;
		s = &x->stages[s->parent];
	}
	return NULL;
}

struct scope {
	struct df_facts *x;
	const struct df_stage_facts *s;
	bool from; /* FROM sees what stands before the first one, and the platforms */
	bool any;  /* a name was missing */
	struct slice names[MAX_MISSING];
	size_t n;
};

static int get(void *arg, struct slice name, struct slice *value)
{
	struct scope *sc = arg;
	const struct df_var *v = df_lookup(sc->x, sc->from ? &sc->x->stages[0] : sc->s, name);
	if (!v || !v->has_value)
		return 0;
	*value = v->value;
	return 1;
}

static void missing(void *arg, struct slice name)
{
	struct scope *sc = arg;
	sc->any = true;
	if (df_lookup(sc->x, sc->from ? &sc->x->stages[0] : sc->s, name) ||
	    slice_is_any(name, always) || (sc->from && slice_is_any(name, platform)))
		return;
	for (size_t k = 0; k < sc->n; k++)
		if (slice_eq(sc->names[k], name))
			return;
	if (sc->n < MAX_MISSING)
		sc->names[sc->n++] = name;
}

static int expand(struct scope *sc, struct slice in, struct slice *ret, struct err *err)
{
	struct df_vars v = {.get = get, .missing = missing, .arg = sc, .escape = sc->x->doc.escape};
	return df_expand(sc->x->arena, in, &v, true, ret, err);
}

int df_expand_in(struct df_facts *x, const struct df_stage_facts *s, struct slice in,
		 struct slice *ret, struct err *err)
{
	struct scope sc = {.x = x, .s = s};
	return expand(&sc, in, ret, err);
}

static int set(struct df_facts *x, struct df_stage_facts *s, struct slice name,
	       const struct df_var *v, struct err *err)
{
	struct df_var *kept = arena_new(x->arena, struct df_var);
	uint64_t *slot = kept ? map_put(&s->vars, name, NULL) : NULL;
	if (!slot)
		return err_oom(err);
	const struct df_var *old = (const struct df_var *)(uintptr_t)*slot;
	*kept = *v;
	kept->since = old ? old->since : x->now;
	*slot = (uint64_t)(uintptr_t)kept;
	return 0;
}

static bool build_arg(const struct df_facts *x, struct slice name, struct slice *value)
{
	const struct config_settings *s = config_run_settings(x->run);
	for (size_t k = 0; k < s->nargs; k++)
		if (slice_eq(s->args[k].name, name) && s->args[k].value.ptr) {
			*value = s->args[k].value;
			return true;
		}
	return false;
}

static int read_arg(struct scope *sc, struct df_stage_facts *s, const struct df_word *w,
		    struct err *err)
{
	struct df_var v = {0};
	struct slice eq = slice_from(w->raw, w->raw.len);
	ssize_t at = slice_chr(w->raw, '=');
	if (at >= 0)
		eq = slice_from(w->raw, (size_t)at + 1);
	if (build_arg(sc->x, w->key, &v.value)) {
		v.has_value = true;
	} else if (w->has_value) {
		TRY(expand(sc, eq, &v.value, err));
		v.has_value = true;
	} else if (s != sc->x->stages) {
		const struct df_var *global = df_lookup(sc->x, &sc->x->stages[0], w->key);
		if (global)
			v = *global;
	}
	return set(sc->x, s, w->key, &v, err);
}

/* All values of one ENV are worked out before any of its names is set. */
static int read_env(struct scope *sc, struct df_stage_facts *s, const struct df_instr *i,
		    struct err *err)
{
	struct df_var *all = arena_array(sc->x->arena, i->nwords, sizeof(*all));
	if (!all)
		return err_oom(err);
	for (size_t k = 0; k < i->nwords; k++) {
		const struct df_word *w = &i->words[k];
		struct slice value = w->text;
		if (!i->is_legacy) {
			ssize_t eq = slice_chr(w->raw, '=');
			value = eq < 0 ? SL_NONE : slice_from(w->raw, (size_t)eq + 1);
		}
		all[k].is_env = all[k].has_value = true;
		TRY(expand(sc, value, &all[k].value, err));
	}
	for (size_t k = 0; k < i->nwords; k++)
		TRY(set(sc->x, s, i->words[k].key, &all[k], err));
	return 0;
}

/* ---- Names that are missing ---- */

#define MAX_NAME 40
static unsigned distance(struct slice a, struct slice b)
{
	unsigned d[MAX_NAME + 1][MAX_NAME + 1];
	if (a.len > MAX_NAME || b.len > MAX_NAME)
		return MAX_NAME;
	for (size_t i = 0; i <= a.len; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b.len; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++)
		for (size_t j = 1; j <= b.len; j++) {
			bool differ = to_lower(a.ptr[i - 1]) != to_lower(b.ptr[j - 1]);
			unsigned best = MIN(d[i - 1][j], d[i][j - 1]) + 1;
			best = MIN(best, d[i - 1][j - 1] + differ);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				best = MIN(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[a.len][b.len];
}

static void nearer(struct slice name, struct slice other, unsigned *least, struct slice *best)
{
	unsigned d = distance(name, other);
	if (d < *least && !slice_eq(name, other)) {
		*least = d;
		*best = other;
	}
}

static struct slice near_name(const struct df_facts *x, const struct df_stage_facts *s,
			      struct slice name, bool from)
{
	struct slice best = SL_NONE;
	/* Of short names every other one is near. */
	unsigned least = name.len > 5 ? 3 : name.len > 3 ? 2 : 1, seen = 0;
	for (size_t depth = 0; depth < MAX_PARENTS; depth++) {
		for (size_t k = 0; k < s->vars.cap && seen < 500; k++)
			if (s->vars.slots[k].key.ptr) {
				nearer(name, s->vars.slots[k].key, &least, &best);
				seen++;
			}
		if (s->parent < 0)
			break;
		s = &x->stages[s->parent];
	}
	for (size_t k = 0; from && platform[k]; k++)
		nearer(name, slice_str(platform[k]), &least, &best);
	if (!from)
		nearer(name, SL("PATH"), &least, &best);
	return best;
}

/* Images whose environment is PATH alone, as far as anybody knows. */
static bool is_plain_base(const struct df_facts *x, const struct df_stage_facts *s)
{
	static const char *const plain[] = {"scratch", "alpine", "busybox",    "debian", "ubuntu",
					    "fedora",  "centos", "rockylinux", NULL};
	while (s->parent >= 0)
		s = &x->stages[s->parent];
	return s->stage && !s->has_variable && slice_is_any(s->image.name, plain);
}

static int keep_missing(struct scope *sc, struct df_instr_facts *f, struct err *err)
{
	struct df_missing *all = arena_array(sc->x->arena, sc->n, sizeof(*all));
	const struct df_stage_facts *s = sc->from ? sc->x->stages : sc->s;
	size_t n = 0;
	if (!all)
		return err_oom(err);
	for (size_t k = 0; k < sc->n; k++) {
		struct df_missing m = {sc->names[k], near_name(sc->x, s, sc->names[k], sc->from)};
		/* A base image may set what the file does not. */
		if (sc->from || m.near.len || is_plain_base(sc->x, s) ||
		    df_lookup(sc->x, &sc->x->stages[0], m.name))
			all[n++] = m;
	}
	f->missing = all;
	f->nmissing = n;
	return 0;
}

/* ---- Instructions, in order ---- */

static bool is_expanded(enum df_kind k)
{
	return k == DF_ADD || k == DF_COPY || k == DF_EXPOSE || k == DF_LABEL ||
	       k == DF_STOPSIGNAL || k == DF_USER || k == DF_VOLUME || k == DF_WORKDIR;
}

/* FROM: the image, or the stage it goes on from. */
static int begin_stage(struct df_facts *x, struct scope *sc, const struct df_instr *i,
		       struct df_stage_facts *s, struct df_instr_facts *f, struct err *err)
{
	struct slice ref = i->nwords ? i->words[0].raw : SL_NONE, ignored;
	sc->from = true;
	TRY(expand(sc, ref, &ref, err));
	s->has_variable = sc->any;
	TRY(expand(sc, s->stage->platform, &ignored, err));
	s->image = df_image_of(ref);
	struct df_stage_facts *parent = df_stage_named(x, s, ref);
	uint32_t number;
	if (parent && slice_u32(ref, &number) < 0) {
		s->parent = (int32_t)(parent - x->stages);
		s->user = parent->user;
		parent->is_used = true;
	}
	if (s->stage->name.len) {
		struct slice key = lower(x->arena, s->stage->name);
		uint64_t *slot = key.ptr ? map_put(&x->stage_names, key, NULL) : NULL;
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)s->index + 1;
	}
	(void)f;
	return 0;
}

static int expand_words(struct scope *sc, const struct df_instr *i, struct df_instr_facts *f,
			struct err *err)
{
	struct slice ignored = SL_NONE;
	for (size_t k = 0; k < i->nwords; k++)
		TRY(expand(sc, i->is_json ? i->words[k].text : i->words[k].raw, &ignored, err));
	if (i->kind == DF_WORKDIR || i->kind == DF_USER)
		f->expanded = ignored;
	return 0;
}

static int read_script(struct df_facts *x, const struct df_instr *i, struct df_instr_facts *f,
		       struct err *err)
{
	struct slice text = i->body;
	if (i->is_json) {
		auto_buf struct buf b;
		buf_init(&b, 16 * MIB);
		for (size_t k = 0; k < i->nwords; k++) {
			buf_puts(&b, i->words[k].text);
			buf_putc(&b, ' ');
		}
		text = arena_dup(x->arena, buf_slice(&b));
		if (!text.ptr)
			return err_oom(err);
	}
	TRY(sh_parse(x->arena, text, &f->script, err));
	f->has_script = true;
	const struct sh_script *s = &f->script;
	static const char *const shells[] = {"",	 "sh",	     "bash",	      "ash",
					     "dash",	 "zsh",	     "/bin/sh",	      "/bin/bash",
					     "/bin/zsh", "/bin/ash", "/usr/bin/bash", NULL};
	/* <<EOF alone, and a shell that reads it: the heredoc is the script. */
	if (i->nheredocs == 1 && s->ncommands == 1 && s->commands[0].nwords <= 1 &&
	    slice_is_any(s->commands[0].name, shells)) {
		struct slice body = i->heredocs[0].body;
		bool shebang =
		    slice_starts(body, "#!") && slice_find(slice_sub(body, 0, 40), SL("sh\n")) < 0;
		if (!shebang)
			return sh_parse(x->arena, body, &f->script, err);
	}
	return 0;
}

const struct df_instr *df_script_instr(const struct df_instr *i)
{
	if (i->kind == DF_ONBUILD && i->inner)
		i = i->inner;
	return i->kind == DF_RUN ? i : NULL;
}

static int read_kind(struct df_facts *x, struct scope *sc, const struct df_instr *i,
		     struct df_stage_facts *s, struct df_instr_facts *f, struct err *err)
{
	switch (i->kind) {
	case DF_FROM:
		return begin_stage(x, sc, i, s, f, err);
	case DF_ARG:
		for (size_t k = 0; k < i->nwords; k++)
			TRY(read_arg(sc, s, &i->words[k], err));
		return 0;
	case DF_ENV:
		return read_env(sc, s, i, err);
	case DF_USER:
		s->user = i;
		return expand_words(sc, i, f, err);
	case DF_ADD:
	case DF_COPY:
	case DF_RUN:
	case DF_CMD:
	case DF_ENTRYPOINT:
	case DF_EXPOSE:
	case DF_HEALTHCHECK:
	case DF_LABEL:
	case DF_MAINTAINER:
	case DF_ONBUILD:
	case DF_SHELL:
	case DF_STOPSIGNAL:
	case DF_UNKNOWN:
	case DF_VOLUME:
	case DF_WORKDIR:
	default:
		return is_expanded(i->kind) ? expand_words(sc, i, f, err) : 0;
	}
}

struct progress { /* what is in force at the end of each stage */
	const struct df_instr *shell;
	bool workdir, absolute;
};

static int read_instr(struct df_facts *x, size_t index, struct progress *p, struct err *err)
{
	const struct df_instr *i = &x->doc.instrs[index], *run = df_script_instr(i);
	struct df_stage_facts *s = &x->stages[i->stage + 1];
	struct df_instr_facts *f = &x->instrs[index];
	struct scope sc = {.x = x, .s = s};
	struct progress *now = &p[i->stage + 1];
	x->now = (uint32_t)index;
	TRY(read_kind(x, &sc, i, s, f, err));
	if (sc.n)
		TRY(keep_missing(&sc, f, err));
	if (i->kind == DF_FROM && s->parent >= 0)
		*now = p[s->parent];
	f->nth = ++s->counts[i->kind];
	f->shell = now->shell;
	f->has_workdir = now->workdir;
	f->has_absolute_workdir = now->absolute;
	if (i->kind == DF_SHELL)
		now->shell = i;
	if (i->kind == DF_WORKDIR) {
		now->workdir = true;
		now->absolute = now->absolute || df_is_absolute(f->expanded);
	}
	return run ? read_script(x, run, f, err) : 0;
}

static int read_all(struct df_facts *x, struct err *err)
{
	size_t n = x->doc.nstages + 1;
	x->nstages = n;
	x->stages = arena_array(x->arena, n, sizeof(*x->stages));
	x->instrs = arena_array(x->arena, x->doc.ninstrs, sizeof(*x->instrs));
	struct progress *p = arena_array(x->arena, n, sizeof(*p));
	if (!x->stages || !x->instrs || !p)
		return err_oom(err);
	for (size_t k = 0; k < n; k++) {
		x->stages[k].stage = k ? &x->doc.stages[k - 1] : NULL;
		x->stages[k].index = (int32_t)k - 1;
		x->stages[k].parent = -1;
		x->stages[k].is_final = x->stages[k].is_used = k + 1 == n;
	}
	for (size_t k = 0; k < x->doc.ninstrs; k++)
		TRY(read_instr(x, k, p, err));
	for (size_t k = 0; k < x->doc.ninstrs; k++)
		x->instrs[k].of =
		    x->stages[x->doc.instrs[k].stage + 1].counts[x->doc.instrs[k].kind];
	return 0;
}

int df_facts_read(struct df_facts *x, struct err *err)
{
	x->arena = config_run_arena(x->run);
	TRY(df_parse(&x->doc, config_run_file(x->run)->bytes, err));
	return read_all(x, err);
}

void df_facts_done(struct df_facts *x)
{
	for (size_t k = 0; k < x->nstages && x->stages; k++)
		map_free(&x->stages[k].vars);
	map_free(&x->stage_names);
	df_free(&x->doc);
}
