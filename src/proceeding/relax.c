/* Relaxations of an emergency: begun, in force, over. */
#include "proceeding/relax.h"

#include "proceeding/internal.h"

enum { ROOM = 4 << 20, LISTED = 200 };
static const char act_name[] = "relax", over[] = "relaxation_over";

/* ---- beginning ---------------------------------------------------------------------- */

static struct result check_clauses(struct proceedings *p, const struct relax_request *r, struct why *why)
{
	const struct policy_edition *edition = policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p));
	if (!r->clause_count || r->clause_count > RELAX_CLAUSES)
		return fail(why, E_INPUT, "clauses", "緩める条文を、1個から%d個まで書いてください。", RELAX_CLAUSES);
	for (size_t k = 0; k < r->clause_count; k++) {
		bool known = false;
		for (size_t i = 0; edition && !known && i < policy_clause_count(p->at.policy, edition); i++)
			known = strcmp(policy_clause_at(p->at.policy, edition, i)->id, r->clauses[k]) == 0;
		if (!known)
			return fail(why, E_INPUT, "clauses", "「%.60s」という条文は、施行中のポリシーにありません。", r->clauses[k]);
		if (policy_clause_absolute(p->at.policy, edition, r->clauses[k]))
			return fail(why, E_DENIED, r->clauses[k], "「%.60s」は、いかなる場合も守る定めです。緊急時にも緩められません。", r->clauses[k]);
	}
	return ok();
}

static struct result check_request(struct proceedings *p, const struct relax_request *r, struct arena *arena, struct why *why)
{
	struct section section;
	if (!*r->ground)
		return fail(why, E_INPUT, "ground", "「理由」が空です。何を続けるために緩めるのかを書いてください。");
	if (r->until < proceeding_today(p))
		return fail(why, E_INPUT, "until", "「終わりの日」が過ぎています。今日か、あとの日を書いてください。");
	if (*r->section && office_section(p->at.office, r->section, arena, &section, NULL).code != OK)
		return fail(why, E_INPUT, "section", "「どこで」の課が、組織にありません。");
	return check_clauses(p, r, why);
}

/* May this person relax anything in this case, as it stands now? */
static struct result may(struct proceedings *p, const char *emergency, const char *actor, struct arena *arena,
                         struct case_view *view, const struct decision **out, struct why *why)
{
	struct policy_act act;
	if (!policy_act_find(p->at.policy, act_name, &act))
		return fail(why, E_DENIED, act_name, "この語彙には、緊急時に制限を緩める行いがありません。");
	if (!*emergency || case_get(p, emergency, arena, view, NULL).code != OK || strcmp(view->row.kind, act.kind) != 0)
		return fail(why, E_DENIED, act_name, "緊急事態が宣言されていません。制限を緩められるのは、宣言された緊急事態の間だけです。");
	const struct fact_pair facts[] = {{"object", emergency}, {"object.step", view->step}};
	const struct wish wish = {.act = act_name, .actor = actor, .subject = emergency, .facts = facts, .fact_count = 2};
	TRY(decide_with(p, &wish, NULL, 0, arena, out, why));
	if ((*out)->verdict == PASS && !view->drill)
		return ok();
	if (view->drill)
		return fail(why, E_DENIED, act_name, "訓練では、制限は緩みません。");
	return (*out)->verdict == REFUSE ? policy_refusal(*out, why) : case_missing(*out, why);
}

static struct result write_one(struct proceedings *p, const struct relax_request *r, const char *clause, const char *step,
                               const char *sealed, const struct decision *decision, struct why *why)
{
	char id[27];
	TRY(random_id(p->at.random, id, why));
	return proceeding_record(p, "relaxation.begun", id, r->actor, "", decision,
	                         json_pack("{ss ss ss ss ss ss sI}", "done", act_name, "of", r->emergency, "clause", clause, "section",
	                                   r->section, "step", step, "ground", sealed, "until", (json_int_t)r->until), why);
}

static struct result begin_all(struct proceedings *p, const struct relax_request *r, struct arena *arena, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision;
	struct case_view view;
	char sealed[27];
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(may(p, r->emergency, r->actor, arena, &view, &decision, why));
	TRY(check_request(p, r, arena, why));
	TRY(seal_text(p, r->ground, sealed, why));
	for (size_t i = 0; i < r->clause_count; i++)
		TRY(write_one(p, r, r->clauses[i], view.step, sealed, decision, why));
	return tx_commit(&tx, why);
}

struct result relax_begin(struct proceedings *p, const struct relax_request *r, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct why own = {0};
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	struct result done = begin_all(p, r, arena, &own);
	if (done.code == OK)
		return ok();
	AUTO(tx_drop) struct tx tx = {0};
	if (done.code == E_DENIED && !store_in_transaction(p->at.store) && tx_begin(p->at.store, &tx, NULL).code == OK) {
		TRY(proceeding_record_refused(p, "relaxation.refused", *r->emergency ? r->emergency : act_name, r->actor, "", own.place,
		                              json_pack("{ss}", "act", act_name), why));
		TRY(tx_commit(&tx, why));
	}
	return fail(why, done.code, own.place, "%s", own.text);
}

/* ---- ending ------------------------------------------------------------------------- */

static struct result take(struct proceedings *p, struct statement *s, struct arena *arena, struct relaxation *out,
                          struct why *why)
{
	*out = (struct relaxation){
		.id = arena_string(arena, column_text(s, 0)), .emergency = arena_string(arena, column_text(s, 1)),
		.clause = arena_string(arena, column_text(s, 2)), .section = arena_string(arena, column_text(s, 3)),
		.by = arena_string(arena, column_text(s, 4)), .until = (day_t)column_i64(s, 6), .began_ms = column_i64(s, 7),
		.ended_ms = column_i64(s, 8), .ended_by = arena_string(arena, column_text(s, 9))};
	TRY(unseal_text(p, column_text(s, 5), arena, &out->ground, why));
	return out->id && out->emergency && out->clause && out->section && out->by && out->ended_by
	               ? ok() : fail(why, E_MEMORY, "relaxation", "no memory for the relaxations");
}

#define RELAX_COLUMNS "SELECT id, emergency, clause, section, actor, ground, until_day, began_ms, ended_ms, ended_by FROM relaxation "

static struct result read_all(struct proceedings *p, const char *sql, const struct arg *args, size_t arg_count,
                              struct arena *arena, struct relaxation **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct relaxation *list = ARENA_ARRAY(arena, LISTED, struct relaxation);
	bool row = false;
	if (!list)
		return fail(why, E_MEMORY, "relaxation", "no memory for the relaxations");
	TRY(store_ask(p->at.store, sql, args, arg_count, &s, why));
	for (*count = 0; *count < LISTED; (*count)++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take(p, s, arena, &list[*count], why));
	}
	*out = list;
	return ok();
}

struct result relax_list(struct proceedings *p, struct arena *arena, struct relaxation **out, size_t *count, struct why *why)
{
	return read_all(p, RELAX_COLUMNS "ORDER BY ended_ms <> 0, began_ms DESC, id LIMIT 200", NULL, 0, arena, out, count, why);
}

static struct result end_one(struct proceedings *p, const struct relaxation *r, const char *by, struct why *why)
{
	return proceeding_record(p, "relaxation.ended", r->id, by, "", NULL,
	                         json_pack("{ss ss s{ss}}", "done", over, "of", r->emergency, "facts", "actor", r->by), why);
}

struct result relax_end(struct proceedings *p, const char *id, const char *actor, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision;
	struct relaxation *found;
	struct case_view view;
	size_t count;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(read_all(p, RELAX_COLUMNS "WHERE id = ?1", ARGS(arg_str(id)), arena, &found, &count, why));
	if (!count)
		return fail(why, E_ABSENT, "relaxation", "その緩和はありません。");
	if (found[0].ended_ms)
		return fail(why, E_CONFLICT, "relaxation", "その緩和は、もう終わっています。");
	TRY(may(p, found[0].emergency, actor, arena, &view, &decision, why));
	TRY(end_one(p, &found[0], actor, why));
	return tx_commit(&tx, why);
}

struct result relax_follow(struct proceedings *p, const char *emergency, const char *step, struct arena *arena, struct why *why)
{
	struct relaxation *found;
	size_t count;
	TRY(read_all(p, RELAX_COLUMNS "WHERE emergency = ?1 AND step <> ?2 AND ended_ms = 0 ORDER BY id LIMIT 200",
	             ARGS(arg_str(emergency), arg_str(step)), arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		TRY(end_one(p, &found[i], "emergency", why));
	return ok();
}

struct result relax_lapse(struct proceedings *p, size_t *ended, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct relaxation *found;
	*ended = 0;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(read_all(p, RELAX_COLUMNS "WHERE ended_ms = 0 AND until_day < ?1 ORDER BY id LIMIT 200",
	             ARGS(arg_i64(proceeding_today(p))), arena, &found, ended, why));
	for (size_t i = 0; i < *ended; i++)
		TRY(end_one(p, &found[i], "sekisho-clock", why));
	return tx_commit(&tx, why);
}

/* ---- in force ----------------------------------------------------------------------- */

struct result relax_read(struct proceedings *p, const char *actor, day_t day, struct arena *arena,
                         struct policy_exception *list, size_t room, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct person person = {.section = ""};
	bool row = false;
	TRY(store_ask_one(p->at.store, "SELECT 1 FROM relaxation WHERE until_day >= ?1 AND (ended_ms = 0 OR ended_day > ?1)",
	                  ARGS(arg_i64(day)), &row, NULL, why));
	if (!row)
		return ok(); /* most often */
	(void)office_person(p->at.office, actor, arena, &person, NULL).code;
	TRY(store_ask(p->at.store, "SELECT r.id, r.clause FROM relaxation r JOIN case_state c ON c.id = r.emergency"
	              " WHERE r.until_day >= ?1 AND r.began_day <= ?1 AND (r.ended_ms = 0 AND c.step = r.step OR r.ended_day > ?1)"
	              " AND (r.section = '' OR r.section = ?2) ORDER BY r.id", ARGS(arg_i64(day), arg_str(person.section)), &s, why));
	while (*count < room) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		struct policy_exception one = {.reference = arena_string(arena, column_text(s, 0)),
		                               .clause = arena_string(arena, column_text(s, 1)), .relaxed = true};
		if (!one.reference || !one.clause)
			return fail(why, E_MEMORY, "", "no memory for the relaxations");
		list[(*count)++] = one;
	}
	return ok();
}

struct result relax_apply(struct store *store, const struct ledger_entry *entry, const json_t *data, struct why *why)
{
	int64_t changed = 0;
	AUTO(statement_drop) struct statement *s = NULL;
	const struct arg id = arg_text(entry->subject), when = arg_i64(entry->time_ms), day = arg_i64(day_of_ms(entry->time_ms));
	if (slice_is(entry->kind, "relaxation.refused"))
		return ok();
	if (slice_is(entry->kind, "relaxation.begun"))
		TRY(store_ask(store, "INSERT INTO relaxation (id, emergency, clause, section, step, actor, ground, until_day, began_ms,"
		              " began_day, ended_ms, ended_day, ended_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, '')",
		              ARGS(id, arg_str(json_text(data, "of")), arg_str(json_text(data, "clause")), arg_str(json_text(data, "section")),
		                   arg_str(json_text(data, "step")), arg_text(entry->actor), arg_str(json_text(data, "ground")),
		                   arg_i64(json_number(data, "until")), when, day), &s, why));
	else
		TRY(store_ask(store, "UPDATE relaxation SET ended_ms = ?2, ended_day = ?3, ended_by = ?4 WHERE id = ?1 AND ended_ms = 0",
		              ARGS(id, when, day, arg_text(entry->actor)), &s, why));
	TRY(statement_run(s, &changed, why));
	return changed ? ok() : fail(why, E_CONFLICT, "relaxation", "その緩和は、もう終わっています。");
}
