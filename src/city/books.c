/* Record books: what a decision had opened is written by who has to, and closed. */
#include "city/attempt.h"

#include "register/book.h"

static struct result fill(struct attempt *a, const struct book_entry *e, struct why *own)
{
	struct player *p = a->p;
	struct cell cells[BOOK_FIELDS];
	size_t n = 0;
	for (size_t i = 0; i < e->field_count && n < BOOK_FIELDS; i++) {
		const struct book_field *f = &e->fields[i];
		char when[32];
		const char *value = f->fact.type == FACT_NONE ? NULL : attempt_value(a, &f->fact);
		if (*f->value)
			continue;
		if (f->fact.type == FACT_NONE) { /* a day and time */
			ms_iso(*p->at->now_ms, when);
			value = arena_printf(a->arena, "%.10s %.5s", when, when + 11);
		}
		cells[n++] = (struct cell){f->fact.path, value ? value : BOOK_NONE};
	}
	TRY(n ? book_fill(p->at->registers, e->id, cells, n, e->writer, "", own) : ok());
	return desk_entry_close(p->at->desk, e->id, e->writer, a->arena, own);
}

static struct result write_one(struct player *p, const struct book_entry *e, size_t what, struct arena *arena)
{
	for (unsigned nth = 0; nth < 3; nth++) {
		struct why own = {0};
		struct attempt a = attempt_begin(p, arena, what, nth);
		struct result done = fill(&a, e, &own);
		if (done.code == OK)
			return ok();
		if (!attempt_refused(done))
			return fail(p->why, own.code, own.place, "%s", own.text);
	}
	return ok();
}

struct result city_write_books(struct player *p, struct arena *arena)
{
	const struct book_query query = {.state = BOOK_OPEN, .limit = BOOK_PAGE};
	struct book_entry *entries = NULL;
	size_t count = 0;
	bool more;
	if (!p->at->desk)
		return ok();
	arena_reset(arena);
	TRY(city_batch(p, true));
	TRY(book_list(p->at->registers, &query, arena, &entries, &count, &more, p->why));
	for (size_t i = 0; i < count; i++)
		TRY(write_one(p, &entries[i], (size_t)entries[i].serial, arena));
	return ok();
}
