/* sekisho duty list|show|done|calendar, sekisho proof */
#include "cli/cli.h"

#include "base/number.h"
#include "duty/ics.h"
#include "forms/forms.h"
#include "house/house.h"
#include "proof/oscal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 64 << 20, LISTED = 5000, ICS_BYTES = 16 << 20, REPORT_BYTES = 256 << 20 };

struct call {
	struct house house;
	struct arena *arena;
	const char *dir, *person, *section, *clause, *state, *note, *evidence, *year, *format;
	bool all;
	char **words;
	int count;
	struct why why;
};

static void call_done(struct call *c)
{
	house_close(&c->house);
	arena_drop(&c->arena);
}

/* Options, the house, and the person's id behind his number. */
static int call_open(struct call *c, int argc, char **argv, const struct verb *verb)
{
	const struct option_row rows[] = {
		{"-C", &c->dir, NULL}, {"--person", &c->person, NULL}, {"--section", &c->section, NULL},
		{"--clause", &c->clause, NULL}, {"--state", &c->state, NULL}, {"--note", &c->note, NULL},
		{"--evidence", &c->evidence, NULL}, {"--year", &c->year, NULL}, {"--format", &c->format, NULL},
		{"--all", NULL, &c->all},
	};
	static char id[27];
	c->count = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	c->words = argv;
	if (c->count < 0 || !c->dir)
		return cli_usage(verb);
	c->arena = arena_new(ROOM);
	if (!c->arena || house_open(c->dir, &c->house, &c->why).code != OK)
		return cli_why(verb->name, &c->why);
	if (c->person) {
		if (office_find_login(c->house.office, slice_str(c->person), id, &c->why).code != OK)
			return cli_why(verb->name, &c->why);
		c->person = id;
	}
	return CLI_DONE;
}

/* ---- lines ----------------------------------------------------------------------------- */

static const char *label_of(struct call *c, const struct obligation *o)
{
	const struct policy_duty *duty = duty_statement(c->house.duties, o->duty);
	return duty ? duty->label : policy_label(c->house.policy, NULL, o->task);
}

static void day_of(int64_t ms, char out[11])
{
	snprintf(out, 11, "%s", "-");
	if (ms)
		day_iso(day_of_ms(ms), out);
}

static void print_line(struct call *c, const struct obligation *o)
{
	char due[11];
	const struct duty_seat *seat = o->owed_count ? &o->owed[0] : &(struct duty_seat){"", "", ""};
	day_of(o->due_ms, due);
	printf("%s\t%s\t%s\t%s\t%s\t%s%s%s%s%s\t%s\n", o->id, duty_state_japanese(o->state), due, o->clause, label_of(c, o),
	       seat->post, *seat->scope ? "@" : "", seat->scope, *seat->person ? " " : "", seat->person, o->object);
}

static bool set_state(const char *word, struct duty_query *query)
{
	for (size_t i = DUTY_OPEN; word && i < DUTY_STATES; i++)
		if (strcmp(word, duty_state_name((enum duty_state)i)) == 0) {
			query->state = (enum duty_state)i;
			return true;
		}
	return !word;
}

static int run_list(int argc, char **argv);
static int run_show(int argc, char **argv);
static int run_done(int argc, char **argv);
static int run_calendar(int argc, char **argv);
static int run_proof(int argc, char **argv);

const struct verb cli_duty_verbs[] = {
	{"duty list", "-C DIR [--person 職員番号] [--section 課] [--clause 条] [--state 状態] [--all]",
	 "義務を、期限を過ぎたものから一行に一件ずつ表示します", run_list},
	{"duty show", "-C DIR 義務の番号", "一つの義務を JSON で表示します", run_show},
	{"duty done", "-C DIR 義務の番号 --person 職員番号 [--note 行ったこと] [--evidence 記号]", "行ったことを記録します", run_done},
	{"duty calendar", "-C DIR [--person 職員番号] [--year 年度]", "年度の予定を暦のファイル (RFC 5545) で書き出します",
	 run_calendar},
	{"proof", "-C DIR [--clause 条] [--format text|json|oscal|pdf|xlsx]", "条文ごとに、いまの状態と理由を表示します", run_proof},
	{0},
};

static int run_list(int argc, char **argv)
{
	AUTO(call_done) struct call c = {.dir = NULL};
	struct obligation *found;
	size_t count = 0;
	int status = call_open(&c, argc, argv, &cli_duty_verbs[0]);
	struct duty_query query = {.person = c.person, .section = c.section, .clause = c.clause, .unsettled = !c.all && !c.state,
	                           .escalated_to = true, .limit = LISTED};
	if (status != CLI_DONE)
		return status;
	if (c.count || !set_state(c.state, &query))
		return cli_usage(&cli_duty_verbs[0]);
	if (duty_list(c.house.duties, &query, c.arena, &found, &count, NULL, &c.why).code != OK)
		return cli_why("duty list", &c.why);
	for (size_t i = 0; i < count; i++)
		print_line(&c, &found[i]);
	return CLI_DONE;
}

/* ---- one -------------------------------------------------------------------------------- */

static json_t *seats_json(const struct duty_seat *seats, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{ss ss ss}", "post", seats[i].post, "scope", seats[i].scope, "person",
		                                      seats[i].person));
	return list;
}

static int run_show(int argc, char **argv)
{
	AUTO(call_done) struct call c = {.dir = NULL};
	struct obligation o;
	char due[11];
	json_t *evidence = json_array();
	int status = call_open(&c, argc, argv, &cli_duty_verbs[1]);
	if (status == CLI_DONE && c.count != 1)
		status = cli_usage(&cli_duty_verbs[1]);
	if (status == CLI_DONE && duty_get(c.house.duties, c.words[0], c.arena, &o, &c.why).code != OK)
		status = cli_why("duty show", &c.why);
	if (status != CLI_DONE) {
		json_decref(evidence);
		return status;
	}
	day_of(o.due_ms, due);
	for (size_t i = 0; i < o.evidence_count; i++)
		json_array_append_new(evidence, json_string(o.evidence[i]));
	json_t *all = json_pack("{ss ss ss ss ss ss ss ss ss ss so so so ss si}", "id", o.id, "duty", o.duty, "clause", o.clause,
		"task", o.task, "label", label_of(&c, &o), "trigger", o.trigger, "event", o.event, "object", o.object, "state",
		duty_state_name(o.state), "due", due, "owed", seats_json(o.owed, o.owed_count), "upwards",
		seats_json(o.upwards, o.upwards_count), "evidence", evidence, "note", o.note, "escalations", (int)o.escalations);
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	puts("");
	json_decref(all);
	return CLI_DONE;
}

static int run_done(int argc, char **argv)
{
	AUTO(call_done) struct call c = {.dir = NULL};
	int status = call_open(&c, argc, argv, &cli_duty_verbs[2]);
	struct duty_answer answer = {.person = c.person, .note = c.note ? c.note : "", .evidence = &c.evidence,
	                             .evidence_count = c.evidence ? 1 : 0};
	if (status != CLI_DONE)
		return status;
	if (c.count != 1 || !c.person)
		return cli_usage(&cli_duty_verbs[2]);
	if (duty_done(c.house.duties, c.words[0], &answer, &c.why).code != OK)
		return cli_why("duty done", &c.why);
	puts("記録しました。");
	return CLI_DONE;
}

/* ---- the year ------------------------------------------------------------------------------- */

static void put_event(struct call *c, const struct obligation *o, struct buffer *out)
{
	const struct ics_event event = {
		.uid = o->id, .host = c->house.settings.body, .summary = label_of(c, o),
		.description = policy_clause_cite(c->house.policy, o->clause), .url = "", .due_ms = o->due_ms,
		.stamp_ms = o->closed_ms ? o->closed_ms : o->opened_ms,
		.done = o->state == DUTY_DONE || o->state == DUTY_NOT_NEEDED};
	if (o->state != DUTY_WITHDRAWN)
		ics_event(out, &event);
}

static int run_calendar(int argc, char **argv)
{
	AUTO(call_done) struct call c = {.dir = NULL};
	AUTO(buffer_done) struct buffer out = {0};
	struct obligation *found;
	size_t count = 0;
	uint64_t year = 0;
	buffer_init(&out, ICS_BYTES);
	int status = call_open(&c, argc, argv, &cli_duty_verbs[3]);
	if (status != CLI_DONE)
		return status;
	if (c.count || (c.year && (!number_parse_u64(slice_str(c.year), &year) || year < 2000 || year > 2200)))
		return cli_usage(&cli_duty_verbs[3]);
	int from = c.year ? (int)year : fiscal_year(day_of_ms(clock_now_ms(&c.house.clock)));
	struct duty_query query = {.person = c.person, .limit = LISTED, .due_from_ms = ms_of_day(fiscal_year_begin(from)),
	                           .due_to_ms = ms_of_day(fiscal_year_begin(from + 1))};
	if (duty_list(c.house.duties, &query, c.arena, &found, &count, NULL, &c.why).code != OK)
		return cli_why("duty calendar", &c.why);
	ics_begin(&out, c.house.settings.title);
	for (size_t i = 0; i < count; i++)
		put_event(&c, &found[i], &out);
	ics_end(&out);
	if (!buffer_ok(&out) || fwrite(out.at, 1, out.len, stdout) != out.len)
		return CLI_FAILED;
	return CLI_DONE;
}

/* ---- proof ----------------------------------------------------------------------------------- */

static struct result print_clause(const struct survey *survey, const struct policy_member *m, json_t *list,
                                  struct why *why)
{
	AUTO(buffer_done) struct buffer reason = {0};
	enum proof_state state;
	buffer_init(&reason, 4000);
	TRY(proof_state(survey, m->clause, &state, why));
	TRY(proof_reason(survey, m->clause, &reason, why));
	if (list)
		json_array_append_new(list, json_pack("{ss ss ss ss}", "id", m->clause->id, "cite", m->cite, "state",
		                                      proof_state_name(state), "reason", buffer_cstr(&reason)));
	else
		printf("%s\t%s\t%s\t%s\n", m->clause->id, proof_state_japanese(state), m->clause->cite, buffer_cstr(&reason));
	return ok();
}

static struct result print_clauses(struct call *c, const struct survey *survey, json_t *list, size_t *found)
{
	const struct policy_member *members;
	size_t count;
	proof_clauses(survey, &members, &count);
	for (size_t i = 0; i < count; i++) {
		if (c->clause && strcmp(members[i].clause->id, c->clause) != 0)
			continue;
		TRY(print_clause(survey, &members[i], list, &c->why));
		++*found;
	}
	return ok();
}

static struct result print_sum(struct call *c, const struct survey *survey)
{
	struct proof_sum sum;
	TRY(proof_summed(survey, &sum, &c->why));
	for (size_t i = 0; i < PROOF_STATES; i++)
		printf("%s %zu  ", proof_state_japanese((enum proof_state)i), sum.n[i]);
	printf("証明 %u%%\n", proof_percent(&sum));
	return ok();
}

/* NIST OSCAL 1.1 assessment results of the fiscal year up to now */
static struct result print_oscal(struct call *c, const struct survey *survey)
{
	const struct house_settings *s = &c->house.settings;
	int64_t size = 0, now = clock_now_ms(&c->house.clock);
	const struct policy_edition *edition = policy_edition_on(c->house.policy, s->policy, day_of_ms(now));
	json_t *document = NULL;
	if (!edition)
		return fail(&c->why, E_ABSENT, s->policy, "今日施行されているポリシーがありません。");
	TRY(ledger_size(c->house.ledger, &size, &c->why));
	const struct oscal_words words = {.body = s->body, .title = s->title, .origin = s->origin,
		.policy_title = edition->title, .effective = edition->effective, .now_ms = now, .entries = size,
		.since_ms = ms_of_day(fiscal_year_begin(fiscal_year(day_of_ms(now))))};
	TRY(proof_oscal(survey, &words, c->arena, &document, &c->why));
	int failed = json_dumpf(document, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(document);
	puts("");
	return failed ? fail(&c->why, E_SYSTEM, "stdout", "書き出せませんでした。") : ok();
}

static struct result print_bytes(void *context, struct slice bytes, struct why *why)
{
	return fwrite(bytes.at, 1, bytes.len, context) == bytes.len ? ok() : fail(why, E_SYSTEM, "stdout", "書き出せませんでした。");
}

/* the report that is printed, or handed on as a sheet */
static struct result print_report(struct call *c, bool sheet)
{
	struct house *h = &c->house;
	AUTO(paper_font_drop) struct paper_font *font = NULL;
	AUTO(buffer_done) struct buffer out = {0};
	const struct sheet_sink sink = {print_bytes, stdout};
	struct forms forms = {.proof = h->proof, .title = h->settings.title, .desk = {.store = h->store, .ledger = h->ledger,
		.vault = h->vault, .policy = h->policy, .policy_name = h->settings.policy, .office = h->office,
		.registers = h->registers, .proceedings = h->proceedings, .random = &h->random, .clock = &h->clock,
		.body = h->settings.body}};
	buffer_init(&out, REPORT_BYTES);
	if (sheet)
		return forms_proof_sheet(&forms, SHEET_XLSX, &sink, &c->why);
	TRY(paper_font_open(&font, &c->why));
	forms.font = font;
	TRY(forms_proof(&forms, &out, &c->why));
	return print_bytes(stdout, buffer_slice(&out), &c->why);
}

static int run_proof(int argc, char **argv)
{
	AUTO(call_done) struct call c = {.dir = NULL};
	struct survey *survey;
	size_t found = 0;
	int status = call_open(&c, argc, argv, &cli_duty_verbs[4]);
	if (status != CLI_DONE)
		return status;
	bool json = c.format && strcmp(c.format, "json") == 0, oscal = c.format && strcmp(c.format, "oscal") == 0;
	bool pdf = c.format && strcmp(c.format, "pdf") == 0, xlsx = c.format && strcmp(c.format, "xlsx") == 0;
	bool whole = oscal || pdf || xlsx;
	if (c.count || (c.format && !json && !whole && strcmp(c.format, "text") != 0) || (whole && c.clause))
		return cli_usage(&cli_duty_verbs[4]);
	if (pdf || xlsx)
		return print_report(&c, xlsx).code == OK ? CLI_DONE : cli_why("proof", &c.why);
	json_t *list = json ? json_array() : NULL;
	day_t today = day_of_ms(clock_now_ms(&c.house.clock));
	struct result done = proof_survey(c.house.proof, today, c.arena, &survey, &c.why);
	if (done.code == OK && oscal) {
		done = print_oscal(&c, survey);
		return done.code == OK ? CLI_DONE : cli_why("proof", &c.why);
	}
	if (done.code == OK)
		done = print_clauses(&c, survey, list, &found);
	if (done.code == OK && !json && !c.clause)
		done = print_sum(&c, survey);
	if (done.code == OK && json) {
		json_dumpf(list, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
		puts("");
	}
	json_decref(list);
	if (done.code == OK && !found)
		done = fail(&c.why, E_INPUT, c.clause ? c.clause : "", "その条文はありません。");
	return done.code == OK ? CLI_DONE : cli_why("proof", &c.why);
}
