/* SPDX-License-Identifier: Apache-2.0 */
/* A file in pieces becomes blocks that share an edge; each goes through the multi-pattern pass. */
#include "secret/secret_internal.h"

#include <stdio.h>

#define BINARY_HEAD ((size_t)8 * KIB)
#define MIN_FILE    8u

int secret_scan_new(const struct secret_rules *r, struct secret_scan **ret, struct err *err)
{
	auto_secret_scan struct secret_scan *s = calloc(1, sizeof(*s));
	if (!s)
		return err_oom(err);
	s->rules = r;
	arena_init(&s->arena, 64 * MIB);
	buf_init(&s->pending, 2 * SECRET_BLOCK);
	buf_init(&s->blob, SECRET_MAX_BLOB);
	buf_init(&s->archive, SECRET_MAX_ARCHIVE);
	TRY(secret_regexes_init(&s->regexes, r->npatterns, err));
	s->until = calloc(2 * r->n + 1, sizeof(*s->until));
	s->direct = calloc(r->ndirect + 1, sizeof(*s->direct));
	if (!s->until || !s->direct)
		return err_oom(err);
	if ((r->builtin && hs_alloc_scratch(r->builtin, &s->scratch) != HS_SUCCESS) ||
	    (r->user && hs_alloc_scratch(r->user, &s->scratch) != HS_SUCCESS))
		return err_oom(err);
	*ret = take_ptr(&s);
	return 0;
}

void secret_scan_free(struct secret_scan **p)
{
	struct secret_scan *s = *p;
	if (!s)
		return;
	secret_scan_free(&s->inner);
	hs_free_scratch(s->scratch);
	secret_regexes_done(&s->regexes);
	arena_free(&s->arena);
	buf_free(&s->pending);
	buf_free(&s->blob);
	buf_free(&s->archive);
	vec_free(&s->hits);
	vec_free(&s->excluded);
	free(s->until);
	free(s->direct);
	free(s);
	*p = NULL;
}

void secret_set_gap(struct secret_scan *s, struct slice member, const char *reason)
{
	if (s->gap_reason)
		return;
	int n = snprintf(s->gap, sizeof(s->gap), "%.*s%s%.*s", SL_FMT(s->path),
			 member.len ? "!" : "", SL_FMT(member));
	s->gap_len = n < 0 ? 0 : MIN((size_t)n, sizeof(s->gap) - 1);
	s->gap_reason = reason;
}

struct slice secret_gap(const struct secret_scan *s, const char **reason)
{
	*reason = s->gap_reason ? s->gap_reason : "";
	return s->gap_reason ? slice_of(s->gap, s->gap_len) : SL_NONE;
}

bool secret_wants(const struct secret_rules *r, struct slice path, uint64_t size)
{
	(void)r;
	return size >= MIN_FILE && !secret_path_is_media(path);
}

static void reset(struct secret_scan *s)
{
	arena_reset(&s->arena);
	buf_clear(&s->pending);
	if (s->archive.len)
		buf_free(&s->archive);
	buf_init(&s->archive, SECRET_MAX_ARCHIVE);
	s->hits.len = 0;
	s->excluded_for = NULL;
	s->base = s->seen_bytes = s->work = s->line_at = 0;
	s->line = 0;
	s->decoded = 0;
	s->is_known = s->is_binary = s->is_archive = false;
	s->regexes.over = 0;
	s->gap_reason = NULL;
	s->round++;
}

bool secret_begin(struct secret_scan *s, struct slice path, uint64_t size)
{
	reset(s);
	s->path = arena_dup(&s->arena, path);
	if (!s->path.ptr || !secret_wants(s->rules, path, size))
		return false;
	s->path_class = secret_path_class(s->path);
	/* What a user allows by path for all rules needs no look at the bytes. */
	for (size_t i = 0; i < s->rules->nallows; i++) {
		const struct secret_allow *a = &s->rules->allows[i];
		if (a->needs_all && (a->nregexes || a->nstopwords))
			continue;
		for (size_t k = 0; k < a->npaths; k++)
			if (secret_is_match(&s->regexes, &a->paths[k], s->path))
				return false;
	}
	return true;
}

struct pass {
	struct secret_scan *s;
	const struct secret_block *b;
	struct err *err;
	int rc;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *arg)
{
	struct pass *p = arg;
	(void)from;
	(void)flags;
	p->rc = secret_confirm(p->s, p->b, id, (size_t)to, p->err);
	return p->rc < 0;
}

static int run_database(struct pass *p, const hs_database_t *db)
{
	hs_error_t rc =
	    hs_scan(db, p->b->bytes.ptr, (unsigned)p->b->bytes.len, 0, p->s->scratch, on_match, p);
	if (p->rc < 0)
		return p->rc;
	if (rc != HS_SUCCESS)
		return err_set(p->err, ERR_INTERNAL, -EIO, "secrets: search ended with error %d",
			       rc);
	return 0;
}

int secret_scan_block(struct secret_scan *s, const struct secret_block *b, struct err *err)
{
	struct pass p = {.s = s, .b = b, .err = err};
	if (!b->bytes.len)
		return 0;
	if (s->rules->builtin)
		TRY(run_database(&p, s->rules->builtin));
	if (s->rules->user && !b->is_decoded)
		TRY(run_database(&p, s->rules->user));
	for (size_t i = 0; i < s->ndirect && !b->is_decoded; i++)
		TRY(secret_confirm_direct(s, b, s->direct[i], err));
	if (s->regexes.over)
		secret_set_gap(s, SL_NONE, "limit");
	return 0;
}

static uint64_t lines_in(struct slice s)
{
	uint64_t n = 0;
	for (const char *p = s.ptr, *end = s.len ? s.ptr + s.len : s.ptr; p < end; n++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			break;
		p++;
	}
	return n;
}

/* Which of the rules for certain names are for this one. */
static void find_direct(struct secret_scan *s)
{
	const struct secret_rules *r = s->rules;
	s->ndirect = 0;
	for (size_t i = 0; i < r->ndirect && !s->is_binary; i++)
		if (secret_is_match(&s->regexes, &r->all[r->direct[i]]->path, s->path))
			s->direct[s->ndirect++] = r->direct[i];
}

static int block(struct secret_scan *s, struct slice bytes, bool last, struct err *err)
{
	const struct secret_block b = {.bytes = bytes, .base = s->base, .is_last = last};
	if (!s->is_known) {
		struct slice head = slice_sub(bytes, 0, BINARY_HEAD);
		s->is_binary = head.len && memchr(head.ptr, 0, head.len) != NULL;
		s->is_known = true;
		find_direct(s);
	}
	s->outer = &b;
	TRY(secret_scan_block(s, &b, err));
	if (!s->is_binary)
		TRY(secret_scan_decoded(s, &b, err));
	s->outer = NULL;
	if (last)
		return 0;
	/* The next block begins with the end of this one; lines are counted up to there. */
	uint64_t next = s->base + bytes.len - MIN(bytes.len, SECRET_KEEP);
	if (next > s->line_at)
		s->line += (uint32_t)lines_in(
		    slice_sub(bytes, (size_t)(s->line_at - s->base), (size_t)(next - s->line_at)));
	else
		s->line -= (uint32_t)lines_in(
		    slice_sub(bytes, (size_t)(next - s->base), (size_t)(s->line_at - next)));
	s->line_at = next;
	return 0;
}

/* A whole block of what is pending; its end stays. */
static int drain(struct secret_scan *s, struct err *err)
{
	size_t keep = SECRET_KEEP;
	TRY(block(s, buf_slice(&s->pending), false, err));
	memmove(s->pending.ptr, s->pending.ptr + (s->pending.len - keep), keep);
	s->base += s->pending.len - keep;
	s->pending.len = keep;
	return 0;
}

static int collect(struct secret_scan *s, struct slice piece, struct err *err)
{
	while (piece.len) {
		size_t n = MIN(piece.len, SECRET_BLOCK - s->pending.len);
		buf_puts(&s->pending, slice_sub(piece, 0, n));
		piece = slice_from(piece, n);
		if (s->pending.failed)
			return err_oom(err);
		if (s->pending.len == SECRET_BLOCK && piece.len)
			TRY(drain(s, err));
	}
	return 0;
}

static int path_rules(struct secret_scan *s, struct err *err)
{
	for (size_t i = 0; i < s->rules->npath_only; i++) {
		const struct secret_rule *r = s->rules->path_only[i];
		struct secret_hit h = {.rule = r, .context = s->path};
		if (!secret_is_match(&s->regexes, &r->path, s->path) ||
		    secret_is_match(&s->regexes, &r->not_path, s->path))
			continue;
		if (vec_push(&s->hits, h) < 0)
			return err_oom(err);
	}
	return 0;
}

static int whole_archive(struct secret_scan *s, struct slice piece, bool last, secret_found_fn fn,
			 void *arg, struct err *err)
{
	if (!s->archive.failed)
		buf_puts(&s->archive, piece);
	if (!last)
		return 0;
	TRY(path_rules(s, err));
	if (s->archive.failed)
		secret_set_gap(s, SL_NONE, "limit");
	else
		TRY(secret_scan_archive(s, fn, arg, err));
	buf_free(&s->archive);
	return secret_emit(s, fn, arg, err);
}

int secret_piece(struct secret_scan *s, struct slice piece, bool last, secret_found_fn fn,
		 void *arg, struct err *err)
{
	if (!s->seen_bytes && !s->is_inner)
		s->is_archive = secret_is_archive(s->path, piece);
	s->seen_bytes += piece.len;
	if (s->is_archive)
		return whole_archive(s, piece, last, fn, arg, err);
	/* Most files are one piece: those are not copied. */
	if (last && !s->pending.len && !s->base && piece.len <= SECRET_BLOCK) {
		TRY(block(s, piece, true, err));
	} else {
		TRY(collect(s, piece, err));
		if (last)
			TRY(block(s, buf_slice(&s->pending), true, err));
	}
	if (!last)
		return 0;
	TRY(path_rules(s, err));
	return secret_emit(s, fn, arg, err);
}

int secret_text(struct secret_scan *s, struct slice path, struct slice text, secret_found_fn fn,
		void *arg, struct err *err)
{
	if (!secret_begin(s, path, text.len))
		return 0;
	return secret_piece(s, text, true, fn, arg, err);
}
