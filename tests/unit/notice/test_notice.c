/* Notices: who hears of what, once; letters that leave nothing personal; a mail
 * server that is away loses none.                                            */
#include "ledger/record.h"
#include "notice/notice.h"
#include "notice/smtp.h"
#include "town.h"

static const struct fact_pair provide_a[] = {
	{"object", "thing"}, {"object.owner", "tax"}, {"object.importance", "A"},
	{"protection", "encrypted"}};

static struct desk desk;

static struct notices *open_notices(struct town *t)
{
	desk = (struct desk){.store = t->store, .ledger = t->ledger, .vault = t->vault, .policy = t->policy, .policy_name = "hannan",
		.office = t->office, .registers = t->registers, .proceedings = t->proceedings, .random = &t->random,
		.clock = &t->clock, .body = "town"};
	struct notices *n = NULL;
	const struct notice_parts parts = {
		.store = t->store, .ledger = t->ledger, .office = t->office, .proceedings = t->proceedings,
		.crossings = t->crossings, .duties = t->duties, .desk = &desk, .random = &t->random, .clock = &t->clock, .body = "town",
		.title = "青波市", .from = "sekisho@aonami.example", .domain = "aonami.example",
		.link = "https://sekisho.aonami.example"};
	CHECK_OK(notices_open(&parts, &n, &t->why), &t->why);
	return n;
}

static struct notices *begin(struct town *t)
{
	town_new(t);
	return open_notices(t);
}

static void end(struct town *t, struct notices *n)
{
	notices_close(n);
	town_done(t);
}

static void apply(struct town *t, char id[27])
{
	const struct application_request request = {
		.wish = {.act = "provide", .actor = town_id(t, "aoki"), .subject = "thing", .facts = provide_a,
	                 .fact_count = 4},
		.section = "tax", .title = "議会の秘密の資料", .purpose = "委員会で説明するため", .until = DAY_OPEN};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(application_submit(t->proceedings, &request, id, &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
}

static void follow(struct town *t, struct notices *n)
{
	bool more = true;
	while (more)
		CHECK_OK(notices_follow(n, &more, &t->why), &t->why);
}

static bool next(struct town *t, struct notices *n, struct letter *letter)
{
	bool any = false;
	CHECK_OK(letter_next(n, t->arena, letter, &any, &t->why), &t->why);
	return any;
}

static void agree(struct town *t, const char *id, const char *login)
{
	CHECK_OK(application_answer(t->proceedings, id, town_id(t, login), ANSWER_AGREE, "", &t->why), &t->why);
}

static size_t entries(struct town *t, const char *kind)
{
	struct ledger_entry *found = NULL;
	size_t count = 0;
	const struct ledger_query query = {.kind_prefix = kind, .limit = 100};
	CHECK_OK(ledger_find(t->ledger, &query, t->arena, &found, &count, &t->why), &t->why);
	return count;
}

/* does the letter's text, behind the empty line and out of its base64, say this? */
static bool letter_says(struct town *t, const struct letter *letter, const char *words)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t body = slice_find(letter->message, SLICE("\r\n\r\n"));
	char *text = arena_alloc(t->arena, letter->message.len + 1);
	size_t n = 0;
	unsigned bits = 0, have = 0;
	for (size_t i = body + 4; i < letter->message.len; i++) {
		const char *at = strchr(alphabet, letter->message.at[i]);
		if (!at || !*at)
			continue;
		bits = bits << 6 | (unsigned)(at - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			text[n++] = (char)(bits >> have & 0xFF);
		}
	}
	text[n] = 0;
	return strstr(text, words) != NULL;
}

TEST(who_may_permit_hears_of_it_once)
{
	struct town t;
	struct letter letter;
	char id[27];
	struct notices *n = begin(&t);
	apply(&t, id);
	follow(&t, n);
	CHECK(next(&t, n, &letter));
	CHECK_STR(letter.person, town_id(&t, "tanaka"));
	CHECK_STR(letter.address, "tanaka@aonami.example");
	CHECK(letter_says(&t, &letter, "申請 R8-0001"));
	CHECK(letter_says(&t, &letter, "決裁をお待ちしています"));
	CHECK(letter_says(&t, &letter, "https://sekisho.aonami.example/decide/"));
	CHECK(!letter_says(&t, &letter, "議会の秘密"));
	CHECK(!letter_says(&t, &letter, "委員会"));
	CHECK_OK(letter_sent(n, &letter, &t.why), &t.why);
	CHECK_INT(entries(&t, "notice.sent"), 1);
	CHECK(!next(&t, n, &letter));
	follow(&t, n);
	CHECK(!next(&t, n, &letter));
	end(&t, n);
}

TEST(who_applied_hears_what_came_of_it)
{
	struct town t;
	struct letter letter;
	char id[27];
	struct notices *n = begin(&t);
	apply(&t, id);
	agree(&t, id, "tanaka");
	follow(&t, n); /* both at once: who was asked has nothing to do any more */
	CHECK(next(&t, n, &letter));
	CHECK_STR(letter.address, "aoki@aonami.example");
	CHECK(letter_says(&t, &letter, "許可"));
	CHECK_OK(letter_sent(n, &letter, &t.why), &t.why);
	CHECK(!next(&t, n, &letter));
	end(&t, n);
}

TEST(a_server_that_is_away_loses_nothing)
{
	struct town t;
	struct letter letter;
	char id[27];
	struct notices *n = begin(&t);
	apply(&t, id);
	follow(&t, n);
	CHECK(next(&t, n, &letter));
	CHECK_OK(letter_failed(n, &letter, false, "no answer", &t.why), &t.why);
	CHECK(!next(&t, n, &letter)); /* not at once */
	town_ms += NOTICE_REST_MS;
	CHECK(next(&t, n, &letter));
	CHECK_OK(letter_failed(n, &letter, false, "no answer", &t.why), &t.why);
	town_ms += NOTICE_REST_MS;
	CHECK(!next(&t, n, &letter)); /* twice as long */
	town_ms += NOTICE_REST_MS;
	CHECK(next(&t, n, &letter));
	CHECK_INT(entries(&t, "notice.failed"), 0);
	town_ms += NOTICE_PATIENCE_MS;
	CHECK_OK(letter_failed(n, &letter, false, "no answer", &t.why), &t.why);
	CHECK_INT(entries(&t, "notice.failed"), 1);
	CHECK(!next(&t, n, &letter));
	end(&t, n);
}

TEST(who_owes_what_an_event_made_due_hears_of_it)
{
	struct town t;
	struct letter letter;
	size_t opened = 0, settled = 0;
	bool told = false;
	struct notices *n = begin(&t);
	struct ledger_entry entry = {.body = SLICE("town"), .kind = SLICE("test.happened"), .subject = SLICE("incident1"),
	                             .actor = slice_str(town_id(&t, "aoki"))};
	CHECK_OK(store_begin(t.store, &t.why), &t.why);
	CHECK_OK(ledger_record(t.ledger, &entry, json_pack("{s:s, s:{s:s}}", "done", "incident.report", "facts",
	                                                   "incident.section", "tax"), &t.why), &t.why);
	CHECK_OK(store_commit(t.store, &t.why), &t.why);
	CHECK_OK(duty_follow(t.duties, &opened, &settled, &t.why), &t.why);
	CHECK(opened > 0);
	follow(&t, n);
	while (next(&t, n, &letter)) {
		told |= strcmp(letter.address, "tanaka@aonami.example") == 0 && letter_says(&t, &letter, "報告") &&
		        letter_says(&t, &letter, "/duties/");
		CHECK_OK(letter_sent(n, &letter, &t.why), &t.why);
	}
	CHECK(told);
	end(&t, n);
}

/* One letter, if that person is written to; what it says is the caller's to look at. */
static bool letter_to(struct town *t, struct notices *n, const char *login, struct letter *out)
{
	struct letter letter;
	bool found = false;
	while (next(t, n, &letter)) {
		if (strcmp(letter.person, town_id(t, login)) == 0) {
			*out = letter;
			found = true;
		}
		CHECK_OK(letter_sent(n, &letter, &t->why), &t->why);
	}
	return found;
}

TEST(who_is_asked_to_inspect_himself_hears_of_it_and_is_reminded)
{
	static const char *const clauses[] = {"HN-2.5.3(1)-1"};
	const struct review_said yes[] = {{"HN-2.5.3(1)-1", ITEM_YES, ""}};
	struct town t;
	struct letter letter;
	char id[27];
	size_t reminded;
	struct notices *n = begin(&t);
	const char *supervisor = arena_string(t.arena, slice_str(town_id(&t, "sato")));
	const struct review_opening opening = {.title = "税務課の秘密の点検", .deadline = 20777 + 14, .clauses = clauses,
		.clause_count = 1, .by = supervisor};
	CHECK_OK(review_open(&desk, &opening, id, &t.why), &t.why);
	const char *aoki = arena_string(t.arena, slice_str(town_id(&t, "aoki")));
	follow(&t, n);
	CHECK_OK(review_answer(&desk, id, aoki, aoki, yes, 1, &t.why), &t.why); /* before his letter is written */
	CHECK(next(&t, n, &letter));
	do {
		bool is_aoki = strcmp(letter.person, aoki) == 0;
		CHECK(letter_says(&t, &letter, "自己点検 第1号"));
		CHECK(letter_says(&t, &letter, is_aoki ? "すでに回答されています" : "令和8年12月4日（金）までに回答してください。\n"));
		CHECK(letter_says(&t, &letter, arena_printf(t.arena, "https://sekisho.aonami.example/inspections/%s/answer", id)));
		CHECK(!letter_says(&t, &letter, "秘密"));
		CHECK_OK(letter_sent(n, &letter, &t.why), &t.why);
	} while (next(&t, n, &letter));
	town_ms += INT64_C(8) * 86400000; /* six days are left */
	CHECK_OK(review_tick(&desk, &reminded, &t.why), &t.why);
	CHECK_INT(reminded, 14);
	follow(&t, n);
	CHECK(letter_to(&t, n, "ueda", &letter));
	CHECK(letter_says(&t, &letter, "まだ回答がありません"));
	town_ms += INT64_C(7) * 86400000; /* the day after the last */
	CHECK_OK(review_tick(&desk, &reminded, &t.why), &t.why);
	follow(&t, n);
	CHECK(letter_to(&t, n, "ueda", &letter));
	CHECK(letter_says(&t, &letter, "回答の期限は、令和8年12月4日（金）でした"));
	CHECK(!letter_to(&t, n, "ueda", &letter)); /* once */
	town_ms += INT64_C(7) * 86400000;
	CHECK_OK(review_tick(&desk, &reminded, &t.why), &t.why);
	follow(&t, n);
	CHECK(!letter_to(&t, n, "aoki", &letter)); /* he has answered */
	char inspection[27];
	size_t findings;
	const struct review_evaluation good = {.campaign = id, .section = "tax", .by = supervisor, .words = "良好"};
	CHECK_OK(review_report(&desk, id, "tax", supervisor, "期限を過ぎたため", inspection, &t.why), &t.why);
	CHECK_OK(review_evaluate(&desk, &good, &findings, &t.why), &t.why);
	CHECK_OK(review_close(&desk, id, supervisor, &t.why), &t.why);
	town_ms += INT64_C(7) * 86400000;
	CHECK_OK(review_tick(&desk, &reminded, &t.why), &t.why);
	follow(&t, n);
	CHECK(!letter_to(&t, n, "ueda", &letter)); /* it is over */
	end(&t, n);
}

TEST(who_is_suspended_is_not_written_to)
{
	struct town t;
	struct letter letter;
	char id[27];
	struct notices *n = begin(&t);
	apply(&t, id);
	follow(&t, n);
	CHECK_OK(office_suspend(t.office, "", town_id(&t, "tanaka"), true, SLICE("休職"), &t.why), &t.why);
	CHECK(!next(&t, n, &letter));
	end(&t, n);
}

TEST(what_was_before_the_outbox_is_not_told)
{
	struct town t;
	struct letter letter;
	char id[27];
	town_new(&t);
	apply(&t, id);
	struct notices *n = open_notices(&t);
	follow(&t, n);
	CHECK(!next(&t, n, &letter));
	end(&t, n);
}

TEST(many_notices_are_one_letter)
{
	struct town t;
	struct letter letter;
	char id[27];
	struct notices *n = begin(&t);
	for (int i = 0; i < NOTICE_LINES + 2; i++)
		apply(&t, id);
	follow(&t, n);
	CHECK(next(&t, n, &letter));
	CHECK_INT(letter.count, NOTICE_LINES + 2);
	CHECK(letter_says(&t, &letter, "ほかに2件あります"));
	CHECK_OK(letter_sent(n, &letter, &t.why), &t.why);
	CHECK(!next(&t, n, &letter));
	end(&t, n);
}

TEST(an_address_that_would_break_a_letter_is_refused)
{
	struct town t;
	town_new(&t);
	static const char *const bad[][3] = {
		{"sekisho", "a.example", "https://a.example"},
		{"a@b\r\nBcc: x@y", "a.example", "https://a.example"},
		{"a@b.example", "a example", "https://a.example"},
		{"a@b.example", "a.example", "javascript:1"},
		{"a@b.example", "a.example", "https://a\nb"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct notices *n = NULL;
		const struct notice_parts parts = {
			.store = t.store, .ledger = t.ledger, .body = "town", .title = "", .clock = &t.clock,
			.from = bad[i][0], .domain = bad[i][1], .link = bad[i][2]};
		CHECK_FAILS(notices_open(&parts, &n, NULL), E_INPUT);
	}
	struct smtp *smtp = NULL;
	CHECK_FAILS(smtp_open("http://127.0.0.1:25", &smtp, NULL), E_INPUT);
	CHECK_FAILS(smtp_open("smtp://127.0.0.1", &smtp, NULL), E_INPUT);
	CHECK_FAILS(smtp_open("smtp://a b:25", &smtp, NULL), E_INPUT);
	CHECK_FAILS(smtp_open("smtp://127.0.0.1:70000", &smtp, NULL), E_INPUT);
	town_done(&t);
}

TEST(a_server_that_does_not_answer_is_busy)
{
	struct smtp *smtp = NULL;
	struct why why = {0};
	CHECK_OK(smtp_open("smtp://127.0.0.1:1", &smtp, &why), &why);
	CHECK_FAILS(smtp_send(smtp, "a@b.example", "c@d.example", SLICE("Subject: x\r\n\r\ny\r\n"), &why), E_BUSY);
	smtp_close(smtp);
}

MAIN_TESTS()
