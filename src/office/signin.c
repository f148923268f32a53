/* The first step: login and password.
 *
 * The hash takes 70 ms and 64 MiB, so no transaction is open meanwhile: the try
 * is counted and committed, then examined, then its outcome is written on what
 * is in the tables by then.                                                   */
#include "office/internal.h"

struct signin_rules signin_defaults(void)
{
	return (struct signin_rules){
		.argon_passes = 3, .argon_bytes = (size_t)64 << 20,
		.password_min = 12, .password_max_bytes = 1024, .password_distinct = 5,
		.password_history = 3, .password_max_age_days = 0, .provisional_days = 14,
		.tries_free = 3, .tries_lock = 10, .wait_max_s = 60, .lock_s = 1800,
		.address_tries = 30, .address_window_s = 900,
		.idle_s = 1800, .hard_s = 36000, .pending_s = 600, .fresh_s = 300,
		.issuer = "Sekisho",
	};
}

/* What is known of a login when the password is looked at. */
struct account {
	bool known, active, provisional;
	char person[27];
	int64_t seq; /* of the password that was looked at */
	int64_t since_ms;
	char item[27];
	char hash[HASH_BYTES]; /* "": none */
};

static const char account_sql[] =
	"SELECT p.id,p.active,c.seq,c.item,c.provisional,c.since_ms FROM office_person p"
	" LEFT JOIN office_credential c ON c.body=p.body AND c.person=p.id AND c.seq=(SELECT MAX(seq)"
	" FROM office_credential m WHERE m.body=p.body AND m.person=p.id)"
	" WHERE p.body=?1 AND p.login_digest=?2";

static struct result read_account(struct office *office, const char *login_digest, struct account *out,
                                  struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	*out = (struct account){0};
	TRY(office_ask(office, account_sql, ARGS(arg_str(login_digest)), &statement, why));
	TRY(statement_step(statement, &row, why));
	if (!row)
		return ok();
	out->known = true;
	office_copy_text(column_text(statement, 0), out->person, sizeof out->person);
	out->active = column_i64(statement, 1) == 1;
	if (column_is_null(statement, 2))
		return ok();
	out->seq = column_i64(statement, 2);
	office_copy_text(column_text(statement, 3), out->item, sizeof out->item);
	out->provisional = column_i64(statement, 4) != 0;
	out->since_ms = column_i64(statement, 5);
	return ok();
}

static struct result open_hash(struct office *office, const char *item, char out[HASH_BYTES],
                               struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct slice bytes;
	if (!arena)
		return office_no_memory(why);
	TRY(vault_get(office->vault, slice_str(item), arena, &bytes, why));
	if (bytes.len >= HASH_BYTES)
		return fail(why, E_TAMPERED, "password", "保管されたパスワードの照合値が壊れています。");
	office_copy_text(bytes, out, HASH_BYTES);
	office_wipe(bytes);
	return ok();
}

static struct result find_account(struct office *office, const char *login_digest, struct account *out,
                                  struct why *why)
{
	TRY(read_account(office, login_digest, out, why));
	return *out->item ? open_hash(office, out->item, out->hash, why) : ok();
}

void signin_keys(const struct office *office, const char *login_digest, struct slice address,
                 struct try_keys *out)
{
	char digest[HEX_DIGEST];
	office_keyed(office, "address", address, digest);
	snprintf(out->login, sizeof out->login, "login:%s", login_digest);
	snprintf(out->address, sizeof out->address, "from:%s", digest);
}

/* the address key is "from:" and the digest, which is what the entry holds */
struct result signin_outcome(struct office *office, const struct outcome *o, struct why *why)
{
	const struct office_entry entry = {.kind = o->kind, .actor = *o->person ? o->person : "sekisho-web",
	                                   .subject = o->person, .decision = o->decision};
	return office_record_entry(office, &entry,
	              FIELDS(field_str("address", o->keys->address + 5), field_i64("held", o->held),
	                     field_str("reason", o->reason), field_str("step", o->step),
	                     field_str("zone", o->zone)),
	              why);
}

static struct result admit(struct office *office, const struct try_keys *keys, struct tries *out,
                           struct why *why)
{
	AUTO(tx_drop) struct tx tx = {0};
	TRY(office_sweep(office, why));
	TRY(tx_begin(office->store, &tx, why));
	TRY(tries_admit(office, keys, office_now_ms(office), out, why));
	return tx_commit(&tx, why);
}

void signin_answer(const struct office *office, const struct tries *tries, struct session *out)
{
	out->state = tries->gate;
	out->wait_until_ms = tries->until_ms;
	if (tries->count < office->rules.tries_lock)
		out->tries_left = office->rules.tries_lock - tries->count;
}

/* why a try is wrong, for the ledger only; NULL: it is right */
static const char *fault_of(const struct office *office, const struct account *account, bool right)
{
	int64_t limit = (int64_t)office->rules.provisional_days * DAY_MS;
	if (!account->known)
		return "unknown";
	if (!right)
		return *account->hash ? "password" : "no-password";
	if (!account->active)
		return "suspended";
	if (account->provisional && office_now_ms(office) - account->since_ms >= limit)
		return "provisional-expired";
	return NULL;
}

struct result signin_wrong(struct office *office, const struct outcome *outcome, const struct tries *tries,
                           struct session *out, struct why *why)
{
	struct outcome told = *outcome;
	told.kind = "signin.refused";
	told.held = tries->held;
	TRY(signin_outcome(office, &told, why));
	bool locks = tries->count >= office->rules.tries_lock;
	told.kind = "signin.locked";
	told.reason = "tries";
	told.held = 0;
	if (locks)
		TRY(signin_outcome(office, &told, why));
	struct tries answer = *tries;
	answer.gate = locks ? SIGNIN_LOCKED : SIGNIN_REFUSED;
	signin_answer(office, &answer, out);
	return ok();
}

/* the same password under the parameters of today; nothing else changes */
static struct result rehash(struct office *office, const struct account *account, const char *hash,
                            struct why *why)
{
	struct sealed sealed;
	TRY(office_seal(office, slice_str(hash), &sealed, why));
	TRY(office_record(office, "office.password.rehashed", account->person, account->person,
	           FIELDS(field_str("digest", sealed.digest), field_str("item", sealed.item),
	                  field_str("person", account->person)),
	           why));
	return vault_erase(office->vault, slice_str(account->item), office_now_ms(office), why);
}

static struct result right(struct office *office, const struct account *account, const char *zone,
                           const char *fresh_hash, const struct try_keys *keys,
                           const struct tries *tries, struct session *out, struct why *why)
{
	struct session_row row = {0};
	TRY(tries_refund(office, keys, why));
	if (*fresh_hash)
		TRY(rehash(office, account, fresh_hash, why));
	memcpy(row.session.person, account->person, sizeof row.session.person);
	office_copy_text(slice_str(zone), row.session.zone, sizeof row.session.zone);
	TRY(signin_next(office, account->person, false, &row.session.state, why));
	TRY(session_insert(office, &row, why));
	const struct outcome passed = {.kind = "signin.passed", .person = account->person, .zone = zone,
	                               .step = "password", .reason = "", .keys = keys, .held = tries->held};
	TRY(signin_outcome(office, &passed, why));
	*out = row.session;
	return ok();
}

/* What the policy says, now that the password was looked at.  After a right one it is
 * asked whether a right code would let the person in: one whom it would refuse then is
 * refused now, without being asked for more.                                   */
static struct result judge_try(struct office *office, const struct account *account, const char *zone,
                               const char **fault, struct arena *arena, const struct decision **out,
                               struct why *why)
{
	bool provisional = *fault && strcmp(*fault, "provisional-expired") == 0;
	bool verified = !*fault || provisional || strcmp(*fault, "suspended") == 0;
	const struct signin_seen seen = {.person = account->person, .zone = zone, .registered = account->known,
	                                 .verified = verified, .provisional = provisional,
	                                 .factors = 2}; /* both will be asked for, if it comes so far */
	TRY(signin_judge(office, &seen, arena, out, why));
	if (!*fault && !judged_in(*out))
		*fault = "policy";
	return ok();
}

/* Between the look and the outcome somebody may have suspended the person or set
 * another password: then the try was wrong.                                   */
static struct result settle(struct office *office, const struct account *seen, bool matches,
                            const char *login_digest, const char *zone, const char *fresh_hash,
                            const struct try_keys *keys, const struct tries *tries,
                            struct session *out, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	AUTO(tx_drop) struct tx tx = {0};
	const struct decision *decision = NULL;
	struct account now;
	if (!arena)
		return office_no_memory(why);
	TRY(tx_begin(office->store, &tx, why));
	TRY(read_account(office, login_digest, &now, why));
	memcpy(now.hash, seen->hash, sizeof now.hash);
	const char *fault = fault_of(office, &now, matches && now.seq == seen->seq);
	TRY(judge_try(office, &now, zone, &fault, arena, &decision, why));
	const struct outcome wrong = {.person = now.person, .zone = zone, .step = "password", .reason = fault,
	                              .keys = keys, .decision = decision};
	if (fault)
		TRY(signin_wrong(office, &wrong, tries, out, why));
	else
		TRY(right(office, &now, zone, fresh_hash, keys, tries, out, why));
	return tx_commit(&tx, why);
}

struct result signin_password(struct office *office, const char *zone, struct slice address,
                              struct slice login, struct slice password, struct session *out,
                              struct why *why)
{
	char plain[WORD_BYTES + 1], digest[HEX_DIGEST], fresh[HASH_BYTES] = "";
	struct try_keys keys;
	struct tries tries;
	struct account account;
	struct session answer = {0};
	TRY(office_check_zone(zone, why));
	TRY(office_outside_transaction(office, why));
	/* what cannot be a login is still counted, as itself */
	bool possible = office_login_plain(login, plain);
	office_keyed(office, possible ? "login" : "no-login", possible ? slice_str(plain) : login, digest);
	signin_keys(office, digest, address, &keys);
	TRY(admit(office, &keys, &tries, why));
	if (tries.gate != SIGNIN_DONE) {
		signin_answer(office, &tries, &answer);
		*out = answer;
		return ok();
	}
	TRY(find_account(office, digest, &account, why));
	bool matches = password_verify(office, *account.hash ? account.hash : NULL, password);
	if (matches && password_stale(office, account.hash))
		TRY(password_hash(office, password, fresh, why));
	TRY(settle(office, &account, matches, digest, zone, fresh, &keys, &tries, &answer, why));
	*out = answer;
	return ok();
}

/* ---- changing a password -------------------------------------------------------- */

static struct result denied(struct why *why)
{
	return fail(why, E_DENIED, "session",
	            "いまはこの操作ができません。もう一度サインインしてください。");
}

/* load and check a session that was handed back by a page */
struct result signin_reload(struct office *office, const struct session *session,
                            struct session_row *row, struct why *why)
{
	TRY(session_load(office, slice_str(session->token), row, why));
	return session_check(office, row, session->zone, why);
}

static bool may_change(const struct office *office, const struct session_row *row)
{
	const struct session *s = &row->session;
	if (s->state == SIGNIN_NEEDS_PASSWORD_CHANGE)
		return true;
	int64_t age = office_now_ms(office) - s->signed_in_ms;
	return s->state == SIGNIN_DONE && age < (int64_t)office->rules.fresh_s * SECOND_MS;
}

/* compare with the present password and those before it that are still kept */
static struct result refuse_reuse(struct office *office, const char *person, struct slice password,
                                  struct why *why)
{
	unsigned depth = office->rules.password_history ? office->rules.password_history : 1;
	for (unsigned i = 0; i < depth; i++) {
		AUTO(statement_drop) struct statement *statement = NULL;
		char item[27] = "", hash[HASH_BYTES];
		bool row = false;
		TRY(office_ask(office,
		        "SELECT item FROM office_credential WHERE body=?1 AND person=?2"
		        " ORDER BY seq DESC LIMIT 1 OFFSET ?3",
		        ARGS(arg_str(person), arg_i64(i)), &statement, why));
		TRY(statement_step(statement, &row, why));
		if (!row)
			return ok();
		office_copy_text(column_text(statement, 0), item, sizeof item);
		statement_drop(&statement);
		TRY(open_hash(office, item, hash, why));
		if (password_verify(office, hash, password))
			return fail(why, E_INPUT, "password",
			            "前に使ったパスワードです。まだ使っていないものにしてください。");
	}
	return ok();
}

/* A password that was refused is itself a thing to keep: not what it was, but by
 * which clause.                                                               */
static struct result record_refused(struct office *office, const char *person, enum password_fault fault,
                                    struct arena *arena, struct why *why)
{
	static const char *const words[] = {"", "short", "guessable", "reused"};
	AUTO(tx_drop) struct tx tx = {0};
	struct office_entry entry = {.kind = "signin.password.refused", .actor = person, .subject = person};
	TRY(tx_begin(office->store, &tx, why));
	TRY(password_judge(office, person, fault, arena, &entry.decision, why));
	TRY(office_record_entry(office, &entry, FIELDS(field_str("reason", words[fault])), why));
	return tx_commit(&tx, why);
}

static struct result check_new(struct office *office, const char *person, struct slice password,
                               struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct person whose;
	struct why said = {0};
	if (!arena)
		return office_no_memory(why);
	TRY(office_person(office, person, arena, &whose, why));
	enum password_fault fault = password.len < office->rules.password_min ? PASSWORD_SHORT : PASSWORD_GUESSABLE;
	struct result good = password_check(&office->rules, password, whose.login, &said);
	if (good.code == OK) {
		fault = PASSWORD_REUSED;
		good = refuse_reuse(office, person, password, &said);
	}
	if (good.code == E_INPUT)
		TRY(record_refused(office, person, fault, arena, why));
	return good.code == OK ? ok() : fail(why, said.code, said.place, "%s", said.text);
}

struct result signin_change_password(struct office *office, struct session *session,
                                     struct slice new_password, struct why *why)
{
	struct session_row row;
	char hash[HASH_BYTES];
	TRY(office_outside_transaction(office, why));
	TRY(signin_reload(office, session, &row, why));
	if (!may_change(office, &row))
		return denied(why);
	TRY(check_new(office, row.session.person, new_password, why));
	TRY(password_hash(office, new_password, hash, why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(signin_reload(office, session, &row, why)); /* it may have ended meanwhile */
	if (!may_change(office, &row))
		return denied(why);
	TRY(credential_set(office, row.session.person, row.session.person, hash, false, why));
	TRY(sessions_end(office, row.session.person, row.hash, "password", why));
	TRY(session_advance(office, &row, why));
	TRY(tx_commit(&tx, why));
	*session = row.session;
	return ok();
}

struct result office_reset_password(struct office *office, const char *by, const char *person,
                                    struct slice provisional_password, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct person whose;
	char hash[HASH_BYTES], digest[HEX_DIGEST], key[6 + HEX_DIGEST];
	if (!arena)
		return office_no_memory(why);
	TRY(office_person(office, person, arena, &whose, why));
	TRY(password_check(&office->rules, provisional_password, whose.login, why));
	TRY(password_hash(office, provisional_password, hash, why));
	office_keyed(office, "login", slice_str(whose.login), digest);
	snprintf(key, sizeof key, "login:%s", digest);
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(credential_set(office, by, person, hash, true, why));
	TRY(sessions_end(office, person, NULL, "password", why));
	TRY(tries_clear(office, key, why));
	return tx_commit(&tx, why);
}
