/* 人事異動: the personnel section's file is brought ahead, tried, and waits for its day.
 * The file is read in a jail like any other sheet (desk/upload.h); what it would do
 * is tried in a transaction that is thrown away.                              */
#include "web/pages_office.h"
#include "web/pages.h"
#include "web/private.h"

#include "base/number.h"
#include "desk/upload.h"
#include "sheet/sheet.h"
#include "transfer/transfer.h"
#include "web/desk_pages.h"

enum { MOST_LINES = 300 };
static const char what[] = "grid:transfer";

struct result may_transfer(struct request *rq, bool *yes, struct why *why)
{
	struct office_fact *facts;
	size_t count;
	*yes = false;
	if (!parts_of(rq)->transfers)
		return ok();
	TRY(is_operator(rq, yes, why));
	TRY(office_facts(parts_of(rq)->office, "section", rq->person.section, request_today(rq), rq->arena, &facts, &count, why));
	for (size_t i = 0; i < count; i++)
		*yes |= strcmp(facts[i].path, "runs_personnel") == 0 && strcmp(facts[i].value, "yes") == 0;
	return ok();
}

static struct result personnel_only(struct request *rq, struct why *why)
{
	bool yes;
	rq->menu = "organisation";
	TRY(may_transfer(rq, &yes, why));
	return yes ? ok() : fail(why, E_DENIED, "transfer", "人事異動を取り込めるのは、人事を管理する課と、情報システムを担当する課の人です。");
}

/* ---- what waits --------------------------------------------------------------------- */

static json_t *state_chip(enum transfer_state state)
{
	const char *label = transfer_state_japanese(state);
	return state == TRANSFER_WAITING ? show_chip("blue", "clock", label)
	       : state == TRANSFER_DONE  ? show_chip("green", "check", label) : show_chip("gray", "slash", label);
}

static struct result list_model(struct request *rq, json_t *list, struct why *why)
{
	struct transfer *all;
	size_t count;
	char day[48];
	TRY(transfer_list(parts_of(rq)->transfers, rq->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++) {
		bool waiting = all[i].state == TRANSFER_WAITING;
		const char *cancel = text(rq, "/organisation/transfers/%s/cancel", all[i].id);
		day_long(all[i].day, day);
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "day", day, "rows",
			text(rq, "%lld", (long long)all[i].rows), "by", show_person(rq, all[i].by), "loaded", show_time(all[i].loaded_ms),
			"chip", state_chip(all[i].state), "cancel", waiting ? cancel : "", "token",
			waiting ? form_token(rq, cancel) : json_string("")));
	}
	return ok();
}

static struct result show_list(struct request *rq, unsigned status, const char *field, const char *wrong, struct why *why)
{
	static const char path[] = "/organisation/transfers";
	struct desk desk = desk_of(rq);
	struct desk_upload *earlier;
	size_t count;
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"組織", "/organisation"}, {"人事異動", ""}};
	json_t *transfers = json_array();
	json_t *model = json_pack("{s:s, s:o, s:o, s:[], s:s, s:s, s:s, s:[]}", "title", "人事異動", "crumbs", show_crumbs(crumbs, 3),
		"transfers", transfers, "earlier", "on", posted(rq, "on"), "wrong_file", strcmp(field, "file") == 0 ? wrong : "", "wrong_on",
		strcmp(field, "on") == 0 ? wrong : "", "errors");
	struct result filled = list_model(rq, transfers, why);
	if (filled.code == OK)
		filled = desk_upload_list(&desk, rq->person.id, what, rq->arena, &earlier, &count, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(model, "earlier"), json_pack("{s:s, s:s, s:o}", "name", earlier[i].name, "href",
			text(rq, "%s/check/%s", path, earlier[i].id), "when", show_time(earlier[i].created_ms)));
	json_object_set_new(model, "form", form_token(rq, path));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "transfers", model, why);
}

struct result page_transfers(struct request *rq, struct why *why)
{
	TRY(personnel_only(rq, why));
	return show_list(rq, 200, "", "", why);
}

struct result post_transfers(struct request *rq, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct why own = {OK, "", ""};
	day_t day;
	char id[27], iso[11] = "";
	const char *on = posted(rq, "on");
	TRY(personnel_only(rq, why));
	if (*on && day_parse(slice_str(on), &day, &own).code != OK)
		return show_list(rq, 400, "on", text(rq, "%s", own.text), why);
	if (*on)
		day_iso(day, iso);
	if (rq->upload_count != 1)
		return show_list(rq, 400, "file", "「異動のファイル」を1つ選んでください（Excel ブックか CSV）。", why);
	struct result added = desk_upload_add(&desk, rq->person.id, what, rq->uploads[0].name, &rq->uploads[0].writer, id, &own);
	if (added.code == E_INPUT || added.code == E_LIMIT)
		return show_list(rq, 400, "file", text(rq, "%s", own.text), why);
	if (added.code != OK)
		return fail(why, added.code, own.place, "%s", own.text);
	reply_redirect(rq, text(rq, "/organisation/transfers/check/%s%s%s", id, *iso ? "?on=" : "", iso));
	return ok();
}

struct result post_transfer_cancel(struct request *rq, struct why *why)
{
	TRY(personnel_only(rq, why));
	TRY(transfer_cancel(parts_of(rq)->transfers, rq->person.id, path_part(rq, 0), why));
	reply_redirect(rq, "/organisation/transfers");
	return ok();
}

/* ---- one file, tried ------------------------------------------------------------------ */

/* What the worker read, as the text that transfer/ reads: each row on its own line. */
static struct result as_text(struct slice rows, struct arena *arena, struct slice *out, struct why *why)
{
	AUTO(buffer_done) struct buffer text = {0};
	struct csv csv = csv_of(rows, ',');
	struct slice *cells;
	size_t count, line = 1;
	uint64_t number;
	buffer_init(&text, TRANSFER_BYTES);
	while (csv_row(&csv, arena, &cells, &count)) {
		if (!number_parse_u64(cells[0], &number))
			return fail(why, E_INPUT, "file", "読み取った表の形が正しくありません。");
		for (; line < number && line < TRANSFER_ROWS * 2; line++)
			buffer_put_u8(&text, '\n'); /* rows keep their numbers */
		for (size_t i = 1; i < count; i++) {
			if (i > 1)
				buffer_put_u8(&text, ',');
			csv_put(cells[i], ',', &text);
		}
		buffer_put_u8(&text, '\n');
		line++;
	}
	if (csv.fault || !buffer_ok(&text))
		return fail(why, E_INPUT, "file", "表が大きすぎるか、形がこわれています。行を減らしてください。");
	*out = arena_copy(arena, buffer_slice(&text));
	return ok();
}

struct tried {
	struct desk_upload upload;
	struct slice file;
	struct transfer_plan plan;
	struct transfer_report report;
	bool read, reported;
	struct why wrong; /* of the file as a whole */
	day_t on;
};

/* The day that was given beside the file; DAY_OPEN: the file's own. */
static day_t day_on(struct request *rq)
{
	day_t day;
	const char *on = rq->is_post ? posted(rq, "on") : asked(rq, "on");
	return *on && day_parse(slice_str(on), &day, NULL).code == OK ? day : DAY_OPEN;
}

static struct result try_it(struct request *rq, struct arena *arena, struct tried *t, struct why *why)
{
	struct desk desk = desk_of(rq);
	struct slice rows;
	struct transfers *transfers = parts_of(rq)->transfers;
	TRY(desk_upload_get(&desk, rq->person.id, path_part(rq, 0), rq->arena, &t->upload, why));
	if (strcmp(t->upload.what, what) != 0)
		return fail(why, E_ABSENT, "upload", "その表は、人事異動のものではありません。");
	t->on = day_on(rq);
	t->read = t->upload.state == UPLOAD_JUDGED;
	if (!t->read)
		return ok();
	TRY(desk_upload_rows(&desk, &t->upload, arena, &rows, why));
	struct result done = as_text(rows, arena, &t->file, &t->wrong);
	if (done.code == OK)
		done = transfer_read(transfers, t->file, t->on, arena, &t->plan, &t->wrong);
	if (done.code == OK && !t->plan.fault_count) {
		done = transfer_try(transfers, &t->plan, arena, &t->report, &t->wrong);
		t->reported = done.code == OK;
	}
	bool ours = done.code == E_STORE || done.code == E_MEMORY || done.code == E_BUSY || done.code == E_SYSTEM;
	return ours ? fail(why, done.code, t->wrong.place, "%s", t->wrong.text) : ok();
}

static const char *section_name(struct request *rq, const char *id)
{
	struct section section;
	if (!*id)
		return "";
	return office_section(parts_of(rq)->office, id, rq->arena, &section, NULL).code == OK ? section.name : id;
}

static json_t *holes_model(struct request *rq, const struct office_hole *holes, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count && i < MOST_LINES; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "post", holes[i].post->title, "where", section_name(rq, holes[i].scope)));
	return list;
}

static void add_report(struct request *rq, const struct tried *t, json_t *model)
{
	const struct transfer_report *r = &t->report;
	json_t *stuck = json_array(), *counts = json_array();
	char day[48];
	for (int k = 1; k < TRANSFER_KINDS; k++)
		if (t->plan.counts[k])
			json_array_append_new(counts, json_pack("{s:s, s:s}", "kind", transfer_kind_japanese((enum transfer_kind)k), "n",
				text(rq, "%zu", t->plan.counts[k])));
	for (size_t i = 0; i < r->stuck_count && i < MOST_LINES; i++)
		json_array_append_new(stuck, json_pack("{s:s, s:s, s:s, s:s}", "number", r->stuck[i].number, "href",
			text(rq, "/decide/%s", r->stuck[i].application), "post", policy_label(parts_of(rq)->policy, NULL, r->stuck[i].post),
			"where", section_name(rq, r->stuck[i].scope)));
	day_long(t->plan.day, day);
	json_object_update_new(model, json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o}", "day", day, "rows",
		text(rq, "%zu", t->plan.row_count), "counts", counts, "hole_before", text(rq, "%zu", r->before_count), "hole_after",
		text(rq, "%zu", r->after_count), "holes", holes_model(rq, r->after, r->after_count), "pending", text(rq, "%zu", r->pending),
		"rerouted", text(rq, "%zu", r->rerouted), "stuck_total", text(rq, "%zu", r->stuck_count), "entries",
		text(rq, "%zu", r->entries), "stuck", stuck));
}

static json_t *faults_model(struct request *rq, const struct tried *t)
{
	json_t *list = json_array();
	for (size_t i = 0; i < t->plan.fault_count && i < MOST_LINES; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "line", text(rq, "%zu行目", t->plan.faults[i].line), "column",
			t->plan.faults[i].column, "text", t->plan.faults[i].sentence));
	return list;
}

static struct result show_tried(struct request *rq, unsigned status, const struct tried *t, const char *wrong, struct why *why)
{
	const char *path = text(rq, "/organisation/transfers/check/%s", t->upload.id);
	const char *const crumbs[][2] = {{"組織", "/organisation"}, {"人事異動", "/organisation/transfers"}, {t->upload.name, ""}};
	char iso[11] = "";
	if (t->on != DAY_OPEN)
		day_iso(t->on, iso);
	const char *unreadable = t->upload.state == UPLOAD_REFUSED ? t->upload.sentence
	                         : t->read && !t->reported && !t->plan.fault_count ? text(rq, "%s", t->wrong.text) : "";
	json_t *model = json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:b, s:s, s:b, s:o, s:s}", "title", "人事異動を確かめる", "name",
		t->upload.name, "crumbs", show_crumbs(crumbs, 3), "path", path, "wrong", wrong, "on", iso, "waiting",
		t->upload.state == UPLOAD_WAITING, "unreadable", unreadable, "tried", t->reported, "faults", faults_model(rq, t),
		"fault_total", text(rq, "%zu", t->plan.fault_count));
	json_object_set_new(model, "again", json_string(*iso ? text(rq, "%s?on=%s", path, iso) : path));
	if (t->reported)
		add_report(rq, t, model);
	json_object_set_new(model, "form", form_token(rq, path));
	return reply_page(rq, status, "transfer", model, why);
}

struct result page_transfer_check(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(TRANSFER_ROOM);
	struct tried t = {.on = DAY_OPEN};
	TRY(personnel_only(rq, why));
	if (!arena)
		return fail(why, E_MEMORY, "transfer", "no memory for the file");
	TRY(try_it(rq, arena, &t, why));
	return show_tried(rq, 200, &t, "", why);
}

struct result post_transfer_check(struct request *rq, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(TRANSFER_ROOM);
	struct desk desk = desk_of(rq);
	struct tried t = {.on = DAY_OPEN};
	struct why own = {OK, "", ""};
	char id[27];
	bool fresh;
	TRY(personnel_only(rq, why));
	if (!arena)
		return fail(why, E_MEMORY, "transfer", "no memory for the file");
	if (strcmp(posted(rq, "act"), "discard") == 0) {
		TRY(desk_upload_discard(&desk, rq->person.id, path_part(rq, 0), why));
		reply_redirect(rq, "/organisation/transfers");
		return ok();
	}
	TRY(try_it(rq, arena, &t, why));
	if (!t.reported)
		return show_tried(rq, 409, &t, "まだ確かめ終わっていないか、直すところがあります。読み込んでいません。", why);
	struct result loaded = transfer_load(parts_of(rq)->transfers, rq->person.id, t.file, &t.plan, id, &fresh, &own);
	if (loaded.code == E_CONFLICT || loaded.code == E_INPUT)
		return show_tried(rq, 409, &t, text(rq, "%s", own.text), why);
	if (loaded.code != OK)
		return fail(why, loaded.code, own.place, "%s", own.text);
	TRY(desk_upload_discard(&desk, rq->person.id, t.upload.id, why));
	reply_redirect(rq, "/organisation/transfers");
	return ok();
}
