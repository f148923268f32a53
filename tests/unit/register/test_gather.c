/* What is gathered in memory while all entries are applied leaves the rows that applying leaves,
 * also where it has to be written in between, and refuses what applying refuses. */
#include "register/internal.h"
#include "town.h"

enum { ROWS = 40, STEPS = 300 };

static struct projection_gathering small_gathering;
static struct projection small_projection;

static void *begin_small(void)
{
	return gathered_new(6000); /* some ten rows */
}

static unsigned seed;
static unsigned pick(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

static const char *const levels[] = {"A", "B", "C"};

struct grown {
	char id[27];
	int64_t version;
};

static void put(struct town *t, struct grown *row, const char *contents)
{
	char name[100];
	snprintf(name, sizeof name, "綴り%u", pick(1000));
	const struct cell cells[] = {{"owner", "tax"}, {"importance", levels[pick(3)]}, {"contents", contents}};
	struct register_change change = {.kind = "asset", .id = row->id, .version = row->version, .name = name, .section = "tax",
	                                 .cells = cells, .cell_count = *contents ? 3 : 2, .actor = "x"};
	struct why own = {0};
	if (register_put(t->registers, &change, row->id, &own).code == OK)
		row->version++;
}

/* Boxes with rows in them, so that a row's change rates its boxes anew. */
static void grow(struct town *t)
{
	static struct grown rows[ROWS];
	memset(rows, 0, sizeof rows);
	seed = 5;
	for (int i = 0; i < STEPS; i++) {
		size_t n = pick(ROWS);
		struct grown *row = &rows[n];
		struct register_row now;
		town_ms += 1000;
		if (*row->id) { /* rating may have made a version */
			CHECK_OK(register_get(t->registers, row->id, t->arena, &now, &t->why), &t->why);
			row->version = now.version;
		}
		if (*row->id && pick(8) == 0 && register_end(t->registers, row->id, row->version, "x", "", NULL, 0, NULL).code == OK)
			*row = (struct grown){.version = 0};
		else
			put(t, row, n % 4 == 0 && rows[n + 1].id[0] ? rows[n + 1].id : "");
	}
}

static int64_t entries_of(struct town *t, const char *kind)
{
	int64_t count = 0;
	bool found;
	CHECK_OK(store_ask_one(t->store, "SELECT COUNT(*) FROM ledger_entry WHERE kind = ?1", ARGS(arg_str(kind)), &found, &count,
	                       &t->why), &t->why);
	return count;
}

static void verify_with(struct town *t, const struct projection *registers)
{
	AUTO(ledger_drop) struct ledger *other = NULL;
	struct ledger_verdict verdict = {0};
	const struct projection *all[16];
	size_t n = 0;
	for (; town_projections[n]; n++)
		all[n] = town_projections[n] == &register_projection ? registers : town_projections[n];
	all[n] = NULL;
	CHECK_OK(ledger_open(t->store, "test/town", all, &t->clock, &other, &t->why), &t->why);
	CHECK_OK(ledger_verify(other, "", "", t->arena, &verdict, &t->why), &t->why);
	for (struct ledger_fault *f = verdict.faults; f; f = f->next)
		printf("  %s %s: %s\n", f->what, f->place, f->text);
	CHECK(verdict.sound);
}

TEST(the_same_rows_are_left_however_little_is_gathered)
{
	struct town t;
	town_new(&t);
	grow(&t);
	CHECK(entries_of(&t, "register.changed") > 50 && entries_of(&t, "register.closed") > 5);
	CHECK(entries_of(&t, "register.rated") > 0);
	verify_with(&t, &register_projection);
	small_gathering = register_gathering;
	small_gathering.begin = begin_small;
	small_projection = register_projection;
	small_projection.gathering = &small_gathering;
	verify_with(&t, &small_projection);
	struct projection plain = register_projection;
	plain.gathering = NULL;
	verify_with(&t, &plain);
	town_done(&t);
}

/* ---- what the table refuses ------------------------------------------------------------ */

static struct result tell(struct town *t, void *gathered, const char *kind, const char *data)
{
	const struct ledger_entry entry = {.body = SLICE("town"), .kind = slice_str(kind), .actor = SLICE("x"),
	                                   .subject = SLICE("row"), .data = slice_str(data)};
	return gathered ? register_gathering.take(gathered, t->store, &entry, NULL) : register_apply(t->store, &entry, NULL);
}

#define ROW(version, serial, rated) \
	"{\"cells\":{},\"kind\":\"asset\",\"name\":\"n\",\"rated\":" rated ",\"section\":\"tax\",\"serial\":" serial \
	",\"texts\":{},\"version\":" version "}"

static const struct telling {
	const char *kind, *data;
	enum error code;
} tellings[] = {
	{"register.changed", ROW("2", "1", "{}"), E_CONFLICT}, /* there is none yet */
	{"register.registered", ROW("1", "1", "[]"), E_CONFLICT},
	{"register.registered", ROW("1", "1", "{\"importance\":[\"A\",\"A\"]}"), OK},
	{"register.changed", ROW("3", "1", "{}"), E_CONFLICT},
	{"register.changed", ROW("2", "2", "{}"), E_CONFLICT},
	{"register.changed", ROW("2", "1", "{\"importance\":[\"A\"]}"), E_CONFLICT},
	{"register.changed", ROW("2", "1", "{\"importance\":[\"B\",\"B\"]}"), OK},
	{"register.rated", "{\"rated\":3}", E_CONFLICT},
	{"register.rated", "{\"rated\":{\"importance\":[\"A\",\"B\"]}}", OK},
	{"register.closed", "{\"version\":4}", E_CONFLICT},
	{"register.closed", "{\"version\":3}", OK},
	{"register.changed", ROW("4", "1", "{}"), E_CONFLICT},
	{"register.closed", "{\"version\":4}", E_CONFLICT},
	{"register.rated", "{\"rated\":{\"importance\":[\"A\",\"A\"]}}", OK}, /* odd, and the table takes it */
	{"register.sold", "{}", E_CONFLICT},
};

static const char *row_text(struct town *t)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row;
	CHECK_OK(store_ask(t->store, "SELECT version || ' ' || closed || ' ' || rated || ' ' || (SELECT COUNT(*) FROM register_cell"
	                             " WHERE row = 'row') FROM register_row WHERE id = 'row'", NULL, 0, &s, &t->why), &t->why);
	CHECK_OK(statement_step(s, &row, &t->why), &t->why);
	return row ? arena_string(t->arena, column_text(s, 0)) : "none";
}

TEST(what_a_table_refuses_is_refused_in_memory)
{
	struct town t;
	town_new(&t);
	for (size_t n = 1; n <= sizeof tellings / sizeof *tellings; n++) { /* the table, then memory, after each telling */
		const char *left[2];
		for (int memory = 0; memory < 2; memory++) {
			void *gathered = memory ? register_gathering.begin() : NULL;
			CHECK_OK(store_begin(t.store, &t.why), &t.why);
			for (size_t i = 0; i < n; i++)
				CHECK_INT(tell(&t, gathered, tellings[i].kind, tellings[i].data).code, tellings[i].code);
			if (memory)
				CHECK_OK(register_gathering.write(gathered, t.store, &t.why), &t.why);
			left[memory] = row_text(&t);
			store_rollback(t.store);
			if (memory)
				register_gathering.end(gathered);
		}
		CHECK_STR(left[1], left[0]);
	}
	town_done(&t);
}

MAIN_TESTS()
