/* The table as a workbook, for offices that go on editing it.  libxlsxwriter
 * writes to a file; it is given one without a name. */
#include "policy/compare/internal.h"

#include "base/file.h"

#include <stdio.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { CELL_MOST = 32000, SHEET_MOST = 64 << 20 };

struct sheet {
	lxw_worksheet *at;
	lxw_format *cell, *marked, *head, *title;
	bool failed;
};

/* characters as a spreadsheet counts them: UTF-16 units, at most so many */
static size_t cut_cell(struct slice text, size_t room)
{
	size_t units = 0, i = 0;
	while (i < text.len) {
		size_t step = text.at[i] < 0x80 ? 1 : text.at[i] < 0xe0 ? 2 : text.at[i] < 0xf0 ? 3 : 4;
		units += step == 4 ? 2 : 1;
		if (units > room || step > text.len - i)
			break;
		i += step;
	}
	return i;
}

static size_t part_count(const struct table_line *lines)
{
	size_t n = 0;
	for (const struct table_line *l = lines; l; l = l->next)
		n += l->span_count + 1;
	return n;
}

/* All spans of a cell, as the parts of a rich string. */
static size_t fill_parts(struct sheet *s, const struct table_line *lines, struct arena *arena,
                         lxw_rich_string_tuple *parts)
{
	size_t n = 0, room = CELL_MOST;
	for (const struct table_line *l = lines; l && room; l = l->next)
		for (size_t i = 0; i < l->span_count && room; i++) {
			struct slice text = l->spans[i].text;
			size_t len = cut_cell(text, room);
			const char *indent = i == 0 ? "　　　　　　　　" : "";
			size_t blanks = i == 0 ? (l->depth < 8 ? l->depth : 8) * strlen("　") : 0;
			char *part = arena_printf(arena, "%.*s%.*s", (int)blanks, indent, (int)len, (const char *)text.at);
			if (!part) {
				s->failed = true;
				return 0;
			}
			room -= len < room ? len : room;
			if (part[0])
				parts[n++] = (lxw_rich_string_tuple){l->spans[i].changed ? s->marked : NULL, part};
		}
	return n;
}

static void put_cell(struct sheet *s, lxw_row_t row, lxw_col_t column, const struct table_line *lines)
{
	struct arena *arena = arena_new(16 << 20);
	size_t most = part_count(lines);
	lxw_rich_string_tuple *parts = arena ? ARENA_ARRAY(arena, most + 1, lxw_rich_string_tuple) : NULL;
	lxw_rich_string_tuple **list = arena ? ARENA_ARRAY(arena, most + 2, lxw_rich_string_tuple *) : NULL;
	s->failed |= !parts || !list;
	size_t n = s->failed ? 0 : fill_parts(s, lines, arena, parts);
	for (size_t i = 0; i < n; i++)
		list[i] = &parts[i];
	lxw_error done = LXW_NO_ERROR;
	if (s->failed || n == 0)
		done = worksheet_write_blank(s->at, row, column, s->cell);
	else if (n == 1 && !parts[0].format)
		done = worksheet_write_string(s->at, row, column, parts[0].string, s->cell);
	else if (n == 1) {
		/* a rich string has at least two parts */
		parts[1] = (lxw_rich_string_tuple){NULL, arena_string(arena, SLICE(" "))};
		list[1] = &parts[1];
		list[2] = NULL;
		done = worksheet_write_rich_string(s->at, row, column, list, s->cell);
	} else
		done = worksheet_write_rich_string(s->at, row, column, list, s->cell);
	s->failed |= done != LXW_NO_ERROR;
	arena_free(arena);
}

static void put_head(struct sheet *s, const struct compare_table *table)
{
	const struct compare_style *style = table->style;
	lxw_col_t last = style->remarks ? 2 : 1;
	worksheet_merge_range(s->at, 0, 0, 0, last, table->title, s->title);
	worksheet_write_string(s->at, 1, 0, style->fresh_left ? style->fresh : style->old, s->head);
	worksheet_write_string(s->at, 1, 1, style->fresh_left ? style->old : style->fresh, s->head);
	if (style->remarks)
		worksheet_write_string(s->at, 1, 2, "備考", s->head);
	worksheet_set_column(s->at, 0, 1, 62, NULL);
	worksheet_set_column(s->at, 2, 2, 18, NULL);
	worksheet_freeze_panes(s->at, 2, 0);
	worksheet_repeat_rows(s->at, 1, 1);
	worksheet_set_landscape(s->at);
	worksheet_set_paper(s->at, 9); /* A4 */
	worksheet_fit_to_pages(s->at, 1, 0);
	worksheet_set_footer(s->at, "&C&P / &N");
}

/* Rows of rich text do not find their height by themselves. */
static double height_of(const struct table_row *row)
{
	enum { WIDE = 60 };
	size_t most = 1;
	const struct table_line *const cells[] = {row->fresh, row->old};
	for (size_t c = 0; c < 2; c++) {
		size_t lines = 0;
		for (const struct table_line *l = cells[c]; l; l = l->next) {
			size_t columns = (size_t)l->depth * 2;
			for (size_t i = 0; i < l->span_count; i++)
				columns += l->spans[i].text.len * 2 / 3;
			lines += columns / WIDE + 1;
		}
		most = lines > most ? lines : most;
	}
	return most > 26 ? 400 : (double)most * 15 + 4;
}

static void put_rows(struct sheet *s, const struct compare_table *table)
{
	lxw_row_t at = 2;
	for (const struct table_row *r = table->rows; r && !s->failed && at < LXW_ROW_MAX; r = r->next, at++) {
		bool left = table->style->fresh_left;
		worksheet_set_row(s->at, at, height_of(r), NULL);
		put_cell(s, at, 0, left ? r->fresh : r->old);
		put_cell(s, at, 1, left ? r->old : r->fresh);
		if (table->style->remarks)
			worksheet_write_string(s->at, at, 2, r->remark, s->cell);
	}
}

static void make_formats(struct sheet *s, lxw_workbook *book)
{
	s->cell = workbook_add_format(book);
	format_set_text_wrap(s->cell);
	format_set_align(s->cell, LXW_ALIGN_VERTICAL_TOP);
	format_set_border(s->cell, LXW_BORDER_THIN);
	s->marked = workbook_add_format(book);
	format_set_underline(s->marked, LXW_UNDERLINE_SINGLE);
	s->head = workbook_add_format(book);
	format_set_align(s->head, LXW_ALIGN_CENTER);
	format_set_border(s->head, LXW_BORDER_THIN);
	s->title = workbook_add_format(book);
	format_set_align(s->title, LXW_ALIGN_CENTER);
	format_set_bold(s->title);
}

static struct result read_back(const char *path, struct buffer *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SHEET_MOST);
	struct slice bytes;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory for the workbook");
	TRY(file_read(path, SHEET_MOST, arena, &bytes, why));
	buffer_put_slice(out, bytes);
	return buffer_ok(out) ? ok() : fail(why, E_LIMIT, "", "表が大きすぎます。");
}

struct result compare_xlsx(const struct compare_table *table, const char *below, struct buffer *out,
                           struct why *why)
{
	char folder[400], path[sizeof folder + 8];
	int len = snprintf(folder, sizeof folder, "%s/sekisho-sheet-XXXXXX", below);
	if (len < 0 || (size_t)len >= sizeof folder || !mkdtemp(folder))
		return fail(why, E_SYSTEM, below, "作業用のフォルダーを作れません。");
	snprintf(path, sizeof path, "%s/a.xlsx", folder);
	lxw_workbook_options options = {.constant_memory = LXW_FALSE, .tmpdir = folder};
	lxw_workbook *book = workbook_new_opt(path, &options);
	struct sheet s = {.at = book ? workbook_add_worksheet(book, "新旧対照表") : NULL};
	struct result done = fail(NULL, E_SYSTEM, "", "xlsx");
	if (s.at) {
		make_formats(&s, book);
		put_head(&s, table);
		put_rows(&s, table);
	}
	bool closed = book && workbook_close(book) == LXW_NO_ERROR;
	if (s.at && closed && !s.failed)
		done = read_back(path, out, why);
	else
		done = fail(why, E_SYSTEM, "xlsx", "Excelの表を書き出せませんでした。");
	unlink(path);
	rmdir(folder);
	return done;
}
