/* What the office knows of its people and sections in the words of the vocabulary.
 * A policy reaches an act only when it can tell who acts; what is not kept here
 * holds every act of the person.                                            */
#include "office/internal.h"

struct known {
	struct office *office;
	struct facts *facts;
	struct arena *arena;
	day_t day;
	struct why *why;
};

/* ---- setting ------------------------------------------------------------- */

static struct result find_fact(struct office *office, const struct office_fact *fact,
                               struct arena *arena, const struct policy_fact **out, struct why *why)
{
	const struct policy_fact *all = NULL;
	size_t count = 0;
	if (!office->policy)
		return fail(why, E_CONFLICT, "vocabulary", "語彙が読み込まれていないため、職員等の属性を記録できません。");
	TRY(policy_kind_facts(office->policy, fact->kind, arena, &all, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].path, fact->path) == 0) {
			*out = &all[i];
			return ok();
		}
	return fail(why, E_INPUT, fact->path, "語彙の「%s」に「%s」という項目はありません。", fact->kind, fact->path);
}

static bool word_of(const struct policy_fact *known, const char *value)
{
	for (size_t i = 0; i < known->word_count; i++)
		if (strcmp(known->words[i], value) == 0)
			return true;
	return false;
}

static struct result check_value(struct office *office, const struct policy_fact *known,
                                 const char *value, struct why *why)
{
	day_t day = 0;
	bool good = true;
	TRY(office_check_name(slice_str(value), REASON_BYTES / 10, known->path, why));
	if (known->type == FACT_YESNO)
		good = strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
	else if (known->type == FACT_WORD || known->type == FACT_LEVEL)
		good = word_of(known, value);
	else if (known->type == FACT_DATE)
		good = day_parse(slice_str(value), &day, NULL).code == OK;
	else if (known->type == FACT_SECTION)
		return office_section_must_exist(office, value, known->path, why);
	else if (known->type == FACT_PERSON)
		return office_person_must_exist(office, value, why);
	else if (known->type == FACT_SET)
		good = false;
	if (!good)
		return fail(why, E_INPUT, known->path, "「%s」に「%s」とは書けません。語彙にある言葉を書いてください。",
		            known->label, value);
	return ok();
}

struct result office_set_fact(struct office *office, const char *by, const struct office_fact *fact,
                              struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(SCRATCH_BYTES);
	const struct policy_fact *known = NULL;
	char from[11];
	if (!arena)
		return office_no_memory(why);
	TRY(find_fact(office, fact, arena, &known, why));
	if (*fact->value)
		TRY(check_value(office, known, fact->value, why));
	AUTO(tx_drop) struct tx tx = {0};
	TRY(tx_begin(office->store, &tx, why));
	TRY(strcmp(fact->kind, "person") == 0
	            ? office_person_must_exist(office, fact->id, why)
	            : office_section_must_exist(office, fact->id, "id", why));
	office_day_field(fact->from, from);
	TRY(office_record(office, "office.fact.set", by, fact->id,
	           FIELDS(field_str("from", from), field_str("id", fact->id), field_str("kind", fact->kind),
	                  field_str("path", fact->path), field_str("value", fact->value)),
	           why));
	return tx_commit(&tx, why);
}

/* ---- reading ------------------------------------------------------------- */

static const char facts_sql[] =
	"SELECT path,value,from_day FROM office_fact f WHERE body=?1 AND kind=?2 AND id=?3 AND from_day="
	"(SELECT MAX(from_day) FROM office_fact g WHERE g.body=f.body AND g.kind=f.kind AND g.id=f.id"
	" AND g.path=f.path AND g.from_day<=?4) ORDER BY path";

static struct result take_fact(struct office_fact *fact, const struct statement *row,
                               struct arena *arena, struct why *why)
{
	fact->path = arena_string(arena, column_text(row, 0));
	fact->value = arena_string(arena, column_text(row, 1));
	fact->from = (day_t)column_i64(row, 2);
	return fact->path && fact->value ? ok() : office_no_memory(why);
}

struct result office_facts(struct office *office, const char *kind, const char *id, day_t day,
                           struct arena *arena, struct office_fact **out, size_t *count,
                           struct why *why)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	struct office_fact *items = NULL;
	size_t used = 0, room = 0;
	bool row = false;
	TRY(office_ask(office, facts_sql, ARGS(arg_str(kind), arg_str(id), arg_i64(day)), &statement, why));
	for (;;) {
		TRY(statement_step(statement, &row, why));
		if (!row)
			break;
		items = office_grow(arena, items, used, &room, sizeof *items);
		if (!items)
			return office_no_memory(why);
		items[used] = (struct office_fact){.kind = kind, .id = id};
		TRY(take_fact(&items[used++], statement, arena, why));
	}
	*out = items;
	*count = used;
	return ok();
}

/* Names and parents are columns of the office, no facts of the vocabulary. */
static bool of_vocabulary(const struct office_fact *fact)
{
	bool person = strcmp(fact->kind, "person") == 0;
	return *fact->value && (person || (strcmp(fact->path, "name") != 0 && strcmp(fact->path, "parent") != 0));
}

static const char *value_of(const struct office_fact *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return facts[i].value;
	return "";
}

static struct result put(struct known *k, const char *prefix, const char *name, const char *value)
{
	const char *path = arena_printf(k->arena, "%s.%s", prefix, name);
	return path ? facts_set_any(k->facts, path, value, k->why) : office_no_memory(k->why);
}

static struct result put_all(struct known *k, const struct office_fact *facts, size_t count, const char *prefix)
{
	for (size_t i = 0; i < count; i++)
		if (of_vocabulary(&facts[i]))
			TRY(put(k, prefix, facts[i].path, facts[i].value));
	return ok();
}

static struct result tell(struct known *k, const char *kind, const char *id, const char *prefix,
                          const char *wanted, const char **out)
{
	struct office_fact *facts = NULL;
	size_t count = 0;
	TRY(office_facts(k->office, kind, id, k->day, k->arena, &facts, &count, k->why));
	TRY(put_all(k, facts, count, prefix));
	*out = value_of(facts, count, wanted);
	return ok();
}

struct result office_person_facts(struct office *office, const char *person, day_t day, struct arena *arena,
                                  const char *prefix, struct facts *facts, struct why *why)
{
	struct known k = {.office = office, .facts = facts, .arena = arena, .day = day, .why = why};
	const struct policy_fact *may = NULL;
	struct office_fact *known;
	size_t may_count = 0, count;
	TRY(office_facts(office, "person", person, day, arena, &known, &count, why));
	TRY(put_all(&k, known, count, prefix));
	if (office->policy)
		TRY(policy_kind_facts(office->policy, "person", arena, &may, &may_count, why));
	for (size_t i = 0; i < may_count; i++)
		if (may[i].unsaid && *may[i].unsaid && !*value_of(known, count, may[i].path))
			TRY(put(&k, prefix, may[i].path, may[i].unsaid));
	return ok();
}

/* The post of a section goes for those sections too whose matters it has taken over. */
static struct result inherit(struct known *k, const struct holding *held,
                             struct policy_holding **posts, size_t *used, size_t *room)
{
	AUTO(statement_drop) struct statement *statement = NULL;
	bool row = held->scope[0] != 0;
	if (!row)
		return ok();
	TRY(office_ask(k->office, "SELECT id FROM office_section WHERE body=?1 AND successor=?2 AND to_day<?3",
	               ARGS(arg_str(held->scope), arg_i64(k->day)), &statement, k->why));
	for (;;) {
		TRY(statement_step(statement, &row, k->why));
		if (!row)
			return ok();
		*posts = office_grow(k->arena, *posts, *used, room, sizeof **posts);
		const char *of = arena_string(k->arena, column_text(statement, 0));
		if (!*posts || !of)
			return office_no_memory(k->why);
		(*posts)[(*used)++] = (struct policy_holding){held->post, of};
	}
}

static struct result tell_posts(struct known *k, const char *person)
{
	struct holding *held = NULL;
	size_t count = 0;
	TRY(office_holdings(k->office, person, k->day, k->arena, &held, &count, k->why));
	size_t room = 0, used = 0;
	struct policy_holding *posts = NULL;
	for (size_t i = 0; i < count; i++) {
		posts = office_grow(k->arena, posts, used, &room, sizeof *posts);
		if (!posts)
			return office_no_memory(k->why);
		posts[used++] = (struct policy_holding){held[i].post, held[i].scope[0] ? held[i].scope : NULL};
		TRY(inherit(k, &held[i], &posts, &used, &room));
	}
	return facts_set_posts(k->facts, person, posts ? posts : &(struct policy_holding){0}, used, k->why);
}

static struct result tell_suspended(struct known *k, const char *person)
{
	bool found = false;
	int64_t active = 0;
	TRY(office_ask_one(k->office, "SELECT active FROM office_person WHERE body=?1 AND id=?2",
	                   ARGS(arg_str(person)), &found, &active, k->why));
	if (!found)
		return fail(k->why, E_ABSENT, "person", "その職員は登録されていません。");
	return facts_set_yesno(k->facts, "actor.suspended", active == 0, k->why);
}

struct result office_actor_facts(struct office *office, const char *person, day_t day,
                                 struct arena *arena, struct facts *facts, struct why *why)
{
	struct known k = {.office = office, .facts = facts, .arena = arena, .day = day, .why = why};
	const char *section = "", *parent = "";
	TRY(facts_set_id(facts, "actor", person, why));
	TRY(tell_suspended(&k, person));
	TRY(tell(&k, "person", person, "actor", "section", &section));
	TRY(tell_posts(&k, person));
	if (!*section)
		return ok();
	TRY(tell(&k, "section", section, "actor.section", "parent", &parent));
	if (!*parent)
		return ok();
	TRY(facts_set_id(facts, "actor.section.department", parent, why));
	return tell(&k, "department", parent, "actor.section.department", "parent", &parent);
}
