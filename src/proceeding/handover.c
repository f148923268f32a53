/* Rows of a section that ends become its successor's. */
#include "proceeding/handover.h"

#include "proceeding/internal.h"

#include <stdio.h>

enum { ROOM = 8 << 20, AT_ONCE = 100, ROUNDS = 4000 };

struct handover {
	struct proceedings *p;
	const char *from, *to, *by;
	size_t rows, stayed;
};

static const struct policy_fact *fact_named(const struct policy_fact *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return &facts[i];
	return NULL;
}

/* A set that names it once; other members stay. */
static const char *replaced(struct arena *arena, const char *value, const char *from, const char *to)
{
	size_t n = strlen(from);
	const char *out = "";
	for (const char *at = value; *at && out;) {
		size_t len = strcspn(at, " ");
		bool it = len == n && memcmp(at, from, n) == 0;
		out = arena_printf(arena, "%s%s%.*s", out, *out ? " " : "", it ? (int)strlen(to) : (int)len, it ? to : at);
		at += len + (at[len] == ' ');
	}
	return out;
}

static struct result hand_over(struct handover *h, const struct register_row *row, bool *changed, struct arena *arena,
                               struct why *why)
{
	const struct policy_fact *facts;
	size_t count, n = 0;
	char same[27];
	struct why own = {0};
	TRY(policy_kind_facts(h->p->at.policy, row->kind, arena, &facts, &count, why));
	struct cell *cells = ARENA_ARRAY(arena, row->cell_count + 1, struct cell);
	if (!cells)
		return fail(why, E_MEMORY, "handover", "引き継ぎの記憶域が足りません。");
	*changed = strcmp(row->section, h->from) == 0;
	for (size_t i = 0; i < row->cell_count; i++) {
		const struct policy_fact *fact = fact_named(facts, count, row->cells[i].path);
		if (!fact || fact->type == FACT_TEXT)
			continue; /* texts that are not given stay sealed as they are */
		cells[n] = row->cells[i];
		bool sections = fact->type == FACT_SECTION || (fact->type == FACT_SET && fact->member == FACT_SECTION);
		if (sections && !(cells[n].value = replaced(arena, cells[n].value, h->from, h->to)))
			return fail(why, E_MEMORY, "handover", "引き継ぎの記憶域が足りません。");
		*changed |= strcmp(cells[n].value, row->cells[i].value) != 0;
		n++;
	}
	if (!*changed)
		return ok();
	const struct register_change change = {.kind = row->kind, .id = row->id, .version = row->version, .name = row->name,
		.section = strcmp(row->section, h->from) == 0 ? h->to : row->section, .cells = cells, .cell_count = n, .actor = h->by,
		.post = ""};
	struct result put = register_put(h->p->at.registers, &change, same, &own);
	bool stays = put.code == E_INPUT || put.code == E_ABSENT || put.code == E_DENIED; /* it says what cannot be said any more */
	h->rows += put.code == OK;
	h->stayed += stays;
	return put.code == OK || stays ? ok() : fail(why, own.code, row->name, "「%s」を引き継げません: %s", row->name, own.text);
}

static struct result one_kind(struct handover *h, const char *kind, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct register_query query = {.kind = kind, .section = h->from, .limit = AT_ONCE};
	char name[1024] = "", id[27] = "";
	for (size_t round = 0; arena && round < ROUNDS; round++) {
		struct register_row *rows;
		size_t count;
		bool more, changed;
		arena_reset(arena);
		query.after_name = name;
		query.after_id = id;
		TRY(register_list(h->p->at.registers, &query, arena, &rows, &count, &more, why));
		for (size_t i = 0; i < count; i++)
			TRY(hand_over(h, &rows[i], &changed, arena, why));
		if (!count)
			return ok();
		snprintf(name, sizeof name, "%s", rows[count - 1].name);
		snprintf(id, sizeof id, "%s", rows[count - 1].id);
	}
	return fail(why, arena ? E_LIMIT : E_MEMORY, kind, "引き継ぐ行が多すぎます。");
}

/* Rows of other sections that name it: whose asset it is, for instance. */
static struct result naming(struct handover *h, struct why *why)
{
	enum { MOST = 20000 };
	AUTO(arena_drop) struct arena *arena = arena_new(64 << 20);
	struct register_row *rows;
	size_t count;
	bool changed;
	if (!arena)
		return fail(why, E_MEMORY, "handover", "引き継ぎの記憶域が足りません。");
	TRY(register_naming(h->p->at.registers, h->from, MOST, arena, &rows, &count, why));
	for (size_t i = 0; i < count; i++)
		if (!policy_kind_step(h->p->at.policy, rows[i].kind, 0))
			TRY(hand_over(h, &rows[i], &changed, arena, why));
	return ok();
}

struct result handover_rows(struct proceedings *p, const char *from, const char *to, const char *by, size_t *rows,
                            size_t *stayed, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	struct handover h = {.p = p, .from = from, .to = to, .by = by};
	struct policy_kind kind;
	*rows = *stayed = 0;
	if (!p->at.registers || !policy_edition_on(p->at.policy, p->at.policy_name, proceeding_today(p)))
		return ok();
	TRY(tx_begin(p->at.store, &tx, why));
	for (size_t i = 0; policy_kind_at(p->at.policy, i, &kind); i++)
		if (!kind.proceeding)
			TRY(one_kind(&h, kind.name, why));
	TRY(naming(&h, why));
	TRY(tx_commit(&tx, why));
	*rows = h.rows;
	*stayed = h.stayed;
	return ok();
}
