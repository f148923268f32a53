/* Reading the office.  Names and logins are opened from the vault one by one. */
#include "office/internal.h"

/* A list: a statement, and a reader that turns its row into an item. */
struct list {
	size_t size;
	bool (*read)(const struct statement *row, struct arena *arena, void *item);
};

static const char *text(const struct statement *row, int column, struct arena *arena)
{
	return arena_string(arena, column_text(row, column));
}

static struct result list_rows(struct office *office, const struct list *list, const char *sql,
                               const struct arg *args, size_t arg_count, struct arena *arena,
                               void **out, size_t *count, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	void *items = NULL;
	size_t used = 0, room = 0;
	bool row = false;
	TRY(office_ask(office, sql, args, arg_count, &statement, why));
	for (;;) {
		TRY(statement_step(statement, &row, why));
		if (!row)
			break;
		items = office_grow(arena, items, used, &room, list->size);
		if (!items || !list->read(statement, arena, (char *)items + used * list->size))
			return office_no_memory(why);
		used++;
	}
	*out = items;
	*count = used;
	return ok();
}

static bool read_section(const struct statement *row, struct arena *arena, void *item)
{
	struct section *section = item;
	section->id = text(row, 0, arena);
	section->name = text(row, 1, arena);
	section->parent = text(row, 2, arena);
	section->to = (day_t)column_i64(row, 3);
	section->successor = text(row, 4, arena);
	return section->id && section->name && section->parent && section->successor;
}
static const struct list sections = {sizeof(struct section), read_section};

/* name and login hold the vault's item ids until open_person */
static bool read_person(const struct statement *row, struct arena *arena, void *item)
{
	struct person *person = item;
	person->id = text(row, 0, arena);
	person->name = text(row, 1, arena);
	person->login = text(row, 2, arena);
	person->section = text(row, 3, arena);
	person->active = column_i64(row, 4) == 1;
	return person->id && person->name && person->login && person->section;
}
static const struct list people = {sizeof(struct person), read_person};

static bool read_holding(const struct statement *row, struct arena *arena, void *item)
{
	struct holding *holding = item;
	holding->post = text(row, 0, arena);
	holding->scope = text(row, 1, arena);
	holding->person = text(row, 2, arena);
	holding->from = (day_t)column_i64(row, 3);
	holding->to = (day_t)column_i64(row, 4);
	return holding->post && holding->scope && holding->person;
}
static const struct list holdings = {sizeof(struct holding), read_holding};

static bool read_id(const struct statement *row, char id[27])
{
	struct slice from = column_text(row, 0);
	if (from.len != ID_BYTES)
		return false;
	memcpy(id, from.at, ID_BYTES);
	id[ID_BYTES] = 0;
	return true;
}

static bool read_absence(const struct statement *row, struct arena *arena, void *item)
{
	struct absence *absence = item;
	absence->person = text(row, 1, arena);
	absence->kind = column_i64(row, 2) == ABSENCE_PREVENTED ? ABSENCE_PREVENTED : ABSENCE_AWAY;
	absence->from = (day_t)column_i64(row, 3);
	absence->to = (day_t)column_i64(row, 4);
	return read_id(row, absence->id) && absence->person;
}
static const struct list absences = {sizeof(struct absence), read_absence};

static bool read_delegation(const struct statement *row, struct arena *arena, void *item)
{
	struct delegation *d = item;
	d->post = text(row, 1, arena);
	d->scope = text(row, 2, arena);
	d->to_post = text(row, 3, arena);
	d->to_scope = text(row, 4, arena);
	d->matter = text(row, 5, arena);
	d->from = (day_t)column_i64(row, 6);
	d->to = (day_t)column_i64(row, 7);
	return read_id(row, d->id) && d->post && d->scope && d->to_post && d->to_scope && d->matter;
}
static const struct list delegations = {sizeof(struct delegation), read_delegation};

static struct result open_text(struct office *office, const char **item, struct arena *arena,
                               struct why *why)
{
	struct slice bytes;
	TRY(office_unseal(office, slice_str(*item), arena, &bytes, why));
	*item = arena_string(arena, bytes);
	return *item ? ok() : office_no_memory(why);
}

static struct result open_person(struct office *office, struct person *person, struct arena *arena,
                                 struct why *why)
{
	TRY(open_text(office, &person->name, arena, why));
	return open_text(office, &person->login, arena, why);
}

struct result office_person(struct office *office, const char *id, struct arena *arena,
                            struct person *out, struct why *why)
{
	void *found = NULL;
	size_t count = 0;
	TRY(list_rows(office, &people,
	              "SELECT id,name_item,login_item,section,active FROM office_person"
	              " WHERE body=?1 AND id=?2",
	              ARGS(arg_str(id)), arena, &found, &count, why));
	if (!count)
		return fail(why, E_ABSENT, "person", "その職員は登録されていません。");
	TRY(open_person(office, found, arena, why));
	*out = *(struct person *)found;
	return ok();
}

struct result office_people(struct office *office, struct arena *arena, struct person **out,
                            size_t *count, struct why *why)
{
	void *found = NULL;
	size_t used = 0;
	TRY(list_rows(office, &people,
	              "SELECT id,name_item,login_item,section,active FROM office_person"
	              " WHERE body=?1 ORDER BY id",
	              NULL, 0, arena, &found, &used, why));
	struct person *list = found;
	for (size_t i = 0; i < used; i++)
		TRY(open_person(office, &list[i], arena, why));
	*out = list;
	*count = used;
	return ok();
}

struct result office_roll(struct office *office, struct arena *arena, struct person **out,
                          size_t *count, struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &people,
	              "SELECT id,'','',section,active FROM office_person WHERE body=?1 ORDER BY id",
	              NULL, 0, arena, &found, count, why));
	*out = found;
	return ok();
}

struct result office_find_login(struct office *office, struct slice login, char id[27], struct why *why)
{
	char plain[WORD_BYTES + 1], digest[HEX_DIGEST];
	bool row = false;
	if (office_login_plain(login, plain)) {
		AUTO(statement_drop) struct statement *statement = NULL;
		office_keyed(office, "login", slice_str(plain), digest);
		TRY(office_ask(office, "SELECT id FROM office_person WHERE body=?1 AND login_digest=?2",
		        ARGS(arg_str(digest)), &statement, why));
		TRY(statement_step(statement, &row, why));
		if (row && read_id(statement, id))
			return ok();
	}
	return fail(why, E_ABSENT, "login", "その職員番号は登録されていません。");
}

struct result office_section(struct office *office, const char *id, struct arena *arena,
                             struct section *out, struct why *why)
{
	void *found = NULL;
	size_t count = 0;
	TRY(list_rows(office, &sections,
	              "SELECT id,name,parent,to_day,successor FROM office_section WHERE body=?1 AND id=?2",
	              ARGS(arg_str(id)), arena, &found, &count, why));
	if (!count)
		return fail(why, E_ABSENT, "section", "「%s」という課はありません。", id);
	*out = *(struct section *)found;
	return ok();
}

struct result office_sections(struct office *office, struct arena *arena, struct section **out,
                              size_t *count, struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &sections,
	              "SELECT id,name,parent,to_day,successor FROM office_section WHERE body=?1 AND to_day>=?2"
	              " ORDER BY id",
	              ARGS(arg_i64(day_of_ms(office_now_ms(office)))), arena, &found, count, why));
	*out = found;
	return ok();
}

static bool read_word(const struct statement *row, struct arena *arena, void *item)
{
	const char **word = item;
	*word = text(row, 0, arena);
	return *word != NULL;
}
static const struct list words = {sizeof(const char *), read_word};

struct result office_members(struct office *office, const char *section, struct arena *arena,
                             const char ***out, size_t *count, struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &words,
	              "SELECT id FROM office_person WHERE body=?1 AND section=?2 AND active=1 ORDER BY id",
	              ARGS(arg_str(section)), arena, &found, count, why));
	*out = found;
	return ok();
}

struct result office_holdings(struct office *office, const char *person, day_t day,
                              struct arena *arena, struct holding **out, size_t *count,
                              struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &holdings,
	              "SELECT post,scope,person,from_day,to_day FROM office_holding"
	              " WHERE body=?1 AND person=?2 AND from_day<=?3 AND to_day>=?3"
	              " ORDER BY post,scope,from_day",
	              ARGS(arg_str(person), arg_i64(day)), arena, &found, count, why));
	*out = found;
	return ok();
}

struct result office_all_holdings(struct office *office, struct arena *arena, struct holding **out,
                                  size_t *count, struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &holdings,
	              "SELECT post,scope,person,from_day,to_day FROM office_holding WHERE body=?1"
	              " ORDER BY post,scope,person,from_day",
	              NULL, 0, arena, &found, count, why));
	*out = found;
	return ok();
}

struct result office_absences(struct office *office, day_t day, struct arena *arena,
                              struct absence **out, size_t *count, struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &absences,
	              "SELECT id,person,kind,from_day,to_day FROM office_absence"
	              " WHERE body=?1 AND from_day<=?2 AND to_day>=?2 ORDER BY id",
	              ARGS(arg_i64(day)), arena, &found, count, why));
	*out = found;
	return ok();
}

struct result office_delegations(struct office *office, day_t day, struct arena *arena,
                                 struct delegation **out, size_t *count, struct why *why)
{
	void *found = NULL;
	TRY(list_rows(office, &delegations,
	              "SELECT id,post,scope,to_post,to_scope,matter,from_day,to_day"
	              " FROM office_delegation WHERE body=?1 AND from_day<=?2 AND to_day>=?2 ORDER BY id",
	              ARGS(arg_i64(day)), arena, &found, count, why));
	*out = found;
	return ok();
}

/* of the post's holders on the day, how many have an absence of that kind */
static const char held_sql[] =
	"SELECT COUNT(*) FROM office_holding h WHERE h.body=?1 AND h.post=?2 AND h.scope=?3"
	" AND h.from_day<=?4 AND h.to_day>=?4";
static const char away_sql[] =
	"SELECT COUNT(*) FROM office_holding h WHERE h.body=?1 AND h.post=?2 AND h.scope=?3"
	" AND h.from_day<=?4 AND h.to_day>=?4 AND EXISTS(SELECT 1 FROM office_absence a"
	" WHERE a.body=h.body AND a.person=h.person AND a.kind=?5 AND a.from_day<=?4 AND a.to_day>=?4)";

struct result office_post_state(struct office *office, const char *post, const char *scope, day_t day,
                                unsigned *out, struct why *why)
{
	int64_t held = 0, prevented = 0, away = 0;
	bool found = false;
	struct arg args[] = {arg_str(post), arg_str(scope), arg_i64(day), arg_i64(ABSENCE_PREVENTED)};
	TRY(office_ask_one(office, held_sql, args, 3, &found, &held, why));
	TRY(office_ask_one(office, away_sql, args, 4, &found, &prevented, why));
	args[3] = arg_i64(ABSENCE_AWAY);
	TRY(office_ask_one(office, away_sql, args, 4, &found, &away, why));
	*out = held ? 0 : (unsigned)POST_VACANT;
	if (held && prevented == held)
		*out |= POST_PREVENTED;
	if (held && away == held)
		*out |= POST_ABSENT;
	return ok();
}
