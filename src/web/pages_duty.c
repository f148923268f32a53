/* 義務: what is owed, by whom, until when; one of them, and how it is settled. */
#include "web/pages_duty.h"
#include "web/desk_pages.h"
#include "web/private.h"

#include "base/number.h"

#include <stdlib.h>

enum { PAGE = 50, HOME_SHOWN = 12, SOON_DAYS = 31, HOME_READ = 2000 };

/* ---- home ------------------------------------------------------------------------ */

/* because something happened, in earnest or in a drill */
static bool is_on(const struct obligation *o)
{
	return strcmp(o->trigger, "on") == 0 || strcmp(o->trigger, "drill") == 0;
}

static bool no_time_to_wait(struct request *rq, const struct obligation *o)
{
	if (o->state == DUTY_ADVICE)
		return false;
	if (duty_late_now(o) || o->state == DUTY_QUESTION || is_on(o))
		return true;
	return o->due_ms && day_of_ms(o->due_ms) <= request_today(rq) + SOON_DAYS;
}

static json_t *todo(struct request *rq, const struct obligation *o)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "when", duty_when(rq, o), "since", duty_left(rq, o), "title",
	                 duty_title(rq, o), "href", duty_path(rq, o->id), "who", "", "says",
	                 text(rq, "根拠: %s", policy_clause_cite(parts_of(rq)->policy, o->clause)), "verb",
	                 o->state == DUTY_QUESTION ? "当たるか答える" : "記録する");
}

struct result home_duties(struct request *rq, json_t *list, size_t *later, struct why *why)
{
	struct obligation *found;
	size_t count = 0, shown = 0;
	struct duty_query mine = {.person = rq->person.id, .unsettled = true, .escalated_to = true, .limit = HOME_READ};
	*later = 0;
	if (!parts_of(rq)->duties)
		return ok();
	TRY(duty_list(parts_of(rq)->duties, &mine, rq->arena, &found, &count, NULL, why));
	for (size_t i = 0; i < count; i++) {
		if (shown < HOME_SHOWN && no_time_to_wait(rq, &found[i])) {
			json_array_append_new(list, todo(rq, &found[i]));
			shown++;
		} else {
			++*later;
		}
	}
	return ok();
}

/* ---- the list ----------------------------------------------------------------------- */

static const struct {
	const char *word, *label;
} whose[] = {{"mine", "自分"}, {"section", "自分の課"}, {"all", "市全体"}};

static const struct {
	const char *word, *label;
	enum duty_state state;
	bool unsettled;
} kinds[] = {
	{"", "済んでいないもの", DUTY_NONE, true},      {"overdue", "期限超過", DUTY_OVERDUE, false},
	{"question", "要確認", DUTY_QUESTION, false}, {"done", "完了", DUTY_DONE, false},
	{"not_needed", "該当なし", DUTY_NOT_NEEDED, false}, {"any", "すべて", DUTY_NONE, false},
};

static json_t *choices(struct request *rq, const char *of, const char *state, bool operator)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof whose / sizeof *whose; i++)
		if (operator || strcmp(whose[i].word, "all") != 0)
			json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "href",
				text(rq, "/duties?of=%s&state=%s", whose[i].word, state), "label", whose[i].label, "current",
				strcmp(whose[i].word, of) == 0));
	return list;
}

static json_t *state_choices(const char *chosen)
{
	json_t *list = json_array();
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "word", kinds[i].word, "label", kinds[i].label, "chosen",
		                                      strcmp(kinds[i].word, chosen) == 0));
	return list;
}

static size_t listed_kind(const char *word)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return i;
	return 0;
}

/* Whose: what the person may see; the office's only to those who run the IT. */
static const char *set_whose(struct request *rq, const char *of, bool operator, struct duty_query *query)
{
	if (strcmp(of, "all") == 0 && operator) {
		const char *section = asked(rq, "section");
		query->section = *section ? section : NULL;
		return "all";
	}
	if (strcmp(of, "section") == 0) {
		query->section = rq->person.section;
		return "section";
	}
	query->person = rq->person.id;
	query->escalated_to = true;
	return "mine";
}

static json_t *pager(struct request *rq, const char *of, const char *state, size_t skip, size_t count, size_t total)
{
	const char *section = asked(rq, "section"), *clause = asked(rq, "clause");
	const char *rest = text(rq, "%s%s%s%s", *section ? "&section=" : "", show_escaped(rq, slice_str(section)),
	                        *clause ? "&clause=" : "", show_escaped(rq, slice_str(clause)));
	return json_pack("{s:s, s:s, s:s}", "before",
	                 skip ? text(rq, "/duties?of=%s&state=%s&skip=%zu%s", of, state, skip < PAGE ? 0 : skip - PAGE, rest) : "",
	                 "after", skip + count < total ? text(rq, "/duties?of=%s&state=%s&skip=%zu%s", of, state, skip + PAGE, rest)
	                                               : "", "where",
	                 text(rq, "%zu件のうち%zu〜%zu件目", total, count ? skip + 1 : 0, skip + count));
}

struct result page_duties(struct request *rq, struct why *why)
{
	struct obligation *found;
	size_t count = 0, total = 0, kind = listed_kind(asked(rq, "state"));
	uint64_t skip = 0;
	bool operator;
	TRY(is_operator(rq, &operator, why));
	(void)number_parse_u64(slice_str(asked(rq, "skip")), &skip);
	struct duty_query query = {.state = kinds[kind].state, .unsettled = kinds[kind].unsettled, .limit = PAGE,
	                           .skip = skip < 1000000 ? (size_t)skip : 0, .clause = asked(rq, "clause")};
	const char *of = set_whose(rq, asked(rq, "of"), operator, &query);
	TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &found, &count, &total, why));
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, show_duty(rq, &found[i]));
	rq->menu = "duties";
	return reply_page(rq, 200, "duties",
	                  json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:s, s:i}", "title", "義務", "list", list, "whose",
	                            choices(rq, of, kinds[kind].word, operator), "states", state_choices(kinds[kind].word),
	                            "of", of, "pager", pager(rq, of, kinds[kind].word, query.skip, count, total), "clause",
	                            asked(rq, "clause"), "total", (int)total),
	                  why);
}

/* ---- one ---------------------------------------------------------------------------- */

static bool among(const char *person, const struct holder *holders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(holders[i].person, person) == 0)
			return true;
	return false;
}

/* Theirs: who owes it, who stands above, their section, and those who run the IT. */
struct result duty_look(struct request *rq, const char *id, struct duty_seen *out, struct why *why)
{
	struct holder *holders;
	size_t count;
	struct duties *d = parts_of(rq)->duties;
	TRY(duty_get(d, id, rq->arena, &out->o, why));
	TRY(duty_holders(d, &out->o, rq->arena, &holders, &count, why));
	out->owes = among(rq->person.id, holders, count);
	TRY(duty_upwards(d, &out->o, rq->arena, &holders, &count, why));
	out->above = among(rq->person.id, holders, count);
	TRY(is_operator(rq, &out->operator, why));
	bool ours = *out->o.section && strcmp(out->o.section, rq->person.section) == 0;
	return out->owes || out->above || out->operator || ours ? ok() : not_theirs(rq, "duty", why);
}

static json_t *people(struct request *rq, const struct holder *holders, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:o, s:s}", "who", show_person(rq, holders[i].person), "mark",
			strcmp(holders[i].as, "substitute") == 0 ? "代" : strcmp(holders[i].as, "delegate") == 0 ? "専決" : ""));
	return list;
}

/* Why it is due: what happened, or which period it is. */
static const char *because(struct request *rq, const struct obligation *o, const struct policy_duty *duty)
{
	char day[48], when[48];
	AUTO(buffer_done) struct buffer span = {0};
	buffer_init(&span, 400);
	ms_short(o->opened_ms, when);
	if (is_on(o))
		return text(rq, "「%s」が %s に記録されたため。", policy_label(parts_of(rq)->policy, NULL, o->event), when);
	if (strcmp(o->trigger, "document") == 0)
		return "この文書を整えることが定められているため。台帳「規程文書の台帳」に同じ名前で登録すると、完了になります。";
	if (strcmp(o->trigger, "on-call") == 0)
		return text(rq, "%s に、随時の義務として行われたもの。", when);
	day_long(o->period, day);
	for (size_t i = 0; duty && i < duty->trigger_count; i++)
		if (duty->triggers[i].kind == DUTY_EACH)
			duty_span_text(&duty->triggers[i].each, &span);
	if (strcmp(o->trigger, "always") == 0)
		return text(rq, "つねに守ることのため、年度に一度、守られていることを確かめます（%s からの年度）。", day);
	return text(rq, "%sごとに行うことのため（%s からの期間の分）。", buffer_cstr(&span), day);
}

static const char *asks_for(struct request *rq, const struct obligation *o, const struct policy_duty *duty)
{
	if (duty && *duty->using_label)
		return text(rq, "「%s」に沿って行い、その記録（台帳の行、記録簿、事案の番号）か、行ったことを書いてください。",
		            duty->using_label);
	if (strcmp(o->trigger, "always") == 0)
		return "守られていることを確かめた日、確かめた方法と結果を書いてください。自己点検の記録があれば、その番号も書いてください。";
	return "台帳の行、記録簿の行、事案や申請の番号が証拠になります。ないときは、いつ、誰が、何をしたかを書いてください。";
}

static json_t *evidence_list(struct request *rq, const struct obligation *o, bool operator)
{
	json_t *list = json_array();
	for (size_t i = 0; i < o->evidence_count; i++) {
		const char *id = o->evidence[i];
		struct register_row row;
		bool entry = strncmp(id, "entry:", 6) == 0;
		const char *name = entry ? text(rq, "記録 #%s", id + 6) : id;
		if (!entry && register_get(parts_of(rq)->registers, id, rq->arena, &row, NULL).code == OK)
			name = row.name;
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", name, "href",
		                                      entry && operator ? text(rq, "/ledger/%s", id + 6) : ""));
	}
	return list;
}

static bool settled(const struct obligation *o)
{
	return o->state == DUTY_DONE || o->state == DUTY_NOT_NEEDED || o->state == DUTY_WITHDRAWN;
}

/* A move of an application's way is made on its page; telling that it was made is not it. */
static bool is_done_there(struct request *rq, const struct obligation *o)
{
	struct policy_act act;
	struct application_urgent u;
	return *o->object && application_urgent_of(parts_of(rq)->proceedings, o->object, rq->arena, &u, NULL).code == OK &&
	       policy_act_find(parts_of(rq)->policy, o->task, &act) && *act.to;
}

static struct result duty_model(struct request *rq, const struct duty_seen *s, json_t **out, struct why *why)
{
	struct duties *d = parts_of(rq)->duties;
	const struct obligation *o = &s->o;
	const struct policy_duty *duty = duty_statement(d, o->duty);
	struct holder *holders, *above;
	size_t count, above_count;
	TRY(duty_holders(d, o, rq->arena, &holders, &count, why));
	TRY(duty_upwards(d, o, rq->arena, &above, &above_count, why));
	json_t *model = show_duty(rq, o);
	json_object_update_new(model, json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:s}", "because",
		because(rq, o, duty), "asks", asks_for(rq, o, duty), "holders", people(rq, holders, count), "upwards",
		people(rq, above, above_count), "with", duty ? duty->with : "", "to", duty ? duty->to : "", "condition",
		duty ? duty->when : "", "evidence", evidence_list(rq, o, s->operator), "closed", show_time(o->closed_ms), "note",
		o->note, "as_needed", duty && duty->strength == DUTY_AS_NEEDED ? "必要に応じて行うこと" : duty && duty->strength == DUTY_SHOULD
		? "努めること" : ""));
	bool there = is_done_there(rq, o);
	json_object_set_new(model, "there", json_boolean(there && s->owes && !settled(o)));
	json_object_set_new(model, "about", there ? show_row_link(rq, o->object) : json_false());
	json_object_update_new(model, json_pack("{s:b, s:b, s:b, s:b, s:b, s:o, s:i}", "hole", count == 0 && !settled(o), "open",
		!settled(o), "can", s->owes && !settled(o) && !there, "question", o->state == DUTY_QUESTION, "deny",
		s->owes && !settled(o) && (o->state == DUTY_QUESTION || o->strength != DUTY_MUST), "closer",
		*o->closed_by ? show_person(rq, o->closed_by) : json_string(""), "escalations", (int)o->escalations));
	json_object_set_new(model, "undo", json_boolean(s->operator && (o->state == DUTY_DONE || o->state == DUTY_NOT_NEEDED)));
	json_object_set_new(model, "withdraw", json_boolean(s->operator && !settled(o)));
	*out = model;
	return ok();
}

static struct result show_one(struct request *rq, unsigned status, const char *field, const char *wrong, struct why *why)
{
	struct duty_seen s = {.owes = false};
	json_t *model = NULL;
	TRY(duty_look(rq, text(rq, "%.*s", SLICE_ARG(rq->part[0])), &s, why));
	TRY(duty_model(rq, &s, &model, why));
	const char *path = duty_path(rq, s.o.id);
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"義務", "/duties"}, {duty_label(rq, &s.o), ""}};
	json_object_update_new(model, json_pack("{s:s, s:o, s:o, s:s, s:s, s:s, s:s}", "path", path, "form", form_token(rq, path),
		"crumbs", show_crumbs(crumbs, 3), "typed_note", posted(rq, "note"), "typed_evidence", posted(rq, "evidence"),
		"wrong_note", strcmp(field, "note") == 0 ? wrong : "", "wrong_evidence", strcmp(field, "evidence") == 0 ? wrong : ""));
	if (*wrong)
		json_object_update_new(model, show_errors(field, wrong));
	rq->menu = "duties";
	return reply_page(rq, status, "duty", model, why);
}

struct result page_duty(struct request *rq, struct why *why)
{
	return show_one(rq, 200, "", "", why);
}

/* What was typed, one thing a word. */
static size_t evidence_typed(struct request *rq, const char **out)
{
	const char *typed = posted(rq, "evidence");
	size_t count = 0;
	while (*typed && count <= DUTY_EVIDENCE) {
		size_t skip = strspn(typed, " \t\r\n,"), len = strcspn(typed + skip, " \t\r\n,");
		if (len)
			out[count++] = text(rq, "%.*s", (int)len, typed + skip);
		typed += skip + len;
	}
	return count;
}

static struct result settle(struct request *rq, const struct duty_seen *s, const char *act, struct why *why)
{
	const char *evidence[DUTY_EVIDENCE + 1];
	struct duty_answer answer = {.person = rq->person.id, .note = posted(rq, "note"), .evidence = evidence,
	                             .evidence_count = evidence_typed(rq, evidence)};
	static const struct {
		const char *act;
		struct result (*settle)(struct duties *d, const char *id, const struct duty_answer *answer, struct why *why);
	} acts[] = {{"done", duty_done}, {"not_needed", duty_not_needed}, {"applies", duty_applies}};
	struct duties *d = parts_of(rq)->duties;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (strcmp(acts[i].act, act) == 0)
			return acts[i].settle(d, s->o.id, &answer, why);
	if (strcmp(act, "undo") == 0 && s->operator)
		return duty_undo(d, s->o.id, rq->person.id, posted(rq, "note"), why);
	if (strcmp(act, "withdraw") == 0 && s->operator)
		return duty_withdraw(d, s->o.id, rq->person.id, posted(rq, "note"), why);
	return fail(why, E_DENIED, "duty", "その操作はできません。");
}

struct result post_duty(struct request *rq, struct why *why)
{
	struct duty_seen s = {.owes = false};
	struct why ours = {OK, "", ""};
	TRY(duty_look(rq, text(rq, "%.*s", SLICE_ARG(rq->part[0])), &s, why));
	struct result done = settle(rq, &s, posted(rq, "act"), &ours);
	if (done.code == E_INPUT)
		return show_one(rq, 400, ours.place, text(rq, "%s", ours.text), why);
	if (done.code != OK)
		return fail(why, done.code, ours.place, "%s", ours.text);
	reply_redirect(rq, duty_path(rq, s.o.id));
	return ok();
}
