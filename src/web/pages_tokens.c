/* 鍵: tokens by which other software acts in the person's name. */
#include "office/access.h"
#include "web/api/api.h"
#include "web/pages.h"

static json_t *scopes_model(struct request *rq)
{
	json_t *list = json_array();
	struct slice chosen[FORM_FIELDS];
	size_t count = form_all(rq->form, "scope", chosen, FORM_FIELDS);
	for (const struct api_scope *s = api_scopes; s->word; s++) {
		bool yes = false;
		for (size_t i = 0; i < count; i++)
			yes |= slice_is(chosen[i], s->word);
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "word", s->word, "says", s->says, "chosen", yes));
	}
	return list;
}

static const char *scopes_say(struct request *rq, const struct access *access)
{
	const char *said = "";
	for (const struct api_scope *s = api_scopes; s->word; s++)
		if (access_allows(access, s->word))
			said = text(rq, "%s%s%s", said, *said ? "、" : "", s->says);
	return said;
}

static json_t *token_row(struct request *rq, const struct access *a)
{
	char until[48];
	bool over = a->ended_ms || a->until < request_today(rq);
	const char *end = text(rq, "/tokens/%s/end", a->id);
	day_long(a->until, until);
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "purpose", a->purpose, "scopes", scopes_say(rq, a),
		"until", text(rq, "%s", until), "made", show_time(a->made_ms), "chip",
		over ? show_chip("grey", "stop", a->ended_ms ? "停止" : "期限切れ") : show_chip("green", "check", "有効"),
		"end", over ? "" : end, "token", over ? json_string("") : form_token(rq, end));
}

/* fresh is the new token's text, shown this once; else "" */
static struct result show_tokens(struct request *rq, unsigned status, const char *fresh, const char *field,
                                 const char *wrong, struct why *why)
{
	struct access *found;
	size_t count;
	rq->menu = "home";
	TRY(access_list(parts_of(rq)->office, rq->person.id, rq->arena, &found, &count, why));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"ほかのソフトウェアの鍵", ""}};
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, token_row(rq, &found[i]));
	bool kept = *wrong != 0; /* what was typed stays only where something was wrong */
	json_t *model = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s}", "title",
		"ほかのソフトウェアの鍵", "crumbs", show_crumbs(crumbs, 2), "fresh", fresh, "tokens", list, "scopes",
		scopes_model(rq), "form", form_token(rq, "/tokens"), "purpose", kept ? posted(rq, "purpose") : "",
		"until", kept ? posted(rq, "until") : "", "wrong_purpose", strcmp(field, "purpose") == 0 ? wrong : "",
		"wrong_scopes", strcmp(field, "scopes") == 0 ? wrong : "", "wrong_until",
		strcmp(field, "until") == 0 ? wrong : "");
	if (kept)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "tokens", model, why);
}

struct result page_tokens(struct request *rq, struct why *why)
{
	return show_tokens(rq, 200, "", "", "", why);
}

static const char *scopes_posted(struct request *rq)
{
	struct slice chosen[FORM_FIELDS];
	size_t count = form_all(rq->form, "scope", chosen, FORM_FIELDS);
	const char *scopes = "";
	for (const struct api_scope *s = api_scopes; s->word; s++)
		for (size_t i = 0; i < count; i++)
			if (slice_is(chosen[i], s->word))
				scopes = text(rq, "%s%s%s", scopes, *scopes ? " " : "", s->word);
	return scopes;
}

struct result post_token(struct request *rq, struct why *why)
{
	char token[ACCESS_TOKEN + 1], id[27];
	struct why ours = {OK, "", ""};
	struct access wanted = {.person = rq->person.id, .purpose = posted(rq, "purpose"),
	                        .scopes = scopes_posted(rq)};
	if (day_parse(form_get(rq->form, "until"), &wanted.until, &ours).code != OK)
		return show_tokens(rq, 400, "", "until", "「いつまで」を読めません。"
		                   "令和9年3月31日 または 2027-03-31 のように書いてください。", why);
	ours = (struct why){OK, "", ""};
	struct result made = access_make(parts_of(rq)->office, rq->person.id, &wanted, token, id, &ours);
	if (made.code == E_INPUT)
		return show_tokens(rq, 400, "", text(rq, "%s", ours.place), text(rq, "%s", ours.text), why);
	if (made.code != OK)
		return fail(why, made.code, ours.place, "%s", ours.text);
	return show_tokens(rq, 200, text(rq, "%s", token), "", "", why);
}

struct result post_token_end(struct request *rq, struct why *why)
{
	struct access *found;
	size_t count;
	TRY(access_list(parts_of(rq)->office, rq->person.id, rq->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		if (slice_is(rq->part[0], found[i].id)) {
			TRY(access_end(parts_of(rq)->office, rq->person.id, found[i].id, why));
			reply_redirect(rq, "/tokens");
			return ok();
		}
	return not_theirs(rq, "token", why);
}
