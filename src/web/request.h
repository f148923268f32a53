/* web/request.h - one request, from its first byte to its answer
 *
 * Inside the room only.  A handler reads the request, asks the other rooms, and
 * says one answer; what it asks for it asks in the person's name.           */
#ifndef SEKISHO_WEB_REQUEST_H
#define SEKISHO_WEB_REQUEST_H

#include "web/form.h"
#include "web/template.h"
#include "web/token.h"
#include "web/web.h"

struct request;
typedef struct result handler_fn(struct request *rq, struct why *why);

enum need { NEED_NOTHING = 0, NEED_PARTIAL, NEED_SESSION };

/* what the pages are written in; the office's own words stay Japanese */
enum language { JAPANESE, ENGLISH, LANGUAGES };

enum { ROUTE_PARTS = 3 };
/* One row a page.  A '*' of the pattern is one path segment. */
struct route_row {
	const char *pattern;
	unsigned zones;    /* union of enum web_zone */
	enum need need;
	handler_fn *get;   /* NULL: no such page to look at */
	handler_fn *post;  /* NULL: nothing to send there */
	bool files;        /* the form may carry files */
};

/* A file that came with the form, already encrypted in the vault's folder. */
struct upload {
	struct slice name;
	struct vault_writer *writer;
	uint64_t bytes;
};

struct cookie {
	const char *name;
	const char *value; /* "" ends the cookie */
	bool lasting;      /* a year, else until the browser is closed */
};

struct reply {
	unsigned status; /* 0: no answer yet */
	const char *type;
	struct buffer body;
	bool cached;      /* may be kept for ever: its address holds its digest */
	const char *location;
	const char *disposition;
	const char *authenticate; /* WWW-Authenticate of a 401 */
	struct vault_reader *reader; /* the body, instead */
	uint64_t reader_bytes;
	struct slice reader_rest;    /* read, not yet sent */
	/* ... or made piece by piece while it is sent: pull appends some bytes to out, or
	 * says that there are no more; pull_end frees the context, whatever happened */
	struct result (*pull)(void *context, struct buffer *out, bool *end, struct why *why);
	void (*pull_end)(void *context);
	void *pull_context;
	bool pulled;                 /* the last piece was made */
	struct cookie cookies[3];
	size_t cookie_count;
};

struct api_call; /* web/api/api.h */

struct request {
	struct web *web;
	enum web_zone zone;
	enum language language;
	struct arena *arena;
	const struct route_row *route;
	struct slice part[ROUTE_PARTS]; /* what stood for each '*' , decoded */
	bool is_post;
	struct slice path;
	struct slice address;     /* of the terminal, as text */
	struct session session;   /* valid if has_session; maybe not yet complete */
	bool has_session;
	char door[33];            /* key of forms before sign-in */
	struct form *form;        /* POST */
	struct form *query;       /* GET; NULL without */
	const char *query_text;   /* the same as it came, without "?"; NULL without */
	bool token_good;
	bool reading;             /* what was sent is still being read: an E_INPUT is its fault */
	bool cut_off;             /* the body came too slowly */
	int64_t began_ms;
	uint64_t received;        /* bytes of the body */
	struct upload uploads[FORM_FILES];
	size_t upload_count;
	struct api_call *api;     /* a call of other software; NULL: a browser's request */
	struct person person;     /* of a complete session, or of a call's token */
	enum { NOT_ASKED = 0, MAY, MAY_NOT } reads_all; /* kept by may_read_all */
	const char *menu;         /* current item */
	struct reply reply;
};

/* ---- answers: each at most once -------------------------------------- */

/* reply_page - render a template with this model (taken over) and the frame
 * model  an object; "title" is required; the frame's names are added        */
struct result reply_page(struct request *rq, unsigned status, const char *template, json_t *model,
                         struct why *why) MUST;
void reply_redirect(struct request *rq, const char *location); /* 303 */
void reply_bytes(struct request *rq, unsigned status, const char *type, struct slice bytes);
/* reply_download - takes over the reader; name as people see it */
struct result reply_download(struct request *rq, struct vault_reader *reader, uint64_t bytes,
                             const char *name, struct why *why) MUST;
/* reply_pulled - a download that is made while it is sent; context passes over */
struct result reply_pulled(struct request *rq, const char *type, const char *name,
                           struct result (*pull)(void *, struct buffer *, bool *, struct why *),
                           void (*pull_end)(void *), void *context, struct why *why) MUST;
/* reply_cookie - value "" ends it; lasting: a year, else until the browser is closed */
void reply_cookie(struct request *rq, const char *name, const char *value, bool lasting);

/* A refusal as people read it: where, why, what to do. */
struct refusal_text {
	unsigned status;
	const char *heading; /* この画面は開けません */
	const char *why;
	const char *how;
	const char *clause;  /* id, or NULL */
};
struct result reply_refusal(struct request *rq, const struct refusal_text *text, struct why *why) MUST;
/* reply_failure - the page for an error of a room */
struct result reply_failure(struct request *rq, const struct why *failure, struct why *why) MUST;

/* ---- what handlers use ------------------------------------------------ */

struct web_parts *parts_of(struct request *rq);
day_t request_today(struct request *rq);
/* request_tokens - the window that this request's forms belong to */
struct tokens *request_tokens(struct request *rq);
/* form_token - a fresh one-time token for a form that posts to `path` */
json_t *form_token(struct request *rq, const char *path);
/* sign the person in or out of this browser */
void cookie_session(struct request *rq);
void cookie_session_end(struct request *rq);
/* posted - a field of the form as text in the arena; "" if it was not sent */
const char *posted(struct request *rq, const char *name);
/* asked - the same of the query */
const char *asked(struct request *rq, const char *name);
/* text - arena_printf that never gives NULL */
const char *text(struct request *rq, const char *format, ...) PRINTF_LIKE(2, 3);

/* record_refusal - an entry "web.refused": what was tried without right
 * what  stable word of show_refused (pages.h): "forged-form", "no-right", ... */
void record_refusal(struct request *rq, const char *what);

/* not_theirs - somebody asked for what is another's: recorded, and answered as what
 * does not exist                                                            */
struct result not_theirs(struct request *rq, const char *place, struct why *why) MUST;

/* disposition - RFC 6266 header value for a download; no byte of name that could
 * end the header stands in it                                               */
void disposition(struct slice name, struct buffer *out);

/* the whole table, and the row for a path: routes.c */
const struct route_row *route_find(enum web_zone zone, bool is_post, struct slice path,
                                   struct arena *arena, struct slice part[ROUTE_PARTS]);

/* ---- the life of a request: life.c; http.c calls these ------------------ */
struct incoming {
	enum web_zone zone;
	const char *method, *path, *query; /* query "" if none */
	const char *host, *origin, *fetch_site, *cookie, *content_type, *forwarded_for; /* nullable */
	const char *content_length, *authorization, *idempotency_key; /* nullable */
	struct slice address;
};
/* request_begin - everything that can be judged from the headers.  After it
 * either the reply is said (status set), or the body is wanted.             */
struct result request_begin(struct web *web, const struct incoming *in, struct request **out,
                            struct why *why) MUST;
/* request_feed - the next bytes of the body; what comes after a reply is said
 * is thrown away                                                            */
void request_feed(struct request *rq, struct slice bytes);
/* request_too_slow - the body is slower than anybody's line: recorded once, the
 * connection is to be closed
 * more  bytes that have just come                                           */
bool request_too_slow(struct request *rq, size_t more);
/* request_cut_off - the library ended a silent connection */
void request_cut_off(struct request *rq);
/* request_finish - the body is complete; afterwards the reply is said */
void request_finish(struct request *rq);
void request_free(struct request *rq);

const char *zone_word(enum web_zone zone); /* "internet", "lgwan" */

#endif
