/* Bringing facts, posts, words and exceptions together for policy_decide. */
#include "proceeding/internal.h"

day_t proceeding_today(const struct proceedings *p)
{
	return day_of_ms(clock_now_ms(p->at.clock));
}

/* A person's posts as policy wants them: scope "" is a post that exists once. */
static struct result set_posts(struct proceedings *p, struct facts *facts, const char *person, day_t day,
                               struct arena *arena, struct why *why)
{
	struct holding *held = NULL;
	size_t count = 0;
	TRY(office_holdings(p->at.office, person, day, arena, &held, &count, why));
	struct policy_holding *posts = ARENA_ARRAY(arena, count + 1, struct policy_holding);
	if (!posts)
		return fail(why, E_MEMORY, "", "no memory for the posts");
	for (size_t i = 0; i < count; i++)
		posts[i] = (struct policy_holding){held[i].post, held[i].scope[0] ? held[i].scope : NULL};
	return facts_set_posts(facts, person, posts, count, why);
}

/* ---- one fact of a wish ---------------------------------------------------- */

struct told { /* what a wish says, while it becomes facts */
	struct proceedings *p;
	const struct policy_fact *known;
	size_t known_count;
	struct facts *facts;
	struct arena *arena;
	day_t day;
};

static struct result set_item(struct facts *facts, const char *path, const char *value, struct arena *arena,
                              struct why *why)
{
	static const struct {
		const char *word;
		enum item_answer answer;
	} answers[] = {{"yes", ITEM_YES}, {"no", ITEM_NO}, {"not_applicable", ITEM_NOT_APPLICABLE}};
	const char *dot = strchr(path, '.');
	const char *list = dot ? arena_string(arena, slice_of(path, (size_t)(dot - path))) : NULL;
	for (size_t i = 0; list && i < sizeof answers / sizeof *answers; i++)
		if (strcmp(answers[i].word, value) == 0)
			return facts_set_item(facts, list, dot + 1, answers[i].answer, why);
	return fail(why, E_INPUT, path, "項目には「はい」「いいえ」「当たらない」のどれかで答えてください。");
}

static struct result set_members(struct told *t, const char *path, const char *value, struct why *why)
{
	size_t count = 0;
	for (const char *at = value; *at; count++) {
		at += strcspn(at, " ");
		at += *at == ' ';
	}
	TRY(facts_set_set(t->facts, path, count, why));
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(value, " ");
		const char *member = arena_string(t->arena, slice_of(value, len));
		const char *at = arena_printf(t->arena, "%s[%zu]", path, i);
		if (!member || !at)
			return fail(why, E_MEMORY, path, "no memory for a set");
		TRY(facts_set_any(t->facts, at, member, why));
		value += len + (value[len] == ' ');
	}
	return ok();
}

static const struct policy_fact *known_fact(const struct told *t, const char *path)
{
	for (size_t i = 0; i < t->known_count; i++)
		if (strcmp(t->known[i].path, path) == 0)
			return &t->known[i];
	return NULL;
}

/* A set is told by its members, by a case of the policy's tests by its count. */
static bool is_members(const struct policy_fact *fact, const char *value)
{
	return fact && fact->type == FACT_SET && (!*value || strspn(value, "0123456789") != strlen(value));
}

static struct result set_fact(struct told *t, const struct fact_pair *pair, struct why *why)
{
	static const char step[] = "passed.", item[] = "answer.";
	if (strncmp(pair->path, step, sizeof step - 1) == 0)
		return facts_set_reached(t->facts, pair->path + sizeof step - 1, strcmp(pair->value, "yes") == 0, why);
	if (strncmp(pair->path, item, sizeof item - 1) == 0)
		return set_item(t->facts, pair->path + sizeof item - 1, pair->value, t->arena, why);
	if (is_members(known_fact(t, pair->path), pair->value))
		return set_members(t, pair->path, pair->value, why);
	return facts_set_any(t->facts, pair->path, pair->value, why);
}

/* Posts and section of whom the row names: an auditor may be the manager of the audited,
 * or one of its people.                                                      */
static struct result set_named_persons(struct told *t, const struct register_row *row, const char *prefix, struct why *why)
{
	const struct policy_fact *facts;
	size_t count;
	TRY(policy_kind_facts(t->p->at.policy, row->kind, t->arena, &facts, &count, why));
	for (size_t i = 0; i < count; i++) {
		const char *value = register_cell(row, facts[i].path);
		struct person person;
		if (facts[i].type != FACT_PERSON || !*value)
			continue;
		TRY(set_posts(t->p, t->facts, value, t->day, t->arena, why));
		TRY(office_person(t->p->at.office, value, t->arena, &person, why));
		const char *path = arena_printf(t->arena, "%s.%s.section", prefix, facts[i].path);
		if (!path)
			return fail(why, E_MEMORY, prefix, "no memory for a person");
		(void)facts_set_any(t->facts, path, person.section, NULL).code; /* a kind that says nothing of it */
	}
	return ok();
}

/* What a named row says; an id that no register knows (a file of a crossing) is only
 * an id.                                                                     */
static struct result set_row(struct told *t, const struct fact_pair *pair, struct why *why)
{
	const struct policy_fact *fact = known_fact(t, pair->path);
	struct register_row row;
	struct why own = {0};
	if (fact && fact->type == FACT_PERSON && *pair->value && strcmp(pair->path, "actor") != 0)
		return set_posts(t->p, t->facts, pair->value, t->day, t->arena, why);
	if (!t->p->at.registers || !fact || fact->type != FACT_ROW)
		return ok();
	struct result found = register_get(t->p->at.registers, pair->value, t->arena, &row, &own);
	if (found.code == E_ABSENT || (found.code == OK && strcmp(row.kind, fact->kind) != 0))
		return ok();
	if (found.code != OK)
		return fail(why, found.code, own.place, "%s", own.text);
	TRY(register_facts(t->p->at.registers, row.id, t->facts, pair->path, why));
	return set_named_persons(t, &row, pair->path, why);
}

static bool case_tells(const struct told *t, const char *path)
{
	const struct policy_fact *fact = known_fact(t, path);
	return fact && fact->found_by[0] && policy_kind_step(t->p->at.policy, fact->found_by, 0);
}

static bool says_yes(const struct wish *wish, const char *path)
{
	for (size_t i = 0; i < wish->fact_count; i++)
		if (strcmp(wish->facts[i].path, path) == 0)
			return strcmp(wish->facts[i].value, "yes") == 0;
	return false;
}

static struct result set_facts(struct proceedings *p, const struct policy *policy, day_t day,
                               const struct wish *wish, struct arena *arena, struct facts **out,
                               struct why *why)
{
	struct told t = {.p = p, .arena = arena, .day = day};
	TRY(facts_new(policy, wish->act, arena, &t.facts, why));
	TRY(policy_act_facts(policy, wish->act, arena, &t.known, &t.known_count, why));
	if (*wish->actor) /* a program of the house acts as nobody */
		TRY(office_actor_facts(p->at.office, wish->actor, day, arena, t.facts, why));
	for (size_t i = 0; i < wish->fact_count; i++)
		if (!case_tells(&t, wish->facts[i].path)) /* not the one who asks */
			TRY(set_fact(&t, &wish->facts[i], why));
	for (size_t i = 0; i < wish->fact_count; i++) /* after what was asked: a register is not talked over */
		TRY(set_row(&t, &wish->facts[i], why));
	for (size_t i = 0; i < wish->fact_count; i++)
		if (strcmp(wish->facts[i].path, "object") == 0 && *wish->facts[i].value)
			TRY(evidence_facts(p, t.known, t.known_count, wish->facts[i].value, says_yes(wish, "on_hold"), t.facts,
			                   arena, why));
	*out = t.facts;
	return ok();
}

/* Of a list: read once, for all its decisions. */
static struct result all_holdings(struct proceedings *p, struct arena *arena, struct holding **out, size_t *count,
                                  struct why *why)
{
	struct seating *seating = p->seating;
	if (!seating)
		return office_all_holdings(p->at.office, arena, out, count, why);
	if (!seating->read)
		TRY(office_all_holdings(p->at.office, seating->arena, &seating->held, &seating->count, why));
	seating->read = true;
	*out = seating->held;
	*count = seating->count;
	return ok();
}

/* Everybody in office on the day but the applicant, for routes with `every`: his own
 * signature is wanted of none (LANGUAGE section 5 (4)); is he the only one, whoever acts for
 * the post gives it.                                                           */
static struct result read_seats(struct proceedings *p, day_t day, const char *actor, struct arena *arena,
                                struct policy_seat **out, size_t *count, struct why *why)
{
	struct holding *all = NULL;
	size_t total = 0, n = 0;
	TRY(all_holdings(p, arena, &all, &total, why));
	struct policy_seat *seats = ARENA_ARRAY(arena, total + 1, struct policy_seat);
	if (!seats)
		return fail(why, E_MEMORY, "", "no memory for the posts");
	for (size_t i = 0; i < total; i++)
		if (all[i].from <= day && day <= all[i].to && strcmp(all[i].person, actor) != 0)
			seats[n++] = (struct policy_seat){all[i].post, all[i].scope[0] ? all[i].scope : NULL,
			                                  all[i].person};
	*out = seats;
	*count = n;
	return ok();
}

/* Permitted exceptions about the subject that are in force and not used up; of a
 * day in the past also those that were used or lapsed since. */
static struct result read_exceptions(struct proceedings *p, const char *subject, const char *actor, day_t day, bool past,
                                     struct arena *arena, struct policy_exception **out,
                                     size_t *count, struct why *why)
{
	enum { MOST = 64 };
	struct policy_exception *list = ARENA_ARRAY(arena, MOST, struct policy_exception);
	if (!list)
		return fail(why, E_MEMORY, "", "no memory for the exceptions");
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store,
	                  "SELECT id, exception_to, NOT EXISTS (SELECT 1 FROM application_word w WHERE w.application ="
	                  " application.id AND w.answer = 'agree') FROM application WHERE subject = ?1 AND"
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
		list[*count].claimed = column_i64(s, 2) != 0; /* nobody has permitted it */
		if (!list[*count].reference || !list[*count].clause)
			return fail(why, E_MEMORY, "", "no memory for the exceptions");
		(*count)++;
	}
	TRY(relax_read(p, actor, day, arena, list, MOST, count, why));
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
	TRY(read_seats(p, question.day, wish->actor, arena, &seats, &question.seat_count, why));
	question.facts = facts;
	question.seats = seats;
	question.approvals = as_approvals(words, word_count, arena, &question.approval_count);
	if (!question.approvals)
		return fail(why, E_MEMORY, "", "no memory for the approvals");
	if (wish->exception_to)
		return policy_decide_exception(p->at.policy, &question, wish->exception_to, arena, out, why);
	TRY(read_exceptions(p, wish->subject, wish->actor, question.day, false, arena, &exceptions, &question.exception_count, why));
	question.exceptions = exceptions;
	return policy_decide(p->at.policy, &question, arena, out, why);
}

/* The words given on what this person has asked for: this act, on this thing. */
static struct result words_on(struct proceedings *p, const struct wish *wish, struct arena *arena,
                              struct application_word **out, size_t *count, struct why *why)
{
	struct application_row row;
	struct why own = {0};
	*out = NULL;
	*count = 0;
	struct result found = row_wished(p, wish, arena, &row, &own);
	if (found.code == E_ABSENT)
		return ok();
	if (found.code != OK)
		return fail(why, found.code, "application", "the applications cannot be read");
	if (row.together && row.state != APPLICATION_PERMITTED)
		return ok(); /* the others that it stands with are not agreed yet */
	return words_read(p, row.id, arena, out, count, why);
}

struct result proceeding_decide(struct proceedings *p, const struct wish *wish, struct arena *arena,
                                const struct decision **out, struct why *why)
{
	struct application_word *words = NULL;
	size_t count = 0;
	TRY(words_on(p, wish, arena, &words, &count, why));
	return decide_with(p, wish, words, count, arena, out, why);
}

struct result application_preview(struct proceedings *p, const struct wish *wish, struct arena *arena,
                                  const struct decision **out, struct why *why)
{
	return decide_with(p, wish, NULL, 0, arena, out, why);
}

struct result proceeding_question(struct proceedings *p, const struct wish *wish,
                                  const struct policy *policy, day_t day, day_t asked,
                                  struct arena *arena, struct policy_question *out, struct why *why)
{
	struct application_word *words = NULL;
	struct facts *facts = NULL;
	struct policy_seat *seats = NULL;
	struct policy_exception *exceptions = NULL;
	size_t count = 0;
	struct policy_question question = {.policies = &p->at.policy_name, .policy_count = 1, .day = asked,
	                                   .claims = wish->claims, .claim_count = wish->claim_count};
	TRY(words_on(p, wish, arena, &words, &count, why));
	TRY(set_facts(p, policy, day, wish, arena, &facts, why));
	TRY(read_seats(p, day, wish->actor, arena, &seats, &question.seat_count, why));
	TRY(read_exceptions(p, wish->subject, wish->actor, day, true, arena, &exceptions, &question.exception_count, why));
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
