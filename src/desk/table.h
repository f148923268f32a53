/* desk/table.h - a register or a record book as a table that people carry about
 *
 * One column a fact, under its label; ids behind them (sheet.h hides them in xlsx).
 * Values are written as people read them: はい, 税務課, 青木 一郎（aoki）, 名称（12） for a
 * row, days ISO; and read back from that, from ids, or from whatever else means one
 * thing only.                                                                */
#ifndef SEKISHO_DESK_TABLE_H
#define SEKISHO_DESK_TABLE_H

#include "desk/desk.h"
#include "sheet/sheet.h"

/* The columns that are the row's own, before its facts. */
enum table_own { TABLE_NUMBER = 0, TABLE_VERSION, TABLE_NAME, TABLE_SECTION, TABLE_GROUND, TABLE_OWN };

struct table {
	struct desk *desk;
	struct arena *arena;
	const char *kind, *title;
	const struct policy_fact *facts;
	size_t fact_count;
	struct sheet_column *columns; /* TABLE_OWN of them, then the facts */
	size_t column_count;
	struct section *sections;
	size_t section_count;
	struct person *people;
	size_t person_count;
};
/* table_new - of a kind; arena holds it.  E_ABSENT no such register         */
struct result table_new(struct desk *desk, const char *kind, struct arena *arena, struct table *out,
                        struct why *why) MUST;

/* table_show - one value as text; in the arena */
const char *table_show(const struct table *t, const struct policy_fact *fact, const char *value,
                       struct arena *arena);
/* table_take - a text as a value of the fact
 * errors  E_INPUT  what is wrong and what to write, one sentence            */
struct result table_take(const struct table *t, const struct policy_fact *fact, struct slice text,
                         struct arena *arena, const char **value, struct why *why) MUST;
/* table_section - the id of a section by id or name. E_INPUT                */
struct result table_section(const struct table *t, struct slice text, const char **id, struct why *why) MUST;

#endif
