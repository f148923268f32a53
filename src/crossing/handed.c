/* ファイル受渡しの記録簿: what was handed over, written by the gate in the same transaction. */
#include "crossing/handed.h"

#include "register/book.h"

enum { LOOKED_AT = 8 };

static struct result approver_of(struct crossings *c, const char *application, struct arena *arena, const char **out,
                                 struct why *why)
{
	struct application a;
	*out = "";
	if (!*application)
		return ok();
	TRY(application_get(c->at.proceedings, application, arena, &a, why));
	if (a.word_count)
		*out = a.words[a.word_count - 1].person;
	return ok();
}

/* What the act was told, each under its path, and what its thing is under its own name, too. */
static size_t told(const struct wish *wish, struct cell *out)
{
	size_t n = 0;
	for (size_t i = 0; i < wish->fact_count; i++) {
		const struct fact_pair *fact = &wish->facts[i];
		if (!*fact->value)
			continue;
		out[n++] = (struct cell){fact->path, fact->value};
		if (slice_starts(slice_str(fact->path), SLICE("object.")))
			out[n++] = (struct cell){fact->path + strlen("object."), fact->value};
	}
	return n;
}

/* Where nothing is missing nobody has to look at it again. */
static struct result close_whole(struct crossings *c, const struct handed *of, struct arena *arena, struct why *why)
{
	const struct book_query query = {.origin = of->origin, .state = BOOK_OPEN, .limit = LOOKED_AT};
	struct book_entry *made;
	size_t count;
	bool more;
	TRY(book_list(c->at.base.registers, &query, arena, &made, &count, &more, why));
	for (size_t i = 0; i < count; i++)
		if (!made[i].empty_count)
			TRY(book_close(c->at.base.registers, made[i].id, of->wish->actor, "", NULL, 0, why));
	return ok();
}

struct result handed_write(struct crossings *c, const struct handed *of, struct arena *arena, struct why *why)
{
	enum { MORE = 4 };
	const char *approver;
	char when[32], minute[20];
	size_t opened;
	if (!c->at.base.registers || of->decision->record_count == 0)
		return ok();
	struct cell *known = ARENA_ARRAY(arena, 2 * of->wish->fact_count + MORE, struct cell);
	if (!known)
		return fail(why, E_MEMORY, of->origin, "no memory for the record book");
	size_t n = told(of->wish, known);
	TRY(approver_of(c, of->application, arena, &approver, why));
	ms_iso(crossing_now(c), when);
	snprintf(minute, sizeof minute, "%.10s %.5s", when, when + 11);
	known[n++] = (struct cell){"actor", of->wish->actor};
	known[n++] = (struct cell){"performed_at", minute};
	if (*approver)
		known[n++] = (struct cell){"approver", approver};
	if (*of->recipient)
		known[n++] = (struct cell){"recipient", of->recipient};
	const struct book_event event = {.act = of->decision->act, .row = "", .section = of->row->section, .origin = of->origin,
		.writer = of->wish->actor, .actor = of->wish->actor, .post = "", .known = known, .known_count = n};
	TRY(book_follow(c->at.base.registers, of->decision, &event, &opened, why));
	return opened ? close_whole(c, of, arena, why) : ok();
}
