/* xlsx: the first sheet's cells as they are shown, but days as days. */
#include "gate/sheet/internal.h"
#include "gate/file/xml.h"
#include "gate/file/zip.h"

#include "base/calendar.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STYLES = 65536, STRINGS = 2000000, PART_BYTES = 768 << 20 };

struct workbook {
	struct job *job;
	struct arena *arena;
	struct zip_view zip;
	struct slice *strings;
	size_t string_count, string_room;
	bool *is_day;
	size_t style_count;
	bool since_1904;
	struct buffer part;        /* the part that is being read */
	struct buffer converted;   /* ... as UTF-8, where it was not */
	struct xml *xml;
};

static struct result damaged(struct workbook *b, const char *place, const char *what)
{
	return job_refuse(b->job, REFUSAL_DAMAGED, place, "%s", what);
}

/* ---- parts */

static const struct zip_entry *entry_named(const struct workbook *b, struct slice name)
{
	for (size_t i = 0; i < b->zip.count; i++)
		if (slice_equal(b->zip.entries[i].name, name))
			return &b->zip.entries[i];
	return NULL;
}

/* found is false where the package has no such part */
static struct result open_part(struct workbook *b, struct slice name, bool *found, struct why *why)
{
	const struct zip_entry *entry = entry_named(b, name);
	struct slice text;
	*found = entry != NULL;
	if (!entry)
		return ok();
	buffer_clear(&b->part);
	buffer_clear(&b->converted);
	TRY(zip_unpack(b->job, entry, &b->part, why));
	if (xml_to_utf8(buffer_slice(&b->part), &b->converted, &text, NULL).code != OK)
		return damaged(b, zip_place(b->job, entry), "not UTF-8 or UTF-16");
	xml_init(b->xml, text);
	return ok();
}

static struct result whole(struct workbook *b, const char *place)
{
	return b->xml->fault ? damaged(b, place, b->xml->fault) : ok();
}

static bool starts(const struct xml *x, const char *local)
{
	return x->kind == XML_START && x->ns == NS_S && slice_is(x->local, local);
}

static bool ends(const struct xml *x, const char *local)
{
	return x->kind == XML_END && slice_is(x->local, local);
}

static struct slice value_of(const struct xml *x, uint16_t ns, const char *local)
{
	const struct xml_attribute *a = xml_attribute(x, ns, local);
	return a ? a->value : (struct slice){NULL, 0};
}

/* ---- what the first sheet is */

static struct result first_sheet(struct workbook *b, struct slice *id, struct why *why)
{
	bool found;
	*id = (struct slice){NULL, 0};
	TRY(open_part(b, SLICE("xl/workbook.xml"), &found, why));
	if (!found)
		return job_refuse(b->job, REFUSAL_MISMATCH, "", "a zip without xl/workbook.xml");
	while (xml_next(b->xml)) {
		if (starts(b->xml, "workbookPr")) {
			struct slice flag = value_of(b->xml, NS_NONE, "date1904");
			b->since_1904 = slice_is(flag, "1") || slice_is(flag, "true");
		}
		if (starts(b->xml, "sheet") && !id->len)
			*id = arena_copy(b->arena, value_of(b->xml, NS_R, "id"));
	}
	TRY(whole(b, "xl/workbook.xml"));
	return id->len ? ok() : damaged(b, "xl/workbook.xml", "no sheet");
}

static struct result sheet_path(struct workbook *b, struct slice id, struct slice *path, struct why *why)
{
	bool found;
	*path = (struct slice){NULL, 0};
	TRY(open_part(b, SLICE("xl/_rels/workbook.xml.rels"), &found, why));
	while (found && xml_next(b->xml)) {
		if (b->xml->kind != XML_START || !slice_equal(value_of(b->xml, NS_NONE, "Id"), id))
			continue;
		struct slice target = value_of(b->xml, NS_NONE, "Target");
		const char *full = slice_starts(target, SLICE("/"))
			? arena_printf(b->arena, "%.*s", SLICE_ARG(slice_part(target, 1, target.len)))
			: arena_printf(b->arena, "xl/%.*s", SLICE_ARG(target));
		if (!full)
			return job_memory(why);
		*path = slice_str(full);
	}
	TRY(whole(b, "xl/_rels/workbook.xml.rels"));
	return path->len ? ok() : damaged(b, "xl/_rels/workbook.xml.rels", "the first sheet is not there");
}

/* ---- strings */

/* The text of an si or is element: its t, not those of phonetic hints. */
static struct result take_rich(struct workbook *b, const char *element, struct buffer *out)
{
	bool inside = false;
	for (;;) {
		if (!xml_next(b->xml))
			return damaged(b, element, b->xml->fault ? b->xml->fault : "cut short");
		if (ends(b->xml, element))
			return ok();
		if (starts(b->xml, "rPh")) {
			if (!xml_skip(b->xml))
				return damaged(b, element, "cut short");
			continue;
		}
		if (starts(b->xml, "t"))
			inside = true;
		else if (ends(b->xml, "t"))
			inside = false;
		else if (b->xml->kind == XML_TEXT && inside && b->xml->cdata)
			buffer_put_slice(out, b->xml->text);
		else if (b->xml->kind == XML_TEXT && inside)
			xml_decode(b->xml->text, out);
	}
}

static struct result add_string(struct workbook *b, struct slice text, struct why *why)
{
	if (b->string_count == b->string_room) {
		size_t room = b->string_room ? 2 * b->string_room : 1024;
		struct slice *more = room > STRINGS ? NULL : ARENA_ARRAY(b->arena, room, struct slice);
		if (!more)
			return room > STRINGS ? job_refuse(b->job, REFUSAL_BOMB, "xl/sharedStrings.xml", "too many strings")
			                      : job_memory(why);
		if (b->string_count)
			memcpy(more, b->strings, b->string_count * sizeof *more);
		b->strings = more;
		b->string_room = room;
	}
	struct slice kept = arena_copy(b->arena, text);
	if (!kept.at)
		return job_memory(why);
	b->strings[b->string_count++] = kept;
	return ok();
}

static struct result read_strings(struct workbook *b, struct why *why)
{
	bool found;
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, SHEET_CELL);
	TRY(open_part(b, SLICE("xl/sharedStrings.xml"), &found, why));
	while (found && xml_next(b->xml)) {
		if (!starts(b->xml, "si"))
			continue;
		buffer_clear(&text);
		TRY(take_rich(b, "si", &text));
		if (!buffer_ok(&text))
			return job_refuse(b->job, REFUSAL_LARGE, "xl/sharedStrings.xml", "a cell is too long");
		TRY(add_string(b, buffer_slice(&text), why));
	}
	return found ? whole(b, "xl/sharedStrings.xml") : ok();
}

/* ---- which styles show days */

/* y m d e g outside quotes and brackets, with no 0 # ? of a plain number */
static bool code_is_day(struct slice code)
{
	bool day = false, quoted = false;
	for (size_t i = 0; i < code.len; i++) {
		uint8_t c = code.at[i];
		if (c == '"') {
			quoted = !quoted;
		} else if (c == '\\' || c == '_' || c == '*') {
			i++;
		} else if (!quoted && c == '[') {
			while (i < code.len && code.at[i] != ']')
				i++;
		} else if (!quoted && c && strchr("yYdDeEgG", c)) {
			day = true;
		} else if (!quoted && (c == '#' || c == '?')) {
			return false;
		}
	}
	return day && slice_find(code, SLICE("E+")) == SIZE_MAX;
}

/* the built-in formats that show a day (18.8.30, with those of Japan) */
static bool builtin_is_day(uint64_t id)
{
	return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || (id >= 34 && id <= 36) ||
	       (id >= 50 && id <= 58);
}

static struct result read_styles(struct workbook *b, struct why *why)
{
	bool found, cells = false;
	uint64_t ids[512];
	size_t id_count = 0;
	b->is_day = ARENA_ARRAY(b->arena, STYLES, bool);
	if (!b->is_day)
		return job_memory(why);
	TRY(open_part(b, SLICE("xl/styles.xml"), &found, why));
	while (found && xml_next(b->xml)) {
		uint64_t id = 0;
		bool numbered = b->xml->kind == XML_START &&
		                number_parse_u64(value_of(b->xml, NS_NONE, "numFmtId"), &id);
		if (starts(b->xml, "cellXfs"))
			cells = true;
		else if (ends(b->xml, "cellXfs"))
			cells = false;
		else if (starts(b->xml, "numFmt") && numbered && id_count < 512 &&
		         code_is_day(value_of(b->xml, NS_NONE, "formatCode")))
			ids[id_count++] = id;
		if (!cells || !starts(b->xml, "xf") || b->style_count == STYLES)
			continue;
		bool day = numbered && id < 164 && builtin_is_day(id);
		for (size_t i = 0; i < id_count; i++)
			day |= numbered && ids[i] == id;
		b->is_day[b->style_count++] = day;
	}
	return found ? whole(b, "xl/styles.xml") : ok();
}

/* ---- cells */

struct cell_in {
	struct slice type;
	size_t column;
	bool day;
	struct buffer text;
};

/* "AB12": the column from 0; SIZE_MAX where it is none */
static size_t column_of(struct slice place)
{
	size_t column = 0, i = 0;
	for (; i < place.len && i < 4 && place.at[i] >= 'A' && place.at[i] <= 'Z'; i++)
		column = column * 26 + (size_t)(place.at[i] - 'A') + 1;
	return i ? column - 1 : SIZE_MAX;
}

static bool is_decimal(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!strchr("0123456789+-.eE", text.at[i]) || !text.at[i])
			return false;
	return text.len > 0 && text.len < 40;
}

/* A count of days, perhaps with a part of one. */
static struct slice day_text(struct workbook *b, double number)
{
	char iso[11];
	double whole_days = floor(number);
	if (!(whole_days >= 1) || whole_days > 2958465)
		return (struct slice){NULL, 0};
	/* Excel counts a 1900-02-29 that never was: right from 1900-03-01 on */
	day_t day = (day_t)whole_days - 25569 + (b->since_1904 ? 1462 : whole_days < 60 ? 1 : 0);
	int minutes = (int)((number - whole_days) * 1440 + 0.5);
	day_iso(day, iso);
	const char *text = minutes > 0 && minutes < 1440
		? arena_printf(b->arena, "%s %02d:%02d", iso, minutes / 60, minutes % 60)
		: arena_printf(b->arena, "%s", iso);
	return slice_str(text);
}

static struct slice number_text(struct workbook *b, struct slice raw, bool day)
{
	char plain[48];
	if (!is_decimal(raw))
		return raw;
	snprintf(plain, sizeof plain, "%.*s", SLICE_ARG(raw));
	double number = strtod(plain, NULL);
	struct slice shown = day ? day_text(b, number) : (struct slice){NULL, 0};
	if (shown.at)
		return shown;
	bool integer = fabs(number) < 1e15 && floor(number) == number;
	const char *text = integer ? arena_printf(b->arena, "%.0f", number) : arena_printf(b->arena, "%.15g", number);
	return text ? slice_str(text) : raw;
}

static struct result cell_value(struct workbook *b, const struct cell_in *cell, struct slice *out)
{
	struct slice raw = buffer_slice(&cell->text);
	uint64_t index;
	if (slice_is(cell->type, "s")) {
		if (!number_parse_u64(raw, &index) || index >= b->string_count)
			return damaged(b, "sheet", "a string that is not there");
		*out = b->strings[index];
		return ok();
	}
	if (slice_is(cell->type, "b")) {
		*out = slice_is(raw, "1") ? SLICE("はい") : SLICE("いいえ");
		return ok();
	}
	bool text = slice_is(cell->type, "str") || slice_is(cell->type, "inlineStr") || slice_is(cell->type, "e") ||
	            slice_is(cell->type, "d");
	*out = text ? arena_copy(b->arena, raw) : number_text(b, raw, cell->day);
	if (!text && out->at == raw.at)
		*out = arena_copy(b->arena, raw);
	return out->at || !raw.len ? ok() : job_memory(NULL);
}

/* From the START of c to its END. */
static struct result take_cell(struct workbook *b, struct cell_in *cell)
{
	bool value = false;
	buffer_clear(&cell->text);
	for (;;) {
		if (!xml_next(b->xml))
			return damaged(b, "sheet", b->xml->fault ? b->xml->fault : "cut short");
		if (ends(b->xml, "c"))
			break;
		if (starts(b->xml, "is"))
			TRY(take_rich(b, "is", &cell->text));
		else if (starts(b->xml, "v"))
			value = true;
		else if (ends(b->xml, "v"))
			value = false;
		else if (b->xml->kind == XML_TEXT && value)
			xml_decode(b->xml->text, &cell->text);
	}
	return buffer_ok(&cell->text) ? ok() : job_refuse(b->job, REFUSAL_LARGE, "sheet", "a cell is too long");
}

static void cell_begin(struct workbook *b, size_t next, struct cell_in *cell)
{
	uint64_t style = 0;
	struct slice place = value_of(b->xml, NS_NONE, "r");
	cell->type = arena_copy(b->arena, value_of(b->xml, NS_NONE, "t"));
	cell->column = place.len ? column_of(place) : next;
	cell->day = number_parse_u64(value_of(b->xml, NS_NONE, "s"), &style) && style < b->style_count && b->is_day[style];
}

/* From the START of row to its END. */
static struct result take_row(struct workbook *b, size_t number, struct cell_in *cell, struct buffer *out)
{
	struct slice cells[SHEET_COLUMNS] = {{NULL, 0}};
	size_t count = 0;
	for (;;) {
		if (!xml_next(b->xml))
			return damaged(b, "sheet", b->xml->fault ? b->xml->fault : "cut short");
		if (ends(b->xml, "row"))
			return grid_row(b->job, number, cells, count, out);
		if (!starts(b->xml, "c"))
			continue;
		TRY(job_pay_work(b->job, 8));
		cell_begin(b, count, cell);
		TRY(take_cell(b, cell));
		if (cell->column >= SHEET_COLUMNS) {
			if (!cell->text.len)
				continue;
			return job_refuse(b->job, REFUSAL_LARGE, "sheet", "more than %d columns", SHEET_COLUMNS);
		}
		TRY(cell_value(b, cell, &cells[cell->column]));
		count = cell->column + 1 > count ? cell->column + 1 : count;
	}
}

static struct result read_sheet(struct workbook *b, struct slice path, struct buffer *out, struct why *why)
{
	bool found;
	size_t number = 0;
	struct cell_in cell = {.column = 0};
	struct arena *kept = b->arena;
	AUTO(arena_drop) struct arena *row = arena_new(32 << 20);
	if (!row)
		return job_memory(why);
	buffer_init(&cell.text, SHEET_CELL);
	struct result done = open_part(b, path, &found, why);
	if (done.code == OK && !found)
		done = damaged(b, "xl/workbook.xml", "the first sheet is not there");
	b->arena = row;
	while (done.code == OK && xml_next(b->xml)) {
		uint64_t given;
		if (!starts(b->xml, "row"))
			continue;
		struct slice place = value_of(b->xml, NS_NONE, "r");
		number = place.len && number_parse_u64(place, &given) && given <= 10000000 ? (size_t)given : number + 1;
		done = take_row(b, number, &cell, out);
		arena_reset(row);
	}
	b->arena = kept;
	buffer_done(&cell.text);
	TRY(done);
	return whole(b, "sheet");
}

struct result read_workbook(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct workbook book = {.job = job, .arena = job->arena, .xml = ARENA_NEW(job->arena, struct xml)};
	struct slice id, path;
	if (!book.xml)
		return job_memory(why);
	buffer_init(&book.part, PART_BYTES);
	buffer_init(&book.converted, PART_BYTES);
	struct result done = zip_read(job, job->arena, in, &book.zip, why);
	if (done.code == OK)
		done = first_sheet(&book, &id, why);
	if (done.code == OK)
		done = sheet_path(&book, id, &path, why);
	if (done.code == OK)
		done = read_strings(&book, why);
	if (done.code == OK)
		done = read_styles(&book, why);
	if (done.code == OK)
		done = read_sheet(&book, path, out, why);
	buffer_done(&book.part);
	buffer_done(&book.converted);
	return done;
}
