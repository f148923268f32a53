/* 例外措置: one clause set aside for one thing, for a ground, until a day.
 *
 * Asked for beforehand it is an application like others.  In an emergency, where the text
 * has it, it begins on the manager's own word: then nobody has permitted it, it opens no
 * gate (policy_exception.claimed), its beginning is the trigger of the duty to report it,
 * the report that of the duty to look at it, and whoever looks lets it stand or ends it.
 * When it has to be reported, to whom, and who may look is the policy's.
 * clause  HN-2.7.4(2), HN-2.7.4(3)/1, FS-11.3                                   */
#include "proceeding/internal.h"
#include "register/book.h"

enum { ROOM = 2 << 20 };

/* ---- it begins ------------------------------------------------------------------ */

/* What a record keeps of it is known; so the record is whole from the beginning. */
static struct result record_whole(struct proceedings *p, const struct application *a, struct arena *arena,
                                  struct why *why)
{
	enum { MORE = 2, LOOKED_AT = 8 };
	struct book_entry *made;
	size_t count;
	bool more;
	struct fact_pair *facts = ARENA_ARRAY(arena, a->fact_count + MORE, struct fact_pair);
	if (!facts)
		return fail(why, E_MEMORY, "record", "記録簿に書く記憶域が足りません。");
	for (size_t i = 0; i < a->fact_count; i++)
		facts[i] = a->facts[i];
	facts[a->fact_count] = (struct fact_pair){"clauses", a->exception_to};
	facts[a->fact_count + 1] = (struct fact_pair){"object.approver", BOOK_NONE};
	const char *approver = a->word_count ? a->words[a->word_count - 1].person : "";
	const struct effect_of of = {.row = a->subject, .section = a->section, .origin = a->id, .actor = a->applicant,
		.approver = approver, .facts = facts, .fact_count = a->fact_count + (*approver ? 1 : 2), .done = true};
	TRY(effect_record(p, a->decision, &of, arena, why));
	if (!p->at.registers)
		return ok();
	const struct book_query query = {.origin = a->id, .state = BOOK_OPEN, .limit = LOOKED_AT};
	TRY(book_list(p->at.registers, &query, arena, &made, &count, &more, why));
	for (size_t i = 0; i < count; i++)
		if (!made[i].empty_count)
			TRY(book_close(p->at.registers, made[i].id, a->applicant, "", NULL, 0, why));
	return ok();
}

struct result exception_begun(struct proceedings *p, const struct application *a, struct arena *arena, struct why *why)
{
	TRY(record_whole(p, a, arena, why));
	if (a->word_count)
		return ok();
	return proceeding_record(p, "application.urgent.begun", a->id, a->applicant, "", a->decision, json_object(), why);
}

static struct result preview(struct proceedings *p, const struct exception_request *e, const struct wish *wish,
                             struct arena *arena, struct why *why)
{
	const struct decision *decision;
	TRY(application_preview(p, wish, arena, &decision, why));
	if (!e->urgent || decision->verdict != HOLD)
		return ok();
	return fail(why, E_DENIED, e->clause, "この条文は、許可を待たずに例外とすることができません（緊急の例外をとれるのは、条文が定める役職の人だけで、"
	            "仕組みが強制している定めは、許可があるまで開きません）。「緊急」を外して、許可を求めてください。");
}

struct result exception_begin(struct proceedings *p, const struct exception_request *e, char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	char day[11];
	day_iso(e->until, day);
	const struct policy_edition *edition = policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p));
	const char *name = edition ? policy_exception_claim(p->at.policy, edition) : "";
	const struct policy_claim claim = {.name = name, .reason = e->ground};
	const struct fact_pair facts[] = {{"object.ground", e->ground}, {"object.until", day}};
	const struct wish wish = {.act = "exception.begin", .actor = e->actor, .subject = *e->object ? e->object : e->actor,
		.facts = facts, .fact_count = 2, .claims = &claim, .claim_count = e->urgent ? 1 : 0, .exception_to = e->clause};
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (e->urgent && !*name)
		return fail(why, E_DENIED, "urgent", "いまのポリシーに、許可を待たずに例外措置をとれる定めはありません。許可を求めてください。");
	TRY(preview(p, e, &wish, arena, why));
	const char *title = arena_printf(arena, "%s例外措置（%s）", e->urgent ? "緊急の" : "", e->clause);
	if (!title)
		return fail(why, E_MEMORY, "", "no memory");
	const struct application_request request = {.wish = wish, .section = e->section, .title = title, .purpose = e->ground,
	                                            .until = e->until};
	return application_apply(p, &request, id, why);
}

/* ---- it is reported, and looked at ------------------------------------------------- */

static struct result take(struct proceedings *p, struct statement *s, struct arena *arena, struct application_urgent *out,
                          struct why *why)
{
	*out = (struct application_urgent){
		.application = arena_string(arena, column_text(s, 0)), .since_ms = column_i64(s, 1), .reported_ms = column_i64(s, 2),
		.reviewer = arena_string(arena, column_text(s, 4)), .reviewed_ms = column_i64(s, 5), .upheld = column_i64(s, 6) != 0};
	TRY(unseal_text(p, column_text(s, 3), arena, &out->report, why));
	TRY(unseal_text(p, column_text(s, 7), arena, &out->words, why));
	return out->application && out->reviewer ? ok() : fail(why, E_MEMORY, "application", "no memory for an exception");
}

struct result application_urgent_of(struct proceedings *p, const char *id, struct arena *arena,
                                    struct application_urgent *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_ask(p->at.store, "SELECT application, since_ms, reported_ms, report, reviewer, reviewed_ms, upheld, words"
	              " FROM application_urgent WHERE application = ?1", ARGS(arg_str(id)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_ABSENT, "application", "これは、許可を待たずにとられた例外措置ではありません。");
	return take(p, s, arena, out, why);
}

struct result application_report(struct proceedings *p, const char *id, const char *person, const char *words,
                                 struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct application_row row;
	struct application_urgent u;
	char sealed[27];
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (!*words)
		return fail(why, E_INPUT, "report", "「報告」が空です。何が起き、何をし、いまどうなっているかを書いてください。");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(row_read(p, slice_str(id), arena, &row, why));
	TRY(application_urgent_of(p, id, arena, &u, why));
	if (strcmp(row.applicant, person) != 0)
		return fail(why, E_DENIED, row.number, "報告するのは、例外措置をとった人です。");
	if (u.reported_ms)
		return fail(why, E_CONFLICT, row.number, "この例外措置は、すでに報告されています。");
	TRY(seal_text(p, words, sealed, why));
	TRY(proceeding_record(p, "application.urgent.reported", id, person, "", NULL,
	                      json_pack("{ss ss ss s{ss}}", "done", "exception.report", "of", id, "words", sealed, "facts", "actor",
	                                person), why));
	return tx_commit(&tx, why);
}

/* Whoever may look at it by the policy, but never the one who began it. */
static struct result may_look(struct proceedings *p, const struct application_row *row, const char *person,
                              struct arena *arena, const struct decision **out, struct why *why)
{
	const struct fact_pair step = {"object.step", "in_force"};
	const struct wish wish = {.act = "exception.review", .actor = person, .subject = row->id, .facts = &step, .fact_count = 1};
	if (strcmp(row->applicant, person) == 0)
		return fail(why, E_DENIED, row->number, "ご自分のとった例外措置は、ご自分では認められません。");
	TRY(decide_with(p, &wish, NULL, 0, arena, out, why));
	if ((*out)->verdict == REFUSE)
		return policy_refusal(*out, why);
	return (*out)->verdict == PASS ? ok() : case_missing(*out, why);
}

bool application_may_review(struct proceedings *p, const char *id, const char *person, struct arena *arena)
{
	struct application_row row;
	const struct decision *decision;
	return row_read(p, slice_str(id), arena, &row, NULL).code == OK &&
	       may_look(p, &row, person, arena, &decision, NULL).code == OK;
}

struct result application_review(struct proceedings *p, const char *id, const char *person, bool upheld,
                                 const char *words, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision;
	struct application_row row;
	struct application_urgent u;
	char sealed[27];
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (!upheld && !*words)
		return fail(why, E_INPUT, "words", "「理由」が空です。例外措置をとった人が次にすることがわかりません。理由を書いてください。");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(row_read(p, slice_str(id), arena, &row, why));
	TRY(application_urgent_of(p, id, arena, &u, why));
	TRY(may_look(p, &row, person, arena, &decision, why));
	if (!u.reported_ms || u.reviewed_ms)
		return fail(why, E_CONFLICT, row.number, u.reviewed_ms ? "この例外措置は、すでに判断されています。"
		                                                       : "まだ報告されていません。報告を受けてから判断してください。");
	TRY(seal_text(p, words, sealed, why));
	TRY(proceeding_record(p, "application.urgent.reviewed", id, person, "", decision,
	                      json_pack("{ss ss ss sb s{ss}}", "done", "exception.review", "of", id, "words", sealed, "upheld", upheld,
	                                "facts", "actor", person), why));
	if (!upheld && row.state == APPLICATION_PERMITTED)
		TRY(proceeding_record(p, "application.closed", id, person, "", NULL, json_pack("{ss}", "done", "exception.end"), why));
	return tx_commit(&tx, why);
}

struct result urgent_apply(struct store *store, const struct ledger_entry *entry, const json_t *data, struct why *why)
{
	int64_t changed = 0;
	AUTO(statement_drop) struct statement *s = NULL;
	const struct arg id = arg_text(entry->subject), when = arg_i64(entry->time_ms), words = arg_str(json_text(data, "words"));
	if (slice_is(entry->kind, "application.urgent.begun"))
		TRY(store_ask(store, "INSERT INTO application_urgent (application, since_ms, reported_ms, report, reviewer, reviewed_ms,"
		              " upheld, words) VALUES (?1, ?2, 0, '', '', 0, 0, '')", ARGS(id, when), &s, why));
	else if (slice_is(entry->kind, "application.urgent.reported"))
		TRY(store_ask(store, "UPDATE application_urgent SET reported_ms = ?2, report = ?3 WHERE application = ?1 AND"
		              " reported_ms = 0", ARGS(id, when, words), &s, why));
	else
		TRY(store_ask(store, "UPDATE application_urgent SET reviewed_ms = ?2, words = ?3, upheld = ?4, reviewer = ?5 WHERE"
		              " application = ?1 AND reviewed_ms = 0",
		              ARGS(id, when, words, arg_i64(json_is_true(json_object_get(data, "upheld"))), arg_text(entry->actor)), &s, why));
	TRY(statement_run(s, &changed, why));
	return changed ? ok() : fail(why, E_CONFLICT, "application", "この例外措置は、すでに報告又は判断されています。");
}

/* ---- rules set aside by a word while something is done ---------------------------- */

static const struct policy_claim *claim_of(const struct wish *wish, const char *name)
{
	for (size_t i = 0; *name && i < wish->claim_count; i++)
		if (strcmp(wish->claims[i].name, name) == 0 && *wish->claims[i].reason)
			return &wish->claims[i];
	return NULL;
}

struct result exception_follow(struct proceedings *p, const struct wish *wish, const struct decision *decision,
                               const char *section, struct why *why)
{
	const struct policy_edition *edition = policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p));
	const struct policy_claim *claim = claim_of(wish, edition ? policy_exception_claim(p->at.policy, edition) : "");
	for (size_t i = 0; claim && i < decision->spoken_count; i++) {
		const struct spoken *spoken = &decision->spoken[i];
		struct exception_request e = {.actor = wish->actor, .section = section, .clause = spoken->clause->id,
			.object = wish->subject, .ground = claim->reason, .until = proceeding_today(p), .urgent = true};
		char id[27];
		struct why own = {0};
		if (spoken->effect != EFFECT_LIFTED)
			continue;
		struct result begun = exception_begin(p, &e, id, &own);
		if (begun.code != OK && begun.code != E_DENIED) /* denied: another lift was it, or the exception stands already */
			return fail(why, begun.code, own.place, "%s", own.text);
	}
	return ok();
}
