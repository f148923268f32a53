/* 様式: what people filed, decided and recorded, on paper and in sheets. */
#include "forms/forms.h"
#include "gate/sheet/sheet_read.h"
#include "pdf.h"
#include "proceeding/case.h"
#include "town.h"

#define CELLS(...) \
	(const struct cell[]){__VA_ARGS__}, sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)

struct stand {
	struct town town;
	struct forms forms;
	struct paper_font *font;
	struct buffer out, text;
	char asset[27], host[27];
};

static void put(struct town *t, const char *kind, const char *name, const struct cell *cells, size_t count, char id[27])
{
	const struct register_change change = {.kind = kind, .name = name, .section = "tax", .cells = cells, .cell_count = count,
	                                       .actor = town_id(t, "tanaka")};
	CHECK_OK(register_put(t->registers, &change, id, &t->why), &t->why);
}

static void begin(struct stand *s)
{
	*s = (struct stand){.font = NULL};
	struct town *t = &s->town;
	town_new(t);
	buffer_init(&s->out, 64 << 20);
	buffer_init(&s->text, 64 << 20);
	CHECK_OK(paper_font_open(&s->font, &t->why), &t->why);
	s->forms = (struct forms){.title = "青波市", .font = s->font, .desk = {.store = t->store, .ledger = t->ledger,
		.vault = t->vault, .policy = t->policy, .policy_name = "hannan", .office = t->office, .registers = t->registers,
		.proceedings = t->proceedings, .random = &t->random, .clock = &t->clock, .body = "town"}};
	const struct proof_parts parts = {.store = t->store, .ledger = t->ledger, .clock = &t->clock, .body = "town",
		.duties = t->duties, .policy = t->policy, .policy_name = "hannan", .office = t->office, .proceedings = t->proceedings};
	CHECK_OK(proof_open(&parts, &s->forms.proof, &t->why), &t->why);
	put(t, "asset", "固定資産課税台帳（髙﨑分）", CELLS({"owner", "tax"}, {"importance", "B"}, {"personal", "no"}), s->asset);
	put(t, "host", "貸出用ノートパソコン 3号", CELLS({"issued", "yes"}), s->host);
}

static void end(struct stand *s)
{
	proof_close(s->forms.proof);
	paper_font_drop(&s->font);
	buffer_done(&s->out);
	buffer_done(&s->text);
	town_done(&s->town);
}

static void take_out(struct stand *s, const char *purpose, char id[27])
{
	struct town *t = &s->town;
	const struct fact_pair facts[] = {{"object", s->asset}, {"until", "2026-12-01"}, {"on_duty", "yes"},
		{"place", "市内の現地"}, {"device", s->host}};
	const struct application_request request = {.wish = {.act = "take_out", .actor = town_id(t, "aoki"),
		.subject = s->asset, .facts = facts, .fact_count = 5}, .section = "tax", .title = "職場外への持出し「固定資産課税台帳」",
		.purpose = purpose, .until = DAY_OPEN};
	CHECK_OK(application_apply(t->proceedings, &request, id, &t->why), &t->why);
}

/* the PDF's text into s->text, after what other software says of the file */
static void read_paper(struct stand *s, const char *name, bool across)
{
	pdf_sound(buffer_slice(&s->out), name, across);
	pdf_read(buffer_slice(&s->out), name, "pdftotext -layout", "-", &s->text);
	buffer_clear(&s->out);
}

static bool says(struct stand *s, const char *words)
{
	return pdf_says(&s->text, words);
}

/* ---- applications ------------------------------------------------------------------ */

TEST(an_application_is_a_form_with_its_decision)
{
	struct stand s;
	char id[27];
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	take_out(&s, "固定資産の現地調査のため", id);
	CHECK_OK(forms_application(&s.forms, id, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "application-open", false);
	CHECK(says(&s, "職場外への持出し申請書"));
	CHECK(says(&s, "決裁待ち"));
	CHECK(says(&s, "この申請に働く条文"));
	CHECK_OK(application_answer(s.town.proceedings, id, town_id(&s.town, "tanaka"), ANSWER_AGREE,
	                            "施錠できるかばんで運ぶこと", &s.town.why), &s.town.why);
	/* what was frozen stays as it was, whatever the register says afterwards */
	const struct register_change later = {.kind = "asset", .id = s.asset, .version = 1, .name = "別の名の台帳", .section = "tax",
		.cells = (const struct cell[]){{"importance", "A"}}, .cell_count = 1, .actor = town_id(&s.town, "tanaka")};
	char same[27];
	CHECK_OK(register_put(s.town.registers, &later, same, &s.town.why), &s.town.why);
	CHECK_OK(forms_application(&s.forms, id, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "application", false);
	CHECK(says(&s, "R8-0001"));
	CHECK(says(&s, "固定資産の現地調査のため"));
	CHECK(says(&s, "税務課情報セキュリティ管理者") || says(&s, "税務課情報セキュリティ"));
	CHECK(says(&s, "許可"));
	CHECK(says(&s, "施錠できるかばんで運ぶこと"));
	CHECK(says(&s, "許可のときに固定した内容"));
	CHECK(says(&s, "固定資産課税台帳（髙﨑分）（情報資産台帳第1号第1版）"));
	CHECK(says(&s, "分類:重要度"));
	CHECK(!strstr(buffer_cstr(&s.text), "別の名の台帳"));
	CHECK(!strstr(buffer_cstr(&s.text), "不要"));
	CHECK(says(&s, "阪南市情報セキュリティポリシー"));
	CHECK(says(&s, "sekisholedgerprove"));
	CHECK(says(&s, "以上"));
	end(&s);
}

TEST(a_permit_is_for_what_is_permitted_now)
{
	struct stand s;
	char id[27];
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	take_out(&s, "現地調査", id);
	CHECK_FAILS(forms_permit(&s.forms, id, &s.out, &s.town.why), E_CONFLICT);
	CHECK_INT(s.out.len, 0);
	s.town.why = (struct why){0};
	CHECK_OK(application_answer(s.town.proceedings, id, town_id(&s.town, "tanaka"), ANSWER_AGREE, "", &s.town.why), &s.town.why);
	CHECK_OK(forms_permit(&s.forms, id, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "permit", false);
	CHECK(says(&s, "職場外への持出し許可証"));
	CHECK(says(&s, "固定資産課税台帳（髙﨑分）"));
	CHECK(says(&s, "令和8年12月1日（火）まで"));
	CHECK(says(&s, "貸出用ノートパソコン3号"));
	CHECK(says(&s, "青木一郎"));
	CHECK(says(&s, "までの木の根"));
	town_ms += 30ll * 86400000;
	CHECK_FAILS(forms_permit(&s.forms, id, &s.out, &s.town.why), E_CONFLICT); /* its last day is over */
	CHECK_FAILS(forms_permit(&s.forms, "nobody", &s.out, NULL), E_ABSENT);
	end(&s);
}

/* ---- cases ---------------------------------------------------------------------------- */

static void open_incident(struct stand *s, bool drill, char id[27])
{
	struct town *t = &s->town;
	const struct case_opening opening = {.kind = "incident", .name = "案内メールの誤送信", .section = "tax",
		.cells = (const struct cell[]){{"section", "tax"}, {"noticed_at", "2026-11-19"}, {"place", "税務課"}}, .cell_count = 3,
		.actor = town_id(t, "aoki"), .incomplete = true, .drill = drill};
	CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
}

TEST(an_incident_is_a_report)
{
	struct stand s;
	char id[27], drill[27];
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	open_incident(&s, false, id);
	struct buffer story;
	buffer_init(&story, 8000);
	for (int i = 0; i < 100; i++) /* as long as a note can be */
		buffer_printf(&story, "%03d番の受信者へ削除を頼んだ。", i);
	const struct case_hand hand = {id, 1, town_id(&s.town, "aoki"), ""};
	CHECK(story.len < CASE_NOTE * 2);
	struct slice told = slice_part(buffer_slice(&story), 0, 3990 / 3 * 3);
	char *note = arena_string(s.town.arena, slice_part(told, 0, 3960));
	while (note[strlen(note) - 1] != '\x82' || strcmp(note + strlen(note) - 3, "。") != 0)
		note[strlen(note) - 1] = 0;
	CHECK_OK(case_note(s.town.proceedings, &hand, note, &s.town.why), &s.town.why);
	CHECK_OK(forms_case(&s.forms, id, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "incident", false);
	CHECK(says(&s, "情報セキュリティインシデント報告書"));
	CHECK(says(&s, "案内メールの誤送信"));
	CHECK(says(&s, "令和8年11月19日（木）"));
	CHECK(says(&s, "未完成"));
	CHECK(says(&s, "（まだ書かれていません）"));
	CHECK(!strstr(buffer_cstr(&s.text), "訓練"));
	open_incident(&s, true, drill);
	CHECK_OK(forms_case(&s.forms, drill, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "drill", false);
	CHECK(says(&s, "【訓練】情報セキュリティインシデント報告書"));
	buffer_done(&story);
	end(&s);
}

TEST(a_contracts_items_are_a_list_with_reasons)
{
	struct stand s;
	struct town *t = &s.town;
	char id[27];
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	const struct case_opening opening = {.kind = "contract", .name = "土地評価の業務委託", .section = "tax",
		.cells = (const struct cell[]){{"section", "tax"}, {"contractor", "青波測量㈱"}, {"measures_confirmed", "yes"}},
		.cell_count = 3, .actor = town_id(t, "tanaka")};
	struct case_view view;
	enum case_outcome outcome;
	char asked[27];
	CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
	CHECK_OK(case_get(t->proceedings, id, t->arena, &view, &t->why), &t->why);
	struct case_hand hand = {id, view.turn, town_id(t, "tanaka"), ""};
	const struct case_step step = {.act = "contract.select", .reason = ""};
	CHECK_OK(case_move(t->proceedings, &hand, &step, &outcome, asked, &t->why), &t->why);
	hand.turn++;
	CHECK_OK(case_answer(t->proceedings, &hand, "contract_items", "secrecy", ITEM_NOT_APPLICABLE,
	                     "秘密に触れない仕様のため", &t->why), &t->why);
	CHECK_OK(forms_items(&s.forms, id, "", &s.out, &t->why), &t->why);
	read_paper(&s, "items", false);
	CHECK(says(&s, "業務委託の契約項目一覧"));
	CHECK(says(&s, "当たらない"));
	CHECK(says(&s, "秘密に触れない仕様のため"));
	CHECK(says(&s, "求める条文:"));
	CHECK(!strstr(buffer_cstr(&s.text), "まだ答えのない項目  0件"));
	end(&s);
}

/* ---- record books ----------------------------------------------------------------------- */

static void write_book(struct stand *s, int entries, char id[27])
{
	static const char *const keep[] = {"performed_at", "performer", "treatment"};
	struct town *t = &s->town;
	char medium[27];
	put(t, "medium", "外付けディスク Z-014", CELLS({"owner", "tax"}, {"importance", "A"}), medium);
	const struct book_opening opening = {.registry = "media_disposals", .keep = keep, .keep_count = 3, .retention = "60 months"};
	const struct cell known[] = {{"performer", town_id(t, "aoki")}, {"performed_at", "2026-11-19 10:20"}, {"treatment", "破砕①"}};
	const struct book_event event = {.act = "dispose_medium", .row = medium, .section = "tax", .actor = town_id(t, "aoki"),
	                                 .known = known, .known_count = 3};
	for (int i = 0; i < entries; i++)
		CHECK_OK(book_open(t->registers, &opening, &event, id, &t->why), &t->why);
}

TEST(a_record_and_its_book)
{
	struct stand s;
	char id[27], other[27];
	struct forms_book *book = NULL;
	size_t pieces = 0;
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	write_book(&s, 120, id);
	CHECK_OK(book_correct(s.town.registers, id, "2回破砕した", CELLS({"treatment", "破砕（2回）"}), town_id(&s.town, "aoki"), "",
	                      other, &s.town.why), &s.town.why);
	CHECK_OK(forms_record(&s.forms, other, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "record", false);
	CHECK(says(&s, "R8-0120の訂正。理由:2回破砕した"));
	CHECK(says(&s, "R8.11.1910:20"));
	CHECK_OK(forms_book(&s.forms, "media_disposals", 2026, &s.out, &book, &s.town.why), &s.town.why);
	for (bool done = !book; !done; pieces++)
		if (forms_book_step(book, &s.out, &done, &s.town.why).code != OK) {
			CHECK_STR(s.town.why.text, "");
			break;
		}
	forms_book_drop(&book);
	CHECK(pieces > 1);
	read_paper(&s, "book", true);
	CHECK(says(&s, "令和8年度"));
	CHECK(says(&s, "R8-0001"));
	CHECK(says(&s, "R8-0121"));
	CHECK(says(&s, "120件")); /* the corrected one stands behind the one in its place */
	size_t heads = 0, pages = 1;
	for (const char *c = buffer_cstr(&s.text); *c; c++)
		pages += *c == '\f' && c[1];
	for (const char *at = buffer_cstr(&s.text); (at = strstr(at, "起こした日")); at++)
		heads++;
	CHECK(pages > 2);
	CHECK_INT(heads, pages);
	CHECK_OK(forms_book(&s.forms, "media_disposals", 2020, &s.out, &book, &s.town.why), &s.town.why);
	for (bool done = !book; !done;)
		CHECK_OK(forms_book_step(book, &s.out, &done, &s.town.why), &s.town.why);
	forms_book_drop(&book);
	read_paper(&s, "book-empty", true);
	CHECK(says(&s, "記録はありません。"));
	CHECK_FAILS(forms_book(&s.forms, "nothing", 0, &s.out, &book, &s.town.why), E_ABSENT);
	CHECK(!book);
	end(&s);
}

/* ---- the office and its proof ------------------------------------------------------------- */

static struct result keep_bytes(void *context, struct slice bytes, struct why *why)
{
	(void)why;
	buffer_put_slice(context, bytes);
	return ok();
}

/* as the worker would read it, without its jail */
static void read_sheet(struct stand *s)
{
	struct file_limits limits = file_limits_default();
	struct file_report report;
	buffer_clear(&s->text);
	CHECK_OK(sheet_read(SLICE("a.xlsx"), buffer_slice(&s->out), &limits, s->town.arena, &s->text, &report, &s->town.why), &s->town.why);
	CHECK_INT(report.verdict, FILE_CLEAN);
	buffer_clear(&s->out);
}

TEST(the_network_and_the_proof)
{
	struct stand s;
	struct sheet_sink sink = {keep_bytes, &s.out};
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	CHECK_OK(forms_network(&s.forms, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "network", true);
	CHECK(says(&s, "緊急連絡網"));
	CHECK(says(&s, "最高情報セキュリティ責任者") || says(&s, "CISO"));
	CHECK(says(&s, "手で書き入れて"));
	CHECK_OK(forms_proof(&s.forms, &s.out, &s.town.why), &s.town.why);
	read_paper(&s, "proof", true);
	CHECK(says(&s, "条項ごとの状態"));
	CHECK(says(&s, "未証明"));
	CHECK_OK(forms_proof_sheet(&s.forms, SHEET_XLSX, &sink, &s.town.why), &s.town.why);
	read_sheet(&s);
	size_t rows = 0;
	for (const char *c = buffer_cstr(&s.text); *c; c++)
		rows += *c == '\n';
	CHECK(rows > 100); /* a row a clause */
	CHECK(strstr(buffer_cstr(&s.text), "HN-2.7.4"));
	end(&s);
}

TEST(the_years_inspections_and_audits)
{
	static const char *const kinds[] = {"inspection", "audit"};
	struct stand s;
	struct town *t = &s.town;
	struct sheet_sink sink = {keep_bytes, &s.out};
	char id[27];
	begin(&s);
	if (!pdf_tools() || !s.font) {
		end(&s);
		SKIP("no poppler-utils or no Japanese font");
	}
	for (size_t i = 0; i < 2; i++) {
		const struct case_opening opening = {.kind = kinds[i], .name = "税務課の実施", .section = "tax",
			.cells = (const struct cell[]){{"section", "tax"}}, .cell_count = 1, .actor = town_id(t, "tanaka")};
		struct case_opening drill = opening;
		drill.drill = true;
		drill.name = "練習の実施";
		CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
		CHECK_OK(case_open(t->proceedings, &drill, id, &t->why), &t->why);
		CHECK_OK(forms_year(&s.forms, kinds[i], 2026, &s.out, &t->why), &t->why);
		read_paper(&s, kinds[i], false);
		CHECK(says(&s, i ? "情報セキュリティ監査報告書（令和8年度）" : "自己点検報告書（令和8年度）"));
		CHECK(says(&s, "税務課の実施"));
		CHECK(!strstr(buffer_cstr(&s.text), "練習の実施"));
		CHECK(says(&s, "一度も対象になっていない課"));
		CHECK_OK(forms_year_sheet(&s.forms, kinds[i], 2026, SHEET_XLSX, &sink, &t->why), &t->why);
		read_sheet(&s);
		CHECK(strstr(buffer_cstr(&s.text), "税務課の実施"));
		CHECK_OK(forms_year(&s.forms, kinds[i], 2025, &s.out, &t->why), &t->why);
		read_paper(&s, "year-before", false);
		CHECK(!strstr(buffer_cstr(&s.text), "税務課の実施"));
	}
	CHECK_FAILS(forms_year(&s.forms, "asset", 2026, &s.out, &t->why), E_ABSENT);
	end(&s);
}

TEST(without_a_font_every_form_says_so)
{
	struct stand s;
	char id[27];
	begin(&s);
	s.forms.font = NULL;
	take_out(&s, "現地調査", id);
	s.town.why = (struct why){0};
	CHECK_FAILS(forms_application(&s.forms, id, &s.out, &s.town.why), E_ABSENT);
	CHECK(strstr(s.town.why.text, "書体"));
	CHECK_FAILS(forms_network(&s.forms, &s.out, &s.town.why), E_ABSENT);
	end(&s);
}

MAIN_TESTS()
