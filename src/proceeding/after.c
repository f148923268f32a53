/* 後閲: what was decided in a person's stead is read by that person afterwards.
 *
 * The word has both meanings.  In some offices the one who would have decided reads
 * what his substitute decided (代決); in others one who would have been asked on the way
 * was passed over and reads the outcome.  Either way the post's own holder, who was
 * away, is told, and says that he has seen it: `last` tells the two apart.
 * Each is an entry "done": decided_for, by which the policy's duty begins on him, and
 * his reading is "done": review_decision, which settles it.                    */
#include "proceeding/internal.h"

struct result after_record(struct proceedings *p, const struct application *a, const struct application_slot *slot,
                           const struct holder *as, struct arena *arena, struct why *why)
{
	struct holder *over;
	size_t count;
	const struct office_question question = {.post = slot->post, .scope = slot->scope, .day = proceeding_today(p),
	                                         .policy_name = p->at.policy_name};
	if (strcmp(as->as, "substitute") != 0)
		return ok();
	bool last = slot == &a->slots[a->slot_count - 1];
	TRY(office_passed_over(p->at.office, p->at.policy, &question, arena, &over, &count, why));
	for (size_t i = 0; i < count; i++) {
		json_t *data = json_pack("{ss ss ss ss ss sb s{ss}}", "done", "decided_for", "of", a->id, "person", over[i].person,
		                         "post", slot->post, "scope", slot->scope, "last", last, "facts", "actor", over[i].person);
		TRY(proceeding_record(p, "application.passed_over", a->id, as->person, as->post, NULL, data, why));
	}
	return ok();
}

struct result after_apply(struct store *store, const struct ledger_entry *entry, const json_t *data, struct why *why)
{
	int64_t changed = 0;
	AUTO(statement_drop) struct statement *s = NULL;
	if (slice_is(entry->kind, "application.seen"))
		TRY(store_ask(store, "UPDATE application_after SET seen_ms = ?3 WHERE application = ?1 AND person = ?2 AND seen_ms = 0",
		              ARGS(arg_text(entry->subject), arg_text(entry->actor), arg_i64(entry->time_ms)), &s, why));
	else
		TRY(store_ask(store, "INSERT INTO application_after (application, person, post, scope, instead, last, since_ms, seen_ms)"
		              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
		              ARGS(arg_text(entry->subject), arg_str(json_text(data, "person")), arg_str(json_text(data, "post")),
		                   arg_str(json_text(data, "scope")), arg_text(entry->actor),
		                   arg_i64(json_is_true(json_object_get(data, "last"))), arg_i64(entry->time_ms)), &s, why));
	TRY(statement_run(s, &changed, why));
	return changed ? ok() : fail(why, E_CONFLICT, "application", "すでに後閲されています。");
}

static struct result take_after(struct statement *s, struct arena *arena, struct application_after *out, struct why *why)
{
	*out = (struct application_after){
		.application = arena_string(arena, column_text(s, 0)), .person = arena_string(arena, column_text(s, 1)),
		.post = arena_string(arena, column_text(s, 2)), .scope = arena_string(arena, column_text(s, 3)),
		.instead = arena_string(arena, column_text(s, 4)), .last = column_i64(s, 5) != 0, .since_ms = column_i64(s, 6),
		.seen_ms = column_i64(s, 7)};
	return out->application && out->person && out->post && out->scope && out->instead
	               ? ok() : fail(why, E_MEMORY, "application", "no memory for what was decided instead");
}

struct result application_after_list(struct proceedings *p, const char *application, const char *person, bool unseen,
                                     struct arena *arena, struct application_after **out, size_t *count, struct why *why)
{
	enum { MOST = 200 };
	AUTO(statement_drop) struct statement *s = NULL;
	struct application_after *list = ARENA_ARRAY(arena, MOST, struct application_after);
	bool row = true;
	if (!list)
		return fail(why, E_MEMORY, "application", "no memory for what was decided instead");
	TRY(store_ask(p->at.store, "SELECT application, person, post, scope, instead, last, since_ms, seen_ms FROM application_after"
	              " WHERE (?1 = '' OR application = ?1) AND (?2 = '' OR person = ?2) AND (?3 = 0 OR seen_ms = 0)"
	              " ORDER BY since_ms DESC, application, person LIMIT 200",
	              ARGS(arg_str(application), arg_str(person), arg_i64(unseen)), &s, why));
	for (*count = 0; *count < MOST; (*count)++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take_after(s, arena, &list[*count], why));
	}
	*out = list;
	return ok();
}

struct result application_see(struct proceedings *p, const char *id, const char *person, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(1 << 20);
	AUTO(tx_drop) struct tx tx = {0};
	struct application_after *list;
	size_t count, unseen = 0;
	if (!arena)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(application_after_list(p, id, person, false, arena, &list, &count, why));
	for (size_t i = 0; i < count; i++)
		unseen += list[i].seen_ms == 0;
	if (count == 0)
		return fail(why, E_DENIED, id, "後閲できるのは、代わりの人に決裁された職の人だけです。");
	if (unseen == 0)
		return fail(why, E_CONFLICT, id, "この申請は、すでに後閲しています。");
	TRY(proceeding_record(p, "application.seen", id, person, list[0].post, NULL,
	                      json_pack("{ss ss s{ss}}", "done", "review_decision", "of", id, "facts", "actor", person), why));
	return tx_commit(&tx, why);
}
