/* gate/words/switches.h - per kind of content: take it out, or refuse the file
 *
 * What the gate finds is always taken out; nothing here can let it pass.  A
 * switch only says for which kinds that is not enough, so that the file is
 * refused as a whole.  A set is a bit for each kind that refuses.
 */
#ifndef SEKISHO_GATE_WORDS_SWITCHES_H
#define SEKISHO_GATE_WORDS_SWITCHES_H

#include <stdint.h>

enum content {
	CONTENT_NONE = 0,
	CONTENT_PROGRAM,    /* program: macros, scripts, controls, actions that run something */
	CONTENT_EMBEDDED,   /* embedded: objects and files inside */
	CONTENT_EXTERNAL,   /* external: what would be fetched from elsewhere */
	CONTENT_LINK,       /* link: unsafe targets of links */
	CONTENT_COMPUTED,   /* computed: fields and formulas that became their shown values */
	CONTENT_FORM,       /* form: what a form would send or do */
	CONTENT_SHOWN,      /* shown: pictures, sound, film and animation that cannot be kept */
	CONTENT_HIDDEN,     /* hidden: what nobody sees on a page */
	CONTENT_SIGNATURE,  /* signature: ends with the rebuilding */
	CONTENT_LOCK,       /* lock: encryption that was opened */
	CONTENT_OTHER,      /* other: what is on no list */
	CONTENTS
};
/* content_of - the kind that a removal's word belongs to; CONTENT_OTHER for a
 * word of no other kind                                                     */
enum content content_of(const char *what);
const char *content_name(enum content content);     /* "program", ... */
const char *content_japanese(enum content content); /* マクロやスクリプト, ... */

/* switches_preset - by name:
 *   municipal   everything is taken out, nothing is refused for it
 *   consistent  refused where what people see would change; hidden things go
 *   strict      refused where anything could have acted or led elsewhere
 * false for another name                                                    */
_Bool switches_preset(const char *name, uint32_t *refuse);

#endif
