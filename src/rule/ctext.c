/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are put together of pieces of files and know where each byte came from. */
#include "rule/rule_internal.h"

void rule_ctext_begin(struct rule_ctext_builder *b)
{
	memset(b, 0, sizeof(*b));
	buf_init(&b->text, RULE_MAX_CONDITION);
}

void rule_ctext_done(struct rule_ctext_builder *b)
{
	buf_free(&b->text);
	vec_free(&b->segs);
}

static void put(struct rule_ctext_builder *b, struct rule_seg seg, struct slice text)
{
	if (!text.len)
		return;
	seg.at = (uint32_t)b->text.len;
	if (vec_push(&b->segs, seg) < 0)
		b->text.failed = true;
	buf_puts(&b->text, text);
}

void rule_ctext_scalar(struct rule_ctext_builder *b, const struct rule_file *f,
		       const struct node *scalar)
{
	put(b, (struct rule_seg){.file = f, .scalar = scalar}, scalar->str);
}

void rule_ctext_fixed(struct rule_ctext_builder *b, const struct rule_file *f,
		      const struct node *scalar, struct slice text)
{
	put(b, (struct rule_seg){.file = f, .scalar = scalar, .is_fixed = true}, text);
}

/* The segment of byte at; NULL when the text has none. */
static const struct rule_seg *seg_at(const struct rule_ctext *t, size_t at)
{
	size_t lo = 0, hi = t->nsegs;
	if (!hi)
		return NULL;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (t->segs[mid].at <= at)
			lo = mid;
		else
			hi = mid;
	}
	return &t->segs[lo];
}

static struct rule_seg moved(const struct rule_seg *seg, size_t at)
{
	struct rule_seg s = *seg;
	if (!s.is_fixed)
		s.off += (uint32_t)(at - seg->at);
	return s;
}

void rule_ctext_part(struct rule_ctext_builder *b, const struct rule_ctext *from, size_t begin,
		     size_t end)
{
	const struct rule_seg *seg = seg_at(from, begin), *last = from->segs + from->nsegs;
	for (; seg && begin < end; seg++) {
		size_t stop = seg + 1 < last ? MIN(seg[1].at, end) : end;
		put(b, moved(seg, begin), slice_sub(from->text, begin, stop - begin));
		begin = stop;
		if (seg + 1 == last)
			break;
	}
	if (begin < end)
		put(b, (struct rule_seg){0}, slice_sub(from->text, begin, end - begin));
}

void rule_ctext_instead(struct rule_ctext_builder *b, const struct rule_ctext *from, size_t at,
			struct slice text)
{
	const struct rule_seg *seg = seg_at(from, at);
	struct rule_seg s = seg ? moved(seg, at) : (struct rule_seg){0};
	s.is_fixed = true;
	put(b, s, text);
}

int rule_ctext_finish(struct rule_ctext_builder *b, struct arena *a, struct rule_ctext *ret,
		      struct err *err)
{
	if (b->text.failed)
		return err_limit(err,
				 "a condition is longer than %zu bytes when its lists are put "
				 "in place",
				 (size_t)RULE_MAX_CONDITION);
	ret->text = arena_dup(a, buf_slice(&b->text));
	ret->segs = arena_array(a, MAX(b->segs.len, 1), sizeof(*ret->segs));
	if (!ret->text.ptr || !ret->segs)
		return err_oom(err);
	if (b->segs.len)
		memcpy(ret->segs, b->segs.ptr, b->segs.len * sizeof(*ret->segs));
	ret->nsegs = b->segs.len;
	return 0;
}

bool rule_ctext_place(const struct rule_ctext *t, size_t at, const struct rule_file **f,
		      uint32_t *pos)
{
	const struct rule_seg *seg = seg_at(t, at);
	if (!seg || !seg->file)
		return false;
	*f = seg->file;
	*pos =
	    rule_scalar_pos(seg->file, seg->scalar, seg->off + (seg->is_fixed ? 0 : at - seg->at));
	return true;
}
