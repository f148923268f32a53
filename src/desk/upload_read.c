/* Uploads as the pages see them; plans as text. */
#include "desk/internal.h"
#include "desk/upload_rows.h"

#include "base/text.h"
#include "ledger/record.h"

#include <stdio.h>

static const struct migration migrations[] = {
	{1, "CREATE TABLE desk_upload ("
	    " id TEXT PRIMARY KEY, body TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL, state BIGINT NOT NULL,"
	    " name TEXT NOT NULL, item TEXT NOT NULL, grid TEXT NOT NULL, plan TEXT NOT NULL, marked TEXT NOT NULL,"
	    " sentence TEXT NOT NULL, created_ms BIGINT NOT NULL, touched_ms BIGINT NOT NULL);"
	    "CREATE INDEX desk_upload_state ON desk_upload (body, state, created_ms);"
	    "CREATE INDEX desk_upload_touched ON desk_upload (body, touched_ms);"},
};

struct result desk_upload_migrate(struct store *store, struct why *why)
{
	return store_migrate(store, "desk-upload", migrations, sizeof migrations / sizeof *migrations, why);
}

int64_t upload_until(const struct desk *desk)
{
	return clock_now_ms(desk->clock) + 2ll * UPLOAD_KEPT_MS;
}

struct result upload_erase(struct desk *desk, const char *item, struct why *why)
{
	return *item ? vault_erase(desk->vault, slice_str(item), clock_now_ms(desk->clock), why) : ok();
}

static void take_text(struct statement *s, int column, char *out, size_t room)
{
	struct slice text = column_text(s, column);
	snprintf(out, room, "%.*s", SLICE_ARG(text));
}

#define COLUMNS "id, person, what, state, name, item, grid, plan, marked, sentence, created_ms"

static void take_row(struct statement *s, struct upload_row *out)
{
	take_text(s, 0, out->id, sizeof out->id);
	take_text(s, 1, out->person, sizeof out->person);
	take_text(s, 2, out->what, sizeof out->what);
	out->state = (enum upload_state)column_i64(s, 3);
	take_text(s, 4, out->name, sizeof out->name);
	take_text(s, 5, out->item, sizeof out->item);
	take_text(s, 6, out->grid, sizeof out->grid);
	take_text(s, 7, out->plan, sizeof out->plan);
	take_text(s, 8, out->marked, sizeof out->marked);
	take_text(s, 9, out->sentence, sizeof out->sentence);
	out->created_ms = column_i64(s, 10);
}

struct result upload_next(struct desk *desk, struct upload_row *out, bool *found, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	TRY(store_ask(desk->store, "SELECT " COLUMNS " FROM desk_upload WHERE body = ?1 AND state IN (?2, ?3)"
	              " ORDER BY created_ms, id LIMIT 1",
	              ARGS(arg_str(desk->body), arg_i64(UPLOAD_WAITING), arg_i64(UPLOAD_ORDERED)), &s, why));
	TRY(statement_step(s, found, why));
	if (*found)
		take_row(s, out);
	return ok();
}

static struct result remove_row(struct desk *desk, const struct upload_row *row, struct why *why)
{
	const char *const items[] = {row->item, row->name, row->grid, row->plan, row->marked, row->sentence};
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(desk->store, &tx, why));
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		TRY(upload_erase(desk, items[i], why));
	TRY(store_run(desk->store, "DELETE FROM desk_upload WHERE id = ?1", ARGS(arg_str(row->id)), NULL, why));
	return tx_commit(&tx, why);
}

struct result upload_expire(struct desk *desk, struct why *why)
{
	struct upload_row row;
	bool found = false;
	int64_t before = clock_now_ms(desk->clock) - UPLOAD_KEPT_MS;
	struct statement *s = NULL;
	TRY(store_ask(desk->store, "SELECT " COLUMNS " FROM desk_upload WHERE body = ?1 AND touched_ms < ?2 LIMIT 1",
	              ARGS(arg_str(desk->body), arg_i64(before)), &s, why));
	struct result done = statement_step(s, &found, why);
	if (done.code == OK && found)
		take_row(s, &row);
	statement_done(s);
	return done.code == OK && found ? remove_row(desk, &row, why) : done;
}

struct result upload_read(struct desk *desk, const char *item, struct arena *arena, struct slice *out, struct why *why)
{
	struct vault_reader *reader = NULL;
	struct vault_info info;
	size_t at = 0;
	TRY(vault_read_begin(desk->vault, slice_str(item), &reader, &info, why));
	uint8_t *bytes = arena_alloc(arena, (size_t)info.bytes + 1);
	struct result done = bytes ? ok() : desk_no_memory(why);
	for (bool end = false; done.code == OK && !end;) {
		struct slice piece = {NULL, 0};
		done = vault_read(reader, &piece, why);
		end = piece.len == 0;
		if (done.code == OK && piece.len > (size_t)info.bytes - at)
			done = fail(why, E_TAMPERED, "upload", "保管した表が記録より長くなっています。");
		if (done.code != OK || end)
			break;
		memcpy(bytes + at, piece.at, piece.len);
		at += piece.len;
	}
	vault_read_end(&reader);
	*out = slice_of(bytes, at);
	return done;
}

/* ---- what the pages ask ------------------------------------------------------------ */

static struct result add(struct desk *desk, const char *person, const char *what, struct slice name,
                         struct vault_writer **writer, char id[27], struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct vault_info item, called;
	int64_t waiting = 0, now = clock_now_ms(desk->clock);
	bool any;
	TRY(tx_begin(desk->store, &tx, why));
	TRY(store_ask_one(desk->store, "SELECT count(*) FROM desk_upload WHERE body = ?1 AND person = ?2",
	                  ARGS(arg_str(desk->body), arg_str(person)), &any, &waiting, why));
	if (waiting >= UPLOAD_MOST)
		return fail(why, E_LIMIT, "file", "確かめている途中の表が%d個あります。要らないものを捨ててから、もう一度選んでください。", UPLOAD_MOST);
	TRY(vault_finish(writer, upload_until(desk), &item, why));
	if (!item.bytes)
		return fail(why, E_INPUT, "file", "中身のないファイルです。もとのファイルを確かめてください。");
	if (item.bytes > UPLOAD_BYTES)
		return fail(why, E_LIMIT, "file", "ファイルが大きすぎます。%dMBまでにするか、表を分けてください。", UPLOAD_BYTES >> 20);
	TRY(vault_put(desk->vault, name, upload_until(desk), &called, why));
	TRY(random_id(desk->random, id, why));
	TRY(store_run(desk->store,
	              "INSERT INTO desk_upload (id, body, person, what, state, name, item, grid, plan, marked, sentence, created_ms,"
	              " touched_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', '', '', '', ?8, ?8)",
	              ARGS(arg_str(id), arg_str(desk->body), arg_str(person), arg_str(what), arg_i64(UPLOAD_WAITING),
	                   arg_str(called.id), arg_str(item.id), arg_i64(now)), NULL, why));
	return tx_commit(&tx, why);
}

struct result desk_upload_add(struct desk *desk, const char *person, const char *what, struct slice name,
                              struct vault_writer **writer, char id[27], struct why *why)
{
	AUTO(buffer_done) struct buffer safe = {0};
	struct result done;
	buffer_init(&safe, 4096);
	if (!utf8_valid(name) || !name.len || name.len > 4096 || strlen(what) >= sizeof ((struct upload_row *)0)->what) {
		done = fail(why, E_INPUT, "file", "ファイルの名前を読み取れません。名前を付け直して、もう一度選んでください。");
	} else {
		safe_name(name, &safe);
		done = add(desk, person, what, buffer_slice(&safe), writer, id, why);
	}
	vault_abandon(writer);
	return done;
}

static struct result small_text(struct desk *desk, const char *item, struct arena *arena, const char **out, struct why *why)
{
	struct slice text = {NULL, 0};
	if (*item)
		TRY(vault_get(desk->vault, slice_str(item), arena, &text, why));
	*out = arena_string(arena, text);
	return *out ? ok() : desk_no_memory(why);
}

static struct result show_upload(struct desk *desk, const struct upload_row *row, struct arena *arena,
                                 struct desk_upload *out, struct why *why)
{
	*out = (struct desk_upload){.state = row->state, .created_ms = row->created_ms,
		.id = arena_string(arena, slice_str(row->id)), .person = arena_string(arena, slice_str(row->person)),
		.what = arena_string(arena, slice_str(row->what)), .marked = arena_string(arena, slice_str(row->marked)),
		.rows = arena_string(arena, slice_str(row->grid))};
	if (!out->id || !out->person || !out->what || !out->marked || !out->rows)
		return desk_no_memory(why);
	TRY(small_text(desk, row->name, arena, &out->name, why));
	return small_text(desk, row->sentence, arena, &out->sentence, why);
}

static struct result find_row(struct desk *desk, const char *person, const char *id, struct upload_row *row, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool found = false;
	TRY(store_ask(desk->store, "SELECT " COLUMNS " FROM desk_upload WHERE id = ?1 AND body = ?2 AND person = ?3",
	              ARGS(arg_str(id), arg_str(desk->body), arg_str(person)), &s, why));
	TRY(statement_step(s, &found, why));
	if (!found)
		return fail(why, E_ABSENT, "upload", "その表はありません。取り込まないまま1日たつと消えます。もう一度選んでください。");
	take_row(s, row);
	return ok();
}

struct result desk_upload_get(struct desk *desk, const char *person, const char *id, struct arena *arena,
                              struct desk_upload *out, struct why *why)
{
	struct upload_row row;
	struct slice text;
	TRY(find_row(desk, person, id, &row, why));
	TRY(show_upload(desk, &row, arena, out, why));
	if (!*row.plan)
		return ok();
	TRY(upload_read(desk, row.plan, arena, &text, why));
	return plan_read(text, arena, &out->plan, why);
}

struct result desk_upload_list(struct desk *desk, const char *person, const char *what, struct arena *arena,
                               struct desk_upload **out, size_t *count, struct why *why)
{
	struct upload_row rows[UPLOAD_MOST];
	struct statement *s = NULL;
	bool more = true;
	*count = 0;
	*out = ARENA_ARRAY(arena, UPLOAD_MOST, struct desk_upload);
	if (!*out)
		return desk_no_memory(why);
	TRY(store_ask(desk->store, "SELECT " COLUMNS " FROM desk_upload WHERE body = ?1 AND person = ?2 AND what = ?3"
	              " ORDER BY created_ms DESC, id LIMIT 20", ARGS(arg_str(desk->body), arg_str(person), arg_str(what)), &s, why));
	struct result done = ok();
	while (done.code == OK && *count < UPLOAD_MOST) {
		done = statement_step(s, &more, why);
		if (done.code != OK || !more)
			break;
		take_row(s, &rows[(*count)++]);
	}
	statement_done(s);
	for (size_t i = 0; done.code == OK && i < *count; i++)
		done = show_upload(desk, &rows[i], arena, &(*out)[i], why);
	return done;
}

struct result desk_upload_order(struct desk *desk, const char *person, const char *id, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct desk_upload upload;
	int64_t changed = 0;
	if (!arena)
		return desk_no_memory(why);
	TRY(desk_upload_get(desk, person, id, arena, &upload, why));
	if (upload.state == UPLOAD_JUDGED && upload.plan.fault_total)
		return fail(why, E_CONFLICT, "upload", "誤りが%zuか所あるため、取り込めません。印の付いた表を直し、もう一度選んでください。",
		            upload.plan.fault_total);
	TRY(store_run(desk->store, "UPDATE desk_upload SET state = ?2, touched_ms = ?4 WHERE id = ?1 AND state = ?3",
	              ARGS(arg_str(id), arg_i64(UPLOAD_ORDERED), arg_i64(UPLOAD_JUDGED), arg_i64(clock_now_ms(desk->clock))), &changed, why));
	return changed ? ok() : fail(why, E_CONFLICT, "upload", "この表は、もう取り込んだか、取り込んでいる途中です。");
}

struct result desk_upload_discard(struct desk *desk, const char *person, const char *id, struct why *why)
{
	struct upload_row row;
	TRY(find_row(desk, person, id, &row, why));
	if (row.state == UPLOAD_ORDERED)
		return fail(why, E_CONFLICT, "upload", "いま取り込んでいます。終わるまで待ってください。");
	return remove_row(desk, &row, why);
}

struct result desk_upload_rows(struct desk *desk, const struct desk_upload *upload, struct arena *arena, struct slice *out,
                               struct why *why)
{
	if (!*upload->rows)
		return fail(why, E_CONFLICT, "upload", "この表は、まだ読み終わっていません。");
	return upload_read(desk, upload->rows, arena, out, why);
}

/* ---- plans ----------------------------------------------------------------------------- */

struct result plan_write(const struct desk_plan *plan, struct buffer *out, struct why *why)
{
	AUTO(json_drop) json_t *faults = json_array();
	AUTO(json_drop) json_t *fates = json_array();
	for (size_t i = 0; i < plan->fault_count && i < UPLOAD_TOLD; i++)
		json_array_append_new(faults, json_pack("[ssss]", plan->faults[i].cell, plan->faults[i].label, plan->faults[i].value,
			plan->faults[i].text));
	for (size_t i = 0; i < plan->fate_count; i++)
		json_array_append_new(fates, json_pack("[IIss]", (json_int_t)plan->fates[i].row, (json_int_t)plan->fates[i].fate,
			plan->fates[i].name, plan->fates[i].text));
	AUTO(json_drop) json_t *all = json_pack("{sI sI sI sI sI sI sO sO}", "rows", (json_int_t)plan->rows, "made",
		(json_int_t)plan->made, "changed", (json_int_t)plan->changed, "same", (json_int_t)plan->same, "bad",
		(json_int_t)plan->bad_rows, "wrong", (json_int_t)plan->fault_total, "faults", faults, "fates", fates);
	return all ? json_canonical(all, out, why) : desk_no_memory(why);
}

static const char *text_at(json_t *list, size_t at)
{
	const char *text = json_string_value(json_array_get(list, at));
	return text ? text : "";
}

static size_t size_of(const json_t *object, const char *key)
{
	int64_t n = json_number(object, key);
	return n > 0 ? (size_t)n : 0;
}

static const char *kept(json_t *list, size_t at, struct arena *arena)
{
	const char *text = arena_string(arena, slice_str(text_at(list, at)));
	return text ? text : "";
}

struct result plan_read(struct slice text, struct arena *arena, struct desk_plan *out, struct why *why)
{
	AUTO(json_drop) json_t *all = json_loadb((const char *)text.at, text.len, 0, NULL);
	json_t *faults = json_object_get(all, "faults"), *fates = json_object_get(all, "fates"), *one;
	size_t i;
	if (!all)
		return fail(why, E_TAMPERED, "upload", "確かめた結果が読めません。もう一度選んでください。");
	*out = (struct desk_plan){.rows = size_of(all, "rows"), .made = size_of(all, "made"), .changed = size_of(all, "changed"),
		.same = size_of(all, "same"), .bad_rows = size_of(all, "bad"), .fault_total = size_of(all, "wrong"),
		.faults = ARENA_ARRAY(arena, json_array_size(faults) + 1, struct desk_fault),
		.fates = ARENA_ARRAY(arena, json_array_size(fates) + 1, struct desk_fate)};
	if (!out->faults || !out->fates)
		return desk_no_memory(why);
	json_array_foreach(faults, i, one)
		out->faults[out->fault_count++] = (struct desk_fault){.cell = kept(one, 0, arena), .label = kept(one, 1, arena),
			.value = kept(one, 2, arena), .text = kept(one, 3, arena)};
	json_array_foreach(fates, i, one)
		out->fates[out->fate_count++] = (struct desk_fate){.row = (size_t)json_integer_value(json_array_get(one, 0)),
			.fate = (enum fate)json_integer_value(json_array_get(one, 1)), .name = kept(one, 2, arena), .text = kept(one, 3, arena)};
	return ok();
}
