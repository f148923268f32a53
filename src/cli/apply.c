/* sekisho apply, sekisho permit: applications and the words on them from the command line
 *
 * For scripts and for the IT section, in the name of a person (--by LOGIN).  What may be
 * told, what is refused and by which clause, and who is asked is decided where the pages
 * and the API ask, too: nothing is judged here.                               */
#include "cli/cli.h"

#include "house/house.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 64 << 20, SHOWN = 100 };

struct counter {
	struct arena *arena;
	struct house house;
	const char *dir, *by, *reason, *title;
	bool together, decline, sent_back;
	char person[27];
	char **words; /* what stands beside the options */
	size_t count;
};

static void counter_close(struct counter *c)
{
	house_close(&c->house);
	arena_drop(&c->arena);
}

typedef struct result work(struct counter *c, struct why *why);

static struct result at_counter(struct counter *c, work *do_it, struct why *why)
{
	TRY(house_open(c->dir, &c->house, why));
	TRY(office_find_login(c->house.office, slice_str(c->by), c->person, why));
	return do_it(c, why);
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *v = cli_apply_verbs;
	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v;
}

/* most  0: no operand; else at least one and at most that many */
static int run(const char *verb, int most, int argc, char **argv, work *do_it)
{
	AUTO(counter_close) struct counter c = {.arena = arena_new(ROOM), .reason = "", .title = ""};
	struct why why = {0};
	const struct option_row rows[] = {
		{"-C", &c.dir, NULL}, {"--by", &c.by, NULL}, {"--reason", &c.reason, NULL}, {"--title", &c.title, NULL},
		{"--together", NULL, &c.together}, {"--decline", NULL, &c.decline}, {"--return", NULL, &c.sent_back},
	};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc < (most > 0) || argc > most || !c.dir || !c.by || !c.arena || (c.decline && c.sent_back))
		return cli_usage(find_verb(verb));
	c.words = argv;
	c.count = (size_t)argc;
	return at_counter(&c, do_it, &why).code == OK ? CLI_DONE : cli_why(verb, &why);
}

/* ---- lines: fields between tabs, the id first ------------------------------------------- */

static void print_line(const struct application *a)
{
	printf("%s\t%s\t%s\t%s\t%s\t%s\n", a->id, a->number, application_state_name(a->state), a->act, a->act_label, a->title);
}

static const char *slot_word(enum route_state state)
{
	static const char *const words[] = {[ROUTE_PENDING] = "待ち", [ROUTE_AGREED] = "許可", [ROUTE_DECLINED] = "不許可"};
	return words[state];
}

static void print_slot(struct counter *c, const struct application_slot *slot)
{
	printf("決裁\t%s%s%s\t%s\t%s\t", slot->post_title, *slot->scope_name ? "／" : "", slot->scope_name,
	       slot_word(slot->state), slot->clause);
	for (size_t i = 0; i < slot->holder_count; i++) {
		struct person person = {.name = ""};
		if (office_person(c->house.office, slot->holders[i].person, c->arena, &person, NULL).code == OK)
			printf("%s%s", i ? "、" : "", person.name);
	}
	puts(slot->holder_count || slot->state != ROUTE_PENDING ? "" : "決裁できる人がいません");
}

static struct result print_whole(struct counter *c, const char *id, struct why *why)
{
	struct application a;
	TRY(application_get(c->house.proceedings, id, c->arena, &a, why));
	print_line(&a);
	for (size_t i = 0; i < a.slot_count; i++)
		print_slot(c, &a.slots[i]);
	return ok();
}

static struct result print_list(struct counter *c, const struct application_query *query, struct why *why)
{
	struct application *found;
	size_t count;
	TRY(application_list(c->house.proceedings, query, c->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++)
		print_line(&found[i]);
	return ok();
}

/* ---- applying ------------------------------------------------------------------------------ */

/* FIELD=VALUE ...; claim.NAME=REASON, claim.NAME@CLAUSE=REASON; object=ID as often as needed */
struct told {
	struct fact_pair *facts;
	struct policy_claim *claims;
	struct joint_thing *things;
	size_t fact_count, claim_count, thing_count;
};

static struct result read_word(struct counter *c, const char *word, struct told *t, struct why *why)
{
	const char *value = strchr(word, '=');
	if (!value || value == word || !value[1])
		return fail(why, E_INPUT, word, "「項目=値」の形で書いてください。");
	char *name = arena_string(c->arena, (struct slice){(const uint8_t *)word, (size_t)(value - word)});
	if (!name)
		return fail(why, E_MEMORY, "", "no memory");
	value++;
	if (strcmp(name, "object") == 0) {
		t->things[t->thing_count++] = (struct joint_thing){value, c->title};
		return ok();
	}
	if (strncmp(name, "claim.", 6) != 0) {
		t->facts[t->fact_count++] = (struct fact_pair){name, value};
		return ok();
	}
	char *clause = strchr(name, '@');
	if (clause)
		*clause++ = 0;
	t->claims[t->claim_count++] = (struct policy_claim){name + 6, value, clause};
	return ok();
}

static struct result read_told(struct counter *c, struct told *t, struct why *why)
{
	t->facts = ARENA_ARRAY(c->arena, c->count + 1, struct fact_pair);
	t->claims = ARENA_ARRAY(c->arena, c->count, struct policy_claim);
	t->things = ARENA_ARRAY(c->arena, c->count, struct joint_thing);
	if (!t->facts || !t->claims || !t->things)
		return fail(why, E_MEMORY, "", "no memory");
	for (size_t i = 1; i < c->count; i++)
		TRY(read_word(c, c->words[i], t, why));
	return ok();
}

static struct result apply_each(struct counter *c, const struct application_request *each, const struct told *t,
                                struct why *why)
{
	const struct joint_request request = {.each = *each, .things = t->things, .count = t->thing_count, .together = c->together};
	struct joint_made *made = ARENA_ARRAY(c->arena, 1, struct joint_made);
	if (!made)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(application_apply_joint(c->house.proceedings, &request, made, why));
	for (size_t i = 0; i < made->count; i++)
		TRY(print_whole(c, made->ids[i], why));
	return ok();
}

static struct result apply(struct counter *c, struct why *why)
{
	struct told t = {0};
	struct person person;
	struct policy_act act;
	char id[27];
	TRY(read_told(c, &t, why));
	TRY(office_person(c->house.office, c->person, c->arena, &person, why));
	bool several = t.thing_count > 1;
	if (t.thing_count == 1)
		t.facts[t.fact_count++] = (struct fact_pair){"object", t.things[0].object};
	struct application_request request = {.section = person.section, .title = c->title, .purpose = c->reason, .until = DAY_OPEN,
		.wish = {.act = c->words[0], .actor = c->person, .subject = t.thing_count == 1 ? t.things[0].object : c->person,
		         .facts = t.facts, .fact_count = t.fact_count, .claims = t.claims, .claim_count = t.claim_count}};
	if (!*c->title && policy_act_find(c->house.policy, c->words[0], &act))
		request.title = act.title;
	TRY(application_check(c->house.proceedings, &request, why));
	if (several)
		return apply_each(c, &request, &t, why);
	TRY(application_apply(c->house.proceedings, &request, id, why));
	return print_whole(c, id, why);
}

static struct result withdraw(struct counter *c, struct why *why)
{
	TRY(application_withdraw(c->house.proceedings, c->words[0], c->person, why));
	return print_whole(c, c->words[0], why);
}

static struct result list_mine(struct counter *c, struct why *why)
{
	return print_list(c, &(struct application_query){.applicant = c->person, .limit = SHOWN}, why);
}

/* ---- deciding ------------------------------------------------------------------------------ */

static struct result permit(struct counter *c, struct why *why)
{
	enum application_answer answer = c->decline ? ANSWER_DECLINE : c->sent_back ? ANSWER_RETURN : ANSWER_AGREE;
	TRY(application_answer(c->house.proceedings, c->words[0], c->person, answer, c->reason, why));
	return print_whole(c, c->words[0], why);
}

static struct result list_waiting(struct counter *c, struct why *why)
{
	return print_list(c, &(struct application_query){.waiting_for = c->person, .limit = SHOWN}, why);
}

/* ---- verbs --------------------------------------------------------------------------------- */

static int run_mine(int argc, char **argv)
{
	return run("apply list", 0, argc, argv, list_mine);
}

static int run_withdraw(int argc, char **argv)
{
	return run("apply withdraw", 1, argc, argv, withdraw);
}

static int run_apply(int argc, char **argv)
{
	return run("apply", 2 * JOINT_OBJECTS, argc, argv, apply);
}

static int run_waiting(int argc, char **argv)
{
	return run("permit list", 0, argc, argv, list_waiting);
}

static int run_permit(int argc, char **argv)
{
	return run("permit", 1, argc, argv, permit);
}

const struct verb cli_apply_verbs[] = {
	{"apply list", "-C DIR --by LOGIN", "自分の申請を、新しいものから一行に一件ずつ出す", run_mine},
	{"apply withdraw", "-C DIR ID --by LOGIN", "決裁の前の申請を取り下げる", run_withdraw},
	{"apply", "-C DIR ACT --by LOGIN --reason TEXT [--title TEXT] [--together] [object=ID ...] [項目=値 ...] [claim.NAME[@条項]=理由 ...]",
	 "申請する。止められたときは、その条項を出す", run_apply},
	{"permit list", "-C DIR --by LOGIN", "自分の決裁を待つ申請を出す", run_waiting},
	{"permit", "-C DIR ID --by LOGIN [--decline|--return] [--reason TEXT]", "申請を許可する、不許可にする、又は差し戻す", run_permit},
	{NULL, NULL, NULL, NULL},
};
