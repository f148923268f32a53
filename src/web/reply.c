#include "web/pages.h"
#include "web/private.h"

#include "base/text.h"

#include <stdlib.h>

void reply_cookie(struct request *rq, const char *name, const char *value, bool lasting)
{
	struct reply *reply = &rq->reply;
	for (size_t i = 0; i < reply->cookie_count; i++)
		if (strcmp(reply->cookies[i].name, name) == 0) {
			reply->cookies[i] = (struct cookie){name, value, lasting};
			return;
		}
	if (reply->cookie_count < sizeof reply->cookies / sizeof *reply->cookies)
		reply->cookies[reply->cookie_count++] = (struct cookie){name, value, lasting};
}

void reply_redirect(struct request *rq, const char *location)
{
	rq->reply.status = 303;
	rq->reply.type = "text/plain; charset=utf-8";
	rq->reply.location = location;
	buffer_clear(&rq->reply.body);
}

void reply_bytes(struct request *rq, unsigned status, const char *type, struct slice bytes)
{
	rq->reply.status = status;
	rq->reply.type = type;
	buffer_clear(&rq->reply.body);
	buffer_put_slice(&rq->reply.body, bytes);
}

struct result reply_page(struct request *rq, unsigned status, const char *template, json_t *model,
                         struct why *why)
{
	size_t misses = 0;
	if (!model)
		return fail(why, E_MEMORY, template, "no memory, or no text, for the page's model");
	frame_add(rq, model);
	buffer_clear(&rq->reply.body);
	struct result result =
		templates_render(rq->web->templates[rq->language], template, model, rq->web->options.strict_templates,
	                         &misses, &rq->reply.body, why);
	json_decref(model);
	TRY(result);
	if (misses)
		web_log(rq->web, "template", "name=%s unknown=%zu", template, misses);
	rq->reply.status = status;
	rq->reply.type = "text/html; charset=utf-8";
	return ok();
}

/* ---- downloads ---------------------------------------------------------- */

static bool is_attr_char(uint8_t c) /* RFC 8187 section 3.2.1 */
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$&+-.^_`|~", c));
}

/* An old client gets "file" with the ending, if that is plain. */
static void plain_name(struct slice name, struct buffer *out)
{
	char ending[16];
	name_ending(name, ending);
	buffer_put_str(out, "file");
	for (const char *c = ending; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')))
			return;
	if (*ending)
		buffer_printf(out, ".%s", ending);
}

void disposition(struct slice name, struct buffer *out)
{
	buffer_put_str(out, "attachment; filename=\"");
	plain_name(name, out);
	buffer_put_str(out, "\"; filename*=UTF-8''");
	for (size_t i = 0; i < name.len; i++) {
		if (is_attr_char(name.at[i]))
			buffer_put_u8(out, name.at[i]);
		else
			buffer_printf(out, "%%%02X", name.at[i]);
	}
}

static struct result name_download(struct request *rq, const char *name, struct why *why)
{
	AUTO(buffer_done) struct buffer header = {0};
	buffer_init(&header, 4096);
	disposition(slice_str(name), &header);
	rq->reply.disposition = arena_string(rq->arena, buffer_slice(&header));
	if (!buffer_ok(&header) || !rq->reply.disposition)
		return fail(why, E_LIMIT, "name", "the file name is too long");
	return ok();
}

struct result reply_pulled(struct request *rq, const char *type, const char *name,
                           struct result (*pull)(void *, struct buffer *, bool *, struct why *),
                           void (*pull_end)(void *), void *context, struct why *why)
{
	rq->reply.pull = pull;
	rq->reply.pull_end = pull_end;
	rq->reply.pull_context = context;
	TRY(name_download(rq, name, why));
	buffer_clear(&rq->reply.body);
	rq->reply.status = 200;
	rq->reply.type = type;
	return ok();
}

struct result reply_download(struct request *rq, struct vault_reader *reader, uint64_t bytes,
                             const char *name, struct why *why)
{
	rq->reply.reader = reader;
	TRY(name_download(rq, name, why));
	rq->reply.status = 200;
	rq->reply.type = "application/octet-stream";
	rq->reply.reader_bytes = bytes;
	return ok();
}

/* ---- refusals ------------------------------------------------------------ */

struct result reply_refusal(struct request *rq, const struct refusal_text *t, struct why *why)
{
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:o}", "title", t->heading, "heading",
	                          t->heading, "why", t->why, "how", t->how, "clause",
	                          show_clause(rq, t->clause));
	return reply_page(rq, t->status, "refusal", model, why);
}

static const struct refusal_text failures[] = {
	[E_INPUT] = {400, "送られた内容を読めません",
		"形が決まりと違うか、途中で切れています。まだ何も変わっていません。",
		"前の画面を開き直して、もう一度入力してください。", NULL},
	[E_LIMIT] = {413, "量が多すぎます", "決められた上限を超えています。まだ何も変わっていません。",
		"分けて行ってください。", NULL},
	[E_MEMORY] = {503, "いまは受け付けられません",
		"仕組みの余力が足りません。まだ何も変わっていません。",
		"少し待ってから、もう一度行ってください。", NULL},
	[E_STORE] = {500, "記録できませんでした",
		"記録できないものは行いません。まだ何も変わっていません。",
		"下の連絡先へ知らせてください。", NULL},
	[E_BUSY] = {503, "いまは受け付けられません",
		"ほかの処理が終わるのを待っています。まだ何も変わっていません。",
		"少し待ってから、もう一度行ってください。", NULL},
	[E_ABSENT] = {404, "見つかりません",
		"その番号のものはないか、この端末からは使えません。",
		"「ホーム」へ戻って、目的のものを選んでください。", NULL},
	[E_CONFLICT] = {409, "ほかの人が先に変えました",
		"画面を開いたあとで状態が変わりました。あなたの操作では何も変わっていません。",
		"画面を開き直して、いまの状態を確かめてください。", NULL},
	[E_DENIED] = {403, "この操作はできません", "あなたの役職では行えないか、条件がそろっていません。",
		"心当たりがないときは、下の連絡先へ尋ねてください。", NULL},
	[E_TAMPERED] = {500, "中身が記録と合いません",
		"保管していたものが記録と違うため、渡しませんでした。",
		"下の連絡先へすぐに知らせてください。", NULL},
	[E_SYSTEM] = {500, "処理できませんでした",
		"仕組みの側で問題が起きました。まだ何も変わっていません。",
		"もう一度行ってもできないときは、下の連絡先へ知らせてください。", NULL},
};

static bool is_japanese(const char *sentence)
{
	for (; *sentence; sentence++)
		if ((unsigned char)*sentence >= 0xE3)
			return true;
	return false;
}

struct result reply_failure(struct request *rq, const struct why *failure, struct why *why)
{
	bool known = failure->code > OK && (size_t)failure->code < sizeof failures / sizeof *failures;
	struct refusal_text t = failures[known ? failure->code : E_SYSTEM];
	/* a room that wrote for people is let speak */
	if (is_japanese(failure->text))
		t.why = text(rq, "%s", failure->text);
	if (failure->code == E_DENIED) {
		record_refusal(rq, "no-right");
		t.clause = failure->place; /* a room names the clause that refuses; else no such clause */
	}
	return reply_refusal(rq, &t, why);
}

/* ---- the ledger's word of what was refused -------------------------------- */

static bool refusals_left(struct request *rq)
{
	struct web *web = rq->web;
	int64_t minute = clock_now_ms(web->parts.clock) / 60000;
	if (minute != web->refusals_minute)
		web->refusals = 0;
	web->refusals_minute = minute;
	if (web->refusals++ < REFUSALS_A_MINUTE)
		return true;
	web->refusals_unrecorded++;
	return false;
}

static struct result append_refusal(struct request *rq, const char *what, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	const char *data = text(rq, "{\"page\":\"%s\",\"unrecorded\":%u,\"what\":\"%s\",\"zone\":\"%s\"}",
	                        rq->route ? rq->route->pattern : "", rq->web->refusals_unrecorded, what,
	                        zone_word(rq->zone));
	struct ledger_entry entry = {
		.body = slice_str(parts->body),
		.kind = SLICE("web.refused"),
		.actor = rq->has_session ? slice_str(rq->session.person) : SLICE("sekisho-web"),
		.post = SLICE(""),
		.subject = SLICE("web"),
		.data = slice_str(data),
	};
	TRY(store_begin(parts->store, why));
	struct result appended = ledger_append(parts->ledger, &entry, why);
	if (appended.code == OK)
		appended = store_commit(parts->store, why);
	if (appended.code != OK)
		store_rollback(parts->store);
	return appended;
}

void record_refusal(struct request *rq, const char *what)
{
	struct why why = {OK, "", ""};
	web_log(rq->web, "refused", "what=%s zone=%s route=%s", what, zone_word(rq->zone),
	        rq->route ? rq->route->pattern : "-");
	if (!refusals_left(rq))
		return;
	if (append_refusal(rq, what, &why).code == OK)
		rq->web->refusals_unrecorded = 0;
	else
		web_log(rq->web, "failed", "record=refusal place=%s text=%s", why.place, why.text);
}

struct result not_theirs(struct request *rq, const char *place, struct why *why)
{
	record_refusal(rq, "no-right");
	return fail(why, E_ABSENT, place, "not this person's");
}
