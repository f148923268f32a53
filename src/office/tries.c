/* Counting wrong tries, by login and by address.
 *
 * A try is counted before it is examined and uncounted if it was right, so that
 * many tries side by side cannot outrun the limit.  The login need not exist:
 * who tries learns nothing from being locked.  A working table: it proves
 * nothing, and what it led to stands in the ledger.                          */
#include "office/internal.h"

static const char tables_1[] =
	"CREATE TABLE office_session(body TEXT NOT NULL, hash TEXT NOT NULL, person TEXT NOT NULL,"
	" zone TEXT NOT NULL, state BIGINT NOT NULL, created_ms BIGINT NOT NULL,"
	" done_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, code_ok BIGINT NOT NULL,"
	" stray BIGINT NOT NULL, pending TEXT NOT NULL, PRIMARY KEY(body,hash));"
	"CREATE INDEX office_session_person ON office_session(body,person);"
	"CREATE INDEX office_session_expires ON office_session(body,expires_ms);"
	"CREATE TABLE office_try(body TEXT NOT NULL, id TEXT NOT NULL, tries BIGINT NOT NULL,"
	" held BIGINT NOT NULL, since_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL,"
	" until_ms BIGINT NOT NULL, PRIMARY KEY(body,id));"
	"CREATE INDEX office_try_last ON office_try(body,last_ms);"
	"CREATE TABLE office_code(body TEXT NOT NULL, person TEXT NOT NULL, counter BIGINT NOT NULL,"
	" PRIMARY KEY(body,person));";
const struct migration signin_migrations[] = {{1, tables_1}};
const size_t signin_migration_count = sizeof signin_migrations / sizeof *signin_migrations;

struct counter {
	int64_t tries, held, since_ms, last_ms, until_ms;
};

static struct result read_counter(struct office *office, const char *key, struct counter *out,
                                  struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	*out = (struct counter){0};
	TRY(office_ask(office,
	        "SELECT tries,held,since_ms,last_ms,until_ms FROM office_try WHERE body=?1 AND id=?2",
	        ARGS(arg_str(key)), &statement, why));
	TRY(statement_step(statement, &row, why));
	if (row)
		*out = (struct counter){
			column_i64(statement, 0), column_i64(statement, 1), column_i64(statement, 2),
			column_i64(statement, 3), column_i64(statement, 4),
		};
	return ok();
}

static struct result write_counter(struct office *office, const char *key, const struct counter *c,
                                   struct why *why)
{
	return office_run(office,
	           "INSERT INTO office_try(body,id,tries,held,since_ms,last_ms,until_ms)"
	           " VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(body,id) DO UPDATE SET tries=excluded.tries,"
	           "held=excluded.held,since_ms=excluded.since_ms,last_ms=excluded.last_ms,"
	           "until_ms=excluded.until_ms",
	           ARGS(arg_str(key), arg_i64(c->tries), arg_i64(c->held), arg_i64(c->since_ms),
	                arg_i64(c->last_ms), arg_i64(c->until_ms)),
	           NULL, why);
}

/* 1, 2, 4 ... seconds after the free ones; the lock at the limit */
static int64_t pause_ms(const struct signin_rules *rules, int64_t tries)
{
	if (tries >= rules->tries_lock)
		return (int64_t)rules->lock_s * SECOND_MS;
	if (tries < rules->tries_free)
		return 0;
	int64_t doublings = tries - rules->tries_free;
	int64_t seconds = doublings > 30 ? rules->wait_max_s : (int64_t)1 << doublings;
	return (seconds > rules->wait_max_s ? rules->wait_max_s : seconds) * SECOND_MS;
}

/* a login's counter starts anew after the lock, or as long without a wrong try */
static void age_login(const struct signin_rules *rules, struct counter *c, int64_t now)
{
	if (now >= c->until_ms && now - c->last_ms >= (int64_t)rules->lock_s * SECOND_MS)
		*c = (struct counter){.held = c->held};
}

static void age_address(const struct signin_rules *rules, struct counter *c, int64_t now)
{
	int64_t window = (int64_t)rules->address_window_s * SECOND_MS;
	if (now - c->since_ms >= window)
		*c = (struct counter){.held = c->held, .since_ms = now};
	c->until_ms = c->tries >= rules->address_tries ? c->since_ms + window : 0;
}

static struct result turn_away(struct office *office, const char *key, struct counter *c,
                               enum signin_state gate, struct tries *out, struct why *why)
{
	c->held++;
	TRY(write_counter(office, key, c, why));
	*out = (struct tries){.gate = gate, .count = (unsigned)c->tries, .until_ms = c->until_ms};
	return ok();
}

struct result tries_admit(struct office *office, const struct try_keys *keys, int64_t now,
                          struct tries *out, struct why *why)
{
	const struct signin_rules *rules = &office->rules;
	struct counter login, address;
	TRY(read_counter(office, keys->login, &login, why));
	TRY(read_counter(office, keys->address, &address, why));
	age_login(rules, &login, now);
	age_address(rules, &address, now);
	if (address.until_ms > now)
		return turn_away(office, keys->address, &address, SIGNIN_WAIT, out, why);
	if (login.until_ms > now)
		return turn_away(office, keys->login, &login,
		                 login.tries >= rules->tries_lock ? SIGNIN_LOCKED : SIGNIN_WAIT, out, why);
	*out = (struct tries){
		.gate = SIGNIN_DONE, .count = (unsigned)++login.tries, .held = login.held + address.held,
	};
	address.tries++;
	login.held = address.held = 0;
	login.last_ms = address.last_ms = now;
	int64_t pause = pause_ms(rules, login.tries);
	login.until_ms = pause ? now + pause : 0;
	out->until_ms = login.until_ms;
	TRY(write_counter(office, keys->login, &login, why));
	return write_counter(office, keys->address, &address, why);
}

struct result tries_refund(struct office *office, const struct try_keys *keys, struct why *why)
{
	return office_run(office,
	           "UPDATE office_try SET tries=tries-1, until_ms=0"
	           " WHERE body=?1 AND id IN(?2,?3) AND tries>0",
	           ARGS(arg_str(keys->login), arg_str(keys->address)), NULL, why);
}

struct result tries_clear(struct office *office, const char *login_key, struct why *why)
{
	return office_run(office, "DELETE FROM office_try WHERE body=?1 AND id=?2", ARGS(arg_str(login_key)),
	           NULL, why);
}
