/* What kind of file this is, by content alone.
 *
 * Signatures stand in a table; zip packages are told apart by the names in their
 * central directory and the main content type, compound files by the names in
 * their directory, texts by what the first lines would make a program do.  The
 * name is asked only where the content cannot tell: csv or plain text, and which
 * kind of package a broken zip was meant to be. */
#include "gate/file/cfb.h"

#include "base/cursor.h"
#include "base/text.h"

#include <libdeflate.h>

struct magic {
	uint16_t offset;
	struct slice bytes;
	enum file_type type;
};
#define AT(offset, bytes, type) {offset, {(const uint8_t *)(bytes), sizeof(bytes) - 1}, type}

static const struct magic signatures[] = {
	AT(0, "%PDF-", FILE_PDF),
	AT(0, "\xFF\xD8\xFF", FILE_JPEG),
	AT(0, "\x89PNG\r\n\x1A\n", FILE_PNG),
	AT(0, "GIF87a", FILE_GIF), AT(0, "GIF89a", FILE_GIF),
	AT(0, "II*\0", FILE_TIFF), AT(0, "MM\0*", FILE_TIFF),
	AT(0, "PK\x03\x04", FILE_ZIP), AT(0, "PK\x05\x06", FILE_ZIP), AT(0, "PK\x07\x08", FILE_ZIP),
	AT(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", FILE_OLE),
	AT(0, "{\\rt", FILE_RTF),
	AT(0, "MZ", FILE_EXECUTABLE), AT(0, "ZM", FILE_EXECUTABLE), AT(0, "\x7F" "ELF", FILE_EXECUTABLE),
	AT(0, "\xCA\xFE\xBA\xBE", FILE_EXECUTABLE), AT(0, "\xCF\xFA\xED\xFE", FILE_EXECUTABLE),
	AT(0, "\xCE\xFA\xED\xFE", FILE_EXECUTABLE), AT(0, "\xFE\xED\xFA\xCE", FILE_EXECUTABLE),
	AT(0, "\xFE\xED\xFA\xCF", FILE_EXECUTABLE), AT(0, "dex\n", FILE_EXECUTABLE),
	AT(0, "L\0\0\0\x01\x14\x02\0", FILE_EXECUTABLE), /* shell link */
	AT(0, "ITSF", FILE_EXECUTABLE),                 /* compiled help */
	AT(0, "MSCF", FILE_ARCHIVE), AT(0, "7z\xBC\xAF\x27\x1C", FILE_ARCHIVE),
	AT(0, "Rar!\x1A\x07", FILE_ARCHIVE), AT(0, "\x1F\x8B", FILE_ARCHIVE),
	AT(0, "\x1F\x9D", FILE_ARCHIVE), AT(0, "BZh", FILE_ARCHIVE),
	AT(0, "\xFD" "7zXZ\0", FILE_ARCHIVE), AT(0, "\x28\xB5\x2F\xFD", FILE_ARCHIVE),
	AT(2, "-lh", FILE_ARCHIVE), AT(2, "-lz", FILE_ARCHIVE), AT(257, "ustar", FILE_ARCHIVE),
	AT(0x8001, "CD001", FILE_ARCHIVE), AT(0, "ISc(", FILE_ARCHIVE), AT(0, "xar!", FILE_ARCHIVE),
	AT(0, "\x78\x9F\x3E\x22", FILE_TNEF),
	AT(0, "\xD7\xCD\xC6\x9A", FILE_OTHER),          /* placeable WMF */
	AT(0, "\xC5\xD0\xD3\xC6", FILE_OTHER), AT(0, "%!PS", FILE_OTHER),
	AT(0, "8BPS", FILE_OTHER), AT(0, "\0\0\x01\0", FILE_OTHER),
	AT(0, "\0\0\0\x0CjP  ", FILE_JP2), AT(0, "\xFF\x4F\xFF\x51", FILE_JP2), AT(4, "ftyp", FILE_OTHER),
	AT(0, "OggS", FILE_OTHER), AT(0, "ID3", FILE_OTHER), AT(0, "fLaC", FILE_OTHER),
	AT(0, "\x1A\x45\xDF\xA3", FILE_OTHER), AT(0, "SQLite format 3", FILE_OTHER),
	AT(40, " EMF", FILE_OTHER),
};

static bool at_offset(struct slice in, size_t offset, struct slice bytes)
{
	return in.len >= offset && slice_starts(slice_part(in, offset, bytes.len), bytes);
}

/* A RIFF container is a picture only when it says WEBP; a bitmap needs the
 * header lengths that exist, for "BM" alone begins many a text. */
static enum file_type by_signature(struct slice in)
{
	if (at_offset(in, 0, SLICE("RIFF")))
		return at_offset(in, 8, SLICE("WEBP")) ? FILE_WEBP : FILE_OTHER;
	if (at_offset(in, 0, SLICE("BM")) && in.len > 18 && in.at[15] == 0 && in.at[16] == 0 &&
	    in.at[17] == 0 && in.at[14] >= 12 && in.at[14] <= 128)
		return FILE_BMP;
	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
		if (at_offset(in, signatures[i].offset, signatures[i].bytes))
			return signatures[i].type;
	return FILE_UNKNOWN;
}

/* ---- zip packages ---- */

struct member {
	struct slice name, data;
	uint16_t method;
	uint32_t size;
};

static bool find_directory(struct slice in, struct cursor *directory)
{
	static const size_t comment_most = 65535;
	if (in.len < 22)
		return false;
	size_t lowest = in.len - 22 > comment_most ? in.len - 22 - comment_most : 0;
	for (size_t end_at = in.len - 22 + 1; end_at > lowest;) {
		/* by the last byte of its mark, which is the rarest */
		const uint8_t *mark = memrchr(in.at + lowest + 3, 6, end_at - lowest);
		if (!mark)
			return false;
		size_t at = end_at = (size_t)(mark - in.at) - 3;
		if (mark[-1] != 5 || mark[-2] != 'K' || mark[-3] != 'P')
			continue;
		struct cursor end = cursor_of(in, NULL);
		cursor_seek(&end, at + 12);
		uint32_t size = cursor_take_le32(&end), offset = cursor_take_le32(&end);
		*directory = cursor_of(in, NULL);
		cursor_seek(directory, offset);
		*directory = cursor_child(directory, size);
		return cursor_ok(directory) && cursor_left(directory) > 0;
	}
	return false;
}

static bool next_member(struct slice in, struct cursor *directory, struct member *member)
{
	if (!cursor_literal(directory, SLICE("PK\x01\x02")))
		return false;
	cursor_skip(directory, 6);
	member->method = cursor_take_le16(directory);
	cursor_skip(directory, 8);
	uint32_t packed = cursor_take_le32(directory);
	member->size = cursor_take_le32(directory);
	size_t name_len = cursor_take_le16(directory);
	size_t rest = (size_t)cursor_take_le16(directory) + cursor_take_le16(directory);
	cursor_skip(directory, 8);
	uint32_t offset = cursor_take_le32(directory);
	member->name = cursor_take(directory, name_len);
	cursor_skip(directory, rest);
	struct cursor local = cursor_of(in, NULL);
	cursor_seek(&local, (size_t)offset + 26);
	size_t skip = (size_t)cursor_take_le16(&local) + cursor_take_le16(&local);
	cursor_skip(&local, skip);
	member->data = cursor_take(&local, packed);
	return cursor_ok(directory);
}

enum { PROBE_MOST = 1 << 20 };

/* The text of a small member, for looking only; NULL when it does not unpack. */
static uint8_t *unpack(const struct member *member, size_t *len)
{
	if (member->size == 0 || member->size > PROBE_MOST)
		return NULL;
	uint8_t *text = malloc(member->size);
	struct libdeflate_decompressor *inflater = text ? libdeflate_alloc_decompressor() : NULL;
	bool done = false;
	if (member->method == 0 && text && member->data.len == member->size) {
		memcpy(text, member->data.at, member->size);
		done = true;
	}
	if (member->method == 8 && inflater)
		done = libdeflate_deflate_decompress(inflater, member->data.at, member->data.len, text,
		                                     member->size, NULL) == LIBDEFLATE_SUCCESS;
	libdeflate_free_decompressor(inflater);
	*len = member->size;
	if (done)
		return text;
	free(text);
	return NULL;
}

static const struct {
	const char *text;
	enum file_type type;
} main_types[] = {
	{"wordprocessingml.document.main+xml", FILE_DOCX},
	{"wordprocessingml.template.main+xml", FILE_DOCX},
	{"ms-word.document.macroEnabled.main+xml", FILE_DOCX},
	{"ms-word.template.macroEnabledTemplate.main+xml", FILE_DOCX},
	{"spreadsheetml.sheet.main+xml", FILE_XLSX},
	{"spreadsheetml.template.main+xml", FILE_XLSX},
	{"ms-excel.sheet.macroEnabled.main+xml", FILE_XLSX},
	{"ms-excel.template.macroEnabled.main+xml", FILE_XLSX},
	{"presentationml.presentation.main+xml", FILE_PPTX},
	{"presentationml.slideshow.main+xml", FILE_PPTX},
	{"presentationml.template.main+xml", FILE_PPTX},
	{"ms-powerpoint.presentation.macroEnabled.main+xml", FILE_PPTX},
	{"ms-powerpoint.slideshow.macroEnabled.main+xml", FILE_PPTX},
	{"ms-powerpoint.template.macroEnabled.main+xml", FILE_PPTX},
	{"ms-excel.sheet.binary.macroEnabled.main", FILE_XLSB},
};

enum { MAIN_TYPES = sizeof main_types / sizeof main_types[0] };

/* The first row of the table whose text, with the .main of all rows at `dot`, stands in the types. */
static size_t main_row(struct slice types, size_t dot)
{
	for (size_t i = 0; i < MAIN_TYPES; i++) {
		struct slice text = slice_str(main_types[i].text);
		size_t before = slice_find(text, SLICE(".main"));
		if (before <= dot && slice_equal_nocase(slice_part(types, dot - before, text.len), text))
			return i;
	}
	return MAIN_TYPES;
}

static enum file_type by_content_types(const struct member *member)
{
	size_t len = 0;
	uint8_t *text = unpack(member, &len);
	if (!text)
		return FILE_UNKNOWN;
	size_t first = MAIN_TYPES;
	for (size_t at = 0; at + 4 < len; at++) {
		if (text[at] != '.' || (text[at + 1] | 32) != 'm' || (text[at + 3] | 32) != 'i')
			continue;
		size_t row = main_row(slice_of(text, len), at);
		first = row < first ? row : first;
	}
	free(text);
	return first < MAIN_TYPES ? main_types[first].type : FILE_OTHER;
}

static enum file_type by_name(struct slice name, enum file_type first, enum file_type last)
{
	char ending[16];
	job_ending(name, ending);
	for (enum file_type type = first; type <= last; type++)
		if (file_type_fits(type, ending))
			return type;
	return FILE_UNKNOWN;
}

static enum file_type package_type(struct slice in, struct slice name)
{
	struct cursor directory;
	struct member member;
	enum file_type named = by_name(name, FILE_DOCX, FILE_PPTX);
	enum file_type broken = named != FILE_UNKNOWN ? named : FILE_ZIP;
	if (!find_directory(in, &directory))
		return broken;
	bool said = false, listed = false;
	for (bool first = true; next_member(in, &directory, &member); first = false) {
		if (first && slice_is(member.name, "mimetype"))
			return FILE_ODF;
		said |= slice_is(member.name, "mimetype");
		listed |= slice_is(member.name, "META-INF/manifest.xml");
		if (!slice_equal_nocase(member.name, SLICE("[Content_Types].xml")))
			continue;
		enum file_type type = by_content_types(&member);
		return type == FILE_UNKNOWN ? broken : type;
	}
	return said && listed ? FILE_ODF : FILE_ZIP; /* some write the mimetype later; its reader writes it first */
}

/* ---- compound files ---- */

static bool has_wide_name(struct slice in, const char *name)
{
	uint8_t wide[64] = {0};
	size_t len = strlen(name);
	for (size_t i = 0; i < len && i < 31; i++)
		wide[i * 2] = (uint8_t)name[i];
	return slice_find(in, slice_of(wide, len * 2)) != SIZE_MAX;
}

static enum file_type compound_type(struct slice in)
{
	enum file_type type = cfb_type(in);
	bool ichitaro = has_wide_name(in, "DocumentText") || has_wide_name(in, "JSRV_SegmentInformation");
	return type == FILE_OLE && ichitaro ? FILE_ICHITARO : type;
}

/* ---- texts ---- */

static bool contains_nocase(struct slice hay, struct slice needle)
{
	uint8_t first = needle.at[0] | 32;
	for (size_t i = 0; i + needle.len <= hay.len; i++)
		if ((hay.at[i] | 32) == first && slice_equal_nocase(slice_part(hay, i, needle.len), needle))
			return true;
	return false;
}

static struct slice trimmed_start(struct slice in)
{
	size_t at = slice_starts(in, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
	while (at < in.len && (in.at[at] <= ' '))
		at++;
	return slice_part(in, at, in.len);
}

static bool starts_nocase(struct slice in, const char *prefix)
{
	struct slice want = slice_str(prefix);
	return slice_equal_nocase(slice_part(in, 0, want.len), want);
}

static enum file_type markup_type(struct slice head)
{
	if (starts_nocase(head, "<?xml") && contains_nocase(head, SLICE("Workbook")) &&
	    contains_nocase(head, SLICE("\"urn:schemas-microsoft-com:office:spreadsheet\"")))
		return FILE_EXCELXML;
	if (starts_nocase(head, "<?xml") && contains_nocase(head, SLICE("\"http://schemas.microsoft.com/office/2006/xmlPackage\"")))
		return FILE_FLATOPC;
	if (starts_nocase(head, "<?xml") && contains_nocase(head, SLICE(":wordDocument")))
		return FILE_WORDXML;
	if (contains_nocase(head, SLICE("<svg")) && !contains_nocase(head, SLICE("<html")))
		return FILE_SVG;
	return starts_nocase(head, "<?xml") && !contains_nocase(head, SLICE("<html")) ? FILE_OTHER : FILE_HTML;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Files written as text (BinHex, uuencode, yEnc): packers open them whatever the name. */
static bool packed_as_text(struct slice head)
{
	size_t at = slice_find(head, SLICE("begin "));
	bool first = at == 0 || (at != SIZE_MAX && head.at[at - 1] == '\n');
	struct slice mode = slice_part(head, at == SIZE_MAX ? 0 : at + 6, 4);
	bool octal = first && mode.len == 4 && mode.at[3] == ' ';
	for (size_t i = 0; octal && i < 3; i++)
		octal = mode.at[i] >= '0' && mode.at[i] <= '7';
	return octal || contains_nocase(head, SLICE("(This file must be converted with BinHex")) ||
	       contains_nocase(head, SLICE("=ybegin line="));
}

/* What programs take a text for when they look at its beginning (Excel opens
 * HTML, SYLK, DIF and web queries whatever the name; shells read "#!"). */
enum file_type text_program(struct slice in)
{
	struct slice head = slice_part(trimmed_start(in), 0, 1024);
	if (head.len > 1 && head.at[0] == '<' &&
	    (head.at[1] == '!' || head.at[1] == '?' || head.at[1] == '/' || is_letter(head.at[1])))
		return markup_type(head);
	if (contains_nocase(head, SLICE("<html")) || contains_nocase(head, SLICE("<script")))
		return FILE_HTML;
	if (starts_nocase(head, "{\\rt"))
		return FILE_RTF;
	if (starts_nocase(head, "ID;"))
		return FILE_SYLK;
	if (starts_nocase(head, "TABLE\r\n0,1") || starts_nocase(head, "TABLE\n0,1"))
		return FILE_OTHER; /* DIF */
	if (starts_nocase(head, "#!") || starts_nocase(head, "@echo off") ||
	    starts_nocase(head, "Windows Registry Editor") || starts_nocase(head, "REGEDIT4") ||
	    starts_nocase(head, "WEB\r\n1") || starts_nocase(head, "WEB\n1") ||
	    starts_nocase(head, "XLODBC") || starts_nocase(head, "[InternetShortcut]"))
		return FILE_SCRIPT;
	if (contains_nocase(head, SLICE("\nMIME-Version:")) || starts_nocase(head, "MIME-Version:") ||
	    starts_nocase(head, "Received:") || starts_nocase(head, "Return-Path:"))
		return FILE_MAIL;
	return packed_as_text(head) ? FILE_OTHER : FILE_UNKNOWN;
}

static bool plain_bytes(struct slice in)
{
	enum { BLOCK = 4096 };
	for (size_t from = 0; from < in.len; from += BLOCK) {
		struct slice block = slice_part(in, from, BLOCK);
		uint8_t bad = 0; /* no branch inside, so that many bytes go at a time */
		for (size_t i = 0; i < block.len; i++) {
			uint8_t c = block.at[i];
			bad |= (uint8_t)((c < ' ') & ((uint8_t)(c - '\t') > '\r' - '\t') & (c != 0x1B));
		}
		if (bad)
			return false;
	}
	return true;
}

static enum file_type text_type(struct slice in, struct slice name)
{
	bool wide = slice_starts(in, SLICE("\xFF\xFE")) || slice_starts(in, SLICE("\xFE\xFF"));
	if (!wide && !plain_bytes(in))
		return FILE_UNKNOWN;
	if (slice_starts(in, SLICE("From ")) && by_name(name, FILE_MBOX, FILE_MBOX) == FILE_MBOX)
		return FILE_MBOX;
	enum file_type program = wide ? FILE_UNKNOWN : text_program(in);
	if (by_name(name, FILE_MAIL, FILE_MAIL) == FILE_MAIL && program != FILE_SCRIPT)
		return FILE_MAIL; /* it says so, and its reader is strict */
	bool page = by_name(name, FILE_HTML, FILE_HTML) == FILE_HTML && (program == FILE_UNKNOWN || program == FILE_OTHER);
	if (page)
		return FILE_HTML; /* it says so, and its reader takes nothing as it is */
	if (program != FILE_SCRIPT && by_name(name, FILE_MHT, FILE_MHT) == FILE_MHT)
		return FILE_MHT; /* as with mail */
	if (program != FILE_UNKNOWN)
		return program;
	return by_name(name, FILE_CSV, FILE_CSV) == FILE_CSV ? FILE_CSV : FILE_TXT;
}

static enum file_type refused_by_name(struct slice name)
{
	char ending[16];
	job_ending(name, ending);
	if (strcmp(ending, "xdw") == 0 || strcmp(ending, "xbd") == 0 || strcmp(ending, "xct") == 0)
		return FILE_DOCUWORKS;
	if (strcmp(ending, "jtd") == 0 || strcmp(ending, "jtdc") == 0)
		return FILE_ICHITARO;
	return FILE_UNKNOWN;
}

enum file_type file_type_by_content(struct slice in, struct slice name)
{
	if (in.len == 0)
		return by_name(name, FILE_TXT, FILE_CSV);
	enum file_type type = by_signature(in);
	if (type == FILE_ZIP)
		return package_type(in, name);
	if (type == FILE_OLE)
		return compound_type(in);
	if (type == FILE_UNKNOWN)
		type = text_type(in, name);
	return type == FILE_UNKNOWN ? refused_by_name(name) : type;
}

/* Tolerant readers take a PDF header within the first 1024 bytes and a zip
 * directory at the very end.  A zip holds both honestly: its reader is strict. */
bool second_reading(enum file_type type, struct slice in)
{
	if (type == FILE_ZIP || type == FILE_ARCHIVE || type == FILE_DOCX || type == FILE_XLSX || type == FILE_PPTX || type == FILE_XLSB || type == FILE_ODF)
		return false;
	struct slice head = slice_part(in, 0, 1024);
	size_t header = slice_find(type == FILE_PDF ? slice_part(head, 5, 1024) : head, SLICE("%PDF-"));
	struct cursor directory;
	return header != SIZE_MAX || (find_directory(in, &directory) &&
	                              cursor_literal(&directory, SLICE("PK\x01\x02")));
}
