/* ledger/record.h - an entry out of a jansson object, and back */
#ifndef SEKISHO_LEDGER_RECORD_H
#define SEKISHO_LEDGER_RECORD_H

#include "ledger/ledger.h"

#include <jansson.h>

/* ledger_record - append an entry whose data is this object
 * entry   everything but data; seq and time are written back
 * data    stolen; NULL (no memory while it was built) is E_MEMORY          */
struct result ledger_record(struct ledger *ledger, struct ledger_entry *entry, json_t *data,
                            struct why *why) MUST;

/* json_canonical - sorted keys, no spaces, appended to out */
struct result json_canonical(const json_t *value, struct buffer *out, struct why *why) MUST;

/* record_data - an entry's data, parsed; decref it.  E_TAMPERED when it is none */
struct result record_data(const struct ledger_entry *entry, json_t **out, struct why *why) MUST;
/* json_text, json_number - a member, "" or 0 when it is missing or of another type */
const char *json_text(const json_t *object, const char *key);
int64_t json_number(const json_t *object, const char *key);
void json_drop(json_t **value); /* for AUTO */

#endif
