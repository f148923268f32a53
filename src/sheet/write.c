/* Tables into a sink. */
#include "sheet/internal.h"

#include "base/text.h"

#include <stdlib.h>

bool sheet_format_of(const char *word, enum sheet_format *out)
{
	static const char *const words[] = {"csv", "cp932", "xlsx"};
	for (int i = 0; i < 3; i++)
		if (strcmp(words[i], word) == 0) {
			*out = (enum sheet_format)i;
			return true;
		}
	return false;
}

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "sheet", "表を書く記憶域が足りません。");
}

/* ---- CP932 */

static void lose(struct sheet_writer *w, size_t column, struct slice character, bool merged)
{
	w->loss_total += !merged;
	if (w->loss_count == SHEET_LOSSES)
		return;
	struct sheet_loss *loss = &w->losses[w->loss_count++];
	*loss = (struct sheet_loss){.row = w->rows, .column = column, .merged = merged};
	memcpy(loss->character, character.at, character.len < 7 ? character.len : 7);
}

/* Character by character, so that each that is not there is told. */
static bool cp932_cell(struct sheet_writer *w, size_t column, struct slice text, struct buffer *out)
{
	bool whole = true;
	for (size_t from = 0, pos = 0; utf8_next(text, &pos) >= 0; from = pos) {
		struct slice one = slice_part(text, from, pos - from);
		AUTO(buffer_done) struct buffer back = {0};
		size_t before = out->len;
		buffer_init(&back, 16);
		if (cp932_from_utf8(one, out, NULL).code != OK) {
			lose(w, column, one, false);
			whole = false;
			continue;
		}
		if (one.len > 1 && cp932_to_utf8(slice_part(buffer_slice(out), before, out->len), &back, NULL).code == OK &&
		    !slice_equal(buffer_slice(&back), one))
			lose(w, column, one, true);
	}
	return whole;
}

/* ---- CSV */

static void put_csv(struct sheet_writer *w, size_t column, struct slice text)
{
	AUTO(buffer_done) struct buffer guarded = {0}, bytes = {0};
	buffer_init(&guarded, text.len + 2);
	buffer_init(&bytes, 2 * text.len + 16);
	if (sheet_guarded(text))
		buffer_put_u8(&guarded, '\'');
	buffer_put_slice(&guarded, text);
	struct slice cell = buffer_slice(&guarded);
	if (w->format == SHEET_CP932) {
		if (!cp932_cell(w, column, cell, &bytes))
			buffer_clear(&bytes);
		cell = buffer_slice(&bytes);
	}
	/* a second byte of CP932 is never a quote, a comma or a line end */
	csv_put(cell, ',', &w->line);
	w->line.failed |= guarded.failed || bytes.failed;
}

static struct result flush(struct sheet_writer *w, struct why *why)
{
	if (!buffer_ok(&w->line))
		return fail(why, E_LIMIT, "sheet", "セルの文字が長すぎます。");
	TRY(w->sink->put(w->sink->context, buffer_slice(&w->line), why));
	buffer_clear(&w->line);
	return ok();
}

static struct result csv_begin(struct sheet_writer *w, const struct sheet_column *columns, size_t count,
                               struct why *why)
{
	if (w->format == SHEET_CSV)
		buffer_put_str(&w->line, "\xef\xbb\xbf");
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_put_u8(&w->line, ',');
		put_csv(w, i, slice_str(columns[i].label));
	}
	buffer_put_str(&w->line, "\r\n");
	return flush(w, why);
}

/* ---- all */

static struct result writer_new(enum sheet_format format, const struct sheet_of_book *sheets, size_t count,
                                const struct sheet_sink *sink, struct sheet_writer **out, struct why *why)
{
	AUTO(sheet_drop) struct sheet_writer *w = calloc(1, sizeof *w);
	if (!w || !(w->losses = calloc(SHEET_LOSSES, sizeof *w->losses)))
		return no_memory(why);
	for (size_t i = 0; i < count; i++)
		if (!sheets[i].count || sheets[i].count > SHEET_COLUMNS)
			return fail(why, E_LIMIT, "sheet", "列は%d個までです。", SHEET_COLUMNS);
	w->format = format;
	w->sink = sink;
	w->sheets = sheets;
	w->sheet_count = count;
	w->columns = sheets[0].count;
	buffer_init(&w->line, 8 << 20);
	TRY(format == SHEET_XLSX ? xlsx_begin(w, why) : csv_begin(w, sheets[0].columns, sheets[0].count, why));
	*out = w;
	w = NULL;
	return ok();
}

struct result sheet_begin(enum sheet_format format, const char *title, const struct sheet_column *columns,
                          size_t count, const struct sheet_sink *sink, struct sheet_writer **out,
                          struct why *why)
{
	const struct sheet_of_book only = {title, columns, count};
	TRY(writer_new(format, &only, 1, sink, out, why));
	(*out)->sheets = NULL;
	return ok();
}

struct result sheet_begin_book(const struct sheet_of_book *sheets, size_t count, const struct sheet_sink *sink,
                               struct sheet_writer **out, struct why *why)
{
	if (!count || count > SHEET_BOOK)
		return fail(why, E_LIMIT, "sheet", "シートは1枚から%d枚までです。", SHEET_BOOK);
	return writer_new(SHEET_XLSX, sheets, count, sink, out, why);
}

struct result sheet_next(struct sheet_writer *w, struct why *why)
{
	return w->sheet + 1 < w->sheet_count ? xlsx_next(w, why) : fail(why, E_LIMIT, "sheet", "シートは%zu枚です。", w->sheet_count);
}

struct result sheet_row(struct sheet_writer *w, const struct sheet_cell *cells, struct why *why)
{
	for (size_t i = 0; i < w->columns; i++)
		if (!utf8_valid(cells[i].text) || cells[i].text.len > SHEET_CELL)
			return fail(why, cells[i].text.len > SHEET_CELL ? E_LIMIT : E_INPUT, "sheet",
			            "表に書けない文字の列です。");
	if (w->rows >= SHEET_ROWS)
		return fail(why, E_LIMIT, "sheet", "表に書けるのは%d行までです。", SHEET_ROWS);
	if (w->format == SHEET_XLSX) {
		TRY(xlsx_row(w, cells, why));
		w->rows++;
		return ok();
	}
	for (size_t i = 0; i < w->columns; i++) {
		if (i)
			buffer_put_u8(&w->line, ',');
		put_csv(w, i, cells[i].text);
	}
	buffer_put_str(&w->line, "\r\n");
	w->rows++;
	return w->line.len > 65536 || !buffer_ok(&w->line) ? flush(w, why) : ok();
}

struct result sheet_end(struct sheet_writer *w, struct why *why)
{
	return w->format == SHEET_XLSX ? xlsx_end(w, why) : flush(w, why);
}

void sheet_drop(struct sheet_writer **writer)
{
	struct sheet_writer *w = *writer;
	if (w) {
		buffer_done(&w->line);
		zip_out_free(w->zip);
		free(w->losses);
	}
	free(w);
	*writer = NULL;
}

const struct sheet_loss *sheet_losses(const struct sheet_writer *w, size_t *count, size_t *total)
{
	*count = w->loss_count;
	*total = w->loss_total;
	return w->losses;
}
