/* gate/file/namespaces.h - ids of namespace names; inside the room only */
#ifndef SEKISHO_GATE_FILE_NAMESPACES_H
#define SEKISHO_GATE_FILE_NAMESPACES_H

#include "gate/file/xml.h"

void namespaces_prepare(void);
/* namespace_of - id of a decoded namespace name; NS_UNKNOWN when not in the table */
uint16_t namespace_of(struct slice uri);
/* namespace_of_2003 - the same for those that only a document of Word 2003 uses */
uint16_t namespace_of_2003(struct slice uri);
/* namespace_widely_read - a Choice that requires it is the one that people see */
bool namespace_widely_read(uint16_t ns);

#endif
