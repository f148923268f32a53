/* office/access.h - tokens by which other software acts in a person's name
 *
 * A token belongs to one person, may do what its scopes name and never more than
 * the person may, and ends on a day.  It is shown once; the office keeps its
 * SHA-256 (32 random bytes need no slower hash).  Making and ending one are
 * entries; a suspended person's tokens open nothing.
 * clause  HN-2.6.2(1)-1 (access by what is needed), HN-2.6.2(1)-2 (accounts)
 */
#ifndef SEKISHO_OFFICE_ACCESS_H
#define SEKISHO_OFFICE_ACCESS_H

#include "office/office.h"

extern const struct projection access_projection;

enum { ACCESS_TOKEN = 56, ACCESS_DAYS = 366, ACCESS_PURPOSE = 200 };

struct access {
	const char *id;      /* 26 characters; given by the office */
	const char *person;
	const char *purpose; /* what it is for: sealed */
	const char *scopes;  /* words with one space between, in the order of the alphabet */
	day_t until;         /* last day */
	int64_t made_ms, ended_ms; /* ended_ms 0: not ended */
};
/* access_make - a new token; own transaction unless one is open
 * wanted  person, purpose, scopes, until
 * token   "sekisho_" and 48 hex digits: 24 random bytes; shown once
 * errors  E_INPUT   no purpose, no scope, a scope that is no word (a-z and .), an end
 *                   before today or later than ACCESS_DAYS (place: which)
 *         E_ABSENT  no such person                                           */
struct result access_make(struct office *office, const char *by, const struct access *wanted,
                          char token[ACCESS_TOKEN + 1], char id[27], struct why *why) MUST;
/* access_end - at once; E_ABSENT, E_CONFLICT ended already */
struct result access_end(struct office *office, const char *by, const char *id, struct why *why) MUST;
/* access_list - of a person, newest first; ended ones too */
struct result access_list(struct office *office, const char *person, struct arena *arena,
                          struct access **out, size_t *count, struct why *why) MUST;
/* access_find - E_DENIED unknown, ended, over, or the person is suspended: one
 * answer for all of them                                                    */
struct result access_find(struct office *office, struct slice token, struct arena *arena,
                          struct access *out, struct why *why) MUST;
/* access_allows - does the token hold this scope? */
bool access_allows(const struct access *access, const char *scope);

#endif
