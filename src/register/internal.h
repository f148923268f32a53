/* register/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_REGISTER_INTERNAL_H
#define SEKISHO_REGISTER_INTERNAL_H

#include "ledger/record.h"
#include "register/index.h"
#include "register/register.h"
#include "store/ask.h"

struct registers {
	struct register_parts at;
	struct word_index *index;
	struct register_watch watch;
	struct arena *kinds_arena; /* of the kinds that were asked for, each once */
	struct kind *kinds;
};

/* The facts of a kind, and the act that makes its rows (for facts_new). */
struct kind {
	const char *name, *make;
	const struct policy_fact *facts;
	size_t count;
	struct kind *next;
};
/* kind_read - lives as long as the registers, but for a kind that is asked for when there is no
 * memory left for that: it lives in the arena                               */
struct result kind_read(struct registers *r, const char *name, struct arena *arena, struct kind *out,
                        struct why *why) MUST;
const struct policy_fact *kind_fact(const struct kind *kind, const char *path);

/* A row as it stands, before arenas make it pretty. */
struct stored {
	struct register_row row;
	json_t *cells;  /* path -> text, or array of texts for a set */
	json_t *texts;  /* path -> vault item */
	json_t *rated;  /* scale -> [low, high] */
	struct slice plain;
};
void stored_drop(struct stored *stored); /* for AUTO; zeroed memory is fine */
struct result stored_read(struct registers *r, const char *id, struct arena *arena, struct stored *out,
                          struct why *why) MUST;
/* stored_columns - the columns of STORED_COLUMNS of a statement that stands on a row */
#define STORED_COLUMNS \
	"id, kind, serial, name, section, version, closed, cells, texts, rated, changed_ms, changed_by, plain"
struct result stored_columns(const struct statement *s, struct arena *arena, struct stored *out,
                             struct why *why) MUST;
/* stored_public - cells and classes of out->row, but no texts */
struct result stored_public(struct stored *stored, struct arena *arena, struct why *why) MUST;

/* cells_facts - what stands in these cells (and classes; nullable) as facts below
 * prefix; rows that they name follow, `depth` deep; `but` (nullable) is left out */
struct result cells_facts(struct registers *r, const struct kind *kind, const json_t *cells,
                          const json_t *rated, const char *but, struct facts *facts, const char *prefix,
                          unsigned depth, struct arena *arena, struct why *why) MUST;

/* hold_fact - the row's `on_hold`, of a kind that has it: yes while a case keeps the row;
 * else what is stated, and no when nothing is.  id nullable: a row not made yet; hold.c */
struct result hold_fact(struct registers *r, const struct kind *kind, const char *id, bool stated, struct facts *facts,
                        const char *prefix, struct arena *arena, struct why *why) MUST;
/* texts_facts - what is sealed is known, and no more than that */
struct result texts_facts(struct registers *r, json_t *texts, struct facts *facts, const char *prefix,
                          struct arena *arena, struct why *why) MUST;
/* rate_cells - [low, high] for every scale of the kind; E_DENIED when a level is
 * stated below low.  new reference                                          */
struct result rate_cells(struct registers *r, const struct kind *kind, const json_t *cells,
                         struct arena *arena, json_t **out, struct why *why) MUST;
/* rate_containers - rows that name this one are rated anew, and those that name them */
struct result rate_containers(struct registers *r, const char *id, const char *actor, struct why *why) MUST;

/* register_record - append an entry; data is stolen */
struct result register_record(struct registers *r, const char *kind, const char *id,
                              const struct register_change *by, json_t *data, struct why *why) MUST;

/* check_line - UTF-8 in one line of at most so many bytes */
struct result check_line(const char *text, size_t most, const char *place, struct why *why) MUST;
/* What may be named: a register's row names open rows, a record of the past closed ones too. */
enum rows { ROWS_OPEN, ROWS_ALL };
/* value_spelled - is it written as its type wants; value_check - and does what it names
 * exist: row, person, section                                                */
struct result value_spelled(const struct policy_fact *fact, enum fact_type type, const char *value,
                            struct why *why) MUST;
struct result value_check(struct registers *r, const struct policy_fact *fact, enum fact_type type,
                          const char *value, enum rows rows, struct arena *arena, struct why *why) MUST;
/* value_put - into cells, or sealed into texts; the empty value is nothing */
struct result value_put(struct registers *r, const struct policy_fact *fact, const char *value, json_t *cells,
                        json_t *texts, enum rows rows, struct arena *arena, struct why *why) MUST;
struct result text_seal(struct registers *r, const char *path, const char *label, const char *value,
                        json_t *texts, struct why *why) MUST;
/* text_open - what was sealed; （消去済み） once erased */
struct result text_open(struct registers *r, const json_t *item, struct arena *arena, const char **out,
                        struct why *why) MUST;
/* cell_text - "a b c" of an array, the text of a string; NULL without memory */
const char *cell_text(const json_t *value, struct arena *arena);

/* words_plain - a search text: half width, lower case, one space between words */
void words_plain(struct slice text, struct buffer *out);
/* words_of_row - the plain text that is searched: name, number, section and what
 * the cells say, but yes and no and the ids of rows and people; pure         */
void words_of_row(const char *name, int64_t serial, const char *section, json_t *cells, struct buffer *out);
/* A row as it is found: its words, values, section, places.  id NULL: there is none. */
struct words_row {
	const char *id, *kind, *name, *section;
	int64_t serial, changed_ms;
	bool closed;
	json_t *cells, *rated;
	struct slice plain;
};
struct words_row words_of_stored(const struct stored *stored);
/* words_index - the row is found by what it says now instead of what it said; nullable each */
struct result words_index(struct registers *r, const struct words_row *before, const struct words_row *now,
                          struct why *why) MUST;
/* words_reread - the same with the row as it stands in its table now */
struct result words_reread(struct registers *r, const char *id, const struct words_row *before, struct why *why) MUST;
/* words_index_entry - the words of a record book's entry, its number in the index */
struct result words_index_entry(struct registers *r, const char *kind, int year, int64_t serial, struct slice before,
                                struct slice plain, struct why *why) MUST;
static inline int64_t words_entry(int year, int64_t serial)
{
	return (int64_t)year << 32 | serial;
}
/* words_key - the key of a value: a cell's path, or one of these */
#define WORDS_SECTION "\x02section"
#define WORDS_CLOSED "\x02closed"
enum { WORDS_GRAM = 3 }; /* characters of the longest key of a word */
void words_key(struct buffer *out, const char *what, const char *value);
extern const struct migration words_migrations[];
extern const size_t words_migration_count;

struct result register_no_memory(struct why *why) MUST;

/* ---- the projection: projection.c, gather.c */

/* A row as entries tell it: the last of them, the data of its last version. */
struct row_told {
	const struct ledger_entry *last; /* subject, body, actor, time_ms */
	const json_t *data;
	json_t *rated; /* nullable: rated anew since that version */
	int64_t version;
	bool closed;
};
struct result row_insert(struct store *store, const struct row_told *row, struct why *why) MUST;
/* entry_tells_row - the data of a version has the tables that it must have; entry_rates - a table
 * of scales, each with its low and high                                      */
bool entry_tells_row(const json_t *data);
bool entry_rates(json_t *rated);
struct result entry_misfit(const struct ledger_entry *entry, struct why *why) MUST;
struct result register_apply(struct store *store, const struct ledger_entry *entry, struct why *why) MUST;

/* While all entries are applied a row is kept in memory from its first version on, and written
 * once.  gathered_new - a projection_gathering's `begin`, with what it may keep at most: then
 * all is written, and what comes about those rows is applied to the table    */
struct gathered;
struct gathered *gathered_new(size_t most_bytes);
extern const struct projection_gathering register_gathering;

#endif
