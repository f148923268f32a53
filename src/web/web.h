/* web/web.h - the pages: two listeners that never show each other's function
 *
 * The outer listener serves the Internet zone, the inner one the LGWAN zone.  A
 * page exists on the listeners that its row of the route table names; on the
 * other it answers exactly as an unknown path does.  Plain HTTP by libmicrohttpd
 * without threads; TLS in production is a proxy's in front of it.
 * clause  HN-2.3(2) separation of the zones; HN-2.6.2(3) sign-in
 */
#ifndef SEKISHO_WEB_H
#define SEKISHO_WEB_H

#include "crossing/crossing.h"
#include "draft/draft.h"
#include "duty/duty.h"
#include "policy/compare/compare.h"

struct web;

enum web_zone { ZONE_INTERNET = 1 << 0, ZONE_LGWAN = 1 << 1 };

struct web_parts {
	struct store *store;
	struct vault *vault;
	struct ledger *ledger;
	struct policy *policy;
	struct office *office;
	struct registers *registers;
	struct duties *duties;
	struct proceedings *proceedings;
	struct crossings *crossings;
	struct drafts *drafts;
	struct transfers *transfers;   /* NULL: no personnel files are taken */
	const struct paper_font *font; /* of what is put on paper; NULL: no PDF */
	struct random *random;
	const struct clock *clock;
	const char *body;        /* "aonami" */
	const char *title;       /* 青波市 */
	const char *policy_name; /* "hannan" */
	const char *help;        /* whom to call: デジタル推進課（内線 2140） */
	/* health: socket paths, "" if there is none; dir for free disk space */
	const char *clamd, *seal_socket, *seal_note, *dir;
	const char *examined; /* what the last examination of the ledger found; "" none */
};

struct web_listener {
	int fd;                   /* bound and listening; borrowed */
	const char *const *hosts; /* allowed Host headers, NULL-terminated; borrowed */
};
struct web_options {
	struct web_listener outer, inner;
	bool behind_tls;        /* a proxy ends TLS: Secure cookies, its X-Forwarded-For */
	bool strict_templates;  /* an unknown name in a template is an error: tests */
	unsigned connections;   /* of one listener; 0: 256 */
	unsigned per_address;   /* of one address; 0: 48; not used behind a proxy */
	unsigned idle_s;        /* a silent connection ends; 0: 30 */
	/* one structured line an event; library code writes no log itself; nullable */
	void (*log)(void *context, const char *line);
	void *log_context;
};

/* web_listen - "127.0.0.1:8081", "[::1]:8081"; port 0 takes a free one
 * errors  E_INPUT not an address; E_SYSTEM cannot be bound                  */
struct result web_listen(const char *address, int *fd, struct why *why) MUST;
/* web_open - everything borrowed for the life of web
 * errors  E_SYSTEM the HTTP library could not start; E_INPUT a template is wrong */
struct result web_open(const struct web_parts *parts, const struct web_options *options,
                       struct web **out, struct why *why) MUST;
/* web_turn - serve what is ready; waits at most timeout_ms, or until wake_fd
 * (nullable: -1) is readable                                                */
struct result web_turn(struct web *web, int wake_fd, int timeout_ms, struct why *why) MUST;
/* web_renew - other rooms, over a policy that was adopted meanwhile; between two turns
 * errors  E_MEMORY: the web is to be closed                                 */
struct result web_renew(struct web *web, const struct web_parts *parts, struct why *why) MUST;
void web_close(struct web *web);
void web_drop(struct web **web);

#endif
