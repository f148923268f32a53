/* Sessions: a random token of 256 bits in a cookie, its SHA-256 in the table.
 * Each right step of a sign-in changes the token, so that one that was planted
 * or seen before is worth nothing after.                                     */
#include "office/internal.h"

static struct result denied(struct why *why)
{
	return fail(why, E_DENIED, "session", "サインインしていないか、時間が過ぎました。もう一度サインインしてください。");
}

struct result office_check_zone(const char *zone, struct why *why)
{
	size_t len = strlen(zone);
	bool good = len >= 1 && len <= 15;
	for (size_t i = 0; good && i < len; i++)
		good = (zone[i] >= 'a' && zone[i] <= 'z') || zone[i] == '_';
	return good ? ok() : fail(why, E_INPUT, "zone", "ゾーンの名前が正しくありません。");
}

static bool token_hash(struct slice token, char out[65], char form_key[65])
{
	uint8_t raw[32], digest[SHA256_BYTES];
	if (!hex_decode(token, raw, sizeof raw))
		return false;
	sha256(slice_of(raw, sizeof raw), digest);
	hex_encode(digest, sizeof digest, out);
	const struct slice parts[] = {SLICE("sekisho form key"), slice_of(raw, sizeof raw)};
	sha256_parts(parts, 2, digest);
	hex_encode(digest, sizeof digest, form_key);
	office_wipe(slice_of(raw, sizeof raw));
	return true;
}

/* a state that this program does not know refuses */
static enum signin_state state_of(int64_t number)
{
	return number >= SIGNIN_REFUSED && number <= SIGNIN_DONE ? (enum signin_state)number
	                                                        : SIGNIN_REFUSED;
}

struct result session_load(struct office *office, struct slice token, struct session_row *out,
                           struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	struct session_row row = {0};
	bool found = false;
	if (!token_hash(token, row.hash, row.session.form_key))
		return denied(why);
	TRY(office_ask(office,
	        "SELECT s.person,s.zone,s.state,s.created_ms,s.done_ms,s.expires_ms,s.code_ok,s.stray,"
	        "s.pending,p.login_digest,p.active FROM office_session s"
	        " JOIN office_person p ON p.body=s.body AND p.id=s.person WHERE s.body=?1 AND s.hash=?2",
	        ARGS(arg_str(row.hash)), &statement, why));
	TRY(statement_step(statement, &found, why));
	if (!found)
		return denied(why);
	office_copy_text(token, row.session.token, sizeof row.session.token);
	office_copy_text(column_text(statement, 0), row.session.person, sizeof row.session.person);
	office_copy_text(column_text(statement, 1), row.session.zone, sizeof row.session.zone);
	row.session.state = state_of(column_i64(statement, 2));
	row.created_ms = column_i64(statement, 3);
	row.session.signed_in_ms = column_i64(statement, 4);
	row.session.expires_ms = column_i64(statement, 5);
	row.code_ok = column_i64(statement, 6) == 1;
	row.stray = column_i64(statement, 7) == 1;
	office_copy_text(column_text(statement, 8), row.pending, sizeof row.pending);
	office_copy_text(column_text(statement, 9), row.login_digest, sizeof row.login_digest);
	row.active = column_i64(statement, 10) == 1;
	*out = row;
	return ok();
}

struct result session_check(struct office *office, const struct session_row *row, const char *zone,
                            struct why *why)
{
	if (strcmp(row->session.zone, zone) || !row->active ||
	    office_now_ms(office) >= row->session.expires_ms || row->session.state < SIGNIN_NEEDS_CODE)
		return denied(why);
	return ok();
}

/* ---- what is the next step ---------------------------------------------------- */

static struct result must_change(struct office *office, const char *person, bool *out, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	*out = true;
	TRY(office_ask(office,
	        "SELECT provisional,since_ms FROM office_credential WHERE body=?1 AND person=?2"
	        " ORDER BY seq DESC LIMIT 1",
	        ARGS(arg_str(person)), &statement, why));
	TRY(statement_step(statement, &row, why));
	if (!row)
		return ok();
	int64_t age = office_now_ms(office) - column_i64(statement, 1);
	int64_t most = (int64_t)office->rules.password_max_age_days * DAY_MS;
	*out = column_i64(statement, 0) != 0 || (most && age >= most);
	return ok();
}

struct result signin_next(struct office *office, const char *person, bool code_ok,
                          enum signin_state *out, struct why *why)
{
	bool enrolled = false, change = true;
	TRY(office_ask_one(office, "SELECT 1 FROM office_factor WHERE body=?1 AND person=?2",
	            ARGS(arg_str(person)), &enrolled, NULL, why));
	TRY(must_change(office, person, &change, why));
	*out = SIGNIN_DONE;
	if (enrolled && !code_ok)
		*out = SIGNIN_NEEDS_CODE;
	else if (change)
		*out = SIGNIN_NEEDS_PASSWORD_CHANGE;
	else if (!enrolled)
		*out = SIGNIN_NEEDS_ENROLMENT;
	return ok();
}

/* ---- writing ------------------------------------------------------------------- */

static struct result new_token(struct office *office, struct session_row *row, struct why *why)
{
	uint8_t raw[32];
	TRY(random_fill(office->random, raw, sizeof raw, why));
	hex_encode(raw, sizeof raw, row->session.token);
	office_wipe(slice_of(raw, sizeof raw));
	token_hash(slice_str(row->session.token), row->hash, row->session.form_key);
	return ok();
}

static int64_t expiry(const struct office *office, const struct session_row *row, int64_t now)
{
	const struct signin_rules *rules = &office->rules;
	if (row->session.state != SIGNIN_DONE)
		return row->created_ms + (int64_t)rules->pending_s * SECOND_MS;
	int64_t idle = now + (int64_t)rules->idle_s * SECOND_MS;
	int64_t hard = row->session.signed_in_ms + (int64_t)rules->hard_s * SECOND_MS;
	return idle < hard ? idle : hard;
}

struct result session_insert(struct office *office, struct session_row *row, struct why *why)
{
	struct session *s = &row->session;
	row->created_ms = office_now_ms(office);
	s->expires_ms = expiry(office, row, row->created_ms);
	TRY(new_token(office, row, why));
	return office_run(office,
	           "INSERT INTO office_session(body,hash,person,zone,state,created_ms,done_ms,expires_ms,"
	           "code_ok,stray,pending) VALUES(?1,?2,?3,?4,?5,?6,0,?7,?8,0,'')",
	           ARGS(arg_str(row->hash), arg_str(s->person), arg_str(s->zone), arg_i64(s->state),
	                arg_i64(row->created_ms), arg_i64(s->expires_ms), arg_i64(row->code_ok)),
	           NULL, why);
}

/* The last step: the policy lets in, or nobody is.  Whom it would refuse was refused at
 * the password (signin.c); here only what changed since can stand in the way.  */
static struct result signed_in(struct office *office, struct session_row *row, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct office_entry entry = {.kind = "signin.succeeded", .actor = row->session.person,
	                             .subject = row->session.person};
	const struct signin_seen seen = {.person = row->session.person, .zone = row->session.zone, .registered = true,
	                                 .verified = true, .factors = 2};
	char key[6 + HEX_DIGEST];
	if (!arena)
		return office_no_memory(why);
	TRY(signin_judge(office, &seen, arena, &entry.decision, why));
	if (!judged_in(entry.decision))
		return denied(why);
	snprintf(key, sizeof key, "login:%s", row->login_digest);
	row->session.signed_in_ms = office_now_ms(office);
	TRY(tries_clear(office, key, why));
	return office_record_entry(office, &entry, FIELDS(field_str("zone", row->session.zone)), why);
}

struct result session_advance(struct office *office, struct session_row *row, struct why *why)
{
	char old[65];
	struct session *s = &row->session;
	memcpy(old, row->hash, sizeof old);
	bool was_done = s->state == SIGNIN_DONE;
	TRY(signin_next(office, s->person, row->code_ok, &s->state, why));
	if (s->state == SIGNIN_DONE && !was_done)
		TRY(signed_in(office, row, why));
	s->expires_ms = expiry(office, row, office_now_ms(office));
	TRY(new_token(office, row, why));
	return office_run(office,
	           "UPDATE office_session SET hash=?3,state=?4,done_ms=?5,expires_ms=?6,code_ok=?7,pending=?8"
	           " WHERE body=?1 AND hash=?2",
	           ARGS(arg_str(old), arg_str(row->hash), arg_i64(s->state), arg_i64(s->signed_in_ms),
	                arg_i64(s->expires_ms), arg_i64(row->code_ok), arg_str(row->pending)),
	           NULL, why);
}

/* ---- the pages' question --------------------------------------------------------- */

/* Somebody shows a session of one zone in the other: once an entry, then only no. */
static struct result note_stray(struct office *office, const struct session_row *row, const char *zone,
                                struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	if (row->stray)
		return ok();
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_run(office, "UPDATE office_session SET stray=1 WHERE body=?1 AND hash=?2",
	        ARGS(arg_str(row->hash)), NULL, why));
	TRY(office_record(office, "signin.session.refused", row->session.person, row->session.person,
	           FIELDS(field_str("of", row->session.zone), field_str("reason", "zone"),
	                  field_str("zone", zone)),
	           why));
	return tx_commit(&tx, why);
}

/* written only when it moves the end by a thirtieth of the idle limit: a page does
 * not cost a write, and no session lives longer than its limit                 */
static struct result touch(struct office *office, struct session_row *row, struct why *why)
{
	int64_t end = expiry(office, row, office_now_ms(office));
	int64_t step = (int64_t)office->rules.idle_s * SECOND_MS / 30;
	if (row->session.state != SIGNIN_DONE || end - row->session.expires_ms < step)
		return ok();
	TRY(office_run(office, "UPDATE office_session SET expires_ms=?3 WHERE body=?1 AND hash=?2",
	        ARGS(arg_str(row->hash), arg_i64(end)), NULL, why));
	row->session.expires_ms = end;
	return ok();
}

struct result session_find(struct office *office, const char *zone, struct slice token,
                           struct session *out, struct why *why)
{
	struct session_row row;
	TRY(office_check_zone(zone, why));
	TRY(session_load(office, token, &row, why));
	if (strcmp(row.session.zone, zone))
		TRY(note_stray(office, &row, zone, why));
	TRY(session_check(office, &row, zone, why));
	TRY(touch(office, &row, why));
	*out = row.session;
	return ok();
}

/* ---- ends -------------------------------------------------------------------------- */

static struct result erase_pending(struct office *office, const char *item, struct why *why)
{
	return *item ? vault_erase(office->vault, slice_str(item), office_now_ms(office), why) : ok();
}

struct result sessions_end_one(struct office *office, const struct session_row *row,
                               const char *reason, struct why *why)
{
	int64_t changed = 0;
	TRY(erase_pending(office, row->pending, why));
	TRY(office_run(office, "DELETE FROM office_session WHERE body=?1 AND hash=?2",
	        ARGS(arg_str(row->hash)), &changed, why));
	if (!changed)
		return ok();
	return office_record(office, "signin.ended", row->session.person, row->session.person,
	              FIELDS(field_str("reason", reason), field_str("zone", row->session.zone)), why);
}

struct result session_end(struct office *office, const struct session *session, struct why *why)
{
	struct session_row row;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	struct why unknown = {0};
	struct result found = session_load(office, slice_str(session->token), &row, &unknown);
	if (found.code == E_DENIED)
		return ok();
	if (found.code != OK)
		return fail(why, unknown.code, unknown.place, "%s", unknown.text);
	TRY(sessions_end_one(office, &row, "sign-out", why));
	return tx_commit(&tx, why);
}

/* one row that is to go, chosen by sql; its strings are copied */
static struct result next_row(struct office *office, const char *sql, const struct arg *args,
                              size_t count, struct session_row *row, bool *found, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(office_ask(office, sql, args, count, &statement, why));
	TRY(statement_step(statement, found, why));
	if (!*found)
		return ok();
	office_copy_text(column_text(statement, 0), row->hash, sizeof row->hash);
	office_copy_text(column_text(statement, 1), row->session.person, sizeof row->session.person);
	office_copy_text(column_text(statement, 2), row->session.zone, sizeof row->session.zone);
	office_copy_text(column_text(statement, 3), row->pending, sizeof row->pending);
	return ok();
}

struct result sessions_end(struct office *office, const char *person, const char *keep,
                           const char *reason, struct why *why)
{
	for (;;) {
		struct session_row row = {0};
		bool found = false;
		TRY(next_row(office,
		             "SELECT hash,person,zone,pending FROM office_session"
		             " WHERE body=?1 AND person=?2 AND hash<>?3 ORDER BY hash LIMIT 1",
		             ARGS(arg_str(person), arg_str(keep ? keep : "")), &row, &found, why));
		if (!found)
			return ok();
		TRY(sessions_end_one(office, &row, reason, why));
	}
}

struct result office_sweep(struct office *office, struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	int64_t now = office_now_ms(office);
	for (;;) {
		struct session_row row = {0};
		bool found = false;
		TRY(next_row(office,
		             "SELECT hash,person,zone,pending FROM office_session"
		             " WHERE body=?1 AND expires_ms<=?2 ORDER BY expires_ms LIMIT 1",
		             ARGS(arg_i64(now)), &row, &found, why));
		if (!found)
			break;
		TRY(sessions_end_one(office, &row, "expired", why));
	}
	/* counters that say nothing any more */
	unsigned longest = office->rules.lock_s > office->rules.address_window_s
	                           ? office->rules.lock_s : office->rules.address_window_s;
	TRY(office_run(office, "DELETE FROM office_try WHERE body=?1 AND last_ms<=?2 AND until_ms<=?3",
	        ARGS(arg_i64(now - (int64_t)longest * SECOND_MS), arg_i64(now)), NULL, why));
	return tx_commit(&tx, why);
}
