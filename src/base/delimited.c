/* CSV and TSV: one reader for both, of bounded slices only. */
#include "base/delimited.h"

#include "base/text.h"

#include <stdio.h>

enum { MARK_BYTES = 3 }; /* of UTF-8 */

struct result delimited_decode(struct slice bytes, struct arena *arena, struct slice *out,
                               struct why *why)
{
	struct buffer text;
	if (slice_starts(bytes, SLICE("\xEF\xBB\xBF")))
		bytes = slice_part(bytes, MARK_BYTES, bytes.len);
	if (utf8_valid(bytes)) {
		*out = bytes;
		return ok();
	}
	buffer_init(&text, bytes.len * 3 + 16);
	struct result done = cp932_to_utf8(bytes, &text, NULL);
	const char *copy = done.code == OK ? arena_string(arena, buffer_slice(&text)) : NULL;
	size_t len = buffer_slice(&text).len;
	buffer_done(&text);
	if (done.code != OK)
		return fail(why, E_INPUT, "", "UTF-8 とも CP932（シフトJIS）とも読めない文字があります。"
		            "どちらかの文字コードで保存し直してください。");
	if (!copy)
		return fail(why, E_MEMORY, "", "no memory for the text");
	*out = slice_of(copy, len);
	return ok();
}

void delimited_begin(struct delimited *d, struct slice text)
{
	struct slice first = slice_part(text, 0, slice_find(text, SLICE("\n")));
	bool tabs = slice_find(first, SLICE("\t")) != SIZE_MAX;
	*d = (struct delimited){.left = text, .mark = tabs ? '\t' : ',', .next = 1};
}

static struct result at_line(const struct delimited *d, enum error code, const char *text, struct why *why)
{
	char place[32];
	snprintf(place, sizeof place, "line %zu", d->line);
	return fail(why, code, place, "%s", text);
}

static struct slice trim(struct slice s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = slice_part(s, 1, s.len);
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t' || s.at[s.len - 1] == '\r'))
		s.len--;
	return s;
}

/* How a cell ended. */
enum end { END_CELL = 1, END_ROW };

static enum end step_over(struct delimited *d, size_t at)
{
	bool more = at < d->left.len, row = !more || d->left.at[at] == '\n';
	d->next += more && row;
	d->left = slice_part(d->left, more ? at + 1 : at, d->left.len);
	return row ? END_ROW : END_CELL;
}

static enum end plain_cell(struct delimited *d, struct slice *out)
{
	size_t at = 0;
	while (at < d->left.len && d->left.at[at] != d->mark && d->left.at[at] != '\n')
		at++;
	*out = trim(slice_part(d->left, 0, at));
	return step_over(d, at);
}

/* behind the first quote: where the closing one stands; SIZE_MAX none */
static size_t closing_quote(struct slice text, size_t *lines)
{
	for (size_t at = 0; at < text.len; at++) {
		*lines += text.at[at] == '\n';
		if (text.at[at] != '"')
			continue;
		if (at + 1 < text.len && text.at[at + 1] == '"') {
			at++;
			continue;
		}
		return at;
	}
	return SIZE_MAX;
}

static struct result quoted_cell(struct delimited *d, struct arena *arena, struct slice *out,
                                 enum end *end, struct why *why)
{
	struct slice inside = slice_part(d->left, 1, d->left.len);
	size_t lines = 0, close = closing_quote(inside, &lines);
	if (close == SIZE_MAX)
		return at_line(d, E_INPUT, "「\"」で始まった欄が閉じられていません。", why);
	char *text = arena_array(arena, close + 1, 1);
	if (!text)
		return fail(why, E_MEMORY, "", "no memory for a cell");
	size_t len = 0;
	for (size_t at = 0; at < close; at++) {
		text[len++] = (char)inside.at[at];
		at += inside.at[at] == '"';
	}
	*out = slice_of(text, len);
	size_t behind = close + 2;
	if (behind < d->left.len && d->left.at[behind] == '\r')
		behind++;
	bool clean = behind >= d->left.len || d->left.at[behind] == d->mark || d->left.at[behind] == '\n';
	if (!clean)
		return at_line(d, E_INPUT, "閉じた「\"」のあとに、区切りでない文字があります。", why);
	d->next += lines;
	*end = step_over(d, behind);
	return ok();
}

static struct result one_row(struct delimited *d, struct arena *arena, struct slice *cells,
                             size_t *count, struct why *why)
{
	enum end end = END_CELL;
	d->line = d->next;
	for (*count = 0; end != END_ROW; (*count)++) {
		if (*count == DELIMITED_CELLS)
			return at_line(d, E_LIMIT, "列が多すぎます。", why);
		struct slice *cell = &cells[*count];
		if (d->left.len && d->left.at[0] == '"')
			TRY(quoted_cell(d, arena, cell, &end, why));
		else
			end = plain_cell(d, cell);
	}
	return ok();
}

struct result delimited_row(struct delimited *d, struct arena *arena, struct slice *cells,
                            size_t *count, struct why *why)
{
	for (*count = 0; d->left.len;) {
		TRY(one_row(d, arena, cells, count, why));
		bool said = false;
		for (size_t i = 0; i < *count; i++)
			said |= cells[i].len > 0;
		if (said)
			return ok();
	}
	*count = 0;
	return ok();
}
