/* Workbooks: the stream is written anew record by record, each sheet after the
 * other, and what points into it is pointed anew.
 * source  MS-XLS 2.1.7.20 (order of substreams), 2.4.28 (BoundSheet8), 2.4.91 (DConRef),
 *         2.4.103 (ExtSST), 2.4.171 (MsoDrawingGroup)                         */
#include "gate/file/xls.h"
#include "gate/file/lock_streams.h"

#include "gate/file/art.h"

#include <stdlib.h>

enum { BOF = 0x809, END_OF = 0xA, BIFF8 = 0x600, GLOBALS = 5, MODULE = 6, WORKSHEET = 0x10, CHART_SHEET = 0x20, MACRO_SHEET = 0x40,
       SHEET = 0x85, PASSWORD = 0x2F, DRAWING_GROUP = 0xEB, DRAWING = 0xEC, OBJECT = 0x5D, TEXT_OBJECT = 0x1B6,
       STRINGS = 0xFC, STRINGS_INDEX = 0xFF, SHEETS_MOST = 4096, NESTED_MOST = 8, GEL_FRAME = 0x1066 };

bool xls_next(struct slice stream, size_t *pos, struct xls_record *r)
{
	if (stream.len < 4 || *pos > stream.len - 4)
		return false;
	r->at = *pos;
	r->id = xls_u16(stream, *pos);
	size_t len = xls_u16(stream, *pos + 2);
	if (len > stream.len - *pos - 4)
		return false;
	r->body = slice_part(stream, *pos + 4, len);
	*pos += 4 + len;
	return true;
}

void xls_put(struct xls *x, uint16_t id, struct slice body)
{
	buffer_put_le16(x->out, id);
	buffer_put_le16(x->out, (uint16_t)body.len);
	buffer_put_slice(x->out, body);
}

void xls_tell(struct xls *x, uint16_t id, const char *what)
{
	if (!what || x->told[id / 8] >> id % 8 & 1)
		return;
	x->told[id / 8] |= (uint8_t)(1u << id % 8);
	const char *place = what[0] == 'u' ? arena_printf(x->job->arena, "%s record %04X", x->place, id) : x->place;
	job_drop(x->job, what, place ? place : "");
}

static struct result damaged(struct xls *x, const char *text)
{
	return job_refuse(x->job, REFUSAL_DAMAGED, "Workbook", "%s", text);
}

/* ---- drawings ---- */

static struct result remember_drawing(struct xls *x, size_t len, struct why *why)
{
	if (x->drawing_count == x->drawing_room) {
		uint32_t room = x->drawing_room ? x->drawing_room * 2 : 256;
		struct xls_piece *more = ARENA_ARRAY(x->compound->arena, room, struct xls_piece);
		if (!more)
			return job_memory(why);
		if (x->drawing_count)
			memcpy(more, x->drawings, x->drawing_count * sizeof *more);
		x->drawings = more;
		x->drawing_room = room;
	}
	x->drawings[x->drawing_count++] = (struct xls_piece){x->out->len + 4, len, x->part};
	return ok();
}

/* A drawing lies in pieces between its objects; it is one tree. */
static struct result scrub_part(struct xls *x, uint32_t part, struct why *why)
{
	struct buffer AUTO(buffer_done) whole = {0};
	buffer_init(&whole, (size_t)256 << 20);
	for (uint32_t i = 0; i < x->drawing_count; i++)
		if (x->drawings[i].part == part)
			buffer_put(&whole, x->out->at + x->drawings[i].at, x->drawings[i].len);
	if (!buffer_ok(&whole))
		return job_memory(why);
	TRY(job_pay_work(x->job, whole.len + x->drawing_count));
	art_scrub(x->job, whole.at, whole.len, x->place);
	for (size_t i = 0, at = 0; i < x->drawing_count; i++) {
		if (x->drawings[i].part != part || x->drawings[i].len == 0)
			continue;
		memcpy(x->out->at + x->drawings[i].at, whole.at + at, x->drawings[i].len);
		at += x->drawings[i].len;
	}
	return ok();
}

static struct result scrub_drawings(struct xls *x, struct why *why)
{
	uint32_t parts = x->drawing_count && buffer_ok(x->out) ? x->parts + 1 : 0;
	for (uint32_t part = 0; part < parts; part++)
		TRY(scrub_part(x, part, why));
	x->drawing_count = 0;
	return ok();
}

/* All pictures of the workbook: one tree over a record and those that continue it. */
static struct result put_drawing_group(struct xls *x, size_t from, struct why *why)
{
	struct buffer AUTO(buffer_done) whole = {0}, made = {0};
	struct xls_record r;
	buffer_init(&whole, (size_t)512 << 20);
	buffer_init(&made, (size_t)512 << 20);
	x->group_done = true;
	while (xls_next(x->in, &from, &r) && (r.id == DRAWING_GROUP || r.id == XLS_CONTINUE))
		buffer_put_slice(&whole, r.body);
	TRY(art_rewrite(x->job, buffer_slice(&whole), NULL, "drawing", &made, why));
	struct slice rest = buffer_slice(&made);
	for (uint16_t id = DRAWING_GROUP; rest.len; id = XLS_CONTINUE) {
		struct slice part = slice_part(rest, 0, XLS_RECORD_MOST);
		xls_put(x, id, part);
		rest = slice_part(rest, part.len, rest.len);
	}
	return buffer_ok(&whole) && buffer_ok(&made) ? ok() : job_memory(why);
}

/* ---- substreams ---- */

struct sheet {
	size_t from;     /* in the stream */
	size_t row;      /* of its BOUNDSHEET's body in the output */
	bool macro;
	const char *name;
};

/* Whether a shared or array formula of the sheet is not allowed. */
static bool shared_bad(struct xls *x, size_t pos)
{
	struct xls_record r;
	unsigned depth = 0;
	while (xls_next(x->in, &pos, &r)) {
		depth += r.id == BOF;
		if (r.id == END_OF && --depth == 0)
			return false;
		size_t head = r.id == 0x4BC ? 8 : 12;
		size_t cce = xls_u16(r.body, head);
		if ((r.id == 0x4BC || r.id == 0x221) &&
		    (r.body.len < head + 2 + cce || !xls_formula_allowed(x, slice_part(r.body, head + 2, cce))))
			return true;
	}
	return false;
}

static void put_strings_index(struct xls *x, const struct xls_record *r)
{
	size_t at = x->out->len + 4;
	xls_put(x, r->id, r->body);
	for (size_t i = 2; i + 8 <= r->body.len && buffer_ok(x->out); i += 8) {
		uint32_t ib = xls_u32(r->body, i) + (uint32_t)(x->strings_to - x->strings_from);
		for (unsigned k = 0; k < 4; k++)
			x->out->at[at + i + k] = (uint8_t)(ib >> 8 * k);
	}
}

/* Records of the book that a sheet must not say again. */
static bool of_the_book(uint16_t id)
{
	static const uint16_t ids[] = {SHEET, 0x1AE, 0x17, 0x23, 0x18, STRINGS, STRINGS_INDEX, DRAWING_GROUP};
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static struct result put_record(struct xls *x, const struct xls_record *r, size_t next, struct why *why)
{
	if (r->id == XLS_CONTINUE && !x->last_kept)
		return ok();
	bool drawing = r->id == DRAWING || (r->id == XLS_CONTINUE && x->drawing_open);
	if (r->id != XLS_CONTINUE)
		x->drawing_open = r->id == DRAWING || r->id == OBJECT;
	if (drawing)
		TRY(remember_drawing(x, r->body.len, why));
	if (r->id == XLS_CONTINUE) {
		xls_put(x, r->id, r->body);
		return ok();
	}
	if (x->in_sheet && of_the_book(r->id)) {
		x->last_kept = false;
		xls_tell(x, r->id, "unknown-part");
		return ok();
	}
	if (xls_change(x, r, next))
		return ok();
	if (r->id == STRINGS_INDEX && x->strings_to) {
		put_strings_index(x, r);
		return ok();
	}
	x->last_kept = xls_listed(r->id);
	if (!x->last_kept) {
		xls_tell(x, r->id, xls_left_out(r->id));
		return ok();
	}
	if (r->id == STRINGS) {
		x->strings_from = r->at;
		x->strings_to = x->out->len;
	}
	xls_put(x, r->id, r->body);
	if (r->id == GEL_FRAME && buffer_ok(x->out))
		art_scrub(x->job, x->out->at + x->out->len - r->body.len, r->body.len, x->place);
	return ok();
}

/* One substream from its beginning to its end, with charts inside. */
static struct result put_sheet(struct xls *x, size_t pos, struct why *why)
{
	struct xls_record r;
	unsigned depth = 0;
	x->freeze_shared = shared_bad(x, pos);
	x->frozen = x->drawing_open = x->last_kept = false;
	x->rules_count_at = 0;
	x->part = x->parts = 0;
	x->in_sheet = true;
	while (xls_next(x->in, &pos, &r)) {
		if (r.id == BOF && (xls_u16(r.body, 0) != BIFF8 || ++depth > NESTED_MOST))
			return damaged(x, "a sheet of another version inside");
		if (r.id == BOF && depth > 1)
			x->part = ++x->parts;
		TRY(put_record(x, &r, pos, why));
		if (r.id == END_OF && --depth == 0)
			return scrub_drawings(x, why);
		if (r.id == END_OF)
			x->part = 0;
	}
	return damaged(x, "a sheet that does not end");
}

static void put_empty_sheet(struct xls *x)
{
	xls_put(x, BOF, slice_of("\0\6\x10\0\xBB\x0D\xCC\7\0\0\0\0\6\0\0\0", 16));
	xls_put(x, 0x200, slice_of("\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14));
	xls_put(x, 0x23E, slice_of("\xB6\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0", 18));
	xls_put(x, END_OF, SLICE(""));
}

/* The sheet's kind as its own beginning says it. */
static uint16_t kind_at(struct xls *x, size_t pos)
{
	struct xls_record r;
	return xls_next(x->in, &pos, &r) && r.id == BOF && r.body.len >= 4 ? xls_u16(r.body, 2) : 0;
}

static const char *sheet_name(struct xls *x, struct slice body)
{
	char text[40];
	size_t len = 0, units = body.len > 8 ? body.at[6] : 0;
	bool wide = body.len > 8 && (body.at[7] & 1);
	for (size_t i = 0; i < units && len + 1 < sizeof text && 8 + ((i + 1) << wide) <= body.len; i++) {
		uint8_t c = body.at[8 + (i << wide)];
		text[len++] = c > ' ' && c < 0x7F && !(wide && body.at[8 + i * 2 + 1]) ? (char)c : '?';
	}
	text[len] = 0;
	return arena_printf(x->job->arena, "%s", text);
}

static struct result take_sheet(struct xls *x, const struct xls_record *r, struct sheet *sheet)
{
	if (r->body.len < 8)
		return damaged(x, "a sheet's entry that is cut off");
	uint16_t kind = kind_at(x, xls_u32(r->body, 0));
	uint8_t told = r->body.at[5];
	*sheet = (struct sheet){xls_u32(r->body, 0), x->out->len + 4,
	                        told == 1 || told == 6 || kind == MACRO_SHEET || kind == MODULE, sheet_name(x, r->body)};
	if (kind != WORKSHEET && kind != CHART_SHEET && !sheet->macro)
		return damaged(x, "a sheet that is not where its entry says");
	xls_put(x, SHEET, r->body);
	if (sheet->macro && buffer_ok(x->out)) {
		x->out->at[sheet->row + 5] = 0;
		job_drop(x->job, "macro-sheet", sheet->name ? sheet->name : "");
	}
	return ok();
}

static struct result put_globals(struct xls *x, struct sheet *sheets, size_t *count, struct why *why)
{
	struct xls_record r;
	size_t pos = 0;
	while (xls_next(x->in, &pos, &r)) {
		if (r.at == 0 && (r.id != BOF || xls_u16(r.body, 0) != BIFF8 || xls_u16(r.body, 2) != GLOBALS))
			return job_refuse(x->job, r.id == BOF ? REFUSAL_UNKNOWN : REFUSAL_DAMAGED, "Workbook",
			                  "it does not begin as Excel 97 and later begin");
		if (r.id == PASSWORD && x->opened)
			continue; /* what it says is undone */
		if (r.id == PASSWORD)
			return job_refuse(x->job, REFUSAL_LOCKED, "Workbook", "an encryption in an unusual place");
		if (r.id == SHEET && *count == SHEETS_MOST)
			return job_refuse(x->job, REFUSAL_BOMB, "Workbook", "too many sheets");
		if (r.id == SHEET) {
			TRY(take_sheet(x, &r, &sheets[(*count)++]));
			x->last_kept = true;
		} else if (r.id == DRAWING_GROUP) {
			x->last_kept = false;
			if (!x->group_done)
				TRY(put_drawing_group(x, r.at, why));
		} else {
			TRY(put_record(x, &r, pos, why));
		}
		if (r.id == END_OF)
			return ok();
	}
	return damaged(x, "it does not end");
}

static struct result put_workbook(struct xls *x, struct why *why)
{
	struct sheet *sheets = ARENA_ARRAY(x->compound->arena, SHEETS_MOST, struct sheet);
	size_t count = 0;
	x->links = ARENA_NEW(x->compound->arena, struct xls_links);
	if (!sheets || !x->links)
		return job_memory(why);
	TRY(job_pay_work(x->job, x->in.len));
	TRY(put_globals(x, sheets, &count, why));
	for (size_t i = 0; i < count; i++) {
		size_t at = x->out->len;
		x->place = sheets[i].name ? sheets[i].name : "";
		for (size_t k = 0; k < i; k++)
			if (sheets[k].from == sheets[i].from && !sheets[i].macro)
				return damaged(x, "two sheets at one place");
		if (sheets[i].macro)
			put_empty_sheet(x);
		else
			TRY(put_sheet(x, sheets[i].from, why));
		for (unsigned k = 0; k < 4 && buffer_ok(x->out); k++)
			x->out->at[sheets[i].row + k] = (uint8_t)(at >> 8 * k);
	}
	return count ? ok() : damaged(x, "it has no sheet");
}

static struct result build(struct xls *x, struct buffer *out, struct why *why)
{
	static const uint8_t clsid[16] = "\x20\x08\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46";
	struct compound *c = x->compound;
	const struct cfb_entry *entry = cfb_find(&c->cfb, 0, "Workbook");
	if (!entry)
		entry = cfb_find(&c->cfb, 0, "Book");
	if (!entry || entry->kind != CFB_STREAM)
		return damaged(x, "its stream is missing");
	struct cfb_bytes bytes = cfb_load(&c->cfb, entry);
	if (!bytes.at)
		return job_memory(why);
	TRY(xls_unlock(x->job, bytes, &x->opened));
	x->in = slice_of(bytes.at, bytes.len);
	TRY(put_workbook(x, why));
	if (!buffer_ok(x->out))
		return job_memory(why);
	cfb_plan_begin(&c->plan, c->arena, clsid);
	cfb_plan_add(&c->plan, 0, "Workbook", false, buffer_slice(x->out));
	TRY(compound_properties(c, why));
	compound_drop_rest(c, slice_equal_nocase(slice_str(entry->name), SLICE("Book"))
		? "Book|\5SummaryInformation|\5DocumentSummaryInformation"
		: "Workbook|\5SummaryInformation|\5DocumentSummaryInformation");
	return cfb_write(&c->plan, out, why);
}

struct result xls_rebuild(struct job *job, struct slice in, struct buffer *out, struct why *why)
{
	struct compound compound;
	struct buffer stream;
	struct xls x = {.job = job, .compound = &compound, .out = &stream, .place = ""};
	buffer_init(&stream, (size_t)512 << 20);
	const char *ending = job->made_ending; /* pictures inside have their own */
	struct result result = compound_begin(&compound, job, in, why);
	if (result.code == OK)
		result = build(&x, out, why);
	buffer_done(&stream);
	compound_end(&compound);
	job->made_ending = ending;
	return result;
}
