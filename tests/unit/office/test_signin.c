/* Sign-in and sessions, each step with a neighbour who should not pass. */
#include "bed.h"
#include "policy/folder.h"

#include <liboath/oath.h>

static const char first_password[] = "mado no soto wa ame 7"; /* bed_person's provisional one */
static const char good_password[] = "Kiiro-no-densha 42";
static const char other_password[] = "minato/ni/fune/ga 3";

static struct session password(struct bed *bed, const char *zone, const char *address,
                               const char *login, const char *text)
{
	struct session session = {0};
	CHECK_OK(signin_password(bed->office, zone, slice_str(address), slice_str(login),
	                         slice_str(text), &session, &bed->why), &bed->why);
	return session;
}

static struct session aoki_password(struct bed *bed, const char *text)
{
	return password(bed, "lgwan", "10.1.1.1", "aoki", text);
}

static void code_at(const char *base32, int64_t ms, char out[7])
{
	char *secret = NULL;
	size_t len = 0;
	CHECK_INT(oath_base32_decode(base32, strlen(base32), &secret, &len), OATH_OK);
	CHECK_INT(len, 20);
	CHECK_INT(oath_totp_generate(secret, len, (time_t)(ms / 1000), 30, 0, 6, out), OATH_OK);
	free(secret);
}

static enum signin_state give_code(struct bed *bed, struct session *session, const char *code)
{
	CHECK_OK(signin_code(bed->office, session, SLICE("10.1.1.1"), slice_str(code), &bed->why), &bed->why);
	return session->state;
}

static void wait_s(struct bed *bed, int64_t seconds)
{
	(void)bed; /* whose clock it is */
	bed_ms += seconds * 1000;
}

/* aoki through every step, out to SIGNIN_DONE; the secret out; one step of time on */
static struct session enrol_aoki(struct bed *bed, const char **secret)
{
	const char *uri = NULL;
	char code[7];
	struct session session = aoki_password(bed, first_password);
	CHECK_INT(session.state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	CHECK_OK(signin_change_password(bed->office, &session, slice_str(good_password), &bed->why), &bed->why);
	CHECK_INT(session.state, SIGNIN_NEEDS_ENROLMENT);
	CHECK_OK(signin_enrol(bed->office, &session, bed->arena, secret, &uri, &bed->why), &bed->why);
	code_at(*secret, bed_ms, code);
	CHECK_INT(give_code(bed, &session, code), SIGNIN_DONE);
	wait_s(bed, 30);
	return session;
}

static struct session sign_in_aoki(struct bed *bed, const char *secret)
{
	char code[7];
	struct session session = aoki_password(bed, good_password);
	CHECK_INT(session.state, SIGNIN_NEEDS_CODE);
	code_at(secret, bed_ms, code);
	CHECK_INT(give_code(bed, &session, code), SIGNIN_DONE);
	wait_s(bed, 30);
	return session;
}

static struct result find(struct bed *bed, const char *zone, const char *token)
{
	struct session found = {0};
	return session_find(bed->office, zone, slice_str(token), &found, NULL);
}

/* ---- the right way ------------------------------------------------------------ */

TEST(the_first_sign_in_changes_the_password_and_enrols)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL, *uri = NULL;
	char code[7];
	struct session session = aoki_password(&bed, first_password), found = {0};
	CHECK_INT(session.state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	CHECK_INT(strlen(session.token), 64);
	CHECK(strcmp(session.token, session.form_key) != 0);
	CHECK_STR(session.person, bed.aoki);
	/* nothing out of turn */
	CHECK_FAILS(signin_enrol(bed.office, &session, bed.arena, &secret, &uri, NULL), E_DENIED);
	CHECK_FAILS(signin_code(bed.office, &session, SLICE("x"), SLICE("000000"), NULL), E_DENIED);
	char before[65];
	memcpy(before, session.token, sizeof before);
	CHECK_OK(signin_change_password(bed.office, &session, slice_str(good_password), &bed.why), &bed.why);
	CHECK_INT(session.state, SIGNIN_NEEDS_ENROLMENT);
	CHECK_FAILS(find(&bed, "lgwan", before), E_DENIED); /* the token before the step is dead */
	CHECK_FAILS(signin_change_password(bed.office, &session, slice_str(other_password), NULL), E_DENIED);
	CHECK_FAILS(signin_code(bed.office, &session, SLICE("x"), SLICE("000000"), NULL), E_DENIED);
	CHECK_OK(signin_enrol(bed.office, &session, bed.arena, &secret, &uri, &bed.why), &bed.why);
	const char *old_secret = secret;
	CHECK_OK(signin_enrol(bed.office, &session, bed.arena, &secret, &uri, &bed.why), &bed.why);
	CHECK(strcmp(old_secret, secret) != 0);
	CHECK_INT(strlen(secret), 32);
	CHECK_STR(uri, arena_printf(bed.arena, "otpauth://totp/Sekisho:aoki?secret=%s&issuer=Sekisho"
	                            "&algorithm=SHA1&digits=6&period=30", secret));
	code_at(old_secret, bed_ms, code);
	CHECK_INT(give_code(&bed, &session, code), SIGNIN_REFUSED); /* of the device shown before */
	CHECK_INT(bed_entries(&bed, "office.factor.enrolled"), 0);
	code_at(secret, bed_ms, code);
	CHECK_INT(give_code(&bed, &session, code), SIGNIN_DONE);
	CHECK_INT(bed_entries(&bed, "office.factor.enrolled"), 1);
	CHECK_INT(bed_entries(&bed, "signin.succeeded"), 1);
	CHECK_OK(session_find(bed.office, "lgwan", slice_str(session.token), &found, &bed.why), &bed.why);
	CHECK_INT(found.state, SIGNIN_DONE);
	CHECK_STR(found.form_key, session.form_key);
	CHECK_INT(found.signed_in_ms, bed_ms);
	bed_close(&bed);
}

TEST(full_width_typing_is_the_same_login_and_code)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	char code[7], wide[32] = "";
	enrol_aoki(&bed, &secret);
	struct session session = password(&bed, "lgwan", "10.1.1.1", "ＡＯＫＩ", good_password);
	CHECK_INT(session.state, SIGNIN_NEEDS_CODE);
	code_at(secret, bed_ms, code);
	for (size_t i = 0; i < 6; i++)
		snprintf(wide + strlen(wide), sizeof wide - strlen(wide), "%s\xef\xbc%c", i == 3 ? " " : "",
		         (char)(0x90 + (code[i] - '0')));
	CHECK_INT(give_code(&bed, &session, wide), SIGNIN_DONE);
	bed_close(&bed);
}

/* ---- passwords ----------------------------------------------------------------- */

TEST(wrong_unknown_suspended_and_empty_get_one_answer)
{
	static const struct {
		const char *login, *password;
	} rows[] = {
		{"aoki", "mado no soto wa ame 8"}, {"nobody", first_password}, {"tanaka", first_password},
		{"okada", ""}, {"", ""}, {"' OR 1=1 --", first_password}, {"hayashi", "mado no soto wa ame 7 "},
	};
	struct bed bed;
	bed_open(&bed);
	CHECK_OK(office_suspend(bed.office, "", bed.tanaka, true, SLICE("休職"), &bed.why), &bed.why);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct session session = password(&bed, "lgwan", "10.1.1.1", rows[i].login, rows[i].password);
		struct session same = {.state = SIGNIN_REFUSED, .tries_left = 9};
		CHECK(memcmp(&session, &same, sizeof same) == 0);
	}
	CHECK_INT(bed_entries(&bed, "signin.refused"), 7);
	CHECK_INT(bed_entries(&bed, "signin.passed"), 0);
	bed_close(&bed);
}

TEST(a_person_without_a_password_cannot_sign_in)
{
	struct bed bed;
	bed_open(&bed);
	char id[27];
	struct person person = {.login = "mori", .name = "森 大輔", .section = "digital"};
	CHECK_OK(office_add_person(bed.office, "", &person, SLICE(""), id, &bed.why), &bed.why);
	CHECK_INT(password(&bed, "lgwan", "a", "mori", "").state, SIGNIN_REFUSED);
	CHECK_INT(password(&bed, "lgwan", "a", "mori", first_password).state, SIGNIN_REFUSED);
	CHECK_OK(office_reset_password(bed.office, bed.sato, id, slice_str(other_password), &bed.why), &bed.why);
	CHECK_INT(password(&bed, "lgwan", "a", "mori", other_password).state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	bed_close(&bed);
}

TEST(the_rules_for_passwords)
{
	static const struct {
		const char *text, *part; /* of the sentence; NULL: good */
	} rows[] = {
		{"", "短すぎ"}, {"Kiiro-no-de", "短すぎ"}, {"パスワードは青い空です", "使えない文字"},
		{"Kiiro-no\tdensha", "使えない文字"}, {"aaaaaaaaaaaaaaaa", "推測"}, {"abcabcabcabcabc1", "推測"}, {"abcde-abcde-abcde", "推測"},
		{"abcde-edcba-abcde", "推測"}, {"abcde:fish:abcde", NULL},
		{"abcdabcdabcdabcd", "推測"}, {"abcdefghijklmnop", "推測"}, {"9876543210987", "推測"},
		{"Password2026!", "よく使われる"}, {"2026!welcome!2026", "よく使われる"},
		{"902837465192837", "よく使われる"}, {"xxAOKIxx-densha", "職員番号"},
		{first_password, "前に使った"}, {"Kiiro-no-densha 42", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bed bed;
		bed_open(&bed);
		struct why why = {0};
		struct session session = aoki_password(&bed, first_password);
		char token[65];
		memcpy(token, session.token, sizeof token);
		struct result result = signin_change_password(bed.office, &session, slice_str(rows[i].text), &why);
		CHECK_INT(result.code, rows[i].part ? E_INPUT : OK);
		CHECK(!rows[i].part || strstr(why.text, rows[i].part));
		/* refused: the session stands where it stood */
		CHECK(!rows[i].part || (!strcmp(token, session.token) && find(&bed, "lgwan", token).code == OK));
		bed_close(&bed);
	}
}

TEST(old_passwords_do_not_come_back_within_the_history)
{
	static const char *const passwords[] = {
		"Kiiro-no-densha 42", "minato/ni/fune/ga 3", "yama no ue ni kumo", "kawa-wo-wataru-hashi",
	};
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session session = enrol_aoki(&bed, &secret);
	for (size_t i = 1; i < 4; i++) {
		for (size_t j = i; j-- > 0 && i - j <= bed.rules.password_history;)
			CHECK_FAILS(signin_change_password(bed.office, &session, slice_str(passwords[j]), NULL),
			            E_INPUT);
		CHECK_OK(signin_change_password(bed.office, &session, slice_str(passwords[i]), &bed.why), &bed.why);
	}
	/* beyond the history it may, and what was older is kept nowhere */
	CHECK_OK(signin_change_password(bed.office, &session, slice_str(passwords[0]), &bed.why), &bed.why);
	CHECK_INT(bed_entries(&bed, "office.password.forgotten"), 2);
	bed_close(&bed);
}

TEST(a_provisional_password_ends)
{
	struct bed bed;
	bed_open(&bed);
	wait_s(&bed, 14 * 86400 - 1);
	CHECK_INT(aoki_password(&bed, first_password).state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	wait_s(&bed, 1);
	CHECK_INT(aoki_password(&bed, first_password).state, SIGNIN_REFUSED);
	bed_close(&bed);
}

TEST(an_old_password_is_to_be_changed_where_the_office_says_so)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	char code[7];
	enrol_aoki(&bed, &secret);
	bed.rules.password_max_age_days = 90;
	bed_open_office(&bed);
	wait_s(&bed, 89 * 86400);
	sign_in_aoki(&bed, secret);
	wait_s(&bed, 86400);
	struct session session = aoki_password(&bed, good_password);
	CHECK_INT(session.state, SIGNIN_NEEDS_CODE); /* the device first: a password alone changes nothing */
	CHECK_FAILS(signin_change_password(bed.office, &session, slice_str(other_password), NULL), E_DENIED);
	code_at(secret, bed_ms, code);
	CHECK_INT(give_code(&bed, &session, code), SIGNIN_NEEDS_PASSWORD_CHANGE);
	CHECK_OK(signin_change_password(bed.office, &session, slice_str(other_password), &bed.why), &bed.why);
	CHECK_INT(session.state, SIGNIN_DONE);
	bed_close(&bed);
}

static const char *present_hash(struct bed *bed, const char *person)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	struct slice hash = {0};
	CHECK_OK(store_prepare(bed->store, "SELECT item FROM office_credential WHERE person=?1"
	                       " ORDER BY seq DESC LIMIT 1", &s, &bed->why), &bed->why);
	bind_text(s, 1, slice_str(person));
	CHECK_OK(statement_step(s, &row, &bed->why), &bed->why);
	CHECK_OK(vault_get(bed->vault, column_text(s, 0), bed->arena, &hash, &bed->why), &bed->why);
	return arena_string(bed->arena, hash);
}

TEST(a_hash_is_made_anew_when_its_parameters_change)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	enrol_aoki(&bed, &secret);
	CHECK(strstr(present_hash(&bed, bed.aoki), "$argon2id$v=19$m=8,t=1,p=1$") != NULL);
	bed.rules.argon_passes = 2;
	bed.rules.argon_bytes = 16384;
	bed_open_office(&bed);
	CHECK_INT(aoki_password(&bed, other_password).state, SIGNIN_REFUSED); /* wrong: nothing changes */
	CHECK_INT(bed_entries(&bed, "office.password.rehashed"), 0);
	sign_in_aoki(&bed, secret);
	CHECK(strstr(present_hash(&bed, bed.aoki), "$argon2id$v=19$m=16,t=2,p=1$") != NULL);
	CHECK_INT(bed_entries(&bed, "office.password.rehashed"), 1);
	sign_in_aoki(&bed, secret);
	CHECK_INT(bed_entries(&bed, "office.password.rehashed"), 1);
	bed_close(&bed);
}

TEST(the_defaults_are_what_the_field_asks_for)
{
	struct signin_rules rules = signin_defaults();
	CHECK_INT(rules.argon_passes, 3);
	CHECK_INT(rules.argon_bytes, 64 << 20);
	CHECK_INT(rules.idle_s, 30 * 60);
	CHECK_INT(rules.hard_s, 10 * 3600);
	CHECK_INT(rules.lock_s, 30 * 60);
	CHECK(rules.password_min >= 12);
}

/* Between the look at a password and its outcome lies the hash; the salt of a new
 * one is asked for just there.                                                */
static struct bed *meanwhile_bed;
static int meanwhile_turn;
static enum { SOMEBODY_RESETS, SOMEBODY_SUSPENDS, NOBODY_DOES_ANYTHING } meanwhile_what;

static struct result meanwhile(struct random *random, void *out, size_t len, struct why *why)
{
	(void)random;
	struct bed *bed = meanwhile_bed;
	struct random real = random_system();
	if (meanwhile_turn++ == 0 && meanwhile_what == SOMEBODY_RESETS)
		CHECK_OK(office_reset_password(bed->office, bed->sato, bed->aoki,
		                               slice_str(other_password), &bed->why), &bed->why);
	if (meanwhile_turn == 1 && meanwhile_what == SOMEBODY_SUSPENDS)
		CHECK_OK(office_suspend(bed->office, bed->sato, bed->aoki, true, SLICE("違反"), &bed->why),
		         &bed->why);
	return random_fill(&real, out, len, why);
}

TEST(what_happens_during_the_hash_counts)
{
	static const enum signin_state want[] = {SIGNIN_REFUSED, SIGNIN_REFUSED, SIGNIN_NEEDS_CODE};
	for (int what = SOMEBODY_RESETS; what <= NOBODY_DOES_ANYTHING; what++) {
		struct bed bed;
		bed_open(&bed);
		const char *secret = NULL;
		enrol_aoki(&bed, &secret);
		bed.rules.argon_passes = 2; /* so that the right password is hashed anew */
		bed_open_office(&bed);
		meanwhile_bed = &bed, meanwhile_turn = 0, meanwhile_what = what;
		bed.random.fill = meanwhile;
		CHECK_INT(aoki_password(&bed, good_password).state, want[what]);
		CHECK(meanwhile_turn > 0);
		bed.random = random_system();
		bed_close(&bed);
	}
}

/* ---- codes ------------------------------------------------------------------------ */

TEST(a_code_is_good_once_and_near_its_time)
{
	struct bed bed;
	bed_open(&bed);
	bed.rules.tries_free = bed.rules.tries_lock = 1000;
	bed_open_office(&bed);
	const char *secret = NULL;
	enrol_aoki(&bed, &secret);
	wait_s(&bed, 300);
	static const struct {
		int64_t shift_s;
		enum signin_state want;
	} rows[] = {
		{-60, SIGNIN_REFUSED}, {60, SIGNIN_REFUSED}, {90, SIGNIN_REFUSED}, {3600, SIGNIN_REFUSED},
		{-30, SIGNIN_DONE}, {-30, SIGNIN_REFUSED}, {0, SIGNIN_DONE}, {0, SIGNIN_REFUSED},
		{-30, SIGNIN_REFUSED}, {30, SIGNIN_DONE}, {30, SIGNIN_REFUSED}, {0, SIGNIN_REFUSED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char code[7];
		struct session session = aoki_password(&bed, good_password);
		CHECK_INT(session.state, SIGNIN_NEEDS_CODE);
		code_at(secret, bed_ms + rows[i].shift_s * 1000, code);
		CHECK_INT(give_code(&bed, &session, code), rows[i].want);
	}
	bed_close(&bed);
}

TEST(what_is_no_code_is_refused)
{
	static const char *const rows[] = {"", "12345", "1234567", "12345a", "-12345", "12 34 5", "\xff\xff",
	                                   "00000000", "１２３"};
	struct bed bed;
	bed_open(&bed);
	bed.rules.tries_free = bed.rules.tries_lock = 1000;
	bed_open_office(&bed);
	const char *secret = NULL;
	enrol_aoki(&bed, &secret);
	struct session session = aoki_password(&bed, good_password);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_INT(give_code(&bed, &session, rows[i]), SIGNIN_REFUSED);
		CHECK_INT(strlen(session.token), 64);
	}
	bed_close(&bed);
}

TEST(a_lost_device_is_replaced)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session session = enrol_aoki(&bed, &secret);
	CHECK_OK(office_reset_factor(bed.office, bed.sato, bed.aoki, &bed.why), &bed.why);
	CHECK_FAILS(find(&bed, "lgwan", session.token), E_DENIED);
	CHECK_FAILS(office_reset_factor(bed.office, bed.sato, bed.aoki, NULL), E_ABSENT);
	CHECK_INT(aoki_password(&bed, good_password).state, SIGNIN_NEEDS_ENROLMENT);
	bed_close(&bed);
}

/* ---- limits ------------------------------------------------------------------------ */

TEST(wrong_tries_wait_and_lock)
{
	static const int64_t pauses[] = {0, 0, 1, 2, 4, 8, 16, 32, 60};
	struct bed bed;
	bed_open(&bed);
	static const char *const logins[] = {"aoki", "nobody"}; /* nobody is treated the same */
	for (size_t l = 0; l < 2; l++) {
		const char *login = logins[l];
		size_t refused = bed_entries(&bed, "signin.refused");
		for (size_t i = 0; i < 9; i++) {
			struct session session = password(&bed, "lgwan", "10.1.1.1", login, "no no no no no");
			CHECK_INT(session.state, SIGNIN_REFUSED);
			CHECK_INT(session.tries_left, 9 - i);
			if (!pauses[i])
				continue;
			session = password(&bed, "lgwan", "10.1.1.2", login, first_password);
			CHECK_INT(session.state, SIGNIN_WAIT); /* right or wrong, not looked at */
			CHECK_STR(session.token, "");
			CHECK_INT(session.wait_until_ms - bed_ms, pauses[i] * 1000);
			wait_s(&bed, pauses[i]);
		}
		CHECK_INT(bed_entries(&bed, "signin.refused"), refused + 9);
		CHECK_INT(password(&bed, "lgwan", "10.1.1.1", login, "no no no no no").state, SIGNIN_LOCKED);
		struct session session = password(&bed, "internet", "10.1.1.2", login, first_password);
		CHECK_INT(session.state, SIGNIN_LOCKED);
		CHECK_INT(session.wait_until_ms - bed_ms, 1800 * 1000);
		CHECK_INT(bed_entries(&bed, "signin.locked"), l + 1);
	}
	wait_s(&bed, 1799);
	CHECK_INT(password(&bed, "lgwan", "10.1.1.1", "nobody", first_password).state, SIGNIN_LOCKED);
	wait_s(&bed, 1);
	CHECK_INT(password(&bed, "lgwan", "10.1.1.1", "nobody", first_password).state, SIGNIN_REFUSED);
	CHECK_INT(aoki_password(&bed, first_password).state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	bed_close(&bed);
}

TEST(tries_that_were_turned_away_are_counted_in_the_ledger)
{
	struct bed bed;
	bed_open(&bed);
	for (int i = 0; i < 3; i++)
		aoki_password(&bed, "no no no no no");
	for (int i = 0; i < 5; i++)
		CHECK_INT(aoki_password(&bed, "no no no no no").state, SIGNIN_WAIT);
	wait_s(&bed, 1);
	aoki_password(&bed, "no no no no no");
	struct ledger_query query = {.kind_prefix = "signin.refused", .limit = 1};
	struct ledger_entry *entries = NULL;
	size_t count = 0;
	CHECK_OK(ledger_find(bed.ledger, &query, bed.arena, &entries, &count, &bed.why), &bed.why);
	CHECK_INT(count, 1);
	CHECK(slice_find(entries[0].data, SLICE("\"held\":5")) != SIZE_MAX);
	CHECK(slice_find(entries[0].data, SLICE("10.1.1.1")) == SIZE_MAX);
	CHECK_STR(arena_string(bed.arena, entries[0].actor), bed.aoki);
	bed_close(&bed);
}

TEST(a_right_password_does_not_forgive_wrong_codes)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	char code[7];
	enrol_aoki(&bed, &secret);
	enum signin_state state = SIGNIN_REFUSED;
	struct session session = {0};
	for (int i = 0; i < 10; i++) {
		wait_s(&bed, 60);
		session = aoki_password(&bed, good_password);
		CHECK_INT(session.state, SIGNIN_NEEDS_CODE);
		code_at(secret, bed_ms + 3600000, code);
		state = give_code(&bed, &session, code);
		CHECK_INT(state, i < 9 ? SIGNIN_REFUSED : SIGNIN_LOCKED);
	}
	CHECK_STR(session.token, "");
	CHECK_INT(aoki_password(&bed, good_password).state, SIGNIN_LOCKED);
	wait_s(&bed, 1800);
	sign_in_aoki(&bed, secret);
	bed_close(&bed);
}

TEST(a_whole_sign_in_clears_the_count)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	enrol_aoki(&bed, &secret);
	CHECK_INT(aoki_password(&bed, "no no no no no").tries_left, 9);
	CHECK_INT(aoki_password(&bed, "no no no no no").tries_left, 8);
	sign_in_aoki(&bed, secret);
	CHECK_INT(aoki_password(&bed, "no no no no no").tries_left, 9);
	bed_close(&bed);
}

TEST(one_address_cannot_try_everybody)
{
	struct bed bed;
	bed_open(&bed);
	char login[16];
	for (unsigned char i = 0; i < 30; i++) {
		snprintf(login, sizeof login, "guess%u", i);
		CHECK_INT(password(&bed, "lgwan", "10.9.9.9", login, "no no no no no").state, SIGNIN_REFUSED);
	}
	CHECK_INT(password(&bed, "lgwan", "10.9.9.9", "aoki", first_password).state, SIGNIN_WAIT);
	CHECK_INT(aoki_password(&bed, first_password).state, SIGNIN_NEEDS_PASSWORD_CHANGE);
	wait_s(&bed, 900);
	CHECK_INT(password(&bed, "lgwan", "10.9.9.9", "aoki", first_password).state,
	          SIGNIN_NEEDS_PASSWORD_CHANGE);
	bed_close(&bed);
}

TEST(a_sign_in_inside_a_transaction_is_refused)
{
	struct bed bed;
	bed_open(&bed);
	struct session session = {0};
	CHECK_OK(store_begin(bed.store, &bed.why), &bed.why);
	CHECK_FAILS(signin_password(bed.office, "lgwan", SLICE("a"), SLICE("aoki"),
	                            slice_str(first_password), &session, NULL), E_CONFLICT);
	store_rollback(bed.store);
	CHECK_FAILS(signin_password(bed.office, "LGWAN; --", SLICE("a"), SLICE("aoki"),
	                            slice_str(first_password), &session, NULL), E_INPUT);
	bed_close(&bed);
}

/* ---- sessions ------------------------------------------------------------------------ */

TEST(a_session_is_of_one_zone)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session session = enrol_aoki(&bed, &secret);
	for (int i = 0; i < 3; i++)
		CHECK_FAILS(find(&bed, "internet", session.token), E_DENIED);
	CHECK_INT(bed_entries(&bed, "signin.session.refused"), 1);
	CHECK_OK(find(&bed, "lgwan", session.token), &bed.why);
	/* the same person in the other zone is another session */
	struct session other = password(&bed, "internet", "172.16.0.9", "aoki", good_password);
	CHECK_FAILS(find(&bed, "lgwan", other.token), E_DENIED);
	/* a session handed back under another zone's name is none */
	struct session forged = session;
	memcpy(forged.zone, "internet", sizeof "internet");
	CHECK_FAILS(signin_change_password(bed.office, &forged, slice_str(other_password), NULL), E_DENIED);
	bed_close(&bed);
}

TEST(tokens_that_are_none)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session session = enrol_aoki(&bed, &secret);
	char token[66];
	memcpy(token, session.token, 65);
	token[5] = token[5] == 'a' ? 'b' : 'a';
	CHECK_FAILS(find(&bed, "lgwan", token), E_DENIED);
	CHECK_FAILS(find(&bed, "lgwan", ""), E_DENIED);
	CHECK_FAILS(find(&bed, "lgwan", "zz"), E_DENIED);
	CHECK_FAILS(find(&bed, "lgwan", session.form_key), E_DENIED);
	memcpy(token, session.token, 65);
	token[64] = '0', token[65] = 0;
	CHECK_FAILS(find(&bed, "lgwan", token), E_DENIED);
	/* the table holds no token */
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	CHECK_OK(store_prepare(bed.store, "SELECT 1 FROM office_session WHERE hash=?1", &s, &bed.why), &bed.why);
	bind_text(s, 1, slice_str(session.token));
	CHECK_OK(statement_step(s, &row, &bed.why), &bed.why);
	CHECK(!row);
	statement_drop(&s);
	bed_close(&bed);
}

TEST(sessions_end_when_idle_and_in_any_case)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session session = enrol_aoki(&bed, &secret); /* 30 s old */
	wait_s(&bed, 1800 - 30 - 1);
	CHECK_OK(find(&bed, "lgwan", session.token), &bed.why);
	wait_s(&bed, 1799);
	CHECK_OK(find(&bed, "lgwan", session.token), &bed.why);
	wait_s(&bed, 1800);
	CHECK_FAILS(find(&bed, "lgwan", session.token), E_DENIED);
	session = sign_in_aoki(&bed, secret);
	int64_t begin = bed_ms - 30000;
	while (bed_ms + 1200 * 1000 < begin + 36000 * 1000) {
		wait_s(&bed, 1200);
		CHECK_OK(find(&bed, "lgwan", session.token), &bed.why);
	}
	bed_ms = begin + 36000 * 1000 - 1;
	CHECK_OK(find(&bed, "lgwan", session.token), &bed.why);
	bed_ms += 1;
	CHECK_FAILS(find(&bed, "lgwan", session.token), E_DENIED);
	CHECK_OK(office_sweep(bed.office, &bed.why), &bed.why);
	CHECK_INT(bed_entries(&bed, "signin.ended"), 2);
	bed_close(&bed);
}

TEST(a_half_done_sign_in_does_not_wait_for_ever)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	char code[7];
	enrol_aoki(&bed, &secret);
	struct session session = aoki_password(&bed, good_password);
	wait_s(&bed, 599);
	CHECK_OK(find(&bed, "lgwan", session.token), &bed.why);
	wait_s(&bed, 1);
	code_at(secret, bed_ms, code);
	CHECK_FAILS(signin_code(bed.office, &session, SLICE("x"), slice_str(code), NULL), E_DENIED);
	bed_close(&bed);
}

TEST(sessions_end_with_suspension_password_and_sign_out)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session first = enrol_aoki(&bed, &secret);
	struct session second = sign_in_aoki(&bed, secret);
	struct session third = sign_in_aoki(&bed, secret);
	CHECK_OK(session_end(bed.office, &third, &bed.why), &bed.why);
	CHECK_FAILS(find(&bed, "lgwan", third.token), E_DENIED);
	CHECK_OK(session_end(bed.office, &third, &bed.why), &bed.why); /* again is no error */
	CHECK_OK(find(&bed, "lgwan", first.token), &bed.why);
	/* a change of password ends the others; it needs a fresh sign-in */
	CHECK_OK(signin_change_password(bed.office, &second, slice_str(other_password), &bed.why), &bed.why);
	CHECK_INT(second.state, SIGNIN_DONE);
	CHECK_FAILS(find(&bed, "lgwan", first.token), E_DENIED);
	CHECK_OK(find(&bed, "lgwan", second.token), &bed.why);
	wait_s(&bed, 300);
	CHECK_FAILS(signin_change_password(bed.office, &second, slice_str(good_password), NULL), E_DENIED);
	CHECK_OK(office_suspend(bed.office, bed.sato, bed.aoki, true, SLICE("違反の調査"), &bed.why), &bed.why);
	CHECK_FAILS(find(&bed, "lgwan", second.token), E_DENIED);
	CHECK_INT(aoki_password(&bed, other_password).state, SIGNIN_REFUSED);
	CHECK_INT(bed_entries(&bed, "signin.ended"), 3);
	CHECK(!store_in_transaction(bed.store));
	bed_close(&bed);
}

TEST(a_session_that_outlived_its_person_is_none)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	struct session session = enrol_aoki(&bed, &secret);
	/* as if the end of sessions had been forgotten */
	CHECK_OK(store_begin(bed.store, &bed.why), &bed.why);
	CHECK_OK(store_exec(bed.store, "UPDATE office_person SET active=0", &bed.why), &bed.why);
	CHECK_OK(store_commit(bed.store, &bed.why), &bed.why);
	CHECK_FAILS(find(&bed, "lgwan", session.token), E_DENIED);
	CHECK_FAILS(signin_change_password(bed.office, &session, slice_str(other_password), NULL), E_DENIED);
	bed_close(&bed);
}

TEST(a_reset_password_ends_sessions_and_the_lock)
{
	struct bed bed;
	bed_open(&bed);
	const char *secret = NULL;
	char code[7];
	struct session session = enrol_aoki(&bed, &secret);
	bed.rules.tries_free = 1000;
	bed_open_office(&bed);
	for (int i = 0; i < 10; i++)
		aoki_password(&bed, "no no no no no");
	CHECK_INT(aoki_password(&bed, good_password).state, SIGNIN_LOCKED);
	CHECK_FAILS(office_reset_password(bed.office, bed.sato, bed.aoki, SLICE("short"), NULL), E_INPUT);
	CHECK_FAILS(office_reset_password(bed.office, bed.sato, "nobody", slice_str(other_password), NULL), E_ABSENT);
	CHECK_OK(office_reset_password(bed.office, bed.sato, bed.aoki, slice_str(other_password), &bed.why),
	         &bed.why);
	CHECK_FAILS(find(&bed, "lgwan", session.token), E_DENIED);
	CHECK_INT(aoki_password(&bed, good_password).state, SIGNIN_REFUSED);
	session = aoki_password(&bed, other_password);
	CHECK_INT(session.state, SIGNIN_NEEDS_CODE); /* the device is still his */
	code_at(secret, bed_ms, code);
	CHECK_INT(give_code(&bed, &session, code), SIGNIN_NEEDS_PASSWORD_CHANGE);
	bed_close(&bed);
}

/* ---- what the policy says --------------------------------------------------------- */

/* The clauses of the newest entry of that kind, with a blank between. */
static const char *newest_clauses(struct bed *bed, const char *kind)
{
	struct ledger_query query = {.kind_prefix = kind, .limit = 1};
	struct ledger_entry *found = NULL;
	size_t count = 0;
	const char *all = "";
	CHECK_OK(ledger_find(bed->ledger, &query, bed->arena, &found, &count, &bed->why), &bed->why);
	CHECK_INT(count, 1);
	for (size_t i = 0; count && i < found[0].clause_count; i++)
		all = arena_printf(bed->arena, "%s%s%.*s", all, i ? " " : "", SLICE_ARG(found[0].clauses[i]));
	return all;
}

static void follow_hannan(struct bed *bed, struct arena *shelf)
{
	const char *root = getenv("SEKISHO_SOURCE_ROOT");
	struct policy *policy = NULL;
	CHECK_OK(policy_load_edition(root ? root : ".", "hannan", shelf, &policy, NULL, &bed->why), &bed->why);
	office_follow(bed->office, policy, "hannan");
}

TEST(the_policy_decides_who_signs_in_and_the_entry_names_its_clauses)
{
	struct bed bed;
	const char *secret = NULL;
	struct arena *shelf = arena_new(256 << 20);
	bed_open(&bed);
	follow_hannan(&bed, shelf);
	enrol_aoki(&bed, &secret);
	CHECK_STR(newest_clauses(&bed, "signin.succeeded"), "HN-2.6.2(1)-1");
	CHECK_STR(newest_clauses(&bed, "office.password.set"), "HN-2.5.4(2)-3");
	CHECK_INT(password(&bed, "lgwan", "a", "nobody", first_password).state, SIGNIN_REFUSED);
	CHECK_STR(newest_clauses(&bed, "signin.refused"), "HN-2.6.2(1)-1");
	CHECK_INT(aoki_password(&bed, first_password).state, SIGNIN_REFUSED);
	CHECK_STR(newest_clauses(&bed, "signin.refused"), "HN-2.6.2(1)-1");
	/* a suspended person: the clause that forbids it */
	CHECK_OK(office_suspend(bed.office, "", bed.aoki, true, SLICE("違反"), &bed.why), &bed.why);
	CHECK_INT(aoki_password(&bed, good_password).state, SIGNIN_REFUSED);
	CHECK(strstr(newest_clauses(&bed, "signin.refused"), "HN-2.7.6-4/1"));
	/* the lock comes by the same clauses as the try that was one too many */
	for (int i = 0; i < 9; i++) {
		wait_s(&bed, 60);
		(void)aoki_password(&bed, "not this one at all");
	}
	CHECK_STR(newest_clauses(&bed, "signin.locked"), newest_clauses(&bed, "signin.refused"));
	bed_close(&bed);
	arena_free(shelf);
}

TEST(a_new_password_is_refused_by_its_clause)
{
	static const struct {
		const char *text, *clause;
	} rows[] = {{"kawa", "HN-2.5.4(2)-3"}, {"Password2026!", "HN-2.5.4(2)-3"}, {first_password, "HN-2.5.4(2)-5"}};
	struct arena *shelf = arena_new(256 << 20);
	struct bed bed;
	bed_open(&bed);
	follow_hannan(&bed, shelf);
	struct session session = aoki_password(&bed, first_password);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct why why = {0};
		CHECK_INT(signin_change_password(bed.office, &session, slice_str(rows[i].text), &why).code, E_INPUT);
		CHECK(strstr(newest_clauses(&bed, "signin.password.refused"), rows[i].clause));
		CHECK_INT(bed_entries(&bed, "signin.password.refused"), i + 1);
	}
	bed_close(&bed);
	arena_free(shelf);
}

/* A policy that lets nobody in: nobody is, whatever he knows. */
TEST(where_the_policy_refuses_a_right_password_does_not_help)
{
	static const char text[] =
		"policy trial \"試験規程\" version \"1\" adopted 2026-03-01 effective 2026-04-01\n"
		"kind department \"部\" { head_name \"名\" : text; }\nkind section \"課\" { department \"部\" : department; }\n"
		"kind host \"端末\" { side \"領域\" : one-of (internet, lgwan); }\n"
		"kind person \"職員\" { section \"課\" : section; suspended \"停止\" : yesno; }\n"
		"act sign_in \"サインイン\" of host default refuse outside refuse carried by office {\n"
		"  registered \"登録\" : yesno found-by office; verified \"確認\" : yesno found-by office;\n"
		"  factors \"種類\" : number kinds found-by office; provisional \"仮\" : yesno found-by office; }\n"
		"clause TR-1 \"1\" says \"LGWANの側だけに認める\" allow sign_in when object.side = internet\n";
	struct bed bed;
	struct policy *policy = NULL;
	const char *secret = NULL;
	bed_open(&bed);
	enrol_aoki(&bed, &secret);
	struct policy_source source = {.path = "trial/trial.pol", .text = slice_str(text)};
	CHECK_OK(policy_load(&source, 1, bed.arena, &policy, NULL, &bed.why), &bed.why);
	office_follow(bed.office, policy, "trial");
	CHECK_INT(password(&bed, "lgwan", "a", "aoki", good_password).state, SIGNIN_REFUSED);
	CHECK_STR(newest_clauses(&bed, "signin.refused"), "TR-1");
	CHECK_INT(password(&bed, "internet", "a", "aoki", good_password).state, SIGNIN_NEEDS_CODE);
	bed_close(&bed);
}

MAIN_TESTS()
