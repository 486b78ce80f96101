/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build-time tool: compile_tool OUT.c OUT.S DB FILE... - the built-in rules as a table, and the database of all their
 * expressions as bytes. A rule that cannot be read or compiled stops the build.
 */
#include "secret/secret_internal.h"

#include <stdio.h>

const struct secret_rule secret_builtin[1];
const size_t secret_builtin_count = 0;
const uint32_t secret_builtin_patterns = 0;
const uint64_t secret_db_key = 0;
const char secret_db_begin[1], secret_db_end[1];

/* doc_free() of a YAML document never has one of JSON to free; the tool needs no reader of JSON. */
void json_state_free(void *state);
void json_state_free(void *state)
{
	(void)state;
}

static void put_text(struct buf *out, struct slice s)
{
	if (!s.len) {
		buf_puts(out, SL("{0}"));
		return;
	}
	buf_puts(out, SL("SLICE_INIT(\""));
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
			buf_printf(out, "\\%03o", c);
		else
			buf_putc(out, (char)c);
	}
	buf_puts(out, SL("\")"));
}

static void put_pattern(struct buf *out, const struct secret_pattern *p)
{
	buf_puts(out, SL("{"));
	put_text(out, p->text);
	buf_printf(out, ", %u}", p->index);
}

static void put_words(struct buf *out, const char *name, size_t i, const struct slice *words,
		      size_t n)
{
	if (!n)
		return;
	buf_printf(out, "static const struct slice %s_%zu[] = {", name, i);
	for (size_t k = 0; k < n; k++) {
		put_text(out, words[k]);
		buf_puts(out, SL(", "));
	}
	buf_puts(out, SL("};\n"));
}

static void put_patterns(struct buf *out, const char *name, size_t i, size_t k,
			 const struct secret_pattern *p, size_t n)
{
	if (!n)
		return;
	buf_printf(out, "static const struct secret_pattern %s_%zu_%zu[] = {", name, i, k);
	for (size_t x = 0; x < n; x++) {
		put_pattern(out, &p[x]);
		buf_puts(out, SL(", "));
	}
	buf_puts(out, SL("};\n"));
}

static void put_allows(struct buf *out, size_t i, const struct secret_rule *r)
{
	char name[32];
	for (size_t k = 0; k < r->nallows; k++) {
		const struct secret_allow *a = &r->allows[k];
		put_patterns(out, "regexes", i, k, a->regexes, a->nregexes);
		put_patterns(out, "paths", i, k, a->paths, a->npaths);
		snprintf(name, sizeof(name), "stop_%zu", i);
		put_words(out, name, k, a->stopwords, a->nstopwords);
	}
	if (!r->nallows)
		return;
	buf_printf(out, "static const struct secret_allow allows_%zu[] = {\n", i);
	for (size_t k = 0; k < r->nallows; k++) {
		const struct secret_allow *a = &r->allows[k];
		buf_printf(out, "\t{.target = %d", a->target);
		if (a->nregexes)
			buf_printf(out, ", .regexes = regexes_%zu_%zu, .nregexes = %zu", i, k,
				   a->nregexes);
		if (a->npaths)
			buf_printf(out, ", .paths = paths_%zu_%zu, .npaths = %zu", i, k, a->npaths);
		if (a->nstopwords)
			buf_printf(out, ", .stopwords = stop_%zu_%zu, .nstopwords = %zu", i, k,
				   a->nstopwords);
		buf_puts(out, SL("},\n"));
	}
	buf_puts(out, SL("};\n"));
}

static void put_rule(struct buf *out, size_t i, const struct secret_rule *r)
{
	buf_puts(out, SL("\t{.info = {.id = "));
	put_text(out, r->info.id);
	buf_puts(out, SL(", .category = "));
	put_text(out, r->info.category);
	buf_puts(out, SL(", .title = "));
	put_text(out, r->info.title);
	buf_printf(out, ", .severity = %d", r->info.severity);
	if (r->info.naliases)
		buf_printf(out, ", .aliases = aliases_%zu, .naliases = %zu", i, r->info.naliases);
	buf_printf(out,
		   "}, .kind = %d, .check = %d, .group_index = %u, .behind = %u, .ahead = %u, ",
		   r->kind, r->check, r->group_index, r->behind, r->ahead);
	buf_printf(out, ".entropy = %u, .needs_words = %d, .regex = ", r->entropy, r->needs_words);
	put_pattern(out, &r->regex);
	buf_puts(out, SL(", .path = "));
	put_pattern(out, &r->path);
	buf_puts(out, SL(", .not_path = "));
	put_pattern(out, &r->not_path);
	buf_puts(out, SL(", .group = "));
	put_text(out, r->group);
	if (r->nkeywords)
		buf_printf(out, ", .keywords = keywords_%zu, .nkeywords = %zu", i, r->nkeywords);
	if (r->nallows)
		buf_printf(out, ", .allows = allows_%zu, .nallows = %zu", i, r->nallows);
	buf_puts(out, SL("},\n"));
}

/* The widths that a rule does not give come from its expression. */
static int widths(struct secret_rule *r, struct err *err)
{
	struct hs_expr_info *info = NULL;
	hs_compile_error_t *bad = NULL;
	auto_buf struct buf text;
	buf_init(&text, MIB);
	buf_puts(&text, r->regex.text);
	buf_putc(&text, '\0');
	if (text.failed)
		return err_oom(err);
	if (hs_expression_info(text.ptr, HS_FLAG_PREFILTER, &info, &bad) == HS_SUCCESS &&
	    info->max_width < SECRET_KEEP) {
		if (!r->behind)
			r->behind = info->max_width + 8;
		if (!r->ahead)
			r->ahead = info->max_width + 8;
	}
	free(info);
	hs_free_compile_error(bad);
	return secret_regex_check(r->regex.text, err);
}

static int write_table(struct secret_set *s, const char *path, struct err *err)
{
	auto_buf struct buf out;
	buf_init(&out, 16 * MIB);
	buf_puts(&out,
		 SL("/* Made by compile_tool. */\n#include \"secret/secret_internal.h\"\n\n"));
	for (size_t i = 0; i < s->rules.len; i++) {
		struct secret_rule *r = &s->rules.ptr[i];
		put_words(&out, "aliases", i, r->info.aliases, r->info.naliases);
		put_words(&out, "keywords", i, r->keywords, r->nkeywords);
		put_allows(&out, i, r);
	}
	buf_puts(&out, SL("const struct secret_rule secret_builtin[] = {\n"));
	for (size_t i = 0; i < s->rules.len; i++)
		put_rule(&out, i, &s->rules.ptr[i]);
	buf_printf(&out,
		   "};\nconst size_t secret_builtin_count = %zu;\n"
		   "const uint32_t secret_builtin_patterns = %u;\n",
		   s->rules.len, s->npatterns);
	return out.failed ? err_oom(err) : file_replace(path, buf_slice(&out), err);
}

/* The bytes of the database as it lies in memory at an address that 64 divides: the library keeps offsets alone, so that
 * the program scans with them where they are, without a copy. */
static int place_database(hs_database_t *db, struct buf *out, struct err *err)
{
	char *bytes = NULL;
	size_t n = 0, size = 0;
	if (hs_serialize_database(db, &bytes, &n) != HS_SUCCESS)
		return err_oom(err);
	bool whole = hs_serialized_database_size(bytes, n, &size) == HS_SUCCESS;
	size_t room = (size + 63) & ~(size_t)63;
	auto_free char *place = whole ? aligned_alloc(64, room) : NULL;
	if (place)
		memset(place, 0, room);
	whole = place && hs_deserialize_database_at(bytes, n, (hs_database_t *)place) == HS_SUCCESS;
	free(bytes);
	buf_put(out, place, whole ? room : 0);
	return whole && !out->failed ? 0 : err_oom(err);
}

static int write_database(struct secret_set *s, const char *assembler, const char *path,
			  struct err *err)
{
	auto_arena struct arena a;
	hs_database_t *db = NULL;
	auto_buf struct buf out, image;
	arena_init(&a, 16 * MIB);
	buf_init(&out, MIB);
	buf_init(&image, 64 * MIB);
	const struct secret_rule **rules = arena_array(&a, s->rules.len, sizeof(*rules));
	if (!rules)
		return err_oom(err);
	for (size_t i = 0; i < s->rules.len; i++)
		rules[i] = &s->rules.ptr[i];
	TRY(secret_compile(rules, s->rules.len, 0, &db, err));
	int placed = place_database(db, &image, err);
	hs_free_database(db);
	TRY(placed);
	TRY(file_replace(path, buf_slice(&image), err));
	buf_printf(&out,
		   "\t.section .rodata\n\t.balign 64\n\t.globl secret_db_begin, secret_db_end, "
		   "secret_db_key\n"
		   "secret_db_begin:\n\t.incbin \"%s\"\nsecret_db_end:\n"
		   "secret_db_key:\n\t.quad %llu\n"
		   "\t.section .note.GNU-stack,\"\",%%progbits\n",
		   path, (unsigned long long)hash64(image.ptr, image.len));
	return out.failed ? err_oom(err) : file_replace(assembler, buf_slice(&out), err);
}

static int run(int argc, char **argv, struct err *err)
{
	auto_arena struct arena a;
	auto_secret_set struct secret_set s = {.arena = &a};
	arena_init(&a, 64 * MIB);
	for (int i = 4; i < argc; i++) {
		auto_buf struct buf text;
		buf_init(&text, SECRET_MAX_CONFIG);
		TRY(file_read(argv[i], &text, err));
		if (secret_read_yaml(&s, buf_slice(&text), false, err) < 0)
			return err_wrap(err, "%s", argv[i]);
	}
	for (size_t i = 0; i < s.rules.len; i++)
		if (widths(&s.rules.ptr[i], err) < 0)
			return err_wrap(err, "rule %.*s", SL_FMT(s.rules.ptr[i].info.id));
	TRY(write_table(&s, argv[1], err));
	return write_database(&s, argv[2], argv[3], err);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	if (argc < 5) {
		fprintf(stderr, "usage: compile_tool OUT.c OUT.S DB FILE...\n");
		return 2;
	}
	if (run(argc, argv, &err) == 0)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return 1;
}
