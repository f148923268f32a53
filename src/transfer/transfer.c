/* Keeping a file until its day, and the day. */
#include "transfer/internal.h"

#include <stdlib.h>

static const char migration_1[] =
	"CREATE TABLE transfer(body TEXT NOT NULL, id TEXT NOT NULL, day BIGINT NOT NULL,"
	" state TEXT NOT NULL, item TEXT NOT NULL, digest TEXT NOT NULL, line_count BIGINT NOT NULL,"
	" loaded_by TEXT NOT NULL, loaded_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, PRIMARY KEY(body,id));"
	"CREATE INDEX transfer_day ON transfer(body,state,day);";
static const struct migration migrations[] = {{1, migration_1}};
static const char *const tables[] = {"transfer", NULL};
static const char *const projected[] = {"transfer.", NULL};

/* ---- the projection -------------------------------------------------------- */

static struct result apply_loaded(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                  struct why *why)
{
	const struct arg args[] = {
		arg_text(entry->body), arg_text(entry->subject), arg_i64(json_number(data, "day")),
		arg_str(json_text(data, "item")), arg_str(json_text(data, "digest")), arg_i64(json_number(data, "rows")),
		arg_text(entry->actor), arg_i64(entry->time_ms)};
	return store_run(store,
	                 "INSERT INTO transfer(body,id,day,state,item,digest,line_count,loaded_by,loaded_ms,ended_ms)"
	                 " VALUES(?1,?2,?3,'waiting',?4,?5,?6,?7,?8,0)",
	                 args, sizeof args / sizeof *args, NULL, why);
}

static struct result apply_ended(struct store *store, const struct ledger_entry *entry, const char *state,
                                 struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, "UPDATE transfer SET state=?3, ended_ms=?4 WHERE body=?1 AND id=?2 AND state='waiting'",
	              ARGS(arg_text(entry->body), arg_text(entry->subject), arg_str(state), arg_i64(entry->time_ms)),
	              &changed, why));
	return changed == 1 ? ok() : fail(why, E_CONFLICT, "transfer", "この異動は、もう待っていません。");
}

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	if (slice_is(entry->kind, "transfer.loaded"))
		return apply_loaded(store, entry, data, why);
	if (slice_is(entry->kind, "transfer.done"))
		return apply_ended(store, entry, "done", why);
	if (slice_is(entry->kind, "transfer.cancelled"))
		return apply_ended(store, entry, "cancelled", why);
	return fail(why, E_CONFLICT, "kind", "この種類の記録はありません。");
}

const struct projection transfer_projection = {
	.name = "transfer", .tables = tables, .migrations = migrations, .migration_count = 1,
	.kinds = projected, .apply = apply,
};

/* ---- the room ---------------------------------------------------------------- */

struct result transfers_open(const struct transfer_parts *parts, struct transfers **out, struct why *why)
{
	struct transfers *t = calloc(1, sizeof *t);
	if (!t)
		return transfer_no_memory(why);
	t->at = *parts;
	*out = t;
	return ok();
}

void transfers_close(struct transfers *t)
{
	free(t);
}

void transfers_drop(struct transfers **t)
{
	transfers_close(*t);
	*t = NULL;
}

static int64_t now_of(const struct transfers *t)
{
	return clock_now_ms(t->at.clock);
}

static struct result record(struct transfers *t, const char *kind, const char *by, const char *id, json_t *data,
                            struct why *why)
{
	struct ledger_entry entry = {.body = slice_str(t->at.body), .kind = slice_str(kind),
	                             .actor = slice_str(by[0] ? by : "sekisho"), .post = SLICE(""),
	                             .subject = slice_str(id)};
	return ledger_record(t->at.ledger, &entry, data, why);
}

/* ---- loading ----------------------------------------------------------------- */

/* keyed, so that the entry says nothing of the file; with the day, for the same file
 * may be meant for another one                                               */
static void digest_of(struct transfers *t, struct slice file, day_t day, char out[2 * VAULT_DIGEST + 1])
{
	uint8_t plain[SHA256_BYTES], keyed[VAULT_DIGEST];
	const struct slice parts[] = {slice_of(&day, sizeof day), file};
	sha256_parts(parts, 2, plain);
	vault_digest(t->at.vault, slice_of(plain, sizeof plain), keyed);
	hex_encode(keyed, VAULT_DIGEST, out);
}

static struct result known_already(struct transfers *t, const char *digest, char id[27], bool *known,
                                   struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(t->at.store, "SELECT id FROM transfer WHERE body=?1 AND digest=?2 AND state<>'cancelled'",
	              ARGS(arg_str(t->at.body), arg_str(digest)), &s, why));
	TRY(statement_step(s, known, why));
	struct slice found = *known ? column_text(s, 0) : SLICE("");
	if (found.len == 26) {
		memcpy(id, found.at, 26);
		id[26] = 0;
	}
	return ok();
}

static struct result day_is_free(struct transfers *t, day_t day, struct why *why)
{
	bool taken = false;
	char text[48];
	TRY(store_ask_one(t->at.store, "SELECT 1 FROM transfer WHERE body=?1 AND day=?2 AND state='waiting'",
	                  ARGS(arg_str(t->at.body), arg_i64(day)), &taken, NULL, why));
	day_long(day, text);
	if (taken)
		return fail(why, E_CONFLICT, "day", "%sの異動のファイルが、もう一つ待っています。先にそれを取り消してください。", text);
	return ok();
}

static struct result keep(struct transfers *t, const char *by, struct slice file,
                          const struct transfer_plan *plan, const char *digest, const struct vault_info *item,
                          char id[27], struct why *why)
{
	(void)file;
	TRY(day_is_free(t, plan->day, why));
	TRY(random_id(t->at.random, id, why));
	return record(t, "transfer.loaded", by, id,
	              json_pack("{sI ss ss sI}", "day", (json_int_t)plan->day, "digest", digest, "item", item->id,
	                        "rows", (json_int_t)plan->row_count),
	              why);
}

static struct result seal_file(struct transfers *t, struct slice file, struct vault_info *out, struct why *why)
{
	struct vault_writer *writer = NULL;
	TRY(vault_begin(t->at.vault, &writer, why));
	struct result done = ok();
	for (size_t at = 0; done.code == OK && at < file.len; at += VAULT_SMALL)
		done = vault_write(writer, slice_part(file, at, VAULT_SMALL), why);
	if (done.code == OK)
		done = vault_finish(&writer, 0, out, why);
	vault_abandon(&writer);
	return done;
}

struct result transfer_load(struct transfers *t, const char *by, struct slice file,
                            const struct transfer_plan *plan, char id[27], bool *fresh, struct why *why)
{
	char digest[2 * VAULT_DIGEST + 1];
	struct vault_info item;
	bool known = false;
	if (plan->fault_count)
		return fail(why, E_INPUT, "", "ファイルに誤りが%zu件あります。一つも読み込んでいません。", plan->fault_count);
	if (plan->day < day_of_ms(now_of(t)))
		return fail(why, E_CONFLICT, "day", "発令の日が過ぎています。今日以後の日のファイルを読み込んでください。");
	digest_of(t, file, plan->day, digest);
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(t->at.store, &tx, why));
	TRY(known_already(t, digest, id, &known, why));
	*fresh = !known;
	if (known)
		return tx_commit(&tx, why);
	TRY(seal_file(t, file, &item, why));
	TRY(keep(t, by, file, plan, digest, &item, id, why));
	return tx_commit(&tx, why);
}

struct result transfer_cancel(struct transfers *t, const char *by, const char *id, struct why *why)
{
	bool found = false;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(t->at.store, &tx, why));
	TRY(store_ask_one(t->at.store, "SELECT 1 FROM transfer WHERE body=?1 AND id=?2",
	                  ARGS(arg_str(t->at.body), arg_str(id)), &found, NULL, why));
	if (!found)
		return fail(why, E_ABSENT, "id", "その異動はありません。");
	TRY(record(t, "transfer.cancelled", by, id, json_object(), why));
	return tx_commit(&tx, why);
}

/* ---- lists --------------------------------------------------------------------- */

static const struct {
	enum transfer_state state;
	const char *word, *japanese;
} states[] = {{TRANSFER_WAITING, "waiting", "発令待ち"}, {TRANSFER_DONE, "done", "発令済み"},
	      {TRANSFER_CANCELLED, "cancelled", "取消し"}};

const char *transfer_state_japanese(enum transfer_state state)
{
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (states[i].state == state)
			return states[i].japanese;
	return "";
}

static bool take_transfer(struct statement *s, struct arena *arena, struct transfer *out)
{
	*out = (struct transfer){.id = arena_string(arena, column_text(s, 0)), .by = arena_string(arena, column_text(s, 1)),
	                         .day = (day_t)column_i64(s, 2), .rows = column_i64(s, 4),
	                         .loaded_ms = column_i64(s, 5), .ended_ms = column_i64(s, 6)};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (slice_is(column_text(s, 3), states[i].word))
			out->state = states[i].state;
	return out->id && out->by;
}

struct result transfer_list(struct transfers *t, struct arena *arena, struct transfer **out, size_t *count,
                            struct why *why)
{
	enum { MOST = 200 };
	struct transfer *list = ARENA_ARRAY(arena, MOST, struct transfer);
	AUTO(statement_drop) struct statement *s = NULL;
	if (!list)
		return transfer_no_memory(why);
	TRY(store_ask(t->at.store,
	              "SELECT id,loaded_by,day,state,line_count,loaded_ms,ended_ms FROM transfer WHERE body=?1"
	              " ORDER BY loaded_ms DESC, id LIMIT 200",
	              ARGS(arg_str(t->at.body)), &s, why));
	for (*count = 0; *count < MOST; (*count)++) {
		bool row = false;
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		if (!take_transfer(s, arena, &list[*count]))
			return transfer_no_memory(why);
	}
	*out = list;
	return ok();
}

/* ---- the day --------------------------------------------------------------------- */

struct waiting {
	char id[27], item[27];
	day_t day;
};

static struct result next_due(struct transfers *t, struct waiting *out, bool *found, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(t->at.store,
	              "SELECT id,item,day FROM transfer WHERE body=?1 AND state='waiting' AND day<=?2"
	              " ORDER BY day,loaded_ms,id LIMIT 1",
	              ARGS(arg_str(t->at.body), arg_i64(day_of_ms(now_of(t)))), &s, why));
	TRY(statement_step(s, found, why));
	if (!*found)
		return ok();
	struct slice id = column_text(s, 0), item = column_text(s, 1);
	*out = (struct waiting){.day = (day_t)column_i64(s, 2)};
	memcpy(out->id, id.at, id.len < 26 ? id.len : 26);
	memcpy(out->item, item.at, item.len < 26 ? item.len : 26);
	return ok();
}

static struct result unseal_file(struct transfers *t, const char *item, struct arena *arena, struct slice *out,
                                 struct why *why)
{
	struct vault_reader *reader = NULL;
	struct buffer text;
	struct slice part = {NULL, 0};
	TRY(vault_read_begin(t->at.vault, slice_str(item), &reader, NULL, why));
	buffer_init(&text, TRANSFER_BYTES + 1);
	struct result done = ok();
	do {
		done = vault_read(reader, &part, why);
		if (done.code == OK)
			buffer_put_slice(&text, part);
	} while (done.code == OK && part.len);
	vault_read_end(&reader);
	const char *copy = done.code == OK && buffer_ok(&text) ? arena_string(arena, buffer_slice(&text)) : NULL;
	*out = slice_of(copy, copy ? buffer_slice(&text).len : 0);
	buffer_done(&text);
	TRY(done);
	return copy ? ok() : transfer_no_memory(why);
}

static struct result take_effect(struct transfers *t, const struct waiting *due, struct arena *arena,
                                 struct why *why)
{
	struct slice file;
	struct transfer_plan plan;
	TRY(unseal_file(t, due->item, arena, &file, why));
	TRY(transfer_read(t, file, due->day, arena, &plan, why));
	if (plan.fault_count)
		return fail(why, E_CONFLICT, due->id, "異動のファイルの%zu行目が、いまの組織に合わなくなっています: %s",
		            plan.faults[0].line, plan.faults[0].sentence);
	TRY(transfer_run(t, &plan, why));
	return record(t, "transfer.done", "sekisho-clock", due->id,
	              json_pack("{sI sI}", "day", (json_int_t)due->day, "rows", (json_int_t)plan.row_count), why);
}

struct result transfer_due(struct transfers *t, size_t *done, struct why *why)
{
	for (*done = 0; *done < 100; (*done)++) {
		struct waiting due;
		bool found = false;
		TRY(next_due(t, &due, &found, why));
		if (!found)
			return ok();
		AUTO(arena_drop) struct arena *arena = arena_new(TRANSFER_ROOM);
		AUTO(tx_drop) struct tx tx = {0};
		if (!arena)
			return transfer_no_memory(why);
		TRY(tx_begin(t->at.store, &tx, why));
		TRY(take_effect(t, &due, arena, why));
		TRY(tx_commit(&tx, why));
	}
	return ok();
}
