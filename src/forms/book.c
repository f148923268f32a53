/* 記録簿 on paper: one entry, and the whole book. */
#include "forms/internal.h"

#include <stdlib.h>

enum { STEP = 50 };

static const char *entry_state(struct maker *m, const struct book_entry *e)
{
	if (e->state == BOOK_OPEN && e->empty_count)
		return say(m, "記入中（空欄%zu）", e->empty_count);
	return book_state_japanese(e->state);
}

static const char *field_words(struct maker *m, const struct book_entry *e, const struct book_field *f)
{
	if (!f->written)
		return "";
	if (e->erased && f->fact.type == FACT_TEXT)
		return "（保存期間が過ぎ、消去済み）";
	if (f->fact.type == FACT_SET && f->fact.member == FACT_NONE)
		return f->value; /* ids of clauses */
	return say_value(m, e->act, &f->fact, f->value);
}

static const char *other_number(struct maker *m, const char *id)
{
	struct book_entry other;
	return *id && book_get(m->desk.registers, id, m->arena, &other, NULL).code == OK ? other.number : "";
}

/* ---- one entry ---------------------------------------------------------------------- */

static void put_fields(struct maker *m, const struct book_entry *e)
{
	paper_pairs(m->paper);
	paper_pair(m->paper, "番号", e->number);
	paper_pair(m->paper, "状態", entry_state(m, e));
	if (*e->act)
		paper_pair(m->paper, "行ったこと", policy_label(m->desk.policy, NULL, e->act));
	if (*e->row)
		paper_pair(m->paper, "対象", say_row(m, e->row));
	paper_pair(m->paper, "所管課", say_section(m, e->section));
	if (strncmp(e->origin, "taken:", 6) == 0)
		paper_pair(m->paper, "引き継いだ記録", e->by);
	for (size_t i = 0; i < e->field_count; i++)
		paper_pair(m->paper, e->fields[i].fact.label, e->fields[i].written ? field_words(m, e, &e->fields[i]) : "（まだ書かれていません）");
	if (*e->corrects)
		paper_pair(m->paper, "訂正", say(m, "%s の訂正。理由: %s", other_number(m, e->corrects), e->reason));
	if (*e->corrected_by)
		paper_pair(m->paper, "訂正後の記録", other_number(m, e->corrected_by));
	paper_pair(m->paper, "保存の終わり", e->until ? say_day(m, e->until) : "（閉じた日から数えます）");
	for (size_t i = 0; i < e->clause_count; i++)
		paper_pair(m->paper, "根拠の条文", say_clause(m, e->clauses[i]));
}

struct result forms_record(const struct forms *f, const char *id, struct buffer *out, struct why *why)
{
	AUTO(maker_done) struct maker m = {0};
	struct book_entry e;
	struct policy_registry registry = {.title = "記録簿"};
	TRY(maker_begin(&m, f, why));
	TRY(book_get(m.desk.registers, id, m.arena, &e, why));
	(void)policy_registry_find(m.desk.policy, e.registry, &registry);
	TRY(maker_paper(&m, registry.title, e.number, false, out, why));
	paper_words(m.paper, PAPER_RIGHT, say_day(&m, day_of_ms(e.opened_ms)));
	put_fields(&m, &e);
	TRY(put_entries(&m, e.id, why));
	return paper_end(m.paper, true, why);
}

/* ---- the book -------------------------------------------------------------------------- */

struct forms_book {
	struct forms f;
	struct maker m;      /* names for the whole */
	struct arena *kept, *page;
	const char *registry;
	int year;
	int64_t before_ms;
	char before_id[27];
	size_t count;
};

void forms_book_drop(struct forms_book **book)
{
	struct forms_book *b = *book;
	*book = NULL;
	if (!b)
		return;
	paper_drop(&b->m.paper);
	arena_free(b->kept);
	arena_free(b->page);
	free(b);
}

struct result forms_book(const struct forms *f, const char *registry, int year, struct buffer *out,
                         struct forms_book **book, struct why *why)
{
	static const struct paper_column columns[] = {{"番号", 9, PAPER_LEFT, false}, {"起こした日", 9, PAPER_LEFT, false},
		{"所管課", 11, PAPER_LEFT, false}, {"対象と行ったこと", 22, PAPER_LEFT, false}, {"記録した事項", 38, PAPER_LEFT, false},
		{"状態", 11, PAPER_LEFT, false}};
	AUTO(forms_book_drop) struct forms_book *b = calloc(1, sizeof *b);
	struct policy_registry known;
	if (!b)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	if (!policy_registry_find(f->desk.policy, registry, &known))
		return fail(why, E_ABSENT, registry, "「%.60s」という記録簿はありません。", registry);
	b->f = *f;
	b->registry = known.name;
	b->year = year;
	TRY(maker_begin(&b->m, &b->f, why));
	b->kept = b->m.arena;
	b->page = arena_new(FORM_ROOM);
	if (!b->page)
		return fail(why, E_MEMORY, "form", "様式を作る記憶域が足りません。");
	TRY(maker_paper(&b->m, known.title, year ? say_year(&b->m, year) : "", true, out, why));
	paper_table(b->m.paper, columns, sizeof columns / sizeof *columns);
	*book = b;
	b = NULL;
	return ok();
}

static const char *all_fields(struct maker *m, const struct book_entry *e)
{
	const char *all = "";
	for (size_t i = 0; i < e->field_count; i++)
		all = say(m, "%s%s%s: %s", all, *all ? "\n" : "", e->fields[i].fact.label, field_words(m, e, &e->fields[i]));
	return all;
}

static void put_entry(struct maker *m, const struct book_entry *e)
{
	char day[48];
	const char *corrects = other_number(m, e->corrects), *row = *e->row ? say_row(m, e->row) : "";
	const char *act = *e->act ? policy_label(m->desk.policy, NULL, e->act) : "";
	day_short(day_of_ms(e->opened_ms), day);
	const char *const cells[] = {e->number, day, say_section(m, e->section), say(m, "%s%s%s", row, *row && *act ? "\n" : "", act),
		all_fields(m, e), say(m, "%s%s%s", entry_state(m, e), *corrects ? "\n" : "", *corrects ? say(m, "%sの訂正", corrects) : "")};
	paper_row_of(m->paper, cells);
}

static struct result book_end(struct forms_book *b, struct why *why)
{
	paper_words(b->m.paper, PAPER_LEFT, b->count ? say(&b->m, "%zu件", b->count) : "記録はありません。");
	return paper_end(b->m.paper, true, why);
}

struct result forms_book_step(struct forms_book *b, struct buffer *out, bool *done, struct why *why)
{
	const struct book_query query = {.registry = b->registry, .before_ms = b->before_ms, .before_id = b->before_id, .limit = STEP};
	struct book_entry *entries, full;
	size_t count;
	bool more;
	paper_to(b->m.paper, out);
	arena_reset(b->page);
	b->m.arena = b->m.table.arena = b->page; /* what is said of a page is gone with it */
	TRY(book_list(b->f.desk.registers, &query, b->page, &entries, &count, &more, why));
	for (size_t i = 0; i < count; i++) {
		b->before_ms = entries[i].opened_ms;
		memcpy(b->before_id, entries[i].id, sizeof b->before_id);
		if (b->year && entries[i].fiscal_year != b->year)
			continue;
		TRY(book_get(b->f.desk.registers, entries[i].id, b->page, &full, why));
		put_entry(&b->m, &full);
		b->count++;
	}
	*done = !more;
	return more ? ok() : book_end(b, why);
}
