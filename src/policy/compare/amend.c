/* 改正文: the amendment in words, in two manners.
 *
 * 改める文: 第３条中「甲」を「乙」に改める。 A phrase is named so that it stands once in
 * the sentence; the result of the replacements is tried, and where it is not the
 * new sentence the whole is replaced instead.  条の全部を改める文: 第３条を次のように改める。
 * Order: deletions and words first, in the order of the text; then numbers from
 * the end, so that no step takes a number that is still in use; then what is new. */
#include "policy/compare/internal.h"

#include "base/text.h"

enum { PHRASES = 24 };

struct phrase {
	struct slice old, fresh;
};
struct amending {
	const struct comparison *c;
	enum amend_manner manner;
	struct arena *arena;
	struct buffer *out;
};

/* ---- phrases ----------------------------------------------------------------------- */

static size_t occurrences(struct slice hay, struct slice needle)
{
	size_t n = 0;
	while (needle.len && hay.len >= needle.len) {
		size_t at = slice_find(hay, needle);
		if (at == SIZE_MAX)
			break;
		n++;
		hay = slice_part(hay, at + 1, hay.len);
	}
	return n;
}

/* one character more behind both, as far as the texts agree there */
static bool widen_right(struct slice old, struct slice fresh, struct phrase *p)
{
	size_t after = (size_t)(p->old.at - old.at) + p->old.len;
	size_t fresh_after = (size_t)(p->fresh.at - fresh.at) + p->fresh.len, pos = after;
	if (after >= old.len || fresh_after >= fresh.len)
		return false;
	(void)utf8_next(old, &pos);
	size_t step = pos - after;
	if (step > fresh.len - fresh_after || memcmp(old.at + after, fresh.at + fresh_after, step) != 0)
		return false;
	p->old.len += step;
	p->fresh.len += step;
	return true;
}

/* ... and before both */
static bool widen_left(struct slice old, struct slice fresh, struct phrase *p)
{
	size_t before = (size_t)(p->old.at - old.at), fresh_before = (size_t)(p->fresh.at - fresh.at), step = 1;
	if (before == 0 || fresh_before == 0)
		return false;
	while (step < before && (old.at[before - step] & 0xc0) == 0x80)
		step++;
	if (step > fresh_before || memcmp(old.at + before - step, fresh.at + fresh_before - step, step) != 0)
		return false;
	p->old = slice_of(p->old.at - step, p->old.len + step);
	p->fresh = slice_of(p->fresh.at - step, p->fresh.len + step);
	return true;
}

/* 第８ rather than ８; and each phrase must stand once in the old sentence */
static bool name_phrase(struct slice old, struct slice fresh, struct phrase *p)
{
	struct slice before = slice_part(old, 0, (size_t)(p->old.at - old.at));
	if (slice_ends(before, SLICE("第")))
		widen_left(old, fresh, p);
	while (occurrences(old, p->old) != 1)
		if (!widen_right(old, fresh, p) && !widen_left(old, fresh, p))
			return false;
	return true;
}

/* the changed phrases of a sentence, each standing once in the old one; 0: cannot */
static size_t find_phrases(struct amending *a, struct slice old, struct slice fresh, struct phrase *list)
{
	struct word_diff d;
	size_t count = 0, i = 0, j = 0;
	const uint8_t *old_at = old.at, *fresh_at = fresh.at;
	if (compare_words(old, fresh, a->arena, &d, NULL).code != OK)
		return 0;
	while (i < d.old_count || j < d.fresh_count) {
		struct phrase p = {{old_at, 0}, {fresh_at, 0}};
		if (i < d.old_count && d.old[i].changed)
			p.old = d.old[i++].text;
		if (j < d.fresh_count && d.fresh[j].changed)
			p.fresh = d.fresh[j++].text;
		if (p.old.len || p.fresh.len) {
			if (count == PHRASES)
				return 0;
			if (!name_phrase(old, fresh, &p))
				return 0;
			list[count++] = p;
		} else {
			if (i >= d.old_count || j >= d.fresh_count)
				return 0;
			i++;
			j++;
		}
		old_at = i > 0 ? d.old[i - 1].text.at + d.old[i - 1].text.len : old.at;
		fresh_at = j > 0 ? d.fresh[j - 1].text.at + d.fresh[j - 1].text.len : fresh.at;
	}
	return count;
}

/* the replacements, done in turn, must give the new sentence */
static bool phrases_hold(struct slice old, struct slice fresh, const struct phrase *list, size_t count)
{
	struct buffer now, next, want;
	buffer_init(&now, old.len + fresh.len * 2 + 65536);
	buffer_init(&next, old.len + fresh.len * 2 + 65536);
	buffer_init(&want, fresh.len * 4 + 64);
	buffer_put_slice(&now, old);
	bool good = count > 0;
	for (size_t i = 0; i < count && good; i++) {
		size_t at = slice_find(buffer_slice(&now), list[i].old);
		good = at != SIZE_MAX && occurrences(buffer_slice(&now), list[i].old) == 1;
		if (!good)
			break;
		buffer_clear(&next);
		buffer_put_slice(&next, slice_part(buffer_slice(&now), 0, at));
		buffer_put_slice(&next, list[i].fresh);
		buffer_put_slice(&next, slice_part(buffer_slice(&now), at + list[i].old.len, now.len));
		struct buffer swap = now;
		now = next;
		next = swap;
	}
	import_normal(fresh, &want);
	buffer_clear(&next);
	import_normal(buffer_slice(&now), &next);
	good = good && buffer_ok(&want) && slice_equal(buffer_slice(&next), buffer_slice(&want));
	buffer_done(&now);
	buffer_done(&next);
	buffer_done(&want);
	return good;
}

static void put_phrases(struct amending *a, const struct text_node *old, const char *what,
                        const struct phrase *list, size_t count)
{
	buffer_printf(a->out, "%s%s中", old->cite, what);
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;
		if (list[i].fresh.len == 0)
			buffer_printf(a->out, "「%.*s」を削%s", SLICE_ARG(list[i].old), last ? "る。\n" : "り、");
		else
			buffer_printf(a->out, "「%.*s」を「%.*s」に%s", SLICE_ARG(list[i].old), SLICE_ARG(list[i].fresh),
			              last ? "改める。\n" : i + 1 < count && list[i + 1].fresh.len == 0 ? "改め、" : "、");
	}
}

/* ---- whole sentences ------------------------------------------------------------------ */

static void put_whole(struct amending *a, const struct text_node *n, unsigned indent)
{
	for (unsigned i = 0; i <= indent; i++)
		buffer_put_str(a->out, "　");
	buffer_printf(a->out, "%s%s%s%s%s%s\n", n->printed, n->printed[0] ? "　" : "", n->title,
	              n->title[0] && n->text[0] ? "　" : "", n->text, n->omitted ? "（略）" : "");
}

static void put_below(struct amending *a, const struct text_node *top, bool only_added)
{
	const struct comparison *c = a->c;
	put_whole(a, top, 0);
	for (uint32_t i = top->index + 1; i < c->fresh->count; i++) {
		const struct text_node *n = c->fresh->nodes[i], *up = n->parent;
		unsigned depth = 1;
		while (up && up != top) {
			up = up->parent;
			depth++;
		}
		if (!up)
			break;
		if (!only_added || (c->of_fresh[i]->change & (CHANGE_ADDED | CHANGE_PLACE)))
			put_whole(a, n, depth);
	}
}

static void put_words(struct amending *a, const struct compare_pair *p)
{
	struct phrase list[PHRASES];
	const char *const parts[2][3] = {{p->old->title, p->fresh->title, "の見出し"}, {p->old->text, p->fresh->text, ""}};
	bool held = a->manner == AMEND_PHRASES && p->old->omitted == p->fresh->omitted;
	size_t counts[2] = {0, 0};
	struct phrase lists[2][PHRASES];
	for (size_t k = 0; k < 2 && held; k++) {
		struct slice old = slice_str(parts[k][0]), fresh = slice_str(parts[k][1]);
		if (slice_equal(old, fresh))
			continue;
		counts[k] = find_phrases(a, old, fresh, list);
		memcpy(lists[k], list, sizeof list);
		held = phrases_hold(old, fresh, list, counts[k]);
	}
	if (!held) {
		buffer_printf(a->out, "%sを次のように改める。\n", p->old->cite);
		put_whole(a, p->fresh, 0);
		return;
	}
	for (size_t k = 0; k < 2; k++)
		if (counts[k])
			put_phrases(a, p->old, parts[k][2], lists[k], counts[k]);
}

/* ---- the steps ---------------------------------------------------------------------------- */

static bool part_of_larger(const struct comparison *c, const struct compare_pair *p, unsigned change)
{
	const struct text_node *up = p->fresh ? p->fresh->parent : p->old->parent;
	const struct compare_pair *above = !up || !up->parent ? NULL
	                                   : p->fresh ? c->of_fresh[up->index] : c->of_old[up->index];
	return above && (above->change & change);
}

static void put_deletions(struct amending *a)
{
	for (uint32_t i = 0; i < a->c->count; i++) {
		const struct compare_pair *p = &a->c->pairs[i];
		if ((p->change & CHANGE_DELETED) && !part_of_larger(a->c, p, CHANGE_DELETED))
			buffer_printf(a->out, "%sを削る。\n", p->old->cite);
		else if (p->change & CHANGE_PLACE)
			buffer_printf(a->out, "%sを削り、%sとして加える。\n", p->old->cite, p->fresh->cite);
		if (p->change & CHANGE_WORDS)
			put_words(a, p);
	}
}

static void put_numbers(struct amending *a)
{
	for (uint32_t i = a->c->count; i-- > 0;) {
		const struct compare_pair *p = &a->c->pairs[i];
		if ((p->change & CHANGE_NUMBER) && !(p->change & CHANGE_PLACE))
			buffer_printf(a->out, "%sを%sとする。\n", p->old->cite, p->fresh->printed);
	}
}

static void put_additions(struct amending *a)
{
	for (uint32_t i = 0; i < a->c->count; i++) {
		const struct compare_pair *p = &a->c->pairs[i];
		if (!(p->change & CHANGE_ADDED) || part_of_larger(a->c, p, CHANGE_ADDED))
			continue;
		const struct text_node *n = p->fresh;
		if (n->previous)
			buffer_printf(a->out, "%sの次に次のように加える。\n", n->previous->cite);
		else if (n->parent->parent)
			buffer_printf(a->out, "%sに次のように加える。\n", n->parent->cite);
		else
			buffer_put_str(a->out, "本則の初めに次のように加える。\n");
		put_below(a, n, true);
	}
}

struct result compare_amendment(const struct comparison *comparison, enum amend_manner manner,
                                struct buffer *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(512 << 20);
	struct amending a = {comparison, manner, arena, out};
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory for the amendment");
	buffer_printf(out, "　%sの一部を次のように改正する。\n",
	              comparison->old->title[0] ? comparison->old->title : "この基準");
	put_deletions(&a);
	put_numbers(&a);
	put_additions(&a);
	if (!comparison->reworded && !comparison->renumbered && !comparison->moved && !comparison->added &&
	    !comparison->deleted) {
		buffer_clear(out);
		buffer_put_str(out, "改正すべき事項はありません。\n");
	}
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "改正文が大きすぎます。");
}
