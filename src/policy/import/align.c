/* Finding the place that a citation names: 第2章 7.4 (2)① なお書.  A citation is
 * numbers and words; each number is a step down the tree, each word must be
 * found there or narrows the place below a node. */
#include "policy/import/internal.h"

struct walk {
	const struct text_tree *tree;
	struct slice cite;
	struct glyphs g;
	size_t at;
	struct text_node *node;
	bool missed; /* a word was not found */
	bool stuck;  /* a number was not found */
};

static bool same_family(enum text_level a, enum text_level b)
{
	static const enum text_level families[][6] = {
		{TEXT_PLAIN, TEXT_DOT, TEXT_DAI, TEXT_HALF, TEXT_KANJI, TEXT_CHAPTER},
		{TEXT_KANA, TEXT_IROHA, TEXT_PAREN_KANA, TEXT_PAREN_IROHA, TEXT_KANA, TEXT_KANA},
		{TEXT_PAREN, TEXT_HALF, TEXT_PAREN_KANJI, TEXT_KANJI, TEXT_PAREN, TEXT_PAREN},
		{TEXT_ARTICLE, TEXT_DAI, TEXT_ARTICLE, TEXT_ARTICLE, TEXT_ARTICLE, TEXT_ARTICLE}};
	for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
		bool has_a = false, has_b = false;
		for (size_t i = 0; i < 6; i++) {
			has_a |= families[f][i] == a;
			has_b |= families[f][i] == b;
		}
		if (has_a && has_b)
			return true;
	}
	return false;
}

static bool is_number(const struct text_node *node, const struct text_number *n, bool exact)
{
	if (!node->number.parts || (exact ? node->level != n->level : !same_family(node->level, n->level)))
		return false;
	bool inside = n->parts == 1 && node->number.parts == 1 && n->part[0] >= node->number.part[0] &&
	              n->part[0] <= node->number.to;
	return inside || number_compare(&node->number, n) == 0;
}

static struct text_node *child_number(const struct text_node *node, const struct text_number *n)
{
	for (int exact = 1; exact >= 0; exact--)
		for (struct text_node *c = node->first; c; c = c->next)
			if (is_number(c, n, exact))
				return c;
	return NULL;
}

static struct text_node *after_in(const struct text_node *top, struct text_node *node)
{
	if (node->first)
		return node->first;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

/* first a child; then whatever lies below, in the order of the text */
static struct text_node *find_number(struct text_node *node, const struct text_number *n)
{
	struct text_node *found = child_number(node, n);
	for (int exact = 1; !found && exact >= 0; exact--)
		for (struct text_node *d = node->first; d && !found; d = after_in(node, d))
			if (is_number(d, n, exact))
				found = d;
	return found;
}

static struct text_node *nth_level(struct text_node *node, enum text_level level, uint32_t nth)
{
	for (struct text_node *c = node->first; c; c = c->next)
		if (c->level == level && --nth == 0)
			return c;
	return NULL;
}

/* ---- steps ------------------------------------------------------------------- */

static bool take_text(struct walk *w, const char *text)
{
	struct slice s = slice_str(text);
	size_t at = w->g.offset[w->at];
	if (!slice_starts(slice_part(w->cite, at, w->cite.len), s))
		return false;
	while (w->at < w->g.count && w->g.offset[w->at] < at + s.len)
		w->at++;
	return true;
}

static void skip_blanks(struct walk *w)
{
	while (w->at < w->g.count && is_blank(w->g.code[w->at]))
		w->at++;
}

/* 第2段落, 第1～4段落 */
static bool take_paragraph(struct walk *w)
{
	size_t start = w->at;
	uint32_t nth = 0, last = 0;
	if (!take_text(w, "第"))
		return false;
	size_t took = digits_at(&w->g, w->at, &nth);
	w->at += took;
	if (took && (take_text(w, "～") || take_text(w, "〜") || take_text(w, "・")))
		w->at += digits_at(&w->g, w->at, &last);
	if (!took || !take_text(w, "段落")) {
		w->at = start;
		return false;
	}
	bool own = w->node->text[0] != 0; /* the node's own text is its first paragraph */
	if (own && nth == 1)
		return true;
	struct text_node *found = nth_level(w->node, TEXT_PARAGRAPH, own ? nth - 1 : nth);
	w->missed |= !found && nth > 1;
	w->node = found ? found : w->node;
	return true;
}

static bool take_ordinal(struct walk *w)
{
	static const struct {
		const char *word;
		enum text_level level;
	} words[] = {{"附則", TEXT_SUPPLEMENT}, {"付則", TEXT_SUPPLEMENT}, {"別紙", TEXT_APPENDIX},
	             {"別表", TEXT_APPENDIX}, {"様式", TEXT_APPENDIX}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		uint32_t nth = 1;
		if (!take_text(w, words[i].word))
			continue;
		skip_blanks(w);
		take_text(w, "第");
		w->at += digits_at(&w->g, w->at, &nth);
		take_text(w, "号");
		struct text_node *found = nth_level(w->tree->root, words[i].level, nth);
		w->stuck |= !found;
		w->node = found ? found : w->node;
		return true;
	}
	return false;
}

/* (2)①ウ: in a citation a kana needs no space behind it */
static size_t cited_number(const struct walk *w, struct text_number *n)
{
	size_t took = number_at(w->cite, &w->g, w->at, n);
	uint32_t kana = kana_value(w->g.code[w->at]);
	if (took || !kana || is_katakana(w->g.code[w->at + 1]))
		return took;
	*n = (struct text_number){.level = TEXT_KANA, .part = {kana}, .parts = 1, .to = kana};
	return 1;
}

/* ～ツ, ・タ, ② behind a number: the run begins where the first of it is */
static void take_run(struct walk *w, const struct text_number *first)
{
	struct text_number n;
	size_t start = w->at, took;
	bool mark = take_text(w, "～") || take_text(w, "〜") || take_text(w, "・");
	took = cited_number(w, &n);
	bool like = took && n.level == first->level && number_compare(first, &n) < 0;
	if (!like && mark && took && n.level == TEXT_PLAIN)
		like = number_compare(first, &n) < 0;
	w->at = like && (mark || n.level == TEXT_CIRCLE) ? w->at + took : start;
}

/* In a node that has a twin (two (2) in the text) what is not found in the first
 * is looked for in the second. */
static struct text_node *find_in_twins(struct text_node *node, const struct text_number *n)
{
	struct text_node *found = find_number(node, n);
	for (struct text_node *t = node->next; t && !found; t = t->next)
		if (t->level == node->level && node->number.parts && number_compare(&t->number, &node->number) == 0)
			found = find_number(t, n);
	return found;
}

static bool take_number(struct walk *w)
{
	struct text_number n;
	size_t took = cited_number(w, &n);
	if (!took)
		return false;
	w->at += took;
	take_run(w, &n);
	if (take_text(w, "項目")) {
		struct text_node *bullet = nth_level(w->node, TEXT_BULLET, n.part[0]);
		w->stuck |= !bullet;
		w->node = bullet ? bullet : w->node;
		return true;
	}
	bool paragraph = take_text(w, "項"), article = take_text(w, "条");
	if (article)
		n.level = TEXT_ARTICLE;
	take_text(w, "号");
	struct text_node *found = find_in_twins(w->node, &n);
	if (paragraph && n.part[0] == 1 && (!found || found->parent != w->node))
		return true; /* the first 項 has no number */
	w->stuck |= !found;
	w->node = found ? found : w->node;
	return true;
}

static bool is_part_word(struct slice word)
{
	static const char *const words[] = {"柱書", "なお書", "ただし書", "前段", "後段", "標題", "本文", "前文",
	                                    "冒頭", "新", "旧", "(新)", "(旧)", "対象者"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(word, words[i]))
			return true;
	return false;
}

static void squeeze(struct slice text, struct buffer *out)
{
	buffer_clear(out);
	import_normal(text, out);
}

/* A row or table below, or what the node itself says. */
static bool find_word(struct walk *w, struct slice word)
{
	struct buffer own, wanted;
	bool found = false;
	buffer_init(&own, IMPORT_BYTES * 4u);
	buffer_init(&wanted, 65536);
	squeeze(word, &wanted);
	for (struct text_node *d = w->node->first; d && !found; d = after_in(w->node, d)) {
		if (d->level != TEXT_ROW && d->level != TEXT_TABLE && d->level != TEXT_NOTE)
			continue;
		squeeze(slice_str(d->title), &own);
		found = (d->level == TEXT_ROW && slice_equal(buffer_slice(&own), buffer_slice(&wanted))) ||
		        (d->level == TEXT_TABLE && slice_is(word, "表")) ||
		        (d->level == TEXT_NOTE && slice_is(word, "※"));
		if (found)
			w->node = d;
	}
	const char *const says[] = {w->node->title, w->node->text};
	for (size_t i = 0; i < 2 && !found && wanted.len; i++) {
		squeeze(slice_str(says[i]), &own);
		found = slice_find(buffer_slice(&own), buffer_slice(&wanted)) != SIZE_MAX;
	}
	for (struct text_node *c = w->node->first; c && !found && wanted.len; c = c->next) {
		if (text_level_numbered(c->level) || w->node == w->tree->root)
			continue;
		squeeze(slice_str(c->text), &own);
		found = slice_find(buffer_slice(&own), buffer_slice(&wanted)) != SIZE_MAX;
		if (found)
			w->node = c;
	}
	buffer_done(&own);
	buffer_done(&wanted);
	return found;
}

static bool is_bracket(uint32_t c)
{
	return c == '(' || c == ')' || c == 0xff08 || c == 0xff09 || c == 0xff0f || c == '/' || c == 0x30fb;
}

static void take_word(struct walk *w)
{
	size_t start = w->at;
	struct text_number n;
	if (take_text(w, "／") || take_text(w, "/")) {
		w->at = w->g.count; /* the number of the other edition */
		return;
	}
	while (w->at < w->g.count && !is_blank(w->g.code[w->at]) &&
	       (w->at == start || (!is_bracket(w->g.code[w->at]) && !number_at(w->cite, &w->g, w->at, &n))))
		w->at++;
	size_t from = start + (is_bracket(w->g.code[start]) && w->at > start + 1);
	struct slice word = slice_part(w->cite, w->g.offset[from], w->g.offset[w->at] - w->g.offset[from]);
	if ((w->at == start + 1 && is_bracket(w->g.code[start])) || is_part_word(word) || find_word(w, word))
		return;
	w->missed = true;
	w->stuck |= w->node == w->tree->root; /* numbers behind it would name other places */
}

static void align_one(const struct text_tree *tree, const struct import_clause *clause,
                      struct import_match *out)
{
	struct walk w = {.tree = tree, .cite = slice_str(clause->cite), .node = tree->root};
	*out = (struct import_match){.clause = clause};
	glyphs_read(w.cite, &w.g);
	for (skip_blanks(&w); w.at < w.g.count && !w.stuck; skip_blanks(&w))
		if (!take_paragraph(&w) && !take_ordinal(&w) && !take_number(&w))
			take_word(&w);
	if (w.node == tree->root)
		return;
	out->node = w.node;
	out->fit = w.missed || w.stuck ? FIT_PART : FIT_WHOLE;
}

struct result import_align(const struct text_tree *tree, const struct import_clause *clauses,
                           size_t count, struct arena *arena, struct import_match **matches,
                           struct why *why)
{
	struct import_match *list = ARENA_ARRAY(arena, count + 1, struct import_match);
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the alignment");
	for (size_t i = 0; i < count; i++)
		align_one(tree, &clauses[i], &list[i]);
	*matches = list;
	return ok();
}
