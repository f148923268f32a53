/* The tables of the office, and what each kind of entry does to them.
 * apply sees only the entry and these tables, so that the same entries always
 * give the same rows.  An entry that does not fit the rows is refused with
 * E_CONFLICT, and with it the change that wanted to write it.               */
#include "office/internal.h"

#include "ledger/record.h"

static const char tables_1[] =
	"CREATE TABLE office_section(body TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,"
	" parent TEXT NOT NULL, PRIMARY KEY(body,id));"
	"CREATE TABLE office_person(body TEXT NOT NULL, id TEXT NOT NULL, login_digest TEXT NOT NULL,"
	" login_item TEXT NOT NULL, name_item TEXT NOT NULL, section TEXT NOT NULL,"
	" active BIGINT NOT NULL, PRIMARY KEY(body,id));"
	"CREATE UNIQUE INDEX office_person_login ON office_person(body,login_digest);"
	"CREATE TABLE office_holding(body TEXT NOT NULL, post TEXT NOT NULL, scope TEXT NOT NULL,"
	" person TEXT NOT NULL, from_day BIGINT NOT NULL, to_day BIGINT NOT NULL,"
	" PRIMARY KEY(body,post,scope,person,from_day));"
	"CREATE INDEX office_holding_person ON office_holding(body,person);"
	"CREATE TABLE office_absence(body TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL,"
	" kind BIGINT NOT NULL, from_day BIGINT NOT NULL, to_day BIGINT NOT NULL,"
	" PRIMARY KEY(body,id));"
	"CREATE INDEX office_absence_person ON office_absence(body,person);"
	"CREATE TABLE office_delegation(body TEXT NOT NULL, id TEXT NOT NULL, post TEXT NOT NULL,"
	" scope TEXT NOT NULL, to_post TEXT NOT NULL, to_scope TEXT NOT NULL, matter TEXT NOT NULL,"
	" from_day BIGINT NOT NULL, to_day BIGINT NOT NULL, PRIMARY KEY(body,id));"
	"CREATE INDEX office_delegation_post ON office_delegation(body,post,scope);"
	"CREATE TABLE office_credential(body TEXT NOT NULL, person TEXT NOT NULL, seq BIGINT NOT NULL,"
	" item TEXT NOT NULL, digest TEXT NOT NULL, provisional BIGINT NOT NULL,"
	" since_ms BIGINT NOT NULL, PRIMARY KEY(body,person,seq));"
	"CREATE TABLE office_factor(body TEXT NOT NULL, person TEXT NOT NULL, item TEXT NOT NULL,"
	" digest TEXT NOT NULL, since_ms BIGINT NOT NULL, PRIMARY KEY(body,person));";

/* What is known of people and sections, each from its day: the vocabulary's facts, a
 * person's section, a section's name and parent.                            */
static const char tables_2[] =
	"CREATE TABLE office_fact(body TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
	" path TEXT NOT NULL, from_day BIGINT NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY(body,kind,id,path,from_day));"
	"ALTER TABLE office_section ADD COLUMN to_day BIGINT NOT NULL DEFAULT 2147483647;";

static const char tables_3[] = "ALTER TABLE office_section ADD COLUMN successor TEXT NOT NULL DEFAULT '';";

/* Who has left, since when: whoever tries his login then is told apart from a wrong one. */
static const char tables_4[] =
	"CREATE TABLE office_left(body TEXT NOT NULL, person TEXT NOT NULL, from_day BIGINT NOT NULL, PRIMARY KEY(body,person));";

static const struct migration migrations[] = {{1, tables_1}, {2, tables_2}, {3, tables_3}, {4, tables_4}};
static const char *const tables[] = {
	"office_section", "office_person", "office_holding", "office_absence", "office_delegation",
	"office_credential", "office_factor", "office_fact", "office_left", NULL,
};
static const char *const kinds[] = {"office.", NULL};

/* What an act binds: columns of the entry in the order of the statement. */
enum take { TEXT, DAY, NUMBER, SEQ, TIME, TODAY /* the entry's own day */ };
struct column {
	enum take take;
	const char *key;
};
enum { COLUMNS = 8 };
struct act { /* changes exactly one row; a kind may have several, done in their order */
	const char *kind;
	const char *sql; /* ?1 is the body */
	struct column columns[COLUMNS];
};

#define FACT_FROM_DAY(kind, path)                                                          \
	"INSERT INTO office_fact(body,kind,id,path,value,from_day) VALUES(?1,'" kind "',?2,'" path \
	"',?3,?4) ON CONFLICT(body,kind,id,path,from_day) DO UPDATE SET value=excluded.value"

static const struct act acts[] = {
	{"office.section.added", "INSERT INTO office_section(body,id,name,parent) VALUES(?1,?2,?3,?4)",
	 {{TEXT, "id"}, {TEXT, "name"}, {TEXT, "parent"}}},
	{"office.section.added", FACT_FROM_DAY("section", "name"), {{TEXT, "id"}, {TEXT, "name"}, {TODAY, NULL}}},
	{"office.section.added", FACT_FROM_DAY("section", "parent"), {{TEXT, "id"}, {TEXT, "parent"}, {TODAY, NULL}}},
	{"office.section.changed", "UPDATE office_section SET name=?3, parent=?4 WHERE body=?1 AND id=?2",
	 {{TEXT, "id"}, {TEXT, "name"}, {TEXT, "parent"}}},
	{"office.section.changed", FACT_FROM_DAY("section", "name"), {{TEXT, "id"}, {TEXT, "name"}, {TODAY, NULL}}},
	{"office.section.changed", FACT_FROM_DAY("section", "parent"), {{TEXT, "id"}, {TEXT, "parent"}, {TODAY, NULL}}},
	{"office.section.closed", "UPDATE office_section SET to_day=?3, successor=?4 WHERE body=?1 AND id=?2",
	 {{TEXT, "id"}, {DAY, "to"}, {TEXT, "successor"}}},
	{"office.fact.set",
	 "INSERT INTO office_fact(body,kind,id,path,value,from_day) VALUES(?1,?2,?3,?4,?5,?6)"
	 " ON CONFLICT(body,kind,id,path,from_day) DO UPDATE SET value=excluded.value",
	 {{TEXT, "kind"}, {TEXT, "id"}, {TEXT, "path"}, {TEXT, "value"}, {DAY, "from"}}},
	{"office.person.added",
	 "INSERT INTO office_person(body,id,login_digest,login_item,name_item,section,active)"
	 " VALUES(?1,?2,?3,?4,?5,?6,1)",
	 {{TEXT, "person"}, {TEXT, "login_digest"}, {TEXT, "login_item"}, {TEXT, "name_item"},
	  {TEXT, "section"}}},
	{"office.person.added", FACT_FROM_DAY("person", "section"), {{TEXT, "person"}, {TEXT, "section"}, {TODAY, NULL}}},
	{"office.person.moved", FACT_FROM_DAY("person", "section"), {{TEXT, "person"}, {TEXT, "section"}, {TODAY, NULL}}},
	{"office.person.moved", "UPDATE office_person SET section=?3 WHERE body=?1 AND id=?2",
	 {{TEXT, "person"}, {TEXT, "section"}}},
	{"office.person.suspended",
	 "UPDATE office_person SET active=0 WHERE body=?1 AND id=?2 AND active=1",
	 {{TEXT, "person"}}},
	{"office.person.restored",
	 "UPDATE office_person SET active=1 WHERE body=?1 AND id=?2 AND active=0",
	 {{TEXT, "person"}}},
	{"office.person.left",
	 "INSERT INTO office_left(body,person,from_day) VALUES(?1,?2,?3) ON CONFLICT(body,person) DO UPDATE SET from_day=excluded.from_day",
	 {{TEXT, "person"}, {TODAY, NULL}}},
	{"office.post.held",
	 "INSERT INTO office_holding(body,post,scope,person,from_day,to_day) VALUES(?1,?2,?3,?4,?5,?6)",
	 {{TEXT, "post"}, {TEXT, "scope"}, {TEXT, "person"}, {DAY, "from"}, {DAY, "to"}}},
	{"office.post.ended",
	 "UPDATE office_holding SET to_day=?6"
	 " WHERE body=?1 AND post=?2 AND scope=?3 AND person=?4 AND from_day=?5",
	 {{TEXT, "post"}, {TEXT, "scope"}, {TEXT, "person"}, {DAY, "from"}, {DAY, "to"}}},
	{"office.post.cancelled",
	 "DELETE FROM office_holding"
	 " WHERE body=?1 AND post=?2 AND scope=?3 AND person=?4 AND from_day=?5",
	 {{TEXT, "post"}, {TEXT, "scope"}, {TEXT, "person"}, {DAY, "from"}}},
	{"office.absence.added",
	 "INSERT INTO office_absence(body,id,person,kind,from_day,to_day) VALUES(?1,?2,?3,?4,?5,?6)",
	 {{TEXT, "id"}, {TEXT, "person"}, {NUMBER, "kind"}, {DAY, "from"}, {DAY, "to"}}},
	{"office.absence.ended", "UPDATE office_absence SET to_day=?3 WHERE body=?1 AND id=?2",
	 {{TEXT, "id"}, {DAY, "to"}}},
	{"office.delegation.added",
	 "INSERT INTO office_delegation(body,id,post,scope,to_post,to_scope,matter,from_day,to_day)"
	 " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
	 {{TEXT, "id"}, {TEXT, "post"}, {TEXT, "scope"}, {TEXT, "to_post"}, {TEXT, "to_scope"},
	  {TEXT, "matter"}, {DAY, "from"}, {DAY, "to"}}},
	{"office.delegation.ended", "UPDATE office_delegation SET to_day=?3 WHERE body=?1 AND id=?2",
	 {{TEXT, "id"}, {DAY, "to"}}},
	{"office.password.set",
	 "INSERT INTO office_credential(body,person,seq,item,digest,provisional,since_ms)"
	 " VALUES(?1,?2,?3,?4,?5,?6,?7)",
	 {{TEXT, "person"}, {SEQ, NULL}, {TEXT, "item"}, {TEXT, "digest"}, {NUMBER, "provisional"},
	  {TIME, NULL}}},
	/* the same password under other Argon2 parameters: its age stays */
	{"office.password.rehashed",
	 "UPDATE office_credential SET item=?3, digest=?4 WHERE body=?1 AND person=?2 AND seq="
	 "(SELECT MAX(seq) FROM office_credential WHERE body=?1 AND person=?2)",
	 {{TEXT, "person"}, {TEXT, "item"}, {TEXT, "digest"}}},
	{"office.password.forgotten",
	 "DELETE FROM office_credential WHERE body=?1 AND person=?2 AND item=?3",
	 {{TEXT, "person"}, {TEXT, "item"}}},
	{"office.factor.enrolled",
	 "INSERT INTO office_factor(body,person,item,digest,since_ms) VALUES(?1,?2,?3,?4,?5)",
	 {{TEXT, "person"}, {TEXT, "item"}, {TEXT, "digest"}, {TIME, NULL}}},
	{"office.factor.removed", "DELETE FROM office_factor WHERE body=?1 AND person=?2",
	 {{TEXT, "person"}}},
};

static struct result misfit(struct why *why, const struct ledger_entry *entry, const char *key)
{
	return fail(why, E_CONFLICT, key, "記録「%.*s」の内容が、いまの組織の表と合いません。",
	            SLICE_ARG(entry->kind));
}

static bool json_day(const json_t *value, int64_t *out)
{
	const char *text = json_string_value(value);
	day_t day = DAY_OPEN;
	if (!text || (*text && day_parse(slice_str(text), &day, NULL).code != OK))
		return false;
	*out = day;
	return true;
}

static bool bind_column(struct statement *statement, int index, const struct column *column,
                        const struct ledger_entry *entry, const json_t *data)
{
	const json_t *value = column->key ? json_object_get(data, column->key) : NULL;
	int64_t number = 0;
	switch (column->take) {
	case TEXT:
		if (!json_is_string(value))
			return false;
		bind_text(statement, index,
		          slice_of(json_string_value(value), json_string_length(value)));
		return true;
	case DAY:
		if (!json_day(value, &number))
			return false;
		break;
	case NUMBER:
		if (!json_is_integer(value))
			return false;
		number = json_integer_value(value);
		break;
	case SEQ:
		number = entry->seq;
		break;
	case TIME:
		number = entry->time_ms;
		break;
	case TODAY:
		number = day_of_ms(entry->time_ms);
		break;
	}
	bind_i64(statement, index, number);
	return true;
}

static bool column_used(const struct column *column)
{
	return column->key || column->take == SEQ || column->take == TIME || column->take == TODAY;
}

static struct result apply_act(struct store *store, const struct act *act,
                               const struct ledger_entry *entry, const json_t *data, struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	TRY(store_prepare(store, act->sql, &statement, why));
	bind_text(statement, 1, entry->body);
	for (int i = 0; i < COLUMNS && column_used(&act->columns[i]); i++)
		if (!bind_column(statement, i + 2, &act->columns[i], entry, data))
			return misfit(why, entry, act->columns[i].key);
	int64_t changed = 0;
	TRY(statement_run(statement, &changed, why));
	if (changed != 1)
		return misfit(why, entry, "");
	return ok();
}

static struct result apply(struct store *store, const struct ledger_entry *entry, struct why *why)
{
	AUTO(json_drop) json_t *data = NULL;
	bool known = false;
	TRY(record_data(entry, &data, why));
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (!slice_is(entry->kind, acts[i].kind))
			continue;
		TRY(apply_act(store, &acts[i], entry, data, why));
		known = true;
	}
	return known ? ok() : misfit(why, entry, "kind");
}

const struct projection office_projection = {
	.name = "office",
	.tables = tables,
	.migrations = migrations,
	.migration_count = sizeof migrations / sizeof *migrations,
	.kinds = kinds,
	.apply = apply,
};
