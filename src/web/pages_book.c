/* 条文: the policy as a book.  The front page has chapters and sections with the
 * states in them; a section lists its clauses; a search, or a state, lists what
 * fits, a page at a time.                                                    */
#include "web/book.h"
#include "web/pages.h"
#include "web/private.h"

#include "base/number.h"
#include "policy/headings.h"

enum { SECTIONS = 400, LISTED = 50 };

struct section_sums {
	struct heading heading;
	int clauses, states[PROOF_STATES];
};
struct reader { /* one look at the whole edition */
	const struct policy_edition *edition;
	struct survey *survey;
	struct section_sums *sections;
	size_t section_count;
	int totals[PROOF_STATES];
};

static struct section_sums *section_for(struct reader *r, struct heading heading)
{
	for (size_t i = r->section_count; i-- > 0;)
		if (slice_equal(r->sections[i].heading.section, heading.section))
			return &r->sections[i];
	if (r->section_count == SECTIONS)
		return &r->sections[SECTIONS - 1];
	r->sections[r->section_count] = (struct section_sums){.heading = heading};
	return &r->sections[r->section_count++];
}

static struct result open_book(struct request *rq, struct reader *r, struct why *why)
{
	struct web_parts *parts = parts_of(rq);
	r->edition = policy_edition_on(parts->policy, parts->policy_name, request_today(rq));
	r->sections = ARENA_ARRAY(rq->arena, SECTIONS, struct section_sums);
	if (!r->edition)
		return fail(why, E_ABSENT, "policy", "今日の時点で施行中のポリシーがありません。");
	if (!r->sections)
		return fail(why, E_MEMORY, "clauses", "no memory");
	return proof_survey(rq->web->proof, request_today(rq), rq->arena, &r->survey, why);
}

/* ---- the front page -------------------------------------------------------- */

static struct result sum_up(struct request *rq, struct reader *r, struct why *why)
{
	struct policy *policy = parts_of(rq)->policy;
	for (size_t i = 0; i < policy_clause_count(policy, r->edition); i++) {
		const struct policy_clause *clause = policy_clause_at(policy, r->edition, i);
		struct section_sums *section = section_for(r, heading_of(clause->cite));
		enum proof_state state;
		TRY(proof_state(r->survey, clause, &state, why));
		section->clauses++;
		section->states[state]++;
		r->totals[state]++;
	}
	return ok();
}

/* Worst first, as on every list of states. */
static const enum proof_state order[PROOF_STATES] = {PROOF_OVERDUE, PROOF_UNSET, PROOF_UNPROVEN,
	PROOF_EXCEPTION, PROOF_MET, PROOF_ENFORCED, PROOF_NA};

static json_t *sums_model(const int counts[PROOF_STATES], bool all)
{
	json_t *list = json_array();
	for (size_t i = 0; i < PROOF_STATES; i++)
		if (all || counts[order[i]])
			json_array_append_new(list, json_pack("{s:o, s:i, s:s}", "state", show_state(order[i]),
				"count", counts[order[i]], "word", proof_state_name(order[i])));
	return list;
}

static const char *section_path(struct request *rq, struct slice section)
{
	return text(rq, "/clauses?in=%s", show_escaped(rq, section));
}

/* What a book without chapters calls its whole; a cover or an appendix beside
 * chapters stands under its own name. */
static const char *chapter_label(struct request *rq, const struct reader *r, const struct heading *h)
{
	bool chapters = false;
	for (size_t i = 0; i < r->section_count; i++)
		chapters |= r->sections[i].heading.chapter.len > 0;
	if (h->chapter.len)
		return text(rq, "%.*s", SLICE_ARG(h->chapter));
	return chapters ? text(rq, "%.*s", SLICE_ARG(h->section)) : "本文";
}

static json_t *sections_of(json_t *chapters, const char *label, const char *about)
{
	size_t count = json_array_size(chapters);
	for (size_t i = 0; i < count; i++) {
		json_t *chapter = json_array_get(chapters, i);
		if (strcmp(json_string_value(json_object_get(chapter, "label")), label) == 0)
			return json_object_get(chapter, "sections");
	}
	json_t *chapter = json_pack("{s:s, s:s, s:i, s:[]}", "label", label, "about", about, "place", (int)count,
	                            "sections");
	json_array_append_new(chapters, chapter);
	return json_object_get(chapter, "sections");
}

static json_t *chapters_model(struct request *rq, const struct reader *r)
{
	json_t *chapters = json_array();
	for (size_t i = 0; i < r->section_count; i++) {
		const struct section_sums *s = &r->sections[i];
		const char *label = chapter_label(rq, r, &s->heading);
		json_t *sections = sections_of(chapters, label, policy_heading(parts_of(rq)->policy, r->edition, slice_str(label)));
		json_array_append_new(sections, json_pack("{s:s, s:s, s:s, s:i, s:o}", "label",
			text(rq, "%.*s", SLICE_ARG(s->heading.section)), "about",
			policy_heading(parts_of(rq)->policy, r->edition, s->heading.section), "href", section_path(rq, s->heading.section),
			"clauses", s->clauses, "sums", sums_model(s->states, false)));
	}
	return chapters;
}

static struct result front(struct request *rq, struct reader *r, struct why *why)
{
	int64_t size;
	TRY(sum_up(rq, r, why));
	TRY(ledger_size(parts_of(rq)->ledger, &size, why));
	int proven = r->totals[PROOF_ENFORCED] + r->totals[PROOF_MET] + r->totals[PROOF_EXCEPTION];
	int asked_for = proven + r->totals[PROOF_OVERDUE] + r->totals[PROOF_UNSET] + r->totals[PROOF_UNPROVEN];
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", ""}};
	json_t *model = json_pack("{s:s, s:o, s:s, s:I, s:i, s:i, s:o, s:o, s:s, s:o}", "title",
		"条文・証明", "crumbs", show_crumbs(crumbs, 2), "book", r->edition->title, "entries",
		(json_int_t)size, "proven", proven, "asked_for", asked_for, "totals",
		sums_model(r->totals, true), "chapters", chapters_model(rq, r), "q", "", "states",
		show_states(""));
	return reply_page(rq, 200, "clauses", model, why);
}

/* ---- lists --------------------------------------------------------------------- */

struct wish_list {
	const char *in, *state;
	struct search search;
};

static struct result fits(struct request *rq, const struct reader *r, const struct wish_list *wish,
                          const struct policy_clause *c, enum proof_state *state, bool *yes,
                          struct why *why)
{
	const char *const texts[] = {c->cite, c->says, c->id, c->doubt, c->omitted};
	*yes = false;
	if (*wish->in && !slice_is(heading_of(c->cite).section, wish->in))
		return ok();
	if (!search_finds(&wish->search, texts, sizeof texts / sizeof *texts, rq->arena))
		return ok();
	TRY(proof_state(r->survey, c, state, why));
	*yes = !*wish->state || strcmp(proof_state_name(*state), wish->state) == 0;
	return ok();
}

/* Where the words stand neither in the number nor in the sentence: where they do. */
static const char *found_in(struct request *rq, const struct wish_list *wish,
                            const struct policy_clause *c)
{
	const char *const shown[] = {c->cite, c->says}, *const doubt[] = {c->cite, c->says, c->doubt};
	if (search_finds(&wish->search, shown, 2, rq->arena))
		return "";
	if (search_finds(&wish->search, doubt, 3, rq->arena))
		return text(rq, "読み方が分かれる点: %s", c->doubt);
	return *c->omitted ? text(rq, "条文が述べていない点: %s", c->omitted) : "";
}

static struct result fill(struct request *rq, const struct reader *r, const struct wish_list *wish,
                          size_t skip, json_t *list, size_t *found, struct why *why)
{
	struct policy *policy = parts_of(rq)->policy;
	*found = 0;
	for (size_t i = 0; i < policy_clause_count(policy, r->edition); i++) {
		const struct policy_clause *clause = policy_clause_at(policy, r->edition, i);
		enum proof_state state;
		bool yes;
		TRY(fits(rq, r, wish, clause, &state, &yes, why));
		if (yes && (*found)++ >= skip && json_array_size(list) < LISTED)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "cite", clause->cite,
				"says", clause->says, "note", found_in(rq, wish, clause), "href", clause_path(rq, clause->id), "carrier",
				show_carrier(rq, clause), "state", show_state(state)));
	}
	return ok();
}

static const char *list_path(struct request *rq, const struct wish_list *wish, const char *typed,
                             size_t page)
{
	return text(rq, "/clauses?in=%s&q=%s&state=%s&page=%zu", show_escaped(rq, slice_str(wish->in)),
	            show_escaped(rq, slice_str(typed)), wish->state, page);
}

static struct result list(struct request *rq, struct reader *r, struct why *why)
{
	const char *typed = asked(rq, "q");
	struct wish_list wish = {asked(rq, "in"), asked(rq, "state"), search_read(typed, rq->arena)};
	uint64_t page = 1;
	size_t found;
	if (*asked(rq, "page") && (!number_parse_u64(form_get(rq->query, "page"), &page) || !page || page > 1000))
		return fail(why, E_INPUT, "page", "ページの番号が正しくありません。");
	const char *const crumbs[][2] = {{"ホーム", "/"}, {"条文・証明", "/clauses"},
		{*wish.in ? wish.in : "探した結果", ""}};
	const char *about = policy_heading(parts_of(rq)->policy, r->edition, slice_str(wish.in));
	json_t *model = json_pack("{s:s, s:s, s:o, s:s, s:[], s:s, s:o}", "title",
		*wish.in ? text(rq, "%s%s%s", wish.in, *about ? "　" : "", about) : "条文を探す", "in", wish.in, "crumbs", show_crumbs(crumbs, 3), "book",
		r->edition->title, "clauses", "q", typed, "states", show_states(wish.state));
	size_t skip = ((size_t)page - 1) * LISTED;
	struct result filled = fill(rq, r, &wish, skip, json_object_get(model, "clauses"), &found, why);
	if (filled.code != OK) {
		json_decref(model);
		return filled;
	}
	size_t last = skip + LISTED < found ? skip + LISTED : found;
	json_object_set_new(model, "found", json_integer((json_int_t)found));
	json_object_set_new(model, "range", json_string(
		found > LISTED ? text(rq, "%zu～%zu件目", skip < found ? skip + 1 : found, last) : ""));
	json_object_set_new(model, "before", json_string(page > 1 ? list_path(rq, &wish, typed, (size_t)page - 1) : ""));
	json_object_set_new(model, "after", json_string(last < found ? list_path(rq, &wish, typed, (size_t)page + 1) : ""));
	return reply_page(rq, 200, "clause_list", model, why);
}

struct result page_clauses(struct request *rq, struct why *why)
{
	struct reader reader = {.section_count = 0};
	rq->menu = "clauses";
	TRY(open_book(rq, &reader, why));
	bool front_page = !*asked(rq, "in") && !*asked(rq, "q") && !*asked(rq, "state");
	return front_page ? front(rq, &reader, why) : list(rq, &reader, why);
}
