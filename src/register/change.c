/* A change that nobody has made yet: what the row would say, and whether it lowers a class. */
#include "register/internal.h"

enum { ROOM = 8 << 20, DEEP = 3 };

/* Words, levels, ids go into cells; a text is only known. */
static struct result take_cell(struct registers *r, const struct kind *kind, const struct cell *cell,
                               json_t *cells, struct facts *facts, const char *prefix, struct arena *arena,
                               struct why *why)
{
	const struct policy_fact *fact = kind_fact(kind, cell->path);
	if (!fact)
		return fail(why, E_INPUT, cell->path, "この台帳に「%.60s」という欄はありません。", cell->path);
	if (fact->type != FACT_TEXT)
		return value_put(r, fact, cell->value, cells, NULL, ROWS_OPEN, arena, why);
	const char *path = arena_printf(arena, "%s.%s", prefix, cell->path);
	if (!path)
		return register_no_memory(why);
	return *cell->value ? facts_set_text(facts, path, "-", why) : ok();
}

static bool is_given(const struct register_change *change, const char *path)
{
	for (size_t i = 0; i < change->cell_count; i++)
		if (strcmp(change->cells[i].path, path) == 0)
			return true;
	return false;
}

/* Texts that were sealed before and are not given anew stay. */
static struct result kept_texts(struct registers *r, const struct register_change *change, struct facts *facts,
                                const char *prefix, struct arena *arena, struct why *why)
{
	AUTO(stored_drop) struct stored before = {0};
	const char *path;
	json_t *item;
	if (!change->id || !*change->id)
		return ok();
	TRY(stored_read(r, change->id, arena, &before, why));
	json_object_foreach(before.texts, path, item) {
		const char *at = arena_printf(arena, "%s.%s", prefix, path);
		if (!at)
			return register_no_memory(why);
		if (!is_given(change, path))
			TRY(facts_set_text(facts, at, "-", why));
	}
	return ok();
}

struct result register_change_facts(struct registers *r, const struct register_change *change,
                                    struct facts *facts, const char *prefix, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(json_drop) json_t *cells = json_object();
	struct kind kind;
	if (!arena || !cells)
		return register_no_memory(why);
	TRY(kind_read(r, change->kind, arena, &kind, why));
	TRY(facts_set_id(facts, prefix, change->id && *change->id ? change->id : "new", why));
	for (size_t i = 0; i < change->cell_count; i++)
		TRY(take_cell(r, &kind, &change->cells[i], cells, facts, prefix, arena, why));
	TRY(kept_texts(r, change, facts, prefix, arena, why));
	TRY(cells_facts(r, &kind, cells, NULL, NULL, facts, prefix, DEEP, arena, why));
	return hold_fact(r, &kind, change->id, json_object_get(cells, "on_hold") != NULL, facts, prefix, arena, why);
}

/* ---- lowering */

static size_t rank_of(const struct policy_fact *scale, const char *level)
{
	for (size_t i = 0; i < scale->word_count; i++)
		if (strcmp(scale->words[i], level) == 0)
			return i;
	return SIZE_MAX;
}

struct result register_lowers(struct registers *r, const struct register_change *change, struct arena *arena,
                              const char **scale, struct why *why)
{
	struct register_row row;
	struct kind kind;
	*scale = "";
	if (!change->id || !*change->id)
		return ok();
	TRY(register_get(r, change->id, arena, &row, why));
	TRY(kind_read(r, change->kind, arena, &kind, why));
	for (size_t i = 0; i < change->cell_count; i++) {
		const struct policy_fact *fact = kind_fact(&kind, change->cells[i].path);
		const char *before = fact ? register_cell(&row, fact->path) : "";
		if (!fact || fact->type != FACT_LEVEL || !*before)
			continue;
		size_t was = rank_of(fact, before), is = rank_of(fact, change->cells[i].value);
		if (!*change->cells[i].value || (is != SIZE_MAX && was != SIZE_MAX && is < was))
			*scale = fact->path;
	}
	return ok();
}
