/* One act on several things: an application for each of them, made in one go, so that
 * every thing's own clauses, owners, record and return are its own, and the strictest
 * of the things binds what they share (the device, the protection, the place).    */
#include "proceeding/internal.h"
#include "register/hold.h"

enum { ROOM = 32 << 20 };

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "joint", "まとめて申請する記憶域が足りません。");
}

/* A clause that asks every holder takes no for an answer from none of them. */
static bool wants_every(const struct decision *decision)
{
	for (size_t i = 0; i < decision->approval_count; i++)
		for (size_t k = 0; k < decision->approvals[i].slot_count; k++)
			if (decision->approvals[i].slots[k]->person)
				return true;
	return false;
}

static struct result check_objects(const struct joint_request *request, struct why *why)
{
	if (request->count == 0)
		return fail(why, E_INPUT, "object", "「対象」が選ばれていません。対象を1つ以上選んでください。");
	if (request->count > JOINT_OBJECTS)
		return fail(why, E_INPUT, "object", "一度に申請できる対象は%d件までです。分けて申請してください。", JOINT_OBJECTS);
	for (size_t i = 0; i < request->count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(request->things[i].object, request->things[k].object) == 0)
				return fail(why, E_INPUT, "object", "同じ対象が2度選ばれています。1つにしてください。");
	return ok();
}

/* The request for one of the things: what they share, and the thing itself. */
static struct result one_of(const struct joint_request *request, size_t index, struct arena *arena,
                            struct application_request *out, struct why *why)
{
	const struct wish *shared = &request->each.wish;
	struct fact_pair *facts = ARENA_ARRAY(arena, shared->fact_count + 1, struct fact_pair);
	if (!facts)
		return no_memory(why);
	if (shared->fact_count)
		memcpy(facts, shared->facts, shared->fact_count * sizeof *facts);
	facts[shared->fact_count] = (struct fact_pair){"object", request->things[index].object};
	*out = request->each;
	out->wish.subject = request->things[index].object;
	out->wish.facts = facts;
	out->wish.fact_count = shared->fact_count + 1;
	out->title = request->things[index].title;
	return ok();
}

/* A sentence about one of several says which. */
static struct result about(const struct joint_request *request, const char *title, const struct why *own, struct why *why)
{
	return request->count == 1 ? fail(why, own->code, own->place, "%s", own->text)
	                           : fail(why, own->code, own->place, "%s：%s", title, own->text);
}

/* What a clause refuses is said before what is only missing. */
static struct result decide_together(struct proceedings *p, const struct joint_request *request, bool *together,
                                     struct arena *arena, struct why *why)
{
	*together = request->together;
	for (size_t i = 0; i < request->count; i++) {
		struct application_request one;
		const struct decision *decision;
		TRY(one_of(request, i, arena, &one, why));
		TRY(application_preview(p, &one.wish, arena, &decision, why));
		if (decision->verdict == REFUSE) {
			struct why own = {0};
			own.code = hold_refused(p->at.registers, one.wish.subject, policy_refusal(decision, &own), &own).code;
			return about(request, one.title, &own, why);
		}
		*together |= wants_every(decision);
	}
	return ok();
}

static struct result apply_each(struct proceedings *p, const struct joint_request *request, struct joint_made *out,
                                struct arena *arena, struct why *why)
{
	for (size_t i = 0; i < request->count; i++) {
		struct application_request one;
		struct why own = {0};
		TRY(one_of(request, i, arena, &one, why));
		one.joint = out->joint;
		one.together = out->together;
		struct result sent = application_apply(p, &one, out->ids[i], &own);
		if (sent.code != OK)
			return about(request, one.title, &own, why);
	}
	return ok();
}

/* Each waits for the whole: what came in agreed by nobody's word is permitted now, or with
 * the last of the others.                                                     */
struct result application_apply_joint(struct proceedings *p, const struct joint_request *request,
                                      struct joint_made *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct joint_made made = {.joint = ""};
	if (!arena)
		return no_memory(why);
	TRY(check_objects(request, why));
	TRY(tx_begin(p->at.store, &tx, why));
	made.count = request->count;
	if (request->count > 1) {
		TRY(decide_together(p, request, &made.together, arena, why));
		TRY(random_id(p->at.random, made.joint, why));
	}
	TRY(apply_each(p, request, &made, arena, why));
	TRY(tx_commit(&tx, why));
	*out = made;
	return ok();
}

struct result application_joint(struct proceedings *p, const struct application *a, struct arena *arena,
                                struct application **out, size_t *count, struct why *why)
{
	return joint_read(p, a->joint, arena, out, count, why);
}

static bool is_asked(const struct application *a, const char *person)
{
	for (size_t i = 0; i < a->slot_count; i++)
		for (size_t k = 0; a->slots[i].open && k < a->slots[i].holder_count; k++)
			if (strcmp(a->slots[i].holders[k].person, person) == 0)
				return a->state == APPLICATION_OPEN;
	return false;
}

struct result application_answer_joint(struct proceedings *p, const char *id, const char *person,
                                       enum application_answer answer, const char *reason, size_t *answered,
                                       struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct application a, *all;
	size_t count, n = 1;
	if (!arena)
		return no_memory(why);
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(application_get(p, id, arena, &a, why));
	TRY(application_answer(p, id, person, answer, reason, why));
	TRY(joint_read(p, a.joint, arena, &all, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].id, id) != 0 && is_asked(&all[i], person)) {
			TRY(application_answer(p, all[i].id, person, answer, reason, why));
			n++;
		}
	TRY(tx_commit(&tx, why));
	*answered = n;
	return ok();
}
