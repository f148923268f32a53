/* web/desk_pages.h - what the pages of registers and record books share */
#ifndef SEKISHO_WEB_DESK_PAGES_H
#define SEKISHO_WEB_DESK_PAGES_H

#include "desk/desk.h"
#include "web/fields.h"
#include "web/pages.h"

/* desk_of - the counter of this request's office */
struct desk desk_of(struct request *rq);
/* kind_of - the register that the path's first part names; E_ABSENT */
struct result kind_of(struct request *rq, struct policy_kind *out, struct why *why) MUST;
/* register_title - 情報資産台帳 */
const char *register_title(struct request *rq, const struct policy_kind *kind);
/* show_class - {scale, letter, words, certain, clauses: []} of a row's class */
json_t *show_class(struct request *rq, const struct register_class *c);
/* row_path - where the row is looked at: what runs through steps has a page of its own */
const char *row_path(struct request *rq, const struct register_row *row);
/* show_row_link - {name, number, href, kind} of a row; an id that is none: name is the id */
json_t *show_row_link(struct request *rq, const char *id);
/* show_clauses_of - links of these clause ids */
json_t *show_clause_links(struct request *rq, const char *const *ids, size_t count);
/* show_entries - rows of a list of record entries */
json_t *show_entries(struct request *rq, const struct book_entry *entries, size_t count);
/* show_sections - a select's options: [{value, label, chosen}]; `may` only those
 * whose rows the person may touch                                           */
struct result show_sections(struct request *rq, const char *chosen, bool may, json_t **out,
                            struct why *why) MUST;
/* show_shelves - acts by what they are done to: [{label, many, items: []}] in the order of the
 * vocabulary, what is done to nothing in particular last. `items`, each with the name of its
 * kind as "kind", are taken over; a long shelf is "many" unless it is what was searched for.  */
json_t *show_shelves(struct request *rq, json_t *items, const char *q);
/* the part of the path, as text */
const char *path_part(struct request *rq, size_t index);
/* said_moment - R8.11.20 14:30 of a record's "2026-11-20 14:30" */
const char *said_moment(struct request *rq, const char *value);
/* said_period - 5年 of "60 months" */
const char *said_period(struct request *rq, const char *period);
/* moments_in_line - days with a time are typed in one line: for showing only */
void moments_in_line(struct fields *fields);
/* moment_typed - "R8.11.20 14:30" as records keep it; as it is when it cannot be read */
const char *moment_typed(struct request *rq, const char *typed);
/* book_said - a field of a record as people read it */
const char *book_said(struct request *rq, const struct book_entry *entry, const struct book_field *field);

#endif
