/* Answering a sheet: every question at once, remarks sealed, one entry. */
#include "review/internal.h"

#include "base/text.h"

static bool holds_over(const struct holding *held, size_t count, const char *section)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(held[i].scope, section) == 0)
			return true;
	return false;
}

struct result review_may_answer(struct desk *desk, const struct review_sheet *sheet, const char *by, bool *yes,
                                struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	struct holding *held;
	size_t count;
	*yes = strcmp(sheet->person, by) == 0;
	if (*yes)
		return ok();
	if (!arena)
		return review_no_memory(why);
	TRY(office_holdings(desk->office, by, review_today(desk), arena, &held, &count, why));
	*yes = holds_over(held, count, sheet->section);
	return *yes ? ok() : review_may_open(desk, by, yes, why);
}

static const struct review_said *said_of(const struct review_said *said, size_t count, const char *clause)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(said[i].clause, clause) == 0)
			return &said[i];
	return NULL;
}

static struct result check_one(const struct review_said *said, const char *clause, struct why *why)
{
	if (!said || said->answer == ITEM_UNANSWERED || said->answer > ITEM_NOT_APPLICABLE)
		return fail(why, E_INPUT, clause, "答えがありません。「はい」「いいえ」「該当なし」から選んでください。");
	if (said->answer != ITEM_YES && !*said->remark)
		return fail(why, E_INPUT, clause, "「%s」の理由が空です。いまの様子と、どうするかを書いてください。",
		            said->answer == ITEM_NO ? "いいえ" : "該当なし");
	if (strlen(said->remark) > REVIEW_REMARK || !utf8_valid(slice_str(said->remark)))
		return fail(why, E_INPUT, clause, "理由は%d文字以内で書いてください。", REVIEW_REMARK / 3);
	return ok();
}

struct result review_check(const struct review_campaign *campaign, const struct review_sheet *sheet,
                           const struct review_said *said, size_t count, struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		const struct review_question *q = review_find_question(campaign, said[i].clause);
		if (!q || !review_asks(q, sheet->posts))
			return fail(why, E_INPUT, said[i].clause, "この人には問われていない条文です。");
	}
	for (size_t i = 0; i < campaign->question_count; i++)
		if (review_asks(&campaign->questions[i], sheet->posts))
			TRY(check_one(said_of(said, count, campaign->questions[i].clause), campaign->questions[i].clause, why));
	return ok();
}

/* The remarks as one sealed object; "" when there are none. */
static struct result seal_remarks(struct desk *desk, const struct review_said *said, size_t count, char item[27],
                                  struct why *why)
{
	AUTO(json_drop) json_t *all = json_object();
	AUTO(buffer_done) struct buffer words = {0};
	struct vault_info info;
	item[0] = 0;
	for (size_t i = 0; i < count; i++)
		if (*said[i].remark)
			json_object_set_new(all, said[i].clause, json_string(said[i].remark));
	if (!json_object_size(all))
		return ok();
	buffer_init(&words, VAULT_SMALL);
	TRY(json_canonical(all, &words, why));
	if (!buffer_ok(&words))
		return fail(why, E_INPUT, "remark", "理由が全体で長すぎます。短く書いてください。");
	TRY(vault_put(desk->vault, buffer_slice(&words), 0, &info, why));
	memcpy(item, info.id, sizeof info.id);
	return ok();
}

/* What an earlier answer said is replaced: its words are not needed any more. */
static struct result forget_earlier(struct desk *desk, const char *campaign, const char *person, struct why *why)
{
	char item[27] = "";
	{
		AUTO(statement_drop) struct statement *s = NULL;
		bool row;
		TRY(store_ask(desk->store, "SELECT remarks FROM review_sheet WHERE review = ?1 AND person = ?2",
		              ARGS(arg_str(campaign), arg_str(person)), &s, why));
		TRY(statement_step(s, &row, why));
		struct slice old = row ? column_text(s, 0) : (struct slice){NULL, 0};
		if (old.len == sizeof item - 1)
			memcpy(item, old.at, old.len);
	}
	return *item ? vault_erase(desk->vault, slice_str(item), clock_now_ms(desk->clock), why) : ok();
}

static struct result check_open(struct desk *desk, const struct review_campaign *campaign, const char *section,
                                struct why *why)
{
	bool found;
	if (campaign->closed_ms)
		return fail(why, E_CONFLICT, "review", "この自己点検は終わっています。答えは変えられません。");
	TRY(store_ask_one(desk->store, "SELECT 1 FROM review_section WHERE review = ?1 AND section = ?2 AND evaluated_ms > 0",
	                  ARGS(arg_str(campaign->id), arg_str(section)), &found, NULL, why));
	return found ? fail(why, E_CONFLICT, "review", "この課の評価は済んでいます。答えは変えられません。") : ok();
}

static struct result write_answers(struct desk *desk, const struct review_sheet *sheet, const char *by,
                                   const struct review_said *said, size_t count, struct why *why)
{
	char item[27];
	TRY(forget_earlier(desk, sheet->campaign, sheet->person, why));
	TRY(seal_remarks(desk, said, count, item, why));
	json_t *answers = json_object();
	for (size_t i = 0; i < count; i++)
		json_object_set_new(answers, said[i].clause, json_integer(said[i].answer));
	return review_record(desk, "review.answered", sheet->campaign, by, NULL,
	                     json_pack("{s:s, s:o, s:s}", "person", sheet->person, "answers", answers, "remarks", item), why);
}

struct result review_answer(struct desk *desk, const char *campaign, const char *person, const char *by,
                            const struct review_said *said, size_t count, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	struct review_campaign c;
	struct review_sheet sheet;
	bool may;
	if (!arena)
		return review_no_memory(why);
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_get(desk, campaign, arena, &c, why));
	TRY(review_sheet_get(desk, campaign, person, arena, &sheet, why));
	TRY(review_may_answer(desk, &sheet, by, &may, why));
	if (!may)
		return fail(why, E_DENIED, "sheet", "答えられるのは、本人と、その課を受け持つ役職の人です。");
	TRY(check_open(desk, &c, sheet.section, why));
	TRY(review_check(&c, &sheet, said, count, why));
	TRY(write_answers(desk, &sheet, by, said, count, why));
	return tx_commit(&tx, why);
}
