/* Opening cases, writing more of them, moving them on. */
#include "proceeding/internal.h"
#include "proceeding/leaving.h"

#include "base/text.h"

enum { ROOM = 8 << 20 };

static struct result no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "case", "手続を扱う記憶域が足りません。");
}

/* ---- the row beneath ----------------------------------------------------------- */

static bool is_text(const struct policy_fact *facts, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].path, path) == 0)
			return facts[i].type == FACT_TEXT;
	return false;
}

struct result row_cells(struct proceedings *p, const struct register_row *row, const char *path,
                        const char *value, struct arena *arena, struct cell **out, size_t *count,
                        struct why *why)
{
	const struct policy_fact *facts;
	size_t known, n = 0;
	TRY(policy_kind_facts(p->at.policy, row->kind, arena, &facts, &known, why));
	struct cell *cells = ARENA_ARRAY(arena, row->cell_count + 1, struct cell);
	if (!cells)
		return no_memory(why);
	for (size_t i = 0; i < row->cell_count; i++)
		if (!is_text(facts, known, row->cells[i].path) && strcmp(row->cells[i].path, path) != 0)
			cells[n++] = row->cells[i]; /* texts that are not given stay sealed as they are */
	cells[n++] = (struct cell){path, value};
	*out = cells;
	*count = n;
	return ok();
}

static struct result put_step(struct proceedings *p, const char *id, const char *step, const char *actor,
                              struct arena *arena, struct why *why)
{
	struct register_row row;
	struct cell *cells;
	char same[27];
	TRY(register_get(p->at.registers, id, arena, &row, why));
	struct register_change change = {.kind = row.kind, .id = id, .version = row.version, .name = row.name,
	                                 .section = row.section, .actor = actor};
	TRY(row_cells(p, &row, "step", step, arena, &cells, &change.cell_count, why));
	change.cells = cells;
	return register_put(p->at.registers, &change, same, why);
}

/* ---- opening ---------------------------------------------------------------------- */

/* An exception is asked for from the clause that it sets aside, never opened by itself. */
static struct result check_kind(struct proceedings *p, const char *kind, struct why *why)
{
	if (!policy_kind_step(p->at.policy, kind, 0))
		return fail(why, E_ABSENT, "kind", "「%.60s」という手続はありません。", kind);
	if (strcmp(kind, "exception") == 0)
		return fail(why, E_INPUT, "kind", "例外措置は、例外を求める条文と事柄から申請してください。");
	return ok();
}

static struct result check_cells(const struct cell *cells, size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(cells[i].path, "step") == 0)
			return fail(why, E_INPUT, "step", "段階は、手続を進めることで変わります。書き換えることはできません。");
	return ok();
}

static struct result open_case(struct proceedings *p, const struct case_opening *o, char id[27],
                               struct arena *arena, struct why *why)
{
	const char *first = policy_kind_step(p->at.policy, o->kind, 0);
	struct cell *cells = ARENA_ARRAY(arena, o->cell_count + 1, struct cell);
	if (!cells)
		return no_memory(why);
	if (o->cell_count)
		memcpy(cells, o->cells, o->cell_count * sizeof *cells);
	cells[o->cell_count] = (struct cell){"step", first};
	const struct register_change change = {.kind = o->kind, .name = o->name, .section = o->section,
		.cells = cells, .cell_count = o->cell_count + 1, .actor = o->actor, .post = o->post};
	TRY(register_put(p->at.registers, &change, id, why));
	TRY(proceeding_record(p, "case.opened", id, o->actor, o->post ? o->post : "", NULL,
	                      json_pack("{ss ss ss sb sb}", "kind", o->kind, "section", o->section, "step",
	                                first, "drill", o->drill, "incomplete", o->incomplete), why));
	return evidence_keep(p, id, o->actor, arena, why);
}

struct result case_open(struct proceedings *p, const struct case_opening *o, char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	if (!arena)
		return no_memory(why);
	TRY(check_kind(p, o->kind, why));
	TRY(check_cells(o->cells, o->cell_count, why));
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(open_case(p, o, id, arena, why));
	return tx_commit(&tx, why);
}

/* ---- one hand at a time -------------------------------------------------------------- */

static struct result overtaken(struct proceedings *p, const struct case_view *view, struct arena *arena,
                               struct why *why)
{
	char when[48];
	struct person person;
	ms_short(view->changed_ms, when);
	bool known = office_person(p->at.office, view->changed_by, arena, &person, NULL).code == OK;
	return fail(why, E_CONFLICT, view->row.id,
	            "この件は %s に%sさんが変えました。画面を開き直して、いまの状態を確かめてください。", when,
	            known ? person.name : view->changed_by);
}

static struct result take(struct proceedings *p, const struct case_hand *hand, struct arena *arena,
                          struct case_view *view, struct why *why)
{
	TRY(case_get(p, hand->id, arena, view, why));
	return view->turn == hand->turn ? ok() : overtaken(p, view, arena, why);
}

/* What has come to its end is a record: nothing is written into it any more. */
static struct result take_running(struct proceedings *p, const struct case_hand *hand, struct arena *arena,
                                  struct case_view *view, struct why *why)
{
	TRY(take(p, hand, arena, view, why));
	if (case_is_end(p->at.policy, view->row.kind, view->step))
		return fail(why, E_CONFLICT, hand->id, "この件は「%s」です。終わったものには書き足せません。",
		            policy_label(p->at.policy, NULL, view->step));
	return ok();
}

/* ---- writing more ---------------------------------------------------------------------- */

/* What is given takes the place of what stood there; the rest stays. */
static struct result merged(struct proceedings *p, const struct case_view *view, const struct cell *cells,
                            size_t count, struct arena *arena, struct cell **out, size_t *out_count,
                            struct why *why)
{
	struct cell *old;
	size_t n = 0, all;
	TRY(row_cells(p, &view->row, "step", view->step, arena, &old, &all, why));
	struct cell *both = ARENA_ARRAY(arena, all + count + 1, struct cell);
	if (!both)
		return no_memory(why);
	for (size_t i = 0; i < all; i++) {
		bool given = false;
		for (size_t k = 0; k < count && !given; k++)
			given = strcmp(old[i].path, cells[k].path) == 0;
		if (!given)
			both[n++] = old[i];
	}
	if (count)
		memcpy(both + n, cells, count * sizeof *cells);
	*out = both;
	*out_count = n + count;
	return ok();
}

struct result case_change(struct proceedings *p, const struct case_hand *hand, const char *name,
                          const struct cell *cells, size_t count, bool incomplete, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct case_view view;
	struct cell *all;
	char same[27];
	if (!arena)
		return no_memory(why);
	TRY(check_cells(cells, count, why));
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(take_running(p, hand, arena, &view, why));
	struct register_change change = {.kind = view.row.kind, .id = hand->id, .version = view.row.version,
		.name = name ? name : view.row.name, .section = view.row.section, .actor = hand->actor,
		.post = hand->post};
	TRY(merged(p, &view, cells, count, arena, &all, &change.cell_count, why));
	change.cells = all;
	TRY(register_put(p->at.registers, &change, same, why));
	TRY(proceeding_record(p, "case.changed", hand->id, hand->actor, hand->post ? hand->post : "", NULL,
	                      json_pack("{sb}", "incomplete", incomplete), why));
	TRY(evidence_keep(p, hand->id, hand->actor, arena, why));
	return tx_commit(&tx, why);
}

static struct result check_answer(const char *list, const char *item, enum item_answer answer,
                                  const char *evidence, struct arena *arena, struct why *why)
{
	const char *place = arena_printf(arena, "%s.%s", list, item);
	if (answer < ITEM_YES || answer > ITEM_NOT_APPLICABLE)
		return fail(why, E_INPUT, place ? place : item, "「はい」「いいえ」「当たらない」のどれかを選んでください。");
	if (answer == ITEM_NOT_APPLICABLE && (!evidence || !*evidence))
		return fail(why, E_INPUT, place ? place : item, "「当たらない」とする理由を書いてください。あとで監査の担当者が読みます。");
	if (evidence && (strlen(evidence) > CASE_NOTE || !utf8_valid(slice_str(evidence))))
		return fail(why, E_INPUT, place ? place : item, "根拠は%dバイト以内で書いてください。", CASE_NOTE);
	return ok();
}

struct result case_answer(struct proceedings *p, const struct case_hand *hand, const char *list,
                          const char *item, enum item_answer answer, const char *evidence, struct why *why)
{
	static const char *const words[] = {"", "yes", "no", "not_applicable"};
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct case_view view;
	struct facts *facts;
	struct policy_act act;
	char sealed[27];
	if (!arena)
		return no_memory(why);
	TRY(check_answer(list, item, answer, evidence, arena, why));
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(take_running(p, hand, arena, &view, why));
	/* a list or an item that no policy knows is not answered */
	for (size_t i = 0; policy_act_at(p->at.policy, i, &act); i++)
		if (strcmp(act.kind, view.row.kind) == 0)
			break;
	TRY(facts_new(p->at.policy, act.name, arena, &facts, why));
	TRY(facts_set_item(facts, list, item, answer, why));
	TRY(seal_text(p, evidence, sealed, why));
	TRY(proceeding_record(p, "case.answered", hand->id, hand->actor, hand->post ? hand->post : "", NULL,
	                      json_pack("{ss ss ss ss}", "list", list, "item", item, "answer", words[answer],
	                                "evidence", sealed), why));
	return tx_commit(&tx, why);
}

struct result case_note(struct proceedings *p, const struct case_hand *hand, const char *words,
                        struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct case_view view;
	char sealed[27];
	if (!arena)
		return no_memory(why);
	if (!words || !*words)
		return fail(why, E_INPUT, "note", "「書き足すこと」が空です。起きたこと、したことを書いてください。");
	if (strlen(words) > CASE_NOTE || !utf8_valid(slice_str(words)))
		return fail(why, E_INPUT, "note", "「書き足すこと」は%d字ほどまでで書いてください。", CASE_NOTE / 3);
	TRY(tx_begin(p->at.store, &tx, why));
	TRY(take(p, hand, arena, &view, why));
	TRY(seal_text(p, words, sealed, why));
	TRY(proceeding_record(p, "case.noted", hand->id, hand->actor, hand->post ? hand->post : "", NULL,
	                      json_pack("{ss}", "words", sealed), why));
	return tx_commit(&tx, why);
}

/* ---- moving ------------------------------------------------------------------------------ */

struct result case_moved(struct proceedings *p, const char *id, const char *act, const char *actor,
                         const struct decision *decision, const char *application, struct arena *arena,
                         struct why *why)
{
	struct policy_act move;
	struct case_view view;
	if (!policy_act_find(p->at.policy, act, &move) || !move.to[0])
		return fail(why, E_ABSENT, act, "「%.60s」という手続の動きはありません。", act);
	TRY(case_get(p, id, arena, &view, why));
	if (decision->verdict != PASS)
		return fail(why, E_CONFLICT, id, "「%s」は、いまはできません。この件の状態が申請のあとで変わりました。", move.title);
	/* a drill proves no clause and fills no record book */
	json_t *data = json_pack("{ss ss ss ss sb}", "done", act, "from", view.step, "to", move.to, "application", application,
	                         "drill", view.drill);
	if (strcmp(view.row.kind, leaving_kind(p->at.policy, arena)) == 0) /* it is about him who leaves */
		json_object_set_new(data, "of", json_string(register_cell(&view.row, "person")));
	TRY(proceeding_record(p, "case.moved", id, actor, "", view.drill ? NULL : decision, data, why));
	const struct effect_of of = {.row = id, .section = view.row.section, .actor = actor, .approver = "", .done = true,
		.origin = arena_printf(arena, "%s %lld", id, (long long)view.turn)};
	if (!of.origin)
		return no_memory(why);
	if (!view.drill)
		TRY(effect_record(p, decision, &of, arena, why));
	if (view.drill && case_is_end(p->at.policy, view.row.kind, move.to))
		TRY(proceeding_record(p, "case.drilled", id, actor, "", NULL, json_pack("{ss ss}", "done", "drill", "of", ""),
		                      why));
	if (strcmp(view.step, move.to) == 0)
		return ok();
	TRY(put_step(p, id, move.to, actor, arena, why));
	TRY(relax_follow(p, id, move.to, arena, why));
	return evidence_keep(p, id, actor, arena, why);
}

/* Somebody has asked for it: asking twice would want two sets of signatures. */
static struct result not_asked_yet(struct proceedings *p, const struct case_view *view, const char *act,
                                   struct why *why)
{
	AUTO(statement_drop) struct statement *s = NULL;
	bool row = false;
	TRY(store_ask(p->at.store,
	              "SELECT fiscal_year, serial FROM application WHERE subject = ?1 AND act = ?2 AND state = 'open'",
	              ARGS(arg_str(view->row.id), arg_str(act)), &s, why));
	TRY(statement_step(s, &row, why));
	if (!row)
		return ok();
	return fail(why, E_CONFLICT, "application", "同じことがすでに申請されています（申請 R%lld-%04lld）。決裁を待ってください。",
	            (long long)(column_i64(s, 0) - 2018), (long long)column_i64(s, 1));
}

static struct result ask(struct proceedings *p, const struct case_view *view, const struct wish *wish,
                         const struct case_step *step, const char *label, struct arena *arena,
                         char application[27], struct why *why)
{
	struct person person;
	const char *title = arena_printf(arena, "%s「%s」", label, view->row.name);
	if (!title)
		return no_memory(why);
	TRY(not_asked_yet(p, view, wish->act, why));
	TRY(office_person(p->at.office, wish->actor, arena, &person, why));
	const struct application_request request = {.wish = *wish, .section = person.section, .title = title,
	                                            .purpose = step->reason, .until = DAY_OPEN};
	return application_submit(p, &request, application, why);
}

static bool is_pending(const struct decision *decision)
{
	for (size_t i = 0; i < decision->approval_count; i++)
		if (decision->approvals[i].state == ROUTE_PENDING)
			return true;
	return false;
}

static struct result move_now(struct proceedings *p, const struct case_hand *hand,
                              const struct case_step *step, struct arena *arena,
                              enum case_outcome *outcome, char application[27], struct why *why)
{
	struct case_view view;
	struct policy_act act;
	struct wish wish;
	const struct decision *decision;
	TRY(take(p, hand, arena, &view, why));
	if (!policy_act_find(p->at.policy, step->act, &act) || !act.to[0] || strcmp(act.kind, view.row.kind) != 0)
		return fail(why, E_ABSENT, "act", "この手続に「%.60s」という動きはありません。", step->act);
	TRY(case_wish(p, &view, step->act, hand->actor, arena, &wish, why));
	wish.claims = step->claims;
	wish.claim_count = step->claim_count;
	TRY(application_preview(p, &wish, arena, &decision, why));
	if (decision->verdict == REFUSE)
		return policy_refusal(decision, why);
	TRY(case_missing(decision, why));
	*outcome = decision->verdict == PASS ? CASE_MOVED : CASE_ASKED;
	if (decision->verdict == PASS)
		return case_moved(p, hand->id, step->act, hand->actor, decision, "", arena, why);
	if (!is_pending(decision))
		return fail(why, E_DENIED, step->act, "「%s」は、関門の確認が済むまでできません。", act.title);
	return ask(p, &view, &wish, step, act.title, arena, application, why);
}

/* An attempt that a clause refuses is itself a thing to keep. */
static void record_refused(struct proceedings *p, const struct case_hand *hand, const char *act,
                           const struct why *cause)
{
	AUTO(tx_drop) struct tx tx = {0};
	if (tx_begin(p->at.store, &tx, NULL).code != OK)
		return;
	json_t *data = json_pack("{ss ss}", "act", act, "place", cause->place);
	if (proceeding_record_refused(p, "case.refused", hand->id, hand->actor, hand->post ? hand->post : "", cause->place, data,
	                      NULL).code == OK && tx_commit(&tx, NULL).code != OK)
		return;
}

struct result case_move(struct proceedings *p, const struct case_hand *hand, const struct case_step *step,
                        enum case_outcome *outcome, char application[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(ROOM);
	struct why own = {0};
	struct result done;
	*outcome = CASE_NOTHING;
	application[0] = 0;
	if (!arena)
		return no_memory(why);
	{
		AUTO(tx_drop) struct tx tx = {0};
		TRY(tx_begin(p->at.store, &tx, why));
		done = move_now(p, hand, step, arena, outcome, application, &own);
		if (done.code == OK)
			return tx_commit(&tx, why);
	}
	*outcome = CASE_NOTHING;
	if (done.code == E_DENIED && !store_in_transaction(p->at.store))
		record_refused(p, hand, step->act, &own);
	return fail(why, done.code, own.place, "%s", own.text);
}
