/* Records of a workbook that are not simply copied.
 * source  MS-XLS 2.4.127 (Formula), 2.4.150 (Lbl), 2.4.181 (Obj), 2.4.271 (SupBook),
 *         2.4.105 (ExternName), 2.4.106 (ExternSheet), 2.4.140 (HLink), 2.4.42 (CF),
 *         2.4.95 (Dv), 2.4.29 (BRAI)                                          */
#include "gate/file/art.h"
#include "gate/file/links.h"
#include "gate/file/xls.h"

static const uint8_t reference_error[2] = {0x1C, 0x17};

/* ---- links to other books ---- */

static enum xls_book book_kind(struct slice body)
{
	uint16_t mark = xls_u16(body, 2);
	return mark == 0x0401 ? BOOK_SELF : mark == 0x3A01 ? BOOK_ADDIN : BOOK_OTHER;
}

static void change_book(struct xls *x, const struct xls_record *r)
{
	enum xls_book kind = book_kind(r->body);
	struct xls_links *links = x->links;
	if (links->book_count < XLS_BOOKS_MOST) {
		links->names_from[links->book_count] = links->name_count;
		links->books[links->book_count++] = (uint8_t)kind;
	}
	bool same_book = kind == BOOK_OTHER && xls_u16(r->body, 2) == 1 && r->body.len >= 6 && r->body.at[5] == 0;
	if (kind != BOOK_OTHER) {
		xls_put(x, r->id, slice_part(r->body, 0, 4));
		return;
	}
	if (!same_book)
		xls_tell(x, r->id, "external-link");
	xls_put(x, r->id, slice_of("\1\0\1\x3A", 4));
}

static void change_refs(struct xls *x, const struct xls_record *r)
{
	struct xls_links *links = x->links;
	struct slice body = r->body;
	size_t count = xls_u16(body, 0), at = x->out->len + 4;
	if (count > (body.len - (body.len >= 2 ? 2 : 0)) / 6)
		count = body.len >= 2 ? (body.len - 2) / 6 : 0;
	xls_put(x, r->id, body);
	for (size_t i = 0; i < count && links->ref_count < XLS_SHEET_REFS_MOST; i++) {
		uint16_t book = xls_u16(body, 2 + i * 6);
		links->refs[links->ref_count++] = book;
		bool own = book < links->book_count && links->books[book] == BOOK_SELF;
		if (!own && buffer_ok(x->out))
			memcpy(x->out->at + at + 2 + i * 6 + 2, "\xFE\xFF\xFE\xFF", 4);
	}
}

static bool analysis_function(struct slice name)
{
	char text[80];
	if (name.len == 0 || name.len > 64)
		return false;
	memcpy(text, name.at, name.len);
	memcpy(text + name.len, "()", 2);
	return formula_allowed(NULL, slice_of(text, name.len + 2));
}

static void change_outside_name(struct xls *x, const struct xls_record *r)
{
	struct xls_links *links = x->links;
	struct slice body = r->body;
	uint16_t book = (uint16_t)(links->book_count ? links->book_count - 1 : 0);
	bool addin = links->book_count && links->books[book] == BOOK_ADDIN;
	size_t len = body.len > 8 ? body.at[6] : 0;
	bool narrow = body.len > 8 && (body.at[7] & 1) == 0;
	bool fine = addin && narrow && len <= body.len - 8 && analysis_function(slice_part(body, 8, len));
	if (links->name_count < XLS_SHEET_REFS_MOST) {
		links->names[links->name_count].book = book;
		links->names[links->name_count++].fine = fine;
	}
	if (!addin)
		return;
	/* the place in the list stays, the name does not */
	struct buffer AUTO(buffer_done) made = {0};
	buffer_init(&made, XLS_RECORD_MOST);
	buffer_put(&made, "\0\0\0\0\0\0", 6);
	buffer_put_u8(&made, fine ? (uint8_t)len : 1);
	buffer_put_u8(&made, 0);
	buffer_put_slice(&made, fine ? slice_part(body, 8, len) : SLICE("_"));
	buffer_put(&made, "\2\0\x1C\x17", 4);
	xls_put(x, r->id, buffer_slice(&made));
	if (!fine && !(narrow && len == 1 && body.at[8] == '_'))
		xls_tell(x, r->id, "formula");
}

/* ---- names ---- */

enum { NAME_HIDDEN = 1, NAME_CODE = 0x2 | 0x4 | 0x8, NAME_BUILT_IN = 0x20 };

static bool runs_by_itself(struct slice name, bool wide, bool built_in)
{
	static const char *const prefixes[] = {"auto_open", "auto_close", "auto_activate", "auto_deactivate",
	                                       "_xlnm.auto"};
	char text[32] = "";
	size_t len = 0;
	if (built_in)
		return name.len && (name.at[0] == 1 || name.at[0] == 2 || name.at[0] == 10 || name.at[0] == 11);
	for (size_t i = 0; i < name.len && len + 1 < sizeof text; i += wide ? 2 : 1)
		text[len++] = (char)name.at[i];
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (slice_equal_nocase(slice_part(slice_of(text, len), 0, strlen(prefixes[i])), slice_str(prefixes[i])))
			return true;
	return false;
}

static void change_name(struct xls *x, const struct xls_record *r)
{
	struct slice body = r->body;
	uint16_t flags = xls_u16(body, 0);
	bool wide = body.len > 14 && (body.at[14] & 1);
	size_t units = body.len > 14 ? body.at[3] : 0, bytes = units << wide, cce = xls_u16(body, 4);
	bool whole = body.len >= 15 + bytes + cce;
	struct slice name = slice_part(body, 15, bytes), formula = slice_part(body, 15 + bytes, cce);
	bool starts = runs_by_itself(name, wide, flags & NAME_BUILT_IN);
	x->names++;
	if (whole && !starts && (flags & NAME_CODE) == 0 && xls_formula_allowed(x, formula)) {
		xls_put(x, r->id, body);
		return;
	}
	char plain[32];
	int len = snprintf(plain, sizeof plain, "_%u_", x->names);
	struct buffer AUTO(buffer_done) made = {0};
	buffer_init(&made, 256);
	buffer_put_le16(&made, NAME_HIDDEN);
	buffer_put_u8(&made, 0);
	buffer_put_u8(&made, (uint8_t)len);
	buffer_put_le16(&made, sizeof reference_error);
	buffer_put(&made, "\0\0\0\0\0\0\0\0\0", 9);
	buffer_put(&made, plain, (size_t)len);
	buffer_put(&made, reference_error, sizeof reference_error);
	xls_put(x, r->id, buffer_slice(&made));
	job_drop(x->job, starts || flags & NAME_CODE ? "auto-name" : "external-link", "name");
}

/* ---- cells ---- */

/* The text that a formula showed: its STRING record, after what else belongs to it. */
static struct slice shown_text(struct xls *x, size_t next)
{
	struct xls_record r;
	while (xls_next(x->in, &next, &r)) {
		if (r.id == 0x207)
			return r.body;
		if (r.id != 0x4BC && r.id != 0x221 && r.id != 0x236 && r.id != XLS_CONTINUE)
			break;
	}
	return SLICE("\0\0\0");
}

static void put_text_cell(struct xls *x, struct slice cell, struct slice text)
{
	struct buffer AUTO(buffer_done) made = {0};
	bool wide = text.len > 2 && (text.at[2] & 1);
	size_t have = text.len > 3 ? (text.len - 3) >> wide : 0, units = xls_u16(text, 0);
	units = units < have ? units : have;
	buffer_init(&made, XLS_RECORD_MOST);
	buffer_put_slice(&made, slice_part(cell, 0, 6));
	buffer_put_le16(&made, (uint16_t)units);
	buffer_put_u8(&made, wide);
	buffer_put_slice(&made, slice_part(text, 3, units << wide));
	xls_put(x, 0x204, buffer_slice(&made));
}

static void freeze_cell(struct xls *x, const struct xls_record *r, size_t next)
{
	struct slice body = r->body;
	uint8_t made[14];
	memcpy(made, body.at, 14);
	x->frozen = true;
	if (body.at[12] != 0xFF || body.at[13] != 0xFF) {
		xls_put(x, 0x203, slice_of(made, 14));
		return;
	}
	if (body.at[6] == 0 || body.at[6] == 3) {
		put_text_cell(x, body, body.at[6] == 0 ? shown_text(x, next) : SLICE("\0\0\0"));
		return;
	}
	made[6] = body.at[8];
	made[7] = body.at[6] == 2;
	xls_put(x, 0x205, slice_of(made, 8));
}

static void change_formula(struct xls *x, const struct xls_record *r, size_t next)
{
	struct slice body = r->body;
	x->frozen = false;
	if (body.len < 22) {
		x->last_kept = false;
		return;
	}
	size_t cce = xls_u16(body, 20);
	struct slice tokens = slice_part(body, 22, cce);
	bool fine = tokens.len == cce && xls_formula_allowed(x, tokens) &&
	            !(x->freeze_shared && xls_formula_shared(tokens));
	if (fine) {
		xls_put(x, 0x006, body);
		return;
	}
	const char *cell = arena_printf(x->job->arena, "%s R%uC%u", x->place, xls_u16(body, 0) + 1u,
	                                xls_u16(body, 2) + 1u);
	job_drop(x->job, "formula", cell ? cell : x->place);
	freeze_cell(x, r, next);
}

/* What belongs to a formula that is not there any more. */
static bool belongs_to_frozen(struct xls *x, const struct xls_record *r)
{
	bool belongs = r->id == 0x207 || r->id == 0x4BC || r->id == 0x221 || r->id == 0x236;
	if (!x->frozen)
		return false;
	x->frozen = belongs;
	x->last_kept = !belongs;
	return belongs;
}

/* ---- rules, links, charts ---- */

static void change_rule(struct xls *x, const struct xls_record *r)
{
	size_t first = xls_u16(r->body, 2), second = xls_u16(r->body, 4);
	if (r->body.len < 6 + first + second)
		return;
	size_t head = r->body.len - first - second;
	if (xls_formula_allowed(x, slice_part(r->body, head, first)) &&
	    xls_formula_allowed(x, slice_part(r->body, head + first, second))) {
		xls_put(x, r->id, r->body);
		return;
	}
	struct buffer AUTO(buffer_done) made = {0};
	buffer_init(&made, XLS_RECORD_MOST);
	buffer_put_slice(&made, slice_part(r->body, 0, 2));
	buffer_put_le16(&made, first ? 2 : 0);
	buffer_put_le16(&made, second ? 2 : 0);
	buffer_put_slice(&made, slice_part(r->body, 6, head - 6));
	buffer_put(&made, reference_error, first ? 2 : 0);
	buffer_put(&made, reference_error, second ? 2 : 0);
	xls_put(x, r->id, buffer_slice(&made));
	xls_tell(x, r->id, "formula");
}

/* Four texts, then two formulas. */
static bool validation_fine(const struct xls *x, struct slice body)
{
	size_t pos = 4;
	for (unsigned i = 0; i < 4; i++) {
		if (pos + 3 > body.len)
			return false;
		pos += 3 + ((size_t)xls_u16(body, pos) << (body.at[pos + 2] & 1));
	}
	for (unsigned i = 0; i < 2; i++) {
		size_t len = xls_u16(body, pos);
		if (pos + 4 + len > body.len || !xls_formula_allowed(x, slice_part(body, pos + 4, len)))
			return false;
		pos += 4 + len;
	}
	return true;
}

static void change_validation(struct xls *x, const struct xls_record *r)
{
	if (validation_fine(x, r->body)) {
		xls_put(x, r->id, r->body);
		return;
	}
	x->last_kept = false;
	xls_tell(x, r->id, "formula");
	if (x->rules_count_at && buffer_ok(x->out) && x->rules_count_at + 4 <= x->out->len) {
		uint8_t *at = x->out->at + x->rules_count_at;
		uint32_t count = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
		count -= count > 0;
		for (unsigned i = 0; i < 4; i++)
			at[i] = (uint8_t)(count >> 8 * i);
	}
}

static void change_hyperlink(struct xls *x, const struct xls_record *r)
{
	size_t used = 0;
	if (r->body.len > 24 && hyperlink_safe(&x->job->links, slice_part(r->body, 24, r->body.len), &used)) {
		xls_put(x, r->id, slice_part(r->body, 0, 24 + used));
		return;
	}
	x->last_kept = false;
	job_drop(x->job, "unsafe-link", x->place);
}

static void change_series(struct xls *x, const struct xls_record *r)
{
	size_t cce = xls_u16(r->body, 6);
	if (8 + cce <= r->body.len && xls_formula_allowed(x, slice_part(r->body, 8, cce))) {
		xls_put(x, r->id, r->body);
		return;
	}
	uint8_t made[8] = {0};
	if (r->body.len >= 8)
		memcpy(made, r->body.at, 6);
	made[1] = 1; /* what it shows stands in the chart itself */
	xls_put(x, r->id, slice_of(made, 8));
	xls_tell(x, r->id, "external-link");
}

/* ---- objects ---- */

enum { FT_END = 0, FT_MACRO = 4, FT_PICTURE_FLAGS = 8, FT_PICTURE_FORMULA = 9, FT_SCROLL_FORMULA = 0xE,
       FT_LIST = 0x13, FT_CHECK_FORMULA = 0x14, FT_COMMON = 0x15, PICTURE_DDE = 2, PICTURE_CONTROL = 0x10 };

static void drop_object_part(struct xls *x, uint16_t ft, struct slice data, bool control)
{
	if (ft == FT_MACRO && xls_u16(data, 0) > 0)
		job_drop(x->job, "macro-link", x->place);
	if (ft == FT_PICTURE_FORMULA)
		job_drop(x->job, control ? "activex" : "ole-object", x->place);
}

static void change_object(struct xls *x, const struct xls_record *r)
{
	struct buffer AUTO(buffer_done) made = {0};
	bool control = false;
	buffer_init(&made, XLS_RECORD_MOST);
	for (size_t pos = 0; pos + 4 <= r->body.len;) {
		uint16_t ft = xls_u16(r->body, pos), len = xls_u16(r->body, pos + 2);
		struct slice data = slice_part(r->body, pos + 4, len);
		if (ft == FT_LIST || ft == FT_END) {
			if (ft == FT_END || xls_object_formula(x, slice_part(r->body, pos + 6, xls_u16(r->body, pos + 4))) ||
			    xls_u16(r->body, pos + 4) == 0)
				buffer_put_slice(&made, slice_part(r->body, pos, ft == FT_END ? 4 : r->body.len));
			break;
		}
		pos += 4 + (size_t)len;
		bool formula = ft == FT_SCROLL_FORMULA || ft == FT_CHECK_FORMULA;
		bool listed = ft >= FT_MACRO && ft <= FT_COMMON && ft != FT_MACRO && ft != FT_PICTURE_FORMULA;
		if (ft == FT_PICTURE_FLAGS)
			control = xls_u16(data, 0) & PICTURE_CONTROL;
		if (!listed || (formula && !xls_object_formula(x, slice_part(data, 2, data.len)))) {
			drop_object_part(x, ft, data, control);
			continue;
		}
		buffer_put_le16(&made, ft);
		buffer_put_le16(&made, (uint16_t)data.len);
		buffer_put_slice(&made, data);
		if (ft == FT_PICTURE_FLAGS && data.len >= 2 && buffer_ok(&made))
			made.at[made.len - data.len] &= (uint8_t)~(PICTURE_DDE | PICTURE_CONTROL | 0x20);
	}
	xls_put(x, r->id, buffer_slice(&made));
}

bool xls_change(struct xls *x, const struct xls_record *r, size_t next)
{
	if (belongs_to_frozen(x, r))
		return true;
	x->last_kept = true;
	switch (r->id) {
	case 0x1AE: change_book(x, r); return true;
	case 0x017: change_refs(x, r); return true;
	case 0x023: change_outside_name(x, r); return true;
	case 0x018: change_name(x, r); return true;
	case 0x006: case 0x206: case 0x406: change_formula(x, r, next); return true;
	case 0x1B1: change_rule(x, r); return true;
	case 0x1BE: change_validation(x, r); return true;
	case 0x1B8: change_hyperlink(x, r); return true;
	case 0x1051: change_series(x, r); return true;
	case 0x05D: change_object(x, r); return true;
	case 0x1B2:
		x->rules_count_at = r->body.len >= 18 ? x->out->len + 4 + 14 : 0;
		return false;
	default:
		return false;
	}
}
