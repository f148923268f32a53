/* web/pages_forms.h - what leaves on paper: handlers of pages_forms.c */
#ifndef SEKISHO_WEB_PAGES_FORMS_H
#define SEKISHO_WEB_PAGES_FORMS_H

#include "web/request.h"

handler_fn page_application_form, page_permit_form, page_case_form, page_items_form, page_network_form;
handler_fn page_record_form, page_book_form, page_proof_form, page_year_form, page_audits_form, page_inspection_form;


#endif
