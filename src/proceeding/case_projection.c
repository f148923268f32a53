/* The tables of cases, as the ledger's entries make them.  Every entry about a case
 * is one turn of it: who saw an earlier one is told. */
#include "proceeding/internal.h"

static struct result next_turn(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, "UPDATE case_state SET turn = turn + 1, changed_ms = ?2, changed_by = ?3 WHERE id = ?1",
	              ARGS(arg_text(entry->subject), arg_i64(entry->time_ms), arg_text(entry->actor)), &changed, why));
	return changed == 1 ? ok() : fail(why, E_ABSENT, "case", "no such case");
}

static struct result add_step(struct store *store, const struct ledger_entry *entry, const char *step,
                              const char *move, struct why *why)
{
	return store_run(store,
	                 "INSERT INTO case_step (id, place, step, move, actor, time_ms)"
	                 " VALUES (?1, (SELECT COUNT(*) FROM case_step WHERE id = ?1), ?2, ?3, ?4, ?5)",
	                 ARGS(arg_text(entry->subject), arg_str(step), arg_str(move), arg_text(entry->actor),
	                      arg_i64(entry->time_ms)), NULL, why);
}

static struct result apply_opened(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	TRY(store_run(store,
	              "INSERT INTO case_state (id, kind, section, step, turn, drill, incomplete, opened_ms, opened_by,"
	              " changed_ms, changed_by) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?7, ?8)",
	              ARGS(arg_text(entry->subject), arg_str(json_text(data, "kind")),
	                   arg_str(json_text(data, "section")), arg_str(json_text(data, "step")),
	                   arg_i64(json_is_true(json_object_get(data, "drill"))),
	                   arg_i64(json_is_true(json_object_get(data, "incomplete"))), arg_i64(entry->time_ms),
	                   arg_text(entry->actor)), NULL, why));
	return add_step(store, entry, json_text(data, "step"), "", why);
}

static struct result apply_moved(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                 struct why *why)
{
	TRY(store_run(store, "UPDATE case_state SET step = ?2 WHERE id = ?1",
	              ARGS(arg_text(entry->subject), arg_str(json_text(data, "to"))), NULL, why));
	TRY(next_turn(store, entry, why));
	return add_step(store, entry, json_text(data, "to"), json_text(data, "done"), why);
}

static struct result apply_changed(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                   struct why *why)
{
	TRY(store_run(store, "UPDATE case_state SET incomplete = ?2 WHERE id = ?1",
	              ARGS(arg_text(entry->subject), arg_i64(json_is_true(json_object_get(data, "incomplete")))), NULL,
	              why));
	return next_turn(store, entry, why);
}

static struct result apply_answered(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                    struct why *why)
{
	const struct arg list = arg_str(json_text(data, "list")), item = arg_str(json_text(data, "item"));
	TRY(store_run(store, "DELETE FROM case_item WHERE id = ?1 AND list = ?2 AND item = ?3",
	              ARGS(arg_text(entry->subject), list, item), NULL, why));
	TRY(store_run(store,
	              "INSERT INTO case_item (id, list, item, answer, evidence, actor, time_ms)"
	              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	              ARGS(arg_text(entry->subject), list, item, arg_str(json_text(data, "answer")),
	                   arg_str(json_text(data, "evidence")), arg_text(entry->actor), arg_i64(entry->time_ms)),
	              NULL, why));
	return next_turn(store, entry, why);
}

static struct result apply_noted(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                 struct why *why)
{
	TRY(store_run(store,
	              "INSERT INTO case_note (id, place, words, actor, time_ms)"
	              " VALUES (?1, (SELECT COUNT(*) FROM case_note WHERE id = ?1), ?2, ?3, ?4)",
	              ARGS(arg_text(entry->subject), arg_str(json_text(data, "words")), arg_text(entry->actor),
	                   arg_i64(entry->time_ms)), NULL, why));
	return next_turn(store, entry, why);
}

static const struct {
	const char *kind;
	struct result (*apply)(struct store *store, const struct ledger_entry *entry, const json_t *data,
	                       struct why *why);
} kinds[] = {
	{"case.opened", apply_opened},     {"case.moved", apply_moved}, {"case.changed", apply_changed},
	{"case.answered", apply_answered}, {"case.noted", apply_noted},
};

struct result case_apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (slice_is(entry->kind, kinds[i].kind))
			return kinds[i].apply(store, entry, data, why);
	return ok(); /* case.refused, case.drilled: nothing changes */
}
