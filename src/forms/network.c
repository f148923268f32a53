/* 緊急連絡網: offline, on a wall. */
#include "forms/internal.h"

/* Who acts for the post while its holder is away, by the policy. */
static const char *stand_in(struct maker *m, const struct policy_edition *edition, const char *post)
{
	static const unsigned states[] = {POST_ABSENT, POST_PREVENTED, POST_VACANT};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		const char *other = policy_substitute(m->desk.policy, edition, post, states[i], NULL, NULL);
		if (other)
			return policy_label(m->desk.policy, NULL, other);
	}
	return "";
}

/* Who left or is suspended answers no call. */
static const char *contact(struct maker *m, const char *id)
{
	struct person person;
	bool gone = office_person(m->desk.office, id, m->arena, &person, NULL).code == OK && !person.active;
	return gone ? say(m, "（利用停止中の%sさん）", person.name) : say_person(m, id);
}

static void put_post(struct maker *m, const struct policy_edition *edition, const struct policy_post *post,
                     const struct holding *held, size_t count, day_t today)
{
	const char *instead = stand_in(m, edition, post->name);
	bool any = false;
	for (size_t k = 0; k < count; k++) {
		if (strcmp(held[k].post, post->name) != 0 || held[k].from > today || held[k].to < today)
			continue;
		any = true;
		paper_row_of(m->paper, (const char *const[]){say_post(m, post->name, held[k].scope), contact(m, held[k].person), instead, "", ""});
	}
	if (!any)
		paper_row_of(m->paper, (const char *const[]){post->title, "（いまは決まっていません）", instead, "", ""});
}

struct result forms_network(const struct forms *f, struct buffer *out, struct why *why)
{
	static const struct paper_column columns[] = {{"役職", 26, PAPER_LEFT, false}, {"氏名", 20, PAPER_LEFT, false},
		{"不在のときに代わる役職", 18, PAPER_LEFT, false}, {"電話（執務時間）", 18, PAPER_LEFT, false},
		{"電話（夜間・休日）", 18, PAPER_LEFT, false}};
	AUTO(maker_done) struct maker m = {0};
	struct holding *held;
	size_t count;
	TRY(maker_begin(&m, f, why));
	day_t today = day_of_ms(clock_now_ms(m.desk.clock));
	const struct policy_edition *edition = policy_edition_on(m.desk.policy, m.desk.policy_name, today);
	if (!edition)
		return fail(why, E_ABSENT, m.desk.policy_name, "今日施行されているポリシーがありません。");
	TRY(office_all_holdings(m.desk.office, m.arena, &held, &count, why));
	TRY(maker_paper(&m, "緊急連絡網", m.f->title, true, out, why));
	paper_words(m.paper, PAPER_RIGHT, say(&m, "%s現在", say_day(&m, today)));
	paper_table(m.paper, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < policy_post_count(m.desk.policy, edition); i++)
		put_post(&m, edition, policy_post_at(m.desk.policy, edition, i), held, count, today);
	paper_note(m.paper, "電話番号は関所に置いていません。印刷したあと、手で書き入れて保管してください。");
	return paper_end(m.paper, true, why);
}
