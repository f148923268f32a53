/* web/phrases.h - what the pages say, in another language
 *
 * The Japanese sentence is the key, as in gettext: pages and handlers are written
 * in Japanese, and a table beside them (share/web/phrases/en.tsv) says the same in
 * English.  One line is one sentence: Japanese, TAB, English; '#' begins a comment.
 *
 *   of a template   a run of text between tags, with its {{values}} in it:
 *                   "残り{{days}}日です" TAB "{{days}} days left"
 *   of a value      what a handler put into {{~name}} or {{=name}}, the first with holes for what varies:
 *                   "{}を入れてください。" TAB "Enter {}."   ({1}, {2}: in another order)
 *
 * What people wrote, and what the policy says, stays as it is: only {{~name}} and {{=name}}
 * are looked up, and what the table does not know stays Japanese.
 * Disadvantage: one Japanese sentence has one English one, wherever it stands.  */
#ifndef SEKISHO_WEB_PHRASES_H
#define SEKISHO_WEB_PHRASES_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

struct phrases;

/* phrases_read - a table
 * table   borrowed for the life of the words
 * errors  E_INPUT  place is name:line: no TAB, a sentence twice, other values or holes
 *                  on the two sides, a character that HTML would read in the English
 *         E_LIMIT  more than 8192 lines                                      */
struct result phrases_read(const char *name, struct slice table, struct phrases **out, struct why *why) MUST;
void phrases_free(struct phrases *phrases);

/* phrases_template - append the template's text with every Japanese run replaced
 * strict  a run that the table does not know is E_ABSENT, place name:line, text the
 *         run; else it stays Japanese
 * errors  E_LIMIT  out is full                                               */
struct result phrases_template(const struct phrases *phrases, const char *name, struct slice text,
                             bool strict, struct buffer *out, struct why *why) MUST;

/* phrases_say - append a value: its line, else the line with holes that fits it best (what
 * stands in the holes is said too), a Japanese date as 2026-03-13, else the value itself */
void phrases_say(const struct phrases *phrases, struct slice value, struct buffer *out);
/* phrases_word - append what may be somebody's own words: its line or the date it is, else as it is */
void phrases_word(const struct phrases *phrases, struct slice value, struct buffer *out);

#endif
