/* A section's answers go on to those who evaluate, and what must be improved begins. */
#include "review/internal.h"

static struct result section_count(struct desk *desk, const char *campaign, const char *section, struct arena *arena,
                                   struct review_count *out, struct why *why)
{
	struct review_count *all;
	size_t count;
	TRY(review_by_section(desk, campaign, arena, &all, &count, why));
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].of, section) == 0) {
			*out = all[i];
			return ok();
		}
	return fail(why, E_ABSENT, "section", "この自己点検で、その課に問うことはありません。");
}

/* One move of a case, at once: what waits for a person is not done yet. */
static struct result move(struct desk *desk, const char *id, const char *act, const char *by, const char *reason,
                          struct arena *arena, struct why *why)
{
	struct case_view view;
	enum case_outcome outcome;
	char application[27];
	TRY(case_get(desk->proceedings, id, arena, &view, why));
	const struct case_hand hand = {id, view.turn, by, ""};
	const struct case_step step = {.act = act, .reason = reason};
	TRY(case_move(desk->proceedings, &hand, &step, &outcome, application, why));
	if (outcome != CASE_MOVED)
		return fail(why, E_DENIED, act, "「%s」には決裁が要ります。手続の画面から決裁を求めてください。",
		            policy_label(desk->policy, NULL, act));
	return ok();
}

/* The one who heads the section, whatever the body calls the post. */
static bool heads(struct desk *desk, const struct holding *held, const char *section)
{
	const struct policy_edition *edition = policy_edition_on(desk->policy, desk->policy_name, review_today(desk));
	for (size_t i = 0; edition && i < policy_post_count(desk->policy, edition); i++) {
		const struct policy_post *post = policy_post_at(desk->policy, edition, i);
		if (strcmp(post->name, held->post) == 0 && post->held_by == POST_HEAD && strcmp(held->scope, section) == 0)
			return true;
	}
	return false;
}

static struct result check_reporter(struct desk *desk, const char *section, const char *by, struct arena *arena,
                                    struct why *why)
{
	struct holding *held;
	size_t count;
	bool may = false;
	TRY(office_holdings(desk->office, by, review_today(desk), arena, &held, &count, why));
	for (size_t i = 0; i < count; i++)
		may |= heads(desk, &held[i], section);
	if (!may)
		TRY(review_may_open(desk, by, &may, why));
	return may ? ok() : fail(why, E_DENIED, "section", "課の答えを報告できるのは、その課の長と、自己点検を始められる人です。");
}

static struct result open_inspection(struct desk *desk, const struct review_campaign *c, const struct review_count *n,
                                     const char *by, struct arena *arena, char id[27], struct why *why)
{
	struct section section;
	TRY(office_section(desk->office, n->of, arena, &section, why));
	const struct cell cells[] = {{"section", n->of}, {"problem", n->no ? "yes" : "no"}};
	const struct case_opening opening = {.kind = "inspection", .name = arena_printf(arena, "%s（%s）", c->title, section.name),
		.section = n->of, .cells = cells, .cell_count = 2, .actor = by, .post = ""};
	return opening.name ? case_open(desk->proceedings, &opening, id, why) : review_no_memory(why);
}

struct result review_report(struct desk *desk, const char *campaign, const char *section, const char *by,
                            const char *reason, char inspection[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct review_campaign c;
	struct review_count n;
	char id[27];
	if (!arena)
		return review_no_memory(why);
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_get(desk, campaign, arena, &c, why));
	TRY(section_count(desk, campaign, section, arena, &n, why));
	TRY(check_reporter(desk, section, by, arena, why));
	if (c.closed_ms || *n.inspection)
		return fail(why, E_CONFLICT, "review", "この課の答えは、報告済みか、自己点検が終わっています。");
	if (n.answered < n.asked && !*reason)
		return fail(why, E_CONFLICT, "reason", "まだ答えていない人が%lld人います。待つか、答えられない理由を書いて報告してください。",
		            (long long)(n.asked - n.answered));
	TRY(open_inspection(desk, &c, &n, by, arena, id, why));
	TRY(move(desk, id, "inspection.answer", by, reason, arena, why));
	TRY(review_record(desk, "review.reported", campaign, by, NULL, json_pack("{s:s, s:s}", "section", section, "inspection", id),
	                  why));
	TRY(tx_commit(&tx, why));
	memcpy(inspection, id, sizeof id);
	return ok();
}

/* ---- the evaluation ------------------------------------------------------------------- */

static struct result check_evaluation(struct desk *desk, const struct review_evaluation *e, const struct review_campaign *c,
                                      const struct review_count *n, struct why *why)
{
	if (!*n->inspection)
		return fail(why, E_CONFLICT, "review", "この課の答えはまだ報告されていません。課の管理者の報告を待ってください。");
	if (n->evaluated_ms)
		return fail(why, E_CONFLICT, "review", "この課の評価は済んでいます。");
	if (!*e->words)
		return fail(why, E_INPUT, "words", "「評価」が空です。よくできている点と、直す点を書いてください。");
	for (size_t i = 0; i < e->clause_count; i++)
		if (!review_find_question(c, e->clauses[i]))
			return fail(why, E_INPUT, "clauses", "「%.80s」は、この自己点検で問うていない条文です。", e->clauses[i]);
	if (e->clause_count && e->deadline < review_today(desk))
		return fail(why, E_INPUT, "deadline", "「改善の期限」に、今日より後の日を書いてください。");
	return ok();
}

static struct result add_note(struct desk *desk, const struct review_evaluation *e, const char *id, struct arena *arena,
                              struct why *why)
{
	struct case_view view;
	const struct cell need[] = {{"shows_need", e->shows_need ? "yes" : "no"}};
	TRY(case_get(desk->proceedings, id, arena, &view, why));
	struct case_hand hand = {id, view.turn, e->by, ""};
	TRY(case_note(desk->proceedings, &hand, e->words, why));
	hand.turn++;
	return case_change(desk->proceedings, &hand, NULL, need, 1, false, why);
}

/* One clause that is not kept becomes a finding, raised at once: its duties begin. */
static struct result raise(struct desk *desk, const struct review_evaluation *e, const struct review_campaign *c,
                           const char *inspection, const char *clause, struct arena *arena, struct why *why)
{
	const struct policy_clause *asked = policy_clause(desk->policy, clause);
	char day[11], id[27];
	day_iso(e->deadline, day);
	const struct cell cells[] = {{"section", e->section}, {"inspection", inspection}, {"clause", clause},
		{"weight", "light_finding"}, {"what", asked ? asked->says : clause}, {"deadline", day}};
	const struct case_opening opening = {.kind = "finding",
		.name = arena_printf(arena, "%s %s", c->title, asked ? asked->cite : clause), .section = e->section, .cells = cells,
		.cell_count = sizeof cells / sizeof *cells, .actor = e->by, .post = ""};
	if (!opening.name)
		return review_no_memory(why);
	TRY(case_open(desk->proceedings, &opening, id, why));
	return move(desk, id, "finding.raise", e->by, "", arena, why);
}

static struct result tell_problem(struct desk *desk, const struct review_evaluation *e, struct arena *arena,
                                  struct why *why)
{
	struct desk_verdict verdict;
	const struct desk_telling telling = {.act = "problem_found", .object = e->section, .section = e->section,
		.teller = e->by, .actor = "", .reference = ""};
	return desk_tell(desk, &telling, arena, &verdict, why);
}

/* Who may begin a self-inspection evaluates it. */
struct result review_evaluate(struct desk *desk, const struct review_evaluation *e, size_t *findings, struct why *why)
{
	const struct wish wish = {.act = "start_inspection", .actor = e->by, .subject = ""};
	const struct decision *decision = NULL;
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct review_campaign c;
	struct review_count n;
	if (!arena)
		return review_no_memory(why);
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_get(desk, e->campaign, arena, &c, why));
	TRY(section_count(desk, e->campaign, e->section, arena, &n, why));
	TRY(check_evaluation(desk, e, &c, &n, why));
	TRY(review_decide(desk, &wish, arena, &decision, why));
	TRY(add_note(desk, e, n.inspection, arena, why));
	TRY(move(desk, n.inspection, "inspection.evaluate", e->by, "", arena, why));
	for (size_t i = 0; i < e->clause_count; i++)
		TRY(raise(desk, e, &c, n.inspection, e->clauses[i], arena, why));
	if (e->clause_count)
		TRY(tell_problem(desk, e, arena, why));
	TRY(review_record(desk, "review.evaluated", e->campaign, e->by, NULL,
	                  json_pack("{s:s, s:i}", "section", e->section, "findings", (int)e->clause_count), why));
	TRY(tx_commit(&tx, why));
	*findings = e->clause_count;
	return ok();
}
