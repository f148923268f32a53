/* CSV: cells in quotes where they must be, and back. */
#include "sheet/internal.h"

#include "base/text.h"

/* ---- what a spreadsheet takes for a formula */

static bool is_trigger(int32_t code)
{
	switch (code) {
	case '=': case '+': case '-': case '@': case '\t': case '\r': case '\n':
	case 0xff1d: case 0xff0b: case 0xff0d: case 0xff20: case 0x2212: /* ＝ ＋ － ＠ − */
		return true;
	default:
		return false;
	}
}

/* apostrophes, then a trigger */
bool sheet_guarded(struct slice text)
{
	size_t pos = 0;
	while (pos < text.len && text.at[pos] == '\'')
		pos++;
	return is_trigger(utf8_next(text, &pos));
}

struct slice sheet_unguard(struct slice text)
{
	return text.len && text.at[0] == '\'' && sheet_guarded(text) ? slice_part(text, 1, text.len) : text;
}

/* ---- writing */

static bool must_quote(struct slice text, uint8_t separator)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '"' || text.at[i] == separator || text.at[i] == '\n' || text.at[i] == '\r')
			return true;
	return text.len && (text.at[0] == ' ' || text.at[text.len - 1] == ' ');
}

void csv_put(struct slice text, uint8_t separator, struct buffer *out)
{
	bool quoted = must_quote(text, separator);
	if (!quoted) {
		buffer_put_slice(out, text);
		return;
	}
	buffer_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			buffer_put_u8(out, '"');
		buffer_put_u8(out, text.at[i]);
	}
	buffer_put_u8(out, '"');
}

/* ---- reading */

struct csv csv_of(struct slice in, uint8_t separator)
{
	return (struct csv){.c = cursor_of(in, NULL), .separator = separator, .next_line = 1};
}

static bool at_row_end(const struct csv *csv)
{
	int next = cursor_peek_u8(&csv->c);
	return next == -1 || next == '\n' || next == '\r';
}

static bool fault(struct csv *csv, const char *sentence)
{
	csv->fault = csv->fault ? csv->fault : sentence;
	return false;
}

static bool take_quoted(struct csv *csv, struct buffer *cell)
{
	for (;;) {
		int next = cursor_peek_u8(&csv->c);
		if (next == -1)
			return fault(csv, "引用符（\"）が閉じられていません。");
		cursor_skip(&csv->c, 1);
		if (next == '"') {
			if (cursor_peek_u8(&csv->c) != '"')
				break;
			cursor_skip(&csv->c, 1);
		}
		csv->next_line += next == '\n';
		buffer_put_u8(cell, (uint8_t)next);
	}
	if (!at_row_end(csv) && cursor_peek_u8(&csv->c) != csv->separator)
		return fault(csv, "閉じた引用符（\"）のあとに文字があります。");
	return true;
}

static bool take_plain(struct csv *csv, struct buffer *cell)
{
	while (!at_row_end(csv) && cursor_peek_u8(&csv->c) != csv->separator) {
		uint8_t byte = cursor_take_u8(&csv->c);
		if (byte == '"')
			return fault(csv, "引用符（\"）が、セルの途中にあります。");
		buffer_put_u8(cell, byte);
	}
	return true;
}

static bool take_cell(struct csv *csv, struct buffer *cell)
{
	buffer_clear(cell);
	if (cursor_peek_u8(&csv->c) != '"')
		return take_plain(csv, cell);
	cursor_skip(&csv->c, 1);
	return take_quoted(csv, cell);
}

static void end_line(struct csv *csv)
{
	if (cursor_peek_u8(&csv->c) == '\r')
		cursor_skip(&csv->c, 1);
	if (cursor_peek_u8(&csv->c) == '\n')
		cursor_skip(&csv->c, 1);
	csv->next_line++;
}

static bool take_cells(struct csv *csv, struct arena *arena, struct slice *at, size_t *count,
                       struct buffer *cell)
{
	for (*count = 0;;) {
		if (*count == SHEET_COLUMNS)
			return fault(csv, "列が多すぎます。200列までにしてください。");
		if (!take_cell(csv, cell))
			return false;
		struct slice kept = arena_copy(arena, buffer_slice(cell));
		if (!buffer_ok(cell) || !kept.at)
			return fault(csv, "セルの文字が長すぎます。");
		at[(*count)++] = kept;
		if (at_row_end(csv))
			return true;
		cursor_skip(&csv->c, 1);
	}
}

bool csv_row(struct csv *csv, struct arena *arena, struct slice **cells, size_t *count)
{
	struct slice *at;
	AUTO(buffer_done) struct buffer cell = {0};
	if (csv->fault || cursor_peek_u8(&csv->c) == -1)
		return false;
	csv->line = csv->next_line;
	buffer_init(&cell, SHEET_CELL);
	at = ARENA_ARRAY(arena, SHEET_COLUMNS, struct slice);
	if (!at)
		return fault(csv, "読むための記憶域が足りません。");
	if (!take_cells(csv, arena, at, count, &cell))
		return false;
	end_line(csv);
	*cells = at;
	return true;
}
