/* Each body's policy speaks for itself: its own clauses, its own posts, and the
 * exceptions that only its own text knows.                                   */
#include "gate/permit/lawbook.h"
#include "harness.h"
#include "policy/folder.h"

#include "base/file.h"

struct shelf {
	struct arena *arena;
	struct policy *policy;
	struct net_lawbook book;
	struct net_findings *findings;
	struct net_model *model;
	struct why why;
	day_t day;
};
struct body {
	const char *edition, *name;
	const char *posts; /* of those who may cut off */
	bool education, public_peer, remote;
	struct {
		enum net_law law;
		const char *clause; /* NULL: the text does not speak to it */
	} rows[9];
};
static const struct body bodies[] = {
	{"hannan-2022-07", "hannan", "supervisor", false, false, true,
	 {{LAW_PERMISSION, "HN-2.6.1(8)-2"}, {LAW_MY_NUMBER_PRINCIPLE, NULL}, {LAW_MY_NUMBER_FIELDS, "HN-2.3(1)-1/2"}, {LAW_MY_NUMBER_PEER, "HN-2.3(1)-1/3"},
	  {LAW_LGWAN_SPLIT, "HN-2.3(2)-1/2"}, {LAW_EXTERNAL_PERMITS, "HN-2.6.1(10)-1"}, {LAW_EXTERNAL_INVESTIGATED, "HN-2.6.1(10)-2"},
	  {LAW_REMOTE_PUBLIC, "HN-2.6.2(2)-7/2"}, {LAW_CUT, "HN-2.6.1(10)-5"}}},
	{"annaka-2026-04", "annaka", "supervisor", true, false, false,
	 {{LAW_PERMISSION, "BASE-3.1.1"}, {LAW_MY_NUMBER_PRINCIPLE, "AN-7(3)-1/1"}, {LAW_MY_NUMBER_FIELDS, "BASE-3.1.3"}, {LAW_MY_NUMBER_PEER, "BASE-3.1.3"},
	  {LAW_LGWAN_SPLIT, "AN-7(3)-2/1"}, {LAW_EDUCATION_SPLIT, "AN-7(3)-2/1"}, {LAW_EXTERNAL_PERMITS, NULL}, {LAW_REMOTE_PERMITS, NULL}, {LAW_CUT, NULL}}},
	{"imabari-auditors", "imabari_audit", "supervisor", false, false, false,
	 {{LAW_PERMISSION, "BASE-3.1.1"}, {LAW_MY_NUMBER_PRINCIPLE, "IM-6(3)-1/1"}, {LAW_MY_NUMBER_FIELDS, "BASE-3.1.3"}, {LAW_MY_NUMBER_PEER, "BASE-3.1.3"},
	  {LAW_LGWAN_SPLIT, "IM-6(3)-2/1"}, {LAW_EDUCATION_SPLIT, NULL}, {LAW_EXTERNAL_PERMITS, NULL}, {LAW_REMOTE_PERMITS, NULL}, {LAW_CUT, NULL}}},
	{"fuchu-2022-05", "fuchu", "supervisor", false, false, false,
	 {{LAW_PERMISSION, "BASE-3.1.1"}, {LAW_MY_NUMBER_PRINCIPLE, "FC-7(3)-a/1"}, {LAW_MY_NUMBER_FIELDS, "BASE-3.1.3"}, {LAW_MY_NUMBER_PEER, "BASE-3.1.3"},
	  {LAW_LGWAN_SPLIT, "FC-7(3)-b/1"}, {LAW_EDUCATION_SPLIT, NULL}, {LAW_EXTERNAL_PERMITS, NULL}, {LAW_REMOTE_PERMITS, NULL}, {LAW_CUT, NULL}}},
	{"fukushima-2023-06", "fukushima", "system_manager", false, true, false,
	 {{LAW_PERMISSION, NULL}, {LAW_MY_NUMBER_PRINCIPLE, NULL}, {LAW_MY_NUMBER_FIELDS, "FS-4.1(1)-c/1"}, {LAW_MY_NUMBER_PEER, "FS-4.1(1)-c/2"},
	  {LAW_LGWAN_SPLIT, "FS-4.1-0"}, {LAW_EDUCATION_SPLIT, NULL}, {LAW_EXTERNAL_PERMITS, NULL}, {LAW_REMOTE_PERMITS, NULL}, {LAW_CUT, NULL}}},
};
enum { BODIES = sizeof bodies / sizeof *bodies };

static struct shelf shelf_of(const struct body *b)
{
	struct shelf s = {.arena = arena_new((size_t)1 << 30)};
	CHECK(day_parse(SLICE("2026-11-21"), &s.day, NULL).code == OK);
	CHECK_OK(policy_load_edition(SEKISHO_SOURCE, b->edition, s.arena, &s.policy, NULL, &s.why), &s.why);
	CHECK_OK(permit_lawbook(s.policy, b->name, s.day, s.arena, &s.book, &s.why), &s.why);
	return s;
}

TEST(every_body_cites_its_own)
{
	for (size_t i = 0; i < BODIES; i++) {
		const struct body *b = &bodies[i];
		struct shelf s = shelf_of(b);
		CHECK(s.book.education == b->education && s.book.public_peer == b->public_peer && s.book.remote_closed != b->remote);
		for (size_t k = 0; k < 9; k++) {
			const struct net_law_row *row = &s.book.law[b->rows[k].law];
			const char *clause = row->clause ? row->clause : "-";
			if (strcmp(clause, b->rows[k].clause ? b->rows[k].clause : "-") != 0)
				printf("  %s %s\n", b->name, law_name(b->rows[k].law));
			CHECK_STR(clause, b->rows[k].clause ? b->rows[k].clause : "-");
			CHECK(!row->clause || (row->cite[0] && policy_clause(s.policy, row->clause)));
		}
		CHECK(permit_held(&s.book, &b->posts, 1));
		const char *nobody = "nobody";
		CHECK(!permit_held(&s.book, &nobody, 1));
		arena_free(s.arena);
	}
}

TEST(words_that_are_wanted)
{
	struct shelf hannan = shelf_of(&bodies[0]), fuchu = shelf_of(&bodies[3]);
	const struct net_posts *external = &hannan.book.law[LAW_EXTERNAL_PERMITS].posts;
	CHECK(posts_given(external, SLICE("supervisor:sato ciso:okada")));
	CHECK(!posts_given(external, SLICE("supervisor:sato manager:okada")));
	CHECK(!posts_given(external, SLICE("ciso:okada")));
	CHECK(!posts_given(external, SLICE("")));
	CHECK_STR(posts_words(external, hannan.arena), "最高情報セキュリティ責任者と統括情報セキュリティ責任者");
	CHECK(posts_given(&fuchu.book.law[LAW_PERMISSION].posts, SLICE("supervisor:sato")));
	CHECK(!posts_given(&fuchu.book.law[LAW_PERMISSION].posts, SLICE("manager:sato")));
	arena_free(hannan.arena);
	arena_free(fuchu.arena);
}

TEST(no_edition_no_book)
{
	struct shelf s = shelf_of(&bodies[0]);
	day_t early = 0;
	CHECK_FAILS(permit_lawbook(s.policy, "annaka", s.day, s.arena, &s.book, NULL), E_ABSENT);
	CHECK(day_parse(SLICE("1990-01-01"), &early, NULL).code == OK);
	CHECK_FAILS(permit_lawbook(s.policy, "hannan", early, s.arena, &s.book, NULL), E_ABSENT);
	arena_free(s.arena);
}

/* ---- tables under each body's own text ------------------------------------------ */

#define DAYS "R8.4.1\tR9.3.31\tR9.2.1"
#define WORDS "purpose\tsuzuki\tciso:okada supervisor:sato manager:tanaka system_manager:ito"
static const char town[] =
	"zone\tmynumber\tmy_number\tx\nzone\tlgwan\tlgwan\tx\nzone\tinternet\tinternet\tx\n"
	"interface\teth1\tmynumber\ninterface\teth2\tlgwan\ninterface\teth3\tinternet\n"
	"subnet\t10.1.0.0/24\teth1\nsubnet\t10.2.0.0/24\teth2\nsubnet\t10.9.0.0/24\teth2\toutside\nsubnet\t10.3.0.0/24\teth3\n"
	"own\t10.1.0.1\teth1\nown\t10.2.0.1\teth2\nown\t10.3.0.1\teth3\nfirewall\teth3\tx\n"
	"host\tdb\tmynumber\t02:00:00:00:01:20\t10.1.0.20\tserver\tx\nhost\tbunsho\tlgwan\t02:00:00:00:02:10\t10.2.0.10\tserver\tx\n"
	"host\twww\tinternet\t02:00:00:00:03:20\t10.3.0.20\tserver\tx\n";
static const char school[] = "zone\tschool\teducation\tx\ninterface\teth4\tschool\nsubnet\t10.4.0.0/24\teth4\nhost\tsc\tschool\t-\t10.4.0.5\tserver\tx\n";

/* the clause of the first finding; "" lawful */
static const char *judged(struct shelf *s, const struct body *b, const char *lines)
{
	const char *text = arena_printf(s->arena, "body\ta\t%s\talpha\tx\n%s%s\n", b->name, town, lines);
	s->findings = findings_new(s->arena);
	CHECK_OK(model_read(slice_str(text), s->arena, s->findings, &s->model, &s->why), &s->why);
	if (model_laws(s->model, &s->book, s->day, s->arena, s->findings, NULL).code == OK)
		return "";
	CHECK(s->findings->count > 0);
	return s->findings->at[0].clause;
}

static const char *rule_of(const struct body *b, enum net_law law)
{
	for (size_t k = 0; k < 9; k++)
		if (b->rows[k].law == law)
			return b->rows[k].clause ? b->rows[k].clause : "";
	return "";
}

static const char *peer_of(struct shelf *s, const char *zone, const char *address, const char *internet, const char *kind)
{
	return arena_printf(s->arena, "peer\tstate\t%s\t02:00:00:00:02:f0\t%s\t-\t%s\t%s\tR8.2.10\tyes\tx\n", zone, address, internet, kind);
}

static const char *to_state(struct shelf *s, const struct body *b, const char *address)
{
	const char *ground = rule_of(b, LAW_MY_NUMBER_PRINCIPLE);
	return arena_printf(s->arena, "flow\tF\tdb\tstate\t02:00:00:00:01:20\t10.1.0.20\t%s\ttcp\t443\t" WORDS "\t%s\t" DAYS "\n", address,
	                    ground[0] ? ground : "X");
}

TEST(my_number_under_each_policy)
{
	for (size_t i = 0; i < BODIES; i++) {
		const struct body *b = &bodies[i];
		struct shelf s = shelf_of(b);
		const char *ground = rule_of(b, LAW_MY_NUMBER_PRINCIPLE);
		/* to a peer that does not touch the Internet, under the clause set aside where there is one */
		const char *flow = to_state(&s, b, "10.9.0.10");
		CHECK_STR(judged(&s, b, arena_printf(s.arena, "%s%s", peer_of(&s, "lgwan", "10.9.0.10", "no", "public"), flow)), "");
		/* without its MAC */
		const char *bare = arena_printf(s.arena, "flow\tF\tdb\tbunsho\t*\t10.1.0.20\t10.2.0.10\ttcp\t443\t" WORDS "\t%s\t" DAYS "\n", ground[0] ? ground : "X");
		CHECK_STR(judged(&s, b, bare), rule_of(b, LAW_MY_NUMBER_FIELDS));
		/* forbidden in principle: any other ground is none */
		const char *other = "flow\tF\tdb\tbunsho\t02:00:00:00:01:20\t10.1.0.20\t10.2.0.10\ttcp\t443\t" WORDS "\tother\t" DAYS "\n";
		CHECK_STR(judged(&s, b, other), ground);
		arena_free(s.arena);
	}
}

/* A public body of assured safety: one text lets it, over LGWAN and not otherwise. */
TEST(public_bodies_are_for_one_text)
{
	static const struct {
		const char *zone, *address, *kind;
		bool fukushima;
	} rows[] = {{"lgwan", "10.9.0.10", "public", true}, {"lgwan", "10.9.0.10", "private", false}, {"internet", "10.3.0.99", "public", false}};
	for (size_t i = 0; i < BODIES; i++)
		for (size_t k = 0; k < 3; k++) {
			const struct body *b = &bodies[i];
			struct shelf s = shelf_of(b);
			const char *lines = arena_printf(s.arena, "%s%s", peer_of(&s, rows[k].zone, rows[k].address, "yes", rows[k].kind), to_state(&s, b, rows[k].address));
			bool let = rows[k].fukushima && b->public_peer;
			const char *clause = judged(&s, b, lines);
			CHECK_STR(clause, let ? "" : rule_of(b, LAW_MY_NUMBER_PEER));
			CHECK(let == (rows[k].fukushima && strcmp(b->name, "fukushima") == 0));
			arena_free(s.arena);
		}
}

TEST(schools_are_for_one_text)
{
	static const char flow[] = "flow\tF\tbunsho\tsc\t*\t*\t*\ttcp\t443\t" WORDS "\tX\t" DAYS "\n";
	for (size_t i = 0; i < BODIES; i++) {
		const struct body *b = &bodies[i];
		struct shelf s = shelf_of(b);
		judged(&s, b, arena_printf(s.arena, "%s", school));
		CHECK(b->education == (s.findings->errors == 0));
		if (b->education)
			CHECK_STR(judged(&s, b, arena_printf(s.arena, "%s%s", school, flow)), "AN-7(3)-2/1");
		arena_free(s.arena);
	}
}

TEST(lgwan_and_the_internet)
{
	static const char flow[] = "flow\tF\tbunsho\twww\t*\t*\t*\ttcp\t443\t" WORDS "\tX\t" DAYS "\n";
	static const char remote[] = "peer\thome\tinternet\t-\t10.3.0.77\tremote\tyes\tprivate\tR8.2.1\tyes\tx\nservice\thttps\ttcp\t443\tencrypted\n"
	                             "flow\tF\thome\twww\t*\t*\t*\thttps\t-\t" WORDS "\tX\t" DAYS "\n";
	for (size_t i = 0; i < BODIES; i++) {
		const struct body *b = &bodies[i];
		struct shelf s = shelf_of(b);
		CHECK_STR(judged(&s, b, flow), rule_of(b, LAW_LGWAN_SPLIT));
		/* from outside: where no clause opens it, nobody's word does */
		judged(&s, b, remote);
		CHECK((s.findings->errors == 0) == b->remote);
		arena_free(s.arena);
	}
}

MAIN_TESTS()
