/* office/internal.h - what the files of this room share; nobody else includes it */
#ifndef SEKISHO_OFFICE_INTERNAL_H
#define SEKISHO_OFFICE_INTERNAL_H

#include "base/number.h"
#include "office/office.h"
#include "store/ask.h"

enum {
	ID_BYTES = 26,
	WORD_BYTES = 32,   /* section and post ids, logins */
	NAME_BYTES = 200,
	REASON_BYTES = 4000,
	HASH_BYTES = 256,  /* a PHC string */
	SECRET_BYTES = 20, /* of a TOTP device, RFC 4226 section 4 R6 */
	HEX_DIGEST = 2 * VAULT_DIGEST + 1,
	SCRATCH_BYTES = 1 << 20,
	SECOND_MS = 1000,
	DAY_MS = 86400000,
};

struct office {
	struct store *store;
	struct ledger *ledger;
	struct vault *vault;
	struct random *random;
	const struct clock *clock;
	char body[WORD_BYTES + 1];
	const struct policy *policy;
	const char *policy_name;
	struct signin_rules rules;
};

extern const struct migration signin_migrations[];
extern const size_t signin_migration_count;

/* ---- statements: ?1 is always the body, arguments begin at ?2 ------------- */
struct result office_ask(struct office *office, const char *sql, const struct arg *args, size_t count,
                  struct statement **out, struct why *why) MUST;
/* office_ask_one - the first row's first column, as a number */
struct result office_ask_one(struct office *office, const char *sql, const struct arg *args, size_t count,
                      bool *found, int64_t *out, struct why *why) MUST;
struct result office_run(struct office *office, const char *sql, const struct arg *args, size_t count,
                  int64_t *changed, struct why *why) MUST;

/* ---- entries --------------------------------------------------------------- */
struct field {
	const char *key;
	struct slice text;
	int64_t number;
	bool numeric;
};
static inline struct field field_text(const char *key, struct slice text)
{
	return (struct field){.key = key, .text = text};
}
static inline struct field field_str(const char *key, const char *text)
{
	return (struct field){.key = key, .text = slice_str(text)};
}
static inline struct field field_i64(const char *key, int64_t number)
{
	return (struct field){.key = key, .number = number, .numeric = true};
}
#define FIELDS(...)                       \
	(const struct field[]){__VA_ARGS__}, \
		sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field)
/* office_record - append one entry; fields in any order.  actor "" is the set-up: "sekisho" */
struct result office_record(struct office *office, const char *kind, const char *actor, const char *subject,
                     const struct field *fields, size_t count, struct why *why) MUST;
struct office_entry {
	const char *kind, *actor, *subject;
	const struct decision *decision; /* nullable: its clauses go into the entry */
};
struct result office_record_entry(struct office *office, const struct office_entry *entry,
                                  const struct field *fields, size_t count, struct why *why) MUST;

/* ---- the vault --------------------------------------------------------------- */
struct sealed {
	char item[27];          /* "" for the empty text */
	char digest[HEX_DIGEST];
};
struct result office_seal(struct office *office, struct slice bytes, struct sealed *out, struct why *why) MUST;
/* office_unseal - erased items give the text （消去済み）, "" gives "" */
struct result office_unseal(struct office *office, struct slice item, struct arena *arena, struct slice *out,
                     struct why *why) MUST;
/* office_keyed - hex of the keyed digest of "sort NUL body NUL text" */
void office_keyed(const struct office *office, const char *sort, struct slice text, char out[HEX_DIGEST]);

/* ---- small things ------------------------------------------------------------- */
int64_t office_now_ms(const struct office *office);
struct result office_check_word(const char *word, const char *place, struct why *why) MUST;
struct result office_check_name(struct slice name, size_t most, const char *place, struct why *why) MUST;
struct result office_check_period(day_t from, day_t to, struct why *why) MUST;
void office_day_field(day_t day, char out[11]); /* ISO, "" for DAY_OPEN */
struct result office_no_memory(struct why *why) MUST;
/* office_login_plain - what was typed, narrowed and in lower case; false: it cannot be one */
bool office_login_plain(struct slice typed, char out[WORD_BYTES + 1]);
/* office_wipe - bytes that must not linger */
void office_wipe(struct slice bytes);
/* office_grow - room for one more item of an array in the arena; NULL at its ceiling */
/* office_copy_text - NUL-terminated, cut to room */
void office_copy_text(struct slice from, char *to, size_t room);
void *office_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size);
struct result office_person_must_exist(struct office *office, const char *person, struct why *why) MUST;
struct result office_section_must_exist(struct office *office, const char *section, const char *place,
                                 struct why *why) MUST;

/* ---- what the policy says (judge.c) ------------------------------------------------ */
enum { JUDGED = 16 }; /* clauses of one entry */
struct seen { /* a fact that this room has found, in the form of facts_set_any */
	const char *path, *value;
};
struct judging {
	const char *act;
	const char *person; /* whose facts are told; "" nobody is known */
	const struct seen *seen;
	size_t count;
};
/* office_judge - out NULL: there is no policy, or none of its clauses speaks of the act */
struct result office_judge(struct office *office, const struct judging *ask, struct arena *arena,
                           const struct decision **out, struct why *why) MUST;
/* judged_in - does it let in?  NULL: yes */
bool judged_in(const struct decision *decision);
size_t judged_clauses(const struct decision *decision, struct slice out[JUDGED]);
struct signin_seen {
	const char *person, *zone; /* person "" where the login is unknown */
	bool registered, verified, provisional;
	unsigned factors; /* kinds that were right */
};
struct result signin_judge(struct office *office, const struct signin_seen *seen, struct arena *arena,
                           const struct decision **out, struct why *why) MUST;
enum password_fault { PASSWORD_GOOD = 0, PASSWORD_SHORT, PASSWORD_GUESSABLE, PASSWORD_REUSED };
struct result password_judge(struct office *office, const char *person, enum password_fault fault,
                             struct arena *arena, const struct decision **out, struct why *why) MUST;

/* ---- passwords (password.c) ------------------------------------------------------ */
struct result password_check(const struct signin_rules *rules, struct slice password,
                             const char *login, struct why *why) MUST;
struct result password_hash(struct office *office, struct slice password, char out[HASH_BYTES],
                            struct why *why) MUST;
/* password_verify - hash NULL: an unknown login, same work, false */
bool password_verify(const struct office *office, const char *hash, struct slice password);
bool password_stale(const struct office *office, const char *hash);
/* credential_set - inside a transaction */
struct result credential_set(struct office *office, const char *by, const char *person,
                             const char *hash, bool provisional, struct why *why) MUST;

/* ---- wrong tries (tries.c); inside a transaction ---------------------------------- */
struct try_keys {
	char login[6 + HEX_DIGEST];
	char address[6 + HEX_DIGEST];
};
struct tries {
	enum signin_state gate; /* SIGNIN_DONE: go on; else WAIT or LOCKED */
	unsigned count;         /* wrong tries, this one included */
	int64_t until_ms;
	int64_t held;           /* turned away since the last entry */
};
/* tries_admit - the try is counted before it is examined, so that tries side by
 * side cannot outrun the limit                                               */
struct result tries_admit(struct office *office, const struct try_keys *keys, int64_t now,
                          struct tries *out, struct why *why) MUST;
/* tries_refund - it was right: uncount it */
struct result tries_refund(struct office *office, const struct try_keys *keys, struct why *why) MUST;
struct result tries_clear(struct office *office, const char *login_key, struct why *why) MUST;

/* ---- sessions (session.c); inside a transaction ------------------------------------- */
struct session_row {
	char hash[65]; /* SHA-256 of the token */
	struct session session;
	int64_t created_ms;
	bool code_ok;
	bool stray; /* was already seen in the other zone */
	char pending[27]; /* sealed secret of an enrolment under way */
	char login_digest[HEX_DIGEST];
	bool active;
};
/* session_load - by token, whatever its zone, age or person; E_DENIED unknown */
struct result session_load(struct office *office, struct slice token, struct session_row *out,
                           struct why *why) MUST;
/* session_check - zone, age, person */
struct result session_check(struct office *office, const struct session_row *row, const char *zone,
                            struct why *why) MUST;
/* session_insert, session_advance - with a new token; advance works out the state
 * and, when it becomes SIGNIN_DONE, appends signin.succeeded and clears the tries */
struct result session_insert(struct office *office, struct session_row *row, struct why *why) MUST;
struct result session_advance(struct office *office, struct session_row *row, struct why *why) MUST;
/* sessions_end - of a person, but not `keep` (nullable hash); entry signin.ended */
struct result sessions_end(struct office *office, const char *person, const char *keep,
                           const char *reason, struct why *why) MUST;
struct result sessions_end_one(struct office *office, const struct session_row *row,
                               const char *reason, struct why *why) MUST;
struct result office_check_zone(const char *zone, struct why *why) MUST;
struct result signin_next(struct office *office, const char *person, bool code_ok,
                          enum signin_state *out, struct why *why) MUST;
/* signin_reload - load and check a session that a page handed back */
struct result signin_reload(struct office *office, const struct session *session,
                            struct session_row *row, struct why *why) MUST;
void signin_keys(const struct office *office, const char *login_digest, struct slice address,
                 struct try_keys *out);
struct outcome {
	const char *kind, *person, *zone, *step, *reason;
	const struct try_keys *keys;
	int64_t held;
	const struct decision *decision; /* nullable */
};
struct result signin_outcome(struct office *office, const struct outcome *outcome, struct why *why) MUST;
/* signin_answer - what the gate said, told to the person */
void signin_answer(const struct office *office, const struct tries *tries, struct session *out);
/* signin_wrong - entries, and REFUSED or, at the limit, LOCKED
 * outcome  kind and held are filled in here                                 */
struct result signin_wrong(struct office *office, const struct outcome *outcome, const struct tries *tries,
                           struct session *out, struct why *why) MUST;
struct result office_outside_transaction(struct office *office, struct why *why) MUST;

#endif
