/* Real texts by their numbers, what is kept of them, and hostile neighbours. */
#include "harness.h"

#include "base/file.h"
#include "policy/import/import.h"

struct counted {
	enum text_level level;
	unsigned count;
};
/* How many of each there are, counted by hand in the text; of the five texts
 * only these numbers are kept.                                               */
struct seed {
	const char *file;
	size_t side;
	struct counted counts[12];
	unsigned faults[FAULT_KINDS];
};
static const struct seed seeds[] = {
	{"hannan-2022.txt", 0,
	 {{TEXT_CHAPTER, 3}, {TEXT_PLAIN, 31}, {TEXT_DECIMAL, 25}, {TEXT_PAREN, 126}, {TEXT_CIRCLE, 205},
	  {TEXT_KANA, 41}, {TEXT_BULLET, 22}, {TEXT_NOTE, 1}, {TEXT_TABLE, 1}, {TEXT_ROW, 7}},
	 {[FAULT_UNPLACED] = 3}},
	{"annaka-2026.txt", 0,
	 {{TEXT_DOT, 11}, {TEXT_PAREN, 31}, {TEXT_CIRCLE, 7}, {TEXT_SUPPLEMENT, 5}, {TEXT_TABLE, 1},
	  {TEXT_ROW, 4}, {TEXT_HEADING, 1}},
	 {0}},
	{"fuchu-2022.txt", 0,
	 {{TEXT_DAI, 10}, {TEXT_PLAIN, 2}, {TEXT_PAREN, 30}, {TEXT_KANA, 3}, {TEXT_SUPPLEMENT, 3},
	  {TEXT_BULLET, 4}, {TEXT_HEADING, 1}},
	 {0}},
	{"imabari-auditors.txt", 0, {{TEXT_DOT, 10}, {TEXT_PAREN, 28}, {TEXT_CIRCLE, 6}}, {0}},
	{"fukushima-2023-comparison.txt", 0,
	 {{TEXT_PART, 2}, {TEXT_DAI, 14}, {TEXT_PLAIN, 37}, {TEXT_PAREN, 72}, {TEXT_CIRCLE, 26},
	  {TEXT_KANA, 82}, {TEXT_PAREN_KANA, 5}, {TEXT_SUPPLEMENT, 6}, {TEXT_APPENDIX, 2}},
	 {[FAULT_DOUBLE] = 2, [FAULT_MISSING] = 1, [FAULT_ORDER] = 1, [FAULT_RESTART] = 1, [FAULT_LATE] = 2,
	  [FAULT_UNPLACED] = 5}},
	{"fukushima-2023-comparison.txt", 1,
	 {{TEXT_PART, 2}, {TEXT_DAI, 14}, {TEXT_PLAIN, 40}, {TEXT_PAREN, 71}, {TEXT_CIRCLE, 24},
	  {TEXT_KANA, 82}, {TEXT_PAREN_KANA, 5}, {TEXT_SUPPLEMENT, 6}, {TEXT_APPENDIX, 2}},
	 {[FAULT_DOUBLE] = 6, [FAULT_MISSING] = 1, [FAULT_ORDER] = 1, [FAULT_RESTART] = 1,
	  [FAULT_UNPLACED] = 5}},
};

static const char *shared(struct arena *arena, const char *file)
{
	const char *root = getenv("SEKISHO_SHARED");
	return root ? arena_printf(arena, "%s/seeds/%s", root, file)
	            : arena_printf(arena, "%s/../shared/seeds/%s", SOURCE_ROOT, file);
}

static bool read_seed(const struct seed *seed, struct arena *arena, struct text_tree *trees[2])
{
	struct slice bytes;
	size_t count;
	struct why why = {0};
	if (file_read(shared(arena, seed->file), IMPORT_BYTES, arena, &bytes, NULL).code != OK)
		return false;
	CHECK_OK(import_text(bytes, arena, trees, &count, &why), &why);
	return trees[seed->side] != NULL;
}

/* every line that is not blank has one fate; what is placed is in a node */
static void check_lines(const struct text_tree *tree)
{
	unsigned lost = 0;
	for (uint32_t i = 0; i < tree->lines; i++) {
		bool blank = tree->line_text[i][0] == 0;
		lost += blank != (tree->fate[i] == LINE_BLANK);
		bool in_node = false;
		for (uint32_t k = 1; k < tree->count && !in_node; k++)
			in_node = i + 1 >= tree->nodes[k]->first_line && i + 1 <= tree->nodes[k]->last_line;
		bool caption = tree->line_text[i][0] && strncmp(tree->line_text[i], "（", 3) == 0;
		lost += (tree->fate[i] == LINE_PLACED || tree->fate[i] == LINE_UNPLACED) && !in_node && !caption;
	}
	CHECK_INT(lost, 0);
}

TEST(real_texts_have_every_heading_and_leaf)
{
	for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
		struct arena *arena = arena_new(256 << 20);
		struct text_tree *trees[2] = {NULL, NULL};
		if (!read_seed(&seeds[i], arena, trees)) {
			arena_free(arena);
			SKIP("no ../shared/seeds");
		}
		const struct text_tree *tree = trees[seeds[i].side];
		for (size_t k = 0; seeds[i].counts[k].level; k++) {
			if (tree->per_level[seeds[i].counts[k].level] != seeds[i].counts[k].count)
				printf("  %s: %s\n", seeds[i].file, text_level_name(seeds[i].counts[k].level));
			CHECK_INT(tree->per_level[seeds[i].counts[k].level], seeds[i].counts[k].count);
		}
		for (unsigned f = 0; f < FAULT_KINDS; f++)
			CHECK_INT(tree->per_fault[f], seeds[i].faults[f]);
		check_lines(tree);
		arena_free(arena);
	}
}

TEST(a_number_below_one_that_is_not_there_is_told_once)
{
	static const struct { const char *text; unsigned orphans; } rows[] = {
		{"1. 総則\n1.1 目的\n1.1.1 端末。\n1.2 範囲\n1.4.1 親のない項。\n1.4.2 その次。\n2. 体制\n", 1},
		{"1. 総則\n1.1 目的\n1.1.1 端末。\n1.1.2 媒体。\n1.2 範囲\n1.2.1 庁内。\n2. 体制\n", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(64 << 20);
		struct text_tree *trees[2] = {NULL, NULL};
		size_t count;
		struct why why = {0};
		CHECK_OK(import_text(slice_str(rows[i].text), arena, trees, &count, &why), &why);
		CHECK_INT(trees[0]->per_fault[FAULT_ORPHAN], rows[i].orphans);
		arena_free(arena);
	}
}

static const char small[] = "基本方針\n第１ 目的\nこの方針の目的を定める。\n第２ 定義\n(1) 端末\n机の機械をいう。\n(2) 媒体\n"
                            "ア 円盤\nイ 棒\n(3) 記録\n・台帳\n・日誌\n附則\nこの方針は、令和８年４月１日から施行する。\n";

static struct text_tree *read_text(const char *text, struct arena *arena)
{
	struct text_tree *trees[2] = {NULL, NULL};
	size_t count;
	struct why why = {0};
	CHECK_OK(import_text(slice_str(text), arena, trees, &count, &why), &why);
	return trees[0];
}

TEST(citations_find_their_place)
{
	static const struct {
		const char *cite, *place;
		enum import_fit fit;
	} rows[] = {
		{"第１ 目的", "第１", FIT_WHOLE},     {"第1 第1段落", "第１ 第1段落", FIT_WHOLE},
		{"第２ (2)イ", "第２ (2)イ", FIT_WHOLE}, {"2 (3) 2項目", "第２ (3) 2項目", FIT_WHOLE},
		{"第２ (1) 柱書", "第２ (1)", FIT_WHOLE}, {"付則 1", "附則 1", FIT_WHOLE},
		{"第２ (2)ウ", "第２ (2)", FIT_PART},   {"第２ (9)", "第２", FIT_PART},
		{"第３", "", FIT_NONE},                {"様式 (1)", "", FIT_NONE}};
	struct arena *arena = arena_new(64 << 20);
	struct text_tree *tree = read_text(small, arena);
	struct why why = {0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct import_clause clause = {.id = "X", .cite = rows[i].cite};
		struct import_match *match = NULL;
		CHECK_OK(import_align(tree, &clause, 1, arena, &match, &why), &why);
		CHECK_STR(match->node ? match->node->cite : "", rows[i].place);
		CHECK_INT(match->fit, rows[i].fit);
	}
	arena_free(arena);
}

TEST(what_is_kept_reads_back_and_shows_drift)
{
	struct arena *arena = arena_new(64 << 20);
	struct text_tree *tree = read_text(small, arena);
	struct import_clause clauses[] = {{.id = "A-1", .cite = "第２ (1)"}, {.id = "A-2", .cite = "第２ (2)ア"},
	                                  {.id = "A-3", .cite = "第１"}};
	struct import_match *matches = NULL, *later = NULL;
	struct import_kept *kept = NULL;
	struct import_drift *drift = NULL;
	struct buffer text, again;
	struct why why = {0};
	buffer_init(&text, 1 << 20);
	buffer_init(&again, 1 << 20);
	CHECK_OK(import_align(tree, clauses, 3, arena, &matches, &why), &why);
	CHECK_OK(import_keep(tree, "a", matches, 3, &text, &why), &why);
	CHECK_OK(import_kept_read(buffer_slice(&text), arena, &kept, &why), &why);
	CHECK_OK(import_keep(kept->tree, "a", matches, 3, &again, &why), &why);
	CHECK_SLICE(buffer_slice(&again), buffer_slice(&text));
	CHECK_OK(import_drift(kept, matches, 3, arena, &drift, &why), &why);
	CHECK(drift == NULL);
	/* the text of one, the rule of another; the third is gone */
	struct text_tree *changed = read_text("第１ 目的\nこの方針の目的を定める。\n第２ 定義\n(1) 端末\n机と腕の機械をいう。\n", arena);
	clauses[2].rule[0] = 1;
	CHECK_OK(import_align(changed, clauses, 3, arena, &later, &why), &why);
	later[1].node = NULL;
	CHECK_OK(import_drift(kept, later, 3, arena, &drift, &why), &why);
	CHECK(drift && drift->kind == DRIFT_TEXT && drift->next && drift->next->kind == DRIFT_LOST &&
	      drift->next->next && drift->next->next->kind == DRIFT_RULE);
	/* hostile neighbours */
	for (size_t cut = 0; cut < text.len; cut += 7)
		if (cut && text.at[cut - 1] != '\n')
			CHECK_FAILS(import_kept_read(slice_part(buffer_slice(&text), 0, cut), arena, &kept, NULL), E_INPUT);
	buffer_done(&text);
	buffer_done(&again);
	arena_free(arena);
}

TEST(ids_are_carried_through_renumbering)
{
	struct arena *arena = arena_new(64 << 20);
	struct text_tree *before = read_text("１ 甲を定める。\n２ 乙を定める。\n", arena);
	struct text_tree *now = read_text("１ 丙を定める。\n２ 甲を定める。\n３ 乙を定める。\n", arena);
	const struct text_node *pair[4] = {NULL, NULL, before->nodes[1], before->nodes[2]};
	struct why why = {0};
	CHECK_OK(import_carry(now, pair, arena, &why), &why);
	CHECK_STR(now->nodes[2]->id, before->nodes[1]->id);
	CHECK_STR(now->nodes[3]->id, before->nodes[2]->id);
	CHECK(strcmp(now->nodes[1]->id, before->nodes[1]->id) != 0);
	arena_free(arena);
}

TEST(encodings_and_empty_texts)
{
	struct arena *arena = arena_new(64 << 20);
	struct text_tree *trees[2] = {NULL, NULL};
	size_t count;
	/* "１ 目的" in CP932 */
	static const uint8_t cp932[] = {0x82, 0x50, ' ', 0x96, 0xda, 0x93, 0x49, '\n'};
	CHECK_OK(import_text(slice_of(cp932, sizeof cp932), arena, trees, &count, NULL), &(struct why){0});
	CHECK_STR(trees[0]->nodes[1]->text, "目的");
	static const uint8_t neither[] = {0xff, 0xfe, 0x31, 0x00, 0x80};
	struct why why = {0};
	CHECK_FAILS(import_text(slice_of(neither, sizeof neither), arena, trees, &count, &why), E_INPUT);
	CHECK(strstr(why.text, "文字コード") != NULL);
	CHECK_FAILS(import_text(SLICE(" \n\f\n"), arena, trees, &count, NULL), E_INPUT);
	arena_free(arena);
}

TEST(every_ceiling_is_survived)
{
	static const char table[] = "新 旧\n１ 目的\n新しい。\n１ 目的\n古い。\n";
	const char *const texts[] = {small, table};
	for (size_t t = 0; t < 2; t++) {
		bool done = false;
		for (size_t ceiling = 0; !done; ceiling += ceiling / 64 + 64) {
			struct arena *arena = arena_new(ceiling);
			struct text_tree *trees[2] = {NULL, NULL};
			size_t count;
			struct result r = import_text(slice_str(texts[t]), arena, trees, &count, NULL);
			CHECK(r.code == OK || r.code == E_MEMORY);
			done = r.code == OK;
			arena_free(arena);
		}
	}
}

MAIN_TESTS()
