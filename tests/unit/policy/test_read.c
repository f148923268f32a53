/* Reading: the grammar over the seed of 183 clauses, and what bad text gets: a
 * place with line and column, one sentence, nothing loaded.                  */
#include "kit.h"
#include "policy/lex.h"

TEST(the_seed_of_clauses_is_read_whole)
{
	struct arena *arena = arena_new(32 << 20);
	struct policy_source source = {.path = "clauses-183.pol"};
	struct tree tree = {.headers = NULL};
	struct why why = {0};
	size_t bodies = 0, vocabulary = 0;
	bool held = kit_shared("domain/language/clauses-183.pol", arena, &source.text);
	if (held) {
		CHECK_OK(parse_file(&source, words_new(arena), arena, &tree, &why), &why);
		for (const struct header *h = tree.headers; h; h = h->next)
			bodies++;
		for (const struct vocab *v = tree.vocab; v; v = v->next)
			vocabulary++;
		CHECK_INT(tree.clause_count, 183);
		CHECK_INT(bodies, 5);
		CHECK(vocabulary > 10 && tree.statement_count > 200);
	}
	arena_free(arena);
	if (!held)
		SKIP("../shared/domain/language is not there");
}

#define HEAD "policy t \"町\" adopted 2026-04-01 effective 2026-04-01\n"

TEST(text_outside_the_grammar_is_refused_with_its_place)
{
	static const struct { const char *text, *place, *says; } rows[] = {
		{HEAD "clause TN-1 \"1\" says \"あ\" forbid", "t/1.pol:2:32", ""},
		{HEAD "clause TN-1 \"1\" says \"あ\" forbid go when\n", "t/1.pol:3:1", ""},
		{HEAD "clause TN-1 \"1\" says \"あ\" foo go", "t/1.pol:2:26", ""},
		{HEAD "clause tn-1 \"1\" says \"あ\" forbid go", "t/1.pol:2:8", ""},
		{HEAD "clause TN-(1 \"1\" says \"あ\" forbid go", "t/1.pol:2:8", "括弧"},
		{HEAD "clause TN-1 \"1 says\n", "t/1.pol:2:13", ""},
		{HEAD "clause TN-1 \"1\" says \"あ\" forbid go when a = ", "t/1.pol:2:45", ""},
		{HEAD "clause TN-1 \"1\" says \"あ\" forbid go when a === b", "t/1.pol:2:44", ""},
		{HEAD "clause TN-1 \"1\" says \"あ\" permit go by (chief and)", "t/1.pol:2:49", ""},
		{HEAD "clause TN-1 \"1\" says \"あ\" forbid Go", "t/1.pol:2:33", ""},
		{"policy t \"町\" adopted 2026-13-01 effective 2026-04-01\n", "t/1.pol:1:22", ""},
		{"policy t \"町\" adopted 2026-04-01\n", "t/1.pol:2:1", "effective"},
		{"act go \"外出\" default\n", "t/1.pol:2:1", ""},
		{"clause TN-1 \"1\" says \"あ\" forbid go\n", "t/1.pol:1:8", "policy"},
		{HEAD "clause TN-1 \"1\" says \"あ\" forbid go\xff", "t/1.pol:2:35", "UTF-8"},
		{HEAD "# \xe2\x80\xae\n", "t/1.pol:2:3", "向き"},
		{HEAD "clause TN-1 \"1\" says \"あ\x01\" forbid go", "t/1.pol:2:24", "制御"},
		{HEAD "clause TN-1　\"1\" says \"あ\" forbid go", "t/1.pol:2:12", "全角"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		CHECK_FAILS(kit_load(&k, rows[i].text), E_INPUT);
		CHECK_STR(k.why.place, rows[i].place);
		CHECK(strstr(k.why.text, rows[i].says) && k.why.text[0]);
		CHECK(!k.policy);
		if (!strstr(k.why.text, rows[i].says))
			printf("  row %zu: %s\n", i, k.why.text);
		kit_done(&k);
	}
}

#define VOCABULARY                                                                                          \
	"kind asset \"資産\" { personal \"個人\" : yesno; owner \"所管\" : section; made \"作成\" : date; "  \
	"way \"手段\" : one-of (mail, hand); parts \"部分\" : set-of asset; }\n"                             \
	"act go \"外出\" of asset default refuse outside refuse carried by web { far \"遠い\" : yesno; }\n"   \
	"claim urgent \"緊急\" task report \"報告\" carried by web\n"
#define WORLD HEAD VOCABULARY

/* each row: one fault, its number and place, and the same text mended */
TEST(what_cannot_be_bound_is_found_where_it_stands)
{
	static const struct { const char *clause; unsigned number, column; const char *mended; } rows[] = {
		{"forbid goo", 1, 34, "forbid go"},
		{"forbid go when far and near", 1, 50, "forbid go when far and not far"},
		{"forbid go when object.colour = red", 1, 42, "forbid go when object.way = mail"},
		{"forbid go when object.way = fax", 1, 55, "forbid go when object.way = hand"},
		{"forbid go when object.way < mail", 1, 42, "forbid go when object.way != mail"},
		{"forbid go when object.made = yes", 1, 56, "forbid go when object.made = 2026-04-01"},
		{"forbid go when object.parts = mail", 1, 42, "forbid go when count object.parts = 2"},
		{"forbid go when any object.far = yes", 1, 46, "forbid go when any object.parts.personal = yes"},
		{"forbid go when claimed hurry", 1, 42, "forbid go when claimed urgent"},
		{"forbid go when actor is chief", 1, 42, "post chief \"長\" one held-by title \"長\" forbid go when actor is chief"},
		{"permit go by chief", 1, 40, "post chief \"長\" one held-by title \"長\" permit go by chief"},
		{"allow go overrides TN-9", 3, 46, "allow go"},
		{"carried by TN-9", 3, 38, "carried by TN-0"},
		{"term t \"語\" of asset when asset is t", 4, 27, "term t \"語\" of asset when asset.personal"},
		{"forbid go when claimed urgent absolute", 5, 27, "forbid go when far absolute"},
		{"forbid go by actor", 15, 27, "forbid go"},
		{"allow go should", 15, 27, "allow go"},
		{"item x of nothing", 21, 27, "list l \"一覧\" for go item x of l"},
		{"record go into book for 1 year", 20, 27, "record go into books for 1 year"},
		{"duty nap always by actor", 1, 27, "duty report always by actor"},
		{"param p \"値\" : nothing", 1, 27, "param p \"値\" : date"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int mended = 0; mended < 2; mended++) {
			struct kit k;
			char text[2000];
			snprintf(text, sizeof text, WORLD "register books \"簿\" of asset clause TN-0 \"0\" says \"あ\" forbid go\nclause TN-1 \"1\" says \"あ\"  %s\n",
			         mended ? rows[i].mended : rows[i].clause);
			CHECK_OK(kit_load(&k, text), &k.why);
			const struct finding *f = k.findings.first;
			CHECK(mended ? !f && policy_sound(k.policy) : f && !policy_sound(k.policy));
			if (!mended && f && (f->number != rows[i].number || f->severity != FINDING_ERROR || f->mend[0] == 0 || strcmp(f->clause, "TN-1") != 0))
				CHECK(false);
			if (mended ? f != NULL : !f || f->number != rows[i].number || f->line != 6 || f->column != rows[i].column)
				printf("  row %zu%s: %u at %u:%u %s\n", i, mended ? " mended" : "", f ? f->number : 0, f ? f->line : 0, f ? f->column : 0, f ? f->sentence : "nothing");
			kit_done(&k);
		}
	}
}

/* the report names every keyword, and no word as one that is none */
TEST(the_report_and_the_lexer_know_the_same_keywords)
{
	struct arena *arena = arena_new(4 << 20);
	struct slice report;
	struct why why = {0};
	size_t known = 0;
	CHECK_OK(file_read(SEKISHO_SOURCE "/docs/language.md", 1 << 20, arena, &report, &why), &why);
	for (enum keyword k = K_NONE + 1; k <= K_WITHIN; k++) {
		char quoted[40];
		snprintf(quoted, sizeof quoted, "\"%s\"", keyword_text(k));
		bool named = slice_find(report, slice_str(quoted)) != SIZE_MAX;
		CHECK(named);
		if (!named)
			printf("  %s is not in docs/language.md\n", quoted);
		known++;
	}
	CHECK(known > 90);
	for (size_t i = 0; i + 1 < report.len; i++) {
		size_t n = 0;
		while (report.at[i] == '"' && i + 1 + n < report.len &&
		       ((report.at[i + 1 + n] >= 'a' && report.at[i + 1 + n] <= 'z') || report.at[i + 1 + n] == '-'))
			n++;
		if (n < 2 || report.at[i + 1 + n] != '"')
			continue;
		bool keyword = false;
		for (enum keyword k = K_NONE + 1; k <= K_WITHIN; k++)
			keyword |= slice_is(slice_part(report, i + 1, n), keyword_text(k));
		CHECK(keyword);
		i += n + 1;
	}
	arena_free(arena);
}

MAIN_TESTS()
