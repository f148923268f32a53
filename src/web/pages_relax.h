/* web/pages_relax.h - relaxations of an emergency: pages_relax.c */
#ifndef SEKISHO_WEB_PAGES_RELAX_H
#define SEKISHO_WEB_PAGES_RELAX_H

#include "web/request.h"

struct result page_relaxations(struct request *rq, struct why *why) MUST;
struct result post_relaxations(struct request *rq, struct why *why) MUST;

#endif
