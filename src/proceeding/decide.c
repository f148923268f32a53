/* Bringing facts, posts, words and exceptions together for policy_decide. */
#include "proceeding/internal.h"

day_t proceeding_today(const struct proceedings *p)
{
	return day_of_ms(clock_now_ms(p->at.clock));
}

/* "passed.STEP" is a step of the proceeding that is the object; the rest are fields. */
static struct result set_fact(struct facts *facts, const struct fact_pair *pair, struct why *why)
{
	static const char step[] = "passed.";
	if (strncmp(pair->path, step, sizeof step - 1) != 0)
		return facts_set_any(facts, pair->path, pair->value, why);
	return facts_set_reached(facts, pair->path + sizeof step - 1, strcmp(pair->value, "yes") == 0, why);
}

static struct result set_facts(struct proceedings *p, const struct policy *policy, day_t day,
                               const struct wish *wish, struct arena *arena, struct facts **out,
                               struct why *why)
{
	struct facts *facts = NULL;
	TRY(facts_new(policy, wish->act, arena, &facts, why));
	TRY(office_actor_facts(p->at.office, wish->actor, day, arena, facts, why));
	for (size_t i = 0; i < wish->fact_count; i++)
		TRY(set_fact(facts, &wish->facts[i], why));
	*out = facts;
	return ok();
}

/* Everybody in office on the day, for routes with `every`. */
static struct result read_seats(struct proceedings *p, day_t day, struct arena *arena,
                                struct policy_seat **out, size_t *count, struct why *why)
{
	struct holding *all = NULL;
	size_t total = 0, n = 0;
	TRY(office_all_holdings(p->at.office, arena, &all, &total, why));
	struct policy_seat *seats = ARENA_ARRAY(arena, total + 1, struct policy_seat);
	if (!seats)
		return fail(why, E_MEMORY, "", "no memory for the posts");
	for (size_t i = 0; i < total; i++)
		if (all[i].from <= day && day <= all[i].to)
			seats[n++] = (struct policy_seat){all[i].post, all[i].scope[0] ? all[i].scope : NULL,
			                                  all[i].person};
	*out = seats;
	*count = n;
	return ok();
}

/* Permitted exceptions about the subject that are in force and not used up; of a
 * day in the past also those that were used or lapsed since. */
static struct result read_exceptions(struct proceedings *p, const char *subject, day_t day, bool past,
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
	                  " exception_to <> '' AND until_day >= ?2 AND (state = 'permitted' AND used_ms = 0"
	                  " OR ?3 AND state IN ('permitted', 'lapsed')) ORDER BY id",
	                  &s, why));
	bind_text(s, 1, slice_str(subject));
	bind_i64(s, 2, day);
	bind_i64(s, 3, past);
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
	TRY(set_facts(p, p->at.policy, question.day, wish, arena, &facts, why));
	TRY(read_seats(p, question.day, arena, &seats, &question.seat_count, why));
	question.facts = facts;
	question.seats = seats;
	question.approvals = as_approvals(words, word_count, arena, &question.approval_count);
	if (!question.approvals)
		return fail(why, E_MEMORY, "", "no memory for the approvals");
	if (wish->exception_to)
		return policy_decide_exception(p->at.policy, &question, wish->exception_to, arena, out, why);
	TRY(read_exceptions(p, wish->subject, question.day, false, arena, &exceptions, &question.exception_count, why));
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

struct result proceeding_question(struct proceedings *p, const struct wish *wish,
                                  const struct policy *policy, day_t day, day_t asked,
                                  struct arena *arena, struct policy_question *out, struct why *why)
{
	struct application_row row;
	struct application_word *words = NULL;
	struct facts *facts = NULL;
	struct policy_seat *seats = NULL;
	struct policy_exception *exceptions = NULL;
	size_t count = 0;
	struct policy_question question = {.policies = &p->at.policy_name, .policy_count = 1, .day = asked,
	                                   .claims = wish->claims, .claim_count = wish->claim_count};
	struct result found = row_of(p, wish->subject, wish->exception_to, arena, &row, NULL);
	if (found.code == OK)
		TRY(words_read(p, row.id, arena, &words, &count, why));
	else if (found.code != E_ABSENT)
		return fail(why, found.code, "application", "the applications cannot be read");
	TRY(set_facts(p, policy, day, wish, arena, &facts, why));
	TRY(read_seats(p, day, arena, &seats, &question.seat_count, why));
	TRY(read_exceptions(p, wish->subject, day, true, arena, &exceptions, &question.exception_count, why));
	question.facts = facts;
	question.seats = seats;
	question.exceptions = exceptions;
	question.approvals = as_approvals(words, count, arena, &question.approval_count);
	if (!question.approvals)
		return fail(why, E_MEMORY, "", "no memory for the approvals");
	*out = question;
	return ok();
}

struct result application_wish(struct proceedings *p, const char *id, struct arena *arena,
                               struct wish *out, const char **section, struct why *why)
{
	struct application_row row;
	struct frozen frozen;
	TRY(row_read(p, slice_str(id), arena, &row, why));
	TRY(frozen_read(p, &row, arena, &frozen, why));
	*out = frozen.wish;
	*section = row.section;
	return ok();
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
