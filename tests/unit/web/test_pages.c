/* Every page against a stage set of the other rooms (peers.c): it renders with
 * every name known, only where it exists, only for whom it is, and only with a
 * form that is its own.                                                     */
#include "harness.h"
#include "peers.h"
#include "web/private.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const outer_hosts[] = {"outer.test", NULL}, *const inner_hosts[] = {"inner.test", NULL};
static struct random randomness;
static struct clock hour;
static int outer_fd = -1, inner_fd = -1;

static unsigned idle_s;

static struct web *open_web(bool tls)
{
	struct why why = {OK, "", ""};
	struct web *web = NULL;
	randomness = random_seeded(5);
	hour = clock_fixed(INT64_C(1795140000000));
	peers = (struct peers){.draft_name = ""};
	if (outer_fd < 0) {
		CHECK_OK(web_listen("127.0.0.1:0", &outer_fd, &why), &why);
		CHECK_OK(web_listen("127.0.0.1:0", &inner_fd, &why), &why);
	}
	struct web_parts parts = {.random = &randomness, .clock = &hour, .body = "aonami", .title = "青波市",
		.duties = (struct duties *)&randomness, .policy_name = "hannan", .help = "デジタル推進課（内線 2140）",
		.clamd = "/nowhere",
		.seal_socket = "/nowhere", .seal_note = "", .dir = "/"};
	struct web_options options = {.outer = {dup(outer_fd), outer_hosts}, .inner = {dup(inner_fd), inner_hosts},
		.strict_templates = true, .behind_tls = tls, .idle_s = idle_s};
	CHECK_OK(web_open(&parts, &options, &web, &why), &why);
	return web;
}

struct said {
	unsigned status;
	char location[200], cookies[600], disposition[400];
	char *body;
};

struct ask {
	enum web_zone zone;
	const char *method, *path, *query, *token; /* session */
	const char *door;                          /* cookie before sign-in */
	const char *type, *body, *host, *origin, *site, *length;
	const char *language; /* cookie */
};

static void keep(struct request *rq, struct said *said)
{
	struct reply *reply = &rq->reply;
	*said = (struct said){.status = reply->status};
	snprintf(said->location, sizeof said->location, "%s", reply->location ? reply->location : "");
	snprintf(said->disposition, sizeof said->disposition, "%s",
	         reply->disposition ? reply->disposition : "");
	for (size_t i = 0; i < reply->cookie_count; i++) {
		size_t len = strlen(said->cookies);
		snprintf(said->cookies + len, sizeof said->cookies - len, "%s=%s;", reply->cookies[i].name,
		         reply->cookies[i].value);
	}
	said->body = strdup(buffer_cstr(&reply->body));
}

static struct said ask(struct web *web, const struct ask *a)
{
	char cookie[512];
	bool inner = a->zone == ZONE_LGWAN;
	const char *name = inner ? "sekisho-inner" : "sekisho-outer";
	snprintf(cookie, sizeof cookie, "%s-door=%s; %s=%s; sekisho-language=%s", name, a->door ? a->door : "", name,
	         a->token ? a->token : "", a->language ? a->language : "xx");
	struct incoming in = {.zone = a->zone, .method = a->method ? a->method : "GET", .path = a->path,
		.query = a->query ? a->query : "", .host = a->host ? a->host : inner ? "inner.test" : "outer.test",
		.origin = a->origin, .fetch_site = a->site, .cookie = cookie, .content_length = a->length,
		.content_type = a->type ? a->type : a->body ? "application/x-www-form-urlencoded" : NULL,
		.address = SLICE("192.0.2.1")};
	struct request *rq = NULL;
	struct why why = {OK, "", ""};
	struct said said = {0};
	CHECK_OK(request_begin(web, &in, &rq, &why), &why);
	struct slice body = slice_str(a->body ? a->body : "");
	for (size_t at = 0; at < body.len; at += 7)
		request_feed(rq, slice_part(body, at, 7));
	request_finish(rq);
	keep(rq, &said);
	request_free(rq);
	return said;
}

static struct said get(struct web *web, enum web_zone zone, const char *path, const char *token)
{
	struct ask a = {.zone = zone, .path = path, .token = token};
	const char *mark = strchr(path, '?');
	char plain[200];
	if (mark) {
		snprintf(plain, sizeof plain, "%.*s", (int)(mark - path), path);
		a.path = plain;
		a.query = mark + 1;
	}
	return ask(web, &a);
}

/* The one-time token of the page's form that posts to `action`. */
static void form_of(const struct said *said, const char *action, char out[TOKEN_TEXT + 1])
{
	char mark[200];
	*out = 0;
	snprintf(mark, sizeof mark, "action=\"%s\"", action);
	const char *form = strstr(said->body, mark);
	const char *value = form ? strstr(form, "name=\"form\" value=\"") : NULL;
	if (value)
		snprintf(out, TOKEN_TEXT + 1, "%s", value + 19);
}

#define DONE(said) free((said).body)

/* ---- every page ------------------------------------------------------------- */

static size_t times(const char *text, const char *what)
{
	size_t count = 0;
	for (; (text = strstr(text, what)); text += strlen(what))
		count++;
	return count;
}

struct page {
	enum web_zone zone;
	const char *path, *token;
	const char *shows;
};
static const struct page pages[] = {
	{ZONE_LGWAN, "/signin", NULL, "職員番号"},
	{ZONE_INTERNET, "/signin", NULL, "インターネット側"},
	{ZONE_LGWAN, "/signin/device", half_inner, "JBSW Y3DP"},
	{ZONE_LGWAN, "/", staff_inner, "今日やること"},
	{ZONE_LGWAN, "/", manager_inner, "R8-0012"},
	{ZONE_LGWAN, "/", chief_inner, "ウイルス検査が動いていません"},
	{ZONE_LGWAN, "/", chief_inner, "市が決める値が1か所"},
	{ZONE_LGWAN, "/", chief_inner, "判断を待つファイルが1個"},
	{ZONE_INTERNET, "/", staff_outer, "LGWAN側から受け取る"},
	{ZONE_INTERNET, "/send", staff_outer, "取り除いて、組み立て直す"},
	{ZONE_LGWAN, "/provide", staff_inner, "所管課の情報セキュリティ管理者が許可する"},
	{ZONE_LGWAN, "/crossings", staff_inner, "庁外から届いたもの"},
	{ZONE_LGWAN, "/crossings", manager_inner, "課に届いたもの"},
	{ZONE_INTERNET, "/crossings", staff_outer, "R8-0007"},
	{ZONE_LGWAN, "/crossings/crossing1", staff_inner, "マクロを取り除きました。"},
	{ZONE_LGWAN, "/crossings/outward1", staff_inner, "kaede-7731-minato"},
	{ZONE_LGWAN, "/crossings/crossing1", manager_inner, "例外措置を申請する"},
	{ZONE_INTERNET, "/crossings/crossing1", staff_outer, "渡していません"},
	{ZONE_LGWAN, "/decide", manager_inner, "申請・決裁"},
	{ZONE_LGWAN, "/decide/app1", manager_inner, "許可する"},
	{ZONE_LGWAN, "/decide/app1", staff_inner, "取り下げる"},
	{ZONE_LGWAN, "/exception/crossing1/file1", manager_inner, "終わりの日"},
	{ZONE_LGWAN, "/", manager_inner, "例外 &lt;措置&gt; の確認"},
	{ZONE_LGWAN, "/duties", manager_inner, "期限を"},
	{ZONE_LGWAN, "/duties?of=all&state=done&skip=99&clause=%3Cx%3E", chief_inner, "市全体"},
	{ZONE_LGWAN, "/duties/dutyaaaaaaaaaaaaaaaaaaaaaa", manager_inner, "行ったと記録する"},
	{ZONE_LGWAN, "/duties/dutyaaaaaaaaaaaaaaaaaaaaaa", chief_inner, "取り下げる"},
	{ZONE_LGWAN, "/duties/dutybbbbbbbbbbbbbbbbbbbbbb", manager_inner, "期限の値が未設定"},
	{ZONE_LGWAN, "/year", manager_inner, "年間の予定"},
	{ZONE_LGWAN, "/year?year=x&of=office", staff_inner, "あなたのものだけ"},
	{ZONE_LGWAN, "/year?of=office&year=2026", chief_inner, "庁全体のもの"},
	{ZONE_LGWAN, "/proof", staff_inner, "急ぐもの"},
	{ZONE_LGWAN, "/clauses", staff_inner, "/clauses?in=%E7%AC%AC2%E7%AB%A0%202.2\""},
	{ZONE_LGWAN, "/clauses?in=%E7%AC%AC2%E7%AB%A0%202.2", staff_inner, "第2章 2.2 (8)①"},
	{ZONE_LGWAN, "/clauses?q=%E4%BE%8B%E5%A4%96", staff_inner, "第2章 7.4 (1)"}, /* 例外 */
	{ZONE_LGWAN, "/clauses?q=%E7%9B%A3%E6%9F%BB&state=", staff_inner, "当てはまる条文はありません"},
	{ZONE_LGWAN, "/clauses?state=unset", staff_inner, "当てはまる条文は1件です"},
	{ZONE_LGWAN, "/clause?id=HN-2.3%282%29-1%2F2", staff_inner, "#48211"},
	{ZONE_LGWAN, "/clause?id=HN-2.2.2%288%29-1", staff_inner, "未設定"},
	{ZONE_LGWAN, "/clause?id=HN-2.1%283%29-1", chief_inner, "対象外"},
	{ZONE_LGWAN, "/ledger", chief_inner, "crossing.released"},
	{ZONE_LGWAN, "/ledger/48211", chief_inner, "確かめるための値"},
	{ZONE_LGWAN, "/operation", chief_inner, "inner.zip/setup.exe: executable"},
};

static void check_page(struct web *web, const struct page *page)
{
	struct said said = get(web, page->zone, page->path, page->token);
	bool good = said.status == 200 && strstr(said.body, page->shows) && times(said.body, "<h1") == 1 &&
		times(said.body, "<main id=\"main\"") == 1 && strstr(said.body, "lang=\"ja\"") &&
		strstr(said.body, "class=\"skip\"") && strstr(said.body, "class=\"zoneband\"") &&
		strstr(said.body, "</html>") && !strstr(said.body, "<script") && !strstr(said.body, "<i>\"") &&
		!strstr(said.body, "<一郎>") && !strstr(said.body, "<b>青波") && !strstr(said.body, "\"<資料>");
	if (!good)
		printf("  %s (%s): %u, h1 %zu, wanted \"%s\"\n%.3000s\n", page->path, zone_word(page->zone),
		       said.status, times(said.body, "<h1"), page->shows, said.status == 200 ? "" : said.body);
	CHECK(good);
	DONE(said);
}

TEST(every_page)
{
	struct web *web = open_web(false);
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		check_page(web, &pages[i]);
	web_close(web);
}

/* The same pages where there is nothing yet, and where a room fails. */
TEST(empty_and_failing)
{
	static const enum error errors[] = {E_STORE, E_BUSY, E_MEMORY, E_TAMPERED, E_SYSTEM, E_CONFLICT};
	struct web *web = open_web(false);
	peers.empty = true;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct said said = get(web, pages[i].zone, pages[i].path, pages[i].token);
		CHECK_INT(said.status, 200);
		DONE(said);
	}
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		peers.fail = errors[i % (sizeof errors / sizeof *errors)];
		peers.fail_text = "precise english /secret/path";
		struct said said = get(web, pages[i].zone, pages[i].path, pages[i].token);
		CHECK(said.status == 200 || said.status == 409 || said.status == 500 || said.status == 503);
		CHECK(said.status == 200 || times(said.body, "<h1") == 1);
		CHECK(strstr(said.body, "secret") == NULL); /* the reason is for the log */
		DONE(said);
	}
	peers.fail = OK;
	web_close(web);
}

/* A sentence that was cut inside a character is still a page. */
TEST(cut_sentence)
{
	struct web *web = open_web(false);
	peers.fail = E_CONFLICT;
	peers.fail_text = "ほかの人が先に決裁しました。\xe3\x81";
	struct said said = get(web, ZONE_LGWAN, "/decide/app1", manager_inner);
	CHECK_INT(said.status, 409);
	CHECK(strstr(said.body, "ほかの人が先に決裁しました。") != NULL);
	DONE(said);
	peers.fail = OK;
	web_close(web);
}

/* ---- zones -------------------------------------------------------------------- */

/* What belongs to the other zone answers byte for byte as what does not exist. */
TEST(other_zones_routes_do_not_exist)
{
	static const char *const inner_only[] = {"/provide", "/decide", "/decide/app1", "/clauses",
		"/clause", "/ledger", "/ledger/1", "/operation", "/exception/crossing1/file1"};
	struct web *web = open_web(false);
	for (size_t i = 0; i < sizeof inner_only / sizeof *inner_only; i++) {
		struct said known = get(web, ZONE_INTERNET, inner_only[i], NULL);
		struct said unknown = get(web, ZONE_INTERNET, "/no/such/page", NULL);
		CHECK_INT(known.status, 404);
		CHECK_STR(known.body, unknown.body);
		DONE(known);
		DONE(unknown);
	}
	struct said said = get(web, ZONE_LGWAN, "/send", staff_inner);
	CHECK_INT(said.status, 404);
	DONE(said);
	struct ask post = {.zone = ZONE_INTERNET, .method = "POST", .path = "/decide/app1",
		.token = staff_outer, .body = "act=agree"};
	said = ask(web, &post);
	CHECK_INT(said.status, 404);
	CHECK_INT(peers.answer, 0);
	DONE(said);
	web_close(web);
}

TEST(other_zones_session_is_nobody)
{
	struct web *web = open_web(false);
	struct said said = get(web, ZONE_INTERNET, "/", staff_inner);
	CHECK_INT(said.status, 303);
	CHECK_STR(said.location, "/signin");
	DONE(said);
	said = get(web, ZONE_LGWAN, "/", staff_outer);
	CHECK_INT(said.status, 303);
	DONE(said);
	struct ask post = {.zone = ZONE_LGWAN, .method = "POST", .path = "/decide/app1",
		.token = staff_outer, .body = "act=agree"};
	said = ask(web, &post);
	CHECK_INT(said.status, 403);
	CHECK_STR(peers.refused, "no-session");
	DONE(said);
	web_close(web);
}

TEST(who_may_look)
{
	static const struct {
		const char *path, *token;
		unsigned status;
	} rows[] = {
		{"/", NULL, 303}, {"/", half_inner, 303}, {"/signin/code", half_inner, 303},
		{"/signin", staff_inner, 303}, {"/operation", staff_inner, 403},
		{"/operation", manager_inner, 403}, {"/ledger", staff_inner, 403},
		{"/ledger/1", manager_inner, 403}, {"/ledger/99999999", chief_inner, 404},
		{"/ledger/x", chief_inner, 404}, {"/crossings/none", staff_inner, 404},
		{"/decide/none", staff_inner, 404}, {"/exception/crossing1/file1", staff_inner, 404},
		{"/exception/crossing1/none", manager_inner, 404}, {"/clause?id=none", staff_inner, 404},
		{"/clause?id=%zz", staff_inner, 400},
		{"/clauses?q=a&page=0", staff_inner, 400}, {"/clauses?q=a&page=x", staff_inner, 400},
		{"/clauses?q=a&page=9", staff_inner, 200}, {"/ledger?before=-1", chief_inner, 400},
		{"/crossings/%2e%2e%2fx", staff_inner, 404}, {"//", staff_inner, 404},
		{"/crossings/", staff_inner, 404}, {"/static/0000/style.css", NULL, 404}, {"", NULL, 404},
	};
	struct web *web = open_web(false);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct said said = get(web, ZONE_LGWAN, rows[i].path, rows[i].token);
		if (said.status != rows[i].status)
			printf("  %s is %u\n", rows[i].path, said.status);
		CHECK_INT(said.status, rows[i].status);
		DONE(said);
	}
	web_close(web);
}

TEST(language)
{
	static const struct {
		const char *path, *location;
		unsigned status;
	} rows[] = {
		{"/language/en?to=%2Fduties%3Fq%3Da", "/duties?q=a", 303}, {"/language/ja?to=/", "/", 303},
		{"/language/en", "/", 303}, {"/language/en?to=//evil.example/", "/", 303},
		{"/language/en?to=https%3A%2F%2Fevil.example", "/", 303}, {"/language/en?to=%2F%5Cevil.example", "/", 303},
		{"/language/en?to=%2F%09%2Fevil.example", "/", 303}, {"/language/en?to=%2Fa%0D%0AX%3A", "/", 303},
		{"/language/fr?to=/", "", 404}, {"/language/?to=/", "", 404},
	};
	struct web *web = open_web(false);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct said said = get(web, ZONE_LGWAN, rows[i].path, NULL);
		if (said.status != rows[i].status || strcmp(said.location, rows[i].location) != 0)
			printf("  %s: %u %s\n", rows[i].path, said.status, said.location);
		CHECK(said.status == rows[i].status && strcmp(said.location, rows[i].location) == 0);
		CHECK(said.status != 303 || strstr(said.cookies, rows[i].path[10] == 'e' ? "sekisho-language=en;" : "sekisho-language=ja;"));
		DONE(said);
	}
	struct ask asks = {.zone = ZONE_LGWAN, .path = "/duties", .query = "whose=all&q=x", .token = manager_inner, .language = "en"};
	struct said english = ask(web, &asks);
	asks.language = NULL;
	struct said japanese = ask(web, &asks);
	CHECK(strstr(english.body, "<html lang=\"en\">") && strstr(english.body, "<h1>Duties</h1>"));
	CHECK(strstr(english.body, "href=\"/language/ja?to=%2Fduties%3Fwhose%3Dall%26q%3Dx\""));
	CHECK(strstr(japanese.body, "<html lang=\"ja\">") && strstr(japanese.body, "<h1>義務</h1>"));
	DONE(english);
	DONE(japanese);
	web_close(web);
}

/* ---- forms ------------------------------------------------------------------------ */

static unsigned decide(struct web *web, const char *form, const char *session, const char *origin,
                       const char *site)
{
	char body[300];
	snprintf(body, sizeof body, "form=%s&act=agree&reason=", form);
	struct ask post = {.zone = ZONE_LGWAN, .method = "POST", .path = "/decide/app1", .token = session,
		.body = body, .origin = origin, .site = site};
	struct said said = ask(web, &post);
	unsigned status = said.status;
	DONE(said);
	return status;
}

TEST(forged_and_replayed_forms)
{
	char form[TOKEN_TEXT + 1], other[TOKEN_TEXT + 1];
	struct web *web = open_web(false);
	struct said page = get(web, ZONE_LGWAN, "/decide/app1", manager_inner);
	form_of(&page, "/decide/app1", form);
	form_of(&page, "/signout", other);
	DONE(page);
	CHECK_INT(strlen(form), TOKEN_TEXT);
	static const char *const forged[] = {"", "0", "form",
		"0000000000000000000000000000000000000000000000000000000000000000000000000000"};
	for (size_t i = 0; i < 4; i++) {
		peers.refused[0] = 0;
		CHECK_INT(decide(web, forged[i], manager_inner, NULL, NULL), 403);
		CHECK_STR(peers.refused, "forged-form");
	}
	CHECK_INT(decide(web, other, manager_inner, NULL, NULL), 403);  /* another form's */
	CHECK_INT(decide(web, form, staff_inner, NULL, NULL), 403);     /* another person's */
	CHECK_INT(decide(web, form, manager_inner, "http://evil.test", NULL), 403);
	CHECK_STR(peers.refused, "foreign-form");
	CHECK_INT(decide(web, form, manager_inner, "null", NULL), 403);
	CHECK_INT(decide(web, form, manager_inner, "http://outer.test", NULL), 403);
	CHECK_INT(decide(web, form, manager_inner, "http://inner.test.evil", NULL), 403);
	CHECK_INT(decide(web, form, manager_inner, NULL, "cross-site"), 403);
	CHECK_INT(decide(web, form, manager_inner, NULL, "same-site"), 403);
	CHECK_INT(peers.answer, 0);
	CHECK_INT(decide(web, form, manager_inner, "http://inner.test", "same-origin"), 303);
	CHECK_INT(peers.answer, ANSWER_AGREE);
	peers.answer = 0;
	CHECK_INT(decide(web, form, manager_inner, "http://inner.test", "same-origin"), 409);
	CHECK_STR(peers.refused, "replayed-form");
	CHECK_INT(peers.answer, 0);
	web_close(web);
}

TEST(refusals_do_not_flood_the_ledger)
{
	struct web *web = open_web(false);
	for (int i = 0; i < 1000; i++)
		CHECK_INT(decide(web, "0", manager_inner, NULL, NULL), 403);
	CHECK(peers.entries >= 60 && peers.entries <= 200);
	web_close(web);
}

TEST(host_and_method)
{
	struct web *web = open_web(false);
	struct ask rows[] = {
		{.zone = ZONE_LGWAN, .path = "/signin", .host = "evil.test"},
		{.zone = ZONE_LGWAN, .path = "/signin", .host = "outer.test"},
		{.zone = ZONE_INTERNET, .path = "/signin", .host = "inner.test"},
		{.zone = ZONE_INTERNET, .path = "/signin", .host = ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct said said = ask(web, &rows[i]);
		CHECK_INT(said.status, 421);
		CHECK_STR(peers.refused, "wrong-host");
		CHECK_INT(peers.entries, (int)i + 1);
		DONE(said);
	}
	web_close(web);
}

/* Whatever is refused for what it is, is in the ledger under its own word. */
TEST(refused_and_recorded)
{
	static const char mixed[] = "multipart/form-data; boundary=XX";
	struct web *web = open_web(false);
	char large_value[20000], large_body[20100];
	memset(large_value, 'a', sizeof large_value - 1);
	large_value[sizeof large_value - 1] = 0;
	snprintf(large_body, sizeof large_body, "purpose=%s", large_value);
	struct ask send = {.zone = ZONE_INTERNET, .method = "POST", .path = "/send", .token = staff_outer};
	struct ask rows[] = {send, send, send, send, send, send, send, send, send, send};
	static const struct {
		const char *what;
		unsigned status;
	} wanted[] = {
		{"too-large", 413}, {"too-large", 413}, {"too-large", 413}, {"broken-form", 400},
		{"broken-form", 400}, {"broken-form", 400}, {"broken-form", 400}, {"no-session", 403},
		{"no-right", 404}, {"other-zone", 404},
	};
	rows[0].type = mixed, rows[0].body = "", rows[0].length = "999999999999";
	rows[1].body = "a=b", rows[1].length = "-1";
	rows[2].body = large_body;
	rows[3].type = mixed, rows[3].body = "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--\r\n";
	rows[4].type = mixed, rows[4].body = "--XX\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\nx";
	rows[5].type = "application/json", rows[5].body = "{}";
	rows[6].body = "form=%zz";
	rows[7].token = NULL, rows[7].body = "form=x";
	rows[8] = (struct ask){.zone = ZONE_LGWAN, .path = "/exception/crossing1/file1", .token = staff_inner};
	rows[9] = (struct ask){.zone = ZONE_INTERNET, .path = "/ledger", .token = staff_outer};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		peers.entries = 0;
		peers.refused[0] = 0;
		struct said said = ask(web, &rows[i]);
		CHECK_INT(said.status, wanted[i].status);
		CHECK_STR(peers.refused, wanted[i].what);
		CHECK_INT(peers.entries, 1);
		CHECK_INT(peers.vault_bytes, 0);
		DONE(said);
	}
	struct said unknown = get(web, ZONE_INTERNET, "/no/such/page", staff_outer);
	CHECK_INT(peers.entries, 1); /* nobody's page: a slip, not an attempt */
	DONE(unknown);
	web_close(web);
}

/* A body that drips is cut off once its line could have been the slowest there is. */
TEST(slow_body)
{
	struct web *web = open_web(false);
	struct incoming in = {.zone = ZONE_INTERNET, .method = "POST", .path = "/signin", .query = "",
		.host = "outer.test", .cookie = "", .content_type = "application/x-www-form-urlencoded",
		.address = SLICE("192.0.2.1")};
	struct request *rq = NULL;
	struct why why = {OK, "", ""};
	CHECK_OK(request_begin(web, &in, &rq, &why), &why);
	hour = clock_fixed(INT64_C(1795140000000) + BODY_GRACE_MS);
	CHECK(!request_too_slow(rq, 100));
	hour = clock_fixed(INT64_C(1795140000000) + BODY_GRACE_MS + 1000);
	CHECK(!request_too_slow(rq, 1000 * BODY_BYTES_A_MS));
	hour = clock_fixed(INT64_C(1795140000000) + BODY_GRACE_MS + 1010);
	CHECK(request_too_slow(rq, 10));
	CHECK_STR(peers.refused, "slow-body");
	CHECK(request_too_slow(rq, 10));
	CHECK_INT(peers.entries, 1);
	request_free(rq);
	web_close(web);
}

/* ---- files -------------------------------------------------------------------------- */

#define PART(name, rest) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"" rest

static struct said upload(struct web *web, const char *form, const char *act, const char *file)
{
	char body[4096];
	snprintf(body, sizeof body,
	         PART("form", "\r\n\r\n%s\r\n") PART("file", "; filename=\"%s\"\r\n\r\nPK1234\r\n")
	         PART("purpose", "\r\n\r\n回答 <&\r\n") PART("importance", "\r\n\r\nunknown\r\n")
	         PART("partner", "\r\n\r\n県\r\n") PART("act", "\r\n\r\n%s\r\n--XX--\r\n"), form, file, act);
	struct ask a = {.zone = ZONE_INTERNET, .method = "POST", .path = "/send", .token = staff_outer,
		.type = "multipart/form-data; boundary=XX", .body = body};
	return ask(web, &a);
}

TEST(files_go_to_the_vault_and_fields_stay)
{
	char form[TOKEN_TEXT + 1];
	struct web *web = open_web(false);
	struct said page = get(web, ZONE_INTERNET, "/send", staff_outer);
	form_of(&page, "/send", form);
	DONE(page);
	struct said said = upload(web, form, "add", "見積書\".docx");
	CHECK_INT(said.status, 400); /* a quote inside a quoted name: no browser writes that */
	CHECK_INT(peers.vault_bytes, 0);
	DONE(said);
	page = get(web, ZONE_INTERNET, "/send", staff_outer);
	form_of(&page, "/send", form);
	DONE(page);
	said = upload(web, form, "add", "見積書<1>.docx");
	CHECK_INT(said.status, 200);
	CHECK_INT(peers.vault_bytes, 6);
	CHECK_INT(peers.open_writers, 0);
	CHECK_STR(peers.draft_name, "見積書<1>.docx");
	CHECK(strstr(said.body, "見積書&lt;1&gt;.docx") != NULL);
	CHECK(strstr(said.body, "回答 &lt;&amp;</textarea>") != NULL);
	CHECK(strstr(said.body, "value=\"unknown\" checked") != NULL);
	form_of(&said, "/send", form);
	DONE(said);
	said = upload(web, form, "send", "");  /* a name, but nothing chosen: bytes without a file */
	CHECK_INT(said.status, 400);
	DONE(said);
	web_close(web);
}

/* Not one byte of a file is taken before the form is known to be ours. */
TEST(no_file_without_a_good_form)
{
	struct web *web = open_web(false);
	struct said said = upload(web, "0123", "add", "x.docx");
	CHECK_INT(said.status, 403);
	CHECK_INT(peers.vault_bytes, 0);
	CHECK_INT(peers.open_writers, 0);
	CHECK_STR(peers.refused, "forged-form");
	DONE(said);
	web_close(web);
}

TEST(submitting)
{
	char form[TOKEN_TEXT + 1], body[600];
	struct web *web = open_web(false);
	static const struct {
		const char *fields;
		unsigned status;
		const char *shows;
	} rows[] = {
		{"act=send&importance=A&purpose=&partner=x", 400, "href=\"#purpose\""},
		{"act=send&purpose=x&partner=x", 400, "href=\"#importance\""},
		{"act=look&importance=A&purpose=x", 200, "が許可する"},
		{"act=send&importance=B&purpose=x%0D%0Ay&partner=x", 303, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct said page = get(web, ZONE_INTERNET, "/send", staff_outer);
		form_of(&page, "/send", form);
		CHECK(strstr(page.body, "が許可する") == NULL); /* nobody has to be asked yet */
		DONE(page);
		snprintf(body, sizeof body, "form=%s&%s", form, rows[i].fields);
		struct ask a = {.zone = ZONE_INTERNET, .method = "POST", .path = "/send", .token = staff_outer,
			.body = body};
		struct said said = ask(web, &a);
		CHECK_INT(said.status, rows[i].status);
		CHECK(strstr(said.body, rows[i].shows) != NULL);
		DONE(said);
	}
	CHECK_STR(peers.purpose, "x\ny");
	web_close(web);
}

/* A refusal names its clause; only the LGWAN side has the clause's page. */
TEST(refused_with_its_clause)
{
	static const char link[] = "根拠: <a href=\"/clause?id=HN-2.2.2%288%29-2\">", plain[] = "根拠: 第2章 2.2 (8)②";
	struct web *web = open_web(false);
	struct said said = get(web, ZONE_LGWAN, "/provide", staff_inner);
	CHECK(strstr(said.body, "いまの内容では送れません") == NULL && strstr(said.body, link) == NULL);
	DONE(said);
	peers.refuse = true;
	said = get(web, ZONE_LGWAN, "/provide", staff_inner);
	CHECK(strstr(said.body, "いまの内容では送れません") != NULL && strstr(said.body, link) != NULL);
	DONE(said);
	said = get(web, ZONE_INTERNET, "/send", staff_outer);
	CHECK(strstr(said.body, plain) != NULL && strstr(said.body, "/clause?") == NULL);
	DONE(said);
	web_close(web);
}

TEST(names_of_downloads)
{
	static const char *const rows[][2] = {
		{"見積書.docx", "attachment; filename=\"file.docx\"; filename*=UTF-8''%E8%A6%8B%E7%A9%8D%E6%9B%B8.docx"},
		{"a b.txt", "attachment; filename=\"file.txt\"; filename*=UTF-8''a%20b.txt"},
		{"x\r\nSet-Cookie: a=b", "attachment; filename=\"file\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db"},
		{"\"; filename=\"evil.exe", "attachment; filename=\"file.exe\"; filename*=UTF-8''%22%3B%20filename%3D%22evil.exe"},
		{"%41'.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%2541%27.pdf"},
		{"", "attachment; filename=\"file\"; filename*=UTF-8''"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buffer out;
		buffer_init(&out, 4096);
		disposition(slice_str(rows[i][0]), &out);
		CHECK_STR(buffer_cstr(&out), rows[i][1]);
		buffer_done(&out);
	}
}

TEST(collecting)
{
	char form[TOKEN_TEXT + 1], body[200];
	struct web *web = open_web(false);
	struct said page = get(web, ZONE_LGWAN, "/crossings/crossing1", staff_inner);
	form_of(&page, "/files/file1/collect", form);
	DONE(page);
	snprintf(body, sizeof body, "form=%s", form);
	struct ask a = {.zone = ZONE_LGWAN, .method = "POST", .path = "/files/file1/collect",
		.token = staff_inner, .body = body};
	struct said said = ask(web, &a);
	CHECK_INT(said.status, 200);
	CHECK(strstr(said.disposition, "%0D%0AX%3A") != NULL);
	CHECK(strchr(said.disposition, '\n') == NULL);
	DONE(said);
	said = ask(web, &a); /* once */
	CHECK_INT(said.status, 409);
	DONE(said);
	web_close(web);
}

/* ---- signing in ------------------------------------------------------------------------ */

static struct said signin(struct web *web, const char *password)
{
	char form[TOKEN_TEXT + 1], body[300];
	static const char door[] = "0123456789abcdef0123456789abcdef";
	struct ask look = {.zone = ZONE_LGWAN, .path = "/signin", .door = door};
	struct said page = ask(web, &look);
	form_of(&page, "/signin", form);
	DONE(page);
	snprintf(body, sizeof body, "form=%s&login=104412&password=%s", form, password);
	struct ask a = {.zone = ZONE_LGWAN, .method = "POST", .path = "/signin", .door = door, .body = body};
	return ask(web, &a);
}

TEST(signing_in)
{
	struct web *web = open_web(false);
	struct said said = signin(web, "wrong");
	CHECK_INT(said.status, 403);
	CHECK(strstr(said.body, "あと3回") != NULL && strstr(said.body, "value=\"104412\"") != NULL);
	CHECK(strstr(said.body, "wrong") == NULL); /* the password comes never back */
	DONE(said);
	said = signin(web, "locked");
	CHECK_INT(said.status, 403);
	CHECK(strstr(said.body, "サインインできません") != NULL);
	DONE(said);
	said = signin(web, "");
	CHECK_INT(said.status, 400);
	DONE(said);
	said = signin(web, "right+password");
	CHECK_INT(said.status, 303);
	CHECK_STR(said.location, "/signin/code");
	CHECK(strstr(said.cookies, staff_inner) != NULL);
	DONE(said);
	web_close(web);
}

/* ---- over the wire ----------------------------------------------------------------------- */

static void talk(struct web *web, int listener, const char *request, char *answer, size_t room)
{
	struct sockaddr_in to;
	socklen_t len = sizeof to;
	struct why why = {OK, "", ""};
	size_t got = 0;
	CHECK_INT(getsockname(listener, (struct sockaddr *)&to, &len), 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	CHECK_INT(write(fd, request, strlen(request)), strlen(request));
	for (int i = 0; i < 200; i++) {
		CHECK_OK(web_turn(web, -1, 20, &why), &why);
		ssize_t n = recv(fd, answer + got, room - got - 1, MSG_DONTWAIT);
		got += n > 0 ? (size_t)n : 0;
		if (n == 0)
			break;
	}
	answer[got] = 0;
	close(fd);
}

/* A connection that falls silent in the middle of a form ends, and that is kept. */
TEST(silent_body)
{
	static char answer[4096];
	idle_s = 1;
	struct web *web = open_web(false);
	idle_s = 0;
	talk(web, outer_fd, "POST /signin HTTP/1.1\r\nHost: outer.test\r\nContent-Length: 100\r\n"
	     "Content-Type: application/x-www-form-urlencoded\r\n\r\nform=", answer, sizeof answer);
	CHECK_STR(peers.refused, "slow-body");
	CHECK_INT(peers.entries, 1);
	CHECK_STR(answer, "");
	web_close(web);
}

TEST(headers_on_the_wire)
{
	static const char *const wanted[] = {
		("Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action "
		 "'self'; frame-ancestors 'none'; base-uri 'none'\r\n"),
		"X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: same-origin\r\n",
		"Cache-Control: no-store\r\n", "Cross-Origin-Opener-Policy: same-origin\r\n",
		"Set-Cookie: sekisho-inner-door=", "Path=/; HttpOnly; SameSite=Strict\r\n"};
	static char answer[262144];
	struct web *web = open_web(false);
	talk(web, inner_fd, "GET /signin HTTP/1.1\r\nHost: inner.test\r\nConnection: close\r\n\r\n", answer,
	     sizeof answer);
	CHECK(strncmp(answer, "HTTP/1.1 200", 12) == 0);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		CHECK(strstr(answer, wanted[i]) != NULL);
	talk(web, inner_fd, "DELETE / HTTP/1.1\r\nHost: inner.test\r\nConnection: close\r\n\r\n", answer,
	     sizeof answer);
	CHECK(strncmp(answer, "HTTP/1.1 405", 12) == 0);
	talk(web, inner_fd, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", answer, sizeof answer);
	CHECK(strncmp(answer, "HTTP/1.1 4", 10) == 0);
	web_close(web);
	web = open_web(true);
	talk(web, outer_fd, "GET /signin HTTP/1.1\r\nHost: outer.test\r\nConnection: close\r\n\r\n", answer,
	     sizeof answer);
	CHECK(strstr(answer, "Set-Cookie: __Host-sekisho-outer-door=") != NULL);
	CHECK(strstr(answer, "SameSite=Strict; Secure\r\n") != NULL);
	CHECK(strstr(answer, "Strict-Transport-Security: ") != NULL);
	web_close(web);
}

MAIN_TESTS()
