/* Cross-references: 第３条第２項, 上記(1), 前項, 別表第１.  Each must have its goal in
 * the new edition; and where the goal was renumbered or moved, the reference
 * must have gone along.  References to other laws and rules are not ours: they
 * stand behind a name that ends in 法, 条例, 規則, 要綱 and the like. */
#include "policy/compare/internal.h"

#include "base/text.h"

enum { MOST = 32 };

struct reference {
	struct slice text;
	const struct text_node *goal; /* NULL: dangling */
};
struct references {
	struct reference at[MOST];
	size_t count;
};
struct reading {
	const struct text_tree *tree;
	const struct text_node *node;
	struct slice text;
	struct references *out;
	uint64_t *fuel;
};

static void found(struct reading *r, size_t from, size_t to, const struct text_node *goal)
{
	if (r->out->count < MOST)
		r->out->at[r->out->count++] = (struct reference){slice_part(r->text, from, to - from), goal};
}

static bool behind(struct slice text, size_t at, const char *const *words, size_t count)
{
	struct slice before = slice_part(text, 0, at);
	while (before.len && before.at[before.len - 1] == ' ')
		before.len--;
	for (size_t i = 0; i < count; i++)
		if (slice_ends(before, slice_str(words[i])))
			return true;
	return false;
}

/* 番号法第２条, 同条例第３条, （昭和25年法律第261号）第３条, 年法律第27号 */
static bool is_foreign(struct slice text, size_t at)
{
	static const char *const laws[] = {"法", "法律", "条例", "規則", "規程", "要綱", "要領", "政令", "省令", "令",
	                                   "号）", "号)", "指針", "ガイドライン", "告示", "訓令", "約", "憲章"};
	return behind(text, at, laws, sizeof laws / sizeof *laws);
}

static bool same_kind(enum text_level have, enum text_level want)
{
	return have == want || (want == TEXT_DAI && have == TEXT_ARTICLE) ||
	       (want == TEXT_PLAIN && have == TEXT_DOT);
}

static bool has_number(const struct text_node *node, const struct text_number *n)
{
	if (!node->number.parts || node->number.parts != n->parts)
		return false;
	if (n->parts == 1)
		return n->part[0] >= node->number.part[0] && n->part[0] <= node->number.to;
	return memcmp(node->number.part, n->part, n->parts * sizeof n->part[0]) == 0;
}

static const struct text_node *up_to(const struct text_node *node, enum text_level level)
{
	while (node && node->level != level)
		node = node->parent;
	return node;
}

/* of the level anywhere; below the same 部 before elsewhere */
static const struct text_node *find_strong(const struct reading *r, const struct text_number *n, bool *any)
{
	const struct text_node *first = NULL, *part = up_to(r->node, TEXT_PART);
	*any = false;
	if (*r->fuel < r->tree->count) {
		*r->fuel = 0;
		return NULL;
	}
	*r->fuel -= r->tree->count;
	for (uint32_t i = 1; i < r->tree->count; i++) {
		const struct text_node *d = r->tree->nodes[i];
		if (!same_kind(d->level, n->level))
			continue;
		*any = true;
		if (!has_number(d, n))
			continue;
		if (up_to(d, TEXT_PART) == part)
			return d;
		first = first ? first : d;
	}
	return first;
}

static const struct text_node *find_child(const struct text_node *parent, const struct text_number *n)
{
	for (const struct text_node *c = parent->first; c; c = c->next)
		if (same_kind(c->level, n->level) && has_number(c, n))
			return c;
	return NULL;
}

/* 第２項, 第３号, (1), ①, ア behind a found goal */
static size_t follow_steps(struct reading *r, size_t at, const struct text_node **goal)
{
	while (*goal && at < r->text.len) {
		struct text_number n;
		struct slice rest = slice_part(r->text, at, r->text.len);
		size_t len = text_number_at(rest, &n);
		struct slice after = slice_part(rest, len, rest.len);
		bool paragraph = len && n.level == TEXT_DAI && slice_starts(after, SLICE("項"));
		bool item = len && n.level == TEXT_DAI && slice_starts(after, SLICE("号"));
		if (!paragraph && !item && n.level != TEXT_PAREN && n.level != TEXT_CIRCLE)
			break;
		at += len + (paragraph || item ? 3 : 0);
		const struct text_node *next = NULL;
		if (paragraph) {
			n.level = TEXT_PLAIN;
			next = find_child(*goal, &n);
			if (!next && n.part[0] == 1)
				next = *goal; /* the first has no number */
		} else if (item) {
			for (const struct text_node *c = (*goal)->first; c && !next; c = c->next)
				if (text_level_numbered(c->level) && c->level != TEXT_PLAIN && has_number(c, &n))
					next = c;
		} else
			next = find_child(*goal, &n);
		*goal = next;
	}
	return at;
}

static size_t read_strong(struct reading *r, size_t at)
{
	struct text_number n;
	bool any = false;
	size_t len = text_number_at(slice_part(r->text, at, r->text.len), &n);
	struct slice after = slice_part(r->text, at + len, 3);
	if (len == 0 || is_foreign(r->text, at))
		return len ? at + len : at + 3;
	if (n.level == TEXT_DAI && (slice_is(after, "項") || slice_is(after, "号") || slice_is(after, "回") ||
	                            slice_is(after, "三") || slice_is(after, "者") || slice_is(after, "段") ||
	                            slice_is(after, "順") || slice_is(after, "位")))
		return at + len;
	const struct text_node *goal = find_strong(r, &n, &any);
	if (!any)
		return at + len;
	size_t end = follow_steps(r, at + len, &goal);
	found(r, at, end, goal);
	return end;
}

/* 上記(1), 上記４, 上記第６ */
static size_t read_above(struct reading *r, size_t at)
{
	struct text_number n;
	size_t from = at + strlen("上記"), blank = from;
	while (blank < r->text.len && r->text.at[blank] == ' ')
		blank++;
	size_t len = text_number_at(slice_part(r->text, blank, r->text.len), &n);
	if (len == 0 || n.level == TEXT_KANJI)
		return from;
	if (n.level == TEXT_DAI || n.level == TEXT_ARTICLE || n.level == TEXT_CHAPTER)
		return blank; /* read as 第６ */
	const struct text_node *goal = NULL;
	for (const struct text_node *up = r->node; up && up->parent && !goal; up = up->parent)
		goal = find_child(up->parent, &n);
	found(r, at, blank + len, goal);
	return blank + len;
}

static size_t read_appendix(struct reading *r, size_t at)
{
	struct text_number n;
	size_t from = at + strlen("別表"), len = text_number_at(slice_part(r->text, from, r->text.len), &n);
	const struct text_node *goal = NULL;
	bool any = false;
	struct slice word = slice_part(r->text, at, from - at + len);
	for (const struct text_node *c = r->tree->root->first; c; c = c->next) {
		any |= c->level == TEXT_APPENDIX;
		if (c->level == TEXT_APPENDIX && !goal) {
			struct buffer a, b;
			buffer_init(&a, 4096);
			buffer_init(&b, 4096);
			import_normal(word, &a);
			import_normal(slice_str(c->printed), &b);
			goal = buffer_ok(&a) && slice_starts(buffer_slice(&b), buffer_slice(&a)) ? c : NULL;
			buffer_done(&a);
			buffer_done(&b);
		}
	}
	if (any)
		found(r, at, from + len, goal);
	return from + len;
}

/* ---- 前項, 次条 ---------------------------------------------------------------------- */

static const struct text_node *beside(const struct text_node *node, bool next, bool *implicit)
{
	for (const struct text_node *up = node; up && up->parent; up = up->parent) {
		if (!text_level_numbered(up->level))
			continue;
		for (const struct text_node *s = next ? up->next : up->previous; s; s = next ? s->next : s->previous)
			if (s->level == up->level)
				return s;
		bool article = up->parent->level == TEXT_ARTICLE || up->parent->level == TEXT_DAI;
		*implicit |= !next && article && up->number.parts && up->number.part[0] == 2;
		if (*implicit)
			return up->parent;
		if (up->level == TEXT_ARTICLE || up->level == TEXT_DAI)
			break;
	}
	return NULL;
}

static size_t read_beside(struct reading *r, size_t at)
{
	static const struct {
		const char *word;
		bool next, article;
	} words[] = {{"前項", false, false}, {"次項", true, false}, {"前条", false, true}, {"次条", true, true}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!slice_starts(slice_part(r->text, at, r->text.len), slice_str(words[i].word)))
			continue;
		const struct text_node *node = r->node;
		bool implicit = false;
		if (words[i].article)
			while (node && node->level != TEXT_ARTICLE && node->level != TEXT_DAI)
				node = node->parent;
		const struct text_node *goal = node ? beside(node, words[i].next, &implicit) : NULL;
		found(r, at, at + 6, goal);
		return at + 6;
	}
	return at + 3;
}

static void read_references(struct reading *r)
{
	r->out->count = 0;
	for (size_t at = 0; at < r->text.len;) {
		struct slice rest = slice_part(r->text, at, r->text.len);
		if (slice_starts(rest, SLICE("第")))
			at = read_strong(r, at);
		else if (slice_starts(rest, SLICE("上記")))
			at = read_above(r, at);
		else if (slice_starts(rest, SLICE("別表")) || slice_starts(rest, SLICE("別紙")))
			at = read_appendix(r, at);
		else if (slice_starts(rest, SLICE("前")) || slice_starts(rest, SLICE("次")))
			at = read_beside(r, at);
		else
			at++;
	}
}

/* ---- against the old edition ------------------------------------------------------------- */

static bool same_text(struct slice a, struct slice b)
{
	struct buffer x, y;
	buffer_init(&x, 4096);
	buffer_init(&y, 4096);
	import_normal(a, &x);
	import_normal(b, &y);
	bool same = slice_equal(buffer_slice(&x), buffer_slice(&y));
	buffer_done(&x);
	buffer_done(&y);
	return same;
}

static void check_pair(struct blocking *b, const struct compare_pair *pair, const struct references *old,
                       const struct references *fresh)
{
	struct comparison *c = b->comparison;
	for (size_t i = 0; i < fresh->count && old->count == fresh->count; i++) {
		const struct text_node *before = old->at[i].goal, *now = fresh->at[i].goal;
		const struct compare_pair *went = before ? c->of_old[before->index] : NULL;
		bool same = same_text(old->at[i].text, fresh->at[i].text);
		if (!now || !went || went->fresh == now) {
			c->followed += went && now && went->fresh == now && !same;
			continue;
		}
		if (!same)
			continue; /* aimed elsewhere on purpose */
		if (went->fresh)
			block_add(b, BLOCK_STALE, pair->fresh,
			          "%sの「%.*s」は旧%sを指していましたが、それは新では%sです。参照を改めてください。",
			          pair->fresh->cite, SLICE_ARG(fresh->at[i].text), before->cite, went->fresh->cite);
		else
			block_add(b, BLOCK_STALE, pair->fresh,
			          "%sの「%.*s」は旧%sを指していましたが、それは削られ、今は%sを指します。参照を改めてください。",
			          pair->fresh->cite, SLICE_ARG(fresh->at[i].text), before->cite, now->cite);
	}
}

void blocks_references(struct blocking *b)
{
	struct comparison *c = b->comparison;
	static const char *const empty = "";
	for (uint32_t i = 0; i < c->count; i++) {
		const struct compare_pair *pair = &c->pairs[i];
		struct references old = {.count = 0}, fresh = {.count = 0};
		if (!pair->fresh)
			continue;
		struct reading r = {c->fresh, pair->fresh, slice_str(pair->fresh->text), &fresh, &b->fuel};
		read_references(&r);
		c->references += (uint32_t)fresh.count;
		for (size_t k = 0; k < fresh.count; k++)
			if (!fresh.at[k].goal)
				block_add(b, BLOCK_DANGLING, pair->fresh,
				          "%sの「%.*s」が指すところがありません。参照を改めてください。",
				          pair->fresh->cite, SLICE_ARG(fresh.at[k].text));
		struct reading before = {c->old, pair->old, slice_str(pair->old ? pair->old->text : empty), &old,
		                         &b->fuel};
		if (!pair->old)
			continue;
		read_references(&before);
		check_pair(b, pair, &old, &fresh);
	}
	if (b->fuel == 0)
		block_add(b, BLOCK_DANGLING, c->fresh->root, "参照が多すぎて、すべては確かめられませんでした。");
}
