/* web/phrases - the table, the templates and the values in another language. */
#include "harness.h"

#include <glob.h>

#include "base/file.h"
#include "web/assets.h"
#include "web/phrases.h"
#include "web/template.h"

static const char table[] = "# comment\n"
			    "台帳\tRegister\n"
			    "「{}」が空です。\t“{}” is empty.\n"
			    "{}件のうち{}〜{}件目\t{2} to {3} of {1}\n"
			    "{}まで\tuntil {}\n"
			    "残り{{days}}日です\t{{days}} days left\n"
			    "探す\tFind\n";

static struct phrases *read_table(const char *text)
{
	struct why why = {OK, "", ""};
	struct phrases *phrases = NULL;
	CHECK_OK(phrases_read("en.tsv", slice_str(text), &phrases, &why), &why);
	return phrases;
}

TEST(values)
{
	static const struct {
		const char *ja, *en;
	} rows[] = {
		{"台帳", "Register"},
		{"「台帳」が空です。", "“Register” is empty."},
		{"「名簿」が空です。", "“名簿” is empty."},
		{"120件のうち1〜50件目", "1 to 50 of 120"},
		{"令和8年12月13日（日）まで", "until 2026-12-13"},
		{"令和8年12月13日", "2026-12-13"},
		{"令和8年12月33日", "令和8年12月33日"},
		{"「」が空です。", "「」が空です。"}, /* a hole holds something */
		{"知らない文", "知らない文"},
		{"R8-0012", "R8-0012"},
		{"", ""},
	};
	struct phrases *phrases = read_table(table);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer out;
		buffer_init(&out, 4096);
		phrases_say(phrases, slice_str(rows[i].ja), &out);
		CHECK_STR(buffer_cstr(&out), rows[i].en);
		buffer_done(&out);
	}
	phrases_free(phrases);
}

/* Somebody's own words are not taken to pieces. */
TEST(words)
{
	static const struct {
		const char *ja, *en;
	} rows[] = {{"台帳", "Register"}, {"令和8年12月13日", "2026-12-13"}, {"「台帳」が空です。", "「台帳」が空です。"}, {"住民台帳", "住民台帳"}, {"x", "x"}};
	struct phrases *phrases = read_table(table);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer out;
		buffer_init(&out, 4096);
		phrases_word(phrases, slice_str(rows[i].ja), &out);
		CHECK_STR(buffer_cstr(&out), rows[i].en);
		buffer_done(&out);
	}
	phrases_free(phrases);
}

TEST(templates)
{
	struct phrases *phrases = read_table(table);
	struct why why = {OK, "", ""};
	struct buffer out;
	buffer_init(&out, 4096);
	static const char page[] = "<p title=\"探す\"> 残り{{days}}日です{{#x}}台帳{{/x}}\n</p>";
	CHECK_OK(phrases_template(phrases, "home", slice_str(page), true, &out, &why), &why);
	CHECK_STR(buffer_cstr(&out), "<p title=\"Find\"> {{days}} days left{{#x}}Register{{/x}}\n</p>");
	buffer_clear(&out);
	CHECK_FAILS(phrases_template(phrases, "home", SLICE("a\n<p>残り</p>"), true, &out, &why), E_ABSENT);
	CHECK_STR(why.place, "home:2");
	CHECK_STR(why.text, "残り");
	buffer_clear(&out);
	CHECK_OK(phrases_template(phrases, "home", SLICE("<p>残り</p>"), false, &out, &why), &why);
	CHECK_STR(buffer_cstr(&out), "<p>残り</p>");
	buffer_done(&out);
	phrases_free(phrases);
}

TEST(tables_that_are_refused)
{
	static const struct {
		const char *table, *place;
	} rows[] = {
		{"台帳 Register\n", "t:1"},
		{"# c\n台帳\t\n", "t:2"},
		{"台帳\tRegister\n探す\tFind\n台帳\tBook\n", "t:3"},
		{"{}まで\tuntil\n", "t:1"},
		{"{}まで\tuntil {2}\n", "t:1"},
		{"残り{{days}}日\t{{day}} left\n", "t:1"},
		{"台帳\t<b>Register</b>\n", "t:1"},
		{"台帳\tRegister & book\n", "t:1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct phrases *phrases = NULL;
		struct why why = {OK, "", ""};
		CHECK_FAILS(phrases_read("t", slice_str(rows[i].table), &phrases, &why), E_INPUT);
		CHECK_STR(why.place, rows[i].place);
	}
}

/* Every sentence of every page stands in the table, and the English page is a template. */
TEST(own_pages)
{
	struct why why = {OK, "", ""};
	struct phrases *phrases = NULL;
	struct templates *set = templates_new();
	static struct buffer pages[256];
	size_t count = 0;
	CHECK_OK(phrases_read("phrases/en.tsv", asset_named("phrases/en.tsv"), &phrases, &why), &why);
	for (size_t i = 0; phrases && i < web_asset_count && count < 256; i++) {
		if (!slice_ends(slice_str(web_assets[i].name), SLICE(".html")))
			continue;
		struct buffer *out = &pages[count++];
		buffer_init(out, 1 << 20);
		CHECK_OK(phrases_template(phrases, web_assets[i].name, slice_of(web_assets[i].at, web_assets[i].len), true, out, &why), &why);
		CHECK_OK(templates_add(set, web_assets[i].name, buffer_slice(out), &why), &why);
	}
	CHECK(count > 100);
	templates_free(set);
	for (size_t i = 0; i < count; i++)
		buffer_done(&pages[i]);
	phrases_free(phrases);
}

static bool is_japanese(struct slice s)
{
	for (size_t i = 0; i + 1 < s.len; i++) /* kana and kanji: U+3040 to U+9FFF */
		if ((s.at[i] == 0xE3 && s.at[i + 1] >= 0x81) || (s.at[i] >= 0xE4 && s.at[i] <= 0xE9))
			return true;
	return false;
}

static void said_in_english(const struct phrases *phrases, const char *file, struct slice label)
{
	struct buffer out;
	buffer_init(&out, 4096);
	phrases_say(phrases, label, &out);
	if (is_japanese(buffer_slice(&out)))
		printf("  %s: %.*s\n", file, SLICE_ARG(label));
	CHECK(!is_japanese(buffer_slice(&out)));
	buffer_done(&out);
}

/* The titles and labels of one file of the vocabulary; the number of them. */
static size_t labels_of(const struct phrases *phrases, const char *path, struct arena *arena)
{
	struct why why = {OK, "", ""};
	struct slice text;
	size_t count = 0;
	CHECK_OK(file_read(path, 1 << 20, arena, &text, &why), &why);
	for (struct slice line; text.len;) {
		size_t end = slice_find(text, SLICE("\n"));
		line = slice_part(text, 0, end == SIZE_MAX ? text.len : end);
		text = slice_part(text, end == SIZE_MAX ? text.len : end + 1, text.len);
		for (size_t at; !slice_starts(line, SLICE("#")) && (at = slice_find(line, SLICE("\""))) != SIZE_MAX;) {
			line = slice_part(line, at + 1, line.len);
			size_t len = slice_find(line, SLICE("\""));
			if (len == SIZE_MAX)
				break;
			said_in_english(phrases, path, slice_part(line, 0, len));
			line = slice_part(line, len + 1, line.len);
			count++;
		}
	}
	return count;
}

/* What registers, forms, steps and answers are called is on every English page. */
TEST(own_vocabulary)
{
	struct why why = {OK, "", ""};
	struct phrases *phrases = NULL;
	struct arena *arena = arena_new(8 << 20);
	size_t labels = 0;
	glob_t files;
	CHECK_OK(phrases_read("phrases/en.tsv", asset_named("phrases/en.tsv"), &phrases, &why), &why);
	CHECK_INT(glob(SEKISHO_SOURCE "/vocabulary/*.pol", 0, NULL, &files), 0);
	for (size_t i = 0; phrases && i < files.gl_pathc; i++)
		labels += labels_of(phrases, files.gl_pathv[i], arena);
	CHECK(labels > 1000);
	globfree(&files);
	arena_free(arena);
	phrases_free(phrases);
}

MAIN_TESTS()
