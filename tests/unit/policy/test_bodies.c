/* The folders of policies/ but Hannan's: each loads with what it adopts and has no
 * error, and what the texts contradict is found. */
#include "kit.h"
#include "policy/folder.h"

#include "base/calendar.h"

static bool load(struct kit *k, const char *id)
{
	day_t day;
	*k = (struct kit){.arena = arena_new(KIT_ROOM)};
	CHECK_OK(policy_load_edition(SEKISHO_SOURCE, id, k->arena, &k->policy, &k->findings, &k->why), &k->why);
	CHECK(day_from_date((struct date){2026, 5, 1}, &day));
	bool loaded = k->policy != NULL;
	if (loaded)
		CHECK_OK(policy_check(k->policy, day, k->arena, &k->findings, &k->why), &k->why);
	return loaded;
}

static size_t found(const struct kit *k, unsigned number, const char *clause)
{
	size_t count = 0;
	for (const struct finding *f = k->findings.first; f; f = f->next)
		count += f->number == number && strcmp(f->clause, clause) == 0;
	return count;
}

static void print_errors(const struct kit *k)
{
	for (const struct finding *f = k->findings.first; f; f = f->next)
		if (f->severity == FINDING_ERROR)
			printf("  E%u %s:%u %s %s\n", f->number, f->file, f->line, f->clause, f->sentence);
}

TEST(every_body_is_without_error)
{
	static const struct { const char *id; size_t gaps; } rows[] = {
		{"annaka-2026-04", 0}, {"fuchu-2022-05", 0}, {"imabari-auditors", 0},
		/* three lists of which the print leaves items out, and a contractor's lead
		 * whose own mail address he would have to agree to himself */
		{"fukushima-2023-06", 4}, {"fukushima-2021-04", 4},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		if (load(&k, rows[i].id)) {
			CHECK_INT(k.findings.errors, 0);
			CHECK_INT(k.findings.gaps, rows[i].gaps);
			print_errors(&k);
		}
		kit_done(&k);
	}
}

/* a standard made to be adopted sets no value: whoever adopts it does */
TEST(the_standard_alone_lacks_its_values)
{
	struct kit k;
	if (load(&k, "base-2026")) {
		CHECK_INT(k.findings.errors, 0);
		CHECK(found(&k, 17, "BASE-7.1.2") == 1);
		CHECK(found(&k, 17, "BASE-5.3.1") == 1);
	}
	kit_done(&k);
}

TEST(the_prefecture_contradicts_itself_and_is_told)
{
	static const struct { unsigned number; const char *clause; } rows[] = {
		{30, "FS-X1-AUD"},     /* the superintendent of audit is the CISO's deputy */
		{30, "FS-X1-HOSA"},    /* who chairs the panel */
		{29, "FS-10.2(1)-2"},  /* two (2) */
		{29, "FS-9.1(2)-d"},   /* two エ */
		{29, "FS-P1-8"},       /* two ８ */
		{29, "FS-0"},          /* a date with blanks */
		{22, "FS-10.1(2)-0"},  /* thirteen items that are not printed */
	};
	struct kit k;
	if (load(&k, "fukushima-2023-06"))
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			CHECK_STR(found(&k, rows[i].number, rows[i].clause) ? "" : rows[i].clause, "");
	kit_done(&k);
	if (load(&k, "imabari-auditors")) {
		CHECK_INT(found(&k, 29, "IM-7/1"), 1); /* regularly in 6 (9), not in 7 */
		CHECK_INT(found(&k, 29, "IM-9"), 1);   /* the audited side permits */
		CHECK_INT(found(&k, 18, "BASE-5.3.2"), 0); /* the mapped post has one above */
	}
	kit_done(&k);
}

/* One prefecture runs it for all its cities: no rule, word or value of one body
 * reaches another, so every case comes out as it does alone. */
TEST(all_bodies_stand_side_by_side)
{
	static const char *const folders[] = {
		SEKISHO_SOURCE "/vocabulary", SEKISHO_SOURCE "/policies/hannan-2022-07",
		SEKISHO_SOURCE "/policies/annaka-2026-04", SEKISHO_SOURCE "/policies/fuchu-2022-05",
		SEKISHO_SOURCE "/policies/imabari-auditors", SEKISHO_SOURCE "/policies/fukushima-2023-06",
		SEKISHO_SOURCE "/policies/fukushima-2021-04", SEKISHO_SOURCE "/policies/base-2026",
	};
	struct kit k = {.arena = arena_new(2 * (size_t)KIT_ROOM)};
	day_t day;
	CHECK(day_from_date((struct date){2026, 5, 1}, &day));
	CHECK_OK(policy_load_folders(folders, sizeof folders / sizeof *folders, k.arena, &k.policy, &k.findings, &k.why), &k.why);
	if (k.policy)
		CHECK_OK(policy_check(k.policy, day, k.arena, &k.findings, &k.why), &k.why);
	CHECK_INT(k.findings.errors, 0);
	print_errors(&k);
	CHECK_INT(policy_edition_count(k.policy), 7);
	kit_done(&k);
}

TEST(an_adopted_clause_speaks_of_our_posts)
{
	static const char *const given[][2] = {
		{"actor", "sato"}, {"actor.unit", "audit_commissioners"}, {"actor.role", "regular"},
		{"object.owner", "kansa"}, {"object.medium_kind", "printout"},
	};
	static const char *const policies[] = {"imabari_audit"};
	struct kit k;
	struct facts *facts = NULL;
	const struct decision *d = NULL;
	if (load(&k, "imabari-auditors"))
		CHECK_OK(facts_new(k.policy, "take_out", k.arena, &facts, &k.why), &k.why);
	for (size_t i = 0; facts && i < sizeof given / sizeof *given; i++)
		CHECK_OK(facts_set_any(facts, given[i][0], given[i][1], &k.why), &k.why);
	struct policy_question q = {.policies = policies, .policy_count = 1, .facts = facts};
	CHECK(day_from_date((struct date){2026, 5, 1}, &q.day));
	if (facts)
		CHECK_OK(policy_decide(k.policy, &q, k.arena, &d, &k.why), &k.why);
	CHECK(d && d->verdict == HOLD && d->approval_count == 1);
	if (d && d->approval_count == 1)
		CHECK_STR(d->approvals[0].text, "情報資産の所管課のすべての監査委員事務局長");
	kit_done(&k);
}

TEST(an_adopted_substitute_is_one_of_our_posts)
{
	static const char texts[] =
		"policy standard \"基準\" adopted 2026-04-01 effective 2026-04-01\n"
		"clause ST-1 \"1\" says \"長\" post chief \"長\" one held-by title \"長\"\n"
		"clause ST-2 \"2\" says \"次\" post second \"次\" one held-by title \"次\" delegate chief to second\n"
		"clause ST-3 \"3\" says \"代わる\" substitute second for chief when chief.vacant\n"
		"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"
		"clause TN-1 \"1\" says \"町長\" post mayor \"町長\" one held-by title \"町長\"\n"
		"clause TN-2 \"2\" says \"採る\" adopt standard \"基準\" with chief = mayor\n";
	struct kit k;
	const char *from = "", *to = "";
	CHECK_OK(kit_load(&k, texts), &k.why);
	const struct policy_edition *town = policy_edition_at(k.policy, 1);
	CHECK_STR(town->name, "town");
	const char *second = policy_substitute(k.policy, town, "mayor", POST_VACANT, NULL, NULL);
	CHECK_STR(second ? second : "", "second");
	CHECK(!policy_substitute(k.policy, town, "chief", POST_VACANT, NULL, NULL));
	CHECK(policy_delegate_at(k.policy, town, 0, &from, &to, NULL));
	CHECK_STR(from, "mayor");
	CHECK_STR(to, "second");
	kit_done(&k);
	if (load(&k, "imabari-auditors")) /* the audited side does not stand in for the auditors */
		CHECK(!policy_substitute(k.policy, policy_edition_at(k.policy, 1), "commissioners", POST_VACANT, NULL, NULL));
	kit_done(&k);
}

TEST(an_edition_that_is_not_there_is_refused)
{
	static const struct { const char *id; enum error code; } rows[] = {
		{"tokyo-2026", E_ABSENT}, {"", E_ABSENT}, {"..", E_ABSENT}, {"requirements", E_ABSENT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new(KIT_ROOM);
		struct policy *policy = NULL;
		struct why why = {0};
		CHECK_FAILS(policy_load_edition(SEKISHO_SOURCE, rows[i].id, arena, &policy, NULL, &why), rows[i].code);
		CHECK(policy == NULL);
		arena_free(arena);
	}
}

/* ---- small policies: what the check and the renderer say */

static const char shared[] =
	"policy town \"町\" adopted 2026-04-01 effective 2026-04-01\n"
	"kind thing \"物\" { burnt \"燃やしたか\" : yesno; mine \"自分のものか\" : yesno;"
	" colour \"色\" : one-of (red \"赤\", papers \"紙色\"); }\n"
	"register papers \"紙の台帳\" of thing\n"
	"act go \"外出\" of thing default refuse carried by web { paid \"支払済みか\" : yesno; }\n"
	"act stay \"在席\" of thing default refuse carried by web\n"
	"task tidy \"片付け\" carried by web\n";

static struct result load_town(struct kit *k, const char *clauses)
{
	static char text[8192];
	day_t day;
	snprintf(text, sizeof text, "%s%s", shared, clauses);
	struct result r = kit_load(k, text);
	CHECK(day_from_date((struct date){2026, 5, 1}, &day));
	return r.code == OK ? policy_check(k->policy, day, k->arena, &k->findings, &k->why) : r;
}

TEST(only_what_a_policy_speaks_of_must_be_opened)
{
	struct kit k;
	CHECK_OK(load_town(&k, "clause TN-1 \"1\" says \"禁じる\" forbid go when paid\n"), &k.why);
	CHECK_INT(k.findings.errors, 1); /* go: spoken of, never opened; stay: not this policy's matter */
	CHECK_INT(found(&k, 9, ""), 2);
	kit_done(&k);
}

TEST(one_title_is_one_person)
{
	struct kit k;
	CHECK_OK(load_town(&k,
		"clause TN-1 \"1\" says \"長\" post head_of_it \"長\" one held-by title \"次長\"\n"
		"clause TN-2 \"2\" says \"監査\" post auditor \"監査\" one held-by title \"次長\"\n"
		"clause TN-3 \"3\" says \"別\" post clerk \"係\" one held-by title \"係長\"\n"
		"clause TN-4 \"4\" says \"課\" post manager \"管理者\" per section held-by title \"次長\"\n"), &k.why);
	CHECK_INT(found(&k, 30, "TN-1"), 0);
	CHECK_INT(found(&k, 30, "TN-2"), 1);
	CHECK_INT(found(&k, 30, "TN-3") + found(&k, 30, "TN-4"), 0);
	kit_done(&k);
}

TEST(a_recipient_that_is_no_post_is_refused_and_the_posts_are_named)
{
	static const char *const duties[] = {
		"duty tidy of thing on go by nobody", "duty tidy of thing on go by boss with nobody", "duty tidy of thing on go by boss to nobody",
		"duty tidy of thing on go by boss within soon else nobody"};
	for (size_t i = 0; i < sizeof duties / sizeof *duties; i++) {
		struct kit k;
		char text[512];
		snprintf(text, sizeof text, "clause TN-1 \"1\" says \"長\" post boss \"長\" one held-by title \"町長\" param soon \"早く\" : duration\n"
		         "clause TN-2 \"2\" says \"片付け\" %s\n", duties[i]);
		CHECK_OK(load_town(&k, text), &k.why);
		CHECK(found(&k, 1, "TN-2") > 0);
		bool named = false;
		for (const struct finding *f = k.findings.first; f; f = f->next)
			named |= f->number == 1 && strstr(f->sentence, "nobody") && strstr(f->mend, "boss") && f->line > 0;
		CHECK(named);
		kit_done(&k);
	}
}

TEST(clauses_read_as_sentences)
{
	static const struct { const char *clause, *text; } rows[] = {
		{"forbid go when paid", "支払済みであるとき、「外出」をしてはならない。\n"},
		{"allow go when object.burnt", "物について燃やしたとき、「外出」をしてよい。\n"},
		{"require go that thing.mine and thing.burnt = no",
		 "「外出」は、物について自分のものであり、かつ物について「燃やしたか」が「いいえ」であることを要する。\n"},
		{"require go that not thing.mine or thing.burnt",
		 "「外出」は、物について自分のものでなく、又は物について燃やしたことを要する。\n"},
		{"allow go when thing.burnt and paid", "物について燃やしており、かつ支払済みであるとき、「外出」をしてよい。\n"},
		{"allow go when thing.colour = papers", "物の色が「紙色」であるとき、「外出」をしてよい。\n"},
		{"post boss \"長\" one held-by title \"町長\" permit go by consult boss",
		 "「長」を一人置き、町長を充てる。\n「外出」には、長（意見を聴く）が要る。\n"},
		{"post boss \"長\" one held-by title \"町長\" param soon \"早く\" : duration"
		 " duty tidy of thing on go by boss within soon",
		 "「長」を一人置き、町長を充てる。\n「早く」の値を、団体が日付を付けて定める。\n"
		 "「外出」があったとき、長は、「早く」の期限までに、物について「片付け」を行う。\n"},
		{"reference law", "参照（法令）。これ自体は定めを持たない。\n"},
		{"change moved TN-1 inferred", "改正（移動、推定）: 1。\n"},
		{"carried by TN-1", "1によって果たす。\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		struct buffer text;
		char clause[1024];
		snprintf(clause, sizeof clause, "clause TN-1 \"1\" says \"…\" %s\n", rows[i].clause);
		CHECK_OK(load_town(&k, clause), &k.why);
		buffer_init(&text, 65536);
		if (k.policy)
			policy_render(k.policy, policy_clause(k.policy, "TN-1"), &text);
		CHECK_STR(buffer_cstr(&text), rows[i].text);
		buffer_done(&text);
		kit_done(&k);
	}
}

TEST(headings_stand_above_clauses_once)
{
	static const struct { const char *more; unsigned number; } rows[] = {
		{"heading \"1\" \"初め\"", 0},
		{"heading \"7\" \"ない章\"", 3},
		{"heading \"1\" \"初め\" heading \"1\" \"また\"", 2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kit k;
		char text[400];
		snprintf(text, sizeof text, "clause TN-1 \"1 (2)\" says \"一\" reference purpose %s\n", rows[i].more);
		CHECK_OK(load_town(&k, text), &k.why);
		CHECK_INT(found(&k, 2, "") + found(&k, 3, ""), rows[i].number ? 1 : 0);
		if (rows[i].number)
			CHECK_INT(found(&k, rows[i].number, ""), 1);
		kit_done(&k);
	}
}

MAIN_TESTS()
