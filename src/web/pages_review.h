/* web/pages_review.h - 自己点検 and 監査: handlers, and what their files share */
#ifndef SEKISHO_WEB_PAGES_REVIEW_H
#define SEKISHO_WEB_PAGES_REVIEW_H

#include "review/review.h"
#include "web/desk_pages.h"
#include "web/request.h"

handler_fn page_inspections, post_inspections, page_inspection, post_inspection;      /* pages_review.c */
handler_fn page_inspection_answer, post_inspection_answer;                            /* pages_review_answer.c */
handler_fn page_inspection_section, post_inspection_section;                          /* pages_review_section.c */
handler_fn page_inspection_sheet, page_inspection_import, post_inspection_import;     /* pages_review_sheet.c */
handler_fn page_inspection_tried, post_inspection_tried;
handler_fn page_audits, post_audits;                                                  /* pages_audit.c */
handler_fn page_risks;                                                                /* pages_risk.c */
handler_fn page_documents;                                                            /* pages_documents.c */
handler_fn page_window, post_window;                                                  /* pages_window.c */

/* review_home - sheets that this person has to answer, as todo items of the home page */
struct result review_home(struct request *rq, json_t *list, struct why *why) MUST;
/* window_contacts - what was heard and told about an incident, newest first: pages_window.c */
struct result window_contacts(struct request *rq, const char *incident, json_t *list, struct why *why) MUST;
/* review_reader - all sections (who may begin, who may report), or NULL: only those he heads */
struct result review_reader(struct request *rq, bool *all, struct why *why) MUST;
/* day_typed - a day of a form; false: it cannot be read, wrong says so */
bool day_typed(struct request *rq, const char *typed, day_t *out, const char **wrong);
/* clause_words - cite and sentence of an asked clause */
const char *clause_cite_of(struct request *rq, const char *clause);
const char *clause_says_of(struct request *rq, const char *clause);

#endif
