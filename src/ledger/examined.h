/* ledger/examined.h - what the last examination of the ledger found
 *
 * It lies in a file beside the database and not in it: it has to be told where the
 * entries themselves cannot be trusted, and a database that was put back to an older
 * one does not take it along.  Whoever shows what rests on the ledger (its entries,
 * the proof) shows it too.
 * clause  HN-2.6.3(5)-2, capabilities log-retention
 */
#ifndef SEKISHO_LEDGER_EXAMINED_H
#define SEKISHO_LEDGER_EXAMINED_H

#include "ledger/ledger.h"

struct ledger_examined {
	int64_t at_ms;
	bool with_rows;               /* the tables were made anew and compared, too */
	struct ledger_verdict verdict; /* rows 0 without */
};
/* ledger_examined_read - E_ABSENT nothing was examined yet; E_TAMPERED the file is no such word.
 * Strings live in the arena */
struct result ledger_examined_read(const char *path, struct arena *arena, struct ledger_examined *out,
                                   struct why *why) MUST;
struct result ledger_examined_write(const char *path, const struct ledger_examined *examined, struct why *why) MUST;
/* ledger_same_faults - the same sorts of faults at the same places */
bool ledger_same_faults(const struct ledger_verdict *a, const struct ledger_verdict *b);

#endif
