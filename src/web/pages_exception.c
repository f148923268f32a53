/* 例外措置: the section manager applies for the original of one file. */
#include "web/pages.h"

/* Only in a section that the person manages; elsewhere there is no such file. */
static struct result find_file(struct request *rq, struct crossing *crossing,
                               const struct crossing_file **file, struct why *why)
{
	bool manages;
	TRY(crossing_get(parts_of(rq)->crossings, text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->arena,
	                 crossing, why));
	TRY(is_manager_of(rq, crossing->section, &manages, why));
	for (size_t i = 0; manages && i < crossing->file_count; i++)
		if (slice_is(rq->part[1], crossing->files[i].id)) {
			*file = &crossing->files[i];
			return ok();
		}
	return manages ? fail(why, E_ABSENT, "file", "no such file of this crossing")
	               : not_theirs(rq, "file", why);
}

static struct result show_form(struct request *rq, unsigned status, const char *field,
                               const char *wrong, struct why *why)
{
	struct crossing crossing;
	const struct crossing_file *file;
	TRY(find_file(rq, &crossing, &file, why));
	const char *path = text(rq, "/exception/%s/%s", crossing.id, file->id);
	bool about_end = strcmp(field, "until") == 0;
	struct crossing_bar bar;
	TRY(crossing_original_bar(parts_of(rq)->crossings, file->id, rq->arena, &bar, why));
	const char *const crumbs[][2] = {{"ファイル受渡し", "/crossings"},
		{crossing.number, text(rq, "/crossings/%s", crossing.id)}, {"例外措置の申請", ""}};
	rq->menu = "decide";
	json_t *model = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "title",
		"例外措置を申請する", "name", file->name, "number", crossing.number, "path", path, "reason",
		posted(rq, "reason"), "until", posted(rq, "until"), "wrong_reason", about_end ? "" : wrong,
		"wrong_until", about_end ? wrong : "", "crumbs", show_crumbs(crumbs, 3), "form",
		form_token(rq, path), "clause", show_clause(rq, bar.lift), "lifted",
		show_clause(rq, bar.clause));
	json_object_set_new(model, "who", json_string(bar.route));
	if (*wrong)
		json_object_update_new(model, show_errors(about_end ? "until" : "reason", wrong));
	return reply_page(rq, status, "exception", model, why);
}

struct result page_exception(struct request *rq, struct why *why)
{
	return show_form(rq, 200, "", "", why);
}

struct result post_exception(struct request *rq, struct why *why)
{
	struct crossing crossing;
	const struct crossing_file *file;
	const char *reason = posted(rq, "reason");
	struct why ours = {OK, "", ""};
	char id[27];
	day_t until;
	if (!*reason)
		return show_form(rq, 400, "reason", "「理由」が空です。許可する人が判断できません。"
		                 "無害化したファイルでは何ができないかを書いてください。", why);
	if (day_parse(form_get(rq->form, "until"), &until, &ours).code != OK)
		return show_form(rq, 400, "until", "「終わりの日」を読めません。いつ終わるかが決まりません。"
		                 "令和8年12月25日 または 2026-12-25 のように書いてください。", why);
	if (until < request_today(rq))
		return show_form(rq, 400, "until", "「終わりの日」が過ぎています。例外措置は今日より前には"
		                 "終われません。今日か、あとの日を書いてください。", why);
	TRY(find_file(rq, &crossing, &file, why));
	struct result asked = crossing_ask_original(parts_of(rq)->crossings, file->id, rq->person.id,
	                                            reason, until, id, &ours);
	if (asked.code == E_INPUT)
		return show_form(rq, 400, ours.place, text(rq, "%s", ours.text), why);
	if (asked.code != OK)
		return fail(why, asked.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/decide/%s", id));
	return ok();
}
