/* Obligations as people read them: what, about what, until when, whose. */
#include "web/pages_duty.h"

enum { DAY_MS = 86400000 };

const char *duty_path(struct request *rq, const char *id)
{
	return text(rq, "/duties/%s", show_escaped(rq, slice_str(id)));
}

/* What it is about, by the name that people know. */
const char *duty_object_name(struct request *rq, const struct obligation *o)
{
	struct register_row row;
	if (!*o->object)
		return "";
	if (strcmp(o->object, "*") == 0)
		return "担当するものすべて";
	if (parts_of(rq)->registers && register_get(parts_of(rq)->registers, o->object, rq->arena, &row, NULL).code == OK)
		return row.name;
	struct application a;
	if (!*o->kind && strlen(o->object) == 26 && parts_of(rq)->proceedings &&
	    application_get(parts_of(rq)->proceedings, o->object, rq->arena, &a, NULL).code == OK)
		return text(rq, "申請 %s", a.number);
	json_t *named = strcmp(o->kind, "section") == 0 ? show_section(rq, o->object)
	                : strcmp(o->kind, "person") == 0 ? show_person(rq, o->object) : json_string("");
	const char *name = text(rq, "%s", json_string_value(named) ? json_string_value(named) : "");
	json_decref(named);
	return name;
}

const char *duty_label(struct request *rq, const struct obligation *o)
{
	const struct policy_duty *duty = duty_statement(parts_of(rq)->duties, o->duty);
	const char *label = duty ? duty->label : policy_label(parts_of(rq)->policy, NULL, o->task);
	return duty && duty->document && strcmp(o->trigger, "document") == 0 ? text(rq, "文書「%s」を整える", label)
	       : duty && duty->document ? text(rq, "文書「%s」の見直し", label) : label;
}

const char *duty_title(struct request *rq, const struct obligation *o)
{
	const char *about = duty_object_name(rq, o);
	if (strcmp(o->trigger, "drill") == 0)
		return text(rq, "【訓練】%s（%s）", duty_label(rq, o), about);
	return *about ? text(rq, "%s（%s）", duty_label(rq, o), about) : duty_label(rq, o);
}

bool duty_late_now(const struct obligation *o)
{
	return o->state == DUTY_OVERDUE || (o->state == DUTY_QUESTION && o->escalations);
}

/* 今日まで, あと5日, 期限を3日過ぎています */
const char *duty_left(struct request *rq, const struct obligation *o)
{
	static const char *const none[] = {"", "期限の定めなし", "期限の値が未設定"};
	int64_t days = (int64_t)day_of_ms(o->due_ms) - request_today(rq);
	bool settled = o->state == DUTY_DONE || o->state == DUTY_NOT_NEEDED || o->state == DUTY_WITHDRAWN;
	if (settled)
		return "";
	if (o->clock != DUTY_CLOCK_DUE)
		return none[o->clock];
	if (days < 0 || duty_late_now(o))
		return days < 0 ? text(rq, "期限を%lld日過ぎています", (long long)-days) : "期限を過ぎています";
	return days ? text(rq, "あと%lld日", (long long)days) : "今日まで";
}

const char *duty_when(struct request *rq, const struct obligation *o)
{
	char when[48];
	if (!o->due_ms)
		return "期限なし";
	if (ms_of_day(day_of_ms(o->due_ms) + 1) - 1 == o->due_ms)
		day_long(day_of_ms(o->due_ms), when);
	else
		ms_short(o->due_ms, when);
	return text(rq, "%s", when);
}

static json_t *state_chip(const struct obligation *o)
{
	static const char *const looks[DUTY_STATES][2] = {
		[DUTY_NONE] = {"", ""},          [DUTY_OPEN] = {"yellow", "hold"},   [DUTY_QUESTION] = {"yellow", "bang"},
		[DUTY_ADVICE] = {"grey", "dash"},     [DUTY_OVERDUE] = {"red", "clock"},   [DUTY_DONE] = {"green", "check"},
		[DUTY_NOT_NEEDED] = {"green", "check"}, [DUTY_WITHDRAWN] = {"grey", "slash"},
	};
	enum duty_state state = duty_late_now(o) ? DUTY_OVERDUE : o->state;
	return show_chip(looks[state][0], looks[state][1], duty_state_japanese(state));
}

/* Who may settle it: the posts that owe it, or the person. */
const char *duty_owner(struct request *rq, const struct obligation *o)
{
	AUTO(buffer_done) struct buffer out = {0};
	buffer_init(&out, 2000);
	for (size_t i = 0; i < o->owed_count; i++) {
		const struct duty_seat *seat = &o->owed[i];
		json_t *named = *seat->person ? show_person(rq, seat->person) : show_post(rq, seat->post, seat->scope);
		buffer_put_str(&out, i ? " 又は " : "");
		buffer_put_str(&out, json_string_value(named) ? json_string_value(named) : "");
		json_decref(named);
	}
	return text(rq, "%s", buffer_cstr(&out));
}

json_t *show_duty(struct request *rq, const struct obligation *o)
{
	const struct policy_clause *clause = policy_clause(parts_of(rq)->policy, o->clause);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:s, s:s, s:s, s:s}", "id", o->id, "href",
	                 duty_path(rq, o->id), "title", duty_title(rq, o), "when", duty_when(rq, o), "left",
	                 duty_left(rq, o), "chip", state_chip(o), "late", duty_late_now(o), "who", duty_owner(rq, o), "cite",
	                 clause ? clause->cite : o->clause, "clause_href", clause_path(rq, o->clause), "clause_says",
	                 clause ? clause->says : "");
}
