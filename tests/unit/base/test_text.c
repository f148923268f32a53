/* UTF-8, CP932, NFC and file names: rows in, each with a hostile neighbour. */
#include "base/text.h"
#include "harness.h"

static struct buffer out;

static struct slice to_utf8(struct slice bytes)
{
	buffer_done(&out);
	buffer_init(&out, 4096);
	return cp932_to_utf8(bytes, &out, NULL).code == OK ? buffer_slice(&out) : SLICE("refused");
}

static struct slice from_utf8(struct slice text)
{
	buffer_done(&out);
	buffer_init(&out, 4096);
	return cp932_from_utf8(text, &out, NULL).code == OK ? buffer_slice(&out) : SLICE("refused");
}

static struct slice composed(struct slice text)
{
	buffer_done(&out);
	buffer_init(&out, 65536);
	nfc(text, &out);
	return buffer_slice(&out);
}

TEST(utf8_takes_shortest_forms_only)
{
	static const struct row {
		struct slice text;
		bool valid;
	} rows[] = {
		{SLICE("\xe9\xab\x99"), true},      {SLICE("\xe9\xab"), false},
		{SLICE("\xc0\x80"), false},         {SLICE("\xed\xa0\x80"), false},
		{SLICE("\xf4\x8f\xbf\xbf"), true},  {SLICE("\xf4\x90\x80\x80"), false},
		{SLICE("12345678\x80"), false},     {SLICE(""), true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_INT(utf8_valid(rows[i].text), rows[i].valid);
}

TEST(cp932_reads_both_codes_and_writes_microsofts)
{
	CHECK_SLICE(to_utf8(SLICE("\xfb\xfc\xee\xe0")), SLICE("髙髙"));
	CHECK_SLICE(to_utf8(SLICE("\xfa\xb1\xed\x95")), SLICE("﨑﨑"));
	CHECK_SLICE(from_utf8(SLICE("髙﨑")), SLICE("\xfb\xfc\xfa\xb1"));
	CHECK_SLICE(from_utf8(SLICE("①Ⅱ㈱∵¬")), SLICE("\x87\x40\x87\x55\x87\x8a\x81\xe6\x81\xca"));
	CHECK_SLICE(to_utf8(SLICE("\x95\x5c\x83\x5c\xb1\xdf~\\")), SLICE("表ソｱﾟ~\\"));
	CHECK_SLICE(from_utf8(SLICE("表ソｱﾟ~\\")), SLICE("\x95\x5c\x83\x5c\xb1\xdf~\\"));
	CHECK_SLICE(from_utf8(SLICE("〜～−－")), SLICE("\x81\x60\x81\x60\x81\x7c\x81\x7c"));
	CHECK_SLICE(to_utf8(SLICE("\x81\x60\x81\x7c")), SLICE("～－"));
	CHECK_SLICE(to_utf8(SLICE("\xf0\x40\xf9\xfc")), SLICE("\xee\x80\x80\xee\x9d\x97"));
	CHECK_SLICE(from_utf8(SLICE("\xee\x80\x80\xee\x9d\x97")), SLICE("\xf0\x40\xf9\xfc"));
}

TEST(cp932_faults_are_refused_with_their_place)
{
	static const struct slice bad[] = {
		SLICE("a\x80"), SLICE("\xa0"), SLICE("\xfd\x40"), SLICE("\x81"), SLICE("\x81\x7f"),
		SLICE("\x81\xfd"), SLICE("\x85\x40"), SLICE("\x81\x20"), SLICE("\xff"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!cp932_valid(bad[i]));
		CHECK_SLICE(to_utf8(bad[i]), SLICE("refused"));
	}
	struct why why = {0};
	buffer_clear(&out);
	CHECK_FAILS(cp932_to_utf8(SLICE("ab\x95\x5c\x81"), &out, &why), E_INPUT);
	CHECK_STR(why.place, "offset 4");
	why = (struct why){0};
	CHECK_FAILS(cp932_from_utf8(SLICE("表𠮷"), &out, &why), E_INPUT);
	CHECK_STR(why.place, "offset 3");
	CHECK_SLICE(from_utf8(SLICE("é")), SLICE("refused"));
	CHECK_SLICE(from_utf8(SLICE("–")), SLICE("refused"));
	CHECK_SLICE(from_utf8(SLICE("葛\xf3\xa0\x84\x80")), SLICE("refused"));
	CHECK_SLICE(from_utf8(SLICE("\x95\x5c")), SLICE("refused"));
}

TEST(every_cp932_pair_comes_back_as_the_same_character)
{
	int pairs = 0;
	for (int lead = 0x81; lead < 0x100; lead++)
		for (int trail = 0x40; trail < 0x100; trail++) {
			uint8_t bytes[2] = {(uint8_t)lead, (uint8_t)trail};
			struct slice pair = slice_of(bytes, 2);
			if (!cp932_valid(pair) || (lead >= 0xA1 && lead <= 0xDF))
				continue;
			uint8_t text[8], again[2];
			struct slice utf8 = to_utf8(pair);
			size_t len = utf8.len;
			memcpy(text, utf8.at, len);
			struct slice written = from_utf8(slice_of(text, len));
			CHECK_INT(written.len, 2);
			memcpy(again, written.at, 2);
			CHECK_SLICE(to_utf8(slice_of(again, 2)), slice_of(text, len));
			pairs++;
		}
	CHECK_INT(pairs, 7724 + 1880);
}

TEST(nfc_composes)
{
	CHECK_SLICE(composed(SLICE("か\xe3\x82\x99ハ\xe3\x82\x9a")), SLICE("がパ"));
	CHECK_SLICE(composed(SLICE("e\xcc\x81")), SLICE("é"));
	CHECK_SLICE(composed(SLICE("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab")), SLICE("한"));
	CHECK_SLICE(composed(SLICE("\xea\xb0\x80\xe1\x86\xa8")), SLICE("각"));
	CHECK_SLICE(composed(SLICE("\xef\xa8\x90")), SLICE("塚")); /* U+FA10 */
	CHECK_SLICE(composed(SLICE("q\xcc\x87\xcc\xa3")), SLICE("q\xcc\xa3\xcc\x87"));
	CHECK_SLICE(composed(SLICE("d\xcc\x87\xcc\xa3")), SLICE("\xe1\xb8\x8d\xcc\x87"));
	CHECK_SLICE(composed(SLICE("\xe0\xa5\x98")), SLICE("\xe0\xa4\x95\xe0\xa4\xbc")); /* excluded */
	CHECK_SLICE(composed(SLICE("\xcc\x81" "a")), SLICE("\xcc\x81" "a"));
	CHECK_SLICE(composed(SLICE("①㈱ｱ\xf3\xa0\x84\x80")), SLICE("①㈱ｱ\xf3\xa0\x84\x80"));
	CHECK_SLICE(composed(SLICE("a\xff")), SLICE("a\xef\xbf\xbd"));
}

TEST(nfc_is_linear_in_marks)
{
	static uint8_t marks[60000];
	for (size_t i = 0; i < sizeof marks; i += 4)
		memcpy(marks + i, "\xcc\x81\xcc\xa3", 4);
	struct slice first = composed(slice_of(marks, sizeof marks));
	CHECK_INT(first.len, sizeof marks);
	CHECK(utf8_valid(first));
}

TEST(half_width_touches_ascii_only)
{
	buffer_clear(&out);
	half_width(SLICE("Ｒ８．３－ｱ　ア"), &out);
	CHECK_SLICE(buffer_slice(&out), SLICE("R8.3-ｱ　ア"));
}

TEST(names_are_made_safe)
{
	static const struct row {
		struct slice name;
		const char *safe;
		unsigned faults;
	} rows[] = {
		{SLICE("見積書.docx"), "見積書.docx", NAME_OK},
		{SLICE("葛\xf3\xa0\x84\x80.txt"), "葛\xf3\xa0\x84\x80.txt", NAME_OK},
		{SLICE("../../etc/passwd"), "passwd", NAME_PATH},
		{SLICE("C:\\temp\\a.txt"), "a.txt", NAME_PATH},
		{SLICE("c:a.txt"), "a.txt", NAME_PATH},
		{SLICE(".."), "名称なし", NAME_PATH | NAME_EDGE | NAME_EMPTY},
		{SLICE("dir/"), "名称なし", NAME_PATH | NAME_EMPTY},
		{SLICE(""), "名称なし", NAME_EMPTY},
		{SLICE("a\xe2\x80\xae" "fdp.exe"), "afdp.exe", NAME_CONTROL},
		{SLICE("a\0b\x1b.txt"), "ab.txt", NAME_CONTROL},
		{SLICE("か\xe3\x82\x99.txt"), "が.txt", NAME_COMPOSED},
		{SLICE("か\xe2\x80\x8b\xe3\x82\x99.txt"), "が.txt", NAME_COMPOSED | NAME_CONTROL},
		{SLICE("a.txt:hidden"), "a.txt：hidden", NAME_RESERVED},
		{SLICE("何?*\"<>|.txt"), "何？＊＂＜＞｜.txt", NAME_RESERVED},
		{SLICE("　. a.txt . "), "a.txt", NAME_EDGE},
		{SLICE("nul"), "_nul", NAME_DEVICE},
		{SLICE("Com1 .tar.gz"), "_Com1 .tar.gz", NAME_DEVICE},
		{SLICE("LPT\u00B2.txt"), "_LPT\u00B2.txt", NAME_DEVICE},
		{SLICE("COMET.txt"), "COMET.txt", NAME_OK},
		{SLICE("com10.txt"), "com10.txt", NAME_OK},
		{SLICE("請求書.pdf.exe"), "請求書.pdf.exe", NAME_DOUBLE},
		{SLICE("請求書.pdf      .SCR"), "請求書.pdf      .SCR", NAME_DOUBLE},
		{SLICE("第1.2版.docx"), "第1.2版.docx", NAME_OK},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned faults = safe_name(rows[i].name, &out);
		CHECK_SLICE(buffer_slice(&out), slice_str(rows[i].safe));
		CHECK_INT(faults, rows[i].faults);
	}
}

TEST(long_names_keep_their_ending_and_their_characters_whole)
{
	char name[1200] = "";
	for (size_t i = 0; i < 130; i++)
		memcpy(name + i * 7, "葛\xf3\xa0\x84\x80", 7);
	memcpy(name + 130 * 7, ".docx", 6);
	unsigned faults = safe_name(slice_str(name), &out);
	CHECK_INT(faults, NAME_LONG);
	CHECK(out.len <= 255 && utf8_valid(buffer_slice(&out)));
	CHECK(slice_ends(buffer_slice(&out), SLICE("葛\xf3\xa0\x84\x80.docx")));
	memset(name, ' ', 300);
	memcpy(name, "CON", 3);
	memcpy(name + 300, "x.pdf", 6);
	CHECK_INT(safe_name(slice_str(name), &out), NAME_LONG | NAME_DEVICE);
	CHECK_SLICE(buffer_slice(&out), SLICE("_CON.pdf"));
}

TEST(an_ending_takes_the_place_of_another_or_comes_behind)
{
	static const char *const rows[][3] = {
		{"a.docm", "docx", "a.docx"}, {"README", "txt", "README.txt"}, {"d.v1/README", "txt", "d.v1/README.txt"},
		{"a.txt", "txt", "a.txt"}, {"a.TXT", "txt", "a.TXT"}, {"a.msg", "", "a.msg"}, {"資料.平成30", "zip", "資料.平成30.zip"},
	};
	struct arena *arena = arena_new(1 << 16);
	char longest[121];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_STR(name_with_ending(slice_str(rows[i][0]), rows[i][1], arena), rows[i][2]);
	memset(longest, 'x', 120);
	longest[120] = 0;
	const char *made = name_with_ending(slice_str(longest), "txt", arena);
	CHECK(strlen(made) <= 120 && strcmp(made + strlen(made) - 4, ".txt") == 0);
	arena_free(arena);
}

TEST(endings_are_lower_case_ascii)
{
	char ending[16];
	name_ending(SLICE("A.Tar.GZ"), ending);
	CHECK_STR(ending, "gz");
	name_ending(SLICE("noending"), ending);
	CHECK_STR(ending, "");
	name_ending(SLICE("a.１２"), ending);
	CHECK_STR(ending, "");
	name_ending(SLICE("a.abcdefghijklmnop"), ending);
	CHECK_STR(ending, "");
	buffer_done(&out);
}

MAIN_TESTS()
