/* The case of leaving, and what is still held. */
#include "proceeding/leaving.h"

#include "office/leave.h"
#include "proceeding/internal.h"
#include "register/book.h"

enum { THINGS = 500, ROWS = 300, ROOM = 4 << 20 };

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "leaving", "手元に残るものを数える記憶域が足りません。");
}

const char *leaving_kind(const struct policy *policy, struct arena *arena)
{
	struct policy_kind kind;
	const struct policy_fact *facts;
	size_t count;
	for (size_t i = 0; policy_kind_at(policy, i, &kind); i++) {
		if (!kind.proceeding || policy_kind_facts(policy, kind.name, arena, &facts, &count, NULL).code != OK)
			continue;
		for (size_t k = 0; k < count; k++)
			if (strcmp(facts[k].path, "held") == 0 && strcmp(facts[k].found_by, "office") == 0)
				return kind.name;
	}
	return "";
}

/* ---- what is held ------------------------------------------------------------------ */

struct holdings {
	struct proceedings *p;
	const char *person;
	struct arena *arena;
	struct leaving_thing *list;
	size_t count;
	struct why *why;
};

static void add(struct holdings *h, struct leaving_thing thing)
{
	if (h->count < THINGS)
		h->list[h->count++] = thing;
}

/* Cases tell what happened and to whom; only what is kept account of is held. */
static struct result add_rows(struct holdings *h)
{
	struct register_row *rows;
	size_t count;
	if (!h->p->at.registers)
		return ok();
	TRY(register_naming(h->p->at.registers, h->person, ROWS, h->arena, &rows, &count, h->why));
	for (size_t i = 0; i < count; i++)
		if (!policy_kind_step(h->p->at.policy, rows[i].kind, 0))
			add(h, (struct leaving_thing){rows[i].id, rows[i].kind, rows[i].name, ""});
	return ok();
}

static struct result add_permissions(struct holdings *h)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = true;
	TRY(store_ask(h->p->at.store, "SELECT id, fiscal_year, serial FROM application WHERE applicant = ?1 AND (state = 'open' OR"
	              " (state = 'permitted' AND used_ms = 0 AND until_day >= ?2)) ORDER BY fiscal_year, serial LIMIT 100",
	              ARGS(arg_str(h->person), arg_i64(proceeding_today(h->p))), &s, h->why));
	for (;;) {
		TRY(statement_step(s, &row, h->why));
		if (!row)
			return ok();
		const char *id = arena_string(h->arena, column_text(s, 0));
		const char *number = arena_printf(h->arena, "R%lld-%04lld", (long long)column_i64(s, 1) - 2018, (long long)column_i64(s, 2));
		if (!id || !number)
			return no_memory(h->why);
		add(h, (struct leaving_thing){id, "application", number, ""});
	}
}

static struct result add_records(struct holdings *h)
{
	const struct book_query query = {.writer = h->person, .state = BOOK_OPEN, .limit = 100};
	struct book_entry *open;
	size_t count;
	bool more;
	if (!h->p->at.registers)
		return ok();
	TRY(book_list(h->p->at.registers, &query, h->arena, &open, &count, &more, h->why));
	for (size_t i = 0; i < count; i++)
		add(h, (struct leaving_thing){open[i].id, "record", open[i].number, open[i].registry});
	return ok();
}

struct result leaving_things(struct proceedings *p, const char *person, struct arena *arena, struct leaving_thing **out,
                             size_t *count, struct why *why)
{
	struct holdings h = {.p = p, .person = person, .arena = arena, .why = why,
	                     .list = ARENA_ARRAY(arena, THINGS, struct leaving_thing)};
	if (!h.list)
		return no_memory(why);
	TRY(add_rows(&h));
	TRY(add_permissions(&h));
	TRY(add_records(&h));
	*out = h.list;
	*count = h.count;
	return ok();
}

/* ---- the case ---------------------------------------------------------------------- */

struct result leaving_held(struct proceedings *p, const struct register_row *row, struct arena *arena, const char **out,
                           struct why *why)
{
	struct leaving_thing *things;
	size_t count;
	*out = "";
	if (!*register_cell(row, "person") || strcmp(row->kind, leaving_kind(p->at.policy, arena)) != 0)
		return ok(); /* whose: cannot be told, and so it cannot be settled */
	TRY(leaving_things(p, register_cell(row, "person"), arena, &things, &count, why));
	*out = arena_printf(arena, "%zu", count);
	return *out ? ok() : no_memory(why);
}

static struct result open_case(struct proceedings *p, const char *by, const struct person *person, struct arena *arena,
                               char id[27], struct why *why)
{
	char today[11];
	const char *kind = leaving_kind(p->at.policy, arena);
	struct section section;
	id[0] = 0;
	if (!*kind || !p->at.registers || !policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p)))
		return ok();
	day_iso(proceeding_today(p), today);
	TRY(office_section(p->at.office, person->section, arena, &section, why));
	const struct cell cells[] = {{"person", person->id}, {"section", person->section}, {"left_on", today}};
	const struct case_opening opening = {.kind = kind, .name = arena_printf(arena, "%sの離職（%s）", section.name, today),
		.section = person->section, .cells = cells, .cell_count = sizeof cells / sizeof *cells, .actor = by, .post = ""};
	if (!opening.name)
		return no_memory(why);
	return case_open(p, &opening, id, why);
}

struct result leaving_begin(struct proceedings *p, const char *by, const char *person, struct slice reason, char id[27],
                            struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct person leaver;
	char made[27];
	if (!arena)
		return no_memory(why);
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(office_person(p->at.office, person, arena, &leaver, why));
	TRY(open_case(p, by, &leaver, arena, made, why));
	TRY(office_leave(p->at.office, by, person, reason, why));
	TRY(tx_commit(&tx, why));
	memcpy(id, made, sizeof made);
	return ok();
}
