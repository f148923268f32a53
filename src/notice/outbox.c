/* The outbox: opening, the next letter, and what became of it. */
#include "notice/internal.h"

#include <stdlib.h>
#include <string.h>

enum { REST_MOST_MS = 3600000 };

static const struct migration migrations[] = {
	{1, "CREATE TABLE notice("
	    " body TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,"
	    " seq BIGINT NOT NULL, state TEXT NOT NULL, since_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL,"
	    " tries BIGINT NOT NULL, PRIMARY KEY(body,person,what,subject));"
	    "CREATE INDEX notice_waiting ON notice(body,state,due_ms);"
	    "CREATE TABLE notice_cursor(body TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY(body));"},
};

/* ---- opening ------------------------------------------------------------ */

static bool plain(const char *text, const char *more)
{
	for (const char *c = text; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
		      strchr(more, *c)))
			return false;
	return text[0] != 0;
}

static struct result check_parts(const struct notice_parts *parts, struct why *why)
{
	const char *at = strchr(parts->from, '@');
	if (!at || at == parts->from || !plain(parts->from, "@._+-") || strchr(at + 1, '@'))
		return fail(why, E_INPUT, "mail_from", "「%s」は差出人のメールアドレスになりません。", parts->from);
	if (!plain(parts->domain, ".-"))
		return fail(why, E_INPUT, "mail_domain", "「%s」はメールアドレスの@の後になりません。", parts->domain);
	if (strncmp(parts->link, "http", 4) != 0 || !plain(parts->link, ":/.-_"))
		return fail(why, E_INPUT, "mail_link", "「%s」はページのアドレスになりません。", parts->link);
	return ok();
}

static struct result start_cursor(struct notices *n, struct why *why)
{
	int64_t size = 0;
	TRY(ledger_size(n->at.ledger, &size, why));
	return store_run(n->at.store,
	                 "INSERT INTO notice_cursor(body,seq) VALUES(?1,?2) ON CONFLICT(body) DO NOTHING",
	                 ARGS(arg_str(n->at.body), arg_i64(size)), NULL, why);
}

struct result notices_open(const struct notice_parts *parts, struct notices **out, struct why *why)
{
	TRY(check_parts(parts, why));
	TRY(store_migrate(parts->store, "notice", migrations, sizeof migrations / sizeof *migrations, why));
	AUTO(notices_drop) struct notices *n = calloc(1, sizeof *n);
	if (!n)
		return fail(why, E_MEMORY, "", "no memory");
	n->at = *parts;
	TRY(start_cursor(n, why));
	*out = n;
	n = NULL;
	return ok();
}

void notices_close(struct notices *n)
{
	free(n);
}

void notices_drop(struct notices **n)
{
	notices_close(*n);
}

/* ---- the next letter ---------------------------------------------------- */

static struct result longest_waiting(struct notices *n, struct arena *arena, const char **person,
                                     struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	*person = NULL;
	TRY(store_ask(n->at.store,
	              "SELECT person FROM notice WHERE body=?1 AND state='waiting' AND due_ms<=?2"
	              " ORDER BY due_ms, seq, person LIMIT 1",
	              ARGS(arg_str(n->at.body), arg_i64(clock_now_ms(n->at.clock))), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return ok();
	*person = arena_string(arena, column_text(s, 0));
	return *person ? ok() : fail(why, E_MEMORY, "", "no memory");
}

/* what waits for the person, oldest first; all of it is counted */
static struct result waiting_lines(struct notices *n, const char *person, struct arena *arena,
                                   struct notice_line lines[NOTICE_LINES], size_t *count,
                                   int64_t *newest, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = true;
	*count = 0;
	TRY(store_ask(n->at.store,
	              "SELECT what,subject,seq FROM notice WHERE body=?1 AND person=?2 AND state='waiting'"
	              " ORDER BY seq, what, subject",
	              ARGS(arg_str(n->at.body), arg_str(person)), &s, why));
	for (;; (*count)++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		*newest = column_i64(s, 2);
		if (*count >= NOTICE_LINES)
			continue;
		lines[*count] = (struct notice_line){what_named(column_text(s, 0)),
		                                     arena_string(arena, column_text(s, 1))};
		if (!lines[*count].subject)
			return fail(why, E_MEMORY, "", "no memory");
	}
}

static struct result forget(struct notices *n, const char *person, struct why *why)
{
	return store_run(n->at.store, "DELETE FROM notice WHERE body=?1 AND person=?2 AND state='waiting'",
	                 ARGS(arg_str(n->at.body), arg_str(person)), NULL, why);
}

static struct result write_to(struct notices *n, const struct person *who, struct arena *arena,
                              struct letter *out, struct why *why)
{
	struct notice_line lines[NOTICE_LINES];
	TRY(waiting_lines(n, who->id, arena, lines, &out->count, &out->newest, why));
	size_t shown = out->count < NOTICE_LINES ? out->count : NOTICE_LINES;
	out->person = who->id;
	out->address = arena_printf(arena, "%s@%s", who->login, n->at.domain);
	if (!out->address)
		return fail(why, E_MEMORY, "", "no memory");
	return letter_write(n, who, out->address, lines, shown, out->count - shown, arena,
	                    &out->message, why);
}

struct result letter_next(struct notices *n, struct arena *arena, struct letter *out, bool *any,
                          struct why *why)
{
	*out = (struct letter){0};
	for (*any = false;;) {
		const char *id = NULL;
		struct person who;
		TRY(longest_waiting(n, arena, &id, why));
		if (!id)
			return ok();
		TRY(office_person(n->at.office, id, arena, &who, why));
		if (who.active) {
			*any = true;
			return write_to(n, &who, arena, out, why);
		}
		TRY(forget(n, id, why));
	}
}

/* ---- what became of it -------------------------------------------------- */

static struct result record(struct notices *n, const struct letter *letter, const char *kind,
                            json_t *data, struct why *why)
{
	struct ledger_entry entry = {.body = slice_str(n->at.body), .kind = slice_str(kind),
	                             .actor = SLICE("sekisho-notice"), .subject = slice_str(letter->person)};
	return ledger_record(n->at.ledger, &entry, data, why);
}

static struct result settle(struct notices *n, const struct letter *letter, const char *state,
                            struct why *why)
{
	return store_run(n->at.store,
	                 "UPDATE notice SET state=?4 WHERE body=?1 AND person=?2 AND state='waiting' AND seq<=?3",
	                 ARGS(arg_str(n->at.body), arg_str(letter->person), arg_i64(letter->newest),
	                      arg_str(state)),
	                 NULL, why);
}

struct result letter_sent(struct notices *n, const struct letter *letter, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(n->at.store, &tx, why));
	TRY(settle(n, letter, "sent", why));
	TRY(record(n, letter, "notice.sent", json_pack("{sI}", "count", (json_int_t)letter->count), why));
	return tx_commit(&tx, why);
}

static struct result give_up(struct notices *n, const struct letter *letter, const char *reason,
                             struct why *why)
{
	TRY(settle(n, letter, "failed", why));
	return record(n, letter, "notice.failed",
	              json_pack("{sI ss}", "count", (json_int_t)letter->count, "reason", reason), why);
}

static struct result put_off(struct notices *n, const struct letter *letter, int64_t tries, struct why *why)
{
	int64_t rest = tries > 6 ? REST_MOST_MS : NOTICE_REST_MS << tries;
	return store_run(n->at.store,
	                 "UPDATE notice SET tries=tries+1, due_ms=?3 WHERE body=?1 AND person=?2 AND state='waiting'",
	                 ARGS(arg_str(n->at.body), arg_str(letter->person),
	                      arg_i64(clock_now_ms(n->at.clock) + (rest < REST_MOST_MS ? rest : REST_MOST_MS))),
	                 NULL, why);
}

struct result letter_failed(struct notices *n, const struct letter *letter, bool forever,
                            const char *reason, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	AUTO(tx_drop) struct tx tx = {0};
	bool row = false;
	TRY(tx_begin(n->at.store, &tx, why));
	TRY(store_ask(n->at.store,
	              "SELECT COALESCE(MIN(since_ms),0), COALESCE(MAX(tries),0) FROM notice"
	              " WHERE body=?1 AND person=?2 AND state='waiting'",
	              ARGS(arg_str(n->at.body), arg_str(letter->person)), &s, why));
	TRY(statement_step(s, &row, why));
	int64_t since = row ? column_i64(s, 0) : 0, tries = row ? column_i64(s, 1) : 0;
	bool late = clock_now_ms(n->at.clock) - since >= NOTICE_PATIENCE_MS;
	statement_drop(&s);
	s = NULL;
	if (forever || late)
		TRY(give_up(n, letter, reason, why));
	else
		TRY(put_off(n, letter, tries, why));
	return tx_commit(&tx, why);
}
