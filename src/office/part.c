/* What every file of the office needs: a transaction of its own or the caller's,
 * statements with the body bound, entries, sealed texts.     */
#include "office/internal.h"

#include "base/text.h"
#include "ledger/record.h"

#include <liboath/oath.h>
#include <sodium.h>

static const char erased[] = "（消去済み）";

void office_copy_text(struct slice from, char *to, size_t room)
{
	size_t len = from.len < room ? from.len : room - 1;
	if (len)
		memcpy(to, from.at, len);
	to[len] = 0;
}

struct result office_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "", "作業用の記憶域が足りません。");
}

struct result office_open(const struct office_parts *parts, struct office **out, struct why *why)
{
	TRY(office_check_word(parts->body, "body", why));
	if (sodium_init() < 0 || oath_init() != OATH_OK)
		return fail(why, E_SYSTEM, "", "暗号の部品を準備できません。");
	TRY(store_migrate(parts->store, "office-signin", signin_migrations, signin_migration_count, why));
	struct office *office = calloc(1, sizeof *office);
	if (!office)
		return office_no_memory(why);
	*office = (struct office){
		.store = parts->store,
		.ledger = parts->ledger,
		.vault = parts->vault,
		.random = parts->random,
		.clock = parts->clock,
		.policy = parts->policy,
		.policy_name = parts->policy_name,
		.rules = parts->signin ? *parts->signin : signin_defaults(),
	};
	memcpy(office->body, parts->body, strlen(parts->body) + 1);
	*out = office;
	return ok();
}

void office_follow(struct office *office, const struct policy *policy, const char *policy_name)
{
	office->policy = policy;
	office->policy_name = policy_name;
}

struct signin_rules office_signin_rules(const struct office *office)
{
	return office->rules;
}

void office_set_signin_rules(struct office *office, const struct signin_rules *rules)
{
	office->rules = *rules;
}

void office_close(struct office *office)
{
	free(office);
}

void office_drop(struct office **office)
{
	office_close(*office);
	*office = NULL;
}

int64_t office_now_ms(const struct office *office)
{
	return clock_now_ms(office->clock);
}

struct result office_outside_transaction(struct office *office, struct why *why)
{
	if (store_in_transaction(office->store))
		return fail(why, E_CONFLICT, "", "処理の途中ではサインインを扱えません。");
	return ok();
}

struct result office_ask(struct office *office, const char *sql, const struct arg *args, size_t count,
                  struct statement **out, struct why *why)
{
	struct statement *statement = NULL;
	TRY(store_prepare(office->store, sql, &statement, why));
	bind_text(statement, 1, slice_str(office->body));
	for (size_t i = 0; i < count; i++) {
		int index = (int)i + 2;
		if (args[i].numeric)
			bind_i64(statement, index, args[i].number);
		else
			bind_text(statement, index, args[i].text);
	}
	*out = statement;
	return ok();
}

struct result office_ask_one(struct office *office, const char *sql, const struct arg *args, size_t count,
                      bool *found, int64_t *out, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(office_ask(office, sql, args, count, &statement, why));
	bool row = false;
	TRY(statement_step(statement, &row, why));
	*found = row;
	if (row && out)
		*out = column_i64(statement, 0);
	return ok();
}

struct result office_run(struct office *office, const char *sql, const struct arg *args, size_t count,
                  int64_t *changed, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(office_ask(office, sql, args, count, &statement, why));
	return statement_run(statement, changed, why);
}

struct result office_record(struct office *office, const char *kind, const char *actor,
                            const char *subject, const struct field *fields, size_t count,
                            struct why *why)
{
	const struct office_entry entry = {.kind = kind, .actor = actor, .subject = subject};
	return office_record_entry(office, &entry, fields, count, why);
}

struct result office_record_entry(struct office *office, const struct office_entry *what,
                                  const struct field *fields, size_t count, struct why *why)
{
	struct slice clauses[JUDGED];
	json_t *data = json_object();
	bool whole = data != NULL;
	for (size_t i = 0; whole && i < count; i++) {
		const struct field *f = &fields[i];
		json_t *value = f->numeric ? json_integer(f->number)
		                           : json_stringn((const char *)f->text.at, f->text.len);
		whole = json_object_set_new(data, f->key, value) == 0;
	}
	if (!whole) {
		json_decref(data);
		return office_no_memory(why);
	}
	struct ledger_entry entry = {
		.body = slice_str(office->body),
		.kind = slice_str(what->kind),
		.actor = slice_str(what->actor && *what->actor ? what->actor : "sekisho"),
		.post = SLICE(""),
		.subject = slice_str(what->subject),
		.clauses = clauses,
		.clause_count = judged_clauses(what->decision, clauses),
	};
	return ledger_record(office->ledger, &entry, data, why);
}

struct result office_seal(struct office *office, struct slice bytes, struct sealed *out, struct why *why)
{
	*out = (struct sealed){0};
	if (!bytes.len)
		return ok();
	struct vault_info info;
	TRY(vault_put(office->vault, bytes, 0, &info, why));
	memcpy(out->item, info.id, sizeof out->item);
	hex_encode(info.digest, VAULT_DIGEST, out->digest);
	return ok();
}

struct result office_unseal(struct office *office, struct slice item, struct arena *arena, struct slice *out,
                     struct why *why)
{
	if (!item.len) {
		*out = SLICE("");
		return ok();
	}
	struct why own = {0};
	struct result result = vault_get(office->vault, item, arena, out, &own);
	if (result.code == E_DENIED) {
		*out = slice_str(erased);
		return ok();
	}
	if (result.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	return ok();
}

void office_keyed(const struct office *office, const char *sort, struct slice text, char out[HEX_DIGEST])
{
	/* the hash first, so that any length fits */
	uint8_t plain[SHA256_BYTES], digest[VAULT_DIGEST];
	const struct slice parts[] = {
		slice_of(sort, strlen(sort) + 1),
		slice_of(office->body, strlen(office->body) + 1),
		text,
	};
	sha256_parts(parts, 3, plain);
	vault_digest(office->vault, slice_of(plain, sizeof plain), digest);
	hex_encode(digest, VAULT_DIGEST, out);
}

static bool word_byte(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;
	return !first && (c == '_' || c == '-' || c == '.');
}

struct result office_check_word(const char *word, const char *place, struct why *why)
{
	size_t len = word ? strlen(word) : 0;
	bool good = len >= 1 && len <= WORD_BYTES;
	for (size_t i = 0; good && i < len; i++)
		good = word_byte(word[i], i == 0);
	if (!good)
		return fail(why, E_INPUT, place,
		            "半角の英小文字・数字と「_」「-」「.」を使い、32文字以内で書いてください。");
	return ok();
}

struct result office_check_name(struct slice name, size_t most, const char *place, struct why *why)
{
	bool control = false;
	for (size_t i = 0; i < name.len; i++)
		control |= name.at[i] < 0x20 || name.at[i] == 0x7f;
	if (!name.len || name.len > most || control || !utf8_valid(name))
		return fail(why, E_INPUT, place, "1文字以上%zuバイト以内の文字で書いてください。", most);
	return ok();
}

struct result office_check_period(day_t from, day_t to, struct why *why)
{
	if (from == DAY_OPEN || to < from)
		return fail(why, E_INPUT, "period", "終わりの日が始まりの日より前です。期間を直してください。");
	return ok();
}

void office_day_field(day_t day, char out[11])
{
	out[0] = 0;
	if (day != DAY_OPEN)
		day_iso(day, out);
}

bool office_login_plain(struct slice typed, char out[WORD_BYTES + 1])
{
	if (typed.len > 4 * WORD_BYTES || !utf8_valid(typed))
		return false;
	AUTO(buffer_done) struct buffer narrow = {0};
	buffer_init(&narrow, 8 * WORD_BYTES);
	half_width(typed, &narrow);
	struct slice text = buffer_slice(&narrow);
	if (!buffer_ok(&narrow) || !text.len || text.len > WORD_BYTES)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.at[i];
		out[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	out[text.len] = 0;
	return office_check_word(out, "login", NULL).code == OK;
}

void office_wipe(struct slice bytes)
{
	if (bytes.at)
		sodium_memzero((void *)(uintptr_t)bytes.at, bytes.len);
}

void *office_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	size_t wider = *room ? *room * 2 : 16;
	void *more = arena_array(arena, wider, size);
	if (!more)
		return NULL;
	if (count)
		memcpy(more, items, count * size);
	*room = wider;
	return more;
}

struct result office_person_must_exist(struct office *office, const char *person, struct why *why)
{
	bool found = false;
	TRY(office_ask_one(office, "SELECT 1 FROM office_person WHERE body=?1 AND id=?2",
	            ARGS(arg_str(person)), &found, NULL, why));
	if (!found)
		return fail(why, E_ABSENT, "person", "その職員は登録されていません。");
	return ok();
}

struct result office_section_must_exist(struct office *office, const char *section, const char *place,
                                 struct why *why)
{
	bool found = false;
	TRY(office_ask_one(office, "SELECT 1 FROM office_section WHERE body=?1 AND id=?2",
	            ARGS(arg_str(section)), &found, NULL, why));
	if (!found)
		return fail(why, E_ABSENT, place, "「%s」という課はありません。先に課を登録してください。",
		            section);
	return ok();
}
