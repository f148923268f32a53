/* Whose word the open applications wait for, kept from entry to entry. */
#include "proceeding/board.h"

#include <stdlib.h>

enum {
	OPEN_MOST = 1000,      /* the newest */
	FOLLOWED = 2000,       /* entries read one by one; after more all is decided anew */
	LIST_BYTES = 1 << 20,  /* of ids of one application */
	LOOK_BYTES = 8 << 20,  /* of one decision */
	ID_ROOM = 27
};

/* One open application as it was decided. */
struct place {
	char id[ID_ROOM];
	struct buffer rows;   /* "\nID\nID\n": what the decision looked at */
	struct buffer asked;  /* the same of persons */
	bool stuck, decided;
};

struct board {
	struct place places[2][OPEN_MOST]; /* as it stands, and as it is made anew */
	size_t count;
	int now;          /* which of the two stands */
	int64_t entries;  /* followed so far; -1: nothing is known */
	bool settled;     /* nothing has to be decided anew, none has come or gone */
	day_t day;
	size_t decisions;
};

/* ---- lists of ids ----------------------------------------------------------------- */

static void list_add(struct buffer *list, struct slice ids)
{
	if (!list->len)
		buffer_put_u8(list, '\n');
	for (size_t i = 0; i < ids.len; i++)
		buffer_put_u8(list, ids.at[i] == ' ' ? '\n' : ids.at[i]);
	buffer_put_u8(list, '\n');
}

static bool list_has(const struct buffer *list, struct slice id)
{
	char line[LEDGER_TEXT_MAX + 3];
	if (!id.len || id.len > LEDGER_TEXT_MAX)
		return id.len > 0; /* cannot be told: as if it were */
	line[0] = line[id.len + 1] = '\n';
	memcpy(line + 1, id.at, id.len);
	return slice_find(buffer_slice(list), slice_of(line, id.len + 2)) != SIZE_MAX;
}

static void saw_row(void *context, const char *id)
{
	list_add(context, slice_str(id));
}

/* ---- places ----------------------------------------------------------------------- */

static void place_done(struct place *place)
{
	buffer_done(&place->rows);
	buffer_done(&place->asked);
	*place = (struct place){.decided = false};
}

static void forget(struct board *board)
{
	for (size_t i = 0; i < board->count; i++)
		place_done(&board->places[board->now][i]);
	board->count = 0;
	board->entries = -1;
	board->settled = false;
}

struct result board_open(struct board **out, struct why *why)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return fail(why, E_MEMORY, "application", "no memory for the open applications");
	(*out)->entries = -1;
	return ok();
}

void board_close(struct board *board)
{
	if (board)
		forget(board);
	free(board);
}

/* ---- one decision ------------------------------------------------------------------ */

static void note_asked(struct place *place, const struct application *a)
{
	for (size_t i = 0; i < a->slot_count; i++) {
		const struct application_slot *slot = &a->slots[i];
		place->stuck |= slot->open && slot->holder_count == 0;
		for (size_t k = 0; slot->open && k < slot->holder_count; k++)
			list_add(&place->asked, slice_str(slot->holders[k].person));
	}
}

static struct result decide(struct proceedings *p, struct board *board, const struct application_row *row,
                            struct arena *arena, struct place *place, struct why *why)
{
	struct application a;
	buffer_init(&place->rows, LIST_BYTES);
	buffer_init(&place->asked, LIST_BYTES);
	const struct register_watch watch = {saw_row, &place->rows};
	if (p->at.registers)
		registers_watch(p->at.registers, &watch);
	struct result done = application_whole(p, row, arena, &a, why);
	if (p->at.registers)
		registers_watch(p->at.registers, NULL);
	TRY(done);
	board->decisions++;
	list_add(&place->rows, slice_str(row->subject));
	for (size_t i = 0; i < a.fact_count; i++)
		list_add(&place->rows, slice_str(a.facts[i].value));
	note_asked(place, &a);
	snprintf(place->id, sizeof place->id, "%s", row->id);
	place->decided = true;
	return buffer_ok(&place->rows) && buffer_ok(&place->asked)
	               ? ok() : fail(why, E_MEMORY, row->id, "no memory for the open applications");
}

/* ---- what an entry changes ---------------------------------------------------------- */

enum touch { TOUCHES_NOTHING, TOUCHES_ROW, TOUCHES_APPLICATION, TOUCHES_ALL };

/* Of the kinds that write tables which a decision reads. */
static enum touch touch_of(struct slice kind)
{
	static const struct {
		const char *kind;
		enum touch touch;
	} known[] = {{"register.", TOUCHES_ROW}, {"application.", TOUCHES_APPLICATION},
	             {"book.", TOUCHES_NOTHING} /* no decision about an application reads a record book */};
	static const struct projection *const read[] = {&office_projection, &register_projection, &proceeding_projection};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_starts(kind, slice_str(known[i].kind)))
			return known[i].touch;
	for (size_t i = 0; i < sizeof read / sizeof *read; i++)
		for (const char *const *wanted = read[i]->kinds; *wanted; wanted++)
			if (slice_starts(kind, slice_str(*wanted)))
				return TOUCHES_ALL;
	return TOUCHES_NOTHING;
}

static void unsettle(struct board *board, struct slice id)
{
	for (size_t i = 0; i < board->count; i++) {
		struct place *place = &board->places[board->now][i];
		if (slice_is(id, place->id) || list_has(&place->rows, id))
			place->decided = board->settled = false;
	}
}

/* An exception that is permitted or used counts for whatever else is asked about its thing. */
static struct result unsettle_about(struct proceedings *p, struct board *board, struct slice id, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	board->settled = false;
	unsettle(board, id);
	TRY(store_ask(p->at.store, "SELECT subject FROM application WHERE id = ?1", ARGS(arg_text(id)), &s, why));
	TRY(statement_step(s, &row, why));
	if (row)
		unsettle(board, column_text(s, 0));
	return ok();
}

/* Rows of a case tell of others that they name: which, no decision that came before has seen. */
static struct result unsettle_row(struct proceedings *p, struct board *board, struct slice id, bool *all, struct why *why)
{
	TRY(store_ask_one(p->at.store, "SELECT 1 FROM case_state WHERE id = ?1", ARGS(arg_text(id)), all, NULL, why));
	if (!*all)
		unsettle(board, id);
	return ok();
}

static struct result follow_entry(struct proceedings *p, struct board *board, int64_t seq, struct arena *arena,
                                  bool *all, struct why *why)
{
	struct ledger_entry entry;
	arena_reset(arena);
	TRY(ledger_get(p->at.ledger, seq, arena, &entry, why));
	enum touch touch = touch_of(entry.kind);
	*all = touch == TOUCHES_ALL;
	if (touch == TOUCHES_ROW)
		return unsettle_row(p, board, entry.subject, all, why);
	return touch == TOUCHES_APPLICATION ? unsettle_about(p, board, entry.subject, why) : ok();
}

static struct result follow_entries(struct proceedings *p, struct board *board, int64_t size, day_t day,
                                    struct arena *arena, struct why *why)
{
	bool all = board->entries < 0 || board->day != day || size < board->entries ||
	           size - board->entries > FOLLOWED;
	for (int64_t seq = board->entries; !all && seq < size; seq++)
		TRY(follow_entry(p, board, seq, arena, &all, why));
	if (all)
		forget(board);
	return ok();
}

/* ---- the board ----------------------------------------------------------------------- */

/* near: both lists have one order, so that it mostly stands behind the last that was found */
static struct place *standing(struct board *board, const char *id, size_t *near)
{
	for (size_t i = 0; i < board->count; i++) {
		size_t at = (*near + i) % board->count;
		struct place *place = &board->places[board->now][at];
		if (!place->decided || strcmp(place->id, id) != 0)
			continue;
		*near = at + 1;
		return place;
	}
	return NULL;
}

static struct result fill(struct proceedings *p, struct board *board, const struct application_row *rows, size_t count,
                          struct arena *arena, struct why *why)
{
	struct place *next = board->places[!board->now];
	struct result done = ok();
	size_t n = 0, near = 0;
	for (; n < count && done.code == OK; n++) {
		struct place *kept = standing(board, rows[n].id, &near);
		arena_reset(arena);
		if (kept) {
			next[n] = *kept;
			*kept = (struct place){.decided = false};
		} else {
			done = decide(p, board, &rows[n], arena, &next[n], why);
		}
	}
	for (size_t i = 0; i < board->count; i++)
		place_done(&board->places[board->now][i]);
	board->now = !board->now;
	board->count = n;
	return done;
}

static struct result stand(struct board *board, int64_t size, day_t day, struct tx *tx, struct why *why)
{
	board->entries = size;
	board->day = day;
	return tx_commit(tx, why);
}

static struct result follow(struct proceedings *p, struct board *board, day_t day, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(LOOK_BYTES), *list = arena_new(2 * LOOK_BYTES);
	const struct application_query open = {.state = APPLICATION_OPEN};
	struct application_row *rows = list ? ARENA_ARRAY(list, OPEN_MOST, struct application_row) : NULL;
	int64_t size;
	size_t count;
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena || !rows)
		return fail(why, E_MEMORY, "application", "no memory for the open applications");
	TRY(tx_begin_read(p->at.store, &tx, why)); /* one view, and its locks are taken once */
	TRY(ledger_size(p->at.ledger, &size, why));
	TRY(follow_entries(p, board, size, day, arena, why));
	if (board->settled)
		return stand(board, size, day, &tx, why);
	TRY(application_rows(p, &open, OPEN_MOST, list, rows, &count, why));
	struct seating seating = {.arena = list}, *outer = p->seating;
	p->seating = &seating;
	struct result done = fill(p, board, rows, count, arena, why);
	p->seating = outer;
	TRY(done);
	board->settled = true;
	return stand(board, size, day, &tx, why);
}

struct result board_follow(struct proceedings *p, struct board *board, struct why *why)
{
	int64_t size;
	day_t day = proceeding_today(p);
	TRY(ledger_size(p->at.ledger, &size, why));
	if (size == board->entries && day == board->day)
		return ok();
	struct result done = follow(p, board, day, why);
	if (done.code != OK)
		forget(board);
	return done;
}

static bool is_wanted(const struct place *place, const struct application_query *query)
{
	return (!query->waiting_for || list_has(&place->asked, slice_str(query->waiting_for))) &&
	       (!query->stuck || place->stuck);
}

const char *board_next(const struct board *board, const struct application_query *query, size_t *at)
{
	while (*at < board->count) {
		const struct place *place = &board->places[board->now][(*at)++];
		if (is_wanted(place, query))
			return place->id;
	}
	return NULL;
}

size_t board_count(const struct board *board, const struct application_query *query)
{
	size_t at = 0, n = 0;
	while (board_next(board, query, &at))
		n++;
	return n;
}

size_t board_decided(const struct board *board)
{
	return board->decisions;
}
