/* The frame that every page has, always in the same order: skip link, zone band,
 * header, menu, breadcrumbs, main, foot.                                    */
#include "web/assets.h"
#include "web/pages.h"
#include "web/private.h"

/* ---- what never changes while the program runs ------------------------- */

static const struct {
	const char *name, *type;
} statics[] = {{"style.css", "text/css; charset=utf-8"}, {"mark.svg", "image/svg+xml"}};

struct result page_static(struct request *rq, struct why *why)
{
	for (size_t i = 0; i < sizeof statics / sizeof *statics; i++) {
		const char *path = i ? rq->web->mark_path : rq->web->style_path;
		if (!slice_is(rq->path, path))
			continue;
		reply_bytes(rq, 200, statics[i].type, asset_named(statics[i].name));
		rq->reply.cached = true;
		return ok();
	}
	return fail(why, E_ABSENT, "static", "no such file");
}

/* ---- who is here --------------------------------------------------------- */

static json_t *posts_line(struct request *rq)
{
	struct holding *held;
	size_t count;
	struct why why = {OK, "", ""};
	struct buffer line;
	if (office_holdings(parts_of(rq)->office, rq->person.id, request_today(rq), rq->arena, &held,
	                    &count, &why).code != OK || count == 0)
		return json_string("");
	buffer_init(&line, 1024);
	for (size_t i = 0; i < count && i < 3; i++) {
		json_t *post = show_post(rq, held[i].post, held[i].scope);
		buffer_printf(&line, "%s%s", i ? "、" : "", json_string_value(post));
		json_decref(post);
	}
	json_t *shown = json_string(buffer_cstr(&line));
	buffer_done(&line);
	return shown;
}

static json_t *person_model(struct request *rq)
{
	if (!rq->has_session || rq->session.state != SIGNIN_DONE)
		return json_false();
	return json_pack("{s:o, s:o, s:o}", "name", show_person(rq, rq->person.id), "posts",
	                 posts_line(rq), "signout", form_token(rq, "/signout"));
}

/* ---- the menu -------------------------------------------------------------- */

struct item {
	const char *name, *href, *label;
	enum web_zone zone;
	enum { COUNT_NOTHING, COUNT_COLLECT, COUNT_DECIDE } counts;
	bool operators;
};
static const struct item items[] = {
	{"send", "/send", "LGWAN側へ送る", ZONE_INTERNET, COUNT_NOTHING, false},
	{"crossings", "/crossings", "送ったものの状況", ZONE_INTERNET, COUNT_NOTHING, false},
	{"home", "/", "LGWAN側から受け取る", ZONE_INTERNET, COUNT_COLLECT, false},
	{"home", "/", "ホーム", ZONE_LGWAN, COUNT_NOTHING, false},
	{"crossings", "/crossings", "ファイル受渡し", ZONE_LGWAN, COUNT_COLLECT, false},
	{"decide", "/decide", "申請・決裁", ZONE_LGWAN, COUNT_DECIDE, false},
	{"cases", "/cases", "手続", ZONE_LGWAN, COUNT_NOTHING, false},
	{"registers", "/registers", "台帳", ZONE_LGWAN, COUNT_NOTHING, false},
	{"duties", "/duties", "義務", ZONE_LGWAN, COUNT_NOTHING, false},
	{"organisation", "/organisation", "組織", ZONE_LGWAN, COUNT_NOTHING, false},
	{"clauses", "/proof", "条文・証明", ZONE_LGWAN, COUNT_NOTHING, false},
	{"zones", "/zones", "網の区画", ZONE_LGWAN, COUNT_NOTHING, false},
	{"operation", "/operation", "運用", ZONE_LGWAN, COUNT_NOTHING, true},
};

void web_tend(struct web *web)
{
	size_t count;
	if (web->parts.proceedings) /* what fails here fails for the next page too, which says so */
		(void)application_waiting(web->parts.proceedings, "", &count, NULL).code;
}

static size_t count_waiting(struct request *rq)
{
	struct why why = {OK, "", ""};
	size_t count = 0;
	if (application_waiting(parts_of(rq)->proceedings, rq->person.id, &count, &why).code == OK)
		return count;
	web_log(rq->web, "failed", "waiting place=%s text=%s", why.place, why.text);
	return 0;
}

static size_t count_of(struct request *rq, const struct item *item)
{
	struct why why = {OK, "", ""};
	size_t count = 0;
	struct crossing *crossings;
	bool inner = rq->zone == ZONE_LGWAN;
	struct crossing_query mine = {.collectable = true, .limit = 100,
		.direction = inner ? CROSSING_INWARD : CROSSING_OUTWARD,
		.receiver = inner ? rq->person.id : NULL, .sender = inner ? NULL : rq->person.id};
	if (item->counts == COUNT_COLLECT) {
		size_t news = 0;
		if (crossing_list(parts_of(rq)->crossings, &mine, rq->arena, &crossings, &count, &why).code != OK)
			return 0;
		for (size_t i = 0; i < count; i++)
			news += has_new_files(&crossings[i]);
		return news;
	}
	return item->counts == COUNT_DECIDE ? count_waiting(rq) : 0;
}

static json_t *menu_model(struct request *rq)
{
	json_t *menu = json_array();
	bool operator = false;
	struct why why = {OK, "", ""};
	if (!rq->has_session || rq->session.state != SIGNIN_DONE)
		return menu;
	if (is_operator(rq, &operator, &why).code != OK)
		operator = false;
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		const struct item *item = &items[i];
		if (item->zone != rq->zone || (item->operators && !operator))
			continue;
		json_array_append_new(menu, json_pack("{s:s, s:s, s:b, s:i}", "href", item->href, "label",
			item->label, "current", strcmp(item->name, rq->menu) == 0, "badge",
			(int)count_of(rq, item)));
	}
	return menu;
}

/* ---- the whole ---------------------------------------------------------------- */

static json_t *edition_line(struct request *rq)
{
	struct web_parts *parts = parts_of(rq);
	const struct policy_edition *edition =
		policy_edition_on(parts->policy, parts->policy_name, request_today(rq));
	char day[48];
	if (!edition)
		return json_string("施行中のポリシーがありません。");
	day_long(edition->effective, day);
	return json_sprintf("%s %s施行版で動いています。", edition->title, day);
}

/* For each list "things", wherever in the model, a number "things_count" beside it: a
 * template asks for it where the frame of a list must stand only once.           */
static void add_counts(json_t *model)
{
	const char *key;
	size_t i;
	json_t *value, *item, *counts = json_is_object(model) ? json_object() : NULL;
	json_object_foreach(model, key, value) {
		char name[80];
		add_counts(value);
		if (!json_is_array(value))
			continue;
		snprintf(name, sizeof name, "%s_count", key);
		json_object_set_new(counts, name, json_integer((json_int_t)json_array_size(value)));
	}
	if (json_is_array(model))
		json_array_foreach(model, i, item)
			add_counts(item);
	else if (counts)
		json_object_update(model, counts);
	json_decref(counts);
}

void frame_add(struct request *rq, json_t *model)
{
	bool inner = rq->zone == ZONE_LGWAN;
	json_object_set_new(model, "lgwan", json_boolean(inner));
	json_object_set_new(model, "zone", json_string(zone_word(rq->zone)));
	json_object_set_new(model, "zone_name", json_string(inner ? "LGWAN側" : "インターネット側"));
	json_object_set_new(model, "zone_icon", json_string(inner ? "lock" : "globe"));
	json_object_set_new(model, "zone_says",
		json_string(inner ? "庁内の画面です。インターネットにはつながりません。"
		                  : "外部とつながる画面です。庁内の情報は置けません。"));
	json_object_set_new(model, "style", json_string(rq->web->style_path));
	json_object_set_new(model, "mark", json_string(rq->web->mark_path));
	json_object_set_new(model, "city", show_text(parts_of(rq)->title));
	json_object_set_new(model, "me", person_model(rq));
	json_object_set_new(model, "menu", menu_model(rq));
	json_object_set_new(model, "edition", edition_line(rq));
	bool signed_in = rq->has_session && rq->session.state == SIGNIN_DONE;
	json_object_set_new(model, "keys", json_string(inner && signed_in ? "/tokens" : ""));
	json_object_set_new(model, "call", show_text(parts_of(rq)->help));
	if (!json_object_get(model, "crumbs"))
		json_object_set_new(model, "crumbs", json_array());
	if (!json_object_get(model, "errors"))
		json_object_set_new(model, "errors", json_array());
	language_add(rq, model);
	add_counts(model);
}
