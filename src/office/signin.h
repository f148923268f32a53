/* office/signin.h - who is at the terminal, and for how long
 *
 * Two steps of different kinds: password (Argon2id, RFC 9106), then a code of
 * the person's device (TOTP, RFC 6238).  A provisional password must be changed,
 * and a second factor be set up, before anything else.  Wrong tries are counted
 * per login and per address; after the limit the login is locked for a while.
 * A session belongs to one zone and never shows itself in the other.
 *
 * Passwords' hashes and the devices' secrets lie sealed in the vault; which item
 * is in force is a projection (office_credential, office_factor), so that
 * `ledger verify` finds a row that somebody exchanged.  Sessions, counters of
 * wrong tries and the last used code are working tables (office_session,
 * office_try, office_code): they change with every click, prove nothing and are
 * not rebuilt.  Every outcome is an entry (signin.passed, .succeeded, .refused,
 * .locked, .ended, signin.session.refused); none holds a login or an address in
 * the clear.  Tries that were turned away unexamined while waiting are counted
 * and stand as "held" in the next entry about that login or address.
 *
 * An unknown login costs the same hash, is counted and locked like a known one
 * and gets the same answer.
 * clause  HN-2.5.4(2), HN-2.6.2(1)-1, HN-2.6.2(1)-2b, HN-2.6.2(3)
 */
#ifndef SEKISHO_OFFICE_SIGNIN_H
#define SEKISHO_OFFICE_SIGNIN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

struct office;

/* What the office may set; signin_defaults gives the values in parentheses. */
struct signin_rules {
	/* Argon2id: passes (3) and memory (64 MiB); a hash made with others is made
	 * anew at the next right password                                      */
	uint64_t argon_passes;
	size_t argon_bytes;
	/* passwords, in characters (12), bytes at most (1024), different ones (5) */
	size_t password_min, password_max_bytes, password_distinct;
	unsigned password_history;         /* the last N may not come back (3) */
	unsigned password_max_age_days;    /* regular change, 0: not asked for (0) */
	unsigned provisional_days;         /* a provisional one is good for (14) */
	/* wrong tries on one login: free (3), then waits of 1, 2, 4 ... seconds up to
	 * wait_max_s (60); locked after (10) for (30 min)                       */
	unsigned tries_free, tries_lock, wait_max_s, lock_s;
	/* wrong tries from one address (30) in (15 min), then wait until it is over */
	unsigned address_tries, address_window_s;
	/* sessions: idle (30 min), at most (10 h), before the last step (10 min);
	 * a voluntary change of password needs a sign-in not older than (5 min)  */
	unsigned idle_s, hard_s, pending_s, fresh_s;
	const char *issuer; /* shown by the device's app ("Sekisho") */
};
struct signin_rules signin_defaults(void);

enum signin_state {
	SIGNIN_REFUSED = 0, /* wrong; tries_left says how many more */
	SIGNIN_LOCKED,      /* too many; until wait_until_ms */
	SIGNIN_WAIT,        /* too fast; not examined; until wait_until_ms */
	SIGNIN_NEEDS_CODE, SIGNIN_NEEDS_PASSWORD_CHANGE, SIGNIN_NEEDS_ENROLMENT, SIGNIN_DONE,
};
struct session {
	char token[65];    /* goes into the cookie; only its hash is stored; "" without a session */
	char form_key[65]; /* secret for forms of this session (CSRF) */
	char person[27];
	char zone[16];     /* "internet" or "lgwan" */
	enum signin_state state;
	int64_t expires_ms;    /* unless used before: the idle limit, or the hard one */
	int64_t signed_in_ms;  /* when the state became SIGNIN_DONE, 0 before */
	int64_t wait_until_ms; /* LOCKED, WAIT; REFUSED: 0 or when the next try counts */
	unsigned tries_left;   /* REFUSED: before the lock */
};

/* A right step gives the session a new token (and form key): set the cookie again
 * after each call that returns OK with a token.  A session may do nothing but its
 * next step until its state is SIGNIN_DONE.
 *
 * Order of steps: code (if a device is enrolled), password change (if it is
 * provisional or too old), enrolment (if no device is), done.               */

/* signin_password - outside any transaction (the hash takes its time)
 * zone     a-z and _, 1..15 characters
 * address  of the terminal, as text
 * out      on OK: state REFUSED, LOCKED, WAIT (no token) or a NEEDS_*        */
struct result signin_password(struct office *office, const char *zone, struct slice address,
                              struct slice login, struct slice password, struct session *out,
                              struct why *why) MUST;
/* signin_change_password - outside any transaction; ends every other session
 * errors  E_INPUT   the rules refuse it; why->text says in Japanese what to do
 *         E_DENIED  not the session's next step, or DONE but not fresh        */
struct result signin_change_password(struct office *office, struct session *session,
                                     struct slice new_password, struct why *why) MUST;
/* signin_enrol - a new TOTP secret to show once (base32 and otpauth URI); asking
 * again makes another.  E_DENIED in any state but SIGNIN_NEEDS_ENROLMENT      */
struct result signin_enrol(struct office *office, struct session *session, struct arena *arena,
                           const char **secret_base32, const char **otpauth_uri, struct why *why) MUST;
/* signin_code - 6 digits of now, the step before or after; each code is good once;
 * also completes an enrolment.  On OK session->state is the next state, or
 * REFUSED or WAIT (the session stays: ask again), or LOCKED (it is gone)      */
struct result signin_code(struct office *office, struct session *session, struct slice address,
                          struct slice code, struct why *why) MUST;

/* session_find - and put off its idle limit
 * out->state may still be a NEEDS_*: let nothing but that step happen
 * errors  E_DENIED unknown, ended, too old, of the other zone, suspended person */
struct result session_find(struct office *office, const char *zone, struct slice token,
                           struct session *out, struct why *why) MUST;
/* session_end - sign-out; ended already is no error */
struct result session_end(struct office *office, const struct session *session, struct why *why) MUST;

/* office_reset_password - a new provisional one (forgotten, or perhaps leaked);
 * ends all sessions and the lock             clause HN-2.6.2(1)-2b, HN-2.5.4(2)-4 */
struct result office_reset_password(struct office *office, const char *by, const char *person,
                                    struct slice provisional_password, struct why *why) MUST;
/* office_reset_factor - the device is lost: the next sign-in enrols another; ends
 * all sessions.  E_ABSENT none enrolled                                     */
struct result office_reset_factor(struct office *office, const char *by, const char *person,
                                  struct why *why) MUST;
/* office_random_password - 20 letters and digits in groups of five */
struct result office_random_password(struct office *office, char out[24], struct why *why) MUST;
/* office_sweep - drop what is over: sessions, counters (sekisho-clock, and now and
 * then a sign-in itself)                                                    */
struct result office_sweep(struct office *office, struct why *why) MUST;

#endif
