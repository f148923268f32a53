/* sekisho review ...: self-inspections from the command line
 *
 * What is done is done in somebody's name (--by LOGIN) and decided as on the pages;
 * a list of ids is parted by commas.                                         */
#include "cli/cli.h"

#include "house/house.h"
#include "review/review.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 96 << 20, LISTED = REVIEW_PEOPLE };

struct counter {
	struct arena *arena;
	struct house house;
	struct desk desk;
	const char *dir, *by, *person, *title, *deadline, *clauses, *sections, *reason, *words;
	bool all, need;
	char **argv;
	int count;
	char by_id[27], person_id[27];
};

static void counter_close(struct counter *s)
{
	house_close(&s->house);
	arena_drop(&s->arena);
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *v = cli_review_verbs;
	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v;
}

static struct result open_counter(struct counter *s, struct why *why)
{
	TRY(house_open(s->dir, &s->house, why));
	house_desk(&s->house, &s->desk);
	if (s->by)
		TRY(office_find_login(s->house.office, slice_str(s->by), s->by_id, why));
	return s->person ? office_find_login(s->house.office, slice_str(s->person), s->person_id, why) : ok();
}

typedef struct result work(struct counter *s, struct why *why);

/* operands  that the verb wants; most: at most so many; acts: wants --by */
static int run(const char *verb, int operands, int most, bool acts, int argc, char **argv, work *do_it)
{
	AUTO(counter_close) struct counter s = {.arena = arena_new(ROOM), .title = "", .deadline = "", .clauses = "", .sections = "",
	                                        .reason = "", .words = ""};
	struct why why = {0};
	const struct option_row rows[] = {
		{"-C", &s.dir, NULL}, {"--by", &s.by, NULL}, {"--person", &s.person, NULL}, {"--title", &s.title, NULL},
		{"--deadline", &s.deadline, NULL}, {"--clauses", &s.clauses, NULL}, {"--sections", &s.sections, NULL},
		{"--reason", &s.reason, NULL}, {"--words", &s.words, NULL}, {"--all", NULL, &s.all}, {"--need", NULL, &s.need},
	};
	s.count = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	s.argv = argv;
	if (s.count < operands || s.count > most || !s.dir || !s.arena || (acts && !s.by))
		return cli_usage(find_verb(verb));
	struct result done = open_counter(&s, &why);
	if (done.code == OK)
		done = do_it(&s, &why);
	return done.code == OK ? CLI_DONE : cli_why(verb, &why);
}

/* ---- words ------------------------------------------------------------------------------ */

static struct result part_list(struct counter *s, const char *list, const char ***out, size_t *count, struct why *why)
{
	struct slice rest = slice_str(list);
	const char **parts = ARENA_ARRAY(s->arena, rest.len + 1, const char *);
	*count = 0;
	while (parts && rest.len) {
		size_t len = slice_find(rest, SLICE(","));
		struct slice one = slice_part(rest, 0, len);
		if (one.len && !(parts[(*count)++] = arena_string(s->arena, one)))
			return fail(why, E_MEMORY, "", "no memory");
		rest = len == SIZE_MAX ? SLICE("") : slice_part(rest, len + 1, SIZE_MAX);
	}
	*out = parts;
	return parts ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static struct result day_of_option(const struct counter *s, day_t *out, struct why *why)
{
	if (!*s->deadline)
		return fail(why, E_INPUT, "--deadline", "--deadline に期限の日を書いてください（例 2026-12-25）。");
	return day_parse(slice_str(s->deadline), out, why);
}

static const char *person_name(struct counter *s, const char *id)
{
	struct person person;
	return office_person(s->house.office, id, s->arena, &person, NULL).code == OK ? person.name : id;
}

static const char *section_name(struct counter *s, const char *id)
{
	struct section section;
	return office_section(s->house.office, id, s->arena, &section, NULL).code == OK ? section.name : id;
}

/* By its id or its number. */
static struct result campaign_named(struct counter *s, struct review_campaign *out, struct why *why)
{
	struct review_campaign *all;
	size_t count;
	TRY(review_list(&s->desk, s->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++) {
		const char *number = arena_printf(s->arena, "%lld", (long long)all[i].serial);
		if (strcmp(all[i].id, s->argv[0]) == 0 || (number && strcmp(number, s->argv[0]) == 0))
			return review_get(&s->desk, all[i].id, s->arena, out, why);
	}
	return fail(why, E_ABSENT, s->argv[0], "その番号の自己点検はありません。sekisho review list で確かめてください。");
}

/* ---- looking ------------------------------------------------------------------------------ */

static struct result list(struct counter *s, struct why *why)
{
	struct review_campaign *all;
	size_t count;
	char day[11];
	TRY(review_list(&s->desk, s->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++) {
		day_iso(all[i].deadline, day);
		printf("第%lld号  %s  期限 %s  回答 %lld/%lld人  %s  %s\n", (long long)all[i].serial, all[i].title, day,
		       (long long)all[i].answered, (long long)all[i].sheets, all[i].closed_ms ? "終わり" : "実施中", all[i].id);
	}
	printf("%zu件\n", count);
	return ok();
}

static struct result questions(struct counter *s, struct why *why)
{
	struct review_question *all;
	size_t count;
	TRY(review_questions(&s->desk, s->arena, &all, &count, why));
	for (size_t i = 0; i < count; i++) {
		const struct policy_clause *clause = policy_clause(s->desk.policy, all[i].clause);
		printf("%s  %s  %s  %s\n", all[i].clause, *all[i].posts ? all[i].posts : "-", clause ? clause->cite : "",
		       clause ? clause->says : "");
	}
	printf("%zu問\n", count);
	return ok();
}

static struct result print_findings(struct counter *s, const struct review_finding_query *query, struct why *why)
{
	struct review_finding *found;
	size_t count;
	bool more;
	char day[11] = "-";
	TRY(review_findings(&s->desk, s->house.duties, query, s->arena, &found, &count, &more, why));
	for (size_t i = 0; i < count; i++) {
		const struct review_finding *f = &found[i];
		if (f->deadline != DAY_OPEN)
			day_iso(f->deadline, day);
		printf("指摘 第%lld号  %s  %s  %s  期限 %s%s  担当", (long long)f->serial, section_name(s, f->section), f->name,
		       policy_label(s->desk.policy, NULL, f->step), f->deadline == DAY_OPEN ? "-" : day, f->late ? "（超過）" : "");
		for (size_t k = 0; k < f->owner_count; k++)
			printf(" %s", person_name(s, f->owners[k].person));
		printf("%s\n", f->owner_count ? "" : " -");
	}
	printf("指摘 %zu件%s\n", count, more ? "（続きがあります）" : "");
	return ok();
}

static struct result show(struct counter *s, struct why *why)
{
	struct review_campaign c;
	struct review_count *n;
	struct review_sheet *silent;
	size_t count;
	char day[11];
	TRY(campaign_named(s, &c, why));
	day_iso(c.deadline, day);
	printf("第%lld号  %s  期限 %s  %zu問  回答 %lld/%lld人  %s  %s\n", (long long)c.serial, c.title, day, c.question_count,
	       (long long)c.answered, (long long)c.sheets, c.closed_ms ? "終わり" : "実施中", c.id);
	TRY(review_by_section(&s->desk, c.id, s->arena, &n, &count, why));
	for (size_t i = 0; i < count; i++)
		printf("課 %s  %s  回答 %lld/%lld人  はい %lld  いいえ %lld  該当なし %lld  %s\n", n[i].of, section_name(s, n[i].of),
		       (long long)n[i].answered, (long long)n[i].asked, (long long)n[i].yes, (long long)n[i].no, (long long)n[i].na,
		       n[i].evaluated_ms ? "評価済み" : *n[i].inspection ? "評価を待つ" : n[i].answered == n[i].asked ? "報告を待つ" : "回答中");
	TRY(review_by_question(&s->desk, c.id, NULL, s->arena, &n, &count, why));
	for (size_t i = 0; i < count; i++)
		printf("問い %s  はい %lld  いいえ %lld  該当なし %lld\n", n[i].of, (long long)n[i].yes, (long long)n[i].no, (long long)n[i].na);
	const struct review_sheet_query query = {.campaign = c.id, .unanswered = true, .limit = LISTED};
	TRY(review_sheets(&s->desk, &query, s->arena, &silent, &count, why));
	for (size_t i = 0; i < count; i++)
		printf("未回答 %s  %s\n", section_name(s, silent[i].section), person_name(s, silent[i].person));
	return print_findings(s, &(struct review_finding_query){.campaign = c.id, .limit = REVIEW_FINDINGS}, why);
}

static struct result findings(struct counter *s, struct why *why)
{
	return print_findings(s, &(struct review_finding_query){.section = *s->sections ? s->sections : NULL, .limit = REVIEW_FINDINGS}, why);
}

/* ---- doing ---------------------------------------------------------------------------------- */

static struct result all_questions(struct counter *s, const char ***out, size_t *count, struct why *why)
{
	struct review_question *all;
	TRY(review_questions(&s->desk, s->arena, &all, count, why));
	*out = ARENA_ARRAY(s->arena, *count + 1, const char *);
	for (size_t i = 0; *out && i < *count; i++)
		(*out)[i] = all[i].clause;
	return *out ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static struct result begin(struct counter *s, struct why *why)
{
	struct review_opening o = {.title = s->title, .by = s->by_id};
	const char **clauses, **sections;
	char id[27];
	TRY(day_of_option(s, &o.deadline, why));
	TRY(s->all ? all_questions(s, &clauses, &o.clause_count, why) : part_list(s, s->clauses, &clauses, &o.clause_count, why));
	TRY(part_list(s, s->sections, &sections, &o.section_count, why));
	o.clauses = clauses;
	o.sections = sections;
	TRY(review_open(&s->desk, &o, id, why));
	s->argv = (char *[]){id};
	return show(s, why);
}

/* CLAUSE=yes, CLAUSE=no:REASON, CLAUSE=na:REASON */
static struct result read_answer(struct counter *s, const char *typed, struct review_said *out, struct why *why)
{
	static const struct {
		const char *word;
		enum item_answer answer;
	} answers[] = {{"yes", ITEM_YES}, {"no", ITEM_NO}, {"na", ITEM_NOT_APPLICABLE}};
	const char *equals = strchr(typed, '=');
	const char *colon = equals ? strchr(equals, ':') : NULL;
	size_t len = equals ? (colon ? (size_t)(colon - equals - 1) : strlen(equals + 1)) : 0;
	for (size_t i = 0; equals && i < sizeof answers / sizeof *answers; i++)
		if (slice_is(slice_of(equals + 1, len), answers[i].word)) {
			*out = (struct review_said){arena_string(s->arena, slice_of(typed, (size_t)(equals - typed))), answers[i].answer,
			                            colon ? colon + 1 : ""};
			return out->clause ? ok() : fail(why, E_MEMORY, "", "no memory");
		}
	return fail(why, E_INPUT, typed, "「条文の番号=yes」「条文の番号=no:理由」「条文の番号=na:理由」のように書いてください。");
}

static struct result answer(struct counter *s, struct why *why)
{
	struct review_campaign c;
	struct review_said said[REVIEW_QUESTIONS];
	size_t count = (size_t)s->count - 1;
	TRY(campaign_named(s, &c, why));
	for (size_t i = 0; i < count; i++)
		TRY(read_answer(s, s->argv[i + 1], &said[i], why));
	TRY(review_answer(&s->desk, c.id, s->person ? s->person_id : s->by_id, s->by_id, said, count, why));
	printf("%zu問に回答しました。\n", count);
	return ok();
}

static struct result report(struct counter *s, struct why *why)
{
	struct review_campaign c;
	char inspection[27];
	TRY(campaign_named(s, &c, why));
	TRY(review_report(&s->desk, c.id, s->argv[1], s->by_id, s->reason, inspection, why));
	printf("報告しました。手続 %s\n", inspection);
	return ok();
}

static struct result evaluate(struct counter *s, struct why *why)
{
	struct review_campaign c;
	struct review_evaluation e = {.section = s->argv[1], .by = s->by_id, .words = s->words, .shows_need = s->need};
	const char **clauses;
	size_t raised;
	TRY(campaign_named(s, &c, why));
	TRY(part_list(s, s->clauses, &clauses, &e.clause_count, why));
	if (e.clause_count)
		TRY(day_of_option(s, &e.deadline, why));
	e.campaign = c.id;
	e.clauses = clauses;
	TRY(review_evaluate(&s->desk, &e, &raised, why));
	printf("評価しました。指摘 %zu件\n", raised);
	return ok();
}

static struct result end(struct counter *s, struct why *why)
{
	struct review_campaign c;
	TRY(campaign_named(s, &c, why));
	TRY(review_close(&s->desk, c.id, s->by_id, why));
	printf("第%lld号を終えました。\n", (long long)c.serial);
	return ok();
}

#define VERB(name, words, least, most, acts) \
	static int run_##name(int argc, char **argv) \
	{ \
		return run(words, least, most, acts, argc, argv, name); \
	}
VERB(list, "review list", 0, 0, false)
VERB(questions, "review questions", 0, 0, false)
VERB(show, "review show", 1, 1, false)
VERB(findings, "review findings", 0, 0, false)
VERB(begin, "review begin", 0, 0, true)
VERB(answer, "review answer", 2, REVIEW_QUESTIONS + 1, true)
VERB(report, "review report", 2, 2, true)
VERB(evaluate, "review evaluate", 2, 2, true)
VERB(end, "review end", 1, 1, true)

const struct verb cli_review_verbs[] = {
	{"review list", "-C DIR", "自己点検の一覧を出す", run_list},
	{"review questions", "-C DIR", "問える条文と、問う役職を出す", run_questions},
	{"review show", "-C DIR 番号", "課ごと・問いごとの結果、回答していない人、指摘を出す", run_show},
	{"review findings", "-C DIR [--sections 課]", "指摘と、担当する人、期限を出す", run_findings},
	{"review begin", "-C DIR --by LOGIN --title 件名 --deadline 日 (--clauses 条文,... | --all) [--sections 課,...]",
	 "自己点検を始める", run_begin},
	{"review answer", "-C DIR 番号 --by LOGIN [--person LOGIN] 条文=yes|no:理由|na:理由 ...",
	 "自己点検に回答する（--person: 画面のない人に代わって）", run_answer},
	{"review report", "-C DIR 番号 課 --by LOGIN [--reason 理由]", "課の回答を報告する", run_report},
	{"review evaluate", "-C DIR 番号 課 --by LOGIN --words 評価 [--clauses 条文,... --deadline 日] [--need]",
	 "課の結果を評価する（--clauses: 指摘にする条文、--need: 規程の見直しが要る）", run_evaluate},
	{"review end", "-C DIR 番号 --by LOGIN", "自己点検を終える", run_end},
	{NULL, NULL, NULL, NULL},
};
