/* Each act twice: as it was, and as it would have been. */
#include "policy/replay.h"

enum { ACT_ROOM = 8 << 20 };

struct replaying {
	const struct policy *now, *draft;
	const struct replay_source *source;
	struct arena *arena;
	struct replay_report *report;
	struct replay_difference **next;
};

/* the first clause that made the verdict what it is */
static const struct spoken *decisive(const struct decision *d)
{
	for (size_t i = 0; i < d->spoken_count; i++) {
		enum effect e = d->spoken[i].effect;
		if ((d->verdict == REFUSE && e == EFFECT_REFUSE) ||
		    (d->verdict == HOLD && (e == EFFECT_HOLD || e == EFFECT_MAYBE)) ||
		    (d->verdict == PASS && e == EFFECT_OPEN))
			return &d->spoken[i];
	}
	return d->spoken_count && !d->by_default ? &d->spoken[0] : NULL;
}

static day_t draft_day(const struct policy *draft, day_t day)
{
	day_t first = INT32_MAX;
	for (size_t i = 0; i < policy_edition_count(draft); i++) {
		const struct policy_edition *e = policy_edition_at(draft, i);
		first = e->effective < first ? e->effective : first;
	}
	return first != INT32_MAX && day < first ? first : day;
}

static struct result ask(struct replaying *r, const struct policy *policy, const struct replay_act *act,
                         day_t day, struct arena *own, const struct decision **out, struct why *why)
{
	struct policy_question question = {0};
	TRY(r->source->question(r->source->state, policy, day, own, &question, why));
	if (act->exception_to)
		return policy_decide_exception(policy, &question, act->exception_to, own, out, why);
	return policy_decide(policy, &question, own, out, why);
}

static struct result keep(struct replaying *r, const char *text, const char **out, struct why *why)
{
	*out = arena_string(r->arena, slice_str(text ? text : ""));
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory for the report");
}

static struct result keep_clause(struct replaying *r, const struct decision *d, const char **id,
                                 const char **cite, struct why *why)
{
	const struct spoken *s = d ? decisive(d) : NULL;
	TRY(keep(r, s ? s->clause->id : "", id, why));
	return keep(r, s ? s->cite : "", cite, why);
}

static struct result add_difference(struct replaying *r, const struct replay_act *act,
                                    const struct decision *before, const struct decision *after,
                                    const char *unknown, struct why *why)
{
	struct replay_difference *d = ARENA_NEW(r->arena, struct replay_difference);
	if (!d)
		return fail(why, E_MEMORY, "", "no memory for the report");
	d->before = before->verdict;
	d->after = after ? after->verdict : HOLD;
	d->act.day = act->day;
	TRY(keep(r, act->reference, &d->act.reference, why));
	TRY(keep(r, act->person, &d->act.person, why));
	TRY(keep(r, act->section, &d->act.section, why));
	TRY(keep(r, act->act, &d->act.act, why));
	TRY(keep(r, unknown, &d->unknown, why));
	TRY(keep_clause(r, before, &d->before_clause, &d->before_cite, why));
	TRY(keep_clause(r, after, &d->after_clause, &d->after_cite, why));
	*r->next = d;
	r->next = &d->next;
	r->report->different++;
	return ok();
}

static struct result replay_one(struct replaying *r, const struct replay_act *act, struct arena *own,
                                struct why *why)
{
	const struct decision *before = NULL, *after = NULL;
	struct why unknown = {0};
	r->report->acts++;
	TRY(ask(r, r->now, act, act->day, own, &before, why));
	struct result asked = ask(r, r->draft, act, draft_day(r->draft, act->day), own, &after, &unknown);
	if (asked.code != OK && asked.code != E_INPUT && asked.code != E_ABSENT)
		return fail(why, asked.code, unknown.place, "%s", unknown.text);
	if (asked.code == OK && before->verdict == after->verdict) {
		r->report->same++;
		return ok();
	}
	return add_difference(r, act, before, asked.code == OK ? after : NULL,
	                      asked.code == OK ? "" : unknown.text[0] ? unknown.text : unknown.place, why);
}

/* ---- how often ------------------------------------------------------------------- */

static int tally_order(const struct replay_tally *a, bool person, const char *word, enum verdict before,
                       enum verdict after)
{
	if (a->person != person)
		return a->person ? 1 : -1;
	int order = strcmp(a->word, word);
	if (order == 0)
		order = (int)a->before * 3 + (int)a->after - ((int)before * 3 + (int)after);
	return order;
}

static struct result count_one(struct replaying *r, bool person, const char *word,
                               const struct replay_difference *d, struct why *why)
{
	struct replay_tally **at = &r->report->tallies;
	int order = -1;
	while (*at && (order = tally_order(*at, person, word, d->before, d->after)) < 0)
		at = &(*at)->next;
	if (!*at || order != 0) {
		struct replay_tally *t = ARENA_NEW(r->arena, struct replay_tally);
		if (!t)
			return fail(why, E_MEMORY, "", "no memory for the report");
		*t = (struct replay_tally){word, person, d->before, d->after, 0, *at};
		*at = t;
	}
	(*at)->count++;
	return ok();
}

struct result policy_replay(const struct policy *now, const struct policy *draft,
                            const struct replay_source *source, day_t from, day_t to,
                            struct arena *arena, struct replay_report *out, struct why *why)
{
	AUTO(arena_drop) struct arena *own = arena_new(ACT_ROOM);
	struct replaying r = {now, draft, source, arena, out, &out->differences};
	bool more = true;
	*out = (struct replay_report){0};
	if (!own)
		return fail(why, E_MEMORY, "", "no memory for the acts");
	if (!policy_sound(draft))
		return fail(why, E_INPUT, "draft", "案に誤りがあるため、判断し直せません。policy check で確かめてください。");
	for (;;) {
		struct replay_act act = {0};
		arena_reset(own);
		TRY(source->next(source->state, own, &act, &more, why));
		if (!more)
			break;
		if (act.day >= from && act.day <= to)
			TRY(replay_one(&r, &act, own, why));
	}
	for (const struct replay_difference *d = out->differences; d; d = d->next) {
		TRY(count_one(&r, false, d->act.act, d, why));
		TRY(count_one(&r, true, d->act.person, d, why));
	}
	return ok();
}

/* ---- showing -------------------------------------------------------------------------- */

static void put_difference(const struct policy *now, const struct replay_difference *d, struct buffer *out)
{
	char day[48];
	day_short(d->act.day, day);
	buffer_printf(out, "  %s %s %s「%s」 %s → ", day, d->act.reference, d->act.person,
	              policy_label(now, NULL, d->act.act), verdict_japanese(d->before));
	if (d->unknown[0])
		buffer_printf(out, "判断できません（%s）\n", d->unknown);
	else
		buffer_printf(out, "%s\n", verdict_japanese(d->after));
	buffer_printf(out, "      今: %s\n", d->before_cite[0] ? d->before_cite : "行為の原則");
	if (!d->unknown[0])
		buffer_printf(out, "      案: %s\n", d->after_cite[0] ? d->after_cite : "行為の原則");
}

void replay_text(const struct policy *now, const struct replay_report *report, struct buffer *out)
{
	buffer_printf(out, "%zu件を判断し直しました。変わらないもの %zu件、変わるもの %zu件\n", report->acts,
	              report->same, report->different);
	for (const struct replay_difference *d = report->differences; d; d = d->next)
		put_difference(now, d, out);
	for (int person = 0; person < 2; person++) {
		bool any = false;
		for (const struct replay_tally *t = report->tallies; t; t = t->next) {
			if (t->person != (person != 0))
				continue;
			buffer_put_str(out, any ? "" : person ? "人ごと:\n" : "行為ごと:\n");
			any = true;
			buffer_printf(out, "  %s %s → %s %zu件\n", person ? t->word : policy_label(now, NULL, t->word),
			              verdict_japanese(t->before), verdict_japanese(t->after), t->count);
		}
	}
}

static void put_field(struct buffer *out, const char *name, const char *text, const char *after)
{
	buffer_printf(out, "\"%s\":", name);
	buffer_json_str(out, slice_str(text));
	buffer_put_str(out, after);
}

void replay_json(const struct replay_report *report, struct buffer *out)
{
	buffer_printf(out, "{\"acts\":%zu,\"same\":%zu,\"different\":%zu,\"differences\":[", report->acts,
	              report->same, report->different);
	for (const struct replay_difference *d = report->differences; d; d = d->next) {
		char day[11];
		day_iso(d->act.day, day);
		buffer_put_str(out, d == report->differences ? "\n{" : ",\n{");
		put_field(out, "reference", d->act.reference, ",");
		put_field(out, "day", day, ",");
		put_field(out, "person", d->act.person, ",");
		put_field(out, "section", d->act.section, ",");
		put_field(out, "act", d->act.act, ",");
		put_field(out, "before", verdict_name(d->before), ",");
		put_field(out, "after", d->unknown[0] ? "unknown" : verdict_name(d->after), ",");
		put_field(out, "before_clause", d->before_clause, ",");
		put_field(out, "after_clause", d->after_clause, "}");
	}
	buffer_put_str(out, "]}\n");
}
