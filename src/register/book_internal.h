/* register/book_internal.h - what the files of record books share; nobody else includes it */
#ifndef SEKISHO_REGISTER_BOOK_INTERNAL_H
#define SEKISHO_REGISTER_BOOK_INTERNAL_H

#include "register/book.h"
#include "register/internal.h"

/* book_resolve - a field's label and type: a fact of the act, what every record may
 * keep (日時, 行った人 ...), a fact of the object, or the object itself
 * act   "" none    kind  of the registry
 * errors  E_INPUT none of these                                             */
struct result book_resolve(struct registers *r, const char *act, const char *kind, const char *name,
                            struct arena *arena, struct policy_fact *out, struct why *why) MUST;

/* An entry as it stands. */
struct stored_entry {
	struct book_entry entry; /* fields are those of the columns: resolved, not filled in */
	json_t *cells, *texts;
	const char *reason_item; /* JSON text of [item, digest], "" */
	struct slice plain;
};
void book_entry_drop(struct stored_entry *s); /* for AUTO */
#define ENTRY_COLUMNS \
	"id, registry, serial, year, act, row, section, origin, writer, route, retention, state, corrects," \
	" corrected_by, reason, fields, cells, texts, clauses, opened_ms, changed_ms, opened_by, changed_by," \
	" until, held, erased, plain"
struct result book_columns(struct registers *r, const struct statement *s, struct arena *arena,
                            struct stored_entry *out, struct why *why) MUST;
struct result book_stored(struct registers *r, const char *id, struct arena *arena, struct stored_entry *out,
                         struct why *why) MUST;

/* books_apply - the "book." entries into their table (projection.c calls it) */
struct result books_apply(struct store *store, const struct ledger_entry *entry, const json_t *data,
                          struct why *why) MUST;
extern const char book_table[]; /* its migration */
/* hold_apply - likewise the "hold." entries; hold.c */
struct result hold_apply(struct store *store, const struct ledger_entry *entry, const json_t *data,
                         struct why *why) MUST;
extern const char hold_table[];

/* book_gram_kind - under which name a registry's words stand in the index */
const char *book_gram_kind(const char *registry, struct arena *arena);
/* book_plain - the plain text that is searched */
void book_plain(int year, int64_t serial, const char *section, json_t *cells, struct buffer *out);
/* book_number - "R8-0012" */
const char *book_number(int year, int64_t serial, struct arena *arena);

#endif
