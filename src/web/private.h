/* web/private.h - what web.c, life.c and frame.c share about the program's state */
#ifndef SEKISHO_WEB_PRIVATE_H
#define SEKISHO_WEB_PRIVATE_H

#include "proof/proof.h"
#include "web/request.h"

enum { WEB_ARENA_BYTES = 8 << 20, WEB_PAGE_BYTES = 4 << 20, REFUSALS_A_MINUTE = 120,
       WEB_TEMPLATES = 256, WEB_ENGLISH_BYTES = 2 << 20, BODY_GRACE_MS = 60000, BODY_BYTES_A_MS = 16 /* 128 kbit/s */ };

struct web {
	struct web_parts parts;
	struct web_options options;
	struct proof *proof;
	struct phrases *english;
	struct templates *templates[LANGUAGES];
	char template_names[WEB_TEMPLATES][32];
	struct arena *english_text; /* of the English templates */
	struct tokens *door_tokens;    /* forms before sign-in */
	struct tokens *session_tokens; /* forms of a session */
	struct MHD_Daemon *daemon[2];  /* outer, inner */
	char style_path[64];           /* /static/<digest>/style.css */
	char mark_path[64];
	/* refusals recorded in this minute; more are only counted */
	int64_t refusals_minute;
	unsigned refusals;
	unsigned refusals_unrecorded;
};

/* web_tend - what the pages need and nobody has asked for yet: whose word the open applications
 * wait for, as of now (proceeding/board.h); so no page has to wait for all of it */
void web_tend(struct web *web);
struct result http_start(struct web *web, struct why *why) MUST;
void http_stop(struct web *web);
const struct web_listener *listener_of(const struct web *web, enum web_zone zone);
void web_log(const struct web *web, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);
/* frame_add - the names that every page's frame needs (band, header, menu, foot) */
void frame_add(struct request *rq, json_t *model);
/* cookie_find - of a Cookie header; {NULL,0} if it is not there */
struct slice cookie_find(struct slice header, const char *name);
/* language_of - what the browser's cookie asks for, else JAPANESE */
enum language language_of(struct slice cookies);
/* language_add - the frame's names of this language and the way to the other one */
void language_add(struct request *rq, json_t *model);

#endif
