/* Tokens of other software: made, found, ended. */
#include "office/access.h"

#include "ledger/record.h"
#include "office/internal.h"
#include "store/digest.h"

static const char prefix[] = "sekisho_";
enum { RANDOM_BYTES = 24, HASH_TEXT = 2 * SHA256_BYTES, SCOPES_BYTES = 400 };

/* ---- the table ------------------------------------------------------------ */

static const struct migration migrations[] = {
	{1, "CREATE TABLE access(body TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL,"
	    " person TEXT NOT NULL, scopes TEXT NOT NULL, purpose TEXT NOT NULL, until_day BIGINT NOT NULL,"
	    " made_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, PRIMARY KEY(body,id));"
	    "CREATE UNIQUE INDEX access_hash ON access(body,hash);"
	    "CREATE INDEX access_person ON access(body,person);"},
};
static const char *const tables[] = {"access", NULL};
static const char *const kinds[] = {"access.", NULL};

static struct result apply_made(struct store *store, const struct ledger_entry *entry, const json_t *data,
                                struct why *why)
{
	day_t until;
	TRY(day_parse(slice_str(json_text(data, "until")), &until, why));
	return store_run(store,
	                 "INSERT INTO access(body,id,hash,person,scopes,purpose,until_day,made_ms,ended_ms)"
	                 " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,0)",
	                 ARGS(arg_text(entry->body), arg_str(json_text(data, "id")),
	                      arg_str(json_text(data, "hash")), arg_text(entry->subject),
	                      arg_str(json_text(data, "scopes")), arg_str(json_text(data, "purpose_item")),
	                      arg_i64(until), arg_i64(entry->time_ms)),
	                 NULL, why);
}

static struct result apply_ended(struct store *store, const struct ledger_entry *entry,
                                 const json_t *data, struct why *why)
{
	int64_t changed = 0;
	TRY(store_run(store, "UPDATE access SET ended_ms=?3 WHERE body=?1 AND id=?2 AND ended_ms=0",
	              ARGS(arg_text(entry->body), arg_str(json_text(data, "id")), arg_i64(entry->time_ms)),
	              &changed, why));
	return changed == 1 ? ok() : fail(why, E_CONFLICT, "id", "その鍵は、すでに止められています。");
}

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	TRY(record_data(entry, &data, why));
	if (slice_is(entry->kind, "access.made"))
		return apply_made(store, entry, data, why);
	if (slice_is(entry->kind, "access.ended"))
		return apply_ended(store, entry, data, why);
	return fail(why, E_CONFLICT, "kind", "no such entry of a token");
}

const struct projection access_projection = {
	.name = "access", .tables = tables, .migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations, .kinds = kinds, .apply = apply,
};

/* ---- making and ending ------------------------------------------------------ */

static bool scopes_valid(const char *scopes)
{
	bool begin = true;
	for (const char *c = scopes; *c; c++) {
		if (!((*c >= 'a' && *c <= 'z') || (!begin && (*c == '.' || *c == '_' || *c == ' '))))
			return false;
		begin = *c == ' ';
	}
	return !begin && strlen(scopes) < SCOPES_BYTES;
}

static struct result check(const struct office *office, const struct access *wanted, struct why *why)
{
	day_t today = day_of_ms(office_now_ms(office));
	if (!wanted->purpose[0])
		return fail(why, E_INPUT, "purpose", "「使いみち」が空です。何に使う鍵かを書いてください。");
	TRY(office_check_name(slice_str(wanted->purpose), ACCESS_PURPOSE, "purpose", why));
	if (!scopes_valid(wanted->scopes))
		return fail(why, E_INPUT, "scopes", "「できること」を一つ以上選んでください。");
	if (wanted->until < today || wanted->until > today + ACCESS_DAYS)
		return fail(why, E_INPUT, "until", "「いつまで」は、今日から1年以内の日を書いてください。");
	return ok();
}

static void hash_of(struct slice token, char out[HASH_TEXT + 1])
{
	uint8_t digest[SHA256_BYTES];
	sha256(token, digest);
	hex_encode(digest, sizeof digest, out);
}

static struct result record_made(struct office *office, const char *by, const struct access *wanted,
                                 const char *id, const char *token, struct why *why)
{
	char until[11], hash[HASH_TEXT + 1];
	struct sealed purpose;
	TRY(office_seal(office, slice_str(wanted->purpose), &purpose, why));
	office_day_field(wanted->until, until);
	hash_of(slice_str(token), hash);
	return office_record(office, "access.made", by, wanted->person,
	                     FIELDS(field_str("hash", hash), field_str("id", id),
	                            field_str("purpose_digest", purpose.digest),
	                            field_str("purpose_item", purpose.item),
	                            field_str("scopes", wanted->scopes), field_str("until", until)),
	                     why);
}

struct result access_make(struct office *office, const char *by, const struct access *wanted,
                          char token[ACCESS_TOKEN + 1], char id[27], struct why *why)
{
	uint8_t raw[RANDOM_BYTES];
	TRY(check(office, wanted, why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_person_must_exist(office, wanted->person, why));
	TRY(random_id(office->random, id, why));
	TRY(random_fill(office->random, raw, sizeof raw, why));
	memcpy(token, prefix, sizeof prefix);
	hex_encode(raw, sizeof raw, token + sizeof prefix - 1);
	office_wipe(slice_of(raw, sizeof raw));
	TRY(record_made(office, by, wanted, id, token, why));
	return tx_commit(&tx, why);
}

struct result access_end(struct office *office, const char *by, const char *id, struct why *why)
{
	bool found = false;
	int64_t ended = 0;
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(office_ask_one(office, "SELECT ended_ms FROM access WHERE body=?1 AND id=?2", ARGS(arg_str(id)),
	                   &found, &ended, why));
	if (!found)
		return fail(why, E_ABSENT, "id", "その鍵はありません。");
	TRY(office_record(office, "access.ended", by, id, FIELDS(field_str("id", id)), why));
	return tx_commit(&tx, why);
}

/* ---- asking ------------------------------------------------------------------ */

#define COLUMNS_READ "id,person,purpose,scopes,until_day,made_ms,ended_ms"

static struct result read_row(struct office *office, const struct statement *s, struct arena *arena,
                              struct access *out, struct why *why)
{
	struct slice purpose;
	*out = (struct access){
		.id = arena_string(arena, column_text(s, 0)), .person = arena_string(arena, column_text(s, 1)),
		.scopes = arena_string(arena, column_text(s, 3)), .until = (day_t)column_i64(s, 4),
		.made_ms = column_i64(s, 5), .ended_ms = column_i64(s, 6)};
	TRY(office_unseal(office, column_text(s, 2), arena, &purpose, why));
	out->purpose = arena_string(arena, purpose);
	return out->id && out->person && out->scopes && out->purpose ? ok() : office_no_memory(why);
}

struct result access_list(struct office *office, const char *person, struct arena *arena,
                          struct access **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	size_t room = 0;
	bool row = false;
	*out = NULL;
	TRY(office_ask(office,
	               "SELECT " COLUMNS_READ " FROM access WHERE body=?1 AND person=?2 ORDER BY made_ms DESC, id",
	               ARGS(arg_str(person)), &s, why));
	for (*count = 0;; (*count)++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			return ok();
		*out = office_grow(arena, *out, *count, &room, sizeof **out);
		if (!*out)
			return office_no_memory(why);
		TRY(read_row(office, s, arena, &(*out)[*count], why));
	}
}

static struct result living(struct office *office, const struct access *access, struct arena *arena,
                            struct why *why)
{
	struct person person;
	TRY(office_person(office, access->person, arena, &person, why));
	if (access->ended_ms || access->until < day_of_ms(office_now_ms(office)) || !person.active)
		return fail(why, E_DENIED, "token", "この鍵では入れません。");
	return ok();
}

struct result access_find(struct office *office, struct slice token, struct arena *arena,
                          struct access *out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	char hash[HASH_TEXT + 1];
	bool row = false;
	hash_of(token, hash);
	TRY(office_ask(office, "SELECT " COLUMNS_READ " FROM access WHERE body=?1 AND hash=?2",
	               ARGS(arg_str(hash)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return fail(why, E_DENIED, "token", "この鍵では入れません。");
	TRY(read_row(office, s, arena, out, why));
	return living(office, out, arena, why);
}

bool access_allows(const struct access *access, const char *scope)
{
	size_t len = strlen(scope);
	for (const char *at = access->scopes; (at = strstr(at, scope)); at += len)
		if ((at == access->scopes || at[-1] == ' ') && (at[len] == 0 || at[len] == ' '))
			return true;
	return false;
}
