/* The second step: the code of a device (TOTP, RFC 6238: SHA-1, 6 digits, 30 s).
 * A code is good in its step, the one before and the one after, and once only:
 * the last counter used is kept, and nothing at or below it is taken again.
 * An enrolment is complete only when the device has shown a right code.       */
#include "office/internal.h"

#include "base/text.h"

#include <liboath/oath.h>
#include <sodium.h>

enum { STEP_S = 30, WINDOW = 1, DIGITS = 6 };

static struct result denied(struct why *why)
{
	return fail(why, E_DENIED, "session",
	            "いまはこの操作ができません。もう一度サインインしてください。");
}

/* six digits, full-width ones and spaces between them too */
static bool code_plain(struct slice typed, char out[DIGITS + 1])
{
	AUTO(buffer_done) struct buffer narrow = {0};
	buffer_init(&narrow, 256);
	if (typed.len > 64 || !utf8_valid(typed))
		return false;
	half_width(typed, &narrow);
	struct slice text = buffer_slice(&narrow);
	size_t used = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ' ')
			continue;
		if (text.at[i] < '0' || text.at[i] > '9' || used == DIGITS)
			return false;
		out[used++] = (char)text.at[i];
	}
	out[used] = 0;
	return used == DIGITS;
}

/* code_counter - the step whose code this is, within the window; -1 none */
static int64_t code_counter(struct slice secret, struct slice typed, int64_t now)
{
	char code[DIGITS + 1];
	int position = 0;
	uint64_t counter = 0;
	if (!code_plain(typed, code))
		return -1;
	int found = oath_totp_validate4((const char *)secret.at, secret.len, (time_t)(now / SECOND_MS),
	                                STEP_S, 0, WINDOW, &position, &counter, 0, /* SHA-1 */
	                                code);
	sodium_memzero(code, sizeof code);
	return found < 0 ? -1 : (int64_t)counter;
}

/* ---- enrolment -------------------------------------------------------------- */

static struct result show_secret(const struct office *office, struct slice secret, const char *login,
                                 struct arena *arena, const char **base32, const char **uri,
                                 struct why *why)
{
	char *text = NULL;
	if (oath_base32_encode((const char *)secret.at, secret.len, &text, NULL) != OATH_OK)
		return office_no_memory(why);
	*base32 = arena_string(arena, slice_str(text));
	sodium_memzero(text, strlen(text));
	free(text);
	if (!*base32)
		return office_no_memory(why);
	*uri = arena_printf(arena, "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d",
	                    office->rules.issuer, login, *base32, office->rules.issuer, DIGITS, STEP_S);
	return *uri ? ok() : office_no_memory(why);
}

static struct result keep_pending(struct office *office, struct session_row *row, struct slice secret,
                                  struct why *why)
{
	struct sealed sealed;
	if (*row->pending)
		TRY(vault_erase(office->vault, slice_str(row->pending), office_now_ms(office), why));
	TRY(office_seal(office, secret, &sealed, why));
	return office_run(office, "UPDATE office_session SET pending=?3 WHERE body=?1 AND hash=?2",
	           ARGS(arg_str(row->hash), arg_str(sealed.item)), NULL, why);
}

struct result signin_enrol(struct office *office, struct session *session, struct arena *arena,
                           const char **secret_base32, const char **otpauth_uri, struct why *why)
{
	uint8_t secret[SECRET_BYTES];
	struct session_row row;
	struct person person;
	const char *base32 = NULL, *uri = NULL;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(signin_reload(office, session, &row, why));
	if (row.session.state != SIGNIN_NEEDS_ENROLMENT)
		return denied(why);
	TRY(office_person(office, row.session.person, arena, &person, why));
	TRY(random_fill(office->random, secret, sizeof secret, why));
	struct slice bytes = slice_of(secret, sizeof secret);
	struct result result = show_secret(office, bytes, person.login, arena, &base32, &uri, why);
	if (result.code == OK)
		result = keep_pending(office, &row, bytes, why);
	office_wipe(bytes);
	TRY(result);
	TRY(tx_commit(&tx, why));
	*secret_base32 = base32;
	*otpauth_uri = uri;
	return ok();
}

/* the secret moves from the session to the person, as an item of its own */
static struct result enrolled(struct office *office, struct session_row *row, struct slice secret,
                              struct why *why)
{
	struct sealed sealed;
	TRY(office_seal(office, secret, &sealed, why));
	TRY(office_record(office, "office.factor.enrolled", row->session.person, row->session.person,
	           FIELDS(field_str("digest", sealed.digest), field_str("item", sealed.item),
	                  field_str("person", row->session.person)),
	           why));
	TRY(vault_erase(office->vault, slice_str(row->pending), office_now_ms(office), why));
	row->pending[0] = 0;
	return ok();
}

static struct result factor_item(struct office *office, const char *person, char item[27],
                                 struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = false;
	item[0] = 0;
	TRY(office_ask(office, "SELECT item FROM office_factor WHERE body=?1 AND person=?2",
	        ARGS(arg_str(person)), &statement, why));
	TRY(statement_step(statement, &row, why));
	if (row)
		office_copy_text(column_text(statement, 0), item, 27);
	return ok();
}

struct result office_reset_factor(struct office *office, const char *by, const char *person,
                                  struct why *why)
{
	char item[27];
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(factor_item(office, person, item, why));
	if (!*item)
		return fail(why, E_ABSENT, "person", "その職員の認証の機器は登録されていません。");
	TRY(office_record(office, "office.factor.removed", by, person, FIELDS(field_str("person", person)), why));
	TRY(vault_erase(office->vault, slice_str(item), office_now_ms(office), why));
	TRY(sessions_end(office, person, NULL, "factor", why));
	return tx_commit(&tx, why);
}

/* ---- the code ------------------------------------------------------------------ */

static struct result spend(struct office *office, const char *person, int64_t counter, bool *fresh,
                           struct why *why)
{
	int64_t changed = 0;
	TRY(office_run(office,
	        "INSERT INTO office_code(body,person,counter) VALUES(?1,?2,?3)"
	        " ON CONFLICT(body,person) DO UPDATE SET counter=excluded.counter"
	        " WHERE excluded.counter>office_code.counter",
	        ARGS(arg_str(person), arg_i64(counter)), &changed, why));
	*fresh = changed == 1;
	return ok();
}

/* judge - NULL: right, and spent; else why not */
static struct result judge(struct office *office, const struct session_row *row, struct slice secret,
                           struct slice code, const char **fault, struct why *why)
{
	bool fresh = false;
	int64_t counter = code_counter(secret, code, office_now_ms(office));
	*fault = "code";
	if (counter < 0)
		return ok();
	TRY(spend(office, row->session.person, counter, &fresh, why));
	*fault = fresh ? NULL : "used-code";
	return ok();
}

static struct result code_wrong(struct office *office, struct session_row *row, const char *fault,
                                const struct try_keys *keys, const struct tries *tries,
                                struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct session *s = &row->session;
	const struct signin_seen seen = {.person = s->person, .zone = s->zone, .registered = true, .factors = 1};
	struct outcome wrong = {.person = s->person, .zone = s->zone, .step = "code", .reason = fault, .keys = keys};
	if (!arena)
		return office_no_memory(why);
	TRY(signin_judge(office, &seen, arena, &wrong.decision, why));
	TRY(signin_wrong(office, &wrong, tries, s, why));
	if (s->state != SIGNIN_LOCKED)
		return ok();
	s->token[0] = s->form_key[0] = 0;
	return sessions_end_one(office, row, "locked", why);
}

static struct result code_right(struct office *office, struct session_row *row, struct slice secret,
                                const struct try_keys *keys, const struct tries *tries,
                                struct why *why)
{
	struct session *s = &row->session;
	TRY(tries_refund(office, keys, why));
	const struct outcome passed = {.kind = "signin.passed", .person = s->person, .zone = s->zone, .step = "code",
	                               .reason = "", .keys = keys, .held = tries->held};
	TRY(signin_outcome(office, &passed, why));
	if (*row->pending)
		TRY(enrolled(office, row, secret, why));
	row->code_ok = true;
	return session_advance(office, row, why);
}

static struct result examine(struct office *office, struct session_row *row, const char *item,
                             struct slice code, const struct try_keys *keys,
                             const struct tries *tries, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct slice secret;
	const char *fault = NULL;
	if (!arena)
		return office_no_memory(why);
	TRY(vault_get(office->vault, slice_str(item), arena, &secret, why));
	TRY(judge(office, row, secret, code, &fault, why));
	struct result result = fault ? code_wrong(office, row, fault, keys, tries, why)
	                             : code_right(office, row, secret, keys, tries, why);
	office_wipe(secret);
	return result;
}

/* secret_item - the device's, or that of the enrolment under way */
static struct result secret_item(struct office *office, const struct session_row *row, char item[27],
                                 struct why *why)
{
	item[0] = 0;
	if (row->session.state == SIGNIN_NEEDS_CODE)
		TRY(factor_item(office, row->session.person, item, why));
	if (row->session.state == SIGNIN_NEEDS_ENROLMENT)
		memcpy(item, row->pending, 27);
	return *item ? ok() : denied(why);
}

struct result signin_code(struct office *office, struct session *session, struct slice address,
                          struct slice code, struct why *why)
{
	struct session_row row;
	struct try_keys keys;
	struct tries tries;
	char item[27];
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(signin_reload(office, session, &row, why));
	TRY(secret_item(office, &row, item, why));
	signin_keys(office, row.login_digest, address, &keys);
	TRY(tries_admit(office, &keys, office_now_ms(office), &tries, why));
	if (tries.gate == SIGNIN_DONE)
		TRY(examine(office, &row, item, code, &keys, &tries, why));
	if (tries.gate != SIGNIN_DONE)
		signin_answer(office, &tries, &row.session);
	if (tries.gate == SIGNIN_LOCKED) {
		row.session.token[0] = row.session.form_key[0] = 0;
		TRY(sessions_end_one(office, &row, "locked", why));
	}
	TRY(tx_commit(&tx, why));
	*session = row.session;
	return ok();
}
