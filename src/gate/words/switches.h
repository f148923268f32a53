/* gate/words/switches.h - what is done with each kind of content: let it stay, take
 * it out, or refuse the file
 *
 * What the gate can take out it takes out, unless a switch says otherwise.  A
 * switch may refuse any file that holds such a thing; it may let a thing stay
 * only where the rebuild itself makes that thing anew (construct.stays).
 */
#ifndef SEKISHO_GATE_WORDS_SWITCHES_H
#define SEKISHO_GATE_WORDS_SWITCHES_H

#include "base/buffer.h"
#include "gate/words/words.h"

enum content {
	CONTENT_NONE = 0,
	CONTENT_PROGRAM,    /* program: macros, scripts, controls, actions that run something */
	CONTENT_EMBEDDED,   /* embedded: objects and files inside */
	CONTENT_EXTERNAL,   /* external: what would be fetched from elsewhere */
	CONTENT_LINK,       /* link: unsafe targets of links; links */
	CONTENT_COMPUTED,   /* computed: fields and formulas that became their shown values */
	CONTENT_FORM,       /* form: what a form would send or do; its fields */
	CONTENT_SHOWN,      /* shown: pictures, sound, film and animation that cannot be kept */
	CONTENT_HIDDEN,     /* hidden: what nobody sees on a page */
	CONTENT_SIGNATURE,  /* signature: ends with the rebuilding */
	CONTENT_LOCK,       /* lock: encryption that was opened */
	CONTENT_PAGE,       /* page: pages of a PDF as text and drawings, which may become pictures */
	CONTENT_OTHER,      /* other: what is on no list */
	CONTENTS
};
/* content_of - the kind that a removal's word belongs to; CONTENT_OTHER for a
 * word of no other kind                                                     */
enum content content_of(const char *what);
const char *content_name(enum content content);     /* "program", ... */
const char *content_japanese(enum content content); /* マクロやスクリプト, ... */
enum content content_named(const char *name);       /* CONTENT_NONE for another word */

enum { CONSTRUCTS = 128 };
struct construct {
	const char *word;     /* of a removal: "vba" */
	enum content content;
	_Bool stays;          /* a switch may let it stay */
	const char *sentence; /* what people read when it was taken out */
};
size_t construct_count(void); /* at most CONSTRUCTS */
const struct construct *construct_at(size_t i);
/* construct_find - CONSTRUCTS for a word of no row; construct_of - then "unknown-part" */
size_t construct_find(const char *word);
size_t construct_of(const char *word);

enum treatment { TREAT_NONE = 0, TREAT_REFUSE, TREAT_SANITISE, TREAT_ALLOW };
const char *treatment_name(enum treatment treatment);     /* "refuse","sanitise","allow" */
const char *treatment_japanese(enum treatment treatment); /* 止める,取り除く,残す */
/* treatment_of - the same, said of this construct where taking it out is another word */
const char *treatment_of(const struct construct *construct, enum treatment treatment);
enum treatment treatment_named(const char *name);         /* TREAT_NONE for another word */
/* treatment_offered - may this construct be treated so */
_Bool treatment_offered(const struct construct *construct, enum treatment treatment);

/* A treatment for each construct, by its place in the table. */
struct switches {
	uint8_t of[CONSTRUCTS];
};
/* switches_preset - by name; false for another name
 *   municipal   everything is taken out, nothing is refused for it; links and
 *               input fields stay
 *   consistent  refused where what people see would change; hidden things go
 *   strict      refused where anything could have acted or led elsewhere; links
 *               and input fields go                                         */
_Bool switches_preset(const char *name, struct switches *out);
const char *switches_preset_japanese(const char *name); /* 標準, ...; "" for another name */
const char *switches_preset_name(size_t i);             /* NULL behind the last */
/* switches_text - "word=treatment" a line, in the table's order: what a digest is of */
void switches_text(const struct switches *switches, struct buffer *out);

/* What a worker is told.  Zeroed: take out, refuse nothing, let stay what may. */
struct content_rules {
	uint64_t refuse[CONSTRUCTS / 64]; /* the file is refused as a whole */
	uint64_t strip[CONSTRUCTS / 64];  /* of what may stay: taken out */
	uint64_t page_dpi; /* of pages that are made into pictures, dots an inch; 0: 200 */
};
struct content_rules switches_rules(const struct switches *switches);
/* rules_refuse, rules_strip - for a removal's word */
_Bool rules_refuse(const struct content_rules *rules, const char *word);
_Bool rules_strip(const struct content_rules *rules, const char *word);

#endif
