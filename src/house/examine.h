/* house/examine.h - the office compares its ledger with itself, once a day
 *
 * What was found lies beside the database (ledger/examined.h) for the pages.  A sound
 * ledger is an entry that says so ("done": verify_ledger).  A fault that was not known
 * yet is an entry that names it, and the event ledger_broken, told at the counter: what
 * follows from it (an incident, who looks) is the body's clause.
 * clause  HN-2.6.3(5)-2, LOCAL-HN-26; capabilities log-retention
 */
#ifndef SEKISHO_HOUSE_EXAMINE_H
#define SEKISHO_HOUSE_EXAMINE_H

#include "house/house.h"
#include "ledger/examined.h"

/* Beyond so many entries the tables are left to `sekisho ledger verify`: making them anew
 * takes the memory of the tables. */
enum { EXAMINE_ROWS_UP_TO = 200000 };

/* house_examine_due - nothing was examined today, and the office is older than today */
struct result house_examine_due(struct house *house, bool *due, struct why *why) MUST;
/* house_examine - now
 * sound   out, also when the entry or the event could not be written
 * errors  E_TAMPERED  so much is broken that nothing can be appended: the file tells it all the same */
struct result house_examine(struct house *house, bool *sound, struct why *why) MUST;
/* house_seal_key - the seal's public key line; "" where there is none */
const char *house_seal_key(const struct house *house, struct arena *arena);

#endif
