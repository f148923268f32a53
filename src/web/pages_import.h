/* web/pages_import.h - sheets that are brought in: handlers of pages_import.c */
#ifndef SEKISHO_WEB_PAGES_IMPORT_H
#define SEKISHO_WEB_PAGES_IMPORT_H

#include "web/request.h"

handler_fn page_import, post_import, page_import_one, post_import_one, page_import_marked;

#endif
