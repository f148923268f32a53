/* web/pages_office.h - what changes the organisation: handlers of pages_transfer.c and
 * pages_delegate.c                                                          */
#ifndef SEKISHO_WEB_PAGES_OFFICE_H
#define SEKISHO_WEB_PAGES_OFFICE_H

#include "web/request.h"

handler_fn page_transfers, post_transfers, post_transfer_cancel, page_transfer_check, post_transfer_check;
handler_fn page_delegations, post_delegations;

/* may_transfer - those who run the IT, and the people of the section that runs personnel,
 * where personnel files are taken at all                                      */
struct result may_transfer(struct request *rq, bool *yes, struct why *why) MUST;

/* show_person_page - a person's page; field, wrong: what was sent and not taken, "" if nothing */
struct result show_person_page(struct request *rq, unsigned status, const char *field, const char *wrong,
                               struct why *why) MUST;

#endif
