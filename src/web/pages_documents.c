/* 定める文書: every document that a clause wants, who owns it, whether it is there, and when
 * it is to be looked at again.                                                  */
#include "web/pages_review.h"

#include "base/calendar.h"
#include "policy/duty.h"
#include "web/pages.h"
#include "web/pages_duty.h"

enum { OBLIGATIONS = 100 };

/* What the office's obligations and its register say of one document. */
struct standing {
	int64_t settled_ms, due_ms;  /* last confirmed; the nearest day that is still open */
	bool late, unset, ever, owed;
	const char *settled_by, *obligation;
	struct register_row row;     /* id NULL: not in the register */
};

static struct result look(struct request *rq, const struct policy_duty *duty, struct standing *s, struct why *why)
{
	struct obligation *list;
	size_t count = 0;
	char id[27];
	int found = 0;
	*s = (struct standing){.settled_by = "", .obligation = ""};
	const struct duty_query query = {.duty = duty->id, .limit = OBLIGATIONS};
	if (parts_of(rq)->duties)
		TRY(duty_list(parts_of(rq)->duties, &query, rq->arena, &list, &count, NULL, why));
	for (size_t i = 0; i < count; i++) {
		const struct obligation *o = &list[i];
		bool open = o->state == DUTY_OPEN || o->state == DUTY_QUESTION || o->state == DUTY_OVERDUE;
		if (o->state == DUTY_DONE && o->closed_ms > s->settled_ms) {
			s->settled_ms = o->closed_ms;
			s->settled_by = o->closed_by;
			s->ever = true;
		}
		s->late |= o->state == DUTY_OVERDUE;
		s->unset |= open && o->clock == DUTY_CLOCK_UNSET;
		s->owed |= open;
		if (open && (!s->due_ms || (o->due_ms && o->due_ms < s->due_ms))) {
			s->due_ms = o->due_ms;
			s->obligation = o->id;
		}
	}
	TRY(register_find(parts_of(rq)->registers, "policy_document", 0, duty->label, "", id, &found, why));
	return found ? register_brief(parts_of(rq)->registers, id, rq->arena, &s->row, why) : ok();
}

static json_t *state_of(const struct standing *s)
{
	bool there = s->ever || s->row.id;
	if (!there)
		return s->late ? show_chip("red", "bang", "まだない（期限超過）") : show_chip("red", "bang", "まだない");
	if (s->late)
		return show_chip("red", "clock", "見直しの期限超過");
	return s->owed ? show_chip("amber", "hold", "見直しを待つ") : show_chip("green", "check", "定めた");
}

static const char *interval_of(struct request *rq, const struct policy_duty *duty)
{
	const char *all = "";
	for (size_t i = 0; i < duty->trigger_count; i++) {
		AUTO(buffer_done) struct buffer span = {0};
		buffer_init(&span, 200);
		if (duty->triggers[i].kind == DUTY_EACH)
			duty_span_text(&duty->triggers[i].each, &span);
		const char *one = duty->triggers[i].kind == DUTY_EACH ? text(rq, "%sごと", buffer_cstr(&span))
		                  : duty->triggers[i].kind == DUTY_ON ? text(rq, "%sのとき", duty->triggers[i].event_label) : "";
		if (*one)
			all = text(rq, "%s%s%s", all, *all ? "、" : "", one);
	}
	return *all ? all : "定めなし";
}

static const char *said_day(struct request *rq, int64_t ms)
{
	char day[48];
	if (!ms)
		return "";
	day_long(day_of_ms(ms), day);
	return text(rq, "%s", day);
}

static struct result add(struct request *rq, const struct policy_duty *duty, json_t *list, size_t *missing, size_t *late,
                         struct why *why)
{
	struct standing s;
	struct policy_act act;
	TRY(look(rq, duty, &s, why));
	bool there = s.ever || s.row.id;
	const char *adopt = text(rq, "%s.%s", duty->task, there ? "change" : "adopt");
	*missing += !there;
	*late += s.late;
	json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "label", duty->label, "by",
		duty->by, "chip", state_of(&s), "cite", duty->cite, "clause", clause_path(rq, duty->clause->id), "review",
		interval_of(rq, duty), "settled", said_day(rq, s.settled_ms), "due", s.unset ? "間隔が未設定" : said_day(rq, s.due_ms), "row",
		s.row.id ? row_path(rq, &s.row) : "", "version", s.row.id ? text(rq, "第%lld版", (long long)s.row.version) : "", "duty",
		*s.obligation ? duty_path(rq, s.obligation) : "", "record", policy_act_find(parts_of(rq)->policy, adopt, &act)
		? text(rq, "/record?act=%s", adopt) : ""));
	return ok();
}

struct result page_documents(struct request *rq, struct why *why)
{
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"義務", "/duties"}, {"定める文書", ""}};
	struct policy_duty *duties;
	size_t count, missing = 0, late = 0;
	rq->menu = "duties";
	TRY(policy_duties(parts_of(rq)->policy, parts_of(rq)->policy_name, request_today(rq), rq->arena, &duties, &count, why));
	json_t *list = json_array();
	struct result done = ok();
	for (size_t i = 0; i < count && done.code == OK; i++)
		if (duties[i].document)
			done = add(rq, &duties[i], list, &missing, &late, why);
	if (done.code != OK) {
		json_decref(list);
		return done;
	}
	return reply_page(rq, 200, "documents", json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "title", "定める文書", "crumbs",
		show_crumbs(crumbs, 3), "total", text(rq, "%zu", json_array_size(list)), "missing", missing ? text(rq, "%zu", missing) : "0",
		"late", text(rq, "%zu", late), "list", list), why);
}
