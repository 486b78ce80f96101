/* SPDX-License-Identifier: Apache-2.0 */
/* Package managers in RUN: what a command does, with which packages, and what it leaves behind. */
#include "config/df_facts.h"

#define LOOK_AHEAD 2000 /* commands behind one, looked through for a clean-up */

enum how { BY_EQUALS, BY_DASH, BY_PIP, BY_NPM, BY_GEM, BY_GO, BY_NOTHING };
struct manager {
	const char *name;
	enum how how;
	const char *actions; /* words, blanks between and around */
	const char *installs;
	const char *valued; /* flags whose value is the next word */
	const char *yes;
	const char *pins; /* characters of which one makes a version, and endings of files */
	const char
	    *cache; /* where a mount keeps its cache; several: blanks between; *: any folder */
};
#define APT_ACTIONS                                                                                \
	" install update upgrade dist-upgrade full-upgrade remove purge clean autoremove "
static const struct manager managers[] = {
    {"apt-get", BY_EQUALS, APT_ACTIONS, " install ", " t target-release ", " y yes assume-yes ",
     "=/", "/var/lib/apt/lists"},
    {"apt", BY_EQUALS, APT_ACTIONS, " install ", " t target-release ", " y yes assume-yes ", "=/",
     "/var/lib/apt/lists"},
    {"aptitude", BY_EQUALS, APT_ACTIONS, " install ", " t target-release ", " y assume-yes ", "=/",
     "/var/lib/apt/lists"},
    {"apk", BY_EQUALS, " add update upgrade del fetch ", " add ", " t virtual X repository p root ",
     "", "=~<>", "/var/cache/apk /etc/apk/cache"},
    {"yum", BY_DASH,
     " install groupinstall localinstall reinstall update upgrade clean remove makecache ",
     " install ", "", " y assumeyes ", "", ""},
    {"dnf", BY_DASH,
     " install in groupinstall localinstall reinstall rei update upgrade up upgrade-minimal up-min "
     "clean "
     "remove makecache group ",
     " install in ", "", " y assumeyes ", "", "/var/cache/libdnf5 /var/cache/dnf"},
    {"microdnf", BY_DASH, " install reinstall update upgrade clean remove ", " install ", "",
     " y assumeyes ", "", "/var/cache/libdnf5 /var/cache/dnf /var/cache/yum"},
    {"tdnf", BY_DASH, " install reinstall update upgrade clean remove ", " install ", "",
     " y assumeyes ", "", "/var/cache/tdnf"},
    {"zypper", BY_EQUALS,
     " install in remove rm patch source-install si update up refresh ref dist-upgrade dup clean "
     "cc ",
     " install in ", " t type ", " y no-confirm n non-interactive ", "=~<>", "/var/cache/zypp"},
    {"pip", BY_PIP, " install download wheel uninstall ", " install ",
     " abi b build e editable extra-index-url f find-links i index-url implementation no-binary "
     "only-binary platform prefix progress-bar proxy python-version root src t target "
     "trusted-host upgrade-strategy c constraint r requirement ",
     " y yes ", "", "*/.cache/pip */.cache"},
    {"pipx", BY_PIP, " install ", " install ", " index-url python spec pip-args suffix ", "", "",
     ""},
    {"npm", BY_NPM, " install i ci add update ", " install ",
     " loglevel registry prefix cache userconfig w workspace tag ", "", "", ""},
    {"gem", BY_GEM, " install i update ", " install i ", " v version platform ", "", "", ""},
    {"yarn", BY_NOTHING, " install add cache global ", " install ", "", "", "", ""},
    {"go", BY_GO, " install get run build mod ", " install get run ", " ldflags tags ", "", "", ""},
    {"pacman", BY_NOTHING, "", "", "", " noconfirm ", "", ""},
};

static bool in_words(const char *words, struct slice w)
{
	size_t n = strlen(words);
	for (size_t k = 0; w.len && k + w.len + 1 < n; k++)
		if (words[k] == ' ' && words[k + w.len + 1] == ' ' &&
		    memcmp(words + k + 1, w.ptr, w.len) == 0)
			return true;
	return false;
}

/* The manager's own action word as a literal. */
static const char *action_of(const struct manager *m, struct slice w, struct arena *a)
{
	return in_words(m->actions, w) ? arena_dup(a, w).ptr : NULL;
}

bool df_is_flag(const struct sh_word *w)
{
	return w->text.len > 1 && w->text.ptr[0] == '-';
}

/* Of --name=value, or of one of -abc. */
bool df_cmd_flag(const struct sh_command *c, struct slice name, struct slice *value)
{
	for (size_t k = 1; k < c->nwords; k++) {
		struct slice t = c->words[k].text;
		*value = SL("");
		if (!df_is_flag(&c->words[k]))
			continue;
		if (slice_starts(t, "--")) {
			ssize_t eq = slice_chr(t, '=');
			struct slice said = slice_sub(t, 2, eq < 0 ? t.len : (size_t)eq - 2);
			if (eq >= 0)
				*value = slice_from(t, (size_t)eq + 1);
			if (slice_eq(said, name))
				return true;
			continue;
		}
		if (slice_eq(slice_from(t, 1), name))
			return true;
		if (name.len == 1 && slice_chr(slice_from(t, 1), name.ptr[0]) >= 0)
			return true;
	}
	return false;
}

static bool any_flag(const struct sh_command *c, const char *names)
{
	struct slice rest = slice_str(names), name, value;
	while (slice_word(&rest, &name))
		if (df_cmd_flag(c, name, &value))
			return true;
	return false;
}

/* pip, pip3.11, and python -m pip; first: where the arguments begin. */
static const struct manager *manager_of(const struct sh_command *c, size_t *first)
{
	struct slice name = c->name;
	*first = 1;
	if (slice_starts(name, "python") && c->nwords > 3 && slice_is(c->words[1].text, "-m") &&
	    slice_is(c->words[2].text, "pip")) {
		*first = 3;
		name = SL("pip");
	} else if (slice_starts(name, "pip") && !slice_starts(name, "pipenv") &&
		   !slice_starts(name, "pipx")) {
		name = SL("pip");
	}
	for (size_t k = 0; k < ARRAY_LEN(managers); k++)
		if (slice_is(name, managers[k].name))
			return &managers[k];
	return NULL;
}

/* ---- Versions ---- */

static bool has_any(struct slice s, const char *chars)
{
	for (size_t k = 0; k < s.len; k++)
		if (s.ptr[k] && strchr(chars, s.ptr[k]))
			return true;
	return false;
}

/* Does the word use a variable that is set? */
static bool has_known_variable(const struct df_event *e, const struct sh_word *w)
{
	struct slice t = w->text;
	for (size_t k = 0; k + 1 < t.len; k++) {
		size_t n = 0;
		struct slice name = slice_from(t, k + 1);
		if (t.ptr[k] != '$')
			continue;
		if (name.ptr[0] == '{')
			name = slice_from(name, 1);
		while (n < name.len &&
		       (is_alpha(name.ptr[n]) || is_digit(name.ptr[n]) || name.ptr[n] == '_'))
			n++;
		if (e->s && df_lookup(e->x, e->s, slice_sub(name, 0, n)))
			return true;
	}
	return false;
}

/* dnf group install X, yum module install X:4 */
static bool has_prefix(const struct sh_command *c, const char *word)
{
	for (size_t k = 1; k < c->nwords; k++)
		if (!df_is_flag(&c->words[k]))
			return slice_is(c->words[k].text, word);
	return false;
}

static bool pinned_by_dash(const struct df_event *e, const struct sh_word *w)
{
	if (has_prefix(e->cmd, "group") ||
	    (has_prefix(e->cmd, "module") &&
	     (slice_is(w->text, "module") || slice_chr(w->text, ':') > 0)))
		return true;
	for (size_t k = 0; k + 1 < w->text.len; k++)
		if (w->text.ptr[k] == '-' && is_digit(w->text.ptr[k + 1]))
			return true;
	return w->has_var && has_known_variable(e, w);
}

static bool pinned_pip(struct slice s)
{
	static const char *const schemes[] = {"git+", "hg+", "svn+", "bzr+"};
	for (size_t k = 0; k < ARRAY_LEN(schemes); k++)
		if (slice_starts(s, schemes[k]))
			return slice_chr(slice_from(s, 12), '@') >= 0;
	return slice_find(s, SL("==")) >= 0 || has_any(s, "<>") || slice_find(s, SL("!=")) >= 0 ||
	       slice_find(s, SL("~=")) >= 0 || slice_ends(s, ".whl") || slice_ends(s, ".tar.gz") ||
	       slice_starts(s, "/") || slice_starts(s, "./") || slice_starts(s, "../") ||
	       slice_is(s, ".") || slice_starts(s, ".[") ||
	       (slice_chr(s, '/') > 0 && slice_find(s, SL("://")) < 0);
}

static bool pinned_npm(struct slice s)
{
	if (slice_starts(s, "git+") || slice_starts(s, "git:"))
		return slice_chr(s, '#') >= 0;
	if (slice_ends(s, ".tar") || slice_ends(s, ".tgz") || slice_ends(s, ".tar.gz") ||
	    slice_starts(s, "/") || slice_starts(s, "./") || slice_starts(s, "../") ||
	    slice_starts(s, "~/") || slice_is(s, "."))
		return true;
	return slice_chr(slice_from(s, slice_starts(s, "@")), '@') >= 0;
}

static bool pinned_go(struct slice s)
{
	ssize_t at = slice_rchr(s, '@');
	struct slice v = at < 0 ? SL_NONE : slice_from(s, (size_t)at + 1);
	return slice_starts(s, ".") || slice_starts(s, "/") || slice_ends(s, ".go") ||
	       (v.len && !slice_is(v, "latest") && !slice_is(v, "none"));
}

static bool is_pinned(const struct df_event *e, const struct manager *m, const struct sh_word *w)
{
	struct slice s = w->text;
	switch (m->how) {
	case BY_EQUALS:
		return has_any(s, m->pins) || slice_ends(s, ".deb") || slice_ends(s, ".apk") ||
		       (slice_is(slice_str(m->name), "zypper") && slice_ends(s, ".rpm"));
	case BY_DASH:
		return pinned_by_dash(e, w);
	case BY_PIP:
		return pinned_pip(s);
	case BY_NPM:
		return pinned_npm(s);
	case BY_GEM:
		return slice_chr(s, ':') >= 0;
	case BY_GO:
		return pinned_go(s);
	case BY_NOTHING:
	default:
		return true;
	}
}

/* ---- Clean-up ---- */

static bool has_word(const struct sh_command *c, const char *text)
{
	for (size_t k = 1; k < c->nwords; k++)
		if (slice_is(c->words[k].text, text))
			return true;
	return false;
}

static bool word_starts(const struct sh_command *c, const char *text)
{
	for (size_t k = 1; k < c->nwords; k++)
		if (slice_starts(c->words[k].text, text))
			return true;
	return false;
}

/* export PIP_NO_CACHE_DIR=1 */
static bool exports_no_cache(const struct sh_command *c)
{
	static const char name[] = "PIP_NO_CACHE_DIR=";
	static const char *const no[] = {"", "0", "off", "false", "no", NULL};
	if (!slice_is(c->name, "export"))
		return false;
	for (size_t k = 1; k < c->nwords; k++)
		if (slice_starts(c->words[k].text, name) &&
		    !slice_is_any(slice_from(c->words[k].text, sizeof(name) - 1), no))
			return true;
	return false;
}

static bool says(const struct sh_command *c, const char *name, const char *word)
{
	return slice_is(c->name, name) && has_word(c, word);
}

/* dnf, microdnf, tdnf */
static bool cleans_dnf(const struct manager *m, const struct sh_command *c)
{
	if (!slice_is(c->name, "rm"))
		return says(c, m->name, "clean");
	return word_starts(c, "/var/cache/libdnf5") || word_starts(c, "/var/cache/dnf") ||
	       word_starts(c, "/var/cache/yum");
}

/* Does c empty the cache of m? */
static bool cleans(const struct manager *m, const struct sh_command *c)
{
	struct slice name = slice_str(m->name);
	bool rm = slice_is(c->name, "rm");
	if (slice_is(name, "yum"))
		return says(c, "yum", "clean") || (rm && word_starts(c, "/var/cache/yum"));
	if (m->how == BY_DASH)
		return cleans_dnf(m, c);
	if (slice_is(name, "zypper"))
		return says(c, "zypper", "clean") || says(c, "zypper", "cc");
	if (slice_is(name, "yarn"))
		return says(c, "yarn", "cache") && has_word(c, "clean");
	if (slice_is(name, "apk"))
		return rm && word_starts(c, "/var/cache/apk");
	return slice_is(name, "pip") && exports_no_cache(c);
}

static bool ends_with(struct slice s, struct slice end)
{
	return s.len >= end.len && slice_eq(slice_from(s, s.len - end.len), end);
}

static bool is_mounted(struct df_event *e, const char *paths)
{
	struct rule_value v = {0};
	struct rule_arg none = {0};
	struct slice rest = slice_str(paths), path;
	if (!df_get_instr_mounts(e, &none, &v))
		return false;
	while (slice_word(&rest, &path))
		for (size_t k = 0; k < v.n; k++)
			if (path.ptr[0] == '*' ? ends_with(v.items[k].str, slice_from(path, 1))
					       : slice_eq(v.items[k].str, path))
				return true;
	return false;
}

static bool is_cleaned(struct df_event *e, const struct manager *m)
{
	const struct sh_script *s = &e->f->script;
	size_t at = (size_t)(e->cmd - s->commands);
	if (is_mounted(e, m->cache))
		return true;
	/* A variable for pip may be exported before. */
	size_t from = m->how == BY_PIP ? 0 : at + 1;
	for (size_t k = from; k < s->ncommands && k < from + LOOK_AHEAD; k++)
		if (cleans(m, &s->commands[k]))
			return true;
	return false;
}

static bool removes(const struct df_event *e)
{
	const struct sh_script *s = &e->f->script;
	size_t at = (size_t)(e->cmd - s->commands);
	for (size_t k = at + 1; k < s->ncommands && k < at + LOOK_AHEAD; k++)
		if (slice_is(s->commands[k].name, "rm") && has_word(&s->commands[k], "-rf"))
			return true;
	return false;
}

/* ---- The command ---- */

static bool is_value_of_flag(const struct manager *m, const struct sh_word *before)
{
	struct slice t = before->text;
	if (!df_is_flag(before) || slice_chr(t, '=') >= 0)
		return false;
	return in_words(m->valued, slice_from(t, slice_starts(t, "--") ? 2 : 1));
}

static struct slice before_version(struct slice s)
{
	size_t n = 0;
	while (n < s.len && !strchr("=<>~", s.ptr[n] ? s.ptr[n] : 'x'))
		n++;
	return n ? slice_sub(s, 0, n) : s;
}

static int read_names(struct df_event *e, const struct manager *m, size_t first,
		      struct df_package *p, struct err *err)
{
	struct rule_value *names = df_list(e, e->cmd->nwords), *open = df_list(e, e->cmd->nwords);
	if (!names || !open)
		return err_oom(err);
	for (size_t k = first; k < e->cmd->nwords; k++) {
		const struct sh_word *w = &e->cmd->words[k];
		if (df_is_flag(w) || !w->text.len ||
		    (k > first && is_value_of_flag(m, &e->cmd->words[k - 1])) ||
		    slice_is(w->text, p->action))
			continue;
		/* Behind the package of go run stand its own arguments. */
		if (m->how == BY_GO && p->nnames && slice_is(slice_str(p->action), "run"))
			break;
		names[p->nnames++].str = m->how == BY_EQUALS ? before_version(w->text) : w->text;
		if (!is_pinned(e, m, w))
			open[p->nunpinned++].str = w->text;
	}
	p->names = names;
	p->unpinned = open;
	return 0;
}

static size_t count_flag(const struct sh_command *c, char flag)
{
	size_t n = 0;
	for (size_t k = 1; k < c->nwords; k++)
		if (df_is_flag(&c->words[k]) && !slice_starts(c->words[k].text, "--"))
			for (size_t i = 1; i < c->words[k].text.len; i++)
				n += c->words[k].text.ptr[i] == flag;
	return n;
}

static bool is_quiet_apt(const struct sh_command *c)
{
	struct slice v;
	size_t quiet = count_flag(c, 'q');
	for (size_t k = 1; k < c->nwords; k++)
		quiet += slice_is(c->words[k].text, "--quiet");
	return quiet > 1 || has_word(c, "-q=2") || has_word(c, "-q=3") ||
	       (df_cmd_flag(c, SL("quiet"), &v) && slice_is(v, "2"));
}

/* Versions of pip and gem that flags give for all names. */
static bool all_pinned(const struct manager *m, const struct sh_command *c)
{
	if (m->how == BY_PIP)
		return any_flag(c, "r requirement c constraint e editable");
	if (m->how == BY_GEM)
		return any_flag(c, "v version");
	return false;
}

static bool without_recommends(const struct sh_command *c)
{
	struct slice v;
	return df_cmd_flag(c, SL("no-install-recommends"), &v) ||
	       word_starts(c, "APT::Install-Recommends=");
}

int df_read_packages(struct df_event *e, struct err *err)
{
	static const struct df_package nothing;
	size_t first;
	const struct manager *m =
	    e->cmd->kind == SH_SIMPLE && e->cmd->nwords ? manager_of(e->cmd, &first) : NULL;
	e->pkg = &nothing;
	if (!m)
		return 0;
	struct df_package *p = arena_new(e->x->arena, struct df_package);
	if (!p)
		return err_oom(err);
	p->manager = m->name;
	for (size_t k = first; k < e->cmd->nwords && !p->action; k++)
		p->action = action_of(m, e->cmd->words[k].text, e->x->arena);
	e->pkg = p;
	p->mounted = is_mounted(e, m->cache);
	p->cleaned = is_cleaned(e, m);
	p->removes = removes(e);
	p->yes = any_flag(e->cmd, m->yes) ||
		 (slice_starts(slice_str(m->name), "apt") && is_quiet_apt(e->cmd));
	p->no_recommends = without_recommends(e->cmd);
	if (p->action && in_words(m->installs, slice_str(p->action))) {
		TRY(read_names(e, m, first, p, err));
		if (all_pinned(m, e->cmd))
			p->nunpinned = 0;
	}
	return 0;
}
