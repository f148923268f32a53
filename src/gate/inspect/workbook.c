/* Workbooks of Excel 97-2003 once more: records that must not be there, formulas
 * that call or fetch, names that run, objects with macros, links that lead away.
 * source  MS-XLS 2.3, 2.4, 2.5.198                                            */
#include "gate/inspect/compound.h"

#include "base/buffer.h"

struct book {
	struct look *look;
	struct slice in;
	struct part_text seen;
	struct buffer drawing; /* of one sheet, in pieces between its objects */
	bool drawing_goes_on;
	unsigned sheets;
	uint16_t books[256]; /* mark of each SUPBOOK */
	unsigned book_count;
	uint16_t refs[4096];
	unsigned ref_count;
};

static const struct {
	uint16_t first, last;
	const char *what;
} forbidden[] = {
	{0x00D3, 0x00D3, "vba"}, {0x01AD, 0x01AD, "data-connection"}, {0x0803, 0x0807, "data-connection"},
	{0x080A, 0x080A, "data-connection"}, {0x00DC, 0x00DC, "data-connection"}, {0x0050, 0x0052, "data-connection"},
	{0x01B5, 0x01B5, "data-connection"}, {0x0801, 0x0801, "external-link"}, {0x00B0, 0x00B2, "pivot"},
	{0x00E3, 0x00E3, "pivot"}, {0x0896, 0x0896, "package"}, {0x08A4, 0x08A6, "package"}, {0x004D, 0x004D, "printer-settings"},
	{0x002F, 0x002F, "encrypted"}, {0x0900, 0x0FFF, "unknown-record"}, {0x1069, 0xFFFF, "unknown-record"},
};

/* Functions that only macros may call, by number. */
static bool runs(unsigned number)
{
	static const struct {
		uint16_t first, last;
	} calls[] = {{53, 55}, {79, 81}, {84, 85}, {87, 91}, {93, 96}, {103, 104}, {106, 108}, {110, 110},
	             {122, 123}, {132, 139}, {145, 147}, {149, 161}, {166, 166}, {170, 182}, {185, 188},
	             {191, 192}, {200, 203}, {217, 218}, {223, 226}, {236, 243}, {245, 246}, {248, 251},
	             {253, 254}, {256, 260}, {262, 268}, {334, 335}, {338, 341}, {348, 349}, {355, 357}, {379, 379}};
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (number >= calls[i].first && number <= calls[i].last)
			return true;
	return number & 0x8000;
}

static bool outside(const struct book *b, unsigned ref)
{
	return ref >= b->ref_count || b->refs[ref] >= b->book_count || b->books[b->refs[ref]] != 0x0401;
}

static void look_formula(struct book *b, struct slice f)
{
	static const signed char rest[32] = {7, 2, 3, 4, 4, 8, 6, 6, 6, 2, 4, 8, 4, 8, 2, 2,
	                                     -1, -1, -1, -1, -1, -1, -1, -1, -1, 6, 6, 10, 6, 10, -1, -1};
	struct slice first = f.len > 3 && f.at[0] == 0x17 ? slice_part(f, 3, f.at[1]) : SLICE("");
	unsigned called = 0, named = 0;
	for (size_t pos = 0; pos < f.len;) {
		unsigned t = f.at[pos++];
		unsigned base = t < 0x20 ? t : (t & 0x1F) | 0x20;
		if (base == 0x21 && runs(le16(f, pos)))
			look_find(b->look, "formula", "function %u", le16(f, pos));
		if (base == 0x22 && runs(le16(f, pos + 1)))
			look_find(b->look, "formula", "function %u", le16(f, pos + 1));
		if (base == 0x22 && le16(f, pos + 1) == 359 && !link_safe(first) && !starts_nocase(first, "#"))
			look_find(b->look, "unsafe-link", "HYPERLINK");
		called += base == 0x22 && le16(f, pos + 1) == 255;
		named += base == 0x39;
		if (base >= 0x3A && base <= 0x3D && outside(b, le16(f, pos)))
			look_find(b->look, "external-link", "a reference to another workbook");
		if (base >= 0x20) {
			if (rest[base - 0x20] < 0)
				return look_find(b->look, "formula", "a token %02X", t);
			pos += (size_t)rest[base - 0x20];
		} else if (t == 0x17) {
			pos += 2 + ((size_t)(pos < f.len ? f.at[pos] : 0) << (pos + 1 < f.len ? f.at[pos + 1] & 1 : 0));
		} else if (t == 0x19) {
			pos += 3 + (pos < f.len && (f.at[pos] & 4) ? (le16(f, pos + 1) + 1u) * 2 : 0);
		} else {
			pos += t == 1 || t == 2 ? 4 : t == 0x1C || t == 0x1D ? 1 : t == 0x1E ? 2 : t == 0x1F ? 8 : 0;
		}
	}
	if (called > named)
		look_find(b->look, "formula", "a function of a macro");
}

static void look_name(struct book *b, struct slice r)
{
	unsigned flags = le16(r, 0), units = r.len > 3 ? r.at[3] : 0, wide = r.len > 14 ? r.at[14] & 1u : 0;
	static const char *const runs_itself[] = {"auto_open", "auto_close", "auto_activate", "auto_deactivate"};
	char text[24] = "";
	for (unsigned i = 0; i < units && i < 23 && 15 + ((size_t)i << wide) < r.len; i++)
		text[i] = (char)r.at[15 + ((size_t)i << wide)];
	bool built_in = flags & 0x20;
	bool itself = built_in && (text[0] == 1 || text[0] == 2 || text[0] == 10 || text[0] == 11);
	for (size_t i = 0; i < 4; i++)
		itself |= !built_in && starts_nocase(slice_str(text), runs_itself[i]);
	if (itself || (flags & 0xE))
		look_find(b->look, "auto-name", "%s", built_in ? "built-in" : text);
	look_formula(b, slice_part(r, 15 + ((size_t)units << wide), le16(r, 4)));
}

static void look_object(struct book *b, struct slice r)
{
	for (size_t pos = 0; pos + 4 <= r.len;) {
		unsigned part = le16(r, pos);
		if (part == 4)
			look_find(b->look, "macro-link", "an object");
		if (part == 9)
			look_find(b->look, "ole-object", "an object");
		if (part == 0x13 || part == 0)
			return;
		pos += 4 + (size_t)le16(r, pos + 2);
	}
}

static void look_link(struct book *b, struct slice r)
{
	/* flags: 1 a moniker follows, 0x100 it is kept as text */
	struct slice object = slice_part(r, 24, r.len);
	if ((le32(object, 4) & 1) == 0)
		return;
	bool http = false;
	static const char *const schemes[] = {"http://", "https://", "mailto:"};
	for (size_t at = 8; at + 2 < object.len && !http; at++)
		for (size_t k = 0; k < 3 && !http; k++) {
			size_t n = 0;
			while (schemes[k][n] && (object.at[at + n * 2 < object.len ? at + n * 2 : 0] | 32) == (schemes[k][n] | 32))
				n++;
			http = !schemes[k][n];
		}
	if (!http)
		look_find(b->look, "unsafe-link", "a link to neither http nor mail");
}

static void look_links_between(struct book *b, unsigned id, struct slice r)
{
	if (id == 0x1AE && b->book_count < 256)
		b->books[b->book_count++] = le16(r, 2);
	if (id == 0x1AE && le16(r, 2) != 0x0401 && le16(r, 2) != 0x3A01)
		look_find(b->look, "external-link", "another workbook");
	for (unsigned i = 0; id == 0x17 && i < le16(r, 0) && b->ref_count < 4096; i++)
		b->refs[b->ref_count++] = le16(r, 2 + i * 6u);
}

static void look_record(struct book *b, unsigned id, struct slice r)
{
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
		if (id >= forbidden[i].first && id <= forbidden[i].last)
			look_find(b->look, forbidden[i].what, "record %04X", id);
	if (id == 0x809 && (le16(r, 2) == 0x40 || le16(r, 2) == 6))
		look_find(b->look, "macro-sheet", "a sheet of macros");
	if (id == 0x85) {
		b->sheets++;
		if (r.len > 5 && (r.at[5] == 1 || r.at[5] == 6))
			look_find(b->look, "macro-sheet", "sheet %u", b->sheets);
	}
	look_links_between(b, id, r);
	if (id == 0x18)
		look_name(b, r);
	if (id == 0x06)
		look_formula(b, slice_part(r, 22, le16(r, 20)));
	if (id == 0x4BC)
		look_formula(b, slice_part(r, 10, le16(r, 8)));
	if (id == 0x221)
		look_formula(b, slice_part(r, 14, le16(r, 12)));
	if (id == 0x1051)
		look_formula(b, slice_part(r, 8, le16(r, 6)));
	if (id == 0x5D)
		look_object(b, r);
	if (id == 0x1B8)
		look_link(b, r);
	if (id == 0xEB || id == 0xEC || (id == 0x3C && b->drawing_goes_on))
		buffer_put_slice(&b->drawing, r);
	if (id != 0x3C)
		b->drawing_goes_on = id == 0xEB || id == 0xEC || id == 0x5D;
	if (id == 0x0A) {
		art_look(b->look, buffer_slice(&b->drawing), "drawing");
		buffer_clear(&b->drawing);
	}
	/* what cells show, as it is stored */
	if (id == 0xFC || id == 0x204 || id == 0x203 || id == 0x27E || id == 0xBD || id == 0xFD || id == 0x207)
		part_text_add(&b->seen, r.at, r.len);
}

static bool look_book(struct book *b)
{
	static const char *const names[] = {"Workbook", "\5SummaryInformation", "\5DocumentSummaryInformation"};
	struct cfile f;
	if (!cfile_open(b->look, b->in, &f))
		return false;
	cfile_only(&f, names, 3);
	if (!cfile_read(&f, "Workbook", &b->in) && !cfile_read(&f, "Book", &b->in))
		return look_unreadable(b->look, "no stream of a workbook");
	if (le16(b->in, 0) != 0x809 || le16(b->in, 4) != 0x600)
		return look_unreadable(b->look, "not of Excel 97 or later");
	size_t pos = 0;
	for (; pos + 4 <= b->in.len; pos += 4 + (size_t)le16(b->in, pos + 2))
		look_record(b, le16(b->in, pos), slice_part(b->in, pos + 4, le16(b->in, pos + 2)));
	b->look->report->pages = b->sheets;
	look_text(b->look, &b->seen);
	return b->sheets > 0 || look_unreadable(b->look, "it has no sheet");
}

bool look_xls(struct look *look, enum inspect_type type, struct slice in)
{
	struct book *b = ARENA_NEW(look->arena, struct book);
	(void)type;
	if (!b)
		return look_memory(look);
	b->look = look;
	b->in = in;
	buffer_init(&b->drawing, (size_t)512 << 20);
	bool done = look_book(b);
	buffer_done(&b->drawing);
	return done;
}
