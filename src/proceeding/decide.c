/* Bringing facts, posts, words and exceptions together for policy_decide. */
#include "proceeding/internal.h"

day_t proceeding_today(const struct proceedings *p)
{
	return day_of_ms(clock_now_ms(p->at.clock));
}

/* The actor's posts as policy wants them: scope "" is a post that exists once. */
static struct result set_actor(struct proceedings *p, struct facts *facts, const char *actor,
                               struct arena *arena, struct why *why)
{
	struct holding *held = NULL;
	size_t count = 0;
	TRY(facts_set_id(facts, "actor", actor, why));
	TRY(office_holdings(p->at.office, actor, proceeding_today(p), arena, &held, &count, why));
	struct policy_holding *posts = ARENA_ARRAY(arena, count + 1, struct policy_holding);
	if (!posts)
		return fail(why, E_MEMORY, "", "no memory for the posts");
	for (size_t i = 0; i < count; i++)
		posts[i] = (struct policy_holding){held[i].post, held[i].scope[0] ? held[i].scope : NULL};
	return facts_set_posts(facts, actor, posts, count, why);
}

static struct result set_facts(struct proceedings *p, const struct wish *wish, struct arena *arena,
                               struct facts **out, struct why *why)
{
	struct facts *facts = NULL;
	TRY(facts_new(p->at.policy, wish->act, arena, &facts, why));
	TRY(set_actor(p, facts, wish->actor, arena, why));
	for (size_t i = 0; i < wish->fact_count; i++)
		TRY(facts_set_any(facts, wish->facts[i].path, wish->facts[i].value, why));
	*out = facts;
	return ok();
}

/* Everybody in office today, for routes with `every`. */
static struct result read_seats(struct proceedings *p, struct arena *arena,
                                struct policy_seat **out, size_t *count, struct why *why)
{
	struct holding *all = NULL;
	size_t total = 0, n = 0;
	day_t today = proceeding_today(p);
	TRY(office_all_holdings(p->at.office, arena, &all, &total, why));
	struct policy_seat *seats = ARENA_ARRAY(arena, total + 1, struct policy_seat);
	if (!seats)
		return fail(why, E_MEMORY, "", "no memory for the posts");
	for (size_t i = 0; i < total; i++)
		if (all[i].from <= today && today <= all[i].to)
			seats[n++] = (struct policy_seat){all[i].post, all[i].scope[0] ? all[i].scope : NULL,
			                                  all[i].person};
	*out = seats;
	*count = n;
	return ok();
}

/* Permitted exceptions about the subject that are in force and not used up. */
static struct result read_exceptions(struct proceedings *p, const char *subject,
                                     struct arena *arena, struct policy_exception **out,
                                     size_t *count, struct why *why)
{
	enum { MOST = 64 };
	struct policy_exception *list = ARENA_ARRAY(arena, MOST, struct policy_exception);
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the exceptions");
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store,
	                  "SELECT id, exception_to FROM application WHERE subject = ?1 AND"
	                  " exception_to <> '' AND state = 'permitted' AND used_ms = 0 AND until_day >= ?2"
	                  " ORDER BY id",
	                  &s, why));
	bind_text(s, 1, slice_str(subject));
	bind_i64(s, 2, proceeding_today(p));
	bool row = false;
	*count = 0;
	while (*count < MOST) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		list[*count].reference = arena_string(arena, column_text(s, 0));
		list[*count].clause = arena_string(arena, column_text(s, 1));
		if (!list[*count].reference || !list[*count].clause)
			return fail(why, E_MEMORY, "", "no memory for the exceptions");
		(*count)++;
	}
	*out = list;
	return ok();
}

static struct policy_approval *as_approvals(const struct application_word *words, size_t count,
                                            struct arena *arena, size_t *used)
{
	struct policy_approval *list = ARENA_ARRAY(arena, count + 1, struct policy_approval);
	*used = 0;
	for (size_t i = 0; list && i < count; i++) {
		if (strcmp(words[i].answer, "return") == 0)
			continue;
		list[(*used)++] = (struct policy_approval){
			.person = words[i].person,
			.post = words[i].post,
			.of = words[i].scope[0] ? words[i].scope : NULL,
			.agreed = strcmp(words[i].answer, "agree") == 0,
			.mark = words[i].mark[0] ? words[i].mark : NULL,
		};
	}
	return list;
}

struct result decide_with(struct proceedings *p, const struct wish *wish,
                          const struct application_word *words, size_t word_count,
                          struct arena *arena, const struct decision **out, struct why *why)
{
	struct facts *facts = NULL;
	struct policy_seat *seats = NULL;
	struct policy_exception *exceptions = NULL;
	struct policy_question question = {
		.policies = &p->at.policy_name,
		.policy_count = 1,
		.day = proceeding_today(p),
		.claims = wish->claims,
		.claim_count = wish->claim_count,
	};
	TRY(set_facts(p, wish, arena, &facts, why));
	TRY(read_seats(p, arena, &seats, &question.seat_count, why));
	question.facts = facts;
	question.seats = seats;
	question.approvals = as_approvals(words, word_count, arena, &question.approval_count);
	if (!question.approvals)
		return fail(why, E_MEMORY, "", "no memory for the approvals");
	if (wish->exception_to)
		return policy_decide_exception(p->at.policy, &question, wish->exception_to, arena, out, why);
	TRY(read_exceptions(p, wish->subject, arena, &exceptions, &question.exception_count, why));
	question.exceptions = exceptions;
	return policy_decide(p->at.policy, &question, arena, out, why);
}

struct result proceeding_decide(struct proceedings *p, const struct wish *wish, struct arena *arena,
                                const struct decision **out, struct why *why)
{
	struct application_row row;
	struct application_word *words = NULL;
	size_t count = 0;
	struct result found = row_of(p, wish->subject, wish->exception_to, arena, &row, NULL);
	if (found.code == OK)
		TRY(words_read(p, row.id, arena, &words, &count, why));
	else if (found.code != E_ABSENT)
		return fail(why, found.code, "application", "the applications cannot be read");
	return decide_with(p, wish, words, count, arena, out, why);
}

enum route_state decision_state(const struct decision *decision)
{
	bool pending = false;
	for (size_t i = 0; i < decision->approval_count; i++) {
		if (decision->approvals[i].state == ROUTE_DECLINED)
			return ROUTE_DECLINED;
		pending |= decision->approvals[i].state == ROUTE_PENDING;
	}
	return pending ? ROUTE_PENDING : ROUTE_AGREED;
}
