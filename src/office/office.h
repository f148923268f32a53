/* office/office.h - bodies, sections, posts held from/to, people, sign-in
 *
 * Posts, not persons, and as of a day.  Everything about the office is a
 * projection of the ledger; names, logins and secrets live in the vault.
 * Post names are those of the policy's vocabulary ("manager", "ciso", ...);
 * scope is a section id, or "" for posts there is one of.
 * clause  HN-2.1(2), HN-2.1(3)-1 separation, HN-2.6.2(1) accounts, HN-2.6.2(3) sign-in
 */
#ifndef SEKISHO_OFFICE_OFFICE_H
#define SEKISHO_OFFICE_OFFICE_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/random.h"
#include "ledger/ledger.h"
#include "policy/policy.h"
#include "store/vault.h"

extern const struct projection office_projection;

struct office;

struct office_parts {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct random *random;
	const struct clock *clock;
	const char *body; /* id of the body, e.g. "aonami" */
};
struct result office_open(const struct office_parts *parts, struct office **out, struct why *why) MUST;
void office_close(struct office *office);
void office_drop(struct office **office);

struct section {
	const char *id;     /* "tax" */
	const char *name;   /* 税務課 */
	const char *parent; /* department's id or "" */
};
struct person {
	const char *id;
	const char *name;    /* 青木 一郎 */
	const char *login;
	const char *section;
	bool active;
};
struct holding {
	const char *post;
	const char *scope;
	const char *person;
	day_t from;
	day_t to; /* INT32_MAX: open */
};

/* Changes; each opens its own transaction unless one is open, appends one entry
 * and returns after commit.  `by` is the acting person's id ("" at set-up).  */
struct result office_add_section(struct office *office, const char *by, const struct section *section,
                                 struct why *why) MUST;
/* office_add_person - with a provisional password, to be changed at first sign-in;
 * id out                                                                    */
struct result office_add_person(struct office *office, const char *by, const struct person *person,
                                struct slice provisional_password, char id[27], struct why *why) MUST;
struct result office_hold_post(struct office *office, const char *by, const struct holding *holding,
                               struct why *why) MUST;
struct result office_end_post(struct office *office, const char *by, const char *post,
                              const char *scope, const char *person, day_t last_day,
                              struct why *why) MUST;
struct result office_suspend(struct office *office, const char *by, const char *person, bool suspended,
                             struct slice reason, struct why *why) MUST;

/* Questions.  Strings live in the arena. */
struct result office_person(struct office *office, const char *id, struct arena *arena,
                            struct person *out, struct why *why) MUST;
struct result office_people(struct office *office, struct arena *arena, struct person **out,
                            size_t *count, struct why *why) MUST;
struct result office_section(struct office *office, const char *id, struct arena *arena,
                             struct section *out, struct why *why) MUST;
struct result office_sections(struct office *office, struct arena *arena, struct section **out,
                              size_t *count, struct why *why) MUST;
/* office_holdings - of a person on a day */
struct result office_holdings(struct office *office, const char *person, day_t day,
                              struct arena *arena, struct holding **out, size_t *count,
                              struct why *why) MUST;
/* office_holders - who may act as `post` of `scope` on a day (LANGUAGE.md section 5):
 * holders, substitutes (marked), delegates (marked); without `except` (the
 * applicant; nullable); empty means a hole                                  */
struct holder {
	const char *person;
	const char *as;    /* "" plain, "substitute" 代, "delegate" 専決 */
	const char *post;  /* the post held in fact */
};
struct result office_holders(struct office *office, const struct policy *policy, const char *post,
                             const char *scope, const char *except, day_t day, struct arena *arena,
                             struct holder **out, size_t *count, struct why *why) MUST;

/* ---- sign-in (office/signin.c) ------------------------------------------
 * Two steps of different kinds: password (Argon2id), then TOTP (RFC 6238).
 * A provisional password must be changed, and a second factor be set up, before
 * anything else.  Wrong tries are counted per person and per address; after the
 * limit the account is locked for a while; every outcome is an entry.
 * A session belongs to one zone and never shows itself in the other.        */
enum signin_state {
	SIGNIN_REFUSED = 0, SIGNIN_LOCKED, SIGNIN_WAIT, /* too many tries */
	SIGNIN_NEEDS_CODE, SIGNIN_NEEDS_PASSWORD_CHANGE, SIGNIN_NEEDS_ENROLMENT, SIGNIN_DONE,
};
struct session {
	char token[65];   /* goes into the cookie; only its hash is stored */
	char form_key[65];/* secret for forms of this session (CSRF) */
	char person[27];
	char zone[16];    /* "internet" or "lgwan" */
	enum signin_state state;
	int64_t expires_ms; /* idle limit 30 min, hard limit 10 h by default */
};
struct result signin_password(struct office *office, const char *zone, struct slice address,
                              struct slice login, struct slice password, struct session *out,
                              struct why *why) MUST;
struct result signin_change_password(struct office *office, struct session *session,
                                     struct slice new_password, struct why *why) MUST;
/* signin_enrol - a new TOTP secret to show once (base32 and otpauth URI) */
struct result signin_enrol(struct office *office, struct session *session, struct arena *arena,
                           const char **secret_base32, const char **otpauth_uri, struct why *why) MUST;
/* signin_code - 6 digits; each code is good once; also completes an enrolment */
struct result signin_code(struct office *office, struct session *session, struct slice address,
                          struct slice code, struct why *why) MUST;
/* session_find - E_DENIED unknown, ended, of the other zone, suspended person */
struct result session_find(struct office *office, const char *zone, struct slice token,
                           struct session *out, struct why *why) MUST;
struct result session_end(struct office *office, const struct session *session, struct why *why) MUST;

#endif
