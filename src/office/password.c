/* Passwords: what is good enough, and how it is kept.
 *
 * The hash is a PHC string, so that any Argon2 software can read it; salt from
 * our own randomness; verified by libsodium.  What is "hard to guess" is worked
 * out from the password itself and from what everybody knows of the person.
 * clause  HN-2.5.4(2)-3 length and guessing, -5 reuse      source RFC 9106     */
#include "office/internal.h"

#include <sodium.h>

enum { SALT_BYTES = 16, KEY_BYTES = 32 };

struct result password_hash(struct office *office, struct slice password, char out[HASH_BYTES],
                            struct why *why)
{
	uint8_t salt[SALT_BYTES], key[KEY_BYTES];
	char salt64[32], key64[64];
	const struct signin_rules *rules = &office->rules;
	TRY(random_fill(office->random, salt, sizeof salt, why));
	if (crypto_pwhash(key, sizeof key, (const char *)password.at, password.len, salt,
	                  rules->argon_passes, rules->argon_bytes, crypto_pwhash_ALG_ARGON2ID13))
		return office_no_memory(why);
	int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	sodium_bin2base64(salt64, sizeof salt64, salt, sizeof salt, variant);
	sodium_bin2base64(key64, sizeof key64, key, sizeof key, variant);
	sodium_memzero(key, sizeof key);
	snprintf(out, HASH_BYTES, "$argon2id$v=19$m=%zu,t=%llu,p=1$%s$%s", rules->argon_bytes / 1024,
	         (unsigned long long)rules->argon_passes, salt64, key64);
	return ok();
}

bool password_verify(const struct office *office, const char *hash, struct slice password)
{
	const struct signin_rules *rules = &office->rules;
	bool usable = password.len && password.len <= rules->password_max_bytes;
	const char *text = usable ? (const char *)password.at : "";
	size_t len = usable ? password.len : 0;
	if (hash) {
		bool right = crypto_pwhash_str_verify(hash, text, len) == 0;
		return right && usable;
	}
	static const uint8_t salt[SALT_BYTES];
	uint8_t key[KEY_BYTES];
	if (crypto_pwhash(key, sizeof key, text, len, salt, rules->argon_passes, rules->argon_bytes,
	                  crypto_pwhash_ALG_ARGON2ID13))
		return false;
	sodium_memzero(key, sizeof key);
	return false;
}

bool password_stale(const struct office *office, const char *hash)
{
	return crypto_pwhash_str_needs_rehash(hash, office->rules.argon_passes,
	                                      office->rules.argon_bytes) != 0;
}

/* ---- hard to guess ------------------------------------------------------- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool printable(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < 0x20 || text.at[i] > 0x7e)
			return false;
	return true;
}

static size_t distinct(struct slice text)
{
	bool seen[256] = {false};
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		count += !seen[text.at[i]];
		seen[text.at[i]] = true;
	}
	return count;
}

static bool holds_nocase(struct slice hay, struct slice needle)
{
	for (size_t i = 0; needle.len && i + needle.len <= hay.len; i++)
		if (slice_equal_nocase(slice_part(hay, i, needle.len), needle))
			return true;
	return false;
}

/* a step of +1 or -1 from nearly every character to the next: abcdefgh, 87654321 */
static bool is_run(struct slice text)
{
	size_t up = 0, down = 0;
	for (size_t i = 1; i < text.len; i++) {
		up += lower(text.at[i]) == lower(text.at[i - 1]) + 1;
		down += lower(text.at[i]) + 1 == lower(text.at[i - 1]);
	}
	return text.len > 3 && (up + down) * 3 >= (text.len - 1) * 2;
}

/* one piece over and over: abc1abc1abc1 */
static bool is_repeated(struct slice text)
{
	for (size_t piece = 1; piece <= text.len / 2; piece++) {
		size_t i = piece;
		while (i < text.len && text.at[i] == text.at[i - piece])
			i++;
		if (i == text.len)
			return true;
	}
	return false;
}

/* words whose only disguise is digits and marks around them */
static bool is_common(struct slice text)
{
	static const char *const stems[] = {
		"password", "passw0rd", "passwd", "admin", "administrator", "welcome", "letmein", "qwerty",
		"qwertyuiop", "asdfghjkl", "zxcvbnm", "sekisho", "shiyakusho", "yakusho", "changeme",
		"iloveyou", "secret", "test", "guest", "user", "root", "default", "temporary", "initial",
	};
	uint8_t letters[64];
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = lower(text.at[i]);
		bool letter = (c >= 'a' && c <= 'z') || (c == '0' && count && count < 6);
		if (!letter)
			continue;
		if (count == sizeof letters)
			return false;
		letters[count++] = c;
	}
	while (count && letters[count - 1] == '0')
		count--;
	for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
		if (slice_is(slice_of(letters, count), stems[i]))
			return true;
	return count == 0; /* digits and marks only */
}

struct result password_check(const struct signin_rules *rules, struct slice password,
                             const char *login, struct why *why)
{
	if (!printable(password))
		return fail(why, E_INPUT, "password",
		            "パスワードに使えない文字があります。半角の英字・数字・記号で入力してください。");
	if (password.len < rules->password_min)
		return fail(why, E_INPUT, "password", "パスワードが短すぎます。%zu文字以上にしてください。",
		            rules->password_min);
	if (password.len > rules->password_max_bytes)
		return fail(why, E_INPUT, "password", "パスワードが長すぎます。%zu文字以内にしてください。",
		            rules->password_max_bytes);
	if (strlen(login) >= 3 && holds_nocase(password, slice_str(login)))
		return fail(why, E_INPUT, "password",
		            "パスワードに職員番号が入っています。職員番号を含まないものにしてください。");
	if (distinct(password) < rules->password_distinct || is_run(password) || is_repeated(password))
		return fail(why, E_INPUT, "password",
		            "同じ文字や順番どおりの文字が続いていて、推測されやすいパスワードです。"
		            "関係のない言葉をいくつか組み合わせてください。");
	if (is_common(password))
		return fail(why, E_INPUT, "password",
		            "よく使われる言葉や数字だけの、推測されやすいパスワードです。"
		            "関係のない言葉をいくつか組み合わせてください。");
	return ok();
}

/* ---- keeping -------------------------------------------------------------- */

/* what is older than the history may not even be compared any more: forget it */
static struct result forget_old(struct office *office, const char *by, const char *person,
                                struct why *why)
{
	char item[27] = "";
	for (;;) {
		AUTO(statement_drop) struct statement *statement = NULL;
		bool row = false;
		TRY(office_ask(office,
		        "SELECT item FROM office_credential WHERE body=?1 AND person=?2"
		        " ORDER BY seq DESC LIMIT 1 OFFSET ?3",
		        ARGS(arg_str(person), arg_i64(office->rules.password_history + 1)), &statement,
		        why));
		TRY(statement_step(statement, &row, why));
		if (!row)
			return ok();
		snprintf(item, sizeof item, "%.*s", SLICE_ARG(column_text(statement, 0)));
		statement_drop(&statement);
		TRY(office_record(office, "office.password.forgotten", by, person,
		           FIELDS(field_str("item", item), field_str("person", person)), why));
		TRY(vault_erase(office->vault, slice_str(item), office_now_ms(office), why));
	}
}

struct result credential_set(struct office *office, const char *by, const char *person,
                             const char *hash, bool provisional, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	struct office_entry entry = {.kind = "office.password.set", .actor = by, .subject = person};
	struct sealed sealed;
	if (!arena)
		return office_no_memory(why);
	TRY(office_seal(office, slice_str(hash), &sealed, why));
	if (!provisional) /* by its owner, and it stood the checks */
		TRY(password_judge(office, person, PASSWORD_GOOD, arena, &entry.decision, why));
	TRY(office_record_entry(office, &entry,
	           FIELDS(field_str("digest", sealed.digest), field_str("item", sealed.item),
	                  field_str("person", person), field_i64("provisional", provisional)),
	           why));
	return forget_old(office, by, person, why);
}

struct result office_random_password(struct office *office, char out[24], struct why *why)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, none alike */
	uint8_t bytes[20];
	TRY(random_fill(office->random, bytes, sizeof bytes, why));
	size_t used = 0;
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (i && i % 5 == 0)
			out[used++] = '-';
		out[used++] = letters[bytes[i] % 32];
	}
	out[used] = 0;
	sodium_memzero(bytes, sizeof bytes);
	return ok();
}
