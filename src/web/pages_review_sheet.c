/* The questions as a sheet for those without the page; filled in, tried, taken. */
#include "web/pages_review.h"

#include "desk/upload.h"
#include "web/pages.h"
#include "web/private.h"

static const char xlsx_type[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

static struct result keep(void *context, struct slice bytes, struct why *why)
{
	buffer_put_slice(context, bytes);
	return buffer_ok(context) ? ok() : fail(why, E_LIMIT, "sheet", "表が大きすぎます。課ごとに書き出してください。");
}

struct result page_inspection_sheet(struct request *rq, struct why *why)
{
	AUTO(buffer_done) struct buffer out = {0};
	AUTO(buffer_done) struct buffer named = {0};
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	const char *section = asked(rq, "section");
	size_t rows;
	bool mine, may;
	buffer_init(&out, WEB_PAGE_BYTES);
	buffer_init(&named, 1000);
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, &c, why));
	TRY(is_manager_of(rq, section, &mine, why));
	TRY(review_may_open(&desk, rq->person.id, &may, why));
	if (*section && !mine && !may)
		return not_theirs(rq, "inspection", why);
	const struct sheet_sink sink = {keep, &out};
	TRY(review_sheet_write(&desk, c.id, *section ? section : NULL, rq->person.id, &sink, &rows, why));
	reply_bytes(rq, 200, xlsx_type, buffer_slice(&out));
	disposition(slice_str(text(rq, "%s%s%s.xlsx", c.title, *section ? "_" : "", section)), &named);
	rq->reply.disposition = text(rq, "%s", buffer_cstr(&named));
	return ok();
}

/* ---- bringing it ----------------------------------------------------------------------------- */

static const char *what_of(struct request *rq, const char *campaign)
{
	return text(rq, "grid:inspection:%s", campaign);
}

static struct result show_import(struct request *rq, unsigned status, const char *wrong, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct review_campaign c;
	struct desk_upload *earlier;
	size_t count;
	rq->menu = "duties";
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, &c, why));
	TRY(desk_upload_list(&desk, rq->person.id, what_of(rq, c.id), rq->arena, &earlier, &count, why));
	const char *path = text(rq, "/inspections/%s/import", c.id);
	const char *const crumbs[][2] = {{"自己点検", "/inspections"}, {c.title, text(rq, "/inspections/%s", c.id)}, {"表から取り込む", ""}};
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", earlier[i].name, "href", text(rq, "%s/%s", path, earlier[i].id),
			"when", show_time(earlier[i].created_ms)));
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:o, s:[], s:o}", "title", "書いた表から答えを取り込む", "crumbs",
		show_crumbs(crumbs, 3), "path", path, "wrong_file", wrong, "earlier", list, "errors", "form", form_token(rq, path));
	if (*wrong)
		json_object_update_new(model, show_errors("file", wrong));
	return reply_page(rq, status, "inspection_import", model, why);
}

struct result page_inspection_import(struct request *rq, struct why *why)
{
	return show_import(rq, 200, "", why);
}

struct result post_inspection_import(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	char id[27];
	if (rq->upload_count != 1)
		return show_import(rq, 400, "「答えを書いた表」を1つ選んでください（Excel ブックか CSV）。", why);
	struct result added = desk_upload_add(&desk, rq->person.id, what_of(rq, path_part(rq, 0)), rq->uploads[0].name,
	                                      &rq->uploads[0].writer, id, &own);
	if (added.code == E_INPUT || added.code == E_LIMIT)
		return show_import(rq, 400, text(rq, "%s", own.text), why);
	if (added.code != OK)
		return fail(why, added.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/inspections/%s/import/%s", path_part(rq, 0), id));
	return ok();
}

/* ---- tried ------------------------------------------------------------------------------------- */

struct tried {
	struct review_campaign c;
	struct desk_upload upload;
	struct review_plan_in plan;
	bool read;
	struct why wrong; /* of the file as a whole */
};

static struct result try_it(struct request *rq, struct arena *arena, struct tried *t, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct slice rows;
	rq->menu = "duties";
	TRY(review_get(&desk, path_part(rq, 0), rq->arena, &t->c, why));
	TRY(desk_upload_get(&desk, rq->person.id, path_part(rq, 1), rq->arena, &t->upload, why));
	if (strcmp(t->upload.what, what_of(rq, t->c.id)) != 0)
		return fail(why, E_ABSENT, "upload", "その表は、この自己点検のものではありません。");
	if (t->upload.state != UPLOAD_JUDGED)
		return ok();
	TRY(desk_upload_rows(&desk, &t->upload, arena, &rows, why));
	struct result done = review_sheet_read(&desk, t->c.id, rows, rq->person.id, arena, &t->plan, &t->wrong);
	t->read = done.code == OK;
	bool theirs = done.code == OK || done.code == E_INPUT || done.code == E_LIMIT;
	return theirs ? ok() : fail(why, done.code, t->wrong.place, "%s", t->wrong.text);
}

static struct result show_tried(struct request *rq, unsigned status, const struct tried *t, const char *wrong, struct why *why)
{
	const char *base = text(rq, "/inspections/%s", t->c.id), *path = text(rq, "%s/import/%s", base, t->upload.id);
	const char *const crumbs[][2] = {{"自己点検", "/inspections"}, {t->c.title, base}, {t->upload.name, ""}};
	json_t *faults = json_array(), *people = json_array();
	for (size_t i = 0; i < t->plan.fault_count; i++)
		json_array_append_new(faults, json_pack("{s:s, s:s, s:s}", "row", t->plan.faults[i].row ? text(rq, "%zu行目", t->plan.faults[i].row)
			: "全体", "label", t->plan.faults[i].label, "text", t->plan.faults[i].text));
	for (size_t i = 0; t->read && !t->plan.fault_total && i < t->plan.person_count; i++)
		json_array_append_new(people, json_pack("{s:o, s:s, s:o}", "who", show_person(rq, t->plan.people[i].person), "n",
			text(rq, "%zu問", t->plan.people[i].said_count), "chip",
			t->plan.people[i].again ? show_chip("amber", "hold", "前の答えを置き換える") : show_chip("green", "check", "新しい答え")));
	const char *unreadable = t->upload.state == UPLOAD_REFUSED ? t->upload.sentence
	                         : t->upload.state == UPLOAD_JUDGED && !t->read ? text(rq, "%s", t->wrong.text) : "";
	return reply_page(rq, status, "inspection_tried", json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:s, s:o, s:b, s:o}",
		"title", "書いた表を確かめる", "crumbs", show_crumbs(crumbs, 3), "name", t->upload.name, "path", path, "base", base, "wrong", wrong,
		"waiting", t->upload.state == UPLOAD_WAITING, "unreadable", unreadable, "faults", faults, "fault_total",
		text(rq, "%zu", t->plan.fault_total), "people", people, "can", t->read && !t->plan.fault_total && t->plan.person_count > 0,
		"form", form_token(rq, path)), why);
}

struct result page_inspection_tried(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct tried t = {.read = false};
	if (!arena)
		return fail(why, E_MEMORY, "review", "no memory for the file");
	TRY(try_it(rq, arena, &t, why));
	return show_tried(rq, 200, &t, "", why);
}

struct result post_inspection_tried(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct desk desk = desk_of(rq);
	struct tried t = {.read = false};
	struct why own = {OK, "", ""};
	if (!arena)
		return fail(why, E_MEMORY, "review", "no memory for the file");
	TRY(try_it(rq, arena, &t, why));
	if (strcmp(posted(rq, "act"), "take") == 0) {
		struct result taken = review_sheet_take(&desk, t.c.id, &t.plan, rq->person.id, &own);
		if (taken.code == E_CONFLICT || taken.code == E_INPUT)
			return show_tried(rq, 409, &t, text(rq, "%s", own.text), why);
		if (taken.code != OK)
			return fail(why, taken.code, own.place, "%s", own.text);
	}
	TRY(desk_upload_discard(&desk, rq->person.id, t.upload.id, why));
	reply_redirect(rq, text(rq, "/inspections/%s", t.c.id));
	return ok();
}
