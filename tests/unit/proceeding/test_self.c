/* Nobody permits what he asked for, nobody counts twice, nobody audits himself:
 * through the real proceedings (submitted, answered, recorded, in memory), over every
 * way in which four persons can hold five posts (兼務), each of them prevented (代決)
 * or nobody, the supervising officer's matters delegated (専決) or not, every one
 * applying and somebody without a post, and every act of the table.  Everybody
 * tries to agree, the applicant too.  An act passes exactly if different persons
 * other than the applicant may sign its route; who may sign for one post is the
 * office's answer, tested by itself.
 * Persons have no names here: organisations that differ only in who is who are one,
 * so that 51 stand for 1,024.  A run takes every n-th of all; SEKISHO_LONG=1 takes
 * every one, SEKISHO_LONG=2 those 1,024 with their names.                     */
#define TOWN_IN_MEMORY
#include "proceeding/case.h"
#include "store/ask.h"
#include "town.h"

enum { POSTS = 5, PERSONS = 4, EVERYBODY = 5 /* the last holds no post */, NAMED = 1024, STEP = 17 };

static const struct post_row {
	const char *post, *scope;
} posts[POSTS] = {{"ciso", ""}, {"supervisor", ""}, {"deputy", ""}, {"department_officer", "finance"}, {"manager", "tax"}};
static const char *const logins[EVERYBODY] = {"aoki", "ueda", "tanaka", "okada", "kimura"};

static const struct fact_pair connect_facts[] = {
	{"object.step", "contracted"}, {"passed.investigated", "yes"}, {"passed.contracted", "yes"},
	{"object.impact_free", "yes"}, {"object.liability", "yes"}};
static const struct fact_pair take_out_facts[] = {{"object", "thing"}, {"object.owner", "tax"}, {"on_duty", "yes"}};
static const struct fact_pair install_facts[] = {
	{"device", "pc"}, {"device.section", "tax"}, {"for_business", "yes"}, {"object.copied", "no"}};
static const struct fact_pair otherwise_facts[] = {{"object", "thing"}, {"object.owner", "tax"}};
static const struct fact_pair web_facts[] = {{"service_name", "写真置き場"}};
static const struct fact_pair exchange_facts[] = {
	{"object", "thing"}, {"object.owner", "tax"}, {"object.owner.department", "finance"}, {"handling_rules", "規則"}};

/* the ways in which it may be signed: each a set of posts by number */
static const struct act_row {
	const char *act, *ways[3];
	const struct fact_pair *facts;
	size_t count;
} acts[] = {
	{"take_out", {"4"}, take_out_facts, 3},
	{"install_software", {"14"}, install_facts, 4},
	{"link.connect", {"01"}, connect_facts, 5},
	{"use_otherwise", {"1", "4"}, otherwise_facts, 2},
	{"use_web_service", {"1"}, web_facts, 1},
	{"exchange_system_info", {"13"}, exchange_facts, 4},
};
enum { ACTS = sizeof acts / sizeof *acts, ABSENT = PERSONS + 1, CONSTELLATIONS = ABSENT * 2 };

struct hall { /* one organisation on a day of its own, so that nothing has to be taken back */
	char ids[EVERYBODY][27];
	unsigned may[POSTS]; /* who may sign for a post today: a bit for each person */
	unsigned wrong;
};

/* ---- what must come of it */

static bool different(const struct hall *h, const char *way, size_t applicant, unsigned used)
{
	if (!*way)
		return true;
	for (unsigned p = 0; p < EVERYBODY; p++)
		if (p != applicant && !(used >> p & 1) && (h->may[*way - '0'] >> p & 1) && different(h, way + 1, applicant, used | 1u << p))
			return true;
	return false;
}

static bool should_pass(const struct hall *h, const struct act_row *row, size_t applicant)
{
	for (size_t i = 0; i < sizeof row->ways / sizeof *row->ways && row->ways[i]; i++)
		if (different(h, row->ways[i], applicant, 0))
			return true;
	return false;
}

/* ---- organisations */

/* The first of those that differ only in names: each new person is the next one. */
static bool is_first(unsigned employed)
{
	unsigned next = 0;
	for (size_t i = 0; i < POSTS; i++, employed /= PERSONS) {
		if (employed % PERSONS > next)
			return false;
		next += employed % PERSONS == next;
	}
	return true;
}

static void know_signers(struct town *t, struct hall *h, const char *act, day_t today)
{
	for (size_t i = 0; i < POSTS; i++) {
		struct holder *holders;
		size_t count;
		const struct office_question question = {.post = posts[i].post, .scope = posts[i].scope, .day = today, .act = act,
		                                         .policy_name = "hannan"};
		h->may[i] = 0;
		CHECK_OK(office_resolve(t->office, t->policy, &question, t->arena, &holders, &count, &t->why), &t->why);
		for (size_t k = 0; k < count; k++)
			for (size_t p = 0; p < EVERYBODY; p++)
				h->may[i] |= strcmp(holders[k].person, h->ids[p]) == 0 ? 1u << p : 0;
	}
}

static void employ(struct town *t, struct hall *h, unsigned employed, unsigned constellation)
{
	town_ms += 86400000;
	day_t today = day_of_ms(town_ms);
	unsigned absent = constellation % ABSENT;
	char id[27];
	for (size_t i = 0; i < POSTS; i++, employed /= PERSONS) {
		const struct holding holding = {posts[i].post, posts[i].scope, h->ids[employed % PERSONS], today, today};
		CHECK_OK(office_hold_post(t->office, "", &holding, &t->why), &t->why);
	}
	if (absent < PERSONS) {
		const struct absence away = {.person = h->ids[absent], .kind = ABSENCE_PREVENTED, .from = today, .to = today};
		CHECK_OK(office_add_absence(t->office, "", &away, SLICE("入院"), id, &t->why), &t->why);
	}
	if (constellation >= ABSENT) {
		const struct delegation given = {.post = "supervisor", .scope = "", .to_post = "deputy", .to_scope = "", .matter = "*",
		                                 .from = today, .to = today};
		CHECK_OK(office_delegate(t->office, "", &given, id, &t->why), &t->why);
	}
}

static void empty_posts(struct town *t, struct hall *h)
{
	struct holding *all;
	size_t count;
	for (size_t p = 0; p < EVERYBODY; p++)
		snprintf(h->ids[p], sizeof h->ids[p], "%s", town_id(t, logins[p]));
	CHECK_OK(office_all_holdings(t->office, t->arena, &all, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		CHECK_OK(office_end_post(t->office, "", all[i].post, all[i].scope, all[i].person, day_of_ms(town_ms), &t->why), &t->why);
}

/* ---- one application */

static size_t count_of(struct town *t, const char *sql, const char *id)
{
	bool found;
	int64_t count = 0;
	CHECK_OK(store_ask_one(t->store, sql, ARGS(arg_str(id)), &found, &count, &t->why), &t->why);
	return (size_t)count;
}

static bool is_permitted(struct town *t, const struct hall *h, const struct act_row *row, size_t applicant, unsigned long number)
{
	char id[27], subject[40];
	snprintf(subject, sizeof subject, "thing-%lu", number);
	const struct application_request request = {.wish = {.act = row->act, .actor = h->ids[applicant], .subject = subject,
		.facts = row->facts, .fact_count = row->count}, .section = "tax", .title = "申請", .purpose = "業務", .until = DAY_OPEN};
	t->why = (struct why){0};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(application_submit(t->proceedings, &request, id, &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
	for (int round = 0; round < 2; round++)
		for (size_t p = 0; p < EVERYBODY; p++) {
			struct result said = application_answer(t->proceedings, id, h->ids[p], ANSWER_AGREE, "", NULL);
			CHECK(p != applicant || said.code != OK);
		}
	CHECK_INT(count_of(t, "SELECT COUNT(*) FROM application_word w JOIN application a ON a.id = w.application"
	                      " WHERE a.id = ?1 AND w.person = a.applicant", id), 0);
	CHECK_INT(count_of(t, "SELECT COUNT(*) FROM application_word WHERE application = ?1", id),
	          count_of(t, "SELECT COUNT(DISTINCT person) FROM application_word WHERE application = ?1", id));
	return count_of(t, "SELECT COUNT(*) FROM application WHERE id = ?1 AND state = 'permitted'", id) == 1;
}

static int wanted(void)
{
	const char *wish = getenv("SEKISHO_LONG");
	return wish ? wish[0] == '2' ? 2 : 1 : 0;
}

TEST(nobody_permits_his_own_application_in_any_organisation)
{
	struct town t;
	struct hall h = {.wrong = 0};
	unsigned long all = 0, asked = 0, permitted = 0, organisations = 0;
	int longer = wanted();
	town_new(&t);
	empty_posts(&t, &h);
	for (unsigned employed = 0; employed < NAMED; employed++) {
		if (longer < 2 && !is_first(employed))
			continue;
		organisations++;
		for (unsigned c = 0; c < CONSTELLATIONS; c++) {
			bool on_duty = false;
			for (size_t a = 0; a < ACTS; a++)
				for (size_t p = 0; p < EVERYBODY; p++) {
					if (!longer && all++ % STEP != 0)
						continue;
					if (!on_duty)
						employ(&t, &h, employed, c);
					on_duty = true;
					know_signers(&t, &h, acts[a].act, day_of_ms(town_ms));
					bool got = is_permitted(&t, &h, &acts[a], p, asked++), want = should_pass(&h, &acts[a], p);
					permitted += got;
					if (got != want && h.wrong++ < 5)
						printf("  organisation %u, constellation %u, %s by %s: %s\n", employed, c, acts[a].act, logins[p],
						       got ? "permitted" : "not");
				}
		}
	}
	printf("%lu organisations, %lu applications, %lu permitted, none by oneself\n", organisations, asked, permitted);
	CHECK_INT(h.wrong, 0);
	CHECK(permitted > asked / 10 && permitted < asked / 10 * 9);
	town_done(&t);
}

/* ---- audits */

static enum error carry_out(struct town *t, const char *id, const char *act, const char *by, int64_t turn)
{
	char application[27];
	enum case_outcome outcome;
	const struct case_hand hand = {id, turn, by, ""};
	const struct case_step step = {.act = act, .reason = ""};
	t->why = (struct why){0};
	return case_move(t->proceedings, &hand, &step, &outcome, application, &t->why).code;
}

static void open_audit(struct town *t, const char *auditor, const char *by, char id[27])
{
	const struct cell cells[] = {{"section", "tax"}, {"auditor", auditor}};
	const struct case_opening opening = {.kind = "audit", .name = "監査", .section = "audit", .cells = cells,
		.cell_count = 2, .actor = by};
	t->why = (struct why){0};
	CHECK_OK(case_open(t->proceedings, &opening, id, &t->why), &t->why);
}

/* The auditor manages the audited section, is one of its people, or neither. */
TEST(nobody_audits_his_own_section_in_any_organisation)
{
	static const bool in_tax[EVERYBODY] = {true, true, true, false, false}; /* aoki, ueda, tanaka */
	struct town t;
	struct hall h = {.wrong = 0};
	unsigned audits = 0, refused = 0;
	town_new(&t);
	empty_posts(&t, &h);
	for (unsigned employed = 0; employed < NAMED; employed += 7) { /* any order: who is who matters here */
		unsigned manager = employed / (PERSONS * PERSONS * PERSONS * PERSONS) % PERSONS;
		employ(&t, &h, employed, employed % CONSTELLATIONS);
		for (size_t auditor = 0; auditor < EVERYBODY; auditor++, audits++) {
			char id[27];
			bool own = auditor == manager || in_tax[auditor];
			open_audit(&t, h.ids[auditor], h.ids[(auditor + 1) % EVERYBODY], id);
			enum error code = carry_out(&t, id, "audit.carry_out", h.ids[auditor], 1);
			CHECK_INT(code, own ? E_DENIED : OK);
			refused += code != OK;
		}
	}
	printf("%u audits, %u of one's own section refused\n", audits, refused);
	CHECK(refused > 0 && refused < audits);
	town_done(&t);
}

/* Whoever is transferred into the section, or comes to manage it, while he audits it
 * does not report on it.                                                     */
TEST(a_transfer_in_the_middle_of_an_audit_ends_the_independence)
{
	struct town t;
	struct hall h = {.wrong = 0};
	town_new(&t);
	empty_posts(&t, &h);
	for (int way = 0; way < 3; way++) { /* stays, moves in, manages */
		char id[27];
		if (way)
			CHECK_OK(office_move_person(t.office, "", h.ids[4], "welfare", &t.why), &t.why);
		employ(&t, &h, 0, PERSONS);
		open_audit(&t, h.ids[4], h.ids[3], id);
		CHECK_INT(carry_out(&t, id, "audit.carry_out", h.ids[4], 1), OK);
		town_ms += 86400000;
		day_t today = day_of_ms(town_ms);
		const struct holding over = {"manager", "tax", h.ids[4], today, today};
		if (way == 1)
			CHECK_OK(office_move_person(t.office, "", h.ids[4], "tax", &t.why), &t.why);
		if (way == 2)
			CHECK_OK(office_hold_post(t.office, "", &over, &t.why), &t.why);
		CHECK_INT(carry_out(&t, id, "audit.report", h.ids[4], 2), way ? E_DENIED : OK);
	}
	town_done(&t);
}

MAIN_TESTS()
