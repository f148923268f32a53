/* web/api/call.h - what an operation may ask about its call */
#ifndef SEKISHO_WEB_API_CALL_H
#define SEKISHO_WEB_API_CALL_H

#include "web/request.h"

/* call_scopes - the token's, with one space between */
const char *call_scopes(const struct request *rq);

#endif
