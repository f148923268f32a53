/* 市が決める値 and 改正案: what the text leaves to the body, the drafts that decide it,
 * what the check says of a draft, and its adoption.                          */
#include "web/pages.h"
#include "web/pages_draft.h"
#include "web/private.h"

#include "crossing/acts.h"

enum { LOOK_ROOM = 128 << 20, FINDINGS_SHOWN = 200, DIFFERENCES_SHOWN = 200 };

const struct policy_edition *edition_now(struct request *rq)
{
	return policy_edition_on(parts_of(rq)->policy, parts_of(rq)->policy_name, request_today(rq));
}

struct result draft_of(struct request *rq, struct draft *out, struct why *why)
{
	rq->menu = "clauses";
	return draft_get(parts_of(rq)->drafts, text(rq, "%.*s", SLICE_ARG(rq->part[0])), rq->arena, out, why);
}

static json_t *day_model(day_t day)
{
	char out[48];
	day_long(day, out);
	return json_string(out);
}

/* ---- values in force ----------------------------------------------------------------- */

struct result params_of(struct request *rq, const struct policy_param **params, size_t *count, struct why *why)
{
	const struct policy_edition *e = edition_now(rq);
	if (!e)
		return fail(why, E_ABSENT, "policy", "今日の時点で施行中のポリシーがありません。");
	return policy_params(parts_of(rq)->policy, e, rq->arena, params, count, why);
}

static struct result value_row(struct request *rq, const struct policy_param *p, json_t *list, bool unset_only,
                               struct why *why)
{
	struct policy_set set;
	char day[48] = "";
	TRY(policy_setting(parts_of(rq)->policy, edition_now(rq), p->name, request_today(rq), rq->arena, &set, why));
	if (set.set && unset_only)
		return ok();
	if (set.set)
		day_short(set.from, day);
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", p->name, "label", p->title, "value",
		set.label, "from", day, "basis", set.basis, "clause", show_clause(rq, p->clause->id)));
	return ok();
}

struct result page_values(struct request *rq, struct why *why)
{
	const struct policy_param *params = NULL;
	size_t count = 0, unset = 0;
	bool unset_only = *asked(rq, "unset") != 0;
	rq->menu = "clauses";
	TRY(params_of(rq, &params, &count, why));
	json_t *list = json_array();
	struct result filled = ok();
	for (size_t i = 0; i < count && filled.code == OK; i++)
		filled = value_row(rq, &params[i], list, unset_only, why);
	for (size_t i = 0; i < json_array_size(list); i++)
		unset += !*json_string_value(json_object_get(json_array_get(list, i), "value"));
	if (filled.code != OK) {
		json_decref(list);
		return filled;
	}
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"}, {"市が決める値", ""}};
	return reply_page(rq, 200, "values", json_pack("{s:s, s:o, s:o, s:i, s:i, s:b}", "title", "市が決める値", "crumbs",
		show_crumbs(crumbs, 3), "values", list, "all", (int)count, "unset", (int)unset, "unset_only", unset_only), why);
}

/* ---- the list, and a new draft -------------------------------------------------------------- */

static json_t *state_chip(enum draft_state state)
{
	static const char *const kinds[][2] = {[DRAFT_NONE] = {"", "dash"}, [DRAFT_OPEN] = {"blue", "hold"},
	                                       [DRAFT_ADOPTED] = {"green", "check"}, [DRAFT_DISCARDED] = {"gray", "slash"}};
	return show_chip(kinds[state][0], kinds[state][1], draft_state_japanese(state));
}

static json_t *draft_row(struct request *rq, const struct draft *d)
{
	char day[48];
	day_short(d->effective, day);
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:i}", "href", text(rq, "/drafts/%s", d->id), "serial",
		(json_int_t)d->serial, "label", d->title, "basis", d->basis, "effective", day, "chip", state_chip(d->state), "by",
		show_person(rq, d->created_by), "lines", (int)d->line_count);
}

static struct result show_drafts(struct request *rq, unsigned status, const char *field, const char *wrong,
                                 struct why *why)
{
	struct draft *list = NULL;
	size_t count = 0;
	bool may = false;
	rq->menu = "clauses";
	TRY(draft_list(parts_of(rq)->drafts, rq->arena, &list, &count, why));
	TRY(draft_may(parts_of(rq)->drafts, rq->person.id, false, &may, why));
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"}, {"改正案", ""}};
	json_t *model = json_pack("{s:s, s:o, s:[], s:b, s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "title", "改正案", "crumbs",
		show_crumbs(crumbs, 3), "drafts", "may", may, "form", may ? form_token(rq, "/drafts") : json_string(""), "name",
		posted(rq, "title"), "basis", posted(rq, "basis"), "effective", posted(rq, "effective"), "wrong_title",
		strcmp(field, "title") == 0 ? wrong : "", "wrong_basis", strcmp(field, "basis") == 0 ? wrong : "",
		"wrong_effective", strcmp(field, "effective") == 0 ? wrong : "");
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(model, "drafts"), draft_row(rq, &list[i]));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	return reply_page(rq, status, "drafts", model, why);
}

struct result page_drafts(struct request *rq, struct why *why)
{
	return show_drafts(rq, 200, "", "", why);
}

struct result post_drafts(struct request *rq, struct why *why)
{
	struct draft_head head = {posted(rq, "title"), posted(rq, "basis"), 0};
	struct why ours = {OK, "", ""};
	char id[27];
	if (day_parse(form_get(rq->form, "effective"), &head.effective, &ours).code != OK)
		return show_drafts(rq, 400, "effective", "「施行日」を読めません。いつから効くかが決まりません。"
		                   "令和9年4月1日 または 2027-04-01 のように書いてください。", why);
	if (head.effective < request_today(rq))
		return show_drafts(rq, 400, "effective", "「施行日」が過ぎています。採択より前から効くことはできません。"
		                   "今日か、あとの日を書いてください。", why);
	ours = (struct why){OK, "", ""};
	struct result begun = draft_begin(parts_of(rq)->drafts, rq->person.id, &head, id, &ours);
	if (begun.code == E_INPUT)
		return show_drafts(rq, 400, ours.place, text(rq, "%s", ours.text), why);
	if (begun.code != OK)
		return fail(why, ours.code, ours.place, "%s", ours.text);
	reply_redirect(rq, text(rq, "/drafts/%s", id));
	return ok();
}

/* ---- one draft: its lines ---------------------------------------------------------------------- */

static const struct policy_param *param_named(const struct policy_param *params, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(params[i].name, name) == 0)
			return &params[i];
	return NULL;
}

static struct result set_line(struct request *rq, const struct draft *d, const struct draft_line *line,
                              const struct policy *under, json_t *list, struct why *why)
{
	const struct policy_param *params = NULL;
	size_t count = 0;
	struct policy_set now, then;
	day_t today = request_today(rq), day = d->effective > today ? d->effective : today;
	TRY(params_of(rq, &params, &count, why));
	const struct policy_param *p = param_named(params, count, line->name);
	const struct policy_edition *e = policy_edition_on(under, parts_of(rq)->policy_name, day);
	if (!p || !e)
		return fail(why, E_CONFLICT, "draft", "「%s」という値は、いまの版にありません。", line->name);
	TRY(policy_setting(parts_of(rq)->policy, edition_now(rq), line->name, today, rq->arena, &now, why));
	TRY(policy_setting(under, e, line->name, day, rq->arena, &then, why));
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "label", p->title, "now", now.label, "then",
		then.label, "href", text(rq, "/drafts/%s/value?name=%s", d->id, p->name), "clause", show_clause(rq, p->clause->id)));
	return ok();
}

/* "11 HN-1, HN-2" as the finding's number and its clauses */
static json_t *choice_line(struct request *rq, const struct draft *d, const struct draft_line *line)
{
	size_t number = strcspn(line->name, " ");
	const char *ids = line->name + number;
	json_t *clauses = json_array();
	for (const char *at = ids; *at;) {
		at += strspn(at, " ,");
		size_t len = strcspn(at, ",");
		if (len)
			json_array_append_new(clauses, show_clause(rq, text(rq, "%.*s", (int)len, at)));
		at += len;
	}
	return json_pack("{s:s, s:s, s:o, s:s}", "number", text(rq, "%.*s", (int)number, line->name), "says", line->value,
		"clauses", clauses, "href", text(rq, "/drafts/%s/choice?finding=%.*s&clauses=%s", d->id, (int)number, line->name,
		show_escaped(rq, slice_str(ids + strspn(ids, " ")))));
}

static struct result lines_model(struct request *rq, const struct draft *d, const struct policy *under, json_t *model,
                                 struct why *why)
{
	json_t *sets = json_object_get(model, "sets"), *choices = json_object_get(model, "choices");
	for (size_t i = 0; i < d->line_count; i++) {
		if (d->lines[i].choice)
			json_array_append_new(choices, choice_line(rq, d, &d->lines[i]));
		else
			TRY(set_line(rq, d, &d->lines[i], under, sets, why));
	}
	return ok();
}

static struct result others_model(struct request *rq, const struct draft *d, json_t *list, struct why *why)
{
	const struct policy_param *params = NULL;
	size_t count = 0;
	TRY(params_of(rq, &params, &count, why));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", params[i].name, "label", params[i].title));
	(void)d;
	return ok();
}

/* ---- one draft: the check's results beside ------------------------------------------------------ */

static bool was_found(const struct findings *before, const struct finding *f)
{
	for (const struct finding *g = before->first; g; g = g->next)
		if (g->number == f->number && strcmp(g->clause, f->clause) == 0 && strcmp(g->sentence, f->sentence) == 0)
			return true;
	return false;
}

static json_t *finding_model(struct request *rq, const struct draft *d, const struct finding *f, bool fresh)
{
	static const char *const chips[][3] = {[FINDING_ERROR] = {"red", "stop", "誤り"},
	                                       [FINDING_GAP] = {"amber", "dash", "未設定・不足"},
	                                       [FINDING_NOTE] = {"gray", "q", "注記"}};
	bool answerable = d->state == DRAFT_OPEN && *f->clause && f->severity != FINDING_ERROR;
	return json_pack("{s:o, s:b, s:s, s:s, s:s, s:o, s:s}", "chip", show_chip(chips[f->severity][0], chips[f->severity][1],
		chips[f->severity][2]), "fresh", fresh, "sentence", f->sentence, "mend", f->mend ? f->mend : "", "choice",
		f->choice ? f->choice : "", "clause", show_clause(rq, f->clause), "answer",
		answerable ? text(rq, "/drafts/%s/choice?finding=%u&clauses=%s", d->id, f->number,
		                  show_escaped(rq, slice_str(f->clause))) : "");
}

/* errors and gaps, then what is new; what was there before stands folded */
static void findings_model(struct request *rq, const struct draft *d, const struct findings *found,
                           const struct findings *before, json_t *model)
{
	size_t gone = 0;
	for (const struct finding *f = found->first; f; f = f->next) {
		bool fresh = !was_found(before, f);
		json_t *list = json_object_get(model, f->severity != FINDING_NOTE || fresh ? "findings" : "notes");
		if (json_array_size(list) < FINDINGS_SHOWN)
			json_array_append_new(list, finding_model(rq, d, f, fresh));
	}
	for (const struct finding *f = before->first; f; f = f->next)
		gone += !was_found(found, f);
	json_object_set_new(model, "errors_found", json_integer((json_int_t)found->errors));
	json_object_set_new(model, "gaps_found", json_integer((json_int_t)found->gaps));
	json_object_set_new(model, "notes_found", json_integer((json_int_t)found->notes));
	json_object_set_new(model, "gone", json_integer((json_int_t)gone));
}

/* ---- one draft: the page -------------------------------------------------------------------------- */

static struct result draft_model(struct request *rq, const struct draft *d, struct arena *look, json_t *model,
                                 struct why *why)
{
	struct findings found = {0}, before = {0};
	struct policy *under = NULL;
	TRY(draft_policy(parts_of(rq)->drafts, d, look, &under, &found, why));
	TRY(policy_check(parts_of(rq)->policy, request_today(rq), look, &before, why));
	TRY(lines_model(rq, d, under, model, why));
	TRY(others_model(rq, d, json_object_get(model, "others"), why));
	findings_model(rq, d, &found, &before, model);
	return ok();
}

static json_t *draft_frame(struct request *rq, const struct draft *d, const char *wrong)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"}, {"改正案", "/drafts"}, {d->title, ""}};
	return json_pack("{s:s, s:o, s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:s, s:[], s:[], s:[], s:[], s:[]}",
		"title", d->title, "crumbs", show_crumbs(crumbs, 4), "path", text(rq, "/drafts/%s", d->id), "id", d->id, "serial",
		(json_int_t)d->serial, "basis", d->basis, "effective", day_model(d->effective), "by", show_person(rq, d->created_by),
		"created", show_time(d->created_ms), "ended", show_time(d->ended_ms), "chip", state_chip(d->state), "open",
		d->state == DRAFT_OPEN, "wrong", wrong, "sets", "choices", "others", "findings", "notes");
}

static struct result show_draft(struct request *rq, unsigned status, const char *wrong, struct why *why)
{
	AUTO(arena_drop) struct arena *look = arena_new(LOOK_ROOM);
	struct draft d;
	bool drafts = false, adopts = false;
	if (!look)
		return fail(why, E_MEMORY, "draft", "no memory");
	TRY(draft_of(rq, &d, why));
	TRY(draft_may(parts_of(rq)->drafts, rq->person.id, false, &drafts, why));
	TRY(draft_may(parts_of(rq)->drafts, rq->person.id, true, &adopts, why));
	json_t *model = draft_frame(rq, &d, wrong);
	struct result filled = draft_model(rq, &d, look, model, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	bool open = d.state == DRAFT_OPEN;
	const char *adopt = text(rq, "/drafts/%s/adopt", d.id), *discard = text(rq, "/drafts/%s/discard", d.id);
	json_object_set_new(model, "edit", json_boolean(open && drafts));
	json_object_set_new(model, "adopt", open && adopts ? form_token(rq, adopt) : json_string(""));
	json_object_set_new(model, "discard", open && drafts ? form_token(rq, discard) : json_string(""));
	json_object_set_new(model, "adopter", json_boolean(open && !adopts));
	return reply_page(rq, status, "draft", model, why);
}

struct result page_draft(struct request *rq, struct why *why)
{
	return show_draft(rq, 200, "", why);
}

/* what a room refuses is told on the draft's own page */
static struct result ended(struct request *rq, struct result done, const struct why *ours, struct why *why)
{
	if (done.code == E_CONFLICT)
		return show_draft(rq, 409, text(rq, "%s", ours->text), why);
	if (done.code != OK)
		return fail(why, ours->code, ours->place, "%s", ours->text);
	reply_redirect(rq, text(rq, "/drafts/%.*s", SLICE_ARG(rq->part[0])));
	return ok();
}

struct result post_draft_adopt(struct request *rq, struct why *why)
{
	struct why ours = {OK, "", ""};
	return ended(rq, draft_adopt(parts_of(rq)->drafts, rq->person.id, text(rq, "%.*s", SLICE_ARG(rq->part[0])), &ours),
	             &ours, why);
}

struct result post_draft_discard(struct request *rq, struct why *why)
{
	struct why ours = {OK, "", ""};
	return ended(rq, draft_discard(parts_of(rq)->drafts, rq->person.id, text(rq, "%.*s", SLICE_ARG(rq->part[0])), &ours),
	             &ours, why);
}

/* ---- a period's acts under the draft --------------------------------------------------------------- */

static json_t *difference_model(struct request *rq, const struct replay_difference *x)
{
	char day[48];
	day_short(x->act.day, day);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "reference", x->act.reference, "day", day, "person",
		x->act.person, "act", policy_label(parts_of(rq)->policy, NULL, x->act.act), "before", verdict_japanese(x->before),
		"after", verdict_japanese(x->after), "before_clause", show_clause(rq, x->before_clause), "after_clause",
		show_clause(rq, x->after_clause), "unknown", x->unknown);
}

static json_t *tally_model(struct request *rq, const struct replay_tally *t)
{
	return json_pack("{s:s, s:b, s:s, s:s, s:I}", "word", t->person ? t->word : policy_label(parts_of(rq)->policy, NULL,
		t->word), "person", t->person, "before", verdict_japanese(t->before), "after", verdict_japanese(t->after), "times",
		(json_int_t)t->count);
}

static struct result replay(struct request *rq, const struct draft *d, day_t from, day_t to, json_t *model,
                            struct why *why)
{
	AUTO(arena_drop) struct arena *look = arena_new(LOOK_ROOM * 2);
	struct web_parts *parts = parts_of(rq);
	struct recorded_acts acts;
	struct replay_source source;
	struct replay_report report = {0};
	struct policy *under = NULL;
	if (!look)
		return fail(why, E_MEMORY, "draft", "no memory");
	TRY(draft_policy(parts->drafts, d, look, &under, NULL, why));
	TRY(recorded_acts_open(parts->ledger, parts->proceedings, parts->crossings, parts->office, &acts, &source, why));
	TRY(policy_replay(parts->policy, under, &source, from, to, look, &report, why));
	json_object_set_new(model, "asked", json_true());
	json_object_set_new(model, "acts", json_integer((json_int_t)report.acts));
	json_object_set_new(model, "different", json_integer((json_int_t)report.different));
	for (const struct replay_tally *t = report.tallies; t; t = t->next)
		json_array_append_new(json_object_get(model, "tallies"), tally_model(rq, t));
	json_t *list = json_object_get(model, "differences");
	for (const struct replay_difference *x = report.differences; x && json_array_size(list) < DIFFERENCES_SHOWN; x = x->next)
		json_array_append_new(list, difference_model(rq, x));
	return ok();
}

/* the period asked for; without one the year that ends today */
static bool period_of(struct request *rq, day_t *from, day_t *to)
{
	*to = request_today(rq);
	*from = *to - 365;
	struct slice first = slice_str(asked(rq, "from")), last = slice_str(asked(rq, "to"));
	return (!first.len || day_parse(first, from, NULL).code == OK) && (!last.len || day_parse(last, to, NULL).code == OK) &&
	       *from <= *to;
}

struct result page_draft_replay(struct request *rq, struct why *why)
{
	struct draft d;
	day_t from = 0, to = 0;
	char first[11], last[11];
	TRY(draft_of(rq, &d, why));
	bool good = period_of(rq, &from, &to);
	day_iso(from, first);
	day_iso(to, last);
	const char *const crumbs[][2] = {{"条文・証明", "/clauses"}, {"改正案", "/drafts"}, {d.title, text(rq, "/drafts/%s", d.id)},
		{"記録に当てはめる", ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:[], s:[]}", "title", "記録に当てはめる",
		"crumbs", show_crumbs(crumbs, 4), "path", text(rq, "/drafts/%s/replay", d.id), "name", d.title, "from",
		good ? first : asked(rq, "from"), "to", good ? last : asked(rq, "to"), "wrong", good ? "" :
		"「期間」を読めません。どの記録に当てはめるかが決まりません。はじめの日を終わりの日より前にし、2026-04-01 のように書いてください。",
		"asked", false, "acts", 0, "different", 0, "tallies", "differences");
	struct result done = good ? replay(rq, &d, from, to, model, why) : ok();
	if (done.code != OK) {
		json_decref(model);
		return done;
	}
	return reply_page(rq, good ? 200 : 400, "draft_replay", model, why);
}
