/* Uploads as working rows: what the pages ask of them, and the one who reads, judges
 * and writes them. */
#include "desk/internal.h"
#include "desk/upload_rows.h"

#include "base/file.h"
#include "ledger/record.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PLAN_ROOM = 32 << 20, MARKED_MOST = 128 << 20 };

/* ---- the file is read by a worker ------------------------------------------------ */

static struct result refuse_upload(struct desk *desk, const struct upload_row *row, const struct why *said, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct vault_info sentence;
	TRY(tx_begin(desk->store, &tx, why));
	TRY(vault_put(desk->vault, slice_str(said->text), upload_until(desk), &sentence, why));
	TRY(upload_erase(desk, row->item, why));
	TRY(store_run(desk->store, "UPDATE desk_upload SET state = ?2, item = '', sentence = ?3, touched_ms = ?4 WHERE id = ?1",
	              ARGS(arg_str(row->id), arg_i64(UPLOAD_REFUSED), arg_str(sentence.id), arg_i64(clock_now_ms(desk->clock))),
	              NULL, why));
	return tx_commit(&tx, why);
}

static struct result read_rows(struct desk *desk, struct pool *pool, const struct upload_row *row, struct arena *arena,
                               struct desk_grid *grid, struct why *why)
{
	struct slice name;
	AUTO(fd_close_drop) int fd = memfd_create("sheet", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return fail(why, E_BUSY, "file", "作業場所が足りません。");
	TRY(vault_get(desk->vault, slice_str(row->name), arena, &name, why));
	TRY(vault_to_fd(desk->vault, slice_str(row->item), fd, NULL, why));
	const char *text = arena_string(arena, name);
	return text ? desk_grid_read(pool, fd, text, grid, why) : desk_no_memory(why);
}

/* ---- what is judged is kept ---------------------------------------------------------- */

static struct result put_vault(void *context, struct slice bytes, struct why *why)
{
	return vault_write(context, bytes, why);
}

/* outside a transaction: a long sheet is written here */
static struct result mark(struct desk *desk, const char *kind, struct slice rows, const struct desk_plan *plan,
                          struct vault_writer **out, struct why *why)
{
	struct vault_writer *writer = NULL;
	if (!plan->fault_total)
		return ok();
	TRY(vault_begin(desk->vault, &writer, why));
	const struct sheet_sink sink = {put_vault, writer};
	struct result done = desk_import_marked(desk, kind, rows, plan, &sink, why);
	if (done.code != OK)
		vault_abandon(&writer);
	*out = writer;
	return done;
}

static struct result seal(struct desk *desk, struct slice bytes, struct vault_writer **out, struct why *why)
{
	struct vault_writer *writer = NULL;
	TRY(vault_begin(desk->vault, &writer, why));
	struct result done = vault_write(writer, bytes, why);
	if (done.code != OK)
		vault_abandon(&writer);
	*out = writer;
	return done;
}

struct sealed {
	struct vault_writer *plan, *marked, *rows;
};

static void sealed_done(struct sealed *sealed)
{
	vault_abandon(&sealed->plan);
	vault_abandon(&sealed->marked);
	vault_abandon(&sealed->rows);
}

static struct result finish(struct desk *desk, struct vault_writer **writer, char id[27], struct why *why)
{
	struct vault_info info = {.id = ""};
	id[0] = 0;
	if (!*writer)
		return ok();
	TRY(vault_finish(writer, upload_until(desk), &info, why));
	memcpy(id, info.id, sizeof info.id);
	return ok();
}

/* The row as it stands after judging (or writing): the earlier sealed items go. */
static struct result settle(struct desk *desk, const struct upload_row *row, enum upload_state state,
                            struct sealed *sealed, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	char plan[27], marked[27], rows[27];
	TRY(tx_begin(desk->store, &tx, why));
	TRY(finish(desk, &sealed->plan, plan, why));
	TRY(finish(desk, &sealed->marked, marked, why));
	TRY(finish(desk, &sealed->rows, rows, why));
	TRY(upload_erase(desk, row->item, why));
	TRY(upload_erase(desk, row->plan, why));
	TRY(upload_erase(desk, row->marked, why));
	TRY(store_run(desk->store,
	              "UPDATE desk_upload SET state = ?2, item = '', plan = ?3, marked = ?4, grid = CASE WHEN ?5 = '' THEN grid ELSE ?5 END,"
	              " touched_ms = ?6 WHERE id = ?1",
	              ARGS(arg_str(row->id), arg_i64(state), arg_str(plan), arg_str(marked), arg_str(rows),
	                   arg_i64(clock_now_ms(desk->clock))), NULL, why));
	return tx_commit(&tx, why);
}

static struct result keep(struct desk *desk, const struct upload_row *row, enum upload_state state, struct slice rows,
                          bool fresh, const struct desk_plan *plan, struct why *why)
{
	AUTO(sealed_done) struct sealed sealed = {NULL, NULL, NULL};
	AUTO(buffer_done) struct buffer text = {0};
	buffer_init(&text, PLAN_ROOM);
	TRY(plan_write(plan, &text, why));
	TRY(seal(desk, buffer_slice(&text), &sealed.plan, why));
	if (strncmp(row->what, "register:", 9) == 0)
		TRY(mark(desk, row->what + 9, rows, plan, &sealed.marked, why));
	if (fresh)
		TRY(seal(desk, rows, &sealed.rows, why));
	return settle(desk, row, state, &sealed, why);
}

static struct result judge_book(struct desk *desk, const struct upload_row *row, struct slice rows, bool write,
                                struct arena *arena, struct desk_plan *plan, struct why *why)
{
	struct slice name;
	TRY(vault_get(desk->vault, slice_str(row->name), arena, &name, why));
	const char *source = arena_string(arena, name);
	return source ? desk_import_book(desk, row->what + 5, rows, source, row->person, write, arena, plan, why) : desk_no_memory(why);
}

static struct result judge(struct desk *desk, const struct upload_row *row, struct slice rows, bool write,
                           struct arena *arena, struct desk_plan *plan, struct why *why)
{
	*plan = (struct desk_plan){.rows = 0};
	if (strncmp(row->what, "register:", 9) == 0)
		return desk_import(desk, row->what + 9, rows, row->person, write, arena, plan, why);
	if (strncmp(row->what, "book:", 5) == 0)
		return judge_book(desk, row, rows, write, arena, plan, why);
	return ok(); /* somebody else judges it */
}

static bool is_ours(enum error code)
{
	return code == E_STORE || code == E_BUSY || code == E_MEMORY || code == E_SYSTEM || code == E_TAMPERED;
}

static struct result take_in(struct desk *desk, struct pool *pool, const struct upload_row *row, struct arena *arena,
                             struct why *why)
{
	AUTO(desk_grid_done) struct desk_grid grid = {.mapped = NULL};
	struct desk_plan plan;
	struct why said = {0};
	struct result done = read_rows(desk, pool, row, arena, &grid, &said);
	if (done.code == OK)
		done = judge(desk, row, grid.rows, false, arena, &plan, &said);
	if (done.code == OK)
		return keep(desk, row, UPLOAD_JUDGED, grid.rows, true, &plan, why);
	return is_ours(done.code) ? fail(why, done.code, said.place, "%s", said.text) : refuse_upload(desk, row, &said, why);
}

/* ---- it is written ------------------------------------------------------------------------- */

static struct result record_import(struct desk *desk, const struct upload_row *row, const struct desk_plan *plan, struct why *why)
{
	struct ledger_entry entry = {.body = slice_str(desk->body), .kind = SLICE("desk.imported"),
		.actor = slice_str(row->person), .post = SLICE(""), .subject = slice_str(row->what)};
	return ledger_record(desk->ledger, &entry, json_pack("{sI sI sI}", "made", (json_int_t)plan->made, "changed",
		(json_int_t)plan->changed, "same", (json_int_t)plan->same), why);
}

/* Judged anew and written in one transaction; what is wrong meanwhile leaves it as it was. */
static struct result write_out(struct desk *desk, const struct upload_row *row, struct slice rows, struct arena *arena,
                               struct desk_plan *plan, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(desk->store, &tx, why));
	TRY(judge(desk, row, rows, true, arena, plan, why));
	if (plan->fault_total)
		return ok();
	TRY(record_import(desk, row, plan, why));
	TRY(store_run(desk->store, "UPDATE desk_upload SET state = ?2, touched_ms = ?3 WHERE id = ?1",
	              ARGS(arg_str(row->id), arg_i64(UPLOAD_DONE), arg_i64(clock_now_ms(desk->clock))), NULL, why));
	return tx_commit(&tx, why);
}

static struct result carry_out(struct desk *desk, const struct upload_row *row, struct arena *arena, struct why *why)
{
	struct desk_plan plan = {.rows = 0};
	struct slice rows;
	struct why said = {0};
	TRY(upload_read(desk, row->grid, arena, &rows, why));
	struct result done = write_out(desk, row, rows, arena, &plan, &said);
	if (done.code == OK)
		return keep(desk, row, plan.fault_total ? UPLOAD_JUDGED : UPLOAD_DONE, rows, false, &plan, why);
	return is_ours(done.code) ? fail(why, done.code, said.place, "%s", said.text) : refuse_upload(desk, row, &said, why);
}

struct result desk_upload_step(struct desk *desk, struct pool *pool, bool *worked, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = NULL;
	struct upload_row row;
	bool found = false;
	*worked = false;
	TRY(upload_expire(desk, why));
	TRY(upload_next(desk, &row, &found, why));
	if (!found)
		return ok();
	*worked = true;
	arena = arena_new((size_t)MARKED_MOST * 4);
	if (!arena)
		return desk_no_memory(why);
	return row.state == UPLOAD_WAITING ? take_in(desk, pool, &row, arena, why) : carry_out(desk, &row, arena, why);
}
