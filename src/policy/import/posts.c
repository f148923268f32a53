/* A table of posts as text: a head (役職名 対象者 役割), then rows whose first
 * cell is a post, wrapped over short lines, and whose duties are numbered
 * anew in each row.  Those numbers must not be taken for the text's own. */
#include "policy/import/internal.h"

static const char *const head_words[] = {"役職", "職名", "役割", "構成員", "対象者", "権限", "組織名", "担当者名",
                                         "設置者", "充て職", "区分", "職責"};
static const char *const post_ends[] = {"者", "員", "長", "官", "課", "係", "会", "部", "室", "局", "監",
                                        "窓口", "チーム", "本部", "CSIRT", "CISO", "等", "役", "職"};

static size_t count_cells(struct slice text)
{
	struct glyphs g;
	size_t cells = 0;
	glyphs_read(text, &g);
	for (size_t i = 0; i < g.count; i++)
		cells += !is_blank(g.code[i]) && (i == 0 || is_blank(g.code[i - 1]));
	return cells;
}

static bool is_table_head(const struct line *line)
{
	size_t cells = count_cells(line->text), words = 0;
	if (cells < 2 || cells > 5 || line->width > 70 || text_ended(line->text))
		return false;
	if (slice_find(line->text, SLICE("、")) != SIZE_MAX || slice_find(line->text, SLICE("。")) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < sizeof head_words / sizeof *head_words; i++)
		words += slice_find(line->text, slice_str(head_words[i])) != SIZE_MAX;
	return words >= 2;
}

bool posts_start(struct builder *b, size_t i, size_t *used)
{
	const struct line *line = builder_line(b, i);
	if (!is_table_head(line))
		return false;
	b->table = build_node(b, b->path[b->depth], TEXT_TABLE, line->number);
	if (b->table)
		build_text(b, b->table, line->text, line->number);
	b->row = NULL;
	b->open = NULL;
	*used = 1;
	return true;
}

/* ---- where it ends ------------------------------------------------------------ */

static bool ends_table(struct builder *b, const struct line *line)
{
	struct text_number n;
	size_t rest;
	if (slice_starts(line->text, SLICE("附則")) || slice_starts(line->text, SLICE("別表")) ||
	    slice_starts(line->text, SLICE("別紙")))
		return true;
	if (!number_read(line->text, &n, &rest))
		return false;
	for (size_t d = b->depth; d > 0; d--) {
		const struct text_node *p = b->path[d];
		if (p->level != n.level || !number_follows(&p->number, &n))
			continue;
		/* １ inside a cell looks like １ outside: only a short heading ends it */
		return n.level != TEXT_PLAIN ||
		       (line->blanks > 0 && !text_ended(line->text) && line->width < 40 && !b->row);
	}
	return level_rank(n.level) > 0 && !n.tight;
}

/* ---- rows ------------------------------------------------------------------------ */

static bool is_post(struct slice text)
{
	for (size_t i = 0; i < sizeof post_ends / sizeof *post_ends; i++)
		if (slice_ends(text, slice_str(post_ends[i])))
			return true;
	return false;
}

static bool cell_ended(struct builder *b)
{
	const struct growing *g = b->row && b->row->last ? b->row->last->more : b->row ? b->row->more : NULL;
	return !g || !g->last || text_ended(g->last->text);
}

/* Lines i.. that together are a post's name: short, no sentence; 0: none. */
static size_t name_lines(struct builder *b, size_t i, struct slice *last)
{
	struct text_number n;
	size_t rest, taken = 0;
	for (size_t k = 0; k < 4; k++) {
		const struct line *line = builder_line(b, i + k);
		if (!line || line->fate != LINE_PLACED || line->width > 20 || text_ended(line->text) ||
		    count_cells(line->text) > 1 || number_read(line->text, &n, &rest))
			break;
		if (slice_find(line->text, SLICE("、")) != SIZE_MAX)
			break;
		*last = line->text;
		if (is_post(line->text))
			taken = k + 1;
	}
	const struct line *next = builder_line(b, i + taken);
	return taken && next && next->width > 8 ? taken : 0;
}

static void start_row(struct builder *b, size_t i, size_t lines)
{
	b->row = build_node(b, b->table, TEXT_ROW, builder_line(b, i)->number);
	for (size_t k = 0; b->row && k < lines; k++)
		build_title(b, b->row, builder_line(b, i + k)->text, builder_line(b, i + k)->number);
	b->open = NULL;
}

static void add_paragraph(struct builder *b, struct slice text, uint32_t line)
{
	struct text_node *node = build_node(b, b->row, TEXT_PARAGRAPH, line);
	if (node)
		build_text(b, node, text, line);
	b->open = node;
}

static bool add_item(struct builder *b, struct slice text, uint32_t line)
{
	struct text_number n, last = {0};
	size_t rest;
	if (!number_read(text, &n, &rest) || (n.level != TEXT_PLAIN && n.level != TEXT_DOT &&
	                                       n.level != TEXT_PAREN && n.level != TEXT_CIRCLE))
		return false;
	for (struct text_node *c = b->row->last; c; c = c->previous)
		if (c->level == n.level) {
			last = c->number;
			break;
		}
	if (last.parts ? !number_follows(&last, &n) : !number_first(&n))
		return false;
	struct text_node *node = build_node(b, b->row, n.level, line);
	if (node) {
		node->number = n;
		build_text(b, node, slice_part(text, rest, text.len), line);
	}
	b->open = node;
	return true;
}

/* 庁内情報化所管部長 1 最高情報…: a cell, then the first duty */
static void add_cells(struct builder *b, const struct line *line)
{
	struct glyphs g;
	glyphs_read(line->text, &g);
	for (size_t i = 1; i < g.count; i++) {
		if (!is_blank(g.code[i - 1]) || is_blank(g.code[i]))
			continue;
		struct slice rest = slice_part(line->text, g.offset[i], line->text.len);
		struct text_number n;
		size_t at;
		if (!number_read(rest, &n, &at) || !number_first(&n) || n.level != TEXT_PLAIN)
			continue;
		add_paragraph(b, slice_part(line->text, 0, g.offset[i - 1]), line->number);
		add_item(b, rest, line->number);
		return;
	}
	add_paragraph(b, line->text, line->number);
}

bool posts_take(struct builder *b, size_t i, size_t *used)
{
	const struct line *line = builder_line(b, i);
	struct slice last = {0};
	*used = 1;
	if (ends_table(b, line)) {
		b->table = b->row = NULL;
		b->open = NULL;
		return false;
	}
	if (is_table_head(line)) {
		builder_line(b, i)->fate = LINE_HEAD;
		return true;
	}
	size_t name = cell_ended(b) ? name_lines(b, i, &last) : 0;
	if (name) {
		start_row(b, i, name);
		*used = name;
		return true;
	}
	if (!b->row)
		start_row(b, i, 0);
	if (!b->row || add_item(b, line->text, line->number))
		return true;
	if (b->open)
		build_text(b, b->open, line->text, line->number);
	else
		add_cells(b, line);
	return true;
}
