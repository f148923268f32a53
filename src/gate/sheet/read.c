/* What a table is written in, and CSV. */
#include "gate/sheet/internal.h"

#include "base/text.h"

enum { GRID_ROWS = SHEET_ROWS + 10 };

struct result grid_row(struct job *job, size_t number, const struct slice *cells, size_t count,
                       struct buffer *out)
{
	bool empty = true;
	for (size_t i = 0; i < count; i++)
		empty &= cells[i].len == 0;
	if (empty)
		return ok();
	while (count && !cells[count - 1].len)
		count--;
	if (count >= SHEET_COLUMNS) /* the row's number is one more */
		return job_refuse(job, REFUSAL_LARGE, "", "%d columns or more", SHEET_COLUMNS);
	if (number > GRID_ROWS)
		return job_refuse(job, REFUSAL_LARGE, "", "more than %d rows", SHEET_ROWS);
	buffer_printf(out, "%zu", number);
	for (size_t i = 0; i < count; i++) {
		buffer_put_u8(out, ',');
		csv_put(cells[i], ',', out);
	}
	buffer_put_str(out, "\r\n");
	return ok();
}

/* ---- CSV */

static struct result decode_wide(struct job *job, struct slice in, struct buffer *out)
{
	bool little = in.at[0] == 0xff;
	for (size_t i = 2; i + 1 < in.len; i += 2) {
		uint32_t code = little ? in.at[i] | (uint32_t)in.at[i + 1] << 8 : (uint32_t)in.at[i] << 8 | in.at[i + 1];
		if (code >= 0xd800 && code < 0xdc00 && i + 3 < in.len) {
			uint32_t low = little ? in.at[i + 2] | (uint32_t)in.at[i + 3] << 8
			                      : (uint32_t)in.at[i + 2] << 8 | in.at[i + 3];
			if (low < 0xdc00 || low > 0xdfff)
				return job_refuse(job, REFUSAL_DAMAGED, "", "half a surrogate pair at offset %zu", i);
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		}
		utf8_put(out, code);
	}
	return ok();
}

static struct result decode(struct job *job, struct slice in, struct buffer *room, struct slice *text)
{
	struct why own = {0};
	bool wide = in.len >= 2 && ((in.at[0] == 0xff && in.at[1] == 0xfe) || (in.at[0] == 0xfe && in.at[1] == 0xff));
	*text = in;
	if (wide) {
		TRY(decode_wide(job, in, room));
		*text = buffer_slice(room);
	} else if (slice_starts(in, SLICE("\xef\xbb\xbf"))) {
		*text = slice_part(in, 3, in.len);
	} else if (!utf8_valid(in)) {
		if (cp932_to_utf8(in, room, &own).code != OK)
			return job_refuse(job, REFUSAL_UNKNOWN, own.place, "neither UTF-8 nor CP932: %s", own.text);
		*text = buffer_slice(room);
	}
	if (!utf8_valid(*text))
		return job_refuse(job, REFUSAL_DAMAGED, "", "bytes that are no UTF-8");
	for (size_t i = 0; i < text->len; i++)
		if (text->at[i] == 0)
			return job_refuse(job, REFUSAL_UNKNOWN, "", "NUL at offset %zu: not a text", i);
	return ok();
}

/* A tab in the first line and no comma: tab-separated. */
static uint8_t separator_of(struct slice text)
{
	size_t end = slice_find(text, SLICE("\n"));
	struct slice line = slice_part(text, 0, end);
	return slice_find(line, SLICE("\t")) != SIZE_MAX && slice_find(line, SLICE(",")) == SIZE_MAX ? '\t' : ',';
}

static struct result read_csv(struct job *job, struct slice in, struct buffer *out)
{
	AUTO(buffer_done) struct buffer room = {0};
	AUTO(arena_drop) struct arena *row = arena_new(16 << 20);
	struct slice text, *cells;
	size_t count, number = 0;
	buffer_init(&room, 512 << 20);
	if (!row)
		return job_memory(NULL);
	TRY(decode(job, in, &room, &text));
	struct csv csv = csv_of(text, separator_of(text));
	while (csv_row(&csv, row, &cells, &count)) {
		for (size_t i = 0; i < count; i++)
			cells[i] = sheet_unguard(cells[i]);
		TRY(grid_row(job, ++number, cells, count, out));
		arena_reset(row);
	}
	if (csv.fault)
		return job_refuse(job, REFUSAL_DAMAGED, "", "line %zu: %s", csv.line, csv.fault);
	return ok();
}

/* ---- either */

static struct result read_any(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	if (in.len > job->left.input_bytes)
		return job_refuse(job, REFUSAL_LARGE, "", "%zu bytes are over the limit", in.len);
	if (slice_starts(in, SLICE("PK\003\004"))) {
		job->report->type = FILE_XLSX;
		return read_workbook(job, in, out, why);
	}
	if (slice_starts(in, SLICE("\xd0\xcf\x11\xe0")))
		return job_refuse(job, REFUSAL_UNKNOWN, "", "an old workbook, or one with a password");
	job->report->type = FILE_CSV;
	return read_csv(job, in, out);
}

struct result sheet_read(struct slice name, struct slice in, const struct file_limits *limits,
                         struct arena *arena, struct buffer *out, struct file_report *report, struct why *why)
{
	struct job job = {.arena = arena, .left = *limits, .report = report, .tail = &report->removals,
	                  .path = "", .ending = "", .made_ending = ""};
	(void)name;
	*report = (struct file_report){.reason = "", .place = "", .ending = "csv"};
	struct result done = read_any(&job, in, out, why);
	if (done.code == OK && !buffer_ok(out))
		done = job_refuse(&job, REFUSAL_LARGE, "", "the rows are over the limit");
	if (done.code == OK) {
		report->verdict = FILE_CLEAN;
		return ok();
	}
	report->verdict = FILE_REFUSED;
	if (report->refusal == REFUSAL_NONE)
		report->refusal = REFUSAL_DAMAGED;
	buffer_clear(out);
	return done.code == E_MEMORY ? done : ok();
}
