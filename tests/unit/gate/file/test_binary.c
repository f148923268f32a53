/* Binary workbooks, one construct a file, record by record: what acts is gone
 * and reported, the value of a cell stays, a second cleansing changes nothing. */
#include "office.h"

#include "construct.h"
#include "gate/file/biff12.h"

#define BIN "application/vnd.ms-excel."

/* What a row adds to the sound workbook. */
struct made_book {
	struct buffer book, cells, tail; /* records: after the sheets' list, in and after the rows */
	struct arena *arena;
	const char *book_rels, *sheet_rels, *root_rels;
	struct made_part part;
};

static void wide(struct buffer *b, const char *text)
{
	buffer_put_le32(b, (uint32_t)strlen(text));
	for (; *text; text++)
		buffer_put_le16(b, (uint8_t)*text);
}

static void record(struct buffer *out, uint32_t type, const struct buffer *body)
{
	biff12_put(out, type, body ? buffer_slice(body) : slice_of(NULL, 0));
}

#define BYTES(text) slice_of(text, sizeof(text) - 1)
#define TEXT_TOKEN(text) "\x17\x06\0" "C\0A\0N\0A\0R\0Y\0"

static void formula(struct buffer *b, struct slice tokens)
{
	buffer_put_le32(b, (uint32_t)tokens.len);
	buffer_put_slice(b, tokens);
	buffer_put_le32(b, 0);
}

/* A cell of the number 7 that is calculated by these tokens. */
static void cell(struct made_book *m, struct slice tokens)
{
	struct buffer b;
	buffer_init(&b, 4096);
	buffer_put(&b, "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\x1C\x40" "\0\0", 18);
	formula(&b, tokens);
	record(&m->cells, 9, &b);
	buffer_done(&b);
}

static void name(struct made_book *m, uint32_t flags, const char *text, struct slice tokens)
{
	struct buffer b;
	buffer_init(&b, 4096);
	buffer_put_le32(&b, flags);
	buffer_put_u8(&b, 0);
	buffer_put_le32(&b, UINT32_MAX);
	wide(&b, text);
	formula(&b, tokens);
	buffer_put_le32(&b, UINT32_MAX);
	record(&m->book, 39, &b);
	buffer_done(&b);
}

#define ROW(fn) static void fn(struct made_book *m)
#define CALLED(row, tokens) ROW(row) { cell(m, BYTES(tokens)); }

CALLED(call, TEXT_TOKEN() "\x42\x01\x96\x00")        /* CALL */
CALLED(registers, TEXT_TOKEN() "\x42\x01\x95\x00")   /* REGISTER */
CALLED(exec, TEXT_TOKEN() "\x42\x01\x6E\x00")        /* EXEC */
CALLED(rtd, TEXT_TOKEN() "\x42\x01\x7C\x01")         /* RTD */
CALLED(cube, TEXT_TOKEN() "\x42\x01\x7D\x01")        /* CUBEVALUE */
CALLED(command, TEXT_TOKEN() "\x42\x01\x11\x80")     /* a command of macro sheets */
CALLED(later_function, TEXT_TOKEN() "\x42\x01\xE5\x01")
CALLED(unknown_token, "\x7F" TEXT_TOKEN())
CALLED(cut_token, TEXT_TOKEN() "\x1F\0\0")
CALLED(other_name, TEXT_TOKEN() "\x39\0\0\1\0\0\0\x42\x02\xFF\0")
CALLED(computed_link, "\x24\0\0\0\0\0\0" TEXT_TOKEN() "\x08\x42\x01\x67\x01")
CALLED(file_link, "\x17\x0C\0f\0i\0l\0e\0:\0/\0C\0A\0N\0A\0R\0Y\0" "\x42\x01\x67\x01")

/* A function that the file's version does not know stands as a hidden name. */
ROW(web_service)
{
	name(m, 1 | 2 | 8 | 0x20000, "_xlfn.WEBSERVICE", BYTES("\x1C\x1D"));
	cell(m, BYTES("\x23\1\0\0\0" TEXT_TOKEN() "\x42\x02\xFF\0"));
}

static void sources(struct made_book *m, bool outer)
{
	struct buffer b;
	buffer_init(&b, 4096);
	record(&m->book, 353, NULL);
	record(&m->book, 357, NULL);
	wide(&b, "rId9");
	if (outer)
		record(&m->book, 355, &b);
	buffer_clear(&b);
	buffer_put_le32(&b, 1);
	buffer_put_le32(&b, outer);
	buffer_put_le32(&b, 0);
	buffer_put_le32(&b, 0);
	record(&m->book, 362, &b);
	record(&m->book, 354, NULL);
	buffer_done(&b);
}

ROW(outer_workbook)
{
	sources(m, true);
	m->book_rels = REL("rId9", T "externalLink", "externalLinks/externalLink1.bin");
	m->part = (struct made_part){"xl/externalLinks/externalLink1.bin", BIN "externalLink", "CANARY"};
	cell(m, BYTES("\x5A\0\0\0\0\0\0\0\0" TEXT_TOKEN() "\x08"));
}

ROW(automatic_name) { name(m, 0, "Auto_Open_CANARY", BYTES("\x1E\1\0")); }
ROW(macro_name) { name(m, 2 | 8, "CANARY", BYTES("\x1E\1\0")); }
ROW(name_that_calls) { name(m, 0, "Harmless", BYTES(TEXT_TOKEN() "\x42\x01\x96\x00")); }

ROW(shared)
{
	struct buffer b;
	buffer_init(&b, 4096);
	cell(m, BYTES("\x01\0\0\0\0"));
	buffer_put(&b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	formula(&b, BYTES(TEXT_TOKEN() "\x42\x01\x96\x00"));
	record(&m->cells, 427, &b);
	cell(m, BYTES("\x01\0\0\0\0"));
	buffer_done(&b);
}

ROW(validation)
{
	struct buffer b;
	buffer_init(&b, 4096);
	buffer_put(&b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 18);
	record(&m->tail, 573, &b);
	buffer_clear(&b);
	buffer_put(&b, "\0\0\0\0\1\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
	for (int i = 0; i < 4; i++)
		buffer_put_le32(&b, UINT32_MAX);
	formula(&b, BYTES(TEXT_TOKEN() "\x42\x01\x96\x00"));
	formula(&b, BYTES(""));
	record(&m->tail, 64, &b);
	record(&m->tail, 574, NULL);
	buffer_done(&b);
}

ROW(condition)
{
	struct buffer b;
	static const char tokens[] = TEXT_TOKEN() "\x42\x01\x96\x00";
	buffer_init(&b, 4096);
	record(&m->tail, 461, NULL);
	for (int i = 0; i < 15; i++)
		buffer_put_le16(&b, 0);
	buffer_put_le32(&b, sizeof tokens - 1);
	buffer_put_le64(&b, 0);
	buffer_put_le32(&b, UINT32_MAX);
	buffer_put(&b, tokens, sizeof tokens - 1);
	buffer_put_le32(&b, 0);
	record(&m->tail, 463, &b);
	record(&m->tail, 464, NULL);
	record(&m->tail, 462, NULL);
	buffer_done(&b);
}

static void block(struct buffer *out, uint32_t first, uint32_t inner, uint32_t last)
{
	struct buffer b;
	buffer_init(&b, 4096);
	wide(&b, "CANARY");
	record(out, first, NULL);
	record(out, inner, &b);
	record(out, last, NULL);
	buffer_done(&b);
}

ROW(objects) { block(&m->tail, 638, 639, 640); }
ROW(controls) { block(&m->tail, 643, 644, 645); }
ROW(consolidation) { block(&m->tail, 495, 499, 496); }
ROW(publishing) { block(&m->tail, 554, 556, 555); }
ROW(smart_tags) { block(&m->tail, 594, 596, 595); }
ROW(volatile_servers) { block(&m->book, 514, 522, 515); }
ROW(function_groups) { block(&m->book, 664, 665, 666); }
ROW(connections) { block(&m->book, 429, 201, 430); }
ROW(saved_path) { block(&m->book, 37, 2071, 38); }
ROW(extension) { block(&m->tail, 35, 1043, 36); }
ROW(nobodys_record)
{
	struct buffer b;
	buffer_init(&b, 64);
	wide(&b, "CANARY");
	record(&m->tail, 9000, &b);
	buffer_done(&b);
}

ROW(macros)
{
	m->book_rels = REL("rId9", MS "2006/relationships/vbaProject", "vbaProject.bin");
	m->part = (struct made_part){"xl/vbaProject.bin", "application/vnd.ms-office.vbaProject",
	                             "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" "CANARY"};
}

ROW(printer)
{
	struct buffer b;
	buffer_init(&b, 256);
	for (int i = 0; i < 17; i++)
		buffer_put_le16(&b, 1);
	wide(&b, "rId9");
	record(&m->tail, 478, &b);
	buffer_done(&b);
	m->sheet_rels = REL("rId9", T "printerSettings", "../printerSettings/printerSettings1.bin");
	m->part = (struct made_part){"xl/printerSettings/printerSettings1.bin", NULL, "CANARY"};
}

ROW(link_to_a_file)
{
	struct buffer b;
	buffer_init(&b, 256);
	buffer_put(&b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	wide(&b, "rId9");
	for (int i = 0; i < 3; i++)
		buffer_put_le32(&b, 0);
	record(&m->tail, 494, &b);
	buffer_done(&b);
	m->sheet_rels = REL_OUT("rId9", T "hyperlink", "file:///CANARY");
}

/* Sheet references belong to the workbook; in a sheet they lead nowhere. */
ROW(references_in_a_sheet)
{
	struct buffer b;
	buffer_init(&b, 256);
	buffer_put_le32(&b, 2);
	for (int i = 0; i < 6; i++)
		buffer_put_le32(&b, 0);
	record(&m->tail, 362, &b);
	buffer_done(&b);
	nobodys_record(m);
}

static const struct {
	const char *name, *what;
	void (*add)(struct made_book *m);
} rows[] = {
	{"calling a library", "formula", call}, {"registering a library", "formula", registers},
	{"running a program", "formula", exec}, {"real time data", "formula", rtd}, {"cube", "formula", cube},
	{"command of a macro sheet", "formula", command}, {"function of a later version", "formula", later_function},
	{"unknown token", "formula", unknown_token}, {"token that is cut", "formula", cut_token},
	{"name of an add-in", "formula", other_name}, {"computed link", "formula", computed_link},
	{"link function to a file", "formula", file_link}, {"web service", "formula", web_service},
	{"other workbook", "formula", outer_workbook}, {"automatic name", "auto-name", automatic_name},
	{"macro by name", "auto-name", macro_name}, {"name that calls a library", "formula", name_that_calls},
	{"shared formula", "formula", shared}, {"validation", "formula", validation},
	{"condition", "formula", condition}, {"objects", "ole-object", objects}, {"controls", "activex", controls},
	{"consolidation of other files", "external-link", consolidation},
	{"web publishing", "external-link", publishing}, {"smart tags", "custom-xml", smart_tags},
	{"servers of volatile functions", "data-connection", volatile_servers},
	{"macro function groups", "auto-name", function_groups}, {"connections", "data-connection", connections},
	{"saved path", "saved-path", saved_path}, {"extension with formulas", "unknown-element", extension},
	{"record nobody knows", "unknown-element", nobodys_record}, {"macros", "vba", macros},
	{"references in a sheet", "unknown-element", references_in_a_sheet},
	{"printer settings", "printer-settings", printer}, {"link to a file", "unsafe-link", link_to_a_file},
};

/* ---- the sound workbook around it ---- */

static void put_bytes(struct zip_writer *w, struct arena *a, const char *part, struct buffer *bytes)
{
	struct slice kept = arena_copy(a, buffer_slice(bytes));
	struct why why = {0};
	CHECK_OK(zip_writer_add(w, slice_str(part), kept, true, &why), &why);
	buffer_done(bytes);
}

static void put_book(struct zip_writer *w, struct made_book *m)
{
	struct buffer out, b;
	buffer_init(&out, 1 << 20);
	buffer_init(&b, 4096);
	record(&out, 131, NULL);
	record(&out, 143, NULL);
	buffer_put_le64(&b, (uint64_t)1 << 32);
	wide(&b, "rId1");
	wide(&b, "Sheet1");
	record(&out, 156, &b);
	record(&out, 144, NULL);
	buffer_put_slice(&out, buffer_slice(&m->book));
	record(&out, 132, NULL);
	put_bytes(w, m->arena, "xl/workbook.bin", &out);
	buffer_done(&b);
}

static void put_cells(struct zip_writer *w, struct made_book *m)
{
	struct buffer out, b;
	buffer_init(&out, 1 << 20);
	buffer_init(&b, 4096);
	record(&out, 129, NULL);
	record(&out, 145, NULL);
	for (int i = 0; i < 6; i++)
		buffer_put_le32(&b, 0);
	buffer_put_u8(&b, 0);
	record(&out, 0, &b);
	buffer_clear(&b);
	buffer_put_le64(&b, 0);
	wide(&b, "kept words");
	record(&out, 6, &b);
	buffer_put_slice(&out, buffer_slice(&m->cells));
	record(&out, 146, NULL);
	buffer_put_slice(&out, buffer_slice(&m->tail));
	record(&out, 130, NULL);
	put_bytes(w, m->arena, "xl/worksheets/sheet1.bin", &out);
	buffer_done(&b);
}

static void make_binary(void (*add)(struct made_book *m), struct buffer *out)
{
	struct made_book m = {.arena = arena_new(16 << 20)};
	struct zip_writer w;
	struct why why = {0};
	struct buffer *parts[] = {&m.book, &m.cells, &m.tail};
	for (size_t i = 0; i < 3; i++)
		buffer_init(parts[i], 1 << 20);
	zip_writer_begin(&w);
	if (add)
		add(&m);
	put_part(&w, m.arena, "[Content_Types].xml", arena_printf(m.arena, HEAD
		"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
		"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
		"<Default Extension=\"bin\" ContentType=\"" BIN "sheet.binary.macroEnabled.main\"/>"
		"<Override PartName=\"/xl/worksheets/sheet1.bin\" ContentType=\"" BIN "worksheet\"/>%s</Types>",
		m.part.type ? arena_printf(m.arena, "<Override PartName=\"/%s\" ContentType=\"%s\"/>", m.part.name, m.part.type) : ""));
	put_rels(&w, m.arena, "_rels/.rels", REL("rId1", T "officeDocument", "xl/workbook.bin"), m.root_rels);
	put_rels(&w, m.arena, "xl/_rels/workbook.bin.rels", REL("rId1", T "worksheet", "worksheets/sheet1.bin"), m.book_rels);
	put_rels(&w, m.arena, "xl/worksheets/_rels/sheet1.bin.rels", "", m.sheet_rels);
	put_book(&w, &m);
	put_cells(&w, &m);
	if (m.part.name)
		put_part(&w, m.arena, m.part.name, m.part.data);
	CHECK_OK(zip_writer_end(&w, SLICE(""), SLICE(""), out, &why), &why);
	zip_writer_done(&w);
	for (size_t i = 0; i < 3; i++)
		buffer_done(parts[i]);
	arena_free(m.arena);
}

static bool holds_wide(const struct buffer *seen, const char *text)
{
	struct buffer b;
	buffer_init(&b, 256);
	for (; *text; text++)
		buffer_put_le16(&b, (uint8_t)*text);
	bool found = slice_find(buffer_slice(seen), buffer_slice(&b)) != SIZE_MAX;
	buffer_done(&b);
	return found;
}

static void check_again(struct outcome *first)
{
	struct outcome second = {0};
	cleanse(&second, "x.xlsb", buffer_slice(&first->out));
	CHECK_INT(second.report.verdict, FILE_CLEAN);
	CHECK(slice_equal(buffer_slice(&first->out), buffer_slice(&second.out)));
	outcome_done(&second);
}

TEST(each_construct)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer in, seen;
		struct outcome o = {0};
		buffer_init(&in, 1 << 20);
		buffer_init(&seen, 1 << 20);
		make_binary(rows[i].add, &in);
		construct_file(rows[i].name, -1, "xlsb", buffer_slice(&in));
		cleanse(&o, "x.xlsb", buffer_slice(&in));
		bool fine = o.report.verdict == FILE_CHANGED && unpack_all(buffer_slice(&o.out), &seen) &&
		            removed(&o, rows[i].what) && !holds(&seen, "CANARY") && !holds_wide(&seen, "CANARY") &&
		            holds_wide(&seen, "kept words");
		if (!fine)
			printf("  %s: %s %s %s\n", rows[i].name, file_verdict_name(o.report.verdict), o.report.reason,
			       o.report.removals ? o.report.removals->what : "");
		CHECK(fine);
		if (fine)
			check_again(&o);
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&seen);
	}
}

/* What harmless formulas say stays, byte for byte. */
ROW(harmless)
{
	sources(m, false);
	name(m, 0, "Area", BYTES("\x3B\0\0\0\0\0\0\1\0\0\0\0\0\1\0"));
	name(m, 1 | 2 | 8 | 0x20000, "_xlfn.XLOOKUP", BYTES("\x1C\x1D"));
	cell(m, BYTES("\x24\0\0\0\0\0\0\x1E\2\0\x03"));
	cell(m, BYTES("\x23\2\0\0\0\x1E\1\0\x1E\1\0\x42\x03\xFF\0"));
	cell(m, BYTES("\x5A\0\0\0\0\0\0\0\0\x42\x01\x04\0"));
	cell(m, BYTES("\x17\x08\0h\0t\0t\0p\0:\0/\0/\0a\0" "\x42\x01\x67\x01"));
}

TEST(harmless_stays_untouched)
{
	struct buffer in;
	struct outcome o = {0};
	buffer_init(&in, 1 << 20);
	make_binary(harmless, &in);
	cleanse(&o, "x.xlsb", buffer_slice(&in));
	if (o.report.verdict != FILE_CLEAN)
		printf("  %s %s\n", o.report.reason, o.report.removals ? o.report.removals->what : "");
	CHECK_INT(o.report.verdict, FILE_CLEAN);
	CHECK_STR(o.report.ending, "xlsb");
	outcome_done(&o);
	buffer_done(&in);
}

/* A part cut anywhere breaks its records or loses its end. */
TEST(broken_records_are_refused)
{
	static const char *const bad[] = {"\x81", "\x81\x01\xFF\xFF\xFF\xFF\xFF", "\x81\x01\x05zb", "\xFF\xFF\x01"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct cursor c = cursor_of(slice_str(bad[i]), NULL);
		struct biff12_record r;
		CHECK(!biff12_next(&c, &r));
		CHECK(!cursor_ok(&c));
	}
}

MAIN_TESTS()
