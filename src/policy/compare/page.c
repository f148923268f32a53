/* The table on paper: A4 across, two columns and remarks. */
#include "policy/compare/compare.h"

enum { ROW_ROOM = 64 << 20, DEEPEST = 5 };

/* The lines of a cell as parts: indented, one below the other. */
static struct result cell_of(const struct table_line *lines, struct arena *arena, struct paper_cell *out, struct why *why)
{
	size_t most = 0, n = 0;
	for (const struct table_line *l = lines; l; l = l->next)
		most += l->span_count + DEEPEST + 1;
	struct paper_part *parts = ARENA_ARRAY(arena, most + 1, struct paper_part);
	if (!parts)
		return fail(why, E_MEMORY, "pdf", "no memory for a row");
	for (const struct table_line *l = lines; l; l = l->next) {
		for (unsigned d = 0; d < l->depth && d < DEEPEST; d++)
			parts[n++] = (struct paper_part){SLICE("　"), false};
		for (size_t i = 0; i < l->span_count; i++)
			parts[n++] = (struct paper_part){l->spans[i].text, l->spans[i].changed};
		if (l->next)
			parts[n++] = (struct paper_part){SLICE("\n"), false};
	}
	*out = (struct paper_cell){parts, n};
	return ok();
}

static struct result put_row(struct paper *paper, const struct compare_style *style, const struct table_row *row,
                             struct arena *arena, struct why *why)
{
	struct paper_cell cells[3];
	const struct paper_part remark = {slice_str(row->remark), false};
	TRY(cell_of(style->fresh_left ? row->fresh : row->old, arena, &cells[0], why));
	TRY(cell_of(style->fresh_left ? row->old : row->fresh, arena, &cells[1], why));
	cells[2] = (struct paper_cell){&remark, row->remark ? 1 : 0};
	paper_row(paper, cells);
	arena_reset(arena);
	return ok();
}

struct result compare_pdf(const struct compare_table *table, const struct paper_font *font, struct buffer *out,
                          struct why *why)
{
	AUTO(paper_drop) struct paper *paper = NULL;
	AUTO(arena_drop) struct arena *arena = arena_new(ROW_ROOM);
	const struct compare_style *s = table->style;
	const struct paper_options options = {.title = table->title, .foot = "", .head = "", .across = true};
	const struct paper_column columns[] = {{s->fresh_left ? s->fresh : s->old, 43, PAPER_LEFT, false},
		{s->fresh_left ? s->old : s->fresh, 43, PAPER_LEFT, false}, {"備考", 12, PAPER_LEFT, false}};
	if (!arena)
		return fail(why, E_MEMORY, "pdf", "no memory for the page");
	TRY(paper_begin(font, &options, out, &paper, why));
	paper_title(paper, table->title);
	paper_table(paper, columns, s->remarks ? 3 : 2);
	for (const struct table_row *r = table->rows; r; r = r->next)
		TRY(put_row(paper, s, r, arena, why));
	return paper_end(paper, false, why);
}
