/* gate/file/links.h - what a text that a program acts on may say */
#ifndef SEKISHO_GATE_FILE_LINKS_H
#define SEKISHO_GATE_FILE_LINKS_H

#include "base/slice.h"

/* What this document's links may be, and what was judged last. */
struct links {
	bool strip;    /* links that are allowed are unwanted all the same (switch "hyperlink") */
	bool stripped; /* of the last one: only that wish spoke against it */
};

/* link_allowed - a decoded target that a click may lead to: http, https or
 * mailto and nothing else; no control characters anywhere
 * links  NULL: none is unwanted; here and below                              */
bool link_allowed(struct links *links, struct slice target);
/* formula_allowed - a decoded spreadsheet formula without its "="
 * It calls functions of the list only, names no other workbook, no DDE server,
 * and leads nowhere but to an allowed link.                                 */
bool formula_allowed(struct links *links, struct slice formula);
/* field_allowed - a decoded Word field instruction, its field on the list */
bool field_allowed(struct links *links, struct slice instruction);
/* field_button - what a MACROBUTTON or GOTOBUTTON shows: its words after the name of the
 * macro or place; empty for any other field                                  */
struct slice field_button(struct slice instruction);
/* field_name - its first word, for a report; at most 24 bytes and printable */
struct slice field_name(struct slice instruction);
void links_prepare(void);

/* link_word - "hyperlink" for a removal "unsafe-link" of what was judged last, if only
 * the wish spoke against it; every other word as it is                       */
const char *link_word(const struct links *links, const char *what);

#endif
