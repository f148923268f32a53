/* Submitting, answering and ending applications. */
#include "proceeding/board.h"
#include "register/hold.h"
#include "register/book.h"

#include <limits.h>
#include <stdlib.h>

enum { ROOM = 4 << 20 }; /* arena of one call */

struct result proceeding_open(const struct proceeding_parts *parts, struct proceedings **out,
                              struct why *why)
{
	struct proceedings *p = calloc(1, sizeof *p);
	if (!p)
		return fail(why, E_MEMORY, "", "no memory");
	p->at = *parts;
	struct result opened = board_open(&p->board, why);
	if (opened.code == OK)
		*out = p;
	else
		proceeding_close(p);
	return opened;
}

void proceeding_close(struct proceedings *p)
{
	if (p)
		board_close(p->board);
	free(p);
}

void proceeding_drop(struct proceedings **p)
{
	proceeding_close(*p);
	*p = NULL;
}

/* Everything this room changes happens between these two. */
static struct result begin(struct proceedings *p, bool *own, struct why *why)
{
	*own = !store_in_transaction(p->at.store);
	return *own ? store_begin(p->at.store, why) : ok();
}

static struct result finish(struct proceedings *p, bool own, struct result done, struct why *why)
{
	if (!own)
		return done;
	if (done.code == OK)
		return store_commit(p->at.store, why);
	store_rollback(p->at.store);
	return done;
}

struct result proceeding_record(struct proceedings *p, const char *kind, const char *id, const char *actor,
                                const char *post, const struct decision *decision, json_t *data,
                                struct why *why)
{
	struct slice clauses[32];
	struct ledger_entry entry = {
		.body = slice_str(p->at.body), .kind = slice_str(kind), .actor = slice_str(actor),
		.post = slice_str(post), .subject = slice_str(id), .clauses = clauses,
	};
	for (size_t i = 0; decision && i < decision->spoken_count && entry.clause_count < 32; i++)
		clauses[entry.clause_count++] = slice_str(decision->spoken[i].clause->id);
	return ledger_record(p->at.ledger, &entry, data, why);
}

/* place  the clause that refused, or what else stood in the way */
struct result proceeding_record_refused(struct proceedings *p, const char *kind, const char *id, const char *actor,
                                        const char *post, const char *place, json_t *data, struct why *why)
{
	const struct slice clause = slice_str(place);
	struct ledger_entry entry = {.body = slice_str(p->at.body), .kind = slice_str(kind), .actor = slice_str(actor),
	                             .post = slice_str(post), .subject = slice_str(id), .clauses = &clause};
	entry.clause_count = policy_clause(p->at.policy, place) != NULL; /* an adopted one, too */
	return ledger_record(p->at.ledger, &entry, data, why);
}

/* ---- submitting --------------------------------------------------------- */

static struct result next_serial(struct proceedings *p, int year, int64_t *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_prepare(p->at.store,
	                  "SELECT COALESCE(MAX(serial), 0) + 1 FROM application WHERE fiscal_year = ?1", &s,
	                  why));
	bind_i64(s, 1, year);
	TRY(statement_step(s, &row, why));
	*out = row ? column_i64(s, 0) : 1;
	return ok();
}

static struct result submit(struct proceedings *p, const struct application_request *request,
                            const struct decision *decision, const char *id, struct why *why)
{
	char edition[11] = "", digest[2 * VAULT_DIGEST + 1];
	struct vault_info detail;
	int64_t serial = 0;
	day_t today = proceeding_today(p);
	const struct policy_edition *in_force =
		policy_edition_on(p->at.policy, p->at.policy_name, today);
	if (in_force)
		day_iso(in_force->effective, edition);
	TRY(next_serial(p, fiscal_year(today), &serial, why));
	TRY(frozen_seal(p, request, &detail, why));
	hex_encode(detail.digest, VAULT_DIGEST, digest);
	json_t *data = json_pack(
		"{ss ss ss ss ss ss ss sI si sI ss sb}", "about", request->wish.subject, "act", request->wish.act,
		"detail", detail.id, "digest", digest, "edition", edition, "exception_to",
		request->wish.exception_to ? request->wish.exception_to : "", "section", request->section,
		"serial", (json_int_t)serial, "fiscal_year", fiscal_year(today), "until",
		(json_int_t)request->until, "joint", request->joint ? request->joint : "", "together", request->together);
	return proceeding_record(p, "application.submitted", id, request->wish.actor, "", decision, data, why);
}

static const char *object_of(const struct wish *wish)
{
	for (size_t i = 0; i < wish->fact_count; i++)
		if (strcmp(wish->facts[i].path, "object") == 0)
			return wish->facts[i].value;
	return "";
}

struct result application_submit(struct proceedings *p, const struct application_request *request,
                                 char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	const struct decision *decision = NULL;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (request->wish.exception_to && (!request->purpose || !request->purpose[0]))
		return fail(why, E_INPUT, "reason",
		            "「理由」が空です。許可する人が判断できません。例外が要る理由を書いてください。");
	if (request->wish.exception_to && request->until < proceeding_today(p))
		return fail(why, E_INPUT, "until",
		            "「いつまで」が過ぎた日です。今日以後の日を書いてください。");
	TRY(application_preview(p, &request->wish, arena, &decision, why));
	if (decision->verdict == REFUSE)
		return hold_refused(p->at.registers, object_of(&request->wish), policy_refusal(decision, why), why);
	TRY(random_id(p->at.random, id, why));
	return submit(p, request, decision, id, why);
}

/* ---- answering ---------------------------------------------------------- */

enum { OTHERS = 256 };

/* The signers that are left for the slots of others, each once. */
static void add_others(const struct application_slot *slot, const char *person, const char **others, size_t *count)
{
	for (size_t k = 0; k < slot->holder_count && *count < OTHERS; k++) {
		bool known = strcmp(slot->holders[k].person, person) == 0;
		for (size_t i = 0; i < *count && !known; i++)
			known = strcmp(others[i], slot->holders[k].person) == 0;
		if (!known)
			others[(*count)++] = slot->holders[k].person;
	}
}

/* How many of the other signatures that are still wanted others can give. */
static size_t left_for_others(const struct application *a, size_t taken, const char *person)
{
	const char *others[OTHERS];
	struct match_slot slots[MATCH_SLOTS];
	size_t signers = 0, count = 0, filled = 0;
	for (size_t i = 0; i < a->slot_count && count < MATCH_SLOTS; i++) {
		if (i == taken || a->slots[i].word)
			continue;
		slots[count++] = (struct match_slot){a->slots[i].holders, a->slots[i].holder_count};
		add_others(&a->slots[i], person, others, &signers);
	}
	(void)office_match(slots, count, others, signers, NULL, &filled);
	return filled;
}

/* The open slot that this person may fill today; NULL if none.  Who holds several of the
 * posts signs for the one that leaves the most to the others, or a route that can be
 * completed would stand still for ever.                                      */
static const struct application_slot *slot_for(const struct application *a, const char *person,
                                               const struct holder **as)
{
	const struct application_slot *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < a->slot_count; i++)
		for (size_t k = 0; a->slots[i].open && k < a->slots[i].holder_count; k++) {
			if (strcmp(a->slots[i].holders[k].person, person) != 0)
				continue;
			size_t left = left_for_others(a, i, person);
			if (best && left <= most)
				continue;
			best = &a->slots[i];
			*as = &a->slots[i].holders[k];
			most = left;
		}
	return best;
}

static const char *mark_of(const struct holder *holder)
{
	if (strcmp(holder->as, "substitute") == 0)
		return "代";
	return strcmp(holder->as, "delegate") == 0 ? "専決" : "";
}

struct result seal_text(struct proceedings *p, const char *text, char id[27], struct why *why)
{
	struct vault_info info;
	id[0] = 0;
	if (!text || !text[0])
		return ok();
	TRY(vault_put(p->at.vault, slice_str(text), 0, &info, why));
	memcpy(id, info.id, sizeof info.id);
	return ok();
}

static struct result record_word(struct proceedings *p, const struct application *a,
                                 const struct application_slot *slot, const struct holder *as,
                                 const char *answer, const char *reason, struct why *why)
{
	char sealed[27], post[128];
	bool self = strcmp(a->applicant, as->person) == 0;
	TRY(seal_text(p, reason, sealed, why));
	snprintf(post, sizeof post, "%s%s%s", as->post, as->scope[0] ? "@" : "", as->scope);
	json_t *data = json_pack("{ss ss ss ss ss sI}", "answer", answer, "mark", self ? "自" : mark_of(as), "post",
	                         slot->post, "reason", sealed, "scope", slot->scope, "place",
	                         (json_int_t)a->word_count);
	TRY(proceeding_record(p, "application.answered", a->id, as->person, post, a->decision, data, why));
	return self ? proceeding_record(p, "application.self", a->id, as->person, post, NULL,
	                                json_pack("{ss ss s{ss}}", "done", "self_decided", "of", a->id, "facts", "actor", as->person), why)
	            : ok();
}

static struct result decided_already(struct proceedings *p, const struct application *a, struct arena *arena,
                                     struct why *why)
{
	char when[48];
	struct person person = {.name = ""};
	const char *who = a->word_count ? a->words[a->word_count - 1].person : a->applicant;
	if (office_person(p->at.office, who, arena, &person, NULL).code != OK)
		person.name = who;
	ms_short(a->decided_ms, when);
	return fail(why, E_CONFLICT, a->number, "この申請は、%s に%sさんの操作ですでに「%s」になっています。", when,
	            person.name, application_state_japanese(a->state));
}

/* The clause that forbids it; it holds in every policy, whether the text says it or not. */
static const char *separation_id(const struct proceedings *p)
{
	const struct policy_edition *edition =
		policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p));
	const struct policy_clause *clause =
		edition ? policy_separation(p->at.policy, edition, "applicant", "approver") : NULL;
	return clause ? clause->id : "approver";
}

/* The applicant's own word: only where the text lets him for a reason that he gave when he
 * applied, nobody else holds the post, and he says why once more.  The policy hears of it. */
static struct result check_self(struct proceedings *p, const struct application *a, const struct application_slot *slot,
                                const char *person, const char *reason, struct why *why)
{
	if (strcmp(a->applicant, person) != 0)
		return ok();
	if (!slot || slot->holder_count != 1)
		return fail(why, E_DENIED, separation_id(p),
		            "ご自分の申請は決裁できません。申請した人と許可する人は別の人でなければなりません。");
	if (!reason || !*reason)
		return fail(why, E_INPUT, "reason", "ご自分の申請を決裁するときは、ほかの人にできないわけを書いてください。");
	return ok();
}

static struct result answer_now(struct proceedings *p, const char *id, const char *person,
                                enum application_answer answer, const char *reason,
                                struct arena *arena, struct why *why)
{
	static const char *const words[] = {"", "agree", "decline", "return"};
	struct application a;
	const struct holder *as = NULL;
	TRY(application_get(p, id, arena, &a, why));
	if (a.state != APPLICATION_OPEN)
		return decided_already(p, &a, arena, why);
	const struct application_slot *slot = slot_for(&a, person, &as);
	TRY(check_self(p, &a, slot, person, reason, why));
	if (!slot)
		return fail(why, E_DENIED, a.number, "この申請について、いま決裁を求められている役職ではありません。");
	TRY(record_word(p, &a, slot, as, words[answer], reason, why));
	TRY(after_record(p, &a, slot, as, arena, why));
	if (answer == ANSWER_RETURN)
		return joint_end(p, &a, "application.returned", person, arena, why);
	return settle(p, id, person, arena, why);
}

/* An attempt without right is itself a thing to keep. */
static void record_denied(struct proceedings *p, const char *id, const char *person,
                          const struct why *cause)
{
	if (store_begin(p->at.store, NULL).code != OK)
		return;
	json_t *data = json_pack("{ss}", "place", cause->place);
	struct result done = proceeding_record_refused(p, "application.denied", id, person, "", cause->place, data, NULL);
	if (done.code != OK || store_commit(p->at.store, NULL).code != OK)
		store_rollback(p->at.store);
}

struct result application_answer(struct proceedings *p, const char *id, const char *person,
                                 enum application_answer answer, const char *reason,
                                 struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct why local = {0};
	bool own = false;
	if (!why)
		why = &local;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	if (answer < ANSWER_AGREE || answer > ANSWER_RETURN)
		return fail(why, E_INPUT, "answer", "許可する・差し戻す・不許可にするのどれかを選んでください。");
	if (answer != ANSWER_AGREE && (!reason || !reason[0]))
		return fail(why, E_INPUT, "reason",
		            "「理由・条件」が空です。申請した人が次にすることがわかりません。理由を書いてください。");
	TRY(begin(p, &own, why));
	struct result done =
		finish(p, own, answer_now(p, id, person, answer, reason, arena, why), why);
	if (done.code == E_DENIED && own)
		record_denied(p, id, person, why);
	return done;
}

/* ---- applying ------------------------------------------------------------ */

static day_t until_of(const struct wish *wish)
{
	day_t until;
	for (size_t i = 0; i < wish->fact_count; i++)
		if ((strcmp(wish->facts[i].path, "until") == 0 || strcmp(wish->facts[i].path, "object.until") == 0) &&
		    day_parse(slice_str(wish->facts[i].value), &until, NULL).code == OK)
			return until;
	return DAY_OPEN;
}

static struct result check_apply(struct proceedings *p, const struct application_request *request,
                                 struct arena *arena, struct why *why)
{
	const struct decision *decision;
	TRY(application_preview(p, &request->wish, arena, &decision, why));
	if (decision->verdict == REFUSE)
		return hold_refused(p->at.registers, object_of(&request->wish), policy_refusal(decision, why), why);
	TRY(case_missing(decision, why));
	if (decision->verdict != PASS && decision_state(decision) == ROUTE_AGREED)
		return fail(why, E_DENIED, request->wish.act,
		            "「%s」は関門が確かめて決めることで、申請によっては決まりません。", decision->act_label);
	if (until_of(&request->wish) < proceeding_today(p))
		return fail(why, E_INPUT, "until", "過ぎた日までの許可は出せません。今日か、あとの日を書いてください。");
	return ok();
}

struct result application_apply(struct proceedings *p, const struct application_request *request,
                                char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct application_request whole = *request;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(check_apply(p, request, arena, why));
	whole.until = until_of(&request->wish);
	TRY(application_submit(p, &whole, id, why));
	TRY(settle(p, id, request->wish.actor, arena, why)); /* nobody to ask: permitted now */
	return tx_commit(&tx, why);
}

/* ---- ending ------------------------------------------------------------- */

static struct result withdraw(struct proceedings *p, const char *id, const char *person,
                              struct arena *arena, struct why *why)
{
	struct application a;
	TRY(application_get(p, id, arena, &a, why));
	if (strcmp(a.applicant, person) != 0)
		return fail(why, E_DENIED, a.number, "取り下げられるのは、申請した人だけです。");
	if (a.state != APPLICATION_OPEN)
		return fail(why, E_CONFLICT, a.number, "この申請は、すでに「%s」になっています。",
		            application_state_japanese(a.state));
	return joint_end(p, &a, "application.withdrawn", person, arena, why);
}

struct result application_withdraw(struct proceedings *p, const char *id, const char *person,
                                   struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	bool own = false;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(begin(p, &own, why));
	return finish(p, own, withdraw(p, id, person, arena, why), why);
}

/* Everything that had to be written down is. */
static struct result all_recorded(struct proceedings *p, const char *id, struct arena *arena, struct why *why)
{
	struct book_entry *open;
	struct policy_registry registry;
	size_t count;
	bool more;
	const struct book_query query = {.origin = id, .state = BOOK_OPEN, .limit = 1};
	if (!p->at.registers)
		return ok();
	TRY(book_list(p->at.registers, &query, arena, &open, &count, &more, why));
	if (count == 0)
		return ok();
	bool known = policy_registry_find(p->at.policy, open[0].registry, &registry);
	return fail(why, E_CONFLICT, open[0].id, "「%s」%s の記録がまだ終わっていません（空いている欄 %zu個）。書いて閉じてから、完了にしてください。",
	            known ? registry.title : open[0].registry, open[0].number, open[0].empty_count);
}

static struct result close_now(struct proceedings *p, const char *id, const char *person,
                               struct arena *arena, struct why *why)
{
	struct application_row row;
	TRY(row_read(p, slice_str(id), arena, &row, why));
	if (strcmp(row.applicant, person) != 0)
		return fail(why, E_DENIED, row.number, "完了にできるのは、申請した人だけです。");
	if (row.state != APPLICATION_PERMITTED && !(row.state == APPLICATION_LAPSED && row.decided_ms))
		return fail(why, E_CONFLICT, row.number, "この申請は「%s」です。完了にできるのは、許可された申請だけです。",
		            application_state_japanese(row.state));
	TRY(all_recorded(p, id, arena, why));
	TRY(effect_end(p, id, arena, why));
	return proceeding_record(p, "application.closed", id, person, "", NULL, json_object(), why);
}

struct result application_close(struct proceedings *p, const char *id, const char *person, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(close_now(p, id, person, arena, why));
	return tx_commit(&tx, why);
}

struct result application_use(struct proceedings *p, const char *id, const char *by,
                              struct why *why)
{
	return proceeding_record(p, "application.used", id, by, "", NULL, json_object(), why);
}

/* What was permitted until a day gone by and whose record is still open: the event that its
 * act names, told of the same thing, whose doer is the applicant.             */
static struct result lapse_data(struct proceedings *p, const char *id, struct arena *arena, json_t **out, struct why *why)
{
	struct application_row row;
	struct policy_act act;
	struct why own = {0};
	TRY(row_read(p, slice_str(id), arena, &row, why));
	bool late = row.state == APPLICATION_PERMITTED && policy_act_find(p->at.policy, row.act, &act) && *act.if_late;
	struct result recorded = late ? all_recorded(p, id, arena, &own) : ok();
	if (recorded.code != OK && recorded.code != E_CONFLICT)
		return fail(why, own.code, own.place, "%s", own.text);
	*out = recorded.code == OK ? json_object()
	                           : json_pack("{ss ss s{ss}}", "done", act.if_late, "of", row.subject, "facts", "actor", row.applicant);
	return ok();
}

static struct result lapse_next(struct proceedings *p, struct arena *arena, bool *found,
                                struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_prepare(p->at.store,
	                  "SELECT id FROM application WHERE until_day < ?1 AND"
	                  " (state = 'open' OR (state = 'permitted' AND used_ms = 0)) ORDER BY id LIMIT 1",
	                  &s, why));
	bind_i64(s, 1, proceeding_today(p));
	TRY(statement_step(s, found, why));
	if (!*found)
		return ok();
	const char *id = arena_string(arena, column_text(s, 0));
	if (!id)
		return fail(why, E_MEMORY, "", "no memory");
	json_t *data;
	TRY(effect_end(p, id, arena, why));
	TRY(lapse_data(p, id, arena, &data, why));
	return proceeding_record(p, "application.lapsed", id, "sekisho-clock", "", NULL, data, why);
}

struct result application_lapse(struct proceedings *p, size_t *count, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	bool own = false, found = true;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	for (*count = 0; *count < 1000; (*count)++) {
		TRY(begin(p, &own, why));
		TRY(finish(p, own, lapse_next(p, arena, &found, why), why));
		if (!found)
			break;
	}
	return ok();
}

struct result application_exceptions(struct proceedings *p, day_t day, struct arena *arena, const char ***out,
                                     size_t *count, struct why *why)
{
	enum { MOST = POLICY_CLAUSES };
	AUTO(statement_drop) struct statement *s = NULL;
	size_t room = 0, have = 0;
	const char **list = NULL;
	bool row = false;
	TRY(store_prepare(p->at.store,
	                  "SELECT DISTINCT exception_to FROM application WHERE state = 'permitted' AND exception_to <> ''"
	                  " AND until_day >= ?1 AND used_ms = 0 UNION SELECT r.clause FROM relaxation r JOIN case_state c ON"
	                  " c.id = r.emergency WHERE r.ended_ms = 0 AND r.until_day >= ?1 AND c.step = r.step ORDER BY 1", &s, why));
	bind_i64(s, 1, day);
	for (;;) {
		TRY(statement_step(s, &row, why));
		if (!row || have == MOST)
			break;
		if (have == room) {
			size_t wider = room ? room * 2 : 32;
			const char **more = ARENA_ARRAY(arena, wider, const char *);
			if (!more)
				return fail(why, E_MEMORY, "", "no memory for the exceptions");
			for (size_t i = 0; i < have; i++)
				more[i] = list[i];
			list = more;
			room = wider;
		}
		list[have++] = arena_string(arena, column_text(s, 0));
		if (!list[have - 1])
			return fail(why, E_MEMORY, "", "no memory for the exceptions");
	}
	*out = list;
	*count = have;
	return ok();
}
