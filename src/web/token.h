/* web/token.h - one-time form tokens
 *
 * Every form carries one.  A token is its number and an HMAC over the number,
 * the place (path of the form's target) and this process' own random epoch,
 * under the key of the session: it fits one session, one target, one process
 * and one use.  Which numbers were used is a bit each in a window; what has
 * slid out of the window counts as used.  So memory is fixed, and whatever
 * cannot be told fails.  Disadvantage: a restart of the program makes the open
 * forms of all people stale; they are told to open the page again.
 * clause  HN-2.6.2(3)   source RFC 2104                                      */
#ifndef SEKISHO_WEB_TOKEN_H
#define SEKISHO_WEB_TOKEN_H

#include "base/error.h"
#include "base/random.h"
#include "base/slice.h"

enum { TOKEN_TEXT = 80, TOKEN_WINDOW = 1 << 18 }; /* hex of 8 + 32 bytes */

struct tokens {
	uint8_t epoch[32];
	uint64_t next; /* number of the next token */
	uint8_t used[TOKEN_WINDOW / 8];
};

enum token_verdict { TOKEN_FORGED = 0, TOKEN_REPLAYED, TOKEN_STALE, TOKEN_GOOD };
const char *token_verdict_name(enum token_verdict verdict);

struct result tokens_init(struct tokens *tokens, struct random *random, struct why *why) MUST;
/* token_issue - a fresh token for one form; out is NUL-terminated */
void token_issue(struct tokens *tokens, struct slice key, struct slice place,
                 char out[TOKEN_TEXT + 1]);
/* token_use - GOOD once, and then never again */
enum token_verdict token_use(struct tokens *tokens, struct slice key, struct slice place,
                             struct slice token);

#endif
