/* From lines to the tree: each line is a number, a mark, a heading, the rest
 * of an open sentence, or a new paragraph; the tests stand in that order. */
#include "policy/import/internal.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- nodes, text, findings ------------------------------------------------- */

struct text_node *build_node(struct builder *b, struct text_node *parent, enum text_level level,
                             uint32_t line)
{
	struct text_node *node = ARENA_NEW(b->arena, struct text_node);
	struct growing *growing = ARENA_NEW(b->arena, struct growing);
	if (!node || !growing || ++b->nodes > IMPORT_NODES) {
		b->failed = !node || !growing ? E_MEMORY : E_LIMIT;
		return NULL;
	}
	*node = (struct text_node){.level = level, .printed = "", .title = "", .text = "",
	                           .first_line = line, .last_line = line, .parent = parent,
	                           .previous = parent->last, .more = growing};
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	return node;
}

static void add_piece(struct builder *b, struct piece **first, struct piece **last, struct slice text)
{
	struct piece *piece = ARENA_NEW(b->arena, struct piece);
	if (!piece) {
		b->failed = E_MEMORY;
		return;
	}
	piece->text = text;
	if (*last)
		(*last)->next = piece;
	else
		*first = piece;
	*last = piece;
}

void build_text(struct builder *b, struct text_node *node, struct slice text, uint32_t line)
{
	struct growing *growing = node->more;
	add_piece(b, &growing->first, &growing->last, text);
	node->last_line = line;
}

void build_title(struct builder *b, struct text_node *node, struct slice text, uint32_t line)
{
	struct growing *growing = node->more;
	add_piece(b, &growing->title, &growing->title_last, text);
	node->last_line = line;
}

void build_fault(struct builder *b, enum text_fault fault, uint32_t line, uint32_t last,
                 const struct text_node *node, const char *format, ...)
{
	char sentence[360];
	struct text_finding *f = ARENA_NEW(b->arena, struct text_finding);
	va_list args;
	va_start(args, format);
	int len = vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	const char *kept = f && len >= 0 ? arena_string(b->arena, slice_str(sentence)) : NULL;
	if (!kept) {
		b->failed = E_MEMORY;
		return;
	}
	*f = (struct text_finding){fault, line, last, node, kept, NULL};
	*b->next_finding = f;
	b->next_finding = &f->next;
	b->tree->per_fault[fault]++;
}

struct line *builder_line(struct builder *b, size_t i)
{
	return i < b->lines->count ? &b->lines->line[i] : NULL;
}

static struct text_node *innermost(struct builder *b)
{
	return b->path[b->depth];
}

/* The text on the line of the number itself. */
void build_first_text(struct builder *b, struct text_node *node, struct slice text, uint32_t line)
{
	b->open = node;
	if (text_is_omission(text) && !text_is_repealed(text))
		node->omitted = true;
	else if (text.len)
		build_text(b, node, text, line);
}

/* ---- 附則, 別表 ---------------------------------------------------------------- */

struct opener {
	const char *words[6];
	enum text_level level;
};
static const struct opener openers[] = {
	{{"別表", "別紙", "別記", "別添", "別図"}, TEXT_APPENDIX},
	{{"様式", "参考資料", "付録", "別記様式"}, TEXT_APPENDIX},
};

/* 附則, 附 則, 付　則: bytes it takes, 0 if it is none */
static size_t supplement_at(struct slice text)
{
	struct glyphs g;
	size_t at = 1;
	glyphs_read(slice_part(text, 0, 64), &g);
	if (g.code[0] != 0x9644 && g.code[0] != 0x4ed8)
		return 0;
	while (at < g.count && is_blank(g.code[at]))
		at++;
	return g.code[at] == 0x5247 ? g.offset[at + 1] : 0;
}

static size_t skip(struct slice text, size_t at)
{
	while (at < text.len) {
		struct glyphs g;
		glyphs_read(slice_part(text, at, 4), &g);
		if (!is_blank(g.code[0]))
			break;
		at += g.offset[1];
	}
	return at;
}

/* 第１号, 1, 第２(第５条関係): how far the number behind the word reaches */
static size_t appendix_number(struct slice text, size_t at)
{
	struct text_number n;
	struct glyphs g;
	size_t i = skip(text, at);
	glyphs_read(slice_part(text, i, text.len), &g);
	size_t took = number_at(slice_part(text, i, text.len), &g, 0, &n);
	bool plain = took && (n.level == TEXT_PLAIN || n.level == TEXT_DAI || n.level == TEXT_KANJI);
	if (!plain && !(took = digits_at(&g, 0, &(uint32_t){0})))
		return at;
	if (g.code[took] == 0x53f7 /* 号 */)
		took++;
	return i + g.offset[took];
}

static bool ends_opener(struct slice rest, size_t number_len)
{
	struct glyphs g;
	glyphs_read(rest, &g);
	if (rest.len == 0 || g.code[0] == '(' || g.code[0] == 0xff08 || g.code[0] == 0x3011)
		return true;
	return is_blank(g.code[0]) && (number_len > 0 || !text_ended(rest));
}

static bool open_at_root(struct builder *b, const struct line *line, enum text_level level,
                         struct slice word, struct slice rest)
{
	struct text_node *node = build_node(b, b->path[0], level, line->number);
	if (!node)
		return true;
	while (word.len && word.at[word.len - 1] == ' ')
		word.len--;
	node->number.printed = word;
	b->depth = 0;
	place_at(b, b->path[0], node);
	build_first_text(b, node, slice_part(rest, skip(rest, 0), rest.len), line->number);
	b->numbered = true;
	return true;
}

static bool take_opener(struct builder *b, const struct line *line)
{
	struct slice text = line->text;
	if (slice_starts(text, SLICE("【")))
		text = slice_part(text, 3, text.len);
	size_t end = supplement_at(text);
	struct slice rest = slice_part(text, end, text.len);
	if (end && ends_opener(rest, 0))
		return open_at_root(b, line, TEXT_SUPPLEMENT, slice_part(text, 0, end), rest);
	for (size_t i = 0; i < sizeof openers / sizeof *openers; i++)
		for (size_t w = 0; w < 6 && openers[i].words[w]; w++) {
			struct slice word = slice_str(openers[i].words[w]);
			if (!slice_starts(text, word))
				continue;
			end = appendix_number(text, word.len);
			rest = slice_part(text, end, text.len);
			if (ends_opener(rest, end - word.len))
				return open_at_root(b, line, openers[i].level, slice_part(text, 0, end), rest);
		}
	return false;
}

/* ---- numbers -------------------------------------------------------------------- */

/* （目的） above 第１条, alone on its line */
static bool take_caption(struct builder *b, size_t i)
{
	const struct line *line = builder_line(b, i), *next = builder_line(b, i + 1);
	struct text_number n;
	size_t rest;
	bool whole = (slice_starts(line->text, SLICE("（")) && slice_ends(line->text, SLICE("）"))) ||
	             (slice_starts(line->text, SLICE("(")) && slice_ends(line->text, SLICE(")")));
	if (!whole || line->width > 60 || !next || !number_read(next->text, &n, &rest))
		return false;
	if (n.level != TEXT_ARTICLE && n.level != TEXT_DAI)
		return false;
	b->caption = line->text;
	return true;
}

static struct slice behind_dash(struct slice text)
{
	struct text_number n;
	size_t rest;
	struct slice behind = slice_part(text, 2, text.len);
	if ((slice_starts(text, SLICE("- ")) || slice_starts(text, SLICE("* "))) &&
	    number_read(behind, &n, &rest))
		return behind;
	return text;
}

/* 第２章 alone in a drawing, where 第２章 with its heading comes later */
static bool drawn_only(struct builder *b, size_t i, const struct text_number *n)
{
	struct text_number other;
	size_t rest;
	if (level_rank(n->level) < level_rank(TEXT_PART) || level_rank(n->level) > level_rank(TEXT_SUBSECTION))
		return false;
	for (size_t k = i + 1; k < b->lines->count && k < i + 4000; k++) {
		const struct line *line = builder_line(b, k);
		if (line->fate != LINE_PLACED || line->text.len >= 200 ||
		    !number_read(line->text, &other, &rest) || other.level != n->level)
			continue;
		if (number_compare(n, &other) == 0)
			return rest < line->text.len;
		if (n->part[0] == 1 && number_follows(n, &other) && rest < line->text.len)
			return false; /* 第１章, its heading on the next line */
	}
	return false;
}

static bool take_number(struct builder *b, size_t i, bool sure)
{
	const struct line *line = builder_line(b, i);
	struct slice text = behind_dash(line->text);
	struct text_number n;
	size_t rest;
	if (!number_read(text, &n, &rest))
		return false;
	if (n.level == TEXT_PLAIN && n.part[0] > 200)
		return false;
	if (rest == text.len && drawn_only(b, i, &n))
		return false;
	struct text_node *node = place_number(b, &n, sure, line->number);
	if (!node)
		return b->failed != OK;
	if (b->caption.len)
		build_title(b, node, b->caption, line->number);
	b->caption = (struct slice){0};
	build_first_text(b, node, slice_part(text, rest, text.len), line->number);
	b->numbered = true;
	return true;
}

/* ---- marks and unnumbered headings --------------------------------------------- */

static enum text_level mark_of(struct slice text)
{
	static const char *const bullets[] = {"・", "●", "○", "◎", "■", "□", "◆", "◇", "▲", "▼", "➢",
	                                      "•", "‐ ", "- ", "* ", "･", "✓"};
	if (slice_starts(text, SLICE("※")))
		return TEXT_NOTE;
	for (size_t i = 0; i < sizeof bullets / sizeof *bullets; i++) {
		struct slice mark = slice_str(bullets[i]);
		struct slice rest = slice_part(text, mark.len, text.len);
		bool blank_date = slice_starts(rest, SLICE("月")) || slice_starts(rest, SLICE("年")) ||
		                  slice_starts(rest, SLICE("日"));
		bool doubled = slice_starts(rest, mark) || (mark.at[0] == 0xe2 && blank_date); /* ○月○日 */
		if (slice_starts(text, mark) && rest.len && !doubled)
			return TEXT_BULLET;
	}
	return TEXT_ROOT;
}

/* bullets and paragraphs stand below what has a number, never in each other */
static struct text_node *place_below(struct builder *b, enum text_level level, uint32_t line)
{
	return build_node(b, innermost(b), level, line);
}

static bool take_mark(struct builder *b, const struct line *line, bool sure)
{
	enum text_level level = mark_of(line->text);
	bool in_list = b->open && b->open->level == level;
	bool number = behind_dash(line->text).at != line->text.at;
	if (level == TEXT_ROOT || number || (!sure && !in_list))
		return false;
	struct text_node *node = place_below(b, level, line->number);
	if (!node)
		return true;
	struct glyphs g;
	glyphs_read(line->text, &g);
	node->number.printed = slice_part(line->text, 0, g.offset[1]);
	size_t at = skip(line->text, g.offset[1]);
	if (slice_starts(slice_part(line->text, at, 3), SLICE("・")))
		at += 3; /* - ・ */
	build_first_text(b, node, slice_part(line->text, at, line->text.len), line->number);
	return true;
}

static bool is_bracketed(struct slice text)
{
	static const char *const pairs[][2] = {{"【", "】"}, {"〈", "〉"}, {"＜", "＞"}, {"《", "》"},
	                                       {"<", ">"}, {"(参考", ")"}, {"（参考", "）"}, {"[", "]"}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (slice_starts(text, slice_str(pairs[i][0])) && slice_ends(text, slice_str(pairs[i][1])))
			return true;
	return slice_is(text, "前文") || slice_is(text, "序文") || slice_is(text, "前　文") ||
	       slice_is(text, "はじめに") || slice_starts(text, SLICE("【参考】"));
}

static bool take_heading(struct builder *b, const struct line *line, bool sure)
{
	if (!sure || !is_bracketed(line->text) || line->width > 80)
		return false;
	if (b->depth > 0 && b->path[1]->level == TEXT_SUPPLEMENT)
		b->depth = 0;
	struct text_node *node = place_below(b, TEXT_HEADING, line->number);
	if (!node)
		return true;
	if (b->depth < IMPORT_DEPTH && b->depth == 0)
		place_at(b, node->parent, node);
	build_first_text(b, node, line->text, line->number);
	b->open = NULL;
	return true;
}

/* ---- rows of a table with tabs ---------------------------------------------------- */

static bool has_tab(struct slice text)
{
	return slice_find(text, SLICE("\t")) != SIZE_MAX;
}

static bool take_tabbed(struct builder *b, const struct line *line)
{
	struct text_node *parent = innermost(b), *table = parent->last;
	if (!has_tab(line->text) || !b->numbered)
		return false;
	if (!table || table->level != TEXT_TABLE)
		table = place_below(b, TEXT_TABLE, line->number);
	struct text_node *row = table ? build_node(b, table, TEXT_ROW, line->number) : NULL;
	if (row)
		build_text(b, row, line->text, line->number);
	b->open = NULL;
	return true;
}

/* ---- fragments of drawings -------------------------------------------------------- */

static bool is_fragment(struct builder *b, const struct line *line)
{
	struct text_number n;
	size_t rest;
	uint32_t most = b->lines->wrap ? b->lines->wrap * 6 / 10 : 40;
	return line->fate == LINE_PLACED && !text_ended(line->text) && line->width < most &&
	       !number_read(line->text, &n, &rest) && mark_of(line->text) != TEXT_BULLET &&
	       !is_bracketed(line->text) && !has_tab(line->text) &&
	       !slice_starts(line->text, SLICE("附")) && !slice_starts(line->text, SLICE("付")) &&
	       !slice_starts(line->text, SLICE("別"));
}

static size_t take_fragments(struct builder *b, size_t i)
{
	enum { LEAST = 3 };
	size_t end = i;
	while (end < b->lines->count && is_fragment(b, builder_line(b, end)))
		end++;
	if (end - i < LEAST)
		return 0;
	struct text_node *node = place_below(b, TEXT_FIGURE, builder_line(b, i)->number);
	for (size_t k = i; node && k < end; k++) {
		build_text(b, node, builder_line(b, k)->text, builder_line(b, k)->number);
		builder_line(b, k)->fate = LINE_UNPLACED;
	}
	if (node)
		build_fault(b, FAULT_UNPLACED, node->first_line, node->last_line, node,
		            "図や表の断片らしい行が%zu行あります。置き場所を確かめてください。", end - i);
	b->open = NULL;
	return end - i;
}

/* The title of a chapter on a page of its own before the chapter. */
static bool take_cover(struct builder *b, size_t i)
{
	struct line *line = builder_line(b, i), *next = builder_line(b, i + 1);
	struct text_number n;
	size_t rest;
	if (!next || !number_read(next->text, &n, &rest) || level_rank(n.level) < level_rank(TEXT_PART) ||
	    level_rank(n.level) > level_rank(TEXT_SUBSECTION))
		return false;
	if (!slice_equal(line->text, slice_part(next->text, rest, next->text.len)))
		return false;
	line->fate = LINE_HEAD;
	b->open = NULL;
	return true;
}

/* ---- text ---------------------------------------------------------------------------- */

/* A full line that ends in 。 goes on in an unindented next one. */
static bool goes_on(struct builder *b, const struct line *before, const struct line *line)
{
	if (!b->open || !before)
		return false;
	if (line_open(b->lines, before))
		return true;
	bool full = b->lines->wrap && before->width + 1 >= b->lines->wrap &&
	            before->width <= b->lines->wrap + 2 && text_ended(before->text);
	return full && line->indent == 0 && line->blanks <= (b->lines->doubled ? 1u : 0u) && !line->page;
}

static void take_text(struct builder *b, struct line *line, bool open)
{
	if (open) {
		build_text(b, b->open, line->text, line->number);
		return;
	}
	if (!b->numbered && !text_ended(line->text) && line->width < 80) {
		line->fate = LINE_FRONT;
		b->open = NULL;
		return;
	}
	if (text_is_omission(line->text) && b->depth > 0) {
		innermost(b)->omitted = true;
		innermost(b)->last_line = line->number;
		return;
	}
	struct text_node *node = place_below(b, TEXT_PARAGRAPH, line->number);
	if (node)
		build_text(b, node, line->text, line->number);
	b->open = node;
}

/* returns how many lines were taken */
static size_t take_line(struct builder *b, size_t i, const struct line *before)
{
	struct line *line = builder_line(b, i);
	bool open = goes_on(b, before, line), sure = !before || !line_open(b->lines, before);
	size_t used = 1;
	if (b->table && posts_take(b, i, &used))
		return used;
	if ((sure || line->width < 12) && take_opener(b, line))
		return 1;
	if (sure && take_caption(b, i))
		return 1;
	if (take_mark(b, line, sure) || take_number(b, i, sure) || take_tabbed(b, line))
		return 1;
	if (sure && b->numbered && posts_start(b, i, &used))
		return used;
	if (take_heading(b, line, sure) || take_cover(b, i))
		return 1;
	if (!open && b->numbered && (used = take_fragments(b, i)))
		return used;
	take_text(b, line, open);
	return 1;
}

struct result build_tree(struct lines *lines, struct arena *arena, struct text_tree **out,
                         struct why *why)
{
	struct builder b = {.arena = arena, .lines = lines, .tree = text_tree_new(arena, "")};
	const struct line *before = NULL;
	if (!b.tree)
		return fail(why, E_MEMORY, "", "no memory for the tree");
	b.path[0] = b.tree->root;
	b.next_finding = &b.tree->findings;
	for (size_t i = 0; i < lines->count && b.failed == OK;) {
		if (lines->line[i].fate != LINE_PLACED) {
			i++;
			continue;
		}
		i += take_line(&b, i, before);
		before = builder_line(&b, i - 1);
	}
	if (b.failed == E_LIMIT)
		return fail(why, E_LIMIT, "", "条文が多すぎます（%d件まで）。", IMPORT_NODES);
	if (b.failed != OK)
		return fail(why, E_MEMORY, "", "no memory for the tree");
	*out = b.tree;
	return ok();
}
