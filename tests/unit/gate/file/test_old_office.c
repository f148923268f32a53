/* Each active construct of doc, xls and ppt, put alone and inert into a small file:
 * it is named in the report, nothing of it is left, the text stays.           */
#include "old_office.h"

#include "construct.h"

/* ---- Word ---- */

enum { FIB = 154 + 0x5D * 8, TEXT_AT = 1024, TEXT_MOST = 512, PAGE_AT = 1536, PARAGRAPHS_AT = 2048, MAIN = 2560 };

struct word_row {
	const char *name, *what;
	const char *text;       /* \x13 instruction \x14 shown \x15 */
	unsigned table;         /* a structure with the mark in it */
	const char *entry;      /* of the root */
	struct slice data;      /* of the data stream, named by the only run's formatting */
	const char *modifiers;  /* more formatting: n bytes in modifiers_len */
	size_t modifiers_len;
	uint8_t kind;           /* of the field, in its table */
	bool split;             /* the text in two pieces */
};

static void set_pair(uint8_t *main, unsigned index, size_t at, size_t len)
{
	uint8_t *pair = main + 154 + index * 8;
	for (unsigned i = 0; i < 4; i++) {
		pair[i] = (uint8_t)(at >> 8 * i);
		pair[4 + i] = (uint8_t)(len >> 8 * i);
	}
}

static void put_runs(uint8_t *page, size_t length, const void *element, size_t len, bool paragraph)
{
	size_t at = 480;
	uint32_t end = (uint32_t)(TEXT_AT + length);
	for (unsigned i = 0; i < 4; i++) {
		page[i] = (uint8_t)(TEXT_AT >> 8 * i);
		page[4 + i] = (uint8_t)(end >> 8 * i);
	}
	page[8] = (uint8_t)(at / 2);
	page[at] = paragraph ? (uint8_t)((len + 1) / 2) : (uint8_t)len;
	memcpy(page + at + 1, element, len);
	page[511] = 1;
}

static void put_piece_table(struct buffer *table, size_t length, bool split)
{
	size_t half = split ? length / 2 : length, count = split ? 2 : 1;
	buffer_put_u8(table, 2);
	buffer_put_le32(table, (uint32_t)(4 + count * 12));
	buffer_put_le32(table, 0);
	if (split)
		buffer_put_le32(table, (uint32_t)half);
	buffer_put_le32(table, (uint32_t)length);
	for (size_t i = 0; i < count; i++) {
		buffer_put_le16(table, 0);
		buffer_put_le32(table, (uint32_t)((TEXT_AT + i * half) * 2) | 0x40000000);
		buffer_put_le16(table, 0);
	}
}

static void put_field_table(struct buffer *table, const char *text, size_t length, uint8_t kind)
{
	size_t count = 0, at = 0;
	for (size_t i = 0; i < length; i++)
		if (text[i] >= 0x13 && text[i] <= 0x15) {
			buffer_put_le32(table, (uint32_t)i);
			count++;
		}
	buffer_put_le32(table, (uint32_t)length);
	for (size_t i = 0; i < length && at < count; i++)
		if (text[i] >= 0x13 && text[i] <= 0x15) {
			buffer_put_u8(table, (uint8_t)text[i]);
			buffer_put_u8(table, text[i] == 0x13 ? kind : 0);
			at++;
		}
}

static void make_word(const struct word_row *row, struct buffer *out)
{
	static uint8_t main[MAIN];
	static const uint8_t clsid[16];
	struct arena *arena = arena_new(1 << 20);
	struct buffer table;
	struct cfb_plan plan;
	const char *text = arena_printf(arena, "%s %s\r", KEPT, row->text ? row->text : "");
	size_t length = strlen(text), at;
	uint8_t element[64];
	memset(main, 0, sizeof main);
	buffer_init(&table, 1 << 16);
	memcpy(main, "\xEC\xA5\xC1\0", 4);
	main[11] = 2; /* 1Table */
	main[32] = 14, main[62] = 22, main[152] = 0x5D;
	main[76] = (uint8_t)length, main[77] = (uint8_t)(length >> 8);
	memcpy(main + TEXT_AT, text, length);
	memcpy(element, "\x55\x08\x01\x06\x08\x01\x03\x6A\0\0\0\0", 12);
	size_t len = row->data.len ? 12 : 3;
	if (row->modifiers_len)
		memcpy(element + len, row->modifiers, row->modifiers_len);
	put_runs(main + PAGE_AT, length, element, len + row->modifiers_len, false);
	put_runs(main + PARAGRAPHS_AT, length, "\0\0\0", 3, true);
	for (unsigned i = 0; i < 2; i++) {
		at = table.len;
		buffer_put_le32(&table, TEXT_AT);
		buffer_put_le32(&table, (uint32_t)(TEXT_AT + length));
		buffer_put_le32(&table, (PAGE_AT + i * 512) / 512);
		set_pair(main, 12 + i, at, 12);
	}
	at = table.len;
	put_piece_table(&table, length, row->split);
	set_pair(main, 33, at, table.len - at);
	at = table.len;
	put_field_table(&table, text, length, row->kind ? row->kind : 33);
	set_pair(main, 16, at, table.len - at);
	if (row->table == 32) { /* strings: the second is the template */
		at = table.len;
		buffer_put(&table, "\xFF\xFF\2\0\0\0\0\0\x0F\0", 10);
		put_wide(&table, "\\\\host\\" MARK ".d");
		set_pair(main, 32, at, table.len - at);
	} else if (row->table) {
		at = table.len;
		buffer_put_str(&table, MARK " " MARK " " MARK);
		set_pair(main, row->table, at, table.len - at);
	}
	buffer_put_str(&table, MARK " that no structure claims");
	cfb_plan_begin(&plan, arena, clsid);
	cfb_plan_add(&plan, 0, "WordDocument", false, slice_of(main, sizeof main));
	cfb_plan_add(&plan, 0, "1Table", false, buffer_slice(&table));
	if (row->data.len)
		cfb_plan_add(&plan, 0, "Data", false, row->data);
	plan_more(&plan, row->entry);
	CHECK(cfb_write(&plan, out, NULL).code == OK);
	buffer_done(&table);
	arena_free(arena);
}

#define FIELD(instruction) "\x13 " instruction " \x14shown\x15"
#define DATA_HEAD(len) len "\0\0\0\x44\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define W(c) c "\0"
#define WIDE_MARK W("C") W("A") W("N") W("A") W("R") W("Y")
#define BYTES(text) {(const uint8_t *)(text), sizeof(text) - 1}

static const struct word_row words[] = {
	{.name = "nothing"},
	{"DDE", "field", FIELD("DDE cmd \"" MARK "\"")},
	{"DDEAUTO", "field", FIELD("DDEAUTO c \"" MARK "\"")},
	{"lower case", "field", FIELD("ddeauto c \"" MARK "\"")},
	{"INCLUDETEXT", "field", FIELD("INCLUDETEXT \"" MARK "\"")},
	{"INCLUDEPICTURE", "field", FIELD("INCLUDEPICTURE \"http://h/" MARK "\"")},
	{"IMPORT", "field", FIELD("IMPORT \"" MARK "\"")},
	{"LINK", "field", FIELD("LINK Excel.Sheet \"" MARK "\"")},
	{"DATABASE", "field", FIELD("DATABASE \\d \"" MARK "\"")},
	{"MACROBUTTON", "field", FIELD("MACROBUTTON " MARK " x")},
	{"GOTOBUTTON", "field", FIELD("GOTOBUTTON " MARK " x")},
	{"ASK", "field", FIELD("ASK " MARK " x")},
	{"FILLIN", "field", FIELD("FILLIN \"" MARK "\"")},
	{"AUTOTEXT", "field", FIELD("AUTOTEXT " MARK)},
	{"EMBED", "ole-object", FIELD("EMBED " MARK)},
	{"CONTROL", "field", FIELD("CONTROL " MARK)},
	{"link to a file", "field", FIELD("HYPERLINK \"file://h/" MARK "\"")},
	{"link to a share", "field", FIELD("HYPERLINK \"\\\\\\\\h\\\\" MARK "\"")},
	{"link to a script", "field", FIELD("HYPERLINK \"javascript:" MARK "\"")},
	{"nested", "field", "\x13 PAGE \x13 DDE " MARK " \x14x\x15 \x14shown\x15"},
	{"in the result of another", "field", "\x13 PAGE \x14\x13 DDE " MARK " \x14x\x15\x15"},
	{"over two pieces", "field", FIELD("DDEAUTO c \"" MARK "\""), .split = true},
	{"without an end", "field", "\x13 DDEAUTO " MARK},
	{"template", "template", .table = 32},
	{"commands", "custom-ui", .table = 24},
	{"mail merge", "mail-merge", .table = 44},
	{"variables", "document-variables", .table = 60},
	{"controls", "activex", .table = 85},
	{"routing", "hidden-data", .table = 70},
	{"macros", "vba", .entry = "Macros/"},
	{"objects", "ole-object", .entry = "ObjectPool/"},
	{"package", "ole-object", .entry = "\1Ole10Native"},
	{"equation", "ole-object", .entry = "Equation Native"},
	{"control", "activex", .entry = "\3OCXNAME"},
	{"unknown stream", "unknown-part", .entry = "somewhere"},
	{"data store", "custom-xml", .entry = "MsoDataStore/"},
	{"form macro", "form-macro", .data = BYTES(DATA_HEAD("\x70") "\xFF\xFF\xFF\xFF\0\0\0\0\0\0"
		"\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\6\0" WIDE_MARK "\0\0" "\0\0\0\0")},
	{"link data to a file", "unsafe-link", .data = BYTES(DATA_HEAD("\x73") "\0" "0123456789abcdef"
		"\2\0\0\0\1\0\0\0" "\3\3\0\0\0\0\0\0\xC0\0\0\0\0\0\0\x46" MARK)},
	{"an object's number", NULL, .modifiers = "\x0E\x68" "CANA", .modifiers_len = 6},
};

TEST(word)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct buffer in;
		buffer_init(&in, 1 << 20);
		make_word(&words[i], &in);
		if (i == 0)
			construct_file("plain", -1, "doc", buffer_slice(&in));
		check_gone(words[i].name, words[i].what, "a.doc", buffer_slice(&in));
		buffer_done(&in);
	}
}

/* What the field table calls DDE while the text says PAGE becomes unknown. */
TEST(word_field_table)
{
	struct word_row row = {.name = "kind", .text = FIELD("PAGE"), .kind = 46};
	struct outcome o = {0};
	struct buffer in;
	buffer_init(&in, 1 << 20);
	make_word(&row, &in);
	cleanse(&o, "a.doc", buffer_slice(&in));
	CHECK(o.report.verdict != FILE_REFUSED);
	CHECK(slice_find(buffer_slice(&in), slice_of("\x13\x2E\x14", 3)) != SIZE_MAX);
	CHECK(slice_find(buffer_slice(&o.out), slice_of("\x13\x2E\x14", 3)) == SIZE_MAX);
	CHECK(slice_find(buffer_slice(&o.out), slice_of("\x13\x01\x14", 3)) != SIZE_MAX);
	outcome_done(&o);
	buffer_done(&in);
}

/* What a field shows stays to be seen: it becomes a link that leads nowhere, where there is room. */
TEST(word_field_shows_its_words)
{
	static const struct {
		const char *text, *becomes;
		const char *kind;
	} rows[] = {
		{FIELD("LINK Excel.Sheet \"" MARK "\""), "\x13 HYPERLINK \\l \"_\"          \x14shown\x15", "\x13\x58\x14"},
		{FIELD("DDE a b"), "\x13         \x14shown\x15", "\x13\x01\x14"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct word_row row = {.name = "words", .text = rows[i].text, .kind = 46};
		struct outcome o = {0};
		struct buffer in;
		buffer_init(&in, 1 << 20);
		make_word(&row, &in);
		cleanse(&o, "a.doc", buffer_slice(&in));
		CHECK(slice_find(buffer_slice(&o.out), slice_str(rows[i].becomes)) != SIZE_MAX);
		CHECK(slice_find(buffer_slice(&o.out), slice_of(rows[i].kind, 3)) != SIZE_MAX);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* ---- Excel ---- */

struct book_row {
	const char *name, *what;
	uint16_t id;            /* a record of the book */
	struct slice body;
	uint16_t sheet_id;      /* a record of the sheet */
	struct slice sheet_body;
	const char *entry;
	bool macro_sheet;
	const char *note;       /* text that must be there afterwards */
};

static void put_record(struct buffer *b, uint16_t id, struct slice body)
{
	buffer_put_le16(b, id);
	buffer_put_le16(b, (uint16_t)body.len);
	buffer_put_slice(b, body);
}
#define RECORD(b, id, text) put_record(b, id, slice_of(text, sizeof(text) - 1))
#define BOF_OF(kind) "\0\6" kind "\0\xBB\x0D\xCC\7\0\0\0\0\6\0\0\0"

static void put_label(struct buffer *b)
{
	RECORD(b, 0x204, "\0\0\0\0\0\0\x09\0\0" KEPT);
}

static void make_book(const struct book_row *row, struct buffer *out)
{
	static const uint8_t clsid[16];
	struct arena *arena = arena_new(1 << 20);
	struct buffer book;
	struct cfb_plan plan;
	buffer_init(&book, 1 << 20);
	RECORD(&book, 0x809, BOF_OF("\5"));
	size_t sheet = book.len + 4;
	RECORD(&book, 0x85, "\0\0\0\0\0\0\1\0S");
	if (row->macro_sheet)
		book.at[sheet + 5] = 1;
	size_t second = book.len + 4;
	RECORD(&book, 0x85, "\0\0\0\0\0\0\1\0T");
	RECORD(&book, 0x1AE, "\2\0\1\4");
	if (row->id)
		put_record(&book, row->id, row->body);
	RECORD(&book, 0x17, "\2\0\0\0\0\0\0\0\1\0\0\0\0\0");
	RECORD(&book, 0xA, "");
	for (unsigned i = 0; i < 2; i++) {
		size_t at = book.len, entry = i ? second : sheet;
		for (unsigned k = 0; k < 4; k++)
			book.at[entry + k] = (uint8_t)(at >> 8 * k);
		if (i == 0 && row->macro_sheet)
			RECORD(&book, 0x809, BOF_OF("\x40"));
		else
			RECORD(&book, 0x809, BOF_OF("\x10"));
		if (i == 0 && row->macro_sheet)
			RECORD(&book, 0x204, "\0\0\0\0\0\0\6\0\0" MARK);
		if (i)
			put_label(&book);
		if (i && row->sheet_id)
			put_record(&book, row->sheet_id, row->sheet_body);
		if (i && row->sheet_id == 6)
			RECORD(&book, 0x207, "\5\0\0value");
		RECORD(&book, 0xA, "");
	}
	cfb_plan_begin(&plan, arena, clsid);
	cfb_plan_add(&plan, 0, "Workbook", false, buffer_slice(&book));
	plan_more(&plan, row->entry);
	CHECK(cfb_write(&plan, out, NULL).code == OK);
	buffer_done(&book);
	arena_free(arena);
}

#define CELL "\1\0\1\0\0\0" "\0\0\0\0\0\0\xFF\xFF" "\0\0\0\0\0\0"
#define TEXT_TOKEN "\x17\6\0" MARK
#define NAME_HEAD(flags, len, cce) flags "\0\0" len cce "\0\0\0\0\0\0\0\0\0"
#define LINK_HEAD "\0\0\0\0\0\0\0\0" "\xD0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\0\xAA\0\x4B\xA9\x0B"
#define URL_MONIKER "\xE0\xC9\xEA\x79\xF9\xBA\xCE\x11\x8C\x82\0\xAA\0\x4B\xA9\x0B"

static const struct book_row books[] = {
	{.name = "nothing"},
	{"VBA project record", "vba", 0xD3, BYTES(MARK)},
	{"another workbook", "external-link", 0x1AE, BYTES("\1\0\7\0\0\1" MARK)},
	{"DDE server", "external-link", 0x1AE, BYTES("\0\0\x0A\0\0cmd\3" MARK)},
	{"macro sheet", "macro-sheet", .macro_sheet = true},
	{"Auto_Open, built in", "auto-name", 0x18, BYTES(NAME_HEAD("\x20", "\1", "\x09\0") "\1" TEXT_TOKEN)},
	{"Auto_Open, by name", "auto-name", 0x18, BYTES(NAME_HEAD("\0", "\x09", "\x09\0") "aUTO_open" TEXT_TOKEN)},
	{"Auto_Open, longer", "auto-name", 0x18, BYTES(NAME_HEAD("\0", "\x0A", "\x09\0") "auto_openX" TEXT_TOKEN)},
	{"name of a macro", "auto-name", 0x18, BYTES(NAME_HEAD("\x08", "\1", "\x09\0") "m" TEXT_TOKEN)},
	{"name into another workbook", "external-link", 0x18,
		BYTES(NAME_HEAD("\0", "\1", "\x10\0") "m" TEXT_TOKEN "\x5A\1\0\0\0\0\0")},
	{"query", "data-connection", .sheet_id = 0x1AD, .sheet_body = BYTES(MARK)},
	{"connection text", "data-connection", .sheet_id = 0x804, .sheet_body = BYTES(MARK)},
	{"consolidation", "data-connection", .sheet_id = 0x51, .sheet_body = BYTES(MARK)},
	{"web page", "external-link", .sheet_id = 0x801, .sheet_body = BYTES(MARK)},
	{"pivot", "pivot", .sheet_id = 0xB0, .sheet_body = BYTES(MARK)},
	{"printer", "printer-settings", .sheet_id = 0x4D, .sheet_body = BYTES(MARK)},
	{"unknown record", "unknown-part", .sheet_id = 0x7777, .sheet_body = BYTES(MARK)},
	{"CALL", "formula", .sheet_id = 6, .sheet_body = BYTES(CELL "\x0D\0" TEXT_TOKEN "\x42\1\x96\0"), .note = "value"},
	{"EXEC", "formula", .sheet_id = 6, .sheet_body = BYTES(CELL "\x0C\0" TEXT_TOKEN "\x41\x6E\0"), .note = "value"},
	{"REGISTER", "formula", .sheet_id = 6, .sheet_body = BYTES(CELL "\x0D\0" TEXT_TOKEN "\x42\1\x95\0"), .note = "value"},
	{"macro's own function", "formula", .sheet_id = 6, .sheet_body = BYTES(CELL "\x0D\0" TEXT_TOKEN "\x42\1\xFF\0"),
		.note = "value"},
	{"HYPERLINK to a file", "formula", .sheet_id = 6, .sheet_body = BYTES(CELL "\x0D\0" TEXT_TOKEN "\x42\1\x67\1"),
		.note = "value"},
	{"cell of another workbook", "formula", .sheet_id = 6,
		.sheet_body = BYTES(CELL "\x10\0" TEXT_TOKEN "\x5A\1\0\0\0\0\0"), .note = "value"},
	{"unknown token", "formula", .sheet_id = 6, .sheet_body = BYTES(CELL "\x0A\0" TEXT_TOKEN "\x30"), .note = "value"},
	{"link to a file", "unsafe-link", .sheet_id = 0x1B8, .sheet_body = BYTES(LINK_HEAD
		"\2\0\0\0\1\0\0\0" "\3\3\0\0\0\0\0\0\xC0\0\0\0\0\0\0\x46" MARK)},
	{"link to a script", "unsafe-link", .sheet_id = 0x1B8, .sheet_body = BYTES(LINK_HEAD
		"\2\0\0\0\3\0\0\0" URL_MONIKER "\x10\0\0\0" W("j") W(":") WIDE_MARK)},
	{"macro of a shape", "macro-link", .sheet_id = 0x5D, .sheet_body = BYTES("\x15\0\x12\0\2\0\1\0\x11\x60\0\0\0\0\0\0\0\0\0\0\0\0"
		"\4\0\x10\0\x0E\0\x09\0\0\0\0\0" MARK "\0\0" "\0\0\0\0")},
	{"object", "ole-object", .sheet_id = 0x5D, .sheet_body = BYTES("\x15\0\x12\0\x08\0\1\0\x11\x60\0\0\0\0\0\0\0\0\0\0\0\0"
		"\x09\0\x06\0" MARK "\0\0\0\0")},
	{"control", "activex", .sheet_id = 0x5D, .sheet_body = BYTES("\x15\0\x12\0\x08\0\1\0\x11\x60\0\0\0\0\0\0\0\0\0\0\0\0"
		"\x08\0\x02\0\x31\0" "\x09\0\x06\0" MARK "\0\0\0\0")},
	{"chart of another workbook", "external-link", .sheet_id = 0x1051,
		.sheet_body = BYTES("\1\2\0\0\0\0\x10\0" TEXT_TOKEN "\x5A\1\0\0\0\0\0")},
	{"macros", "vba", .entry = "_VBA_PROJECT_CUR/"},
	{"embedded", "ole-object", .entry = "MBD0001ABCD/"},
	{"linked", "ole-object", .entry = "LNK00001ABC/"},
	{"controls", "activex", .entry = "Ctls"},
	{"pivot cache", "pivot", .entry = "_SX_DB_CUR/"},
	{"revisions", "hidden-data", .entry = "Revision Log"},
};

TEST(workbook)
{
	for (size_t i = 0; i < sizeof books / sizeof books[0]; i++) {
		struct buffer in;
		struct outcome o = {0};
		buffer_init(&in, 1 << 20);
		make_book(&books[i], &in);
		if (i == 0)
			construct_file("plain", -1, "xls", buffer_slice(&in));
		check_gone(books[i].name, books[i].what, "a.xls", buffer_slice(&in));
		cleanse(&o, "a.xls", buffer_slice(&in));
		CHECK(!books[i].note || has_text(buffer_slice(&o.out), books[i].note));
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* A formula that only calculates stays one. */
TEST(workbook_keeps_what_calculates)
{
	static const struct book_row rows[] = {
		{"SUM", NULL, .sheet_id = 6, .sheet_body = BYTES(CELL "\x0A\0" "\x1E\1\0\x1E\2\0" "\x22\2\4\0")},
		{"link", NULL, .sheet_id = 6, .sheet_body = BYTES(CELL "\x10\0" "\x17\x09\0http://a/" "\x42\1\x67\1")},
		{"own sheet", NULL, .sheet_id = 6, .sheet_body = BYTES(CELL "\7\0" "\x5A\0\0\0\0\0\0")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer in;
		struct outcome o = {0};
		buffer_init(&in, 1 << 20);
		make_book(&rows[i], &in);
		cleanse(&o, "a.xls", buffer_slice(&in));
		CHECK_INT(o.report.removal_count, 0);
		CHECK(slice_find(buffer_slice(&o.out), rows[i].sheet_body) != SIZE_MAX);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* Pivot tables become values: a cell that asks one does too.  Nothing is wrong with it
 * otherwise, so the second reader does not mind. */
TEST(workbook_freezes_what_asks_a_pivot_table)
{
	struct book_row row = {"GETPIVOTDATA", NULL, .sheet_id = 6,
	                       .sheet_body = BYTES(CELL "\x0D\0" TEXT_TOKEN "\x42\1\x66\1")};
	struct outcome o = {0};
	struct buffer in;
	buffer_init(&in, 1 << 20);
	make_book(&row, &in);
	cleanse(&o, "a.xls", buffer_slice(&in));
	CHECK(told(&o.report, "formula"));
	CHECK(slice_find(buffer_slice(&o.out), row.sheet_body) == SIZE_MAX);
	outcome_done(&o);
	buffer_done(&in);
}

TEST(encrypted_workbook)
{
	struct book_row row = {"password", NULL, 0x2F, BYTES("\0\0\1\2\3\4")};
	struct outcome o = {0};
	struct buffer in;
	buffer_init(&in, 1 << 20);
	make_book(&row, &in);
	cleanse(&o, "a.xls", buffer_slice(&in));
	CHECK_INT(o.report.refusal, REFUSAL_ENCRYPTED);
	outcome_done(&o);
	buffer_done(&in);
}

/* ---- PowerPoint ---- */

struct show_row {
	const char *name, *what;
	struct slice record;  /* in the document */
	struct slice slide;   /* on the slide */
	const char *entry;
	bool unlisted;        /* the mark stands on a slide that the document does not list */
};

static void make_show(const struct show_row *row, struct buffer *out)
{
	static const uint8_t clsid[16];
	struct arena *arena = arena_new(1 << 20);
	struct buffer s, user, document, slide;
	struct cfb_plan plan;
	buffer_init(&s, 1 << 16);
	buffer_init(&user, 1 << 16);
	buffer_init(&document, 1 << 16);
	buffer_init(&slide, 1 << 16);
	buffer_put(&document, "\1\0\xE9\3\x28\0\0\0", 8);
	for (unsigned i = 0; i < 40; i++)
		buffer_put_u8(&document, 0);
	buffer_put(&document, "\x0F\0\xF0\x0F\x1C\0\0\0" "\0\0\xF3\3\x14\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0", 36);
	buffer_put_slice(&document, row->record);
	buffer_put(&slide, "\0\0\xA8\x0F\x09\0\0\0" KEPT, 17);
	buffer_put_slice(&slide, row->slide);
	uint32_t at[3];
	at[0] = (uint32_t)s.len;
	buffer_put(&s, "\x0F\0\xE8\3", 4);
	buffer_put_le32(&s, (uint32_t)document.len);
	buffer_put_slice(&s, buffer_slice(&document));
	at[1] = (uint32_t)s.len;
	buffer_put(&s, "\x0F\0\xEE\3", 4);
	buffer_put_le32(&s, (uint32_t)slide.len);
	buffer_put_slice(&s, buffer_slice(&slide));
	at[2] = (uint32_t)s.len;
	buffer_put(&s, "\x0F\0\xEE\3\x0E\0\0\0" "\0\0\xA8\x0F\6\0\0\0" MARK, 22);
	uint32_t directory = (uint32_t)s.len;
	buffer_put(&s, "\0\0\x72\x17\x10\0\0\0\1\0\x30\0", 12);
	for (unsigned i = 0; i < 3; i++)
		buffer_put_le32(&s, at[i]);
	uint32_t edit = (uint32_t)s.len;
	buffer_put(&s, "\0\0\xF5\x0F\x1C\0\0\0\0\1\0\0\0\0\0\3\0\0\0\0", 20);
	buffer_put_le32(&s, directory);
	buffer_put(&s, "\1\0\0\0\4\0\0\0\1\0\0\0", 12);
	buffer_put(&user, "\0\0\xF6\x0F\x18\0\0\0\x14\0\0\0\x5F\xC0\x91\xE3", 16);
	buffer_put_le32(&user, edit);
	buffer_put(&user, "\0\0\xF4\3\3\0\0\0\x08\0\0\0", 12);
	cfb_plan_begin(&plan, arena, clsid);
	cfb_plan_add(&plan, 0, "PowerPoint Document", false, buffer_slice(&s));
	cfb_plan_add(&plan, 0, "Current User", false, buffer_slice(&user));
	plan_more(&plan, row->entry);
	CHECK(cfb_write(&plan, out, NULL).code == OK);
	struct buffer *all[] = {&s, &user, &document, &slide};
	for (unsigned i = 0; i < 4; i++)
		buffer_done(all[i]);
	arena_free(arena);
}

#define LINK_RECORD(len, target) "\x0F\0\xD7\x0F" len "\0\0\0" "\0\0\xD3\x0F\4\0\0\0\7\0\0\0" "\x10\0\xBA\x0F" target
#define CLICK(action) "\x0F\0\xF2\x0F\x2C\0\0\0" "\0\0\xF3\x0F\x10\0\0\0\0\0\0\0\x09\0\0\0" action "\0\0\0\0\0\0\0" \
	"\x20\0\xBA\x0F\x0C\0\0\0" WIDE_MARK

static const struct show_row shows[] = {
	{.name = "a slide that is not listed"},
	{"macros", "vba", BYTES("\x0F\0\xFF\3\x14\0\0\0" "\2\0\0\4\x0C\0\0\0\3\0\0\0\1\0\0\0\2\0\0\0")},
	{"link to a file", "unsafe-link", BYTES(LINK_RECORD("\x20", "\x0C\0\0\0" WIDE_MARK))},
	{"object", "ole-object", BYTES("\0\0\xCC\x0F\6\0\0\0" MARK)},
	{"linked object", "ole-object", BYTES("\0\0\xCE\x0F\6\0\0\0" MARK)},
	{"control", "activex", BYTES("\0\0\xEE\x0F\6\0\0\0" MARK)},
	{"film", "media", BYTES("\0\0\6\x10\6\0\0\0" MARK)},
	{"linked sound", "media", BYTES("\0\0\x10\x10\6\0\0\0" MARK)},
	{"sounds", "media", BYTES("\0\0\xE4\7\6\0\0\0" MARK)},
	{"object's storage", "ole-object", BYTES("\0\0\x11\x10\6\0\0\0" MARK)},
	{"routing", "hidden-data", BYTES("\0\0\6\4\6\0\0\0" MARK)},
	{"embedded font", "embedded-font", BYTES("\0\0\xB8\x0F\6\0\0\0" MARK)},
	{"tag", "tags", BYTES("\0\0\x89\x13\6\0\0\0" MARK)},
	{"unknown tag", "tags", BYTES("\x0F\0\x8A\x13\x0E\0\0\0" "\0\0\xBA\x0F\6\0\0\0" MARK)},
	{"unknown record", "unknown-part", BYTES("\0\0\x77\x77\6\0\0\0" MARK)},
	{"macro on a click", "action", .slide = BYTES(CLICK("\1"))},
	{"program on a click", "action", .slide = BYTES(CLICK("\2"))},
	{"object on a click", "action", .slide = BYTES(CLICK("\5"))},
	{"film on a click", "media", .slide = BYTES(CLICK("\6"))},
	{"link on a click, which is gone", "unsafe-link", .slide = BYTES(CLICK("\4"))},
	{"animation", "animation", .slide = BYTES("\0\0\x32\xF1\6\0\0\0" MARK)},
	{"script of a shape", "javascript", .slide = BYTES("\x13\0\x0B\xF0\x0C\0\0\0" "\x8E\x83\6\0\0\0" MARK)},
	{"package of a shape", NULL, .slide = BYTES("\x13\0\x0B\xF0\x0C\0\0\0" "\xA9\x83\6\0\0\0" MARK)},
	{"link of a shape", "unsafe-link", .slide = BYTES("\x13\0\x0B\xF0\x0C\0\0\0" "\x82\xC3\6\0\0\0" MARK)},
	{"encrypted summary is not there", "unknown-part", .entry = "somewhere"},
};

TEST(presentation)
{
	for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
		struct buffer in;
		buffer_init(&in, 1 << 20);
		make_show(&shows[i], &in);
		if (i == 0)
			construct_file("plain", -1, "ppt", buffer_slice(&in));
		check_gone(shows[i].name, shows[i].what, "a.ppt", buffer_slice(&in));
		buffer_done(&in);
	}
}

MAIN_TESTS()
