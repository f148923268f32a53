/* 自己点検結果報告書: what a self-inspection found, on paper and as a workbook. */
#define TOWN_REVIEW
#include "forms/forms.h"
#include "pdf.h"
#include "town.h"

struct stand {
	struct town town;
	struct forms forms;
	struct paper_font *font;
	struct buffer out, text;
	char campaign[27];
};

static const char *const asked[] = {"HN-2.5.3(1)-1", "HN-2.9(3)-1"}; /* everybody's, and the managers' */

static const char *who(struct stand *s, const char *login)
{
	return arena_string(s->town.arena, slice_str(town_id(&s->town, login)));
}

static void answer(struct stand *s, const char *login, enum item_answer first, const char *remark, bool manager)
{
	struct town *t = &s->town;
	const struct review_said said[] = {{asked[0], first, remark}, {asked[1], ITEM_NOT_APPLICABLE, "今年度に発足した課のため"}};
	CHECK_OK(review_answer(&s->forms.desk, s->campaign, who(s, login), who(s, login), said, manager ? 2 : 1, &t->why), &t->why);
}

/* Two sections answer, one is evaluated with something to put right, the others are silent. */
static void begin(struct stand *s)
{
	struct town *t = &s->town;
	char inspection[27];
	size_t findings;
	*s = (struct stand){.font = NULL};
	town_new(t);
	buffer_init(&s->out, 64 << 20);
	buffer_init(&s->text, 64 << 20);
	CHECK_OK(paper_font_open(&s->font, &t->why), &t->why);
	s->forms = (struct forms){.title = "青波市", .font = s->font, .desk = {.store = t->store, .ledger = t->ledger,
		.vault = t->vault, .policy = t->policy, .policy_name = "hannan", .office = t->office, .registers = t->registers,
		.proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"}};
	const struct review_opening opening = {.title = "令和8年度 下期の自己点検", .deadline = 20777 + 14, .clauses = asked,
		.clause_count = 2, .by = who(s, "sato")};
	CHECK_OK(review_open(&s->forms.desk, &opening, s->campaign, &t->why), &t->why);
	answer(s, "aoki", ITEM_NO, "連絡先の一覧が手元になく、\n誰に報告するかを知らない", false);
	answer(s, "ueda", ITEM_YES, "", false);
	answer(s, "tanaka", ITEM_YES, "", true);
	answer(s, "kimura", ITEM_YES, "", true);
	CHECK_OK(review_report(&s->forms.desk, s->campaign, "tax", who(s, "tanaka"), "", inspection, &t->why), &t->why);
	const struct review_evaluation e = {.campaign = s->campaign, .section = "tax", .by = who(s, "sato"),
		.words = "報告先を全員が知るように、連絡網を席に置くこと", .clauses = asked, .clause_count = 1, .deadline = 20777 + 60};
	CHECK_OK(review_evaluate(&s->forms.desk, &e, &findings, &t->why), &t->why);
	CHECK_OK(duty_follow(t->duties, NULL, NULL, &t->why), &t->why);
	town_ms += INT64_C(8) * 86400000;
	CHECK_OK(review_tick(&s->forms.desk, &findings, &t->why), &t->why);
}

static void end(struct stand *s)
{
	paper_font_drop(&s->font);
	buffer_done(&s->out);
	buffer_done(&s->text);
	town_done(&s->town);
}

static bool says(struct stand *s, const char *words)
{
	return pdf_says(&s->text, words);
}

TEST(the_report_says_where_each_section_stands_and_who_owes_what)
{
	struct stand s;
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	CHECK_FAILS(forms_review(&s.forms, s.town.duties, "nothing", &s.out, &s.town.why), E_ABSENT);
	s.town.why = (struct why){OK, "", ""};
	CHECK_OK(forms_review(&s.forms, s.town.duties, s.campaign, &s.out, &s.town.why), &s.town.why);
	pdf_sound(buffer_slice(&s.out), "review", false);
	pdf_read(buffer_slice(&s.out), "review", "pdftotext -layout", "-", &s.text);
	CHECK(says(&s, "自己点検結果報告書（第1号）"));
	CHECK(says(&s, "15人のうち4人（26%）"));
	CHECK(says(&s, "75%（はい3件、いいえ1件。該当なし2件は除く）"));
	CHECK(says(&s, "1件（未了1件、うち期限超過0件）"));
	CHECK(says(&s, "税務課3/366%2"));   /* asked, kept, yes */
	CHECK(says(&s, "評価済み"));
	CHECK(says(&s, "連絡網を席に置くこと"));
	CHECK(says(&s, "税務課田中"));       /* who puts it right */
	CHECK(says(&s, "令和9年1月19日"));
	CHECK(says(&s, "誰に報告するかを知らない"));
	CHECK(!strstr(buffer_cstr(&s.text), "青木 一郎")); /* a reason goes without its name */
	CHECK(says(&s, "回答していない人（11人）"));
	CHECK(says(&s, "以上"));
	town_ms += INT64_C(60) * 86400000;
	buffer_clear(&s.out);
	CHECK_OK(forms_review(&s.forms, NULL, s.campaign, &s.out, &s.town.why), &s.town.why);
	pdf_read(buffer_slice(&s.out), "review-late", "pdftotext -layout", "-", &s.text);
	CHECK(says(&s, "うち期限超過1件"));
	end(&s);
}

static struct result keep(void *context, struct slice bytes, struct why *why)
{
	(void)why;
	buffer_put_slice(context, bytes);
	return ok();
}

/* a sheet of the workbook as text, whatever stands around its words */
static void read_sheet(struct stand *s, int sheet)
{
	char path[] = "/tmp/sekisho-xlsx-XXXXXX", line[200];
	int fd = mkstemp(path);
	CHECK(fd >= 0 && write(fd, s->out.at, s->out.len) == (ssize_t)s->out.len);
	close(fd);
	snprintf(line, sizeof line, "unzip -p %s xl/worksheets/sheet%d.xml | sed 's/<[^>]*>/ /g'", path, sheet);
	buffer_clear(&s->text);
	FILE *pipe = popen(line, "r");
	for (int c; pipe && (c = fgetc(pipe)) != EOF;)
		buffer_put_u8(&s->text, (uint8_t)c);
	CHECK(pipe && pclose(pipe) == 0);
	unlink(path);
}

TEST(the_workbook_has_a_sheet_for_each_question)
{
	struct stand s;
	begin(&s);
	if (system("command -v unzip >/dev/null") != 0) {
		end(&s);
		SKIP("no unzip");
	}
	const struct sheet_sink sink = {keep, &s.out};
	CHECK_OK(forms_review_book(&s.forms, s.town.duties, s.campaign, &sink, &s.town.why), &s.town.why);
	static const char *const wants[][4] = {
		{"税務課", "評価済み", "連絡網を席に置くこと", "回答中"}, {"HN-2.9(3)-1", "情報セキュリティ管理者", "全員", "第2章 9 (3)"},
		{"kuroda", "石井 誠", "催促した日", "職員番号"}, {"田中", "軽微", "指摘済み", "改める課"},
		{"青木", "いいえ", "誰に報告するかを知らない", "今年度に発足した課のため"}};
	for (int i = 0; i < 5; i++) {
		read_sheet(&s, i + 1);
		for (int k = 0; k < 4; k++)
			if (!strstr(buffer_cstr(&s.text), wants[i][k])) {
				printf("  sheet %d: no %s in %.1500s\n", i + 1, wants[i][k], buffer_cstr(&s.text));
				CHECK(false);
			}
	}
	read_sheet(&s, 3);
	CHECK(!strstr(buffer_cstr(&s.text), "aoki")); /* he has answered */
	end(&s);
}

MAIN_TESTS()
