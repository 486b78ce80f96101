/* SPDX-License-Identifier: Apache-2.0 */
/* Rules tried on events: the examples that stand in them, or lines of JSON. */
#include "cmd/rules.h"

#include "config/config.h"

#include <stdio.h>

#define MAX_HITS   256u
#define MAX_EVENTS (1024 * MIB)
#define MAX_LINE   (4 * MIB)

static const struct opt test_options[] = {
    {"event", 0, OPT_STRING, "FILE", NULL,
     "one JSON object a line (- standard input): which rules fire?"},
    {"source", 0, OPT_STRING, "NAME", "syscall", "source of the events of --event"},
    {"rule", 0, OPT_LIST, "NAME", NULL, "only this rule"},
    RULES_FORMAT,
    {0},
};

struct trial {
	const struct rule_engine *e;
	const struct options *o;
	struct arena scratch;
	struct buf out;
	struct json_writer *w; /* NULL: text */
	size_t good, bad, failed, skipped;
	struct config *config; /* for examples that are files; made when the first comes */
};

static bool is_asked(const struct trial *t, const struct rule_info *r)
{
	const char *const *names;
	size_t n = opt_list(t->o, "rule", &names);
	for (size_t i = 0; i < n; i++)
		if (slice_is(r->name, names[i]))
			return true;
	return n == 0;
}

/* ---- Examples ---- */

static void failed(struct trial *t, const struct rule_info *r, const char *kind, size_t i,
		   const char *what)
{
	t->failed++;
	if (!t->w) {
		buf_printf(&t->out, "FAILED  %.*s: examples.%s[%zu]: %s\n", SL_FMT(r->name), kind,
			   i, what);
		return;
	}
	jw_object(t->w);
	jw_kstr(t->w, "rule", r->name);
	jw_kstr(t->w, "example", slice_str(kind));
	jw_ku64(t->w, "index", i);
	jw_kstr(t->w, "message", slice_str(what));
	jw_end(t->w, '}');
}

static bool fires(struct rule_session *s, const struct rule_json_event *ev,
		  const struct rule_info *r)
{
	const struct rule_info *hits[MAX_HITS];
	struct rule_json_event copy = *ev;
	size_t n = rule_eval(s, rule_json_event_type(ev), &copy, hits, MAX_HITS);
	for (size_t i = 0; i < n; i++)
		if (hits[i] == r)
			return true;
	return false;
}

/* Checks of configuration have whole files as examples: they go the way of strake lint. */
static int load_checks(struct trial *t, struct err *err)
{
	if (t->config)
		return 0;
	TRY(config_new(&t->config, err));
	for (size_t i = 0; i < t->o->nargs; i++) {
		auto_buf struct buf text = {0};
		struct err ignored = {0};
		buf_init(&text, 17 * MIB);
		/* A directory's files were told of when they were loaded as rules. */
		if (file_read(t->o->args[i], &text, &ignored) == 0)
			TRY(config_load(t->config, slice_str(t->o->args[i]), buf_slice(&text),
					err));
	}
	return config_ready(t->config, err);
}

/* 1: the check says something of the file. */
static int check_says(struct trial *t, const struct rule_info *r, const struct node *n,
		      struct err *err)
{
	auto_arena struct arena a;
	struct config_result result;
	struct slice path = node_get_str(n, "path"), id = node_get_str(r->node, "id");
	struct slice text = node_is(n, NODE_OBJECT) ? node_get_str(n, "text") : node_str(n);
	arena_init(&a, 128 * MIB);
	TRY(load_checks(t, err));
	const struct config_check *check = config_find(t->config, id.len ? id : r->name);
	if (!check)
		return err_usage(err, "no check of configuration has this name");
	struct config_settings s = {.wanted = &check->id, .nwanted = 1};
	struct config_file f = {.path = path.len ? path : SL("Dockerfile"), .bytes = text};
	TRY(config_check(t->config, &f, NULL, &s, &a, &result, err));
	for (size_t i = 0; i < result.nfindings; i++)
		if (result.findings[i].check == check)
			return 1;
	return 0;
}

static void try_text(struct trial *t, const struct rule_info *r, const struct node *n,
		     const char *kind, size_t i, bool want)
{
	struct err err = {0};
	int said = check_says(t, r, n, &err);
	if (said < 0)
		failed(t, r, kind, i, err.text);
	else if ((said > 0) != want)
		failed(t, r, kind, i, want ? "the check says nothing" : "the check complains");
	else
		*(want ? &t->bad : &t->good) += 1;
}

static void try_examples(struct trial *t, struct rule_session *s, const struct rule_info *r,
			 const char *kind, bool want)
{
	const struct node *list = node_get(node_get(r->node, "examples"), kind);
	size_t i = 0;
	node_each (n, list) {
		struct err err = {0};
		struct rule_json_event ev = {rule_source_find(t->e, r->source), n, &t->scratch};
		arena_reset(&t->scratch);
		if (!node_is(n, NODE_OBJECT) || node_get(n, "text")) {
			try_text(t, r, n, kind, i, want);
		} else if (rule_json_event_check(&ev, &err) < 0) {
			failed(t, r, kind, i, err.text);
		} else if (fires(s, &ev, r) != want) {
			failed(t, r, kind, i, want ? "the rule does not fire" : "the rule fires");
		} else if (want) {
			t->bad++;
		} else {
			t->good++;
		}
		i++;
	}
}

static int examples(struct trial *t)
{
	const struct rule_info *const *all;
	size_t n = rule_list(t->e, &all);
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};
		if (!is_asked(t, all[i]) || !all[i]->is_active ||
		    !node_is(node_get(all[i]->node, "examples"), NODE_OBJECT))
			continue;
		auto_rule_session struct rule_session *s =
		    rule_session_new(t->e, all[i]->source, rule_json_event_get, &err);
		if (!s)
			return cmd_fail(&err);
		try_examples(t, s, all[i], "good", false);
		try_examples(t, s, all[i], "bad", true);
	}
	return 0;
}

static int run_examples(struct trial *t)
{
	if (t->w) {
		jw_object(t->w);
		jw_key(t->w, "failures");
		jw_array(t->w);
	}
	int r = examples(t);
	if (r)
		return r;
	if (t->w) {
		jw_end(t->w, ']');
		jw_ku64(t->w, "good", t->good);
		jw_ku64(t->w, "bad", t->bad);
		jw_ku64(t->w, "failed", t->failed);
		jw_ku64(t->w, "not_run", t->skipped);
		jw_end(t->w, '}');
		buf_putc(&t->out, '\n');
	} else {
		buf_printf(&t->out, "%zu good and %zu bad examples as they should be, %zu not\n",
			   t->good, t->bad, t->failed);
		if (t->skipped)
			buf_printf(&t->out, "%zu examples are texts and were not run\n",
				   t->skipped);
	}
	r = rules_write(&t->out);
	return r ? r : t->failed ? 1 : 0;
}

/* ---- Events ---- */

/* Fields by name, or a document of the API server that answers for them. */
struct trial_event {
	struct rule_json_event json;
	struct rule_admission review;
	bool is_review;
};

static int trial_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
		     struct rule_value *out)
{
	struct trial_event *ev = event;
	return ev->is_review ? rule_admission_get(&ev->review, f, arg, out)
			     : rule_json_event_get(&ev->json, f, arg, out);
}

static int event_open(struct trial *t, const struct rule_source *source, const struct node *object,
		      struct trial_event *ev, struct err *err)
{
	*ev = (struct trial_event){.json = {source, object, &t->scratch}};
	ev->is_review = strcmp(source->name, "admission") == 0 && node_get(object, "request");
	return ev->is_review ? rule_admission_open(object, &t->scratch, &ev->review, err)
			     : rule_json_event_check(&ev->json, err);
}

static void put_field(void *arg, struct slice key, const struct rule_value *v)
{
	struct json_writer *w = arg;
	jw_key_slice(w, key);
	if (v)
		rule_value_json(v, w);
	else
		jw_null(w);
}

static void put_hit(struct trial *t, size_t line, const struct rule_info *r,
		    const struct trial_event *ev)
{
	auto_buf struct buf text = {0};
	struct trial_event copy = *ev;
	buf_init(&text, 4 * MIB);
	(void)rule_template_text(r->output_template, trial_get, &copy, &text);
	if (!t->w) {
		buf_printf(&t->out, "%zu: %s %.*s: ", line, rule_priority_name(r->priority),
			   SL_FMT(r->name));
		buf_puts(&t->out, buf_slice(&text));
		buf_putc(&t->out, '\n');
		return;
	}
	jw_object(t->w);
	jw_kstr(t->w, "rule", r->name);
	jw_kstr(t->w, "priority", slice_str(rule_priority_name(r->priority)));
	jw_kstr(t->w, "output", buf_slice(&text));
	jw_key(t->w, "output_fields");
	jw_object(t->w);
	rule_template_each(r->output_template, trial_get, &copy, put_field, t->w);
	jw_end(t->w, '}');
	jw_end(t->w, '}');
}

static void put_line(struct trial *t, struct rule_session *s, size_t line,
		     const struct trial_event *ev)
{
	const struct rule_info *hits[MAX_HITS];
	struct trial_event copy = *ev;
	size_t n = rule_eval(s, rule_json_event_type(&ev->json), &copy, hits, MAX_HITS);
	if (t->w) {
		jw_init(t->w, &t->out, 0); /* one document a line */
		jw_object(t->w);
		jw_ku64(t->w, "line", line);
		jw_key(t->w, "rules");
		jw_array(t->w);
	}
	for (size_t i = 0; i < n; i++)
		if (is_asked(t, hits[i]))
			put_hit(t, line, hits[i], ev);
	if (t->w) {
		jw_end(t->w, ']');
		jw_end(t->w, '}');
		buf_putc(&t->out, '\n');
	}
}

static int run_events(struct trial *t, const char *path)
{
	struct err err = {0};
	auto_doc struct doc doc = {0};
	auto_buf struct buf text = {0};
	struct slice rest, line;
	size_t number = 0;
	const struct rule_source *source = rules_source(t->e, opt_string(t->o, "source"));
	doc_init(&doc);
	buf_init(&text, MAX_EVENTS);
	if (!source)
		return 2;
	if ((strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, &text, &err)
				    : file_read(path, &text, &err)) < 0)
		return cmd_fail(&err);
	auto_rule_session struct rule_session *s =
	    rule_session_new(t->e, slice_str(source->name), trial_get, &err);
	if (!s)
		return cmd_fail(&err);
	rest = buf_slice(&text);
	while (slice_line(&rest, &line)) {
		struct node *object;
		number++;
		if (!slice_trim(line).len)
			continue;
		arena_reset(&t->scratch);
		struct text_limits lim = {.max_bytes = MAX_LINE};
		int r = json_parse(&doc, line, &lim, &object, &err);
		struct trial_event ev;
		if (r < 0 || event_open(t, source, object, &ev, &err) < 0) {
			err_wrap(&err, "%s: line %zu", path, number);
			return cmd_fail(&err);
		}
		put_line(t, s, number, &ev);
	}
	return rules_write(&t->out);
}

static int run_test(const struct options *o)
{
	auto_rule_engine struct rule_engine *e = NULL;
	struct json_writer w;
	bool json;
	int r = rules_json(o, &json);
	if (r)
		return r;
	r = rules_open(o, RULE_OWN_KEYS, &e);
	if (r)
		return r;
	struct trial t = {.e = e, .o = o};
	arena_init(&t.scratch, 64 * MIB);
	buf_init(&t.out, 1024 * MIB);
	const char *events = opt_string(o, "event");
	jw_init(&w, &t.out, events ? 0 : 2);
	t.w = json ? &w : NULL;
	r = events ? run_events(&t, events) : run_examples(&t);
	buf_free(&t.out);
	config_free(&t.config);
	arena_free(&t.scratch);
	return r;
}

const struct command cmd_rules_test = {
    .name = "rules test",
    .synopsis = "FILE|DIR...",
    .summary = "try rules on their examples, or on events as JSON",
    .text = "A rule may have examples: bad events must make it fire, good ones must not. An event "
	    "is an object of "
	    "fields and values, as {\"evt.type\": \"openat\", \"fd.name\": \"/etc/shadow\"}; a "
	    "field that is not "
	    "there has no value. Fields of several values, as proc.aname, take lists. The exit "
	    "code is 1 when an "
	    "example is not as it should be.",
    .options = test_options,
    .examples = {{"strake rules test rules.yaml", "every example of every rule"},
		 {"strake rules test rules.yaml --event events.jsonl",
		  "which rules fire on which line"}},
    .run = run_test,
};
