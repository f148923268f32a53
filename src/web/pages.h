/* web/pages.h - the handlers that routes.c names, a file a family, and show.c:
 * how the things of the other rooms are shown in every page                 */
#ifndef SEKISHO_WEB_PAGES_H
#define SEKISHO_WEB_PAGES_H

#include "proof/proof.h"
#include "web/request.h"

handler_fn page_static;                                        /* frame.c */
handler_fn page_language;                                      /* language.c */
handler_fn page_signin, post_signin, page_code, post_code;     /* pages_signin.c */
handler_fn page_password, post_password, page_device, post_device, post_signout;
handler_fn page_home;                                          /* pages_home.c */
handler_fn page_send, post_send;                               /* pages_send.c */
handler_fn page_crossings, page_crossing, post_collect, post_original, post_file_password; /* pages_cross.c */
handler_fn page_decide, page_decide_one, post_decide;          /* pages_decide.c */
handler_fn page_registers, page_register;                      /* pages_register.c */
handler_fn page_row, post_row_close;                           /* pages_row.c */
handler_fn page_row_form, post_row_form;                       /* pages_row_form.c */
handler_fn page_book, page_record, post_record, page_correct, post_correct; /* pages_records.c */
handler_fn page_register_export, page_book_export;             /* pages_carry.c */
handler_fn page_deed, post_deed, page_told;                    /* pages_deed.c */
handler_fn page_exception, post_exception;                     /* pages_exception.c */
handler_fn page_exceptions, page_exception_new, post_exception_new; /* pages_exceptions.c */
handler_fn page_apply, page_apply_form, post_apply;            /* pages_apply.c */
handler_fn page_cases, page_case_new, post_case_new, page_case, post_case; /* pages_case.c */
handler_fn page_evidence, post_evidence;                       /* pages_evidence.c */
handler_fn page_witness;                                       /* pages_witness.c */
handler_fn page_commission;                                    /* pages_commission.c */
handler_fn page_report, post_report, page_network;             /* pages_report.c */
handler_fn page_clauses;                                       /* pages_book.c */
handler_fn page_clause;                                        /* pages_clause.c */
handler_fn page_tokens, post_token, post_token_end;            /* pages_tokens.c */
handler_fn page_compare, page_compare_file;                    /* pages_compare.c */
handler_fn page_values, page_drafts, post_drafts, page_draft, post_draft_adopt, post_draft_discard; /* pages_draft.c */
handler_fn page_draft_replay;
handler_fn page_draft_value, post_draft_value, page_draft_choice, post_draft_choice; /* pages_draft_line.c */
handler_fn page_organisation, page_person, post_person;       /* pages_office.c */
handler_fn page_switches, page_switch, post_switch;            /* pages_switches.c */
handler_fn page_ledger, page_entry, page_operation, post_retry; /* pages_ops.c */

handler_fn page_zones;                                         /* pages_zones.c */
handler_fn page_zone_ask, post_zone_ask, page_zone_cut, post_zone_cut, post_zone_restore, post_zone_pulled; /* pages_zone_order.c */

/* ---- show.c: things as models.  Each gives a new reference. ------------- */

json_t *show_text(const char *value);  /* "" for NULL */
json_t *show_time(int64_t ms);         /* R8.11.20 9:05; "" for 0 */
json_t *show_bytes(uint64_t bytes);    /* 212KB */
json_t *show_person(struct request *rq, const char *person); /* 税務課 青木 一郎 */
json_t *show_post(struct request *rq, const char *post, const char *scope); /* …管理者（税務課） */
json_t *show_section(struct request *rq, const char *section);
/* [{letter, words}] of each scale of the act's object; letter "" if not known */
json_t *show_classes(struct request *rq, const char *act, const char *answers);
json_t *show_chip(const char *kind, const char *icon, const char *label);
json_t *show_file_state(const struct crossing_file *file);    /* a chip */
json_t *show_application_state(enum application_state state); /* a chip */
const char *show_act(const struct application *application);  /* what is asked for: 例外措置 */

/* show_proceedings - [{kind, label}] of those that a person may begin: pages_apply.c */
json_t *show_proceedings(struct request *rq);
struct case_view;
/* may_see_case - its section's people, who opened it or stands in it, who holds a post
 * over the section, who may read all (may_read_all): pages_case.c             */
struct result may_see_case(struct request *rq, const struct case_view *view, bool *yes, struct why *why) MUST;
/* show_decision - for {{>decision}}: what would come of it, who is asked, what is
 * missing, which clauses speak: show_decision.c                             */
json_t *show_decision(struct request *rq, const struct decision *decision);

/* ---- show_clause.c: clauses and their states ----------------------------- */
/* {id, cite, href, says}; false for an unknown id or "" */
json_t *show_clause(struct request *rq, const char *id);
const char *clause_path(struct request *rq, const char *id); /* /clause?id=… */
/* show_escaped - percent-encoded for the query of an address */
const char *show_escaped(struct request *rq, struct slice value);
json_t *show_state(enum proof_state state);    /* {word, icon, label, says} */
json_t *show_states(const char *chosen);       /* a select's options */
json_t *show_carrier(struct request *rq, const struct policy_clause *clause); /* 判断、記録 */
json_t *show_roles(const struct policy_clause *clause); /* [{word, says}] */

/* does it hold a file that waits to be collected for the first time? */
bool has_new_files(const struct crossing *crossing);
/* one row of a list of crossings */
json_t *show_crossing_row(struct request *rq, const struct crossing *crossing);
json_t *show_crumbs(const char *const labels_and_paths[][2], size_t count);
/* {summary:[{field, text}], <field>:text ...} of one wrong field */
json_t *show_errors(const char *field, const char *sentence);
/* show_examined - what the last examination of the ledger found, for examined.html */
json_t *show_examined(struct request *rq);
/* show_kind - what an entry's kind means: 受渡しを受け付けました; the kind itself if
 * it is not known                                                           */
const char *show_kind(struct request *rq, struct slice kind);
/* show_refused - what a "web.refused" entry's `what` means */
const char *show_refused(struct request *rq, const char *what);
/* show_subject - what an entry is about by the name that people know, "" if none */
json_t *show_subject(struct request *rq, const struct ledger_entry *entry);
/* who may look at it */
struct result may_see_application(struct request *rq, const struct application *a, bool *yes,
                                  struct why *why) MUST;
/* pages_urgent.c: exceptions that began without permission */
bool may_review_urgent(struct request *rq, const char *id);
void add_urgent_exception(struct request *rq, const struct application *a, json_t *model);
/* post_urgent - act "report", "uphold", "stop" */
struct result post_urgent(struct request *rq, const char *id, const char *act, struct why *why) MUST;
/* urgent_wrong - the sentence for what was left empty; "" nothing was */
const char *urgent_wrong(struct request *rq);
struct result may_see_crossing(struct request *rq, const struct crossing *crossing, bool *yes,
                               struct why *why) MUST;
/* does the person manage that section? */
struct result is_manager_of(struct request *rq, const char *section, bool *yes, struct why *why) MUST;
/* one of those who run the office's IT: its section (runs_it), and who stands above it */
struct result is_operator(struct request *rq, bool *yes, struct why *why) MUST;
/* may_read_all - cases, reports and the ledger of the whole office: those, the people of the
 * section that audits (runs_audit), and whom the policy lets (act read_all); asked once a request */
struct result may_read_all(struct request *rq, bool *yes, struct why *why) MUST;
/* readers_only - E_DENIED for everybody else, with a sentence */
struct result readers_only(struct request *rq, struct why *why) MUST;

#endif
