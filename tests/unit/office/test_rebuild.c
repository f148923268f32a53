/* Whatever happens to the office, the entries alone give the same rows. */
#include "bed.h"

static const char *const ordered[] = {
	"SELECT * FROM office_section ORDER BY body,id",
	"SELECT * FROM office_person ORDER BY body,id",
	"SELECT * FROM office_holding ORDER BY body,post,scope,person,from_day",
	"SELECT * FROM office_absence ORDER BY body,id",
	"SELECT * FROM office_delegation ORDER BY body,id",
	"SELECT * FROM office_credential ORDER BY body,person,seq",
	"SELECT * FROM office_factor ORDER BY body,person",
};

static void print_row(const struct statement *s, struct buffer *out)
{
	for (int c = 0; c < column_count(s); c++)
		buffer_printf(out, "%.*s|", SLICE_ARG(column_text(s, c)));
	buffer_put_u8(out, '\n');
}

static void print_tables(struct bed *bed, struct buffer *out)
{
	for (size_t i = 0; i < sizeof ordered / sizeof *ordered; i++) {
		AUTO(statement_drop) struct statement *s = NULL;
		bool row = true;
		CHECK_OK(store_prepare(bed->store, ordered[i], &s, &bed->why), &bed->why);
		while (row) {
			CHECK_OK(statement_step(s, &row, &bed->why), &bed->why);
			if (row)
				print_row(s, out);
		}
		buffer_printf(out, "-- %zu\n", i);
	}
	CHECK(buffer_ok(out));
}

/* ---- a year of changes, some of which cannot be ---------------------------------- */

struct year {
	struct bed *bed;
	uint64_t dice;
	const char *people[6];
	char absence[27], delegation[27];
	size_t done, refused;
};

static unsigned throw(struct year *y, unsigned sides)
{
	y->dice = y->dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(y->dice >> 33) % sides;
}

static const char *anybody(struct year *y)
{
	return y->people[throw(y, 6)];
}

static const char *const posts[] = {"ciso", "supervisor", "deputy", "manager", "window"};
static const char *const scopes[] = {"", "tax", "digital", "finance"};

static day_t any_day(struct year *y)
{
	return bed_day("2026-04-01") + (day_t)throw(y, 365);
}

static struct result hold(struct year *y)
{
	day_t from = any_day(y);
	struct holding h = {
		.post = posts[throw(y, 5)], .scope = scopes[throw(y, 4)], .person = anybody(y),
		.from = from, .to = throw(y, 2) ? DAY_OPEN : from + (day_t)throw(y, 60) - 5,
	};
	return office_hold_post(y->bed->office, anybody(y), &h, NULL);
}

static struct result end(struct year *y)
{
	return office_end_post(y->bed->office, anybody(y), posts[throw(y, 5)], scopes[throw(y, 4)],
	                       anybody(y), any_day(y), NULL);
}

static struct result away(struct year *y)
{
	day_t from = any_day(y);
	struct absence a = {
		.person = anybody(y), .kind = throw(y, 2) ? ABSENCE_AWAY : ABSENCE_PREVENTED,
		.from = from, .to = from + (day_t)throw(y, 20),
	};
	return office_add_absence(y->bed->office, anybody(y), &a, SLICE("出張"), y->absence, NULL);
}

static struct result back(struct year *y)
{
	return office_end_absence(y->bed->office, anybody(y), y->absence, any_day(y), NULL);
}

static struct result delegate(struct year *y)
{
	day_t from = any_day(y);
	struct delegation d = {
		.post = posts[throw(y, 5)], .scope = "", .to_post = posts[throw(y, 5)], .to_scope = "",
		.matter = throw(y, 2) ? "*" : "link_cut,link.cut", .from = from, .to = from + 30,
	};
	return office_delegate(y->bed->office, anybody(y), &d, y->delegation, NULL);
}

static struct result recall(struct year *y)
{
	return office_end_delegation(y->bed->office, anybody(y), y->delegation, any_day(y), NULL);
}

static struct result suspend(struct year *y)
{
	return office_suspend(y->bed->office, anybody(y), anybody(y), throw(y, 2), SLICE("理由"), NULL);
}

static struct result move(struct year *y)
{
	return office_move_person(y->bed->office, anybody(y), anybody(y), scopes[throw(y, 4)], NULL);
}

static struct result reset(struct year *y)
{
	char password[24];
	CHECK_OK(office_random_password(y->bed->office, password, &y->bed->why), &y->bed->why);
	return office_reset_password(y->bed->office, anybody(y), anybody(y), slice_str(password), NULL);
}

static struct result hire(struct year *y)
{
	char login[8], id[27];
	snprintf(login, sizeof login, "p%u", throw(y, 40));
	struct person person = {.login = login, .name = "新人", .section = scopes[throw(y, 4)]};
	return office_add_person(y->bed->office, anybody(y), &person, SLICE(""), id, NULL);
}

static struct result found(struct year *y)
{
	char id[8];
	snprintf(id, sizeof id, "s%u", throw(y, 40));
	struct section section = {.id = id, .name = "新しい課\xe2\x80\xa8\"\\", .parent = scopes[throw(y, 4)]};
	return office_add_section(y->bed->office, anybody(y), &section, NULL);
}

static struct result try_in(struct year *y)
{
	struct session session = {0};
	return signin_password(y->bed->office, "lgwan", SLICE("10.1.1.1"), SLICE("aoki"),
	                       throw(y, 2) ? SLICE("mado no soto wa ame 7") : SLICE("no no no no no"),
	                       &session, NULL);
}

static struct result (*const changes[])(struct year *) = {
	hold, hold, end, away, back, delegate, recall, suspend, move, reset, hire, found, try_in,
};

static void live(struct year *y, size_t days)
{
	for (size_t i = 0; i < days; i++) {
		bed_ms += 3600 * 1000;
		struct result result = changes[throw(y, sizeof changes / sizeof *changes)](y);
		y->done += result.code == OK;
		y->refused += result.code != OK;
		CHECK(result.code != E_STORE && result.code != E_SYSTEM && result.code != E_TAMPERED);
		CHECK(!store_in_transaction(y->bed->store));
	}
}

static void begin_year(struct year *y, struct bed *bed, uint64_t dice)
{
	*y = (struct year){
		.bed = bed, .dice = dice,
		.people = {bed->aoki, bed->tanaka, bed->kuroda, bed->sato, bed->hayashi, bed->okada},
	};
}

static bool sound(struct bed *bed, struct ledger_verdict *verdict)
{
	CHECK_OK(ledger_verify(bed->ledger, "", "", bed->arena, verdict, &bed->why), &bed->why);
	return verdict->sound;
}

TEST(the_entries_alone_give_the_same_rows)
{
	for (uint64_t dice = 1; dice <= 3; dice++) {
		struct bed bed;
		struct year year;
		struct buffer before, after;
		struct ledger_verdict verdict = {0};
		buffer_init(&before, 1 << 22);
		buffer_init(&after, 1 << 22);
		bed_open(&bed);
		begin_year(&year, &bed, dice);
		live(&year, 300);
		CHECK(year.done > 80 && year.refused > 20); /* both sides were tried */
		print_tables(&bed, &before);
		CHECK(sound(&bed, &verdict));
		CHECK_OK(ledger_rebuild(bed.ledger, &bed.why), &bed.why);
		print_tables(&bed, &after);
		CHECK(before.len > 1000);
		CHECK_SLICE(buffer_slice(&after), buffer_slice(&before));
		CHECK(sound(&bed, &verdict));
		bed_close(&bed);
		buffer_done(&before);
		buffer_done(&after);
	}
}

TEST(a_row_that_somebody_changed_is_found)
{
	static const struct {
		const char *sql, *table;
	} rows[] = {
		{"UPDATE office_person SET active=0 WHERE login_item<>''", "office_person"},
		{"UPDATE office_holding SET person='x' WHERE post='ciso'", "office_holding"},
		{"UPDATE office_credential SET provisional=0", "office_credential"},
		{"DELETE FROM office_credential", "office_credential"},
		{"INSERT INTO office_holding VALUES('aonami','ciso','','x',1,2)", "office_holding"},
		{"INSERT INTO office_factor VALUES('aonami','x','y','z',1)", "office_factor"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bed bed;
		struct ledger_verdict verdict = {0};
		bed_open(&bed);
		CHECK(sound(&bed, &verdict));
		CHECK_OK(store_begin(bed.store, &bed.why), &bed.why);
		CHECK_OK(store_exec(bed.store, rows[i].sql, &bed.why), &bed.why);
		CHECK_OK(store_commit(bed.store, &bed.why), &bed.why);
		CHECK(!sound(&bed, &verdict));
		CHECK(verdict.faults && strstr(verdict.faults->place, rows[i].table));
		CHECK_OK(ledger_rebuild(bed.ledger, &bed.why), &bed.why);
		CHECK(sound(&bed, &verdict));
		bed_close(&bed);
	}
}

MAIN_TESTS()
