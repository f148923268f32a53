/* People sign in on working days: through the real steps, with a password and the code of a
 * device; some mistype, some give up.
 *
 * Hashes are made cheap while the year is played (a city signs in some thousand times); what
 * people know comes out of the seed, so at the end it is taken from them: provisional
 * passwords that nobody was told, and no device.                              */
#include "city/internal.h"

#include "office/signin.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWORD = 24, DIGITS = 6, STEP_MS = 31000 };

struct account {
	char password[PASSWORD];
	const char *secret; /* of the device, base32; NULL: never signed in yet */
};

struct result city_prepare_signins(struct player *p)
{
	p->accounts = ARENA_ARRAY(p->arena, p->plan->person_count + 1, struct account);
	if (!p->accounts)
		return city_no_memory(p->why);
	p->rules = office_signin_rules(p->at->office);
	struct signin_rules cheap = p->rules;
	cheap.argon_passes = 1;
	cheap.argon_bytes = 8192;
	office_set_signin_rules(p->at->office, &cheap);
	return ok();
}

static struct slice terminal(struct player *p, const struct city_event *e, struct arena *arena)
{
	const char *text = arena_printf(arena, "10.%u.%u.%u", p->plan->people[e->person].section % 200, e->person / 250 % 250,
	                                e->person % 250 + 1);
	return slice_str(text ? text : "10.0.0.1");
}

static struct result code_of(struct player *p, const struct account *account, char out[8])
{
	char *key = NULL;
	size_t len = 0;
	if (oath_base32_decode(account->secret, strlen(account->secret), &key, &len) != OATH_OK)
		return fail(p->why, E_INPUT, "city", "a device's secret cannot be read");
	int done = oath_totp_generate(key, len, (time_t)(*p->at->now_ms / 1000), OATH_TOTP_DEFAULT_TIME_STEP_SIZE,
	                              OATH_TOTP_DEFAULT_START_TIME, DIGITS, out);
	free(key);
	return done == OATH_OK ? ok() : fail(p->why, E_SYSTEM, "city", "no code can be made");
}

/* ---- the first day ---------------------------------------------------------------- */

static struct result enrol(struct player *p, const struct city_event *e, struct session *session, struct arena *arena)
{
	struct account *account = &p->accounts[e->person];
	const char *secret, *uri;
	char code[8];
	TRY(signin_enrol(p->at->office, session, arena, &secret, &uri, p->why));
	account->secret = arena_string(p->arena, slice_str(secret));
	if (!account->secret)
		return city_no_memory(p->why);
	TRY(code_of(p, account, code));
	TRY(signin_code(p->at->office, session, terminal(p, e, arena), slice_str(code), p->why));
	*p->at->now_ms += STEP_MS; /* a code is good once */
	return session->state == SIGNIN_DONE ? session_end(p->at->office, session, p->why) : ok();
}

static struct result first_day(struct player *p, const struct city_event *e, struct arena *arena)
{
	char provisional[PASSWORD];
	struct office *office = p->at->office;
	struct account *account = &p->accounts[e->person];
	struct session session;
	TRY(office_random_password(office, provisional, p->why));
	TRY(office_random_password(office, account->password, p->why));
	TRY(office_reset_password(office, "", p->people[e->person], slice_str(provisional), p->why));
	TRY(signin_password(office, "lgwan", terminal(p, e, arena), slice_str(p->plan->people[e->person].login),
	                    slice_str(provisional), &session, p->why));
	if (session.state != SIGNIN_NEEDS_PASSWORD_CHANGE)
		return ok(); /* the policy does not let this person in */
	TRY(signin_change_password(office, &session, slice_str(account->password), p->why));
	return session.state == SIGNIN_NEEDS_ENROLMENT ? enrol(p, e, &session, arena) : ok();
}

/* ---- any day ------------------------------------------------------------------------ */

static struct result give_password(struct player *p, const struct city_event *e, const char *password, struct arena *arena,
                                   struct session *session)
{
	return signin_password(p->at->office, "lgwan", terminal(p, e, arena), slice_str(p->plan->people[e->person].login),
	                       slice_str(password), session, p->why);
}

static struct result give_code(struct player *p, const struct city_event *e, bool mistyped, struct arena *arena,
                               struct session *session)
{
	char code[8];
	TRY(code_of(p, &p->accounts[e->person], code));
	if (mistyped)
		code[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
	return signin_code(p->at->office, session, terminal(p, e, arena), slice_str(code), p->why);
}

static struct result work(struct player *p, struct session *session)
{
	*p->at->now_ms += STEP_MS;
	p->tally->signed_in += session->state == SIGNIN_DONE;
	return session->state == SIGNIN_DONE ? session_end(p->at->office, session, p->why) : ok();
}

struct result city_signin(struct player *p, const struct city_event *e, struct arena *arena)
{
	struct session session;
	TRY(city_batch(p, true)); /* a step is a transaction of its own */
	if (!p->accounts[e->person].secret)
		return first_day(p, e, arena);
	if (e->outcome != CITY_AGREED) {
		TRY(give_password(p, e, "kyou-no-tenki-wa-hare", arena, &session));
		p->tally->turned_away++;
	}
	if (e->outcome == CITY_WITHDRAWN)
		return ok();
	TRY(give_password(p, e, p->accounts[e->person].password, arena, &session));
	if (session.state != SIGNIN_NEEDS_CODE)
		return ok();
	if (e->outcome == CITY_RETURNED)
		TRY(give_code(p, e, true, arena, &session));
	if (session.state != SIGNIN_NEEDS_CODE) {
		*session.token = 0;
		return ok();
	}
	TRY(give_code(p, e, false, arena, &session));
	return work(p, &session);
}

/* ---- afterwards ------------------------------------------------------------------------ */

struct result city_end_signins(struct player *p)
{
	for (size_t i = 0; p->accounts && i < p->plan->person_count; i++) {
		char unknown[PASSWORD];
		if (!*p->accounts[i].password)
			continue;
		TRY(office_random_password(p->at->office, unknown, p->why));
		TRY(office_reset_password(p->at->office, "", p->people[i], slice_str(unknown), p->why));
		if (p->accounts[i].secret)
			TRY(office_reset_factor(p->at->office, "", p->people[i], p->why));
	}
	return ok();
}
