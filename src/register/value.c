/* What a value may be: one check for rows and for entries of record books. */
#include "register/internal.h"

#include "base/number.h"
#include "base/text.h"

struct result check_line(const char *text, size_t most, const char *place, struct why *why)
{
	struct slice line = slice_str(text);
	bool control = false;
	for (size_t i = 0; i < line.len; i++)
		control |= line.at[i] < 0x20 || line.at[i] == 0x7f;
	if (line.len > most || control || !utf8_valid(line))
		return fail(why, E_INPUT, place, "改行を入れずに、%zuバイト以内で書いてください。", most);
	return ok();
}

/* ---- what a value names must be there */

static struct result row_exists(struct registers *r, const struct policy_fact *fact, const char *id,
                                enum rows rows, struct why *why)
{
	bool found = false;
	TRY(store_ask_one(r->at.store,
	                  "SELECT 1 FROM register_row WHERE id = ?1 AND body = ?2 AND kind = ?3 AND closed <= ?4",
	                  ARGS(arg_str(id), arg_str(r->at.body), arg_str(fact->kind), arg_i64(rows == ROWS_ALL)),
	                  &found, NULL, why));
	if (!found)
		return fail(why, E_ABSENT, fact->path, "「%s」に書かれた「%.60s」は、台帳にありません。",
		            fact->label, id);
	return ok();
}

static struct result named_exists(struct registers *r, const struct policy_fact *fact, enum fact_type type,
                                  const char *id, enum rows rows, struct arena *arena, struct why *why)
{
	struct person person;
	struct section section;
	struct why own = {0};
	struct result found = ok();
	if (type == FACT_ROW)
		return row_exists(r, fact, id, rows, why);
	if (type == FACT_PERSON)
		found = office_person(r->at.office, id, arena, &person, &own);
	else if (type == FACT_SECTION)
		found = office_section(r->at.office, id, arena, &section, &own);
	if (found.code == E_ABSENT)
		return fail(why, E_ABSENT, fact->path, "「%s」に書かれた「%.60s」は、組織にありません。",
		            fact->label, id);
	if (found.code != OK)
		return fail(why, own.code, own.place, "%s", own.text);
	return ok();
}

/* ---- how it is written */

static bool is_among(const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], value) == 0)
			return true;
	return false;
}

static bool is_day(const char *value)
{
	day_t day;
	char iso[11];
	if (day_parse(slice_str(value), &day, NULL).code != OK)
		return false;
	day_iso(day, iso);
	return strcmp(iso, value) == 0;
}

/* "2026-11-20" or "2026-11-20 14:30" */
static bool is_moment(const char *value)
{
	char day[11] = "";
	if (strlen(value) != 10 && strlen(value) != 16)
		return false;
	memcpy(day, value, 10);
	if (!is_day(day) || !value[10])
		return is_day(day);
	const char *t = value + 11;
	bool digits = t[0] >= '0' && t[0] <= '2' && t[1] >= '0' && t[1] <= '9' && t[3] >= '0' && t[3] <= '5' &&
	              t[4] >= '0' && t[4] <= '9';
	return value[10] == ' ' && t[2] == ':' && digits && (t[0] < '2' || t[1] < '4');
}

static bool is_number(const char *value)
{
	int64_t number;
	return number_parse_i64(slice_str(value), &number);
}

/* bytes, or "20 MiB" */
static bool is_size(const char *value)
{
	uint64_t number;
	size_t len = strlen(value);
	bool mib = len > 4 && strcmp(value + len - 4, " MiB") == 0;
	return number_parse_u64(slice_of(value, mib ? len - 4 : len), &number);
}

static bool is_span(const char *value)
{
	static const char *const units[] = {
		"hours", "hour", "days", "day", "working-days", "working-day", "months", "month", "years", "year",
		"fiscal-years", "fiscal-year"};
	const char *space = strchr(value, ' ');
	uint64_t number;
	return space && number_parse_u64(slice_of(value, (size_t)(space - value)), &number) &&
	       is_among(space + 1, units, sizeof units / sizeof *units);
}

static bool is_yesno(const char *value)
{
	return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
}

static const struct {
	enum fact_type type;
	bool (*fits)(const char *value);
	const char *mend;
} spellings[] = {
	{FACT_YESNO, is_yesno, "はい・いいえのどちらか"},
	{FACT_DATE, is_day, "日（例 令和8年3月13日）"},
	{FACT_NONE, is_moment, "日と時刻（例 2026-03-13 14:30）"},
	{FACT_NUMBER, is_number, "数（例 120）"},
	{FACT_SIZE, is_size, "大きさ（例 20 MiB）"},
	{FACT_DURATION, is_span, "期間（例 5 years）"},
};

struct result value_spelled(const struct policy_fact *fact, enum fact_type type, const char *value, struct why *why)
{
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (spellings[i].type == type && !spellings[i].fits(value))
			return fail(why, E_INPUT, fact->path, "「%s」の「%.60s」は読めません。%sで書いてください。", fact->label,
			            value, spellings[i].mend);
	bool word = type == FACT_WORD || type == FACT_LEVEL;
	if (word && fact->word_count && !is_among(value, fact->words, fact->word_count))
		return fail(why, E_INPUT, fact->path, "「%s」に「%.60s」という選択肢はありません。", fact->label, value);
	return ok();
}

struct result value_check(struct registers *r, const struct policy_fact *fact, enum fact_type type,
                          const char *value, enum rows rows, struct arena *arena, struct why *why)
{
	TRY(check_line(value, REGISTER_VALUE, fact->path, why));
	TRY(value_spelled(fact, type, value, why));
	return named_exists(r, fact, type, value, rows, arena, why);
}

/* ---- into the objects of an entry */

static struct result put_members(struct registers *r, const struct policy_fact *fact, const char *value,
                                 json_t *cells, enum rows rows, struct arena *arena, struct why *why)
{
	json_t *members = json_array();
	/* a set of what has no type is a set of ids that nothing here knows (clauses) */
	bool ids = fact->member == FACT_NONE;
	if (json_object_set_new(cells, fact->path, members) != 0)
		return register_no_memory(why);
	for (const char *at = value; *at;) {
		size_t len = strcspn(at, " ");
		const char *member = arena_string(arena, slice_of(at, len));
		if (!member || json_array_size(members) >= REGISTER_MEMBERS)
			return fail(why, E_LIMIT, fact->path, "「%s」に書けるのは%d個までです。", fact->label,
			            REGISTER_MEMBERS);
		at += len + (at[len] == ' ');
		if (!len)
			continue;
		TRY(ids ? check_line(member, REGISTER_VALUE, fact->path, why)
		        : value_check(r, fact, fact->member, member, rows, arena, why));
		if (json_array_append_new(members, json_string(member)) != 0)
			return register_no_memory(why);
	}
	return ok();
}

struct result text_seal(struct registers *r, const char *path, const char *label, const char *value,
                        json_t *texts, struct why *why)
{
	struct vault_info info;
	char digest[2 * VAULT_DIGEST + 1];
	struct slice text = slice_str(value);
	if (text.len > REGISTER_TEXT || !utf8_valid(text))
		return fail(why, E_INPUT, path, "「%s」は%dバイト以内で書いてください。", label, REGISTER_TEXT);
	TRY(vault_put(r->at.vault, text, 0, &info, why));
	hex_encode(info.digest, VAULT_DIGEST, digest);
	if (json_object_set_new(texts, path, json_pack("[ss]", info.id, digest)) != 0)
		return register_no_memory(why);
	return ok();
}

struct result value_put(struct registers *r, const struct policy_fact *fact, const char *value, json_t *cells,
                        json_t *texts, enum rows rows, struct arena *arena, struct why *why)
{
	if (!*value)
		return ok();
	if (fact->type == FACT_TEXT)
		return text_seal(r, fact->path, fact->label, value, texts, why);
	if (fact->type == FACT_SET)
		return put_members(r, fact, value, cells, rows, arena, why);
	TRY(value_check(r, fact, fact->type, value, rows, arena, why));
	if (json_object_set_new(cells, fact->path, json_string(value)) != 0)
		return register_no_memory(why);
	return ok();
}
