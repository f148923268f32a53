/* Cases read back, and what may be done next. */
#include "proceeding/internal.h"

enum { MOVES = 24, CASES = 500 };

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "case", "手続を読む記憶域が足りません。");
}

/* ---- the way, the items, the notes ------------------------------------------------ */

static struct result read_way(struct proceedings *p, const char *id, struct arena *arena,
                              struct case_view *view, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct case_passed *way = ARENA_ARRAY(arena, CASE_STEPS, struct case_passed);
	if (!way)
		return no_memory(why);
	TRY(store_ask(p->at.store, "SELECT step, move, actor, time_ms FROM case_step WHERE id = ?1 ORDER BY place",
	              ARGS(arg_str(id)), &s, why));
	for (bool row = true; view->way_count < CASE_STEPS; view->way_count++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		struct case_passed *one = &way[view->way_count];
		*one = (struct case_passed){arena_string(arena, column_text(s, 0)), arena_string(arena, column_text(s, 1)),
		                            arena_string(arena, column_text(s, 2)), column_i64(s, 3)};
		if (!one->step || !one->move || !one->actor)
			return no_memory(why);
	}
	view->way = way;
	return ok();
}

static enum item_answer answer_of(struct slice word)
{
	static const char *const words[] = {"", "yes", "no", "not_applicable"};
	for (size_t i = 1; i < sizeof words / sizeof *words; i++)
		if (slice_is(word, words[i]))
			return (enum item_answer)i;
	return ITEM_UNANSWERED;
}

static struct result read_items(struct proceedings *p, const char *id, struct arena *arena,
                                struct case_view *view, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct case_item *items = ARENA_ARRAY(arena, CASE_ITEMS, struct case_item);
	if (!items)
		return no_memory(why);
	TRY(store_ask(p->at.store, "SELECT list, item, answer, evidence, actor, time_ms FROM case_item WHERE id = ?1"
	                           " ORDER BY list, item",
	              ARGS(arg_str(id)), &s, why));
	for (bool row = true; view->item_count < CASE_ITEMS; view->item_count++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		struct case_item *one = &items[view->item_count];
		*one = (struct case_item){.list = arena_string(arena, column_text(s, 0)),
			.item = arena_string(arena, column_text(s, 1)), .answer = answer_of(column_text(s, 2)),
			.actor = arena_string(arena, column_text(s, 4)), .time_ms = column_i64(s, 5)};
		if (!one->list || !one->item || !one->actor)
			return no_memory(why);
		TRY(unseal_text(p, column_text(s, 3), arena, &one->evidence, why));
	}
	view->items = items;
	return ok();
}

static struct result read_notes(struct proceedings *p, const char *id, struct arena *arena,
                                struct case_view *view, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct case_words *notes = ARENA_ARRAY(arena, CASE_ITEMS, struct case_words);
	if (!notes)
		return no_memory(why);
	TRY(store_ask(p->at.store, "SELECT words, actor, time_ms FROM case_note WHERE id = ?1 ORDER BY place DESC",
	              ARGS(arg_str(id)), &s, why));
	for (bool row = true; view->note_count < CASE_ITEMS; view->note_count++) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		struct case_words *one = &notes[view->note_count];
		*one = (struct case_words){.actor = arena_string(arena, column_text(s, 1)), .time_ms = column_i64(s, 2)};
		if (!one->actor)
			return no_memory(why);
		TRY(unseal_text(p, column_text(s, 0), arena, &one->words, why));
	}
	view->notes = notes;
	return ok();
}

/* ---- one case ------------------------------------------------------------------------ */

#define STATE_COLUMNS "SELECT id, kind, step, turn, drill, incomplete, opened_ms, opened_by, changed_ms, changed_by FROM case_state "

static struct result take_state(struct proceedings *p, struct statement *s, struct arena *arena,
                                struct case_view *out, struct why *why)
{
	struct policy_kind kind;
	*out = (struct case_view){
		.step = arena_string(arena, column_text(s, 2)), .turn = column_i64(s, 3), .drill = column_i64(s, 4) != 0,
		.incomplete = column_i64(s, 5) != 0, .opened_ms = column_i64(s, 6),
		.opened_by = arena_string(arena, column_text(s, 7)), .changed_ms = column_i64(s, 8),
		.changed_by = arena_string(arena, column_text(s, 9)), .title = "",
	};
	const char *id = arena_string(arena, column_text(s, 0));
	if (!out->step || !out->opened_by || !out->changed_by || !id)
		return no_memory(why);
	TRY(register_get(p->at.registers, id, arena, &out->row, why));
	for (size_t i = 0; policy_kind_at(p->at.policy, i, &kind); i++)
		if (strcmp(kind.name, out->row.kind) == 0)
			out->title = kind.title;
	return ok();
}

struct result case_get(struct proceedings *p, const char *id, struct arena *arena, struct case_view *out,
                       struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	struct case_view view;
	bool row = false;
	TRY(store_ask(p->at.store, STATE_COLUMNS "WHERE id = ?1", ARGS(arg_str(id)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row || !p->at.registers)
		return fail(why, E_ABSENT, "case", "その手続はありません。");
	TRY(take_state(p, s, arena, &view, why));
	TRY(read_way(p, id, arena, &view, why));
	TRY(read_items(p, id, arena, &view, why));
	TRY(read_notes(p, id, arena, &view, why));
	*out = view;
	return ok();
}

bool case_is_end(const struct policy *policy, const char *kind, const char *step)
{
	return policy_step_ends(policy, kind, step);
}

/* ---- lists ------------------------------------------------------------------------------ */

struct result case_list(struct proceedings *p, const struct case_query *q, struct arena *arena,
                        struct case_view **out, size_t *count, struct why *why)
{
	size_t limit = q->limit && q->limit < CASES ? q->limit : CASES, n = 0;
	struct case_view *list = ARENA_ARRAY(arena, limit, struct case_view);
	AUTO(statement_drop) struct statement *s = NULL;
	if (!list)
		return no_memory(why);
	TRY(store_ask(p->at.store,
	              STATE_COLUMNS "WHERE (?1 = '' OR kind = ?1) AND (?2 = '' OR section = ?2) AND"
	                            " (?3 = '' OR opened_by = ?3) AND drill = ?4 ORDER BY changed_ms DESC, id LIMIT 2000",
	              ARGS(arg_str(q->kind ? q->kind : ""), arg_str(q->section ? q->section : ""),
	                   arg_str(q->actor ? q->actor : ""), arg_i64(q->drill)),
	              &s, why));
	for (bool row = true; n < limit;) {
		TRY(statement_step(s, &row, why));
		if (!row)
			break;
		TRY(take_state(p, s, arena, &list[n], why));
		n += case_is_end(p->at.policy, list[n].row.kind, list[n].step) == q->ended;
	}
	*out = list;
	*count = n;
	return ok();
}

/* ---- what next ------------------------------------------------------------------------ */

static bool is_passed(const struct case_view *view, const char *step)
{
	for (size_t i = 0; i < view->way_count; i++)
		if (strcmp(view->way[i].step, step) == 0)
			return true;
	return false;
}

/* Everything that the clauses may ask about a case: its row (by "object"), where it
 * stands, the way it came, and the answers to the lists.                     */
struct result case_wish(struct proceedings *p, const struct case_view *view, const char *act,
                        const char *actor, struct arena *arena, struct wish *out, struct why *why)
{
	static const char *const words[] = {"", "yes", "no", "not_applicable"};
	struct fact_pair *facts = ARENA_ARRAY(arena, 3 + POLICY_STEPS * 2 + view->item_count, struct fact_pair);
	size_t n = 0;
	const char *step, *held;
	TRY(leaving_held(p, &view->row, arena, &held, why));
	if (!facts)
		return no_memory(why);
	facts[n++] = (struct fact_pair){"object", view->row.id};
	facts[n++] = (struct fact_pair){"object.step", view->step};
	if (*held)
		facts[n++] = (struct fact_pair){"object.held", held};
	for (size_t i = 0; i < POLICY_STEPS * 2 && (step = policy_kind_step(p->at.policy, view->row.kind, i)); i++)
		facts[n++] = (struct fact_pair){arena_printf(arena, "passed.%s", step),
		                                is_passed(view, step) ? "yes" : "no"};
	for (size_t i = 0; i < view->item_count; i++)
		facts[n++] = (struct fact_pair){arena_printf(arena, "answer.%s.%s", view->items[i].list, view->items[i].item),
		                                words[view->items[i].answer]};
	for (size_t i = 0; i < n; i++)
		if (!facts[i].path)
			return no_memory(why);
	*out = (struct wish){.act = act, .actor = actor, .subject = view->row.id, .facts = facts, .fact_count = n};
	return ok();
}

static bool starts_at(const struct policy_act *act, const char *kind, const char *step)
{
	for (size_t i = 0; strcmp(act->kind, kind) == 0 && i < act->from_count; i++)
		if (strcmp(act->from[i], step) == 0)
			return true;
	return false;
}

static struct result open_application(struct proceedings *p, const char *id, const char *act,
                                      struct arena *arena, const char **out, struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_ask(p->at.store, "SELECT id FROM application WHERE subject = ?1 AND act = ?2 AND state = 'open'",
	              ARGS(arg_str(id), arg_str(act)), &s, why));
	TRY(statement_step(s, &row, why));
	*out = row ? arena_string(arena, column_text(s, 0)) : "";
	return *out ? ok() : no_memory(why);
}

static size_t place_of(const struct policy *policy, const char *kind, const char *step)
{
	const char *one;
	for (size_t i = 0; (one = policy_kind_step(policy, kind, i)); i++)
		if (strcmp(one, step) == 0)
			return i;
	return SIZE_MAX;
}

/* Nearest step first, so that the next thing stands at the head. */
static void insert(struct proceedings *p, const char *kind, struct case_choice *list, size_t n)
{
	struct case_choice one = list[n];
	size_t i = n, place = place_of(p->at.policy, kind, one.act.to);
	for (; i > 0 && place_of(p->at.policy, kind, list[i - 1].act.to) > place; i--)
		list[i] = list[i - 1];
	list[i] = one;
}

struct result case_choices(struct proceedings *p, const struct case_view *view, const char *person,
                           struct arena *arena, struct case_choice **out, size_t *count, struct why *why)
{
	struct case_choice *list = ARENA_ARRAY(arena, MOVES, struct case_choice);
	struct policy_act act;
	struct wish wish;
	size_t n = 0;
	if (!list)
		return no_memory(why);
	for (size_t i = 0; n < MOVES && policy_act_at(p->at.policy, i, &act); i++) {
		if (!starts_at(&act, view->row.kind, view->step))
			continue;
		list[n] = (struct case_choice){.act = act};
		TRY(case_wish(p, view, act.name, person, arena, &wish, why));
		TRY(application_preview(p, &wish, arena, &list[n].decision, why));
		TRY(open_application(p, view->row.id, act.name, arena, &list[n].application, why));
		insert(p, view->row.kind, list, n++);
	}
	*out = list;
	*count = n;
	return ok();
}

/* ---- what is missing ------------------------------------------------------------------- */

static const char *what_to_do(const struct wanted_fact *w)
{
	static const char *const how[] = {
		[WANT_FACT] = "書いてください。", [WANT_REASON] = "要らないときは、その理由を書いてください。",
		[WANT_ITEM] = "確かめて、根拠とともに答えてください。",
		[WANT_PARAMETER] = "庁が値を定めるまで決められません。情報担当課へ知らせてください。",
		[WANT_POSTS] = "役職の登録が要ります。情報担当課へ知らせてください。",
	};
	if (w->kind == WANT_FACT && strcmp(w->who, "register") == 0)
		return "台帳に書いてください。";
	if (w->kind == WANT_FACT && strcmp(w->who, "office") == 0)
		return "組織の登録が要ります。情報担当課へ知らせてください。";
	return (size_t)w->kind < sizeof how / sizeof *how ? how[w->kind] : "";
}

struct result case_missing(const struct decision *decision, struct why *why)
{
	if (decision->missing_count == 0)
		return ok();
	const struct wanted_fact *w = &decision->missing[0];
	return fail(why, E_INPUT, w->name, "「%s」がまだです（%s）。%s", w->label, w->clause ? w->clause->cite : "",
	            what_to_do(w));
}
