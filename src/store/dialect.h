/* store/dialect.h - SQL that every database behind the port understands */
#ifndef SEKISHO_STORE_DIALECT_H
#define SEKISHO_STORE_DIALECT_H

#include "base/error.h"

/* dialect_check - E_INPUT names the first word that only one database knows;
 * text in quotes and comments is not looked at                             */
struct result dialect_check(const char *sql, struct why *why) MUST;

#endif
