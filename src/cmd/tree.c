/* SPDX-License-Identifier: Apache-2.0 */
/* strake tree, clean: what hangs on an image. */
#include "cmd/ship.h"

#include <stdio.h>

static const struct opt tree_options[] = {SHIP_OPTIONS, {0}};
static const struct opt clean_options[] = {
    {"type", 0, OPT_LIST, "LIST", "all", "signature, attestation, sbom, artifact, all"},
    {"yes", 'y', OPT_FLAG, NULL, NULL, "do not ask"},
    {"dry-run", 0, OPT_FLAG, NULL, NULL, "only say what would go"},
    SHIP_OPTIONS,
    {0},
};

static int open_tree(const struct options *o, struct registry_options *opt, struct repo **repo,
		     struct registry_manifest *m, struct hang **top)
{
	struct err err = {0};
	if (o->nargs != 1)
		return cmd_usage("%s: name one image", o->command->name);
	int r = ship_registry(o, opt);
	if (r == 0)
		r = ship_open(o->args[0], false, opt, repo);
	if (r)
		return r;
	if (repo_get(*repo, SL_NONE, m, &err) < 0 || app_tree(*repo, m, top, &err) < 0) {
		err_wrap(&err, "%s", o->args[0]);
		return cmd_fail(&err);
	}
	return 0;
}

/* ---- table ---- */

static void safe(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len && i < 400; i++)
		buf_putc(out, (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 127 ? '?'
										     : text.ptr[i]);
}

static void write_what(struct buf *out, const struct hang *h)
{
	buf_puts(out, slice_str(hang_word(h->kind)));
	if (h->platform.len) {
		buf_putc(out, ' ');
		safe(out, h->platform);
	}
	buf_putc(out, ' ');
	safe(out, h->digest);
	buf_puts(out, SL("  "));
	safe(out, h->type);
	buf_printf(out, "  %llu bytes", (unsigned long long)h->size);
	if (h->created.len) {
		buf_puts(out, SL("  "));
		safe(out, h->created);
	}
	if (h->tag.len) {
		buf_puts(out, SL("  tag "));
		safe(out, h->tag);
	}
	if (h->within)
		buf_puts(out, SL("  part of the index"));
	buf_putc(out, '\n');
}

static void write_item(struct buf *out, const struct hang_item *item)
{
	safe(out, item->predicate_type.len ? item->predicate_type : item->media_type);
	if (item->who.len) {
		buf_puts(out, SL("  by "));
		safe(out, item->who);
		if (item->issuer.len) {
			buf_puts(out, SL(" ("));
			safe(out, item->issuer);
			buf_putc(out, ')');
		}
		buf_puts(out, SL(", not verified"));
	}
	buf_putc(out, '\n');
}

/* indent: what stands in front of every line below. */
static void write_below(struct buf *out, const struct hang *h, struct slice indent, unsigned depth)
{
	char deeper[256];
	size_t items = h->kind == HANG_IMAGE ? 0 : h->nitems;
	for (size_t i = 0; i < items; i++) {
		bool last = i + 1 == items && !h->first;
		buf_puts(out, indent);
		buf_puts(out, last ? SL("`-- ") : SL("|-- "));
		write_item(out, &h->items[i]);
	}
	for (const struct hang *c = h->first; c; c = c->next) {
		buf_puts(out, indent);
		buf_puts(out, c->next ? SL("|-- ") : SL("`-- "));
		write_what(out, c);
		int n = snprintf(deeper, sizeof(deeper), "%.*s%s", SL_FMT(indent),
				 c->next ? "|   " : "    ");
		if (depth < 40 && n < (int)sizeof(deeper))
			write_below(out, c, slice_str(deeper), depth + 1);
	}
}

/* ---- JSON ---- */

static void hang_json(struct json_writer *w, const struct hang *h, unsigned depth)
{
	jw_object(w);
	jw_kstr(w, "kind", slice_str(hang_word(h->kind)));
	jw_kstr(w, "digest", h->digest);
	jw_kstr(w, "type", h->type);
	jw_ku64(w, "size", h->size);
	jw_kstr_opt(w, "tag", h->tag);
	jw_kstr_opt(w, "subject", h->subject);
	jw_kstr_opt(w, "created", h->created);
	jw_kstr_opt(w, "platform", h->platform);
	if (h->within)
		jw_kbool(w, "partOfIndex", true);
	jw_key(w, "layers");
	jw_array(w);
	for (size_t i = 0; i < h->nitems; i++) {
		const struct hang_item *item = &h->items[i];
		jw_object(w);
		jw_kstr(w, "digest", item->digest);
		jw_kstr(w, "mediaType", item->media_type);
		jw_ku64(w, "size", item->size);
		jw_kstr_opt(w, "predicateType", item->predicate_type);
		jw_kstr_opt(w, "identity", item->who);
		jw_kstr_opt(w, "issuer", item->issuer);
		if (item->who.len)
			jw_kbool(w, "verified", false);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_key(w, "children");
	jw_array(w);
	for (const struct hang *c = h->first; c && depth < 60; c = c->next)
		hang_json(w, c, depth + 1);
	jw_end(w, ']');
	jw_end(w, '}');
}

static int run_tree(const struct options *o)
{
	struct registry_options opt;
	struct registry_manifest m;
	struct hang *top;
	struct err err = {0};
	struct json_writer w;
	auto_repo struct repo *repo = NULL;
	auto_buf struct buf out;
	bool json;
	int r = cmd_table_or_json(o, &json);
	buf_init(&out, 256 * MIB);
	if (r == 0)
		r = open_tree(o, &opt, &repo, &m, &top);
	if (r)
		return r;
	if (json) {
		jw_init(&w, &out, 2);
		hang_json(&w, top, 0);
		buf_putc(&out, '\n');
	} else {
		safe(&out, repo_name(repo));
		buf_puts(&out, SL("  "));
		write_what(&out, top);
		write_below(&out, top, SL(""), 0);
		if (!top->first)
			buf_puts(&out, SL("nothing hangs on it\n"));
	}
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

/* ---- clean ---- */

static int read_kinds(const struct options *o, unsigned *ret)
{
	static const char *const words[] = {"signature", "attestation", "sbom", "artifact", "all"};
	const char *const *items;
	size_t n = opt_list(o, "type", &items);
	*ret = 0;
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(items[i]), word;
		while (slice_cut(&rest, ',', &word)) {
			size_t k = 0;
			while (k < ARRAY_LEN(words) && !slice_is(word, words[k]))
				k++;
			if (k == ARRAY_LEN(words))
				return cmd_usage("--type %.*s: there are signature, attestation, "
						 "sbom, artifact, all",
						 SL_FMT(word));
			*ret |= k == 4 ? 15U : 1U << k;
		}
	}
	return 0;
}

static size_t count(const struct hang *parent, unsigned kinds)
{
	size_t n = 0;
	for (const struct hang *h = parent->first; h; h = h->next) {
		bool goes = !h->within && (kinds >> h->kind & 1);
		n += goes + count(h, goes ? 15 : kinds);
	}
	return n;
}

/* w NULL: a line of text. */
static void tell_one(struct json_writer *w, const struct hang *h)
{
	if (!w) {
		printf("%s %.*s\n", hang_word(h->kind), SL_FMT(h->digest));
		return;
	}
	jw_object(w);
	jw_kstr(w, "kind", slice_str(hang_word(h->kind)));
	jw_kstr(w, "digest", h->digest);
	jw_kstr_opt(w, "tag", h->tag);
	jw_kstr(w, "subject", h->subject);
	jw_end(w, '}');
}

static void list(const struct hang *parent, unsigned kinds, struct json_writer *w)
{
	for (const struct hang *h = parent->first; h; h = h->next) {
		bool goes = !h->within && (kinds >> h->kind & 1);
		list(h, goes ? 15 : kinds, w);
		if (goes)
			tell_one(w, h);
	}
}

static void tell_removed(void *arg, const struct hang *h)
{
	tell_one(arg, h);
}

int ship_confirm(const struct options *o, const char *question)
{
	char answer[16];
	if (opt_flag(o, "yes"))
		return 0;
	if (!isatty(STDIN_FILENO))
		return cmd_usage("%s - there is no terminal to ask at: give --yes", question);
	fprintf(stderr, "%s [y/N] ", question);
	ssize_t n = read(STDIN_FILENO, answer, sizeof(answer));
	return n > 0 && to_lower(answer[0]) == 'y' ? 0 : cmd_usage("nothing was removed");
}

static int remove_all(const struct options *o, struct repo *repo, const struct hang *top,
		      unsigned kinds, struct json_writer *w)
{
	struct err err = {0};
	char question[80];
	size_t n = count(top, kinds);
	if (opt_flag(o, "dry-run")) {
		list(top, kinds, w);
		return 0;
	}
	if (n == 0) {
		log_info("%s: nothing of that kind hangs on it", o->args[0]);
		return 0;
	}
	snprintf(question, sizeof(question), "Remove %zu things that hang on the image?", n);
	int r = ship_confirm(o, question);
	if (r == 0 && app_clean(repo, top, kinds, tell_removed, w, &err) < 0) {
		err_wrap(&err, "%s", o->args[0]);
		r = cmd_fail(&err);
	}
	return r;
}

static int run_clean(const struct options *o)
{
	struct registry_options opt;
	struct registry_manifest m;
	struct hang *top;
	struct json_writer w;
	auto_repo struct repo *repo = NULL;
	auto_buf struct buf out;
	unsigned kinds;
	bool json;
	buf_init(&out, 64 * MIB);
	int r = read_kinds(o, &kinds);
	if (r == 0)
		r = cmd_table_or_json(o, &json);
	if (r == 0 && !opt_flag(o, "yes") && !opt_flag(o, "dry-run") && !isatty(STDIN_FILENO))
		r = ship_confirm(o, "what hangs on the image would be removed");
	if (r == 0)
		r = open_tree(o, &opt, &repo, &m, &top);
	if (r)
		return r;
	jw_init(&w, &out, 2);
	jw_array(&w);
	r = remove_all(o, repo, top, kinds, json ? &w : NULL);
	jw_end(&w, ']');
	if (json)
		printf("%.*s\n", (int)out.len, out.ptr ? out.ptr : "");
	return r;
}

const struct command cmd_tree = {
    .name = "tree",
    .synopsis = "REF",
    .summary = "what hangs on an image: signatures, attestations, SBOMs",
    .text = "Lists cosign's tags, manifests with a subject (by the registry's list or by the tag "
	    "that stands for it), what hangs on those, and the attestations of BuildKit. Who "
	    "signed is told as it is claimed; strake verify finds out.",
    .options = tree_options,
    .examples = {{"strake tree registry.example:5000/team/app:1.4", "of an image or index"}},
    .run = run_tree,
};
const struct command cmd_clean = {
    .name = "clean",
    .synopsis = "REF",
    .summary = "remove what hangs on an image",
    .text = "Removes signatures, attestations, SBOMs and other artifacts, and what hangs on them; "
	    "the image stays. Attestations of BuildKit are part of the index and stay too. Asks "
	    "first; without a terminal --yes is needed.",
    .options = clean_options,
    .examples = {{"strake clean --type signature --yes registry.example:5000/team/app:1.4",
		  "signatures alone"},
		 {"strake clean --dry-run registry.example:5000/team/app:1.4", "what would go"}},
    .run = run_clean,
};
