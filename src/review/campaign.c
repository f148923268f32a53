/* Beginning and ending a campaign; who may; one entry a thing. */
#include "review/internal.h"

#include "base/text.h"

enum { INVITED_AT_ONCE = 400 };

struct result review_no_memory(struct why *why)
{
	return fail(why, E_MEMORY, "review", "自己点検を扱う記憶域が足りません。");
}

day_t review_today(const struct desk *desk)
{
	return day_of_ms(clock_now_ms(desk->clock));
}

struct result review_decide(struct desk *desk, const struct wish *wish, struct arena *arena, const struct decision **out,
                            struct why *why)
{
	TRY(proceeding_decide(desk->proceedings, wish, arena, out, why));
	if ((*out)->verdict == PASS)
		return ok();
	if ((*out)->verdict == REFUSE)
		return policy_refusal(*out, why);
	return fail(why, E_DENIED, (*out)->spoken_count ? (*out)->spoken[0].clause->id : "review",
	            "「%s」ができるかどうかを判断できません。役職の登録を確かめてください。", (*out)->act_label);
}

struct result review_record(struct desk *desk, const char *kind, const char *subject, const char *by,
                            const struct decision *decision, json_t *data, struct why *why)
{
	struct slice clauses[REVIEW_CLAUSES];
	struct ledger_entry entry = {.body = slice_str(desk->body), .kind = slice_str(kind), .actor = slice_str(by),
	                             .subject = slice_str(subject), .clauses = clauses};
	for (size_t i = 0; decision && i < decision->spoken_count && entry.clause_count < REVIEW_CLAUSES; i++)
		clauses[entry.clause_count++] = slice_str(decision->spoken[i].clause->id);
	return ledger_record(desk->ledger, &entry, data, why);
}

struct result review_line(const char *text, size_t most, const char *place, const char *what, struct why *why)
{
	struct slice line = slice_str(text);
	bool odd = false;
	for (size_t i = 0; i < line.len; i++)
		odd |= line.at[i] < 0x20 || line.at[i] == 0x7f;
	if (!line.len)
		return fail(why, E_INPUT, place, "「%s」が空です。1行で書いてください。", what);
	if (odd || line.len > most || !utf8_valid(line))
		return fail(why, E_INPUT, place, "「%s」は、改行を入れずに%zu文字以内で書いてください。", what, most / 3);
	return ok();
}

struct result review_may_open(struct desk *desk, const char *person, bool *yes, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	const struct wish wish = {.act = "start_inspection", .actor = person, .subject = ""};
	const struct decision *decision = NULL;
	if (!arena)
		return review_no_memory(why);
	TRY(proceeding_decide(desk->proceedings, &wish, arena, &decision, why));
	*yes = decision->verdict == PASS;
	return ok();
}

const char *review_posts_of(const struct holding *held, size_t count, const char *person, day_t day, struct arena *arena)
{
	const char *posts = "";
	for (size_t i = 0; i < count && posts; i++)
		if (strcmp(held[i].person, person) == 0 && held[i].from <= day && day <= held[i].to && !strstr(posts, held[i].post))
			posts = arena_printf(arena, "%s%s%s", posts, *posts ? " " : "", held[i].post);
	return posts;
}

/* ---- the questions that were chosen --------------------------------------------------- */

static struct result choose(struct desk *desk, const struct review_opening *o, struct arena *arena,
                            struct review_question *out, json_t *questions, struct why *why)
{
	struct review_question *all;
	size_t count, n = 0;
	TRY(review_questions(desk, arena, &all, &count, why));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < o->clause_count; k++)
			if (strcmp(all[i].clause, o->clauses[k]) == 0 && n < REVIEW_QUESTIONS) {
				json_array_append_new(questions, json_pack("{s:s, s:s}", "clause", all[i].clause, "posts", all[i].posts));
				out[n++] = all[i];
				break;
			}
	if (!n || n != o->clause_count)
		return fail(why, E_INPUT, "clauses", "問う条文を、1件から%d件まで選んでください。いま問えない条文は選べません。",
		            REVIEW_QUESTIONS);
	return ok();
}

/* ---- whom it asks ------------------------------------------------------------------------ */

struct invitation {
	struct desk *desk;
	const struct review_opening *o;
	const char *id;
	struct arena *arena;
	const struct review_question *questions;
	struct holding *held;
	size_t held_count, invited;
	day_t today;
};

static bool is_chosen(const struct review_opening *o, const char *section)
{
	for (size_t i = 0; i < o->section_count; i++)
		if (strcmp(o->sections[i], section) == 0)
			return true;
	return o->section_count == 0;
}

static struct result say_invited(struct invitation *in, const char *section, json_t *people, struct why *why)
{
	return review_record(in->desk, "review.invited", in->id, in->o->by, NULL,
	                     json_pack("{s:s, s:o}", "section", section, "people", people), why);
}

static struct result invite_section(struct invitation *in, const char *section, const struct person *roll, size_t count,
                                    struct why *why)
{
	json_t *people = json_array();
	for (size_t i = 0; i < count; i++) {
		bool asked = false;
		if (!roll[i].active || strcmp(roll[i].section, section) != 0)
			continue;
		const char *posts = review_posts_of(in->held, in->held_count, roll[i].id, in->today, in->arena);
		for (size_t k = 0; posts && k < in->o->clause_count && !asked; k++)
			asked = review_asks(&in->questions[k], posts);
		if (!asked)
			continue;
		json_array_append_new(people, json_pack("{s:s, s:s}", "person", roll[i].id, "posts", posts));
		in->invited++;
		if (json_array_size(people) < INVITED_AT_ONCE)
			continue;
		TRY(say_invited(in, section, people, why));
		people = json_array();
	}
	if (json_array_size(people))
		return say_invited(in, section, people, why);
	json_decref(people);
	return ok();
}

static struct result invite(struct invitation *in, struct why *why)
{
	struct section *sections;
	struct person *roll;
	size_t section_count, count;
	TRY(office_sections(in->desk->office, in->arena, &sections, &section_count, why));
	TRY(office_roll(in->desk->office, in->arena, &roll, &count, why));
	TRY(office_all_holdings(in->desk->office, in->arena, &in->held, &in->held_count, why));
	for (size_t i = 0; i < section_count; i++)
		if (is_chosen(in->o, sections[i].id))
			TRY(invite_section(in, sections[i].id, roll, count, why));
	if (!in->invited)
		return fail(why, E_INPUT, "sections", "選んだ課に、問いの当てはまる人がいません。課か条文を選び直してください。");
	return ok();
}

/* ---- beginning -------------------------------------------------------------------------- */

static struct result begin(struct desk *desk, const struct review_opening *o, const struct decision *decision,
                           struct arena *arena, const char *id, struct why *why)
{
	struct review_question *chosen = ARENA_ARRAY(arena, REVIEW_QUESTIONS, struct review_question);
	const struct policy_edition *edition = policy_edition_on(desk->policy, desk->policy_name, review_today(desk));
	json_t *questions = json_array();
	int64_t serial = 0;
	bool found;
	char day[11];
	struct result ready = chosen && edition && questions ? choose(desk, o, arena, chosen, questions, why)
	                                                     : review_no_memory(why);
	if (ready.code == OK)
		ready = store_ask_one(desk->store, "SELECT COALESCE(MAX(serial), 0) + 1 FROM review WHERE body = ?1",
		                      ARGS(arg_str(desk->body)), &found, &serial, why);
	if (ready.code != OK) {
		json_decref(questions);
		return ready;
	}
	day_iso(edition->effective, day);
	TRY(review_record(desk, "review.opened", id, o->by, decision,
	                  json_pack("{s:s, s:s, s:i, s:I, s:o}", "title", o->title, "edition", day, "deadline", (int)o->deadline,
	                            "serial", (json_int_t)serial, "questions", questions), why));
	struct invitation in = {.desk = desk, .o = o, .id = id, .arena = arena, .questions = chosen, .today = review_today(desk)};
	return invite(&in, why);
}

struct result review_open(struct desk *desk, const struct review_opening *o, char id[27], struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	const struct wish wish = {.act = "start_inspection", .actor = o->by, .subject = ""};
	const struct decision *decision = NULL;
	char made[27];
	if (!arena)
		return review_no_memory(why);
	TRY(review_line(o->title, REVIEW_TITLE, "title", "件名", why));
	if (o->deadline < review_today(desk))
		return fail(why, E_INPUT, "deadline", "「回答の期限」が過ぎた日です。今日より後の日を書いてください。");
	TRY(random_id(desk->random, made, why));
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_decide(desk, &wish, arena, &decision, why));
	TRY(begin(desk, o, decision, arena, made, why));
	TRY(tx_commit(&tx, why));
	memcpy(id, made, sizeof made);
	return ok();
}

/* ---- ending ------------------------------------------------------------------------------ */

static struct result check_evaluated(struct desk *desk, const char *id, struct arena *arena, struct why *why)
{
	struct review_count *sections;
	size_t count;
	TRY(review_by_section(desk, id, arena, &sections, &count, why));
	for (size_t i = 0; i < count; i++)
		if (sections[i].answered && !sections[i].evaluated_ms)
			return fail(why, E_CONFLICT, "review",
			            "評価していない課があります（%s）。回答のあった課をすべて評価してから終えてください。", sections[i].of);
	return ok();
}

struct result review_close(struct desk *desk, const char *id, const char *by, struct why *why)
{
	AUTO(arena_drop) struct arena *arena = arena_new(REVIEW_ROOM);
	AUTO(tx_drop) struct tx tx = {0};
	const struct wish wish = {.act = "start_inspection", .actor = by, .subject = ""};
	const struct decision *decision = NULL;
	struct review_campaign campaign;
	if (!arena)
		return review_no_memory(why);
	TRY(tx_begin(desk->store, &tx, why));
	TRY(review_get(desk, id, arena, &campaign, why));
	TRY(review_decide(desk, &wish, arena, &decision, why));
	if (campaign.closed_ms)
		return fail(why, E_CONFLICT, "review", "この自己点検は終わっています。");
	TRY(check_evaluated(desk, id, arena, why));
	TRY(review_record(desk, "review.closed", id, by, decision, json_object(), why));
	return tx_commit(&tx, why);
}
