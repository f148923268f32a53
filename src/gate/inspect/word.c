/* Word documents once more: fields from the text, tables that must be empty,
 * formatting that names objects, form fields that name macros.
 * source  MS-DOC 2.5.6 to 2.5.10, 2.8.25, 2.9.33, 2.9.78                       */
#include "gate/inspect/compound.h"

#include "base/buffer.h"

enum { PAIRS = 154, BEGIN = 0x13, MIDDLE = 0x14, FINISH = 0x15, NESTED = 32 };

struct word {
	struct look *look;
	struct slice main, table, data;
	struct buffer codes[NESTED];  /* instructions by nesting */
	bool shows[NESTED];
	unsigned depth;
	struct part_text seen;
};

static struct slice structure(const struct word *w, unsigned index)
{
	if (index >= le16(w->main, 152))
		return SLICE("");
	return slice_part(w->table, le32(w->main, PAIRS + index * 8u), le32(w->main, PAIRS + index * 8u + 4));
}

static void look_tables(struct word *w)
{
	static const struct {
		uint8_t index, least;
		const char *what;
	} empty[] = {{24, 2, "custom-ui"}, {26, 0, "vba"}, {44, 0, "mail-merge"}, {60, 0, "document-variables"},
	             {70, 0, "routing"}, {85, 0, "activex"}, {126, 0, "mail-merge"}, {127, 0, "mail-merge"}};
	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
		if (structure(w, empty[i].index).len > empty[i].least)
			look_find(w->look, empty[i].what, "table %u", empty[i].index);
	struct slice names = structure(w, 32); /* strings: the second is the template's path */
	size_t second = 8 + (size_t)le16(names, 6) * 2;
	for (size_t i = 0; i < le16(names, second); i++)
		if (strchr("\\/:", le16(names, second + 2 + i * 2)) && le16(names, second + 2 + i * 2))
			return look_find(w->look, "template", "table 32");
	if (le16(w->main, 8))
		look_find(w->look, "hidden-document", "a second document inside");
}

/* ---- text ---- */

static void end_code(struct word *w)
{
	struct buffer *code = &w->codes[w->depth - 1];
	bool blank = true;
	for (size_t i = 0; i < code->len; i++)
		blank &= code->at[i] <= ' ';
	if (code->failed || (!blank && !field_safe(buffer_slice(code))))
		look_find(w->look, "field", "%.*s", SLICE_ARG(slice_part(buffer_slice(code), 0, 40)));
	w->shows[w->depth - 1] = true;
}

static void take(struct word *w, unsigned c)
{
	if (c == BEGIN && w->depth < NESTED) {
		w->shows[w->depth] = false;
		buffer_clear(&w->codes[w->depth++]);
	} else if (c == BEGIN) {
		look_find(w->look, "field", "nested too deep");
	} else if (c == MIDDLE && w->depth && !w->shows[w->depth - 1]) {
		end_code(w);
	} else if (c == FINISH && w->depth) {
		if (!w->shows[w->depth - 1])
			end_code(w);
		w->depth--;
	} else if (w->depth && !w->shows[w->depth - 1]) {
		buffer_put_u8(&w->codes[w->depth - 1], c < ' ' ? ' ' : c < 0x7F ? (uint8_t)c : '?');
	} else if (c > ' ') {
		uint8_t bytes[2] = {(uint8_t)(c | 0x80), (uint8_t)(c >> 8 | 0x80)};
		part_text_add(&w->seen, bytes, 2);
	}
}

static bool look_text_of(struct word *w)
{
	struct slice clx = structure(w, 33);
	size_t at = 0;
	while (at + 3 <= clx.len && clx.at[at] == 1)
		at += 3 + (size_t)le16(clx, at + 1);
	if (at + 5 > clx.len || clx.at[at] != 2)
		return look_unreadable(w->look, "no pieces of text");
	struct slice plc = slice_part(clx, at + 5, le32(clx, at + 1));
	size_t count = plc.len >= 4 ? (plc.len - 4) / 12 : 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t from = le32(plc, i * 4), to = le32(plc, i * 4 + 4), fc = le32(plc, (count + 1) * 4 + i * 8 + 2);
		bool narrow = fc & 0x40000000;
		size_t start = narrow ? (fc & 0x3FFFFFFF) / 2 : fc;
		if (to < from || start > w->main.len || (uint64_t)(to - from) * (narrow ? 1 : 2) > w->main.len - start)
			return look_unreadable(w->look, "a piece of text outside the stream");
		for (size_t k = 0; k < to - from; k++)
			take(w, narrow ? w->main.at[start + k] : le16(w->main, start + k * 2));
	}
	for (; w->depth; w->depth--)
		if (!w->shows[w->depth - 1])
			end_code(w);
	return true;
}

static void look_field_tables(struct word *w)
{
	static const uint8_t indexes[] = {16, 17, 18, 19, 48, 57, 59};
	static const uint8_t active[] = {36, 38, 39, 45, 46, 50, 51, 55, 56, 58, 67, 68, 78, 81, 87, 91};
	for (size_t i = 0; i < sizeof indexes; i++) {
		struct slice plc = structure(w, indexes[i]);
		size_t count = plc.len >= 4 ? (plc.len - 4) / 6 : 0;
		for (size_t k = 0; k < count; k++) {
			const uint8_t *fld = plc.at + (count + 1) * 4 + k * 2;
			if ((fld[0] & 0x1F) == BEGIN && memchr(active, fld[1], sizeof active))
				look_find(w->look, "field", "table %u entry %zu kind %u", indexes[i], k, fld[1]);
		}
	}
}

/* ---- formatting ---- */

static void look_form_field(struct word *w, struct slice body)
{
	size_t pos = 10;
	bool text = (le16(body, 4) & 3) == 0;
	for (unsigned i = 0; i < 7; i++) {
		if (i == 1 && !text) {
			pos += 2;
			continue;
		}
		unsigned units = le16(body, pos);
		if (i >= 5 && units && pos < body.len)
			look_find(w->look, "form-macro", "Data");
		pos += 4 + units * 2u;
	}
}

static const struct slice file_moniker = {(const uint8_t *)"\3\3\0\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16};

static void look_element(struct word *w, uint32_t at)
{
	struct slice e = slice_part(w->data, at, w->data.len);
	struct slice body = slice_part(e, 0x44, le32(e, 0) > 0x44 ? le32(e, 0) - 0x44 : 0);
	if (le32(body, 0) == UINT32_MAX)
		look_form_field(w, body);
	else if (wide_outside(body) || slice_find(body, file_moniker) != SIZE_MAX)
		look_find(w->look, "unsafe-link", "Data offset %u", at);
	else if (le16(e, 6) == 0x66)
		look_find(w->look, "external-link", "Data offset %u", at);
	else if (le16(e, 6) == 0x64)
		art_look(w->look, body, "Data");
}

static void look_modifiers(struct word *w, struct slice in)
{
	static const uint8_t sizes[8] = {1, 1, 2, 4, 2, 2, 0, 3};
	for (size_t pos = 0; pos + 3 <= in.len;) {
		unsigned op = le16(in, pos);
		size_t len = op >> 13 == 6 ? in.at[pos + 2] + 1u : sizes[op >> 13];
		if (op == 0x680E || op == 0x080A || op == 0x0856)
			look_find(w->look, "ole-object", "formatting %04X", op);
		if (op == 0x6A03)
			look_element(w, le32(in, pos + 2));
		pos += 2 + len;
	}
}

static bool look_formatting(struct word *w)
{
	struct slice plc = structure(w, 12);
	size_t count = plc.len >= 4 ? (plc.len - 4) / 8 : 0;
	for (size_t i = 0; i < count; i++) {
		struct slice page = slice_part(w->main, (size_t)(le32(plc, (count + 1) * 4 + i * 4) & 0x3FFFFF) * 512, 512);
		if (page.len < 512)
			return look_unreadable(w->look, "a page of formatting that is not there");
		size_t runs = page.at[511];
		for (size_t k = 0; k < runs && (runs + 1) * 4 + k < 511; k++) {
			size_t at = page.at[(runs + 1) * 4 + k] * 2u;
			if (at)
				look_modifiers(w, slice_part(page, at + 1, page.at[at]));
		}
	}
	return true;
}

static void look_drawings(struct word *w)
{
	struct slice all = structure(w, 50);
	for (size_t pos = 0; pos + 8 < all.len;) {
		pos += pos > 0;
		size_t len = 8 + (size_t)le32(all, pos + 4);
		art_look(w->look, slice_part(all, pos, len), "drawing");
		pos += len;
	}
}

static bool look_word(struct word *w)
{
	static const char *const names[] = {"WordDocument", "0Table", "1Table", "Data", "\5SummaryInformation",
	                                    "\5DocumentSummaryInformation"};
	struct cfile f;
	if (!cfile_open(w->look, w->main, &f))
		return false;
	cfile_only(&f, names, sizeof names / sizeof names[0]);
	if (!cfile_read(&f, "WordDocument", &w->main) || le16(w->main, 0) != 0xA5EC || w->main.len < PAIRS)
		return look_unreadable(w->look, "no main stream of Word 97 or later");
	if (le16(w->main, 10) & 0x100)
		return look_unreadable(w->look, "it is encrypted");
	if (!cfile_read(&f, le16(w->main, 10) & 0x200 ? "1Table" : "0Table", &w->table))
		return look_unreadable(w->look, "no table stream");
	cfile_read(&f, "Data", &w->data);
	look_tables(w);
	if (!look_text_of(w) || !look_formatting(w))
		return false;
	look_field_tables(w);
	look_drawings(w);
	look_text(w->look, &w->seen);
	w->look->report->pages = 1;
	return true;
}

bool look_doc(struct look *look, enum inspect_type type, struct slice in)
{
	struct word w = {.look = look, .main = in};
	(void)type;
	for (unsigned i = 0; i < NESTED; i++)
		buffer_init(&w.codes[i], 1 << 16);
	bool done = look_word(&w);
	for (unsigned i = 0; i < NESTED; i++)
		buffer_done(&w.codes[i]);
	return done;
}
