/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes manifests: YAML streams and JSON. Templates are no manifests (docs/lint.md). */
#include "config/k8s.h"

#define MAX_DOCUMENTS 10000

static bool has_line(struct slice head, const char *word)
{
	struct slice line;
	while (slice_line(&head, &line))
		if (slice_starts(line, word))
			return true;
	return false;
}

static unsigned recognise(struct slice path, struct slice head)
{
	static const char *const endings[] = {".yaml", ".yml", ".json"};
	bool name = false;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		name |= slice_ends(path, endings[i]);
	if (slice_starts(slice_trim(head), "{"))
		return slice_find(head, SL("\"apiVersion\"")) >= 0 &&
			       slice_find(head, SL("\"kind\"")) >= 0
			   ? 60 + 20 * name
			   : 0;
	if (!has_line(head, "apiVersion:") || !has_line(head, "kind:"))
		return 0;
	return 60 + 20 * name;
}

static bool is_blank(struct slice text)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		line = slice_trim(line);
		if (line.len && line.ptr[0] != '#')
			return false;
	}
	return true;
}

static int broken(struct tree_file *f, const char *why, struct err *err)
{
	struct k8s_event e = {.file = f, .type = K8E_FILE, .error = slice_str(why)};
	return tree_emit(f, K8E_FILE, &e, NULL, err);
}

static int read_document(struct tree_file *f, struct slice text, uint32_t line, struct err *err)
{
	struct node *root = NULL;
	struct err own = {0};
	if (is_blank(text))
		return 0;
	TRY(tree_comments(f, text, line, err));
	int r = tree_parse(f, text, &root, &own);
	if (r == -ENOMEM)
		return err_oom(err);
	if (r < 0)
		return broken(f, own.text, err);
	return k8s_object(f, root, 0, err);
}

/* A line that begins with "---" ends a document, also inside of block text (YAML 1.2, 9.1.2). */
static int read_stream(struct tree_file *f, struct slice all, struct err *err)
{
	size_t documents = 0;
	uint32_t first = 0;
	for (uint32_t i = 0; i <= f->nlines; i++) {
		size_t at = i < f->nlines ? f->lines[i] : all.len;
		struct slice here = slice_from(all, at);
		bool mark = i == f->nlines ||
			    (slice_starts(here, "---") && (here.len == 3 || is_space(here.ptr[3])));
		if (!mark)
			continue;
		if (++documents > MAX_DOCUMENTS)
			return err_limit(err, "more than %d documents", MAX_DOCUMENTS);
		/* The mark's own line may hold a comment, no content that matters. */
		size_t start = f->lines[first];
		if (slice_starts(slice_from(all, start), "---"))
			start = first + 1 < f->nlines ? f->lines[first + 1] : all.len;
		f->base = (uint32_t)start;
		uint32_t line =
		    slice_starts(slice_from(all, f->lines[first]), "---") ? first + 2 : first + 1;
		if (start < at)
			TRY(read_document(f, slice_sub(all, start, at - start), line, err));
		first = i;
	}
	return 0;
}

static int check(struct config_run *r, struct err *err)
{
	struct slice all = config_run_file(r)->bytes;
	struct tree_file f;
	TRY(tree_begin(&f, r, all, err));
	int rc = read_stream(&f, all, err);
	doc_free(&f.doc);
	return rc;
}

const struct config_kind config_kind_kubernetes = {
    .name = "kubernetes",
    .source = &k8s_source,
    .get = k8s_get,
    .recognise = recognise,
    .check = check,
};
