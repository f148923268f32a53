/* Ruled tables whose rows go on overleaf, and the boxes of 決裁欄. */
#include "paper/internal.h"

static const double pad = 4;

static void draw_box(struct paper *p, double left, double right, double top, double bottom, bool tinted)
{
	if (tinted) {
		cairo_set_source_rgb(p->cr, 0.93, 0.93, 0.93);
		cairo_rectangle(p->cr, left, top, right - left, bottom - top);
		cairo_fill(p->cr);
		cairo_set_source_rgb(p->cr, 0, 0, 0);
	}
	cairo_rectangle(p->cr, left, top, right - left, bottom - top);
	cairo_set_line_width(p->cr, 0.5);
	cairo_stroke(p->cr);
}

/* lines that fit between two heights; returns where the last ends */
static double draw_lines(struct paper *p, struct run *run, double left, double right, double bottom, enum paper_align align)
{
	double y = p->y + pad;
	while (run->done < run->count && y + p->leading + pad <= bottom + 0.01) {
		run_draw_line(p, run, left + pad, right - pad, y + p->leading * 0.75, align);
		y += p->leading;
	}
	return y + pad;
}

/* How high the part of the row is that fits before `bottom`. */
static double height_of(const struct paper *p, const struct run *runs, double bottom)
{
	double most = p->leading;
	double room = bottom - p->y - 2 * pad;
	for (size_t c = 0; c < p->column_count; c++) {
		double high = (double)run_lines(&runs[c], p->edge[c + 1] - p->edge[c] - 2 * pad) * p->leading;
		double fits = (double)(long)(room / p->leading + 0.001) * p->leading;
		high = high > fits ? fits : high;
		most = high > most ? high : most;
	}
	return most + 2 * pad;
}

/* As much of the row as fits on this page; false: it goes on overleaf. */
static bool draw_part(struct paper *p, struct run *runs, bool head)
{
	bool over = true;
	double high = height_of(p, runs, p->bottom);
	for (size_t c = 0; c < p->column_count; c++) {
		draw_box(p, p->edge[c], p->edge[c + 1], p->y, p->y + high, head || p->columns[c].tinted);
		draw_lines(p, &runs[c], p->edge[c], p->edge[c + 1], p->y + high, head ? PAPER_CENTRE : p->columns[c].align);
		over &= runs[c].done == runs[c].count;
	}
	p->y += high;
	return over;
}

void table_heads(struct paper *p)
{
	struct run runs[PAPER_COLUMNS];
	bool any = false;
	for (size_t c = 0; c < p->column_count; c++)
		any |= p->columns[c].head && *p->columns[c].head;
	if (!any || p->failed)
		return;
	for (size_t c = 0; c < p->column_count; c++)
		runs[c] = run_text(p, p->columns[c].head ? p->columns[c].head : "");
	if (!p->failed)
		draw_part(p, runs, true);
}

void paper_table(struct paper *paper, const struct paper_column *columns, size_t count)
{
	struct paper *p = paper;
	double sum = 0, x = p->left;
	p->column_count = count < PAPER_COLUMNS ? count : PAPER_COLUMNS;
	for (size_t c = 0; c < p->column_count; c++) {
		p->columns[c] = columns[c];
		sum += columns[c].share;
	}
	for (size_t c = 0; c < p->column_count; c++) {
		p->edge[c] = x;
		x += (p->right - p->left) * columns[c].share / sum;
	}
	p->edge[p->column_count] = p->right;
	p->table_open = false;
	paper_need(p, 98); /* heads do not stand alone: a row of four lines fits below */
	p->table_open = true;
	arena_reset(p->arena);
	table_heads(p);
}

/* A row that would fit on a third of a page is not cut by its end. */
static void keep_whole(struct paper *p, const struct run *runs)
{
	double high = height_of(p, runs, p->y + p->bottom - p->top);
	if (high <= (p->bottom - p->top) / 3)
		paper_need(p, high);
}

void paper_row(struct paper *paper, const struct paper_cell *cells)
{
	struct paper *p = paper;
	struct run runs[PAPER_COLUMNS];
	if (p->failed)
		return;
	arena_reset(p->arena);
	for (size_t c = 0; c < p->column_count; c++)
		runs[c] = run_of(p, &cells[c]);
	if (!p->failed)
		keep_whole(p, runs);
	for (bool over = false; !over && !p->failed;) {
		if (p->bottom - p->y < p->leading + 2 * pad)
			paper_new_page(p);
		if (p->failed)
			return;
		over = draw_part(p, runs, false);
		if (!over)
			paper_new_page(p);
	}
}

void paper_row_of(struct paper *paper, const char *const *cells)
{
	struct paper_part parts[PAPER_COLUMNS];
	struct paper_cell all[PAPER_COLUMNS];
	for (size_t c = 0; c < paper->column_count; c++) {
		parts[c] = (struct paper_part){.text = slice_str(cells[c])};
		all[c] = (struct paper_cell){&parts[c], cells[c] ? 1 : 0};
	}
	paper_row(paper, all);
}

void paper_pairs(struct paper *paper)
{
	static const struct paper_column columns[] = {{"", 24, PAPER_LEFT, true}, {"", 76, PAPER_LEFT, false}};
	paper_table(paper, columns, 2);
}

void paper_pair(struct paper *paper, const char *label, const char *value)
{
	const char *const cells[] = {label, value};
	paper_row_of(paper, cells);
}

/* ---- 決裁欄 ------------------------------------------------------------------------- */

enum { ABREAST = 5, SEAL_LINES = 4 };

/* One line of boxes: the posts on a tinted ground, below them word, person and day. */
static void draw_seals(struct paper *p, const struct paper_seal *seals, size_t count)
{
	double each = (p->right - p->left) / ABREAST, post_high = p->leading, below = SEAL_LINES * p->leading + 2 * pad;
	struct run posts[ABREAST];
	arena_reset(p->arena);
	for (size_t i = 0; i < count; i++) {
		posts[i] = run_text(p, seals[i].post);
		double high = (double)run_lines(&posts[i], each - 2 * pad) * p->leading;
		post_high = high > post_high ? high : post_high;
	}
	post_high += 2 * pad;
	paper_need(p, post_high + below);
	for (size_t i = 0; i < count && !p->failed; i++) {
		const double left = p->left + each * (double)i, right = left + each, top = p->y;
		const char *const lines[SEAL_LINES] = {seals[i].says, seals[i].mark, seals[i].who, seals[i].when};
		draw_box(p, left, right, top, top + post_high, true);
		draw_lines(p, &posts[i], left, right, top + post_high, PAPER_CENTRE);
		draw_box(p, left, right, top + post_high, top + post_high + below, false);
		p->y = top + post_high;
		for (size_t k = 0; k < SEAL_LINES; k++) {
			struct run run = run_text(p, lines[k]);
			if (!lines[k] || !*lines[k] || !run.count)
				continue;
			p->y = draw_lines(p, &run, left, right, top + post_high + below, PAPER_CENTRE) - 2 * pad;
		}
		p->y = top;
	}
	p->y += post_high + below;
}

void paper_seals(struct paper *paper, const struct paper_seal *seals, size_t count)
{
	paper->table_open = false;
	paper_set_size(paper, 8.5, 12);
	for (size_t from = 0; from < count && !paper->failed; from += ABREAST) {
		draw_seals(paper, seals + from, count - from < ABREAST ? count - from : ABREAST);
		paper->y += 4;
	}
	paper_set_size(paper, 9.5, 15);
}
