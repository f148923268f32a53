/* Lists of obligations: of the office, and of one person as he may act today. */
#include "duty/internal.h"

#include <stdlib.h>

enum { SCOPES = 4096, LISTED = 20000 };

/* ---- overdue first, then by deadline, those without one last */

static int weight(const struct obligation *o)
{
	bool late = o->state == DUTY_OVERDUE || (o->state == DUTY_QUESTION && o->escalations);
	return late ? 0 : o->state == DUTY_ADVICE ? 2 : 1;
}

static int by_urgency(const void *a, const void *b)
{
	const struct obligation *x = a, *y = b;
	int64_t dx = x->due_ms ? x->due_ms : INT64_MAX, dy = y->due_ms ? y->due_ms : INT64_MAX;
	if (weight(x) != weight(y))
		return weight(x) - weight(y);
	if (dx != dy)
		return dx < dy ? -1 : 1;
	return strcmp(x->id, y->id);
}

#define FILTER                                                                                            \
	" d.body = ?1 AND (?2 = '' OR d.section = ?2) AND (?3 = '' OR d.clause = ?3) AND (?4 = '' OR d.duty = ?4)" \
	" AND (?5 = '' OR d.object = ?5) AND (?6 = '' OR d.state = ?6)"                                       \
	" AND (?7 = 0 OR d.state IN ('open', 'question', 'advice', 'overdue'))"                               \
	" AND (?8 = 0 OR d.due_ms >= ?8) AND (?9 = 0 OR (d.due_ms < ?9 AND d.due_ms > 0))"
#define ORDER                                                                                             \
	" ORDER BY CASE WHEN d.state = 'overdue' OR (d.state = 'question' AND d.escalations > 0) THEN 0"      \
	" WHEN d.state = 'advice' THEN 2 ELSE 1 END, CASE WHEN d.due_ms = 0 THEN 1 ELSE 0 END, d.due_ms, d.id"

enum { FILTERS = 9 };
static void filter_args(const struct duties *d, const struct duty_query *q, struct arg out[FILTERS])
{
	const char *texts[] = {d->at.body, q->section, q->clause, q->duty, q->object,
	                       q->state ? duty_state_stored(q->state) : ""};
	for (size_t i = 0; i < 6; i++)
		out[i] = arg_str(texts[i] ? texts[i] : "");
	out[6] = arg_i64(q->unsettled);
	out[7] = arg_i64(q->due_from_ms);
	out[8] = arg_i64(q->due_to_ms);
}

/* The same list by the narrowest thing that is asked: without it no index would serve. */
#define LIST(narrow)                                                                                      \
	{"SELECT COUNT(*) FROM duty d WHERE" narrow FILTER,                                                   \
	 "SELECT " DUTY_COLUMNS " FROM duty d WHERE" narrow FILTER ORDER " LIMIT ?10 OFFSET ?11"}
static const struct list_sql {
	const char *count, *rows;
} lists[] = {
	LIST(" d.object = ?5 AND"), LIST(" d.body = ?1 AND d.duty = ?4 AND"), LIST(" d.body = ?1 AND d.clause = ?3 AND"),
	LIST(" d.body = ?1 AND d.section = ?2 AND"),
	LIST(" d.body = ?1 AND d.state IN ('open', 'question', 'advice', 'overdue') AND"), LIST(""),
};

static const struct list_sql *list_sql(const struct arg args[FILTERS])
{
	static const size_t narrow[] = {4, 3, 2, 1}; /* object, duty, clause, section */
	for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
		if (args[narrow[i]].text.len)
			return &lists[i];
	return &lists[args[6].number ? 4 : 5];
}

static struct result list_all(struct duties *d, const struct duty_query *q, struct arena *arena, struct obligation **out,
                              size_t *count, size_t *total, struct why *why)
{
	struct arg args[FILTERS + 2];
	int64_t all = 0;
	bool found;
	filter_args(d, q, args);
	if (total) {
		TRY(store_ask_one(d->at.store, list_sql(args)->count, args, FILTERS, &found, &all, why));
		*total = (size_t)all;
	}
	args[FILTERS] = arg_i64((int64_t)q->limit);
	args[FILTERS + 1] = arg_i64((int64_t)q->skip);
	return duty_rows(d, list_sql(args)->rows, args, FILTERS + 2, arena, out, count, why);
}

/* ---- one person's: what he holds, and what he stands in for */

struct mine {
	struct duties *d;
	const struct policy_edition *edition;
	const char *person;
	day_t day;
	bool rise;
	struct section *sections;
	size_t section_count;
	struct duty_seat *seats; /* whose obligations are his today */
	size_t count;
	struct arena *arena;
	struct why *why;
};

static struct result may_act(struct mine *m, const char *post, const char *scope, const char *act, bool *out)
{
	struct holder *holders;
	size_t count = 0;
	struct why own = {0};
	struct office_question q = {.post = post, .scope = scope, .day = m->day, .act = act,
	                            .policy_name = m->d->at.policy_name};
	struct result asked = office_resolve(m->d->at.office, m->d->at.policy, &q, m->arena, &holders, &count, &own);
	*out = false;
	if (asked.code == E_ABSENT)
		return ok();
	if (asked.code != OK)
		return fail(m->why, own.code, own.place, "%s", own.text);
	for (size_t i = 0; i < count; i++)
		*out |= strcmp(holders[i].person, m->person) == 0;
	return ok();
}

static struct result try_seat(struct mine *m, const char *post, const char *scope, const char *act)
{
	bool yes = false;
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->seats[i].post, post) == 0 && strcmp(m->seats[i].scope, scope) == 0)
			return ok();
	TRY(may_act(m, post, scope, act, &yes));
	if (yes && m->count < SCOPES)
		m->seats[m->count++] = (struct duty_seat){post, scope, ""};
	return ok();
}

static bool below(const struct mine *m, const char *section, const char *scope)
{
	for (int climbed = 0; climbed < 16 && *section; climbed++) {
		const char *up = "";
		if (!*scope || strcmp(section, scope) == 0)
			return true;
		for (size_t i = 0; i < m->section_count; i++)
			if (strcmp(m->sections[i].id, section) == 0)
				up = m->sections[i].parent;
		section = up;
	}
	return false;
}

/* every place at or below the scope for which there is the post */
static struct result try_places(struct mine *m, const struct policy_post *post, const char *scope)
{
	if (!*post->per)
		return try_seat(m, post->name, "", NULL);
	for (size_t i = 0; i < m->section_count; i++)
		if (below(m, m->sections[i].id, scope))
			TRY(try_seat(m, post->name, m->sections[i].id, NULL));
	return ok();
}

static bool stands_in(const struct mine *m, const char *post, const char *for_post)
{
	for (unsigned state = POST_PREVENTED; state <= POST_ABSENT; state *= 2) {
		const char *by = policy_substitute(m->d->at.policy, m->edition, for_post, state, NULL, NULL);
		if (by && strcmp(by, post) == 0)
			return true;
	}
	return false;
}

static bool stands_above(const struct mine *m, const char *post, const struct policy_post *below_it)
{
	for (size_t i = 0; m->rise && i < below_it->under_count; i++)
		if (strcmp(below_it->under[i], post) == 0)
			return true;
	return false;
}

/* A post per something wider than a section answers for the sections below it. */
static struct result try_holding(struct mine *m, const struct holding *h)
{
	TRY(try_seat(m, h->post, h->scope, NULL));
	for (size_t i = 0; i < policy_post_count(m->d->at.policy, m->edition); i++) {
		const struct policy_post *post = policy_post_at(m->d->at.policy, m->edition, i);
		bool wider = strcmp(post->name, h->post) == 0 && *post->per && strcmp(post->per, "section") != 0;
		if (wider || stands_in(m, h->post, post->name) || stands_above(m, h->post, post))
			TRY(try_places(m, post, h->scope));
	}
	return ok();
}

static struct result try_delegations(struct mine *m)
{
	struct delegation *list;
	size_t count;
	TRY(office_delegations(m->d->at.office, m->day, m->arena, &list, &count, m->why));
	for (size_t i = 0; i < count; i++) {
		size_t comma = strcspn(list[i].matter, ",");
		const char *first = arena_string(m->arena, slice_of(list[i].matter, comma));
		if (!first)
			return duty_no_memory(m->why);
		TRY(try_seat(m, list[i].post, list[i].scope, strcmp(first, "*") == 0 ? NULL : first));
	}
	return ok();
}

static struct result find_seats(struct mine *m)
{
	struct holding *held;
	size_t count;
	struct policy_value rise = {0};
	m->edition = policy_edition_on(m->d->at.policy, m->d->at.policy_name, m->day);
	m->seats = ARENA_ARRAY(m->arena, SCOPES, struct duty_seat);
	if (!m->seats)
		return duty_no_memory(m->why);
	if (!m->edition)
		return ok();
	if (policy_parameter(m->d->at.policy, m->edition, "rise", NULL, m->day, &rise, NULL).code == OK)
		m->rise = rise.set && rise.number == 1;
	TRY(office_sections(m->d->at.office, m->arena, &m->sections, &m->section_count, m->why));
	TRY(office_holdings(m->d->at.office, m->person, m->day, m->arena, &held, &count, m->why));
	for (size_t i = 0; i < count; i++)
		TRY(try_holding(m, &held[i]));
	return try_delegations(m);
}

struct gathered {
	struct obligation *at;
	size_t count;
};

static struct result gather(struct mine *m, const struct duty_query *q, const char *role, const struct duty_seat *seat,
                            struct gathered *to)
{
	static const char sql[] =
		"SELECT " DUTY_COLUMNS " FROM duty_owner w JOIN duty d ON d.id = w.duty WHERE w.role = ?10 AND w.post = ?11"
		" AND w.scope = ?12 AND w.person = '' AND (?10 = 'by' OR d.escalations > 0) AND" FILTER " LIMIT ?13";
	static const char own_sql[] =
		"SELECT " DUTY_COLUMNS " FROM duty_owner w JOIN duty d ON d.id = w.duty WHERE w.role = ?10 AND w.person = ?11"
		" AND (?10 = 'by' OR d.escalations > 0) AND" FILTER " LIMIT ?12";
	struct arg args[FILTERS + 4];
	struct obligation *found;
	size_t count;
	filter_args(m->d, q, args);
	args[FILTERS] = arg_str(role);
	args[FILTERS + 1] = arg_str(seat ? seat->post : m->person);
	args[FILTERS + 2] = seat ? arg_str(seat->scope) : arg_i64(LISTED);
	args[FILTERS + 3] = arg_i64(LISTED);
	TRY(duty_rows(m->d, seat ? sql : own_sql, args, seat ? FILTERS + 4 : FILTERS + 3, m->arena, &found, &count, m->why));
	for (size_t i = 0; i < count; i++) {
		bool twice = false;
		for (size_t k = 0; k < to->count && !twice; k++)
			twice = strcmp(to->at[k].id, found[i].id) == 0;
		if (!twice && to->count < LISTED)
			to->at[to->count++] = found[i];
	}
	return ok();
}

static struct result list_mine(struct duties *d, const struct duty_query *q, struct arena *arena, struct obligation **out,
                               size_t *count, size_t *total, struct why *why)
{
	struct mine m = {.d = d, .person = q->person, .day = duty_today(d), .arena = arena, .why = why};
	struct gathered all = {.at = ARENA_ARRAY(arena, LISTED, struct obligation)};
	static const char *const roles[] = {"by", "else"};
	if (!all.at)
		return duty_no_memory(why);
	TRY(find_seats(&m));
	for (size_t r = 0; r < (q->escalated_to ? 2 : 1); r++) {
		TRY(gather(&m, q, roles[r], NULL, &all));
		for (size_t i = 0; i < m.count; i++)
			TRY(gather(&m, q, roles[r], &m.seats[i], &all));
	}
	if (all.count)
		qsort(all.at, all.count, sizeof *all.at, by_urgency);
	size_t from = q->skip < all.count ? q->skip : all.count, left = all.count - from;
	if (total)
		*total = all.count;
	*out = all.at + from;
	*count = left < q->limit ? left : q->limit;
	return ok();
}

struct result duty_list(struct duties *d, const struct duty_query *query, struct arena *arena, struct obligation **out,
                        size_t *count, size_t *total, struct why *why)
{
	if (query->person && *query->person)
		return list_mine(d, query, arena, out, count, total, why);
	return list_all(d, query, arena, out, count, total, why);
}
