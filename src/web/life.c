/* The life of a request.  First everything that can be judged from its headers:
 * the host, the method, the route and whether it exists in this zone, the
 * session, where the form comes from.  Then the body, whose first field must be
 * the one-time token: no byte of a file is taken before it was good.  Then the
 * handler.  Whatever fails becomes a page that says what to do.             */
#include "web/api/api.h"
#include "web/private.h"

#include "base/number.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>

const char *zone_word(enum web_zone zone)
{
	return zone == ZONE_LGWAN ? "lgwan" : "internet";
}

struct web_parts *parts_of(struct request *rq)
{
	return &rq->web->parts;
}

day_t request_today(struct request *rq)
{
	return day_of_ms(clock_now_ms(rq->web->parts.clock));
}

/* A sentence that another room cut at its ceiling may end inside a character;
 * what is shown must be text. */
static void end_whole(char *line, size_t len)
{
	for (int cut = 0; cut < 4 && len && !utf8_valid(slice_of(line, len)); cut++)
		line[--len] = 0;
	if (!utf8_valid(slice_of(line, len)))
		line[0] = 0;
}

const char *text(struct request *rq, const char *format, ...)
{
	va_list list, again;
	va_start(list, format);
	va_copy(again, list);
	int len = vsnprintf(NULL, 0, format, list);
	char *line = len < 0 ? NULL : arena_alloc(rq->arena, (size_t)len + 1);
	if (line) {
		vsnprintf(line, (size_t)len + 1, format, again);
		end_whole(line, (size_t)len);
	}
	va_end(again);
	va_end(list);
	return line ? line : "";
}

static const char *kept_text(struct request *rq, struct slice value)
{
	const char *kept = value.len ? arena_string(rq->arena, value) : "";
	return kept ? kept : "";
}

const char *posted(struct request *rq, const char *name)
{
	return kept_text(rq, form_get(rq->form, name));
}

const char *asked(struct request *rq, const char *name)
{
	return kept_text(rq, form_get(rq->query, name));
}

/* ---- cookies ---------------------------------------------------------- */

/* Names differ by zone, because a browser shares cookies between the ports of
 * one host; __Host- keeps them to the whole host over TLS. */
static const char *cookie_name(const struct request *rq, bool door)
{
	static const char *const names[2][2][2] = {
		{{"sekisho-outer", "sekisho-outer-door"}, {"sekisho-inner", "sekisho-inner-door"}},
		{{"__Host-sekisho-outer", "__Host-sekisho-outer-door"},
		 {"__Host-sekisho-inner", "__Host-sekisho-inner-door"}},
	};
	return names[rq->web->options.behind_tls][rq->zone == ZONE_LGWAN][door];
}

struct slice cookie_find(struct slice header, const char *name)
{
	struct slice wanted = slice_str(name);
	while (header.len) {
		size_t end = slice_find(header, SLICE(";"));
		struct slice pair = slice_part(header, 0, end);
		header = end == SIZE_MAX ? (struct slice){NULL, 0}
		                         : slice_part(header, end + 1, SIZE_MAX);
		while (pair.len && pair.at[0] == ' ')
			pair = slice_part(pair, 1, SIZE_MAX);
		if (slice_starts(pair, wanted) && pair.len > wanted.len && pair.at[wanted.len] == '=')
			return slice_part(pair, wanted.len + 1, SIZE_MAX);
	}
	return (struct slice){NULL, 0};
}

void cookie_session(struct request *rq)
{
	reply_cookie(rq, cookie_name(rq, false), text(rq, "%s", rq->session.token), false);
}

void cookie_session_end(struct request *rq)
{
	reply_cookie(rq, cookie_name(rq, false), "", false);
}

static bool is_hex(struct slice s, size_t len)
{
	uint8_t raw[64];
	return s.len == len && hex_decode(s, raw, len / 2);
}

static struct result take_door(struct request *rq, struct slice header, struct why *why)
{
	struct slice door = cookie_find(header, cookie_name(rq, true));
	uint8_t raw[16];
	if (is_hex(door, 32)) {
		memcpy(rq->door, door.at, 32);
		return ok();
	}
	TRY(random_fill(rq->web->parts.random, raw, sizeof raw, why));
	hex_encode(raw, sizeof raw, rq->door);
	reply_cookie(rq, cookie_name(rq, true), text(rq, "%s", rq->door), false);
	return ok();
}

/* The office records a living session that is shown in the other zone. */
static struct result take_session(struct request *rq, struct slice header, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	struct slice token = cookie_find(header, cookie_name(rq, false));
	struct why ours = {OK, "", ""};
	if (!is_hex(token, 64))
		return ok();
	struct result found = session_find(parts->office, zone_word(rq->zone), token, &rq->session, &ours);
	rq->has_session = found.code == OK;
	if (rq->has_session && rq->session.state == SIGNIN_DONE)
		return office_person(parts->office, rq->session.person, rq->arena, &rq->person, why);
	if (found.code == OK || found.code == E_DENIED)
		return ok();
	return fail(why, found.code, ours.place, "%s", ours.text);
}

/* ---- tokens of forms --------------------------------------------------- */

struct tokens *request_tokens(struct request *rq)
{
	return rq->has_session ? rq->web->session_tokens : rq->web->door_tokens;
}

static struct slice form_key(struct request *rq)
{
	return rq->has_session ? slice_str(rq->session.form_key) : slice_str(rq->door);
}

json_t *form_token(struct request *rq, const char *path)
{
	char token[TOKEN_TEXT + 1];
	token_issue(request_tokens(rq), form_key(rq), slice_str(path), token);
	return json_string(token);
}

static const struct refusal_text form_refused[] = {
	[TOKEN_FORGED] = {403, "この送信は受け付けられません",
		"この画面から送られたものであることを確かめられませんでした。まだ何も変わっていません。",
		"前の画面を開き直して、もう一度入力してください。", NULL},
	[TOKEN_REPLAYED] = {409, "同じ内容がすでに送られています",
		"この画面からの送信は一度だけ受け付けます。二度目の送信では何も変わっていません。",
		"「ホーム」から、受け付けた内容を確かめてください。", NULL},
	[TOKEN_STALE] = {409, "この画面は古くなりました",
		"画面を開いてから時間がたっています。まだ何も変わっていません。",
		"前の画面を開き直して、もう一度入力してください。", NULL},
};
static const char *const form_refused_words[] = {"forged-form", "replayed-form", "stale-form"};

/* A restart of the program makes a genuine form look forged; the sentence fits both. */
static bool check_token(struct request *rq)
{
	if (rq->token_good)
		return true;
	enum token_verdict verdict =
		token_use(request_tokens(rq), form_key(rq), rq->path, form_get(rq->form, "form"));
	rq->token_good = verdict == TOKEN_GOOD;
	if (rq->token_good)
		return true;
	record_refusal(rq, form_refused_words[verdict]);
	struct why why = {OK, "", ""};
	if (reply_refusal(rq, &form_refused[verdict], &why).code != OK)
		reply_bytes(rq, 403, "text/plain; charset=utf-8", SLICE("403\n"));
	return false;
}

/* ---- files ------------------------------------------------------------- */

static struct result file_begin(void *context, const struct form *form, struct slice field,
                                struct slice name, struct why *why)
{
	struct request *rq = context;
	(void)form;
	(void)field;
	if (!check_token(rq))
		return fail(why, E_DENIED, "form", "the form's token is not good");
	struct upload *upload = &rq->uploads[rq->upload_count];
	TRY(vault_begin(rq->web->parts.vault, &upload->writer, why));
	upload->name = name;
	rq->upload_count++;
	return ok();
}

static struct result file_bytes(void *context, struct slice bytes, struct why *why)
{
	struct request *rq = context;
	struct upload *upload = &rq->uploads[rq->upload_count - 1];
	upload->bytes += bytes.len;
	return vault_write(upload->writer, bytes, why);
}

static struct result file_end(void *context, struct why *why)
{
	(void)context;
	(void)why;
	return ok();
}

/* ---- judging the headers ------------------------------------------------ */

static bool host_allowed(const struct request *rq, const char *host)
{
	const char *const *allowed = listener_of(rq->web, rq->zone)->hosts;
	for (; host && *allowed; allowed++)
		if (slice_equal_nocase(slice_str(host), slice_str(*allowed)))
			return true;
	return false;
}

/* A form must come from our own page: browsers say so in one of two headers.
 * Where neither is sent, the one-time token alone decides. */
static bool same_origin(const struct incoming *in, bool tls)
{
	if (in->fetch_site && strcmp(in->fetch_site, "same-origin") != 0)
		return false;
	if (!in->origin)
		return true;
	struct slice origin = slice_str(in->origin);
	struct slice scheme = tls ? SLICE("https://") : SLICE("http://");
	return slice_starts(origin, scheme) &&
	       slice_equal_nocase(slice_part(origin, scheme.len, SIZE_MAX), slice_str(in->host));
}

static const struct refusal_text not_found = {404, "その画面はありません",
	"アドレスが違うか、この端末からは使えない画面です。",
	"「ホーム」へ戻って、目的の画面を選んでください。", NULL};
static const struct refusal_text no_session = {403, "サインインしていません",
	"サインインしていないか、時間がたって終わりました。まだ何も変わっていません。",
	"サインインしてから、もう一度行ってください。", NULL};
static const struct refusal_text foreign_form = {403, "この送信は受け付けられません",
	"ほかの場所から送られた内容です。まだ何も変わっていません。",
	"関所の画面を開いて、そこから入力してください。", NULL};
static const struct refusal_text too_large = {413, "送る量が多すぎます",
	"1回に送れるのは、20個、合計200MBまでです。まだ何も受け付けていません。",
	"分けて送ってください。", NULL};

static const char *next_step(enum signin_state state)
{
	static const char *const paths[] = {
		[SIGNIN_NEEDS_CODE] = "/signin/code",
		[SIGNIN_NEEDS_PASSWORD_CHANGE] = "/signin/password",
		[SIGNIN_NEEDS_ENROLMENT] = "/signin/device",
		[SIGNIN_DONE] = "/",
	};
	return (size_t)state < sizeof paths / sizeof *paths && paths[state] ? paths[state] : "/signin";
}

static struct result judge_session(struct request *rq, struct why *why)
{
	enum need need = rq->route->need;
	bool done = rq->has_session && rq->session.state == SIGNIN_DONE;
	if (need == NEED_NOTHING || (need == NEED_PARTIAL && rq->has_session) || done)
		return ok();
	if (!rq->is_post) {
		reply_redirect(rq, rq->has_session ? next_step(rq->session.state) : "/signin");
		return ok();
	}
	record_refusal(rq, "no-session");
	return reply_refusal(rq, &no_session, why);
}

static struct result refuse_large(struct request *rq, struct why *why)
{
	record_refusal(rq, "too-large");
	return reply_refusal(rq, &too_large, why);
}

static struct result judge_post(struct request *rq, const struct incoming *in, struct why *why)
{
	uint64_t length = 0;
	uint64_t ceiling = rq->route->files ? FORM_FILES_BYTES + (1 << 20) : FORM_FIELD_BYTES * 2;
	if (!same_origin(in, rq->web->options.behind_tls)) {
		record_refusal(rq, "foreign-form");
		return reply_refusal(rq, &foreign_form, why);
	}
	if (in->content_length && (!number_parse_u64(slice_str(in->content_length), &length) ||
	                           length > ceiling))
		return refuse_large(rq, why);
	struct form_sink sink = {file_begin, file_bytes, file_end, rq};
	return form_new(slice_str(in->content_type), rq->arena, rq->route->files ? &sink : NULL,
	                &rq->form, why);
}

static struct result take_query(struct request *rq, const char *query, struct why *why)
{
	if (!*query)
		return ok();
	rq->query_text = text(rq, "%s", query);
	TRY(form_new(SLICE("application/x-www-form-urlencoded"), rq->arena, NULL, &rq->query, why));
	TRY(form_feed(rq->query, slice_str(query), why));
	return form_end(rq->query, why);
}

/* A page of the other zone answers like one that does not exist; that somebody
 * asked for it is worth keeping. */
static void record_stray(struct request *rq)
{
	struct slice part[ROUTE_PARTS];
	enum web_zone other = rq->zone == ZONE_LGWAN ? ZONE_INTERNET : ZONE_LGWAN;
	if (route_find(other, rq->is_post, rq->path, rq->arena, part))
		record_refusal(rq, "other-zone");
}

static struct result judge(struct request *rq, const struct incoming *in, struct why *why)
{
	struct slice cookies = slice_str(in->cookie);
	if (!host_allowed(rq, in->host)) {
		record_refusal(rq, "wrong-host");
		reply_bytes(rq, 421, "text/plain; charset=utf-8", SLICE("421\n"));
		return ok();
	}
	if (rq->zone == ZONE_LGWAN && api_is_path(rq->path))
		return api_begin(rq, in, why);
	rq->language = language_of(cookies);
	TRY(take_door(rq, cookies, why));
	TRY(take_session(rq, cookies, why));
	rq->route = route_find(rq->zone, rq->is_post, rq->path, rq->arena, rq->part);
	if (!rq->route) {
		record_stray(rq);
		return reply_refusal(rq, &not_found, why);
	}
	TRY(judge_session(rq, why));
	if (rq->reply.status)
		return ok();
	return rq->is_post ? judge_post(rq, in, why) : take_query(rq, in->query, why);
}

/* ---- life --------------------------------------------------------------- */

static void fall_back(struct request *rq, const struct why *failure)
{
	struct why why = {OK, "", ""};
	if (rq->reading && (failure->code == E_INPUT || failure->code == E_LIMIT))
		record_refusal(rq, failure->code == E_INPUT ? "broken-form" : "too-large");
	web_log(rq->web, "failed", "route=%s error=%s place=%s text=%s",
	        rq->route ? rq->route->pattern : "-", error_name(failure->code), failure->place,
	        failure->text);
	if (reply_failure(rq, failure, &why).code == OK)
		return;
	web_log(rq->web, "failed", "page=failure place=%s text=%s", why.place, why.text);
	reply_bytes(rq, 500, "text/plain; charset=utf-8", SLICE("500\n"));
}

static struct slice terminal(struct request *rq, const struct incoming *in)
{
	struct slice last = slice_str(in->forwarded_for);
	if (!rq->web->options.behind_tls || !last.len)
		return arena_copy(rq->arena, in->address);
	for (size_t at; (at = slice_find(last, SLICE(","))) != SIZE_MAX;)
		last = slice_part(last, at + 1, SIZE_MAX);
	while (last.len && last.at[0] == ' ')
		last = slice_part(last, 1, SIZE_MAX);
	return arena_copy(rq->arena, slice_part(last, 0, 64));
}

struct result request_begin(struct web *web, const struct incoming *in, struct request **out,
                            struct why *why)
{
	struct arena *arena = arena_new(WEB_ARENA_BYTES);
	struct request *rq = arena ? ARENA_NEW(arena, struct request) : NULL;
	if (!rq) {
		arena_free(arena);
		return fail(why, E_MEMORY, "request", "no memory");
	}
	rq->web = web;
	rq->arena = arena;
	rq->zone = in->zone;
	rq->menu = "";
	rq->is_post = strcmp(in->method, "POST") == 0;
	rq->path = arena_copy(arena, slice_str(in->path));
	rq->address = terminal(rq, in);
	rq->began_ms = clock_now_ms(web->parts.clock);
	rq->reading = true;
	buffer_init(&rq->reply.body, WEB_PAGE_BYTES);
	struct why ours = {OK, "", ""};
	if (judge(rq, in, &ours).code != OK)
		fall_back(rq, &ours);
	*out = rq;
	return ok();
}

void request_feed(struct request *rq, struct slice bytes)
{
	struct why why = {OK, "", ""};
	if (rq->api) {
		api_feed(rq, bytes);
		return;
	}
	if (rq->reply.status || !rq->form)
		return;
	struct result fed = form_feed(rq->form, bytes, &why);
	if (fed.code == OK || rq->reply.status)
		return;
	if (fed.code == E_LIMIT && refuse_large(rq, &why).code == OK)
		return;
	fall_back(rq, &why);
}

/* A body may take as long as its bytes need on a slow line, and a minute more:
 * whoever drips holds a place that others need. */
bool request_too_slow(struct request *rq, size_t more)
{
	int64_t spent = clock_now_ms(rq->web->parts.clock) - rq->began_ms;
	rq->received += more;
	if (spent <= BODY_GRACE_MS + (int64_t)(rq->received / BODY_BYTES_A_MS))
		return false;
	request_cut_off(rq);
	return true;
}

void request_cut_off(struct request *rq)
{
	if (rq->is_post && !rq->reply.status && !rq->cut_off)
		record_refusal(rq, "slow-body");
	rq->cut_off = true;
}

/* What was just done may ask for something: nobody waits for the clock to notice.
 * A failure here is the clock's to make good.                               */
static void follow_duties(struct request *rq)
{
	struct why why = {OK, "", ""};
	struct duties *duties = rq->web->parts.duties;
	if (duties && duty_follow(duties, NULL, NULL, &why).code != OK)
		web_log(rq->web, "duties-failed", "%s: %s", why.place, why.text);
}

static struct result handle(struct request *rq, struct why *why)
{
	if (!rq->is_post) {
		rq->reading = false;
		return rq->route->get(rq, why);
	}
	TRY(form_end(rq->form, why));
	rq->reading = false;
	if (!check_token(rq))
		return ok();
	TRY(rq->route->post(rq, why));
	follow_duties(rq);
	return ok();
}

void request_finish(struct request *rq)
{
	struct why why = {OK, "", ""};
	if (rq->api) {
		api_finish(rq);
		if (rq->is_post && rq->reply.status == 200)
			follow_duties(rq);
	}
	if (rq->reply.status)
		return;
	if (handle(rq, &why).code != OK)
		fall_back(rq, &why);
	if (!rq->reply.status) {
		fail(&why, E_SYSTEM, "request", "the page gave no answer");
		fall_back(rq, &why);
	}
}

void request_free(struct request *rq)
{
	if (!rq)
		return;
	for (size_t i = 0; i < rq->upload_count; i++)
		vault_abandon(&rq->uploads[i].writer);
	vault_read_end(&rq->reply.reader);
	if (rq->reply.pull_end)
		rq->reply.pull_end(rq->reply.pull_context);
	api_free(rq);
	form_free(rq->form);
	form_free(rq->query);
	buffer_done(&rq->reply.body);
	struct arena *arena = rq->arena;
	arena_free(arena);
}
