#include "peers.h"

#include "policy/headings.h"

#include "gate/scan/scan.h"
#include "web/api/api.h"

#include <stdio.h>

struct peers peers;

#define T16(c) c c c c c c c c c c c c c c c c
const char staff_outer[] = T16("a") T16("a") T16("a") T16("1");
const char staff_inner[] = T16("a") T16("a") T16("a") T16("2");
const char manager_inner[] = T16("b") T16("b") T16("b") T16("2");
const char chief_inner[] = T16("c") T16("c") T16("c") T16("2");
const char half_inner[] = T16("d") T16("d") T16("d") T16("2");

enum { NOW_S = 1795140000 }; /* 令和8年11月20日 */
#define MS(minutes) ((int64_t)NOW_S * 1000 + (int64_t)(minutes) * 60000)

static struct result answer(struct why *why)
{
	return peers.fail ? fail(why, peers.fail, "peers", "%s", peers.fail_text) : ok();
}

/* ---- store, vault, ledger ------------------------------------------------- */

struct result store_begin(struct store *store, struct why *why)
{
	(void)store;
	(void)why;
	return ok();
}

struct result store_commit(struct store *store, struct why *why)
{
	(void)store;
	(void)why;
	return ok();
}

void store_rollback(struct store *store)
{
	(void)store;
}

struct vault_writer {
	uint64_t bytes;
};
struct vault_reader {
	int pieces;
};

struct result vault_begin(struct vault *vault, struct vault_writer **out, struct why *why)
{
	(void)vault;
	(void)why;
	*out = calloc(1, sizeof **out);
	peers.open_writers++;
	return ok();
}

struct result vault_write(struct vault_writer *writer, struct slice bytes, struct why *why)
{
	(void)why;
	writer->bytes += bytes.len;
	peers.vault_bytes += bytes.len;
	return ok();
}

void vault_abandon(struct vault_writer **writer)
{
	peers.open_writers -= *writer != NULL;
	free(*writer);
	*writer = NULL;
}

struct result vault_read(struct vault_reader *reader, struct slice *out, struct why *why)
{
	(void)why;
	*out = reader->pieces-- > 0 ? SLICE("0123456789") : SLICE("");
	return ok();
}

void vault_read_end(struct vault_reader **reader)
{
	free(*reader);
	*reader = NULL;
}

struct result ledger_append(struct ledger *ledger, struct ledger_entry *entry, struct why *why)
{
	(void)ledger;
	(void)why;
	json_t *data = json_loadb((const char *)entry->data.at, entry->data.len, 0, NULL);
	const char *what = json_string_value(json_object_get(data, "what"));
	snprintf(peers.refused, sizeof peers.refused, "%s", what ? what : "?");
	json_decref(data);
	peers.entries++;
	return ok();
}

struct result ledger_size(struct ledger *ledger, int64_t *out, struct why *why)
{
	(void)ledger;
	*out = 48212;
	return answer(why);
}

static const struct slice entry_clauses[] = {{(const uint8_t *)"HN-2.2.2(8)-2", 13}};
static struct ledger_entry one_entry(int64_t seq)
{
	return (struct ledger_entry){.seq = seq, .time_ms = MS(seq), .body = SLICE("aonami"),
		.kind = SLICE("crossing.released"), .actor = SLICE("sekisho-gate"), .post = SLICE(""),
		.subject = SLICE("crossing1"), .clauses = entry_clauses, .clause_count = 1,
		.data = SLICE("{\"bytes\":1,\"file\":\"<script>\"}")};
}

struct result ledger_get(struct ledger *ledger, int64_t seq, struct arena *arena,
                         struct ledger_entry *out, struct why *why)
{
	(void)ledger;
	(void)arena;
	if (seq > 48211)
		return fail(why, E_ABSENT, "entry", "beyond the end");
	*out = one_entry(seq);
	return answer(why);
}

struct result ledger_root(struct ledger *ledger, int64_t size, uint8_t out[SHA256_BYTES],
                          struct why *why)
{
	(void)ledger;
	memset(out, (int)size, SHA256_BYTES);
	return answer(why);
}

struct result ledger_find(struct ledger *ledger, const struct ledger_query *query,
                          struct arena *arena, struct ledger_entry **out, size_t *count,
                          struct why *why)
{
	(void)ledger;
	bool none = peers.empty || (query->clause && strcmp(query->clause, "HN-2.2.2(8)-1") == 0);
	bool web = query->kind_prefix && strcmp(query->kind_prefix, "web.refused") == 0;
	*count = none ? 0 : query->limit < 3 ? query->limit : 3;
	*out = ARENA_ARRAY(arena, 3, struct ledger_entry);
	for (size_t i = 0; i < *count; i++) {
		(*out)[i] = one_entry(48211 - (int64_t)i);
		if (web)
			(*out)[i].data = SLICE("{\"page\":\"/send\",\"unrecorded\":0,\"what\":\"forged-form\",\"zone\":\"lgwan\"}");
	}
	return answer(why);
}

/* ---- office ------------------------------------------------------------------ */

static const struct person people[] = {
	{"staffaaaaaaaaaaaaaaaaaaaaa", "青木 <一郎>", "104412", "tax", true},
	{"managerbbbbbbbbbbbbbbbbbbb", "馬場 課長", "103311", "tax", true},
	{"chiefccccccccccccccccccccc", "千葉 副市長", "100001", "board", true},
	{"halfdddddddddddddddddddddd", "土井 新人", "109999", "tax", true},
};

struct result session_find(struct office *office, const char *zone, struct slice token,
                           struct session *out, struct why *why)
{
	(void)office;
	const struct {
		const char *token, *zone;
		size_t person;
	} known[] = {{staff_outer, "internet", 0}, {staff_inner, "lgwan", 0}, {manager_inner, "lgwan", 1},
	             {chief_inner, "lgwan", 2}, {half_inner, "lgwan", 3}};
	for (size_t i = 0; i < 5; i++) {
		if (!slice_is(token, known[i].token) || strcmp(zone, known[i].zone) != 0)
			continue;
		*out = (struct session){.state = i == 4 ? SIGNIN_NEEDS_ENROLMENT : SIGNIN_DONE};
		snprintf(out->token, sizeof out->token, "%.64s", known[i].token);
		snprintf(out->form_key, sizeof out->form_key, "key of %zu in %s", i, zone);
		snprintf(out->person, sizeof out->person, "%s", people[known[i].person].id);
		return ok();
	}
	return fail(why, E_DENIED, "session", "not known");
}

struct result session_end(struct office *office, const struct session *session, struct why *why)
{
	(void)office;
	(void)session;
	return answer(why);
}

struct result signin_password(struct office *office, const char *zone, struct slice address,
                              struct slice login, struct slice password, struct session *out,
                              struct why *why)
{
	(void)office;
	(void)address;
	(void)login;
	bool right = slice_is(password, "right password");
	*out = (struct session){.state = right ? SIGNIN_NEEDS_CODE : SIGNIN_REFUSED, .tries_left = 3};
	if (slice_is(password, "locked"))
		*out = (struct session){.state = SIGNIN_LOCKED, .wait_until_ms = MS(30)};
	if (right)
		snprintf(out->token, sizeof out->token, "%s",
		         strcmp(zone, "lgwan") == 0 ? staff_inner : staff_outer);
	return answer(why);
}

struct result signin_change_password(struct office *office, struct session *session,
                                     struct slice new_password, struct why *why)
{
	(void)office;
	(void)session;
	(void)new_password;
	return fail(why, E_INPUT, "password", "パスワードが短すぎます。12文字以上にしてください。");
}

struct result signin_enrol(struct office *office, struct session *session, struct arena *arena,
                           const char **secret_base32, const char **otpauth_uri, struct why *why)
{
	(void)office;
	(void)session;
	(void)arena;
	*secret_base32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
	*otpauth_uri = "otpauth://totp/Sekisho:109999?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Sekisho";
	return answer(why);
}

struct result signin_code(struct office *office, struct session *session, struct slice address,
                          struct slice code, struct why *why)
{
	(void)office;
	(void)address;
	session->state = slice_is(code, "123456") ? SIGNIN_DONE : SIGNIN_REFUSED;
	session->tries_left = 2;
	return answer(why);
}

struct result office_person(struct office *office, const char *id, struct arena *arena,
                            struct person *out, struct why *why)
{
	(void)office;
	(void)arena;
	for (size_t i = 0; i < 4; i++)
		if (strcmp(people[i].id, id) == 0) {
			*out = people[i];
			return ok();
		}
	return fail(why, E_ABSENT, "person", "nobody");
}

struct result office_people(struct office *office, struct arena *arena, struct person **out,
                            size_t *count, struct why *why)
{
	(void)office;
	*count = 4;
	*out = ARENA_ARRAY(arena, 4, struct person);
	memcpy(*out, people, sizeof people);
	return answer(why);
}

struct result office_section(struct office *office, const char *id, struct arena *arena,
                             struct section *out, struct why *why)
{
	(void)office;
	(void)arena;
	if (strcmp(id, "tax") != 0)
		return fail(why, E_ABSENT, "section", "none");
	*out = (struct section){"tax", "税務課", ""};
	return ok();
}

struct result office_holdings(struct office *office, const char *person, day_t day,
                              struct arena *arena, struct holding **out, size_t *count,
                              struct why *why)
{
	(void)office;
	(void)day;
	*out = ARENA_ARRAY(arena, 1, struct holding);
	bool manager = strcmp(person, people[1].id) == 0, chief = strcmp(person, people[2].id) == 0;
	*count = manager || chief;
	**out = (struct holding){manager ? "manager" : "ciso", manager ? "tax" : "", person, 0, DAY_OPEN};
	return answer(why);
}

struct result office_facts(struct office *office, const char *kind, const char *id, day_t day,
                           struct arena *arena, struct office_fact **out, size_t *count,
                           struct why *why)
{
	(void)office;
	(void)day;
	(void)kind;
	(void)id;
	*out = ARENA_ARRAY(arena, 1, struct office_fact);
	*count = 0;
	return answer(why);
}

struct result office_all_holdings(struct office *office, struct arena *arena, struct holding **out,
                                  size_t *count, struct why *why)
{
	(void)office;
	*count = 3;
	*out = ARENA_ARRAY(arena, 3, struct holding);
	(*out)[0] = (struct holding){"manager", "tax", people[1].id, 0, DAY_OPEN};
	(*out)[1] = (struct holding){"ciso", "", people[2].id, 0, DAY_OPEN};
	(*out)[2] = (struct holding){"deputy", "", people[1].id, 0, 1}; /* long ago */
	return answer(why);
}

/* ---- policy -------------------------------------------------------------------- */

static const struct policy_edition edition = {"hannan", "青波市情報セキュリティポリシー", "", 20000, 20544};
static const struct policy_clause clauses[] = {
	{.id = "HN-2.3(2)-1/2", .cite = "第2章 3 (2)① なお書", .says = "無害化して取り込みます。",
	 .edition = &edition, .statement_count = 2, .carrier = CARRIER_STATEMENT, .parts = CLAUSE_NORM, .reference = "",
	 .doubt = "「等」の範囲", .omitted = ""},
	{.id = "HN-2.2.2(8)-2", .cite = "第2章 2.2 (8)②", .says = "所管課長の許可を得ます。",
	 .edition = &edition, .statement_count = 1, .carrier = CARRIER_STATEMENT, .parts = CLAUSE_NORM, .reference = "",
	 .doubt = "", .omitted = ""},
	{.id = "HN-2.2.2(8)-1", .cite = "第2章 2.2 (8)①", .says = "暗号化かパスワードを付けます。",
	 .edition = &edition, .statement_count = 1, .carrier = CARRIER_STATEMENT, .parts = CLAUSE_NORM, .reference = "",
	 .doubt = "", .omitted = ""},
	{.id = "HN-2.1(3)-1", .cite = "第2章 1 (3)①", .says = "申請者と承認者は別の人とします。",
	 .edition = &edition, .statement_count = 0, .carrier = CARRIER_REFERENCE, .reference = "purpose",
	 .doubt = "", .omitted = ""},
	{.id = "HN-2.7.4(1)", .cite = "第2章 7.4 (1)", .says = "例外措置を許可できます。",
	 .edition = &edition, .statement_count = 1, .carrier = CARRIER_STATEMENT, .parts = CLAUSE_NORM, .reference = "",
	 .doubt = "", .omitted = ""},
};
enum { CLAUSES = 5 };

const struct policy_clause *policy_clause(const struct policy *policy, const char *id)
{
	(void)policy;
	for (size_t i = 0; i < CLAUSES; i++)
		if (strcmp(clauses[i].id, id) == 0)
			return &clauses[i];
	return NULL;
}

static const char *const above_manager[] = {"ciso"};
static const struct policy_post posts[] = {
	{.name = "manager", .title = "情報セキュリティ管理者", .per = "section", .held_by = POST_HEAD, .holder = "section",
	 .under = above_manager, .under_count = 1, .clause = &clauses[1]},
	{.name = "ciso", .title = "最高情報セキュリティ責任者", .per = "", .held_by = POST_TITLE, .holder = "副市長",
	 .clause = &clauses[4]},
};

size_t policy_post_count(const struct policy *policy, const struct policy_edition *e)
{
	(void)policy;
	(void)e;
	return 2;
}

const struct policy_clause *policy_separation(const struct policy *policy,
                                              const struct policy_edition *e, const char *a,
                                              const char *b)
{
	(void)policy;
	(void)e;
	(void)a;
	(void)b;
	return &clauses[3];
}

const struct policy_post *policy_post_at(const struct policy *policy,
                                         const struct policy_edition *e, size_t index)
{
	(void)policy;
	(void)e;
	return &posts[index];
}

size_t policy_clause_count(const struct policy *policy, const struct policy_edition *e)
{
	(void)policy;
	(void)e;
	return CLAUSES;
}

const struct policy_clause *policy_clause_at(const struct policy *policy,
                                             const struct policy_edition *e, size_t index)
{
	(void)policy;
	(void)e;
	return &clauses[index];
}

const struct policy_edition *policy_edition_on(const struct policy *policy, const char *name, day_t day)
{
	(void)policy;
	(void)name;
	(void)day;
	return &edition;
}

const char *policy_label(const struct policy *policy, const char *act, const char *word)
{
	(void)policy;
	(void)act;
	return strcmp(word, "manager") == 0 ? "情報セキュリティ管理者"
		: strcmp(word, "ciso") == 0 ? "最高情報セキュリティ責任者" : word;
}

const char *policy_heading(const struct policy *policy, const struct policy_edition *e, struct slice cite)
{
	(void)policy;
	(void)e;
	return slice_is(cite, "第2章 2.2") ? "情報資産の扱い方" : "";
}

void policy_render(const struct policy *policy, const struct policy_clause *clause,
                   struct buffer *out)
{
	(void)policy;
	buffer_printf(out, "%s とき、許可が要る。\n二つ目の文。\n", clause->id);
}

struct result policy_check(const struct policy *policy, day_t day, struct arena *arena,
                           struct findings *findings, struct why *why)
{
	static struct finding gap = {.number = 17, .severity = FINDING_GAP, .clause = "HN-2.2.2(8)-1",
		.file = "", .policy = "", .sentence = "", .mend = ""};
	(void)policy;
	(void)day;
	(void)arena;
	findings->first = &gap;
	return answer(why);
}

struct result policy_act_facts(const struct policy *policy, const char *act, struct arena *arena,
                               const struct policy_fact **out, size_t *count, struct why *why)
{
	static const char *const levels[] = {"C", "B", "A"};
	static const struct policy_fact facts[] = {
		{.path = "object.importance", .label = "重要度", .type = FACT_LEVEL, .found_by = "", .words = levels,
		 .word_count = 3}, {"partner", "相手", FACT_TEXT, "", NULL, 0}};
	(void)policy;
	(void)act;
	(void)arena;
	*out = facts;
	*count = 2;
	return answer(why);
}

/* ---- proceedings ------------------------------------------------------------------ */

static const struct holder manager_holder = {"managerbbbbbbbbbbbbbbbbbbb", "", "manager", "tax", false};
static const struct application_word said = {"managerbbbbbbbbbbbbbbbbbbb", "manager", "tax", "代", "agree",
	"よろしい", MS(10)};
static const struct application_slot slots[] = {
	{.post = "manager", .post_title = "情報セキュリティ管理者", .scope = "tax", .scope_name = "税務課",
	 .clause = "HN-2.2.2(8)-2", .cite = "第2章 2.2 (8)②", .says = "", .state = ROUTE_PENDING, .open = true,
	 .holders = &manager_holder, .holder_count = 1},
	{.post = "ciso", .post_title = "最高情報セキュリティ責任者", .scope = "", .scope_name = "",
	 .clause = "", .cite = "", .says = "", .state = ROUTE_AGREED, .word = &said},
	{.post = "officer", .post_title = "情報セキュリティ責任者", .scope = "", .scope_name = "",
	 .clause = "", .cite = "", .says = "", .state = ROUTE_PENDING},
};
static const struct fact_pair facts[] = {{"object.importance", "A"}, {"partner", "<b>青波測量</b>"}};
static const struct spoken spoken[] = {
	{.clause = &clauses[1], .cite = "第2章 2.2 (8)②", .verb = "permit", .strength = "", .effect = EFFECT_HOLD,
	 .not_needed = ""},
	{.clause = &clauses[2], .cite = "第2章 2.2 (8)①", .verb = "require", .strength = "", .effect = EFFECT_MET,
	 .not_needed = ""}};
static const struct wanted_route routes[] = {
	{.clause = &clauses[1], .cite = "第2章 2.2 (8)②", .text = "所管課の情報セキュリティ管理者"}};
static const struct wanted_check checks[] = {
	{.gate = "gate_scan", .fact = "scanned", .label = "検査済み", .clause = &clauses[0]},
	{.gate = "gate_file", .fact = "sanitised", .label = "無害化済み", .clause = &clauses[0]}};
static const struct decision decision = {.verdict = HOLD, .act = "provide", .act_label = "外部への提供",
	.spoken = spoken, .spoken_count = 2, .approvals = routes, .approval_count = 1, .checks = checks,
	.check_count = 2};

static struct application one_application(void)
{
	return (struct application){.id = "app1", .number = "R8-0012", .act = "provide",
		.act_label = "外部への提供", .exception_to = "HN-2.3(2)-1/2", .subject = "file1",
		.applicant = "staffaaaaaaaaaaaaaaaaaaaaa", .section = "tax", .title = "固定資産課税台帳（抽出）.xlsx",
		.purpose = "評価の委託先へ渡すため\n二行目 <i>", .joint = "", .state = APPLICATION_OPEN, .created_ms = MS(0),
		.until = 20800, .edition = "2026-04-01", .facts = facts, .fact_count = 2, .slots = slots,
		.slot_count = 3, .words = &said, .word_count = 1, .decision = &decision};
}

struct result application_get(struct proceedings *p, const char *id, struct arena *arena,
                              struct application *out, struct why *why)
{
	(void)p;
	(void)arena;
	if (strcmp(id, "app1") != 0)
		return fail(why, E_ABSENT, "application", "none");
	*out = one_application();
	return answer(why);
}

struct result application_list(struct proceedings *p, const struct application_query *query,
                               struct arena *arena, struct application **out, size_t *count,
                               struct why *why)
{
	(void)p;
	*count = !peers.empty;
	*out = ARENA_ARRAY(arena, 1, struct application);
	**out = one_application();
	if (query->state)
		(*out)->state = query->state;
	return answer(why);
}

struct result application_waiting(struct proceedings *p, const char *person, size_t *count, struct why *why)
{
	(void)p, (void)person;
	*count = !peers.empty;
	return answer(why);
}

struct result application_answer(struct proceedings *p, const char *id, const char *person,
                                 enum application_answer a, const char *reason, struct why *why)
{
	(void)p;
	(void)id;
	if (strcmp(person, people[1].id) != 0)
		return fail(why, E_DENIED, "person", "あなたの決裁は求められていません。根拠: 第2章 1 (3)①");
	peers.answer = a;
	snprintf(peers.answer_reason, sizeof peers.answer_reason, "%s", reason);
	return answer(why);
}

struct result application_urgent_of(struct proceedings *p, const char *id, struct arena *arena,
                                    struct application_urgent *out, struct why *why)
{
	(void)p, (void)id, (void)arena, (void)out;
	return fail(why, E_ABSENT, "application", "none");
}

const char *policy_exception_claim(const struct policy *policy, const struct policy_edition *e)
{
	(void)policy, (void)e;
	return "urgent";
}

struct result application_after_list(struct proceedings *p, const char *application, const char *person, bool unseen,
                                     struct arena *arena, struct application_after **out, size_t *count, struct why *why)
{
	(void)p;
	(void)application;
	(void)person;
	(void)unseen;
	(void)arena;
	*out = NULL;
	*count = 0;
	return answer(why);
}

struct result application_see(struct proceedings *p, const char *id, const char *person, struct why *why)
{
	(void)p;
	(void)person;
	return fail(why, E_DENIED, id, "none");
}

struct result application_joint(struct proceedings *p, const struct application *a, struct arena *arena,
                                struct application **out, size_t *count, struct why *why)
{
	(void)p;
	(void)a;
	(void)arena;
	*out = NULL;
	*count = 0;
	return answer(why);
}

struct result application_answer_joint(struct proceedings *p, const char *id, const char *person,
                                       enum application_answer a, const char *reason, size_t *answered, struct why *why)
{
	*answered = 1;
	return application_answer(p, id, person, a, reason, why);
}

struct result application_withdraw(struct proceedings *p, const char *id, const char *person,
                                   struct why *why)
{
	(void)p;
	(void)id;
	(void)person;
	return answer(why);
}

const char *application_state_japanese(enum application_state state)
{
	static const char *const names[] = {"なし", "決裁待ち", "許可", "不許可", "差戻し", "取下げ", "終了"};
	return names[state];
}

/* ---- crossings ----------------------------------------------------------------------- */

static const struct crossing_removal removals[] = {
	{"vba", "word/vbaProject.bin", "マクロを取り除きました。"},
	{"external-link", "xl/externalLinks/<1>.xml", "外部への参照を取り除きました。"}};

#define FILE_ROW(i, st, n, clean)                                                                 \
	.id = "file" #i, .crossing = "crossing1", .name = n, .clean_name = clean, .state = st,    \
	.bytes = 212000, .type = "docx"
#define SILENT .sentence = "", .reason = "", .refusal = "", .clause = ""
static const struct crossing_file files[] = {
	{FILE_ROW(1, CROSSING_RELEASED, "様式第3号（固定資産税）.docm", "様式第3号（固定資産税）.docx"), SILENT,
	 .note = "", .clean_bytes = 187000, .removals = removals, .removal_count = 2,
	 .collect_until_ms = MS(10000), .released_ms = MS(3), .original_until_ms = MS(40000)},
	{FILE_ROW(2, CROSSING_COLLECTED, "通知文.docx", "通知文.docx"), SILENT, .note = "",
	 .clean_bytes = 47000, .collect_until_ms = MS(10000), .collected_ms = MS(9),
	 .original_released_ms = MS(8), .original_until_ms = MS(40000)},
	{FILE_ROW(3, CROSSING_REFUSED, "添付\"<資料>.zip", ""), .refusal = "forbidden", .note = "",
	 .sentence = "中にある「setup.exe」が実行ファイルのため、ZIP全体を止めました。",
	 .reason = "inner.zip/setup.exe: executable", .clause = "HN-2.3(2)-1/2"},
	{FILE_ROW(4, CROSSING_HELD, "図.pdf", ""), .sentence = "二つの検査の答えが違います。",
	 .reason = "gate: clean, inspector: javascript", .note = "情報担当課が確かめています。", .refusal = "",
	 .clause = ""},
	{FILE_ROW(5, CROSSING_WAITING, "写真.jpg", ""), SILENT, .note = "ウイルス検査の応答を待っています。"},
	{FILE_ROW(6, CROSSING_CHECKED, "表.xlsx", ""), SILENT, .note = "", .original_erased_ms = MS(1)},
	{FILE_ROW(7, CROSSING_LAPSED, "古い.txt", "古い.txt"), SILENT, .note = ""},
};

static struct crossing one_crossing(enum crossing_direction direction)
{
	return (struct crossing){.id = "crossing1", .number = "R8-0007", .direction = direction,
		.sender = "staffaaaaaaaaaaaaaaaaaaaaa", .receiver = "staffaaaaaaaaaaaaaaaaaaaaa",
		.section = "tax", .answers = "importance=A", .purpose = "県へ回答するため <b>", .partner = "県市町村課",
		.protection = direction == CROSSING_OUTWARD ? "encrypted" : "", .not_needed = "",
		.password = direction == CROSSING_OUTWARD ? "kaede-7731-minato" : "", .application = "app1",
		.edition = "2026-04-01", .created_ms = MS(0), .files = files, .file_count = 7};
}

struct result crossing_get(struct crossings *c, const char *id, struct arena *arena,
                           struct crossing *out, struct why *why)
{
	(void)c;
	(void)arena;
	if (strcmp(id, "crossing1") != 0 && strcmp(id, "outward1") != 0)
		return fail(why, E_ABSENT, "crossing", "none");
	*out = one_crossing(*id == 'o' ? CROSSING_OUTWARD : CROSSING_INWARD);
	return answer(why);
}

struct result crossing_of_file(struct crossings *c, const char *file, struct arena *arena,
                               struct crossing *out, struct why *why)
{
	(void)c;
	(void)arena;
	if (strncmp(file, "file", 4) != 0)
		return fail(why, E_ABSENT, "crossing", "none");
	*out = one_crossing(CROSSING_OUTWARD);
	return answer(why);
}

struct result crossing_list(struct crossings *c, const struct crossing_query *query,
                            struct arena *arena, struct crossing **out, size_t *count,
                            struct why *why)
{
	(void)c;
	*count = !peers.empty;
	*out = ARENA_ARRAY(arena, 1, struct crossing);
	**out = one_crossing(query->direction ? query->direction : CROSSING_INWARD);
	return answer(why);
}

struct result crossing_count(struct crossings *c, struct crossing_counts *out, struct why *why)
{
	(void)c;
	*out = (struct crossing_counts){.waiting = 1, .held = 1, .refused = 27,
		.oldest_waiting_ms = peers.empty ? 0 : MS(-20)};
	return answer(why);
}

struct result crossing_draft_add(struct crossings *c, const char *person,
                                 enum crossing_direction direction, struct slice name,
                                 struct vault_writer **writer, struct why *why)
{
	(void)c;
	(void)person;
	(void)direction;
	bool empty = (*writer)->bytes == 0;
	vault_abandon(writer);
	if (empty)
		return fail(why, E_INPUT, "file", "「%.*s」は空です。中身のあるファイルを選んでください。",
		            SLICE_ARG(name));
	snprintf(peers.draft_name, sizeof peers.draft_name, "%.*s", SLICE_ARG(name));
	peers.drafts++;
	return answer(why);
}

struct result crossing_draft_files(struct crossings *c, const char *person,
                                   enum crossing_direction direction, struct arena *arena,
                                   struct draft_file **out, size_t *count, struct why *why)
{
	(void)c;
	(void)person;
	(void)direction;
	*count = peers.drafts ? 1 : 0;
	*out = ARENA_ARRAY(arena, 1, struct draft_file);
	**out = (struct draft_file){"draft1", arena_string(arena, slice_str(peers.draft_name)), 212000};
	return answer(why);
}

struct result crossing_draft_remove(struct crossings *c, const char *person, const char *file,
                                    struct why *why)
{
	(void)c;
	(void)person;
	(void)file;
	peers.drafts = 0;
	return answer(why);
}

const char *crossing_act(enum crossing_direction direction)
{
	return direction == CROSSING_INWARD ? "transfer" : "provide";
}

struct slice crossing_answer(const char *answers, const char *name)
{
	size_t at = slice_find(slice_str(answers), slice_str(name));
	return at == SIZE_MAX ? SLICE("") : slice_str(answers + at + strlen(name) + 1);
}

struct result crossing_questions(struct crossings *c, const struct crossing_request *request,
                                 const struct decision *preview, struct arena *arena,
                                 struct crossing_question **out, size_t *count, struct why *why)
{
	const struct policy_fact *known;
	size_t all;
	(void)c;
	(void)preview;
	TRY(policy_act_facts(NULL, crossing_act(request->direction), arena, &known, &all, why));
	*out = ARENA_ARRAY(arena, 1, struct crossing_question);
	**out = (struct crossing_question){"importance", &known[0]};
	*count = 1;
	return answer(why);
}

struct result crossing_original_bar(struct crossings *c, const char *file, struct arena *arena,
                                    struct crossing_bar *out, struct why *why)
{
	(void)c;
	(void)file;
	(void)arena;
	*out = (struct crossing_bar){"HN-2.3(2)-1/2", "HN-2.7.4(1)", "最高情報セキュリティ責任者か統括情報セキュリティ責任者"};
	return answer(why);
}

struct result crossing_preview(struct crossings *c, const struct crossing_request *request,
                               struct arena *arena, const struct decision **out,
                               struct why *why)
{
	static struct decision plain;
	(void)c;
	(void)arena;
	plain = decision;
	if (request->direction == CROSSING_INWARD && !slice_is(crossing_answer(request->answers, "importance"), "A"))
		plain.approval_count = 0; /* this city asks the manager only for A */
	static struct spoken no;
	no = (struct spoken){.clause = &clauses[1], .cite = clauses[1].cite, .verb = "forbid",
		.strength = "", .effect = EFFECT_REFUSE, .not_needed = ""};
	if (peers.refuse)
		plain.verdict = REFUSE, plain.spoken = &no, plain.spoken_count = 1;
	*out = &plain;
	return answer(why);
}

struct result crossing_submit(struct crossings *c, const struct crossing_request *request,
                              char id[27], struct why *why)
{
	(void)c;
	if (!*request->purpose)
		return fail(why, E_INPUT, "purpose", "「送る目的」が空です。何の仕事に使うかを書いてください。");
	peers.submitted = *request;
	snprintf(peers.purpose, sizeof peers.purpose, "%s", request->purpose);
	snprintf(id, 27, "crossing1");
	return answer(why);
}

struct result crossing_collect(struct crossings *c, const char *file, const char *person,
                               const char *zone, bool original, struct vault_reader **reader,
                               struct vault_info *info, struct arena *arena, const char **name,
                               struct why *why)
{
	(void)c;
	(void)arena;
	bool mine = strcmp(person, people[0].id) == 0 && strcmp(zone, "lgwan") == 0;
	if (!mine || strcmp(file, original ? "file2" : "file1") != 0)
		return fail(why, E_DENIED, "file", "このファイルは、あなたには渡せません。");
	*reader = calloc(1, sizeof **reader);
	(*reader)->pieces = 3;
	info->bytes = 30;
	*name = "見積書\r\nX: \"y\".docx";
	return answer(why);
}

struct result crossing_ask_original(struct crossings *c, const char *file, const char *applicant,
                                    const char *reason, day_t until, char application[27],
                                    struct why *why)
{
	(void)c;
	(void)file;
	(void)applicant;
	(void)reason;
	(void)until;
	snprintf(application, 27, "app1");
	return answer(why);
}

struct result crossing_retry(struct crossings *c, const char *file, const char *by, struct why *why)
{
	(void)c;
	(void)file;
	(void)by;
	return answer(why);
}

const char *crossing_state_japanese(enum crossing_state state)
{
	static const char *const names[] = {"なし", "検査を待っています", "決裁を待っています", "受取り可",
		"受取り済み", "拒否", "確認中", "期限切れ"};
	return names[state];
}

/* ---- the scanner ------------------------------------------------------------------------ */

struct scanner scanner_default(const char *socket)
{
	return (struct scanner){.socket = socket};
}

struct result scan_ping(const struct scanner *scanner, struct why *why)
{
	(void)scanner;
	return fail(why, E_BUSY, "clamd", "no answer");
}

/* ---- tokens ------------------------------------------------------------------------------ */

struct result access_list(struct office *office, const char *person, struct arena *arena,
                          struct access **out, size_t *count, struct why *why)
{
	static struct access rows[2];
	(void)office;
	(void)arena;
	rows[0] = (struct access){.id = "token1", .person = person, .until = 20900, .made_ms = MS(-900),
		.purpose = "文書管理システムが受渡しの状況を取り込む", .scopes = "crossing.read policy.read"};
	rows[1] = (struct access){.id = "token2", .person = person, .until = 20700, .made_ms = MS(-99000),
		.purpose = "前の版のもの", .scopes = "office.read"};
	*out = rows;
	*count = 2;
	return answer(why);
}

struct result access_make(struct office *office, const char *by, const struct access *wanted,
                          char token[ACCESS_TOKEN + 1], char id[27], struct why *why)
{
	(void)office;
	(void)by;
	if (!wanted->purpose[0])
		return fail(why, E_INPUT, "purpose", "「使いみち」が空です。何に使う鍵かを書いてください。");
	snprintf(token, ACCESS_TOKEN + 1, "sekisho_%s", "0123456789abcdef0123456789abcdef0123456789abcdef");
	snprintf(id, 27, "token3");
	return answer(why);
}

struct result access_end(struct office *office, const char *by, const char *id, struct why *why)
{
	(void)office;
	(void)by;
	(void)id;
	return answer(why);
}

bool access_allows(const struct access *access, const char *scope)
{
	return strstr(access->scopes, scope) != NULL;
}

const struct api_scope api_scopes[] = {
	{"crossing.read", "ファイルの受渡しを見る"}, {"policy.read", "ポリシーを見る・判断を尋ねる"}, {NULL, NULL}};

/* ---- the API, which is tested over the real rooms (tests/e2e/api.js) -------------------- */

bool api_is_path(struct slice path)
{
	(void)path;
	return false;
}

struct result api_begin(struct request *rq, const struct incoming *in, struct why *why)
{
	(void)rq;
	(void)in;
	return fail(why, E_SYSTEM, "api", "no API stands here");
}

void api_feed(struct request *rq, struct slice bytes)
{
	(void)rq;
	(void)bytes;
}

void api_finish(struct request *rq)
{
	(void)rq;
}

void api_free(struct request *rq)
{
	(void)rq;
}

struct result api_migrate(struct store *store, struct why *why)
{
	(void)store;
	(void)why;
	return ok();
}
