/* gate/file/links.h - what a text that a program acts on may say */
#ifndef SEKISHO_GATE_FILE_LINKS_H
#define SEKISHO_GATE_FILE_LINKS_H

#include "base/slice.h"

/* link_allowed - a decoded target that a click may lead to: http, https or
 * mailto and nothing else; no control characters anywhere                   */
bool link_allowed(struct slice target);
/* formula_allowed - a decoded spreadsheet formula without its "="
 * It calls functions of the list only, names no other workbook, no DDE server,
 * and leads nowhere but to an allowed link.                                 */
bool formula_allowed(struct slice formula);
/* field_allowed - a decoded Word field instruction, its field on the list */
bool field_allowed(struct slice instruction);
/* field_name - its first word, for a report; at most 24 bytes and printable */
struct slice field_name(struct slice instruction);
void links_prepare(void);

#endif
