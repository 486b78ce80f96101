/* SPDX-License-Identifier: Apache-2.0 */
/* One hit of the multi-pattern pass: the rule's own expression over a window around it, and what becomes of it. */
#include "secret/secret_internal.h"

#define DEFAULT_BEHIND 4096u
#define DEFAULT_AHEAD  4096u
#define MAX_ROUNDS     1000u
#define EDGE	       64u /* a match this near to the end of a block may go on in the next */

static uint64_t count_lines(struct slice s)
{
	uint64_t n = 0;
	while (s.len) {
		ssize_t at = slice_chr(s, '\n');
		if (at < 0)
			break;
		n++;
		s = slice_from(s, (size_t)at + 1);
	}
	return n;
}

/* Line ends of the file before byte at, which lies in the block. */
static uint32_t line_of(struct secret_scan *s, const struct secret_block *b, uint64_t at)
{
	if (at >= s->line_at)
		s->line += (uint32_t)count_lines(
		    slice_sub(b->bytes, (size_t)(s->line_at - b->base), (size_t)(at - s->line_at)));
	else
		s->line -= (uint32_t)count_lines(
		    slice_sub(b->bytes, (size_t)(at - b->base), (size_t)(s->line_at - at)));
	s->line_at = at;
	return s->line;
}

/* At most SECRET_MAX_MATCH bytes of the lines around [at, at + len). */
static struct slice context_of(struct slice text, size_t at, size_t len, size_t *from)
{
	size_t left = 0, right = 0, room = SECRET_MAX_MATCH - MIN(len, SECRET_MAX_MATCH);
	while (left < at && left < SECRET_MAX_MATCH && text.ptr[at - left - 1] != '\n')
		left++;
	while (at + len + right < text.len && right < SECRET_MAX_MATCH &&
	       text.ptr[at + len + right] != '\n')
		right++;
	if (right && text.ptr[at + len + right - 1] == '\r')
		right--;
	if (left + right > room) {
		left = MIN(left, MAX(room / 2, room - MIN(right, room)));
		right = MIN(right, room - left);
	}
	*from = at - left;
	return slice_sub(text, *from, left + MIN(len, SECRET_MAX_MATCH - left) + right);
}

static int add_hit(struct secret_scan *s, const struct secret_block *b,
		   const struct secret_candidate *c, enum secret_proof proof, bool is_hidden,
		   struct err *err)
{
	const struct secret_block *outer = s->outer;
	struct secret_hit h = {.rule = c->rule, .proof = proof, .is_hidden = is_hidden};
	unsigned char sum[SHA256_LEN];
	size_t from = 0;
	if (s->hits.len >= SECRET_MAX_FOUND) {
		secret_set_gap(s, SL_NONE, "limit");
		return 0;
	}
	h.at = b->is_decoded ? b->at : b->base + (size_t)(c->secret.ptr - b->bytes.ptr);
	h.len = b->is_decoded ? b->len : c->secret.len;
	h.line = line_of(s, outer, h.at);
	size_t in_block = (size_t)(h.at - outer->base);
	h.lines = (uint32_t)count_lines(slice_sub(outer->bytes, in_block, (size_t)h.len));
	struct slice context = context_of(outer->bytes, in_block, (size_t)h.len, &from);
	h.context_at = outer->base + from;
	h.context = arena_dup(&s->arena, context);
	if (!h.context.ptr)
		return err_oom(err);
	TRY(sha256_of(c->secret, sum, err));
	hex_text(sum, sizeof(sum), h.digest);
	return vec_push(&s->hits, h) < 0 ? err_oom(err) : 0;
}

static int judge(struct secret_scan *s, const struct secret_block *b, struct secret_candidate *c,
		 size_t from, size_t to, struct err *err)
{
	enum secret_proof proof;
	bool is_off = s->rules->off[c->index];
	if (from >= to || to > b->bytes.len)
		return 0;
	c->secret = slice_sub(b->bytes, from, to - from);
	/* A rule that is off still blanks what it would have told. */
	if (is_off && (c->rule->kind != SECRET_TOKEN || b->is_decoded))
		return 0;
	if (!secret_is_real(s, b, c, &proof))
		return 0;
	return add_hit(s, b, c, proof, is_off, err);
}

/* Every set group of the name is a secret of its own. */
static int judge_named(struct secret_scan *s, const struct secret_block *b,
		       struct secret_candidate *c, const size_t *at, int groups, bool *known,
		       struct err *err)
{
	PCRE2_SPTR first = NULL, last = NULL;
	char name[128];
	pcre2_code *code = secret_regex(&s->regexes, &c->rule->regex);
	struct slice group = slice_sub(c->rule->group, 0, sizeof(name) - 1);
	memcpy(name, group.ptr, group.len);
	name[group.len] = '\0';
	int size = pcre2_substring_nametable_scan(code, (PCRE2_SPTR)name, &first, &last);
	*known = size > 0;
	if (size <= 0)
		return 0;
	for (PCRE2_SPTR e = first; e <= last; e += size) {
		int i = e[0] << 8 | e[1];
		if (i < groups && at[2 * i] != PCRE2_UNSET)
			TRY(judge(s, b, c, at[2 * i], at[2 * i + 1], err));
	}
	return 0;
}

static int judge_match(struct secret_scan *s, const struct secret_block *b,
		       struct secret_candidate *c, struct err *err)
{
	size_t at[2 * 64];
	int groups = (int)pcre2_get_ovector_count(s->regexes.data);
	bool known = false;
	/* Allow lists match, too: what this one found must be kept. */
	groups = MIN(groups, 64);
	memcpy(at, pcre2_get_ovector_pointer(s->regexes.data), (size_t)groups * 2 * sizeof(*at));
	uint32_t of_rule = 0;
	pcre2_pattern_info(secret_regex(&s->regexes, &c->rule->regex), PCRE2_INFO_CAPTURECOUNT,
			   &of_rule);
	groups = MIN(groups, (int)of_rule + 1);
	c->match = slice_sub(b->bytes, at[0], at[1] - at[0]);
	if (c->rule->group.len) {
		TRY(judge_named(s, b, c, at, groups, &known, err));
		if (known)
			return 0;
	}
	int group = (int)c->rule->group_index;
	for (int i = 1; c->rule->first_group && !group && i < groups; i++)
		if (at[2 * i] != PCRE2_UNSET && at[2 * i] < at[2 * i + 1])
			group = i;
	if (group >= groups || at[2 * group] == PCRE2_UNSET)
		return 0;
	return judge(s, b, c, at[2 * group], at[2 * group + 1], err);
}

/* Work is bounded by the bytes of the file: those that windows hold, and much more for a match that was given up.
 * Small windows go on for longer: padding that keeps large ones busy does not hide a token. */
static bool spend(struct secret_scan *s, size_t bytes)
{
	uint64_t most = 16 * s->seen_bytes + 64 * MIB;
	uint64_t now = s->work + bytes + s->regexes.over * MIB;
	if (now > most)
		secret_set_gap(s, SL_NONE, "limit");
	if (now > (bytes <= KIB ? 4 * most : most))
		return false;
	s->work += bytes;
	return true;
}

/* The rule from byte `from` of the block on, until a match ends at `end` or later. What begins behind `end` has hits of
 * its own. */
static int search(struct secret_scan *s, const struct secret_block *b, struct secret_candidate *c,
		  struct secret_seen *seen, struct slice window, size_t from, size_t end,
		  struct err *err)
{
	for (unsigned i = 0; i < MAX_ROUNDS; i++) {
		if (!spend(s, EDGE + (i ? 0 : window.len - from)) ||
		    !secret_match(&s->regexes, &c->rule->regex, window, from, end))
			return 0;
		PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->regexes.data);
		size_t begin = at[0], stop = at[1];
		/* A token that the next block will have whole. */
		if (!b->is_last && stop + EDGE > b->bytes.len &&
		    begin + SECRET_KEEP > b->bytes.len + EDGE)
			return 0;
		/* One at the very start is the rest of one that the last block had. */
		if (begin > 0 || !b->base)
			TRY(judge_match(s, b, c, err));
		from = stop > from ? stop : from + 1;
		seen->until = b->base + from;
		if (from >= end || from > window.len)
			return 0;
	}
	return 0;
}

static struct secret_seen *seen_of(struct secret_scan *s, const struct secret_block *b,
				   size_t index)
{
	struct secret_seen *seen = &s->until[index + (b->is_decoded ? s->rules->n : 0)];
	uint32_t round = b->is_decoded ? s->blob_round : s->round;
	if (seen->round != round)
		*seen = (struct secret_seen){.round = round};
	return seen;
}

int secret_confirm(struct secret_scan *s, const struct secret_block *b, size_t index, size_t end,
		   struct err *err)
{
	struct secret_candidate c = {.rule = s->rules->all[index], .index = index};
	struct secret_seen *seen = seen_of(s, b, index);
	size_t behind = c.rule->behind ? c.rule->behind : DEFAULT_BEHIND;
	size_t ahead = c.rule->ahead ? c.rule->ahead : DEFAULT_AHEAD;
	if (b->base + end <= seen->until)
		return 0;
	size_t from = end > behind ? end - behind : 0;
	if (seen->until > b->base + from)
		from = (size_t)(seen->until - b->base);
	struct slice window = slice_sub(b->bytes, 0, MIN(end, b->bytes.len) + ahead);
	return search(s, b, &c, seen, window, from, end, err);
}

int secret_confirm_direct(struct secret_scan *s, const struct secret_block *b, size_t index,
			  struct err *err)
{
	struct secret_candidate c = {.rule = s->rules->all[index], .index = index};
	struct secret_seen *seen = seen_of(s, b, index);
	size_t from = seen->until > b->base ? (size_t)(seen->until - b->base) : 0;
	return search(s, b, &c, seen, b->bytes, from, b->bytes.len, err);
}
