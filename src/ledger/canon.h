/* ledger/canon.h - canonical JSON: one value, one spelling
 *
 * An entry is hashed as it is written, so two spellings of one value would be
 * two entries.  Canonical is what jansson dumps with JSON_COMPACT and
 * JSON_SORT_KEYS, made narrower: no spaces; keys sorted by their bytes, none
 * twice, none with an escape; strings in UTF-8, escaped only " \ \b \f \n \r \t
 * and, as \u00XX, the other controls but NUL; integers of 64 bits without
 * leading zeros (there are no fractions in the ledger: their spelling depends
 * on who prints them); at most 32 levels.                                    */
#ifndef SEKISHO_LEDGER_CANON_H
#define SEKISHO_LEDGER_CANON_H

#include "base/arena.h"
#include "base/cursor.h"
#include "base/error.h"

enum { CANON_DEPTH = 32 };

/* canon_check - text is one canonical object and nothing else; E_INPUT names
 * the byte that is not                                                      */
struct result canon_check(struct slice text, struct why *why) MUST;

/* Readers on a cursor over bytes that are valid UTF-8; on a fault the cursor
 * has failed and stands at it.
 * canon_take - one value of any sort, as it is written                      */
struct slice canon_take(struct cursor *c);
/* canon_take_text - one string without quotes and escapes; borrowed where it
 * has no escape, else in the arena (the cursor fails at its ceiling)         */
struct slice canon_take_text(struct cursor *c, struct arena *arena);
/* canon_take_i64 */
int64_t canon_take_i64(struct cursor *c);

#endif
