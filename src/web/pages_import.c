/* 取込み: a sheet is chosen, read elsewhere in a jail, shown as what it would do, and
 * only then taken in: all of it or nothing.  Registers and record books alike.  */
#include "web/desk_pages.h"
#include "web/pages_import.h"
#include "web/private.h"

#include "desk/upload.h"

/* Where a sheet goes to, by the address. */
struct goal {
	const char *what;  /* "register:asset" */
	const char *title; /* 情報資産台帳 */
	const char *base;  /* /registers/asset */
	bool book;
};

static struct result goal_of(struct request *rq, struct goal *out, struct why *why)
{
	struct policy_kind kind;
	struct policy_registry registry;
	rq->menu = "registers";
	out->book = slice_starts(rq->path, SLICE("/books/"));
	if (!out->book) {
		TRY(kind_of(rq, &kind, why));
		out->what = text(rq, "register:%s", kind.name);
		out->title = register_title(rq, &kind);
		out->base = text(rq, "/registers/%s", kind.name);
		return ok();
	}
	if (!policy_registry_find(parts_of(rq)->policy, path_part(rq, 0), &registry))
		return fail(why, E_ABSENT, "book", "その名前の記録簿はありません。");
	out->what = text(rq, "book:%s", registry.name);
	out->title = registry.title;
	out->base = text(rq, "/books/%s", registry.name);
	return ok();
}

/* ---- words of a state ------------------------------------------------------------- */

static json_t *state_chip(const struct desk_upload *u)
{
	switch (u->state) {
	case UPLOAD_JUDGED:
		return u->plan.fault_total ? show_chip("red", "stop", "誤りがあります") : show_chip("blue", "check", "確かめました");
	case UPLOAD_REFUSED:
		return show_chip("red", "stop", "読めません");
	case UPLOAD_ORDERED:
		return show_chip("amber", "clock", "取り込んでいます");
	case UPLOAD_DONE:
		return show_chip("green", "check", "取り込みました");
	case UPLOAD_WAITING: default:
		return show_chip("amber", "clock", "確かめています");
	}
}

/* ---- choosing a file ---------------------------------------------------------------- */

static struct result show_choice(struct request *rq, unsigned status, const struct goal *g, const char *wrong, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct desk_upload *earlier;
	size_t count;
	const char *path = text(rq, "%s/import", g->base);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"台帳・記録簿", "/registers"}, {g->title, g->base}, {"取込み", ""}};
	TRY(desk_upload_list(&desk, rq->person.id, g->what, rq->arena, &earlier, &count, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "name", earlier[i].name, "href",
			text(rq, "%s/%s", path, earlier[i].id), "when", show_time(earlier[i].created_ms), "chip", state_chip(&earlier[i])));
	json_t *model = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:b, s:[]}", "title", text(rq, "%sに取り込む", g->title), "goal",
		g->title, "crumbs", show_crumbs(crumbs, 4), "path", path, "base", g->base, "wrong", wrong, "earlier", list, "book", g->book,
		"errors");
	json_object_set_new(model, "form", form_token(rq, path));
	if (*wrong)
		json_object_update_new(model, show_errors("file", wrong));
	return reply_page(rq, status, "import", model, why);
}

struct result page_import(struct request *rq, struct why *why)
{
	struct goal g;
	TRY(goal_of(rq, &g, why));
	return show_choice(rq, 200, &g, "", why);
}

struct result post_import(struct request *rq, struct why *why)
{
	struct goal g;
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	char id[27];
	TRY(goal_of(rq, &g, why));
	if (!rq->upload_count)
		return show_choice(rq, 400, &g, "「表のファイル」が選ばれていません。Excel ブック（.xlsx）か CSV を1つ選んでください。", why);
	if (rq->upload_count > 1)
		return show_choice(rq, 400, &g, "一度に取り込めるのは1つです。1つだけ選んでください。", why);
	struct result added = desk_upload_add(&desk, rq->person.id, g.what, rq->uploads[0].name, &rq->uploads[0].writer, id, &own);
	if (added.code == E_INPUT || added.code == E_LIMIT)
		return show_choice(rq, 400, &g, text(rq, "%s", own.text), why);
	if (added.code != OK)
		return fail(why, added.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "%s/import/%s", g.base, id));
	return ok();
}

/* ---- one file: what it would do -------------------------------------------------------- */

static json_t *faults_model(struct request *rq, const struct desk_plan *plan)
{
	json_t *list = json_array();
	(void)rq;
	for (size_t i = 0; i < plan->fault_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "cell", plan->faults[i].cell, "label", plan->faults[i].label,
			"value", plan->faults[i].value, "text", plan->faults[i].text));
	return list;
}

static json_t *fates_model(struct request *rq, const struct desk_plan *plan)
{
	static const struct {
		const char *kind, *icon, *label;
	} words[] = {[FATE_SAME] = {"gray", "slash", "変更なし"}, [FATE_NEW] = {"green", "check", "追加"},
		[FATE_CHANGED] = {"blue", "up", "変更"}, [FATE_BAD] = {"red", "stop", "誤り"}};
	json_t *list = json_array();
	for (size_t i = 0; i < plan->fate_count; i++) {
		const struct desk_fate *f = &plan->fates[i];
		size_t k = (size_t)f->fate < sizeof words / sizeof *words ? (size_t)f->fate : FATE_BAD;
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "row", text(rq, "%zu行目", f->row), "name", f->name, "says",
			f->text, "chip", show_chip(words[k].kind, words[k].icon, words[k].label)));
	}
	return list;
}

static json_t *numbers_model(struct request *rq, const struct desk_plan *plan)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "rows", text(rq, "%zu", plan->rows), "made", text(rq, "%zu", plan->made),
		"changed", text(rq, "%zu", plan->changed), "same", text(rq, "%zu", plan->same), "bad", text(rq, "%zu", plan->bad_rows),
		"wrong", text(rq, "%zu", plan->fault_total));
}

static struct result show_upload(struct request *rq, unsigned status, const struct goal *g, const char *wrong, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct desk_upload u;
	TRY(desk_upload_get(&desk, rq->person.id, path_part(rq, 1), rq->arena, &u, why));
	if (strcmp(u.what, g->what) != 0)
		return fail(why, E_ABSENT, "upload", "その表は、ほかの台帳のものです。");
	const char *path = text(rq, "%s/import/%s", g->base, u.id);
	const char *const crumbs[][2] = {{"台帳・記録簿", "/registers"}, {g->title, g->base},
		{"取込み", text(rq, "%s/import", g->base)}, {u.name, ""}};
	bool judged = u.state == UPLOAD_JUDGED, bad = u.plan.fault_total > 0;
	bool nothing = judged && !bad && u.plan.made + u.plan.changed == 0;
	json_t *model = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o}", "title", text(rq, "%sへの取込み", g->title), "goal",
		g->title, "name", u.name, "crumbs", show_crumbs(crumbs, 4), "path", path, "base", g->base, "wrong", wrong, "sentence",
		u.sentence, "chip", state_chip(&u));
	json_object_set_new(model, "waiting", json_boolean(u.state == UPLOAD_WAITING || u.state == UPLOAD_ORDERED));
	json_object_set_new(model, "ordered", json_boolean(u.state == UPLOAD_ORDERED));
	json_object_set_new(model, "refused", json_boolean(u.state == UPLOAD_REFUSED));
	json_object_set_new(model, "done", json_boolean(u.state == UPLOAD_DONE));
	json_object_set_new(model, "judged", json_boolean(judged));
	json_object_set_new(model, "bad", json_boolean(judged && bad));
	json_object_set_new(model, "can", json_boolean(judged && !bad && !nothing));
	json_object_set_new(model, "nothing", json_boolean(nothing));
	json_object_set_new(model, "plan", judged || u.state == UPLOAD_DONE ? numbers_model(rq, &u.plan) : json_false());
	json_object_set_new(model, "faults", faults_model(rq, &u.plan));
	json_object_set_new(model, "fates", fates_model(rq, &u.plan));
	json_object_set_new(model, "more_faults", json_string(u.plan.fault_total > u.plan.fault_count
		? text(rq, "ほかに%zuか所あります。%s", u.plan.fault_total - u.plan.fault_count,
			*u.marked ? "すべては、印の付いた表にあります。" : "ここにあるものを直してから、もう一度選んでください。") : ""));
	json_object_set_new(model, "more_rows", json_string(u.plan.rows > u.plan.fate_count
		? text(rq, "ほかの%zu行は、ここでは省いています。", u.plan.rows - u.plan.fate_count) : ""));
	json_object_set_new(model, "marked", json_string(*u.marked ? text(rq, "%s/marked", path) : ""));
	json_object_set_new(model, "form", form_token(rq, path));
	return reply_page(rq, status, "import_one", model, why);
}

struct result page_import_one(struct request *rq, struct why *why)
{
	struct goal g;
	TRY(goal_of(rq, &g, why));
	return show_upload(rq, 200, &g, "", why);
}

struct result post_import_one(struct request *rq, struct why *why)
{
	struct goal g;
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	const char *act = posted(rq, "act"), *id = path_part(rq, 1);
	TRY(goal_of(rq, &g, why));
	bool order = strcmp(act, "take") == 0, discard = strcmp(act, "discard") == 0;
	if (!order && !discard)
		return fail(why, E_INPUT, "act", "どのボタンが押されたかが分かりません。");
	struct result done = order ? desk_upload_order(&desk, rq->person.id, id, &own) : desk_upload_discard(&desk, rq->person.id, id, &own);
	if (done.code == E_CONFLICT)
		return show_upload(rq, 409, &g, text(rq, "%s", own.text), why);
	if (done.code != OK)
		return fail(why, done.code, own.place, "%s", own.text);
	reply_redirect(rq, order ? text(rq, "%s/import/%s", g.base, id) : text(rq, "%s/import", g.base));
	return ok();
}

struct result page_import_marked(struct request *rq, struct why *why)
{
	struct goal g;
	struct desk desk = desk_of(rq);
	struct desk_upload u;
	struct vault_reader *reader = NULL;
	struct vault_info info;
	TRY(goal_of(rq, &g, why));
	TRY(desk_upload_get(&desk, rq->person.id, path_part(rq, 1), rq->arena, &u, why));
	if (!*u.marked || strcmp(u.what, g.what) != 0)
		return fail(why, E_ABSENT, "upload", "この表に誤りはありません。印の付いた表はありません。");
	TRY(vault_read_begin(parts_of(rq)->vault, slice_str(u.marked), &reader, &info, why));
	return reply_download(rq, reader, info.bytes, text(rq, "%s_誤り.xlsx", g.title), why);
}
