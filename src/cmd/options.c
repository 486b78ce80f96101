/* SPDX-License-Identifier: Apache-2.0 */
/* Command line beats environment beats configuration file beats default. */
#include "cmd/cmd.h"

#include "text/text.h"

#include <stdio.h>
#include <sys/stat.h>

static const struct opt globals[] = {
    {"config", 'c', OPT_STRING, "FILE", NULL,
     "configuration file; default strake.yaml here, then the user's, then /etc/strake/config.yaml"},
    {"quiet", 'q', OPT_FLAG, NULL, NULL, "errors only on standard error"},
    {"debug", 'd', OPT_FLAG, NULL, NULL, "say more on standard error"},
    {"no-color", 0, OPT_FLAG, NULL, NULL, "no colour (also: NO_COLOR in the environment)"},
    {"no-progress", 0, OPT_FLAG, NULL, NULL, "no progress line on a terminal"},
    {"timeout", 0, OPT_DURATION, "TIME", "5m", "give up after this time: 90s, 5m, 1h"},
    {"help", 'h', OPT_FLAG, NULL, NULL, "this text"},
    {0},
};

const struct opt *global_options(void)
{
	return globals;
}

/* ---- nearest word: optimal string alignment distance ---- */

#define MAX_WORD 40

static unsigned distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned d[MAX_WORD + 1][MAX_WORD + 1];
	if (la > MAX_WORD || lb > MAX_WORD)
		return MAX_WORD;
	for (size_t i = 0; i <= la; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++)
		for (size_t j = 1; j <= lb; j++) {
			unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			best = MIN(best, MIN(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = MIN(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[la][lb];
}

const char *nearest_word(const char *word, const char *const *words, size_t n)
{
	const char *best = NULL;
	unsigned least = MAX(2, (unsigned)strlen(word) / 3) + 1;
	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(word, words[i]);
		if (d < least) {
			least = d;
			best = words[i];
		}
	}
	return best;
}

/* ---- values ---- */

int parse_duration(const char *s, uint64_t *seconds)
{
	uint64_t total = 0;
	struct slice rest = slice_str(s);
	while (rest.len) {
		size_t n = 0;
		uint64_t v, unit = 1;
		while (n < rest.len && is_digit(rest.ptr[n]))
			n++;
		if (slice_u64(slice_sub(rest, 0, n), 10, &v) < 0)
			return -EINVAL;
		rest = slice_from(rest, n);
		if (rest.len) {
			unit = rest.ptr[0] == 's'   ? 1
			       : rest.ptr[0] == 'm' ? 60
			       : rest.ptr[0] == 'h' ? 3600
						    : 0;
			rest = slice_from(rest, 1);
		}
		if (unit == 0 || v > 31536000)
			return -EINVAL;
		total += v * unit;
	}
	*seconds = total;
	return total ? 0 : -EINVAL;
}

int parse_size(const char *s, uint64_t *bytes)
{
	struct slice t = slice_str(s);
	uint64_t unit = 1, v;
	if (t.len && !is_digit(t.ptr[t.len - 1])) {
		char c = to_lower(t.ptr[t.len - 1]);
		unit = c == 'k' ? KIB : c == 'm' ? MIB : c == 'g' ? KIB * MIB : 0;
		t.len--;
	}
	if (unit == 0 || slice_u64(t, 10, &v) < 0 || __builtin_mul_overflow(v, unit, bytes))
		return -EINVAL;
	return 0;
}

static bool truth(const char *s, bool *out)
{
	static const char *const yes[] = {"", "true", "1", "yes", "on", NULL}, *const no[] = {
										   "false", "0",
										   "no", "off",
										   NULL};
	*out = slice_is_any(slice_str(s), yes);
	return *out || slice_is_any(slice_str(s), no);
}

static const char *check_value(const struct opt *o, const char *v)
{
	uint64_t n;
	bool b;
	switch (o->kind) {
	case OPT_FLAG:
		return truth(v, &b) ? NULL : "true or false";
	case OPT_NUMBER:
		return slice_u64(slice_str(v), 10, &n) == 0 ? NULL : "a number";
	case OPT_DURATION:
		return parse_duration(v, &n) == 0 ? NULL : "a time such as 90s, 5m or 1h";
	case OPT_SIZE:
		return parse_size(v, &n) == 0 ? NULL : "a size such as 500m or 2g";
	case OPT_STRING:
	case OPT_LIST:
	default:
		return NULL;
	}
}

static int set_value(struct options *o, struct opt_value *v, const char *text,
		     enum opt_source source, const char *file)
{
	const char *want = check_value(v->opt, text);
	if (want)
		return cmd_usage("--%s %s: expected %s", v->opt->name, text, want);
	if (source > v->source || v->opt->kind != OPT_LIST)
		v->n = 0;
	const char **items = arena_array(&o->arena, v->n + 1, sizeof(*items));
	struct slice copy = arena_dup(&o->arena, slice_str(text));
	if (!items || !copy.ptr)
		return cmd_usage("out of memory");
	if (v->n)
		memcpy(items, v->items, v->n * sizeof(*items));
	items[v->n++] = copy.ptr;
	v->items = items;
	v->source = source;
	v->file = file;
	return 0;
}

const struct opt_value *options_value(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->nvalues; i++)
		if (strcmp(o->values[i].opt->name, name) == 0)
			return &o->values[i];
	return NULL;
}

bool opt_flag(const struct options *o, const char *name)
{
	const struct opt_value *v = options_value(o, name);
	bool b = false;
	return v && v->n && truth(v->items[0], &b) && b;
}

const char *opt_string(const struct options *o, const char *name)
{
	const struct opt_value *v = options_value(o, name);
	return v && v->n ? v->items[v->n - 1] : NULL;
}

uint64_t opt_number(const struct options *o, const char *name)
{
	const struct opt_value *v = options_value(o, name);
	uint64_t n = 0;
	if (!v || !v->n)
		return 0;
	const char *s = v->items[0];
	int r = v->opt->kind == OPT_DURATION ? parse_duration(s, &n)
		: v->opt->kind == OPT_SIZE   ? parse_size(s, &n)
					     : slice_u64(slice_str(s), 10, &n);
	return r == 0 ? n : 0;
}

size_t opt_list(const struct options *o, const char *name, const char *const **items)
{
	const struct opt_value *v = options_value(o, name);
	*items = v ? v->items : NULL;
	return v ? v->n : 0;
}

/* ---- sources ---- */

static int prepare(struct options *o, const struct command *c)
{
	size_t n = 0;
	for (const struct opt *t = globals; t->name; t++)
		n++;
	for (const struct opt *t = c->options; t && t->name; t++)
		n++;
	o->values = arena_array(&o->arena, n + 1, sizeof(*o->values));
	if (!o->values)
		return cmd_usage("out of memory");
	for (const struct opt *t = c->options; t && t->name; t++)
		o->values[o->nvalues++].opt = t;
	for (const struct opt *t = globals; t->name; t++)
		o->values[o->nvalues++].opt = t;
	for (size_t i = 0; i < o->nvalues; i++)
		if (o->values[i].opt->fallback) {
			int r = set_value(o, &o->values[i], o->values[i].opt->fallback,
					  SOURCE_DEFAULT, NULL);
			if (r)
				return r;
		}
	return 0;
}

static int from_environment(struct options *o)
{
	for (size_t i = 0; i < o->nvalues; i++) {
		char name[80] = "STRAKE_";
		size_t n = 7;
		for (const char *p = o->values[i].opt->name; *p && n < sizeof(name) - 1; p++)
			name[n++] = (char)(*p == '-' ? '_' : is_alpha(*p) ? *p - 32 : *p);
		name[n] = '\0';
		const char *v = getenv(name);
		if (!v || o->values[i].source == SOURCE_COMMAND_LINE)
			continue;
		int r = set_value(o, &o->values[i], v, SOURCE_ENVIRONMENT, NULL);
		if (r)
			return r;
	}
	return 0;
}

static struct opt_value *find_long(struct options *o, struct slice name)
{
	for (size_t i = 0; i < o->nvalues; i++)
		if (slice_is(name, o->values[i].opt->name))
			return &o->values[i];
	return NULL;
}

static int unknown_option(const struct options *o, const char *given)
{
	const char *names[64];
	size_t n = 0;
	for (size_t i = 0; i < o->nvalues && n < ARRAY_LEN(names); i++)
		names[n++] = o->values[i].opt->name;
	const char *near = nearest_word(given, names, n);
	if (near)
		return cmd_usage("strake %s has no option --%s - did you mean --%s?",
				 o->command->name, given, near);
	return cmd_usage("strake %s has no option --%s - see strake %s --help", o->command->name,
			 given, o->command->name);
}

static int take(struct options *o, struct opt_value *v, const char *inline_value, int argc,
		char **argv, int *i)
{
	const char *value = inline_value;
	if (!value && v->opt->kind == OPT_FLAG)
		value = "true";
	if (!value) {
		if (*i + 1 >= argc)
			return cmd_usage("--%s needs a value: %s", v->opt->name, v->opt->arg);
		value = argv[++*i];
	}
	return set_value(o, v, value, SOURCE_COMMAND_LINE, NULL);
}

static int long_option(struct options *o, int argc, char **argv, int *i)
{
	struct slice rest = slice_from(slice_str(argv[*i]), 2), name;
	const char *value = NULL;
	char given[64];
	slice_cut(&rest, '=', &name);
	if (rest.ptr)
		value = rest.ptr;
	struct opt_value *v = find_long(o, name);
	if (!v) {
		snprintf(given, sizeof(given), "%.*s", (int)MIN(name.len, sizeof(given) - 1),
			 name.ptr);
		return unknown_option(o, given);
	}
	return take(o, v, value, argc, argv, i);
}

static int short_options(struct options *o, int argc, char **argv, int *i)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		struct opt_value *v = NULL;
		for (size_t k = 0; k < o->nvalues; k++)
			if (o->values[k].opt->letter == *p)
				v = &o->values[k];
		if (!v)
			return cmd_usage("strake %s has no option -%c - see strake %s --help",
					 o->command->name, *p, o->command->name);
		if (v->opt->kind != OPT_FLAG)
			return take(o, v, p[1] ? p + (p[1] == '=' ? 2 : 1) : NULL, argc, argv, i);
		int r = take(o, v, "true", argc, argv, i);
		if (r)
			return r;
	}
	return 0;
}

static int from_command_line(struct options *o, int argc, char **argv)
{
	bool only_args = false;
	o->args = arena_array(&o->arena, (size_t)argc + 1, sizeof(*o->args));
	if (!o->args)
		return cmd_usage("out of memory");
	for (int i = 0; i < argc; i++) {
		int r = 0;
		const char *a = argv[i];
		if (only_args || a[0] != '-' || a[1] == '\0')
			o->args[o->nargs++] = a;
		else if (strcmp(a, "--") == 0)
			only_args = true;
		else if (a[1] == '-')
			r = long_option(o, argc, argv, &i);
		else
			r = short_options(o, argc, argv, &i);
		if (r)
			return r;
	}
	return 0;
}

/* ---- configuration file ---- */

static bool option_of_any_command(struct slice key)
{
	size_t n;
	const struct command *const *all = commands(&n);
	for (size_t i = 0; i < n; i++)
		for (const struct opt *t = all[i]->options; t && t->name; t++)
			if (slice_is(key, t->name))
				return true;
	return slice_is(key, "registry");
}

/* A section holds the options of one command; "registry" holds mirrors. */
static bool known_section(struct slice key)
{
	size_t n;
	const struct command *const *all = commands(&n);
	for (size_t i = 0; i < n; i++)
		if (slice_is(key, all[i]->name))
			return true;
	return slice_is(key, "registry");
}

static int config_error(const char *file, struct slice text, const struct node *at,
			const char *what, struct slice key)
{
	uint32_t line, column;
	text_position(text, at->pos, &line, &column);
	return cmd_usage("%s:%u:%u: %s: %.*s", file, line, column, what, SL_FMT(key));
}

static int apply_node(struct options *o, struct opt_value *v, const struct node *n,
		      const char *file)
{
	char text[4096];
	if (v->source > SOURCE_FILE)
		return 0;
	if (n->type == NODE_ARRAY) {
		int r = 0;
		for (const struct node *c = n->first; c && r == 0; c = c->next)
			r = apply_node(o, v, c, file);
		return r;
	}
	snprintf(text, sizeof(text), "%.*s", SL_FMT(n->str));
	return set_value(o, v, text, SOURCE_FILE, file);
}

static int add_mirror(struct options *o, struct slice name, struct slice host)
{
	struct opt_mirror *all = arena_array(&o->arena, o->nmirrors + 1, sizeof(*all));
	if (!all)
		return cmd_usage("out of memory");
	if (o->nmirrors)
		memcpy(all, o->mirrors, o->nmirrors * sizeof(*all));
	all[o->nmirrors++] =
	    (struct opt_mirror){arena_dup(&o->arena, name).ptr, arena_dup(&o->arena, host).ptr};
	o->mirrors = all;
	return 0;
}

/* registry: mirrors: NAME: [HOST:PORT] */
static int apply_registry(struct options *o, const struct node *section, struct slice text,
			  const char *file)
{
	node_each (n, section) {
		if (!slice_is(n->key, "mirrors") || n->type != NODE_OBJECT)
			return config_error(file, text, n, "expected mirrors: NAME: [HOST:PORT]",
					    n->key);
		node_each (m, n) {
			if (m->type != NODE_ARRAY && m->type != NODE_STRING)
				return config_error(file, text, m, "expected a list of HOST:PORT",
						    m->key);
			if (m->type == NODE_STRING && add_mirror(o, m->key, m->str))
				return 2;
			for (const struct node *h = m->type == NODE_ARRAY ? m->first : NULL; h;
			     h = h->next) {
				if (h->type != NODE_STRING)
					return config_error(file, text, h, "expected HOST:PORT",
							    m->key);
				if (add_mirror(o, m->key, h->str))
					return 2;
			}
		}
	}
	return 0;
}

static int apply_tree(struct options *o, const struct node *root, struct slice text,
		      const char *file, bool inside)
{
	node_each (n, root) {
		struct opt_value *v = find_long(o, n->key);
		int r = 0;
		if (v)
			r = apply_node(o, v, n, file);
		else if (!inside && n->type == NODE_OBJECT && slice_is(n->key, "registry"))
			r = apply_registry(o, n, text, file);
		else if (!inside && n->type == NODE_OBJECT && slice_is(n->key, o->command->name))
			r = apply_tree(o, n, text, file, true);
		else if (!inside && n->type == NODE_OBJECT && !known_section(n->key))
			r = config_error(file, text, n, "no command of this name", n->key);
		else if (inside || (n->type != NODE_OBJECT && !option_of_any_command(n->key)))
			r = config_error(file, text, n, "unknown option", n->key);
		if (r)
			return r;
	}
	return 0;
}

static int read_config(struct options *o, const char *file)
{
	struct err err = {0};
	auto_buf struct buf text;
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	buf_init(&text, MIB);
	if (file_read(file, &text, &err) < 0)
		return cmd_usage("configuration: %s", err.text);
	if (slice_trim(buf_slice(&text)).len &&
	    yaml_parse(&d, buf_slice(&text), NULL, &root, &err) < 0)
		return cmd_usage("%s: %s", file, err.text);
	if (slice_trim(buf_slice(&text)).len == 0 || root->type == NODE_NULL)
		return 0;
	if (root->type != NODE_OBJECT)
		return cmd_usage("%s: expected `option: value` lines", file);
	return apply_tree(o, root, buf_slice(&text), file, false);
}

static int from_file(struct options *o)
{
	const char *given = opt_string(o, "config"), *xdg = getenv("XDG_CONFIG_HOME"),
		   *home = getenv("HOME");
	char user[4096] = "";
	if (given)
		return read_config(o, given);
	if (xdg)
		snprintf(user, sizeof(user), "%s/strake/config.yaml", xdg);
	else if (home)
		snprintf(user, sizeof(user), "%s/.config/strake/config.yaml", home);
	const char *places[] = {"strake.yaml", user, "/etc/strake/config.yaml"};
	struct stat st;
	/* Pipes and the like are read when named, not when they happen to lie there. */
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i][0] && stat(places[i], &st) == 0 && S_ISREG(st.st_mode)) {
			struct slice kept = arena_dup(&o->arena, slice_str(places[i]));
			return kept.ptr ? read_config(o, kept.ptr) : cmd_usage("out of memory");
		}
	return 0;
}

int options_read(struct options *o, const struct command *c, int argc, char **argv)
{
	*o = (struct options){.command = c};
	arena_init(&o->arena, 16 * MIB);
	int r = prepare(o, c);
	if (r == 0)
		r = from_command_line(o, argc, argv);
	if (r == 0 && opt_flag(o, "help")) {
		o->help = true;
		return 0;
	}
	if (r == 0)
		r = from_environment(o);
	if (r == 0)
		r = from_file(o);
	return r;
}

void options_free(struct options *o)
{
	arena_free(&o->arena);
}
