/* Nobody permits what he asked for, nobody counts twice, nobody audits himself:
 * through the real proceedings, over every way in which three persons can hold
 * three posts (兼務), every applicant and every route of the table.  Everybody tries
 * to agree, the applicant too; an application is permitted exactly if different
 * persons other than the applicant hold what its clause asks for.             */
#include "proceeding/case.h"
#include "store/ask.h"
#include "town.h"

enum { POSTS = 3, PERSONS = 3, EMPLOYED = 27 };

static const struct post_row {
	const char *post, *scope;
} posts[POSTS] = {{"ciso", ""}, {"supervisor", ""}, {"manager", "tax"}};
static const char *const logins[PERSONS] = {"aoki", "ueda", "tanaka"};

static const struct fact_pair connect_facts[] = {
	{"object.step", "contracted"}, {"passed.investigated", "yes"}, {"passed.contracted", "yes"},
	{"object.impact_free", "yes"}, {"object.liability", "yes"}};
static const struct fact_pair take_out_facts[] = {{"object", "thing"}, {"object.owner", "tax"}, {"on_duty", "yes"}};
static const struct fact_pair install_facts[] = {
	{"device", "pc"}, {"device.section", "tax"}, {"for_business", "yes"}, {"object.copied", "no"}};

static const struct act_row {
	const char *act, *needs; /* posts by number: all of them sign */
	const struct fact_pair *facts;
	size_t count;
} acts[] = {
	{"take_out", "2", take_out_facts, 3},
	{"install_software", "12", install_facts, 4},
	{"link.connect", "01", connect_facts, 5},
};
enum { ACTS = sizeof acts / sizeof *acts };

struct hall_of { /* who holds what on this day */
	size_t holder[POSTS];
};

static bool different(const struct hall_of *h, const char *needs, size_t applicant, unsigned used)
{
	if (!*needs)
		return true;
	size_t p = h->holder[*needs - '0'];
	return p != applicant && !(used >> p & 1) && different(h, needs + 1, applicant, used | 1u << p);
}

/* Each organisation has a day of its own, so that none has to be taken back. */
static struct hall_of employ(struct town *t, unsigned employed, char ids[PERSONS][27])
{
	struct hall_of h;
	town_ms += 86400000;
	day_t today = day_of_ms(town_ms);
	for (size_t i = 0; i < POSTS; i++, employed /= PERSONS) {
		h.holder[i] = employed % PERSONS;
		const struct holding holding = {posts[i].post, posts[i].scope, ids[h.holder[i]], today, today};
		CHECK_OK(office_hold_post(t->office, "", &holding, &t->why), &t->why);
	}
	return h;
}

static void empty_posts(struct town *t)
{
	struct holding *all;
	size_t count;
	CHECK_OK(office_all_holdings(t->office, t->arena, &all, &count, &t->why), &t->why);
	for (size_t i = 0; i < count; i++)
		CHECK_OK(office_end_post(t->office, "", all[i].post, all[i].scope, all[i].person, day_of_ms(town_ms), &t->why), &t->why);
}

static size_t count_of(struct town *t, const char *sql, const char *id)
{
	bool found;
	int64_t count = 0;
	CHECK_OK(store_ask_one(t->store, sql, ARGS(arg_str(id)), &found, &count, &t->why), &t->why);
	return (size_t)count;
}

static bool is_permitted(struct town *t, const struct act_row *row, size_t applicant, char ids[PERSONS][27],
                         unsigned number)
{
	char id[27], subject[32];
	snprintf(subject, sizeof subject, "thing-%u", number);
	const struct application_request request = {.wish = {.act = row->act, .actor = ids[applicant], .subject = subject,
		.facts = row->facts, .fact_count = row->count}, .section = "tax", .title = "申請", .purpose = "業務", .until = DAY_OPEN};
	t->why = (struct why){0};
	CHECK_OK(store_begin(t->store, &t->why), &t->why);
	CHECK_OK(application_submit(t->proceedings, &request, id, &t->why), &t->why);
	CHECK_OK(store_commit(t->store, &t->why), &t->why);
	for (int round = 0; round < 2; round++)
		for (size_t p = 0; p < PERSONS; p++) {
			struct result said = application_answer(t->proceedings, id, ids[p], ANSWER_AGREE, "", NULL);
			CHECK(p != applicant || said.code != OK);
		}
	CHECK_INT(count_of(t, "SELECT COUNT(*) FROM application_word w JOIN application a ON a.id = w.application"
	                      " WHERE a.id = ?1 AND w.person = a.applicant", id), 0);
	CHECK_INT(count_of(t, "SELECT COUNT(*) FROM application_word WHERE application = ?1", id),
	          count_of(t, "SELECT COUNT(DISTINCT person) FROM application_word WHERE application = ?1", id));
	return count_of(t, "SELECT COUNT(*) FROM application WHERE id = ?1 AND state = 'permitted'", id) == 1;
}

TEST(nobody_permits_his_own_application_in_any_organisation)
{
	struct town t;
	char ids[PERSONS][27];
	unsigned asked = 0, permitted = 0, wrong = 0;
	town_new(&t);
	for (size_t p = 0; p < PERSONS; p++)
		snprintf(ids[p], sizeof ids[p], "%s", town_id(&t, logins[p]));
	empty_posts(&t);
	for (unsigned employed = 0; employed < EMPLOYED; employed++) {
		struct hall_of hall = employ(&t, employed, ids);
		for (size_t a = 0; a < ACTS; a++)
			for (size_t p = 0; p < PERSONS; p++, asked++) {
				bool got = is_permitted(&t, &acts[a], p, ids, asked), want = different(&hall, acts[a].needs, p, 0);
				permitted += got;
				if (got != want && wrong++ < 3)
					printf("  organisation %u, %s by %s: %s\n", employed, acts[a].act, logins[p], got ? "permitted" : "not");
			}
	}
	printf("%u applications, %u permitted, none by oneself\n", asked, permitted);
	CHECK_INT(wrong, 0);
	CHECK(permitted > asked / 10 && permitted < asked / 10 * 9);
	town_done(&t);
}

TEST(nobody_audits_what_he_manages_in_any_organisation)
{
	struct town t;
	char ids[PERSONS][27];
	unsigned audits = 0, refused = 0;
	town_new(&t);
	for (size_t p = 0; p < PERSONS; p++)
		snprintf(ids[p], sizeof ids[p], "%s", town_id(&t, logins[p]));
	empty_posts(&t);
	for (unsigned employed = 0; employed < EMPLOYED; employed++) {
		struct hall_of hall = employ(&t, employed, ids);
		for (size_t auditor = 0; auditor < PERSONS; auditor++, audits++) {
			char id[27], application[27];
			enum case_outcome outcome;
			const struct cell cells[] = {{"section", "tax"}, {"auditor", ids[auditor]}};
			const struct case_opening opening = {.kind = "audit", .name = "監査", .section = "audit", .cells = cells,
				.cell_count = 2, .actor = ids[(auditor + 1) % PERSONS]};
			t.why = (struct why){0};
			CHECK_OK(case_open(t.proceedings, &opening, id, &t.why), &t.why);
			const struct case_hand hand = {id, 1, ids[auditor], ""};
			const struct case_step step = {.act = "audit.carry_out", .reason = ""};
			enum error code = case_move(t.proceedings, &hand, &step, &outcome, application, &t.why).code;
			CHECK_INT(code, auditor == hall.holder[2] ? E_DENIED : OK);
			refused += code != OK;
		}
	}
	printf("%u audits, %u of oneself refused\n", audits, refused);
	CHECK_INT(refused, EMPLOYED);
	town_done(&t);
}

MAIN_TESTS()
