/* The same crossing in the office of each of the five policies: nothing of it may
 * know whose clauses speak, which scale there is or who signs.               */
#include "town.h"

static const struct want {
	struct town_body body;
	bool carries;         /* a clause opens the way to the LGWAN side */
	const char *rebuilt;  /* the clause that refuses what was not sanitised */
	const char *original; /* the clause that keeps an original back and can be lifted; NULL none */
	size_t scales;
} wants[] = {
	{{"hannan", "office.tsv"}, true, "HN-2.3(2)-1/2", "HN-2.3(2)-1/2", 1},
	{{"annaka", "annaka.tsv"}, true, "AN-7(3)-2/1", NULL, 3},
	{{"fuchu", "fuchu.tsv"}, true, "FC-7(3)-b/1", NULL, 3},
	{{"imabari-auditors", "imabari-auditors.tsv"}, true, "IM-6(3)-2/1", NULL, 3},
	{{"fukushima", "fukushima.tsv"}, false, "", NULL, 4},
};
enum { BODIES = sizeof wants / sizeof *wants };

static void put_draft(struct town *t, enum crossing_direction way)
{
	struct vault_writer *writer = NULL;
	CHECK_OK(vault_begin(t->vault, &writer, &t->why), &t->why);
	CHECK_OK(vault_write(writer, SLICE("x"), &t->why), &t->why);
	CHECK_OK(crossing_draft_add(t->crossings, town_id(t, "aoki"), way, SLICE("様式.docx"), &writer, &t->why), &t->why);
}

/* every class at its top or bottom, and no to whatever else is asked */
static const struct decision *describe(struct town *t, struct crossing_request *request, bool top,
                                       size_t *scales)
{
	const struct decision *preview = NULL;
	struct crossing_question *asked = NULL;
	size_t count = 0;
	for (int round = 0; round < 3; round++) {
		*scales = 0;
		CHECK_OK(crossing_preview(t->crossings, request, t->arena, &preview, &t->why), &t->why);
		CHECK_OK(crossing_questions(t->crossings, request, preview, t->arena, &asked, &count, &t->why), &t->why);
		for (size_t i = 0; i < count; i++) {
			const struct policy_fact *fact = asked[i].fact;
			const char *say = fact->word_count ? fact->words[top ? fact->word_count - 1 : 0] : "no";
			*scales += fact->type == FACT_LEVEL;
			if (!crossing_answer(request->answers, asked[i].name).len)
				request->answers = arena_printf(t->arena, "%s%s%s=%s", request->answers,
				                                *request->answers ? " " : "", asked[i].name, say);
		}
	}
	CHECK_OK(crossing_preview(t->crossings, request, t->arena, &preview, &t->why), &t->why);
	return preview;
}

static struct crossing_request request_of(struct town *t, enum crossing_direction way)
{
	return (struct crossing_request){
		.direction = way, .sender = town_id(t, "aoki"), .receiver = way == CROSSING_INWARD ? town_id(t, "aoki") : "",
		.answers = "", .purpose = "回答のため", .partner = "県市町村課",
		.protection = way == CROSSING_INWARD ? "" : "encrypted", .not_needed = ""};
}

/* the verdict once the gate has found this */
static enum verdict found(struct town *t, const char *id, const char *scanned, const char *sanitised,
                          const char **clause)
{
	struct wish wish;
	const struct decision *d = NULL;
	const char *section = NULL;
	CHECK_OK(crossing_wish(t->crossings, id, t->arena, &wish, &section, &t->why), &t->why);
	struct fact_pair *facts = ARENA_ARRAY(t->arena, wish.fact_count, struct fact_pair);
	memcpy(facts, wish.facts, wish.fact_count * sizeof *facts);
	for (size_t i = 0; i < wish.fact_count; i++) {
		if (strcmp(facts[i].path, "scanned") == 0)
			facts[i].value = scanned;
		if (strcmp(facts[i].path, "sanitised") == 0)
			facts[i].value = sanitised;
	}
	wish.facts = facts;
	CHECK_OK(proceeding_decide(t->proceedings, &wish, t->arena, &d, &t->why), &t->why);
	*clause = "";
	for (size_t i = 0; i < d->spoken_count && !**clause; i++)
		if (d->spoken[i].effect == EFFECT_REFUSE)
			*clause = d->spoken[i].clause->id;
	return d->verdict;
}

static void check_original(struct town *t, const struct want *want, const char *id)
{
	struct crossing crossing;
	struct crossing_bar bar;
	struct why why = {0};
	char application[27];
	CHECK_OK(crossing_get(t->crossings, id, t->arena, &crossing, &t->why), &t->why);
	const char *file = crossing.files[0].id;
	struct result barred = crossing_original_bar(t->crossings, file, t->arena, &bar, &why);
	if (want->original) {
		CHECK_OK(barred, &why);
		CHECK_STR(bar.clause, want->original);
		CHECK(bar.lift[0] && bar.route[0]);
		CHECK_OK(crossing_ask_original(t->crossings, file, town_id(t, "tanaka"), "集計できないため", 20800,
		                               application, &t->why), &t->why);
		return;
	}
	CHECK_INT(barred.code, E_DENIED);
	CHECK_FAILS(crossing_ask_original(t->crossings, file, town_id(t, "tanaka"), "集計できないため", 20800,
	                                  application, NULL), E_DENIED);
}

static void walk_inward(struct town *t, const struct want *want)
{
	char id[27];
	const char *clause = "";
	size_t scales = 0;
	struct why why = {0};
	struct crossing_request request = request_of(t, CROSSING_INWARD);
	const struct decision *preview = describe(t, &request, false, &scales);
	CHECK_INT(scales, want->scales);
	put_draft(t, CROSSING_INWARD);
	struct result sent = crossing_submit(t->crossings, &request, id, &why);
	if (!want->carries) {
		CHECK_INT(sent.code, E_DENIED);
		CHECK(preview->verdict == REFUSE && preview->by_default);
		return;
	}
	CHECK_OK(sent, &why);
	CHECK_INT(preview->verdict, HOLD);
	CHECK_INT(preview->check_count, 2);
	CHECK_INT(found(t, id, "yes", "yes", &clause), PASS);
	CHECK_INT(found(t, id, "no", "yes", &clause), REFUSE);
	CHECK(clause[0]);
	CHECK_INT(found(t, id, "yes", "no", &clause), REFUSE);
	CHECK_STR(clause, want->rebuilt);
	check_original(t, want, id);
}

/* out of the office at the highest class: whoever is asked is another person */
static void walk_outward(struct town *t)
{
	char id[27];
	const char *clause = "";
	size_t scales = 0;
	struct application a;
	struct crossing crossing;
	struct crossing_request request = request_of(t, CROSSING_OUTWARD);
	const struct decision *preview = describe(t, &request, true, &scales);
	put_draft(t, CROSSING_OUTWARD);
	CHECK_OK(crossing_submit(t->crossings, &request, id, &t->why), &t->why);
	CHECK_OK(crossing_get(t->crossings, id, t->arena, &crossing, &t->why), &t->why);
	CHECK_INT(crossing.application[0] != 0, preview->approval_count > 0);
	if (crossing.application[0]) {
		CHECK_INT(found(t, id, "yes", "", &clause), HOLD);
		CHECK_FAILS(application_answer(t->proceedings, crossing.application, town_id(t, "aoki"), ANSWER_AGREE, "",
		                               NULL), E_DENIED);
		CHECK_OK(application_get(t->proceedings, crossing.application, t->arena, &a, &t->why), &t->why);
		CHECK(a.slot_count > 0 && a.slots[0].holder_count > 0);
		CHECK_OK(application_answer(t->proceedings, crossing.application, a.slots[0].holders[0].person,
		                            ANSWER_AGREE, "", &t->why), &t->why);
	}
	CHECK_INT(found(t, id, "yes", "", &clause), PASS);
}

TEST(a_file_goes_the_same_way_in_the_office_of_every_policy)
{
	for (size_t i = 0; i < BODIES; i++) {
		struct town t;
		town_new_on(&t, &wants[i].body);
		walk_inward(&t, &wants[i]);
		walk_outward(&t);
		town_done(&t);
	}
}

/* Whom the office does not know enough of, no policy can be applied to. */
TEST(who_has_no_unit_is_told_so_and_nothing_is_sent)
{
	struct town t;
	char id[27], person[27];
	size_t scales = 0;
	struct why why = {0};
	town_new_on(&t, &wants[1].body); /* its policy asks for unit and role */
	struct person nobody = {.login = "shinjin", .name = "新人 一", .section = "tax"};
	CHECK_OK(office_add_person(t.office, "", &nobody, SLICE(""), person, &t.why), &t.why);
	struct crossing_request request = request_of(&t, CROSSING_OUTWARD);
	request.sender = person;
	describe(&t, &request, false, &scales);
	struct vault_writer *writer = NULL;
	CHECK_OK(vault_begin(t.vault, &writer, &t.why), &t.why);
	CHECK_OK(vault_write(writer, SLICE("x"), &t.why), &t.why);
	CHECK_OK(crossing_draft_add(t.crossings, person, CROSSING_OUTWARD, SLICE("a.txt"), &writer, &t.why), &t.why);
	CHECK_FAILS(crossing_submit(t.crossings, &request, id, &why), E_DENIED);
	CHECK(strstr(why.text, "属する機関") || strstr(why.text, "身分"));
	struct office_fact role = {"person", person, "role", "regular", 20500},
	                   unit = {"person", person, "unit", "mayor", 20500};
	CHECK_OK(office_set_fact(t.office, "", &role, &t.why), &t.why);
	CHECK_OK(office_set_fact(t.office, "", &unit, &t.why), &t.why);
	describe(&t, &request, false, &scales); /* now the policy reaches: it asks of the object */
	CHECK_OK(crossing_submit(t.crossings, &request, id, &t.why), &t.why);
	town_done(&t);
}

MAIN_TESTS()
