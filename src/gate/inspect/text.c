/* Plain text and CSV: no library, one pass over the characters
 *
 * UTF-8 is judged character by character; UTF-16 after a byte order mark too.
 * Everything else must be CP932 or another 8-bit or 7-bit East Asian code,
 * whose control bytes are the same: there the bytes are judged.
 */
#include "gate/inspect/look.h"

#include "base/text.h"

struct text {
	struct look *look;
	struct slice in;
	size_t pos;
	bool wide, big;   /* UTF-16, big-endian */
	bool utf8;
	unsigned line;
};

static int32_t unit(struct text *t, size_t at)
{
	uint8_t a = t->in.at[at], b = t->in.at[at + 1];
	return t->big ? a << 8 | b : b << 8 | a;
}

static int32_t next_wide(struct text *t)
{
	if (t->in.len - t->pos < 2)
		return t->pos < t->in.len ? (t->pos = t->in.len, -2) : -1;
	int32_t high = unit(t, t->pos);
	t->pos += 2;
	if (high < 0xD800 || high > 0xDFFF)
		return high;
	if (high > 0xDBFF || t->in.len - t->pos < 2)
		return -2;
	int32_t low = unit(t, t->pos);
	if (low < 0xDC00 || low > 0xDFFF)
		return -2;
	t->pos += 2;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* next - a character; in other codes than Unicode a byte; -1 end, -2 broken */
static int32_t next(struct text *t)
{
	if (t->wide)
		return next_wide(t);
	if (t->utf8)
		return utf8_next(t->in, &t->pos);
	return t->pos < t->in.len ? t->in.at[t->pos++] : -1;
}

/* open_text - which code, and past its mark */
static void open_text(struct text *t, struct look *look, struct slice in)
{
	*t = (struct text){.look = look, .in = in, .line = 1};
	t->big = slice_starts(in, slice_of("\xFE\xFF", 2));
	t->wide = t->big || slice_starts(in, slice_of("\xFF\xFE", 2));
	t->utf8 = !t->wide && utf8_valid(in);
	t->pos = t->wide ? 2 : slice_starts(in, slice_of("\xEF\xBB\xBF", 3)) ? 3 : 0;
}

static bool control(const struct text *t, int32_t c)
{
	bool plain = c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0x1A;
	/* ISO-2022-JP switches by escape sequences: ESC $ or ESC ( */
	bool escape = c == 0x1B && !t->wide && t->pos < t->in.len &&
	              (t->in.at[t->pos] == '$' || t->in.at[t->pos] == '(');
	return (c < ' ' && !plain && !escape) || c == 0x7F || ((t->utf8 || t->wide) && c > 0x7F && c < 0xA0);
}

/* Marks that make text read otherwise than it is; variation selectors and the
 * joiner stay out of it: names and emoji need them.                         */
static bool deceiving(int32_t c)
{
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200B || c == 0x200E ||
	       c == 0x200F || c == 0x061C || c == 0x2060 || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

static const struct {
	const char *head, *what;
} disguises[] = {
	{"<html", "html"}, {"<!doctype", "html"}, {"<script", "html"}, {"<?xml", "xml"}, {"<svg", "html"},
	{"{\\rt", "rtf"}, {"ID;P", "sylk"}, {"%PDF-", "pdf"}, {"#!", "script"}, {"MIME-Version:", "mail"},
	{"@echo off", "script"}, {"<%", "script"}, {"<?php", "script"}, {"<hta:", "html"}, {"<job", "script"},
};

static void judge_head(struct text *t)
{
	struct slice head = slice_part(t->in, t->pos, 200);
	while (head.len && (head.at[0] == ' ' || (head.at[0] >= '\t' && head.at[0] <= '\r')))
		head = slice_part(head, 1, head.len);
	for (size_t i = 0; i < sizeof disguises / sizeof disguises[0]; i++)
		if (starts_nocase(head, disguises[i].head))
			look_find(t->look, "disguised-type", "line 1: %s", disguises[i].what);
	if (slice_starts(t->in, SLICE("MZ")) || slice_starts(t->in, SLICE("PK\3\4")))
		look_find(t->look, "disguised-type", "line 1: a program or an archive");
}

static void judge_character(struct text *t, int32_t c)
{
	if (c == '\n')
		t->line++;
	if (control(t, c))
		look_find(t->look, "control-character", "line %u: %02X", t->line, (unsigned)c);
	if ((t->utf8 || t->wide) && deceiving(c))
		look_find(t->look, "invisible-character", "line %u: U+%04X", t->line, (unsigned)c);
}

static void add_visible(struct part_text *visible, const struct text *t, int32_t c)
{
	if (!t->wide && !t->utf8) {
		uint8_t byte = (uint8_t)c;
		part_text_add(visible, &byte, 1);
		return;
	}
	uint8_t room[8];
	struct buffer one = {.at = room, .room = 6, .ceiling = 6};
	utf8_put(&one, (uint32_t)c);
	part_text_add(visible, one.at, one.len);
}

static bool read_all(struct text *t, void (*each)(struct text *t, int32_t c, void *user), void *user)
{
	struct part_text visible = {0};
	judge_head(t);
	for (int32_t c; (c = next(t)) != -1;) {
		if (c == -2)
			return look_unreadable(t->look, "line %u: broken characters", t->line);
		judge_character(t, c);
		add_visible(&visible, t, c);
		if (each)
			each(t, c, user);
	}
	t->look->report->pages = 1;
	look_text(t->look, &visible);
	return true;
}

bool look_txt(struct look *look, enum inspect_type type, struct slice in)
{
	struct text t;
	(void)type;
	open_text(&t, look, in);
	return read_all(&t, NULL, NULL);
}

/* A cell that a spreadsheet would compute: it begins with = + - @ or their
 * full-width forms, and is no number.                                       */
struct cell {
	int32_t first;
	bool quoted, number, begun;
	unsigned length;
};

static bool starts_formula(int32_t c)
{
	return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xFF1D || c == 0xFF0B || c == 0xFF0D ||
	       c == 0xFF20 || c == 0x2212;
}

/* a sign alone, or before digits, separators, brackets, a percent sign: no formula */
static bool number_character(int32_t c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == '+' || c == '%' || c == ' ' ||
	       c == 'e' || c == 'E' || c == '(' || c == ')' || c == '\\' || c == 0xA5;
}

static void end_cell(struct text *t, struct cell *cell)
{
	bool sign = cell->first == '+' || cell->first == '-' || cell->first == 0x2212;
	if (cell->begun && starts_formula(cell->first) && cell->length > 1 && !(sign && cell->number))
		look_find(t->look, "formula-cell", "line %u", t->line);
	*cell = (struct cell){.number = true};
}

static void each_character(struct text *t, int32_t c, void *user)
{
	struct cell *cell = user;
	if (c == '"') {
		cell->quoted = !cell->quoted;
		return;
	}
	if (!cell->quoted && (c == ',' || c == '\t' || c == ';' || c == '\n' || c == '\r')) {
		end_cell(t, cell);
		return;
	}
	if (!cell->begun && c == ' ')
		return;
	if (!cell->begun)
		cell->first = c;
	cell->begun = true;
	cell->number &= number_character(c) || cell->length == 0;
	cell->length++;
}

bool look_csv(struct look *look, enum inspect_type type, struct slice in)
{
	struct text t;
	struct cell cell = {.number = true};
	(void)type;
	open_text(&t, look, in);
	bool fine = read_all(&t, each_character, &cell);
	end_cell(&t, &cell);
	return fine;
}
