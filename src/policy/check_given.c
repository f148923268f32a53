/* What a case is given: facts, and beside them whatever else a decision rests
 * on.  A case is written like facts, so the rest has paths of its own:
 *
 *   agreed.manager.tax = "sato"     Sato's word as manager of the tax section
 *   declined.ciso = "abe"           the same, but no
 *   holds.manager.tax = "sato"      a post that Sato holds; holds.nothing: none
 *   seat.manager.tax = "sato"       one of all holders of a post, for `every`
 *   reason.urgent = "..."           a claim with its written reason
 *   not_needed = "HN-2.2.2(8)-1"    the claim not_needed for that clause
 *   excepted = "HN-2.3(2)-1/2"      an exception in force
 *   answer.LIST.ITEM = yes          an item of a list: yes, no, not_applicable
 *   passed.STEP = yes               a step of the proceeding
 *
 * A set is given by its count; its members are first, second and third
 * (object.contents = 2; object.contents.first.importance = A).
 *
 * A fact of the vocabulary with such a first word could not be given in a case;
 * none has one. */
#include "policy/model.h"

#include "base/calendar.h"

enum { GIVEN_ROWS = 64 };

struct giver {
	const struct policy *policy;
	struct arena *arena;
	struct facts *facts;
	struct why *why;
	struct policy_approval *approvals;
	struct policy_claim *claims;
	struct policy_exception *exceptions;
	struct policy_seat *seats, *held;
	size_t approval_count, claim_count, exception_count, seat_count, held_count;
};

static const char *as_text(const struct literal *l, struct arena *arena)
{
	if (l->kind == LIT_PATH)
		return l->path->text;
	if (l->kind == LIT_DATE) {
		char *day = arena_alloc(arena, 11);
		if (day)
			day_iso((day_t)l->number, day);
		return day;
	}
	return l->unit ? arena_printf(arena, "%s %s", l->text, l->unit) : l->text;
}

static const char *of_part(const struct path *path)
{
	return path->count == 3 ? path->part[2] : NULL;
}

static struct result yes_or_no(struct giver *g, const struct path *path, const char *text, bool *yes)
{
	*yes = strcmp(text, "yes") == 0;
	if (*yes || strcmp(text, "no") == 0)
		return ok();
	return fail(g->why, E_INPUT, path->text, "yes か no で答えてください。");
}

/* ---- one function a first word */

static void put_approval(struct giver *g, const struct path *path, const char *person, bool agreed)
{
	g->approvals[g->approval_count++] = (struct policy_approval){
		.person = person, .post = path->part[1], .of = of_part(path), .agreed = agreed};
}

static struct result give_agreed(struct giver *g, const struct path *path, const char *text)
{
	put_approval(g, path, text, true);
	return ok();
}

static struct result give_declined(struct giver *g, const struct path *path, const char *text)
{
	put_approval(g, path, text, false);
	return ok();
}

static struct result give_held(struct giver *g, const struct path *path, const char *text)
{
	g->held[g->held_count++] = (struct policy_seat){path->part[1], of_part(path), text};
	return ok();
}

static struct result give_seat(struct giver *g, const struct path *path, const char *text)
{
	g->seats[g->seat_count++] = (struct policy_seat){path->part[1], of_part(path), text};
	return ok();
}

static struct result give_reason(struct giver *g, const struct path *path, const char *text)
{
	g->claims[g->claim_count++] = (struct policy_claim){.name = path->part[1], .reason = text};
	return ok();
}

static struct result give_not_needed(struct giver *g, const struct path *path, const char *text)
{
	(void)path;
	g->claims[g->claim_count++] = (struct policy_claim){"not_needed", "例", text};
	return ok();
}

static struct result give_excepted(struct giver *g, const struct path *path, const char *text)
{
	(void)path;
	g->exceptions[g->exception_count++] = (struct policy_exception){.clause = text};
	return ok();
}

static struct result give_answer(struct giver *g, const struct path *path, const char *text)
{
	static const struct {
		const char *text;
		enum item_answer answer;
	} answers[] = {{"yes", ITEM_YES}, {"no", ITEM_NO}, {"not_applicable", ITEM_NOT_APPLICABLE}};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcmp(text, answers[i].text) == 0)
			return facts_set_item(g->facts, path->part[1], path->part[2], answers[i].answer, g->why);
	return fail(g->why, E_INPUT, path->text, "yes、no、not_applicable のどれかで答えてください。");
}

static struct result give_passed(struct giver *g, const struct path *path, const char *text)
{
	bool yes;
	TRY(yes_or_no(g, path, text, &yes));
	return facts_set_reached(g->facts, path->part[1], yes, g->why);
}

static const struct {
	const char *first;
	unsigned least, most; /* parts of the path */
	struct result (*give)(struct giver *g, const struct path *path, const char *text);
} rows[] = {
	{"agreed", 2, 3, give_agreed},         {"declined", 2, 3, give_declined},
	{"holds", 2, 3, give_held},            {"seat", 2, 3, give_seat},
	{"reason", 2, 2, give_reason},         {"not_needed", 1, 1, give_not_needed},
	{"excepted", 1, 1, give_excepted},     {"answer", 3, 3, give_answer},
	{"passed", 2, 2, give_passed},
};

/* object.contents.first.importance as the facts have it: object.contents[0].importance */
static const char *fact_path(struct giver *g, const struct path *path)
{
	static const char *const nth[] = {"first", "second", "third"};
	const char *text = path->part[0];
	for (unsigned i = 1; i < path->count && text; i++) {
		size_t n = 0;
		while (n < sizeof nth / sizeof *nth && strcmp(path->part[i], nth[n]) != 0)
			n++;
		text = n < sizeof nth / sizeof *nth ? arena_printf(g->arena, "%s[%zu]", text, n)
		                                    : arena_printf(g->arena, "%s.%s", text, path->part[i]);
	}
	return text;
}

static struct result give(struct giver *g, const struct path *path, const char *text)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(path->part[0], rows[i].first) == 0)
			return path->count >= rows[i].least && path->count <= rows[i].most
			       ? rows[i].give(g, path, text)
			       : fail(g->why, E_INPUT, path->text, "例での書き方が違います。");
	const char *place = fact_path(g, path);
	return place ? facts_set_any(g->facts, place, text, g->why)
	             : fail(g->why, E_MEMORY, "case", "例を判断する記憶域が足りません。");
}

/* all posts of one person at once: a list of them is taken as complete */
static struct result set_held(struct giver *g)
{
	struct policy_holding held[GIVEN_ROWS];
	for (size_t i = 0; i < g->held_count; i++) {
		size_t n = 0;
		for (size_t k = 0; k < g->held_count; k++)
			if (strcmp(g->held[k].person, g->held[i].person) == 0 && strcmp(g->held[k].post, "nothing") != 0)
				held[n++] = (struct policy_holding){g->held[k].post, g->held[k].of};
		TRY(facts_set_posts(g->facts, g->held[i].person, held, n, g->why));
	}
	return ok();
}

static struct result give_all(struct giver *g, const struct example *e)
{
	size_t count = 0;
	for (const struct given *given = e->facts; given; given = given->next) {
		const char *text = as_text(given->value, g->arena);
		if (!text)
			return fail(g->why, E_MEMORY, "case", "例を判断する記憶域が足りません。");
		if (++count > GIVEN_ROWS)
			return fail(g->why, E_LIMIT, "case", "例に書いた事実が多すぎます（上限%d）。", GIVEN_ROWS);
		TRY(give(g, given->path, text));
	}
	return set_held(g);
}

struct result example_question(const struct policy *policy, const struct example *example, struct arena *arena,
                               struct policy_question *out, struct why *why)
{
	struct giver g = {.policy = policy, .arena = arena, .why = why,
	                  .approvals = ARENA_ARRAY(arena, GIVEN_ROWS, struct policy_approval),
	                  .claims = ARENA_ARRAY(arena, GIVEN_ROWS, struct policy_claim),
	                  .exceptions = ARENA_ARRAY(arena, GIVEN_ROWS, struct policy_exception),
	                  .seats = ARENA_ARRAY(arena, GIVEN_ROWS, struct policy_seat),
	                  .held = ARENA_ARRAY(arena, GIVEN_ROWS, struct policy_seat)};
	if (!g.approvals || !g.claims || !g.exceptions || !g.seats || !g.held)
		return fail(why, E_MEMORY, "case", "例を判断する記憶域が足りません。");
	TRY(facts_new(policy, example->act, arena, &g.facts, why));
	TRY(give_all(&g, example));
	*out = (struct policy_question){
		.day = example->day, .facts = g.facts, .claims = g.claims, .claim_count = g.claim_count,
		.approvals = g.approvals, .approval_count = g.approval_count, .exceptions = g.exceptions,
		.exception_count = g.exception_count, .seats = g.seats, .seat_count = g.seat_count};
	return ok();
}
