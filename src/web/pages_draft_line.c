/* One line of a draft: a value by its type and unit, or how the body deals with what
 * the check finds.                                                            */
#include "web/fields.h"
#include "web/pages.h"
#include "web/pages_draft.h"

#include "base/number.h"

static struct result open_only(const struct draft *d, struct why *why)
{
	if (d->state == DRAFT_OPEN)
		return ok();
	return fail(why, E_CONFLICT, "draft", "この改正案は%sです。書き換えられません。新しい改正案を作ってください。",
	            draft_state_japanese(d->state));
}

/* what stands in the draft for that line; "" if nothing */
static const char *line_of(const struct draft *d, bool choice, const char *name)
{
	for (size_t i = 0; i < d->line_count; i++)
		if (d->lines[i].choice == choice && strcmp(d->lines[i].name, name) == 0)
			return d->lines[i].value;
	return "";
}

/* ---- a value ----------------------------------------------------------------------- */

struct value_form {
	struct draft draft;
	const struct policy_param *param;
	struct policy_set now;
	struct fields fields;
};

static struct result open_value(struct request *rq, struct value_form *f, struct why *why)
{
	const char *name = rq->is_post ? posted(rq, "name") : asked(rq, "name");
	const struct policy_param *params = NULL;
	size_t count = 0;
	TRY(draft_of(rq, &f->draft, why));
	TRY(open_only(&f->draft, why));
	TRY(params_of(rq, &params, &count, why));
	for (size_t i = 0; i < count; i++)
		f->param = strcmp(params[i].name, name) == 0 ? &params[i] : f->param;
	if (!f->param)
		return fail(why, E_ABSENT, "value", "この値は、いまの版にありません。改正案の画面から選び直してください。");
	TRY(policy_setting(parts_of(rq)->policy, edition_now(rq), name, request_today(rq), rq->arena, &f->now, why));
	const struct policy_fact fact = {.path = "value", .label = f->param->title, .type = f->param->type, .found_by = "",
		.kind = "", .words = f->param->words, .word_count = f->param->word_count, .unit = f->param->unit_label};
	return fields_new(rq, &fact, 1, &f->fields, why);
}

static struct result show_value(struct request *rq, struct value_form *f, unsigned status, struct why *why)
{
	const char *path = text(rq, "/drafts/%s/value", f->draft.id);
	const char *const crumbs[][2] = {{"条文・証明", "/clauses"}, {"改正案", "/drafts"},
		{f->draft.title, text(rq, "/drafts/%s", f->draft.id)}, {f->param->title, ""}};
	json_t *fields = fields_model(rq, &f->fields, why);
	if (!fields)
		return fail(why, E_MEMORY, "draft", "no memory for the form");
	char day[48];
	day_long(f->draft.effective, day);
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "title", f->param->title,
		"crumbs", show_crumbs(crumbs, 4), "path", path, "back", text(rq, "/drafts/%s", f->draft.id), "name", f->param->name,
		"draft", f->draft.title, "effective", day, "now", f->now.label, "clause", show_clause(rq, f->param->clause->id),
		"form", form_token(rq, path), "errors", fields_errors(&f->fields), "written",
		*line_of(&f->draft, false, f->param->name) != 0);
	if (model)
		json_object_update_new(model, fields);
	return reply_page(rq, status, "draft_value", model, why);
}

struct result page_draft_value(struct request *rq, struct why *why)
{
	struct value_form f = {.param = NULL};
	TRY(open_value(rq, &f, why));
	const char *own = line_of(&f.draft, false, f.param->name);
	fields_fill(rq, &f.fields, "value", *own ? own : f.now.text);
	return show_value(rq, &f, 200, why);
}

struct result post_draft_value(struct request *rq, struct why *why)
{
	struct value_form f = {.param = NULL};
	struct why ours = {OK, "", ""};
	TRY(open_value(rq, &f, why));
	bool out = *posted(rq, "remove") != 0;
	f.fields.at[0].required = !out;
	if (!out)
		TRY(fields_read(rq, &f.fields, why));
	if (f.fields.wrong || f.fields.again)
		return show_value(rq, &f, f.fields.wrong ? 400 : 200, why);
	struct result done = draft_set(parts_of(rq)->drafts, rq->person.id, f.draft.id, f.param->name,
	                               out ? "" : f.fields.at[0].value, &ours);
	if (done.code == E_INPUT && fields_mark(rq, &f.fields, "value", text(rq, "%s", ours.text)))
		return show_value(rq, &f, 400, why);
	if (done.code != OK)
		return fail(why, ours.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/drafts/%s", f.draft.id));
	return ok();
}

/* ---- a choice ------------------------------------------------------------------------ */

struct choice_form {
	struct draft draft;
	const char *finding, *clauses, *sentence;
	const char *field, *wrong;
};

static struct result show_choice(struct request *rq, const struct choice_form *f, unsigned status, struct why *why)
{
	const char *path = text(rq, "/drafts/%s/choice", f->draft.id);
	const char *const crumbs[][2] = {{"条文・証明", "/clauses"}, {"改正案", "/drafts"},
		{f->draft.title, text(rq, "/drafts/%s", f->draft.id)}, {"運用上の選択", ""}};
	json_t *about = json_array();
	for (const char *at = f->clauses; *at;) {
		at += strspn(at, " ,");
		size_t len = strcspn(at, " ,");
		json_t *clause = len ? show_clause(rq, text(rq, "%.*s", (int)len, at)) : NULL;
		if (json_is_object(clause))
			json_array_append(about, clause);
		json_decref(clause);
		at += len;
	}
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:b}", "title",
		"運用上の選択", "crumbs", show_crumbs(crumbs, 4), "path", path, "back", text(rq, "/drafts/%s", f->draft.id), "draft",
		f->draft.title, "finding", f->finding, "clauses", f->clauses, "sentence", f->sentence, "about", about, "form",
		form_token(rq, path), "wrong_finding", strcmp(f->field, "finding") == 0 ? f->wrong : "", "wrong_clauses",
		strcmp(f->field, "clauses") == 0 ? f->wrong : "", "wrong_sentence",
		strcmp(f->field, "sentence") == 0 || strcmp(f->field, "value") == 0 ? f->wrong : "", "written",
		*line_of(&f->draft, true, text(rq, "%s %s", f->finding, f->clauses)) != 0);
	if (*f->wrong)
		json_object_update_new(model, show_errors(strcmp(f->field, "value") == 0 ? "sentence" : f->field, f->wrong));
	return reply_page(rq, status, "draft_choice", model, why);
}

struct result page_draft_choice(struct request *rq, struct why *why)
{
	struct choice_form f = {.finding = asked(rq, "finding"), .clauses = asked(rq, "clauses"), .field = "", .wrong = ""};
	TRY(draft_of(rq, &f.draft, why));
	TRY(open_only(&f.draft, why));
	f.sentence = line_of(&f.draft, true, text(rq, "%s %s", f.finding, f.clauses));
	return show_choice(rq, &f, 200, why);
}

struct result post_draft_choice(struct request *rq, struct why *why)
{
	struct choice_form f = {.finding = posted(rq, "finding"), .clauses = posted(rq, "clauses"),
	                        .sentence = posted(rq, "sentence"), .field = "", .wrong = ""};
	struct why ours = {OK, "", ""};
	uint64_t number = 0;
	bool out = *posted(rq, "remove") != 0;
	TRY(draft_of(rq, &f.draft, why));
	TRY(open_only(&f.draft, why));
	if (!number_parse_u64(slice_str(f.finding), &number) || number < 1 || number > 30) {
		f.field = "finding";
		f.wrong = "「指摘の番号」は1から30までです。点検の結果にある番号を書いてください。";
		return show_choice(rq, &f, 400, why);
	}
	if (!out && !*f.sentence) {
		f.field = "sentence";
		f.wrong = "「選択」が空です。どう扱うかが残りません。市としてどうするかを一文で書いてください。";
		return show_choice(rq, &f, 400, why);
	}
	struct result done = draft_choose(parts_of(rq)->drafts, rq->person.id, f.draft.id, (unsigned)number, f.clauses,
	                                  out ? "" : f.sentence, &ours);
	if (done.code == E_INPUT || (done.code == E_ABSENT && strcmp(ours.place, "clauses") == 0)) {
		f.field = text(rq, "%s", ours.place);
		f.wrong = text(rq, "%s", ours.text);
		return show_choice(rq, &f, 400, why);
	}
	if (done.code != OK)
		return fail(why, ours.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/drafts/%s", f.draft.id));
	return ok();
}
