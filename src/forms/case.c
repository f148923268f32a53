/* A case as a report, and the items that its clauses want. */
#include "forms/internal.h"

struct result facts_of_kind(struct maker *m, const char *kind, const struct policy_fact **out, size_t *count,
                            struct why *why)
{
	const struct policy_fact *known;
	size_t all, n = 0;
	TRY(policy_kind_facts(m->desk.policy, kind, m->arena, &known, &all, why));
	struct policy_fact *kept = ARENA_ARRAY(m->arena, all + 1, struct policy_fact);
	if (!kept)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	for (size_t i = 0; i < all; i++)
		if (strcmp(known[i].path, "step") != 0)
			kept[n++] = known[i];
	*out = kept;
	*count = n;
	return ok();
}

const char *item_words(enum item_answer answer)
{
	static const char *const words[] = {"まだ", "はい", "いいえ", "当たらない"};
	return (size_t)answer < sizeof words / sizeof *words ? words[answer] : "";
}

static bool is_answered(const struct case_view *view, const char *name)
{
	for (size_t i = 0; i < view->item_count; i++) {
		size_t list = strlen(view->items[i].list);
		if (strncmp(name, view->items[i].list, list) == 0 && name[list] == '.' &&
		    strcmp(name + list + 1, view->items[i].item) == 0)
			return true;
	}
	return false;
}

static bool is_among(const struct wanted_fact **list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i]->name, name) == 0)
			return true;
	return false;
}

struct result items_wanted(struct maker *m, const struct case_view *view, const char *person,
                           const struct wanted_fact ***out, size_t *count, struct why *why)
{
	struct case_choice *choices;
	size_t choice_count, n = 0;
	TRY(case_choices(m->desk.proceedings, view, person, m->arena, &choices, &choice_count, why));
	const struct wanted_fact **list = ARENA_ARRAY(m->arena, CASE_ITEMS, const struct wanted_fact *);
	if (!list)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	for (size_t i = 0; i < choice_count; i++)
		for (size_t k = 0; k < choices[i].decision->missing_count && n < CASE_ITEMS; k++) {
			const struct wanted_fact *w = &choices[i].decision->missing[k];
			if (w->kind == WANT_ITEM && strchr(w->name, '.') && !is_answered(view, w->name) && !is_among(list, n, w->name))
				list[n++] = w;
		}
	*out = list;
	*count = n;
	return ok();
}

void put_items(struct maker *m, const struct case_view *view, const struct wanted_fact *const *wanted, size_t count)
{
	static const struct paper_column columns[] = {{"項目", 32, PAPER_LEFT, false}, {"回答", 13, PAPER_CENTRE, false},
		{"根拠・理由", 31, PAPER_LEFT, false}, {"回答した人・日時", 24, PAPER_LEFT, false}};
	paper_table(m->paper, columns, 4);
	for (size_t i = 0; i < count; i++)
		paper_row_of(m->paper, (const char *const[]){wanted[i]->label, item_words(ITEM_UNANSWERED),
			wanted[i]->clause ? say(m, "求める条文: %s", say_clause(m, wanted[i]->clause->id)) : "", ""});
	for (size_t i = 0; i < view->item_count; i++) {
		const struct case_item *said = &view->items[i];
		const char *const cells[] = {policy_item_label(m->desk.policy, said->list, said->item), item_words(said->answer),
			said->evidence, say(m, "%s\n%s", say_person(m, said->actor), say_time(m, said->time_ms))};
		paper_row_of(m->paper, cells);
	}
	if (!count && !view->item_count)
		paper_row_of(m->paper, (const char *const[]){"（いまの段階で求められる項目はありません）", "", "", ""});
}

/* ---- the report ------------------------------------------------------------------- */

static const char *step_words(struct maker *m, const char *step)
{
	return policy_label(m->desk.policy, NULL, step);
}

static struct result put_facts(struct maker *m, const struct case_view *view, struct why *why)
{
	const struct policy_fact *facts;
	size_t count;
	TRY(facts_of_kind(m, view->row.kind, &facts, &count, why));
	paper_pairs(m->paper);
	paper_pair(m->paper, "件名", view->row.name);
	paper_pair(m->paper, "所管課", say_section(m, view->row.section));
	paper_pair(m->paper, "いまの段階", say(m, "%s%s", step_words(m, view->step), view->incomplete ? "（未完成）" : ""));
	paper_pair(m->paper, "受け付けた人・日時", say(m, "%s　%s", say_person(m, view->opened_by), say_time(m, view->opened_ms)));
	for (size_t i = 0; i < count; i++) {
		const char *value = register_cell(&view->row, facts[i].path);
		paper_pair(m->paper, facts[i].label, *value ? say_value(m, NULL, &facts[i], value) : "（まだ書かれていません）");
	}
	return ok();
}

static void put_notes(struct maker *m, const struct case_view *view)
{
	static const struct paper_column columns[] = {{"日時", 18, PAPER_LEFT, false}, {"経過", 58, PAPER_LEFT, false},
		{"書いた人", 24, PAPER_LEFT, false}};
	if (!view->note_count)
		return;
	paper_heading(m->paper, "経過");
	paper_table(m->paper, columns, 3);
	for (size_t i = 0; i < view->note_count; i++) {
		const struct case_words *w = &view->notes[i];
		paper_row_of(m->paper, (const char *const[]){say_time(m, w->time_ms), w->words, say_person(m, w->actor)});
	}
}

static void put_way(struct maker *m, const struct case_view *view)
{
	static const struct paper_column columns[] = {{"日時", 18, PAPER_LEFT, false}, {"行ったこと", 38, PAPER_LEFT, false},
		{"段階", 20, PAPER_LEFT, false}, {"行った人", 24, PAPER_LEFT, false}};
	paper_heading(m->paper, "手続の進み");
	paper_table(m->paper, columns, 4);
	for (size_t i = 0; i < view->way_count; i++) {
		const struct case_passed *p = &view->way[i];
		const char *what = *p->move ? policy_label(m->desk.policy, NULL, p->move) : "受付";
		paper_row_of(m->paper, (const char *const[]){say_time(m, p->time_ms), what, step_words(m, p->step), say_person(m, p->actor)});
	}
}

static struct result begin_case(struct maker *m, const struct forms *f, const char *id, const char *what,
                                struct case_view *view, struct buffer *out, struct why *why)
{
	TRY(maker_begin(m, f, why));
	TRY(case_get(m->desk.proceedings, id, m->arena, view, why));
	const char *head = say(m, "%s 第%lld号%s", view->title, (long long)view->row.serial, view->drill ? "（訓練）" : "");
	TRY(maker_paper(m, say(m, "%s%s%s", view->drill ? "【訓練】" : "", view->title, what), head, false, out, why));
	paper_words(m->paper, PAPER_RIGHT, say_day(m, day_of_ms(clock_now_ms(m->desk.clock))));
	return ok();
}

struct result forms_case(const struct forms *f, const char *id, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {.f = f};
	struct case_view view;
	TRY(begin_case(&m, f, id, "報告書", &view, out, why));
	TRY(put_facts(&m, &view, why));
	put_notes(&m, &view);
	if (view.item_count) {
		paper_heading(m.paper, "確かめた項目");
		put_items(&m, &view, NULL, 0);
	}
	put_way(&m, &view);
	TRY(put_entries(&m, view.row.id, why));
	return paper_end(m.paper, true, why);
}

struct result forms_items(const struct forms *f, const char *id, const char *person, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {.f = f};
	struct case_view view;
	const struct wanted_fact **wanted;
	size_t count;
	TRY(begin_case(&m, f, id, "　項目一覧", &view, out, why));
	TRY(items_wanted(&m, &view, *person ? person : view.opened_by, &wanted, &count, why));
	paper_pairs(m.paper);
	paper_pair(m.paper, "件名", view.row.name);
	paper_pair(m.paper, "所管課", say_section(&m, view.row.section));
	paper_pair(m.paper, "いまの段階", step_words(&m, view.step));
	paper_pair(m.paper, "まだ答えのない項目", say(&m, "%zu件", count));
	paper_space(m.paper, 8);
	put_items(&m, &view, wanted, count);
	TRY(put_entries(&m, view.row.id, why));
	return paper_end(m.paper, true, why);
}
