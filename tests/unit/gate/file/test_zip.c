/* The zip layer: each way to make two readers see two things, to hide bytes, to
 * expand without end or to lead a path astray is made by hand and refused; what
 * real programs write passes; names come out right.                          */
#include "office.h"

#include "codes.h"
#include "construct.h"

#include <libdeflate.h>

struct member {
	const char *name;
	const char *data;
	/* what is odd about it; zero: nothing */
	const char *local_name;
	uint16_t flags, local_flags, method, local_method;
	uint32_t crc_off, local_crc_off, size_off, packed_off, local_offset_off;
	uint32_t attributes;
	struct slice extra, local_extra, comment;
	struct slice after;     /* bytes after the data: descriptor or gap */
	bool deflate, zero_local;
};

struct made_zip {
	struct slice prefix, gap_before_directory, trailing, comment, after_central;
	uint16_t count_off;
	uint32_t directory_off;
	struct member members[4];
};

static void put_sizes(struct buffer *b, uint32_t crc, uint32_t packed, uint32_t size)
{
	buffer_put_le32(b, crc);
	buffer_put_le32(b, packed);
	buffer_put_le32(b, size);
}

static void make_zip(const struct made_zip *z, struct buffer *out)
{
	struct buffer central;
	uint16_t count = 0;
	buffer_init(&central, 1 << 24);
	buffer_put_slice(out, z->prefix);
	for (const struct member *m = z->members; m < z->members + 4 && m->name; m++, count++) {
		uint8_t packed[4096];
		size_t size = strlen(m->data), len = size;
		memcpy(packed, m->data, size);
		if (m->deflate) {
			struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
			len = libdeflate_deflate_compress(c, m->data, size, packed, sizeof packed);
			libdeflate_free_compressor(c);
		}
		const char *local = m->local_name ? m->local_name : m->name;
		uint16_t method = m->method ? m->method : m->deflate ? 8 : 0;
		uint32_t crc = libdeflate_crc32(0, m->data, size), offset = (uint32_t)out->len;
		buffer_put_str(out, "PK\x03\x04");
		buffer_put_le16(out, 20);
		buffer_put_le16(out, m->local_flags ? m->local_flags : m->flags);
		buffer_put_le16(out, m->local_method ? m->local_method : method);
		buffer_put_le32(out, 0x00210000);
		put_sizes(out, m->zero_local ? 0 : crc + m->crc_off + m->local_crc_off, m->zero_local ? 0 : (uint32_t)len,
		          m->zero_local ? 0 : (uint32_t)size);
		buffer_put_le16(out, (uint16_t)strlen(local));
		buffer_put_le16(out, (uint16_t)m->local_extra.len);
		buffer_put_str(out, local);
		buffer_put_slice(out, m->local_extra);
		buffer_put(out, packed, len);
		buffer_put_slice(out, m->after);
		buffer_put_str(&central, "PK\x01\x02");
		buffer_put_le16(&central, 0x0314);
		buffer_put_le16(&central, 20);
		buffer_put_le16(&central, m->flags);
		buffer_put_le16(&central, method);
		buffer_put_le32(&central, 0x00210000);
		put_sizes(&central, crc + m->crc_off, (uint32_t)len + m->packed_off, (uint32_t)size + m->size_off);
		buffer_put_le16(&central, (uint16_t)strlen(m->name));
		buffer_put_le16(&central, (uint16_t)m->extra.len);
		buffer_put_le16(&central, (uint16_t)m->comment.len);
		buffer_put_le32(&central, 0);
		buffer_put_le32(&central, m->attributes);
		buffer_put_le32(&central, offset + m->local_offset_off);
		buffer_put_str(&central, m->name);
		buffer_put_slice(&central, m->extra);
		buffer_put_slice(&central, m->comment);
	}
	buffer_put_slice(out, z->gap_before_directory);
	uint32_t directory = (uint32_t)out->len;
	buffer_put_slice(out, buffer_slice(&central));
	buffer_put_slice(out, z->after_central);
	buffer_put_str(out, "PK\x05\x06");
	buffer_put_le32(out, 0);
	buffer_put_le16(out, (uint16_t)(count + z->count_off));
	buffer_put_le16(out, (uint16_t)(count + z->count_off));
	buffer_put_le32(out, (uint32_t)(central.len + z->after_central.len));
	buffer_put_le32(out, directory + z->directory_off);
	buffer_put_le16(out, (uint16_t)z->comment.len);
	buffer_put_slice(out, z->comment);
	buffer_put_slice(out, z->trailing);
	buffer_done(&central);
}

#define BYTES(text) {(const uint8_t *)(text), sizeof(text) - 1}
#define TXT {"a.txt", "hello"}
#define UNICODE_PATH(crc_name) BYTES("\x75\x70\x0A\0\1\0\0\0\0" crc_name)
#define END_RECORD "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DESCRIPTOR "\x86\xa6\x10\x36\5\0\0\0\5\0\0\0"

static const struct {
	const char *name;
	struct made_zip zip;
	enum refusal refusal;
} rows[] = {
	{"sound", {.members = {TXT}}, REFUSAL_NONE},
	{"sound and deflated", {.members = {{"a.txt", "hello hello hello hello", .deflate = true}}}, REFUSAL_NONE},
	{"descriptor with its mark", {.members = {{"a.txt", "hello", .flags = 8, .zero_local = true, .after = BYTES("PK\7\x8" DESCRIPTOR)}}},
	 REFUSAL_NONE},
	{"descriptor without a mark", {.members = {{"a.txt", "hello", .flags = 8, .zero_local = true, .after = BYTES(DESCRIPTOR)}}},
	 REFUSAL_NONE},
	{"office padding", {.members = {{"a.txt", "hello", .local_extra = BYTES("\x20\xA2\4\0\0\0\0\0")}}}, REFUSAL_NONE},
	{"zip64 sizes that agree", {.members = {{"a.txt", "hello", .local_extra = BYTES("\1\0\x10\0\5\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0")}}},
	 REFUSAL_NONE},
	{"zip64 sizes that differ", {.members = {{"a.txt", "hello", .local_extra = BYTES("\1\0\x10\0\6\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0")}}},
	 REFUSAL_AMBIGUOUS},
	{"descriptor that lies", {.members = {{"a.txt", "hello", .flags = 8, .zero_local = true,
		.after = BYTES("PK\7\x8\x86\xa6\x10\x36\6\0\0\0\5\0\0\0")}}}, REFUSAL_AMBIGUOUS},
	{"descriptor promised, not there", {.members = {{"a.txt", "hello", .flags = 8, .zero_local = true}}}, REFUSAL_AMBIGUOUS},
	{"prefix", {.prefix = BYTES("#!/bin/sh\n"), .members = {TXT}, .directory_off = 0}, REFUSAL_AMBIGUOUS},
	{"prefix like a program", {.prefix = BYTES("MZ\x90"), .members = {TXT}}, REFUSAL_FORBIDDEN},
	{"hidden member before", {.prefix = BYTES("PK\3\4\x14\0\0\0\0\0\0\0!\0\x86\xa6\x10\x36\5\0\0\0\5\0\0\0\5\0\0\0b.txthello"),
		.members = {TXT}}, REFUSAL_AMBIGUOUS},
	{"gap", {.members = {{"a.txt", "hello", .after = BYTES("hidden")}, {"b.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"gap before the directory", {.gap_before_directory = BYTES("hidden"), .members = {TXT}}, REFUSAL_AMBIGUOUS},
	{"bytes in the directory", {.after_central = BYTES("hidden"), .members = {TXT}}, REFUSAL_AMBIGUOUS},
	{"trailing bytes", {.trailing = BYTES("hidden"), .members = {TXT}}, REFUSAL_DAMAGED},
	{"two end records", {.comment = BYTES(END_RECORD), .members = {TXT}}, REFUSAL_AMBIGUOUS},
	{"concatenated", {.trailing = BYTES(END_RECORD), .members = {TXT}}, REFUSAL_AMBIGUOUS},
	{"count too high", {.count_off = 1, .members = {TXT}}, REFUSAL_DAMAGED},
	{"count too low", {.count_off = (uint16_t)-1, .members = {TXT, {"b.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"directory elsewhere", {.directory_off = (uint32_t)-3, .members = {TXT}}, REFUSAL_AMBIGUOUS},
	{"other local name", {.members = {{"a.txt", "hello", .local_name = "a.exe"}}}, REFUSAL_AMBIGUOUS},
	{"other name in 0x7075", {.members = {{"a.txt", "hello", .extra = UNICODE_PATH("a.exe")}}}, REFUSAL_AMBIGUOUS},
	{"same name in 0x7075", {.members = {{"a.txt", "hello", .extra = UNICODE_PATH("a.txt")}}}, REFUSAL_NONE},
	{"two names in 0x7075", {.members = {{"a.txt", "hello", .extra = UNICODE_PATH("a.txt"), .local_extra = UNICODE_PATH("b.txt")}}},
	 REFUSAL_AMBIGUOUS},
	{"broken extra field", {.members = {{"a.txt", "hello", .extra = BYTES("\x75\x70\xFF\0")}}}, REFUSAL_DAMAGED},
	{"other local method", {.members = {{"a.txt", "hello", .local_method = 8}}}, REFUSAL_AMBIGUOUS},
	{"other local flags", {.members = {{"a.txt", "hello", .local_flags = 1}}}, REFUSAL_AMBIGUOUS},
	{"other local crc", {.members = {{"a.txt", "hello", .local_crc_off = 1}}}, REFUSAL_AMBIGUOUS},
	{"wrong crc", {.members = {{"a.txt", "hello", .crc_off = 1}}}, REFUSAL_DAMAGED},
	{"stored with two sizes", {.members = {{"a.txt", "hello", .size_off = 1}}}, REFUSAL_DAMAGED},
	{"wrong size", {.members = {{"a.txt", "hello hello hello", .deflate = true, .size_off = 1, .flags = 8, .zero_local = true}}},
	 REFUSAL_AMBIGUOUS},
	{"overlap", {.members = {TXT, {"b.txt", "x", .local_offset_off = (uint32_t)-40}}}, REFUSAL_AMBIGUOUS},
	{"one member twice", {.members = {TXT, {"a.txt", "hello", .local_offset_off = (uint32_t)-40}}}, REFUSAL_AMBIGUOUS},
	{"name twice", {.members = {TXT, TXT}}, REFUSAL_AMBIGUOUS},
	{"name twice but for case", {.members = {TXT, {"A.TXT", "x"}}}, REFUSAL_AMBIGUOUS},
	{"name twice but for composition", {.members = {{"\xE3\x81\x8C.txt", "x"}, {"\xE3\x81\x8B\xE3\x82\x99.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"name twice but for width of case", {.members = {{"Ａ.txt", "x"}, {"ａ.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"empty name", {.members = {{"", "x"}}}, REFUSAL_AMBIGUOUS},
	{"path upwards", {.members = {{"../a.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"path upwards by backslash", {.members = {{"b\\..\\..\\a.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"absolute path", {.members = {{"/etc/a.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"drive", {.members = {{"C:a.txt", "x"}}}, REFUSAL_AMBIGUOUS},
	{"link", {.members = {{"a.txt", "/etc/passwd", .attributes = 0xA1FF0000}}}, REFUSAL_AMBIGUOUS},
	{"device", {.members = {{"a.txt", "x", .attributes = 0x21FF0000}}}, REFUSAL_AMBIGUOUS},
	{"the archive's own folder", {.members = {TXT, {"./", ""}}}, REFUSAL_NONE},
	{"what macOS leaves, behind a control character", {.members = {TXT, {"\x08__MACOSX/", ""}}}, REFUSAL_NONE},
	{"a file without a name", {.members = {TXT, {".", "x"}}}, REFUSAL_AMBIGUOUS},
	{"folder with content", {.members = {{"a/", "x"}}}, REFUSAL_AMBIGUOUS},
	{"encrypted", {.members = {{"a.txt", "the quick brown fox jumps over", .flags = 1, .deflate = true}}}, REFUSAL_ENCRYPTED},
	{"encrypted, too short for it", {.members = {{"a.txt", "hello", .flags = 1, .deflate = true}}}, REFUSAL_DAMAGED},
	{"encrypted by AES without its field", {.members = {{"a.txt", "hello", .flags = 1, .method = 99}}}, REFUSAL_DAMAGED},
	{"encrypted by AES, flag missing", {.members = {{"a.txt", "hello", .method = 99}}}, REFUSAL_LOCKED},
	{"strong encryption", {.members = {{"a.txt", "hello", .flags = 0x41}}}, REFUSAL_LOCKED},
	{"other compression", {.members = {{"a.txt", "hello", .method = 12}}}, REFUSAL_UNKNOWN},
	{"program inside", {.members = {TXT, {"b.txt", "MZ\x90 program"}}}, REFUSAL_FORBIDDEN},
	{"script inside by its name", {.members = {TXT, {"b.js", "alert(1)"}}}, REFUSAL_FORBIDDEN},
	{"double ending inside", {.members = {TXT, {"見積.txt.exe", "text"}}}, REFUSAL_FORBIDDEN},
	{"wrong ending inside", {.members = {TXT, {"b.pdf", "text"}}}, REFUSAL_MISMATCH},
	{"html inside", {.members = {TXT, {"b.txt", "<html><script>"}}}, REFUSAL_MISMATCH},
};

TEST(structure)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer in;
		struct outcome o = {0};
		buffer_init(&in, 1 << 20);
		make_zip(&rows[i].zip, &in);
		construct_file(rows[i].name, -1, "zip", buffer_slice(&in));
		cleanse(&o, "x.zip", buffer_slice(&in));
		if (o.report.refusal != rows[i].refusal)
			printf("  %s: %s, not %s: %s (%s)\n", rows[i].name, refusal_name(o.report.refusal),
			       refusal_name(rows[i].refusal), o.report.reason, o.report.place);
		CHECK_INT(o.report.refusal, rows[i].refusal);
		CHECK(o.report.refusal == REFUSAL_NONE || o.out.len == 0);
		if (o.report.refusal == REFUSAL_NONE) {
			struct outcome second = {0};
			cleanse(&second, "x.zip", buffer_slice(&o.out));
			CHECK_INT(second.report.verdict, FILE_CLEAN);
			CHECK(slice_equal(buffer_slice(&o.out), buffer_slice(&second.out)));
			outcome_done(&second);
		}
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* ---- names ---- */

static const struct {
	const char *stored;
	uint16_t flags;
	const char *made;  /* as libzip lists it */
	bool told;         /* unsafe-name is reported */
} names[] = {
	{"a.txt", 0, "a.txt", false},
	{"\x8C\xA9\x90\xCF\x8F\x91.txt", 0, "見積書.txt", false},           /* CP932 without a flag */
	{"\x95\x5C.txt", 0, "表.txt", false},                              /* its second byte is a backslash */
	{"\x83\x5C\x83\x74\x83\x67\\\x95\x5C.txt", 0, "ソフト/表.txt", false},
	{"見積書.txt", 0, "見積書.txt", false},                            /* UTF-8 without a flag */
	{"見積書.txt", 0x800, "見積書.txt", false},
	{"\xE3\x81\x8B\xE3\x82\x99.txt", 0x800, "\xE3\x81\x8C.txt", false}, /* NFD from a Mac */
	{"folder/sub/a.txt", 0, "folder/sub/a.txt", false},
	{"./a.txt", 0, "a.txt", false},
	{"nul.txt", 0, "_nul.txt", true},
	{"a\xE2\x80\xAEgpj.txt", 0x800, "agpj.txt", true},
	{"a:b.txt", 0, NULL, true},
};

TEST(names_come_out_right)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct made_zip zip = {.members = {{names[i].stored, "hello", .flags = names[i].flags}}};
		struct buffer in, seen;
		struct outcome o = {0};
		buffer_init(&in, 1 << 20);
		buffer_init(&seen, 1 << 20);
		make_zip(&zip, &in);
		construct_file("name", (int)i, "zip", buffer_slice(&in));
		cleanse(&o, "x.zip", buffer_slice(&in));
		if (names[i].made) {
			CHECK(unpack_all(buffer_slice(&o.out), &seen));
			if (!holds(&seen, names[i].made))
				printf("  %s came out as %s", names[i].made, buffer_cstr(&seen));
			CHECK(holds(&seen, names[i].made));
			CHECK_INT(removed(&o, "unsafe-name"), names[i].told);
		} else {
			CHECK_INT(o.report.refusal, REFUSAL_AMBIGUOUS);
		}
		outcome_done(&o);
		buffer_done(&in);
		buffer_done(&seen);
	}
}

TEST(hidden_data_is_told)
{
	static const struct made_zip zips[] = {
		{.comment = BYTES("CANARY"), .members = {TXT}},
		{.members = {{"a.txt", "hello", .comment = BYTES("CANARY")}}},
		{.members = {{"a.txt", "hello", .extra = BYTES("\x34\x12\6\0CANARY")}}},
		{.members = {TXT, {"__MACOSX/._a.txt", "\0CANARY"}, {".DS_Store", "CANARY"}}},
	};
	for (size_t i = 0; i < sizeof zips / sizeof zips[0]; i++) {
		struct buffer in;
		struct outcome o = {0};
		buffer_init(&in, 1 << 20);
		make_zip(&zips[i], &in);
		construct_file("hidden data", (int)i, "zip", buffer_slice(&in));
		cleanse(&o, "x.zip", buffer_slice(&in));
		CHECK_INT(o.report.verdict, FILE_CHANGED);
		CHECK(removed(&o, "hidden-data"));
		CHECK(slice_find(buffer_slice(&o.out), SLICE("CANARY")) == SIZE_MAX);
		outcome_done(&o);
		buffer_done(&in);
	}
}

/* A whole archive of one deflated member, whose packed bytes are given. */
static void put_one_member(struct buffer *raw, struct slice packed, struct slice plain)
{
	uint32_t crc = libdeflate_crc32(0, plain.at, plain.len);
	for (int pass = 0; pass < 2; pass++) {
		buffer_put_str(raw, pass ? "PK\x01\x02\x14" : "PK\x03\x04");
		if (pass)
			buffer_put_u8(raw, 0);
		buffer_put_le16(raw, 20);
		buffer_put_le16(raw, 0);
		buffer_put_le16(raw, 8);
		buffer_put_le32(raw, 0x00210000);
		put_sizes(raw, crc, (uint32_t)packed.len, (uint32_t)plain.len);
		buffer_put_le32(raw, 5);
		for (int i = 0; i < (pass ? 14 : 0); i++)
			buffer_put_u8(raw, 0);
		buffer_put_str(raw, "a.txt");
		if (!pass)
			buffer_put_slice(raw, packed);
	}
	size_t directory = 30 + 5 + packed.len;
	size_t size = raw->len - directory;
	buffer_put_str(raw, "PK\x05\x06");
	buffer_put_le32(raw, 0);
	buffer_put_le32(raw, 0x00010001);
	buffer_put_le32(raw, (uint32_t)size);
	buffer_put_le32(raw, (uint32_t)directory);
	buffer_put_le16(raw, 0);
}

/* libdeflate reads them all; zlib, and whoever keeps to RFC 1951, the first only. */
TEST(codes_that_stand_for_nothing_are_damage)
{
	static const struct {
		unsigned length, distance;
		enum refusal refusal;
	} tried[] = {{285, 29, REFUSAL_NONE}, {285, 30, REFUSAL_DAMAGED}, {285, 31, REFUSAL_DAMAGED},
	            {286, 0, REFUSAL_DAMAGED}, {287, 29, REFUSAL_DAMAGED}};
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
		static uint8_t plain[1 << 16];
		struct buffer packed, raw;
		struct outcome o;
		size_t len = 0;
		buffer_init(&packed, 1 << 16);
		buffer_init(&raw, 1 << 17);
		codes_make(&packed, 'A', 33000, tried[i].length, tried[i].distance);
		CHECK(libdeflate_deflate_decompress(d, packed.at, packed.len, plain, sizeof plain, &len) == LIBDEFLATE_SUCCESS);
		put_one_member(&raw, buffer_slice(&packed), slice_of(plain, len));
		cleanse(&o, "x.zip", buffer_slice(&raw));
		CHECK_INT(o.report.refusal, tried[i].refusal);
		CHECK(tried[i].refusal == REFUSAL_NONE || strcmp(o.report.reason, "it has codes that stand for nothing") == 0);
		outcome_done(&o);
		buffer_done(&packed);
		buffer_done(&raw);
	}
	libdeflate_free_decompressor(d);
}

TEST(streams_that_do_not_end_where_they_should)
{
	struct outcome o = {0};
	/* stored as deflate: one byte more than the stream needs */
	static const uint8_t packed[] = {0x01, 0x02, 0x00, 0xFD, 0xFF, 'o', 'k', 'X'};
	struct buffer raw;
	buffer_init(&raw, 4096);
	put_one_member(&raw, slice_of(packed, sizeof packed), SLICE("ok"));
	cleanse(&o, "x.zip", buffer_slice(&raw));
	CHECK_INT(o.report.refusal, REFUSAL_AMBIGUOUS);
	CHECK_STR(o.report.reason, "bytes after the compressed data");
	outcome_done(&o);
	buffer_done(&raw);
}

/* ---- budgets ---- */

static void nest(struct buffer *inner, const char *name)
{
	struct buffer outer;
	struct zip_writer w;
	buffer_init(&outer, 256 << 20);
	zip_writer_begin(&w);
	CHECK(zip_writer_add(&w, slice_str(name), buffer_slice(inner), true, NULL).code == OK);
	CHECK(zip_writer_end(&w, SLICE(""), SLICE(""), &outer, NULL).code == OK);
	zip_writer_done(&w);
	buffer_done(inner);
	*inner = outer;
}

static enum refusal refusal_with(const char *name, const struct buffer *in, struct file_limits limits)
{
	struct arena *arena = arena_new(64 << 20);
	struct buffer out;
	struct file_report report;
	buffer_init(&out, 256 << 20);
	CHECK(file_cleanse(slice_str(name), buffer_slice(in), &limits, arena, &out, &report, NULL).code == OK);
	CHECK(report.refusal == REFUSAL_NONE || out.len == 0);
	buffer_done(&out);
	arena_free(arena);
	return report.refusal;
}

TEST(budgets_over_the_whole_tree)
{
	struct file_limits limits = file_limits_default();
	struct buffer b;
	buffer_init(&b, 256 << 20);
	buffer_put_str(&b, "text");
	nest(&b, "a.txt");
	nest(&b, "a.zip");
	nest(&b, "b.zip");
	nest(&b, "c.zip");
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_NONE);
	nest(&b, "d.zip");
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_DEEP);
	buffer_done(&b);
	for (size_t i = 0; i < 8 << 20; i++)
		buffer_put_u8(&b, 'a');
	nest(&b, "a.txt");
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_BOMB); /* 1000 to 1 */
	buffer_done(&b);
	for (size_t i = 0; i < 1 << 19; i++)
		buffer_printf(&b, "%zx\n", i * 2654435761u);
	nest(&b, "a.txt");
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_NONE);
	limits.expanded_bytes = 1 << 20;
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_BOMB);
	limits = file_limits_default();
	limits.output_bytes = 1000;
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_LARGE);
	limits = file_limits_default();
	limits.input_bytes = 1000;
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_LARGE);
	limits = file_limits_default();
	limits.work = 1 << 20;
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_BOMB);
	limits = file_limits_default();
	limits.entries = 0;
	CHECK_INT(refusal_with("x.zip", &b, limits), REFUSAL_BOMB);
	buffer_done(&b);
}

TEST(an_office_document_in_an_archive)
{
	struct recipe recipe = {FILE_DOCX, .main_type = "application/vnd.ms-word.document.macroEnabled.main+xml",
		.rels = REL("rId9", MS "2006/relationships/vbaProject", "vbaProject.bin"),
		.parts = {{"word/vbaProject.bin", NULL, "CANARY"}}};
	struct buffer b, seen;
	struct outcome o = {0};
	buffer_init(&b, 1 << 24);
	buffer_init(&seen, 1 << 24);
	make_office(&recipe, &b);
	nest(&b, "様式.docm");
	cleanse(&o, "x.zip", buffer_slice(&b));
	CHECK_INT(o.report.verdict, FILE_CHANGED);
	CHECK(o.report.removals && strcmp(o.report.removals->where, "様式.docm/word/vbaProject.bin") == 0);
	CHECK(unpack_all(buffer_slice(&o.out), &seen) && holds(&seen, "様式.docx") && !holds(&seen, "CANARY"));
	CHECK_STR(o.report.ending, "zip");
	outcome_done(&o);
	buffer_done(&b);
	buffer_done(&seen);
}

MAIN_TESTS()
