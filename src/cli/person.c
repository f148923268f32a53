/* sekisho person|post ...: the office's people from the command line
 *
 * For who runs the machine: the first people, a forgotten password, a lost
 * device when nobody can sign in to mend it.  What it does stands in the ledger
 * like everything else, under --by's name or the program's own.             */
#include "cli/cli.h"

#include "house/house.h"
#include "office/access.h"

#include <stdio.h>

struct desk {
	struct arena *arena;
	struct house house;
	const char *dir, *by_login, *reason, *from, *to, *on, *kind, *matter,
		*scopes, *until, *purpose;
	char by[27];
	int argc;
	char **argv;
};

static void desk_close(struct desk *desk)
{
	house_close(&desk->house);
	arena_drop(&desk->arena);
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *v = cli_person_verbs;
	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v;
}

/* One work of a verb: the desk is open, the operands are counted. */
typedef struct result work(struct desk *desk, struct why *why);

static struct result open_desk(struct desk *desk, struct why *why)
{
	TRY(house_open(desk->dir, &desk->house, why));
	if (desk->by_login)
		return office_find_login(desk->house.office, slice_str(desk->by_login), desk->by, why);
	return ok();
}

static int at_desk(const char *verb, int operands, int argc, char **argv, work *do_it)
{
	AUTO(desk_close) struct desk desk = {.arena = arena_new(64 << 20)};
	struct why why = {0};
	const struct option_row rows[] = {
		{"-C", &desk.dir, NULL},        {"--by", &desk.by_login, NULL}, {"--reason", &desk.reason, NULL},
		{"--from", &desk.from, NULL},   {"--to", &desk.to, NULL},       {"--on", &desk.on, NULL},
		{"--kind", &desk.kind, NULL},   {"--matter", &desk.matter, NULL},
		{"--scopes", &desk.scopes, NULL}, {"--until", &desk.until, NULL}, {"--purpose", &desk.purpose, NULL},
	};
	argc = cli_options(argc, argv, rows, sizeof rows / sizeof *rows);
	if (argc != operands || !desk.dir || !desk.arena)
		return cli_usage(find_verb(verb));
	desk.argc = argc;
	desk.argv = argv;
	if (open_desk(&desk, &why).code != OK || do_it(&desk, &why).code != OK)
		return cli_why(verb, &why);
	return CLI_DONE;
}

static struct result person_of(struct desk *desk, const char *login, char id[27], struct why *why)
{
	return office_find_login(desk->house.office, slice_str(login), id, why);
}

/* day_option - text, or the day given for none */
static struct result day_option(const char *text, const char *name, day_t none, day_t *out,
                                struct why *why)
{
	struct why inner = {0};
	*out = none;
	if (!text || day_parse(slice_str(text), out, &inner).code == OK)
		return ok();
	return fail(why, E_INPUT, name, "%s", inner.text);
}

static day_t today(const struct desk *desk)
{
	return day_of_ms(clock_now_ms(&desk->house.clock));
}

/* ---- person ---------------------------------------------------------------- */

static struct result list_people(struct desk *desk, struct why *why)
{
	struct person *people = NULL;
	size_t count = 0;
	TRY(office_people(desk->house.office, desk->arena, &people, &count, why));
	for (size_t i = 0; i < count; i++)
		printf("%s\t%s\t%s\t%s\n", people[i].login, people[i].name, people[i].section,
		       people[i].active ? "利用中" : "停止中");
	return ok();
}

static struct result add_person(struct desk *desk, struct why *why)
{
	struct person person = {.login = desk->argv[0], .name = desk->argv[1], .section = desk->argv[2]};
	char password[24], id[27];
	TRY(office_random_password(desk->house.office, password, why));
	TRY(office_add_person(desk->house.office, desk->by, &person, slice_str(password), id, why));
	printf("%s\t%s\t仮パスワード %s\n", person.login, person.name, password);
	return ok();
}

static struct result move_person(struct desk *desk, struct why *why)
{
	char id[27];
	TRY(person_of(desk, desk->argv[0], id, why));
	TRY(office_move_person(desk->house.office, desk->by, id, desk->argv[1], why));
	printf("%s の所属を %s にしました。役職は変わっていません。\n", desk->argv[0], desk->argv[1]);
	return ok();
}

static struct result set_active(struct desk *desk, bool suspended, struct why *why)
{
	char id[27];
	if (!desk->reason)
		return fail(why, E_INPUT, "--reason", "理由を書いてください。");
	TRY(person_of(desk, desk->argv[0], id, why));
	TRY(office_suspend(desk->house.office, desk->by, id, suspended, slice_str(desk->reason), why));
	printf("%s の利用を%sしました。\n", desk->argv[0], suspended ? "停止" : "再開");
	return ok();
}

static struct result suspend_person(struct desk *desk, struct why *why)
{
	return set_active(desk, true, why);
}

static struct result restore_person(struct desk *desk, struct why *why)
{
	return set_active(desk, false, why);
}

static struct result reset_password(struct desk *desk, struct why *why)
{
	char password[24], id[27];
	TRY(person_of(desk, desk->argv[0], id, why));
	TRY(office_random_password(desk->house.office, password, why));
	TRY(office_reset_password(desk->house.office, desk->by, id, slice_str(password), why));
	printf("%s\t仮パスワード %s\n", desk->argv[0], password);
	return ok();
}

static struct result reset_device(struct desk *desk, struct why *why)
{
	char id[27];
	TRY(person_of(desk, desk->argv[0], id, why));
	TRY(office_reset_factor(desk->house.office, desk->by, id, why));
	printf("%s の認証の機器を外しました。次のサインインで登録し直します。\n", desk->argv[0]);
	return ok();
}

static struct result away(struct desk *desk, struct why *why)
{
	struct absence absence = {0};
	char person[27], id[27];
	if (!desk->reason || !desk->kind)
		return fail(why, E_INPUT, desk->kind ? "--reason" : "--kind", "指定してください。");
	absence.kind = strcmp(desk->kind, "prevented") == 0 ? ABSENCE_PREVENTED
	               : strcmp(desk->kind, "away") == 0    ? ABSENCE_AWAY
	                                                    : (enum absence_kind)0;
	absence.person = person;
	TRY(person_of(desk, desk->argv[0], person, why));
	TRY(day_option(desk->from, "--from", today(desk), &absence.from, why));
	TRY(day_option(desk->to, "--to", DAY_OPEN, &absence.to, why));
	TRY(office_add_absence(desk->house.office, desk->by, &absence, slice_str(desk->reason), id, why));
	printf("%s\n", id);
	return ok();
}

static struct result back(struct desk *desk, struct why *why)
{
	day_t last = 0;
	TRY(day_option(desk->on, "--on", today(desk), &last, why));
	return office_end_absence(desk->house.office, desk->by, desk->argv[0], last, why);
}

/* ---- post -------------------------------------------------------------------- */

/* "manager@tax" or "ciso" */
static struct result split_post(struct desk *desk, const char *text, const char **post,
                                const char **scope, struct why *why)
{
	const char *at = strchr(text, '@');
	*scope = at ? at + 1 : "";
	*post = arena_string(desk->arena, slice_of(text, at ? (size_t)(at - text) : strlen(text)));
	return *post ? ok() : fail(why, E_MEMORY, "", "no memory");
}

static const char *login_of(struct desk *desk, const char *id)
{
	struct person person;
	if (office_person(desk->house.office, id, desk->arena, &person, NULL).code != OK)
		return id;
	return person.login;
}

static struct result list_posts(struct desk *desk, struct why *why)
{
	struct holding *held = NULL;
	size_t count = 0;
	day_t on = 0;
	TRY(day_option(desk->on, "--on", today(desk), &on, why));
	TRY(office_all_holdings(desk->house.office, desk->arena, &held, &count, why));
	for (size_t i = 0; i < count; i++) {
		char from[11], to[11] = "";
		if (on < held[i].from || on > held[i].to)
			continue;
		day_iso(held[i].from, from);
		if (held[i].to != DAY_OPEN)
			day_iso(held[i].to, to);
		printf("%s%s%s\t%s\t%s\t%s\n", held[i].post, *held[i].scope ? "@" : "", held[i].scope,
		       login_of(desk, held[i].person), from, to);
	}
	return ok();
}

static struct result hold_post(struct desk *desk, struct why *why)
{
	char person[27];
	struct holding holding = {.person = person};
	TRY(split_post(desk, desk->argv[0], &holding.post, &holding.scope, why));
	TRY(person_of(desk, desk->argv[1], person, why));
	TRY(day_option(desk->from, "--from", today(desk), &holding.from, why));
	TRY(day_option(desk->to, "--to", DAY_OPEN, &holding.to, why));
	TRY(office_hold_post(desk->house.office, desk->by, &holding, why));
	printf("%s を %s に就けました。\n", desk->argv[1], desk->argv[0]);
	return ok();
}

static struct result end_post(struct desk *desk, struct why *why)
{
	char person[27];
	const char *post = NULL, *scope = NULL;
	day_t last = 0;
	TRY(split_post(desk, desk->argv[0], &post, &scope, why));
	TRY(person_of(desk, desk->argv[1], person, why));
	TRY(day_option(desk->on, "--on", today(desk), &last, why));
	TRY(office_end_post(desk->house.office, desk->by, post, scope, person, last, why));
	printf("%s の %s を終えました。\n", desk->argv[1], desk->argv[0]);
	return ok();
}

static struct result delegate_post(struct desk *desk, struct why *why)
{
	struct delegation d = {.matter = desk->matter ? desk->matter : ""};
	char id[27];
	TRY(split_post(desk, desk->argv[0], &d.post, &d.scope, why));
	TRY(split_post(desk, desk->argv[1], &d.to_post, &d.to_scope, why));
	TRY(day_option(desk->from, "--from", today(desk), &d.from, why));
	TRY(day_option(desk->to, "--to", DAY_OPEN, &d.to, why));
	TRY(office_delegate(desk->house.office, desk->by, &d, id, why));
	printf("%s\n", id);
	return ok();
}

static struct result recall_post(struct desk *desk, struct why *why)
{
	day_t last = 0;
	TRY(day_option(desk->on, "--on", today(desk), &last, why));
	return office_end_delegation(desk->house.office, desk->by, desk->argv[0], last, why);
}

/* ---- tokens of other software ------------------------------------------------------ */

/* scopes come with ',' between, and stand with one space between, sorted */
static int by_word(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *sorted_scopes(struct desk *desk, const char *list)
{
	enum { MOST = 40 };
	char *words[MOST], *copy = arena_printf(desk->arena, "%s", list), *left = NULL;
	const char *out = "";
	size_t count = 0;
	for (char *word = copy ? strtok_r(copy, ", ", &left) : NULL; word && count < MOST;
	     word = strtok_r(NULL, ", ", &left))
		words[count++] = word;
	qsort(words, count, sizeof *words, by_word);
	for (size_t i = 0; i < count && out; i++)
		out = arena_printf(desk->arena, "%s%s%s", out, i ? " " : "", words[i]);
	return out ? out : "";
}

static struct result make_token(struct desk *desk, struct why *why)
{
	char person[27], id[27], token[ACCESS_TOKEN + 1];
	struct access wanted = {.person = person, .purpose = desk->purpose ? desk->purpose : "",
	                        .scopes = sorted_scopes(desk, desk->scopes ? desk->scopes : "")};
	TRY(person_of(desk, desk->argv[0], person, why));
	TRY(day_option(desk->until, "--until", today(desk) + 90, &wanted.until, why));
	TRY(access_make(desk->house.office, desk->by, &wanted, token, id, why));
	printf("%s\n", token);
	fprintf(stderr, "鍵の番号は %s です。鍵は、いま一度だけ表示しました。\n", id);
	return ok();
}

static struct result list_tokens(struct desk *desk, struct why *why)
{
	char person[27];
	struct access *found;
	size_t count;
	TRY(person_of(desk, desk->argv[0], person, why));
	TRY(access_list(desk->house.office, person, desk->arena, &found, &count, why));
	for (size_t i = 0; i < count; i++) {
		char until[11];
		day_iso(found[i].until, until);
		printf("%s\t%s\t%s\t%s\t%s\n", found[i].id, until, found[i].ended_ms ? "停止" : "有効",
		       found[i].purpose, found[i].scopes);
	}
	return ok();
}

static struct result end_token(struct desk *desk, struct why *why)
{
	return access_end(desk->house.office, desk->by, desk->argv[0], why);
}

/* ---- the table ------------------------------------------------------------------ */

#define VERB(function, name, operands, work)              \
	static int function(int argc, char **argv)            \
	{                                                     \
		return at_desk(name, operands, argc, argv, work); \
	}
VERB(run_list, "person list", 0, list_people)
VERB(run_add, "person add", 3, add_person)
VERB(run_move, "person move", 2, move_person)
VERB(run_suspend, "person suspend", 1, suspend_person)
VERB(run_restore, "person restore", 1, restore_person)
VERB(run_password, "person password-reset", 1, reset_password)
VERB(run_device, "person device-reset", 1, reset_device)
VERB(run_away, "person away", 1, away)
VERB(run_back, "person back", 1, back)
VERB(run_posts, "post list", 0, list_posts)
VERB(run_hold, "post hold", 2, hold_post)
VERB(run_end, "post end", 2, end_post)
VERB(run_delegate, "post delegate", 2, delegate_post)
VERB(run_recall, "post recall", 1, recall_post)
VERB(run_make_token, "token make", 1, make_token)
VERB(run_list_tokens, "token list", 1, list_tokens)
VERB(run_end_token, "token end", 1, end_token)
#undef VERB

const struct verb cli_person_verbs[] = {
	{"person list", "-C DIR", "職員の一覧を表示します", run_list},
	{"person add", "-C DIR 職員番号 氏名 課 [--by 職員番号]",
	 "職員を登録し、仮パスワードを一度だけ表示します", run_add},
	{"person move", "-C DIR 職員番号 課 [--by 職員番号]", "所属を変えます", run_move},
	{"person suspend", "-C DIR 職員番号 --reason 理由 [--by 職員番号]",
	 "利用を停止し、サインインを終わらせます", run_suspend},
	{"person restore", "-C DIR 職員番号 --reason 理由 [--by 職員番号]", "利用を再開します", run_restore},
	{"person password-reset", "-C DIR 職員番号 [--by 職員番号]",
	 "新しい仮パスワードを一度だけ表示します", run_password},
	{"person device-reset", "-C DIR 職員番号 [--by 職員番号]", "なくした認証の機器を外します", run_device},
	{"person away", "-C DIR 職員番号 --kind prevented|away --reason 理由 [--from 日] [--to 日]",
	 "事故等（prevented）か不在（away）を記録し、記録の番号を表示します", run_away},
	{"person back", "-C DIR 記録の番号 [--on 最後の日]", "事故等・不在を終わらせます", run_back},
	{"post list", "-C DIR [--on 日]", "その日に職にある人を表示します", run_posts},
	{"post hold", "-C DIR 職[@課] 職員番号 [--from 日] [--to 日] [--by 職員番号]", "職に就けます", run_hold},
	{"post end", "-C DIR 職[@課] 職員番号 [--on 最後の日] [--by 職員番号]", "職を終えます", run_end},
	{"post delegate", "-C DIR 職[@課] 職[@課] --matter 行為,...|* [--from 日] [--to 日]",
	 "専決させる事務を記録し、記録の番号を表示します", run_delegate},
	{"post recall", "-C DIR 記録の番号 [--on 最後の日]", "専決を終わらせます", run_recall},
	{"token make", "-C DIR 職員番号 --scopes 語,... --purpose 使いみち [--until 日] [--by 職員番号]",
	 "ほかのソフトウェアがその人の名で使う鍵を作り、一度だけ表示します", run_make_token},
	{"token list", "-C DIR 職員番号", "その人の鍵の一覧を表示します", run_list_tokens},
	{"token end", "-C DIR 鍵の番号 [--by 職員番号]", "鍵を止めます", run_end_token},
	{0},
};
