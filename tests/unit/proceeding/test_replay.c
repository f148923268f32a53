/* A small year of applications, decided again under a draft: the differences
 * are those of a list made by hand.                                          */
#include "town.h"

#include "crossing/acts.h"

#include <sys/stat.h>

/* What is asked for in each month, by whom, and whether the manager agrees. */
static const struct month {
	const char *login, *importance, *protection;
	bool agreed;
} year[] = {
	{"aoki", "A", "encrypted", true},  {"aoki", "B", "encrypted", false}, {"aoki", "C", "none", false},
	{"aoki", "A", "encrypted", false}, {"aoki", "B", "none", false},      {"aoki", "C", "none", false},
	{"aoki", "A", "password", true},   {"aoki", "B", "encrypted", false}, {"aoki", "A", "encrypted", true},
	{"aoki", "C", "none", false},      {"aoki", "B", "none", false},      {"aoki", "A", "password", true}};
enum { MONTHS = 12 };

static const char draft_text[] =
	"policy hannan \"阪南市情報セキュリティポリシー\" version \"令和4年7月一部改定\" adopted 2022-07-01 effective 2022-07-01\n"
	"clause LO-1 \"案 1\" says \"守られていない情報は外に提供しない\" forbid provide when protection = none\n"
	"clause LO-2 \"案 2\" says \"重要度Aの情報はパスワードだけでは外に提供しない\"\n"
	"  forbid provide when object.importance = A and protection = password\n";

static void live(struct town *t)
{
	for (int i = 0; i < MONTHS; i++) {
		char id[27], subject[32];
		const struct month *m = &year[i];
		snprintf(subject, sizeof subject, "thing%d", i);
		const struct fact_pair facts[] = {{"object", subject}, {"object.owner", "tax"},
		                                  {"object.importance", m->importance}, {"protection", m->protection},
		                                  {"scanned", "yes"}, {"object.personal", "no"},
		                                  {"object.specific", "no"}, {"object.harm", "no"},
		                                  {"object.from_inside", "no"}, {"peer_halted", "no"}};
		const char *actor = town_id(t, m->login);
		struct application_request request = {
			.wish = {.act = "provide", .actor = actor, .subject = subject, .facts = facts, .fact_count = 10},
			.section = "tax", .title = "提供", .purpose = "説明のため", .until = DAY_OPEN};
		CHECK_OK(store_begin(t->store, &t->why), &t->why);
		CHECK_OK(application_submit(t->proceedings, &request, id, &t->why), &t->why);
		CHECK_OK(store_commit(t->store, &t->why), &t->why);
		if (m->agreed)
			CHECK_OK(application_answer(t->proceedings, id, town_id(t, "tanaka"), ANSWER_AGREE, "", &t->why), &t->why);
		town_ms += (int64_t)30 * 86400000;
	}
}

static struct policy *draft_of(struct town *t)
{
	const char *folder = scratch_path(&t->scratch, "", "draft");
	const char *folders[] = {SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/hannan-2022-07", folder};
	struct policy *draft = NULL;
	CHECK_INT(mkdir(folder, 0700), 0);
	CHECK_OK(file_write(arena_printf(t->arena, "%s/draft.pol", folder), slice_str(draft_text), 0600, &t->why), &t->why);
	CHECK_OK(policy_load_folders(folders, 3, t->arena, &draft, NULL, &t->why), &t->why);
	return draft;
}

/* by hand: months 3, 5, 6, 10, 11 protect nothing and were still waiting for facts;
 * 7 and 12 are A with a password only and were permitted                      */
static const struct {
	int month;
	enum verdict before, after;
	const char *clause;
} by_hand[] = {
	{3, HOLD, REFUSE, "LO-1"},  {5, HOLD, REFUSE, "LO-1"},  {6, HOLD, REFUSE, "LO-1"}, {7, PASS, REFUSE, "LO-2"},
	{10, HOLD, REFUSE, "LO-1"}, {11, HOLD, REFUSE, "LO-1"}, {12, PASS, REFUSE, "LO-2"}};
enum { BY_HAND = 7 };

static struct replay_report replay(struct town *t, const struct policy *draft, day_t from, day_t to)
{
	struct recorded_acts acts;
	struct replay_source source;
	struct replay_report report = {0};
	CHECK_OK(recorded_acts_open(t->ledger, t->proceedings, t->crossings, t->office, &acts, &source, &t->why), &t->why);
	CHECK_OK(policy_replay(t->policy, draft, &source, from, to, t->arena, &report, &t->why), &t->why);
	return report;
}

TEST(a_year_under_a_draft_differs_as_listed_by_hand)
{
	struct town t;
	town_new(&t);
	day_t first = day_of_ms(town_ms);
	live(&t);
	struct policy *draft = draft_of(&t);
	struct replay_report report = replay(&t, draft, INT32_MIN, INT32_MAX);
	CHECK_INT(report.acts, MONTHS);
	CHECK_INT(report.different, BY_HAND);
	CHECK_INT(report.same, MONTHS - BY_HAND);
	size_t n = 0;
	for (const struct replay_difference *d = report.differences; d && n < BY_HAND; d = d->next, n++) {
		CHECK_INT((d->act.day - first) / 30 + 1, by_hand[n].month);
		CHECK_INT(d->before, by_hand[n].before);
		CHECK_INT(d->after, by_hand[n].after);
		CHECK_STR(d->after_clause, by_hand[n].clause);
		CHECK_STR(d->act.person, "青木 一郎");
		CHECK_STR(d->act.section, "tax");
	}
	CHECK_INT(n, BY_HAND);
	const struct replay_tally *tally = report.tallies;
	CHECK(tally && !tally->person && tally->before == HOLD && tally->count == 5);
	CHECK(tally && tally->next && tally->next->before == PASS && tally->next->count == 2);
	town_done(&t);
}

TEST(only_the_days_asked_for_count)
{
	struct town t;
	town_new(&t);
	day_t first = day_of_ms(town_ms);
	live(&t);
	struct policy *draft = draft_of(&t);
	struct replay_report report = replay(&t, draft, first + 30, first + 120); /* months 2 to 5 */
	CHECK_INT(report.acts, 4);
	CHECK_INT(report.different, 2);
	town_done(&t);
}

TEST(the_same_policy_changes_nothing)
{
	struct town t;
	struct buffer text;
	town_new(&t);
	live(&t);
	struct replay_report report = replay(&t, t.policy, INT32_MIN, INT32_MAX);
	CHECK_INT(report.acts, MONTHS);
	CHECK_INT(report.different, 0);
	buffer_init(&text, 65536);
	replay_text(t.policy, &report, &text);
	CHECK_STR(buffer_cstr(&text), "12件を判断し直しました。変わらないもの 12件、変わるもの 0件\n");
	buffer_done(&text);
	town_done(&t);
}

MAIN_TESTS()
