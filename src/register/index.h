/* register/index.h - which rows say a word, have a value, in which order they stand
 *
 * A working table: it says nothing that the rows do not.  Rows are known by their
 * number within the kind.  For each key (one, two or three characters that stand
 * together in a row's plain text; a cell's value; a section; "closed") the numbers
 * lie packed in pages of 4,096 rows, so that what several keys have in common is
 * found by AND over a few hundred bytes.  Shelves hold the numbers in the order of
 * a list, 256 to 512 a shelf, so that a page of the list is found without reading
 * the rows before it.
 * Changes are gathered in memory and written with the transaction (store_late), or
 * before anything is read.
 */
#ifndef SEKISHO_REGISTER_INDEX_H
#define SEKISHO_REGISTER_INDEX_H

#include "base/arena.h"
#include "store/ask.h"

enum { DOCS_PAGE = 4096, DOCS_WORDS = DOCS_PAGE / 64 };

/* ---- sets of row numbers, 0 or above */
struct docs_page {
	int64_t chunk; /* number / DOCS_PAGE */
	uint64_t bits[DOCS_WORDS];
};
struct docs {
	struct docs_page *pages; /* by chunk, each once */
	size_t count;
};
/* docs_decode - false: not what docs_encode writes */
bool docs_decode(struct slice packed, uint64_t bits[DOCS_WORDS]) MUST;
/* docs_encode - sorted 16-bit numbers while they are shorter, else the bits; 0: none */
size_t docs_encode(const uint64_t bits[DOCS_WORDS], uint8_t out[DOCS_PAGE / 8]);
bool docs_has(const struct docs *docs, int64_t doc);
size_t docs_total(const struct docs *docs);
/* docs_and - a keeps what b has too (or, without: what b has not) */
void docs_and(struct docs *a, const struct docs *b, bool without);
/* docs_next - the smallest number >= from; -1 when there is none */
int64_t docs_next(const struct docs *docs, int64_t from);

/* ---- the index of one body */
struct word_index;
struct result index_open(struct store *store, const char *body, struct word_index **out, struct why *why) MUST;
void index_close(struct word_index *index);

/* index_room - before a row is told: what is gathered is written when it has become much */
struct result index_room(struct word_index *index, struct why *why) MUST;
/* index_note - the row has this key now, or has it no longer; the last word counts */
struct result index_note(struct word_index *index, const char *kind, struct slice key, int64_t doc, bool in,
                         struct why *why) MUST;
/* index_docs - the rows that have the key
 * errors  E_TAMPERED  a page cannot be read: registers_reindex makes it anew */
struct result index_docs(struct word_index *index, const char *kind, struct slice key, struct arena *arena,
                         struct docs *out, struct why *why) MUST;

/* Orders of a kind's rows that have shelves; a row's number is an order by itself. */
enum index_way { WAY_NAME, WAY_CHANGED };
/* index_place - where a row stands in an order: its name or time, then its id; compared byte by byte */
void index_place(enum index_way way, struct slice name, int64_t changed_ms, struct slice id, struct buffer *out);
/* index_shelve - the row stands at this place of this order now, or no longer */
struct result index_shelve(struct word_index *index, const char *kind, enum index_way way, struct slice place,
                           int64_t doc, bool in, struct why *why) MUST;
/* index_shelf - the next shelf of an order, upwards or downwards: its rows in no order
 * walk    place: where to begin (upwards "" is the beginning; downwards "" is the end)
 * docs    room for SHELF_MOST; count 0 is no end, walk->over is             */
enum { SHELF_MOST = 512, PLACE_MOST = 400 };
struct shelf_walk {
	struct buffer place;
	bool down, begun, over;
};
struct result index_shelf(struct word_index *index, const char *kind, enum index_way way, struct shelf_walk *walk,
                          int64_t docs[SHELF_MOST], size_t *count, struct why *why) MUST;

/* index_flush - write what is gathered; inside a transaction */
struct result index_flush(struct word_index *index, struct why *why) MUST;
/* index_clear - nothing is indexed */
struct result index_clear(struct word_index *index, struct why *why) MUST;
/* index_is_new - nothing stands in it */
struct result index_is_new(struct word_index *index, bool *out, struct why *why) MUST;

#endif
