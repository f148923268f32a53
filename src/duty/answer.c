/* Settling: done with evidence, not needed with a reason, and taking either back. */
#include "duty/internal.h"

#include "base/number.h"
#include "base/text.h"

#include <stdio.h>

static bool settled(const struct obligation *o)
{
	return o->state == DUTY_DONE || o->state == DUTY_NOT_NEEDED || o->state == DUTY_WITHDRAWN;
}

static struct result not_again(const struct obligation *o, struct why *why)
{
	char when[48];
	ms_short(o->closed_ms, when);
	return fail(why, E_CONFLICT, o->id, "この義務は %s に「%s」になっています。読み直してください。", when,
	            duty_state_japanese(o->state));
}

/* ---- who says so */

static struct result as_whom(struct duties *d, const struct obligation *o, const char *person, struct arena *arena,
                             const char **post, const char **mark, struct why *why)
{
	struct holder *holders;
	size_t count;
	TRY(duty_holders(d, o, arena, &holders, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct holder *h = &holders[i];
		if (strcmp(h->person, person) != 0)
			continue;
		*post = arena_printf(arena, "%s%s%s", h->post, *h->scope ? "@" : "", h->scope);
		*mark = strcmp(h->as, "substitute") == 0 ? "代" : strcmp(h->as, "delegate") == 0 ? "専決" : "";
		return *post ? ok() : duty_no_memory(why);
	}
	return fail(why, E_DENIED, o->clause, "この義務を負う役職にないため、記録できません。");
}

/* ---- what is said */

static struct result entry_there(struct duties *d, const char *evidence, bool *out, struct why *why)
{
	uint64_t seq = 0;
	int64_t size = 0;
	TRY(ledger_size(d->at.ledger, &size, why));
	*out = number_parse_u64(slice_str(evidence + strlen("entry:")), &seq) && seq < (uint64_t)size;
	return ok();
}

/* A row of a register, an entry, or anything that the ledger knows by that id. */
static struct result evidence_there(struct duties *d, const char *id, struct arena *arena, struct why *why)
{
	bool there = false;
	struct ledger_query query = {.subject = id, .limit = 1};
	struct ledger_entry *found;
	size_t count = 0;
	if (strncmp(id, "entry:", strlen("entry:")) == 0)
		TRY(entry_there(d, id, &there, why));
	else if (*id && strlen(id) <= 64 && !strpbrk(id, " \t\r\n"))
		TRY(ledger_find(d->at.ledger, &query, arena, &found, &count, why));
	if (there || count)
		return ok();
	return fail(why, E_INPUT, "evidence", "「%.60s」は記録に見つかりません。台帳の行や受付番号の記号を書いてください。", id);
}

static struct result check_note(const char *note, bool needed, struct why *why)
{
	struct slice text = slice_str(note ? note : "");
	if (needed && !text.len)
		return fail(why, E_INPUT, "note", "何をしたか、又は理由を書いてください。");
	if (text.len > DUTY_NOTE || !utf8_valid(text))
		return fail(why, E_INPUT, "note", "%dバイト以内の文字で書いてください。", DUTY_NOTE);
	return ok();
}

static struct result seal_note(struct duties *d, const char *note, json_t *data, struct why *why)
{
	struct vault_info info;
	char digest[2 * VAULT_DIGEST + 1];
	if (!note || !*note) {
		json_object_set_new(data, "note", json_string(""));
		return ok();
	}
	TRY(vault_put(d->at.vault, slice_str(note), 0, &info, why));
	hex_encode(info.digest, VAULT_DIGEST, digest);
	if (json_object_set_new(data, "note", json_string(info.id)) != 0 ||
	    json_object_set_new(data, "digest", json_string(digest)) != 0)
		return duty_no_memory(why);
	return ok();
}

static struct result check_answer(struct duties *d, const struct duty_answer *a, bool reason, struct arena *arena,
                                  struct why *why)
{
	TRY(check_note(a->note, reason || !a->evidence_count, why));
	if (a->evidence_count > DUTY_EVIDENCE)
		return fail(why, E_INPUT, "evidence", "証拠は%d件までです。", DUTY_EVIDENCE);
	for (size_t i = 0; i < a->evidence_count; i++)
		TRY(evidence_there(d, a->evidence[i], arena, why));
	return ok();
}

static struct result record_answer(struct duties *d, const char *kind, const struct obligation *o, const char *person,
                                   const char *post, const char *mark, const struct duty_answer *a, struct why *why)
{
	AUTO(json_drop) json_t *data = json_object();
	json_t *evidence = json_array();
	for (size_t i = 0; i < a->evidence_count; i++)
		json_array_append_new(evidence, json_string(a->evidence[i]));
	if (!data || json_object_set_new(data, "evidence", evidence) != 0 ||
	    json_object_set_new(data, "mark", json_string(mark)) != 0)
		return duty_no_memory(why);
	TRY(seal_note(d, a->note, data, why));
	return duty_record_about(d, kind, person, post, o, json_incref(data), why);
}

/* ---- the acts */

struct act {
	const char *kind;
	bool reason;
	bool deed; /* says that it was done */
	bool (*may)(const struct obligation *o);
	const char *refusal;
};

static bool always(const struct obligation *o)
{
	return !settled(o);
}

static bool may_deny(const struct obligation *o)
{
	return o->state == DUTY_QUESTION || o->strength != DUTY_MUST;
}

static bool is_question(const struct obligation *o)
{
	return o->state == DUTY_QUESTION;
}

static struct result answer(struct duties *d, const char *id, const struct duty_answer *a, const struct act *act,
                            struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	struct obligation o;
	const char *post, *mark;
	if (!arena)
		return duty_no_memory(why);
	TRY(duty_begin(d, &tx, why));
	TRY(duty_get(d, id, arena, &o, why));
	if (settled(&o))
		return not_again(&o, why);
	TRY(as_whom(d, &o, a->person, arena, &post, &mark, why));
	if (!act->may(&o))
		return fail(why, E_DENIED, o.clause, "%s", act->refusal);
	TRY(check_answer(d, a, act->reason, arena, why));
	if (act->deed)
		TRY(duty_deed_there(d, &o, a, arena, why));
	TRY(record_answer(d, act->kind, &o, a->person, post, mark, a, why));
	return tx_commit(&tx, why);
}

struct result duty_done(struct duties *d, const char *id, const struct duty_answer *a, struct why *why)
{
	static const struct act act = {"duty.done", false, true, always, ""};
	return answer(d, id, a, &act, why);
}

struct result duty_not_needed(struct duties *d, const char *id, const struct duty_answer *a, struct why *why)
{
	static const struct act act = {"duty.not_needed", true, false, may_deny,
	                               "この義務は「必要に応じ」ではないため、該当なしにはできません。"};
	return answer(d, id, a, &act, why);
}

struct result duty_applies(struct duties *d, const char *id, const struct duty_answer *a, struct why *why)
{
	static const struct act act = {"duty.applies", false, false, is_question, "この義務は、当たるかどうかを尋ねていません。"};
	struct duty_answer said = *a;
	if (!said.note || !*said.note)
		said.note = "当たる";
	return answer(d, id, &said, &act, why);
}

/* ---- taking back */

static struct result take_back(struct duties *d, const char *id, const char *person, const char *reason,
                               const char *kind, bool of_settled, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(4 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	struct obligation o;
	struct duty_answer a = {.person = person, .note = reason};
	if (!arena)
		return duty_no_memory(why);
	TRY(duty_begin(d, &tx, why));
	TRY(duty_get(d, id, arena, &o, why));
	if (settled(&o) != of_settled || o.state == DUTY_WITHDRAWN)
		return fail(why, E_CONFLICT, id, "この義務は「%s」のため、そのようには変えられません。",
		            duty_state_japanese(o.state));
	TRY(check_note(reason, true, why));
	TRY(record_answer(d, kind, &o, person, "", "", &a, why));
	return tx_commit(&tx, why);
}

struct result duty_undo(struct duties *d, const char *id, const char *person, const char *reason, struct why *why)
{
	return take_back(d, id, person, reason, "duty.undone", true, why);
}

struct result duty_withdraw(struct duties *d, const char *id, const char *person, const char *reason, struct why *why)
{
	return take_back(d, id, person, reason, "duty.withdrawn", false, why);
}

/* ---- of one's own accord */

static bool is_on_call(const struct policy_duty *duty)
{
	for (size_t i = 0; i < duty->trigger_count; i++)
		if (duty->triggers[i].kind == DUTY_ON_CALL)
			return true;
	return false;
}

/* The party that the person belongs to. */
static struct result own_party(struct duties *d, const struct opening *o, const struct duty_answer *a, struct arena *arena,
                               struct party *out, struct why *why)
{
	struct parties all;
	TRY(duty_parties(d, o, &o->judgement->by, false, arena, &all, why));
	for (size_t i = 0; i < all.count; i++) {
		const char *post, *mark;
		struct obligation asked = {.owed = all.at[i].seats, .owed_count = all.at[i].count, .task = o->duty->task,
		                           .clause = o->duty->clause->id};
		struct why own = {0};
		struct result is = as_whom(d, &asked, a->person, arena, &post, &mark, &own);
		if (is.code == OK) {
			*out = all.at[i];
			return ok();
		}
		if (is.code != E_DENIED)
			return fail(why, own.code, own.place, "%s", own.text);
	}
	return fail(why, E_DENIED, o->duty->clause->id, "この義務を負う役職にないため、記録できません。");
}

static struct result judge_on_call(struct duties *d, struct opening *o, const char *object, const char *section,
                                   struct duty_judgement *out, struct arena *arena, struct why *why)
{
	struct facts *facts;
	const char *kind = "", *own = "";
	TRY(policy_duty_facts(d->at.policy, o->duty, NULL, arena, &facts, why));
	TRY(duty_object_facts(d, object, facts, &kind, &own, arena, why));
	o->object = object;
	o->kind = kind;
	o->section = *own ? own : section;
	return policy_duty_judge(d->at.policy, d->at.policy_name, o->duty, NULL, facts, o->day, arena, out, why);
}

struct result duty_on_call(struct duties *d, const char *name, const char *object, const char *section,
                           const struct duty_answer *a, char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(DUTY_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct duty_judgement judged = {0};
	struct party party;
	int64_t size = 0;
	size_t opened = 0;
	char made[DUTY_ID];
	if (!arena)
		return duty_no_memory(why);
	TRY(duty_statements_of(d, &d->now, duty_today(d), why));
	const struct policy_duty *duty = duty_named(&d->now, name);
	if (!duty || !is_on_call(duty))
		return fail(why, E_ABSENT, name, "随時に行う義務ではありません。");
	TRY(duty_begin(d, &tx, why));
	TRY(ledger_size(d->at.ledger, &size, why));
	struct opening o = {.duty = duty, .trigger = "on-call", .event = "", .subject = "", .seq = size, .actor = a->person,
	                    .approver = "", .clock = DUTY_CLOCK_NONE, .judgement = &judged, .day = duty_today(d)};
	TRY(judge_on_call(d, &o, object, section, &judged, arena, why));
	TRY(own_party(d, &o, a, arena, &party, why));
	TRY(duty_open_all(d, &o, &(struct parties){&party, 1, 1}, arena, &opened, why));
	duty_key(&o, &party, made);
	TRY(duty_done(d, made, a, why));
	TRY(tx_commit(&tx, why));
	memcpy(id, made, sizeof made);
	return ok();
}
