/* Headings out of numbers, and what a search finds. */
#include "harness.h"
#include "web/book.h"

TEST(headings)
{
	static const char *const rows[][3] = {
		{"第2章 2.2 (8)①", "第2章", "第2章 2.2"},
		{"第2章 3 (2)① なお書", "第2章", "第2章 3"},
		{"序章 第2段落", "序章", "序章"},
		{"第2章 4.3①", "第2章", "第2章 4.3"},
		{"第1部 ８", "第1部", "第1部 ８"},
		{"第1部", "第1部", "第1部"},
		{"1.3 (2)", "1", "1.3"},
		{"第７ (3)ア", "", "第７"},
		{"7 (1)", "", "7"},
		{"附則 1", "", "附則"},
		{"", "", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct heading heading = heading_of(rows[i][0]);
		CHECK(slice_is(heading.chapter, rows[i][1]));
		CHECK(slice_is(heading.section, rows[i][2]));
	}
}

static bool finds(const char *typed, const char *first, const char *second)
{
	static struct arena *arena;
	arena = arena ? arena : arena_new(1 << 20);
	const char *const texts[] = {first, second};
	struct search search = search_read(typed, arena);
	return search_finds(&search, texts, 2, arena);
}

TEST(searching)
{
	static const char says[] = "監査を受ける人と行う人は、別の人とする", cite[] = "第２章 1 (3)② ＬＧＷＡＮ";
	static const struct {
		const char *typed;
		bool found;
	} rows[] = {
		{"監査", true}, {"例外", false}, {"監査 別の人", true}, {"監査　別の人", true},
		{"監査 例外", false}, {"", true}, {"   ", true}, {"lgwan", true}, {"ＬＧｗａｎ", true},
		{"第2章", true}, {"（3）", true}, {"%", false}, {"②", true}, {"ア", false},
		{"\xe7\x9b", true}, /* half a character: a byte search, harmless */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_INT(finds(rows[i].typed, says, cite), rows[i].found);
	CHECK(finds("ｶﾅ", "ｶﾅ", "")); /* half-width kana stay what they are */
	CHECK(!finds("カナ", "ｶﾅ", ""));
	CHECK(!finds("a b c d e f g h", "a b c d e f g", ""));
	CHECK(finds("a b c d e f g h i", "abcdefgh", "")); /* eight words count */
}

MAIN_TESTS()
